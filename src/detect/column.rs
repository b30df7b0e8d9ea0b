//! How many candidates of a column pass: where nearly all do, chance is no explanation; where one in ten does, it is one.

use std::borrow::Cow;
use std::collections::BTreeMap;

use super::hit::Hit;
use crate::model::Confidence;

/// Rows of a leaf whose findings are held back until the column is known.
pub(super) const HELD_ROWS: u64 = 50;
/// Findings held back at most.
pub(super) const HELD_HITS: usize = 4_096;
/// Candidates before a column says anything.
const ENOUGH: u64 = 20;
/// Percent that must pass.
const NEARLY_ALL: u64 = 90;
/// Candidates before chance is named.
const ENOUGH_FOR_CHANCE: u64 = 50;
/// Percent that pass by chance: one check digit, some spread.
const BY_CHANCE: std::ops::RangeInclusive<u64> = 5..=20;
/// Columns that are kept apart; beyond them a column says nothing.
const COLUMNS: usize = 65_536;

#[derive(Debug, Clone, Copy, Default)]
struct Passes {
    candidates: u64,
    passed: u64,
}

/// Counts by detector and column.
#[derive(Debug, Default)]
pub(super) struct Columns(BTreeMap<(usize, u32), Passes>);

impl Columns {
    /// One more candidate.
    pub(super) fn count(&mut self, detector: usize, column: u32, passed: bool) {
        if self.0.len() >= COLUMNS && !self.0.contains_key(&(detector, column)) {
            return;
        }
        let counted = self.0.entry((detector, column)).or_default();
        counted.candidates += 1;
        counted.passed += u64::from(passed);
    }

    /// Raises a finding that is only possible, or says that chance explains it.
    pub(super) fn judge(&self, detector: usize, hit: &mut Hit) {
        let Some(counted) = hit.place.column.and_then(|column| self.0.get(&(detector, column))) else { return };
        if hit.confidence != Confidence::Possible || counted.candidates < ENOUGH {
            return;
        }
        let percent = counted.passed.saturating_mul(100) / counted.candidates;
        if percent >= NEARLY_ALL {
            hit.confidence = Confidence::Likely;
            hit.reasons.push(Cow::Owned(format!("column:{percent}%")));
        } else if counted.candidates >= ENOUGH_FOR_CHANCE && BY_CHANCE.contains(&percent) {
            hit.reasons.push(Cow::Borrowed("chance"));
        }
    }
}

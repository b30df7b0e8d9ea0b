//! How many of a series of numbers pass their check digit: where nearly all do, chance is no explanation; where one in ten does,
//! it is the only one.
//!
//! A series is what one column of a table, one key of JSON objects, or the lines of a text hold for one rule. Each value counts
//! once, however often it stands there, and only without a word that names it: what is named needs no statistics.

use std::borrow::Cow;
use std::collections::{BTreeMap, HashSet};

use super::hit::Hit;
use crate::model::{Confidence, Field};

/// Rows of a leaf whose findings are held back until their series is known.
pub(super) const HELD_ROWS: u64 = 50;
/// Findings held back at most.
pub(super) const HELD_HITS: usize = 4_096;
/// Different values before a series raises a finding.
const ENOUGH: u64 = 20;
/// Percent that must pass.
const NEARLY_ALL: u64 = 90;
/// Different values before chance is named.
const ENOUGH_FOR_CHANCE: u64 = 8;
/// A check digit passes one random number in this many.
const ONE_IN: u64 = 10;
/// Series that are kept apart; the rest are taken together.
const SERIES: usize = 4_096;
/// The first so many series remember more values each.
const WIDE_SERIES: usize = 64;
/// Values remembered in each of those; beyond it one in two, one in four…
const WIDE_VALUES: usize = 16_384;
/// Values remembered in each of the others.
const NARROW_VALUES: usize = 256;

/// A series within its leaf: the column, the key, or 0 for running text.
pub type SeriesId = u64;

/// What a series of numbers came to: the count of people is corrected by it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Passes {
    /// Different values that are right in everything but their check digit. None of them is real.
    pub failed: u64,
    /// Different values that passed.
    pub passed: u64,
}

impl Passes {
    /// How many of those that passed did so by chance, at the least (three standard deviations under what the failures say).
    ///
    /// Each failure stands for `1/(ONE_IN - 1)` chance pass. A list of real numbers has no failures, and nothing is taken from it.
    pub fn by_chance(self) -> u64 {
        let failed = self.failed;
        let spread = failed.saturating_mul(ONE_IN).saturating_mul(9).isqrt().saturating_add(1);
        (failed.saturating_sub(spread) / (ONE_IN - 1)).min(self.passed)
    }

    /// Whether no more passed than chance explains.
    fn is_chance(self) -> bool {
        let all = self.failed.saturating_add(self.passed);
        // p ≤ n/10 + 3·√(n·0.09), in tenths.
        let most = all.saturating_add(all.saturating_mul(81).isqrt());
        all >= ENOUGH_FOR_CHANCE && self.passed.saturating_mul(ONE_IN) <= most
    }

    fn percent(self) -> u64 {
        self.passed.saturating_mul(100) / self.failed.saturating_add(self.passed).max(1)
    }

    fn is_enough(self) -> bool {
        self.failed.saturating_add(self.passed) >= ENOUGH
    }
}

/// Different values, counted exactly up to a size and by a fixed sample of them beyond it.
#[derive(Debug, Default)]
struct Distinct {
    kept: HashSet<u64>,
    /// One value in 2^level is kept.
    level: u32,
}

impl Distinct {
    fn add(&mut self, value: u64, most: usize) {
        if !falls_in(value, self.level) || !self.kept.insert(value) {
            return;
        }
        while self.kept.len() > most && self.level < 63 {
            self.level += 1;
            let level = self.level;
            self.kept.retain(|&kept| falls_in(kept, level));
        }
    }

    fn count(&self) -> u64 {
        (self.kept.len() as u64).saturating_mul(1 << self.level.min(40))
    }
}

fn falls_in(value: u64, level: u32) -> bool {
    value.trailing_zeros() >= level
}

#[derive(Debug, Default)]
struct Counts {
    failed: Distinct,
    passed: Distinct,
}

impl Counts {
    fn passes(&self) -> Passes {
        Passes { failed: self.failed.count(), passed: self.passed.count() }
    }
}

/// The series of one leaf, by detector.
#[derive(Debug, Default)]
pub(super) struct AllSeries {
    each: BTreeMap<(usize, SeriesId), Counts>,
    whole: BTreeMap<usize, Counts>,
}

impl AllSeries {
    /// The series that a field belongs to.
    pub(super) fn of(&self, detector: usize, field: &Field<'_>) -> SeriesId {
        let id = match (field.place.column, field.name) {
            (Some(column), _) => u64::from(column) + 1,
            (None, Some(name)) => {
                name.bytes().fold(0x9e37_79b9_7f4a_7c15, |all, byte| mixed(all ^ u64::from(byte))) | 1 << 63
            }
            (None, None) => 0,
        };
        if self.each.len() < SERIES || self.each.contains_key(&(detector, id)) { id } else { 0 }
    }

    /// One more value: digits, or what stands for them.
    pub(super) fn count(&mut self, (detector, series): (usize, SeriesId), value: &str, passed: bool) {
        let value = mixed(value.bytes().fold(0, |all: u64, byte| all.wrapping_mul(10).wrapping_add(u64::from(byte))));
        let most = if self.each.len() <= WIDE_SERIES { WIDE_VALUES } else { NARROW_VALUES };
        let both = [self.each.entry((detector, series)).or_default(), self.whole.entry(detector).or_default()];
        for (counts, most) in both.into_iter().zip([most, WIDE_VALUES]) {
            if passed { &mut counts.passed } else { &mut counts.failed }.add(value, most);
        }
    }

    /// What each series came to, in order.
    pub(super) fn passes(&self) -> impl Iterator<Item = (usize, SeriesId, Passes)> + '_ {
        self.each.iter().map(|(&(detector, series), counts)| (detector, series, counts.passes()))
    }

    /// Whether too little is known of a finding's series to judge it.
    pub(super) fn is_open(&self, detector: usize, hit: &Hit) -> bool {
        let passes = |counts: &Counts| counts.passes().is_enough();
        hit.series.is_some_and(|series| !self.each.get(&(detector, series)).is_some_and(passes))
    }

    /// Raises a finding where chance explains nothing, lowers it where chance explains all. The whole leaf speaks where the
    /// series is too short.
    pub(super) fn judge(&self, detector: usize, hit: &mut Hit) {
        let Some(series) = hit.series else { return };
        let own = self.each.get(&(detector, series)).map(Counts::passes);
        let whole = self.whole.get(&detector).map(Counts::passes);
        let says_much = |passes: &Passes| passes.is_enough() && passes.percent() >= NEARLY_ALL;
        if let Some(own) = own.filter(says_much) {
            if hit.confidence == Confidence::Possible {
                hit.confidence = Confidence::Likely;
                let kind = if hit.place.column.is_some() { "column" } else { "series" };
                hit.reasons.push(Cow::Owned(format!("{kind}:{}%", own.percent())));
            }
        } else if own.filter(|own| own.is_enough()).or(whole).is_some_and(Passes::is_chance) {
            hit.confidence = Confidence::Possible;
            hit.reasons.push(Cow::Borrowed("chance"));
        }
    }
}

/// A fixed mixing of 64 bits (the finaliser of SplitMix64): one to one, so different numbers stay different.
fn mixed(value: u64) -> u64 {
    let value = (value ^ value >> 30).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    let value = (value ^ value >> 27).wrapping_mul(0x94d0_49bb_1331_11eb);
    value ^ value >> 31
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn chance_takes_nothing_from_a_list_of_real_numbers() {
        assert_eq!(Passes { failed: 0, passed: 100_000 }.by_chance(), 0);
        assert_eq!(Passes { failed: 9, passed: 1 }.by_chance(), 0);
        let random = Passes { failed: 18_000, passed: 2_000 };
        assert!((1_700..2_000).contains(&random.by_chance()), "{}", random.by_chance());
        // A thousand real ones among them stay.
        assert!(3_000 - Passes { failed: 18_000, passed: 3_000 }.by_chance() >= 1_000);
    }

    #[test]
    fn one_in_ten_is_chance_and_half_is_not() {
        assert!(Passes { failed: 18, passed: 2 }.is_chance() && Passes { failed: 900, passed: 100 }.is_chance());
        assert!(!Passes { failed: 10, passed: 10 }.is_chance() && !Passes { failed: 800, passed: 200 }.is_chance());
        assert!(!Passes { failed: 4, passed: 1 }.is_chance());
    }

    #[test]
    fn many_values_are_counted_within_a_few_percent_and_doubles_once() {
        let mut series = AllSeries::default();
        for number in 0..400_000u64 {
            series.count((0, 0), &(number % 200_000).to_string(), number % 10 == 0);
        }
        let (_, _, passes) = series.passes().next().unwrap();
        assert!((170_000..190_000).contains(&passes.failed), "{passes:?}");
        assert!((19_000..21_000).contains(&passes.passed), "{passes:?}");
    }
}

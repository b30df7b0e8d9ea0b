//! Doubtful values set aside by the series they stand in, until it is known how many of them chance explains.

use std::collections::{BTreeMap, BTreeSet};

use crate::model::Digest;

/// A series of numbers in a leaf, in which chance may explain a value that passed its check.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Doubt {
    leaf: u64,
    series: u64,
}

impl Doubt {
    /// The series with this number in the leaf at this path.
    pub fn new(leaf: &str, series: u64) -> Self {
        Self { leaf: number(leaf), series }
    }
}

fn number(leaf: &str) -> u64 {
    let [a, b, c, d, e, f, g, h, ..] = Digest::of(leaf.as_bytes()).0;
    u64::from_be_bytes([a, b, c, d, e, f, g, h])
}

/// What is set aside: by series and entity, the doubtful values.
#[derive(Debug, Default)]
pub(super) struct Aside {
    series: BTreeMap<(Doubt, u16), BTreeMap<u64, bool>>,
    held: usize,
}

/// Bytes that a value takes here, with its share of the tree.
const HELD_BYTES: usize = 40;

/// A value that was set aside: its entity and its key.
pub(super) type Value = (u16, u64);

impl Aside {
    /// Sets a value aside, under its key: which of them chance takes must not depend on their order. `is_own`: it would be a person of its own. False
    /// where it is a new one and there is no room.
    pub(super) fn put(&mut self, series: (Doubt, u16), key: u64, is_own: bool, has_room: bool) -> bool {
        if let Some(held) = self.series.get_mut(&series).and_then(|values| values.get_mut(&key)) {
            *held |= is_own;
            return true;
        }
        if has_room {
            self.held += 1;
            self.series.entry(series).or_default().insert(key, is_own);
        }
        has_room
    }

    /// Values that wait.
    pub(super) fn len(&self) -> usize {
        self.held
    }

    /// Bytes that they take.
    pub(super) fn memory(&self) -> usize {
        self.held * HELD_BYTES
    }

    /// Takes back what was set aside of one leaf: the values that may be people of their own, and those that chance explains, of
    /// which `by_chance` says how many there are at the least in each series, by entity.
    pub(super) fn take(
        &mut self,
        leaf: &str,
        by_chance: &BTreeMap<(Doubt, u16), u64>,
    ) -> (BTreeSet<Value>, BTreeSet<Value>) {
        if self.series.is_empty() {
            return Default::default();
        }
        let leaf = number(leaf);
        let at = |series, entity| (Doubt { leaf, series }, entity);
        let of_leaf = self.series.extract_if(at(0, 0)..=at(u64::MAX, u16::MAX), |_, _| true);
        let (own, chance, held) = shared_out(of_leaf, by_chance);
        self.held = self.held.saturating_sub(held);
        (own, chance)
    }

    /// Takes back everything that no leaf's end has asked for: all of it may be people.
    pub(super) fn take_rest(&mut self) -> BTreeSet<Value> {
        self.held = 0;
        shared_out(std::mem::take(&mut self.series), &BTreeMap::new()).0
    }
}

/// The values that may be people of their own, those that chance explains, and how many there were.
fn shared_out(
    series: impl IntoIterator<Item = ((Doubt, u16), BTreeMap<u64, bool>)>,
    by_chance: &BTreeMap<(Doubt, u16), u64>,
) -> (BTreeSet<Value>, BTreeSet<Value>, usize) {
    let (mut own, mut chance, mut held) = (BTreeSet::new(), BTreeSet::new(), 0);
    for (series, values) in series {
        held += values.len();
        // Those that count as nobody anyway may be the ones that chance explains.
        let others = values.values().filter(|is_own| !**is_own).count() as u64;
        let mut left = by_chance.get(&series).copied().unwrap_or(0).saturating_sub(others);
        for (key, _) in values.into_iter().filter(|(_, is_own)| *is_own) {
            let value = (series.1, key);
            if left > 0 {
                left -= 1;
                chance.insert(value);
            } else {
                own.insert(value);
            }
        }
    }
    (own, chance, held)
}

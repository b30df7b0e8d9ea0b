//! Doubtful values set aside by the series they stand in, until it is known how many of them chance explains.

use std::collections::{BTreeMap, BTreeSet};

use super::nodes::Node;
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
        let [a, b, c, d, e, f, g, h, ..] = Digest::of(leaf.as_bytes()).0;
        Self { leaf: u64::from_be_bytes([a, b, c, d, e, f, g, h]), series }
    }
}

/// What is set aside: by series and entity, the doubtful values.
#[derive(Debug, Default)]
pub(super) struct Aside(BTreeMap<(Doubt, u16), BTreeMap<u64, Held>>);

/// One value set aside, under its key: which of them chance takes must not depend on their order.
#[derive(Debug, Clone, Copy)]
struct Held {
    node: Node,
    /// It would be a person of its own.
    is_own: bool,
}

impl Aside {
    /// Sets a value aside. `key` is its digest.
    pub(super) fn put(&mut self, series: (Doubt, u16), key: u64, node: Node, is_own: bool) {
        let held = self.0.entry(series).or_default().entry(key).or_insert(Held { node, is_own });
        held.is_own |= is_own;
    }

    /// Takes everything back: the values that may be people of their own, and those that chance explains.
    pub(super) fn take(&mut self, by_chance: &BTreeMap<(Doubt, u16), u64>) -> (BTreeSet<Node>, BTreeSet<Node>) {
        let (mut own, mut chance) = (BTreeSet::new(), BTreeSet::new());
        for (series, values) in std::mem::take(&mut self.0) {
            // Those that count as nobody anyway may be the ones that chance explains.
            let others = values.values().filter(|held| !held.is_own).count() as u64;
            let mut left = by_chance.get(&series).copied().unwrap_or(0).saturating_sub(others);
            for held in values.values().filter(|held| held.is_own) {
                if left > 0 {
                    left -= 1;
                    chance.insert(held.node);
                } else {
                    own.insert(held.node);
                }
            }
        }
        (own, chance)
    }
}

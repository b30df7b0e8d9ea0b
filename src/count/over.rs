//! What is known of values that found no room in memory: how often they were met, and about how many different ones they are.
//!
//! They can not be linked any more. So *at most* takes each find of one as a person, *at least* takes them all, and everything
//! that stood beside one, as a single person, and the estimate goes by the share of people among the values before them.

use std::collections::BTreeSet;

/// Bits that remember which values were met: enough for some tens of millions of different ones, in half a megabyte.
const MARKS: usize = 1 << 22;

/// Values beyond the room.
#[derive(Debug, Default)]
pub(super) struct Over {
    /// Values and whatever else links people.
    marks: Vec<u64>,
    /// Values alone.
    values: Vec<u64>,
    finds: u64,
    /// Rows that name nobody but by a shared value, each a person at the strictest level.
    rows: u64,
    /// Leaves of which a part found room.
    cut: BTreeSet<u32>,
}

fn place(key: u64) -> usize {
    (key.wrapping_mul(0x9e37_79b9_7f4a_7c15) >> 42) as usize
}

impl Over {
    /// A find of a value with this key.
    pub(super) fn value(&mut self, key: u64) {
        self.finds = self.finds.saturating_add(1);
        self.values.resize(MARKS / 64, 0);
        let bit = place(key);
        if let Some(word) = self.values.get_mut(bit / 64) {
            *word |= 1 << (bit % 64);
        }
        self.mark(key);
    }

    /// A key of something that is no value: it may link people, too.
    pub(super) fn mark(&mut self, key: u64) {
        self.marks.resize(MARKS / 64, 0);
        let bit = place(key);
        if let Some(word) = self.marks.get_mut(bit / 64) {
            *word |= 1 << (bit % 64);
        }
    }

    /// Whether a key may have been met. Never wrong in saying no.
    pub(super) fn may_hold(&self, key: u64) -> bool {
        let bit = place(key);
        self.marks.get(bit / 64).is_some_and(|word| word >> (bit % 64) & 1 == 1)
    }

    /// A part of this leaf found no room.
    pub(super) fn cut(&mut self, leaf: u32) {
        self.cut.insert(leaf);
    }

    /// Whether a part of it found no room.
    pub(super) fn is_cut(&self, leaf: u32) -> bool {
        self.cut.contains(&leaf)
    }

    /// A row that names nobody, or a doubtful value without room.
    pub(super) fn row(&mut self) {
        self.rows = self.rows.saturating_add(1);
    }

    pub(super) fn is_empty(&self) -> bool {
        (self.finds, self.rows) == (0, 0)
    }

    /// Finds of values without room.
    pub(super) fn finds(&self) -> u64 {
        self.finds
    }

    /// People at the strictest level: never fewer than they can be.
    pub(super) fn people(&self) -> u64 {
        self.finds.saturating_add(self.rows)
    }

    /// About how many different values there were (linear counting: from the share of marks that were never hit).
    pub(super) fn different(&self) -> u64 {
        let free: u32 = self.values.iter().map(|word| word.count_zeros()).sum();
        let marks = MARKS as f64;
        let about = if self.values.is_empty() { 0.0 } else { marks * (marks / f64::from(free.max(1))).ln() };
        (about.round() as u64).min(self.finds)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn different_values_are_told_from_repeated_ones_within_one_in_a_hundred() {
        for (values, times) in [(0u64, 1), (1, 9), (1_000, 3), (2_000_000, 2)] {
            let mut over = Over::default();
            (0..times).for_each(|_| {
                (0..values).for_each(|n| {
                    over.value(
                        crate::model::Digest::of(&n.to_le_bytes()).0[..8]
                            .iter()
                            .fold(0, |all, b| all << 8 | u64::from(*b)),
                    )
                });
            });
            assert_eq!(over.finds(), values * times);
            assert!(over.different().abs_diff(values) <= values / 100, "{} of {values}", over.different());
        }
    }
}

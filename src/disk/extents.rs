//! The stretches of a sparse file that hold data: ascending, apart, complete, and never more than a limit.
//!
//! A hostile file may have a hole in every second block. Then the smallest holes count as data: the list says a little
//! more than is there, never less.

/// A list of stretches that stays within its limit.
#[derive(Debug)]
pub(super) struct Extents {
    list: Vec<(u64, u64)>,
    most: usize,
    /// Holes smaller than this count as data.
    hole: u64,
}

impl Extents {
    /// An empty list of at most so many stretches, at least one.
    pub(super) fn new(most: usize) -> Self {
        Self { list: Vec::new(), most: most.max(1), hole: 1 }
    }

    /// Adds a stretch, which begins at or after the end of the last one.
    pub(super) fn push(&mut self, (start, end): (u64, u64)) {
        self.add((start, end));
        // Each round doubles what counts as data, so there are never more rounds than bits in a size.
        while self.list.len() > self.most {
            self.hole = self.hole.saturating_mul(2);
            for stretch in std::mem::take(&mut self.list) {
                self.add(stretch);
            }
        }
    }

    fn add(&mut self, (start, end): (u64, u64)) {
        match self.list.last_mut() {
            Some(last) if start.saturating_sub(last.1) < self.hole || self.hole == u64::MAX => last.1 = end.max(last.1),
            _ => self.list.push((start, end)),
        }
    }

    /// The list.
    pub(super) fn into_list(self) -> Vec<(u64, u64)> {
        self.list
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn small_holes_go_first_and_large_ones_stay() {
        let mut extents = Extents::new(2);
        for stretch in [(0, 10), (14, 20), (1_000, 1_010), (1_011, 1_020)] {
            extents.push(stretch);
        }
        assert_eq!(extents.into_list(), [(0, 20), (1_000, 1_020)]);
    }

    #[test]
    fn stretches_that_touch_are_one() {
        let mut extents = Extents::new(5);
        extents.push((0, 4));
        extents.push((4, 8));
        assert_eq!(extents.into_list(), [(0, 8)]);
    }

    proptest! {
        #[test]
        fn no_data_is_left_out_whatever_the_limit(
            gaps in proptest::collection::vec((1u64..5_000, 1u64..5_000), 0..200),
            most in 0usize..20,
        ) {
            let (mut extents, mut all, mut at) = (Extents::new(most), Vec::new(), 0);
            for (hole, data) in gaps {
                all.push((at + hole, at + hole + data));
                at += hole + data;
                extents.push((at - data, at));
            }
            let list = extents.into_list();
            prop_assert!(list.len() <= most.max(1));
            prop_assert!(list.windows(2).all(|pair| pair[0].1 < pair[1].0));
            prop_assert!(all.iter().all(|data| list.iter().any(|one| one.0 <= data.0 && data.1 <= one.1)));
            prop_assert_eq!(list.first().map(|one| one.0), all.first().map(|one| one.0));
            prop_assert_eq!(list.last().map(|one| one.1), all.last().map(|one| one.1));
        }
    }
}

//! Rows of one kind that are coming in, packed in memory: a machine may have a million handles. What finds no room is counted.

use serde::Serialize;
use serde::de::DeserializeOwned;

use crate::disk::rows::{Rows, RowsOut};
use crate::model::limits;

/// Rows that are coming in.
#[derive(Debug)]
pub(super) struct ListedOut<T> {
    rows: RowsOut<T>,
    failed: u64,
}

/// Rows in the order in which they were met.
#[derive(Debug)]
pub struct Listed<T> {
    /// The rows.
    pub rows: Rows<T>,
    /// How many more there were.
    pub left_out: u64,
}

impl<T: Serialize + DeserializeOwned> ListedOut<T> {
    pub(super) fn push(&mut self, row: &T) {
        self.failed += u64::from(self.rows.push(0, row).is_err());
    }

    pub(super) fn end(mut self) -> Listed<T> {
        let count = self.rows.len();
        // Its last rows may find no room either.
        let settled = self.rows.settle();
        let left_out = self.rows.left_out() + self.failed;
        match settled.and_then(|()| self.rows.finish()) {
            Ok(rows) => Listed { rows, left_out },
            Err(_) => Listed { rows: Rows::default(), left_out: left_out + count },
        }
    }
}

impl<T: Serialize> Default for ListedOut<T> {
    fn default() -> Self {
        Self { rows: RowsOut::in_memory(limits::VOLATILE_ROWS_BYTES), failed: 0 }
    }
}

impl<T> Default for Listed<T> {
    fn default() -> Self {
        Self { rows: Rows::default(), left_out: 0 }
    }
}

impl<T: Serialize + DeserializeOwned> Listed<T> {
    /// Each row as `change` makes it.
    pub(super) fn map<U: Serialize + DeserializeOwned>(self, mut change: impl FnMut(T) -> U) -> Listed<U> {
        let mut out = ListedOut { failed: self.left_out, ..ListedOut::default() };
        for row in self.rows.iter() {
            match row {
                Ok(row) => out.push(&change(row)),
                Err(_) => out.failed += 1,
            }
        }
        out.end()
    }

    /// How many rows were met.
    pub fn met(&self) -> u64 {
        self.rows.len() + self.left_out
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_finds_no_room_is_counted_and_the_rest_comes_back_in_order() {
        let mut out = ListedOut { rows: RowsOut::in_memory(200_000), failed: 0 };
        let row = |n: u64| (n, format!("{:016x}", n.wrapping_mul(0x9e37_79b9_7f4a_7c15)));
        (0..40_000).for_each(|n| out.push(&row(n)));
        let list = out.end();
        assert!(list.left_out > 1_000 && list.met() == 40_000, "{} {}", list.left_out, list.met());
        let doubled = list.map(|(n, text)| (2 * n, text));
        assert_eq!(doubled.met(), 40_000);
        for (n, found) in (0..).zip(doubled.rows.iter()) {
            assert_eq!(found.unwrap(), (2 * n, row(n).1));
        }
    }
}

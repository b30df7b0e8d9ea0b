//! The rows of one sheet as its cells come: a row goes on when the next begins, and none grows without end.

use std::collections::HashSet;
use std::hash::{BuildHasher, BuildHasherDefault, DefaultHasher};
use std::io;

use super::MOST_COLUMNS;
use crate::formats::Sink;
use crate::formats::table::Table;
use crate::formats::written::{Cell, Written};
use crate::model::limits::{RECORD_BYTES, SHEET_ADDRESSES};
use crate::model::{GapKind, Undone};

/// Texts longer than this count against the budget of the file: a short reference can name them a million times.
const LONG_TEXT_BYTES: usize = 1024;

/// Rows on their way out.
#[derive(Default)]
pub(in crate::formats) struct Rows {
    table: Table,
    text: Written,
    number: u64,
    cells: Vec<Cell>,
    bytes: usize,
    last_column: u32,
    is_cut: bool,
    addresses: HashSet<u64, BuildHasherDefault<DefaultHasher>>,
}

impl Rows {
    /// Rows of a table of which the columns are known by name.
    pub(in crate::formats) fn named(names: Vec<String>) -> Self {
        Self { table: Table::named(names), ..Self::default() }
    }

    /// A row begins: with its number, else it is the next.
    pub(in crate::formats) fn begin(&mut self, number: Option<u64>, out: &mut dyn Sink) {
        self.flush(out);
        self.number = number.unwrap_or(self.number.saturating_add(1));
        self.last_column = 0;
    }

    /// The row that cells go to.
    pub(in crate::formats) fn number(&self) -> u64 {
        self.number
    }

    /// The column behind the last cell.
    pub(in crate::formats) fn next_column(&self) -> u32 {
        self.last_column.saturating_add(1)
    }

    /// A cell of the row. An error if the file says more in few bytes than it is allowed to.
    pub(in crate::formats) fn cell(
        &mut self,
        (column, text): (u32, String),
        undone: Option<Undone>,
        out: &mut dyn Sink,
    ) -> io::Result<()> {
        self.last_column = column;
        if text.trim().is_empty() {
            return Ok(());
        }
        if text.len() > LONG_TEXT_BYTES && !out.budget().count(text.len() as u64) {
            return Err(io::Error::other("the file's budget of unfolded bytes is used up"));
        }
        if text.contains('@') && self.addresses.len() < SHEET_ADDRESSES {
            self.addresses.insert(self.hash(&text));
        }
        if !self.cells.is_empty()
            && (self.bytes + text.len() + self.cells.len() >= RECORD_BYTES
                || self.cells.len() as u64 >= u64::from(MOST_COLUMNS))
        {
            self.tell_cut(out);
            self.flush(out);
        }
        self.bytes += text.len();
        self.cells.push(Cell { column, text, undone });
        Ok(())
    }

    fn tell_cut(&mut self, out: &mut dyn Sink) {
        if !std::mem::replace(&mut self.is_cut, true) {
            let reason = format!(
                "row {} holds over {RECORD_BYTES} bytes or {MOST_COLUMNS} cells, and is read in pieces, as are others like it: what belongs together in it is not known",
                self.number
            );
            out.gap(GapKind::OverLimit, reason);
        }
    }

    fn hash(&self, text: &str) -> u64 {
        self.addresses.hasher().hash_one(text.trim().to_ascii_lowercase())
    }

    /// Whether a cell shows just this address.
    pub(in crate::formats) fn shows(&self, address: &str) -> bool {
        self.addresses.contains(&self.hash(address))
    }

    fn flush(&mut self, out: &mut dyn Sink) {
        self.bytes = 0;
        if self.cells.is_empty() {
            return;
        }
        let mut cells = std::mem::take(&mut self.cells);
        if !cells.is_sorted_by_key(|cell| cell.column) {
            cells.sort_by_key(|cell| cell.column);
        }
        self.table.row(self.number, cells, &mut self.text, out);
    }

    /// There are no more.
    pub(in crate::formats) fn finish(&mut self, out: &mut dyn Sink) {
        self.flush(out);
        std::mem::take(&mut self.table).finish(&mut self.text, out);
    }
}

//! The rows of a table on their way out: values as people see them, under the names of their columns.

use std::borrow::Cow;
use std::io::Cursor;

use super::btree::{Stored, Trouble};
use super::record::{Value, values};
use super::schema::{Table, text};
use crate::formats::Sink;
use crate::formats::blob::{Blob, CELL_BYTES, tell};
use crate::formats::keyed::Keyed;
use crate::formats::written::{Cell, Written};
use crate::model::{Charset, GapKind};

/// Gives out the rows of one table.
pub(super) struct Rows<'t> {
    table: Option<&'t Table>,
    charset: Charset,
    written: Written,
    /// Rows so far.
    pub(super) count: u64,
    /// Pictures and sounds in cells.
    mute: u64,
    /// Rows whose values do not fit their types.
    broken: u64,
    /// Members go on: false once the pass has said no.
    pub(super) goes_on: bool,
}

impl<'t> Rows<'t> {
    pub(super) fn new(table: Option<&'t Table>, charset: Charset) -> Self {
        Self { table, charset, written: Written::default(), count: 0, mute: 0, broken: 0, goes_on: true }
    }

    /// One row; false if no more are wanted.
    pub(super) fn row(&mut self, stored: &Stored, out: &mut dyn Sink) -> bool {
        self.count += 1;
        let (values, whole) = values(&stored.bytes);
        // A row of which a part was missing is counted where that was seen.
        self.broken += u64::from(!whole && stored.whole);
        let number = stored.number.and_then(|n| u64::try_from(n).ok()).filter(|n| *n > 0).unwrap_or(self.count);
        let (mut cells, mut files, mut runs) = (Vec::new(), Vec::new(), Vec::new());
        for (at, value) in values.iter().enumerate() {
            let column = self.table.and_then(|table| table.columns.get(at)).copied().unwrap_or(at);
            let text = match value {
                Value::Null if self.table.is_some_and(|table| table.alias == Some(column)) => {
                    stored.number.map(|number| number.to_string())
                }
                Value::Null => None,
                Value::Integer(number) => Some(number.to_string()),
                Value::Real(number) => Some(real(*number)),
                Value::Text(bytes) => {
                    let text = text(bytes, self.charset).replace('\0', " ");
                    if text.len() > CELL_BYTES {
                        files.push((column, Cow::Owned(text.into_bytes())));
                        continue;
                    }
                    Some(text)
                }
                Value::Blob(bytes) => match tell(bytes) {
                    Blob::Text(text) => Some(text),
                    Blob::File => {
                        files.push((column, Cow::Borrowed(*bytes)));
                        None
                    }
                    Blob::Mute => {
                        self.mute += 1;
                        None
                    }
                    Blob::Runs(texts) => {
                        runs.extend(texts.into_iter().map(|text| cell(column, text)));
                        None
                    }
                },
            };
            cells.extend(text.filter(|text| !text.is_empty()).map(|text| cell(column, text)));
        }
        cells.sort_by_key(|cell| cell.column);
        self.give(number, &cells, out);
        let names = self.table.map_or(&[][..], |table| &table.names);
        runs.iter().for_each(|run| self.written.row(number, std::slice::from_ref(run), names, out));
        files.iter().all(|(column, bytes)| {
            let name = names.get(*column).map_or_else(|| format!("column {}", column + 1), Clone::clone);
            self.goes_on = out.child(&format!("row {number} {name}"), &mut Cursor::new(bytes));
            self.goes_on
        })
    }

    fn give(&mut self, number: u64, cells: &[Cell], out: &mut dyn Sink) {
        let Some(table) = self.table else { return self.written.row(number, cells, &[], out) };
        let at = |column: usize| cells.iter().find(|cell| cell.column as usize == column + 1);
        let word = table.keyed.and_then(|keyed| Some((keyed, Keyed::word(&at(keyed.key)?.text)?)));
        let Some((keyed, word)) = word else { return self.written.row(number, cells, &table.names, out) };
        let mut names = table.names.clone();
        if let Some(name) = names.get_mut(keyed.value) {
            *name = word.to_owned();
        }
        self.written.row(number, cells, &names, out);
    }

    /// Says what could not be read of the table.
    pub(super) fn finish(&self, trouble: &Trouble, out: &mut dyn Sink) {
        let Self { count, mute, broken, .. } = self;
        if trouble.pages > 0 {
            let (page, what) = trouble.first.unwrap_or((0, "is damaged"));
            let kind = if trouble.only_cut { GapKind::Truncated } else { GapKind::Malformed };
            let reason = format!(
                "{} page(s) of this table could not be read (page {page} {what}); {count} row(s) were read; {REPAIR}",
                trouble.pages
            );
            out.gap(kind, reason);
        }
        if trouble.torn_rows > 0 || *broken > 0 {
            let reason = format!(
                "{} of {count} row(s) are damaged and were read as far as they hold; {REPAIR}",
                trouble.torn_rows + broken
            );
            out.gap(GapKind::Malformed, reason);
        }
        if trouble.long_rows > 0 {
            let reason = format!(
                "{} row(s) are longer than 32 MiB; only their first 32 MiB were looked at: export them with sqlite3 and run hozen on that",
                trouble.long_rows
            );
            out.gap(GapKind::OverLimit, reason);
        }
        if *mute > 0 {
            let reason = format!(
                "{mute} value(s) are pictures, sound or film, which hold no text; if they may show a person or a document, look at them by hand"
            );
            out.gap(GapKind::NoText, reason);
        }
    }
}

/// What to do with a damaged database.
pub(super) const REPAIR: &str =
    "look for a whole copy, or try `sqlite3 FILE .recover` on a copy and run hozen on the result";

fn cell(column: usize, text: String) -> Cell {
    Cell { column: u32::try_from(column + 1).unwrap_or(u32::MAX), text, undone: None }
}

/// A number that has no fraction is shown without one: it may be a telephone number.
fn real(number: f64) -> String {
    if number.fract() == 0.0 && number.abs() < 1e15 { format!("{number:.0}") } else { number.to_string() }
}

//! Tables in text: comma, tab, semicolon and bar. A row is a record, and each cell knows its header word and its column.
//!
//! Rows are counted as a spreadsheet counts them: a cell with line breaks is one row, an empty line is one.

mod rows;
mod shape;

use rows::{Cell, Next, Rows};
use shape::Shape;

use super::opening::begin;
use super::plain::{Undecodable, read_rest};
use super::trouble::read_error;
use super::{Claim, Format, Head, Input, Sink};
use crate::model::limits::{OPEN_QUOTES, RECORD_BYTES, RECORD_FIELDS};
use crate::model::{Bond, Field, GapKind, Place, Record};
use crate::text::{Decoded, decode_record, guess, looks_binary};

/// Comma-separated values and their kin.
pub struct Csv;

impl Format for Csv {
    fn id(&self) -> &'static str {
        "csv"
    }

    fn claims(&self, head: &Head<'_>) -> Claim {
        if head.bytes.is_empty() || looks_binary(head.bytes) { Claim::No } else { shape::claim(head) }
    }

    fn read(&self, head: &Head<'_>, input: Input<'_>, out: &mut dyn Sink) {
        let guessed = guess(head.bytes, head.whole);
        let Some(mut src) = begin(guessed, input, out) else { return };
        let shape = Shape::of(head);
        let rows = Rows::new(shape.stream(&mut *src, guessed), shape.delimiter);
        read_rows(rows, &shape, out);
    }
}

fn read_rows(mut rows: Rows<'_>, shape: &Shape, out: &mut dyn Sink) {
    let mut lost = Undecodable::default();
    let mut open_quotes = 0;
    loop {
        match rows.next_row() {
            Next::Row => push_row(&mut rows, shape, &mut lost, out),
            Next::OpenQuote => {
                open_quotes += 1;
                tell_open_quote(&rows, open_quotes, out);
                rows.without_quotes(open_quotes >= OPEN_QUOTES);
            }
            Next::Long => {
                let reason = format!(
                    "row {} is one line of over {RECORD_BYTES} bytes; from there on the text was read without rows and cells",
                    rows.row
                );
                out.gap(GapKind::OverLimit, reason);
                lost.tell(out);
                return rows.leave(|rest| read_rest(rest, out));
            }
            Next::End => break,
            Next::Failed(error) => {
                read_error(out, &error, rows.offset());
                break;
            }
        }
    }
    rows.foreign().iter().for_each(|charset| out.also(charset));
    lost.tell(out);
}

fn tell_open_quote(rows: &Rows<'_>, open_quotes: usize, out: &mut dyn Sink) {
    let row = rows.row;
    if open_quotes < OPEN_QUOTES {
        let reason = format!(
            "the quote that opens a cell in row {row} does not close it; that line was read with quotes as plain characters, so its cells may be cut wrongly"
        );
        out.gap(GapKind::Malformed, reason);
    } else if open_quotes == OPEN_QUOTES {
        let reason = format!(
            "{OPEN_QUOTES} quotes open a cell and do not close it; from row {row} on quotes were read as plain characters, so cells with line breaks are cut"
        );
        out.gap(GapKind::Malformed, reason);
    }
}

fn push_row(rows: &mut Rows<'_>, shape: &Shape, lost: &mut Undecodable, out: &mut dyn Sink) {
    let names = match &shape.header {
        Some(header) if rows.row > header.row => header.names.as_slice(),
        _ => &[],
    };
    let leaf = rows.charset();
    let cells: Vec<(&Cell, Decoded<'_>)> = rows
        .cells
        .iter()
        .filter(|cell| !cell.value.is_empty())
        .map(|cell| (cell, decode_record(rows.value(cell), leaf)))
        .collect();
    let mut fields = Vec::with_capacity(cells.len().min(RECORD_FIELDS));
    // A title, a note, or a table of one column: a line like any other.
    let bond = if rows.cells.len() > 1 { Bond::Row } else { Bond::Line };
    for (cell, text) in &cells {
        let offset = rows.origin(cell);
        if text.malformed {
            lost.seen(offset);
        }
        let name = names.get(cell.column).map(String::as_str).filter(|name| !name.is_empty());
        let column = u32::try_from(cell.column + 1).ok();
        let place = Place { offset, row: Some(rows.row), column, ..Place::default() };
        let raw = rows.raw(cell).map(|raw| (raw, text.charset));
        fields.push(Field { name, text: &text.text, place, raw, undone: None });
        if fields.len() == RECORD_FIELDS {
            out.record(&Record::whole(bond, &fields));
            fields.clear();
        }
    }
    if !fields.is_empty() {
        out.record(&Record::whole(bond, &fields));
    }
    rows.done();
}

#[cfg(test)]
mod tests;

//! Text that a format makes itself out of a document, a sheet or a database: lines, rows and cells, each with its place.
//!
//! Such text stands in no bytes of the leaf, so its places count in the text as it is read, in UTF-8, a line break behind each
//! line and row, and a tab between cells.

use super::Sink;
use crate::model::limits::{BOND_LINE_BYTES, RECORD_BYTES, RECORD_FIELDS, WINDOW_BYTES, WINDOW_MARGIN_BYTES};
use crate::model::{Bond, Charset, Field, GapKind, Place, Record, Undone};

/// One cell of a row.
#[derive(Debug, Clone, Default)]
pub(super) struct Cell {
    /// From 1; cells come in their order.
    pub(super) column: u32,
    pub(super) text: String,
    pub(super) undone: Option<Undone>,
}

/// How far the text of a leaf has been written.
#[derive(Debug, Default)]
pub(super) struct Written {
    offset: u64,
    row: u64,
    page: Option<u32>,
}

impl Written {
    /// What follows stands on this page or slide (from 1), whose lines count from 1.
    pub(super) fn on_page(&mut self, page: u32) {
        self.page = Some(page);
        self.row = 0;
    }

    /// The next line or row is to have this number.
    pub(super) fn at_row(&mut self, row: u64) {
        self.row = row.saturating_sub(1);
    }

    /// Lines of text. A line is a record, so give a paragraph whole; a long one is given on in windows.
    pub(super) fn lines(&mut self, text: &str, out: &mut dyn Sink) {
        text.split('\n').for_each(|line| self.line(line.trim_end_matches('\r'), out));
    }

    fn line(&mut self, line: &str, out: &mut dyn Sink) {
        self.row += 1;
        if !line.trim().is_empty() {
            let mut start = 0;
            let mut seen = 0;
            loop {
                let end = line.floor_char_boundary(start + WINDOW_BYTES);
                self.window(line, start..end, seen, out);
                if end >= line.len() {
                    break;
                }
                seen = end;
                start = line.floor_char_boundary(end - WINDOW_MARGIN_BYTES);
            }
        }
        self.offset += line.len() as u64 + 1;
    }

    /// One window of a line; up to `seen` the one before showed it.
    fn window(&self, line: &str, range: std::ops::Range<usize>, seen: usize, out: &mut dyn Sink) {
        let text = line.get(range.clone()).unwrap_or_default();
        let place = Place {
            offset: self.offset + range.start as u64,
            row: Some(self.row),
            page: self.page,
            ..Place::default()
        };
        let raw = Some((text.as_bytes(), Charset::Utf8));
        let fields = [Field { raw, ..Field::new(text, place) }];
        let bond = if line.len() > BOND_LINE_BYTES { Bond::Loose } else { Bond::Line };
        let fresh_from = if seen == 0 { 0 } else { self.offset + seen as u64 };
        out.record(&Record { bond, fields: &fields, fresh_from });
    }

    /// One row of a table, whose number counts as its program shows it. `names` are the header words, the first that of column 1.
    pub(super) fn row(&mut self, number: u64, cells: &[Cell], names: &[String], out: &mut dyn Sink) {
        self.row = number;
        let bytes: usize = cells.iter().map(|cell| cell.text.len() + 1).sum();
        if bytes > RECORD_BYTES {
            let reason =
                format!("row {number} holds over {RECORD_BYTES} bytes; its cells were read as lines of their own");
            out.gap(GapKind::OverLimit, reason);
            cells.iter().for_each(|cell| {
                self.row = number - 1;
                self.line(&cell.text, out);
            });
            return;
        }
        let bond = if cells.len() > 1 { Bond::Row } else { Bond::Line };
        for cells in cells.chunks(RECORD_FIELDS) {
            let fields: Vec<Field<'_>> = cells.iter().filter_map(|cell| self.field(cell, names)).collect();
            if !fields.is_empty() {
                out.record(&Record::whole(bond, &fields));
            }
        }
    }

    fn field<'a>(&mut self, cell: &'a Cell, names: &'a [String]) -> Option<Field<'a>> {
        let offset = self.offset;
        self.offset += cell.text.len() as u64 + 1;
        if cell.text.trim().is_empty() {
            return None;
        }
        let at = usize::try_from(cell.column).ok().and_then(|column| column.checked_sub(1));
        let name = at.and_then(|at| names.get(at)).map(String::as_str).filter(|name| !name.is_empty());
        let place = Place { offset, page: self.page, row: Some(self.row), column: Some(cell.column), pointer: None };
        let raw = Some((cell.text.as_bytes(), Charset::Utf8));
        Some(Field { name, text: &cell.text, place, raw, undone: cell.undone })
    }

    /// Values that belong together under names of their own: the properties of a document, a card of an address book, the head of a
    /// message. Empty ones are left out.
    pub(super) fn pairs(&mut self, pairs: &[(String, String)], out: &mut dyn Sink) {
        self.row += 1;
        self.pairs_in_row(self.row, pairs, out);
    }

    /// The same in a row that is known.
    pub(super) fn pairs_in_row(&mut self, row: u64, pairs: &[(String, String)], out: &mut dyn Sink) {
        let names: Vec<String> = pairs.iter().map(|(name, _)| name.clone()).collect();
        let cell = |(at, (_, text)): (usize, &(String, String))| Cell {
            column: u32::try_from(at + 1).unwrap_or(u32::MAX),
            text: text.clone(),
            undone: None,
        };
        let cells: Vec<Cell> = pairs.iter().enumerate().map(cell).collect();
        self.row(row, &cells, &names, out);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::formats::collected::Collected;

    #[test]
    fn places_count_in_the_text_as_read() {
        let (mut text, mut out) = (Written::default(), Collected::default());
        text.lines("一\n\n two", &mut out);
        let cell = |column, text: &str| Cell { column, text: text.to_owned(), undone: None };
        text.row(9, &[cell(1, "a"), cell(3, "b")], &["x".to_owned(), "y".to_owned(), "z".to_owned()], &mut out);
        text.on_page(2);
        text.lines("last", &mut out);
        let places: Vec<_> = out.records.iter().flat_map(|record| &record.2).map(|field| field.place.clone()).collect();
        let said: Vec<_> = places.iter().map(|p| (p.offset, p.page, p.row.unwrap(), p.column)).collect();
        let want = [
            (0, None, 1, None),
            (5, None, 3, None),
            (10, None, 9, Some(1)),
            (12, None, 9, Some(3)),
            (14, Some(2), 1, None),
        ];
        assert_eq!(said, want);
        assert_eq!(
            out.records[3 - 1].2.iter().map(|field| field.name.as_deref()).collect::<Vec<_>>(),
            [Some("x"), Some("z")]
        );
    }

    #[test]
    fn a_long_line_comes_in_windows_that_overlap() {
        let (mut text, mut out) = (Written::default(), Collected::default());
        let line = "あ".repeat(WINDOW_BYTES);
        text.lines(&line, &mut out);
        let mut seen = 0;
        for (bond, fresh, fields) in &out.records {
            let (begin, end) = (fields[0].place.offset, fields[0].place.offset + fields[0].text.len() as u64);
            assert_eq!((*bond, *fresh), (Bond::Loose, seen));
            assert!(begin <= seen && end > seen);
            seen = end;
        }
        assert_eq!(seen, line.len() as u64);
    }
}

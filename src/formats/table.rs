//! A table that comes row by row: its first rows are held until it is known which of them is the header, then each goes on under its names.

use super::Sink;
use super::header::{Header, find_header};
use super::written::{Cell, Written};

/// Rows that are held to find the header.
const HELD_ROWS: usize = 60;
/// Bytes of them.
const HELD_BYTES: usize = 256 * 1024;

/// The rows of one table, on their way out.
#[derive(Default)]
pub(super) struct Table {
    held: Vec<(u64, Vec<Cell>)>,
    held_bytes: usize,
    header: Option<Header>,
    decided: bool,
}

impl Table {
    /// A table of which the columns are known by name.
    pub(super) fn named(names: Vec<String>) -> Self {
        Self { header: Some(Header { row: 0, names }), decided: true, ..Self::default() }
    }

    /// The next row, by the number that its program shows. Cells come in the order of their columns; empty ones may be left out.
    pub(super) fn row(&mut self, number: u64, cells: Vec<Cell>, text: &mut Written, out: &mut dyn Sink) {
        if self.decided {
            return self.give(number, &cells, text, out);
        }
        self.held_bytes += cells.iter().map(|cell| cell.text.len() + 32).sum::<usize>();
        self.held.push((number, cells));
        if self.held.len() >= HELD_ROWS || self.held_bytes >= HELD_BYTES {
            self.decide(text, out);
        }
    }

    /// There are no more rows.
    pub(super) fn finish(mut self, text: &mut Written, out: &mut dyn Sink) {
        self.decide(text, out);
    }

    fn decide(&mut self, text: &mut Written, out: &mut dyn Sink) {
        if !std::mem::replace(&mut self.decided, true) {
            self.header = header_of(&self.held);
        }
        for (number, cells) in std::mem::take(&mut self.held) {
            self.give(number, &cells, text, out);
        }
    }

    fn give(&self, number: u64, cells: &[Cell], text: &mut Written, out: &mut dyn Sink) {
        let names = self.header.as_ref().filter(|header| number > header.row).map_or(&[][..], |header| &header.names);
        text.row(number, cells, names, out);
    }
}

fn header_of(held: &[(u64, Vec<Cell>)]) -> Option<Header> {
    let width = |cells: &Vec<Cell>| cells.iter().map(|cell| cell.column as usize).max().unwrap_or(0).min(4096);
    let mut widths: Vec<usize> = held.iter().map(|(_, cells)| width(cells)).filter(|width| *width > 0).collect();
    widths.sort_unstable();
    let columns = *widths.get(widths.len() / 2)?;
    let rows: Vec<(u64, Vec<String>)> = held
        .iter()
        .map(|(number, cells)| {
            let mut texts = vec![String::new(); width(cells).max(columns)];
            for cell in cells {
                let at = (cell.column as usize).saturating_sub(1);
                if let Some(slot) = texts.get_mut(at) {
                    *slot = cell.text.trim().to_owned();
                }
            }
            (*number, texts)
        })
        .collect();
    find_header(&rows, columns)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::formats::collected::Collected;

    #[test]
    fn rows_below_the_header_carry_its_names() {
        let (mut text, mut out, mut table) = (Written::default(), Collected::default(), Table::default());
        let cells = |texts: &[&str]| {
            let cell =
                |(at, text): (usize, &&str)| Cell { column: at as u32 + 1, text: (*text).to_owned(), undone: None };
            texts.iter().enumerate().map(cell).collect::<Vec<_>>()
        };
        table.row(1, cells(&["2026年度 会員名簿"]), &mut text, &mut out);
        table.row(3, cells(&["氏名", "電話番号"]), &mut text, &mut out);
        for row in 4..100 {
            table.row(row, cells(&["山田太郎", "090-1234-5678"]), &mut text, &mut out);
        }
        table.finish(&mut text, &mut out);
        assert_eq!(out.records.len(), 98);
        for (_, _, fields) in &out.records[2..] {
            assert_eq!(fields[1].name.as_deref(), Some("電話番号"));
        }
        assert!(out.records[1].2.iter().all(|field| field.name.is_none()));
    }
}

//! A table that comes row by row: its first rows are held until it is known which of them is the header, then each goes on under its names.

use super::Sink;
use super::header::{Header, begins_another, find_header};
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
    /// Its columns are known by name, whatever stands in the rows.
    is_named: bool,
    /// The row before.
    last: Option<Before>,
}

/// What is remembered of a row.
#[derive(Clone, Copy)]
struct Before {
    number: u64,
    /// Cells in it: one alone is a title.
    cells: usize,
}

impl Table {
    /// A table of which the columns are known by name.
    pub(super) fn named(names: Vec<String>) -> Self {
        Self { header: Some(Header { row: 0, names }), decided: true, is_named: true, ..Self::default() }
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

    fn give(&mut self, number: u64, cells: &[Cell], text: &mut Written, out: &mut dyn Sink) {
        let in_header = self.header.as_ref().is_some_and(|header| number <= header.row);
        if !self.is_named && !in_header && self.begins_another(number, cells) {
            self.header = Some(Header { row: number, names: names_of(cells) });
        }
        // One cell behind an empty row is the title of what follows, unless the table is that narrow.
        let is_title =
            !self.is_named && cells.len() == 1 && self.last.is_some_and(|last| number > last.number.saturating_add(1));
        self.last = Some(Before { number, cells: cells.len() });
        let header = self.header.as_ref().filter(|header| number > header.row);
        let header =
            header.filter(|header| !is_title || header.names.iter().filter(|name| !name.is_empty()).count() < 3);
        let names = header.map_or(&[][..], |header| &header.names);
        text.row(number, cells, names, out);
    }

    /// Whether a row is the header of another table below this one: from there on the names of this one would be wrong.
    fn begins_another(&self, number: u64, cells: &[Cell]) -> bool {
        let behind_gap = self.last.is_some_and(|last| number > last.number.saturating_add(1) || last.cells == 1);
        let words: Vec<&str> = cells.iter().map(|cell| cell.text.trim()).filter(|text| !text.is_empty()).collect();
        begins_another(&words, behind_gap)
    }
}

/// Columns that are looked at for names.
const NAMED_COLUMNS: usize = 4096;

fn names_of(cells: &[Cell]) -> Vec<String> {
    let width = cells.iter().map(|cell| cell.column as usize).max().unwrap_or(0).min(NAMED_COLUMNS);
    let mut names = vec![String::new(); width];
    for cell in cells {
        if let Some(name) = (cell.column as usize).checked_sub(1).and_then(|at| names.get_mut(at)) {
            cell.text.trim().clone_into(name);
        }
    }
    names
}

fn header_of(held: &[(u64, Vec<Cell>)]) -> Option<Header> {
    let first = |cells: &[Cell]| cells.iter().map(|cell| cell.column as usize).min();
    // The table may stand away from the left edge; titles, which are one cell, may not.
    let edge = |least: usize| {
        held.iter().filter(|(_, cells)| cells.len() >= least).filter_map(|(_, cells)| first(cells)).min()
    };
    let margin = edge(2).or_else(|| edge(1))?.saturating_sub(1);
    let rows: Vec<(u64, Vec<String>)> = held
        .iter()
        .map(|(number, cells)| {
            let mut texts = names_of(cells);
            let texts = texts.split_off(margin.min(texts.len()));
            (*number, texts)
        })
        .collect();
    let mut widths: Vec<usize> = rows.iter().map(|(_, cells)| cells.len()).filter(|width| *width > 0).collect();
    widths.sort_unstable();
    let columns = *widths.get(widths.len() / 2)?;
    let padded: Vec<(u64, Vec<String>)> = rows
        .into_iter()
        .map(|(number, mut cells)| {
            cells.resize(cells.len().max(columns), String::new());
            (number, cells)
        })
        .collect();
    let mut header = find_header(&padded, columns)?;
    header.names.splice(0..0, std::iter::repeat_n(String::new(), margin));
    Some(header)
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

    fn read(rows: &[(u64, &[(u32, &str)])]) -> Vec<Vec<(String, Option<String>)>> {
        let (mut text, mut out, mut table) = (Written::default(), Collected::default(), Table::default());
        for (number, cells) in rows {
            let cell = |(column, text): &(u32, &str)| Cell { column: *column, text: (*text).to_owned(), undone: None };
            table.row(*number, cells.iter().map(cell).collect(), &mut text, &mut out);
        }
        table.finish(&mut text, &mut out);
        let named = |field: &crate::formats::collected::Kept| (field.text.clone(), field.name.clone());
        out.records.iter().map(|(_, _, fields)| fields.iter().map(named).collect()).collect()
    }

    #[test]
    fn a_table_away_from_the_edge() {
        let got = read(&[
            (1, &[(1, "2026年度 名簿")]),
            (4, &[(9, "氏名"), (10, "電話番号")]),
            (5, &[(9, "山田太郎"), (10, "090-1234-5678")]),
            (6, &[(9, "鈴木花子"), (10, "090-1234-5679")]),
        ]);
        assert_eq!(got[2][1].1.as_deref(), Some("電話番号"));
        assert_eq!(got[3][0].1.as_deref(), Some("氏名"));
    }

    #[test]
    fn a_second_table_has_its_own_names() {
        let mut rows: Vec<(u64, &[(u32, &str)])> = vec![(1, &[(1, "氏名"), (2, "電話番号"), (3, "メール")])];
        rows.extend((2..90).map(|n| (n, &[(1_u32, "山田太郎"), (2, "090-1234-5678")][..])));
        rows.push((95, &[(1, "取引先")]));
        rows.push((96, &[(1, "会社名"), (2, "備考"), (3, "住所")]));
        rows.push((97, &[(1, "見本商店"), (2, "090"), (3, "東京都")]));
        let got = read(&rows);
        assert_eq!(got[80][1].1.as_deref(), Some("電話番号"));
        let last: Vec<_> = got[91].iter().map(|(_, name)| name.as_deref().unwrap()).collect();
        assert_eq!(last, ["会社名", "備考", "住所"]);
        assert!(got[89].iter().all(|(_, name)| name.is_none()), "{:?}", got[89]);
    }
}

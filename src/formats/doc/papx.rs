//! What paragraphs say of tables: whether one stands in a cell, and whether it ends a row ([MS-DOC] 2.9.176 PapxFkp, 2.6.2 paragraph properties).

use super::fib::place;
use crate::formats::little::{size_at, u16_at, u32_at};

/// A paragraph that stands in a table.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(super) struct InTable {
    /// Its bytes in the stream `WordDocument`.
    start: u32,
    end: u32,
    /// Tables around it.
    pub(super) depth: u32,
    /// It ends a row.
    pub(super) ends_row: bool,
    /// It ends a cell of a table inside of a cell.
    pub(super) ends_inner_cell: bool,
}

/// All paragraphs in tables, by their place.
pub(super) struct Paragraphs(Vec<InTable>);

impl Paragraphs {
    /// Reads them by the list of their pages.
    pub(super) fn of(doc: &[u8], table: &[u8]) -> Self {
        let list = place(doc, table, 13).unwrap_or_default();
        let count = list.len().saturating_sub(4) / 8;
        let mut all = Vec::new();
        for page in 0..count {
            // No more pages than the file has, however often the list names them.
            if page > doc.len() / 512 {
                break;
            }
            let number = size_at(list, (count + 1) * 4 + page * 4).unwrap_or(usize::MAX) & 0x003F_FFFF;
            let start = number.saturating_mul(512);
            if let Some(page) = doc.get(start..start.saturating_add(512)) {
                read_page(page, &mut all);
            }
        }
        all.sort_by_key(|paragraph: &InTable| paragraph.start);
        Self(all)
    }

    /// What is known of the paragraph whose mark stands at this byte.
    pub(super) fn at(&self, byte: usize) -> Option<InTable> {
        let byte = u32::try_from(byte).ok()?;
        let after = self.0.partition_point(|paragraph| paragraph.start <= byte);
        self.0.get(after.checked_sub(1)?).filter(|paragraph| byte < paragraph.end).copied()
    }

    /// Whether nothing is known of any.
    pub(super) fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
}

fn read_page(page: &[u8], all: &mut Vec<InTable>) {
    let count = usize::from(page.last().copied().unwrap_or(0)).min(29);
    for at in 0..count {
        let (Some(start), Some(end)) = (u32_at(page, at * 4), u32_at(page, at * 4 + 4)) else { return };
        let Some(offset) = page.get((count + 1) * 4 + at * 13).map(|word| usize::from(*word) * 2) else { return };
        if offset == 0 {
            continue;
        }
        let (Some(first), Some(second)) = (page.get(offset), page.get(offset + 1)) else { continue };
        let (from, length) = match (*first, *second) {
            (0, words) => (offset + 2, usize::from(words) * 2),
            (words, _) => (offset + 1, usize::from(words) * 2 - 1),
        };
        let rest = page.get(from..).unwrap_or_default();
        let properties = rest.get(..length).unwrap_or(rest).get(2..).unwrap_or_default();
        let found = in_table(properties);
        if found.depth > 0 {
            all.push(InTable { start, end, ..found });
        }
    }
}

/// Goes through the single properties; those with operands of unknown length end it.
fn in_table(mut properties: &[u8]) -> InTable {
    let mut found = InTable::default();
    while let (Some(code), Some(rest)) = (u16_at(properties, 0), properties.get(2..)) {
        let flag = rest.first().copied() == Some(1);
        match code {
            0x2416 if flag => found.depth = found.depth.max(1),
            0x2417 if flag => {
                found.ends_row = true;
                found.depth = found.depth.max(1);
            }
            0x6649 => found.depth = u32_at(rest, 0).unwrap_or(0).min(64),
            0x244B => found.ends_inner_cell = flag,
            0x244C => found.ends_row |= flag,
            _ => {}
        }
        let length = match (code >> 13, code) {
            (_, 0xD608) => usize::from(u16_at(rest, 0).unwrap_or(0)) + 1,
            (0 | 1, _) => 1,
            (2 | 4 | 5, _) => 2,
            (3, _) => 4,
            (7, _) => 3,
            _ => usize::from(rest.first().copied().unwrap_or(0)) + 1,
        };
        properties = rest.get(length..).unwrap_or_default();
    }
    found
}

//! The trees of an SQLite file: pages that lead to pages, and at their ends the rows (file format, section 1.6).
//!
//! A walk goes down by a stack of its own. Each page is taken once, so that no cycle and no page of two trees is read twice, and the
//! cells of a page may not claim more bytes than it has.

use std::io;

use super::pages::{Lack, Pages};
use crate::model::limits::PART_BYTES;

/// What went wrong on the way, for one gap.
#[derive(Debug, Default)]
pub(super) struct Trouble {
    /// Pages that are damaged or missing.
    pub(super) pages: u64,
    pub(super) first: Option<(u32, &'static str)>,
    /// All that was missing lies behind the end of the file.
    pub(super) only_cut: bool,
    /// Rows of which a part is missing.
    pub(super) torn_rows: u64,
    /// Rows of which only the first bytes were read.
    pub(super) long_rows: u64,
    /// Pages, and parts of rows, that a log does not have.
    pub(super) elsewhere: u64,
}

impl Trouble {
    fn page(&mut self, number: u32, what: &'static str, is_cut: bool) {
        self.only_cut = is_cut && (self.pages == 0 || self.only_cut);
        self.pages += 1;
        self.first.get_or_insert((number, what));
    }

    fn lack(&mut self, number: u32, lack: Lack) {
        match lack {
            Lack::Beyond => self.page(number, "lies behind the end of the file", true),
            Lack::Again => self.page(number, "is used twice", false),
            Lack::Elsewhere => self.elsewhere += 1,
        }
    }
}

/// The kind of a tree.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Tree {
    /// Rows by their number.
    Table,
    /// Rows by their values: indexes, and tables without row numbers.
    Index,
}

/// A row as it is stored.
pub(super) struct Stored {
    /// Its number, in a table.
    pub(super) number: Option<i64>,
    /// Its bytes, or their beginning.
    pub(super) bytes: Vec<u8>,
    /// Whether these are all of them.
    pub(super) whole: bool,
}

/// Page levels of one tree; a tree of 2³² pages has fewer than 20.
const LEVELS: usize = 64;

/// A page of a tree.
struct Node {
    page: Vec<u8>,
    tree: Tree,
    is_leaf: bool,
    cells: usize,
    /// Where the places of its cells are listed.
    list: usize,
    right: u32,
    at: usize,
    /// Bytes that its cells may still claim.
    left: usize,
    /// Some cell of it broke the format.
    is_bad: bool,
}

/// What a cell says.
#[derive(Default)]
struct Cell {
    child: Option<u32>,
    record: Option<(Option<i64>, Local)>,
}

/// The part of a row that stands in its page.
struct Local {
    from: usize,
    to: usize,
    declared: u64,
    overflow: u32,
}

fn u16_at(page: &[u8], at: usize) -> Option<usize> {
    Some(usize::from(u16::from_be_bytes([*page.get(at)?, *page.get(at + 1)?])))
}

fn u32_at(page: &[u8], at: usize) -> Option<u32> {
    page.get(at..at.checked_add(4)?)?.try_into().ok().map(u32::from_be_bytes)
}

/// A number of one to nine bytes (file format, section 1.6), and its length.
pub(super) fn varint(bytes: &[u8]) -> Option<(u64, usize)> {
    let mut value = 0_u64;
    for (at, byte) in bytes.iter().enumerate().take(9) {
        if at == 8 {
            return Some((value << 8 | u64::from(*byte), 9));
        }
        value = value << 7 | u64::from(byte & 0x7F);
        if byte & 0x80 == 0 {
            return Some((value, at + 1));
        }
    }
    None
}

impl Node {
    /// Page 1 has the header of the file before its own.
    fn parse(page: Vec<u8>, number: u32, usable: usize) -> Option<Self> {
        let head = if number == 1 { 100 } else { 0 };
        let (tree, is_leaf) = match page.get(head)? {
            0x02 => (Tree::Index, false),
            0x05 => (Tree::Table, false),
            0x0A => (Tree::Index, true),
            0x0D => (Tree::Table, true),
            _ => return None,
        };
        let cells = u16_at(&page, head + 3)?;
        let list = head + if is_leaf { 8 } else { 12 };
        let right = if is_leaf { 0 } else { u32_at(&page, head + 8)? };
        if list + cells * 2 > usable {
            return None;
        }
        Some(Self { page, tree, is_leaf, cells, list, right, at: 0, left: usable, is_bad: false })
    }

    /// The next cell; `None` at the end of the page, an error where it breaks the format.
    fn next(&mut self, usable: usize) -> Option<Result<Cell, ()>> {
        let index = self.at;
        self.at += 1;
        if index < self.cells {
            return Some(self.cell(index, usable).ok_or(()));
        }
        let last = !self.is_leaf && index == self.cells;
        last.then_some(Ok(Cell { child: Some(self.right), record: None }))
    }

    fn cell(&mut self, index: usize, usable: usize) -> Option<Cell> {
        let mut at = u16_at(&self.page, self.list + index * 2)?;
        let mut cell = Cell::default();
        if !self.is_leaf {
            cell.child = Some(u32_at(&self.page, at)?);
            at += 4;
        }
        if self.tree == Tree::Table && !self.is_leaf {
            return Some(cell);
        }
        let (declared, length) = varint(self.page.get(at..usable)?)?;
        at += length;
        let mut number = None;
        if self.tree == Tree::Table {
            let (value, length) = varint(self.page.get(at..usable)?)?;
            number = Some(value.cast_signed());
            at += length;
        }
        let local = local_bytes(declared, usable, self.tree);
        let to = at.checked_add(local).filter(|to| *to <= usable)?;
        let overflow = if (local as u64) < declared { u32_at(&self.page, to)? } else { 0 };
        // Cells that lie over each other would be read over and over.
        self.left = self.left.checked_sub(local)?;
        cell.record = Some((number, Local { from: at, to, declared, overflow }));
        Some(cell)
    }
}

/// How much of a row of `declared` bytes stands in its page (file format, section 1.6).
fn local_bytes(declared: u64, usable: usize, tree: Tree) -> usize {
    let usable = usable as u64;
    let most = match tree {
        Tree::Table => usable.saturating_sub(35),
        Tree::Index => (usable.saturating_sub(12) * 64 / 255).saturating_sub(23),
    };
    if declared <= most {
        return usize::try_from(declared).unwrap_or(usize::MAX);
    }
    let least = (usable.saturating_sub(12) * 32 / 255).saturating_sub(23);
    let fitting = least + (declared - least) % usable.saturating_sub(4).max(1);
    usize::try_from(if fitting <= most { fitting } else { least }).unwrap_or(usize::MAX)
}

/// Walks a tree from its root and hands over its rows in order, until `each` says no.
pub(super) fn walk(
    pages: &mut Pages<'_>,
    (root, tree): (u32, Tree),
    trouble: &mut Trouble,
    each: &mut dyn FnMut(Stored) -> bool,
) -> io::Result<()> {
    let mut stack = Vec::new();
    descend(pages, (root, tree), &mut stack, trouble)?;
    while let Some((number, node)) = stack.last_mut() {
        let number = *number;
        let Some(cell) = node.next(pages.usable) else {
            stack.pop();
            continue;
        };
        let Ok(cell) = cell else {
            // Its other cells may hold: they are looked at each for itself.
            if !std::mem::replace(&mut node.is_bad, true) {
                trouble.page(number, "breaks the format of a page", false);
            }
            continue;
        };
        if let Some((key, local)) = cell.record {
            let begin = node.page.get(local.from..local.to).unwrap_or_default().to_vec();
            let bytes = whole_row(pages, begin, &local, trouble)?;
            let whole = bytes.len() as u64 == local.declared;
            if !each(Stored { number: key, bytes, whole }) {
                return Ok(());
            }
        }
        if let Some(child) = cell.child {
            descend(pages, (child, tree), &mut stack, trouble)?;
        }
    }
    Ok(())
}

fn descend(
    pages: &mut Pages<'_>,
    (number, tree): (u32, Tree),
    stack: &mut Vec<(u32, Node)>,
    trouble: &mut Trouble,
) -> io::Result<()> {
    if stack.len() >= LEVELS {
        trouble.page(number, "is nested too deep", false);
        return Ok(());
    }
    let page = match pages.take(number)? {
        Ok(page) => page,
        Err(lack) => {
            trouble.lack(number, lack);
            return Ok(());
        }
    };
    match Node::parse(page, number, pages.usable).filter(|node| node.tree == tree) {
        Some(node) => stack.push((number, node)),
        None => trouble.page(number, "is no page of this table", false),
    }
    Ok(())
}

/// The row with what stands on other pages, up to a limit.
fn whole_row(pages: &mut Pages<'_>, begin: Vec<u8>, local: &Local, trouble: &mut Trouble) -> io::Result<Vec<u8>> {
    let mut bytes = begin;
    let wanted = usize::try_from(local.declared.min(PART_BYTES)).unwrap_or(usize::MAX);
    if local.declared > PART_BYTES && local.overflow != 0 {
        trouble.long_rows += 1;
    }
    let mut next = local.overflow;
    while bytes.len() < wanted {
        let page = if next == 0 { Err(Lack::Beyond) } else { pages.take(next)? };
        match page {
            Ok(page) => {
                next = u32_at(&page, 0).unwrap_or(0);
                let more = page.get(4..pages.usable).unwrap_or_default();
                bytes.extend_from_slice(more.get(..more.len().min(wanted - bytes.len())).unwrap_or_default());
            }
            Err(Lack::Elsewhere) => {
                trouble.elsewhere += 1;
                break;
            }
            Err(_) => {
                trouble.torn_rows += 1;
                break;
            }
        }
    }
    Ok(bytes)
}

/// Whether a page holds rows of a table.
pub(super) fn holds_rows(page: &[u8], number: u32, usable: usize) -> bool {
    let head = if number == 1 { 100 } else { 0 };
    page.get(head) == Some(&0x0D)
        && u16_at(page, head + 3).is_some_and(|cells| cells > 0 && head + 8 + cells * 2 <= usable)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_of_every_length() {
        assert_eq!(varint(&[0x7F]), Some((127, 1)));
        assert_eq!(varint(&[0x81, 0x00]), Some((128, 2)));
        assert_eq!(varint(&[0xFF; 9]), Some((u64::MAX, 9)));
        assert_eq!(varint(&[0x80; 3]), None);
        assert_eq!(varint(&[]), None);
    }

    #[test]
    fn rows_spill_as_the_format_says() {
        assert_eq!(local_bytes(4061, 4096, Tree::Table), 4061);
        assert_eq!(local_bytes(4062, 4096, Tree::Table), 489);
        assert_eq!(local_bytes(1002, 4096, Tree::Index), 1002);
        assert!(local_bytes(u64::MAX, 512, Tree::Table) < 512);
    }
}

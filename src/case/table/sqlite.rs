//! An SQLite database, written from its first page to its last: rows come by rising numbers, so every tree is built from its leaves up, and only the first
//! page is put right at the end. <https://www.sqlite.org/fileformat2.html> is the norm.

use std::io::{self, Write};

use super::{Cell, ColumnKind, Shape, TableOut};
use crate::disk::output::OutputFile;

const PAGE: usize = 4096;
/// Locks are taken on the byte at one GiB: the page that it lies in holds nothing.
const LOCK_PAGE: u32 = (1 << 30) / PAGE as u32 + 1;
const FILE_HEAD: usize = 100;
const LEAF: u8 = 0x0d;
const INNER: u8 = 0x05;
/// The longest payload that stands whole in a leaf.
const MOST_LOCAL: usize = PAGE - 35;
/// The least that stays in a leaf of a longer one.
const LEAST_LOCAL: usize = (PAGE - 12) * 32 / 255 - 23;
/// Children of an inner page; each takes a pointer, a page number and a row number of up to nine bytes.
const CHILDREN: usize = (PAGE - FILE_HEAD - 12) / 15;

pub(super) struct SqliteOut<'f> {
    pages: Pages<'f>,
    shape: Shape,
    tree: Tree,
    rows: u64,
}

impl<'f> SqliteOut<'f> {
    pub(super) fn begin(shape: Shape, file: &'f mut OutputFile) -> io::Result<Self> {
        file.write_all(&[0; PAGE])?;
        Ok(Self { pages: Pages { file, count: 1 }, shape, tree: Tree::default(), rows: 0 })
    }

    fn about(&mut self, about: &[(String, String)]) -> io::Result<u32> {
        let mut tree = Tree::default();
        for (number, (key, value)) in (1..).zip(self.shape.about.iter().chain(about)) {
            tree.row(number, &record(&[Value::Text(key), Value::Text(value)]), &mut self.pages)?;
        }
        tree.finish(&mut self.pages)
    }

    /// The first page: the head of the file, and the root of the tree of tables, a leaf for each.
    fn first_page(&mut self, tables: &[(&str, String, u32)]) -> io::Result<()> {
        let mut leaves = Vec::new();
        for (number, (name, sql, root)) in (1..).zip(tables) {
            let name = Value::Text(name);
            let row = [Value::Text("table"), name, name, Value::Number(u64::from(*root)), Value::Text(sql)];
            let mut tree = Tree::default();
            tree.row(number, &record(&row), &mut self.pages)?;
            leaves.push((tree.finish(&mut self.pages)?, number));
        }
        let mut page = inner_page(&leaves, FILE_HEAD);
        let pages = self.pages.count.to_be_bytes();
        let mut put = |at: usize, bytes: &[u8]| {
            page.iter_mut().skip(at).zip(bytes).for_each(|(slot, byte)| *slot = *byte);
        };
        put(0, b"SQLite format 3\0");
        put(16, &(PAGE as u16).to_be_bytes());
        // Written and read in the old way (no log beside it), and the fractions that every file has.
        put(18, &[1, 1, 0, 64, 32, 32]);
        for (at, number) in [(24, 1_u32), (40, 1), (44, 4), (56, 1), (92, 1), (96, 3_040_001)] {
            put(at, &number.to_be_bytes());
        }
        put(28, &pages);
        self.pages.file.patch_at(0, &page).map_err(io::Error::other)
    }
}

impl TableOut for SqliteOut<'_> {
    fn row(&mut self, cells: &[Cell]) -> io::Result<()> {
        self.rows += 1;
        // The first column is the row's own number, which does not stand in the record.
        let number = match cells.first() {
            Some(Cell::Number(number)) => *number,
            _ => self.rows,
        };
        let rest = cells.iter().skip(1).map(|cell| match cell {
            Cell::Empty => Value::Null,
            Cell::Number(number) => Value::Number(*number),
            Cell::Flag(flag) => Value::Number(u64::from(*flag)),
            Cell::Text(text) => Value::Text(text),
        });
        let values: Vec<Value<'_>> = std::iter::once(Value::Null).chain(rest).collect();
        self.tree.row(number, &record(&values), &mut self.pages)
    }

    fn finish(&mut self, about: &[(String, String)]) -> io::Result<()> {
        let root = std::mem::take(&mut self.tree).finish(&mut self.pages)?;
        let about = self.about(about)?;
        let of_about = "CREATE TABLE about (key TEXT NOT NULL, value TEXT NOT NULL)".to_owned();
        self.first_page(&[(self.shape.name, create(&self.shape), root), ("about", of_about, about)])
    }
}

/// The statement that makes such a table.
fn create(shape: &Shape) -> String {
    let columns = shape.columns.iter().enumerate().map(|(at, column)| {
        let kind = match column.kind {
            _ if at == 0 => "INTEGER PRIMARY KEY",
            ColumnKind::Number | ColumnKind::Flag => "INTEGER NOT NULL",
            ColumnKind::MaybeNumber => "INTEGER",
            ColumnKind::Text => "TEXT NOT NULL",
        };
        format!("\"{}\" {kind}", column.name.replace('"', "\"\""))
    });
    format!("CREATE TABLE {} ({})", shape.name, columns.collect::<Vec<_>>().join(", "))
}

/// The file, page by page. Pages are numbered from 1.
struct Pages<'f> {
    file: &'f mut OutputFile,
    count: u32,
}

impl Pages<'_> {
    fn next(&self) -> u32 {
        if self.count + 1 == LOCK_PAGE { LOCK_PAGE + 1 } else { self.count + 1 }
    }

    fn add(&mut self, page: &[u8]) -> io::Result<u32> {
        let number = self.next();
        if number != self.count + 1 {
            self.file.write_all(&[0; PAGE])?;
        }
        self.count = number;
        if number == u32::MAX - 1 {
            return Err(io::ErrorKind::FileTooLarge.into());
        }
        self.file.write_all(page)?;
        Ok(number)
    }

    /// What does not fit into a leaf, page behind page; gives the first.
    fn overflow(&mut self, rest: &[u8]) -> io::Result<u32> {
        let first = self.next();
        let mut parts = rest.chunks(PAGE - 4).peekable();
        while let Some(part) = parts.next() {
            let own = self.next();
            let after = if own + 1 == LOCK_PAGE { LOCK_PAGE + 1 } else { own + 1 };
            let mut page = if parts.peek().is_some() { after } else { 0 }.to_be_bytes().to_vec();
            page.extend_from_slice(part);
            page.resize(PAGE, 0);
            self.add(&page)?;
        }
        Ok(first)
    }
}

/// A tree in the making: a leaf that is being filled, and above it the children that have no page yet, level by level.
#[derive(Default)]
struct Tree {
    cells: Vec<Vec<u8>>,
    bytes: usize,
    last: u64,
    levels: Vec<Vec<(u32, u64)>>,
}

impl Tree {
    fn row(&mut self, number: u64, payload: &[u8], pages: &mut Pages<'_>) -> io::Result<()> {
        let mut cell = Vec::with_capacity(payload.len().min(PAGE) + 18);
        put_varint(&mut cell, payload.len() as u64);
        put_varint(&mut cell, number);
        let local = local(payload.len());
        let (here, rest) = payload.split_at_checked(local).unwrap_or((payload, &[]));
        cell.extend_from_slice(here);
        if !rest.is_empty() {
            cell.extend_from_slice(&pages.overflow(rest)?.to_be_bytes());
        }
        if 8 + self.bytes + cell.len() + 2 > PAGE {
            self.leaf(pages)?;
        }
        self.bytes += cell.len() + 2;
        self.cells.push(cell);
        self.last = number;
        Ok(())
    }

    fn leaf(&mut self, pages: &mut Pages<'_>) -> io::Result<()> {
        let cells = std::mem::take(&mut self.cells);
        self.bytes = 0;
        let page = pages.add(&page(LEAF, None, &cells, 0))?;
        self.child(0, (page, self.last), pages)
    }

    /// Takes a page into a level. Two always stay: a page with one child only would be none.
    fn child(&mut self, level: usize, child: (u32, u64), pages: &mut Pages<'_>) -> io::Result<()> {
        if self.levels.len() <= level {
            self.levels.push(Vec::new());
        }
        let Some(children) = self.levels.get_mut(level) else { return Ok(()) };
        children.push(child);
        if children.len() < CHILDREN + 2 {
            return Ok(());
        }
        let full: Vec<(u32, u64)> = children.drain(..CHILDREN).collect();
        self.inner(level, &full, pages)
    }

    fn inner(&mut self, level: usize, children: &[(u32, u64)], pages: &mut Pages<'_>) -> io::Result<()> {
        let Some(&(_, last)) = children.last() else { return Ok(()) };
        let page = pages.add(&inner_page(children, 0))?;
        self.child(level + 1, (page, last), pages)
    }

    /// Writes what is left; gives the root.
    fn finish(mut self, pages: &mut Pages<'_>) -> io::Result<u32> {
        if !self.cells.is_empty() || self.levels.is_empty() {
            self.leaf(pages)?;
        }
        let mut level = 0;
        loop {
            let children = self.levels.get_mut(level).map(std::mem::take).unwrap_or_default();
            match children.as_slice() {
                [(root, _)] if level + 1 >= self.levels.len() => return Ok(*root),
                children => self.inner(level, children, pages)?,
            }
            level += 1;
        }
    }
}

/// Bytes of a payload that stand in the leaf.
fn local(length: usize) -> usize {
    if length <= MOST_LOCAL {
        return length;
    }
    let kept = LEAST_LOCAL + (length - LEAST_LOCAL) % (PAGE - 4);
    if kept <= MOST_LOCAL { kept } else { LEAST_LOCAL }
}

fn inner_page(children: &[(u32, u64)], start: usize) -> Vec<u8> {
    let (last, cells) = match children.split_last() {
        Some((&(last, _), cells)) => (last, cells),
        None => (0, children),
    };
    let cell = |&(child, key): &(u32, u64)| {
        let mut cell = child.to_be_bytes().to_vec();
        put_varint(&mut cell, key);
        cell
    };
    page(INNER, Some(last), &cells.iter().map(cell).collect::<Vec<_>>(), start)
}

/// A page: its head at `start`, pointers behind it, cells at its end.
fn page(kind: u8, right: Option<u32>, cells: &[Vec<u8>], start: usize) -> Vec<u8> {
    let length: usize = cells.iter().map(Vec::len).sum();
    let content = PAGE.saturating_sub(length);
    let mut page = vec![0; start];
    page.push(kind);
    page.extend_from_slice(&[0, 0]);
    page.extend_from_slice(&(cells.len() as u16).to_be_bytes());
    page.extend_from_slice(&(content as u16).to_be_bytes());
    page.push(0);
    right.into_iter().for_each(|right| page.extend_from_slice(&right.to_be_bytes()));
    let mut at = content;
    for cell in cells {
        page.extend_from_slice(&(at as u16).to_be_bytes());
        at += cell.len();
    }
    page.resize(content, 0);
    cells.iter().for_each(|cell| page.extend_from_slice(cell));
    page
}

/// A value of a record.
#[derive(Clone, Copy)]
enum Value<'a> {
    Null,
    Number(u64),
    Text(&'a str),
}

/// A record: types first, then what they hold.
fn record(values: &[Value<'_>]) -> Vec<u8> {
    let (mut types, mut body) = (Vec::new(), Vec::new());
    for value in values {
        match value {
            Value::Null => types.push(0),
            Value::Number(0) => types.push(8),
            Value::Number(1) => types.push(9),
            Value::Number(number) => {
                let bytes = number.to_be_bytes();
                let (kind, width) = match number {
                    0..=0x7f => (1, 1),
                    0..=0x7fff => (2, 2),
                    0..=0x7fff_ffff => (4, 4),
                    _ => (6, 8),
                };
                types.push(kind);
                body.extend_from_slice(bytes.get(8 - width..).unwrap_or(&bytes));
            }
            Value::Text(text) => {
                put_varint(&mut types, text.len() as u64 * 2 + 13);
                body.extend_from_slice(text.as_bytes());
            }
        }
    }
    let mut all = Vec::with_capacity(types.len() + body.len() + 3);
    // The length counts itself.
    let own = if types.len() < 127 { 1 } else { 2 };
    put_varint(&mut all, (types.len() + own) as u64);
    all.append(&mut types);
    all.append(&mut body);
    all
}

/// A number of 7 bits a byte, the highest first; a ninth byte has 8.
fn put_varint(into: &mut Vec<u8>, value: u64) {
    if value >> 56 != 0 {
        (0..8).rev().for_each(|at| into.push((value >> (8 + 7 * at)) as u8 | 0x80));
        into.push(value as u8);
        return;
    }
    let width = (1..9).find(|width| value >> (7 * width) == 0).unwrap_or(8);
    for at in (0..width).rev() {
        into.push((value >> (7 * at)) as u8 & 0x7f | if at > 0 { 0x80 } else { 0 });
    }
}

//! SQLite databases: every table is a part, every row a record under the names of its columns.
//!
//! Read by the published file format (<https://www.sqlite.org/fileformat2.html>), page by page and without SQLite itself. Indexes hold
//! copies and are not read. What was deleted is not looked for. The two logs that may stand beside a database, `-wal` and `-journal`,
//! are files of their own ([`Log`]).

mod btree;
mod log;
mod pages;
mod record;
mod rows;
mod schema;

#[cfg(test)]
mod tests;

use std::io::{self, SeekFrom};

use btree::{Tree, Trouble, walk};
pub use log::Log;
use pages::Pages;
use rows::{REPAIR, Rows};
use schema::{Entries, Schema, Table};

use super::trouble::{in_order, read_error};
use super::written::Written;
use super::{Claim, Format, Head, Input, Need, Sink, binary};
use crate::model::{Charset, GapKind};

/// SQLite databases.
pub struct Sqlite;

const MAGIC: &[u8] = b"SQLite format 3\0";

impl Format for Sqlite {
    fn id(&self) -> &'static str {
        "sqlite"
    }

    fn claims(&self, head: &Head<'_>) -> Claim {
        if head.bytes.starts_with(MAGIC) { Claim::Yes } else { Claim::No }
    }

    fn endings(&self) -> &'static [&'static str] {
        // Not `db`: programs call anything that.
        &["sqlite", "sqlite3", "db3", "s3db", "sl3"]
    }

    fn need(&self) -> Need {
        Need::Seek
    }

    fn read(&self, head: &Head<'_>, input: Input<'_>, out: &mut dyn Sink) {
        let Input::Seek(src, length) = input else { return };
        let Some((size, usable)) = page_size(head.bytes) else {
            out.gap(
                GapKind::Malformed,
                format!("the header of this SQLite database is damaged: only runs of plain text were read; {REPAIR}"),
            );
            if let Err(error) = src.seek(SeekFrom::Start(0)) {
                return read_error(out, &error, 0);
            }
            return binary::read_runs(&mut *in_order(Input::Seek(src, length)), out);
        };
        let charset = charset(head.bytes);
        tell_cut(head.bytes, length, size, out);
        let mut database = Database { pages: Pages::in_order(src, length, size, usable), charset, damaged: false };
        database.read_all(out);
    }
}

/// Bytes of a page, and how many of them trees use (header, offsets 16 and 20).
fn page_size(head: &[u8]) -> Option<(usize, usize)> {
    let size = match u16::from_be_bytes([*head.get(16)?, *head.get(17)?]) {
        1 => 65_536,
        size => usize::from(size),
    };
    let usable = size.checked_sub(usize::from(*head.get(20)?))?;
    (size.is_power_of_two() && size >= 512 && usable >= 480 && head.len() >= 100).then_some((size, usable))
}

fn charset(head: &[u8]) -> Charset {
    match head.get(59) {
        Some(2) => Charset::Utf16Le,
        Some(3) => Charset::Utf16Be,
        _ => Charset::Utf8,
    }
}

/// The header counts the pages, if the one who wrote last knows how to (its two counters agree).
fn tell_cut(head: &[u8], length: u64, size: usize, out: &mut dyn Sink) {
    let field = |at: usize| head.get(at..at + 4).and_then(|b| b.try_into().ok()).map_or(0, u32::from_be_bytes);
    let declared = u64::from(field(28)).saturating_mul(size as u64);
    if field(24) == field(92) && declared > length {
        let reason = format!(
            "the file ends at byte {length}, and the database should have {declared} bytes; what is there was looked at; look for a whole copy"
        );
        out.gap(GapKind::Truncated, reason);
    }
}

/// A database, or the pages of one that a log has.
struct Database<'s> {
    pages: Pages<'s>,
    charset: Charset,
    /// Some page could not be read: others may have lost their way in.
    damaged: bool,
}

impl Database<'_> {
    fn read_all(&mut self, out: &mut dyn Sink) {
        if let Err(error) = self.tables(out).and_then(|go_on| if go_on { self.strays(out) } else { Ok(()) }) {
            read_error(out, &error, self.pages.read_so_far());
        }
    }

    /// All tables that the schema knows; false if the pass has had enough.
    fn tables(&mut self, out: &mut dyn Sink) -> io::Result<bool> {
        let schema = self.schema(out)?;
        let mut written = Written::default();
        schema.statements.iter().for_each(|sql| written.lines(sql, out));
        for name in &schema.words_only {
            let reason = format!(
                "the full-text table {name} keeps an index of words without the texts they are from; it was not read: look at it with sqlite3"
            );
            out.gap(GapKind::UnsupportedFormat, reason);
        }
        for table in &schema.tables {
            if !self.is_empty(table)? && !self.table(table, out)? {
                return Ok(false);
            }
        }
        Ok(true)
    }

    fn schema(&mut self, out: &mut dyn Sink) -> io::Result<Schema> {
        let (mut entries, mut trouble) = (Entries::default(), Trouble::default());
        let charset = self.charset;
        walk(&mut self.pages, (1, Tree::Table), &mut trouble, &mut |row| entries.row(&row.bytes, charset))?;
        self.damaged |= trouble.pages > 0;
        if trouble.pages + trouble.torn_rows + trouble.long_rows > 0 || entries.is_full() {
            let (page, what) = trouble.first.unwrap_or((1, "has rows that are damaged"));
            let reason = format!(
                "the list of tables could not be read to its end (page {page} {what}): rows whose table is not known are under \"(rows without a table)\"; {REPAIR}"
            );
            self.damaged = true;
            out.gap(GapKind::Malformed, reason);
        }
        Ok(entries.schema())
    }

    /// Whether a table has no rows: it needs no place in the results.
    fn is_empty(&mut self, table: &Table) -> io::Result<bool> {
        let page = self.pages.peek(table.root)?;
        let Some(page) = page else { return Ok(self.pages.is_log()) };
        Ok(table.root != 1 && matches!(page.first(), Some(0x0D | 0x0A)) && page.get(3..5) == Some(&[0, 0]))
    }

    /// One table; false if the pass has had enough.
    fn table(&mut self, table: &Table, out: &mut dyn Sink) -> io::Result<bool> {
        let mut result = Ok(());
        let go_on = out.part(&table.name, &mut |out| {
            let (mut rows, mut trouble) = (Rows::new(Some(table), self.charset), Trouble::default());
            result = self.rows((table.root, table.tree), &mut rows, &mut trouble, out);
            self.damaged |= trouble.pages > 0;
            rows.finish(&trouble, out);
        });
        result.map(|()| go_on)
    }

    fn rows(
        &mut self,
        tree: (u32, Tree),
        rows: &mut Rows<'_>,
        trouble: &mut Trouble,
        out: &mut dyn Sink,
    ) -> io::Result<()> {
        walk(&mut self.pages, tree, trouble, &mut |row| rows.row(&row, out))
    }

    /// Pages with rows that no table led to: of a log, and where a page on the way is damaged.
    fn strays(&mut self, out: &mut dyn Sink) -> io::Result<()> {
        if !self.damaged && !self.pages.is_log() {
            return Ok(());
        }
        let Some(first) = self.next_stray(0)? else { return Ok(()) };
        let mut result = Ok(());
        out.part("(rows without a table)", &mut |out| {
            let (mut rows, mut trouble) = (Rows::new(None, self.charset), Trouble::default());
            result = self.each_stray(first, &mut rows, &mut trouble, out);
            let why = if self.pages.is_log() {
                "this log does not have the list of tables: it is in the database beside it"
            } else {
                "the pages that lead to them are damaged, or they were deleted"
            };
            let reason = format!(
                "{} row(s) were read without the names of their table and columns: {why}; open a copy of both with sqlite3 to see them whole",
                rows.count
            );
            let kind = if self.pages.is_log() { GapKind::UnsupportedFormat } else { GapKind::Malformed };
            out.gap(kind, reason);
            rows.finish(&trouble, out);
        });
        result
    }

    fn each_stray(
        &mut self,
        first: u32,
        rows: &mut Rows<'_>,
        trouble: &mut Trouble,
        out: &mut dyn Sink,
    ) -> io::Result<()> {
        let mut next = Some(first);
        while let Some(index) = next.filter(|_| rows.goes_on) {
            if let Some(number) = self.pages.number(index) {
                self.rows((number, Tree::Table), rows, trouble, out)?;
            }
            next = self.next_stray(index.saturating_add(1))?;
        }
        Ok(())
    }

    /// The next page from this place on that holds rows and was not read.
    fn next_stray(&mut self, from: u32) -> io::Result<Option<u32>> {
        for index in from..self.pages.count {
            if self.pages.is_taken(index) {
                continue;
            }
            let Some(number) = self.pages.number(index) else { break };
            let Some(page) = self.pages.peek(number)? else { continue };
            if btree::holds_rows(&page, number, self.pages.usable) {
                return Ok(Some(index));
            }
        }
        Ok(None)
    }
}

//! Goes through a dump from statement to statement: rows to their tables, everything else as lines.

use std::collections::BTreeMap;

use super::create::create_table;
use super::output::Rows;
use super::source::Source;
use super::statement::{Statement, Target, statement};
use super::values::{Backslash, Bad, comment_end, memchr_from, row};
use crate::formats::Sink;
use crate::formats::keyed::Keyed;
use crate::formats::plain::Undecodable;
use crate::formats::trouble::read_error;
use crate::model::limits::{BOND_LINE_BYTES, SQL_AGAIN_BYTES, SQL_ROW_BYTES, SQL_TABLES, WINDOW_BYTES};
use crate::model::{Bond, Field, GapKind, Place, Record};
use crate::text::decode_record;
use crate::text::lines::cut;

/// What is known of a table.
#[derive(Default)]
struct Known {
    /// Its columns, as it was made.
    names: Vec<String>,
    /// It had its part.
    opened: bool,
    rows: u64,
}

/// Rows that begin.
#[derive(Clone)]
struct Begin {
    target: Target,
    /// Where, in the buffer.
    at: usize,
    is_copy: bool,
}

/// What follows some text.
enum Next {
    Rows(Begin),
    /// The text belongs to another table, or to none.
    Leave,
    End,
}

/// A dump on its way through.
pub(super) struct Dump<'r> {
    src: Source<'r>,
    backslash: Backslash,
    tables: BTreeMap<String, Known>,
    lost: Undecodable,
    /// Rows that could not be taken apart, and the line of the first.
    broken: u64,
    first: u64,
    /// The dump ends in a row.
    is_cut: bool,
    long: u64,
    /// Pictures and sounds in values, not told yet.
    mute: u64,
    /// Bytes that were read again, as lines.
    again: usize,
    goes_on: bool,
}

/// Fewer bytes than these that were looked at in vain do not count.
const LOOK_BYTES: usize = 512;

impl<'r> Dump<'r> {
    pub(super) fn new(src: Source<'r>, backslash: Backslash) -> Self {
        let (tables, lost) = (BTreeMap::new(), Undecodable::default());
        Self {
            src,
            backslash,
            tables,
            lost,
            broken: 0,
            first: 0,
            is_cut: false,
            long: 0,
            mute: 0,
            again: 0,
            goes_on: true,
        }
    }

    pub(super) fn run(mut self, out: &mut dyn Sink) {
        let mut next = self.text(false, out);
        while self.goes_on {
            next = match next {
                Next::End => break,
                Next::Leave => self.text(false, out),
                Next::Rows(begin) => self.table(begin, out),
            };
        }
        self.finish(out);
    }

    /// The rows of a table, in a part of their own if it has had none.
    fn table(&mut self, begin: Begin, out: &mut dyn Sink) -> Next {
        let name = begin.target.table.clone();
        let room = self.tables.len() < SQL_TABLES;
        let known =
            if room { Some(self.tables.entry(key(&name)).or_default()) } else { self.tables.get_mut(&key(&name)) };
        let is_new = known.is_some_and(|known| !std::mem::replace(&mut known.opened, true));
        if !is_new {
            self.rows(&begin, true, out);
            return self.text(false, out);
        }
        let mut next = Next::Leave;
        let mut first = Some(begin);
        let go_on = out.part(&name, &mut |out| {
            while let Some(begin) = first.take() {
                self.rows(&begin, false, out);
                match self.text(true, out) {
                    Next::Rows(more) if more.target.table == name => first = Some(more),
                    other => next = other,
                }
            }
            self.tell_mute(out);
        });
        self.goes_on &= go_on;
        next
    }

    /// Reads text up to the next rows. Inside a table it leaves where another begins.
    fn text(&mut self, inside: bool, out: &mut dyn Sink) -> Next {
        while self.goes_on {
            self.skip_blank();
            let Some(byte) = self.src.byte(self.src.start) else { break };
            if byte == b';' {
                self.src.advance(self.src.start + 1);
                continue;
            }
            if inside && self.is_leaving() {
                return Next::Leave;
            }
            let (found, looked) =
                if self.again > SQL_AGAIN_BYTES { (Statement::Other, 0) } else { statement(&mut self.src) };
            match found {
                Statement::Insert(target, at) => return Next::Rows(Begin { target, at, is_copy: false }),
                Statement::Copy(target, at) => return Next::Rows(Begin { target, at, is_copy: true }),
                Statement::Create(end) => self.create(end, out),
                Statement::Other => {
                    self.again += if looked > LOOK_BYTES { looked } else { 0 };
                    self.line(None, inside, out);
                }
            }
        }
        Next::End
    }

    /// Whether here begins what is said between tables.
    fn is_leaving(&mut self) -> bool {
        let start = self.src.start;
        self.src.byte(start + 8);
        let word = self.src.held(start, start + 8).to_ascii_lowercase();
        [&b"--"[..], b"create ", b"drop ", b"alter ", b"unlock ", b"lock "].iter().any(|begin| word.starts_with(begin))
    }

    fn skip_blank(&mut self) {
        loop {
            let start = self.src.start;
            let rest = self.src.from(start);
            let blank = rest.iter().take_while(|byte| byte.is_ascii_whitespace()).count();
            let all = blank == rest.len();
            if blank == 0 {
                return;
            }
            self.src.advance(start + blank);
            if !all {
                return;
            }
        }
    }

    /// `CREATE TABLE`: its columns are kept, and it is read as lines.
    fn create(&mut self, end: usize, out: &mut dyn Sink) {
        let sql = decode_record(self.src.held(self.src.start, end), self.src.charset()).text.into_owned();
        if let Some(created) = create_table(&sql)
            && (self.tables.len() < SQL_TABLES || self.tables.contains_key(&key(&created.name)))
        {
            let names = created.columns.into_iter().filter(|column| !column.is_virtual).map(|column| column.name);
            self.tables.entry(key(&created.name)).or_default().names = names.collect();
        }
        let mark = self.src.mark(end);
        while self.src.place(mark) > self.src.start {
            self.line(Some(mark), false, out);
        }
    }

    fn rows(&mut self, begin: &Begin, flat: bool, out: &mut dyn Sink) {
        let known = self.tables.get(&key(&begin.target.table));
        let names = match known {
            Some(known) if begin.target.columns.is_empty() => known.names.clone(),
            _ => begin.target.columns.clone(),
        };
        let count = known.map_or(0, |known| known.rows);
        let keyed = Keyed::of(&names);
        let mut rows = Rows { table: &begin.target.table, names: &names, keyed, flat, count, mute: 0, goes_on: true };
        self.src.advance(begin.at);
        if begin.is_copy {
            self.copy(&mut rows, out)
        } else {
            self.insert(&mut rows, out)
        }
        self.goes_on &= rows.goes_on;
        self.mute += rows.mute;
        let count = rows.count;
        if let Some(known) = self.tables.get_mut(&key(&begin.target.table)) {
            known.rows = count;
        }
    }

    /// Rows in brackets, one after the other.
    fn insert(&mut self, rows: &mut Rows<'_>, out: &mut dyn Sink) {
        while rows.goes_on {
            let open = self.src.start;
            match row(&mut self.src, open, self.backslash) {
                Ok((values, end)) => {
                    rows.insert(&self.src, &values, &mut self.lost, out);
                    self.src.advance(end);
                }
                Err((bad, at)) => return self.bad(bad, at, !rows.flat, out),
            }
            self.skip_between(!rows.flat, out);
            match self.src.byte(self.src.start) {
                Some(b',') => {
                    self.src.advance(self.src.start + 1);
                    self.skip_between(!rows.flat, out);
                    if self.src.byte(self.src.start) != Some(b'(') {
                        return;
                    }
                }
                Some(b'(') => {}
                _ => return,
            }
        }
    }

    /// Blanks and comments between rows. The comments are text.
    fn skip_between(&mut self, inside: bool, out: &mut dyn Sink) {
        loop {
            self.skip_blank();
            let start = self.src.start;
            let mark = (self.src.byte(start), self.src.byte(start + 1));
            let end = match mark {
                (Some(b'/'), Some(b'*')) => comment_end(&mut self.src, start),
                (Some(b'-'), Some(b'-')) => memchr_from(&mut self.src, start, b'\n'),
                _ => return,
            };
            let Some(end) = end else { return };
            let mark = self.src.mark(end + 1);
            while self.src.place(mark) > self.src.start {
                self.line(Some(mark), inside, out);
            }
        }
    }

    /// What can not be taken apart is counted, and read as a line.
    fn bad(&mut self, bad: Bad, at: usize, inside: bool, out: &mut dyn Sink) {
        if self.broken + self.long == 0 {
            self.first = self.src.line;
        }
        self.again = self.again.saturating_add(at.saturating_sub(self.src.start));
        match bad {
            Bad::Cut => self.is_cut = true,
            Bad::Long => self.long += 1,
            Bad::Broken => self.broken += 1,
        }
        self.line(None, inside, out);
    }

    /// Lines of `COPY`, up to the one that ends it.
    fn copy(&mut self, rows: &mut Rows<'_>, out: &mut dyn Sink) {
        while rows.goes_on {
            let start = self.src.start;
            let found = memchr_from(&mut self.src, start, b'\n');
            let end = found.unwrap_or_else(|| start + self.src.from(start).len());
            if found.is_none() {
                self.is_cut = true;
                if self.src.is_long(end) {
                    (self.is_cut, self.long) = (false, self.long + 1);
                    return self.line(None, !rows.flat, out);
                }
                if end == start {
                    return;
                }
            }
            let line = self.src.held(start, end);
            let line = line.strip_suffix(b"\r").unwrap_or(line);
            if line == b"\\." {
                return self.src.advance(end + usize::from(found.is_some()));
            }
            if !line.is_empty() {
                // A backslash may be the second byte of a character.
                let own = !line.is_ascii() && std::str::from_utf8(line).is_err();
                let decoded = own.then(|| decode_record(line, self.src.charset()).text.into_owned());
                let text = decoded.as_deref().map_or(line, str::as_bytes);
                rows.copied(&self.src, (start, text, own), &mut self.lost, out);
            }
            self.src.advance(end + usize::from(found.is_some()));
        }
    }

    /// The rest of a line, in windows if it is long; no farther than a mark.
    fn line(&mut self, until: Option<u64>, inside: bool, out: &mut dyn Sink) {
        let row = self.src.line;
        let (mut fresh, mut long) = (0, false);
        loop {
            let start = self.src.start;
            self.src.byte(start + WINDOW_BYTES);
            let most = until.map_or(usize::MAX, |mark| self.src.place(mark));
            let held = self.src.held(start, most.min(start + WINDOW_BYTES));
            let ends = memchr::memchr(b'\n', held);
            if ends.is_none() && held.len() >= WINDOW_BYTES {
                let (end, next) = cut(held, self.src.charset());
                self.push((start, start + end), (row, fresh, Bond::Loose), inside, out);
                long = true;
                fresh = self.src.origin(start + end);
                // Where bytes are not the leaf's own, windows must not overlap: a match could not be placed in them.
                self.src.advance(start + if self.src.is_plain() { next } else { end });
                continue;
            }
            let end = start + ends.unwrap_or(held.len());
            let bond = if long || end - start > BOND_LINE_BYTES { Bond::Loose } else { Bond::Line };
            if !long || self.src.origin(end) > fresh {
                self.push((start, end), (row, fresh, bond), inside, out);
            }
            return self.src.advance(end + usize::from(ends.is_some()));
        }
    }

    fn push(
        &mut self,
        (from, to): (usize, usize),
        (row, fresh, bond): (u64, u64, Bond),
        inside: bool,
        out: &mut dyn Sink,
    ) {
        let held = self.src.held(from, to);
        let held = held.strip_suffix(b"\r").unwrap_or(held);
        if held.is_empty() {
            return;
        }
        let text = decode_record(held, self.src.charset());
        let offset = self.src.origin(from);
        if text.malformed {
            self.lost.seen(offset);
        }
        let raw = self.src.is_plain().then_some((held, text.charset));
        // In a table rows count, not lines.
        let place = Place { offset, row: (!inside).then_some(row), ..Place::default() };
        let fields = [Field { name: None, text: &text.text, place, raw, undone: None }];
        let fresh_from = if self.src.is_plain() { fresh } else { 0 };
        out.record(&Record { bond, fields: &fields, fresh_from });
    }

    fn tell_mute(&mut self, out: &mut dyn Sink) {
        let mute = std::mem::take(&mut self.mute);
        if mute > 0 {
            let reason = format!(
                "{mute} value(s) are pictures, sound or film, which hold no text; if they may show a person or a document, look at them by hand"
            );
            out.gap(GapKind::NoText, reason);
        }
    }

    fn finish(mut self, out: &mut dyn Sink) {
        self.tell_mute(out);
        if let Some(error) = self.src.error.take() {
            let at = self.src.origin(self.src.start);
            read_error(out, &error, at);
        } else if self.is_cut {
            let reason =
                "the dump ends in the middle of a row; what is there was read; look for a whole copy".to_owned();
            out.gap(GapKind::Truncated, reason);
        }
        if self.broken > 0 {
            let reason = format!(
                "{} row(s) of INSERT, the first in line {}, break off or are not written as rows; they were read as lines, without the names of their columns",
                self.broken, self.first
            );
            out.gap(GapKind::Malformed, reason);
        }
        if self.long > 0 {
            let reason = format!(
                "{} row(s) are longer than {SQL_ROW_BYTES} bytes; these and what follows them in their lines was read in pieces, without the names of columns",
                self.long
            );
            out.gap(GapKind::OverLimit, reason);
        }
        if self.again > SQL_AGAIN_BYTES {
            let reason =
                "too many rows could not be taken apart: the rest was read as lines, without the names of columns"
                    .to_owned();
            out.gap(GapKind::OverLimit, reason);
        }
        self.src.foreign().iter().for_each(|charset| out.also(charset));
        self.lost.tell(out);
    }
}

/// Names of tables are the same in either case.
fn key(name: &str) -> String {
    name.to_lowercase()
}

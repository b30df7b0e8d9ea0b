//! The rows of a dump on their way out: each value as text with its place, as a file of its own, or as what can be read of its bytes.

use std::io::Cursor;
use std::ops::Range;

use super::copy;
use super::source::Source;
use super::values::{Value, unhex};
use crate::formats::Sink;
use crate::formats::blob::{Blob, CELL_BYTES, tell};
use crate::formats::keyed::Keyed;
use crate::formats::plain::Undecodable;
use crate::model::limits::{RECORD_BYTES, RECORD_FIELDS};
use crate::model::{Bond, Charset, Field, GapKind, Place, Record};
use crate::text::{decode_record, looks_binary};

/// One value as it is shown.
struct Shown {
    /// From 0.
    column: usize,
    /// Where it begins in the buffer.
    at: usize,
    text: String,
    /// The bytes that it is, where it is they.
    raw: Option<(Range<usize>, Charset)>,
}

/// The values of one row.
#[derive(Default)]
struct Row {
    shown: Vec<Shown>,
    files: Vec<(usize, Vec<u8>)>,
    runs: Vec<(usize, usize, String)>,
}

/// Gives out the rows of one table.
pub(super) struct Rows<'n> {
    pub(super) table: &'n str,
    pub(super) names: &'n [String],
    pub(super) keyed: Option<Keyed>,
    /// The table stands in the pointer: there is no part for it.
    pub(super) flat: bool,
    /// Rows so far, of this table.
    pub(super) count: u64,
    /// Pictures and sounds.
    pub(super) mute: u64,
    pub(super) goes_on: bool,
}

impl Rows<'_> {
    /// A row in brackets.
    pub(super) fn insert(&mut self, src: &Source<'_>, values: &[Value], lost: &mut Undecodable, out: &mut dyn Sink) {
        let mut row = Row::default();
        for (column, value) in values.iter().enumerate() {
            if value.pieces.is_empty() {
                self.bare(src, (column, value.range.clone()), lost, &mut row);
                continue;
            }
            for group in value.pieces.chunk_by(|_, next| next.joined) {
                let Some(first) = group.first() else { continue };
                let at = first.range.start;
                if let ([piece], false) = (group, first.escaped || first.is_hex) {
                    self.plain(src, (column, piece.range.clone()), lost, &mut row);
                    continue;
                }
                let held = |range: &Range<usize>| src.held(range.start, range.end);
                let bytes: Vec<u8> =
                    group.iter().flat_map(|piece| piece.bytes(held(&piece.range)).into_owned()).collect();
                match first.is_hex.then(|| unhex(&bytes)).flatten() {
                    Some(bytes) => self.blob((column, at), bytes, &mut row),
                    None => self.owned(src, (column, at), bytes, lost, &mut row),
                }
            }
        }
        self.give(src, &row, out);
    }

    /// A line of `COPY` that stands in the buffer from `begin` on; `own` if it had to be decoded first.
    pub(super) fn copied(
        &mut self,
        src: &Source<'_>,
        (begin, line, own): (usize, &[u8], bool),
        lost: &mut Undecodable,
        out: &mut dyn Sink,
    ) {
        let mut row = Row::default();
        for (column, range) in copy::values(line) {
            let value = line.get(range.clone()).unwrap_or_default();
            let at = if own { begin } else { begin + range.start };
            if own || memchr::memchr(b'\\', value).is_some() {
                self.owned(src, (column, at), copy::unescape(value).into_owned(), lost, &mut row);
            } else {
                self.plain(src, (column, at..at + value.len()), lost, &mut row);
            }
        }
        self.give(src, &row, out);
    }

    /// A value without quotes.
    fn bare(
        &mut self,
        src: &Source<'_>,
        (column, range): (usize, Range<usize>),
        lost: &mut Undecodable,
        row: &mut Row,
    ) {
        let held = src.held(range.start, range.end);
        let begin = range.start + (held.len() - held.trim_ascii_start().len());
        let held = held.trim_ascii();
        if held.eq_ignore_ascii_case(b"null") || held.eq_ignore_ascii_case(b"default") {
            return;
        }
        let hex = held.strip_prefix(b"0x").or_else(|| held.strip_prefix(b"0X")).and_then(unhex);
        match hex {
            Some(bytes) => self.blob((column, begin), bytes, row),
            None => self.plain(src, (column, begin..begin + held.len()), lost, row),
        }
    }

    /// A value whose bytes stand for themselves.
    fn plain(
        &mut self,
        src: &Source<'_>,
        (column, range): (usize, Range<usize>),
        lost: &mut Undecodable,
        row: &mut Row,
    ) {
        let held = src.held(range.start, range.end);
        if held.len() > CELL_BYTES || is_blob(held) || held.starts_with(b"\\x") {
            return self.owned(src, (column, range.start), held.to_vec(), lost, row);
        }
        let decoded = decode_record(held, src.charset());
        if decoded.malformed {
            lost.seen(src.origin(range.start));
        }
        let raw = src.is_plain().then_some((range.clone(), decoded.charset));
        let text = decoded.text.into_owned();
        row.shown.push(Shown { column, at: range.start, text, raw });
    }

    /// A value of which the bytes had to be made.
    fn owned(
        &mut self,
        src: &Source<'_>,
        (column, at): (usize, usize),
        bytes: Vec<u8>,
        lost: &mut Undecodable,
        row: &mut Row,
    ) {
        // `\x…` is how PostgreSQL writes bytes.
        if let Some(bytes) = bytes.strip_prefix(b"\\x").and_then(unhex) {
            return self.blob((column, at), bytes, row);
        }
        if is_blob(&bytes) {
            return self.blob((column, at), bytes, row);
        }
        if bytes.len() > CELL_BYTES {
            return row.files.push((column, bytes));
        }
        let decoded = decode_record(&bytes, src.charset());
        if decoded.malformed {
            lost.seen(src.origin(at));
        }
        row.shown.push(Shown { column, at, text: decoded.text.into_owned(), raw: None });
    }

    fn blob(&mut self, (column, at): (usize, usize), bytes: Vec<u8>, row: &mut Row) {
        match tell(&bytes) {
            Blob::Text(text) => row.shown.push(Shown { column, at, text, raw: None }),
            Blob::File => row.files.push((column, bytes)),
            Blob::Mute => self.mute += 1,
            Blob::Runs(texts) => row.runs.extend(texts.into_iter().map(|text| (column, at, text))),
        }
    }

    fn name<'a>(&'a self, column: usize, word: Option<(Keyed, &'a str)>) -> Option<&'a str> {
        let own = self.names.get(column).map(String::as_str);
        word.filter(|(keyed, _)| keyed.value == column).map(|(_, word)| word).or(own).filter(|name| !name.is_empty())
    }

    fn give(&mut self, src: &Source<'_>, row: &Row, out: &mut dyn Sink) {
        self.count += 1;
        let word = self.keyed.and_then(|keyed| {
            let key = row.shown.iter().find(|shown| shown.column == keyed.key)?;
            Some((keyed, Keyed::word(&key.text)?))
        });
        let bytes: usize = row.shown.iter().map(|shown| shown.text.len()).sum();
        let fields: Vec<Field<'_>> = row.shown.iter().filter_map(|shown| self.field(src, shown, word)).collect();
        if bytes > RECORD_BYTES {
            let reason = format!(
                "row {} of table {} holds over {RECORD_BYTES} bytes; its values were read one by one",
                self.count, self.table
            );
            out.gap(GapKind::OverLimit, reason);
            fields.chunks(1).for_each(|one| out.record(&Record::whole(Bond::Loose, one)));
        } else {
            let bond = if fields.len() > 1 { Bond::Row } else { Bond::Line };
            fields.chunks(RECORD_FIELDS).for_each(|fields| out.record(&Record::whole(bond, fields)));
        }
        for (column, at, text) in &row.runs {
            let place = self.place(src, *column, *at);
            let field = Field { name: self.name(*column, None), text, place, raw: None, undone: None };
            out.record(&Record::whole(Bond::Line, &[field]));
        }
        for (column, bytes) in &row.files {
            let name = self.name(*column, None).map_or_else(|| format!("column {}", column + 1), str::to_owned);
            let table = if self.flat { format!("{} ", self.table) } else { String::new() };
            self.goes_on &= out.child(&format!("{table}row {} {name}", self.count), &mut Cursor::new(bytes));
            if !self.goes_on {
                return;
            }
        }
    }

    fn field<'a>(&'a self, src: &'a Source<'_>, shown: &'a Shown, word: Option<(Keyed, &'a str)>) -> Option<Field<'a>> {
        if shown.text.trim().is_empty() {
            return None;
        }
        let raw = shown.raw.as_ref().map(|(range, charset)| (src.held(range.start, range.end), *charset));
        let place = self.place(src, shown.column, shown.at);
        Some(Field { name: self.name(shown.column, word), text: &shown.text, place, raw, undone: None })
    }

    fn place(&self, src: &Source<'_>, column: usize, at: usize) -> Place {
        let token = |name: &str| name.replace('~', "~0").replace('/', "~1");
        let pointer = self.flat.then(|| match self.name(column, None) {
            Some(name) => format!("/{}/{}", token(self.table), token(name)),
            None => format!("/{}", token(self.table)),
        });
        Place {
            offset: src.origin(at),
            row: Some(self.count),
            column: u32::try_from(column + 1).ok(),
            pointer,
            ..Place::default()
        }
    }
}

fn is_blob(bytes: &[u8]) -> bool {
    bytes.contains(&0) || (!bytes.is_ascii() && looks_binary(bytes))
}

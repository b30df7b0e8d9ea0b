//! JSON: documents, JSON lines, values one after the other. The objects of the outermost arrays are records.
//!
//! What describes one thing stays together, and lists of things are taken apart:
//! - several values in a row (JSON lines): each is one record;
//! - an array: each element is one record, whatever it holds;
//! - an object: what it says of itself is one record; the elements of its lists of objects are records of their own, and so are
//!   the members of an object that has only objects (a table by key).
//!
//! Where it is broken the rest is read as plain lines, so that nothing is lost.

mod reader;
mod records;
mod tree;

use std::io::Read;

use reader::{Extent, Reader};
use records::Records;
use tree::{Node, parse};

use super::opening::begin;
use super::plain::read_rest;
use super::trouble::read_error;
use super::{Claim, Format, Head, Input, Sink};
use crate::model::limits::{JSON_DEPTH, RECORD_BYTES};
use crate::model::{Bond, Charset, Field, GapKind, Place, Record};
use crate::text::lines::cut;
use crate::text::{Guess, TextStream, decode_record, guess, looks_binary};

/// JSON in all its habits.
pub struct Json;

impl Format for Json {
    fn id(&self) -> &'static str {
        "json"
    }

    fn claims(&self, head: &Head<'_>) -> Claim {
        if looks_binary(head.bytes) {
            return Claim::No;
        }
        let guessed = guess(head.bytes, head.whole);
        let mut bytes = head.bytes.get(guessed.bom..).unwrap_or_default();
        let mut text = Vec::new();
        // Reading from memory does not fail.
        let _ = stream(&mut bytes, guessed).read_to_end(&mut text);
        let text = text.trim_ascii_start();
        if !matches!(text.first(), Some(b'{' | b'[')) {
            return Claim::No;
        }
        let named = head.name.rsplit_once('.').is_some_and(|(_, ending)| {
            ["json", "jsonl", "ndjson", "geojson", "har", "webmanifest"].iter().any(|e| ending.eq_ignore_ascii_case(e))
        });
        if tree::begins_like_json(text, head.whole) {
            Claim::Likely
        } else if named {
            Claim::Maybe
        } else {
            Claim::No
        }
    }

    fn read(&self, head: &Head<'_>, input: Input<'_>, out: &mut dyn Sink) {
        let guessed = guess(head.bytes, head.whole);
        let Some(mut src) = begin(guessed, input, out) else { return };
        let reader = Reader::new(stream(&mut *src, guessed));
        Walk { reader, out, sequence: false }.run();
    }
}

/// JSON's marks are themselves in ASCII, UTF-8, EUC-JP and Latin-1; in CP932 braces and backslash are second bytes too.
fn stream<'r>(src: &'r mut dyn Read, guessed: Guess) -> TextStream<'r> {
    let safe = matches!(guessed.charset, Charset::Ascii | Charset::Utf8 | Charset::EucJp | Charset::Latin1);
    TextStream::new(src, guessed.charset, !safe, guessed.bom as u64)
}

/// Why the walk stopped before the end.
enum Stop {
    /// At this place of the buffer it is no JSON.
    Broken(usize, &'static str),
    /// It ends inside a value that begins here.
    Cut(usize),
}

struct Walk<'r, 'o> {
    reader: Reader<'r>,
    out: &'o mut dyn Sink,
    /// Several values in a row: each is one record.
    sequence: bool,
}

impl Walk<'_, '_> {
    fn run(mut self) {
        let stop = self.top_level();
        if let Err(stop) = stop {
            let (at, kind, what) = match stop {
                Stop::Broken(at, what) => (at, GapKind::Malformed, what),
                Stop::Cut(at) => (at, GapKind::Truncated, "a value that begins here is never closed"),
            };
            if self.reader.error.is_none() {
                let (offset, line) = (self.reader.origin(at), self.reader.row_at(at));
                let reason = format!(
                    "not valid JSON at byte {offset}, line {line}: {what}; from the value around it on, the text was read as plain lines"
                );
                self.out.gap(kind, reason);
            }
        }
        // What is unread, also after a read error, is looked at as it is.
        let Walk { mut reader, out, .. } = self;
        let error = reader.error.take();
        let at = reader.origin(reader.filled);
        if error.is_some() {
            reader.stop();
        }
        reader.leave(|rest| read_rest(rest, out));
        if let Some(error) = error {
            read_error(out, &error, at);
        }
    }

    fn top_level(&mut self) -> Result<(), Stop> {
        let mut first = true;
        while let Some(byte) = self.reader.peek() {
            // RFC 7464 puts a record separator before each text; some writers put commas between lines.
            if byte == 0x1E || (byte == b',' && !first) {
                self.reader.advance(1);
                continue;
            }
            match self.reader.extent() {
                Extent::Whole(length) => {
                    if first && !self.sequence {
                        self.sequence = self.reader.follows(length);
                    }
                    let row = self.reader.row_at(self.reader.at);
                    match self.tree(length) {
                        Ok(node) => {
                            let row = self.sequence.then_some(row);
                            self.push(&node, "", row, true);
                            self.reader.advance(length);
                        }
                        // A broken document: what is whole in it is still taken apart.
                        Err((at, what)) if self.reader.is_container() => {
                            self.container("", 0).and(Err(Stop::Broken(at, what)))?;
                        }
                        Err((at, what)) => return Err(Stop::Broken(at, what)),
                    }
                }
                Extent::TooLong | Extent::Cut if self.reader.is_container() => self.container("", 0)?,
                Extent::TooLong => self.long_text()?,
                Extent::Cut => return Err(Stop::Cut(self.reader.at)),
            }
            first = false;
        }
        Ok(())
    }

    /// Parses the value at the place; an error carries its place in the buffer.
    fn tree(&self, length: usize) -> Result<Node, (usize, &'static str)> {
        let begin = self.reader.at;
        parse(self.reader.held(begin, begin + length)).map_err(|bad| (begin + bad.at, bad.what))
    }

    fn push(&mut self, node: &Node, pointer: &str, row: Option<u64>, root: bool) {
        let begin = self.reader.at;
        let mut records = Records::new(&self.reader, begin, row, self.out);
        if root && !self.sequence { records.document(node, pointer) } else { records.one(node, pointer) }
    }

    /// Takes a container apart that is too long to hold, or not whole: member by member.
    fn container(&mut self, pointer: &str, depth: usize) -> Result<(), Stop> {
        let object = self.reader.peek() == Some(b'{');
        if depth > JSON_DEPTH {
            return Err(Stop::Broken(self.reader.at, "nested too deep to be taken apart"));
        }
        self.reader.advance(1);
        let mut index = 0_u64;
        loop {
            match self.reader.peek() {
                None => return Err(Stop::Cut(self.reader.at)),
                Some(b'}') if object => break,
                Some(b']') if !object => break,
                Some(b',') if index > 0 => self.reader.advance(1),
                Some(_) if index == 0 => {}
                Some(_) => return Err(Stop::Broken(self.reader.at, "a comma or the end of the container is missing")),
            }
            if self.reader.peek().is_none() {
                return Err(Stop::Cut(self.reader.at));
            }
            let member = if object { self.key()? } else { index.to_string() };
            let pointer = format!("{pointer}/{}", records::token(&member));
            self.member(&pointer, object, depth)?;
            index += 1;
        }
        self.reader.advance(1);
        Ok(())
    }

    fn key(&mut self) -> Result<String, Stop> {
        if self.reader.peek() != Some(b'"') {
            return Err(Stop::Broken(self.reader.at, "a key is missing"));
        }
        let Extent::Whole(length) = self.reader.extent() else {
            return Err(Stop::Cut(self.reader.at));
        };
        // The place stays before a key that has no value: what is left is read as text, and the key with it.
        let Some((colon, b':')) = self.reader.behind(length) else {
            return Err(Stop::Broken(self.reader.at, "the colon behind a key is missing"));
        };
        if self.reader.behind(colon + 1).is_none() {
            return Err(Stop::Cut(self.reader.at));
        }
        let begin = self.reader.at;
        let key = tree::unescape(self.reader.held(begin + 1, begin + length - 1), self.reader.charset());
        self.reader.advance(colon + 1);
        self.reader.peek().map(|_| key).ok_or(Stop::Cut(self.reader.at))
    }

    fn member(&mut self, pointer: &str, of_object: bool, depth: usize) -> Result<(), Stop> {
        match self.reader.extent() {
            Extent::Whole(length) => {
                let node = self.tree(length).map_err(|(at, what)| Stop::Broken(at, what))?;
                self.push(&node, pointer, None, of_object);
                self.reader.advance(length);
                Ok(())
            }
            Extent::TooLong if self.reader.is_container() => self.container(pointer, depth + 1),
            Extent::TooLong => self.long_text(),
            Extent::Cut => Err(Stop::Cut(self.reader.at)),
        }
    }

    /// A string longer than a record: its raw text in windows.
    fn long_text(&mut self) -> Result<(), Stop> {
        let offset = self.reader.origin(self.reader.at);
        let reason = format!(
            "the string at byte {offset} is longer than {RECORD_BYTES} bytes; it was read as it stands, in pieces"
        );
        self.out.gap(GapKind::OverLimit, reason);
        self.reader.advance(1);
        let mut fresh_from = 0;
        loop {
            let (end, closed) = self.reader.string_end();
            let held = self.reader.held(self.reader.at, end);
            let (take, next) = if closed { (held.len(), held.len()) } else { windows(held, self.reader.charset()) };
            let held = held.get(..take).unwrap_or_default();
            let text = decode_record(held, self.reader.charset());
            // As it stands means that its bytes are known, unless they were turned into UTF-8: then windows must not overlap.
            let raw = self.reader.is_plain().then_some((held, text.charset));
            if take > 0 {
                let place = Place { offset: self.reader.origin(self.reader.at), ..Place::default() };
                let fields = [Field { name: None, text: &text.text, place, raw, undone: None }];
                self.out.record(&Record { bond: Bond::Loose, fields: &fields, fresh_from });
            }
            let next = if raw.is_some() { next } else { take };
            fresh_from = if raw.is_some() { self.reader.origin(self.reader.at + take) } else { 0 };
            self.reader.advance(next);
            if closed {
                self.reader.advance(1);
                return Ok(());
            }
            if take == 0 {
                return Err(Stop::Cut(self.reader.at));
            }
        }
    }
}

/// Where a window of a string ends, and where the next begins: never between a backslash and what it escapes.
fn windows(held: &[u8], charset: Charset) -> (usize, usize) {
    let (take, next) = cut(held, charset);
    let before = held.get(..next).unwrap_or_default();
    let next = next - before.iter().rev().take_while(|byte| **byte == b'\\').count();
    (take, if next == 0 { take } else { next })
}

#[cfg(test)]
mod tests;

//! Finds where the next JSON value ends, without parsing it, in a stream of which at most one record is held.

use std::io;

use crate::formats::plain::Rest;
use crate::model::Charset;
use crate::model::limits::{BLOCK_BYTES, RECORD_BYTES};
use crate::text::TextStream;
use crate::text::lines::read_some;

/// Where a value ends.
pub(super) enum Extent {
    /// So many bytes from the place on.
    Whole(usize),
    /// Further than a record may be long.
    TooLong,
    /// The stream ends inside it.
    Cut,
}

/// How far a scan through a value has come.
#[derive(Default)]
struct Scan {
    depth: usize,
    in_string: bool,
    escaped: bool,
}

/// A stream of JSON text with a place in it.
pub(super) struct Reader<'r> {
    stream: TextStream<'r>,
    buf: Vec<u8>,
    pub(super) filled: usize,
    /// The place, in the buffer.
    pub(super) at: usize,
    /// Place in the stream of `buf[0]`.
    base: u64,
    /// Line number at `counted` of the buffer.
    row: u64,
    counted: usize,
    ended: bool,
    pub(super) error: Option<io::Error>,
}

const FIRST_BUFFER: usize = 64 * 1024;

impl<'r> Reader<'r> {
    pub(super) fn new(stream: TextStream<'r>) -> Self {
        Self { stream, buf: Vec::new(), filled: 0, at: 0, base: 0, row: 1, counted: 0, ended: false, error: None }
    }

    pub(super) fn charset(&self) -> Charset {
        self.stream.charset()
    }

    pub(super) fn is_plain(&self) -> bool {
        self.stream.is_plain()
    }

    /// Bytes of the buffer.
    pub(super) fn held(&self, begin: usize, end: usize) -> &[u8] {
        self.buf.get(begin..end.min(self.filled)).unwrap_or_default()
    }

    /// The byte of the leaf for a place in the buffer.
    pub(super) fn origin(&self, at: usize) -> u64 {
        self.stream.origin(self.base + at as u64)
    }

    /// The line number of a place in the buffer; places are asked for in order, and lines counted on.
    pub(super) fn row_at(&mut self, at: usize) -> u64 {
        if at > self.counted {
            self.row += memchr::memchr_iter(b'\n', self.held(self.counted, at)).count() as u64;
            self.counted = at;
        }
        self.row
    }

    pub(super) fn advance(&mut self, bytes: usize) {
        self.go_to((self.at + bytes).min(self.filled));
    }

    /// Goes on to a later place; what lies before may be forgotten.
    pub(super) fn go_to(&mut self, at: usize) {
        self.row_at(at);
        self.at = at;
        self.stream.release(self.base + at as u64);
    }

    /// The next byte that is no white space, which becomes the place; `None` at the end.
    pub(super) fn peek(&mut self) -> Option<u8> {
        loop {
            let rest = self.held(self.at, self.filled);
            if let Some(skip) = rest.iter().position(|b| !matches!(b, b' ' | b'\t' | b'\n' | b'\r')) {
                self.go_to(self.at + skip);
                return self.buf.get(self.at).copied();
            }
            self.go_to(self.filled);
            if !self.fill() {
                return None;
            }
        }
    }

    pub(super) fn is_container(&self) -> bool {
        matches!(self.buf.get(self.at), Some(b'{' | b'['))
    }

    /// Whether another value follows behind the next `length` bytes. Looks no further than a record.
    pub(super) fn follows(&mut self, length: usize) -> bool {
        self.behind(length).is_some_and(|(_, byte)| matches!(byte, b'{' | b'[' | b'"' | 0x1E))
    }

    /// The next byte behind `length` bytes that is no white space, and how far it is from the place, which stays.
    pub(super) fn behind(&mut self, length: usize) -> Option<(usize, u8)> {
        loop {
            // No further, however much is held.
            let rest = self.held(self.at + length, self.at + length + RECORD_BYTES);
            let found = rest.iter().enumerate().find(|(_, b)| !matches!(b, b' ' | b'\t' | b'\n' | b'\r'));
            if let Some((skip, byte)) = found {
                return Some((length + skip, *byte));
            }
            if self.filled - self.at >= length + RECORD_BYTES || !self.fill() {
                return None;
            }
        }
    }

    /// Where the value at the place ends.
    pub(super) fn extent(&mut self) -> Extent {
        let mut scan = Scan::default();
        let mut looked = 0;
        loop {
            let rest = self.held(self.at + looked, self.filled);
            if let Some(length) = scan.run(rest, looked == 0) {
                let length = looked + length;
                return if length > RECORD_BYTES { Extent::TooLong } else { Extent::Whole(length) };
            }
            looked = self.filled - self.at;
            if looked > RECORD_BYTES {
                return Extent::TooLong;
            }
            if !self.fill() {
                // A number may end with the stream.
                let bare = scan.depth == 0 && !scan.in_string && looked > 0;
                return if bare { Extent::Whole(looked) } else { Extent::Cut };
            }
        }
    }

    /// Inside a string: where it closes, or how far is held of it.
    pub(super) fn string_end(&mut self) -> (usize, bool) {
        while self.filled - self.at < RECORD_BYTES && self.fill() {}
        let mut escaped = false;
        let limit = self.filled.min(self.at + RECORD_BYTES);
        for (index, byte) in self.held(self.at, limit).iter().enumerate() {
            match byte {
                _ if escaped => escaped = false,
                b'\\' => escaped = true,
                b'"' => return (self.at + index, true),
                _ => {}
            }
        }
        // Never between a backslash and what it escapes.
        (if escaped { limit - 1 } else { limit }, false)
    }

    /// After a read error: what is held is the rest.
    pub(super) fn stop(&mut self) {
        self.stream.stop();
    }

    /// Hands over everything from the place on.
    pub(super) fn leave(mut self, read: impl FnOnce(Rest<'_, 'r>)) {
        let row = self.row_at(self.at);
        let held = self.buf.get(self.at..self.filled).unwrap_or_default();
        read(Rest { held, place: self.base + self.at as u64, row, stream: self.stream });
    }

    /// Reads more; false at the end. Moves the buffer, and the place with it, when the unread part is the smaller one.
    fn fill(&mut self) -> bool {
        if self.ended {
            return false;
        }
        if self.at > self.filled - self.at {
            self.row_at(self.at);
            self.buf.copy_within(self.at..self.filled, 0);
            self.base += self.at as u64;
            self.filled -= self.at;
            self.counted -= self.at;
            self.at = 0;
        }
        if self.filled == self.buf.len() {
            let grown = self.buf.len().clamp(FIRST_BUFFER, BLOCK_BYTES);
            self.buf.resize(self.buf.len() + grown, 0);
        }
        match read_some(&mut self.stream, self.buf.get_mut(self.filled..).unwrap_or_default()) {
            Ok(0) => self.ended = true,
            Ok(n) => self.filled += n,
            Err(error) => {
                self.ended = true;
                self.error = Some(error);
            }
        }
        !self.ended
    }
}

impl Scan {
    /// Goes on through `bytes`; returns how many belong to the value, once it is known.
    fn run(&mut self, bytes: &[u8], begins: bool) -> Option<usize> {
        for (index, &byte) in bytes.iter().enumerate() {
            if self.in_string {
                match byte {
                    _ if self.escaped => self.escaped = false,
                    b'\\' => self.escaped = true,
                    b'"' => {
                        self.in_string = false;
                        if self.depth == 0 {
                            return Some(index + 1);
                        }
                    }
                    _ => {}
                }
                continue;
            }
            let first = begins && index == 0;
            match byte {
                b'"' if self.depth > 0 || first => self.in_string = true,
                b'{' | b'[' if self.depth > 0 || first => self.depth += 1,
                b'}' | b']' if self.depth > 0 => {
                    self.depth -= 1;
                    if self.depth == 0 {
                        return Some(index + 1);
                    }
                }
                // A number or a word ends before what cannot be part of it.
                b',' | b'}' | b']' | b':' | b'{' | b'[' | b'"' | b' ' | b'\t' | b'\n' | b'\r' if self.depth == 0 => {
                    return Some(if first { 1 } else { index });
                }
                _ => {}
            }
        }
        None
    }
}

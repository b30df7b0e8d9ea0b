//! The text of a dump as bytes at hand: what is being looked at stays in memory, up to a limit, and knows its place in the leaf.

use std::io::{self, Read};

use crate::model::limits::{BLOCK_BYTES, SQL_ROW_BYTES};
use crate::model::{Charset, Charsets};
use crate::text::TextStream;
use crate::text::lines::read_some;

/// A stream of which a stretch is held.
pub(super) struct Source<'r> {
    stream: TextStream<'r>,
    buf: Vec<u8>,
    filled: usize,
    /// Where what is being looked at begins in `buf`.
    pub(super) start: usize,
    /// Place in the stream of `buf[0]`.
    base: u64,
    /// Line of `start`, from 1.
    pub(super) line: u64,
    ended: bool,
    pub(super) error: Option<io::Error>,
}

impl<'r> Source<'r> {
    pub(super) fn new(stream: TextStream<'r>) -> Self {
        Self { stream, buf: Vec::new(), filled: 0, start: 0, base: 0, line: 1, ended: false, error: None }
    }

    pub(super) fn charset(&self) -> Charset {
        self.stream.charset()
    }

    /// Whether its bytes are the leaf's own.
    pub(super) fn is_plain(&self) -> bool {
        self.stream.is_plain()
    }

    pub(super) fn foreign(&self) -> Charsets {
        self.stream.foreign()
    }

    /// The byte of the leaf for a place in the buffer.
    pub(super) fn origin(&self, at: usize) -> u64 {
        self.stream.origin(self.base + at as u64)
    }

    /// A place in the buffer that holds while other text is let go.
    pub(super) fn mark(&self, at: usize) -> u64 {
        self.base + at as u64
    }

    /// The place in the buffer of such a mark.
    pub(super) fn place(&self, mark: u64) -> usize {
        usize::try_from(mark.saturating_sub(self.base)).unwrap_or(usize::MAX)
    }

    /// The byte at a place, read if need be; `None` at the end, and beyond the limit of what is held.
    pub(super) fn byte(&mut self, at: usize) -> Option<u8> {
        while at >= self.filled {
            if self.ended || self.is_long(at) {
                return None;
            }
            self.fill();
        }
        self.buf.get(at).copied()
    }

    /// Whether so much is held up to here that it is given up on.
    pub(super) fn is_long(&self, at: usize) -> bool {
        at.saturating_sub(self.start) >= SQL_ROW_BYTES
    }

    /// What is held from a place on, at least one byte unless it ends.
    pub(super) fn from(&mut self, at: usize) -> &[u8] {
        self.byte(at);
        self.buf.get(at..self.filled).unwrap_or_default()
    }

    /// What is held between two places.
    pub(super) fn held(&self, from: usize, to: usize) -> &[u8] {
        self.buf.get(from..to.min(self.filled)).unwrap_or_default()
    }

    /// Goes on at a place; what was before is let go.
    pub(super) fn advance(&mut self, to: usize) {
        self.line += memchr::memchr_iter(b'\n', self.held(self.start, to)).count() as u64;
        self.start = to;
        self.stream.release(self.base + to as u64);
        // Moved seldom, so that each byte is moved about once.
        if self.start > self.filled - self.start.min(self.filled) && self.start >= BLOCK_BYTES {
            self.buf.copy_within(self.start..self.filled, 0);
            self.base += self.start as u64;
            self.filled -= self.start;
            self.start = 0;
        }
    }

    fn fill(&mut self) {
        if self.filled == self.buf.len() {
            let grown = self.buf.len().clamp(64 * 1024, 4 * BLOCK_BYTES);
            self.buf.resize(self.buf.len() + grown, 0);
        }
        match read_some(&mut self.stream as &mut dyn Read, self.buf.get_mut(self.filled..).unwrap_or_default()) {
            Ok(0) => self.ended = true,
            Ok(n) => self.filled += n,
            Err(error) => {
                self.ended = true;
                self.error = Some(error);
            }
        }
    }
}

//! Takes a stream apart into rows and cells, each with its place; at most one row is in memory.

use std::io;
use std::ops::Range;

use csv_core::{ReadFieldResult, Reader, ReaderBuilder};

use crate::formats::plain::Rest;
use crate::model::limits::{BLOCK_BYTES, RECORD_BYTES};
use crate::model::{Charset, Charsets};
use crate::text::TextStream;
use crate::text::lines::read_some;

const FIRST_BUFFER: usize = 64 * 1024;

/// One cell of the row in hand.
pub(super) struct Cell {
    /// From 0.
    pub(super) column: usize,
    /// Its value, quotes removed, in [`Rows::values`].
    pub(super) value: Range<usize>,
    /// Where its value stands in the buffer, byte for byte; only its start holds if `escaped`.
    at: usize,
    escaped: bool,
}

/// What came next.
pub(super) enum Next {
    /// A row, in [`Rows::cells`].
    Row,
    /// A row whose quote is not closed; [`Rows::without_quotes`] says how to go on.
    OpenQuote,
    /// A line too long for a row.
    Long,
    /// The end.
    End,
    /// Reading failed; the row before it was given out.
    Failed(io::Error),
}

/// The rows of a stream.
pub(super) struct Rows<'r> {
    stream: TextStream<'r>,
    delimiter: u8,
    reader: Reader,
    quoting: bool,
    /// Quotes are plain characters in the next row alone.
    one_plain: bool,
    buf: Vec<u8>,
    filled: usize,
    start: usize,
    /// Place in the stream of `buf[0]`.
    base: u64,
    after_cr: bool,
    ended: bool,
    error: Option<io::Error>,
    /// End of the row in hand in the buffer; `start` while it is not read to its end.
    end: usize,
    /// A cell of the row in hand swallowed lines, and what closed it, if anything, was no closing quote.
    misquoted: bool,
    /// It is its last cell, and nothing closed it.
    pub(super) open_to_end: bool,
    values: Vec<u8>,
    values_used: usize,
    pub(super) cells: Vec<Cell>,
    /// Number of the row in hand, from 1.
    pub(super) row: u64,
}

fn reader(delimiter: u8, quoting: bool) -> Reader {
    ReaderBuilder::new().delimiter(delimiter).quoting(quoting).build()
}

impl<'r> Rows<'r> {
    pub(super) fn new(stream: TextStream<'r>, delimiter: u8) -> Self {
        Self {
            stream,
            delimiter,
            reader: reader(delimiter, true),
            quoting: true,
            one_plain: false,
            buf: Vec::new(),
            filled: 0,
            start: 0,
            base: 0,
            after_cr: false,
            ended: false,
            error: None,
            end: 0,
            misquoted: false,
            open_to_end: false,
            values: Vec::new(),
            values_used: 0,
            cells: Vec::new(),
            row: 0,
        }
    }

    /// Other encodings that some of its text stood in.
    pub(super) fn foreign(&self) -> Charsets {
        self.stream.foreign()
    }

    /// The encoding that cells are in.
    pub(super) fn charset(&self) -> Charset {
        self.stream.charset()
    }

    pub(super) fn value(&self, cell: &Cell) -> &[u8] {
        self.values.get(cell.value.clone()).unwrap_or_default()
    }

    /// The bytes of the leaf that the value is, where it is they.
    pub(super) fn raw(&self, cell: &Cell) -> Option<&[u8]> {
        if cell.escaped || !self.stream.is_plain() {
            return None;
        }
        self.buf.get(cell.at..cell.at + cell.value.len())
    }

    /// Where the value begins in the leaf.
    pub(super) fn origin(&self, cell: &Cell) -> u64 {
        self.stream.origin(self.base + cell.at as u64)
    }

    /// Where the row in hand begins in the leaf.
    pub(super) fn offset(&self) -> u64 {
        self.stream.origin(self.base + self.start as u64)
    }

    /// Lets go of the row in hand.
    pub(super) fn done(&mut self) {
        self.stream.release(self.base + self.start as u64);
    }

    /// Goes on at the row whose quote is open: quotes are plain characters in its first line, or from there `for_good`.
    pub(super) fn without_quotes(&mut self, for_good: bool) {
        self.quoting = !for_good;
        self.one_plain = !for_good;
        self.reader = reader(self.delimiter, false);
        // It is counted again when it is read again.
        self.row = self.row.saturating_sub(1);
    }

    /// Hands over everything from the row in hand on.
    pub(super) fn leave(self, read: impl FnOnce(Rest<'_, 'r>)) {
        let held = self.buf.get(self.start..self.filled).unwrap_or_default();
        read(Rest { held, place: self.base + self.start as u64, row: self.row, stream: self.stream });
    }

    /// Reads the next row into `cells`.
    pub(super) fn next_row(&mut self) -> Next {
        self.start = self.end;
        self.make_room();
        let found = self.find_start();
        self.end = self.start;
        if !found {
            return self.error.take().map_or(Next::End, Next::Failed);
        }
        self.cells.clear();
        self.misquoted = false;
        self.values_used = 0;
        self.row += 1;
        let mut at = self.start;
        while let Some(row_ends) = self.read_cell(&mut at) {
            // However much is held: a row must not be one because its bytes came in few reads.
            if row_ends && at - self.start > RECORD_BYTES {
                break;
            }
            if row_ends {
                return self.finish(at);
            }
        }
        // One row is longer than a record may be.
        let held = self.buf.get(self.start..self.filled.min(self.start + RECORD_BYTES)).unwrap_or_default();
        let breaks = memchr::memchr2(b'\n', b'\r', held).is_some();
        if breaks && self.quotes() { Next::OpenQuote } else { Next::Long }
    }

    /// Moves what is unread to the front, once it is the smaller part. Only between rows: cells point into the buffer.
    fn make_room(&mut self) {
        if self.start > self.filled - self.start {
            self.buf.copy_within(self.start..self.filled, 0);
            self.base += self.start as u64;
            self.filled -= self.start;
            self.start = 0;
        }
    }

    fn quotes(&self) -> bool {
        self.quoting && !self.one_plain
    }

    fn finish(&mut self, end: usize) -> Next {
        if self.misquoted {
            return Next::OpenQuote;
        }
        if self.one_plain {
            self.one_plain = false;
            self.reader = reader(self.delimiter, self.quoting);
        }
        self.end = end;
        self.after_cr = end.checked_sub(1).and_then(|last| self.buf.get(last)) == Some(&b'\r');
        Next::Row
    }

    /// Reads one cell from `at` on; `Some(true)` if it ends the row, `None` if the row is too long.
    fn read_cell(&mut self, at: &mut usize) -> Option<bool> {
        let (begin, value_start) = (*at, self.values_used);
        loop {
            if self.values.len() < self.values_used + 256 {
                self.values.resize(self.values.len() * 2 + 1024, 0);
            }
            let input = self.buf.get(*at..self.filled).unwrap_or_default();
            if input.is_empty() && !self.ended {
                if self.filled - self.start > RECORD_BYTES {
                    return None;
                }
                self.fill();
                continue;
            }
            let room = self.values.get_mut(self.values_used..).unwrap_or_default();
            let (result, read, written) = self.reader.read_field(input, room);
            *at += read;
            self.values_used += written;
            match result {
                ReadFieldResult::InputEmpty | ReadFieldResult::OutputFull => {}
                ReadFieldResult::Field { record_end } => {
                    self.keep(begin, *at, value_start..self.values_used);
                    return Some(record_end);
                }
                ReadFieldResult::End => return Some(true),
            }
        }
    }

    fn keep(&mut self, begin: usize, end: usize, value: Range<usize>) {
        let raw = self.buf.get(begin..end).unwrap_or_default();
        let text = self.values.get(value.clone()).unwrap_or_default();
        let quoted = raw.first() == Some(&b'"') && self.quotes();
        let inside = if quoted { raw.get(1..) } else { Some(raw) }.unwrap_or_default();
        let escaped = !inside.starts_with(text);
        if quoted && memchr::memchr2(b'\n', b'\r', text).is_some() {
            let closed = closes_well(inside, self.delimiter);
            self.misquoted |= closed != Some(true);
            self.open_to_end = closed.is_none();
        }
        let at = if quoted && !escaped { begin + 1 } else { begin };
        self.cells.push(Cell { column: self.cells.len(), value, at, escaped });
    }

    /// Goes to the first byte of the next row, counting the empty lines between; false at the end.
    fn find_start(&mut self) -> bool {
        loop {
            match self.buf.get(self.start).filter(|_| self.start < self.filled) {
                Some(b'\n') => {
                    self.row += u64::from(!self.after_cr);
                    self.after_cr = false;
                }
                Some(b'\r') => {
                    self.row += 1;
                    self.after_cr = true;
                }
                Some(_) => {
                    self.after_cr = false;
                    return true;
                }
                None if self.ended => return false,
                None => {
                    self.fill();
                    continue;
                }
            }
            self.start += 1;
        }
    }

    fn fill(&mut self) {
        if self.filled == self.buf.len() {
            // A row that begins in the first half is at most a limit and a block long: this ends.
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
    }
}

/// Whether a cell, behind its opening quote, is closed by a quote that the delimiter or the line's end follows; `None` if no
/// quote closes it at all.
fn closes_well(inside: &[u8], delimiter: u8) -> Option<bool> {
    let mut at = 0;
    while let Some(found) = inside.get(at..).and_then(|rest| memchr::memchr(b'"', rest)) {
        match inside.get(at + found + 1) {
            Some(b'"') => at += found + 2,
            next => return Some(next.is_none_or(|b| *b == delimiter || matches!(b, b'\n' | b'\r'))),
        }
    }
    None
}

//! Splits a byte stream into lines, each with its place, in constant memory however long a line is.
//!
//! A line longer than [`WINDOW_BYTES`] is handed out as overlapping windows, cut between characters and, where there is one
//! near, at a separator, so that a value seldom lies across a cut. Lines end at LF (a CR before it is dropped), or at CR in
//! old Macintosh files.

use std::io::{self, Read};

use crate::model::limits::{BLOCK_BYTES, BOND_LINE_BYTES, WINDOW_BYTES, WINDOW_MARGIN_BYTES};
use crate::model::{Bond, Charset};

/// What ends a line.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Ending {
    /// LF, or CR LF.
    Lf,
    /// CR alone.
    Cr,
}

impl Ending {
    /// What ends the lines of a text that begins with `head`.
    pub fn of(head: &[u8]) -> Self {
        let last_cr = memchr::memrchr(b'\r', head);
        // A CR as the last byte seen may be half of a CR LF.
        let lone_cr = last_cr.is_some() && memchr::memchr(b'\r', head) < Some(head.len().saturating_sub(2));
        if lone_cr && memchr::memchr(b'\n', head).is_none() { Self::Cr } else { Self::Lf }
    }
}

/// A line, or a window of one.
#[derive(Debug, Clone, Copy)]
pub struct Line<'a> {
    /// Its bytes, without what ends it.
    pub bytes: &'a [u8],
    /// Where they begin in the leaf.
    pub offset: u64,
    /// Line number, from 1.
    pub row: u64,
    /// [`Bond::Line`], or [`Bond::Loose`] when it is too long for nearness to mean anything.
    pub bond: Bond,
    /// As in [`crate::model::Record::fresh_from`].
    pub fresh_from: u64,
}

/// The lines of a stream. `next_line` lends one at a time.
pub struct Lines<'r> {
    src: &'r mut dyn Read,
    charset: Charset,
    ending: Ending,
    buf: Vec<u8>,
    /// Bytes in `buf` that hold content.
    filled: usize,
    /// Where the line (or window) in hand begins in `buf`.
    start: usize,
    /// No line end before this.
    searched: usize,
    /// Offset in the leaf of `buf[0]`.
    base: u64,
    row: u64,
    fresh_from: u64,
    /// The line in hand is being given out in windows.
    long: bool,
    ended: bool,
    error: Option<io::Error>,
}

const FIRST_BUFFER: usize = 64 * 1024;
/// How far before a cut a separator is looked for.
const SEPARATOR_REACH: usize = 512;

impl<'r> Lines<'r> {
    /// Lines from where `src` stands, which is byte `offset` of the leaf (behind its byte order mark) and line `row`.
    pub fn new(src: &'r mut dyn Read, charset: Charset, ending: Ending, offset: u64, row: u64) -> Self {
        Self {
            src,
            charset,
            ending,
            buf: Vec::new(),
            filled: 0,
            start: 0,
            searched: 0,
            base: offset,
            row,
            fresh_from: 0,
            long: false,
            ended: false,
            error: None,
        }
    }

    /// The next line; `None` at the end. After a read error the bytes before it come first, then the error, once.
    pub fn next_line(&mut self) -> io::Result<Option<Line<'_>>> {
        loop {
            if let Some(end) = self.find_end() {
                if end - self.start > WINDOW_BYTES {
                    return Ok(Some(self.window()));
                }
                let (start, next) = (self.start, end + self.unit());
                let (long, row) = (self.long, self.row);
                (self.start, self.searched, self.long) = (next, next, false);
                self.row += 1;
                if long && self.base + end as u64 <= self.fresh_from {
                    continue;
                }
                return Ok(Some(self.line(start..end, row, long)));
            }
            if self.filled - self.start > WINDOW_BYTES {
                return Ok(Some(self.window()));
            }
            if self.ended {
                return self.last();
            }
            self.fill();
        }
    }

    fn last(&mut self) -> io::Result<Option<Line<'_>>> {
        let (start, end) = (self.start, self.filled);
        self.start = end;
        let stale = self.long && self.base + end as u64 <= self.fresh_from;
        if start < end && !stale {
            return Ok(Some(self.line(start..end, self.row, self.long)));
        }
        self.error.take().map_or(Ok(None), Err)
    }

    fn line(&self, range: std::ops::Range<usize>, row: u64, long: bool) -> Line<'_> {
        let offset = self.base + range.start as u64;
        let bytes = strip_cr(self.buf.get(range).unwrap_or_default(), self.charset);
        let bond = if long || bytes.len() > BOND_LINE_BYTES { Bond::Loose } else { Bond::Line };
        Line { bytes, offset, row, bond, fresh_from: if long { self.fresh_from } else { 0 } }
    }

    fn window(&mut self) -> Line<'_> {
        let start = self.start;
        let held = self.buf.get(start..start + WINDOW_BYTES).unwrap_or_default();
        let (cut, next) = cut(held, self.charset);
        let fresh_before = if self.long { self.fresh_from } else { 0 };
        self.fresh_from = self.base + (start + cut) as u64;
        self.start = start + next;
        self.searched = self.searched.max(self.start);
        self.long = true;
        let bytes = self.buf.get(start..start + cut).unwrap_or_default();
        Line { bytes, offset: self.base + start as u64, row: self.row, bond: Bond::Loose, fresh_from: fresh_before }
    }

    fn unit(&self) -> usize {
        if is_wide(self.charset) { 2 } else { 1 }
    }

    fn find_end(&mut self) -> Option<usize> {
        let mark = if self.ending == Ending::Lf { b'\n' } else { b'\r' };
        while let Some(found) = memchr::memchr(mark, self.buf.get(self.searched..self.filled)?) {
            let at = self.searched + found;
            let even = (at - self.start).is_multiple_of(2);
            let next = if at + 1 < self.filled { self.buf.get(at + 1).copied() } else { None };
            match self.charset {
                Charset::Utf16Le if even && next == Some(0) => return Some(at),
                // Its second byte is not here yet.
                Charset::Utf16Le if even && next.is_none() && !self.ended => {
                    self.searched = at;
                    return None;
                }
                Charset::Utf16Be if !even && self.buf.get(at - 1) == Some(&0) => return Some(at - 1),
                Charset::Utf16Le | Charset::Utf16Be => self.searched = at + 1,
                _ => return Some(at),
            }
        }
        self.searched = self.filled;
        None
    }

    fn fill(&mut self) {
        if self.start > 0 {
            self.buf.copy_within(self.start..self.filled, 0);
            self.base += self.start as u64;
            self.filled -= self.start;
            self.searched -= self.start;
            self.start = 0;
        }
        if self.filled == self.buf.len() {
            let grown = (self.buf.len() * 2).clamp(FIRST_BUFFER, WINDOW_BYTES + BLOCK_BYTES);
            self.buf.resize(grown.max(self.filled + 1), 0);
        }
        match read_some(self.src, self.buf.get_mut(self.filled..).unwrap_or_default()) {
            Ok(0) => self.ended = true,
            Ok(n) => self.filled += n,
            Err(error) => {
                self.ended = true;
                self.error = Some(error);
            }
        }
    }
}

/// Reads once, and again where a signal interrupted it.
pub(crate) fn read_some(src: &mut dyn Read, buf: &mut [u8]) -> io::Result<usize> {
    loop {
        match src.read(buf) {
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            // A reader that claims more than it was given room for is broken; believe the room.
            other => return other.map(|n| n.min(buf.len())),
        }
    }
}

fn is_wide(charset: Charset) -> bool {
    matches!(charset, Charset::Utf16Le | Charset::Utf16Be)
}

fn strip_cr(bytes: &[u8], charset: Charset) -> &[u8] {
    let cr: &[u8] = match charset {
        Charset::Utf16Le => b"\r\0",
        Charset::Utf16Be => b"\0\r",
        _ => b"\r",
    };
    if bytes.len().is_multiple_of(cr.len()) { bytes.strip_suffix(cr).unwrap_or(bytes) } else { bytes }
}

/// Where to cut an over-long piece, and where the next window begins: (cut, next), both between characters, `0 < next <= cut`.
pub(crate) fn cut(bytes: &[u8], charset: Charset) -> (usize, usize) {
    if charset == Charset::Iso2022Jp {
        // A window must begin in the ASCII state, else all of it is misread: cut behind the last return to it.
        let tail = bytes.len() / 2;
        let found = memchr::memmem::rfind(bytes, b"\x1b(B").filter(|at| *at > tail).map(|at| at + 3);
        let cut = found.unwrap_or(bytes.len()).max(1);
        return (cut, cut);
    }
    let limit = boundary(bytes, charset, bytes.len());
    let cut = separator(bytes, charset, limit).unwrap_or(limit).max(1);
    let next = boundary(bytes, charset, cut.saturating_sub(WINDOW_MARGIN_BYTES));
    (cut, if next == 0 { cut } else { next })
}

/// Behind the last separator before `limit`. Separators are below 0x40, so no second byte of CP932 or EUC-JP is one; a space
/// between digits is none, because it may be inside a number.
fn separator(bytes: &[u8], charset: Charset, limit: usize) -> Option<usize> {
    let unit = if is_wide(charset) { 2 } else { 1 };
    let value = |at: usize| match charset {
        Charset::Utf16Le => (bytes.get(at + 1) == Some(&0)).then(|| bytes.get(at).copied())?,
        Charset::Utf16Be => (bytes.get(at) == Some(&0)).then(|| bytes.get(at + 1).copied())?,
        _ => bytes.get(at).copied(),
    };
    let mut end = limit;
    while end > unit && limit - end < SEPARATOR_REACH {
        let at = end - unit;
        let digit_before = at >= unit && value(at - unit).is_some_and(|b| b.is_ascii_digit());
        match value(at) {
            Some(b',' | b';' | b'"' | b'\'' | b'<' | b'>' | b'=' | b'&' | b'\t') => return Some(end),
            Some(b' ') if !digit_before => return Some(end),
            _ => end = at,
        }
    }
    None
}

/// The last place at or before `at` that is between two characters; `bytes` begins with a whole character.
pub(crate) fn boundary(bytes: &[u8], charset: Charset, at: usize) -> usize {
    let at = at.min(bytes.len());
    match charset {
        Charset::Utf16Le | Charset::Utf16Be => {
            let even = at - at % 2;
            let lead = if charset == Charset::Utf16Le { even.checked_sub(1) } else { even.checked_sub(2) };
            let splits_pair = lead.and_then(|lead| bytes.get(lead)).is_some_and(|b| (0xD8..0xDC).contains(b));
            if splits_pair { even - 2 } else { even }
        }
        Charset::Cp932 | Charset::EucJp => walk_to(bytes, charset, at),
        Charset::Utf8 | Charset::Ascii => {
            let back = (0..4).find(|back| bytes.get(at.saturating_sub(*back)).is_none_or(|b| b & 0xC0 != 0x80));
            // At the end of what is held, a character may lack its rest.
            let at = back.map_or(at, |back| at.saturating_sub(back));
            if at == bytes.len() { whole_utf8(bytes) } else { at }
        }
        Charset::Latin1 | Charset::Iso2022Jp => at,
    }
}

fn whole_utf8(bytes: &[u8]) -> usize {
    let tail = bytes.len().saturating_sub(3);
    let cut = (tail..bytes.len()).find(|at| {
        let need = match bytes.get(*at) {
            Some(0xC2..=0xDF) => 2,
            Some(0xE0..=0xEF) => 3,
            Some(0xF0..=0xF4) => 4,
            _ => 1,
        };
        at + need > bytes.len()
    });
    cut.unwrap_or(bytes.len())
}

fn walk_to(bytes: &[u8], charset: Charset, at: usize) -> usize {
    let mut here = 0;
    while here < at {
        let long = match (charset, bytes.get(here)) {
            (Charset::Cp932, Some(0x81..=0x9F | 0xE0..=0xFC)) => 2,
            (Charset::EucJp, Some(0x8E | 0xA1..=0xFE)) => 2,
            (Charset::EucJp, Some(0x8F)) => 3,
            _ => 1,
        };
        // A lead byte before ASCII is an error, and the ASCII stands for itself.
        let paired =
            long == 1 || bytes.get(here + 1).is_none_or(|b| *b >= if charset == Charset::Cp932 { 0x40 } else { 0xA1 });
        let next = here + if paired { long } else { 1 };
        if next > at {
            break;
        }
        here = next;
    }
    here
}

#[cfg(test)]
mod tests;

//! The lines of a mail or a mailbox as bytes, in constant memory, and what ends a part of it: a boundary that is open (RFC 2046 §5.1), the
//! first line of the next message of a mailbox, or the end.

use std::io::{self, Read};

use super::header::is_header;
use crate::text::lines::read_some;

/// The longest piece of a line that is given at once.
pub(super) const PIECE_BYTES: usize = 64 * 1024;
/// So much is held ahead, so that what a line is never hangs on how the bytes arrive.
const AHEAD_BYTES: usize = 2 * PIECE_BYTES;
const BUFFER_BYTES: usize = 4 * PIECE_BYTES;
/// A line that is a boundary, or begins a message, at most.
const MARK_BYTES: usize = 1024;

/// What comes next.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Next {
    /// A line, or a piece of a long one, of so many bytes with what ends it.
    Line(usize),
    /// The boundary at this place of those that are open; whether it is the last of its kind.
    Boundary {
        /// Place among the open ones.
        level: usize,
        /// It closes its multipart.
        closes: bool,
    },
    /// The next message of a mailbox.
    Message,
    /// Nothing.
    End,
}

/// A piece of a line, and where it stands.
#[derive(Debug, Clone, Copy)]
pub(super) struct Piece<'a> {
    /// With what ends the line.
    pub(super) bytes: &'a [u8],
    pub(super) offset: u64,
    pub(super) row: u64,
}

/// Lines of bytes.
pub(super) struct Source<'r> {
    src: &'r mut dyn Read,
    buf: Vec<u8>,
    /// Bytes in `buf` that hold content, from `start` on.
    filled: usize,
    start: usize,
    ended: bool,
    begins: bool,
    /// Where in the leaf the next byte stands.
    pub(super) offset: u64,
    /// Line, from 1.
    pub(super) row: u64,
    /// What ended it before its end.
    pub(super) failed: Option<io::Error>,
    is_mailbox: bool,
    /// Boundaries of the multiparts around this place, the innermost last.
    pub(super) open: Vec<Vec<u8>>,
}

impl<'r> Source<'r> {
    pub(super) fn new(src: &'r mut dyn Read, is_mailbox: bool) -> Self {
        Self {
            src,
            buf: Vec::new(),
            filled: 0,
            start: 0,
            ended: false,
            begins: true,
            offset: 0,
            row: 1,
            failed: None,
            is_mailbox,
            open: Vec::new(),
        }
    }

    /// What lies ahead: at least [`AHEAD_BYTES`], or all there is.
    pub(super) fn ahead(&mut self) -> &[u8] {
        if self.filled - self.start < AHEAD_BYTES && !self.ended {
            self.buf.copy_within(self.start..self.filled, 0);
            self.filled -= self.start;
            self.start = 0;
            self.fill();
        }
        let held = self.buf.get(self.start..self.filled).unwrap_or_default();
        held.get(..AHEAD_BYTES).unwrap_or(held)
    }

    fn fill(&mut self) {
        self.buf.resize(BUFFER_BYTES, 0);
        while self.filled < BUFFER_BYTES && !self.ended {
            match read_some(self.src, self.buf.get_mut(self.filled..).unwrap_or_default()) {
                Ok(0) => self.ended = true,
                Ok(n) => self.filled += n,
                Err(error) => {
                    self.ended = true;
                    self.failed = Some(error);
                }
            }
        }
    }

    pub(super) fn next(&mut self) -> Next {
        let (begins, is_mailbox) = (self.begins, self.is_mailbox);
        let ahead = self.ahead();
        let Some(first) = ahead.first().copied() else { return Next::End };
        let long = ahead.get(..PIECE_BYTES).unwrap_or(ahead);
        let length = memchr::memchr(b'\n', long).map_or(long.len(), |at| at + 1);
        if begins && is_mailbox && first == b'F' && begins_message(ahead) {
            return Next::Message;
        }
        if begins && first == b'-' && length <= MARK_BYTES {
            let line = ahead.get(..length).unwrap_or_default().trim_ascii_end().to_vec();
            if let Some((level, closes)) = self.boundary(&line) {
                return Next::Boundary { level, closes };
            }
        }
        Next::Line(length)
    }

    fn boundary(&self, line: &[u8]) -> Option<(usize, bool)> {
        let rest = line.strip_prefix(b"--")?;
        let level = |rest: &[u8]| self.open.iter().rposition(|open| open == rest);
        level(rest).map(|level| (level, false)).or_else(|| level(rest.strip_suffix(b"--")?).map(|level| (level, true)))
    }

    /// Goes on by so many bytes of one line.
    pub(super) fn take(&mut self, length: usize) -> Piece<'_> {
        let (start, offset, row) = (self.start, self.offset, self.row);
        let end = self.filled.min(start + length);
        self.start = end;
        self.offset += (end - start) as u64;
        let bytes = self.buf.get(start..end).unwrap_or_default();
        self.begins = bytes.last() == Some(&b'\n');
        self.row += u64::from(self.begins);
        Piece { bytes, offset, row }
    }

    /// The line ahead, whatever it is.
    pub(super) fn take_line(&mut self) -> Piece<'_> {
        let ahead = self.ahead();
        let long = ahead.get(..PIECE_BYTES).unwrap_or(ahead);
        let length = memchr::memchr(b'\n', long).map_or(long.len(), |at| at + 1);
        self.take(length)
    }

    /// What was taken so far counts as whole lines.
    pub(super) fn begin(&mut self) {
        self.begins = true;
    }

    /// Whether a line begins here.
    pub(super) fn begins(&self) -> bool {
        self.begins
    }
}

/// Whether a message of a mailbox (mbox) begins here: `From `, an address or a name, a time of day; and a header below it. Mailers that do
/// not quote such lines in bodies, or count bodies in bytes (`Content-Length`), are met by the header: few bodies have one there.
pub(super) fn begins_message(ahead: &[u8]) -> bool {
    let Some(rest) = ahead.strip_prefix(b"From ") else { return false };
    let Some(end) = memchr::memchr(b'\n', rest.get(..MARK_BYTES).unwrap_or(rest)) else { return false };
    let (line, below) = rest.split_at(end);
    let time = line.windows(5).any(|five| {
        let digit = |at: usize| five.get(at).is_some_and(u8::is_ascii_digit);
        digit(0) && digit(1) && five.get(2) == Some(&b':') && digit(3) && digit(4)
    });
    let below = below.get(1..).unwrap_or_default();
    let next = below.get(..memchr::memchr(b'\n', below).unwrap_or(below.len())).unwrap_or_default();
    time && (is_header(next) || next.starts_with(b">From "))
}

/// The boundary of a multipart that no header declares: a line `--…`, and a content header below it. So a mail whose beginning is lost, or
/// whose header lies, is still taken apart.
pub(super) fn undeclared(ahead: &[u8]) -> Option<&[u8]> {
    let rest = ahead.strip_prefix(b"--")?;
    let end = memchr::memchr(b'\n', rest.get(..MARK_BYTES).unwrap_or(rest))?;
    let (line, below) = rest.split_at(end);
    let below = below.get(1..).unwrap_or_default();
    let is_content = below.get(..8).is_some_and(|name| name.eq_ignore_ascii_case(b"content-"));
    let line = line.trim_ascii_end();
    let sensible = (4..=200).contains(&line.len()) && line.iter().any(u8::is_ascii_alphanumeric);
    (is_content && sensible && !line.starts_with(b" ")).then_some(line)
}

/// The name of a file in uuencode that begins here, in a text.
pub(super) fn uuencoded(ahead: &[u8]) -> Option<&[u8]> {
    let rest = ahead.strip_prefix(b"begin ")?;
    let end = memchr::memchr(b'\n', rest.get(..MARK_BYTES).unwrap_or(rest))?;
    let (line, below) = rest.split_at(end);
    let (mode, name) = line.split_at(line.iter().position(|byte| *byte == b' ')?);
    let is_mode = matches!(mode.len(), 3 | 4) && mode.iter().all(|byte| (b'0'..=b'7').contains(byte));
    let below = below.get(1..).unwrap_or_default();
    let next = below.get(..memchr::memchr(b'\n', below)?)?.trim_ascii_end();
    (is_mode && super::body::is_uu_line(next)).then_some(name.trim_ascii())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn messages_begin_where_a_header_follows() {
        assert!(begins_message(b"From a@example.jp Sun Sep 01 09:00:00 2024\nFrom: x\n"));
        assert!(begins_message(b"From - Sun Sep 01 09:00 2024\r\nX-Mozilla-Status: 0001\r\n"));
        assert!(!begins_message(b"From a@example.jp Sun Sep 01 09:00:00 2024\n\nno header"));
        assert!(!begins_message(b"From Monday on 10 people\nSubject: x\n"));
        assert!(!begins_message(b"From x 10:00"));
    }

    #[test]
    fn undeclared_boundaries_and_uuencode() {
        assert_eq!(undeclared(b"--abcd\nContent-Type: x\n"), Some(&b"abcd"[..]));
        assert_eq!(undeclared(b"--abcd\nplain\n"), None);
        assert_eq!(undeclared(b"-- \nContent-Type: x\n"), None);
        assert_eq!(uuencoded(b"begin 644 a b.txt\r\n#86)C\n`\nend\n"), Some(&b"a b.txt"[..]));
        assert_eq!(uuencoded(b"begin 644 words of\nordinary text\n"), None);
    }
}

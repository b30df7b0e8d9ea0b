//! The body of one part as it stands for: transfer encodings undone (RFC 2045 §6, uuencode) line by line, up to the boundary that ends it.

use std::cell::RefCell;
use std::collections::VecDeque;
use std::io::{self, Read};
use std::rc::Rc;

use super::content::Way;
use super::source::{Next, Source, undeclared, uuencoded};
use crate::formats::words::hex;
use crate::model::limits::MAIL_DEPTH;

/// Where a text that was decoded begins: its place in the decoded text, then offset and line in the mail.
pub(super) type Marks = Rc<RefCell<VecDeque<(u64, u64, u64)>>>;

/// Why a text ends before its part does.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Event {
    /// A file in uuencode begins, of this name.
    Uuencoded(Vec<u8>),
    /// A multipart begins that no header declares.
    Undeclared(Vec<u8>),
}

/// From this many characters a line is base64 again where others stood between.
const SURE_BASE64: usize = 60;

/// The bytes of a body.
pub(super) struct Body<'s, 'r> {
    source: &'s mut Source<'r>,
    way: Way,
    /// It is read as text, so that what stands in it can end it, and lines that are not encoded are taken as they are.
    is_text: bool,
    marks: Option<Marks>,
    out: Vec<u8>,
    given: usize,
    total: u64,
    /// The end of the last line, which belongs to the boundary if one follows.
    line_end: Vec<u8>,
    /// Of base64: bits that make no byte yet, and how many. Of quoted-printable: what may be half an escape.
    bits: u32,
    bit_count: u32,
    half: Vec<u8>,
    /// Something stood in it that is not of its encoding.
    pub(super) damaged: u64,
    pub(super) event: Option<Event>,
    ended: bool,
}

impl<'s, 'r> Body<'s, 'r> {
    /// The bytes of an attachment.
    pub(super) fn file(source: &'s mut Source<'r>, way: Way) -> Self {
        Self {
            source,
            way,
            is_text: false,
            marks: None,
            out: Vec::new(),
            given: 0,
            total: 0,
            line_end: Vec::new(),
            bits: 0,
            bit_count: 0,
            half: Vec::new(),
            damaged: 0,
            event: None,
            ended: false,
        }
    }

    /// A text, which notes where it came from.
    pub(super) fn text(source: &'s mut Source<'r>, way: Way, marks: Marks) -> Self {
        Self { is_text: true, marks: Some(marks), ..Self::file(source, way) }
    }

    /// Goes on to the end of the part.
    pub(super) fn drain(&mut self) {
        self.out.clear();
        self.given = 0;
        while !self.ended {
            self.line();
            self.out.clear();
        }
    }

    /// Whether it ended in the middle of a character of its encoding.
    pub(super) fn is_cut(&self) -> bool {
        self.way == Way::Base64 && self.bit_count >= 6
    }

    /// Takes in one more line.
    fn line(&mut self) {
        if let Some(event) = self.event_ahead() {
            self.event = Some(event);
            self.end();
            return;
        }
        let Next::Line(length) = self.source.next() else { return self.end() };
        let piece = self.source.take(length);
        let bytes = piece.bytes.to_vec();
        let (offset, row) = (piece.offset, piece.row);
        if let Some(marks) = self.marks.as_ref().filter(|_| self.way != Way::Identity) {
            marks.borrow_mut().push_back((self.total, offset, row));
        }
        let before = self.out.len();
        match self.way {
            Way::Identity | Way::Unknown => self.identity(&bytes),
            Way::QuotedPrintable => self.quoted(&bytes),
            Way::Base64 => self.base64(&bytes),
            Way::Uuencode => self.uu(&bytes),
        }
        self.total += (self.out.len() - before) as u64;
    }

    fn event_ahead(&mut self) -> Option<Event> {
        if !self.is_text || self.way != Way::Identity || !self.source.begins() {
            return None;
        }
        let first = self.source.ahead().first().copied()?;
        match first {
            b'b' => uuencoded(self.source.ahead()).map(|name| Event::Uuencoded(name.to_vec())),
            // What is a boundary already ends it anyway.
            b'-' if self.source.open.len() < MAIL_DEPTH && matches!(self.source.next(), Next::Line(_)) => {
                undeclared(self.source.ahead()).map(|line| Event::Undeclared(line.to_vec()))
            }
            _ => None,
        }
    }

    fn end(&mut self) {
        if !self.ended {
            self.ended = true;
            let half = std::mem::take(&mut self.half);
            self.out.extend(half);
            // A text keeps the end of its last line: nothing follows but a boundary or another text.
            if self.event.is_some() || self.source.open.is_empty() {
                let line_end = std::mem::take(&mut self.line_end);
                self.out.extend(line_end);
            }
        }
    }

    fn identity(&mut self, bytes: &[u8]) {
        let line_end = std::mem::take(&mut self.line_end);
        self.out.extend(line_end);
        let content = without_end(bytes);
        self.out.extend(content);
        self.line_end = bytes.get(content.len()..).unwrap_or_default().to_vec();
    }

    fn quoted(&mut self, bytes: &[u8]) {
        let mut line = std::mem::take(&mut self.half);
        line.extend(bytes);
        let ends = bytes.ends_with(b"\n");
        // Blanks at the end of a line were put there on the way.
        let content = if ends { line.trim_ascii_end() } else { &line };
        let soft = ends && content.ends_with(b"=");
        let content = if soft { content.get(..content.len() - 1).unwrap_or_default() } else { content };
        let mut at = 0;
        while let Some(&byte) = content.get(at) {
            if byte != b'=' {
                self.out.push(byte);
                at += 1;
                continue;
            }
            if !ends && content.len() - at < 3 {
                self.half = content.get(at..).unwrap_or_default().to_vec();
                return;
            }
            match hex(content.get(at + 1), content.get(at + 2)) {
                Some(read) => {
                    self.out.push(read);
                    at += 3;
                }
                None => {
                    self.damaged += 1;
                    self.out.push(byte);
                    at += 1;
                }
            }
        }
        if ends && !soft {
            self.out.extend(b"\n");
        }
    }

    fn base64(&mut self, bytes: &[u8]) {
        let line = bytes.trim_ascii();
        let is_text = self.is_text;
        let blank = |byte: u8| !is_text && byte.is_ascii_whitespace();
        let foreign = line.iter().any(|byte| sextet(*byte).is_none() && *byte != b'=' && !blank(*byte));
        // Where words were put behind a text, only a long line is base64 again.
        let doubtful = self.is_text && self.damaged > 0 && line.len() < SURE_BASE64 && !line.is_empty();
        if foreign || doubtful {
            self.damaged += 1;
            if self.is_text {
                (self.bits, self.bit_count) = (0, 0);
                self.out.extend(if self.damaged == 1 { b"\n".as_slice() } else { b"" });
                self.out.extend(bytes);
                return;
            }
        }
        for &byte in line {
            if byte == b'=' {
                (self.bits, self.bit_count) = (0, 0);
                continue;
            }
            let Some(sextet) = sextet(byte) else { continue };
            self.bits = (self.bits << 6 | sextet) & 0xFFFF;
            self.bit_count += 6;
            if self.bit_count >= 8 {
                self.bit_count -= 8;
                self.out.push((self.bits >> self.bit_count & 0xFF) as u8);
            }
        }
    }

    fn uu(&mut self, bytes: &[u8]) {
        let line = bytes.strip_suffix(b"\n").unwrap_or(bytes);
        let line = line.strip_suffix(b"\r").unwrap_or(line);
        if line.starts_with(b"begin ") || line.is_empty() {
            return;
        }
        if line == b"end" {
            // What follows is text again.
            self.end();
            return;
        }
        if !is_uu_line(line) {
            self.damaged += 1;
            return;
        }
        let length = usize::from(line.first().map_or(0, |byte| byte.wrapping_sub(32) & 0x3F));
        let before = self.out.len();
        for four in line.get(1..).unwrap_or_default().chunks(4) {
            let sextet = |at: usize| four.get(at).map_or(0, |byte| u32::from(byte.wrapping_sub(32) & 0x3F));
            let word = sextet(0) << 18 | sextet(1) << 12 | sextet(2) << 6 | sextet(3);
            self.out.extend([(word >> 16) as u8, (word >> 8) as u8, word as u8]);
        }
        self.out.truncate(before + length);
    }
}

impl Read for Body<'_, '_> {
    fn read(&mut self, buf: &mut [u8]) -> io::Result<usize> {
        while self.given == self.out.len() {
            if self.ended {
                return Ok(0);
            }
            self.out.clear();
            self.given = 0;
            self.line();
        }
        let ready = self.out.get(self.given..).unwrap_or_default();
        let n = ready.len().min(buf.len());
        if let (Some(to), Some(from)) = (buf.get_mut(..n), ready.get(..n)) {
            to.copy_from_slice(from);
        }
        self.given += n;
        Ok(n)
    }
}

fn without_end(bytes: &[u8]) -> &[u8] {
    let content = bytes.strip_suffix(b"\n").unwrap_or(bytes);
    if content.len() < bytes.len() { content.strip_suffix(b"\r").unwrap_or(content) } else { content }
}

fn sextet(byte: u8) -> Option<u32> {
    let value = match byte {
        b'A'..=b'Z' => byte - b'A',
        b'a'..=b'z' => byte - b'a' + 26,
        b'0'..=b'9' => byte - b'0' + 52,
        b'+' | b'-' => 62,
        b'/' | b'_' => 63,
        _ => return None,
    };
    Some(u32::from(value))
}

/// Whether a line is one of uuencode: its first character says how many bytes the others stand for. Some programs leave out or add
/// characters at its end.
pub(super) fn is_uu_line(line: &[u8]) -> bool {
    let Some(&first) = line.first() else { return false };
    let length = usize::from(first.wrapping_sub(32) & 0x3F);
    let wanted = length.div_ceil(3) * 4;
    let characters = line.len() - 1;
    line.iter().all(|byte| (0x20..=0x60).contains(byte)) && characters + 3 >= wanted && characters <= wanted + 2
}

#[cfg(test)]
mod tests {
    use super::*;

    fn decoded(way: Way, text: &[u8], is_text: bool) -> (Vec<u8>, u64, bool) {
        let mut bytes = text;
        let mut source = Source::new(&mut bytes, false);
        source.open.push(b"x".to_vec());
        let marks = Marks::default();
        let mut body = if is_text { Body::text(&mut source, way, marks) } else { Body::file(&mut source, way) };
        let mut out = Vec::new();
        body.read_to_end(&mut out).unwrap();
        (out, body.damaged, body.is_cut())
    }

    #[test]
    fn each_way_is_undone() {
        assert_eq!(decoded(Way::Identity, b"a\r\nb\r\n--x\r\n", false).0, b"a\r\nb");
        assert_eq!(decoded(Way::QuotedPrintable, b"=E5=B1=\r\n=B1 a=3D  \r\nx=\n--x\n", true).0, "山 a=\nx".as_bytes());
        assert_eq!(decoded(Way::Base64, b"YW\r\nJj\r\nZA==\r\nZWY\r\n--x", false).0, b"abcdef");
        assert_eq!(decoded(Way::Uuencode, b"begin 644 x\n#86)C\n`\nend\nmore", false).0, b"abc");
    }

    #[test]
    fn damage_is_counted_and_the_rest_read() {
        assert_eq!(decoded(Way::Base64, b"YWJj\n!!\nZGVm\nZ", false), (b"abcdef".to_vec(), 1, true));
        let long = "YWJj".repeat(16);
        let mail = format!("YWJj\nこれは足された行\nfooter\n{long}\n");
        let (text, ..) = decoded(Way::Base64, mail.as_bytes(), true);
        let want = format!("abc\nこれは足された行\nfooter\n{}", "abc".repeat(16));
        assert_eq!(String::from_utf8(text).unwrap(), want);
    }

    #[test]
    fn an_escape_across_two_pieces_of_a_long_line() {
        let line = format!("{}=E5=B1=B1\n", "a".repeat(super::super::source::PIECE_BYTES - 1));
        assert!(decoded(Way::QuotedPrintable, line.as_bytes(), true).0.ends_with("山\n".as_bytes()));
    }
}

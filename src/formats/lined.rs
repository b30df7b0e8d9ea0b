//! One decoded line of a text, of which parts are values: each part as a field that keeps its bytes and its place.

use std::ops::Range;

use crate::model::{Charset, Field, Place};
use crate::text::{Line, byte_offset, decode_record};

/// A part of a line that outlives it.
#[derive(Debug, Clone)]
pub(super) struct Part {
    pub(super) name: String,
    text: String,
    raw: Option<(Vec<u8>, Charset)>,
    place: Place,
}

/// A line as text.
pub(super) struct Lined<'l> {
    line: Line<'l>,
    pub(super) text: String,
    charset: Charset,
    pub(super) malformed: bool,
}

impl<'l> Lined<'l> {
    pub(super) fn new(line: Line<'l>, leaf: Charset) -> Self {
        let decoded = decode_record(line.bytes, leaf);
        let (charset, malformed) = (decoded.charset, decoded.malformed);
        Self { line, charset, malformed, text: decoded.text.into_owned() }
    }

    /// A part of the text under a name.
    pub(super) fn part(&self, range: Range<usize>, name: &str, pointer: Option<String>) -> Part {
        let from = byte_offset(self.line.bytes, self.charset, range.start);
        let to = byte_offset(self.line.bytes, self.charset, range.end);
        let text = self.text.get(range).unwrap_or_default().to_owned();
        // ISO-2022-JP can not be decoded from the middle.
        let bytes = self.line.bytes.get(from..to).filter(|_| self.charset != Charset::Iso2022Jp && !self.malformed);
        let place =
            Place { offset: self.line.offset + from as u64, row: Some(self.line.row), pointer, ..Place::default() };
        Part { name: name.to_owned(), text, raw: bytes.map(|bytes| (bytes.to_vec(), self.charset)), place }
    }
}

impl Part {
    pub(super) fn is_empty(&self) -> bool {
        self.text.trim().is_empty()
    }

    /// More of the same value, from the next line: what was a break is a blank.
    pub(super) fn join(&mut self, more: &Self) {
        self.text.push(' ');
        self.text.push_str(&more.text);
        self.raw = None;
    }

    pub(super) fn len(&self) -> usize {
        self.text.len()
    }

    pub(super) fn field(&self) -> Field<'_> {
        Field {
            name: Some(self.name.as_str()).filter(|name| !name.is_empty()),
            text: &self.text,
            place: self.place.clone(),
            raw: self.raw.as_ref().map(|(bytes, charset)| (bytes.as_slice(), *charset)),
            undone: None,
        }
    }
}

/// Whether a key is itself a value: an address, a number. It must not be taken for a word that names one.
pub(super) fn is_value(key: &str) -> bool {
    key.contains(['@', '＠']) || key.chars().filter(|c| c.is_numeric()).count() > 4
}

/// Whether a key is more than a word or some: then it is read as text too.
pub(super) fn says_more(key: &str) -> bool {
    is_value(key) || !key.chars().all(|c| c.is_alphanumeric() || matches!(c, '_' | '-' | '.' | ' ' | '/' | '~'))
}

/// The place of a text without the blanks around it.
pub(super) fn trimmed(text: &str, range: Range<usize>) -> Range<usize> {
    let inside = text.get(range.clone()).unwrap_or_default();
    let from = range.start + (inside.len() - inside.trim_start().len());
    from..from + inside.trim().len()
}

/// The place of a text without a pair of quotes around it.
pub(super) fn unquoted(text: &str, range: Range<usize>) -> Range<usize> {
    let bytes = text.as_bytes().get(range.clone()).unwrap_or_default();
    match bytes {
        [b'"', .., b'"'] | [b'\'', .., b'\''] => range.start + 1..range.end - 1,
        _ => range,
    }
}

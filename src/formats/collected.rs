//! A sink for tests: keeps what a format pushed, and looks into children like the pass does.

use std::io::{Cursor, Read};

use super::{Format, HEAD_BYTES, Head, Input, Need, Sink, pick};
use crate::model::{Bond, Charset, GapKind, Place, Record};
use crate::text::byte_offset;

/// A field as it was pushed.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Kept {
    pub(crate) name: Option<String>,
    pub(crate) text: String,
    pub(crate) place: Place,
    pub(crate) charset: Option<Charset>,
}

/// Everything that was pushed.
#[derive(Debug, Default)]
pub(crate) struct Collected {
    pub(crate) records: Vec<(Bond, u64, Vec<Kept>)>,
    pub(crate) children: Vec<(String, Collected)>,
    pub(crate) gaps: Vec<(Option<String>, GapKind, String)>,
    pub(crate) charset: Option<Charset>,
    pub(crate) format: &'static str,
    depth: usize,
    /// Bytes of the leaf, to check places with.
    bytes: Vec<u8>,
}

impl Collected {
    /// Reads a whole leaf by its own format.
    pub(crate) fn of(name: &str, bytes: &[u8]) -> Self {
        Self::at_depth(name, bytes, 0)
    }

    fn at_depth(name: &str, bytes: &[u8], depth: usize) -> Self {
        let head = Head { bytes: &bytes[..bytes.len().min(HEAD_BYTES)], whole: bytes.len() <= HEAD_BYTES, name };
        let format = pick(&head).unwrap();
        Self::with(format, &head, bytes, depth)
    }

    /// Reads a whole leaf by a given format.
    pub(crate) fn by(format: &'static dyn Format, name: &str, bytes: &[u8]) -> Self {
        let head = Head { bytes: &bytes[..bytes.len().min(HEAD_BYTES)], whole: bytes.len() <= HEAD_BYTES, name };
        Self::with(format, &head, bytes, 0)
    }

    fn with(format: &'static dyn Format, head: &Head<'_>, bytes: &[u8], depth: usize) -> Self {
        let mut out = Self { format: format.id(), depth, bytes: bytes.to_vec(), ..Self::default() };
        let mut cursor = Cursor::new(bytes);
        match format.need() {
            Need::Stream => format.read(head, Input::Stream(&mut cursor), &mut out),
            Need::Seek => format.read(head, Input::Seek(&mut cursor, bytes.len() as u64), &mut out),
        }
        out
    }

    pub(crate) fn texts(&self) -> Vec<Vec<&str>> {
        self.records.iter().map(|(_, _, fields)| fields.iter().map(|f| f.text.as_str()).collect()).collect()
    }

    /// All text, of children too.
    pub(crate) fn all_text(&self) -> String {
        let mut text: String = self.records.iter().flat_map(|(_, _, f)| f).map(|f| format!("{}\n", f.text)).collect();
        text.extend(self.children.iter().map(|(_, child)| child.all_text()));
        text
    }

    pub(crate) fn gap_kinds(&self) -> Vec<GapKind> {
        self.gaps.iter().map(|(_, kind, _)| *kind).collect()
    }
}

impl Sink for Collected {
    fn record(&mut self, record: &Record<'_>) {
        assert!(!record.fields.is_empty());
        let mut fields = Vec::new();
        for field in record.fields {
            if let Some((raw, charset)) = field.raw {
                // What says that it is the leaf's own bytes is found there.
                let at = usize::try_from(field.place.offset).unwrap();
                assert_eq!(self.bytes.get(at..at + raw.len()), Some(raw), "place of {:?}", field.text);
                assert_eq!(byte_offset(raw, charset, field.text.len()), raw.len());
            }
            assert!(field.place.offset <= self.bytes.len() as u64);
            fields.push(Kept {
                name: field.name.map(str::to_owned),
                text: field.text.to_owned(),
                place: field.place.clone(),
                charset: field.raw.map(|(_, charset)| charset),
            });
        }
        self.records.push((record.bond, record.fresh_from, fields));
    }

    fn child(&mut self, name: &str, bytes: &mut dyn Read) -> bool {
        let mut content = Vec::new();
        bytes.take(4 << 20).read_to_end(&mut content).unwrap();
        let child = if self.depth < 4 { Self::at_depth(name, &content, self.depth + 1) } else { Self::default() };
        self.children.push((name.to_owned(), child));
        true
    }

    fn gap(&mut self, kind: GapKind, reason: String) {
        assert!(reason.len() > 20, "{reason}");
        self.gaps.push((None, kind, reason));
    }

    fn member_gap(&mut self, name: &str, kind: GapKind, reason: String) {
        self.gaps.push((Some(name.to_owned()), kind, reason));
    }

    fn broken_off(&mut self, kind: GapKind, reason: String) {
        let (name, _) = self.children.last().expect("a member breaks off only after it was handed over");
        self.gaps.push((Some(name.clone()), kind, reason));
    }

    fn charset(&mut self, charset: Charset) {
        assert!(self.charset.is_none() && self.records.is_empty(), "at most once, before the first record");
        self.charset = Some(charset);
    }
}

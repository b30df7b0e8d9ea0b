//! A sink for tests: keeps what a format pushed, and looks into children like the pass does.

use std::io::{Cursor, Read, Seek, SeekFrom};
use std::rc::Rc;

use super::{Budget, Format, HEAD_BYTES, Head, Input, Need, Sink, pick, settle};
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
    /// How many bytes a read gives, in turn; whatever it asks for when empty.
    sizes: Vec<usize>,
}

/// Gives bytes in pieces.
struct Pieces<'a> {
    src: Cursor<&'a [u8]>,
    sizes: &'a [usize],
    turn: usize,
}

impl Read for Pieces<'_> {
    fn read(&mut self, buf: &mut [u8]) -> std::io::Result<usize> {
        let size = self.sizes.get(self.turn % self.sizes.len().max(1)).copied().unwrap_or(usize::MAX);
        self.turn += 1;
        let room = buf.len().min(size);
        self.src.read(&mut buf[..room])
    }
}

impl Seek for Pieces<'_> {
    fn seek(&mut self, to: SeekFrom) -> std::io::Result<u64> {
        self.src.seek(to)
    }
}

impl Collected {
    /// Reads a whole leaf by its own format.
    pub(crate) fn of(name: &str, bytes: &[u8]) -> Self {
        Self::in_pieces(None, name, bytes, &[])
    }

    /// Reads a whole leaf by a given format.
    pub(crate) fn by(format: &'static dyn Format, name: &str, bytes: &[u8]) -> Self {
        Self::in_pieces(Some(format), name, bytes, &[])
    }

    /// Reads a whole leaf, and its children too, by reads that give so many bytes in turn.
    pub(crate) fn in_pieces(format: Option<&'static dyn Format>, name: &str, bytes: &[u8], sizes: &[usize]) -> Self {
        Self::with(format, name, bytes, (0, sizes))
    }

    fn with(format: Option<&'static dyn Format>, name: &str, bytes: &[u8], (depth, sizes): (usize, &[usize])) -> Self {
        let head = Head { bytes: &bytes[..bytes.len().min(HEAD_BYTES)], whole: bytes.len() <= HEAD_BYTES, name };
        let given = format;
        let format = format.unwrap_or_else(|| pick(&head).unwrap());
        let mut out =
            Self { format: format.id(), depth, bytes: bytes.to_vec(), sizes: sizes.to_vec(), ..Self::default() };
        let mut src = Pieces { src: Cursor::new(bytes), sizes, turn: 0 };
        let format = match (given, format.need()) {
            (None, Need::Seek) => settle(format, &mut src, bytes.len() as u64),
            _ => format,
        };
        out.format = format.id();
        src.src.set_position(0);
        match format.need() {
            Need::Stream => format.read(&head, Input::Stream(&mut src), &mut out),
            Need::Seek => format.read(&head, Input::Seek(&mut src, bytes.len() as u64), &mut out),
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

    /// Whether its places count in its bytes: what a format makes out of a document has places in its text.
    fn has_bytes(&self) -> bool {
        ["plain", "csv", "json", "binary", "known"].contains(&self.format) && !self.bytes.is_empty()
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
                if self.has_bytes() {
                    assert_eq!(self.bytes.get(at..at + raw.len()), Some(raw), "place of {:?}", field.text);
                }
                assert_eq!(byte_offset(raw, charset, field.text.len()), raw.len());
            }
            assert!(!self.has_bytes() || field.place.offset <= self.bytes.len() as u64);
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
        let below = (self.depth + 1, self.sizes.as_slice());
        let child = if self.depth < 4 { Self::with(None, name, &content, below) } else { Self::default() };
        self.children.push((name.to_owned(), child));
        true
    }

    fn part(&mut self, name: &str, read: &mut dyn FnMut(&mut dyn Sink)) -> bool {
        let mut part =
            Self { format: self.format, depth: self.depth + 1, sizes: self.sizes.clone(), ..Self::default() };
        read(&mut part);
        self.children.push((name.to_owned(), part));
        true
    }

    fn budget(&self) -> Rc<Budget> {
        Budget::new(1 << 20)
    }

    fn encrypted(&mut self, member: Option<&str>, cipher: &str, reason: String) {
        assert!(!cipher.is_empty());
        self.gaps.push((member.map(str::to_owned), GapKind::Encrypted, reason));
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

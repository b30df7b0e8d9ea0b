//! A sink for tests: keeps what a format pushed, and looks into children like the pass does.

use std::io::{Cursor, Read, Seek, SeekFrom};
use std::rc::Rc;

use super::{Budget, Format, HEAD_BYTES, Head, Input, Metered, Need, Sink, pick, settle};
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
    /// That of the whole source, as in the pass.
    budget: Rc<Budget>,
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
        Self { sizes: sizes.to_vec(), ..Self::default() }.inside(format, name, bytes)
    }

    /// Reads a whole leaf that may unfold to so many bytes.
    pub(crate) fn within(allowed: u64, name: &str, bytes: &[u8]) -> Self {
        Self { budget: Budget::allowing(allowed), ..Self::default() }.inside(None, name, bytes)
    }

    /// One that is empty yet and shares what is the same for the whole source.
    fn below(&self) -> Self {
        let (sizes, budget) = (self.sizes.clone(), Rc::clone(&self.budget));
        Self { format: self.format, depth: self.depth + 1, sizes, budget, ..Self::default() }
    }

    fn inside(mut self, format: Option<&'static dyn Format>, name: &str, bytes: &[u8]) -> Self {
        let head = Head { bytes: &bytes[..bytes.len().min(HEAD_BYTES)], whole: bytes.len() <= HEAD_BYTES, name };
        let given = format;
        let format = format.unwrap_or_else(|| pick(&head).unwrap());
        self.bytes = bytes.to_vec();
        let sizes = self.sizes.clone();
        let mut src = Pieces { src: Cursor::new(bytes), sizes: &sizes, turn: 0 };
        let format = match (given, format.need()) {
            (None, Need::Seek) => settle(format, &mut src, bytes.len() as u64),
            _ => format,
        };
        self.format = format.id();
        src.src.set_position(0);
        match format.need() {
            Need::Stream => format.read(&head, Input::Stream(&mut src), &mut self),
            Need::Seek => format.read(&head, Input::Seek(&mut src, bytes.len() as u64), &mut self),
        }
        self
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
        let read = Metered::new(bytes.take(4 << 20), Rc::clone(&self.budget)).read_to_end(&mut content);
        if self.budget.is_spent() {
            self.gaps.push((Some(name.to_owned()), GapKind::OverLimit, self.budget.reason()));
        } else {
            read.unwrap();
        }
        let child = self.below();
        let child = if self.depth < 4 { child.inside(None, name, &content) } else { child };
        self.children.push((name.to_owned(), child));
        !self.budget.is_spent()
    }

    fn part(&mut self, name: &str, read: &mut dyn FnMut(&mut dyn Sink)) -> bool {
        let mut part = self.below();
        read(&mut part);
        self.children.push((name.to_owned(), part));
        true
    }

    fn budget(&self) -> Rc<Budget> {
        Rc::clone(&self.budget)
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

/// The child or part of this name.
pub(crate) fn part<'c>(got: &'c Collected, name: &str) -> &'c Collected {
    let names: Vec<_> = got.children.iter().map(|(name, _)| name).collect();
    &got.children.iter().find(|(known, _)| known == name).unwrap_or_else(|| panic!("no {name} in {names:?}")).1
}

/// All fields of its own records.
pub(crate) fn fields(got: &Collected) -> Vec<&Kept> {
    got.records.iter().flat_map(|(_, _, fields)| fields).collect()
}

/// Row, column and text of every cell.
pub(crate) fn cells(got: &Collected) -> Vec<(u64, u32, &str)> {
    fields(got).iter().map(|f| (f.place.row.unwrap(), f.place.column.unwrap_or(0), f.text.as_str())).collect()
}

/// The texts below a word of the header.
pub(crate) fn named<'c>(got: &'c Collected, header: &str) -> Vec<&'c str> {
    fields(got).iter().filter(|field| field.name.as_deref() == Some(header)).map(|field| field.text.as_str()).collect()
}

//! XML as the document formats need it: elements by their local names, text with references resolved, in order and in bounded memory.
//!
//! Prefixes do not count, since every program may choose its own. Entities that a document declares are never expanded; their text
//! is read once, where it is declared. What is not well-formed is taken as far as it goes.

use std::cell::Cell;
use std::io::{self, BufRead, Read};
use std::rc::Rc;

use encoding_rs::{Encoding, UTF_8};
use quick_xml::Reader;
use quick_xml::events::Event;
use quick_xml::events::{BytesRef, BytesStart};

use super::Sink;
use super::trouble::{Told, read_error};
use super::utf8::Utf8;
use crate::model::GapKind;
use crate::model::limits::{XML_DEPTH, XML_PIECE_BYTES};

/// An element that begins.
#[derive(Debug, Default)]
pub(super) struct Tag {
    /// Its name without prefix.
    pub(super) name: String,
    /// Its attributes, by names without prefix.
    pub(super) attributes: Vec<(String, String)>,
}

impl Tag {
    /// An attribute's value.
    pub(super) fn get(&self, name: &str) -> Option<&str> {
        self.attributes.iter().find(|(known, _)| known == name).map(|(_, value)| value.as_str())
    }

    /// An attribute that is a number.
    pub(super) fn number(&self, name: &str) -> Option<u32> {
        self.get(name)?.trim().parse().ok()
    }
}

/// The next thing in the text.
#[derive(Debug)]
pub(super) enum Piece {
    Open(Tag),
    Close(String),
    Text(String),
    /// A comment, a processing instruction, or a document type with what it declares.
    Aside(String),
    End,
}

/// Counts what one piece took, and the lines.
struct Capped<R> {
    src: R,
    taken: u64,
    seen: Rc<Cell<Seen>>,
}

#[derive(Clone, Copy, Default)]
struct Seen {
    lines: u64,
    bytes: u64,
}

/// More than what is taken as one.
#[derive(Debug, thiserror::Error)]
enum TooLong {
    #[error("one tag or text of more than {XML_PIECE_BYTES} bytes")]
    Piece,
    #[error("elements inside each other more than {XML_DEPTH} deep")]
    Depth,
}

impl<R: BufRead> BufRead for Capped<R> {
    fn fill_buf(&mut self) -> io::Result<&[u8]> {
        if self.taken > XML_PIECE_BYTES {
            return Err(io::Error::other(TooLong::Piece));
        }
        self.src.fill_buf()
    }

    fn consume(&mut self, count: usize) {
        let Seen { lines, bytes } = self.seen.get();
        let breaks = match self.src.fill_buf() {
            Ok(held) => memchr::memchr_iter(b'\n', held.get(..count).unwrap_or_default()).count() as u64,
            Err(_) => 0,
        };
        self.seen.set(Seen { lines: lines + breaks, bytes: bytes + count as u64 });
        self.taken += count as u64;
        self.src.consume(count);
    }
}

impl<R: BufRead> Read for Capped<R> {
    fn read(&mut self, buf: &mut [u8]) -> io::Result<usize> {
        let mut rest = self.fill_buf()?;
        let n = rest.read(buf)?;
        self.consume(n);
        Ok(n)
    }
}

/// A text in XML on its way.
pub(super) struct Markup<R: Read> {
    reader: Reader<Capped<Utf8<R>>>,
    seen: Rc<Cell<Seen>>,
    buf: Vec<u8>,
    /// Why it ended before its end.
    pub(super) trouble: Option<io::Error>,
    /// Elements that are open.
    pub(super) depth: usize,
    /// The lengths of their names, which the reader below keeps.
    names: Vec<usize>,
    name_bytes: usize,
    /// The line in which the last piece began, from 1.
    pub(super) line: u64,
}

impl<R: Read> Markup<R> {
    /// XML in UTF-8, or in what its byte order mark says.
    pub(super) fn new(src: R) -> Self {
        Self::in_encoding(src, UTF_8)
    }

    pub(super) fn in_encoding(src: R, encoding: &'static Encoding) -> Self {
        let seen = Rc::new(Cell::new(Seen::default()));
        let mut reader =
            Reader::from_reader(Capped { src: Utf8::new(src, encoding), taken: 0, seen: Rc::clone(&seen) });
        let config = reader.config_mut();
        config.expand_empty_elements = true;
        config.check_end_names = false;
        config.allow_unmatched_ends = true;
        config.allow_dangling_amp = true;
        Self { reader, seen, buf: Vec::new(), trouble: None, depth: 0, names: Vec::new(), name_bytes: 0, line: 1 }
    }

    /// The next piece. Trouble ends it, and stands in `trouble`.
    pub(super) fn next(&mut self) -> Piece {
        if self.trouble.is_some() {
            return Piece::End;
        }
        loop {
            self.buf.clear();
            self.buf.shrink_to(64 * 1024);
            self.reader.get_mut().taken = 0;
            self.line = self.seen.get().lines + 1;
            let piece = match self.reader.read_event_into(&mut self.buf) {
                Ok(Event::Eof) => {
                    if self.depth > 0 {
                        let reason = format!("it ends inside of {} elements that are not closed", self.depth);
                        self.trouble = Some(io::Error::new(io::ErrorKind::UnexpectedEof, reason));
                    }
                    return Piece::End;
                }
                Ok(event) => piece_of(event),
                Err(quick_xml::Error::Io(error)) => {
                    self.trouble = Some(own(&error));
                    return Piece::End;
                }
                Err(error) => {
                    self.trouble = Some(io::Error::new(io::ErrorKind::InvalidData, error.to_string()));
                    return Piece::End;
                }
            };
            match &piece {
                Piece::Open(tag) => self.open(tag.name.len()),
                Piece::Close(_) => {
                    self.depth = self.depth.saturating_sub(1);
                    self.name_bytes -= self.names.pop().unwrap_or(0);
                }
                Piece::Text(text) | Piece::Aside(text) if text.is_empty() => continue,
                _ => {}
            }
            return piece;
        }
    }

    fn open(&mut self, name: usize) {
        self.depth += 1;
        self.names.push(name);
        self.name_bytes += name;
        if self.depth > XML_DEPTH || self.name_bytes as u64 > XML_PIECE_BYTES {
            self.trouble = Some(io::Error::other(TooLong::Depth));
        }
    }

    /// Everything up to the end of the element that was just opened is passed over.
    pub(super) fn skip(&mut self) {
        let depth = self.depth;
        while self.depth >= depth {
            if matches!(self.next(), Piece::End) {
                return;
            }
        }
    }

    /// How far it got, in bytes of the text as UTF-8.
    pub(super) fn at(&self) -> u64 {
        self.seen.get().bytes
    }

    /// What it holds of the piece at which it broke, and the text behind it.
    pub(super) fn into_rest(self) -> (Vec<u8>, impl BufRead) {
        (self.buf, self.reader.into_inner().src)
    }

    /// Whether some of its bytes were no characters.
    pub(super) fn malformed(&mut self) -> bool {
        self.reader.get_mut().src.malformed
    }
}

/// An error that the reader below shares, so that what it means is still known.
fn own(error: &io::Error) -> io::Error {
    if Told::is(error) {
        Told::error()
    } else if is_too_long(error) {
        io::Error::other(TooLong::Piece)
    } else {
        io::Error::new(error.kind(), error.to_string())
    }
}

fn piece_of(event: Event<'_>) -> Piece {
    match event {
        Event::Start(start) => Piece::Open(tag(&start)),
        // Never given, since empty elements are expanded.
        Event::Empty(start) => Piece::Open(tag(&start)),
        Event::End(end) => Piece::Close(end.local_name().as_ref().to_owned()),
        Event::Text(text) => Piece::Text(text.xml10_content().into_owned()),
        Event::CData(text) => Piece::Text(text.xml10_content().into_owned()),
        Event::GeneralRef(reference) => Piece::Text(resolved(&reference)),
        Event::Comment(text) => Piece::Aside(text.xml10_content().into_owned()),
        Event::PI(text) => Piece::Aside(text.into_inner().into_owned()),
        Event::DocType(text) => Piece::Aside(text.xml10_content().into_owned()),
        Event::Decl(_) | Event::Eof => Piece::Text(String::new()),
    }
}

fn resolved(reference: &BytesRef<'_>) -> String {
    if let Ok(Some(c)) = reference.resolve_char_ref() {
        return c.to_string();
    }
    let name = reference.xml10_content();
    predefined(&name).map_or_else(|| format!("&{name};"), |c| c.to_string())
}

fn predefined(name: &str) -> Option<char> {
    Some(match name {
        "amp" => '&',
        "lt" => '<',
        "gt" => '>',
        "quot" => '"',
        "apos" => '\'',
        "nbsp" => '\u{a0}',
        _ => return None,
    })
}

fn tag(start: &BytesStart<'_>) -> Tag {
    let local = |name: &str| name.rsplit(':').next().unwrap_or(name).to_owned();
    let mut tag = Tag { name: local(start.name().as_ref()), attributes: Vec::new() };
    for attribute in start.html_attributes().with_checks(false) {
        match attribute {
            Ok(attribute) => {
                let name = attribute.key.as_ref();
                if name.starts_with("xmlns") {
                    continue;
                }
                tag.attributes.push((local(name), unescaped(&attribute.value)));
            }
            // What cannot be taken apart is still looked at.
            Err(_) => {
                tag.attributes.push((String::new(), start.attributes_raw().to_owned()));
                break;
            }
        }
    }
    tag
}

/// A value with its references resolved, those that are none left as they stand.
fn unescaped(value: &str) -> String {
    match quick_xml::escape::unescape_with(value, |_| None) {
        Ok(text) => text.into_owned(),
        Err(_) => value.replace("&lt;", "<").replace("&gt;", ">").replace("&quot;", "\"").replace("&amp;", "&"),
    }
}

/// Whether an error is that something was too long.
pub(super) fn is_too_long(error: &io::Error) -> bool {
    error.get_ref().is_some_and(|inner| inner.is::<TooLong>())
}

/// Records why reading a part of a document ended early. Returns whether the document can go on with its other parts.
pub(super) fn tell(error: &io::Error, what: &str, at: u64, out: &mut dyn Sink) -> bool {
    let (kind, why) = match error.kind() {
        _ if is_too_long(error) => (GapKind::OverLimit, "holds"),
        io::ErrorKind::InvalidData | io::ErrorKind::InvalidInput => (GapKind::Malformed, "is damaged:"),
        io::ErrorKind::UnexpectedEof => (GapKind::Truncated, "breaks off:"),
        _ => {
            read_error(out, error, at);
            return false;
        }
    };
    let reason = format!(
        "{what} {why} {error}; its first {at} bytes were read; open it with its own program, export it as CSV or text, and run hozen on that"
    );
    out.gap(kind, reason);
    true
}

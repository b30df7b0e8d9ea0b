//! Takes HTML apart into tags and text as browsers do (WHATWG HTML 13.2.5), in bounded memory: long text, scripts and comments come in pieces.

use std::io::{self, BufRead};

use super::entities::{LONGEST, resolved};
use crate::formats::markup::Tag;
use crate::model::limits::{RECORD_BYTES, WINDOW_BYTES};

/// The next thing in a page.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Token {
    Open(Attributes),
    Close(String),
    /// Text with its references resolved.
    Text(String),
    /// A piece of a script, a style sheet or a comment, as it stands.
    Raw(String),
    End,
}

/// A tag with its attributes.
#[derive(Debug)]
pub(super) struct Attributes {
    pub(super) tag: Tag,
    /// Not all of them are here, since there was too much.
    pub(super) cut: bool,
}

impl PartialEq for Attributes {
    fn eq(&self, other: &Self) -> bool {
        self.tag.name == other.tag.name && self.tag.attributes == other.tag.attributes
    }
}

impl Eq for Attributes {}

/// Where raw text ends.
type Until = &'static [u8];

/// A page on its way.
pub(super) struct Tokens<R> {
    src: R,
    /// The end of a text in which a reference may begin.
    held: String,
    raw: Option<Until>,
    /// Bytes so far, in UTF-8.
    pub(super) at: u64,
}

impl<R: BufRead> Tokens<R> {
    pub(super) fn new(src: R) -> Self {
        Self { src, held: String::new(), raw: None, at: 0 }
    }

    fn take(&mut self, count: usize) {
        self.src.consume(count);
        self.at += count as u64;
    }

    fn peek(&mut self) -> io::Result<Option<u8>> {
        Ok(self.src.fill_buf()?.first().copied())
    }

    pub(super) fn next(&mut self) -> io::Result<Token> {
        loop {
            if let Some(until) = self.raw {
                return self.raw_piece(until);
            }
            match self.peek()? {
                None if self.held.is_empty() => return Ok(Token::End),
                None => return Ok(Token::Text(resolved(&std::mem::take(&mut self.held)))),
                Some(b'<') => {
                    if let Some(token) = self.markup()? {
                        return Ok(token);
                    }
                }
                Some(_) => {
                    let text = self.text()?;
                    if !text.is_empty() {
                        return Ok(Token::Text(text));
                    }
                }
            }
        }
    }

    /// Text up to the next tag, or as much as is there.
    fn text(&mut self) -> io::Result<String> {
        let buf = self.src.fill_buf()?;
        let end = memchr::memchr(b'<', buf).unwrap_or(buf.len());
        self.held.push_str(&String::from_utf8_lossy(buf.get(..end).unwrap_or_default()));
        self.take(end);
        // A reference may go on in what is read next.
        let from = self.held.len().saturating_sub(LONGEST);
        let open = self.held.as_bytes().get(from..).and_then(|tail| memchr::memrchr(b'&', tail));
        let keep = match open {
            Some(at) if !self.held.as_bytes().get(from + at..).unwrap_or_default().contains(&b';') => from + at,
            _ => self.held.len(),
        };
        let rest = self.held.split_off(keep);
        Ok(resolved(&std::mem::replace(&mut self.held, rest)))
    }

    /// What begins with `<`: nothing where text that was held comes first, or where it is no markup.
    fn markup(&mut self) -> io::Result<Option<Token>> {
        if !self.held.is_empty() {
            return Ok(Some(Token::Text(resolved(&std::mem::take(&mut self.held)))));
        }
        self.take(1);
        match self.peek()? {
            Some(b'a'..=b'z' | b'A'..=b'Z') => {
                let (raw, cut) = self.tag()?;
                let tag = parsed(&raw);
                self.raw = match tag.name.as_str() {
                    "script" => Some(b"</script"),
                    "style" => Some(b"</style"),
                    _ => None,
                };
                Ok(Some(Token::Open(Attributes { tag, cut })))
            }
            Some(b'/') => {
                self.take(1);
                let (raw, _) = self.tag()?;
                let name = raw.split(|c: char| c.is_whitespace() || c == '/').next().unwrap_or_default();
                Ok(Some(Token::Close(name.to_ascii_lowercase())))
            }
            Some(b'!') => {
                self.take(1);
                self.declaration()
            }
            Some(b'?') => {
                self.raw = Some(b">");
                Ok(None)
            }
            _ => {
                self.held.push('<');
                Ok(None)
            }
        }
    }

    fn declaration(&mut self) -> io::Result<Option<Token>> {
        let mut start = Vec::new();
        while start.len() < 2 && self.peek()? == Some(b'-') {
            self.take(1);
            start.push(b'-');
        }
        self.raw = Some(if start.len() == 2 { b"-->" } else { b">" });
        Ok(None)
    }

    /// The inside of a tag, up to its `>`; whether it was cut.
    fn tag(&mut self) -> io::Result<(String, bool)> {
        let (mut raw, mut quote, mut after_equals, mut cut) = (Vec::new(), None, false, false);
        while let Some(byte) = self.peek()? {
            self.take(1);
            match (quote, byte) {
                (None, b'>') => break,
                (None, b'"' | b'\'') if after_equals => quote = Some(byte),
                (Some(open), byte) if open == byte => quote = None,
                _ => {}
            }
            after_equals = byte == b'=' || (after_equals && byte.is_ascii_whitespace());
            if raw.len() < RECORD_BYTES {
                raw.push(byte);
            } else {
                cut = true;
            }
        }
        Ok((String::from_utf8_lossy(&raw).into_owned(), cut))
    }

    /// Raw text up to its end, in pieces that end where a value hardly goes on.
    fn raw_piece(&mut self, until: Until) -> io::Result<Token> {
        let mut piece: Vec<u8> = Vec::new();
        loop {
            let Some(byte) = self.peek()? else {
                self.raw = None;
                break;
            };
            self.take(1);
            piece.push(byte);
            let tail = piece.len().checked_sub(until.len()).and_then(|at| piece.get(at..)).unwrap_or_default();
            if byte.eq_ignore_ascii_case(until.last().unwrap_or(&0)) && tail.eq_ignore_ascii_case(until) {
                piece.truncate(piece.len() - until.len());
                self.raw = None;
                if until.starts_with(b"</") {
                    self.tag()?;
                }
                break;
            }
            let ends = matches!(byte, b'\n' | b' ' | b',' | b';' | b'{' | b'}' | b'<' | b'>');
            if (piece.len() > WINDOW_BYTES && ends && !until.contains(&byte)) || piece.len() > RECORD_BYTES {
                break;
            }
        }
        Ok(Token::Raw(String::from_utf8_lossy(&piece).into_owned()))
    }
}

/// The name and attributes in the inside of a tag.
fn parsed(raw: &str) -> Tag {
    let end = raw.find(|c: char| c.is_whitespace() || c == '/').unwrap_or(raw.len());
    let (name, mut rest) = raw.split_at(end);
    let mut tag = Tag { name: name.to_ascii_lowercase(), attributes: Vec::new() };
    loop {
        rest = rest.trim_start_matches(|c: char| c.is_whitespace() || c == '/');
        let end = rest.find(|c: char| c.is_whitespace() || c == '/' || c == '=').unwrap_or(rest.len());
        // A name may begin with `=`.
        let end = if end == 0 { rest.chars().next().map_or(0, char::len_utf8) } else { end };
        if end == 0 {
            return tag;
        }
        let (name, after) = rest.split_at(end);
        let (value, after) = value_of(after);
        tag.attributes.push((name.to_ascii_lowercase(), resolved(value)));
        rest = after;
    }
}

/// The value behind a name, if there is one, and what follows.
fn value_of(after: &str) -> (&str, &str) {
    let Some(value) = after.trim_start().strip_prefix('=') else { return ("", after) };
    let value = value.trim_start();
    for quote in ['"', '\''] {
        if let Some(quoted) = value.strip_prefix(quote) {
            return quoted.split_once(quote).unwrap_or((quoted, ""));
        }
    }
    value.split_at(value.find(char::is_whitespace).unwrap_or(value.len()))
}

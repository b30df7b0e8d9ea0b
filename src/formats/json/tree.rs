//! Parses one JSON value of bounded size into nodes that keep their places, and says where it is broken.

use crate::model::Charset;
use crate::model::limits::JSON_DEPTH;
use crate::text::decode_record;

/// A range of the value's bytes.
pub(super) type Span = std::ops::Range<usize>;

/// A value and where it stands.
pub(super) enum Node {
    /// A number, as it is written.
    Number(Span),
    /// `true`, `false`, `null`: nobody is named by them.
    Word,
    /// A string, without its quotes.
    Text(Span),
    /// An array.
    Array(Vec<Node>),
    /// An object: keys without their quotes.
    Object(Vec<(Span, Node)>),
    /// Deeper than is taken apart: as it is written.
    Deep(Span),
}

/// Where it is broken.
pub(super) struct Bad {
    pub(super) at: usize,
    pub(super) what: &'static str,
}

/// Parses a whole value.
pub(super) fn parse(bytes: &[u8]) -> Result<Node, Bad> {
    let mut parser = Parser { bytes, at: 0 };
    let node = parser.value(0)?;
    parser.space();
    if parser.at < bytes.len() { Err(parser.bad("something stands behind the value")) } else { Ok(node) }
}

/// Whether a text begins like one or more JSON values; a cut at its end is no fault unless it is `whole`.
pub(super) fn begins_like_json(text: &[u8], whole: bool) -> bool {
    let mut parser = Parser { bytes: text, at: 0 };
    let mut values = 0;
    loop {
        parser.space();
        if parser.at >= text.len() {
            return values > 0;
        }
        match parser.value(0) {
            Ok(_) => values += 1,
            // `[` or `{` alone says little; broken at the very end means cut.
            Err(bad) => return bad.at >= text.len() && (!whole || text.len() > 64),
        }
    }
}

/// A string's text: escapes resolved, and as it is written where they are broken.
pub(super) fn unescape(raw: &[u8], charset: Charset) -> String {
    let text = decode_record(raw, charset).text;
    if !text.contains('\\') {
        return text.into_owned();
    }
    serde_json::from_str(&format!("\"{text}\"")).unwrap_or_else(|_| text.into_owned())
}

struct Parser<'a> {
    bytes: &'a [u8],
    at: usize,
}

impl Parser<'_> {
    fn peek(&self) -> Option<u8> {
        self.bytes.get(self.at).copied()
    }

    fn bad(&self, what: &'static str) -> Bad {
        Bad { at: self.at, what }
    }

    fn space(&mut self) {
        while matches!(self.peek(), Some(b' ' | b'\t' | b'\n' | b'\r')) {
            self.at += 1;
        }
    }

    fn value(&mut self, depth: usize) -> Result<Node, Bad> {
        self.space();
        match self.peek() {
            Some(b'{' | b'[') if depth >= JSON_DEPTH => self.deep(),
            Some(b'{') => self.object(depth),
            Some(b'[') => self.array(depth),
            Some(b'"') => self.string().map(Node::Text),
            Some(b'-' | b'0'..=b'9') => {
                let begin = self.at;
                while matches!(self.peek(), Some(b'-' | b'+' | b'.' | b'e' | b'E' | b'0'..=b'9')) {
                    self.at += 1;
                }
                self.ends_here()?;
                Ok(Node::Number(begin..self.at))
            }
            Some(_) => self.word(),
            None => Err(self.bad("a value is missing")),
        }
    }

    /// A number or word must be followed by a mark or space.
    fn ends_here(&self) -> Result<(), Bad> {
        match self.peek() {
            None | Some(b',' | b']' | b'}' | b' ' | b'\t' | b'\n' | b'\r') => Ok(()),
            Some(_) => Err(self.bad("a number or word goes on with something else")),
        }
    }

    fn word(&mut self) -> Result<Node, Bad> {
        let rest = self.bytes.get(self.at..).unwrap_or_default();
        for word in [b"true".as_slice(), b"false", b"null", b"NaN"] {
            if rest.starts_with(word) {
                self.at += word.len();
                return self.ends_here().map(|()| Node::Word);
            }
            if word.starts_with(rest) {
                return Err(Bad { at: self.bytes.len(), what: "a word is cut off" });
            }
        }
        Err(self.bad("no JSON value begins like this"))
    }

    fn string(&mut self) -> Result<Span, Bad> {
        let begin = self.at + 1;
        let mut at = begin;
        loop {
            let rest = self.bytes.get(at..).unwrap_or_default();
            match memchr::memchr2(b'"', b'\\', rest) {
                Some(found) if rest.get(found) == Some(&b'"') => {
                    self.at = at + found + 1;
                    return Ok(begin..at + found);
                }
                Some(found) => at += found + 2,
                None => return Err(Bad { at: self.bytes.len(), what: "a string is not closed" }),
            }
        }
    }

    fn array(&mut self, depth: usize) -> Result<Node, Bad> {
        self.at += 1;
        let mut items = Vec::new();
        loop {
            self.space();
            match self.peek() {
                Some(b']') => break,
                Some(b',') if !items.is_empty() => self.at += 1,
                Some(_) if items.is_empty() => {}
                Some(_) => return Err(self.bad("a comma or a closing bracket is missing")),
                None => return Err(self.bad("an array is not closed")),
            }
            items.push(self.value(depth + 1)?);
        }
        self.at += 1;
        Ok(Node::Array(items))
    }

    fn object(&mut self, depth: usize) -> Result<Node, Bad> {
        self.at += 1;
        let mut members = Vec::new();
        loop {
            self.space();
            match self.peek() {
                Some(b'}') => break,
                Some(b',') if !members.is_empty() => {
                    self.at += 1;
                    self.space();
                }
                Some(_) if members.is_empty() => {}
                Some(_) => return Err(self.bad("a comma or a closing brace is missing")),
                None => return Err(self.bad("an object is not closed")),
            }
            match self.peek() {
                Some(b'"') => {}
                None => return Err(self.bad("an object is not closed")),
                Some(_) => return Err(self.bad("a key is missing")),
            }
            let key = self.string()?;
            self.space();
            match self.peek() {
                Some(b':') => self.at += 1,
                _ => return Err(self.bad("the colon behind a key is missing")),
            }
            members.push((key, self.value(depth + 1)?));
        }
        self.at += 1;
        Ok(Node::Object(members))
    }

    /// Goes over a container that is nested too deep, by its brackets.
    fn deep(&mut self) -> Result<Node, Bad> {
        let begin = self.at;
        let mut depth = 0_usize;
        loop {
            match self.peek() {
                Some(b'{' | b'[') => depth += 1,
                Some(b'}' | b']') => depth = depth.saturating_sub(1),
                Some(b'"') => {
                    self.string()?;
                    continue;
                }
                Some(_) => {}
                None => return Err(self.bad("a container is not closed")),
            }
            self.at += 1;
            if depth == 0 {
                return Ok(Node::Deep(begin..self.at));
            }
        }
    }
}

//! Lines that go on in the next where that begins with a blank (RFC 6350 §3.2, RFC 5545 §3.1, RFC 2849), put together.

use std::io::{self, Read};

use crate::formats::words::{base64, charset, quoted_printable};
use crate::formats::{HEAD_BYTES, Head};
use crate::model::limits::PART_BYTES;
use crate::model::{Charset, Charsets};
use crate::text::{Ending, Lines, TextStream, decode, decode_record, guess};

/// A line, put together.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Whole {
    pub(super) text: String,
    /// Number of its first line, from 1.
    pub(super) row: u64,
    /// It is longer than any that is held; this is its beginning.
    pub(super) cut: bool,
}

/// What the lines of a text came to.
pub(super) struct Outcome {
    pub(super) foreign: Charsets,
    pub(super) failed: Option<io::Error>,
    pub(super) at: u64,
}

/// Gives each line of a text, put together, on; `false` from `on` ends it. With `soft`, a line that ends in `=` goes on where its name says
/// that it is in quoted-printable.
pub(super) fn each(head: &Head<'_>, src: &mut dyn Read, soft: bool, mut on: impl FnMut(Whole) -> bool) -> Outcome {
    let head_bytes = head.bytes.get(..HEAD_BYTES).unwrap_or(head.bytes);
    let guessed = guess(head_bytes, head.whole);
    let mut read = Outcome { foreign: Charsets::default(), failed: None, at: 0 };
    if let Err(error) = crate::formats::trouble::skip(src, guessed.bom) {
        read.failed = Some(error);
        return read;
    }
    let mut stream = TextStream::new(src, guessed.charset, true, guessed.bom as u64);
    let mut lines = Lines::new(&mut stream, Charset::Utf8, Ending::of(head_bytes), 0, 1);
    let mut held: Option<Whole> = None;
    let mut go_on = true;
    while go_on {
        let line = match lines.next_line() {
            Ok(Some(line)) => line,
            Ok(None) => break,
            Err(error) => {
                read.failed = Some(error);
                break;
            }
        };
        read.at = line.offset + line.bytes.len() as u64;
        // Of a line in windows only what is new.
        let seen = usize::try_from(line.fresh_from.saturating_sub(line.offset)).unwrap_or(0);
        let text = decode_record(line.bytes.get(seen..).unwrap_or_default(), Charset::Utf8).text;
        let folded = text.starts_with([' ', '\t']);
        match held.as_mut() {
            Some(whole) if seen > 0 => append(whole, &text),
            Some(whole) if folded => append(whole, text.get(1..).unwrap_or_default()),
            Some(whole) if soft && is_soft(&whole.text) => {
                whole.text.pop();
                append(whole, &text);
            }
            _ => {
                let next = Whole { text: text.into_owned(), row: line.row, cut: false };
                go_on = held.replace(next).is_none_or(&mut on);
            }
        }
    }
    if go_on {
        held.map(on);
    }
    read.foreign = stream.foreign();
    read
}

fn append(whole: &mut Whole, text: &str) {
    if whole.text.len() as u64 + text.len() as u64 > PART_BYTES {
        whole.cut = true;
    } else {
        whole.text.push_str(text);
    }
}

fn is_soft(text: &str) -> bool {
    text.ends_with('=')
        && text.split(':').next().is_some_and(|name| name.to_ascii_uppercase().contains("QUOTED-PRINTABLE"))
}

/// A property of a card or an event.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Property {
    /// In upper case, without its group.
    pub(super) name: String,
    /// As they stand; those of old cards have no name.
    pub(super) parameters: Vec<(String, String)>,
    pub(super) value: Value,
}

/// What it holds.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Value {
    /// Text, its escapes as they stand.
    Text(String),
    /// A file in base64; `None` where it could not be decoded.
    File(Option<Vec<u8>>),
}

impl Property {
    /// Takes a line apart; `None` if it is none of this kind.
    pub(super) fn of(line: &str) -> Option<Self> {
        let mut quoted = false;
        let colon = line.char_indices().find(|(_, c)| {
            quoted ^= *c == '"';
            *c == ':' && !quoted
        });
        let (name, value) = line.split_at(colon?.0);
        let value = value.get(1..).unwrap_or_default();
        let mut pieces = split_outside_quotes(name).into_iter();
        let name = pieces.next()?.trim();
        let name = name.rsplit('.').next()?.to_ascii_uppercase();
        if name.is_empty() || name.len() > 80 || !name.chars().all(|c| c.is_ascii_alphanumeric() || c == '-') {
            return None;
        }
        let parameters: Vec<(String, String)> = pieces
            .map(|piece| match piece.split_once('=') {
                Some((name, value)) => (name.trim().to_ascii_uppercase(), value.trim().trim_matches('"').to_owned()),
                None => (String::new(), piece.trim().to_owned()),
            })
            .collect();
        let value = Self::value(&parameters, value);
        Some(Self { name, parameters, value })
    }

    fn value(parameters: &[(String, String)], value: &str) -> Value {
        let says = |word: &str| parameters.iter().any(|(_, value)| value.eq_ignore_ascii_case(word));
        if says("BASE64") || says("B") {
            return Value::File(file(value));
        }
        if let Some((kind, content)) = value.strip_prefix("data:").and_then(|rest| rest.split_once(','))
            && kind.ends_with(";base64")
        {
            return Value::File(file(content));
        }
        if says("QUOTED-PRINTABLE") {
            let bytes = quoted_printable(value.as_bytes(), false);
            let named =
                parameters.iter().find(|(name, _)| name == "CHARSET").map(|(_, value)| value.to_ascii_lowercase());
            let text = match named.and_then(|name| charset(name.as_bytes())) {
                Some(charset) if !decode(&bytes, charset).1 => decode(&bytes, charset).0.into_owned(),
                _ => decode_record(&bytes, Charset::Utf8).text.into_owned(),
            };
            return Value::Text(text);
        }
        Value::Text(value.to_owned())
    }

    /// The value of a parameter.
    pub(super) fn parameter(&self, wanted: &str) -> Option<&str> {
        self.parameters.iter().find(|(name, _)| name == wanted).map(|(_, value)| value.as_str())
    }

    /// Whether its type has this word, in any of the ways of the versions.
    pub(super) fn has_type(&self, word: &str) -> bool {
        let types = self.parameters.iter().filter(|(name, _)| name.is_empty() || name == "TYPE");
        types.flat_map(|(_, value)| value.split(',')).any(|value| value.eq_ignore_ascii_case(word))
    }
}

/// Base64 without the blanks of its lines.
pub(super) fn file(text: &str) -> Option<Vec<u8>> {
    let bytes: Vec<u8> = text.bytes().filter(|byte| !byte.is_ascii_whitespace()).collect();
    base64(&bytes).filter(|bytes| !bytes.is_empty())
}

fn split_outside_quotes(text: &str) -> Vec<&str> {
    let mut quoted = false;
    text.split(|c| {
        quoted ^= c == '"';
        c == ';' && !quoted
    })
    .collect()
}

/// The parts of a structured value, their escapes read (RFC 6350 §3.4).
pub(super) fn parts(value: &str) -> Vec<String> {
    let mut all = vec![String::new()];
    let mut characters = value.chars();
    while let Some(c) = characters.next() {
        let c = match c {
            ';' => {
                all.push(String::new());
                continue;
            }
            '\\' => match characters.next() {
                Some('n' | 'N') => '\n',
                Some(other) => other,
                None => '\\',
            },
            other => other,
        };
        if let Some(last) = all.last_mut() {
            last.push(c);
        }
    }
    all.iter().map(|part| part.trim().to_owned()).collect()
}

/// A value with its escapes read.
pub(super) fn plain(value: &str) -> String {
    parts(&value.replace("\\;", ";").replace(';', "\\;")).concat()
}

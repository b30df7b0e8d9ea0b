//! One row in brackets, as `INSERT` has it: `(1, 'O''Neil', N'山田', 0x4A, NULL)`. Where each value stands, and what it stands for.

use std::borrow::Cow;
use std::ops::Range;

use super::source::Source;
use crate::model::Charset;
use crate::text::lines::boundary;

/// Whether a backslash in a string begins an escape.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Backslash {
    /// It does (MySQL, `E'…'` of PostgreSQL).
    Escapes,
    /// Only before a quote that does not end the value: nothing says which program wrote this.
    Unsure,
    /// It is a character (PostgreSQL, SQLite).
    Plain,
}

/// A string in a value.
#[derive(Debug, Clone)]
pub(super) struct Piece {
    /// Between its quotes, in the buffer.
    pub(super) range: Range<usize>,
    quote: u8,
    backslash: Backslash,
    /// Something in it does not stand for itself.
    pub(super) escaped: bool,
    /// `X'…'`: its bytes in hexadecimal.
    pub(super) is_hex: bool,
    /// `||` stood between it and the piece before.
    pub(super) joined: bool,
}

/// A value of a row.
#[derive(Debug, Clone, Default)]
pub(super) struct Value {
    /// All of it.
    pub(super) range: Range<usize>,
    /// Its strings; a number has none.
    pub(super) pieces: Vec<Piece>,
}

/// Why a row can not be taken apart.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Bad {
    /// The text ends in it.
    Cut,
    /// It is longer than what is held of a row.
    Long,
    /// It breaks off.
    Broken,
}

/// Values of one row: as many as a table may have columns.
const VALUES: usize = 32_768;

/// Reads the values of a row whose bracket stands at `open`; returns them and the place behind the closing bracket.
pub(super) fn row(
    src: &mut Source<'_>,
    open: usize,
    backslash: Backslash,
) -> Result<(Vec<Value>, usize), (Bad, usize)> {
    let mut values = Vec::new();
    let mut value = Value { range: open + 1..open + 1, pieces: Vec::new() };
    let (mut at, mut depth, mut joins) = (open + 1, 0_usize, false);
    let mut word = at..at;
    loop {
        let Some(byte) = src.byte(at) else {
            return Err((if src.is_long(at) { Bad::Long } else { Bad::Cut }, at));
        };
        match byte {
            b'\'' | b'"' => {
                let prefix = src.held(word.start, at).to_ascii_lowercase();
                let mode = if prefix == b"e" { Backslash::Escapes } else { backslash };
                let (end, escaped) = string(src, at, mode)?;
                let is_hex = prefix == b"x" || prefix == b"0x";
                let range = at + 1..end;
                value.pieces.push(Piece { range, quote: byte, backslash: mode, escaped, is_hex, joined: joins });
                at = end;
                joins = false;
            }
            b'`' => at = memchr_from(src, at + 1, b'`').ok_or((Bad::Cut, at))?,
            b'(' | b'[' => depth += 1,
            b']' if depth > 0 => depth -= 1,
            b')' if depth > 0 => depth -= 1,
            // However much is held: a row must not be one because its bytes came in few reads.
            b')' if src.is_long(at) => return Err((Bad::Long, at)),
            b')' => {
                value.range.end = at;
                values.push(value);
                return Ok((values, at + 1));
            }
            b',' if depth == 0 => {
                value.range.end = at;
                values.push(std::mem::take(&mut value));
                value.range = at + 1..at + 1;
                if values.len() >= VALUES {
                    return Err((Bad::Broken, at));
                }
            }
            b';' if depth == 0 || matches!(src.byte(at + 1), None | Some(b'\r' | b'\n')) => {
                return Err((Bad::Broken, at));
            }
            b'-' if src.byte(at + 1) == Some(b'-') => at = memchr_from(src, at, b'\n').ok_or((Bad::Cut, at))?,
            b'/' if src.byte(at + 1) == Some(b'*') => at = comment_end(src, at).ok_or((Bad::Cut, at))?,
            _ => {}
        }
        // A prefix (`N`, `E`, `X`, `_binary`) stands before its quote; `||` may have blanks around it.
        joins = match byte {
            b'|' => !value.pieces.is_empty(),
            b' ' | b'\n' | b'\r' | b'\t' | b'N' | b'n' | b'E' | b'e' => joins,
            _ => false,
        };
        at += 1;
        if !(byte.is_ascii_alphanumeric() || byte == b'_') {
            word.start = at;
        }
    }
}

/// The last byte of a comment that begins at a place.
pub(super) fn comment_end(src: &mut Source<'_>, at: usize) -> Option<usize> {
    let mut star = memchr_from(src, at + 2, b'*')?;
    while src.byte(star + 1)? != b'/' {
        star = memchr_from(src, star + 1, b'*')?;
    }
    Some(star + 1)
}

/// The next such byte from a place on.
pub(super) fn memchr_from(src: &mut Source<'_>, mut at: usize, byte: u8) -> Option<usize> {
    loop {
        let rest = src.from(at);
        if rest.is_empty() {
            return None;
        }
        match memchr::memchr(byte, rest) {
            Some(found) => return Some(at + found),
            None => at += rest.len(),
        }
    }
}

/// The closing quote of the string that a quote at a place opens, and whether there are escapes in it.
fn string(src: &mut Source<'_>, open: usize, mode: Backslash) -> Result<(usize, bool), (Bad, usize)> {
    let quote = src.byte(open).unwrap_or(b'\'');
    let (mut at, mut escaped) = (open + 1, false);
    loop {
        let rest = src.from(at);
        if rest.is_empty() {
            return Err((if src.is_long(at) { Bad::Long } else { Bad::Cut }, at));
        }
        let Some(found) = memchr::memchr2(quote, b'\\', rest) else {
            at += rest.len();
            continue;
        };
        let is_quote = rest.get(found) == Some(&quote);
        at += found;
        let doubled = src.byte(at + 1) == Some(quote);
        match (is_quote, mode) {
            (true, _) if doubled => (at, escaped) = (at + 2, true),
            (true, _) => return Ok((at, escaped)),
            (false, Backslash::Escapes | Backslash::Unsure) if is_second_byte(src, open + 1, at) => at += 1,
            (false, Backslash::Escapes) => (at, escaped) = (at + 2, true),
            (false, Backslash::Unsure) if doubled && !ends_value(src, at + 2) => (at, escaped) = (at + 2, true),
            (false, _) => at += 1,
        }
    }
}

/// Whether a backslash is the second byte of a character of CP932, in a dump whose head did not show its encoding.
fn is_second_byte(src: &Source<'_>, from: usize, at: usize) -> bool {
    let before = src.held(from, at);
    if src.charset() == Charset::EucJp || before.last().is_none_or(|byte| *byte < 0x80) {
        return false;
    }
    // No byte below 0x40 is a second byte: characters can be counted from behind the last one.
    let begin = before.iter().rposition(|byte| *byte < 0x40).map_or(0, |place| place + 1);
    let stretch = src.held(from + begin, at + 1);
    let last = stretch.len().saturating_sub(1);
    std::str::from_utf8(stretch).is_err() && boundary(stretch, Charset::Cp932, last) != last
}

/// Whether what follows a quote says that it was the last of its value.
fn ends_value(src: &mut Source<'_>, mut at: usize) -> bool {
    while src.byte(at).is_some_and(|byte| byte.is_ascii_whitespace()) {
        at += 1;
    }
    matches!(src.byte(at), None | Some(b',' | b')' | b':' | b'|'))
}

impl Piece {
    /// The bytes that it stands for.
    pub(super) fn bytes<'b>(&self, held: &'b [u8]) -> Cow<'b, [u8]> {
        if !self.escaped {
            return Cow::Borrowed(held);
        }
        let mut bytes = Vec::with_capacity(held.len());
        let mut at = 0;
        while let Some(byte) = held.get(at) {
            let next = held.get(at + 1).copied();
            let (out, length) = match (*byte, next) {
                (quote, Some(next)) if quote == self.quote && next == quote => (quote, 2),
                (b'\\', Some(next)) if self.backslash == Backslash::Escapes => (meaning(next), 2),
                (b'\\', Some(next)) if self.backslash == Backslash::Unsure && next == self.quote => (next, 2),
                (byte, _) => (byte, 1),
            };
            bytes.push(out);
            at += length;
        }
        Cow::Owned(bytes)
    }
}

/// What a byte behind a backslash stands for.
pub(super) fn meaning(byte: u8) -> u8 {
    match byte {
        b'n' => b'\n',
        b'r' => b'\r',
        b't' => b'\t',
        b'b' => 8,
        b'f' => 12,
        b'v' => 11,
        b'0' => 0,
        b'Z' => 26,
        other => other,
    }
}

/// Bytes that are written in hexadecimal; `None` if these are not.
pub(super) fn unhex(digits: &[u8]) -> Option<Vec<u8>> {
    let digit = |byte: u8| char::from(byte).to_digit(16).and_then(|digit| u8::try_from(digit).ok());
    if digits.is_empty() || !digits.len().is_multiple_of(2) {
        return None;
    }
    digits
        .chunks_exact(2)
        .map(|pair| match pair {
            [high, low] => Some(digit(*high)? << 4 | digit(*low)?),
            _ => None,
        })
        .collect()
}

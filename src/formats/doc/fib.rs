//! The head of a Word file (FIB, [MS-DOC] 2.5) and its piece table (2.8.35): where the text stands, in its order.

use encoding_rs::{UTF_16LE, WINDOWS_1252};

use crate::formats::little::{size_at, u16_at, u32_at};
use crate::text::{decode, japanese_in};

/// What the head says.
pub(super) enum Head {
    /// Word 97 or later.
    Word97(Fib),
    /// Word 6 or 95, or no Word file at all.
    Older,
    /// With the cipher.
    Encrypted(&'static str),
}

/// The head of Word 97 to 2003.
pub(super) struct Fib {
    /// The name of the stream with the tables.
    pub(super) table: &'static str,
    /// The lengths of the main text, footnotes, headers, macros, comments, endnotes, text boxes, text boxes of headers, in characters.
    pub(super) lengths: [u32; 8],
}

/// Reads the head out of the stream `WordDocument`.
pub(super) fn head(doc: &[u8]) -> Head {
    let (Some(0xA5EC), Some(version), Some(flags)) = (u16_at(doc, 0), u16_at(doc, 2), u16_at(doc, 10)) else {
        return Head::Older;
    };
    if flags & 0x0100 != 0 {
        return Head::Encrypted(if flags & 0x8000 != 0 { "XOR" } else { "RC4" });
    }
    if version < 0x00C1 {
        return Head::Older;
    }
    let table = if flags & 0x0200 == 0 { "0Table" } else { "1Table" };
    let lengths = std::array::from_fn(|at| u32_at(doc, 0x4C + at * 4).unwrap_or(0));
    Head::Word97(Fib { table, lengths })
}

/// Where a table lies in the table stream: the entry of this number in the list of places ([MS-DOC] 2.5.6).
pub(super) fn place<'t>(doc: &[u8], table: &'t [u8], entry: usize) -> Option<&'t [u8]> {
    let at = 0x9A + entry * 8;
    let start = size_at(doc, at)?;
    table.get(start..start.checked_add(size_at(doc, at + 4)?)?)
}

/// A stretch of text in the file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Piece {
    /// Characters before it.
    pub(super) start: u32,
    pub(super) chars: u32,
    /// Byte in the stream `WordDocument`.
    pub(super) at: usize,
    /// Whether a character is two bytes.
    pub(super) wide: bool,
}

/// The pieces in the order of the text. `None` if there is no piece table.
pub(super) fn pieces(doc: &[u8], table: &[u8]) -> Option<Vec<Piece>> {
    let mut clx = place(doc, table, 33)?;
    while let [1, rest @ ..] = clx {
        clx = rest.get(2 + usize::from(u16_at(rest, 0)?)..)?;
    }
    let [2, rest @ ..] = clx else { return None };
    let plc = rest.get(4..)?.get(..size_at(rest, 0)?)?;
    let count = plc.len().checked_sub(4)? / 12;
    let mut all = Vec::with_capacity(count);
    for piece in 0..count {
        let (start, end) = (u32_at(plc, piece * 4)?, u32_at(plc, piece * 4 + 4)?);
        let fc = u32_at(plc, (count + 1) * 4 + piece * 8 + 2)?;
        let wide = fc & 0x4000_0000 == 0;
        let at = usize::try_from(fc & 0x3FFF_FFFF).ok()?;
        let chars = end.saturating_sub(start);
        all.push(Piece { start, chars, at: if wide { at } else { at / 2 }, wide });
    }
    Some(all)
}

/// The text of some characters of a piece, with the byte at which each begins.
pub(super) fn characters(doc: &[u8], piece: Piece, skip: u32, chars: u32) -> (Vec<(usize, char)>, bool) {
    let unit = if piece.wide { 2 } else { 1 };
    let from = piece.at.saturating_add(usize::try_from(skip).unwrap_or(usize::MAX).saturating_mul(unit));
    let bytes = usize::try_from(chars).unwrap_or(usize::MAX).saturating_mul(unit);
    let rest = doc.get(from..).unwrap_or_default();
    let raw = rest.get(..bytes).unwrap_or(rest);
    let whole = raw.len() == bytes;
    let mut all = Vec::with_capacity(raw.len() / unit);
    if piece.wide {
        let mut at = from;
        for c in UTF_16LE.decode_without_bom_handling(raw).0.chars() {
            all.push((at, c));
            at += c.len_utf16() * 2;
        }
        return (all, whole);
    }
    // One byte a character is Windows-1252; only other programs write Japanese so.
    if let Some(charset) = japanese_in(raw) {
        let (text, _) = decode(raw, charset);
        let mut at = from;
        for c in text.chars() {
            all.push((at, c));
            at += if c.is_ascii() || matches!(c, '\u{FF61}'..='\u{FF9F}') { 1 } else { 2 };
        }
        return (all, whole);
    }
    let text = WINDOWS_1252.decode_without_bom_handling(raw).0;
    all.extend((from..).zip(text.chars()));
    (all, whole)
}

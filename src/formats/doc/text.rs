//! The text of a Word file on its way: marks end paragraphs, cells and rows, and fields have a code beside what they show
//! ([MS-DOC] 2.4.3 tables, 2.8.25 fields).

use super::fib::{Piece, characters};
use super::papx::{InTable, Paragraphs};
use crate::formats::Sink;
use crate::formats::flow::Flow;
use crate::model::GapKind;
use crate::model::limits::RECORD_BYTES;

/// Characters that are decoded at once.
const STEP: u32 = 64 * 1024;

/// Reads the characters `from..to` of the whole text as a flow of their own. Whether all of them were there.
pub(super) fn read(
    doc: &[u8],
    pieces: &[Piece],
    known: &Paragraphs,
    range: std::ops::Range<u32>,
    out: &mut dyn Sink,
) -> bool {
    let mut text = Text { known, paragraph: String::new(), depth: 0, codes: Vec::new(), flow: Flow::default() };
    let (mut whole, budget) = (true, out.budget());
    'all: for piece in pieces {
        let (start, end) = (piece.start.max(range.start), piece.start.saturating_add(piece.chars).min(range.end));
        let mut at = start;
        while at < end {
            let count = STEP.min(end - at);
            // Pieces may all name the same bytes.
            if !budget.count(u64::from(count)) {
                out.gap(GapKind::OverLimit, budget.reason());
                break 'all;
            }
            let (characters, there) = characters(doc, *piece, at - piece.start, count);
            characters.into_iter().for_each(|(byte, c)| text.character(byte, c, out));
            if !there {
                whole = false;
                break;
            }
            at += count;
        }
    }
    text.finish(out);
    whole
}

struct Text<'a> {
    known: &'a Paragraphs,
    paragraph: String,
    /// Tables that are open.
    depth: u32,
    /// The codes of the fields that are open, `None` once the code is over.
    codes: Vec<Option<String>>,
    flow: Flow,
}

impl Text<'_> {
    fn character(&mut self, byte: usize, c: char, out: &mut dyn Sink) {
        match c {
            '\r' | '\u{7}' | '\u{c}' => self.mark(byte, c, out),
            '\u{13}' if self.codes.len() < 64 => self.codes.push(Some(String::new())),
            '\u{14}' => {
                if let Some(code) = self.codes.last_mut().and_then(Option::take) {
                    self.flow.aside(&code);
                }
            }
            '\u{15}' => {
                if let Some(Some(code)) = self.codes.pop() {
                    self.flow.aside(&code);
                }
            }
            '\u{b}' | '\u{e}' => self.push('\n', out),
            '\u{1e}' => self.push('-', out),
            '\t' => self.push('\t', out),
            '\0'..='\u{1f}' => {}
            c => self.push(c, out),
        }
    }

    fn push(&mut self, c: char, out: &mut dyn Sink) {
        match self.codes.last_mut() {
            Some(Some(code)) if code.len() < 64 * 1024 => code.push(c),
            _ => self.paragraph.push(c),
        }
        if self.paragraph.len() > RECORD_BYTES {
            self.flow.text(&std::mem::take(&mut self.paragraph), out);
        }
    }

    /// A paragraph, cell or row ends.
    fn mark(&mut self, byte: usize, c: char, out: &mut dyn Sink) {
        let known = self.known.at(byte).unwrap_or_else(|| self.unknown(c));
        // A cell mark stands in a table, whatever else is said.
        let depth = if c == '\u{7}' { known.depth.max(1) } else { known.depth };
        self.flow.nest(&mut self.depth, depth, out);
        let paragraph = std::mem::take(&mut self.paragraph);
        self.flow.text(&paragraph, out);
        if known.ends_row {
            self.flow.end_row(out);
        } else if c == '\u{7}' || known.ends_inner_cell {
            self.flow.end_cell(1, out);
        } else {
            self.flow.end_paragraph(out);
        }
    }

    /// Where nothing is known of paragraphs, an empty cell ends the row.
    fn unknown(&self, c: char) -> InTable {
        let mut unknown = InTable::default();
        unknown.ends_row = c == '\u{7}' && self.known.is_empty() && self.paragraph.is_empty() && self.depth > 0;
        unknown
    }

    fn finish(mut self, out: &mut dyn Sink) {
        for code in std::mem::take(&mut self.codes).into_iter().flatten() {
            self.flow.aside(&code);
        }
        self.flow.text(&std::mem::take(&mut self.paragraph), out);
        self.flow.finish(out);
    }
}

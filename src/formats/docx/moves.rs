//! Text that was moved stands twice in a document, where it was and where it is now: it is read once, and not lost where only the first is left.

use std::io::Read;

use super::super::Sink;
use super::super::flow::Flow;
use super::super::markup::{Markup, Piece};

/// Moved texts of one part that are held until its end, bytes of one, and bytes of what arrived.
const MOVES: usize = 10_000;
const MOVE_BYTES: usize = 64 * 1024;
const ARRIVED_BYTES: usize = 256 * 1024;

/// What was moved in one part.
#[derive(Default)]
pub(super) struct Moves {
    held: Vec<String>,
    arrived: String,
    /// Elements around the current text that say that it was moved here.
    pub(super) open: usize,
}

impl Moves {
    /// Text that was moved away from here.
    pub(super) fn from(&mut self, text: String, flow: &mut Flow, out: &mut dyn Sink) {
        if text.len() > MOVE_BYTES || self.held.len() >= MOVES {
            flow.text(&text, out);
        } else if !text.trim().is_empty() {
            self.held.push(text);
        }
    }

    /// More text, which may have been moved here.
    pub(super) fn to(&mut self, text: &str) {
        if self.open > 0 && self.arrived.len() + text.len() <= ARRIVED_BYTES {
            self.arrived.push_str(text);
        }
    }

    /// What arrived nowhere is given where the part ends.
    pub(super) fn finish(&mut self, flow: &mut Flow, out: &mut dyn Sink) {
        flow.end_paragraph(out);
        for text in std::mem::take(&mut self.held) {
            if memchr::memmem::find(self.arrived.as_bytes(), text.as_bytes()).is_none() {
                flow.text(&text, out);
                flow.end_paragraph(out);
            }
        }
    }
}

/// The text of the element that was just opened.
pub(super) fn text_of<R: Read>(markup: &mut Markup<R>) -> String {
    let (depth, mut text, mut is_text) = (markup.depth, String::new(), false);
    while markup.depth >= depth {
        match markup.next() {
            Piece::Open(tag) => is_text = matches!(tag.name.as_str(), "t" | "delText"),
            Piece::Text(more) if is_text => text.push_str(&more),
            Piece::Close(_) => is_text = false,
            Piece::End => break,
            _ => {}
        }
    }
    text
}

//! The flow of a document on its way out: paragraphs become lines, tables become rows under their header, and what stands in a box inside
//! of a paragraph or a cell comes as lines of its own. Each text comes once.

use super::Sink;
use super::table::Table;
use super::written::{Cell, Written};
use crate::model::GapKind;
use crate::model::limits::{RECORD_BYTES, TABLE_DEPTH};

/// A cell that spans more columns than this is none.
const SPAN: u32 = 16_384;

/// A cell of more lines than this is read as lines.
const CELL_LINES: usize = 12;

/// What is open around the current paragraph.
enum Level {
    Table(Box<Frame>),
    /// A text box, a note: with the paragraph that it stands in, and what belongs to that.
    Aside(String, Vec<String>),
}

/// A table that is open.
#[derive(Default)]
struct Frame {
    table: Table,
    cells: Vec<Cell>,
    /// Bytes of them.
    bytes: usize,
    column: u32,
    text: String,
}

/// A document's text in its order.
#[derive(Default)]
pub(super) struct Flow {
    text: Written,
    row: u64,
    paragraph: String,
    levels: Vec<Level>,
    /// Link targets, readings and the like of this paragraph.
    asides: Vec<String>,
    /// Bytes of text so far: tells whether something gave any.
    pub(super) given: u64,
    /// A paragraph or row was too long to be taken as one; told once.
    told_long: bool,
    told_deep: bool,
}

impl Flow {
    /// What follows stands on this page or slide (from 1), whose lines count from 1.
    pub(super) fn on_page(&mut self, page: u32, out: &mut dyn Sink) {
        self.finish(out);
        self.text.on_page(page);
        self.row = 0;
    }

    /// More text of the current paragraph.
    pub(super) fn text(&mut self, text: &str, out: &mut dyn Sink) {
        self.paragraph.push_str(text);
        self.given += text.len() as u64;
        if self.paragraph.len() > RECORD_BYTES {
            self.tell_long(out);
            let paragraph = std::mem::take(&mut self.paragraph);
            self.lines(&paragraph, out);
        }
    }

    /// A mark between two words.
    pub(super) fn mark(&mut self, mark: char, out: &mut dyn Sink) {
        self.text(mark.encode_utf8(&mut [0; 4]), out);
    }

    /// Something that belongs to this paragraph but stands not in its text; left out where its text says the same.
    pub(super) fn aside(&mut self, text: &str) {
        let text = text.trim();
        if !text.is_empty() && self.asides.len() < 10_000 {
            self.asides.push(text.to_owned());
        }
    }

    /// The paragraph ends.
    pub(super) fn end_paragraph(&mut self, out: &mut dyn Sink) {
        let paragraph = std::mem::take(&mut self.paragraph);
        let mut asides = std::mem::take(&mut self.asides);
        asides.dedup();
        asides.retain(|aside| !paragraph.contains(bare(aside)));
        match self.levels.last_mut() {
            Some(Level::Table(frame)) => {
                if !frame.text.is_empty() && !paragraph.is_empty() {
                    frame.text.push('\n');
                }
                frame.text.push_str(&paragraph);
                if frame.text.len() > RECORD_BYTES {
                    let text = std::mem::take(&mut frame.text);
                    self.tell_long(out);
                    self.lines(&text, out);
                }
            }
            _ if paragraph.is_empty() => {}
            _ => self.lines(&paragraph, out),
        }
        for aside in asides {
            self.lines(&aside, out);
        }
    }

    fn lines(&mut self, text: &str, out: &mut dyn Sink) {
        self.text.at_row(self.row + 1);
        self.text.lines(text, out);
        self.row += 1 + memchr::memchr_iter(b'\n', text.as_bytes()).count() as u64;
    }

    fn tell_long(&mut self, out: &mut dyn Sink) {
        if !std::mem::replace(&mut self.told_long, true) {
            let reason = format!(
                "a paragraph, cell or row holds over {RECORD_BYTES} bytes; it was read in pieces, and a value that stands where two of them meet may be missed; look at it by hand"
            );
            out.gap(GapKind::OverLimit, reason);
        }
    }

    /// One value under a name: a property of the document, the author of a comment.
    pub(super) fn named(&mut self, name: &str, value: &str, out: &mut dyn Sink) {
        if !value.trim().is_empty() {
            self.text.at_row(self.row + 1);
            self.text.pairs(&[(name.to_owned(), value.trim().to_owned())], out);
            self.row += 1;
            self.given += value.len() as u64;
        }
    }

    /// A text box or note begins inside of a paragraph.
    pub(super) fn enter_aside(&mut self) {
        let (paragraph, asides) = (std::mem::take(&mut self.paragraph), std::mem::take(&mut self.asides));
        self.levels.push(Level::Aside(paragraph, asides));
    }

    /// It ends, and the paragraph goes on.
    pub(super) fn leave_aside(&mut self, out: &mut dyn Sink) {
        self.end_paragraph(out);
        self.close_aside(out);
    }

    /// Ends the tables that are open in a text box, and goes back to the paragraph around it. Returns whether there was one.
    fn close_aside(&mut self, out: &mut dyn Sink) -> bool {
        while let Some(level) = self.levels.pop() {
            match level {
                Level::Table(frame) => self.close(*frame, out),
                Level::Aside(paragraph, asides) => {
                    (self.paragraph, self.asides) = (paragraph, asides);
                    return true;
                }
            }
        }
        false
    }

    /// Opens and closes tables inside each other, from as many as are open to as many as shall be.
    pub(super) fn nest(&mut self, open: &mut u32, wanted: u32, out: &mut dyn Sink) {
        while *open < wanted {
            self.begin_table(out);
            *open += 1;
        }
        while *open > wanted {
            self.end_table(out);
            *open -= 1;
        }
    }

    /// A table begins.
    pub(super) fn begin_table(&mut self, out: &mut dyn Sink) {
        if !self.paragraph.is_empty() {
            self.end_paragraph(out);
        }
        if self.levels.len() >= TABLE_DEPTH && !std::mem::replace(&mut self.told_deep, true) {
            let reason = format!(
                "tables and boxes stand inside each other more than {TABLE_DEPTH} deep; the text of deeper ones was read, but what belongs to one row may be told wrongly"
            );
            out.gap(GapKind::OverLimit, reason);
        }
        // Deeper ones are held too, so that their ends find them, but they hold no rows.
        self.levels.push(Level::Table(Box::default()));
    }

    fn frame(&mut self) -> Option<&mut Frame> {
        match self.levels.last_mut() {
            Some(Level::Table(frame)) => Some(frame),
            _ => None,
        }
    }

    /// Whether the current paragraph stands directly in a cell.
    pub(super) fn in_table(&mut self) -> bool {
        self.frame().is_some()
    }

    /// Columns that are left out at the start of a row or between cells.
    pub(super) fn skip_columns(&mut self, count: u32) {
        if let Some(frame) = self.frame() {
            frame.column = frame.column.saturating_add(count.min(SPAN));
        }
    }

    /// The current cell ends; it takes so many columns.
    pub(super) fn end_cell(&mut self, span: u32, out: &mut dyn Sink) {
        if !self.paragraph.is_empty() || !self.asides.is_empty() {
            self.end_paragraph(out);
        }
        let Some(frame) = self.frame() else { return };
        let text = std::mem::take(&mut frame.text);
        frame.column = frame.column.saturating_add(1);
        // A cell that holds a page of text lays out, and what stands in it need not belong together.
        if text.lines().take(CELL_LINES + 1).count() > CELL_LINES {
            self.lines(&text, out);
        } else if !text.trim().is_empty() {
            frame.bytes += text.len() + 1;
            frame.cells.push(Cell { column: frame.column, text, undone: None });
        }
        let Some(frame) = self.frame() else { return };
        frame.column = frame.column.saturating_add(span.clamp(1, SPAN) - 1);
        if frame.bytes > RECORD_BYTES {
            self.tell_long(out);
            self.give_row(out);
        }
    }

    fn give_row(&mut self, out: &mut dyn Sink) {
        let number = self.row + 1;
        let deep = self.levels.len() > TABLE_DEPTH;
        let Some(Level::Table(frame)) = self.levels.last_mut() else { return };
        let cells = std::mem::take(&mut frame.cells);
        frame.bytes = 0;
        if cells.is_empty() {
            return;
        }
        self.row = number;
        if deep {
            self.text.row(number, &cells, &[], out);
        } else {
            frame.table.row(number, cells, &mut self.text, out);
        }
    }

    /// The current row ends.
    pub(super) fn end_row(&mut self, out: &mut dyn Sink) {
        if self.frame().is_some_and(|frame| !frame.text.is_empty()) || !self.paragraph.is_empty() {
            self.end_cell(1, out);
        }
        self.give_row(out);
        if let Some(frame) = self.frame() {
            frame.column = 0;
        }
    }

    /// The table ends.
    pub(super) fn end_table(&mut self, out: &mut dyn Sink) {
        if !self.in_table() {
            return;
        }
        self.end_row(out);
        if let Some(Level::Table(frame)) = self.levels.pop() {
            frame.table.finish(&mut self.text, out);
            self.text.at_row(self.row + 1);
        }
    }

    fn close(&mut self, frame: Frame, out: &mut dyn Sink) {
        self.levels.push(Level::Table(Box::new(frame)));
        self.end_table(out);
    }

    /// Everything that is still open ends here.
    pub(super) fn finish(&mut self, out: &mut dyn Sink) {
        self.end_paragraph(out);
        while self.close_aside(out) {
            self.end_paragraph(out);
        }
    }
}

/// A link target without the word that says how it is reached.
fn bare(target: &str) -> &str {
    let target = ["mailto:", "tel:", "HYPERLINK \"mailto:", "HYPERLINK \"tel:", "HYPERLINK \""]
        .iter()
        .find_map(|word| target.strip_prefix(word))
        .unwrap_or(target);
    target.split(['"', '?']).next().filter(|bare| !bare.is_empty()).unwrap_or(target)
}

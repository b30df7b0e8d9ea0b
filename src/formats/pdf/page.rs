//! One page: its content followed, laid out, and written as rows and lines; then its annotations.

use std::rc::Rc;

use super::super::Sink;
use super::super::header::find_header;
use super::super::written::{Cell, Written};
use super::canvas::Canvas;
use super::content::{Follow, Shared};
use super::file::File;
use super::grid::{Block, Table};
use super::notes::Notes;
use super::ruled;
use super::state::Matrix;
use super::value::{Dict, Value};
use crate::model::limits::PART_BYTES;

/// Of a page that has text too, an image that covers so much of it is the page itself,
const COVERED: f64 = 0.8;
/// if there are fewer characters than these.
const FEW: u64 = 40;
/// So many parts of paths without any text may be letters.
const SHAPES: u64 = 200;

/// The table that was written last: its columns and their header words go on where it does.
#[derive(Default)]
struct Carried {
    columns: Vec<(f64, f64)>,
    names: Vec<String>,
}

/// Where pages are written to.
pub(super) struct Pages<'o> {
    pub(super) out: &'o mut dyn Sink,
    pub(super) shared: Shared,
    pub(super) notes: Notes,
    text: Written,
    carried: Carried,
    row: u64,
}

impl<'o> Pages<'o> {
    pub(super) fn new(out: &'o mut dyn Sink) -> Self {
        Self {
            out,
            shared: Shared::default(),
            notes: Notes::default(),
            text: Written::default(),
            carried: Carried::default(),
            row: 0,
        }
    }

    /// Reads one page. Returns its text without spaces, to tell what an annotation says again.
    pub(super) fn page(
        &mut self,
        file: &mut File<'_>,
        number: u32,
        page: &Dict,
        resources: Rc<Dict>,
        area: f64,
    ) -> String {
        self.text.on_page(number);
        self.row = 0;
        let mut canvas = Canvas::default();
        let content = self.content(file, number, page);
        Follow::new((file, &mut self.shared, &mut canvas), resources, Matrix::UNIT).run(&content);
        self.judge(number, &canvas, area);
        let shown = canvas.glyphs.iter().map(|glyph| glyph.text.trim()).collect();
        self.write(canvas);
        shown
    }

    /// Its content streams as one: a token may not go over the end of one, but an array of strings may.
    fn content(&mut self, file: &mut File<'_>, number: u32, page: &Dict) -> Vec<u8> {
        let streams = match file.get(page, "Contents") {
            Value::List(list) => list,
            Value::Null if page.contains_key("Contents") => {
                self.broken(number, "its content is missing");
                Vec::new()
            }
            one => vec![one],
        };
        let mut content = Vec::new();
        for stream in &streams {
            match file.resolve(stream) {
                Value::Stream(stream) => {
                    let unfolded = file.unfold(&stream);
                    if let Some(trouble) = unfolded.trouble {
                        self.broken(number, &trouble);
                    }
                    content.extend(unfolded.bytes);
                    content.push(b'\n');
                }
                Value::Null if stream.id().is_none() => {}
                _ => self.broken(number, "a part of its content is missing"),
            }
            if content.len() as u64 > PART_BYTES {
                self.broken(number, "it unfolds to more than one part of a document may have");
                break;
            }
        }
        content
    }

    fn broken(&mut self, number: u32, why: &str) {
        self.notes.broken.add(number);
        self.notes.reason.get_or_insert_with(|| why.to_owned());
    }

    fn judge(&mut self, number: u32, canvas: &Canvas, area: f64) {
        let is_image = canvas.images > 0 && canvas.chars < FEW && canvas.image_area > COVERED * area;
        let is_bare = canvas.chars == 0 && (canvas.images > 0 || canvas.strokes > SHAPES);
        if is_image || is_bare {
            self.notes.silent.add(number);
        }
        if canvas.untold > 0 {
            self.notes.untold.add(number);
            self.notes.untold_chars += canvas.untold;
        }
        if canvas.full {
            self.notes.full.add(number);
        }
        if let Some(trouble) = self.shared.trouble.pop_first() {
            self.shared.trouble.clear();
            self.broken(number, &trouble);
        }
    }

    /// Draws a form of its own: how an annotation looks.
    pub(super) fn appearance(&mut self, file: &mut File<'_>, number: u32, form: &super::value::Stream) {
        let mut canvas = Canvas::default();
        let mut follow = Follow::new((file, &mut self.shared, &mut canvas), Rc::default(), Matrix::UNIT);
        follow.form(None, form);
        if canvas.untold > 0 {
            self.notes.untold.add(number);
            self.notes.untold_chars += canvas.untold;
        }
        self.write(canvas);
    }

    fn write(&mut self, canvas: Canvas) {
        for block in ruled::blocks(canvas.glyphs, &canvas.edges) {
            match block {
                Block::Text(line) => self.line(&line),
                Block::Table(table) => self.table(table),
            }
        }
        canvas.asides.iter().for_each(|aside| self.line(aside));
    }

    /// Lines of text.
    pub(super) fn line(&mut self, text: &str) {
        self.row += text.split('\n').count() as u64;
        self.text.lines(text, self.out);
    }

    /// Values under names of their own.
    pub(super) fn pairs(&mut self, pairs: &[(String, String)]) {
        self.row += 1;
        self.text.pairs(pairs, self.out);
    }

    fn table(&mut self, table: Table) {
        let width = table.columns.len();
        let texts = |row: &Vec<(usize, String)>| {
            let mut texts = vec![String::new(); width];
            for (column, text) in row {
                if let Some(slot) = texts.get_mut(*column) {
                    text.trim().clone_into(slot);
                }
            }
            texts
        };
        let rows: Vec<(u64, Vec<String>)> = (0..).zip(table.rows.iter().take(60).map(texts)).collect();
        let header = find_header(&rows, width);
        let goes_on = header.is_none() && same(&self.carried.columns, &table.columns);
        let (from, names) = match header {
            Some(header) => (header.row + 1, header.names),
            None if goes_on => (0, std::mem::take(&mut self.carried.names)),
            None => (0, Vec::new()),
        };
        for (at, row) in (0..).zip(table.rows) {
            self.row += 1;
            let cell = |(column, text): (usize, String)| Cell {
                column: u32::try_from(column + 1).unwrap_or(u32::MAX),
                text,
                undone: None,
            };
            let cells: Vec<Cell> = row.into_iter().map(cell).collect();
            let names = if at >= from { names.as_slice() } else { &[] };
            self.text.row(self.row, &cells, names, self.out);
        }
        self.carried = Carried { columns: table.columns, names };
    }
}

/// Whether the columns of two tables stand at the same places.
fn same(one: &[(f64, f64)], other: &[(f64, f64)]) -> bool {
    let near = |((a, b), (c, d)): &(&(f64, f64), &(f64, f64))| {
        (a - c).abs() < 6.0 || (b - d).abs() < 6.0 || (a + b - c - d).abs() < 12.0
    };
    !one.is_empty() && one.len() == other.len() && one.iter().zip(other).all(|pair| near(&pair))
}

//! One page: its content followed, laid out, and written as rows and lines; then its annotations.

use std::collections::{BTreeMap, BTreeSet};
use std::rc::Rc;

use super::super::Sink;
use super::super::header::find_header;
use super::super::written::{Cell, Written};
use super::apart::Apart;
use super::canvas::Canvas;
use super::content::{Follow, Shared};
use super::file::File;
use super::grid::{Block, Pieces, Table, cell_text};
use super::known::Known;
use super::notes::Notes;
use super::rows;
use super::ruled;
use super::state::Matrix;
use super::value::{Dict, Stream, Value};
use super::wrap::{Piece, Room};
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
    held: Option<Held>,
    row: u64,
    /// Of the page at hand, in square units.
    area: f64,
}

impl<'o> Pages<'o> {
    pub(super) fn new(out: &'o mut dyn Sink) -> Self {
        Self {
            out,
            shared: Shared::default(),
            notes: Notes::default(),
            text: Written::default(),
            carried: Carried::default(),
            held: None,
            row: 0,
            area: 0.0,
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
        let mut canvas = Canvas::default();
        let content = self.content(file, number, page);
        Follow::new((file, &mut self.shared, &mut canvas), resources, Matrix::UNIT).run(&content);
        let mut shown: String = canvas.glyphs.iter().map(|glyph| glyph.text.trim()).collect();
        shown.extend(canvas.asides.iter().flat_map(|aside| aside.split_whitespace()));
        let before = self.held.as_ref().map(|held| held.columns.as_slice());
        let mut blocks = ruled::blocks(std::mem::take(&mut canvas.glyphs), &canvas.edges, before);
        self.carry_on(&mut blocks);
        self.text.on_page(number);
        self.row = 0;
        self.area = area;
        self.blocks(blocks, &canvas.asides);
        self.apart(file, &mut canvas, &Known::new(&shown));
        self.judge(number, &canvas, area);
        shown
    }

    /// What was set apart, but for what is known already. Counts it to the page.
    fn apart(&mut self, file: &mut File<'_>, page: &mut Canvas, known: &Known) {
        while let Some(Apart { id, resources, ctm, depth }) = page.apart.pop_front() {
            let Value::Stream(stream) = file.resolve(&Value::Ref(id)) else { continue };
            let mut canvas = Canvas { seen: std::mem::take(&mut page.seen), ..Canvas::default() };
            let mut follow = Follow::new((file, &mut self.shared, &mut canvas), resources, ctm);
            follow.depth = depth;
            follow.form(None, &stream);
            page.seen = std::mem::take(&mut canvas.seen);
            page.apart.append(&mut canvas.apart);
            page.chars += canvas.chars;
            page.images += canvas.images;
            page.image_area = page.image_area.max(canvas.image_area);
            page.untold += canvas.untold;
            page.strokes += canvas.strokes;
            page.full |= canvas.full;
            self.new_of(file, canvas, known);
        }
    }

    /// What the structure of the document says of this page, but for what the page shows.
    pub(super) fn described(&mut self, file: &File<'_>, texts: &[String], shown: &str) {
        if texts.is_empty() {
            return;
        }
        let known = Known::new(shown);
        let texts: BTreeSet<&String> = texts.iter().collect();
        texts.into_iter().filter(|text| !known.has(text, &file.budget)).for_each(|text| self.line(text));
    }

    fn new_of(&mut self, file: &File<'_>, mut canvas: Canvas, known: &Known) {
        let blocks = ruled::blocks(canvas.glyphs, &canvas.edges, None);
        canvas.asides.retain(|aside| !known.has(aside, &file.budget));
        self.blocks(known.drop_from(blocks, &file.budget), &canvas.asides);
    }

    /// The last row of the page before, with what of it stands on the next one.
    fn carry_on(&mut self, blocks: &mut [Block]) {
        let below = blocks.iter_mut().find_map(|block| match block {
            Block::Table(table) => Some(table),
            Block::Text(_) => None,
        });
        if let (Some(held), Some(table)) = (&mut self.held, below)
            && same(&held.columns, &table.columns)
        {
            held.take(table, &self.carried.names);
        }
        self.give_held();
    }

    /// Writes the row that was held.
    pub(super) fn give_held(&mut self) {
        if let Some(Held { number, cells, names, .. }) = self.held.take() {
            self.text.row(number, &cells_of(cells), &names, self.out);
            self.text.at_row(self.row + 1);
        }
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
        self.trouble(number);
    }

    fn trouble(&mut self, number: u32) {
        if let Some(trouble) = self.shared.trouble.pop_first() {
            self.shared.trouble.clear();
            self.broken(number, &trouble);
        }
    }

    /// Draws a form of its own: how an annotation of this size looks, but for what is known of it. Returns whether it shows any text.
    pub(super) fn appearance(
        &mut self,
        file: &mut File<'_>,
        number: u32,
        form: &Stream,
        (known, size): (&Known, f64),
    ) -> bool {
        let mut canvas = Canvas::default();
        let mut follow = Follow::new((file, &mut self.shared, &mut canvas), Rc::default(), Matrix::UNIT);
        follow.form(None, form);
        self.apart(file, &mut canvas, known);
        // A font that does not tell what is known hides nothing.
        if canvas.untold > 0 && known.is_empty() {
            self.notes.untold.add(number);
            self.notes.untold_chars += canvas.untold;
        }
        if canvas.images > 0 && canvas.chars < FEW && size > COVERED * self.area {
            self.notes.silent.add(number);
        }
        self.trouble(number);
        let mut texts = canvas.glyphs.iter().map(|glyph| &*glyph.text).chain(canvas.asides.iter().map(String::as_str));
        let shows = texts.any(|text| known.counts(text));
        self.new_of(file, canvas, known);
        shows
    }

    fn blocks(&mut self, blocks: Vec<Block>, asides: &[String]) {
        for block in blocks {
            match block {
                Block::Text(line) => self.line(&line),
                Block::Table(table) => self.table(table),
            }
        }
        asides.iter().for_each(|aside| self.line(aside));
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
        self.give_held();
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
        let count = table.rows.len() as u64;
        let Table { columns, rows, last, rooms, .. } = table;
        for (at, row) in (0..).zip(rows) {
            self.row += 1;
            let names = if at >= from { names.as_slice() } else { &[] };
            if at + 1 == count {
                // It may go on where the next page begins.
                let (columns, names) = (columns.clone(), names.to_vec());
                self.held = Some(Held { number: self.row, cells: row, pieces: last, rooms, columns, names });
                self.text.at_row(self.row + 1);
                break;
            }
            self.text.row(self.row, &cells_of(row), names, self.out);
        }
        self.carried = Carried { columns, names };
    }
}

fn cells_of(row: Vec<(usize, String)>) -> Vec<Cell> {
    let cell = |(column, text): (usize, String)| Cell {
        column: u32::try_from(column + 1).unwrap_or(u32::MAX),
        text,
        undone: None,
    };
    row.into_iter().map(cell).collect()
}

/// The last row of a table, until it is known how the next page begins.
struct Held {
    number: u64,
    cells: Vec<(usize, String)>,
    pieces: Pieces,
    rooms: Vec<Room>,
    columns: Vec<(f64, f64)>,
    names: Vec<String>,
}

impl Held {
    /// Takes the rest of the row from the table of the next page: its first row, or the one below the same header.
    fn take(&mut self, table: &mut Table, header: &[String]) {
        let is_header = |row: &Vec<(usize, String)>| {
            !header.is_empty() && row.iter().all(|(at, text)| header.get(*at).is_some_and(|name| name == text.trim()))
        };
        let at = usize::from(table.rows.first().is_some_and(is_header));
        let (Some(rest), true) = (table.firsts.get(at).cloned(), at < table.rows.len()) else { return };
        let ends: BTreeMap<usize, &Piece> =
            self.pieces.iter().filter_map(|(at, pieces)| Some((*at, pieces.last()?))).collect();
        let begins = rest.iter().filter_map(|(at, pieces)| Some((*at, pieces.first()?.clone()))).collect();
        for (own, other) in self.rooms.iter_mut().zip(&table.rooms) {
            own.width = own.width.max(other.width);
        }
        if !rows::is_rest(&ends, &begins, &self.rooms) {
            return;
        }
        for (at, pieces) in rest {
            self.pieces.entry(at).or_default().extend(pieces);
        }
        let text = |(at, pieces): (&usize, &Vec<Piece>)| (*at, cell_text(pieces, self.rooms.get(*at)));
        self.cells = self.pieces.iter().map(text).collect();
        table.rows.remove(at);
    }
}

/// Whether the columns of two tables stand at the same places.
fn same(one: &[(f64, f64)], other: &[(f64, f64)]) -> bool {
    let near = |((a, b), (c, d)): &(&(f64, f64), &(f64, f64))| {
        (a - c).abs() < 6.0 || (b - d).abs() < 6.0 || (a + b - c - d).abs() < 12.0
    };
    !one.is_empty() && one.len() == other.len() && one.iter().zip(other).all(|pair| near(&pair))
}

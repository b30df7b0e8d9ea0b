//! From lines of cells to tables and text: lines whose cells stand below each other are rows of one table.

use std::collections::BTreeMap;

use super::layout::{Cell, Line};
use super::rows::{self, BESIDE, Placed};
use super::wrap::{self, Piece, Room};

/// What a page consists of, in the order of reading.
#[derive(Debug)]
pub(super) enum Block {
    Text(String),
    Table(Table),
}

/// Rows of one table: cells with the number of their column, from 0.
#[derive(Debug)]
pub(super) struct Table {
    /// Where each column begins and ends.
    pub(super) columns: Vec<(f64, f64)>,
    pub(super) rows: Vec<Vec<(usize, String)>>,
    /// The first two rows and the last one, line by line: a row may be broken over two pages.
    pub(super) firsts: Vec<Pieces>,
    pub(super) last: Pieces,
    pub(super) rooms: Vec<Room>,
}

/// The lines of the cells of a row, by column.
pub(super) type Pieces = BTreeMap<usize, Vec<Piece>>;

impl Table {
    /// A table of rows that are still lines.
    pub(super) fn new(columns: Vec<(f64, f64)>, rooms: Vec<Room>, mut rows: Vec<Pieces>) -> Self {
        let text = |row: &Pieces| row.iter().map(|(at, pieces)| (*at, cell_text(pieces, rooms.get(*at)))).collect();
        let texts = rows.iter().map(text).collect();
        let last = rows.last().cloned().unwrap_or_default();
        rows.truncate(2);
        Self { columns, rows: texts, firsts: rows, last, rooms }
    }
}

/// Cells of prose in columns are longer than this, in characters.
const PROSE: usize = 25;
/// Lines with one cell that a table may have between two rows.
const BETWEEN: usize = 3;
/// Lines of one cell at the place of a later column: a cell over several lines.
const WRAPPED: usize = 11;
/// Columns of one table.
const COLUMNS: usize = 256;
/// Lines at the top of a page of which one may go on the row of the page before.
const TOP: usize = 3;

/// Takes lines together. `before` are the columns of the table at the end of the page before, which may go on.
pub(super) fn blocks(lines: &[Line], mut before: Option<&[(f64, f64)]>) -> Vec<Block> {
    let lines = wrap::mended(lines);
    let mut blocks = Vec::new();
    let mut at = 0;
    while let Some(line) = lines.get(at) {
        let known = before.map(|columns| Known { columns: columns.to_vec(), turn: line.turn });
        let known = known.filter(|known| at < TOP && known.begins_later(line));
        let length = table_length(lines.get(at..).unwrap_or_default(), known.as_ref());
        if length > 1 || known.is_some() {
            before = None;
            table(lines.get(at..at + length).unwrap_or_default(), known, &mut blocks);
            at += length;
        } else {
            blocks.push(Block::Text(joined(line)));
            at += 1;
        }
    }
    blocks
}

fn joined(line: &Line) -> String {
    line.cells.iter().map(|cell| cell.text.as_str()).collect::<Vec<_>>().join("\t")
}

fn distance(cell: &Cell, column: (f64, f64)) -> f64 {
    let middle = |from: f64, to: f64| f64::midpoint(from, to);
    let (from, to) = column;
    let lefts = (cell.from - from).abs();
    let rights = (cell.to - to).abs();
    lefts.min(rights).min((middle(cell.from, cell.to) - middle(from, to)).abs())
}

fn overlaps(cell: &Cell, (from, to): (f64, f64)) -> bool {
    let common = cell.to.min(to) - cell.from.max(from);
    common > 0.5 * (cell.to - cell.from).min(to - from)
}

/// The columns of a table as far as it is known.
#[derive(Clone)]
struct Known {
    columns: Vec<(f64, f64)>,
    turn: (bool, i16),
}

impl Known {
    fn of(line: &Line) -> Self {
        Self { columns: line.cells.iter().map(|cell| (cell.from, cell.to)).collect(), turn: line.turn }
    }

    fn all(lines: &[Line], before: Option<Self>) -> Option<Self> {
        let widest = lines.iter().rev().max_by_key(|line| line.cells.len())?;
        let mut known =
            before.filter(|known| known.columns.len() >= widest.cells.len()).unwrap_or_else(|| Self::of(widest));
        lines.iter().for_each(|line| known.add(line));
        Some(known)
    }

    /// Whether most cells of a line stand in the columns.
    fn fits(&self, line: &Line) -> bool {
        // So many cells are no table, and comparing each with each would take long.
        if line.cells.len().saturating_mul(self.columns.len()) > 1_000_000 {
            return false;
        }
        let close = |cell: &&Cell| {
            let mut columns = self.columns.iter();
            columns.any(|column| distance(cell, *column) < 0.8 * line.size || overlaps(cell, *column))
        };
        line.turn == self.turn && line.cells.iter().filter(close).count() * 2 > line.cells.len()
    }

    fn is_free(&self, cell: &Cell, size: f64) -> bool {
        let at = self.columns.partition_point(|(from, _)| *from < cell.from);
        let before = at.checked_sub(1).and_then(|at| self.columns.get(at));
        before.is_none_or(|(_, to)| to + 0.2 * size < cell.from)
            && self.columns.get(at).is_none_or(|(from, _)| cell.to + 0.2 * size < *from)
    }

    /// Whether a line fills what is between the columns: cells of one row that are centred stand at heights of their own.
    fn completes(&self, line: &Line) -> bool {
        line.turn == self.turn && line.cells.iter().all(|cell| self.is_free(cell, line.size))
    }

    /// Whether all cells of a line begin where columns do that are not the first.
    fn begins_later(&self, line: &Line) -> bool {
        let begins =
            |cell: &Cell| self.columns.iter().skip(1).any(|(from, _)| (cell.from - from).abs() < 0.3 * line.size);
        line.cells.iter().all(begins)
    }

    /// Adds the columns that a line has more.
    fn add(&mut self, line: &Line) {
        for cell in &line.cells {
            if self.is_free(cell, line.size) && self.columns.len() < COLUMNS {
                let at = self.columns.partition_point(|(from, _)| *from < cell.from);
                self.columns.insert(at, (cell.from, cell.to));
            }
        }
    }
}

/// How many of the lines from the first on are one table.
fn table_length(lines: &[Line], before: Option<&Known>) -> usize {
    let Some(first) = lines.first() else { return 0 };
    let step = |at: usize| Some(lines.get(at.checked_sub(1)?)?.across - lines.get(at)?.across);
    let is_beside = |at: usize| step(at).zip(lines.get(at)).is_some_and(|(step, line)| step < BESIDE * line.size);
    let is_begun = before.is_some()
        || first.cells.len() > 1
        || is_beside(1) && lines.get(1).is_some_and(|line| line.cells.len() > 1);
    if !is_begun {
        return 0;
    }
    let mut known = before.cloned().unwrap_or_else(|| Known::of(first));
    let mut length = 1;
    let mut between = 0;
    for (at, line) in lines.iter().enumerate().skip(1) {
        let pitch = step(at).unwrap_or(0.0);
        let completes = is_beside(at) && known.completes(line);
        if !completes && !known.fits(line) || pitch > 6.0 * line.size.max(1.0) {
            break;
        }
        if completes {
            known.add(line);
        }
        if line.cells.len() > 1 || completes {
            length = at + 1;
            between = 0;
            if line.cells.len() > known.columns.len() {
                known = Known::of(line);
            }
        } else {
            between += 1;
            if between > if known.begins_later(line) { WRAPPED } else { BETWEEN } {
                break;
            }
        }
    }
    let fits = |line: &Line| known.fits(line);
    // The last row may go on in lines of one cell.
    let rows_apart = (1..length).filter_map(step).fold(0.0, f64::max);
    for line in lines.iter().skip(length).take(if length > 1 { WRAPPED } else { 0 }) {
        let is_near = step(length).is_some_and(|pitch| pitch < 1.45 * line.size);
        let is_rest = known.begins_later(line) || rows_apart > 1.6 * line.size;
        if line.cells.len() != 1 || !fits(line) || !is_near || !is_rest {
            break;
        }
        length += 1;
    }
    length
}

fn table(lines: &[Line], before: Option<Known>, blocks: &mut Vec<Block>) {
    let Some(Known { columns, .. }) = Known::all(lines, before) else { return };
    let cells = lines.iter().flat_map(|line| &line.cells);
    let (count, chars) = cells.fold((0, 0), |(n, chars), cell| (n + 1, chars + cell.text.chars().count()));
    let placed: Vec<Placed> = lines.iter().map(|line| place(line, &columns)).collect();
    if columns.len() <= 3 && chars > PROSE * count {
        let is_prose = |column: usize| {
            let own = placed.iter().flatten().filter(|(at, _)| *at == column);
            let (count, chars) =
                own.fold((0, 0), |(n, chars), (_, piece)| (n + 1, chars + piece.cell.text.chars().count()));
            chars > PROSE * count
        };
        if (0..columns.len()).all(is_prose) {
            // Prose in columns: what stands beside each other does not belong together.
            for column in 0..columns.len() {
                let own = placed.iter().flatten().filter(|(at, _)| *at == column);
                blocks.extend(own.map(|(_, piece)| Block::Text(piece.cell.text.clone())));
            }
        } else {
            // A list: numbers or dots, and text beside them.
            blocks.extend(lines.iter().map(|line| Block::Text(joined(line))));
        }
        return;
    }
    let rooms = rooms(&placed, columns.len());
    let mut rows: Vec<Pieces> = Vec::new();
    for (goes_on, line) in rows::go_on(lines, &placed, &rooms).into_iter().zip(placed) {
        if !goes_on {
            rows.push(Pieces::new());
        }
        if let Some(row) = rows.last_mut() {
            line.into_iter().for_each(|(column, piece)| row.entry(column).or_default().push(piece));
        }
    }
    blocks.push(Block::Table(Table::new(columns, rooms, rows)));
}

/// The text of one cell.
pub(super) fn cell_text(pieces: &[Piece], room: Option<&Room>) -> String {
    match room {
        Some(room) if !wrap::are_names(pieces, *room) => wrap::text(pieces, *room),
        _ => pieces.iter().map(|piece| piece.cell.text.as_str()).collect::<Vec<_>>().join("\n"),
    }
}

/// How wide the columns are: as their widest line.
fn rooms(placed: &[Placed], count: usize) -> Vec<Room> {
    let mut widths = vec![(f64::MAX, 0.0_f64); count];
    for (column, piece) in placed.iter().flatten() {
        if let Some((left, width)) = widths.get_mut(*column) {
            *left = left.min(piece.cell.from);
            *width = width.max(piece.cell.to - piece.cell.from);
        }
    }
    let room = |(at, (left, width)): (usize, &(f64, f64))| Room {
        width: *width,
        spare: -0.05,
        next: widths.get(at + 1).map(|(next, _)| next - left),
    };
    widths.iter().enumerate().map(room).collect()
}

/// The columns of the cells of a line, each in one of its own, from left to right.
fn place(line: &Line, columns: &[(f64, f64)]) -> Placed {
    let mut placed = Vec::with_capacity(line.cells.len());
    let mut free = 0;
    for (at, cell) in line.cells.iter().enumerate() {
        // Those to the right need a column each.
        let last = columns.len().saturating_sub(line.cells.len() - at);
        let near = |column: &usize| columns.get(*column).map_or(f64::MAX, |column| distance(cell, *column));
        let best = (free..=last.max(free)).min_by(|a, b| near(a).total_cmp(&near(b))).unwrap_or(free);
        placed.push((best, Piece { cell: cell.clone(), size: line.size }));
        free = best + 1;
    }
    placed
}

#[cfg(test)]
mod tests {
    use super::*;

    fn line(y: f64, cells: &[(f64, &str)]) -> Line {
        let cell = |(from, text): &(f64, &str)| Cell {
            from: *from,
            to: from + 10.0 * text.chars().count() as f64,
            text: (*text).to_owned(),
            space_before: false,
            space_after: false,
        };
        Line { cells: cells.iter().map(cell).collect(), across: y, size: 10.0, turn: (false, 0) }
    }

    #[test]
    fn rows_keep_their_columns_where_cells_are_missing_or_go_on() {
        let lines = [
            line(500.0, &[(0.0, "名簿")]),
            line(480.0, &[(0.0, "氏名"), (100.0, "電話"), (200.0, "住所")]),
            line(455.0, &[(0.0, "山田"), (200.0, "東京都")]),
            line(443.0, &[(200.0, "千代田区")]),
            line(420.0, &[(0.0, "佐藤"), (100.0, "080"), (200.0, "大阪")]),
            line(300.0, &[(0.0, "以上")]),
        ];
        let got = blocks(&lines, None);
        let [Block::Text(_), Block::Table(table), Block::Text(_)] = got.as_slice() else { panic!("{got:?}") };
        let cell = |column, text: &str| (column, text.to_owned());
        assert_eq!(table.rows[1], [cell(0, "山田"), cell(2, "東京都\n千代田区")]);
        assert_eq!(table.rows[2].len(), 3);
    }

    #[test]
    fn prose_in_columns_is_no_table() {
        let long = "これは二段組の文章でありその一行はとても長く続いて行くのでした";
        let lines: Vec<Line> =
            (0..5).map(|n| line(500.0 - 12.0 * f64::from(n), &[(0.0, long), (400.0, long)])).collect();
        assert!(blocks(&lines, None).iter().all(|block| matches!(block, Block::Text(_))));
    }
}

//! From lines of cells to tables and text: lines whose cells stand below each other are rows of one table.

use super::layout::{Cell, Line};

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
}

/// Cells of prose in columns are longer than this, in characters.
const PROSE: usize = 25;
/// Lines with one cell that a table may have between two rows.
const BETWEEN: usize = 3;

/// Takes lines together.
pub(super) fn blocks(lines: &[Line]) -> Vec<Block> {
    let mut blocks = Vec::new();
    let mut at = 0;
    while let Some(line) = lines.get(at) {
        let length = table_length(lines.get(at..).unwrap_or_default());
        if length > 1 {
            table(lines.get(at..at + length).unwrap_or_default(), &mut blocks);
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

/// Whether most cells stand below those of the widest line so far.
fn fits(line: &Line, widest: &Line) -> bool {
    // So many cells are no table, and comparing each with each would take long.
    if line.cells.len().saturating_mul(widest.cells.len()) > 1_000_000 {
        return false;
    }
    let close = |cell: &&Cell| {
        widest.cells.iter().any(|other| {
            let column = (other.from, other.to);
            distance(cell, column) < 0.8 * line.size || overlaps(cell, column)
        })
    };
    line.turn == widest.turn && line.cells.iter().filter(close).count() * 2 > line.cells.len()
}

/// How many of the lines from the first on are one table.
fn table_length(lines: &[Line]) -> usize {
    let Some(mut widest) = lines.first().filter(|line| line.cells.len() > 1) else { return 0 };
    let mut length = 1;
    let mut between = 0;
    for (at, line) in lines.iter().enumerate().skip(1) {
        let pitch = lines.get(at - 1).map_or(0.0, |above| above.across - line.across);
        if !fits(line, widest) || pitch > 6.0 * line.size.max(1.0) {
            break;
        }
        if line.cells.len() > 1 {
            length = at + 1;
            between = 0;
            if line.cells.len() > widest.cells.len() {
                widest = line;
            }
        } else {
            between += 1;
            if between > BETWEEN {
                break;
            }
        }
    }
    // The last row may go on in lines of one cell.
    let step = |at: usize| Some(lines.get(at.checked_sub(1)?)?.across - lines.get(at)?.across);
    while let Some(line) = lines.get(length)
        && line.cells.len() == 1
        && length > 1
        && fits(line, widest)
        && step(length).is_some_and(|pitch| pitch < 1.45 * line.size)
        && (1..length).filter_map(step).fold(0.0, f64::max) > 1.6 * line.size
    {
        length += 1;
    }
    length
}

fn table(lines: &[Line], blocks: &mut Vec<Block>) {
    let Some(widest) = lines.iter().rev().max_by_key(|line| line.cells.len()) else { return };
    let columns: Vec<(f64, f64)> = widest.cells.iter().map(|cell| (cell.from, cell.to)).collect();
    let cells = lines.iter().flat_map(|line| &line.cells);
    let (count, chars) = cells.fold((0, 0), |(n, chars), cell| (n + 1, chars + cell.text.chars().count()));
    let placed: Vec<Vec<(usize, String)>> = lines.iter().map(|line| place(line, &columns)).collect();
    if columns.len() <= 3 && chars > PROSE * count {
        let is_prose = |column: usize| {
            let own = placed.iter().flatten().filter(|(at, _)| *at == column);
            let (count, chars) = own.fold((0, 0), |(n, chars), (_, text)| (n + 1, chars + text.chars().count()));
            chars > PROSE * count
        };
        if (0..columns.len()).all(is_prose) {
            // Prose in columns: what stands beside each other does not belong together.
            for column in 0..columns.len() {
                let own = placed.iter().flatten().filter(|(at, _)| *at == column);
                blocks.extend(own.map(|(_, text)| Block::Text(text.clone())));
            }
        } else {
            // A list: numbers or dots, and text beside them.
            blocks.extend(lines.iter().map(|line| Block::Text(joined(line))));
        }
        return;
    }
    let full: Vec<f64> = pitches(lines);
    let mut rows: Vec<Vec<(usize, String)>> = Vec::new();
    for (at, row) in placed.into_iter().enumerate() {
        let goes_on = at > 0 && goes_on(lines, at, &full);
        match rows.last_mut().filter(|_| goes_on) {
            Some(above) => row.into_iter().for_each(|cell| add(above, cell)),
            None => rows.push(row),
        }
    }
    blocks.push(Block::Table(Table { columns, rows }));
}

/// Steps between lines of more than one cell.
fn pitches(lines: &[Line]) -> Vec<f64> {
    let full: Vec<f64> = lines.iter().filter(|line| line.cells.len() > 1).map(|line| line.across).collect();
    let mut steps: Vec<f64> = full.windows(2).filter_map(|two| Some(two.first()? - two.last()?)).collect();
    steps.sort_by(f64::total_cmp);
    steps
}

/// Whether a line of one cell is the rest of the row above: near to it, where rows stand apart.
fn goes_on(lines: &[Line], at: usize, pitches: &[f64]) -> bool {
    let (Some(above), Some(line)) = (lines.get(at - 1), lines.get(at)) else { return false };
    let step = above.across - line.across;
    let usual = pitches.get(pitches.len() / 2).copied().unwrap_or(0.0);
    let nearest = lines.get(at + 1).is_none_or(|below| line.across - below.across > step * 1.05);
    line.cells.len() == 1 && step < 1.45 * line.size && step < 0.8 * usual && nearest
}

fn add(row: &mut Vec<(usize, String)>, (column, text): (usize, String)) {
    match row.iter_mut().find(|(own, _)| *own == column) {
        Some((_, above)) => {
            above.push('\n');
            above.push_str(&text);
        }
        None => {
            row.push((column, text));
            row.sort_by_key(|(column, _)| *column);
        }
    }
}

/// The columns of the cells of a line, each in one of its own, from left to right.
fn place(line: &Line, columns: &[(f64, f64)]) -> Vec<(usize, String)> {
    let mut placed = Vec::with_capacity(line.cells.len());
    let mut free = 0;
    for (at, cell) in line.cells.iter().enumerate() {
        // Those to the right need a column each.
        let last = columns.len().saturating_sub(line.cells.len() - at);
        let near = |column: &usize| columns.get(*column).map_or(f64::MAX, |column| distance(cell, *column));
        let best = (free..=last.max(free)).min_by(|a, b| near(a).total_cmp(&near(b))).unwrap_or(free);
        placed.push((best, cell.text.clone()));
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
        };
        Line {
            cells: cells.iter().map(cell).collect(),
            across: y,
            size: 10.0,
            turn: (false, 0),
            space_before: false,
            space_after: false,
        }
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
        let got = blocks(&lines);
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
        assert!(blocks(&lines).iter().all(|block| matches!(block, Block::Text(_))));
    }
}

//! Tables with rules: what stands in one ruled cell is one cell, also where it goes over several lines.

use std::collections::BTreeMap;

use super::canvas::Glyph;
use super::grid::{self, Block, Table};
use super::layout::{self, Line, is_east};
use super::path::Edge;
use super::rules::{Bounds, Ruled, Rules};

/// A cell with more lines is text of its own.
const LINES: usize = 12;

/// The blocks of a page, in the order of reading.
pub(super) fn blocks(glyphs: Vec<Glyph>, edges: &[Edge]) -> Vec<Block> {
    let mut turns: Vec<((bool, i16), Vec<Glyph>)> = Vec::new();
    for glyph in glyphs {
        match turns.iter_mut().find(|(turn, _)| *turn == glyph.turn) {
            Some((_, own)) => own.push(glyph),
            None => turns.push((glyph.turn, vec![glyph])),
        }
    }
    turns.into_iter().flat_map(|((_, degrees), glyphs)| turned(glyphs, &Rules::new(edges, degrees))).collect()
}

fn turned(glyphs: Vec<Glyph>, rules: &Rules) -> Vec<Block> {
    // Where that would take long, the place of the text alone decides.
    if rules.is_empty() || glyphs.len().saturating_mul(rules.count()) > 50_000_000 {
        return grid::blocks(&layout::lines(&glyphs));
    }
    let (cells, mut rest) = parted(glyphs, rules);
    // By table: its cells.
    let mut tables: BTreeMap<usize, Vec<(Bounds, Vec<Glyph>)>> = BTreeMap::new();
    for (cell, glyphs) in cells {
        match rules.bounds(cell) {
            Some(bounds) => tables.entry(bounds.group).or_default().push((bounds, glyphs)),
            None => rest.extend(glyphs),
        }
    }
    let mut done: Vec<(f64, Vec<Block>)> = Vec::new();
    for cells in tables.into_values() {
        let lefts = places(cells.iter().map(|(bounds, _)| bounds.left));
        if lefts.len() < 2 {
            rest.extend(cells.into_iter().flat_map(|(_, glyphs)| glyphs));
            continue;
        }
        let high = cells.iter().map(|(bounds, _)| bounds.high).fold(f64::MIN, f64::max);
        done.push((high, table(cells, &lefts)));
    }
    done.sort_by(|a, b| b.0.total_cmp(&a.0));
    rest.sort_by_key(|glyph| glyph.order);
    let lines = layout::lines(&rest);
    let mut lines = lines.as_slice();
    let mut blocks = Vec::new();
    for (high, table) in done {
        let above = lines.iter().take_while(|line| line.across >= high).count();
        let (before, after) = lines.split_at(above);
        blocks.extend(grid::blocks(before));
        blocks.extend(table);
        lines = after;
    }
    blocks.extend(grid::blocks(lines));
    blocks
}

/// Characters by the cell that they stand in, and those in none. What goes on without a space stays with what it goes on from, even
/// over the edge of its cell.
fn parted(glyphs: Vec<Glyph>, rules: &Rules) -> (BTreeMap<Ruled, Vec<Glyph>>, Vec<Glyph>) {
    let mut cells: BTreeMap<Ruled, Vec<Glyph>> = BTreeMap::new();
    let mut rest = Vec::new();
    let mut last: Option<(u32, f64, f64, Option<Ruled>)> = None;
    for glyph in glyphs {
        let goes_on = last.filter(|(drawn, to, across, _)| {
            *drawn == glyph.drawn
                && (glyph.from - to).abs() < 0.2 * glyph.size + glyph.slack.abs()
                && *across == glyph.across
        });
        let cell = match goes_on {
            Some((.., cell)) => cell,
            None => rules.cell(f64::midpoint(glyph.from, glyph.to), glyph.across + 0.3 * glyph.size * glyph.upright()),
        };
        let is_space = glyph.text.trim().is_empty();
        last = (!is_space).then_some((glyph.drawn, glyph.to, glyph.across, cell));
        match cell {
            Some(cell) => cells.entry(cell).or_default().push(glyph),
            None => rest.push(glyph),
        }
    }
    (cells, rest)
}

/// Places that differ, from left to right.
fn places(all: impl Iterator<Item = f64>) -> Vec<f64> {
    let mut places: Vec<f64> = all.collect();
    places.sort_by(f64::total_cmp);
    places.dedup_by(|next, kept| *next - *kept < 2.5);
    places
}

fn at_place(places: &[f64], place: f64) -> usize {
    places.partition_point(|known| *known < place + 1.0).saturating_sub(1)
}

fn table(cells: Vec<(Bounds, Vec<Glyph>)>, lefts: &[f64]) -> Vec<Block> {
    let highs = places(cells.iter().map(|(bounds, _)| bounds.high));
    let mut rows: Vec<Vec<(usize, String)>> = vec![Vec::new(); highs.len()];
    let mut columns: Vec<(f64, f64)> = lefts.iter().map(|left| (*left, *left)).collect();
    let mut long = Vec::new();
    for (bounds, glyphs) in cells {
        let column = at_place(lefts, bounds.left);
        if let Some(column) = columns.get_mut(column) {
            column.1 = column.1.max(bounds.right);
        }
        let lines = layout::lines(&glyphs);
        if lines.len() > LINES {
            long.extend(grid::blocks(&lines));
            continue;
        }
        let text = text_of(&lines, bounds);
        let row = highs.len() - 1 - at_place(&highs, bounds.high).min(highs.len() - 1);
        if let Some(row) = rows.get_mut(row).filter(|_| !text.trim().is_empty()) {
            match row.iter_mut().find(|(own, _)| *own == column) {
                Some((_, above)) => {
                    above.push('\n');
                    above.push_str(&text);
                }
                None => row.push((column, text)),
            }
        }
    }
    rows.retain(|row| !row.is_empty());
    rows.iter_mut().for_each(|row| row.sort_by_key(|(column, _)| *column));
    let mut blocks = vec![Block::Table(Table { columns, rows })];
    blocks.append(&mut long);
    blocks
}

/// The lines of one cell as its text: a line that was broken because the cell is full goes on, another one is a line of its own.
fn text_of(lines: &[Line], bounds: Bounds) -> String {
    let mut text = String::new();
    let mut last: Option<&Line> = None;
    for line in lines {
        let own = line.cells.iter().map(|cell| cell.text.as_str()).collect::<Vec<_>>().join("\t");
        if let Some(above) = last {
            text.push_str(between(above, line, &text, &own, bounds));
        }
        text.push_str(&own);
        last = Some(line);
    }
    text
}

/// What stands between two lines of a cell.
fn between(above: &Line, line: &Line, text: &str, own: &str, bounds: Bounds) -> &'static str {
    let width = |line: &Line| {
        let from = line.cells.first().map_or(0.0, |cell| cell.from);
        line.cells.last().map_or(0.0, |cell| cell.to) - from
    };
    let chars = own.chars().count().max(1);
    // Up to where the next line could be broken.
    let word =
        own.chars().position(|one| one == ' ' || one == '-' || one == '/' || is_east(one)).map_or(chars, |at| at + 1);
    let word_width = width(line) * word as f64 / chars as f64;
    if width(above) + word_width < bounds.right - bounds.left - 0.9 * line.size {
        return "\n";
    }
    let (Some(end), Some(begin)) = (text.chars().next_back(), own.chars().next()) else { return "" };
    let last_word = text.rsplit([' ', '\n', '\t']).next().unwrap_or_default();
    let next_word = own.split([' ', '\t']).next().unwrap_or_default();
    // An address that is broken within.
    let is_address = last_word.contains('@') && !next_word.contains('@') && next_word.contains('.');
    if above.space_after || line.space_before {
        " "
    } else if is_east(end) || is_east(begin) || is_address || !end.is_alphanumeric() || !begin.is_alphanumeric() {
        ""
    } else {
        " "
    }
}

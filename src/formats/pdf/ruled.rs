//! Tables with rules: what stands in one ruled cell is one cell, also where it goes over several lines.

use std::collections::BTreeMap;

use super::canvas::Glyph;
use super::grid::{self, Block, Pieces, Table};
use super::layout::{self, Cell, Line};
use super::path::Edge;
use super::rules::{Bounds, Ruled, Rules};
use super::wrap::{self, Piece, Room};

/// A cell with more lines is text of its own.
const LINES: usize = 12;

/// The blocks of a page, in the order of reading.
pub(super) fn blocks(glyphs: Vec<Glyph>, edges: &[Edge], before: Option<&[(f64, f64)]>) -> Vec<Block> {
    let mut turns: Vec<((bool, i16), Vec<Glyph>)> = Vec::new();
    for glyph in glyphs {
        match turns.iter_mut().find(|(turn, _)| *turn == glyph.turn) {
            Some((_, own)) => own.push(glyph),
            None => turns.push((glyph.turn, vec![glyph])),
        }
    }
    turns.into_iter().flat_map(|((_, degrees), glyphs)| turned(glyphs, &Rules::new(edges, degrees), before)).collect()
}

fn turned(glyphs: Vec<Glyph>, rules: &Rules, before: Option<&[(f64, f64)]>) -> Vec<Block> {
    // Where that would take long, the place of the text alone decides.
    if rules.is_empty() || glyphs.len().saturating_mul(rules.count()) > 50_000_000 {
        return grid::blocks(&layout::lines(&glyphs), before);
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
        let (own, after) = lines.split_at(above);
        blocks.extend(grid::blocks(own, None));
        blocks.extend(table);
        lines = after;
    }
    blocks.extend(grid::blocks(lines, before.filter(|_| blocks.is_empty())));
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
    let mut rows: Vec<(Pieces, BTreeMap<usize, String>)> = vec![<_>::default(); highs.len()];
    let mut columns: Vec<(f64, f64)> = lefts.iter().map(|left| (*left, *left)).collect();
    // A cell may go over several columns, so the narrowest tells how wide one is.
    let mut rooms: Vec<Room> = lefts.iter().map(|_| room(f64::MAX)).collect();
    let mut long = Vec::new();
    for (bounds, glyphs) in cells {
        let column = at_place(lefts, bounds.left);
        let width = bounds.right - bounds.left;
        if let (Some(column), Some(room)) = (columns.get_mut(column), rooms.get_mut(column)) {
            column.1 = column.1.max(bounds.right);
            room.width = room.width.min(width);
        }
        let lines = layout::lines(&glyphs);
        if lines.len() > LINES {
            long.extend(grid::blocks(&lines, None));
            continue;
        }
        let pieces: Vec<Piece> = lines.iter().filter_map(piece).collect();
        let text = wrap::text(&pieces, room(width));
        let row = highs.len() - 1 - at_place(&highs, bounds.high).min(highs.len() - 1);
        if let Some((row, texts)) = rows.get_mut(row).filter(|_| !text.trim().is_empty()) {
            row.entry(column).or_default().extend(pieces);
            let own = texts.entry(column).or_default();
            own.push_str(if own.is_empty() { "" } else { "\n" });
            own.push_str(&text);
        }
    }
    rows.retain(|(row, _)| !row.is_empty());
    let last = rows.last().map(|(row, _)| row.clone()).unwrap_or_default();
    let firsts = rows.iter().take(2).map(|(row, _)| row.clone()).collect();
    let rows = rows.into_iter().map(|(_, texts)| texts.into_iter().collect()).collect();
    let mut blocks = vec![Block::Table(Table { columns, rows, firsts, last, rooms })];
    blocks.append(&mut long);
    blocks
}

/// Between the rules and the text there is some space.
fn room(width: f64) -> Room {
    Room { width, spare: 0.9, next: None }
}

/// A line of one cell.
fn piece(line: &Line) -> Option<Piece> {
    let cell = Cell {
        from: line.cells.first()?.from,
        to: line.cells.last()?.to,
        text: line.cells.iter().map(|cell| cell.text.as_str()).collect::<Vec<_>>().join("\t"),
        space_before: line.cells.first()?.space_before,
        space_after: line.cells.last()?.space_after,
    };
    Some(Piece { cell, size: line.size })
}

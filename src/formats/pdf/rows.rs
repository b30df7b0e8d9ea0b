//! Which lines of a table go on the row above: by how they stand apart, and by cells that are broken over lines.

use std::collections::BTreeMap;

use super::layout::Line;
use super::wrap::{self, Piece, Room};

/// The cells of a line by column.
pub(super) type Placed = Vec<(usize, Piece)>;

/// Lines of one cell stand at most so far apart, in parts of the font size.
const LEADING: f64 = 1.75;
/// Rows stand apart more than lines of one row, by this much.
const APART: f64 = 1.15;
/// Lines nearer than this stand beside each other in part, so they are of one row: its cells are centred.
pub(super) const BESIDE: f64 = 0.95;
/// Lines that one row may have.
const LINES: usize = 12;

/// By line: whether it goes on the row above.
pub(super) fn go_on(lines: &[Line], placed: &[Placed], rooms: &[Room]) -> Vec<bool> {
    let near: Vec<bool> = by_pitch(lines);
    let reliable = near.contains(&true).then(|| reliable(&near, placed, rooms)).flatten();
    let mut row: BTreeMap<usize, &Piece> = BTreeMap::new();
    let mut count = 0;
    let mut all = Vec::with_capacity(lines.len());
    for (at, own) in placed.iter().enumerate() {
        let goes_on = at > 0
            && count < LINES
            && (is_beside(lines, at)
                || match &reliable {
                    Some(same) => same.get(at).copied().unwrap_or(false),
                    None => step(lines, at) < leading(lines, at) && is_rest(&row, own, rooms),
                });
        if !goes_on {
            row.clear();
            count = 0;
        }
        count += 1;
        row.extend(own.iter().map(|(column, piece)| (*column, piece)));
        all.push(goes_on);
    }
    all
}

fn leading(lines: &[Line], at: usize) -> f64 {
    LEADING * lines.get(at).map_or(1.0, |line| line.size)
}

fn is_beside(lines: &[Line], at: usize) -> bool {
    step(lines, at) < BESIDE * lines.get(at).map_or(1.0, |line| line.size)
}

fn step(lines: &[Line], at: usize) -> f64 {
    let across = |at: usize| lines.get(at).map_or(0.0, |line| line.across);
    at.checked_sub(1).map_or(f64::MAX, |above| across(above) - across(at))
}

/// By line: whether it is nearer to the one above than rows are to each other, where steps are of two kinds.
fn by_pitch(lines: &[Line]) -> Vec<bool> {
    let mut steps: Vec<(f64, f64)> = (1..lines.len()).map(|at| (step(lines, at), leading(lines, at))).collect();
    steps.sort_by(|a, b| a.0.total_cmp(&b.0));
    let mut widest = (APART, f64::MIN);
    for two in steps.windows(2) {
        let [(small, leading), (large, _)] = two else { continue };
        let ratio = large / small.max(0.1);
        if small <= leading && ratio > widest.0 {
            widest = (ratio, f64::midpoint(*small, *large));
        }
    }
    (0..lines.len()).map(|at| at > 0 && step(lines, at) < widest.1).collect()
}

/// By line: whether it goes on the row above, if the steps tell: not where whole rows would be taken for lines of one.
fn reliable(near: &[bool], placed: &[Placed], rooms: &[Room]) -> Option<Vec<bool>> {
    let mut row: BTreeMap<usize, &Piece> = BTreeMap::new();
    let (mut most, mut count, mut groups, mut wrong) = (0, 0, 0_usize, 0_usize);
    let mut same = Vec::with_capacity(near.len());
    for (near, own) in near.iter().zip(placed) {
        let whole = |(column, piece): &&(usize, Piece)| {
            let above = row.get(column).zip(rooms.get(*column));
            above.is_some_and(|(above, room)| !wrap::follows(above, piece, *room))
        };
        let wholes = own.iter().filter(whole).count();
        let is_row = wholes * 2 > own.len().max(most) || wholes > 0 && own.len() == rooms.len() || count >= LINES;
        groups += usize::from(*near);
        wrong += usize::from(*near && is_row);
        let goes_on = *near && !is_row;
        if !goes_on {
            row.clear();
            (most, count) = (0, 0);
        }
        most = most.max(own.len());
        count += 1;
        row.extend(own.iter().map(|(column, piece)| (*column, piece)));
        same.push(goes_on);
    }
    (wrong * 4 <= groups).then_some(same)
}

/// Whether the cells of a line, which are few and not the first alone, go on those above: all of them, or one that is broken within.
pub(super) fn is_rest(row: &BTreeMap<usize, &Piece>, own: &Placed, rooms: &[Room]) -> bool {
    let pair = |(column, piece): &(usize, Piece), test: fn(&Piece, &Piece, Room) -> bool| {
        row.get(column).zip(rooms.get(*column)).is_some_and(|(above, room)| test(above, piece, *room))
    };
    let is_later = own.first().is_some_and(|(column, _)| *column > 0);
    let is_broken = is_later && own.iter().any(|cell| pair(cell, wrap::is_broken));
    let is_last = own.last().is_some_and(|(column, _)| *column > 0);
    is_broken || own.len() < row.len() && is_last && own.iter().all(|cell| pair(cell, wrap::surely_follows))
}

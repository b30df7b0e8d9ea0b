//! From characters at their places to lines and cells.
//!
//! Characters that follow each other closely are a run, however they were drawn; runs on one height are a line; where the space
//! between two is wide, or begins at the same place in the lines beside it, a new cell begins. Nothing is moved into anything: what
//! is drawn over other text stays a cell of its own.

use super::canvas::Glyph;

/// A part of a line.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Cell {
    pub(super) from: f64,
    pub(super) to: f64,
    pub(super) text: String,
    /// Whether a space was drawn before or behind it.
    pub(super) space_before: bool,
    pub(super) space_after: bool,
}

/// A line, its cells in order.
#[derive(Debug, Clone)]
pub(super) struct Line {
    pub(super) cells: Vec<Cell>,
    pub(super) across: f64,
    pub(super) size: f64,
    pub(super) turn: (bool, i16),
}

/// Parts of the font size. A space that is wider than this begins a cell,
const WIDE: f64 = 1.5;
/// one that is wider than this is a space between words of one operator,
const SPACE: f64 = 0.2;
/// or between two characters that are written without spaces,
const SPACE_EAST: f64 = 0.45;
/// and this is one between what two operators drew.
const SPACE_APART: f64 = 0.13;
/// Text that begins so far back within what is there is drawn over it.
const OVER: f64 = 0.35;
/// The same within one operator, where characters are pulled together.
const OVER_SAME: f64 = 0.7;
/// How far characters of one line may stand off its height.
const HEIGHT: f64 = 0.3;
/// How near the same character is drawn again to look bold.
const STRUCK: f64 = 0.12;

/// Characters without a wide space between them.
struct Run {
    from: f64,
    to: f64,
    size: f64,
    text: String,
    space_before: bool,
    space_after: bool,
}

/// The lines of a page, in the order of reading.
pub(super) fn lines(glyphs: &[Glyph]) -> Vec<Line> {
    let mut turns: Vec<(bool, i16)> = Vec::new();
    for glyph in glyphs {
        if !turns.contains(&glyph.turn) && turns.len() < 720 {
            turns.push(glyph.turn);
        }
    }
    let mut lines = Vec::new();
    for turn in turns {
        let mut order: Vec<usize> =
            glyphs.iter().enumerate().filter(|(_, glyph)| glyph.turn == turn).map(|(at, _)| at).collect();
        let at = |index: &usize| glyphs.get(*index);
        let across = |index: &usize| at(index).map_or(0.0, |glyph| glyph.across);
        order.sort_by(|a, b| across(b).total_cmp(&across(a)));
        let mut rows: Vec<(f64, f64, Vec<Run>)> = Vec::new();
        let mut start = 0;
        while let Some(first) = order.get(start).and_then(at) {
            let rest = order.get(start..).unwrap_or_default();
            let near = |glyph: &Glyph| first.across - glyph.across <= HEIGHT * first.size.min(glyph.size);
            let length = rest.iter().take_while(|index| at(index).is_some_and(near)).count().max(1);
            let mut line = rest.get(..length).unwrap_or_default().to_vec();
            start += length;
            struck_once(glyphs, &mut line);
            line.sort_unstable();
            let spaces = Spaces::of(line.iter().filter_map(at));
            let runs = runs(line.iter().filter_map(at), &spaces);
            if !runs.is_empty() {
                rows.push((first.across, first.size, runs));
            }
        }
        let split = aligned(&rows);
        for ((across, size, runs), split) in rows.into_iter().zip(split) {
            lines.push(Line { cells: cells(runs, &split), across, size, turn });
        }
    }
    lines
}

/// Drops characters that are drawn again at the same place to look bold or to cast a shadow.
fn struck_once(glyphs: &[Glyph], line: &mut Vec<usize>) {
    let at = |index: usize| glyphs.get(index);
    let from = |index: &usize| at(*index).map_or(0.0, |glyph| glyph.from);
    line.sort_by(|a, b| from(a).total_cmp(&from(b)).then(a.cmp(b)));
    let mut kept: Vec<usize> = Vec::with_capacity(line.len());
    for index in line.drain(..) {
        let Some(glyph) = at(index) else { continue };
        let again = kept.iter().rev().take(16).filter_map(|other| at(*other)).any(|other| {
            other.drawn != glyph.drawn
                && other.text == glyph.text
                && (glyph.from - other.from).abs() < STRUCK * glyph.size
                && (glyph.across - other.across).abs() < STRUCK * glyph.size
        });
        if !again {
            kept.push(index);
        }
    }
    *line = kept;
}

pub(super) fn is_east(one: char) -> bool {
    matches!(one, '\u{2E80}'..='\u{9FFF}' | '\u{AC00}'..='\u{D7AF}' | '\u{F900}'..='\u{FAFF}' | '\u{FF00}'..='\u{FFEF}' | '\u{20000}'..='\u{3FFFF}')
}

/// The spaces of a line, from left to right: some programs draw them before or behind all the rest.
struct Spaces<'g>(Vec<&'g Glyph>);

impl<'g> Spaces<'g> {
    fn of(line: impl Iterator<Item = &'g Glyph>) -> Self {
        let mut spaces: Vec<&Glyph> = line.filter(|glyph| glyph.text.trim().is_empty()).collect();
        spaces.sort_by(|a, b| a.from.total_cmp(&b.from));
        Self(spaces)
    }

    /// The space that fills what is between two characters.
    fn between(&self, from: f64, to: f64) -> Option<&'g str> {
        let near = 0.1 * (to - from);
        let at = self.0.partition_point(|space| space.from < from - near);
        let space = self.0.get(at)?;
        (space.to <= to + near && space.to - space.from > 0.6 * (to - from)).then_some(&*space.text)
    }
}

/// In the order in which they were drawn, then from left to right.
fn runs<'g>(line: impl Iterator<Item = &'g Glyph>, spaces: &Spaces<'g>) -> Vec<Run> {
    let mut runs: Vec<Run> = Vec::new();
    let mut last: Option<&Glyph> = None;
    let mut pending: Option<&Glyph> = None;
    for glyph in line {
        if glyph.text.trim().is_empty() {
            pending = Some(glyph);
            continue;
        }
        let mut space = pending.take().filter(|space| space.from <= glyph.from).map(|space| &*space.text);
        if let Some(last) = last.filter(|last| space.is_none() && glyph.from - last.to > SPACE_APART * glyph.size) {
            space = spaces.between(last.to, glyph.from);
        }
        let joined = match (runs.last_mut(), last) {
            (Some(run), Some(last)) => join(run, last, glyph, space),
            _ => false,
        };
        if !joined {
            if let Some(run) = runs.last_mut() {
                run.space_after |= space.is_some();
            }
            let Glyph { from, to, size, .. } = *glyph;
            runs.push(Run {
                from,
                to,
                size,
                text: glyph.text.to_string(),
                space_before: space.is_some(),
                space_after: false,
            });
        }
        last = Some(glyph);
    }
    if let Some(run) = runs.last_mut() {
        run.space_after |= pending.is_some_and(|space| space.from >= run.from);
    }
    runs.sort_by(|a, b| a.from.total_cmp(&b.from));
    runs
}

/// Adds a character to the run that it follows; false if it begins another.
fn join(run: &mut Run, last: &Glyph, glyph: &Glyph, space: Option<&str>) -> bool {
    let same = last.drawn == glyph.drawn;
    let em = last.size.min(glyph.size);
    let gap = (glyph.from - run.to - if same { last.slack } else { 0.0 }) / em;
    if gap >= WIDE || gap <= -(if same { OVER_SAME } else { OVER }) {
        return false;
    }
    let east = |text: &str, end: bool| {
        let one = if end { text.chars().next_back() } else { text.chars().next() };
        one.is_some_and(is_east)
    };
    let wide = match (same, east(&run.text, true) && east(&glyph.text, false)) {
        (true, true) => SPACE_EAST,
        (true, false) => SPACE,
        (false, _) => SPACE_APART,
    };
    if let Some(space) = space {
        run.text.push_str(if space.contains('\u{3000}') { "\u{3000}" } else { " " });
    } else if gap >= wide {
        // What another operator drew may be the next cell: that is decided when all lines are known.
        if !same {
            return false;
        }
        run.text.push(' ');
    }
    run.text.push_str(&glyph.text);
    run.to = run.to.max(glyph.to);
    run.size = run.size.min(glyph.size);
    true
}

/// Lines above and below in which others are looked for that begin at the same place.
const BESIDE: isize = 6;

/// Which runs begin at a place where runs begin in the lines beside them too, or in others near with nothing across it between.
fn aligned(rows: &[(f64, f64, Vec<Run>)]) -> Vec<Vec<bool>> {
    let begins = |row: usize, from: f64, em: f64| {
        let Some((_, _, runs)) = rows.get(row) else { return false };
        let at = runs.partition_point(|run| run.from < from - 0.15 * em);
        runs.get(at).is_some_and(|run| run.from <= from + 0.15 * em)
    };
    // Whether no text of a line goes over a place.
    let is_free = |row: usize, from: f64, em: f64| {
        let Some((_, _, runs)) = rows.get(row) else { return false };
        let at = runs.partition_point(|run| run.from < from - 0.15 * em);
        at.checked_sub(1).and_then(|at| runs.get(at)).is_none_or(|run| run.to < from + 0.15 * em)
    };
    let others = |row: usize, step: isize, run: &Run| {
        let near = (1..=BESIDE).map_while(|count| row.checked_add_signed(step * count));
        let free = near.take_while(|row| is_free(*row, run.from, run.size));
        free.filter(|row| begins(*row, run.from, run.size)).count()
    };
    let mut all = Vec::with_capacity(rows.len());
    for (row, (_, _, runs)) in rows.iter().enumerate() {
        let of = |run: &Run| {
            let at = |shift: isize| row.checked_add_signed(shift).is_some_and(|row| begins(row, run.from, run.size));
            let (up, down) = (at(-1), at(1));
            (up && (down || at(-2))) || (down && at(2)) || others(row, -1, run).saturating_add(others(row, 1, run)) > 1
        };
        all.push(runs.iter().map(of).collect());
    }
    all
}

fn cells(runs: Vec<Run>, split: &[bool]) -> Vec<Cell> {
    let mut cells: Vec<Cell> = Vec::new();
    let mut space = false;
    for (run, aligned) in runs.into_iter().zip(split.iter().copied()) {
        let spaced = run.space_before || space;
        space = run.space_after;
        if let Some(cell) = cells.last_mut() {
            let gap = (run.from - cell.to) / run.size;
            let is_apart = spaced || gap >= SPACE_APART;
            if gap < WIDE && gap > -OVER && !(aligned && is_apart) {
                if is_apart {
                    cell.text.push(' ');
                }
                cell.text.push_str(&run.text);
                cell.to = cell.to.max(run.to);
                cell.space_after = run.space_after;
                continue;
            }
        }
        let Run { from, to, text, space_before, space_after, .. } = run;
        cells.push(Cell { from, to, text, space_before, space_after });
    }
    cells
}

#[cfg(test)]
mod tests {
    use super::*;

    fn put(glyphs: &mut Vec<Glyph>, (x, y): (f64, f64), text: &str, drawn: u32) {
        let mut from = x;
        for one in text.chars() {
            let width = if one.is_ascii() { 5.0 } else { 10.0 };
            let text = one.to_string().into();
            glyphs.push(Glyph {
                text,
                from,
                to: from + width,
                across: y,
                size: 10.0,
                slack: 0.0,
                order: 0,
                turn: (false, 0),
                drawn,
            });
            from += width;
        }
    }

    fn texts(glyphs: &[Glyph]) -> Vec<Vec<String>> {
        lines(glyphs).into_iter().map(|line| line.cells.into_iter().map(|cell| cell.text).collect()).collect()
    }

    #[test]
    fn cells_words_and_double_strikes() {
        let mut glyphs = Vec::new();
        put(&mut glyphs, (100.0, 50.0), "090-1234", 1);
        put(&mut glyphs, (10.0, 50.0), "山田", 2);
        put(&mut glyphs, (10.3, 50.0), "山田", 3);
        put(&mut glyphs, (35.0, 50.2), "太郎", 4);
        put(&mut glyphs, (10.0, 80.0), "11", 5);
        assert_eq!(texts(&glyphs), [vec!["11"], vec!["山田 太郎", "090-1234"]]);
    }

    #[test]
    fn columns_that_begin_at_one_place_are_cells_however_near() {
        let mut glyphs = Vec::new();
        for row in 0..4 {
            put(&mut glyphs, (10.0, 100.0 - 20.0 * f64::from(row)), "山田太郎", 2 * row as u32);
            put(&mut glyphs, (52.0, 100.0 - 20.0 * f64::from(row)), "東京都", 2 * row as u32 + 1);
        }
        assert!(texts(&glyphs).iter().all(|line| line.len() == 2));
    }

    #[test]
    fn text_over_text_is_not_mixed_with_it() {
        let mut glyphs = Vec::new();
        put(&mut glyphs, (10.0, 50.0), "aaaaaaaaaa", 1);
        put(&mut glyphs, (22.0, 50.0), "bbbb", 2);
        assert_eq!(texts(&glyphs), [["aaaaaaaaaa", "bbbb"]]);
    }
}

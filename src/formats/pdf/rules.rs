//! The ruled cells of a page, seen along one direction of writing.

use super::path::{EDGES, Edge};

/// What is shorter is no rule.
const SHORT: f64 = 4.0;
/// Edges this near to each other are one rule,
const SAME: f64 = 1.2;
/// and pieces with such a space between them go on.
const PIECE: f64 = 3.0;
/// Rules that come so near touch.
const TOUCH: f64 = 4.0;
/// Rules of one page at most, each way.
const RULES: usize = 2000;

/// A rule: its place across its direction, and from where to where it runs.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Rule {
    at: f64,
    from: f64,
    to: f64,
    /// The table that it belongs to.
    group: usize,
}

/// A ruled cell, as the numbers of the rules around it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Ruled {
    left: usize,
    right: usize,
    low: usize,
    high: usize,
}

/// The rules of a page: `along` the direction of writing, and `across` it.
#[derive(Debug, Default)]
pub(super) struct Rules {
    along: Vec<Rule>,
    across: Vec<Rule>,
}

/// Where a cell is.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Bounds {
    pub(super) left: f64,
    pub(super) right: f64,
    pub(super) high: f64,
    pub(super) group: usize,
}

impl Rules {
    /// Those of a page, for text that runs at so many degrees. Text that runs aslant has none.
    pub(super) fn new(edges: &[Edge], degrees: i16) -> Self {
        let (cos, sin) = match degrees {
            0 => (1.0, 0.0),
            90 => (0.0, 1.0),
            180 => (-1.0, 0.0),
            -90 => (0.0, -1.0),
            _ => return Self::default(),
        };
        if edges.len() > EDGES {
            return Self::default();
        }
        let (mut along, mut across) = (Vec::new(), Vec::new());
        for [x, y, to_x, to_y] in edges {
            let turned = |x: f64, y: f64| (x * cos + y * sin, y * cos - x * sin);
            let ((u, v), (to_u, to_v)) = (turned(*x, *y), turned(*to_x, *to_y));
            if ![u, v, to_u, to_v].iter().all(|number| number.is_finite()) {
                continue;
            }
            let (length, height) = ((to_u - u).abs(), (to_v - v).abs());
            if height < SAME && length > SHORT {
                along.push(Rule { at: f64::midpoint(v, to_v), from: u.min(to_u), to: u.max(to_u), group: 0 });
            } else if length < SAME && height > SHORT {
                across.push(Rule { at: f64::midpoint(u, to_u), from: v.min(to_v), to: v.max(to_v), group: 0 });
            }
        }
        let (mut along, mut across) = (merged(along), merged(across));
        if along.len() > RULES || across.len() > RULES {
            return Self::default();
        }
        group(&mut along, &mut across);
        Self { along, across }
    }

    /// The cell around a point.
    pub(super) fn cell(&self, u: f64, v: f64) -> Option<Ruled> {
        let covers = |rule: &Rule, at: f64| rule.from - 0.5 <= at && at <= rule.to + 0.5;
        let split = self.across.partition_point(|rule| rule.at < u);
        let left = (0..split).rev().find(|at| self.across.get(*at).is_some_and(|rule| covers(rule, v)))?;
        let right = (split..self.across.len()).find(|at| self.across.get(*at).is_some_and(|rule| covers(rule, v)))?;
        let (from, to) = (self.across.get(left)?.at, self.across.get(right)?.at);
        // A line below a word is no edge: it must reach from side to side.
        let spans =
            |at: &usize| self.along.get(*at).is_some_and(|rule| rule.from - TOUCH <= from && rule.to + TOUCH >= to);
        let split = self.along.partition_point(|rule| rule.at < v);
        let low = (0..split).rev().find(&spans)?;
        let high = (split..self.along.len()).find(&spans)?;
        Some(Ruled { left, right, low, high })
    }

    pub(super) fn bounds(&self, cell: Ruled) -> Option<Bounds> {
        let (left, right) = (self.across.get(cell.left)?, self.across.get(cell.right)?);
        Some(Bounds { left: left.at, right: right.at, high: self.along.get(cell.high)?.at, group: left.group })
    }

    pub(super) fn count(&self) -> usize {
        self.along.len() + self.across.len()
    }

    pub(super) fn is_empty(&self) -> bool {
        self.along.len() < 2 || self.across.len() < 2
    }
}

/// Rules at one place as one, sorted by their place.
fn merged(mut rules: Vec<Rule>) -> Vec<Rule> {
    rules.sort_by(|a, b| a.at.total_cmp(&b.at));
    let mut done: Vec<Rule> = Vec::new();
    let mut rest = rules.as_slice();
    while let Some(first) = rest.first() {
        let length = rest.iter().take_while(|rule| rule.at - first.at < SAME).count();
        let (same, tail) = rest.split_at(length.max(1));
        rest = tail;
        let mut same = same.to_vec();
        same.sort_by(|a, b| a.from.total_cmp(&b.from));
        let begin = done.len();
        for rule in same {
            match done.last_mut() {
                Some(last) if last.to + PIECE >= rule.from && first.at <= last.at && last.at < first.at + SAME => {
                    last.to = last.to.max(rule.to);
                }
                _ => done.push(rule),
            }
        }
        if let Some(own) = done.get_mut(begin..) {
            own.sort_by(|a, b| a.at.total_cmp(&b.at));
        }
    }
    done
}

/// Rules that touch are of one table.
fn group(along: &mut [Rule], across: &mut [Rule]) {
    let count = along.len();
    let mut parents: Vec<usize> = (0..count + across.len()).collect();
    for (at, one) in along.iter().enumerate() {
        for (other_at, other) in across.iter().enumerate() {
            let touches = |at: f64, rule: &Rule| rule.from - TOUCH <= at && at <= rule.to + TOUCH;
            if touches(other.at, one) && touches(one.at, other) {
                let (a, b) = (root(&mut parents, at), root(&mut parents, count + other_at));
                if let Some(parent) = parents.get_mut(a) {
                    *parent = b;
                }
            }
        }
    }
    for (at, rule) in along.iter_mut().chain(across).enumerate() {
        rule.group = root(&mut parents, at);
    }
}

fn root(parents: &mut [usize], mut at: usize) -> usize {
    while let Some(parent) = parents.get(at).copied().filter(|parent| *parent != at) {
        // Halves the way for those that come after.
        let above = parents.get(parent).copied().unwrap_or(parent);
        if let Some(slot) = parents.get_mut(at) {
            *slot = above;
        }
        at = above;
    }
    at
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn cells_are_found_between_rules_and_underlines_are_none() {
        let mut edges = Vec::new();
        for at in [0.0, 50.0, 100.0] {
            edges.push([at, 0.0, at, 40.0]);
        }
        for at in [0.0, 20.0, 40.0] {
            // In pieces, as some programs draw them.
            edges.push([0.0, at, 51.0, at]);
            edges.push([49.0, at, 100.0, at]);
        }
        edges.push([5.0, 5.0, 30.0, 5.0]);
        let rules = Rules::new(&edges, 0);
        let cell = |u, v| rules.cell(u, v);
        assert!(cell(10.0, 3.0).is_some() && cell(10.0, 3.0) == cell(40.0, 15.0));
        assert_ne!(cell(10.0, 3.0), cell(60.0, 3.0));
        assert_ne!(cell(10.0, 3.0), cell(10.0, 30.0));
        assert_eq!(cell(10.0, 50.0), None);
    }
}

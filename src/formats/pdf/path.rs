//! Paths: of what is drawn as lines and boxes, the edges that run along the text are kept, since they part the cells of tables
//! (ISO 32000-1, 8.5).

use super::state::Matrix;

/// Edges of one path, and of one page: a page with more is a drawing.
pub(super) const EDGES: usize = 20_000;

/// An edge from one point to another.
pub(super) type Edge = [f64; 4];

/// The path that is being made.
#[derive(Debug, Default)]
pub(super) struct Path {
    start: (f64, f64),
    now: (f64, f64),
    edges: Vec<Edge>,
}

impl Path {
    pub(super) fn go(&mut self, to: (f64, f64)) {
        (self.start, self.now) = (to, to);
    }

    pub(super) fn line(&mut self, to: (f64, f64)) {
        let from = std::mem::replace(&mut self.now, to);
        if self.edges.len() <= EDGES {
            self.edges.push([from.0, from.1, to.0, to.1]);
        }
    }

    /// A curve is no edge of a table.
    pub(super) fn curve(&mut self, to: (f64, f64)) {
        self.now = to;
    }

    pub(super) fn close(&mut self) {
        self.line(self.start);
    }

    pub(super) fn rectangle(&mut self, ctm: Matrix, (x, y): (f64, f64), (width, height): (f64, f64)) {
        self.go(ctm.point(x, y));
        self.line(ctm.point(x + width, y));
        self.line(ctm.point(x + width, y + height));
        self.line(ctm.point(x, y + height));
        self.close();
    }

    /// The path is painted: its edges are there. One that only clips is dropped.
    pub(super) fn paint(&mut self, edges: &mut Vec<Edge>) {
        if edges.len() <= EDGES {
            edges.append(&mut self.edges);
        }
        self.edges.clear();
    }

    pub(super) fn drop_it(&mut self) {
        self.edges.clear();
    }
}

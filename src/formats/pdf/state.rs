//! Matrices, and the state of graphics and text while content is followed (ISO 32000-1, 8.3, 8.4, 9.3).

use std::rc::Rc;

use super::font::Font;
use super::value::Value;

/// `[a b c d e f]`.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Matrix(pub(super) [f64; 6]);

impl Matrix {
    pub(super) const UNIT: Self = Self([1.0, 0.0, 0.0, 1.0, 0.0, 0.0]);

    pub(super) fn of(values: &[Value]) -> Option<Self> {
        let mut numbers = values.iter().filter_map(Value::number);
        let mut next = || numbers.next().filter(|number| number.is_finite());
        Some(Self([next()?, next()?, next()?, next()?, next()?, next()?]))
    }

    /// First this one, then `after`.
    pub(super) fn then(self, after: Self) -> Self {
        let ([a, b, c, d, e, f], [g, h, i, j, k, l]) = (self.0, after.0);
        Self([a * g + b * i, a * h + b * j, c * g + d * i, c * h + d * j, e * g + f * i + k, e * h + f * j + l])
    }

    pub(super) fn shift(x: f64, y: f64) -> Self {
        Self([1.0, 0.0, 0.0, 1.0, x, y])
    }

    pub(super) fn point(self, x: f64, y: f64) -> (f64, f64) {
        let [a, b, c, d, e, f] = self.0;
        (a * x + c * y + e, b * x + d * y + f)
    }

    /// The area of what was a unit square.
    pub(super) fn area(self) -> f64 {
        let [a, b, c, d, ..] = self.0;
        (a * d - b * c).abs()
    }
}

/// What `q` keeps and `Q` brings back.
#[derive(Clone)]
pub(super) struct State {
    pub(super) ctm: Matrix,
    pub(super) font: Option<Rc<Font>>,
    pub(super) size: f64,
    pub(super) char_space: f64,
    pub(super) word_space: f64,
    /// Horizontal scale, 1 where nothing is scaled.
    pub(super) scale: f64,
    pub(super) leading: f64,
    pub(super) rise: f64,
}

impl State {
    pub(super) fn new(ctm: Matrix) -> Self {
        Self { ctm, font: None, size: 1.0, char_space: 0.0, word_space: 0.0, scale: 1.0, leading: 0.0, rise: 0.0 }
    }
}

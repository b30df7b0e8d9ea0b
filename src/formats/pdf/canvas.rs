//! What a page shows: characters at their places, and whether there is more than text.

use std::collections::{BTreeSet, VecDeque};

use super::radicals::intended;
use super::state::Matrix;
use crate::model::limits::PDF_PAGE_CHARS;

/// A character, or several that are drawn as one.
#[derive(Debug, Clone)]
pub(super) struct Glyph {
    pub(super) text: Box<str>,
    /// Along the direction of writing: where it begins and ends.
    pub(super) from: f64,
    pub(super) to: f64,
    /// Across it: larger is further up, or further right in text that is written downwards.
    pub(super) across: f64,
    pub(super) size: f64,
    /// The space that is set behind every character.
    pub(super) slack: f64,
    /// The direction in degrees; text written downwards is told apart from turned text.
    pub(super) turn: (bool, i16),
    /// The operator that drew it.
    pub(super) drawn: u32,
    /// Its turn among all characters of the page.
    pub(super) order: u32,
}

impl Glyph {
    /// 1, or 0 where characters stand below each other and are centred on their line.
    pub(super) fn upright(&self) -> f64 {
        if self.turn.0 { 0.0 } else { 1.0 }
    }
}

/// A page on its way.
#[derive(Default)]
pub(super) struct Canvas {
    pub(super) glyphs: Vec<Glyph>,
    /// Texts that stand in the content without a place.
    pub(super) asides: Vec<String>,
    /// Characters whose font does not tell what they are.
    pub(super) untold: u64,
    /// Characters that are no space.
    pub(super) chars: u64,
    /// The largest part of the page that one image covers, in square units.
    pub(super) image_area: f64,
    pub(super) images: u64,
    /// Edges of what is drawn.
    pub(super) edges: Vec<super::path::Edge>,
    /// Parts of paths: letters may be drawn as shapes.
    pub(super) strokes: u64,
    /// Content to be laid out by itself, and what was set apart already.
    pub(super) apart: VecDeque<super::apart::Apart>,
    pub(super) seen: BTreeSet<super::value::Id>,
    /// Operators that have shown text.
    pub(super) shows: u32,
    /// There are more characters than one page may have.
    pub(super) full: bool,
}

impl Canvas {
    /// A character in a frame whose unit is the font size; `spacing` is set behind every one.
    pub(super) fn put(&mut self, text: &str, frame: Matrix, advance: f64, (vertical, spacing): (bool, f64)) {
        if self.glyphs.len() >= PDF_PAGE_CHARS {
            self.full = true;
            return;
        }
        let [a, b, c, d, ..] = frame.0;
        let (x, y) = if vertical { (-c, -d) } else { (a, b) };
        let length = x.hypot(y);
        let (x, y) = if length > 0.0 && length.is_finite() { (x / length, y / length) } else { (1.0, 0.0) };
        let along = |(px, py): (f64, f64)| px * x + py * y;
        let start = frame.point(0.0, 0.0);
        let end = if vertical { frame.point(0.0, -advance) } else { frame.point(advance, 0.0) };
        let finite = |number: f64| if number.is_finite() { number } else { 0.0 };
        let (from, to) = (finite(along(start)), finite(along(end)));
        let size = Some(c.hypot(d)).filter(|size| size.is_finite() && *size > 1e-6).unwrap_or(1.0);
        let degrees = y.atan2(x).to_degrees().round() as i16;
        let slack = Some(spacing * length).filter(|slack| slack.is_finite() && !vertical).unwrap_or(0.0);
        self.chars += u64::from(!text.trim().is_empty());
        self.glyphs.push(Glyph {
            text: intended(text).into(),
            order: u32::try_from(self.glyphs.len()).unwrap_or(u32::MAX),
            from,
            to: to.max(from),
            across: finite(start.1 * x - start.0 * y),
            size,
            slack,
            turn: (vertical, if degrees == -180 { 180 } else { degrees }),
            drawn: self.shows,
        });
    }

    /// Puts other forms of the same characters in their place: a font may draw two of them alike, and tell of one. False if it is not that.
    pub(super) fn vary(&mut self, from: usize, text: &str) -> bool {
        let is_ideograph =
            |one: char| matches!(one, '\u{3400}'..='\u{9FFF}' | '\u{F900}'..='\u{FAFF}' | '\u{20000}'..='\u{3FFFF}');
        let glyphs = self.glyphs.get_mut(from..).unwrap_or_default();
        let same = glyphs.len() == text.chars().count()
            && text.chars().all(is_ideograph)
            && glyphs.iter().all(|glyph| glyph.text.chars().count() == 1 && glyph.text.chars().all(is_ideograph));
        if same {
            glyphs.iter_mut().zip(text.chars()).for_each(|(glyph, one)| glyph.text = one.to_string().into());
        }
        same
    }

    /// Puts one text in the place of all characters from `from` on.
    pub(super) fn stand_in(&mut self, from: usize, text: &str) {
        let Some(first) = self.glyphs.get(from).cloned() else {
            self.asides.push(text.to_owned());
            return;
        };
        let rest = self.glyphs.get(from..).unwrap_or_default();
        let to = rest.iter().filter(|one| one.turn == first.turn).map(|one| one.to).fold(first.to, f64::max);
        self.glyphs.truncate(from);
        self.glyphs.push(Glyph { text: text.into(), to, ..first });
    }
}

//! What a page shows: characters at their places, and whether there is more than text.

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
#[derive(Debug, Default)]
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
    /// Operators that have shown text.
    pub(super) shows: u32,
    /// There are more characters than one page may have.
    pub(super) full: bool,
}

//! Content that a page leads to without drawing it by name: tiles of patterns, masks, and glyphs that are drawn like a page
//! (ISO 32000-1, 8.7.3, 9.6.5, 11.6.5.3).

use std::rc::Rc;

use super::canvas::Canvas;
use super::content::Follow;
use super::state::Matrix;
use super::value::{Dict, Id, Stream, Value};

/// Characters that one glyph may stand for in the text around it; a longer text is read by itself.
const GLYPH_CHARS: usize = 64;
/// Glyphs that are remembered.
const GLYPHS: usize = 100_000;

/// What a glyph of a Type 3 font draws.
#[derive(Clone)]
pub(super) enum Drawn {
    Nothing,
    Text(Rc<str>),
    /// Too much to stand in a line.
    Apart,
}

/// Content that is laid out by itself, behind the page: it has no place on it, or many.
pub(super) struct Apart {
    pub(super) id: Id,
    pub(super) resources: Rc<Dict>,
    /// The frame that it is drawn in.
    pub(super) ctm: Matrix,
    pub(super) depth: usize,
}

impl Follow<'_, '_> {
    /// Sets content apart, once for each page.
    fn set_apart(&mut self, id: Id, resources: Rc<Dict>, ctm: Matrix) {
        if self.canvas.seen.insert(id) {
            self.canvas.apart.push_back(Apart { id, resources, ctm, depth: self.depth });
        }
    }

    /// The tile of a pattern; a shading holds no text.
    pub(super) fn pattern(&mut self, name: &str) {
        if let Some((_, Value::Stream(tile))) = self.resource("Pattern", name) {
            self.set_apart(tile.id, Rc::clone(&self.resources), self.base);
        }
    }

    /// The soft mask of a graphics state.
    pub(super) fn mask(&mut self, state: &Value) {
        let mask = state.dict().and_then(|dict| dict.get("SMask")).cloned().unwrap_or(Value::Null);
        let Value::Dict(mask) = self.file.resolve(&mask) else { return };
        if let Value::Stream(group) = self.file.get(&mask, "G") {
            self.set_apart(group.id, Rc::clone(&self.resources), self.state.ctm);
        }
    }

    /// The text that a glyph draws, if it draws any that is told.
    pub(super) fn glyph(&mut self, id: Id, resources: Option<Rc<Dict>>) -> Option<Rc<str>> {
        let resources = resources.unwrap_or_else(|| Rc::clone(&self.resources));
        let drawn = match self.shared.glyphs.get(&id) {
            Some(drawn) => drawn.clone(),
            None => {
                let drawn = match self.file.resolve(&Value::Ref(id)) {
                    Value::Stream(stream) => self.drawn(&stream, Rc::clone(&resources)),
                    _ => Drawn::Nothing,
                };
                if self.shared.glyphs.len() >= GLYPHS {
                    self.shared.glyphs.clear();
                }
                self.shared.glyphs.insert(id, drawn.clone());
                drawn
            }
        };
        match drawn {
            Drawn::Nothing => None,
            Drawn::Text(text) => Some(text),
            Drawn::Apart => {
                self.set_apart(id, resources, Matrix::UNIT);
                None
            }
        }
    }

    fn drawn(&mut self, stream: &Stream, resources: Rc<Dict>) -> Drawn {
        let mut own = Canvas { seen: std::mem::take(&mut self.canvas.seen), ..Canvas::default() };
        let mut inner = Follow::new((&mut *self.file, &mut *self.shared, &mut own), resources, Matrix::UNIT);
        inner.depth = self.depth;
        inner.form(None, stream);
        self.canvas.seen = own.seen;
        self.canvas.apart.append(&mut own.apart);
        let text: String = own.glyphs.iter().map(|glyph| &*glyph.text).collect();
        let is_told = text.chars().any(|one| !one.is_whitespace() && one != '\u{FFFD}') || !own.asides.is_empty();
        if !is_told {
            Drawn::Nothing
        } else if own.full || own.untold > 0 || !own.asides.is_empty() || text.chars().count() > GLYPH_CHARS {
            Drawn::Apart
        } else {
            Drawn::Text(text.into())
        }
    }
}

//! Following the content of a page: operators, and the text that they show (ISO 32000-1, 7.8, 9.4).
//!
//! Everything counts: text in white, below a box, outside the page, or of a layer that is switched off.

use std::borrow::Cow;
use std::collections::{BTreeSet, HashMap};
use std::rc::Rc;

use super::apart::Drawn;
use super::canvas::Canvas;
use super::extras;
use super::file::File;
use super::font::Font;
use super::lex::{Lexer, Token, is_space};
use super::path::Path;
use super::state::{Matrix, State};
use super::value::{Dict, Id, Value};
use crate::model::limits::PDF_FORM_DEPTH;

/// Operands before one operator.
const OPERANDS: usize = 1000;
/// States that are kept by `q`, and contents that are marked.
const NESTED: usize = 1000;
/// Fonts that are kept while pages are read.
const FONTS: usize = 64;
/// What following one form costs at least, in bytes of the budget.
pub(super) const FORM_COST: u64 = 1024;

/// Fonts that were read, and those whose content is followed now.
#[derive(Default)]
pub(super) struct Shared {
    fonts: HashMap<Id, Rc<Font>>,
    inside: BTreeSet<Id>,
    /// Metadata of pictures that was told, each once.
    described: BTreeSet<Id>,
    /// Glyphs that are content of their own.
    pub(super) glyphs: HashMap<Id, Drawn>,
    /// What could not be followed, each once.
    pub(super) trouble: BTreeSet<String>,
}

/// Text that stands for what is drawn while it is open.
struct Actual {
    text: String,
    from: usize,
    untold: u64,
}

/// One content stream being followed.
pub(super) struct Follow<'f, 's> {
    pub(super) file: &'f mut File<'s>,
    pub(super) shared: &'f mut Shared,
    pub(super) canvas: &'f mut Canvas,
    pub(super) resources: Rc<Dict>,
    /// Those of its parts that are objects of their own.
    kinds: HashMap<String, Rc<Dict>>,
    /// Fonts by their name in these resources.
    named: HashMap<String, Rc<Font>>,
    pub(super) state: State,
    /// The frame of this content.
    pub(super) base: Matrix,
    kept: Vec<State>,
    lost: usize,
    text: Matrix,
    line: Matrix,
    marked: Vec<Option<Actual>>,
    path: Path,
    pub(super) depth: usize,
}

impl<'f, 's> Follow<'f, 's> {
    pub(super) fn new(
        (file, shared, canvas): (&'f mut File<'s>, &'f mut Shared, &'f mut Canvas),
        resources: Rc<Dict>,
        ctm: Matrix,
    ) -> Self {
        Self {
            file,
            shared,
            canvas,
            resources,
            kinds: HashMap::new(),
            named: HashMap::new(),
            state: State::new(ctm),
            base: ctm,
            kept: Vec::new(),
            lost: 0,
            text: Matrix::UNIT,
            line: Matrix::UNIT,
            marked: Vec::new(),
            path: Path::default(),
            depth: 0,
        }
    }

    pub(super) fn run(&mut self, content: &[u8]) {
        let mut lexer = Lexer::content(content);
        let mut operands: Vec<Value> = Vec::new();
        loop {
            lexer.begin_anew();
            let before = lexer.at;
            let Ok(token) = lexer.token() else { break };
            let Token::Word(word) = token else {
                match lexer.value_of(token, 0) {
                    Ok(value) if operands.len() < OPERANDS => operands.push(value),
                    Ok(_) => {}
                    // Behind something broken, the next operator is looked for.
                    Err(_) => lexer.at = lexer.at.max(before + 1),
                }
                continue;
            };
            if word == "BI" {
                self.canvas.images += 1;
                self.canvas.image_area = self.canvas.image_area.max(self.state.ctm.area());
                if !skip_image(&mut lexer) {
                    self.shared.trouble.insert("an image in its content has no end".to_owned());
                }
            } else {
                self.operator(&word, &operands);
            }
            operands.clear();
        }
        while !self.marked.is_empty() {
            self.unmark();
        }
    }

    fn operator(&mut self, word: &str, operands: &[Value]) {
        let number = |at: usize| operands.get(at).and_then(Value::number).filter(|n| n.is_finite()).unwrap_or(0.0);
        match word {
            "q" if self.kept.len() < NESTED => self.kept.push(self.state.clone()),
            "q" => self.lost += 1,
            "Q" if self.lost > 0 => self.lost -= 1,
            "Q" => self.state = self.kept.pop().unwrap_or_else(|| self.state.clone()),
            "cm" => {
                if let Some(matrix) = Matrix::of(operands) {
                    self.state.ctm = matrix.then(self.state.ctm);
                }
            }
            "BT" => (self.text, self.line) = (Matrix::UNIT, Matrix::UNIT),
            "Tc" => self.state.char_space = number(0),
            "Tw" => self.state.word_space = number(0),
            "Tz" => self.state.scale = number(0) / 100.0,
            "TL" => self.state.leading = number(0),
            "Ts" => self.state.rise = number(0),
            "Tf" => {
                self.state.size = number(1);
                if let Some(name) = operands.first().and_then(Value::name) {
                    self.state.font = self.font(name);
                }
            }
            "Td" => self.go(number(0), number(1)),
            "TD" => {
                self.state.leading = -number(1);
                self.go(number(0), number(1));
            }
            "Tm" => {
                if let Some(matrix) = Matrix::of(operands) {
                    (self.text, self.line) = (matrix, matrix);
                }
            }
            "T*" => self.next_line(),
            "Tj" => self.show(operands.first()),
            "'" => {
                self.next_line();
                self.show(operands.first());
            }
            "\"" => {
                (self.state.word_space, self.state.char_space) = (number(0), number(1));
                self.next_line();
                self.show(operands.get(2));
            }
            "TJ" => {
                self.canvas_turn();
                for value in operands.first().and_then(Value::list).unwrap_or_default() {
                    match value {
                        Value::Number(back) => self.back(*back),
                        other => self.show_text(other.text().unwrap_or_default()),
                    }
                }
            }
            "Do" => {
                if let Some(name) = operands.first().and_then(Value::name) {
                    self.draw(name);
                }
            }
            "gs" => self.graphics(operands),
            "scn" | "SCN" => {
                if let Some(name) = operands.last().and_then(Value::name) {
                    self.pattern(name);
                }
            }
            "BMC" => self.mark(None),
            "BDC" => self.mark(operands.get(1)),
            "EMC" => self.unmark(),
            _ => self.path(word, operands),
        }
    }

    fn path(&mut self, word: &str, operands: &[Value]) {
        let number = |at: usize| operands.get(at).and_then(Value::number).unwrap_or(0.0);
        let ctm = self.state.ctm;
        let point = |at: usize| ctm.point(number(at), number(at + 1));
        self.canvas.strokes += u64::from(matches!(word, "l" | "c" | "v" | "y"));
        match word {
            "m" => self.path.go(point(0)),
            "l" => self.path.line(point(0)),
            "c" => self.path.curve(point(4)),
            "v" | "y" => self.path.curve(point(2)),
            "h" => self.path.close(),
            "re" => self.path.rectangle(ctm, (number(0), number(1)), (number(2), number(3))),
            "S" | "s" | "f" | "F" | "f*" | "B" | "B*" | "b" | "b*" => {
                if matches!(word, "s" | "b" | "b*") {
                    self.path.close();
                }
                self.path.paint(&mut self.canvas.edges);
            }
            "n" => self.path.drop_it(),
            _ => {}
        }
    }

    fn go(&mut self, x: f64, y: f64) {
        self.line = Matrix::shift(x, y).then(self.line);
        self.text = self.line;
    }

    fn next_line(&mut self) {
        self.go(0.0, -self.state.leading);
    }

    pub(super) fn resource(&mut self, kind: &str, name: &str) -> Option<(Option<Id>, Value)> {
        let value = match self.resources.get(kind)? {
            Value::Dict(dict) => dict.get(name)?.clone(),
            other => {
                if !self.kinds.contains_key(kind) {
                    let dict = self.file.resolve(other).dict().cloned().unwrap_or_default();
                    self.kinds.insert(kind.to_owned(), Rc::new(dict));
                }
                self.kinds.get(kind)?.get(name)?.clone()
            }
        };
        Some((value.id(), self.file.resolve(&value)))
    }

    fn font(&mut self, name: &str) -> Option<Rc<Font>> {
        if let Some(font) = self.named.get(name) {
            return Some(Rc::clone(font));
        }
        let (id, value) = self.resource("Font", name)?;
        let font = self.read_font(id, &value)?;
        self.named.insert(name.to_owned(), Rc::clone(&font));
        Some(font)
    }

    fn read_font(&mut self, id: Option<Id>, value: &Value) -> Option<Rc<Font>> {
        if let Some(font) = id.and_then(|id| self.shared.fonts.get(&id)) {
            return Some(Rc::clone(font));
        }
        let font = Rc::new(Font::read(self.file, value.dict()?));
        if let Some(id) = id {
            if self.shared.fonts.len() >= FONTS {
                self.shared.fonts.clear();
            }
            self.shared.fonts.insert(id, Rc::clone(&font));
        }
        Some(font)
    }

    /// A graphics state may set a font, and a mask.
    fn graphics(&mut self, operands: &[Value]) {
        let Some(name) = operands.first().and_then(Value::name) else { return };
        let Some((_, state)) = self.resource("ExtGState", name) else { return };
        self.mask(&state);
        let font = state.dict().and_then(|dict| dict.get("Font")).cloned().unwrap_or(Value::Null);
        if let Value::List(pair) = self.file.resolve(&font)
            && let [font, size] = pair.as_slice()
        {
            let value = self.file.resolve(font);
            self.state.font = self.read_font(font.id(), &value);
            self.state.size = size.number().unwrap_or(1.0);
        }
    }

    fn canvas_turn(&mut self) {
        self.canvas.shows = self.canvas.shows.wrapping_add(1);
    }

    fn show(&mut self, value: Option<&Value>) {
        self.canvas_turn();
        self.show_text(value.and_then(Value::text).unwrap_or_default());
    }

    /// A number in an array of strings moves back, by thousandths.
    fn back(&mut self, by: f64) {
        let by = -by / 1000.0 * self.state.size;
        let vertical = self.state.font.as_ref().is_some_and(|font| font.is_vertical());
        let shift = if vertical { Matrix::shift(0.0, by) } else { Matrix::shift(by * self.state.scale, 0.0) };
        self.text = shift.then(self.text);
    }

    fn show_text(&mut self, bytes: &[u8]) {
        let Some(font) = self.state.font.clone() else {
            // Without a font nobody can say what it is.
            let count = bytes.iter().filter(|byte| !is_space(**byte)).count() as u64;
            self.canvas.untold += count;
            if count > 0 {
                self.canvas.asides.push(String::from_utf8_lossy(bytes).into_owned());
            }
            return;
        };
        let vertical = font.is_vertical();
        let mut told = String::new();
        font.show(bytes, &mut |shown| {
            let (size, scale) = (self.state.size, self.state.scale);
            let frame = Matrix([size * scale, 0.0, 0.0, size, 0.0, self.state.rise]);
            let frame = frame.then(self.text).then(self.state.ctm);
            let drawn = shown.drawn.and_then(|id| self.glyph(id, font.resources()));
            let text = match (drawn, shown.text) {
                // Both stay: what is seen in its place.
                (Some(drawn), text) => {
                    told.push_str(text.as_deref().filter(|text| **text != *drawn).unwrap_or_default());
                    Some(Cow::Owned(drawn.to_string()))
                }
                (None, text) => text,
            };
            let text = text.unwrap_or_else(|| {
                self.canvas.untold += 1;
                "\u{FFFD}".into()
            });
            self.canvas.put(&text, frame, shown.advance, (vertical, self.state.char_space / size));
            let word = if shown.is_space { self.state.word_space } else { 0.0 };
            let space = self.state.char_space + word;
            let shift = if vertical {
                Matrix::shift(0.0, -shown.advance * size + space)
            } else {
                Matrix::shift((shown.advance * size + space) * scale, 0.0)
            };
            self.text = shift.then(self.text);
        });
        if !told.trim().is_empty() {
            self.canvas.asides.push(told);
        }
    }

    /// An image, or a form: content of its own.
    fn draw(&mut self, name: &str) {
        let Some((id, Value::Stream(stream))) = self.resource("XObject", name) else { return };
        match self.file.get(&stream.dict, "Subtype").name() {
            Some("Image") => {
                self.canvas.images += 1;
                self.canvas.image_area = self.canvas.image_area.max(self.state.ctm.area());
                self.described(&stream.dict);
            }
            Some("Form") => self.form(id, &stream),
            Some("PS") => {
                self.shared.trouble.insert("a part of it is written in PostScript".to_owned());
            }
            _ => {}
        }
    }

    /// What a picture says of itself: who made it, of whom, where. Once, on however many pages it is.
    fn described(&mut self, picture: &Dict) {
        if !picture.contains_key("Metadata") {
            return;
        }
        let Value::Stream(stream) = self.file.get(picture, "Metadata") else { return };
        if self.file.budget.count(FORM_COST) && self.shared.described.insert(stream.id) {
            let unfolded = self.file.unfold(&stream);
            self.shared.trouble.extend(unfolded.trouble);
            self.canvas.asides.extend(extras::xmp(&String::from_utf8_lossy(&unfolded.bytes)));
        }
    }

    pub(super) fn form(&mut self, id: Option<Id>, stream: &super::value::Stream) {
        let id = id.unwrap_or(stream.id);
        if self.depth >= PDF_FORM_DEPTH {
            let reason = format!("parts of it are drawn inside each other more than {PDF_FORM_DEPTH} deep");
            self.shared.trouble.insert(reason);
            return;
        }
        // What draws itself would never end; a viewer stops too.
        if !self.file.budget.count(FORM_COST) || !self.shared.inside.insert(id) {
            return;
        }
        let unfolded = self.file.unfold(stream);
        self.shared.trouble.extend(unfolded.trouble);
        let matrix = match self.file.get(&stream.dict, "Matrix") {
            Value::List(values) => Matrix::of(&values),
            _ => None,
        };
        let resources = self.file.get(&stream.dict, "Resources").dict().cloned();
        let resources = resources.map_or_else(|| Rc::clone(&self.resources), Rc::new);
        let ctm = matrix.unwrap_or(Matrix::UNIT).then(self.state.ctm);
        let mut inner = Follow::new((&mut *self.file, &mut *self.shared, &mut *self.canvas), resources, ctm);
        inner.depth = self.depth + 1;
        // A form begins with the state around it.
        inner.state = State { ctm, ..self.state.clone() };
        inner.run(&unfolded.bytes);
        self.shared.inside.remove(&id);
    }

    fn mark(&mut self, properties: Option<&Value>) {
        if self.marked.len() >= NESTED {
            return;
        }
        let properties = match properties {
            Some(Value::Name(name)) => {
                let name = name.clone();
                self.resource("Properties", &name).map(|(_, value)| value)
            }
            other => other.cloned(),
        };
        // What stands for a picture, and what is abbreviated.
        for key in ["Alt", "E"] {
            let text = properties.as_ref().and_then(Value::dict).and_then(|dict| dict.get(key)).cloned();
            let text = text.map(|text| self.file.resolve(&text));
            let text = text.as_ref().and_then(Value::text).map(super::text::string);
            self.canvas.asides.extend(text.filter(|text| !text.trim().is_empty()));
        }
        let text = properties.as_ref().and_then(Value::dict).and_then(|dict| dict.get("ActualText")).cloned();
        let text = text.map(|text| self.file.resolve(&text));
        let text = text.as_ref().and_then(Value::text).map(super::text::string);
        let (from, untold) = (self.canvas.glyphs.len(), self.canvas.untold);
        self.marked.push(text.map(|text| Actual { text, from, untold }));
    }

    fn unmark(&mut self) {
        let Some(Some(Actual { text, from, untold })) = self.marked.pop() else { return };
        if text.trim().is_empty() {
            return;
        }
        let shown: String = self.canvas.glyphs.get(from..).unwrap_or_default().iter().map(|one| &*one.text).collect();
        let plain = |text: &str| text.chars().filter(|one| !one.is_whitespace()).collect::<String>();
        if plain(&shown) == plain(&text) {
            return;
        }
        if self.canvas.vary(from, &text) {
            // What the font says stays too.
            self.canvas.asides.push(shown);
            return;
        }
        if self.canvas.untold > untold {
            // It says what the font does not.
            self.canvas.stand_in(from, &text);
            self.canvas.untold = untold;
        } else {
            self.canvas.asides.push(text);
        }
    }
}

/// Behind the data of an image in the content: `EI` between spaces, with something readable behind it.
fn skip_image(lexer: &mut Lexer<'_>) -> bool {
    while let Ok(token) = lexer.token() {
        if token == Token::Word("ID".to_owned()) {
            break;
        }
    }
    let rest = lexer.rest();
    let mut likely = None;
    for at in memchr::memmem::find_iter(rest, b"EI") {
        let before = at.checked_sub(1).and_then(|at| rest.get(at)).is_none_or(|byte| is_space(*byte));
        let after = rest.get(at + 2..).unwrap_or_default();
        let ends = after.first().is_none_or(|byte| is_space(*byte));
        let is_readable = after.iter().take(5).all(|byte| matches!(byte, 9 | 10 | 12 | 13 | 0x20..=0x7E));
        let is_last = after.iter().all(|byte| is_space(*byte));
        if (before && ends && is_readable) || is_last {
            lexer.at += at + 2;
            return true;
        }
        if before && ends {
            likely.get_or_insert(at + 2);
        }
    }
    lexer.at += likely.unwrap_or(rest.len());
    likely.is_some()
}

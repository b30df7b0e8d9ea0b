//! Fonts: what text the codes of a string stand for, and how wide it is (ISO 32000-1, 9.5 to 9.10).

use std::borrow::Cow;
use std::rc::Rc;

mod cmap;
mod composite;
mod names;
mod predefined;
mod sfnt;
mod simple;

use super::file::File;
use super::value::{Dict, Id, Value};

/// One code of a string.
pub(super) struct Shown<'f> {
    /// `None` where the font does not tell.
    pub(super) text: Option<Cow<'f, str>>,
    /// In parts of the font size; of a font that is written downwards its height, which is positive.
    pub(super) advance: f64,
    /// The content that draws it, of a Type 3 font.
    pub(super) drawn: Option<Id>,
    /// Whether word spacing is added: the single byte 32.
    pub(super) is_space: bool,
}

/// A font that was read.
pub(super) enum Font {
    Simple(simple::Simple),
    Composite(Box<composite::Composite>),
}

impl Font {
    pub(super) fn read(file: &mut File<'_>, dict: &Dict) -> Self {
        if dict.get("Subtype").and_then(Value::name) == Some("Type0") {
            Self::Composite(Box::new(composite::Composite::read(file, dict)))
        } else {
            Self::Simple(simple::Simple::read(file, dict))
        }
    }

    pub(super) fn is_vertical(&self) -> bool {
        matches!(self, Self::Composite(font) if font.vertical)
    }

    /// What the glyphs of a Type 3 font are drawn with.
    pub(super) fn resources(&self) -> Option<Rc<Dict>> {
        if let Self::Simple(font) = self { font.resources.clone() } else { None }
    }

    /// Takes a string apart.
    pub(super) fn show<'f>(&'f self, bytes: &[u8], take: &mut dyn FnMut(Shown<'f>)) {
        match self {
            Self::Simple(font) => bytes.iter().for_each(|code| take(font.shown(*code))),
            Self::Composite(font) => font.show(bytes, take),
        }
    }
}

/// The unfolded stream of a key, if it is one.
fn stream_of(file: &mut File<'_>, dict: &Dict, name: &str) -> Option<Vec<u8>> {
    match file.get(dict, name) {
        Value::Stream(stream) => Some(file.unfold(&stream).bytes),
        _ => None,
    }
}

/// The TrueType or OpenType program of a font, if it has one.
fn program_of(file: &mut File<'_>, descriptor: &Dict) -> Option<sfnt::Program> {
    let bytes = match stream_of(file, descriptor, "FontFile2") {
        Some(bytes) => bytes,
        None => stream_of(file, descriptor, "FontFile3")?,
    };
    Some(sfnt::Program::read(&bytes))
}

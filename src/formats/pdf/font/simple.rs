//! Fonts of one byte a code: Type 1, TrueType, Type 3 (ISO 32000-1, 9.6).

use std::borrow::Cow;
use std::rc::Rc;

use super::super::file::File;
use super::super::lex::{Lexer, Token};
use super::super::value::{Dict, Id, Value};
use super::cmap::CMap;
use super::names::{self, Base};
use super::{Shown, program_of, stream_of};

/// Widths of ASCII in Helvetica, which programs know without being told; bold ones are a little wider.
const HELVETICA: [u16; 95] = [
    278, 278, 355, 556, 556, 889, 667, 191, 333, 333, 389, 584, 278, 333, 278, 278, 556, 556, 556, 556, 556, 556, 556,
    556, 556, 556, 278, 278, 584, 584, 584, 556, 1015, 667, 667, 722, 722, 667, 611, 778, 722, 278, 500, 667, 556, 833,
    722, 778, 667, 778, 722, 667, 611, 722, 667, 944, 667, 667, 611, 278, 278, 278, 469, 556, 333, 556, 556, 500, 556,
    556, 278, 556, 556, 222, 222, 500, 222, 833, 556, 556, 556, 556, 333, 500, 278, 556, 500, 722, 500, 500, 500, 334,
    260, 334, 584,
];
/// The same of Times.
const TIMES: [u16; 95] = [
    250, 333, 408, 500, 500, 833, 778, 180, 333, 333, 500, 564, 250, 333, 250, 278, 500, 500, 500, 500, 500, 500, 500,
    500, 500, 500, 278, 278, 564, 564, 564, 444, 921, 722, 667, 667, 722, 611, 556, 722, 722, 333, 389, 722, 611, 889,
    722, 722, 556, 722, 667, 556, 611, 722, 722, 944, 722, 722, 611, 333, 278, 333, 469, 500, 333, 444, 500, 444, 500,
    444, 333, 500, 500, 278, 278, 500, 278, 778, 500, 500, 500, 500, 333, 389, 278, 500, 500, 722, 500, 500, 444, 480,
    200, 480, 541,
];

/// Text and width of each code.
pub(in super::super) struct Simple {
    texts: Vec<Option<String>>,
    widths: Vec<f64>,
    /// Of a Type 3 font, by code.
    drawn: Vec<Option<Id>>,
    pub(super) resources: Option<Rc<Dict>>,
}

impl Simple {
    pub(super) fn read(file: &mut File<'_>, dict: &Dict) -> Self {
        let descriptor = file.get(dict, "FontDescriptor").dict().cloned().unwrap_or_default();
        let texts = texts(file, dict, &descriptor);
        let widths = widths(file, dict, &descriptor);
        let drawn = if name_of(dict, "Subtype") == "Type3" { drawn(file, dict) } else { Vec::new() };
        let resources = file.get(dict, "Resources").dict().cloned().filter(|_| !drawn.is_empty()).map(Rc::new);
        Self { texts, widths, drawn, resources }
    }

    pub(super) fn shown(&self, code: u8) -> Shown<'_> {
        let at = usize::from(code);
        Shown {
            text: self.texts.get(at).and_then(Option::as_deref).map(Cow::Borrowed),
            advance: self.widths.get(at).copied().unwrap_or(0.5),
            drawn: self.drawn.get(at).copied().flatten(),
            is_space: code == 32,
        }
    }
}

fn name_of<'d>(dict: &'d Dict, key: &str) -> &'d str {
    dict.get(key).and_then(Value::name).unwrap_or_default()
}

/// The content that draws each code of a Type 3 font, by the names that its encoding gives them.
fn drawn(file: &mut File<'_>, dict: &Dict) -> Vec<Option<Id>> {
    let contents = file.get(dict, "CharProcs").dict().cloned().unwrap_or_default();
    let encoding = file.get(dict, "Encoding");
    let names = match encoding.dict().map(|own| file.get(own, "Differences")) {
        Some(Value::List(list)) => differences(&list),
        _ => vec![None; 256],
    };
    let letter = |code: u8| char::from(code).to_string();
    let name = |code: u8| names.get(usize::from(code)).cloned().flatten().unwrap_or_else(|| letter(code));
    (0..=255).map(|code| contents.get(&name(code)).and_then(Value::id)).collect()
}

fn texts(file: &mut File<'_>, dict: &Dict, descriptor: &Dict) -> Vec<Option<String>> {
    let to_unicode = stream_of(file, dict, "ToUnicode").map(|bytes| CMap::read(&bytes));
    let encoding = file.get(dict, "Encoding");
    let own = encoding.dict().cloned().unwrap_or_default();
    let stated = encoding.name().or_else(|| own.get("BaseEncoding").and_then(Value::name)).and_then(Base::named);
    let differences = match file.get(&own, "Differences") {
        Value::List(list) => differences(&list),
        _ => vec![None; 256],
    };
    // The program of the font is asked only where nothing else tells.
    let is_told = stated.is_some() || to_unicode.is_some();
    let inner = if is_told { Vec::new() } else { of_program(file, descriptor) };
    let is_embedded = ["FontFile", "FontFile2", "FontFile3"].iter().any(|name| descriptor.contains_key(*name));
    let is_type3 = name_of(dict, "Subtype") == "Type3";
    let is_symbolic = descriptor.get("Flags").and_then(Value::count).unwrap_or(0) & 4 != 0;
    let signs = signs(name_of(dict, "BaseFont"));
    let of = |code: u8| -> Option<String> {
        let at = usize::from(code);
        if let Some(text) = to_unicode.as_ref().and_then(|map| map.text(1, u32::from(code))) {
            return Some(text);
        }
        if let Some(name) = differences.get(at).and_then(Option::as_deref) {
            return names::text_of(name);
        }
        if let Some(text) = inner.get(at).and_then(Option::as_deref) {
            return Some(text.to_owned());
        }
        if let Some(sign) = signs.filter(|_| stated.is_none()) {
            return Some(sign(code).to_string());
        }
        // What is embedded and symbolic has an encoding of its own: no other may be taken for it.
        let is_own = is_type3 || (is_embedded && (is_symbolic || inner.iter().any(Option::is_some)));
        match stated {
            Some(base) => base.char(code).map(String::from),
            None if is_own => None,
            None => Base::Standard.char(code).map(String::from),
        }
    };
    (0..=255).map(of).collect()
}

/// Fonts of signs and pictures, which hold no letters: each is a dot, but for what Symbol has of ASCII.
fn signs(font: &str) -> Option<fn(u8) -> char> {
    let has = |part: &str| font.contains(part);
    if has("ZapfDingbats") || has("Wingdings") || has("Webdings") {
        Some(|code| if code == 32 { ' ' } else { '•' })
    } else if has("Symbol") {
        Some(|code| if (32..=64).contains(&code) { char::from(code) } else { '•' })
    } else {
        None
    }
}

fn differences(list: &[Value]) -> Vec<Option<String>> {
    let mut names = vec![None; 256];
    let mut code = 0usize;
    for value in list {
        match value {
            Value::Number(number) => code = *number as usize,
            Value::Name(name) => {
                if let Some(slot) = names.get_mut(code) {
                    *slot = Some(name.clone());
                }
                code = code.saturating_add(1);
            }
            _ => {}
        }
    }
    names
}

/// What the font's own program says of its codes.
fn of_program(file: &mut File<'_>, descriptor: &Dict) -> Vec<Option<String>> {
    if let Some(bytes) = stream_of(file, descriptor, "FontFile") {
        return type1(&bytes);
    }
    let Some(program) = program_of(file, descriptor) else { return Vec::new() };
    (0..=255).map(|code| program.text_of_code(code).map(str::to_owned)).collect()
}

/// The encoding in the clear part of a Type 1 font: `dup 65 /A put` for each code, or the standard one.
fn type1(bytes: &[u8]) -> Vec<Option<String>> {
    let Some(at) = memchr::memmem::find(bytes, b"/Encoding") else { return Vec::new() };
    let rest = bytes.get(at + 9..).unwrap_or_default();
    let mut lexer = Lexer::content(rest.get(..rest.len().min(64 * 1024)).unwrap_or_default());
    let mut texts = vec![None; 256];
    let mut code = None;
    while let Ok(token) = lexer.token() {
        match token {
            Token::Value(Value::Number(number)) => code = Some(number as usize),
            Token::Value(Value::Name(name)) => {
                if let Some(slot) = code.take().and_then(|code| texts.get_mut(code)) {
                    *slot = names::text_of(&name);
                }
            }
            Token::Word(word) if word == "StandardEncoding" => {
                return (0..=255).map(|code| Base::Standard.char(code).map(String::from)).collect();
            }
            Token::Word(word) if word == "def" || word == "readonly" || word == "eexec" => break,
            _ => {}
        }
    }
    texts
}

fn widths(file: &mut File<'_>, dict: &Dict, descriptor: &Dict) -> Vec<f64> {
    let scale = match file.get(dict, "FontMatrix") {
        Value::List(matrix) if name_of(dict, "Subtype") == "Type3" => {
            matrix.first().and_then(Value::number).map_or(0.001, f64::abs)
        }
        _ => 0.001,
    };
    let first = file.get(dict, "FirstChar").count().unwrap_or(0) as usize;
    let list = match file.get(dict, "Widths") {
        Value::List(list) => list,
        _ => return standard(name_of(dict, "BaseFont")),
    };
    let missing = descriptor.get("MissingWidth").and_then(Value::number).unwrap_or(0.0);
    let mut widths = vec![missing * scale; 256];
    for (at, width) in list.iter().take(256).enumerate() {
        let width = file.resolve(width).number();
        if let (Some(slot), Some(width)) = (widths.get_mut(first.saturating_add(at)), width) {
            *slot = width * scale;
        }
    }
    widths
}

fn standard(font: &str) -> Vec<f64> {
    let table = if font.contains("Times") || font.contains("Serif") { &TIMES } else { &HELVETICA };
    let wider = if font.contains("Bold") { 1.06 } else { 1.0 };
    let of = |code: usize| {
        if font.contains("Courier") || font.contains("Mono") {
            return 0.6;
        }
        let width = code.checked_sub(32).and_then(|at| table.get(at)).copied().unwrap_or(556);
        f64::from(width) / 1000.0 * wider
    };
    (0..256).map(of).collect()
}

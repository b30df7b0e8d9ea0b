//! Fonts of several bytes a code: Type 0 with a CIDFont (ISO 32000-1, 9.7).

use std::borrow::Cow;
use std::collections::BTreeMap;

use super::super::file::File;
use super::super::value::{Dict, Value};
use super::cmap::CMap;
use super::predefined::{self, Codes};
use super::sfnt::Program;
use super::{Shown, program_of, stream_of};

/// How codes become text and widths.
pub(in super::super) struct Composite {
    pub(super) vertical: bool,
    /// The name of its CMap, if that is one of those that have a name.
    name: String,
    codes: Option<Codes>,
    own: Option<CMap>,
    to_unicode: Option<CMap>,
    /// Its codes are UTF-16, says its `ToUnicode`.
    is_utf16: bool,
    is_japan1: bool,
    program: Option<Program>,
    glyphs: Option<Vec<u8>>,
    /// By the first CID: the last, and their width.
    widths: BTreeMap<u32, (u32, f64)>,
    usual: f64,
}

impl Composite {
    pub(super) fn read(file: &mut File<'_>, dict: &Dict) -> Self {
        let inner = match file.get(dict, "DescendantFonts") {
            Value::List(list) => list.first().map(|font| file.resolve(font)),
            other => Some(other),
        };
        let inner = inner.as_ref().and_then(Value::dict).cloned().unwrap_or_default();
        let (name, own) = encoding(file, dict);
        let base = own.as_ref().and_then(|map| map.uses.clone()).unwrap_or_else(|| name.clone());
        let known = predefined::named(&base);
        let to_unicode = file.get(dict, "ToUnicode");
        let is_utf16 = to_unicode.name().is_some_and(|name| name.starts_with("Identity"));
        let to_unicode = stream_of(file, dict, "ToUnicode").map(|bytes| CMap::read(&bytes));
        let system = file.get(&inner, "CIDSystemInfo");
        let system = system.dict().cloned().unwrap_or_default();
        let is_japan1 = file.get(&system, "Ordering").text() == Some(b"Japan1");
        let descriptor = file.get(&inner, "FontDescriptor").dict().cloned().unwrap_or_default();
        // Asked only where nothing else may tell.
        let is_bare = !matches!(known, Some((codes, _)) if codes != Codes::Identity);
        let program = if is_bare { program_of(file, &descriptor) } else { None };
        let glyphs = if is_bare { stream_of(file, &inner, "CIDToGIDMap") } else { None };
        let vertical = own.as_ref().is_some_and(|map| map.vertical) || known.is_some_and(|(_, vertical)| vertical);
        let usual = file.get(&inner, "DW").number().unwrap_or(1000.0) / 1000.0;
        let widths = widths(file, &inner);
        let codes = known.map(|(codes, _)| codes);
        Self { vertical, name, codes, own, to_unicode, is_utf16, is_japan1, program, glyphs, widths, usual }
    }

    pub(super) fn show<'f>(&'f self, bytes: &[u8], take: &mut dyn FnMut(Shown<'f>)) {
        let mut rest = bytes;
        while !rest.is_empty() {
            let length = self.length(rest).clamp(1, rest.len());
            let (code, after) = rest.split_at(length);
            rest = after;
            let cid = self.cid(code);
            let text = self.text(code, cid);
            let advance = if self.vertical { 1.0 } else { self.width(cid, text.as_deref()) };
            take(Shown { text, advance, drawn: None, is_space: code == [32] });
        }
    }

    fn length(&self, bytes: &[u8]) -> usize {
        let own = self.own.as_ref().and_then(|map| map.length(bytes));
        let told = || self.to_unicode.as_ref().and_then(|map| map.length(bytes));
        own.or_else(|| self.codes.map(|codes| codes.length(bytes))).or_else(told).unwrap_or(2)
    }

    fn cid(&self, code: &[u8]) -> Option<u32> {
        let value = code.iter().take(4).fold(0u32, |value, byte| value << 8 | u32::from(*byte));
        match (&self.own, self.codes) {
            (Some(map), codes) => {
                map.cid(code.len(), value).or_else(|| (codes == Some(Codes::Identity)).then_some(value))
            }
            (None, Some(Codes::Identity)) => Some(value),
            _ => None,
        }
    }

    fn text(&self, code: &[u8], cid: Option<u32>) -> Option<Cow<'_, str>> {
        let value = code.iter().take(4).fold(0u32, |value, byte| value << 8 | u32::from(*byte));
        if let Some(text) = self.to_unicode.as_ref().and_then(|map| map.text(code.len(), value)) {
            return Some(Cow::Owned(text));
        }
        let stated = if self.is_utf16 { Some(Codes::Utf16) } else { self.codes };
        if let Some(text) = stated.and_then(|codes| codes.text(code)) {
            return Some(Cow::Owned(text));
        }
        let cid = cid?;
        let glyph = match &self.glyphs {
            Some(map) => {
                let at = usize::try_from(cid).ok()?.checked_mul(2)?;
                map.get(at..).and_then(<[u8]>::first_chunk).map(|pair| u16::from_be_bytes(*pair))
            }
            None => u16::try_from(cid).ok(),
        };
        let by_program = || self.program.as_ref().and_then(|program| program.text(glyph?));
        let by_table = || if self.is_japan1 { predefined::japan1(cid) } else { None };
        by_program().or_else(by_table).map(Cow::Borrowed)
    }

    fn width(&self, cid: Option<u32>, text: Option<&str>) -> f64 {
        let first = text.and_then(|text| text.chars().next());
        let by_text = || self.codes.zip(first).and_then(|(codes, one)| codes.cid_of_ascii(&self.name, one));
        let stated = cid.or_else(by_text).and_then(|cid| {
            let (_, (last, width)) = self.widths.range(..=cid).next_back()?;
            (cid <= *last).then_some(*width)
        });
        let guess = || {
            let is_narrow = cid.is_none() && first.is_some_and(|one| one.is_ascii() || ('｡'..='ﾟ').contains(&one));
            if is_narrow { self.usual.min(0.5) } else { self.usual }
        };
        stated.unwrap_or_else(guess)
    }
}

/// The name of its CMap, or the CMap itself.
fn encoding(file: &mut File<'_>, dict: &Dict) -> (String, Option<CMap>) {
    match file.get(dict, "Encoding") {
        Value::Name(name) => (name, None),
        Value::Stream(stream) => {
            let mut map = CMap::read(&file.unfold(&stream).bytes);
            let name = stream.dict.get("CMapName").and_then(Value::name).unwrap_or_default().to_owned();
            if map.uses.is_none() {
                map.uses = stream.dict.get("UseCMap").and_then(Value::name).map(str::to_owned);
            }
            // A program may embed a CMap that has a name anyway: then its codes are known.
            let uses = map.uses.is_some();
            map.uses = map.uses.or_else(|| (!uses && predefined::named(&name).is_some()).then(|| name.clone()));
            let own = map.has_spaces().then_some(map);
            (name, own)
        }
        _ => ("Identity-H".to_owned(), None),
    }
}

/// The array `W`: `first [width …]` or `first last width`.
fn widths(file: &mut File<'_>, inner: &Dict) -> BTreeMap<u32, (u32, f64)> {
    let mut widths = BTreeMap::new();
    let Value::List(list) = file.get(inner, "W") else { return widths };
    let mut rest = list.as_slice();
    while let [first, second, tail @ ..] = rest {
        let Some(first) = first.count().and_then(|first| u32::try_from(first).ok()) else { break };
        match file.resolve(second) {
            Value::List(own) => {
                for (cid, width) in (first..).zip(&own) {
                    if let Some(width) = width.number() {
                        widths.insert(cid, (cid, width / 1000.0));
                    }
                }
                rest = tail;
            }
            Value::Number(last) => {
                let [width, tail @ ..] = tail else { break };
                if let Some(width) = width.number() {
                    widths.insert(first, (last as u32, width / 1000.0));
                }
                rest = tail;
            }
            _ => break,
        }
    }
    widths
}

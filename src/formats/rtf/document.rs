//! An RTF document on its way: groups, fonts, and the text of paragraphs, cells and rows.

use super::object::Objects;
use super::words::{Dest, character, destination, is_transparent, page_of};
use crate::formats::Sink;
use crate::formats::flow::Flow;
use crate::formats::summary::of_page;
use crate::model::GapKind;
use crate::model::limits::{RECORD_BYTES, XML_DEPTH};
use crate::text::{decode, japanese_in};

/// Fonts that are known by their number.
const FONTS: usize = 10_000;
/// Text of a property or a field code.
const VALUE_BYTES: usize = 64 * 1024;

/// What a group may change, and its end takes back.
#[derive(Clone, Copy)]
struct Group {
    dest: Dest,
    /// What `\ud` in it stands for.
    under: Dest,
    /// Characters that stand behind `\u` for programs that do not know it.
    fallback: u32,
    font: i32,
    /// The font of characters of two bytes, and whether such follow.
    wide_font: Option<i32>,
    wide: bool,
    /// The group began here as a destination of its own.
    began: bool,
}

/// The document.
pub(super) struct Document {
    pub(super) flow: Flow,
    groups: Vec<Group>,
    now: Group,
    /// Groups deeper than are told apart.
    too_deep: usize,
    told_deep: bool,
    page: u16,
    fonts: Vec<(i32, u16)>,
    defined: i32,
    /// Bytes that wait to be decoded together.
    bytes: Vec<u8>,
    high: Option<u16>,
    /// Characters to pass over.
    skip: u32,
    paragraph: String,
    paragraphs: Vec<String>,
    value: String,
    property: String,
    in_table: bool,
    nested: u32,
    depth: u32,
    objects: Objects,
    pub(super) pictures: u64,
    /// The word before was `\*`.
    starred: bool,
}

impl Document {
    pub(super) fn new() -> Self {
        let now = Group {
            dest: Dest::Text,
            under: Dest::Text,
            fallback: 1,
            font: 0,
            wide_font: None,
            wide: false,
            began: false,
        };
        Self {
            flow: Flow::default(),
            groups: Vec::new(),
            now,
            too_deep: 0,
            told_deep: false,
            page: 1252,
            fonts: Vec::new(),
            defined: 0,
            bytes: Vec::new(),
            high: None,
            skip: 0,
            paragraph: String::new(),
            paragraphs: Vec::new(),
            value: String::new(),
            property: String::new(),
            in_table: false,
            nested: 0,
            depth: 0,
            objects: Objects::default(),
            pictures: 0,
            starred: false,
        }
    }

    /// Groups that are open.
    pub(super) fn open_groups(&self) -> usize {
        self.groups.len() + self.too_deep
    }

    pub(super) fn begin_group(&mut self, out: &mut dyn Sink) {
        self.flush(out);
        self.skip = 0;
        self.starred = false;
        if self.groups.len() >= XML_DEPTH {
            self.too_deep += 1;
            if !std::mem::replace(&mut self.told_deep, true) {
                let reason = format!(
                    "groups stand inside each other more than {XML_DEPTH} deep; what deeper ones hold was read as text of the document"
                );
                out.gap(GapKind::OverLimit, reason);
            }
            return;
        }
        self.groups.push(self.now);
        self.now.began = false;
    }

    pub(super) fn end_group(&mut self, out: &mut dyn Sink) {
        self.flush(out);
        self.skip = 0;
        if self.too_deep > 0 {
            self.too_deep -= 1;
            return;
        }
        let ended = self.now;
        let Some(before) = self.groups.pop() else { return };
        self.now = before;
        if ended.began {
            self.end_destination(ended.dest, out);
        }
    }

    fn begin_destination(&mut self, dest: Dest) {
        self.now.under = self.now.dest;
        self.now.dest = dest;
        self.now.began = true;
        match dest {
            Dest::Aside => {
                self.flow.enter_aside();
                self.paragraphs.push(std::mem::take(&mut self.paragraph));
            }
            Dest::Object => self.objects.begin(),
            Dest::Picture => self.pictures += 1,
            Dest::Code | Dest::Shape | Dest::Value(_) | Dest::PropertyName | Dest::PropertyValue => self.value.clear(),
            Dest::Text | Dest::Skip | Dest::Fonts => {}
        }
    }

    fn end_destination(&mut self, dest: Dest, out: &mut dyn Sink) {
        match dest {
            Dest::Aside => {
                self.flow.text(&std::mem::take(&mut self.paragraph), out);
                self.flow.leave_aside(out);
                self.paragraph = self.paragraphs.pop().unwrap_or_default();
            }
            Dest::Value(name) => {
                let value = std::mem::take(&mut self.value);
                value.split(';').filter(|part| *part != "Unknown").for_each(|part| self.flow.named(name, part, out));
            }
            Dest::PropertyName => self.property = std::mem::take(&mut self.value),
            Dest::PropertyValue => {
                let (name, value) = (std::mem::take(&mut self.property), std::mem::take(&mut self.value));
                self.flow.named(&name, &value, out);
            }
            Dest::Code => {
                let code = std::mem::take(&mut self.value);
                self.flow.aside(&code);
            }
            Dest::Shape => {
                let value = std::mem::take(&mut self.value);
                if value.chars().filter(|c| c.is_alphabetic()).count() > 2 {
                    self.flow.aside(&value);
                }
            }
            Dest::Object => self.objects.end(out),
            Dest::Text | Dest::Skip | Dest::Fonts | Dest::Picture => {}
        }
    }

    /// A byte of text, written as it is or as `\'hh`.
    pub(super) fn byte(&mut self, byte: u8, out: &mut dyn Sink) {
        self.starred = false;
        if self.skip > 0 {
            self.skip -= 1;
            return;
        }
        match self.now.dest {
            Dest::Object => self.objects.digit(byte),
            Dest::Skip | Dest::Picture | Dest::Fonts => {}
            _ => {
                self.bytes.push(byte);
                if self.bytes.len() > RECORD_BYTES {
                    self.flush(out);
                }
            }
        }
    }

    /// Decodes the bytes that wait.
    pub(super) fn flush(&mut self, out: &mut dyn Sink) {
        if self.bytes.is_empty() {
            return;
        }
        let bytes = std::mem::take(&mut self.bytes);
        let font = self.now.wide_font.filter(|_| self.now.wide).unwrap_or(self.now.font);
        let page = self.fonts.iter().find(|(known, _)| *known == font).map_or(self.page, |(_, page)| *page);
        // Programs that know one code page write Japanese under a font that says otherwise.
        let japanese = if page == 1252 { japanese_in(&bytes) } else { None };
        let text = match japanese {
            Some(charset) => decode(&bytes, charset).0.into_owned(),
            None => of_page(page).decode_without_bom_handling(&bytes).0.into_owned(),
        };
        self.text(&text, out);
    }

    fn text(&mut self, text: &str, out: &mut dyn Sink) {
        match self.now.dest {
            Dest::Text | Dest::Aside => {
                self.paragraph.push_str(text);
                if self.paragraph.len() > RECORD_BYTES {
                    self.flow.text(&std::mem::take(&mut self.paragraph), out);
                }
            }
            Dest::Value(_) | Dest::PropertyName | Dest::PropertyValue | Dest::Code | Dest::Shape => {
                if self.value.len() < VALUE_BYTES {
                    self.value.push_str(text);
                } else {
                    self.paragraph.push_str(text);
                }
            }
            Dest::Skip | Dest::Fonts | Dest::Object | Dest::Picture => {}
        }
    }

    /// A control symbol.
    pub(super) fn symbol(&mut self, symbol: u8, out: &mut dyn Sink) {
        if symbol == b'*' {
            self.starred = true;
            return;
        }
        match symbol {
            b'\\' | b'{' | b'}' => return self.byte(symbol, out),
            _ if self.skip > 0 => {
                self.skip -= 1;
                return;
            }
            _ => {}
        }
        self.flush(out);
        match symbol {
            b'~' => self.text("\u{a0}", out),
            b'_' => self.text("-", out),
            b'\n' | b'\r' => self.end_paragraph(out),
            _ => {}
        }
    }

    /// A control word with its number.
    pub(super) fn word(&mut self, word: &str, number: Option<i32>, out: &mut dyn Sink) {
        if self.skip > 0 && word != "u" {
            self.skip -= 1;
            return;
        }
        let starred = std::mem::replace(&mut self.starred, false);
        if word == "u" {
            self.flush(out);
            return self.unit(number.unwrap_or(0), out);
        }
        if let Some(dest) = destination(word) {
            self.flush(out);
            if self.now.dest != Dest::Skip && self.now.dest != Dest::Picture {
                self.begin_destination(dest);
            }
            return;
        }
        if starred && !is_transparent(word) {
            self.flush(out);
            self.now.dest = Dest::Skip;
            return;
        }
        if let Some(c) = character(word) {
            self.flush(out);
            return self.text(c.encode_utf8(&mut [0; 4]), out);
        }
        self.format(word, number, out);
    }

    fn format(&mut self, word: &str, number: Option<i32>, out: &mut dyn Sink) {
        let value = number.unwrap_or(1);
        match word {
            "par" | "sect" | "page" => self.end_paragraph(out),
            "cell" | "nestcell" => self.end_cell(out),
            "row" | "nestrow" => self.end_row(out),
            "pard" => (self.in_table, self.nested) = (false, 0),
            "intbl" => self.in_table = true,
            "itap" => self.nested = u32::try_from(value).unwrap_or(0).min(64),
            "ud" => self.now.dest = self.groups.last().map_or(Dest::Text, |group| group.under),
            "uc" => self.now.fallback = u32::try_from(value).unwrap_or(1).min(16),
            "ansicpg" => self.page = u16::try_from(value).unwrap_or(1252),
            "mac" => self.page = 10_000,
            "f" => {
                self.flush(out);
                self.defined = value;
                self.now.font = value;
            }
            "af" if self.now.wide => {
                self.flush(out);
                self.now.wide_font = Some(value);
            }
            "dbch" | "loch" | "hich" => {
                self.flush(out);
                self.now.wide = word == "dbch";
            }
            "fcharset" if self.now.dest == Dest::Fonts && self.fonts.len() < FONTS => {
                self.fonts.extend(page_of(value).map(|page| (self.defined, page)));
            }
            _ => {}
        }
    }

    /// A UTF-16 unit, which is written with a sign.
    fn unit(&mut self, number: i32, out: &mut dyn Sink) {
        self.skip = self.now.fallback;
        let unit = (number & 0xFFFF) as u16;
        let units = match self.high.take() {
            Some(high) => vec![high, unit],
            None if (0xD800..0xDC00).contains(&unit) => {
                self.high = Some(unit);
                return;
            }
            None => vec![unit],
        };
        self.text(&String::from_utf16_lossy(&units), out);
    }

    /// Opens and closes tables, so that so many are open, and hands over the paragraph.
    fn settle(&mut self, depth: u32, out: &mut dyn Sink) {
        self.flush(out);
        self.flow.nest(&mut self.depth, depth, out);
        self.flow.text(&std::mem::take(&mut self.paragraph), out);
    }

    /// Tables around the current paragraph.
    fn tables(&self) -> u32 {
        if self.in_table { self.nested.max(1) } else { self.nested }
    }

    fn is_text(&self) -> bool {
        self.now.dest == Dest::Text && self.paragraphs.is_empty()
    }

    fn end_paragraph(&mut self, out: &mut dyn Sink) {
        self.flush(out);
        if self.is_text() {
            self.settle(self.tables(), out);
            self.flow.end_paragraph(out);
        } else if self.now.dest == Dest::Aside {
            self.flow.text(&std::mem::take(&mut self.paragraph), out);
            self.flow.end_paragraph(out);
        }
    }

    fn end_cell(&mut self, out: &mut dyn Sink) {
        if self.is_text() {
            self.settle(self.tables().max(1), out);
            self.flow.end_cell(1, out);
        } else {
            // A table in a note: its cells are kept apart.
            self.end_paragraph(out);
        }
    }

    fn end_row(&mut self, out: &mut dyn Sink) {
        self.flush(out);
        if self.is_text() && self.depth > 0 {
            self.flow.end_row(out);
        }
    }

    /// Everything that is open ends.
    pub(super) fn finish(&mut self, out: &mut dyn Sink) {
        self.flush(out);
        while self.open_groups() > 0 {
            self.end_group(out);
        }
        self.settle(if self.paragraph.is_empty() { 0 } else { self.tables() }, out);
        self.flow.finish(out);
    }
}

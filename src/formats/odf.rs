//! OpenDocument texts, presentations and drawings (ISO/IEC 26300). Spreadsheets are another format's.
//!
//! Spans are joined, tables are rows under their header, what stands in a frame, a note or a comment comes as lines of its own, and so
//! does the text of tracked deletions. Headers stand in the styles, which are a part; embedded documents are parts.

use std::collections::BTreeSet;
use std::io::Read;

use super::flow::Flow;
use super::markup::{Markup, Piece, Tag};
use super::ooxml::{self, Office};
use super::{Claim, Format, Head, Input, Need, Parts, Sink};
use crate::model::limits::PART_BYTES;

/// OpenDocument texts, presentations and drawings.
pub struct Odf;

const TYPE: &str = "application/vnd.oasis.opendocument.";

impl Format for Odf {
    fn id(&self) -> &'static str {
        "odf"
    }

    fn claims(&self, _: &Head<'_>) -> Claim {
        Claim::No
    }

    fn kind_of(&self) -> Option<&'static str> {
        Some("zip")
    }

    fn claims_parts(&self, parts: &Parts) -> Claim {
        let kind = parts.stated.as_deref().and_then(|stated| stated.strip_prefix(TYPE));
        match kind {
            Some(kind) if ["text", "presentation", "graphics"].iter().any(|own| kind.starts_with(own)) => Claim::Yes,
            None if parts.stated.is_none() && parts.has("content.xml") && parts.has("META-INF/manifest.xml") => {
                Claim::Maybe
            }
            _ => Claim::No,
        }
    }

    fn endings(&self) -> &'static [&'static str] {
        &["odt", "ott", "odm", "oth", "odp", "otp", "odg", "otg"]
    }

    fn need(&self) -> Need {
        Need::Seek
    }

    fn read(&self, head: &Head<'_>, input: Input<'_>, out: &mut dyn Sink) {
        ooxml::open(head, input, out, &mut read);
    }
}

fn read(mut office: Office<'_>, out: &mut dyn Sink) {
    let names = office.package.names();
    let encrypted = encrypted(&mut office);
    let cipher_of = |name: &str| encrypted.iter().find(|(path, _)| path == name).map(|(_, cipher)| cipher.as_str());
    if let Some(cipher) = cipher_of("content.xml").or_else(|| cipher_of("encrypted-package")) {
        let reason = format!(
            "an OpenDocument file encrypted with a password ({cipher}); open it with its password, save it without one and run hozen on that"
        );
        out.encrypted(None, cipher, reason);
    }
    let open: Vec<&String> = names.iter().filter(|name| cipher_of(name).is_none()).collect();
    let mut authors = BTreeSet::new();
    let mut flow = Flow::default();
    office.xml("content.xml", &mut flow, out, &mut |markup, flow, _, out| content(markup, flow, &mut authors, out));
    let mut properties = Vec::new();
    for name in open {
        let (folder, file) = name.rsplit_once('/').unwrap_or(("", name));
        match (folder, file) {
            ("", "content.xml" | "mimetype" | "manifest.rdf" | "layout-cache") | (_, "" | "settings.xml") => {}
            ("META-INF", "manifest.xml") => {}
            ("", "meta.xml") => properties.push(name.clone()),
            (_, "meta.xml") => {}
            (_, "content.xml" | "styles.xml") => {
                let shown = match (folder, file) {
                    ("", _) => "headers and masters".to_owned(),
                    (_, "content.xml") => folder.to_owned(),
                    _ => format!("{folder}/headers and masters"),
                };
                office.part(name, &shown, out, &mut |markup, flow, _, out| content(markup, flow, &mut authors, out));
            }
            _ if is_form(folder, file, &names) => {}
            _ => office.child(name, out),
        }
    }
    office.authors = authors;
    office.properties(&properties, out);
}

/// Previews, toolbars, and pictures of objects and tables that are here themselves.
fn is_form(folder: &str, file: &str, names: &[String]) -> bool {
    let first = folder.split('/').next().unwrap_or_default();
    match first {
        "Thumbnails" | "Configurations2" | "Fonts" => true,
        "Pictures" => file.starts_with("TablePreview"),
        "ObjectReplacements" => names.iter().any(|name| name == file || *name == format!("{file}/content.xml")),
        _ => false,
    }
}

/// Which members are encrypted, and how, by the manifest (ODF part 3, 4.8).
fn encrypted(office: &mut Office<'_>) -> Vec<(String, String)> {
    let mut all: Vec<(String, String)> = Vec::new();
    let Ok(Some(bytes)) = office.package.whole("META-INF/manifest.xml", PART_BYTES) else { return all };
    let mut markup = Markup::new(bytes.as_slice());
    let mut path = String::new();
    loop {
        match markup.next() {
            Piece::Open(tag) if tag.name == "file-entry" => path = tag.get("full-path").unwrap_or_default().to_owned(),
            Piece::Open(tag) if tag.name == "encryption-data" => all.push((path.clone(), "AES-256".to_owned())),
            Piece::Open(tag) if tag.name == "algorithm" => {
                let stated = tag.get("algorithm-name").unwrap_or_default();
                let stated = stated.to_ascii_lowercase();
                let known = [("blowfish", "Blowfish"), ("aes128", "AES-128"), ("aes192", "AES-192")];
                let cipher = known.iter().find(|(word, _)| stated.contains(word)).map_or("AES-256", |(_, name)| name);
                if let Some((_, known)) = all.last_mut() {
                    cipher.clone_into(known);
                }
            }
            Piece::End => return all,
            _ => {}
        }
    }
}

/// What is open around the text.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Level {
    /// A paragraph, and whether it stands inside of another.
    Paragraph(bool),
    Aside,
    /// A text that is no paragraph: who wrote something, what describes a picture.
    Author,
    Description,
}

struct Content<'a> {
    /// With the depth of its element.
    levels: Vec<(usize, Level)>,
    spans: Vec<u32>,
    page: u32,
    value: String,
    authors: &'a mut BTreeSet<String>,
}

/// Reads a document that is one file of XML.
pub(super) fn flat<R: Read>(markup: &mut Markup<R>, flow: &mut Flow, out: &mut dyn Sink) {
    let mut authors = BTreeSet::new();
    content(markup, flow, &mut authors, out);
    flow.finish(out);
    authors.iter().for_each(|author| flow.named("author", author, out));
}

/// Reads text in OpenDocument's XML.
fn content<R: Read>(markup: &mut Markup<R>, flow: &mut Flow, authors: &mut BTreeSet<String>, out: &mut dyn Sink) {
    let mut content = Content { levels: Vec::new(), spans: Vec::new(), page: 0, value: String::new(), authors };
    loop {
        match markup.next() {
            Piece::Open(tag) if tag.name == "binary-data" => markup.skip(),
            Piece::Open(tag) => content.open(&tag, markup.depth, flow, out),
            Piece::Close(name) => {
                content.close(markup.depth, flow, out);
                content.closed(&name, flow, out);
            }
            Piece::Text(text) => content.text(&text, flow, out),
            Piece::Aside(_) => {}
            Piece::End => return content.close(0, flow, out),
        }
    }
}

impl Content<'_> {
    fn top(&self) -> Option<Level> {
        self.levels.last().map(|(_, level)| *level)
    }

    fn in_paragraph(&self) -> bool {
        matches!(self.top(), Some(Level::Paragraph(_)))
    }

    fn open(&mut self, tag: &Tag, depth: usize, flow: &mut Flow, out: &mut dyn Sink) {
        let inside = self.in_paragraph();
        match tag.name.as_str() {
            "p" | "h" | "ruby-text" => {
                if inside {
                    flow.enter_aside();
                }
                self.levels.push((depth, Level::Paragraph(inside)));
            }
            "text-box" | "note" | "annotation" | "table" if inside => {
                flow.enter_aside();
                self.levels.push((depth, Level::Aside));
            }
            "creator" | "initial-creator" => self.levels.push((depth, Level::Author)),
            "title" | "desc" => self.levels.push((depth, Level::Description)),
            "s" if inside => {
                let count = tag.number("c").unwrap_or(1).min(1000);
                (0..count).for_each(|_| flow.mark(' ', out));
            }
            "tab" if inside => flow.mark('\t', out),
            "line-break" if inside => flow.mark('\n', out),
            "page" => {
                self.page += 1;
                flow.on_page(self.page, out);
            }
            "table-cell" | "covered-table-cell" => self.spans.push(tag.number("number-columns-repeated").unwrap_or(1)),
            _ => {}
        }
        if tag.name == "table" {
            flow.begin_table(out);
        }
        self.asides(tag, flow);
    }

    fn asides(&self, tag: &Tag, flow: &mut Flow) {
        let target = tag.get("href").filter(|_| tag.name == "a").filter(|target| !target.starts_with('#'));
        let string = tag.get("string-value").filter(|_| tag.name != "table-cell");
        [target, string, tag.get("current-value"), tag.get("label")]
            .into_iter()
            .flatten()
            .for_each(|text| flow.aside(text));
    }

    /// Whatever was opened deeper than this ends.
    fn close(&mut self, depth: usize, flow: &mut Flow, out: &mut dyn Sink) {
        while let Some((_, level)) = self.levels.pop_if(|(opened, _)| *opened > depth) {
            match level {
                Level::Paragraph(true) => flow.leave_aside(out),
                Level::Paragraph(false) => flow.end_paragraph(out),
                // Its table ends with it.
                Level::Aside => flow.leave_aside(out),
                Level::Author => {
                    let author = std::mem::take(&mut self.value);
                    if !author.trim().is_empty() && self.authors.len() < 10_000 {
                        self.authors.insert(author.trim().to_owned());
                    }
                }
                Level::Description => flow.aside(&std::mem::take(&mut self.value)),
            }
        }
    }

    fn closed(&mut self, name: &str, flow: &mut Flow, out: &mut dyn Sink) {
        match name {
            "table-cell" | "covered-table-cell" => flow.end_cell(self.spans.pop().unwrap_or(1), out),
            "table-row" => flow.end_row(out),
            "table" => flow.end_table(out),
            _ => {}
        }
    }

    fn text(&mut self, text: &str, flow: &mut Flow, out: &mut dyn Sink) {
        match self.top() {
            Some(Level::Paragraph(_)) => {
                // White space counts as one space; more of it is written as elements.
                if text.contains(['\n', '\t', '\r']) {
                    let mut parts = text.split(['\n', '\t', '\r', ' ']).filter(|part| !part.is_empty());
                    let ends = |at: Option<char>| at.is_some_and(char::is_whitespace);
                    let (before, after) = (ends(text.chars().next()), ends(text.chars().next_back()));
                    let joined = parts.next().map(|first| parts.fold(first.to_owned(), |all, part| all + " " + part));
                    let joined = joined.unwrap_or_default();
                    let (before, after) = (if before { " " } else { "" }, if after { " " } else { "" });
                    flow.text(&format!("{before}{joined}{after}"), out);
                } else {
                    flow.text(text, out);
                }
            }
            Some(Level::Author | Level::Description) if self.value.len() < 64 * 1024 => self.value.push_str(text),
            _ => {}
        }
    }
}

#[cfg(test)]
mod tests;

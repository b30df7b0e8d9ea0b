//! Word documents since 2007 (ECMA-376, ISO/IEC 29500: WordprocessingML, transitional and strict).
//!
//! The text of the document is the leaf; headers, notes, comments and the like are parts of it. Runs are joined, tables are rows under
//! their header, text boxes are lines of their own, and of two forms of one drawing one is read. Deleted text is text: it leaks too.

mod moves;

use std::collections::BTreeSet;
use std::io::Read;

use super::flow::Flow;
use super::markup::{Markup, Piece, Tag};
use super::ooxml::{self, Links, Office};
use super::{Claim, Format, Head, Input, Need, Parts, Sink};
use moves::Moves;

/// Texts before the items of lists that are remembered, so that each is said once; those beyond are said as often as they stand there.
const MOST_LEVELS: usize = 10_000;

/// Word documents.
pub struct Docx;

impl Format for Docx {
    fn id(&self) -> &'static str {
        "docx"
    }

    fn claims(&self, _: &Head<'_>) -> Claim {
        Claim::No
    }

    fn kind_of(&self) -> Option<&'static str> {
        Some("zip")
    }

    fn claims_parts(&self, parts: &Parts) -> Claim {
        let is = parts.has("[Content_Types].xml") && parts.names.iter().any(|name| is_main(name));
        if is { Claim::Yes } else { Claim::No }
    }

    fn endings(&self) -> &'static [&'static str] {
        &["docx", "docm", "dotx", "dotm"]
    }

    fn need(&self) -> Need {
        Need::Seek
    }

    fn read(&self, head: &Head<'_>, input: Input<'_>, out: &mut dyn Sink) {
        ooxml::open(head, input, out, &mut read);
    }
}

/// `word/document.xml`, or `word/document2.xml` where a web service wrote it.
fn is_main(name: &str) -> bool {
    name.strip_prefix("word/document")
        .and_then(|rest| rest.strip_suffix(".xml"))
        .is_some_and(|rest| !rest.contains('/'))
}

/// What a member of the package is.
enum Role {
    Main,
    Part,
    Settings,
    /// Lists: what stands before the number of each item.
    Lists,
    Properties,
    /// Styles, fonts, theme: no text of the document.
    Form,
    Child,
}

fn role(name: &str) -> Role {
    let lower = name.to_ascii_lowercase();
    let file = lower.rsplit('/').next().unwrap_or_default();
    let stem = file.strip_suffix(".xml").unwrap_or(file).trim_end_matches(|c: char| c.is_ascii_digit());
    if is_main(name) {
        return Role::Main;
    }
    if is_form(&lower, file) {
        return Role::Form;
    }
    let text = ["header", "footer", "footnotes", "endnotes", "comments", "document", "people"];
    match stem {
        _ if !file.ends_with(".xml") => Role::Child,
        "settings" if lower.starts_with("word/") => Role::Settings,
        "numbering" if lower.starts_with("word/") => Role::Lists,
        _ if lower.starts_with("word/") && text.contains(&stem) => Role::Part,
        "data" if lower.starts_with("word/diagrams/") => Role::Part,
        "chart" if lower.starts_with("word/charts/") => Role::Part,
        _ if lower.starts_with("docprops/") => Role::Properties,
        _ => Role::Child,
    }
}

/// Whether a part says how text looks and not what it says. Relationships are read with their parts.
pub(super) fn is_form(lower: &str, file: &str) -> bool {
    const FILES: [&str; 14] = [
        "[content_types].xml",
        "styles.xml",
        "styleswitheffects.xml",
        "fonttable.xml",
        "websettings.xml",
        "commentsextended.xml",
        "commentsids.xml",
        "commentsextensible.xml",
        "tablestyles.xml",
        "viewprops.xml",
        "presprops.xml",
        "revisioninfo.xml",
        "vbadata.xml",
        "thumbnail.jpeg",
    ];
    FILES.contains(&file)
        || file.ends_with(".rels")
        || file.ends_with('/')
        || file.is_empty()
        || lower.contains("/theme/")
        || file.starts_with("itemprops")
        || file.starts_with("thumbnail.")
        || lower.contains("/fonts/")
        || (lower.contains("/diagrams/") && !file.starts_with("data"))
        || (lower.contains("/charts/") && !file.starts_with("chart"))
}

/// A part as it is shown: `header1`, `glossary/document`.
pub(super) fn shown(name: &str) -> String {
    let name = name.split_once('/').map_or(name, |(_, rest)| rest);
    name.strip_suffix(".xml").unwrap_or(name).to_owned()
}

fn read(mut office: Office<'_>, out: &mut dyn Sink) {
    let names = office.package.names();
    let mut asked = Asked::of(&names);
    let mut properties = Vec::new();
    let mut met_main = false;
    // The text of the document comes first.
    let (main, others): (Vec<_>, Vec<_>) = names.into_iter().partition(|name| is_main(name));
    for name in main.iter().chain(&others) {
        match role(name) {
            Role::Main if !std::mem::replace(&mut met_main, true) => {
                let mut flow = Flow::default();
                office.xml(name, &mut flow, out, &mut |markup, flow, links, out| {
                    body(markup, flow, links, &mut asked, out);
                });
            }
            Role::Main | Role::Part => {
                asked.of_part(&mut office, name, out);
                office.part(name, &shown(name), out, &mut |markup, flow, links, out| {
                    body(markup, flow, links, &mut asked, out);
                });
            }
            Role::Settings => {
                office.part(name, &shown(name), out, &mut |markup, flow, _, out| settings(markup, flow, out))
            }
            Role::Lists => office.part(name, &shown(name), out, &mut |markup, flow, _, out| lists(markup, flow, out)),
            Role::Properties => properties.push(name.clone()),
            Role::Form => {}
            Role::Child => office.child(name, out),
        }
    }
    office.outside(out);
    office.authors = asked.authors;
    office.properties(&properties, out);
}

/// Variables of the document, and where its letters get their addresses from.
fn settings<R: Read>(markup: &mut Markup<R>, flow: &mut Flow, out: &mut dyn Sink) {
    loop {
        match markup.next() {
            Piece::Open(tag) => match (tag.name.as_str(), tag.get("val")) {
                ("docVar", Some(value)) => flow.named(tag.get("name").unwrap_or_default(), value, out),
                (
                    "connectString" | "query" | "addressFieldName" | "mailSubject" | "udl" | "table" | "name",
                    Some(value),
                ) => {
                    flow.named(&tag.name, value, out);
                }
                _ => {}
            },
            Piece::End => return,
            _ => {}
        }
    }
}

/// The texts that stand before each item of a list, each once: what is there beside the number.
fn lists<R: Read>(markup: &mut Markup<R>, flow: &mut Flow, out: &mut dyn Sink) {
    let mut said = BTreeSet::new();
    loop {
        match markup.next() {
            Piece::Open(tag) if tag.name == "lvlText" => {
                let text = tag.get("val").unwrap_or_default();
                let is_words = text.chars().filter(|c| c.is_alphabetic()).nth(1).is_some();
                if is_words && (said.len() >= MOST_LEVELS || said.insert(text.to_owned())) {
                    flow.text(text, out);
                    flow.end_paragraph(out);
                }
            }
            Piece::End => return,
            _ => {}
        }
    }
}

/// What is asked of every part of a document.
pub(super) struct Asked {
    /// Who wrote, commented or changed.
    pub(super) authors: BTreeSet<String>,
    /// Whether charts give the values that they show: only where no workbook with them is embedded.
    values: bool,
}

impl Asked {
    /// For a package of these members.
    pub(super) fn of(names: &[String]) -> Self {
        let values = !names.iter().any(|name| name.contains("/embeddings/") && name.contains(".xls"));
        Self { authors: BTreeSet::new(), values }
    }

    /// Asks for the values of a chart where its own workbook is not in the package.
    pub(super) fn of_part(&mut self, office: &mut Office<'_>, part: &str, out: &mut dyn Sink) {
        if part.contains("/charts/") {
            let kin = office.relationships(part, out);
            let file = |target: &str| target.rsplit('/').next().unwrap_or_default().to_owned();
            let files = kin.iter().filter(|(_, target, outside)| !outside && target.contains("embeddings/"));
            let files: Vec<String> = files.map(|(_, target, _)| format!("/embeddings/{}", file(target))).collect();
            self.values = !office.package.names().iter().any(|name| files.iter().any(|file| name.ends_with(file)));
        }
    }
}

/// Where text that is met belongs.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Capture {
    No,
    Text,
    Field,
}

/// The text of one part, on its way.
struct Body {
    capture: Capture,
    /// The code of a field, which may stand in several runs.
    field: String,
    /// Columns that the cells around take.
    spans: Vec<u32>,
    /// How much text there was before each choice between two forms of one thing.
    choices: Vec<u64>,
    values: bool,
    moves: Moves,
}

/// Reads the text of a part: WordprocessingML, and DrawingML in it.
pub(super) fn body<R: Read>(
    markup: &mut Markup<R>,
    flow: &mut Flow,
    links: &mut Links,
    asked: &mut Asked,
    out: &mut dyn Sink,
) {
    let (spans, choices) = (Vec::new(), Vec::new());
    let (field, values) = (String::new(), asked.values);
    let mut body = Body { capture: Capture::No, field, spans, choices, values, moves: Moves::default() };
    loop {
        match markup.next() {
            Piece::Open(tag) => {
                Office::author(&mut asked.authors, &tag);
                if body.is_second_form(&tag, flow) {
                    markup.skip();
                } else if tag.name == "moveFrom" {
                    body.moves.from(moves::text_of(markup), flow, out);
                } else {
                    body.open(&tag, flow, links, out);
                }
            }
            Piece::Close(name) => body.close(&name, flow, out),
            Piece::Text(text) => match body.capture {
                Capture::Text => {
                    body.moves.to(&text);
                    flow.text(&text, out);
                }
                Capture::Field if body.field.len() < 64 * 1024 => body.field.push_str(&text),
                Capture::Field => flow.text(&text, out),
                Capture::No => {}
            },
            Piece::Aside(_) => {}
            Piece::End => {
                body.end_field(flow);
                return body.moves.finish(flow, out);
            }
        }
    }
}

impl Body {
    /// Of a drawing and the picture of it for older programs only the first that has text is read.
    fn is_second_form(&mut self, tag: &Tag, flow: &Flow) -> bool {
        matches!(tag.name.as_str(), "Choice" | "Fallback")
            && self.choices.last().is_some_and(|before| flow.given > *before)
    }

    fn open(&mut self, tag: &Tag, flow: &mut Flow, links: &mut Links, out: &mut dyn Sink) {
        match tag.name.as_str() {
            "t" | "delText" | "text" => self.capture = Capture::Text,
            "v" | "pt" if self.values => self.capture = Capture::Text,
            "instrText" | "delInstrText" => self.capture = Capture::Field,
            "tab" | "ptab" if tag.get("val").is_none() => flow.mark('\t', out),
            "br" | "cr" => flow.mark('\n', out),
            "noBreakHyphen" => flow.mark('-', out),
            "txbxContent" | "rt" => flow.enter_aside(),
            "tbl" => flow.begin_table(out),
            "moveTo" => self.moves.open += 1,
            "tc" => self.spans.push(1),
            "gridSpan" => {
                if let (Some(span), Some(value)) = (self.spans.last_mut(), tag.number("val")) {
                    *span = value;
                }
            }
            "gridBefore" => flow.skip_columns(tag.number("val").unwrap_or(0)),
            "AlternateContent" => self.choices.push(flow.given),
            "fldChar" => self.end_field(flow),
            // Names that programs give begin with a line below: _GoBack, _Toc1.
            "bookmarkStart" => flow.aside(tag.get("name").filter(|name| !name.starts_with('_')).unwrap_or_default()),
            "fldSimple" => flow.aside(tag.get("instr").unwrap_or_default()),
            "hyperlink" | "hlinkClick" | "hlinkHover" | "hlinkMouseOver" => {
                let target = tag.get("id").and_then(|id| links.target(id));
                target.into_iter().for_each(|target| flow.aside(&target));
                flow.aside(tag.get("tooltip").unwrap_or_default());
            }
            _ => asides(tag, flow),
        }
    }

    fn close(&mut self, name: &str, flow: &mut Flow, out: &mut dyn Sink) {
        match name {
            "t" | "delText" | "instrText" | "delInstrText" => self.capture = Capture::No,
            "v" | "pt" | "text" => {
                self.capture = Capture::No;
                flow.end_paragraph(out);
            }
            "p" => {
                self.end_field(flow);
                flow.end_paragraph(out);
            }
            "txbxContent" | "rt" => flow.leave_aside(out),
            "tc" => flow.end_cell(self.spans.pop().unwrap_or(1), out),
            "tr" => flow.end_row(out),
            "moveTo" => self.moves.open = self.moves.open.saturating_sub(1),
            "tbl" => flow.end_table(out),
            "AlternateContent" => drop(self.choices.pop()),
            _ => {}
        }
    }

    fn end_field(&mut self, flow: &mut Flow) {
        flow.aside(&std::mem::take(&mut self.field));
    }
}

/// Text that stands in attributes: what describes a picture, what a list offers, what a form says.
fn asides(tag: &Tag, flow: &mut Flow) {
    let names: &[&str] = match tag.name.as_str() {
        "docPr" | "cNvPr" => &["descr", "title"],
        "textpath" => &["string"],
        "shape" | "rect" | "roundrect" | "oval" | "line" | "polyline" | "group" | "image" => &["alt", "title", "href"],
        "imagedata" => &["title"],
        "listItem" => &["displayText", "value"],
        "listEntry" | "statusText" | "helpText" | "default" | "tblCaption" | "tblDescription" => &["val"],
        // Of a text that is kept to be put in; of a word that a program took for a name or a date.
        "description" | "attr" => &["val"],
        _ => return,
    };
    // A picture is called by its file; what programs make up (`Picture 1`) says nothing.
    let file = tag.get("name").filter(|name| names.contains(&"descr") && name.contains('.'));
    file.into_iter().for_each(|name| flow.aside(name));
    names.iter().filter_map(|name| tag.get(name)).for_each(|text| flow.aside(text));
}

#[cfg(test)]
pub(super) mod tests;

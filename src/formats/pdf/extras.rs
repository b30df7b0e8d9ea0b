//! What a PDF holds beside its pages: properties, fields of its form, bookmarks, files.

use std::collections::BTreeSet;
use std::io::Cursor;

use super::super::Sink;
use super::super::written::Written;
use super::actions::Actions;
use super::fields::Form;
use super::file::File;
use super::structure::Structure;
use super::text::{name, string};
use super::value::{Dict, Id, Value};
use crate::model::GapKind;

/// Nodes of a tree of names, fields or bookmarks.
pub(super) const NODES: usize = 200_000;
/// Texts of one piece of metadata that are remembered, so that each is said once; those beyond are said as often as they stand there.
const MOST_METADATA: usize = 1_000;

/// What is met on the way through the pages and belongs to the whole.
pub(super) struct Beside {
    pub(super) form: Form,
    pub(super) files: Files,
    pub(super) actions: Actions,
    pub(super) structure: Structure,
}

/// The files inside, each once.
#[derive(Default)]
pub(super) struct Files {
    seen: BTreeSet<Id>,
    found: Vec<(String, Value)>,
    /// What is said of them.
    said: Vec<Vec<(String, String)>>,
}

/// Each pair of a tree of names.
pub(super) fn each_name<'s>(
    file: &mut File<'s>,
    tree: Option<Value>,
    take: &mut dyn FnMut(&mut File<'s>, &Value, &Value),
) {
    let mut waiting: Vec<Value> = tree.into_iter().collect();
    let mut seen = BTreeSet::new();
    let mut nodes = 0;
    while let Some(node) = waiting.pop() {
        nodes += 1;
        if nodes > NODES || node.id().is_some_and(|id| !seen.insert(id)) {
            continue;
        }
        let Value::Dict(node) = file.resolve(&node) else { continue };
        if let Value::List(kids) = file.get(&node, "Kids") {
            waiting.extend(kids.into_iter().rev());
        }
        if let Value::List(pairs) = file.get(&node, "Names") {
            for pair in pairs.chunks_exact(2) {
                let [key, value] = pair else { continue };
                take(file, key, value);
            }
        }
    }
}

/// The names of layers.
pub(super) fn layers(file: &mut File<'_>, root: &Dict) -> Vec<String> {
    let layers = file.get(root, "OCProperties");
    let Some(Value::List(list)) = layers.dict().map(|dict| file.get(dict, "OCGs")) else { return Vec::new() };
    let mut names = Vec::new();
    for layer in list.iter().take(NODES) {
        let layer = file.resolve(layer);
        let name = layer.dict().and_then(|layer| file.get(layer, "Name").text().map(string));
        names.extend(
            name.filter(|name| !name.trim().is_empty() && !names.contains(name)).filter(|_| names.len() < 1000),
        );
    }
    names
}

impl Files {
    /// Sets down the file of a file specification.
    pub(super) fn add(&mut self, file: &mut File<'_>, named: Option<String>, spec: &Value) {
        let spec = file.resolve(spec);
        let Some(dict) = spec.dict().cloned() else { return };
        let inner = file.get(&dict, "EF");
        let Some(inner) = inner.dict().cloned() else { return };
        let stream = ["UF", "F", "Unix", "DOS", "Mac"].iter().find_map(|name| inner.get(*name)).cloned();
        let Some(stream) = stream else { return };
        if stream.id().is_some_and(|id| !self.seen.insert(id)) {
            return;
        }
        let mut stated = |key: &str| file.get(&dict, key).text().map(string).filter(|name| !name.trim().is_empty());
        let stated = stated("UF").or_else(|| stated("F")).or(named).unwrap_or_else(|| "attachment".to_owned());
        if self.found.len() < NODES {
            self.describe(file, &dict, &stated);
            self.found.push((stated, stream));
        }
    }

    /// Those of the tree of names, and those that the document is associated with.
    pub(super) fn of_document(&mut self, file: &mut File<'_>, root: &Dict) {
        let names = file.get(root, "Names");
        let tree = names.dict().and_then(|dict| dict.get("EmbeddedFiles")).cloned();
        each_name(file, tree, &mut |file, key, spec| self.add(file, key.text().map(string), spec));
        self.associated(file, root);
    }

    /// Those that a page, an annotation or a part of the text is associated with.
    pub(super) fn associated(&mut self, file: &mut File<'_>, dict: &Dict) {
        if !dict.contains_key("AF") {
            return;
        }
        match file.get(dict, "AF") {
            Value::List(specs) => specs.iter().for_each(|spec| self.add(file, None, spec)),
            spec => self.add(file, None, &spec),
        }
    }

    /// Those of an annotation: attached, associated, or played there.
    pub(super) fn of_annotation(&mut self, file: &mut File<'_>, dict: &Dict) {
        if let Some(spec) = dict.get("FS") {
            self.add(file, None, spec);
        }
        self.associated(file, dict);
        if let Value::Dict(content) = file.get(dict, "RichMediaContent") {
            let tree = content.get("Assets").cloned();
            each_name(file, tree, &mut |file, key, spec| self.add(file, key.text().map(string), spec));
        }
    }

    /// What is said of the files: descriptions, and the columns of a collection.
    fn describe(&mut self, file: &mut File<'_>, dict: &Dict, stated: &str) {
        let mut pairs = vec![("file".to_owned(), stated.to_owned())];
        let mut say = |key: &str, value: &Value| {
            if let Some(text) = value.text().map(string).filter(|text| !text.trim().is_empty() && text != stated) {
                pairs.push((key.to_owned(), text));
            }
        };
        say("description", &file.get(dict, "Desc"));
        if let Value::Dict(columns) = file.get(dict, "CI") {
            for (key, value) in columns.iter().take(1000) {
                let value = file.resolve(value);
                let value = value.dict().map(|item| file.get(item, "D")).unwrap_or(value);
                say(&name(key), &value);
            }
        }
        if pairs.len() > 1 {
            self.said.push(pairs);
        }
    }

    /// Hands each to be looked at.
    pub(super) fn give(self, file: &mut File<'_>, out: &mut dyn Sink) {
        part(out, "files", &self.said, &[]);
        for (name, stream) in self.found {
            if file.budget.is_spent() {
                return;
            }
            let stream = file.resolve(&stream);
            if file.src.failed.is_some() {
                return;
            }
            let Value::Stream(stream) = stream else {
                let reason = "the PDF names this file, but does not hold it; look for a whole copy".to_owned();
                out.member_gap(&name, GapKind::Malformed, reason);
                continue;
            };
            let unfolded = file.unfold(&stream);
            let length = unfolded.bytes.len();
            let goes_on = out.child(&name, &mut Cursor::new(unfolded.bytes));
            if file.src.failed.is_some() {
                return;
            }
            if let Some(trouble) = unfolded.trouble {
                let kind = if trouble.contains("more than") || trouble.contains("longer than") {
                    GapKind::OverLimit
                } else {
                    GapKind::Malformed
                };
                let reason = format!(
                    "this file was read only in part: {trouble}; its first {length} bytes were looked at: save it from the PDF and run hozen on that"
                );
                out.broken_off(kind, reason);
            }
            if !goes_on {
                return;
            }
        }
    }
}

/// Title, author and the like; and what the metadata says beyond them.
pub(super) fn properties(file: &mut File<'_>, root: &Dict) -> Vec<(String, String)> {
    let info = file.trailer("Info");
    let info = info.dict().cloned().unwrap_or_default();
    let mut pairs = Vec::new();
    for (key, value) in info.iter().take(1000) {
        let value = file.resolve(value);
        if let Some(text) = value.text().map(string).filter(|text| !text.trim().is_empty())
            && !key.ends_with("Date")
        {
            pairs.push((name(key), text));
        }
    }
    if let Value::Stream(stream) = file.get(root, "Metadata") {
        let unfolded = file.unfold(&stream);
        let known: BTreeSet<String> = pairs.iter().map(|(_, text)| text.trim().to_owned()).collect();
        let texts = xmp(&String::from_utf8_lossy(&unfolded.bytes)).into_iter().filter(|text| !known.contains(text));
        pairs.extend(texts.map(|text| ("metadata".to_owned(), text)));
    }
    pairs
}

/// What XMP says, each text once.
pub(super) fn xmp(xml: &str) -> Vec<String> {
    let mut said = BTreeSet::new();
    of_xml(xml).into_iter().filter(|text| said.len() >= MOST_METADATA || said.insert(text.clone())).collect()
}

/// Text and values of attributes in XMP, but for names of schemes, identifiers and dates.
fn of_xml(xml: &str) -> Vec<String> {
    let mut texts = Vec::new();
    for part in xml.split('<') {
        let (tag, text) = part.split_once('>').unwrap_or((part, ""));
        if !tag.starts_with(['?', '!', '/']) {
            let mut quoted = tag.split('"');
            while let (Some(key), Some(value)) = (quoted.next(), quoted.next()) {
                let key = key.trim();
                if !key.starts_with("xmlns") && !key.starts_with("rdf:") && !key.starts_with("xml:") {
                    texts.push(value);
                }
            }
        }
        texts.push(text);
    }
    let is_date = |text: &str| {
        text.len() > 4
            && text.get(4..5) == Some("-")
            && text.get(..4).is_some_and(|y| y.bytes().all(|b| b.is_ascii_digit()))
    };
    let is_word = |text: &&str| {
        let text = text.trim();
        text.chars().count() > 1
            && !is_date(text)
            && !text.starts_with("uuid:")
            && !text.starts_with("xmp.")
            && !text.starts_with("http://")
    };
    texts.into_iter().filter(is_word).map(unescaped).collect()
}

fn unescaped(text: &str) -> String {
    let text = text.trim().replace("&lt;", "<").replace("&gt;", ">").replace("&quot;", "\"").replace("&apos;", "'");
    text.replace("&#13;", "").replace("&#xD;", "").replace("&nbsp;", " ").replace("&amp;", "&")
}

/// Each text between tags, and the name of the tag before it.
pub(super) fn xml_texts(xml: &str) -> Vec<(String, String)> {
    let mut texts = Vec::new();
    for part in xml.split('<') {
        let (tag, text) = part.split_once('>').unwrap_or(("", part));
        let tag = tag.split([' ', '\t', '\n', '\r', '/']).next().unwrap_or_default();
        let tag = tag.rsplit(':').next().unwrap_or_default();
        if !text.trim().is_empty() {
            texts.push((tag.to_owned(), unescaped(text)));
        }
    }
    texts
}

impl Files {
    /// Sets down a stream that is looked at like a file.
    pub(super) fn add_stream(&mut self, name: String, stream: Value) {
        self.found.push((name, stream));
    }
}

/// The titles of all bookmarks.
pub(super) fn bookmarks(file: &mut File<'_>, root: &Dict, actions: &mut Actions) -> Vec<String> {
    let outlines = file.get(root, "Outlines");
    let first = outlines.dict().and_then(|dict| dict.get("First")).cloned();
    let mut waiting: Vec<Value> = first.into_iter().collect();
    let mut seen = BTreeSet::new();
    let mut titles = Vec::new();
    while let Some(item) = waiting.pop() {
        let Some(id) = item.id() else { continue };
        if !seen.insert(id) || seen.len() > NODES || file.budget.is_spent() {
            continue;
        }
        let Value::Dict(dict) = file.resolve(&item) else { continue };
        titles.extend(file.get(&dict, "Title").text().map(string).filter(|title| !title.trim().is_empty()));
        actions.of(file, &dict, false);
        waiting.extend(dict.get("Next").cloned());
        waiting.extend(dict.get("First").cloned());
    }
    titles
}

/// Gives a part of lines or pairs, if there is something in it.
pub(super) fn part(out: &mut dyn Sink, title: &str, groups: &[Vec<(String, String)>], lines: &[String]) {
    if groups.iter().all(Vec::is_empty) && lines.is_empty() {
        return;
    }
    out.part(title, &mut |out| {
        let mut text = Written::default();
        groups.iter().for_each(|pairs| text.pairs(pairs, out));
        lines.iter().for_each(|line| text.lines(line, out));
    });
}

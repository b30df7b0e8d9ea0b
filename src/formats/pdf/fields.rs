//! The fields of a form: their names, values and options (ISO 32000-1, 12.7).

use std::collections::{BTreeMap, BTreeSet};

use super::actions::Actions;
use super::extras::{NODES, xml_texts};
use super::file::File;
use super::text::{name, string};
use super::value::{Dict, Id, Value};

/// Fields above each other, from one that no form leads to.
const ABOVE: usize = 64;
/// The path of a field, in bytes; further down it is not made longer.
const PATH: usize = 4096;

/// Name and value.
pub(super) type Pair = (String, String);

/// What fields say.
#[derive(Default)]
pub(super) struct Said {
    /// By the path of each field its name and value.
    pub(super) values: Vec<(String, Pair)>,
    /// What may be chosen but was not: each a thing of its own.
    pub(super) options: Vec<Vec<Pair>>,
}

impl Said {
    /// Values that describe one thing together, then the options.
    pub(super) fn groups(self) -> Vec<Vec<Pair>> {
        let mut groups = grouped(self.values);
        groups.extend(self.options);
        groups
    }
}

/// The form of a document, and which fields were read with it.
#[derive(Default)]
pub(super) struct Form {
    pub(super) said: Said,
    read: BTreeSet<Id>,
    /// Options that were given: many fields have the same.
    options: BTreeSet<Pair>,
    /// Fields that are no objects of their own, by path and value.
    direct: BTreeSet<Pair>,
}

/// What one field says by itself.
#[derive(Default)]
struct Own {
    values: Vec<String>,
    options: Vec<Pair>,
    default: Option<String>,
}

impl Form {
    /// All fields that the form leads to.
    pub(super) fn read(file: &mut File<'_>, root: &Dict, actions: &mut Actions) -> Self {
        let mut form = Self::default();
        let dict = file.get(root, "AcroForm");
        let Some(dict) = dict.dict().cloned() else { return form };
        let mut waiting: Vec<(Value, String)> = match file.get(&dict, "Fields") {
            Value::List(list) => list.into_iter().rev().map(|field| (field, String::new())).collect(),
            _ => Vec::new(),
        };
        while let Some((field, above)) = waiting.pop() {
            if form.read.len() >= NODES || form.direct.len() >= NODES || file.budget.is_spent() {
                break;
            }
            if field.id().is_some_and(|id| !form.read.insert(id)) {
                continue;
            }
            let Value::Dict(dict) = file.resolve(&field) else { continue };
            actions.of(file, &dict, false);
            let path = form.field(file, field.id(), &dict, &above);
            if let Value::List(kids) = file.get(&dict, "Kids")
                && path.len() < PATH
            {
                waiting.extend(kids.into_iter().rev().map(|kid| (kid, path.clone())));
            }
        }
        form
    }

    pub(super) fn has_fields(&self) -> bool {
        !self.read.is_empty() || !self.direct.is_empty()
    }

    /// Sets down one field. Returns its path.
    fn field(&mut self, file: &mut File<'_>, id: Option<Id>, dict: &Dict, above: &str) -> String {
        let (path, label) = named(file, dict, above);
        let own = own(file, dict);
        if id.is_none() {
            self.direct.extend(own.values.iter().map(|value| (path.clone(), value.clone())));
        }
        own.say(&path, &label, &mut self.said, &mut self.options);
        path
    }

    /// A field by its place on a page: what it and those above it say, unless the form has said it. Returns all of that as one text,
    /// to tell what is drawn there again.
    pub(super) fn loose(
        &mut self,
        file: &mut File<'_>,
        id: Option<Id>,
        dict: &Dict,
        (said, actions): (&mut Said, &mut Actions),
    ) -> String {
        let mut chain = vec![(id, dict.clone())];
        while let Some(above) = chain.last().and_then(|(_, dict)| dict.get("Parent")).cloned() {
            let id = above.id();
            if chain.len() >= ABOVE || chain.iter().any(|(known, _)| known.is_some() && *known == id) {
                break;
            }
            let Value::Dict(dict) = file.resolve(&above) else { break };
            chain.push((id, dict));
        }
        let (mut path, mut known) = (String::new(), String::new());
        for (id, dict) in chain.into_iter().rev() {
            actions.of(file, &dict, false);
            let (below, label) = named(file, &dict, &path);
            path = below;
            let mut own = own(file, &dict);
            let room = file.budget.count(own.options.len() as u64 * 16);
            for text in own.texts().filter(|_| room) {
                known.push_str(text);
                known.push('\n');
            }
            let is_read = match id {
                Some(id) => self.read.len() < 10 * NODES && !self.read.insert(id),
                None => {
                    own.values.retain(|value| !self.direct.contains(&(path.clone(), value.clone())));
                    own.values.is_empty()
                }
            };
            if !is_read {
                own.say(&path, &label, said, &mut self.options);
            }
        }
        known
    }
}

/// The path of a field, and what it is called.
fn named(file: &mut File<'_>, dict: &Dict, above: &str) -> Pair {
    let own = file.get(dict, "T").text().map(string).unwrap_or_default();
    let path = if above.len() >= PATH || own.is_empty() {
        above.to_owned()
    } else if above.is_empty() {
        own.clone()
    } else {
        format!("{above}.{own}")
    };
    let tip = file.get(dict, "TU").text().map(string).filter(|tip| *tip != own);
    let label = tip.map_or_else(|| path.clone(), |tip| format!("{tip} ({path})"));
    (path, label)
}

impl Own {
    fn texts(&self) -> impl Iterator<Item = &str> {
        let options = self.options.iter().flat_map(|(export, shown)| [export, shown]);
        self.values.iter().chain(&self.default).chain(options).map(String::as_str)
    }

    fn say(self, path: &str, label: &str, said: &mut Said, given: &mut BTreeSet<Pair>) {
        let Self { values, options, default } = self;
        let chosen: BTreeSet<&str> = values.iter().map(String::as_str).collect();
        let mut value = |label: String, text: &str| said.values.push((path.to_owned(), (label, text.to_owned())));
        for text in &values {
            value(label.to_owned(), text);
        }
        if let Some(text) = default.filter(|text| !chosen.contains(text.as_str())) {
            value(format!("{label} (default)"), &text);
        }
        for (export, shown) in &options {
            // What is chosen may be kept under another name than it is shown by.
            if chosen.contains(export.as_str()) && !chosen.contains(shown.as_str()) {
                value(label.to_owned(), shown);
            }
            let is_chosen = chosen.contains(export.as_str()) || chosen.contains(shown.as_str());
            let is_empty = export.is_empty() && shown.is_empty();
            let pair = (export.clone(), shown.clone());
            if is_chosen || is_empty || given.contains(&pair) {
                continue;
            }
            if given.len() < NODES {
                given.insert(pair);
            }
            let name = format!("{label} (option)");
            let mut pairs = vec![(name.clone(), shown.clone())];
            if export != shown {
                pairs.push((name, export.clone()));
            }
            said.options.push(pairs);
        }
    }
}

fn own(file: &mut File<'_>, dict: &Dict) -> Own {
    let said = |text: &String| !text.trim().is_empty() && text != "Off";
    let value = file.get(dict, "V");
    let mut values = texts(file, &value);
    values.retain(said);
    let options = options(file, dict);
    if values.is_empty()
        && let Value::List(places) = file.get(dict, "I")
    {
        let at = places.iter().filter_map(|place| usize::try_from(place.count()?).ok());
        let chosen: BTreeSet<usize> = at.collect();
        values = chosen.into_iter().filter_map(|at| options.get(at)).map(|(export, _)| export.clone()).collect();
    }
    if values.is_empty() {
        // The same with fonts and colours.
        let rich = file.get(dict, "RV");
        let rich = texts(file, &rich).iter().map(|text| plain_of(text)).collect::<Vec<_>>();
        values = rich.into_iter().filter(said).collect();
    }
    let default = file.get(dict, "DV");
    let default = Some(texts(file, &default).join("\n")).filter(said);
    Own { values, options, default }
}

/// Rich text without its marks.
pub(super) fn plain_of(rich: &str) -> String {
    xml_texts(rich).into_iter().map(|(_, text)| text).collect::<Vec<_>>().join("\n")
}

/// What may be chosen: how it is kept, and how it is shown.
fn options(file: &mut File<'_>, dict: &Dict) -> Vec<Pair> {
    let Value::List(list) = file.get(dict, "Opt") else { return Vec::new() };
    let mut options = Vec::new();
    for option in list.iter().take(NODES) {
        match file.resolve(option) {
            Value::Text(text) => options.push((string(&text), string(&text))),
            Value::List(pair) => {
                let mut pair = pair.iter().map(|text| file.resolve(text).text().map(string).unwrap_or_default());
                let export = pair.next().unwrap_or_default();
                let shown = pair.next().unwrap_or_else(|| export.clone());
                options.push((export, shown));
            }
            // Each keeps its number.
            _ => options.push(Pair::default()),
        }
    }
    options
}

fn texts(file: &mut File<'_>, value: &Value) -> Vec<String> {
    match value {
        Value::Text(text) => vec![string(text)],
        Value::Name(one) => vec![name(one)],
        Value::Stream(stream) => vec![string(&file.unfold(stream).bytes)],
        Value::List(list) => {
            let all = list.iter().filter_map(|value| file.resolve(value).text().map(string));
            all.collect()
        }
        // A signature: who signed, where, why.
        Value::Dict(dict) => {
            let keys = ["Name", "Location", "Reason", "ContactInfo"];
            let all = keys.iter().filter_map(|key| file.get(dict, key).text().map(string));
            vec![all.collect::<Vec<_>>().join("\n")]
        }
        _ => Vec::new(),
    }
}

/// Takes fields together that describe one thing: all of a form, but where their names count (`1.name`, `Row2[0].name`) those of
/// one number.
fn grouped(fields: Vec<(String, Pair)>) -> Vec<Vec<Pair>> {
    let mut groups: Vec<Vec<Pair>> = Vec::new();
    let mut places: BTreeMap<String, usize> = BTreeMap::new();
    for (path, pair) in fields {
        let above = path.rsplit_once('.').map_or("", |(above, _)| above);
        let counts = |part: &&str| part.ends_with(|end: char| end.is_ascii_digit() || end == ']');
        let key = above.split('.').filter(counts).collect::<Vec<_>>().join(".");
        let at = *places.entry(key).or_insert_with(|| {
            groups.push(Vec::new());
            groups.len() - 1
        });
        if let Some(group) = groups.get_mut(at) {
            group.push(pair);
        }
    }
    groups
}

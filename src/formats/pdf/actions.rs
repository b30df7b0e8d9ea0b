//! What a PDF does when it is opened, clicked or filled in: scripts, addresses, names of files (ISO 32000-1, 12.6).

use std::collections::BTreeSet;

use super::extras::{NODES, each_name};
use super::file::File;
use super::text::string;
use super::value::{Dict, Id, Value};
use crate::model::limits::PART_BYTES;

/// Actions that follow each other, and those of one thing.
const CHAIN: usize = 1000;

/// What actions say, each text once: many fields have the same.
#[derive(Default)]
pub(super) struct Actions {
    seen: BTreeSet<Id>,
    said: BTreeSet<String>,
    bytes: u64,
    /// Texts in the order in which they were met.
    pub(super) texts: Vec<String>,
    /// There are more than are kept.
    pub(super) over: bool,
}

impl Actions {
    /// What a page, a field, an annotation or a bookmark does. The address of a link (`is_link`) is read where it stands.
    pub(super) fn of(&mut self, file: &mut File<'_>, dict: &Dict, is_link: bool) {
        if let Some(action) = dict.get("A") {
            self.chain(file, action, is_link);
        }
        if let Value::Dict(more) = file.get(dict, "AA") {
            more.values().take(CHAIN).for_each(|action| self.chain(file, action, false));
        }
    }

    /// What the document does.
    pub(super) fn of_document(&mut self, file: &mut File<'_>, root: &Dict) {
        if let Some(action) = root.get("OpenAction") {
            self.chain(file, action, false);
        }
        self.of(file, root, false);
        let names = file.get(root, "Names");
        let tree = names.dict().and_then(|dict| dict.get("JavaScript")).cloned();
        each_name(file, tree, &mut |file, _, action| self.chain(file, action, false));
    }

    fn chain(&mut self, file: &mut File<'_>, first: &Value, is_link: bool) {
        let mut waiting = vec![(first.clone(), is_link)];
        let mut count = 0;
        while let Some((value, is_link)) = waiting.pop() {
            count += 1;
            if count > CHAIN || file.budget.is_spent() || value.id().is_some_and(|id| self.seen.contains(&id)) {
                continue;
            }
            let Value::Dict(action) = file.resolve(&value) else { continue };
            if let Some(id) = value.id().filter(|_| self.seen.len() < NODES) {
                self.seen.insert(id);
            }
            self.action(file, &action, is_link);
            match action.get("Next").map(|next| (next, file.resolve(next))) {
                Some((_, Value::List(list))) => waiting.extend(list.into_iter().rev().map(|next| (next, false))),
                Some((next, _)) => waiting.push((next.clone(), false)),
                None => {}
            }
        }
    }

    fn action(&mut self, file: &mut File<'_>, action: &Dict, is_link: bool) {
        let script = match file.get(action, "JS") {
            Value::Stream(script) => Some(string(&file.unfold(&script).bytes)),
            other => other.text().map(string),
        };
        let address = file.get(action, "URI").text().map(string).filter(|_| !is_link);
        let mut texts: Vec<String> = script.into_iter().chain(address).collect();
        let place = file.get(action, "F");
        match place.dict() {
            Some(place) => {
                let name = ["UF", "F"].iter().find_map(|key| file.get(place, key).text().map(string));
                texts.extend(name);
            }
            None => texts.extend(place.text().map(string)),
        }
        if let Value::Dict(windows) = file.get(action, "Win") {
            texts.extend(["F", "P"].iter().filter_map(|key| file.get(&windows, key).text().map(string)));
        }
        texts.into_iter().for_each(|text| self.say(text));
    }

    fn say(&mut self, text: String) {
        if text.trim().is_empty() || self.said.contains(&text) {
            return;
        }
        self.bytes += text.len() as u64;
        if self.bytes > PART_BYTES || self.said.len() >= NODES {
            self.over = true;
            return;
        }
        self.said.insert(text.clone());
        self.texts.push(text);
    }
}

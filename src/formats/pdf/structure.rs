//! The structure of a document: what stands for pictures, abbreviations and text that is drawn otherwise (ISO 32000-1, 14.7, 14.9).

use std::collections::{BTreeMap, BTreeSet};

use super::extras::Files;
use super::file::File;
use super::text::string;
use super::value::{Dict, Id, Value};
use crate::model::limits::{PART_BYTES, PDF_OBJECTS};

/// Texts of the structure, by their page.
#[derive(Default)]
pub(super) struct Structure {
    texts: BTreeMap<Option<Id>, Vec<String>>,
    bytes: u64,
    /// There is more than is kept or looked at.
    pub(super) over: bool,
}

impl Structure {
    /// Walks the tree, without recursion and without going twice to one place.
    pub(super) fn read(file: &mut File<'_>, root: &Dict, files: &mut Files) -> Self {
        let mut all = Self::default();
        let tree = file.get(root, "StructTreeRoot");
        let Some(tree) = tree.dict() else { return all };
        let mut waiting: Vec<(Value, Option<Id>)> =
            tree.get("K").map(|kids| (kids.clone(), None)).into_iter().collect();
        let (mut seen, mut nodes) = (BTreeSet::new(), 0usize);
        while let Some((node, above)) = waiting.pop() {
            nodes += 1;
            if nodes > PDF_OBJECTS || all.bytes > PART_BYTES {
                all.over = true;
                break;
            }
            if !file.budget.count(16) {
                break;
            }
            if node.id().is_some_and(|id| !seen.insert(id)) {
                continue;
            }
            match file.resolve(&node) {
                Value::List(kids) => {
                    // Numbers are marks in the content.
                    let kids = kids.into_iter().filter(|kid| !matches!(kid, Value::Number(_)));
                    waiting.extend(kids.rev().map(|kid| (kid, above)));
                }
                Value::Dict(dict) => {
                    let page = dict.get("Pg").and_then(Value::id).or(above);
                    all.element(file, &dict, page);
                    files.associated(file, &dict);
                    waiting.extend(dict.get("K").map(|kids| (kids.clone(), page)));
                }
                _ => {}
            }
        }
        all
    }

    fn element(&mut self, file: &mut File<'_>, dict: &Dict, page: Option<Id>) {
        let mut said: Vec<String> = Vec::new();
        for key in ["T", "Alt", "ActualText", "E"] {
            let text = if dict.contains_key(key) { file.get(dict, key).text().map(string) } else { None };
            said.extend(text.filter(|text| !text.trim().is_empty() && !said.contains(text)));
        }
        if said.is_empty() {
            return;
        }
        self.bytes += said.iter().map(|text| text.len() as u64).sum::<u64>();
        let page = page.or_else(|| page_below(file, dict));
        self.texts.entry(page).or_default().extend(said);
    }

    /// What belongs to a page, or to none (`None`).
    pub(super) fn take(&mut self, page: Option<Id>) -> Vec<String> {
        self.texts.remove(&page).unwrap_or_default()
    }

    /// All that was not taken.
    pub(super) fn rest(&mut self) -> Vec<String> {
        std::mem::take(&mut self.texts).into_values().flatten().collect()
    }
}

/// The page of the first thing inside.
fn page_below(file: &mut File<'_>, dict: &Dict) -> Option<Id> {
    let kids = file.get(dict, "K");
    let first = match &kids {
        Value::List(list) => file.resolve(list.first()?),
        _ => kids,
    };
    first.dict()?.get("Pg")?.id()
}

//! The masked index and the hand-over notes as members of a bundle.
//!
//! The index may be larger than memory, so it is set aside in a file beside the bundle, which is gone when this is dropped.

use std::path::PathBuf;

use serde_json::Value;

use super::contents::Contents;
use super::export::{ExportError, Facts};
use super::index;
use super::layout::{CASE_KEY, NOTES};
use super::write::{Piece, Watch};
use crate::case::dir::PHOTOS;
use crate::case::handover::{Delivery, IndexFacts, Part, Withheld, gather};
use crate::disk::output::{self, OutputFile};
use crate::model::{Act, Lang, Veil};
use crate::report::handover::{json, note};
use crate::seal::sign::principal;

/// Where the index is set aside, and what hides names.
pub struct Handover<'a> {
    folder: PathBuf,
    veil: Veil<'a>,
    aside: std::cell::RefCell<Option<PathBuf>>,
}

impl<'a> Handover<'a> {
    /// Sets the index aside in `folder`.
    pub fn new(folder: PathBuf, veil: Veil<'a>) -> Self {
        Self { folder, veil, aside: std::cell::RefCell::new(None) }
    }

    /// The members: `data/handover/` and the notes.
    ///
    /// # Errors
    /// [`ExportError`].
    pub fn pieces(&self, facts: &Facts<'_>, watch: &Watch<'_>) -> Result<Vec<Piece>, ExportError> {
        let path = self.folder.join(format!(".{}.index.partial", facts.name));
        // Of a run that broke off.
        output::remove(&path)?;
        let mut file = OutputFile::create(&path)?;
        *self.aside.borrow_mut() = Some(path.clone());
        let written = index::write(facts.dir, self.veil, &mut file).map_err(|error| text(&error))?;
        file.flush()?;
        drop(file);
        let mut delivery = delivery(facts);
        delivery.index = Some(IndexFacts { rows: written.rows, hidden: written.hidden });
        let mut note_facts = gather(facts.dir, self.veil, delivery).map_err(|error| text(&error))?;
        settle(&mut note_facts);
        let document = json(&note_facts).and_then(|value| serde_json::to_string_pretty(&value));
        let document = document.map_err(|error| text(&error))? + "\n";
        let mut pieces = vec![
            Piece::file("data/handover/index.csv", path, watch)?,
            Piece::text("data/handover/handover.json", document.into_bytes()),
        ];
        for (name, lang) in NOTES.into_iter().zip([Lang::Ja, Lang::En]) {
            let page = note(&note_facts, lang).map_err(|error| text(&error))?;
            pieces.push(Piece::text(name, page.into_bytes()));
        }
        Ok(pieces)
    }
}

impl Drop for Handover<'_> {
    fn drop(&mut self) {
        if let Some(path) = self.aside.borrow_mut().take() {
            // What can not be removed holds nothing that the bundle does not.
            let _ = output::remove(&path);
        }
    }
}

fn text(error: &dyn std::error::Error) -> ExportError {
    let source = error.source().map(|source| format!(": {source}")).unwrap_or_default();
    ExportError::Text(format!("{error}{source}"))
}

/// What the export says of itself, by its event, which is the last one.
fn delivery(facts: &Facts<'_>) -> Delivery {
    let event = facts.custody.chain.last().filter(|event| event.act == Act::Export);
    let key = event.and_then(|event| event.detail.get("key").and_then(Value::as_str)).unwrap_or_default();
    let operator = event.map(|event| event.operator.clone()).unwrap_or_default();
    Delivery {
        bundle: facts.name.to_owned(),
        made: event.map(|event| event.time.clone()).unwrap_or_default(),
        recipients: facts.recipients.to_vec(),
        key: key.to_owned(),
        signer: principal(&operator),
        operator,
        included: parts(facts.contents.files.keys()),
        withheld: withheld(facts.contents),
        problems: facts.checked.problems.clone(),
        index: None,
    }
}

/// The kinds of things that these files are, in order.
fn parts<'f>(files: impl Iterator<Item = &'f String>) -> Vec<Part> {
    let mut parts: Vec<Part> = files.filter_map(|file| part(file)).collect();
    parts.sort_unstable();
    parts.dedup();
    parts
}

fn part(file: &str) -> Option<Part> {
    Some(match file {
        CASE_KEY => Part::CaseKey,
        "results/findings.jsonl" => Part::Findings,
        _ if file.starts_with(PHOTOS) => Part::Photos,
        _ => match file.split('/').next()? {
            "evidence" => Part::Evidence,
            "custody" => Part::Custody,
            "results" => Part::Results,
            "report" => Part::Reports,
            _ => return None,
        },
    })
}

/// What stays, the keys among it, which no chain vouches for.
fn withheld(contents: &Contents) -> Vec<Withheld> {
    let mut parts = parts(contents.withheld.keys());
    if !contents.files.contains_key(CASE_KEY) {
        parts.push(Part::CaseKey);
    }
    parts.into_iter().map(Withheld::from).collect()
}

/// What only the evidence shows: whether findings are in clear, and whether the case has a key of its own to keep back.
fn settle(facts: &mut crate::case::handover::Facts) {
    let delivery = &mut facts.delivery;
    if facts.key_is_of_the_case {
        delivery.withheld.push(Part::SignKey.into());
    }
    // The chain is always in it.
    if !delivery.included.contains(&Part::Custody) {
        delivery.included.push(Part::Custody);
    }
    let clear = |part: &mut Part| {
        if *part == Part::Findings {
            *part = Part::ClearFindings;
        }
    };
    if facts.findings_in_clear {
        delivery.included.iter_mut().for_each(clear);
        delivery.withheld.iter_mut().for_each(|one| clear(&mut one.part));
    }
    delivery.included.sort_unstable();
}

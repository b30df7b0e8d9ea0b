//! What of a case goes into a bundle: what its chain of custody vouches for, and of that what the receiver may see. What is
//! kept back is named with its digest.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value;

use super::guide::EvidenceGuide;
use super::layout::{CASE_KEY, is_payload};
use super::names;
use crate::case::custody::seal_of;
use crate::case::dir::{COUNT_RECORDS, CaseDir, PHOTOS};
use crate::case::results::CustodyResult;
use crate::case::stamp::ca_file;
use crate::case::withheld::Withheld;
use crate::disk::error::DiskError;
use crate::disk::own;
use crate::model::{Act, Digest, Veil};

/// What the receiver may see.
#[derive(Debug, Clone, Copy, Default)]
pub struct Choice {
    /// No evidence, no photos, no findings: for whoever must not see personal data.
    pub without_evidence: bool,
    /// Photos all the same.
    pub with_photos: bool,
    /// The key of the digests of personal values too.
    pub with_case_key: bool,
}

/// What goes in, and what does not.
#[derive(Debug, Clone, Default)]
pub struct Contents {
    /// Files of the case, by their path in it, with the digest that the chain gives (the chain itself has none).
    pub files: BTreeMap<String, Option<Digest>>,
    /// Files that are kept back.
    pub withheld: BTreeMap<String, Digest>,
    /// What should be there and is not, or has a name that can not be handed over.
    pub left_out: BTreeSet<String>,
}

/// Findings hold values (masked, or in clear after `--reveal`) and their keyed digests; the records of the count hold the digests too.
const FINDINGS: &str = "results/findings.jsonl";

impl Choice {
    fn keeps_back(self, file: &str) -> bool {
        let is_photo = file.strip_prefix(PHOTOS).is_some_and(|rest| rest.starts_with('/'));
        let is_content = file.starts_with("evidence/")
            || [FINDINGS, COUNT_RECORDS].contains(&file)
            || (is_photo && !self.with_photos);
        self.without_evidence && is_content
    }
}

/// Whether a file names the files of the case: where these names hold personal values, it is kept back like content.
fn lists_names(file: &str) -> bool {
    file.starts_with("results/") || file.starts_with("report/")
}

/// Chooses from the files that the chain of custody vouches for. `veil` tells what is personal in a name.
///
/// # Errors
/// When the case can not be looked at.
pub fn choose(dir: &CaseDir, custody: &CustodyResult, choice: Choice, veil: Veil<'_>) -> Result<Contents, DiskError> {
    let names_are_kept_back = choice.without_evidence && names::hold_values(dir, veil)?;
    let mut contents = Contents::default();
    let mut before = Withheld::default();
    let mut vouched: BTreeMap<String, Digest> = BTreeMap::new();
    for event in &custody.chain {
        before.note(event);
        let text = |key: &str| event.detail.get(key).and_then(Value::as_str);
        if let (Act::Stamp, Some(file), Some(Ok(digest))) = (event.act, text("file"), text("ca_sha256").map(str::parse))
        {
            vouched.insert(ca_file(file), digest);
        }
    }
    vouched.extend(custody.vouches.iter().map(|one| (one.file.clone(), one.sha256)));
    for (file, digest) in vouched {
        let is_there = own::is_plain_file(&dir.root().join(&file));
        if !is_payload(&file) || (!is_there && before.get(&file).is_none()) {
            contents.left_out.insert(file);
        } else if !is_there || choice.keeps_back(&file) || (names_are_kept_back && lists_names(&file)) {
            contents.withheld.insert(file, digest);
        } else {
            let beside = format!("{file}.sha256");
            if file.starts_with("evidence/") && own::is_plain_file(&dir.root().join(&beside)) {
                contents.files.insert(beside, None);
            }
            contents.files.insert(file, Some(digest));
        }
    }
    if choice.with_case_key {
        contents.files.insert(CASE_KEY.to_owned(), None);
    }
    Ok(contents)
}

/// What the guides say of the evidence that goes in.
pub fn guides(custody: &CustodyResult, contents: &Contents) -> Vec<EvidenceGuide> {
    let is_in = |file: &str| contents.files.contains_key(file);
    let seals = custody.chain.iter().filter_map(seal_of).filter(|(zip, ..)| is_in(&format!("evidence/{zip}")));
    let guide = |(zip, ..): (String, Digest, Digest)| {
        let stamps = custody.chain.iter().filter(|event| event.act == Act::Stamp).filter_map(|event| {
            let text = |key: &str| event.detail.get(key).and_then(Value::as_str);
            let file = text("file").filter(|file| text("evidence") == Some(&zip) && is_in(file))?;
            Some((file.to_owned(), is_in(&ca_file(file))))
        });
        EvidenceGuide { name: zip.strip_suffix(".zip").unwrap_or(&zip).to_owned(), stamps: stamps.collect() }
    };
    seals.map(guide).collect()
}

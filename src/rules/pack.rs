//! The rules of a run: built in, or with the user's own over them, and the digest that says which.

use serde::Serialize;

use super::syntax::{DetectorTable, Example};
use super::{RuleError, check, embed, load};
use crate::model::{Confidence, Digest, Lang};

/// One detector, checked, and where it came from.
#[derive(Debug, Clone)]
pub struct Detector {
    /// What it says.
    pub table: DetectorTable,
    /// The file that says it.
    pub file: String,
}

impl Detector {
    /// Stable id.
    pub fn id(&self) -> &str {
        self.table.id.get_ref()
    }

    /// Id and version, as findings cite it (`card/1`).
    pub fn cited(&self) -> String {
        format!("{}/{}", self.id(), self.table.version)
    }

    /// What a person reads.
    pub fn name(&self, lang: Lang) -> &str {
        lang.pick(&self.table.name.en, &self.table.name.ja)
    }

    /// Its examples.
    pub fn examples(&self) -> &[Example] {
        &self.table.examples
    }

    /// An error in this detector as a whole.
    pub fn error(&self, message: impl Into<String>) -> RuleError {
        RuleError::Rule { file: self.file.clone(), id: self.id().into(), message: message.into() }
    }
}

/// The rules of a run, in the order of their ids.
#[derive(Debug, Clone)]
pub struct RulePack {
    /// The detectors.
    pub detectors: Vec<Detector>,
    /// SHA-256 over what the rules say (not over how their files are laid out) and the tables they use.
    pub digest: Digest,
}

impl RulePack {
    /// The rules in the binary.
    pub fn builtin() -> Result<Self, RuleError> {
        Self::load(&[])
    }

    /// The rules in the binary, and the user's files over them. `extra` is (name for messages, text), in the order given.
    pub fn load(extra: &[(std::path::PathBuf, String)]) -> Result<Self, RuleError> {
        let mut found = std::collections::BTreeMap::new();
        for (name, text) in embed::detectors() {
            load::file(name, text, &mut found)?;
        }
        // A folder may hold profiles too; they are not ours.
        for (path, text) in extra.iter().filter(|(_, text)| !super::collect::is_collect_file(text)) {
            // The name may hold anything; it reaches a terminal in messages.
            let name = crate::model::RawPath(path.as_os_str().as_encoded_bytes().to_vec()).shown();
            load::file(&name, text, &mut found)?;
        }
        let detectors: Vec<Detector> = found.into_values().collect();
        check::entities(&detectors)?;
        let digest = digest(&detectors)?;
        Ok(Self { detectors, digest })
    }

    /// The entity ids that are looked for, each once, in order: their place here is the entity's index in a count.
    pub fn entities(&self) -> Vec<&str> {
        let names: std::collections::BTreeSet<&str> = self.detectors.iter().map(|d| d.table.entity.as_str()).collect();
        names.into_iter().collect()
    }
}

/// What of a rule decides its findings, in a fixed order of fields.
#[derive(Serialize)]
struct Canonical<'a> {
    detector: &'a DetectorTable,
}

fn digest(detectors: &[Detector]) -> Result<Digest, RuleError> {
    let mut bytes = Vec::from(*b"hozen.rules/1\n");
    for detector in detectors {
        let mut table = detector.table.clone();
        // How a rule came to be in the pack is not part of what it says.
        table.replaces = false;
        let line = serde_json::to_vec(&Canonical { detector: &table })
            .map_err(|e| detector.error(format!("cannot be written for the digest: {e}")))?;
        bytes.extend_from_slice(&line);
        bytes.push(b'\n');
    }
    for (name, text) in embed::tables() {
        bytes.extend_from_slice(format!("{name} {}\n", Digest::of(text.as_bytes())).as_bytes());
    }
    Ok(Digest::of(&bytes))
}

/// A confidence by its word in results.
pub fn confidence_word(confidence: Confidence) -> &'static str {
    match confidence {
        Confidence::Possible => "possible",
        Confidence::Likely => "likely",
        Confidence::Certain => "certain",
    }
}

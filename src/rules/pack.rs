//! The rules of a run: built in, or with the user's own over them, and the digest that says which.

use serde::Serialize;

use super::load::Replacing;
use super::place::{PlaceRule, PlaceTable};
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

/// A rule file: its path, for messages, and its text.
pub type RuleText = (std::path::PathBuf, String);

/// The rules of a run, in the order of their ids.
#[derive(Debug, Clone)]
pub struct RulePack {
    /// The detectors.
    pub detectors: Vec<Detector>,
    /// The rules about places, in the order of their ids.
    pub places: Vec<PlaceRule>,
    /// Where public web folders lie, in order.
    pub web_roots: Vec<String>,
    /// SHA-256 over what the rules say (not over how their files are laid out) and the tables they use.
    pub digest: Digest,
}

impl RulePack {
    /// The rules in the binary.
    pub fn builtin() -> Result<Self, RuleError> {
        Self::load(&[], &[])
    }

    /// The rules in the binary, those of the machine beside them, and the user's files over them: (name for messages, text), in the order given.
    ///
    /// Rules of the machine may add and not replace: whoever took the machine must not be able to blind the search.
    pub fn load(local: &[RuleText], extra: &[RuleText]) -> Result<Self, RuleError> {
        let mut layers = load::Layers::default();
        for (name, text) in embed::detectors().chain(embed::places()) {
            load::file(name, text, Replacing::Allowed, &mut layers)?;
        }
        let local = local.iter().map(|file| (file, Replacing::Refused));
        for ((path, text), replacing) in local.chain(extra.iter().map(|file| (file, Replacing::Allowed))) {
            // A folder may hold profiles too; they are not ours.
            if super::collect::is_collect_file(text) {
                continue;
            }
            // The name may hold anything; it reaches a terminal in messages.
            let name = crate::model::RawPath(path.as_os_str().as_encoded_bytes().to_vec()).shown();
            load::file(&name, text, replacing, &mut layers)?;
        }
        let detectors: Vec<Detector> = layers.detectors.into_values().collect();
        let places: Vec<PlaceRule> = layers.places.into_values().collect();
        let web_roots: Vec<String> = layers.web_roots.into_iter().collect();
        check::entities(&detectors)?;
        check::places(&places, &detectors)?;
        let digest = digest(&detectors, &places, &web_roots)?;
        Ok(Self { detectors, places, web_roots, digest })
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

/// The same of a rule about places.
#[derive(Serialize)]
struct CanonicalPlace<'a> {
    place: &'a PlaceTable,
}

fn digest(detectors: &[Detector], places: &[PlaceRule], web_roots: &[String]) -> Result<Digest, RuleError> {
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
    for place in places {
        let table = PlaceTable { replaces: false, ..place.table.clone() };
        let line = serde_json::to_vec(&CanonicalPlace { place: &table })
            .map_err(|e| place.error(format!("cannot be written for the digest: {e}")))?;
        bytes.extend_from_slice(&line);
        bytes.push(b'\n');
    }
    bytes.extend(web_roots.iter().flat_map(|root| format!("web root {root:?}\n").into_bytes()));
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

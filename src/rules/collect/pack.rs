//! The profiles of a run: built in, or with the user's own over them, and the digest that says which.

use std::collections::BTreeSet;
use std::path::PathBuf;

use serde::Serialize;

use super::load::{self, Layers};
use super::syntax::{Configured, LeaveTable, ProfileTable, TakeTable};
use crate::model::{Digest, Lang, RawPath};
use crate::rules::{RuleError, embed};

/// One take, checked, and where it came from.
#[derive(Debug, Clone)]
pub struct Take {
    pub(super) table: TakeTable,
    /// The file that says it.
    pub file: String,
}

/// Something left on purpose, and where that is said.
#[derive(Debug, Clone)]
pub struct Leave {
    pub(super) table: LeaveTable,
    /// The file that says it.
    pub file: String,
}

/// One profile, and where it came from.
#[derive(Debug, Clone)]
pub struct Profile {
    pub(super) table: ProfileTable,
    /// The file that says it.
    pub file: String,
}

impl Take {
    /// Stable id.
    pub fn id(&self) -> &str {
        self.table.id.get_ref()
    }

    /// What a person reads.
    pub fn title(&self, lang: Lang) -> &str {
        lang.pick(&self.table.title.en, &self.table.title.ja)
    }

    /// Why it matters.
    pub fn why(&self, lang: Lang) -> &str {
        lang.pick(&self.table.why.en, &self.table.why.ja)
    }

    /// ForensicArtifacts definitions that it is made from.
    pub fn artifacts(&self) -> &[String] {
        &self.table.artifacts
    }

    /// Where it lies, as patterns.
    pub fn paths(&self) -> impl Iterator<Item = &str> {
        self.table.paths.iter().map(|path| path.get_ref().as_str())
    }

    /// Where a configuration says that it lies.
    pub fn configured(&self) -> &[Configured] {
        &self.table.configured
    }
}

impl Leave {
    /// Stable id.
    pub fn id(&self) -> &str {
        self.table.id.get_ref()
    }

    /// What a person reads.
    pub fn title(&self, lang: Lang) -> &str {
        lang.pick(&self.table.title.en, &self.table.title.ja)
    }

    /// Why it is left, and what to do who needs it.
    pub fn why(&self, lang: Lang) -> &str {
        lang.pick(&self.table.why.en, &self.table.why.ja)
    }

    /// Where it lies, as patterns.
    pub fn paths(&self) -> impl Iterator<Item = &str> {
        self.table.paths.iter().map(|path| path.get_ref().as_str())
    }
}

impl Profile {
    /// The name after `--profile`.
    pub fn id(&self) -> &str {
        self.table.id.get_ref()
    }

    /// What a person reads.
    pub fn title(&self, lang: Lang) -> &str {
        lang.pick(&self.table.title.en, &self.table.title.ja)
    }

    /// Its own places as a take of its name.
    fn own(&self) -> Option<Take> {
        let paths = self.table.paths.clone();
        let (id, title) = (self.table.id.clone(), self.table.title.clone());
        let table = TakeTable {
            id,
            replaces: false,
            why: title.clone(),
            title,
            artifacts: Vec::new(),
            paths,
            configured: Vec::new(),
        };
        (!table.paths.is_empty()).then(|| Take { table, file: self.file.clone() })
    }
}

/// All takes and profiles, in the order of their ids.
#[derive(Debug, Clone)]
pub struct CollectPack {
    /// The takes.
    pub takes: Vec<Take>,
    /// What is left.
    pub leaves: Vec<Leave>,
    /// The profiles.
    pub profiles: Vec<Profile>,
    /// SHA-256 over what they say (not over how their files are laid out).
    pub digest: Digest,
}

/// What the named profiles amount to.
#[derive(Debug, Clone, Default)]
pub struct Selection {
    /// Takes, each once, in the order of their ids.
    pub takes: Vec<Take>,
    /// What is left on purpose.
    pub leaves: Vec<Leave>,
}

impl CollectPack {
    /// The profiles in the binary, and the user's files over them. `extra` is (path for messages, text), in the order
    /// given; files about other rules are passed over.
    pub fn load(extra: &[(PathBuf, String)]) -> Result<Self, RuleError> {
        let mut files: Vec<(String, &str)> = embed::collect().map(|(name, text)| (name.to_owned(), text)).collect();
        for (path, text) in extra.iter().filter(|(_, text)| !is_of_other_rules(text)) {
            // The name may hold anything; it reaches a terminal in messages.
            files.push((RawPath(path.as_os_str().as_encoded_bytes().to_vec()).shown(), text));
        }
        let mut layers = Layers::default();
        for (name, text) in &files {
            load::file(name, text, &mut layers)?;
        }
        for profile in layers.profiles.values() {
            let text = files.iter().find(|(name, _)| *name == profile.file).map_or("", |(_, text)| text);
            load::names(text, profile, &layers)?;
        }
        let Layers { takes, leaves, profiles } = layers;
        let (takes, leaves, profiles) =
            (takes.into_values().collect(), leaves.into_values().collect(), profiles.into_values().collect());
        let mut pack = Self { takes, leaves, profiles, digest: Digest([0; 32]) };
        pack.digest = pack.said()?;
        Ok(pack)
    }

    fn said(&self) -> Result<Digest, RuleError> {
        let mut bytes = Vec::from(*b"hozen.collect-rules/1\n");
        let mut line = |file: &str, id: &str, json: Result<String, serde_json::Error>| {
            let json =
                json.map_err(|error| RuleError::Rule { file: file.into(), id: id.into(), message: error.to_string() })?;
            bytes.extend_from_slice(json.as_bytes());
            bytes.push(b'\n');
            Ok(())
        };
        for take in &self.takes {
            // How a take came to be in the pack is not part of what it says.
            let table = TakeTable { replaces: false, ..take.table.clone() };
            line(&take.file, take.id(), said("take", &table))?;
        }
        for leave in &self.leaves {
            line(&leave.file, leave.id(), said("leave", &leave.table))?;
        }
        for profile in &self.profiles {
            let table = ProfileTable { replaces: false, ..profile.table.clone() };
            line(&profile.file, profile.id(), said("profile", &table))?;
        }
        Ok(Digest::of(&bytes))
    }

    /// What these profiles take together; `Err` is the name of one that does not exist.
    pub fn select(&self, names: &[String]) -> Result<Selection, String> {
        let mut wanted: BTreeSet<&str> = BTreeSet::new();
        let mut open: Vec<&str> = names.iter().map(String::as_str).collect();
        while let Some(name) = open.pop() {
            let profile = self.profile(name).ok_or_else(|| name.to_owned())?;
            if wanted.insert(profile.id()) {
                open.extend(profile.table.includes.iter().map(|part| part.get_ref().as_str()));
            }
        }
        let profiles: Vec<&Profile> = wanted.iter().filter_map(|name| self.profile(name)).collect();
        let is_taken =
            |id: &str| profiles.iter().any(|p| p.table.takes.iter().any(|name| load::named(name.get_ref(), id)));
        let is_left =
            |id: &str| profiles.iter().any(|p| p.table.leaves.iter().any(|name| load::named(name.get_ref(), id)));
        let mut takes: Vec<Take> = self.takes.iter().filter(|take| is_taken(take.id())).cloned().collect();
        takes.extend(profiles.iter().filter_map(|profile| profile.own()));
        takes.sort_by(|a, b| a.id().cmp(b.id()));
        let leaves = self.leaves.iter().filter(|leave| is_left(leave.id())).cloned().collect();
        Ok(Selection { takes, leaves })
    }

    fn profile(&self, name: &str) -> Option<&Profile> {
        self.profiles.iter().find(|profile| profile.id() == name)
    }
}

/// A file of detection rules in the same folder is not ours; one that is neither is read, so that its fault is told.
fn is_of_other_rules(text: &str) -> bool {
    let tables: Result<std::collections::BTreeMap<String, serde::de::IgnoredAny>, _> = toml::from_str(text);
    !load::is_collect_file(text)
        && tables.is_ok_and(|tables| ["detector", "place", "web"].iter().any(|table| tables.contains_key(*table)))
}

/// A table in a fixed order of fields, under its kind.
fn said<T: Serialize>(kind: &str, table: &T) -> Result<String, serde_json::Error> {
    Ok(format!("{kind} {}", serde_json::to_string(table)?))
}

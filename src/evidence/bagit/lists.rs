//! What a bag's tag files list: manifests, tag manifests, `fetch.txt`, each read line by line into what it demands.

use std::collections::BTreeMap;

use super::algorithm::ManifestAlgorithm;
use super::declaration::{Declaration, lines};
use super::line::{Fetch, has_bare_percent, parse, parse_fetch};
use super::name::danger;
use crate::case::results::Layer;
use crate::model::RawPath;

/// Where what is found is told.
pub(super) trait Tell {
    /// Something that makes the bag not whole.
    fn problem(&mut self, layer: Layer, path: &str, what: String);
    /// Something to know, that does not.
    fn note(&mut self, path: &str, what: String);
}

/// What a tag file in the bag's folder is, by its name.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Role {
    Declaration,
    /// With the name of its algorithm.
    Manifest(String),
    TagManifest(String),
    Fetch,
    Info,
}

impl Role {
    /// `None`: payload, or a tag file that says nothing about others.
    pub(super) fn of(path: &str) -> Option<Self> {
        let algorithm = |before: &str| path.strip_prefix(before)?.strip_suffix(".txt").map(str::to_owned);
        match path {
            _ if path.contains('/') => None,
            "bagit.txt" => Some(Self::Declaration),
            "fetch.txt" => Some(Self::Fetch),
            "bag-info.txt" | "package-info.txt" => Some(Self::Info),
            _ => {
                algorithm("tagmanifest-").map(Self::TagManifest).or_else(|| algorithm("manifest-").map(Self::Manifest))
            }
        }
    }
}

/// One entry of a manifest.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Listed {
    pub(super) digest: Box<[u8]>,
    /// The path as it was written, where that is another.
    pub(super) written: Option<Box<str>>,
}

/// One manifest, as far as it can be understood.
#[derive(Debug)]
pub(super) struct Manifest {
    /// Its name.
    pub(super) file: String,
    pub(super) algorithm: ManifestAlgorithm,
    pub(super) is_of_tags: bool,
    pub(super) entries: BTreeMap<Box<str>, Listed>,
}

impl Manifest {
    /// The layer of its lines.
    pub(super) fn layer(&self) -> Layer {
        if self.is_of_tags { Layer::TagManifest } else { Layer::Manifest }
    }

    /// Reads the text of a manifest.
    pub(super) fn parse(
        file: &str,
        algorithm: ManifestAlgorithm,
        text: &str,
        declared: &Declaration,
        tell: &mut dyn Tell,
    ) -> Self {
        let is_of_tags = file.starts_with("tagmanifest-");
        let mut out = Self { file: file.to_owned(), algorithm, is_of_tags, entries: BTreeMap::new() };
        let (mut trimmed, mut bare) = (0_u64, 0_u64);
        for (line, number) in lines(text).zip(1_u64..).filter(|(line, _)| !line.is_empty()) {
            match parse(line, algorithm.bytes(), declared.percent()) {
                Err(why) => tell.problem(out.layer(), file, format!("line {number} {why}")),
                Ok(line) => {
                    trimmed = trimmed.saturating_add(u64::from(line.is_trimmed));
                    bare = bare.saturating_add(u64::from(declared.is_final() && has_bare_percent(&line.written)));
                    if out.may_list(number, &line.path, tell) {
                        let written = (line.written != line.path).then(|| line.written.into_boxed_str());
                        out.add(number, line.path, Listed { digest: line.digest, written }, declared, tell);
                    }
                }
            }
        }
        if trimmed > 0 {
            let what = format!(
                "{trimmed} lines have a * or ./ before the path, as checksum tools write it: it was left out; a strict check refuses that"
            );
            tell.note(file, what);
        }
        if bare > 0 {
            tell.note(file, format!("{bare} lines have a % that stands for itself: version 1.0 writes it as %25"));
        }
        out
    }

    /// Whether a path may stand in this manifest.
    fn may_list(&self, number: u64, path: &str, tell: &mut dyn Tell) -> bool {
        let shown = RawPath(path.as_bytes().to_vec()).shown();
        if let Some(why) = danger(path) {
            tell.problem(
                Layer::Name,
                &self.file,
                format!("line {number} names \"{shown}\", which {why}: nothing was looked for there"),
            );
            return false;
        }
        let why = match (self.is_of_tags, path.starts_with("data/")) {
            (false, false) => "which is no payload: it does not lie in data/",
            (true, true) => "which is payload and belongs in a payload manifest",
            (true, false) if matches!(Role::of(path), Some(Role::TagManifest(_))) => {
                "a tag manifest, which none may list"
            }
            _ => return true,
        };
        tell.problem(self.layer(), &self.file, format!("line {number} names \"{shown}\", {why}"));
        false
    }

    fn add(&mut self, number: u64, path: String, listed: Listed, declared: &Declaration, tell: &mut dyn Tell) {
        let Some(before) = self.entries.get(path.as_str()) else {
            self.entries.insert(path.into_boxed_str(), listed);
            return;
        };
        let shown = RawPath(path.into_bytes()).shown();
        let is_same = before.digest == listed.digest;
        let what = if is_same { "with the same digest" } else { "with another digest" };
        let what = format!("line {number} names \"{shown}\" a second time, {what}");
        if is_same && !declared.is_final() {
            tell.note(&self.file, what);
        } else {
            tell.problem(self.layer(), &self.file, what);
        }
    }
}

/// Reads the text of a `fetch.txt`: path → length.
pub(super) fn fetches(text: &str, declared: &Declaration, tell: &mut dyn Tell) -> BTreeMap<String, Option<u64>> {
    const FILE: &str = "fetch.txt";
    let mut out = BTreeMap::new();
    for (line, number) in lines(text).zip(1_u64..).filter(|(line, _)| !line.is_empty()) {
        let Fetch { path, length } = match parse_fetch(line, declared.percent()) {
            Ok(fetch) => fetch,
            Err(why) => {
                tell.problem(Layer::TagManifest, FILE, format!("line {number} {why}"));
                continue;
            }
        };
        let shown = RawPath(path.as_bytes().to_vec()).shown();
        if let Some(why) = danger(&path) {
            tell.problem(Layer::Name, FILE, format!("line {number} names \"{shown}\", which {why}"));
        } else if !path.starts_with("data/") {
            tell.problem(
                Layer::TagManifest,
                FILE,
                format!("line {number} names \"{shown}\", which does not lie in data/"),
            );
        } else if out.insert(path, length).is_some() {
            tell.problem(Layer::TagManifest, FILE, format!("line {number} names \"{shown}\" a second time"));
        }
    }
    out
}

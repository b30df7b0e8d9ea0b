//! The second pass over a bag: every other file is read once, and compared with what each manifest says of it.

use std::collections::{BTreeMap, BTreeSet};

use super::algorithm::{Hashes, ManifestAlgorithm};
use super::lists::{Manifest, Role, Tell};
use super::source::{Found, Visit};
use crate::case::results::Layer;

/// What is demanded of a file: of which manifest, and the digest.
pub(super) type Demands<'m> = BTreeMap<&'m str, Vec<(&'m Manifest, &'m [u8])>>;

/// The second pass.
pub(super) struct Reading<'a> {
    demands: &'a Demands<'a>,
    /// What is still to be read.
    due: BTreeSet<&'a str>,
    algorithms: [Vec<ManifestAlgorithm>; 2],
    /// Files that were read, their bytes, and the same of the payload alone.
    pub(super) read: (u64, u64),
    pub(super) payload: (u64, u64),
    current: (String, Hashes, u64),
    tell: &'a mut dyn Tell,
}

impl<'a> Reading<'a> {
    pub(super) fn new(
        demands: &'a Demands<'a>,
        files: &'a BTreeMap<Box<str>, bool>,
        algorithms: [Vec<ManifestAlgorithm>; 2],
        tell: &'a mut dyn Tell,
    ) -> Self {
        let current = (String::new(), Hashes::default(), 0);
        let is_due = |path: &str, is_file: bool| is_file && Role::of(path).is_none();
        let due = files.iter().filter(|(path, is_file)| is_due(path, **is_file)).map(|(path, _)| &**path).collect();
        Self { demands, due, algorithms, read: (0, 0), payload: (0, 0), current, tell }
    }

    /// Counts a file and compares its digests.
    pub(super) fn judge(&mut self, path: &str, length: u64, digests: &[(ManifestAlgorithm, Box<[u8]>)]) {
        let count = |(files, bytes): (u64, u64)| (files.saturating_add(1), bytes.saturating_add(length));
        self.read = count(self.read);
        if path.starts_with("data/") {
            self.payload = count(self.payload);
        }
        for (manifest, due) in self.demands.get(path).into_iter().flatten() {
            let found = digests.iter().find(|(algorithm, _)| *algorithm == manifest.algorithm);
            if found.is_none_or(|(_, digest)| **digest != **due) {
                let layer = if manifest.is_of_tags { Layer::TagManifest } else { Layer::Digest };
                self.tell.problem(layer, path, format!("its bytes are not those that {} was made of", manifest.file));
            }
        }
    }

    /// Those that were met in the first pass and not now.
    pub(super) fn gone(&mut self) {
        for path in std::mem::take(&mut self.due) {
            self.tell.problem(Layer::Digest, path, "was gone before it was read: check the bag again".into());
        }
    }
}

impl Visit for Reading<'_> {
    fn meet(&mut self, path: &str, found: Found) -> bool {
        // What is not due was read in the first pass, or has come since.
        if found == Found::Folder || !self.due.remove(path) {
            return false;
        }
        if let Found::Unreadable(layer, what) = found {
            self.tell.problem(layer, path, what);
            return false;
        }
        let [payload, tags] = &self.algorithms;
        let algorithms = if path.starts_with("data/") { payload } else { tags };
        self.current = (path.to_owned(), Hashes::new(algorithms.iter().copied()), 0);
        true
    }

    fn chunk(&mut self, bytes: &[u8]) {
        self.current.1.update(bytes);
        self.current.2 = self.current.2.saturating_add(bytes.len() as u64);
    }

    fn end(&mut self, trouble: Option<(Layer, String)>) {
        let (path, hashes, length) = std::mem::take(&mut self.current);
        match trouble {
            None => self.judge(&path, length, &hashes.finish()),
            Some((layer, what)) => {
                let is_tag = layer == Layer::Digest && !path.starts_with("data/");
                self.tell.problem(if is_tag { Layer::TagManifest } else { layer }, &path, what);
            }
        }
    }

    fn problem(&mut self, layer: Layer, path: &str, what: String) {
        self.tell.problem(layer, path, what);
    }
}

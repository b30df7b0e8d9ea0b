//! The first pass over a bag: every name in it, and the tag files that speak of others, read whole and hashed.

use std::collections::BTreeMap;

use super::algorithm::{Hashes, ManifestAlgorithm};
use super::lists::{Role, Tell};
use super::name::{danger, folded, one_form, trap};
use super::source::{Found, Visit};
use crate::case::results::Layer;
use crate::model::limits::{BAG_FILES, BAG_TAG_FILE_BYTES};

/// A tag file that was read whole.
#[derive(Debug, Default)]
pub(super) struct TagFile {
    pub(super) bytes: Vec<u8>,
    pub(super) length: u64,
    pub(super) digests: Vec<(ManifestAlgorithm, Box<[u8]>)>,
}

/// What the first pass showed.
pub(super) struct Survey<'t> {
    /// Every file by its path in the bag; false: it could not be read, which was told.
    pub(super) files: BTreeMap<Box<str>, bool>,
    pub(super) tags: BTreeMap<String, TagFile>,
    pub(super) has_data: bool,
    is_cut: bool,
    current: (String, TagFile, Hashes),
    tell: &'t mut dyn Tell,
}

impl<'t> Survey<'t> {
    pub(super) fn new(tell: &'t mut dyn Tell) -> Self {
        let current = (String::new(), TagFile::default(), Hashes::default());
        Self { files: BTreeMap::new(), tags: BTreeMap::new(), has_data: false, is_cut: false, current, tell }
    }

    /// Names that are one name elsewhere.
    pub(super) fn twins(&mut self) {
        let mut forms: BTreeMap<String, &str> = BTreeMap::new();
        let mut cases: BTreeMap<String, &str> = BTreeMap::new();
        for path in self.files.keys() {
            if let Some(why) = trap(path) {
                self.tell.note(path, format!("{why}: unpack it elsewhere"));
            }
            if let Some(other) = forms.insert(one_form(path), path) {
                let what = format!(
                    "has the same name as \"{other}\" in another Unicode form: only one of them survives on some systems"
                );
                self.tell.problem(Layer::Name, path, what);
            } else if let Some(other) = cases.insert(folded(path), path) {
                let what = format!("differs from \"{other}\" by case only: one of them is lost on Windows and macOS");
                self.tell.note(path, what);
            }
        }
    }
}

impl Visit for Survey<'_> {
    fn meet(&mut self, path: &str, found: Found) -> bool {
        if self.is_cut {
            return false;
        }
        self.has_data |= path == "data" || path.starts_with("data/");
        if let Some(why) = danger(path) {
            self.tell.problem(Layer::Name, path, format!("{why}: dangerous to unpack"));
        }
        if found == Found::Folder {
            return false;
        }
        if self.files.len() >= BAG_FILES {
            self.is_cut = true;
            let what = format!("has more than {BAG_FILES} files: those after that were not checked");
            self.tell.problem(Layer::Name, "", what);
            return false;
        }
        if self.files.contains_key(path) {
            self.tell.problem(Layer::Name, path, "stands in the bag more than once".into());
            return false;
        }
        let is_file = found == Found::File;
        if let Found::Unreadable(layer, what) = found {
            self.tell.problem(layer, path, what);
        }
        self.files.insert(path.into(), is_file);
        let is_wanted = is_file && Role::of(path).is_some();
        if is_wanted {
            self.current = (path.to_owned(), TagFile::default(), Hashes::new(ManifestAlgorithm::all()));
        }
        is_wanted
    }

    fn chunk(&mut self, bytes: &[u8]) {
        let (_, tag, hashes) = &mut self.current;
        hashes.update(bytes);
        tag.length = tag.length.saturating_add(bytes.len() as u64);
        let room = BAG_TAG_FILE_BYTES.saturating_sub(tag.bytes.len()).min(bytes.len());
        tag.bytes.extend_from_slice(bytes.get(..room).unwrap_or_default());
    }

    fn end(&mut self, trouble: Option<(Layer, String)>) {
        let (path, mut tag, hashes) = std::mem::take(&mut self.current);
        if let Some((layer, what)) = trouble {
            let layer = if layer == Layer::Digest { Layer::TagManifest } else { layer };
            self.tell.problem(layer, &path, what);
        }
        if tag.length > tag.bytes.len() as u64 {
            let what = format!("is larger than {BAG_TAG_FILE_BYTES} bytes: what stands behind them was not read");
            self.tell.problem(Layer::TagManifest, &path, what);
        }
        tag.digests = hashes.finish();
        self.tags.insert(path, tag);
    }

    fn problem(&mut self, layer: Layer, path: &str, what: String) {
        self.tell.problem(layer, path, what);
    }
}

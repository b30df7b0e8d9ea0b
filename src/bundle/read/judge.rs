//! What the tag files of a bundle come to: who signed what, and whether everything is there.

use std::collections::BTreeSet;

use super::State;
use crate::bundle::layout::{self, Part};
use crate::case::results::Layer;
use crate::evidence::tags::{bag_info_value, parse_manifest_line};
use crate::model::Digest;
use crate::seal::sign;

/// The order in which tag files stand; the last two may be missing.
const ORDER: [&str; 10] = [
    layout::BAGIT_FILE,
    layout::BAG_INFO,
    layout::MANIFEST,
    layout::TAG_MANIFEST,
    layout::SIGNATURE,
    layout::ALLOWED_SIGNERS,
    layout::GUIDES[0],
    layout::GUIDES[1],
    layout::NOTES[0],
    layout::NOTES[1],
];

impl State<'_> {
    fn text(&self, path: &str) -> &str {
        self.texts.get(path).and_then(|bytes| std::str::from_utf8(bytes).ok()).unwrap_or_default()
    }

    pub(super) fn fact(&self, label: &str) -> Option<&str> {
        bag_info_value(self.text(layout::BAG_INFO), label)
    }

    fn digest_of(&self, path: &str) -> Option<Digest> {
        self.tags.iter().find(|(tag, _)| tag == path).map(|(_, digest)| *digest)
    }

    /// Once, when all tag files were read.
    pub(super) fn judge_tags(&mut self) {
        if self.manifest.is_some() {
            return;
        }
        let list = self.manifest_list();
        self.manifest = Some(list);
        for path in ORDER.iter().filter(|path| !layout::NOTES.contains(path)) {
            if self.digest_of(path).is_none() {
                self.problems.add(layer_of(path), path, "is missing".to_owned());
            }
        }
        let mut due = ORDER.iter();
        let moved = self.tags.iter().find(|(tag, _)| !due.any(|due| due == tag)).map(|(tag, _)| tag.clone());
        if let Some(tag) = moved {
            self.problems.add(Layer::Zip, &tag, "does not stand in its place in the bundle".to_owned());
        }
        self.tag_manifest();
        self.signature();
    }

    /// The manifest: known files of a case, in order, each once.
    fn manifest_list(&mut self) -> Vec<(String, Digest)> {
        let bytes = self.texts.get(layout::MANIFEST).cloned().unwrap_or_default();
        let mut list: Vec<(String, Digest)> = Vec::new();
        for (number, line) in (1_u64..).zip(bytes.split_inclusive(|b| *b == b'\n')) {
            let parsed = line.strip_suffix(b"\n").and_then(parse_manifest_line);
            match parsed {
                Some((digest, path))
                    if layout::part(path) == Some(Part::Payload)
                        && list.last().is_none_or(|(before, _)| before.as_str() < path) =>
                {
                    list.push((path.to_owned(), digest));
                }
                _ => {
                    let what = format!("line {number} is not one that hozen writes there: changed, doubled or moved");
                    self.problems.add(Layer::Manifest, layout::MANIFEST, what);
                }
            }
        }
        list
    }

    /// The tag manifest names exactly the tag files, in order, with their digests.
    fn tag_manifest(&mut self) {
        let Some(digest) = self.digest_of(layout::TAG_MANIFEST) else { return };
        self.seal = Some(digest);
        let bytes = self.texts.get(layout::TAG_MANIFEST).cloned().unwrap_or_default();
        let mut listed = BTreeSet::new();
        let mut last = String::new();
        for (number, line) in (1_u64..).zip(bytes.split_inclusive(|b| *b == b'\n')) {
            let parsed = line.strip_suffix(b"\n").and_then(parse_manifest_line);
            let Some((due, path)) =
                parsed.filter(|(_, path)| layout::part(path) == Some(Part::Tag) && last.as_str() < *path)
            else {
                let what = format!("line {number} is not one that hozen writes there: changed, doubled or moved");
                self.problems.add(Layer::TagManifest, layout::TAG_MANIFEST, what);
                continue;
            };
            match self.digest_of(path) {
                Some(found) if found == due => {}
                Some(_) => {
                    let what = "its bytes do not have the digest that tagmanifest-sha256.txt gives".to_owned();
                    self.problems.add(Layer::TagManifest, path, what);
                }
                None => self.problems.add(
                    Layer::TagManifest,
                    path,
                    "is missing: tagmanifest-sha256.txt lists it".to_owned(),
                ),
            }
            listed.insert(path.to_owned());
            last = path.to_owned();
        }
        for (tag, _) in self.tags.clone() {
            if layout::part(&tag) == Some(Part::Tag) && !listed.contains(&tag) {
                let what = "is not in tagmanifest-sha256.txt: nothing vouches for it".to_owned();
                self.problems.add(Layer::TagManifest, &tag, what);
            }
        }
    }

    /// The signature holds over the tag manifest, by the key that the bag names.
    fn signature(&mut self) {
        let Some(signed) = self.texts.get(layout::TAG_MANIFEST) else { return };
        if self.digest_of(layout::SIGNATURE).is_none() {
            return;
        }
        let key = match sign::verify(self.text(layout::SIGNATURE), signed) {
            Ok(key) => key,
            Err(why) => return self.problems.add(Layer::Seal, layout::SIGNATURE, why.to_string()),
        };
        let fingerprint = key.fingerprint();
        let allowed = key.allowed_signers(self.fact("Hozen-Signer").unwrap_or_default());
        if self.digest_of(layout::ALLOWED_SIGNERS).is_some() && self.text(layout::ALLOWED_SIGNERS) != allowed {
            let what = "does not name the signer of this bundle with the key that signed".to_owned();
            self.problems.add(Layer::Seal, layout::ALLOWED_SIGNERS, what);
        }
        if self.fact("Hozen-Key") != Some(&fingerprint) {
            let what = format!("was made with the key {fingerprint}, which is not the one in bag-info.txt");
            self.problems.add(Layer::Seal, layout::SIGNATURE, what);
        }
        self.key = Some(fingerprint);
    }

    /// Once, at the end: is every file there that the manifest names, and does the bag say what is true of it?
    pub(super) fn judge_payload(&mut self) {
        let manifest = self.manifest.take().unwrap_or_default();
        for (path, _) in manifest.iter().filter(|(path, _)| !self.found.contains(path)) {
            self.problems.add(Layer::Manifest, path, "is missing: manifest-sha256.txt lists it".to_owned());
        }
        if self.digest_of(layout::BAGIT_FILE).is_none() || self.digest_of(layout::BAG_INFO).is_none() {
            return;
        }
        let name = self.name.clone().unwrap_or_default();
        let payload = (self.payload_bytes, self.found.len() as u64);
        let wrong = layout::facts(&name, self.text(layout::BAGIT_FILE), self.text(layout::BAG_INFO), payload);
        for (path, what) in wrong {
            self.problems.add(Layer::TagManifest, path, what);
        }
    }
}

fn layer_of(path: &str) -> Layer {
    match path {
        layout::MANIFEST => Layer::Manifest,
        layout::TAG_MANIFEST | layout::SIGNATURE | layout::ALLOWED_SIGNERS => Layer::Seal,
        _ => Layer::TagManifest,
    }
}

//! Reads a bundle once, from its first byte to its last, and believes nothing: what is not signed is not kept.
//!
//! Tag files come first, so that it is known who signed what before the first byte of the case. Every member is stored as it
//! is: nothing unfolds, and nothing is kept that the signed manifest does not name. Past damage it goes on reading, so that
//! one changed byte does not hide what else is whole, but nothing more is kept.

mod judge;

use std::cell::Cell;
use std::collections::{BTreeMap, BTreeSet};
use std::io::{self, Read};
use std::rc::Rc;
use std::sync::atomic::{AtomicBool, Ordering};

use super::layout::{self, Part};
use crate::case::results::{Layer, Problem};
use crate::disk::error::DiskError;
use crate::evidence::container::Member;
use crate::evidence::container::read::{Visit, read_through};
use crate::evidence::verify::Problems;
use crate::model::limits::{BUNDLE_MEMBERS, BUNDLE_TEXT_BYTES};
use crate::model::{Digest, Method};

/// Where the files of the case go as they are read.
pub trait Keep {
    /// A file begins; its path in the case, which is safe to use.
    ///
    /// # Errors
    /// When it can not be made.
    fn begin(&mut self, file: &str) -> Result<(), DiskError>;
    /// Its bytes.
    ///
    /// # Errors
    /// When they can not be written.
    fn bytes(&mut self, bytes: &[u8]) -> Result<(), DiskError>;
    /// It is over, and is what the manifest says.
    ///
    /// # Errors
    /// When it can not be made durable.
    fn end(&mut self) -> Result<(), DiskError>;
}

/// Keeps nothing: the bundle is only checked.
#[derive(Debug)]
pub struct Nowhere;

impl Keep for Nowhere {
    fn begin(&mut self, _: &str) -> Result<(), DiskError> {
        Ok(())
    }
    fn bytes(&mut self, _: &[u8]) -> Result<(), DiskError> {
        Ok(())
    }
    fn end(&mut self) -> Result<(), DiskError> {
        Ok(())
    }
}

/// Why a bundle could not be read to its end.
#[derive(Debug, thiserror::Error)]
pub enum ReadError {
    /// It is something else.
    #[error("it is no bundle of hozen")]
    NotABundle,
    /// What reads it failed; of an encrypted file: it is cut or damaged.
    #[error("it could not be read to its end")]
    Source(#[source] io::Error),
    /// What is in it could not be kept.
    #[error("what is in it could not be written")]
    Keep(#[source] DiskError),
    /// The user interrupted.
    #[error("interrupted")]
    Interrupted,
}

/// What one read of a bundle showed.
#[derive(Debug, Clone)]
pub struct Bundle {
    /// Its name.
    pub name: String,
    /// What is not as it was sealed; none means whole.
    pub problems: Vec<Problem>,
    /// SHA-256 of the zip.
    pub zip_sha256: Digest,
    /// SHA-256 of its `tagmanifest-sha256.txt`.
    pub seal: Option<Digest>,
    /// Fingerprint of the key that signed it, if the signature holds.
    pub key: Option<String>,
    /// Members, and their bytes.
    pub members: (u64, u64),
    /// Where the bytes of each file of the case lie in the zip: from, length.
    pub files: BTreeMap<String, (u64, u64)>,
    /// What it says is the end of its chain of custody.
    pub custody: Option<Digest>,
}

/// Who looks on, and may stop it.
pub struct Watch<'a> {
    /// Set when the user interrupts.
    pub stop: &'a AtomicBool,
    /// Is told of bytes that were read.
    pub read: &'a dyn Fn(u64),
}

/// Reads the bundle from `file`; `path` is how it is called in the answer. `keep` gets the files of the case as long as
/// nothing is wrong.
///
/// # Errors
/// [`ReadError`]; what `keep` got until then is worth nothing.
pub fn read(path: &str, file: &mut dyn Read, keep: &mut dyn Keep, watch: &Watch<'_>) -> Result<Bundle, ReadError> {
    let halt = Rc::new(Cell::new(false));
    let mut state = State::new(path, keep, Rc::clone(&halt));
    let mut source = Halting { file, halt: &halt, watch };
    let through = read_through(&mut source, &mut state);
    if state.is_foreign {
        return Err(ReadError::NotABundle);
    }
    if let Some(error) = state.refused.take() {
        return Err(ReadError::Keep(error));
    }
    if watch.stop.load(Ordering::Relaxed) {
        return Err(ReadError::Interrupted);
    }
    let through = match through {
        Ok(through) => through,
        // Too many members: that was told.
        Err(_) if halt.get() => return Ok(state.end(Digest::of(&[]))),
        Err(error) => return Err(ReadError::Source(error)),
    };
    if through.members == 0 && state.name.is_none() {
        return Err(ReadError::NotABundle);
    }
    Ok(state.end(through.sha256))
}

/// A file that fails once it should be read no further.
struct Halting<'a> {
    file: &'a mut dyn Read,
    halt: &'a Cell<bool>,
    watch: &'a Watch<'a>,
}

impl Read for Halting<'_> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        if self.halt.get() || self.watch.stop.load(Ordering::Relaxed) {
            return Err(io::Error::other("stopped"));
        }
        let count = self.file.read(buffer)?;
        (self.watch.read)(count as u64);
        Ok(count)
    }
}

/// A member whose bytes were read.
struct Seen {
    name: Box<str>,
    record: [u8; 16],
}

struct State<'k> {
    name: Option<String>,
    seen: Vec<Seen>,
    folded: BTreeSet<String>,
    /// Tag files that were read, in their order.
    tags: Vec<(String, Digest)>,
    texts: BTreeMap<String, Vec<u8>>,
    /// What the manifest says, in its order; known once the first file of the case comes.
    manifest: Option<Vec<(String, Digest)>>,
    /// Files of the case that were read, which is also the place of the next in the manifest.
    next: usize,
    found: BTreeSet<String>,
    files: BTreeMap<String, (u64, u64)>,
    bytes: u64,
    payload_bytes: u64,
    seal: Option<Digest>,
    key: Option<String>,
    current: Current,
    problems: Problems,
    keep: &'k mut dyn Keep,
    refused: Option<DiskError>,
    is_foreign: bool,
    halt: Rc<Cell<bool>>,
}

/// The member that is being read.
struct Current {
    path: String,
    part: Option<Part>,
    sha256: sha2::Sha256,
    size: u64,
    text: Vec<u8>,
    is_kept: bool,
}

impl Current {
    fn new(path: String, part: Option<Part>) -> Self {
        let sha256 = <sha2::Sha256 as sha2::Digest>::new();
        Self { path, part, sha256, size: 0, text: Vec::new(), is_kept: false }
    }
}

impl<'k> State<'k> {
    fn new(path: &str, keep: &'k mut dyn Keep, halt: Rc<Cell<bool>>) -> Self {
        Self {
            name: None,
            seen: Vec::new(),
            folded: BTreeSet::new(),
            tags: Vec::new(),
            texts: BTreeMap::new(),
            manifest: None,
            next: 0,
            found: BTreeSet::new(),
            files: BTreeMap::new(),
            bytes: 0,
            payload_bytes: 0,
            seal: None,
            key: None,
            current: Current::new(String::new(), None),
            problems: Problems::new(path),
            keep,
            refused: None,
            is_foreign: false,
            halt,
        }
    }

    /// Whether this member is the first of a bundle; else all of it is something else.
    fn begin_bundle(&mut self, name: &str) {
        let folder = name.strip_suffix("/bagit.txt").filter(|folder| layout::case_of(folder).is_some());
        self.is_foreign = folder.is_none();
        self.halt.set(self.is_foreign);
        let folder = folder.unwrap_or_default().to_owned();
        self.problems.set_prefix(&format!("{folder}/"));
        self.name = Some(folder);
    }

    /// What a member is; complains about those that have no place.
    fn place(&mut self, name: &str) -> (String, Option<Part>) {
        let bundle = self.name.as_deref().unwrap_or_default();
        let Some(path) = name.strip_prefix(bundle).and_then(|rest| rest.strip_prefix('/')).map(str::to_owned) else {
            self.problems.add_at(Layer::Name, name, format!("lies outside the bundle {bundle}"));
            return (name.to_owned(), None);
        };
        let part = layout::part(&path);
        if part.is_none() {
            let what = "has no place in a bundle: it was added, or is dangerous to unpack".to_owned();
            self.problems.add_at(Layer::Name, name, what);
        }
        if !self.folded.insert(path.to_lowercase()) {
            let what = "stands in the bundle more than once, or differs only by case".to_owned();
            self.problems.add_at(Layer::Name, name, what);
            return (path, None);
        }
        (path, part)
    }

    /// The next file of the case must be the next one in the manifest.
    fn expect(&mut self, path: &str) {
        let Some(list) = &self.manifest else { return };
        if list.get(self.next).is_some_and(|(due, _)| due == path) {
            return;
        }
        if list.iter().any(|(due, _)| due == path) {
            let what = "does not stand in its place in the bundle: files were moved, dropped or added before it";
            self.problems.add(Layer::Zip, path, what.to_owned());
        } else {
            self.problems.add(
                Layer::Manifest,
                path,
                "is not in manifest-sha256.txt: nothing vouches for it".to_owned(),
            );
        }
    }

    fn keeps<T>(&mut self, done: Result<T, DiskError>) {
        if let Err(error) = done {
            self.refused.get_or_insert(error);
            self.current.is_kept = false;
            self.halt.set(true);
        }
    }

    fn end_payload(&mut self, digest: Digest, from: u64) {
        let (path, size) = (std::mem::take(&mut self.current.path), self.current.size);
        self.payload_bytes = self.payload_bytes.saturating_add(size);
        let due = self.manifest.iter().flatten().find(|(due, _)| *due == path).map(|(_, due)| *due);
        if due.is_some_and(|due| due != digest) {
            let what = "its bytes are not those that manifest-sha256.txt was made of".to_owned();
            self.problems.add(Layer::Digest, &path, what);
        }
        self.next = self.next.saturating_add(1);
        if let Some(file) = path.strip_prefix("data/") {
            self.files.insert(file.to_owned(), (from, size));
        }
        self.found.insert(path);
    }

    fn end(mut self, zip_sha256: Digest) -> Bundle {
        self.judge_tags();
        self.judge_payload();
        let custody = self.fact("Hozen-Custody-Head").and_then(|hex| hex.parse().ok());
        Bundle {
            name: self.name.unwrap_or_default(),
            problems: self.problems.take(),
            zip_sha256,
            seal: self.seal,
            key: self.key,
            members: (self.seen.len() as u64, self.bytes),
            files: self.files,
            custody,
        }
    }
}

impl Visit for State<'_> {
    fn begin(&mut self, name: &str) {
        if self.name.is_none() {
            self.begin_bundle(name);
        }
        if self.seen.len() as u64 >= BUNDLE_MEMBERS {
            let what = format!("holds more than {BUNDLE_MEMBERS} members: those after that were not read");
            self.problems.add(Layer::Zip, "", what);
            self.halt.set(true);
        }
        let (path, part) = self.place(name);
        if part == Some(Part::Payload) {
            self.judge_tags();
            self.expect(&path);
        } else if part.is_some() && self.manifest.is_some() {
            self.problems.add(Layer::Zip, &path, "stands behind the files of the case, not before them".to_owned());
        }
        self.current = Current::new(path, part);
    }

    fn announced(&mut self, method: Method, size: u64) {
        if method != Method::Stored {
            let what = "is packed: in a bundle every member is stored as it is".to_owned();
            self.problems.add(Layer::Zip, &self.current.path, what);
            self.current.part = None;
        }
        if matches!(self.current.part, Some(Part::Tag | Part::Seal | Part::Signature))
            && size > BUNDLE_TEXT_BYTES as u64
        {
            let what = format!("is larger than {BUNDLE_TEXT_BYTES} bytes: no such file is");
            self.problems.add(Layer::TagManifest, &self.current.path, what);
            self.current.part = None;
        }
        if self.current.part == Some(Part::Payload) && self.problems.is_empty() && !self.halt.get() {
            self.current.is_kept = true;
            let file = self.current.path.strip_prefix("data/").unwrap_or_default().to_owned();
            let begun = self.keep.begin(&file);
            self.keeps(begun);
        }
    }

    fn chunk(&mut self, bytes: &[u8]) {
        sha2::Digest::update(&mut self.current.sha256, bytes);
        self.current.size = self.current.size.saturating_add(bytes.len() as u64);
        match self.current.part {
            Some(Part::Payload) if self.current.is_kept => {
                let kept = self.keep.bytes(bytes);
                self.keeps(kept);
            }
            // Notes and guides are for people: their digest is all that is needed.
            Some(Part::Tag | Part::Seal | Part::Signature) if !is_for_people(&self.current.path) => {
                let room = BUNDLE_TEXT_BYTES.saturating_sub(self.current.text.len()).min(bytes.len());
                self.current.text.extend_from_slice(bytes.get(..room).unwrap_or_default());
            }
            _ => {}
        }
    }

    fn end(&mut self, member: Member) {
        let done = std::mem::replace(&mut self.current.sha256, <sha2::Sha256 as sha2::Digest>::new());
        let digest = Digest(sha2::Digest::finalize(done).into());
        self.bytes = self.bytes.saturating_add(self.current.size);
        match self.current.part {
            Some(Part::Payload) => {
                if std::mem::take(&mut self.current.is_kept) {
                    let ended = self.keep.end();
                    self.keeps(ended);
                }
                self.end_payload(digest, member.bytes_at());
            }
            Some(_) => {
                let path = std::mem::take(&mut self.current.path);
                self.texts.insert(path.clone(), std::mem::take(&mut self.current.text));
                self.tags.push((path, digest));
            }
            None => {}
        }
        self.seen.push(Seen { record: member.record_digest(), name: member.name.into_boxed_str() });
    }

    fn known(&self, index: u64) -> Option<(String, [u8; 16])> {
        let seen = self.seen.get(usize::try_from(index).ok()?)?;
        Some((seen.name.to_string(), seen.record))
    }

    fn problem(&mut self, layer: Layer, path: &str, what: String) {
        self.problems.add_at(layer, path, what);
    }
}

fn is_for_people(path: &str) -> bool {
    layout::GUIDES.contains(&path) || layout::NOTES.contains(&path)
}

#[cfg(test)]
mod tests;

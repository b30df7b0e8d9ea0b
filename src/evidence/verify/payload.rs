//! The payload against the two files that list it, both ways: `manifest-sha256.txt` and `custody/files.jsonl`.

use std::collections::HashMap;

use super::Seen;
use super::problems::Problems;
use crate::case::results::Layer;
use crate::evidence::journal::{Kept, RecordedEntry};
use crate::evidence::stored_name::belongs_to;
use crate::evidence::tags::{FILES, MANIFEST, parse_manifest_line};
use crate::model::{Digest, Kind};

/// Which payload members a list has named, and which one is due next: a list has the order of the zip.
#[derive(Debug, Default)]
struct Roll {
    due: usize,
    named: Vec<bool>,
    /// Made when a name first comes out of order.
    index: HashMap<u64, usize>,
}

enum Place {
    Due(usize),
    Moved(usize),
    Twice,
    Unknown,
}

impl Roll {
    fn place(&mut self, path: &str, payload: &[Seen]) -> Place {
        self.named.resize(payload.len(), false);
        let is_due = payload.get(self.due).is_some_and(|seen| &*seen.path == path);
        let Some(at) = is_due.then_some(self.due).or_else(|| self.find(path, payload)) else { return Place::Unknown };
        if self.named.get(at).copied().unwrap_or(true) {
            return Place::Twice;
        }
        self.named.iter_mut().skip(at).take(1).for_each(|named| *named = true);
        self.due = at.saturating_add(1);
        if is_due { Place::Due(at) } else { Place::Moved(at) }
    }

    fn find(&mut self, path: &str, payload: &[Seen]) -> Option<usize> {
        if self.index.is_empty() {
            self.index = payload.iter().enumerate().map(|(at, seen)| (name_digest(&seen.path), at)).collect();
        }
        let at = *self.index.get(&name_digest(path))?;
        payload.get(at).filter(|seen| &*seen.path == path).map(|_| at)
    }

    /// Payload that the list does not name.
    fn unnamed<'a>(&'a self, payload: &'a [Seen]) -> impl Iterator<Item = &'a str> {
        let is_named = |at: usize| self.named.get(at).copied().unwrap_or(false);
        payload.iter().enumerate().filter(move |(at, _)| !is_named(*at)).map(|(_, seen)| &*seen.path)
    }
}

fn name_digest(name: &str) -> u64 {
    let [a, b, c, d, e, f, g, h, ..] = Digest::of(name.as_bytes()).0;
    u64::from_be_bytes([a, b, c, d, e, f, g, h])
}

/// `manifest-sha256.txt`, line by line.
#[derive(Debug, Default)]
pub(super) struct ManifestCheck {
    roll: Roll,
    lines: u64,
}

impl ManifestCheck {
    pub(super) fn line(&mut self, line: &[u8], payload: &[Seen], problems: &mut Problems) {
        self.lines = self.lines.saturating_add(1);
        let Some((digest, path)) = parse_manifest_line(line) else {
            problems.add(Layer::Manifest, MANIFEST, format!("line {} is not \"digest, two spaces, path\"", self.lines));
            return;
        };
        let at = match self.roll.place(path, payload) {
            Place::Due(at) => at,
            Place::Moved(at) => {
                problems.add(
                    Layer::Manifest,
                    path,
                    format!("line {} of manifest-sha256.txt names it out of its order", self.lines),
                );
                at
            }
            Place::Twice => {
                problems.add(
                    Layer::Manifest,
                    path,
                    format!("line {} of manifest-sha256.txt names it a second time", self.lines),
                );
                return;
            }
            Place::Unknown => {
                problems.add(
                    Layer::Manifest,
                    path,
                    format!("line {} of manifest-sha256.txt names it, but it is not in the zip", self.lines),
                );
                return;
            }
        };
        if payload.get(at).is_none_or(|seen| seen.digest != digest) {
            problems.add(Layer::Digest, path, "its bytes do not have the digest that manifest-sha256.txt gives".into());
        }
    }

    pub(super) fn end(&self, payload: &[Seen], problems: &mut Problems) {
        for path in self.roll.unnamed(payload) {
            problems.add(Layer::Manifest, path, "is in the zip, but not in manifest-sha256.txt".into());
        }
    }
}

/// `custody/files.jsonl`, line by line.
#[derive(Debug, Default)]
pub(super) struct FilesCheck {
    roll: Roll,
    /// Lines so far: entries, if all is well.
    pub(super) lines: u64,
    /// Gaps that they tell of.
    pub(super) gaps: u64,
}

impl FilesCheck {
    pub(super) fn line(&mut self, line: &[u8], prefix: &str, payload: &[Seen], problems: &mut Problems) {
        let number = self.lines.saturating_add(1);
        let due_seq = self.lines;
        self.lines = number;
        let mut wrong = |what: &str| problems.add(Layer::Record, FILES, format!("line {number} {what}"));
        let record = match RecordedEntry::parse(line) {
            Ok(record) => record,
            Err(why) => return wrong(&why),
        };
        self.gaps = self.gaps.saturating_add(record.gaps.len() as u64);
        if record.seq != due_seq {
            wrong(&format!("has number {}: lines are missing, doubled or moved", record.seq));
        }
        if record.sha256.is_none() && record.gaps.is_empty() {
            wrong("has neither a digest nor a gap");
        }
        let (seq, kind, origin, path) = (record.seq, record.kind, record.origin, record.path());
        let kept = match record.kept() {
            Ok(Some(kept)) => kept,
            Ok(None) => return,
            Err(why) => return wrong(why),
        };
        if kind != Kind::File {
            wrong("keeps content of something that is no file");
        }
        if !path.is_some_and(|path| belongs_to(&kept.stored, seq, &path, origin)) {
            wrong("has a stored name that does not come from its path");
        }
        self.compare(&kept, prefix, payload, problems);
    }

    fn compare(&mut self, kept: &Kept, prefix: &str, payload: &[Seen], problems: &mut Problems) {
        let mut wrong = |what: &str| problems.add(Layer::Record, &kept.stored, what.to_owned());
        let at = match self.roll.place(&kept.stored, payload) {
            Place::Due(at) => at,
            Place::Moved(at) => {
                wrong("files.jsonl names it out of its order");
                at
            }
            Place::Twice => return wrong("files.jsonl names it a second time"),
            Place::Unknown => return wrong("files.jsonl names it, but it is not in the zip"),
        };
        let Some(seen) = payload.get(at) else { return };
        if seen.digest != kept.sha256 {
            wrong("its bytes do not have the digest that files.jsonl gives");
        }
        let member = kept.placed.member(format!("{prefix}{}", kept.stored), kept.bytes);
        if member.record_digest() != seen.record {
            wrong("its place, length, time or checksums in the zip are not those that files.jsonl gives");
        }
    }

    pub(super) fn end(&self, payload: &[Seen], problems: &mut Problems) {
        for path in self.roll.unnamed(payload) {
            problems.add(Layer::Record, path, "is in the zip, but not in files.jsonl".into());
        }
    }
}

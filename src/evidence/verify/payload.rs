//! The payload against the files that list it, both ways: `manifest-sha256.txt` and its like, and `custody/files.jsonl`.

use std::collections::HashMap;

use super::Seen;
use super::problems::Problems;
use crate::case::results::Layer;
use crate::evidence::journal::{Fate, Kept, RecordedEntry};
use crate::evidence::others;
use crate::evidence::stored_name::belongs_to;
use crate::evidence::tags::{FILES, parse_digest_line};
use crate::model::{Algorithm, Algorithms, Digest, Digests, Kind, Stat};

/// What a digest of any algorithm is known by: half of its SHA-256, as short as the shortest of them.
pub(super) type Print = [u8; 16];

/// The print of a digest.
pub(super) fn print(digest: &[u8]) -> Print {
    let [half @ .., _, _, _, _, _, _, _, _, _, _, _, _, _, _, _, _] = Digest::of(digest).0;
    half
}

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

/// `manifest-sha256.txt` or the manifest of another algorithm, line by line.
#[derive(Debug)]
pub(super) struct ManifestCheck {
    algorithm: Algorithm,
    file: &'static str,
    roll: Roll,
    lines: u64,
}

impl ManifestCheck {
    pub(super) fn new(algorithm: Algorithm, file: &'static str) -> Self {
        Self { algorithm, file, roll: Roll::default(), lines: 0 }
    }

    pub(super) fn line(&mut self, line: &[u8], payload: &[Seen], problems: &mut Problems) {
        self.lines = self.lines.saturating_add(1);
        let file = self.file;
        let Some((digest, path)) = parse_digest_line(line, self.algorithm) else {
            problems.add(Layer::Manifest, file, format!("line {} is not \"digest, two spaces, path\"", self.lines));
            return;
        };
        let at = match self.roll.place(path, payload) {
            Place::Due(at) => at,
            Place::Moved(at) => {
                problems.add(Layer::Manifest, path, format!("line {} of {file} names it out of its order", self.lines));
                at
            }
            Place::Twice => {
                problems.add(Layer::Manifest, path, format!("line {} of {file} names it a second time", self.lines));
                return;
            }
            Place::Unknown => {
                problems.add(
                    Layer::Manifest,
                    path,
                    format!("line {} of {file} names it, but it is not in the zip", self.lines),
                );
                return;
            }
        };
        // A manifest that the record of acquisition does not speak of is told as that.
        let made = payload.get(at).and_then(|seen| seen.print(self.algorithm));
        if made.is_some_and(|made| made != print(&digest)) {
            problems.add(Layer::Digest, path, format!("its bytes do not have the digest that {file} gives"));
        }
    }

    pub(super) fn end(&self, payload: &[Seen], problems: &mut Problems) {
        for path in self.roll.unnamed(payload) {
            problems.add(Layer::Manifest, path, format!("is in the zip, but not in {}", self.file));
        }
    }
}

/// `custody/files.jsonl`, line by line.
#[derive(Debug, Default)]
pub(super) struct FilesCheck {
    roll: Roll,
    /// The digests that content must have, as was announced, or as the first line with content has them.
    pub(super) digests: Option<Algorithms>,
    /// Lines so far: entries, if all is well.
    pub(super) lines: u64,
    /// Gaps that they tell of.
    pub(super) gaps: u64,
    /// Lines that are further names of a file.
    pub(super) linked: u64,
    /// Kept files that have more names, by number: what a line of a further name must agree with.
    firsts: HashMap<u64, First>,
}

/// What a line of a further name repeats.
#[derive(Debug, PartialEq, Eq)]
struct First {
    stored: String,
    digests: Digests,
    bytes: u64,
    stat: Stat,
}

impl First {
    /// Nothing for an entry that is no file with several names.
    fn of(record: &RecordedEntry) -> Option<Self> {
        let stat = record.stat.clone().filter(|stat| stat.links > 1 && record.kind == Kind::File)?;
        let digests = Digests { sha256: record.sha256?, others: record.digests.clone() };
        Some(Self { stored: record.stored.clone()?, digests, bytes: record.bytes, stat })
    }

    fn is_named_by(&self, later: &Self) -> bool {
        let is_same_file = !later.stat.changed_since(&self.stat) && later.stat.btime == self.stat.btime;
        let is_same_content = (&self.stored, &self.digests, self.bytes) == (&later.stored, &later.digests, later.bytes);
        is_same_file && is_same_content
    }
}

impl FilesCheck {
    pub(super) fn new(announced: Option<Algorithms>) -> Self {
        Self { digests: announced, ..Self::default() }
    }

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
        if let Some(why) = record.extents_wrong() {
            wrong(why);
        }
        if matches!(record.outcome, Fate::Kept | Fate::Linked) {
            let has = others::algorithms(&record.digests);
            if *self.digests.get_or_insert(has) != has {
                wrong("has not the digests that this evidence has of content");
            }
        }
        let (seq, kind, origin) = (record.seq, record.kind, record.origin);
        let (path, link, first) = (record.path(), record.hard_link_of, First::of(&record));
        let kept = match (record.kept(), link) {
            (Ok(Some(kept)), _) => kept,
            (Ok(None), None) => return,
            (Ok(None), Some(of)) => {
                self.linked = self.linked.saturating_add(1);
                let named = self.firsts.get(&of).zip(first.as_ref());
                if !named.is_some_and(|(first, later)| first.is_named_by(later)) {
                    wrong(&format!(
                        "is a further name of entry {of}, which is not the same file with the same content"
                    ));
                }
                return;
            }
            (Err(why), _) => return wrong(why),
        };
        self.firsts.extend(first.map(|first| (seq, first)));
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
        if seen.digest != kept.digests.sha256 {
            wrong("its bytes do not have the digest that files.jsonl gives");
        }
        for (algorithm, digest) in &kept.digests.others {
            if seen.print(*algorithm).is_some_and(|made| made != print(digest)) {
                wrong(&format!("its bytes do not have the {algorithm} digest that files.jsonl gives"));
            }
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::evidence::verify::problems::Problems;

    fn line(seq: u64, changes: &[(&str, serde_json::Value)]) -> Vec<u8> {
        let time = "1.000000000";
        let mut line = serde_json::json!({
            "seq": seq, "path_b64": data_encoding::BASE64.encode(format!("/{seq}").as_bytes()), "kind": "file",
            "stored": "data/fs/0", "outcome": "linked", "sha256": Digest::of(b"x"), "bytes": 1, "hard_link_of": 0,
            "stat": { "size": 1, "blocks": 8, "mode": "0644", "uid": 0, "gid": 0, "device": 1, "inode": 2, "links": 3,
                "atime": time, "mtime": time, "ctime": time },
        });
        changes.iter().for_each(|(key, value)| line[*key] = value.clone());
        serde_json::to_vec(&line).unwrap()
    }

    /// What is wrong with a record of two lines: a file, and `second`.
    fn said(second: &[u8]) -> Vec<String> {
        let zip = serde_json::json!({ "offset": 0, "method": "stored", "stored_bytes": 1, "crc32": 0, "stored_crc32": 0,
            "mtime": null, "wide": false });
        let kept = ("outcome", "kept".into());
        let first = line(0, &[kept, ("zip", zip), ("hard_link_of", serde_json::Value::Null)]);
        let placed = RecordedEntry::parse(&first).unwrap().zip.unwrap();
        let record = placed.member("n/data/fs/0".to_owned(), 1).record_digest();
        let payload = [Seen { path: "data/fs/0".into(), record, digest: Digest::of(b"x"), others: Box::default() }];
        let (mut check, mut problems) = (FilesCheck::default(), Problems::new("zip"));
        check.line(&first, "n/", &payload, &mut problems);
        check.line(second, "n/", &payload, &mut problems);
        check.end(&payload, &mut problems);
        problems.take().into_iter().map(|problem| problem.what).collect()
    }

    #[test]
    fn a_further_name_must_be_the_same_file_with_the_same_content() {
        assert_eq!(said(&line(1, &[])), [""; 0]);
        let other_stat = |key: &str, value: serde_json::Value| {
            let mut stat: serde_json::Value =
                serde_json::from_slice::<serde_json::Value>(&line(1, &[])).unwrap()["stat"].take();
            stat[key] = value;
            vec![("stat", stat)]
        };
        let lies = [
            vec![("stored", "data/fs/1".into())],
            vec![("sha256", serde_json::json!(Digest::of(b"y")))],
            vec![("bytes", 2.into())],
            vec![("hard_link_of", 7.into())],
            vec![("hard_link_of", 1.into())],
            vec![("hard_link_of", serde_json::Value::Null)],
            vec![("kind", "link".into())],
            vec![("outcome", "recorded".into())],
            other_stat("inode", 3.into()),
            other_stat("device", 3.into()),
            other_stat("mtime", "2.000000000".into()),
            vec![("stat", serde_json::Value::Null)],
        ];
        for lie in lies {
            assert_eq!(said(&line(1, &lie)).len(), 1, "{lie:?}");
        }
    }
}

//! One line per entry: `custody/files.jsonl` in the bag, and the journal that makes a torn collection resumable.
//!
//! Everything that the zip says of a member stands in its line too, so the directory can be written without remembering it.

use data_encoding::BASE64;
use serde::{Deserialize, Serialize};

use super::container::Member;
use super::others::{self, OtherDigests};
use crate::model::Method;
use crate::model::{Digest, Digests, Entry, Gap, GapKind, Kind, Origin, RawPath, Stat};
use crate::pass::KeptOnce;

/// Something about how an entry was read that a reader of the record must know.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Mark {
    /// The kernel refused to leave the access time alone.
    AtimeNotKept,
    /// It grew while it was read; it was read to its size at open.
    Grew,
    /// Content or metadata changed while it was read.
    ChangedDuringRead,
    /// Another file took its name while it was read.
    Replaced,
    /// The kernel gave no size (`/proc`); it was read to its end or to the limit.
    SizeUnknown,
    /// A giant sparse file: its content is the stretches that hold data, one after another, and the digest is theirs.
    ExtentsOnly,
}

/// What became of an entry, in short.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Fate {
    /// Its content is in the bag.
    Kept,
    /// Its content is in the bag once, under the first name of the same file: see `hard_link_of`.
    Linked,
    /// It has no content to keep (a folder, a link, a pipe) and is recorded.
    Recorded,
    /// Its content should be in the bag and is not: see its gaps.
    Gap,
}

/// What the pass learned of an entry, beyond what the walk saw.
#[derive(Debug, Clone, Default)]
pub struct Outcome {
    /// SHA-256 of what was read: content of a file, target of a link, listing of a folder.
    pub sha256: Option<Digest>,
    /// The other digests of content that was kept, where they were asked for.
    pub digests: OtherDigests,
    /// Bytes that were read.
    pub bytes: u64,
    /// `fstat` after reading.
    pub after: Option<Stat>,
    /// Extended attributes: name, value.
    pub xattrs: Vec<(Vec<u8>, Vec<u8>)>,
    /// For a sparse file: the stretches that hold data, as (start, end).
    pub extents: Vec<(u64, u64)>,
    /// For a giant sparse file: SHA-256 of each of them.
    pub extent_digests: Vec<Digest>,
    /// How it was read.
    pub marks: Vec<Mark>,
    /// What was not read, and why.
    pub gaps: Vec<Gap>,
}

/// One line, as it is written.
#[derive(Debug, Clone, Serialize)]
pub struct EntryRecord {
    /// Position in the walk.
    pub seq: u64,
    /// Path, escaped for display.
    pub path: String,
    /// The exact bytes of the path.
    pub path_b64: String,
    /// Where it comes from, unless it is a file system.
    #[serde(skip_serializing_if = "Origin::is_file_system")]
    pub origin: Origin,
    /// What it is.
    pub kind: Kind,
    /// Where its content lies in the bag.
    pub stored: Option<String>,
    /// What became of it.
    pub outcome: Fate,
    /// SHA-256 of content, link target or listing.
    pub sha256: Option<Digest>,
    /// The other digests of content that is in the bag, where they were asked for.
    #[serde(with = "others", skip_serializing_if = "Vec::is_empty")]
    pub digests: OtherDigests,
    /// Bytes that were read.
    pub bytes: u64,
    /// For a further name of a file that was kept before: position of its first entry, whose content this is too.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub hard_link_of: Option<u64>,
    /// Metadata before reading.
    pub stat: Option<Stat>,
    /// Metadata after reading, where it differs.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub stat_after: Option<Stat>,
    /// Target of a link.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub link_target_b64: Option<String>,
    /// Device numbers: major, minor.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub device_node: Option<(u32, u32)>,
    /// Extended attributes.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub xattrs: Vec<Xattr>,
    /// For a sparse file: `[start, end]` of each stretch that holds data; everything else in it reads as zeros.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub extents: Vec<(u64, u64)>,
    /// For a giant sparse file, whose content is these stretches one after another: SHA-256 of each.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub extent_digests: Vec<Digest>,
    /// How it was read.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub marks: Vec<Mark>,
    /// What was not read, and why.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub gaps: Vec<EntryGap>,
    /// Its member in the zip.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub zip: Option<Placed>,
}

/// One extended attribute.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Xattr {
    /// Name, escaped for display.
    pub name: String,
    /// The exact bytes of the name.
    pub name_b64: String,
    /// Value.
    pub value_b64: String,
}

/// A gap of this entry.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct EntryGap {
    /// Why, for machines.
    pub kind: GapKind,
    /// Why, for people.
    pub reason: String,
}

/// Where a member lies in the zip, and how.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Placed {
    /// Where its local header begins.
    pub offset: u64,
    /// How its bytes are stored.
    pub method: Method,
    /// Their number.
    pub stored_bytes: u64,
    /// CRC-32 of the content.
    pub crc32: u32,
    /// CRC-32 of the bytes as stored.
    pub stored_crc32: u32,
    /// Last change in whole seconds, as the zip says it.
    pub mtime: Option<i32>,
    /// Whether its header has 64-bit sizes.
    pub wide: bool,
}

impl EntryRecord {
    /// The record of `entry`, with `member` if its content was kept under `stored`.
    pub fn new(entry: &Entry, outcome: &Outcome, kept: Option<(String, &Member)>) -> Self {
        let (stored, placed) = kept.map(|(stored, member)| (stored, Placed::of(member))).unzip();
        let fate = match (&placed, entry.kind) {
            (Some(_), _) => Fate::Kept,
            (None, Kind::File | Kind::Unknown) => Fate::Gap,
            (None, Kind::Folder | Kind::Link) if outcome.sha256.is_none() => Fate::Gap,
            _ => Fate::Recorded,
        };
        let changed = |after: &&Stat| entry.stat.as_ref() != Some(*after);
        Self {
            seq: entry.seq,
            path: entry.path.shown(),
            path_b64: entry.path.base64(),
            origin: entry.origin,
            kind: entry.kind,
            stored,
            outcome: fate,
            sha256: outcome.sha256,
            digests: outcome.digests.clone(),
            bytes: outcome.bytes,
            hard_link_of: None,
            stat: entry.stat.clone(),
            stat_after: outcome.after.as_ref().filter(changed).cloned(),
            link_target_b64: entry.link_target.as_ref().map(|target| BASE64.encode(target)),
            device_node: entry.device_node,
            xattrs: outcome.xattrs.iter().map(|(name, value)| Xattr::of(name, value)).collect(),
            extents: outcome.extents.clone(),
            extent_digests: outcome.extent_digests.clone(),
            marks: outcome.marks.clone(),
            gaps: outcome.gaps.iter().map(|g| EntryGap { kind: g.kind, reason: g.reason.clone() }).collect(),
            zip: placed,
        }
    }

    /// The record of `entry`, a further name of the file whose content `first` says where to find.
    pub fn linked(entry: &Entry, outcome: &Outcome, first: &KeptOnce) -> Self {
        Self {
            stored: Some(first.stored.clone()),
            outcome: Fate::Linked,
            sha256: Some(first.digests.sha256),
            digests: first.digests.others.clone(),
            bytes: first.bytes,
            hard_link_of: Some(first.seq),
            ..Self::new(entry, outcome, None)
        }
    }

    /// Whether the promise is kept: a digest, or a gap that says why not.
    pub fn is_accounted_for(&self) -> bool {
        self.sha256.is_some() || !self.gaps.is_empty()
    }
}

impl Xattr {
    fn of(name: &[u8], value: &[u8]) -> Self {
        let name = RawPath(name.to_vec());
        Self { name: name.shown(), name_b64: name.base64(), value_b64: BASE64.encode(value) }
    }
}

impl Placed {
    fn of(member: &Member) -> Self {
        Self {
            offset: member.offset,
            method: member.method,
            stored_bytes: member.stored_size,
            crc32: member.crc32,
            stored_crc32: member.stored_crc32,
            mtime: member.mtime,
            wide: member.wide,
        }
    }

    /// The member again, under its full name.
    pub fn member(&self, name: String, size: u64) -> Member {
        Member {
            name,
            method: self.method,
            mtime: self.mtime,
            wide: self.wide,
            offset: self.offset,
            crc32: self.crc32,
            stored_crc32: self.stored_crc32,
            size,
            stored_size: self.stored_bytes,
        }
    }
}

/// The part of a line that is read back: to write the directory, to resume, to verify.
#[derive(Debug, Clone, Deserialize)]
pub struct RecordedEntry {
    /// Position in the walk.
    pub seq: u64,
    /// The exact bytes of the path.
    pub path_b64: String,
    /// Where it comes from.
    #[serde(default)]
    pub origin: Origin,
    /// What it is.
    pub kind: Kind,
    /// Where its content lies in the bag.
    pub stored: Option<String>,
    /// What became of it.
    pub outcome: Fate,
    /// SHA-256 of content, link target or listing.
    pub sha256: Option<Digest>,
    /// The other digests of content that is in the bag.
    #[serde(default, with = "others")]
    pub digests: OtherDigests,
    /// Bytes that were read.
    pub bytes: u64,
    /// Metadata before reading: a later name of the same file is known by it.
    #[serde(default)]
    pub stat: Option<Stat>,
    /// For a further name of a file that was kept before: position of its first entry.
    #[serde(default)]
    pub hard_link_of: Option<u64>,
    /// For a sparse file: the stretches that hold data.
    #[serde(default)]
    pub extents: Vec<(u64, u64)>,
    /// For a giant sparse file: SHA-256 of each stretch.
    #[serde(default)]
    pub extent_digests: Vec<Digest>,
    /// How it was read.
    #[serde(default)]
    pub marks: Vec<Mark>,
    /// What was not read, and why.
    #[serde(default)]
    pub gaps: Vec<EntryGap>,
    /// Its member in the zip.
    #[serde(default)]
    pub zip: Option<Placed>,
}

/// A kept entry: what the manifest and the zip's directory say of it.
#[derive(Debug, Clone)]
pub struct Kept {
    /// Where its content lies in the bag.
    pub stored: String,
    /// The digests of its content.
    pub digests: Digests,
    /// Its length.
    pub bytes: u64,
    /// Its place in the zip.
    pub placed: Placed,
}

impl RecordedEntry {
    /// One line, without its newline.
    pub fn parse(line: &[u8]) -> Result<Self, String> {
        serde_json::from_slice(line).map_err(|e| format!("is not a record of an entry: {e}"))
    }

    /// Why the map of its stretches contradicts itself, if it does: they ascend, and those of a giant sparse file are its
    /// content, each with its digest.
    pub fn extents_wrong(&self) -> Option<&'static str> {
        let ascend = self.extents.windows(2).all(|pair| matches!(pair, [a, b] if a.1 <= b.0));
        if !ascend || self.extents.iter().any(|(start, end)| start >= end) {
            return Some("has stretches that overlap or run backwards");
        }
        if !self.marks.contains(&Mark::ExtentsOnly) {
            return (!self.extent_digests.is_empty())
                .then_some("has digests of stretches, but is no giant sparse file");
        }
        let data = self.extents.iter().fold(0_u64, |sum, (start, end)| sum.saturating_add(end.saturating_sub(*start)));
        let is_whole = self.gaps.iter().all(|gap| gap.kind == GapKind::OverLimit);
        let (listed, digests) = (self.extents.len(), self.extent_digests.len());
        // What ended early (a read error, a file that shrank) has a gap that says so.
        let is_right =
            if is_whole { (data, listed) == (self.bytes, digests) } else { data >= self.bytes && listed >= digests };
        (!is_right).then_some("has stretches that do not add up to its content, or not a digest for each")
    }

    /// The path as the kernel gave it, if the line has it right.
    pub fn path(&self) -> Option<RawPath> {
        BASE64.decode(self.path_b64.as_bytes()).ok().map(RawPath)
    }

    /// What it kept, or why the line contradicts itself. A further name of a file kept nothing of its own.
    pub fn kept(self) -> Result<Option<Kept>, &'static str> {
        match (self.outcome, self.hard_link_of) {
            (Fate::Linked, Some(first)) if first < self.seq => {}
            (Fate::Linked, _) => return Err("says linked, but not to an entry before it"),
            (_, Some(_)) => return Err("says not linked, but names a first entry"),
            (_, None) => {}
        }
        match (self.outcome, self.stored, self.sha256, self.zip) {
            (Fate::Linked, Some(_), Some(_), None) => Ok(None),
            (Fate::Linked, ..) => Err("says linked, but not where or with which digest, or names a member of its own"),
            (Fate::Kept, Some(stored), Some(sha256), Some(placed)) => {
                let digests = Digests { sha256, others: self.digests };
                Ok(Some(Kept { stored, digests, bytes: self.bytes, placed }))
            }
            (Fate::Kept, ..) => Err("says kept, but not where or with which digest"),
            (_, None, _, None) if !self.digests.is_empty() => Err("says not kept, but has digests of kept content"),
            (_, None, _, None) => Ok(None),
            _ => Err("says not kept, but names a place in the bag"),
        }
    }
}

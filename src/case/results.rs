//! The shapes that scripts rely on: what each verb prints with `--format json` and keeps in the case.
//!
//! docs/output.md is the norm. Fields may be added; none is renamed or removed within a schema version.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

pub use super::scanned::Scanned;
pub use crate::disk::rows::{Numbered, Rows};
use crate::model::taken::TakeRecord;
use crate::model::{Algorithms, Breakdown, CustodyEvent, Digest, EntityTally, Gap, LeafPeople, RiskyPlace, Subjects};
pub use crate::model::{FileResult, LookStatus};

/// `hozen.collect/1`.
#[derive(Debug, Clone, Serialize, Deserialize, PartialEq)]
pub struct CollectResult {
    /// `hozen.collect/1`.
    pub schema: String,
    /// The case folder.
    pub case: String,
    /// The evidence zips, sealed.
    pub evidence: Vec<String>,
    /// Everything that the walk saw.
    pub entries: u64,
    /// Regular files whose content was kept.
    pub files: u64,
    /// Bytes of content kept.
    pub bytes: u64,
    /// Further names of those files (hard links): their content is kept once, so they are in neither number.
    #[serde(default)]
    pub linked: u64,
    /// The digests that were made of every kept content; SHA-256 is always one.
    #[serde(default)]
    pub digests: Algorithms,
    /// What was not kept, and why.
    pub gaps: Rows<Gap>,
    /// The seal.
    pub seal: SealResult,
}

/// The sealed object: the digest of `tagmanifest-sha256.txt`, and the key that signed it.
#[derive(Debug, Clone, Serialize, Deserialize, PartialEq)]
pub struct SealResult {
    /// SHA-256 of `tagmanifest-sha256.txt`: the number for the paper form.
    pub sha256: Digest,
    /// SHA-256 of the whole zip.
    pub zip_sha256: Digest,
    /// OpenSSH fingerprint of the signing key (`SHA256:…`).
    pub key: String,
}

/// `hozen.dry_run/1`.
#[derive(Debug, Clone, Serialize, Deserialize, PartialEq)]
pub struct DryRunResult {
    /// `hozen.dry_run/1`.
    pub schema: String,
    /// The profiles that were asked for.
    pub profiles: Vec<String>,
    /// The folder below which their places were looked up.
    pub root: Option<String>,
    /// Paths that were named, and how large each is.
    pub paths: Vec<WouldTake>,
    /// Every take of the profiles, also those of which nothing is there.
    pub takes: Vec<WouldTakeOf>,
    /// What is there and left out on purpose.
    pub left_out: Vec<LeftOut>,
    /// What could not be looked at.
    pub gaps: Vec<Gap>,
    /// Everything together, each file once.
    pub total: Amount,
    /// Bytes that the case may need, at most.
    pub need_bytes: u64,
    /// Bytes that are free where it would be made.
    pub free_bytes: u64,
}

/// How much there is of something.
#[derive(Debug, Clone, Copy, Default, Serialize, Deserialize, PartialEq, Eq)]
pub struct Amount {
    /// Everything that a walk sees.
    pub entries: u64,
    /// Regular files.
    pub files: u64,
    /// Bytes of their content.
    pub bytes: u64,
}

/// A path that was named.
#[derive(Debug, Clone, Serialize, Deserialize, PartialEq, Eq)]
pub struct WouldTake {
    /// The path.
    pub path: String,
    /// How much it is.
    pub amount: Amount,
}

/// A take, and how much is there of it. What two takes share is in both.
#[derive(Debug, Clone, Serialize, Deserialize, PartialEq, Eq)]
pub struct WouldTakeOf {
    /// The take and its paths.
    pub take: TakeRecord,
    /// How much it is.
    pub amount: Amount,
}

/// Something that a profile leaves out on purpose.
#[derive(Debug, Clone, Serialize, Deserialize, PartialEq, Eq)]
pub struct LeftOut {
    /// What it is.
    pub title: String,
    /// Why, and what to do who needs it.
    pub why: String,
    /// Where.
    pub path: String,
    /// How much it is.
    pub amount: Amount,
}

/// Counts that are nothing are left out.
fn is_zero(count: &u64) -> bool {
    *count == 0
}

/// `hozen.scan/1`.
#[derive(Debug, Clone, Serialize, Deserialize, PartialEq)]
pub struct ScanResult {
    /// `hozen.scan/1`.
    pub schema: String,
    /// People.
    pub subjects: Subjects,
    /// Who had what, and where.
    #[serde(default)]
    pub who: Breakdown,
    /// Values, by entity; an entity that was looked for and not found is there with zeros.
    pub entities: BTreeMap<String, EntityTally>,
    /// People of each file, member, sheet and table that has any, in the order in which they were met.
    #[serde(default, skip_serializing_if = "Rows::is_empty")]
    pub leaves: Rows<LeafPeople>,
    /// Every file that was met, in walk order, with what was inside it.
    pub files: Scanned,
    /// Files and folders that lie where they should not.
    #[serde(default, skip_serializing_if = "Rows::is_empty")]
    pub risky_places: Rows<RiskyPlace>,
    /// Files that were as an earlier run saw them, and were not read again (`--cache`).
    #[serde(default, skip_serializing_if = "is_zero")]
    pub cached: u64,
    /// What was not read or not understood.
    pub gaps: Rows<Gap>,
    /// SHA-256 of the rule pack that was used.
    pub rules: Digest,
}

/// `hozen.respond/1`.
#[derive(Debug, Clone, Serialize, Deserialize, PartialEq)]
pub struct RespondResult {
    /// `hozen.respond/1`.
    pub schema: String,
    /// The case folder.
    pub case: String,
    /// The HTML report.
    pub report: String,
    /// What was preserved.
    pub collect: CollectResult,
    /// What was found.
    pub scan: ScanResult,
}

/// Layer at which something is wrong, from the outside in.
#[derive(Debug, Clone, Copy, Serialize, Deserialize, PartialEq, Eq, PartialOrd, Ord)]
#[serde(rename_all = "snake_case")]
pub enum Layer {
    /// The zip container: its digest, structure, headers.
    Zip,
    /// A member's name.
    Name,
    /// A payload manifest: a line missing, unknown, doubled or unreadable.
    Manifest,
    /// A payload's bytes.
    Digest,
    /// A tag file, or a tag manifest.
    TagManifest,
    /// The signature.
    Seal,
    /// A time stamp on the seal.
    TimeStamp,
    /// The custody chain.
    Custody,
    /// `files.jsonl`, or the `Payload-Oxum` of a bag, against the payload.
    Record,
    /// A result or report in the case folder.
    Result,
}

/// One thing that is not as it was sealed.
#[derive(Debug, Clone, Serialize, Deserialize, PartialEq, Eq)]
pub struct Problem {
    /// Where in the layers.
    pub layer: Layer,
    /// Which member or file.
    pub path: String,
    /// What is wrong, in English.
    pub what: String,
}

/// `hozen.verify/1`.
#[derive(Debug, Clone, Serialize, Deserialize, PartialEq)]
pub struct VerifyResult {
    /// `hozen.verify/1`.
    pub schema: String,
    /// Whether everything is whole.
    pub ok: bool,
    /// The same in more words.
    pub state: State,
    /// What is not.
    pub problems: Vec<Problem>,
    /// What was checked, by path: so that an empty check is not taken for a whole one.
    pub checked: Vec<Checked>,
    /// Time stamps on seals that hold.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub stamps: Vec<StampResult>,
    /// Collections that are not at their end.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub unfinished: Vec<UnfinishedResult>,
    /// Files of the case that were kept back when it was handed over: not checked, and not missing.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub withheld: Vec<WithheldResult>,
}

/// A file that was kept back.
#[derive(Debug, Clone, Serialize, Deserialize, PartialEq, Eq)]
pub struct WithheldResult {
    /// Its path in the case.
    pub file: String,
    /// Its digest, by the chain of custody.
    pub sha256: Digest,
}

/// A time stamp (RFC 3161) on a seal: the evidence was sealed before this moment.
#[derive(Debug, Clone, Serialize, Deserialize, PartialEq, Eq)]
pub struct StampResult {
    /// The evidence zip, by name.
    pub evidence: String,
    /// The reply of the authority, in the case folder.
    pub file: String,
    /// The moment that the authority vouches for, RFC 3339, UTC.
    pub time: String,
    /// Whose certificate signed it, as the certificate says.
    pub authority: String,
    /// The rules that the authority stamped by.
    pub policy: String,
    /// The stamp's number, hexadecimal.
    pub serial: String,
    /// `verified` or `not_verified`: the signature, by the certificate in the reply.
    pub signature: String,
    /// `verified`, `not_verified` or `not_checked`: that certificate, up to a CA that the user trusts.
    pub chain: String,
    /// Why something was not verified.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub why: Option<String>,
}

/// `hozen.stamp/1`: what `custody stamp` prints.
#[derive(Debug, Clone, Serialize, Deserialize, PartialEq, Eq)]
pub struct StampAnswer {
    /// `hozen.stamp/1`.
    pub schema: String,
    /// The case folder.
    pub case: String,
    /// The evidence zip, by name.
    pub evidence: String,
    /// The digest that is stamped.
    pub seal_sha256: Digest,
    /// The file that the query was written to.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub query: Option<String>,
    /// The address of the authority that was asked.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub tsa: Option<String>,
    /// Whether the authority says that it changed something of what was asked.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub with_changes: Option<bool>,
    /// What was taken in.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub stamp: Option<StampResult>,
}

/// What a verification comes to, from best to worst.
#[derive(Debug, Clone, Copy, Serialize, Deserialize, PartialEq, Eq, PartialOrd, Ord)]
#[serde(rename_all = "snake_case")]
pub enum State {
    /// Everything is as it was sealed.
    Whole,
    /// Everything that was handed over is as it was sealed; some of the case was kept back, and is named.
    Withheld,
    /// A collection is not at its end; all that it recorded is whole, and nothing stands behind that. Or files of a bag are
    /// still to be fetched, and all others are whole.
    Incomplete,
    /// A collection was broken off in the middle of an entry or line; all before that is whole.
    Torn,
    /// Something is not as it was sealed or recorded.
    Broken,
}

/// A collection that is not at its end.
#[derive(Debug, Clone, Serialize, Deserialize, PartialEq)]
pub struct UnfinishedResult {
    /// Its evidence, by name.
    pub evidence: String,
    /// Whether its evidence is sealed, and only results or the last steps are missing.
    pub sealed: bool,
    /// Entries that are recorded and whole.
    pub entries: u64,
    /// Files among them whose content was kept.
    pub files: u64,
    /// Bytes of their content.
    pub bytes: u64,
    /// Bytes behind them that no whole line vouches for: going on cuts them off.
    pub torn_bytes: u64,
}

impl VerifyResult {
    /// Both results as one: whole only if both are.
    #[must_use]
    pub fn and(mut self, other: Self) -> Self {
        self.ok &= other.ok;
        self.state = self.state.max(other.state);
        self.problems.extend(other.problems);
        self.checked.extend(other.checked);
        self.stamps.extend(other.stamps);
        self.unfinished.extend(other.unfinished);
        self.withheld.extend(other.withheld);
        self
    }
}

/// `hozen.custody/1`: what `custody add`, `show` and `check` print.
#[derive(Debug, Clone, Serialize, Deserialize, PartialEq)]
pub struct CustodyResult {
    /// `hozen.custody/1`.
    pub schema: String,
    /// The case folder.
    pub case: String,
    /// Whether the chain and its photos are whole.
    pub ok: bool,
    /// Whole lines of the chain, one after another.
    pub events: u64,
    /// Digest of the last of them: the number that shows later whether lines were cut from the end.
    pub head: Digest,
    /// What is wrong.
    pub problems: Vec<Problem>,
    /// The files whose digests the chain gives.
    pub vouches: Vec<Vouched>,
    /// The events, as far as the chain is whole.
    pub chain: Vec<CustodyEvent>,
}

/// `hozen.copy/1`: what `copy` prints.
#[derive(Debug, Clone, Serialize, Deserialize, PartialEq)]
pub struct CopyResult {
    /// `hozen.copy/1`.
    pub schema: String,
    /// What was copied.
    pub source: String,
    /// Its copy.
    pub copy: String,
    /// Files copied; the chain of custody, which gets a line more, is not among them.
    pub files: u64,
    /// Their bytes.
    pub bytes: u64,
    /// SHA-256 of the lines that `sha256sum` prints of them, in order of their paths, without secrets.
    pub list_sha256: Digest,
    /// The evidence zips.
    pub zips: Vec<ZipCopied>,
    /// Whether the keys of the case are in it.
    pub secrets: bool,
    /// What nothing vouches for and is not hozen's: it stayed behind.
    pub left_out: Vec<String>,
    /// Whether it was read back and is the same.
    pub verified: bool,
    /// How it was read back: `direct` or `cache_dropped`.
    pub read_back: Option<String>,
    /// Whether it lies on the source's own file system.
    pub same_file_system: bool,
    /// Whether its file system keeps it from other users.
    pub is_private: bool,
    /// Whether the event stands in the source's own chain.
    pub recorded: bool,
    /// The line of the event; absent where there is no chain.
    pub event: Option<u64>,
    /// Digest of the chain with it.
    pub head: Option<Digest>,
}

/// An evidence zip in a copy.
#[derive(Debug, Clone, Serialize, Deserialize, PartialEq)]
pub struct ZipCopied {
    /// Its name.
    pub file: String,
    /// Digest of the whole zip.
    pub zip_sha256: Digest,
    /// Digest of its seal, where a chain gives it.
    pub seal_sha256: Option<Digest>,
}

/// A file whose digest stands in the chain of custody.
#[derive(Debug, Clone, Serialize, Deserialize, PartialEq)]
pub struct Vouched {
    /// The line that says so, from 1.
    pub line: u64,
    /// Its path in the case.
    pub file: String,
    /// Its digest.
    pub sha256: Digest,
}

/// One object that was checked.
#[derive(Debug, Clone, Serialize, Deserialize, PartialEq)]
pub struct Checked {
    /// The evidence zip.
    pub path: String,
    /// Members whose bytes were read and compared.
    pub members: u64,
    /// Their bytes.
    pub bytes: u64,
    /// SHA-256 of its `tagmanifest-sha256.txt`, to compare with the paper form.
    pub seal_sha256: Option<Digest>,
    /// Fingerprint of the key that signed, to compare with the paper form.
    pub key: Option<String>,
    /// The digests of content that were made again, of evidence.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub digests: Option<Algorithms>,
    /// What there is to know of a BagIt bag that hozen did not make.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub bag: Option<BagChecked>,
}

/// A BagIt bag that hozen did not make: it has no seal, and is only whole in itself.
#[derive(Debug, Clone, Serialize, Deserialize, PartialEq, Eq)]
pub struct BagChecked {
    /// `BagIt-Version`, by whose rules it was checked.
    pub version: String,
    /// `Tag-File-Character-Encoding`.
    pub encoding: String,
    /// Algorithms of the payload manifests that were checked.
    pub algorithms: Vec<String>,
    /// Algorithms of the tag manifests that were checked.
    pub tag_algorithms: Vec<String>,
    /// What is allowed and yet to be known.
    pub notes: Vec<BagNote>,
}

/// Something to know of a file in a bag.
#[derive(Debug, Clone, Serialize, Deserialize, PartialEq, Eq)]
pub struct BagNote {
    /// The file.
    pub path: String,
    /// What there is to know.
    pub what: String,
}

//! What the receiver of a case must know, gathered from its files: for the hand-over note and `hozen.handover/1`.
//!
//! Paths go through the veil that is handed in, so no personal value that a rule finds in a name comes out. Nothing here
//! grows with the number of entries: they are counted, and of each kind of gap a few are named.

use std::collections::BTreeMap;
use std::io::BufReader;
use std::path::Path;

use serde::Serialize;
use serde_json::Value;

use super::custody;
use super::dir::CaseDir;
use super::results::{LookStatus, Problem};
use super::scan_file::{self, FileRow, ScanLists};
use crate::disk::error::DiskError;
use crate::disk::own;
pub use crate::evidence::Acquisition;
pub use crate::evidence::journal::Mark;
use crate::evidence::tag_file::{self, TagFileError};
use crate::model::limits::{HANDOVER_GAPS, TAG_FILE_BYTES};
use crate::model::{Act, CustodyEvent, Digest, EntityTally, Gap, GapKind, Subjects, Veil};

/// The schema of [`Facts`].
pub const SCHEMA: &str = "hozen.handover/1";

/// Why the facts could not be gathered.
#[derive(Debug, thiserror::Error)]
pub enum HandoverError {
    /// A sealed zip.
    #[error("the evidence could not be read for the hand-over note")]
    Evidence(#[from] TagFileError),
    /// A file of the case.
    #[error("the case could not be read for the hand-over note")]
    Disk(#[from] DiskError),
    /// A document of the case.
    #[error("{file} can not be read; `hozen verify` says more")]
    Document {
        /// Which.
        file: &'static str,
        /// What is wrong.
        #[source]
        source: serde_json::Error,
    },
}

/// Everything that the note says, `hozen.handover/1`.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Facts {
    /// `hozen.handover/1`.
    pub schema: &'static str,
    /// Case id.
    pub case: String,
    /// When the case was made, RFC 3339, UTC.
    pub created: String,
    /// Who made it.
    pub operator: String,
    /// Tool and version.
    pub tool: String,
    /// Whether the signing key was made for this case: then the paper form alone says whose it is.
    pub key_is_of_the_case: bool,
    /// The sealed evidence, in order.
    pub evidence: Vec<Piece>,
    /// What was looked for and found; nothing where no scan is in the case.
    pub scan: Option<Scan>,
    /// Gaps by kind.
    pub gaps: Vec<GapFacts>,
    /// Events of the chain of custody, and the digest of the last.
    pub events: u64,
    /// Digest of the last event.
    pub head: Digest,
    /// The chain of custody so far.
    pub custody: Vec<CustodyEvent>,
    /// What is handed over, and what is not.
    pub delivery: Delivery,
}

/// One sealed zip.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Piece {
    /// File name.
    pub file: String,
    /// Length in bytes.
    pub length: u64,
    /// SHA-256 of the whole zip.
    pub zip_sha256: Option<Digest>,
    /// SHA-256 of its `tagmanifest-sha256.txt`.
    pub seal_sha256: Option<Digest>,
    /// Fingerprint of the key that signed.
    pub key: Option<String>,
    /// When it was sealed, RFC 3339, UTC.
    pub sealed: Option<String>,
    /// Time stamps on its seal.
    pub stamps: Vec<StampFacts>,
    /// Its record of acquisition, paths veiled, without the command line.
    pub acquisition: Acquisition,
    /// Its entries by kind.
    pub kinds: BTreeMap<String, u64>,
    /// Entries by how they were read (`grew`, `atime_not_kept`, …).
    pub marks: BTreeMap<Mark, u64>,
}

/// A time stamp, as the chain of custody tells of it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct StampFacts {
    /// The reply, in the case.
    pub file: String,
    /// The moment that the authority vouches for.
    pub time: String,
    /// Whose certificate signed it.
    pub authority: String,
    /// `verified` or `not_verified`.
    pub signature: String,
    /// `verified`, `not_verified` or `not_checked`.
    pub chain: String,
}

/// What the scan came to.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Scan {
    /// People, as three numbers with their rules.
    pub subjects: Subjects,
    /// Values, by entity.
    pub entities: BTreeMap<String, EntityTally>,
    /// SHA-256 of the rule pack.
    pub rules: Option<Digest>,
    /// Files read to their end.
    pub scanned: u64,
    /// Files read in part.
    pub partial: u64,
    /// Files not looked at.
    pub not_scanned: u64,
    /// Files with at least one likely or certain finding.
    pub with_findings: u64,
}

/// Gaps of one kind.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct GapFacts {
    /// The kind.
    pub kind: GapKind,
    /// Entries whose content was not kept, or not whole, for this reason.
    pub not_kept: u64,
    /// Gaps of the search: files or members not, or not wholly, looked at.
    pub not_looked_at: u64,
    /// The most important ones: not kept first and the largest of these, then in walk order.
    pub examples: Vec<GapExample>,
}

/// One gap, its path veiled.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct GapExample {
    /// Where.
    pub path: String,
    /// Why, in English.
    pub reason: String,
    /// Size of the file, where it is known.
    pub size: Option<u64>,
}

/// What is handed over. Whoever makes the bundle says so.
#[derive(Debug, Clone, Default, PartialEq, Serialize)]
pub struct Delivery {
    /// Name of the bundle, without ending.
    pub bundle: String,
    /// When, RFC 3339, UTC.
    pub made: String,
    /// Who.
    pub operator: String,
    /// For whom it is encrypted: recipients as they were named; empty if it is not encrypted.
    pub recipients: Vec<String>,
    /// Fingerprint of the key that seals the bundle.
    pub key: String,
    /// Name under which `ssh-keygen -Y verify` finds it.
    pub signer: String,
    /// What is in it.
    pub included: Vec<Part>,
    /// What is not.
    pub withheld: Vec<Withheld>,
    /// Problems of the case that was handed over all the same (`--force`).
    pub problems: Vec<Problem>,
    /// What the index came to.
    pub index: Option<IndexFacts>,
}

/// What the index came to.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize)]
pub struct IndexFacts {
    /// Rows.
    pub rows: u64,
    /// Rows in whose path something is hidden.
    pub hidden: u64,
}

/// A part of a case, as it can be handed over or kept back.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Part {
    /// The sealed zips.
    Evidence,
    /// The chain of custody, with time stamps.
    Custody,
    /// Photos of the chain of custody.
    Photos,
    /// Results of collecting and scanning.
    Results,
    /// The findings, masked.
    Findings,
    /// Findings with values in clear (`--reveal`).
    ClearFindings,
    /// Reports.
    Reports,
    /// The key of the digests of values.
    CaseKey,
    /// The signing key, where it was made for the case.
    SignKey,
}

/// Something that stays in the house, and why.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Withheld {
    /// What.
    pub part: Part,
    /// Why, in words of whoever decided it; empty where the part says so itself.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub why: String,
}

impl From<Part> for Withheld {
    fn from(part: Part) -> Self {
        Self { part, why: String::new() }
    }
}

/// Gathers the facts of a case. Same case, same veil, same delivery: same facts.
///
/// # Errors
/// [`HandoverError`].
pub fn gather(case: &CaseDir, veil: Veil<'_>, delivery: Delivery) -> Result<Facts, HandoverError> {
    let mut gaps = Gaps { veil, kinds: BTreeMap::new() };
    let chain = custody::read(case);
    let mut evidence = Vec::new();
    for zip in case.sealed()? {
        evidence.push(piece(&zip, &chain.chain, &mut gaps)?);
    }
    let scan = scan(case, &mut gaps)?;
    let facts: Value = document("case.json", &own::read_own(&case.facts(), TAG_FILE_BYTES as u64)?)?;
    let said = |key: &str| facts.get(key).and_then(Value::as_str).unwrap_or_default().to_owned();
    Ok(Facts {
        schema: SCHEMA,
        case: said("case"),
        created: said("created"),
        operator: said("operator"),
        tool: said("tool"),
        key_is_of_the_case: own::exists(&case.sign_key())?,
        evidence,
        scan,
        gaps: gaps.end(),
        events: chain.events,
        head: chain.head,
        custody: chain.chain.into_iter().map(|event| veiled_event(event, veil)).collect(),
        delivery,
    })
}

fn document(file: &'static str, text: &[u8]) -> Result<Value, HandoverError> {
    serde_json::from_slice(text).map_err(|source| HandoverError::Document { file, source })
}

fn piece(zip: &Path, chain: &[CustodyEvent], gaps: &mut Gaps<'_>) -> Result<Piece, HandoverError> {
    let file = zip.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
    let (_, length) = own::open_own(zip)?;
    let acquisition = veiled(tag_file::acquisition(zip)?, gaps.veil);
    let (mut kinds, mut marks) = (BTreeMap::new(), BTreeMap::new());
    for entry in tag_file::entries(zip)? {
        let entry = entry?;
        let kind = serde_json::to_value(entry.kind).ok().and_then(|kind| kind.as_str().map(str::to_owned));
        *kinds.entry(kind.unwrap_or_default()).or_insert(0_u64) += 1;
        for mark in &entry.marks {
            *marks.entry(*mark).or_insert(0_u64) += 1;
        }
        let size = entry.stat.as_ref().map(|stat| stat.size);
        for gap in &entry.gaps {
            gaps.not_kept(gap.kind, &gap.reason, size, || entry.path().map(|path| path.shown()).unwrap_or_default());
        }
    }
    let seal = chain.iter().find_map(|event| {
        let (name, zip, seal) = custody::seal_of(event).filter(|(name, ..)| *name == file)?;
        Some((name, zip, seal, event))
    });
    let stem = file.strip_suffix(".zip").unwrap_or(&file);
    let stamps = chain.iter().filter(|event| event.act == Act::Stamp).filter_map(|event| stamp(event, stem)).collect();
    Ok(Piece {
        length,
        zip_sha256: seal.as_ref().map(|(_, zip, ..)| *zip),
        seal_sha256: seal.as_ref().map(|(_, _, seal, _)| *seal),
        key: seal.as_ref().and_then(|(.., event)| Some(event.detail.get("key")?.as_str()?.to_owned())),
        sealed: seal.as_ref().map(|(.., event)| event.time.clone()),
        stamps,
        acquisition,
        kinds,
        marks,
        file,
    })
}

fn stamp(event: &CustodyEvent, evidence: &str) -> Option<StampFacts> {
    let text = |key: &str| event.detail.get(key).and_then(Value::as_str).map(str::to_owned);
    let of = text("evidence")?;
    (of.strip_suffix(".zip").unwrap_or(&of) == evidence).then_some(())?;
    Some(StampFacts {
        file: text("file")?,
        time: text("gen_time")?,
        authority: text("authority").unwrap_or_default(),
        signature: text("signature")?,
        chain: text("chain")?,
    })
}

/// The record of acquisition as it may be shown: names in paths go through the veil, the command line stays in the evidence.
fn veiled(mut acquisition: Acquisition, veil: Veil<'_>) -> Acquisition {
    let hide = |text: &mut String| *text = veil(text).text;
    acquisition.argv.clear();
    let paths = acquisition.scope.iter_mut().chain(&mut acquisition.output_on_source_disk).chain(&mut acquisition.root);
    paths.for_each(hide);
    acquisition.skipped.iter_mut().for_each(|one| hide(&mut one.path));
    acquisition.images.iter_mut().for_each(|one| hide(&mut one.path));
    for take in &mut acquisition.takes {
        take.paths.iter_mut().for_each(hide);
        take.configured.iter_mut().for_each(|one| {
            hide(&mut one.place);
            hide(&mut one.file);
        });
        take.links.iter_mut().for_each(|one| {
            hide(&mut one.path);
            hide(&mut one.target);
        });
    }
    if let Some(volatile) = &mut acquisition.volatile {
        volatile.schedules.iter_mut().for_each(hide);
    }
    acquisition
}

/// An event as it may be shown: paths in it go through the veil. Names of people who held the case stay.
fn veiled_event(mut event: CustodyEvent, veil: Veil<'_>) -> CustodyEvent {
    let scope = event.detail.get_mut("scope").and_then(Value::as_array_mut);
    for path in scope.into_iter().flatten() {
        if let Value::String(text) = path {
            *text = veil(text).text;
        }
    }
    event
}

fn scan(case: &CaseDir, gaps: &mut Gaps<'_>) -> Result<Option<Scan>, HandoverError> {
    let path = case.result("scan.json");
    if !own::exists(&path)? {
        return Ok(None);
    }
    let (file, _) = own::open_own(&path)?;
    let mut counts = Counts { gaps, looked: [0; 3], with_findings: 0 };
    let totals = scan_file::read(&mut BufReader::new(file), &mut counts)
        .map_err(|source| HandoverError::Document { file: "results/scan.json", source })?;
    let Counts { looked: [scanned, partial, not_scanned], with_findings, .. } = counts;
    Ok(Some(Scan {
        subjects: totals.subjects.unwrap_or_default(),
        entities: totals.entities,
        rules: totals.rules,
        scanned,
        partial,
        not_scanned,
        with_findings,
    }))
}

struct Counts<'a, 'v> {
    gaps: &'a mut Gaps<'v>,
    looked: [u64; 3],
    with_findings: u64,
}

impl ScanLists for Counts<'_, '_> {
    fn file(&mut self, row: FileRow) -> Result<(), String> {
        // Each file by its first name only.
        if row.hard_link_of.is_none() {
            let [scanned, partial, not_scanned] = &mut self.looked;
            let slot = match row.status {
                LookStatus::Scanned => scanned,
                LookStatus::Partial => partial,
                LookStatus::NotScanned => not_scanned,
            };
            *slot += 1;
            self.with_findings += u64::from(row.findings.values().any(|count| *count > 0));
        }
        Ok(())
    }

    fn gap(&mut self, gap: Gap) {
        self.gaps.not_looked_at(&gap);
    }
}

struct Gaps<'v> {
    veil: Veil<'v>,
    kinds: BTreeMap<GapKind, GapFacts>,
}

impl Gaps<'_> {
    fn kind(&mut self, kind: GapKind) -> &mut GapFacts {
        self.kinds.entry(kind).or_insert(GapFacts { kind, not_kept: 0, not_looked_at: 0, examples: Vec::new() })
    }

    fn not_kept(&mut self, kind: GapKind, reason: &str, size: Option<u64>, path: impl Fn() -> String) {
        let veil = self.veil;
        let facts = self.kind(kind);
        facts.not_kept += 1;
        // The largest ones stay; of the same size the first.
        let at = facts.examples.partition_point(|one| one.size >= size);
        if at < HANDOVER_GAPS {
            facts.examples.insert(at, GapExample { path: veil(&path()).text, reason: veil(reason).text, size });
            facts.examples.truncate(HANDOVER_GAPS);
        }
    }

    fn not_looked_at(&mut self, gap: &Gap) {
        let veil = self.veil;
        let facts = self.kind(gap.kind);
        facts.not_looked_at += 1;
        if facts.examples.len() < HANDOVER_GAPS {
            let path = veil(&gap.path).text;
            if facts.examples.iter().all(|known| known.path != path) {
                facts.examples.push(GapExample { path, reason: veil(&gap.reason).text, size: None });
            }
        }
    }

    fn end(self) -> Vec<GapFacts> {
        self.kinds.into_values().collect()
    }
}

//! The intake: takes the pass's results in walk order, into the evidence, the tally, or both.

use std::io;

use super::cache::CacheOut;
use super::results::ScanResult;
use super::tally::{FindingsOut, Tally};
use crate::disk::rows::{RowPlace, RowsOut};
use crate::evidence::EvidenceError;
use crate::evidence::bag::EvidenceWriter;
use crate::evidence::journal::{Mark, Outcome};
use crate::evidence::store::{Journal, Store};
use crate::model::{Digest, Entry, Gap, GapKind, Kind, Method};
use crate::pass::{Commit, FileOutcome, FirstName, Found, LookedLeaf};

/// Why results could not be taken.
#[derive(Debug, thiserror::Error)]
pub enum IntakeError {
    /// The evidence could not be written.
    #[error("the evidence could not be written")]
    Evidence(#[from] EvidenceError),
    /// The findings could not be written.
    #[error("the findings could not be written")]
    Findings(#[from] io::Error),
    /// The rows of the result could not be set aside.
    #[error("the rows of the result could not be set aside")]
    Rows(#[source] io::Error),
}

/// What was collected so far.
#[derive(Debug, Default)]
pub struct Collected {
    /// Entries of every kind.
    pub entries: u64,
    /// Files whose content was kept.
    pub files: u64,
    /// Bytes of it.
    pub bytes: u64,
    /// Further names of those files (hard links), whose content is kept once.
    pub linked: u64,
    /// Entries whose access time the kernel would not let alone.
    pub atime_not_kept: u64,
    /// What was not kept, and why.
    pub gaps: RowsOut<Gap>,
    /// Files, and other entries with gaps, so far: the number by which rows of an entry are found again
    /// ([`crate::evidence::replay::Recorded`]).
    pub shown: u64,
}

/// The evidence, the result of the scan, and the counts.
pub type Taken<S, J> = (Option<EvidenceWriter<S, J>>, Option<ScanResult>, Collected);

/// The intake of one run. `S` and `J` are where evidence is written; a scan has none.
pub struct Intake<'a, S, J> {
    evidence: Option<EvidenceWriter<S, J>>,
    tally: Option<Tally>,
    findings: Option<FindingsOut<'a>>,
    /// Where what was found is remembered for the next run.
    cache: Option<CacheOut>,
    collected: Collected,
    /// Entries that an earlier run took: the numbers of this one begin behind them.
    first: u64,
    /// Entries and bytes since the last checkpoint.
    unsaved: (u64, u64),
}

/// After so many entries, or so many bytes of content, what was taken is made durable: a crash or a pulled plug costs no
/// more than that.
const CHECKPOINT: (u64, u64) = (4_096, 64 * 1024 * 1024);

impl<'a, S: Store, J: Journal> Intake<'a, S, J> {
    /// Into evidence, a tally, or both; finding lines to `findings`, gaps of a collection to `place`.
    pub fn new(
        evidence: Option<EvidenceWriter<S, J>>,
        tally: Option<Tally>,
        findings: Option<FindingsOut<'a>>,
        place: &RowPlace,
    ) -> Self {
        let collected = Collected { gaps: RowsOut::new(place), ..Collected::default() };
        Self { evidence, tally, findings, cache: None, collected, first: 0, unsaved: (0, 0) }
    }

    /// Goes on from what was collected before.
    #[must_use]
    pub fn after(mut self, collected: Collected) -> Self {
        self.first = collected.entries;
        self.collected = collected;
        self
    }

    /// Remembers for the next run what is found.
    #[must_use]
    pub fn remembering(self, cache: Option<CacheOut>) -> Self {
        Self { cache, ..self }
    }

    /// What was remembered, to be put in the place of the old cache once the run is over.
    pub fn take_cache(&mut self) -> Option<CacheOut> {
        self.cache.take()
    }

    /// Entries and bytes that were collected so far.
    pub fn so_far(&self) -> (u64, u64) {
        (self.collected.entries, self.collected.bytes)
    }

    /// Makes durable what was taken, when the run is over before its end. The failure that ended it is what is told; a second
    /// one on the way (the disk is full) changes nothing.
    pub fn rescue(&mut self) {
        if let Some(evidence) = &mut self.evidence {
            let _ = evidence.rescue();
        }
        if let Some(findings) = &mut self.findings {
            let _ = findings.out.flush();
        }
    }

    /// What came in: the evidence to be sealed, the result of the scan, and the counts.
    ///
    /// # Errors
    /// When rows could not be set aside.
    pub fn finish(self) -> io::Result<Taken<S, J>> {
        Ok((self.evidence, self.tally.map(Tally::finish).transpose()?, self.collected))
    }

    /// The counts of a scan alone, for whoever asks more of them than the result.
    pub fn into_tally(self) -> Option<Tally> {
        self.tally
    }

    fn keep(&mut self, outcome: &FileOutcome) -> Result<(), IntakeError> {
        let Some(evidence) = &mut self.evidence else { return Ok(()) };
        self.collected.entries += 1;
        self.collected.atime_not_kept += u64::from(!outcome.atime_kept);
        for gap in &outcome.gaps {
            self.collected.gaps.push(self.collected.shown, gap).map_err(IntakeError::Rows)?;
        }
        let record = record(outcome);
        let mut entry = outcome.entry.clone();
        entry.seq = entry.seq.saturating_add(self.first);
        if outcome.stat_open.is_some() {
            // By the handle that was read: what stood under the name when the walk looked may have been another file.
            entry.stat.clone_from(&outcome.stat_open);
        }
        match (&outcome.content, outcome.linked.as_deref().and_then(FirstName::kept)) {
            (Some(content), _) => {
                self.collected.files += 1;
                self.collected.bytes += content.kept.size;
                let kept = evidence.end_file(&entry, &record, content.kept.crc32)?;
                if let Some(first) = &outcome.first_name {
                    first.keep(kept);
                }
            }
            (None, Some(first)) => {
                self.collected.linked += 1;
                evidence.linked(&entry, &record, first)?;
            }
            (None, None) => evidence.entry(&entry, &record)?,
        }
        self.unsaved = (self.unsaved.0 + 1, self.unsaved.1.saturating_add(record.bytes));
        if self.unsaved.0 >= CHECKPOINT.0 || self.unsaved.1 >= CHECKPOINT.1 {
            self.unsaved = (0, 0);
            evidence.checkpoint()?;
        }
        Ok(())
    }
}

impl<S: Store, J: Journal> Commit for Intake<'_, S, J> {
    type Error = IntakeError;

    fn begin(&mut self, entry: &Entry, method: Method, limit: u64) -> Result<(), IntakeError> {
        if let Some(evidence) = &mut self.evidence {
            let mut entry = entry.clone();
            entry.seq = entry.seq.saturating_add(self.first);
            if let Some(stat) = &mut entry.stat {
                // The size at open decides how much room the header has; the walk may have seen a smaller file.
                stat.size = stat.size.max(limit);
            }
            evidence.begin_file(&entry, method)?;
        }
        Ok(())
    }

    fn chunk(&mut self, stored: &[u8]) -> Result<(), IntakeError> {
        match &mut self.evidence {
            Some(evidence) => Ok(evidence.chunk(stored)?),
            None => Ok(()),
        }
    }

    fn found(&mut self, path: &str, found: Vec<Found>) -> Result<(), IntakeError> {
        if let Some(cache) = &mut self.cache {
            cache.found(&found);
        }
        match &mut self.tally {
            Some(tally) => Ok(tally.found(path, &found, self.findings.as_mut())?),
            None => Ok(()),
        }
    }

    fn member(&mut self, member: LookedLeaf) -> Result<(), IntakeError> {
        if let Some(cache) = &mut self.cache {
            cache.member(&member);
        }
        match &mut self.tally {
            Some(tally) => tally.member(&member).map_err(IntakeError::Rows),
            None => Ok(()),
        }
    }

    fn end(&mut self, outcome: FileOutcome) -> Result<(), IntakeError> {
        self.keep(&outcome)?;
        if let Some(cache) = &mut self.cache {
            cache.end(&outcome);
        }
        let shown = self.collected.shown;
        self.collected.shown += u64::from(outcome.entry.kind == Kind::File || !outcome.gaps.is_empty());
        match &mut self.tally {
            Some(tally) => tally.entry(shown, &outcome.entry, outcome.gaps, outcome.looked).map_err(IntakeError::Rows),
            None => Ok(()),
        }
    }
}

/// The record of an entry: every one ends with a digest or a gap.
fn record(outcome: &FileOutcome) -> Outcome {
    let sha256 = match outcome.entry.kind {
        Kind::File => outcome.content.as_ref().map(|content| content.digests.sha256),
        Kind::Folder => outcome.listing,
        Kind::Link => outcome.entry.link_target.as_deref().map(Digest::of),
        _ => None,
    };
    let has = |kind| outcome.gaps.iter().any(|gap| gap.kind == kind);
    let marks = [
        (!outcome.atime_kept, Mark::AtimeNotKept),
        (outcome.grew, Mark::Grew),
        (has(GapKind::ChangedDuringRead), Mark::ChangedDuringRead),
        (has(GapKind::Replaced), Mark::Replaced),
        (outcome.size_unknown, Mark::SizeUnknown),
        (outcome.stretch_digests.is_some(), Mark::ExtentsOnly),
    ];
    Outcome {
        sha256,
        digests: outcome.content.as_ref().map(|content| content.digests.others.clone()).unwrap_or_default(),
        bytes: outcome.content.as_ref().map_or(0, |content| content.kept.size),
        after: outcome.stat_after.clone(),
        xattrs: outcome.xattrs.clone(),
        extents: outcome.extents.clone(),
        extent_digests: outcome.stretch_digests.clone().unwrap_or_default(),
        marks: marks.into_iter().filter_map(|(holds, mark)| holds.then_some(mark)).collect(),
        gaps: outcome.gaps.clone(),
    }
}

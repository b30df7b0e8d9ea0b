//! The intake: takes the pass's results in walk order, into the evidence, the tally, or both.

use std::io;

use super::results::ScanResult;
use super::tally::{FindingsOut, Tally};
use crate::evidence::EvidenceError;
use crate::model::{Entry, Gap};
use crate::pass::{Commit, FileOutcome, Found, Method};

/// Why results could not be taken.
#[derive(Debug, thiserror::Error)]
pub enum IntakeError {
    /// The evidence could not be written.
    #[error("the evidence could not be written")]
    Evidence(#[from] EvidenceError),
    /// The findings could not be written.
    #[error("the findings could not be written")]
    Findings(#[from] io::Error),
}

/// Whoever keeps content: the evidence writer, behind the least it needs to be.
pub trait Keep {
    /// Content of `entry` follows.
    ///
    /// # Errors
    /// When it can not be written.
    fn begin(&mut self, entry: &Entry, method: Method, limit: u64) -> Result<(), EvidenceError>;
    /// Stored bytes.
    ///
    /// # Errors
    /// When they can not be written.
    fn chunk(&mut self, stored: &[u8]) -> Result<(), EvidenceError>;
    /// The entry is done.
    ///
    /// # Errors
    /// When it can not be written.
    fn end(&mut self, outcome: &FileOutcome) -> Result<(), EvidenceError>;
}

/// What was collected so far.
#[derive(Debug, Default, Clone, PartialEq)]
pub struct Collected {
    /// Entries of every kind.
    pub entries: u64,
    /// Files whose content was kept.
    pub files: u64,
    /// Bytes of it.
    pub bytes: u64,
    /// Entries whose access time the kernel would not let alone.
    pub atime_not_kept: u64,
    /// What was not kept, and why.
    pub gaps: Vec<Gap>,
}

/// The intake of one run.
pub struct Intake<'a> {
    keep: Option<&'a mut dyn Keep>,
    tally: Option<Tally>,
    findings: Option<FindingsOut<'a>>,
    collected: Collected,
    /// Path of the entry whose findings are coming in.
    path: String,
}

//! Why evidence could not be written. What is on disk stays resumable, and no seal is made.

use std::io;

use crate::seal::chain::CheckError;
use crate::seal::sign::SignError;

/// Trouble while writing evidence.
#[derive(Debug, thiserror::Error)]
pub enum EvidenceError {
    /// The output disk refused.
    #[error("{what} could not be written: make room on the output disk or check it; what is written so far is kept")]
    Write {
        /// Which file, or which member.
        what: String,
        /// The kernel's word.
        source: io::Error,
    },
    /// The journal could not be read back.
    #[error("the journal of this collection could not be read back: check the output disk")]
    Journal {
        /// The kernel's word.
        source: io::Error,
    },
    /// A line of the journal is not as it was written.
    #[error("line {line} of this collection's journal is not as it was written: {why}")]
    JournalLine {
        /// Which, from 1.
        line: u64,
        /// What is wrong.
        why: String,
    },
    /// A name that cannot be used in the commands of VERIFY.txt.
    #[error(
        "\"{name}\" cannot name evidence: use letters, digits, `.`, `_` and `-`, at most 100 bytes, not first `.` or `-`"
    )]
    BagName {
        /// The name.
        name: String,
    },
    /// A member grew past what its header can say.
    #[error("{name} is larger than its header has room for: it grew while it was read; collect it again")]
    MemberTooLarge {
        /// The member.
        name: String,
    },
    /// Calls in an order that would break the zip: a defect in hozen.
    #[error("evidence was written out of order at entry {seq} ({what}): this is a defect in hozen, please report it")]
    OutOfOrder {
        /// Which entry.
        seq: u64,
        /// What was called.
        what: &'static str,
    },
    /// An entry with neither a digest nor a gap: a defect in hozen, and a promise broken if it passed.
    #[error("{path} has neither a digest nor a gap: this is a defect in hozen, please report it")]
    Unaccounted {
        /// The entry, escaped.
        path: String,
    },
    /// The custody journal is broken before the seal.
    #[error(
        "the custody journal of this case is broken: run `hozen verify` on the case; evidence is not sealed over it"
    )]
    Custody(#[source] CheckError),
    /// The seal could not be made.
    #[error("the evidence could not be sealed")]
    Sign(#[from] SignError),
    /// A record could not be written as JSON.
    #[error("a record of the evidence could not be written as JSON")]
    Json(#[from] serde_json::Error),
}

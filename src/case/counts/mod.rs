//! Counting people again from the records that a scan kept, with other options or with those of other machines; and keeping every
//! answer, so that a number which was told once can be found, and held against a later one.

mod again;
pub mod diff;
mod history;
mod records;

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

pub use self::again::{Counting, PersonRow, count, first};
pub use self::history::{History, Ledger, entries, read_entry, read_file};
pub(in crate::case) use self::history::{event, write};
pub use self::records::{Source, header};
use super::journal::JournalError;
use super::orders::CountOrders;
use crate::disk::error::DiskError;
use crate::model::{Breakdown, Digest, EntityTally, LeafPeople, Subjects};

/// Schema of a kept count.
pub const SCHEMA: &str = "hozen.count/1";

/// `hozen.count/1`: what `count` prints, and what is kept of each count.
#[derive(Debug, Clone, Default, Serialize, Deserialize, PartialEq)]
pub struct CountResult {
    /// `hozen.count/1`.
    pub schema: String,
    /// The case that keeps it, by its id.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub case: Option<String>,
    /// Its number in that case, from 1.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub number: Option<u64>,
    /// When, RFC 3339, UTC.
    pub time: String,
    /// Who counted.
    pub operator: String,
    /// Why.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reason: Option<String>,
    /// Name and version of the program that counted: the rules of counting are its.
    pub tool: String,
    /// SHA-256 of that program.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub tool_sha256: Option<Digest>,
    /// What was counted from.
    pub inputs: Vec<CountInput>,
    /// How it was to be counted.
    pub options: CountOrders,
    /// People.
    pub subjects: Subjects,
    /// Who had what, and where.
    pub who: Breakdown,
    /// Values, by entity.
    pub entities: BTreeMap<String, EntityTally>,
    /// Files, members, sheets with the most people.
    pub leaves: Vec<LeafPeople>,
    /// How many more have people and are not listed.
    #[serde(default)]
    pub leaves_more: u64,
}

/// The records of one machine.
#[derive(Debug, Clone, Serialize, Deserialize, PartialEq, Eq)]
pub struct CountInput {
    /// What it is called in this count: the id of its case, or the name of the file. Paths of several inputs begin with it.
    pub name: String,
    /// SHA-256 of the file of its records.
    pub sha256: Digest,
    /// Its bytes.
    pub bytes: u64,
    /// Version of the program that took the records.
    pub version: String,
    /// SHA-256 of the rule pack that found the values.
    pub rules: String,
    /// Records that held something of a person's.
    pub records: u64,
    /// Files and members that could not be read.
    pub unread: u64,
    /// Its people alone, where there are several inputs.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub alone: Option<Bounds>,
}

/// At least, about, at most.
#[derive(Debug, Clone, Copy, Default, Serialize, Deserialize, PartialEq, Eq)]
pub struct Bounds {
    /// At least.
    pub at_least: u64,
    /// The estimate.
    pub estimate: u64,
    /// At most.
    pub at_most: u64,
}

impl From<&Subjects> for Bounds {
    fn from(subjects: &Subjects) -> Self {
        Self { at_least: subjects.at_least, estimate: subjects.estimate, at_most: subjects.at_most }
    }
}

/// Why nothing was counted, or no count could be read.
#[derive(Debug, thiserror::Error)]
pub enum CountError {
    /// The case has no records of a count.
    #[error("it keeps no records of a count")]
    NotKept,
    /// They were kept back when the case was handed over.
    #[error("the records of its count were kept back when it was handed over")]
    KeptBack,
    /// Its collection is not at its end.
    #[error("its collection is not at its end")]
    Unfinished,
    /// A file is not what the chain of custody says.
    #[error("{file} is not as it was written: the chain of custody has another digest of it")]
    Changed {
        /// Its path in the case.
        file: String,
    },
    /// It is no file of records, or none that this program understands.
    #[error("{name} holds no records of a count that can be read")]
    NotRecords {
        /// As it was named.
        name: String,
        /// Why.
        source: std::io::Error,
    },
    /// It ends too early, or is damaged.
    #[error("{name} is torn")]
    Torn {
        /// As it was named.
        name: String,
        /// Where it shows.
        source: std::io::Error,
    },
    /// Memory was full when they were taken: they are not all records.
    #[error("{name} does not hold all records: memory was full when they were taken")]
    NotWhole {
        /// As it was named.
        name: String,
    },
    /// Two inputs were made under different keys.
    #[error("{name} was made under another key than {first}")]
    OtherKey {
        /// The one that differs.
        name: String,
        /// The one that it differs from.
        first: String,
    },
    /// The same records were named twice.
    #[error("{name} holds the same records as {first}")]
    Twice {
        /// The second.
        name: String,
        /// The first.
        first: String,
    },
    /// There is no key to know the house's own domains by.
    #[error("the key of the case is not here")]
    NoKey,
    /// No such count.
    #[error("there is no count {0}")]
    NoEntry(u64),
    /// It is no kept count.
    #[error("{name} is no count that hozen kept")]
    NotACount {
        /// As it was named.
        name: String,
        /// Why.
        source: serde_json::Error,
    },
    /// The chain of custody.
    #[error(transparent)]
    Journal(#[from] JournalError),
    /// A file.
    #[error(transparent)]
    Disk(#[from] DiskError),
    /// What is needed while counting could not be set aside.
    #[error("what counting needs could not be set aside")]
    Aside(#[source] std::io::Error),
    /// A result could not be put into JSON.
    #[error(transparent)]
    Json(#[from] serde_json::Error),
}

//! The report: one page that answers first and proves after, the same as JSON, and one screen for the terminal.
//!
//! Everything here is made from a [`ReportInput`] alone: no disk, no clock, no environment. The same input gives the same
//! bytes. `facts` decides what is true, in no language; `words` says it in Japanese and in English; `html`, `json` and
//! `screen` only lay it out. No value of personal data comes in, so none can go out: the input holds counts and paths.
//! It never states a legal conclusion: which rules *may* be touched, why, and what only people can know.

mod assess;
pub mod count;
pub mod count_diff;
pub mod custody;
mod duties;
mod entries;
mod facts;
mod files;
mod gaps;
pub mod handover;
mod html;
mod json;
mod kinds;
pub mod letters;
mod listing;
mod open_lists;
mod people;
mod risky;
mod screen;
mod show;
mod stored;
#[cfg(test)]
mod tests;
mod verify;
mod words;

use jiff::civil::Date;

use crate::case::results::{CollectResult, ScanResult};
use crate::model::Digest;

pub use facts::Facts;
pub use html::html;
pub use json::{SCHEMA, duties, json};
pub use kinds::{in_order as kinds_in_order, label as kind_label};
pub use listing::{gap_listing, scan_listing};
pub use screen::{scan_summary, summary};
pub use show::shell_word;

/// All that a report is made of. Strings may be hostile: they are escaped where they are shown, not before.
#[derive(Debug, Clone, PartialEq)]
pub struct ReportInput {
    /// Case id.
    pub case_id: String,
    /// The case folder.
    pub case_folder: String,
    /// Where the HTML report will lie: the terminal names it.
    pub report_path: String,
    /// Who ran it, as they named themselves.
    pub operator: String,
    /// Host it ran on.
    pub host: String,
    /// When it began, with its UTC offset.
    pub started: String,
    /// When it ended, with its UTC offset.
    pub finished: String,
    /// Time zone of both, and where it was learned from (`Asia/Tokyo (TZ)`).
    pub time_zone: String,
    /// Day on which anyone in the organisation learned of the incident: day 1 of the deadlines. No dates without it.
    pub known_on: Option<Date>,
    /// Tool and version (`hozen 0.1.0`).
    pub tool: String,
    /// SHA-256 of the rule pack.
    pub rules: Digest,
    /// What was looked at, as given.
    pub sources: Vec<String>,
    /// What was preserved.
    pub collect: CollectResult,
    /// What was found.
    pub scan: ScanResult,
    /// OpenSSH fingerprint of the sealing key (`SHA256:…`).
    pub key: String,
    /// Principal that `allowed_signers` names, for `ssh-keygen -Y verify -I`.
    pub signer: String,
    /// The evidence zips, with the digest of each.
    pub evidence: Vec<EvidenceZip>,
    /// How far the process was held to its output folder.
    pub confinement: Confinement,
    /// What a reader should know about this run.
    pub notes: Vec<Note>,
}

/// One sealed evidence zip.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct EvidenceZip {
    /// File name, without folder.
    pub name: String,
    /// SHA-256 of the whole zip.
    pub sha256: Digest,
}

/// Whether the kernel held the process to its output folder while it read the source.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Confinement {
    /// Landlock refused every write outside the output folder.
    Landlock,
    /// Landlock refused writes outside the output folder, but this kernel lacks some of the rest.
    Partly {
        /// What it lacks, in English.
        reason: String,
    },
    /// The kernel could not; the sources were still only opened for reading.
    Unavailable {
        /// Why, in English.
        reason: String,
    },
}

/// Something about this run that weakens or explains its result.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Note {
    /// The output lies on the file system of a source: deleted data there may have been overwritten.
    OutputOnSourceDisk {
        /// The source.
        source: String,
    },
    /// The kernel refused to leave access times alone for this many entries.
    AccessTimesMayHaveChanged {
        /// Entries.
        entries: u64,
    },
    /// The live state of the machine was taken first, and was looked at like files.
    LiveState {
        /// Processes.
        processes: u64,
        /// Sockets.
        sockets: u64,
        /// Files that were deleted but in use.
        deleted: u64,
    },
    /// The machine went on serving: it was read slowly.
    Gentle {
        /// No more bytes than this in a second.
        bytes_per_second: u64,
    },
    /// Anything else, in English.
    Other(String),
}

/// Why a report could not be made.
#[derive(Debug, thiserror::Error)]
pub enum ReportError {
    /// The template engine failed.
    #[error("the HTML report could not be put together; results/scan.json in the case folder holds the same facts")]
    Render(#[source] askama::Error),
}

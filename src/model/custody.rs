//! Custody events: who did what to the case, when, with which tool.

use serde::{Deserialize, Serialize};

/// What was done.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Act {
    /// A collection began.
    Collect,
    /// A collection that was broken off goes on.
    Resume,
    /// The payload of a collection is complete.
    Collected,
    /// An evidence zip was sealed.
    Seal,
    /// Evidence was scanned for personal data.
    Scan,
    /// People were counted, from the records that a scan kept.
    Count,
    /// Personal values were written in clear, for letters to the people.
    Reveal,
    /// A result or report was written.
    Report,
    /// A time stamp on a seal was taken in.
    Stamp,
    /// A bundle of it is about to be made for someone.
    Export,
    /// That bundle is complete.
    Exported,
    /// A person opened it: the case, or what it lies on.
    Open,
    /// A person made a copy of it.
    Copy,
    /// It was handed over to someone else.
    Transfer,
    /// It was taken over from someone else.
    Receive,
    /// Something that is to be known about it.
    Note,
    /// It was given back: the end of its custody.
    Return,
    /// It was destroyed: the end of its custody.
    Dispose,
    /// All of it was checked, and what that came to was to be set down.
    Verify,
    /// A torn last line of the chain was put right.
    Mend,
}

/// One line of `custody.jsonl`. `prev` is the SHA-256 of the line before it (without its newline), 64 zeros for the first:
/// so a line cannot be changed, dropped or moved without the next one telling.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct CustodyEvent {
    /// Position in the chain, from 0.
    pub seq: u64,
    /// When, RFC 3339, UTC.
    pub time: String,
    /// What.
    pub act: Act,
    /// Who, as the operator named themselves.
    pub operator: String,
    /// Host it was done on.
    pub host: String,
    /// Tool and version.
    pub tool: String,
    /// Particulars, by stable English keys.
    pub detail: serde_json::Map<String, serde_json::Value>,
    /// SHA-256 of the previous line.
    pub prev: String,
}

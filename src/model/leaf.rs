//! What a look at one file came to. "0 findings" and "not looked at" are different answers.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::recipients::Recipients;

/// Whether a file was looked at. "0 findings" means something only with [`LookStatus::Scanned`].
#[derive(Debug, Clone, Copy, Serialize, Deserialize, PartialEq, Eq, PartialOrd, Ord)]
#[serde(rename_all = "snake_case")]
pub enum LookStatus {
    /// Read to its end, every record looked at.
    Scanned,
    /// Looked at, but some part was not: see its gaps.
    Partial,
    /// Not looked at: see its gaps.
    NotScanned,
}

/// One file of a scan, or one member of a container. A container does not hold its members' rows: there may be a million.
#[derive(Debug, Clone, Serialize, Deserialize, PartialEq)]
pub struct FileResult {
    /// Source path, then members (`backup.zip ▸ list.csv`), escaped for display.
    pub path: String,
    /// It is a further name of this file, which was looked at by that name: the numbers are the same ones, not more.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub hard_link_of: Option<String>,
    /// It was as it was in an earlier run, which looked at it: it was not read again.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub cached: bool,
    /// Whether it was looked at.
    pub status: LookStatus,
    /// Encoding that was decided on, if it is text.
    pub encoding: Option<String>,
    /// Other encodings in which some of its text stands: logs and mailboxes mix them.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub also_in: Vec<String>,
    /// Format id, if one was found.
    pub format: Option<String>,
    /// The format that its name says, where its content is another's.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub mislabelled: Option<String>,
    /// How what was found in it is stored: `plain`, `hashed:bcrypt`, or it itself, `encrypted:aes-256` (docs/output.md). Of a
    /// container its members say it.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub storage: Vec<String>,
    /// Whom it was sent to, if it is a message.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub recipients: Option<Recipients>,
    /// Bytes that were read.
    pub bytes: u64,
    /// Findings per entity, likely and certain, its members' included; only entities that were found.
    pub findings: BTreeMap<String, u64>,
    /// Findings that are only possible, per entity, its members' included.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub possible: BTreeMap<String, u64>,
}

impl FileResult {
    /// A file that nobody has looked at yet.
    pub fn not_scanned(path: String) -> Self {
        Self {
            path,
            hard_link_of: None,
            cached: false,
            status: LookStatus::NotScanned,
            encoding: None,
            also_in: Vec::new(),
            format: None,
            mislabelled: None,
            storage: Vec::new(),
            recipients: None,
            bytes: 0,
            findings: BTreeMap::new(),
            possible: BTreeMap::new(),
        }
    }
}

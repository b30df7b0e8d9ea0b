//! The cache of a scan (`--cache FILE`): what the last run found in each file, so that files which are as they were are not read again.
//!
//! A file counts as unchanged when its path, device, inode, size, modification time and change time are those that its cached
//! look began and ended with. Nothing of a cache counts when another program, other rules, another key or another choice of options made it. Personal values stand in
//! it masked and as keyed digests only, as in findings.

mod line;
mod read;
#[cfg(test)]
mod tests;
mod write;

use std::path::Path;

use data_encoding::HEXLOWER;
use serde::{Deserialize, Serialize};

pub use self::read::Cache;
pub use self::write::CacheOut;
use crate::disk::cache_file;
use crate::disk::error::DiskError;
use crate::model::{Digest, Timestamp};
use crate::seal::keyed::CaseKey;

/// What the results of a look depend on, beside the file.
#[derive(Debug, Clone, Copy)]
pub struct Conditions {
    /// SHA-256 of the program.
    pub program: Digest,
    /// SHA-256 of the rule pack.
    pub rules: Digest,
    /// Whether large containers may be set aside to be opened.
    pub has_spool: bool,
}

/// The first line of a cache.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
struct Header {
    schema: String,
    program: Digest,
    rules: Digest,
    has_spool: bool,
    /// A keyed digest of nothing: tells whether two runs have one key.
    key_check: String,
    /// The key, where the cache has one of its own: else digests of two runs could not be compared.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    key: Option<String>,
}

const SCHEMA: &str = "hozen.cache/1";

impl Header {
    fn new(conditions: Conditions, key: &CaseKey, is_own_key: bool) -> Self {
        Self {
            schema: SCHEMA.to_owned(),
            program: conditions.program,
            rules: conditions.rules,
            has_spool: conditions.has_spool,
            key_check: HEXLOWER.encode(&key.digest(SCHEMA, "")),
            key: is_own_key.then(|| key.reveal().trim_end().to_owned()),
        }
    }
}

/// An open cache: what it knows, and where what this run finds out goes.
pub struct Opened {
    /// What it knows.
    pub cache: Cache,
    /// What goes into the next.
    pub out: CacheOut,
    /// The key of all digests in it.
    pub key: CaseKey,
}

/// How a cache is opened.
pub struct Opening<'a> {
    /// The file.
    pub path: &'a Path,
    /// What results depend on.
    pub conditions: Conditions,
    /// The key that the user named.
    pub key: Option<CaseKey>,
    /// A key for a cache that has none yet.
    pub fresh_key: CaseKey,
    /// Whether values are to be shown in clear: a cache has none, so files with findings are looked at again.
    pub reveal: bool,
    /// When this run began: what changed later, or just before, could change again without a trace in its times.
    pub began: Timestamp,
}

/// Opens a cache, and reads what counts of it.
///
/// # Errors
/// When the file can not be opened or read.
pub fn open(opening: Opening<'_>) -> Result<Opened, DiskError> {
    let (old, new) = cache_file::open(opening.path)?;
    let own_key = read::own_key(&old);
    let is_own_key = opening.key.is_none();
    let key = opening.key.or(own_key).unwrap_or(opening.fresh_key);
    let header = Header::new(opening.conditions, &key, is_own_key);
    let cache = Cache::read(old, &header, opening.reveal);
    let out = CacheOut::new(new, &header, opening.began);
    Ok(Opened { cache, out, key })
}

//! Time stamps on the seals of a case: the query goes out, the reply is checked, kept beside the chain of custody and noted in it.

use std::collections::{BTreeMap, BTreeSet};
use std::io::BufReader;
use std::path::{Path, PathBuf};

use serde_json::{Map, Value, json};

use super::dir::CaseDir;
use super::journal::{CaseJournal, JournalError};
use crate::disk::error::DiskError;
use crate::disk::{output, own};
use crate::evidence::tag_file::{TagFileError, stamp_request};

use crate::model::limits::{STAMP_BYTES, STAMPS};
use crate::model::{Act, CustodyEvent, Digest};
use crate::seal::chain::{self, Draft};
use crate::seal::reply::{self, BadReply, Stamp, Standing};
use crate::seal::stamp::digest_of_request;

/// Why a query can not go out, or a reply not come in.
#[derive(Debug, thiserror::Error)]
pub enum StampError {
    /// No evidence is sealed in this case.
    #[error("no evidence is sealed in this case yet")]
    NothingSealed,
    /// There are several, and none was named.
    #[error("several are sealed in this case: {0}")]
    Several(String),
    /// None has that name.
    #[error("sealed in this case: {0}")]
    NoSuch(String),
    /// The zip.
    #[error("the evidence could not be read")]
    Evidence(#[from] TagFileError),
    /// The query in it is not of the seal that the chain of custody names.
    #[error("the query in {0} does not ask for a time stamp on the seal that the chain of custody names")]
    Changed(String),
    /// The chain of custody.
    #[error("the chain of custody could not be used")]
    Journal(#[from] JournalError),
    /// The reply.
    #[error("the reply {0}")]
    Reply(BadReply),
    /// It was taken in before.
    #[error("it is {0} of the case already")]
    Already(String),
    /// There are too many.
    #[error("{STAMPS} time stamps on one piece of evidence are the most that are kept")]
    TooMany,
    /// A file.
    #[error("a file of the case could not be used")]
    Disk(#[from] DiskError),
}

/// A sealed piece of evidence, and what can be asked about it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Sealed {
    /// Its name, without `.zip`.
    pub name: String,
    /// The digest of its seal.
    pub seal: Digest,
    /// The query for a time stamp on it.
    pub query: Vec<u8>,
}

/// What an authority answered, and how it is to be checked.
#[derive(Debug, Clone, Copy)]
pub struct Answer<'a> {
    /// The reply.
    pub reply: &'a [u8],
    /// The text of a PEM file with certificates of authorities that the user trusts.
    pub trusted: Option<&'a [u8]>,
}

/// A time stamp that was taken in.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Taken {
    /// The evidence, by name.
    pub evidence: String,
    /// The digest of its seal.
    pub seal: Digest,
    /// Where the reply lies now.
    pub file: PathBuf,
    /// What it says.
    pub stamp: Stamp,
}

/// What the chain of custody says of seals and stamps.
#[derive(Default)]
struct Told {
    seals: BTreeMap<String, Digest>,
    /// Files of time stamps, and the digest of each.
    stamps: BTreeMap<String, String>,
}

impl Told {
    fn note(&mut self, event: &CustodyEvent) {
        let text = |key: &str| event.detail.get(key).and_then(Value::as_str);
        match event.act {
            Act::Seal => {
                let name = text("evidence").and_then(|name| name.strip_suffix(".zip"));
                let seal = text("seal_sha256").and_then(|hex| hex.parse().ok());
                // A name that leads elsewhere is no evidence of this case.
                if let (Some(name), Some(seal)) = (name.filter(|name| !name.contains('/')), seal) {
                    self.seals.insert(name.to_owned(), seal);
                }
            }
            Act::Stamp => {
                if let (Some(file), Some(sha256)) = (text("file"), text("sha256")) {
                    self.stamps.insert(file.to_owned(), sha256.to_owned());
                }
            }
            _ => {}
        }
    }

    /// The one that was meant.
    fn pick(&self, dir: &CaseDir, wanted: Option<&str>) -> Result<Sealed, StampError> {
        let all = || self.seals.keys().cloned().collect::<Vec<_>>().join(" ");
        let found = match wanted.map(|name| name.strip_suffix(".zip").unwrap_or(name)) {
            Some(name) => self.seals.get_key_value(name).ok_or_else(|| StampError::NoSuch(all()))?,
            None if self.seals.len() > 1 => return Err(StampError::Several(all())),
            None => self.seals.first_key_value().ok_or(StampError::NothingSealed)?,
        };
        let (name, seal) = (found.0.clone(), *found.1);
        let query = stamp_request(&dir.evidence(&name))?;
        if digest_of_request(&query) != Some(seal) {
            return Err(StampError::Changed(name));
        }
        Ok(Sealed { name, seal, query })
    }
}

/// The sealed evidence of a case that `wanted` names, or the only one. Nothing is written.
///
/// # Errors
/// [`StampError`].
pub fn sealed(dir: &CaseDir, wanted: Option<&str>) -> Result<Sealed, StampError> {
    let mut told = Told::default();
    let (file, _) = own::open_own(&dir.journal())?;
    chain::check(&mut BufReader::new(file), &mut |event| told.note(&event)).map_err(JournalError::Broken)?;
    told.pick(dir, wanted)
}

/// Checks a reply, keeps it and notes it in the chain of custody. `draft` says who does this and when.
///
/// # Errors
/// [`StampError`]; then nothing was kept.
pub fn import(dir: &CaseDir, wanted: Option<&str>, answer: Answer<'_>, draft: Draft) -> Result<Taken, StampError> {
    let mut told = Told::default();
    // Held to the end: the lock of the chain is that of the folder beside it.
    let mut journal = CaseJournal::open(&dir.journal(), &mut |event| told.note(&event))?;
    let sealed = told.pick(dir, wanted)?;
    let stamp = reply::check(answer.reply, &sealed.seal, &sealed.query, answer.trusted).map_err(StampError::Reply)?;
    let file = keep(dir, &sealed.name, &told, answer)?;
    // Whatever is known of how the reply came, then what it says.
    let mut detail: Map<String, Value> = draft.detail.clone().into_iter().chain(detail(&sealed.name, &stamp)).collect();
    detail.insert("file".to_owned(), file.clone().into());
    detail.insert("sha256".to_owned(), Digest::of(answer.reply).to_string().into());
    if let Some(pem) = answer.trusted {
        detail.insert("ca_file".to_owned(), ca_file(&file).into());
        detail.insert("ca_sha256".to_owned(), Digest::of(pem).to_string().into());
    }
    journal.append(Draft { act: Act::Stamp, detail, ..draft })?;
    Ok(Taken { evidence: sealed.name, seal: sealed.seal, file: dir.root().join(file), stamp })
}

/// Where the certificates lie by which a reply was checked.
pub fn ca_file(file: &str) -> String {
    format!("{file}.pem")
}

/// How a check is written down.
pub fn standing(standing: Option<&Standing>) -> (&'static str, Option<&str>) {
    match standing {
        None => ("not_checked", None),
        Some(Standing::Verified) => ("verified", None),
        Some(Standing::NotVerified(why)) => ("not_verified", Some(why)),
    }
}

fn detail(name: &str, stamp: &Stamp) -> Map<String, Value> {
    let (signature, why) = standing(Some(&stamp.signature));
    let (chain, chain_why) = standing(stamp.chain.as_ref());
    let facts = json!({
        "evidence": format!("{name}.zip"), "gen_time": stamp.time, "serial": stamp.serial, "policy": stamp.policy,
        "authority": stamp.authority, "status": if stamp.with_changes { "granted_with_mods" } else { "granted" },
        "signature": signature, "chain": chain,
    });
    let mut detail = match facts {
        Value::Object(facts) => facts,
        _ => Map::new(),
    };
    for (key, why) in [("signature_why", why), ("chain_why", chain_why)] {
        if let Some(why) = why {
            detail.insert(key.to_owned(), why.into());
        }
    }
    detail
}

/// Writes the reply, and the certificates that it was checked by, under the first name that is free. What a run that broke
/// off left there is taken over if it is the same.
fn keep(dir: &CaseDir, name: &str, told: &Told, answer: Answer<'_>) -> Result<String, StampError> {
    let digest = Digest::of(answer.reply).to_string();
    let is_ours = |file: &String| file.starts_with(&format!("custody/{name}."));
    if let Some((file, _)) = told.stamps.iter().find(|(file, sha256)| **sha256 == digest && is_ours(file)) {
        return Err(StampError::Already(file.clone()));
    }
    let taken: BTreeSet<&String> = told.stamps.keys().collect();
    for number in 1..=STAMPS {
        let file = if number == 1 { format!("custody/{name}.tsr") } else { format!("custody/{name}.{number}.tsr") };
        if taken.contains(&file) {
            continue;
        }
        let (path, ca) = (dir.root().join(&file), dir.root().join(ca_file(&file)));
        if !is_free(&path, Some(answer.reply))? || !is_free(&ca, answer.trusted)? {
            continue;
        }
        for (path, bytes) in [(&ca, answer.trusted), (&path, Some(answer.reply))] {
            if let Some(bytes) = bytes
                && !own::exists(path)?
            {
                output::write_once(path, bytes)?;
            }
        }
        output::sync_folder_of(&path)?;
        return Ok(file);
    }
    Err(StampError::TooMany)
}

/// Whether nothing is at a path, or already what is to be written there.
fn is_free(path: &Path, bytes: Option<&[u8]>) -> Result<bool, DiskError> {
    if !own::exists(path)? {
        return Ok(true);
    }
    Ok(own::is_plain_file(path) && own::read_own(path, STAMP_BYTES as u64).is_ok_and(|there| Some(&there[..]) == bytes))
}

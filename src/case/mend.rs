//! A torn last line of the chain of custody, put right: its bytes are kept beside the chain, and an event says so. Nothing but
//! bytes without their end is ever cut, and a crash at any moment is gone on with by doing it again.

use std::collections::BTreeMap;
use std::path::Path;

use jiff::Zoned;
use serde_json::{Map, Value, json};

use super::collection::utc;
use super::custody::{CustodyError, Reading, photo_of_line};
use super::dir::CaseDir;
use super::journal::{CaseJournal, JournalError};
use crate::disk::error::{DiskError, Doing};
use crate::disk::output::{self, OutputFile};
use crate::disk::own;
use crate::model::limits::{CUSTODY_BYTES, CUSTODY_PHOTO_BYTES, JOURNAL_LINE_BYTES};
use crate::model::{Act, Digest};
use crate::seal::chain::{self, Draft, Followed};

/// What came of it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Mended {
    /// The chain is whole: there was nothing to do.
    Nothing,
    /// Bytes without an end were cut off and kept.
    Cut(u64),
    /// The line lacked nothing but its end, and got it.
    Ended,
}

/// Why nothing was mended.
#[derive(Debug, thiserror::Error)]
pub enum MendError {
    /// The collection that wrote it goes on with it.
    #[error("its collection is not at its end: going on with it cuts the line off")]
    Unfinished,
    /// There is no whole line to go on from.
    #[error("it holds no whole event")]
    Empty,
    /// The chain, or a file.
    #[error(transparent)]
    Custody(#[from] CustodyError),
}

impl From<JournalError> for MendError {
    fn from(error: JournalError) -> Self {
        Self::Custody(error.into())
    }
}

impl From<DiskError> for MendError {
    fn from(error: DiskError) -> Self {
        Self::Custody(CustodyError::Keep(error))
    }
}

/// Who mends, and with what.
pub struct Mender {
    /// Who.
    pub operator: String,
    /// Host.
    pub host: String,
    /// Tool and version.
    pub tool: String,
    /// What was said, by stable English keys.
    pub detail: Map<String, Value>,
}

/// Mends the chain of a case whose collection is at its end.
///
/// # Errors
/// [`MendError`]: a chain that is broken anywhere else is left as it is.
pub fn mend(dir: &CaseDir, mender: Mender, now: &dyn Fn() -> Zoned) -> Result<Mended, MendError> {
    if !dir.standing().is_empty() {
        return Err(MendError::Unfinished);
    }
    let done = end_or_cut(dir)?;
    // From here on the chain is whole, also after a run that came as far as this and no further.
    let mut reading = Reading::default();
    let mut journal = CaseJournal::open_whole(&dir.journal(), &mut |event| reading.take(event))?;
    let vouched: BTreeMap<&str, Digest> = reading.vouches.iter().map(|one| (one.file.as_str(), one.sha256)).collect();
    let left: Vec<Left> = left(dir)?.into_iter().filter(|left| !vouched.contains_key(left.file.as_str())).collect();
    for left in &left {
        let mut detail = mender.detail.clone();
        let (line, bytes) = (left.line, left.bytes.len());
        let said = match left.what {
            What::Cut => json!({ "line": line, "cut_bytes": bytes }),
            What::Ended => json!({ "line": line, "ended_bytes": bytes }),
        };
        if let Value::Object(said) = said {
            detail.extend(said);
        }
        detail.insert("file".to_owned(), json!(left.file));
        detail.insert("sha256".to_owned(), json!(Digest::of(&left.bytes)));
        if left.what == What::Cut {
            let photos = photos(dir, line, &vouched)?;
            if !photos.is_empty() {
                detail.insert("photos".to_owned(), Value::Array(photos));
            }
        }
        let (operator, host, tool) = (mender.operator.clone(), mender.host.clone(), mender.tool.clone());
        journal.append(Draft { time: utc(&now()), act: Act::Mend, operator, host, tool, detail })?;
    }
    Ok(match (done, left.first()) {
        (Mended::Nothing, Some(Left { what: What::Cut, bytes, .. })) => Mended::Cut(bytes.len() as u64),
        (Mended::Nothing, Some(Left { what: What::Ended, .. })) => Mended::Ended,
        (done, _) => done,
    })
}

/// Makes the chain whole: keeps the bytes behind its last whole line in a file, then cuts them off, or gives them their end
/// where they lack nothing else.
fn end_or_cut(dir: &CaseDir) -> Result<Mended, MendError> {
    let path = dir.journal();
    let mut file = OutputFile::open_to_append(&path)?;
    file.lock()?;
    let bytes = own::read_own(&path, CUSTODY_BYTES)?;
    let followed = chain::follow(&mut bytes.as_slice(), &mut |_| {}).map_err(JournalError::from)?;
    let Followed { chain, bytes: whole, cut: Some(_) } = followed else { return Ok(Mended::Nothing) };
    if chain.events == 0 {
        return Err(MendError::Empty);
    }
    let torn = usize::try_from(whole).ok().and_then(|whole| bytes.get(whole..)).unwrap_or_default();
    let line = chain.events.saturating_add(1);
    let mut next = chain;
    let what = if next.accept(torn).is_ok() { What::Ended } else { What::Cut };
    keep(dir, line, what, torn)?;
    match what {
        What::Ended => file.append(b"\n")?,
        What::Cut => file.cut_to(whole)?,
    }
    file.sync()?;
    Ok(if what == What::Ended { Mended::Ended } else { Mended::Cut(torn.len() as u64) })
}

/// What was done to a line.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum What {
    Cut,
    Ended,
}

/// Bytes that were found without their end.
struct Left {
    file: String,
    line: u64,
    what: What,
    bytes: Vec<u8>,
}

/// `custody/torn-0012-5f2a90c1d3e4f506.bin`; `ended-` where the line stayed.
fn keep(dir: &CaseDir, line: u64, what: What, torn: &[u8]) -> Result<(), DiskError> {
    let hex = Digest::of(torn).to_string();
    let begin = if what == What::Ended { "ended" } else { "torn" };
    let name = format!("custody/{begin}-{line:04}-{}.bin", hex.get(..16).unwrap_or(&hex));
    let path = dir.root().join(&name);
    if own::exists(&path)? && own::is_plain_file(&path) && own::read_own(&path, JOURNAL_LINE_BYTES as u64)? == torn {
        // A run that broke off right behind this left it.
        return Ok(());
    }
    output::write_once(&path, torn)
}

/// Every file of torn bytes in a case.
fn left(dir: &CaseDir) -> Result<Vec<Left>, DiskError> {
    let mut all = Vec::new();
    for name in own::list_folder(&dir.root().join("custody"))? {
        let Some((what, line)) = name.to_str().and_then(parts) else { continue };
        let path = dir.root().join("custody").join(&name);
        if !own::is_plain_file(&path) {
            return Err(DiskError::on(&path, Doing::Open)(std::io::Error::from(std::io::ErrorKind::InvalidInput)));
        }
        let bytes = own::read_own(&path, JOURNAL_LINE_BYTES as u64)?;
        all.push(Left { file: format!("custody/{}", name.to_string_lossy()), line, what, bytes });
    }
    Ok(all)
}

/// Takes the name of such a file apart.
fn parts(name: &str) -> Option<(What, u64)> {
    let rest = name.strip_suffix(".bin")?;
    let (begin, rest) = rest.split_once('-')?;
    let what = match begin {
        "torn" => What::Cut,
        "ended" => What::Ended,
        _ => return None,
    };
    Some((what, rest.split_once('-')?.0.parse().ok()?))
}

/// Whether a file in the folder of the chain is one of torn bytes.
pub fn is_left_bytes(name: &str) -> bool {
    parts(name).is_some()
}

/// Photos that were taken in for an event that was never written whole: the mending vouches for them.
fn photos(dir: &CaseDir, line: u64, vouched: &BTreeMap<&str, Digest>) -> Result<Vec<Value>, DiskError> {
    let folder = dir.photos();
    if !own::exists(&folder)? {
        return Ok(Vec::new());
    }
    let mut said = Vec::new();
    for name in own::list_folder(&folder)? {
        let path = folder.join(&name);
        let Some(file) = name.to_str().and_then(|name| photo_of_line(name, line)) else { continue };
        if vouched.contains_key(file.as_str()) || !own::is_plain_file(Path::new(&path)) {
            continue;
        }
        let bytes = own::read_own(&path, CUSTODY_PHOTO_BYTES)?;
        said.push(json!({ "file": file, "sha256": Digest::of(&bytes), "bytes": bytes.len() }));
    }
    Ok(said)
}

/// What a torn line is told with: the way out of it.
pub fn way_out(is_standing: bool) -> &'static str {
    if is_standing {
        "going on with the collection (`hozen collect --resume`) cuts it off"
    } else {
        "`hozen custody mend` keeps these bytes in a file, makes the chain whole and sets that down; make a copy of the case first"
    }
}

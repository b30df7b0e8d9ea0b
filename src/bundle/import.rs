//! Takes a bundle in: opens it, checks it as it comes, and makes a case of it whose chain goes on with the receipt.
//!
//! Until every check has passed the case is called `.partial`. One that fails is removed: the bundle itself is still there to
//! be looked at, and a folder of personal data that nobody vouches for helps no one. Nothing that exists is written over.

use std::io::Read;
use std::path::{Path, PathBuf};

use jiff::Zoned;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value, json};

use super::age_file::{Hashing, OpenError, Opened};
use super::identity::Identities;
use super::layout;
use super::read::{Bundle, Keep, ReadError, Watch, read};
use super::verify::{case_at, in_bundle};
use crate::case::collection::utc;
use crate::case::custody;
use crate::case::dir::CaseDir;
use crate::case::journal::{CaseJournal, JournalError};
use crate::case::results::{Layer, Problem, WithheldResult};
use crate::disk::error::{DiskError, Doing};
use crate::disk::output::{self, OutputFile};
use crate::disk::own;
use crate::model::{Act, CustodyEvent, Digest};
use crate::seal::chain::Draft;

/// Why nothing was taken in.
#[derive(Debug, thiserror::Error)]
pub enum ImportError {
    /// It can not be decrypted.
    #[error("the bundle can not be opened")]
    Open(#[from] OpenError),
    /// It can not be read.
    #[error("the bundle could not be read")]
    Read(#[from] ReadError),
    /// It is not as it was sealed.
    #[error("the bundle is not as it was sealed")]
    Broken(Vec<Problem>),
    /// It is whole, and the case in it was not when it was sent.
    #[error("the case in the bundle is not whole, and was not when it was sent")]
    BrokenCase(Vec<Problem>),
    /// One of our own files.
    #[error("the case could not be written")]
    Disk(#[from] DiskError),
    /// The receipt.
    #[error("the receipt could not be set down")]
    Journal(#[from] JournalError),
}

/// What is to be taken in.
pub struct Order<'a> {
    /// How the bundle is called in answers.
    pub path: &'a str,
    /// The folder in which the case folder is made.
    pub out: &'a Path,
    /// What opens it.
    pub identities: &'a Identities,
    /// The digest of the file, from the sender.
    pub expect_sha256: Option<Digest>,
    /// The fingerprint of the key, from the sender.
    pub expect_key: Option<&'a str>,
    /// Whether a case that was not whole when it was sent is taken in all the same.
    pub force: bool,
    /// What the user says of it, by stable keys.
    pub said: Map<String, Value>,
    /// Who, on which host, with which tool.
    pub by: [String; 3],
    /// The time now.
    pub now: &'a dyn Fn() -> Zoned,
}

/// `hozen.receipt/1`: what the receiver can send back.
#[derive(Debug, Clone, Serialize, Deserialize, PartialEq)]
pub struct Receipt {
    /// `hozen.receipt/1`.
    pub schema: String,
    /// The case folder that was made.
    pub case: String,
    /// Name of the bundle.
    pub bundle: String,
    /// Length of the file as it was received.
    pub bytes: u64,
    /// SHA-256 of the file as it was received.
    pub sha256: Digest,
    /// SHA-256 of the zip in it.
    pub zip_sha256: Digest,
    /// SHA-256 of its `tagmanifest-sha256.txt`.
    pub seal_sha256: Digest,
    /// Fingerprint of the key that signed it.
    pub key: String,
    /// Whether that is the key that the user expected; absent if none was named.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub key_expected: Option<bool>,
    /// Who sent it, as the chain says.
    pub from: String,
    /// Who took it in.
    pub operator: String,
    /// When, RFC 3339, UTC.
    pub time: String,
    /// Files of the case that came.
    pub files: u64,
    /// Files of the case that did not.
    pub withheld: Vec<WithheldResult>,
    /// The sealed evidence that came.
    pub evidence: Vec<String>,
    /// Problems of the case as it was sent.
    pub problems: Vec<Problem>,
    /// Events in the chain, this receipt included.
    pub custody_events: u64,
    /// Digest of the last one: the number that shows later whether lines were cut off.
    pub custody_head: Digest,
}

/// Writes the files of the case into its unfinished folder.
struct Unpack<'a> {
    root: &'a Path,
    open: Option<OutputFile>,
}

impl Keep for Unpack<'_> {
    fn begin(&mut self, file: &str) -> Result<(), DiskError> {
        let path = self.root.join(file);
        if let Some(folder) = path.parent() {
            output::ensure_folder(folder)?;
        }
        self.open = Some(OutputFile::create(&path)?);
        Ok(())
    }

    fn bytes(&mut self, bytes: &[u8]) -> Result<(), DiskError> {
        self.open.as_mut().map_or(Ok(()), |file| file.append(bytes))
    }

    fn end(&mut self) -> Result<(), DiskError> {
        self.open.take().map_or(Ok(()), |mut file| file.sync())
    }
}

/// The unfinished folder; gone unless it was given its name.
struct Unfinished {
    path: PathBuf,
    is_done: bool,
}

impl Drop for Unfinished {
    fn drop(&mut self) {
        if !self.is_done {
            // Whatever it was that failed counts more.
            let _ = output::remove_case_folder(&self.path, &ALL_FOLDERS);
        }
    }
}

/// Every folder that an import makes, deepest first.
const ALL_FOLDERS: [&str; 7] = ["custody/photos", "custody", "evidence", "results", "report", "handover", "secret"];

/// Takes the bundle in.
///
/// # Errors
/// [`ImportError`]; then there is no case.
pub fn import(order: &Order<'_>, file: &mut dyn Read, watch: &Watch<'_>) -> Result<Receipt, ImportError> {
    let mut source = Hashing::new(file);
    let mut opened = Opened::new(&mut source, order.identities)?;
    let mut head = Vec::new();
    opened.by_ref().take(256).read_to_end(&mut head).map_err(ReadError::Source)?;
    let case = case_at(&head).ok_or(ReadError::NotABundle)?;
    let place = order.out.join(&case);
    let mut unfinished = Unfinished::create(order.out.join(format!("{case}.partial")), &place)?;
    let mut unpack = Unpack { root: &unfinished.path.clone(), open: None };
    let bundle = read(order.path, &mut head.as_slice().chain(&mut opened), &mut unpack, watch)?;
    drop(opened);
    let (_, bytes, sha256) = source.end();
    expected(order, &bundle, sha256)?;
    let dir = unfinished.case()?;
    let mut receipt = receipt(order, &bundle, (bytes, sha256), checked(order, &dir, &bundle)?);
    receipt.case = place.display().to_string();
    let mut journal = CaseJournal::open_whole(&dir.journal(), &mut |_| {})?;
    journal.append(event(order, &receipt))?;
    (receipt.custody_events, receipt.custody_head) = (journal.events(), journal.head());
    drop(journal);
    unfinished.finish(&place)?;
    Ok(receipt)
}

impl Unfinished {
    /// Makes the folder, where neither it nor the case is there yet.
    fn create(path: PathBuf, place: &Path) -> Result<Self, DiskError> {
        for path in [place, &path] {
            if own::exists(path)? {
                let taken = std::io::Error::from(std::io::ErrorKind::AlreadyExists);
                return Err(DiskError::on(path, Doing::Create)(taken));
            }
        }
        output::create_folder(&path)?;
        Ok(Self { path, is_done: false })
    }

    /// The case that was unpacked into it, with all the folders that a case has.
    fn case(&self) -> Result<CaseDir, ImportError> {
        for folder in ["custody", "evidence", "results", "report", "secret"] {
            output::ensure_folder(&self.path.join(folder))?;
        }
        CaseDir::open(&self.path)?.ok_or_else(|| {
            let what = "is missing: there is no case in this bundle".to_owned();
            ImportError::Broken(vec![Problem { layer: Layer::Manifest, path: "data/case.json".into(), what }])
        })
    }

    /// Gives the case its name, once the names of its files are on the medium.
    fn finish(&mut self, place: &Path) -> Result<(), DiskError> {
        for folder in ALL_FOLDERS.map(|folder| self.path.join(folder)) {
            if own::exists(&folder)? {
                output::sync_folder_of(&folder.join("x"))?;
            }
        }
        output::sync_folder_of(&self.path.join("x"))?;
        output::rename_into_place(&self.path, place)?;
        self.is_done = true;
        Ok(())
    }
}

/// What the check of the case showed, and the event with which it was sent.
struct Sent {
    problems: Vec<Problem>,
    event: Option<CustodyEvent>,
}

/// Checks the case. One that was whole when it was sent must be whole; one that was not is taken in only if the user wants it.
fn checked(order: &Order<'_>, dir: &CaseDir, bundle: &Bundle) -> Result<Sent, ImportError> {
    let problems = in_bundle("data", dir, &bundle.name, bundle.custody).problems;
    let event = custody::read(dir).chain.pop();
    let was_broken = event.as_ref().and_then(|event| event.detail.get("problems")?.as_u64()).is_some_and(|n| n > 0);
    match (problems.is_empty(), was_broken) {
        (false, false) => Err(ImportError::Broken(problems)),
        (false, true) if !order.force => Err(ImportError::BrokenCase(problems)),
        _ => Ok(Sent { problems, event }),
    }
}

fn receipt(order: &Order<'_>, bundle: &Bundle, (bytes, sha256): (u64, Digest), sent: Sent) -> Receipt {
    Receipt {
        schema: "hozen.receipt/1".to_owned(),
        case: String::new(),
        bundle: bundle.name.clone(),
        bytes,
        sha256,
        zip_sha256: bundle.zip_sha256,
        seal_sha256: bundle.seal.unwrap_or(sha256),
        key: bundle.key.clone().unwrap_or_default(),
        key_expected: order.expect_key.map(|_| true),
        from: sent.event.as_ref().map(|event| event.operator.clone()).unwrap_or_default(),
        operator: order.by[0].clone(),
        time: utc(&(order.now)()),
        files: bundle.files.len() as u64,
        withheld: withheld_of(sent.event.as_ref()),
        evidence: bundle.files.keys().filter(|file| file.ends_with(".zip")).cloned().collect(),
        problems: sent.problems,
        custody_events: 0,
        custody_head: sha256,
    }
}

/// What the sender said on another way, and what the read showed.
fn expected(order: &Order<'_>, bundle: &Bundle, sha256: Digest) -> Result<(), ImportError> {
    let mut problems = bundle.problems.clone();
    let mut add = |layer: Layer, path: &str, what: String| {
        problems.push(Problem { layer, path: path.to_owned(), what });
    };
    if let Some(due) = order.expect_sha256.filter(|due| *due != sha256 && *due != bundle.zip_sha256) {
        let what = format!("has the digest {sha256} (the zip in it {}), not {due} as expected", bundle.zip_sha256);
        add(Layer::Zip, order.path, what);
    }
    if let Some(due) = order.expect_key.filter(|due| bundle.key.as_deref() != Some(due)) {
        let found = bundle.key.as_deref().unwrap_or("nobody");
        let due = crate::model::RawPath(due.as_bytes().to_vec()).shown();
        add(Layer::Seal, layout::SIGNATURE, format!("was made by {found}, not by {due} as expected"));
    }
    if problems.is_empty() { Ok(()) } else { Err(ImportError::Broken(problems)) }
}

fn withheld_of(sent: Option<&CustodyEvent>) -> Vec<WithheldResult> {
    let list = sent.and_then(|event| event.detail.get("withheld")?.as_array()).cloned().unwrap_or_default();
    list.into_iter().filter_map(|one| serde_json::from_value(one).ok()).collect()
}

fn event(order: &Order<'_>, receipt: &Receipt) -> Draft {
    let mut detail = order.said.clone();
    detail.insert("from".to_owned(), json!(receipt.from));
    let facts = json!({
        "name": receipt.bundle, "sha256": receipt.sha256, "bytes": receipt.bytes, "zip_sha256": receipt.zip_sha256,
        "seal_sha256": receipt.seal_sha256, "key": receipt.key, "key_expected": receipt.key_expected.unwrap_or(false),
        "files": receipt.files, "withheld": receipt.withheld.len(), "problems": receipt.problems.len(),
    });
    detail.insert("bundle".to_owned(), facts);
    let [operator, host, tool] = order.by.clone();
    Draft { time: receipt.time.clone(), act: Act::Receive, operator, host, tool, detail }
}

//! A collection from its first custody event to its seal: makes the case folder, takes the pass's results, seals, keeps
//! results and reports, and notes each step in the chain of custody.

use std::io::{self, BufRead, BufReader, Write};
use std::path::{Path, PathBuf};

use jiff::Zoned;
use serde_json::{Map, Value, json};

use super::dir::CaseDir;
use super::intake::{Collected, Intake};
use super::journal::{CaseJournal, JournalError};
use super::results::{CollectResult, SealResult};
use super::tally::{FindingsOut, Tally};
use crate::disk::error::DiskError;
use crate::disk::output::{self, OutputFile};
use crate::disk::own;
use crate::evidence::{Acquisition, Closing, EvidenceError, EvidenceWriter, Journal, Store};
use crate::model::{Act, Digest, Timestamp};
use crate::seal::chain::Draft;
use crate::seal::keyed::CaseKey;
use crate::seal::sign::{SignError, Signer};

/// Why a collection could not go on. What is on disk stays; no seal was made.
#[derive(Debug, thiserror::Error)]
pub enum CollectionError {
    /// One of our own files.
    #[error("the case folder could not be written")]
    Disk(#[from] DiskError),
    /// The evidence.
    #[error("the evidence could not be written")]
    Evidence(#[from] EvidenceError),
    /// The chain of custody.
    #[error("the chain of custody could not be continued")]
    Journal(#[from] JournalError),
    /// A key.
    #[error("the signing key could not be kept")]
    Sign(#[from] SignError),
    /// A result could not be put into JSON.
    #[error("a result could not be written as JSON")]
    Json(#[from] serde_json::Error),
}

/// What is to be done, by whom, and why.
#[derive(Debug, Clone)]
pub struct Orders {
    /// The case folder that will be made.
    pub folder: PathBuf,
    /// What goes into `custody/acquisition.json`; counts and times are filled in.
    pub acquisition: Acquisition,
    /// Eight random bytes for the time-stamp request.
    pub nonce: [u8; 8],
}

/// The keys of a case.
pub struct Keys {
    /// Signs the seal.
    pub signer: Signer,
    /// Whether the signer was made for this case and must be kept in it.
    pub signer_is_new: bool,
    /// Keys the digests of personal values.
    pub case: CaseKey,
}

/// A collection under way.
pub struct Collection<'c> {
    dir: CaseDir,
    journal: CaseJournal,
    orders: Orders,
    keys: Keys,
    now: &'c dyn Fn() -> Zoned,
    atime_not_kept: u64,
}

/// Evidence that is being written: in memory it is only what is not flushed yet.
pub type Writer = EvidenceWriter<OutputFile, JournalFile>;

impl<'c> Collection<'c> {
    /// Makes the case folder with its keys, and notes the beginning.
    ///
    /// # Errors
    /// [`CollectionError`]; a folder that exists already is never touched.
    pub fn begin(orders: Orders, keys: Keys, now: &'c dyn Fn() -> Zoned) -> Result<Self, CollectionError> {
        let dir = CaseDir::create(&orders.folder)?;
        output::write_once(&dir.case_key(), keys.case.reveal().as_bytes())?;
        if keys.signer_is_new {
            output::write_once(&dir.sign_key(), keys.signer.reveal()?.as_bytes())?;
        }
        let facts = json!({
            "schema": "hozen.case/1", "case": orders.acquisition.case, "created": utc(&now()),
            "operator": orders.acquisition.operator, "host": orders.acquisition.host,
            "time_zone": orders.acquisition.time_zone, "reason": orders.acquisition.reason,
            "tool": orders.acquisition.tool, "key": keys.signer.public().fingerprint(),
        });
        output::write_once(&dir.facts(), (serde_json::to_string_pretty(&facts)? + "\n").as_bytes())?;
        let journal = CaseJournal::create(&dir.journal())?;
        let mut collection = Self { dir, journal, orders, keys, now, atime_not_kept: 0 };
        let mut scope = json!({ "scope": collection.orders.acquisition.scope, "evidence": collection.evidence_name() });
        if let (Some(detail), Some(profile)) = (scope.as_object_mut(), &collection.orders.acquisition.profile) {
            detail.insert("profile".to_owned(), json!(profile));
            detail.insert("profiles_sha256".to_owned(), json!(collection.orders.acquisition.profiles_sha256));
        }
        collection.note(Act::Collect, scope)?;
        let facts = collection.dir.facts();
        let digest = own::digest(&facts)?;
        collection.note_result(&facts, digest)?;
        Ok(collection)
    }

    /// The case folder.
    pub fn folder(&self) -> &Path {
        &self.orders.folder
    }

    /// Key of the digests.
    pub fn case_key(&self) -> &CaseKey {
        &self.keys.case
    }

    /// Sets down how far the kernel held the process to its output folder.
    pub fn confined(&mut self, how: String) {
        self.orders.acquisition.confinement = Some(how);
    }

    /// Entries whose access time the kernel would not let alone.
    pub fn atime_not_kept(&self) -> u64 {
        self.atime_not_kept
    }

    /// What was set down about this collection so far.
    pub fn acquisition(&self) -> &Acquisition {
        &self.orders.acquisition
    }

    /// Paths in the case folder.
    pub fn dir(&self) -> &CaseDir {
        &self.dir
    }

    /// `CASE-E001`: the evidence of this collection.
    pub fn evidence_name(&self) -> String {
        format!("{}-E001", self.orders.acquisition.case)
    }

    /// Opens the evidence and gives the intake that fills it.
    ///
    /// # Errors
    /// When the files can not be made.
    pub fn intake<'a>(
        &self,
        tally: Option<Tally>,
        findings: Option<FindingsOut<'a>>,
    ) -> Result<Intake<'a, OutputFile, JournalFile>, CollectionError> {
        let name = self.evidence_name();
        let zip = OutputFile::create(&self.dir.partial(&name))?;
        let journal = JournalFile(OutputFile::create(&self.dir.entry_journal(&name))?);
        let writer = EvidenceWriter::new(&name, zip, journal, stamp(&(self.now)()))?;
        Ok(Intake::new(Some(writer), tally, findings))
    }

    /// Seals what the intake took: from here on the evidence does not change.
    ///
    /// # Errors
    /// [`CollectionError`]; then there is no seal.
    pub fn seal(&mut self, writer: Writer, collected: Collected) -> Result<CollectResult, CollectionError> {
        self.atime_not_kept = collected.atime_not_kept;
        let name = self.evidence_name();
        let counts = json!({
            "evidence": name, "entries": collected.entries, "files": collected.files, "bytes": collected.bytes,
            "gaps": collected.gaps.len(),
        });
        self.note(Act::Collected, counts)?;
        let sealed_at = (self.now)();
        self.orders.acquisition.finished = utc(&sealed_at);
        let custody = self.journal.text()?;
        let sealed = writer.finish(&Closing {
            acquisition: &self.orders.acquisition,
            custody: &custody,
            signer: &self.keys.signer,
            nonce: self.orders.nonce,
            sealed_at: stamp(&sealed_at),
        })?;
        drop(sealed.zip);
        drop(sealed.journal);
        let zip = self.dir.evidence(&name);
        let zip_sha256 = own::digest(&self.dir.partial(&name))?;
        let line = format!("{zip_sha256}  {name}.zip\n");
        output::write_once(&self.dir.evidence_digest(&name), line.as_bytes())?;
        output::rename_into_place(&self.dir.partial(&name), &zip)?;
        output::remove(&self.dir.entry_journal(&name))?;
        let seal = SealResult { sha256: sealed.seal, zip_sha256, key: sealed.key };
        self.note(
            Act::Seal,
            json!({
                "evidence": format!("{name}.zip"), "zip_sha256": zip_sha256, "seal_sha256": seal.sha256, "key": seal.key,
            }),
        )?;
        Ok(CollectResult {
            schema: "hozen.collect/1".to_owned(),
            case: self.orders.folder.display().to_string(),
            evidence: vec![zip.display().to_string()],
            entries: collected.entries,
            files: collected.files,
            bytes: collected.bytes,
            gaps: collected.gaps,
            seal,
        })
    }

    /// Keeps a result or report in the case, and its digest in the chain of custody, so that a later change is noticed.
    ///
    /// # Errors
    /// When it can not be written.
    pub fn keep_result(&mut self, path: &Path, bytes: &[u8]) -> Result<(), CollectionError> {
        output::write_once(path, bytes)?;
        self.note_result(path, Digest::of(bytes))
    }

    /// Notes the digest of a result that was written as a stream.
    ///
    /// # Errors
    /// When the chain can not be continued.
    pub fn note_result(&mut self, path: &Path, digest: Digest) -> Result<(), CollectionError> {
        let name = path.strip_prefix(&self.orders.folder).unwrap_or(path).display().to_string();
        self.note(Act::Report, json!({ "file": name, "sha256": digest }))
    }

    /// Appends a custody event.
    ///
    /// # Errors
    /// When the chain can not be continued.
    pub fn note(&mut self, act: Act, detail: Value) -> Result<(), CollectionError> {
        let acquisition = &self.orders.acquisition;
        let detail = match detail {
            Value::Object(detail) => detail,
            other => Map::from_iter([("note".to_owned(), other)]),
        };
        let draft = Draft {
            time: utc(&(self.now)()),
            act,
            operator: acquisition.operator.clone(),
            host: acquisition.host.clone(),
            tool: acquisition.tool.clone(),
            detail,
        };
        Ok(self.journal.append(draft)?)
    }
}

/// RFC 3339 in UTC, to the second.
pub fn utc(time: &Zoned) -> String {
    time.timestamp().strftime("%Y-%m-%dT%H:%M:%SZ").to_string()
}

fn stamp(time: &Zoned) -> Timestamp {
    Timestamp { seconds: time.timestamp().as_second(), nanos: 0 }
}

impl Store for OutputFile {
    fn position(&self) -> u64 {
        Self::position(self)
    }

    fn patch_at(&mut self, offset: u64, bytes: &[u8]) -> io::Result<()> {
        Self::patch_at(self, offset, bytes).map_err(|error| error.source)
    }

    fn cut_to(&mut self, length: u64) -> io::Result<()> {
        Self::cut_to(self, length).map_err(|error| error.source)
    }

    fn sync(&mut self) -> io::Result<()> {
        Self::sync(self).map_err(|error| error.source)
    }
}

/// The journal of entries, one line each, read back when the bag is closed.
pub struct JournalFile(pub OutputFile);

impl Write for JournalFile {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.write(bytes)
    }

    fn flush(&mut self) -> io::Result<()> {
        Write::flush(&mut self.0)
    }
}

impl Store for JournalFile {
    fn position(&self) -> u64 {
        self.0.position()
    }

    fn patch_at(&mut self, offset: u64, bytes: &[u8]) -> io::Result<()> {
        Store::patch_at(&mut self.0, offset, bytes)
    }

    fn cut_to(&mut self, length: u64) -> io::Result<()> {
        Store::cut_to(&mut self.0, length)
    }

    fn sync(&mut self) -> io::Result<()> {
        Store::sync(&mut self.0)
    }
}

impl Journal for JournalFile {
    fn reread(&mut self) -> io::Result<Box<dyn BufRead + '_>> {
        self.0.flush().map_err(|error| error.source)?;
        let (file, _) = own::open_own(self.0.path()).map_err(|error| error.source)?;
        Ok(Box::new(BufReader::new(file)))
    }
}

//! A collection from its first custody event to its seal: makes the case folder, takes the pass's results, seals, keeps
//! results and reports, and notes each step in the chain of custody.

use std::io::Write;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::AtomicBool;

use jiff::Zoned;
use serde_json::{Map, Value, json};

use super::counts::{self, CountError, CountResult, Source};
use super::dir::CaseDir;
use super::intake::{Collected, Intake};
use super::journal::{CaseJournal, JournalError};
use super::orders::{Errand, StandingOrders};
use super::results::{CollectResult, ScanResult, SealResult};
use super::store::JournalFile;
use super::tally::{FindingsOut, Tally};
use crate::disk::error::DiskError;
use crate::disk::output::{self, OutputFile};
use crate::disk::own;
use crate::disk::rows::RowPlace;
use crate::evidence::tag_file::TagFileError;
use crate::evidence::{Acquisition, Closing, EvidenceError, EvidenceWriter};
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
    /// Sealed evidence can not be read back.
    #[error("the sealed evidence could not be read back")]
    Sealed(#[source] TagFileError),
    /// Its orders can not be followed.
    #[error("the orders of the collection can not be followed: {0}")]
    Orders(String),
    /// Sealed evidence is not what the chain of custody says.
    #[error("{} is not as it was sealed: its digest is not {due}", path.display())]
    Changed {
        /// Where it lies.
        path: PathBuf,
        /// The digest in the chain of custody.
        due: Digest,
    },
    /// The user interrupted while the bag was being closed.
    #[error("interrupted before the seal")]
    Interrupted {
        /// The case folder.
        folder: PathBuf,
    },
    /// The evidence is sealed; what is left to do could not be done.
    #[error("the evidence is sealed, and its last steps could not be done")]
    AfterSeal(#[source] Box<CollectionError>),
    /// What a broken collection left could not be read back.
    #[error("what the broken collection left could not be read back")]
    Replay(#[source] std::io::Error),
    /// Rows of a result could not be set aside, or not be read back.
    #[error("the rows of a result could not be set aside")]
    Rows(#[source] std::io::Error),
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
    /// What is to be walked.
    pub errand: Errand,
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
    /// Whether it is another case's, taken over so that both can be counted together.
    pub case_is_named: bool,
}

/// A collection under way.
pub struct Collection<'c> {
    pub(super) dir: CaseDir,
    pub(super) journal: CaseJournal,
    pub(super) orders: Orders,
    pub(super) keys: Keys,
    pub(super) now: &'c dyn Fn() -> Zoned,
    pub(super) atime_not_kept: u64,
    pub(super) stop: Arc<AtomicBool>,
}

/// Evidence that is being written: in memory it is only what is not flushed yet.
pub type Writer = EvidenceWriter<OutputFile, JournalFile>;

impl<'c> Collection<'c> {
    /// Makes the case folder with its keys, and notes the beginning.
    ///
    /// # Errors
    /// [`CollectionError`]; a folder that exists already is never touched.
    pub fn begin(orders: Orders, keys: Keys, now: &'c dyn Fn() -> Zoned) -> Result<Self, CollectionError> {
        let facts = json!({
            "schema": "hozen.case/1", "case": orders.acquisition.case, "created": utc(&now()),
            "operator": orders.acquisition.operator, "host": orders.acquisition.host,
            "time_zone": orders.acquisition.time_zone, "reason": orders.acquisition.reason,
            "tool": orders.acquisition.tool, "key": keys.signer.public().fingerprint(),
            "case_number": orders.acquisition.object.get("case_number"),
        });
        let facts = serde_json::to_string_pretty(&facts)? + "\n";
        let dir = CaseDir::create(&orders.folder, facts.as_bytes())?;
        output::write_once(&dir.case_key(), keys.case.reveal().as_bytes())?;
        if keys.signer_is_new {
            output::write_once(&dir.sign_key(), keys.signer.reveal()?.as_bytes())?;
        }
        let journal = CaseJournal::create(&dir.journal())?;
        let mut collection = Self { dir, journal, orders, keys, now, atime_not_kept: 0, stop: Arc::default() };
        let standing = collection.standing_orders()?;
        output::write_once(&collection.dir.orders(&collection.evidence_name()), &standing)?;
        let acquisition = &collection.orders.acquisition;
        let mut begun = json!({
            "case": acquisition.case, "scope": acquisition.scope, "evidence": collection.evidence_name(),
            "orders_sha256": Digest::of(&standing),
        });
        if let Some(detail) = begun.as_object_mut() {
            detail.extend(acquisition.object.clone());
            let people =
                [("witness", &acquisition.witness), ("reason", &acquisition.reason), ("place", &acquisition.place)];
            let said = people.into_iter().filter_map(|(key, text)| Some((key.to_owned(), json!(text.as_ref()?))));
            detail.extend(said);
        }
        if let (Some(detail), Some(profile)) = (begun.as_object_mut(), &acquisition.profile) {
            detail.insert("profile".to_owned(), json!(profile));
            detail.insert("profiles_sha256".to_owned(), json!(acquisition.profiles_sha256));
        }
        if let (Some(detail), Some(offset)) = (begun.as_object_mut(), acquisition.clock_offset_ms) {
            // The same words as in what a person sets down by hand: the sheet for paper looks for them.
            let clock = json!({ "offset_ms": offset, "reference_source": acquisition.clock_offset_source });
            detail.insert("clock".to_owned(), clock);
        }
        if let (Some(detail), true) = (begun.as_object_mut(), collection.keys.case_is_named) {
            detail.insert("case_key_check".to_owned(), json!(counts::header(&collection.keys.case).key_check));
        }
        collection.note(Act::Collect, begun)?;
        collection.note_result(&collection.dir.facts(), Digest::of(facts.as_bytes()))?;
        Ok(collection)
    }

    /// What a broken collection will need to go on as it began.
    fn standing_orders(&self) -> Result<Vec<u8>, CollectionError> {
        let key = (self.keys.signer.public().fingerprint(), self.keys.signer_is_new);
        let standing = StandingOrders::new(&self.orders.errand, &self.orders.acquisition, key);
        Ok((serde_json::to_string_pretty(&standing)? + "\n").into_bytes())
    }

    /// The case folder.
    pub fn folder(&self) -> &Path {
        &self.orders.folder
    }

    /// Key of the digests.
    pub fn case_key(&self) -> &CaseKey {
        &self.keys.case
    }

    /// Ends the seal early when this is set: reading a large zip once more takes long.
    pub fn stops_by(&mut self, stop: &Arc<AtomicBool>) {
        self.stop = Arc::clone(stop);
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
        output::sync_folder_of(&self.dir.partial(&name))?;
        let writer = EvidenceWriter::new(&name, zip, journal, self.begun())?;
        Ok(Intake::new(Some(writer), tally, findings, &self.row_place()))
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
            "linked": collected.linked, "gaps": collected.gaps.len(),
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
        let zip_sha256 = self.digest_of(&self.dir.partial(&name))?;
        let seal = SealResult { sha256: sealed.seal, zip_sha256, key: sealed.key };
        // From this event on the evidence is sealed; what is left to do is to give it its name.
        self.note(
            Act::Seal,
            json!({
                "evidence": format!("{name}.zip"), "zip_sha256": zip_sha256, "seal_sha256": seal.sha256, "key": seal.key,
            }),
        )?;
        self.put_into_place(zip_sha256)?;
        self.result(collected, seal)
    }

    /// Gives the sealed evidence its name, and writes its digest beside it. What was done of that already stays.
    pub(super) fn put_into_place(&self, zip_sha256: Digest) -> Result<(), CollectionError> {
        self.last_renames(zip_sha256).map_err(after_seal)
    }

    /// The digest of the whole zip.
    pub(super) fn digest_of(&self, zip: &Path) -> Result<Digest, CollectionError> {
        let interrupted = || CollectionError::Interrupted { folder: self.orders.folder.clone() };
        own::digest_unless(&self.stop, zip)?.ok_or_else(interrupted)
    }

    fn last_renames(&self, zip_sha256: Digest) -> Result<(), DiskError> {
        let name = self.evidence_name();
        let (zip, partial, beside) =
            (self.dir.evidence(&name), self.dir.partial(&name), self.dir.evidence_digest(&name));
        let line = format!("{zip_sha256}  {name}.zip\n");
        if !own::exists(&beside)? {
            output::write_once(&beside, line.as_bytes())?;
        }
        if !own::exists(&zip)? {
            output::rename_into_place(&partial, &zip)?;
        }
        // Its lines are in the zip now.
        output::remove(&self.dir.entry_journal(&name))
    }

    pub(super) fn result(&self, collected: Collected, seal: SealResult) -> Result<CollectResult, CollectionError> {
        Ok(CollectResult {
            schema: "hozen.collect/1".to_owned(),
            case: self.orders.folder.display().to_string(),
            evidence: vec![self.dir.evidence(&self.evidence_name()).display().to_string()],
            entries: collected.entries,
            files: collected.files,
            bytes: collected.bytes,
            linked: collected.linked,
            digests: self.orders.acquisition.digests,
            gaps: collected.gaps.finish().map_err(CollectionError::Rows)?,
            seal,
        })
    }

    /// Where lists go that are longer than memory.
    pub fn row_place(&self) -> RowPlace {
        RowPlace { folder: Some(self.dir.spool()) }
    }

    /// Whether results and reports are due after the seal.
    pub fn reports_are_due(&self) -> bool {
        self.orders.errand.reports
    }

    /// Removes the orders: nothing is left to do, and nothing to go on with.
    ///
    /// # Errors
    /// When it can not be removed.
    pub fn close(&mut self) -> Result<(), CollectionError> {
        // Who is told that it is at its end may pull the plug.
        let orders = self.dir.orders(&self.evidence_name());
        output::remove(&orders).and_then(|()| output::sync_folder_of(&orders)).map_err(after_seal)
    }

    /// Keeps a result in the case as one line of JSON, written piece by piece, and its digest in the chain of custody.
    ///
    /// # Errors
    /// When it can not be written.
    pub fn keep_json(&mut self, path: &Path, result: &impl serde::Serialize) -> Result<(), CollectionError> {
        output::write_once_by(path, |file| {
            serde_json::to_writer(&mut *file, result)?;
            file.write_all(b"\n")
        })?;
        self.note_result(path, own::digest(path)?)
    }

    /// Keeps the count that a scan came to as the first of the case.
    ///
    /// # Errors
    /// When it can not be written.
    pub fn keep_first_count(&mut self, scan: &ScanResult) -> Result<(), CollectionError> {
        let acquisition = &self.orders.acquisition;
        let records = Source::open(&self.dir.count_records(), acquisition.case.clone()).map_err(of_count)?;
        let said = CountResult {
            case: Some(acquisition.case.clone()),
            number: Some(1),
            time: utc(&(self.now)()),
            operator: acquisition.operator.clone(),
            reason: Some("respond".to_owned()),
            tool: acquisition.tool.clone(),
            tool_sha256: acquisition.tool_sha256,
            ..CountResult::default()
        };
        let result = counts::first(scan, &records, &self.orders.errand.count, said).map_err(CollectionError::Rows)?;
        let path = self.dir.count(1);
        counts::write(&path, &result)?;
        let file = path.strip_prefix(&self.orders.folder).unwrap_or(&path).display().to_string();
        let detail = counts::event(&result, &file, own::digest(&path)?);
        self.note(Act::Count, Value::Object(detail))
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

impl Collection<'_> {
    /// When the collection began, to the second: the time that the first member of its zip carries.
    pub(super) fn begun(&self) -> Timestamp {
        let begun = self.orders.acquisition.started.parse::<jiff::Timestamp>().unwrap_or_default();
        Timestamp { seconds: begun.as_second(), nanos: 0 }
    }
}

fn of_count(error: CountError) -> CollectionError {
    match error {
        CountError::Disk(error) => error.into(),
        error => CollectionError::Rows(std::io::Error::other(error)),
    }
}

fn after_seal(error: DiskError) -> CollectionError {
    CollectionError::AfterSeal(Box::new(error.into()))
}

/// RFC 3339 in UTC, to the second.
pub fn utc(time: &Zoned) -> String {
    time.timestamp().strftime("%Y-%m-%dT%H:%M:%SZ").to_string()
}

fn stamp(time: &Zoned) -> Timestamp {
    Timestamp { seconds: time.timestamp().as_second(), nanos: 0 }
}

//! Going on with a collection that was broken off: what it was told, what it has, and from where it goes on.
//!
//! Nothing is taken twice and nothing that was recorded is changed: entries whose lines and bytes are whole stay as they were
//! read, the half-written tail is cut off, and the walk takes what is missing. That it went on is a custody event.

use std::io::BufReader;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use jiff::Zoned;
use serde_json::{Value, json};

use super::collection::{Collection, CollectionError, Keys, Orders};
use super::dir::CaseDir;
use super::intake::{Collected, Intake};
use super::journal::{CaseJournal, JournalError};
use super::orders::StandingOrders;
use super::results::{CollectResult, SealResult};
use super::store::JournalFile;
use crate::disk::error::DiskError;
use crate::disk::output::{self, OutputFile};
use crate::disk::own;
use crate::evidence::EvidenceWriter;
use crate::evidence::acquisition::Resumed;
use crate::evidence::items;
use crate::evidence::replay::{Recorded, Replay, Taken, replay};
use crate::model::limits::ORDERS_BYTES;
use crate::model::{Act, CustodyEvent, Digest};

/// Why a collection can not go on.
#[derive(Debug, thiserror::Error)]
pub enum ResumeError {
    /// The folder is no case.
    #[error("it is no case folder: it has no case.json")]
    NoCase,
    /// It broke off before anything was taken.
    #[error("it broke off before anything was taken")]
    NothingTaken,
    /// It is at its end.
    #[error("its collection is complete: there is nothing to go on with")]
    Complete,
    /// Its orders are not those that it began with.
    #[error("its orders are not those that it began with: {0}")]
    Orders(String),
    /// One of our own files.
    #[error(transparent)]
    Disk(#[from] DiskError),
    /// The chain of custody.
    #[error(transparent)]
    Journal(#[from] JournalError),
}

/// A collection that is not at its end.
pub struct Unfinished {
    dir: CaseDir,
    journal: CaseJournal,
    orders: StandingOrders,
    past: Past,
}

/// What the chain of custody says of it.
#[derive(Default)]
struct Past {
    evidence: Option<String>,
    orders: Option<Digest>,
    resumed: Vec<Resumed>,
    /// Whether it vouches for `case.json`.
    facts: bool,
    /// When the payload was complete.
    finished: String,
    seal: Option<SealResult>,
}

impl Past {
    fn note(&mut self, event: &CustodyEvent) {
        let text = |key: &str| event.detail.get(key).and_then(Value::as_str);
        let digest = |key: &str| text(key).and_then(|hex| hex.parse::<Digest>().ok());
        let number = |key: &str| event.detail.get(key).and_then(Value::as_u64).unwrap_or(0);
        match event.act {
            Act::Collect => {
                self.evidence = text("evidence").map(str::to_owned);
                self.orders = digest("orders_sha256");
            }
            Act::Resume => self.resumed.push(Resumed {
                time: event.time.clone(),
                operator: event.operator.clone(),
                tool: event.tool.clone(),
                entries: number("entries"),
                cut_bytes: number("cut_bytes"),
            }),
            Act::Report => self.facts |= text("file") == Some("case.json"),
            Act::Collected => self.finished.clone_from(&event.time),
            Act::Seal => {
                if let (Some(sha256), Some(zip_sha256), Some(key)) =
                    (digest("seal_sha256"), digest("zip_sha256"), text("key"))
                {
                    self.seal = Some(SealResult { sha256, zip_sha256, key: key.to_owned() });
                }
            }
            _ => {}
        }
    }
}

impl Unfinished {
    /// Opens the case at `folder`, and keeps every other hozen out of it.
    ///
    /// # Errors
    /// [`ResumeError`]; nothing was changed then but the torn last line of the chain of custody.
    pub fn open(folder: &Path) -> Result<Self, ResumeError> {
        let dir = CaseDir::open(folder)?.ok_or(ResumeError::NoCase)?;
        if !own::exists(&dir.journal())? {
            return Err(ResumeError::NothingTaken);
        }
        let mut past = Past::default();
        let journal = CaseJournal::open(&dir.journal(), &mut |event| past.note(&event))?;
        let (Some(name), Some(due)) = (&past.evidence, past.orders) else { return Err(ResumeError::NothingTaken) };
        let path = dir.orders(name);
        if !own::exists(&path)? {
            return Err(if past.seal.is_some() { ResumeError::Complete } else { ResumeError::NothingTaken });
        }
        let bytes = own::read_own(&path, ORDERS_BYTES)?;
        if Digest::of(&bytes) != due {
            return Err(ResumeError::Orders("the chain of custody has another digest of them".to_owned()));
        }
        let orders = StandingOrders::parse(&bytes).map_err(ResumeError::Orders)?;
        Ok(Self { dir, journal, orders, past })
    }

    /// What it was told.
    pub fn orders(&self) -> &StandingOrders {
        &self.orders
    }

    /// Paths in the case folder.
    pub fn dir(&self) -> &CaseDir {
        &self.dir
    }

    /// Goes on, with the keys that it began with.
    ///
    /// # Errors
    /// When its orders can not be followed.
    pub fn go_on<'c>(
        self,
        folder: PathBuf,
        keys: Keys,
        nonce: [u8; 8],
        now: &'c dyn Fn() -> Zoned,
    ) -> Result<(Collection<'c>, Option<SealResult>), CollectionError> {
        let errand = self.orders.errand().map_err(CollectionError::Orders)?;
        let mut acquisition = self.orders.acquisition;
        acquisition.resumed = self.past.resumed;
        acquisition.finished = self.past.finished;
        let orders = Orders { folder, acquisition, errand, nonce };
        let mut collection = Collection {
            dir: self.dir,
            journal: self.journal,
            orders,
            keys,
            now,
            atime_not_kept: 0,
            stop: Arc::default(),
        };
        collection.tidy(self.past.facts).map_err(|error| match self.past.seal {
            Some(_) => CollectionError::AfterSeal(Box::new(error)),
            None => error,
        })?;
        Ok((collection, self.past.seal))
    }
}

/// Evidence that goes on.
pub type Resumption<'a> = (Intake<'a, OutputFile, JournalFile>, Taken);

impl Collection<'_> {
    /// Removes files that were being written when it broke off, and vouches for `case.json` if that was still to be done.
    fn tidy(&mut self, facts: bool) -> Result<(), CollectionError> {
        for folder in ["", "custody", "evidence", "results", "report", "secret"] {
            let folder = self.dir.root().join(folder);
            for name in own::list_folder(&folder)? {
                if output::is_part(&name) {
                    output::remove(&folder.join(name))?;
                }
            }
        }
        if !facts {
            let path = self.dir.facts();
            let digest = own::digest(&path)?;
            self.note_result(&path, digest)?;
        }
        Ok(())
    }

    /// Reads back what there is, cuts off the torn tail, notes that it goes on, and gives the intake that takes the rest.
    ///
    /// # Errors
    /// [`CollectionError`]; what was whole stays whole.
    pub fn resume_intake<'a>(&mut self) -> Result<Resumption<'a>, CollectionError> {
        let name = self.evidence_name();
        // A seal that was being made is made anew.
        output::remove(&self.dir.evidence_digest(&name))?;
        let (zip_path, journal_path) = (self.dir.partial(&name), self.dir.entry_journal(&name));
        let (mut zip, mut journal) = (open_or_create(&zip_path)?, open_or_create(&journal_path)?);
        let mut found = self.replay(&zip_path, &journal_path)?;
        let tail = |file: &OutputFile, whole: u64| file.position().saturating_sub(whole);
        let cut = tail(&zip, found.zip_bytes).saturating_add(tail(&journal, found.journal_bytes));
        let entries = found.recorded.counts.entries;
        let mut detail = json!({ "evidence": name, "entries": entries, "cut_bytes": cut });
        if let (Some(why), Some(detail)) = (&found.torn, detail.as_object_mut()) {
            detail.insert("torn".to_owned(), why.as_str().into());
        }
        self.note(Act::Resume, detail)?;
        let acquisition = &mut self.orders.acquisition;
        acquisition.resumed.push(Resumed {
            time: super::collection::utc(&(self.now)()),
            operator: acquisition.operator.clone(),
            tool: acquisition.tool.clone(),
            entries,
            cut_bytes: cut,
        });
        zip.cut_to(found.zip_bytes)?;
        journal.cut_to(found.journal_bytes)?;
        let collected = collected(&mut found.recorded);
        let taken = std::mem::take(&mut found.taken);
        let writer = EvidenceWriter::resume(&name, zip, JournalFile(journal), found)?;
        Ok((Intake::new(Some(writer), None, None, &self.row_place()).after(collected), taken))
    }

    /// The collection was sealed, and perhaps not put into its place: does that, and gives its result.
    ///
    /// # Errors
    /// [`CollectionError`].
    pub fn finish_seal(&mut self, seal: SealResult) -> Result<CollectResult, CollectionError> {
        let name = self.evidence_name();
        let zip = self.dir.evidence(&name);
        let there = if own::exists(&zip)? { zip } else { self.dir.partial(&name) };
        let found = self.digest_of(&there)?;
        if found != seal.zip_sha256 {
            return Err(CollectionError::Changed { path: there, due: seal.zip_sha256 });
        }
        // The digest vouches for the lines in it.
        let collected = collected(&mut items::recorded(&there, &self.row_place()).map_err(CollectionError::Sealed)?);
        self.atime_not_kept = collected.atime_not_kept;
        self.put_into_place(seal.zip_sha256)?;
        self.result(collected, seal)
    }

    /// Removes results and reports that nothing vouches for, or that are to be made anew.
    ///
    /// # Errors
    /// When one can not be removed.
    pub fn forget_results(&self) -> Result<(), CollectionError> {
        for folder in ["results", "report"] {
            let folder = self.dir.root().join(folder);
            for name in own::list_folder(&folder)? {
                output::remove(&folder.join(name))?;
            }
        }
        Ok(())
    }

    fn replay(&self, zip: &Path, journal: &Path) -> Result<Replay, CollectionError> {
        let (mut zip, _) = own::open_from_medium(zip)?;
        let (journal, _) = own::open_from_medium(journal)?;
        let began = (self.begun(), self.orders.acquisition.digests);
        let (mut journal, place) = (BufReader::new(journal), self.row_place());
        replay(&self.evidence_name(), began, &mut journal, &mut zip, &place).map_err(CollectionError::Replay)
    }
}

fn open_or_create(path: &Path) -> Result<OutputFile, DiskError> {
    if own::exists(path)? { OutputFile::open_to_append(path) } else { OutputFile::create(path) }
}

fn collected(recorded: &mut Recorded) -> Collected {
    // The counts stay: the numbers of what follows begin behind them.
    let (counts, atime_not_kept) = (recorded.counts, recorded.atime_not_kept);
    let gaps = std::mem::take(&mut recorded.gaps);
    Collected {
        entries: counts.entries,
        files: counts.files,
        bytes: counts.bytes,
        linked: counts.linked,
        atime_not_kept,
        gaps,
        shown: recorded.shown,
    }
}

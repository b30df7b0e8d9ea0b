//! Writes a bag straight into its zip, in walk order, and seals it: payload first, tag files behind, the signature last.
//!
//! Every entry ends as one line of the journal, with a digest or a gap; an entry out of turn or without either is an error.

mod close;

pub use close::{Closing, Sealed};

use super::acquisition::Counts;
use super::container::{Container, Member, MemberHead};
use super::error::EvidenceError;
use super::journal::{EntryRecord, Outcome};
use super::replay::{Recorded, Replay};
use super::store::{Journal, MemoryStore, Store};
use super::stored_name::StoredNames;
use crate::model::limits::JOURNAL_LINE_BYTES;
use crate::model::{Digest, Digests, Entry, Kind, Method, Timestamp};
use crate::pass::KeptOnce;

/// Lines that may wait for their content to be handed to the kernel. Less than a journal file holds in memory, so that it hands
/// over none by itself.
const LINES_BYTES: usize = 128 * 1024;

/// Evidence that is being written: the zip in `S`, one line per entry in `J`.
#[derive(Debug)]
pub struct EvidenceWriter<S, J> {
    name: String,
    zip: Container<S>,
    journal: J,
    names: StoredNames,
    folder: Member,
    next: u64,
    open: Option<String>,
    counts: Counts,
    /// Bytes of lines since content and lines were handed over.
    lines: usize,
}

impl<S: Store, J: Journal> EvidenceWriter<S, J> {
    /// Begins the bag `name` at time `begun`.
    pub fn new(name: &str, zip: S, journal: J, begun: Timestamp) -> Result<Self, EvidenceError> {
        if !is_bag_name(name) {
            return Err(EvidenceError::BagName { name: name.escape_debug().to_string() });
        }
        let mut zip = Container::new(zip);
        let folder = begin_data(&mut zip, name, begun)?;
        let (names, counts) = (StoredNames::default(), Counts::default());
        Ok(Self { name: name.to_owned(), zip, journal, names, folder, next: 0, open: None, counts, lines: 0 })
    }

    /// Goes on with a bag that was broken off, behind what `replay` found whole. `zip` and `journal` must be cut to the
    /// lengths that it names; the paths that were taken come back, for they must not be taken again.
    pub fn resume(name: &str, mut zip: S, journal: J, replay: Replay) -> Result<Self, EvidenceError> {
        let Replay { recorded: Recorded { counts, .. }, names, folder, zip_bytes, journal_bytes, .. } = replay;
        let is_cut = (zip.position(), journal.position()) == (zip_bytes, journal_bytes);
        if !is_cut || !is_bag_name(name) {
            return Err(EvidenceError::OutOfOrder { seq: counts.entries, what: "resume" });
        }
        if zip_bytes == 0 {
            zip.write_all(&folder.local_header())
                .map_err(|source| EvidenceError::Write { what: folder.name.clone(), source })?;
        }
        let zip = Container::new(zip);
        Ok(Self {
            name: name.to_owned(),
            zip,
            journal,
            names,
            folder,
            next: counts.entries,
            open: None,
            counts,
            lines: 0,
        })
    }

    /// Records an entry of which no content is kept.
    pub fn entry(&mut self, entry: &Entry, outcome: &Outcome) -> Result<(), EvidenceError> {
        self.expect(entry.seq, self.open.is_none(), "entry")?;
        if entry.kind == Kind::Folder {
            // Its name is taken, so that what lies in it is kept apart from its neighbours.
            self.names.name(entry.seq, &entry.path, entry.origin, true);
        }
        self.record(&EntryRecord::new(entry, outcome, None))
    }

    /// Records a further name of a file whose content was kept under its first: nothing of it is written again.
    pub fn linked(&mut self, entry: &Entry, outcome: &Outcome, first: &KeptOnce) -> Result<(), EvidenceError> {
        self.expect(entry.seq, self.open.is_none() && first.seq < entry.seq, "linked")?;
        self.counts.linked = self.counts.linked.saturating_add(1);
        self.record(&EntryRecord::linked(entry, outcome, first))
    }

    /// Begins a file whose content is kept. Its size decides how much room its header has.
    pub fn begin_file(&mut self, entry: &Entry, method: Method) -> Result<(), EvidenceError> {
        self.expect(entry.seq, self.open.is_none(), "begin_file")?;
        let stored = self.names.name(entry.seq, &entry.path, entry.origin, false);
        self.zip.begin_member(MemberHead {
            name: format!("{}/{stored}", self.name),
            method,
            mtime: entry.stat.as_ref().map(|s| s.mtime.seconds),
            size_hint: entry.stat.as_ref().map_or(0, |s| s.size),
        })?;
        self.open = Some(stored);
        Ok(())
    }

    /// Adds content, already compressed by the method that [`Self::begin_file`] named.
    pub fn chunk(&mut self, stored: &[u8]) -> Result<(), EvidenceError> {
        self.zip.write(stored)
    }

    /// Ends the file. `outcome` must hold the digest and the number of the bytes that were kept; `crc32` is theirs too. Says
    /// where it was kept, for further names of it.
    pub fn end_file(&mut self, entry: &Entry, outcome: &Outcome, crc32: u32) -> Result<KeptOnce, EvidenceError> {
        self.expect(entry.seq, self.open.is_some() && outcome.sha256.is_some(), "end_file")?;
        let stored = self.open.take().unwrap_or_default();
        let sha256 = outcome.sha256.unwrap_or(Digest([0; 32]));
        let digests = Digests { sha256, others: outcome.digests.clone() };
        let kept = KeptOnce { seq: entry.seq, stored: stored.clone(), digests, bytes: outcome.bytes };
        let member = self.zip.end_member(crc32, outcome.bytes)?;
        self.counts.files = self.counts.files.saturating_add(1);
        self.counts.bytes = self.counts.bytes.saturating_add(outcome.bytes);
        self.record(&EntryRecord::new(entry, outcome, Some((stored, &member))))?;
        Ok(kept)
    }

    /// Returns when all entries so far are durable: content first, so that no line speaks of bytes that are not there.
    pub fn checkpoint(&mut self) -> Result<(), EvidenceError> {
        self.zip.sync()?;
        self.journal.flush().and_then(|()| self.journal.sync()).map_err(journal_refused)
    }

    /// Keeps what can be kept of a run that ends before its end. On a full disk the member at hand gives its room to the
    /// journal: without its lines the members before it would be bytes that nobody can name. Nothing can be added afterwards.
    pub fn rescue(&mut self) -> Result<(), EvidenceError> {
        if self.checkpoint().is_err() {
            let _ = self.zip.abandon();
            // What does not fit even now is found by its line: bytes that do not verify are not taken up again.
            let _ = self.zip.sync();
            return self.journal.flush().and_then(|()| self.journal.sync()).map_err(journal_refused);
        }
        Ok(())
    }

    /// What was written, as it is.
    #[cfg(test)]
    pub(super) fn into_stores(self) -> (S, J) {
        (self.zip.into_store(), self.journal)
    }

    /// What was recorded so far.
    pub fn counts(&self) -> Counts {
        self.counts
    }

    fn expect(&self, seq: u64, is_in_order: bool, what: &'static str) -> Result<(), EvidenceError> {
        if seq == self.next && is_in_order { Ok(()) } else { Err(EvidenceError::OutOfOrder { seq, what }) }
    }

    /// Hands all to the kernel, content first: no line that outlives this process speaks of bytes that do not.
    fn hand_over(&mut self) -> Result<(), EvidenceError> {
        self.zip.flush()?;
        self.lines = 0;
        self.journal.flush().map_err(journal_refused)
    }

    fn record(&mut self, record: &EntryRecord) -> Result<(), EvidenceError> {
        if !record.is_accounted_for() {
            return Err(EvidenceError::Unaccounted { path: record.path.clone() });
        }
        let mut line = serde_json::to_vec(record)?;
        line.push(b'\n');
        if line.len() >= JOURNAL_LINE_BYTES {
            // No reader would take it. Paths, attributes and gaps are bounded far below this.
            let why = format!("would be {} bytes long", line.len());
            return Err(EvidenceError::JournalLine { line: self.next.saturating_add(1), why });
        }
        if self.lines.saturating_add(line.len()) > LINES_BYTES {
            self.hand_over()?;
        }
        self.journal.write_all(&line).map_err(journal_refused)?;
        self.lines = self.lines.saturating_add(line.len());
        self.next = self.next.saturating_add(1);
        self.counts.entries = self.next;
        self.counts.gaps = self.counts.gaps.saturating_add(record.gaps.len() as u64);
        Ok(())
    }
}

/// Writes the folder of the payload: a bag without payload still has it.
fn begin_data<S: Store>(zip: &mut Container<S>, name: &str, begun: Timestamp) -> Result<Member, EvidenceError> {
    zip.begin_member(MemberHead {
        name: format!("{name}/data/"),
        method: Method::Stored,
        mtime: Some(begun.seconds),
        size_hint: 0,
    })?;
    zip.end_member(0, 0)
}

/// The member with which the bag `name`, begun at `begun`, begins.
pub(super) fn data_folder(name: &str, begun: Timestamp) -> Result<Member, EvidenceError> {
    begin_data(&mut Container::new(MemoryStore::default()), name, begun)
}

fn journal_refused(source: std::io::Error) -> EvidenceError {
    EvidenceError::Write { what: "the collection's journal".to_owned(), source }
}

/// Whether a name may stand in file names and, without quotes, in the commands of the guide.
pub fn is_bag_name(name: &str) -> bool {
    let plain = |c: char| c.is_alphanumeric() || matches!(c, '.' | '_' | '-');
    !name.is_empty()
        && name.len() <= 100
        && name.chars().all(plain)
        && !name.starts_with(['.', '-'])
        && super::stored_name::escape_part(name.as_bytes(), 0) == name
}

#[cfg(test)]
mod tests;

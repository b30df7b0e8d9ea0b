//! The chain of custody of a case on disk: one event per line, durable before anything builds on it.

use std::io::BufReader;
use std::path::Path;

use crate::disk::error::DiskError;
use crate::disk::output::{self, OutputFile};
use crate::disk::own;
use crate::model::{CustodyEvent, Digest, limits};
use crate::seal::chain::{self, Chain, ChainError, CheckError, Draft};

/// Why the journal can not be continued.
#[derive(Debug, thiserror::Error)]
pub enum JournalError {
    /// The file.
    #[error("the custody journal could not be written or read")]
    Disk(#[from] DiskError),
    /// What is in it is broken: nothing may be built on it.
    #[error("the custody journal is not as it was written; `hozen verify` on the case says where")]
    Broken(#[from] CheckError),
    /// The event.
    #[error("the event does not fit the journal")]
    Chain(#[from] ChainError),
}

/// An open journal.
pub struct CaseJournal {
    file: OutputFile,
    chain: Chain,
}

impl CaseJournal {
    /// A new journal.
    ///
    /// # Errors
    /// When the file exists or can not be made.
    pub fn create(path: &Path) -> Result<Self, JournalError> {
        let file = OutputFile::create(path)?;
        output::sync_folder_of(path)?;
        file.lock()?;
        Ok(Self { file, chain: Chain::default() })
    }

    /// Goes on with an existing journal, after checking it; hands each event in it to `each`. A last line that was cut off in
    /// the middle is cut away: nothing was built on it.
    ///
    /// # Errors
    /// When it is broken, or another process is at work on it.
    pub fn open(path: &Path, each: &mut dyn FnMut(CustodyEvent)) -> Result<Self, JournalError> {
        let mut file = OutputFile::open_to_append(path)?;
        file.lock()?;
        let (reader, _) = own::open_from_medium(path)?;
        let followed = chain::follow(&mut BufReader::new(reader), each)?;
        file.cut_to(followed.bytes)?;
        Ok(Self { file, chain: followed.chain })
    }

    /// The same, but a last line that was cut off in the middle is an error, and stays: only who goes on with what wrote it may
    /// cut it away.
    ///
    /// # Errors
    /// When it is broken or torn, or another process is at work on it.
    pub fn open_whole(path: &Path, each: &mut dyn FnMut(CustodyEvent)) -> Result<Self, JournalError> {
        let file = OutputFile::open_to_append(path)?;
        file.lock()?;
        let (reader, _) = own::open_from_medium(path)?;
        let chain = chain::check(&mut BufReader::new(reader), each)?;
        Ok(Self { file, chain })
    }

    /// Events so far.
    pub fn events(&self) -> u64 {
        self.chain.events
    }

    /// Digest of the last one.
    pub fn head(&self) -> Digest {
        self.chain.head
    }

    /// Appends an event; returns when it is durable. One that is not is taken back as far as the medium lets us: nobody may
    /// take half a line, or a line that only the kernel still has, for something that happened.
    ///
    /// # Errors
    /// When it can not be written.
    pub fn append(&mut self, draft: Draft) -> Result<(), JournalError> {
        let before = (self.file.position(), self.chain);
        let line = self.chain.append(draft)? + "\n";
        let written = self.file.append(line.as_bytes()).and_then(|()| self.file.sync());
        if written.is_err() {
            // The first error is the one that counts.
            let _ = self.file.cut_to(before.0).and_then(|()| self.file.sync());
            self.chain = before.1;
        }
        Ok(written?)
    }

    /// The whole journal as text: what the evidence carries a copy of.
    ///
    /// # Errors
    /// When it can not be read back.
    pub fn text(&mut self) -> Result<String, JournalError> {
        self.file.sync()?;
        let bytes = own::read_own(self.file.path(), limits::CUSTODY_BYTES)?;
        // Every line was written from a `String`.
        Ok(String::from_utf8_lossy(&bytes).into_owned())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::Act;

    fn draft() -> Draft {
        Draft {
            time: "2026-11-21T03:00:00Z".into(),
            act: Act::Collect,
            operator: "tester".into(),
            host: "host".into(),
            tool: "hozen test".into(),
            detail: Default::default(),
        }
    }

    #[test]
    fn a_journal_goes_on_where_it_ended_and_not_if_it_was_changed() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("custody.jsonl");
        let mut journal = CaseJournal::create(&path).unwrap();
        journal.append(draft()).unwrap();
        drop(journal);
        let mut seen = 0;
        let mut journal = CaseJournal::open(&path, &mut |_| seen += 1).unwrap();
        assert_eq!(seen, 1);
        journal.append(draft()).unwrap();
        let text = journal.text().unwrap();
        assert_eq!(text.lines().count(), 2);
        assert!(CaseJournal::open(&path, &mut |_| {}).is_err(), "one at a time");
        let changed = folder.path().join("changed.jsonl");
        output::write_once(&changed, text.replace("tester", "nobody").as_bytes()).unwrap();
        let path = changed;
        let torn = folder.path().join("torn.jsonl");
        output::write_once(&torn, &text.as_bytes()[..text.len() - 9]).unwrap();
        let refused = CaseJournal::open_whole(&torn, &mut |_| {});
        assert!(matches!(refused, Err(JournalError::Broken(_))), "a torn line is not cut away by just anyone");
        let mut journal = CaseJournal::open(&torn, &mut |_| {}).unwrap();
        assert_eq!(journal.text().unwrap().lines().count(), 1, "the torn line is cut away");
        drop(journal);
        assert!(matches!(CaseJournal::open(&path, &mut |_| {}), Err(JournalError::Broken(_))));
    }
}

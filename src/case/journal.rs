//! The chain of custody of a case on disk: one event per line, durable before anything builds on it.

use std::io::BufReader;
use std::path::Path;

use crate::disk::error::DiskError;
use crate::disk::output::OutputFile;
use crate::disk::own;
use crate::model::limits;
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
        Ok(Self { file: OutputFile::create(path)?, chain: Chain::default() })
    }

    /// Goes on with an existing journal, after checking it.
    ///
    /// # Errors
    /// When it is broken.
    pub fn open(path: &Path) -> Result<Self, JournalError> {
        let (file, _) = own::open_own(path)?;
        let chain = chain::check(&mut BufReader::new(file), &mut |_| {})?;
        Ok(Self { file: OutputFile::open_to_append(path)?, chain })
    }

    /// Appends an event; returns when it is durable.
    ///
    /// # Errors
    /// When it can not be written.
    pub fn append(&mut self, draft: Draft) -> Result<(), JournalError> {
        let line = self.chain.append(draft)? + "\n";
        self.file.append(line.as_bytes())?;
        Ok(self.file.sync()?)
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
    use crate::disk::output;
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
        let mut journal = CaseJournal::open(&path).unwrap();
        journal.append(draft()).unwrap();
        let text = journal.text().unwrap();
        assert_eq!(text.lines().count(), 2);
        let changed = folder.path().join("changed.jsonl");
        output::write_once(&changed, text.replace("tester", "nobody").as_bytes()).unwrap();
        let path = changed;
        assert!(matches!(CaseJournal::open(&path), Err(JournalError::Broken(_))));
    }
}

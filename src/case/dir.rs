//! The layout of a case folder. docs/case-format.md is the norm; nothing else knows where things lie.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use crate::disk::error::DiskError;
use crate::disk::{output, own};
use crate::model::{RawPath, limits};

/// Paths in a case folder.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CaseDir {
    root: PathBuf,
}

/// End of the name under which orders stand beside the evidence.
const ORDERS_END: &str = ".orders.json";
/// Where photos lie in a case.
pub const PHOTOS: &str = "custody/photos";
/// The records of the count, in a case.
pub const COUNT_RECORDS: &str = "results/count-records.bin";
/// Folders of a new case, made 0700.
pub(super) const FOLDERS: [&str; 5] = ["custody", "evidence", "results", "report", "secret"];

impl CaseDir {
    /// Makes a new case folder, `facts` (case.json) first: a folder that holds them is a case, however early it broke off.
    ///
    /// # Errors
    /// When it exists already or can not be made.
    pub fn create(root: &Path, facts: &[u8]) -> Result<Self, DiskError> {
        let dir = Self { root: root.to_path_buf() };
        output::create_folder(root)?;
        output::write_once(&dir.facts(), facts)?;
        for folder in FOLDERS {
            output::create_folder(&root.join(folder))?;
        }
        // A power failure must not take the folders from under the files that are made durable in them.
        output::sync_folder_of(root)?;
        output::sync_folder_of(&dir.facts())?;
        Ok(dir)
    }

    /// An existing case folder: one that holds `case.json`.
    ///
    /// # Errors
    /// When that can not be told.
    pub fn open(root: &Path) -> Result<Option<Self>, DiskError> {
        let dir = Self { root: root.to_path_buf() };
        // A file in place of the folder is no case, and no error either.
        if !own::exists(root)? || !own::is_folder(root)? || !own::exists(&dir.facts())? {
            return Ok(None);
        }
        Ok(Some(dir))
    }

    /// The folder itself.
    pub fn root(&self) -> &Path {
        &self.root
    }

    /// Facts of the case.
    pub fn facts(&self) -> PathBuf {
        self.root.join("case.json")
    }

    /// The id of the case, as its facts say, else the name of its folder.
    pub fn id(&self) -> String {
        let facts = own::read_own(&self.facts(), limits::ORDERS_BYTES).unwrap_or_default();
        let facts: serde_json::Value = serde_json::from_slice(&facts).unwrap_or_default();
        match facts.get("case").and_then(serde_json::Value::as_str).filter(|id| is_case_id(id)) {
            Some(id) => id.to_owned(),
            None => {
                use std::os::unix::ffi::OsStrExt as _;
                RawPath(self.root.file_name().unwrap_or_default().as_bytes().to_vec()).shown()
            }
        }
    }

    /// The chain of custody.
    pub fn journal(&self) -> PathBuf {
        self.root.join("custody/custody.jsonl")
    }

    /// Photos that were set down in the chain of custody; made with the first one.
    pub fn photos(&self) -> PathBuf {
        self.root.join(PHOTOS)
    }

    /// A sealed evidence zip.
    pub fn evidence(&self, name: &str) -> PathBuf {
        self.root.join(format!("evidence/{name}.zip"))
    }

    /// The digest of that zip, as `sha256sum -c` reads it.
    pub fn evidence_digest(&self, name: &str) -> PathBuf {
        self.root.join(format!("evidence/{name}.zip.sha256"))
    }

    /// Evidence that is not sealed yet: after a crash it is what is left.
    pub fn partial(&self, name: &str) -> PathBuf {
        self.root.join(format!("evidence/{name}.zip.partial"))
    }

    /// The entries of evidence that is not sealed yet.
    pub fn entry_journal(&self, name: &str) -> PathBuf {
        self.root.join(format!("evidence/{name}.journal.jsonl"))
    }

    /// What was ordered of a collection that is not at its end yet.
    pub fn orders(&self, name: &str) -> PathBuf {
        self.root.join(format!("evidence/{name}{ORDERS_END}"))
    }

    /// Names of evidence whose orders still stand: its collection is not at its end.
    pub fn standing(&self) -> BTreeSet<String> {
        let names = own::list_folder(&self.root.join("evidence")).unwrap_or_default();
        names.iter().filter_map(|name| name.to_str()?.strip_suffix(ORDERS_END).map(str::to_owned)).collect()
    }

    /// A result, by file name.
    pub fn result(&self, file: &str) -> PathBuf {
        self.root.join("results").join(file)
    }

    /// The records of the count: what people are counted from again.
    pub fn count_records(&self) -> PathBuf {
        self.root.join(COUNT_RECORDS)
    }

    /// A count that was kept, by its number.
    pub fn count(&self, number: u64) -> PathBuf {
        self.root.join(count_file(number))
    }

    /// A report, by file name.
    pub fn report(&self, file: &str) -> PathBuf {
        self.root.join("report").join(file)
    }

    /// Key of the digests of personal values. Never leaves the house.
    pub fn case_key(&self) -> PathBuf {
        self.root.join("secret/case.key")
    }

    /// The signing key, where it was made for this case.
    pub fn sign_key(&self) -> PathBuf {
        self.root.join("secret/sign.key")
    }

    /// Where large containers are set aside while they are looked at.
    pub fn spool(&self) -> PathBuf {
        self.root.join("results")
    }

    /// The sealed evidence zips, in order.
    ///
    /// # Errors
    /// When the folder can not be listed.
    pub fn sealed(&self) -> Result<Vec<PathBuf>, DiskError> {
        let folder = self.root.join("evidence");
        let names = own::list_folder(&folder)?;
        let zips = names.into_iter().filter(|name| Path::new(name).extension().is_some_and(|ending| ending == "zip"));
        Ok(zips.map(|name| folder.join(name)).collect())
    }
}

/// The file of a kept count, in a case.
pub(super) fn count_file(number: u64) -> String {
    format!("results/count-{number:04}.json")
}

/// The number of a kept count, by its file in a case.
pub(super) fn count_number(file: &str) -> Option<u64> {
    let digits = file.strip_prefix("results/count-")?.strip_suffix(".json")?;
    digits.parse().ok().filter(|number| *number > 0 && count_file(*number) == file)
}

/// The evidence zips of a case folder; none if the path is no case folder.
///
/// # Errors
/// When that can not be told.
pub fn evidence_of(path: &Path) -> Result<Vec<PathBuf>, DiskError> {
    CaseDir::open(path)?.map_or(Ok(Vec::new()), |dir| dir.sealed())
}

/// Whether an id may name a case: it becomes a folder name, and part of commands that people copy.
pub fn is_case_id(id: &str) -> bool {
    let plain = |c: char| c.is_ascii_alphanumeric() || matches!(c, '-' | '_' | '.');
    (1..=64).contains(&id.len()) && id.chars().all(plain) && id.starts_with(|c: char| c.is_ascii_alphanumeric())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ids_are_plain() {
        for good in ["a", "2026-11-21_web.01", "A1"] {
            assert!(is_case_id(good), "{good}");
        }
        for bad in ["", ".hidden", "-x", "a/b", "..", "事案1", "a b", "a\n", &"x".repeat(65)] {
            assert!(!is_case_id(bad), "{bad}");
        }
    }

    #[test]
    fn a_new_case_never_touches_an_old_one() {
        let folder = tempfile::tempdir().unwrap();
        let root = folder.path().join("case");
        let made = CaseDir::create(&root, b"{}").unwrap();
        assert!(CaseDir::create(&root, b"other").is_err());
        assert_eq!(own::read_own(&made.facts(), 10).unwrap(), b"{}");
        assert_eq!(CaseDir::open(&root).unwrap(), Some(made));
        assert_eq!(CaseDir::open(folder.path()).unwrap(), None);
    }
}

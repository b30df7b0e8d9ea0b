//! Errors of this floor: what was tried, on which path, and what to do next. `Display` never repeats its source.

use std::fmt;
use std::io;
use std::os::unix::ffi::OsStrExt;
use std::path::{Path, PathBuf};

use rustix::io::Errno;

use crate::model::{GapKind, RawPath};

/// What was being done to one of our own files or folders.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Doing {
    /// Making a file or folder that must not exist yet.
    Create,
    /// Opening.
    Open,
    /// Reading.
    Read,
    /// Writing.
    Write,
    /// Waiting until the medium has it.
    Sync,
    /// Giving a finished file its name.
    Rename,
    /// Removing.
    Remove,
    /// Asking for metadata or free space.
    Look,
}

impl fmt::Display for Doing {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Create => "create",
            Self::Open => "open",
            Self::Read => "read",
            Self::Write => "write to",
            Self::Sync => "sync",
            Self::Rename => "rename to",
            Self::Remove => "remove",
            Self::Look => "look at",
        })
    }
}

/// Something failed on one of our own paths.
#[derive(Debug, thiserror::Error)]
#[error("cannot {what} {}: {}", shown(path), next_step(source))]
pub struct DiskError {
    /// The path, as it was given.
    pub path: PathBuf,
    /// What was tried.
    pub what: Doing,
    /// What the kernel said.
    pub source: io::Error,
}

impl DiskError {
    /// For `map_err`: `.map_err(DiskError::on(path, Doing::Open))`.
    pub fn on<E: Into<io::Error>>(path: &Path, what: Doing) -> impl FnOnce(E) -> Self + use<E> {
        let path = path.to_path_buf();
        move |error| Self { path, what, source: error.into() }
    }

    /// Whether the file system is full or a quota is used up: what is written so far stays, no seal may be made.
    pub fn is_full(&self) -> bool {
        is_full(&self.source)
    }
}

fn is_full(error: &io::Error) -> bool {
    matches!(error.kind(), io::ErrorKind::StorageFull | io::ErrorKind::QuotaExceeded)
}

/// A path for a message: escaped, since names are hostile text.
pub(crate) fn shown(path: &Path) -> String {
    RawPath(path.as_os_str().as_bytes().to_vec()).shown()
}

fn next_step(error: &io::Error) -> &'static str {
    if is_full(error) {
        return "free some space there, or name another output folder; what was written so far is kept";
    }
    match error.kind() {
        io::ErrorKind::AlreadyExists => "it exists and nothing is overwritten; name another output, or move it away",
        io::ErrorKind::NotFound => "check the path; its folder must exist",
        io::ErrorKind::PermissionDenied => "check who owns it, run as that user or root, or name another folder",
        io::ErrorKind::ReadOnlyFilesystem => "the medium is mounted read-only; name another output folder",
        io::ErrorKind::FileTooLarge => "it is larger than hozen reads of such a file; check that it is the right one",
        io::ErrorKind::WouldBlock => "another hozen is at work on it; wait for its end, or end it",
        io::ErrorKind::CrossesDevices => "both names must be on one file system; name an output folder on it",
        io::ErrorKind::NotADirectory | io::ErrorKind::IsADirectory | io::ErrorKind::InvalidInput => {
            "a file was expected where a folder is, or the other way round; check the path"
        }
        _ => "check the medium and its messages (dmesg), then try again",
    }
}

/// Which gap an error on a source is.
pub fn gap_kind(error: &io::Error) -> GapKind {
    match Errno::from_io_error(error) {
        Some(Errno::NOENT | Errno::STALE | Errno::SRCH) => GapKind::Vanished,
        Some(Errno::ACCESS | Errno::PERM) => GapKind::PermissionDenied,
        Some(Errno::LOOP | Errno::NOTDIR) => GapKind::Replaced,
        Some(Errno::MFILE | Errno::NFILE | Errno::NOMEM) => GapKind::OverLimit,
        // A folder that is encrypted on disk, whose key is not loaded (fscrypt).
        Some(Errno::NOKEY) => GapKind::Encrypted,
        _ => GapKind::ReadError,
    }
}

/// Which gap an error on extended attributes is: too many of them is one of its own.
pub fn xattr_gap_kind(error: &io::Error) -> GapKind {
    if error.kind() == io::ErrorKind::FileTooLarge { GapKind::OverLimit } else { gap_kind(error) }
}

/// What to do next about a gap that [`gap_kind`] named: the second half of its reason.
pub fn gap_advice(kind: GapKind) -> &'static str {
    match kind {
        GapKind::Vanished => {
            "it was removed or renamed meanwhile; look in its folder and collect it again by its new name"
        }
        GapKind::PermissionDenied => "run as root, or as a user who may read it, and collect it again",
        GapKind::Replaced => "something else took its name meanwhile; collect it again",
        GapKind::OverLimit => "too many files are open at once; raise the limit (ulimit -n) and collect it again",
        GapKind::Encrypted => "it is encrypted on disk and its key is not loaded; unlock it and collect it again",
        _ => "check the medium and its messages (dmesg), then collect it again",
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::error::Error as _;

    #[test]
    fn the_message_names_path_and_next_step_and_leaves_the_cause_to_the_chain() {
        let error = DiskError::on(Path::new("/out/a\x1b.zip"), Doing::Write)(Errno::NOSPC);
        assert!(error.is_full());
        let text = error.to_string();
        assert!(text.starts_with("cannot write to /out/a\\u{1b}.zip: free some space"), "{text}");
        assert!(!text.contains("os error"), "{text}");
        assert!(error.source().unwrap().to_string().contains("os error 28"));
    }

    #[test]
    fn errors_on_sources_become_the_gap_that_fits() {
        let kinds = [
            (Errno::NOENT, GapKind::Vanished),
            (Errno::ACCESS, GapKind::PermissionDenied),
            (Errno::LOOP, GapKind::Replaced),
            (Errno::MFILE, GapKind::OverLimit),
            (Errno::IO, GapKind::ReadError),
            (Errno::NOKEY, GapKind::Encrypted),
        ];
        for (errno, kind) in kinds {
            assert_eq!(gap_kind(&errno.into()), kind, "{errno}");
        }
    }
}

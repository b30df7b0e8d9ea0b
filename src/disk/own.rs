//! Reading what is ours (cases, evidence, rule files, keys): regular files only, and within limits.
//!
//! For sources there is [`super::source`]: this file neither keeps access times nor refuses links that the user named.

#![expect(clippy::disallowed_methods, reason = "disk is the floor that touches files")]

use std::ffi::OsString;
use std::fs::File;
use std::io::{self, Read};
use std::os::unix::fs::{FileExt, MetadataExt, OpenOptionsExt};
use std::path::{Component, Path, PathBuf};
use std::sync::atomic::{AtomicBool, Ordering};

use rustix::fs::{Access, AtFlags, CWD, OFlags};

use super::error::{DiskError, Doing};
use crate::model::{Digest, limits};

/// One of our own files, open for reading.
pub type OwnFile = File;

/// Opens a regular file to read it: `Read`, `Seek` and its length.
pub fn open_own(path: &Path) -> Result<(File, u64), DiskError> {
    let mut options = File::options();
    // Not blocking: a pipe under that name is refused, not waited for.
    options.read(true).custom_flags((OFlags::NONBLOCK | OFlags::NOCTTY).bits().cast_signed());
    let file = options.open(path).map_err(DiskError::on(path, Doing::Open))?;
    let metadata = file.metadata().map_err(DiskError::on(path, Doing::Look))?;
    if !metadata.is_file() {
        return Err(DiskError::on(path, Doing::Open)(io::Error::from(io::ErrorKind::InvalidInput)));
    }
    Ok((file, metadata.len()))
}

/// Opens a regular file to read what the medium holds of it, not what the kernel still remembers: after a failed write the
/// two may differ. Gives its length too.
pub fn open_from_medium(path: &Path) -> Result<(File, u64), DiskError> {
    let (file, length) = open_own(path)?;
    // What the kernel has not written yet can not be forgotten; a medium that takes nothing shows it here.
    file.sync_data().map_err(DiskError::on(path, Doing::Sync))?;
    // Only advice: a file system in memory has no other place to read from.
    let _ = rustix::fs::fadvise(&file, 0, None, rustix::fs::Advice::DontNeed);
    Ok((file, length))
}

/// Fills `into` from this place of an open file on.
///
/// # Errors
/// When it can not be read, or is shorter ([`io::ErrorKind::UnexpectedEof`]).
pub fn read_exact_at(file: &OwnFile, at: u64, into: &mut [u8]) -> io::Result<()> {
    file.read_exact_at(into, at)
}

/// Reads a whole file of at most `limit_bytes`; a larger one is an error ([`io::ErrorKind::FileTooLarge`]).
pub fn read_own(path: &Path, limit_bytes: u64) -> Result<Vec<u8>, DiskError> {
    let (file, _) = open_own(path)?;
    let mut bytes = Vec::new();
    file.take(limit_bytes.saturating_add(1)).read_to_end(&mut bytes).map_err(DiskError::on(path, Doing::Read))?;
    if bytes.len() as u64 > limit_bytes {
        return Err(DiskError::on(path, Doing::Read)(io::Error::from(io::ErrorKind::FileTooLarge)));
    }
    Ok(bytes)
}

/// Whether something is at this path, be it a link that leads nowhere.
pub fn exists(path: &Path) -> Result<bool, DiskError> {
    match std::fs::symlink_metadata(path) {
        Ok(_) => Ok(true),
        Err(error) if matches!(error.kind(), io::ErrorKind::NotFound | io::ErrorKind::NotADirectory) => Ok(false),
        Err(error) => Err(DiskError::on(path, Doing::Look)(error)),
    }
}

/// Bytes, device and inode of a regular file that is to be taken in whole; a link to one is refused.
pub fn whole_file(path: &Path) -> Result<(u64, (u64, u64)), DiskError> {
    let metadata = std::fs::symlink_metadata(path).map_err(DiskError::on(path, Doing::Look))?;
    if !metadata.is_file() {
        let kind = if metadata.is_dir() { io::ErrorKind::IsADirectory } else { io::ErrorKind::InvalidInput };
        return Err(DiskError::on(path, Doing::Open)(io::Error::from(kind)));
    }
    Ok((metadata.len(), (metadata.dev(), metadata.ino())))
}

/// Whether a regular file is at this path itself, no link to one.
pub fn is_plain_file(path: &Path) -> bool {
    std::fs::symlink_metadata(path).is_ok_and(|metadata| metadata.is_file())
}

/// Whether a folder is at this path (or at the end of a link there).
pub fn is_folder(path: &Path) -> Result<bool, DiskError> {
    match std::fs::metadata(path) {
        Ok(metadata) => Ok(metadata.is_dir()),
        Err(error) if matches!(error.kind(), io::ErrorKind::NotFound | io::ErrorKind::NotADirectory) => Ok(false),
        Err(error) => Err(DiskError::on(path, Doing::Look)(error)),
    }
}

/// The absolute path without links.
pub fn canonical(path: &Path) -> Result<PathBuf, DiskError> {
    std::fs::canonicalize(path).map_err(DiskError::on(path, Doing::Look))
}

/// The absolute path without links that this path will have once the folders that are missing are made. A missing part may
/// not be followed by `..`: what that leads to is not known before.
pub fn canonical_to_be(path: &Path) -> Result<PathBuf, DiskError> {
    let failed = |error: io::Error| DiskError::on(path, Doing::Look)(error);
    if path.as_os_str().is_empty() {
        return Err(failed(io::ErrorKind::NotFound.into()));
    }
    let whole = std::path::absolute(path).map_err(failed)?;
    for there in whole.ancestors() {
        match std::fs::canonicalize(there) {
            Ok(base) => {
                let rest = whole.strip_prefix(there).unwrap_or(Path::new(""));
                let plain = rest.components().all(|part| matches!(part, Component::Normal(_)));
                return if plain { Ok(base.join(rest)) } else { Err(failed(io::ErrorKind::NotFound.into())) };
            }
            // A link that leads nowhere is in the way of the folder to be made.
            Err(error) if error.kind() == io::ErrorKind::NotFound && !exists(there)? => {}
            Err(error) => return Err(failed(error)),
        }
    }
    Err(failed(io::ErrorKind::NotFound.into()))
}

/// Whether we may make things in this folder or, where it does not exist yet, in its nearest existing one.
pub fn may_write_in(folder: &Path) -> Result<(), DiskError> {
    let there = folder.ancestors().find(|path| !path.as_os_str().is_empty() && std::fs::symlink_metadata(path).is_ok());
    let there = there.unwrap_or(Path::new("."));
    if !is_folder(there)? {
        return Err(DiskError::on(there, Doing::Open)(io::Error::from(io::ErrorKind::NotADirectory)));
    }
    let rights = Access::WRITE_OK | Access::EXEC_OK;
    rustix::fs::accessat(CWD, there, rights, AtFlags::EACCESS).map_err(DiskError::on(there, Doing::Create))
}

/// Device and inode of a folder; `None` for everything else, links to folders included (`link/` is the folder).
pub fn folder_identity(path: &Path) -> Option<(u64, u64)> {
    let metadata = std::fs::symlink_metadata(path).ok().filter(std::fs::Metadata::is_dir)?;
    Some((metadata.dev(), metadata.ino()))
}

/// Device and inode, for [`super::walk::WalkOptions::leave_out`].
pub fn identity(path: &Path) -> Result<(u64, u64), DiskError> {
    let metadata = std::fs::metadata(path).map_err(DiskError::on(path, Doing::Look))?;
    Ok((metadata.dev(), metadata.ino()))
}

/// The names in a folder of ours, sorted, at most [`limits::FOLDER_NAMES`].
pub fn list_folder(path: &Path) -> Result<Vec<OsString>, DiskError> {
    let failed = |error| DiskError::on(path, Doing::Read)(error);
    let mut names = Vec::new();
    for entry in std::fs::read_dir(path).map_err(DiskError::on(path, Doing::Open))? {
        names.push(entry.map_err(failed)?.file_name());
        if names.len() > limits::FOLDER_NAMES {
            return Err(failed(io::Error::from(io::ErrorKind::FileTooLarge)));
        }
    }
    names.sort_unstable();
    Ok(names)
}

/// SHA-256 of one of our own files, read as a stream.
pub fn digest(path: &Path) -> Result<Digest, DiskError> {
    let (mut file, _) = open_own(path)?;
    sha256(&mut file).map_err(DiskError::on(path, Doing::Read))
}

/// The same, unless `stop` is set before its end: a large file takes long.
pub fn digest_unless(stop: &AtomicBool, path: &Path) -> Result<Option<Digest>, DiskError> {
    let (file, _) = open_own(path)?;
    let digest = sha256(&mut UntilStopped { file, stop }).map_err(DiskError::on(path, Doing::Read))?;
    Ok((!stop.load(Ordering::Relaxed)).then_some(digest))
}

/// A file that ends early once `stop` is set.
struct UntilStopped<'a> {
    file: File,
    stop: &'a AtomicBool,
}

impl Read for UntilStopped<'_> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        if self.stop.load(Ordering::Relaxed) { Ok(0) } else { self.file.read(buffer) }
    }
}

/// SHA-256 of all that a reader gives, block by block.
pub(crate) fn sha256(reader: &mut dyn Read) -> io::Result<Digest> {
    use sha2::Digest as _;
    let mut hash = sha2::Sha256::new();
    let mut buffer = vec![0; limits::BLOCK_BYTES];
    loop {
        let count = match reader.read(&mut buffer) {
            Err(error) if error.kind() == io::ErrorKind::Interrupted => continue,
            read => read?,
        };
        match buffer.get(..count) {
            Some(read) if count > 0 => hash.update(read),
            _ => return Ok(Digest(hash.finalize().into())),
        }
    }
}

/// The rule files (`*.toml`) below a folder of the user's, sorted by path, with their text. Links are followed: it is the
/// user's own folder, not a source.
pub fn rule_files(folder: &Path) -> Result<Vec<(PathBuf, String)>, DiskError> {
    let mut files = Vec::new();
    for entry in walkdir::WalkDir::new(folder).follow_links(true).max_depth(RULE_FOLDER_DEPTH).sort_by_file_name() {
        let entry = entry.map_err(|error| {
            let path = error.path().unwrap_or(folder).to_path_buf();
            DiskError { path, what: Doing::Open, source: error.into() }
        })?;
        if entry.file_type().is_file() && entry.path().extension().is_some_and(|ending| ending == "toml") {
            let bytes = read_own(entry.path(), limits::RULE_FILE_BYTES)?;
            let text = String::from_utf8(bytes).map_err(|error| DiskError {
                path: entry.path().to_path_buf(),
                what: Doing::Read,
                source: io::Error::new(io::ErrorKind::InvalidData, error),
            })?;
            files.push((entry.into_path(), text));
        }
    }
    Ok(files)
}

/// Folders inside a rule folder.
const RULE_FOLDER_DEPTH: usize = 8;

#[cfg(test)]
mod tests {
    use super::*;
    use crate::disk::output::write_once;

    #[test]
    fn files_are_read_up_to_their_limit_and_not_past_it() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("rules.toml");
        write_once(&path, b"12345").unwrap();
        assert_eq!(read_own(&path, 5).unwrap(), b"12345");
        let error = read_own(&path, 4).unwrap_err();
        assert_eq!(error.source.kind(), io::ErrorKind::FileTooLarge);
        assert!(error.to_string().contains("rules.toml"), "{error}");
        assert_eq!(open_own(&path).unwrap().1, 5);
    }

    #[test]
    fn folders_and_pipes_are_refused_at_once() {
        let folder = tempfile::tempdir().unwrap();
        let pipe = folder.path().join("pipe");
        rustix::fs::mkfifoat(rustix::fs::CWD, &pipe, rustix::fs::Mode::from_raw_mode(0o600)).unwrap();
        assert!(open_own(&pipe).is_err());
        assert!(read_own(folder.path(), 10).is_err());
    }

    #[test]
    fn a_path_to_be_made_is_known_before_and_a_guess_is_refused() {
        let folder = tempfile::tempdir().unwrap();
        let base = canonical(folder.path()).unwrap();
        std::fs::create_dir(folder.path().join("real")).unwrap();
        std::os::unix::fs::symlink("real", folder.path().join("link")).unwrap();
        std::os::unix::fs::symlink("nowhere", folder.path().join("dangling")).unwrap();
        let to_be = |path: &str| canonical_to_be(&folder.path().join(path));
        assert_eq!(to_be("real").unwrap(), base.join("real"));
        assert_eq!(to_be("link/a/b").unwrap(), base.join("real/a/b"));
        assert_eq!(to_be("real/../x").unwrap(), base.join("x"));
        assert!(to_be("new/../real").is_err() && to_be("dangling/x").is_err());
        assert!(canonical_to_be(Path::new("")).is_err());
        may_write_in(&base.join("not/yet")).unwrap();
        std::fs::write(folder.path().join("file"), b"").unwrap();
        assert!(may_write_in(&folder.path().join("file/x")).is_err());
        assert_eq!(folder_identity(&folder.path().join("link/")), folder_identity(&folder.path().join("real")));
        assert_eq!(folder_identity(&folder.path().join("link")), None);
    }

    #[test]
    fn listings_are_sorted_and_presence_is_told_without_following() {
        let folder = tempfile::tempdir().unwrap();
        for name in ["b", "a", "c"] {
            write_once(&folder.path().join(name), b"").unwrap();
        }
        std::os::unix::fs::symlink("/no/where", folder.path().join("d")).unwrap();
        assert_eq!(list_folder(folder.path()).unwrap(), ["a", "b", "c", "d"]);
        assert!(exists(&folder.path().join("d")).unwrap());
        assert!(!exists(&folder.path().join("e")).unwrap());
        assert!(!exists(&folder.path().join("a/x")).unwrap());
        assert!(is_folder(folder.path()).unwrap() && !is_folder(&folder.path().join("a")).unwrap());
    }
}

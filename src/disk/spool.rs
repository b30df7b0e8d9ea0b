//! Bytes that must be seekable: in memory while small, beyond that in a file that has no name and ends with us.
//!
//! The file is made 0600 in the given folder and unlinked before anything is written to it: a crash leaves nothing behind,
//! and no other process finds it by name.

#![expect(clippy::disallowed_methods, reason = "disk is the floor that touches files")]

use std::fs::File;
use std::io::{self, Cursor, Read, Seek, SeekFrom, Write};
use std::os::unix::fs::{FileExt, OpenOptionsExt};
use std::path::PathBuf;
use std::sync::atomic::{AtomicU64, Ordering};

use super::error::{DiskError, Doing};
use super::space::Space;
use crate::model::limits;

/// Why bytes could not be spooled. Inside the [`io::Error`] that [`Write`] returns.
#[derive(Debug, thiserror::Error)]
pub enum SpoolError {
    /// More than fits in memory, and no folder was given.
    #[error(
        "more than {memory_bytes} bytes must be kept to read this, and there is no folder for them: name an output folder"
    )]
    NoFolder {
        /// What is kept in memory at most.
        memory_bytes: u64,
    },
    /// More than a spool may hold.
    #[error(
        "more than {limit_bytes} bytes would have to be kept to read this; unpack it by hand and look at its parts"
    )]
    OverLimit {
        /// The limit.
        limit_bytes: u64,
    },
    /// The disk must keep room for something else (the evidence).
    #[error(
        "setting this aside would leave less than the {keep_free} bytes that the evidence may still need on this disk; \
         unpack it by hand elsewhere and look at its parts, or use a larger disk"
    )]
    NoRoom {
        /// What must stay free.
        keep_free: u64,
    },
    /// The spool file failed.
    #[error(transparent)]
    Disk(#[from] DiskError),
}

impl SpoolError {
    /// The spool error inside an [`io::Error`], if there is one.
    pub fn in_io(error: &io::Error) -> Option<&Self> {
        error.get_ref()?.downcast_ref()
    }
}

#[derive(Debug)]
enum Store {
    Memory(Cursor<Vec<u8>>),
    File(File),
}

impl Store {
    fn read_exact_at(&self, buffer: &mut [u8], from: u64) -> io::Result<()> {
        match self {
            Self::File(file) => file.read_exact_at(buffer, from),
            Self::Memory(bytes) => {
                let from = usize::try_from(from).unwrap_or(usize::MAX);
                let held = bytes.get_ref().get(from..).and_then(|held| held.get(..buffer.len()));
                buffer.copy_from_slice(held.ok_or(io::ErrorKind::UnexpectedEof)?);
                Ok(())
            }
        }
    }
}

/// Collects bytes; then [`Spool::into_reader`] makes them readable at any place.
#[derive(Debug)]
pub struct Spool {
    store: Store,
    length: u64,
    folder: Option<PathBuf>,
    memory_bytes: u64,
    limit_bytes: u64,
    keep_free: u64,
    /// Length at which the disk is asked again how much is free.
    ask_at: u64,
}

/// How often the disk is asked.
const ASK_EVERY_BYTES: u64 = 16 * 1024 * 1024;

impl Spool {
    /// An empty spool. Without a folder it holds what fits in memory and no more.
    pub fn new(folder: Option<PathBuf>) -> Self {
        Self::with_limits(folder, limits::SEEK_MEMORY_BYTES, limits::SPOOL_BYTES)
    }

    /// The same, with less room in memory: containers inside containers must not add up.
    pub fn with_memory(folder: Option<PathBuf>, memory_bytes: u64) -> Self {
        Self::with_limits(folder, memory_bytes.min(limits::SEEK_MEMORY_BYTES), limits::SPOOL_BYTES)
    }

    /// The same for lists of rows, which say themselves how much memory they may take.
    pub(super) fn for_rows(folder: Option<PathBuf>, memory_bytes: u64) -> Self {
        Self::with_limits(folder, memory_bytes, limits::SPOOL_BYTES)
    }

    fn with_limits(folder: Option<PathBuf>, memory_bytes: u64, limit_bytes: u64) -> Self {
        Self {
            store: Store::Memory(Cursor::default()),
            length: 0,
            folder,
            memory_bytes,
            limit_bytes,
            keep_free: 0,
            ask_at: 0,
        }
    }

    /// The same, leaving at least this much free on the disk of its folder.
    #[must_use]
    pub fn keep_free(self, bytes: u64) -> Self {
        Self { keep_free: bytes, ..self }
    }

    /// From here on memory has no limit: for a last word that must be kept.
    pub(super) fn lift_memory_limit(&mut self) {
        if self.folder.is_none() {
            self.memory_bytes = u64::MAX;
        }
    }

    /// Bytes so far.
    pub fn len(&self) -> u64 {
        self.length
    }

    /// Whether nothing was written yet.
    pub fn is_empty(&self) -> bool {
        self.length == 0
    }

    /// Fills the buffer from this place on, while more may still come.
    ///
    /// # Errors
    /// When there are fewer bytes, or the file can not be read.
    pub fn read_exact_at(&self, buffer: &mut [u8], from: u64) -> io::Result<()> {
        self.store.read_exact_at(buffer, from)
    }

    /// The bytes, from the first one, readable and seekable.
    pub fn into_reader(mut self) -> io::Result<SpoolReader> {
        match &mut self.store {
            Store::Memory(bytes) => bytes.set_position(0),
            Store::File(file) => file.rewind()?,
        }
        Ok(SpoolReader { store: self.store, length: self.length })
    }

    fn make_room(&mut self, total: u64) -> Result<(), SpoolError> {
        if total > self.limit_bytes {
            return Err(SpoolError::OverLimit { limit_bytes: self.limit_bytes });
        }
        if let Store::Memory(bytes) = &self.store
            && total > self.memory_bytes
        {
            let folder = self.folder.as_deref();
            let folder = folder.ok_or(SpoolError::NoFolder { memory_bytes: self.memory_bytes })?;
            let mut file = nameless(folder)?;
            file.write_all(bytes.get_ref()).map_err(DiskError::on(folder, Doing::Write))?;
            self.store = Store::File(file);
        }
        self.ask(total)
    }
}

impl Spool {
    /// Asks the disk now and then, before more is written to it.
    fn ask(&mut self, total: u64) -> Result<(), SpoolError> {
        let Some(folder) = self.folder.as_deref().filter(|_| matches!(self.store, Store::File(_))) else {
            return Ok(());
        };
        if self.keep_free == 0 || total < self.ask_at {
            return Ok(());
        }
        self.ask_at = total.saturating_add(ASK_EVERY_BYTES);
        let free = Space::of(folder)?.free_bytes;
        if free < self.keep_free.saturating_add(ASK_EVERY_BYTES) {
            return Err(SpoolError::NoRoom { keep_free: self.keep_free });
        }
        Ok(())
    }
}

/// A file without a name in this folder. Not `O_TMPFILE`: exFAT and NTFS sticks do not have it.
pub(super) fn nameless(folder: &std::path::Path) -> Result<File, DiskError> {
    static NEXT: AtomicU64 = AtomicU64::new(0);
    let process = rustix::process::getpid().as_raw_nonzero();
    let number = NEXT.fetch_add(1, Ordering::Relaxed);
    let path = folder.join(format!(".hozen-spool-{process}-{number}"));
    let mut options = File::options();
    options.read(true).write(true).create_new(true).mode(0o600);
    let file = options.open(&path).map_err(DiskError::on(&path, Doing::Create))?;
    std::fs::remove_file(&path).map_err(DiskError::on(&path, Doing::Remove))?;
    Ok(file)
}

impl Write for Spool {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let total = self.length.saturating_add(bytes.len() as u64);
        self.make_room(total).map_err(io::Error::other)?;
        let count = match &mut self.store {
            Store::Memory(memory) => memory.write(bytes)?,
            Store::File(file) => file.write(bytes)?,
        };
        self.length = self.length.saturating_add(count as u64);
        Ok(count)
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

/// What a [`Spool`] collected.
#[derive(Debug)]
pub struct SpoolReader {
    store: Store,
    length: u64,
}

impl SpoolReader {
    /// All bytes there are.
    pub fn len(&self) -> u64 {
        self.length
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.length == 0
    }

    /// Of nothing.
    pub(super) fn empty() -> Self {
        Self { store: Store::Memory(Cursor::default()), length: 0 }
    }

    /// Fills the buffer from this place on, whoever else reads elsewhere.
    pub(super) fn read_exact_at(&self, buffer: &mut [u8], from: u64) -> io::Result<()> {
        self.store.read_exact_at(buffer, from)
    }
}

impl Read for SpoolReader {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        match &mut self.store {
            Store::Memory(bytes) => bytes.read(buffer),
            Store::File(file) => file.read(buffer),
        }
    }
}

impl Seek for SpoolReader {
    fn seek(&mut self, to: SeekFrom) -> io::Result<u64> {
        match &mut self.store {
            Store::Memory(bytes) => bytes.seek(to),
            Store::File(file) => file.seek(to),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read_back(spool: Spool) -> Vec<u8> {
        let mut reader = spool.into_reader().unwrap();
        let mut bytes = Vec::new();
        reader.read_to_end(&mut bytes).unwrap();
        assert_eq!(reader.len(), bytes.len() as u64);
        reader.seek(SeekFrom::Start(3)).unwrap();
        let mut again = Vec::new();
        reader.read_to_end(&mut again).unwrap();
        assert_eq!(again, bytes[3..]);
        bytes
    }

    #[test]
    fn memory_and_file_give_the_same_bytes_and_no_name_stays() {
        let folder = tempfile::tempdir().unwrap();
        for memory_bytes in [0, 1, 7, 8, 1_000] {
            let mut spool = Spool::with_limits(Some(folder.path().to_path_buf()), memory_bytes, 1_000);
            for part in [b"abc" as &[u8], b"defgh", b"", b"ij"] {
                spool.write_all(part).unwrap();
                assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 0);
            }
            assert_eq!(matches!(spool.store, Store::File(_)), memory_bytes < 10);
            assert_eq!(read_back(spool), b"abcdefghij");
        }
    }

    #[test]
    fn without_a_folder_memory_is_the_limit() {
        let mut spool = Spool::with_limits(None, 4, 1_000);
        spool.write_all(b"abcd").unwrap();
        let error = spool.write_all(b"e").unwrap_err();
        assert!(matches!(SpoolError::in_io(&error), Some(SpoolError::NoFolder { memory_bytes: 4 })));
        assert_eq!(read_back(spool), b"abcd");
    }

    #[test]
    fn room_that_something_else_needs_is_left() {
        let folder = tempfile::tempdir().unwrap();
        let spool = |keep_free| Spool::with_limits(Some(folder.path().to_path_buf()), 4, 1_000).keep_free(keep_free);
        let error = spool(u64::MAX).write_all(b"abcde").unwrap_err();
        assert!(matches!(SpoolError::in_io(&error), Some(SpoolError::NoRoom { .. })), "{error}");
        spool(u64::MAX).write_all(b"abcd").unwrap();
        spool(1).write_all(b"abcde").unwrap();
    }

    #[test]
    fn the_limit_is_kept() {
        let mut spool = Spool::with_limits(None, 8, 5);
        spool.write_all(b"abcde").unwrap();
        let error = spool.write_all(b"f").unwrap_err();
        assert!(matches!(SpoolError::in_io(&error), Some(SpoolError::OverLimit { limit_bytes: 5 })));
    }

    #[test]
    fn a_missing_folder_is_named() {
        let mut spool = Spool::with_limits(Some("/no/such/folder".into()), 0, 10);
        let error = spool.write_all(b"a").unwrap_err();
        assert!(error.to_string().contains("/no/such/folder"), "{error}");
    }
}

//! What a check of a case reads: the files of a folder, or the members of a bundle that nobody has unpacked.

use std::ffi::OsString;
use std::io::{self, Read};

use super::dir::CaseDir;
use crate::disk::error::{DiskError, Doing};
use crate::disk::own;
use crate::evidence::bagit::ReadSeek;
use crate::model::Digest;

/// The files of a case, by their path in it.
pub trait CaseFiles {
    /// The names in a folder, sorted.
    ///
    /// # Errors
    /// When it can not be listed.
    fn list(&self, folder: &str) -> Result<Vec<OsString>, DiskError>;
    /// Opens a regular file.
    ///
    /// # Errors
    /// When it can not be opened.
    fn open(&self, path: &str) -> Result<Box<dyn Read + '_>, DiskError>;
    /// Opens a regular file that is to be read at any place.
    ///
    /// # Errors
    /// When it can not be opened.
    fn open_anywhere(&self, path: &str) -> Result<Box<dyn ReadSeek + '_>, DiskError>;
    /// Whether something is at this path.
    ///
    /// # Errors
    /// When that can not be told.
    fn exists(&self, path: &str) -> Result<bool, DiskError>;
    /// Whether it is a regular file, and no link to one.
    fn is_plain(&self, path: &str) -> bool;
    /// The folder, where it is one.
    fn dir(&self) -> Option<&CaseDir>;
}

impl CaseFiles for CaseDir {
    fn list(&self, folder: &str) -> Result<Vec<OsString>, DiskError> {
        own::list_folder(&self.root().join(folder))
    }

    fn open(&self, path: &str) -> Result<Box<dyn Read + '_>, DiskError> {
        let (file, _) = own::open_own(&self.root().join(path))?;
        Ok(Box::new(file))
    }

    fn open_anywhere(&self, path: &str) -> Result<Box<dyn ReadSeek + '_>, DiskError> {
        let (file, _) = own::open_own(&self.root().join(path))?;
        Ok(Box::new(file))
    }

    fn exists(&self, path: &str) -> Result<bool, DiskError> {
        own::exists(&self.root().join(path))
    }

    fn is_plain(&self, path: &str) -> bool {
        own::is_plain_file(&self.root().join(path))
    }

    fn dir(&self) -> Option<&CaseDir> {
        Some(self)
    }
}

/// SHA-256 of a file of a case.
///
/// # Errors
/// When it can not be read.
pub(super) fn digest(files: &dyn CaseFiles, path: &str) -> Result<Digest, DiskError> {
    own::sha256(&mut *files.open(path)?).map_err(DiskError::on(path.as_ref(), Doing::Read))
}

/// A whole file of a case, of at most `limit_bytes`.
///
/// # Errors
/// When it can not be read, or is larger.
pub(super) fn read(files: &dyn CaseFiles, path: &str, limit_bytes: u64) -> Result<Vec<u8>, DiskError> {
    let mut bytes = Vec::new();
    let failed = |error: std::io::Error| DiskError::on(path.as_ref(), Doing::Read)(error);
    files.open(path)?.take(limit_bytes.saturating_add(1)).read_to_end(&mut bytes).map_err(failed)?;
    if bytes.len() as u64 > limit_bytes {
        return Err(failed(std::io::ErrorKind::FileTooLarge.into()));
    }
    Ok(bytes)
}

/// What was read of a file, for whoever reads it again and must find the same.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Measured {
    /// Its length.
    pub bytes: u64,
    /// Its CRC-32, for the header of a zip.
    pub crc32: u32,
    /// Its SHA-256.
    pub sha256: Digest,
}

/// A file that is measured as it is read.
pub(super) struct Measuring<'a> {
    file: Box<dyn Read + 'a>,
    crc: crc32fast::Hasher,
    bytes: u64,
}

impl<'a> Measuring<'a> {
    pub(super) fn new(file: Box<dyn Read + 'a>) -> Self {
        Self { file, crc: crc32fast::Hasher::new(), bytes: 0 }
    }

    /// What was read; its SHA-256 was found on the way by someone else.
    pub(super) fn end(self, sha256: Digest) -> Measured {
        Measured { bytes: self.bytes, crc32: self.crc.finalize(), sha256 }
    }
}

impl Read for Measuring<'_> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let count = self.file.read(buffer)?;
        self.crc.update(buffer.get(..count).unwrap_or_default());
        self.bytes = self.bytes.saturating_add(count as u64);
        Ok(count)
    }
}

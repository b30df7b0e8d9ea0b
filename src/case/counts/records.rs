//! The records of a count as a file in a case or beside it: opened, measured, and read at any place.

use std::io::{self, Seek as _};
use std::path::Path;

use data_encoding::HEXLOWER;

use super::{CountError, CountInput};
use crate::count::Scratch;
use crate::count::kept::{self, KeptHeader, SCHEMA};
use crate::disk::error::{DiskError, Doing};
use crate::disk::own;
use crate::model::Digest;
use crate::seal::keyed::CaseKey;

/// An open file of records.
pub struct Source {
    /// What it is called: the id of its case, or the name of the file.
    pub name: String,
    /// Its first line.
    pub header: KeptHeader,
    /// SHA-256 of all of it.
    pub sha256: Digest,
    file: own::OwnFile,
    bytes: u64,
}

/// The first line of records that are kept under this key. What only the end of a scan shows is put in then.
pub fn header(key: &CaseKey) -> KeptHeader {
    KeptHeader { version: env!("CARGO_PKG_VERSION").to_owned(), key_check: key_check(key), ..KeptHeader::default() }
}

/// What tells that two files were made under one key, and nothing of the key.
pub(super) fn key_check(key: &CaseKey) -> String {
    HEXLOWER.encode(&key.digest(SCHEMA, ""))
}

impl Source {
    /// Opens a file of records, and reads all of it once for its digest.
    ///
    /// # Errors
    /// [`CountError`].
    pub fn open(path: &Path, name: String) -> Result<Self, CountError> {
        let (mut file, bytes) = own::open_own(path)?;
        let failed = DiskError::on(path, Doing::Read);
        let sha256 = own::sha256(&mut file).and_then(|digest| file.rewind().map(|()| digest)).map_err(failed)?;
        let source = Self { name, header: KeptHeader::default(), sha256, file, bytes };
        match kept::header(&source) {
            Ok((header, _)) if header.over.is_some() => Err(CountError::NotWhole { name: source.name }),
            Ok((header, _)) => Ok(Self { header, ..source }),
            Err(error) => Err(CountError::NotRecords { name: source.name, source: error }),
        }
    }

    /// What a count says of it.
    pub(super) fn input(&self) -> CountInput {
        CountInput {
            name: self.name.clone(),
            sha256: self.sha256,
            bytes: self.bytes,
            version: self.header.version.clone(),
            rules: self.header.rules.clone(),
            records: self.header.records,
            unread: self.header.unread,
            alone: None,
        }
    }
}

impl Scratch for Source {
    fn append(&mut self, _: &[u8]) -> io::Result<()> {
        Err(io::ErrorKind::ReadOnlyFilesystem.into())
    }

    fn length(&self) -> u64 {
        self.bytes
    }

    fn read_at(&self, at: u64, into: &mut [u8]) -> io::Result<()> {
        own::read_exact_at(&self.file, at, into)
    }
}

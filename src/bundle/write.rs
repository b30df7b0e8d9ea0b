//! Writes a bundle as one stream: every member was measured before, is read once more, and must be the same.

use std::io::{self, Read, Write};
use std::path::PathBuf;
use std::sync::atomic::{AtomicBool, Ordering};

use crate::case::verify::Measured;
use crate::disk::error::{DiskError, Doing};
use crate::disk::own;
use crate::evidence::container::forward::{ForwardError, ForwardZip, length};
use crate::model::Digest;
use crate::model::limits::BLOCK_BYTES;

/// Why a bundle could not be written.
#[derive(Debug, thiserror::Error)]
pub enum WriteError {
    /// A file of the case could not be read.
    #[error("a file of the case could not be read")]
    Read(#[from] DiskError),
    /// The bundle could not be written.
    #[error("the bundle could not be written")]
    Write(#[source] io::Error),
    /// A file is no longer what it was.
    #[error("{0} changed while the bundle was made: it is no longer what was checked a moment before")]
    Changed(String),
    /// The user interrupted.
    #[error("interrupted")]
    Interrupted,
}

/// Where the bytes of a member come from.
#[derive(Debug, Clone)]
pub enum Source {
    /// A file of the case, or one that was set aside for the bundle.
    File(PathBuf),
    /// Memory.
    Bytes(Vec<u8>),
}

/// A member of a bundle.
#[derive(Debug, Clone)]
pub struct Piece {
    /// Its path in the bag.
    pub path: String,
    /// Its bytes.
    pub source: Source,
    /// What they were when they were measured.
    pub measured: Measured,
}

/// Who looks on while a bundle is written, and may stop it.
pub struct Watch<'a> {
    /// Set when the user interrupts.
    pub stop: &'a AtomicBool,
    /// Is told of bytes that were read.
    pub read: &'a dyn Fn(u64),
}

impl Watch<'_> {
    fn goes_on(&self) -> Result<(), WriteError> {
        if self.stop.load(Ordering::Relaxed) { Err(WriteError::Interrupted) } else { Ok(()) }
    }
}

impl Piece {
    /// A member from memory.
    pub fn text(path: &str, bytes: Vec<u8>) -> Self {
        let (sha256, crc32) = (Digest::of(&bytes), crc32fast::hash(&bytes));
        let measured = Measured { bytes: bytes.len() as u64, crc32, sha256 };
        Self { path: path.to_owned(), source: Source::Bytes(bytes), measured }
    }

    /// A member from a file, read once to measure it.
    ///
    /// # Errors
    /// When it can not be read, or the user interrupts.
    pub fn file(path: &str, file: PathBuf, watch: &Watch<'_>) -> Result<Self, WriteError> {
        let source = Source::File(file);
        let mut sha256 = <sha2::Sha256 as sha2::Digest>::new();
        let (mut crc, mut bytes) = (crc32fast::Hasher::new(), 0_u64);
        source.read(watch, &mut |block| {
            sha2::Digest::update(&mut sha256, block);
            crc.update(block);
            bytes = bytes.saturating_add(block.len() as u64);
            Ok(())
        })?;
        let sha256 = Digest(sha2::Digest::finalize(sha256).into());
        Ok(Self { path: path.to_owned(), source, measured: Measured { bytes, crc32: crc.finalize(), sha256 } })
    }
}

impl Source {
    fn read(&self, watch: &Watch<'_>, out: &mut dyn FnMut(&[u8]) -> Result<(), WriteError>) -> Result<(), WriteError> {
        let path = match self {
            Self::Bytes(bytes) => return out(bytes),
            Self::File(path) => path,
        };
        let (mut file, _) = own::open_own(path)?;
        let mut buffer = vec![0; BLOCK_BYTES];
        loop {
            watch.goes_on()?;
            let count = match file.read(&mut buffer) {
                Err(error) if error.kind() == io::ErrorKind::Interrupted => continue,
                read => read.map_err(DiskError::on(path, Doing::Read))?,
            };
            match buffer.get(..count) {
                Some(block) if count > 0 => out(block)?,
                _ => return Ok(()),
            }
            (watch.read)(count as u64);
        }
    }
}

/// How long the bundle of these members will be, before it is encrypted.
pub fn size(name: &str, pieces: &[Piece]) -> u64 {
    let names: Vec<String> = pieces.iter().map(|piece| full(name, &piece.path)).collect();
    length(names.iter().zip(pieces).map(|(name, piece)| (name.as_str(), piece.measured.bytes)))
}

/// Writes the bundle, and gives back what it was written to. Every member must be what was measured, to the byte.
///
/// # Errors
/// [`WriteError`]; then what was written is no bundle.
pub fn write<W: Write>(name: &str, pieces: &[Piece], out: W, watch: &Watch<'_>) -> Result<W, WriteError> {
    let mut zip = ForwardZip::new(out);
    for piece in pieces {
        let measured = piece.measured;
        let told = |error: ForwardError| match error {
            ForwardError::Write(error) => WriteError::Write(error),
            ForwardError::Changed { .. } => WriteError::Changed(piece.path.clone()),
        };
        zip.begin(&full(name, &piece.path), measured.bytes, measured.crc32).map_err(told)?;
        let mut sha256 = <sha2::Sha256 as sha2::Digest>::new();
        piece.source.read(watch, &mut |block| {
            sha2::Digest::update(&mut sha256, block);
            zip.write(block).map_err(told)
        })?;
        zip.end().map_err(told)?;
        // A checksum of 32 bits is no proof: the digest stands in the sealed manifest.
        if Digest(sha2::Digest::finalize(sha256).into()) != measured.sha256 {
            return Err(WriteError::Changed(piece.path.clone()));
        }
    }
    zip.finish().map_err(|error| match error {
        ForwardError::Write(error) => WriteError::Write(error),
        ForwardError::Changed { name } => WriteError::Changed(name),
    })
}

fn full(name: &str, path: &str) -> String {
    format!("{name}/{path}")
}

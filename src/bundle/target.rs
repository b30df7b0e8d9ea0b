//! Where a bundle goes: its unfinished name, its name, and the two small files beside it.

use std::io;
use std::path::PathBuf;

use super::age_file::{Hashing, Locked};
use super::export::{ExportError, Order};
use super::guide::Numbers;
use super::write::{Piece, Watch, WriteError, write};
use crate::disk::error::{DiskError, Doing};
use crate::disk::output::{self, OutputFile};
use crate::disk::own;
use crate::model::Digest;

/// Where the bundle goes.
pub(super) struct Target {
    folder: PathBuf,
    pub(super) name: String,
    pub(super) file: String,
}

/// A bundle that is written, on its medium, and not called by its name yet.
pub(super) struct Written {
    pub(super) bytes: u64,
    pub(super) digests: Numbers,
}

impl Target {
    pub(super) fn new(order: &Order<'_>, name: &str) -> Self {
        let ending = if order.recipients.is_some() { ".zip.age" } else { ".zip" };
        let file = order.out.1.map_or_else(|| format!("{name}{ending}"), str::to_owned);
        Self { folder: order.out.0.to_path_buf(), name: name.to_owned(), file }
    }

    pub(super) fn path(&self, file: &str) -> PathBuf {
        self.folder.join(file)
    }

    /// `NAME.VERIFY.txt`.
    pub(super) fn guide(&self) -> String {
        let stem = self.file.strip_suffix(".age").unwrap_or(&self.file);
        format!("{}.VERIFY.txt", stem.strip_suffix(".zip").unwrap_or(stem))
    }

    fn partial(&self) -> PathBuf {
        self.path(&format!("{}.partial", self.file))
    }

    fn digest(&self) -> PathBuf {
        self.path(&format!("{}.sha256", self.file))
    }

    /// Nothing is overwritten, and that is known before the chain says that there will be a bundle.
    pub(super) fn is_free(&self) -> Result<(), DiskError> {
        for path in [self.path(&self.file), self.partial(), self.digest(), self.path(&self.guide())] {
            if own::exists(&path)? {
                let taken = io::Error::from(io::ErrorKind::AlreadyExists);
                return Err(DiskError::on(&path, Doing::Create)(taken));
            }
        }
        Ok(())
    }

    /// Writes the bundle under its unfinished name, on the medium.
    pub(super) fn write(
        &self,
        order: &Order<'_>,
        pieces: &[Piece],
        seal: Digest,
        watch: &Watch<'_>,
    ) -> Result<Written, ExportError> {
        let partial = self.partial();
        let written = self.stream(order, pieces, seal, watch);
        if written.is_err() {
            // The first error is the one that counts.
            let _ = output::remove(&partial);
        }
        written
    }

    fn stream(
        &self,
        order: &Order<'_>,
        pieces: &[Piece],
        seal: Digest,
        watch: &Watch<'_>,
    ) -> Result<Written, ExportError> {
        let refused = WriteError::Write;
        let file = Hashing::new(OutputFile::create(&self.partial())?);
        let zip = Hashing::new(Locked::new(file, order.recipients).map_err(refused)?);
        let (locked, _, zip) = write(&self.name, pieces, zip, watch)?.end();
        let (mut file, bytes, sha256) = locked.end().map_err(refused)?.end();
        file.sync()?;
        Ok(Written { bytes, digests: Numbers { file: sha256, zip, seal } })
    }

    /// Gives the bundle its name; what stands beside it comes first.
    pub(super) fn finish(&self, guide: &str, sha256: Digest) -> Result<(), ExportError> {
        let line = format!("{sha256}  {}\n", self.file);
        let (beside, text) = (self.digest(), self.path(&self.guide()));
        let named = output::write_once(&beside, line.as_bytes())
            .and_then(|()| output::write_once(&text, guide.as_bytes()))
            .and_then(|()| output::rename_into_place(&self.partial(), &self.path(&self.file)));
        if let Err(error) = named {
            for path in [self.partial(), beside, text] {
                // The first error is the one that counts.
                let _ = output::remove(&path);
            }
            return Err(error.into());
        }
        Ok(())
    }
}

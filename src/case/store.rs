//! Our own files as the places that evidence is written to.

use std::io::{self, BufRead, BufReader, Write};

use crate::disk::output::OutputFile;
use crate::disk::own;
use crate::evidence::{Journal, Store};

impl Store for OutputFile {
    fn position(&self) -> u64 {
        Self::position(self)
    }

    fn patch_at(&mut self, offset: u64, bytes: &[u8]) -> io::Result<()> {
        Self::patch_at(self, offset, bytes).map_err(|error| error.source)
    }

    fn cut_to(&mut self, length: u64) -> io::Result<()> {
        Self::cut_to(self, length).map_err(|error| error.source)
    }

    fn sync(&mut self) -> io::Result<()> {
        Self::sync(self).map_err(|error| error.source)
    }
}

/// The journal of entries, one line each, read back when the bag is closed.
pub struct JournalFile(pub OutputFile);

impl Write for JournalFile {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.write(bytes)
    }

    fn flush(&mut self) -> io::Result<()> {
        Write::flush(&mut self.0)
    }
}

impl Store for JournalFile {
    fn position(&self) -> u64 {
        self.0.position()
    }

    fn patch_at(&mut self, offset: u64, bytes: &[u8]) -> io::Result<()> {
        Store::patch_at(&mut self.0, offset, bytes)
    }

    fn cut_to(&mut self, length: u64) -> io::Result<()> {
        Store::cut_to(&mut self.0, length)
    }

    fn sync(&mut self) -> io::Result<()> {
        Store::sync(&mut self.0)
    }
}

impl Journal for JournalFile {
    fn reread(&mut self) -> io::Result<Box<dyn BufRead + '_>> {
        self.0.flush().map_err(|error| error.source)?;
        let (file, _) = own::open_own(self.0.path()).map_err(|error| error.source)?;
        Ok(Box::new(BufReader::new(file)))
    }
}

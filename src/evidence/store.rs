//! Where evidence is written: an append-only file whose past bytes can be patched. Floor 1 has the real one; tests have memory.

use std::io::{self, BufRead, Write};

/// A file that grows at its end.
pub trait Store: Write {
    /// Where the next byte goes.
    fn position(&self) -> u64;
    /// Replaces bytes that were written before; never goes past the end.
    fn patch_at(&mut self, offset: u64, bytes: &[u8]) -> io::Result<()>;
    /// Gives up everything from this length on, what was not written yet included; frees its room on the disk.
    fn cut_to(&mut self, length: u64) -> io::Result<()>;
    /// Returns when all that was written is durable.
    fn sync(&mut self) -> io::Result<()>;
}

/// A store of lines that is read back at the end of the collection.
pub trait Journal: Store {
    /// Everything that was written, from the first byte.
    fn reread(&mut self) -> io::Result<Box<dyn BufRead + '_>>;
}

/// A store in memory.
#[derive(Debug, Clone, Default)]
pub struct MemoryStore(pub Vec<u8>);

impl Write for MemoryStore {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.write(bytes)
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

impl Store for MemoryStore {
    fn position(&self) -> u64 {
        self.0.len() as u64
    }

    fn patch_at(&mut self, offset: u64, bytes: &[u8]) -> io::Result<()> {
        let start = usize::try_from(offset).map_err(io::Error::other)?;
        let end = start.saturating_add(bytes.len());
        let place = self.0.get_mut(start..end).ok_or(io::ErrorKind::InvalidInput)?;
        place.copy_from_slice(bytes);
        Ok(())
    }

    fn cut_to(&mut self, length: u64) -> io::Result<()> {
        self.0.truncate(usize::try_from(length).map_err(io::Error::other)?);
        Ok(())
    }

    fn sync(&mut self) -> io::Result<()> {
        Ok(())
    }
}

impl Journal for MemoryStore {
    fn reread(&mut self) -> io::Result<Box<dyn BufRead + '_>> {
        Ok(Box::new(self.0.as_slice()))
    }
}

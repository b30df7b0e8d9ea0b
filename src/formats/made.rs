//! What tests of formats make: archives, and a source that fails.

use std::io::{self, Cursor, Read, Seek, SeekFrom, Write};

use super::Told;

/// A zip archive of these members.
pub(crate) fn zipped<N: AsRef<str>, B: AsRef<[u8]>>(members: &[(N, B)]) -> Vec<u8> {
    let mut zip = ::zip::ZipWriter::new(Cursor::new(Vec::new()));
    for (name, bytes) in members {
        zip.start_file(name.as_ref(), ::zip::write::SimpleFileOptions::default()).unwrap();
        zip.write_all(bytes.as_ref()).unwrap();
    }
    zip.finish().unwrap().into_inner()
}

/// Gives some bytes, then fails for good.
pub(crate) struct Failing<'a> {
    src: Cursor<&'a [u8]>,
    left: usize,
    told: bool,
    at_once: usize,
    /// Whether that was met.
    pub(crate) failed: bool,
}

impl<'a> Failing<'a> {
    /// Fails after `left` bytes; `told`: as if that were told already.
    pub(crate) fn after(left: usize, bytes: &'a [u8], told: bool) -> Self {
        Self { src: Cursor::new(bytes), left, told, at_once: usize::MAX, failed: false }
    }

    /// Gives no more than so many bytes in one read.
    pub(crate) fn in_pieces_of(self, at_once: usize) -> Self {
        Self { at_once, ..self }
    }
}

impl Read for Failing<'_> {
    fn read(&mut self, buf: &mut [u8]) -> io::Result<usize> {
        if self.left == 0 {
            self.failed = true;
            return Err(if self.told { Told::error() } else { io::Error::other("bad sector") });
        }
        let room = buf.len().min(self.left).min(self.at_once);
        let count = self.src.read(&mut buf[..room])?;
        self.left -= count;
        Ok(count)
    }
}

impl Seek for Failing<'_> {
    fn seek(&mut self, to: SeekFrom) -> io::Result<u64> {
        self.src.seek(to)
    }
}

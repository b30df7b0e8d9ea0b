//! What the pass reads from: an item of a walk, or of an evidence zip, behind one face.

use std::io::{self, Read};

use super::links::Link;
use crate::formats::ReadSeek;
use crate::model::{Digest, Entry, Gap, Stat};

/// One thing to preserve or look at, in walk order.
pub struct Item {
    /// What was seen.
    pub entry: Entry,
    /// How to open its content; `None` for what is recorded only.
    pub source: Option<Box<dyn OpenSource>>,
    /// Why it, or a part of it, can not be read, where that is known already.
    pub gaps: Vec<Gap>,
    /// For folders: SHA-256 over the sorted names in it, each followed by NUL.
    pub listing: Option<Digest>,
    /// Extended attributes, where they are known without opening.
    pub xattrs: Vec<(Vec<u8>, Vec<u8>)>,
    /// Whether looking left its access time alone, as far as is known before opening.
    pub atime_kept: bool,
}

/// Opens the content of one item, read-only, once.
pub trait OpenSource: Send {
    /// Opens it.
    ///
    /// # Errors
    /// A gap that says why it could not be opened and what to do.
    fn open(&self) -> Result<Opened, Gap>;

    /// Whether it lies in a file system, whose times tell whether it changed.
    fn is_in_file_system(&self) -> bool {
        false
    }

    /// Which of its names this is, for a file that has several.
    fn link(&self) -> Option<&Link> {
        None
    }
}

/// An open source.
pub struct Opened {
    /// Its bytes.
    pub reader: Box<dyn SourceRead>,
    /// Bytes that will be read: the size at open.
    pub size: u64,
    /// The kernel gave no size, yet there may be content.
    pub unsized_content: bool,
    /// Metadata by the open handle, before the first byte was read.
    pub stat: Option<Stat>,
    /// Whether reading leaves its access time alone.
    pub atime_kept: bool,
    /// Extended attributes by the open handle.
    pub xattrs: Vec<(Vec<u8>, Vec<u8>)>,
    /// For a sparse file: the stretches that hold data, as (start, end). The rest reads as zeros and is not read from disk.
    pub extents: Vec<(u64, u64)>,
}

/// A source after it was read.
#[derive(Debug, Default)]
pub struct After {
    /// Its metadata, where there are any.
    pub stat: Option<Stat>,
    /// Whether its name leads to another file now, or to none.
    pub replaced: bool,
}

/// The bytes of a source, and what can be asked of it after they were read.
pub trait SourceRead: Read {
    /// Reads until the buffer is full, the source ends or an error comes; the error is given beside what came before it.
    fn read_full(&mut self, buffer: &mut [u8]) -> (usize, Option<io::Error>) {
        let mut filled = 0;
        while let Some(rest) = buffer.get_mut(filled..).filter(|rest| !rest.is_empty()) {
            match self.read(rest) {
                Ok(0) => break,
                Ok(count) => filled += count,
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                Err(error) => return (filled, Some(error)),
            }
        }
        (filled, None)
    }

    /// How it is now that it was read.
    fn after(&self) -> After {
        After::default()
    }

    /// What could not be learnt of it when it was opened, beside its content.
    fn gaps(&self) -> Vec<Gap> {
        Vec::new()
    }

    /// For a giant sparse file, of which only the stretches that hold data are read, one after another: the digests of
    /// those that were read whole. Ask when its end was reached.
    fn stretch_digests(&self) -> Option<Vec<Digest>> {
        None
    }

    /// The same bytes with seeking, where the source allows it.
    fn seekable(&mut self) -> Option<&mut dyn ReadSeek> {
        None
    }
}

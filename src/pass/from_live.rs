//! Content of the live state: a text in memory, or a deleted file by the handle that was held open since the state was taken.

use std::io::{self, Cursor, Read};
use std::os::fd::OwnedFd;
use std::sync::{Arc, Mutex, PoisonError};

use super::source::{OpenSource, Opened, SourceRead};
use crate::disk::live::Deleted;
use crate::disk::source::SourceFile;
use crate::formats::ReadSeek;
use crate::model::{Gap, GapKind, Stat};

/// A text in memory.
pub struct Memory(pub Arc<[u8]>);

impl OpenSource for Memory {
    fn open(&self) -> Result<Opened, Gap> {
        Ok(Opened {
            size: self.0.len() as u64,
            reader: Box::new(InMemory(Cursor::new(Arc::clone(&self.0)))),
            unsized_content: false,
            stat: None,
            atime_kept: true,
            xattrs: Vec::new(),
            extents: Vec::new(),
        })
    }
}

struct InMemory(Cursor<Arc<[u8]>>);

impl Read for InMemory {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        self.0.read(buffer)
    }
}

impl SourceRead for InMemory {
    fn seekable(&mut self) -> Option<&mut dyn ReadSeek> {
        Some(&mut self.0)
    }
}

/// A deleted file, by the handle that keeps it alive. It is given out once, and closed when it was read.
pub struct Held {
    file: Mutex<Option<(OwnedFd, bool)>>,
    bytes: u64,
    shown: String,
}

impl Held {
    /// At most `bytes` of it are read.
    pub fn new(file: (OwnedFd, bool), bytes: u64, shown: String) -> Self {
        Self { file: Mutex::new(Some(file)), bytes, shown }
    }
}

impl OpenSource for Held {
    fn open(&self) -> Result<Opened, Gap> {
        let gap = |kind, reason| Gap { path: self.shown.clone(), kind, reason };
        let held = self.file.lock().unwrap_or_else(PoisonError::into_inner).take();
        let Some(held) = held else {
            return Err(gap(GapKind::Vanished, "it was read before, and its handle is closed".to_owned()));
        };
        let file = Deleted::read(held).map_err(|error| gap(error.gap_kind(), error.reason()))?;
        Ok(Opened {
            // What it grew since the state was taken is not read.
            size: file.size_at_open().min(self.bytes),
            unsized_content: false,
            stat: Some(file.stat_at_open().clone()),
            atime_kept: file.atime_kept(),
            xattrs: file.xattrs().unwrap_or_default(),
            extents: if file.is_sparse() { file.extents().unwrap_or_default() } else { Vec::new() },
            reader: Box::new(Alive(file)),
        })
    }
}

struct Alive(SourceFile);

impl Read for Alive {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        self.0.read(buffer)
    }
}

impl SourceRead for Alive {
    fn stat(&self) -> Option<Stat> {
        self.0.stat().ok()
    }

    fn seekable(&mut self) -> Option<&mut dyn ReadSeek> {
        (self.0.size_at_open() > 0).then_some(&mut self.0 as &mut dyn ReadSeek)
    }
}

//! Content of the live state: a text that waits packed in memory, or a deleted file by the handle that was held open since the state was taken.

use std::io::{self, Read};
use std::ops::Range;
use std::os::fd::OwnedFd;
use std::sync::{Arc, Mutex, PoisonError};

use super::source::{After, OpenSource, Opened, SourceRead};
use crate::disk::error::xattr_gap_kind;
use crate::disk::live::Deleted;
use crate::disk::packed::{Packed, PackedReader};
use crate::disk::source::SourceFile;
use crate::formats::ReadSeek;
use crate::model::{Gap, GapKind};

/// A text that waits packed.
pub struct PackedText {
    texts: Arc<Packed>,
    range: Range<u64>,
}

impl PackedText {
    /// The one in this range of them.
    pub fn new(texts: &Arc<Packed>, range: Range<u64>) -> Self {
        Self { texts: Arc::clone(texts), range }
    }
}

impl OpenSource for PackedText {
    fn open(&self) -> Result<Opened, Gap> {
        Ok(Opened {
            size: self.range.end.saturating_sub(self.range.start),
            reader: Box::new(Unpacked(self.texts.reader(self.range.clone()))),
            unsized_content: false,
            stat: None,
            atime_kept: true,
            xattrs: Vec::new(),
            extents: Vec::new(),
        })
    }
}

struct Unpacked(PackedReader);

impl Read for Unpacked {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        self.0.read(buffer)
    }
}

impl SourceRead for Unpacked {
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
        let mut gaps = Vec::new();
        let xattrs = file.xattrs().unwrap_or_else(|error| {
            let reason = format!("its extended attributes were not read: {error}; its content was");
            gaps.push(gap(xattr_gap_kind(&error), reason));
            Vec::new()
        });
        // Of what is cut off nothing is said either.
        let within = |(start, end): (u64, u64)| (start < self.bytes).then_some((start, end.min(self.bytes)));
        let extents = if file.is_sparse() { file.extents().unwrap_or_default() } else { Vec::new() };
        Ok(Opened {
            // What it grew since the state was taken is not read.
            size: file.size_at_open().min(self.bytes),
            unsized_content: false,
            stat: Some(file.stat_at_open().clone()),
            atime_kept: file.atime_kept(),
            xattrs,
            extents: extents.into_iter().filter_map(within).collect(),
            reader: Box::new(Alive(file, gaps)),
        })
    }
}

struct Alive(SourceFile, Vec<Gap>);

impl Read for Alive {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        self.0.read(buffer)
    }
}

impl SourceRead for Alive {
    fn after(&self) -> After {
        After { stat: self.0.stat().ok(), replaced: false }
    }

    fn gaps(&self) -> Vec<Gap> {
        self.1.clone()
    }

    fn seekable(&mut self) -> Option<&mut dyn ReadSeek> {
        (self.0.size_at_open() > 0).then_some(&mut self.0 as &mut dyn ReadSeek)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::io::{Seek as _, SeekFrom, Write as _};

    #[test]
    fn a_held_file_is_read_once_and_no_further_than_its_limit() {
        let mut file = tempfile::tempfile().unwrap();
        file.write_all(b"0123456789").unwrap();
        file.seek(SeekFrom::Start(0)).unwrap();
        let held = Held::new((file.into(), true), 4, "volatile/deleted/1-2".to_owned());
        let opened = held.open().unwrap();
        assert_eq!((opened.size, opened.stat.as_ref().map(|stat| stat.size)), (4, Some(10)));
        let Err(gap) = held.open() else { panic!("opened twice") };
        assert_eq!((gap.kind, gap.path.as_str()), (GapKind::Vanished, "volatile/deleted/1-2"));
    }

    #[test]
    fn stretches_behind_the_limit_are_not_listed() {
        let mut file = tempfile::tempfile().unwrap();
        file.write_all(&[1; 4096]).unwrap();
        file.seek(SeekFrom::Start(1 << 20)).unwrap();
        file.write_all(&[1; 4096]).unwrap();
        let held = Held::new((file.into(), true), 8192, "x".to_owned());
        let extents = held.open().unwrap().extents;
        // A file system without holes has one stretch, cut at the limit.
        assert!(extents.len() <= 1 && extents.iter().all(|(start, end)| *start == 0 && *end <= 8192), "{extents:?}");
    }
}

//! Items from a disk: the walk, and opening what it found.

use std::io::{self, Read};

use super::links::{Link, SharedNames};
use super::source::{Item, OpenSource, Opened, SourceRead};
use crate::disk::source::SourceFile;
use crate::disk::walk::{SourceRef, Walk, Walked};
use crate::formats::ReadSeek;
use crate::model::{Gap, RawPath, Stat};

/// The items of a walk, in its order.
pub fn items(walk: Walk) -> impl Iterator<Item = Item> {
    let mut names = SharedNames::default();
    walk.map(move |walked| item(walked, &mut names))
}

fn item(walked: Walked, names: &mut SharedNames) -> Item {
    let path = walked.entry.path.clone();
    let source = walked.source.map(|place| {
        let link = walked.entry.stat.as_ref().and_then(|stat| names.meet(stat));
        Box::new(OnDisk { place, path, link }) as Box<dyn OpenSource>
    });
    Item {
        entry: walked.entry,
        source,
        gaps: walked.gaps,
        listing: walked.listing,
        xattrs: walked.xattrs,
        atime_kept: walked.atime_kept,
    }
}

/// A file that the walk found and nobody has opened yet.
struct OnDisk {
    place: SourceRef,
    path: RawPath,
    link: Option<Link>,
}

impl OpenSource for OnDisk {
    fn link(&self) -> Option<&Link> {
        self.link.as_ref()
    }

    fn open(&self) -> Result<Opened, Gap> {
        let file = SourceFile::open_at(&self.place.dir, &self.place.name).map_err(|error| Gap {
            path: self.path.shown(),
            kind: error.gap_kind(),
            reason: error.reason(),
        })?;
        Ok(Opened {
            size: file.size_at_open(),
            unsized_content: file.size_at_open() == 0,
            stat: Some(file.stat_at_open().clone()),
            atime_kept: file.atime_kept(),
            xattrs: file.xattrs().unwrap_or_default(),
            extents: if file.is_sparse() { file.extents().unwrap_or_default() } else { Vec::new() },
            reader: Box::new(Open { file, place: self.place.clone() }),
        })
    }
}

/// A file that is being read.
struct Open {
    file: SourceFile,
    place: SourceRef,
}

impl Read for Open {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        self.file.read(buffer)
    }
}

impl SourceRead for Open {
    fn stat(&self) -> Option<Stat> {
        self.file.stat().ok()
    }

    fn replaced(&self) -> bool {
        self.file.replaced(&self.place.dir, &self.place.name)
    }

    fn seekable(&mut self) -> Option<&mut dyn ReadSeek> {
        // A file without a size has no end to seek from.
        (self.file.size_at_open() > 0).then_some(&mut self.file as &mut dyn ReadSeek)
    }
}

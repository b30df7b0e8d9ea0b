//! Items from a disk: the walk, and opening what it found.

use std::io::{self, Read};

use super::links::{Link, SharedNames};
use super::source::{After, Item, OpenSource, Opened, SourceRead};
use super::stretches::{GiantFrom, Stretches};
use crate::disk::error::{gap_advice, xattr_gap_kind};
use crate::disk::source::SourceFile;
use crate::disk::walk::{SourceRef, Walk, Walked};
use crate::formats::ReadSeek;
use crate::model::{Digest, Gap, RawPath};

/// The items of a walk, in its order.
pub fn items(walk: Walk) -> impl Iterator<Item = Item> {
    items_from(walk, SharedNames::default(), GiantFrom::default())
}

/// The same, going on from files that an earlier run kept, and with another limit from which on a sparse file is kept by
/// its stretches.
pub fn items_from(walk: Walk, mut names: SharedNames, giant: GiantFrom) -> impl Iterator<Item = Item> {
    walk.map(move |walked| item(walked, &mut names, giant))
}

fn item(walked: Walked, names: &mut SharedNames, giant: GiantFrom) -> Item {
    let path = walked.entry.path.clone();
    let source = walked.source.map(|place| {
        let link = walked.entry.stat.as_ref().and_then(|stat| names.meet(stat));
        Box::new(OnDisk { place, path, link, giant }) as Box<dyn OpenSource>
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
    giant: GiantFrom,
}

impl OpenSource for OnDisk {
    fn is_in_file_system(&self) -> bool {
        true
    }

    fn link(&self) -> Option<&Link> {
        self.link.as_ref()
    }

    fn open(&self) -> Result<Opened, Gap> {
        let gap = |kind, reason| Gap { path: self.path.shown(), kind, reason };
        let file = self.place.open().map_err(|error| gap(error.gap_kind(), error.reason()))?;
        let mut gaps = Vec::new();
        let xattrs = file.xattrs().unwrap_or_else(|error| {
            let kind = xattr_gap_kind(&error);
            let reason =
                format!("its extended attributes were not read: {error}; its content was: {}", gap_advice(kind));
            gaps.push(gap(kind, reason));
            Vec::new()
        });
        // Where its stretches can not be told, reading it will say why.
        let extents = if file.is_sparse() { file.extents().ok() } else { None };
        let data = extents.iter().flatten().fold(0_u64, |sum, (start, end)| sum.saturating_add(end - start));
        let size = file.size_at_open();
        let stretches = extents.as_deref().filter(|_| self.giant.holds(size, data)).map(Stretches::new);
        Ok(Opened {
            size: if stretches.is_some() { data } else { size },
            unsized_content: file.is_unsized(),
            stat: Some(file.stat_at_open().clone()),
            atime_kept: file.atime_kept(),
            xattrs,
            extents: extents.unwrap_or_default(),
            reader: Box::new(Open { file, place: self.place.clone(), stretches, gaps }),
        })
    }
}

/// A file that is being read.
struct Open {
    file: SourceFile,
    place: SourceRef,
    /// Only its stretches are read.
    stretches: Option<Stretches>,
    gaps: Vec<Gap>,
}

impl Read for Open {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        match &mut self.stretches {
            Some(stretches) => stretches.read(&mut self.file, buffer),
            None => self.file.read(buffer),
        }
    }
}

impl SourceRead for Open {
    fn after(&self) -> After {
        let (stat, replaced) = self.file.after(&self.place.dir, &self.place.name);
        After { stat: stat.ok(), replaced }
    }

    fn gaps(&self) -> Vec<Gap> {
        self.gaps.clone()
    }

    fn stretch_digests(&self) -> Option<Vec<Digest>> {
        self.stretches.as_ref().map(Stretches::digests)
    }

    fn seekable(&mut self) -> Option<&mut dyn ReadSeek> {
        // A file without a size has no end to seek from; one that is read by its stretches has another order.
        let is_plain = !self.file.is_unsized() && self.stretches.is_none();
        is_plain.then_some(&mut self.file as &mut dyn ReadSeek)
    }
}

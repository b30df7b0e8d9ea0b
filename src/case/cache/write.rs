//! Writing a cache: what this run finds out goes into the next one, file by file, in walk order.

use std::io::{self, Write};

use super::Header;
use super::line::{FileLine, FoundLine, Identity, LeafLine, Line};
use crate::disk::cache_file::NewCache;
use crate::disk::error::DiskError;
use crate::model::{Entry, GapKind, Timestamp, limits};
use crate::pass::{FileOutcome, Found, LookedLeaf};

/// A change so short before a run began may be followed by another with the same times: clocks of file systems are coarse
/// (two seconds on FAT).
const COARSE_SECONDS: i64 = 3;

/// Where what is found goes.
pub struct CacheOut {
    new: NewCache,
    /// What changed after this is not remembered.
    steady_until: i64,
    /// Lines of the file at hand were written.
    is_begun: bool,
    /// The file at hand is not remembered: a line of it is too long.
    is_too_long: bool,
    /// The disk would not take more. The run goes on; the cache stays as it was.
    broken: Option<io::Error>,
}

impl CacheOut {
    pub(super) fn new(new: NewCache, header: &Header, began: Timestamp) -> Self {
        let steady_until = began.seconds.saturating_sub(COARSE_SECONDS);
        let mut out = Self { new, steady_until, is_begun: false, is_too_long: false, broken: None };
        out.write(header);
        out
    }

    /// Findings of the file at hand.
    pub fn found(&mut self, found: &[Found]) {
        for record in found {
            self.part(&Line::Found(FoundLine::of(record)));
        }
    }

    /// A member of the file at hand.
    pub fn member(&mut self, member: &LookedLeaf) {
        self.part(&Line::Member(LeafLine::of(member)));
    }

    /// The file at hand is done: it is remembered if it will be known again.
    pub fn end(&mut self, outcome: &FileOutcome) {
        let line = steady(outcome, self.steady_until).filter(|_| !self.is_too_long);
        match line {
            Some(line) => self.write(&Line::File(line)),
            None if self.is_begun => self.write(&Line::Dropped),
            None => {}
        }
        (self.is_begun, self.is_too_long) = (false, false);
    }

    fn part(&mut self, line: &Line<'_>) {
        self.is_begun = true;
        self.write(line);
    }

    fn write(&mut self, line: &impl serde::Serialize) {
        if self.broken.is_some() {
            return;
        }
        let written = serde_json::to_vec(line).map_err(io::Error::from).and_then(|mut bytes| {
            bytes.push(b'\n');
            if bytes.len() >= limits::CACHE_LINE_BYTES {
                self.is_too_long = true;
                return Ok(());
            }
            self.new.write_all(&bytes)
        });
        self.broken = written.err();
    }

    /// Puts it in the place of the old one.
    ///
    /// # Errors
    /// When the disk is full or fails. What the run found stands all the same.
    pub fn replace(self) -> Result<(), DiskError> {
        self.new.replace(self.broken)
    }
}

/// The line of a file that will be known again: it was read whole, and did not change before, while or after that.
fn steady(outcome: &FileOutcome, steady_until: i64) -> Option<FileLine<'_>> {
    let looked = outcome.looked.as_ref().filter(|_| outcome.gaps.is_empty() && outcome.linked.is_none())?;
    if looked.gaps.iter().any(|gap| gap.kind == GapKind::LeftOut) {
        return None;
    }
    let walked = Identity::of(&outcome.entry).filter(|is| is.changed().seconds < steady_until)?;
    // What was recalled was not opened: it is what it was.
    let seen = [&outcome.stat_open, &outcome.stat_after];
    let is_same = seen.into_iter().flatten().all(|stat| {
        let entry = Entry { stat: Some(stat.clone()), ..outcome.entry.clone() };
        Identity::of(&entry).as_ref() == Some(&walked)
    });
    let size = outcome.entry.stat.as_ref().map(|stat| stat.size);
    // Files that the kernel makes up have a size that is none.
    let is_whole = size == Some(looked.file.row.bytes);
    let was_read = outcome.stat_after.is_some() || looked.file.row.cached;
    (is_same && is_whole && was_read).then(|| FileLine::of(walked, looked))
}

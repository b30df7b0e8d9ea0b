//! The rows of a run, entry by entry: what the pages say of all of them, made while they pass by once.
//!
//! All that is said of a path comes from one entry, its gaps included, so each entry can be weighed by itself; what is kept of
//! it are numbers, and the few rows that a page names.

use std::io;
use std::iter::Peekable;

use super::files::{Heaviest, LISTED_FILES, Listed, Looked, Weigher, Weight, kept_short};
use super::gaps::GapCounts;
use super::open_lists::OpenLists;
use super::stored::Stored;
use crate::case::results::{CollectResult, FileResult, Numbered, Rows, ScanResult, Scanned};
use crate::case::scanned::Members;
use crate::model::Gap;

/// What all entries add up to.
#[derive(Debug)]
pub(super) struct Sums {
    /// How many files were looked at, and how.
    pub(super) looked: Looked,
    /// How what was read is stored.
    pub(super) stored: Stored,
    /// Messages that show many people to each other.
    pub(super) open_lists: OpenLists,
    /// Files, members and folders that were not, or only partly, read.
    pub(super) unread: u64,
    /// Entries whose content was not kept, or not whole.
    pub(super) not_kept: u64,
    /// Files with findings.
    pub(super) worst: Heaviest<Listed>,
    /// Gaps by kind.
    pub(super) gaps: GapCounts,
}

/// The rows of one entry.
#[derive(Debug, Default)]
struct Entry {
    files: Vec<FileResult>,
    kept: Vec<Gap>,
    seen: Vec<Gap>,
}

impl Sums {
    /// Of a scan, and of the collection that went with it, if one did.
    ///
    /// # Errors
    /// When rows can not be read back.
    pub(super) fn of(scan: &ScanResult, collect: Option<&CollectResult>) -> io::Result<Self> {
        let kept = collect.map_or_else(Rows::default, |collect| collect.gaps.clone());
        Self::over(&scan.files, &kept, &scan.gaps)
    }

    /// Of gaps alone.
    ///
    /// # Errors
    /// When rows can not be read back.
    pub(super) fn of_gaps(gaps: &Rows<Gap>) -> io::Result<Self> {
        Self::over(&Scanned::default(), &Rows::default(), gaps)
    }

    pub(super) fn over(scanned: &Scanned, kept: &Rows<Gap>, seen: &Rows<Gap>) -> io::Result<Self> {
        let (mut files, mut kept, mut seen) =
            (scanned.files().numbered().peekable(), kept.numbered().peekable(), seen.numbered().peekable());
        let mut members = (0, scanned.members());
        let (mut sums, mut entry) = (Self::none(), Entry::default());
        while let Some(number) = [next(&mut files)?, next(&mut kept)?, next(&mut seen)?].into_iter().flatten().min() {
            fill(&mut files, number, &mut entry.files)?;
            fill(&mut kept, number, &mut entry.kept)?;
            fill(&mut seen, number, &mut entry.seen)?;
            sums.add(&mut entry, &mut members)?;
        }
        Ok(sums)
    }

    fn none() -> Self {
        let (looked, worst, gaps) = (Looked::default(), Heaviest::new(LISTED_FILES), GapCounts::default());
        Self {
            looked,
            stored: Stored::default(),
            open_lists: OpenLists::default(),
            unread: 0,
            not_kept: 0,
            worst,
            gaps,
        }
    }

    /// Takes an entry, and the members of its files, of which the first is the so-many-th of all.
    fn add(&mut self, entry: &mut Entry, (at, members): &mut (u64, Members)) -> io::Result<()> {
        let mut weigher = Weigher::new(entry.kept.iter().chain(&entry.seen));
        for file in entry.files.drain(..) {
            while let Some(member) = members.next_of(*at) {
                weigher.member(&file.path, member?);
            }
            *at += 1;
            weigher.file(file).into_iter().for_each(|listed| self.worst.add(listed));
        }
        let Weight { looked, stored, open_lists, unread } = weigher.sums();
        self.looked += looked;
        self.stored.join(stored);
        self.open_lists.join(open_lists);
        self.unread += unread;
        self.not_kept += kept_short(&entry.kept);
        self.gaps.add(&entry.kept, &entry.seen);
        Ok(())
    }
}

/// The number of the next row.
fn next<T: serde::de::DeserializeOwned>(rows: &mut Peekable<Numbered<T>>) -> io::Result<Option<u64>> {
    match rows.next_if(|row| row.is_err()) {
        Some(row) => row.map(|(number, _)| Some(number)),
        None => Ok(rows.peek().and_then(|row| row.as_ref().ok()).map(|(number, _)| *number)),
    }
}

/// Takes all rows with this number.
fn fill<T: serde::de::DeserializeOwned>(
    rows: &mut Peekable<Numbered<T>>,
    number: u64,
    into: &mut Vec<T>,
) -> io::Result<()> {
    into.clear();
    while let Some(row) = rows.next_if(|row| row.as_ref().map_or(true, |(of, _)| *of == number)) {
        into.push(row?.1);
    }
    Ok(())
}

#[cfg(test)]
mod tests;

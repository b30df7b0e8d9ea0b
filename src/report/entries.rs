//! The rows of a run, entry by entry: what the pages say of all of them, made while they pass by once.
//!
//! All that is said of a path comes from one entry, its gaps included, so each entry can be weighed by itself; what is kept of
//! it are numbers, and the few rows that a page names.

use std::io;
use std::iter::Peekable;

use super::files::{Looked, Worst, kept_short, looked, unread};
use super::gaps::GapCounts;
use crate::case::results::{CollectResult, FileResult, Numbered, Rows, ScanResult};
use crate::model::Gap;

/// What all entries add up to.
#[derive(Debug, Default)]
pub(super) struct Sums {
    /// How many files were looked at, and how.
    pub(super) looked: Looked,
    /// Files, members and folders that were not, or only partly, read.
    pub(super) unread: u64,
    /// Entries whose content was not kept, or not whole.
    pub(super) not_kept: u64,
    /// Files with findings.
    pub(super) worst: Worst,
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
        Self::over(&Rows::default(), &Rows::default(), gaps)
    }

    fn over(files: &Rows<FileResult>, kept: &Rows<Gap>, seen: &Rows<Gap>) -> io::Result<Self> {
        let (mut files, mut kept, mut seen) =
            (files.numbered().peekable(), kept.numbered().peekable(), seen.numbered().peekable());
        let (mut sums, mut entry) = (Self::default(), Entry::default());
        while let Some(number) = [next(&mut files)?, next(&mut kept)?, next(&mut seen)?].into_iter().flatten().min() {
            fill(&mut files, number, &mut entry.files)?;
            fill(&mut kept, number, &mut entry.kept)?;
            fill(&mut seen, number, &mut entry.seen)?;
            sums.add(&entry);
        }
        Ok(sums)
    }

    fn add(&mut self, Entry { files, kept, seen }: &Entry) {
        self.looked += looked(files);
        self.unread += unread(files, kept.iter().chain(seen));
        self.not_kept += kept_short(kept);
        self.worst.add(files);
        self.gaps.add(kept, seen);
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

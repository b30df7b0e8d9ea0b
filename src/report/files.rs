//! Files of a scan, with their members: each counted once, and those with findings listed.
//!
//! A container's numbers include its members', and its status says the worst of them. So it is its members that are
//! counted, and the container only where it says something that they do not.

use std::collections::{BTreeMap, BTreeSet};

use serde::Serialize;

use super::gaps::hides_content;
use crate::case::results::{FileResult, LookStatus};
use crate::model::Gap;

/// Files that the page names.
pub(super) const LISTED_FILES: usize = 200;
/// Members with findings that are named under one file.
pub(super) const LISTED_MEMBERS: usize = 10;
/// Between a container and its member, in every path.
const MEMBER: &str = " ▸ ";

/// Every file in exactly one of four: "none found" and "not looked at" never share a number.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize)]
pub(super) struct Looked {
    /// All files and members that were met; a container counts by its members, a file with several names once.
    pub(super) files: u64,
    /// Something was found, if only possibly.
    pub(super) with_findings: u64,
    /// Read to the end, nothing found.
    pub(super) none_found: u64,
    /// Only a part was read, and nothing found in it.
    pub(super) partly_read: u64,
    /// Not looked at.
    pub(super) not_looked_at: u64,
}

impl std::ops::AddAssign for Looked {
    fn add_assign(&mut self, other: Self) {
        self.files += other.files;
        self.with_findings += other.with_findings;
        self.none_found += other.none_found;
        self.partly_read += other.partly_read;
        self.not_looked_at += other.not_looked_at;
    }
}

/// A file with findings, as it is listed.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub(super) struct Listed {
    /// The file, its numbers with its members', without its members.
    #[serde(flatten)]
    pub(super) file: FileResult,
    /// Its members with findings, most first.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub(super) members_with_findings: Vec<FileResult>,
    /// Members with findings that are not named.
    pub(super) more_members: u64,
}

/// Files and members in one row, containers before what they hold; each file by its first name only.
fn rows(files: &[FileResult]) -> impl Iterator<Item = &FileResult> {
    let once = files.iter().filter(|file| file.hard_link_of.is_none());
    once.flat_map(|file| std::iter::once(file).chain(&file.members))
}

/// The containers that a path lies in.
fn containers(path: &str) -> impl Iterator<Item = &str> {
    path.match_indices(MEMBER).filter_map(|(at, _)| path.get(..at))
}

/// Counts every file once.
pub(super) fn looked(files: &[FileResult]) -> Looked {
    let holders: BTreeSet<&str> = rows(files).flat_map(|row| containers(&row.path)).collect();
    let worse: BTreeSet<&str> =
        rows(files).filter(|row| row.status != LookStatus::Scanned).flat_map(|row| containers(&row.path)).collect();
    let mut looked = Looked::default();
    for row in rows(files) {
        let path = row.path.as_str();
        let slot = if holders.contains(path) {
            // What stopped short is the container itself, none of its members.
            let stopped = row.status != LookStatus::Scanned && !worse.contains(path);
            if !stopped {
                continue;
            }
            &mut looked.partly_read
        } else {
            match row.status {
                _ if weight(row) > (0, 0) => &mut looked.with_findings,
                LookStatus::Scanned => &mut looked.none_found,
                LookStatus::Partial => &mut looked.partly_read,
                LookStatus::NotScanned => &mut looked.not_looked_at,
            }
        };
        *slot += 1;
        looked.files += 1;
    }
    looked
}

/// How many files, members and folders were not, or only partly, read.
pub(super) fn unread<'a>(files: &'a [FileResult], gaps: impl Iterator<Item = &'a Gap>) -> u64 {
    let mut hidden: BTreeMap<&str, bool> = BTreeMap::new();
    for gap in gaps {
        *hidden.entry(&gap.path).or_default() |= hides_content(gap.kind);
    }
    let mut unread: BTreeSet<&str> = hidden.iter().filter(|(_, hides)| **hides).map(|(path, _)| *path).collect();
    let short = rows(files).filter(|row| row.status != LookStatus::Scanned).map(|row| row.path.as_str());
    unread.extend(short.filter(|path| hidden.get(path) != Some(&false)));
    let inside: BTreeSet<&str> = unread.iter().flat_map(|path| containers(path)).collect();
    unread.retain(|path| !inside.contains(path) || hidden.get(path) == Some(&true));
    unread.len() as u64
}

/// How many entries have a gap behind which content may hide.
pub(super) fn kept_short(gaps: &[Gap]) -> u64 {
    let short = gaps.iter().filter(|gap| hides_content(gap.kind)).map(|gap| gap.path.as_str());
    short.collect::<BTreeSet<_>>().len() as u64
}

/// Findings, then only possible ones.
fn weight(file: &FileResult) -> (u64, u64) {
    let sum = |counts: &BTreeMap<String, u64>| counts.values().fold(0_u64, |sum, n| sum.saturating_add(*n));
    (sum(&file.findings), sum(&file.possible))
}

/// Most findings first, then by path.
fn heavier(a: &FileResult, b: &FileResult) -> std::cmp::Ordering {
    weight(b).cmp(&weight(a)).then_with(|| a.path.cmp(&b.path))
}

/// Those with findings, most first, and how many do not fit into `most`.
fn heaviest<'a>(all: impl Iterator<Item = &'a FileResult>, most: usize) -> (Vec<&'a FileResult>, u64) {
    let mut found: Vec<&FileResult> = all.filter(|file| weight(file) > (0, 0)).collect();
    found.sort_by(|a, b| heavier(a, b));
    let more = found.len().saturating_sub(most) as u64;
    found.truncate(most);
    (found, more)
}

/// The files with the most findings, while files come one by one.
#[derive(Debug, Default)]
pub(super) struct Worst {
    /// At most twice as many as are listed.
    held: Vec<Listed>,
    all: u64,
}

impl Worst {
    /// Takes these files.
    pub(super) fn add(&mut self, files: &[FileResult]) {
        for file in files.iter().filter(|file| weight(file) > (0, 0)) {
            self.all += 1;
            self.held.push(listed(file));
            if self.held.len() >= 2 * LISTED_FILES {
                self.sort();
            }
        }
    }

    /// The files to list, and how many more have findings.
    pub(super) fn listed(mut self) -> (Vec<Listed>, u64) {
        self.sort();
        let more = self.all - self.held.len() as u64;
        (self.held, more)
    }

    fn sort(&mut self) {
        self.held.sort_by(|a, b| heavier(&a.file, &b.file));
        self.held.truncate(LISTED_FILES);
    }
}

/// The files to list, and how many more have findings: the same over all of them at once.
#[cfg(test)]
pub(super) fn with_findings(files: &[FileResult]) -> (Vec<Listed>, u64) {
    let (found, more) = heaviest(files.iter(), LISTED_FILES);
    (found.into_iter().map(listed).collect(), more)
}

fn listed(file: &FileResult) -> Listed {
    let holders: BTreeSet<&str> = file.members.iter().flat_map(|member| containers(&member.path)).collect();
    let leaves = file.members.iter().filter(|member| !holders.contains(member.path.as_str()));
    let (members, more_members) = heaviest(leaves, LISTED_MEMBERS);
    let bare = |file: &FileResult| FileResult { members: Vec::new(), ..file.clone() };
    Listed { file: bare(file), members_with_findings: members.into_iter().map(bare).collect(), more_members }
}

/// A member's path without the file that it is listed under.
pub(super) fn inside<'a>(member: &'a str, file: &str) -> &'a str {
    member.strip_prefix(file).and_then(|rest| rest.strip_prefix(MEMBER)).unwrap_or(member)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::GapKind;
    use crate::report::tests::sample;

    fn row(path: &str, status: LookStatus, emails: u64) -> FileResult {
        let findings = if emails > 0 { [("email".to_owned(), emails)].into() } else { BTreeMap::new() };
        FileResult { findings, ..sample::file(path, status, "plain", "utf-8", 1) }
    }

    /// a.zip ▸ { b.csv with findings, c.zip ▸ { d.txt encrypted } }
    fn nested() -> FileResult {
        let members = vec![
            row("a.zip ▸ b.csv", LookStatus::Scanned, 3),
            row("a.zip ▸ c.zip", LookStatus::Partial, 0),
            row("a.zip ▸ c.zip ▸ d.txt", LookStatus::NotScanned, 0),
        ];
        FileResult { members, ..row("a.zip", LookStatus::Partial, 3) }
    }

    #[test]
    fn a_container_counts_by_its_members() {
        let files = [nested(), row("plain.txt", LookStatus::Scanned, 0)];
        let expected = Looked { files: 3, with_findings: 1, none_found: 1, partly_read: 0, not_looked_at: 1 };
        assert_eq!(looked(&files), expected);
        assert_eq!(unread(&files, [].iter()), 1, "only d.txt");
    }

    #[test]
    fn a_container_that_stopped_short_is_told() {
        let mut file = nested();
        file.members.truncate(1);
        assert_eq!(looked(&[file.clone()]).partly_read, 1);
        let gap = Gap { path: "a.zip".to_owned(), kind: GapKind::OverLimit, reason: String::new() };
        assert_eq!(unread(&[file], [gap].iter()), 1);
        let gap = Gap { path: "a.zip".to_owned(), kind: GapKind::Truncated, reason: String::new() };
        assert_eq!(unread(&[nested()], [gap].iter()), 2, "cut off itself, and d.txt");
    }

    #[test]
    fn a_further_name_of_a_file_is_listed_and_not_counted_again() {
        let first = row("/a", LookStatus::Partial, 3);
        let link = FileResult { hard_link_of: Some("/a".to_owned()), path: "/b".to_owned(), ..first.clone() };
        let files = [first, link];
        assert_eq!((looked(&files).files, looked(&files).with_findings), (1, 1));
        assert_eq!(unread(&files, [].iter()), 1);
        let (listed, _) = with_findings(&files);
        assert_eq!(listed.iter().filter(|one| one.file.hard_link_of.is_some()).count(), 1);
    }

    #[test]
    fn a_pipe_hides_no_text() {
        let gap = Gap { path: "p".to_owned(), kind: GapKind::SpecialFile, reason: String::new() };
        assert_eq!(unread(&[row("p", LookStatus::NotScanned, 0)], [gap].iter()), 0);
    }

    #[test]
    fn files_come_most_findings_first_and_the_rest_is_counted() {
        let files: Vec<_> = (0..250).map(|n| row(&format!("/f{n}"), LookStatus::Scanned, n + 1)).collect();
        let (listed, more) = with_findings(&files);
        assert_eq!((listed.len(), more), (200, 50));
        assert_eq!((listed[0].file.path.as_str(), listed[199].file.path.as_str()), ("/f249", "/f50"));
    }

    #[test]
    fn members_with_findings_are_listed_under_their_file() {
        let (listed, _) = with_findings(&[nested()]);
        let members: Vec<_> =
            listed[0].members_with_findings.iter().map(|member| inside(&member.path, "a.zip")).collect();
        assert_eq!((members, listed[0].more_members), (vec!["b.csv"], 0));
    }
}

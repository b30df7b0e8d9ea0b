//! Files of a scan, with their members: each counted once, and those with findings listed.
//!
//! A container's numbers include its members', and its status says the worst of them. So it is its members that are
//! counted, and the container only where it says something that they do not. Rows pass by one after the other, a container
//! after what it holds, and none is kept but the few that a page names.

use std::collections::{BTreeMap, BTreeSet};

use serde::Serialize;

use super::gaps::hides_content;
use super::open_lists::OpenLists;
use super::stored::Stored;
use crate::case::results::{FileResult, LookStatus};
use crate::model::Gap;

/// Files that the page names.
pub(super) const LISTED_FILES: usize = 200;
/// Members with findings that are named under one file.
pub(super) const LISTED_MEMBERS: usize = 10;
/// Between a container and its member, in every path; no member's name holds it.
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

/// The containers that a path lies in.
pub(super) fn containers(path: &str) -> impl Iterator<Item = &str> {
    path.match_indices(MEMBER).filter_map(|(at, _)| path.get(..at))
}

/// A member's path without the file that it is listed under.
pub(super) fn inside<'a>(member: &'a str, file: &str) -> &'a str {
    member.strip_prefix(file).and_then(|rest| rest.strip_prefix(MEMBER)).unwrap_or(member)
}

/// How many entries have a gap behind which content may hide.
pub(super) fn kept_short(gaps: &[Gap]) -> u64 {
    let short = gaps.iter().filter(|gap| hides_content(gap.kind)).map(|gap| gap.path.as_str());
    short.collect::<BTreeSet<_>>().len() as u64
}

/// Counts the files and members of one entry while they pass by: each once.
pub(super) struct Weigher<'a> {
    /// Whether the gaps at a path hide content, for each path that has any.
    hides: BTreeMap<&'a str, bool>,
    /// Paths with content that a gap hides, of which no row has come by.
    unmet: BTreeSet<&'a str>,
    /// The containers that those lie in.
    around: BTreeSet<&'a str>,
    /// For each level, what came by since the last row of the level above: that holds it.
    levels: Vec<Below>,
    members: Heaviest<FileResult>,
    looked: Looked,
    stored: Stored,
    open_lists: OpenLists,
    unread: u64,
}

/// What the rows of one entry come to.
pub(super) struct Weight {
    /// How many there were in each way.
    pub(super) looked: Looked,
    /// How what was read is stored.
    pub(super) stored: Stored,
    /// Messages that show many people to each other.
    pub(super) open_lists: OpenLists,
    /// How many files, members and folders were not, or only partly, read.
    pub(super) unread: u64,
}

/// What a container holds.
#[derive(Debug, Clone, Copy, Default)]
struct Below {
    /// Anything at all.
    any: bool,
    /// Something that was not wholly looked at.
    short: bool,
    /// Something that counts as not read.
    unread: bool,
    /// Findings in it.
    found: u64,
}

impl<'a> Weigher<'a> {
    /// Of an entry with these gaps.
    pub(super) fn new(gaps: impl Iterator<Item = &'a Gap>) -> Self {
        let mut hides: BTreeMap<&str, bool> = BTreeMap::new();
        for gap in gaps {
            *hides.entry(&gap.path).or_default() |= hides_content(gap.kind);
        }
        let unmet: BTreeSet<&str> = hides.iter().filter(|(_, hides)| **hides).map(|(path, _)| *path).collect();
        let around = unmet.iter().flat_map(|path| containers(path)).collect();
        let members = Heaviest::new(LISTED_MEMBERS);
        Self {
            hides,
            unmet,
            around,
            levels: Vec::new(),
            members,
            looked: Looked::default(),
            stored: Stored::default(),
            open_lists: OpenLists::default(),
            unread: 0,
        }
    }

    /// A member of the file at this path, after what it holds.
    pub(super) fn member(&mut self, file: &str, row: FileResult) {
        let level = inside(&row.path, file).matches(MEMBER).count() + 1;
        if self.weigh(&row, level) {
            self.members.add(row);
        }
    }

    /// A file, after its members; gives what to list of it. A further name of a file is listed and not counted.
    pub(super) fn file(&mut self, file: FileResult) -> Option<Listed> {
        let members = std::mem::replace(&mut self.members, Heaviest::new(LISTED_MEMBERS));
        if file.hard_link_of.is_none() {
            self.weigh(&file, 0);
        }
        self.levels.clear();
        let (members_with_findings, more_members) = members.heaviest();
        (weight(&file) > (0, 0)).then_some(Listed { file, members_with_findings, more_members })
    }

    /// What it all comes to.
    pub(super) fn sums(self) -> Weight {
        let unread = self.unread + self.unmet.len() as u64;
        Weight { looked: self.looked, stored: self.stored, open_lists: self.open_lists, unread }
    }

    /// Counts a row; whether it holds nothing.
    fn weigh(&mut self, row: &FileResult, level: usize) -> bool {
        if self.levels.len() <= level + 1 {
            self.levels.resize(level + 2, Below::default());
        }
        // Rows deeper than the next level lie in a container that has no row: they belong to this one.
        let deeper = self.levels.drain(level + 1..).fold(Below::default(), Below::and);
        let hides = self.hides.get(row.path.as_str()).copied();
        self.unmet.remove(row.path.as_str());
        self.count(row, deeper);
        self.stored.add(row);
        self.open_lists.add(row);
        let is_short = row.status != LookStatus::Scanned;
        let is_unread = hides.unwrap_or(is_short);
        let told_inside = deeper.unread || self.around.contains(row.path.as_str());
        // What stopped in the container itself is beside what is missing in it.
        self.unread += u64::from(is_unread && (!told_inside || hides == Some(true)));
        let itself = Below { any: true, short: is_short, unread: is_unread, found: all_found(row) };
        if let Some(beside) = self.levels.last_mut() {
            // Its own number includes what is in it.
            *beside = beside.and(itself).and(Below { found: 0, ..deeper });
        }
        !deeper.any || has_own(row, deeper)
    }

    fn count(&mut self, row: &FileResult, below: Below) {
        let looked = &mut self.looked;
        let slot = match row.status {
            // A container counts by its members; what stopped short is itself where none of them did.
            // A message or a sheet has findings of its own beside those of its attachments and remarks.
            status if below.any && (status == LookStatus::Scanned || below.short) && !has_own(row, below) => return,
            _ if below.any && has_own(row, below) => &mut looked.with_findings,
            _ if below.any => &mut looked.partly_read,
            _ if weight(row) > (0, 0) => &mut looked.with_findings,
            LookStatus::Scanned => &mut looked.none_found,
            LookStatus::Partial => &mut looked.partly_read,
            LookStatus::NotScanned => &mut looked.not_looked_at,
        };
        *slot += 1;
        looked.files += 1;
    }
}

impl Below {
    fn and(self, other: Self) -> Self {
        let Self { any, short, unread, found } = other;
        let found = self.found.saturating_add(found);
        Self { any: self.any | any, short: self.short | short, unread: self.unread | unread, found }
    }
}

/// Findings, then only possible ones.
pub(super) fn weight(file: &FileResult) -> (u64, u64) {
    let sum = |counts: &BTreeMap<String, u64>| counts.values().fold(0_u64, |sum, n| sum.saturating_add(*n));
    (sum(&file.findings), sum(&file.possible))
}

/// Findings of every kind, with those in members.
fn all_found(file: &FileResult) -> u64 {
    let (sure, possible) = weight(file);
    sure.saturating_add(possible)
}

/// Whether findings stand in a container itself, and not only in what it holds.
fn has_own(row: &FileResult, below: Below) -> bool {
    all_found(row) > below.found
}

/// Most findings first, then by path.
pub(super) fn heavier(a: &FileResult, b: &FileResult) -> std::cmp::Ordering {
    weight(b).cmp(&weight(a)).then_with(|| a.path.cmp(&b.path))
}

/// Those with the most findings, while they come one by one.
#[derive(Debug)]
pub(super) struct Heaviest<T> {
    /// So many are listed.
    most: usize,
    /// At most twice as many.
    held: Vec<T>,
    all: u64,
}

impl<T: AsRef<FileResult>> Heaviest<T> {
    /// None yet.
    pub(super) fn new(most: usize) -> Self {
        Self { most, held: Vec::new(), all: 0 }
    }

    /// Takes one, if anything was found in it.
    pub(super) fn add(&mut self, one: T) {
        if weight(one.as_ref()) == (0, 0) {
            return;
        }
        self.all += 1;
        self.held.push(one);
        if self.held.len() >= 2 * self.most {
            self.sort();
        }
    }

    /// Those to list, and how many more have findings.
    pub(super) fn heaviest(mut self) -> (Vec<T>, u64) {
        self.sort();
        let more = self.all - self.held.len() as u64;
        (self.held, more)
    }

    fn sort(&mut self) {
        self.held.sort_by(|a, b| heavier(a.as_ref(), b.as_ref()));
        self.held.truncate(self.most);
    }
}

impl AsRef<FileResult> for FileResult {
    fn as_ref(&self) -> &FileResult {
        self
    }
}

impl AsRef<FileResult> for Listed {
    fn as_ref(&self) -> &FileResult {
        &self.file
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::case::results::Rows;
    use crate::case::scanned::WithMembers;
    use crate::model::GapKind;
    use crate::report::entries::Sums;
    use crate::report::tests::sample;

    fn row(path: &str, status: LookStatus, emails: u64) -> FileResult {
        let findings = if emails > 0 { [("email".to_owned(), emails)].into() } else { BTreeMap::new() };
        FileResult { findings, ..sample::file(path, status, "plain", "utf-8", 1) }
    }

    fn sums(files: &[WithMembers], gaps: &[Gap]) -> Sums {
        let (files, gaps) = (files.iter().cloned().collect(), gaps.iter().cloned().collect());
        Sums::over(&files, &Rows::default(), &gaps).unwrap()
    }

    /// a.zip ▸ { b.csv with findings, c.zip ▸ { d.txt encrypted } }
    fn nested() -> WithMembers {
        let members = vec![
            row("a.zip ▸ b.csv", LookStatus::Scanned, 3),
            row("a.zip ▸ c.zip ▸ d.txt", LookStatus::NotScanned, 0),
            row("a.zip ▸ c.zip", LookStatus::Partial, 0),
        ];
        WithMembers { file: row("a.zip", LookStatus::Partial, 3), members }
    }

    #[test]
    fn a_container_counts_by_its_members() {
        let sums = sums(&[nested(), row("plain.txt", LookStatus::Scanned, 0).into()], &[]);
        let expected = Looked { files: 3, with_findings: 1, none_found: 1, partly_read: 0, not_looked_at: 1 };
        assert_eq!((sums.looked, sums.unread), (expected, 1), "only d.txt is not read");
    }

    /// box ▸ message 1 with two addresses of its own, and { a picture, list.xlsx ▸ sheet with three }.
    #[test]
    fn what_stands_beside_an_attachment_is_listed_and_counted_too() {
        let members = vec![
            row("box ▸ message 1 ▸ a.png", LookStatus::NotScanned, 0),
            row("box ▸ message 1 ▸ list.xlsx ▸ sheet", LookStatus::Scanned, 3),
            row("box ▸ message 1 ▸ list.xlsx", LookStatus::Scanned, 3),
            row("box ▸ message 1", LookStatus::Partial, 5),
        ];
        let sums = sums(&[WithMembers { file: row("box", LookStatus::Partial, 5), members }], &[]);
        let expected = Looked { files: 3, with_findings: 2, none_found: 0, partly_read: 0, not_looked_at: 1 };
        assert_eq!(sums.looked, expected);
        let (listed, _) = sums.worst.heaviest();
        let names: Vec<_> = listed[0].members_with_findings.iter().map(|member| member.path.as_str()).collect();
        assert_eq!(names, ["box ▸ message 1", "box ▸ message 1 ▸ list.xlsx ▸ sheet"]);
    }

    #[test]
    fn a_container_that_stopped_short_is_told() {
        let mut file = nested();
        file.members.truncate(1);
        let gap = |kind| Gap { path: "a.zip".to_owned(), kind, reason: String::new() };
        let stopped = sums(&[file], &[gap(GapKind::OverLimit)]);
        assert_eq!((stopped.looked.partly_read, stopped.unread), (1, 1));
        assert_eq!(sums(&[nested()], &[gap(GapKind::Truncated)]).unread, 2, "cut off itself, and d.txt");
    }

    #[test]
    fn two_members_of_one_name_are_two() {
        let twice = vec![row("a.zip ▸ x", LookStatus::NotScanned, 0), row("a.zip ▸ x", LookStatus::NotScanned, 0)];
        let sums = sums(&[WithMembers { file: row("a.zip", LookStatus::Partial, 0), members: twice }], &[]);
        assert_eq!((sums.looked.not_looked_at, sums.unread), (2, 2));
    }

    #[test]
    fn a_further_name_of_a_file_is_listed_and_not_counted_again() {
        let first = row("/a", LookStatus::Partial, 3);
        let link = FileResult { hard_link_of: Some("/a".to_owned()), path: "/b".to_owned(), ..first.clone() };
        let sums = sums(&[first.into(), link.into()], &[]);
        assert_eq!((sums.looked.files, sums.looked.with_findings, sums.unread), (1, 1, 1));
        let (listed, _) = sums.worst.heaviest();
        assert_eq!(listed.iter().filter(|one| one.file.hard_link_of.is_some()).count(), 1);
    }

    #[test]
    fn a_pipe_hides_no_text() {
        let gap = Gap { path: "p".to_owned(), kind: GapKind::SpecialFile, reason: String::new() };
        assert_eq!(sums(&[row("p", LookStatus::NotScanned, 0).into()], &[gap]).unread, 0);
    }

    #[test]
    fn files_come_most_findings_first_and_the_rest_is_counted() {
        let files = (0..250).map(|n| row(&format!("/f{n}"), LookStatus::Scanned, n + 1).into());
        let (listed, more) = sums(&files.collect::<Vec<_>>(), &[]).worst.heaviest();
        assert_eq!((listed.len(), more), (200, 50));
        assert_eq!((listed[0].file.path.as_str(), listed[199].file.path.as_str()), ("/f249", "/f50"));
    }

    #[test]
    fn members_with_findings_are_listed_under_their_file() {
        let (listed, _) = sums(&[nested()], &[]).worst.heaviest();
        let members: Vec<_> =
            listed[0].members_with_findings.iter().map(|member| inside(&member.path, "a.zip")).collect();
        assert_eq!((members, listed[0].more_members), (vec!["b.csv"], 0));
    }

    #[test]
    fn of_many_members_the_first_by_weight_are_named() {
        let members = (0..100).map(|n| row(&format!("a.zip ▸ {n}"), LookStatus::Scanned, 1 + n * 37 % 100)).collect();
        let file = WithMembers { file: row("a.zip", LookStatus::Scanned, 5_050), members };
        let (listed, _) = sums(&[file], &[]).worst.heaviest();
        let weights: Vec<u64> = listed[0].members_with_findings.iter().map(|member| weight(member).0).collect();
        assert_eq!((weights, listed[0].more_members), ((91..=100).rev().collect(), 90));
    }
}

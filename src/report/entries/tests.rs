//! Entry by entry comes to the same as all rows at once: the plain functions over whole lists are the oracle.

use std::collections::{BTreeMap, BTreeSet};

use proptest::prelude::*;

use super::*;
use crate::case::scanned::{ScannedOut, WithMembers};
use crate::disk::rows::{RowPlace, RowsOut};
use crate::model::{GapKind, LookStatus};
use crate::report::files::{LISTED_MEMBERS, containers, heavier, weight};
use crate::report::gaps::{group, hides_content};

const KINDS: [GapKind; 5] = [
    GapKind::SpecialFile,
    GapKind::Encrypted,
    GapKind::OverLimit,
    GapKind::PermissionDenied,
    GapKind::ChangedDuringRead,
];

/// Made of numbers: what is in a file, down to three levels.
#[derive(Debug, Clone)]
struct Made {
    /// Status, findings, and whether it is a further name.
    row: Option<(u8, u64, bool)>,
    inside: Vec<Inside>,
    /// Kind of a gap.
    kept: Vec<u8>,
    /// Kind of a gap, and which row it is about; beyond the last, one that is not there.
    seen: Vec<(u8, usize)>,
}

/// A member: status, findings, and what is in it.
#[derive(Debug, Clone)]
struct Inside(u8, u64, Vec<Inside>);

fn inside() -> impl Strategy<Value = Vec<Inside>> {
    let leaf = (0u8..3, 0u64..3).prop_map(|(of, found)| Inside(of, found, Vec::new()));
    let member = leaf.prop_recursive(2, 8, 3, |below| {
        (0u8..3, 0u64..3, prop::collection::vec(below, 0..3)).prop_map(|(of, found, held)| Inside(of, found, held))
    });
    prop::collection::vec(member, 0..4)
}

fn made() -> impl Strategy<Value = Made> {
    let row = prop::option::of((0u8..3, 0u64..4, any::<bool>()));
    let seen = prop::collection::vec((0u8..5, 0usize..12), 0..4);
    (row, inside(), prop::collection::vec(0u8..5, 0..3), seen).prop_map(|(row, inside, kept, seen)| Made {
        row,
        inside,
        kept,
        seen,
    })
}

fn file(path: String, of: u8, found: u64) -> FileResult {
    let findings = if found > 0 { BTreeMap::from([("email".to_owned(), found)]) } else { BTreeMap::new() };
    let status = [LookStatus::Scanned, LookStatus::Partial, LookStatus::NotScanned][usize::from(of % 3)];
    FileResult { findings, status, ..FileResult::not_scanned(path) }
}

/// Members as the look hands them over: each container after what it holds.
fn members(path: &str, inside: &[Inside], out: &mut Vec<FileResult>) {
    for (at, Inside(of, found, held)) in inside.iter().enumerate() {
        let path = format!("{path} ▸ m{at}");
        members(&path, held, out);
        out.push(file(path, *of, *found));
    }
}

fn gap(path: String, kind: u8) -> Gap {
    Gap { path, kind: KINDS[usize::from(kind) % KINDS.len()], reason: format!("why {}", kind % 2) }
}

/// One entry, whole.
struct Whole {
    file: Option<WithMembers>,
    kept: Vec<Gap>,
    seen: Vec<Gap>,
}

fn whole(n: usize, made: &Made) -> Whole {
    // In no order of names: the walk's order is not that of the shown paths.
    let path = format!("/s/{}-{n}", (n * 7919) % 31);
    let mut rows = Vec::new();
    members(&path, &made.inside, &mut rows);
    let about = |at: usize| match at.checked_sub(1) {
        None => path.clone(),
        Some(at) => rows.get(at).map_or_else(|| format!("{path} ▸ x{at}"), |row| row.path.clone()),
    };
    let seen = made.seen.iter().map(|(kind, at)| gap(about(*at), *kind)).collect();
    let file = made.row.map(|(of, found, linked)| {
        let hard_link_of = linked.then(|| "/s/first".to_owned());
        WithMembers { file: FileResult { hard_link_of, ..file(path.clone(), of, found) }, members: rows.clone() }
    });
    // A further name has no members of its own.
    let file = file.map(|mut file| {
        file.members.retain(|_| file.file.hard_link_of.is_none());
        file
    });
    Whole { file, kept: made.kept.iter().map(|kind| gap(path.clone(), *kind)).collect(), seen }
}

/// Files and members in one row, each file by its first name only.
fn rows(files: &[WithMembers]) -> impl Iterator<Item = &FileResult> {
    let once = files.iter().filter(|one| one.file.hard_link_of.is_none());
    once.flat_map(|one| std::iter::once(&one.file).chain(&one.members))
}

/// Whether a row has more findings than the rows that lie in it and in no other row between.
fn has_own(row: &FileResult, all: &[&FileResult]) -> bool {
    let total = |row: &FileResult| weight(row).0 + weight(row).1;
    let holder = |path: &str| {
        containers(path).filter(|above| all.iter().any(|row| row.path == *above)).last().map(str::to_owned)
    };
    let inside: u64 = all
        .iter()
        .filter(|other| holder(&other.path).as_deref() == Some(row.path.as_str()))
        .map(|other| total(other))
        .sum();
    total(row) > inside
}

fn looked(files: &[WithMembers]) -> Looked {
    let holders: BTreeSet<&str> = rows(files).flat_map(|row| containers(&row.path)).collect();
    let short = rows(files).filter(|row| row.status != LookStatus::Scanned);
    let worse: BTreeSet<&str> = short.flat_map(|row| containers(&row.path)).collect();
    let mut looked = Looked::default();
    for row in rows(files) {
        let path = row.path.as_str();
        let own = holders.contains(path) && has_own(row, &of_entry(files, path));
        let slot = match row.status {
            status if holders.contains(path) && (status == LookStatus::Scanned || worse.contains(path)) && !own => {
                continue;
            }
            _ if own => &mut looked.with_findings,
            _ if holders.contains(path) => &mut looked.partly_read,
            _ if weight(row) > (0, 0) => &mut looked.with_findings,
            LookStatus::Scanned => &mut looked.none_found,
            LookStatus::Partial => &mut looked.partly_read,
            LookStatus::NotScanned => &mut looked.not_looked_at,
        };
        *slot += 1;
        looked.files += 1;
    }
    looked
}

/// The rows of the file that a path lies in.
fn of_entry<'a>(files: &'a [WithMembers], path: &str) -> Vec<&'a FileResult> {
    let file = containers(path).next().unwrap_or(path);
    let one = files.iter().filter(|one| one.file.path == file && one.file.hard_link_of.is_none());
    one.flat_map(|one| std::iter::once(&one.file).chain(&one.members)).collect()
}

fn unread<'a>(files: &'a [WithMembers], gaps: impl Iterator<Item = &'a Gap>) -> u64 {
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

/// Those with findings, most first, and how many do not fit into `most`.
fn heaviest<'a>(all: impl Iterator<Item = &'a FileResult>, most: usize) -> (Vec<FileResult>, u64) {
    let mut found: Vec<&FileResult> = all.filter(|file| weight(file) > (0, 0)).collect();
    found.sort_by(|a, b| heavier(a, b));
    let more = found.len().saturating_sub(most) as u64;
    (found.into_iter().take(most).cloned().collect(), more)
}

fn listed(files: &[WithMembers]) -> (Vec<Listed>, u64) {
    let (found, more) = heaviest(files.iter().map(|one| &one.file), LISTED_FILES);
    let with_members = |file: FileResult| {
        let members = files.iter().find(|one| one.file.path == file.path).map_or(&[][..], |one| &one.members);
        let holders: BTreeSet<&str> = members.iter().flat_map(|member| containers(&member.path)).collect();
        let all: Vec<&FileResult> = std::iter::once(&file).chain(members).collect();
        let leaves = members.iter().filter(|member| !holders.contains(member.path.as_str()) || has_own(member, &all));
        let (members_with_findings, more_members) = heaviest(leaves, LISTED_MEMBERS);
        Listed { file, members_with_findings, more_members }
    };
    (found.into_iter().map(with_members).collect(), more)
}

/// All entries, set aside as a run does it.
fn set_aside(entries: &[Whole], folder: &std::path::Path) -> (Scanned, Rows<Gap>, Rows<Gap>) {
    let place = RowPlace { folder: Some(folder.to_path_buf()) };
    let (mut files, mut kept, mut seen) = (ScannedOut::new(&place), RowsOut::new(&place), RowsOut::new(&place));
    for (number, entry) in (0..).zip(entries) {
        if let Some(WithMembers { file, members }) = &entry.file {
            members.iter().for_each(|member| files.member(member).unwrap());
            files.file(number, file).unwrap();
        }
        entry.kept.iter().for_each(|gap| kept.push(number, gap).unwrap());
        entry.seen.iter().for_each(|gap| seen.push(number, gap).unwrap());
    }
    (files.finish().unwrap(), kept.finish().unwrap(), seen.finish().unwrap())
}

proptest! {
    #[test]
    fn row_by_row_is_the_same_as_all_at_once(all in prop::collection::vec(made(), 0..260)) {
        let entries: Vec<Whole> = all.iter().enumerate().map(|(n, made)| whole(n, made)).collect();
        let folder = tempfile::tempdir().unwrap();
        let (scanned, kept, seen) = set_aside(&entries, folder.path());
        let sums = Sums::over(&scanned, &kept, &seen).unwrap();
        let (mut files, mut kept, mut seen) = (Vec::new(), Vec::new(), Vec::new());
        for entry in entries {
            files.extend(entry.file);
            kept.extend(entry.kept);
            seen.extend(entry.seen);
        }
        prop_assert_eq!(sums.looked, looked(&files));
        prop_assert_eq!(sums.unread, unread(&files, kept.iter().chain(&seen)));
        prop_assert_eq!(sums.not_kept, kept_short(&kept));
        prop_assert_eq!(sums.worst.heaviest(), listed(&files));
        prop_assert_eq!(sums.gaps.groups(), group(&kept, &seen));
    }
}

#[test]
fn more_than_a_page_names_is_counted_and_the_same_ones_are_named() {
    let made = |n: u64| Whole {
        file: Some(file(format!("/s/{}", (n * 7919) % 2_003), 0, n * 31 % 17).into()),
        kept: Vec::new(),
        seen: vec![gap(format!("/s/{}", (n * 7919) % 2_003), (n % 3) as u8)],
    };
    let entries: Vec<Whole> = (0..2_000).map(made).collect();
    let folder = tempfile::tempdir().unwrap();
    let (scanned, kept, seen) = set_aside(&entries, folder.path());
    let sums = Sums::over(&scanned, &kept, &seen).unwrap();
    let gaps: Vec<Gap> = entries.iter().flat_map(|entry| entry.seen.clone()).collect();
    assert_eq!(sums.gaps.groups(), group(&[], &gaps));
    let found = sums.worst.heaviest();
    assert!(found.1 > 1_000);
    assert_eq!(found, listed(&entries.into_iter().filter_map(|entry| entry.file).collect::<Vec<_>>()));
}

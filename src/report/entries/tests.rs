//! Entry by entry comes to the same as all rows at once: the plain functions over whole lists are the oracle.

use std::collections::BTreeMap;

use proptest::prelude::*;

use super::*;
use crate::disk::rows::{RowPlace, RowsOut};
use crate::model::{GapKind, LookStatus};
use crate::report::files::with_findings;
use crate::report::gaps::group;

const KINDS: [GapKind; 5] = [
    GapKind::SpecialFile,
    GapKind::Encrypted,
    GapKind::OverLimit,
    GapKind::PermissionDenied,
    GapKind::ChangedDuringRead,
];

#[derive(Debug, Clone)]
struct Made {
    row: Option<(u8, u64, bool)>,
    /// Depth, status and findings of members.
    members: Vec<(u8, u8, u64)>,
    /// Kind, and which member it is about, if any.
    kept: Vec<u8>,
    seen: Vec<(u8, Option<u8>)>,
}

fn made() -> impl Strategy<Value = Made> {
    let row = prop::option::of((0u8..3, 0u64..4, any::<bool>()));
    let members = prop::collection::vec((0u8..3, 0u8..3, 0u64..3), 0..4);
    let seen = prop::collection::vec((0u8..5, prop::option::of(0u8..5)), 0..4);
    (row, members, prop::collection::vec(0u8..5, 0..3), seen).prop_map(|(row, members, kept, seen)| Made {
        row,
        members,
        kept,
        seen,
    })
}

fn status(n: u8) -> LookStatus {
    [LookStatus::Scanned, LookStatus::Partial, LookStatus::NotScanned][usize::from(n % 3)]
}

fn file(path: String, of: u8, found: u64) -> FileResult {
    let findings = if found > 0 { BTreeMap::from([("email".to_owned(), found)]) } else { BTreeMap::new() };
    FileResult { findings, status: status(of), ..FileResult::not_scanned(path) }
}

fn member(path: &str, at: usize, depth: u8) -> String {
    (0..=depth).fold(path.to_owned(), |path, level| format!("{path} ▸ m{}", if level == depth { at } else { 90 }))
}

fn gap(path: String, kind: u8) -> Gap {
    Gap { path, kind: KINDS[usize::from(kind) % KINDS.len()], reason: format!("why {}", kind % 2) }
}

/// The rows of one entry.
fn rows(n: usize, made: &Made) -> Entry {
    // In no order of names: the walk's order is not that of the shown paths.
    let path = format!("/s/{}-{n}", (n * 7919) % 31);
    let files = made.row.map(|(of, found, linked)| {
        let each = made
            .members
            .iter()
            .enumerate()
            .map(|(at, (depth, of, found))| file(member(&path, at, *depth), *of, *found));
        let hard_link_of = linked.then(|| "/s/first".to_owned());
        FileResult { hard_link_of, members: each.collect(), ..file(path.clone(), of, found) }
    });
    let about = |member_at: Option<u8>| match member_at {
        Some(at) => member(&path, usize::from(at), made.members.get(usize::from(at)).map_or(0, |m| m.0)),
        None => path.clone(),
    };
    Entry {
        files: files.into_iter().collect(),
        kept: made.kept.iter().map(|kind| gap(path.clone(), *kind)).collect(),
        seen: made.seen.iter().map(|(kind, at)| gap(about(*at), *kind)).collect(),
    }
}

fn listed<T: serde::Serialize>(
    entries: &[Entry],
    rows: impl Fn(&Entry) -> &Vec<T>,
    folder: &std::path::Path,
) -> Rows<T> {
    let mut out = RowsOut::new(&RowPlace { folder: Some(folder.to_path_buf()) });
    for (number, entry) in (0..).zip(entries) {
        rows(entry).iter().for_each(|row| out.push(number, row).unwrap());
    }
    out.finish().unwrap()
}

proptest! {
    #[test]
    fn entry_by_entry_is_the_same_as_all_at_once(all in prop::collection::vec(made(), 0..260)) {
        let entries: Vec<Entry> = all.iter().enumerate().map(|(n, made)| rows(n, made)).collect();
        let folder = tempfile::tempdir().unwrap();
        let sums = Sums::over(
            &listed(&entries, |entry| &entry.files, folder.path()),
            &listed(&entries, |entry| &entry.kept, folder.path()),
            &listed(&entries, |entry| &entry.seen, folder.path()),
        ).unwrap();
        let (mut files, mut kept, mut seen) = (Vec::new(), Vec::new(), Vec::new());
        for entry in entries {
            files.extend(entry.files);
            kept.extend(entry.kept);
            seen.extend(entry.seen);
        }
        prop_assert_eq!(sums.looked, looked(&files));
        prop_assert_eq!(sums.unread, unread(&files, kept.iter().chain(&seen)));
        prop_assert_eq!(sums.not_kept, kept_short(&kept));
        prop_assert_eq!(sums.worst.listed(), with_findings(&files));
        prop_assert_eq!(sums.gaps.groups(), group(&kept, &seen));
    }
}

#[test]
fn more_than_a_page_names_is_counted_and_the_same_ones_are_named() {
    let gaps: Vec<Gap> = (0..2_000).map(|n| gap(format!("/s/{}", (n * 7919) % 2_003), (n % 3) as u8)).collect();
    let files: Vec<FileResult> =
        (0..2_000u64).map(|n| file(format!("/s/{}", (n * 7919) % 2_003), 0, n * 31 % 17)).collect();
    let mut sums = Sums::default();
    for (file, gap) in files.iter().zip(&gaps) {
        sums.add(&Entry { files: vec![file.clone()], kept: Vec::new(), seen: vec![gap.clone()] });
    }
    assert_eq!(sums.gaps.groups(), group(&[], &gaps));
    let listed = sums.worst.listed();
    assert!(listed.1 > 1_000);
    assert_eq!(listed, with_findings(&files));
}

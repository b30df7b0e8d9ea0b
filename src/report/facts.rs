//! What the report says, in no language: decided once, so that page, JSON and terminal cannot disagree.

use std::collections::{BTreeMap, BTreeSet};

use serde::Serialize;

use super::ReportInput;
use super::assess::{Deadlines, Level, Weighed, deadlines, level, weigh};
use super::gaps::{GapGroup, group, hides_content, unread};
use super::kinds::{Rung, not_looked_for, place};
use crate::case::results::{FileResult, LookStatus};
use crate::model::EntityTally;

/// Files that the page names.
pub(super) const LISTED_FILES: usize = 200;

/// Everything that the three layouts draw from, beside the input itself.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Facts {
    /// The headline.
    pub(super) level: Level,
    /// Kinds that were looked for, in ladder order.
    pub(super) kinds: Vec<Kind>,
    /// Kinds that a reader would expect and that were not looked for.
    pub(super) not_looked_for: Vec<&'static str>,
    /// The duties, weighed.
    pub(super) duties: Vec<Weighed>,
    /// Dates, if the day of knowledge was given.
    pub(super) deadlines: Option<Deadlines>,
    /// How many files were looked at, and how.
    pub(super) looked: Looked,
    /// Whether nothing was looked at, or for nothing: then no number means anything.
    pub(super) blind: bool,
    /// Files, members and folders that were not, or only partly, read.
    pub(super) unread: u64,
    /// Entries whose content was not kept, or not whole.
    pub(super) not_kept: u64,
    /// Files with findings, most first.
    pub(super) files: Vec<FileResult>,
    /// Files with findings that are not in `files`; results/scan.json names them.
    pub(super) more_files: u64,
    /// Gaps by kind.
    pub(super) gaps: Vec<GapGroup>,
}

/// One kind that was looked for.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub(super) struct Kind {
    /// Entity id.
    pub(super) entity: String,
    /// Its rung.
    pub(super) rung: Rung,
    /// Its numbers.
    #[serde(flatten)]
    pub(super) tally: EntityTally,
}

/// Every file in exactly one of four: "none found" and "not looked at" never share a number.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize)]
pub(super) struct Looked {
    /// All files and members that were met.
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

impl Facts {
    pub(super) fn of(input: &ReportInput) -> Self {
        let looked = looked(&input.scan.files);
        let blind = looked.files == looked.not_looked_at || input.scan.entities.is_empty();
        let unread = unread(input);
        let duties = weigh(&input.scan, !blind, unread);
        let (files, more_files) = files(&input.scan.files);
        let kept_short: BTreeSet<&str> =
            input.collect.gaps.iter().filter(|gap| hides_content(gap.kind)).map(|gap| gap.path.as_str()).collect();
        Self {
            level: level(&input.scan, &duties, !blind, unread),
            kinds: kinds(input),
            not_looked_for: not_looked_for(|id| input.scan.entities.contains_key(id)).collect(),
            duties,
            deadlines: input.known_on.and_then(deadlines),
            looked,
            blind,
            unread,
            not_kept: kept_short.len() as u64,
            files,
            more_files,
            gaps: group(input),
        }
    }

    /// Whether a rule of this run looks for an entity.
    pub(super) fn looked_for(&self, entity: &str) -> bool {
        self.kinds.iter().any(|kind| kind.entity == entity)
    }
}

fn kinds(input: &ReportInput) -> Vec<Kind> {
    let row = |(entity, tally): (&String, &EntityTally)| Kind {
        entity: entity.clone(),
        rung: place(entity).0,
        tally: *tally,
    };
    let mut kinds: Vec<Kind> = input.scan.entities.iter().map(row).collect();
    kinds.sort_by(|a, b| (place(&a.entity), &a.entity).cmp(&(place(&b.entity), &b.entity)));
    kinds
}

fn looked(files: &[FileResult]) -> Looked {
    let mut looked = Looked { files: files.len() as u64, ..Looked::default() };
    for file in files {
        let slot = match file.status {
            _ if weight(file) > (0, 0) => &mut looked.with_findings,
            LookStatus::Scanned => &mut looked.none_found,
            LookStatus::Partial => &mut looked.partly_read,
            LookStatus::NotScanned => &mut looked.not_looked_at,
        };
        *slot += 1;
    }
    looked
}

/// Findings, then only possible ones.
fn weight(file: &FileResult) -> (u64, u64) {
    let sum = |counts: &BTreeMap<String, u64>| counts.values().fold(0_u64, |sum, n| sum.saturating_add(*n));
    (sum(&file.findings), sum(&file.possible))
}

fn files(all: &[FileResult]) -> (Vec<FileResult>, u64) {
    let mut found: Vec<&FileResult> = all.iter().filter(|file| weight(file) > (0, 0)).collect();
    found.sort_by(|a, b| weight(b).cmp(&weight(a)).then_with(|| a.path.cmp(&b.path)));
    let more = found.len().saturating_sub(LISTED_FILES) as u64;
    (found.into_iter().take(LISTED_FILES).cloned().collect(), more)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::report::tests::sample;

    #[test]
    fn every_file_is_in_one_of_the_four() {
        let facts = Facts::of(&sample::incident());
        let Looked { files, with_findings, none_found, partly_read, not_looked_at } = facts.looked;
        assert_eq!(files, with_findings + none_found + partly_read + not_looked_at);
        assert!(none_found > 0 && not_looked_at > 0);
    }

    #[test]
    fn files_come_most_findings_first_and_the_rest_is_counted() {
        let mut input = sample::incident();
        let like = input.scan.files[0].clone();
        input.scan.files.clear();
        for n in 0..250_u64 {
            let findings = [("email".to_owned(), n + 1)].into();
            input.scan.files.push(FileResult { path: format!("/f{n}"), findings, possible: [].into(), ..like.clone() });
        }
        let facts = Facts::of(&input);
        assert_eq!((facts.files.len(), facts.more_files), (200, 50));
        assert_eq!((facts.files[0].path.as_str(), facts.files[199].path.as_str()), ("/f249", "/f50"));
    }
}

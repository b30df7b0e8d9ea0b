//! What the report says, in no language: decided once, so that page, JSON and terminal cannot disagree.

use std::collections::BTreeSet;

use jiff::civil::Date;
use serde::Serialize;

use super::ReportInput;
use super::assess::{Deadlines, Level, Weighed, deadlines, level, weigh};
use super::files::{Listed, Looked, looked, unread, with_findings};
use super::gaps::{GapGroup, group, hides_content};
use super::kinds::{Rung, not_looked_for, place};
use crate::case::results::ScanResult;
use crate::model::{EntityTally, Gap};

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
    pub(super) files: Vec<Listed>,
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

impl Facts {
    /// The facts of a whole run.
    pub(super) fn of(input: &ReportInput) -> Self {
        Self::from(&input.scan, &input.collect.gaps, input.known_on)
    }

    /// The facts of a scan, with the gaps of the collection that went with it, if one did.
    pub(super) fn from(scan: &ScanResult, collect_gaps: &[Gap], known_on: Option<Date>) -> Self {
        let looked = looked(&scan.files);
        let blind = looked.files == looked.not_looked_at || scan.entities.is_empty();
        let unread = unread(&scan.files, collect_gaps.iter().chain(&scan.gaps), scan.subjects.unread);
        let duties = weigh(scan, !blind, unread);
        let (files, more_files) = with_findings(&scan.files);
        let kept_short: BTreeSet<&str> =
            collect_gaps.iter().filter(|gap| hides_content(gap.kind)).map(|gap| gap.path.as_str()).collect();
        Self {
            level: level(scan, &duties, !blind, unread),
            kinds: kinds(scan),
            not_looked_for: not_looked_for(|id| scan.entities.contains_key(id)).collect(),
            duties,
            deadlines: known_on.and_then(deadlines),
            looked,
            blind,
            unread,
            not_kept: kept_short.len() as u64,
            files,
            more_files,
            gaps: group(collect_gaps, &scan.gaps),
        }
    }

    /// Whether a rule of this run looks for an entity.
    pub(super) fn looked_for(&self, entity: &str) -> bool {
        self.kinds.iter().any(|kind| kind.entity == entity)
    }
}

fn kinds(scan: &ScanResult) -> Vec<Kind> {
    let row = |(entity, tally): (&String, &EntityTally)| Kind {
        entity: entity.clone(),
        rung: place(entity).0,
        tally: *tally,
    };
    let mut kinds: Vec<Kind> = scan.entities.iter().map(row).collect();
    kinds.sort_by(|a, b| (place(&a.entity), &a.entity).cmp(&(place(&b.entity), &b.entity)));
    kinds
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::report::files::Looked;
    use crate::report::tests::sample;

    #[test]
    fn every_file_is_in_one_of_the_four() {
        let facts = Facts::of(&sample::incident());
        let Looked { files, with_findings, none_found, partly_read, not_looked_at } = facts.looked;
        assert_eq!(files, with_findings + none_found + partly_read + not_looked_at);
        assert!(none_found > 0 && not_looked_at > 0);
    }

    #[test]
    fn a_scan_without_rules_knows_nothing() {
        let mut input = sample::nothing_found();
        input.scan.entities.clear();
        assert_eq!(Facts::of(&input).level, Level::NotLooked);
    }
}

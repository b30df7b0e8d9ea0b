//! What the report says, in no language: decided once, so that page, JSON and terminal cannot disagree.

use std::collections::BTreeMap;
use std::io;

use jiff::civil::Date;
use serde::Serialize;

use super::ReportInput;
use super::assess::{Deadlines, Level, deadlines, level};
use super::duties::{Weighed, weigh};
use super::entries::Sums;
use super::files::{Listed, Looked};
use super::gaps::GapGroup;
use super::kinds::{Rung, not_looked_for, place};
use super::open_lists::OpenLists;
use super::people;
use super::risky::{self, RiskyGroup};
use super::stored::Stored;
use super::words::people::beside;
use crate::case::results::{CollectResult, ScanResult};
use crate::model::{Breakdown, EntityTally, Lang, LeafPeople};

/// Everything that the three layouts draw from, beside the input itself. Made once: it reads all rows of the run.
#[derive(Debug, Clone, PartialEq)]
pub struct Facts {
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
    /// How what was read is stored.
    pub(super) stored: Stored,
    /// Messages that show many people to each other.
    pub(super) open_lists: OpenLists,
    /// Whether nothing was looked at, or for nothing: then no number means anything.
    pub(super) blind: bool,
    /// Files, members and folders that were not, or only partly, read.
    pub(super) unread: u64,
    /// Entries whose content was not kept, or not whole.
    pub(super) not_kept: u64,
    /// Files with findings, most first.
    pub(super) files: Vec<Listed>,
    /// People of the leaves among them, by path.
    pub(super) people_of: BTreeMap<String, LeafPeople>,
    /// Who had what.
    pub(super) who: Breakdown,
    /// Files with findings that are not in `files`; results/scan.json names them.
    pub(super) more_files: u64,
    /// What lies where it should not, by rule.
    pub(super) risky: Vec<RiskyGroup>,
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
    /// People of the estimate who have it.
    pub(super) people: u64,
    /// Its numbers.
    #[serde(flatten)]
    pub(super) tally: EntityTally,
}

impl Facts {
    /// The facts of a whole run.
    ///
    /// # Errors
    /// When its rows can not be read back.
    pub fn of(input: &ReportInput) -> io::Result<Self> {
        Self::from(&input.scan, Some(&input.collect), input.known_on)
    }

    /// The facts of a scan alone.
    ///
    /// # Errors
    /// When its rows can not be read back.
    pub fn of_scan(scan: &ScanResult) -> io::Result<Self> {
        Self::from(scan, None, None)
    }

    fn from(scan: &ScanResult, collect: Option<&CollectResult>, known_on: Option<Date>) -> io::Result<Self> {
        let sums = Sums::of(scan, collect)?;
        let looked = sums.looked;
        let blind = looked.files == looked.not_looked_at || scan.entities.is_empty();
        // Never fewer than the count of people says.
        let unread = sums.unread.max(scan.subjects.unread);
        let duties = weigh(scan, !blind, unread);
        let (files, more_files) = sums.worst.heaviest();
        Ok(Self {
            level: level(scan, &duties, !blind, unread),
            kinds: kinds(scan),
            not_looked_for: not_looked_for(|id| scan.entities.contains_key(id)).collect(),
            duties,
            deadlines: known_on.and_then(deadlines),
            looked,
            stored: sums.stored,
            open_lists: sums.open_lists,
            blind,
            unread,
            not_kept: sums.not_kept,
            people_of: people::of_listed(&scan.leaves, &files)?,
            who: scan.who.clone(),
            files,
            more_files,
            risky: risky::groups(&scan.risky_places)?,
            gaps: sums.gaps.groups(),
        })
    }

    /// Records, what is counted apart and what is to be looked at, in one line.
    pub(super) fn beside(&self, records: u64, lang: Lang) -> String {
        beside(records, self.who.apart.values().sum(), self.who.conflicts.values().sum(), lang)
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
        people: scan.who.by_kind.get(entity).copied().unwrap_or(0),
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
        let facts = Facts::of(&sample::incident()).unwrap();
        let Looked { files, with_findings, none_found, partly_read, not_looked_at } = facts.looked;
        assert_eq!(files, with_findings + none_found + partly_read + not_looked_at);
        assert!(none_found > 0 && not_looked_at > 0);
    }

    #[test]
    fn a_scan_without_rules_knows_nothing() {
        let mut input = sample::nothing_found();
        input.scan.entities.clear();
        assert_eq!(Facts::of(&input).unwrap().level, Level::NotLooked);
    }
}

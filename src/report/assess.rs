//! The answer in one word, and the days by which something is due.

use jiff::ToSpan;
use jiff::civil::Date;
use serde::Serialize;

use super::duties::{Touch, Weighed};
use crate::case::results::ScanResult;
use crate::model::is_apart;

/// The answer in one word, for the headline. The first that holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub(super) enum Level {
    /// No file was looked at: nothing is known.
    NotLooked,
    /// A reporting duty may be touched.
    DutyPossible,
    /// Personal data was found.
    Found,
    /// Only doubtful values were found.
    DoubtfulOnly,
    /// Nothing was found in what was read, and not everything was read.
    NothingInWhatWasRead,
    /// Nothing was found and everything was read.
    Nothing,
}

impl Level {
    /// Whether the deadlines of a report concern the reader.
    pub(super) fn calls_for_a_report(self) -> bool {
        matches!(self, Self::DutyPossible | Self::Found | Self::DoubtfulOnly)
    }
}

/// Decides the headline.
pub(super) fn level(scan: &ScanResult, weighed: &[Weighed], looked: bool, unread: u64) -> Level {
    let personal = || scan.entities.iter().filter(|(entity, _)| !is_apart(entity)).map(|(_, tally)| tally);
    let found = personal().any(|tally| tally.distinct > 0) || scan.subjects.at_least > 0;
    let doubtful = personal().any(|tally| tally.possible_distinct > 0) || scan.subjects.at_most > 0;
    if !looked {
        Level::NotLooked
    } else if weighed.iter().any(|one| one.duty.is_first() && one.touch == Touch::Possible) {
        Level::DutyPossible
    } else if found {
        Level::Found
    } else if doubtful {
        Level::DoubtfulOnly
    } else if unread > 0 {
        Level::NothingInWhatWasRead
    } else {
        Level::Nothing
    }
}

/// The days that follow from the day of knowledge, which is itself day 1; every calendar day counts.
///
/// Day 30 and day 60 stand as they fall: where one is a closed day the law moves it to the next open one, so what is shown
/// is never later than the deadline.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Deadlines {
    /// Day 1.
    pub(super) known_on: Date,
    /// Day 3: the early end of the guide for the preliminary report (速報).
    pub(super) day_3: Date,
    /// Day 5: its late end.
    pub(super) day_5: Date,
    /// Day 30: the full report (確報).
    pub(super) day_30: Date,
    /// Day 60: the full report where item 3 applies.
    pub(super) day_60: Date,
}

/// The deadlines; `None` for a date at the end of the calendar.
pub(super) fn deadlines(known_on: Date) -> Option<Deadlines> {
    let day = |number: i32| known_on.checked_add((number - 1).days()).ok();
    Some(Deadlines { known_on, day_3: day(3)?, day_5: day(5)?, day_30: day(30)?, day_60: day(60)? })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::report::duties::weigh;
    use crate::report::tests::sample;

    #[test]
    fn an_empty_scan_that_looked_at_nothing_is_no_all_clear() {
        let scan = sample::empty().scan;
        assert_eq!(level(&scan, &weigh(&scan, false, 0), false, 0), Level::NotLooked);
        assert_eq!(level(&scan, &weigh(&scan, true, 3), true, 3), Level::NothingInWhatWasRead);
        assert_eq!(level(&scan, &weigh(&scan, true, 0), true, 0), Level::Nothing);
    }

    #[test]
    fn postal_codes_and_company_numbers_alone_are_no_leak() {
        let mut scan = sample::empty().scan;
        for entity in ["postal_code", "corporate_number"] {
            scan.entities.insert(entity.to_owned(), sample::tally(9, 9, 1, 1));
        }
        assert_eq!(level(&scan, &weigh(&scan, true, 0), true, 0), Level::Nothing);
        scan.entities.insert("birth_date".to_owned(), sample::tally(1, 1, 0, 0));
        assert_eq!(level(&scan, &weigh(&scan, true, 0), true, 0), Level::Found);
    }

    #[test]
    fn the_day_of_knowledge_is_day_one() {
        let days = deadlines(jiff::civil::date(2026, 11, 21)).unwrap();
        assert_eq!(days.day_3, jiff::civil::date(2026, 11, 23));
        assert_eq!(days.day_5, jiff::civil::date(2026, 11, 25));
        assert_eq!(days.day_30, jiff::civil::date(2026, 12, 20));
        assert_eq!(days.day_60, jiff::civil::date(2027, 1, 19));
        assert_eq!(deadlines(Date::MAX), None);
    }
}

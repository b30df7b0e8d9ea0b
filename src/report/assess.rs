//! Which reporting duties might be touched, and why. Never a legal conclusion: each answer is "possible", "not seen in
//! what was read", "cannot be told", or "only a person can know".
//!
//! The rules: items 1–4 of article 7 of the Enforcement Rules of the Act on the Protection of Personal Information, and the
//! My Number Act's own rule. The duty covers suspicion too, and a count that cannot be fixed is taken at its maximum.

use jiff::ToSpan;
use jiff::civil::Date;
use serde::Serialize;

use crate::case::results::ScanResult;
use crate::model::{EntityTally, is_apart};

/// Item 4 begins with the 1,001st person: "more than a thousand" (千人を超える).
pub(super) const ITEM_4_PERSONS: u64 = 1_000;
/// The same for administrative organs and local governments (百人を超える), and for My Number (番号法).
pub(super) const HUNDRED_PERSONS: u64 = 100;

/// A rule under which a report may be due.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub(super) enum Duty {
    /// Article 7 item 1: special-care data (要配慮個人情報), from 1 person.
    Item1SpecialCare,
    /// Article 7 item 2: danger of property harm, from 1 person; a card number alone is enough.
    Item2Property,
    /// Article 7 item 3: an act with a wrongful purpose, from 1 person.
    Item3Wrongful,
    /// Article 7 item 4: more than 1,000 persons.
    Item4Thousand,
    /// My Number Act, article 29-4.
    MyNumber,
}

/// How far a duty may be touched.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub(super) enum Touch {
    /// It may apply.
    Possible,
    /// Only doubtful values speak for it: a person must look at them.
    Doubtful,
    /// Nothing speaks for it in what was read, but not everything could be read.
    Untold,
    /// Nothing speaks for it, and everything was read.
    NotSeen,
    /// No rule of this run looks for it.
    NotLookedFor,
    /// The facts that decide it are not in files: people must be asked.
    AskPeople,
}

/// One duty, weighed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub(super) struct Weighed {
    /// Which.
    pub(super) duty: Duty,
    /// How far.
    pub(super) touch: Touch,
    /// The numbers that decided it.
    pub(super) because: Because,
}

/// The numbers behind an answer.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub(super) enum Because {
    /// Distinct values, certain or likely, and only possible ones.
    Values {
        /// Certain or likely.
        distinct: u64,
        /// Only possible.
        possible: u64,
    },
    /// People.
    People {
        /// Lower bound.
        at_least: u64,
        /// Upper bound: the one that decides.
        at_most: u64,
    },
    /// Nothing that a file could show.
    OutsideFiles,
}

/// Weighs all five, those that a file can show first. `unread` counts what was not, or only partly, read.
pub(super) fn weigh(scan: &ScanResult, looked: bool, unread: u64) -> Vec<Weighed> {
    let cards = tally(scan, &["card", "card_number"]);
    let numbers = tally(scan, &["my_number"]);
    let special_care = tally(scan, &["sensitive"]);
    let people = &scan.subjects;
    let nothing = || if unread > 0 || !looked { Touch::Untold } else { Touch::NotSeen };
    let by_values = |tally: Option<EntityTally>| match tally {
        Some(tally) if tally.distinct > 0 => Touch::Possible,
        Some(tally) if tally.possible_distinct > 0 => Touch::Doubtful,
        Some(_) => nothing(),
        None => Touch::NotLookedFor,
    };
    let values = |tally: Option<EntityTally>| {
        let tally = tally.unwrap_or_default();
        Because::Values { distinct: tally.distinct, possible: tally.possible_distinct }
    };
    let item_4 = if people.at_most > ITEM_4_PERSONS { Touch::Possible } else { nothing() };
    let ask = |duty| Weighed { duty, touch: Touch::AskPeople, because: Because::OutsideFiles };
    vec![
        Weighed { duty: Duty::Item2Property, touch: by_values(cards), because: values(cards) },
        Weighed {
            duty: Duty::Item4Thousand,
            touch: item_4,
            because: Because::People { at_least: people.at_least, at_most: people.at_most },
        },
        Weighed { duty: Duty::MyNumber, touch: by_values(numbers), because: values(numbers) },
        // What no column names may be there all the same: then people must say.
        match by_values(special_care) {
            touch @ (Touch::Possible | Touch::Doubtful) => {
                Weighed { duty: Duty::Item1SpecialCare, touch, because: values(special_care) }
            }
            _ => ask(Duty::Item1SpecialCare),
        },
        ask(Duty::Item3Wrongful),
    ]
}

/// The tallies of an entity's names added up; `None` if no rule looked for any of them.
fn tally(scan: &ScanResult, ids: &[&str]) -> Option<EntityTally> {
    ids.iter().filter_map(|id| scan.entities.get(*id)).copied().reduce(|a, b| EntityTally {
        distinct: a.distinct.saturating_add(b.distinct),
        occurrences: a.occurrences.saturating_add(b.occurrences),
        possible_distinct: a.possible_distinct.saturating_add(b.possible_distinct),
        possible_occurrences: a.possible_occurrences.saturating_add(b.possible_occurrences),
    })
}

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
    } else if weighed.iter().any(|one| one.touch == Touch::Possible) {
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
    use crate::report::tests::sample;

    fn touch(scan: &ScanResult, duty: Duty, unread: u64) -> Touch {
        weigh(scan, true, unread).into_iter().find(|one| one.duty == duty).unwrap().touch
    }

    #[test]
    fn a_thousand_people_are_not_more_than_a_thousand() {
        let mut scan = sample::empty().scan;
        scan.subjects.at_most = 1_000;
        assert_eq!(touch(&scan, Duty::Item4Thousand, 0), Touch::NotSeen);
        assert_eq!(touch(&scan, Duty::Item4Thousand, 1), Touch::Untold);
        scan.subjects.at_most = 1_001;
        assert_eq!(touch(&scan, Duty::Item4Thousand, 0), Touch::Possible);
    }

    #[test]
    fn one_card_is_enough_and_a_doubtful_one_is_said_to_be_doubtful() {
        let mut scan = sample::empty().scan;
        let card = scan.entities.entry("card".to_owned()).or_default();
        card.possible_distinct = 1;
        assert_eq!(touch(&scan, Duty::Item2Property, 0), Touch::Doubtful);
        scan.entities.get_mut("card").unwrap().distinct = 1;
        assert_eq!(touch(&scan, Duty::Item2Property, 0), Touch::Possible);
        scan.entities.clear();
        assert_eq!(touch(&scan, Duty::Item2Property, 0), Touch::NotLookedFor);
    }

    #[test]
    fn an_empty_scan_that_looked_at_nothing_is_no_all_clear() {
        let scan = sample::empty().scan;
        assert_eq!(level(&scan, &weigh(&scan, false, 0), false, 0), Level::NotLooked);
        assert_eq!(level(&scan, &weigh(&scan, true, 3), true, 3), Level::NothingInWhatWasRead);
        assert_eq!(level(&scan, &weigh(&scan, true, 0), true, 0), Level::Nothing);
    }

    #[test]
    fn special_care_data_that_was_found_is_not_left_to_people() {
        let mut scan = sample::empty().scan;
        assert_eq!(touch(&scan, Duty::Item1SpecialCare, 0), Touch::AskPeople);
        scan.entities.insert("sensitive".to_owned(), sample::tally(3, 3, 0, 0));
        assert_eq!(touch(&scan, Duty::Item1SpecialCare, 0), Touch::Possible);
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

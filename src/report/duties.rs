//! The rules under which a report may be due, and at which of the three numbers of people each is reached. Never a legal conclusion.
//!
//! The rules: items 1–4 of article 7 of the Enforcement Rules of the Act on the Protection of Personal Information, item 4 as it is for
//! administrative organs (article 43), and the My Number Act's own. The duty covers suspicion too, and a number that can not be fixed is taken at its
//! maximum.

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
    /// Article 43: of administrative organs and local governments, more than 100 persons.
    Item4PublicBody,
    /// My Number Act, article 29-4: systems of its own, a wrongful purpose, seen by unspecified many; from 1 person.
    MyNumber,
    /// The same: more than 100 persons, whatever the case.
    MyNumberHundred,
}

impl Duty {
    /// It is reached by more people than this.
    fn more_than(self) -> u64 {
        match self {
            Self::Item4Thousand => ITEM_4_PERSONS,
            Self::Item4PublicBody | Self::MyNumberHundred => HUNDRED_PERSONS,
            _ => 0,
        }
    }

    /// Since when the rule is as it is weighed here.
    fn effective_from(self) -> &'static str {
        match self {
            // Widened to data that is about to be taken (web skimming).
            Self::Item3Wrongful => "2024-04-01",
            _ => "2022-04-01",
        }
    }

    /// Whether it is one of those that the first screen names: the others hold for some houses, or only say more of one that is named.
    pub(super) fn is_first(self) -> bool {
        !matches!(self, Self::Item4PublicBody | Self::MyNumberHundred)
    }
}

/// How far a duty may be touched.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub(super) enum Touch {
    /// It may apply.
    Possible,
    /// Only doubtful values speak for it: a person must look at them.
    Doubtful,
    /// What was found is not enough by itself.
    NotByItself,
    /// Nothing speaks for it in what was read, but not everything could be read.
    Untold,
    /// Nothing speaks for it, and everything was read.
    NotSeen,
    /// No rule of this run looks for it.
    NotLookedFor,
    /// The facts that decide it are not in files: people must be asked.
    AskPeople,
}

/// The strictest of the three numbers of people at which a rule is reached.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub(super) enum Reached {
    /// Even by the least.
    AtLeast,
    /// By the estimate, not by the least.
    Estimate,
    /// By the most alone.
    AtMost,
    /// By none of them; but something was not read.
    Open,
    /// By none of them.
    Not,
}

impl Reached {
    /// Whether more people than so many are there.
    fn of(people: People, more_than: u64, unread: u64) -> Self {
        match people {
            people if people.at_least > more_than => Self::AtLeast,
            people if people.estimate > more_than => Self::Estimate,
            people if people.at_most > more_than => Self::AtMost,
            _ if unread > 0 => Self::Open,
            _ => Self::Not,
        }
    }
}

/// People whom a rule counts.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize)]
pub(super) struct People {
    /// Lower bound.
    pub(super) at_least: u64,
    /// Best estimate.
    pub(super) estimate: u64,
    /// Upper bound: the one that decides, of what was read.
    pub(super) at_most: u64,
}

/// A kind of data that speaks for a rule.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub(super) struct Speaks {
    /// Its entity.
    pub(super) entity: String,
    /// People of the estimate who have it.
    pub(super) people: u64,
    /// Different values, likely or certain.
    pub(super) distinct: u64,
    /// Different values that are only possible.
    pub(super) possible_distinct: u64,
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
    /// It is reached by more people than this.
    pub(super) more_than: u64,
    /// By which number of people it is reached; null where files can not show it.
    pub(super) reached: Option<Reached>,
    /// The kinds of data that make it so, those of most people first.
    pub(super) kinds: Vec<Speaks>,
    /// Since when the rule is as it is weighed here.
    pub(super) effective_from: &'static str,
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
    People(People),
    /// Nothing that a file could show.
    OutsideFiles,
}

/// What a login is known by. Together with a password it lets somebody in.
const LOGINS: &[&str] = &["email", "member_id", "employee_id", "student_id", "patient_id"];
/// What is not property harm by itself: an account number, and the last digits of a card with its expiry.
const NOT_BY_ITSELF: &[&str] = &["bank_account", "card_last4", "card_expiry", "password", "password_hash"];
/// Kinds that are named of a rule about people.
const KINDS: usize = 6;

/// Weighs all, those that a file can show first. `unread` counts what was not, or only partly, read.
pub(super) fn weigh(scan: &ScanResult, looked: bool, unread: u64) -> Vec<Weighed> {
    let scale = Scale { scan, looked, unread };
    let special_care = scale.by_kinds(Duty::Item1SpecialCare, &["sensitive"]);
    vec![
        scale.property(),
        scale.by_people(Duty::Item4Thousand),
        scale.by_kinds(Duty::MyNumber, &["my_number"]),
        // What no column names may be there all the same: then people must say.
        if matches!(special_care.touch, Touch::Possible | Touch::Doubtful) {
            special_care
        } else {
            scale.ask(Duty::Item1SpecialCare)
        },
        scale.ask(Duty::Item3Wrongful),
        scale.by_people(Duty::Item4PublicBody),
        scale.by_kinds(Duty::MyNumberHundred, &["my_number"]),
    ]
}

struct Scale<'a> {
    scan: &'a ScanResult,
    looked: bool,
    unread: u64,
}

impl Scale<'_> {
    /// What is said where nothing speaks for a rule.
    fn nothing(&self) -> Touch {
        if self.unread > 0 || !self.looked { Touch::Untold } else { Touch::NotSeen }
    }

    fn weighed(&self, duty: Duty, touch: Touch, because: Because) -> Weighed {
        let (more_than, effective_from) = (duty.more_than(), duty.effective_from());
        Weighed { duty, touch, because, more_than, reached: None, kinds: Vec::new(), effective_from }
    }

    fn ask(&self, duty: Duty) -> Weighed {
        self.weighed(duty, Touch::AskPeople, Because::OutsideFiles)
    }

    /// A rule about how many people there are.
    fn by_people(&self, duty: Duty) -> Weighed {
        let subjects = &self.scan.subjects;
        let people = People { at_least: subjects.at_least, estimate: subjects.estimate, at_most: subjects.at_most };
        let reached = Reached::of(people, duty.more_than(), self.open());
        let touch = match reached {
            Reached::AtLeast | Reached::Estimate | Reached::AtMost => Touch::Possible,
            Reached::Open | Reached::Not => self.nothing(),
        };
        let mut kinds: Vec<Speaks> =
            self.scan.who.by_kind.keys().filter(|entity| !is_apart(entity)).map(|entity| self.speaks(entity)).collect();
        kinds.sort_by(|a, b| b.people.cmp(&a.people).then_with(|| a.entity.cmp(&b.entity)));
        kinds.truncate(KINDS);
        Weighed { reached: Some(reached), kinds, ..self.weighed(duty, touch, Because::People(people)) }
    }

    /// A rule about kinds of data, each of which is enough.
    fn by_kinds(&self, duty: Duty, enough: &[&str]) -> Weighed {
        let kinds: Vec<Speaks> = enough.iter().filter_map(|entity| self.looked_for(entity)).collect();
        let looked_for = !kinds.is_empty();
        let (distinct, possible) = sums(&kinds);
        // Each number of this kind is one person's. Who has it may be told apart less well, never better.
        let least = if duty.more_than() == 0 { distinct.min(1) } else { distinct };
        let estimate = kinds.iter().map(|kind| kind.people).max().unwrap_or(0).min(distinct).max(least);
        let people = People { at_least: least, estimate, at_most: distinct.saturating_add(possible) };
        self.judged(duty, people, looked_for, kinds)
    }

    /// Item 2: card numbers, and passwords beside what a login is known by.
    fn property(&self) -> Weighed {
        let duty = Duty::Item2Property;
        let cards: Vec<Speaks> = ["card", "card_number"].iter().filter_map(|entity| self.looked_for(entity)).collect();
        let looked_for = !cards.is_empty();
        let pairs = self.pairs("password");
        let hashed = self.pairs("password_hash");
        let mut kinds: Vec<Speaks> = cards.into_iter().filter(|kind| kind.any() > 0).collect();
        let (cards, possible) = sums(&kinds);
        let sure = cards.saturating_add(if self.is_likely("password") { pairs } else { 0 });
        for (entity, pairs) in [("password", pairs), ("password_hash", hashed)] {
            kinds.extend((pairs > 0).then(|| Speaks { people: pairs, ..self.speaks(entity) }));
        }
        // Sets of kinds that are not listed may hold a pair.
        let unlisted = self.scan.who.by_kinds_more > 0 && self.is_likely("password");
        let doubtful = possible.saturating_add(hashed).saturating_add(pairs).saturating_add(u64::from(unlisted));
        let people =
            People { at_least: sure.min(1), estimate: sure.min(1), at_most: sure.saturating_add(doubtful).min(1) };
        let mut weighed = self.judged(duty, people, looked_for, kinds);
        if weighed.kinds.is_empty() {
            let beside =
                NOT_BY_ITSELF.iter().filter_map(|entity| self.looked_for(entity)).filter(|kind| kind.any() > 0);
            weighed.kinds = beside.collect();
            if !weighed.kinds.is_empty() && weighed.touch == Touch::NotSeen {
                weighed.touch = Touch::NotByItself;
            }
        }
        weighed
    }

    fn judged(&self, duty: Duty, people: People, looked_for: bool, kinds: Vec<Speaks>) -> Weighed {
        let reached = Reached::of(people, duty.more_than(), self.open());
        let touch = match reached {
            Reached::AtLeast | Reached::Estimate => Touch::Possible,
            Reached::AtMost => Touch::Doubtful,
            Reached::Open | Reached::Not if looked_for => self.nothing(),
            Reached::Open | Reached::Not => Touch::NotLookedFor,
        };
        let (distinct, possible) = sums(&kinds);
        let kinds = kinds.into_iter().filter(|kind| kind.any() > 0).collect();
        let reached = looked_for.then_some(reached);
        Weighed { reached, kinds, ..self.weighed(duty, touch, Because::Values { distinct, possible }) }
    }

    /// How much was not read, or at least one thing where nothing was looked at.
    fn open(&self) -> u64 {
        self.unread.max(u64::from(!self.looked))
    }

    /// People who have this and something that a login is known by.
    fn pairs(&self, with: &str) -> u64 {
        let has = |kinds: &[String], wanted: &str| kinds.iter().any(|kind| kind == wanted);
        let is_pair = |kinds: &[String]| has(kinds, with) && LOGINS.iter().any(|login| has(kinds, login));
        self.scan.who.by_kinds.iter().filter(|set| is_pair(&set.kinds)).map(|set| set.people).sum()
    }

    fn is_likely(&self, entity: &str) -> bool {
        self.scan.entities.get(entity).is_some_and(|tally| tally.distinct > 0)
    }

    /// A kind with its numbers, if a rule looked for it.
    fn looked_for(&self, entity: &str) -> Option<Speaks> {
        self.scan.entities.contains_key(entity).then(|| self.speaks(entity))
    }

    fn speaks(&self, entity: &str) -> Speaks {
        let EntityTally { distinct, possible_distinct, .. } =
            self.scan.entities.get(entity).copied().unwrap_or_default();
        let people = self.scan.who.by_kind.get(entity).copied().unwrap_or(0);
        Speaks { entity: entity.to_owned(), people, distinct, possible_distinct }
    }
}

impl Speaks {
    fn any(&self) -> u64 {
        self.distinct.saturating_add(self.possible_distinct)
    }
}

/// Different values of all of them: likely ones, and those that are only possible.
fn sums(kinds: &[Speaks]) -> (u64, u64) {
    kinds.iter().fold((0, 0), |(distinct, possible), kind| {
        (distinct.saturating_add(kind.distinct), possible.saturating_add(kind.possible_distinct))
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::KindsOfPeople;
    use crate::report::tests::sample;

    fn weighed(scan: &ScanResult, duty: Duty, unread: u64) -> Weighed {
        weigh(scan, true, unread).into_iter().find(|one| one.duty == duty).unwrap()
    }

    fn touch(scan: &ScanResult, duty: Duty, unread: u64) -> Touch {
        weighed(scan, duty, unread).touch
    }

    fn set(scan: &mut ScanResult, kinds: &[&str], people: u64) {
        let kinds: Vec<String> = kinds.iter().map(|&kind| kind.to_owned()).collect();
        for kind in &kinds {
            *scan.who.by_kind.entry(kind.clone()).or_default() += people;
            scan.entities.insert(kind.clone(), sample::tally(people, people, 0, 0));
        }
        scan.who.by_kinds.push(KindsOfPeople { kinds, people });
    }

    #[test]
    fn a_thousand_people_are_not_more_than_a_thousand_at_any_level() {
        for (duty, last) in [(Duty::Item4Thousand, 1_000), (Duty::Item4PublicBody, 100)] {
            for (numbers, reached) in [
                ([last, last, last], Reached::Not),
                ([last, last, last + 1], Reached::AtMost),
                ([last, last + 1, last + 1], Reached::Estimate),
                ([last + 1, last + 1, last + 1], Reached::AtLeast),
            ] {
                let mut scan = sample::empty().scan;
                let people = &mut scan.subjects;
                (people.at_least, people.estimate, people.at_most) = (numbers[0], numbers[1], numbers[2]);
                let at = weighed(&scan, duty, 0);
                assert_eq!((at.reached, at.more_than), (Some(reached), last), "{numbers:?}");
                let want = if reached == Reached::Not { Touch::NotSeen } else { Touch::Possible };
                assert_eq!(at.touch, want, "the most decides: {numbers:?}");
                let open = weighed(&scan, duty, 1);
                let is_open = reached == Reached::Not;
                assert_eq!(open.reached, Some(if is_open { Reached::Open } else { reached }));
                assert_eq!(open.touch, if is_open { Touch::Untold } else { Touch::Possible });
            }
        }
    }

    #[test]
    fn a_hundred_my_numbers_are_not_more_than_a_hundred() {
        for (distinct, possible, reached) in
            [(100, 0, Reached::Not), (100, 1, Reached::AtMost), (101, 0, Reached::AtLeast)]
        {
            let mut scan = sample::empty().scan;
            scan.entities.insert("my_number".to_owned(), sample::tally(distinct, distinct, possible, possible));
            assert_eq!(weighed(&scan, Duty::MyNumberHundred, 0).reached, Some(reached), "{distinct} {possible}");
            assert_eq!(weighed(&scan, Duty::MyNumber, 0).reached, Some(Reached::AtLeast), "one is enough");
        }
    }

    #[test]
    fn one_card_is_enough_and_a_doubtful_one_is_said_to_be_doubtful() {
        let mut scan = sample::empty().scan;
        let card = scan.entities.entry("card".to_owned()).or_default();
        card.possible_distinct = 1;
        let doubtful = weighed(&scan, Duty::Item2Property, 0);
        assert_eq!((doubtful.touch, doubtful.reached), (Touch::Doubtful, Some(Reached::AtMost)));
        scan.entities.get_mut("card").unwrap().distinct = 1;
        let sure = weighed(&scan, Duty::Item2Property, 0);
        assert_eq!((sure.touch, sure.reached), (Touch::Possible, Some(Reached::AtLeast)));
        assert_eq!(sure.kinds.iter().map(|kind| kind.entity.as_str()).collect::<Vec<_>>(), ["card"]);
        scan.entities.clear();
        assert_eq!(touch(&scan, Duty::Item2Property, 0), Touch::NotLookedFor);
    }

    #[test]
    fn last_digits_and_account_numbers_are_not_enough_and_are_named_all_the_same() {
        let mut scan = sample::empty().scan;
        set(&mut scan, &["person_name", "card_last4", "card_expiry"], 9);
        set(&mut scan, &["person_name", "bank_account"], 5);
        let found = weighed(&scan, Duty::Item2Property, 0);
        assert_eq!((found.touch, found.reached), (Touch::NotByItself, Some(Reached::Not)));
        let named: Vec<_> = found.kinds.iter().map(|kind| kind.entity.as_str()).collect();
        assert_eq!(named, ["bank_account", "card_last4", "card_expiry"]);
        assert_eq!(touch(&scan, Duty::Item2Property, 1), Touch::Untold, "a card may be in what was not read");
    }

    #[test]
    fn a_password_counts_beside_what_a_login_is_known_by() {
        let mut alone = sample::empty().scan;
        set(&mut alone, &["password"], 3);
        assert_eq!(touch(&alone, Duty::Item2Property, 0), Touch::NotByItself);
        for login in LOGINS {
            let mut scan = sample::empty().scan;
            set(&mut scan, &[login, "password"], 3);
            let pair = weighed(&scan, Duty::Item2Property, 0);
            assert_eq!((pair.touch, pair.reached), (Touch::Possible, Some(Reached::AtLeast)), "{login}");
            assert_eq!((pair.kinds[0].entity.as_str(), pair.kinds[0].people), ("password", 3));
            let mut hashed = sample::empty().scan;
            set(&mut hashed, &[login, "password_hash"], 3);
            assert_eq!(touch(&hashed, Duty::Item2Property, 0), Touch::Doubtful, "somebody must look how it is hashed");
        }
    }

    #[test]
    fn special_care_data_that_was_found_is_not_left_to_people() {
        let mut scan = sample::empty().scan;
        assert_eq!(touch(&scan, Duty::Item1SpecialCare, 0), Touch::AskPeople);
        scan.entities.insert("sensitive".to_owned(), sample::tally(3, 3, 0, 0));
        assert_eq!(touch(&scan, Duty::Item1SpecialCare, 0), Touch::Possible);
    }

    #[test]
    fn a_rule_about_people_says_which_kinds_they_have() {
        let mut scan = sample::empty().scan;
        scan.subjects.at_most = 1_001;
        set(&mut scan, &["email", "postal_code"], 900);
        set(&mut scan, &["phone"], 101);
        let kinds = weighed(&scan, Duty::Item4Thousand, 0).kinds;
        assert_eq!(
            kinds.iter().map(|kind| (kind.entity.as_str(), kind.people)).collect::<Vec<_>>(),
            [("email", 900), ("phone", 101)]
        );
    }

    #[test]
    fn each_rule_says_since_when_it_is_so() {
        let all = weigh(&sample::empty().scan, true, 0);
        assert!(all.iter().all(|one| one.effective_from.parse::<jiff::civil::Date>().is_ok()));
    }
}

//! Made-up records in any number, the same in every run: numbers in place of values, as a count sees them.
//!
//! Ten thousand records a file. Of twenty files sixteen are tables, three are logs (a line for each record, half of them said before) and one is a copy of the
//! file before it. Six people to ten records, who come again in other files; three of them share a landline and an address; some have a second mail address,
//! a new telephone, or the name of somebody else; one record in fifty has a switchboard in place of the landline.

use crate::count::{Fact, FactKind, Identifier};
use crate::model::{Bond, Confidence, LinkClass};

/// Records in one file.
const FILE: u64 = 10_000;
/// Files after which their kinds come again.
const ROUND: u64 = 20;

/// What records are made of, by their numbers.
const ENTITIES: [&str; 8] =
    ["person_name", "name_kana", "birth_date", "postal_code", "address", "email", "phone", "card"];
const MEMBER: u16 = 8;
const OTHER: u16 = 9;

/// The entities, by their numbers.
pub(super) fn entities() -> Vec<String> {
    ENTITIES.into_iter().chain(["member_id", "sensitive"]).map(str::to_owned).collect()
}

/// One record.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Made {
    pub leaf: String,
    pub bond: Option<Bond>,
    pub place: (u64, u64),
    pub ids: Vec<Identifier>,
    pub facts: Vec<Fact>,
}

/// All records of a crowd.
#[derive(Debug, Clone, Copy)]
pub(super) struct Crowd {
    /// How many people there may be.
    people: u64,
    /// Values in a record.
    identifiers: usize,
}

/// Two numbers into one that looks like chance (SplitMix64).
fn mixed(a: u64, b: u64) -> u64 {
    let mut z = a.wrapping_add(b.wrapping_mul(0x9e37_79b9_7f4a_7c15)).wrapping_add(0x1234_5678_9abc_def1);
    z = (z ^ z >> 30).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    z = (z ^ z >> 27).wrapping_mul(0x94d0_49bb_1331_11eb);
    z ^ z >> 31
}

/// What stands for a value.
fn key(entity: u16, value: u64) -> u64 {
    mixed(value, u64::from(entity) + 1)
}

fn fact_key(kind: FactKind, parts: &[u64]) -> u64 {
    parts.iter().fold(kind as u64 + 100, |all, &part| mixed(part, all))
}

impl Crowd {
    pub(super) fn new(records: u64, identifiers: u16) -> Self {
        Self { people: (records / 10 * 6).max(1), identifiers: usize::from(identifiers) }
    }

    /// The record with this number.
    pub(super) fn record(self, number: u64) -> Made {
        let (file, at) = (number / FILE, number % FILE);
        let of_round = file % ROUND;
        let (content, name) = match of_round {
            19 => (file - 1, format!("copies/list-{:06}.csv", file - 1)),
            3 | 9 | 15 => (file, format!("logs/access-{file:06}.log")),
            _ => (file, format!("lists/list-{file:06}.csv")),
        };
        let is_log = matches!(of_round, 3 | 9 | 15);
        // Half of a log says what it said before.
        let said = if is_log && at % 2 == 1 { at / 4 * 2 } else { at };
        let chance = mixed(content * FILE + said, 7);
        let person = chance % self.people;
        let (ids, facts) = self.of_person(person, chance >> 40, content);
        Made {
            leaf: name,
            bond: Some(if is_log { Bond::Line } else { Bond::Row }),
            place: (at * 200, at + 1),
            ids,
            facts,
        }
    }

    fn of_person(self, person: u64, chance: u64, file: u64) -> (Vec<Identifier>, Vec<Fact>) {
        let household = person / 3;
        let name = mixed(person, 1) % 4_000_000;
        let (given, birth) = (name % 2_000, mixed(person, 2) % 25_000);
        let mail = if chance.is_multiple_of(20) { person + (1 << 40) } else { person };
        let mobile = if chance % 50 == 1 { person + (1 << 41) } else { person };
        let landline = (1 << 42) + if chance % 50 == 2 { person % 10 } else { household + 10 };
        let values = [
            (0, name, LinkClass::Weak),
            (1, name, LinkClass::None),
            (2, birth, LinkClass::None),
            (3, household % 120_000, LinkClass::None),
            (4, household, LinkClass::Weak),
            (5, mail, LinkClass::Strong),
            (6, mobile, LinkClass::Strong),
            (6, landline, LinkClass::Weak),
            (7, person, LinkClass::Strong),
            // The number of a system is that of its file.
            (MEMBER, person * 64 + file % 64, LinkClass::Weak),
        ];
        let mut ids: Vec<Identifier> =
            values.into_iter().take(self.identifiers).map(|(entity, value, class)| id(entity, value, class)).collect();
        while ids.len() < self.identifiers {
            ids.push(id(OTHER, mixed(person, ids.len() as u64), LinkClass::None));
        }
        let say = |kind, of, parts: &[u64]| Fact { kind, of, key: fact_key(kind, parts) };
        let (phone, place) = (key(6, mobile), key(4, household));
        let facts = [
            say(FactKind::Name, 0, &[name]),
            say(FactKind::Given, 0, &[given]),
            say(FactKind::NameBirth, 0, &[name, birth]),
            say(FactKind::NamePhone, 0, &[name, phone]),
            say(FactKind::NamePlace, 0, &[name, place]),
            say(FactKind::Whole, 0, &[name, birth, phone]),
            say(FactKind::Slip, 0, &[0, given, birth]),
            say(FactKind::Slip, 0, &[1, name / 2_000, birth]),
            say(FactKind::Slip, 0, &[2, name, birth]),
            say(FactKind::Slip, 0, &[3, name, birth / 30]),
            say(FactKind::Slip, 0, &[4, name, birth % 365]),
            say(FactKind::Slip, 0, &[5, name, birth / 365 * 32 + birth % 31]),
            say(FactKind::Kana, 1, &[name]),
            say(FactKind::KanaPhone, 1, &[name, phone]),
            say(FactKind::Domain, 5, &[person % 40]),
        ];
        let facts = facts.into_iter().filter(|fact| usize::from(fact.of) < ids.len()).collect();
        (ids, facts)
    }
}

fn id(entity: u16, value: u64, class: LinkClass) -> Identifier {
    Identifier { entity, key: key(entity, value), class, confidence: Confidence::Certain, doubt: None, is_aside: false }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn records_are_the_same_each_time_and_a_copy_says_what_the_file_before_it_says() {
        let crowd = Crowd::new(1_000_000, 10);
        for number in [0, 7, 31_003, 180_005, 199_999] {
            assert_eq!(crowd.record(number), crowd.record(number));
            assert_eq!(crowd.record(number).ids.len(), 10);
        }
        let (list, copy) = (crowd.record(18 * FILE + 5), crowd.record(19 * FILE + 5));
        assert_ne!(list.leaf, copy.leaf);
        assert_eq!((&list.ids, &list.facts), (&copy.ids, &copy.facts));
        assert_eq!(crowd.record(3 * FILE + 9).ids, crowd.record(3 * FILE + 4).ids);
        assert_eq!(Crowd::new(10, 14).record(3).ids.len(), 14);
    }
}

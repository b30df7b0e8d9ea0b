//! Any records: with facts, numbers of systems, hubs, offices and staff, in several leaves of which some are copies.

use super::super::super::facts::FactKind;
use super::super::super::scratch::{Room, Scratch};
use super::*;

const NAME: u16 = 4;
const BIRTH: u16 = 5;
const MEMBER: u16 = 6;
const CORPORATE: u16 = 7;
const OWN_DOMAIN: u64 = 77;

/// A record and the leaf that it stands in.
#[derive(Debug, Clone)]
struct Made {
    leaf: u8,
    bond: Bond,
    row: Option<u64>,
    ids: Vec<Identifier>,
    facts: Vec<Fact>,
}

/// A value with what is known of it. Few different ones, so that all meet: but enough addresses for a hub.
fn any_value() -> impl Strategy<Value = (Identifier, Vec<(FactKind, u64)>)> {
    let confidence =
        prop_oneof![1 => Just(Confidence::Possible), 2 => Just(Confidence::Likely), 4 => Just(Confidence::Certain)];
    (0_u16..8, 0_u64..40, any::<bool>(), confidence).prop_map(|(entity, value, is_shared, confidence)| {
        let (value, class) = match entity {
            EMAIL => (value, LinkClass::Strong),
            PHONE if is_shared => (1_000 + value % 4, LinkClass::Weak),
            PHONE => (value % 6, LinkClass::Strong),
            MY_NUMBER => (value % 9, LinkClass::Primary),
            CARD => (value % 7, LinkClass::Strong),
            NAME => (value % 8, LinkClass::Weak),
            MEMBER => (value % 12, LinkClass::Weak),
            _ => (value % 5, LinkClass::None),
        };
        // What is known of a value is the same wherever it stands.
        let (mut facts, more) = (Vec::new(), mix(value, u64::from(entity)) % 12);
        match (entity, more) {
            (NAME, 0) => {}
            (NAME, 1) => facts.push((FactKind::Latin, value)),
            (NAME, 2) => facts.push((FactKind::Kana, value % 5)),
            (NAME, 3) => facts.extend([(FactKind::Name, value), (FactKind::Short, value)]),
            (NAME, _) => facts.extend([(FactKind::Name, value), (FactKind::Given, value % 3)]),
            (EMAIL, 0) => facts.push((FactKind::RoleAddress, 0)),
            (EMAIL, 1) => facts.push((FactKind::Domain, OWN_DOMAIN)),
            (PHONE | BIRTH, 0) => facts.push((FactKind::Dummy, 0)),
            (EMAIL, 2) => facts.push((FactKind::Example, 0)),
            _ => {}
        }
        (id(entity, value, class, confidence), facts)
    })
}

fn any_made() -> impl Strategy<Value = Made> {
    let bond = prop_oneof![1 => Just(Bond::Loose), 1 => Just(Bond::Line), 3 => Just(Bond::Row)];
    (bond, 0_u8..4, 0_u64..3, prop::collection::vec(any_value(), 1..6)).prop_map(|(bond, leaf, salt, values)| {
        let ids: Vec<Identifier> = values.iter().map(|value| value.0).collect();
        let fact = |kind: FactKind, of: usize, key: u64| Fact { kind, of: of as u16, key: mix(key, kind as u64 + 50) };
        let mut facts: Vec<Fact> = Vec::new();
        for (of, (_, of_value)) in values.iter().enumerate() {
            facts.extend(of_value.iter().map(|&(kind, key)| match kind {
                FactKind::Domain => Fact { kind, of: of as u16, key },
                _ => fact(kind, of, key),
            }));
        }
        // What a name and another value say together, as facts() does.
        if let Some((of, name)) = ids.iter().enumerate().find(|(_, id)| id.entity == NAME) {
            for other in &ids {
                let together = mix(name.key, other.key);
                match other.entity {
                    BIRTH => facts.extend([
                        fact(FactKind::NameBirth, of, together),
                        fact(FactKind::Slip, of, mix(name.key % 3, other.key)),
                        fact(FactKind::Slip, of, mix(name.key, other.key % 2)),
                    ]),
                    PHONE => facts.extend([
                        fact(FactKind::NamePhone, of, together),
                        fact(FactKind::KanaPhone, of, together),
                        fact(FactKind::Whole, of, together),
                    ]),
                    CORPORATE => facts.push(fact(FactKind::NamePlace, of, together)),
                    _ => {}
                }
            }
        }
        let row = ids.iter().fold(salt, |all, id| all.wrapping_mul(31).wrapping_add(id.key));
        Made { leaf, bond, row: (bond == Bond::Row).then_some(row), ids, facts }
    })
}

/// Some records, and perhaps a copy of one leaf.
fn any_records(most: usize) -> impl Strategy<Value = Vec<Made>> {
    (prop::collection::vec(any_made(), 0..most), 0_u8..6).prop_map(|(mut records, copied)| {
        let copy = |made: &Made| Made { leaf: 9, ..made.clone() };
        let again: Vec<Made> = records.iter().filter(|made| made.leaf == copied).map(copy).collect();
        records.extend(again);
        records
    })
}

/// What counting may take, and how much of a scratch comes back at once.
struct Tight(Room);

impl ScratchPlace for Tight {
    fn scratch(&self) -> Box<dyn Scratch> {
        Box::new(Vec::new())
    }

    fn room(&self) -> Room {
        self.0
    }
}

const WIDE: Room = Room { mentions: u64::MAX, ..Room::DISK };

/// The count with its rows: leaves and people.
fn counted(room: Room, records: &[Made]) -> (Counted, Vec<LeafPeople>, Vec<Person>) {
    let asked = Asked {
        sites: vec![("shop".to_owned(), "0/".to_owned()), ("tax".to_owned(), "1/".to_owned())],
        own_domains: vec![OWN_DOMAIN],
    };
    let mut people = People::new(&entities(), Box::new(Tight(room)), asked);
    for (at, made) in (1..).zip(records) {
        let leaf = format!("{}/list.csv", made.leaf);
        let Made { bond, row, ref ids, ref facts, .. } = *made;
        people.record(Entry { leaf: &leaf, bond, row, place: (at * 10, at), ids, facts }).unwrap();
    }
    let (mut leaves, mut persons) = (Vec::new(), Vec::new());
    let mut leaf = |row| {
        leaves.push(row);
        Ok(())
    };
    let mut person = |row| {
        persons.push(row);
        Ok(())
    };
    let counted = people.finish(0, Rows { leaf: Some(&mut leaf), person: Some(&mut person), value: None }).unwrap();
    (counted, leaves, persons)
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(150))]

    #[test]
    fn the_three_numbers_are_nested_everywhere(records in any_records(120)) {
        let (counted, leaves, persons) = counted(WIDE, &records);
        let s = &counted.subjects;
        prop_assert!(s.at_least <= s.estimate && s.estimate <= s.at_most, "{s:?}");
        for leaf in &leaves {
            prop_assert!(leaf.at_least <= leaf.estimate && leaf.estimate <= leaf.at_most, "{leaf:?}");
            prop_assert!(leaf.at_most <= s.at_most + s.estimate, "{leaf:?} of {s:?}");
        }
        for (name, [least, mid, most]) in &counted.sites {
            prop_assert!(least <= mid && mid <= most, "{name}: {least} {mid} {most}");
        }
        // Each person of the estimate once, and of each what they had.
        let refused = s.estimate.saturating_sub(persons.len() as u64);
        prop_assert_eq!(persons.len() as u64, counted.kinds.values().sum::<u64>());
        prop_assert!(persons.len() as u64 <= s.at_most && refused <= s.conflicts + s.estimate);
        prop_assert!(persons.iter().zip(1..).all(|(person, number)| person.number == number && person.leaves > 0));
    }

    #[test]
    fn however_little_is_sorted_at_once_the_count_is_the_same(records in any_records(80), sort in 0_usize..3_000) {
        prop_assert_eq!(counted(WIDE, &records), counted(Room { sort, ..WIDE }, &records));
    }

    #[test]
    fn without_room_all_bounds_still_hold(
        records in any_records(120), memory in prop::option::of(0_u64..60_000), mentions in 0_u64..300
    ) {
        let room = Room { memory, mentions: if memory.is_some() { u64::MAX } else { mentions }, ..WIDE };
        let (whole, narrow) = (counted(WIDE, &records).0, counted(room, &records).0);
        let (w, n) = (&whole.subjects, &narrow.subjects);
        let told = |s: &crate::model::Subjects| [s.at_least, s.estimate, s.at_most];
        prop_assert!(n.at_least <= w.at_least && w.at_most <= n.at_most, "{:?} {:?}", told(n), told(w));
        prop_assert!(n.at_least <= n.estimate && n.estimate <= n.at_most, "{n:?}");
        prop_assert_eq!(n.records, w.records);
        for (narrow, whole) in narrow.entities.iter().zip(&whole.entities) {
            prop_assert_eq!((narrow.occurrences, narrow.possible_occurrences), (whole.occurrences, whole.possible_occurrences));
            prop_assert!(narrow.distinct <= whole.distinct);
        }
        if narrow.over.is_none() {
            prop_assert_eq!(narrow, whole);
        }
    }

    #[test]
    fn what_a_record_may_take_is_known_before(records in any_records(60), domain in any::<bool>()) {
        let roles: Vec<Role> = entities().iter().map(|entity| Role::of(entity)).collect();
        let own_domains = if domain { vec![OWN_DOMAIN] } else { Vec::new() };
        let makers = Makers { roles: &roles, own_domains: &own_domains };
        for Made { leaf, bond, row, ids, facts } in records {
            let noted = Noted { leaf: u32::from(leaf), bond, row, place: (0, 0), ids, facts };
            let (most, drafts) = (Load::of(&noted, &roles), makers.drafts(&noted, 1));
            let items: usize = drafts.iter().map(|draft| draft.keys.len() + 1).sum();
            prop_assert!(drafts.len() as u64 <= most.mentions, "{} of {most:?}: {noted:?}", drafts.len());
            prop_assert!(items as u64 <= most.items, "{items} of {most:?}: {noted:?}");
        }
    }
}

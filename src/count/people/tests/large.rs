//! One value in very many records: what links them must cost each record a little, not each pair of them. Any of these would take many minutes if it did.

use super::super::super::facts::FactKind;
use super::*;

const NAME: u16 = 4;
const BIRTH: u16 = 5;
const MANY: u64 = 60_000;

fn name(value: u64) -> Identifier {
    id(NAME, value, LinkClass::Weak, Confidence::Certain)
}

fn birth(value: u64) -> Identifier {
    id(BIRTH, value, LinkClass::None, Confidence::Certain)
}

/// Rows of one leaf after the other: in how many, and what stands in each.
fn rows(leaves: u64, ids: impl Fn(u64) -> Vec<Identifier>) -> [u64; 3] {
    let mut people = People::new(&entities(), Box::new(Held(u64::MAX)), Asked::default());
    for number in 0..MANY {
        let ids = ids(number);
        let of_name = (0..).zip(&ids).filter(|(_, id)| id.entity == NAME);
        let facts: Vec<Fact> = of_name.map(|(of, id)| Fact { kind: FactKind::Name, of, key: id.key }).collect();
        let leaf = format!("{}.csv", number * leaves / MANY);
        let row = ids.iter().fold(1, |all, id| mix(all, id.key));
        people
            .record(Entry {
                leaf: &leaf,
                bond: Bond::Row,
                row: Some(row),
                place: (number, number),
                ids: &ids,
                facts: &facts,
            })
            .unwrap();
    }
    let s = people.finish(0, Rows::default()).unwrap().subjects;
    [s.at_least, s.estimate, s.at_most]
}

#[test]
fn a_name_alone_in_every_row() {
    assert_eq!(rows(1, |_| vec![name(1)]), [1, MANY, MANY]);
    // The same list twice is a copy.
    assert_eq!(rows(2, |_| vec![name(1)]), [1, MANY / 2, MANY / 2]);
}

#[test]
fn a_name_beside_as_many_days() {
    let [at_least, estimate, at_most] = rows(1, |number| vec![name(1), birth(number % 20_000)]);
    assert_eq!((at_least, at_most), (20_000, MANY));
    assert!((at_least..=at_most).contains(&estimate), "{estimate}");
}

#[test]
fn an_address_a_card_and_a_landline_beside_as_many_names() {
    for value in [email(1), id(CARD, 1, LinkClass::Strong, Confidence::Certain), landline(1)] {
        let [at_least, estimate, at_most] = rows(3, |number| vec![value, name(number)]);
        assert!(at_least <= estimate && estimate <= at_most && at_most <= MANY, "{at_least} {estimate} {at_most}");
    }
}

#[test]
fn a_value_beside_as_many_others_and_alone() {
    assert_eq!(rows(1, |number| vec![email(1), mobile(number + 2)]), [MANY, MANY, MANY + 1]);
    assert_eq!(rows(5, |_| vec![email(1)]), [1; 3]);
    assert_eq!(rows(5, |_| vec![landline(1)]), [1, 1, MANY / 5]);
}

#[test]
fn a_number_of_a_system_in_every_row_and_a_day() {
    let member = |value| id(6, value, LinkClass::Weak, Confidence::Certain);
    let [at_least, estimate, at_most] = rows(1, |number| vec![member(1), name(number), birth(number)]);
    assert!(at_least <= estimate && estimate <= at_most && at_most <= MANY, "{at_least} {estimate} {at_most}");
}

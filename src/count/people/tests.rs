//! Truths that must come out exactly, and properties that must hold of anything. Values are numbers, made up.

use super::super::kept::KeptHeader;
use super::super::scratch::Held;
use super::*;
use proptest::prelude::*;

const EMAIL: u16 = 0;
const PHONE: u16 = 1;
const MY_NUMBER: u16 = 2;
const CARD: u16 = 3;

fn id(entity: u16, value: u64, class: LinkClass, confidence: Confidence) -> Identifier {
    let key = mix(value, u64::from(entity) + 1);
    Identifier { entity, key, class, confidence, doubt: None, is_aside: false }
}

/// The entities of these tests, by their numbers.
fn entities() -> Vec<String> {
    ["email", "phone", "my_number", "card", "person_name", "birth_date", "member_id", "corporate_number"]
        .map(str::to_owned)
        .to_vec()
}

fn email(value: u64) -> Identifier {
    id(EMAIL, value, LinkClass::Strong, Confidence::Certain)
}

fn mobile(value: u64) -> Identifier {
    id(PHONE, value, LinkClass::Strong, Confidence::Certain)
}

fn landline(value: u64) -> Identifier {
    id(PHONE, 1_000_000 + value, LinkClass::Weak, Confidence::Certain)
}

fn my_number(value: u64) -> Identifier {
    id(MY_NUMBER, value, LinkClass::Primary, Confidence::Certain)
}

fn maybe(value: u64) -> Identifier {
    id(CARD, value, LinkClass::Strong, Confidence::Possible)
}

/// at least, estimate, at most
fn count(records: &[(Bond, Option<u64>, Vec<Identifier>)]) -> [u64; 3] {
    let s = all(records).subjects;
    [s.at_least, s.estimate, s.at_most]
}

fn all(records: &[(Bond, Option<u64>, Vec<Identifier>)]) -> Counted {
    within(u64::MAX, records)
}

/// The same, with room for so many bytes.
fn within(room: u64, records: &[(Bond, Option<u64>, Vec<Identifier>)]) -> Counted {
    let mut people = People::new(&entities(), Box::new(Held(room)), Asked::default());
    for (bond, row, ids) in records {
        put(&mut people, "leaf", (*bond, *row), ids);
    }
    people.finish(0, Rows::default()).unwrap()
}

fn put(people: &mut People, leaf: &str, (bond, row): (Bond, Option<u64>), ids: &[Identifier]) {
    people.record(Entry { leaf, bond, row, place: (0, 0), ids, facts: &[] }).unwrap();
}

fn row(ids: &[Identifier]) -> (Bond, Option<u64>, Vec<Identifier>) {
    (Bond::Row, None, ids.to_vec())
}

fn line(ids: &[Identifier]) -> (Bond, Option<u64>, Vec<Identifier>) {
    (Bond::Line, None, ids.to_vec())
}

/// A dump in one long line: nothing says which address goes with which number, but *at least* must not count both.
#[test]
fn neighbours_in_a_long_line_may_be_one_person_and_are_not_taken_for_one() {
    let dump: Vec<Identifier> = (0..3000).flat_map(|n| [email(n), mobile(n)]).collect();
    let windows = dump.chunks(500).map(|window| (Bond::Loose, None, window.to_vec())).collect::<Vec<_>>();
    assert_eq!(count(&windows), [3000, 6000, 6000]);
    let addresses: Vec<Identifier> = (0..50).map(email).collect();
    assert_eq!(count(&[(Bond::Loose, None, addresses)]), [50; 3]);
}

#[test]
fn nothing_is_nobody() {
    assert_eq!(count(&[]), [0; 3]);
}

#[test]
fn a_customer_list_is_its_rows_and_a_log_of_the_same_customers_adds_nobody() {
    let mut records: Vec<_> = (0..300).map(|i| row(&[email(i), mobile(i)])).collect();
    assert_eq!(count(&records), [300; 3]);
    records.extend((0..1_000).map(|i| line(&[email(i % 300)])));
    assert_eq!(count(&records), [300; 3]);
    let counted = all(&records);
    assert_eq!(counted.entities[0], EntityTally { distinct: 300, occurrences: 1_300, ..EntityTally::default() });
    assert_eq!((counted.subjects.records, counted.subjects.conflicts), (1_300, 0));
}

#[test]
fn landlines_beside_addresses_count_nobody_further() {
    let mut records: Vec<_> = (0..300).map(|i| row(&[email(i), mobile(i), landline(i)])).collect();
    assert_eq!(count(&records), [300; 3]);
    // The same landline alone in a log: perhaps somebody else, says only the upper number.
    records.push(line(&[landline(7)]));
    assert_eq!(count(&records), [300, 300, 301]);
}

#[test]
fn a_family_with_one_landline() {
    let records = [row(&[email(1), landline(1)]), row(&[email(2), landline(1)])];
    assert_eq!(count(&records), [1, 2, 2]);
    let unnamed = [
        (Bond::Row, Some(1), vec![landline(1)]),
        (Bond::Row, Some(2), vec![landline(1)]),
        (Bond::Row, Some(2), vec![landline(1)]),
    ];
    // Two equal rows of one table may be two people; those of a copy of it are the same again.
    assert_eq!(count(&unnamed), [1, 1, 3]);
}

#[test]
fn a_line_links_one_of_each_kind_and_only_perhaps_more() {
    assert_eq!(count(&[line(&[email(1), mobile(1)])]), [1, 1, 2]);
    assert_eq!(count(&[line(&[email(1), email(2)])]), [1, 2, 2]);
    assert_eq!(count(&[(Bond::Loose, None, vec![email(1), mobile(1)])]), [1, 2, 2]);
    assert_eq!(count(&[line(&[email(1), landline(1)])]), [1, 1, 2]);
}

#[test]
fn a_row_with_two_addresses_is_one_person_or_two() {
    assert_eq!(count(&[row(&[email(1), email(2), mobile(1)])]), [1, 1, 3]);
}

#[test]
fn two_my_numbers_never_become_one_person() {
    let records = [row(&[my_number(1), email(1)]), row(&[my_number(2), email(1)])];
    assert_eq!(count(&records), [2, 2, 2]);
    assert_eq!(all(&records).subjects.conflicts, 1);
    let counted = all(&[line(&[my_number(1), my_number(2), my_number(3)])]).subjects;
    assert_eq!([counted.at_least, counted.estimate, counted.at_most], [3; 3]);
}

#[test]
fn doubtful_findings_are_people_only_at_most() {
    assert_eq!(count(&[line(&[maybe(1)]), row(&[maybe(2)])]), [0, 0, 2]);
    // Beside somebody's address a doubtful number is nobody further; shared by two, it may make them one.
    assert_eq!(count(&[row(&[email(1), maybe(1)])]), [1, 1, 1]);
    assert_eq!(count(&[row(&[email(1), maybe(1)]), row(&[email(2), maybe(1)])]), [1, 2, 2]);
}

#[test]
fn a_clerk_or_a_shop_beside_many_does_not_make_them_one() {
    let clerk = 9_999;
    let rows: Vec<_> = (0..300).map(|i| row(&[email(i), email(clerk)])).collect();
    assert_eq!(count(&rows), [301, 301, 301]);
    let lines: Vec<_> = (0..300).map(|i| line(&[email(clerk), email(i)])).collect();
    assert_eq!(count(&lines), [301, 301, 301]);
    let switchboard: Vec<_> = (0..300).map(|i| row(&[email(i), landline(1)])).collect();
    assert_eq!(count(&switchboard), [300, 300, 300]);
    let shop: Vec<_> = (0..300).map(|i| row(&[email(i), mobile(clerk)])).collect();
    // The shop's number may be one more person's; that it is one, nothing says.
    assert_eq!(count(&shop), [300, 300, 301]);
}

#[test]
fn a_list_of_many_in_one_record_is_many() {
    let list: Vec<_> = (0..50).map(email).collect();
    assert_eq!(count(&[line(&list)]), [50; 3]);
    let numbers: Vec<_> = (0..50).map(landline).collect();
    assert_eq!(count(&[row(&numbers)]), [50; 3]);
}

#[test]
fn files_merge_by_what_they_share() {
    let shop = (0..100).map(|i| row(&[email(i), mobile(i)]));
    let survey = (50..150).map(|i| row(&[email(i)]));
    let tax = (0..20).map(|i| row(&[my_number(i), mobile(i)]));
    assert_eq!(count(&shop.chain(survey).chain(tax).collect::<Vec<_>>()), [150; 3]);
}

fn any_id() -> impl Strategy<Value = Identifier> {
    let confidence = prop_oneof![Just(Confidence::Possible), Just(Confidence::Likely), Just(Confidence::Certain)];
    (0u16..4, 0u64..12, any::<bool>(), confidence).prop_map(|(entity, value, weak, confidence)| {
        let class = match entity {
            MY_NUMBER => LinkClass::Primary,
            PHONE if weak => LinkClass::Weak,
            _ => LinkClass::Strong,
        };
        id(entity, if class == LinkClass::Weak { value + 1_000 } else { value }, class, confidence)
    })
}

fn any_record() -> impl Strategy<Value = (Bond, Option<u64>, Vec<Identifier>)> {
    let bond = prop_oneof![Just(Bond::Loose), Just(Bond::Line), Just(Bond::Row)];
    // As the detector does, a row has a fingerprint; equal values in rows may or may not be equal rows.
    (bond, 0u64..3, prop::collection::vec(any_id(), 1..5)).prop_map(|(bond, salt, ids)| {
        let row = ids.iter().fold(salt, |all, id| all.wrapping_mul(31).wrapping_add(id.key));
        (bond, Some(row), ids)
    })
}

proptest! {
    #[test]
    fn the_three_numbers_are_in_order(records in prop::collection::vec(any_record(), 0..60)) {
        let counted = all(&records).subjects;
        prop_assert!(counted.at_least <= counted.estimate && counted.estimate <= counted.at_most, "{counted:?}");
    }

    #[test]
    fn never_fewer_than_the_my_numbers(records in prop::collection::vec(any_record(), 0..60)) {
        let counted = all(&records);
        // A doubtful number inside somebody's row is nobody's own; likely ones are.
        prop_assert!(counted.subjects.at_least >= counted.entities[usize::from(MY_NUMBER)].distinct, "{counted:?}");
    }

    #[test]
    fn order_and_copies_change_nothing(
        (records, shuffled) in prop::collection::vec(any_record(), 0..40)
            .prop_flat_map(|records| (Just(records.clone()), Just(records).prop_shuffle()))
    ) {
        let (one, other) = (all(&records).subjects, all(&shuffled).subjects);
        prop_assert_eq!(one.at_least, other.at_least);
        if one.conflicts == 0 {
            prop_assert_eq!([one.estimate, one.at_most], [other.estimate, other.at_most]);
        }
        let mut people = People::new(&entities(), Box::new(Held(u64::MAX)), Asked::default());
        for leaf in ["list.csv", "copy of list.csv"] {
            shuffled.iter().for_each(|(bond, row, ids)| put(&mut people, leaf, (*bond, *row), ids));
        }
        let s = people.finish(0, Rows::default()).unwrap().subjects;
        prop_assert_eq!(count(&shuffled), [s.at_least, s.estimate, s.at_most]);
    }

    #[test]
    fn order_changes_nothing_in_big_groups_too(seed in any::<u64>()) {
        let rows: Vec<_> = (0..200u64)
            .map(|i| (i.wrapping_mul(seed | 1) >> 7) % 40)
            .enumerate()
            .map(|(i, v)| line(&[email(v), mobile(i as u64 % 30), landline(i as u64 % 7)]))
            .collect();
        let back: Vec<_> = rows.iter().rev().cloned().collect();
        prop_assert_eq!(count(&rows), count(&back));
    }
}

/// Run by hand: `cargo test --release count -- --ignored --nocapture`; prints what a million rows cost.
#[test]
#[ignore = "measures memory and time of a million rows"]
fn a_million_rows() {
    let resident = || {
        let status = procfs_status();
        status.lines().find(|line| line.starts_with("VmHWM")).unwrap_or("").to_owned()
    };
    println!("before: {}", resident());
    let mut people = People::new(&entities(), Box::new(Held(u64::MAX)), Asked::default());
    for i in 0..1_000_000 {
        put(&mut people, "leaf", (Bond::Row, None), &[email(i), mobile(i)]);
    }
    println!("fed: {}", resident());
    let counted = people.finish(0, Rows::default()).unwrap().subjects;
    println!("counted: {}", resident());
    assert_eq!([counted.at_least, counted.estimate, counted.at_most], [1_000_000; 3]);
}

#[expect(clippy::disallowed_methods, reason = "a test that measures its own process")]
fn procfs_status() -> String {
    std::fs::read_to_string("/proc/self/status").unwrap_or_default()
}

proptest! {
    #[test]
    fn without_room_the_bounds_are_wider_and_still_hold(
        records in prop::collection::vec(any_record(), 0..120), room in 0_u64..30_000
    ) {
        let (whole, narrow) = (all(&records), within(room, &records));
        let (w, n) = (&whole.subjects, &narrow.subjects);
        prop_assert!(n.at_least <= w.at_least && w.at_most <= n.at_most, "{n:?} {w:?}");
        prop_assert!(n.at_least <= n.estimate && n.estimate <= n.at_most);
        prop_assert_eq!(n.records, w.records);
        for (narrow, whole) in narrow.entities.iter().zip(&whole.entities) {
            prop_assert_eq!(narrow.occurrences, whole.occurrences);
            prop_assert!(narrow.distinct <= whole.distinct);
        }
        if narrow.over.is_none() {
            prop_assert_eq!(narrow, whole);
        }
    }
}

#[test]
fn a_count_that_is_no_longer_exact_says_so() {
    let records: Vec<_> = (0..5_000).map(|n| row(&[email(n), mobile(n)])).collect();
    let narrow = within(300_000, &records);
    let (finds, different) = narrow.over.unwrap();
    assert!(finds > 4_000 && different.abs_diff(finds) < finds / 50, "{finds} {different}");
    let s = narrow.subjects;
    assert!(s.at_least < 5_000 && s.at_most > 5_000 && s.estimate.abs_diff(5_000) < 100, "{s:?}");
    for said in [&s.rules.at_least, &s.rules.estimate, &s.rules.at_most] {
        assert!(said.contains("Memory for counting was full"), "{said}");
    }
    assert!(!all(&records).subjects.rules.at_most.contains("was full"));
}

/// What a case keeps of a count is the count: read back, and two at once.
#[test]
fn kept_records_count_the_same_and_two_machines_share_their_people() {
    let shop: Vec<_> = (0..100).map(|i| row(&[email(i), mobile(i)])).collect();
    let survey: Vec<_> = (50..150).map(|i| row(&[email(i)])).collect();
    let keep = |records: &[(Bond, Option<u64>, Vec<Identifier>)]| {
        let mut people = People::new(&entities(), Box::new(Held(u64::MAX)), Asked::default());
        records.iter().for_each(|(bond, row, ids)| put(&mut people, "a.csv", (*bond, *row), ids));
        let mut file = Vec::new();
        let header = KeptHeader { version: "1".to_owned(), ..KeptHeader::default() };
        people.keep(header, &entities(), &mut file).unwrap();
        (file, people.finish(0, Rows::default()).unwrap())
    };
    let absorb = |files: &[&Vec<u8>]| {
        // A later version may know more kinds, in another order.
        let mut known = entities();
        known.insert(0, "later".to_owned());
        let mut people = People::new(&known, Box::new(Held(u64::MAX)), Asked::default());
        for (at, file) in files.iter().enumerate() {
            people.absorb(*file, &format!("{at}:"), &known).unwrap();
        }
        people.finish(0, Rows::default()).unwrap()
    };
    let ((shop, counted), (survey, _)) = (keep(&shop), keep(&survey));
    let again = absorb(&[&shop]);
    assert_eq!(again.subjects, counted.subjects);
    assert_eq!(again.entities[1..], counted.entities[..]);
    let both = absorb(&[&shop, &survey]).subjects;
    assert_eq!([both.at_least, both.estimate, both.at_most, both.records], [150, 150, 150, 200]);
}

#[test]
fn torn_and_foreign_files_are_refused() {
    let mut people = People::new(&entities(), Box::new(Held(u64::MAX)), Asked::default());
    (0..9).for_each(|i| put(&mut people, "a.csv", (Bond::Row, None), &[email(i)]));
    let mut file = Vec::new();
    people.keep(KeptHeader::default(), &entities(), &mut file).unwrap();
    let absorbs = |bytes: &Vec<u8>, known: &[String]| {
        People::new(known, Box::new(Held(u64::MAX)), Asked::default()).absorb(bytes, "", known).is_ok()
    };
    assert!(absorbs(&file, &entities()));
    for cut in 0..file.len() {
        assert!(!absorbs(&file[..cut].to_vec(), &entities()), "{cut} of {} bytes", file.len());
    }
    assert!(!absorbs(&b"{}\n".to_vec(), &entities()) && !absorbs(&Vec::new(), &entities()));
    assert!(!absorbs(&file, &entities()[1..]));
}

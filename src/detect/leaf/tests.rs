//! Places, windows, columns and what is held back. All values are made up.

use super::*;
use crate::model::limits::RECORD_MATCHES;
use crate::model::{Charset, Field, Place};
use crate::rules::RulePack;

fn engine() -> &'static Engine {
    static ENGINE: std::sync::LazyLock<Engine> =
        std::sync::LazyLock::new(|| Engine::new(&RulePack::builtin().unwrap()).unwrap());
    &ENGINE
}

fn row<'a>(name: Option<&'a str>, text: &'a str, number: u64) -> Field<'a> {
    Field {
        name,
        text,
        place: Place { offset: number * 100, row: Some(number), column: Some(1), ..Place::default() },
        raw: None,
        undone: None,
    }
}

/// Rows of one column; the record hits come out in order.
fn column(texts: &[String]) -> Vec<RecordHits> {
    let engine = engine();
    let mut leaf = engine.leaf();
    let mut out = Vec::new();
    for (number, text) in (1..).zip(texts) {
        let fields = [row(None, text, number)];
        leaf.record(&Record { bond: Bond::Row, fields: &fields, fresh_from: 0 }, &mut |hits| out.push(hits));
    }
    leaf.finish(&mut |hits| out.push(hits));
    out
}

fn line(text: &str) -> Vec<Hit> {
    let engine = engine();
    let mut hits = Vec::new();
    let fields = [Field {
        name: None,
        text,
        place: Place::default(),
        raw: Some((text.as_bytes(), Charset::Utf8)),
        undone: None,
    }];
    let mut leaf = engine.leaf();
    leaf.record(&Record { bond: Bond::Line, fields: &fields, fresh_from: 0 }, &mut |found| hits.extend(found.hits));
    leaf.finish(&mut |found| hits.extend(found.hits));
    hits
}

/// Twelve-digit numbers, with the right check digit or with a wrong one.
fn numbers(count: u64, right: impl Fn(u64) -> bool) -> Vec<String> {
    let digit = |n: u64| (0..10).find(|d| crate::detect::validate::my_number::holds(&format!("{n:011}{d}"))).unwrap();
    (0..count)
        .map(|i| {
            let body = 31_415_926_535 + i * 7_654_321;
            format!("{body:011}{}", if right(i) { digit(body) } else { (digit(body) + 1) % 10 })
        })
        .collect()
}

#[test]
fn a_place_is_the_exact_byte_of_the_value() {
    let text = "お客様: tanaka@example.jp / 電話 ０９０－１２３４－５６７８";
    let hits = line(text);
    let offsets: Vec<(usize, &str)> = hits.iter().map(|h| (h.place.offset as usize, &*h.entity)).collect();
    assert_eq!(offsets, [(text.find("tanaka").unwrap(), "email"), (text.find('０').unwrap(), "phone")]);
    assert_eq!(hits[1].value.reveal(), "09012345678");
    assert_eq!((hits[0].masked.as_str(), hits[1].masked.as_str()), ("t***@example.jp", "********678"));
}

#[test]
fn what_a_percent_escape_hid_is_placed_behind_it() {
    let hits = line("to=%3Ctanaka@example.jp%3E");
    assert_eq!((hits[0].place.offset, hits[0].value.reveal()), (6, "tanaka@example.jp"));
}

#[test]
fn what_programs_escape_is_found_where_it_stands() {
    for (text, entity, value, at) in [
        ("GET /f?tel%3D090-1234-5678%26x", "phone", "09012345678", "090"),
        ("q=%E9%9B%BB%E8%A9%B1%3A%EF%BC%90%EF%BC%99%EF%BC%90-1234-5678", "phone", "09012345678", "%EF%BC%90"),
        ("mail: a&#46;b&#64;example&#46;co&#46;jp", "email", "a.b@example.co.jp", "a&#46;"),
        (r"VALUES ('x\'y','tanaka@example.co.jp\n')", "email", "tanaka@example.co.jp", "tanaka"),
        (r#"{"m":"\u96fb\u8a71\uff1a03-1234-5678"}"#, "phone", "0312345678", "03-"),
        (
            r"msg=\xE3\x83\x9E\xE3\x82\xA4\xE3\x83\x8A\xE3\x83\xB3\xE3\x83\x90\xE3\x83\xBC 123456789018",
            "my_number",
            "123456789018",
            "1234",
        ),
        ("%A5%AB%A1%BC%A5%C9%C8%D6%B9%E6=4111-1111-1111-1111", "card", "4111111111111111", "4111-"),
    ] {
        let hits = line(text);
        let hit = hits.iter().find(|hit| &*hit.entity == entity).unwrap_or_else(|| panic!("{text}: {hits:?}"));
        assert_eq!((hit.value.reveal(), hit.place.offset as usize), (value, text.find(at).unwrap()), "{text}");
    }
}

/// The findings of a text that is read in windows, and where they stand.
fn windowed(text: &str, window: usize, overlap: usize) -> Vec<(u64, String)> {
    let mut leaf = engine().leaf();
    let mut found = Vec::new();
    let mut out = |hits: RecordHits| {
        found.extend(hits.hits.into_iter().map(|hit| (hit.place.offset, hit.value.reveal().to_owned())));
    };
    let (mut start, mut fresh_from) = (0, 0);
    loop {
        let end = (start + window).min(text.len());
        let part = &text[start..end];
        let place = Place { offset: start as u64, ..Place::default() };
        let fields =
            [Field { name: None, text: part, place, raw: Some((part.as_bytes(), Charset::Ascii)), undone: None }];
        leaf.record(&Record { bond: Bond::Loose, fields: &fields, fresh_from }, &mut out);
        if end == text.len() {
            break;
        }
        (start, fresh_from) = (end - overlap, end as u64);
    }
    leaf.finish(&mut out);
    found.sort();
    found
}

#[test]
fn windows_find_the_same_wherever_they_cut() {
    let text = "x ".repeat(90)
        + "tanaka@example.jp 090-1234-5678 sato@example.co.jp 4111111111111111 TEL 03-1234-5678 4111-1111-1111-1111, 1234567890123456789 "
        + &"y ".repeat(90)
        + "suzuki@example.jp";
    let whole = windowed(&text, text.len(), 0);
    assert_eq!(whole.len(), 7);
    for window in 200..text.len() {
        assert_eq!(windowed(&text, window, 190), whole, "windows of {window}");
    }
}

/// One window of a line is ASCII, the next is not: what stands in both is one finding.
#[test]
fn a_window_in_another_encoding_shows_ascii_all_the_same() {
    let text = "x ".repeat(50) + "tanaka@example.jp 090-1234-5678 " + &"y ".repeat(20) + "山田";
    let cut = text.find("y ").unwrap() + 6;
    let mut leaf = engine().leaf();
    let mut found = Vec::new();
    let mut out = |hits: RecordHits| found.extend(hits.hits.into_iter().map(|hit| hit.place.offset));
    for (start, end, charset, fresh_from) in [(0, cut, Charset::Ascii, 0), (20, text.len(), Charset::Utf8, cut as u64)]
    {
        let part = &text[start..end];
        let place = Place { offset: start as u64, ..Place::default() };
        let fields = [Field { name: None, text: part, place, raw: Some((part.as_bytes(), charset)), undone: None }];
        leaf.record(&Record { bond: Bond::Loose, fields: &fields, fresh_from }, &mut out);
    }
    leaf.finish(&mut out);
    assert_eq!(found, [100, 118]);
}

#[test]
fn a_column_where_nearly_all_pass_is_likely_from_its_first_row() {
    for count in [20, 49, 50, 200] {
        let found = column(&numbers(count, |i| i != 3));
        assert_eq!(found.len() as u64, count - 1);
        assert!(found.iter().all(|r| r.hits[0].confidence == Confidence::Likely), "{count}");
        assert!(found[0].hits[0].reasons.iter().any(|r| r.starts_with("column:")));
        assert!(found.windows(2).all(|pair| pair[0].hits[0].place.row < pair[1].hits[0].place.row), "in order");
    }
}

#[test]
fn a_column_where_one_in_ten_passes_stays_possible_and_says_chance() {
    let found = column(&numbers(100, |i| i % 10 == 0));
    assert_eq!(found.len(), 10);
    assert!(found.iter().all(|r| r.hits[0].confidence == Confidence::Possible));
    assert!(found.iter().skip(5).all(|r| r.hits[0].reasons.iter().any(|reason| reason == "chance")));
}

#[test]
fn a_short_column_says_nothing() {
    let found = column(&numbers(19, |_| true));
    assert!(found.len() == 19 && found.iter().all(|r| r.hits[0].confidence == Confidence::Possible));
}

#[test]
fn a_cell_to_the_left_may_be_the_label() {
    let engine = engine();
    let fields = [row(None, "マイナンバー", 1), row(None, "123456789018", 1)];
    let mut hits = Vec::new();
    let mut leaf = engine.leaf();
    leaf.record(&Record { bond: Bond::Row, fields: &fields, fresh_from: 0 }, &mut |found| hits.extend(found.hits));
    leaf.finish(&mut |found| hits.extend(found.hits));
    assert_eq!((hits.len(), hits[0].confidence), (1, Confidence::Certain));
}

#[test]
fn the_class_of_a_telephone_is_its_own() {
    let classes: Vec<LinkClass> = line("03-1234-5678 090-1234-5678 050-1234-5678").iter().map(|h| h.class).collect();
    assert_eq!(classes, [LinkClass::Weak, LinkClass::Strong, LinkClass::Strong]);
}

#[test]
fn rows_with_only_shared_values_are_told_apart() {
    let fingerprints: Vec<Option<u64>> =
        column(&["03-1234-5678 A", "03-1234-5678 B", "03-1234-5678 A", "090-1234-5678"].map(String::from))
            .iter()
            .map(|record| record.row)
            .collect();
    assert!(fingerprints[0].is_some() && fingerprints[0] != fingerprints[1] && fingerprints[0] == fingerprints[2]);
    assert_eq!(fingerprints[3], None);
}

#[test]
fn ordinary_logs_and_texts_give_nothing() {
    for text in [
        "192.168.1.10 - - [16/Oct/2026:12:34:56 +0900] \"GET /item/4901234567894 HTTP/1.1\" 200 5123 \"-\" \"Mozilla/5.0\"",
        "2026-10-16 12:34:56,789 INFO  [main] took 12345 ms, id=550e8400-e29b-41d4-a716-446655440000",
        "2026-10-16T12:34:56.123456789Z node[1234]: sha256:e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855",
        "Oct 16 12:34:56 host systemd[1]: Started getty@tty1.service - Getty on tty1.",
        "1760582400123 1760582400 20261016123456 0.12345678901234567",
        "pkg-1.2.3-beta.4 openssl 3.0.11 (2023-09-19) 0123456789abcdef0123456789abcdef",
        "background: url(logo@2x.png) 0.4111111111111111px",
        "100-0001 千代田1-1 2026年10月16日 10:00-18:00",
    ] {
        // A bare article number that passes Luhn too is the one thing that stays possible.
        let mut hits = line(text);
        hits.retain(|hit| {
            hit.confidence > Confidence::Possible || !hit.reasons.iter().any(|reason| reason == "jan_check")
        });
        assert!(hits.is_empty(), "{text}: {:?}", hits.iter().map(|h| (&h.rule, &h.masked)).collect::<Vec<_>>());
    }
}

#[test]
fn over_the_limit_is_told() {
    let many = "tanaka@example.jp ".repeat(RECORD_MATCHES + 5);
    let engine = engine();
    let fields = [Field { name: None, text: &many, place: Place::default(), raw: None, undone: None }];
    let mut out = Vec::new();
    engine.leaf().record(&Record { bond: Bond::Loose, fields: &fields, fresh_from: 0 }, &mut |hits| out.push(hits));
    assert_eq!((out[0].hits.len(), out[0].over_limit), (RECORD_MATCHES, 5));
}

#[test]
fn a_customer_list_comes_out_as_its_people() {
    use crate::count::{Asked, Entry, Held, Identifier, People, Rows};
    let entities: Vec<String> = RulePack::builtin().unwrap().entities().into_iter().map(str::to_owned).collect();
    let mut people = People::new(&entities, Box::new(Held(u64::MAX)), Asked::default());
    let mut leaf = engine().leaf();
    let mut feed = |found: RecordHits| {
        let ids: Vec<Identifier> = found
            .hits
            .iter()
            .map(|hit| Identifier {
                entity: entities.iter().position(|entity| **entity == *hit.entity).unwrap() as u16,
                key: crate::seal::keyed::CaseKey::from_bytes([1; 32]).short(&hit.entity, hit.value.reveal().as_bytes()),
                class: hit.class,
                confidence: hit.confidence,
                doubt: None,
                is_aside: false,
            })
            .collect();
        let entry = Entry { leaf: "a", bond: found.bond, row: found.row, place: (0, 0), ids: &ids, facts: &[] };
        people.record(entry).unwrap();
    };
    for i in 1..=300u64 {
        let texts =
            [format!("会員{i}"), format!("user{i}@example.jp"), format!("0901234{i:04}"), format!("03-1234-{i:04}")];
        let names = ["氏名", "メールアドレス", "携帯電話", "電話番号"];
        let fields: Vec<Field<'_>> = texts
            .iter()
            .zip(names)
            .map(|(text, name)| Field { name: Some(name), text, place: Place::default(), raw: None, undone: None })
            .collect();
        leaf.record(&Record { bond: Bond::Row, fields: &fields, fresh_from: 0 }, &mut feed);
    }
    leaf.finish(&mut feed);
    let counted = people.finish(0, Rows::default()).unwrap();
    assert_eq!([counted.subjects.at_least, counted.subjects.estimate, counted.subjects.at_most], [300; 3]);
    let found = entities.into_iter().zip(&counted.entities).filter(|(_, tally)| tally.distinct > 0);
    let found: Vec<(String, u64)> = found.map(|(entity, tally)| (entity, tally.distinct)).collect();
    assert_eq!(found, [("email".to_owned(), 300), ("phone".to_owned(), 600)]);
}

proptest::proptest! {
    #[test]
    fn any_text_is_looked_at_without_a_panic(text in ".{0,200}") {
        line(&text);
    }

    #[test]
    fn digits_and_marks_never_break_it(text in "[0-9 ()+@.%ー－０-９a-f_-]{0,80}") {
        for hit in line(&text) {
            proptest::prop_assert!(hit.place.offset as usize <= text.len());
            proptest::prop_assert_ne!(hit.masked.as_str(), hit.value.reveal());
        }
    }

    #[test]
    fn a_number_is_found_in_any_japanese_text(before in "[ぁ-んァ-ヶ一-龠、。「」 ]{0,20}", after in "[ぁ-んァ-ヶ一-龠、。「」]{0,20}") {
        let hits = line(&format!("{before}090-1234-5678{after}"));
        proptest::prop_assert!(hits.iter().any(|hit| hit.value.reveal() == "09012345678"));
    }
}

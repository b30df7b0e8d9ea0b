//! The engine says what the oracle says, of any text. `PROPTEST_CASES=20000` tries more of them. All values are made up.

use std::sync::LazyLock;

use proptest::prelude::*;
use unicode_normalization::UnicodeNormalization;

use super::{RULES, Said, of_engine, say};
use crate::detect::Engine;
use crate::model::{Bond, Charset, Field, Place, Record};
use crate::rules::RulePack;

static ENGINE: LazyLock<Engine> = LazyLock::new(|| Engine::new(&RulePack::builtin().unwrap()).unwrap());

/// What the engine says of a record that is a leaf of its own.
fn engine(fields: &[(Option<&str>, &str)], is_row: bool) -> Vec<Said> {
    let fields: Vec<Field<'_>> = fields
        .iter()
        .map(|(name, text)| Field {
            name: *name,
            text,
            place: Place::default(),
            raw: Some((text.as_bytes(), Charset::Utf8)),
            undone: None,
        })
        .collect();
    let bond = if is_row { Bond::Row } else { Bond::Line };
    let (mut leaf, mut found) = (ENGINE.leaf(), Vec::new());
    leaf.record(&Record { bond, fields: &fields, fresh_from: 0 }, &mut |hits| found.push(hits));
    leaf.finish(&mut |hits| found.push(hits));
    of_engine(&found)
}

fn told(said: &[Said]) -> String {
    said.iter().map(|said| format!("\n  {said}")).collect()
}

fn agree(fields: &[(Option<&str>, &str)], is_row: bool) -> Result<(), TestCaseError> {
    let (engine, oracle) = (engine(fields, is_row), say(fields, is_row));
    prop_assert!(engine == oracle, "{fields:?}\nengine:{}\noracle:{}", told(&engine), told(&oracle));
    Ok(())
}

/// The texts of all rules that are to be found or not to be found.
static TEXTS: LazyLock<Vec<String>> = LazyLock::new(|| {
    let tables = RULES.iter().map(|rule| &rule.table);
    tables
        .flat_map(|table| {
            let examples =
                table.examples.iter().flat_map(|example| std::iter::once(&example.text).chain(&example.with));
            examples.chain(&table.negatives).cloned().collect::<Vec<_>>()
        })
        .collect()
});

/// The words of all rules.
static WORDS: LazyLock<Vec<String>> = LazyLock::new(|| {
    let tables = RULES.iter().map(|rule| &rule.table);
    let words = tables.flat_map(|table| {
        let lists =
            [&table.context.strong, &table.context.weak, &table.against.words, &table.cues, &table.headers.exact];
        lists.into_iter().flatten().cloned().collect::<Vec<_>>()
    });
    words.collect()
});

/// What stands between values, and what makes others of them.
const BETWEEN: &[&str] = &[
    "",
    "",
    " ",
    " ",
    "  ",
    "    ",
    "-",
    "--",
    "−",
    "ー",
    "(",
    ")",
    "+",
    "/",
    ",",
    ":",
    "=",
    "\t",
    "\"",
    "'",
    "%",
    "%20",
    "%2",
    "%C2%A0",
    "%E3%81%A0",
    "%40",
    "&#64;",
    "&#x40;",
    "%2B",
    "_",
    ".",
    "@",
    "＠",
    "　",
    "、",
    "。",
    "：",
    "の",
    "様",
    "さん",
    "番号",
    "です",
    "a",
    "x",
    "F",
    "0x",
    "\u{3099}",
    "\u{fffd}",
    "é",
    "①",
    "℡",
    "№",
    "㈱",
    "㍻",
    "\0",
];

/// The ways in which one text is written.
fn written(text: &str, how: u8) -> String {
    match how {
        0 => text
            .chars()
            .map(|c| if c.is_ascii_graphic() { char::from_u32(u32::from(c) + 0xfee0).unwrap() } else { c })
            .collect(),
        // As macOS names files.
        1 => text.nfd().collect(),
        // As PDF files are read: kanji as their radicals.
        2 => text.chars().map(radical).collect(),
        3 => text.replace('@', "%40").replace('+', "%2B"),
        4 => text.to_ascii_uppercase().replace(' ', "_"),
        5 => text.replace("No", "№").replace("TEL", "℡").replace("平成", "㍻").replace("昭和", "㍼"),
        6 => text
            .chars()
            .map(|c| if c.is_ascii_digit() { char::from_u32(0x1d7ce + u32::from(c) - 0x30).unwrap() } else { c })
            .collect(),
        _ => text.to_owned(),
    }
}

/// The Kangxi radical that looks like a kanji, and folds to it.
fn radical(c: char) -> char {
    ('\u{2f00}'..='\u{2fd5}').find(|radical| std::iter::once(*radical).nfkc().next() == Some(c)).unwrap_or(c)
}

fn piece() -> impl Strategy<Value = String> {
    let listed = |list: &'static LazyLock<Vec<String>>| {
        any::<prop::sample::Index>().prop_map(move |at| at.get(list.as_slice()).clone())
    };
    let how = |from: BoxedStrategy<String>| (from, 0u8..20).prop_map(|(text, how)| written(&text, how));
    prop_oneof![
        4 => how(listed(&TEXTS).boxed()),
        3 => how(listed(&WORDS).boxed()),
        6 => prop::sample::select(BETWEEN).prop_map(str::to_owned),
        2 => how("[0-9]{1,17}".boxed()),
        1 => how("[0-9]{2,4}[ -][0-9]{2,4}[ -][0-9]{3,4}".boxed()),
        1 => "[ -~ぁ-ん一-龥]{0,6}",
    ]
}

fn text(most: usize) -> impl Strategy<Value = String> {
    prop::collection::vec(piece(), 1..most)
        .prop_map(|pieces| pieces.concat())
        .prop_filter("a field of a form", |text| text.len() < 1_300)
}

proptest! {
    /// Running text, with no header.
    #[test]
    fn in_a_line(text in text(10)) {
        agree(&[(None, &text)], false)?;
    }

    /// A cell under a header of any rule.
    #[test]
    fn under_a_header(header in any::<prop::sample::Index>(), how in 0u8..20, text in text(4)) {
        let header = written(header.get::<String>(&WORDS), how);
        agree(&[(Some(&header), &text)], true)?;
    }

    /// A cell whose label stands in the cell before it.
    #[test]
    fn behind_a_label(label in text(3), text in text(4)) {
        agree(&[(None, &label), (None, &text)], true)?;
    }
}

/// Every text of the rules in every way of writing it: what is drawn at random above is here for certain.
#[test]
fn what_the_rules_bring_in_every_writing() {
    let mut found = 0;
    for text in TEXTS.iter() {
        for how in 0..8 {
            let text = written(text, how);
            agree(&[(None, &text)], false).unwrap();
            found += say(&[(None, &text)], false).len();
        }
    }
    // The oracle itself is not silent.
    assert!(found > 1_000, "{found}");
}

/// A label that is written with radicals names what stands in the next cell.
#[test]
fn a_label_in_another_writing_is_a_label() {
    let row = [(None, "⽣年⽉⽇"), (None, "1980/01/02")];
    agree(&row, true).unwrap();
    assert_eq!(say(&row, true).len(), 1);
}

/// What gates once kept from the rules.
#[test]
fn what_a_gate_once_missed() {
    for (text, value) in [
        // The value begins inside the digits, behind an escape whose second half is a letter.
        ("tel=%C2%A00312345678", "0312345678"),
        // The word is written with radicals, with voice marks of its own, or as one character.
        ("普通預⾦ 1234567", "1234567"),
        ("ハ\u{309a}スワート\u{3099}: kujira-no-uta", "kujira-no-uta"),
        ("口座№ 1234567", "1234567"),
        ("【㊙】", "【秘】"),
    ] {
        let said = say(&[(None, text)], false);
        assert!(said.iter().any(|said| said.value == value), "{text}: {}", told(&said));
        agree(&[(None, text)], false).unwrap();
    }
}

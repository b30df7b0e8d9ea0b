//! Samples made by the specification (testdata/formats/make/pst.py), whole and broken.

use std::cell::Cell;

use crate::formats::collected::{Collected, part};
use crate::model::GapKind;

const UNICODE: &[u8] = include_bytes!("../../../testdata/formats/pst/unicode.pst");
const ANSI: &[u8] = include_bytes!("../../../testdata/formats/pst/ansi.pst");

fn recipients(got: &Collected) -> Vec<(&str, &str)> {
    let fields = got.records.iter().flat_map(|(_, _, fields)| fields);
    fields
        .filter_map(|f| Some((f.name.as_deref()?, f.text.as_str())))
        .filter(|(n, _)| ["To", "Cc"].contains(n))
        .collect()
}

#[test]
fn folders_messages_people_and_attachments_in_both_forms() {
    for bytes in [UNICODE, ANSI] {
        let got = Collected::of("a.pst", bytes);
        assert_eq!((got.format, got.gaps.len()), ("pst", 0));
        let inbox = part(&got, "個人用フォルダー/受信トレイ");
        assert_eq!(inbox.children.len(), 3);
        assert!(part(inbox, "message 1, 2026-04-01").all_text().contains("高橋 美咲 様 takahashi.misaki@example.jp"));
        let to = recipients(part(inbox, "message 2, 2026-04-01"));
        assert_eq!((to.len(), to[0], to[4].0), (5, ("To", "山田 太郎 <yamada.taro@example.jp>"), "Cc"));
        let third = part(inbox, "message 3, 2026-04-01");
        let table = part(third, "名簿.csv");
        assert_eq!((table.format, table.records.len()), ("csv", 706));
        assert_eq!(recipients(part(third, "夏のご案内")).len(), 5);
        let contacts = part(&got, "個人用フォルダー/連絡先");
        assert_eq!(contacts.children.len(), 5);
        assert!(contacts.children.iter().all(|(_, contact)| contact.records.iter().any(|(_, _, f)| f.len() >= 5)));
    }
}

/// Wherever a byte is changed, what else is there is still read, or it is told.
#[test]
fn one_damaged_block_costs_no_more_than_itself() {
    let whole = Collected::of("a.pst", UNICODE).all_text();
    let lost = Cell::new(0);
    for at in (0x4600..UNICODE.len()).step_by(389) {
        let mut damaged = UNICODE.to_vec();
        damaged[at] ^= 0xFF;
        let got = Collected::of("a.pst", &damaged);
        if got.all_text() != whole {
            assert!(has_gap(&got), "silent at {at}");
            lost.set(lost.get() + usize::from(got.all_text().len() * 10 < whole.len()));
        }
    }
    assert!(lost.get() <= 3, "only pages of the index cost all: {}", lost.get());
}

fn has_gap(got: &Collected) -> bool {
    !got.gaps.is_empty() || got.children.iter().any(|(_, child)| has_gap(child))
}

#[test]
fn cut_anywhere_it_is_told() {
    for bytes in [UNICODE, ANSI] {
        for cut in (4..bytes.len()).step_by(1511) {
            let got = Collected::of("a.pst", &bytes[..cut]);
            assert!(has_gap(&got), "cut at {cut}: {}", got.format);
        }
    }
}

#[test]
fn an_index_that_leads_in_a_circle_ends() {
    // Every entry of the upper page of the nodes leads to that page.
    let at = u64::from_le_bytes(UNICODE[224..232].try_into().unwrap());
    let start = usize::try_from(at).unwrap();
    let mut bytes = UNICODE.to_vec();
    for entry in 0..usize::from(bytes[start + 488]) {
        bytes[start + entry * 24 + 16..start + entry * 24 + 24].copy_from_slice(&at.to_le_bytes());
    }
    let got = Collected::of("a.pst", &bytes);
    assert!(got.gap_kinds().contains(&GapKind::Malformed) || has_gap(&got));
}

/// What it holds is 17 KB, of which 11 KB are attached.
#[test]
fn what_is_attached_counts_once() {
    assert!(!has_gap(&Collected::within(23_000, "a.pst", UNICODE)));
    assert!(has_gap(&Collected::within(10_000, "a.pst", UNICODE)));
}

//! Samples by vobject, icalendar and ldif (testdata/formats/make/cards.py), and traps.

use super::*;
use crate::formats::collected::Collected;
use crate::model::Bond;

const SAMPLES: [(&str, &[u8]); 4] = [
    ("people.vcf", include_bytes!("../../../testdata/formats/cards/people.vcf")),
    ("old.vcf", include_bytes!("../../../testdata/formats/cards/old.vcf")),
    ("people.ldif", include_bytes!("../../../testdata/formats/cards/people.ldif")),
    ("meeting.ics", include_bytes!("../../../testdata/formats/cards/meeting.ics")),
];

fn row(got: &Collected, at: usize) -> Vec<(&str, &str)> {
    let fields = &got.records.iter().filter(|(bond, ..)| *bond == Bond::Row).nth(at).unwrap().2;
    fields.iter().map(|field| (field.name.as_deref().unwrap_or_default(), field.text.as_str())).collect()
}

#[test]
fn each_card_and_entry_is_a_row_under_telling_words() {
    for (name, bytes) in &SAMPLES[..3] {
        let got = Collected::of(name, bytes);
        assert_eq!((got.records.len(), got.gaps.len()), (5, 0), "{name}");
        let fourth = row(&got, 3);
        for pair in [
            ("氏名", "高橋 美咲"),
            ("メールアドレス", "takahashi.misaki@example.jp"),
            ("携帯電話", "090-1234-5604"),
            ("郵便番号", "980-0811"),
            ("住所", "宮城県仙台市青葉区一番町4-6-1"),
        ] {
            assert_eq!(fourth.iter().filter(|other| **other == pair).count(), 1, "{name}: {fourth:?}");
        }
        if name.ends_with("vcf") {
            assert!(fourth.contains(&("フリガナ", "タカハシ ミサキ")), "{fourth:?}");
            assert!(fourth.contains(&("生年月日", "2001-07-08")), "{fourth:?}");
        }
    }
    let got = Collected::of(SAMPLES[3].0, SAMPLES[3].1);
    assert_eq!(got.format, "ical");
    let people = got.records.iter().filter(|(_, _, f)| f[0].name.as_deref() == Some("attendee")).count();
    assert_eq!(people, 5);
    assert!(got.all_text().contains("高橋 美咲 <takahashi.misaki@example.jp>"));
}

#[test]
fn photos_notes_nested_cards_and_open_ends() {
    let card = "BEGIN:VCARD\nVERSION:2.1\nFN:A B\nitem1.NOTE:one\\, two\\nthree\nAGENT:\nBEGIN:VCARD\nFN:C D\nEND:VCARD\nPHOTO;JPEG;ENCODING=BASE64:\n YWJj\n ZGVm\n\nEND:VCARD\nstray\nBEGIN:VCARD\nTEL:tel:090\n";
    let got = Collected::of("a.vcf", card.as_bytes());
    assert_eq!(got.children.len(), 1);
    assert!(got.children[0].0.ends_with("photo.jpg"));
    assert!(got.children[0].1.all_text().contains("abcdef"));
    let text = got.all_text();
    for part in ["A B", "C D", "one, two\nthree", "stray", "090"] {
        assert!(text.contains(part), "{part} in {text}");
    }
    assert_eq!(got.gap_kinds(), [GapKind::Truncated]);
}

#[test]
fn other_texts_are_not_claimed() {
    for text in ["dn: a\n\nplain", "version: 1\nname: x\n", "BEGIN:VCARDS\n", "begin of a text"] {
        assert!(!["vcard", "ical", "ldif"].contains(&Collected::of("a.txt", text.as_bytes()).format), "{text}");
    }
}

#[test]
fn cut_and_flipped_anywhere_they_do_not_panic() {
    for (name, bytes) in SAMPLES {
        for at in (0..bytes.len()).step_by(7) {
            Collected::of(name, &bytes[..at]);
            let mut damaged = bytes.to_vec();
            damaged[at] ^= [0x01, 0x80, 0xFF][at % 3];
            Collected::of(name, &damaged);
        }
    }
}

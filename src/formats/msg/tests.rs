//! Samples by aspose-email-foss (testdata/formats/make/msg.py), whole and broken.

use crate::formats::collected::Collected;
use crate::model::Bond;

const ATTACHED: &[u8] = include_bytes!("../../../testdata/formats/msg/attached.msg");
const BODY: &[u8] = include_bytes!("../../../testdata/formats/msg/body.msg");
const CONTACT: &[u8] = include_bytes!("../../../testdata/formats/msg/contact.msg");

fn said(got: &Collected) -> Vec<(Option<&str>, &str)> {
    let fields = got.records.iter().flat_map(|(_, _, fields)| fields);
    fields.map(|field| (field.name.as_deref(), field.text.as_str())).collect()
}

#[test]
fn sender_recipients_body_and_attachments() {
    let got = Collected::of("a.msg", ATTACHED);
    assert_eq!((got.format, got.gaps.len()), ("msg", 0));
    let all = said(&got);
    assert_eq!(all[..2], [(Some("From"), "総務部 <soumu@shop.example.jp>"), (Some("To"), "店 <info@shop.example.jp>")]);
    assert!(all.contains(&(Some("Subject"), "名簿と転送")) && all.contains(&(None, "添付をご覧ください。")));
    let names: Vec<&str> = got.children.iter().map(|(name, _)| name.as_str()).collect();
    assert_eq!(names, ["body.html", "名簿.csv", "夏のご案内.msg"]);
    assert_eq!(got.children[1].1.format, "csv");
    let inner = said(&got.children[2].1);
    let count = |word| inner.iter().filter(|(name, _)| *name == Some(word)).count();
    assert_eq!((count("To"), count("Cc")), (3, 2));
}

#[test]
fn a_contact_is_one_row() {
    let got = Collected::of("a.msg", CONTACT);
    let row = got.records.iter().find(|(bond, ..)| *bond == Bond::Row).unwrap();
    let names: Vec<_> = row.2.iter().filter_map(|field| field.name.as_deref()).collect();
    for name in ["full name", "mobile phone", "address", "postal code", "email"] {
        assert!(names.contains(&name), "{names:?}");
    }
}

#[test]
fn cut_or_flipped_it_neither_panics_nor_is_silent() {
    for cut in (0..BODY.len()).step_by(97) {
        let got = Collected::of("a.msg", &BODY[..cut]);
        assert!(cut < 4 || !got.gaps.is_empty(), "cut at {cut}: {}", got.format);
        let mut damaged = BODY.to_vec();
        damaged[cut] ^= [0x01, 0x80, 0xFF][cut % 3];
        Collected::of("a.msg", &damaged);
    }
}

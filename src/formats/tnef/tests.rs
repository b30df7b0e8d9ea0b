use super::*;
use crate::formats::collected::Collected;

/// Made by `testdata/formats/make/tnef.py`: five recipients, a body, a table before its name, a message inside.
const SAMPLE: &[u8] = include_bytes!("../../../testdata/formats/tnef/winmail.dat");

#[test]
fn people_bodies_and_attachments() {
    let got = Collected::of("winmail.dat", SAMPLE);
    assert_eq!((got.format, got.gap_kinds()), ("tnef", vec![]));
    let fields: Vec<_> = got.records.iter().flat_map(|record| &record.2).collect();
    let said: Vec<_> = fields.iter().map(|field| (field.name.as_deref(), field.text.as_str())).collect();
    assert!(said.contains(&(Some("To"), "山田 太郎 <yamada.taro@example.jp>")), "{said:?}");
    assert!(said.contains(&(Some("Cc"), "佐藤 花子 <sato.hanako@example.jp>")), "{said:?}");
    assert!(
        said.contains(&(Some("Subject"), "名簿の件")) && said.contains(&(None, "担当は 090-1234-5603 です。")),
        "{said:?}"
    );
    let names: Vec<_> = got.children.iter().map(|(name, child)| (name.as_str(), child.format)).collect();
    assert_eq!(names, [("body.html", "html"), ("会員名簿.csv", "csv"), ("転送.msg", "tnef")]);
    assert!(got.children[1].1.all_text().contains("tanaka.kenichi@example.jp"));
    assert!(got.children[2].1.all_text().contains("suzuki.ichiro@example.jp"));
}

#[test]
fn what_is_cut_or_damaged_is_told_and_what_came_before_stands() {
    for cut in 0..SAMPLE.len() {
        let got = Collected::by(&Tnef, "winmail.dat", &SAMPLE[..cut]);
        // Of the last checksum nothing depends.
        assert!(cut < 16 || cut + 2 >= SAMPLE.len() || !got.gaps.is_empty() || got.children.len() < 3, "{cut}");
        let mut damaged = SAMPLE.to_vec();
        damaged[cut] ^= [0x01, 0x80, 0xFF][cut % 3];
        Collected::by(&Tnef, "winmail.dat", &damaged);
    }
    let got = Collected::by(&Tnef, "a", &[SAMPLE, b"something else"].concat());
    assert_eq!((got.gap_kinds(), got.children.len()), (vec![GapKind::Malformed], 3));
}

#[test]
fn counts_and_lengths_that_lie_cost_one_gap() {
    let attribute = |id: u32, data: &[u8]| {
        [&[1][..], &id.to_le_bytes(), &(data.len() as u32).to_le_bytes(), data, &[0, 0]].concat()
    };
    let message = |attributes: &[u8]| [MAGIC, &[1, 0], attributes].concat();
    for list in [
        &b"\xFF\xFF\xFF\xFF"[..],
        b"\x01\0\0\0\x1F\0\x37\0\xFF\xFF\xFF\xFF",
        b"\x01\0\0\0\x1F\0\x37\0\x01\0\0\0\xFF\xFF\xFF\x7F",
    ] {
        let got = Collected::by(&Tnef, "a", &message(&attribute(0x0006_9003, list)));
        assert_eq!(got.gap_kinds(), [GapKind::Malformed]);
        let got = Collected::by(&Tnef, "a", &message(&attribute(0x0006_9004, list)));
        assert_eq!(got.gap_kinds(), [GapKind::Malformed]);
    }
    let long = [&[1][..], &0x0006_800F_u32.to_le_bytes(), &[0xFF; 4], b"a,b\n1,2\n"].concat();
    let got = Collected::by(&Tnef, "a", &message(&long));
    assert_eq!((got.gap_kinds(), got.children.len()), (vec![GapKind::Truncated], 1));
}

/// Some programs keep the content among the properties.
#[test]
fn content_among_the_properties_is_looked_at() {
    let value = b"a@example.jp";
    let property = |kind: u16, id: u16, value: &[u8]| {
        [&kind.to_le_bytes()[..], &id.to_le_bytes(), &1_u32.to_le_bytes(), &(value.len() as u32).to_le_bytes(), value]
            .concat()
    };
    let list = [&1_u32.to_le_bytes()[..], &property(0x102, 0x3701, value)].concat();
    let attribute =
        [&[2][..], &0x0006_9005_u32.to_le_bytes(), &(list.len() as u32).to_le_bytes(), &list, &[0, 0]].concat();
    let got = Collected::by(&Tnef, "a", &[MAGIC, &[1, 0], &attribute].concat());
    assert_eq!((got.children.len(), got.children[0].0.as_str(), got.gaps.len()), (1, "attachment 1", 0));
    assert_eq!(got.children[0].1.all_text(), "a@example.jp\n");
}

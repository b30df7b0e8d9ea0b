//! No program that writes RAR is free, so these archives are written by hand from the descriptions of the format.

use super::*;
use crate::formats::collected::Collected;

const PEOPLE: &[u8] = include_bytes!("../../../testdata/formats/people.csv");

fn number(mut value: u64) -> Vec<u8> {
    let mut bytes = Vec::new();
    while value >= 0x80 {
        bytes.push(value as u8 | 0x80);
        value >>= 7;
    }
    bytes.push(value as u8);
    bytes
}

fn block5(kind: u64, flags: u64, own: &[u8], extra: &[u8], content: &[u8]) -> Vec<u8> {
    let mut flags = flags;
    flags |= u64::from(!extra.is_empty()) | if content.is_empty() { 0 } else { 2 };
    let mut body = [number(kind), number(flags)].concat();
    if !extra.is_empty() {
        body.extend(number(extra.len() as u64));
    }
    if !content.is_empty() {
        body.extend(number(content.len() as u64));
    }
    body.extend(own);
    body.extend(extra);
    let sized = [number(body.len() as u64), body].concat();
    [&crc32fast::hash(&sized).to_le_bytes()[..], &sized, content].concat()
}

fn file5(name: &str, method: u64, flags: u64, extra: &[u8], content: &[u8]) -> Vec<u8> {
    let mut own = [number(4), number(content.len() as u64), number(0)].concat();
    own.extend(crc32fast::hash(content).to_le_bytes());
    own.extend([number(method << 7), number(1), number(name.len() as u64)].concat());
    own.extend(name.as_bytes());
    block5(2, flags, &own, extra, content)
}

fn rar5(blocks: &[Vec<u8>]) -> Vec<u8> {
    let end = block5(5, 0, &number(0), b"", b"");
    [FIVE, &block5(1, 0, &number(0), b"", b""), &blocks.concat(), &end].concat()
}

fn block4(kind: u8, flags: u16, own: &[u8], content: &[u8]) -> Vec<u8> {
    let mut body = vec![kind];
    body.extend(flags.to_le_bytes());
    body.extend((own.len() as u16 + 7).to_le_bytes());
    body.extend(own);
    [&crc32fast::hash(&body).to_le_bytes()[..2], &body, content].concat()
}

fn file4(name: &[u8], method: u8, flags: u16, content: &[u8]) -> Vec<u8> {
    let mut own = Vec::new();
    own.extend((content.len() as u32).to_le_bytes());
    own.extend((content.len() as u32).to_le_bytes());
    own.push(2);
    own.extend(crc32fast::hash(content).to_le_bytes());
    own.extend([0; 4]);
    own.extend([29, method]);
    own.extend((name.len() as u16).to_le_bytes());
    own.extend([0; 4]);
    own.extend(name);
    block4(0x74, flags, &own, content)
}

fn rar4(blocks: &[Vec<u8>]) -> Vec<u8> {
    [FOUR, &block4(0x73, 0, &[0; 6], b""), &blocks.concat(), &block4(0x7B, 0, b"", b"")].concat()
}

#[test]
fn stored_members_are_read_and_others_named() {
    let people = Collected::of("people.csv", PEOPLE);
    let lock = [number(9), number(1), vec![0; 8]].concat();
    let five = rar5(&[
        file5("名簿/people.csv", 0, 0, b"", PEOPLE),
        file5("packed.csv", 3, 0, b"", b"what is packed"),
        file5("locked.csv", 3, 0, &lock, b"what is locked"),
        file5("half.csv", 0, 0x10, b"", b"half of it"),
        file5("z.txt", 0, 0, b"", b"the last line"),
    ]);
    let cp932 = encoding_rs::SHIFT_JIS.encode("名簿\\people.csv").0.into_owned();
    let four = |name: &[u8], flags| {
        rar4(&[
            file4(name, 0x30, flags, PEOPLE),
            file4(b"packed.csv", 0x33, 0, b"what is packed"),
            file4(b"locked.csv", 0x33, 4, b"what is locked"),
            file4(b"half.csv", 0x30, 2, b"half of it"),
            file4(b"z.txt", 0x30, 0, b"the last line"),
        ])
    };
    for (bytes, cipher) in
        [(five, "AES-256"), (four(&cp932, 0), "AES-128"), (four("名簿/people.csv".as_bytes(), 0x200), "AES-128")]
    {
        let got = Collected::of("a.rar", &bytes);
        assert_eq!(got.format, "rar");
        let kinds = [GapKind::UnsupportedFormat, GapKind::Encrypted, GapKind::UnsupportedFormat];
        assert_eq!(got.gap_kinds(), kinds, "{:?}", got.gaps);
        let named: Vec<_> = got.gaps.iter().filter_map(|gap| gap.0.as_deref()).collect();
        assert_eq!(named, ["packed.csv", "locked.csv", "half.csv"]);
        assert!(got.gaps[1].2.contains(cipher));
        assert_eq!((got.children[0].0.as_str(), &got.children[0].1.records), ("名簿/people.csv", &people.records));
        assert!(got.all_text().ends_with("the last line\n"));
    }
}

#[test]
fn wide_names_are_put_together() {
    // Two units of two bytes each, then a run of the narrow name.
    let coded = [&[0u8][..], &[0b1010_1100], &[0x0D, 0x54, 0x3F, 0x7C], &[9]].concat();
    let raw = [b"??/people.csv\0".as_slice(), &coded].concat();
    let bytes = rar4(&[file4(&raw, 0x30, 0x200, b"some text")]);
    assert_eq!(Collected::of("a.rar", &bytes).children[0].0, "\u{540D}\u{7C3F}/people.csv");
}

#[test]
fn locked_headers_and_volumes_are_told() {
    let five = [FIVE, &block5(4, 0, &[0; 20], b"", b""), &[0xAA; 80]].concat();
    let four = [FOUR, &block4(0x73, 0x80, &[0; 6], b""), &[0xAA; 80]].concat();
    for bytes in [five, four] {
        let got = Collected::of("a.rar", &bytes);
        assert_eq!(got.gap_kinds(), [GapKind::Encrypted]);
        assert!(got.gaps[0].0.is_none() && got.gaps[0].2.contains("names"));
    }
    let more = [FIVE, &block5(1, 0, &number(1), b"", b""), &block5(5, 0, &number(1), b"", b"")].concat();
    assert_eq!(Collected::of("a.rar", &more).gap_kinds(), [GapKind::Truncated]);
}

#[test]
fn a_cut_or_damaged_archive_is_told() {
    let five = rar5(&[file5("a.txt", 0, 0, b"", b"first text"), file5("b.txt", 0, 0, b"", b"second text")]);
    let four = rar4(&[file4(b"a.txt", 0x30, 0, b"first text"), file4(b"b.txt", 0x30, 0, b"second text")]);
    for bytes in [five, four] {
        assert!(Collected::of("a.rar", &bytes).gaps.is_empty());
        for cut in 8..bytes.len() {
            let got = Collected::of("a.rar", &bytes[..cut]);
            // Where an old archive ends between two members nothing shows it.
            assert!(got.gaps.len() == 1 || (got.gaps.is_empty() && bytes[6] == 0), "{cut}: {:?}", got.gaps);
        }
        for at in 8..bytes.len() {
            let mut damaged = bytes.clone();
            damaged[at] ^= [0x01, 0x80, 0xFF][at % 3];
            assert!(!Collected::of("a.rar", &damaged).gaps.is_empty(), "{at}");
        }
    }
}

#[test]
fn sizes_that_lie_are_cut_off() {
    let mut own = [number(0), number(u64::MAX), number(0), number(0), number(1), number(1)].concat();
    own.push(b'a');
    let body = [number(2), number(2), number(u64::MAX), own].concat();
    let sized = [number(body.len() as u64), body].concat();
    let bytes = [FIVE, &crc32fast::hash(&sized).to_le_bytes(), &sized, b"some text"].concat();
    let got = Collected::of("a.rar", &bytes);
    assert_eq!((got.gap_kinds(), got.all_text().as_str()), (vec![GapKind::Truncated], "some text\n"));
}

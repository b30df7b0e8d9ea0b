use super::*;
use crate::formats::collected::Collected;

macro_rules! sample {
    ($name:literal) => {
        ($name, include_bytes!(concat!("../../../testdata/formats/lzh/", $name)).as_slice())
    };
}

const SAMPLES: &[(&str, &[u8])] = &[
    sample!("level0.lzh"),
    sample!("level1.lzh"),
    sample!("lh6.lzh"),
    sample!("lh7.lzh"),
    sample!("stored.lzh"),
    sample!("cp932.lzh"),
];

/// A member of level 0, stored.
fn stored(name: &[u8], method: &[u8; 5], content: &[u8]) -> Vec<u8> {
    let mut header = vec![0, 0];
    header.extend(method);
    header.extend((content.len() as u32).to_le_bytes());
    header.extend((content.len() as u32).to_le_bytes());
    header.extend([0, 0, 0, 0, 0x20, 0, name.len() as u8]);
    header.extend(name);
    header.extend(checksum(content).to_le_bytes());
    header[0] = header.len() as u8 - 2;
    header[1] = header[2..].iter().fold(0u8, |sum, byte| sum.wrapping_add(*byte));
    header.extend(content);
    header
}

/// CRC-16/ARC.
fn checksum(bytes: &[u8]) -> u16 {
    bytes.iter().fold(0u16, |sum, byte| {
        (0..8).fold(sum ^ u16::from(*byte), |sum, _| if sum & 1 == 1 { sum >> 1 ^ 0xA001 } else { sum >> 1 })
    })
}

#[test]
fn what_lha_packed_is_read_once_with_its_name() {
    let people = Collected::of("people.csv", include_bytes!("../../../testdata/formats/people.csv"));
    for (name, bytes) in SAMPLES {
        let got = Collected::of(name, bytes);
        assert_eq!((got.format, got.gaps.len()), ("lzh", 0), "{name}: {:?}", got.gaps);
        let (member, child) = &got.children[0];
        let want = if *name == "cp932.lzh" { "機能表一覧.csv" } else { "people.csv" };
        assert!(member.ends_with(want), "{name}: {member}");
        assert_eq!(child.records, people.records, "{name}");
        assert!(*name == "cp932.lzh" || got.all_text().contains("the last line"), "{name}");
    }
}

#[test]
fn a_cut_or_damaged_archive_is_told() {
    for (name, bytes) in SAMPLES {
        for cut in (30..bytes.len()).step_by(7) {
            let got = Collected::of(name, &bytes[..cut]);
            assert_eq!(got.gaps.len(), 1, "{name} {cut}: {:?}", got.gaps);
        }
        for at in (0..bytes.len()).step_by(5) {
            let mut damaged = bytes.to_vec();
            damaged[at] ^= [0x01, 0x80, 0xFF][at % 3];
            Collected::of(name, &damaged);
        }
    }
}

#[test]
fn a_damaged_header_does_not_hide_what_follows() {
    let mut bytes = [stored(b"a.txt", b"-lh0-", b"first text"), stored(b"b.txt", b"-lh0-", b"second text")].concat();
    let second = stored(b"a.txt", b"-lh0-", b"first text").len();
    bytes.extend(stored(b"c.txt", b"-lh0-", b"third text"));
    bytes.push(0);
    assert!(Collected::of("a.lzh", &bytes).gaps.is_empty());
    bytes[second + 1] ^= 0xFF;
    let got = Collected::of("a.lzh", &bytes);
    assert_eq!((got.gap_kinds(), got.all_text().as_str()), (vec![GapKind::Malformed], "first text\nthird text\n"));
    // A wrong checksum of the content.
    let mut bytes = [stored(b"a.txt", b"-lh0-", b"first text"), vec![0]].concat();
    let at = bytes.len() - 2;
    bytes[at] = b'T';
    let got = Collected::of("a.lzh", &bytes);
    assert_eq!((got.gap_kinds(), got.all_text().as_str()), (vec![GapKind::Malformed], "first texT\n"));
}

#[test]
fn what_can_not_be_unpacked_or_stands_behind_the_end_is_told() {
    let bytes = [stored(b"a.txt", b"-lh9-", b"packed"), stored(b"b.txt", b"-lh0-", b"second text"), vec![0]].concat();
    let got = Collected::of("a.lzh", &bytes);
    assert_eq!((got.gap_kinds(), got.all_text().as_str()), (vec![GapKind::UnsupportedFormat], "second text\n"));
    assert_eq!(got.gaps[0].0.as_deref(), Some("a.txt"));
    let more = [stored(b"a.txt", b"-lh0-", b"first text"), vec![0], b"more".to_vec()].concat();
    assert_eq!(Collected::of("a.lzh", &more).gap_kinds(), [GapKind::Malformed]);
    let padded = [stored(b"a.txt", b"-lh0-", b"first text"), vec![0; 300]].concat();
    assert!(Collected::of("a.lzh", &padded).gaps.is_empty());
}

#[test]
fn many_things_that_look_like_headers_cost_little() {
    let mut bytes = stored(b"a.txt", b"-lh0-", b"first text");
    bytes.extend(b"-lh5-".repeat(200_000));
    let got = Collected::of("a.lzh", &bytes);
    assert_eq!((got.gap_kinds(), got.all_text().as_str()), (vec![GapKind::Malformed], "first text\n"));
}

#[test]
fn words_are_no_archive() {
    for text in ["ab-lhs and so on\n", "ab-lh5- is a method of packing files\n"] {
        assert_eq!(Collected::of("a.lzh", text.as_bytes()).format, "plain");
    }
}

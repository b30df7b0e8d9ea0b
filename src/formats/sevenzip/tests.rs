use std::io::Cursor;

use super::*;
use crate::formats::collected::Collected;

macro_rules! sample {
    ($name:literal) => {
        ($name, include_bytes!(concat!("../../../testdata/formats/7z/", $name)).as_slice())
    };
}

const SAMPLES: &[(&str, &[u8])] = &[
    sample!("solid.7z"),
    sample!("lzma.7z"),
    sample!("ppmd.7z"),
    sample!("bzip2.7z"),
    sample!("deflate.7z"),
    sample!("copy.7z"),
    sample!("bcj2.7z"),
];
const LOCKED: &[(&str, &[u8])] =
    &[sample!("deflate64.7z"), sample!("members-encrypted.7z"), sample!("all-encrypted.7z")];

#[test]
fn what_7zip_packed_is_read_once_with_its_name() {
    let people = Collected::of("people.csv", include_bytes!("../../../testdata/formats/people.csv"));
    for (name, bytes) in SAMPLES {
        let got = Collected::of(name, bytes);
        assert_eq!((got.format, got.gaps.len()), ("7z", 0), "{name}: {:?}", got.gaps);
        let mut names: Vec<_> = got.children.iter().map(|child| child.0.as_str()).collect();
        names.sort_unstable();
        assert_eq!(names, ["名簿/a.txt", "名簿/empty.txt", "名簿/people.csv", "名簿/z.txt"], "{name}");
        let (_, child) = got.children.iter().find(|child| child.0.ends_with("people.csv")).unwrap();
        assert_eq!(child.records, people.records, "{name}");
        assert!(got.all_text().contains("the last line"), "{name}");
    }
}

#[test]
fn what_is_locked_is_named() {
    let [unknown, members, all] = LOCKED else { panic!() };
    let got = Collected::of(unknown.0, unknown.1);
    assert_eq!(got.gap_kinds(), [GapKind::UnsupportedFormat; 3], "{:?}", got.gaps);
    assert!(got.gaps.iter().any(|gap| gap.0.as_deref() == Some("名簿/people.csv")));
    let got = Collected::of(members.0, members.1);
    assert_eq!(got.gap_kinds(), [GapKind::Encrypted; 3], "{:?}", got.gaps);
    assert!(got.gaps.iter().any(|gap| gap.0.as_deref() == Some("名簿/people.csv")));
    let got = Collected::of(all.0, all.1);
    assert_eq!(got.gap_kinds(), [GapKind::Encrypted]);
    assert!(got.gaps[0].0.is_none() && got.gaps[0].2.contains("names"));
}

#[test]
fn a_cut_or_damaged_archive_is_told() {
    for (name, bytes) in SAMPLES {
        for cut in (6..bytes.len()).step_by(37) {
            let got = Collected::of(name, &bytes[..cut]);
            assert_eq!(got.gap_kinds(), [GapKind::Truncated], "{name} {cut}: {:?}", got.gaps);
        }
        let mut damaged = bytes.to_vec();
        damaged[40] ^= 0xFF;
        let got = Collected::of(name, &damaged);
        assert!(!got.gaps.is_empty() && got.gap_kinds().iter().all(|kind| *kind != GapKind::Encrypted), "{name}");
        for at in (6..bytes.len()).step_by(23) {
            let mut damaged = bytes.to_vec();
            damaged[at] ^= [0x01, 0x80, 0xFF][at % 3];
            Collected::of(name, &damaged);
        }
    }
}

/// An archive whose directory says this.
fn with_directory(directory: &[u8]) -> Vec<u8> {
    let mut start = Vec::new();
    start.extend(0u64.to_le_bytes());
    start.extend((directory.len() as u64).to_le_bytes());
    start.extend(crc32fast::hash(directory).to_le_bytes());
    [b"7z\xBC\xAF\x27\x1C\0\x04".as_slice(), &crc32fast::hash(&start).to_le_bytes(), &start, directory].concat()
}

#[test]
fn a_directory_that_lies_is_refused_before_anything_is_set_aside() {
    // A header that lists 2⁴⁰ members, and one of 300,000 that are not there.
    for (members, kind) in [(&[0xFC, 0, 0, 0, 0, 1][..], GapKind::OverLimit), (&[0xC4, 0xE0, 0x93], GapKind::OverLimit)]
    {
        let got = Collected::of("a.7z", &with_directory(&[&[1, 5][..], members, &[0, 0]].concat()));
        assert_eq!(got.gap_kinds(), [kind], "{:?}", got.gaps);
    }
    let got = Collected::of("a.7z", &with_directory(&[1, 4, 6, 0, 0xFF, 1, 1]));
    assert_eq!(got.gap_kinds(), [GapKind::Malformed], "{:?}", got.gaps);
    // A directory of 2⁶³ bytes.
    let mut bytes = with_directory(&[1, 0]);
    bytes[20..28].copy_from_slice(&(1u64 << 63).to_le_bytes());
    let checksum = crc32fast::hash(&bytes[12..32]);
    bytes[8..12].copy_from_slice(&checksum.to_le_bytes());
    assert_eq!(Collected::of("a.7z", &bytes).gap_kinds(), [GapKind::Truncated]);
}

#[test]
fn the_members_of_a_directory_are_counted_as_the_library_counts_them() {
    for (name, bytes) in SAMPLES.iter().chain(&LOCKED[..2]) {
        let looked = directory::look(&mut Cursor::new(bytes), bytes.len() as u64).unwrap();
        assert!(matches!(looked, Directory::Sound), "{name}");
    }
}

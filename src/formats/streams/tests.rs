use std::io::Read;

use super::*;
use crate::formats::collected::Collected;
use crate::model::GapKind;

pub(in crate::formats) const SAMPLES: &[(&str, &[u8])] = &[
    ("people.csv.bz2", include_bytes!("../../../testdata/formats/streams/people.csv.bz2")),
    ("two.csv.bz2", include_bytes!("../../../testdata/formats/streams/two.csv.bz2")),
    ("people.csv.xz", include_bytes!("../../../testdata/formats/streams/people.csv.xz")),
    ("two.csv.xz", include_bytes!("../../../testdata/formats/streams/two.csv.xz")),
    ("people.csv.lzma", include_bytes!("../../../testdata/formats/streams/people.csv.lzma")),
    ("people.csv.lz", include_bytes!("../../../testdata/formats/streams/people.csv.lz")),
    ("two.csv.lz", include_bytes!("../../../testdata/formats/streams/two.csv.lz")),
    ("people.csv.zst", include_bytes!("../../../testdata/formats/streams/people.csv.zst")),
    ("two.csv.zst", include_bytes!("../../../testdata/formats/streams/two.csv.zst")),
    ("people.csv.lz4", include_bytes!("../../../testdata/formats/streams/people.csv.lz4")),
    ("two.csv.lz4", include_bytes!("../../../testdata/formats/streams/two.csv.lz4")),
    ("legacy.csv.lz4", include_bytes!("../../../testdata/formats/streams/legacy.csv.lz4")),
    ("people.csv.Z", include_bytes!("../../../testdata/formats/streams/people.csv.Z")),
    ("small.csv.Z", include_bytes!("../../../testdata/formats/streams/small.csv.Z")),
];

const PEOPLE: &[u8] = include_bytes!("../../../testdata/formats/people.csv");

#[test]
fn what_the_real_programs_packed_is_one_table() {
    let want = Collected::of("people.csv", PEOPLE);
    assert_eq!((want.format, want.records.len()), ("csv", 6));
    for (name, bytes) in SAMPLES {
        let got = Collected::of(name, bytes);
        assert!(got.gaps.is_empty(), "{name}: {:?}", got.gaps);
        let [(inner, child)] = got.children.as_slice() else { panic!("{name}: {} children", got.children.len()) };
        assert_eq!(Some(inner.as_str()), name.rsplit_once('.').map(|(stem, _)| stem));
        assert_eq!(child.records, want.records, "{name}");
    }
}

#[test]
fn a_cut_or_damaged_stream_is_told() {
    for (name, bytes) in SAMPLES {
        // Compress has neither an end mark nor a checksum.
        if name.ends_with(".Z") {
            continue;
        }
        for cut in (20..bytes.len()).step_by(7) {
            let got = Collected::of(name, &bytes[..cut]);
            let between = name.starts_with("two") && got.all_text().contains("090-1234-5601") && got.gaps.is_empty();
            // Between two streams a cut does not show.
            assert!(
                between || got.gap_kinds() == [GapKind::Truncated] || got.gap_kinds() == [GapKind::Malformed],
                "{name} {cut}: {:?}",
                got.gaps
            );
            let (format, text) = (got.format, Collected::of(name, bytes).all_text());
            if format != "lzma" {
                assert!(text.contains(got.all_text().lines().next().unwrap_or("")), "{name} {cut}");
            }
        }
        let mut more = bytes.to_vec();
        more.extend(b"junk that belongs to nothing");
        let got = Collected::of(name, &more);
        assert!(got.all_text().contains("yamada.taro@example.jp"), "{name}");
        assert_eq!(got.gaps.len(), 1, "{name}: what follows is told: {:?}", got.gaps);
    }
}

#[test]
fn a_flipped_byte_is_no_panic() {
    for (name, bytes) in SAMPLES {
        for at in (0..bytes.len()).step_by(11) {
            let mut damaged = bytes.to_vec();
            damaged[at] ^= [0x01, 0x80, 0xFF][at % 3];
            Collected::of(name, &damaged);
        }
    }
}

#[test]
fn a_window_that_is_too_large_is_refused_before_it_is_made() {
    // 2 GiB of window, 1.5 GiB of dictionary.
    let zstd = [b"\x28\xB5\x2F\xFD\x00\xA8".as_slice(), &[0; 40]].concat();
    let mut lzma = vec![0x5D];
    lzma.extend(0x6000_0000u32.to_le_bytes());
    lzma.extend(u64::MAX.to_le_bytes());
    lzma.extend([0; 40]);
    let lzip = [b"LZIP\x01\x1D".as_slice(), &[0; 40]].concat();
    for (name, bytes) in [("a.zst", zstd), ("a.lzma", lzma), ("a.lz", lzip)] {
        let got = Collected::of(name, &bytes);
        assert_eq!(got.gap_kinds(), [GapKind::OverLimit], "{name}: {:?}", got.gaps);
        assert!(got.gaps[0].2.contains("memory"), "{:?}", got.gaps);
    }
}

#[test]
fn a_frame_that_needs_a_dictionary_says_so() {
    let zstd = [b"\x28\xB5\x2F\xFD\x01\x58\x07".as_slice(), &[0; 40]].concat();
    let got = Collected::of("a.zst", &zstd);
    assert_eq!(got.gap_kinds(), [GapKind::UnsupportedFormat], "{:?}", got.gaps);
}

#[test]
fn words_are_no_streams() {
    for text in ["BZh is short for bzip2\n", "LZIP files are packed\n", "]\0\0\u{1}\0 no dictionary"] {
        let got = Collected::of("a.txt", text.as_bytes());
        assert!(["plain", "binary"].contains(&got.format), "{text} is {}", got.format);
    }
}

/// Text in which everything repeats at every distance, packed by LZW by hand: codes of 9 bits and their groups.
#[test]
fn lzw_keeps_its_place_over_a_change_of_width() {
    let mut text = Vec::new();
    let bytes = include_bytes!("../../../testdata/formats/streams/people.csv.Z");
    lzw::Lzw::new(&bytes[..]).read_to_end(&mut text).unwrap();
    assert_eq!(text, PEOPLE);
}

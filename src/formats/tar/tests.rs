use super::*;
use crate::formats::collected::Collected;

pub(in crate::formats) const SAMPLES: &[(&str, &[u8])] = &[
    ("gnu.tar", include_bytes!("../../../testdata/formats/tar/gnu.tar")),
    ("pax.tar", include_bytes!("../../../testdata/formats/tar/pax.tar")),
    ("ustar.tar", include_bytes!("../../../testdata/formats/tar/ustar.tar")),
    ("v7.tar", include_bytes!("../../../testdata/formats/tar/v7.tar")),
    ("bsd.tar", include_bytes!("../../../testdata/formats/tar/bsd.tar")),
    ("cp932.tar", include_bytes!("../../../testdata/formats/tar/cp932.tar")),
    ("euc.tar", include_bytes!("../../../testdata/formats/tar/euc.tar")),
    ("sparse-gnu.tar", include_bytes!("../../../testdata/formats/tar/sparse-gnu.tar")),
    ("sparse-0.0.tar", include_bytes!("../../../testdata/formats/tar/sparse-0.0.tar")),
    ("sparse-0.1.tar", include_bytes!("../../../testdata/formats/tar/sparse-0.1.tar")),
    ("sparse-1.0.tar", include_bytes!("../../../testdata/formats/tar/sparse-1.0.tar")),
];

fn sample(name: &str) -> &'static [u8] {
    SAMPLES.iter().find(|(known, _)| *known == name).map(|(_, bytes)| *bytes).unwrap()
}

/// A member, its header as the seventh edition wrote it.
fn entry(name: &[u8], kind: u8, size: u64, content: &[u8]) -> Vec<u8> {
    let mut block = [0u8; BLOCK];
    block[..name.len().min(100)].copy_from_slice(&name[..name.len().min(100)]);
    block[124..135].copy_from_slice(format!("{size:011o}").as_bytes());
    block[156] = kind;
    block[148..156].fill(b' ');
    let sum: u32 = block.iter().map(|byte| u32::from(*byte)).sum();
    block[148..155].copy_from_slice(format!("{sum:06o}\0").as_bytes());
    let padding = content.len().next_multiple_of(BLOCK) - content.len();
    [&block[..], content, &vec![0; padding]].concat()
}

fn file(name: &str, content: &str) -> Vec<u8> {
    entry(name.as_bytes(), b'0', content.len() as u64, content.as_bytes())
}

const END: [u8; 1024] = [0; 1024];

#[test]
fn what_the_real_programs_packed_is_read_once_with_its_name() {
    let people = Collected::of("people.csv", include_bytes!("../../../testdata/formats/people.csv"));
    for (name, bytes) in SAMPLES {
        let got = Collected::of(name, bytes);
        assert_eq!(got.format, "tar", "{name}");
        assert!(got.gaps.is_empty(), "{name}: {:?}", got.gaps);
        let mails = got.all_text().matches("@example.jp").count();
        assert_eq!(mails, 5, "{name}");
        let (member, child) = &got.children[0];
        let want = match name.split('.').next().unwrap() {
            "gnu" | "pax" => format!("{}/{}/people.csv", "部署".repeat(30), "名簿".repeat(20)),
            "cp932" => "名簿.csv".to_owned(),
            "euc" => "顧客名簿.csv".to_owned(),
            "ustar" => "d/hard.csv".to_owned(),
            "v7" | "bsd" => "d/people.csv".to_owned(),
            _ => "holes.csv".to_owned(),
        };
        assert!(*member == want || (*name == "bsd.tar" && member == "d/hard.csv"), "{name}: {member}");
        assert_eq!(got.children.len(), 1, "{name}: links and folders are no content");
        if !name.starts_with("sparse") {
            assert_eq!(child.records, people.records);
        }
    }
}

#[test]
fn values_on_both_sides_of_a_hole_are_not_one() {
    let map = vec![(0, 3), (10_000_000, 3)];
    let mut text = Vec::new();
    Sparse::new(&b"abcdef"[..], map).read_to_end(&mut text).unwrap();
    assert!(text.starts_with(b"abc\0") && text.ends_with(b"\0def") && text.len() < 100_000);
}

#[test]
fn a_cut_archive_is_told_wherever_it_ends() {
    let whole = [file("a.txt", "first text"), file("b.txt", "second text"), END.to_vec()].concat();
    assert!(Collected::of("a.tar", &whole).gaps.is_empty());
    for cut in [700, 1024, 1030, 1536, 1537, 1600] {
        let got = Collected::of("a.tar", &whole[..cut]);
        assert_eq!(got.gaps.len(), 1, "{cut}: {:?}", got.gaps);
        assert!(got.all_text().starts_with("first text"), "{cut}");
    }
    for (name, bytes) in SAMPLES {
        for cut in (512..bytes.len()).step_by(997) {
            Collected::of(name, &bytes[..cut]);
        }
        for at in (0..bytes.len()).step_by(397) {
            let mut damaged = bytes.to_vec();
            damaged[at] ^= [0x01, 0x80, 0xFF][at % 3];
            Collected::of(name, &damaged);
        }
    }
}

#[test]
fn a_damaged_header_costs_its_name_and_not_its_content() {
    let mut bytes =
        [file("a.txt", "first text"), file("b.txt", "second text"), file("c.txt", "third text"), END.to_vec()].concat();
    bytes[1024 + 130] = b'x';
    let got = Collected::of("a.tar", &bytes);
    assert_eq!(got.gap_kinds(), [GapKind::Malformed]);
    let names: Vec<_> = got.children.iter().map(|child| child.0.as_str()).collect();
    assert_eq!(names, ["a.txt", "(damaged at byte 1024)", "c.txt"]);
    assert!(got.all_text().contains("second text") && got.all_text().ends_with("third text\n"), "{}", got.all_text());
}

#[test]
fn archives_one_after_the_other_are_all_read() {
    let bytes = [file("a.txt", "first text"), END.to_vec(), file("b.txt", "second text"), END.to_vec()].concat();
    let got = Collected::of("a.tar", &bytes);
    assert_eq!((got.all_text().as_str(), got.gaps.len()), ("first text\nsecond text\n", 0));
}

#[test]
fn a_link_with_a_size_has_no_content_or_some() {
    let bare = [entry(b"l", b'1', 10, b""), file("a.txt", "first text"), END.to_vec()].concat();
    let got = Collected::of("a.tar", &bare);
    assert_eq!((got.all_text().as_str(), got.gaps.len()), ("first text\n", 0));
    let stored = [entry(b"l", b'1', 10, b"linked one"), file("a.txt", "first text"), END.to_vec()].concat();
    let got = Collected::of("a.tar", &stored);
    assert!(got.all_text().contains("linked one") && got.gaps.len() == 1, "{:?}", got.gaps);
}

#[test]
fn sizes_that_lie_are_cut_off() {
    let lying = entry(b"a.txt", b'0', 0o77_777_777_777, b"some text");
    let got = Collected::of("a.tar", &lying);
    assert_eq!((got.gap_kinds(), got.all_text().contains("some text")), (vec![GapKind::Truncated], true));
    // A name of eight GiB, and one of a mebibyte that is there.
    let lying = entry(b"a.txt", b'L', 0o77_777_777_777, b"some text");
    assert_eq!(Collected::of("a.tar", &lying).gaps.len(), 1);
    let name = "n".repeat(1 << 20);
    let bytes =
        [entry(b"././@LongLink", b'L', 1 << 20, name.as_bytes()), file("x", "first text"), END.to_vec()].concat();
    let got = Collected::of("a.tar", &bytes);
    assert_eq!(got.gap_kinds(), [GapKind::OverLimit]);
    assert_eq!(got.children[0].0.len(), 64 * 1024);
}

#[test]
fn a_list_of_holes_that_lies_is_no_flood() {
    let pax = |records: &str| entry(b"x", b'x', records.len() as u64, records.as_bytes());
    let record = |text: &str| format!("{} {text}\n", text.len() + 5);
    let ahead = pax(&[record("GNU.sparse.major=1"), record("GNU.sparse.minor=0")].concat());
    for map in ["99999999999999999\n", "1\nx\n", "2\n0\n", "1\n18446744073709551615\n18446744073709551615\n"] {
        let bytes = [ahead.clone(), file("a.txt", map), END.to_vec()].concat();
        let got = Collected::of("a.tar", &bytes);
        assert!(got.gaps.len() <= 2, "{map}: {:?}", got.gaps);
    }
    let broken = [pax("99 path=x\n"), file("a.txt", "text of it"), END.to_vec()].concat();
    assert_eq!(Collected::of("a.tar", &broken).gap_kinds(), [GapKind::Malformed]);
}

#[test]
fn a_name_for_the_next_member_is_for_that_alone() {
    let long = "deep/".repeat(50) + "a.csv";
    let bytes = [
        entry(b"././@LongLink", b'L', long.len() as u64 + 1, format!("{long}\0").as_bytes()),
        file("short", "one"),
        file("b.txt", "two"),
        END.to_vec(),
    ]
    .concat();
    let got = Collected::of("a.tar", &bytes);
    let names: Vec<_> = got.children.iter().map(|child| child.0.as_str()).collect();
    assert_eq!(names, [long.as_str(), "b.txt"]);
}

#[test]
fn text_is_no_tar_and_a_short_name_says_nothing() {
    assert_eq!(Collected::of("a.tar", "a line of text\n".repeat(90).as_bytes()).format, "plain");
    assert_eq!(Collected::of("a.tar", &sample("v7.tar")[..500]).format, "binary");
    assert_eq!(Collected::of("a.tar", &sample("gnu.tar")[..500]).format, "tar");
}

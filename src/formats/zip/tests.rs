use std::io::{Cursor, Write};

use zip::ZipWriter;
use zip::write::SimpleFileOptions;

use super::*;
use crate::formats::collected::Collected;
use crate::formats::made::zipped;
use crate::model::Charset;

fn archive(members: &[(&str, &[u8])]) -> Vec<u8> {
    zipped(members)
}

fn streamed(members: &[(&str, &[u8])]) -> Vec<u8> {
    let mut writer = ZipWriter::new_stream(Vec::new());
    for (name, content) in members {
        writer.start_file(*name, SimpleFileOptions::default().compression_method(CompressionMethod::Deflated)).unwrap();
        writer.write_all(content).unwrap();
    }
    writer.finish().unwrap().into_inner()
}

fn names(got: &Collected) -> Vec<&str> {
    got.children.iter().map(|c| c.0.as_str()).collect()
}

#[test]
fn members_nest() {
    let inner = archive(&[("顧客.csv", "氏名,電話\n山田,03-1234-5678\n鈴木,03-1234-9999\n".as_bytes())]);
    let got = Collected::of("a.zip", &archive(&[("readme.txt", b"hello there"), ("dir/inner.zip", &inner)]));
    assert_eq!((got.format, names(&got)), ("zip", vec!["readme.txt", "dir/inner.zip"]));
    assert_eq!(got.children[1].1.children[0].1.format, "csv");
    assert!(got.all_text().contains("03-1234-5678") && got.gaps.is_empty());
    assert!(Collected::of("e.zip", &archive(&[])).gaps.is_empty());
}

#[test]
fn names_in_cp932() {
    let placeholder = "XXXXXXXX.txt";
    let mut bytes = archive(&[(placeholder, b"x")]);
    let name = encoding_rs::SHIFT_JIS.encode("顧客名簿.txt").0.into_owned();
    assert_eq!(name.len(), placeholder.len());
    while let Some(at) = memchr::memmem::find(&bytes, placeholder.as_bytes()) {
        bytes[at..at + name.len()].copy_from_slice(&name);
    }
    assert_eq!(names(&Collected::of("a.zip", &bytes)), ["顧客名簿.txt"]);
}

#[test]
fn two_members_of_one_name_are_two() {
    let mut bytes = archive(&[("a.txt", b"first text"), ("b.txt", b"second text")]);
    while let Some(at) = memchr::memmem::find(&bytes, b"b.txt") {
        bytes[at] = b'a';
    }
    let got = Collected::of("a.zip", &bytes);
    assert_eq!(names(&got), ["a.txt", "a.txt"]);
    assert_eq!(got.all_text(), "first text\nsecond text\n");
}

/// Sets a field of every local and central header.
fn patch(bytes: &mut [u8], local: usize, central: usize, value: u16) {
    for (signature, offset) in [(b"PK\x03\x04", local), (b"PK\x01\x02", central)] {
        let at = memchr::memmem::find(bytes, signature).unwrap() + offset;
        bytes[at..at + 2].copy_from_slice(&value.to_le_bytes());
    }
}

#[test]
fn encrypted_and_unknown_members_are_named() {
    let mut bytes = archive(&[("secret.csv", b"name,tel"), ("plain.txt", b"still read")]);
    patch(&mut bytes, 6, 8, 1);
    let got = Collected::of("a.zip", &bytes);
    assert_eq!(got.gap_kinds(), [GapKind::Encrypted]);
    assert_eq!(got.gaps[0].0.as_deref(), Some("secret.csv"));
    assert!(got.gaps[0].2.contains("ZipCrypto"));
    assert_eq!(names(&got), ["plain.txt"]);
    patch(&mut bytes, 8, 10, 99);
    assert!(Collected::of("a.zip", &bytes).gaps[0].2.contains("AES"));
    patch(&mut bytes, 6, 8, 0);
    patch(&mut bytes, 8, 10, 98);
    let got = Collected::of("a.zip", &bytes);
    assert_eq!(got.gap_kinds(), [GapKind::UnsupportedFormat]);
    assert!(got.gaps[0].2.contains("98"), "{}", got.gaps[0].2);
    assert_eq!(names(&got), ["plain.txt"]);
}

#[test]
fn a_wrong_checksum_is_told() {
    let mut bytes = archive(&[("a.txt", b"some text to read")]);
    let at = memchr::memmem::find(&bytes, b"PK\x01\x02").unwrap() + 16;
    bytes[at] ^= 0xFF;
    let got = Collected::of("a.zip", &bytes);
    assert_eq!(got.gap_kinds(), [GapKind::Malformed]);
    assert_eq!(got.all_text(), "some text to read\n");
}

#[test]
fn a_torn_archive_gives_its_members() {
    for bytes in [
        archive(&[("a.txt", b"first text"), ("b.txt", b"second text"), ("c.txt", b"third text")]),
        streamed(&[("a.txt", b"first text"), ("b.txt", b"second text"), ("c.txt", b"third text")]),
    ] {
        let directory = memchr::memmem::find(&bytes, b"PK\x01\x02").unwrap();
        let got = Collected::of("a.zip", &bytes[..directory]);
        assert_eq!(names(&got), ["a.txt", "b.txt", "c.txt"]);
        assert_eq!(got.gap_kinds(), [GapKind::Truncated]);
        assert!(got.gaps[0].2.contains("3 by their own headers"), "{}", got.gaps[0].2);
        assert_eq!(got.all_text(), "first text\nsecond text\nthird text\n");
        let third = memchr::memmem::find(&bytes, b"c.txt").unwrap() + 12;
        let cut = Collected::of("a.zip", &bytes[..third]);
        assert_eq!(cut.gap_kinds(), [GapKind::Truncated, GapKind::Truncated]);
        assert!(cut.all_text().starts_with("first text\nsecond text\n"));
    }
}

#[test]
fn office_documents_say_what_is_missing() {
    let got = Collected::of(
        "a.xlsx",
        &archive(&[("[Content_Types].xml", b"<Types/>"), ("xl/sharedStrings.xml", b"<t>taro@example.jp</t>")]),
    );
    assert_eq!(got.gap_kinds(), [GapKind::UnsupportedFormat]);
    assert!(got.all_text().contains("taro@example.jp"));
}

#[test]
fn a_child_that_stops_the_archive_stops_it() {
    struct Stopper(usize);
    impl Sink for Stopper {
        fn record(&mut self, _: &crate::model::Record<'_>) {}
        fn child(&mut self, _: &str, _: &mut dyn Read) -> bool {
            self.0 += 1;
            false
        }
        fn part(&mut self, _: &str, _: &mut dyn FnMut(&mut dyn Sink)) -> bool {
            false
        }
        fn encrypted(&mut self, _: Option<&str>, _: &str, reason: String) {
            panic!("{reason}");
        }
        fn budget(&self) -> std::rc::Rc<crate::formats::Budget> {
            crate::formats::Budget::new(1)
        }
        fn gap(&mut self, _: GapKind, reason: String) {
            panic!("{reason}");
        }
        fn member_gap(&mut self, _: &str, _: GapKind, reason: String) {
            panic!("{reason}");
        }
        fn broken_off(&mut self, _: GapKind, reason: String) {
            panic!("{reason}");
        }
        fn charset(&mut self, _: Charset) {}
    }
    let bytes = archive(&[("a", b"x"), ("b", b"y")]);
    let mut sink = Stopper(0);
    let head = Head { bytes: &bytes, whole: true, name: "a.zip" };
    Zip.read(&head, Input::Seek(&mut Cursor::new(&bytes), bytes.len() as u64), &mut sink);
    assert_eq!(sink.0, 1);
}

/// Archives that other programs wrote (`testdata/formats/make.sh`).
#[test]
fn archives_of_other_programs() {
    let sample = |bytes: &[u8]| Collected::of("a.zip", bytes);
    let locked = sample(include_bytes!("../../../testdata/formats/zip/zipcrypto.zip"));
    assert_eq!((locked.gap_kinds(), locked.gaps[0].2.contains("ZipCrypto")), (vec![GapKind::Encrypted], true));
    let locked = sample(include_bytes!("../../../testdata/formats/zip/aes.zip"));
    assert_eq!((locked.gap_kinds(), locked.gaps[0].2.contains("AES")), (vec![GapKind::Encrypted], true));
    let lzma = sample(include_bytes!("../../../testdata/formats/zip/lzma.zip"));
    assert!(lzma.gaps.is_empty() && lzma.all_text().contains("taro@example.jp"), "{:?}", lzma.gaps);
    for bytes in [
        include_bytes!("../../../testdata/formats/zip/streamed.zip").as_slice(),
        include_bytes!("../../../testdata/formats/zip/nested.zip"),
        include_bytes!("../../../testdata/formats/zip/zip64.zip"),
    ] {
        let got = sample(bytes);
        assert!(got.all_text().contains("山田 太郎\n090-1234-5678\ntaro@example.jp\n"), "{:?}", got.all_text());
        assert!(got.gaps.is_empty(), "{:?}", got.gaps);
        let directory = memchr::memmem::rfind(bytes, b"PK\x01\x02").unwrap();
        let torn = sample(&bytes[..directory]);
        assert_eq!((torn.all_text(), torn.gap_kinds()), (got.all_text(), vec![GapKind::Truncated]));
    }
}

#[test]
fn a_torn_archive_is_not_taken_for_one_inside_it() {
    let inner = archive(&[("inner.txt", b"inner text")]);
    let mut writer = ZipWriter::new(Cursor::new(Vec::new()));
    let stored = SimpleFileOptions::default().compression_method(CompressionMethod::Stored);
    for (name, content) in [("first.txt", b"first text".as_slice()), ("inner.zip", &inner)] {
        writer.start_file(name, stored).unwrap();
        writer.write_all(content).unwrap();
    }
    let whole = writer.finish().unwrap().into_inner();
    let torn = &whole[..memchr::memmem::rfind(&whole, b"PK\x01\x02first").unwrap_or(whole.len() - 130)];
    let got = Collected::of("a.zip", torn);
    assert_eq!(got.gap_kinds(), [GapKind::Truncated], "{:?}", got.gaps);
    assert_eq!(got.all_text(), "first text\ninner text\n");
    // Two archives in one file: both are read.
    let two = [archive(&[("one.txt", b"text one")]), archive(&[("two.txt", b"text two")])].concat();
    assert_eq!(Collected::of("a.zip", &two).all_text(), "text one\ntext two\n");
}

/// A member `people.csv` whose content was packed by another program, under its number of that method.
fn packed_as(method: u16, content: &[u8], plain: &[u8]) -> Vec<u8> {
    let mut writer = ZipWriter::new(Cursor::new(Vec::new()));
    let stored = SimpleFileOptions::default().compression_method(CompressionMethod::Stored);
    writer.start_file("people.csv", stored).unwrap();
    writer.write_all(content).unwrap();
    let mut bytes = writer.finish().unwrap().into_inner();
    patch(&mut bytes, 8, 10, method);
    for (signature, at) in [(b"PK\x03\x04", 14), (b"PK\x01\x02", 16)] {
        let at = memchr::memmem::rfind(&bytes, signature).unwrap() + at;
        bytes[at..at + 4].copy_from_slice(&crc32fast::hash(plain).to_le_bytes());
        bytes[at + 8..at + 12].copy_from_slice(&(plain.len() as u32).to_le_bytes());
    }
    bytes
}

#[test]
fn every_method_that_has_a_decoder_is_read_also_in_a_torn_archive() {
    let plain = include_bytes!("../../../testdata/formats/people.csv");
    let people = Collected::of("people.csv", plain);
    let by_hand = [
        packed_as(93, include_bytes!("../../../testdata/formats/streams/people.csv.zst"), plain),
        packed_as(95, include_bytes!("../../../testdata/formats/streams/people.csv.xz"), plain),
        packed_as(12, include_bytes!("../../../testdata/formats/streams/people.csv.bz2"), plain),
    ];
    let by_7zip: [&[u8]; 3] = [
        include_bytes!("../../../testdata/formats/zip/deflate64.zip"),
        include_bytes!("../../../testdata/formats/zip/bzip2.zip"),
        include_bytes!("../../../testdata/formats/zip/lzma-people.zip"),
    ];
    for bytes in by_hand.iter().map(Vec::as_slice).chain(by_7zip) {
        let got = Collected::of("a.zip", bytes);
        assert!(got.gaps.is_empty(), "{:?}", got.gaps);
        assert_eq!(got.children[0].1.records, people.records);
        let directory = memchr::memmem::rfind(bytes, b"PK\x01\x02").unwrap();
        let torn = Collected::of("a.zip", &bytes[..directory]);
        assert_eq!((torn.gap_kinds(), torn.all_text()), (vec![GapKind::Truncated], got.all_text()));
        // A wrong checksum in the directory.
        let mut wrong = bytes.to_vec();
        wrong[directory + 16] ^= 1;
        let got = Collected::of("a.zip", &wrong);
        assert_eq!((got.gap_kinds(), got.children[0].1.records.len()), (vec![GapKind::Malformed], 6));
        for at in (0..bytes.len()).step_by(13) {
            let mut damaged = bytes.to_vec();
            damaged[at] ^= 0xFF;
            Collected::of("a.zip", &damaged);
        }
    }
}

#[test]
fn the_cipher_is_named_as_it_is() {
    let samples: [(&[u8], &str); 4] = [
        (include_bytes!("../../../testdata/formats/zip/aes.zip"), "AES-256"),
        (include_bytes!("../../../testdata/formats/zip/aes192.zip"), "AES-192"),
        (include_bytes!("../../../testdata/formats/zip/aes128.zip"), "AES-128"),
        (include_bytes!("../../../testdata/formats/zip/zipcrypto.zip"), "ZipCrypto"),
    ];
    for (bytes, cipher) in samples {
        let directory = memchr::memmem::rfind(bytes, b"PK\x01\x02").unwrap();
        for bytes in [bytes, &bytes[..directory]] {
            let got = Collected::of("a.zip", bytes);
            assert!(got.gaps[0].2.contains(cipher), "{:?}", got.gaps);
            assert_eq!((got.gaps[0].0.as_deref(), got.gaps[0].1), (Some("list.csv"), GapKind::Encrypted));
        }
    }
    let strong =
        central::Stated { flags: 0x41, method: 8, name: Vec::new(), extra: vec![0x17, 0, 4, 0, 2, 0, 0x10, 0x66] };
    assert_eq!(strong.cipher(), Some("PKWARE-AES-256"));
}

#[test]
fn a_name_in_unicode_counts_if_it_is_that_of_the_name() {
    let got = Collected::of("a.zip", include_bytes!("../../../testdata/formats/zip/unicode-path.zip"));
    assert_eq!((names(&got), got.gaps.len()), (vec!["名簿.csv", "other.csv"], 0));
}

#[test]
fn a_volume_of_several_says_so() {
    let whole = archive(&[("a.txt", b"first text"), ("b.txt", b"second text")]);
    let first = [b"PK\x07\x08".as_slice(), &whole[..memchr::memmem::find(&whole, b"PK\x01\x02").unwrap()]].concat();
    let mut last = whole.clone();
    let end = memchr::memmem::rfind(&last, b"PK\x05\x06").unwrap();
    last[end + 4] = 1;
    for bytes in [first, last] {
        let got = Collected::of("a.zip", &bytes);
        assert_eq!(got.all_text(), "first text\nsecond text\n");
        assert_eq!(got.gaps.len(), 1, "{:?}", got.gaps);
        assert!(got.gaps[0].2.contains("volumes"), "{:?}", got.gaps);
    }
}

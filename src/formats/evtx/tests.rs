use std::io::Read;

use super::chunk::CHUNK_BYTES;
use super::*;
use crate::formats::collected::Collected;
use crate::model::limits::EVENT_TOKENS;
use crate::model::{Bond, GapKind};

const MEMBERS: &[u8] = include_bytes!("../../../testdata/formats/evtx/members.evtx.gz");

fn members() -> Vec<u8> {
    let mut bytes = Vec::new();
    flate2::read::GzDecoder::new(MEMBERS).read_to_end(&mut bytes).unwrap();
    bytes
}

/// Name and text of the values of the record with this number.
fn values(got: &Collected, number: u64) -> Vec<(&str, &str)> {
    let of = |record: &&(Bond, u64, Vec<_>)| {
        record.2.iter().any(|f: &crate::formats::collected::Kept| f.place.row == Some(number))
    };
    let record = got.records.iter().find(of).unwrap();
    record.2.iter().map(|field| (field.name.as_deref().unwrap_or(""), field.text.as_str())).collect()
}

#[test]
fn each_event_is_a_row_under_names() {
    let got = Collected::of("Security.evtx", &members());
    assert_eq!((got.format, &got.gaps), ("evtx", &vec![]));
    assert_eq!(got.records.len(), 11);
    assert!(got.records.iter().all(|record| record.0 == Bond::Row));
    assert_eq!(
        values(&got, 1),
        [
            ("Provider", "Microsoft-Windows-Security-Auditing"),
            ("Guid", "{54849625-5478-4994-A5BA-3E3B0328C30D}"),
            ("EventID", "4624"),
            ("Level", "0"),
            ("Keywords", "0x8020000000000000"),
            ("TimeCreated", "2026-04-01T16:00:01Z"),
            ("EventRecordID", "1"),
            ("ProcessID", "716"),
            ("ThreadID", "760"),
            ("Channel", "Security"),
            ("Computer", "dc01.example.jp"),
            ("UserID", "S-1-5-21-67305985-134678021-202050057-1001"),
            ("TargetUserName", "yamada"),
            ("TargetDomainName", "EXAMPLE"),
            ("LogonType", "3"),
            ("LogonGuid", "{00010203-0405-0607-0809-0A0B0C0D0E0F}"),
            ("WorkstationName", "PC-17"),
            ("IpAddress", "192.0.2.10"),
            ("IpPort", "50123"),
        ]
    );
    assert_eq!(
        values(&got, 4)[12..],
        [("xmlns", "Event_NS"), ("User", "EXAMPLE\\sato"), ("SessionID", "2"), ("Address", "192.0.2.44")]
    );
    assert_eq!(
        values(&got, 6)[12..15],
        [("氏名", "佐藤 花子"), ("フリガナ", "サトウ ハナコ"), ("メールアドレス", "sato.hanako@example.jp")]
    );
    assert_eq!(values(&got, 10)[12..], [("Data", "first text"), ("Data", "second text"), ("Binary", "DEADBEEF00")]);
}

/// A log of one chunk with one event of these tokens, whose first byte stands at 536 in the chunk.
fn log(tokens: &[u8]) -> Vec<u8> {
    let mut chunk = b"ElfChnk\0".to_vec();
    chunk.resize(512, 0);
    let size = (tokens.len() as u32 + 28).to_le_bytes();
    chunk.extend([b"**\0\0".as_slice(), &size, &[7, 0, 0, 0, 0, 0, 0, 0], &[0; 8], tokens, &size].concat());
    let free = chunk.len() as u32;
    chunk[48..52].copy_from_slice(&free.to_le_bytes());
    let sum = crc32fast::hash(&chunk[512..]).to_le_bytes();
    chunk[52..56].copy_from_slice(&sum);
    let sum = crc32fast::hash(&[&chunk[..120], &chunk[128..512]].concat()).to_le_bytes();
    chunk[124..128].copy_from_slice(&sum);
    chunk.resize(CHUNK_BYTES, 0);
    let mut header = MAGIC.to_vec();
    header.resize(HEADER_BYTES, 0);
    header[42] = 1;
    let sum = crc32fast::hash(&header[..120]).to_le_bytes();
    header[124..128].copy_from_slice(&sum);
    [header, chunk].concat()
}

fn at(place: usize) -> [u8; 4] {
    (place as u32).to_le_bytes()
}

const TOKENS_AT: usize = 512 + 24;

#[test]
fn text_is_put_together() {
    // <a>x&#65;&lt;<![CDATA[y]]></a>, with names that follow their offsets.
    let name = |place: usize, text: &str| {
        let wide: Vec<u8> = text.encode_utf16().flat_map(u16::to_le_bytes).collect();
        [at(place).as_slice(), &[0; 6], &[text.len() as u8, 0], &wide, &[0, 0]].concat()
    };
    let mut tokens = vec![15, 1, 1, 0, 1, 0xFF, 0xFF, 0, 0, 0, 0];
    tokens.extend(name(TOKENS_AT + 15, "a"));
    tokens.extend([2, 5, 1, 1, 0, b'x', 0, 0x48, 65, 0, 0x49]);
    tokens.extend(name(TOKENS_AT + tokens.len() + 4, "lt"));
    tokens.extend([7, 1, 0, b'y', 0, 4, 0]);
    let got = Collected::of("x.evtx", &log(&tokens));
    assert_eq!((values(&got, 7), &got.gaps), (vec![("a", "xA<y")], &vec![]));
}

#[test]
fn hostile_events_end() {
    let one = |tokens: &[u8]| {
        let got = Collected::of("x.evtx", &log(tokens));
        assert_eq!(got.gaps.len(), 1, "{:?}", got.gaps);
        (got.gaps[0].1, got)
    };
    // A template that holds two instances of itself.
    let instance = [[12, 1, 0, 0, 0, 0].as_slice(), &at(TOKENS_AT + 10), &[0; 4]].concat();
    let body = [instance.as_slice(), &instance[..10], &[0; 4]].concat();
    let inline = [&instance[..10], &[0; 20], &at(body.len()), &body, &[0; 4]].concat();
    assert_eq!(one(&inline).0, GapKind::OverLimit);
    // Sizes of 2^32-1: of a template, of the number of values.
    let huge = [&instance[..10], &[0; 20], &[0xFF; 4], &[0xFF; 8]].concat();
    assert_eq!(one(&huge).0, GapKind::Malformed);
    let far = [[12, 1, 0, 0, 0, 0].as_slice(), &[0xFF; 4], &[0xFF; 4], &[0; 40]].concat();
    assert_eq!(one(&far).0, GapKind::Malformed);
    // A name at no place.
    assert_eq!(one(&[1, 0, 0, 0, 0, 0, 0, 0xFF, 0xFF, 0xFF, 0xFF]).0, GapKind::Malformed);
    // More tokens than one event may have.
    let many = [[15, 0, 0, 0].as_slice(), &[2; 60_000]].concat();
    assert!(EVENT_TOKENS > many.len());
    assert_eq!(Collected::of("x.evtx", &log(&many)).gaps, vec![]);
}

#[test]
fn fragments_a_thousand_deep_are_one_gap() {
    // A template at a place of its own, with one value; each value is an instance of it again.
    let body = [13, 0, 0, 0x21, 0];
    let instance = |at_place: usize, inline: bool, value: Vec<u8>| {
        let mut all = [[12, 1, 0, 0, 0, 0].as_slice(), &at(at_place)].concat();
        if inline {
            all.extend([[0; 20].as_slice(), &at(body.len()), &body].concat());
        }
        all.extend([at(1).as_slice(), &(value.len() as u16).to_le_bytes(), &[0x21, 0], &value].concat());
        all
    };
    let place = TOKENS_AT + 10;
    let mut inner = vec![5, 1, 1, 0, b'x', 0];
    for _ in 0..1000 {
        inner = instance(place, false, inner);
    }
    let got = Collected::of("x.evtx", &log(&instance(place, true, inner)));
    assert_eq!(got.gap_kinds(), [GapKind::OverLimit]);
}

#[test]
fn damage_is_one_gap_and_the_rest_is_read() {
    let whole = members();
    let second = HEADER_BYTES + CHUNK_BYTES;
    // A wrong size: the next record is found by its signature.
    let mut bytes = whole.clone();
    bytes[HEADER_BYTES + 512 + 4] ^= 0x7F;
    let got = Collected::of("x.evtx", &bytes);
    assert_eq!((got.gap_kinds(), got.records.len()), (vec![GapKind::Malformed], 11));
    assert!(got.gaps[0].2.contains("number 1, at byte 4608"), "{}", got.gaps[0].2);
    // No signature of a record, of a chunk.
    let mut bytes = whole.clone();
    bytes[HEADER_BYTES + 512] = 0;
    bytes[second] = 0;
    let got = Collected::of("x.evtx", &bytes);
    assert_eq!(got.gap_kinds(), [GapKind::Malformed]);
    assert!(got.all_text().contains("takahashi.misaki@example.jp") && got.all_text().contains("192.0.2.10"));
    // Only a checksum: all is read.
    let mut bytes = whole.clone();
    bytes[HEADER_BYTES + 52] ^= 1;
    bytes[second + 52] ^= 1;
    let got = Collected::of("x.evtx", &bytes);
    assert_eq!((got.gap_kinds(), got.records.len()), (vec![GapKind::Malformed], 11));
    assert!(got.gaps[0].2.contains("checksums of 2 chunk(s)"));
    // A template is lost: its values are not.
    let mut bytes = whole.clone();
    let template = HEADER_BYTES + 512 + 24 + 4 + 10 + 24;
    bytes[template] = 0x33;
    let got = Collected::of("x.evtx", &bytes);
    assert_eq!(got.gap_kinds(), [GapKind::Malformed]);
    assert!(values(&got, 2).contains(&("", "2001:db8::7")));
    // Cut within the second chunk.
    let got = Collected::of("x.evtx", &whole[..second + 1500]);
    assert_eq!(got.gap_kinds(), [GapKind::Truncated]);
    let got = Collected::of("x.evtx", &whole[..second]);
    assert_eq!((got.gap_kinds(), got.records.len()), (vec![GapKind::Truncated], 7));
}

#[test]
fn a_log_in_use_is_read_to_its_last_event() {
    let mut bytes = members();
    let second = HEADER_BYTES + CHUNK_BYTES;
    // Neither the file's header nor the last chunk's know of the last events.
    bytes[120] = 1;
    let sum = crc32fast::hash(&bytes[..120]).to_le_bytes();
    bytes[124..128].copy_from_slice(&sum);
    let size = u32::from_le_bytes(bytes[second + 516..second + 520].try_into().unwrap());
    bytes[second + 48..second + 52].copy_from_slice(&(512 + size).to_le_bytes());
    let header = [&bytes[second..second + 120], &bytes[second + 128..second + 512]].concat();
    bytes[second + 124..second + 128].copy_from_slice(&crc32fast::hash(&header).to_le_bytes());
    let got = Collected::of("x.evtx", &bytes);
    assert_eq!((got.records.len(), &got.gaps), (11, &vec![]));
}

#[test]
fn cut_and_flipped_anywhere_no_panic() {
    let whole = members();
    let second = HEADER_BYTES + CHUNK_BYTES;
    // A signature whose record is cut off once kept the reader at its place.
    (0..40).for_each(|more| drop(Collected::of("x.evtx", &whole[..HEADER_BYTES + 508 + more])));
    let used = (0..HEADER_BYTES + 8000).step_by(211).chain((second..second + 7000).step_by(211));
    for place in used {
        Collected::of("x.evtx", &whole[..place]);
        let mut damaged = whole.clone();
        damaged[place] ^= [0x01, 0x80, 0xFF][place % 3];
        let got = Collected::of("x.evtx", &damaged);
        assert!(got.format != "evtx" || got.records.len() > 9, "at {place}");
    }
}

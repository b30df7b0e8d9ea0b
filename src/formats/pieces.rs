//! What a format makes of a leaf does not hang on how its bytes arrive: one by one, in blocks, or in sizes of any kind.

use std::io::Write;

use proptest::prelude::*;

use super::collected::Collected;
use super::made::zipped;
use super::{FORMATS, Format, binary, csv, json, plain};
use crate::model::Charset;
use crate::model::limits::{BLOCK_BYTES, RECORD_BYTES, WINDOW_BYTES};

/// How many bytes a read gives, in turn.
const SIZES: &[&[usize]] = &[
    &[2],
    &[3],
    &[7],
    &[64],
    &[4095],
    &[4096],
    &[4097],
    &[65_535],
    &[65_536],
    &[1, 65_536, 3, 4096, 8191],
    &[BLOCK_BYTES - 1, 2],
];

const ENCODINGS: [Charset; 6] =
    [Charset::Utf8, Charset::Utf16Le, Charset::Utf16Be, Charset::Cp932, Charset::EucJp, Charset::Iso2022Jp];

/// With a byte order mark where one is due.
fn encoded(text: &str, charset: Charset) -> Vec<u8> {
    let wide = || format!("\u{feff}{text}").encode_utf16().collect::<Vec<u16>>();
    match charset {
        Charset::Utf16Le => wide().into_iter().flat_map(u16::to_le_bytes).collect(),
        Charset::Utf16Be => wide().into_iter().flat_map(u16::to_be_bytes).collect(),
        Charset::Cp932 => encoding_rs::SHIFT_JIS.encode(text).0.into_owned(),
        Charset::EucJp => encoding_rs::EUC_JP.encode(text).0.into_owned(),
        Charset::Iso2022Jp => encoding_rs::ISO_2022_JP.encode(text).0.into_owned(),
        _ => text.as_bytes().to_vec(),
    }
}

/// Made-up people: as lines, as one line, as a table and as JSON.
fn texts() -> Vec<(&'static str, String)> {
    let lines = |most: usize, make: &dyn Fn(usize) -> String| {
        let mut text = String::new();
        (0..).map_while(|n| (text.len() < most).then(|| text.push_str(&make(n)))).count();
        text
    };
    let line = |n: usize| format!("表能 {n:05} 山田ソ太郎 tel 090-{:04}-{n:04} taro{n}@example.jp", n % 9000 + 1000);
    let cell = |n: usize| format!("{n},\"山田, \"\"太郎\"\" {n}\",090-1234-{n:04},\"東京都\n千代田区\"\r\n");
    let object = |n: usize| format!("{{\"氏名\": \"山田\\u592a{n}\", \"tel\": [\"090-1234-{n:04}\", {n}]}}\n");
    vec![
        ("a.txt", lines(11_000, &|n| format!("{}\r\n", line(n)))),
        ("long.txt", lines(WINDOW_BYTES + 9_000, &|n| format!("{}、", line(n)))),
        ("a.csv", format!("番号,氏名,電話,住所\r\n{}", lines(11_000, &cell))),
        ("open.csv", format!("番号,氏名,電話,住所\r\n{}7,\"山田,1\r\n{}", lines(8_500, &cell), lines(8_500, &cell))),
        ("a.jsonl", lines(11_000, &object)),
        ("a.json", format!("{{\"people\": [{}{{}}]}}", lines(11_000, &|n| object(n).trim_end().to_owned() + ","))),
        ("torn.json", format!("{{\"people\": [{}", lines(10_000, &|n| object(n).trim_end().to_owned() + ","))),
    ]
}

fn gzipped(bytes: &[u8]) -> Vec<u8> {
    let mut out = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
    out.write_all(bytes).unwrap();
    out.finish().unwrap()
}

/// Every text in every encoding, the same in a program, a mixture of encodings, and containers of them.
fn leaves() -> Vec<(String, Vec<u8>)> {
    let mut all = Vec::new();
    for (name, text) in texts() {
        all.extend(ENCODINGS.map(|charset| (format!("{} {name}", charset.name()), encoded(&text, charset))));
    }
    let mut program = b"\x7fELF\x02\x01\0\0".to_vec();
    for (_, bytes) in &all {
        program.extend(&bytes[..bytes.len().min(2_000)]);
        program.extend(b"\0\x01\0\0\x7f\0");
    }
    let mut mixed = Vec::new();
    for n in 0..700_usize {
        let charset = [Charset::Cp932, Charset::Cp932, Charset::Utf8, Charset::EucJp][n * 7 % 31 % 4];
        mixed.extend(encoded(&format!("{n},ソ表能|山田太郎,ｶﾅ,090-1234-{n:04}\n"), charset));
    }
    all.push(("mixed.csv".to_owned(), mixed.clone()));
    all.push(("mixed.txt".to_owned(), mixed));
    let some: Vec<_> = all.iter().step_by(9).cloned().collect();
    all.push(("program".to_owned(), program));
    all.push(("some.zip".to_owned(), zipped(&some)));
    all.push(("some.gz".to_owned(), gzipped(&some[0].1)));
    all.push(("some.zip.gz".to_owned(), gzipped(&zipped(&some))));
    all
}

/// Where they differ; the whole would fill the screen.
fn same(one: &Collected, other: &Collected, what: &str) {
    assert_eq!((one.format, one.charset, &one.gaps), (other.format, other.charset, &other.gaps), "{what}");
    let differs = one.records.iter().zip(&other.records).find(|(one, other)| one != other);
    assert!(differs.is_none(), "{what}: {:.2000}", format!("{differs:?}"));
    assert_eq!(one.records.len(), other.records.len(), "{what}");
    assert_eq!(one.children.len(), other.children.len(), "{what}");
    for ((name, one), (other_name, other)) in one.children.iter().zip(&other.children) {
        assert_eq!(name, other_name, "{what}");
        same(one, other, &format!("{what} ▸ {name}"));
    }
}

#[test]
fn every_format_and_encoding_is_the_same_in_any_pieces() {
    for (name, bytes) in leaves() {
        let whole = Collected::of(&name, &bytes);
        assert!(!whole.records.is_empty() || !whole.children.is_empty(), "{name}");
        // Containers are opened from memory, and places in ISO-2022-JP are slow to find: some of the sizes say it.
        for sizes in SIZES.iter().step_by(if name.starts_with("some") || name.starts_with("iso") { 4 } else { 1 }) {
            same(&whole, &Collected::in_pieces(None, &name, &bytes, sizes), &format!("{name} in {sizes:?}"));
        }
    }
}

#[test]
fn bytes_that_come_one_by_one_are_the_same() {
    for (name, bytes) in leaves() {
        let cut = &bytes[..bytes.len().min(12_000)];
        if !name.contains("some") {
            same(&Collected::of(&name, cut), &Collected::in_pieces(None, &name, cut, &[1]), &name);
        }
    }
}

/// What is nearly as long as a record may be is one or is none, however it comes.
#[test]
fn the_longest_record_is_as_long_in_any_pieces() {
    for over in [-1_i64, 0, 1, 70_000] {
        let length = usize::try_from(RECORD_BYTES as i64 + over).unwrap();
        let fill = |text: &str| format!("{text}{}", "x y ".repeat(length / 4 + 1))[..length].to_owned();
        let leaves: [(&'static dyn Format, String); 5] = [
            (&csv::Csv, format!("a,b\n1,{}\n2,3\n", &fill("")[..length - 2])),
            (&csv::Csv, format!("a,b\n1,\"{}\nz\"\n2,3\n", &fill("")[..length - 6])),
            (&json::Json, format!("{{\"a\": \"{}\"}}\n{{\"b\": \"c@example.jp\"}}\n", &fill("")[..length - 9])),
            (&json::Json, format!("[\"{}\", \"c@example.jp\"]", &fill("")[..length - 2])),
            (&json::Json, format!("{{\"a\":{}\"c@example.jp\"}}", " ".repeat(length))),
        ];
        for (number, (format, text)) in leaves.iter().enumerate() {
            let whole = Collected::by(*format, "x", text.as_bytes());
            for sizes in [&[4096][..], &[BLOCK_BYTES], &[RECORD_BYTES, 1], &[1_000_003]] {
                let pieces = Collected::in_pieces(Some(*format), "x", text.as_bytes(), sizes);
                same(&whole, &pieces, &format!("{} {number}, {over} over, in {sizes:?}", format.id()));
            }
        }
    }
}

proptest! {
    /// Any bytes, by every format, in pieces of any size.
    #[test]
    fn any_bytes_in_any_pieces(
        parts in prop::collection::vec(prop_oneof![
            "[a-z\",{}\\[\\]:\n\r 山田ソｶﾞ０-９]{0,12}".prop_map(String::into_bytes),
            "[山田ソ表\n,\"]{0,8}".prop_map(|text| encoded(&text, Charset::Cp932)),
            "[山田\n]{0,8}".prop_map(|text| encoded(&text, Charset::EucJp)),
            prop::collection::vec(any::<u8>(), 0..8),
        ], 0..30),
        sizes in prop::collection::vec(1_usize..40, 1..5),
    ) {
        let bytes = parts.concat();
        same(&Collected::of("x.csv", &bytes), &Collected::in_pieces(None, "x.csv", &bytes, &sizes), "picked");
        for format in FORMATS.iter().copied().chain([&plain::Plain as &dyn Format, &binary::Binary]) {
            let whole = Collected::by(format, "x", &bytes);
            same(&whole, &Collected::in_pieces(Some(format), "x", &bytes, &sizes), format.id());
        }
    }
}

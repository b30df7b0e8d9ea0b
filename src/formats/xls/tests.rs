use std::io::{Cursor, Write};

use super::*;
use crate::formats::collected::{Collected, cells, fields, named, part};

const SAMPLES: [(&str, &[u8]); 2] = [
    ("xlwt.xls", include_bytes!("../../../testdata/formats/xls/xlwt.xls")),
    ("libreoffice.xls", include_bytes!("../../../testdata/formats/xls/libreoffice.xls")),
];

fn sample(name: &str) -> Collected {
    let (name, bytes) = SAMPLES.iter().find(|(known, _)| *known == name).unwrap();
    let got = Collected::of(name, bytes);
    assert_eq!(got.format, "xls", "{name}");
    got
}

/// A compound file with these streams.
fn file(streams: &[(&str, &[u8])]) -> Vec<u8> {
    let mut file = cfb::CompoundFile::create(Cursor::new(Vec::new())).unwrap();
    for (name, bytes) in streams {
        if let Some((storage, _)) = name.rsplit_once('/') {
            file.create_storage_all(storage).unwrap();
        }
        file.create_stream(name).unwrap().write_all(bytes).unwrap();
    }
    file.flush().unwrap();
    file.into_inner().into_inner()
}

fn record(kind: u16, data: &[u8]) -> Vec<u8> {
    [&kind.to_le_bytes()[..], &u16::try_from(data.len()).unwrap().to_le_bytes(), data].concat()
}

fn begin(version: u16, kind: u16) -> Vec<u8> {
    record(BOF, &[&version.to_le_bytes()[..], &kind.to_le_bytes(), &[0; 4]].concat())
}

/// A workbook with one sheet of these records, behind these records of the workbook.
fn book(version: u16, before: &[u8], cells: &[u8]) -> Vec<u8> {
    let name: &[u8] = if version >= 0x600 { b"\x02\0ab" } else { b"\x04\x89\xEF\x88\xF5" };
    let head = |at: u32| {
        let sheet = record(0x85, &[&at.to_le_bytes()[..], &[0, 0], name].concat());
        [begin(version, 5), before.to_vec(), sheet, record(globals::EOF, &[])].concat()
    };
    let at = u32::try_from(head(0).len()).unwrap();
    [head(at), begin(version, 0x10), cells.to_vec(), record(globals::EOF, &[])].concat()
}

fn at(row: u16, column: u16) -> Vec<u8> {
    [row.to_le_bytes(), column.to_le_bytes(), [0, 0]].concat()
}

#[test]
fn sheets_by_xlwt() {
    let got = sample("xlwt.xls");
    let sheet = part(&got, "会員");
    assert_eq!(named(sheet, "氏名")[4], "田中 健一");
    assert_eq!(named(sheet, "電話番号")[0], "09012345601");
    assert_eq!(named(sheet, "郵便番号")[0], "100-0001");
    assert_eq!(named(sheet, "生年月日")[0], "1980-04-12");
    assert_eq!(sheet.records[1].2[0].place.row, Some(4));
    assert_eq!(sheet.records[1].2.last().unwrap().text, "4980011112222330");
    assert_eq!(fields(part(sheet, "header and footer"))[0].text, "TEL 03-1234-5697");
    assert_eq!(named(part(&got, "退会者 (hidden)"), "電話番号"), ["090-1234-5699"]);
    let long = part(&got, "備考 (very hidden)");
    assert_eq!(long.records.len(), 300);
    assert!((0..300).all(|n| fields(long)[n].text.starts_with(&format!("備考 {n} "))));
    assert!(got.gaps.is_empty(), "{:?}", got.gaps);
}

#[test]
fn sheets_by_libreoffice() {
    let got = sample("libreoffice.xls");
    let sheet = part(&got, "会員");
    assert_eq!(named(sheet, "電話")[..2], ["09012345601", "08012345602"]);
    assert_eq!(named(sheet, "生年月日")[4], "1968-09-21");
    assert_eq!(named(sheet, "カード番号")[2], "378282246310005");
    assert_eq!(cells(part(sheet, "comments"))[0], (6, 3, "奥様の携帯 080-1234-5698"));
    assert!(part(sheet, "text boxes").all_text().contains("担当: 内線 03-1234-5697"));
}

#[test]
fn excel_95_in_its_code_page() {
    let (text, _, _) = encoding_rs::SHIFT_JIS.encode("山田 太郎");
    let label = [at(2, 1), vec![u8::try_from(text.len()).unwrap(), 0], text.to_vec()].concat();
    let number = [at(2, 2), 29_323.0_f64.to_le_bytes().to_vec()].concat();
    let (note, _, _) = encoding_rs::SHIFT_JIS.encode("電話は夜に");
    let note = [&[2, 0, 1, 0, u8::try_from(note.len()).unwrap(), 0][..], &note].concat();
    let date = record(0xE0, &[0, 0, 14, 0, 0, 0, 0, 0]);
    let before = [record(0x42, &932_u16.to_le_bytes()), date].concat();
    let rows = [record(0x204, &label), record(0x203, &number), record(0x1C, &note)].concat();
    let got = Collected::of("a.xls", &file(&[("Book", &book(0x500, &before, &rows))]));
    let sheet = part(&got, "会員");
    assert_eq!(cells(sheet), [(3, 2, "山田 太郎"), (3, 3, "1980-04-12")]);
    assert_eq!(cells(part(sheet, "comments")), [(3, 2, "電話は夜に")]);
    assert!(got.gaps.is_empty());
}

#[test]
fn a_shared_string_goes_on_in_another_record_and_width() {
    let first = [&[2, 0, 0, 0, 2, 0, 0, 0][..], &[5, 0, 8, 1, 0], b"abc"].concat();
    let more = [&[1][..], &[0x71, 0x5C, 0x30, 0x75], &[9; 4], &[2, 0, 4, 3, 0, 0, 0], b"xy", b"\x01\x02\x03"].concat();
    let before = [record(0xFC, &first), record(0x3C, &more)].concat();
    let cell = |column, index: u32| record(0xFD, &[at(0, column), index.to_le_bytes().to_vec()].concat());
    let rows = [cell(0, 0), cell(1, 1), cell(2, 9)].concat();
    let got = Collected::of("a.xls", &file(&[("Workbook", &book(0x600, &before, &rows))]));
    assert_eq!(cells(part(&got, "ab")), [(1, 1, "abc山田"), (1, 2, "xy")]);
    assert_eq!(part(&got, "ab").gap_kinds(), [GapKind::Malformed]);
}

#[test]
fn formulas_errors_and_truths() {
    let formula = |column, result: [u8; 8]| record(6, &[at(0, column), result.to_vec(), vec![0; 8]].concat());
    let rows = [
        formula(0, [0, 0, 0, 0, 0, 0, 0xFF, 0xFF]),
        record(0x207, b"\x05\0\x00090-1"),
        formula(1, [1, 0, 1, 0, 0, 0, 0xFF, 0xFF]),
        formula(2, [3, 0, 0, 0, 0, 0, 0xFF, 0xFF]),
        formula(3, 12.0_f64.to_le_bytes()),
        record(
            0xBD,
            &[
                &[1, 0, 0, 0][..],
                &[0, 0],
                &((7 << 2) | 2_u32).to_le_bytes(),
                &[0, 0],
                &((8 << 2) | 2_u32).to_le_bytes(),
                &[1, 0],
            ]
            .concat(),
        ),
    ];
    let got = Collected::of("a.xls", &file(&[("Workbook", &book(0x600, &[], &rows.concat()))]));
    assert_eq!(cells(part(&got, "ab")), [(1, 1, "090-1"), (1, 2, "TRUE"), (1, 4, "12"), (2, 1, "7"), (2, 2, "8")]);
}

#[test]
fn an_encrypted_workbook_says_by_what() {
    for (data, cipher) in
        [(&[0, 0, 1, 2, 3, 4][..], "XOR"), (&[1, 0, 1, 0, 1, 0], "RC4 (40 bit)"), (&[1, 0, 2, 0, 2, 0], "RC4")]
    {
        let bytes =
            file(&[("Workbook", &book(0x600, &record(0x2F, data), b"\x99\x99")), ("extra.txt", b"taro@example.jp\n")]);
        let got = Collected::of("a.xls", &bytes);
        assert_eq!(got.gap_kinds(), [GapKind::Encrypted]);
        assert!(got.gaps[0].2.contains(&format!("({cipher})")));
        assert_eq!(got.children.len(), 1, "other streams are looked at");
    }
}

#[test]
fn what_stands_beside_the_cells() {
    let text = |text: &str| [&u16::try_from(text.len()).unwrap().to_le_bytes()[..], &[0], text.as_bytes()].concat();
    let list = b"\x0F\0\0\0\x17\x0E\0a@example.jp\0x";
    let allowed =
        [&[3, 0, 0, 0][..], &text("title of prompt"), &text("\0"), &text("ask jiro@example.jp"), &text("\0"), list]
            .concat();
    let lengths = [0_u16, 0, 6, 5].map(u16::to_le_bytes).concat();
    let pages = [&[0x9C, 8][..], &[0; 28], &lengths, &text("&Lleft"), &text("&Rend")].concat();
    let cells = [record(0x1BE, &allowed), record(0x89C, &pages)].concat();
    let remembered = [&[2, 1, 4, 0][..], &[2], &text("taro@example.jp"), &[1], &7.5_f64.to_le_bytes()].concat();
    let before = [record(0x1AE, &[1, 0, 1, 4]), record(0x59, &[1, 0, 0, 0]), record(0x5A, &remembered)].concat();
    let got = Collected::of("a.xls", &file(&[("Workbook", &book(0x600, &before, &cells))]));
    let around = part(part(&got, "ab"), "header and footer").all_text();
    assert_eq!(around, "title of prompt\nask jiro@example.jp\na@example.jp, x\nleft\nend\n");
    assert_eq!(cells_of(&got, "cells of other workbooks"), ["taro@example.jp", "7.5"]);
    assert!(got.gaps.is_empty() && part(&got, "ab").gaps.is_empty(), "{:?}", part(&got, "ab").gaps);
}

#[test]
fn pivot_caches_give_their_values() {
    let text = |text: &str| {
        let units: Vec<u8> = text.encode_utf16().flat_map(u16::to_le_bytes).collect();
        [&u16::try_from(units.len() / 2).unwrap().to_le_bytes()[..], &[1], &units].concat()
    };
    let cache = [
        record(0xC6, &[&[0; 18][..], &text("更新 花子")].concat()),
        record(0xC7, &[&[0; 14][..], &text("氏名")].concat()),
        record(0xCD, &text("山田 太郎")),
        record(0xCD, &[9]),
        record(0xC9, &9_012_345_601.0_f64.to_le_bytes()),
        record(0xCE, &[0xBC, 7, 4, 0, 12, 0, 0, 0]),
        record(globals::EOF, &[]),
    ];
    let book = book(0x600, &[], &[]);
    let whole = cache.concat();
    let got = Collected::of("a.xls", &file(&[("Workbook", &book), ("_SX_DB_CUR/0001", &whole)]));
    assert_eq!(part(&got, "pivot cache 0001").all_text(), "更新 花子\n氏名\n山田 太郎\n9012345601\n1980-04-12\n");
    assert!(got.gaps.is_empty(), "{:?}", got.gaps);
    let got = Collected::of("a.xls", &file(&[("Workbook", &book), ("_SX_DB_CUR/0001", &whole[..64])]));
    assert_eq!(got.gap_kinds(), [GapKind::Truncated], "{:?}", got.gaps);
}

#[test]
fn hostile_records_end() {
    // A count of shared strings that lies, a record that is cut, a sheet that is not there, a stream without end.
    let before = record(0xFC, &[&[0xFF; 8][..], &[1, 0, 0, b'a']].concat());
    let got = Collected::of("a.xls", &file(&[("Workbook", &book(0x600, &before, &[]))]));
    assert!(got.gaps.is_empty() && got.all_text() == "a\n", "{:?}", got.gaps);
    let whole = book(0x600, &[], &record(0x203, &[0; 3]));
    let got = Collected::of("a.xls", &file(&[("Workbook", &whole)]));
    assert!(got.gaps.is_empty());
    assert_eq!(part(&got, "ab").gap_kinds(), [GapKind::Malformed]);
    let got = Collected::of("a.xls", &file(&[("Workbook", &whole[..40])]));
    assert_eq!(got.gap_kinds().len(), 1, "{:?}", got.gaps);
    let lost = [begin(0x600, 5), record(0x85, b"\xFF\xFF\0\0\0\0\x02\0ab"), record(globals::EOF, &[])].concat();
    let got = Collected::of("a.xls", &file(&[("Workbook", &lost)]));
    assert_eq!(got.gaps[0].0.as_deref(), Some("ab"));
}

#[test]
fn chains_in_a_circle_are_refused() {
    let mut bytes = file(&[("Workbook", &book(0x600, &[], &record(0xEC, &[7; 8000])))]);
    relink(&mut bytes, |entry, _| Some(entry));
    let got = Collected::of("a.xls", &bytes);
    assert_eq!(got.gaps.len(), 1, "{:?}", got.gaps);
}

/// Changes the table of sectors: `to` gives where a sector leads now, of the sector and where it led.
fn relink(bytes: &mut [u8], to: impl Fn(u32, u32) -> Option<u32>) {
    let sector = u32::from_le_bytes(bytes[76..80].try_into().unwrap()) as usize;
    let size = 1_usize << bytes[30];
    let table = (sector + 1) * size;
    for entry in 0..size / 4 {
        let at = table + entry * 4;
        let Some(old) = bytes.get(at..at + 4).map(|link| u32::from_le_bytes(link.try_into().unwrap())) else { return };
        if let Some(new) = to(u32::try_from(entry).unwrap(), old).filter(|_| old < 0xFFFF_FFF0) {
            bytes[at..at + 4].copy_from_slice(&new.to_le_bytes());
        }
    }
}

fn label(row: u16, text: &str) -> Vec<u8> {
    let chars = u16::try_from(text.encode_utf16().count()).unwrap();
    let units = text.encode_utf16().flat_map(u16::to_le_bytes).collect::<Vec<u8>>();
    record(0x204, &[&at(row, 0)[..], &chars.to_le_bytes(), &[1], &units].concat())
}

#[test]
fn what_a_broken_chain_leads_to_no_more_is_read_as_text() {
    let cells: Vec<u8> = (0..80)
        .flat_map(|row| [label(row, &format!("山田 太郎 no{row:02}@example.jp")), record(0xEC, &[0; 500])].concat())
        .collect();
    let cells = [cells, record(0x203, &[&at(90, 0)[..], &7.0_f64.to_le_bytes()].concat())].concat();
    let whole = file(&[("Workbook", &book(0x600, &[], &cells)), ("extra.txt", b"hanako@example.jp in a stream\n")]);
    let before = Collected::of("a.xls", &whole);
    assert!(before.gaps.is_empty() && before.children.len() == 2, "{:?}", before.gaps);
    let size = 1_u32 << whole[30];
    // In a circle, cut off, and to behind the end of the file.
    for (name, goal) in [("circle", None), ("end", Some(0xFFFF_FFFE)), ("behind", Some(0x00FF_FFFF))] {
        let mut bytes = whole.clone();
        let middle = 20_000 / size + 6;
        relink(&mut bytes, |entry, _| (entry == middle).then_some(goal.unwrap_or(middle - 3)));
        let got = Collected::of("a.xls", &bytes);
        assert_eq!(got.gap_kinds(), [GapKind::Truncated], "{name} {:?}", got.gaps);
        let text = got.all_text();
        for row in 0..80 {
            let wanted = format!("no{row:02}@example.jp");
            // Where the cut goes through a text its halves stand apart.
            assert!(text.matches(&wanted).count() <= 1, "{name} {wanted}");
        }
        assert!((0..80).filter(|row| text.contains(&format!("no{row:02}@example.jp"))).count() >= 79, "{name}");
        assert_eq!(text.matches("hanako@example.jp").count(), 1, "{name}");
    }
}

#[test]
fn strings_of_a_sheet_that_is_cut_off_are_told() {
    let before = record(0xFC, b"\x02\0\0\0\x02\0\0\0\x0F\0\0taro@example.jp\0\x06\0\0tanaka");
    let cell = record(0xFD, &[at(0, 0), 1_u32.to_le_bytes().to_vec()].concat());
    let mut stream =
        book(0x600, &before, &[cell, record(0x204, &[&at(1, 0)[..], b"\x20\0\0jiro@example.jp"].concat())].concat());
    stream.truncate(stream.len() - 6);
    let got = Collected::of("a.xls", &file(&[("Workbook", &stream)]));
    assert_eq!(got.gap_kinds(), [GapKind::Truncated], "{:?}", got.gaps);
    for wanted in ["taro@example.jp", "tanaka", "jiro@example."] {
        assert_eq!(got.all_text().matches(wanted).count(), 1, "{wanted} in {}", got.all_text());
    }
}

#[test]
fn a_damaged_record_costs_itself() {
    let cells = [label(0, "a@example.jp"), record(0x203, &[0; 3]), label(1, "b@example.jp")].concat();
    let got = Collected::of("a.xls", &file(&[("Workbook", &book(0x600, &record(0x85, &[1]), &cells))]));
    assert_eq!(cells_of(&got, "ab"), ["a@example.jp", "b@example.jp"]);
    assert_eq!(part(&got, "ab").gap_kinds(), [GapKind::Malformed]);
    assert_eq!(got.gap_kinds(), [GapKind::Malformed]);
}

fn cells_of<'c>(got: &'c Collected, name: &str) -> Vec<&'c str> {
    cells(part(got, name)).into_iter().map(|(_, _, text)| text).collect()
}

#[test]
fn cut_and_damaged_samples_are_no_panic() {
    for (name, bytes) in SAMPLES {
        for at in (0..bytes.len()).step_by(bytes.len() / 80) {
            Collected::of(name, &bytes[..at]);
            let mut damaged = bytes.to_vec();
            damaged[at] ^= [0x01, 0x80, 0xFF][at % 3];
            Collected::of(name, &damaged);
        }
    }
}

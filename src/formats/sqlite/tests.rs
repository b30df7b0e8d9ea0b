use super::*;
use crate::formats::collected::{Collected, part};
use crate::model::Bond;

const MEMBERS: &[u8] = include_bytes!("../../../testdata/formats/sqlite/members.db");
const SPILL: &[u8] = include_bytes!("../../../testdata/formats/sqlite/spill.db");
const FTS: &[u8] = include_bytes!("../../../testdata/formats/sqlite/fts.db");
const UTF16LE: &[u8] = include_bytes!("../../../testdata/formats/sqlite/utf16le.db");
const UTF16BE: &[u8] = include_bytes!("../../../testdata/formats/sqlite/utf16be.db");
const WAL: &[u8] = include_bytes!("../../../testdata/formats/sqlite/wal.db-wal");
const NEW_WAL: &[u8] = include_bytes!("../../../testdata/formats/sqlite/new.db-wal");
const JOURNAL: &[u8] = include_bytes!("../../../testdata/formats/sqlite/old.db-journal");
const FORMS: &[u8] = include_bytes!("../../../testdata/formats/sqlite/formhistory.sqlite");

/// Name, text, row and column of each field of a record.
fn fields(got: &Collected, record: usize) -> Vec<(&str, &str, u64, u32)> {
    let (_, _, fields) = &got.records[record];
    fields
        .iter()
        .map(|f| {
            (
                f.name.as_deref().unwrap_or("-"),
                f.text.as_str(),
                f.place.row.unwrap(),
                f.place.column.unwrap_or_default(),
            )
        })
        .collect()
}

#[test]
fn rows_come_under_the_names_of_their_columns_and_once() {
    let got = Collected::of("members.db", MEMBERS);
    assert_eq!((got.format, got.gaps.len(), got.children.len()), ("sqlite", 0, 1));
    let table = part(&got, "会員");
    assert_eq!((table.records.len(), table.gaps.len()), (5, 0));
    assert!(table.records.iter().all(|record| record.0 == Bond::Row));
    let want = [
        ("id", "2", 2, 1),
        ("氏名", "佐藤 花子", 2, 2),
        ("フリガナ", "サトウ ハナコ", 2, 3),
        ("メールアドレス", "sato.hanako@example.jp", 2, 4),
        ("電話番号", "080-1234-5602", 2, 5),
        ("郵便番号", "530-0001", 2, 6),
        ("住所", "大阪府大阪市北区梅田2-3-4", 2, 7),
        ("生年月日", "1975/11/03", 2, 8),
    ];
    assert_eq!(fields(table, 1), want);
    assert_eq!(got.all_text().matches("yamada.taro@example.jp").count(), 1);
    assert!(got.records.iter().any(|record| record.2[0].text.contains("CREATE VIEW phones")));
}

#[test]
fn wide_text_and_tables_without_row_numbers() {
    for bytes in [UTF16LE, UTF16BE] {
        let got = Collected::of("x", bytes);
        let table = part(&got, "members");
        assert_eq!((table.records.len(), table.gaps.len(), got.gaps.len()), (5, 0, 0));
        let row = table.records.iter().position(|r| r.2[0].text == "鈴木 一郎").unwrap();
        let row = fields(table, row);
        assert_eq!((row[0].0, row[2]), ("name", ("email", "suzuki.ichiro@example.jp", row[2].2, 3)));
    }
}

#[test]
fn long_texts_files_and_bytes_in_cells() {
    let got = Collected::of("spill.db", SPILL);
    let table = part(&got, "notes");
    assert_eq!(table.gap_kinds(), [GapKind::NoText]);
    assert!(fields(table, 0)[1].1.contains(" yamada.taro@example.jp"));
    let (name, inner) = &table.children[0];
    assert_eq!((name.as_str(), inner.format), ("row 8 file", "gzip"));
    assert!(inner.all_text().contains("tanaka.kenichi@example.jp"));
    let all: Vec<_> = (0..table.records.len()).flat_map(|n| fields(table, n)).collect();
    assert!(all.contains(&("file", "{\"mail\":\"sato.hanako@example.jp\"}", 9, 3)));
    assert!(all.contains(&("file", "suzuki.ichiro@example.jp", 11, 3)));
}

#[test]
fn full_text_tables_are_read_once_and_an_index_of_words_alone_is_a_gap() {
    let got = Collected::of("fts.db", FTS);
    assert_eq!(got.gap_kinds(), [GapKind::UnsupportedFormat]);
    assert!(got.gaps[0].2.contains("words"));
    for mail in ["yamada.taro@example.jp", "sato.hanako@example.jp"] {
        assert_eq!(got.all_text().matches(mail).count(), 1);
    }
    assert_eq!(fields(part(&got, "mails_content"), 0)[2], ("sender", "yamada.taro@example.jp", 1, 3));
    assert_eq!(fields(part(&got, "older_content"), 0)[2], ("sender", "sato.hanako@example.jp", 1, 3));
}

#[test]
fn a_naming_column_names_the_value() {
    let got = Collected::of("formhistory.sqlite", FORMS);
    let table = part(&got, "moz_formhistory");
    assert_eq!(fields(table, 0)[2].0, "email");
    assert_eq!(fields(table, 1)[2], ("tel", "09012345601", 2, 3));
    assert_eq!(fields(table, 2)[2].0, "氏名");
}

#[test]
fn a_log_gives_the_rows_that_are_only_there() {
    let got = Collected::of("wal.db-wal", WAL);
    assert_eq!(got.format, "sqlite-log");
    let rows = part(&got, "(rows without a table)");
    assert_eq!((rows.records.len(), rows.gap_kinds()), (5, vec![GapKind::UnsupportedFormat]));
    assert_eq!(got.all_text().matches("tanaka.kenichi@example.jp").count(), 1);
    let got = Collected::of("new.db-wal", NEW_WAL);
    assert_eq!((fields(part(&got, "members"), 4)[2].0, got.gaps.len()), ("email", 0));
    let got = Collected::of("old.db-journal", JOURNAL);
    assert_eq!(got.all_text().matches("tanaka.kenichi@example.jp").count(), 1);
}

#[test]
fn a_lost_root_does_not_lose_the_rows() {
    let mut bytes = MEMBERS.to_vec();
    // The root page of the table: page 2 or later; its type is made no type.
    let root = (1..4).find(|page| bytes[page * 1024] == 0x0D && bytes[page * 1024 + 4] == 5).unwrap();
    bytes[100] = 0xEE;
    let got = Collected::of("x.db", &bytes);
    assert_eq!(got.gap_kinds(), [GapKind::Malformed]);
    assert!(part(&got, "(rows without a table)").all_text().contains("tanaka.kenichi@example.jp"));
    bytes[100] = 0x0D;
    bytes[root * 1024] = 0xEE;
    let got = Collected::of("x.db", &bytes);
    assert_eq!(part(&got, "会員").gap_kinds(), [GapKind::Malformed]);
}

#[test]
fn a_cut_database_says_so_and_gives_what_is_there() {
    let got = Collected::of("x.db", &SPILL[..SPILL.len() - 700]);
    assert_eq!(got.gap_kinds(), [GapKind::Truncated]);
    assert_eq!(Collected::of("x.db", &MEMBERS[..60]).gap_kinds(), [GapKind::Malformed]);
}

#[test]
fn cycles_and_cells_over_each_other_end() {
    // An interior page whose every child is itself.
    let mut bytes = MEMBERS.to_vec();
    bytes[1024..2048].fill(0);
    bytes[1024..1036].copy_from_slice(&[5, 0, 0, 0, 100, 0, 0, 0, 0, 0, 0, 2]);
    let at = 1024 + 900_usize;
    bytes[at..at + 5].copy_from_slice(&[0, 0, 0, 2, 1]);
    for cell in 0..100 {
        bytes[1036 + cell * 2..1038 + cell * 2].copy_from_slice(&900_u16.to_be_bytes());
    }
    Collected::of("x.db", &bytes);
    // A leaf that lists one large cell over and over.
    let mut leaf = MEMBERS.to_vec();
    let root = (1..4).find(|page| leaf[page * 1024] == 0x0D && leaf[page * 1024 + 4] == 5).unwrap() * 1024;
    let cell = [leaf[root + 8], leaf[root + 9]];
    leaf[root + 3..root + 5].copy_from_slice(&300_u16.to_be_bytes());
    for at in 0..300 {
        leaf[root + 8 + at * 2..root + 10 + at * 2].copy_from_slice(&cell);
    }
    let got = Collected::of("x.db", &leaf);
    assert!(part(&got, "会員").records.len() < 10);
    assert_eq!(part(&got, "会員").gap_kinds(), [GapKind::Malformed]);
}

#[test]
fn damage_is_never_a_panic() {
    for bytes in [MEMBERS, SPILL, FTS, UTF16LE, WAL, JOURNAL] {
        let step = bytes.len() / 60 + 1;
        for cut in (0..bytes.len()).step_by(step) {
            Collected::of("x", &bytes[..cut]);
        }
        for at in (0..bytes.len()).step_by(step).chain(0..110) {
            let mut damaged = bytes.to_vec();
            damaged[at] ^= [0x01, 0x80, 0xFF][at % 3];
            Collected::of("x", &damaged);
        }
    }
}

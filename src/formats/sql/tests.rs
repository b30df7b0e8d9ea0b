use super::*;
use crate::formats::collected::{Collected, part};
use crate::model::{Bond, GapKind};

const MARIADB: &[u8] = include_bytes!("../../../testdata/formats/sql/mariadb.sql");
const SJIS: &[u8] = include_bytes!("../../../testdata/formats/sql/mariadb-sjis.sql");
const ROWS: &[u8] = include_bytes!("../../../testdata/formats/sql/mariadb-rows.sql");
const COPY: &[u8] = include_bytes!("../../../testdata/formats/sql/postgres.sql");
const INSERTS: &[u8] = include_bytes!("../../../testdata/formats/sql/postgres-inserts.sql");
const SQLITE: &[u8] = include_bytes!("../../../testdata/formats/sql/sqlite.sql");

/// Name and text of the fields of the rows, and a check that what has bytes stands at its place.
fn rows<'c>(got: &'c Collected, bytes: &[u8]) -> Vec<Vec<(&'c str, &'c str)>> {
    let rows = got.records.iter().filter(|(bond, _, _)| *bond == Bond::Row);
    rows.map(|(_, _, fields)| {
        let field = |f: &'c crate::formats::collected::Kept| {
            if let Some(charset) = f.charset {
                let at = usize::try_from(f.place.offset).unwrap();
                let raw = encode(&f.text, charset);
                assert_eq!(bytes.get(at..at + raw.len()), Some(raw.as_slice()), "{}", f.text);
            }
            (f.name.as_deref().unwrap_or("-"), f.text.as_str())
        };
        fields.iter().map(field).collect()
    })
    .collect()
}

fn encode(text: &str, charset: Charset) -> Vec<u8> {
    match charset {
        Charset::Cp932 => encoding_rs::SHIFT_JIS.encode(text).0.into_owned(),
        Charset::EucJp => encoding_rs::EUC_JP.encode(text).0.into_owned(),
        _ => text.as_bytes().to_vec(),
    }
}

fn first(rows: &[Vec<(&str, &str)>], row: usize) -> String {
    rows[row].iter().map(|(name, text)| format!("{name}={text}|")).collect()
}

#[test]
fn mysql_rows_have_the_names_of_create_table() {
    let got = Collected::of("shop.sql", MARIADB);
    assert_eq!((got.format, got.gap_kinds()), ("sql", vec![]));
    let members = part(&got, "members");
    assert_eq!(members.gap_kinds(), [GapKind::NoText]);
    let rows_of = rows(members, MARIADB);
    assert_eq!(rows_of.len(), 5);
    assert_eq!(
        first(&rows_of, 1),
        "id=2|氏名=佐藤 花子|フリガナ=サトウ ハナコ|email=sato.hanako@example.jp|tel=080-1234-5602|zip=530-0001|\
         住所=大阪府大阪市北区梅田2-3-4|birthday=1975-11-03|note=It's \"ok\"\n次の行, (かっこ); 終わり\\|"
    );
    let (_, _, fields) = &members.records[4];
    assert_eq!((fields[4].place.row, fields[4].place.column), (Some(5), Some(5)));
    let meta = rows(part(&got, "wp_usermeta"), MARIADB);
    assert_eq!(meta[0][3], ("billing_phone", "09012345699"));
    assert!(
        got.records.iter().any(|record| record.2[0].text.contains("建物名, 部屋番号まで")),
        "CREATE TABLE is text too"
    );
}

#[test]
fn dumps_without_create_table_have_rows_and_those_in_sjis_names() {
    let got = Collected::of("x", ROWS);
    assert_eq!((got.format, rows(part(&got, "members"), ROWS).len()), ("sql", 5));
    let got = Collected::of("x.sql", SJIS);
    assert_eq!(got.charset, Some(Charset::Cp932));
    let members = part(&got, "members");
    let all = rows(members, SJIS);
    assert_eq!((all.len(), all[4][1], all[0][6]), (5, ("氏名", "田中 健一"), ("住所", "東京都千代田区千代田1-1-1")));
    assert_eq!(members.gap_kinds(), [GapKind::NoText]);
}

#[test]
fn postgresql_by_copy_and_by_insert() {
    for (bytes, row) in [(COPY, 4), (INSERTS, 4)] {
        let got = Collected::of("x", bytes);
        assert_eq!((got.format, got.gap_kinds()), ("sql", vec![]));
        let members = part(&got, "members");
        let all = rows(members, bytes);
        assert_eq!(all.len(), 5);
        assert_eq!(
            first(&all, row),
            "id=2|name=佐藤 花子|kana=サトウ ハナコ|email=sato.hanako@example.jp|phone=080-1234-5602|postal_code=530-0001|\
             address=大阪府大阪市北区梅田2-3-4|birth_date=1975/11/03|note=It's\ttabbed\nline \\ back|\
             file={\"mail\":\"inner@example.jp\"}|"
        );
        assert_eq!(
            rows(part(&got, "Order Log"), bytes)[0],
            [("at", "2026-01-01 00:00:00"), ("what's", "sent; to (all)")]
        );
    }
}

#[test]
fn sqlite_dumps_leave_computed_columns_out() {
    let got = Collected::of("x.sql", SQLITE);
    let all = rows(part(&got, "会員"), SQLITE);
    assert_eq!((all.len(), all[2][7]), (5, ("生年月日", "1992/01/30")));
}

fn one(sql: &str) -> Vec<Vec<(String, String)>> {
    let got = Collected::of("x.sql", sql.as_bytes());
    assert_eq!(got.gap_kinds(), [], "{sql}: {:?}", got.gaps);
    let all = got.children.iter().flat_map(|(_, part)| rows(part, sql.as_bytes())).collect::<Vec<_>>();
    all.iter().map(|row| row.iter().map(|(n, t)| ((*n).to_owned(), (*t).to_owned())).collect()).collect()
}

#[test]
fn every_dialect_of_one_row() {
    let want = |a: &str, b: &str| vec![vec![("a".to_owned(), a.to_owned()), ("b".to_owned(), b.to_owned())]];
    for sql in [
        "INSERT [dbo].[t] ([a], [b]) VALUES (N'x''y', CAST(N'2020-01-01' AS DateTime))\nGO\n",
        "Insert into HR.\"T\" (\"a\",\"b\") values ('x''y','2020-01-01');",
        "INSERT INTO t (a, b) VALUES -- one\n (E'x\\'y' /* c */ , '2020-01-01'::date) ON CONFLICT DO NOTHING;",
        "insert ignore into `db`.`t` (`a`,`b`) value (\"x'y\", '2020-01-01');",
        "CREATE TABLE t (a text, b text);\nINSERT INTO t VALUES('x'||'''y', '2020-01-01');",
        "REPLACE INTO t (a,b) VALUES ('x\\'y',\r\n\t'2020-01-01');\n",
        "INSERT INTO t (a,b) VALUES (X'782779', 0x323032302d30312d3031);",
    ] {
        assert_eq!(one(sql), want("x'y", "2020-01-01"), "{sql}");
    }
    assert_eq!(one("INSERT INTO t (a,b) VALUES ('C:\\', 'x');"), want("C:\\", "x"));
    let got = one("INSERT INTO t (a,b) VALUES (090, NULL),\n/* c */(1,2);");
    assert_eq!(got, [[("a".to_owned(), "1".to_owned()), ("b".to_owned(), "2".to_owned())]]);
}

#[test]
fn a_second_byte_is_no_backslash_where_the_head_is_plain() {
    // 表 is 95 5C, ソ 83 5C in CP932; the head is ASCII alone.
    let mut bytes = b"-- MySQL dump 10.13\n".to_vec();
    bytes.extend("-- nothing here\n".repeat(600).bytes());
    bytes.extend(b"CREATE TABLE `t` (`name` text, `tel` text) ENGINE=InnoDB;\nINSERT INTO `t` VALUES ('");
    bytes.extend(encoding_rs::SHIFT_JIS.encode("予定表").0.iter());
    bytes.extend(b"','090-1234-5678'),('");
    bytes.extend(encoding_rs::SHIFT_JIS.encode("ミソソ").0.iter());
    bytes.extend(b"','x\\'y');\n");
    let got = Collected::of("x.sql", &bytes);
    let all = rows(part(&got, "t"), &bytes);
    assert_eq!(all[0], [("name", "予定表"), ("tel", "090-1234-5678")]);
    assert_eq!(all[1], [("name", "ミソソ"), ("tel", "x'y")]);
}

#[test]
fn tables_that_come_again_have_a_pointer_and_no_second_part() {
    let sql =
        "INSERT INTO a (mail) VALUES ('1@example.jp');\nINSERT INTO b (mail) VALUES ('2@example.jp');\n".repeat(50);
    let got = Collected::of("x.sql", sql.as_bytes());
    assert_eq!((got.children.len(), got.records.len()), (2, 98));
    let place = &got.records[97].2[0].place;
    assert_eq!((place.pointer.as_deref(), place.row, place.column), (Some("/b/mail"), Some(50), Some(1)));
}

#[test]
fn what_is_no_row_is_read_as_lines() {
    let sql = "-- note a@example.jp\nUPDATE t SET mail='b@example.jp' WHERE x=';';\nINSERT INTO t SELECT 'c@example.jp';\n\
               INSERT INTO t (mail) VALUES ('d@example.jp') ON DUPLICATE KEY UPDATE mail='e@example.jp';\n\
               INSERT INTO t VALUES ('f@example.jp', (1;\nINSERT INTO t (mail) VALUES ('g@example.jp')";
    let got = Collected::of("x.sql", sql.as_bytes());
    let text = got.all_text();
    for letter in 'a'..='g' {
        assert_eq!(text.matches(&format!("{letter}@example.jp")).count(), 1, "{letter}: {text}");
    }
    assert_eq!(got.gap_kinds(), [GapKind::Malformed]);
    let cut = &MARIADB[..MARIADB.len() / 2];
    let got = Collected::of("x.sql", cut);
    assert_eq!(got.gap_kinds()[0], GapKind::Truncated);
}

#[test]
fn files_in_values_are_looked_at() {
    let gz = gz("name,mail\nx,inner@example.jp\ny,z@example.jp\n");
    let hex: String = gz.iter().map(|byte| format!("{byte:02X}")).collect();
    let sql = format!("INSERT INTO t (a, file) VALUES (1, 0x{hex}), (2, '\\x{hex}');");
    let got = Collected::of("x.sql", sql.as_bytes());
    let t = part(&got, "t");
    assert_eq!(t.children.iter().map(|(name, _)| name.as_str()).collect::<Vec<_>>(), ["row 1 file", "row 2 file"]);
    assert_eq!(got.all_text().matches("inner@example.jp").count(), 2);
}

fn gz(text: &str) -> Vec<u8> {
    use std::io::Write;
    let mut encoder = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
    encoder.write_all(text.as_bytes()).unwrap();
    encoder.finish().unwrap()
}

#[test]
fn a_row_without_end_is_read_in_pieces_in_bounded_time() {
    let mut sql = "INSERT INTO t (mail) VALUES ('a@example.jp', 'x".to_owned();
    sql.push_str(&"y ".repeat(crate::model::limits::SQL_ROW_BYTES / 2 + 1000));
    sql.push_str(" late@example.jp');\nINSERT INTO t (mail) VALUES ('b@example.jp');\n");
    let got = Collected::of("x.sql", sql.as_bytes());
    assert_eq!(got.gap_kinds(), [GapKind::OverLimit]);
    let all = got.all_text();
    assert!(all.contains("late@example.jp") && all.contains("b@example.jp\n"));
    // Rows that never close, one in each line, cost no more than the limit for reading again.
    let hostile = "INSERT INTO t VALUES (x\n".repeat(200_000);
    let got = Collected::of("x.sql", hostile.as_bytes());
    assert!(!got.gaps.is_empty());
}

#[test]
fn prose_and_source_text_are_no_dumps() {
    for (name, text) in [
        ("a.txt", "Insert into the slot.\nCreate table plans for\n"),
        ("a.py", "x = 1\ninsert into t values (1)\n"),
        ("a.log", "2026-01-01 INSERT INTO t VALUES (1)\n"),
        ("a.md", "INSERT INTO t VALUES (1);\n"),
    ] {
        assert_eq!(Collected::of(name, text.as_bytes()).format, "plain", "{name}");
    }
    assert_eq!(Collected::of("a", b"INSERT INTO t VALUES (1);\n").format, "sql");
}

#[test]
fn damage_is_never_a_panic_and_pieces_make_no_difference() {
    for bytes in [MARIADB, SJIS, COPY, INSERTS, SQLITE] {
        for at in (0..bytes.len()).step_by(31) {
            Collected::of("x.sql", &bytes[..at]);
            let mut damaged = bytes.to_vec();
            damaged[at] ^= [0x01, 0x80, 0xFF][at % 3];
            Collected::of("x.sql", &damaged);
        }
        let whole = Collected::of("x.sql", bytes).all_text();
        for sizes in [[1, 1], [7, 4096]] {
            assert_eq!(Collected::in_pieces(None, "x.sql", bytes, &sizes).all_text(), whole);
        }
    }
}

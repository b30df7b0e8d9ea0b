use super::*;
use crate::formats::collected::Collected;
use crate::model::Charset;

const TABLE: &str = "氏名,電話番号,メール,備考\r\n山田 太郎,090-1234-5678,taro@example.jp,\"表示, 能力\"\r\n\r\n鈴木花子,03-1234-5678,hana@example.jp,\"改行\nと\"\"引用\"\"\"\r\n佐藤,06-1111-2222,sato@example.jp,\r\n";

fn encodings(text: &str) -> Vec<(Charset, Vec<u8>)> {
    let wide = |mark: &[u8], little: bool| -> Vec<u8> {
        let units = text.encode_utf16().flat_map(|u| if little { u.to_le_bytes() } else { u.to_be_bytes() });
        mark.iter().copied().chain(units).collect()
    };
    vec![
        (Charset::Utf8, text.as_bytes().to_vec()),
        (Charset::Utf8, [b"\xEF\xBB\xBF", text.as_bytes()].concat()),
        (Charset::Cp932, encoding_rs::SHIFT_JIS.encode(text).0.into_owned()),
        (Charset::EucJp, encoding_rs::EUC_JP.encode(text).0.into_owned()),
        (Charset::Iso2022Jp, encoding_rs::ISO_2022_JP.encode(text).0.into_owned()),
        (Charset::Utf16Le, wide(b"\xFF\xFE", true)),
        (Charset::Utf16Be, wide(b"\xFE\xFF", false)),
        (Charset::Utf16Le, wide(b"", true)),
    ]
}

#[test]
fn a_table_in_every_encoding() {
    for delimiter in [",", "\t", ";", "|"] {
        let text = TABLE.replace(", ", "~").replace(',', delimiter).replace('~', &format!("{delimiter} "));
        for (charset, bytes) in encodings(&text) {
            let got = Collected::of("list", &bytes);
            let what = format!("{charset:?} {delimiter:?}");
            assert_eq!((got.format, got.charset), ("csv", Some(charset)), "{what}");
            assert_eq!(got.records.len(), 4, "{what}");
            let (bond, _, fields) = &got.records[1];
            assert_eq!(*bond, Bond::Row);
            let named: Vec<_> = fields.iter().map(|f| (f.name.as_deref().unwrap(), f.text.as_str())).collect();
            let note = format!("表示{delimiter} 能力");
            assert_eq!(
                named,
                [
                    ("氏名", "山田 太郎"),
                    ("電話番号", "090-1234-5678"),
                    ("メール", "taro@example.jp"),
                    ("備考", note.as_str())
                ],
                "{what}"
            );
            assert_eq!(got.records[2].2[3].text.replace("\r\n", "\n"), "改行\nと\"引用\"");
            // Row 3 is empty, and a cell with a line break is one row.
            let rows: Vec<_> = got.records.iter().map(|r| r.2[0].place.row.unwrap()).collect();
            assert_eq!(rows, [1, 2, 4, 5], "{what}");
            assert_eq!(fields.iter().map(|f| f.place.column.unwrap()).collect::<Vec<_>>(), [1, 2, 3, 4]);
            assert!(got.gaps.is_empty(), "{:?}", got.gaps);
            let mark = guess(&bytes, true).bom;
            for (_, _, fields) in &got.records {
                for field in fields.iter().filter(|f| !f.text.contains('"')) {
                    let at = usize::try_from(field.place.offset).unwrap();
                    let rest = crate::text::decode(&bytes[at..], charset).0.into_owned();
                    // Inside ISO-2022-JP a cell cannot be decoded from its middle.
                    let found = rest.starts_with(&field.text) || charset == Charset::Iso2022Jp;
                    assert!(found && at >= mark, "{what}: {:?} at {at}", field.text);
                }
            }
        }
    }
}

#[test]
fn a_header_with_the_postal_mark() {
    let got = Collected::of(
        "list.csv",
        "会員No,〒,メモ\nM0001,100-0001,あ\nM0002,100-0002,い\nM0003,100-0003,う\n".as_bytes(),
    );
    let names: Vec<_> = got.records[1].2.iter().map(|field| field.name.as_deref()).collect();
    assert_eq!(names, [Some("会員No"), Some("〒"), Some("メモ")]);
}

#[test]
fn a_header_below_titles() {
    let text = "顧客名簿,,\n2024年4月1日 現在,,\n\n番号,氏名,電話\n1,山田太郎,090-1234-5678\n2,鈴木花子,03-1234-5678\n3,佐藤次郎,03-1234-9999\n";
    let got = Collected::of("list.csv", text.as_bytes());
    let last = got.records.last().unwrap();
    assert_eq!(
        last.2.iter().map(|f| f.name.as_deref()).collect::<Vec<_>>(),
        [Some("番号"), Some("氏名"), Some("電話")]
    );
    assert_eq!(got.records[0].2[0].name, None, "a title is no header word, and has none");
}

#[test]
fn rows_without_header_have_no_names() {
    let got = Collected::of("x.csv", "山田太郎,090-1234-5678,東京都\n鈴木花子,03-1234-5678,大阪府\n".as_bytes());
    assert_eq!((got.format, got.records.len()), ("csv", 2));
    assert!(got.records.iter().flat_map(|r| &r.2).all(|f| f.name.is_none()));
}

#[test]
fn one_column_is_a_table_by_its_name() {
    let got = Collected::of("mail.csv", b"email\na@example.jp\nb@example.jp\n");
    assert_eq!(got.format, "csv");
    assert_eq!(got.records[2].2[0].name.as_deref(), Some("email"));
    assert_eq!(got.records[2].0, Bond::Line);
    assert_eq!(Collected::of("mail", b"email\na@example.jp\nb@example.jp\n").format, "plain");
}

#[test]
fn what_only_has_commas_is_no_table() {
    let log = "2024-01-01 12:00:00,123 INFO started the worker, all is well\n2024-01-01 12:00:01,456 WARN slow answer from db\n2024-01-01 12:00:02,789 INFO done with that\n";
    assert_eq!(Collected::of("app.log", log.as_bytes()).format, "plain");
    assert_eq!(Collected::of("app", log.as_bytes()).format, "plain");
    let prose = "Dear customer, thank you for writing.\nWe have, as you know, moved.\nYours, the shop\nGood bye\n";
    assert_eq!(Collected::of("letter.txt", prose.as_bytes()).format, "plain");
    let code = "int f(int a, int b) {\n  return g(a, b, 0);\n}\nint h(void);\n";
    assert_eq!(Collected::of("f.c", code.as_bytes()).format, "plain");
    let web = "192.0.2.1 - - [01/Jan/2024:00:00:00 +0900] \"GET / HTTP/1.1\" 200 12\n".repeat(20);
    assert_eq!(Collected::of("access.log", web.as_bytes()).format, "plain");
}

#[test]
fn an_open_quote_costs_one_line_and_a_gap() {
    let mut text = "name,tel,mail\nA,090-1111-2222,a@example.jp\nB,\"090-3333-4444,b@example.jp\n".to_owned();
    for n in 0..50 {
        text.push_str(&format!("C{n},03-1234-{n:04},c{n}@example.jp\n"));
    }
    let got = Collected::of("x.csv", text.as_bytes());
    assert_eq!(got.gap_kinds(), [GapKind::Malformed]);
    assert_eq!(got.records.len(), 53);
    assert_eq!(got.texts()[2], ["B", "\"090-3333-4444", "b@example.jp"]);
    assert_eq!(got.texts()[52], ["C49", "03-1234-0049", "c49@example.jp"]);
    assert_eq!(got.records[52].2[0].place.row, Some(53));
}

#[test]
fn many_open_quotes_end_quoting() {
    let row = format!("\"x,{}\n", "y".repeat(20));
    let text = row.repeat(3 * RECORD_BYTES / row.len());
    let got = Collected::of("x.csv", text.as_bytes());
    assert_eq!(got.gaps.len(), OPEN_QUOTES);
    assert_eq!(got.records.len(), 3 * RECORD_BYTES / row.len());
}

#[test]
fn an_over_long_line_is_read_in_windows() {
    let mut text = "name,tel\nA,1\n".to_owned().into_bytes();
    text.extend(b"B,".iter().chain("あいう090-1234-5678 ".repeat(100_000).as_bytes()));
    text.extend(b"\nC,last@example.jp\n");
    let got = Collected::of("x.csv", &text);
    assert_eq!(got.gap_kinds(), [GapKind::OverLimit]);
    let long: Vec<_> = got
        .records
        .iter()
        .map(|r| (r.2[0].text.len(), r.2[0].charset, r.1, r.2[0].place.clone()))
        .filter(|n| n.0 > RECORD_BYTES)
        .collect();
    assert!(long.is_empty(), "{long:?} {:?}", got.charset);
    assert_eq!(got.records.last().unwrap().2[0].text, "C,last@example.jp");
    assert!(got.records.iter().any(|r| r.1 > 0 && r.0 == Bond::Loose));
}

#[test]
fn more_fields_than_a_record_holds_are_further_records() {
    let row: Vec<String> = (0..RECORD_FIELDS * 2 + 1).map(|n| n.to_string()).collect();
    let got = Collected::of("x.csv", format!("{}\n", row.join(",")).as_bytes());
    assert_eq!(got.records.iter().map(|r| r.2.len()).collect::<Vec<_>>(), [RECORD_FIELDS, RECORD_FIELDS, 1]);
    assert!(got.records.iter().all(|r| r.2[0].place.row == Some(1)));
}

#[test]
fn cells_in_mixed_encodings() {
    let mut bytes = "氏名,電話,住所\n山田太郎,03-1234-5678,東京都\n".as_bytes().to_vec();
    bytes.extend(&*encoding_rs::SHIFT_JIS.encode("鈴木花子,03-1234-9999,大阪府\n").0);
    bytes.extend("佐藤次郎,03-1234-0000,京都府\n".as_bytes());
    let got = Collected::of("x.csv", &bytes);
    assert_eq!(got.texts()[2], ["鈴木花子", "03-1234-9999", "大阪府"]);
    assert_eq!(got.records[2].2[0].charset, Some(Charset::Cp932));
    assert_eq!(got.records[3].2[0].charset, Some(Charset::Utf8));
}

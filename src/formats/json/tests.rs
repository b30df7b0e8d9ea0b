use super::*;
use crate::formats::collected::Collected;

fn named(got: &Collected, record: usize) -> Vec<(&str, &str)> {
    got.records[record].2.iter().map(|f| (f.name.as_deref().unwrap_or(""), f.text.as_str())).collect()
}

fn pointers(got: &Collected) -> Vec<&str> {
    got.records.iter().map(|r| r.2[0].place.pointer.as_deref().unwrap_or("-")).collect()
}

#[test]
fn lists_of_objects_are_records_and_the_rest_is_one() {
    let text = r#"{"total": 2, "page": {"size": 10}, "users": [
        {"name": "山田", "tel": ["090-1", "090-2"], "address": {"zip": "100-0001"}},
        {"name": "\u9234\u6728", "orders": [{"id": 7}, {"id": 8}]}], "note": "end"}"#;
    let got = Collected::of("users", text.as_bytes());
    assert_eq!(got.format, "json");
    assert_eq!(pointers(&got), ["/users/0/name", "/users/1/name", "/total"]);
    assert_eq!(named(&got, 0), [("name", "山田"), ("tel", "090-1"), ("tel", "090-2"), ("zip", "100-0001")]);
    assert_eq!(named(&got, 1), [("name", "鈴木"), ("id", "7"), ("id", "8")]);
    assert_eq!(named(&got, 2), [("total", "2"), ("size", "10"), ("note", "end")]);
    assert_eq!(got.records[0].2[3].place.pointer.as_deref(), Some("/users/0/address/zip"));
    let at = usize::try_from(got.records[0].2[1].place.offset).unwrap();
    assert!(text[at..].starts_with("090-1\""));
    assert!(got.records.iter().all(|r| r.0 == Bond::Row));
}

#[test]
fn lines_are_records_whole() {
    let text = "{\"name\":\"a\",\"orders\":[{\"id\":1},{\"id\":2}]}\n\n{\"name\":\"b\"}\n{\"name\":\"c\"}\n";
    let got = Collected::of("x", text.as_bytes());
    assert_eq!((got.format, got.records.len()), ("json", 3));
    assert_eq!(named(&got, 0), [("name", "a"), ("id", "1"), ("id", "2")]);
    assert_eq!(got.records.iter().map(|r| r.2[0].place.row).collect::<Vec<_>>(), [Some(1), Some(3), Some(4)]);
    let joined = Collected::of("x", br#"{"a":"1"}{"a":"2"} {"a":"3"}"#);
    assert_eq!(joined.records.len(), 3);
    let separated = Collected::of("x", b"{\"a\":\"1\"}\n\x1e{\"a\":\"2\"}\n");
    assert_eq!(separated.records.len(), 2);
}

#[test]
fn tables_by_key_are_taken_apart() {
    let text = r#"{"db": {"users": {"u1": {"mail": "a@example.jp"}, "u2": {"mail": "b@example.jp"}}}}"#;
    let got = Collected::of("x", text.as_bytes());
    assert_eq!(got.texts(), [["a@example.jp"], ["b@example.jp"]]);
    let keyed = Collected::of("x", br#"{"a@example.jp": {"n": "x"}, "090-1234-5678": {"n": "y"}}"#);
    assert!(keyed.all_text().contains("a@example.jp") && keyed.all_text().contains("090-1234-5678"));
    assert!(keyed.records.iter().flat_map(|r| &r.2).all(|f| f.place.pointer.as_deref().unwrap().starts_with("/*")));
}

#[test]
fn every_encoding() {
    let text = "[{\"氏名\": \"ソ表能 太郎\", \"tel\": \"０９０\"},\n {\"氏名\": \"予約\"}]";
    let wide: Vec<u8> = text.encode_utf16().flat_map(u16::to_le_bytes).collect();
    let samples = [
        (Charset::Utf8, [b"\xEF\xBB\xBF", text.as_bytes()].concat()),
        (Charset::Cp932, encoding_rs::SHIFT_JIS.encode(text).0.into_owned()),
        (Charset::EucJp, encoding_rs::EUC_JP.encode(text).0.into_owned()),
        (Charset::Iso2022Jp, encoding_rs::ISO_2022_JP.encode(text).0.into_owned()),
        (Charset::Utf16Le, wide),
    ];
    for (charset, bytes) in samples {
        let got = Collected::of("x", &bytes);
        assert_eq!((got.format, got.charset), ("json", Some(charset)));
        assert_eq!(named(&got, 0), [("氏名", "ソ表能 太郎"), ("tel", "０９０")], "{charset:?}");
        assert_eq!(named(&got, 1), [("氏名", "予約")]);
        let at = usize::try_from(got.records[0].2[1].place.offset).unwrap();
        if charset != Charset::Iso2022Jp {
            assert!(crate::text::decode(&bytes[at..], charset).0.starts_with("０９０"), "{charset:?}");
        }
    }
}

#[test]
fn broken_json_loses_nothing() {
    let text = "[{\"a\": \"one\"},\n {\"a\": \"two\"},\n {\"a\": three},\n {\"a\": \"four\"}]\n";
    let got = Collected::of("x.json", text.as_bytes());
    assert_eq!((got.format, got.gap_kinds()), ("json", vec![GapKind::Malformed]));
    assert!(got.gaps[0].2.contains("line 3"), "{}", got.gaps[0].2);
    assert_eq!(got.texts()[..2], [["one"], ["two"]]);
    assert!(got.all_text().contains("three") && got.all_text().contains("four"));
    let rest = &got.records[2].2[0];
    assert_eq!((rest.place.offset as usize, rest.place.row), (text.find("{\"a\": three").unwrap(), Some(3)));
}

#[test]
fn a_cut_document_gives_what_is_whole() {
    let text = "{\"users\": [{\"a\": \"one\"}, {\"a\": \"two\"}, {\"a\": \"thr";
    let got = Collected::of("x.json", text.as_bytes());
    assert_eq!(got.gap_kinds(), [GapKind::Truncated]);
    assert!(got.all_text().contains("thr"));
}

#[test]
fn what_is_longer_than_a_record_is_streamed() {
    let mut text = "{\"total\": 3, \"users\": [".to_owned();
    for n in 0..60_000 {
        text.push_str(&format!("{{\"id\": {n}, \"mail\": \"u{n}@example.jp\"}},\n"));
    }
    text.push_str("{\"id\": \"last\"}], \"blob\": \"");
    text.push_str(&"QUJD".repeat(400_000));
    text.push_str("\", \"tail\": \"tail@example.jp\"}");
    assert!(text.len() > 3 * RECORD_BYTES);
    let got = Collected::of("x", text.as_bytes());
    assert_eq!(got.gap_kinds(), [GapKind::OverLimit], "{:?}", got.gaps);
    assert_eq!(got.records[1].2[0].place.pointer.as_deref(), Some("/users/0/id"));
    assert_eq!(got.records.iter().filter(|r| r.2.len() == 2).count(), 60_000);
    // Its windows overlap, and say from where on they are new.
    let windows = got.records.iter().filter(|r| r.0 == Bond::Loose);
    let fresh = windows.map(|(_, fresh_from, fields)| {
        let (offset, end) = (fields[0].place.offset, fields[0].place.offset + fields[0].text.len() as u64);
        end - offset.max(*fresh_from)
    });
    assert_eq!(fresh.collect::<Vec<_>>(), [RECORD_BYTES as u64, 1_600_000 - RECORD_BYTES as u64]);
    assert_eq!(got.records.last().unwrap().2[0].text, "tail@example.jp");
}

#[test]
fn deep_nesting_is_no_crash() {
    for text in [
        "[".repeat(100_000),
        format!("{}\"x@example.jp\"{}", "[".repeat(5000), "]".repeat(5000)),
        "{\"a\":".repeat(300_000),
    ] {
        let got = Collected::by(&Json, "x.json", text.as_bytes());
        assert!(!got.records.is_empty());
    }
}

#[test]
fn what_only_looks_like_json() {
    for text in [
        "[2024-01-01 00:00:00] started\n",
        "[error] x\n",
        "{{ template }}\n",
        "[link](x) text",
        "[section]\nkey=1\n",
        "[1] foo\n",
    ] {
        assert_eq!(Collected::of("x", text.as_bytes()).format, "plain", "{text}");
    }
}

#[test]
fn types_of_mongodb_are_no_names() {
    let text = br#"{"_id": {"$oid": "64b7"}, "tel": {"$numberLong": "9012345678"}, "when": {"$date": "2026-01-02"}}
{"_id": {"$oid": "64b8"}, "tel": {"$numberLong": "8012345678"}}
"#;
    let got = Collected::of("export.json", text);
    let names: Vec<_> = got.records[0].2.iter().map(|field| field.name.as_deref().unwrap()).collect();
    assert_eq!(names, ["_id", "tel", "when"]);
}

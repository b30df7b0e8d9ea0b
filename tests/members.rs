//! What stands inside archives, in the results: a row for each member, none twice, none under another's name. All data made up.
#![expect(clippy::disallowed_methods, reason = "a test makes its own folder")]

mod real;
mod world;

use std::fs;
use std::io::Write;
use std::path::Path;

use serde_json::Value;
use world::zipped;

fn gzipped(bytes: &[u8]) -> Vec<u8> {
    let mut gz = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::best());
    gz.write_all(bytes).unwrap();
    gz.finish().unwrap()
}

/// Lines that do not shrink to nothing, with an address in the first.
fn lines(count: u64) -> Vec<u8> {
    let noise = |n: u64| n.wrapping_mul(0x9e37_79b9_7f4a_7c15) >> 20;
    let rest: String = (0..count).map(|n| format!("{:011x}\n", noise(n))).collect();
    format!("a@example.jp\n{rest}").into_bytes()
}

fn scan(folder: &Path) -> Value {
    let ended = real::hozen(&["scan", folder.to_str().unwrap(), "--format", "json"]);
    assert!(matches!(ended.code, Some(0 | 3)), "{}", ended.stderr);
    ended.json()
}

/// The members of a file, as (path below it, status, e-mail addresses).
fn inside(result: &Value, file: &str) -> Vec<(String, String, u64)> {
    let files = result["files"].as_array().unwrap();
    let file = files.iter().find(|row| row["path"].as_str().unwrap().ends_with(file)).unwrap();
    let below = format!("{} ▸ ", file["path"].as_str().unwrap());
    let row = |row: &Value| {
        let path = row["path"].as_str().unwrap().strip_prefix(&below).unwrap().to_owned();
        let emails = row["findings"].get("email").and_then(Value::as_u64).unwrap_or(0);
        (path, row["status"].as_str().unwrap().to_owned(), emails)
    };
    file["members"].as_array().unwrap().iter().map(row).collect()
}

fn rows(rows: &[(String, String, u64)]) -> Vec<(&str, &str, u64)> {
    rows.iter().map(|(path, status, emails)| (path.as_str(), status.as_str(), *emails)).collect()
}

#[test]
fn every_member_has_a_row_and_a_container_stands_after_what_it_holds() {
    let folder = tempfile::tempdir().unwrap();
    let inner = zipped(&[("x.txt", b"x@example.jp\n"), ("y.txt.gz", &gzipped(b"y@example.jp\ny2@example.jp\n"))]);
    let outer = zipped(&[("first.txt", b"nothing\n"), ("inner.zip", &inner), ("last.txt", b"z@example.jp\n")]);
    fs::write(folder.path().join("outer.zip"), outer).unwrap();
    fs::write(folder.path().join("plain.txt"), "p@example.jp\n").unwrap();
    let result = scan(folder.path());
    assert_eq!(
        rows(&inside(&result, "outer.zip")),
        [
            ("first.txt", "scanned", 0),
            ("inner.zip ▸ x.txt", "scanned", 1),
            ("inner.zip ▸ y.txt.gz ▸ y.txt", "scanned", 2),
            ("inner.zip ▸ y.txt.gz", "scanned", 2),
            ("inner.zip", "scanned", 3),
            ("last.txt", "scanned", 1),
        ]
    );
    let files = result["files"].as_array().unwrap();
    assert_eq!((files.len(), files[0]["findings"]["email"].as_u64()), (2, Some(4)));
    assert!(files[1].get("members").is_none(), "{}", files[1]);
}

#[test]
fn a_member_that_breaks_off_has_one_row_and_is_not_called_looked_at() {
    let folder = tempfile::tempdir().unwrap();
    let text = lines(4_000);
    let cut = gzipped(&text);
    fs::write(folder.path().join("cut.log.gz"), &cut[..cut.len() / 2]).unwrap();
    let mut zip = zipped(&[("good.txt", b"g@example.jp\n"), ("bad.txt", &text), ("also.txt", b"h@example.jp\n")]);
    // In the middle of the packed lines.
    let at = zip.len() / 2;
    zip[at..at + 64].fill(0xff);
    fs::write(folder.path().join("damaged.zip"), zip).unwrap();
    let result = scan(folder.path());
    assert_eq!(rows(&inside(&result, "cut.log.gz")), [("cut.log", "partial", 1)]);
    assert_eq!(
        rows(&inside(&result, "damaged.zip")),
        [("good.txt", "scanned", 1), ("bad.txt", "partial", 1), ("also.txt", "scanned", 1)]
    );
    assert_eq!(result["subjects"]["unread"], 2, "each of the two once: {}", result["subjects"]);
    let gaps: Vec<&str> = result["gaps"].as_array().unwrap().iter().map(|gap| gap["path"].as_str().unwrap()).collect();
    assert!(gaps[0].ends_with("cut.log.gz ▸ cut.log") && gaps[1].ends_with("damaged.zip ▸ bad.txt"), "{gaps:?}");
}

#[test]
fn nothing_of_a_member_that_is_damaged_from_its_first_byte_is_not_looked_at() {
    let folder = tempfile::tempdir().unwrap();
    // A header, and then a block of a type that does not exist.
    fs::write(folder.path().join("x.gz"), b"\x1f\x8b\x08\0\0\0\0\0\0\x03\xff\xff\xff\xff\xff\xff\xff\xff").unwrap();
    let result = scan(folder.path());
    assert_eq!(rows(&inside(&result, "x.gz")), [("x", "not_scanned", 0)]);
    assert_eq!(result["subjects"]["unread"], 1);
}

#[test]
fn a_name_can_not_pass_for_a_member_of_another_member() {
    let folder = tempfile::tempdir().unwrap();
    let zip = zipped(&[("list.csv", b"none\n"), ("list.csv \u{25b8} a.txt", b"a@example.jp\n"), ("b.txt", b"none\n")]);
    fs::write(folder.path().join("a.zip"), zip).unwrap();
    let case = folder.path().join("out");
    let words = ["respond", folder.path().to_str().unwrap(), "--out", case.to_str().unwrap(), "--case", "c", "--force"];
    let ended = real::hozen(&[&words[..], &["--format", "json"]].concat());
    let result = &ended.json()["scan"];
    let path = "list.csv \\u{25b8} a.txt";
    assert_eq!(rows(&inside(result, "a.zip"))[1], (path, "scanned", 1));
    let report: Value = serde_json::from_slice(&fs::read(case.join("c/report/report.json")).unwrap()).unwrap();
    let looked = &report["files"]["looked"];
    assert_eq!((&looked["files"], &looked["with_findings"], &looked["none_found"]), (&3.into(), &1.into(), &2.into()));
}

#[test]
fn a_name_that_lies_is_a_note_and_hides_nothing() {
    let source = tempfile::tempdir().unwrap();
    let at = |name: &str| source.path().join(name);
    let list = "氏名,メール\n山田 太郎,taro@example.jp\n佐藤 花子,hanako@example.jp\n".as_bytes();
    fs::write(at("list.csv"), zipped(&[("a.csv", list)])).unwrap();
    fs::write(at("list.gz"), list).unwrap();
    fs::write(at("true.zip"), zipped(&[("a.csv", list)])).unwrap();
    fs::write(at("true.csv"), list).unwrap();
    let result = scan(source.path());
    let said = |name: &str| {
        let row = result["files"]
            .as_array()
            .unwrap()
            .iter()
            .find(|row| row["path"].as_str().unwrap().ends_with(name))
            .unwrap();
        (row["mislabelled"].clone(), row["findings"]["email"].as_u64())
    };
    assert_eq!(said("list.csv"), ("csv".into(), Some(2)));
    assert_eq!(said("list.gz"), ("gzip".into(), Some(2)));
    assert_eq!(said("true.zip"), (Value::Null, Some(2)));
    assert_eq!(said("true.csv"), (Value::Null, Some(2)));
    let screen = real::hozen(&["scan", source.path().to_str().unwrap(), "--lang", "en"]).stdout;
    assert!(screen.contains("its name says csv, its content is zip"), "{screen}");
    assert!(screen.contains("▸ a.csv: "), "{screen}");
}

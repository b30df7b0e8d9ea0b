//! The masked index and the hand-over note, made from a real case: complete, masked, the same every time, safe to open.
#![expect(clippy::disallowed_methods, reason = "a test may write to the temporary folder that it made")]

mod world;

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

use hozen::bundle::index;
use hozen::case::dir::CaseDir;
use hozen::case::handover::{Delivery, IndexFacts, Part, gather};
use hozen::detect::{Engine, veil_path};
use hozen::model::{Lang, Veiled};
use hozen::report::handover::{json, note};
use hozen::rules::RulePack;
use world::put;

fn engine() -> Engine {
    Engine::new(&RulePack::builtin().unwrap()).unwrap()
}

/// A case made by `respond` over hostile and telling names.
fn case(folder: &Path) -> CaseDir {
    use std::os::unix::ffi::OsStringExt as _;
    let source = folder.join("src");
    put(&source, "お客様/名簿.csv", "氏名,メール\n架空太郎,taro@example.jp\n架空花子,hanako@example.jp\n");
    put(&source, "taro.yamada@example.jp.txt", "no value in it\n");
    put(&source, "card 4111-1111-1111-1111/a.txt", "x\n");
    put(&source, "=cmd|' /C calc'!A0.csv", "a,b\n");
    put(&source, "two\nlines, \"quoted\".txt", "x\n");
    put(&source, "logo.png", b"\x89PNG\r\n\x1a\n0000");
    fs::hard_link(source.join("お客様/名簿.csv"), source.join("別名.csv")).unwrap();
    let cp932 = std::ffi::OsString::from_vec(b"\x8c\xda\x8b\x71\x96\xbc\x95\xeb\x88\xea\x97\x97.txt".to_vec());
    fs::write(source.join(cp932), "x\n").unwrap();
    respond(folder, &source, &[])
}

fn respond(folder: &Path, source: &Path, more: &[&str]) -> CaseDir {
    let (source, out) = (source.to_str().unwrap(), folder.to_str().unwrap());
    let mut arguments = vec!["respond", source, "--out", out, "--case", "C1", "--operator", "Yamada Hanako"];
    arguments.extend(more);
    let ended = world::hozen(&arguments);
    assert!([0, 3].contains(&ended.code), "{}", ended.stderr);
    CaseDir::open(&folder.join("C1")).unwrap().unwrap()
}

fn index(case: &CaseDir) -> (String, index::Written) {
    let engine = engine();
    let mut csv = Vec::new();
    let written = index::write(case, &|path| veil_path(&engine, path), &mut csv).unwrap();
    (String::from_utf8(csv).unwrap(), written)
}

/// The rows by their headings; a reader of its own, so that what is written is not judged by what wrote it.
fn rows(csv: &str) -> Vec<BTreeMap<String, String>> {
    let mut rows: Vec<Vec<String>> = vec![vec![String::new()]];
    let mut quoted = false;
    let mut rest = csv.strip_prefix('\u{feff}').expect("Excel needs the mark").chars().peekable();
    while let Some(c) = rest.next() {
        let row = rows.last_mut().unwrap();
        match c {
            '"' if quoted && rest.peek() == Some(&'"') => row.last_mut().unwrap().push(rest.next().unwrap()),
            '"' => quoted = !quoted,
            ',' if !quoted => row.push(String::new()),
            '\r' if !quoted => assert_eq!(rest.next(), Some('\n')),
            '\n' => panic!("a line feed alone"),
            c => row.last_mut().unwrap().push(c),
        }
        if c == '\r' {
            rows.push(vec![String::new()]);
        }
    }
    assert_eq!(rows.pop().unwrap(), [""]);
    let head = rows.remove(0);
    rows.into_iter()
        .map(|row| {
            assert_eq!(row.len(), head.len(), "{row:?}");
            head.iter().cloned().zip(row).collect()
        })
        .collect()
}

#[test]
fn every_entry_has_one_row_and_says_what_became_of_it() {
    let folder = tempfile::tempdir().unwrap();
    let case = case(folder.path());
    let (csv, written) = index(&case);
    let rows = rows(&csv);
    let scan: serde_json::Value = serde_json::from_slice(&fs::read(case.result("scan.json")).unwrap()).unwrap();
    let collect: serde_json::Value = serde_json::from_slice(&fs::read(case.result("collect.json")).unwrap()).unwrap();
    assert_eq!(rows.len() as u64, collect["entries"].as_u64().unwrap());
    assert_eq!((written.rows, written.unmatched), (rows.len() as u64, 0));
    for (at, row) in rows.iter().enumerate() {
        assert_eq!(
            (row["row"].as_str(), row["seq"].as_str()),
            ((at + 1).to_string().as_str(), at.to_string().as_str())
        );
        assert_eq!(row["evidence"], "C1-E001.zip");
        assert!(!row["sha256"].is_empty() || !row["gaps"].is_empty());
    }
    // Counted once: a column adds up to what the scan found.
    let sum: u64 = rows.iter().filter_map(|row| row["email"].parse::<u64>().ok()).sum();
    assert_eq!(sum, scan["entities"]["email"]["occurrences"].as_u64().unwrap());
    let find = |end: &str| rows.iter().find(|row| row["path"].ends_with(end)).unwrap_or_else(|| panic!("{end}: {csv}"));
    assert_eq!(find("logo.png")["looked"], "not_scanned");
    assert_eq!(find("logo.png")["email"], "", "not looked at is no zero");
    assert_eq!((find("/名簿.csv")["email"].as_str(), find("/名簿.csv")["looked"].as_str()), ("2", "scanned"));
    assert_eq!(find("別名.csv")["outcome"], "linked");
    assert_eq!(
        (find("別名.csv")["email"].as_str(), &find("別名.csv")["hard_link_of"]),
        ("", &find("/名簿.csv")["seq"])
    );
    assert_eq!(find("顧客名簿一覧.txt")["path_charset"], "cp932");
    assert!(find("名簿.csv")["mtime"].ends_with('Z'));
}

#[test]
fn values_in_names_are_masked_and_no_cell_is_a_formula() {
    let folder = tempfile::tempdir().unwrap();
    let case = case(folder.path());
    let (csv, written) = index(&case);
    assert!(!csv.contains("taro.yamada@") && !csv.contains("4111-"), "{csv}");
    assert!(csv.contains("[email t***@example.jp]") && csv.contains("[card ************1111]/a.txt"), "{csv}");
    // The folder, the file in it, and the mail address.
    assert_eq!(written.hidden, 3);
    for row in rows(&csv) {
        assert!(row.values().all(|cell| !cell.starts_with(['=', '+', '-', '@', '\t'])), "{row:?}");
        assert_eq!(row["hidden"] == "0", !row["path"].contains('['), "{row:?}");
        assert!(row["hidden"] == "0" || row["stored"].is_empty(), "{row:?}");
    }
    assert!(csv.contains(r#"two\u{a}lines, ""quoted"".txt"#), "{csv}");
    assert_eq!(csv, index(&case).0, "the same every time");
}

#[test]
fn a_relative_path_that_begins_like_a_formula_is_guarded() {
    let folder = tempfile::tempdir().unwrap();
    let source = folder.path().join("src");
    put(&source, "=1+1.txt", "x\n");
    let case = respond(folder.path(), &source.join("=1+1.txt"), &[]);
    assert!(!index(&case).0.contains(",=1"));
}

#[test]
fn a_case_without_a_scan_says_so_in_every_row() {
    let folder = tempfile::tempdir().unwrap();
    let source = folder.path().join("src");
    put(&source, "a.txt", "x\n");
    let arguments = ["collect", source.to_str().unwrap(), "--out", folder.path().to_str().unwrap(), "--case", "C1"];
    assert_eq!(world::hozen(&arguments).code, 0);
    let case = CaseDir::open(&folder.path().join("C1")).unwrap().unwrap();
    let rows = rows(&index(&case).0);
    assert_eq!(rows.iter().map(|row| row["looked"].as_str()).collect::<Vec<_>>(), ["", "no_scan"]);
    assert!(!rows[0].contains_key("email"));
    let facts = gather(&case, &plain, Delivery::default()).unwrap();
    assert!(facts.scan.is_none());
    assert!(note(&facts, Lang::En).unwrap().contains("Nothing was searched for personal data."));
}

fn plain(text: &str) -> Veiled {
    Veiled { text: text.to_owned(), hidden: 0 }
}

fn delivery(written: index::Written) -> Delivery {
    Delivery {
        bundle: "C1-bundle-001".to_owned(),
        made: "2026-11-21T05:00:00Z".to_owned(),
        operator: "Yamada Hanako".to_owned(),
        recipients: vec!["age1ql3z7hjy54pw3hyww5ayyfg7zqgvc7w3j2elw8zmrj2kg5sfn9aqmcac8p".to_owned()],
        key: "SHA256:8mP0bq3mYwVdX1nq5mJ7t0oYbEwZ2kq9QmB4rT6uVxA".to_owned(),
        signer: "hozen".to_owned(),
        included: vec![Part::Evidence, Part::Custody, Part::Results, Part::Findings, Part::Reports],
        withheld: vec![Part::CaseKey.into(), Part::SignKey.into()],
        problems: Vec::new(),
        index: Some(IndexFacts { rows: written.rows, hidden: written.hidden }),
    }
}

#[test]
fn the_note_of_a_real_case_holds_its_facts_and_no_value() {
    let folder = tempfile::tempdir().unwrap();
    let case = case(folder.path());
    let engine = engine();
    let veil = |path: &str| veil_path(&engine, path);
    let facts = gather(&case, &veil, delivery(index(&case).1)).unwrap();
    let made = json(&facts).unwrap();
    assert_eq!(made["schema"], "hozen.handover/1");
    assert_eq!(made["evidence"][0]["acquisition"]["argv"], serde_json::json!([]));
    let seal = fs::read_to_string(case.journal()).unwrap();
    assert!(seal.contains(made["evidence"][0]["seal_sha256"].as_str().unwrap()));
    assert!(made["open_questions"].as_array().unwrap().iter().any(|one| one == "key_of_the_case"));
    for lang in [Lang::En, Lang::Ja] {
        let page = note(&facts, lang).unwrap();
        for value in ["taro.yamada@", "taro@example.jp", "4111-"] {
            assert!(!page.contains(value) && !made.to_string().contains(value), "{value}");
        }
        assert_eq!(page, note(&facts, lang).unwrap());
        assert!(page.contains("logo.png") && page.contains("Yamada Hanako"));
    }
}

/// For eyes: `HANDOVER_OF=CASE HANDOVER_TO=FOLDER cargo test --test handover -- --ignored` writes the pages of any case.
#[test]
#[ignore = "writes pages to look at"]
fn pages_to_look_at() {
    let (Some(case), Some(to)) = (std::env::var_os("HANDOVER_OF"), std::env::var_os("HANDOVER_TO")) else { return };
    let case = CaseDir::open(&PathBuf::from(case)).unwrap().unwrap();
    let engine = engine();
    let (csv, written) = index(&case);
    let facts = gather(&case, &|path| veil_path(&engine, path), delivery(written)).unwrap();
    let to = PathBuf::from(to);
    fs::write(to.join("index.csv"), csv).unwrap();
    fs::write(to.join("handover.json"), serde_json::to_string_pretty(&json(&facts).unwrap()).unwrap()).unwrap();
    for lang in [Lang::En, Lang::Ja] {
        fs::write(to.join(format!("HANDOVER.{}.html", lang.tag())), note(&facts, lang).unwrap()).unwrap();
    }
}

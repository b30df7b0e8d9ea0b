//! PDF files of other programs through the real binary: every person is found, once, and the place leads there. All data made up.
#![expect(clippy::disallowed_methods, reason = "a test makes its own folder")]

mod real;

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use serde_json::Value;

fn sample(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("testdata/formats/pdf").join(name)
}

fn scan(path: &Path) -> Value {
    let ended = real::hozen(&["scan", path.to_str().unwrap(), "--format", "json"]);
    assert!(matches!(ended.code, Some(0 | 3)), "{}", ended.stderr);
    ended.json()
}

/// Tables of the same five people, made by other programs and in other encodings.
const SAMPLES: [&str; 18] = [
    "cid.pdf",
    "subset.pdf",
    "linear.pdf",
    "owner-only.pdf",
    "aes128.pdf",
    "aes256.pdf",
    "calc.pdf",
    "writer.pdf",
    "chromium.pdf",
    "90ms-rksj-h.pdf",
    "euc-h.pdf",
    "unijis-utf16-h.pdf",
    "unijis-utf16-v.pdf",
    "identity-japan1.pdf",
    "jis-h.pdf",
    "form.pdf",
    "form-page.pdf",
    "drawn.pdf",
];

const KINDS: [&str; 7] = ["address", "birth_date", "email", "name_kana", "person_name", "phone", "postal_code"];

/// The row of a file in the results of a folder.
fn row<'r>(result: &'r Value, name: &str) -> &'r Value {
    let rows = result["files"].as_array().unwrap();
    rows.iter().find(|row| row["path"].as_str().unwrap().ends_with(&format!("/{name}"))).unwrap()
}

#[test]
fn five_people_are_found_once_in_each() {
    let result = scan(&sample(""));
    for name in SAMPLES {
        let file = row(&result, name);
        for kind in KINDS {
            assert_eq!(file["findings"][kind], 5, "{name}: {kind}: {file}");
        }
        assert_eq!((&file["status"], &file["format"]), (&"scanned".into(), &"pdf".into()), "{name}");
    }
    for name in ["chromium.pdf", "form.pdf", "jis-h.pdf"] {
        let people = &scan(&sample(name))["subjects"];
        assert_eq!((&people["at_least"], &people["estimate"]), (&5.into(), &5.into()), "{name}");
    }
}

#[test]
fn places_name_page_row_and_column() {
    let folder = tempfile::tempdir().unwrap();
    let list = folder.path().join("findings.jsonl");
    let path = sample("chromium.pdf");
    real::hozen(&["scan", path.to_str().unwrap(), "--findings", list.to_str().unwrap()]);
    let list = fs::read_to_string(list).unwrap();
    let places: Vec<Value> = list
        .lines()
        .map(|line| serde_json::from_str::<Value>(line).unwrap())
        .filter(|finding| finding["entity"] == "email")
        .map(|finding| finding["locator"].clone())
        .collect();
    assert_eq!(places.len(), 5, "{list}");
    for (row, place) in (2..).zip(places) {
        let place = place.to_string();
        assert!(place.contains("page 1") || place.contains("\"page\":1"), "{place}");
        assert!(place.contains(&format!("row {row}")) || place.contains(&format!("\"row\":{row}")), "{place}");
    }
}

#[test]
fn what_is_not_read_is_said() {
    for (name, kind) in [
        ("password.pdf", "encrypted"),
        ("locked256.pdf", "encrypted"),
        ("scan.pdf", "no_text"),
        ("untold.pdf", "undecodable_text"),
    ] {
        let result = scan(&sample(name));
        assert_eq!(result["gaps"][0]["kind"], kind, "{name}");
        assert_ne!(result["files"][0]["status"], "scanned", "{name}");
    }
    // Names and mail addresses of the file inside, and beside the page.
    let result = scan(&sample("beside.pdf"));
    assert_eq!(result["files"][0]["findings"]["email"], 6);
}

/// An outsider's reading: what `pdftotext` shows, hozen's findings must not be less than.
#[test]
fn what_pdftotext_reads_is_read() {
    let folder = tempfile::tempdir().unwrap();
    let names = SAMPLES.iter().chain(&["boxed.pdf"]).filter(|name| **name != "form.pdf");
    for name in names.clone() {
        let text = folder.path().join(format!("{name}.txt"));
        let run = Command::new("pdftotext").arg("-layout").arg(sample(name)).arg(&text).status();
        assert!(run.expect("pdftotext (poppler-utils) is needed: tests/run installs it").success());
    }
    let (theirs, ours) = (scan(folder.path()), scan(&sample("")));
    for name in names {
        for kind in ["email", "phone", "postal_code"] {
            let count = |row: &Value| row["findings"][kind].as_u64().unwrap_or(0);
            let (theirs, ours) = (count(row(&theirs, &format!("{name}.txt"))), count(row(&ours, name)));
            assert!(ours >= theirs, "{name}: {kind}: {ours} of {theirs}");
        }
    }
}

//! Documents of real programs from outside: the five people of `testdata/formats/people.csv` are found in each, once each, where they stand.
#![expect(clippy::disallowed_methods, reason = "a test reads what the program wrote")]

use std::collections::BTreeSet;
use std::process::Command;

/// The findings of a scan of one sample, as JSON lines.
fn findings(sample: &str) -> Vec<serde_json::Value> {
    let folder = tempfile::tempdir().unwrap();
    let list = folder.path().join("findings.jsonl");
    let path = format!("{}/testdata/formats/{sample}", env!("CARGO_MANIFEST_DIR"));
    let output = Command::new(env!("CARGO_BIN_EXE_hozen"))
        .args(["scan", &path, "--lang", "en", "--findings"])
        .arg(&list)
        .output()
        .unwrap();
    let shown = String::from_utf8_lossy(&output.stdout);
    assert!(!shown.contains("not looked at"), "{sample}: {shown}");
    let text = std::fs::read_to_string(list).unwrap();
    text.lines().map(|line| serde_json::from_str(line).unwrap()).collect()
}

/// How many of a kind, counted by what they are, and how often they stand there.
fn count(all: &[serde_json::Value], entity: &str) -> (usize, usize) {
    let of: Vec<_> = all.iter().filter(|one| one["entity"] == entity && one["confidence"] != "possible").collect();
    let values: BTreeSet<_> = of.iter().map(|one| one["digest"].to_string()).collect();
    (values.len(), of.len())
}

fn assert_people(sample: &str, kinds: &[&str]) -> Vec<serde_json::Value> {
    let all = findings(sample);
    for entity in kinds {
        assert_eq!(count(&all, entity), (5, 5), "{sample}: {entity}");
    }
    all
}

const PLACES: [&str; 5] = ["person_name", "email", "phone", "postal_code", "address"];
const TABLE: [&str; 6] = ["person_name", "name_kana", "email", "phone", "postal_code", "address"];

#[test]
fn tables_hold_five_people_once_each() {
    for sample in [
        "docx/table.docx",
        "docx/python-docx-table.docx",
        "doc/table.doc",
        "odt/table.odt",
        "rtf/table.rtf",
        "html/table.html",
        "ppt/table.ppt.gz",
        "pptx/table.pptx",
        "pptx/python-pptx-table.pptx",
        "odp/table.odp",
    ] {
        let all = assert_people(sample, &TABLE);
        let column =
            |one: &serde_json::Value| one["locator"].as_str()?.split_once(" column ").map(|(_, n)| n.to_owned());
        let columns: BTreeSet<String> = all.iter().filter_map(column).collect();
        assert!(columns.len() >= 6, "{sample}: {columns:?}");
    }
}

#[test]
fn people_in_split_runs_boxes_notes_comments_and_headers_are_found_once() {
    for sample in [
        "docx/places.docx",
        "docx/python-docx-places.docx",
        "doc/places.doc",
        "odt/places.odt",
        "rtf/places.rtf",
        "html/places.html",
        "ppt/places.ppt.gz",
        "pptx/places.pptx",
        "pptx/python-pptx-places.pptx",
        "odp/places.odp",
    ] {
        assert_people(sample, &PLACES);
    }
}

#[test]
fn a_finding_says_in_which_part_it_stands() {
    let leaves =
        |sample: &str| -> String { findings(sample).iter().map(|one| format!("{}\n", one["locator"])).collect() };
    let docx = leaves("docx/places.docx");
    for part in ["▸ footnotes", "▸ comments", "▸ header1"] {
        assert!(docx.contains(part), "{part}: {docx}");
    }
    let doc = leaves("doc/places.doc");
    for part in ["▸ footnotes", "▸ comments", "▸ headers and footers", "▸ text boxes"] {
        assert!(doc.contains(part), "{part}: {doc}");
    }
    let slides = leaves("pptx/places.pptx");
    assert!(slides.contains("page"), "{slides}");
}

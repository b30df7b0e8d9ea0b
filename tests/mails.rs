//! Mail as a user meets it, through the program itself: five people as recipients, in bodies and in attachments, each with an address by
//! which it is found again; and a circular whose recipients see each other.
#![expect(clippy::disallowed_methods, reason = "this test runs the program as a user does, and reads what it wrote")]

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use serde_json::Value;

fn samples() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("testdata/formats")
}

/// Result and findings, in clear, of a scan of one sample.
fn scan(name: &str) -> (Value, Vec<Value>) {
    let folder = tempfile::tempdir().unwrap();
    let findings = folder.path().join("findings.jsonl");
    let output = Command::new(env!("CARGO_BIN_EXE_hozen"))
        .args(["scan", name, "--format", "json", "--reveal", "--findings", findings.to_str().unwrap()])
        .current_dir(samples().join("mail"))
        .output()
        .unwrap();
    // 3 says that something could not be read.
    assert!(matches!(output.status.code(), Some(0 | 3)), "{name}: {}", String::from_utf8_lossy(&output.stderr));
    let lines = fs::read_to_string(&findings).unwrap();
    let findings = lines.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    (serde_json::from_slice(&output.stdout).unwrap(), findings)
}

fn five() -> BTreeSet<String> {
    let people = fs::read_to_string(samples().join("people.csv")).unwrap();
    people.lines().skip(1).map(|line| line.split(',').nth(2).unwrap().to_owned()).collect()
}

/// How often each address of the five is found in each leaf.
fn addresses(findings: &[Value]) -> BTreeMap<String, Vec<String>> {
    let five = five();
    let mut all: BTreeMap<String, Vec<String>> = BTreeMap::new();
    for finding in findings.iter().filter(|finding| finding["entity"] == "email") {
        let (leaf, value) = (finding["locator"].as_str().unwrap(), finding["value"].as_str().unwrap());
        if five.contains(value) {
            all.entry(leaf.split(" @").next().unwrap().to_owned()).or_default().push(value.to_owned());
        }
    }
    all.values_mut().for_each(|values| values.sort());
    all
}

fn once_each() -> Vec<String> {
    five().into_iter().collect()
}

#[test]
fn five_people_in_a_body_or_a_table_are_found_once_each() {
    let name = "iso-2022-jp.eml";
    assert_eq!(addresses(&scan(name).1), [(name.to_owned(), once_each())].into());
    let name = "csv-cp932.eml";
    assert_eq!(addresses(&scan(name).1), [(format!("{name} ▸ 名簿.csv"), once_each())].into());
    let (result, findings) = scan("forwarded.eml");
    let leaf = "forwarded.eml ▸ message 1.eml ▸ 名簿.csv";
    assert_eq!(addresses(&findings), [(leaf.to_owned(), once_each())].into());
    let named: Vec<_> = findings.iter().filter(|f| f["locator"].as_str().unwrap().starts_with(leaf)).collect();
    for entity in ["person_name", "phone", "address", "birth_date", "postal_code", "name_kana"] {
        assert_eq!(named.iter().filter(|finding| finding["entity"] == entity).count(), 5, "{entity}");
    }
    assert_eq!(result["gaps"].as_array().unwrap().len(), 0);
}

/// How many people the recipients of a mail can see beside themselves is told by its findings: one each, under `To`, `Cc` or `Bcc`.
#[test]
fn the_recipients_of_one_message_can_be_counted() {
    let mut counts: BTreeMap<String, usize> = BTreeMap::new();
    for finding in scan("three.mbox").1 {
        let reasons: Vec<_> = finding["reasons"].as_array().unwrap().iter().filter_map(Value::as_str).collect();
        if finding["entity"] == "email"
            && reasons.iter().any(|reason| ["header:to", "header:cc", "header:bcc"].contains(reason))
        {
            let leaf = finding["locator"].as_str().unwrap().split(" @").next().unwrap().to_owned();
            *counts.entry(leaf).or_default() += 1;
        }
    }
    let want = [("three.mbox ▸ message 1", 1), ("three.mbox ▸ message 2", 5), ("three.mbox ▸ message 3", 1)];
    assert_eq!(counts, want.map(|(leaf, count)| (leaf.to_owned(), count)).into());
}

#[test]
fn recipients_have_their_names_and_true_places() {
    let raw = fs::read(samples().join("mail/to-five.eml")).unwrap();
    let (result, findings) = scan("to-five.eml");
    assert_eq!(addresses(&findings), [("to-five.eml".to_owned(), once_each())].into());
    let names: Vec<_> = findings.iter().filter(|finding| finding["entity"] == "person_name").collect();
    assert_eq!(names.len(), 5);
    assert_eq!(result["subjects"]["at_least"], 5);
    assert_eq!(result["who"]["apart"]["role_address"], 1, "the sender is an office");
    for finding in findings.iter().filter(|finding| finding["confidence"] != "possible") {
        let locator = finding["locator"].as_str().unwrap();
        let place: usize = locator.split('@').next_back().unwrap().split(' ').next().unwrap().parse().unwrap();
        let row: usize = locator.split(" row ").nth(1).unwrap().split(' ').next().unwrap().parse().unwrap();
        assert_eq!(raw[..place].iter().filter(|byte| **byte == b'\n').count() + 1, row, "{locator}");
    }
}

/// A workbook in a zip in a mail in a mailbox in a tar that is gzipped: each of the five is found in it once, and nothing is left unread.
#[test]
fn a_table_deep_in_containers_is_found() {
    for (name, inside) in [("three.mbox", ""), ("box.tar.gz", " ▸ box.tar ▸ backup/mail.mbox")] {
        let (result, findings) = scan(name);
        let mail = format!("{name}{inside} ▸ message 3 ▸ 名簿.zip ▸ 会員.xlsx");
        assert_eq!(result["gaps"], serde_json::json!([]), "{name}");
        let found = addresses(&findings);
        let sheets: Vec<_> =
            found.iter().filter(|(leaf, _)| leaf.starts_with(&mail)).map(|(_, values)| values).collect();
        assert_eq!(sheets, [&once_each()], "{name}: {found:?}");
    }
}

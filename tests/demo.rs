//! The demo incident against the truth that its maker wrote: values, people, gaps, look-alikes. hozen had no hand in the truth.
#![expect(clippy::disallowed_methods, reason = "this test runs the program as a user does, and reads what it wrote")]

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use serde_json::Value;

const ENTITIES: [&str; 4] = ["card", "email", "my_number", "phone"];

fn demo() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("testdata/demo")
}

fn truth() -> Value {
    serde_json::from_slice(&fs::read(demo().join("truth.json")).unwrap()).unwrap()
}

fn hozen(arguments: &[&str]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_hozen")).args(arguments).current_dir(demo()).output().unwrap()
}

/// The result of a scan of the demo server, and its findings, in clear or masked.
fn scan(reveal: bool) -> (Value, Vec<Value>) {
    let folder = tempfile::tempdir().unwrap();
    let findings = folder.path().join("findings.jsonl");
    let mut arguments = vec!["scan", "server", "--format", "json", "--findings", findings.to_str().unwrap()];
    if reveal {
        arguments.push("--reveal");
    }
    let output = hozen(&arguments);
    assert_eq!(output.status.code(), Some(3), "{}", String::from_utf8_lossy(&output.stderr));
    let lines = fs::read_to_string(&findings).unwrap();
    let findings = lines.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    (serde_json::from_slice(&output.stdout).unwrap(), findings)
}

/// Every leaf of the result by its path below `server`, members among them.
fn leaves(result: &Value) -> BTreeMap<String, Value> {
    fn gather(rows: &Value, out: &mut BTreeMap<String, Value>) {
        for row in rows.as_array().into_iter().flatten() {
            out.insert(below_server(row["path"].as_str().unwrap()), row.clone());
            gather(&row["members"], out);
        }
    }
    let mut out = BTreeMap::new();
    gather(&result["files"], &mut out);
    out
}

fn below_server(path: &str) -> String {
    path.split_once("server/").map_or(path, |(_, rest)| rest).to_owned()
}

/// The leaf that a finding stands in: its locator without the place.
fn leaf_of(finding: &Value) -> String {
    let locator = finding["locator"].as_str().unwrap();
    below_server(locator.split(" @").next().unwrap())
}

/// One spelling: addresses in lower case, numbers as digits.
fn normal(entity: &str, value: &str) -> String {
    if entity == "email" { value.to_lowercase() } else { value.chars().filter(char::is_ascii_digit).collect() }
}

fn strings(value: &Value) -> BTreeSet<String> {
    value.as_array().into_iter().flatten().map(|v| v.as_str().unwrap().to_owned()).collect()
}

/// Likely and certain values, per entity.
fn sure(findings: &[Value]) -> BTreeMap<&'static str, Vec<(String, String)>> {
    let mut out: BTreeMap<&str, Vec<(String, String)>> = ENTITIES.map(|entity| (entity, Vec::new())).into();
    for finding in findings.iter().filter(|finding| finding["confidence"] != "possible") {
        // The maker wrote down the truth of these four alone.
        let Some(entity) = ENTITIES.into_iter().find(|entity| finding["entity"] == *entity) else { continue };
        let value = normal(entity, finding["value"].as_str().unwrap());
        out.get_mut(entity).unwrap().push((value, leaf_of(finding)));
    }
    out
}

#[test]
fn every_planted_value_is_found_and_no_look_alike() {
    let (truth, (_, findings)) = (truth(), scan(true));
    for (entity, found) in sure(&findings) {
        let expected = strings(&truth["values"][entity]);
        let tolerated = strings(&truth["tolerated"][entity]);
        let values: BTreeSet<String> = found.iter().map(|(value, _)| value.clone()).collect();
        let missed: Vec<_> = expected.difference(&values).collect();
        assert!(missed.is_empty(), "{entity}: {} of {} missed: {missed:?}", missed.len(), expected.len());
        let wrong: Vec<_> =
            found.iter().filter(|(value, _)| !expected.contains(value) && !tolerated.contains(value)).collect();
        assert!(wrong.is_empty(), "{entity}: {} that are none: {wrong:?}", wrong.len());
        let real = found.iter().filter(|(value, _)| expected.contains(value)).count() as u64;
        assert_eq!(Some(real), truth["entities"][entity]["occurrences"].as_u64(), "{entity}: occurrences");
    }
}

/// The truth counts four kinds; of the others it is known which were planted at all.
#[test]
fn of_other_kinds_nothing_is_found_that_was_not_planted() {
    let (_, findings) = scan(false);
    let sure = findings.iter().filter(|finding| finding["confidence"] != "possible");
    let found: BTreeSet<&str> = sure.map(|finding| finding["entity"].as_str().unwrap()).collect();
    let planted = ["address", "birth_date", "card_expiry", "employee_id", "member_id", "name_kana", "person_name"];
    assert_eq!(found, ENTITIES.into_iter().chain(planted).collect());
}

#[test]
fn every_file_has_its_findings_encoding_and_format() {
    let (truth, (result, findings)) = (truth(), scan(true));
    let (sure, leaves) = (sure(&findings), leaves(&result));
    for (path, expected) in truth["files"].as_object().unwrap() {
        let leaf = leaves.get(path).unwrap_or_else(|| panic!("{path} is not in the result"));
        for entity in ENTITIES {
            let known = strings(&truth["values"][entity]);
            // The messages of a mailbox are its parts.
            let within = format!("{path} ▸ message ");
            let here = sure[entity]
                .iter()
                .filter(|(value, at)| (at == path || at.starts_with(&within)) && known.contains(value));
            let wanted = expected["entities"][entity]["occurrences"].as_u64().unwrap_or(0);
            assert_eq!(here.count() as u64, wanted, "{path}: {entity}");
        }
        for word in ["encoding", "format"] {
            if !expected[word].is_null() {
                assert_eq!(leaf[word], expected[word], "{path}: {word}");
            }
        }
        let status = leaf["status"].as_str().unwrap();
        assert!(strings(&expected["status"]).contains(status), "{path}: {status}, due was {}", expected["status"]);
    }
}

#[test]
fn what_was_not_read_is_a_gap_and_nothing_else_is() {
    let (truth, (result, _)) = (truth(), scan(false));
    let mut gaps: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
    for gap in result["gaps"].as_array().unwrap() {
        let kind = gap["kind"].as_str().unwrap().to_owned();
        gaps.entry(below_server(gap["path"].as_str().unwrap())).or_default().insert(kind);
    }
    for (path, expected) in truth["files"].as_object().unwrap() {
        let allowed = strings(&expected["gaps"]);
        let found = gaps.remove(path).unwrap_or_default();
        assert!(found.is_subset(&allowed), "{path}: {found:?}, one of {allowed:?} was due");
        assert_eq!(found.is_empty(), allowed.is_empty(), "{path}: {allowed:?} was due");
    }
    assert!(gaps.is_empty(), "gaps that are none: {gaps:?}");
}

#[test]
fn the_true_number_of_people_lies_within_the_bounds() {
    let (truth, (result, _)) = (truth(), scan(false));
    let real = truth["people"]["true"].as_u64().unwrap();
    let percent = truth["people"]["estimate_within_percent"].as_u64().unwrap();
    let number = |name: &str| result["subjects"][name].as_u64().unwrap();
    let shown = format!("{} · {} · {}, truly {real}", number("at_least"), number("estimate"), number("at_most"));
    assert!(number("at_least") <= real && real <= number("at_most"), "{shown}");
    assert!(number("estimate").abs_diff(real) * 100 <= real * percent, "{shown}");
    assert!(result["subjects"]["unread"].as_u64().unwrap() >= 3, "pictures and the encrypted list are unread");
}

#[test]
fn no_personal_value_leaves_in_clear_unless_asked() {
    let folder = tempfile::tempdir().unwrap();
    let (findings, out) = (folder.path().join("findings.jsonl"), folder.path().join("out"));
    fs::create_dir(&out).unwrap();
    let asked = ["--out", out.to_str().unwrap(), "--findings", findings.to_str().unwrap(), "--case", "demo"];
    let output = hozen(&[&["respond", "server", "--format", "json"][..], &asked].concat());
    assert_eq!(output.status.code(), Some(3), "{}", String::from_utf8_lossy(&output.stderr));
    let mut texts = vec![("stdout".to_owned(), output.stdout.clone()), ("stderr".to_owned(), output.stderr)];
    texts.push(("findings".to_owned(), fs::read(&findings).unwrap()));
    let respond: Value = serde_json::from_slice(&output.stdout).unwrap();
    let report = respond["report"].as_str().unwrap();
    texts.push(("report".to_owned(), fs::read(report).unwrap()));
    let truth = truth();
    for entity in ENTITIES {
        for value in strings(&truth["values"][entity]) {
            for (name, text) in &texts {
                assert!(!String::from_utf8_lossy(text).contains(&value), "{name} holds a {entity} in clear");
            }
        }
    }
    assert_eq!(respond["collect"]["files"], truth["collect"]["files"]);
    assert_eq!(respond["collect"]["bytes"], truth["collect"]["bytes"]);
}

#[test]
fn the_demo_is_what_its_maker_makes() {
    let output = Command::new("python3").args(["-B", "make.py", "--check"]).current_dir(demo()).output().unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
}

//! `hozen count` from outside: what a case keeps of its count, counting again, the history, what changed and why, and several
//! machines together.
#![expect(clippy::disallowed_methods, reason = "a test makes and reads its own folders")]

mod world;

use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};

use hozen::model::Lang;
use serde_json::Value;
use tempfile::TempDir;
use world::{Ended, hozen, hozen_in, put};

const RECORDS: &str = "results/count-records.bin";

/// People with these numbers as a table; the first three of all have an address at the company.
fn people(numbers: std::ops::Range<u32>) -> String {
    let row = |n: u32| {
        let domain = if n < 3 { "corp.example.co.jp" } else { "mail.example.jp" };
        format!(
            "user{n}@{domain},090-{:04}-{:04},19{:02}-0{}-1{}\n",
            2000 + n,
            3000 + n * 7,
            50 + n % 40,
            1 + n % 9,
            n % 9
        )
    };
    "メールアドレス,電話番号,生年月日\n".to_owned() + &numbers.map(row).collect::<String>()
}

/// A case of these files, made in `folder`.
fn respond(folder: &Path, id: &str, files: &[(&str, String)], more: &[&str]) -> PathBuf {
    let source = folder.join(format!("source-{id}"));
    files.iter().for_each(|(name, text)| put(&source, name, text));
    let out = folder.join("out");
    let paths = [source.to_str().unwrap(), out.to_str().unwrap()];
    let ended = hozen(&[&["respond", paths[0], "--out", paths[1], "--case", id, "--force"], more].concat());
    assert!([0, 3].contains(&ended.code), "{}", ended.stderr);
    out.join(id)
}

/// Two schools' files on one machine.
fn one_case() -> (TempDir, PathBuf) {
    let folder = tempfile::tempdir().unwrap();
    let case = respond(folder.path(), "A", &[("east/a.csv", people(0..40)), ("west/b.csv", people(30..60))], &[]);
    (folder, case)
}

fn count(arguments: &[&str]) -> Ended {
    hozen(&[&["count"], arguments].concat())
}

fn bounds(subjects: &Value) -> [u64; 3] {
    ["at_least", "estimate", "at_most"].map(|level| subjects[level].as_u64().unwrap())
}

fn json(path: &Path) -> Value {
    serde_json::from_slice(&fs::read(path).unwrap()).unwrap()
}

fn text(path: &Path) -> &str {
    path.to_str().unwrap()
}

/// The events of a case about counts.
fn counts_in_the_chain(case: &Path) -> Vec<Value> {
    let chain = fs::read_to_string(case.join("custody/custody.jsonl")).unwrap();
    let events = chain.lines().map(|line| serde_json::from_str::<Value>(line).unwrap());
    events.filter(|event| event["act"] == "count").collect()
}

#[test]
fn respond_keeps_the_records_and_the_first_count() {
    let (_folder, case) = one_case();
    for file in [RECORDS, "results/count-0001.json"] {
        assert_eq!(fs::metadata(case.join(file)).unwrap().permissions().mode() & 0o777, 0o600, "{file}");
    }
    let first = json(&case.join("results/count-0001.json"));
    let scan = json(&case.join("results/scan.json"));
    assert_eq!(
        (&first["schema"], &first["number"], &first["reason"]),
        (&"hozen.count/1".into(), &1.into(), &"respond".into())
    );
    assert_eq!((&first["subjects"], &first["who"]), (&scan["subjects"], &scan["who"]));
    assert_eq!(first["inputs"][0]["rules"], scan["rules"]);
    assert_eq!(bounds(&first["subjects"]), [60, 60, 60]);
    assert_eq!(counts_in_the_chain(&case).len(), 1);
    let records = fs::read(case.join(RECORDS)).unwrap();
    for value in ["user5@", "mail.example.jp", "2005-3035", "20053035"] {
        assert!(!records.windows(value.len()).any(|bytes| bytes == value.as_bytes()), "{value} stands in it in clear");
    }
    assert_eq!(hozen(&["verify", text(&case)]).code, 0);
}

#[test]
fn the_same_records_counted_again_give_the_same_numbers_and_every_answer_is_kept() {
    let (_folder, case) = one_case();
    let first = fs::read(case.join("results/count-0001.json")).unwrap();
    let refused = count(&[text(&case)]);
    assert_eq!(refused.code, 2);
    assert!(refused.stderr.contains("--reason"), "{}", refused.stderr);
    assert!(hozen_in(Lang::Ja, &["count", text(&case)]).stderr.contains("算出し直す理由"));
    let again = count(&[text(&case), "--reason", "asked by the board", "--format", "json"]);
    assert_eq!(again.code, 0, "{}", again.stderr);
    let before: Value = serde_json::from_slice(&first).unwrap();
    for key in ["subjects", "who", "entities", "leaves", "inputs"] {
        assert_eq!(again.json()[key], before[key], "{key}");
    }
    assert_eq!(fs::read(case.join("results/count-0001.json")).unwrap(), first, "the first answer stays");
    assert_eq!(json(&case.join("results/count-0002.json")), again.json(), "what is printed is what is kept");
    let events = counts_in_the_chain(&case);
    assert_eq!(events[1]["detail"]["reason"], "asked by the board");
    assert_eq!(events[1]["detail"]["file"], "results/count-0002.json");
    assert_eq!(hozen(&["verify", text(&case)]).code, 0);
    let history = count(&[text(&case), "--history", "--format", "json"]).json();
    let told: Vec<_> =
        history["counts"].as_array().unwrap().iter().map(|one| (&one["number"], &one["reason"])).collect();
    assert_eq!(told, [(&1.into(), &"respond".into()), (&2.into(), &"asked by the board".into())]);
    let words = count(&[text(&case), "--history"]).stdout;
    assert!(
        words.contains("count 2") && words.contains("estimate 60") && words.contains("asked by the board"),
        "{words}"
    );
}

#[test]
fn other_options_set_staff_apart_and_tell_sites() {
    let (_folder, case) = one_case();
    let source = case.parent().unwrap().parent().unwrap().join("source-A");
    let (east, west) =
        (format!("東校={}", source.join("east").display()), format!("西校={}", source.join("west").display()));
    let arguments =
        [text(&case), "--reason", "r", "--own-domain", "@corp.example.co.jp", "--site", &east, "--site", &west];
    let json = count(&[&arguments[..], &["--format", "json"]].concat()).json();
    assert_eq!(bounds(&json["subjects"]), [57, 57, 57]);
    assert_eq!(json["who"]["apart"]["own_staff"], 3);
    let sites: Vec<_> = json["who"]["sites"]
        .as_array()
        .unwrap()
        .iter()
        .map(|site| (site["site"].as_str().unwrap(), site["estimate"].as_u64().unwrap()))
        .collect();
    assert_eq!(sites, [("東校", 37), ("西校", 30)]);
    let words = hozen_in(Lang::Ja, &[&["count"], &arguments[..]].concat()).stdout;
    for said in ["最小 57 - 推定 57 - 最大 57 人", "自社の人", "東校", "理由：r"] {
        assert!(words.contains(said), "{said}: {words}");
    }
}

#[test]
fn what_changed_is_said_in_words_and_as_json() {
    let (_folder, case) = one_case();
    assert_eq!(count(&[text(&case), "--reason", "r", "--own-domain", "corp.example.co.jp"]).code, 0);
    let words = count(&[text(&case), "--diff", "1", "2"]).stdout;
    for said in ["60 → 57 (−3)", "own staff of corp.example.co.jp set apart", "apart, Own staff: 0 → 3"] {
        assert!(words.contains(said), "{said}: {words}");
    }
    assert!(
        hozen_in(Lang::Ja, &["count", text(&case), "--diff", "1", "2"])
            .stdout
            .contains("corp.example.co.jp の人を自社の人として別に")
    );
    let diff = count(&[text(&case), "--diff", "1", "2", "--format", "json"]).json();
    assert_eq!(diff["schema"], "hozen.count-diff/1");
    assert_eq!(diff["causes"], serde_json::json!([{ "cause": "own_domain_added", "domain": "corp.example.co.jp" }]));
    assert!(diff["leaves"][0]["name"].as_str().unwrap().ends_with("east/a.csv"), "{diff}");
    let files = ["results/count-0001.json", "results/count-0002.json"].map(|file| case.join(file));
    let by_file = count(&["--diff", text(&files[0]), text(&files[1]), "--format", "json"]);
    assert_eq!(by_file.json(), diff, "files may be named, without a case");
    let same = count(&[text(&case), "--diff", "2", "2"]).stdout;
    assert!(same.contains("the same records, counted alike"), "{same}");
    assert_eq!(count(&[text(&case), "--diff", "1", "9"]).code, 2);
    assert_eq!(count(&[text(&case), "--diff", "1", text(&case.join("case.json"))]).code, 2);
    assert_eq!(counts_in_the_chain(&case).len(), 2, "comparing keeps nothing");
}

#[test]
fn two_machines_under_one_key_are_counted_together() {
    let (folder, a) = one_case();
    let key = a.join("secret/case.key");
    let b = respond(folder.path(), "B", &[("c.csv", people(50..80))], &["--case-key", text(&key)]);
    assert_eq!(fs::read(b.join("secret/case.key")).unwrap(), fs::read(&key).unwrap());
    let chain = fs::read_to_string(b.join("custody/custody.jsonl")).unwrap();
    assert!(chain.contains("case_key_check"), "that the key is another case's is set down");
    let merged = count(&["--merge", text(&a), text(&b), "--reason", "both", "--format", "json"]);
    assert_eq!(merged.code, 0, "{}", merged.stderr);
    let json = merged.json();
    assert_eq!(bounds(&json["subjects"]), [80, 80, 80]);
    let alone: Vec<_> = json["inputs"]
        .as_array()
        .unwrap()
        .iter()
        .map(|one| (one["name"].as_str().unwrap(), one["alone"]["estimate"].as_u64().unwrap()))
        .collect();
    assert_eq!(alone, [("A", 60), ("B", 30)]);
    assert_eq!((&json["case"], &json["number"]), (&"A".into(), &2.into()), "the first case keeps it");
    let leaves: Vec<_> = json["leaves"].as_array().unwrap().iter().map(|leaf| leaf["path"].as_str().unwrap()).collect();
    assert!(leaves.iter().any(|path| path.starts_with("A ▸ ")) && leaves.iter().any(|path| path.starts_with("B ▸ ")));
    for case in [&a, &b] {
        assert_eq!(hozen(&["verify", text(case)]).code, 0);
    }
    assert_eq!((counts_in_the_chain(&a).len(), counts_in_the_chain(&b).len()), (2, 1));
    let words = count(&["--merge", text(&a), text(&b), "--reason", "both"]).stdout;
    assert!(words.contains("several of these hold them: 10"), "{words}");
    let diff = count(&[text(&a), "--diff", "1", "2"]).stdout;
    assert!(diff.contains("added: the records of B (30)") && diff.contains("60 → 80 (+20)"), "{diff}");
    // A site is told by its path there, or by the machine before it.
    let of_b = leaves.iter().find_map(|path| path.strip_prefix("B ▸ ")).unwrap();
    for site in [format!("West={of_b}"), format!("West=B ▸ {of_b}")] {
        let told =
            count(&["--merge", text(&a), text(&b), "--reason", "both", "--site", &site, "--format", "json"]).json();
        let sites = told["who"]["sites"].as_array().unwrap().clone();
        let of: Vec<_> = sites.iter().map(|site| (site["site"].as_str().unwrap(), bounds(site))).collect();
        assert_eq!(of, [("West", [30; 3]), ("", [60; 3])], "{site}");
    }
    let unmerged = count(&[text(&a), text(&b), "--reason", "both"]);
    assert!(unmerged.code == 2 && unmerged.stderr.contains("--merge"), "{}", unmerged.stderr);
    let twice = count(&["--merge", text(&a), text(&a), "--reason", "both"]);
    assert!(twice.code == 2 && twice.stderr.contains("the same records"), "{}", twice.stderr);
}

#[test]
fn a_case_under_another_key_is_refused_and_a_scan_under_the_key_is_the_way_out() {
    let (folder, a) = one_case();
    let other = folder.path().join("other.key");
    fs::write(&other, "ab".repeat(32) + "\n").unwrap();
    let b = respond(folder.path(), "B", &[("c.csv", people(50..80))], &["--case-key", text(&other)]);
    let refused = count(&["--merge", text(&a), text(&b), "--reason", "both"]);
    assert_eq!(refused.code, 2);
    assert!(refused.stderr.contains("B was made under another key than A"), "{}", refused.stderr);
    assert!(hozen_in(Lang::Ja, &["count", "--merge", text(&a), text(&b), "--reason", "x"]).stderr.contains("別の鍵"));
    assert_eq!(counts_in_the_chain(&a).len(), 1, "nothing is kept of it");
    // The evidence of the second, looked at under the key of the first.
    let (key, records) = (a.join("secret/case.key"), folder.path().join("b.records"));
    let scan = ["scan", text(&b), "--case-key", text(&key), "--count-records", text(&records)];
    assert_eq!(hozen(&scan).code, 0);
    assert_eq!(fs::metadata(&records).unwrap().permissions().mode() & 0o777, 0o600);
    assert_eq!(hozen(&scan).code, 2, "nothing is overwritten");
    let merged = count(&["--merge", text(&a), text(&records), "--reason", "both", "--format", "json"]);
    assert_eq!(bounds(&merged.json()["subjects"]), [80, 80, 80]);
    // Without a case nothing is kept, and that is said.
    let alone = count(&[text(&records)]);
    assert!(alone.code == 0 && alone.stderr.contains("not kept"), "{}", alone.stderr);
    let no_key = count(&[text(&records), "--own-domain", "corp.example.co.jp"]);
    assert!(no_key.code == 2 && no_key.stderr.contains("--case-key"), "{}", no_key.stderr);
    let wrong_key = count(&[text(&records), "--own-domain", "corp.example.co.jp", "--case-key", text(&other)]);
    assert!(wrong_key.code == 2 && wrong_key.stderr.contains("another key"), "{}", wrong_key.stderr);
}

#[test]
fn what_is_changed_torn_or_foreign_is_refused() {
    let (folder, case) = one_case();
    let records = fs::read(case.join(RECORDS)).unwrap();
    for cut in [0, 5, records.len() / 2, records.len() - 1] {
        let torn = folder.path().join(format!("torn-{cut}"));
        fs::write(&torn, &records[..cut]).unwrap();
        let ended = count(&[text(&torn)]);
        assert!([2, 4].contains(&ended.code) && !ended.stderr.contains("internal"), "{cut}: {}", ended.stderr);
    }
    let foreign = count(&[text(&case.join("case.json"))]);
    assert!(foreign.code == 2 && foreign.stderr.contains("no file of records"), "{}", foreign.stderr);
    let mut changed = records.clone();
    *changed.last_mut().unwrap() ^= 1;
    fs::write(case.join(RECORDS), changed).unwrap();
    assert_eq!(hozen(&["verify", text(&case)]).code, 4);
    let ended = count(&[text(&case), "--reason", "r"]);
    assert!(ended.code == 4 && ended.stderr.contains("not as it was written"), "{}", ended.stderr);
    fs::remove_file(case.join(RECORDS)).unwrap();
    let ended = count(&[text(&case), "--reason", "r"]);
    assert!(ended.code == 2 && ended.stderr.contains("hozen scan"), "{}", ended.stderr);
    fs::write(case.join("results/count-0001.json"), "{}").unwrap();
    assert_eq!(count(&[text(&case), "--history"]).code, 4, "an old answer that was changed is not shown");
}

#[test]
fn a_case_that_was_only_collected_says_what_to_do() {
    let folder = tempfile::tempdir().unwrap();
    put(folder.path(), "source/a.csv", people(0..3));
    let (source, out) = (folder.path().join("source"), folder.path().join("out"));
    assert_eq!(hozen(&["collect", text(&source), "--out", text(&out), "--case", "C", "--force"]).code, 0);
    let ended = count(&[text(&out.join("C"))]);
    assert!(
        ended.code == 2 && ended.stderr.contains("hozen scan") && ended.stderr.contains("hozen respond"),
        "{}",
        ended.stderr
    );
    assert!(hozen_in(Lang::Ja, &["count", text(&out.join("C"))]).stderr.contains("hozen respond"));
    let none = count(&[text(&source)]);
    assert!(none.code == 2 && none.stderr.contains("no case folder"), "{}", none.stderr);
    assert_eq!(count(&[]).code, 2);
}

#[test]
fn a_count_that_broke_off_before_its_event_is_taken_in() {
    let (_folder, case) = one_case();
    fs::copy(case.join("results/count-0001.json"), case.join("results/count-0002.json")).unwrap();
    put(&case, "results/.count-0003.json.4711.part", "{");
    assert_eq!(hozen(&["verify", text(&case)]).code, 4);
    let ended = count(&[text(&case), "--reason", "r", "--format", "json"]);
    assert_eq!(ended.json()["number"], 3, "{}", ended.stderr);
    let events = counts_in_the_chain(&case);
    assert_eq!((events.len(), &events[1]["detail"]["left_over"]), (3, &true.into()));
    assert_eq!(hozen(&["verify", text(&case)]).code, 0);
}

#[test]
fn a_bundle_without_evidence_keeps_the_records_back_and_the_numbers_not() {
    let (folder, case) = one_case();
    let bundle = folder.path().join("b.zip");
    let ended = hozen(&["export", text(&case), "--unencrypted", "--without-evidence", "--out", text(&bundle)]);
    assert_eq!(ended.code, 0, "{}", ended.stderr);
    let mut zip = zip::ZipArchive::new(fs::File::open(&bundle).unwrap()).unwrap();
    let names: Vec<String> = (0..zip.len()).map(|at| zip.by_index(at).unwrap().name().unwrap().into_owned()).collect();
    assert!(names.iter().any(|name| name.ends_with("results/count-0001.json")), "{names:?}");
    assert!(!names.iter().any(|name| name.ends_with("count-records.bin")), "{names:?}");
}

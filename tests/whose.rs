//! Whose people: `--site` and `--own-domain` in every output, paths written in every way, mistakes told, and a case that goes on with what it was told. All
//! data made up.
#![expect(clippy::disallowed_methods, reason = "a test makes and reads its own folders")]

mod real;

use std::fs;
use std::path::Path;

use real::Ended;
use serde_json::{Value, json};

fn put(root: &Path, name: &str, text: &str) {
    let path = root.join(name);
    fs::create_dir_all(path.parent().unwrap()).unwrap();
    fs::write(&path, text).unwrap();
}

/// Two schools, a folder whose name begins like the first, and the house's own staff.
fn tree(root: &Path) {
    let list = |from: u32, to: u32| {
        let row = |n| format!("u{n}@mail.jp,090-1111-{n:04}\n");
        "メールアドレス,電話番号\n".to_owned() + &(from..to).map(row).collect::<String>()
    };
    put(root, "srv/east/list.csv", &list(0, 10));
    put(root, "srv/east2/list.csv", &list(100, 103));
    put(root, "srv/west/list.csv", &list(8, 15));
    put(root, "srv/staff.csv", "メールアドレス\na@house.co.jp\nb@house.co.jp\ninfo@house.co.jp\nc@sub.house.co.jp\n");
}

fn in_folder(root: &Path, arguments: &[&str]) -> Ended {
    real::run(real::command().current_dir(root).args(arguments))
}

fn estimates(scan: &Value) -> Vec<(String, u64)> {
    let sites = scan["who"]["sites"].as_array().cloned().unwrap_or_default();
    sites.iter().map(|site| (site["site"].as_str().unwrap().to_owned(), site["estimate"].as_u64().unwrap())).collect()
}

fn owned(all: &[(&str, u64)]) -> Vec<(String, u64)> {
    all.iter().map(|(name, people)| ((*name).to_owned(), *people)).collect()
}

/// Two people are in both schools; three and one of a subdomain in neither.
const SITES: [(&str, u64); 3] = [("East", 10), ("West", 7), ("", 4)];

#[test]
fn a_site_is_found_however_its_path_is_written() {
    let folder = tempfile::tempdir().unwrap();
    let root = folder.path();
    tree(root);
    let whole = root.display().to_string();
    for (source, east, west) in [
        ("srv", "East=srv/east", "West=srv/west"),
        ("srv/", "East=srv/east/", "West=./srv/west/list.csv"),
        ("./srv", "East=srv/../srv/east", "West=srv/west"),
        (".", "East=srv/east", "West=./srv/west"),
        (&format!("{whole}/srv"), "East=srv/east", &format!("West={whole}/srv/west/")),
    ] {
        let ended = in_folder(
            root,
            &["scan", source, "--site", east, "--site", west, "--own-domain", "@House.co.jp", "--format", "json"],
        );
        let scan = ended.json();
        assert_eq!(estimates(&scan), owned(&SITES), "{source} {east} {west}: {}", ended.stderr);
        assert_eq!(scan["who"]["apart"], json!({"own_staff": 2, "role_address": 1}));
        assert_eq!(scan["subjects"]["estimate"], 19, "a person of two sites is one person");
    }
    let twice = ["scan", "srv", "--site", "Both=srv/east", "--site", "Both=srv/west", "--format", "json"];
    assert_eq!(estimates(&in_folder(root, &twice).json())[0], ("Both".to_owned(), 15), "one site with two paths");
}

#[test]
fn mistakes_are_told_before_anything_is_read_or_written() {
    let folder = tempfile::tempdir().unwrap();
    tree(folder.path());
    for (option, text, said) in [
        ("--site", "srv/east", "names no site"),
        ("--site", "=srv/east", "names no site"),
        ("--site", "East=", "names no site"),
        ("--site", "East=srv/nowhere", "can not be found"),
        ("--site", "East=/etc", "not part of what is looked at"),
        ("--own-domain", "house", "no mail domain"),
        ("--own-domain", "", "no mail domain"),
    ] {
        for verb in [&["scan", "srv", "--findings", "f.jsonl"][..], &["respond", "srv", "--out", "out", "--force"][..]]
        {
            let ended = in_folder(folder.path(), &[verb, &[option, text]].concat());
            assert_eq!(ended.code, Some(2), "{verb:?} {option} {text}");
            assert!(ended.stderr.contains(said), "{}", ended.stderr);
            assert!(!folder.path().join("f.jsonl").exists() && !folder.path().join("out").exists(), "{verb:?} {text}");
        }
    }
}

#[test]
fn the_evidence_of_a_case_has_the_same_sites_and_can_not_be_one() {
    let folder = tempfile::tempdir().unwrap();
    let root = folder.path();
    tree(root);
    let asked = ["--site", "East=srv/east", "--site", "West=srv/west", "--own-domain", "house.co.jp"];
    let begun = ["respond", "srv", "--out", "out", "--case", "C", "--force", "--format", "json"];
    let case = in_folder(root, &[&begun[..], &asked[..]].concat()).json();
    assert_eq!(estimates(&case["scan"]), owned(&SITES));
    let report = fs::read_to_string(root.join("out/C/report/report.html")).unwrap();
    for told in ["East", "West", "in none of them", "Own staff", "Role addresses"] {
        assert!(report.contains(told), "{told}");
    }
    let sealed = in_folder(root, &[&["scan", "out/C", "--format", "json"][..], &asked[..]].concat()).json();
    assert_eq!(estimates(&sealed), owned(&SITES));
    let wrong = in_folder(root, &["scan", "out/C", "--site", "East=out/C"]);
    assert_eq!((wrong.code, wrong.stderr.contains("is evidence")), (Some(2), true), "{}", wrong.stderr);
}

#[test]
fn the_screen_says_what_is_apart_and_how_many_each_site_has() {
    let folder = tempfile::tempdir().unwrap();
    tree(folder.path());
    put(folder.path(), "srv/scan.png", "\u{89}PNG\r\n");
    let arguments = ["scan", "srv", "--site", "East=srv/east", "--own-domain", "house.co.jp"];
    let text = in_folder(folder.path(), &arguments).stdout;
    for line in
        ["counted apart: 3", "  East: at least ", "  in none of them: at least ", "  Own staff (--own-domain): 2"]
    {
        assert!(text.contains(line), "{line}: {text}");
    }
    let mut command = real::command();
    let ja = real::run(command.current_dir(folder.path()).args(arguments).args(["--lang", "ja"])).stdout;
    for line in
        ["別に数えたもの 3", "  East：最小 ", "  どれにも入らないもの：最小 ", "  自社の人（--own-domain で指定）：2"]
    {
        assert!(ja.contains(line), "{line}: {ja}");
    }
}

#[test]
fn each_rule_of_the_law_says_at_which_number_it_is_reached() {
    let folder = tempfile::tempdir().unwrap();
    let people = |count: u32| -> String {
        "メールアドレス\n".to_owned() + &(0..count).map(|n| format!("u{n}@mail.jp\n")).collect::<String>()
    };
    for (count, reached) in [(1_000, "not"), (1_001, "at_least")] {
        put(folder.path(), "srv/list.csv", &people(count));
        let scan = in_folder(folder.path(), &["scan", "srv", "--format", "json"]).json();
        let duties = scan["duties"].as_array().unwrap();
        let duty = |name: &str| duties.iter().find(|one| one["duty"] == name).unwrap().clone();
        let item_4 = duty("item4_thousand");
        assert_eq!((item_4["reached"].as_str(), item_4["more_than"].as_u64()), (Some(reached), Some(1_000)), "{count}");
        assert_eq!(item_4["kinds"][0]["entity"], "email");
        assert_eq!(duty("item4_public_body")["reached"], "at_least");
        assert_eq!(duty("item2_property")["reached"], "not");
        assert_eq!(duty("item3_wrongful")["reached"], Value::Null);
    }
}

//! `--since`, `--max-file-size`, `--exclude`: what is left out is named, is never read by a scan, and is preserved all the same. All data made up.
#![expect(clippy::disallowed_methods, reason = "a test makes its own folder")]

mod real;

use std::fs;
use std::path::Path;

use serde_json::Value;

fn tree(folder: &Path) -> String {
    let source = folder.join("s");
    fs::create_dir_all(source.join("node_modules/x")).unwrap();
    fs::write(source.join("a.txt"), "a@example.co.jp\n").unwrap();
    fs::write(source.join("large.txt"), format!("b@example.co.jp\n{}", "x".repeat(2_000))).unwrap();
    fs::write(source.join("node_modules/x/c.txt"), "c@example.co.jp\n").unwrap();
    source.to_str().unwrap().to_owned()
}

/// Names of files that were left out, and the reasons.
fn left_out(scan: &Value) -> Vec<(String, String)> {
    let gaps = scan["gaps"].as_array().unwrap().iter().filter(|gap| gap["kind"] == "left_out");
    let name = |gap: &Value| gap["path"].as_str().unwrap().rsplit('/').next().unwrap().to_owned();
    gaps.map(|gap| (name(gap), gap["reason"].as_str().unwrap().to_owned())).collect()
}

fn emails(scan: &Value) -> u64 {
    scan["entities"]["email"]["distinct"].as_u64().unwrap()
}

#[test]
fn each_option_leaves_out_what_it_says_and_names_it() {
    let folder = tempfile::tempdir().unwrap();
    let source = tree(folder.path());
    let cases: [(&[&str], &[&str], &str, u64); 5] = [
        (&["--max-file-size", "1k"], &["large.txt"], "it has 2016 bytes, and --max-file-size is 1000", 2),
        (&["--exclude", "node_modules"], &["c.txt"], "its path fits `--exclude node_modules`", 2),
        (&["--exclude", "*.txt", "--exclude", "x"], &["a.txt", "large.txt", "c.txt"], "--exclude *.txt", 0),
        (&["--since", "2100-01-01"], &["a.txt", "large.txt", "c.txt"], "before --since", 0),
        (&["--since", "1d"], &[], "", 3),
    ];
    for (options, due, reason, found) in cases {
        let ended = real::hozen(&[&["scan", &source, "--format", "json"], options].concat());
        let scan = ended.json();
        let names: Vec<String> = left_out(&scan).into_iter().map(|(name, _)| name).collect();
        assert_eq!((names, emails(&scan)), (due.iter().map(|name| (*name).to_owned()).collect(), found), "{options:?}");
        assert!(left_out(&scan).iter().all(|(_, why)| why.contains(reason)), "{scan:#}");
        assert_eq!(ended.code, Some(if due.is_empty() { 0 } else { 3 }), "{options:?}");
        let row = |name: &str| {
            scan["files"].as_array().unwrap().iter().find(|row| row["path"].as_str().unwrap().ends_with(name)).unwrap()
                ["status"]
                .clone()
        };
        assert!(due.iter().all(|name| row(name) == "not_scanned"), "never \"scanned, none found\"");
    }
}

#[test]
fn respond_keeps_what_it_does_not_look_at() {
    let folder = tempfile::tempdir().unwrap();
    let (source, out) = (tree(folder.path()), folder.path().join("o"));
    let ended = real::hozen(&[
        "respond",
        &source,
        "--out",
        out.to_str().unwrap(),
        "--case",
        "c",
        "--force",
        "--format",
        "json",
        "--exclude",
        "node_modules",
    ]);
    assert_eq!(ended.code, Some(3), "{}", ended.stderr);
    let result = ended.json();
    assert_eq!((&result["collect"]["files"], emails(&result["scan"])), (&Value::from(3), 2));
    assert_eq!(left_out(&result["scan"]).len(), 1);
    assert!(result["collect"]["gaps"].as_array().unwrap().is_empty(), "nothing is missing from the evidence");
    let page = fs::read_to_string(out.join("c/report/report.html")).unwrap();
    assert!(page.contains("Left out on request"), "the report says so");
}

#[test]
fn what_can_not_be_read_as_an_option_stops_before_anything_is_read() {
    let folder = tempfile::tempdir().unwrap();
    let source = tree(folder.path());
    for (option, value, said) in [
        ("--since", "yesterday", "not a time"),
        ("--max-file-size", "1.5G", "not a size"),
        ("--exclude", "[", "a pattern of --exclude can not be read"),
    ] {
        let ended = real::hozen(&["scan", &source, option, value]);
        assert_eq!(ended.code, Some(2), "{}", ended.stderr);
        assert!(ended.stderr.contains(said), "{}", ended.stderr);
    }
}

//! Every sample of every format: what is found in it, where, and what could not be read, as frozen in `testdata/formats/found.txt` (`BLESS=1` renews it: read
//! the difference); the same two containers deep; no finding in clear outside. All data made up.
#![expect(clippy::disallowed_methods, reason = "a test reads its samples and makes its own folder")]

mod real;

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::fs;
use std::io::{Cursor, Write as _};
use std::path::{Path, PathBuf};

use serde_json::Value;
use zip::write::SimpleFileOptions;

fn folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("testdata/formats")
}

/// All samples, by their path in the folder: what lies in a folder of its own, which is called like the format.
fn samples() -> Vec<String> {
    let mut found = Vec::new();
    for format in fs::read_dir(folder()).unwrap().map(|entry| entry.unwrap().path()).filter(|path| path.is_dir()) {
        if format.ends_with("make") {
            continue;
        }
        for sample in fs::read_dir(&format).unwrap().map(|entry| entry.unwrap().path()).filter(|path| path.is_file()) {
            found.push(sample.strip_prefix(folder()).unwrap().to_str().unwrap().to_owned());
        }
    }
    found.sort();
    assert!(found.len() > 5);
    found
}

/// What a scan says of a file: its result, and its findings.
fn scan(path: &Path) -> (Value, Vec<Value>) {
    let out = tempfile::tempdir().unwrap();
    let findings = out.path().join("findings.jsonl");
    let args = ["scan", path.to_str().unwrap(), "--format", "json", "--reveal", "--no-local-rules"];
    let ended = real::hozen(&[&args[..], &["--findings", findings.to_str().unwrap()]].concat());
    assert!(matches!(ended.code, Some(0 | 3)), "{}: {}", path.display(), ended.stderr);
    let lines = fs::read_to_string(findings).unwrap();
    (ended.json(), lines.lines().map(|line| serde_json::from_str(line).unwrap()).collect())
}

/// Whether a finding is more than possible.
fn is_sure(finding: &Value) -> bool {
    finding["confidence"] != "possible"
}

/// How many findings there are of each kind.
fn kinds(findings: &[Value]) -> BTreeMap<String, usize> {
    let mut kinds = BTreeMap::new();
    for finding in findings.iter().filter(|finding| is_sure(finding)) {
        *kinds.entry(finding["entity"].as_str().unwrap().to_owned()).or_default() += 1;
    }
    kinds
}

/// One sample in words: how much of each kind, how many people, the gaps, and where the mail of the first person stands.
fn said(sample: &str) -> String {
    let (result, findings) = scan(&folder().join(sample));
    let subjects = &result["subjects"];
    let people = ["at_least", "estimate", "at_most"].map(|bound| subjects[bound].to_string()).join("-");
    let mut gaps: BTreeMap<&str, usize> = BTreeMap::new();
    for gap in result["gaps"].as_array().unwrap() {
        *gaps.entry(gap["kind"].as_str().unwrap()).or_default() += 1;
    }
    let mut text = format!("{sample}: {} people {people}", result["files"][0]["format"].as_str().unwrap_or("-"));
    kinds(&findings).iter().for_each(|(kind, count)| write!(text, ", {kind} {count}").unwrap());
    gaps.iter().for_each(|(kind, count)| write!(text, ", GAP {kind} {count}").unwrap());
    text.push('\n');
    for finding in findings.iter().filter(|finding| is_sure(finding) && finding["value"] == "yamada.taro@example.jp") {
        let locator = finding["locator"].as_str().unwrap();
        writeln!(text, "    {}", locator.rsplit_once(sample).map_or(locator, |(_, place)| place)).unwrap();
    }
    text
}

#[test]
fn every_sample_is_read_as_frozen() {
    let said: String = samples().iter().map(|sample| said(sample)).collect();
    let golden = folder().join("found.txt");
    if std::env::var_os("BLESS").is_some() {
        fs::write(&golden, &said).unwrap();
    }
    let frozen = fs::read_to_string(&golden).unwrap_or_default();
    let differs = said.lines().zip(frozen.lines()).find(|(now, then)| now != then);
    assert!(said == frozen, "{differs:?} ({} lines now, {} then)", said.lines().count(), frozen.lines().count());
}

/// All samples in a tar.gz in a zip: each gives what it gives alone.
#[test]
fn two_containers_deep_the_same_is_found() {
    let samples = samples();
    let gz = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
    let mut tar = tar::Builder::new(gz);
    for sample in &samples {
        tar.append_path_with_name(folder().join(sample), sample).unwrap();
    }
    let inner = tar.into_inner().unwrap().finish().unwrap();
    let mut zip = zip::ZipWriter::new(Cursor::new(Vec::new()));
    zip.start_file("inner.tar.gz", SimpleFileOptions::default()).unwrap();
    zip.write_all(&inner).unwrap();
    let work = tempfile::tempdir().unwrap();
    let path = work.path().join("outer.zip");
    fs::write(&path, zip.finish().unwrap().into_inner()).unwrap();
    let (_, deep) = scan(&path);
    for sample in &samples {
        let (_, alone) = scan(&folder().join(sample));
        let mark = format!("inner.tar ▸ {sample}");
        let inside = |finding: &&Value| {
            let locator = finding["locator"].as_str().unwrap();
            locator.split_once(&mark).is_some_and(|(_, rest)| rest.starts_with(" @") || rest.starts_with(" ▸ "))
        };
        let deep: Vec<Value> = deep.iter().filter(inside).cloned().collect();
        assert_eq!(kinds(&deep), kinds(&alone), "{sample}");
    }
}

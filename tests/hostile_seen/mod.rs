//! Hostile files, made by a script, and what a scan of them says.

#![allow(dead_code, reason = "each test file uses its own part of this")]

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;

use serde_json::Value;

use crate::real;

/// A scan of a folder that a Python script filled.
pub(crate) struct Seen {
    _folder: tempfile::TempDir,
    pub(crate) result: Value,
    /// E-mail addresses and where they are, below the folder.
    pub(crate) emails: BTreeSet<(String, String)>,
    /// Memory at its peak, in KiB.
    pub(crate) peak: u64,
}

impl Seen {
    pub(crate) fn of(script: &str) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let files = folder.path().join("files");
        fs::create_dir(&files).unwrap();
        fs::write(folder.path().join("make.py"), script).unwrap();
        real::tool(&files, "python3 ../make.py");
        fs::write(files.join("zz-beside.txt"), "beside@example.jp\n").unwrap();
        let before = listing(folder.path());
        let findings = tempfile::tempdir().unwrap();
        let list = findings.path().join("findings.jsonl");
        let words = ["scan", files.to_str().unwrap(), "--format", "json", "--reveal"];
        let (ended, peak) = real::with_peak(&[&words[..], &["--findings", list.to_str().unwrap()]].concat());
        assert!(matches!(ended.code, Some(0 | 3)), "{:?} {}", ended.code, ended.stderr);
        let result = ended.json();
        let gaps = !result["gaps"].as_array().unwrap().is_empty();
        assert_eq!(ended.code, Some(if gaps { 3 } else { 0 }));
        assert_eq!(listing(folder.path()), before, "a scan writes nothing");
        let mut emails = BTreeSet::new();
        for line in fs::read_to_string(&list).unwrap().lines() {
            let finding: Value = serde_json::from_str(line).unwrap();
            if finding["entity"] == "email" {
                let (leaf, _) = finding["locator"].as_str().unwrap().rsplit_once(" @").unwrap();
                let leaf = leaf.rsplit_once("/files/").map_or(leaf, |(_, leaf)| leaf);
                emails.insert((leaf.to_owned(), finding["value"].as_str().unwrap().to_owned()));
            }
        }
        let seen = Self { _folder: folder, result, emails, peak };
        seen.has("zz-beside.txt", "beside@example.jp");
        assert!(peak < 256 * 1024, "{peak} KiB");
        seen
    }

    pub(crate) fn has(&self, leaf: &str, email: &str) {
        assert!(self.emails.contains(&(leaf.to_owned(), email.to_owned())), "{leaf}: {email} in {:?}", self.emails);
    }

    /// Gaps in one file, without those of pictures, which hold no text: kind, and place below the folder.
    pub(crate) fn gaps(&self, file: &str) -> Vec<(String, String)> {
        let all = self.result["gaps"].as_array().unwrap().iter();
        let below = |gap: &Value| gap["path"].as_str().unwrap().rsplit_once("/files/").unwrap().1.to_owned();
        all.map(|gap| (gap["kind"].as_str().unwrap().to_owned(), below(gap)))
            .filter(|(kind, path)| {
                kind != "no_text" && (path == file || path.starts_with(&format!("{file} \u{25b8} ")))
            })
            .collect()
    }

    pub(crate) fn one_gap(&self, file: &str, kind: &str, place: &str) {
        let place = if place.is_empty() { file.to_owned() } else { format!("{file} \u{25b8} {place}") };
        assert_eq!(self.gaps(file), [(kind.to_owned(), place)], "{file}");
    }
}

/// Every path below a folder, with its length.
fn listing(folder: &Path) -> Vec<String> {
    let folder = folder.to_str().unwrap();
    let find = format!("find {folder} -printf '%p %y %s %T@\\n' | sort");
    real::tool(Path::new(folder), &find).lines().map(str::to_owned).collect()
}

//! Bags for tests: made by `bagit.py` or by hand, checked by hozen and by `bagit.py`. All content is made up.

#![allow(dead_code, reason = "each test file uses its own part of this")]
#![expect(clippy::disallowed_methods, reason = "this test makes bags of its own")]

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use serde_json::Value;

use crate::real;

pub(crate) const FILES: [(&str, &str); 3] = [("a.txt", "one\n"), ("sub/b.txt", "two\n"), ("sub/名前.csv", "three\n")];

/// A bag made by `bagit.py` with these options.
pub(crate) fn made(folder: &Path, options: &str) -> PathBuf {
    let bag = folder.join("bag");
    for (name, text) in FILES {
        fs::create_dir_all(bag.join(name).parent().unwrap()).unwrap();
        fs::write(bag.join(name), text).unwrap();
    }
    real::tool(folder, &format!("bagit.py --quiet {options} --contact-name Taro bag"));
    bag
}

pub(crate) fn verify(path: &Path) -> (i32, Value) {
    let ended = real::hozen(&["verify".as_ref(), path.as_os_str(), "--format".as_ref(), "json".as_ref()]);
    let json = ended.json();
    assert_eq!(json["ok"] == true, ended.code == Some(0), "{json}");
    (ended.code.unwrap(), json)
}

pub(crate) fn is_valid_to_bagit_py(bag: &Path) -> bool {
    Command::new("bagit.py").args(["--quiet", "--validate"]).arg(bag).output().unwrap().status.success()
}

pub(crate) fn named(json: &Value, layer: &str, end: &str) -> bool {
    let problems = json["problems"].as_array().unwrap();
    problems.iter().any(|p| p["layer"] == layer && p["path"].as_str().unwrap().ends_with(end))
}

pub(crate) fn change(path: &Path, each: impl FnOnce(String) -> String) {
    let text = fs::read_to_string(path).unwrap();
    fs::write(path, each(text)).unwrap();
}

pub(crate) fn digest(tool: &str, path: &Path) -> String {
    let said = real::tool(path.parent().unwrap(), &format!("{tool} < '{}'", path.display()));
    said.split(' ').next().unwrap().to_owned()
}

/// Writes a bag by hand: version, and what stands before each path in the manifest.
pub(crate) fn by_hand(folder: &Path, version: &str, files: &[(&str, &str)]) -> PathBuf {
    let bag = folder.join("bag");
    fs::create_dir_all(bag.join("data")).unwrap();
    fs::write(bag.join("bagit.txt"), format!("BagIt-Version: {version}\nTag-File-Character-Encoding: UTF-8\n"))
        .unwrap();
    let mut manifest = String::new();
    for (name, written) in files {
        let path = bag.join("data").join(name);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(&path, name.as_bytes()).unwrap();
        let sum = digest("sha256sum", &path);
        manifest += &format!("{sum}{written}\n");
    }
    fs::write(bag.join("manifest-sha256.txt"), manifest).unwrap();
    bag
}

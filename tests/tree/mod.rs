//! The repository as `tidy` and `docs` see it: relative paths with `/`, and text.

#![allow(dead_code, reason = "each test file uses its own part of this")]

use std::fs;
use std::path::{Path, PathBuf};

/// The top of the repository.
pub(crate) fn root() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR"))
}

/// The text of a file; empty where it is no UTF-8 (bytes of test data).
pub(crate) fn text(path: &str) -> String {
    String::from_utf8(fs::read(root().join(path)).unwrap_or_else(|e| panic!("{path}: {e}"))).unwrap_or_default()
}

/// All files below a folder (or the file itself), sorted, as paths from the top. Links are left out.
pub(crate) fn below(start: &str) -> Vec<String> {
    let mut found = Vec::new();
    visit(&root().join(start), &mut found);
    found.sort();
    found
}

fn visit(path: &Path, found: &mut Vec<String>) {
    let kind = fs::symlink_metadata(path).unwrap_or_else(|e| panic!("{}: {e}", path.display())).file_type();
    if kind.is_dir() {
        for name in fs::read_dir(path).unwrap() {
            visit(&name.unwrap().path(), found);
        }
    } else if kind.is_file() {
        found.push(path.strip_prefix(root()).unwrap().to_string_lossy().into_owned());
    }
}

/// Fails with every problem at once, one a line.
pub(crate) fn none(what: &str, problems: &[String]) {
    assert!(problems.is_empty(), "{what}:\n  {}", problems.join("\n  "));
}

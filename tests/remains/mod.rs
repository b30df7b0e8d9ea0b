//! What is left of a collection, judged without hozen: a second, plain reading of the journal, the zip and the chain of custody.
//!
//! It says what `hozen verify` must say, and which entries no resume may lose.

#![allow(dead_code, reason = "each test file uses its own part of this")]

use std::collections::BTreeMap;
use std::fs;
use std::io::Read as _;
use std::os::unix::ffi::OsStringExt as _;
use std::path::{Path, PathBuf};

use data_encoding::BASE64;
use serde_json::Value;
use sha2::{Digest as _, Sha256};

use crate::real;

/// What is left.
pub(crate) struct Remains {
    /// There is a `case.json`: hozen knows it for a case.
    pub(crate) is_case: bool,
    /// The evidence has its final name.
    pub(crate) is_named: bool,
    /// The chain of custody holds the seal.
    pub(crate) is_sealed: bool,
    /// Its orders stand: it is not at its end, and a resume goes on.
    pub(crate) is_standing: bool,
    /// The whole lines, from the first on, whose bytes are in the zip: no resume may lose or change one.
    pub(crate) durable: Vec<String>,
    /// Something follows in the journal or the zip that no whole line vouches for.
    pub(crate) has_tail: bool,
}

/// Reads a case folder, however broken.
pub(crate) fn of(case: &Path) -> Remains {
    let name = format!("{}-E001", case.file_name().unwrap().to_string_lossy());
    let evidence = |end: &str| case.join(format!("evidence/{name}.{end}"));
    let custody = fs::read_to_string(case.join("custody/custody.jsonl")).unwrap_or_default();
    let zip = fs::read(evidence("zip.partial")).unwrap_or_default();
    let journal = fs::read(evidence("journal.jsonl")).unwrap_or_default();
    let (durable, mut has_tail) = vouched(&name, &journal, &zip);
    has_tail |= !custody.is_empty() && !custody.ends_with('\n');
    Remains {
        is_case: case.join("case.json").exists(),
        is_named: evidence("zip").exists(),
        is_sealed: custody.split_inclusive('\n').filter(|line| line.ends_with('\n')).any(is_seal),
        is_standing: evidence("orders.json").exists() && custody.contains("orders_sha256"),
        durable,
        has_tail,
    }
}

fn is_seal(line: &str) -> bool {
    serde_json::from_str::<Value>(line).is_ok_and(|event| event["act"] == "seal")
}

/// The lines from the first on that are whole, numbered without a hole, and have their bytes, one behind the other; and
/// whether anything follows them.
fn vouched(name: &str, journal: &[u8], zip: &[u8]) -> (Vec<String>, bool) {
    let mut durable = Vec::new();
    // The first member is the folder of the payload, which no line speaks of.
    let folder = format!("{name}/data/");
    let Some(mut end) = member(zip, 0, &folder, 0) else { return (durable, !journal.is_empty() || !zip.is_empty()) };
    let mut at = 0;
    for line in journal.split_inclusive(|byte| *byte == b'\n') {
        let parsed = line.strip_suffix(b"\n").and_then(|line| serde_json::from_slice::<Value>(line).ok());
        let Some(entry) = parsed.filter(|entry| entry["seq"].as_u64() == Some(durable.len() as u64)) else { break };
        match content_end(name, &entry, zip, end) {
            Some(next) => end = next,
            None => break,
        }
        at += line.len();
        durable.push(String::from_utf8(line.to_vec()).unwrap());
    }
    (durable, at < journal.len() || end < zip.len())
}

/// Where the member of this entry ends, if it begins at `begin` and its bytes have the digest that the line gives. An entry
/// without content ends where it begins.
fn content_end(name: &str, entry: &Value, zip: &[u8], begin: usize) -> Option<usize> {
    let placed = &entry["zip"];
    if placed.is_null() {
        return Some(begin);
    }
    let stored_bytes = usize::try_from(placed["stored_bytes"].as_u64()?).ok()?;
    if placed["offset"].as_u64()? != begin as u64 {
        return None;
    }
    let end = member(zip, begin, &format!("{name}/{}", entry["stored"].as_str()?), stored_bytes)?;
    let stored = zip.get(end - stored_bytes..end)?;
    let content = match placed["method"].as_str()? {
        "stored" => stored.to_vec(),
        _ => {
            let mut content = Vec::new();
            flate2::read::DeflateDecoder::new(stored).read_to_end(&mut content).ok()?;
            content
        }
    };
    let is_it = content.len() as u64 == entry["bytes"].as_u64()? && hex(&content) == entry["sha256"].as_str()?;
    is_it.then_some(end)
}

/// The end of the member that begins here, if it is this one.
fn member(zip: &[u8], begin: usize, name: &str, stored_bytes: usize) -> Option<usize> {
    let header = zip.get(begin..begin + 30)?;
    let number = |at: usize| usize::from(header[at]) | usize::from(header[at + 1]) << 8;
    let name_at = begin + 30;
    let is_it = header.starts_with(b"PK\x03\x04") && zip.get(name_at..name_at + number(26))? == name.as_bytes();
    let end = name_at + number(26) + number(28) + stored_bytes;
    (is_it && end <= zip.len()).then_some(end)
}

fn hex(content: &[u8]) -> String {
    Sha256::digest(content).iter().map(|byte| format!("{byte:02x}")).collect()
}

/// What `verify` says of a case.
pub(crate) struct Verdict {
    /// Exit code and state.
    pub(crate) state: (i32, String),
    /// All of it, for a failure.
    pub(crate) text: String,
}

/// Asks `verify`.
pub(crate) fn verdict(case: &Path) -> Verdict {
    let ended = real::hozen(&["verify".as_ref(), case.as_os_str(), "--format".as_ref(), "json".as_ref()]);
    let code = ended.code.unwrap_or_else(|| panic!("a signal ended verify: {}", ended.stderr));
    let state = if code == 2 { "no case".to_owned() } else { ended.json()["state"].as_str().unwrap().to_owned() };
    Verdict { state: (code, state), text: ended.stdout + &ended.stderr }
}

impl Remains {
    /// Fails if `verify` does not say what it owes. Gives the state.
    pub(crate) fn judged(&self, what: &str, case: &Path) -> String {
        let verdict = verdict(case);
        assert_eq!(verdict.state, self.due(), "{what}: {}", verdict.text);
        verdict.state.1
    }

    /// The verdict that `verify` owes.
    fn due(&self) -> (i32, String) {
        let (code, state) = match self {
            Self { is_case: false, .. } => (2, "no case"),
            Self { is_sealed: true, is_standing: false, .. } => (0, "whole"),
            Self { has_tail: true, is_sealed: false, is_standing: true, .. } => (4, "torn"),
            _ => (4, "incomplete"),
        };
        (code, state.to_owned())
    }
}

/// The files of a source with their content, by path as the source was named.
pub(crate) fn payload(source: &Path) -> BTreeMap<PathBuf, Vec<u8>> {
    let mut found = BTreeMap::new();
    let mut folders = vec![source.to_path_buf()];
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(&folder).unwrap() {
            let path = entry.unwrap().path();
            let kind = fs::symlink_metadata(&path).unwrap().file_type();
            if kind.is_dir() {
                folders.push(path);
            } else if kind.is_file() {
                found.insert(path.clone(), fs::read(&path).unwrap());
            }
        }
    }
    found
}

/// The case is sealed and whole, its payload is that of the source byte for byte, every member is vouched for, and every
/// line that was durable is still there, as it was.
pub(crate) fn is_the_whole(case: &Path, due: &BTreeMap<PathBuf, Vec<u8>>, durable: &[String]) -> Result<(), String> {
    let verdict = verdict(case);
    if verdict.state != (0, "whole".to_owned()) {
        return Err(format!("verify says {:?}: {}", verdict.state, verdict.text));
    }
    let names: Vec<_> = fs::read_dir(case.join("evidence")).unwrap().map(|name| name.unwrap().file_name()).collect();
    if names.len() != 2 {
        return Err(format!("left over in evidence: {names:?}"));
    }
    let mut zip = zip::ZipArchive::new(fs::File::open(real::zip(case)).unwrap()).map_err(|error| error.to_string())?;
    let root = format!("{}-E001", case.file_name().unwrap().to_string_lossy());
    let mut read = |member: &str| {
        let mut bytes = Vec::new();
        let mut file = zip.by_name(&format!("{root}/{member}")).map_err(|error| format!("{member}: {error}"))?;
        file.read_to_end(&mut bytes).map_err(|error| format!("{member}: {error}"))?;
        Ok::<_, String>(bytes)
    };
    let lines = String::from_utf8(read("custody/files.jsonl")?).unwrap();
    let mut now = lines.split_inclusive('\n');
    if let Some(lost) = durable.iter().find(|line| now.next() != Some(line.as_str())) {
        return Err(format!("a durable line was lost or changed: {lost}"));
    }
    let mut left: BTreeMap<&PathBuf, &Vec<u8>> = due.iter().collect();
    for (seq, line) in lines.lines().enumerate() {
        let entry: Value = serde_json::from_str(line).unwrap();
        if entry["seq"].as_u64() != Some(seq as u64) {
            return Err(format!("line {seq} has number {}", entry["seq"]));
        }
        let path = BASE64.decode(entry["path_b64"].as_str().unwrap().as_bytes()).unwrap();
        let path = PathBuf::from(std::ffi::OsString::from_vec(path));
        let Some(stored) = entry["stored"].as_str() else { continue };
        let content =
            left.remove(&path).ok_or_else(|| format!("{} is in it twice, or was never there", path.display()))?;
        if read(stored)? != *content {
            return Err(format!("{} is not as in the source", path.display()));
        }
    }
    if left.is_empty() { Ok(()) } else { Err(format!("lost: {:?}", left.keys().collect::<Vec<_>>())) }
}

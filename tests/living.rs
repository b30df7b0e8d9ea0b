//! A writer that never stops works on the source while it is collected: what was affected is marked or a gap, what is not
//! marked was a state that the file was in, and every digest is that of the bytes in the zip.
#![expect(clippy::disallowed_methods, reason = "a test may write to its own temporary folder")]

mod real;

use std::collections::BTreeMap;
use std::fs;
use std::io::{BufRead, BufReader, Read};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};

use hozen::model::Digest;
use serde_json::Value;

use real::{hozen, records, zip};

/// The writer; it ends with the test.
struct Writer(Child);

impl Writer {
    fn start(source: &Path) -> Self {
        let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/living/writer.py");
        let mut python = Command::new("python3");
        python.arg("-B").arg(script).arg(source).stdout(Stdio::piped());
        let mut child = python.spawn().unwrap();
        let mut said = String::new();
        BufReader::new(child.stdout.take().unwrap()).read_line(&mut said).unwrap();
        assert_eq!(said, "ready\n");
        Self(child)
    }
}

impl Drop for Writer {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

/// The generations that the lines of a copy belong to; a last line that was cut is left out.
fn generations(content: &[u8]) -> Vec<u64> {
    let whole = content.chunks_exact(16);
    whole.map(|line| std::str::from_utf8(&line[1..15]).unwrap_or("0").parse().unwrap_or(u64::MAX)).collect()
}

/// Whether the writer ever left a file of this kind in this state.
fn was_a_state(kind: &str, content: &[u8], size: u64) -> bool {
    let lines = generations(content);
    let one = lines.windows(2).all(|pair| pair[0] == pair[1]);
    let is_all = content.len() as u64 == size;
    match kind {
        // Lines are numbered; the copy ends where the log ended when it was opened.
        "grow" => is_all && lines.iter().zip(0..).all(|(line, at)| *line == at),
        // Written from the front: what is new stands before what is old.
        "rewrite" => is_all && lines.windows(2).all(|pair| pair[0] >= pair[1]),
        _ => is_all && one,
    }
}

fn words(row: &Value, list: &str) -> Vec<String> {
    let entries = row[list].as_array().into_iter().flatten();
    entries.map(|one| one.as_str().or(one["kind"].as_str()).unwrap_or_default().to_owned()).collect()
}

/// Holds one record against its bytes. Gives what is said of it.
fn check(row: &Value, content: Option<&[u8]>) -> Vec<String> {
    let path = row["path"].as_str().unwrap();
    let kind = path.rsplit('/').nth(1).unwrap();
    let said: Vec<String> = words(row, "marks").into_iter().chain(words(row, "gaps")).collect();
    let Some(content) = content else {
        assert!(!said.is_empty(), "{path} has neither content nor a gap");
        return said;
    };
    assert_eq!(row["sha256"].as_str().unwrap(), Digest::of(content).to_string(), "{path}");
    let (before, after) = (&row["stat"], &row["stat_after"]);
    let differs = |key: &str| !after.is_null() && after[key] != before[key];
    if differs("size") || differs("mtime") {
        assert!(!said.is_empty(), "{path} changed and nothing is said: {row}");
    }
    let size = before["size"].as_u64().unwrap();
    if said.iter().any(|word| word == "grew") {
        assert!(after["size"].as_u64() > Some(size) && content.len() as u64 == size, "{row}");
    }
    if said.iter().any(|word| word == "changed_during_read") {
        assert!(!after.is_null(), "both states are recorded: {row}");
    }
    if said.is_empty() {
        assert!(was_a_state(kind, content, size), "{path} is a state that never was, and nothing is said: {row}");
    }
    // A file that is appended to, or that is replaced as a whole, is read as what it was, whatever is said.
    if matches!(kind, "grow" | "replace" | "vanish") && !said.iter().any(|word| word == "changed_during_read") {
        assert!(was_a_state(kind, content, size), "{path}: {row}");
    }
    said
}

#[test]
fn under_a_writer_that_never_stops_every_file_is_right_marked_or_a_gap() {
    let temp = tempfile::tempdir().unwrap();
    let (source, out): (PathBuf, PathBuf) = (temp.path().join("source"), temp.path().join("out"));
    fs::create_dir(&source).unwrap();
    let writer = Writer::start(&source);
    let (mut seen, mut files) = (BTreeMap::<String, u64>::new(), 0);
    const DUE: [&str; 4] = ["grew", "changed_during_read", "replaced", "vanished"];
    for round in 0..16 {
        if round >= 4 && DUE.iter().all(|word| seen.contains_key(*word)) {
            break;
        }
        let case = format!("k{round}");
        let arguments =
            ["collect", source.to_str().unwrap(), "--out", out.to_str().unwrap(), "--case", &case, "--force"];
        let ended = hozen(&arguments);
        assert!(matches!(ended.code, Some(0 | 3)), "{}", ended.stderr);
        let evidence = zip(&out.join(&case));
        let mut archive = zip::ZipArchive::new(fs::File::open(&evidence).unwrap()).unwrap();
        for row in records(&evidence) {
            if row["kind"] == "folder" {
                continue;
            }
            let content = row["stored"].as_str().map(|stored| {
                let mut content = Vec::new();
                archive.by_name(&format!("{case}-E001/{stored}")).unwrap().read_to_end(&mut content).unwrap();
                content
            });
            files += 1;
            for word in check(&row, content.as_deref()) {
                *seen.entry(word).or_default() += 1;
            }
        }
        let verified = hozen(&["verify", out.join(&case).to_str().unwrap()]);
        assert_eq!(verified.code, Some(0), "{}{}", verified.stdout, verified.stderr);
    }
    drop(writer);
    println!("{files} files: {seen:?}");
    for word in DUE {
        assert!(seen.contains_key(word), "the writer never made a file {word}: {seen:?}");
    }
}

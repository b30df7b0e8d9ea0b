//! The n-th write, sync, rename or read fails, or is the last thing that happens: for every n until the run goes untouched.
//!
//! After each fault: the documented exit code; no seal unless one stands in the chain of custody; `verify` says what an
//! independent reading of the remains says; and a resume makes the case whole without losing one durable entry.
#![expect(clippy::disallowed_methods, reason = "a test makes and reads its own folders")]

mod fault;
mod real;
mod remains;
mod world;

use std::collections::BTreeMap;
use std::ffi::{OsStr, OsString};
use std::os::unix::fs::symlink;
use std::path::{Path, PathBuf};

use fault::{Fault, all, quick_folder};
use real::{Ended, hozen};
use world::put;

/// Bytes that do not compress.
fn noise(length: usize, mut seed: u32) -> Vec<u8> {
    let next = || {
        seed = seed.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
        (seed >> 24) as u8
    };
    std::iter::repeat_with(next).take(length).collect()
}

/// A small source: a few files before, in and behind a folder, one of them larger than a buffer.
struct Source {
    folder: tempfile::TempDir,
    payload: BTreeMap<PathBuf, Vec<u8>>,
}

impl Source {
    fn new() -> Self {
        let folder = quick_folder();
        let root = folder.path().join("source");
        put(&root, "a.txt", "a@example.jp\n");
        put(&root, "b/large", noise(600_000, 7));
        put(&root, "b/lines.log", "192.0.2.1 - - GET / 200\n".repeat(900));
        put(&root, "z.csv", "氏名,電話\n架空太郎,03-0000-0000\n");
        symlink("a.txt", root.join("link")).unwrap();
        let payload = remains::payload(&root);
        Self { folder, payload }
    }

    fn root(&self) -> PathBuf {
        self.folder.path().join("source")
    }
}

/// A fresh output folder, and the command line that collects into `CASE` below it.
struct Place {
    out: tempfile::TempDir,
}

impl Place {
    fn new() -> Self {
        Self { out: quick_folder() }
    }

    fn case(&self) -> PathBuf {
        self.out.path().join("c")
    }

    fn collect(&self, source: &Source, verb: &str) -> Vec<OsString> {
        let (root, out) = (source.root(), self.out.path());
        let words: [&OsStr; 10] = [
            verb.as_ref(),
            root.as_os_str(),
            "--out".as_ref(),
            out.as_os_str(),
            "--case".as_ref(),
            "c".as_ref(),
            "--threads".as_ref(),
            "1".as_ref(),
            "--lang".as_ref(),
            "en".as_ref(),
        ];
        words.map(OsStr::to_owned).to_vec()
    }

    fn resume(&self, verb: &str) -> Vec<OsString> {
        [verb.as_ref(), "--resume".as_ref(), self.case().as_os_str()].map(OsStr::to_owned).to_vec()
    }
}

/// How many of these calls the first thread makes below `folder` in a run without a fault: the n from 1 to that are tried,
/// and one more, which must not be met.
fn tries(calls: &str, source: &Source, verb: &str) -> Vec<usize> {
    let place = Place::new();
    let count = fault::count(calls, &place.collect(source, verb));
    assert!(count > 0, "{verb} makes no {calls}");
    (1..=count + 1).collect()
}

/// What a run that met a fault, or none, must leave behind.
fn judge(what: &str, place: &Place, ended: &Ended, met: bool, source: &Source) -> remains::Remains {
    let left = remains::of(&place.case());
    left.judged(&format!("{what}: {}", ended.stderr), &place.case());
    let Some(code) = ended.code else { return left };
    if code != 2 {
        assert!(matches!(code, 0 | 3), "{what}: {code} {}", ended.stderr);
        remains::is_the_whole(&place.case(), &source.payload, &[]).unwrap_or_else(|why| panic!("{what}: {why}"));
        return left;
    }
    assert!(met, "{what}: it failed without a fault: {}", ended.stderr);
    assert_eq!(ended.stdout, "", "{what}: no answer, not half of one");
    for part in ["error: ", "because: ", "what to do: "] {
        assert!(ended.stderr.contains(part), "{what}: {}", ended.stderr);
    }
    let names = |path: PathBuf| ended.stderr.contains(&*path.to_string_lossy());
    assert!(names(place.case()) || names(source.root()), "{what}: names no path: {}", ended.stderr);
    assert_eq!(left.is_sealed, ended.stderr.contains("sealed and whole"), "{what}: {}", ended.stderr);
    left
}

/// Goes on with what is left, and has the whole.
fn goes_on(what: &str, place: &Place, left: &remains::Remains, source: &Source) {
    let ended = hozen(&place.resume("collect"));
    if !left.is_standing {
        // Either at its end, or nothing was begun: there is nothing to go on with, and nothing is changed.
        assert_eq!(ended.code, Some(2), "{what}: {}", ended.stderr);
        assert!(left.durable.is_empty(), "{what}");
        return;
    }
    assert_eq!(ended.code, Some(0), "{what}: {}", ended.stderr);
    remains::is_the_whole(&place.case(), &source.payload, &left.durable)
        .unwrap_or_else(|why| panic!("{what}, resumed: {why}"));
}

/// Tries a fault at each call of a collection, and resumes after each.
fn at_every(calls: &str, whats: &[&str]) {
    let source = Source::new();
    let tries: Vec<(usize, &str)> =
        tries(calls, &source, "collect").into_iter().flat_map(|n| whats.iter().map(move |what| (n, *what))).collect();
    let last = tries.last().unwrap().0;
    all(&tries, |(n, what)| {
        let place = Place::new();
        let (ended, met) = fault::run(&Fault::nth(calls, what, *n), &place.collect(&source, "collect"));
        let what = format!("{what} at {calls} {n}");
        assert_eq!(met, *n < last, "{what}");
        let left = judge(&what, &place, &ended, met, &source);
        goes_on(&what, &place, &left, &source);
    });
}

#[test]
fn a_write_that_fails() {
    at_every("pwrite64", &["error=ENOSPC", "error=EIO"]);
}

#[test]
fn a_sync_that_fails_is_never_tried_again() {
    at_every("fdatasync", &["error=EIO", "error=ENOSPC"]);
    at_every("fsync", &["error=EIO"]);
}

#[test]
fn a_rename_or_a_folder_that_fails() {
    at_every("renameat2", &["error=EIO", "error=EACCES"]);
    at_every("mkdir", &["error=ENOSPC", "error=EIO"]);
    at_every("unlink", &["error=EIO"]);
}

#[test]
fn a_kill_at_any_call() {
    for calls in ["pwrite64", "fdatasync", "fsync", "renameat2", "mkdir", "unlink"] {
        at_every(calls, &["signal=SIGKILL"]);
    }
}

#[test]
fn a_file_that_can_not_be_opened_or_made() {
    let source = Source::new();
    let place = Place::new();
    let (words, out) = (place.collect(&source, "collect"), place.out.path());
    let opens = fault::calls_below("openat", out, &words);
    assert!(opens.len() > 10, "{opens:?}");
    let tries: Vec<(usize, &str)> =
        opens.iter().flat_map(|n| [(*n, "error=EIO"), (*n, "error=EACCES"), (*n, "error=EMFILE")]).collect();
    all(&tries, |(n, what)| {
        let place = Place::new();
        let (ended, met) = fault::run(&Fault::nth("openat", what, *n), &place.collect(&source, "collect"));
        let what = format!("{what} at openat {n}");
        assert!(met, "{what}");
        let left = judge(&what, &place, &ended, met, &source);
        goes_on(&what, &place, &left, &source);
    });
}

/// Our own files are read back too: for the manifests and the directory of the zip, and for its digest.
#[test]
fn a_read_of_our_own_that_fails() {
    let source = Source::new();
    let reads = |place: &Place, what, n| Fault {
        on: ["evidence/c-E001.zip.partial", "evidence/c-E001.journal.jsonl", "custody/custody.jsonl", "case.json"]
            .map(|file| place.case().join(file))
            .to_vec(),
        ..Fault::nth("read", what, n)
    };
    for n in 1.. {
        let place = Place::new();
        let (ended, met) = fault::run(&reads(&place, "error=EIO", n), &place.collect(&source, "collect"));
        let what = format!("EIO at read {n}");
        let left = judge(&what, &place, &ended, met, &source);
        goes_on(&what, &place, &left, &source);
        if !met {
            assert!(n > 6, "{n}");
            break;
        }
    }
}

#[test]
fn calls_that_are_interrupted_or_not_known_to_the_file_system_go_another_way() {
    let source = Source::new();
    for (calls, what) in [
        ("pwrite64,fdatasync,fsync", "error=EINTR"),
        ("renameat2", "error=EINVAL"),
        ("renameat2", "error=ENOSYS"),
        ("renameat2,linkat", "error=EOPNOTSUPP"),
    ] {
        let place = Place::new();
        let every_other = if what == "error=EINTR" { "1+2" } else { "1+" };
        let fault = Fault { when: every_other.to_owned(), ..Fault::nth(calls, what, 1) };
        let (ended, met) = fault::run(&fault, &place.collect(&source, "collect"));
        assert!(met && ended.code == Some(0), "{what} at {calls}: {}", ended.stderr);
        judge(what, &place, &ended, met, &source);
    }
}

/// Every call on the source fails once, in every thread that makes it: the case is whole all the same, and whatever is not
/// in it has a gap, its own or that of a folder above it.
#[test]
fn a_source_that_fails_costs_gaps_and_nothing_else() {
    let source = Source::new();
    let mut on: Vec<PathBuf> = source.payload.keys().cloned().collect();
    on.extend([source.root(), source.root().join("b")]);
    for calls in ["read", "getdents64", "openat", "statx", "flistxattr", "readlinkat", "lseek"] {
        for what in ["error=EIO", "error=EACCES"] {
            for n in 1.. {
                let place = Place::new();
                let fault = Fault { on: on.clone(), ..Fault::nth(calls, what, n) };
                let (ended, met) = fault::run(&fault, &place.collect(&source, "collect"));
                if !met {
                    assert_eq!(ended.code, Some(0), "{what} at {calls} {n}: {}", ended.stderr);
                    break;
                }
                accounted(&format!("{what} at {calls} {n}"), &place, &ended, &source);
            }
        }
    }
}

/// The run ended with gaps (or before it began, where the source itself could not be looked at); what is not kept as it is in
/// the source has a gap.
fn accounted(what: &str, place: &Place, ended: &Ended, source: &Source) {
    if ended.code == Some(2) {
        // A root that can not be looked at: nothing was taken yet. If it was there a moment before, a resume takes it.
        let left = judge(what, place, ended, true, source);
        assert!(left.durable.is_empty() && ended.stderr.contains("a source can not be walked"), "{what}");
        assert_eq!(ended.stderr.contains("nothing was read or written"), !place.case().exists(), "{what}");
        return goes_on(what, place, &left, source);
    }
    assert_eq!(remains::verdict(&place.case()).state, (0, "whole".to_owned()), "{what}");
    let zip = real::zip(&place.case());
    let records = real::records(&zip);
    let gap_at = |path: &Path| {
        records.iter().any(|record| record["gaps"].is_array() && Path::new(record["path"].as_str().unwrap()) == path)
    };
    let mut gaps = 0;
    for (path, content) in &source.payload {
        let record = records.iter().find(|record| Path::new(record["path"].as_str().unwrap()) == path);
        let stored = record.and_then(|record| record["stored"].as_str());
        let same = stored.is_some_and(|stored| real::member(&zip, stored) == *content);
        if !same {
            gaps += 1;
            assert!(path.ancestors().any(gap_at), "{what}: {} is lost without a gap", path.display());
        }
    }
    let due = if records.iter().any(|record| record["gaps"].is_array()) { 3 } else { 0 };
    assert_eq!((ended.code, gaps == 0 || due == 3), (Some(due), true), "{what}: {}", ended.stderr);
}

//! A collection that was broken off goes on: nothing is taken twice, nothing recorded is changed, and it refuses where it must.
//! `tests/faults.rs` breaks it off at every system call; here are the ways in which a user meets it.
#![expect(clippy::disallowed_methods, reason = "a test makes and reads its own folders")]

mod real;
mod world;

use std::ffi::OsString;
use std::fs;
use std::io::Read as _;
use std::path::{Path, PathBuf};
use std::process::Stdio;
use std::time::{Duration, Instant};

use real::Ended;
use world::put;

struct Place {
    _folder: tempfile::TempDir,
    source: PathBuf,
    out: PathBuf,
}

/// A source of 600 small files, then a large one.
fn place() -> Place {
    place_with(12_000_000)
}

fn place_with(large: usize) -> Place {
    let folder = tempfile::tempdir().unwrap();
    let (source, out) = (folder.path().join("source"), folder.path().join("out"));
    for number in 0..600 {
        put(&source, &format!("a/{number:03}.txt"), format!("k{number}@shop{number}.co.jp, 090-1234-{number:04}\n"));
    }
    put(&source, "m/CASE.txt", "upper");
    put(&source, "m/case.txt", "lower");
    let mut seed = 7u32;
    let noise: Vec<u8> = std::iter::repeat_with(|| {
        seed = seed.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
        (seed >> 24) as u8
    })
    .take(large)
    .collect();
    put(&source, "z/large", noise);
    fs::create_dir(&out).unwrap();
    Place { _folder: folder, source, out }
}

impl Place {
    fn case(&self) -> PathBuf {
        self.out.join("c")
    }

    fn evidence(&self, end: &str) -> PathBuf {
        self.out.join(format!("c/evidence/c-E001{end}"))
    }

    /// How people are to be counted: a case that goes on need not be told again.
    fn whose(&self) -> [String; 4] {
        let site = format!("A={}/a", self.source.display());
        ["--site".to_owned(), site, "--own-domain".to_owned(), "shop7.co.jp".to_owned()]
    }

    /// Starts a run and kills it once the zip has this many bytes.
    fn killed_at(&self, verb: &str, bytes: u64) {
        let mut command = real::command();
        command.arg(verb).arg(&self.source).arg("--out").arg(&self.out).args(["--case", "c", "--force"]);
        if verb == "respond" {
            command.args(self.whose());
        }
        let mut child = command.stdout(Stdio::null()).stderr(Stdio::null()).spawn().unwrap();
        let start = Instant::now();
        while fs::metadata(self.evidence(".zip.partial")).map_or(0, |zip| zip.len()) < bytes {
            assert!(start.elapsed() < Duration::from_secs(60) && child.try_wait().unwrap().is_none(), "too late");
        }
        child.kill().unwrap();
        child.wait().unwrap();
    }

    fn run(&self, words: &[&str]) -> Ended {
        let words: Vec<OsString> =
            words.iter().map(|word| if *word == "CASE" { self.case().into() } else { word.into() }).collect();
        real::hozen(&words)
    }

    fn state(&self) -> (Option<i32>, String) {
        let ended = self.run(&["verify", "CASE", "--format", "json"]);
        (ended.code, ended.json()["state"].as_str().unwrap().to_owned())
    }

    fn journal(&self) -> Vec<String> {
        let text = fs::read_to_string(self.evidence(".journal.jsonl")).unwrap();
        text.split_inclusive('\n').filter(|line| line.ends_with('\n')).map(|line| line.trim_end().to_owned()).collect()
    }

    /// The sealed zip holds every file of the source, once, byte for byte.
    fn is_complete(&self) {
        let mut zip = zip::ZipArchive::new(fs::File::open(self.evidence(".zip")).unwrap()).unwrap();
        let mut found = 0;
        for record in real::records(&self.evidence(".zip")) {
            let Some(stored) = record["stored"].as_str() else { continue };
            let mut bytes = Vec::new();
            zip.by_name(&format!("c-E001/{stored}")).unwrap().read_to_end(&mut bytes).unwrap();
            assert_eq!(bytes, fs::read(record["path"].as_str().unwrap()).unwrap(), "{stored}");
            found += 1;
        }
        assert_eq!(found, 603);
    }
}

#[test]
fn a_killed_collection_goes_on_and_keeps_every_line_it_had() {
    let place = place();
    place.killed_at("collect", 5_000_000);
    let before = place.journal();
    let (code, state) = place.state();
    assert!(code == Some(4) && (state == "torn" || state == "incomplete"), "{state}");
    let ended = place.run(&["collect", "--resume", "CASE", "--format", "json"]);
    assert_eq!(ended.code, Some(0), "{}", ended.stderr);
    assert!(ended.stderr.contains("going on with"), "{}", ended.stderr);
    let result = ended.json();
    assert_eq!((result["files"].as_u64(), result["entries"].as_u64()), (Some(603), Some(607)));
    assert_eq!(place.state(), (Some(0), "whole".to_owned()));
    place.is_complete();
    let text = String::from_utf8(real::member(&place.evidence(".zip"), "custody/files.jsonl")).unwrap();
    let after: Vec<&str> = text.lines().take(before.len()).collect();
    assert_eq!(after, before, "what was recorded stays as it was");
    let acquisition = real::member(&place.evidence(".zip"), "custody/acquisition.json");
    let acquisition: serde_json::Value = serde_json::from_slice(&acquisition).unwrap();
    assert_eq!(acquisition["resumed"][0]["entries"].as_u64(), Some(before.len() as u64));
    assert_eq!(acquisition["counts"]["files"], 603);
    let custody = fs::read_to_string(place.case().join("custody/custody.jsonl")).unwrap();
    assert!(custody.contains("\"act\":\"resume\""), "{custody}");
    let left: Vec<_> = fs::read_dir(place.case().join("evidence")).unwrap().collect();
    assert_eq!(left.len(), 2, "{left:?}");
    let again = place.run(&["collect", "--resume", "CASE"]);
    assert_eq!(again.code, Some(2));
    assert!(again.stderr.contains("is complete: there is nothing to go on with"), "{}", again.stderr);
}

#[test]
fn a_killed_respond_goes_on_to_its_results_and_says_what_an_unbroken_one_says() {
    let place = place_with(2_000_000); // looked at too, which a debug build does slowly
    place.killed_at("respond", 1_000_000);
    let ended = place.run(&["respond", "--resume", "CASE", "--format", "json"]);
    assert_eq!(ended.code, Some(0), "{}", ended.stderr);
    let broken = ended.json();
    assert_eq!(place.state(), (Some(0), "whole".to_owned()));
    place.is_complete();
    for file in ["report/report.html", "report/report.json", "results/scan.json", "results/findings.jsonl"] {
        assert!(place.case().join(file).exists(), "{file}");
    }
    fs::remove_dir_all(place.case()).unwrap();
    let mut command = real::command();
    command.arg("respond").arg(&place.source).arg("--out").arg(&place.out);
    command.args(place.whose());
    let whole = real::run(command.args(["--case", "c", "--force", "--format", "json"])).json();
    assert_eq!(broken["scan"], whole["scan"]);
    assert_eq!(broken["scan"]["who"]["sites"][0]["site"], "A");
    assert_eq!(broken["scan"]["who"]["apart"]["own_staff"], 1);
    assert_eq!(broken["collect"]["gaps"], whole["collect"]["gaps"]);
}

#[test]
fn collect_brings_the_evidence_of_a_respond_to_its_seal_and_leaves_the_results_to_it() {
    let place = place_with(2_000_000); // looked at too, which a debug build does slowly
    place.killed_at("respond", 1_000_000);
    let ended = place.run(&["collect", "--resume", "CASE"]);
    assert_eq!(ended.code, Some(0), "{}", ended.stderr);
    assert!(ended.stderr.contains("hozen respond --resume"), "{}", ended.stderr);
    assert_eq!(place.state(), (Some(4), "incomplete".to_owned()));
    let zip = place.evidence(".zip");
    assert_eq!(real::hozen(&["verify".as_ref(), zip.as_os_str()]).code, Some(0), "the evidence itself is whole");
    let sealed = fs::read(&zip).unwrap();
    assert_eq!(place.run(&["respond", "--resume", "CASE"]).code, Some(0));
    assert_eq!(place.state(), (Some(0), "whole".to_owned()));
    assert!(fs::read(&zip).unwrap() == sealed, "sealed evidence does not change");
}

#[test]
fn what_came_and_went_meanwhile_is_taken_once_or_stays_as_it_was_read() {
    let place = place();
    place.killed_at("collect", 5_000_000);
    put(&place.source, "a/000-new.txt", "came meanwhile");
    fs::write(place.source.join("a/001.txt"), "was taken before, and changed").unwrap();
    fs::remove_file(place.source.join("m/case.txt")).ok();
    let lower = place.journal().iter().any(|line| line.contains("m/case.txt"));
    let ended = place.run(&["collect", "--resume", "CASE"]);
    assert_eq!(ended.code, Some(0), "{}", ended.stderr);
    assert_eq!(place.state(), (Some(0), "whole".to_owned()));
    let records = real::records(&place.evidence(".zip"));
    let named = |end: &str| records.iter().filter(|record| record["path"].as_str().unwrap().ends_with(end)).count();
    assert_eq!((named("a/000-new.txt"), named("a/001.txt")), (1, 1));
    assert_eq!(named("m/case.txt"), usize::from(lower));
    let first = records.iter().find(|record| record["path"].as_str().unwrap().ends_with("a/001.txt")).unwrap();
    let stored = first["stored"].as_str().unwrap();
    assert_eq!(real::member(&place.evidence(".zip"), stored), b"k1@shop1.co.jp, 090-1234-0001\n");
}

#[test]
fn a_file_with_names_on_both_sides_of_the_break_is_kept_once() {
    let place = place();
    for name in ["y-later", "z/later"] {
        fs::hard_link(place.source.join("a/000.txt"), place.source.join(name)).unwrap();
    }
    let mut command = real::command();
    command.arg("collect").arg(&place.source).arg("--out").arg(&place.out).args(["--case", "c", "--force"]);
    // As much as the first 600 files take, so that it ends in the large one.
    let limit = 4_000_000;
    let limited = real::run(
        std::process::Command::new("prlimit")
            .arg(format!("--fsize={limit}"))
            .arg(command.get_program())
            .args(command.get_args()),
    );
    assert_ne!(limited.code, Some(0), "{}", limited.stderr);
    let before = place.journal();
    assert!(before.iter().any(|line| line.contains("a/000.txt")), "what was taken is durable");
    let ended = place.run(&["collect", "--resume", "CASE", "--format", "json"]);
    assert_eq!(ended.code, Some(0), "{}", ended.stderr);
    assert_eq!((ended.json()["files"].as_u64(), ended.json()["linked"].as_u64()), (Some(603), Some(2)));
    assert_eq!(place.state(), (Some(0), "whole".to_owned()));
    let records = real::records(&place.evidence(".zip"));
    let first = records.iter().find(|row| row["path"].as_str().unwrap().ends_with("a/000.txt")).unwrap();
    let linked: Vec<_> = records.iter().filter(|row| row["outcome"] == "linked").collect();
    assert!(linked.len() == 2 && linked.iter().all(|row| row["hard_link_of"] == first["seq"]));
}

#[test]
fn a_disk_that_was_full_goes_on_when_there_is_room() {
    if !real::is_root() {
        return;
    }
    let place = place();
    let at = place.out.display().to_string();
    real::tool(Path::new("/"), &format!("mount -t tmpfs -o size=8m tmpfs '{at}'"));
    let mut command = real::command();
    command.arg("collect").arg(&place.source).arg("--out").arg(&place.out).args(["--case", "c", "--force"]);
    let full = real::run(&mut command);
    let state = place.state();
    let too_small = place.run(&["collect", "--resume", "CASE"]);
    real::tool(Path::new("/"), &format!("mount -o remount,size=100m '{at}'"));
    let ended = place.run(&["collect", "--resume", "CASE"]);
    let whole = place.state();
    if whole.0 == Some(0) {
        place.is_complete();
    }
    real::tool(Path::new("/"), &format!("umount -l '{at}'"));
    assert_eq!(full.code, Some(2), "{}", full.stderr);
    assert!(full.stderr.contains("then go on: hozen collect --resume "), "{}", full.stderr);
    assert!(state.1 == "incomplete" || state.1 == "torn", "{state:?}");
    assert_eq!(too_small.code, Some(2));
    assert!(too_small.stderr.contains("has ") && too_small.stderr.contains(" free"), "{}", too_small.stderr);
    assert_eq!(ended.code, Some(0), "{}", ended.stderr);
    assert_eq!(whole, (Some(0), "whole".to_owned()));
}

#[test]
fn relative_sources_are_those_of_the_folder_that_it_began_in() {
    let place = place();
    let home = place.source.parent().unwrap().to_path_buf();
    let mut command = real::command();
    command.current_dir(&home).args(["collect", "source", "--out", "out", "--case", "c", "--force"]);
    let mut child = command.stdout(Stdio::null()).stderr(Stdio::null()).spawn().unwrap();
    while fs::metadata(place.evidence(".zip.partial")).map_or(0, |zip| zip.len()) < 5_000_000 {}
    child.kill().unwrap();
    child.wait().unwrap();
    let ended = place.run(&["collect", "--resume", "CASE"]);
    assert_eq!(ended.code, Some(0), "{}", ended.stderr);
    let records = real::records(&place.evidence(".zip"));
    assert_eq!(records.iter().filter(|record| record["path"] == "source/z/large").count(), 1);
}

#[test]
fn it_does_not_go_on_where_that_would_be_wrong() {
    let place = place();
    place.killed_at("collect", 1_000_000);
    let orders = place.evidence(".orders.json");
    let told = fs::read_to_string(&orders).unwrap();
    fs::write(&orders, told.replace("\"cross_file_systems\": false", "\"cross_file_systems\": true")).unwrap();
    let ended = place.run(&["collect", "--resume", "CASE"]);
    assert_eq!(ended.code, Some(4), "{}", ended.stderr);
    assert!(ended.stderr.contains("its records are not as they were written"), "{}", ended.stderr);
    let ended = place.run(&["collect", "--resume", "CASE", "--lang", "ja"]);
    assert!(ended.stderr.contains("記録が書かれたときのままではありません"), "{}", ended.stderr);
    fs::write(&orders, &told).unwrap();
    // Begun anew under the same name: it is told that it can go on.
    let mut command = real::command();
    command.arg("collect").arg(&place.source).arg("--out").arg(&place.out).args(["--case", "c"]);
    let anew = real::run(&mut command);
    assert!(anew.code == Some(2) && anew.stderr.contains("then go on: hozen collect --resume "), "{}", anew.stderr);
    // Another key than the one that it began with.
    let key = place.out.join("key");
    real::tool(&place.out, "ssh-keygen -q -t ed25519 -N '' -f key");
    let other = place.run(&["collect", "--resume", "CASE", "--sign-key", key.to_str().unwrap()]);
    assert!(
        other.code == Some(2) && other.stderr.contains("was begun with the signing key SHA256:"),
        "{}",
        other.stderr
    );
    // Paths are those that it began with.
    assert_eq!(place.run(&["collect", "/etc", "--resume", "CASE"]).code, Some(2));
    // Somebody is at work on it.
    let lock = fs::File::open(place.case().join("custody/custody.jsonl")).unwrap();
    rustix::fs::flock(&lock, rustix::fs::FlockOperation::LockExclusive).unwrap();
    let busy = place.run(&["collect", "--resume", "CASE"]);
    assert!(busy.code == Some(2) && busy.stderr.contains("another hozen is at work"), "{}", busy.stderr);
    drop(lock);
    assert_eq!(place.run(&["collect", "--resume", "CASE"]).code, Some(0));
    // No case at all, and one in which nothing was taken.
    let folder = place.out.join("empty");
    fs::create_dir(&folder).unwrap();
    let ended = real::hozen(&["collect".as_ref(), "--resume".as_ref(), folder.as_os_str()]);
    assert!(ended.code == Some(2) && ended.stderr.contains("neither a case folder"), "{}", ended.stderr);
    fs::write(folder.join("case.json"), "{}").unwrap();
    let ended = real::hozen(&["collect".as_ref(), "--resume".as_ref(), folder.as_os_str()]);
    assert!(ended.code == Some(2) && ended.stderr.contains("broke off before anything was taken"), "{}", ended.stderr);
    let ended = real::hozen(&["verify".as_ref(), folder.as_os_str(), "--format".as_ref(), "json".as_ref()]);
    assert_eq!((ended.code, ended.json()["state"].as_str()), (Some(4), Some("incomplete")));
}

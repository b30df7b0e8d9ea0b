//! The n-th write, sync, rename, open or read of a collection fails, or is the last thing that happens: for every n until
//! the run goes untouched.
//!
//! After each fault: the documented exit code; no seal unless one stands in the chain of custody; `verify` says what an
//! independent reading of the remains says; and a resume makes the case whole without losing one durable entry. How faults
//! are put in: `tests/fault`. Faults of a resume: `tests/faults_resume.rs`; of real file systems: `tests/disks.rs`.
#![expect(clippy::disallowed_methods, reason = "a test makes and reads its own folders")]

mod fault;
mod real;
mod remains;
mod world;

use std::path::{Path, PathBuf};

use fault::Fault;
use fault::scene::{Place, Scene};
use real::Ended;

#[test]
fn a_write_that_fails() {
    Scene::new("collect").at_every("pwrite64", &["error=ENOSPC", "error=EIO"]);
}

/// A file that may be so long and no longer: the last write is cut short in the middle of whatever it was.
#[test]
fn a_write_that_is_cut_short_at_any_byte() {
    let scene = Scene::new("collect");
    let limits: Vec<u64> = (0..640_000).step_by(21_377).chain([1, 51, 300, 1_023, 5_000, 620_900]).collect();
    fault::all(&limits, |limit| {
        let place = scene.place();
        let mut command = real::in_shell(&format!("exec prlimit --fsize={limit} \"$@\""));
        let ended = real::run(command.args(scene.words(&place)));
        let what = format!("{limit} bytes");
        let left = scene.judge(&what, &place, &ended, true);
        scene.goes_on(&what, &place, &left);
    });
}

#[test]
fn a_sync_that_fails_is_never_tried_again() {
    let scene = Scene::new("collect");
    scene.at_every("fdatasync", &["error=EIO", "error=ENOSPC"]);
    scene.at_every("fsync", &["error=EIO"]);
}

#[test]
fn a_rename_or_a_folder_that_fails() {
    let scene = Scene::new("collect");
    scene.at_every("renameat2", &["error=EIO", "error=EACCES"]);
    scene.at_every("mkdir", &["error=ENOSPC", "error=EIO"]);
    scene.at_every("unlink", &["error=EIO"]);
}

#[test]
fn a_kill_at_any_call() {
    let scene = Scene::new("collect");
    for calls in ["pwrite64", "fdatasync", "fsync", "renameat2", "mkdir", "unlink"] {
        scene.at_every(calls, &["signal=SIGKILL"]);
    }
}

#[test]
fn a_file_that_can_not_be_opened_or_made() {
    Scene::new("collect").at_every_below_out("openat", &["error=EIO", "error=EACCES", "error=EMFILE"]);
}

/// Our own files are read back too: for the manifests and the directory of the zip, and for its digest.
#[test]
fn a_read_of_our_own_that_fails() {
    assert!(Scene::new("collect").at_every_own_read() > 6);
}

#[test]
fn both_languages_say_what_happened_where_and_what_to_do() {
    let scene = Scene::new("collect");
    for (calls, what, n, texts) in [
        ("pwrite64", "error=ENOSPC", 13, [("en", "error: the output disk is full"), ("ja", "ディスクが満杯です")]),
        ("fdatasync", "error=EIO", 8, [("en", "what to do: see the cause"), ("ja", "対処: 原因を確認してください")]),
        ("renameat2", "error=EIO", 6, [("en", "sealed and whole"), ("ja", "証拠は封印済みで完全です")]),
    ] {
        for (lang, text) in texts {
            let place = scene.place();
            let mut words = scene.words(&place);
            *words.last_mut().unwrap() = lang.into();
            let (ended, met) = fault::run(&Fault::nth(calls, what, n), &words);
            assert!(met && ended.code == Some(2), "{what} at {calls}: {}", ended.stderr);
            let go_on = format!("hozen collect --resume {}", place.case().display());
            for text in [text, &go_on] {
                assert!(ended.stderr.contains(text), "{text:?} is not in: {}", ended.stderr);
            }
        }
    }
}

/// Ctrl-C while the zip is read once more for its digest: nothing is sealed, everything is there, and once is enough.
#[test]
fn an_interrupt_while_the_bag_is_closed_is_heeded() {
    let scene = Scene::new("collect");
    let place = scene.place();
    let on = vec![place.case().join("evidence/c-E001.zip.partial")];
    let (ended, _) = fault::run(&Fault { on, ..Fault::nth("read", "signal=SIGINT", 1) }, &scene.words(&place));
    assert_eq!(ended.code, Some(130), "{}", ended.stderr);
    assert!(ended.stderr.contains("interrupted; no seal was made"), "{}", ended.stderr);
    assert!(ended.stderr.contains("hozen collect --resume"), "{}", ended.stderr);
    let left = remains::of(&place.case());
    assert_eq!(left.durable.len(), 9);
    assert_eq!(left.judged("interrupted", &place.case()), "torn");
    scene.goes_on("interrupted", &place, &left);
}

#[test]
fn calls_that_are_interrupted_or_not_known_to_the_file_system_go_another_way() {
    let scene = Scene::new("collect");
    for (calls, what) in [
        ("pwrite64,fdatasync,fsync", "error=EINTR"),
        ("renameat2", "error=EINVAL"),
        ("renameat2", "error=ENOSYS"),
        ("renameat2,linkat", "error=EOPNOTSUPP"),
    ] {
        let place = scene.place();
        let every_other = if what == "error=EINTR" { "1+2" } else { "1+" };
        let fault = Fault { when: every_other.to_owned(), ..Fault::nth(calls, what, 1) };
        let (ended, met) = fault::run(&fault, &scene.words(&place));
        assert!(met && ended.code == Some(0), "{what} at {calls}: {}", ended.stderr);
        scene.judge(what, &place, &ended, met);
    }
}

/// Every call on the source fails once, in every thread that makes it: the case is whole all the same, and whatever is not
/// in it has a gap, its own or that of a folder above it.
#[test]
fn a_source_that_fails_costs_gaps_and_nothing_else() {
    let scene = Scene::new("collect");
    let mut on: Vec<PathBuf> = scene.payload.keys().cloned().collect();
    on.extend([scene.root(), scene.root().join("b")]);
    let tries: Vec<(&str, &str)> = ["read", "getdents64", "openat", "statx", "flistxattr", "readlinkat", "lseek"]
        .into_iter()
        .flat_map(|calls| [(calls, "error=EIO"), (calls, "error=EACCES")])
        .collect();
    fault::all(&tries, |(calls, what)| {
        for n in 1.. {
            let place = scene.place();
            let fault = Fault { on: on.clone(), ..Fault::nth(calls, what, n) };
            let (ended, met) = fault::run(&fault, &scene.words(&place));
            if !met {
                assert_eq!(ended.code, Some(0), "{what} at {calls} {n}: {}", ended.stderr);
                break;
            }
            accounted(&format!("{what} at {calls} {n}"), &place, &ended, &scene);
        }
    });
}

/// The run ended with gaps (or before it began, where the source itself could not be looked at); what is not kept as it is in
/// the source has a gap.
fn accounted(what: &str, place: &Place, ended: &Ended, scene: &Scene) {
    if ended.code == Some(2) {
        // A root that can not be looked at: nothing was taken yet. If it was there a moment before, a resume takes it.
        let left = scene.judge(what, place, ended, true);
        assert!(left.durable.is_empty() && ended.stderr.contains("a source can not be walked"), "{what}");
        assert_eq!(ended.stderr.contains("nothing was read or written"), !place.case().exists(), "{what}");
        return scene.goes_on(what, place, &left);
    }
    assert_eq!(remains::verdict(&place.case()).state, (0, "whole".to_owned()), "{what}");
    let zip = real::zip(&place.case());
    let records = real::records(&zip);
    let gap_at = |path: &Path| {
        records.iter().any(|record| record["gaps"].is_array() && Path::new(record["path"].as_str().unwrap()) == path)
    };
    let mut gaps = 0;
    for (path, content) in &scene.payload {
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

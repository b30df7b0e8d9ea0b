//! Small real file systems that fill up, are pulled out, lose their power or fail: exit 2, no seal, and the whole when the
//! disk is back and the collection was resumed.
#![expect(clippy::disallowed_methods, reason = "a test makes and reads its own folders")]

mod disk;
mod fault;
mod real;
mod remains;
mod world;

use std::collections::BTreeMap;
use std::ffi::OsStr;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Stdio;
use std::time::{Duration, Instant};

use disk::{Disk, Kind};
use fault::quick_folder;
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

/// A source of some megabytes in some hundred files.
fn source(root: &Path) -> BTreeMap<PathBuf, Vec<u8>> {
    for n in 0..200_u32 {
        put(root, &format!("{}/{n}.bin", n % 7), noise(1_000 + 97 * n as usize, n));
    }
    put(root, "3/large.bin", noise(1_500_000, 7));
    remains::payload(root)
}

fn collect(source: &Path, out: &Path, more: &[&str]) -> Ended {
    let words: [&OsStr; 6] =
        ["collect".as_ref(), source.as_os_str(), "--out".as_ref(), out.as_os_str(), "--case".as_ref(), "c".as_ref()];
    hozen(&words.into_iter().chain(more.iter().map(OsStr::new)).collect::<Vec<_>>())
}

fn resume(case: &Path) -> Ended {
    hozen(&["collect".as_ref(), "--resume".as_ref(), case.as_os_str()])
}

/// Told as documented, and judged as an independent reader judges it.
fn broken_off(what: &str, ended: &Ended, case: &Path) -> remains::Remains {
    assert_eq!((ended.code, &*ended.stdout), (Some(2), ""), "{what}: {}", ended.stderr);
    assert!(ended.stderr.contains("what to do: "), "{what}: {}", ended.stderr);
    let left = remains::of(case);
    assert!(!left.is_sealed && !left.is_named, "{what}");
    left.judged(what, case);
    left
}

#[test]
fn a_disk_that_filled_up_is_gone_on_with_when_there_is_room() {
    if !real::is_root() {
        return;
    }
    for kind in [Kind::Memory, Kind::Ext4, Kind::ExFat] {
        let folder = quick_folder();
        let root = folder.path().join("source");
        let payload = source(&root);
        let disk = Disk::new(kind, folder.path(), 16 * 1024);
        // The last one is met behind the payload, when the bag is closed.
        for (free, code) in [(100, 2), (900, 2), (2_400, 2), (3_580, 2), (8_000, 0)] {
            let what = format!("{kind:?} with {free} KiB");
            let case = disk.at.join("c");
            disk.fill(free);
            let ended = collect(&root, &disk.at, &["--force"]);
            if code == 2 {
                let left = broken_off(&what, &ended, &case);
                assert!(ended.stderr.contains("full"), "{what}: {}", ended.stderr);
                // Still full: nothing is lost by trying.
                let again = resume(&case);
                assert_eq!(again.code, Some(2), "{what}: {}", again.stderr);
                let still = remains::of(&case);
                assert!(still.durable.starts_with(&left.durable) && !still.is_sealed, "{what}");
                disk.make_room();
                let ended = resume(&case);
                assert_eq!(ended.code, Some(0), "{what}: {}", ended.stderr);
                remains::is_the_whole(&case, &payload, &still.durable).unwrap_or_else(|why| panic!("{what}: {why}"));
            } else {
                assert_eq!(ended.code, Some(0), "{what}: {}", ended.stderr);
                disk.make_room();
            }
            fs::remove_dir_all(&case).unwrap();
        }
    }
}

/// Starts a collection, pulls its disk out when `is_time`, and waits for its end. The disk is put back before it returns.
fn pulled(source: &Path, disk: &Disk, is_time: impl Fn(Duration) -> bool) -> Ended {
    let hand = disk.hand();
    let mut command = real::command();
    command.arg("collect").arg(source).arg("--out").arg(&disk.at).args(["--case", "c", "--force"]);
    let child = command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
    let start = Instant::now();
    while !is_time(start.elapsed()) {
        assert!(start.elapsed() < Duration::from_secs(60), "it never came so far");
        std::thread::sleep(Duration::from_micros(500));
    }
    hand.pull();
    let ended = child.wait_with_output().unwrap().into();
    disk.put_back();
    ended
}

#[test]
fn a_disk_that_is_pulled_out_is_gone_on_with_when_it_is_back() {
    if !real::is_root() {
        return;
    }
    for kind in [Kind::Ext4, Kind::ExFat] {
        let folder = quick_folder();
        let root = folder.path().join("source");
        let payload = source(&root);
        let disk = Disk::new(kind, folder.path(), 64 * 1024);
        let case = disk.at.join("c");
        let start = Instant::now();
        assert_eq!(collect(&root, &disk.at, &["--force"]).code, Some(0));
        let whole_run = start.elapsed();
        fs::remove_dir_all(&case).unwrap();
        let mut codes = Vec::new();
        for n in [1, 3, 5, 7, 9] {
            let ended = pulled(&root, &disk, |passed| passed >= whole_run.mul_f64(f64::from(n) / 10.0));
            let what = format!("{kind:?} pulled at {n}/10: {}", ended.stderr);
            let left = remains::of(&case);
            left.judged(&what, &case);
            codes.push((ended.code, left.durable.len()));
            if ended.code == Some(0) {
                // It had said so: then it is on the medium.
                remains::is_the_whole(&case, &payload, &[]).unwrap_or_else(|why| panic!("{what}: {why}"));
            } else {
                assert_eq!(ended.code, Some(2), "{what}");
                if left.is_standing {
                    let resumed = resume(&case);
                    assert_eq!(resumed.code, Some(0), "{what}: {}", resumed.stderr);
                    remains::is_the_whole(&case, &payload, &left.durable).unwrap_or_else(|why| panic!("{what}: {why}"));
                }
            }
            fs::remove_dir_all(&case).ok();
        }
        println!("{kind:?}: {codes:?}");
        assert!(codes.iter().any(|(code, _)| *code == Some(2)), "{kind:?} was never pulled in time");
    }
}

/// What a checkpoint made durable is there after the power went, and what hozen called sealed is.
#[test]
fn a_power_cut_takes_nothing_that_was_made_durable() {
    if !real::is_root() {
        return;
    }
    let folder = quick_folder();
    let root = folder.path().join("source");
    for n in 0..4_300 {
        put(&root, &format!("a{}/{n}", n % 10), format!("{n}\n"));
    }
    let disk = Disk::new(Kind::Ext4, folder.path(), 64 * 1024);
    let case = disk.at.join("c");
    let hand = disk.hand();
    let ended = collect(&root, &disk.at, &["--force"]);
    assert_eq!(ended.code, Some(0), "{}", ended.stderr);
    hand.pull();
    disk.put_back();
    remains::is_the_whole(&case, &remains::payload(&root), &[]).unwrap();
    fs::remove_dir_all(&case).unwrap();
    // A long file behind the first checkpoint: the power goes while it is read.
    fs::File::create(root.join("z")).unwrap().set_len(2_000_000_000).unwrap();
    let partial = case.join("evidence/c-E001.zip.partial");
    let ended = pulled(&root, &disk, |_| fs::metadata(&partial).is_ok_and(|zip| zip.len() > 1_000_000));
    let left = remains::of(&case);
    assert!(left.durable.len() >= 4_096, "{} {}", left.durable.len(), ended.stderr);
    left.judged("cut", &case);
    fs::remove_file(root.join("z")).unwrap();
    let resumed = resume(&case);
    assert_eq!(resumed.code, Some(0), "{}", resumed.stderr);
    remains::is_the_whole(&case, &remains::payload(&root), &left.durable).unwrap();
}

/// The writes go well and the sync fails: what the kernel still remembers then is not what the medium has.
#[test]
fn a_medium_that_fails_behind_the_kernels_back_is_gone_on_with_when_it_is_mended() {
    if !real::is_root() {
        return;
    }
    let folder = quick_folder();
    let root = folder.path().join("source");
    let payload = source(&root);
    let mut seen = Vec::new();
    for free in [300, 3_500, 3_700, 3_900] {
        let place = tempfile::tempdir_in(folder.path()).unwrap();
        let disk = Disk::new(Kind::Thin, place.path(), 64 * 1024);
        let case = disk.at.join("c");
        disk.real_room(Some(free));
        let ended = collect(&root, &disk.at, &["--force"]);
        disk.real_room(None);
        disk.put_back();
        let what = format!("{free} KiB: {}", ended.stderr);
        let left = remains::of(&case);
        let state = left.judged(&what, &case);
        seen.push((free, ended.code, state, left.durable.len()));
        if left.is_standing {
            assert_eq!(ended.code, Some(2), "{what}");
            let resumed = resume(&case);
            assert_eq!(resumed.code, Some(0), "{what}: {}", resumed.stderr);
        }
        if left.is_standing || ended.code == Some(0) {
            remains::is_the_whole(&case, &payload, &left.durable).unwrap_or_else(|why| panic!("{what}: {why}"));
        }
    }
    println!("{seen:?}");
    assert!(seen.iter().any(|(_, code, ..)| *code == Some(2)), "{seen:?}");
}

#[test]
fn a_disk_that_may_not_be_written_is_told_before_anything_is_read() {
    if !real::is_root() {
        return;
    }
    let folder = quick_folder();
    let root = folder.path().join("source");
    put(&root, "a.txt", "a");
    let disk = Disk::new(Kind::Ext4, folder.path(), 8 * 1024);
    real::tool(Path::new("/"), &format!("mount -o remount,ro '{}'", disk.at.display()));
    for (lang, text) in [("en", "can not be used"), ("ja", "使えません")] {
        let ended = collect(&root, &disk.at, &["--lang", lang]);
        assert_eq!(ended.code, Some(2), "{}", ended.stderr);
        assert!(ended.stderr.contains(text) && ended.stderr.contains(&*disk.at.to_string_lossy()), "{}", ended.stderr);
    }
}

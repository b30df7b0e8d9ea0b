//! Counting people at a size: what is set aside changes no number, memory stays within its limits, and a disk that fails ends the run with no number at all.
#![expect(clippy::disallowed_methods, reason = "a test may write to its own temporary folder")]

mod fault;
mod real;
mod remains;
mod world;

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::path::Path;

use fault::Fault;
use real::Ended;

/// What `bench count` told.
fn told(ended: &Ended) -> BTreeMap<String, f64> {
    assert_eq!((ended.code, ended.stderr.as_str()), (Some(0), ""));
    let line = |line: &str| line.split_once('\t').map(|(what, value)| (what.to_owned(), value.parse().unwrap()));
    ended.stdout.lines().map(|text| line(text).unwrap()).collect()
}

fn count(records: u64, spool: Option<&Path>) -> BTreeMap<String, f64> {
    let records = records.to_string();
    let mut words = vec!["bench", "count", "--records", &records];
    if let Some(folder) = spool {
        words.extend(["--spool", folder.to_str().unwrap()]);
    }
    told(&real::hozen(&words))
}

const NUMBERS: [&str; 6] = ["identifiers", "distinct values", "files", "at least", "estimate", "at most"];

#[test]
fn what_is_set_aside_on_a_disk_changes_no_number() {
    let folder = tempfile::tempdir().unwrap();
    let (held, spooled) = (count(40_000, None), count(40_000, Some(folder.path())));
    for what in NUMBERS {
        assert_eq!(held[what], spooled[what], "{what}");
    }
    // More than waits in memory, so it went to a file.
    assert!(spooled["record bytes"] > 4.5e6 && held["finds beyond"] == 0.0, "{spooled:?}");
    assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 0);
}

#[test]
fn memory_is_kept_and_beyond_it_the_bounds_hold() {
    let folder = tempfile::tempdir().unwrap();
    let (alone, whole) = (count(160_000, None), count(160_000, Some(folder.path())));
    println!("alone: {alone:?}\nwith a folder: {whole:?}");
    assert!(alone["finds beyond"] > 0.0 && whole["finds beyond"] == 0.0);
    assert!(alone["at least"] <= whole["at least"] && whole["at most"] <= alone["at most"]);
    for told in [&alone, &whole] {
        assert!(told["at least"] <= told["estimate"] && told["estimate"] <= told["at most"]);
        assert!(told["peak bytes"] < 112.0 * 1024.0 * 1024.0, "{told:?}");
    }
}

/// A file that may be so long and no longer.
#[test]
fn a_disk_that_is_full_ends_the_count_without_a_number() {
    let folder = tempfile::tempdir().unwrap();
    let spool = folder.path().to_str().unwrap();
    for (limit, lang, said) in [
        (4_200_000, "en", "error: people could not be counted, so there is no number"),
        (5_500_000, "en", "because: what was set aside to count people could not be written"),
        (5_900_000, "ja", "人数を数えられませんでした"),
    ] {
        let mut command = real::in_shell(&format!("exec prlimit --fsize={limit} \"$@\""));
        let ended = real::run(command.args(["bench", "count", "--records", "40000", "--spool", spool, "--lang", lang]));
        assert_eq!((ended.code, ended.stdout.as_str()), (Some(2), ""), "{limit}: {}", ended.stderr);
        assert!(ended.stderr.contains(said), "{limit}: {}", ended.stderr);
    }
}

#[test]
fn any_read_of_it_that_fails_ends_the_count_without_a_number() {
    let folder = tempfile::tempdir().unwrap();
    let words = ["bench", "count", "--records", "40000", "--spool", folder.path().to_str().unwrap()];
    let mut met = 0;
    // The first are the loader's, which reads libraries.
    for n in [20, 40, 90, 150, 300, 60_000] {
        let (ended, is_met) = fault::run(&Fault::nth("pread64", "error=EIO", n), &words);
        met += usize::from(is_met);
        assert_eq!(ended.code, Some(if is_met { 2 } else { 0 }), "{n}: {}", ended.stderr);
        if is_met {
            assert_eq!(ended.stdout, "");
            assert!(
                ended.stderr.contains("what was set aside to count people could not be read back"),
                "{}",
                ended.stderr
            );
        }
    }
    assert!(met > 3, "{met}");
}

/// The same in a scan, which has much else to write.
#[test]
fn a_scan_whose_count_finds_no_room_on_the_disk_says_so() {
    let folder = tempfile::tempdir().unwrap();
    let (source, spool) = (folder.path().join("members.csv"), folder.path().join("spool"));
    std::fs::create_dir(&spool).unwrap();
    let mut text = "mail,tel\n".to_owned();
    for number in 0..120_000 {
        writeln!(text, "user{number}@example.jp,090-{:04}-{:04}", number / 9_000 + 1_000, number % 9_000 + 1_000)
            .unwrap();
    }
    std::fs::write(&source, text).unwrap();
    let mut command = real::in_shell("exec prlimit --fsize=4300000 \"$@\"");
    let words = ["scan", source.to_str().unwrap(), "--spool", spool.to_str().unwrap()];
    let ended = real::run(command.args(words));
    assert_eq!(ended.code, Some(2), "{}", ended.stderr);
    assert!(ended.stderr.contains("people could not be counted, so there is no number"), "{}", ended.stderr);
    assert!(!ended.stdout.contains("people"), "{}", ended.stdout);
}

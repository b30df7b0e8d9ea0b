//! A run that can not reach its end (a full disk, an interrupt, a crash) says so, keeps what it has, and seals nothing.
#![expect(clippy::disallowed_methods, reason = "a test makes and reads its own folders")]

mod real;
mod world;

use std::ffi::OsStr;
use std::fs;
use std::io::Read;
use std::path::{Path, PathBuf};
use std::process::{Child, Stdio};
use std::time::{Duration, Instant};

use real::{Ended, Mounted, hozen};
use rustix::process::{Pid, Signal, kill_process};
use world::put;

/// Bytes that do not compress.
fn noise(length: usize) -> Vec<u8> {
    let mut seed = 7u32;
    std::iter::repeat_with(|| {
        seed = seed.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
        (seed >> 24) as u8
    })
    .take(length)
    .collect()
}

fn place() -> (tempfile::TempDir, PathBuf, PathBuf) {
    let folder = tempfile::tempdir().unwrap();
    let (source, out) = (folder.path().join("source"), folder.path().join("out"));
    put(&source, "a.txt", "a@example.jp\n");
    put(&source, "b/noise", noise(6_000_000));
    fs::create_dir(&out).unwrap();
    (folder, source, out)
}

/// Nothing is sealed, something is kept, and `verify` says that it is not whole.
fn unsealed(case: &Path) {
    let mut names: Vec<String> = fs::read_dir(case.join("evidence"))
        .unwrap()
        .map(|name| name.unwrap().file_name().into_string().unwrap())
        .collect();
    names.sort();
    assert_eq!(names, ["c-E001.journal.jsonl", "c-E001.orders.json", "c-E001.zip.partial"]);
    let partial = fs::read(case.join("evidence/c-E001.zip.partial")).unwrap();
    let member = b"a@example.jp\n";
    assert!(partial.windows(member.len()).any(|window| window == member), "what was preserved is kept");
    let journal = fs::read_to_string(case.join("evidence/c-E001.journal.jsonl")).unwrap();
    assert!(journal.lines().any(|line| line.contains("a.txt") && line.contains("sha256")), "{journal}");
    let verified = hozen(&["verify".as_ref(), case.as_os_str(), "--format".as_ref(), "json".as_ref()]);
    assert_eq!((verified.code, verified.json()["ok"].as_bool()), (Some(4), Some(false)), "{}", verified.stdout);
    assert!(verified.stdout.contains("broken off: it is not sealed"), "{}", verified.stdout);
    assert!(matches!(verified.json()["state"].as_str(), Some("incomplete" | "torn")), "{}", verified.stdout);
    let zip = case.join("evidence/c-E001.zip.partial");
    assert_eq!(hozen(&["verify".as_ref(), zip.as_os_str()]).code, Some(4));
}

fn told(ended: &Ended, code: i32, texts: &[&str]) {
    assert_eq!(ended.code, Some(code), "{}{}", ended.stdout, ended.stderr);
    assert_eq!(ended.stdout, "", "no answer, not half of one");
    for text in texts {
        assert!(ended.stderr.contains(text), "{text:?} is not in: {}", ended.stderr);
    }
}

#[test]
fn a_disk_that_is_too_small_is_told_before_anything_is_made_and_when_forced_it_fills_up() {
    if !real::is_root() {
        return;
    }
    let (_folder, source, out) = place();
    let _mount = Mounted::tmpfs(&out, "3m");
    for (lang, space, full, next) in [
        ("en", " free; the source may need ", "error: the output disk is full", "it is not sealed"),
        ("ja", "最大で", "エラー: 出力先のディスクが満杯です", "封印はされていません"),
    ] {
        for verb in ["collect", "respond"] {
            let words = [
                OsStr::new(verb),
                source.as_os_str(),
                "--out".as_ref(),
                out.as_os_str(),
                "--case".as_ref(),
                "c".as_ref(),
                "--lang".as_ref(),
                lang.as_ref(),
            ];
            told(&hozen(&words), 2, &[space]);
            assert_eq!(fs::read_dir(&out).unwrap().count(), 0, "nothing was made");
            let ended = hozen(&[&words[..], &["--force".as_ref()]].concat());
            told(&ended, 2, &[full, next]);
            unsealed(&out.join("c"));
            fs::remove_dir_all(out.join("c")).unwrap();
        }
    }
}

#[test]
fn a_full_disk_at_any_moment_leaves_no_seal_or_a_whole_one() {
    if !real::is_root() {
        return;
    }
    let (_folder, source, out) = place();
    fs::write(source.join("b/noise"), noise(100_000)).unwrap();
    let mut sealed = 0;
    for pages in (8..120).step_by(4) {
        let _mount = Mounted::tmpfs(&out, &format!("{}k", pages * 4));
        let ended = hozen(&[
            "respond".as_ref(),
            source.as_os_str(),
            "--out".as_ref(),
            out.as_os_str(),
            "--case".as_ref(),
            "c".as_ref(),
            "--force".as_ref(),
        ]);
        if ended.code != Some(2) {
            assert!(matches!(ended.code, Some(0 | 3)), "{pages}: {}", ended.stderr);
            continue;
        }
        let zip = real::zip(&out.join("c"));
        // From its event on it is sealed, also where there was no room left to give it its name.
        let chain = fs::read_to_string(out.join("c/custody/custody.jsonl")).unwrap_or_default();
        let is_sealed = chain.contains(r#""act":"seal""#);
        sealed += u32::from(is_sealed);
        assert!(ended.stderr.contains("full"), "{pages}: {}", ended.stderr);
        assert_eq!(ended.stderr.contains("the evidence is sealed and whole"), is_sealed, "{pages}: {}", ended.stderr);
        if zip.exists() {
            assert!(is_sealed, "{pages}");
            assert_eq!(hozen(&["verify".as_ref(), zip.as_os_str()]).code, Some(0), "{pages}");
        }
    }
    assert!(sealed > 0, "no size was between the seal and the report");
}

#[test]
fn a_limit_on_file_sizes_is_told_and_does_not_kill() {
    let (_folder, source, out) = place();
    for (lang, text) in [("en", "the output disk takes no larger file"), ("ja", "これ以上大きいファイルを書けません")]
    {
        let mut command = real::in_shell("ulimit -f 2000; exec \"$@\"");
        command.arg("collect").arg(&source).arg("--out").arg(&out).args(["--case", "c", "--lang", lang]);
        told(&real::run(&mut command), 2, &[text, "4 GiB"]);
        unsealed(&out.join("c"));
        fs::remove_dir_all(out.join("c")).unwrap();
    }
}

/// Starts hozen on a source that takes long, and waits until it is in the middle of it.
fn started(words: &[&OsStr], until: impl Fn() -> bool) -> Child {
    let child = real::command().args(words).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
    let start = Instant::now();
    while !until() {
        assert!(start.elapsed() < Duration::from_secs(60), "it never came so far");
        std::thread::sleep(Duration::from_millis(5));
    }
    child
}

fn signal(child: &Child, signal: Signal) {
    kill_process(Pid::from_child(child), signal).unwrap();
}

fn ended(mut child: Child, within: Duration) -> Ended {
    let start = Instant::now();
    while child.try_wait().unwrap().is_none() {
        assert!(start.elapsed() < within, "it did not end");
        std::thread::sleep(Duration::from_millis(5));
    }
    child.wait_with_output().unwrap().into()
}

/// A source whose second file is long: 3 GB of lines, most of them a hole.
fn long(source: &Path) {
    let file = fs::File::create(source.join("z-long.log")).unwrap();
    file.set_len(3_000_000_000).unwrap();
}

#[test]
fn an_interrupt_in_the_middle_of_a_file_ends_soon_and_keeps_what_there_is() {
    let (_folder, source, out) = place();
    long(&source);
    let partial = out.join("c/evidence/c-E001.zip.partial");
    for (verb, lang, text) in
        [("respond", "en", "interrupted; no seal was made"), ("collect", "ja", "中断しました。封印はされていません")]
    {
        for sent in [Signal::INT, Signal::TERM] {
            let words = [
                OsStr::new(verb),
                source.as_os_str(),
                "--out".as_ref(),
                out.as_os_str(),
                "--case".as_ref(),
                "c".as_ref(),
                "--lang".as_ref(),
                lang.as_ref(),
                "--force".as_ref(),
            ];
            let child = started(&words, || fs::metadata(&partial).is_ok_and(|partial| partial.len() > 5_000_000));
            signal(&child, sent);
            told(&ended(child, Duration::from_secs(10)), 130, &[text]);
            unsealed(&out.join("c"));
            fs::remove_dir_all(out.join("c")).unwrap();
        }
    }
}

#[test]
fn an_interrupted_scan_ends_soon_and_keeps_its_findings() {
    let (folder, source, _) = place();
    long(&source);
    let findings = folder.path().join("f.jsonl");
    let words = [
        "scan".as_ref(),
        source.as_os_str(),
        "--findings".as_ref(),
        findings.as_os_str(),
        "--threads".as_ref(),
        "1".as_ref(),
    ];
    let child = started(&words, || findings.exists());
    std::thread::sleep(Duration::from_millis(1_500));
    signal(&child, Signal::INT);
    told(&ended(child, Duration::from_secs(10)), 130, &["interrupted"]);
    assert!(fs::read_to_string(&findings).unwrap().contains("a.txt"), "what was found is kept");
}

#[test]
fn a_killed_collection_leaves_no_sealed_zip_and_verify_says_so() {
    let (_folder, source, out) = place();
    // Enough that the first part of it was made durable.
    put(&source, "c/noise", noise(70_000_000));
    long(&source);
    let partial = out.join("c/evidence/c-E001.zip.partial");
    let words = [
        "collect".as_ref(),
        source.as_os_str(),
        "--out".as_ref(),
        out.as_os_str(),
        "--case".as_ref(),
        "c".as_ref(),
        "--force".as_ref(),
    ];
    let child = started(&words, || fs::metadata(&partial).is_ok_and(|partial| partial.len() > 77_000_000));
    signal(&child, Signal::KILL);
    let killed = child.wait_with_output().unwrap();
    assert_eq!(killed.status.code(), None);
    unsealed(&out.join("c"));
}

#[test]
fn nobody_reading_is_no_reason_to_lose_a_case() {
    let (_folder, source, out) = place();
    let mut command = real::command();
    command.arg("respond").arg(&source).arg("--out").arg(&out).args(["--case", "c"]);
    let mut child = command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
    drop(child.stdout.take());
    let mut said = String::new();
    child.stderr.take().unwrap().read_to_string(&mut said).unwrap();
    assert_eq!(child.wait().unwrap().code(), Some(2), "{said}");
    assert!(said.contains("a case that was made is complete"), "{said}");
    assert_eq!(hozen(&["verify".as_ref(), out.join("c").as_os_str()]).code, Some(0));
    // With stderr gone too: the exit code speaks.
    let script = "\"$@\" 2>&- >/dev/null; echo $?";
    let mut command = real::in_shell(script);
    command.arg("collect").arg(&source).arg("--out").arg(&out).args(["--case", "d"]);
    assert_eq!(real::run(&mut command).stdout, "0\n");
}

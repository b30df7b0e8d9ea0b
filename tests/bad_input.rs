//! What a wrong command line gets: a clear message in both languages, the documented exit code, and nothing made.
#![expect(clippy::disallowed_methods, reason = "a test makes and reads its own folders")]

mod real;
mod world;

use std::ffi::{OsStr, OsString};
use std::fs;
use std::os::unix::fs::{PermissionsExt, symlink};
use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};

use real::{Ended, Mounted, hozen};
use world::put;

/// A folder with a source in it.
fn place() -> (tempfile::TempDir, PathBuf, PathBuf) {
    let folder = tempfile::tempdir().unwrap();
    let (source, out) = (folder.path().join("source"), folder.path().join("out"));
    put(&source, "a.txt", "山田太郎 a@example.jp\n");
    put(&source, "sub/b.txt", "03-1234-5678\n");
    (folder, source, out)
}

fn args<const N: usize>(words: [&dyn AsRef<OsStr>; N]) -> Vec<OsString> {
    words.iter().map(|word| word.as_ref().to_owned()).collect()
}

/// Runs in both languages; the code must be `code`, and stderr must hold the texts.
fn both(arguments: &[OsString], code: i32, en: &[&str], ja: &[&str]) {
    for (lang, texts) in [("en", en), ("ja", ja)] {
        let ended = hozen(&[arguments, &["--lang".into(), lang.into()]].concat());
        assert_eq!(ended.code, Some(code), "{}{}", ended.stdout, ended.stderr);
        for text in texts {
            assert!(ended.stderr.contains(text), "{lang}: {text:?} is not in: {}", ended.stderr);
        }
        let next = if lang == "en" { "what to do: " } else { "対処: " };
        assert!(ended.stderr.contains(next), "{}", ended.stderr);
        once(&ended);
    }
}

/// No cause is told twice.
fn once(ended: &Ended) {
    let mut causes: Vec<&str> = ended.stderr.lines().filter(|line| line.starts_with("  ")).collect();
    let count = causes.len();
    causes.sort_unstable();
    causes.dedup();
    assert_eq!(causes.len(), count, "{}", ended.stderr);
}

fn is_empty_or_missing(folder: &Path) -> bool {
    fs::read_dir(folder).map_or(true, |mut names| names.next().is_none())
}

#[test]
fn a_path_that_does_not_exist_makes_nothing() {
    let (folder, source, out) = place();
    let missing = folder.path().join("no\u{1b}such");
    for verb in ["collect", "respond"] {
        let words = args([&verb, &source, &missing, &"--out", &out]);
        both(
            &words,
            2,
            &["error: a source can not be walked", r"no\u{1b}such", "nothing was read or written"],
            &["対象を読み取れません"],
        );
        assert!(!out.exists());
    }
    let findings = folder.path().join("f.jsonl");
    let words = args([&"scan", &missing, &"--findings", &findings]);
    both(&words, 2, &["a source can not be walked"], &["対象を読み取れません"]);
    assert!(!findings.exists());
    both(&args([&"verify", &missing]), 2, &["can not be read", "nothing was changed"], &["を読み取れません"]);
}

#[test]
fn an_empty_path_is_refused() {
    let (folder, _, _) = place();
    let out = folder.path().join("out");
    for verb in ["collect", "respond", "scan"] {
        let mut words = args([&verb, &""]);
        if verb != "scan" {
            words.extend(args([&"--out", &out]));
        }
        let ended = hozen(&words);
        assert_eq!(ended.code, Some(2), "{}", ended.stderr);
        assert!(ended.stderr.contains("PATH"), "{}", ended.stderr);
        assert!(!out.exists());
    }
}

#[test]
fn a_bad_case_id_is_refused_before_anything_is_made() {
    let (_folder, source, out) = place();
    for id in ["", "../x", "a/b", "a b", "事案", "-x", "a\nb", &"x".repeat(65)] {
        let id = format!("--case={id}");
        let words = args([&"collect", &source, &"--out", &out, &id]);
        both(&words, 2, &["can not name a case"], &["に使えません"]);
    }
    assert!(!out.exists());
}

#[test]
fn a_case_that_exists_is_left_alone() {
    let (_folder, source, out) = place();
    put(&out, "old/kept", b"kept");
    let words = args([&"collect", &source, &"--out", &out, &"--case", &"old"]);
    both(&words, 2, &["exists already; nothing in it was touched"], &["はすでにあります"]);
    assert_eq!(fs::read_dir(out.join("old")).unwrap().count(), 1);
    // A link that leads nowhere is something, too.
    symlink("/no/where", out.join("link")).unwrap();
    let words = args([&"collect", &source, &"--out", &out, &"--case", &"link"]);
    both(&words, 2, &["exists already"], &["はすでにあります"]);
}

#[test]
fn output_inside_the_source_is_refused_and_nothing_is_made_in_it() {
    let (folder, source, _) = place();
    symlink(&source, folder.path().join("link")).unwrap();
    for out in ["source", "source/sub", "source/new/deeper", "link/new", "source/../source/x"] {
        let out = folder.path().join(out);
        for verb in ["collect", "respond"] {
            let words = args([&verb, &source, &"--out", &out]);
            both(&words, 2, &["lies inside the source", "--force"], &["の中にあります", "--force"]);
        }
    }
    let findings = source.join("f.jsonl");
    let out = folder.path().join("out");
    let words = args([&"respond", &source, &"--out", &out, &"--findings", &findings]);
    both(&words, 2, &["f.jsonl lies inside the source"], &["の中にあります"]);
    assert_eq!(fs::read_dir(&source).unwrap().count(), 2, "nothing was made in the source");
    assert!(!out.exists());
}

#[test]
fn forced_output_inside_the_source_is_left_out_with_a_gap_and_does_not_grow_without_end() {
    let (_folder, source, _) = place();
    let (out, findings) = (source.join("sub/out"), source.join("f.jsonl"));
    let words = args([&"respond", &source, &"--out", &out, &"--case", &"c", &"--findings", &findings, &"--force"]);
    let ended = hozen(&[words, args([&"--format", &"json"])].concat());
    assert_eq!(ended.code, Some(3), "{}", ended.stderr);
    let gaps = ended.json()["collect"]["gaps"].clone();
    let own: Vec<&str> = gaps.as_array().unwrap().iter().map(|gap| gap["path"].as_str().unwrap()).collect();
    assert_eq!(own, [findings.to_str().unwrap(), out.join("c").to_str().unwrap()]);
    assert!(gaps.as_array().unwrap().iter().all(|gap| gap["kind"] == "own_output"), "{gaps}");
    assert_eq!(ended.json()["collect"]["files"], 2);
    assert_eq!(fs::read_to_string(&findings).unwrap().lines().count(), 3, "a name, an address, a number");
    assert_eq!(hozen(&args([&"verify", &out.join("c")])).code, Some(0));
    // A findings file beside what is scanned is not scanned.
    let ended =
        hozen(&args([&"scan", &source.join("sub/b.txt"), &source.join("a.txt"), &"--findings", &source.join("g")]));
    assert_eq!(ended.code, Some(0), "{}", ended.stderr);
    let ended = hozen(&args([&"scan", &source, &"--findings", &source.join("h"), &"--format", &"json"]));
    let gaps = ended.json()["gaps"].to_string();
    assert!(gaps.contains("own_output") && gaps.contains("source/h"), "{gaps}");
}

#[test]
fn output_on_the_source_s_file_system_is_warned_of_and_recorded() {
    let (_folder, source, out) = place();
    for (lang, text) in [
        ("en", "warning: the output lies on the same file system"),
        ("ja", "警告: 出力先が保全対象と同じファイルシステム"),
    ] {
        let words = args([&"respond", &source, &"--out", &out, &"--case", &lang, &"--lang", &lang]);
        let ended = hozen(&words);
        assert_eq!(ended.code, Some(0), "{}", ended.stderr);
        assert!(ended.stderr.contains(text), "{}", ended.stderr);
        let acquisition: serde_json::Value =
            serde_json::from_slice(&real::member(&real::zip(&out.join(lang)), "custody/acquisition.json")).unwrap();
        assert_eq!(acquisition["output_on_source_disk"][0], source.to_str().unwrap());
        let report = fs::read_to_string(out.join(lang).join("report/report.json")).unwrap();
        assert!(report.contains("output_on_source_disk") || report.contains("OutputOnSourceDisk"), "{report}");
    }
    let quiet = hozen(&args([&"collect", &source, &"--out", &out, &"--case", &"q", &"--force"]));
    assert!(!quiet.stderr.contains("warning"), "{}", quiet.stderr);
}

#[test]
fn a_disk_that_is_mounted_below_the_source_may_take_the_output() {
    if !real::is_root() {
        return;
    }
    let (_folder, source, _) = place();
    fs::create_dir(source.join("usb")).unwrap();
    let mount = Mounted::tmpfs(&source.join("usb"), "64m");
    let words = args([&"collect", &source, &"--out", &mount.0, &"--case", &"c", &"--format", &"json"]);
    let ended = hozen(&words);
    assert_eq!(ended.code, Some(3), "{}", ended.stderr);
    assert_eq!(ended.json()["gaps"][0]["kind"], "other_file_system");
    assert!(!ended.stderr.contains("same file system"), "{}", ended.stderr);
    // Asked to walk into it as well, the output would be its own source.
    let words = args([&"collect", &source, &"--out", &mount.0, &"--cross-file-systems"]);
    both(&words, 2, &["lies inside the source"], &["の中にあります"]);
}

#[test]
fn paths_may_be_relative_and_folders_are_made() {
    let (folder, _, out) = place();
    let words = ["respond", "source", "--out", "out/new", "--case", "c", "--findings", "f.jsonl"];
    let ended = real::run(real::command().args(words).current_dir(folder.path()));
    assert_eq!(ended.code, Some(0), "{}", ended.stderr);
    assert_eq!(fs::read_to_string(folder.path().join("f.jsonl")).unwrap().lines().count(), 3);
    let case = out.join("new/c");
    let names: Vec<String> =
        real::records(&real::zip(&case)).iter().map(|record| record["path"].as_str().unwrap().to_owned()).collect();
    assert_eq!(names, ["source", "source/a.txt", "source/sub", "source/sub/b.txt"]);
    assert_eq!(fs::metadata(&case).unwrap().permissions().mode() & 0o7777, 0o700);
    let ended = real::run(real::command().args(["verify", "out/new/c"]).current_dir(folder.path()));
    assert_eq!(ended.code, Some(0), "{}{}", ended.stdout, ended.stderr);
}

#[test]
fn a_source_that_another_covers_is_told_and_recorded() {
    let (_folder, source, out) = place();
    let ended = hozen(&args([&"collect", &source, &source.join("sub"), &"--out", &out, &"--case", &"c"]));
    assert_eq!(ended.code, Some(0), "{}", ended.stderr);
    assert!(ended.stderr.contains("it is covered by"), "{}", ended.stderr);
    let zip = real::zip(&out.join("c"));
    let acquisition: serde_json::Value =
        serde_json::from_slice(&real::member(&zip, "custody/acquisition.json")).unwrap();
    assert_eq!(acquisition["skipped"][0]["path"], source.join("sub").to_str().unwrap());
    assert_eq!(real::records(&zip).len(), 4);
}

#[test]
fn findings_go_to_a_new_file_in_an_existing_folder_only() {
    let (folder, source, out) = place();
    put(folder.path(), "old.jsonl", b"old");
    for findings in ["old.jsonl", "missing/f.jsonl"] {
        let findings = folder.path().join(findings);
        for verb in ["respond", "scan"] {
            let mut words = args([&verb, &source, &"--findings", &findings]);
            if verb == "respond" {
                words.extend(args([&"--out", &out]));
            }
            both(&words, 2, &["the findings file", "nothing was read yet"], &["検出結果ファイル"]);
        }
    }
    assert!(!out.exists());
    assert_eq!(fs::read(folder.path().join("old.jsonl")).unwrap(), b"old");
    let ended = hozen(&args([&"scan", &source, &"--spool", &folder.path().join("no")]));
    assert_eq!(
        ended.code,
        Some(0),
        "a spool folder is made by nobody, but its parent can be written: {}",
        ended.stderr
    );
}

#[test]
fn an_output_that_can_not_be_written_is_told_before_the_sources_are_surveyed() {
    let (folder, source, _) = place();
    put(folder.path(), "file", b"");
    let words = args([&"collect", &source, &"--out", &folder.path().join("file")]);
    both(&words, 2, &["the output folder", "can not be used"], &["出力先", "を使えません"]);
    let words = args([&"collect", &source, &"--out", &folder.path().join("file/x")]);
    both(&words, 2, &["can not be used"], &["を使えません"]);
    if !real::is_root() {
        return;
    }
    fs::set_permissions(folder.path(), fs::Permissions::from_mode(0o755)).unwrap();
    let out = folder.path().join("locked");
    fs::create_dir(&out).unwrap();
    for (lang, text) in [("en", "can not be used"), ("ja", "を使えません")] {
        let words = args([&"collect", &source, &"--out", &out, &"--lang", &lang]);
        let ended = real::run(real::command().args(words).uid(65_534).gid(65_534));
        assert_eq!(ended.code, Some(2), "{}", ended.stderr);
        assert!(ended.stderr.contains(text) && !ended.stderr.contains("entries,"), "{}", ended.stderr);
    }
    assert!(is_empty_or_missing(&out));
}

#[test]
fn keys_that_can_not_sign_are_refused_before_anything_is_made() {
    let (folder, source, out) = place();
    let keys = folder.path();
    real::tool(keys, "ssh-keygen -q -t ed25519 -N secret -f locked; ssh-keygen -q -t rsa -b 2048 -N '' -f rsa");
    real::tool(
        keys,
        "ssh-keygen -q -t ed25519 -N '' -f good; head -c 300 /dev/urandom > garbage; : > empty; mkfifo pipe",
    );
    for key in ["rsa", "garbage", "empty", "pipe", "missing", "."] {
        let words = args([&"collect", &source, &"--out", &out, &"--sign-key", &keys.join(key)]);
        both(&words, 2, &["the key ", "can not be used", "ed25519"], &["鍵 ", "を使えません"]);
        assert!(!out.exists(), "{key}");
    }
    // A public key asks for its agent, an encrypted one for its passphrase.
    let words = args([&"collect", &source, &"--out", &out, &"--sign-key", &keys.join("good.pub")]);
    both(&words, 2, &["the key ", "ssh-add"], &["鍵 ", "ssh-add"]);
    let locked = keys.join("locked");
    let words = args([&"collect", &source, &"--out", &out, &"--sign-key", &locked, &"--passphrase-fd", &"987"]);
    both(&words, 2, &["the passphrase of the key ", "--passphrase-fd"], &["のパスフレーズを読み取れません"]);
    assert!(!out.exists());
    let words = args([&"collect", &source, &"--out", &out, &"--sign-key", &keys.join("good"), &"--case", &"c"]);
    assert_eq!(hozen(&words).code, Some(0));
    assert!(!out.join("c/secret/sign.key").exists(), "the user's own key is not copied into the case");
    let allowed = String::from_utf8(real::member(&real::zip(&out.join("c")), "allowed_signers")).unwrap();
    let public = fs::read_to_string(keys.join("good.pub")).unwrap();
    assert!(allowed.contains(public.split(' ').nth(1).unwrap()), "{allowed}");
}

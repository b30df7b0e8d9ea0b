//! `--digest`: further digests of every file in the same pass, judged by the stock tool of each, through resume, copy and
//! hand-over, and the same bytes at any number of threads.
#![expect(clippy::disallowed_methods, reason = "a test makes and reads its own folders")]

mod real;
mod world;

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Stdio;
use std::time::{Duration, Instant};

use hozen::model::Lang;
use real::tool;
use world::put;

const ALL: &str = "md5,sha1,sha512,blake3";
/// The tool that makes each of them; all of Debian.
const TOOLS: [(&str, &str); 4] = [("sha1", "sha1sum"), ("md5", "md5sum"), ("sha512", "sha512sum"), ("blake3", "b3sum")];

/// Bytes that do not compress and are the same every time.
fn noise(length: usize) -> Vec<u8> {
    let mut seed = 7_u32;
    let next = || {
        seed = seed.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
        (seed >> 24) as u8
    };
    std::iter::repeat_with(next).take(length).collect()
}

/// Files of every kind that is kept, and some that are not.
fn tree(root: &Path) {
    put(root, "plain.txt", "plain text\n".repeat(40));
    put(root, "名簿 1.csv", "氏名,電話\n架空太郎,03-0000-0000\n");
    put(root, "empty", "");
    put(root, "edge", vec![7; 262_144]);
    put(root, "large.bin", noise(3_000_000));
    put(root, "odd \\ \"stored\":\"x\",\"outcome\":\"kept\" $HOME `x` %41", "odd name");
    put(root, "deep/er/a:b", "colon");
    fs::hard_link(root.join("plain.txt"), root.join("second name.txt")).unwrap();
    std::os::unix::fs::symlink("plain.txt", root.join("link")).unwrap();
    let sparse = fs::File::create(root.join("sparse")).unwrap();
    sparse.set_len(5_000_000).unwrap();
    std::os::unix::fs::FileExt::write_at(&sparse, b"in the middle", 2_000_000).unwrap();
}

struct Made {
    folder: tempfile::TempDir,
    source: PathBuf,
}

impl Made {
    fn case(&self) -> PathBuf {
        self.folder.path().join("out/C")
    }

    fn zip(&self) -> PathBuf {
        real::zip(&self.case())
    }

    fn acquisition(&self) -> serde_json::Value {
        serde_json::from_slice(&real::member(&self.zip(), "custody/acquisition.json")).unwrap()
    }
}

fn collect(more: &[&str]) -> (Made, serde_json::Value) {
    let folder = tempfile::tempdir().unwrap();
    let source = folder.path().join("src");
    tree(&source);
    let mut command = real::command();
    command.arg("collect").arg(&source).arg("--out").arg(folder.path().join("out")).args(["--case", "C"]);
    let ended = real::run(command.args(["--format", "json"]).args(more));
    assert_eq!(ended.code, Some(0), "{}", ended.stderr);
    (Made { folder, source }, ended.json())
}

fn verified(path: &Path) -> (Option<i32>, String) {
    let ended = real::hozen(&["verify".as_ref(), path.as_os_str(), "--format".as_ref(), "json".as_ref()]);
    (ended.code, ended.json()["state"].as_str().unwrap().to_owned())
}

#[test]
fn every_digest_is_the_one_that_its_own_tool_makes_of_the_source() {
    let (made, result) = collect(&["--digest", ALL]);
    assert_eq!(result["digests"], serde_json::json!(["sha256", "sha1", "md5", "sha512", "blake3"]));
    assert_eq!(made.acquisition()["digests"], result["digests"]);
    let mut kinds: BTreeMap<String, u64> = BTreeMap::new();
    for record in real::records(&made.zip()) {
        let outcome = record["outcome"].as_str().unwrap().to_owned();
        *kinds.entry(outcome.clone()).or_default() += 1;
        if outcome == "recorded" {
            assert!(record.get("digests").is_none(), "a folder or link has no content: {record}");
            continue;
        }
        let path = data_encoding::BASE64.decode(record["path_b64"].as_str().unwrap().as_bytes()).unwrap();
        let path = String::from_utf8(path).unwrap();
        for (name, with) in TOOLS.into_iter().chain([("sha256", "sha256sum")]) {
            let said = std::process::Command::new(with).stdin(fs::File::open(&path).unwrap()).output().unwrap();
            let due = String::from_utf8(said.stdout).unwrap();
            let found = if name == "sha256" { &record["sha256"] } else { &record["digests"][name] };
            assert_eq!(found.as_str(), due.split_whitespace().next(), "{name} {path}");
        }
    }
    assert_eq!(kinds, BTreeMap::from([("kept".into(), 8), ("linked".into(), 1), ("recorded".into(), 4)]));
    let case = made.case();
    let ended = real::hozen(&["verify".as_ref(), case.as_os_str(), "--format".as_ref(), "json".as_ref()]);
    assert_eq!((ended.code, &ended.json()["checked"][0]["digests"]), (Some(0), &result["digests"]));
    for (lang, word) in [("en", "digests"), ("ja", "ダイジェスト")] {
        let ended = real::hozen(&["verify".as_ref(), case.as_os_str(), "--lang".as_ref(), lang.as_ref()]);
        assert!(ended.stdout.contains(&format!("{word} sha256, sha1, md5, sha512, blake3\n")), "{}", ended.stdout);
    }
}

#[test]
fn live_state_and_a_giant_of_holes_have_the_digests_of_what_was_kept() {
    let folder = tempfile::tempdir().unwrap();
    let source = folder.path().join("src");
    put(&source, "small", "small");
    let giant = fs::File::create(source.join("giant")).unwrap();
    giant.set_len(70 << 30).unwrap();
    std::os::unix::fs::FileExt::write_at(&giant, b"far away", 65 << 30).unwrap();
    let out = folder.path().join("out");
    let words = ["collect", source.to_str().unwrap(), "--out", out.to_str().unwrap(), "--case", "C"];
    let ended = real::run(real::command().args(words).args(["--digest", ALL, "--volatile", "--force"]));
    assert_eq!(ended.code, Some(3), "{}", ended.stderr);
    let case = out.join("C");
    assert_eq!(verified(&case), (Some(0), "whole".to_owned()));
    let records = real::records(&real::zip(&case));
    let kept: Vec<_> = records.iter().filter(|record| record["outcome"] == "kept").collect();
    assert!(kept.iter().filter(|record| record["origin"] == "volatile").count() > 5);
    assert!(kept.iter().all(|record| record["digests"].as_object().is_some_and(|digests| digests.len() == 4)));
    assert!(kept.iter().any(|record| record["marks"] == serde_json::json!(["extents_only"])));
    let check = "unzip -q C-E001.zip && cd C-E001 && md5sum -c --quiet manifest-md5.txt && sha1sum -c --quiet manifest-sha1.txt";
    tool(&case.join("evidence"), check);
}

#[test]
fn stock_tools_check_the_unpacked_zip_by_the_commands_of_its_own_guides() {
    let (made, _) = collect(&["--digest", ALL]);
    let evidence = made.case().join("evidence");
    for lang in ["en", "ja"] {
        let guide = String::from_utf8(real::member(&made.zip(), &format!("VERIFY.{lang}.txt"))).unwrap();
        let commands: Vec<&str> = guide.lines().filter_map(|line| line.strip_prefix("    ")).collect();
        for (name, with) in &TOOLS[..3] {
            let due = format!("{with} -c --quiet manifest-{name}.txt");
            assert!(commands.contains(&due.as_str()), "{guide}");
        }
        let at = guide.find("  sed -nE").unwrap_or_else(|| panic!("{guide}"));
        let blake3: String = guide[at..].lines().take(2).map(|line| format!("{line}\n")).collect();
        assert!(blake3.contains("| b3sum -c"), "{blake3}");
        let script = format!(
            "set -e\nexport PATH=\"$PATH:{}/target/tools/bin\"\n{}\n{blake3}{}",
            env!("CARGO_MANIFEST_DIR"),
            commands.join("\n"),
            "test \"$(sed -nE 's/.*\"blake3\":\"([0-9a-f]{64})\".*/\\1/p' custody/files.jsonl | wc -l)\" = 9\n\
             test ! -e manifest-blake3.txt; cd ..; rm -r C-E001"
        );
        let said = tool(&evidence, &script);
        assert!(said.contains("is valid") && said.contains("Good \"hozen\" signature"), "{said}");
    }
}

#[test]
fn a_changed_file_is_seen_by_each_of_the_tools() {
    let (made, _) = collect(&["--digest", ALL]);
    let evidence = made.case().join("evidence");
    tool(&evidence, "LC_ALL=C.UTF-8 unzip -q C-E001.zip");
    let bag = evidence.join("C-E001");
    assert_eq!(verified(&bag), (Some(0), "whole".to_owned()));
    let manifest = fs::read_to_string(bag.join("manifest-md5.txt")).unwrap();
    let stored =
        manifest.lines().find_map(|line| line.split_once("  ").filter(|(_, path)| path.ends_with("plain.txt")));
    let path = bag.join(stored.unwrap().1);
    fs::write(&path, fs::read(&path).unwrap().to_ascii_uppercase()).unwrap();
    for (name, with) in &TOOLS[..3] {
        tool(&bag, &format!("! {with} -c --quiet manifest-{name}.txt"));
    }
    assert_eq!(verified(&bag).0, Some(4));
}

#[test]
fn without_being_asked_nothing_but_sha256_is_made() {
    for more in [&[][..], &["--digest", "sha256"]] {
        let (made, result) = collect(more);
        assert_eq!(result["digests"], serde_json::json!(["sha256"]));
        assert_eq!(made.acquisition()["digests"], result["digests"]);
        assert!(real::records(&made.zip()).iter().all(|record| record.get("digests").is_none()));
        tool(&made.case().join("evidence"), "test \"$(unzip -Z1 C-E001.zip | grep -c manifest-)\" = 4");
        let guide = String::from_utf8(real::member(&made.zip(), "VERIFY.en.txt")).unwrap();
        assert!(!guide.contains("md5sum") && !guide.contains("b3sum"));
    }
}

#[test]
fn lists_and_repeated_flags_come_to_the_same() {
    let (once, _) = collect(&["--digest", "sha1,md5,sha256,md5"]);
    let (twice, _) = collect(&["--digest", "md5", "--digest", "sha1"]);
    for made in [&once, &twice] {
        assert_eq!(made.acquisition()["digests"], serde_json::json!(["sha256", "sha1", "md5"]));
        tool(&made.case().join("evidence"), "test \"$(unzip -Z1 C-E001.zip | grep -c /manifest-)\" = 3");
    }
}

#[test]
fn an_unknown_name_ends_with_two_and_the_known_ones_in_both_languages() {
    for (lang, due) in [(Lang::En, "possible values: "), (Lang::Ja, "エラー: ")] {
        for list in ["crc32", "md5,SHA-1", "md5,", ""] {
            for verb in ["collect", "respond"] {
                let ended = world::hozen_in(lang, &[verb, "/nowhere", "--digest", list]);
                assert_eq!(ended.code, 2, "{list}");
                assert!(ended.stderr.contains(due) && ended.stderr.contains("--digest"), "{}", ended.stderr);
                let known = ["sha256", "sha1", "md5", "sha512", "blake3"];
                assert!(known.iter().all(|name| ended.stderr.contains(name)), "{list}: {}", ended.stderr);
            }
        }
    }
}

#[test]
fn the_case_is_the_same_at_any_number_of_threads() {
    let folder = tempfile::tempdir().unwrap();
    let source = folder.path().join("src");
    tree(&source);
    for n in 0..300 {
        put(&source, &format!("small/{n}"), format!("{n} user{n}@example.jp\n").repeat(n % 40));
    }
    fs::read_link(source.join("link")).unwrap();
    std::thread::sleep(Duration::from_millis(50));
    fs::read_link(source.join("link")).unwrap();
    for verb in ["respond", "collect"] {
        let mut first: Option<BTreeMap<PathBuf, Vec<u8>>> = None;
        for threads in ["1", "2", "4"] {
            let out = folder.path().join("out");
            let (from, to) = (source.to_str().unwrap(), out.to_str().unwrap());
            let words = [verb, from, "--out", to, "--case", "C", "--digest", ALL, "--threads", threads];
            let ended = world::hozen(&words);
            assert!([0, 3].contains(&ended.code), "{}", ended.stderr);
            let made = everything(&out);
            fs::remove_dir_all(&out).unwrap();
            let first = first.get_or_insert_with(|| made.clone());
            let differing: Vec<_> = first.keys().filter(|name| first.get(*name) != made.get(*name)).collect();
            assert!(differing.is_empty() && first.len() == made.len(), "{verb} at {threads}: {differing:?}");
        }
    }
}

fn everything(root: &Path) -> BTreeMap<PathBuf, Vec<u8>> {
    let mut found = BTreeMap::new();
    let mut folders = vec![root.to_path_buf()];
    while let Some(next) = folders.pop() {
        for entry in fs::read_dir(next).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                folders.push(path);
            } else {
                found.insert(path.clone(), fs::read(&path).unwrap());
            }
        }
    }
    found
}

/// Starts a run over a source with a large file at its end, and kills it in the middle of that.
fn broken_off(verb: &str, large: usize) -> Made {
    let folder = tempfile::tempdir().unwrap();
    let source = folder.path().join("src");
    // Enough lines that some of them have left the buffer of the journal.
    for n in 0..600 {
        put(&source, &format!("a/{n:03}"), format!("file {n}\n"));
    }
    put(&source, "z/noise", noise(large));
    let made = Made { folder, source };
    let mut command = real::command();
    command.arg(verb).arg(&made.source).arg("--out").arg(made.folder.path().join("out"));
    command.args(["--case", "C", "--force", "--digest", "md5,blake3"]);
    let mut child = command.stdout(Stdio::null()).stderr(Stdio::null()).spawn().unwrap();
    let (partial, start) = (made.case().join("evidence/C-E001.zip.partial"), Instant::now());
    while fs::metadata(&partial).map_or(0, |zip| zip.len()) < large as u64 / 2 {
        assert!(start.elapsed() < Duration::from_secs(100) && child.try_wait().unwrap().is_none(), "too late");
    }
    child.kill().unwrap();
    child.wait().unwrap();
    made
}

#[test]
fn a_resume_makes_the_digests_that_the_collection_began_with() {
    let made = broken_off("collect", 12_000_000);
    let case = made.case();
    let refused = real::hozen(&["collect".as_ref(), "--resume".as_ref(), case.as_os_str(), "--digest=sha1".as_ref()]);
    assert_eq!(refused.code, Some(2));
    assert!(
        refused.stderr.contains("cannot be used with") && refused.stderr.contains("--digest"),
        "{}",
        refused.stderr
    );
    let ended = real::hozen(&["collect".as_ref(), "--resume".as_ref(), case.as_os_str()]);
    assert_eq!(ended.code, Some(0), "{}", ended.stderr);
    assert_eq!(made.acquisition()["digests"], serde_json::json!(["sha256", "md5", "blake3"]));
    assert!(made.acquisition()["resumed"][0]["entries"].is_u64());
    for record in real::records(&made.zip()).iter().filter(|record| record["outcome"] != "recorded") {
        let names: Vec<&String> = record["digests"].as_object().unwrap().keys().collect();
        assert_eq!(names.len(), 2, "{record}");
    }
    assert_eq!(verified(&case), (Some(0), "whole".to_owned()));
    let evidence = case.join("evidence");
    tool(
        &evidence,
        "unzip -q C-E001.zip && cd C-E001 && md5sum -c --quiet manifest-md5.txt && test ! -e manifest-sha1.txt",
    );
}

#[test]
fn a_journal_that_lacks_a_digest_is_torn_there_and_what_follows_is_taken_anew() {
    // Smaller, for it is looked at too, which a debug build does slowly.
    let made = broken_off("respond", 2_000_000);
    let journal = made.case().join("evidence/C-E001.journal.jsonl");
    let text = fs::read_to_string(&journal).unwrap();
    let whole = text.lines().filter(|line| line.ends_with('}')).count();
    let at = text.lines().position(|line| line.contains("\"outcome\":\"kept\"")).unwrap();
    let lines = text.split_inclusive('\n').enumerate();
    let changed: String = lines
        .map(|(n, line)| if n == at { line.replacen("\"md5\":", "\"sha1\":", 1) } else { line.to_owned() })
        .collect();
    assert!(whole > at && changed != text);
    fs::write(&journal, changed).unwrap();
    assert_eq!(verified(&made.case()), (Some(4), "torn".to_owned()));
    let ended = real::hozen(&["respond".as_ref(), "--resume".as_ref(), made.case().as_os_str()]);
    assert!([Some(0), Some(3)].contains(&ended.code), "{}", ended.stderr);
    assert_eq!(made.acquisition()["resumed"][0]["entries"].as_u64(), Some(at as u64));
    assert_eq!(verified(&made.case()), (Some(0), "whole".to_owned()));
}

#[test]
fn copy_export_and_import_pass_such_a_case_on_unchanged() {
    let (made, _) = collect(&["--digest", ALL]);
    let root = made.folder.path();
    let at = |name: &str| root.join(name).to_str().unwrap().to_owned();
    let case = made.case().to_str().unwrap().to_owned();
    for name in ["second", "bundles", "taken"] {
        fs::create_dir(root.join(name)).unwrap();
    }
    let run = |words: &[&str]| {
        let ended = real::hozen(words);
        assert!([Some(0), Some(3)].contains(&ended.code), "{words:?}: {}{}", ended.stdout, ended.stderr);
    };
    let zip = fs::read(made.zip()).unwrap();
    run(&["copy", &case, "--to", &at("second")]);
    run(&["export", &case, "--out", &at("bundles"), "--unencrypted"]);
    let bundle = fs::read_dir(root.join("bundles")).unwrap().map(|entry| entry.unwrap().path());
    let bundle = bundle.into_iter().find(|path| path.extension().is_some_and(|end| end == "zip")).unwrap();
    assert_eq!(verified(&bundle), (Some(0), "whole".to_owned()));
    for (note, row) in [("HANDOVER.en.html", "Digests of each file"), ("HANDOVER.ja.html", "各ファイルのハッシュ")]
    {
        let note = String::from_utf8(real::member(&bundle, note)).unwrap();
        assert!(note.contains(row) && note.contains("sha256, sha1, md5, sha512, blake3"), "{note}");
    }
    run(&["import", bundle.to_str().unwrap(), "--out", &at("taken")]);
    for other in ["second/C", "taken/C"] {
        assert_eq!(fs::read(real::zip(&root.join(other))).unwrap(), zip, "{other}");
        assert_eq!(verified(&root.join(other)), (Some(0), "whole".to_owned()), "{other}");
    }
}

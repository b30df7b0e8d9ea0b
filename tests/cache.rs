//! `scan --cache`: files that did not change are not read again; whatever changed is; the answers are the same. All data made up.
#![expect(clippy::disallowed_methods, reason = "a test starts programs, and makes its own folder")]

mod real;

use std::fs;
use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::{Duration, Instant};

use serde_json::Value;

struct Scene {
    folder: tempfile::TempDir,
}

impl Scene {
    /// A small tree that has been at rest for as long as the clocks of file systems may be coarse.
    fn new() -> Self {
        let scene = Self { folder: tempfile::tempdir().unwrap() };
        let source = scene.source();
        fs::create_dir_all(source.join("sub")).unwrap();
        fs::write(source.join("list.csv"), "氏名,カード番号\n山田太郎,4111111111111111\n若槻慧士,5500005555555559\n")
            .unwrap();
        fs::write(source.join("sub/mail.txt"), "to: a@example.co.jp\n").unwrap();
        fs::write(source.join("sub/nothing.txt"), "nothing\n").unwrap();
        fs::hard_link(source.join("sub/mail.txt"), source.join("sub/same.txt")).unwrap();
        let mut zip = zip::ZipWriter::new(fs::File::create(source.join("a.zip")).unwrap());
        zip.start_file("in.txt", zip::write::SimpleFileOptions::default()).unwrap();
        zip.write_all(b"b@example.co.jp\n").unwrap();
        zip.finish().unwrap();
        std::thread::sleep(Duration::from_secs(5));
        scene
    }

    fn source(&self) -> PathBuf {
        self.folder.path().join("s")
    }

    fn cache(&self) -> PathBuf {
        self.folder.path().join("cache")
    }

    /// Scans with the cache: the result, the findings, and the files of the source that were opened.
    fn scan(&self, more: &[&str]) -> (Value, Vec<Value>, Vec<String>) {
        let (log, findings) = (self.folder.path().join("log"), self.folder.path().join("findings"));
        let _ = fs::remove_file(&findings);
        let mut command = Command::new("strace");
        command.args(["-f", "-y", "-e", "trace=openat,openat2", "-o"]).arg(&log).arg(env!("CARGO_BIN_EXE_hozen"));
        command.arg("scan").arg(self.source()).args(["--format", "json", "--cache"]).arg(self.cache());
        command.arg("--findings").arg(&findings).args(more).env("LC_ALL", "C");
        let ended = real::run(&mut command);
        assert_eq!(ended.code, Some(0), "{}", ended.stderr);
        let text = fs::read_to_string(&findings).unwrap();
        let names = ["list.csv", "mail.txt", "nothing.txt", "same.txt", "a.zip"];
        let log = fs::read_to_string(&log).unwrap();
        let is_opened = |name: &&str| log.lines().any(|call| call.contains(&format!("\"{name}\"")));
        let opened = names.into_iter().filter(is_opened).map(str::to_owned).collect();
        (ended.json(), text.lines().map(|line| serde_json::from_str(line).unwrap()).collect(), opened)
    }
}

/// A result without what says that it was remembered.
fn plain(mut result: Value) -> Value {
    fn forget(value: &mut Value) {
        match value {
            Value::Object(map) => {
                map.remove("cached");
                map.values_mut().for_each(forget);
            }
            Value::Array(list) => list.iter_mut().for_each(forget),
            _ => {}
        }
    }
    forget(&mut result);
    result
}

fn append(path: &Path, text: &str) {
    fs::OpenOptions::new().append(true).open(path).unwrap().write_all(text.as_bytes()).unwrap();
}

#[test]
fn what_did_not_change_is_not_opened_and_the_answers_are_the_same() {
    let scene = Scene::new();
    let (first, found, opened) = scene.scan(&[]);
    // A further name of a file is not opened in any run.
    assert_eq!(opened, ["list.csv", "mail.txt", "nothing.txt", "a.zip"]);
    assert!(first.get("cached").is_none() && found.len() >= 5, "{found:#?}");

    let (second, again, opened) = scene.scan(&[]);
    assert_eq!((opened, &second["cached"]), (Vec::<String>::new(), &Value::from(5)));
    assert_eq!((plain(second), again), (plain(first.clone()), found.clone()));

    // One file changes: it alone is read, and what is new in it is found.
    append(&scene.source().join("sub/nothing.txt"), "c@example.co.jp\n");
    let (third, all, opened) = scene.scan(&[]);
    assert_eq!(opened, ["nothing.txt"]);
    assert_eq!((all.len(), &third["cached"]), (found.len() + 1, &Value::from(4)));

    // Its times set back do not hide a change.
    let path = scene.source().join("list.csv");
    let times = fs::metadata(&path).unwrap().modified().unwrap();
    let text = fs::read_to_string(&path).unwrap().replace("4111111111111111", "4012888888881881");
    fs::write(&path, text).unwrap();
    fs::File::options().write(true).open(&path).unwrap().set_modified(times).unwrap();
    assert!(scene.scan(&[]).2.contains(&"list.csv".to_owned()));
}

#[test]
fn other_rules_another_key_and_values_in_clear_make_it_look_again() {
    let scene = Scene::new();
    scene.scan(&[]);
    let rules = scene.folder.path().join("rules");
    fs::create_dir(&rules).unwrap();
    let rule = "[[detector]]\nid = \"ticket\"\nversion = 1\nentity = \"ticket\"\nname = { en = \"Ticket\", ja = \"チケット\" }\nmax_len = 12\nguard = \"word\"\nnormalise = \"none\"\nlink = \"none\"\nmask = \"last3\"\npattern = [{ regex = 'TK[0-9]{6}', base = \"likely\" }]\nexamples = [{ text = \"TK123456\", values = [\"TK123456\"] }]\nnegatives = [\"TK12\"]\n";
    fs::write(rules.join("ticket.toml"), rule).unwrap();
    let (result, _, opened) = scene.scan(&["--rules", rules.to_str().unwrap()]);
    assert!(opened.len() == 4 && result.get("cached").is_none(), "{opened:?}");

    let (_, clear, opened) = scene.scan(&["--rules", rules.to_str().unwrap(), "--reveal"]);
    assert_eq!(opened, ["list.csv", "mail.txt", "a.zip"], "only what holds findings");
    assert!(clear.iter().any(|finding| finding["value"] == "4111111111111111"));
    let cache = fs::read_to_string(scene.cache()).unwrap();
    assert!(!cache.contains("4111111111111111") && !cache.contains("a@example.co.jp"));

    let key = scene.folder.path().join("key");
    fs::write(&key, format!("{}\n", "5f".repeat(32))).unwrap();
    let (_, _, opened) = scene.scan(&["--case-key", key.to_str().unwrap()]);
    assert_eq!(opened.len(), 4);
    assert!(!fs::read_to_string(scene.cache()).unwrap().contains("5f5f5f5f"));
}

#[test]
fn the_screen_says_what_was_not_read_again_and_a_bad_cache_stops_before_the_source() {
    let scene = Scene::new();
    let (source, cache) = (scene.source(), scene.cache());
    let scan = || real::hozen(&["scan", source.to_str().unwrap(), "--cache", cache.to_str().unwrap()]);
    assert!(!scan().stdout.contains("not read again"));
    let again = scan();
    assert!(again.stdout.contains("as in the last scan, and not read again: 5"), "{}", again.stdout);
    let folder = scene.folder.path().to_str().unwrap();
    let refused = real::hozen(&["scan", source.to_str().unwrap(), "--cache", folder]);
    assert_eq!(refused.code, Some(2));
    assert!(refused.stderr.contains("can not be used; nothing was read yet"), "{}", refused.stderr);
}

#[test]
fn a_scan_that_is_interrupted_leaves_the_cache_as_it_was() {
    let scene = Scene::new();
    scene.scan(&[]);
    let before = fs::read(scene.cache()).unwrap();
    fs::write(scene.source().join("new.txt"), vec![b'x'; 3_000_000]).unwrap();
    // At a kilobyte a second the new file alone takes minutes.
    let mut child = real::command()
        .arg("scan")
        .arg(scene.source())
        .args(["--gentle=1k", "--cache"])
        .arg(scene.cache())
        .stdout(std::process::Stdio::null())
        .stderr(std::process::Stdio::null())
        .spawn()
        .unwrap();
    let id = child.id().to_string();
    // The cache is taken before the first file is opened.
    let is_reading = || {
        let open = fs::read_dir(format!("/proc/{id}/fd")).unwrap().flatten();
        open.into_iter().any(|file| fs::read_link(file.path()).is_ok_and(|path| path.ends_with("new.txt")))
    };
    let begun = Instant::now();
    while !is_reading() {
        assert!(child.try_wait().unwrap().is_none(), "it must not be done");
        assert!(begun.elapsed() < Duration::from_secs(60), "it does not begin to read");
        std::thread::sleep(Duration::from_millis(20));
    }
    // And nobody else may use it meanwhile.
    let (source, cache) = (scene.source(), scene.cache());
    let busy = real::hozen(&["scan", source.to_str().unwrap(), "--cache", cache.to_str().unwrap()]);
    assert_eq!(busy.code, Some(2), "{}", busy.stderr);
    assert!(Command::new("kill").args(["-INT", &id]).status().unwrap().success());
    assert_eq!(child.wait().unwrap().code(), Some(130));
    assert_eq!(fs::read(scene.cache()).unwrap(), before);
    let names =
        fs::read_dir(scene.folder.path()).unwrap().map(|entry| entry.unwrap().file_name().into_string().unwrap());
    assert!(names.into_iter().all(|name| !name.contains("spool")), "nothing is left behind");
}

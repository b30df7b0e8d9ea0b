//! What a bad source gets: a gap where a gap is due, bounded memory, and everything else preserved.
#![expect(clippy::disallowed_methods, reason = "a test makes and reads its own folders")]

mod real;
mod world;

use std::ffi::OsStr;
use std::fs;
use std::io::{Read, Write};
use std::os::unix::ffi::OsStrExt;
use std::os::unix::fs::{PermissionsExt, symlink};
use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};

use real::hozen;
use serde_json::Value;
use world::{put, zipped};

fn place() -> (tempfile::TempDir, PathBuf, PathBuf) {
    let folder = tempfile::tempdir().unwrap();
    let (source, out) = (folder.path().join("source"), folder.path().join("out"));
    put(&source, "a.txt", "a@example.jp\n");
    (folder, source, out)
}

fn words<'a>(source: &'a Path, out: &'a Path) -> [&'a OsStr; 8] {
    [
        "respond".as_ref(),
        source.as_os_str(),
        "--out".as_ref(),
        out.as_os_str(),
        "--case".as_ref(),
        "c".as_ref(),
        "--format".as_ref(),
        "json".as_ref(),
    ]
}

/// The gaps of a part of a result, as (end of the path, kind), sorted.
fn gaps(result: &Value) -> Vec<(String, String)> {
    let mut gaps: Vec<(String, String)> = result["gaps"]
        .as_array()
        .unwrap()
        .iter()
        .map(|gap| {
            let path = gap["path"].as_str().unwrap().rsplit('/').next().unwrap().to_owned();
            assert!(gap["reason"].as_str().unwrap().len() > 20, "{gap}");
            (path, gap["kind"].as_str().unwrap().to_owned())
        })
        .collect();
    gaps.sort();
    gaps
}

fn pair(path: &str, kind: &str) -> (String, String) {
    (path.to_owned(), kind.to_owned())
}

/// The content that was kept of a source file.
fn kept(out: &Path, end: &str) -> Vec<u8> {
    real::member(&real::zip(&out.join("c")), end)
}

fn whole(out: &Path) {
    let verified = hozen(&["verify".as_ref(), out.join("c").as_os_str()]);
    assert_eq!(verified.code, Some(0), "{}", verified.stdout);
}

/// Every entry has a digest or a gap.
fn accounted(out: &Path) -> Vec<Value> {
    let records = real::records(&real::zip(&out.join("c")));
    for record in &records {
        assert!(record["sha256"].is_string() || record["gaps"].is_array(), "{record}");
    }
    records
}

#[test]
fn what_may_not_be_read_is_a_gap_and_the_rest_is_preserved() {
    if !real::is_root() {
        return;
    }
    let (folder, source, _) = place();
    put(&source, "secret.txt", "x");
    put(&source, "locked/inside.txt", "x");
    for (path, mode) in [("", 0o755), ("secret.txt", 0o600), ("locked", 0o700), ("a.txt", 0o644)] {
        fs::set_permissions(source.join(path), fs::Permissions::from_mode(mode)).unwrap();
    }
    fs::set_permissions(folder.path(), fs::Permissions::from_mode(0o755)).unwrap();
    let out = folder.path().join("theirs");
    fs::create_dir(&out).unwrap();
    std::os::unix::fs::chown(&out, Some(65_534), Some(65_534)).unwrap();
    let ended = real::run(real::command().args(words(&source, &out)).uid(65_534).gid(65_534));
    assert_eq!(ended.code, Some(3), "{}", ended.stderr);
    let denied = [pair("locked", "permission_denied"), pair("secret.txt", "permission_denied")];
    let result = ended.json();
    assert_eq!(gaps(&result["collect"]), denied);
    assert_eq!(gaps(&result["scan"]), denied);
    assert!(result["collect"]["gaps"].to_string().contains("run as root"));
    assert!(result["scan"]["subjects"]["unread"].as_u64().unwrap() >= 2, "more people may be there");
    assert_eq!(kept(&out, "a.txt"), b"a@example.jp\n");
    assert!(accounted(&out).iter().all(|record| record["path"] != "locked/inside.txt"));
    whole(&out);
    // The gaps stay when the evidence is looked at again.
    let again = hozen(&["scan".as_ref(), real::zip(&out.join("c")).as_os_str(), "--format".as_ref(), "json".as_ref()]);
    assert_eq!((again.code, gaps(&again.json())), (Some(3), denied.to_vec()), "{}", again.stderr);
}

#[test]
fn pipes_sockets_and_devices_are_recorded_and_never_opened() {
    let (_folder, source, out) = place();
    real::tool(&source, "mkfifo pipe");
    let _socket = std::os::unix::net::UnixListener::bind(source.join("socket")).unwrap();
    let mut due = vec![pair("pipe", "special_file"), pair("socket", "special_file")];
    if real::is_root() {
        real::tool(&source, "mknod null c 1 3; mknod ram b 1 0");
        due.extend([pair("null", "special_file"), pair("ram", "special_file")]);
        due.sort();
    }
    let ended = hozen(&words(&source, &out));
    assert_eq!(ended.code, Some(3), "{}", ended.stderr);
    assert_eq!(gaps(&ended.json()["collect"]), due);
    assert_eq!(kept(&out, "a.txt"), b"a@example.jp\n");
    accounted(&out);
    whole(&out);
    // A pipe that is named itself is not waited for.
    let ended = hozen(&["scan".as_ref(), source.join("pipe").as_os_str(), "--format".as_ref(), "json".as_ref()]);
    assert_eq!((ended.code, gaps(&ended.json())), (Some(3), vec![pair("pipe", "special_file")]));
}

#[test]
fn links_are_recorded_and_not_followed() {
    let (folder, source, out) = place();
    put(folder.path(), "outside/secret.txt", "never@example.jp");
    for (target, name) in [
        ("no/where", "dangling"),
        (".", "loop"),
        ("loop2", "loop1"),
        ("loop1", "loop2"),
        ("../outside", "out"),
        ("/etc/passwd", "abs"),
    ] {
        symlink(target, source.join(name)).unwrap();
    }
    let ended = hozen(&words(&source, &out));
    assert_eq!(ended.code, Some(0), "{}", ended.stderr);
    let records = accounted(&out);
    let links = records.iter().filter(|record| record["kind"] == "link").collect::<Vec<_>>();
    assert_eq!(links.len(), 6);
    assert!(links.iter().all(|record| record["link_target_b64"].is_string()));
    assert_eq!(records.len(), 8, "nothing beyond the links");
    // A link that is named itself: said, not followed, and not taken for an empty source.
    let link = source.join("out");
    let ended = hozen(&["scan".as_ref(), link.as_os_str(), "--format".as_ref(), "json".as_ref()]);
    assert_eq!((ended.code, gaps(&ended.json())), (Some(3), vec![pair("out", "link_not_followed")]));
}

#[test]
fn names_are_bytes_and_none_of_them_does_anything() {
    let (folder, source, out) = place();
    let long = "n".repeat(255);
    let names: [&[u8]; 12] = [
        b"\x8c\xda\x8b\x71\x83\x5c.csv",
        b"a\nb.txt",
        long.as_bytes(),
        b"...",
        b"..x",
        b"$(touch owned)",
        b"`touch owned`",
        b"-rf",
        b"--help",
        b"a\x1b[2Jb",
        "名簿\u{202e}txt.exe".as_bytes(),
        b" lead and trail ",
    ];
    for (n, name) in names.iter().enumerate() {
        fs::write(source.join(OsStr::from_bytes(name)), format!("user{n}@example.jp\n")).unwrap();
    }
    let ended = real::run(real::command().args(words(&source, &out)).current_dir(folder.path()));
    assert_eq!(ended.code, Some(0), "{}", ended.stderr);
    let zip = real::zip(&out.join("c"));
    let records = accounted(&out);
    for (n, name) in names.iter().enumerate() {
        let raw = [source.as_os_str().as_bytes(), b"/", name].concat();
        let b64 = data_encoding::BASE64.encode(&raw);
        let record = records.iter().find(|record| record["path_b64"] == *b64).unwrap_or_else(|| panic!("{n}"));
        assert_eq!(real::member(&zip, record["stored"].as_str().unwrap()), format!("user{n}@example.jp\n").as_bytes());
    }
    let said = ended.stdout + &ended.stderr;
    assert!(!said.contains('\u{1b}') && !said.contains('\u{202e}'), "escaped before a terminal sees it");
    assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 2, "nothing was run");
    real::tool(zip.parent().unwrap(), "unzip -tqq *.zip && 7z t *.zip > /dev/null && sha256sum -c *.sha256");
    whole(&out);
    // Names that look like options, given by themselves.
    let ended = real::run(real::command().args(["scan", "--", "-rf", "--help"]).current_dir(&source));
    assert_eq!(ended.code, Some(0), "{}", ended.stderr);
}

#[test]
fn torn_archives_are_preserved_and_say_what_was_not_understood() {
    let (_folder, source, out) = place();
    let zip = zipped(&[("list.csv", "mail\nb@example.jp\n".repeat(2_000).as_bytes()), ("more.csv", &[b'x'; 4_000])]);
    put(&source, "torn.zip", &zip[..zip.len() - 30]);
    let mut gz = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::none());
    gz.write_all("mail\nc@example.jp\n".repeat(10_000).as_bytes()).unwrap();
    let gz = gz.finish().unwrap();
    put(&source, "torn.gz", &gz[..gz.len() / 2]);
    let ended = hozen(&words(&source, &out));
    assert_eq!(ended.code, Some(3), "{}", ended.stderr);
    let result = ended.json();
    assert_eq!(gaps(&result["collect"]), [], "the bytes are preserved whatever they mean");
    let said = gaps(&result["scan"]);
    assert!(said.iter().any(|(path, kind)| path.starts_with("torn.zip") && kind == "truncated"), "{said:?}");
    assert!(said.iter().any(|(path, kind)| path.starts_with("torn.gz") && kind == "truncated"), "{said:?}");
    let of = |name: &str| {
        let files = result["scan"]["files"].as_array().unwrap();
        files.iter().find(|file| file["path"].as_str().unwrap().ends_with(name)).unwrap()["status"].clone()
    };
    assert_ne!(of("torn.zip"), "scanned");
    assert_eq!((of("torn.gz"), of("a.txt")), (Value::from("partial"), Value::from("scanned")));
    assert_eq!(kept(&out, "torn.zip"), zip[..zip.len() - 30]);
    assert_eq!(kept(&out, "torn.gz"), gz[..gz.len() / 2]);
    whole(&out);
}

#[test]
fn one_line_of_a_gibibyte_fits_into_a_quarter_of_it() {
    let (_folder, source, out) = place();
    let file = fs::File::create(source.join("line.txt")).unwrap();
    // A hole reads as NUL bytes; text at both ends, no newline anywhere.
    (&file).write_all(b"first@example.jp ").unwrap();
    file.set_len(1 << 30).unwrap();
    fs::write(source.join("real.txt"), "x".repeat(40 << 20) + " last@example.jp").unwrap();
    let (ended, peak) = real::with_peak(&words(&source, &out));
    assert!(matches!(ended.code, Some(0 | 3)), "{}", ended.stderr);
    assert!(peak < 256 * 1024, "{peak} KiB");
    let findings = fs::read_to_string(out.join("c/results/findings.jsonl")).unwrap();
    assert!(findings.contains("real.txt @41943041"), "the value at the end of the line is found: {findings}");
    assert_eq!(accounted(&out).len(), 4);
}

#[test]
fn bombs_cost_a_gap_and_no_memory() {
    let (_folder, source, out) = place();
    // A thousand to one, flat: 300 MB of zeros; and nested, each level ten times the one below.
    let mut gz = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::best());
    std::io::copy(&mut std::io::repeat(b'0').take(300 << 20), &mut gz).unwrap();
    put(&source, "flat.gz", gz.finish().unwrap());
    let mut level = zipped(&[("zeros", &vec![b'0'; 4 << 20])]);
    for _ in 0..5 {
        let names: Vec<String> = (0..10).map(|n| format!("{n}.zip")).collect();
        let members: Vec<(&str, &[u8])> = names.iter().map(|name| (name.as_str(), level.as_slice())).collect();
        level = zipped(&members);
    }
    put(&source, "nested.zip", &level);
    let (ended, peak) = real::with_peak(&words(&source, &out));
    assert_eq!(ended.code, Some(3), "{}", ended.stderr);
    assert!(peak < 256 * 1024, "{peak} KiB");
    let result = &ended.json()["scan"];
    for bomb in ["flat.gz", "nested.zip"] {
        let over = gaps(result).iter().any(|(path, kind)| path.starts_with(bomb) && kind == "over_limit");
        assert!(over, "{bomb}: {:?}", gaps(result).iter().take(9).collect::<Vec<_>>());
    }
    assert!(gaps(result).len() < 3_000, "{}", gaps(result).len());
    assert_eq!(kept(&out, "nested.zip"), level);
    assert_eq!(kept(&out, "a.txt"), b"a@example.jp\n");
    whole(&out);
}

#[test]
fn more_folders_than_file_handles_lose_nothing() {
    let (_folder, source, out) = place();
    for n in 0..700 {
        put(&source, &format!("{n}/f.txt"), "x");
    }
    let script = "ulimit -n 64; exec \"$@\"";
    let ended = real::run(real::in_shell(script).args(words(&source, &out)));
    assert_eq!(ended.code, Some(0), "{}{}", ended.stderr, &ended.stdout[..ended.stdout.len().min(2_000)]);
    assert_eq!(ended.json()["collect"]["files"], 701);
}

#[test]
fn a_log_that_grows_is_kept_to_its_size_at_open_and_marked() {
    let (_folder, source, out) = place();
    let log = source.join("grow.log");
    let line = "2026-11-21T12:00:00+09:00 GET / d@example.jp 200\n";
    fs::write(&log, line.repeat(400_000)).unwrap();
    let stop = std::sync::atomic::AtomicBool::new(false);
    let ended = std::thread::scope(|scope| {
        scope.spawn(|| {
            let mut file = fs::File::options().append(true).open(&log).unwrap();
            while !stop.load(std::sync::atomic::Ordering::Relaxed) {
                file.write_all(line.as_bytes()).unwrap();
                std::thread::sleep(std::time::Duration::from_millis(2));
            }
        });
        let ended = hozen(&words(&source, &out));
        stop.store(true, std::sync::atomic::Ordering::Relaxed);
        ended
    });
    assert_eq!(ended.code, Some(0), "{}", ended.stderr);
    let records = accounted(&out);
    let record = records.iter().find(|record| record["path"].as_str().unwrap().ends_with("grow.log")).unwrap();
    assert_eq!(record["marks"], serde_json::json!(["grew"]), "{record}");
    let content = kept(&out, "grow.log");
    assert_eq!(content.len() as u64, record["stat"]["size"].as_u64().unwrap());
    assert!(record["stat_after"]["size"].as_u64() > record["stat"]["size"].as_u64(), "{record}");
    assert_eq!(content, line.repeat(content.len() / line.len()).as_bytes(), "no line is torn by us");
    whole(&out);
}

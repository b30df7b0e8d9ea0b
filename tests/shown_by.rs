//! The main job on a copy of a log folder, shown from outside: times, system calls, stock tools, and every changed byte.
#![expect(clippy::disallowed_methods, reason = "a test makes and reads its own folders")]

mod real;
mod world;

use std::collections::BTreeMap;
use std::fs;
use std::os::unix::fs::{MetadataExt, symlink};
use std::path::{Path, PathBuf};
use std::process::Command;

use real::hozen;
use rustix::fs::{AtFlags, CWD, Timespec, Timestamps, utimensat};
use world::put;

/// A tree like `/var/log`, with access times that an ordinary read would move.
fn logs(root: &Path) -> Vec<PathBuf> {
    let line = "2026-11-21T12:00:00+09:00 web01 app[12]: login mail=taro.yamada@example.jp from 192.0.2.1\n";
    put(root, "syslog", line.repeat(9_000));
    put(root, "auth.log", line.repeat(900));
    put(root, "nginx/access.log", line.repeat(4_000));
    put(root, "nginx/error.log", "");
    put(root, "apt/history.log", "Start-Date: 2026-11-21\n".repeat(100));
    put(root, "journal/0123/system.journal", (0..200_000u32).flat_map(|n| n.to_le_bytes()).collect::<Vec<u8>>());
    put(root, "顧客/一覧.csv", "氏名,電話\n山田太郎,090-1234-5678\n".repeat(50));
    put(root, "wtmp", [0u8; 384 * 20]);
    fs::create_dir(root.join("private")).unwrap();
    symlink("nginx/access.log", root.join("current")).unwrap();
    symlink("/no/where", root.join("dangling")).unwrap();
    symlink("nginx", root.join("web")).unwrap();
    let mut paths = vec![root.to_path_buf()];
    let mut at = 0;
    while let Some(path) = paths.get(at).cloned() {
        at += 1;
        if fs::symlink_metadata(&path).unwrap().is_dir() {
            paths.extend(fs::read_dir(&path).unwrap().map(|entry| entry.unwrap().path()));
        }
    }
    let time = |tv_sec| Timespec { tv_sec, tv_nsec: 123_456_789 };
    let old = Timestamps { last_access: time(1_000_000_000), last_modification: time(1_100_000_000) };
    for path in &paths {
        utimensat(CWD, path, &old, AtFlags::SYMLINK_NOFOLLOW).unwrap();
    }
    paths
}

/// What `stat` says of every path that a look could change.
fn stats(paths: &[PathBuf]) -> BTreeMap<&Path, [i64; 10]> {
    let stat = |path: &PathBuf| {
        let m = fs::symlink_metadata(path).unwrap();
        let number = |n: u64| i64::try_from(n).unwrap();
        [
            m.atime(),
            m.atime_nsec(),
            m.mtime(),
            m.mtime_nsec(),
            m.ctime(),
            m.ctime_nsec(),
            number(m.size()),
            i64::from(m.mode()),
            number(m.ino()),
            number(m.nlink()),
        ]
    };
    paths.iter().map(|path| (path.as_path(), stat(path))).collect()
}

struct Shown {
    folder: tempfile::TempDir,
    source: PathBuf,
    paths: Vec<PathBuf>,
}

impl Shown {
    fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let source = folder.path().join("log");
        let paths = logs(&source);
        Self { folder, source, paths }
    }

    fn case(&self) -> PathBuf {
        self.folder.path().join("out/c")
    }

    /// The main job, perhaps under a tracer.
    fn respond(&self, mut command: Command) -> real::Ended {
        command.arg("respond").arg(&self.source).arg("--out").arg(self.folder.path().join("out"));
        real::run(command.args(["--case", "c", "--format", "json"]))
    }
}

#[test]
fn every_time_of_every_source_is_as_it_was() {
    let shown = Shown::new();
    let before = stats(&shown.paths);
    let ended = shown.respond(real::command());
    assert_eq!(ended.code, Some(0), "{}", ended.stderr);
    let after = stats(&shown.paths);
    let scan = hozen(&["scan".as_ref(), shown.source.as_os_str()]);
    assert!(matches!(scan.code, Some(0 | 3)), "{}", scan.stderr);
    let named = hozen(&["scan".as_ref(), shown.source.join("syslog").as_os_str()]);
    assert_eq!(named.code, Some(0), "{}", named.stderr);
    let scanned = stats(&shown.paths);
    for path in &shown.paths {
        // Without the right to mount, a link's access time moves and its record says so (tests/readonly.rs).
        if real::is_root() || !path.is_symlink() {
            assert_eq!(before[path.as_path()], after[path.as_path()], "respond: {}", path.display());
            assert_eq!(before[path.as_path()], scanned[path.as_path()], "scan: {}", path.display());
        }
    }
    // The test can fail: an ordinary look moves what was compared.
    fs::read(shown.source.join("syslog")).unwrap();
    assert_ne!(before, stats(&shown.paths), "this file system keeps no access times");
    // Nothing without a digest or a gap.
    let records = real::records(&real::zip(&shown.case()));
    assert_eq!(records.len(), shown.paths.len());
    for record in records {
        assert!(record["sha256"].is_string() || record["gaps"].is_array(), "{record}");
        assert_ne!(record["sha256"].is_string(), record["outcome"] == "gap", "{record}");
    }
}

#[test]
fn no_system_call_could_have_changed_a_source() {
    let shown = Shown::new();
    let trace = shown.folder.path().join("trace");
    let mut tracer = Command::new("strace");
    tracer.args(["-f", "-y", "-s", "4096", "-o"]).arg(&trace).arg(env!("CARGO_BIN_EXE_hozen"));
    tracer.env("LC_ALL", "C");
    let ended = shown.respond(tracer);
    assert_eq!(ended.code, Some(0), "{}", ended.stderr);
    let trace = String::from_utf8_lossy(&fs::read(&trace).unwrap()).into_owned();
    let source = shown.source.to_str().unwrap();
    let on_source: Vec<&str> = trace.lines().filter(|line| line.contains(source)).collect();
    assert!(on_source.iter().filter(|line| line.contains("openat(")).count() >= 10, "the trace shows the reading");
    // Only what can look; a name list, so that a call that nobody thought of fails the test. Our own files hold the
    // source's path in what is written to them: those handles lie in the output.
    let looks = [
        "fcntl",
        "openat",
        "open",
        "statx",
        "newfstatat",
        "fstat",
        "fstatfs",
        "statfs",
        "fstatvfs",
        "read",
        "pread64",
        "readlinkat",
        "readlink",
        "getdents64",
        "lseek",
        "fadvise64",
        "close",
        "flistxattr",
        "fgetxattr",
        "execve",
        "lstat",
        "stat",
    ];
    let own = format!("{}/out", shown.folder.path().display());
    for line in &on_source {
        let call = line.split_whitespace().nth(1).unwrap_or_default();
        let name = call.split('(').next().unwrap_or_default();
        if line.contains("<... ")
            || (name.starts_with("write") || name == "pwrite64")
                && (line.contains(&own) || line.contains("(1<") || line.contains("(2<"))
        {
            continue;
        }
        // Making our own folder beside it, in the same parent, names no source path; quoting it in mounts does not either.
        assert!(looks.contains(&name) || (name == "mount" && line.contains("MS_NOATIME")), "{line}");
        if name.starts_with("open") {
            let flags = line.rsplit("O_").count();
            assert!(flags > 1 && line.contains("O_RDONLY") || line.contains("O_PATH"), "{line}");
            for bad in ["O_WRONLY", "O_RDWR", "O_CREAT", "O_TRUNC", "O_APPEND"] {
                assert!(!line.contains(bad), "{line}");
            }
        }
    }
    // The kernel forbids writing before the first byte of a source is read, and in the survey thread before the first name.
    let first = |what: &dyn Fn(&str) -> bool| trace.lines().position(what).unwrap_or(usize::MAX);
    let read = first(&|line| line.contains(" read(") && line.contains(source));
    let listed = first(&|line| line.contains("getdents64(") && line.contains(source));
    let confined = first(&|line| line.contains("landlock_restrict_self("));
    assert!(confined < listed && listed < read, "{confined} {listed} {read}");
}

#[test]
fn stock_tools_accept_the_sealed_zip() {
    let bagit = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("target/tools/bin/bagit.py");
    assert!(bagit.exists(), "tests/run installs {}", bagit.display());
    let shown = Shown::new();
    let ended = shown.respond(real::command());
    assert_eq!(ended.code, Some(0), "{}", ended.stderr);
    let folder = shown.case().join("evidence");
    let said = real::tool(&folder, "unzip -t c-E001.zip && 7z t c-E001.zip && sha256sum -c c-E001.zip.sha256");
    assert!(said.contains("No errors detected") && said.contains("Everything is Ok"), "{said}");
    real::tool(&folder, "unzip -q c-E001.zip -d unpacked");
    let bag = folder.join("unpacked/c-E001");
    real::tool(&bag, "sha256sum --strict -c manifest-sha256.txt && sha256sum --strict -c tagmanifest-sha256.txt");
    let said = real::tool(&bag, &format!("'{}' --validate .", bagit.display()));
    assert!(said.contains("is valid"), "{said}");
    let signer = "$(cut -d' ' -f1 custody/sig/allowed_signers | tr -d '\"')";
    let said = real::tool(
        &bag,
        &format!(
            "ssh-keygen -Y verify -f custody/sig/allowed_signers -I {signer} -n hozen \
             -s custody/sig/tagmanifest-sha256.txt.sig < tagmanifest-sha256.txt"
        ),
    );
    assert!(said.contains("Good \"hozen\" signature"), "{said}");
    let seal = ended.json()["collect"]["seal"]["sha256"].as_str().unwrap().to_owned();
    assert!(real::tool(&bag, "sha256sum tagmanifest-sha256.txt").starts_with(&seal));
    // What came out is what went in.
    real::tool(
        &bag,
        &format!(
            "diff -r --no-dereference -x current -x dangling -x web -x private data/fs'{0}' '{0}'",
            shown.source.display()
        ),
    );
}

#[test]
fn any_changed_byte_of_any_member_is_found_and_named() {
    let shown = Shown::new();
    assert_eq!(shown.respond(real::command()).code, Some(0));
    let zip = real::zip(&shown.case());
    let whole = fs::read(&zip).unwrap();
    let mut spots = Vec::new();
    let mut archive = zip::ZipArchive::new(fs::File::open(&zip).unwrap()).unwrap();
    for at in 0..archive.len() {
        let member = archive.by_index_raw(at).unwrap();
        let (name, start, length) =
            (member.name().unwrap().into_owned(), member.data_start().unwrap(), member.compressed_size());
        if length > 0 {
            spots.extend([0, length / 2, length - 1].map(|offset| (name.clone(), start + offset)));
        }
    }
    assert!(spots.len() > 40);
    let verify = |path: &Path| hozen(&["verify".as_ref(), path.as_os_str(), "--format".as_ref(), "json".as_ref()]);
    let mut bytes = whole.clone();
    for (name, at) in spots {
        let at = usize::try_from(at).unwrap();
        bytes[at] ^= 0x10;
        fs::write(&zip, &bytes).unwrap();
        bytes[at] ^= 0x10;
        for path in [zip.as_path(), &shown.case()] {
            let verified = verify(path);
            assert_eq!(verified.code, Some(4), "{name} @{at}: {}", verified.stdout);
            let inside = name.strip_prefix("c-E001/").unwrap();
            let problems = verified.json()["problems"].clone();
            let named = |problem: &serde_json::Value| problem["path"].as_str().unwrap().ends_with(inside);
            assert!(problems.as_array().unwrap().iter().any(named), "{name} @{at}: {problems}");
        }
    }
    fs::write(&zip, &whole).unwrap();
    assert_eq!(verify(&shown.case()).code, Some(0));
    // The digest beside it is no less a part of the case.
    let beside = PathBuf::from(format!("{}.sha256", zip.display()));
    let line = fs::read(&beside).unwrap();
    for at in [0, 40, 66, line.len() - 1] {
        let mut line = line.clone();
        line[at] ^= 1;
        fs::write(&beside, line).unwrap();
        for path in [zip.as_path(), &shown.case()] {
            let verified = verify(path);
            assert_eq!(verified.code, Some(4), "{}", verified.stdout);
            assert!(verified.stdout.contains("c-E001.zip.sha256"), "{}", verified.stdout);
        }
    }
}

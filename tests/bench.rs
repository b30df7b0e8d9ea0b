//! The hidden verb that measures one step: what it prints is what the tool beside it prints, or its times would mean nothing.
#![expect(clippy::disallowed_methods, reason = "a test starts programs, and may write to its own temporary folder")]

mod real;

use std::fs;
use std::path::Path;
use std::process::Command;

/// Small and large files, an empty one, one with two names, folders in folders. All made up.
fn tree(root: &Path) {
    for (name, size) in [("empty", 0), ("one", 1), ("block", 64), ("log/large", 3_000_000), ("log/deep/small", 700)] {
        let path = root.join(name);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        let bytes: Vec<u8> = (0..size).map(|at: usize| (at * 31 + at / 251) as u8).collect();
        fs::write(path, bytes).unwrap();
    }
    fs::hard_link(root.join("one"), root.join("log/again")).unwrap();
}

fn lines(text: &str) -> Vec<&str> {
    let mut lines: Vec<&str> = text.lines().collect();
    lines.sort_unstable();
    lines
}

fn peer(tool: &str, more: &[&str], root: &Path) -> String {
    let find = Command::new("find")
        .arg(root)
        .args(["-type", "f", "-exec", tool])
        .args(more)
        .args(["{}", "+"])
        .output()
        .unwrap();
    assert!(find.status.success(), "{tool}: {}", String::from_utf8_lossy(&find.stderr));
    String::from_utf8(find.stdout).unwrap()
}

#[test]
fn digests_alone_are_printed_as_sha256sum_prints_them() {
    let folder = tempfile::tempdir().unwrap();
    tree(folder.path());
    for threads in ["1", "3"] {
        let ours = real::run(real::command().args(["bench", "digest", "--threads", threads]).arg(folder.path()));
        assert_eq!((ours.code, ours.stderr.as_str()), (Some(0), ""));
        assert_eq!(lines(&ours.stdout), lines(&peer("sha256sum", &[], folder.path())));
        assert_eq!(ours.stdout.lines().count(), 6);
    }
}

#[test]
fn several_digests_are_printed_with_their_names() {
    let folder = tempfile::tempdir().unwrap();
    tree(folder.path());
    let ours = real::run(
        real::command().args(["bench", "digest", "--digest", "md5,sha1", "--digest", "sha512"]).arg(folder.path()),
    );
    assert_eq!((ours.code, ours.stderr.as_str()), (Some(0), ""));
    let theirs: String =
        ["sha256sum", "sha1sum", "md5sum", "sha512sum"].map(|tool| peer(tool, &["--tag"], folder.path())).concat();
    assert_eq!(lines(&ours.stdout), lines(&theirs));
}

#[test]
fn what_can_not_be_read_is_told_and_the_exit_code_says_so() {
    let folder = tempfile::tempdir().unwrap();
    tree(folder.path());
    assert!(Command::new("mkfifo").arg(folder.path().join("pipe")).status().unwrap().success());
    let ours = real::run(real::command().args(["bench", "digest"]).arg(folder.path()));
    assert_eq!(ours.code, Some(3));
    assert!(ours.stderr.contains("pipe: it is a named pipe"), "{}", ours.stderr);
    assert_eq!(ours.stdout.lines().count(), 6);
    let wrong = real::hozen(&["bench", "digest", "--digest", "crc32", "."]);
    assert_eq!(wrong.code, Some(2));
    assert!(wrong.stderr.contains("sha256, sha1, md5, sha512 and blake3 are known"), "{}", wrong.stderr);
}

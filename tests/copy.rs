//! The second copy, with the real binary: whole under its name or not there, set down on both sides, and each fault named.
#![expect(clippy::disallowed_methods, reason = "this test makes cases and then damages them")]

mod disk;
mod real;

use std::fs;
use std::os::unix::fs::PermissionsExt as _;
use std::path::{Path, PathBuf};
use std::process::Stdio;
use std::time::Duration;

use disk::{Disk, Kind};
use real::{Ended, hozen};

struct World {
    folder: tempfile::TempDir,
}

impl World {
    /// A case with evidence of this many bytes that do not compress, results and reports.
    fn of(bytes: usize) -> Self {
        let folder = tempfile::tempdir().unwrap();
        fs::create_dir_all(folder.path().join("src")).unwrap();
        fs::create_dir(folder.path().join("usb2")).unwrap();
        let mut seed = 1_u32;
        let noise = std::iter::repeat_with(|| {
            seed = seed.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
            (seed >> 24) as u8
        });
        fs::write(folder.path().join("src/a.bin"), noise.take(bytes).collect::<Vec<_>>()).unwrap();
        let world = Self { folder };
        let (src, out) = (world.at("src"), world.at(""));
        let made = hozen(&["respond", &src, "--out", &out, "--case", "c1", "--force", "--operator", "op"]);
        assert!(matches!(made.code, Some(0 | 3)), "{}", made.stderr);
        world
    }

    fn at(&self, path: &str) -> String {
        self.folder.path().join(path).to_str().unwrap().to_owned()
    }

    fn path(&self, path: &str) -> PathBuf {
        self.folder.path().join(path)
    }

    fn copy(&self, more: &[&str]) -> Ended {
        self.copy_of("c1", more)
    }

    fn copy_of(&self, source: &str, more: &[&str]) -> Ended {
        let (source, to) = (self.at(source), self.at("usb2"));
        hozen(&[&["copy", &source, "--to", &to], more].concat())
    }

    fn chain(&self, case: &str) -> String {
        fs::read_to_string(self.path(case).join("custody/custody.jsonl")).unwrap()
    }

    /// Nothing lies on the target, and the source does not speak of a copy.
    #[track_caller]
    fn nothing_was_made(&self) {
        let left: Vec<_> = fs::read_dir(self.path("usb2")).unwrap().map(|entry| entry.unwrap().file_name()).collect();
        assert!(left.is_empty(), "{left:?}");
        assert!(!self.chain("c1").contains("\"act\":\"copy\""));
    }
}

fn tree(root: &Path) -> Vec<String> {
    let listed = real::tool(root, "find . -printf '%y %m %P\\n' | sort");
    listed.lines().map(str::to_owned).collect()
}

#[test]
fn a_copy_is_whole_private_and_set_down_on_both_sides_and_goes_on() {
    let world = World::of(3_000_000);
    let before = world.chain("c1");
    let ended = world.copy(&[
        "--verify",
        "--witness",
        "鈴木",
        "--device-serial",
        "SN2",
        "--seal-number",
        "A-2",
        "--format",
        "json",
    ]);
    assert_eq!(ended.code, Some(0), "{}", ended.stderr);
    let said = ended.json();
    assert_eq!(
        (&said["schema"], &said["verified"], &said["recorded"]),
        (&"hozen.copy/1".into(), &true.into(), &true.into())
    );
    assert!(said["read_back"].is_string() && said["secrets"] == false, "{said}");
    let (ours, theirs) = (world.chain("c1"), world.chain("usb2/c1"));
    assert_eq!(ours, theirs);
    let line: serde_json::Value = serde_json::from_str(ours.strip_prefix(&before).unwrap()).unwrap();
    assert_eq!((&line["act"], &line["detail"]["verified"]), (&"copy".into(), &"same".into()));
    assert_eq!(line["detail"]["list_sha256"], said["list_sha256"]);
    assert_eq!(line["detail"]["zips"][0]["zip_sha256"], said["zips"][0]["zip_sha256"]);
    assert_eq!((&line["detail"]["device"]["serial"], &line["detail"]["witness"]), (&"SN2".into(), &"鈴木".into()));
    // Stock tools find the same list, and every file the same.
    let list = "find . -type f ! -path './secret/*' ! -path ./custody/custody.jsonl -printf '%P\\n' | LC_ALL=C sort | xargs -d '\\n' sha256sum | sha256sum";
    assert!(real::tool(&world.path("usb2/c1"), list).starts_with(said["list_sha256"].as_str().unwrap()));
    real::tool(world.folder.path(), "diff -r --exclude=secret c1 usb2/c1");
    assert!(tree(&world.path("usb2/c1")).iter().all(|line| line.starts_with("d 700") || line.starts_with("f 600")));
    assert_eq!(fs::read_dir(world.path("usb2/c1/secret")).unwrap().count(), 0);
    for case in ["c1", "usb2/c1"] {
        let verified = hozen(&["verify", &world.at(case)]);
        assert_eq!(verified.code, Some(0), "{}", verified.stdout);
        let shown = hozen(&["custody", "show", &world.at(case), "--lang", "ja"]).stdout;
        assert!(shown.contains("複製先：") && shown.contains("読み直して照合：一致"), "{shown}");
        let added = hozen(&["custody", "add", &world.at(case), "--act", "open"]);
        assert_eq!(added.code, Some(0), "{}", added.stderr);
    }
    // A copy of the copy is as good.
    fs::create_dir(world.path("usb3")).unwrap();
    let again = hozen(&["copy", &world.at("usb2/c1"), "--to", &world.at("usb3"), "--verify"]);
    assert_eq!(again.code, Some(0), "{}", again.stderr);
    assert_eq!(hozen(&["verify", &world.at("usb3/c1")]).code, Some(0));
}

#[test]
fn what_was_not_read_back_is_said_and_keys_go_along_only_when_told() {
    let world = World::of(10);
    let ended = world.copy(&["--with-secrets"]);
    assert_eq!(ended.code, Some(0), "{}", ended.stderr);
    assert!(ended.stdout.contains("NOT READ BACK") && ended.stderr.contains("same file system"), "{}", ended.stdout);
    assert!(world.chain("c1").contains("\"secrets\":true") && world.chain("c1").contains("\"verified\":\"not_done\""));
    for key in ["case.key", "sign.key"] {
        let (from, to) = (world.path("c1/secret").join(key), world.path("usb2/c1/secret").join(key));
        assert_eq!(fs::read(from).unwrap(), fs::read(&to).unwrap());
        assert_eq!(fs::metadata(to).unwrap().permissions().mode() & 0o777, 0o600);
    }
    // Never over anything: not over a copy, not over one that broke off, not over a link.
    let again = world.copy(&[]);
    assert!(again.code == Some(2) && again.stderr.contains("exists already"), "{}", again.stderr);
    fs::remove_dir_all(world.path("usb2/c1")).unwrap();
    std::os::unix::fs::symlink("nowhere", world.path("usb2/c1")).unwrap();
    assert_eq!(world.copy(&[]).code, Some(2));
    fs::remove_file(world.path("usb2/c1")).unwrap();
    fs::create_dir(world.path("usb2/c1.partial")).unwrap();
    let again = world.copy(&[]);
    assert!(again.code == Some(2) && again.stderr.contains(".partial"), "{}", again.stderr);
}

#[test]
fn one_zip_and_its_digest_are_copied_and_set_down_in_its_case() {
    let world = World::of(50_000);
    let ended = world.copy_of("c1/evidence/c1-E001.zip", &["--verify", "--format", "json"]);
    assert_eq!(ended.code, Some(0), "{}", ended.stderr);
    assert!(ended.json()["event"].as_u64().is_some() && world.chain("c1").contains("\"act\":\"copy\""));
    real::tool(&world.path("usb2"), "sha256sum -c c1-E001.zip.sha256");
    assert_eq!(hozen(&["verify", &world.at("c1")]).code, Some(0));
    // Away from a case there is no chain.
    fs::create_dir(world.path("usb3")).unwrap();
    let alone = hozen(&["copy", &world.at("usb2/c1-E001.zip"), "--to", &world.at("usb3"), "--verify"]);
    assert!(alone.code == Some(0) && alone.stdout.contains("no chain of custody"), "{}{}", alone.stdout, alone.stderr);
    for damage in ["echo >> c1-E001.zip", "echo x > c1-E001.zip.sha256", "rm c1-E001.zip.sha256"] {
        real::tool(&world.path("usb2"), damage);
        fs::remove_dir_all(world.path("usb3")).unwrap();
        fs::create_dir(world.path("usb3")).unwrap();
        let refused = hozen(&["copy", &world.at("usb2/c1-E001.zip"), "--to", &world.at("usb3")]);
        assert_eq!(refused.code, Some(4), "{damage}: {}", refused.stderr);
        assert_eq!(fs::read_dir(world.path("usb3")).unwrap().count(), 0, "{damage}");
    }
}

#[test]
fn a_source_that_is_not_whole_is_refused_and_the_file_named() {
    let world = World::of(10);
    for (script, code, word) in [
        (
            "printf x | dd of=evidence/c1-E001.zip bs=1 seek=40 conv=notrunc",
            4,
            "evidence/c1-E001.zip is not as it was recorded",
        ),
        ("rm report/report.html", 4, "report/report.html is missing"),
        ("ln -sf /etc/passwd report/report.html", 4, "report/report.html"),
        ("echo > evidence/new", 4, "evidence/new is not in the chain"),
        ("echo x >> evidence/c1-E001.zip.sha256", 4, "c1-E001.zip.sha256"),
        ("printf '{' >> custody/custody.jsonl", 4, "custody check"),
        ("sed -i '2d' custody/custody.jsonl", 4, "line 2"),
        ("echo '{}' > evidence/c1-E001.orders.json", 2, "collect --resume"),
    ] {
        real::tool(world.folder.path(), "cp -a c1 keep");
        real::tool(&world.path("c1"), script);
        let ended = world.copy(&["--verify"]);
        assert_eq!(ended.code, Some(code), "{script}: {}", ended.stderr);
        assert!(ended.stderr.contains(word), "{script}: {}", ended.stderr);
        world.nothing_was_made();
        real::tool(world.folder.path(), "rm -rf c1 && mv keep c1");
    }
    // What is nobody's business stays behind, and is told; hostile names are shown harmless.
    real::tool(&world.path("c1"), "echo > $'x\\e[2J\\xff' && mkdir 'System Volume Information' && ln -s / up");
    let ended = world.copy(&["--verify"]);
    assert_eq!(ended.code, Some(0), "{}", ended.stderr);
    assert!(ended.stdout.contains("not copied") && !ended.stdout.contains('\u{1b}'), "{}", ended.stdout);
    let names: Vec<_> = fs::read_dir(world.path("usb2/c1")).unwrap().map(|entry| entry.unwrap().file_name()).collect();
    assert_eq!(names.len(), 6, "{names:?}");
}

#[test]
fn targets_that_can_not_take_it_are_refused_before_anything_is_written() {
    let world = World::of(10);
    let inside = hozen(&["copy", &world.at("c1"), "--to", &world.at("c1/results")]);
    assert!(inside.code == Some(2) && inside.stderr.contains("in what is to be copied"), "{}", inside.stderr);
    let gone = hozen(&["copy", &world.at("c1"), "--to", &world.at("not-mounted")]);
    assert!(gone.code == Some(2) && gone.stderr.contains("mounted?"), "{}", gone.stderr);
    assert_eq!(hozen(&["copy", &world.at("src"), "--to", &world.at("usb2")]).code, Some(2));
    world.nothing_was_made();
}

#[test]
fn of_two_copies_to_one_place_one_is_made_and_the_other_told() {
    let world = World::of(2_000_000);
    real::tool(world.folder.path(), "mkdir other && cp -a c1 other/c1");
    for round in 0..4 {
        let start = |source: &str| {
            let mut command = real::command();
            command.args(["copy", &world.at(source), "--to", &world.at("usb2"), "--verify"]);
            command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap()
        };
        // The same source is locked; another of the same name meets the taken name.
        let (one, two) = (start("c1"), start(if round % 2 == 0 { "c1" } else { "other/c1" }));
        let ended: Vec<Ended> = [one, two].map(|child| child.wait_with_output().unwrap().into()).into();
        let mut codes: Vec<_> = ended.iter().map(|ended| ended.code).collect();
        codes.sort();
        assert_eq!(codes, [Some(0), Some(2)], "{}{}", ended[0].stderr, ended[1].stderr);
        assert_eq!(hozen(&["verify", &world.at("usb2/c1")]).code, Some(0));
        fs::remove_dir_all(world.path("usb2/c1")).unwrap();
    }
}

#[test]
fn a_byte_that_is_flipped_on_its_way_to_the_medium_is_named() {
    let world = World::of(3_000_000);
    // A library in front of the C library's: every write of more than 1 MB goes out with one bit wrong.
    let source = "#define _GNU_SOURCE\n#include <dlfcn.h>\n#include <stdlib.h>\n#include <string.h>\n#include <unistd.h>\n\
        ssize_t pwrite64(int f, const void *b, size_t n, off_t o) {\n\
        ssize_t (*real)(int, const void *, size_t, off_t) = dlsym(RTLD_NEXT, \"pwrite64\");\n\
        if (n < 1000000 || o == 0) return real(f, b, n, o);\n\
        char *c = malloc(n); memcpy(c, b, n); c[4321] ^= 4; ssize_t r = real(f, c, n, o); free(c); return r; }\n";
    fs::write(world.path("flip.c"), source).unwrap();
    real::tool(world.folder.path(), "cc -shared -fPIC -o flip.so flip.c -ldl");
    let mut command = real::command();
    command.env("LD_PRELOAD", world.path("flip.so"));
    let ended = real::run(command.args(["copy", &world.at("c1"), "--to", &world.at("usb2"), "--verify"]));
    assert_eq!(ended.code, Some(4), "{}{}", ended.stdout, ended.stderr);
    let told = "evidence/c1-E001.zip does not read back from its medium as it was written: the first difference is at byte 1052897";
    assert!(ended.stderr.contains(told), "{}", ended.stderr);
    world.nothing_was_made();
}

#[test]
fn full_disks_and_failing_calls_leave_nothing_under_the_name() {
    let world = World::of(3_000_000);
    for (inject, code) in [
        ("pwrite64:error=ENOSPC:when=3", 2),
        ("fdatasync:error=EIO:when=2", 2),
        ("fsync:error=EIO:when=2", 2),
        ("renameat2:error=EIO:when=2", 2),
    ] {
        let script = format!("strace -f -qq -o /dev/null -e inject={inject} \"$@\"");
        let mut command = real::in_shell(&script);
        let ended = real::run(command.args(["copy", &world.at("c1"), "--to", &world.at("usb2"), "--verify"]));
        assert_eq!(ended.code, Some(code), "{inject}: {}", ended.stderr);
        assert!(!world.path("usb2/c1").exists(), "{inject}");
        if inject.starts_with("renameat2") {
            // Whole, set down, and without its name.
            assert!(ended.stderr.contains("rename it by hand"), "{}", ended.stderr);
            fs::rename(world.path("usb2/c1.partial"), world.path("usb2/c1")).unwrap();
            assert_eq!(hozen(&["verify", &world.at("usb2/c1")]).code, Some(0));
        } else {
            world.nothing_was_made();
        }
    }
}

#[test]
fn a_small_disk_is_told_beforehand_and_one_that_lies_about_its_room_at_the_sync() {
    if !real::is_root() {
        return;
    }
    let world = World::of(3_000_000);
    let small = Disk::new(Kind::Memory, world.folder.path(), 4 * 1024);
    let ended = hozen(&["copy", &world.at("c1"), "--to", small.at.to_str().unwrap(), "--verify"]);
    assert!(ended.code == Some(2) && ended.stderr.contains("the copy needs"), "{}", ended.stderr);
    drop(small);
    fs::remove_dir(world.path("disk")).unwrap();
    let thin = Disk::new(Kind::Thin, world.folder.path(), 16 * 1024);
    thin.real_room(Some(1_000));
    let ended = hozen(&["copy", &world.at("c1"), "--to", thin.at.to_str().unwrap(), "--verify"]);
    assert_eq!(ended.code, Some(2), "{}", ended.stderr);
    assert!(!thin.at.join("c1").exists() && !world.chain("c1").contains("\"act\":\"copy\""));
}

#[test]
fn a_disk_without_owners_takes_it_with_a_warning_and_a_source_kept_from_writing_is_left_alone() {
    if !real::is_root() {
        return;
    }
    let world = World::of(100_000);
    let stick = Disk::new(Kind::ExFat, world.folder.path(), 16 * 1024);
    let ended = hozen(&["copy", &world.at("c1"), "--to", stick.at.to_str().unwrap(), "--verify"]);
    assert_eq!(ended.code, Some(0), "{}", ended.stderr);
    assert!(ended.stdout.contains("knows no owners"), "{}", ended.stdout);
    stick.unmount();
    stick.mount();
    assert_eq!(hozen(&["verify", stick.at.join("c1").to_str().unwrap()]).code, Some(0));
    let before = world.chain("c1");
    fs::create_dir(world.path("ro")).unwrap();
    real::tool(world.folder.path(), "mount --bind c1 ro && mount -o remount,bind,ro ro");
    let ended = hozen(&["copy", &world.at("ro"), "--to", &world.at("usb2"), "--verify", "--format", "json"]);
    real::tool(world.folder.path(), "umount -l ro");
    assert_eq!(ended.code, Some(0), "{}", ended.stderr);
    assert_eq!(ended.json()["recorded"], false);
    assert_eq!(world.chain("c1"), before);
    assert!(world.chain("usb2/ro").contains("\"act\":\"copy\""));
    assert_eq!(hozen(&["verify", &world.at("usb2/ro")]).code, Some(0));
}

/// Starts a copy and hands it to `each` after a while.
fn during(world: &World, pause: Duration, signal: rustix::process::Signal) -> Ended {
    let mut command = real::command();
    command.args(["copy", &world.at("c1"), "--to", &world.at("usb2"), "--verify"]);
    let child = command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
    std::thread::sleep(pause);
    // It may be at its end already.
    let _ = rustix::process::kill_process(rustix::process::Pid::from_child(&child), signal);
    child.wait_with_output().unwrap().into()
}

#[test]
fn a_copy_that_is_killed_or_interrupted_anywhere_is_whole_under_its_name_or_not_there() {
    let world = World::of(20_000_000);
    let (mut killed, mut interrupted) = (0, 0);
    for pause in (0..16).map(|n| Duration::from_millis(4 + n * n * 3)) {
        for signal in [rustix::process::Signal::KILL, rustix::process::Signal::INT] {
            let before = world.chain("c1");
            let ended = during(&world, pause, signal);
            let is_there = world.path("usb2/c1").exists();
            match ended.code {
                Some(0) => assert!(is_there),
                Some(130) => {
                    interrupted += 1;
                    assert!(!is_there && !world.path("usb2/c1.partial").exists(), "{}", ended.stderr);
                    assert_eq!(world.chain("c1"), before);
                }
                None => killed += 1,
                other => panic!("{other:?}: {}", ended.stderr),
            }
            if is_there {
                assert_eq!(hozen(&["verify", &world.at("usb2/c1")]).code, Some(0));
                fs::remove_dir_all(world.path("usb2/c1")).unwrap();
            }
            assert_eq!(hozen(&["custody", "check", &world.at("c1")]).code, Some(0), "the source stays whole");
            let _ = fs::remove_dir_all(world.path("usb2/c1.partial"));
        }
    }
    assert!(killed > 2 && interrupted > 2, "killed {killed}, interrupted {interrupted}: the copies were too short");
}

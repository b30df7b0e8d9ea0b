//! Promise 1: nothing on a source changes, its access times included; and nothing outside the output can be written.

#![expect(
    clippy::disallowed_methods,
    reason = "the tests build and look at trees of their own, and start themselves anew"
)]

use std::collections::BTreeMap;
use std::fs;
use std::os::unix::fs::{MetadataExt, symlink};
use std::path::{Path, PathBuf};
use std::process::Command;

use hozen::disk::quiet::{Quiet, keep_access_times};
use hozen::disk::sandbox::{Confinement, confine};
use hozen::disk::source::SourceFile;
use hozen::disk::walk::{Walk, WalkOptions};
use hozen::model::Kind;
use rustix::fs::{AtFlags, CWD, Mode, Timespec, Timestamps, mkfifoat, utimensat};

/// The three times of a path, in nanoseconds apart, as `lstat` gives them.
type Times = [(i64, i64); 3];

fn times(path: &Path) -> Times {
    let m = fs::symlink_metadata(path).unwrap();
    [(m.atime(), m.atime_nsec()), (m.mtime(), m.mtime_nsec()), (m.ctime(), m.ctime_nsec())]
}

/// A tree with everything in it that could betray a look. Access times lie before modification times: relatime would
/// move each of them at the next ordinary read.
fn tree() -> (tempfile::TempDir, Vec<PathBuf>) {
    let temp = tempfile::tempdir().unwrap();
    let root = temp.path().to_path_buf();
    fs::create_dir_all(root.join("folder/deeper")).unwrap();
    fs::create_dir(root.join("empty")).unwrap();
    fs::write(root.join("folder/large"), vec![b'x'; 3_000_000]).unwrap();
    fs::write(root.join("folder/deeper/名簿.csv"), "氏名,電話\n").unwrap();
    fs::write(root.join("nothing"), b"").unwrap();
    symlink("folder/large", root.join("link")).unwrap();
    symlink("folder", root.join("folder-link")).unwrap();
    symlink("/no/where", root.join("dangling")).unwrap();
    mkfifoat(CWD, root.join("pipe"), Mode::from_raw_mode(0o600)).unwrap();
    let relative = ["", "folder", "folder/deeper", "empty", "folder/large", "folder/deeper/名簿.csv", "nothing"];
    let others = ["link", "folder-link", "dangling", "pipe"];
    let paths: Vec<PathBuf> = relative.iter().chain(&others).map(|path| root.join(path)).collect();
    for path in &paths {
        let old = Timestamps {
            last_access: Timespec { tv_sec: 1_000_000_000, tv_nsec: 5 },
            last_modification: Timespec { tv_sec: 1_100_000_000, tv_nsec: 7 },
        };
        utimensat(CWD, path, &old, AtFlags::SYMLINK_NOFOLLOW).unwrap();
    }
    (temp, paths)
}

/// Walks and reads everything; says what was read and which entries say that their access time was not kept.
fn read_everything(root: &Path) -> (u64, Vec<Kind>) {
    let mut bytes = 0;
    let mut moved = Vec::new();
    let mut buffer = vec![0; 100_000];
    for walked in Walk::new(vec![root.to_path_buf()], WalkOptions::default()).unwrap() {
        if !walked.atime_kept {
            moved.push(walked.entry.kind);
        }
        let Some(source) = walked.source else { continue };
        let mut file = SourceFile::open_at(&source.dir, &source.name).unwrap();
        assert!(file.atime_kept());
        assert_eq!(Some(file.stat_at_open()), walked.entry.stat.as_ref());
        file.xattrs().unwrap();
        loop {
            match file.read_full(&mut buffer).unwrap() {
                0 => break,
                count => bytes += count as u64,
            }
        }
        assert_eq!(&file.stat().unwrap(), file.stat_at_open());
        assert!(!file.after(&source.dir, &source.name).1);
    }
    (bytes, moved)
}

fn all_times(paths: &[PathBuf]) -> BTreeMap<PathBuf, Times> {
    paths.iter().map(|path| (path.clone(), times(path))).collect()
}

#[test]
fn a_walk_that_reads_everything_leaves_every_time_as_it_was() {
    let (temp, paths) = tree();
    let root = temp.path().to_path_buf();
    // The mounts of our own are this thread's: the test's other threads do not get them.
    let thread = std::thread::spawn(move || {
        let quiet = keep_access_times(&[&root], false);
        let before = all_times(&paths);
        let (bytes, moved) = read_everything(&root);
        (quiet, before, all_times(&paths), bytes, moved)
    });
    let (quiet, before, after, bytes, moved) = thread.join().unwrap();
    assert_eq!(bytes, 3_000_000 + "氏名,電話\n".len() as u64);
    match quiet {
        Quiet::Kept => {
            assert_eq!(after, before);
            assert_eq!(moved, []);
        }
        // Without the right to mount, links are what may move, and each that did says so.
        Quiet::NotKept(why) => {
            assert!(why.contains("refused"), "nobody refused, yet: {why}");
            assert!(moved.iter().all(|kind| *kind == Kind::Link), "{moved:?}");
            let changed = before.iter().filter(|(path, times)| after.get(*path) != Some(times)).count();
            assert_eq!(changed, moved.len());
        }
    }
}

#[test]
fn without_mounts_of_our_own_only_links_may_move_and_they_say_so() {
    let (temp, paths) = tree();
    let before = all_times(&paths);
    let (_, moved) = read_everything(temp.path());
    let after = all_times(&paths);
    let changed: Vec<&PathBuf> =
        before.iter().filter(|(path, times)| after.get(*path) != Some(times)).map(|(path, _)| path).collect();
    assert!(changed.iter().all(|path| path.is_symlink()), "{changed:?}");
    assert_eq!(changed.len(), moved.len(), "{changed:?}");
}

#[test]
fn the_tree_would_show_an_ordinary_read() {
    let (temp, _) = tree();
    let path = temp.path().join("folder/large");
    let before = times(&path);
    fs::read(&path).unwrap();
    // If this fails, the file system keeps no access times and the tests above prove nothing.
    assert_ne!(times(&path), before, "run the tests on a file system that is not mounted noatime");
}

/// Where the child finds its folders; set only by [`a_confined_process_writes_inside_its_output_only`].
const CHILD_FOLDER: &str = "HOZEN_TEST_CONFINED";

#[test]
fn a_confined_process_writes_inside_its_output_only() {
    let temp = tempfile::tempdir().unwrap();
    for folder in ["source", "output"] {
        fs::create_dir(temp.path().join(folder)).unwrap();
        fs::write(temp.path().join(folder).join("old"), b"old").unwrap();
    }
    fs::write(temp.path().join("single"), b"old").unwrap();
    let child = Command::new(std::env::current_exe().unwrap())
        .args(["--exact", "confined_child", "--ignored", "--nocapture", "--test-threads=1"])
        .env(CHILD_FOLDER, temp.path())
        .output()
        .unwrap();
    let said = String::from_utf8_lossy(&child.stdout).into_owned() + &String::from_utf8_lossy(&child.stderr);
    assert!(child.status.success(), "{said}");
    assert!(said.contains("1 passed"), "the child ran nothing: {said}");
    assert_eq!(fs::read(temp.path().join("source/old")).unwrap(), b"old");
    assert_eq!(fs::read_dir(temp.path().join("source")).unwrap().count(), 1);
}

#[test]
#[ignore = "started by a_confined_process_writes_inside_its_output_only, in a process of its own"]
fn confined_child() {
    let Some(folder) = std::env::var_os(CHILD_FOLDER).map(PathBuf::from) else { return };
    let (source, output, single) = (folder.join("source"), folder.join("output"), folder.join("single"));
    let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let in_force = confine(&[&output, &single]);
    println!("in force: {in_force:?}");
    if let Confinement::None(_) = in_force {
        return;
    }
    std::thread::spawn(move || {
        // Reading everywhere, writing inside.
        assert_eq!(fs::read(source.join("old")).unwrap(), b"old");
        fs::create_dir(output.join("new")).unwrap();
        fs::write(output.join("new/file"), b"x").unwrap();
        fs::write(output.join("old"), b"y").unwrap();
        fs::remove_file(output.join("old")).unwrap();
        fs::write(&single, b"z").unwrap();
        // Nothing outside, and no link or pipe anywhere.
        assert!(fs::write(source.join("new"), b"x").is_err());
        assert!(fs::File::options().write(true).open(source.join("old")).is_err());
        assert!(fs::File::options().append(true).open(source.join("old")).is_err());
        assert!(fs::remove_file(source.join("old")).is_err());
        assert!(fs::rename(source.join("old"), source.join("moved")).is_err());
        assert!(fs::rename(source.join("old"), output.join("moved")).is_err());
        assert!(fs::hard_link(source.join("old"), source.join("linked")).is_err());
        assert!(fs::create_dir(source.join("folder")).is_err());
        assert!(symlink("old", output.join("link")).is_err());
        // No program starts.
        assert!(Command::new("/bin/true").status().is_err());
        if in_force == Confinement::Full {
            fs::rename(output.join("new/file"), output.join("file")).unwrap();
            assert!(std::net::TcpListener::bind("127.0.0.1:0").is_err());
            assert!(std::net::TcpStream::connect(listener.local_addr().unwrap()).is_err());
        }
    })
    .join()
    .unwrap();
}

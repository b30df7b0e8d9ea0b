#![expect(clippy::disallowed_methods, reason = "the tests build their own trees")]

use super::*;
use crate::disk::own;
use crate::disk::source::SourceFile;
use rustix::fs::{CWD, Mode};
use std::ffi::OsStr;
use std::fs;
use std::os::fd::AsFd;
use std::os::unix::ffi::OsStrExt;
use std::path::Path;

fn walk(roots: &[&Path]) -> Vec<Walked> {
    walk_with(roots, WalkOptions::default())
}

fn walk_with(roots: &[&Path], options: WalkOptions) -> Vec<Walked> {
    Walk::new(roots.iter().map(|root| root.to_path_buf()).collect(), options).unwrap().collect()
}

/// Paths below the first root, as shown.
fn shown(walked: &[Walked]) -> Vec<String> {
    let root = walked[0].entry.path.shown();
    walked.iter().map(|one| one.entry.path.shown()[root.len()..].to_owned()).collect()
}

fn find<'a>(walked: &'a [Walked], end: &str) -> &'a Walked {
    walked.iter().find(|one| one.entry.path.shown().ends_with(end)).unwrap_or_else(|| panic!("no {end}"))
}

fn gap_kinds(walked: &[Walked]) -> Vec<GapKind> {
    walked.iter().flat_map(|one| &one.gaps).map(|gap| gap.kind).collect()
}

#[test]
fn order_is_depth_first_by_raw_bytes_and_a_folder_comes_before_its_content() {
    let temp = tempfile::tempdir().unwrap();
    for folder in ["b", "a/z", "a.d"] {
        fs::create_dir_all(temp.path().join(folder)).unwrap();
    }
    for file in ["a/z/1", "a/y", "b/x", "c", "a.d/q", "B"] {
        fs::write(temp.path().join(file), file).unwrap();
    }
    let walked = walk(&[temp.path()]);
    let expected = ["", "/B", "/a", "/a/y", "/a/z", "/a/z/1", "/a.d", "/a.d/q", "/b", "/b/x", "/c"];
    assert_eq!(shown(&walked), expected);
    let seqs: Vec<u64> = walked.iter().map(|one| one.entry.seq).collect();
    assert_eq!(seqs, (0..11).collect::<Vec<u64>>());
    assert_eq!(gap_kinds(&walked), []);
    assert_eq!(walked[0].listing, Some(Digest::of(b"B\0a\0a.d\0b\0c\0")));
    assert!(walked.iter().all(|one| one.atime_kept), "we own the tree");
}

#[test]
fn names_are_bytes_whatever_they_say() {
    let temp = tempfile::tempdir().unwrap();
    let long = [b'n'; 255];
    let names: [&[u8]; 4] = [b"a\nb", &long, b"\x8c\xda\x8b\x71\x83\x5c.csv", "名簿\u{202e}.txt".as_bytes()];
    for name in names {
        fs::write(temp.path().join(OsStr::from_bytes(name)), name).unwrap();
    }
    let walked = walk(&[temp.path()]);
    assert_eq!(walked.len(), 5);
    for one in &walked[1..] {
        let source = one.source.as_ref().unwrap();
        assert!(names.contains(&source.name.as_slice()));
        let mut content = vec![0; 300];
        let mut file = SourceFile::open_at(&source.dir, &source.name).unwrap();
        let length = file.read_full(&mut content).unwrap();
        assert_eq!(content[..length], source.name);
        assert!(one.entry.path.0.ends_with(&source.name));
    }
}

#[test]
fn what_is_no_file_is_recorded_and_never_opened() {
    let temp = tempfile::tempdir().unwrap();
    rustix::fs::mkfifoat(CWD, temp.path().join("pipe"), Mode::from_raw_mode(0o600)).unwrap();
    let _socket = std::os::unix::net::UnixListener::bind(temp.path().join("socket")).unwrap();
    std::os::unix::fs::symlink(OsStr::from_bytes(b"../\xff"), temp.path().join("link")).unwrap();
    std::os::unix::fs::symlink(".", temp.path().join("loop")).unwrap();
    let walked = walk(&[temp.path()]);
    assert_eq!(shown(&walked), ["", "/link", "/loop", "/pipe", "/socket"]);
    let kinds: Vec<Kind> = walked.iter().map(|one| one.entry.kind).collect();
    assert_eq!(kinds, [Kind::Folder, Kind::Link, Kind::Link, Kind::Fifo, Kind::Socket]);
    assert_eq!(walked[1].entry.link_target.as_deref(), Some(b"../\xff".as_slice()));
    assert!(walked.iter().all(|one| one.source.is_none()));
    assert_eq!(gap_kinds(&walked), [GapKind::SpecialFile, GapKind::SpecialFile]);
    assert!(find(&walked, "pipe").gaps[0].reason.contains("a named pipe"));
}

#[test]
fn devices_tell_their_numbers() {
    let walked = walk(&[Path::new("/dev/null")]);
    assert_eq!((walked[0].entry.kind, walked[0].entry.device_node), (Kind::CharDevice, Some((1, 3))));
    assert_eq!(gap_kinds(&walked), [GapKind::SpecialFile]);
}

#[test]
fn paths_longer_than_the_kernel_takes_are_walked_and_read() {
    let temp = tempfile::tempdir().unwrap();
    let name = "d".repeat(200);
    let mut dir = DirHandle::open_path(temp.path()).unwrap();
    for _ in 0..40 {
        rustix::fs::mkdirat(&dir, &name, Mode::from_raw_mode(0o700)).unwrap();
        dir = dir.open_at(name.as_bytes()).unwrap();
    }
    write_at(&dir, "leaf", b"deep");
    let walked = walk(&[temp.path()]);
    assert_eq!((walked.len(), gap_kinds(&walked)), (42, vec![]));
    let leaf = walked.last().unwrap();
    assert!(leaf.entry.path.0.len() > 8_000);
    let source = leaf.source.as_ref().unwrap();
    let mut content = [0; 9];
    assert_eq!(SourceFile::open_at(&source.dir, &source.name).unwrap().read_full(&mut content).unwrap(), 4);
}

fn write_at(dir: impl AsFd, name: &str, content: &[u8]) {
    use rustix::fs::OFlags;
    let flags = OFlags::WRONLY | OFlags::CREATE | OFlags::CLOEXEC;
    let fd = rustix::fs::openat(dir, name, flags, Mode::from_raw_mode(0o600)).unwrap();
    rustix::io::write(fd, content).unwrap();
}

#[test]
fn a_missing_root_is_an_error_that_names_it() {
    let temp = tempfile::tempdir().unwrap();
    let gone = temp.path().join("gone\x1b");
    let Err(error) = Walk::new(vec![temp.path().into(), gone], WalkOptions::default()) else { panic!("walked") };
    assert!(error.to_string().contains("gone\\u{1b}: check its spelling"), "{error}");
    assert!(matches!(Walk::new(vec![], WalkOptions::default()), Err(WalkError::NoRoots)));
    assert!(Walk::new(vec!["".into()], WalkOptions::default()).is_err());
}

#[test]
fn overlapping_roots_are_walked_once_in_whatever_order() {
    let temp = tempfile::tempdir().unwrap();
    let (a, b) = (temp.path().join("a"), temp.path().join("a/b"));
    fs::create_dir_all(&b).unwrap();
    fs::write(b.join("x"), b"").unwrap();
    let other = temp.path().join("ab");
    fs::write(&other, b"").unwrap();
    let dotted = temp.path().join("a/../a/.");
    for roots in [vec![&a, &b, &other], vec![&b, &other, &a, &b], vec![&a, &a, &other, &dotted]] {
        let dropped = roots.len() - 2;
        let walk = Walk::new(roots.into_iter().cloned().collect(), WalkOptions::default()).unwrap();
        assert_eq!(walk.notes().len(), dropped, "{:?}", walk.notes());
        let mut paths: Vec<String> = walk.map(|one| one.entry.path.shown()).collect();
        paths.sort_unstable();
        let expected: Vec<String> =
            [&a, &b, &b.join("x"), &other].iter().map(|path| path.display().to_string()).collect();
        assert_eq!(paths, expected);
    }
}

#[test]
fn two_names_of_one_file_are_two_entries() {
    let temp = tempfile::tempdir().unwrap();
    let (one, two) = (temp.path().join("one"), temp.path().join("two"));
    fs::write(&one, b"x").unwrap();
    fs::hard_link(&one, &two).unwrap();
    assert_eq!(walk(&[&one, &two]).len(), 2);
}

#[test]
fn a_root_that_is_a_link_is_recorded_and_the_user_is_told() {
    let temp = tempfile::tempdir().unwrap();
    fs::create_dir(temp.path().join("real")).unwrap();
    fs::write(temp.path().join("real/x"), b"").unwrap();
    let link = temp.path().join("link");
    std::os::unix::fs::symlink("real", &link).unwrap();
    let walked = walk(&[&link]);
    assert_eq!((walked.len(), walked[0].entry.kind), (1, Kind::Link));
    assert_eq!(gap_kinds(&walked), [GapKind::LinkNotFollowed]);
    assert!(walked[0].gaps[0].reason.ends_with("real"), "{}", walked[0].gaps[0].reason);
    // With a closing slash the user asks for what it leads to.
    let walked = walk(&[&temp.path().join("link/")]);
    assert_eq!(shown(&walked), ["", "/x"]);
}

#[test]
fn a_root_may_be_a_file_or_named_by_dots() {
    let temp = tempfile::tempdir().unwrap();
    fs::create_dir(temp.path().join("sub")).unwrap();
    fs::write(temp.path().join("x"), b"abc").unwrap();
    let walked = walk(&[&temp.path().join("x")]);
    let source = walked[0].source.as_ref().unwrap();
    assert_eq!(SourceFile::open_at(&source.dir, &source.name).unwrap().size_at_open(), 3);
    let walked = walk(&[&temp.path().join("sub/..")]);
    assert_eq!(shown(&walked), ["", "/sub", "/x"]);
}

#[test]
fn our_own_output_is_left_out_with_a_gap() {
    let temp = tempfile::tempdir().unwrap();
    let case = temp.path().join("case");
    fs::create_dir(&case).unwrap();
    fs::write(case.join("evidence.zip"), b"").unwrap();
    fs::write(temp.path().join("x"), b"").unwrap();
    let options = WalkOptions { leave_out: vec![own::identity(&case).unwrap()], ..WalkOptions::default() };
    let walked = walk_with(&[temp.path()], options);
    assert_eq!(shown(&walked), ["", "/case", "/x"]);
    assert_eq!(gap_kinds(&walked), [GapKind::OwnOutput]);
}

#[test]
fn mount_points_are_recorded_and_crossed_only_when_asked() {
    // Every Linux has file systems of their own mounted below /dev.
    let walked = walk(&[Path::new("/dev")]);
    let pts = find(&walked, "/dev/pts");
    assert_eq!(pts.gaps.iter().map(|gap| gap.kind).collect::<Vec<_>>(), [GapKind::OtherFileSystem]);
    assert!(pts.listing.is_none() && pts.entry.stat.is_some());
    assert!(walked.iter().all(|one| !one.entry.path.0.starts_with(b"/dev/pts/")));
    let walked = walk_with(&[Path::new("/dev")], WalkOptions { one_file_system: false, ..WalkOptions::default() });
    assert!(find(&walked, "/dev/pts").listing.is_some());
    assert_eq!(find(&walked, "/dev/pts/ptmx").entry.kind, Kind::CharDevice);
    // A root that is a mount point itself was asked for by name.
    assert!(walk(&[Path::new("/dev/pts")]).len() > 1);
}

#[test]
fn what_vanishes_between_listing_and_looking_is_a_gap() {
    let temp = tempfile::tempdir().unwrap();
    for name in ["a", "b", "c"] {
        fs::create_dir(temp.path().join(name)).unwrap();
    }
    let mut walk = Walk::new(vec![temp.path().into()], WalkOptions::default()).unwrap();
    assert_eq!(walk.next().unwrap().entry.kind, Kind::Folder);
    fs::remove_dir(temp.path().join("b")).unwrap();
    let rest: Vec<Walked> = walk.collect();
    assert_eq!(rest.iter().map(|one| one.entry.kind).collect::<Vec<_>>(), [Kind::Folder, Kind::Unknown, Kind::Folder]);
    assert_eq!(gap_kinds(&rest), [GapKind::Vanished]);
    assert!(rest[1].entry.stat.is_none() && rest[1].gaps[0].path.ends_with("/b"));
}

#[test]
fn a_folder_that_is_renamed_away_while_it_is_walked_is_still_the_one_that_is_read() {
    let temp = tempfile::tempdir().unwrap();
    fs::create_dir(temp.path().join("a")).unwrap();
    fs::write(temp.path().join("a/x"), b"true").unwrap();
    let mut walk = Walk::new(vec![temp.path().into()], WalkOptions::default()).unwrap();
    assert_eq!(walk.by_ref().take(2).count(), 2);
    fs::rename(temp.path().join("a"), temp.path().join("gone")).unwrap();
    std::os::unix::fs::symlink("/etc", temp.path().join("a")).unwrap();
    let file = walk.next().unwrap();
    let source = file.source.unwrap();
    let mut content = [0; 9];
    assert_eq!(SourceFile::open_at(&source.dir, &source.name).unwrap().read_full(&mut content).unwrap(), 4);
}

/// A chain of folders, each with a file beside the next: `0/0/…`, the file is named after its depth.
fn chain(root: &Path, depth: usize) {
    let mut dir = DirHandle::open_path(root).unwrap();
    for level in 0..depth {
        write_at(&dir, &format!("z{level}"), b"x");
        rustix::fs::mkdirat(&dir, "0", Mode::from_raw_mode(0o700)).unwrap();
        dir = dir.open_at(b"0").unwrap();
    }
}

#[test]
fn a_tree_deeper_than_handles_are_held_is_walked_whole() {
    let temp = tempfile::tempdir().unwrap();
    chain(temp.path(), 40);
    let few = WalkOptions { open_folders: 3, ..WalkOptions::default() };
    let (few, many) = (walk_with(&[temp.path()], few), walk(&[temp.path()]));
    assert_eq!((shown(&few), gap_kinds(&few)), (shown(&many), vec![]));
    assert_eq!(few.len(), 81);
    for one in few.iter().filter(|one| one.entry.kind == Kind::File) {
        let source = one.source.as_ref().unwrap();
        assert!(SourceFile::open_at(&source.dir, &source.name).is_ok());
    }
}

#[test]
fn a_folder_that_was_moved_while_it_was_let_go_is_found_from_the_root_or_said_to_be_lost() {
    let temp = tempfile::tempdir().unwrap();
    for moved_up in [true, false] {
        let root = temp.path().join(moved_up.to_string());
        fs::create_dir(&root).unwrap();
        chain(&root, 8);
        fs::create_dir(root.join("other")).unwrap();
        fs::write(root.join("other/z3"), "not this one").unwrap();
        let options = WalkOptions { open_folders: 2, ..WalkOptions::default() };
        let mut walk = Walk::new(vec![root.clone()], options).unwrap();
        // Down to the deepest folder; then one in the middle moves, with the walk inside of it.
        let down: Vec<Walked> = walk.by_ref().take(9).collect();
        assert!(down.iter().all(|one| one.entry.kind == Kind::Folder));
        let deep = root.join("0/0/0/0/0");
        if moved_up {
            // `..` of it is now the root; what it was listed in is still where it was.
            fs::rename(&deep, root.join("moved")).unwrap();
        } else {
            // And that was replaced too.
            fs::rename(&deep, root.join("moved")).unwrap();
            fs::rename(root.join("0/0"), root.join("gone")).unwrap();
            fs::create_dir_all(root.join("0/0/0/0")).unwrap();
            fs::write(root.join("0/0/0/0/z4"), "not this one").unwrap();
        }
        let rest: Vec<Walked> = walk.collect();
        let files: Vec<String> = (0..8).rev().map(|level| format!("z{level}")).collect();
        let found: Vec<&Walked> = files
            .iter()
            .map(|end| rest.iter().find(|one| one.entry.path.0.ends_with(end.as_bytes())).unwrap())
            .collect();
        if moved_up {
            assert_eq!(gap_kinds(&rest), []);
            assert!(found.iter().all(|one| one.entry.kind == Kind::File));
        } else {
            assert!(!gap_kinds(&rest).is_empty() && gap_kinds(&rest).iter().all(|kind| *kind == GapKind::Replaced));
            assert!(found.iter().all(|one| one.source.is_some() || !one.gaps.is_empty()), "lost or said");
        }
        // Whatever moved: no file of another folder is taken for the one that was listed.
        for one in found.iter().filter(|one| one.source.is_some()) {
            assert_eq!(one.entry.stat.as_ref().unwrap().size, 1);
        }
    }
}

#[test]
fn attributes_of_what_is_not_opened_are_read_too() {
    let temp = tempfile::tempdir().unwrap();
    std::os::unix::fs::symlink("nowhere", temp.path().join("link")).unwrap();
    rustix::fs::mkfifoat(CWD, temp.path().join("pipe"), Mode::from_raw_mode(0o600)).unwrap();
    let set = |name: &str| {
        let none = rustix::fs::XattrFlags::empty();
        rustix::fs::lsetxattr(temp.path().join(name), "trusted.label", b"seen", none)
    };
    if set("link").is_err() || set("pipe").is_err() {
        return; // not root
    }
    let walked = walk(&[temp.path()]);
    for name in ["/link", "/pipe"] {
        assert_eq!(find(&walked, name).xattrs, [(b"trusted.label".to_vec(), b"seen".to_vec())], "{name}");
    }
}

#[test]
fn what_a_profile_found_may_be_gone_and_its_gaps_are_told_once_wherever_they_lie() {
    let folder = tempfile::tempdir().unwrap();
    let path = |name: &str| folder.path().join(name);
    std::fs::create_dir_all(path("etc/app")).unwrap();
    std::fs::write(path("etc/app/conf"), b"x").unwrap();
    std::os::unix::fs::symlink("app", path("etc/link")).unwrap();
    let gap = || Some((GapKind::OverLimit, "only a part was searched".to_owned()));
    let found = |name: &str, gap| FoundRoot { path: path(name), gap };
    let options = WalkOptions {
        found: vec![
            found("etc/app", None),
            found("etc/app/conf", None),
            found("etc/link", None),
            found("gone", None),
            found("etc/app/conf", gap()),
            found("etc/app/other", gap()),
            found("srv", gap()),
        ],
        ..WalkOptions::default()
    };
    let walk = Walk::new(Vec::new(), options).unwrap();
    assert!(walk.notes().is_empty());
    let seen: Vec<(String, Vec<GapKind>)> = walk
        .map(|walked| {
            let shown = walked.entry.path.shown().replace(&*folder.path().to_string_lossy(), "");
            (shown, walked.gaps.iter().map(|gap| gap.kind).collect())
        })
        .collect();
    let over = || vec![GapKind::OverLimit];
    let wanted = [
        ("/etc/app", vec![]),
        ("/etc/app/conf", over()),
        ("/etc/link", vec![]),
        ("/gone", vec![GapKind::Vanished]),
        ("/etc/app/other", over()),
        ("/srv", over()),
    ];
    assert_eq!(seen, wanted.map(|(path, kinds)| (path.to_owned(), kinds)));
}

#[test]
fn a_survey_leaves_links_alone() {
    let temp = tempfile::tempdir().unwrap();
    let link = temp.path().join("link");
    std::os::unix::fs::symlink("target", &link).unwrap();
    let old = rustix::fs::Timespec { tv_sec: 1_000_000_000, tv_nsec: 0 };
    let times = rustix::fs::Timestamps { last_access: old, last_modification: old };
    rustix::fs::utimensat(CWD, &link, &times, rustix::fs::AtFlags::SYMLINK_NOFOLLOW).unwrap();
    let walk = Walk::new(vec![temp.path().into()], WalkOptions::default()).unwrap().without_link_targets();
    let walked: Vec<Walked> = walk.collect();
    assert!(walked[1].entry.kind == Kind::Link && walked[1].entry.link_target.is_none());
    let after = walk_with(&[temp.path()], WalkOptions::default());
    assert_eq!(after[1].entry.stat.as_ref().unwrap().atime.seconds, 1_000_000_000, "as it was before it is read");
}

/// Some folders inside each other, each with many names on both sides of the next one.
fn wide_and_deep() -> tempfile::TempDir {
    let temp = tempfile::tempdir().unwrap();
    let mut folder = temp.path().to_path_buf();
    for level in 0..4 {
        for n in 0..60 {
            fs::write(folder.join(format!("{n:02}-{}", "n".repeat(n % 40))), b"").unwrap();
        }
        folder.push(format!("3{level}-folder"));
        fs::create_dir(&folder).unwrap();
    }
    temp
}

#[test]
fn however_little_room_there_is_for_names_the_walk_is_the_same() {
    let temp = wide_and_deep();
    let seen = |names_bytes| {
        let walked = walk_with(&[temp.path()], WalkOptions { names_bytes, ..WalkOptions::default() });
        walked.into_iter().map(|one| (one.entry.seq, one.entry.path, one.listing, one.gaps.len())).collect::<Vec<_>>()
    };
    let whole = seen(usize::MAX);
    assert_eq!(whole.len(), 1 + 4 * 61);
    for names_bytes in [0, 1, 60, 500, 2_000, 5_000, 20_000] {
        assert!(seen(names_bytes) == whole, "{names_bytes} bytes");
    }
}

#[test]
fn a_folder_that_is_not_what_it_was_when_it_is_listed_again_is_told() {
    let temp = wide_and_deep();
    let options = WalkOptions { names_bytes: 200, ..WalkOptions::default() };
    let mut walk = Walk::new(vec![temp.path().to_path_buf()], options).unwrap();
    let first: Vec<_> = walk.by_ref().take(3).collect();
    assert_eq!(gap_kinds(&first), []);
    fs::remove_file(temp.path().join(format!("50-{}", "n".repeat(10)))).unwrap();
    let rest: Vec<_> = walk.collect();
    let told: Vec<_> = rest.iter().filter(|one| !one.gaps.is_empty()).collect();
    assert_eq!((told.len(), gap_kinds(&rest)), (1, vec![GapKind::Vanished]));
    assert!(told[0].gaps[0].reason.contains("the folder changed while it was walked"), "{}", told[0].gaps[0].reason);
    assert_eq!(told[0].entry.path.0, temp.path().as_os_str().as_bytes());
    assert_eq!(first.len() + rest.len(), 1 + 4 * 61, "one name less, and one entry that says so");
}

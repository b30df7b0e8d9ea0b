#![expect(clippy::disallowed_methods, reason = "the test builds its own tree")]

use std::ffi::OsStr;
use std::os::unix::ffi::OsStrExt;
use std::os::unix::fs::symlink;

use proptest::prelude::*;

use super::*;

/// A tree from lines: `dir/`, `file`, `link -> target`.
fn tree(lines: &[&str]) -> tempfile::TempDir {
    let folder = tempfile::tempdir().unwrap();
    for line in lines {
        let (name, target) = line.split_once(" -> ").map_or((*line, None), |(name, target)| (name, Some(target)));
        let path = folder.path().join(name.trim_end_matches('/'));
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        match target {
            Some(target) => symlink(target, &path).unwrap(),
            None if name.ends_with('/') => std::fs::create_dir_all(&path).unwrap(),
            None => std::fs::write(&path, name).unwrap(),
        }
    }
    folder
}

fn found_by(root: &Path, follow: Follow, patterns: &[&str]) -> Found {
    let mut finder = Finder::new(root).unwrap();
    let mut found = Found::default();
    for pattern in patterns.iter().flat_map(|text| PathPattern::parse(text).unwrap()) {
        finder.find(&pattern, follow, &mut found);
    }
    found
}

fn paths(found: &Found) -> Vec<String> {
    found.spots.iter().map(|spot| String::from_utf8_lossy(&spot.path).into_owned()).collect()
}

#[test]
fn patterns_lead_to_files_and_whole_folders() {
    let tree = tree(&[
        "etc/nginx/nginx.conf",
        "var/log/a.log",
        "var/log/a.log.1",
        "var/log/b.txt",
        "srv/x/y/z/wp-config.php",
        "srv/wp-config.php",
    ]);
    let found = found_by(
        tree.path(),
        Follow::Named,
        &["/etc/nginx", "/var/log/*.log*", "/srv/**2/wp-config.php", "/not/there"],
    );
    assert_eq!(paths(&found), ["/etc/nginx", "/srv/wp-config.php", "/var/log/a.log", "/var/log/a.log.1"]);
    assert!(found.spots.iter().next().unwrap().is_folder);
    assert_eq!(paths(&found_by(tree.path(), Follow::Named, &["/srv/**3/wp-config.php"])).len(), 2);
    assert!(found.links.is_empty() && found.unseen.is_empty());
}

#[test]
fn links_are_followed_where_they_are_named_and_passed_by_where_a_wildcard_meets_them() {
    let tree = tree(&[
        "data/www/index.html",
        "var/www -> /data/www",
        "home/taro/log/a",
        "home/jiro -> ../data/jiro",
        "data/jiro/log/b",
        "home/x -> nowhere",
    ]);
    let found = found_by(tree.path(), Follow::Named, &["/var/www", "/home/*/log"]);
    assert_eq!(paths(&found), ["/data/www", "/home/jiro", "/home/taro/log", "/var/www"]);
    let links: Vec<(String, bool)> =
        found.links.iter().map(|link| (String::from_utf8_lossy(&link.path).into_owned(), link.followed)).collect();
    assert_eq!(links, [("/home/jiro".to_owned(), false), ("/var/www".to_owned(), true)]);
    let followed = found_by(tree.path(), Follow::All, &["/home/*/log"]);
    assert_eq!(paths(&followed), ["/data/jiro/log", "/home/jiro", "/home/taro/log"]);
}

#[test]
fn a_link_on_the_way_to_nothing_is_no_find_and_a_dangling_one_that_was_named_is() {
    let tree = tree(&["usr/bin/x", "bin -> usr/bin", "var/www -> /gone"]);
    assert_eq!(paths(&found_by(tree.path(), Follow::Named, &["/bin/.ssh", "/bin/x"])), ["/bin", "/usr/bin/x"]);
    assert_eq!(paths(&found_by(tree.path(), Follow::Named, &["/bin/.ssh"])), Vec::<String>::new());
    assert_eq!(paths(&found_by(tree.path(), Follow::Named, &["/var/www"])), ["/var/www"]);
}

#[test]
fn no_link_leads_out_of_the_root() {
    let outside = tree(&["secret"]);
    let inside = outside.path().join("inside");
    std::fs::create_dir(&inside).unwrap();
    std::fs::write(inside.join("secret"), b"ours").unwrap();
    symlink("../../../../../../secret", inside.join("up")).unwrap();
    symlink(outside.path().join("secret"), inside.join("absolute")).unwrap();
    symlink("loop", inside.join("loop")).unwrap();
    symlink("/", inside.join("top")).unwrap();
    let found = found_by(&inside, Follow::All, &["/up", "/absolute", "/loop", "/top/top/secret", "/l*p"]);
    assert_eq!(paths(&found), ["/absolute", "/loop", "/secret", "/top", "/up"]);
    assert!(found.links.iter().any(|link| link.path == b"/loop" && !link.followed));
}

#[test]
fn a_folder_that_may_not_be_listed_is_said_and_what_is_named_in_it_is_found() {
    if rustix::process::geteuid().is_root() {
        return;
    }
    let tree = tree(&["home/taro/.ssh/authorized_keys"]);
    let home = tree.path().join("home/taro");
    let mode = |mode| std::os::unix::fs::PermissionsExt::from_mode(mode);
    std::fs::set_permissions(&home, mode(0o111)).unwrap();
    let found = found_by(tree.path(), Follow::Named, &["/home/taro/.ssh/authorized_keys", "/home/taro/*"]);
    std::fs::set_permissions(&home, mode(0o755)).unwrap();
    assert_eq!(paths(&found), ["/home/taro/.ssh/authorized_keys"]);
    assert_eq!(
        (found.unseen[0].path.as_slice(), found.unseen[0].kind),
        (b"/home/taro".as_slice(), GapKind::PermissionDenied)
    );
}

#[test]
fn names_are_bytes_and_long_paths_are_said() {
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join(OsStr::from_bytes(b"\x8c\xda\x8b\x71 \n.log")), b"").unwrap();
    let found = found_by(folder.path(), Follow::Named, &["/*.log", "/*.lo?"]);
    assert_eq!(found.spots.len(), 1);
    let mut dir = DirHandle::open_path(folder.path()).unwrap();
    for _ in 0..18 {
        let name = "d".repeat(250);
        rustix::fs::mkdirat(&dir, name.as_str(), rustix::fs::Mode::from_raw_mode(0o700)).unwrap();
        dir = dir.open_at(name.as_bytes()).unwrap();
    }
    let found = found_by(folder.path(), Follow::Named, &["/**16/**16/d*"]);
    let over = found.unseen.iter().find(|unseen| unseen.kind == GapKind::OverLimit).unwrap();
    assert!(over.path.len() <= limits::FIND_PATH_BYTES && over.reason.contains("PATH"), "{}", over.reason);
}

#[test]
fn looking_leaves_no_trace_and_reading_is_bounded() {
    let tree = tree(&["etc/app/app.conf", "var/x"]);
    let times = || {
        ["", "etc", "etc/app", "etc/app/app.conf"].map(|path| {
            let metadata = tree.path().join(path).symlink_metadata().unwrap();
            (metadata.accessed().unwrap(), metadata.modified().unwrap())
        })
    };
    let old = std::fs::FileTimes::new().set_accessed(std::time::UNIX_EPOCH);
    for path in ["", "etc", "etc/app", "etc/app/app.conf"] {
        std::fs::File::open(tree.path().join(path)).unwrap().set_times(old).unwrap();
    }
    let before = times();
    let found = found_by(tree.path(), Follow::Named, &["/etc/*/*.conf"]);
    let finder = Finder::new(tree.path()).unwrap();
    assert_eq!(finder.read(b"/etc/app/app.conf", 100).unwrap(), (b"etc/app/app.conf".to_vec(), false));
    assert_eq!(finder.read(b"/etc/app/app.conf", 3).unwrap(), (b"etc".to_vec(), true));
    assert!(finder.read(b"/etc/app", 3).is_err() && finder.read(b"/none", 3).is_err());
    assert_eq!((paths(&found), times()), (vec!["/etc/app/app.conf".to_owned()], before));
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]
    #[test]
    fn whatever_links_say_every_find_is_below_the_root(targets in proptest::collection::vec("(/|\\.\\./|a|b|c/|\\./){0,6}", 6), pattern in "(/a|/b|/c|/\\*|/\\*\\*2){1,4}/[abc]\\*") {
        let outside = tempfile::tempdir().unwrap();
        std::fs::write(outside.path().join("a"), b"outside").unwrap();
        let root = outside.path().join("root");
        std::fs::create_dir(&root).unwrap();
        for (index, target) in targets.iter().enumerate() {
            let dir = root.join(["a", "b", "c", "a/a", "b/b", "c/c"][index]);
            if let Some(parent) = dir.parent().filter(|parent| parent.is_dir()) {
                if target.is_empty() { let _ = std::fs::create_dir(&dir); } else { let _ = symlink(target, parent.join(dir.file_name().unwrap())); }
            }
        }
        for follow in [Follow::Named, Follow::All] {
            let found = found_by(&root, follow, &[pattern.as_str()]);
            for spot in &found.spots {
                let there = below_root(&root, &spot.path);
                prop_assert!(there.symlink_metadata().is_ok(), "{there:?}");
                // Its folder, with every link resolved, is still inside.
                let parent = there.parent().unwrap().canonicalize().unwrap();
                prop_assert!(parent.starts_with(root.canonicalize().unwrap()), "{there:?}");
            }
        }
    }
}

//! Names are kept apart, legal everywhere, and lead back to the path.

use std::collections::BTreeSet;

use proptest::prelude::*;

use super::*;

fn stored(path: &[u8]) -> String {
    StoredNames::default().name(0, &RawPath(path.to_vec()), Origin::FileSystem, false)
}

#[test]
fn ordinary_and_japanese_paths_stay_readable() {
    assert_eq!(stored(b"/var/log/syslog.1"), "data/fs/var/log/syslog.1");
    assert_eq!(stored("顧客/名簿 2026.csv".as_bytes()), "data/fs/顧客/名簿 2026.csv");
}

#[test]
fn what_cannot_be_carried_is_escaped() {
    for (path, name) in [
        (&b"a:b"[..], "a=3Ab"),
        (b"50%=half?", "50=25=3Dhalf=3F"),
        (b"a\nb\x1b", "a=0Ab=1B"),
        (b"\x83\x5c.txt", "=83=5C.txt"),
        (b"-rf", "=2Drf"),
        (b" a ", "=20a=20"),
        (b"a. .", "a=2E=20=2E"),
        (b"..", "=2E=2E"),
        (b".", "=2E"),
        (b".htaccess", ".htaccess"),
        (b"nul.txt", "=6Eul.txt"),
        (b"COM1", "=43OM1"),
        (b"LPT\xc2\xb9.log", "=4CPT¹.log"),
        (b"COM10", "COM10"),
        (b"CONSOLE", "CONSOLE"),
        ("請求\u{202e}fdp.exe".as_bytes(), "請求=E2=80=AEfdp.exe"),
        ("名\u{3000}".as_bytes(), "名=E3=80=80"),
    ] {
        assert_eq!(stored(path), format!("data/fs/{name}"));
    }
    assert_eq!(stored(b"../../etc/passwd"), "data/fs/=2E=2E/=2E=2E/etc/passwd");
    assert_eq!(stored(b"a//b"), "data/fs/a/=/b");
}

#[test]
fn names_that_differ_by_case_or_unicode_form_are_kept_apart() {
    let mut names = StoredNames::default();
    let mut name = |seq, path: &str, folder| names.name(seq, &RawPath(path.into()), Origin::FileSystem, folder);
    assert_eq!(name(0, "d", true), "data/fs/d");
    assert_eq!(name(1, "d/README", false), "data/fs/d/README");
    assert_eq!(name(2, "d/ReadMe", false), "data/fs/d/=52eadMe");
    assert_eq!(name(3, "d/readme", false), "data/fs/d/=72eadme");
    assert_eq!(name(4, "d/が.txt", false), "data/fs/d/が.txt");
    assert_eq!(name(5, "d/か\u{3099}.txt", false), "data/fs/d/=E3=81=8B\u{3099}.txt");
    assert_eq!(name(6, "D", true), "data/fs/=44");
    assert_eq!(name(7, "D/README", false), "data/fs/=44/README");
}

#[test]
fn a_folder_that_the_walk_comes_back_to_gets_another_name() {
    let mut names = StoredNames::default();
    let mut name = |seq, path: &str, folder| names.name(seq, &RawPath(path.into()), Origin::FileSystem, folder);
    name(0, "/var/log", true);
    assert_eq!(name(1, "/var/log/a", false), "data/fs/var/log/a");
    assert_eq!(name(2, "/etc", true), "data/fs/etc");
    assert_eq!(name(3, "/var/www", true), "data/fs/var/www");
    // The same root again, and a relative path beside the absolute one.
    assert_eq!(name(4, "/var/log", true), "data/fs/var/=6Cog");
    assert_eq!(name(5, "/var/log/a", false), "data/fs/var/=6Cog/a");
    assert_eq!(name(6, "var/www/x", false), "data/fs/var/=77ww/x");
}

#[test]
fn long_paths_and_long_parts_go_aside_and_keep_a_plain_extension() {
    let long = format!("/{}/名簿.csv", ["folder"; 40].join("/"));
    let name = StoredNames::default().name(77, &RawPath(long.clone().into()), Origin::FileSystem, false);
    assert!(name.starts_with("data/long/0000000077-") && name.ends_with(".csv"), "{name}");
    assert!(belongs_to(&name, 77, &RawPath(long.clone().into()), Origin::FileSystem));
    assert!(!belongs_to(&name, 78, &RawPath(long.into()), Origin::FileSystem));
    // 84 kanji and two escapes are 258 bytes: too long for ext4.
    let part = format!("{}??", "漢".repeat(84));
    assert!(stored(part.as_bytes()).starts_with("data/long/"));
    assert!(stored(b"/").starts_with("data/long/"));
}

/// What Windows, zip and manifest lines ask of a name.
fn assert_legal(stored: &str) {
    assert!(stored.encode_utf16().count() <= STORED_NAME_CHARS);
    for part in stored.split('/') {
        assert!(!part.is_empty() && part != "." && part != "..");
        assert!(part.len() <= 255, "{part}");
        assert!(!part.ends_with(['.', ' ']) && !part.starts_with(['-', ' ']), "{part:?}");
        assert!(part.trim() == part, "{part:?}");
        assert!(!part.contains(|c: char| is_deceptive(c) || "\\<>:\"|?*%".contains(c)), "{part:?}");
        let stem = part.split('.').next().unwrap().to_ascii_uppercase();
        assert!(!["CON", "PRN", "AUX", "NUL", "COM1", "LPT9"].contains(&stem.as_str()));
    }
}

fn hostile_part() -> impl Strategy<Value = Vec<u8>> {
    prop_oneof![
        "[aAbB.\\- =%]{1,4}".prop_map(String::into_bytes),
        "(?i:con|nul|com1|aux)(\\.[a-c]{0,2})?".prop_map(String::into_bytes),
        "[がか\u{3099}ÅåßS\u{202e}\u{3000}K]{1,3}".prop_map(String::into_bytes),
        proptest::collection::vec(1_u8..=255, 1..6),
    ]
    .prop_map(|mut part| {
        part.retain(|b| *b != b'/' && *b != 0);
        if part.is_empty() { b"x".to_vec() } else { part }
    })
}

proptest! {
    #[test]
    fn escapes_are_undone_exactly(part in proptest::collection::vec(any::<u8>(), 0..40), extra in 0_usize..8) {
        prop_assert_eq!(unescape_part(&escape_part(&part, extra)), Some(part));
    }

    #[test]
    fn no_two_entries_share_a_name_and_all_are_legal(
        paths in proptest::collection::vec((proptest::collection::vec(hostile_part(), 1..4), any::<bool>()), 1..60),
    ) {
        // Any order at all, walk order or not: names may get uglier, never shared.
        let mut names = StoredNames::default();
        let mut files = BTreeSet::new();
        for (seq, (parts, is_folder)) in paths.iter().enumerate() {
            let path = RawPath(parts.join(&b'/'));
            let name = names.name(seq as u64, &path, Origin::FileSystem, *is_folder);
            assert_legal(&name);
            prop_assert!(belongs_to(&name, seq as u64, &path, Origin::FileSystem), "{} {:?}", name, path);
            if !is_folder {
                let folded: String = name.nfc().flat_map(char::to_uppercase).flat_map(char::to_lowercase).collect();
                prop_assert!(files.insert(folded), "{} twice", name);
            }
        }
    }
}

#[test]
fn live_state_lies_apart_and_can_not_pass_for_a_file() {
    let path = |text: &str| RawPath(text.as_bytes().to_vec());
    let mut names = StoredNames::default();
    let state = path("volatile/raw/proc/net/tcp");
    let stored = names.name(0, &state, Origin::Volatile, false);
    assert_eq!(stored, "data/volatile/raw/proc/net/tcp");
    // A folder of that name on the command line is another thing.
    assert_eq!(names.name(1, &state, Origin::FileSystem, false), "data/fs/volatile/raw/proc/net/tcp");
    assert!(belongs_to(&stored, 0, &state, Origin::Volatile));
    assert!(!belongs_to(&stored, 0, &state, Origin::FileSystem));
    assert!(!belongs_to("data/fs/etc/shadow", 0, &path("fs/etc/shadow"), Origin::Volatile));
}

//! Hostile files of the kinds that `hostile_archives.rs` has not: streams of nothing without number, members without number, sizes and
//! headers that lie, members on each other's bytes, files that unfold to themselves. Each is read, or costs a gap; none is silent.
//! The scripts in `hostile_seen/` build them byte by byte. All data made up.
#![expect(clippy::disallowed_methods, reason = "a test makes its own folder")]

mod hostile_seen;
mod real;

use std::path::Path;

use hostile_seen::Seen;

const PARTS: &str = include_str!("hostile_seen/parts.py");
const STREAMS: &str = include_str!("hostile_seen/streams.py");
const MANY: &str = include_str!("hostile_seen/many.py");
const LIARS: &str = include_str!("hostile_seen/liars.py");
const QUINE: &str = include_str!("hostile_seen/quine.py");

const TARO: &str = "taro@example.jp";
const HANAKO: &str = "hanako@example.jp";

/// Scans what a script makes, with so many of what it makes many of.
fn made(script: &str, count: usize) -> Seen {
    let samples = Path::new(env!("CARGO_MANIFEST_DIR")).join("testdata/formats");
    Seen::of(&format!("COUNT, PST_COUNT, SAMPLES = {count}, {count} // 4, {samples:?}\n{PARTS}{script}"))
}

fn is_found(seen: &Seen, file: &str, email: &str) -> bool {
    seen.emails.iter().any(|(leaf, value)| leaf.starts_with(file) && value == email)
}

#[test]
fn streams_without_number_of_nothing_are_read_and_those_that_lie_are_one_gap() {
    let seen = made(STREAMS, 2_000);
    for ending in ["gz", "bz2", "xz", "zst", "lz4", "lz"] {
        let file = format!("many.txt.{ending}");
        assert_eq!(seen.gaps(&file), [], "{file}");
        assert!(is_found(&seen, &file, TARO) && is_found(&seen, &file, HANAKO), "{file}");
    }
    for (ending, kind) in [("zst", "truncated"), ("lz4", "truncated")] {
        let file = format!("skips.txt.{ending}");
        assert_eq!(seen.gaps(&file), [], "{file}");
        assert!(is_found(&seen, &file, HANAKO), "{file}");
        // Silence here would be a wrong "all clear": a whole frame stands in what is skipped.
        seen.one_gap(&format!("skip.txt.{ending}"), kind, "skip.txt");
        assert!(is_found(&seen, &format!("skip.txt.{ending}"), TARO));
    }
    for ending in ["gz", "xz", "zst", "lz", "lzma"] {
        seen.one_gap(&format!("size.txt.{ending}"), "malformed", "size.txt");
    }
    for ending in ["zst", "xz", "lz", "lzma"] {
        seen.one_gap(&format!("window.txt.{ending}"), "over_limit", "window.txt");
    }
}

#[test]
fn members_without_number_are_all_looked_at_and_not_held() {
    let (few, many) = (made(MANY, 200), made(MANY, 2_000));
    for (seen, count) in [(&few, 200), (&many, 2_000)] {
        for (kind, expected) in [
            ("tar", count + 2),
            ("zip", count + 2),
            ("rar", count + 2),
            ("lzh", count + 2),
            ("7z", count + 2),
            ("dat", count + 2),
            ("mbox", count + 2),
            ("eml", count),
        ] {
            let file = format!("many.{kind}");
            assert_eq!(seen.gaps(&file), [], "{file}");
            assert!(is_found(seen, &file, TARO) && is_found(seen, &file, HANAKO), "{file}");
            assert_eq!(members(seen, &file), expected, "{file}");
        }
        assert_eq!(seen.gaps("many.pst"), []);
        assert_eq!(members(seen, "many.pst"), 7 + count / 4);
    }
    println!("{} KiB, {} KiB", few.peak, many.peak);
    // A million of them would hold no more than 128 MiB, of which the program itself takes a third.
    assert!(many.peak < few.peak + 8 * 1024, "{} KiB, then {} KiB", few.peak, many.peak);
}

fn members(seen: &Seen, file: &str) -> usize {
    let files = seen.result["files"].as_array().unwrap();
    let row = files.iter().find(|row| row["path"].as_str().unwrap().ends_with(&format!("/{file}"))).unwrap();
    row["members"].as_array().unwrap().len()
}

#[test]
fn what_archives_hide_is_found_or_told() {
    let seen = made(LIARS, 0);
    for (file, kind, place) in [
        ("size.tar", "truncated", "b.txt"),
        ("pax.tar", "truncated", "b.txt"),
        ("giant.tar", "truncated", ""),
        ("holes.tar", "over_limit", ""),
        ("folder.tar", "malformed", "(damaged at byte 1536)"),
        ("disagree.zip", "malformed", "a.txt"),
        ("method.zip", "malformed", "a.txt"),
        ("between.zip", "truncated", ""),
        ("same.zip", "malformed", ""),
        ("signatures.zip", "truncated", ""),
        ("size.rar", "truncated", "b.txt"),
        ("size.lzh", "malformed", "b.txt"),
        ("size.7z", "truncated", "b.txt"),
        ("many.7z", "over_limit", ""),
        ("size.dat", "truncated", ""),
        ("circle.msg", "truncated", ""),
        // Read as an archive, and that is said.
        ("names.docx", "unsupported_format", ""),
    ] {
        seen.one_gap(file, kind, place);
    }
    let silent =
        ["global.tar", "long.tar", "folder.zip", "folder.rar", "names.rar", "names.lzh", "names.7z", "names.dat"];
    for file in silent.into_iter().chain(["parents.pst"]) {
        assert_eq!(seen.gaps(file), [], "{file}");
    }
    // What stands behind a lie, between members, or in a folder that has content, is found.
    for file in [
        "size.tar",
        "pax.tar",
        "holes.tar",
        "folder.tar",
        "global.tar",
        "long.tar",
        "between.zip",
        "folder.zip",
        "folder.rar",
    ] {
        assert!(is_found(&seen, file, TARO) && is_found(&seen, file, HANAKO), "{file}");
    }
    assert!(is_found(&seen, "names.docx", TARO));
    assert!(seen.peak < 100 * 1024, "{} KiB", seen.peak);
    // Entries on the bytes of others are one gap, and their bytes are looked at once.
    assert_eq!(seen.emails.iter().filter(|(leaf, _)| leaf.starts_with("same.zip")).count(), 1);
    assert!(seen.gaps("overlap.zip").len() <= 3, "{:?}", seen.gaps("overlap.zip"));
    assert!(seen.gaps("size.pst").len() < 10, "{:?}", seen.gaps("size.pst"));
    assert_eq!(seen.gaps("deep.dat").len(), 1);
    for (file, count) in [("names.rar", 5), ("names.lzh", 5), ("names.7z", 5), ("names.dat", 4)] {
        let leaves: Vec<_> = seen.emails.iter().filter(|(leaf, _)| leaf.starts_with(file)).collect();
        assert_eq!(leaves.len(), count, "{leaves:?}");
        for (leaf, _) in leaves {
            assert!(leaf.matches(" \u{25b8} ").count() == 1 && !leaf.contains(char::is_control), "{leaf:?}");
        }
    }
}

#[test]
fn what_unfolds_to_itself_and_what_unfolds_without_end_is_told_at_its_place() {
    let seen = made(QUINE, 0);
    seen.one_gap("q.gz", "over_limit", &["q.gz"; 9].join(" \u{25b8} "));
    // Cut off as a member, and damaged as an archive.
    assert_eq!(seen.gaps("q.rar").len(), 2, "{:?}", seen.gaps("q.rar"));
    for file in ["b.tar.Z", "b.lzh"] {
        seen.one_gap(file, "over_limit", "b.tar");
        seen.has(&format!("{file} \u{25b8} b.tar \u{25b8} a.txt"), TARO);
    }
}

//! Any BagIt bag in a folder: good ones are whole, bad ones are named at the right layer and file, and wherever the
//! rules leave no choice `bagit.py` is of the same mind. All content is made up.
#![expect(clippy::disallowed_methods, reason = "this test makes bags of its own")]

use std::fs;
use std::path::Path;

mod bags;
mod real;

use bags::{by_hand, change, digest, is_valid_to_bagit_py, made, named, verify};

#[test]
fn bags_of_bagit_py_are_whole_by_every_algorithm() {
    for (options, payload) in [
        ("--md5", vec!["md5"]),
        ("--sha1", vec!["sha1"]),
        ("--sha256", vec!["sha256"]),
        ("--sha512", vec!["sha512"]),
        ("--md5 --sha1 --sha256 --sha512", vec!["md5", "sha1", "sha256", "sha512"]),
    ] {
        let folder = tempfile::tempdir().unwrap();
        let bag = made(folder.path(), options);
        let (code, json) = verify(&bag);
        assert_eq!(code, 0, "{json}");
        assert_eq!(json["state"], "whole");
        let checked = &json["checked"][0];
        assert_eq!(checked["bag"]["algorithms"], serde_json::json!(payload), "{options}");
        assert_eq!(checked["bag"]["tag_algorithms"], serde_json::json!(payload), "{options}");
        assert_eq!(checked["bag"]["version"], "0.97");
        assert!(checked["members"].as_u64().unwrap() >= 6);
        let text = real::hozen(&["verify".as_ref(), bag.as_os_str()]).stdout;
        assert!(text.contains("BagIt bag") && text.contains("no signature"), "{text}");
        let text = real::hozen(&["verify".as_ref(), bag.as_os_str(), "--lang".as_ref(), "ja".as_ref()]).stdout;
        assert!(text.contains("BagIt バッグ") && text.contains("署名がない"), "{text}");
    }
}

#[test]
fn a_manifest_of_blake3_is_checked_though_the_rules_do_not_know_it() {
    let folder = tempfile::tempdir().unwrap();
    let bag = by_hand(folder.path(), "1.0", &[("a", "  data/a")]);
    fs::write(bag.join("manifest-blake3.txt"), digest("b3sum", &bag.join("data/a")) + "  data/a\n").unwrap();
    let (code, json) = verify(&bag);
    assert_eq!(
        (code, &json["checked"][0]["bag"]["algorithms"]),
        (0, &serde_json::json!(["blake3", "sha256"])),
        "{json}"
    );
    change(&bag.join("manifest-blake3.txt"), |text| text.replacen(['0', '1', '2', '3'], "4", 1));
    let (code, json) = verify(&bag);
    assert!(code == 4 && named(&json, "digest", "data/a"), "{json}");
}

/// What is done to a bag, where it must be told, and whether `bagit.py` must see it too.
type Case = (&'static str, fn(&Path), &'static str, &'static str, bool);

fn cases() -> Vec<Case> {
    vec![
        ("payload changed", |b| fs::write(b.join("data/a.txt"), "onE\n").unwrap(), "digest", "data/a.txt", true),
        ("payload longer", |b| fs::write(b.join("data/a.txt"), "one\n\n").unwrap(), "digest", "data/a.txt", true),
        ("payload missing", |b| fs::remove_file(b.join("data/a.txt")).unwrap(), "manifest", "data/a.txt", true),
        ("payload added", |b| fs::write(b.join("data/new"), "").unwrap(), "manifest", "data/new", true),
        ("case twin added", |b| fs::write(b.join("data/A.txt"), "one\n").unwrap(), "manifest", "data/A.txt", true),
        (
            "digest in the manifest changed",
            |b| change(&b.join("manifest-sha256.txt"), |t| t.replacen(['0', '1', '2'], "3", 1)),
            "tag_manifest",
            "manifest-sha256.txt",
            true,
        ),
        (
            "manifest line dropped",
            |b| change(&b.join("manifest-sha256.txt"), |t| t.split_once('\n').unwrap().1.to_owned()),
            "manifest",
            "data/a.txt",
            true,
        ),
        (
            "manifest line doubled with another digest",
            |b| change(&b.join("manifest-sha256.txt"), |t| t + &"0".repeat(64) + "  data/a.txt\n"),
            "manifest",
            "manifest-sha256.txt",
            true,
        ),
        (
            "manifest line that is none",
            |b| change(&b.join("manifest-sha256.txt"), |t| t + "what is this\n"),
            "manifest",
            "manifest-sha256.txt",
            true,
        ),
        (
            "manifest names a file outside",
            |b| change(&b.join("manifest-sha256.txt"), |t| t + &"0".repeat(64) + "  ../../etc/passwd\n"),
            "name",
            "manifest-sha256.txt",
            true,
        ),
        (
            "manifest names an absolute path",
            |b| change(&b.join("manifest-sha256.txt"), |t| t + &"0".repeat(64) + "  /etc/passwd\n"),
            "name",
            "manifest-sha256.txt",
            true,
        ),
        (
            "manifest names a home folder",
            |b| change(&b.join("manifest-sha256.txt"), |t| t + &"0".repeat(64) + "  ~/.bashrc\n"),
            "name",
            "manifest-sha256.txt",
            true,
        ),
        (
            "manifest names a missing file",
            |b| change(&b.join("manifest-sha256.txt"), |t| t + &"0".repeat(64) + "  data/none\n"),
            "manifest",
            "data/none",
            true,
        ),
        (
            "tag file changed",
            |b| change(&b.join("bag-info.txt"), |t| t.replace("Taro", "Jiro")),
            "tag_manifest",
            "bag-info.txt",
            true,
        ),
        (
            "Payload-Oxum wrong",
            |b| change(&b.join("bag-info.txt"), |t| t.replace("Payload-Oxum: ", "Payload-Oxum: 9")),
            "record",
            "bag-info.txt",
            true,
        ),
        (
            "tag file missing",
            |b| fs::remove_file(b.join("bag-info.txt")).unwrap(),
            "tag_manifest",
            "bag-info.txt",
            true,
        ),
        (
            "tag manifest line changed",
            |b| change(&b.join("tagmanifest-sha256.txt"), |t| "0".repeat(64) + &t[64..]),
            "tag_manifest",
            "",
            true,
        ),
        (
            "version unknown",
            |b| change(&b.join("bagit.txt"), |t| t.replace("0.97", "7.0")),
            "tag_manifest",
            "bagit.txt",
            true,
        ),
        (
            "encoding unknown",
            |b| change(&b.join("bagit.txt"), |t| t.replace("UTF-8", "EBCDIC-SECRET")),
            "manifest",
            "manifest-sha256.txt",
            true,
        ),
        (
            "byte-order mark",
            |b| change(&b.join("bagit.txt"), |t| format!("\u{feff}{t}")),
            "tag_manifest",
            "bagit.txt",
            true,
        ),
        (
            "declaration with a third line",
            |b| change(&b.join("bagit.txt"), |t| t + "X: y\n"),
            "tag_manifest",
            "bagit.txt",
            true,
        ),
        ("no payload manifest", |b| fs::remove_file(b.join("manifest-sha256.txt")).unwrap(), "manifest", "bag", true),
        (
            "unknown algorithm",
            |b| fs::write(b.join("manifest-whirlpool9.txt"), "00 data/a.txt\n").unwrap(),
            "manifest",
            "manifest-whirlpool9.txt",
            false,
        ),
        (
            "link out of the bag",
            |b| {
                fs::remove_file(b.join("data/a.txt")).unwrap();
                std::os::unix::fs::symlink("../../outside", b.join("data/a.txt")).unwrap();
                fs::write(b.parent().unwrap().join("outside"), "one\n").unwrap();
            },
            "name",
            "data/a.txt",
            false,
        ),
        ("no payload folder", |b| fs::rename(b.join("data"), b.join("date")).unwrap(), "name", "data/", true),
        (
            "two Unicode forms",
            |b| {
                fs::write(b.join("data/が"), "").unwrap();
                fs::write(b.join("data/か\u{3099}"), "").unwrap();
            },
            "name",
            "data/が",
            true,
        ),
    ]
}

#[test]
fn every_change_to_a_bag_is_told_at_its_layer_and_bagit_py_agrees() {
    let mut agreed = 0;
    for (name, spoil, layer, end, both) in cases() {
        let folder = tempfile::tempdir().unwrap();
        let bag = made(folder.path(), "--sha256");
        spoil(&bag);
        let (code, json) = verify(&bag);
        assert_eq!(code, 4, "{name}: {json}");
        assert_eq!(json["state"], "broken", "{name}");
        assert!(named(&json, layer, end), "{name}: {json:#}");
        if both {
            assert!(!is_valid_to_bagit_py(&bag), "{name}: bagit.py takes it");
            agreed += 1;
        }
    }
    assert!(agreed > 20);
}

#[test]
fn bags_of_every_version_are_whole_by_hand() {
    for version in ["0.93", "0.94", "0.95", "0.96", "0.97", "1.0"] {
        let folder = tempfile::tempdir().unwrap();
        let bag = by_hand(
            folder.path(),
            version,
            &[("a", "  data/a"), ("b c", "\tdata/b c"), ("d", " *data/d"), ("e", "  ./data/e")],
        );
        let info = if version <= "0.95" { "package-info.txt" } else { "bag-info.txt" };
        fs::write(bag.join(info), "Payload-Oxum: 6.4\n").unwrap();
        let (code, json) = verify(&bag);
        assert_eq!(code, 0, "{version}: {json:#}");
        assert_eq!(json["checked"][0]["bag"]["version"], version);
        assert!(json["checked"][0]["bag"]["notes"].to_string().contains("checksum tools"), "{json}");
        assert!(is_valid_to_bagit_py(&bag), "{version}");
        fs::write(bag.join(info), "Payload-Oxum: 6.5\n").unwrap();
        assert!(named(&verify(&bag).1, "record", info), "{version}");
        assert!(!is_valid_to_bagit_py(&bag), "{version}");
    }
}

#[test]
fn version_1_0_demands_every_file_in_every_manifest_and_each_once() {
    for (version, code) in [("0.97", 0), ("1.0", 4)] {
        let folder = tempfile::tempdir().unwrap();
        let bag = by_hand(folder.path(), version, &[("a", "  data/a"), ("b", "  data/b")]);
        let sum = digest("md5sum", &bag.join("data/a"));
        fs::write(bag.join("manifest-md5.txt"), format!("{sum}  data/a\n")).unwrap();
        let (ended, json) = verify(&bag);
        assert_eq!(ended, code, "{version}: {json:#}");
        assert_eq!(named(&json, "manifest", "data/b"), code == 4);
        fs::remove_file(bag.join("manifest-md5.txt")).unwrap();
        change(&bag.join("manifest-sha256.txt"), |text| text.clone() + text.lines().next().unwrap() + "\n");
        assert_eq!(verify(&bag).0, code, "{version}: doubled line");
        assert_eq!(is_valid_to_bagit_py(&bag), code == 0, "{version}: doubled line");
    }
}

#[test]
fn percent_signs_and_line_breaks_in_names_follow_the_version() {
    let folder = tempfile::tempdir().unwrap();
    let files =
        [("x%25y", "  data/x%2525y"), ("l\nf", "  data/l%0Af"), ("c\rr", "  data/c%0dr"), ("50%", "  data/50%25")];
    let bag = by_hand(folder.path(), "1.0", &files);
    assert_eq!(verify(&bag).0, 0, "{:#}", verify(&bag).1);
    let other = tempfile::tempdir().unwrap();
    let files = [("x%25y", "  data/x%25y"), ("l\nf", "  data/l%0Af"), ("50%", "  data/50%"), ("z%0Az", "  data/z%0Az")];
    let bag = by_hand(other.path(), "0.97", &files);
    let (code, json) = verify(&bag);
    assert_eq!(code, 0, "{json:#}");
    assert!(json["checked"][0]["bag"]["notes"].to_string().contains("another spelling"), "{json}");
}

/// How a manifest is put into bytes.
type Writer<'a> = &'a dyn Fn(&str) -> Vec<u8>;

#[test]
fn manifests_are_read_in_their_encoding_and_with_every_line_end() {
    let utf16 = |text: &str| {
        [0xfffe_u16.swap_bytes()].into_iter().chain(text.encode_utf16()).flat_map(u16::to_le_bytes).collect::<Vec<u8>>()
    };
    let latin = |text: &str| text.chars().map(|c| u8::try_from(u32::from(c)).unwrap()).collect::<Vec<u8>>();
    let crlf = |text: &str| text.replace('\n', "\r\n").into_bytes();
    let cr = |text: &str| text.replace('\n', "\r").into_bytes();
    let torn = |text: &str| text.trim_end().as_bytes().to_vec();
    let ways: [(&str, Writer<'_>); 5] =
        [("UTF-16", &utf16), ("ISO-8859-1", &latin), ("UTF-8", &crlf), ("UTF-8", &cr), ("UTF-8", &torn)];
    for (encoding, write) in ways {
        let folder = tempfile::tempdir().unwrap();
        let bag = by_hand(folder.path(), "1.0", &[("é", "  data/é"), ("b", "  data/b")]);
        change(&bag.join("bagit.txt"), |text| text.replace("UTF-8", encoding));
        let text = fs::read_to_string(bag.join("manifest-sha256.txt")).unwrap();
        fs::write(bag.join("manifest-sha256.txt"), write(&text)).unwrap();
        assert_eq!(verify(&bag).0, 0, "{encoding}: {:#}", verify(&bag).1);
        assert!(is_valid_to_bagit_py(&bag), "{encoding}");
    }
}

#[test]
fn files_to_be_fetched_make_a_bag_incomplete_and_nothing_is_fetched() {
    let folder = tempfile::tempdir().unwrap();
    let bag = by_hand(folder.path(), "1.0", &[("a", "  data/a"), ("b", "  data/b")]);
    fs::write(bag.join("bag-info.txt"), "Payload-Oxum: 2.2\n").unwrap();
    fs::write(bag.join("fetch.txt"), "http://127.0.0.1:9/b 1 data/b\n").unwrap();
    assert_eq!(verify(&bag).0, 0, "what is there need not be fetched");
    fs::remove_file(bag.join("data/b")).unwrap();
    let (code, json) = verify(&bag);
    assert_eq!((code, json["state"].as_str()), (4, Some("incomplete")), "{json:#}");
    assert!(named(&json, "manifest", "data/b"));
    let text = real::hozen(&["verify".as_ref(), bag.as_os_str()]).stdout;
    assert!(text.contains("INCOMPLETE") && text.contains("fetch.txt"), "{text}");
    fs::write(bag.join("data/a"), "changed").unwrap();
    assert_eq!(verify(&bag).1["state"], "broken");
    fs::write(bag.join("fetch.txt"), "http://127.0.0.1:9/b 1 ../b\nhttp://x - data/c\nno\n").unwrap();
    let json = verify(&bag).1;
    assert!(
        named(&json, "name", "fetch.txt")
            && named(&json, "manifest", "data/c")
            && named(&json, "tag_manifest", "fetch.txt")
    );
}

#[test]
fn names_that_other_systems_can_not_keep_are_noted() {
    let folder = tempfile::tempdir().unwrap();
    let files = [("a\\b", "  data/a\\b"), ("NUL.txt", "  data/NUL.txt"), ("x", "  data/x"), ("X", "  data/X")];
    let bag = by_hand(folder.path(), "1.0", &files);
    let (code, json) = verify(&bag);
    assert_eq!(code, 0, "{json:#}");
    let notes = json["checked"][0]["bag"]["notes"].to_string();
    for word in ["backslash", "device", "by case only"] {
        assert!(notes.contains(word), "{word}: {notes}");
    }
}

#[test]
fn what_a_paper_form_says_is_never_passed_over() {
    let folder = tempfile::tempdir().unwrap();
    let bag = made(folder.path(), "--sha256");
    let seal = digest("sha256sum", &bag.join("tagmanifest-sha256.txt"));
    let run = |option: &str, value: &str| {
        real::hozen(&["verify".as_ref(), bag.as_os_str(), option.as_ref(), value.as_ref()]).code
    };
    assert_eq!(run("--expect-seal", &seal), Some(0));
    assert_eq!(run("--expect-seal", &"0".repeat(64)), Some(4));
    assert_eq!(run("--expect-key", "SHA256:abc"), Some(4));
}

#[test]
fn a_bag_folder_keeps_its_access_times() {
    use std::os::unix::fs::MetadataExt as _;
    let folder = tempfile::tempdir().unwrap();
    let bag = made(folder.path(), "--sha256");
    real::tool(folder.path(), "find bag -exec touch -a -d 2001-01-01 {} +");
    let times = || {
        ["", "data", "data/a.txt", "bagit.txt"].map(|name| {
            fs::metadata(bag.join(name)).unwrap().atime_nsec() + fs::metadata(bag.join(name)).unwrap().atime()
        })
    };
    let before = times();
    assert_eq!(verify(&bag).0, 0);
    assert_eq!(times(), before);
}

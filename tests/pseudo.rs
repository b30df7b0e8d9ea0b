//! Files that the kernel makes up: sizes are not believed, nothing is read for ever, and nothing is said to have changed.
#![expect(clippy::disallowed_methods, reason = "a test may write to its own temporary folder")]

mod real;

use real::{hozen, member, records, zip};

#[test]
fn what_the_kernel_makes_up_is_read_to_its_end_and_marked() {
    let temp = tempfile::tempdir().unwrap();
    let out = temp.path().join("out");
    // A size of 0 with content; 4,096 with less; a map that goes on for hundreds of gigabytes; a folder of settings.
    let paths = ["/proc/version", "/sys/kernel/uevent_seqnum", "/proc/sys/kernel/random", "/proc/self/pagemap"];
    let (out, rest) = (out.to_str().unwrap(), ["--case", "k", "--format", "json", "--out"]);
    let ended = hozen(&[&["collect"][..], &paths, &rest, &[out]].concat());
    assert!(
        ended.stderr.contains("/proc/version is no disk but a window into the running kernel (proc)"),
        "{}",
        ended.stderr
    );
    let case = std::path::Path::new(out).join("k");
    let rows = records(&zip(&case));
    let row = |path: &str| rows.iter().find(|row| row["path"] == path).unwrap();
    for (path, content) in
        [("/proc/version", "/proc/version"), ("/sys/kernel/uevent_seqnum", "/sys/kernel/uevent_seqnum")]
    {
        let row = row(path);
        assert_eq!((row["marks"].clone(), row.get("gaps")), (serde_json::json!(["size_unknown"]), None), "{row}");
        assert_eq!(member(&zip(&case), path), std::fs::read(content).unwrap());
    }
    let endless = row("/proc/self/pagemap");
    assert_eq!((endless["bytes"].as_u64(), endless["gaps"][0]["kind"].as_str()), (Some(64 << 20), Some("over_limit")));
    assert_eq!(endless["marks"], serde_json::json!(["size_unknown"]));
    let changed = rows.iter().flat_map(|row| row["gaps"].as_array().into_iter().flatten());
    assert!(changed.into_iter().all(|gap| gap["kind"] != "changed_during_read"));
    assert_eq!(hozen(&["verify", case.to_str().unwrap()]).code, Some(0));
}

#[test]
fn a_disk_gets_no_warning() {
    let temp = tempfile::tempdir().unwrap();
    std::fs::write(temp.path().join("x"), "x").unwrap();
    let ended = hozen(&["scan", temp.path().to_str().unwrap()]);
    assert!(!ended.stderr.contains("window"), "{}", ended.stderr);
    let ended = hozen(&["scan", "/proc/version", "--lang", "ja"]);
    assert!(ended.stderr.contains("動いているカーネルの情報です（proc）"), "{}", ended.stderr);
}

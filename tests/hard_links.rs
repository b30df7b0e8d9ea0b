//! A file with several names is read and kept once, found once and counted once, and each name says so.
#![expect(clippy::disallowed_methods, reason = "a test may write to its own temporary folder")]

mod world;

use std::fs;
use std::path::Path;

use serde_json::Value;

use world::hozen;

const LIST: &str = "氏名,メール\n山田太郎,taro@example.jp\n佐藤花子,hanako@example.jp\n";

/// Two names of a list, one of them in a folder that is walked first, and a file of the same content that is no link.
fn tree(root: &Path) {
    fs::create_dir_all(root.join("a")).unwrap();
    fs::write(root.join("a/list.csv"), LIST).unwrap();
    for name in ["b.csv", "c.csv"] {
        fs::hard_link(root.join("a/list.csv"), root.join(name)).unwrap();
    }
    fs::write(root.join("copy.csv"), LIST).unwrap();
}

fn text(path: &Path) -> &str {
    path.to_str().unwrap()
}

fn records(case: &Path, name: &str) -> Vec<Value> {
    let zip = fs::File::open(case.join(format!("evidence/{name}-E001.zip"))).unwrap();
    let mut archive = zip::ZipArchive::new(zip).unwrap();
    let member = archive.by_name(&format!("{name}-E001/custody/files.jsonl")).unwrap();
    std::io::read_to_string(member).unwrap().lines().map(|line| serde_json::from_str(line).unwrap()).collect()
}

fn named<'a>(rows: &'a [Value], end: &str) -> &'a Value {
    rows.iter().find(|row| row["path"].as_str().unwrap().ends_with(end)).unwrap_or_else(|| panic!("no {end}"))
}

#[test]
fn content_is_kept_once_and_each_name_leads_to_it() {
    let temp = tempfile::tempdir().unwrap();
    let source = temp.path().join("source");
    tree(&source);
    let out = temp.path().join("out");
    let ended = hozen(&["collect", text(&source), "--out", text(&out), "--case", "k", "--format", "json"]);
    assert_eq!(ended.code, 0, "{}", ended.stderr);
    let result = ended.json();
    assert_eq!((result["files"].as_u64(), result["linked"].as_u64()), (Some(2), Some(2)));
    assert_eq!(result["bytes"].as_u64(), Some(2 * LIST.len() as u64));
    let rows = records(&out.join("k"), "k");
    let first = named(&rows, "a/list.csv");
    assert_eq!(first["outcome"], "kept");
    for name in ["/b.csv", "/c.csv"] {
        let row = named(&rows, name);
        assert_eq!((&row["outcome"], &row["hard_link_of"]), (&"linked".into(), &first["seq"]), "{row}");
        assert_eq!(
            (&row["stored"], &row["sha256"], &row["bytes"]),
            (&first["stored"], &first["sha256"], &first["bytes"])
        );
        assert!(row.get("zip").is_none() && row["stat"]["inode"] == first["stat"]["inode"]);
    }
    assert_eq!(named(&rows, "copy.csv")["outcome"], "kept", "the same content is not the same file");
    let verified = hozen(&["verify", text(&out.join("k"))]);
    assert_eq!(verified.code, 0, "{}{}", verified.stdout, verified.stderr);
}

#[test]
fn people_and_values_are_counted_once_and_the_row_says_which_file_it_is() {
    let temp = tempfile::tempdir().unwrap();
    let (source, out) = (temp.path().join("source"), temp.path().join("out"));
    tree(&source);
    fs::remove_file(source.join("copy.csv")).unwrap();
    let respond = hozen(&["respond", text(&source), "--out", text(&out), "--case", "k", "--format", "json"]);
    assert_eq!(respond.code, 0, "{}", respond.stderr);
    let case = out.join("k");
    let scans = [
        respond.json()["scan"].clone(),
        hozen(&["scan", text(&source), "--format", "json"]).json(),
        // The evidence says it too, without the source.
        hozen(&["scan", text(&case), "--format", "json"]).json(),
    ];
    for scan in scans {
        assert_eq!(scan["entities"]["email"]["distinct"], 2, "{scan}");
        assert_eq!(scan["entities"]["email"]["occurrences"], 2, "{scan}");
        let rows = scan["files"].as_array().unwrap();
        assert_eq!(rows.len(), 3);
        let first = named(rows, "a/list.csv");
        let later = named(rows, "/b.csv");
        assert_eq!(later["hard_link_of"], first["path"]);
        assert_eq!(
            (&later["findings"], &later["status"], &later["bytes"]),
            (&first["findings"], &first["status"], &first["bytes"])
        );
        assert!(first.get("hard_link_of").is_none());
    }
    let page = fs::read_to_string(case.join("report/report.html")).unwrap();
    assert!(page.contains("the same file as") && page.contains("1 file was met"), "{page}");
    let page = fs::read_to_string(case.join("report/report.ja.html")).unwrap();
    assert!(page.contains("と同じファイルです"));
    let listed = hozen(&["scan", text(&source)]).stdout;
    assert!(listed.contains("the same file as"), "{listed}");
}

#[test]
fn what_is_linked_does_not_depend_on_threads() {
    let temp = tempfile::tempdir().unwrap();
    let source = temp.path().join("source");
    for n in 0..200 {
        let folder = source.join(format!("{:02}", n % 20));
        fs::create_dir_all(&folder).unwrap();
        let path = folder.join(format!("{n}"));
        fs::write(&path, vec![b'x'; n * 997]).unwrap();
        if n % 3 == 0 {
            fs::hard_link(&path, source.join(format!("00/link-{n}"))).unwrap();
            fs::hard_link(&path, source.join(format!("link-{n}"))).unwrap();
        }
    }
    let collect = |threads: &str| {
        let out = temp.path().join(threads);
        let ended = hozen(&["collect", text(&source), "--out", text(&out), "--case", "k", "--threads", threads]);
        assert_eq!(ended.code, 0, "{}", ended.stderr);
        let rows = records(&out.join("k"), "k");
        assert_eq!(rows.iter().filter(|row| row["outcome"] == "linked").count(), 134);
        rows
    };
    assert_eq!(collect("1"), collect("8"));
}

//! Rules about places: what lies in a public folder, settings that list folders, secrets that all may read; in every output. All data made up.
#![expect(clippy::disallowed_methods, reason = "a test makes its own folder")]

mod real;

use std::fs;
use std::os::unix::fs::PermissionsExt as _;
use std::path::{Path, PathBuf};

use serde_json::Value;

fn put(root: &Path, name: &str, text: &str, mode: u32) {
    let path = root.join(name);
    fs::create_dir_all(path.parent().unwrap()).unwrap();
    fs::write(&path, text).unwrap();
    fs::set_permissions(&path, fs::Permissions::from_mode(mode)).unwrap();
}

fn tree(folder: &Path) -> PathBuf {
    let root = folder.join("s");
    put(&root, "site/index.html", "<p>hello</p>", 0o644);
    put(&root, "site/db/Dump.SQL", "insert", 0o640);
    put(&root, "site/.git/HEAD", "ref: x", 0o640);
    put(&root, "site/a.php.bak", "<?php", 0o640);
    put(&root, "etc/site.conf", "server {\n  autoindex on;\n}\n", 0o640);
    put(&root, "home/key.sh", &format!("token=ghp_{}\n", "aB3dE6gH9jK2mN5pQ8rS1tU4vW7xY0zA1bC2"), 0o644);
    put(&root, "home/quiet.sh", &format!("token=ghp_{}\n", "aB3dE6gH9jK2mN5pQ8rS1tU4vW7xY0zA1bC2"), 0o600);
    put(&root, "home/notes.sql", "insert", 0o600);
    root
}

/// (rule, name of the file) in the order of the result.
fn risky(scan: &Value) -> Vec<(String, String)> {
    let Some(list) = scan["risky_places"].as_array() else { return Vec::new() };
    let text = |value: &Value| value.as_str().unwrap().to_owned();
    let name = |path: String| path.rsplit('/').next().unwrap().to_owned();
    list.iter().map(|risky| (text(&risky["rule"]), name(text(&risky["path"])))).collect()
}

const EVERYWHERE: [(&str, &str); 2] = [("listing_allowed/1", "site.conf"), ("secret_open_to_all/1", "key.sh")];
const PUBLIC: [(&str, &str); 3] =
    [("web_repository/1", ".git"), ("web_backup/1", "a.php.bak"), ("web_dump/1", "Dump.SQL")];

fn owned(list: &[(&str, &str)]) -> Vec<(String, String)> {
    list.iter().map(|(rule, name)| ((*rule).to_owned(), (*name).to_owned())).collect()
}

#[test]
fn a_named_public_folder_is_judged_and_others_are_not() {
    let folder = tempfile::tempdir().unwrap();
    let root = tree(folder.path());
    let scan = |more: &[&str]| real::hozen(&[&["scan", root.to_str().unwrap(), "--format", "json"], more].concat());
    assert_eq!(risky(&scan(&[]).json()), owned(&EVERYWHERE));
    let site = root.join("site");
    let found = risky(&scan(&["--web-root", site.to_str().unwrap()]).json());
    assert_eq!(found, owned(&[&EVERYWHERE[..], &PUBLIC[..]].concat()));
    // A folder with a usual name needs no option, and a source inside one is public too.
    let usual = root.join("public_html");
    fs::rename(&site, &usual).unwrap();
    assert_eq!(risky(&scan(&[]).json()).len(), 5);
    let inside = real::hozen(&["scan", usual.join("db").to_str().unwrap(), "--format", "json"]);
    assert_eq!(risky(&inside.json()), owned(&[("web_dump/1", "Dump.SQL")]));
}

#[test]
fn scripts_can_fail_on_it() {
    let folder = tempfile::tempdir().unwrap();
    let root = tree(folder.path());
    let (site, home) = (root.join("site"), root.join("home/notes.sql"));
    let code = |args: &[&str]| real::hozen(args).code;
    let (site, home) = (site.to_str().unwrap(), home.to_str().unwrap());
    assert_eq!(code(&["scan", site, "--web-root", site, "--fail-on", "places"]), Some(1));
    assert_eq!(code(&["scan", site, "--web-root", site, "--fail-on", "findings"]), Some(0));
    assert_eq!(code(&["scan", home, "--fail-on", "places"]), Some(0));
    let missing = real::hozen(&["scan", site, "--web-root", "/no/such/folder"]);
    assert_eq!(missing.code, Some(2));
    assert!(missing.stderr.contains("the public folder /no/such/folder can not be found"), "{}", missing.stderr);
}

#[test]
fn screen_page_and_report_json_say_it_in_words_with_what_to_do() {
    let folder = tempfile::tempdir().unwrap();
    let (root, out) = (tree(folder.path()), folder.path().join("o"));
    let (site, out) = (root.join("site"), out.to_str().unwrap().to_owned());
    let args = [
        "respond",
        root.to_str().unwrap(),
        "--out",
        &out,
        "--case",
        "c",
        "--force",
        "--web-root",
        site.to_str().unwrap(),
        "--lang",
        "en",
    ];
    let ended = real::hozen(&args);
    assert!(ended.stdout.contains("open or misplaced: 5"), "{}", ended.stdout);
    let find = |name: &str| {
        walkdir::WalkDir::new(&out).into_iter().flatten().find(|entry| entry.file_name() == name).unwrap().into_path()
    };
    let page = fs::read_to_string(find("report.html")).unwrap();
    for said in [
        "Files that lie where they should not",
        "Version control folder in a public folder",
        "Dump.SQL",
        "5 file(s) or folder(s)",
    ] {
        assert!(page.contains(said), "{said}");
    }
    let json: Value = serde_json::from_slice(&fs::read(find("report.json")).unwrap()).unwrap();
    assert_eq!(json["risky_places"].as_array().unwrap().len(), 5);
    let listed = real::hozen(&["scan", root.to_str().unwrap(), "--lang", "ja"]).stdout;
    assert!(
        listed.contains("フォルダーの一覧を表示する設定：1") && listed.contains("→ ほかの利用者が読めないように"),
        "{listed}"
    );
}

#[test]
fn a_rule_of_the_users_is_some_lines_and_a_wrong_one_stops_the_run() {
    let folder = tempfile::tempdir().unwrap();
    let (root, rules) = (tree(folder.path()), folder.path().join("rules"));
    let rule = "[[place]]\nid = \"notes\"\nversion = 1\nname = { en = \"Notes\", ja = \"メモ\" }\nnext = { en = \"Ask.\", ja = \"確認\" }\nwhere = \"anywhere\"\nnames = [\"notes.*\"]\nexamples = [\"/a/notes.sql\"]\nnegatives = [\"/a/b.sql\"]\n";
    put(&rules, "a.toml", rule, 0o600);
    let rules = rules.to_str().unwrap();
    let scan = |more: &[&str]| real::hozen(&[&["scan", root.to_str().unwrap(), "--format", "json"], more].concat());
    assert!(risky(&scan(&["--rules", rules]).json()).contains(&("notes/1".to_owned(), "notes.sql".to_owned())));
    assert!(real::hozen(&["rules", "check", rules]).stdout.contains("rules about places"));
    assert!(real::hozen(&["rules", "explain", "notes", "--rules", rules]).stdout.contains("named: notes.*"));
    for (from, to, said) in [
        ("notes.*\"]", "[\"]", "unclosed character class"),
        ("examples = [\"/a/notes.sql\"]", "examples = [\"/a/x\"]", "is not found"),
        ("where =", "holds = [\"nothing\"]\nwhere =", "no detector looks for that"),
        ("where = \"anywhere\"", "where = \"moon\"", "unknown variant"),
    ] {
        put(Path::new(rules), "a.toml", &rule.replace(from, to), 0o600);
        let ended = real::hozen(&["rules", "check", rules]);
        assert!(ended.code == Some(2) && ended.stderr.contains(said), "{said}: {}", ended.stderr);
    }
}

#[test]
fn rules_of_the_user_are_used_without_being_named_and_said() {
    let folder = tempfile::tempdir().unwrap();
    let (root, settings) = (tree(folder.path()), folder.path().join("settings"));
    let rule = "[[detector]]\nid = \"ticket\"\nversion = 1\nentity = \"ticket\"\nname = { en = \"Ticket\", ja = \"チケット\" }\nmax_len = 12\nguard = \"word\"\nlink = \"none\"\nmask = \"last3\"\npattern = [{ regex = 'TK[0-9]{6}', base = \"likely\" }]\nexamples = [{ text = \"TK123456\", values = [\"TK123456\"] }]\nnegatives = [\"TK12\"]\n";
    put(&settings, "hozen/rules/ticket.toml", rule, 0o600);
    fs::set_permissions(settings.join("hozen/rules"), fs::Permissions::from_mode(0o700)).unwrap();
    put(&root, "t.txt", "TK123456", 0o600);
    let scan = |more: &[&str]| {
        let mut command = std::process::Command::new(env!("CARGO_BIN_EXE_hozen"));
        command
            .arg("scan")
            .arg(&root)
            .args(["--format", "json", "--lang", "en"])
            .args(more)
            .env("XDG_CONFIG_HOME", &settings);
        real::run(&mut command)
    };
    let with = scan(&[]);
    assert_eq!(with.json()["entities"]["ticket"]["distinct"], 1);
    assert!(
        with.stderr.contains("note: rules of this machine are used too") && with.stderr.contains("ticket.toml"),
        "{}",
        with.stderr
    );
    let without = scan(&["--no-local-rules"]);
    assert!(without.json()["entities"].get("ticket").is_none() && !without.stderr.contains("note: rules"));
    put(&settings, "hozen/rules/ticket.toml", &rule.replace("version", "override = true\nversion"), 0o600);
    let blind = scan(&[]);
    assert!(blind.code == Some(2) && blind.stderr.contains("may add, not replace"), "{}", blind.stderr);
    fs::set_permissions(settings.join("hozen/rules/ticket.toml"), fs::Permissions::from_mode(0o666)).unwrap();
    let open = scan(&[]);
    assert!(
        open.code == Some(2) && open.stderr.contains("can not be trusted") && open.stderr.contains("--no-local-rules"),
        "{}",
        open.stderr
    );
}

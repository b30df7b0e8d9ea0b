//! Databases, dumps of them and settings, through the real program: five people, each once, each at its place. All data made up.
#![expect(clippy::disallowed_methods, reason = "a test makes its own folder")]

mod real;

use std::fs;
use std::io::{Cursor, Write};
use std::path::{Path, PathBuf};
use std::process::Command;

use serde_json::Value;

fn sample(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("testdata/formats").join(name)
}

/// The result of a scan, and its findings as (kind, locator).
fn scan(path: &Path) -> (Value, Vec<(String, String)>) {
    let folder = tempfile::tempdir().unwrap();
    let list = folder.path().join("findings.jsonl");
    let text = |path: &Path| path.to_str().unwrap().to_owned();
    let ended = real::hozen(&["scan", &text(path), "--format", "json", "--findings", &text(&list)]);
    assert!(matches!(ended.code, Some(0 | 3)), "{}", ended.stderr);
    let findings = fs::read_to_string(&list).unwrap();
    let finding = |line: &str| {
        let value: Value = serde_json::from_str(line).unwrap();
        let text = |key: &str| value[key].as_str().unwrap().to_owned();
        (text("entity"), text("locator"))
    };
    (ended.json(), findings.lines().map(finding).collect())
}

/// The places of one kind of finding, behind the path.
fn places(findings: &[(String, String)], entity: &str, path: &Path) -> Vec<String> {
    let path = path.to_str().unwrap();
    let of = findings.iter().filter(|(own, _)| own == entity);
    of.map(|(_, locator)| locator.strip_prefix(path).unwrap_or(locator).to_owned()).collect()
}

#[test]
fn five_people_once_each_at_their_places() {
    // File, where the mails stand (what is before the offset, what is behind it), and whether a picture in it is a gap.
    let samples = [
        ("sqlite/members.db", " ▸ 会員 @", " column 4"),
        ("sqlite/utf16le.db", " ▸ members @", " column 3"),
        ("sqlite/utf16be.db", " ▸ members @", " column 3"),
        ("sqlite/new.db-wal", " ▸ members @", " column 3"),
        ("sqlite/old.db-journal", " ▸ members @", " column 3"),
        ("sql/mariadb-sjis.sql", " ▸ members @", " column 4"),
        ("sql/sqlite.sql", " ▸ 会員 @", " column 4"),
        ("yaml/people.yaml", " @", "/メールアドレス"),
        ("yaml/flow.yaml", " @", ""),
    ];
    for (name, before, behind) in samples {
        let path = sample(name);
        let (result, findings) = scan(&path);
        for entity in ["person_name", "name_kana", "email", "phone", "postal_code", "address", "birth_date"] {
            let found = places(&findings, entity, &path);
            assert_eq!(found.len(), 5, "{entity} in {name}: {found:?}");
        }
        for (at, place) in places(&findings, "email", &path).iter().enumerate() {
            assert!(place.starts_with(before) && place.ends_with(behind), "{name}: {place}");
            if name.ends_with("members.db") {
                assert!(place.contains(&format!(" row {} ", at + 1)), "{name}: {place}");
            }
        }
        let people = &result["subjects"];
        let bounds = ["at_least", "estimate", "at_most"].map(|bound| people[bound].as_u64().unwrap());
        assert_eq!(bounds, [5, 5, 5], "{name}");
    }
}

#[test]
fn offsets_in_a_dump_are_those_of_the_file() {
    let path = sample("sql/postgres.sql");
    let bytes = fs::read(&path).unwrap();
    let (_, findings) = scan(&path);
    let mails = places(&findings, "email", &path);
    // The tenth column is bytes in hexadecimal.
    let mails: Vec<_> = mails.iter().filter(|place| !place.ends_with("column 10")).collect();
    let seen = mails.iter().filter(|place| {
        let at: usize = place.split('@').nth(1).unwrap().split(' ').next().unwrap().parse().unwrap();
        bytes[at..].iter().take_while(|byte| **byte != b'\t').any(|byte| *byte == b'@')
    });
    assert_eq!(seen.count(), mails.len(), "{mails:?}");
}

#[test]
fn the_same_inside_of_archives() {
    let folder = tempfile::tempdir().unwrap();
    let mut zip = zip::ZipWriter::new(Cursor::new(Vec::new()));
    for name in ["sqlite/members.db", "sql/mariadb.sql", "dbf/members.dbf", "sqlite/Web Data"] {
        let mut gz = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::best());
        gz.write_all(&fs::read(sample(name)).unwrap()).unwrap();
        let inner = name.rsplit('/').next().unwrap();
        zip.start_file(format!("{inner}.gz"), zip::write::SimpleFileOptions::default()).unwrap();
        zip.write_all(&gz.finish().unwrap()).unwrap();
    }
    let path = folder.path().join("backup.zip");
    fs::write(&path, zip.finish().unwrap().into_inner()).unwrap();
    let (_, findings) = scan(&path);
    let mails = places(&findings, "email", &path);
    for (begin, count) in [
        (" ▸ members.db.gz ▸ members.db ▸ 会員 @", 5),
        (" ▸ mariadb.sql.gz ▸ mariadb.sql ▸ members @", 5),
        (" ▸ mariadb.sql.gz ▸ mariadb.sql ▸ wp_usermeta @", 1),
        (" ▸ members.dbf.gz ▸ members.dbf @", 4),
        (" ▸ members.dbf.gz ▸ members.dbf ▸ (deleted rows) @", 1),
        (" ▸ Web Data.gz ▸ Web Data ▸ autofill @", 2),
    ] {
        let found = mails.iter().filter(|place| place.starts_with(begin)).count();
        assert_eq!(found, count, "{begin} in {mails:?}");
    }
}

#[test]
fn values_of_neighbouring_columns_are_never_glued() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("many.db");
    let script = "import sqlite3, sys\n\
        db = sqlite3.connect(sys.argv[1])\n\
        db.execute('CREATE TABLE c (phone TEXT, mail TEXT, zip TEXT)')\n\
        db.executemany('INSERT INTO c VALUES (?,?,?)', [(f'0901234{n:04}', f'{n}u@example.jp', f'{n % 900 + 100}0001') for n in range(3000)])\n\
        db.commit()\n";
    let made = Command::new("python3").args(["-c", script]).arg(&path).status().unwrap();
    assert!(made.success());
    let (result, findings) = scan(&path);
    for entity in ["email", "phone"] {
        assert_eq!(places(&findings, entity, &path).len(), 3000, "{entity}");
    }
    assert_eq!(result["files"][0]["status"], "scanned");
}

#[test]
fn what_can_not_be_read_is_a_gap() {
    for (name, kind) in [
        ("sql/postgres.dump", "unsupported_format"),
        ("sqlite/wal.db-wal", "unsupported_format"),
        ("sqlite/fts.db", "unsupported_format"),
        ("sqlite/spill.db", "no_text"),
        ("dbf/fox.dbf", "unsupported_format"),
    ] {
        let (result, _) = scan(&sample(name));
        let gaps = result["gaps"].to_string();
        assert!(gaps.contains(kind), "{name}: {gaps}");
    }
}

#[test]
fn keys_of_settings_speak_for_their_values() {
    let folder = tempfile::tempdir().unwrap();
    fs::write(folder.path().join(".env"), "APP=shop\nDB_PASSWORD=Tr0ub4dor&3x\nADMIN_TEL=09012345678\n").unwrap();
    fs::write(folder.path().join("my.cnf"), "[client]\nuser=root\npassword=\"Tr0ub4dor&3x\"\n").unwrap();
    let (_, findings) = scan(folder.path());
    let passwords = places(&findings, "password", folder.path());
    assert_eq!(passwords.len(), 2, "{findings:?}");
    assert!(passwords.iter().any(|place| place.ends_with("row 2 /DB_PASSWORD")), "{passwords:?}");
    assert!(passwords.iter().any(|place| place.ends_with("row 3 /client/password")), "{passwords:?}");
}

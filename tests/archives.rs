//! Archives of every kind that are opened, from outside: what the real programs packed is found once, under the right address; archives
//! inside archives too; hostile ones cost a gap, little time and little memory. All data made up.
#![expect(clippy::disallowed_methods, reason = "a test makes its own folder")]

mod real;

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use serde_json::Value;

fn samples() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("testdata/formats")
}

/// What was found in a file: how many of each kind, and where the e-mail addresses are, below the file.
struct Seen {
    result: Value,
    emails: BTreeMap<String, usize>,
}

fn scan(file: &Path) -> Seen {
    let folder = tempfile::tempdir().unwrap();
    let findings = folder.path().join("findings.jsonl");
    let file = file.to_str().unwrap();
    let ended = real::hozen(&["scan", file, "--format", "json", "--findings", findings.to_str().unwrap()]);
    assert!(matches!(ended.code, Some(0 | 3)), "{file}: {:?} {}", ended.code, ended.stderr);
    let result = ended.json();
    let mut emails = BTreeMap::new();
    for line in fs::read_to_string(&findings).unwrap().lines() {
        let finding: Value = serde_json::from_str(line).unwrap();
        if finding["entity"] == "email" {
            let locator = finding["locator"].as_str().unwrap();
            let (leaf, _) = locator.rsplit_once(" @").unwrap();
            let below = leaf.strip_prefix(file).unwrap().trim_start_matches(" \u{25b8} ").to_owned();
            *emails.entry(below).or_default() += 1;
        }
    }
    Seen { result, emails }
}

fn gaps(seen: &Seen) -> Vec<(&str, &str)> {
    let list = seen.result["gaps"].as_array().unwrap();
    list.iter().map(|gap| (gap["path"].as_str().unwrap(), gap["kind"].as_str().unwrap())).collect()
}

/// Sample, and where the five people are in it.
const SAMPLES: &[(&str, &str)] = &[
    ("streams/people.csv.bz2", "people.csv"),
    ("streams/people.csv.xz", "people.csv"),
    ("streams/people.csv.lzma", "people.csv"),
    ("streams/people.csv.lz", "people.csv"),
    ("streams/people.csv.zst", "people.csv"),
    ("streams/people.csv.lz4", "people.csv"),
    ("streams/people.csv.Z", "people.csv"),
    ("streams/two.csv.zst", "two.csv"),
    ("tar/cp932.tar", "名簿.csv"),
    ("tar/euc.tar", "顧客名簿.csv"),
    ("tar/v7.tar", "d/people.csv"),
    ("7z/solid.7z", "名簿/people.csv"),
    ("7z/ppmd.7z", "名簿/people.csv"),
    ("lzh/level0.lzh", "d/people.csv"),
    ("lzh/cp932.lzh", "機能表一覧.csv"),
    ("zip/deflate64.zip", "people.csv"),
    ("zip/bzip2.zip", "people.csv"),
    ("nested/tar-xz-in.7z", "a.tar.xz ▸ a.tar ▸ people.csv"),
    ("nested/lzh-in.zip", "a.lzh ▸ people.csv"),
    ("nested/zip-in.tar.zst", "zip-in.tar ▸ a.zip ▸ people.csv"),
    ("nested/7z-in.tar.bz2", "7z-in.tar ▸ a.7z ▸ people.csv"),
    ("nested/tar-lz4-in.lzh", "a.tar.lz4 ▸ a.tar ▸ people.csv"),
];

/// What a program that unpacks itself carries: as 7-Zip makes it, and behind programs of this machine.
#[test]
fn archives_behind_programs_are_opened_or_told() {
    let folder = tempfile::tempdir().unwrap();
    let at = folder.path();
    fs::copy(samples().join("people.csv"), at.join("people.csv")).unwrap();
    real::tool(at, "7z a -bd -sfx sent.exe people.csv");
    let program = fs::read("/bin/true").unwrap();
    for (name, archive) in
        [("a.exe", "zip/bzip2.zip"), ("b.exe", "lzh/level1.lzh"), ("c.exe", "rar/packed.rar"), ("d.exe", "zip/aes.zip")]
    {
        fs::write(at.join(name), [&program[..], &fs::read(samples().join(archive)).unwrap()].concat()).unwrap();
    }
    let behind = format!("archive at byte {}", program.len());
    for (name, place) in [("sent.exe", None), ("a.exe", Some("people.csv")), ("b.exe", Some("d/people.csv"))] {
        let seen = scan(&at.join(name));
        assert_eq!(gaps(&seen), [], "{name}");
        let found = seen.emails.iter().find(|(leaf, _)| leaf.ends_with("people.csv")).unwrap();
        assert_eq!(*found.1, 5, "{name}");
        assert!(place.is_none_or(|place| *found.0 == format!("{behind} \u{25b8} {place}")), "{name}: {found:?}");
    }
    for (name, kind, count) in [("c.exe", "unsupported_format", 2), ("d.exe", "encrypted", 1)] {
        let seen = scan(&at.join(name));
        let told = gaps(&seen);
        assert_eq!(told.len(), count, "{name}: {told:?}");
        assert!(told.iter().all(|(path, is)| path.contains(&behind) && *is == kind), "{name}: {told:?}");
    }
    // Programs of this machine are no archives.
    for program in ["/bin/true", "/usr/bin/7z", "/bin/tar", "/usr/bin/unzip"] {
        let seen = scan(&fs::canonicalize(program).unwrap());
        assert_eq!(gaps(&seen), [], "{program}");
    }
}

#[test]
fn five_people_are_five_people_however_they_are_packed() {
    for (sample, place) in SAMPLES {
        let seen = scan(&samples().join(sample));
        assert_eq!(gaps(&seen), [], "{sample}");
        assert_eq!(seen.emails, BTreeMap::from([((*place).to_owned(), 5)]), "{sample}");
        let entities = &seen.result["entities"];
        for kind in ["email", "phone", "postal_code", "address", "birth_date", "person_name"] {
            assert_eq!(entities[kind]["distinct"], 5, "{sample}: {kind} in {entities}");
        }
        let subjects = &seen.result["subjects"];
        assert_eq!((&subjects["at_least"], &subjects["at_most"]), (&5.into(), &5.into()), "{sample}: {subjects}");
    }
    // The same five in two files of one archive are found in each, and are five people.
    let seen = scan(&samples().join("nested/z-and-lzip-in.tgz"));
    let places = ["z-and-lzip-in.tar ▸ people.csv.Z ▸ people.csv", "z-and-lzip-in.tar ▸ people.csv.lz ▸ people.csv"];
    assert_eq!(seen.emails, BTreeMap::from(places.map(|place| (place.to_owned(), 5))));
    assert_eq!(seen.result["entities"]["email"]["distinct"], 5);
}

#[test]
fn what_is_locked_says_how_it_is_stored() {
    for (sample, member, storage) in [
        ("zip/aes128.zip", Some("list.csv"), "encrypted:aes-128"),
        ("zip/zipcrypto.zip", Some("list.csv"), "encrypted:zipcrypto"),
        ("7z/members-encrypted.7z", Some("名簿/people.csv"), "encrypted:aes-256"),
        ("7z/all-encrypted.7z", None, "encrypted:aes-256"),
        ("locked/people.csv.age", None, "encrypted:chacha20-poly1305"),
        ("locked/luks2.head", None, "encrypted:luks-aes-xts-plain64"),
    ] {
        let seen = scan(&samples().join(sample));
        let gaps = gaps(&seen);
        assert!(gaps.iter().all(|(_, kind)| *kind == "encrypted"), "{sample}: {gaps:?}");
        let path = gaps.iter().find(|(path, _)| member.is_none_or(|member| path.ends_with(member)));
        assert!(path.is_some(), "{sample}: {gaps:?}");
        let file = &seen.result["files"][0];
        let members = file["members"].as_array().map_or(&[][..], Vec::as_slice);
        let named = |name| members.iter().find(|row| row["path"].as_str().unwrap().ends_with(name)).unwrap();
        let file = member.map_or(file, named);
        assert_eq!(file["storage"], serde_json::json!([storage]), "{sample}: {file}");
    }
}

/// One gap of this kind at the file itself or in it, in time.
fn one_gap(name: &str, script: &str, kind: &str) {
    let folder = tempfile::tempdir().unwrap();
    real::tool(folder.path(), script);
    let begun = Instant::now();
    let (ended, peak) = real::with_peak(&["scan", folder.path().join(name).to_str().unwrap(), "--format", "json"]);
    let result = ended.json();
    let gaps: Vec<_> = result["gaps"].as_array().unwrap().iter().filter(|gap| gap["kind"] != "no_text").collect();
    assert!(gaps.len() == 1 && gaps[0]["kind"] == kind, "{name}: {gaps:?}");
    assert!(begun.elapsed() < Duration::from_secs(600), "{name} took {:?}", begun.elapsed());
    assert!(peak < 500 * 1024, "{name} took {peak} KiB");
}

#[test]
fn a_bomb_costs_one_gap() {
    // Two members: a picture, so that what is unfolded is not looked at, and what stands behind it.
    let make = "printf '\\211PNG\\r\\n\\032\\n' > a; head -c 400M /dev/zero >> a; printf 'last\\n' > z; ";
    one_gap("b.7z", &format!("{make} 7z a -bd -bso0 -mx=3 -ms=1g -m0=lzma:d=1m:a=0 b.7z a z"), "over_limit");
}

#[test]
fn a_text_without_end_in_a_stream_costs_one_gap() {
    // What is looked at costs a debug build half a minute: one stream here, all of them in tests/hostile_archives.rs.
    one_gap("b.zst", "head -c 257M /dev/zero | zstd -q -c > b.zst", "over_limit");
}

#[test]
fn hostile_names_are_names_and_no_paths() {
    let folder = tempfile::tempdir().unwrap();
    let script = r#"
import io, tarfile, zipfile
names = ['../../etc/passwd', '/etc/shadow', 'a\nb', 'x\x1b[31mred', 'c ▸ d', '']
with tarfile.open('t.tar', 'w') as out:
    for name in names:
        info = tarfile.TarInfo(name)
        data = b'taro@example.jp\n'
        info.size = len(data)
        out.addfile(info, io.BytesIO(data))
with zipfile.ZipFile('t.zip', 'w') as out:
    for name in names[:5]:
        out.writestr(name, 'taro@example.jp\n')
"#;
    fs::write(folder.path().join("make.py"), script).unwrap();
    real::tool(folder.path(), "python3 make.py && rm make.py");
    let ended = real::hozen(&["scan", folder.path().to_str().unwrap(), "--format", "json"]);
    let result = ended.json();
    for (file, members) in result["files"].as_array().unwrap().iter().zip([6, 5]) {
        let rows = file["members"].as_array().unwrap();
        assert_eq!(rows.len(), members, "{file}");
        for row in rows {
            let path = row["path"].as_str().unwrap();
            assert!(!path.contains('\n') && !path.contains('\x1b'), "{path:?}");
            assert_eq!(path.matches(" ▸ ").count(), 1, "{path:?}");
            assert_eq!(row["findings"]["email"], 1, "{row}");
        }
    }
    let screen = real::hozen(&["scan", folder.path().to_str().unwrap()]);
    assert!(!screen.stdout.contains('\x1b'));
}

#[test]
fn an_archive_that_holds_itself_ends() {
    // Archives inside archives, deeper than the limit.
    let folder = tempfile::tempdir().unwrap();
    let script = "printf 'taro@example.jp\\n' > f; for n in 1 2 3 4 5 6; do tar cf f.tar f; zstd -q f.tar; mv f.tar.zst f; rm f.tar; done; mv f deep.tar.zst";
    real::tool(folder.path(), script);
    let seen = scan(&folder.path().join("deep.tar.zst"));
    let gaps = gaps(&seen);
    assert!(gaps.len() == 1 && gaps[0].1 == "over_limit", "{gaps:?}");
}

#[test]
fn a_hundred_thousand_empty_members_are_bounded() {
    let folder = tempfile::tempdir().unwrap();
    let script = r#"
import tarfile
info = tarfile.TarInfo('n')
block = info.tobuf()
with open('m.tar', 'wb') as out:
    for _ in range(100):
        out.write(block * 1000)
    out.write(bytes(1024))
"#;
    fs::write(folder.path().join("make.py"), script).unwrap();
    real::tool(folder.path(), "python3 make.py && zstd -q m.tar && rm m.tar make.py");
    let out = folder.path().join("spool");
    fs::create_dir(&out).unwrap();
    let begun = Instant::now();
    let file = folder.path().join("m.tar.zst");
    let (ended, peak) = real::with_peak(&["scan", file.to_str().unwrap(), "--spool", out.to_str().unwrap()]);
    assert_eq!(ended.code, Some(0), "{}", ended.stderr);
    assert!(begun.elapsed() < Duration::from_secs(600), "{:?}", begun.elapsed());
    assert!(peak < 128 * 1024, "{peak} KiB");
}

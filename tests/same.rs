//! Promise 8: same input, same rules, same bytes out, at any thread count.
#![expect(clippy::disallowed_methods, reason = "a test makes and reads its own folders")]

mod real;
mod world;

use std::collections::BTreeMap;
use std::fs;
use std::io::{Read, Write};
use std::path::Path;

use hozen::model::Lang;
use hozen::seal::lanes::{Kernel, Kernels};
use world::{put, zipped};

/// Bytes that do not compress and are the same every time.
fn noise(length: usize, mut seed: u32) -> Vec<u8> {
    std::iter::repeat_with(|| {
        seed = seed.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
        (seed >> 24) as u8
    })
    .take(length)
    .collect()
}

fn gzipped(bytes: &[u8]) -> Vec<u8> {
    let mut out = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::default());
    out.write_all(bytes).unwrap();
    out.finish().unwrap()
}

/// A table of made-up people; more than `bytes` long.
fn table(bytes: usize) -> String {
    let mut text = "顧客番号,氏名,メールアドレス,電話番号\n".to_owned();
    for n in 0u32.. {
        if text.len() > bytes {
            break;
        }
        text +=
            &format!("{n},山田{n},customer{n}@shop{}.example.jp,090-{:04}-{:04}\n", n % 7, n % 9000 + 1000, n % 8999);
    }
    text
}

/// Everything that could come out in another order, or cut at another place.
fn rich(root: &Path) {
    for n in 0..400 {
        let text = format!("{n}: user{n}@example.co.jp tel 03-1234-{n:04}\n").repeat(n % 50);
        put(root, &format!("small/{}/{n}.txt", n % 13), text);
    }
    let customers = table(3_300_000);
    put(root, "large/顧客.csv", &customers);
    put(root, "large/noise.bin", noise(1_500_000, 1));
    put(root, "large/log.txt", "192.0.2.1 - - \"GET /?mail=a%40example.jp\" 200 a@example.jp\n".repeat(40_000));
    put(root, "large/cp932.csv", encoding_rs::SHIFT_JIS.encode(&customers[..600_000]).0);
    // Exactly at the edges of a block.
    for (name, length) in [("less", 262_143), ("same", 262_144), ("more", 262_145)] {
        put(root, &format!("edge/{name}"), noise(length, length as u32));
    }
    let inner = zipped(&[("list.csv", table(50_000).as_bytes()), ("empty", b"")]);
    let middle = zipped(&[("inner.zip", &inner), ("inner2.zip", &inner), ("note.txt", b"memo: b@example.jp")]);
    put(
        root,
        "nested/outer.zip",
        zipped(&[("middle.zip", &middle), ("table.csv.gz", &gzipped(table(90_000).as_bytes()))]),
    );
    put(root, "nested/torn.zip", &middle[..middle.len() / 2]);
    put(root, "nested/torn.gz", &gzipped(table(90_000).as_bytes())[..5_000]);
    put(
        root,
        "one.json",
        format!("[{}]", r#"{"mail":"c@example.jp","tel":"090-1111-2222"},"#.repeat(900).trim_end_matches(',')),
    );
    for n in 0..20 {
        put(root, &format!("empty/{n}"), b"");
    }
    std::os::unix::fs::symlink("small", root.join("link")).unwrap();
    std::os::unix::fs::symlink("no/where", root.join("dangling")).unwrap();
    std::os::unix::fs::symlink(".", root.join("loop")).unwrap();
    fs::hard_link(root.join("one.json"), root.join("two.json")).unwrap();
    // An unconfined run moves the access time of a link when it first reads it, and what it records is the time before: so
    // that all runs record the same, it is moved here.
    std::thread::sleep(std::time::Duration::from_millis(50));
    for link in ["link", "dangling", "loop"] {
        fs::read_link(root.join(link)).unwrap();
    }
}

/// All files of a case by their path, but for what must differ (nothing, in a world with one clock and one key).
fn files(folder: &Path) -> BTreeMap<String, Vec<u8>> {
    let mut found = BTreeMap::new();
    let mut folders = vec![folder.to_path_buf()];
    while let Some(next) = folders.pop() {
        for entry in fs::read_dir(next).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                folders.push(path);
            } else {
                found.insert(path.strip_prefix(folder).unwrap().display().to_string(), fs::read(&path).unwrap());
            }
        }
    }
    found
}

fn differing(one: &BTreeMap<String, Vec<u8>>, other: &BTreeMap<String, Vec<u8>>) -> Vec<String> {
    let names: std::collections::BTreeSet<_> = one.keys().chain(other.keys()).collect();
    names.into_iter().filter(|name| one.get(*name) != other.get(*name)).cloned().collect()
}

#[test]
fn with_one_clock_and_one_key_every_file_of_the_case_is_the_same_at_any_thread_count() {
    let folder = tempfile::tempdir().unwrap();
    let source = folder.path().join("source");
    rich(&source);
    for verb in ["respond", "collect"] {
        let mut first = None;
        for threads in ["1", "2", "4"] {
            // The same place each time: paths are part of what is written.
            let out = folder.path().join("out");
            let arguments = [verb, source.to_str().unwrap(), "--out", out.to_str().unwrap(), "--case", "same"];
            let ended = world::hozen(&[&arguments[..], &["--threads", threads, "--format", "json"]].concat());
            assert_eq!(ended.code, if verb == "respond" { 3 } else { 0 }, "{}", ended.stderr);
            let mut made = files(&out.join("same"));
            made.insert("stdout".to_owned(), ended.stdout.clone().into_bytes());
            fs::remove_dir_all(&out).unwrap();
            let first = first.get_or_insert_with(|| made.clone());
            assert_eq!(differing(first, &made), [""; 0], "{verb} at {threads} threads");
            if verb == "respond" {
                let scan = &ended.json()["scan"];
                assert!(scan["entities"]["email"]["distinct"].as_u64().unwrap() > 10_000, "{}", scan["entities"]);
                let findings = String::from_utf8(made["results/findings.jsonl"].clone()).unwrap();
                assert!(findings.lines().count() > 50_000, "{}", findings.lines().count());
            }
        }
    }
}

#[test]
fn a_scan_writes_the_same_findings_at_any_thread_count() {
    let folder = tempfile::tempdir().unwrap();
    let source = folder.path().join("source");
    rich(&source);
    let mut first = None;
    for threads in ["1", "2", "5", "16"] {
        let found = folder.path().join("found.jsonl");
        let arguments = ["scan", source.to_str().unwrap(), "--findings", found.to_str().unwrap(), "--reveal"];
        let ended = world::hozen(&[&arguments[..], &["--threads", threads, "--format", "json"]].concat());
        assert_eq!(ended.code, 3, "{}", ended.stderr);
        let findings = fs::read_to_string(&found).unwrap();
        fs::remove_file(&found).unwrap();
        assert!(findings.lines().any(|line| line.contains("outer.zip ▸ middle.zip ▸ inner2.zip ▸ list.csv @")));
        let (first_out, first_findings) = first.get_or_insert_with(|| (ended.stdout.clone(), findings.clone()));
        assert!(*first_findings == findings, "other findings at {threads} threads");
        assert!(*first_out == ended.stdout, "another answer at {threads} threads");
    }
}

#[test]
fn every_kernel_of_this_machine_makes_the_same_evidence() {
    let folder = tempfile::tempdir().unwrap();
    let source = folder.path().join("source");
    for n in 0..60_usize {
        put(&source, &format!("{n}.bin"), noise(n * n * 17, n as u32));
    }
    put(&source, "large.bin", noise(1_500_000, 7));
    let mut made = BTreeMap::new();
    for kernel in Kernel::ALL {
        // What this CPU does not have is not tested here; `sha2` alone is always there.
        let Some(kernels) = Kernels::only(kernel) else { continue };
        let out = folder.path().join("out");
        let arguments = ["collect", source.to_str().unwrap(), "--out", out.to_str().unwrap(), "--case", "same"];
        let ended = world::hozen_with(kernels, Lang::En, &arguments);
        assert_eq!(ended.code, 0, "{}", ended.stderr);
        made.insert(kernel.name(), files(&out.join("same")));
        fs::remove_dir_all(&out).unwrap();
    }
    let plain = made["plain"].clone();
    for (kernel, files) in &made {
        assert_eq!(differing(&plain, files), [""; 0], "{kernel}");
    }
}

fn members(zip: &Path) -> Vec<(String, Vec<u8>)> {
    let mut archive = zip::ZipArchive::new(fs::File::open(zip).unwrap()).unwrap();
    let mut members = Vec::new();
    for at in 0..archive.len() {
        let mut member = archive.by_index(at).unwrap();
        let name = member.name().unwrap().into_owned();
        let mut bytes = Vec::new();
        member.read_to_end(&mut bytes).unwrap();
        members.push((name, bytes));
    }
    members
}

#[test]
fn the_real_binary_s_zips_differ_in_times_and_the_seal_only() {
    let folder = tempfile::tempdir().unwrap();
    let source = folder.path().join("source");
    rich(&source);
    let mut zips = Vec::new();
    for threads in ["1", "4"] {
        let out = folder.path().join(threads);
        let ended = real::hozen(&[
            "respond",
            source.to_str().unwrap(),
            "--out",
            out.to_str().unwrap(),
            "--case",
            "same",
            "--threads",
            threads,
        ]);
        assert_eq!(ended.code, Some(3), "{}", ended.stderr);
        zips.push(members(&real::zip(&out.join("same"))));
    }
    let names = |zip: &[(String, Vec<u8>)]| zip.iter().map(|(name, _)| name.clone()).collect::<Vec<_>>();
    assert_eq!(names(&zips[0]), names(&zips[1]), "the same members in the same order");
    let differ: Vec<&str> =
        zips[0].iter().zip(&zips[1]).filter(|(one, other)| one != other).map(|(one, _)| one.0.as_str()).collect();
    // Times (custody events, acquisition), the key made for the case and what is made with it; payload, record and manifest
    // are not among them.
    let may = [
        "bag-info.txt",
        "custody/custody.jsonl",
        "custody/acquisition.json",
        "VERIFY.ja.txt",
        "VERIFY.en.txt",
        "tagmanifest-sha256.txt",
        "custody/sig/tagmanifest-sha256.txt.sig",
        "custody/sig/allowed_signers",
        "custody/sig/tagmanifest-sha256.txt.tsq",
    ];
    let beyond: Vec<&&str> =
        differ.iter().filter(|name| !may.iter().any(|may| **name == format!("same-E001/{may}"))).collect();
    assert!(beyond.is_empty(), "{beyond:?}");
    assert!(differ.contains(&"same-E001/tagmanifest-sha256.txt"), "keys are made anew: {differ:?}");
}

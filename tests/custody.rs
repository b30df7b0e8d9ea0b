//! The chain of custody by hand, with the real binary: what is set down stays, is shown in both languages, and any change is named.
#![expect(clippy::disallowed_methods, reason = "this test makes cases and then damages them")]

mod real;

use std::fs;
use std::os::unix::fs::PermissionsExt as _;
use std::path::{Path, PathBuf};

use real::{Ended, hozen};
use serde_json::Value;

struct World {
    folder: tempfile::TempDir,
}

impl World {
    fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        fs::create_dir(folder.path().join("src")).unwrap();
        fs::write(folder.path().join("src/a.txt"), "made up").unwrap();
        let world = Self { folder };
        let out = world.at("");
        let collected =
            hozen(&["collect", &world.at("src"), "--out", &out, "--case", "c1", "--force", "--operator", "op"]);
        assert_eq!(collected.code, Some(0), "{}", collected.stderr);
        world
    }

    fn at(&self, path: &str) -> String {
        self.folder.path().join(path).to_str().unwrap().to_owned()
    }

    fn case(&self) -> PathBuf {
        self.folder.path().join("c1")
    }

    fn add(&self, arguments: &[&str]) -> Ended {
        hozen(&[&["custody", "add", &self.at("c1")], arguments].concat())
    }

    fn verb(&self, verb: &[&str]) -> Ended {
        hozen(&[verb, &[&self.at("c1")]].concat())
    }

    fn json(&self) -> Value {
        hozen(&["custody", "show", &self.at("c1"), "--format", "json"]).json()
    }

    /// A transfer with every particular and two photos, then a receipt that reads the evidence again.
    fn handed_over() -> Self {
        let world = Self::new();
        fs::write(world.at("front.JPG"), b"made up photo").unwrap();
        fs::write(world.at("back"), b"another").unwrap();
        let (front, back) = (world.at("front.JPG"), world.at("back"));
        let sent = world.add(&[
            "--act",
            "transfer",
            "--to",
            "佐藤次郎",
            "--purpose",
            "解析",
            "--witness",
            "鈴木一郎",
            "--place",
            "本社 3F",
            "--kept-at",
            "金庫",
            "--evidence-number",
            "E-1",
            "--seal-number",
            "A-0042",
            "--device-maker",
            "made-up",
            "--device-model",
            "M1",
            "--device-serial",
            "SN1",
            "--device-capacity",
            "1 TB",
            "--medium",
            "USB",
            "--state",
            "停止",
            "--condition",
            "傷なし",
            "--reason",
            "調査",
            "--photo",
            &front,
            "--photo",
            &back,
            "--operator",
            "山田花子",
            "--when",
            "2026-11-21T10:00:00+09:00",
        ]);
        assert_eq!(sent.code, Some(0), "{}{}", sent.stdout, sent.stderr);
        let taken =
            world.add(&["--act", "receive", "--from", "山田花子", "--operator", "佐藤次郎", "--check-evidence"]);
        assert_eq!(taken.code, Some(0), "{}{}", taken.stdout, taken.stderr);
        world
    }
}

fn change(path: &Path, change: impl Fn(&mut Vec<u8>)) {
    let mut bytes = fs::read(path).unwrap();
    change(&mut bytes);
    fs::write(path, bytes).unwrap();
}

fn photos(case: &Path) -> Vec<PathBuf> {
    let mut found: Vec<_> =
        fs::read_dir(case.join("custody/photos")).unwrap().map(|entry| entry.unwrap().path()).collect();
    found.sort();
    found
}

#[test]
fn what_is_set_down_is_shown_checked_and_verified() {
    let world = World::handed_over();
    for verb in [&["custody", "check"][..], &["custody", "show"], &["verify"]] {
        let ended = world.verb(verb);
        assert_eq!(ended.code, Some(0), "{verb:?} {}{}", ended.stdout, ended.stderr);
        assert!(ended.stdout.contains("WHOLE"), "{}", ended.stdout);
        let japanese = world.verb(&[&["--lang", "ja"], verb].concat());
        assert!(japanese.code == Some(0) && japanese.stdout.contains("完全"), "{}", japanese.stdout);
    }
    let all = world.json();
    assert_eq!((&all["schema"], &all["ok"]), (&"hozen.custody/1".into(), &true.into()));
    let events = all["chain"].as_array().unwrap();
    let sent = &events[events.len() - 2];
    assert_eq!((sent["act"].as_str(), sent["operator"].as_str()), (Some("transfer"), Some("山田花子")));
    let detail = &sent["detail"];
    assert_eq!((&detail["to"], &detail["device"]["serial"]), (&"佐藤次郎".into(), &"SN1".into()));
    assert_eq!(detail["when"], "2026-11-21T01:00:00Z");
    assert_eq!(detail["photos"][0]["name"], "front.JPG");
    assert_eq!(detail["zips"][0]["check"], "not_done");
    assert!(detail["clock"]["system"].is_string() && detail["clock"]["offset_ms"].is_null());
    let taken = &events[events.len() - 1]["detail"];
    assert_eq!(taken["zips"][0]["check"], "same");
    let sums = fs::read_to_string(world.case().join("evidence/c1-E001.zip.sha256")).unwrap();
    assert!(sums.starts_with(taken["zips"][0]["zip_sha256"].as_str().unwrap()));
    for photo in photos(&world.case()) {
        assert_eq!(fs::metadata(&photo).unwrap().permissions().mode() & 0o777, 0o600);
    }
    let shown = world.verb(&["--lang", "ja", "custody", "show"]).stdout;
    for word in ["引き渡し", "受領", "佐藤次郎", "立会人：鈴木一郎", "A-0042", "2026-11-21T01:00:00Z", "封印時のまま"]
    {
        assert!(shown.contains(word), "{word}: {shown}");
    }
}

#[test]
fn the_clock_is_set_down_with_its_distance_from_the_reference() {
    let world = World::new();
    let ended = world.add(&[
        "--act",
        "note",
        "--note",
        "x",
        "--reference-time",
        "2001-01-01T00:00:00Z",
        "--reference-source",
        "電波時計",
    ]);
    assert_eq!(ended.code, Some(0), "{}", ended.stderr);
    let all = world.json();
    let clock = &all["chain"].as_array().unwrap().last().unwrap()["detail"]["clock"];
    assert!(clock["offset_ms"].as_i64().unwrap() > 700_000_000_000, "{clock}");
    assert_eq!((&clock["reference"], &clock["reference_source"]), (&"2001-01-01T00:00:00Z".into(), &"電波時計".into()));
    let (source, out) = (world.at("src"), world.at(""));
    let named = ["--reference-time", "2001-01-01T09:00:00+09:00", "--reference-source", "電波時計"];
    let collected = hozen(&[&["collect", &source, "--out", &out, "--case", "c3", "--force"], &named[..]].concat());
    assert_eq!(collected.code, Some(0), "{}", collected.stderr);
    let acquisition = real::member(&real::zip(Path::new(&world.at("c3"))), "custody/acquisition.json");
    let acquisition: Value = serde_json::from_slice(&acquisition).unwrap();
    assert!(acquisition["clock_offset_ms"].as_i64().unwrap() > 700_000_000_000, "{acquisition}");
    assert_eq!(acquisition["clock_offset_source"], "電波時計");
    // The sheet for paper says it too.
    let (case, sheet) = (world.at("c3"), world.at("sheet.html"));
    assert_eq!(hozen(&["custody", "form", &case, "--out", &sheet]).code, Some(0));
    let offset = acquisition["clock_offset_ms"].to_string();
    assert!(fs::read_to_string(&sheet).unwrap().contains(&offset), "{offset}");
    let resumed = hozen(&["collect", "--resume", &world.at("c3"), "--reference-time", "2001-01-01T00:00:00Z"]);
    assert_eq!(resumed.code, Some(2), "a collection keeps the clock that it began with");
    for wrong in [&["--reference-time", "12:00"][..], &["--reference-source", "only"], &["--when", "yesterday"]] {
        assert_eq!(world.add(&[&["--act", "open"], wrong].concat()).code, Some(2));
    }
}

#[test]
fn each_changed_line_is_named_and_nothing_is_added_behind_it() {
    let world = World::handed_over();
    let journal = world.case().join("custody/custody.jsonl");
    let whole = fs::read(&journal).unwrap();
    let lines = whole.iter().filter(|byte| **byte == b'\n').count();
    for line in 0..lines {
        let split: Vec<&[u8]> = whole.split_inclusive(|byte| *byte == b'\n').collect();
        let mut bad: Vec<Vec<u8>> = split.iter().map(|line| line.to_vec()).collect();
        // A byte less: also the last line tells by itself.
        bad[line].remove(3);
        fs::write(&journal, bad.concat()).unwrap();
        for verb in [&["custody", "check"][..], &["custody", "show"], &["verify"]] {
            let ended = world.verb(verb);
            assert_eq!(ended.code, Some(4), "line {line} {verb:?}");
            assert!(ended.stdout.contains(&format!("line {}", line + 1)), "{}", ended.stdout);
        }
        let added = world.add(&["--act", "open"]);
        assert_eq!(added.code, Some(4), "{}", added.stderr);
        assert_eq!(fs::read(&journal).unwrap(), bad.concat(), "a broken chain is left alone");
    }
    // A torn end is nobody's to cut away.
    fs::write(&journal, &whole[..whole.len() - 5]).unwrap();
    assert_eq!(world.add(&["--act", "open"]).code, Some(4));
    assert_eq!(fs::read(&journal).unwrap().len(), whole.len() - 5);
    assert!(world.verb(&["custody", "check"]).stdout.contains(&format!("line {lines}")));
}

#[test]
fn a_photo_that_was_changed_removed_linked_or_added_is_named() {
    type Damage = fn(&Path);
    let damages: [Damage; 5] = [
        |photo| change(photo, |bytes| bytes[0] ^= 1),
        |photo| change(photo, |bytes| bytes.push(0)),
        |photo| fs::remove_file(photo).unwrap(),
        |photo| {
            fs::rename(photo, photo.with_file_name("elsewhere")).unwrap();
            std::os::unix::fs::symlink("elsewhere", photo).unwrap();
        },
        |photo| {
            fs::remove_file(photo).unwrap();
            fs::create_dir(photo).unwrap();
        },
    ];
    for damage in damages {
        for number in 0..2 {
            let world = World::handed_over();
            let photo = photos(&world.case())[number].clone();
            damage(&photo);
            named(&world, photo.file_name().unwrap().to_str().unwrap());
        }
    }
    let world = World::handed_over();
    fs::write(world.case().join("custody/photos/new\u{202e}gpj.jpg"), b"x").unwrap();
    named(&world, "new\\u{202e}gpj.jpg");
    let world = World::handed_over();
    fs::remove_dir_all(world.case().join("custody/photos")).unwrap();
    named(&world, "0005-1-");
}

#[track_caller]
fn named(world: &World, name: &str) {
    for verb in [&["custody", "check"][..], &["verify"]] {
        let ended = world.verb(verb);
        assert_eq!(ended.code, Some(4), "{name} {verb:?}: {}", ended.stdout);
        assert!(
            ended.stdout.lines().any(|line| line.contains("[custody chain]") && line.contains(name)),
            "{name}: {}",
            ended.stdout
        );
    }
}

#[test]
fn evidence_that_was_changed_is_recorded_as_changed() {
    let world = World::new();
    let zip = real::zip(&world.case());
    change(&zip, |bytes| bytes[100] ^= 1);
    let ended = world.add(&["--act", "receive", "--from", "x", "--check-evidence"]);
    assert!(ended.code == Some(4) && ended.stdout.contains("c1-E001.zip is not as it was sealed"), "{}", ended.stdout);
    fs::remove_file(&zip).unwrap();
    assert_eq!(world.add(&["--act", "receive", "--from", "x", "--check-evidence"]).code, Some(4));
    let all = world.json();
    let checks: Vec<_> =
        all["chain"].as_array().unwrap().iter().filter_map(|e| e["detail"]["zips"][0]["check"].as_str()).collect();
    assert_eq!(checks, ["changed", "missing"]);
}

#[test]
fn what_would_say_nothing_or_too_much_is_refused_and_nothing_is_written() {
    let world = World::new();
    let before = fs::read(world.case().join("custody/custody.jsonl")).unwrap();
    let long = "長".repeat(6_000);
    let (gone, folder) = (world.at("gone.jpg"), world.at("src"));
    for wrong in [
        &["--act", "transfer"][..],
        &["--act", "receive"],
        &["--act", "return", "--to", " "],
        &["--act", "note"],
        &["--act", "seal"],
        &["--act", "note", "--note", &long],
        &["--act", "open", "--device-model", &long],
        &["--act", "open", "--photo", &gone],
        &["--act", "open", "--photo", &folder],
    ] {
        let ended = world.add(wrong);
        assert_eq!(ended.code, Some(2), "{}{}", ended.stdout, ended.stderr);
    }
    let one = world.at("src/a.txt");
    let ended = world.add(&["--act", "open", "--photo", &one, "--photo", &gone]);
    assert_eq!(ended.code, Some(2), "{}", ended.stderr);
    assert_eq!(photos(&world.case()), Vec::<PathBuf>::new(), "the first photo does not stay behind");
    assert_eq!(fs::read(world.case().join("custody/custody.jsonl")).unwrap(), before);
    assert_eq!(hozen(&["custody", "show", &folder]).code, Some(2));
}

#[test]
fn hostile_text_in_every_field_is_kept_exactly_and_shown_harmless() {
    let world = World::new();
    let evil = "a\n\u{1b}[2J\u{202e}\r</td><script>alert(1)</script>\"'{{x}}";
    let flags = [
        "--operator",
        "--witness",
        "--from",
        "--to",
        "--purpose",
        "--reason",
        "--place",
        "--kept-at",
        "--evidence-number",
        "--seal-number",
        "--device-maker",
        "--device-model",
        "--device-serial",
        "--device-capacity",
        "--medium",
        "--state",
        "--condition",
        "--note",
    ];
    let photo = world.at("x\u{1b}\n<b>.j\u{202e}g");
    fs::write(&photo, b"x").unwrap();
    let mut arguments = vec!["--act", "transfer", "--photo", &photo];
    arguments.extend(flags.iter().flat_map(|flag| [*flag, evil]));
    arguments.extend(["--reference-time", "2026-11-21T10:00:00+09:00", "--reference-source", evil]);
    let added = world.add(&arguments);
    assert_eq!(added.code, Some(0), "{}", added.stderr);
    let all = world.json();
    let event = all["chain"].as_array().unwrap().last().unwrap().clone();
    assert_eq!((event["operator"].as_str(), event["detail"]["note"].as_str()), (Some(evil), Some(evil)));
    for lang in ["en", "ja"] {
        for verb in [&["custody", "show"][..], &["custody", "check"], &["verify"]] {
            let ended = world.verb(&[&["--lang", lang], verb].concat());
            assert_eq!(ended.code, Some(0));
            assert!(!ended.stdout.contains(['\u{1b}', '\r', '\u{202e}']), "{}", ended.stdout);
        }
    }
}

/// The QR code in a page, as a grid of dark modules without its quiet zone.
fn modules(page: &str) -> Vec<Vec<bool>> {
    let side: usize = page.split("viewBox=\"0 0 ").nth(1).unwrap().split(' ').next().unwrap().parse().unwrap();
    let mut grid = vec![vec![false; side]; side];
    let path = page.split(" d=\"").nth(1).unwrap().split('"').next().unwrap();
    for module in path.split('M').skip(1) {
        let (x, y) = module.strip_suffix("h1v1h-1z").unwrap().split_once(' ').unwrap();
        grid[y.parse::<usize>().unwrap()][x.parse::<usize>().unwrap()] = true;
    }
    assert!(grid[..4].iter().flatten().all(|dark| !dark) && grid.iter().all(|row| !row[3] && !row[side - 4]));
    grid[4..side - 4].iter().map(|row| row[4..side - 4].to_vec()).collect()
}

#[test]
fn the_sheet_carries_seal_and_transfers_and_no_markup_of_others() {
    let world = World::handed_over();
    let evil = "</td><script>alert(1)</script>\u{202e}\"'";
    assert_eq!(world.add(&["--act", "note", "--note", evil, "--operator", evil, "--place", evil]).code, Some(0));
    let seal = world.json()["chain"][3]["detail"]["seal_sha256"].as_str().unwrap().to_owned();
    for lang in ["ja", "en"] {
        let out = world.at(&format!("form.{lang}.html"));
        let form = || hozen(&["custody", "form", &world.at("c1"), "--out", &out, "--lang", lang]);
        let made = form();
        assert_eq!(made.code, Some(0), "{}{}", made.stdout, made.stderr);
        let page = fs::read_to_string(&out).unwrap();
        assert_eq!(form().code, Some(2), "never overwritten");
        assert_eq!(fs::read_to_string(&out).unwrap(), page);
        assert!(
            !page.contains("<script")
                && !page.contains("http://")
                && !page.contains("https://")
                && !page.contains('\u{202e}')
        );
        assert!(page.contains("default-src 'none'"));
        for group in seal.as_bytes().chunks(8) {
            assert!(page.contains(&format!("<span>{}</span>", std::str::from_utf8(group).unwrap())));
        }
        for word in ["佐藤次郎", "山田花子", "A-0042", "SN1", "SHA256:"] {
            assert!(page.contains(word), "{word}");
        }
        let code = qrcodegen::QrCode::encode_text(&seal.to_uppercase(), qrcodegen::QrCodeEcc::Medium).unwrap();
        let due: Vec<Vec<bool>> =
            (0..code.size()).map(|y| (0..code.size()).map(|x| code.get_module(x, y)).collect()).collect();
        assert_eq!(modules(&page), due);
    }
    change(&world.case().join("custody/custody.jsonl"), |bytes| bytes[200] ^= 1);
    let out = world.at("broken.html");
    assert_eq!(hozen(&["custody", "form", &world.at("c1"), "--out", &out]).code, Some(4));
    assert!(fs::read_to_string(&out).unwrap().contains("BROKEN"));
}

#[test]
fn two_at_once_are_both_in_the_chain_or_one_is_told_to_wait() {
    let world = World::new();
    let case = world.at("c1");
    let codes: Vec<Ended> = std::thread::scope(|scope| {
        let adders: Vec<_> = (0..8)
            .map(|n| {
                let case = &case;
                scope.spawn(move || hozen(&["custody", "add", case, "--act", "note", "--note", &n.to_string()]))
            })
            .collect();
        adders.into_iter().map(|adder| adder.join().unwrap()).collect()
    });
    for ended in &codes {
        let busy = ended.code == Some(2) && ended.stderr.contains("another hozen is at work");
        assert!(ended.code == Some(0) || busy, "{}", ended.stderr);
    }
    let added = codes.iter().filter(|ended| ended.code == Some(0)).count();
    let all = world.json();
    let notes = all["chain"].as_array().unwrap().iter().filter(|event| event["act"] == "note").count();
    assert_eq!((notes, &all["ok"]), (added, &true.into()));
    assert!(added > 0);
    // Held for sure: the lock of a collection under way.
    let held = fs::File::open(world.case().join("custody/custody.jsonl")).unwrap();
    held.lock().unwrap();
    let refused = world.add(&["--act", "open"]);
    assert!(refused.code == Some(2) && refused.stderr.contains("another hozen is at work"), "{}", refused.stderr);
    let japanese = hozen(&["--lang", "ja", "custody", "add", &case, "--act", "open"]);
    assert!(japanese.stderr.contains("別の hozen"), "{}", japanese.stderr);
}

#[test]
fn a_case_that_broke_off_takes_events_and_still_goes_on_to_its_end() {
    let world = World::new();
    // As a full disk leaves it: a file of 3 MB does not fit under the limit on file sizes.
    let noise: Vec<u8> = (0u32..750_000).flat_map(|n| n.wrapping_mul(2_654_435_761).to_le_bytes()).collect();
    fs::write(world.at("src/big"), noise).unwrap();
    let (source, out) = (world.at("src"), world.at(""));
    let broken = real::run(
        real::in_shell("ulimit -f 1000; exec \"$@\"")
            .args(["collect", &source, "--out", &out, "--case", "c2", "--force"]),
    );
    assert_eq!(broken.code, Some(2), "{}", broken.stderr);
    let case = world.at("c2");
    let added = hozen(&["custody", "add", &case, "--act", "note", "--note", "the disk was full"]);
    assert_eq!(added.code, Some(0), "{}", added.stderr);
    assert_eq!(hozen(&["custody", "check", &case]).code, Some(0));
    let went_on = hozen(&["collect", "--resume", &case]);
    assert_eq!(went_on.code, Some(0), "{}", went_on.stderr);
    let whole = hozen(&["verify", &case]);
    assert_eq!(whole.code, Some(0), "{}", whole.stdout);
}

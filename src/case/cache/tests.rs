//! What is remembered comes back as it was, and nothing comes back where anything differs.

#![expect(clippy::disallowed_methods, reason = "tests make files")]

use std::path::PathBuf;

use super::*;
use crate::count::{Fact, FactKind};
use crate::detect::{Chance, Passes};
use crate::model::{
    Bond, Confidence, Entry, FileResult, Finding, Gap, GapKind, Kind, LinkClass, Locator, LookStatus, Place, RawPath,
    Secret, Stat,
};
use crate::pass::{FileOutcome, Found, Looked, LookedLeaf, Recall, Recalled};

const BEGAN: i64 = 1_000_000;

fn stat(size: u64, changed: i64) -> Stat {
    let time = Timestamp { seconds: changed, nanos: 5 };
    Stat { size, device: 7, inode: 9, atime: time, mtime: time, ctime: time, ..Stat::example() }
}

fn entry(path: &str, stat: Stat) -> Entry {
    Entry::example(path.as_bytes(), stat)
}

fn found(path: &str, value: &str) -> Found {
    let place = Place { offset: 4, row: Some(2), column: Some(3), pointer: Some("/a/0".to_owned()), page: Some(7) };
    let finding = Finding {
        entity: "card".into(),
        rule: "card/1".into(),
        locator: Locator { leaf: format!("{path} ▸ x.csv").into(), place },
        value: Secret::new(value),
        masked: "************1111".to_owned(),
        digest: [3; 32],
        confidence: Confidence::Likely,
        reasons: vec!["check:luhn".into(), "近:カード\u{7}".into()],
    };
    Found {
        bond: Bond::Row,
        row: Some(u64::MAX),
        findings: vec![(finding, LinkClass::Strong)],
        facts: vec![Fact { kind: FactKind::NameBirth, of: 0, key: u64::MAX }],
        series: vec![Some(1 << 63)],
    }
}

fn outcome(entry: Entry, looked: Looked) -> FileOutcome {
    FileOutcome {
        stat_open: entry.stat.clone(),
        stat_after: entry.stat.clone(),
        entry,
        xattrs: Vec::new(),
        extents: Vec::new(),
        stretch_digests: None,
        listing: None,
        content: None,
        atime_kept: true,
        grew: false,
        size_unknown: false,
        first_name: None,
        linked: None,
        gaps: Vec::new(),
        looked: Some(looked),
    }
}

fn leaf(path: &str, bytes: u64) -> LookedLeaf {
    let row = FileResult {
        status: LookStatus::Partial,
        bytes,
        format: Some("zip".to_owned()),
        ..FileResult::not_scanned(path.to_owned())
    };
    let passes = Passes { failed: 900, passed: 100 };
    LookedLeaf { row, chances: vec![Chance { entity: "card".into(), series: 1 << 63 | 3, passes }] }
}

fn looked(path: &str, bytes: u64) -> Looked {
    let gap = Gap { path: format!("{path} ▸ y"), kind: GapKind::Encrypted, reason: "zip".to_owned() };
    Looked { file: leaf(path, bytes), gaps: vec![gap] }
}

struct Scene {
    folder: tempfile::TempDir,
    conditions: Conditions,
}

impl Scene {
    fn new() -> Self {
        let conditions = Conditions { program: Digest::of(b"p"), rules: Digest::of(b"r"), has_spool: false };
        Self { folder: tempfile::tempdir().unwrap(), conditions }
    }

    fn path(&self) -> PathBuf {
        self.folder.path().join("cache")
    }

    fn open(&self, key: Option<u8>, reveal: bool) -> Opened {
        let path = self.path();
        let key = key.map(|byte| CaseKey::from_bytes([byte; 32]));
        let (fresh_key, began) = (CaseKey::from_bytes([77; 32]), Timestamp { seconds: BEGAN, nanos: 0 });
        open(Opening { path: &path, conditions: self.conditions, key, fresh_key, reveal, began }).unwrap()
    }

    /// A run that sees these files; each has one finding and one member.
    fn run(&self, outcomes: &[FileOutcome]) {
        let Opened { cache, mut out, .. } = self.open(None, false);
        drop(cache);
        for outcome in outcomes {
            let path = outcome.entry.path.shown();
            out.found(&[found(&path, "4111111111111111")]);
            out.member(&leaf(&format!("{path} ▸ x.csv"), 1));
            out.end(outcome);
        }
        out.replace().unwrap();
    }
}

fn recalled(cache: &Cache, entry: &Entry) -> Option<(Vec<Recalled>, Looked)> {
    let mut parts = Vec::new();
    let looked = cache.recall(entry, &mut |part| parts.push(part)).unwrap();
    assert!(looked.is_some() || parts.is_empty());
    looked.map(|looked| (parts, looked))
}

fn usual(path: &str) -> FileOutcome {
    outcome(entry(path, stat(10, 5)), looked(path, 10))
}

#[test]
fn what_was_found_comes_back_as_it_was_but_for_the_value() {
    let scene = Scene::new();
    scene.run(&[usual("/a"), usual("/b 名")]);
    let cache = scene.open(None, false).cache;
    assert_eq!(cache.len(), 2);
    for path in ["/a", "/b 名"] {
        let (parts, looked) = recalled(&cache, &entry(path, stat(10, 5))).unwrap();
        let shown = RawPath(path.into()).shown();
        let [Recalled::Found(again), Recalled::Member(member)] = &parts[..] else { panic!("{parts:?}") };
        let due = found(&shown, "");
        assert_eq!(format!("{again:?}"), format!("{due:?}"));
        assert_eq!(again.findings[0].0.value.reveal(), "");
        assert_eq!((member.row.path.clone(), member.row.cached), (format!("{shown} ▸ x.csv"), true));
        let due = self::looked(&shown, 10);
        assert_eq!(looked.file.row, FileResult { cached: true, ..due.file.row });
        assert_eq!((looked.gaps, format!("{:?}", looked.file.chances)), (due.gaps, format!("{:?}", due.file.chances)));
    }
    let text = std::fs::read_to_string(scene.path()).unwrap();
    assert!(!text.contains("4111"), "a clear value in the cache");
}

#[test]
fn what_changed_in_anything_is_looked_at_again() {
    let scene = Scene::new();
    scene.run(&[usual("/a")]);
    let cache = scene.open(None, false).cache;
    let same = stat(10, 5);
    let changed = [
        entry("/A", same.clone()),
        entry("/a", Stat { size: 11, ..same.clone() }),
        entry("/a", Stat { device: 8, ..same.clone() }),
        entry("/a", Stat { inode: 8, ..same.clone() }),
        entry("/a", Stat { mtime: Timestamp { seconds: 5, nanos: 6 }, ..same.clone() }),
        entry("/a", Stat { ctime: Timestamp { seconds: 6, nanos: 5 }, ..same.clone() }),
        Entry { kind: Kind::Link, ..entry("/a", same.clone()) },
        Entry { stat: None, ..entry("/a", same.clone()) },
    ];
    assert!(changed.iter().all(|entry| recalled(&cache, entry).is_none()));
    // The access time says nothing.
    assert!(recalled(&cache, &entry("/a", Stat { atime: Timestamp { seconds: 9, nanos: 0 }, ..same })).is_some());
}

#[test]
fn nothing_counts_under_other_conditions() {
    let mut scene = Scene::new();
    scene.run(&[usual("/a")]);
    let known = |scene: &Scene, key| scene.open(key, false).cache.len();
    assert_eq!((known(&scene, None), known(&scene, Some(1))), (1, 0));
    let usual = scene.conditions;
    for other in [
        Conditions { program: Digest::of(b"q"), ..usual },
        Conditions { rules: Digest::of(b"q"), ..usual },
        Conditions { has_spool: true, ..usual },
    ] {
        scene.conditions = other;
        assert_eq!(known(&scene, None), 0, "{other:?}");
    }
}

#[test]
fn the_key_of_a_cache_stays_and_that_of_a_case_is_not_written() {
    let scene = Scene::new();
    let first = scene.open(None, false);
    let key = first.key.reveal();
    drop(first.cache);
    first.out.replace().unwrap();
    let fresh = CaseKey::from_bytes([1; 32]);
    let (path, began) = (scene.path(), Timestamp { seconds: BEGAN, nanos: 0 });
    let opening =
        Opening { path: &path, conditions: scene.conditions, key: None, fresh_key: fresh, reveal: false, began };
    assert_eq!(open(opening).unwrap().key.reveal(), key);
    let named = scene.open(Some(5), false);
    drop(named.cache);
    named.out.replace().unwrap();
    let text = std::fs::read_to_string(scene.path()).unwrap();
    assert!(!text.contains("0505050505") && !text.contains("\"key\""), "{text}");
}

#[test]
fn what_would_not_be_known_again_is_not_remembered() {
    let scene = Scene::new();
    let gap = Gap { path: "/a".to_owned(), kind: GapKind::ReadError, reason: String::new() };
    let left_out = Gap { kind: GapKind::LeftOut, ..gap.clone() };
    let steady = stat(10, 5);
    let unsteady = [
        // Changed as the run began, or since.
        outcome(entry("/a", stat(10, BEGAN - 2)), looked("/a", 10)),
        FileOutcome { stat_after: Some(stat(11, 6)), ..usual("/a") },
        FileOutcome { stat_open: Some(stat(10, 6)), ..usual("/a") },
        // Not read to its end, or made up by the kernel as it is read.
        FileOutcome { gaps: vec![gap], ..usual("/a") },
        outcome(entry("/a", steady.clone()), looked("/a", 9)),
        outcome(entry("/a", Stat { size: 0, ..steady.clone() }), looked("/a", 0)),
        FileOutcome { stat_after: None, ..usual("/a") },
        outcome(entry("/a", steady.clone()), Looked { gaps: vec![left_out], ..looked("/a", 10) }),
        FileOutcome { looked: None, ..usual("/a") },
    ];
    for (at, case) in unsteady.into_iter().enumerate() {
        // A file after it must not take over its findings.
        scene.run(&[case, usual("/b")]);
        let cache = scene.open(None, false).cache;
        assert!(recalled(&cache, &entry("/a", steady.clone())).is_none(), "case {at}");
        let (parts, _) = recalled(&cache, &entry("/b", steady.clone())).unwrap();
        assert_eq!(parts.len(), 2, "case {at}");
    }
}

#[test]
fn who_wants_to_see_values_gets_those_of_files_that_are_looked_at_again() {
    let scene = Scene::new();
    let empty = outcome(entry("/empty", stat(10, 5)), looked("/empty", 10));
    let Opened { cache, mut out, .. } = scene.open(None, false);
    drop(cache);
    out.found(&[found("/a", "x")]);
    out.end(&usual("/a"));
    out.end(&empty);
    out.replace().unwrap();
    let cache = scene.open(None, true).cache;
    assert!(recalled(&cache, &entry("/a", stat(10, 5))).is_none());
    assert!(recalled(&cache, &entry("/empty", stat(10, 5))).is_some());
}

#[test]
fn a_cache_that_was_cut_or_damaged_anywhere_is_right_or_says_nothing() {
    let scene = Scene::new();
    scene.run(&[usual("/a"), usual("/b")]);
    let whole = std::fs::read(scene.path()).unwrap();
    let entries = ["/a", "/b"].map(|path| entry(path, stat(10, 5)));
    let due = {
        let cache = scene.open(None, false).cache;
        entries.each_ref().map(|entry| format!("{:?}", recalled(&cache, entry).unwrap()))
    };
    for cut in 0..whole.len() {
        std::fs::write(scene.path(), &whole[..cut]).unwrap();
        let cache = scene.open(None, false).cache;
        for (entry, due) in entries.iter().zip(&due) {
            assert!(recalled(&cache, entry).is_none_or(|found| format!("{found:?}") == *due), "cut at {cut}");
        }
    }
    for at in 0..whole.len() {
        let mut damaged = whole.clone();
        damaged[at] = b'\n';
        std::fs::write(scene.path(), &damaged).unwrap();
        let cache = scene.open(None, false).cache;
        entries.iter().for_each(|entry| drop(cache.recall(entry, &mut |_| ())));
    }
}

#[test]
fn a_run_that_takes_over_everything_leaves_the_same_cache() {
    let scene = Scene::new();
    scene.run(&[usual("/a")]);
    let before = std::fs::read(scene.path()).unwrap();
    let Opened { cache, mut out, .. } = scene.open(None, false);
    let (parts, looked) = recalled(&cache, &entry("/a", stat(10, 5))).unwrap();
    for part in parts {
        match part {
            Recalled::Found(found) => out.found(&[found]),
            Recalled::Member(member) => out.member(&member),
        }
    }
    let recalled = FileOutcome { stat_open: None, stat_after: None, ..outcome(entry("/a", stat(10, 5)), looked) };
    out.end(&recalled);
    drop(cache);
    out.replace().unwrap();
    let text = |bytes: &[u8]| String::from_utf8(bytes.to_vec()).unwrap().replace("\"cached\":true,", "");
    assert_eq!(text(&std::fs::read(scene.path()).unwrap()), text(&before));
}

//! Whatever is changed, removed from or added to a case folder, `verify_case` says what and where.
#![expect(clippy::disallowed_methods, reason = "a test may change the temporary folder that it made")]

mod bag_fixture;

use std::fs;
use std::path::Path;

use bag_fixture::{custody, files, seal, signer};
use hozen::case::dir::CaseDir;
use hozen::case::journal::CaseJournal;
use hozen::case::results::{Layer, VerifyResult};
use hozen::case::verify::{VerifyError, verify_path};
use hozen::evidence::Expected;
use hozen::model::{Act, Digest};
use hozen::seal::chain::Draft;
use serde_json::{Value, json};

struct Case {
    folder: tempfile::TempDir,
    seal: Digest,
}

fn note(journal: &mut CaseJournal, act: Act, detail: Value) {
    let Value::Object(detail) = detail else { panic!("an object is due") };
    let [time, operator, host, tool] = ["2026-11-21T01:02:05Z", "op", "web01", "hozen"].map(str::to_owned);
    journal.append(Draft { time, act, operator, host, tool, detail }).unwrap();
}

fn case() -> Case {
    let folder = tempfile::tempdir().unwrap();
    let dir = CaseDir::create(&folder.path().join("case"), b"{}").unwrap();
    fs::write(dir.journal(), custody()).unwrap();
    let sealed = seal("E1", &files());
    let zip_sha256 = Digest::of(&sealed.zip.0);
    fs::write(dir.evidence("E1"), &sealed.zip.0).unwrap();
    fs::write(dir.evidence_digest("E1"), format!("{zip_sha256}  E1.zip\n")).unwrap();
    fs::write(dir.result("scan.json"), "{}").unwrap();
    let mut journal = CaseJournal::open(&dir.journal(), &mut |_| {}).unwrap();
    let seal_detail =
        json!({ "evidence": "E1.zip", "zip_sha256": zip_sha256, "seal_sha256": sealed.seal, "key": sealed.key });
    note(&mut journal, Act::Seal, seal_detail);
    note(&mut journal, Act::Report, json!({ "file": "results/scan.json", "sha256": Digest::of(b"{}") }));
    Case { folder, seal: sealed.seal }
}

impl Case {
    fn root(&self) -> std::path::PathBuf {
        self.folder.path().join("case")
    }

    fn verify(&self) -> VerifyResult {
        verify_path(&self.root(), &Expected::default()).unwrap()
    }
}

/// Does something to a fresh case and expects a problem at this layer and path.
#[track_caller]
fn told(layer: Layer, path: &str, tamper: impl Fn(&Path)) {
    let case = case();
    tamper(&case.root());
    let result = case.verify();
    assert!(!result.ok);
    assert!(result.problems.iter().any(|p| p.layer == layer && p.path == path), "{:#?}", result.problems);
}

fn change(path: &Path, change: impl Fn(&mut Vec<u8>)) {
    let mut bytes = fs::read(path).unwrap();
    change(&mut bytes);
    fs::write(path, bytes).unwrap();
}

#[test]
fn a_case_is_whole_as_it_was_made() {
    let case = case();
    let result = case.verify();
    assert_eq!(result.problems, []);
    assert!(result.ok);
    assert_eq!(result.checked.len(), 1);
    assert_eq!(result.checked[0].seal_sha256, Some(case.seal));
    assert_eq!(result.checked[0].key, Some(signer().public().fingerprint()));
    let zip = verify_path(&case.root().join("evidence/E1.zip"), &Expected::default()).unwrap();
    assert_eq!(zip.problems, []);
}

#[test]
fn changed_files_are_told_at_their_layer() {
    told(Layer::Zip, "evidence/E1.zip", |root| change(&root.join("evidence/E1.zip"), |b| b.push(0)));
    told(Layer::Digest, "evidence/E1.zip ▸ E1/data/fs/srv/www/index.html", |root| {
        change(&root.join("evidence/E1.zip"), |bytes| {
            let name = b"E1/data/fs/srv/www/index.html";
            let at = bytes.windows(name.len()).position(|w| w == name).unwrap();
            bytes[at + name.len() + 12] ^= 1;
        });
    });
    told(Layer::Zip, "evidence/E1.zip.sha256", |root| {
        change(&root.join("evidence/E1.zip.sha256"), |b| b[0] ^= 1);
    });
    told(Layer::Result, "results/scan.json", |root| change(&root.join("results/scan.json"), |b| b.push(b' ')));
    for line in 0..4 {
        told(Layer::Custody, "custody/custody.jsonl", |root| {
            change(&root.join("custody/custody.jsonl"), |bytes| {
                let lines: Vec<_> = bytes.split_inclusive(|b| *b == b'\n').map(<[u8]>::to_vec).collect();
                // Cut inside the line, so that the last one is told too.
                *bytes = lines.iter().enumerate().flat_map(|(n, l)| l[usize::from(n == line)..].to_vec()).collect();
            });
        });
    }
}

#[test]
fn missing_files_are_told() {
    let remove = |file: &'static str| move |root: &Path| fs::remove_file(root.join(file)).unwrap();
    told(Layer::Zip, "evidence/E1.zip", remove("evidence/E1.zip"));
    told(Layer::Zip, "evidence/E1.zip.sha256", remove("evidence/E1.zip.sha256"));
    told(Layer::Result, "results/scan.json", remove("results/scan.json"));
    told(Layer::Custody, "custody/custody.jsonl", remove("custody/custody.jsonl"));
    told(Layer::Result, "report", |root| fs::remove_dir(root.join("report")).unwrap());
}

#[test]
fn added_files_are_told() {
    let add = |file: &'static str| move |root: &Path| fs::write(root.join(file), "x").unwrap();
    told(Layer::Custody, "evidence/E2.zip", add("evidence/E2.zip"));
    told(Layer::Seal, "evidence/E2.zip.partial", add("evidence/E2.zip.partial"));
    told(Layer::Result, "results/new.json", add("results/new.json"));
    told(Layer::Result, "report/index.html", add("report/index.html"));
}

#[test]
fn a_journal_that_was_rewritten_or_cut_does_not_fit_the_evidence() {
    told(Layer::Custody, "evidence/E1.zip", |root| {
        // Whole lines cut from its end: the chain itself cannot tell.
        change(&root.join("custody/custody.jsonl"), |bytes| {
            let ends: Vec<_> = bytes.iter().enumerate().filter(|(_, b)| **b == b'\n').map(|(at, _)| at).collect();
            bytes.truncate(ends[1] + 1);
        });
    });
    told(Layer::Custody, "evidence/E1.zip", |root| {
        let path = root.join("custody/custody.jsonl");
        let old = fs::read_to_string(&path).unwrap();
        fs::remove_file(&path).unwrap();
        let mut journal = CaseJournal::create(&path).unwrap();
        for line in old.lines() {
            let event: Value = serde_json::from_str(line).unwrap();
            note(&mut journal, serde_json::from_value(event["act"].clone()).unwrap(), event["detail"].clone());
        }
    });
}

#[test]
fn what_was_brought_from_the_paper_form_must_fit() {
    let case = case();
    for known in [
        Expected { seal_sha256: Some(Digest::of(b"other")), ..Expected::default() },
        Expected { key: Some("SHA256:other".into()), ..Expected::default() },
    ] {
        assert!(!verify_path(&case.root(), &known).unwrap().ok);
        assert!(!verify_path(&case.root().join("evidence/E1.zip"), &known).unwrap().ok);
    }
    let right = Expected { seal_sha256: Some(case.seal), ..Expected::default() };
    assert!(verify_path(&case.root(), &right).unwrap().ok);
}

#[test]
fn a_journal_cannot_send_the_check_outside_the_case() {
    told(Layer::Custody, "custody/custody.jsonl", |root| {
        let mut journal = CaseJournal::open(&root.join("custody/custody.jsonl"), &mut |_| {}).unwrap();
        note(&mut journal, Act::Report, json!({ "file": "../../etc/passwd", "sha256": Digest::of(b"") }));
    });
}

#[test]
fn what_is_no_case_says_so() {
    let folder = tempfile::tempdir().unwrap();
    let error = verify_path(folder.path(), &Expected::default()).unwrap_err();
    assert!(matches!(error, VerifyError::NothingToVerify { .. }));
    assert!(verify_path(&folder.path().join("none"), &Expected::default()).is_err());
}

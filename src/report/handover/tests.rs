//! The note from outside: frozen in both languages, and what no note may ever hold.

use std::collections::BTreeMap;

use serde_json::json;

use super::{Delivery, Facts, IndexFacts, Part, SCHEMA, note};
use crate::case::handover::{Acquisition, GapExample, GapFacts, Mark, Piece, Scan, StampFacts};
use crate::case::results::{Layer, Problem};
use crate::model::{Act, CustodyEvent, Digest, EntityTally, GapKind, Lang, Subjects};
use crate::report::tests::golden;

fn event(seq: u64, act: Act, detail: serde_json::Value) -> CustodyEvent {
    CustodyEvent {
        seq,
        time: format!("2026-11-21T1{seq}:00:00Z"),
        act,
        operator: "保全 太郎".to_owned(),
        host: "shop-web01".to_owned(),
        tool: "hozen 0.1.0".to_owned(),
        detail: detail.as_object().cloned().unwrap_or_default(),
        prev: String::new(),
    }
}

fn acquisition() -> Acquisition {
    // The shape as it is written: a field that is renamed breaks this.
    let text = r#"{
        "schema": "hozen.acquisition/1", "case": "2026-014", "evidence": "2026-014-E001", "operator": "保全 太郎",
        "witness": "立会 花子", "reason": "不正アクセスの疑い", "place": "東京本社 サーバー室", "organization": "架空商店",
        "host": "shop-web01", "system": "Linux 6.1.0 x8664", "machine_id": "0123456789abcdef", "boot_id": "b-1",
        "effective_uid": 0, "time_zone": "Asia/Tokyo", "clock_offset_ms": -2500, "clock_offset_source": "電波時計",
        "clock": { "read": "CLOCK_REALTIME", "zone_source": "/etc/localtime", "utc_offset": "+09:00" },
        "started": "2026-11-21T11:08:41Z", "finished": "2026-11-21T11:12:03Z", "tool": "hozen 0.1.0",
        "tool_sha256": "a0a0a0a0a0a0a0a0a0a0a0a0a0a0a0a0a0a0a0a0a0a0a0a0a0a0a0a0a0a0a0a0", "confinement": "landlock", "argv": [], "profile": "web-server", "root": "/",
        "takes": [
            { "id": "web.nginx", "title": "nginx: configuration and logs", "found": 3, "paths": ["/etc/nginx"] },
            { "id": "web.iis", "title": "Tomcat: logs", "found": 0, "paths": [] }
        ],
        "scope": ["/etc/nginx", "/var/www"], "skipped": [{ "path": "/home/x/.ssh/id_ed25519", "reason": "private key" }],
        "volatile": {
            "started": "2026-11-21T11:08:41Z", "finished": "2026-11-21T11:08:42Z", "entries": 900, "bytes": 4000000,
            "processes": 211, "sockets": 87, "open_files": 3012, "deleted_files": 2, "logins": 3,
            "gaps": { "vanished": 1 }, "schedules": [], "not_taken": ["content of memory"]
        },
        "output_on_source_disk": [], "counts": { "entries": 18402, "files": 17366, "bytes": 2413883904, "gaps": 4 }
    }"#;
    serde_json::from_str(text).unwrap()
}

fn piece() -> Piece {
    Piece {
        file: "2026-014-E001.zip".to_owned(),
        length: 1_204_331_008,
        zip_sha256: Some(Digest::of(b"zip")),
        seal_sha256: Some(Digest::of(b"seal")),
        key: Some("SHA256:8mP0bq3mYwVdX1nq5mJ7t0oYbEwZ2kq9QmB4rT6uVxA".to_owned()),
        sealed: Some("2026-11-21T11:12:04Z".to_owned()),
        stamps: vec![StampFacts {
            file: "custody/2026-014-E001.tsr".to_owned(),
            time: "2026-11-21T12:00:01Z".to_owned(),
            authority: "CN=Kakuu TSA".to_owned(),
            signature: "verified".to_owned(),
            chain: "not_checked".to_owned(),
        }],
        acquisition: acquisition(),
        kinds: [("file".to_owned(), 17_366), ("folder".to_owned(), 1_036)].into(),
        marks: BTreeMap::from([(Mark::AtimeNotKept, 12), (Mark::Grew, 2)]),
    }
}

fn scan() -> Scan {
    let tally = |distinct, occurrences, possible_distinct, possible_occurrences| EntityTally {
        distinct,
        occurrences,
        possible_distinct,
        possible_occurrences,
    };
    Scan {
        subjects: Subjects {
            at_least: 312,
            estimate: 948,
            at_most: 1_204,
            records: 4_410,
            conflicts: 3,
            unread: 9,
            open_above: true,
            by_chance: 14,
            ..Subjects::default()
        },
        entities: [("card", tally(12, 12, 3, 5)), ("email", tally(1_104, 3_921, 0, 0)), ("zzz", tally(0, 0, 0, 0))]
            .map(|(entity, tally)| (entity.to_owned(), tally))
            .into(),
        rules: Some(Digest::of(b"rules")),
        scanned: 17_100,
        partial: 12,
        not_scanned: 254,
        with_findings: 31,
    }
}

fn gaps() -> Vec<GapFacts> {
    let example =
        |path: &str, reason: &str, size| GapExample { path: path.to_owned(), reason: reason.to_owned(), size };
    let of = |kind, not_kept, not_looked_at, examples| GapFacts { kind, not_kept, not_looked_at, examples };
    vec![
        of(
            GapKind::PermissionDenied,
            2,
            2,
            vec![example("/var/lib/mysql/shop.ibd", "permission refused", Some(5_000_000))],
        ),
        of(GapKind::SpecialFile, 1, 0, vec![example("/run/php.sock", "a socket is recorded, never opened", Some(0))]),
        of(GapKind::Encrypted, 0, 7, vec![example("/srv/[email t***@example.jp].zip ▸ 給与.xlsx", "encrypted", None)]),
    ]
}

fn facts() -> Facts {
    let chain = vec![
        event(0, Act::Collect, json!({ "evidence": "2026-014-E001", "scope": ["/etc/nginx"], "orders_sha256": "x" })),
        event(1, Act::Report, json!({ "file": "case.json", "sha256": "x" })),
        event(2, Act::Seal, json!({ "evidence": "2026-014-E001.zip", "zip_sha256": "x", "key": "k" })),
        event(3, Act::Note, json!({ "note": "LAN ケーブルを抜いた", "when": "2026-11-21T10:05:00+09:00" })),
        event(
            4,
            Act::Transfer,
            json!({ "to": "架空フォレンジック社 佐藤", "purpose": "解析", "seal_number": "A-0042" }),
        ),
    ];
    Facts {
        schema: SCHEMA,
        case: "2026-014".to_owned(),
        created: "2026-11-21T11:08:40Z".to_owned(),
        operator: "保全 太郎".to_owned(),
        tool: "hozen 0.1.0".to_owned(),
        key_is_of_the_case: true,
        findings_in_clear: false,
        evidence: vec![piece()],
        scan: Some(scan()),
        gaps: gaps(),
        events: 5,
        head: Digest::of(b"head"),
        custody: chain,
        delivery: Delivery {
            bundle: "2026-014-bundle-001".to_owned(),
            made: "2026-11-21T15:00:00Z".to_owned(),
            operator: "保全 太郎".to_owned(),
            recipients: vec!["age1ql3z7hjy54pw3hyww5ayyfg7zqgvc7w3j2elw8zmrj2kg5sfn9aqmcac8p".to_owned()],
            key: "SHA256:8mP0bq3mYwVdX1nq5mJ7t0oYbEwZ2kq9QmB4rT6uVxA".to_owned(),
            signer: "hozen".to_owned(),
            included: vec![Part::Evidence, Part::Custody, Part::Results, Part::Findings, Part::Reports],
            withheld: vec![Part::CaseKey.into(), Part::SignKey.into()],
            problems: Vec::new(),
            index: Some(IndexFacts { rows: 18_402, hidden: 3 }),
        },
    }
}

/// A case of which little is known, and which is not whole.
fn poor() -> Facts {
    let mut facts = facts();
    let piece = &mut facts.evidence[0];
    piece.stamps.clear();
    piece.marks.clear();
    let whole = acquisition();
    piece.acquisition = Acquisition {
        case: whole.case,
        host: whole.host,
        started: whole.started,
        finished: whole.finished,
        effective_uid: Some(1000),
        ..Acquisition::default()
    };
    facts.scan = None;
    facts.gaps.clear();
    facts.custody.truncate(1);
    facts.delivery.recipients.clear();
    facts.delivery.index = None;
    let what = "its digest is not the recorded one".to_owned();
    facts.delivery.problems = vec![Problem { layer: Layer::Result, path: "report/report.html".to_owned(), what }];
    facts
}

#[test]
fn notes_are_as_frozen() {
    for (case, facts) in [("handover", facts()), ("handover-poor", poor())] {
        for lang in [Lang::Ja, Lang::En] {
            golden(&format!("{case}.{}.html", lang.tag()), &note(&facts, lang).unwrap());
        }
        let made = serde_json::to_string_pretty(&super::json(&facts).unwrap()).unwrap() + "\n";
        golden(&format!("{case}.json"), &made);
    }
}

/// Every text of the facts that someone else may have chosen.
fn hostile(evil: &str) -> Facts {
    let mut facts = facts();
    let text = || evil.to_owned();
    facts.case = text();
    facts.created = text();
    facts.operator = text();
    facts.tool = text();
    let piece = &mut facts.evidence[0];
    (piece.file, piece.key, piece.sealed) = (text(), Some(text()), Some(text()));
    piece.stamps[0] = StampFacts { file: text(), time: text(), authority: text(), signature: text(), chain: text() };
    piece.kinds = [(text(), 1)].into();
    let one = &mut piece.acquisition;
    (one.host, one.started, one.finished) = (text(), text(), text());
    for slot in [
        &mut one.witness,
        &mut one.reason,
        &mut one.place,
        &mut one.organization,
        &mut one.system,
        &mut one.machine_id,
        &mut one.boot_id,
        &mut one.time_zone,
        &mut one.clock_offset_source,
        &mut one.confinement,
        &mut one.profile,
        &mut one.root,
    ] {
        *slot = Some(text());
    }
    one.scope = vec![text()];
    one.output_on_source_disk = vec![text()];
    one.skipped[0].path = text();
    one.skipped[0].reason = text();
    for take in &mut one.takes {
        take.title = text();
        take.id = text();
        take.paths = vec![text()];
    }
    if let Some(volatile) = &mut one.volatile {
        volatile.not_taken = vec![text()];
        volatile.started = text();
    }
    for gap in &mut facts.gaps {
        gap.examples = vec![GapExample { path: text(), reason: text(), size: None }];
    }
    for event in &mut facts.custody {
        (event.operator, event.host, event.time) = (text(), text(), text());
        event.detail = [(text(), json!(text())), ("note".to_owned(), json!([text()]))].into_iter().collect();
    }
    let delivery = &mut facts.delivery;
    (delivery.bundle, delivery.made, delivery.key, delivery.signer) = (text(), text(), text(), text());
    delivery.recipients = vec![text()];
    delivery.withheld[0].why = text();
    delivery.problems = vec![Problem { layer: Layer::Zip, path: text(), what: text() }];
    if let Some(scan) = &mut facts.scan {
        scan.entities.insert(text(), EntityTally::default());
    }
    facts
}

#[test]
fn hostile_text_is_never_markup_and_turns_no_page() {
    let tags = |page: &str| page.matches('<').count();
    for lang in [Lang::Ja, Lang::En] {
        let usual = tags(&note(&hostile("x"), lang).unwrap());
        for evil in [
            "<script>alert(1)</script>",
            "\" onmouseover=\"x",
            "</style><img src=x>",
            "</title>&lt;",
            "{{ 7*7 }}",
            "--><svg>",
        ] {
            assert_eq!(tags(&note(&hostile(evil), lang).unwrap()), usual, "{evil} made a tag");
        }
        for evil in ["a\u{202e}fdp.exe", "\u{2066}x", "\u{1b}[2J", "\u{feff}"] {
            let page = note(&hostile(evil), lang).unwrap();
            assert_eq!(page.chars().find(|c| *c != '\n' && crate::model::entry::is_deceptive(*c)), None, "{evil:?}");
        }
    }
}

#[test]
fn the_note_loads_nothing_and_runs_nothing() {
    for lang in [Lang::Ja, Lang::En] {
        let page = note(&facts(), lang).unwrap().to_lowercase();
        for banned in ["http:", "https:", "<script", "<link", "<img", "<iframe", "<form", "url(", "@import", "src="] {
            assert!(!page.contains(banned), "{banned}");
        }
        assert!(page.contains("default-src 'none'"));
    }
}

#[test]
fn what_is_open_follows_from_what_is_known() {
    let open = |facts: &Facts| super::json(facts).unwrap()["open_questions"].to_string();
    let known = open(&facts());
    for question in ["no_time_stamp", "clock_offset", "no_live_state", "not_root", "broken_case", "no_scan"] {
        assert!(!known.contains(question), "{question}: {known}");
        assert!(open(&poor()).contains(question), "{question}");
    }
    for question in ["takes_not_found", "encrypted", "permission_denied", "access_times", "live_state_gaps"] {
        assert!(known.contains(question) && !open(&poor()).contains(question), "{question}");
    }
}

#[test]
fn times_are_those_of_the_machine_and_utc() {
    assert!(note(&facts(), Lang::En).unwrap().contains("2026-11-21 20:08:41 +09:00 (2026-11-21T11:08:41Z)"));
    assert!(note(&facts(), Lang::En).unwrap().contains("2.500 s behind"));
}

//! Made-up inputs for the tests: an incident with everything in it, one with nothing found, one that is empty.

use std::collections::BTreeMap;

use crate::case::results::{CollectResult, FileResult, LookStatus, Rows, ScanResult, Scanned, SealResult};
use crate::case::scanned::WithMembers;
use crate::model::{
    Algorithms, Apart, Breakdown, Category, Cluster, Digest, EntityTally, Gap, GapKind, KindsOfPeople, LeafPeople,
    SitePeople, Spot, Subjects,
};
use crate::report::{Confinement, EvidenceZip, Note, ReportInput};

pub(in crate::report) fn tally(
    distinct: u64,
    occurrences: u64,
    possible: u64,
    possible_occurrences: u64,
) -> EntityTally {
    EntityTally { distinct, occurrences, possible_distinct: possible, possible_occurrences }
}

fn counts(of: &[(&str, u64)]) -> BTreeMap<String, u64> {
    of.iter().map(|(entity, count)| ((*entity).to_owned(), *count)).collect()
}

pub(in crate::report) fn file(path: &str, status: LookStatus, format: &str, encoding: &str, bytes: u64) -> FileResult {
    let some = |text: &str| (!text.is_empty()).then(|| text.to_owned());
    FileResult {
        path: path.to_owned(),
        hard_link_of: None,
        cached: false,
        also_in: Vec::new(),
        mislabelled: None,
        storage: Vec::new(),
        recipients: None,
        status,
        encoding: some(encoding),
        format: some(format),
        bytes,
        findings: BTreeMap::new(),
        possible: BTreeMap::new(),
    }
}

fn gap(path: &str, kind: GapKind, reason: &str) -> Gap {
    Gap { path: path.to_owned(), kind, reason: reason.to_owned() }
}

/// Nothing in it: no file, no finding, no gap.
pub(in crate::report) fn empty() -> ReportInput {
    let key = "SHA256:8mP0bq3mYwVdX1nq5mJ7t0oYbEwZ2kq9QmB4rT6uVxA".to_owned();
    let seal = SealResult { sha256: Digest::of(b"seal"), zip_sha256: Digest::of(b"zip"), key: key.clone() };
    let entities = ["card", "my_number", "email", "phone"].map(|id| (id.to_owned(), EntityTally::default()));
    ReportInput {
        case_id: "2026-014".to_owned(),
        case_folder: "/media/usb/2026-014".to_owned(),
        report_path: "/media/usb/2026-014/report.ja.html".to_owned(),
        operator: "情報システム課 保全 太郎".to_owned(),
        host: "shop-web01".to_owned(),
        started: "2026-11-21 20:08:41 +09:00".to_owned(),
        finished: "2026-11-21 20:12:03 +09:00".to_owned(),
        time_zone: "Asia/Tokyo (+09:00)".to_owned(),
        known_on: None,
        tool: "hozen 0.1.0".to_owned(),
        rules: Digest::of(b"rules"),
        sources: vec!["/var/www".to_owned(), "/var/log".to_owned()],
        collect: CollectResult {
            schema: "hozen.collect/1".to_owned(),
            case: "/media/usb/2026-014".to_owned(),
            evidence: vec!["shop-web01-20261121.zip".to_owned()],
            entries: 0,
            files: 0,
            bytes: 0,
            linked: 0,
            digests: Algorithms::default(),
            gaps: Rows::default(),
            seal,
        },
        scan: ScanResult {
            schema: "hozen.scan/1".to_owned(),
            subjects: Subjects::default(),
            who: Breakdown::default(),
            leaves: Rows::default(),
            entities: entities.into(),
            files: Scanned::default(),
            risky_places: Rows::default(),
            cached: 0,
            gaps: Rows::default(),
            rules: Digest::of(b"rules"),
        },
        key,
        signer: "hozen".to_owned(),
        evidence: vec![EvidenceZip { name: "shop-web01-20261121.zip".to_owned(), sha256: Digest::of(b"zip") }],
        confinement: Confinement::Landlock,
        notes: Vec::new(),
    }
}

/// Ordinary files, all read, nothing in them.
pub(in crate::report) fn nothing_found() -> ReportInput {
    let mut input = empty();
    input.collect.entries = 14;
    input.collect.files = 11;
    input.collect.bytes = 48_211;
    let page = |n| file(&format!("/var/www/html/page{n}.html"), LookStatus::Scanned, "plain", "utf-8", 4_382);
    input.scan.files = (1..=11).map(page).collect();
    input
}

/// A shop's server: a customer list in the web folder, a backup, an encrypted archive, scans of forms.
pub(in crate::report) fn incident() -> ReportInput {
    let mut input = empty();
    input.collect.entries = 18_402;
    input.collect.files = 17_366;
    input.collect.bytes = 2_413_883_904;
    input.scan.subjects = Subjects {
        at_least: 312,
        estimate: 948,
        at_most: 1_204,
        records: 4_410,
        conflicts: 3,
        unread: 9,
        open_above: true,
        ..Subjects::default()
    };
    input.scan.who = who();
    input.scan.leaves = leaves().into_iter().collect();
    input.scan.entities = [
        ("card".to_owned(), tally(12, 12, 3, 5)),
        ("email".to_owned(), tally(1_104, 3_921, 0, 0)),
        ("my_number".to_owned(), tally(0, 0, 0, 0)),
        ("phone".to_owned(), tally(948, 1_877, 26, 41)),
    ]
    .into();
    input.scan.files = files().into_iter().collect();
    input.scan.gaps = scan_gaps().into_iter().collect();
    input.collect.gaps = [
        gap("/var/www/private", GapKind::PermissionDenied, "permission refused (os error 13); run as root"),
        gap(
            "/var/log/nginx/access.log",
            GapKind::ChangedDuringRead,
            "grew from 48213 to 48399 bytes while it was read",
        ),
        gap("/var/www/run/php.sock", GapKind::SpecialFile, "socket: recorded, never opened"),
    ]
    .into_iter()
    .collect();
    input.notes = vec![Note::OutputOnSourceDisk { source: "/var/www".to_owned() }];
    input
}

fn who() -> Breakdown {
    let set =
        |kinds: &[&str], people| KindsOfPeople { kinds: kinds.iter().map(|&kind| kind.to_owned()).collect(), people };
    let site = |site: &str, [at_least, estimate, at_most]: [u64; 3]| SitePeople {
        site: site.to_owned(),
        at_least,
        estimate,
        at_most,
    };
    let spot = |leaf: &str, row| Spot { leaf: leaf.to_owned(), offset: 4_096, row };
    let list = "/var/www/html/backup/会員一覧.csv";
    Breakdown {
        by_kind: counts(&[("card", 12), ("email", 930), ("phone", 915)]),
        by_kinds: vec![
            set(&["email", "phone"], 885),
            set(&["email"], 33),
            set(&["phone"], 18),
            set(&["card", "email", "phone"], 12),
        ],
        by_kinds_more: 0,
        sites: vec![site("通販", [290, 902, 1_120]), site("", [22, 60, 84])],
        categories: [(Category::Customer, 900), (Category::Employee, 40)].into(),
        uncategorised: 19,
        apart: [(Apart::RoleAddress, 3), (Apart::Example, 2), (Apart::OwnStaff, 7)].into(),
        conflicts: counts(&[("two_birth_dates", 1), ("two_names", 2)]),
        clusters: vec![
            Cluster { why: "two_names".to_owned(), spots: vec![spot(list, Some(12)), spot(list, Some(311))] },
            Cluster {
                why: "two_birth_dates".to_owned(),
                spots: vec![spot(list, Some(40)), spot("/var/www/html/old/backup.zip ▸ mail/inbox.mbox", None)],
            },
        ],
    }
}

fn leaves() -> [LeafPeople; 2] {
    let leaf = |path: &str, records, [at_least, estimate, at_most]: [u64; 3]| LeafPeople {
        path: path.to_owned(),
        records,
        at_least,
        estimate,
        at_most,
    };
    [
        leaf("/var/www/html/backup/会員一覧.csv", 1_020, [948, 960, 1_020]),
        leaf("/var/www/html/old/backup.zip ▸ mail/inbox.mbox", 2_901, [210, 700, 841]),
    ]
}

fn files() -> Vec<WithMembers> {
    use LookStatus::{NotScanned, Partial, Scanned};
    let mut list = file("/var/www/html/backup/会員一覧.csv", Scanned, "csv", "cp932", 1_482_113);
    list.findings = counts(&[("email", 1_020), ("phone", 948), ("card", 12)]);
    let mut mail = file("/var/www/html/old/backup.zip ▸ mail/inbox.mbox", Partial, "plain", "iso-2022-jp", 9_311_240);
    let mut backup = file("/var/www/html/old/backup.zip", Partial, "zip", "", 4_100_233);
    mail.findings = counts(&[("email", 2_880), ("phone", 901)]);
    mail.possible = counts(&[("phone", 41)]);
    mail.recipients = Some(crate::model::Recipients { to: 1, cc: 112, bcc: 0 });
    mail.storage = vec!["plain".to_owned()];
    list.storage = vec!["hashed:md5".to_owned(), "plain".to_owned()];
    backup.findings = mail.findings.clone();
    backup.possible = mail.possible.clone();
    let in_backup = vec![file("/var/www/html/old/backup.zip ▸ readme.txt", Scanned, "plain", "ascii", 812), mail];
    let mut orders = file("/var/log/shop/order.log", Scanned, "plain", "utf-8", 88_120);
    orders.possible = counts(&[("card", 5)]);
    let mut access = file("/var/log/nginx/access.log", Scanned, "plain", "utf-8", 48_213);
    access.findings = counts(&[("email", 21)]);
    let backup = WithMembers { file: backup, members: in_backup };
    let mut all = vec![list.into(), backup, orders.into(), access.into()];
    for n in 1..=40 {
        all.push(file(&format!("/var/www/html/item/{n:03}.html"), Scanned, "plain", "utf-8", 8_210 + n).into());
    }
    for gap in scan_gaps().iter().filter(|gap| gap.kind != GapKind::Truncated) {
        let mut row = file(&gap.path, NotScanned, "", "", 120_000);
        if gap.kind == GapKind::Encrypted {
            row.storage = vec!["encrypted:aes-256".to_owned()];
        }
        all.push(row.into());
    }
    all
}

fn scan_gaps() -> Vec<Gap> {
    let mut gaps = vec![
        gap(
            "/var/www/html/old/backup.zip ▸ mail/inbox.mbox",
            GapKind::Truncated,
            "the deflate stream ends after 9311240 bytes",
        ),
        gap(
            "/var/www/html/old/給与.zip ▸ 2025.xlsx",
            GapKind::Encrypted,
            "member is encrypted (AES-256); ask for the password",
        ),
        gap("/var/www/html/docs/manual.pdf", GapKind::UnsupportedFormat, "PDF is not opened by this version"),
    ];
    for n in 1..=5 {
        gaps.push(gap(&format!("/var/www/html/upload/申込書_{n:02}.jpg"), GapKind::NoText, "JPEG image"));
    }
    gaps
}

//! The chain-of-custody sheet for paper: one file for print on A4, no script, nothing loaded.
//!
//! It carries what must stand outside the case to prove it later: the digest of the seal, large and as a QR code, the key,
//! and the digest of the chain. Every text goes through the report's own escaper.

use askama::Template;
use jiff::tz::TimeZone;
use qrcodegen::{QrCode, QrCodeEcc};
use serde_json::Value;

use super::super::ReportError;
use super::super::show;
use super::both_times;
use super::words::{act, field, form};
use crate::case::results::CustodyResult;
use crate::model::{Act, CustodyEvent, Digest, Lang};

/// Empty rows for transfers by hand.
const EMPTY_ROWS: usize = 6;
/// Light modules around a QR code: readers need four.
const QUIET_ZONE: i32 = 4;

/// The sheet of a case in one language.
///
/// # Errors
/// Only if the template engine fails to write into memory.
pub fn html(result: &CustodyResult, zone: &TimeZone, printed: &str, lang: Lang) -> Result<String, ReportError> {
    let row = |event: &CustodyEvent| row(event, zone, lang);
    let collect = result.chain.iter().find(|event| event.act == Act::Collect);
    let held = result.chain.iter().filter(|event| is_on_the_sheet(event.act));
    Sheet {
        w: form(lang),
        lang,
        case: case_id(result, collect),
        case_number: latest(result, "case_number"),
        whole: result.ok,
        printed: both_times(printed, zone),
        head: show::in_eights(&result.head),
        events: result.events,
        seals: result.chain.iter().filter_map(seal).collect(),
        facts: facts(result, collect, zone, lang),
        rows: held.map(row).collect(),
        stamps: result
            .chain
            .iter()
            .filter(|event| event.act == Act::Stamp)
            .map(|event| stamp(event, zone, lang))
            .collect(),
        empty: [(); EMPTY_ROWS],
    }
    .render()
    .map_err(ReportError::Render)
}

#[derive(Template)]
#[template(path = "custody.html", config = "src/report/askama.toml")]
struct Sheet {
    w: &'static super::words::Form,
    lang: Lang,
    case: String,
    case_number: String,
    whole: bool,
    printed: String,
    head: Vec<String>,
    events: u64,
    seals: Vec<Seal>,
    facts: Vec<(String, String)>,
    rows: Vec<Row>,
    stamps: Vec<Stamp>,
    empty: [(); EMPTY_ROWS],
}

struct Seal {
    zip: String,
    digest: Vec<String>,
    zip_digest: Vec<String>,
    key: String,
    qr: Option<Qr>,
}

/// A QR code as one path of unit squares.
struct Qr {
    side: i32,
    path: String,
}

struct Row {
    line: u64,
    time: String,
    act: &'static str,
    from: String,
    to: String,
    about: Vec<String>,
    check: String,
}

/// A time stamp, as it was when it was taken in.
struct Stamp {
    evidence: String,
    time: String,
    by: String,
    checked: String,
    how: String,
}

/// The name of the case, which is that of its folder when it was made.
fn case_id(result: &CustodyResult, began: Option<&CustodyEvent>) -> String {
    let of_evidence = || {
        let name = result.chain.iter().find_map(|event| text(event, "evidence"))?;
        Some(name.strip_suffix("-E001").unwrap_or(&name).to_owned())
    };
    let said = began.and_then(|event| text(event, "case")).or_else(of_evidence);
    said.unwrap_or_else(|| result.case.clone())
}

/// The last word on a particular of the object. What is said of a copy is about the copy's medium.
fn latest(result: &CustodyResult, key: &str) -> String {
    of_object(result).find_map(|event| text(event, key)).unwrap_or_default()
}

fn of_object(result: &CustodyResult) -> impl Iterator<Item = &CustodyEvent> {
    result.chain.iter().rev().filter(|event| event.act != Act::Copy)
}

fn stamp(event: &CustodyEvent, zone: &TimeZone, lang: Lang) -> Stamp {
    let said = |key: &str| text(event, key).unwrap_or_default();
    let known = |key: &str| super::words::value(key, &said(key), lang).map_or_else(|| said(key), str::to_owned);
    let name = |key: &str| field(key, lang).unwrap_or_default();
    let between = lang.pick(": ", "：");
    let how = ["signature", "chain"].map(|key| format!("{}{between}{}", name(key), known(key)));
    Stamp {
        evidence: said("evidence"),
        time: both_times(&said("gen_time"), zone),
        by: format!("{} / {}", said("authority"), said("serial")),
        checked: format!("{} / {}", both_times(&event.time, zone), event.operator),
        how: how.join(" / "),
    }
}

fn text(event: &CustodyEvent, key: &str) -> Option<String> {
    event.detail.get(key).and_then(Value::as_str).map(str::to_owned)
}

/// What stands on the sheet: what people did, and every bundle that was made to leave the house.
fn is_on_the_sheet(act: Act) -> bool {
    matches!(
        act,
        Act::Open
            | Act::Copy
            | Act::Transfer
            | Act::Receive
            | Act::Note
            | Act::Return
            | Act::Dispose
            | Act::Verify
            | Act::Mend
            | Act::Exported
            | Act::Reveal
    )
}

fn seal(event: &CustodyEvent) -> Option<Seal> {
    let (zip, zip_sha256, seal_sha256) = crate::case::custody::seal_of(event)?;
    Some(Seal {
        zip,
        digest: show::in_eights(&seal_sha256),
        zip_digest: show::in_eights(&zip_sha256),
        key: text(event, "key").unwrap_or_default(),
        qr: qr(&seal_sha256),
    })
}

/// The digest as a QR code, in capitals: so it needs fewer and larger modules, and `--expect-seal` takes it all the same.
fn qr(digest: &Digest) -> Option<Qr> {
    let code = QrCode::encode_text(&digest.to_string().to_ascii_uppercase(), QrCodeEcc::Medium).ok()?;
    let size = code.size();
    let mut path = String::new();
    for y in 0..size {
        for x in (0..size).filter(|x| code.get_module(*x, y)) {
            path.push_str(&format!("M{} {}h1v1h-1z", x + QUIET_ZONE, y + QUIET_ZONE));
        }
    }
    Some(Qr { side: size + 2 * QUIET_ZONE, path })
}

/// What is known of the object; the last event that says a thing wins.
fn facts(result: &CustodyResult, began: Option<&CustodyEvent>, zone: &TimeZone, lang: Lang) -> Vec<(String, String)> {
    let latest = |key: &str| latest(result, key);
    let at_start = |key: &str| began.and_then(|event| text(event, key)).unwrap_or_default();
    let device = |key: &str| {
        let said = |event: &CustodyEvent| Some(event.detail.get("device")?.get(key)?.as_str()?.to_owned());
        of_object(result).find_map(said).unwrap_or_default()
    };
    let name = |key: &str| field(key, lang).unwrap_or_default().to_owned();
    let w = form(lang);
    let scope = began.and_then(|event| event.detail.get("scope")).map(|scope| super::flat(scope, lang));
    let offset = result.chain.iter().rev().find_map(|event| event.detail.get("clock")?.get("offset_ms")?.as_i64());
    vec![
        (name("evidence_number"), latest("evidence_number")),
        (name("item"), latest("item")),
        (name("quantity"), latest("quantity")),
        (name("obtained_from"), latest("obtained_from")),
        (name("maker"), device("maker")),
        (name("model"), device("model")),
        (name("serial"), device("serial")),
        (name("capacity"), device("capacity")),
        (name("medium"), latest("medium")),
        (name("seal_number"), latest("seal_number")),
        (w.taken.to_owned(), began.map(|event| both_times(&event.time, zone)).unwrap_or_default()),
        (name("offset_ms"), offset.map(|ms| ms.to_string()).unwrap_or_default()),
        (name("place"), at_start("place")),
        (name("reason"), at_start("reason")),
        (w.host.to_owned(), began.map(|event| event.host.clone()).unwrap_or_default()),
        (name("scope"), scope.unwrap_or_default()),
        (w.taken_by.to_owned(), began.map(|event| event.operator.clone()).unwrap_or_default()),
        (w.taken_signed.to_owned(), String::new()),
        (name("witness"), at_start("witness")),
        (w.witness_signed.to_owned(), String::new()),
    ]
}

/// What a row says beside who, when and what.
const ABOUT: [&str; 16] = [
    "purpose",
    "reason",
    "place",
    "kept_at",
    "state",
    "condition",
    "seal_number",
    "evidence_number",
    "medium",
    "copied_to",
    "verified",
    "verdict",
    "bundle",
    "bundle_sha256",
    "witness",
    "note",
];

/// The names of an event's photos in the case, which begin with line and number and hold the digest's beginning.
fn photos(event: &CustodyEvent) -> Option<String> {
    let name = |photo: &Value| Some(photo.get("file")?.as_str()?.rsplit('/').next()?.to_owned());
    let names: Vec<String> = event.detail.get("photos")?.as_array()?.iter().filter_map(name).collect();
    Some(names.join(", ")).filter(|names| !names.is_empty())
}

fn row(event: &CustodyEvent, zone: &TimeZone, lang: Lang) -> Row {
    let said = |key: &str| text(event, key);
    let (mut from, mut to) = (said("from"), said("to"));
    // Who sets down a transfer hands over, who sets down a receipt takes over, unless they say otherwise.
    match event.act {
        Act::Transfer | Act::Return => from = from.or_else(|| Some(event.operator.clone())),
        Act::Receive => to = to.or_else(|| Some(event.operator.clone())),
        _ => from = from.or_else(|| Some(event.operator.clone())),
    }
    let between = lang.pick(": ", "：");
    let known = |key: &str| {
        let value = said(key)?;
        Some(super::words::value(key, &value, lang).map_or(value, str::to_owned))
    };
    let pair = |key: &str| Some(format!("{}{between}{}", field(key, lang)?, known(key)?));
    let serial = || {
        event
            .detail
            .get("device")?
            .get("serial")?
            .as_str()
            .map(|text| format!("{}{between}{text}", field("serial", lang).unwrap_or_default()))
    };
    let mut about: Vec<String> = ABOUT.iter().filter_map(|key| pair(key)).collect();
    about.extend(serial());
    about.extend(photos(event).map(|names| format!("{}{between}{names}", field("photos", lang).unwrap_or_default())));
    let zips = event.detail.get("zips").and_then(Value::as_array);
    let checks = zips.into_iter().flatten().filter_map(|zip| super::words::check(zip.get("check")?.as_str()?, lang));
    Row {
        line: event.seq.saturating_add(1),
        time: both_times(&said("when").unwrap_or_else(|| event.time.clone()), zone),
        act: act(event.act, lang),
        from: from.unwrap_or_default(),
        to: to.unwrap_or_default(),
        about,
        check: checks.collect::<Vec<_>>().join(" / "),
    }
}

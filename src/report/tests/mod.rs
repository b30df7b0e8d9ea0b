//! The report from outside: frozen pages in both languages, and what no page may ever hold.
//!
//! `BLESS=1 cargo test --lib report` writes the goldens anew; read the difference before committing it.

pub(super) mod sample;

use std::path::PathBuf;

use super::{Facts, ReportInput, SCHEMA};
use crate::case::scanned::WithMembers;
use crate::model::{Gap, GapKind, Lang};

#[expect(clippy::disallowed_methods, reason = "a test reads and blesses its goldens in the repository")]
pub(super) fn golden(name: &str, made: &str) {
    let path = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("testdata/report").join(name);
    if std::env::var_os("BLESS").is_some() {
        std::fs::write(&path, made).unwrap();
    }
    let kept = std::fs::read_to_string(&path).unwrap_or_default();
    assert!(kept == made, "{} differs; look at it, then BLESS=1", path.display());
}

fn html(input: &ReportInput, lang: Lang) -> Result<String, super::ReportError> {
    super::html(input, &Facts::of(input).unwrap(), lang)
}

fn json(input: &ReportInput) -> serde_json::Value {
    super::json(input, &Facts::of(input).unwrap())
}

fn summary(input: &ReportInput, lang: Lang) -> String {
    super::summary(input, &Facts::of(input).unwrap(), lang)
}

#[test]
fn pages_are_as_frozen() {
    for (case, input) in [("incident", sample::incident()), ("nothing", sample::nothing_found())] {
        for lang in [Lang::Ja, Lang::En] {
            golden(&format!("{case}.{}.html", lang.tag()), &html(&input, lang).unwrap());
            golden(&format!("{case}.{}.screen", lang.tag()), &summary(&input, lang));
        }
        golden(&format!("{case}.json"), &(serde_json::to_string_pretty(&json(&input)).unwrap() + "\n"));
    }
}

#[test]
fn json_names_its_schema_and_the_same_numbers() {
    let input = sample::incident();
    let made = json(&input);
    assert_eq!(made["schema"], SCHEMA);
    assert_eq!(made["answer"]["subjects"]["at_most"], input.scan.subjects.at_most);
    assert_eq!(made["answer"]["level"], "duty_possible");
    assert_eq!(made["preserved"]["seal"]["sha256"], input.collect.seal.sha256.to_string());
}

/// Every text of the input that someone else may have chosen.
fn hostile(evil: &str) -> super::ReportInput {
    let mut input = sample::incident();
    let text = || evil.to_owned();
    input.case_id = text();
    input.case_folder = text();
    input.operator = text();
    input.host = text();
    input.started = text();
    input.finished = text();
    input.time_zone = text();
    input.tool = text();
    input.key = text();
    input.signer = text();
    input.report_path = text();
    input.sources = vec![text()];
    input.evidence[0].name = text();
    input.confinement = super::Confinement::Unavailable { reason: text() };
    input.notes = vec![super::Note::OutputOnSourceDisk { source: text() }, super::Note::Other(text())];
    input.scan.entities.insert(text(), sample::tally(1, 1, 1, 1));
    input.scan.who.by_kinds[0].kinds = vec![text()];
    input.scan.who.by_kind.insert(text(), 7);
    input.scan.who.sites[0].site = text();
    input.scan.who.clusters[0].why = text();
    input.scan.who.clusters[0].spots[0].leaf = text();
    let evil_file = |file: std::io::Result<crate::model::FileResult>| {
        let mut file = file.unwrap();
        file.path = text();
        file.format = Some(text());
        file.encoding = Some(text());
        file.findings.insert(text(), 7);
        file.possible.insert(text(), 7);
        WithMembers { members: vec![file.clone()], file }
    };
    input.scan.files = input.scan.files.files().iter().map(evil_file).collect();
    input.scan.gaps = [Gap { path: text(), kind: GapKind::Malformed, reason: text() }].into_iter().collect();
    input.collect.gaps = input.scan.gaps.clone();
    input
}

#[test]
fn hostile_text_never_becomes_markup() {
    let tags = |page: &str| page.matches('<').count();
    let plain = hostile("x");
    for lang in [Lang::Ja, Lang::En] {
        let usual = tags(&html(&plain, lang).unwrap());
        for evil in [
            "<script>alert(1)</script>",
            "\" onmouseover=\"alert(1)",
            "' onfocus='alert(1)",
            "</style><img src=x>",
            "--><svg onload=alert(1)>",
            "</title>&lt;",
            "{{ 7*7 }}",
        ] {
            let page = html(&hostile(evil), lang).unwrap();
            assert_eq!(tags(&page), usual, "{evil} made a tag");
            assert!(!page.contains("=\"alert(1)") && !page.contains("='alert(1)"), "{evil} made an attribute");
        }
    }
}

#[test]
fn nothing_turns_the_direction_of_the_page() {
    for evil in ["a\u{202e}fdp.exe", "\u{2066}x\u{2069}", "\u{200f}", "\u{1b}[2J", "\u{feff}", "\u{e0041}"] {
        for lang in [Lang::Ja, Lang::En] {
            let page = html(&hostile(evil), lang).unwrap() + &summary(&hostile(evil), lang);
            let found = page.chars().find(|c| *c != '\n' && crate::model::entry::is_deceptive(*c));
            assert_eq!(found, None, "{evil:?}");
        }
    }
}

#[test]
fn the_page_loads_nothing_and_runs_nothing() {
    for lang in [Lang::Ja, Lang::En] {
        let page = html(&sample::incident(), lang).unwrap().to_lowercase();
        for banned in
            ["http:", "https:", "//", "<script", "<link", "<img", "<iframe", "<form", "url(", "@import", " on"]
        {
            // " on" alone is an English word: only as an attribute, `on…="`.
            let found = match banned {
                " on" => page.split('<').any(|tag| tag.split('>').next().is_some_and(|inside| inside.contains(" on"))),
                "//" => page.contains("src=") || page.contains("\"//"),
                _ => page.contains(banned),
            };
            assert!(!found, "{banned}");
        }
        assert!(page.contains("default-src 'none'"));
    }
}

#[test]
fn nothing_found_and_not_looked_at_read_differently() {
    let page = |input: &super::ReportInput| html(input, Lang::En).unwrap();
    let nothing = page(&sample::nothing_found());
    assert!(nothing.contains("0 (looked for, none found)") && !nothing.contains("unknown (nothing was read)"));
    let mut blind = sample::nothing_found();
    let status = crate::case::results::LookStatus::NotScanned;
    let unlooked = blind.scan.files.files().iter().map(|file| crate::model::FileResult { status, ..file.unwrap() });
    blind.scan.files = unlooked.collect();
    let blind = page(&blind);
    assert!(blind.contains("unknown (nothing was read)") && !blind.contains("0 (looked for, none found)"));
    assert!(blind.contains("Nothing has been looked at yet."));
}

#[test]
fn dates_are_shown_only_when_the_day_of_knowledge_is_known() {
    let mut input = sample::incident();
    input.known_on = None;
    assert!(!html(&input, Lang::Ja).unwrap().contains("2026-12-20"));
    input.known_on = Some(jiff::civil::date(2026, 11, 21));
    assert!(html(&input, Lang::Ja).unwrap().contains("2026-12-20"));
}

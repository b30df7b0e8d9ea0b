//! The rules of the house that no compiler checks: floors look down, every file says what it promises, no clock and no
//! file access outside their places, files stay short. `tests/docs.rs` does the same for the documents.
#![expect(clippy::disallowed_methods, reason = "this test reads the repository's own source")]

use std::collections::BTreeSet;

mod tree;

/// Which module may use which, from the ground up. `docs/architecture.md` explains the floors.
///
/// `formats`, `detect` and `count` look at hostile bytes: they may not see `disk`.
const FLOORS: &[(&str, &[&str])] = &[
    ("model", &[]),
    ("disk", &["model"]),
    ("seal", &["model", "disk"]),
    ("text", &["model"]),
    ("rules", &["model", "disk", "text"]),
    ("formats", &["model", "text"]),
    ("detect", &["model", "seal", "text", "rules"]),
    ("count", &["model", "seal", "detect"]),
    ("pass", &["model", "disk", "seal", "text", "rules", "formats", "detect", "count"]),
    ("places", &["model", "disk", "rules"]),
    ("evidence", &["model", "disk", "seal", "text", "pass"]),
    ("case", &["model", "disk", "seal", "text", "rules", "detect", "count", "pass", "evidence"]),
    ("report", &["model", "case"]),
    // `text`: names that are no UTF-8 are decoded for the index. The detectors come in from `cli`, as a function.
    ("bundle", &["model", "disk", "seal", "text", "evidence", "case", "report"]),
    (
        "cli",
        &[
            "model", "disk", "seal", "text", "rules", "formats", "detect", "count", "pass", "places", "evidence",
            "case", "report", "bundle",
        ],
    ),
];

/// Looks upward that are wanted: `case::results` is pure shapes without I/O, and the check of evidence fills some of them in.
const LOOKS_UP: &[(&str, &str)] = &[("evidence", "case::results")];

/// What may stand only in some places: word, places, why.
const PLACES: &[(&str, &[&str], &str)] = &[
    ("SystemTime::now", &["src/cli/"], "time comes in through cli::env alone"),
    ("Timestamp::now", &["src/cli/"], "time comes in through cli::env alone"),
    ("Zoned::now", &["src/cli/"], "time comes in through cli::env alone"),
    ("std::env", &["src/cli/", "src/main.rs"], "the environment comes in through cli::env alone"),
    ("std::fs", &["src/disk/"], "only disk touches files"),
    ("rustix::fs", &["src/disk/"], "only disk touches files"),
    ("std::net", &["src/disk/network/"], "no network, ever, unless a flag names the address"),
    ("ureq", &["src/disk/network/"], "no network, ever, unless a flag names the address"),
    (
        "disk::network",
        &["src/cli/tsa.rs", "src/cli/clock"],
        "only a flag that names the address reaches another machine",
    ),
    ("unsafe {", &["src/seal/lanes/", "src/disk/idle.rs"], "unsafe stands in small modules, beside their tests"),
    ("process::Command", &[], "hozen starts no program"),
    ("println!", &["src/cli/", "src/main.rs"], "only cli prints"),
    ("print!", &["src/cli/", "src/main.rs"], "only cli prints"),
];

/// The longest source file. Longer ones may stay as long as they are now, and only shrink.
const MOST_LINES: usize = 500;
const LONG: &[(&str, usize)] = &[];

/// Words that mean "not done", spelt so that this file does not hold them.
const UNDONE: &[&str] = &[
    concat!("TO", "DO"),
    concat!("FIX", "ME"),
    concat!("unimpl", "emented!"),
    concat!("to", "do!("),
    concat!("XX", "X:"),
];

fn sources() -> Vec<String> {
    let found: Vec<String> = tree::below("src").into_iter().filter(|path| path.ends_with(".rs")).collect();
    assert!(found.len() > 20, "src was not found");
    found
}

/// Code without comments, and without the unit tests at its end.
fn code(path: &str) -> String {
    if path.ends_with("/tests.rs") || path.contains("/tests/") {
        return String::new();
    }
    let text = tree::text(path);
    let shipped = text.split("#[cfg(test)]\nmod ").next().unwrap_or_default();
    shipped.lines().map(|line| line.split("//").next().unwrap_or_default()).collect::<Vec<_>>().join("\n")
}

/// The module paths that a piece of code names: `crate::a::b`, `crate::{a::b, c}`, and `super::…` where it leaves its floor.
fn uses(path: &str, code: &str) -> BTreeSet<String> {
    let mut found = BTreeSet::new();
    for (at, _) in code.match_indices("crate::") {
        let rest = &code[at + "crate::".len()..];
        match rest.strip_prefix('{') {
            Some(group) => found.extend(members(group)),
            None => found.extend(module_path(rest)),
        }
    }
    let depth = path.trim_start_matches("src/").trim_end_matches("/mod.rs").split('/').count();
    let climb = "super::".repeat(depth);
    found.extend(code.match_indices(&climb).filter_map(|(at, _)| module_path(&code[at + climb.len()..])));
    found
}

fn module_path(text: &str) -> Option<String> {
    let end = text.find(|c: char| !(c.is_alphanumeric() || c == '_' || c == ':')).unwrap_or(text.len());
    let path = text[..end].trim_end_matches(':');
    (!path.is_empty()).then(|| path.to_owned())
}

/// The first words between the braces of `crate::{…}`, nested braces left out.
fn members(group: &str) -> Vec<String> {
    let (mut depth, mut piece, mut out) = (0_u32, String::new(), Vec::new());
    for c in group.chars() {
        match c {
            '{' => depth += 1,
            '}' if depth == 0 => break,
            '}' => depth -= 1,
            ',' if depth == 0 => out.extend(module_path(std::mem::take(&mut piece).trim())),
            _ if depth == 0 => piece.push(c),
            _ => {}
        }
    }
    out.extend(module_path(piece.trim()));
    out
}

fn problem(path: &str, target: &str) -> Option<String> {
    let floor = path.trim_start_matches("src/").split(['/', '.']).next().unwrap_or_default();
    let wanted = target.split("::").next().unwrap_or_default();
    let (_, allowed) = FLOORS.iter().find(|(name, _)| *name == floor)?;
    let known = FLOORS.iter().any(|(name, _)| *name == wanted);
    let exempt = LOOKS_UP.iter().any(|(from, to)| *from == floor && target.starts_with(to));
    (known && wanted != floor && !allowed.contains(&wanted) && !exempt).then(|| format!("{path} uses {target}"))
}

#[test]
fn floors_only_look_down() {
    for (at, (floor, allowed)) in FLOORS.iter().enumerate() {
        for below in *allowed {
            assert!(
                FLOORS[..at].iter().any(|(name, _)| name == below),
                "the table itself: {floor} looks up to {below}"
            );
        }
    }
    let problems: Vec<String> = sources()
        .iter()
        .flat_map(|path| {
            uses(path, &code(path)).into_iter().filter_map(|target| problem(path, &target)).collect::<Vec<_>>()
        })
        .collect();
    tree::none("a floor looks up (tests/tidy.rs has the table)", &problems);
}

#[test]
fn every_module_has_a_floor() {
    let known: BTreeSet<&str> = FLOORS.iter().map(|(name, _)| *name).chain(["lib", "main"]).collect();
    for path in sources() {
        let floor = path.trim_start_matches("src/").split(['/', '.']).next().unwrap_or_default().to_owned();
        assert!(known.contains(floor.as_str()), "{path} stands on no floor: add it to the table in tests/tidy.rs");
    }
}

#[test]
fn the_check_of_floors_can_fail() {
    let found =
        uses("src/formats/zip.rs", "use crate::{model::Gap, disk::{walk, source}};\nlet x = crate::cli::run();");
    assert_eq!(
        found.iter().map(String::as_str).collect::<Vec<_>>(),
        ["cli::run", "disk::", "model::Gap"].map(|s| s.trim_end_matches(':'))
    );
    assert!(problem("src/formats/zip.rs", "disk").is_some());
    assert!(problem("src/formats/zip.rs", "model::Gap").is_none());
    assert!(problem("src/evidence/mod.rs", "case::results::Layer").is_none());
    assert!(problem("src/evidence/mod.rs", "case::dir").is_some());
    assert_eq!(
        uses("src/detect/a.rs", "use super::super::disk::open;").into_iter().collect::<Vec<_>>(),
        ["disk::open"]
    );
}

#[test]
fn every_source_file_says_what_it_promises() {
    let silent: Vec<String> = sources()
        .into_iter()
        .filter(|path| !path.ends_with("/tests.rs") && !tree::text(path).starts_with("//! "))
        .collect();
    tree::none("files without a module doc on their first line", &silent);
}

#[test]
fn clock_files_and_printing_stay_in_their_places() {
    let mut problems = Vec::new();
    for path in sources() {
        let code = code(&path);
        for (word, places, why) in PLACES {
            if code.contains(word) && !places.iter().any(|place| path.starts_with(place)) {
                problems.push(format!("{path} has {word}: {why}"));
            }
        }
    }
    tree::none("out of place", &problems);
}

#[test]
fn files_stay_short() {
    let mut problems = Vec::new();
    for path in sources().into_iter().chain(tree::below("tests").into_iter().filter(|path| path.ends_with(".rs"))) {
        let lines = tree::text(&path).lines().count();
        match LONG.iter().find(|(long, _)| *long == path) {
            None if lines > MOST_LINES => problems.push(format!("{path}: {lines} lines, {MOST_LINES} at most")),
            Some((_, most)) if lines > *most => problems.push(format!("{path}: {lines} lines, grown from {most}")),
            Some((_, most)) if lines < *most => {
                problems.push(format!("{path}: now {lines} lines, lower its entry in LONG"))
            }
            _ => {}
        }
    }
    tree::none("too long", &problems);
}

#[test]
fn nothing_is_left_undone_or_points_outside() {
    let outside = concat!("../", "shared");
    let mut problems = Vec::new();
    let tops = [
        "src",
        "tests",
        "docs",
        "rules",
        "benches",
        "testdata/demo",
        ".ci",
        "README.md",
        "README.ja.md",
        "CHANGELOG.md",
    ];
    for path in tops.iter().filter(|top| tree::root().join(top).exists()).flat_map(|top| tree::below(top)) {
        let text = tree::text(&path);
        problems.extend(UNDONE.iter().filter(|word| text.contains(**word)).map(|word| format!("{path} has {word}")));
        if text.contains(outside) || text.contains(concat!("/work/", "shared")) {
            problems.push(format!("{path} names a folder outside the repository"));
        }
    }
    tree::none("left over", &problems);
}

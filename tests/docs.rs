//! The documents are whole and in step with the code: links resolve, every page can be reached, and every limit, gap, field,
//! dependency, detector and format that the code has is explained.
#![expect(clippy::disallowed_methods, reason = "this test reads the repository's own files")]

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Component, Path, PathBuf};

mod tree;

fn pages() -> Vec<String> {
    let mut pages = tree::below("docs");
    pages.extend(["README.md", "README.ja.md", "CHANGELOG.md", "testdata/demo/README.md"].map(str::to_owned));
    pages.retain(|path| path.ends_with(".md"));
    pages
}

/// Targets of `[words](target)`, outside code blocks and code spans.
fn links(text: &str) -> Vec<String> {
    let mut found = Vec::new();
    for (number, block) in text.split("\n```").enumerate() {
        if number % 2 == 1 {
            continue;
        }
        let prose: String = block.split('`').step_by(2).collect();
        for piece in prose.split("](").skip(1) {
            found.extend(piece.split(')').next().map(str::to_owned));
        }
    }
    found
}

/// `docs/adding/../limits.md` → `docs/limits.md`.
fn plain(path: &Path) -> String {
    let mut out = PathBuf::new();
    for part in path.components() {
        match part {
            Component::ParentDir => {
                out.pop();
            }
            Component::Normal(name) => out.push(name),
            _ => {}
        }
    }
    out.to_string_lossy().into_owned()
}

fn targets(page: &str) -> Vec<(String, Option<String>)> {
    let folder = Path::new(page).parent().unwrap_or(Path::new(""));
    links(&tree::text(page))
        .into_iter()
        .filter(|link| !link.starts_with("http"))
        .map(|link| {
            let (path, anchor) = link.split_once('#').map_or((link.as_str(), None), |(p, a)| (p, Some(a.to_owned())));
            (if path.is_empty() { page.to_owned() } else { plain(&folder.join(path)) }, anchor)
        })
        .collect()
}

fn anchors(page: &str) -> BTreeSet<String> {
    let heading = |line: &str| line.trim_start_matches('#').trim().to_lowercase();
    let slug = |text: String| {
        text.chars()
            .filter(|c| c.is_alphanumeric() || matches!(c, ' ' | '-' | '_'))
            .collect::<String>()
            .replace(' ', "-")
    };
    tree::text(page).lines().filter(|line| line.starts_with('#')).map(|line| slug(heading(line))).collect()
}

#[test]
fn links_resolve() {
    let mut problems = Vec::new();
    for page in pages() {
        for (target, anchor) in targets(&page) {
            if !tree::root().join(&target).exists() {
                problems.push(format!("{page} → {target} does not exist"));
            } else if let Some(anchor) = anchor.filter(|anchor| !anchors(&target).contains(anchor)) {
                problems.push(format!("{page} → {target} has no heading #{anchor}"));
            }
        }
    }
    tree::none("broken links", &problems);
}

#[test]
fn every_page_is_reachable_from_the_map() {
    let (mut seen, mut todo) = (BTreeSet::new(), vec!["docs/README.md".to_owned()]);
    while let Some(page) = todo.pop() {
        if page.ends_with(".md") && tree::root().join(&page).is_file() && seen.insert(page.clone()) {
            todo.extend(targets(&page).into_iter().map(|(target, _)| target));
        }
    }
    let lost: Vec<String> = tree::below("docs").into_iter().filter(|page| !seen.contains(page)).collect();
    tree::none("not reachable from docs/README.md", &lost);
}

/// Rows of a page's tables: first cell without its code marks → the other cells.
fn table(page: &str) -> BTreeMap<String, Vec<String>> {
    let mut rows = BTreeMap::new();
    for line in tree::text(page).lines().filter(|line| line.starts_with("| `")) {
        let mut cells = line.trim_matches('|').split('|').map(|cell| cell.trim().to_owned());
        let name = cells.next().unwrap_or_default().trim_matches('`').to_owned();
        assert!(rows.insert(name.clone(), cells.collect()).is_none(), "{page} has two rows for {name}");
    }
    rows
}

fn same(what: &str, code: &BTreeSet<String>, page: &str, rows: &BTreeSet<String>) {
    assert!(!code.is_empty(), "no {what} found in the code");
    let mut problems: Vec<String> =
        code.difference(rows).map(|name| format!("{page} does not explain {name}")).collect();
    problems.extend(rows.difference(code).map(|name| format!("{page} explains {name}, which is not in the code")));
    tree::none(what, &problems);
}

/// `64 * 1024` → 65536.
fn product(expression: &str) -> u64 {
    expression.split('*').map(|factor| factor.trim().replace('_', "").parse::<u64>().unwrap()).product()
}

/// `64 KiB`, `1,024`, `250 times` → a number.
fn written(value: &str) -> u64 {
    let mut words = value.split(' ');
    let number: u64 =
        words.next().unwrap_or_default().replace(',', "").parse().unwrap_or_else(|_| panic!("no number: {value}"));
    number
        * match words.next() {
            Some("KiB") => 1 << 10,
            Some("MiB") => 1 << 20,
            Some("GiB") => 1 << 30,
            _ => 1,
        }
}

#[test]
fn every_limit_is_explained_with_its_value() {
    let mut limits = BTreeMap::new();
    for line in tree::text("src/model/limits.rs").lines() {
        if let Some((name, rest)) = line.strip_prefix("pub const ").and_then(|rest| rest.split_once(':')) {
            let value = rest.split('=').nth(1).unwrap_or_default().trim().trim_end_matches(';');
            limits.insert(name.to_owned(), product(value));
        }
    }
    let rows = table("docs/limits.md");
    same("limits", &limits.keys().cloned().collect(), "docs/limits.md", &rows.keys().cloned().collect());
    for (name, cells) in rows {
        assert_eq!(written(&cells[0]), limits[&name], "docs/limits.md gives another value for {name}");
    }
}

#[test]
fn every_gap_has_a_next_step() {
    let source = tree::text("src/model/gap.rs");
    let body = source.split("pub enum GapKind {").nth(1).and_then(|rest| rest.split("\n}").next()).unwrap();
    let variants = body.lines().filter_map(|line| line.trim().strip_suffix(',')).filter(|name| !name.starts_with("//"));
    let rows = table("docs/gaps.md");
    same("gaps", &variants.map(snake).collect(), "docs/gaps.md", &rows.keys().cloned().collect());
    for (name, cells) in rows {
        assert!(cells.len() >= 2 && cells[1].len() > 10, "docs/gaps.md does not say what to do about {name}");
    }
}

fn snake(name: &str) -> String {
    let mut out = String::new();
    for c in name.chars() {
        if c.is_uppercase() && !out.is_empty() {
            out.push('_');
        }
        out.extend(c.to_lowercase());
    }
    out
}

#[test]
fn every_field_of_the_json_shapes_is_documented() {
    let page = tree::text("docs/output.md");
    let mut problems = Vec::new();
    for path in ["src/case/results.rs", "src/model/gap.rs", "src/model/subject.rs"] {
        let source = tree::text(path);
        for name in source.lines().filter_map(|line| line.strip_prefix("    pub ")?.split(':').next()) {
            if !name.starts_with("fn ")
                && !page.contains(&format!("`{name}`"))
                && !page.contains(&format!("\"{name}\""))
            {
                problems.push(format!("{name} of {path}"));
            }
        }
        problems.extend(
            source.split('`').filter(|word| word.starts_with("hozen.") && !page.contains(word)).map(str::to_owned),
        );
    }
    tree::none("docs/output.md does not document", &problems);
}

#[test]
fn every_dependency_has_a_reason() {
    let manifest = tree::text("Cargo.toml");
    let mut names = BTreeSet::new();
    for section in ["[dependencies]", "[dev-dependencies]"] {
        let body = manifest.split(&format!("\n{section}\n")).nth(1).and_then(|rest| rest.split("\n[").next()).unwrap();
        names.extend(body.lines().filter_map(|line| line.split_once(" = ")).map(|(name, _)| name.to_owned()));
    }
    let rows = table("docs/dependencies.md").keys().cloned().collect();
    same("dependencies", &names, "docs/dependencies.md", &rows);
}

#[test]
fn every_detector_and_format_has_a_row() {
    let quoted = |line: &str| line.split('"').nth(1).map(str::to_owned);
    let mut ids = BTreeSet::new();
    for path in tree::below("rules/detect").iter().filter(|path| path.ends_with(".toml")) {
        ids.extend(tree::text(path).lines().filter(|line| line.starts_with("id ")).filter_map(quoted));
    }
    same("detectors", &ids, "docs/detectors.md", &table("docs/detectors.md").keys().cloned().collect());
    let mut formats = BTreeSet::new();
    for path in tree::below("src/formats").iter().filter(|path| !path.contains("test")) {
        let text = tree::text(path);
        let bodies = text.split("fn id(&self) -> &'static str {").skip(1);
        formats.extend(bodies.filter_map(|body| quoted(body.split('}').next().unwrap_or_default())));
    }
    same("formats", &formats, "docs/formats.md", &table("docs/formats.md").keys().cloned().collect());
}

#[test]
fn every_test_file_is_on_the_map_of_tests() {
    let page = tree::text("docs/testing.md");
    let files = tree::below("tests").into_iter().filter(|path| path.ends_with(".rs") && path.matches('/').count() == 1);
    let missing: Vec<String> = files.filter(|path| !page.contains(&format!("`{path}`"))).collect();
    tree::none("docs/testing.md does not say what these prove", &missing);
}

/// Words that once stood for what the glossary calls otherwise, and the word to use.
const OTHER_WORDS: [(&str, &str); 6] = [
    ("ケース", "事案"),
    ("案件", "事案"),
    ("ギャップ", "読めなかったもの"),
    ("フォルダを", "フォルダー"),
    ("フォルダに", "フォルダー"),
    ("レポート", "報告書"),
];

#[test]
fn one_word_for_one_thing_in_japanese() {
    let mut problems = Vec::new();
    let texts = ["src", "rules", "testdata/cli"].iter().flat_map(|folder| tree::below(folder));
    for path in texts.chain(["README.ja.md".to_owned(), "docs/glossary.md".to_owned()]) {
        let text = tree::text(&path);
        let found = OTHER_WORDS.iter().filter(|(other, _)| text.contains(other));
        problems.extend(found.map(|(other, word)| format!("{path}: {other}, where the glossary says {word}")));
    }
    tree::none("another word", &problems);
}

/// Headings and commands of a page: what both languages must share.
fn outline(page: &str) -> (Vec<usize>, Vec<String>) {
    let text = tree::text(page);
    let (mut headings, mut commands) = (Vec::new(), Vec::new());
    for (number, block) in text.split("\n```").enumerate() {
        if number % 2 == 0 {
            headings
                .extend(block.lines().map(|line| line.chars().take_while(|c| *c == '#').count()).filter(|n| *n > 0));
        } else if block.starts_with("sh\n") {
            commands.extend(block.lines().skip(1).map(str::to_owned));
        }
    }
    (headings, commands)
}

#[test]
fn both_readmes_are_in_step() {
    let (english, japanese) = (outline("README.md"), outline("README.ja.md"));
    assert_eq!(english, japanese, "README.md and README.ja.md differ in headings or commands");
    assert_eq!(english.1.len(), 2, "README.md promises exactly two commands");
    assert_eq!(english.1[1], "tests/run");
}

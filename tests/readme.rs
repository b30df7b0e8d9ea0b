//! The screen in each README is what hozen prints for the demo incident: case, host, time, digests and folder aside.
//!
//! `BLESS=1 cargo test --test readme` puts the screen of a fresh run into both; look at the difference before committing it.
#![expect(
    clippy::disallowed_methods,
    reason = "this test reads and blesses the READMEs and writes to a temporary folder"
)]

mod tree;
mod world;

use hozen::model::Lang;

const MARK: &str = "<!-- screen -->\n```\n";
const COMMAND: &str = "$ hozen respond testdata/demo/server --out /tmp/hozen-demo --case demo";

/// The block below the mark, without its command: what stands before it, the block, what stands after it.
fn parts<'a>(page: &'a str, command: &str) -> (&'a str, &'a str, &'a str) {
    let start = page.find(MARK).expect("a README without its screen") + MARK.len();
    let (before, rest) = page.split_at(start);
    let (screen, after) = rest.split_once("\n```").expect("a screen without an end");
    let shown = screen.strip_prefix(command).unwrap_or_else(|| panic!("the screen does not begin with {command}"));
    (before, shown.trim_start_matches('\n'), after)
}

/// What differs between two runs, masked.
fn masked(screen: &str) -> String {
    let digest = regex::Regex::new("[0-9a-f]{8}").unwrap();
    let place = regex::Regex::new(r"/\S*/report/report\.html").unwrap();
    let mut lines = screen.lines();
    assert_eq!(lines.next().map(|line| line.split("  ").count()), Some(3), "the first line: case, host, time");
    let rest: Vec<&str> = lines.collect();
    place.replace_all(&digest.replace_all(&rest.join("\n"), "########"), "/…/report/report.html").into_owned()
}

fn check(page: &str, lang: Lang, more: &str) {
    let out = tempfile::tempdir().unwrap();
    let folder = out.path().to_str().unwrap();
    let asked = ["respond", "testdata/demo/server", "--out", folder, "--case", "demo", "--force"];
    let ended = world::hozen_in(lang, &asked);
    assert_eq!(ended.code, 3, "{}", ended.stderr);
    let (text, command) = (tree::text(page), format!("{COMMAND}{more}"));
    let (before, shown, after) = parts(&text, &command);
    if masked(shown) != masked(&ended.stdout) && std::env::var_os("BLESS").is_some() {
        let first = shown.lines().next().unwrap();
        let made: Vec<&str> = ended.stdout.trim_end().lines().skip(1).collect();
        let made = made.join("\n").replace(folder, "/tmp/hozen-demo");
        std::fs::write(tree::root().join(page), format!("{before}{command}\n{first}\n{made}\n```{after}")).unwrap();
        return;
    }
    assert_eq!(masked(shown), masked(&ended.stdout), "{page} shows another screen than hozen prints; see BLESS=1");
}

#[test]
fn the_english_readme_shows_the_screen() {
    check("README.md", Lang::En, "");
}

#[test]
fn the_japanese_readme_shows_the_screen() {
    check("README.ja.md", Lang::Ja, " --lang ja");
}

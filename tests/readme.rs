//! The screen in each README is what hozen prints for the demo incident: case, host, time, digests and folder aside. And the
//! commands that docs/verify.md gives to everybody hold for what it sealed.
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

#[test]
fn the_commands_of_the_verify_page_hold_for_a_real_zip_and_tell_a_changed_one() {
    let page = tree::text("docs/verify.md");
    let block = page.split("\n```\n").nth(1).expect("docs/verify.md without its commands");
    let out = tempfile::tempdir().unwrap();
    let ended = world::hozen(&[
        "collect",
        "testdata/demo/server/etc",
        "--out",
        out.path().to_str().unwrap(),
        "--case",
        "c",
        "--force",
    ]);
    assert_eq!(ended.code, 0, "{}", ended.stderr);
    let run = |commands: &str| {
        let script = format!("set -e\n{}", commands.replace("NAME", "c-E001"));
        let mut bash = std::process::Command::new("bash");
        let output = bash.arg("-c").arg(&script).current_dir(out.path().join("c/evidence")).output().unwrap();
        let said = [output.stdout, output.stderr].concat();
        (output.status.success(), String::from_utf8_lossy(&said).into_owned())
    };
    let (whole, said) = run(block);
    assert!(whole && said.contains("Good \"hozen\" signature"), "{said}");
    let from_manifest = block.lines().skip_while(|line| !line.starts_with("sha256sum -c manifest"));
    let again: Vec<&str> = from_manifest.collect();
    let (whole, said) =
        run(&format!("cd NAME\necho x >> data/fs/testdata/demo/server/etc/hostname\n{}", again.join("\n")));
    assert!(!whole && said.contains("hostname: FAILED"), "{said}");
}

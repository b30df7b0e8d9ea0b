//! Help, errors, manual pages and completions: frozen in both languages, whole, and fit for 80 columns.
//!
//! `BLESS=1 cargo test --test help` writes the goldens in testdata/cli/ anew; read the difference before committing it.
#![expect(clippy::disallowed_methods, reason = "this test reads and blesses goldens, and runs bash and groff")]

mod tree;
mod world;

use std::process::{Command, Output, Stdio};

use hozen::model::Lang;
use unicode_width::UnicodeWidthStr;

/// Every verb that a person may meet.
const VERBS: [&str; 23] = [
    "",
    "respond",
    "collect",
    "scan",
    "count",
    "verify",
    "copy",
    "custody",
    "custody stamp",
    "custody add",
    "custody show",
    "custody check",
    "custody form",
    "custody mend",
    "export",
    "import",
    "rules",
    "rules list",
    "rules check",
    "rules explain",
    "rules try",
    "man",
    "completions",
];

/// Command lines that are wrong, each in its own way.
const WRONG: [&str; 9] = [
    "scna x",
    "scan",
    "scan x --formt json",
    "scan x --format xml",
    "scan x --threads 999",
    "scan x --format",
    "scan x --fail-on ever",
    "collect x --digest md5,crc32",
    "rules",
];

fn golden(name: &str, made: &str) {
    let path = tree::root().join("testdata/cli").join(name);
    if std::env::var_os("BLESS").is_some() {
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(&path, made).unwrap();
    }
    let kept = std::fs::read_to_string(&path).unwrap_or_default();
    assert!(kept == made, "{} differs; look at it, then BLESS=1:\n{made}", path.display());
}

fn words(line: &str) -> Vec<&str> {
    line.split(' ').filter(|word| !word.is_empty()).collect()
}

/// The program itself, without a terminal: clap breaks lines at the width of the one that it finds.
fn apart(lang: Lang, arguments: &[&str]) -> Output {
    let locale = lang.pick("en_GB.UTF-8", "ja_JP.UTF-8");
    let mut program = Command::new(env!("CARGO_BIN_EXE_hozen"));
    program.args(arguments).stdin(Stdio::null()).env("LC_ALL", locale).env_remove("COLUMNS").output().unwrap()
}

fn help(lang: Lang, verb: &str) -> String {
    let ended = apart(lang, &[words(verb), vec!["--help"]].concat());
    assert_eq!((ended.status.code(), ended.stderr.len()), (Some(0), 0), "hozen {verb} --help");
    String::from_utf8(ended.stdout).unwrap()
}

#[test]
fn the_help_of_every_verb_is_as_frozen() {
    for lang in [Lang::En, Lang::Ja] {
        let all: Vec<String> =
            VERBS.iter().map(|verb| format!("$ hozen {verb} --help\n{}", help(lang, verb))).collect();
        golden(&format!("help.{}.txt", lang.tag()), &all.join("\n"));
    }
}

#[test]
fn help_fits_the_terminal_and_is_in_one_language() {
    for verb in VERBS {
        // clap breaks English lines at the terminal's edge; Japanese has no spaces to break at, nor have examples.
        for line in help(Lang::Ja, verb).lines() {
            assert!(line.width_cjk() <= 80, "{} columns in hozen {verb} --help: {line}", line.width_cjk());
            assert!(
                !["Usage", "default:", "Possible", "Options", "Example"].iter().any(|en| line.contains(en)),
                "{line}"
            );
        }
        let english = help(Lang::En, verb);
        let examples = english.split("Examples:").nth(1).unwrap_or_default();
        assert!(examples.lines().all(|line| line.width() <= 80), "{examples}");
        assert_eq!(examples.is_empty(), help(Lang::Ja, verb).split("例:\n").nth(1).is_none(), "examples of {verb}");
    }
}

#[test]
fn wrong_command_lines_are_answered_as_frozen() {
    for lang in [Lang::En, Lang::Ja] {
        let mut all = String::new();
        for line in WRONG {
            let ended = apart(lang, &words(line));
            assert_eq!((ended.status.code(), ended.stdout.len()), (Some(2), 0), "hozen {line}");
            all += &format!("$ hozen {line}\n{}\n", String::from_utf8_lossy(&ended.stderr));
        }
        golden(&format!("wrong.{}.txt", lang.tag()), &all);
    }
}

#[test]
fn manual_pages_render_without_a_warning() {
    for lang in [Lang::En, Lang::Ja] {
        let folder = tempfile::tempdir().unwrap();
        let pages = folder.path().join("man1");
        let ended = world::hozen_in(lang, &["man", pages.to_str().unwrap()]);
        assert_eq!(ended.code, 0, "{}", ended.stderr);
        let mut names: Vec<_> = std::fs::read_dir(&pages).unwrap().map(|entry| entry.unwrap().path()).collect();
        names.sort();
        assert_eq!(names.len(), VERBS.len() - 2, "a page for each verb that is shown");
        for page in names {
            let made = Command::new("groff").args(["-man", "-Kutf8", "-Tutf8", "-ww"]).arg(&page).output();
            let made = made.expect("groff is missing: tests/run installs it");
            let warned = String::from_utf8_lossy(&made.stderr);
            assert!(made.status.success() && warned.is_empty(), "{}: {warned}", page.display());
        }
    }
}

#[test]
fn completions_are_shell_code() {
    let folder = tempfile::tempdir().unwrap();
    for shell in ["bash", "zsh", "fish"] {
        let ended = world::hozen(&["completions", shell]);
        assert!(ended.code == 0 && ended.stdout.contains("respond"), "{shell}");
        if shell == "bash" {
            let script = folder.path().join("hozen.bash");
            std::fs::write(&script, &ended.stdout).unwrap();
            let parsed = Command::new("bash").arg("-n").arg(&script).output().unwrap();
            assert!(parsed.status.success(), "{}", String::from_utf8_lossy(&parsed.stderr));
        }
    }
}

#[test]
fn rules_explain_what_they_find_without_showing_it() {
    for lang in [Lang::En, Lang::Ja] {
        let mut all = String::new();
        for line in [
            &["rules", "list"][..],
            &["rules", "explain", "drivers_license"],
            &["rules", "explain", "person_name"],
            &["rules", "try", "電話 03-1234-5678"],
            &["rules", "try", "本日は山田太郎様と田中様が来社"],
            &["rules", "try", "nothing here"],
        ] {
            let ended = world::hozen_in(lang, line);
            assert_eq!(ended.code, 0, "{}", ended.stderr);
            // The examples of a rule are its own; what is tried is not.
            assert!(line[1] != "try" || !["1234-5678", "山田"].iter().any(|value| ended.stdout.contains(value)));
            let lines = ended.stdout.lines().filter(|line| !line.contains("SHA-256"));
            all += &format!("$ hozen {}\n{}\n\n", line.join(" "), lines.collect::<Vec<_>>().join("\n"));
        }
        golden(&format!("rules.{}.txt", lang.tag()), &all);
    }
}

#[test]
fn the_detector_of_the_recipe_holds_and_finds() {
    let page = tree::text("docs/adding/detector.md");
    let rule = page.split("```toml\n").nth(1).and_then(|rest| rest.split("```").next()).expect("a rule in the recipe");
    let folder = tempfile::tempdir().unwrap();
    world::put(folder.path(), "member.toml", rule);
    let own = folder.path().to_str().unwrap();
    let checked = world::hozen(&["rules", "check", own]);
    assert!(checked.code == 0 && checked.stdout.starts_with("OK: "), "{}{}", checked.stdout, checked.stderr);
    let tried = world::hozen(&["rules", "try", "--rules", own, "会員番号 MB-00012345"]);
    assert!(tried.stdout.contains("likely") && !tried.stdout.contains("00012345"), "{}", tried.stdout);
    assert!(rule.lines().count() <= 7, "six lines and their title");
    let words = page.split("```toml\n").nth(2).and_then(|rest| rest.split("```").next()).expect("words in the recipe");
    world::put(folder.path(), "member.toml", format!("{rule}{words}"));
    let named = world::hozen(&["rules", "try", "--rules", own, "会員番号 MB-00012345"]);
    assert!(named.stdout.contains("certain"), "{}", named.stdout);
    world::put(folder.path(), "member.toml", rule.replace("MB-[0-9]{8}", "MB-[0-9]+"));
    let broken = world::hozen_in(Lang::Ja, &["scan", own, "--rules", own]);
    assert!(broken.code == 2 && broken.stderr.contains("member.toml"), "{}", broken.stderr);
}

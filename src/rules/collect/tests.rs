use super::*;
use crate::model::Lang;

fn with(text: &str) -> Result<CollectPack, crate::rules::RuleError> {
    CollectPack::load(&[("own.toml".into(), text.to_owned())])
}

#[test]
fn the_built_in_profiles_hold_and_every_take_and_leave_is_in_one() {
    let pack = CollectPack::load(&[]).unwrap();
    let names: Vec<&str> = pack.profiles.iter().map(|profile| profile.id()).collect();
    assert_eq!(names, ["all-logs", "db-server", "linux-server", "mail-server", "web-server", "workstation"]);
    let all: Vec<String> = names.iter().map(|name| (*name).to_owned()).collect();
    let selection = pack.select(&all).unwrap();
    assert_eq!((selection.takes.len(), selection.leaves.len()), (pack.takes.len(), pack.leaves.len()));
    for take in &pack.takes {
        for lang in [Lang::En, Lang::Ja] {
            assert!(!take.title(lang).is_empty() && !take.why(lang).is_empty(), "{}", take.id());
        }
        assert_eq!(take.file.ends_with("forensicartifacts.toml"), !take.artifacts().is_empty(), "{}", take.id());
    }
    assert!(pack.takes.iter().filter(|take| !take.artifacts().is_empty()).count() > 40);
}

#[test]
fn a_profile_includes_others_and_names_takes_by_their_beginning() {
    let pack = CollectPack::load(&[]).unwrap();
    let ids = |name: &str| -> Vec<String> {
        pack.select(&[name.to_owned()]).unwrap().takes.iter().map(|take| take.id().to_owned()).collect()
    };
    let web = ids("web-server");
    assert!(ids("linux-server").iter().all(|id| web.contains(id)));
    assert!(web.contains(&"site.eccube".to_owned()) && !web.iter().any(|id| id.starts_with("mail.")));
    assert_eq!(pack.select(&["nope".to_owned()]).unwrap_err(), "nope");
}

#[test]
fn what_is_wrong_is_said_with_file_line_and_place() {
    let title = "title = { en = \"x\", ja = \"x\" }\n";
    let why = "why = { en = \"x\", ja = \"x\" }\n";
    for (text, says) in [
        ("[[take]]\nid = \"a\"\npathes = []\n".to_owned(), "unknown field"),
        (format!("[[take]]\nid = \"a\"\n{title}{why}paths = [\"etc\"]\n"), "begins with `/`"),
        (format!("[[take]]\nid = \"a\"\n{title}{why}paths = [\"/etc/../x\"]\n"), "no `..`"),
        (format!("[[take]]\nid = \"a\"\n{title}{why}"), "needs `paths`"),
        (format!("[[take]]\nid = \"A\"\n{title}{why}paths = [\"/x\"]\n"), "an id is"),
        (format!("[[take]]\nid = \"linux.ssh\"\n{title}{why}paths = [\"/x\"]\n"), "override = true"),
        (format!("[[take]]\nid = \"a\"\noverride = true\n{title}{why}paths = [\"/x\"]\n"), "no earlier file"),
        (format!("[[profile]]\nid = \"p\"\n{title}takes = [\"nginx.*\"]\n"), "no take of this name"),
        (format!("[[profile]]\nid = \"p\"\n{title}includes = [\"web\"]\n"), "no profile of this name"),
        (format!("[[profile]]\nid = \"p\"\n{title}takes = [\"web.*\"]\nleaves = [\"x\"]\n"), "[[leave]]"),
        (format!("[[profile]]\nid = \"p\"\n{title}"), "needs `takes`"),
        (
            format!("[[take]]\nid = \"a\"\n{title}{why}[[take.configured]]\nfiles = [\"/etc/x\"]\npattern = '(x'\n"),
            "unclosed",
        ),
        (
            format!("[[take]]\nid = \"a\"\n{title}{why}[[take.configured]]\nfiles = [\"/etc/x\"]\npattern = 'x'\n"),
            "(?<path>",
        ),
        (
            format!(
                "[[take]]\nid = \"a\"\n{title}{why}[[take.configured]]\nfiles = [\"/etc/x\"]\nbase = [\"..\"]\npattern = '(?<path>x)'\n"
            ),
            "base",
        ),
        ("nonsense".to_owned(), "own.toml"),
    ] {
        let error = with(&text).unwrap_err().to_string();
        assert!(error.contains(says) && error.contains("own.toml") && error.contains('^'), "{says}: {error}");
    }
}

#[test]
fn files_of_detection_rules_are_passed_over_and_an_override_counts() {
    assert!(with("[[detector]]\nid = \"x\"\n").is_ok());
    assert!(is_collect_file("[[profile]]\n") && !is_collect_file("[[detector]]\n") && !is_collect_file("("));
    let plain = CollectPack::load(&[]).unwrap();
    let text = "[[take]]\nid = \"linux.ssh\"\noverride = true\ntitle = { en = \"x\", ja = \"x\" }\nwhy = { en = \"x\", ja = \"x\" }\npaths = [\"/x\"]\n";
    let changed = with(text).unwrap();
    let ssh = changed.takes.iter().find(|take| take.id() == "linux.ssh").unwrap();
    assert_eq!((ssh.file.as_str(), ssh.paths().collect::<Vec<_>>()), ("own.toml", vec!["/x"]));
    assert_ne!(plain.digest, changed.digest);
    assert_eq!(plain.digest, with("# nothing\n[[profile]]\n".split('[').next().unwrap()).unwrap().digest);
}

use super::super::RulePack;
use super::*;
use std::path::PathBuf;

const OWN: &str = r#"
[[detector]]
id = "member"
version = 1
entity = "club_member"
name = { en = "Member number", ja = "会員番号" }
max_len = 8
guard = "word"
link = "strong"
mask = "last2"
pattern = [{ regex = '''M[0-9]{7}''', base = "likely" }]
examples = [{ text = "会員M1234567", values = ["M1234567"] }]
negatives = ["XM1234567"]
"#;

fn with(text: &str) -> Result<RulePack, RuleError> {
    RulePack::load(&[], &[(PathBuf::from("own/member.toml"), text.to_owned())])
}

#[test]
fn the_users_rules_lie_over_the_built_in_ones() {
    let builtin = RulePack::builtin().unwrap();
    let own = with(OWN).unwrap();
    assert_eq!(own.detectors.len(), builtin.detectors.len() + 1);
    assert_ne!(own.digest, builtin.digest);
    let mut entities = builtin.entities();
    assert!(["card", "email", "my_number", "phone"].iter().all(|entity| entities.contains(entity)));
    assert!(entities.is_sorted() && !entities.contains(&"club_member"));
    entities.push("club_member");
    entities.sort_unstable();
    assert_eq!(own.entities(), entities);
}

#[test]
fn the_digest_is_of_what_rules_say_and_not_of_how_they_are_laid_out() {
    let spaced = OWN.replace(" = ", "   =   ").replace("version", "# a comment\nversion");
    assert_eq!(with(OWN).unwrap().digest, with(&spaced).unwrap().digest);
    assert_ne!(with(OWN).unwrap().digest, with(&OWN.replace("{7}", "{6}")).unwrap().digest);
}

#[test]
fn the_same_id_twice_names_both_files_unless_it_overrides() {
    let card = OWN.replace("\"member\"", "\"card\"");
    let error = with(&card).unwrap_err().to_string();
    assert!(error.contains("rules/detect/card.toml") && error.contains("own/member.toml"), "{error}");
    let replaced = with(&card.replace("version = 1", "version = 2\noverride = true")).unwrap();
    assert_eq!(replaced.detectors.len(), RulePack::builtin().unwrap().detectors.len());
    assert!(replaced.detectors.iter().any(|d| d.cited() == "card/2"));
    let nothing = with(&OWN.replace("version = 1", "version = 2\noverride = true")).unwrap_err().to_string();
    assert!(nothing.contains("no earlier file"), "{nothing}");
}

#[test]
fn a_bad_rule_is_shown_with_file_line_and_caret() {
    let error = with(&OWN.replace("{7}", "+")).unwrap_err().to_string();
    assert!(error.starts_with("own/member.toml: the pattern has no longest match"), "{error}");
    assert!(error.contains("11 | pattern = ") && error.contains("^^^"), "{error}");
    let unknown = with(&OWN.replace("guard =", "gaurd =")).unwrap_err().to_string();
    assert!(unknown.contains("gaurd") && unknown.contains("8 | gaurd"), "{unknown}");
    let long = with(&OWN.replace("max_len = 8", "max_len = 4000")).unwrap_err().to_string();
    assert!(long.contains("RULE_MATCH_CHARS"), "{long}");
}

#[test]
fn rules_of_a_machine_add_and_do_not_replace() {
    let local = |text: &str| RulePack::load(&[(PathBuf::from("/etc/hozen/rules/a.toml"), text.to_owned())], &[]);
    let added = local(OWN).unwrap();
    assert!(added.detectors.iter().any(|rule| rule.id() == "member" && rule.file == "/etc/hozen/rules/a.toml"));
    assert_ne!(added.digest, RulePack::builtin().unwrap().digest);
    let blind = OWN.replace("id = \"member\"", "override = true\nid = \"card\"");
    assert!(local(&blind).unwrap_err().to_string().contains("may add, not replace"));
    assert!(with(&blind).is_ok());
}

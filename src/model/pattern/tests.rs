use proptest::prelude::*;

use super::*;

fn wild(text: &str) -> Wild {
    match Wild::parse(text.as_bytes()).unwrap() {
        Step::Wild(wild) => wild,
        Step::Name(name) => Wild(name.into_iter().map(Token::Byte).collect()),
        other => panic!("{other:?}"),
    }
}

#[test]
fn names_fit_as_in_a_shell_and_dots_do_not_hide() {
    for (pattern, name, fits) in [
        ("access.log*", "access.log.2.gz", true),
        ("access.log*", "error.log", false),
        ("*.log", "a.log", true),
        ("*.log", ".log", true),
        ("*", ".hidden", true),
        ("?", "", false),
        ("a?c", "abc", true),
        ("*a*b*", "xxaxxbxx", true),
        ("*a*b", "ab_ba", false),
        ("[0-9][!a-c]", "5d", true),
        ("[0-9][!a-c]", "5b", false),
        ("[]]", "]", true),
        ("id_*", "id_ed25519", true),
    ] {
        assert_eq!(wild(pattern).fits(name.as_bytes()), fits, "{pattern} {name}");
    }
    assert!(wild("*.csv").fits(b"\x8c\xda\x8b\x71\n.csv"), "names are bytes");
}

#[test]
fn a_pattern_is_absolute_and_has_a_bound() {
    let parse = |text: &str| PathPattern::parse(text);
    assert_eq!(parse("/var/log/{nginx,httpd}/*.log").unwrap().len(), 2);
    assert_eq!(parse("/**/wp-config.php").unwrap()[0].steps()[0], Step::Below(BELOW));
    assert_eq!(parse("/srv/**7/x").unwrap()[0].steps()[1], Step::Below(7));
    assert!(parse("%%users.homedir%%/.ssh").unwrap()[0].is_in_homes());
    for (bad, why) in [
        ("var/log", PatternError::NotAbsolute),
        ("", PatternError::NotAbsolute),
        ("/", PatternError::Everything),
        ("/*", PatternError::Everything),
        ("/**/*", PatternError::Everything),
        ("/var/../etc", PatternError::Part),
        ("/var//log", PatternError::Part),
        ("/var/{log", PatternError::Brace),
        ("/var/log}", PatternError::Brace),
        ("/var/{a,{b}}", PatternError::Brace),
        ("/var/[a", PatternError::Class),
        ("/var/**x", PatternError::Below),
        ("/var/**99/x", PatternError::Below),
        ("/var/%%users.sid%%", PatternError::Variable),
        ("/{a,b,c,d}{a,b,c,d}{a,b,c,d}{a,b,c,d}{a,b,c,d}{a,b,c,d}", PatternError::TooWide),
    ] {
        assert_eq!(parse(bad).unwrap_err(), why, "{bad}");
    }
}

#[test]
fn a_home_takes_the_place_of_its_variable() {
    let pattern = &PathPattern::parse("%%users.homedir%%/.bash_history").unwrap()[0];
    let there = pattern.in_home(b"/home/taro/").unwrap();
    assert_eq!(there, PathPattern::literal(b"/home/taro/.bash_history").unwrap());
    assert!(pattern.in_home(b"/home/../etc").is_none() && pattern.in_home(b"").is_none());
}

#[test]
fn what_a_configuration_says_has_only_the_meaning_asked_for() {
    let literal = PathPattern::literal(b"/srv/{a}*%%/x").unwrap();
    assert!(literal.steps().iter().all(|step| matches!(step, Step::Name(_))));
    let globbed = PathPattern::globbed(b"/srv/{a}/**/*.log").unwrap();
    assert_eq!(globbed.steps()[1], Step::Name(b"{a}".to_vec()));
    assert!(matches!(globbed.steps()[2], Step::Wild(_)), "a hostile text goes down no tree");
    assert!(PathPattern::literal(b"/srv/../x").is_err() && PathPattern::globbed(b"/*").is_err());
}

/// The plainest possible reading of a pattern.
fn oracle(pattern: &[Token], name: &[u8]) -> bool {
    match (pattern.split_first(), name.split_first()) {
        (None, None) => true,
        (Some((Token::Any, rest)), _) => (0..=name.len()).any(|skip| oracle(rest, &name[skip..])),
        (Some((token, rest)), Some((&byte, tail))) => token.fits(byte) && oracle(rest, tail),
        _ => false,
    }
}

proptest! {
    #[test]
    fn matching_agrees_with_the_plainest_reading(pattern in "[ab*?]{0,10}|[ab]\\*[ab?]{0,4}\\*", name in proptest::collection::vec(97u8..100, 0..12)) {
        let wild = wild(&pattern);
        prop_assert_eq!(wild.fits(&name), oracle(&wild.0, &name));
    }

    #[test]
    fn no_text_makes_a_pattern_that_leaves_its_place(text in "[/a.*?%{},\\[\\]-]{0,40}") {
        for pattern in PathPattern::parse(&text).unwrap_or_default() {
            for step in pattern.steps() {
                if let Step::Name(name) = step {
                    prop_assert!(!name.is_empty() && name != b"." && name != b".." && !name.contains(&b'/'));
                }
            }
        }
    }
}

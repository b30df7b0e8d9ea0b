//! `scan --explain`: each finding says where it is and why it is one, in both languages, and no value in clear. All data made up.
#![expect(clippy::disallowed_methods, reason = "a test makes its own folder")]

mod real;

use std::fs;

#[test]
fn each_finding_says_where_and_why_and_scripts_keep_their_stdout() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("\u{1b}list.csv");
    fs::write(&path, "カード番号,メモ\n4539578763621486,order 123456789018\n4111-1111-1111-1111,\n").unwrap();
    let path = path.to_str().unwrap();
    let english = real::hozen(&["scan", path, "--explain", "--lang", "en"]).stdout;
    for said in [
        "list.csv @23 row 2 column 1",
        "Payment card number: ************1486, certain",
        "the column or key is named so (カード番号)",
        "it is a published test number",
        "(rule card/",
    ] {
        assert!(english.contains(said), "{said}: {english}");
    }
    assert!(!english.contains("4539578763621486") && !english.contains('\u{1b}'));
    assert!(english.contains("Kinds"), "the answer follows");
    let japanese = real::hozen(&["scan", path, "--explain", "--lang", "ja"]).stdout;
    assert!(japanese.contains("クレジットカード番号：************1486（確実）\n  理由："), "{japanese}");
    let json = real::hozen(&["scan", path, "--explain", "--lang", "en", "--format", "json"]);
    assert!(
        json.json()["entities"]["card"]["distinct"].as_u64() == Some(2) && json.stderr.contains("because"),
        "{}",
        json.stderr
    );
    assert!(!real::hozen(&["scan", path, "--lang", "en"]).stdout.contains("because"));
}

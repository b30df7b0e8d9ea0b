//! What is found of a made-up corpus whose truth is known, and what is found that is none: `benches/detect` in small.
#![expect(clippy::disallowed_methods, reason = "this test runs the script, which runs the program")]

use std::process::Command;

#[test]
fn a_made_up_corpus_is_found_in_every_form_and_encoding() {
    let script = concat!(env!("CARGO_MANIFEST_DIR"), "/benches/detect");
    let mut run = Command::new("python3");
    run.args([script, "--hozen", env!("CARGO_BIN_EXE_hozen"), "--people", "420", "--seed", "7", "--check"]);
    let output = run.output().unwrap();
    let (table, said) = (String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr));
    assert!(output.status.success(), "{table}{said}");
    for entity in ["birth_date", "card", "card_cvv", "my_number", "drivers_license", "residence_card", "sensitive"] {
        assert!(table.contains(&format!("| `{entity}` | 1.000 / 1.000 |")), "{entity} in tables: {table}");
    }
}

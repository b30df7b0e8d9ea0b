//! Every MUST and SHOULD of RFC 8493, and of the drafts before it, with a bag that keeps the rule and one that breaks it: the
//! verdict, the layer, and what `bagit.py` says of both. docs/verify.md has the table of the rules.
#![expect(clippy::disallowed_methods, reason = "this test makes bags of its own")]

use std::fs;
use std::path::{Path, PathBuf};

mod bag_rules;
mod bags;
mod real;

use bag_rules::Breaks::{Allowed, At, Told};
use bag_rules::RULES;
use bags::{is_valid_to_bagit_py, named, verify};

/// Makes `bag` by hand; `v` sets a version, `m` and `t` make manifests, `info` the metadata.
const BASE: &str = r#"
mkdir -p bag/data/sub && cd bag
printf one > data/a.txt; printf two > data/sub/b.txt
v() { printf 'BagIt-Version: %s\nTag-File-Character-Encoding: %s\n' "$1" "${2:-UTF-8}" > bagit.txt; }
m() { find data -type f -print0 | LC_ALL=C sort -z | xargs -0 "${1:-sha256}sum" > "manifest-${1:-sha256}.txt"; }
t() { ls *.txt | grep -v '^tagmanifest' | LC_ALL=C sort | xargs -d '\n' "${1:-sha256}sum" > "tagmanifest-${1:-sha256}.txt"; }
info() { printf "$@" > bag-info.txt; }
zero() { printf '%064d' 0; }
v 1.0; m
"#;

fn bag(folder: &Path, script: &str) -> PathBuf {
    real::tool(folder, &format!("set -e\n{BASE}\n{script}"));
    folder.join("bag")
}

#[test]
fn every_rule_is_kept_by_one_bag_and_broken_by_another() {
    let (mut wrong, mut agreed, mut differ) = (Vec::new(), 0, Vec::new());
    for (section, rule, keep, spoil, breaks, bagit_py) in RULES {
        let name = format!("{section} {rule}");
        let [good, bad] = [keep, spoil].map(|script| {
            let folder = tempfile::tempdir().unwrap();
            let bag = bag(folder.path(), script);
            (verify(&bag), is_valid_to_bagit_py(&bag))
        });
        let ((code, json), taken) = good;
        if code != 0 {
            wrong.push(format!("{name}: the good bag: {json:#}"));
        }
        let ((bad_code, bad_json), bad_taken) = bad;
        let notes = bad_json["checked"][0]["bag"]["notes"].to_string();
        let is_as_due = match breaks {
            At(layer) => bad_code == 4 && named(&bad_json, layer, ""),
            Told(word) => bad_code == 0 && notes.contains(word),
            Allowed => bad_code == 0,
        };
        if !is_as_due {
            wrong.push(format!("{name}: the bad bag is not {breaks:?}: {bad_json:#}"));
        }
        if (taken, bad_taken) != *bagit_py {
            wrong.push(format!("{name}: bagit.py says {:?}", (taken, bad_taken)));
        }
        // Where hozen finds a problem, so does the peer, and the other way round; else docs/verify.md says why not.
        if (code == 0) == taken && (bad_code == 0) == bad_taken {
            agreed += 1;
        } else {
            differ.push(name);
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    println!(
        "{} rules, {} bags; bagit.py of the same mind on {agreed}, another on {}: {differ:#?}",
        RULES.len(),
        2 * RULES.len(),
        differ.len()
    );
}

#[test]
fn the_table_of_rules_and_this_test_are_in_step() {
    let page = fs::read_to_string(concat!(env!("CARGO_MANIFEST_DIR"), "/docs/verify.md")).unwrap();
    let mut missing = Vec::new();
    for (section, rule, _, _, breaks, _) in RULES {
        let verdict = match breaks {
            At(layer) => format!("problem, `{layer}`"),
            Told(_) => "note".to_owned(),
            Allowed => "allowed".to_owned(),
        };
        let row = format!("| {section} | {rule} | {verdict} |");
        if !page.contains(&row) {
            missing.push(row);
        }
    }
    assert!(missing.is_empty(), "docs/verify.md lacks:\n{}", missing.join("\n"));
}

//! A bundle is opened and checked with stock tools alone, by the commands of its own texts, run from the file as they stand.
#![expect(clippy::disallowed_methods, reason = "this test makes cases and bundles")]

mod bundles;
mod real;

use std::fs;

use bundles::World;

/// The commands of a text, one after another in one shell, that stops at the first that fails.
fn script(text: &str) -> String {
    let lines: Vec<&str> = text.lines().filter_map(|line| line.strip_prefix("    ")).collect();
    assert!(lines.len() > 2, "{text}");
    format!("set -euo pipefail\n{}\n", lines.join("\n"))
}

fn stamped() -> World {
    let world = World::new();
    world.tool(
        "mkdir ca && cd ca && openssl req -x509 -newkey rsa:2048 -nodes -keyout ca.key -out ca.pem -subj '/CN=made up CA' -days 30 2>/dev/null\n\
         openssl req -newkey rsa:2048 -nodes -keyout tsa.key -out tsa.csr -subj '/CN=made up TSA' 2>/dev/null\n\
         echo 'extendedKeyUsage = critical,timeStamping' > ext\n\
         openssl x509 -req -in tsa.csr -CA ca.pem -CAkey ca.key -CAcreateserial -extfile ext -days 30 -out tsa.pem 2>/dev/null\n\
         printf '[tsa]\\ndefault_tsa = t\\n[t]\\nserial = serial\\ncrypto_device = builtin\\nsigner_cert = tsa.pem\\nsigner_key = tsa.key\\nsigner_digest = sha256\\ndefault_policy = 1.2.3.4\\ndigests = sha256\\naccuracy = secs:1\\n' > tsa.cnf\n\
         echo 01 > serial",
    );
    world.ok(&["custody", "stamp", "c1", "--request", "q.tsq"]);
    world.tool("cd ca && openssl ts -reply -config tsa.cnf -queryfile ../q.tsq -out ../r.tsr 2>/dev/null");
    world.ok(&["custody", "stamp", "c1", "--import", "r.tsr", "--ca", "ca/ca.pem"]);
    world
}

#[test]
fn the_guide_in_the_bundle_holds_in_both_languages() {
    let world = stamped();
    world.ok(&["export", "c1", "--to", "ed.pub", "--out", "send", "--operator", "op"]);
    world.tool("age -d -i ed -o look.zip send/c1-bundle-001.zip.age && unzip -q look.zip -d look");
    for lang in ["en", "ja"] {
        let text = fs::read_to_string(world.at(&format!("look/c1-bundle-001/VERIFY.{lang}.txt"))).unwrap();
        assert!(text.contains("openssl ts -verify"), "{text}");
        world.tool(&format!("mkdir by-{lang} && cp send/* by-{lang} && cp ed by-{lang}/KEY"));
        let said = real::tool(&world.at(&format!("by-{lang}")), &script(&text));
        assert_eq!(said.matches("Good \"hozen\" signature").count(), 2, "bundle and evidence: {said}");
        assert!(said.contains("Verification: OK"), "{said}");
        assert!(said.contains("is valid"), "{said}");
    }
}

#[test]
fn the_text_beside_it_is_enough_to_begin() {
    let world = World::new();
    for (number, flags) in [(1, vec!["--to", "ed.pub"]), (2, vec!["--unencrypted"])] {
        world.ok(&[&["export", "c1", "--out", "send"], flags.as_slice()].concat());
        let text = fs::read_to_string(world.at(&format!("send/c1-bundle-00{number}.VERIFY.txt"))).unwrap();
        world.tool(&format!("mkdir by-{number} && cp send/c1-bundle-00{number}* by-{number} && cp ed by-{number}/KEY"));
        real::tool(&world.at(&format!("by-{number}")), &script(&text.replace("unzip -q", "unzip -oq")));
        let inside = fs::read_to_string(world.at(&format!("by-{number}/c1-bundle-00{number}/VERIFY.ja.txt"))).unwrap();
        assert!(inside.contains("引き渡し"), "{inside}");
    }
}

#[test]
fn an_advisers_bundle_holds_too() {
    let world = stamped();
    world.ok(&["export", "c1", "--to", "ed.pub", "--without-evidence", "--out", "send"]);
    world.tool("age -d -i ed -o look.zip send/c1-bundle-001.zip.age && unzip -q look.zip -d look");
    let text = fs::read_to_string(world.at("look/c1-bundle-001/VERIFY.en.txt")).unwrap();
    world.tool("cp ed send/KEY");
    let said = real::tool(&world.at("send"), &script(&text));
    assert_eq!(said.matches("Good \"hozen\" signature").count(), 1, "{said}");
    world.ok(&["import", "send/c1-bundle-001.zip.age", "--identity", "ed", "--out", "recv"]);
    assert_eq!(bundles::verified(&world.at("recv/c1"))["state"], "withheld");
}

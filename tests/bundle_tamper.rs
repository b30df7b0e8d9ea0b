//! A bundle that was changed in any way is never taken in, and is told at its layer and with its name.
#![expect(clippy::disallowed_methods, reason = "this test damages bundles")]

mod bundles;
mod real;

use std::fs;
use std::sync::atomic::AtomicBool;

use bundles::{World, verified};
use hozen::bundle::read::{Bundle, Nowhere, ReadError, Watch, read};

fn look(bytes: &[u8]) -> Result<Bundle, ReadError> {
    let watch = Watch { stop: &AtomicBool::new(false), read: &|_| {} };
    read("b.zip", &mut &bytes[..], &mut Nowhere, &watch)
}

#[test]
fn no_byte_can_change_unseen() {
    let bytes = World::new().plain();
    assert!(look(&bytes).unwrap().problems.is_empty());
    // Every byte of the headers, texts and directory would take an hour; a prime step meets all kinds of places.
    let step = (bytes.len() / 700).max(1) | 1;
    let head = 0..bytes.len().min(1_500);
    let tail = bytes.len().saturating_sub(1_500)..bytes.len();
    for at in head.step_by(7).chain((0..bytes.len()).step_by(step)).chain(tail.step_by(7)) {
        let mut changed = bytes.clone();
        changed[at] ^= 0x20;
        let found = look(&changed);
        assert!(found.is_err() || !found.unwrap().problems.is_empty(), "byte {at} of {}", bytes.len());
    }
}

#[test]
fn no_cut_and_no_addition_passes() {
    let bytes = World::new().plain();
    for length in (0..bytes.len()).step_by(bytes.len() / 97) {
        let found = look(&bytes[..length]);
        assert!(found.is_err() || !found.unwrap().problems.is_empty(), "cut at {length}");
    }
    assert!(!look(&[&bytes[..], b"x"].concat()).unwrap().problems.is_empty());
}

/// Takes a bundle apart, changes it and packs it again as hozen would, with Python: only what is inside can tell.
fn repacked(world: &World, change: &str) -> String {
    let script = format!(
        "python3 - <<'END'\n\
         import zipfile, io\n\
         source = zipfile.ZipFile('plain.zip')\n\
         members = [(i.filename, source.read(i)) for i in source.infolist()]\n\
         N = 'c1-bundle-001/'\n\
         def at(name): return next(k for k, (n, _) in enumerate(members) if n == N + name)\n\
         {change}\n\
         out = zipfile.ZipFile('changed.zip', 'w', zipfile.ZIP_STORED)\n\
         for name, data in members: out.writestr(zipfile.ZipInfo(name, (1980, 1, 1, 0, 0, 0)), data)\n\
         out.close()\n\
         END"
    );
    world.tool(&script);
    let ended = real::hozen(&["verify", world.at("changed.zip").to_str().unwrap(), "--format", "json"]);
    assert_eq!(ended.code, Some(4), "{change}: {}", ended.stderr);
    let refused = world.run(&["import", "changed.zip", "--out", "recv"]);
    assert!(matches!(refused.code, Some(2 | 4)), "{change}: {}", refused.stderr);
    assert!(world.names("recv").is_empty(), "{change}");
    ended.stdout
}

#[test]
fn a_change_that_was_packed_anew_is_told_at_its_layer() {
    let world = World::new();
    world.plain();
    for (change, layer, what) in [
        (
            "k = at('data/report/report.html'); members[k] = (members[k][0], members[k][1] + b'x')",
            "digest",
            "report.html",
        ),
        ("del members[at('data/report/report.html')]", "manifest", "report.html"),
        ("members.append((N + 'data/report/more.html', b'x'))", "manifest", "more.html"),
        ("members.append((N + 'data/../../evil', b'x'))", "name", "evil"),
        ("members.append(('evil', b'x'))", "name", "evil"),
        ("members.append(members[at('data/case.json')])", "name", "case.json"),
        ("members.append((N + 'data/CASE.json', b'x'))", "name", "CASE.json"),
        (
            "k = at('manifest-sha256.txt'); members[k] = (members[k][0], members[k][1].replace(b'a', b'b', 1))",
            "tag_manifest",
            "manifest-sha256.txt",
        ),
        (
            "k = at('tagmanifest-sha256.txt'); members[k] = (members[k][0], members[k][1].replace(b'a', b'b', 1))",
            "seal",
            "sig",
        ),
        ("del members[at('sig/tagmanifest-sha256.txt.sig')]", "seal", "sig"),
        (
            "k = at('sig/allowed_signers'); members[k] = (members[k][0], b'op ' + members[k][1])",
            "seal",
            "allowed_signers",
        ),
        ("del members[at('VERIFY.en.txt')]", "tag_manifest", "VERIFY.en.txt"),
        (
            "k = at('bag-info.txt'); members[k] = (members[k][0], members[k][1].replace(b'Oxum: ', b'Oxum: 1'))",
            "tag_manifest",
            "bag-info.txt",
        ),
        ("k = at('data/case.json'); members.append(members.pop(k))", "zip", "case.json"),
        ("k = at('VERIFY.en.txt'); members.append(members.pop(k))", "zip", "VERIFY.en.txt"),
    ] {
        let shown = repacked(&world, change);
        let shown: serde_json::Value = serde_json::from_str(&shown).unwrap();
        let problems = shown["problems"].as_array().unwrap();
        let told = problems.iter().any(|one| one["layer"] == layer && one["path"].as_str().unwrap().contains(what));
        assert!(told, "{change}: {layer} {what}: {problems:#?}");
    }
}

#[test]
fn an_unpacked_bundle_is_checked_as_strictly() {
    let world = World::new();
    world.plain();
    world.tool("unzip -q plain.zip");
    assert_eq!(verified(&world.at("c1-bundle-001"))["state"], "whole");
    for (break_it, layer) in [
        ("echo x >> data/report/report.html", "digest"),
        ("echo x > data/report/more.html", "manifest"),
        ("echo x > added.txt", "tag_manifest"),
        ("rm VERIFY.en.txt", "tag_manifest"),
        ("rm sig/tagmanifest-sha256.txt.sig", "seal"),
        ("rm -r sig", "seal"),
        ("sed -i s/a/b/ tagmanifest-sha256.txt", "seal"),
        ("ln -s /etc/passwd data/report/link", "name"),
    ] {
        world.tool(&format!("cp -r c1-bundle-001 broken && cd broken && {break_it}"));
        let shown = verified(&world.at("broken"));
        assert_eq!(shown["ok"], false, "{break_it}");
        let problems = shown["problems"].as_array().unwrap();
        assert!(problems.iter().any(|one| one["layer"] == layer), "{break_it}: {problems:#?}");
        world.tool("rm -r broken");
    }
}

/// Signed anew as a whole, by someone else: only the key tells.
#[test]
fn a_bundle_that_was_signed_by_someone_else_is_told_by_its_key() {
    let world = World::new();
    world.ok(&["export", "c1", "--unencrypted", "--sign-key", "ed", "--out", "forged.zip"]);
    let case = world.ok(&["verify", "c1", "--format", "json"]).json();
    let key = case["checked"][0]["key"].as_str().unwrap().to_owned();
    let refused = world.run(&["import", "forged.zip", "--out", "recv", "--expect-key", &key]);
    assert_eq!(refused.code, Some(4), "{}", refused.stdout);
    assert!(refused.stdout.contains("[seal]"), "{}", refused.stdout);
    let forged = fs::read(world.at("forged.zip")).unwrap();
    assert!(look(&forged).unwrap().problems.is_empty(), "whole in itself");
}

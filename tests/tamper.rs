//! Whatever is done to a sealed zip, `verify_evidence` says what and where: it never panics, and never calls it whole.

mod bag_fixture;
mod bag_parts;

use bag_fixture::seal;
use bag_parts::{Part, build, parts};
use hozen::case::results::{Layer, Problem};
use hozen::evidence::{Expected, verify_evidence};
use hozen::model::{Algorithms, Digest, Method};
use hozen::seal::sign::Signer;

fn small() -> Vec<u8> {
    let files = [
        (b"/srv/a.txt".to_vec(), b"plain text, not much of it".to_vec()),
        ("/srv/名簿.csv".into(), "架空太郎,03-0000-0000\n".repeat(20).into_bytes()),
        (b"/srv/empty".to_vec(), Vec::new()),
    ];
    seal("bag", &files).zip.0
}

fn verify_as(zip: &[u8], expected: &Expected) -> Vec<Problem> {
    verify_evidence("bag.zip", &mut &zip[..], expected).unwrap().problems
}

fn verify(zip: &[u8]) -> Vec<Problem> {
    verify_as(zip, &Expected::default())
}

fn find<'a>(parts: &'a mut [Part], name: &str) -> &'a mut Part {
    parts.iter_mut().find(|part| part.name == format!("bag/{name}")).unwrap()
}

fn names(problems: &[Problem], member: &str) -> bool {
    let path = member.strip_prefix("bag/").unwrap_or(member);
    problems.iter().any(|p| p.path == member || p.what.contains(path))
}

#[test]
fn a_sealed_zip_is_whole_and_can_be_taken_apart_and_built_again() {
    let zip = small();
    assert_eq!(verify(&zip), []);
    assert_eq!(build(&parts(&zip)), zip, "or the forgeries below would fail for the wrong reason");
    let verified = verify_evidence("bag.zip", &mut zip.as_slice(), &Expected::default()).unwrap();
    assert_eq!(verified.zip_sha256, Digest::of(&zip));
    assert_eq!(verified.checked.members, 1 + 3 + 12);
    assert_eq!(verified.checked.key, Some(bag_fixture::signer().public().fingerprint()));
    assert_eq!(verified.custody.events, 2);
}

#[test]
fn a_whole_zip_is_whole_however_its_bytes_arrive() {
    struct OneByOne<'a>(&'a [u8]);
    impl std::io::Read for OneByOne<'_> {
        fn read(&mut self, out: &mut [u8]) -> std::io::Result<usize> {
            let some = out.len().min(1);
            std::io::Read::read(&mut self.0, &mut out[..some])
        }
    }
    let zip = seal("bag", &bag_fixture::files()).zip.0;
    let verified = verify_evidence("bag.zip", &mut OneByOne(&zip), &Expected::default()).unwrap();
    assert_eq!(verified.problems, []);
}

#[test]
fn every_changed_byte_is_noticed_and_its_member_named() {
    let zip = small();
    let parts = parts(&zip);
    for at in 0..zip.len() {
        let mut changed = zip.clone();
        changed[at] ^= if at % 2 == 0 { 1 } else { 0x80 };
        let problems = verify(&changed);
        assert!(!problems.is_empty(), "byte {at} of {}", zip.len());
        if let Some(part) = parts.iter().find(|part| (part.offset..part.end).contains(&at)) {
            assert!(names(&problems, &part.name), "byte {at} in {}: {problems:?}", part.name);
        }
    }
}

#[test]
fn every_cut_is_noticed() {
    let zip = small();
    for length in 0..zip.len() {
        assert!(!verify(&zip[..length]).is_empty(), "{length} of {}", zip.len());
    }
    let mut longer = zip.clone();
    longer.push(0);
    assert!(verify(&longer).iter().any(|p| p.what.contains("behind the end")));
}

#[test]
fn a_dropped_doubled_moved_renamed_or_added_member_is_noticed() {
    let whole = parts(&small());
    for at in 0..whole.len() {
        let name = &whole[at].name;
        let mut dropped = whole.clone();
        dropped.remove(at);
        let problems = verify(&build(&dropped));
        assert!(!problems.is_empty() && (at == 0 || names(&problems, name)), "dropped {name}: {problems:?}");

        let mut doubled = whole.clone();
        doubled.insert(at, whole[at].clone());
        assert!(names(&verify(&build(&doubled)), name), "doubled {name}");

        if at + 1 < whole.len() {
            let mut moved = whole.clone();
            moved.swap(at, at + 1);
            assert!(!verify(&build(&moved)).is_empty(), "moved {name}");
        }
        for new in [format!("{name}x"), name.replacen("bag/", "bag/../", 1), name.replacen("bag/", "gab/", 1)] {
            let mut renamed = whole.clone();
            renamed[at].name = new;
            assert!(!verify(&build(&renamed)).is_empty(), "renamed {name}");
        }
        for new in ["bag/data/fs/srv/new", "bag/new.txt", "bag/data/FS/srv/A.TXT", "bag/data/fs/srv/n/", "/etc/x"] {
            let mut added = whole.clone();
            added.insert(at, Part { name: new.into(), ..whole[1].clone() });
            assert!(!verify(&build(&added)).is_empty(), "added {new} before {name}");
        }
    }
    let mut renamed = whole;
    renamed.iter_mut().for_each(|part| part.name = part.name.replacen("bag/", "other/", 1));
    assert!(verify(&build(&renamed)).iter().any(|p| p.layer == Layer::Name));
}

#[test]
fn a_changed_content_is_told_at_its_layer() {
    let whole = parts(&small());
    for (at, part) in whole.iter().enumerate() {
        if part.content.is_empty() {
            continue;
        }
        let mut changed = whole.clone();
        *changed[at].content.last_mut().unwrap() ^= 2;
        let problems = verify(&build(&changed));
        if part.name.ends_with(".tsq") {
            assert!(problems.iter().all(|p| p.layer == Layer::Seal));
        }
        assert!(names(&problems, &part.name), "{}: {problems:?}", part.name);
        if part.name.contains("/data/") {
            assert!(problems.iter().any(|p| p.layer == Layer::Digest), "{problems:?}");
        }
    }
}

#[test]
fn changed_lines_are_noticed_in_every_list() {
    let whole = parts(&small());
    let lists = [
        ("manifest-sha256.txt", Layer::Manifest),
        ("tagmanifest-sha256.txt", Layer::TagManifest),
        ("custody/files.jsonl", Layer::Record),
        ("custody/custody.jsonl", Layer::Custody),
    ];
    for (list, layer) in lists {
        let text = String::from_utf8(find(&mut whole.clone(), list).content.clone()).unwrap();
        let lines: Vec<&str> = text.split_inclusive('\n').collect();
        for at in 0..lines.len() {
            let mut dropped = lines.clone();
            dropped.remove(at);
            let mut doubled = lines.clone();
            doubled.insert(at, lines[at]);
            let mut moved = lines.clone();
            moved.swap(at, (at + 1) % lines.len());
            for (what, new) in [("dropped", dropped), ("doubled", doubled), ("moved", moved)] {
                let mut changed = whole.clone();
                find(&mut changed, list).content = new.concat().into_bytes();
                let problems = verify(&build(&changed));
                // The last custody line can go without a trace in the chain itself: the tag manifest tells.
                let is_tail = list.ends_with("custody.jsonl") && what == "dropped" && at + 1 == lines.len();
                let told = |layer| problems.iter().any(|p| p.layer == layer);
                assert!(told(if is_tail { Layer::TagManifest } else { layer }), "{what} {list} {at}: {problems:?}");
            }
        }
    }
}

/// Puts the seal right again over changed tag files, with `signer`.
fn reseal(parts: &mut [Part], signer: &Signer) {
    let mut text = String::new();
    for tag in hozen::evidence::tags::sealed(Algorithms::default()) {
        text += &hozen::evidence::tags::manifest_line(&Digest::of(&find(parts, tag).content), tag);
    }
    find(parts, "custody/sig/tagmanifest-sha256.txt.sig").content = signer.sign(text.as_bytes()).unwrap().into();
    find(parts, "custody/sig/allowed_signers").content = signer.public().allowed_signers("yamada@example.jp").into();
    let digest = Digest::of(text.as_bytes());
    find(parts, "custody/sig/tagmanifest-sha256.txt.tsq").content = hozen::seal::stamp::request(&digest, [1; 8]);
    find(parts, "tagmanifest-sha256.txt").content = text.into_bytes();
}

#[test]
fn a_forger_with_another_key_is_caught_by_what_was_written_elsewhere() {
    let zip = small();
    let honest = verify_evidence("bag.zip", &mut zip.as_slice(), &Expected::default()).unwrap();
    let forger = Signer::from_seed(&[66; 32]).unwrap();

    let mut forged = parts(&zip);
    reseal(&mut forged, &forger);
    assert!(verify(&build(&forged)).iter().any(|p| p.layer == Layer::Seal), "bag-info.txt names the old key");

    let old = bag_fixture::signer().public().fingerprint();
    let info = find(&mut forged, "bag-info.txt");
    let text = String::from_utf8(info.content.clone()).unwrap().replace(&old, &forger.public().fingerprint());
    info.content = text.into_bytes();
    reseal(&mut forged, &forger);
    let zip = build(&forged);
    assert_eq!(verify(&zip), [], "consistent in itself: nothing inside can tell");
    for expected in [
        Expected { key: honest.checked.key.clone(), ..Expected::default() },
        Expected { seal_sha256: honest.checked.seal_sha256, ..Expected::default() },
        Expected { zip_sha256: Some(honest.zip_sha256), ..Expected::default() },
    ] {
        assert!(!verify_as(&zip, &expected).is_empty(), "{expected:?}");
    }
}

#[test]
fn lists_that_agree_with_the_seal_but_not_with_the_payload_are_noticed() {
    // The holder of the key itself, careless or not: sealed, and still not whole.
    let whole = parts(&small());
    for list in ["manifest-sha256.txt", "custody/files.jsonl", "custody/custody.jsonl"] {
        let mut changed = whole.clone();
        let content = &mut find(&mut changed, list).content;
        let first = content.iter().position(|b| *b == b'\n').unwrap() + 1;
        content.drain(..first);
        reseal(&mut changed, &bag_fixture::signer());
        assert!(!verify(&build(&changed)).is_empty(), "{list}");
    }
    let mut changed = whole;
    let info = find(&mut changed, "bag-info.txt");
    info.content = String::from_utf8(info.content.clone()).unwrap().replace("Payload-Oxum: ", "Payload-Oxum: 9").into();
    reseal(&mut changed, &bag_fixture::signer());
    assert!(names(&verify(&build(&changed)), "bag/bag-info.txt"));
}

#[test]
fn garbage_is_no_evidence() {
    let huge_claim = [&b"PK\x03\x04\x14\x00\x00\x08\x00\x00"[..], &[0xff; 60]].concat();
    let bomb = {
        let mut part = parts(&small());
        part[1].method = Method::Deflate;
        part[1].content = vec![0; 1 << 20];
        let mut zip = build(&part);
        // The header now says 10 bytes.
        let offset = parts(&zip)[1].offset;
        zip[offset + 22..offset + 26].copy_from_slice(&10_u32.to_le_bytes());
        zip
    };
    for bytes in [Vec::new(), b"PK".to_vec(), b"hello".repeat(100), vec![0; 100_000], huge_claim, bomb] {
        assert!(!verify(&bytes).is_empty());
    }
}

proptest::proptest! {
    #[test]
    fn random_damage_never_panics_and_never_passes(
        spots in proptest::collection::vec((0_usize..1 << 20, proptest::prelude::any::<u8>()), 1..20),
    ) {
        let mut zip = small();
        let whole = zip.clone();
        for (at, byte) in spots {
            let at = at % zip.len();
            zip[at] = byte;
        }
        proptest::prop_assert_eq!(verify(&zip).is_empty(), zip == whole);
    }
}

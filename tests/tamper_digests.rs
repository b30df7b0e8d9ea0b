//! A bag with digests beside SHA-256: whatever is done to its further manifests, to the digests in its records or to the list
//! of them is named at its layer, also where the holder of the key sealed it so.

mod bag_fixture;
mod bag_parts;

use bag_fixture::{files, seal_with, signer};
use bag_parts::{Part, build, parts};
use hozen::case::results::{Layer, Problem};
use hozen::evidence::verify::announced;
use hozen::evidence::{Expected, tags, verify_evidence};
use hozen::model::{Algorithm, Algorithms, Digest};

const FURTHER: [&str; 3] = ["manifest-sha1.txt", "manifest-md5.txt", "manifest-sha512.txt"];

fn five() -> Algorithms {
    Algorithms::new(Algorithm::ALL)
}

fn bag() -> Vec<Part> {
    parts(&seal_with("bag", &files()[..4], five()).zip.0)
}

/// Checks it as `hozen verify` does: by the digests that it says it has.
fn verify(zip: &[u8]) -> Vec<Problem> {
    let digests = announced(&mut std::io::Cursor::new(zip)).unwrap();
    let expected = Expected { digests, ..Expected::default() };
    verify_evidence("bag.zip", &mut &zip[..], &expected).unwrap().problems
}

fn find<'a>(parts: &'a mut [Part], name: &str) -> &'a mut Part {
    parts.iter_mut().find(|part| part.name == format!("bag/{name}")).unwrap()
}

fn text(parts: &[Part], name: &str) -> String {
    String::from_utf8(find(&mut parts.to_vec(), name).content.clone()).unwrap()
}

/// Puts the seal right again over what is there: what a careful holder of the key would make.
fn resealed(mut parts: Vec<Part>) -> Vec<u8> {
    let mut text = String::new();
    for tag in tags::sealed(five()) {
        if let Some(part) = parts.iter().find(|part| part.name == format!("bag/{tag}")) {
            text += &tags::manifest_line(&Digest::of(&part.content), tag);
        }
    }
    find(&mut parts, tags::SIGNATURE).content = signer().sign(text.as_bytes()).unwrap().into();
    find(&mut parts, tags::STAMP_REQUEST).content = hozen::seal::stamp::request(&Digest::of(text.as_bytes()), [1; 8]);
    find(&mut parts, tags::TAG_MANIFEST).content = text.into_bytes();
    build(&parts)
}

/// The zip with a tag file changed, sealed anew.
fn with(parts: &[Part], name: &str, new: impl Into<Vec<u8>>) -> Vec<u8> {
    let mut changed = parts.to_vec();
    find(&mut changed, name).content = new.into();
    resealed(changed)
}

fn told(problems: &[Problem], layer: Layer, about: &str) -> bool {
    problems
        .iter()
        .any(|problem| problem.layer == layer && (problem.path.contains(about) || problem.what.contains(about)))
}

#[test]
fn a_bag_with_five_digests_is_whole_whether_or_not_it_was_announced() {
    let whole = bag();
    assert_eq!(whole.len(), 1 + 4 + 15);
    for zip in [build(&whole), resealed(whole.clone())] {
        assert_eq!(announced(&mut std::io::Cursor::new(&zip)).unwrap(), Some(five()));
        assert_eq!(verify(&zip), []);
        assert_eq!(verify_evidence("bag.zip", &mut &zip[..], &Expected::default()).unwrap().problems, []);
    }
}

#[test]
fn every_changed_byte_is_noticed() {
    let zip = build(&bag());
    // The digests of the tag files that the other tests of tampering go through byte by byte are the same here.
    for at in (0..zip.len()).step_by(3) {
        let mut changed = zip.clone();
        changed[at] ^= 1;
        assert!(!verify(&changed).is_empty(), "byte {at} of {}", zip.len());
    }
}

#[test]
fn lines_of_a_further_manifest_that_are_dropped_doubled_or_moved_are_told() {
    let whole = bag();
    for list in FURTHER {
        let text = text(&whole, list);
        let lines: Vec<&str> = text.split_inclusive('\n').collect();
        assert_eq!(lines.len(), 4);
        for at in 0..lines.len() {
            let (mut dropped, mut doubled, mut moved) = (lines.clone(), lines.clone(), lines.clone());
            dropped.remove(at);
            doubled.insert(at, lines[at]);
            moved.swap(at, (at + 1) % lines.len());
            for (what, new) in [("dropped", dropped), ("doubled", doubled), ("moved", moved)] {
                let problems = verify(&with(&whole, list, new.concat()));
                assert!(told(&problems, Layer::Manifest, list), "{what} {list} {at}: {problems:?}");
                assert!(problems.iter().all(|problem| problem.layer == Layer::Manifest), "{problems:?}");
            }
        }
    }
}

#[test]
fn a_changed_digit_in_a_further_manifest_is_told_by_the_name_of_that_manifest() {
    let whole = bag();
    for list in FURTHER {
        let text = text(&whole, list);
        let digits = text.find(' ').unwrap();
        for at in 0..digits {
            let mut new = text.clone().into_bytes();
            new[at] = if new[at] == b'0' { b'1' } else { b'0' };
            let problems = verify(&with(&whole, list, new));
            assert!(told(&problems, Layer::Digest, list) && problems.len() == 1, "{list} {at}: {problems:?}");
        }
        for new in [text.to_uppercase(), text.replacen("  ", " *", 1), text[1..].to_owned(), text.replace('\n', "\r\n")]
        {
            assert!(told(&verify(&with(&whole, list, new)), Layer::Manifest, list), "{list}");
        }
    }
}

#[test]
fn a_changed_byte_of_payload_is_told_by_every_manifest_and_by_the_records() {
    let mut changed = bag();
    changed[1].content[0] ^= 1;
    let problems = verify(&build(&changed));
    for list in FURTHER.into_iter().chain(["manifest-sha256.txt"]) {
        assert!(told(&problems, Layer::Digest, list), "{problems:?}");
    }
    for algorithm in ["sha1", "md5", "sha512", "blake3"] {
        assert!(told(&problems, Layer::Record, &format!("the {algorithm} digest that files.jsonl")), "{problems:?}");
    }
}

#[test]
fn changed_and_missing_digests_in_the_records_are_told() {
    let whole = bag();
    let text = text(&whole, tags::FILES);
    let lines: Vec<serde_json::Value> = text.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    let kept = lines.iter().position(|line| line["outcome"] == "kept").unwrap();
    let changed = |change: &dyn Fn(usize, &mut serde_json::Value)| {
        let mut lines = lines.clone();
        lines.iter_mut().enumerate().for_each(|(at, line)| change(at, line));
        let text: String = lines.iter().map(|line| format!("{line}\n")).collect();
        verify(&with(&whole, tags::FILES, text))
    };
    for algorithm in Algorithm::ALL.into_iter().skip(1) {
        let name = algorithm.name();
        let other = "0".repeat(algorithm.bytes() * 2);
        let problems = changed(&|at, line| {
            if at == kept {
                line["digests"][name] = other.clone().into();
            }
        });
        // The order of the object is that of the algorithms; the one here sorts by name. What it says is what counts.
        assert!(problems.iter().any(|problem| problem.layer == Layer::Record), "{name}: {problems:?}");
        for all in [false, true] {
            let problems = changed(&|at, line| {
                if all || at == kept {
                    line["digests"].as_object_mut().map(|digests| digests.remove(name));
                }
            });
            assert!(problems.iter().any(|problem| problem.layer == Layer::Record), "{name}: {problems:?}");
        }
    }
    for (from, to) in [("\"md5\":\"", "\"crc\":\""), ("\"digests\":{", "\"digests\":{\"sha256\":\"00\",")] {
        let problems = verify(&with(&whole, tags::FILES, text.replacen(from, to, 1)));
        assert!(told(&problems, Layer::Record, "is not a record of an entry"), "{problems:?}");
    }
}

#[test]
fn one_wrong_digest_of_a_record_is_told_alone_and_by_its_name() {
    let whole = bag();
    let text = text(&whole, tags::FILES);
    for name in ["sha1", "md5", "sha512", "blake3"] {
        let at = text.find(&format!("\"{name}\":\"")).unwrap() + name.len() + 4;
        let mut new = text.clone().into_bytes();
        new[at] = if new[at] == b'0' { b'1' } else { b'0' };
        let problems = verify(&with(&whole, tags::FILES, new));
        assert!(told(&problems, Layer::Record, &format!("the {name} digest")) && problems.len() == 1, "{problems:?}");
    }
}

#[test]
fn a_list_of_digests_that_is_not_that_of_the_evidence_is_told() {
    let whole = bag();
    let text = text(&whole, tags::ACQUISITION);
    let list = |names: &[&str]| {
        let mut record: serde_json::Value = serde_json::from_str(&text).unwrap();
        record["digests"] = names.into();
        record.to_string()
    };
    for names in [&["sha256"][..], &["sha256", "sha1", "md5", "sha512"], &["sha256", "md5", "blake3"], &[]] {
        let problems = verify(&with(&whole, tags::ACQUISITION, list(names)));
        assert!(told(&problems, Layer::Record, "the digests that"), "{names:?}: {problems:?}");
    }
    let problems = verify(&with(&whole, tags::ACQUISITION, list(&["sha256", "crc32"])));
    assert!(told(&problems, Layer::Record, "cannot be read"), "{problems:?}");
    // And the other way: named, and not there.
    let plain = parts(&seal_with("bag", &files()[..4], Algorithms::default()).zip.0);
    let problems = verify(&with(&plain, tags::ACQUISITION, list(&["sha256", "md5", "blake3"])));
    assert!(told(&problems, Layer::Record, "the digests that it names"), "{problems:?}");
    assert!(told(&problems, Layer::Manifest, "manifest-md5.txt"), "{problems:?}");
}

#[test]
fn a_further_manifest_that_was_taken_out_or_put_in_is_told() {
    let whole = bag();
    for list in FURTHER {
        let mut dropped = whole.clone();
        dropped.retain(|part| part.name != format!("bag/{list}"));
        let problems = verify(&resealed(dropped.clone()));
        assert!(told(&problems, Layer::Manifest, list), "{list}: {problems:?}");
        let moved: Vec<Part> = {
            let at = whole.iter().position(|part| part.name == format!("bag/{list}")).unwrap();
            let mut moved = whole.clone();
            moved.swap(at, at + 1);
            moved
        };
        assert!(told(&verify(&resealed(moved)), Layer::Zip, "in its place"), "{list}");
        let mut added = parts(&seal_with("bag", &files()[..4], Algorithms::default()).zip.0);
        let at = added.iter().position(|part| part.name == "bag/manifest-sha256.txt").unwrap();
        added.insert(at + 1, whole.iter().find(|part| part.name == format!("bag/{list}")).unwrap().clone());
        let problems = verify(&resealed(added));
        assert!(told(&problems, Layer::Record, "the digests that it names"), "{list}: {problems:?}");
    }
    let mut added = whole.clone();
    let at = added.iter().position(|part| part.name == "bag/manifest-sha512.txt").unwrap();
    added.insert(at + 1, Part { name: "bag/manifest-blake3.txt".into(), ..added[at].clone() });
    assert!(told(&verify(&resealed(added)), Layer::Name, "manifest-blake3.txt"));
}

#[test]
fn a_zip_whose_directory_hides_what_it_has_is_not_whole() {
    let zip = build(&bag());
    for digests in [Algorithms::default(), Algorithms::new([Algorithm::Md5])] {
        let expected = Expected { digests: Some(digests), ..Expected::default() };
        let problems = verify_evidence("bag.zip", &mut &zip[..], &expected).unwrap().problems;
        assert!(told(&problems, Layer::Record, "the digests that it names"), "{problems:?}");
    }
}

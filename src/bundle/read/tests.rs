use std::sync::atomic::AtomicBool;

use proptest::prelude::*;

use super::*;
use crate::bundle::layout::{BagInfo, manifest};
use crate::bundle::write::{self, Piece};
use crate::evidence::tags::BAGIT;
use crate::seal::sign::Signer;

const NAME: &str = "c1-bundle-001";

/// A small whole bundle, and its members.
fn pieces() -> Vec<Piece> {
    let signer = Signer::from_seed(&[7; 32]).unwrap();
    let text = |path: &str, text: &str| Piece::text(path, text.as_bytes().to_vec());
    let payload =
        vec![text("data/case.json", "{}"), text("data/evidence/c1-E001.zip", "sealed"), text("data/report/a.html", "")];
    let list = |pieces: &[Piece]| manifest(pieces.iter().map(|p| (p.path.as_str(), p.measured.sha256)));
    let key = signer.public().fingerprint();
    let info = BagInfo {
        date: "2026-11-22",
        tool: "hozen test",
        name: NAME,
        payload: (8, 3),
        principal: "op",
        key: &key,
        custody: Digest::of(b"chain"),
        withheld: 0,
    };
    let mut tags = vec![
        text(layout::BAGIT_FILE, BAGIT),
        text(layout::BAG_INFO, &info.text()),
        text(layout::MANIFEST, &list(&payload)),
    ];
    let guides = layout::GUIDES.map(|guide| text(guide, "how to"));
    let mut sealed: Vec<Piece> = tags.iter().chain(&guides).cloned().collect();
    sealed.sort_by(|a, b| a.path.cmp(&b.path));
    let seal = list(&sealed);
    let signature = signer.sign(seal.as_bytes()).unwrap();
    tags.push(text(layout::TAG_MANIFEST, &seal));
    tags.push(text(layout::SIGNATURE, &signature));
    tags.push(text(layout::ALLOWED_SIGNERS, &signer.public().allowed_signers("op")));
    tags.extend(guides);
    tags.extend(payload);
    tags
}

fn zip(name: &str, pieces: &[Piece]) -> Vec<u8> {
    let watch = write::Watch { stop: &AtomicBool::new(false), read: &|_| {} };
    let bytes = write::write(name, pieces, Vec::new(), &watch).unwrap();
    assert_eq!(write::size(name, pieces), bytes.len() as u64);
    bytes
}

#[derive(Default)]
struct Kept(Vec<(String, Vec<u8>)>);

impl Keep for Kept {
    fn begin(&mut self, file: &str) -> Result<(), DiskError> {
        self.0.push((file.to_owned(), Vec::new()));
        Ok(())
    }
    fn bytes(&mut self, bytes: &[u8]) -> Result<(), DiskError> {
        self.0.last_mut().unwrap().1.extend_from_slice(bytes);
        Ok(())
    }
    fn end(&mut self) -> Result<(), DiskError> {
        Ok(())
    }
}

fn look(bytes: &[u8]) -> (Result<Bundle, ReadError>, Kept) {
    let mut kept = Kept::default();
    let watch = Watch { stop: &AtomicBool::new(false), read: &|_| {} };
    (read("b.zip", &mut &bytes[..], &mut kept, &watch), kept)
}

fn problems(bytes: &[u8]) -> Vec<Problem> {
    look(bytes).0.unwrap().problems
}

#[test]
fn a_whole_bundle_is_kept_and_its_files_are_where_it_says() {
    let bytes = zip(NAME, &pieces());
    let (bundle, kept) = look(&bytes);
    let bundle = bundle.unwrap();
    assert_eq!(bundle.problems, []);
    assert_eq!((bundle.name.as_str(), bundle.zip_sha256), (NAME, Digest::of(&bytes)));
    assert_eq!(bundle.key, Some(Signer::from_seed(&[7; 32]).unwrap().public().fingerprint()));
    assert_eq!(bundle.custody, Some(Digest::of(b"chain")));
    let names: Vec<&str> = kept.0.iter().map(|(name, _)| name.as_str()).collect();
    assert_eq!(names, ["case.json", "evidence/c1-E001.zip", "report/a.html"]);
    for (name, content) in &kept.0 {
        let (from, length) = bundle.files[name];
        let (from, length) = (usize::try_from(from).unwrap(), usize::try_from(length).unwrap());
        assert_eq!(&bytes[from..from + length], content);
    }
}

#[test]
fn no_bit_can_change_unseen() {
    let bytes = zip(NAME, &pieces());
    for at in 0..bytes.len() {
        for bit in [1, 0x20, 0x80] {
            let mut changed = bytes.clone();
            changed[at] ^= bit;
            let found = look(&changed).0;
            assert!(found.is_err() || !found.unwrap().problems.is_empty(), "byte {at}, bit {bit}");
        }
    }
}

#[test]
fn no_cut_passes() {
    let bytes = zip(NAME, &pieces());
    for length in 0..bytes.len() {
        let found = look(&bytes[..length]).0;
        assert!(found.is_err() || !found.unwrap().problems.is_empty(), "{length}");
    }
    assert_eq!(problems(&[&bytes[..], b"x"].concat()).len(), 1);
}

#[test]
fn nothing_is_kept_that_is_not_signed() {
    let mut forged = pieces();
    for piece in &mut forged {
        if piece.path == layout::SIGNATURE {
            *piece = Piece::text(layout::SIGNATURE, b"no signature".to_vec());
        }
    }
    let (bundle, kept) = look(&zip(NAME, &forged));
    assert!(bundle.unwrap().problems.iter().any(|one| one.layer == Layer::Seal));
    assert_eq!(kept.0, []);
    let mut added = pieces();
    added.insert(9, Piece::text("data/custody/custody.jsonl", b"added".to_vec()));
    let (bundle, kept) = look(&zip(NAME, &added));
    assert!(bundle.unwrap().problems.iter().any(|one| one.layer == Layer::Manifest));
    assert!(kept.0.iter().all(|(name, _)| name != "custody/custody.jsonl"));
}

#[test]
fn members_that_were_dropped_doubled_or_moved_are_told() {
    let all = pieces();
    for at in 1..all.len() {
        let mut dropped = all.clone();
        dropped.remove(at);
        assert_ne!(problems(&zip(NAME, &dropped)), [], "without {}", all[at].path);
        let mut doubled = all.clone();
        doubled.push(all[at].clone());
        assert!(problems(&zip(NAME, &doubled)).iter().any(|one| one.layer == Layer::Name));
        let mut moved = all.clone();
        moved.swap(at, if at + 1 < all.len() { at + 1 } else { at - 1 });
        assert!(problems(&zip(NAME, &moved)).iter().any(|one| one.layer == Layer::Zip), "{}", all[at].path);
    }
}

#[test]
fn dangerous_names_and_packed_members_are_told_and_not_kept() {
    for path in ["data/../evil", "/etc/passwd", "data/evidence/\\x", "data/secret/sign.key", "data/CASE.JSON", "evil"] {
        let mut all = pieces();
        all.push(Piece::text(path, b"x".to_vec()));
        let (bundle, kept) = look(&zip(NAME, &all));
        assert!(bundle.unwrap().problems.iter().any(|one| one.layer == Layer::Name), "{path}");
        assert!(kept.0.iter().all(|(name, _)| !name.contains("evil")), "{path}");
    }
    assert!(matches!(look(&zip("c1", &pieces())).0, Err(ReadError::NotABundle)));
    assert_ne!(problems(&zip("c2-bundle-001", &pieces())), [], "renamed");
    // A member that unfolds: told before any of it is.
    let mut bytes = zip(NAME, &pieces());
    let name = format!("{NAME}/data/case.json").into_bytes();
    let at = bytes.windows(name.len()).position(|w| w == name).unwrap() - 30;
    bytes[at + 8] = 8;
    let (bundle, kept) = look(&bytes);
    assert!(bundle.unwrap().problems.iter().any(|one| one.what.contains("packed")));
    assert_eq!(kept.0, []);
}

#[test]
fn what_is_no_bundle_is_said_to_be_none() {
    for bytes in [b"" as &[u8], b"hello", b"PK\x05\x06", b"PK\x03\x04"] {
        assert!(matches!(look(bytes).0, Err(ReadError::NotABundle)), "{bytes:?}");
    }
}

#[test]
fn an_interrupt_ends_it() {
    let bytes = zip(NAME, &pieces());
    let watch = Watch { stop: &AtomicBool::new(true), read: &|_| {} };
    assert!(matches!(read("b", &mut &bytes[..], &mut Nowhere, &watch), Err(ReadError::Interrupted)));
}

proptest! {
    #[test]
    fn no_bytes_panic(
        splices in prop::collection::vec((any::<prop::sample::Index>(), prop::collection::vec(any::<u8>(), 0..40), 0..40_usize), 1..6),
    ) {
        let mut bytes = zip(NAME, &pieces());
        for (at, with, drop) in splices {
            let at = at.index(bytes.len());
            let end = (at + drop).min(bytes.len());
            bytes.splice(at..end, with);
        }
        let _ = look(&bytes);
    }
}

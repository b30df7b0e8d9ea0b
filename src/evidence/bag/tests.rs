//! The writer keeps its promises where it is told nonsense: order, names, and that nothing is left unaccounted for.

use super::*;
use crate::evidence::store::MemoryStore;
use crate::model::{Digest, Gap, GapKind, RawPath};
use std::cell::Cell;
use std::rc::Rc;

const NOW: Timestamp = Timestamp { seconds: 1_795_222_924, nanos: 0 };

fn bag() -> EvidenceWriter<MemoryStore, MemoryStore> {
    EvidenceWriter::new("bag", MemoryStore::default(), MemoryStore::default(), NOW).unwrap()
}

fn entry(seq: u64, path: &str, kind: Kind) -> Entry {
    Entry {
        seq,
        path: RawPath(path.into()),
        origin: Default::default(),
        kind,
        stat: None,
        link_target: None,
        device_node: None,
    }
}

fn read(bytes: &[u8]) -> Outcome {
    Outcome { sha256: Some(Digest::of(bytes)), bytes: bytes.len() as u64, ..Outcome::default() }
}

fn lines(bag: &EvidenceWriter<MemoryStore, MemoryStore>) -> Vec<serde_json::Value> {
    let text = String::from_utf8(bag.journal.0.clone()).unwrap();
    text.lines().map(|line| serde_json::from_str(line).unwrap()).collect()
}

#[test]
fn names_that_a_shell_would_take_apart_are_refused() {
    for bad in ["", "a b", "a;b", "$(x)", "-a", ".a", "a/b", "CON", "a.", &"x".repeat(101)] {
        let made = EvidenceWriter::new(bad, MemoryStore::default(), MemoryStore::default(), NOW);
        assert!(matches!(made, Err(EvidenceError::BagName { .. })), "{bad}");
    }
    assert!(is_bag_name("web01-20261121_1.2") && is_bag_name("架空商店-1"));
}

#[test]
fn every_entry_takes_its_turn() {
    let mut bag = bag();
    assert!(bag.entry(&entry(1, "/a", Kind::Folder), &read(b"")).is_err());
    bag.entry(&entry(0, "/a", Kind::Folder), &read(b"")).unwrap();
    let file = entry(1, "/a/f", Kind::File);
    bag.begin_file(&file, Method::Stored).unwrap();
    assert!(bag.entry(&entry(1, "/a/f", Kind::File), &read(b"")).is_err(), "a file is open");
    assert!(bag.begin_file(&file, Method::Stored).is_err());
    assert!(bag.end_file(&file, &Outcome::default(), 0).is_err(), "no digest");
    bag.end_file(&file, &read(b""), 0).unwrap();
    assert!(bag.end_file(&file, &read(b""), 0).is_err());
    assert_eq!(bag.counts().entries, 2);
}

#[test]
fn an_entry_without_digest_or_gap_is_refused() {
    let mut bag = bag();
    let refused = bag.entry(&entry(0, "/x", Kind::File), &Outcome::default());
    assert!(matches!(refused, Err(EvidenceError::Unaccounted { path }) if path == "/x"));
}

#[test]
fn each_line_says_what_became_of_its_entry() {
    let mut bag = bag();
    let gap = Gap { path: "/s/secret".into(), kind: GapKind::PermissionDenied, reason: "run as root".into() };
    bag.entry(&entry(0, "/s", Kind::Folder), &read(b"listing")).unwrap();
    let lost = Outcome { gaps: vec![gap], ..Outcome::default() };
    bag.entry(&entry(1, "/s/secret", Kind::File), &lost).unwrap();
    let file = entry(2, "/s/f\u{1b}", Kind::File);
    bag.begin_file(&file, Method::Stored).unwrap();
    bag.chunk(b"abc").unwrap();
    let outcome = Outcome {
        marks: vec![super::super::journal::Mark::Grew],
        xattrs: vec![(b"user.x".to_vec(), vec![0xff])],
        ..read(b"abc")
    };
    bag.end_file(&file, &outcome, crc32fast::hash(b"abc")).unwrap();
    let lines = lines(&bag);
    assert_eq!(lines[0]["outcome"], "recorded");
    assert_eq!(lines[1]["outcome"], "gap");
    assert_eq!(lines[1]["gaps"][0]["kind"], "permission_denied");
    assert_eq!(lines[2]["outcome"], "kept");
    assert_eq!(lines[2]["stored"], "data/fs/s/f=1B");
    assert_eq!(lines[2]["path"], "/s/f\\u{1b}");
    assert_eq!(lines[2]["marks"][0], "grew");
    assert_eq!(lines[2]["xattrs"][0]["value_b64"], "/w==");
    assert_eq!(lines[2]["zip"]["stored_bytes"], 3);
}

/// A disk that is full after so many bytes.
#[derive(Debug)]
struct Full(MemoryStore, usize);

impl std::io::Write for Full {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        if self.0.0.len() + bytes.len() > self.1 {
            return Err(std::io::ErrorKind::StorageFull.into());
        }
        self.0.write(bytes)
    }
    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}

impl Store for Full {
    fn position(&self) -> u64 {
        self.0.position()
    }
    fn patch_at(&mut self, offset: u64, bytes: &[u8]) -> std::io::Result<()> {
        self.0.patch_at(offset, bytes)
    }
    fn cut_to(&mut self, length: u64) -> std::io::Result<()> {
        self.0.cut_to(length)
    }
    fn sync(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}

#[test]
fn a_full_disk_is_told_whenever_it_comes_and_gives_no_seal() {
    let signer = crate::seal::sign::Signer::from_seed(&[1; 32]).unwrap();
    let acquisition = super::super::Acquisition::default();
    let closing = Closing { acquisition: &acquisition, custody: "", signer: &signer, nonce: [0; 8], sealed_at: NOW };
    let run = |room| {
        let mut bag = EvidenceWriter::new("bag", Full(MemoryStore::default(), room), MemoryStore::default(), NOW)?;
        let file = entry(0, "/f", Kind::File);
        bag.begin_file(&file, Method::Stored)?;
        bag.chunk(b"content")?;
        bag.end_file(&file, &read(b"content"), crc32fast::hash(b"content"))?;
        bag.finish(&closing)
    };
    let needed = run(usize::MAX).unwrap().zip.0.0.len();
    for room in (0..needed).step_by(97).chain([needed - 1]) {
        match run(room) {
            Err(EvidenceError::Write { source, .. }) => assert_eq!(source.kind(), std::io::ErrorKind::StorageFull),
            other => panic!("{room}: {other:?}"),
        }
    }
}

/// A store that says how far it was handed over, and a journal that is never further.
#[derive(Debug, Default)]
struct Handed(MemoryStore, Rc<Cell<(u64, u32)>>);

impl std::io::Write for Handed {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        self.0.write(bytes)
    }
    fn flush(&mut self) -> std::io::Result<()> {
        self.1.set((self.0.position(), self.1.get().1));
        Ok(())
    }
}

impl Store for Handed {
    fn position(&self) -> u64 {
        self.0.position()
    }
    fn patch_at(&mut self, offset: u64, bytes: &[u8]) -> std::io::Result<()> {
        self.0.patch_at(offset, bytes)
    }
    fn cut_to(&mut self, length: u64) -> std::io::Result<()> {
        self.0.cut_to(length)
    }
    fn sync(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}

#[derive(Debug, Default)]
struct Follows(Handed);

impl std::io::Write for Follows {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        self.0.0.write(bytes)
    }
    fn flush(&mut self) -> std::io::Result<()> {
        let (content, times) = self.0.1.get();
        let last = self.0.0.0.split(|byte| *byte == b'\n').rfind(|line| !line.is_empty()).unwrap();
        let line: serde_json::Value = serde_json::from_slice(last).unwrap();
        let end = line["zip"]["offset"].as_u64().unwrap() + line["zip"]["stored_bytes"].as_u64().unwrap();
        assert!(end < content, "a line that is further than its content");
        self.0.1.set((content, times + 1));
        Ok(())
    }
}

impl Store for Follows {
    fn position(&self) -> u64 {
        self.0.position()
    }
    fn patch_at(&mut self, offset: u64, bytes: &[u8]) -> std::io::Result<()> {
        self.0.patch_at(offset, bytes)
    }
    fn cut_to(&mut self, length: u64) -> std::io::Result<()> {
        self.0.cut_to(length)
    }
    fn sync(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}

impl Journal for Follows {
    fn reread(&mut self) -> std::io::Result<Box<dyn std::io::BufRead + '_>> {
        self.0.0.reread()
    }
}

#[test]
fn no_line_is_handed_over_before_its_content() {
    let handed = Rc::new(Cell::new((0, 0)));
    let store = || Handed(MemoryStore::default(), Rc::clone(&handed));
    let mut bag = EvidenceWriter::new("bag", store(), Follows(store()), NOW).unwrap();
    let mut bytes = 0;
    for seq in 0..1500 {
        let file = entry(seq, &format!("/f{seq}"), Kind::File);
        bag.begin_file(&file, Method::Stored).unwrap();
        bag.chunk(b"content").unwrap();
        bag.end_file(&file, &read(b"content"), crc32fast::hash(b"content")).unwrap();
        bytes = bag.journal.position();
    }
    let times = u64::from(handed.get().1);
    assert!((1..=bytes / (LINES_BYTES as u64 / 2)).contains(&times), "{times} times for {bytes} bytes of lines");
}

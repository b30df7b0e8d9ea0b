//! Whatever the cut, what comes back is a beginning of what was written, and a bag that goes on from there is the same bag.

use proptest::prelude::*;

use super::*;
use crate::evidence::bag::EvidenceWriter;
use crate::evidence::journal::Outcome;
use crate::evidence::store::MemoryStore;
use crate::model::{Algorithms, Entry, GapKind, Method};

const NOW: Timestamp = Timestamp { seconds: 1_795_222_924, nanos: 0 };
/// Path, and content of a file; `None` is a folder.
const TREE: &[(&str, Option<&[u8]>)] = &[
    ("/s", None),
    ("/s/A.txt", Some(b"first")),
    ("/s/a.txt", Some(b"twin by case")),
    ("/s/d", None),
    ("/s/d/empty", Some(b"")),
    ("/s/d/x\x1b", Some(b"controls in the name")),
    ("/s/z", Some(b"last")),
];

type Bag = EvidenceWriter<MemoryStore, MemoryStore>;

fn take(bag: &mut Bag, seq: u64, (path, content): (&str, Option<&[u8]>)) {
    let kind = if content.is_some() { Kind::File } else { Kind::Folder };
    let entry = Entry {
        seq,
        path: RawPath(path.into()),
        origin: Default::default(),
        kind,
        stat: None,
        link_target: None,
        device_node: None,
    };
    let bytes = content.unwrap_or(b"listing");
    let mut outcome = Outcome { sha256: Some(Digest::of(bytes)), bytes: bytes.len() as u64, ..Outcome::default() };
    if content.is_none() {
        let gap = Gap { path: path.into(), kind: GapKind::SpecialFile, reason: "made up".into() };
        outcome.gaps.push(gap);
        return bag.entry(&entry, &outcome).unwrap();
    }
    bag.begin_file(&entry, Method::Stored).unwrap();
    bag.chunk(bytes).unwrap();
    bag.end_file(&entry, &outcome, crc32fast::hash(bytes)).unwrap();
}

/// Zip and journal of the whole tree.
fn whole() -> (Vec<u8>, Vec<u8>) {
    let mut bag = Bag::new("bag", MemoryStore::default(), MemoryStore::default(), NOW).unwrap();
    for (seq, part) in (0..).zip(TREE) {
        take(&mut bag, seq, *part);
    }
    let (zip, journal) = bag.into_stores();
    (zip.0, journal.0)
}

fn read_back(zip: &[u8], journal: &[u8]) -> Replay {
    replay("bag", (NOW, Algorithms::default()), &mut &*journal, &mut &*zip, &RowPlace::default()).unwrap()
}

/// Goes on from what is left, and gives zip and journal at the end.
fn finished(zip: &[u8], journal: &[u8]) -> (Vec<u8>, Vec<u8>) {
    let found = read_back(zip, journal);
    let cut = |bytes: &[u8], length: u64| MemoryStore(bytes[..usize::try_from(length).unwrap()].to_vec());
    let (zip, journal) = (cut(zip, found.zip_bytes), cut(journal, found.journal_bytes));
    let left: Vec<_> =
        TREE.iter().filter(|(path, _)| !found.taken.holds(&RawPath(path.as_bytes().to_vec()))).copied().collect();
    let first = found.recorded.counts.entries;
    let mut bag = Bag::resume("bag", zip, journal, found).unwrap();
    for (seq, part) in (first..).zip(left) {
        take(&mut bag, seq, part);
    }
    let (zip, journal) = bag.into_stores();
    (zip.0, journal.0)
}

#[test]
fn a_whole_collection_reads_back_whole() {
    let (zip, journal) = whole();
    let found = read_back(&zip, &journal);
    assert_eq!(found.torn, None);
    assert_eq!((found.zip_bytes, found.journal_bytes), (zip.len() as u64, journal.len() as u64));
    assert_eq!((found.recorded.counts.entries, found.recorded.counts.files, found.recorded.counts.gaps), (7, 5, 2));
    assert!(found.taken.holds(&RawPath(b"/s/d/x\x1b".to_vec())) && !found.taken.holds(&RawPath(b"/s/y".to_vec())));
    let gaps: Vec<_> = found.recorded.gaps.finish().unwrap().numbered().map(|gap| gap.unwrap()).collect();
    assert_eq!((gaps[1].0, gaps[1].1.path.as_str()), (3, "/s/d"), "behind a folder and two files");
}

#[test]
fn cut_at_any_byte_it_goes_on_to_the_same_bag() {
    let (zip, journal) = whole();
    for at in 0..=zip.len() {
        let found = read_back(&zip[..at], &journal);
        assert!(found.zip_bytes <= at as u64);
        assert_eq!(finished(&zip[..at], &journal), (zip.clone(), journal.clone()), "zip cut at {at}");
    }
    for at in 0..=journal.len() {
        let lines = journal[..at].iter().filter(|byte| **byte == b'\n').count() as u64;
        assert_eq!(read_back(&zip, &journal[..at]).recorded.counts.entries, lines, "every whole line counts");
        assert_eq!(finished(&zip, &journal[..at]), (zip.clone(), journal.clone()), "journal cut at {at}");
    }
}

#[test]
fn a_bag_that_is_not_cut_does_not_go_on() {
    let (zip, journal) = whole();
    let found = read_back(&zip, &journal);
    let longer = MemoryStore([&zip[..], b"PK"].concat());
    assert!(Bag::resume("bag", longer, MemoryStore(journal), found).is_err());
}

proptest! {
    #[test]
    fn any_damage_costs_what_follows_it_and_nothing_before(at in 0usize..2_000, bit in 0u8..8, in_zip: bool) {
        let (zip, journal) = whole();
        let mut damaged = (zip.clone(), journal.clone());
        let hit = if in_zip { &mut damaged.0 } else { &mut damaged.1 };
        let at = at % hit.len();
        hit[at] ^= 1 << bit;
        let found = read_back(&damaged.0, &damaged.1);
        if in_zip {
            prop_assert!(found.zip_bytes <= at as u64, "a damaged member does not count");
        }
        let kept = usize::try_from(found.zip_bytes).unwrap();
        prop_assert_eq!(&damaged.0[..kept], &zip[..kept]);
    }

    #[test]
    fn nonsense_is_no_panic(zip in proptest::collection::vec(any::<u8>(), 0..300), lines in "(\\PC|\n|\\{){0,200}") {
        let found = read_back(&zip, lines.as_bytes());
        prop_assert_eq!(found.recorded.counts.entries, 0);
    }
}

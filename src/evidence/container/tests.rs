//! The writer puts its headers right, refuses what they cannot say, and the reader takes large members as well as small ones.

use std::io;

use super::read::{ReadThrough, Visit, read_through};
use super::*;
use crate::case::results::Layer;
use crate::evidence::store::MemoryStore;

/// Remembers members and problems.
#[derive(Default)]
struct Heard {
    members: Vec<Member>,
    content: Vec<u8>,
    problems: Vec<String>,
}

impl Visit for Heard {
    fn begin(&mut self, _: &str) {}
    fn chunk(&mut self, bytes: &[u8]) {
        self.content.extend_from_slice(bytes);
    }
    fn end(&mut self, member: Member) {
        self.members.push(member);
    }
    fn known(&self, index: u64) -> Option<(String, [u8; 16])> {
        let member = self.members.get(usize::try_from(index).ok()?)?;
        Some((member.name.clone(), member.record_digest()))
    }
    fn problem(&mut self, _: Layer, path: &str, what: String) {
        self.problems.push(format!("{path}: {what}"));
    }
}

fn read(zip: &[u8]) -> (Heard, ReadThrough) {
    let mut heard = Heard::default();
    let through = read_through(&mut &zip[..], &mut heard).unwrap();
    (heard, through)
}

fn head(name: &str, size_hint: u64) -> MemberHead {
    MemberHead { name: name.into(), method: Method::Stored, mtime: Some(1_700_000_001), size_hint }
}

fn zip(members: &[(&str, &[u8], u64)]) -> (Vec<Member>, Vec<u8>) {
    let mut zip = Container::new(MemoryStore::default());
    let mut done = Vec::new();
    for (name, content, size_hint) in members {
        zip.begin_member(head(name, *size_hint)).unwrap();
        content.chunks(3).for_each(|chunk| zip.write(chunk).unwrap());
        done.push(zip.end_member(crc32fast::hash(content), content.len() as u64).unwrap());
    }
    let store = zip.finish(&mut done.clone().into_iter().map(Ok)).unwrap();
    (done, store.0)
}

#[test]
fn members_with_32_and_64_bit_headers_read_back() {
    let (members, bytes) = zip(&[("a/", b"", 0), ("a/small", b"hello", 5), ("a/wide", b"world", u64::MAX)]);
    let (heard, through) = read(&bytes);
    assert_eq!(heard.problems, [""; 0]);
    assert_eq!(heard.members, members);
    assert!(heard.members[2].wide && !heard.members[1].wide);
    assert_eq!(heard.content, b"helloworld");
    assert!(through.is_followed);
    assert_eq!(through.sha256, crate::model::Digest::of(&bytes));
}

#[test]
fn times_outside_32_bits_are_left_out() {
    let mut zip = Container::new(MemoryStore::default());
    for mtime in [None, Some(i64::MAX), Some(-1), Some(i64::from(i32::MAX))] {
        zip.begin_member(MemberHead { mtime, ..head("t", 0) }).unwrap();
        let member = zip.end_member(0, 0).unwrap();
        assert_eq!(i64::from(member.mtime.unwrap_or(7)), mtime.filter(|m| *m != i64::MAX).unwrap_or(7));
    }
}

/// Counts what is written and keeps none of it, but for the last header that was patched.
#[derive(Debug, Default)]
struct Endless {
    position: u64,
    patched: Vec<u8>,
}

impl io::Write for Endless {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.position += bytes.len() as u64;
        Ok(bytes.len())
    }
    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

impl Store for Endless {
    fn position(&self) -> u64 {
        self.position
    }
    fn patch_at(&mut self, _: u64, bytes: &[u8]) -> io::Result<()> {
        self.patched = bytes.to_vec();
        Ok(())
    }
    fn cut_to(&mut self, length: u64) -> io::Result<()> {
        self.position = length;
        Ok(())
    }
    fn sync(&mut self) -> io::Result<()> {
        Ok(())
    }
}

#[test]
fn a_member_over_four_gigabytes_has_its_size_and_the_next_its_far_offset() {
    let mut zip = Container::new(Endless::default());
    let size = 5_u64 << 30;
    zip.begin_member(head("big", size)).unwrap();
    let block = vec![0; 1 << 20];
    (0..size >> 20).for_each(|_| zip.write(&block).unwrap());
    let member = zip.end_member(0, size).unwrap();
    assert_eq!((member.size, member.stored_size), (size, size));
    assert_eq!(zip.out.patched, member.local_header());
    zip.begin_member(head("next", 0)).unwrap();
    let next = zip.end_member(0, 0).unwrap();
    assert!(next.offset > size);
    let end = zip.finish(&mut [member, next].into_iter().map(Ok)).unwrap();
    // Both records, the 64-bit end, its locator, the classic end.
    assert!(end.position > size + 56 + 20 + 22);
}

#[test]
fn a_member_that_outgrows_its_header_is_refused() {
    let mut zip = Container::new(Endless::default());
    zip.begin_member(head("grew", 10)).unwrap();
    let block = vec![0; 1 << 28];
    let refused = (0..17).map(|_| zip.write(&block)).find(Result::is_err).unwrap();
    assert!(matches!(refused, Err(EvidenceError::MemberTooLarge { name }) if name == "grew"));
}

#[test]
fn calls_out_of_order_are_refused() {
    let mut zip = Container::new(MemoryStore::default());
    assert!(matches!(zip.write(b"x"), Err(EvidenceError::OutOfOrder { .. })));
    assert!(matches!(zip.end_member(0, 0), Err(EvidenceError::OutOfOrder { .. })));
    zip.begin_member(head("a", 0)).unwrap();
    assert!(matches!(zip.begin_member(head("b", 0)), Err(EvidenceError::OutOfOrder { .. })));
}

#[test]
fn a_damaged_header_does_not_hide_the_members_behind_it() {
    let (_, whole) = zip(&[("a", b"one", 3), ("b", b"two", 3), ("c", b"three", 5)]);
    let second = whole.windows(4).skip(1).position(|w| w == b"PK\x03\x04").unwrap() + 1;
    for at in [second, second + 8, second + 27] {
        let mut zip = whole.clone();
        zip[at] ^= 0x40;
        let (heard, _) = read(&zip);
        assert!(!heard.problems.is_empty());
        assert!(heard.members.iter().any(|m| m.name == "c"), "byte {at}: {:?}", heard.problems);
    }
}

proptest::proptest! {
    #[test]
    fn any_bytes_are_read_to_their_end(bytes in proptest::collection::vec(proptest::prelude::any::<u8>(), 0..600)) {
        let (heard, through) = read(&bytes);
        proptest::prop_assert!(!heard.problems.is_empty());
        proptest::prop_assert_eq!(through.sha256, crate::model::Digest::of(&bytes));
    }
}

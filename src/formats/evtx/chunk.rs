//! One chunk of a log: 64 KiB that hold everything which its events need. Records stand one behind the other after a header.

use memchr::memmem;

use super::binxml::Reader;
use super::event::{Event, Stop};
use crate::model::limits::EVENT_CHUNK_TOKENS;

/// Bytes of a chunk.
pub(super) const CHUNK_BYTES: usize = 65_536;
/// Where its records begin.
const RECORDS_AT: usize = 512;
const MAGIC: &[u8] = b"ElfChnk\0";
const RECORD: &[u8] = b"**\0\0";
/// Bytes before the event in a record: signature, size, number, time. Behind it the size stands again.
const RECORD_HEAD: usize = 24;

/// A chunk, as far as it is there.
pub(super) struct Chunk<'c> {
    bytes: &'c [u8],
    /// Whether it has its signature.
    pub(super) is_signed: bool,
    /// Whether its header is as its checksum says.
    header_holds: bool,
    /// Whether it says that it has no checksums.
    unchecked: bool,
}

/// A record of an event.
pub(super) struct Found {
    /// Where it stands in the chunk.
    pub(super) at: usize,
    /// Its number in the log.
    pub(super) number: u64,
    /// Where its event ends.
    end: usize,
    /// Where to look for the next.
    next: usize,
    /// Whether its frame holds.
    sound: bool,
}

/// What comes of a chunk.
pub(super) enum Item<'c> {
    /// An event, and why it was not read to its end.
    Event(Found, Box<Event>, Option<Stop>),
    /// Bytes that are no record, and where they begin.
    Damage(usize, &'c [u8]),
}

impl Found {
    /// Whether it goes to the end of what is there, and more of it may be missing.
    pub(super) fn reaches(&self, end: usize) -> bool {
        !self.sound && self.next >= end
    }
}

impl<'c> Chunk<'c> {
    /// A chunk; `None` for one that was never used.
    pub(super) fn new(bytes: &'c [u8]) -> Option<Self> {
        if bytes.iter().all(|byte| *byte == 0) {
            return None;
        }
        let mut chunk = Self { bytes, is_signed: bytes.starts_with(MAGIC), header_holds: false, unchecked: false };
        chunk.unchecked = chunk.u32(120).is_some_and(|flags| flags & 4 != 0);
        let parts = bytes.get(..120).zip(bytes.get(128..RECORDS_AT));
        let sum = parts.map(|(first, second)| {
            let mut sum = crc32fast::Hasher::new();
            sum.update(first);
            sum.update(second);
            sum.finalize()
        });
        chunk.header_holds = chunk.is_signed && (chunk.unchecked || sum.is_some() && sum == chunk.u32(124));
        Some(chunk)
    }

    fn u32(&self, at: usize) -> Option<u32> {
        self.bytes.get(at..).and_then(|rest| rest.first_chunk()).copied().map(u32::from_le_bytes)
    }

    /// Where the header says that its records end.
    fn free(&self) -> Option<usize> {
        let free = usize::try_from(self.u32(48)?).ok()?;
        (RECORDS_AT..=CHUNK_BYTES).contains(&free).then_some(free)
    }

    /// Whether header and records are as their checksums say.
    pub(super) fn checks(&self) -> bool {
        let records = self.free().and_then(|free| self.bytes.get(RECORDS_AT..free));
        self.header_holds
            && (self.unchecked || records.is_some_and(|records| Some(crc32fast::hash(records)) == self.u32(52)))
    }

    /// Gives everything in it. Behind the end that a header states, which a log in use may not have renewed, records are read as long as
    /// their numbers go on: what else stands there was deleted.
    pub(super) fn read(&self, give: &mut dyn FnMut(Item<'c>)) {
        let mut reader = Reader::new(self.bytes, EVENT_CHUNK_TOKENS);
        let free = self.free().filter(|_| self.header_holds).unwrap_or(self.bytes.len());
        let (mut at, mut last) = (RECORDS_AT, None);
        while let Some(rest) = self.bytes.get(at..).filter(|rest| !rest.is_empty()) {
            let found = self.record(at);
            let goes_on = found.as_ref().is_some_and(|found| found.sound && last == found.number.checked_sub(1));
            if at >= free && !goes_on {
                return;
            }
            let Some(found) = found else {
                // Beyond this place in any case: a signature may stand here of which the rest is cut off.
                let skipped = rest.get(1..).and_then(|rest| memmem::find(rest, RECORD));
                let end = skipped.map_or(self.bytes.len(), |skipped| at + 1 + skipped);
                let lost = self.bytes.get(at..end.min(free.max(at))).unwrap_or_default();
                if lost.iter().any(|byte| *byte != 0) {
                    give(Item::Damage(at, lost));
                }
                at = end;
                continue;
            };
            (at, last) = (found.next, Some(found.number));
            let (event, stop) = reader.event(found.at + RECORD_HEAD, found.end);
            let stop = stop.or((!found.sound).then_some(Stop::Damaged));
            give(Item::Event(found, Box::new(event), stop));
        }
    }

    /// The record at this place. One whose size does not hold goes to the next signature.
    fn record(&self, at: usize) -> Option<Found> {
        let rest = self.bytes.get(at..).filter(|rest| rest.starts_with(RECORD))?;
        let number = rest.get(8..)?.first_chunk().copied().map(u64::from_le_bytes)?;
        let size = usize::try_from(self.u32(at + 4)?).ok()?;
        let end = at.checked_add(size).filter(|end| size >= RECORD_HEAD + 4 && *end <= self.bytes.len());
        let again = end.and_then(|end| self.u32(end - 4)).and_then(|again| usize::try_from(again).ok());
        if let Some(end) = end.filter(|_| again == Some(size)) {
            return Some(Found { at, number, end: end - 4, next: end, sound: true });
        }
        let skipped = rest.get(4..).and_then(|rest| memmem::find(rest, RECORD));
        let next = skipped.map_or(self.bytes.len(), |skipped| at + 4 + skipped);
        Some(Found { at, number, end: next, next, sound: false })
    }
}

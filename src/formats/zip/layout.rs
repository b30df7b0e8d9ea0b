//! Where the members of an archive lie: none on the bytes of another, none between them that the directory does not list, and each with a
//! header of its own that says the same as the directory (APPNOTE 4.3.6, 4.3.7). Archives that break this hold more, or less, than they show.

use std::collections::BTreeMap;
use std::io::{Read, Seek, SeekFrom};

use super::central::Stated;

/// The shortest header of a member, with a name of one byte: in a shorter space nothing is hidden.
const LEAST_BYTES: u64 = 31;

/// The places of the members that were met.
#[derive(Default)]
pub(super) struct Layout {
    /// Where each begins, and where its content ends.
    met: BTreeMap<u64, u64>,
    /// Where the first and the last entry of the directory begin.
    directory: Option<(u64, u64)>,
    /// Entries of the directory that stand on the bytes of another, and the name of the first.
    pub(super) doubled: Option<(u64, String)>,
}

impl Layout {
    /// Takes a member of the directory in. Returns whether its bytes are its own.
    pub(super) fn take(&mut self, (start, end): (u64, u64), listed_at: u64, name: &str) -> bool {
        let (first, last) = self.directory.unwrap_or((listed_at, listed_at));
        self.directory = Some((first.min(listed_at), last.max(listed_at)));
        let within = self.met.range(..=start).next_back().is_some_and(|(_, end)| *end > start);
        let around = self.met.range(start..).next().is_some_and(|(next, _)| *next < end);
        if within || around {
            self.doubled.get_or_insert_with(|| (0, name.to_owned())).0 += 1;
            return false;
        }
        self.met.insert(start, end);
        true
    }

    /// Where the content of the member ends that begins here.
    pub(super) fn end_of(&self, start: u64) -> Option<u64> {
        self.met.get(&start).copied()
    }

    /// Where the last entry of the directory begins.
    pub(super) fn last_entry(&self) -> u64 {
        self.directory.map_or(0, |(_, last)| last)
    }

    /// Spaces behind members that are long enough for another one, up to the directory. What stands before the first is a program that unpacks.
    pub(super) fn spaces(&self) -> impl Iterator<Item = (u64, u64)> {
        let next = self.met.keys().skip(1).copied().chain(self.directory.map(|(first, _)| first));
        let spaces = self.met.values().copied().zip(next);
        spaces.filter(|(from, until)| until.saturating_sub(*from) >= LEAST_BYTES)
    }
}

/// What a member's own header says.
pub(super) struct Own {
    flags: u16,
    method: u16,
    packed: u32,
    /// Where the content begins.
    pub(super) content: u64,
}

impl Own {
    /// The header that begins here, if one does.
    pub(super) fn read<R: Read + Seek>(src: &mut R, at: u64) -> Option<Self> {
        let mut fixed = [0; 30];
        src.seek(SeekFrom::Start(at)).ok()?;
        src.read_exact(&mut fixed).ok()?;
        let [b'P', b'K', 3, 4, _, _, f0, f1, m0, m1, .., n0, n1, e0, e1] = fixed else { return None };
        let packed = fixed.get(18..22)?.try_into().ok().map(u32::from_le_bytes)?;
        let (name, extra) = (u16::from_le_bytes([n0, n1]), u16::from_le_bytes([e0, e1]));
        let content = at.checked_add(30 + u64::from(name) + u64::from(extra))?;
        Some(Self { flags: u16::from_le_bytes([f0, f1]), method: u16::from_le_bytes([m0, m1]), packed, content })
    }

    /// What it says otherwise than the directory, so that other programs may find something else there.
    pub(super) fn against(&self, stated: &Stated, packed: u64) -> Option<String> {
        // Bit 3: the size follows the content. Bit 13: it is masked. All ones: it stands elsewhere.
        let sized = self.flags & 8 == 0 && self.packed != u32::MAX;
        let what = if stated.flags & 0x2000 != 0 {
            return None;
        } else if (self.flags ^ stated.flags) & 1 != 0 {
            "one says that it is encrypted, the other that it is not".to_owned()
        } else if self.method != stated.method {
            format!("packed by method {}, and by method {}", self.method, stated.method)
        } else if sized && u64::from(self.packed) > packed {
            format!("{} packed bytes, and {packed}", self.packed)
        } else {
            return None;
        };
        Some(format!(
            "its own header and the directory contradict each other ({what}); it was read as the directory says, and another program may find something else in it: unpack it with one that goes by the headers (bsdtar) and run hozen on the result"
        ))
    }
}

//! Giant sparse files: read stretch by stretch, each with a digest of its own, because hashing their holes would take days.
//!
//! A file of ten terabytes that holds a few megabytes costs nothing on disk and a day to hash; anyone can make one. So
//! beyond a limit only the stretches that hold data are read, one after another, and the record says where each belongs.

use std::io::{self, Read, Seek, SeekFrom};

use sha2::Digest as _;

use crate::model::{Digest, Stat, limits};

/// From which apparent size on a file that is mostly holes is kept by its stretches.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct GiantFrom(pub u64);

impl Default for GiantFrom {
    fn default() -> Self {
        Self(limits::SPARSE_FILE_BYTES)
    }
}

impl GiantFrom {
    /// Whether a file of this size with so many bytes of data is kept by its stretches: where at least half of it is holes.
    /// What is mostly data takes its time to read anyway, and then has a digest of its own.
    pub fn holds(self, size: u64, data: u64) -> bool {
        size > self.0 && data <= size / 2
    }

    /// What a file will cost, as far as its metadata tells: bytes to read, and bytes that it may take in the evidence.
    pub fn cost(self, stat: &Stat) -> (u64, u64) {
        let allocated = stat.blocks.saturating_mul(512);
        if allocated >= stat.size {
            return (stat.size, stat.size);
        }
        if self.holds(stat.size, allocated) {
            return (allocated, allocated.saturating_mul(2));
        }
        // Holes shrink to a thousandth. What the file system compressed shrinks here about as well, but not quite.
        (stat.size, stat.size.min(allocated.saturating_mul(2).saturating_add(stat.size / 500)))
    }
}

/// Reads the stretches of a source one after another.
pub(super) struct Stretches {
    /// Those to come, the next one last.
    list: Vec<(u64, u64)>,
    /// The one at hand, and how much of it is left.
    at: Option<(sha2::Sha256, u64)>,
    digests: Vec<Digest>,
    /// The source ended inside a stretch: what comes after would stand in the wrong place.
    broken: bool,
}

impl Stretches {
    pub(super) fn new(list: &[(u64, u64)]) -> Self {
        Self { list: list.iter().rev().copied().collect(), at: None, digests: Vec::new(), broken: false }
    }

    /// The next bytes; 0 behind the last stretch, or where the source ends too early.
    pub(super) fn read<R: Read + Seek>(&mut self, source: &mut R, buffer: &mut [u8]) -> io::Result<usize> {
        if self.broken || buffer.is_empty() {
            return Ok(0);
        }
        if self.at.is_none() {
            let Some((start, end)) = self.list.pop() else { return Ok(0) };
            self.at = Some((sha2::Sha256::new(), end.saturating_sub(start)));
            source.seek(SeekFrom::Start(start))?;
        }
        let Some((hasher, left)) = &mut self.at else { return Ok(0) };
        let room = usize::try_from(*left).unwrap_or(usize::MAX).min(buffer.len());
        let count = source.read(buffer.get_mut(..room).unwrap_or_default())?;
        hasher.update(buffer.get(..count).unwrap_or_default());
        *left = left.saturating_sub(count as u64);
        if *left == 0 {
            let done = self.at.take().map(|(hasher, _)| Digest(hasher.finalize().into()));
            self.digests.extend(done);
        }
        self.broken = count == 0;
        Ok(count)
    }

    /// Digests of the stretches that were read whole, in their order.
    pub(super) fn digests(&self) -> Vec<Digest> {
        self.digests.clone()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use std::io::Cursor;

    struct Through<'a>(Stretches, Cursor<&'a [u8]>);

    impl Read for Through<'_> {
        fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
            self.0.read(&mut self.1, buffer)
        }
    }

    #[test]
    fn only_what_is_mostly_holes_is_a_giant() {
        let from = GiantFrom(1_000);
        assert!(from.holds(1_001, 500) && from.holds(1_001, 0));
        assert!(!from.holds(1_000, 0) && !from.holds(2_000, 1_001));
    }

    #[test]
    fn a_source_that_ends_inside_a_stretch_ends_there() {
        let list = [(0, 4), (8, 12), (16, 20)];
        let mut through = Through(Stretches::new(&list), Cursor::new(b"0123456789"));
        let mut read = Vec::new();
        through.read_to_end(&mut read).unwrap();
        assert_eq!((read.as_slice(), through.0.digests()), (b"012389".as_slice(), vec![Digest::of(b"0123")]));
    }

    proptest! {
        #[test]
        fn the_stretches_and_their_digests_give_the_file_back(
            gaps in proptest::collection::vec((1usize..50, 1usize..50), 0..20), tail in 0usize..50, step in 1usize..70,
        ) {
            let (mut whole, mut list) = (Vec::new(), Vec::new());
            for (hole, data) in gaps {
                whole.resize(whole.len() + hole, 0);
                let start = whole.len();
                whole.extend((0..data).map(|n| n as u8 + 1));
                list.push((start as u64, whole.len() as u64));
            }
            whole.resize(whole.len() + tail, 0);
            let mut through = Through(Stretches::new(&list), Cursor::new(&whole));
            let (mut member, mut buffer) = (Vec::new(), vec![0; step]);
            loop {
                let count = through.read(&mut buffer).unwrap();
                if count == 0 { break }
                member.extend_from_slice(&buffer[..count]);
            }
            // As docs/evidence-format.md says to rebuild it.
            let (mut rebuilt, mut at) = (vec![0; whole.len()], 0);
            for (&(start, end), digest) in list.iter().zip(through.0.digests()) {
                let (start, end) = (start as usize, end as usize);
                rebuilt[start..end].copy_from_slice(&member[at..at + end - start]);
                prop_assert_eq!(Digest::of(&whole[start..end]), digest);
                at += end - start;
            }
            prop_assert_eq!(through.0.digests().len(), list.len());
            prop_assert!(rebuilt == whole && at == member.len());
        }
    }
}

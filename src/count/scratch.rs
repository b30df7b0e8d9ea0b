//! Bytes that are set aside while people are counted. This floor has no files; who has them hands in a place.

use std::io;

use crate::model::limits;

/// Bytes that are added at the end and read at any place.
pub trait Scratch {
    /// Adds these.
    ///
    /// # Errors
    /// When they can not be written.
    fn append(&mut self, bytes: &[u8]) -> io::Result<()>;

    /// How many there are.
    fn length(&self) -> u64;

    /// Fills `into` from this place on.
    ///
    /// # Errors
    /// When they can not be read, or there are fewer.
    fn read_at(&self, at: u64, into: &mut [u8]) -> io::Result<()>;
}

/// Gives room for bytes, as often as it is asked.
pub trait ScratchPlace {
    /// Empty room.
    fn scratch(&self) -> Box<dyn Scratch>;

    /// How much may be counted here; beyond it counts become bounds.
    fn room(&self) -> Room;
}

/// What counting may take.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Room {
    /// Bytes of memory, with all that is set aside, where it is set aside in memory.
    pub memory: Option<u64>,
    /// Mentions, each of which takes some forty bytes of memory wherever the rest lies.
    pub mentions: u64,
    /// Bytes that one scratch may hold.
    pub scratch: u64,
    /// Bytes of values that are sorted at once.
    pub sort: usize,
}

impl Room {
    /// What a disk has room for.
    pub const DISK: Self = Self {
        memory: None,
        mentions: limits::COUNT_MENTIONS,
        scratch: limits::SPOOL_BYTES,
        sort: limits::COUNT_SORT_BYTES,
    };
}

/// Memory alone, and so much of it.
#[derive(Debug, Clone, Copy)]
pub struct Held(pub u64);

impl ScratchPlace for Held {
    fn scratch(&self) -> Box<dyn Scratch> {
        Box::new(Blocks::default())
    }

    fn room(&self) -> Room {
        // What is sorted is set aside in memory, too: so it is sorted in smaller parts.
        Room { memory: Some(self.0), sort: limits::COUNT_SORT_BYTES / 4, ..Room::DISK }
    }
}

/// Bytes in blocks of one size: they grow without being moved, and no more is taken than they are and a block.
#[derive(Default)]
struct Blocks {
    blocks: Vec<Vec<u8>>,
    length: u64,
}

/// Bytes of a block.
const HELD_BLOCK_BYTES: usize = 256 * 1024;

impl Scratch for Blocks {
    fn append(&mut self, mut bytes: &[u8]) -> io::Result<()> {
        self.length += bytes.len() as u64;
        while !bytes.is_empty() {
            if self.blocks.last().is_none_or(|last| last.len() == HELD_BLOCK_BYTES) {
                self.blocks.push(Vec::with_capacity(HELD_BLOCK_BYTES));
            }
            let Some(last) = self.blocks.last_mut() else { return Ok(()) };
            let (now, later) = bytes.split_at(bytes.len().min(HELD_BLOCK_BYTES - last.len()));
            last.extend_from_slice(now);
            bytes = later;
        }
        Ok(())
    }

    fn length(&self) -> u64 {
        self.length
    }

    fn read_at(&self, at: u64, into: &mut [u8]) -> io::Result<()> {
        let mut at = usize::try_from(at).map_err(io::Error::other)?;
        let mut left = into;
        while !left.is_empty() {
            let block = self.blocks.get(at / HELD_BLOCK_BYTES).and_then(|block| block.get(at % HELD_BLOCK_BYTES..));
            let block = block.filter(|block| !block.is_empty()).ok_or(io::ErrorKind::UnexpectedEof)?;
            let (now, later) = left.split_at_mut(left.len().min(block.len()));
            now.copy_from_slice(block.get(..now.len()).ok_or(io::ErrorKind::UnexpectedEof)?);
            at += now.len();
            left = later;
        }
        Ok(())
    }
}

impl Scratch for Vec<u8> {
    fn append(&mut self, bytes: &[u8]) -> io::Result<()> {
        self.extend_from_slice(bytes);
        Ok(())
    }

    fn length(&self) -> u64 {
        self.len() as u64
    }

    fn read_at(&self, at: u64, into: &mut [u8]) -> io::Result<()> {
        let start = usize::try_from(at).map_err(io::Error::other)?;
        let end = start.checked_add(into.len()).ok_or(io::ErrorKind::UnexpectedEof)?;
        into.copy_from_slice(self.get(start..end).ok_or(io::ErrorKind::UnexpectedEof)?);
        Ok(())
    }
}

/// Reads a scratch from a place on, block by block.
pub(super) struct Reader<'a> {
    from: &'a dyn Scratch,
    at: u64,
    end: u64,
    block: Vec<u8>,
    used: usize,
    /// Bytes read at once.
    at_once: u64,
}

const BLOCK_BYTES: u64 = 64 * 1024;
/// Where many parts are read beside each other: all their blocks together, and the least that is worth a call.
const BLOCKS_BYTES: u64 = 16 * 1024 * 1024;
const SMALL_BLOCK_BYTES: u64 = 4 * 1024;

impl<'a> Reader<'a> {
    pub(super) fn new(from: &'a dyn Scratch) -> Self {
        Self::range(from, 0, from.length())
    }

    pub(super) fn range(from: &'a dyn Scratch, start: u64, end: u64) -> Self {
        Self { from, at: start, end: end.min(from.length()), block: Vec::new(), used: 0, at_once: BLOCK_BYTES }
    }

    /// The same, one of many that are open at once.
    pub(super) fn one_of(self, many: usize) -> Self {
        Self { at_once: (BLOCKS_BYTES / many.max(1) as u64).clamp(SMALL_BLOCK_BYTES, BLOCK_BYTES), ..self }
    }

    /// The same, for a few bytes alone.
    pub(super) fn of_few_bytes(self) -> Self {
        Self { at_once: 256, ..self }
    }

    /// Whether all was read.
    pub(super) fn is_at_end(&self) -> bool {
        self.used >= self.block.len() && self.at >= self.end
    }

    fn fill(&mut self) -> io::Result<()> {
        let count = self.end.saturating_sub(self.at).min(self.at_once);
        if count == 0 {
            return Err(io::ErrorKind::UnexpectedEof.into());
        }
        self.block.resize(count as usize, 0);
        self.from.read_at(self.at, &mut self.block)?;
        self.at += count;
        self.used = 0;
        Ok(())
    }

    pub(super) fn byte(&mut self) -> io::Result<u8> {
        loop {
            if let Some(&byte) = self.block.get(self.used) {
                self.used += 1;
                return Ok(byte);
            }
            self.fill()?;
        }
    }

    pub(super) fn take<const N: usize>(&mut self) -> io::Result<[u8; N]> {
        let mut bytes = [0; N];
        if let Some(ready) = self.block.get(self.used..self.used.saturating_add(N)) {
            bytes.copy_from_slice(ready);
            self.used += N;
            return Ok(bytes);
        }
        for slot in &mut bytes {
            *slot = self.byte()?;
        }
        Ok(bytes)
    }

    /// A number of 7 bits a byte, the lowest first.
    pub(super) fn number(&mut self) -> io::Result<u64> {
        let mut value = 0_u64;
        for shift in (0..64).step_by(7) {
            let byte = self.byte()?;
            value |= u64::from(byte & 0x7f) << shift;
            if byte & 0x80 == 0 {
                return Ok(value);
            }
        }
        Err(io::ErrorKind::InvalidData.into())
    }
}

/// Writes such a number.
pub(super) fn put_number(into: &mut Vec<u8>, mut value: u64) {
    while value >= 0x80 {
        into.push(value as u8 | 0x80);
        value >>= 7;
    }
    into.push(value as u8);
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn blocks_are_one_stretch_of_bytes(parts in prop::collection::vec((any::<u8>(), 0_usize..400_000), 0..6), from in 0_usize..900_000, count in 0_usize..600_000) {
            let (mut blocks, mut plain) = (Blocks::default(), Vec::new());
            for (byte, count) in parts {
                let part: Vec<u8> = (0..count).map(|at| byte.wrapping_add(at as u8)).collect();
                blocks.append(&part).unwrap();
                Scratch::append(&mut plain, &part).unwrap();
            }
            prop_assert_eq!(blocks.length(), plain.length());
            let (mut one, mut other) = (vec![0; count], vec![0; count]);
            let told = (blocks.read_at(from as u64, &mut one).is_ok(), plain.read_at(from as u64, &mut other).is_ok());
            prop_assert_eq!(told.0, told.1);
            if told.0 {
                prop_assert_eq!(one, other);
            }
        }

        #[test]
        fn numbers_come_back(numbers in prop::collection::vec(any::<u64>(), 0..40_000)) {
            let mut bytes = Vec::new();
            numbers.iter().for_each(|&number| put_number(&mut bytes, number));
            let mut reader = Reader::new(&bytes);
            for &number in &numbers {
                prop_assert_eq!(reader.number().unwrap(), number);
            }
            prop_assert!(reader.is_at_end() && reader.byte().is_err());
        }
    }
}

//! Bytes that wait in memory, deflated: they go in from the first to the last, and come back at any place.
//!
//! For texts of the live state, which must be taken before anything is written anywhere, and may be many. They are packed in
//! blocks of one size, so that a place is found without a table; a reader holds one block unpacked.

use std::io::{self, Read, Seek, SeekFrom};
use std::ops::Range;
use std::sync::{Arc, Mutex, PoisonError};

use libdeflater::{CompressionLvl, Compressor, Decompressor};

/// Plain bytes of a block.
const BLOCK_BYTES: usize = 64 * 1024;
/// The quickest level: /proc shrinks to a tenth by it.
const LEVEL: i32 = 1;

/// Bytes that are coming in.
pub struct PackedOut {
    blocks: Vec<Box<[u8]>>,
    open: Vec<u8>,
    length: u64,
    /// Bytes of all blocks.
    held: usize,
    room: usize,
    compressor: Compressor,
}

impl PackedOut {
    /// Nothing yet. No more comes in once `room` bytes are held, packed: what is coming then may go beyond it.
    pub fn new(room: usize) -> Self {
        let level = CompressionLvl::new(LEVEL).unwrap_or_default();
        Self { blocks: Vec::new(), open: Vec::new(), length: 0, held: 0, room, compressor: Compressor::new(level) }
    }

    /// Takes these bytes; says where they lie, or nothing where there was no room.
    pub fn push(&mut self, mut bytes: &[u8]) -> Option<Range<u64>> {
        if self.held + self.open.len() >= self.room {
            return None;
        }
        let start = self.length;
        while !bytes.is_empty() {
            let free = BLOCK_BYTES.saturating_sub(self.open.len()).min(bytes.len());
            let (now, later) = bytes.split_at(free);
            self.open.extend_from_slice(now);
            self.length += now.len() as u64;
            bytes = later;
            if self.open.len() == BLOCK_BYTES {
                self.pack();
            }
        }
        Some(start..self.length)
    }

    fn pack(&mut self) {
        let mut packed = vec![0; self.compressor.deflate_compress_bound(self.open.len())];
        // It has the room that it asks for.
        let length = self.compressor.deflate_compress(&self.open, &mut packed).unwrap_or(0);
        packed.truncate(length);
        self.held += packed.len();
        self.blocks.push(packed.into_boxed_slice());
        self.open.clear();
    }

    /// All of them.
    pub fn finish(mut self) -> Arc<Packed> {
        if !self.open.is_empty() {
            self.pack();
        }
        Arc::new(Packed { blocks: self.blocks, length: self.length, last: Mutex::new(None) })
    }
}

/// Bytes to be read.
#[derive(Default)]
pub struct Packed {
    blocks: Vec<Box<[u8]>>,
    length: u64,
    /// The block that was asked for last: short texts beside each other lie in one.
    last: Mutex<Option<(usize, Arc<[u8]>)>>,
}

impl Packed {
    /// Those in this range.
    pub fn reader(self: &Arc<Self>, range: Range<u64>) -> PackedReader {
        let range = range.start.min(self.length)..range.end.min(self.length);
        PackedReader { packed: Arc::clone(self), at: range.start, range, block: None }
    }

    fn block(&self, index: usize) -> io::Result<Arc<[u8]>> {
        let mut last = self.last.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some((_, block)) = last.as_ref().filter(|(at, _)| *at == index) {
            return Ok(Arc::clone(block));
        }
        let torn = || io::Error::new(io::ErrorKind::InvalidData, "bytes that were set aside came back torn");
        let start = index.checked_mul(BLOCK_BYTES).ok_or_else(torn)? as u64;
        let length = self.length.saturating_sub(start).min(BLOCK_BYTES as u64);
        let mut plain = vec![0; usize::try_from(length).map_err(io::Error::other)?];
        let packed = self.blocks.get(index).ok_or_else(torn)?;
        let unpacked = Decompressor::new().deflate_decompress(packed, &mut plain).map_err(|_| torn())?;
        if unpacked != plain.len() {
            return Err(torn());
        }
        let block: Arc<[u8]> = plain.into();
        *last = Some((index, Arc::clone(&block)));
        Ok(block)
    }
}

/// A range of packed bytes, read and sought as if it were all there is.
pub struct PackedReader {
    packed: Arc<Packed>,
    range: Range<u64>,
    at: u64,
    block: Option<(usize, Arc<[u8]>)>,
}

impl Read for PackedReader {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let left = usize::try_from(self.range.end.saturating_sub(self.at)).unwrap_or(usize::MAX);
        if left == 0 || buffer.is_empty() {
            return Ok(0);
        }
        let index = usize::try_from(self.at / BLOCK_BYTES as u64).map_err(io::Error::other)?;
        let block = match self.block.take() {
            Some((at, block)) if at == index => block,
            _ => self.packed.block(index)?,
        };
        let from = usize::try_from(self.at % BLOCK_BYTES as u64).map_err(io::Error::other)?;
        let bytes = block.get(from..).unwrap_or_default();
        let count = bytes.len().min(left).min(buffer.len());
        buffer.iter_mut().zip(bytes).take(count).for_each(|(to, byte)| *to = *byte);
        self.at += count as u64;
        self.block = Some((index, block));
        Ok(count)
    }
}

impl Seek for PackedReader {
    fn seek(&mut self, to: SeekFrom) -> io::Result<u64> {
        let (from, by) = match to {
            SeekFrom::Start(at) => (self.range.start, i64::try_from(at).ok()),
            SeekFrom::Current(by) => (self.at, Some(by)),
            SeekFrom::End(by) => (self.range.end, Some(by)),
        };
        let at = by.and_then(|by| from.checked_add_signed(by)).filter(|at| *at >= self.range.start);
        self.at = at.ok_or_else(|| io::Error::new(io::ErrorKind::InvalidInput, "sought before the first byte"))?;
        Ok(self.at - self.range.start)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn what_goes_in_comes_back_at_any_place(
            texts in prop::collection::vec((any::<u8>(), 0usize..200_000, any::<bool>()), 0..8),
            moves in prop::collection::vec((0u8..3, -5_000i64..250_000), 0..20),
        ) {
            let mut out = PackedOut::new(usize::MAX);
            let text = |(seed, length, is_noise): (u8, usize, bool)| -> Vec<u8> {
                let byte = |n: usize| if is_noise { (n as u64).wrapping_mul(0x9e37_79b9_7f4a_7c15) >> 50 } else { 0 };
                (0..length).map(|n| (byte(n) as u8).wrapping_add(seed)).collect()
            };
            let texts: Vec<Vec<u8>> = texts.into_iter().map(text).collect();
            let places: Vec<_> = texts.iter().map(|text| out.push(text).unwrap()).collect();
            let packed = out.finish();
            for (text, place) in texts.iter().zip(places) {
                let (mut ours, mut plain) = (packed.reader(place), io::Cursor::new(text));
                for (whence, by) in &moves {
                    let to = [SeekFrom::Start(by.unsigned_abs()), SeekFrom::Current(*by), SeekFrom::End(-by)];
                    let to = to[usize::from(*whence)];
                    prop_assert_eq!(ours.seek(to).ok(), plain.seek(to).ok());
                    let (mut a, mut b) = (Vec::new(), Vec::new());
                    ours.by_ref().take(3_000).read_to_end(&mut a).unwrap();
                    plain.by_ref().take(3_000).read_to_end(&mut b).unwrap();
                    prop_assert_eq!(a, b);
                }
                ours.rewind().unwrap();
                let mut whole = Vec::new();
                ours.read_to_end(&mut whole).unwrap();
                prop_assert_eq!(&whole, text);
            }
        }
    }

    #[test]
    fn once_it_is_full_nothing_more_comes_in() {
        let mut out = PackedOut::new(100_000);
        let noise = |n: u32| -> Vec<u8> {
            (0..30_000_u32).map(|i| ((i ^ (n << 16)).wrapping_mul(2_654_435_761) >> 13) as u8).collect()
        };
        let taken = (0..100).filter(|n| out.push(&noise(*n)).is_some()).count();
        assert!((3..40).contains(&taken), "{taken}");
        assert!(out.push(b"x").is_none());
        assert!(out.held <= 100_000 + 30_000 + BLOCK_BYTES);
    }
}

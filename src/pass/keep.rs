//! Keeping: a file's content on its way into the evidence, deflated where that pays.
//!
//! The method is decided on the first block alone, and blocks are always cut at the same places: so the bytes that come out
//! depend on the content only, never on timing.

use std::sync::Arc;

use super::block::Block;
use super::deflate::{DeflateService, Deflater, LAST, PendingChunk};
use crate::model::Method;

/// What was kept of one file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Kept {
    /// CRC-32 of the content.
    pub crc32: u32,
    /// Bytes of content.
    pub size: u64,
}

/// Stored bytes on their way to the writer.
pub enum Chunk {
    /// Here they are.
    Bytes(Vec<u8>),
    /// A block of content as it is.
    Block(Arc<Block>),
    /// A block that is being deflated.
    Pending(PendingChunk),
}

impl Chunk {
    /// Gives the bytes to `take`, once they are there. `None` if the thread that made them died.
    pub fn give<T>(self, take: impl FnOnce(&[u8]) -> T) -> Option<T> {
        Some(match self {
            Self::Bytes(bytes) => take(&bytes),
            Self::Block(block) => take(&block),
            Self::Pending(chunk) => take(&chunk.wait()?),
        })
    }
}

/// One file being kept.
pub struct Keeper<'a> {
    method: Method,
    deflates: &'a DeflateService,
    /// All that is stored of a small file.
    whole: Option<Chunk>,
    crc: crc32fast::Hasher,
    size: u64,
}

impl<'a> Keeper<'a> {
    /// Begins a file with its first block; `whole` if that is all of it. Decides the method: a file with holes is deflated
    /// whatever its data is like, or its holes would be stored in full.
    pub fn begin(
        (deflater, deflates): (&mut Deflater, &'a DeflateService),
        first: &Arc<Block>,
        (whole, has_holes): (bool, bool),
    ) -> Self {
        let mut keeper =
            Self { method: Method::Deflate, deflates, whole: None, crc: crc32fast::Hasher::new(), size: 0 };
        if whole {
            let stream = deflater.whole(first);
            keeper.method = if stream.is_some() { Method::Deflate } else { Method::Stored };
            keeper.whole = Some(stream.map_or_else(|| Chunk::Block(Arc::clone(first)), Chunk::Bytes));
        } else if !has_holes && !deflater.shrinks(first) {
            keeper.method = Method::Stored;
        }
        keeper
    }

    /// How the content is stored. Fixed from [`Keeper::begin`] on.
    pub fn method(&self) -> Method {
        self.method
    }

    /// The next block (the first one too), and what is stored of it: nothing yet of a small file.
    pub fn block(&mut self, block: &Arc<Block>) -> Option<Chunk> {
        self.crc.update(block);
        self.size = self.size.saturating_add(block.len() as u64);
        if self.whole.is_some() || block.is_empty() {
            return None;
        }
        Some(match self.method {
            Method::Stored => Chunk::Block(Arc::clone(block)),
            Method::Deflate => Chunk::Pending(self.deflates.send(block)),
        })
    }

    /// Ends the file; the last of what is stored of it.
    pub fn finish(self) -> (Kept, Option<Chunk>) {
        let last = match (self.whole, self.method) {
            (Some(whole), _) => Some(whole),
            (None, Method::Deflate) => Some(Chunk::Bytes(LAST.to_vec())),
            (None, Method::Stored) => None,
        };
        (Kept { crc32: self.crc.finalize(), size: self.size }, last)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::limits;
    use crate::pass::block::Pool;
    use proptest::prelude::*;
    use std::convert::Infallible;
    use std::io::Read;

    fn keep(blocks: &[&[u8]]) -> (Method, Vec<u8>, Kept) {
        keep_with(blocks, false)
    }

    fn keep_with(blocks: &[&[u8]], has_holes: bool) -> (Method, Vec<u8>, Kept) {
        let pool = Arc::new(Pool::default());
        let shared = |bytes: &[u8]| {
            let filled: Result<_, Infallible> = Block::fill(&pool, bytes.len(), |buffer| {
                buffer.copy_from_slice(bytes);
                Ok(bytes.len())
            });
            let Ok(block) = filled;
            block
        };
        let blocks: Vec<Arc<Block>> = blocks.iter().map(|block| shared(block)).collect();
        std::thread::scope(|scope| {
            let (mut deflater, service) = (Deflater::default(), DeflateService::start(scope, 2));
            let first = blocks.first().map_or_else(|| shared(b""), Arc::clone);
            let mut keeper = Keeper::begin((&mut deflater, &service), &first, (blocks.len() <= 1, has_holes));
            let method = keeper.method();
            let mut chunks: Vec<Chunk> = blocks.iter().filter_map(|block| keeper.block(block)).collect();
            let (kept, last) = keeper.finish();
            chunks.extend(last);
            let mut stored = Vec::new();
            chunks.into_iter().for_each(|chunk| chunk.give(|bytes| stored.extend_from_slice(bytes)).unwrap());
            (method, stored, kept)
        })
    }

    fn unkeep(method: Method, stored: &[u8]) -> Vec<u8> {
        match method {
            Method::Stored => stored.to_vec(),
            Method::Deflate => {
                let mut out = Vec::new();
                flate2::read::DeflateDecoder::new(stored).read_to_end(&mut out).unwrap();
                out
            }
        }
    }

    fn noise() -> Vec<u8> {
        let mut seed = 1u32;
        let next = || {
            seed = seed.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
            (seed >> 24) as u8
        };
        std::iter::repeat_with(next).take(300_000).collect()
    }

    #[test]
    fn holes_are_stored_small_whatever_comes_before_them() {
        let (noise, hole) = (noise(), vec![0; limits::BLOCK_BYTES]);
        let blocks: Vec<&[u8]> = std::iter::once(&noise[..limits::BLOCK_BYTES]).chain([&hole[..]; 40]).collect();
        assert_eq!(keep(&blocks).0, Method::Stored);
        let (method, stored, _) = keep_with(&blocks, true);
        assert_eq!(method, Method::Deflate);
        assert!(stored.len() < limits::BLOCK_BYTES * 21 / 20, "{}", stored.len());
        assert_eq!(unkeep(method, &stored), blocks.concat());
    }

    #[test]
    fn text_is_deflated_and_noise_is_stored() {
        let text = b"192.0.2.1 - - [16/Oct/2026:10:00:00 +0900] \"GET / HTTP/1.1\" 200 512\n".repeat(5000);
        assert_eq!(keep(&[&text]).0, Method::Deflate);
        let noise = noise();
        let (first, second) = noise.split_at(limits::BLOCK_BYTES);
        assert_eq!(keep(&[first, second]).0, Method::Stored);
        assert_eq!(keep(&[b"ab"]).0, Method::Stored);
    }

    proptest! {
        #[test]
        fn what_is_kept_unfolds_to_the_content(
            blocks in proptest::collection::vec(proptest::collection::vec(prop_oneof![Just(65u8), any::<u8>()], 0..5000), 0..6)
        ) {
            let content = blocks.concat();
            let slices: Vec<&[u8]> = blocks.iter().map(Vec::as_slice).collect();
            let (method, stored, kept) = keep(&slices);
            prop_assert_eq!(unkeep(method, &stored), content.clone());
            prop_assert_eq!(kept, Kept { crc32: crc32fast::hash(&content), size: content.len() as u64 });
            prop_assert_eq!(keep(&slices).1, stored, "the same again");
        }
    }
}

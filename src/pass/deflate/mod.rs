//! Deflate (RFC 1951) in blocks that do not know of each other, so that all cores work on one large file.
//!
//! The library (libdeflate, the best ratio at this speed: docs/performance.md) makes finished streams of what is at hand. A small
//! file is one of them. Of a large file every block becomes one; its last block is made an ordinary one again (`ends`) and an
//! empty stored block fills up its last byte, so that the next stream can follow (as zlib's sync flush does). What comes out
//! depends on the content alone: cuts and level are fixed.

mod ends;
mod service;

use libdeflater::{CompressionLvl, Compressor};

use self::ends::{SLACK, ends};
pub use self::service::{DeflateService, PendingChunk};
use crate::model::limits;

/// Of an empty stored block, what follows its three bits: the length, and the length turned round.
const EMPTY: [u8; 4] = [0, 0, 0xff, 0xff];

/// The end of a large file's stream: an empty block that is the last.
pub const LAST: [u8; 5] = [1, 0, 0, 0xff, 0xff];

/// The most bytes of a stored block.
const STORED_BYTES: usize = 0xffff;

/// Parts of a block that are tried before all of it is, and their size.
const SAMPLES: usize = 4;
const SAMPLE_BYTES: usize = 4096;

/// Makes streams; kept from one to the next, because its tables are large.
pub struct Deflater {
    quick: Compressor,
    /// Made when the first block of zeros comes.
    zeros: Option<Vec<u8>>,
    out: Vec<u8>,
}

impl Default for Deflater {
    fn default() -> Self {
        // Level 1: as small as gzip's level 5 or so at a fifth of the cost, and the machine should not be loaded.
        let level = CompressionLvl::new(1).unwrap_or_default();
        Self { quick: Compressor::new(level), zeros: None, out: Vec::new() }
    }
}

impl Deflater {
    /// All of a small content as one finished stream. `None` where that is not smaller.
    pub fn whole(&mut self, content: &[u8]) -> Option<Vec<u8>> {
        let stream = make(&mut self.quick, content, &mut self.out)?;
        (stream.len() < content.len()).then(|| stream.to_vec())
    }

    /// One block of a large content: a stream that another one must follow, at last [`LAST`].
    pub fn block(&mut self, content: &[u8]) -> Vec<u8> {
        if content.iter().all(|&byte| byte == 0) {
            return self.zeros(content.len());
        }
        let joined = if shrinks(&mut self.quick, content, &mut self.out) {
            joined(&mut self.quick, content, &mut self.out)
        } else {
            None
        };
        joined.unwrap_or_else(|| stored(content))
    }

    /// Zeros cost nothing: a sparse file may hold terabytes of them.
    fn zeros(&mut self, length: usize) -> Vec<u8> {
        if length != limits::BLOCK_BYTES {
            return joined(&mut self.quick, &vec![0; length], &mut self.out)
                .unwrap_or_else(|| stored(&vec![0; length]));
        }
        let whole = self.zeros.get_or_insert_with(|| {
            let content = vec![0; length];
            joined(&mut Compressor::new(CompressionLvl::best()), &content, &mut self.out)
                .unwrap_or_else(|| stored(&content))
        });
        whole.clone()
    }

    /// Whether a content is worth deflating, by samples of its first block.
    pub fn shrinks(&mut self, first: &[u8]) -> bool {
        shrinks(&mut self.quick, first, &mut self.out)
    }
}

/// A finished stream, in `out`, which is as long as any can be and [`SLACK`] more.
fn make<'o>(compressor: &mut Compressor, content: &[u8], out: &'o mut Vec<u8>) -> Option<&'o [u8]> {
    let most = compressor.deflate_compress_bound(content.len());
    if out.len() < most + SLACK {
        out.resize(most + SLACK, 0);
    }
    let length = compressor.deflate_compress(content, out.get_mut(..most)?).ok()?;
    out.get(..length)
}

/// A stream that another one can follow. `None` where it would not be smaller than the content stored.
fn joined(compressor: &mut Compressor, content: &[u8], out: &mut Vec<u8>) -> Option<Vec<u8>> {
    let length = make(compressor, content, out)?.len();
    if length >= content.len() {
        return None;
    }
    let found = ends(out.get(..length + SLACK)?).filter(|found| found.end.div_ceil(8) == length)?;
    let mut stream = Vec::with_capacity(length + 1 + EMPTY.len());
    stream.extend_from_slice(out.get(..length)?);
    *stream.get_mut(found.begin / 8)? &= !(1 << (found.begin % 8));
    // The three zero bits of an empty stored block: in what is left of the last byte, or else in one more.
    if found.end.next_multiple_of(8) - found.end < 3 {
        stream.push(0);
    }
    stream.extend_from_slice(&EMPTY);
    Some(stream)
}

/// The content in stored blocks.
fn stored(content: &[u8]) -> Vec<u8> {
    let mut stream = Vec::with_capacity(content.len() + content.len() / STORED_BYTES * 5 + 5);
    for piece in content.chunks(STORED_BYTES) {
        let length = piece.len() as u16;
        stream.push(0);
        stream.extend_from_slice(&length.to_le_bytes());
        stream.extend_from_slice(&(!length).to_le_bytes());
        stream.extend_from_slice(piece);
    }
    stream
}

/// Whether samples from all over the content shrink by one part in thirty at least.
fn shrinks(compressor: &mut Compressor, content: &[u8], out: &mut Vec<u8>) -> bool {
    if content.len() <= SAMPLES * SAMPLE_BYTES {
        return make(compressor, content, out).is_some_and(|stream| is_worth_it(stream.len(), content.len()));
    }
    let apart = (content.len() - SAMPLE_BYTES) / (SAMPLES - 1);
    let samples: Vec<u8> =
        (0..SAMPLES).filter_map(|n| content.get(n * apart..n * apart + SAMPLE_BYTES)).flatten().copied().collect();
    make(compressor, &samples, out).is_some_and(|stream| is_worth_it(stream.len(), samples.len()))
}

fn is_worth_it(stream: usize, content: usize) -> bool {
    stream <= content / 30 * 29
}

#[cfg(test)]
mod tests;

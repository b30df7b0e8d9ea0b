//! Keeping: a file's content on its way into the evidence, deflated where that pays.
//!
//! The method is decided on the first block alone, and blocks are always cut at the same places: so the bytes that come out
//! depend on the content only, never on timing.

use crate::model::Method;
use flate2::{Compress, Compression, FlushCompress, Status};

/// What was kept of one file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Kept {
    /// CRC-32 of the content.
    pub crc32: u32,
    /// Bytes of content.
    pub size: u64,
}

/// How much of a large file is tried before its method is decided.
const PROBE_BYTES: usize = 64 * 1024;
/// Output is handed on in pieces of about this size.
const CHUNK_BYTES: usize = 128 * 1024;

/// A deflater that a worker uses for one file after another: its tables are too large to make anew for each.
pub struct Deflater {
    quick: Compress,
    /// For files with holes: level 1 makes a hundredth of zeros, level 6 a thousandth. Made when it is first needed.
    holes: Option<Compress>,
    uses_holes: bool,
}

impl Default for Deflater {
    fn default() -> Self {
        // Level 1: on logs a third larger than level 6 at a third of the cost, and the machine should not be loaded.
        Self { quick: Compress::new(Compression::new(1), false), holes: None, uses_holes: false }
    }
}

impl Deflater {
    fn begin(&mut self, has_holes: bool) {
        self.uses_holes = has_holes;
        self.at_hand().reset();
    }

    fn at_hand(&mut self) -> &mut Compress {
        if self.uses_holes {
            self.holes.get_or_insert_with(|| Compress::new(Compression::new(6), false))
        } else {
            &mut self.quick
        }
    }
}

/// Where chunks of stored bytes go. An error ends the file.
pub type Emit<'a, E> = dyn FnMut(Vec<u8>) -> Result<(), E> + 'a;

/// One file being kept.
pub struct Keeper<'a> {
    deflater: &'a mut Deflater,
    method: Method,
    out: Vec<u8>,
    crc: crc32fast::Hasher,
    size: u64,
}

impl<'a> Keeper<'a> {
    /// Begins a file with its first block; `whole` if that is all of it. Decides the method: a file with holes is deflated
    /// whatever its data is like, or its holes would be stored in full.
    pub fn begin(deflater: &'a mut Deflater, first: &[u8], (whole, has_holes): (bool, bool)) -> Self {
        let method = if whole || has_holes { Method::Deflate } else { probe(deflater, first) };
        deflater.begin(has_holes);
        let mut keeper = Self { deflater, method, out: Vec::new(), crc: crc32fast::Hasher::new(), size: 0 };
        if whole {
            keeper.whole(first);
        }
        keeper
    }

    /// How the content is stored. Fixed from [`Keeper::begin`] on.
    pub fn method(&self) -> Method {
        self.method
    }

    /// A small file in one go: deflated, or stored where that is no larger.
    fn whole(&mut self, content: &[u8]) {
        self.crc.update(content);
        self.size = content.len() as u64;
        deflate(self.deflater.at_hand(), content, FlushCompress::Finish, &mut self.out);
        if self.out.len() >= content.len() {
            self.method = Method::Stored;
            self.out.clear();
            self.out.extend_from_slice(content);
        }
    }

    /// The next block of a large file (the first one too).
    ///
    /// # Errors
    /// What `emit` says.
    pub fn update<E>(&mut self, block: &[u8], emit: &mut Emit<'_, E>) -> Result<(), E> {
        self.crc.update(block);
        self.size = self.size.saturating_add(block.len() as u64);
        match self.method {
            Method::Stored => self.out.extend_from_slice(block),
            Method::Deflate => deflate(self.deflater.at_hand(), block, FlushCompress::None, &mut self.out),
        }
        if self.out.len() >= CHUNK_BYTES { self.hand_on(emit) } else { Ok(()) }
    }

    /// Ends the file.
    ///
    /// # Errors
    /// What `emit` says.
    pub fn finish<E>(mut self, whole: bool, emit: &mut Emit<'_, E>) -> Result<Kept, E> {
        if !whole && self.method == Method::Deflate {
            deflate(self.deflater.at_hand(), &[], FlushCompress::Finish, &mut self.out);
        }
        self.hand_on(emit)?;
        Ok(Kept { crc32: self.crc.finalize(), size: self.size })
    }

    fn hand_on<E>(&mut self, emit: &mut Emit<'_, E>) -> Result<(), E> {
        if self.out.is_empty() {
            return Ok(());
        }
        emit(std::mem::take(&mut self.out))
    }
}

/// Deflates a sample; what shrinks by less than one part in thirty is stored.
fn probe(deflater: &mut Deflater, first: &[u8]) -> Method {
    let sample = first.get(..PROBE_BYTES).unwrap_or(first);
    let mut out = Vec::new();
    deflater.begin(false);
    deflate(deflater.at_hand(), sample, FlushCompress::Finish, &mut out);
    if out.len() > sample.len() / 30 * 29 { Method::Stored } else { Method::Deflate }
}

fn deflate(compress: &mut Compress, input: &[u8], flush: FlushCompress, out: &mut Vec<u8>) {
    let start = compress.total_in();
    loop {
        out.reserve(input.len() / 2 + 1024);
        let done = usize::try_from(compress.total_in() - start).unwrap_or(usize::MAX);
        let rest = input.get(done..).unwrap_or_default();
        // Deflating into a growing vector has no error of its own; `BufError` only asks for more room.
        let status = compress.compress_vec(rest, out, flush).unwrap_or(Status::BufError);
        let all_in = compress.total_in() - start == input.len() as u64;
        let finished = match flush {
            FlushCompress::Finish => status == Status::StreamEnd,
            _ => all_in && out.len() < out.capacity(),
        };
        if finished {
            return;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use std::convert::Infallible;
    use std::io::Read;

    fn keep(blocks: &[&[u8]]) -> (Method, Vec<u8>, Kept) {
        keep_with(blocks, false)
    }

    fn keep_with(blocks: &[&[u8]], has_holes: bool) -> (Method, Vec<u8>, Kept) {
        let whole = blocks.len() <= 1;
        let mut deflater = Deflater::default();
        let mut stored = Vec::new();
        let mut emit = |chunk: Vec<u8>| {
            stored.extend_from_slice(&chunk);
            Ok::<_, Infallible>(())
        };
        let mut keeper = Keeper::begin(&mut deflater, blocks.first().copied().unwrap_or_default(), (whole, has_holes));
        let method = keeper.method();
        if !whole {
            for block in blocks {
                let Ok(()) = keeper.update(block, &mut emit);
            }
        }
        let Ok(kept) = keeper.finish(whole, &mut emit);
        (method, stored, kept)
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
        let (noise, hole) = (noise(), vec![0; 262_144]);
        let blocks: Vec<&[u8]> = std::iter::once(&noise[..262_144]).chain([&hole[..]; 40]).collect();
        assert_eq!(keep(&blocks).0, Method::Stored);
        let (method, stored, _) = keep_with(&blocks, true);
        assert_eq!(method, Method::Deflate);
        assert!(stored.len() < 262_144 + 262_144 / 3, "{}", stored.len());
        assert_eq!(unkeep(method, &stored), blocks.concat());
    }

    #[test]
    fn text_is_deflated_and_noise_is_stored() {
        let text = b"192.0.2.1 - - [16/Oct/2026:10:00:00 +0900] \"GET / HTTP/1.1\" 200 512\n".repeat(5000);
        assert_eq!(keep(&[&text]).0, Method::Deflate);
        let noise = noise();
        let (first, second) = noise.split_at(262_144);
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
            prop_assert_eq!(unkeep(method, &stored), &content[..]);
            prop_assert_eq!(kept.size, content.len() as u64);
            prop_assert_eq!(kept.crc32, crc32fast::hash(&content));
        }
    }
}

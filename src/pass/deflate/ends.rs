//! Finds the last block of a finished deflate stream (RFC 1951), so that another stream can be put behind it.
//!
//! A compressor that works on pieces at hand marks the last block of each as the end of all. To join pieces, that one bit must
//! go. Where it stands is known only by going through the codes: this does so, without unfolding anything. It reads what our own
//! compressor made; what it does not understand is no error but `None`, and the piece is then stored as it is.

use std::ops::ControlFlow;

/// Bits at which the last block of a stream begins and ends.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Ends {
    /// Its first bit, which says that it is the last one.
    pub(super) begin: usize,
    /// The bit behind its last one.
    pub(super) end: usize,
}

/// Bytes that must follow a stream, whatever they hold: bits are read eight bytes at a time.
pub(super) const SLACK: usize = 8;

/// Goes through the stream at the start of `padded`, which is followed by [`SLACK`] further bytes.
pub(super) fn ends(padded: &[u8]) -> Option<Ends> {
    let mut bits = Bits { bytes: padded, at: 0 };
    let mut codes = Codes::default();
    loop {
        let begin = bits.at;
        let is_last = bits.take(1)? == 1;
        match bits.take(2)? {
            0 => skip_stored(&mut bits)?,
            1 => {
                codes.fixed()?;
                skip_codes(&mut bits, &codes)?;
            }
            2 => {
                codes.dynamic(&mut bits)?;
                skip_codes(&mut bits, &codes)?;
            }
            _ => return None,
        }
        if is_last {
            let is_inside = bits.at.div_ceil(8).checked_add(SLACK)? <= padded.len();
            return is_inside.then_some(Ends { begin, end: bits.at });
        }
    }
}

/// Bits of a stream, least significant first.
struct Bits<'a> {
    bytes: &'a [u8],
    at: usize,
}

impl Bits<'_> {
    /// At least 57 bits from here on.
    fn peek(&self) -> Option<u64> {
        let word = self.bytes.get(self.at / 8..)?.first_chunk()?;
        Some(u64::from_le_bytes(*word) >> (self.at % 8))
    }

    fn take(&mut self, count: u32) -> Option<usize> {
        let bits = self.peek()? & ((1 << count) - 1);
        self.at += count as usize;
        usize::try_from(bits).ok()
    }
}

fn skip_stored(bits: &mut Bits<'_>) -> Option<()> {
    bits.at = bits.at.next_multiple_of(8);
    let (length, check) = (bits.take(16)?, bits.take(16)?);
    bits.at = bits.at.checked_add(length * 8)?;
    (length ^ check == 0xffff).then_some(())
}

/// Goes through literals and matches up to the end of the block.
fn skip_codes(bits: &mut Bits<'_>, codes: &Codes) -> Option<()> {
    loop {
        let mut word = bits.peek()?;
        let begin = bits.at;
        // 57 bits are there: enough for a length and its distance (48), as long as no more than nine are gone.
        while bits.at - begin <= 9 {
            let (used, kind) = codes.literals.step(word)?;
            (word, bits.at) = (word >> used, bits.at + used as usize);
            match kind {
                Kind::Literal => {}
                Kind::End => return Some(()),
                Kind::Length => {
                    let (used, _) = codes.distances.step(word)?;
                    (word, bits.at) = (word >> used, bits.at + used as usize);
                }
            }
        }
    }
}

/// What a code stands for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Kind {
    Literal,
    Length,
    End,
}

/// The codes of a block.
#[derive(Default)]
struct Codes {
    literals: Table,
    distances: Table,
}

/// The order in which the lengths of the codes for lengths are given.
const ORDER: [usize; 19] = [16, 17, 18, 0, 8, 7, 9, 6, 10, 5, 11, 4, 12, 3, 13, 2, 14, 1, 15];

impl Codes {
    fn fixed(&mut self) -> Option<()> {
        let lengths: [u8; 288] = std::array::from_fn(|symbol| match symbol {
            0..144 => 8,
            144..256 => 9,
            256..280 => 7,
            _ => 8,
        });
        self.literals.build(&lengths, literal)?;
        self.distances.build(&[5; 30], distance)
    }

    fn dynamic(&mut self, bits: &mut Bits<'_>) -> Option<()> {
        let (literals, distances, given) = (bits.take(5)? + 257, bits.take(5)? + 1, bits.take(4)? + 4);
        let mut lengths = [0; 19];
        for &symbol in ORDER.iter().take(given) {
            *lengths.get_mut(symbol)? = u8::try_from(bits.take(3)?).ok()?;
        }
        let mut table = Table::default();
        table.build(&lengths, |_| (0, Kind::Literal))?;
        let mut lengths = [0; 320];
        let mut at = 0;
        while at < literals + distances {
            let (used, symbol) = table.symbol(bits.peek()?)?;
            bits.at += used as usize;
            let (value, times) = match symbol {
                0..16 => (u8::try_from(symbol).ok()?, 1),
                16 => (*lengths.get(at.checked_sub(1)?)?, bits.take(2)? + 3),
                17 => (0, bits.take(3)? + 3),
                _ => (0, bits.take(7)? + 11),
            };
            lengths.get_mut(at..at + times)?.fill(value);
            at += times;
        }
        if at != literals + distances {
            return None;
        }
        self.literals.build(lengths.get(..literals)?, literal)?;
        self.distances.build(lengths.get(literals..at)?, distance)
    }
}

/// Extra bits and kind of a literal or length.
fn literal(symbol: usize) -> (u32, Kind) {
    match symbol {
        0..256 => (0, Kind::Literal),
        256 => (0, Kind::End),
        257..265 | 285.. => (0, Kind::Length),
        _ => ((symbol as u32 - 261) / 4, Kind::Length),
    }
}

/// Extra bits of a distance.
fn distance(symbol: usize) -> (u32, Kind) {
    ((symbol as u32 / 2).saturating_sub(1), Kind::Literal)
}

/// Codes of up to this many bits are looked up at once; longer ones are rare.
const QUICK: u32 = 10;
/// The longest code.
const LONGEST: usize = 15;

/// A canonical Huffman code (RFC 1951, 3.2.2).
struct Table {
    /// By the next bits: the bits of code and extra bits together, and the kind. Nothing where the code is longer or none.
    quick: [Option<(u8, Kind)>; 1 << QUICK],
    /// How many codes there are of each length.
    counts: [u16; LONGEST + 1],
    /// The symbols, by length and then by number.
    symbols: [u16; 320],
    extra: fn(usize) -> (u32, Kind),
}

impl Default for Table {
    fn default() -> Self {
        Self { quick: [None; 1 << QUICK], counts: [0; LONGEST + 1], symbols: [0; 320], extra: literal }
    }
}

impl Table {
    /// The code with these lengths. `None` if there is no such code.
    fn build(&mut self, lengths: &[u8], extra: fn(usize) -> (u32, Kind)) -> Option<()> {
        (self.quick, self.counts, self.extra) = ([None; 1 << QUICK], [0; LONGEST + 1], extra);
        for &length in lengths.iter().filter(|&&length| length > 0) {
            *self.counts.get_mut(usize::from(length))? += 1;
        }
        let (mut next, mut begin) = ([0_u32; LONGEST + 1], [0_u16; LONGEST + 1]);
        for length in 1..=LONGEST {
            next[length] = (next[length - 1] + u32::from(self.counts[length - 1])) << 1;
            begin[length] = begin[length - 1] + self.counts[length - 1];
            if next[length] + u32::from(self.counts[length]) > 1 << length {
                return None;
            }
        }
        for (symbol, &length) in lengths.iter().enumerate().filter(|(_, length)| **length > 0) {
            let length = usize::from(length);
            let (code, place) = (next[length], begin[length]);
            (next[length], begin[length]) = (code + 1, place + 1);
            *self.symbols.get_mut(usize::from(place))? = u16::try_from(symbol).ok()?;
            if length as u32 <= QUICK {
                let (more, kind) = extra(symbol);
                let bits = u8::try_from(length as u32 + more).ok()?;
                // Codes come with their most significant bit first.
                let first = code.reverse_bits() >> (32 - length);
                for at in (first as usize..1 << QUICK).step_by(1 << length) {
                    *self.quick.get_mut(at)? = Some((bits, kind));
                }
            }
        }
        Some(())
    }

    /// The next code with its extra bits: how many bits they are, and what it is.
    fn step(&self, word: u64) -> Option<(u32, Kind)> {
        let quick = self.quick.get((word & ((1 << QUICK) - 1)) as usize).copied().flatten();
        if let Some((bits, kind)) = quick {
            return Some((u32::from(bits), kind));
        }
        let (length, symbol) = self.symbol(word)?;
        let (more, kind) = (self.extra)(symbol);
        Some((length + more, kind))
    }

    /// The next symbol, bit by bit, and the length of its code.
    fn symbol(&self, word: u64) -> Option<(u32, usize)> {
        let (mut code, mut first, mut place) = (0_u32, 0_u32, 0_usize);
        let found = self.counts.iter().enumerate().skip(1).try_for_each(|(length, &count)| {
            code |= u32::from(word >> (length - 1) & 1 == 1);
            let count = u32::from(count);
            if code < first + count {
                let symbol = self.symbols.get(place + (code - first) as usize).copied().unwrap_or(0);
                return ControlFlow::Break((length as u32, usize::from(symbol)));
            }
            place += count as usize;
            (first, code) = ((first + count) << 1, code << 1);
            ControlFlow::Continue(())
        });
        found.break_value()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use flate2::{Compress, Compression, FlushCompress};
    use proptest::prelude::*;

    fn padded(mut stream: Vec<u8>) -> Vec<u8> {
        stream.extend([0xa5; SLACK]);
        stream
    }

    fn by_zlib(content: &[u8], level: u32) -> Vec<u8> {
        let mut out = Vec::with_capacity(content.len() * 2 + 1000);
        let mut compress = Compress::new(Compression::new(level), false);
        compress.compress_vec(content, &mut out, FlushCompress::Finish).unwrap();
        out
    }

    fn by_libdeflate(content: &[u8], level: i32) -> Vec<u8> {
        let mut compress = libdeflater::Compressor::new(libdeflater::CompressionLvl::new(level).unwrap());
        let mut out = vec![0; compress.deflate_compress_bound(content.len())];
        let length = compress.deflate_compress(content, &mut out).unwrap();
        out.truncate(length);
        out
    }

    /// Every stream ends in its last byte, and is no longer last once the bit that was found is gone.
    fn check(stream: &[u8], content: &[u8]) {
        let found = ends(&padded(stream.to_vec())).expect("a stream of a well-known library");
        assert_eq!(found.end.div_ceil(8), stream.len());
        let mut open = stream.to_vec();
        assert_eq!(open[found.begin / 8] >> (found.begin % 8) & 1, 1);
        open[found.begin / 8] &= !(1 << (found.begin % 8));
        let mut out = Vec::with_capacity(content.len() + 1);
        let mut inflate = flate2::Decompress::new(false);
        let status = inflate.decompress_vec(&open, &mut out, flate2::FlushDecompress::Sync).unwrap();
        assert_eq!((status, out.as_slice()), (flate2::Status::Ok, content), "all of it, and it wants more");
    }

    #[test]
    fn the_smallest_streams() {
        assert_eq!(ends(&padded(vec![0x03, 0x00])), Some(Ends { begin: 0, end: 10 }));
        assert_eq!(ends(&padded(vec![0x01, 0x00, 0x00, 0xff, 0xff])), Some(Ends { begin: 0, end: 40 }));
        // A stored block, then the fixed one: only the second is last.
        assert_eq!(ends(&padded(vec![0, 1, 0, 0xfe, 0xff, b'x', 0x03, 0x00])), Some(Ends { begin: 48, end: 58 }));
    }

    #[test]
    fn what_is_no_stream_has_no_end() {
        // The third kind of block, a wrong length, no end of block before the bytes end, and nothing at all.
        for wrong in [vec![0x07], vec![0x01, 1, 0, 0, 0], vec![0x05, 0xff], vec![]] {
            assert_eq!(ends(&padded(wrong.clone())), None, "{wrong:?}");
        }
        let stream = by_libdeflate(&b"hozen ".repeat(5000), 1);
        for cut in 0..stream.len() {
            assert_eq!(ends(&padded(stream[..cut].to_vec())), None, "{cut}");
        }
    }

    #[test]
    fn long_codes_and_many_blocks_are_gone_through() {
        // Letters whose frequencies are those of Fibonacci make the longest codes there are.
        let (mut a, mut b, mut content) = (1_usize, 1, Vec::new());
        for letter in 0..24_u8 {
            content.extend(std::iter::repeat_n(letter.wrapping_mul(11), a));
            (a, b) = (b, a + b);
        }
        let mut seed = 7_u32;
        let length = content.len();
        for at in 0..length {
            seed = seed.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
            content.swap(at, seed as usize % length);
        }
        for level in [1, 3, 6, 9, 12] {
            check(&by_libdeflate(&content, level), &content);
            check(&by_zlib(&content, level.min(9) as u32), &content);
        }
    }

    proptest! {
        #[test]
        fn every_stream_of_two_libraries_ends_where_it_is_said(
            words in prop::collection::vec((0_usize..40, 1_usize..300), 0..400), noise in prop::collection::vec(any::<u8>(), 0..3000), level in 0_i32..13,
        ) {
            let mut content: Vec<u8> = words.iter().flat_map(|(word, times)| format!("{word:x} ").repeat(*times).into_bytes()).collect();
            content.extend(noise);
            check(&by_libdeflate(&content, level), &content);
            check(&by_zlib(&content, level.min(9) as u32), &content);
        }

        #[test]
        fn any_bytes_end_the_search(bytes in prop::collection::vec(any::<u8>(), 0..2000)) {
            let _ = ends(&bytes);
        }
    }
}

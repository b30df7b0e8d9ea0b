//! What the streams of a damaged compound file do not lead to: the sectors that no reader gave.

use std::io::{self, Read, SeekFrom};

use crate::formats::ReadSeek;

/// Which pieces of the file were given, a bit for each small sector.
#[derive(Debug)]
pub(super) struct Given {
    bits: Vec<u64>,
    shift: u32,
    length: u64,
}

impl Given {
    pub(super) fn new(length: u64, shift: u32) -> Self {
        Self { bits: Vec::new(), shift, length }
    }

    pub(super) fn add(&mut self, place: u64, bytes: u64) {
        let (first, end) =
            (place >> self.shift, place.saturating_add(bytes).min(self.length).div_ceil(1 << self.shift));
        // No place lies behind the end of the file, so this grows no further than that.
        let words = usize::try_from(end.div_ceil(64)).unwrap_or(0);
        if words > self.bits.len() {
            self.bits.resize(words, 0);
        }
        for piece in first..end {
            if let Some(word) = usize::try_from(piece / 64).ok().and_then(|at| self.bits.get_mut(at)) {
                *word |= 1 << (piece % 64);
            }
        }
    }

    fn has(&self, place: u64) -> bool {
        let piece = place >> self.shift;
        let word = usize::try_from(piece / 64).ok().and_then(|at| self.bits.get(at));
        word.is_some_and(|word| word >> (piece % 64) & 1 == 1)
    }

    /// The next piece from `from` on that was not given.
    fn gap(&self, from: u64) -> Option<std::ops::Range<u64>> {
        let step = 1 << self.shift;
        let mut start = from;
        while start < self.length && self.has(start) {
            start += step;
        }
        let mut end = start;
        while end < self.length && end - start < PIECE_BYTES && !self.has(end) {
            end += step;
        }
        (start < self.length).then_some(start..end.min(self.length))
    }
}

/// How much is read at once.
const PIECE_BYTES: u64 = 64 * 1024;

/// Gives those pieces in the order of the file, a zero between two that do not follow each other.
pub(in crate::formats) struct Ungiven<'f> {
    src: &'f mut dyn ReadSeek,
    given: &'f Given,
    at: u64,
    held: Vec<u8>,
    taken: usize,
}

impl<'f> Ungiven<'f> {
    pub(super) fn new(src: &'f mut dyn ReadSeek, given: &'f Given) -> Self {
        Self { src, given, at: 0, held: Vec::new(), taken: 0 }
    }

    fn fill(&mut self) -> io::Result<bool> {
        let Some(piece) = self.given.gap(self.at) else { return Ok(false) };
        self.held.clear();
        self.taken = 0;
        if piece.start != self.at {
            self.held.push(0);
        }
        self.src.seek(SeekFrom::Start(piece.start))?;
        let wanted = piece.end - piece.start;
        let read = (&mut *self.src).take(wanted).read_to_end(&mut self.held)? as u64;
        // A file that is shorter than it was is over.
        self.at = if read < wanted { self.given.length } else { piece.end };
        Ok(true)
    }
}

impl Read for Ungiven<'_> {
    fn read(&mut self, buf: &mut [u8]) -> io::Result<usize> {
        while self.taken >= self.held.len() {
            if !self.fill()? {
                return Ok(0);
            }
        }
        let mut rest = self.held.get(self.taken..).unwrap_or_default();
        let n = rest.read(buf)?;
        self.taken += n;
        Ok(n)
    }
}

#[cfg(test)]
mod tests {
    use std::io::Cursor;

    use super::*;

    #[test]
    fn what_was_not_given_comes_in_pieces() {
        let mut src = Cursor::new((1..=100).collect::<Vec<u8>>());
        let mut given = Given::new(100, 4);
        let all = |src: &mut Cursor<Vec<u8>>, given: &Given| {
            let mut bytes = Vec::new();
            Ungiven::new(src, given).read_to_end(&mut bytes).unwrap();
            bytes
        };
        assert_eq!(all(&mut src, &given), (1..=100).collect::<Vec<u8>>());
        given.add(16, 32);
        given.add(96, 4);
        let wanted: Vec<u8> = (1..=16).chain([0]).chain(49..=96).collect();
        assert_eq!(all(&mut src, &given), wanted);
        given.add(0, u64::MAX);
        assert!(all(&mut src, &given).is_empty());
    }
}

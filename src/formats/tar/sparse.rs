//! Files with holes: what is stored of them, with the holes between. A long hole is shortened, because nothing stands in it.

use std::io::{self, Read};

use super::pax::{decimal, pairs};

/// Zeros that stand for a hole, at most.
const HOLE_BYTES: u64 = 64 * 1024;
/// Numbers in a map that stands before the content.
const MAP_NUMBERS: u64 = 2_000_000;

/// Reads the stored stretches of a file.
pub(super) struct Sparse<R> {
    stored: R,
    map: std::vec::IntoIter<(u64, u64)>,
    /// Where the last stretch ended.
    at: u64,
    hole: u64,
    stretch: u64,
}

impl<R: Read> Sparse<R> {
    pub(super) fn new(stored: R, map: Vec<(u64, u64)>) -> Self {
        Self { stored, map: map.into_iter(), at: 0, hole: 0, stretch: 0 }
    }
}

impl<R: Read> Read for Sparse<R> {
    fn read(&mut self, buf: &mut [u8]) -> io::Result<usize> {
        while !buf.is_empty() {
            let most = |left: u64| buf.len().min(usize::try_from(left).unwrap_or(usize::MAX));
            if self.hole > 0 {
                let n = most(self.hole);
                buf.iter_mut().take(n).for_each(|byte| *byte = 0);
                self.hole -= n as u64;
                return Ok(n);
            }
            if self.stretch > 0 {
                let n = most(self.stretch);
                let n = self.stored.read(buf.get_mut(..n).unwrap_or_default())?;
                self.stretch -= n as u64;
                return Ok(n);
            }
            match self.map.next() {
                Some((offset, length)) => {
                    self.hole = offset.saturating_sub(self.at).min(HOLE_BYTES);
                    self.stretch = length;
                    self.at = offset.saturating_add(length);
                }
                // What the map does not speak of is still read.
                None => return self.stored.read(buf),
            }
        }
        Ok(0)
    }
}

/// The map of GNU's format 1.0: numbers, each on a line, padded to whole blocks. `None` if it is none; `taken` counts what was read of it.
pub(super) fn map_ahead(src: &mut dyn Read, taken: &mut u64) -> io::Result<Option<Vec<(u64, u64)>>> {
    let mut numbers = Vec::new();
    let mut due = 1u64;
    let mut digits = Vec::new();
    let mut block = [0; super::header::BLOCK];
    loop {
        src.read_exact(&mut block)?;
        *taken += block.len() as u64;
        for byte in block {
            if due == 0 {
                break;
            }
            if byte != b'\n' {
                digits.push(byte);
                if digits.len() > 20 {
                    return Ok(None);
                }
                continue;
            }
            let Some(number) = decimal(&digits) else { return Ok(None) };
            digits.clear();
            due -= 1;
            match numbers.is_empty() {
                true if number > MAP_NUMBERS / 2 => return Ok(None),
                true => due = number * 2,
                false => {}
            }
            numbers.push(number);
        }
        if due == 0 {
            return Ok(Some(pairs(numbers.get(1..).unwrap_or_default())));
        }
    }
}

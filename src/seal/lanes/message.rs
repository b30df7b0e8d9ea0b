//! One message on its way: its state, and the bytes that do not fill a block yet.

use super::{Block, INITIAL, State};
use crate::model::Digest;

/// A message of which some bytes were hashed.
#[derive(Clone)]
pub struct Message {
    pub(super) state: State,
    rest: Block,
    /// Bytes in all; those that wait in `rest` are the remainder by 64.
    length: u64,
}

impl Default for Message {
    fn default() -> Self {
        Self { state: INITIAL, rest: [0; 64], length: 0 }
    }
}

/// Blocks that are due.
pub(super) enum Run<'a> {
    /// Whole blocks of a piece.
    Lent(&'a [Block]),
    /// A block put together from two pieces, or the padded end of a message: one block or two.
    Own([Block; 2], usize),
}

impl Run<'_> {
    pub(super) fn blocks(&self) -> &[Block] {
        match self {
            Self::Lent(blocks) => blocks,
            Self::Own(blocks, count) => blocks.get(..*count).unwrap_or(blocks),
        }
    }
}

impl Message {
    fn waiting(&self) -> usize {
        // Below 64: the cast loses nothing.
        (self.length % 64) as usize
    }

    /// Takes in a piece: what of it makes whole blocks comes behind `runs`, the rest waits.
    pub(super) fn take<'a>(&mut self, mut piece: &'a [u8], runs: &mut Vec<Run<'a>>) {
        let waiting = self.waiting();
        self.length = self.length.wrapping_add(piece.len() as u64);
        if waiting > 0 {
            let (head, behind) = piece.split_at(piece.len().min(64 - waiting));
            self.rest[waiting..waiting + head.len()].copy_from_slice(head);
            if waiting + head.len() < 64 {
                return;
            }
            runs.push(Run::Own([self.rest, [0; 64]], 1));
            piece = behind;
        }
        let (blocks, rest) = piece.as_chunks();
        if !blocks.is_empty() {
            runs.push(Run::Lent(blocks));
        }
        self.rest[..rest.len()].copy_from_slice(rest);
    }

    /// The padded end: a one bit, zeros, and the length in bits (FIPS 180-4, 5.1.1).
    pub(super) fn end(&self) -> Run<'static> {
        let waiting = self.waiting();
        let mut last = [[0; 64]; 2];
        last[0][..waiting].copy_from_slice(&self.rest[..waiting]);
        last[0][waiting] = 0x80;
        let count = if waiting < 56 { 1 } else { 2 };
        last[count - 1][56..].copy_from_slice(&self.length.wrapping_mul(8).to_be_bytes());
        Run::Own(last, count)
    }

    /// The digest, once the padded end went through.
    pub(super) fn digest(&self) -> Digest {
        let mut bytes = [0; 32];
        for (to, word) in bytes.as_chunks_mut().0.iter_mut().zip(self.state) {
            *to = word.to_be_bytes();
        }
        Digest(bytes)
    }
}

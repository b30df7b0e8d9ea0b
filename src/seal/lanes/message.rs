//! One message on its way: its states, and the bytes that do not fill a block yet.

use super::function::{ByFunction, Function, Order, padded};
use super::{Block, State};
use crate::model::{Algorithm, Algorithms, Digest, Digests};
use crate::seal::digests::Others;

/// A message of which some bytes were hashed.
#[derive(Clone)]
pub struct Message {
    pub(super) states: ByFunction<State>,
    /// What lanes compute of it.
    pub(super) wanted: ByFunction<bool>,
    /// What lanes do not compute.
    others: Others,
    rest: Block,
    /// Bytes in all; those that wait in `rest` are the remainder by 64.
    length: u64,
}

/// Blocks that are due, of many messages.
pub(super) struct Due<'a> {
    pub(super) runs: Vec<Run<'a>>,
    /// Blocks put together from two pieces, and the padded ends of messages.
    big: Vec<Block>,
    /// The same with the lengths the other way round, if a function wants it.
    little: Vec<Block>,
    wants_little: bool,
}

/// Blocks of one message that stand together.
#[derive(Clone, Copy)]
pub(super) enum Run<'a> {
    /// Whole blocks of a piece.
    Lent(&'a [Block]),
    /// One block or two of [`Due`]: the first, and how many.
    Own(usize, usize),
}

impl Run<'_> {
    pub(super) fn blocks(&self) -> usize {
        match self {
            Self::Lent(blocks) => blocks.len(),
            Self::Own(_, count) => *count,
        }
    }
}

impl<'a> Due<'a> {
    /// Nothing is due yet of `messages` messages. Not each function counts the bytes of a word from the same end.
    pub(super) fn new(functions: &[Function], messages: usize) -> Self {
        let wants_little = functions.iter().any(|function| function.order() == Order::Little);
        let (runs, big) = (Vec::with_capacity(2 * messages), Vec::with_capacity(2 * messages));
        let little = Vec::with_capacity(if wants_little { 2 * messages } else { 0 });
        Self { runs, big, little, wants_little }
    }

    fn own(&mut self, blocks: impl Fn(Order) -> ([Block; 2], usize)) {
        let (big, count) = blocks(Order::Big);
        self.runs.push(Run::Own(self.big.len(), count));
        self.big.extend_from_slice(&big[..count]);
        if self.wants_little {
            self.little.extend_from_slice(&blocks(Order::Little).0[..count]);
        }
    }

    /// The blocks of a run as functions of this order want them.
    pub(super) fn blocks(&self, run: Run<'a>, order: Order) -> &[Block] {
        let own = if order == Order::Big { &self.big } else { &self.little };
        match run {
            Run::Lent(blocks) => blocks,
            Run::Own(first, count) => own.get(first..first + count).unwrap_or_default(),
        }
    }
}

impl Message {
    /// A message of no bytes yet.
    pub fn new(algorithms: Algorithms) -> Self {
        let in_lanes = |algorithm| Function::ALL.iter().any(|function| function.algorithm() == algorithm);
        let beside: Vec<Algorithm> = algorithms.others().filter(|algorithm| !in_lanes(*algorithm)).collect();
        let others = if beside.is_empty() { Others::default() } else { Others::new(Algorithms::new(beside)) };
        let wanted = Function::ALL.map(|function| algorithms.has(function.algorithm()));
        Self { states: Function::ALL.map(Function::initial), wanted, others, rest: [0; 64], length: 0 }
    }

    fn waiting(&self) -> usize {
        // Below 64: the cast loses nothing.
        (self.length % 64) as usize
    }

    /// Takes in a piece: what of it makes whole blocks is due, the rest waits.
    pub(super) fn take<'a>(&mut self, mut piece: &'a [u8], due: &mut Due<'a>) {
        self.others.update(piece);
        let waiting = self.waiting();
        self.length = self.length.wrapping_add(piece.len() as u64);
        if waiting > 0 {
            let (head, behind) = piece.split_at(piece.len().min(64 - waiting));
            self.rest[waiting..waiting + head.len()].copy_from_slice(head);
            if waiting + head.len() < 64 {
                return;
            }
            due.own(|_| ([self.rest, [0; 64]], 1));
            piece = behind;
        }
        let (blocks, rest) = piece.as_chunks();
        if !blocks.is_empty() {
            due.runs.push(Run::Lent(blocks));
        }
        self.rest[..rest.len()].copy_from_slice(rest);
    }

    /// No more bytes follow: its padded end is due.
    pub(super) fn end(&self, due: &mut Due<'_>) {
        due.own(|order| padded(&self.rest[..self.waiting()], self.length, order));
    }

    /// The digests, once the padded end went through.
    pub(super) fn digests(&mut self) -> Digests {
        let mut sha256 = Digest([0; 32]);
        Function::Sha256.digest_into(&self.states[Function::Sha256 as usize], &mut sha256.0);
        let mut others: Vec<(Algorithm, Box<[u8]>)> = Vec::new();
        for function in [Function::Sha1, Function::Md5] {
            if self.wanted[function as usize] {
                others.push((function.algorithm(), function.digest(&self.states[function as usize])));
            }
        }
        others.extend(std::mem::take(&mut self.others).finish());
        Digests { sha256, others }
    }
}

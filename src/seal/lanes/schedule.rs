//! Keeps the lanes full: a lane whose message has no more bytes takes the next message.

use super::function::{ByFunction, Function, Order};
use super::kernel::{Columns, column, put_column};
use super::kernels::Kernels;
use super::message::{Due, Message, Run};
use super::{Block, WIDEST};
use crate::model::Digests;

/// What is to be hashed of one message now.
pub struct Piece<'a, B> {
    /// The message so far.
    pub message: &'a mut Message,
    /// Its next bytes, in order.
    pub bytes: B,
    /// Whether it ends with them.
    pub ends: bool,
}

/// Blocks of all lanes together that go through one function before they go through the next: so few that they are still in
/// the cache then.
const STEP_BLOCKS: usize = 128 * 1024 / 64;

/// A message and its part of what is due.
struct Turn<'a> {
    message: &'a mut Message,
    ends: bool,
    runs: std::ops::Range<usize>,
    blocks: usize,
}

/// A message in a lane: which, the runs that follow, and what is left of the current one in both orders of bytes.
#[derive(Clone, Copy)]
struct Lane<'a> {
    turn: usize,
    next: usize,
    end: usize,
    left: [&'a [Block]; 2],
}

/// The lanes in use come first.
struct Lanes<'a> {
    kernels: Kernels,
    functions: Vec<Function>,
    due: &'a Due<'a>,
    columns: ByFunction<Columns>,
    lanes: Vec<Lane<'a>>,
}

/// Hashes the bytes of all pieces, and gives for each the digests if it ends.
///
/// The result does not depend on the kernels, nor on how a message was cut into pieces.
pub fn advance<'a, B: IntoIterator<Item = &'a [u8]>>(
    kernels: Kernels,
    pieces: Vec<Piece<'a, B>>,
) -> Vec<Option<Digests>> {
    let wanted = |function: &Function| pieces.iter().any(|piece| piece.message.wanted[*function as usize]);
    let functions: Vec<Function> = Function::ALL.into_iter().filter(wanted).collect();
    let mut due = Due::new(&functions, pieces.len());
    let mut turns: Vec<Turn<'_>> = Vec::with_capacity(pieces.len());
    for Piece { message, bytes, ends } in pieces {
        let first = due.runs.len();
        for piece in bytes {
            message.take(piece, &mut due);
        }
        if ends {
            message.end(&mut due);
        }
        let blocks = due.runs[first..].iter().map(Run::blocks).sum();
        turns.push(Turn { message, ends, runs: first..due.runs.len(), blocks });
    }
    // The long ones first: lanes then go in step for long, and none is left alone for long at the end.
    let mut waiting: Vec<usize> = (0..turns.len()).filter(|turn| turns[*turn].blocks > 0).collect();
    waiting.sort_unstable_by_key(|turn| turns[*turn].blocks);
    let mut lanes =
        Lanes { kernels, functions, due: &due, columns: Default::default(), lanes: Vec::with_capacity(WIDEST) };
    let width = kernels.width();
    loop {
        while lanes.lanes.len() < width
            && let Some(turn) = waiting.pop()
        {
            lanes.enter(turn, &turns[turn]);
        }
        if lanes.lanes.is_empty() {
            break;
        }
        lanes.step(&mut turns);
    }
    turns.into_iter().map(|turn| turn.ends.then(|| turn.message.digests())).collect()
}

impl<'a> Lanes<'a> {
    fn enter(&mut self, at: usize, turn: &Turn<'_>) {
        for function in &self.functions {
            let function = *function as usize;
            put_column(&mut self.columns[function], self.lanes.len(), &turn.message.states[function]);
        }
        let mut lane = Lane { turn: at, next: turn.runs.start, end: turn.runs.end, left: [&[]; 2] };
        lane.next_run(self.due);
        self.lanes.push(lane);
    }

    /// Runs all lanes until one of them needs other blocks; messages that have none leave.
    fn step(&mut self, turns: &mut [Turn<'_>]) {
        let count = self.lanes.len();
        let mut data: [[&[Block]; WIDEST]; 2] = [[&[]; WIDEST]; 2];
        let mut blocks = STEP_BLOCKS / count;
        for (at, lane) in self.lanes.iter().enumerate() {
            (data[0][at], data[1][at]) = (lane.left[0], lane.left[1]);
            blocks = blocks.min(lane.left[0].len());
        }
        for function in &self.functions {
            let data = &data[usize::from(function.order() == Order::Little)];
            let mut first = 0;
            while let Some((kernel, taken)) = self.kernels.next(*function, count - first).filter(|next| next.1 > 0) {
                let columns = &mut self.columns[*function as usize];
                kernel.compress(*function, (columns, first), &data[first..first + taken], blocks);
                first += taken;
            }
        }
        for at in (0..count).rev() {
            if !self.lanes[at].go_on(blocks, self.due) {
                self.leave(at, turns);
            }
        }
    }

    /// Takes a message out; the last lane takes its place.
    fn leave(&mut self, at: usize, turns: &mut [Turn<'_>]) {
        let last = self.lanes.len() - 1;
        let message = &mut turns[self.lanes[at].turn].message;
        for function in &self.functions {
            let columns = &mut self.columns[*function as usize];
            message.states[*function as usize] = column(columns, at);
            let moved = column(columns, last);
            put_column(columns, at, &moved);
        }
        self.lanes.swap_remove(at);
    }
}

impl<'a> Lane<'a> {
    fn next_run(&mut self, due: &'a Due<'a>) -> bool {
        let Some(run) = due.runs.get(self.next).filter(|_| self.next < self.end) else { return false };
        self.next += 1;
        self.left = [due.blocks(*run, Order::Big), due.blocks(*run, Order::Little)];
        true
    }

    /// Goes on by `blocks`. False when the message has no more.
    fn go_on(&mut self, blocks: usize, due: &'a Due<'a>) -> bool {
        self.left = self.left.map(|left| left.get(blocks..).unwrap_or_default());
        !self.left[0].is_empty() || self.next_run(due)
    }
}

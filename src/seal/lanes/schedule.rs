//! Keeps the lanes full: a lane whose message has no more bytes takes the next message.

use super::kernel::Kernels;
use super::message::{Message, Run};
use super::{Block, State, WIDEST};
use crate::model::Digest;

/// What is to be hashed of one message now.
pub struct Piece<'a> {
    /// The message so far.
    pub message: &'a mut Message,
    /// Its next bytes, in order.
    pub bytes: Vec<&'a [u8]>,
    /// Whether it ends with them.
    pub ends: bool,
}

/// A message in a lane: its blocks, and how far it got.
struct Lane<'a> {
    owner: usize,
    state: State,
    runs: std::vec::IntoIter<Run<'a>>,
    run: Run<'a>,
    at: usize,
}

impl Lane<'_> {
    fn left(&self) -> &[Block] {
        self.run.blocks().get(self.at..).unwrap_or_default()
    }

    /// Goes on by `blocks`. False when the message has no more.
    fn step(&mut self, blocks: usize) -> bool {
        self.at += blocks;
        while self.left().is_empty() {
            let Some(next) = self.runs.next() else { return false };
            (self.run, self.at) = (next, 0);
        }
        true
    }
}

/// Hashes the bytes of all pieces, and gives for each the digest if it ends.
///
/// The result does not depend on the kernels, nor on how a message was cut into pieces.
pub fn advance(kernels: Kernels, pieces: Vec<Piece<'_>>) -> Vec<Option<Digest>> {
    let mut messages: Vec<(&mut Message, bool)> = Vec::with_capacity(pieces.len());
    let mut waiting = Vec::with_capacity(pieces.len());
    for Piece { message, bytes, ends } in pieces {
        let mut runs = Vec::with_capacity(bytes.len() + 2);
        for piece in bytes {
            message.take(piece, &mut runs);
        }
        if ends {
            runs.push(message.end());
        }
        waiting.push((messages.len(), message.state, runs.into_iter()));
        messages.push((message, ends));
    }
    let mut waiting = waiting.into_iter().filter_map(|(owner, state, mut runs)| {
        let run = runs.next()?;
        Some(Lane { owner, state, runs, run, at: 0 })
    });
    let width = kernels.width();
    let mut lanes: Vec<Lane<'_>> = Vec::with_capacity(width);
    loop {
        lanes.extend(waiting.by_ref().take(width - lanes.len()));
        if lanes.is_empty() {
            break;
        }
        go(kernels, &mut lanes, |lane| {
            if let Some((message, _)) = messages.get_mut(lane.owner) {
                message.state = lane.state;
            }
        });
    }
    messages.into_iter().map(|(message, ends)| ends.then(|| message.digest())).collect()
}

/// Runs the first lanes, as many as the best kernel takes, until one of them needs new blocks; `ended` gets those that
/// have none.
fn go(kernels: Kernels, lanes: &mut Vec<Lane<'_>>, mut ended: impl FnMut(&Lane<'_>)) {
    let kernel = kernels.best(lanes.len());
    let count = kernel.width().min(lanes.len());
    let mut states = [[0; 8]; WIDEST];
    let mut data: [&[Block]; WIDEST] = [&[]; WIDEST];
    for (lane, (state, blocks)) in lanes.iter().zip(states.iter_mut().zip(&mut data)).take(count) {
        (*state, *blocks) = (lane.state, lane.left());
    }
    let blocks = data.iter().take(count).map(|lane| lane.len()).min().unwrap_or(0);
    let done = kernel.compress(&mut states[..count], &data[..count], blocks);
    for at in (0..count).rev() {
        let lane = &mut lanes[at];
        lane.state = states[at];
        if !lane.step(done) {
            ended(lane);
            lanes.swap_remove(at);
        }
    }
}

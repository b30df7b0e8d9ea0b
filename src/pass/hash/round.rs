//! One round of hashing: the bytes of many streams that go through the lanes together.

use std::collections::HashMap;
use std::sync::Arc;

use super::Hashing;
use super::line::{Job, What};
use crate::model::Digests;
use crate::pass::block::Block;
use crate::seal::lanes::{Message, Piece, advance};

/// What is to be hashed at once.
#[derive(Default)]
pub(super) struct Round {
    /// Streams in the order in which they came up.
    streams: Vec<Stream>,
    place: HashMap<u64, usize>,
}

/// What a round holds of one stream.
pub(super) struct Stream {
    id: u64,
    blocks: Vec<Arc<Block>>,
    ends: bool,
    dropped: bool,
}

impl Round {
    pub(super) fn add(&mut self, job: Job) {
        let stream = self.stream(job.id);
        match job.what {
            What::Bytes(block) => stream.blocks.push(block),
            What::End(block) => {
                stream.blocks.extend(block);
                stream.ends = true;
            }
            What::Drop => stream.dropped = true,
            #[cfg(test)]
            What::Die => panic!("a bug in a hashing thread"),
        }
    }

    fn stream(&mut self, id: u64) -> &mut Stream {
        let place = *self.place.entry(id).or_insert_with(|| {
            self.streams.push(Stream { id, blocks: Vec::new(), ends: false, dropped: false });
            self.streams.len() - 1
        });
        &mut self.streams[place]
    }

    /// Hashes all of it; the digests of what ended. `open` holds the other messages between rounds.
    pub(super) fn run(mut self, open: &mut HashMap<u64, Message>, hashing: Hashing) -> Vec<(u64, Digests)> {
        self.streams.retain(|stream| {
            if stream.dropped {
                open.remove(&stream.id);
            }
            !stream.dropped
        });
        let begun = |stream: &Stream| open.remove(&stream.id).unwrap_or_else(|| Message::new(hashing.digests));
        let mut messages: Vec<Message> = self.streams.iter().map(begun).collect();
        let pieces = messages.iter_mut().zip(&self.streams).map(|(message, stream)| Piece {
            message,
            bytes: stream.blocks.iter().map(|block| &***block),
            ends: stream.ends,
        });
        let digests = advance(hashing.kernels, pieces.collect());
        let mut made = Vec::with_capacity(digests.len());
        for ((stream, message), digests) in self.streams.into_iter().zip(messages).zip(digests) {
            match digests {
                Some(digests) => made.push((stream.id, digests)),
                None => drop(open.insert(stream.id, message)),
            }
        }
        made
    }
}

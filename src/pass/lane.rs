//! A worker's lane to the writer: the parts of one entry, sent in batches.

use std::cell::RefCell;
use std::sync::Arc;

use super::commit::{FileOutcome, Found, LookedLeaf};
use super::hash::PendingDigest;
use super::keep::Chunk;
use super::order::{Order, Stopped};
use crate::model::{Entry, Method};

/// One part of an entry's result, in the order: `Begin`, then any of `Chunk`, `Found` and `Member`, then `End`.
pub enum Part {
    /// Content is being kept. Absent for entries without content, and for a scan.
    Begin(Box<Beginning>),
    /// Stored bytes.
    Chunk(Chunk),
    /// Findings, record by record, in the source of this path (escaped).
    Found(Arc<str>, Vec<Found>),
    /// A member of the container that the entry is, at its end.
    Member(Box<LookedLeaf>),
    /// Everything else, and the digest to wait for.
    End(Box<FileOutcome>, Option<PendingDigest>),
}

/// What is known when the first byte is about to be kept.
pub struct Beginning {
    /// The entry.
    pub entry: Entry,
    /// How its content is stored.
    pub method: Method,
    /// No more bytes than this will be read.
    pub limit: u64,
}

/// Parts are handed over when they weigh this much.
const BATCH_BYTES: usize = 512 * 1024;
/// What a part weighs beyond its bytes: an entry with its path and times, an outcome.
const PART_BYTES: usize = 2048;

/// The lane of one entry.
pub struct Lane<'a> {
    order: &'a Order<Part>,
    seq: u64,
    waiting: RefCell<(Vec<(usize, Part)>, usize)>,
}

impl<'a> Lane<'a> {
    /// A lane for entry `seq`.
    pub fn new(order: &'a Order<Part>, seq: u64) -> Self {
        Self { order, seq, waiting: RefCell::new((Vec::new(), 0)) }
    }

    /// Sends a part that weighs `bytes`.
    ///
    /// # Errors
    /// [`Stopped`] when the writer has given up.
    pub fn send(&self, part: Part, bytes: usize) -> Result<(), Stopped> {
        let weight = bytes.saturating_add(PART_BYTES);
        let mut waiting = self.waiting.borrow_mut();
        waiting.0.push((weight, part));
        waiting.1 = waiting.1.saturating_add(weight);
        if waiting.1 < BATCH_BYTES {
            return Ok(());
        }
        let batch = std::mem::take(&mut waiting.0);
        waiting.1 = 0;
        drop(waiting);
        self.order.add(self.seq, batch, false)
    }

    /// The parts that were not handed over yet.
    #[cfg(test)]
    pub(crate) fn into_parts(self) -> Vec<(usize, Part)> {
        self.waiting.into_inner().0
    }

    /// Sends the last part.
    ///
    /// # Errors
    /// [`Stopped`] when the writer has given up.
    pub fn end(self, outcome: FileOutcome, digest: Option<PendingDigest>) -> Result<(), Stopped> {
        let (mut batch, _) = self.waiting.into_inner();
        batch.push((PART_BYTES, Part::End(Box::new(outcome), digest)));
        self.order.add(self.seq, batch, true)
    }
}

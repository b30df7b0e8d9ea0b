//! The hashing service: takes (file, bytes) of many files at once and gives each its digest when it ends.
//!
//! A worker does not wait for a digest: it hands over blocks, goes on with the next file, and the writer picks the digest
//! up at commit. So many streams are under way at once, and their blocks go through the [lanes](crate::seal::lanes) together.

mod line;
mod round;

use std::cell::Cell;
use std::collections::HashMap;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::thread::{Scope, ScopedJoinHandle};

use self::line::{Job, Line, What};
use self::round::Round;
use super::block::{Block, Gate, lock, wait};
use crate::model::{Algorithms, Digests, limits};
use crate::seal::lanes::{Kernels, Message};

/// What a job weighs in the queue beyond its bytes, so that a flood of tiny files is bounded too.
const JOB_OVERHEAD_BYTES: usize = 256;

/// How a service hashes: by what, and which digests.
#[derive(Clone, Copy)]
pub struct Hashing {
    /// What hashes on this machine.
    pub kernels: Kernels,
    /// The digests of each message.
    pub digests: Algorithms,
}

/// The service. Cloning the handle is not needed: workers share it by reference.
pub struct HashService {
    lines: Vec<Arc<Line>>,
    gate: Arc<Gate>,
    next: AtomicU64,
}

impl HashService {
    /// Starts `threads` hashing threads in the scope; they end when the service is dropped.
    pub fn start<'scope>(
        scope: &'scope Scope<'scope, '_>,
        threads: usize,
        hashing: Hashing,
    ) -> (Self, Vec<ScopedJoinHandle<'scope, ()>>) {
        let gate = Arc::new(Gate::new(limits::HASH_QUEUE_BYTES));
        let lines: Vec<Arc<Line>> = (0..threads.max(1)).map(|_| Arc::default()).collect();
        let serve_one = |line: &Arc<Line>| {
            let (line, gate) = (Arc::clone(line), Arc::clone(&gate));
            scope.spawn(move || {
                if catch_unwind(AssertUnwindSafe(|| serve(&line, &gate, hashing))).is_err() {
                    // Its digests never come, and the writer says so; workers must not wait for it before that.
                    line.die();
                    gate.open();
                }
            })
        };
        let handles = lines.iter().map(serve_one).collect();
        (Self { lines, gate, next: AtomicU64::new(0) }, handles)
    }

    /// Opens a stream: one message, in order.
    pub fn stream(&self) -> HashStream<'_> {
        let id = self.next.fetch_add(1, Ordering::Relaxed);
        HashStream { service: self, id, held: Cell::new(None), sent: Cell::new(false), open: true }
    }

    fn line(&self, id: u64) -> &Arc<Line> {
        &self.lines[usize::try_from(id).unwrap_or(0) % self.lines.len()]
    }

    fn send(&self, id: u64, what: What) {
        let bytes = match &what {
            What::Bytes(block) | What::End(Some(block)) => block.len(),
            _ => 0,
        };
        let weight = bytes + JOB_OVERHEAD_BYTES;
        self.gate.enter(weight);
        self.line(id).send(Job { id, what, weight });
    }
}

impl Drop for HashService {
    fn drop(&mut self) {
        self.lines.iter().for_each(|line| line.close());
    }
}

/// Hashes in rounds: what came in while the last round was on goes through the lanes together.
fn serve(line: &Line, gate: &Gate, hashing: Hashing) {
    let mut open: HashMap<u64, Message> = HashMap::new();
    while let Some((jobs, weight)) = line.take() {
        let mut round = Round::default();
        jobs.into_iter().for_each(|job| round.add(job));
        let digests = round.run(&mut open, hashing);
        if !digests.is_empty() {
            line.give(digests);
        }
        gate.leave(weight);
    }
}

/// One message on its way through the service.
pub struct HashStream<'a> {
    service: &'a HashService,
    id: u64,
    /// The last bytes wait here for the next ones or the end, so that a small file is handed over in one job.
    held: Cell<Option<Arc<Block>>>,
    sent: Cell<bool>,
    open: bool,
}

impl HashStream<'_> {
    /// The next bytes. Waits while the queue is full.
    pub fn update(&self, block: &Arc<Block>) {
        if let Some(before) = self.held.replace(Some(Arc::clone(block))) {
            self.sent.set(true);
            self.service.send(self.id, What::Bytes(before));
        }
    }

    /// Ends the message. Does not wait for its digests.
    pub fn finish(mut self) -> PendingDigest {
        self.open = false;
        self.service.send(self.id, What::End(self.held.take()));
        PendingDigest { line: Arc::clone(self.service.line(self.id)), id: self.id }
    }
}

impl Drop for HashStream<'_> {
    fn drop(&mut self) {
        if self.open && self.sent.get() {
            self.service.send(self.id, What::Drop);
        }
    }
}

/// Digests that will come.
pub struct PendingDigest {
    line: Arc<Line>,
    id: u64,
}

impl PendingDigest {
    /// Waits for them. `None` if the hashing thread died, which the caller must treat as fatal.
    pub fn wait(self) -> Option<Digests> {
        let mut made = lock(&self.line.made);
        loop {
            if let Some(digests) = made.digests.remove(&self.id) {
                return Some(digests);
            }
            if made.dead {
                return None;
            }
            made = wait(&self.line.ready, made);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::{Algorithm, Digest};
    use crate::pass::block::Pool;
    use crate::seal::digests::Others;

    fn every() -> Hashing {
        Hashing { kernels: Kernels::default(), digests: Algorithms::new(Algorithm::ALL) }
    }

    fn block(bytes: &[u8]) -> Arc<Block> {
        Block::fill(&Arc::new(Pool::default()), bytes.len(), |buffer| {
            buffer.copy_from_slice(bytes);
            Ok::<_, ()>(bytes.len())
        })
        .unwrap()
    }

    #[test]
    fn interleaved_streams_each_get_their_own_digest() {
        std::thread::scope(|scope| {
            let (service, _threads) = HashService::start(scope, 2, every());
            let streams: Vec<_> = (0..9).map(|_| service.stream()).collect();
            for round in 0..5u8 {
                for (n, stream) in streams.iter().enumerate() {
                    stream.update(&block(&vec![round; n * 1000]));
                }
            }
            for (n, stream) in streams.into_iter().enumerate() {
                let whole: Vec<u8> = (0..5u8).flat_map(|round| vec![round; n * 1000]).collect();
                let digests = stream.finish().wait().unwrap();
                let mut others = Others::new(every().digests);
                others.update(&whole);
                assert_eq!(digests, Digests { sha256: Digest::of(&whole), others: others.finish() });
            }
        });
    }

    #[test]
    fn a_stream_that_is_given_up_leaves_nothing_and_an_empty_one_has_its_digest() {
        std::thread::scope(|scope| {
            let (service, _threads) = HashService::start(scope, 1, every());
            let given_up = service.stream();
            (0..3).for_each(|n| given_up.update(&block(&[n; 1000])));
            drop(given_up);
            let empty = service.stream().finish().wait().unwrap();
            assert_eq!(empty.sha256, Digest::of(b""));
            assert!(lock(&service.lines[0].made).digests.is_empty());
        });
    }

    #[test]
    fn a_dead_hashing_thread_gives_no_digest_and_holds_nobody() {
        std::thread::scope(|scope| {
            let (service, _threads) = HashService::start(scope, 1, every());
            let stream = service.stream();
            service.send(0, What::Die);
            // More than the queue takes.
            let block = block(&vec![1; limits::HASH_QUEUE_BYTES / 2]);
            for _ in 0..5 {
                stream.update(&block);
            }
            assert_eq!(stream.finish().wait(), None);
        });
    }
}

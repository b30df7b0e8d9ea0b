//! The hashing service: takes (file, bytes) of many files at once and gives each its digest when it ends.
//!
//! A worker does not wait for a digest: it hands over blocks, goes on with the next file, and the writer picks the digest
//! up at commit. So many streams are under way at once, and their blocks go through the [lanes](crate::seal::lanes) together.

use std::collections::HashMap;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::mpsc::{self, Receiver, Sender};
use std::sync::{Arc, Mutex};
use std::thread::{Scope, ScopedJoinHandle};
use std::time::Duration;

use super::block::{Block, Gate, lock};
use crate::model::{Algorithms, Digests, limits};
use crate::seal::digests::Others;
use crate::seal::lanes::{Kernels, Message, Piece, advance};

/// What a job weighs in the queue beyond its bytes, so that a flood of tiny files is bounded too.
const JOB_OVERHEAD_BYTES: usize = 256;

/// A round of hashing takes no more than this, so that there is room in the queue while it lasts.
const ROUND_BYTES: usize = limits::HASH_QUEUE_BYTES / 4;

/// A round smaller than this waits once for company: many small files go through the lanes together, and one large file, whose
/// blocks pile up while the last ones are hashed, waits for nobody.
const COMPANY_BYTES: usize = limits::BLOCK_BYTES;

/// How long it waits: short beside what a file costs to open, long beside what a small one costs to hash.
const GATHER: Duration = Duration::from_micros(300);

enum Job {
    Bytes(u64, Arc<Block>),
    End(u64, Sender<Digests>),
    Drop(u64),
    #[cfg(test)]
    Die,
}

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
    lanes: Vec<Mutex<Sender<Job>>>,
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
        let mut lanes = Vec::new();
        let mut handles = Vec::new();
        for _ in 0..threads.max(1) {
            let (sender, receiver) = mpsc::channel();
            lanes.push(Mutex::new(sender));
            let gate = Arc::clone(&gate);
            handles.push(scope.spawn(move || {
                if catch_unwind(AssertUnwindSafe(|| serve(&receiver, &gate, hashing))).is_err() {
                    // Its digests never come, and the writer says so; workers must not wait for it before that.
                    gate.open();
                }
            }));
        }
        (Self { lanes, gate, next: AtomicU64::new(0) }, handles)
    }

    /// Opens a stream: one message, in order.
    pub fn stream(&self) -> HashStream<'_> {
        HashStream { service: self, id: self.next.fetch_add(1, Ordering::Relaxed), open: true }
    }

    fn send(&self, id: u64, job: Job) {
        let lane = usize::try_from(id).unwrap_or(0) % self.lanes.len();
        if let Some(lane) = self.lanes.get(lane) {
            // A closed lane means that its thread died; the digest then never comes, and the writer says so.
            let _ = lock(lane).send(job);
        }
    }
}

/// Hashes in rounds: what came in while the last round was on goes through the lanes together.
fn serve(jobs: &Receiver<Job>, gate: &Gate, hashing: Hashing) {
    let mut open: HashMap<u64, Running> = HashMap::new();
    while let Ok(first) = jobs.recv() {
        let mut round = Round::default();
        round.add(first);
        round.fill(jobs);
        if round.weight < COMPANY_BYTES {
            std::thread::sleep(GATHER);
            round.fill(jobs);
        }
        let weight = round.weight;
        round.run(&mut open, hashing);
        gate.leave(weight);
    }
}

/// A message of which a part was hashed.
struct Running {
    sha256: Message,
    others: Others,
}

/// What is to be hashed at once.
#[derive(Default)]
struct Round {
    /// Streams in the order in which they came up.
    streams: Vec<Stream>,
    place: HashMap<u64, usize>,
    weight: usize,
}

/// What a round holds of one stream.
struct Stream {
    id: u64,
    blocks: Vec<Arc<Block>>,
    end: Option<Sender<Digests>>,
    dropped: bool,
}

impl Round {
    fn add(&mut self, job: Job) {
        match job {
            Job::Bytes(id, block) => {
                self.weight += block.len() + JOB_OVERHEAD_BYTES;
                self.stream(id).blocks.push(block);
            }
            Job::End(id, reply) => self.stream(id).end = Some(reply),
            Job::Drop(id) => self.stream(id).dropped = true,
            #[cfg(test)]
            Job::Die => panic!("a bug in a hashing thread"),
        }
    }

    /// Takes what is waiting, up to the size of a round.
    fn fill(&mut self, jobs: &Receiver<Job>) {
        while self.weight < ROUND_BYTES {
            let Ok(job) = jobs.try_recv() else { break };
            self.add(job);
        }
    }

    fn stream(&mut self, id: u64) -> &mut Stream {
        let place = *self.place.entry(id).or_insert_with(|| {
            self.streams.push(Stream { id, blocks: Vec::new(), end: None, dropped: false });
            self.streams.len() - 1
        });
        &mut self.streams[place]
    }

    /// Hashes all of it. `open` holds the messages between rounds.
    fn run(mut self, open: &mut HashMap<u64, Running>, hashing: Hashing) {
        self.streams.retain(|stream| {
            if stream.dropped {
                open.remove(&stream.id);
            }
            !stream.dropped
        });
        let new = || Running { sha256: Message::default(), others: Others::new(hashing.digests) };
        let mut messages: Vec<Running> =
            self.streams.iter().map(|stream| open.remove(&stream.id).unwrap_or_else(new)).collect();
        for (message, stream) in messages.iter_mut().zip(&self.streams) {
            stream.blocks.iter().for_each(|block| message.others.update(block));
        }
        let pieces = messages.iter_mut().zip(&self.streams).map(|(message, stream)| Piece {
            message: &mut message.sha256,
            bytes: stream.blocks.iter().map(|block| &***block).collect(),
            ends: stream.end.is_some(),
        });
        let digests = advance(hashing.kernels, pieces.collect());
        for ((stream, message), digest) in self.streams.into_iter().zip(messages).zip(digests) {
            match stream.end.zip(digest) {
                Some((reply, sha256)) => drop(reply.send(Digests { sha256, others: message.others.finish() })),
                None => drop(open.insert(stream.id, message)),
            }
        }
    }
}

/// One message on its way through the service.
pub struct HashStream<'a> {
    service: &'a HashService,
    id: u64,
    open: bool,
}

impl HashStream<'_> {
    /// The next bytes. Waits while the queue is full.
    pub fn update(&self, block: &Arc<Block>) {
        self.service.gate.enter(block.len() + JOB_OVERHEAD_BYTES);
        self.service.send(self.id, Job::Bytes(self.id, Arc::clone(block)));
    }

    /// Ends the message. Does not wait.
    pub fn finish(mut self) -> PendingDigest {
        let (sender, receiver) = mpsc::channel();
        self.open = false;
        self.service.send(self.id, Job::End(self.id, sender));
        PendingDigest(receiver)
    }
}

impl Drop for HashStream<'_> {
    fn drop(&mut self) {
        if self.open {
            self.service.send(self.id, Job::Drop(self.id));
        }
    }
}

/// A digest that will come.
pub struct PendingDigest(Receiver<Digests>);

impl PendingDigest {
    /// Waits for it. `None` if the hashing thread died, which the caller must treat as fatal.
    pub fn wait(self) -> Option<Digests> {
        self.0.recv().ok()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::{Algorithm, Digest};
    use crate::pass::block::Pool;

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
    fn a_dead_hashing_thread_gives_no_digest_and_holds_nobody() {
        std::thread::scope(|scope| {
            let (service, _threads) = HashService::start(scope, 1, every());
            let stream = service.stream();
            service.send(0, Job::Die);
            // More than the queue takes.
            let block = block(&vec![1; limits::HASH_QUEUE_BYTES / 2]);
            for _ in 0..5 {
                stream.update(&block);
            }
            assert_eq!(stream.finish().wait(), None);
        });
    }
}

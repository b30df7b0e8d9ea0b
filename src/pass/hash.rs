//! The hashing service: takes (file, bytes) of many files at once and gives each its digest when it ends.
//!
//! A worker does not wait for a digest: it hands over blocks, goes on with the next file, and the writer picks the digest
//! up at commit. So many streams are under way at once, and their blocks go through the [lanes](crate::seal::lanes) together.

use std::cell::Cell;
use std::collections::{HashMap, VecDeque};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Condvar, Mutex, PoisonError};
use std::thread::{Scope, ScopedJoinHandle};
use std::time::Duration;

use super::block::{Block, Gate, lock, wait};
use crate::model::{Algorithms, Digests, limits};
use crate::seal::lanes::{Kernels, Message, Piece, advance};

/// What a job weighs in the queue beyond its bytes, so that a flood of tiny files is bounded too.
const JOB_OVERHEAD_BYTES: usize = 256;

/// A round of hashing takes no more than this, so that there is room in the queue while it lasts.
const ROUND_BYTES: usize = limits::HASH_QUEUE_BYTES / 4;

/// A round smaller than this waits for company: many small files go through the lanes together, and one large file, whose
/// blocks pile up while the last ones are hashed, waits for nobody.
const COMPANY_BYTES: usize = limits::BLOCK_BYTES;

/// How long it waits at most: only the writer waits for digests, and it may as well get a hundred at once.
const GATHER: Duration = Duration::from_millis(1);

struct Job {
    id: u64,
    what: What,
    weight: usize,
}

enum What {
    Bytes(Arc<Block>),
    /// The last bytes, if there are any, and the end: a small file is one job.
    End(Option<Arc<Block>>),
    Drop,
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

/// What waits for one hashing thread, and the digests that it made.
#[derive(Default)]
struct Line {
    queue: Mutex<Queue>,
    came: Condvar,
    made: Mutex<Made>,
    ready: Condvar,
}

#[derive(Default)]
struct Queue {
    jobs: VecDeque<Job>,
    weight: usize,
    /// The thread sleeps until this weight is there; without a number it is awake, and nobody calls into the kernel to wake it.
    wakes_at: Option<usize>,
    closed: bool,
}

#[derive(Default)]
struct Made {
    digests: HashMap<u64, Digests>,
    dead: bool,
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

impl Line {
    fn send(&self, job: Job) {
        let mut queue = lock(&self.queue);
        // Its thread died: the digest never comes, and the writer says so.
        if queue.closed {
            return;
        }
        queue.weight += job.weight;
        queue.jobs.push_back(job);
        if queue.wakes_at.is_some_and(|weight| queue.weight >= weight) {
            queue.wakes_at = None;
            drop(queue);
            self.came.notify_one();
        }
    }

    /// The jobs of the next round, up to its size, and their weight. `None` at the end.
    fn take(&self) -> Option<(Vec<Job>, usize)> {
        let mut queue = lock(&self.queue);
        while queue.jobs.is_empty() {
            if queue.closed {
                return None;
            }
            queue.wakes_at = Some(1);
            queue = wait(&self.came, queue);
        }
        queue.wakes_at = Some(COMPANY_BYTES);
        let alone = |queue: &mut Queue| queue.weight < COMPANY_BYTES && !queue.closed;
        let waited = self.came.wait_timeout_while(queue, GATHER, alone);
        queue = waited.unwrap_or_else(PoisonError::into_inner).0;
        queue.wakes_at = None;
        let (mut jobs, mut weight) = (Vec::with_capacity(queue.jobs.len()), 0);
        while weight < ROUND_BYTES
            && let Some(job) = queue.jobs.pop_front()
        {
            weight += job.weight;
            jobs.push(job);
        }
        queue.weight -= weight;
        Some((jobs, weight))
    }

    fn give(&self, digests: Vec<(u64, Digests)>) {
        lock(&self.made).digests.extend(digests);
        self.ready.notify_all();
    }

    fn close(&self) {
        lock(&self.queue).closed = true;
        self.came.notify_one();
    }

    fn die(&self) {
        let mut queue = lock(&self.queue);
        queue.closed = true;
        queue.jobs.clear();
        drop(queue);
        lock(&self.made).dead = true;
        self.ready.notify_all();
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

/// What is to be hashed at once.
#[derive(Default)]
struct Round {
    /// Streams in the order in which they came up.
    streams: Vec<Stream>,
    place: HashMap<u64, usize>,
}

/// What a round holds of one stream.
struct Stream {
    id: u64,
    blocks: Vec<Arc<Block>>,
    ends: bool,
    dropped: bool,
}

impl Round {
    fn add(&mut self, job: Job) {
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
    fn run(mut self, open: &mut HashMap<u64, Message>, hashing: Hashing) -> Vec<(u64, Digests)> {
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

//! What waits for a hashing thread, and how much of it makes a round.

use std::collections::{HashMap, VecDeque};
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use crate::model::{Digests, limits};
use crate::pass::block::{Block, lock, wait};
use crate::seal::lanes::WIDEST;

/// A round of hashing takes no more than this, so that there is room in the queue while it lasts.
const ROUND_BYTES: usize = limits::HASH_QUEUE_BYTES / 4;

/// What one stream may have in the queue: where many large files are open their readers take turns, so that a round holds a
/// block of each and all lanes are in use; a file that is alone has some more, so that neither side waits for the other.
const STREAM_BLOCKS: usize = 4;

/// How long a round waits at most for company: only the writer waits for digests, and it may as well get a hundred at once.
const GATHER: Duration = Duration::from_millis(1);

pub(super) struct Job {
    pub(super) id: u64,
    pub(super) what: What,
    pub(super) weight: usize,
}

pub(super) enum What {
    Bytes(Arc<Block>),
    /// The last bytes, if there are any, and the end: a small file is one job.
    End(Option<Arc<Block>>),
    Drop,
    #[cfg(test)]
    Die,
}

/// What waits for one hashing thread, and the digests that it made.
#[derive(Default)]
pub(super) struct Line {
    queue: Mutex<Queue>,
    came: Condvar,
    left: Condvar,
    pub(super) made: Mutex<Made>,
    pub(super) ready: Condvar,
}

#[derive(Default)]
pub(super) struct Queue {
    jobs: VecDeque<Job>,
    weight: usize,
    /// The thread sleeps until this weight is there; without a number it is awake, and nobody calls into the kernel to wake it.
    wakes_at: Option<usize>,
    /// The open streams of several blocks, with the blocks that each has in the queue.
    large: HashMap<u64, usize>,
    /// How many of them the last round had.
    in_step: usize,
    /// How many readers wait because theirs has enough there.
    held_back: usize,
    closed: bool,
}

#[derive(Default)]
pub(super) struct Made {
    pub(super) digests: HashMap<u64, Digests>,
    pub(super) dead: bool,
}

impl Queue {
    /// Blocks that each open stream may have here.
    fn share(&self) -> usize {
        (ROUND_BYTES / limits::BLOCK_BYTES / self.large.len().max(1)).clamp(1, STREAM_BLOCKS)
    }

    /// What makes a round worth its while: a block of as many streams as the last one had, as far as there are lanes. More come
    /// up by themselves while a round lasts; a reader that waits for something else (its turn to write) is not waited for twice.
    fn company(&self) -> usize {
        limits::BLOCK_BYTES * self.in_step.min(self.large.len()).clamp(1, WIDEST)
    }

    /// Takes the jobs of a round, and their weight.
    pub(super) fn round(&mut self) -> (Vec<Job>, usize) {
        self.in_step = self.large.values().filter(|blocks| **blocks > 0).count();
        let (mut jobs, mut weight) = (Vec::with_capacity(self.jobs.len()), 0);
        while weight < ROUND_BYTES
            && let Some(job) = self.jobs.pop_front()
        {
            weight += job.weight;
            if let (What::Bytes(_), Some(blocks)) = (&job.what, self.large.get_mut(&job.id)) {
                *blocks = blocks.saturating_sub(1);
            }
            jobs.push(job);
        }
        self.weight -= weight;
        (jobs, weight)
    }
}

impl Line {
    pub(super) fn send(&self, job: Job) {
        let mut queue = lock(&self.queue);
        match job.what {
            What::Bytes(_) => {
                queue = self.hold_back(queue, job.id);
                *queue.large.entry(job.id).or_default() += 1;
            }
            _ => drop(queue.large.remove(&job.id)),
        }
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

    /// Waits while the stream has enough in the queue.
    fn hold_back<'a>(&'a self, mut queue: MutexGuard<'a, Queue>, id: u64) -> MutexGuard<'a, Queue> {
        while !queue.closed && queue.large.get(&id).is_some_and(|blocks| *blocks >= queue.share()) {
            queue.held_back += 1;
            queue = wait(&self.left, queue);
            queue.held_back -= 1;
        }
        queue
    }

    /// The jobs of the next round, up to its size, and their weight. `None` at the end.
    pub(super) fn take(&self) -> Option<(Vec<Job>, usize)> {
        let mut queue = lock(&self.queue);
        while queue.jobs.is_empty() {
            if queue.closed {
                return None;
            }
            queue.wakes_at = Some(1);
            queue = wait(&self.came, queue);
        }
        queue.wakes_at = Some(queue.company());
        let alone = |queue: &mut Queue| queue.weight < queue.company() && !queue.closed;
        let waited = self.came.wait_timeout_while(queue, GATHER, alone);
        queue = waited.unwrap_or_else(PoisonError::into_inner).0;
        queue.wakes_at = None;
        let round = queue.round();
        let is_awaited = queue.held_back > 0;
        drop(queue);
        if is_awaited {
            self.left.notify_all();
        }
        Some(round)
    }

    pub(super) fn give(&self, digests: Vec<(u64, Digests)>) {
        lock(&self.made).digests.extend(digests);
        self.ready.notify_all();
    }

    pub(super) fn close(&self) {
        lock(&self.queue).closed = true;
        self.came.notify_one();
        self.left.notify_all();
    }

    pub(super) fn die(&self) {
        let mut queue = lock(&self.queue);
        queue.closed = true;
        queue.jobs.clear();
        drop(queue);
        self.left.notify_all();
        lock(&self.made).dead = true;
        self.ready.notify_all();
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::pass::block::Pool;

    fn bytes(id: u64) -> Job {
        let block = Block::fill(&Arc::new(Pool::default()), limits::BLOCK_BYTES, |buffer| Ok::<_, ()>(buffer.len()));
        Job { id, what: What::Bytes(block.unwrap()), weight: limits::BLOCK_BYTES }
    }

    fn ids(line: &Line) -> Vec<u64> {
        lock(&line.queue).round().0.into_iter().map(|job| job.id).collect()
    }

    #[test]
    fn a_stream_that_is_alone_has_a_few_blocks_waiting_and_then_its_reader_waits() {
        let line = Line::default();
        std::thread::scope(|scope| {
            let reader = scope.spawn(|| (0..=STREAM_BLOCKS).for_each(|_| line.send(bytes(7))));
            std::thread::sleep(Duration::from_millis(30));
            assert!(!reader.is_finished());
            assert_eq!(line.take().unwrap().0.len(), STREAM_BLOCKS);
            reader.join().unwrap();
            assert_eq!(ids(&line), [7]);
        });
    }

    #[test]
    fn a_round_holds_a_block_of_each_of_many_streams() {
        let line = Line::default();
        let many = WIDEST as u64;
        (0..many).for_each(|id| line.send(bytes(id)));
        assert_eq!(ids(&line), (0..many).collect::<Vec<_>>());
        assert_eq!(lock(&line.queue).share(), 1);
        std::thread::scope(|scope| {
            (0..many).for_each(|id| line.send(bytes(id)));
            let impatient = scope.spawn(|| line.send(bytes(3)));
            std::thread::sleep(Duration::from_millis(30));
            assert!(!impatient.is_finished(), "its second block waits for the block of the others");
            assert_eq!(lock(&line.queue).company(), WIDEST * limits::BLOCK_BYTES);
            assert_eq!(line.take().unwrap().0.len(), WIDEST);
            impatient.join().unwrap();
        });
        assert_eq!(ids(&line), [3]);
    }

    #[test]
    fn a_stream_that_ends_is_waited_for_no_more() {
        let line = Line::default();
        (0..4).for_each(|id| line.send(bytes(id)));
        assert_eq!(ids(&line).len(), 4);
        assert_eq!(lock(&line.queue).company(), 4 * limits::BLOCK_BYTES);
        (0..4).for_each(|id| line.send(Job { id, what: What::End(None), weight: 1 }));
        assert_eq!(lock(&line.queue).company(), limits::BLOCK_BYTES);
        assert_eq!(ids(&line).len(), 4);
    }
}

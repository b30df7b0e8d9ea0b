//! The deflate service: blocks of large files on all cores, each by itself, while their file is read on.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::mpsc::{self, Receiver, Sender, SyncSender};
use std::sync::{Arc, Mutex};
use std::thread::Scope;

use super::Deflater;
use crate::model::limits;
use crate::pass::block::{Block, lock};

/// A block, and who waits for what it becomes.
type Job = (Arc<Block>, Sender<Vec<u8>>);

/// The service. Its threads end when it is dropped.
pub struct DeflateService {
    jobs: SyncSender<Job>,
}

impl DeflateService {
    /// Starts `threads` threads, at least one.
    pub fn start<'scope>(scope: &'scope Scope<'scope, '_>, threads: usize) -> Self {
        let (jobs, waiting) = mpsc::sync_channel(limits::DEFLATE_QUEUE_BYTES / limits::BLOCK_BYTES);
        let waiting = Arc::new(Mutex::new(waiting));
        for _ in 0..threads.max(1) {
            let waiting = Arc::clone(&waiting);
            // After a panic the rest of the threads go on; who waits for this block hears that it will not come.
            scope.spawn(move || catch_unwind(AssertUnwindSafe(|| serve(&waiting))));
        }
        Self { jobs }
    }

    /// Hands over a block. Waits while the queue is full.
    pub fn send(&self, block: &Arc<Block>) -> PendingChunk {
        let (sender, chunk) = mpsc::channel();
        // With all threads gone the chunk never comes, and the writer says so.
        let _ = self.jobs.send((Arc::clone(block), sender));
        PendingChunk(chunk)
    }
}

fn serve(waiting: &Mutex<Receiver<Job>>) {
    let mut deflater = Deflater::default();
    loop {
        let next = lock(waiting).recv();
        let Ok((block, chunk)) = next else { return };
        // A writer that has stopped wants it no more.
        let _ = chunk.send(deflater.block(&block));
    }
}

/// A chunk of a deflate stream that will come.
pub struct PendingChunk(Receiver<Vec<u8>>);

impl PendingChunk {
    /// Waits for it. `None` if its thread died, which the caller must treat as fatal.
    pub fn wait(self) -> Option<Vec<u8>> {
        self.0.recv().ok()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::pass::block::Pool;

    #[test]
    fn chunks_come_back_to_whoever_handed_over_the_block() {
        let pool = Arc::new(Pool::default());
        let block = |n: u8| {
            Block::fill(&pool, 5000, |buffer| {
                buffer.fill(n + 1);
                Ok::<_, ()>(5000)
            })
            .unwrap()
        };
        std::thread::scope(|scope| {
            let service = DeflateService::start(scope, 3);
            let pending: Vec<PendingChunk> = (0..100).map(|n| service.send(&block(n))).collect();
            for (n, chunk) in (0..100).zip(pending) {
                assert_eq!(chunk.wait(), Some(Deflater::default().block(&block(n))));
            }
        });
    }
}

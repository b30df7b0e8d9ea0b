//! Shared buffers: one read of a source lands in one block, which hashing, keeping and looking all see.

use std::ops::Deref;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};

use crate::model::limits;

/// Locks, and goes on after a panic elsewhere: the data behind these locks is only counters and queues.
pub(crate) fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Waits on a condition, and goes on after a panic elsewhere.
pub(crate) fn wait<'a, T>(condition: &Condvar, guard: MutexGuard<'a, T>) -> MutexGuard<'a, T> {
    condition.wait(guard).unwrap_or_else(PoisonError::into_inner)
}

/// Large buffers that are used again: without it every block would be fresh pages from the kernel.
#[derive(Debug, Default)]
pub struct Pool {
    free: Mutex<Vec<Vec<u8>>>,
}

impl Pool {
    /// Buffers kept for the next use.
    const KEPT: usize = 64;

    /// A buffer of [`limits::BLOCK_BYTES`]; what it holds is of no meaning.
    fn take(&self) -> Vec<u8> {
        lock(&self.free).pop().unwrap_or_else(|| vec![0; limits::BLOCK_BYTES])
    }

    fn put_back(&self, buffer: Vec<u8>) {
        let mut free = lock(&self.free);
        if free.len() < Self::KEPT {
            free.push(buffer);
        }
    }
}

/// Bytes that were read once and are not changed again.
#[derive(Debug)]
pub struct Block {
    bytes: Vec<u8>,
    /// How much of it is real: a buffer is not cleared before it is used again.
    length: usize,
    home: Option<Arc<Pool>>,
}

impl Block {
    /// Fills a block by `read`, which gets a buffer of the wanted size and says how much of it is real.
    ///
    /// # Errors
    /// What `read` says.
    pub fn fill<E>(
        pool: &Arc<Pool>,
        size: usize,
        read: impl FnOnce(&mut [u8]) -> Result<usize, E>,
    ) -> Result<Arc<Self>, E> {
        // Small files get buffers of their own size, so that a queue of them costs what they weigh.
        let pooled = (limits::BLOCK_BYTES / 4..=limits::BLOCK_BYTES).contains(&size);
        let mut bytes = if pooled { pool.take() } else { vec![0; size] };
        let length = read(bytes.get_mut(..size).unwrap_or_default())?.min(size);
        Ok(Arc::new(Self { bytes, length, home: pooled.then(|| Arc::clone(pool)) }))
    }
}

impl Deref for Block {
    type Target = [u8];

    fn deref(&self) -> &[u8] {
        self.bytes.get(..self.length).unwrap_or_default()
    }
}

impl Drop for Block {
    fn drop(&mut self) {
        if let Some(pool) = &self.home {
            pool.put_back(std::mem::take(&mut self.bytes));
        }
    }
}

#[derive(Debug, Default)]
struct Held {
    bytes: usize,
    /// Who waits: without anybody, nobody is woken, which would be a call into the kernel for each round.
    waiting: usize,
}

/// A bound in bytes on what may be under way at once.
#[derive(Debug)]
pub struct Gate {
    capacity: usize,
    held: Mutex<Held>,
    freed: Condvar,
    open: AtomicBool,
}

impl Gate {
    /// A gate that lets `capacity` bytes through at a time.
    pub fn new(capacity: usize) -> Self {
        Self { capacity, held: Mutex::default(), freed: Condvar::new(), open: AtomicBool::new(false) }
    }

    /// Waits until `bytes` fit. Something larger than the whole gate passes alone.
    pub fn enter(&self, bytes: usize) {
        let mut held = lock(&self.held);
        while held.bytes > 0 && held.bytes.saturating_add(bytes) > self.capacity && !self.open.load(Ordering::Relaxed) {
            held.waiting += 1;
            held = wait(&self.freed, held);
            held.waiting -= 1;
        }
        held.bytes = held.bytes.saturating_add(bytes);
    }

    /// Lets everybody through from now on: whoever would give bytes back is gone.
    pub fn open(&self) {
        // Under the lock: nobody is between looking and waiting.
        let _held = lock(&self.held);
        self.open.store(true, Ordering::Relaxed);
        self.freed.notify_all();
    }

    /// Gives `bytes` back.
    pub fn leave(&self, bytes: usize) {
        let mut held = lock(&self.held);
        held.bytes = held.bytes.saturating_sub(bytes);
        let is_awaited = held.waiting > 0;
        drop(held);
        if is_awaited {
            self.freed.notify_all();
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_large_block_goes_back_to_its_pool_and_a_small_one_does_not() {
        let pool = Arc::new(Pool::default());
        let large = Block::fill(&pool, limits::BLOCK_BYTES, |_| Ok::<_, ()>(3)).unwrap();
        let small = Block::fill(&pool, 10, |buffer| Ok::<_, ()>(buffer.len())).unwrap();
        assert_eq!((large.len(), small.len()), (3, 10));
        drop((large, small));
        assert_eq!(lock(&pool.free).len(), 1);
    }

    #[test]
    fn what_a_buffer_held_before_is_not_seen_again() {
        let pool = Arc::new(Pool::default());
        let whole = |buffer: &mut [u8]| {
            buffer.fill(7);
            Ok::<_, ()>(buffer.len())
        };
        drop(Block::fill(&pool, limits::BLOCK_BYTES, whole).unwrap());
        let next = Block::fill(&pool, limits::BLOCK_BYTES / 2, |buffer| {
            buffer[..2].copy_from_slice(b"ab");
            Ok::<_, ()>(2)
        });
        assert_eq!(&next.as_ref().unwrap()[..], b"ab");
        let boast = Block::fill(&pool, 10, |_| Ok::<_, ()>(11)).unwrap();
        assert_eq!(boast.len(), 10, "no more than there is, whatever a reader says");
    }

    #[test]
    fn the_gate_holds_back_what_does_not_fit_and_lets_a_giant_pass_alone() {
        let gate = Arc::new(Gate::new(10));
        gate.enter(25);
        let waiting = Arc::clone(&gate);
        let second = std::thread::spawn(move || waiting.enter(1));
        std::thread::sleep(std::time::Duration::from_millis(20));
        assert!(!second.is_finished());
        gate.leave(25);
        second.join().unwrap();
    }
}

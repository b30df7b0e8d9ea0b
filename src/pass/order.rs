//! The ordered queue between workers and the one writer: parts come out in walk order, whatever order they came in.
//!
//! The entry whose turn it is may always add; entries ahead of their turn share [`limits::AHEAD_BYTES`] and wait when it is
//! used up. Workers take entries in order, so the one whose turn it is always has a worker: nothing can lock up.

use std::collections::{BTreeMap, VecDeque};
use std::sync::{Condvar, Mutex};

use super::block::{lock, wait};
use crate::model::limits;

/// The writer gave up (a full disk): whoever adds should stop.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("the writer has stopped")]
pub struct Stopped;

struct Waiting<T> {
    parts: VecDeque<(usize, T)>,
    bytes: usize,
    ended: bool,
}

struct State<T> {
    turn: u64,
    queues: BTreeMap<u64, Waiting<T>>,
    bytes: usize,
    total: Option<u64>,
    stopped: bool,
    /// Who waits: without anybody, nobody is woken, which would be a call into the kernel for each part.
    workers_waiting: usize,
    writer_waits: bool,
}

/// The queue. `T` is one part of an entry's result.
pub struct Order<T> {
    state: Mutex<State<T>>,
    /// For workers: there is room, or the turn went on.
    room: Condvar,
    /// For the writer: there is a part for it, or the end.
    came: Condvar,
}

impl<T> Default for Order<T> {
    fn default() -> Self {
        Self::new()
    }
}

impl<T> Order<T> {
    /// An empty queue; the first turn is entry 0.
    pub fn new() -> Self {
        let state = State {
            turn: 0,
            queues: BTreeMap::new(),
            bytes: 0,
            total: None,
            stopped: false,
            workers_waiting: 0,
            writer_waits: false,
        };
        Self { state: Mutex::new(state), room: Condvar::new(), came: Condvar::new() }
    }

    /// Adds a batch of parts for entry `seq` that weighs `bytes`; `ended` with its last. Waits while there is no room.
    ///
    /// # Errors
    /// [`Stopped`] when the writer has given up.
    pub fn add(&self, seq: u64, batch: Vec<(usize, T)>, ended: bool) -> Result<(), Stopped> {
        let bytes: usize = batch.iter().map(|(weight, _)| weight).sum();
        let mut state = lock(&self.state);
        loop {
            if state.stopped {
                return Err(Stopped);
            }
            let mine = state.queues.get(&seq).map_or(0, |queue| queue.bytes);
            let room = if seq == state.turn { mine < limits::HEAD_BYTES } else { state.bytes < limits::AHEAD_BYTES };
            if room {
                break;
            }
            state.workers_waiting += 1;
            state = wait(&self.room, state);
            state.workers_waiting -= 1;
        }
        state.bytes = state.bytes.saturating_add(bytes);
        let queue =
            state.queues.entry(seq).or_insert_with(|| Waiting { parts: VecDeque::new(), bytes: 0, ended: false });
        queue.bytes = queue.bytes.saturating_add(bytes);
        queue.parts.extend(batch);
        queue.ended |= ended;
        let is_awaited = seq == state.turn && state.writer_waits;
        drop(state);
        if is_awaited {
            self.came.notify_one();
        }
        Ok(())
    }

    /// Says how many entries there are in all, once the walk has ended.
    pub fn total(&self, entries: u64) {
        lock(&self.state).total = Some(entries);
        self.came.notify_one();
    }

    /// The next part in walk order, with its entry; waits for it. `None` after the last part of the last entry, or once
    /// [`Order::stop`] was called.
    pub fn next(&self) -> Option<(u64, T)> {
        let mut state = lock(&self.state);
        loop {
            if state.stopped {
                return None;
            }
            let turn = state.turn;
            if let Some(queue) = state.queues.get_mut(&turn) {
                if let Some((weight, part)) = queue.parts.pop_front() {
                    queue.bytes = queue.bytes.saturating_sub(weight);
                    state.bytes = state.bytes.saturating_sub(weight);
                    let is_awaited = state.workers_waiting > 0;
                    drop(state);
                    if is_awaited {
                        self.room.notify_all();
                    }
                    return Some((turn, part));
                }
                if queue.ended {
                    state.queues.remove(&turn);
                    state.turn += 1;
                    if state.workers_waiting > 0 {
                        self.room.notify_all();
                    }
                    continue;
                }
            } else if state.total.is_some_and(|total| turn >= total) {
                return None;
            }
            state.writer_waits = true;
            state = wait(&self.came, state);
            state.writer_waits = false;
        }
    }

    /// Ends everything early: the writer can not go on, or the user interrupted.
    pub fn stop(&self) {
        lock(&self.state).stopped = true;
        self.came.notify_all();
        self.room.notify_all();
    }

    /// Whether [`Order::stop`] was called.
    pub fn is_stopped(&self) -> bool {
        lock(&self.state).stopped
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn parts_come_out_in_walk_order_from_any_number_of_workers() {
        for workers in [1u64, 2, 7] {
            let order = Order::new();
            let mut out = Vec::new();
            std::thread::scope(|scope| {
                for worker in 0..workers {
                    let order = &order;
                    scope.spawn(move || {
                        for seq in (0..200).filter(|seq| seq % workers == worker) {
                            // Heavier than the shared room, so that waiting for one's turn is exercised.
                            order.add(seq, vec![(limits::AHEAD_BYTES / 2, (seq, 0))], false).unwrap();
                            order.add(seq, vec![(limits::AHEAD_BYTES / 2, (seq, 1))], true).unwrap();
                        }
                    });
                }
                order.total(200);
                while let Some((_, part)) = order.next() {
                    out.push(part);
                }
            });
            let wanted: Vec<(u64, i32)> = (0..200).flat_map(|seq| [(seq, 0), (seq, 1)]).collect();
            assert_eq!(out, wanted);
        }
    }

    #[test]
    fn a_stopped_writer_lets_waiting_workers_go() {
        let order: Order<()> = Order::new();
        std::thread::scope(|scope| {
            let worker = scope.spawn(|| {
                order.add(1, vec![(limits::AHEAD_BYTES, ())], false)?;
                order.add(1, vec![(1, ())], true)
            });
            std::thread::sleep(std::time::Duration::from_millis(20));
            order.stop();
            assert_eq!(worker.join().unwrap(), Err(Stopped));
        });
    }
}

//! Runs the pass: a walker, workers, the hashing service, and the calling thread as the one writer.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc::{self, Receiver};
use std::sync::{Arc, Mutex};

use super::block::{Pool, lock};
use super::commit::{Commit, Content, FileOutcome};
use super::deflate::{DeflateService, Deflater};
use super::hash::{HashService, Hashing, PendingDigest};
use super::lane::Part;
use super::links::Link;
use super::look::Lens;
use super::notice::Progress;
use super::order::Order;
use super::source::Item;
use super::stretches::GiantFrom;
use super::work::{Bench, work};
use crate::model::{Algorithms, limits};
use crate::seal::lanes::{Kernels, WIDEST};

/// What a run does with each entry.
#[derive(Clone, Copy)]
pub struct Plan<'a> {
    /// Cores to use, at least 1: so many threads deflate, and half as many hash. What comes out does not depend on it.
    pub threads: usize,
    /// Files that are open at once, at least 1: while one waits for the disk another is read, and more messages are hashed side
    /// by side. What comes out does not depend on it.
    pub readers: usize,
    /// Entries that the walk may be ahead of the workers, at least 1: each may hold a file handle.
    pub walk_ahead: usize,
    /// What hashes on this machine. What comes out does not depend on it.
    pub kernels: Kernels,
    /// The digests of each content.
    pub digests: Algorithms,
    /// What becomes of content.
    pub keep: Keep,
    /// Whether content is looked at, and with what.
    pub lens: Option<Lens<'a>>,
    /// Set from outside to end early (the user interrupted).
    pub stop: &'a AtomicBool,
    /// Raised as the run goes.
    pub progress: &'a Progress,
}

/// Hashing threads for so many cores: reading, inflating and writing have the others.
fn hashing_threads(threads: usize) -> usize {
    threads.div_ceil(2)
}

impl Plan<'_> {
    /// Files to have open at once where content is hashed alone: as many as fill the lanes of each hashing thread, but not so
    /// many that a machine of many cores is full of readers.
    pub fn readers_to_hash(threads: usize) -> usize {
        let to_fill_lanes = hashing_threads(threads).saturating_mul(WIDEST).min(limits::READERS);
        threads.saturating_mul(2).max(to_fill_lanes)
    }
}

/// What becomes of content, beside being looked at.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Keep {
    /// Nothing: it is only looked at.
    Nothing,
    /// It is hashed.
    Digest,
    /// It is hashed and kept.
    Content,
}

/// Why a run did not reach its end.
#[derive(Debug, thiserror::Error)]
pub enum RunError<E> {
    /// Whoever takes the results can not go on.
    #[error("the results could not be written")]
    Commit(#[source] E),
    /// Stopped from outside.
    #[error("interrupted")]
    Interrupted,
    /// A bug in hozen: a worker or hashing thread died.
    #[error("a worker thread died at entry {0}: this is a bug in hozen, not in the source")]
    Crashed(u64),
}

/// What a run came to.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Totals {
    /// Entries that were committed.
    pub entries: u64,
}

/// Runs `items` (in walk order, `seq` from 0 without holes) through the pass and commits each in order.
///
/// # Errors
/// [`RunError`]; everything before it was committed.
pub fn run<C: Commit>(
    items: impl Iterator<Item = Item> + Send,
    plan: Plan<'_>,
    commit: &mut C,
) -> Result<Totals, RunError<C::Error>> {
    let order = Order::new();
    let pool = Arc::new(Pool::default());
    let crashed = AtomicBool::new(false);
    let hashing = Hashing { kernels: plan.kernels, digests: plan.digests };
    std::thread::scope(|scope| {
        let (hashes, _threads) = HashService::start(scope, hashing_threads(plan.threads), hashing);
        let (sender, receiver) = mpsc::sync_channel(plan.walk_ahead.max(1));
        let receiver = Arc::new(Mutex::new(receiver));
        let hashes = Arc::new(hashes);
        let deflates = Arc::new(DeflateService::start(scope, plan.threads));
        let (order, pool, crashed) = (&order, &pool, &crashed);
        scope.spawn(move || {
            let clean = catch_unwind(AssertUnwindSafe(|| {
                let mut total = 0;
                for item in items {
                    plan.progress.walked(bytes_to_read(&item));
                    if plan.stop.load(Ordering::Relaxed) || order.is_stopped() || sender.send(item).is_err() {
                        break;
                    }
                    total += 1;
                }
                plan.progress.walk_ended();
                order.total(total);
            }));
            if clean.is_err() {
                // Without a total the writer would wait for ever.
                crashed.store(true, Ordering::Relaxed);
                order.stop();
            }
        });
        for _ in 0..plan.readers.max(1) {
            let (receiver, hashes, deflates) = (Arc::clone(&receiver), Arc::clone(&hashes), Arc::clone(&deflates));
            scope.spawn(move || {
                let bench = Bench { plan, order, hashes: &hashes, deflates: &deflates, pool };
                let clean = catch_unwind(AssertUnwindSafe(|| serve(&receiver, &bench)));
                if clean.is_err() {
                    crashed.store(true, Ordering::Relaxed);
                    order.stop();
                }
            });
        }
        let written = write(order, plan, commit);
        // Workers and the walker must not wait for a writer that is gone.
        order.stop();
        while lock(&receiver).recv().is_ok() {}
        match written {
            Ok(totals) if crashed.load(Ordering::Relaxed) => Err(RunError::Crashed(totals.entries)),
            Ok(_) if plan.stop.load(Ordering::Relaxed) => Err(RunError::Interrupted),
            other => other,
        }
    })
}

/// Bytes of a file that has not been met under another name.
fn bytes_to_read(item: &Item) -> u64 {
    let Some(source) = &item.source else { return 0 };
    let is_read = source.link().is_none_or(Link::is_first);
    item.entry.stat.as_ref().filter(|_| is_read).map_or(0, |stat| GiantFrom::default().cost(stat).0)
}

/// One worker: takes the next item in walk order until there is none.
fn serve(items: &Mutex<Receiver<Item>>, bench: &Bench<'_>) {
    let mut deflater = Deflater::default();
    loop {
        let next = lock(items).recv();
        let Ok(item) = next else { return };
        if bench.plan.stop.load(Ordering::Relaxed) {
            bench.order.stop();
            return;
        }
        if work(item, bench, &mut deflater).is_err() {
            // Interrupted in the middle of a file, or the writer is gone already: nobody must wait for its end.
            bench.order.stop();
            return;
        }
    }
}

/// The writer: commits parts in walk order.
fn write<C: Commit>(order: &Order<Part>, plan: Plan<'_>, commit: &mut C) -> Result<Totals, RunError<C::Error>> {
    let mut totals = Totals::default();
    while let Some((seq, part)) = order.next() {
        match part {
            Part::Begin(begin) => commit.begin(&begin.entry, begin.method, begin.limit),
            Part::Chunk(chunk) => chunk.give(|stored| commit.chunk(stored)).ok_or(RunError::Crashed(seq))?,
            Part::Found(path, found) => commit.found(&path, found),
            Part::Member(member) => commit.member(*member),
            Part::End(outcome, pending) => {
                let outcome = settle(*outcome, pending).ok_or(RunError::Crashed(seq))?;
                let gaps = outcome.gaps.len() + outcome.looked.as_ref().map_or(0, |looked| looked.gaps.len());
                totals.entries += 1;
                plan.progress.committed(gaps as u64);
                commit.end(outcome)
            }
        }
        .map_err(RunError::Commit)?;
    }
    Ok(totals)
}

/// Waits for the digest of an outcome.
fn settle(mut outcome: FileOutcome, pending: Option<PendingDigest>) -> Option<FileOutcome> {
    if let Some(pending) = pending {
        let digests = pending.wait()?;
        outcome.content = outcome.content.map(|content| Content { digests, ..content });
    }
    Some(outcome)
}

//! Progress: numbers that go up while the pass runs. Never stored; silent unless somebody looks.

use std::sync::atomic::{AtomicU64, Ordering};

/// Counters that workers raise and a watcher reads.
#[derive(Debug, Default)]
pub struct Progress {
    walked: AtomicU64,
    walked_bytes: AtomicU64,
    walk_ended: std::sync::atomic::AtomicBool,
    read: AtomicU64,
    committed: AtomicU64,
    gaps: AtomicU64,
}

/// One look at the counters.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Notice {
    /// Entries that the walk has seen.
    pub walked: u64,
    /// Bytes of the files among them.
    pub walked_bytes: u64,
    /// Whether the walk has ended, so that `walked_bytes` is the whole.
    pub walk_ended: bool,
    /// Bytes that were read.
    pub read: u64,
    /// Entries that are done.
    pub committed: u64,
    /// Gaps so far.
    pub gaps: u64,
}

impl Progress {
    pub(crate) fn walked(&self, bytes: u64) {
        self.walked.fetch_add(1, Ordering::Relaxed);
        self.walked_bytes.fetch_add(bytes, Ordering::Relaxed);
    }

    pub(crate) fn walk_ended(&self) {
        self.walk_ended.store(true, Ordering::Relaxed);
    }

    /// Counts bytes that were read.
    pub fn read(&self, bytes: u64) {
        self.read.fetch_add(bytes, Ordering::Relaxed);
    }

    pub(crate) fn committed(&self, gaps: u64) {
        self.committed.fetch_add(1, Ordering::Relaxed);
        self.gaps.fetch_add(gaps, Ordering::Relaxed);
    }

    /// The numbers now.
    pub fn now(&self) -> Notice {
        Notice {
            walked: self.walked.load(Ordering::Relaxed),
            walked_bytes: self.walked_bytes.load(Ordering::Relaxed),
            walk_ended: self.walk_ended.load(Ordering::Relaxed),
            read: self.read.load(Ordering::Relaxed),
            committed: self.committed.load(Ordering::Relaxed),
            gaps: self.gaps.load(Ordering::Relaxed),
        }
    }
}

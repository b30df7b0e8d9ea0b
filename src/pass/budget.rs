//! The budget of one source file: what everything inside it may unfold to. Against bombs, however they are nested.

use std::cell::Cell;
use std::io::{self, Read};
use std::rc::Rc;
use std::sync::atomic::{AtomicBool, Ordering};

use crate::model::limits;

/// Bytes unfolded so far, and what is allowed.
#[derive(Debug)]
pub(super) struct Budget {
    allowed: u64,
    unfolded: Cell<u64>,
}

impl Budget {
    /// The budget of a source of `source_bytes` bytes.
    pub(super) fn new(source_bytes: u64) -> Rc<Self> {
        let allowed = limits::EXPANSION_FREE_BYTES.max(source_bytes.saturating_mul(limits::EXPANSION_RATIO));
        Rc::new(Self { allowed, unfolded: Cell::new(0) })
    }

    /// Whether more was unfolded than is allowed.
    pub(super) fn is_spent(&self) -> bool {
        self.unfolded.get() > self.allowed
    }

    /// What to tell the user.
    pub(super) fn reason(&self) -> String {
        format!(
            "the containers in this file unfolded to more than {} bytes, out of proportion to its size (a zip bomb?); \
             the rest of it was not looked at: unpack it by hand on a machine that can spare the space",
            self.allowed
        )
    }
}

/// A member's bytes, counted against the budget. Ends with an error when it is spent.
pub(super) struct Metered<'a> {
    pub(super) inner: &'a mut dyn Read,
    pub(super) budget: Rc<Budget>,
    /// Set from outside to end early: a small file may unfold for a long time.
    pub(super) stop: &'a AtomicBool,
}

impl Read for Metered<'_> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        if self.stop.load(Ordering::Relaxed) {
            return Err(io::Error::other("interrupted"));
        }
        if self.budget.is_spent() {
            return Err(io::Error::other("the file's budget of unfolded bytes is used up"));
        }
        let count = self.inner.read(buffer)?;
        self.budget.unfolded.set(self.budget.unfolded.get().saturating_add(count as u64));
        Ok(count)
    }
}

/// Counts the bytes that a leaf gave.
pub(super) struct Counted<'a> {
    pub(super) inner: &'a mut dyn Read,
    pub(super) count: &'a Cell<u64>,
}

impl Read for Counted<'_> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let count = self.inner.read(buffer)?;
        self.count.set(self.count.get().saturating_add(count as u64));
        Ok(count)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_bomb_ends_soon_after_its_budget_and_a_large_honest_source_does_not() {
        let stop = AtomicBool::new(false);
        let small = Budget::new(1000);
        let mut endless = io::repeat(0);
        let mut metered = Metered { inner: &mut endless, budget: Rc::clone(&small), stop: &stop };
        let seen = io::copy(&mut metered, &mut io::sink());
        assert!(seen.is_err() && small.is_spent());
        assert!(small.unfolded.get() < limits::EXPANSION_FREE_BYTES + 1024 * 1024);

        let large = Budget::new(100_000_000);
        let mut tenfold = io::repeat(0).take(1_000_000_000);
        let mut metered = Metered { inner: &mut tenfold, budget: Rc::clone(&large), stop: &stop };
        assert!(io::copy(&mut metered, &mut io::sink()).is_ok());

        stop.store(true, Ordering::Relaxed);
        assert!(metered.read(&mut [0]).is_err(), "an interrupt ends it");
    }
}

//! The budget of one source file: what everything inside it may unfold to. Against bombs, however they are nested.

use std::cell::Cell;
use std::io::{self, Read};
use std::rc::Rc;

use crate::model::limits;

/// Bytes unfolded so far, and what is allowed.
#[derive(Debug)]
pub struct Budget {
    allowed: u64,
    unfolded: Cell<u64>,
    /// Memory that decoders inside each other hold for what they may refer back to.
    held: Cell<u64>,
    ended: Cell<bool>,
}

impl Budget {
    /// The budget of a source of `source_bytes` bytes.
    pub fn new(source_bytes: u64) -> Rc<Self> {
        let allowed = limits::EXPANSION_FREE_BYTES.max(source_bytes.saturating_mul(limits::EXPANSION_RATIO));
        Rc::new(Self { allowed, unfolded: Cell::new(0), held: Cell::new(0), ended: Cell::new(false) })
    }

    /// Counts what was unfolded; whether the reader may go on.
    pub fn count(&self, bytes: u64) -> bool {
        self.unfolded.set(self.unfolded.get().saturating_add(bytes));
        !self.is_spent() && !self.ended.get()
    }

    /// Asks for the memory of one decoder (its dictionary or window), before it is made: `None` if the decoders of this source would hold
    /// more than [`UNPACKER_BYTES`](limits::UNPACKER_BYTES) together. It is given back when what is returned is dropped.
    pub fn hold(self: &Rc<Self>, bytes: u64) -> Option<Held> {
        let held = self.held.get().saturating_add(bytes);
        (held <= limits::UNPACKER_BYTES).then(|| {
            self.held.set(held);
            Held { budget: Rc::clone(self), bytes }
        })
    }

    /// The same for a decoder that says only later how much it needs: `most`, or less where decoders above it hold much. Returns how much.
    pub fn hold_most(self: &Rc<Self>, most: u64) -> (Option<Held>, u64) {
        let room = limits::UNPACKER_BYTES.saturating_sub(self.held.get());
        let bytes = most.min(room / 3 * 2);
        (self.hold(bytes), bytes)
    }

    /// The run is to end: every reader of this source fails from now on.
    pub fn end(&self) {
        self.ended.set(true);
    }

    /// Whether more was unfolded than is allowed.
    pub fn is_spent(&self) -> bool {
        self.unfolded.get() > self.allowed
    }

    /// What to tell the user.
    pub fn reason(&self) -> String {
        format!(
            "the containers in this file unfolded to more than {} bytes, out of proportion to its size (a zip bomb?); \
             the rest of it was not looked at: unpack it by hand on a machine that can spare the space",
            self.allowed
        )
    }
}

/// Memory of a decoder, until it is dropped.
#[derive(Debug)]
pub struct Held {
    budget: Rc<Budget>,
    bytes: u64,
}

impl Held {
    /// How much.
    pub fn bytes(&self) -> u64 {
        self.bytes
    }
}

impl Drop for Held {
    fn drop(&mut self) {
        self.budget.held.set(self.budget.held.get().saturating_sub(self.bytes));
    }
}

/// Unfolded bytes, counted against the budget. Ends with an error when it is spent.
pub struct Metered<R> {
    inner: R,
    budget: Rc<Budget>,
}

impl<R: Read> Metered<R> {
    /// Counts what is read from `inner`.
    pub fn new(inner: R, budget: Rc<Budget>) -> Self {
        Self { inner, budget }
    }
}

impl<R: Read> Read for Metered<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        if self.budget.ended.get() {
            return Err(io::Error::other("interrupted"));
        }
        if self.budget.is_spent() {
            return Err(io::Error::other("the file's budget of unfolded bytes is used up"));
        }
        let count = self.inner.read(buffer)?;
        self.budget.count(count as u64);
        Ok(count)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_bomb_ends_soon_after_its_budget_and_a_large_honest_source_does_not() {
        let small = Budget::new(1000);
        let mut endless = io::repeat(0);
        let mut metered = Metered::new(&mut endless, Rc::clone(&small));
        let seen = io::copy(&mut metered, &mut io::sink());
        assert!(seen.is_err() && small.is_spent());
        assert!(small.unfolded.get() < limits::EXPANSION_FREE_BYTES + 1024 * 1024);

        let large = Budget::new(100_000_000);
        let mut tenfold = io::repeat(0).take(1_000_000_000);
        let mut metered = Metered::new(&mut tenfold, Rc::clone(&large));
        assert!(io::copy(&mut metered, &mut io::sink()).is_ok());

        let held = large.hold(limits::UNPACKER_BYTES).expect("all of it");
        assert!(large.hold(1).is_none(), "decoders inside each other do not add up");
        drop(held);
        assert!(large.hold(1).is_some());

        large.end();
        assert!(metered.read(&mut [0]).is_err(), "an interrupt ends it");
    }
}

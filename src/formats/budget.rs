//! The budget of one source file: what everything inside it may unfold to, and how long each member may be worked on. Against
//! bombs, however they are nested, and against what keeps a reader busy for ever.

use std::cell::Cell;
use std::io::{self, Read};
use std::rc::Rc;
use std::time::Duration;

use crate::model::limits;

/// Bytes unfolded so far, work done so far, and what is allowed.
#[derive(Debug)]
pub struct Budget {
    allowed: u64,
    unfolded: Cell<u64>,
    /// Memory that decoders inside each other hold for what they may refer back to.
    held: Cell<u64>,
    ended: Cell<bool>,
    clock: fn() -> Duration,
    /// When work on the member at hand began, and how much was unfolded by then.
    since: Cell<(Duration, u64)>,
    late: Cell<bool>,
    asked: Cell<u32>,
}

/// How often the clock is not looked at between two looks.
const ASKED: u32 = 256;

impl Budget {
    /// The budget of a source of `source_bytes` bytes, without a limit of work.
    pub fn new(source_bytes: u64) -> Rc<Self> {
        Self::by(|| Duration::ZERO, source_bytes)
    }

    /// The same, where `clock` says how long the thread has worked.
    pub fn by(clock: fn() -> Duration, source_bytes: u64) -> Rc<Self> {
        Rc::new(Self::of(clock, limits::EXPANSION_FREE_BYTES.max(source_bytes.saturating_mul(limits::EXPANSION_RATIO))))
    }

    fn of(clock: fn() -> Duration, allowed: u64) -> Self {
        Self {
            allowed,
            unfolded: Cell::new(0),
            held: Cell::new(0),
            ended: Cell::new(false),
            clock,
            since: Cell::new((clock(), 0)),
            late: Cell::new(false),
            asked: Cell::new(0),
        }
    }

    /// Counts what was unfolded (0 for a step of work that unfolds nothing); whether the reader may go on.
    pub fn count(&self, bytes: u64) -> bool {
        self.unfolded.set(self.unfolded.get().saturating_add(bytes));
        self.asked.set(self.asked.get().wrapping_add(1));
        if self.asked.get().is_multiple_of(ASKED) {
            let (began, unfolded) = self.since.get();
            let given = self.unfolded.get().saturating_sub(unfolded) / limits::MEMBER_BYTES_PER_SECOND;
            let spent = (self.clock)().saturating_sub(began).as_secs();
            self.late.set(spent > limits::MEMBER_SECONDS.saturating_add(given));
        }
        !self.is_spent() && !self.is_late() && !self.ended.get()
    }

    /// The same for a step that may take long by itself: the clock is looked at each time.
    pub fn step(&self) -> bool {
        self.asked.set(ASKED - 1);
        self.count(0)
    }

    /// Work on a member begins, or goes on after one that was inside it.
    pub fn begin(&self) {
        self.since.set(((self.clock)(), self.unfolded.get()));
        self.late.set(false);
    }

    /// Whether the member at hand took longer than a member may.
    pub fn is_late(&self) -> bool {
        self.late.get()
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

    /// What to tell the user of what was stopped.
    pub fn reason(&self) -> String {
        if !self.is_spent() {
            return format!(
                "it kept its reader busy for more than {} seconds of work and gave too little for that; what was read until \
                 then stands, the rest of it was not looked at: open it with its own program",
                limits::MEMBER_SECONDS
            );
        }
        format!(
            "the containers in this file unfolded to more than {} bytes, out of proportion to its size (a zip bomb?); \
             the rest of it was not looked at: unpack it by hand on a machine that can spare the space",
            self.allowed
        )
    }
}

#[cfg(test)]
impl Budget {
    /// One of exactly so many bytes.
    pub(super) fn allowing(bytes: u64) -> Rc<Self> {
        Rc::new(Self::of(|| Duration::ZERO, bytes))
    }
}

#[cfg(test)]
impl Default for Budget {
    fn default() -> Self {
        Self::of(|| Duration::ZERO, limits::EXPANSION_FREE_BYTES)
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
        if self.budget.is_late() {
            return Err(io::Error::other("the member's time is used up"));
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

    #[test]
    fn a_member_that_is_worked_on_for_ever_ends_and_the_next_one_does_not() {
        thread_local!(static NOW: Cell<u64> = const { Cell::new(0) });
        let budget = Budget::by(|| Duration::from_secs(NOW.get()), 1000);
        let works = |seconds: u64, bytes: u64| {
            NOW.set(NOW.get() + seconds);
            (0..ASKED).all(|_| budget.count(bytes / u64::from(ASKED)))
        };
        assert!(works(limits::MEMBER_SECONDS, 0));
        assert!(!works(1, 0) && budget.is_late() && !budget.is_spent());
        assert!(Metered::new(io::repeat(0), Rc::clone(&budget)).read(&mut [0]).is_err());
        assert!(budget.reason().contains("busy"), "{}", budget.reason());
        budget.begin();
        assert!(works(limits::MEMBER_SECONDS, 0) && works(10, 11 * limits::MEMBER_BYTES_PER_SECOND));
    }
}

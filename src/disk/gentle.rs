//! Reading that gets out of the way of a machine which must go on serving: last in line for disk and processor, no faster than
//! was allowed, and without pushing out of memory what the machine holds there for its own work.
//!
//! What is set here holds for this thread and all that it starts: call it before any other thread exists.

use std::io::{self, IoSliceMut};
use std::os::fd::AsFd;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use rustix::io::{Errno, ReadWriteFlags, retry_on_intr};

/// The lowest priority for the processor: nice(1).
const NICEST: i32 = 19;

/// RWF_DONTCACHE of linux/fs.h (Linux 6.14), which rustix does not name: what was not in memory before is not kept there.
const DO_NOT_CACHE: ReadWriteFlags = ReadWriteFlags::from_bits_retain(0x80);

/// A wait is cut into pieces of this length, so that an interrupt ends it at once.
const PIECE: Duration = Duration::from_millis(50);

/// What the kernel said to stepping back: nothing, or why not.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct SteppedBack {
    /// Why the idle class of the disk's queue was refused.
    pub disk: Option<String>,
    /// Why the lowest priority of the processor was refused.
    pub processor: Option<String>,
}

/// Takes the last place in line for disk and processor.
pub fn step_back() -> SteppedBack {
    let disk = super::idle::enter().err().map(|error| error.to_string());
    let processor = rustix::process::setpriority_process(None, NICEST).err().map(|error| error.to_string());
    SteppedBack { disk, processor }
}

/// A clock and a way to wait by it.
pub trait Clock: Send + Sync {
    /// Time since some moment.
    fn now(&self) -> Duration;
    /// Waits.
    fn wait(&self, time: Duration);
}

/// The machine's own.
struct Monotonic(Instant);

impl Clock for Monotonic {
    fn now(&self) -> Duration {
        self.0.elapsed()
    }

    fn wait(&self, time: Duration) {
        std::thread::sleep(time);
    }
}

/// How sources are read gently. All readers of a run share one.
pub struct Gentle {
    bytes_per_second: u64,
    /// When the next byte may be read.
    due: Mutex<Duration>,
    /// Whether kernel or file system do not know how to read past the memory.
    caches: AtomicBool,
    stop: Arc<AtomicBool>,
    clock: Box<dyn Clock>,
}

impl std::fmt::Debug for Gentle {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Gentle").field("bytes_per_second", &self.bytes_per_second).finish_non_exhaustive()
    }
}

impl Gentle {
    /// At most this many bytes a second; `stop`, once set, ends every wait.
    pub fn new(bytes_per_second: u64, stop: Arc<AtomicBool>) -> Self {
        Self::by(Box::new(Monotonic(Instant::now())), bytes_per_second, stop)
    }

    fn by(clock: Box<dyn Clock>, bytes_per_second: u64, stop: Arc<AtomicBool>) -> Self {
        let (due, caches) = (Mutex::new(clock.now()), AtomicBool::new(false));
        Self { bytes_per_second: bytes_per_second.max(1), due, caches, stop, clock }
    }

    /// The rate.
    pub fn bytes_per_second(&self) -> u64 {
        self.bytes_per_second
    }

    /// Reads what comes next in the file, when it is due.
    pub(super) fn read(&self, fd: impl AsFd, buffer: &mut [u8]) -> io::Result<usize> {
        let count = self.read_now(fd, buffer)?;
        self.pay(count);
        Ok(count)
    }

    fn read_now(&self, fd: impl AsFd, buffer: &mut [u8]) -> io::Result<usize> {
        if !self.caches.load(Ordering::Relaxed) {
            let past = || {
                let mut slices = [IoSliceMut::new(&mut *buffer)];
                // From the handle's own position, which moves on.
                rustix::io::preadv2(fd.as_fd(), &mut slices, u64::MAX, DO_NOT_CACHE)
            };
            match retry_on_intr(past) {
                Err(Errno::OPNOTSUPP | Errno::INVAL | Errno::NOSYS) => self.caches.store(true, Ordering::Relaxed),
                read => return Ok(read?),
            }
        }
        Ok(retry_on_intr(|| rustix::io::read(fd.as_fd(), &mut *buffer))?)
    }

    /// Waits as long as reading this much may take. Many small reads wait as one large one does.
    fn pay(&self, bytes: usize) {
        let cost = Duration::from_secs_f64(bytes as f64 / self.bytes_per_second as f64);
        let end = {
            let mut due = self.due.lock().unwrap_or_else(PoisonError::into_inner);
            // Time in which nothing was read is lost: no burst makes up for it.
            *due = due.max(self.clock.now()).saturating_add(cost);
            *due
        };
        while !self.stop.load(Ordering::Relaxed) {
            match end.checked_sub(self.clock.now()).filter(|left| !left.is_zero()) {
                Some(left) => self.clock.wait(left.min(PIECE)),
                None => return,
            }
        }
    }
}

#[cfg(test)]
#[expect(clippy::disallowed_methods, reason = "the test makes and opens its own file")]
mod tests {
    use super::*;

    /// A clock that moves when somebody waits.
    #[derive(Clone, Default)]
    struct Given(Arc<Mutex<Duration>>);

    impl Clock for Given {
        fn now(&self) -> Duration {
            *self.0.lock().unwrap()
        }

        fn wait(&self, time: Duration) {
            *self.0.lock().unwrap() += time;
        }
    }

    fn gentle(rate: u64) -> (Given, Gentle) {
        let clock = Given::default();
        (clock.clone(), Gentle::by(Box::new(clock), rate, Arc::default()))
    }

    #[test]
    fn reading_takes_as_long_as_the_rate_says_however_it_is_cut() {
        let (clock, one) = gentle(1_000_000);
        one.pay(3_000_000);
        assert_eq!(clock.now(), Duration::from_secs(3));
        let (clock, many) = gentle(1_000_000);
        (0..3000).for_each(|_| many.pay(1000));
        assert_eq!(clock.now().as_millis(), 3000);
    }

    #[test]
    fn a_pause_is_not_made_up_for() {
        let (clock, gentle) = gentle(1000);
        clock.wait(Duration::from_secs(100));
        gentle.pay(5000);
        assert_eq!(clock.now(), Duration::from_secs(105));
    }

    #[test]
    fn an_interrupt_ends_the_wait() {
        let (clock, stop) = (Given::default(), Arc::new(AtomicBool::new(true)));
        Gentle::by(Box::new(clock.clone()), 1, stop).pay(1_000_000);
        assert_eq!(clock.now(), Duration::ZERO);
    }

    #[test]
    fn the_bytes_are_those_of_the_file_whether_the_kernel_can_read_past_its_memory_or_not() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("file");
        let content: Vec<u8> = (0..100_000_u32).map(|n| (n % 251) as u8).collect();
        std::fs::write(&path, &content).unwrap();
        for caches in [false, true] {
            let (_, gentle) = gentle(u64::MAX);
            gentle.caches.store(caches, Ordering::Relaxed);
            let file = std::fs::File::open(&path).unwrap();
            let (mut all, mut buffer) = (Vec::new(), [0; 7000]);
            loop {
                let count = gentle.read(&file, &mut buffer).unwrap();
                if count == 0 {
                    break;
                }
                all.extend_from_slice(&buffer[..count]);
            }
            assert!(all == content, "{caches}");
        }
    }
}

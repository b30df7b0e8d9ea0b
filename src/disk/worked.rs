//! How long this thread has worked. Waiting for a disk, or for other programs, does not count.

use std::time::Duration;

use rustix::time::{ClockId, clock_gettime};

/// Processor time of the thread that asks, since it began.
pub fn worked() -> Duration {
    let time = clock_gettime(ClockId::ThreadCPUTime);
    let seconds = u64::try_from(time.tv_sec).unwrap_or(0);
    Duration::new(seconds, u32::try_from(time.tv_nsec).unwrap_or(0))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn work_counts_and_sleep_does_not() {
        let began = worked();
        std::thread::sleep(Duration::from_millis(300));
        assert!(worked() - began < Duration::from_millis(200));
        let mut sum = 0_u64;
        while worked() - began < Duration::from_millis(20) {
            sum = std::hint::black_box(sum.wrapping_mul(31) + 1);
        }
    }
}

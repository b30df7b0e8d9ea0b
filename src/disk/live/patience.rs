//! Reads that another process can hold up for ever: each gets a while, then it is left behind.
//!
//! The text of `cmdline` and `environ` lies in the process's own memory, and a program that wants to hide can lay it on pages
//! that never come (a file system of its own making). Who reads them then waits with no end; so such reads are done by a
//! thread that may be lost.

use std::sync::mpsc::{self, Sender};
use std::thread::JoinHandle;
use std::time::Duration;

type Job = Box<dyn FnOnce() + Send>;

/// A thread that does one thing after the other, replaced when it is lost.
#[derive(Debug, Default)]
pub(super) struct Patience {
    worker: Option<(Sender<Job>, JoinHandle<()>)>,
    lost: usize,
}

/// So many threads may be lost; then nothing is tried any more that could lose one.
const MOST_LOST: usize = 64;
/// After so many the wait is a twentieth: many that block must not add up to hours.
const SHORTER_AFTER: usize = 3;

impl Patience {
    /// What `work` gives, or nothing if it takes longer than this.
    pub(super) fn run<T: Send + 'static>(
        &mut self,
        limit: Duration,
        work: impl FnOnce() -> T + Send + 'static,
    ) -> Option<T> {
        if self.lost >= MOST_LOST {
            return None;
        }
        let limit = if self.lost >= SHORTER_AFTER { limit / 20 } else { limit };
        let (done, result) = mpsc::sync_channel(1);
        let job: Job = Box::new(move || {
            // Nobody may be waiting any more.
            let _ = done.send(work());
        });
        self.worker()?.send(job).ok()?;
        let result = result.recv_timeout(limit).ok();
        if result.is_none() {
            // Never joined: it ends with the process, or when what it waits for comes.
            self.worker = None;
            self.lost += 1;
        }
        result
    }

    fn worker(&mut self) -> Option<&Sender<Job>> {
        if self.worker.is_none() {
            let (jobs, due) = mpsc::channel::<Job>();
            let worker = std::thread::Builder::new().spawn(move || due.into_iter().for_each(|job| job())).ok()?;
            self.worker = Some((jobs, worker));
        }
        self.worker.as_ref().map(|(jobs, _)| jobs)
    }
}

impl Drop for Patience {
    fn drop(&mut self) {
        // The thread is gone before the process gives up its rights, for it would keep them.
        if let Some((jobs, worker)) = self.worker.take() {
            drop(jobs);
            let _ = worker.join();
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_blocks_is_left_behind_and_the_next_is_done() {
        let mut patience = Patience::default();
        assert_eq!(patience.run(Duration::from_secs(60), || 1), Some(1));
        let (hold, held) = mpsc::channel::<()>();
        assert_eq!(patience.run(Duration::from_millis(20), move || held.recv().is_ok()), None);
        assert_eq!(patience.run(Duration::from_secs(60), || 2), Some(2));
        drop(hold);
    }

    #[test]
    fn there_is_an_end_to_what_may_be_lost() {
        let mut patience = Patience::default();
        let holds: Vec<_> = (0..MOST_LOST)
            .map(|_| {
                let (hold, held) = mpsc::channel::<()>();
                assert_eq!(patience.run(Duration::from_millis(20), move || held.recv().is_ok()), None);
                hold
            })
            .collect();
        assert_eq!(patience.run(Duration::from_secs(60), || 1), None);
        drop(holds);
    }
}

//! Progress on long work: a bar with bytes, rate and time left on a terminal, a plain line now and then elsewhere.

use std::io::Write;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};

use super::words::{self, Pace};
use crate::model::Lang;
use crate::pass::Progress;

/// How often the bar is drawn.
const TICK: Duration = Duration::from_millis(120);
/// How often a line is printed where there is no terminal.
const LINE_EVERY: Duration = Duration::from_secs(15);

/// Runs `work` while progress is shown on stderr.
pub(super) fn shown<T>(
    progress: &Progress,
    total_bytes: u64,
    lang: Lang,
    terminal: bool,
    work: impl FnOnce() -> T,
) -> T {
    let done = AtomicBool::new(false);
    std::thread::scope(|scope| {
        scope.spawn(|| {
            if terminal {
                bar(progress, total_bytes, lang, &done);
            } else {
                lines(progress, total_bytes, lang, &done);
            }
        });
        // The watcher must end even if the work panics, or the scope would wait for ever.
        let ended = Ended(&done);
        let result = work();
        drop(ended);
        result
    })
}

struct Ended<'a>(&'a AtomicBool);

impl Drop for Ended<'_> {
    fn drop(&mut self) {
        self.0.store(true, Ordering::Relaxed);
    }
}

fn bar(progress: &Progress, total: u64, lang: Lang, done: &AtomicBool) {
    let bar = ProgressBar::with_draw_target(Some(total.max(1)), ProgressDrawTarget::stderr());
    // Our own words for sizes and times: indicatif counts in MiB, everything else here in MB.
    let template = if total == 0 { "{msg}" } else { "[{wide_bar}] {msg}" };
    if let Ok(style) = ProgressStyle::with_template(template) {
        bar.set_style(style.progress_chars("=> "));
    }
    while !done.load(Ordering::Relaxed) {
        let now = progress.now();
        bar.set_position(if total == 0 { now.read } else { now.read.min(total) });
        let (rate, left_s) = (bar.per_sec() as u64, bar.eta().as_secs());
        bar.set_message(words::pace(lang, Pace { read: now.read, total, rate, left_s, gaps: now.gaps }));
        std::thread::sleep(TICK);
    }
    bar.finish_and_clear();
}

fn lines(progress: &Progress, total: u64, lang: Lang, done: &AtomicBool) {
    let start = Instant::now();
    let mut last = start;
    while !done.load(Ordering::Relaxed) {
        std::thread::sleep(Duration::from_millis(20));
        if last.elapsed() < LINE_EVERY {
            continue;
        }
        last = Instant::now();
        let now = progress.now();
        let rate = now.read / start.elapsed().as_secs().max(1);
        let left_s = total.saturating_sub(now.read) / rate.max(1);
        let pace = words::pace(lang, Pace { read: now.read, total, rate, left_s, gaps: now.gaps });
        // Not `eprintln!`: it panics when nobody reads stderr any more (`2>&1 | head`), hours into a run.
        let _ = writeln!(std::io::stderr(), "hozen: {pace}");
    }
}

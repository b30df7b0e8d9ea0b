//! Faults at the n-th system call, put into the real binary from outside by `strace -e inject`: no seam in the product.
//!
//! strace counts the calls of each thread by itself. All of hozen's output but the spool is written by its first thread, so
//! there the n-th call is always the same one, at any number of threads. A source is read by three: the first (the survey),
//! the walker and, with `--threads 1`, one worker; there the n-th call of each fails. A thread that makes fewer calls goes
//! untouched. An error is given in place of the call; a SIGKILL comes before the call is carried out.

#![allow(dead_code, reason = "each test file uses its own part of this")]

pub(crate) mod scene;

use std::ffi::OsStr;
use std::fs;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};

use crate::real::{self, Ended};

/// A fault to come.
#[derive(Debug, Clone)]
pub(crate) struct Fault<'a> {
    /// The system calls, with commas; each kind is counted for itself.
    pub(crate) calls: &'a str,
    /// `error=EIO`, `signal=SIGKILL`.
    pub(crate) what: &'a str,
    /// Which of them, counted from 1 in each thread; or `1+2`: every other one.
    pub(crate) when: String,
    /// Only calls on these files, if any are named.
    pub(crate) on: Vec<PathBuf>,
}

impl<'a> Fault<'a> {
    /// The n-th of these calls.
    pub(crate) fn nth(calls: &'a str, what: &'a str, n: usize) -> Self {
        Self { calls, what, when: n.to_string(), on: Vec::new() }
    }
}

/// Runs hozen with a fault; also says whether the fault was met.
pub(crate) fn run<S: AsRef<OsStr>>(fault: &Fault<'_>, arguments: &[S]) -> (Ended, bool) {
    let (ended, trace) = traced(fault, arguments);
    let met = ended.code.is_none() || trace.contains("(INJECTED)");
    (ended, met)
}

fn traced<S: AsRef<OsStr>>(fault: &Fault<'_>, arguments: &[S]) -> (Ended, String) {
    let log = tempfile::NamedTempFile::new().unwrap();
    let mut strace = Command::new("strace");
    strace.args(["-f", "-qq", "-e", &format!("trace={}", fault.calls)]);
    if !fault.what.starts_with("signal") {
        // Stops at these calls only: ten times faster, but no signal goes in that way.
        strace.arg("--seccomp-bpf");
    }
    if !fault.what.is_empty() {
        strace.args(["-e", &format!("inject={}:{}:when={}", fault.calls, fault.what, fault.when)]);
    }
    for path in &fault.on {
        strace.arg("-P").arg(path);
    }
    strace.arg("-o").arg(log.path()).arg(env!("CARGO_BIN_EXE_hozen")).args(arguments);
    // One arena for all threads: else the C library opens files of its own (how many processors there are, how memory may be given
    // back) in whichever thread first needs to know, and the same call of ours would not have the same number twice.
    strace.env("GLIBC_TUNABLES", "glibc.malloc.arena_max=1");
    let ended = real::run(strace.env("LC_ALL", "C").env("TZ", "UTC"));
    (ended, fs::read_to_string(log.path()).unwrap())
}

/// The calls of hozen's first thread in a run without a fault.
fn plain<S: AsRef<OsStr>>(calls: &str, arguments: &[S]) -> Vec<String> {
    let fault = Fault { calls, what: "", when: String::new(), on: Vec::new() };
    let (ended, trace) = traced(&fault, arguments);
    assert_eq!(ended.code, Some(0), "{}", ended.stderr);
    let first = trace.split(' ').next().unwrap_or_default();
    let mine = trace.lines().filter(|line| line.split(' ').next() == Some(first) && line.contains('('));
    mine.map(str::to_owned).collect()
}

/// How many of these calls hozen's first thread makes in a run without a fault.
pub(crate) fn count<S: AsRef<OsStr>>(calls: &str, arguments: &[S]) -> usize {
    plain(calls, arguments).len()
}

/// Which of these calls of the first thread, counted from 1, name something below `folder` in a run without a fault.
pub(crate) fn calls_below<S: AsRef<OsStr>>(calls: &str, folder: &Path, arguments: &[S]) -> Vec<usize> {
    let named = format!("\"{}", folder.display());
    plain(calls, arguments).iter().zip(1..).filter(|(line, _)| line.contains(&named)).map(|(_, n)| n).collect()
}

/// A folder in memory where there is one: hundreds of runs should wait for no disk.
pub(crate) fn quick_folder() -> tempfile::TempDir {
    let memory = Path::new("/dev/shm");
    if memory.is_dir() { tempfile::tempdir_in(memory).unwrap() } else { tempfile::tempdir().unwrap() }
}

/// Runs `each` for every case on several threads, to the end whatever fails.
pub(crate) fn all<T: Sync + std::fmt::Debug>(cases: &[T], each: impl Fn(&T) + Sync) {
    let next = AtomicUsize::new(0);
    let failed = Mutex::new(Vec::new());
    std::thread::scope(|scope| {
        for _ in 0..THREADS {
            scope.spawn(|| {
                while let Some(case) = cases.get(next.fetch_add(1, Ordering::Relaxed)) {
                    if catch_unwind(AssertUnwindSafe(|| each(case))).is_err() {
                        failed.lock().unwrap().push(format!("{case:?}"));
                    }
                }
            });
        }
    });
    let failed = failed.into_inner().unwrap();
    assert!(failed.is_empty(), "{} of {} failed: {}", failed.len(), cases.len(), failed.join(", "));
}

/// Runs at a time: they wait for each other and for strace most of the time.
const THREADS: usize = 4;

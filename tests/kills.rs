//! kill -9 at random moments of a collection and of its resumes: no wrong verdict, no durable entry lost, the whole at the end.
#![expect(clippy::disallowed_methods, reason = "a test makes and reads its own folders")]

mod fault;
mod real;
mod remains;
mod world;

use std::collections::BTreeMap;
use std::ffi::OsStr;
use std::path::{Path, PathBuf};
use std::process::Stdio;
use std::time::{Duration, Instant};

use fault::quick_folder;
use world::put;

/// A stream of numbers that a seed fixes.
struct Dice(u64);

impl Dice {
    fn roll(&mut self, sides: u64) -> u64 {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 33) % sides
    }

    fn bytes(&mut self, length: usize) -> Vec<u8> {
        std::iter::repeat_with(|| self.roll(256) as u8).take(length).collect()
    }
}

/// Some thousand small files, more than the checkpoint takes at once, and a few large ones between them.
fn source(root: &Path) -> BTreeMap<PathBuf, Vec<u8>> {
    let mut dice = Dice(1);
    for n in 0..4_600_u64 {
        let line = format!("{n},架空{n},user{n}@example.jp\n");
        put(root, &format!("d{}/{n}.csv", n % 23), line.repeat(1 + usize::try_from(n % 5).unwrap()));
    }
    for n in [3, 9, 15] {
        put(root, &format!("d{n}/5000.large"), dice.bytes(1_500_000));
    }
    put(root, "d20/zeros", vec![0; 4_000_000]);
    remains::payload(root)
}

/// What the rounds came to.
#[derive(Debug, Default)]
struct Tally {
    rounds: u32,
    kills: u32,
    verdicts: BTreeMap<String, u32>,
    kept: usize,
}

/// Runs hozen and kills it after `delay`. Gives its exit code if it was faster.
fn killed(arguments: &[&OsStr], delay: Duration) -> Option<i32> {
    let mut child = real::command().args(arguments).stdout(Stdio::null()).stderr(Stdio::null()).spawn().unwrap();
    let start = Instant::now();
    while start.elapsed() < delay {
        if let Some(status) = child.try_wait().unwrap() {
            return Some(status.code().expect("nobody else sends signals"));
        }
        std::thread::sleep(Duration::from_micros(300));
    }
    child.kill().unwrap();
    child.wait().unwrap().code()
}

fn rounds(count: u32, seed: u64) {
    let folder = quick_folder();
    let root = folder.path().join("source");
    let payload = source(&root);
    let (mut dice, mut tally) = (Dice(seed), Tally::default());
    let whole_run = round(&folder.path().join("first"), &root, &payload, &mut dice, &mut tally, Duration::MAX);
    for n in 0..count {
        let place = folder.path().join(format!("out{n}"));
        round(&place, &root, &payload, &mut dice, &mut tally, whole_run);
        std::fs::remove_dir_all(&place).unwrap();
    }
    println!("seed {seed}: {tally:?}");
}

/// One collection, killed and resumed until it ends by itself. Gives how long that took.
fn round(
    out: &Path,
    root: &Path,
    payload: &BTreeMap<PathBuf, Vec<u8>>,
    dice: &mut Dice,
    tally: &mut Tally,
    whole_run: Duration,
) -> Duration {
    let seed = dice.0;
    let wrong = |why: String| -> ! { panic!("{why} (Dice({seed}))") };
    std::fs::create_dir(out).unwrap();
    let case = out.join("c");
    let start = Instant::now();
    let threads = (1 + dice.roll(4)).to_string();
    let collect: [&OsStr; 8] = [
        "collect".as_ref(),
        root.as_os_str(),
        "--out".as_ref(),
        out.as_os_str(),
        "--case".as_ref(),
        "c".as_ref(),
        "--threads".as_ref(),
        threads.as_ref(),
    ];
    let resume: [&OsStr; 3] = ["collect".as_ref(), "--resume".as_ref(), case.as_os_str()];
    let mut durable = Vec::new();
    let most_kills = 1 + dice.roll(4);
    for turn in 0.. {
        let left = remains::of(&case);
        let words: &[&OsStr] = if left.is_standing { &resume } else { &collect };
        if turn > 0 && !left.is_standing {
            // Killed before there was anything to go on with: it is begun anew.
            std::fs::remove_dir_all(&case).ok();
        }
        let delay = match turn < most_kills && whole_run < Duration::MAX {
            true => whole_run.mul_f64(dice.roll(1_000) as f64 / 950.0),
            false => Duration::from_secs(60),
        };
        let code = killed(words, delay);
        let left = remains::of(&case);
        let state = left.judged(&format!("Dice({seed})"), &case);
        *tally.verdicts.entry(state).or_default() += 1;
        match code {
            Some(0) => break,
            Some(code) => wrong(format!("exit code {code}")),
            None => {}
        }
        tally.kills += 1;
        if left.is_sealed && !left.is_standing {
            break;
        }
        if !left.is_sealed && !left.durable.starts_with(&durable) {
            wrong(format!("of {} durable entries {} are left", durable.len(), left.durable.len()));
        }
        if !left.is_sealed {
            durable = left.durable;
        }
    }
    let took = start.elapsed();
    remains::is_the_whole(&case, payload, &durable).unwrap_or_else(|why| wrong(why));
    tally.rounds += 1;
    tally.kept += durable.len();
    took
}

#[test]
fn killed_at_random_moments() {
    rounds(40, 20_261_121);
}

/// The same with another seed each time.
#[test]
#[ignore = "tests/run runs it: 200 rounds"]
fn killed_at_two_hundred_random_moments() {
    let seed = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH).unwrap().as_secs();
    rounds(200, seed);
}

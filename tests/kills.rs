//! kill -9 at random moments of a collection and of its resumes: no wrong verdict, no durable entry lost, the whole at the end.
#![expect(clippy::disallowed_methods, reason = "a test makes and reads its own folders")]
#![expect(clippy::print_stdout, reason = "figures of a run, for the record")]

mod fault;
mod real;
mod remains;
mod world;

use std::collections::BTreeMap;
use std::ffi::OsStr;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Stdio;
use std::sync::Mutex;
use std::time::{Duration, Instant};

use fault::{all, quick_folder};
use world::put;

/// A stream of numbers that a seed fixes.
struct Dice(u64);

impl Dice {
    fn roll(&mut self, sides: u64) -> u64 {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 33) % sides
    }
}

/// Some thousand small files, and a few large ones between them.
fn source(root: &Path) -> BTreeMap<PathBuf, Vec<u8>> {
    let mut dice = Dice(1);
    for n in 0..1_500_u64 {
        let line = format!("{n},架空{n},user{n}@example.jp\n");
        put(root, &format!("d{}/{n}.csv", n % 23), line.repeat(1 + usize::try_from(n % 5).unwrap()));
    }
    for n in [3, 9, 15] {
        let noise: Vec<u8> = std::iter::repeat_with(|| dice.roll(256) as u8).take(1_000_000).collect();
        put(root, &format!("d{n}/5000.large"), noise);
    }
    put(root, "d20/zeros", vec![0; 4_000_000]);
    remains::payload(root)
}

/// What the rounds came to.
#[derive(Debug, Default)]
struct Tally {
    rounds: u32,
    kills: u32,
    kills_of_resumes: u32,
    verdicts: BTreeMap<String, u32>,
    /// Entries that were durable at a kill, summed over the kills; all of them were there at the end.
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

/// Where the rounds take place.
struct Field {
    folder: tempfile::TempDir,
    payload: BTreeMap<PathBuf, Vec<u8>>,
    /// How long a collection takes that nobody kills.
    whole_run: Duration,
    tally: Mutex<Tally>,
}

fn rounds(count: u64, seed: u64) {
    let folder = quick_folder();
    let payload = source(&folder.path().join("source"));
    let mut field = Field { folder, payload, whole_run: Duration::MAX, tally: Mutex::default() };
    let out = field.folder.path().join("first");
    fs::create_dir(&out).unwrap();
    let start = Instant::now();
    assert_eq!(
        killed(&field.collect(&out, "2").each_ref().map(|word| word.as_ref()), Duration::from_secs(60)),
        Some(0)
    );
    field.whole_run = start.elapsed();
    let seeds: Vec<u64> = (0..count).map(|n| seed.wrapping_add(n)).collect();
    all(&seeds, |seed| field.round(*seed));
    println!("from seed {seed}: {:?}", field.tally.into_inner().unwrap());
}

impl Field {
    fn collect(&self, out: &Path, threads: &str) -> [std::ffi::OsString; 8] {
        let root = self.folder.path().join("source");
        let words: [&OsStr; 8] = [
            "collect".as_ref(),
            root.as_os_str(),
            "--out".as_ref(),
            out.as_os_str(),
            "--case".as_ref(),
            "c".as_ref(),
            "--threads".as_ref(),
            threads.as_ref(),
        ];
        words.map(OsStr::to_owned)
    }

    /// One collection, killed up to four times and resumed until it ends by itself.
    fn round(&self, seed: u64) {
        let mut dice = Dice(seed);
        let out = self.folder.path().join(format!("out{seed}"));
        fs::create_dir(&out).unwrap();
        let case = out.join("c");
        let collect = self.collect(&out, &(1 + dice.roll(4)).to_string());
        let collect = collect.each_ref().map(|word| word.as_ref());
        let resume: [&OsStr; 3] = ["collect".as_ref(), "--resume".as_ref(), case.as_os_str()];
        let mut durable: Vec<String> = Vec::new();
        let mut kills_left = 1 + dice.roll(4);
        let mut standing = false;
        for turn in 0.. {
            if !standing {
                // Killed before there was anything to go on with: it is begun anew.
                fs::remove_dir_all(&case).ok();
            }
            let delay = match kills_left > 0 {
                true => self.whole_run.mul_f64(dice.roll(1_000) as f64 / if standing { 1_400.0 } else { 1_000.0 }),
                false => Duration::from_secs(60),
            };
            let code = killed(if standing { &resume } else { &collect }, delay);
            let left = remains::of(&case);
            let state = left.judged(&format!("seed {seed}, turn {turn}"), &case);
            let mut tally = self.tally.lock().unwrap();
            *tally.verdicts.entry(state).or_default() += 1;
            tally.kills += u32::from(code.is_none());
            tally.kills_of_resumes += u32::from(code.is_none() && standing);
            tally.kept += if code.is_none() { left.durable.len() } else { 0 };
            drop(tally);
            // One that came before there was a case was none.
            kills_left = kills_left.saturating_sub(u64::from(left.is_case));
            assert!(matches!(code, None | Some(0)), "seed {seed}, turn {turn}: exit code {code:?}");
            standing = left.is_standing;
            if !left.is_sealed {
                let (now, before) = (left.durable.len(), durable.len());
                assert!(
                    left.durable.starts_with(&durable),
                    "seed {seed}, turn {turn}: {before} were durable, now {now}"
                );
                durable = left.durable;
            } else if !left.is_standing {
                break;
            }
        }
        remains::is_the_whole(&case, &self.payload, &durable).unwrap_or_else(|why| panic!("seed {seed}: {why}"));
        let mut tally = self.tally.lock().unwrap();
        tally.rounds += 1;
        fs::remove_dir_all(&out).unwrap();
    }
}

#[test]
fn killed_at_random_moments() {
    rounds(40, 20_261_121);
}

/// The same with other seeds each time.
#[test]
#[ignore = "tests/run runs it: 200 rounds"]
fn killed_at_two_hundred_random_moments() {
    let now = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH).unwrap();
    rounds(200, now.as_secs());
}

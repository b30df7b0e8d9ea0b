//! No fuzzing, but the whole list: every sample cut at every byte, and with one byte flipped a thousand times. Prints what it did for each folder; it
//! ends with a panic where a reader does, and says when one input took long.
//!
//!     cargo run --release --manifest-path fuzz/Cargo.toml --bin cuts -- testdata/formats [FOLDER…]

#[path = "check/mod.rs"]
mod check;

use std::io::Cursor;
use std::path::Path;
use std::time::{Duration, Instant};

use hozen::formats::{pick, settle};

const FLIPS: u64 = 1000;

fn one(name: &str, bytes: &[u8], slowest: &mut Duration) {
    let began = Instant::now();
    let head = check::head(name, bytes);
    if let Some(format) = pick(&head) {
        let format = settle(format, &mut Cursor::new(bytes), bytes.len() as u64);
        check::run(format, &head, bytes, 0, 4 << 20);
    }
    *slowest = (*slowest).max(began.elapsed());
}

fn sample(path: &Path, slowest: &mut Duration) -> usize {
    let bytes = std::fs::read(path).expect("a sample");
    let name = path.file_name().and_then(|name| name.to_str()).unwrap_or_default();
    (0..=bytes.len()).for_each(|cut| one(name, &bytes[..cut], slowest));
    let mut state = 0x9E37_79B9_7F4A_7C15_u64;
    for _ in 0..FLIPS {
        state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        let mut damaged = bytes.clone();
        let at = (state >> 20) as usize % damaged.len().max(1);
        if let Some(byte) = damaged.get_mut(at) {
            *byte ^= ((state >> 8) as u8).max(1);
        }
        one(name, &damaged, slowest);
    }
    bytes.len() + 1
}

fn main() {
    let mut arguments = std::env::args().skip(1);
    let root = arguments.next().expect("the folder of samples");
    let only: Vec<String> = arguments.collect();
    let mut folders: Vec<_> = std::fs::read_dir(&root).expect("a folder").map(|entry| entry.unwrap().path()).collect();
    folders.sort();
    for folder in folders.iter().filter(|path| path.is_dir() && !path.ends_with("make")) {
        let name = folder.file_name().and_then(|name| name.to_str()).unwrap_or_default();
        if !only.is_empty() && !only.iter().any(|wanted| wanted == name) {
            continue;
        }
        let (began, mut slowest, mut samples, mut cuts) = (Instant::now(), Duration::ZERO, 0, 0);
        for path in std::fs::read_dir(folder).expect("a folder").map(|entry| entry.unwrap().path()) {
            samples += 1;
            cuts += sample(&path, &mut slowest);
        }
        println!(
            "{name}: {samples} samples, {cuts} cuts, {} flips, slowest {} ms, {} s",
            samples * FLIPS,
            slowest.as_millis(),
            began.elapsed().as_secs()
        );
    }
}

//! Tails as a power cut leaves them: files that end anywhere, or in bytes that were never written. `verify` says so, and a
//! resume has the whole.
#![expect(clippy::disallowed_methods, reason = "a test makes and reads its own folders")]

mod fault;
mod real;
mod remains;
mod world;

use std::fs;

use fault::scene::Scene;
use fault::{Fault, all};

/// What happens to a file.
#[derive(Debug, Clone, Copy)]
enum Harm {
    /// It ends here.
    Cut(u64),
    /// From here on it holds zeros: the length was written, the content was not.
    Zeros(u64),
    /// Something that was there before follows.
    Old(u64),
}

const PARTIAL: &str = "evidence/c-E001.zip.partial";
const JOURNAL: &str = "evidence/c-E001.journal.jsonl";
const CUSTODY: &str = "custody/custody.jsonl";

fn harm(bytes: &mut Vec<u8>, harm: Harm) {
    match harm {
        Harm::Cut(at) => bytes.truncate(usize::try_from(at).unwrap()),
        Harm::Zeros(at) => bytes[usize::try_from(at).unwrap()..].fill(0),
        Harm::Old(length) => bytes.extend(fault::scene::noise(usize::try_from(length).unwrap(), 3)),
    }
}

/// Some forty places in a file of this length, its ends among them.
fn places(length: u64) -> Vec<u64> {
    let step = (length / 40).max(1);
    (0..length).step_by(usize::try_from(step).unwrap()).chain([1, length - 1, length]).collect()
}

#[test]
fn a_tail_of_any_length_is_told_and_cut() {
    // Killed while the bag was closed: all entries have lines, and tag files follow them.
    let scene = Scene::new("collect").broken_by(&Fault::nth("fdatasync", "signal=SIGKILL", 11));
    let place = scene.place();
    let length = |file: &str| fs::metadata(place.case().join(file)).unwrap().len();
    let mut tries: Vec<(&str, Harm)> = Vec::new();
    for file in [PARTIAL, JOURNAL] {
        tries.extend(places(length(file)).into_iter().flat_map(|at| [(file, Harm::Cut(at)), (file, Harm::Zeros(at))]));
        tries.extend([1, 30, 5_000].map(|more| (file, Harm::Old(more))));
    }
    // Its last event is the end of the payload; a crash tears no other.
    let custody = fs::read_to_string(place.case().join(CUSTODY)).unwrap();
    let last = custody.trim_end().rfind('\n').unwrap() as u64 + 1;
    tries.extend([last, last + 1, last + 100, length(CUSTODY) - 1].map(|at| (CUSTODY, Harm::Cut(at))));
    all(&tries, |(file, what)| {
        let place = scene.place();
        let path = place.case().join(file);
        let mut bytes = fs::read(&path).unwrap();
        harm(&mut bytes, *what);
        fs::write(&path, bytes).unwrap();
        let left = remains::of(&place.case());
        left.judged(&format!("{what:?} of {file}"), &place.case());
        scene.goes_on(&format!("{what:?} of {file}"), &place, &left);
    });
    println!("{} tails", tries.len());
}

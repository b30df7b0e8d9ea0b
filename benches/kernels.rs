//! SHA-256 by each kernel of this machine, in GB per CPU second of one thread: `cargo bench --bench kernels`. Prints the table of docs/performance.md.
#![expect(clippy::disallowed_methods, clippy::print_stdout, reason = "a measurement reads its own clock and prints")]

use std::hint::black_box;

use hozen::seal::lanes::{Kernel, Kernels, Message, Piece, advance};
use sha2::{Digest as _, Sha256};

/// What is hashed: how it is called, how many messages, and their lengths from and to.
const SHAPES: [(&str, usize, [usize; 2]); 8] = [
    ("1 × 64 MiB", 1, [64 << 20; 2]),
    ("2 × 8 MiB", 2, [8 << 20; 2]),
    ("8 × 1 MiB", 8, [1 << 20; 2]),
    ("16 × 1 MiB", 16, [1 << 20; 2]),
    ("64 × 1 MiB", 64, [1 << 20; 2]),
    ("4,000 × 200 B to 16 KB", 4000, [200, 16_000]),
    ("2,000 × 2 KB", 2000, [2000; 2]),
    ("20,000 × 300 B", 20_000, [300; 2]),
];

/// Messages at once, as the hashing service has them.
const COMPANY: usize = 64;
const BYTES: usize = 400_000_000;
const ROUNDS: usize = 3;

/// CPU seconds of this thread so far.
fn cpu_seconds() -> f64 {
    let text = std::fs::read_to_string("/proc/thread-self/schedstat").expect("Linux");
    text.split(' ').next().and_then(|ns| ns.parse::<f64>().ok()).expect("nanoseconds") / 1e9
}

/// The best of some rounds, in GB per CPU second.
fn best(data: &[Vec<u8>], hash: impl Fn(&[Vec<u8>])) -> f64 {
    let total: usize = data.iter().map(Vec::len).sum();
    let times = (BYTES / total).max(1);
    let round = |_| {
        let began = cpu_seconds();
        for _ in 0..times {
            data.chunks(COMPANY).for_each(&hash);
        }
        (total * times) as f64 / 1e9 / (cpu_seconds() - began)
    };
    (0..ROUNDS).map(round).fold(0.0, f64::max)
}

fn by(kernels: Kernels) -> impl Fn(&[Vec<u8>]) {
    move |data| {
        let mut messages = vec![Message::default(); data.len()];
        let pieces = messages.iter_mut().zip(data);
        let pieces = pieces.map(|(message, bytes)| Piece { message, bytes: vec![bytes], ends: true }).collect();
        black_box(advance(kernels, pieces));
    }
}

fn main() {
    let kernels: Vec<(Kernel, Kernels)> =
        Kernel::ALL.into_iter().filter_map(|kernel| Some((kernel, Kernels::only(kernel)?))).collect();
    let names: String = kernels.iter().map(|(kernel, _)| format!(" {} |", kernel.name())).collect();
    println!("| messages | `sha2` crate |{names} as hozen chooses |");
    println!("|---|---|{}---|", "---|".repeat(kernels.len()));
    for (name, count, [least, most]) in SHAPES {
        let length = |n: usize| least + n * 7919 % (most - least + 1);
        let data: Vec<Vec<u8>> = (0..count).map(|n| vec![n as u8; length(n)]).collect();
        let peer = best(&data, |all| all.iter().for_each(|one| _ = black_box(Sha256::digest(one))));
        let each = kernels.iter().map(|(_, only)| best(&data, by(*only))).chain([best(&data, by(Kernels::default()))]);
        let each: String = each.map(|speed| format!(" {speed:.2} |")).collect();
        println!("| {name} | {peer:.2} |{each}");
    }
}

//! Hashing by each kernel of this machine, in GB per CPU second of one thread: `cargo bench --bench kernels`. Prints the tables of
//! docs/performance.md. A word behind `--` names the one table to print: `sha256` or `three`.
#![expect(clippy::disallowed_methods, clippy::print_stdout, reason = "a measurement reads its own clock and prints")]

use std::hint::black_box;

use hozen::model::{Algorithm, Algorithms};
use hozen::seal::lanes::{Kernel, Kernels, Message, Piece, advance};
use sha2::Digest as _;

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
const BYTES: usize = 200_000_000;
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

fn by(kernels: Kernels, algorithms: Algorithms) -> impl Fn(&[Vec<u8>]) {
    move |data| {
        let mut messages = vec![Message::new(algorithms); data.len()];
        let pieces = messages.iter_mut().zip(data);
        let pieces = pieces.map(|(message, bytes)| Piece { message, bytes: [bytes.as_slice()], ends: true }).collect();
        black_box(advance(kernels, pieces));
    }
}

/// The digests of one message by the crates.
fn by_crates(algorithms: Algorithms, message: &[u8]) {
    for algorithm in algorithms.iter() {
        match algorithm {
            Algorithm::Sha256 => _ = black_box(sha2::Sha256::digest(message)),
            Algorithm::Sha1 => _ = black_box(sha1::Sha1::digest(message)),
            Algorithm::Md5 => _ = black_box(md5::Md5::digest(message)),
            Algorithm::Sha512 => _ = black_box(sha2::Sha512::digest(message)),
            Algorithm::Blake3 => _ = black_box(blake3::hash(message)),
        }
    }
}

fn table(title: &str, algorithms: Algorithms) {
    let kernels: Vec<(Kernel, Kernels)> =
        Kernel::ALL.into_iter().filter_map(|kernel| Some((kernel, Kernels::only(kernel)?))).collect();
    let names: String = kernels.iter().map(|(kernel, _)| format!(" {} |", kernel.name())).collect();
    println!("{title}\n\n| messages | crates |{names} as hozen chooses |");
    println!("|---|---|{}---|", "---|".repeat(kernels.len()));
    for (name, count, [least, most]) in SHAPES {
        let length = |n: usize| least + n * 7919 % (most - least + 1);
        let data: Vec<Vec<u8>> = (0..count).map(|n| vec![n as u8; length(n)]).collect();
        let peer = best(&data, |all| all.iter().for_each(|one| by_crates(algorithms, one)));
        let each = kernels.iter().map(|(_, only)| best(&data, by(*only, algorithms)));
        let each = each.chain([best(&data, by(Kernels::default(), algorithms))]);
        let each: String = each.map(|speed| format!(" {speed:.2} |")).collect();
        println!("| {name} | {peer:.2} |{each}");
    }
    println!();
}

fn main() {
    let wanted: Vec<String> = std::env::args().skip(1).filter(|word| !word.starts_with('-')).collect();
    let is_wanted = |name: &str| wanted.is_empty() || wanted.iter().any(|word| word == name);
    let began = std::time::Instant::now();
    println!(
        "{:?}: by {} (chosen in {:?})\n",
        Kernels::default(),
        Kernels::default().names().join(", "),
        began.elapsed()
    );
    if is_wanted("sha256") {
        table("SHA-256", Algorithms::default());
    }
    if is_wanted("three") {
        table("SHA-256, SHA-1 and MD5", Algorithms::new([Algorithm::Sha1, Algorithm::Md5]));
    }
}

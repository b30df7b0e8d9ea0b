//! Which kernel when: proved by known answers, and chosen by what each costs on this machine.

use std::sync::OnceLock;
use std::time::Instant;

use md5::Digest as _;

use super::function::{ByFunction, Function, padded};
use super::kernel::{Columns, Kernel, There, column, put_column};
use super::{Block, WIDEST};

/// The kernels to be used on this machine: for each function and each number of messages under way, the one to go on with.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Kernels {
    choice: ByFunction<[Kernel; WIDEST + 1]>,
}

impl Default for Kernels {
    fn default() -> Self {
        Self::of_this_machine()
    }
}

impl Kernels {
    /// The fastest of what this machine has and what gives the right answers, found out once a process in less than a
    /// millisecond; in an unoptimised build, where our own kernels would be slower than the crates, those alone.
    ///
    /// It is measured, because no rule fits: where one CPU has its SHA instructions as fast as sixteen lanes, the next one is
    /// two times faster by lanes (docs/performance.md). Only the speed depends on it, never a digest.
    pub fn of_this_machine() -> Self {
        static CHOSEN: OnceLock<Kernels> = OnceLock::new();
        *CHOSEN.get_or_init(|| match cfg!(debug_assertions) {
            true => Self::all_by(Kernel::Plain),
            false => Self { choice: Function::ALL.map(fastest) },
        })
    }

    /// One kernel, and the plain one for the functions that it does not know. `None` if this machine has no such kernel.
    pub fn only(wanted: Kernel) -> Option<Self> {
        let there = wanted.there()?;
        let is_right = |function| !wanted.knows(function) || is_proved(there, function);
        Function::ALL.into_iter().all(is_right).then(|| Self::all_by(wanted))
    }

    fn all_by(wanted: Kernel) -> Self {
        let by = |function| if wanted.knows(function) { wanted } else { Kernel::Plain };
        Self { choice: Function::ALL.map(|function| [by(function); WIDEST + 1]) }
    }

    /// The names of all that are in use, the widest first.
    pub fn names(self) -> Vec<&'static str> {
        let in_use = |kernel: &Kernel| self.choice.iter().any(|by_count| by_count[1..].contains(kernel));
        Kernel::ALL.into_iter().filter(in_use).map(Kernel::name).collect()
    }

    /// The most messages that any kernel in use takes at once.
    pub(super) fn width(self) -> usize {
        self.choice.iter().flat_map(|by_count| &by_count[1..]).map(|kernel| kernel.width()).max().unwrap_or(1)
    }

    /// The kernel to go on with while `active` messages are under way, and how many of them it takes.
    pub(super) fn next(self, function: Function, active: usize) -> Option<(There, usize)> {
        let kernel = self.choice[function as usize][active.min(WIDEST)];
        // Looked up again rather than trusted: a look at a few bits that are kept.
        let there = kernel.there().or_else(|| Kernel::Plain.there())?;
        Some((there, active.min(there.kernel().width())))
    }
}

/// For each number of messages the kernel to begin with, so that all of them are soonest through: the cheapest sum over groups.
fn fastest(function: Function) -> [Kernel; WIDEST + 1] {
    let mut known = Vec::new();
    for kernel in Kernel::ALL.into_iter().filter(|kernel| kernel.knows(function)) {
        let Some(there) = kernel.there().filter(|there| is_proved(*there, function)) else { continue };
        known.push((kernel, costs(there, function)));
    }
    let mut choice = [Kernel::Plain; WIDEST + 1];
    let mut total = [0; WIDEST + 1];
    for active in 1..=WIDEST {
        let sums = known.iter().map(|(kernel, costs)| {
            let taken = kernel.width().min(active);
            (costs[taken] + total[active - taken], *kernel)
        });
        if let Some((sum, kernel)) = sums.min_by_key(|(sum, _)| *sum) {
            (total[active], choice[active]) = (sum, kernel);
        }
    }
    choice
}

/// Blocks of one measurement, and how often it is taken: a kernel shows what it can in some ten microseconds.
const MEASURED_BLOCKS: usize = 16;
const MEASURED_TIMES: usize = 5;

/// Nanoseconds for some blocks of each of one, two, … messages. Lanes cost the same however few are in use.
fn costs(there: There, function: Function) -> [u128; WIDEST + 1] {
    let data = [[[0x5a; 64]; MEASURED_BLOCKS]; WIDEST];
    let data: [&[Block]; WIDEST] = std::array::from_fn(|lane| data[lane].as_slice());
    let measured = |count: usize| {
        let mut columns = Columns::default();
        let once = |_| {
            let began = Instant::now();
            there.compress(function, (&mut columns, 0), &data[..count], MEASURED_BLOCKS);
            began.elapsed().as_nanos()
        };
        (0..MEASURED_TIMES).map(once).min().unwrap_or(u128::MAX)
    };
    let (alone, full) = (measured(1), measured(there.kernel().width()));
    std::array::from_fn(|count| if count == 1 { alone } else { full })
}

/// A kernel gives the published digest in each lane, and what the crates give for lanes that differ.
fn is_proved(there: There, function: Function) -> bool {
    let width = there.kernel().width();
    let published: [u8; 4] = match function {
        // The digests of "abc" begin so: FIPS 180-4 (the examples of NIST) and RFC 1321, A.5.
        Function::Sha256 => [0xba, 0x78, 0x16, 0xbf],
        Function::Sha1 => [0xa9, 0x99, 0x3e, 0x36],
        Function::Md5 => [0x90, 0x01, 0x50, 0x98],
    };
    let same = vec![b"abc".to_vec(); width];
    // More blocks than any kernel takes at a time.
    let differing: Vec<Vec<u8>> = (0..width).map(|lane| known(lane, 64 * 18 + 9)).collect();
    let wanted: Vec<Box<[u8]>> = differing.iter().map(|message| by_crate(function, message)).collect();
    digests(there, function, &same).iter().all(|digest| digest.starts_with(&published))
        && digests(there, function, &differing) == wanted
}

/// Bytes that differ by lane and place: any will do.
fn known(lane: usize, length: usize) -> Vec<u8> {
    (0..length).map(|i| (lane * 37 + (i >> 6) * 101 + i * 7 + 3) as u8).collect()
}

fn by_crate(function: Function, message: &[u8]) -> Box<[u8]> {
    match function {
        Function::Sha256 => sha2::Sha256::digest(message).as_slice().into(),
        Function::Sha1 => sha1::Sha1::digest(message).as_slice().into(),
        Function::Md5 => md5::Md5::digest(message).as_slice().into(),
    }
}

/// The digests of messages of one length by a kernel that takes as many.
fn digests(there: There, function: Function, messages: &[Vec<u8>]) -> Vec<Box<[u8]>> {
    let whole = |message: &Vec<u8>| {
        let (blocks, rest) = message.as_chunks();
        let (end, count) = padded(rest, message.len() as u64, function.order());
        [blocks, &end[..count]].concat()
    };
    let data: Vec<Vec<Block>> = messages.iter().map(whole).collect();
    let data: Vec<&[Block]> = data.iter().map(Vec::as_slice).collect();
    let mut columns = Columns::default();
    for lane in 0..data.len() {
        put_column(&mut columns, lane, &function.initial());
    }
    there.compress(function, (&mut columns, 0), &data, data.first().map_or(0, |blocks| blocks.len()));
    (0..data.len()).map(|lane| function.digest(&column(&columns, lane))).collect()
}

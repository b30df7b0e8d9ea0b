//! The ways to run a compression function, and which of them this CPU has.

use std::str::FromStr;

use super::function::Function;
use super::{Block, State, WIDEST, plain};

/// A way to run a compression function.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kernel {
    /// Sixteen messages in AVX-512 lanes.
    Avx512,
    /// Eight messages in AVX2 lanes.
    Avx2,
    /// Two messages by the SHA instructions.
    ShaNi,
    /// One message, the schedules of sixteen blocks made ahead in AVX-512 lanes.
    Avx512Ahead,
    /// One message, the schedules of eight blocks made ahead in AVX2 lanes.
    Avx2Ahead,
    /// One message by the `sha2` and `sha1` crates, MD5 in ordinary registers.
    Plain,
}

/// The text names no kernel.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("no such kernel: avx512, avx2, sha-ni, avx512-ahead, avx2-ahead and plain are known")]
pub struct NoSuchKernel;

impl FromStr for Kernel {
    type Err = NoSuchKernel;

    fn from_str(text: &str) -> Result<Self, NoSuchKernel> {
        Self::ALL.into_iter().find(|kernel| kernel.name() == text).ok_or(NoSuchKernel)
    }
}

impl Kernel {
    /// All, the widest first.
    pub const ALL: [Self; 6] = [Self::Avx512, Self::Avx2, Self::ShaNi, Self::Avx512Ahead, Self::Avx2Ahead, Self::Plain];

    /// Its name, as `HOZEN_KERNEL` spells it.
    pub fn name(self) -> &'static str {
        match self {
            Self::Avx512 => "avx512",
            Self::Avx2 => "avx2",
            Self::ShaNi => "sha-ni",
            Self::Avx512Ahead => "avx512-ahead",
            Self::Avx2Ahead => "avx2-ahead",
            Self::Plain => "plain",
        }
    }

    /// Messages that it takes at once.
    pub(super) fn width(self) -> usize {
        match self {
            Self::Avx512 => 16,
            Self::Avx2 => 8,
            Self::ShaNi => 2,
            Self::Avx512Ahead | Self::Avx2Ahead | Self::Plain => 1,
        }
    }

    /// Whether it computes the function.
    pub(super) fn knows(self, function: Function) -> bool {
        match self {
            Self::Avx512 | Self::Avx2 | Self::Plain => true,
            Self::ShaNi | Self::Avx512Ahead | Self::Avx2Ahead => function == Function::Sha256,
        }
    }

    /// The kernel, if this CPU, as the operating system lets us use it, has the instructions.
    pub(super) fn there(self) -> Option<There> {
        let is_there = match self {
            #[cfg(target_arch = "x86_64")]
            Self::Avx512 | Self::Avx512Ahead => {
                is_x86_feature_detected!("avx512f")
                    && is_x86_feature_detected!("avx512bw")
                    && (self == Self::Avx512 || has_bmi())
            }
            #[cfg(target_arch = "x86_64")]
            Self::Avx2 | Self::Avx2Ahead => is_x86_feature_detected!("avx2") && (self == Self::Avx2 || has_bmi()),
            #[cfg(target_arch = "x86_64")]
            Self::ShaNi => {
                is_x86_feature_detected!("sha")
                    && is_x86_feature_detected!("sse4.1")
                    && is_x86_feature_detected!("ssse3")
            }
            Self::Plain => true,
            #[cfg(not(target_arch = "x86_64"))]
            _ => false,
        };
        is_there.then_some(There(self))
    }
}

#[cfg(target_arch = "x86_64")]
fn has_bmi() -> bool {
    is_x86_feature_detected!("bmi1") && is_x86_feature_detected!("bmi2")
}

/// The states of all lanes, word by word: `columns[word][lane]`.
pub(super) type Columns = [[u32; WIDEST]; 8];

/// The state in one lane.
pub(super) fn column(columns: &Columns, lane: usize) -> State {
    columns.map(|word| word[lane])
}

/// Puts a state into one lane.
pub(super) fn put_column(columns: &mut Columns, lane: usize, state: &State) {
    for (words, word) in columns.iter_mut().zip(state) {
        words[lane] = *word;
    }
}

/// A kernel whose instructions this CPU has: only [`Kernel::there`] makes it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct There(Kernel);

/// A compression function over `N` lanes.
#[cfg(target_arch = "x86_64")]
type Wide<const N: usize> = unsafe fn(&mut [[u32; N]; 8], &[&[Block]; N], usize) -> usize;

impl There {
    pub(super) fn kernel(self) -> Kernel {
        self.0
    }

    /// Runs `blocks` blocks of each message. Message `n` is in lane `first + n`; there are no more messages than the kernel is
    /// wide, and all have that many blocks. What a kernel does not know goes through the plain one.
    #[cfg_attr(target_arch = "x86_64", expect(unsafe_code, reason = "instructions that not every CPU has"))]
    pub(super) fn compress(
        self,
        function: Function,
        (columns, first): (&mut Columns, usize),
        data: &[&[Block]],
        blocks: usize,
    ) {
        match (self.0, function) {
            // SAFETY: one `There` is made only where the CPU has avx512f and avx512bw, the other only where it has avx2, which
            // is all that these functions want.
            #[cfg(target_arch = "x86_64")]
            (Kernel::Avx512, _) => unsafe {
                let wide: Wide<16> = match function {
                    Function::Sha256 => super::avx512::sha256,
                    Function::Sha1 => super::avx512::sha1,
                    Function::Md5 => super::avx512::md5,
                };
                in_lanes(wide, (columns, first), data, blocks);
            },
            // SAFETY: as above.
            #[cfg(target_arch = "x86_64")]
            (Kernel::Avx2, _) => unsafe {
                let wide: Wide<8> = match function {
                    Function::Sha256 => super::avx2::sha256,
                    Function::Sha1 => super::avx2::sha1,
                    Function::Md5 => super::avx2::md5,
                };
                in_lanes(wide, (columns, first), data, blocks);
            },
            #[cfg(target_arch = "x86_64")]
            (Kernel::ShaNi, Function::Sha256) => {
                if let [a, b] = data {
                    let mut both = [column(columns, first), column(columns, first + 1)];
                    // SAFETY: this `There` is made only where the CPU has sha, sse4.1 and ssse3.
                    unsafe { super::sha_ni::compress(&mut both, &[*a, *b], blocks) };
                    put_column(columns, first, &both[0]);
                    put_column(columns, first + 1, &both[1]);
                } else {
                    each((columns, first), data, blocks, |state, run| {
                        let mut alone = [*state];
                        // SAFETY: as above.
                        unsafe { super::sha_ni::compress(&mut alone, &[run], blocks) };
                        [*state] = alone;
                    });
                }
            }
            #[cfg(target_arch = "x86_64")]
            (Kernel::Avx512Ahead, Function::Sha256) => each((columns, first), data, blocks, |state, run| {
                // SAFETY: this `There` is made only where the CPU has avx512f, avx512bw, bmi1 and bmi2.
                unsafe { super::ahead::sha256(state, run, super::avx512::schedules) }
            }),
            #[cfg(target_arch = "x86_64")]
            (Kernel::Avx2Ahead, Function::Sha256) => each((columns, first), data, blocks, |state, run| {
                // SAFETY: this `There` is made only where the CPU has avx2, bmi1 and bmi2.
                unsafe { super::ahead::sha256(state, run, super::avx2::schedules) }
            }),
            (_, Function::Sha256) => each((columns, first), data, blocks, plain::sha256),
            (_, Function::Sha1) => each((columns, first), data, blocks, plain::sha1),
            (_, Function::Md5) => each((columns, first), data, blocks, plain::md5),
        }
    }
}

/// One message after the other.
fn each(
    (columns, first): (&mut Columns, usize),
    data: &[&[Block]],
    blocks: usize,
    mut compress: impl FnMut(&mut State, &[Block]),
) {
    for (n, run) in data.iter().enumerate() {
        let mut state = column(columns, first + n);
        compress(&mut state, run.get(..blocks).unwrap_or(run));
        put_column(columns, first + n, &state);
    }
}

/// All messages at once; a lane without one repeats the first and is not looked at.
///
/// # Safety
/// The CPU has what `wide` wants.
#[cfg(target_arch = "x86_64")]
#[expect(unsafe_code, reason = "hands on what the caller proves")]
unsafe fn in_lanes<const N: usize>(
    wide: Wide<N>,
    (columns, first): (&mut Columns, usize),
    data: &[&[Block]],
    blocks: usize,
) {
    let idle = data.first().copied().unwrap_or_default();
    let lanes: [&[Block]; N] = std::array::from_fn(|lane| data.get(lane).copied().unwrap_or(idle));
    let mut words = [[0; N]; 8];
    let count = N.min(WIDEST - first);
    for (to, from) in words.iter_mut().zip(&*columns) {
        to[..count].copy_from_slice(&from[first..first + count]);
    }
    // SAFETY: the caller's.
    unsafe { wide(&mut words, &lanes, blocks) };
    let count = count.min(data.len());
    for (from, to) in words.iter().zip(columns) {
        to[first..first + count].copy_from_slice(&from[..count]);
    }
}

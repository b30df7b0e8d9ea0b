//! Which kernels this machine has, found out by its features and proved by known answers.

use std::str::FromStr;

use super::{Block, INITIAL, State, plain};

/// A way to run the compression function.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kernel {
    /// Sixteen messages in AVX-512 lanes.
    Avx512,
    /// Eight messages in AVX2 lanes.
    Avx2,
    /// Two messages by the SHA instructions.
    ShaNi,
    /// One message by the `sha2` crate.
    Plain,
}

/// The text names no kernel.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("no such kernel: avx512, avx2, sha-ni and plain are known")]
pub struct NoSuchKernel;

impl FromStr for Kernel {
    type Err = NoSuchKernel;

    fn from_str(text: &str) -> Result<Self, NoSuchKernel> {
        Self::ALL.into_iter().find(|kernel| kernel.name() == text).ok_or(NoSuchKernel)
    }
}

impl Kernel {
    /// All, the widest first.
    pub const ALL: [Self; 4] = [Self::Avx512, Self::Avx2, Self::ShaNi, Self::Plain];

    /// Its name, as `HOZEN_SHA256` and `hozen bench` spell it.
    pub fn name(self) -> &'static str {
        match self {
            Self::Avx512 => "avx512",
            Self::Avx2 => "avx2",
            Self::ShaNi => "sha-ni",
            Self::Plain => "plain",
        }
    }

    /// Messages that it takes at once.
    pub(super) fn width(self) -> usize {
        match self {
            #[cfg(target_arch = "x86_64")]
            Self::Avx512 => super::avx512::WIDTH,
            #[cfg(target_arch = "x86_64")]
            Self::Avx2 => super::avx2::WIDTH,
            #[cfg(target_arch = "x86_64")]
            Self::ShaNi => super::sha_ni::WIDTH,
            _ => 1,
        }
    }

    /// Whether this CPU, as the operating system lets us use it, has the instructions.
    fn is_there(self) -> bool {
        match self {
            #[cfg(target_arch = "x86_64")]
            Self::Avx512 => is_x86_feature_detected!("avx512f") && is_x86_feature_detected!("avx512bw"),
            #[cfg(target_arch = "x86_64")]
            Self::Avx2 => is_x86_feature_detected!("avx2"),
            #[cfg(target_arch = "x86_64")]
            Self::ShaNi => {
                is_x86_feature_detected!("sha")
                    && is_x86_feature_detected!("sse4.1")
                    && is_x86_feature_detected!("ssse3")
            }
            Self::Plain => true,
            #[cfg(not(target_arch = "x86_64"))]
            _ => false,
        }
    }
}

/// The kernels to be used on this machine.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Kernels {
    usable: [bool; Kernel::ALL.len()],
}

impl Default for Kernels {
    fn default() -> Self {
        Self::of_this_machine()
    }
}

impl Kernels {
    /// All that this machine has and that give the right answers; in an unoptimised build, where our own kernels would be
    /// slower than the `sha2` crate, that one alone.
    pub fn of_this_machine() -> Self {
        Self { usable: Kernel::ALL.map(|kernel| is_worth_it(kernel) && Self::is_proved(kernel)) }
    }

    /// One kernel, and the plain one for what is left over. `None` if this machine has no such kernel.
    pub fn only(wanted: Kernel) -> Option<Self> {
        let usable = Kernel::ALL.map(|kernel| kernel == wanted || kernel == Kernel::Plain);
        Self::is_proved(wanted).then_some(Self { usable })
    }

    /// The names of all, the widest first.
    pub fn names(self) -> Vec<&'static str> {
        Kernel::ALL.into_iter().filter(|kernel| self.has(*kernel)).map(Kernel::name).collect()
    }

    fn has(self, kernel: Kernel) -> bool {
        Kernel::ALL.iter().zip(self.usable).any(|(known, usable)| usable && *known == kernel)
    }

    /// Each lane of a kernel gives what `sha2` gives, for lanes that differ.
    fn is_proved(kernel: Kernel) -> bool {
        if !kernel.is_there() {
            return false;
        }
        let width = kernel.width();
        let data: Vec<[Block; 3]> = (0..width).map(|lane| std::array::from_fn(|at| known(lane, at))).collect();
        let slices: Vec<&[Block]> = data.iter().map(<[Block; 3]>::as_slice).collect();
        let mut states = vec![INITIAL; width];
        let done = Proved(kernel).compress(&mut states, &slices, 3);
        let right = data.iter().zip(&states).all(|(blocks, state)| {
            let mut wanted = INITIAL;
            plain::compress(&mut wanted, blocks);
            wanted == *state
        });
        right && done == 3
    }

    /// The most messages that any kernel takes at once.
    pub(super) fn width(self) -> usize {
        Kernel::ALL.into_iter().filter(|kernel| self.has(*kernel)).map(Kernel::width).max().unwrap_or(1)
    }

    /// The best kernel while `active` messages are under way.
    ///
    /// Measured on a CPU that has all of them (docs/performance.md): the SHA instructions, two messages at once, are at least
    /// as fast as sixteen lanes, and need no company. Without them lanes pay as soon as a few of them are in use.
    pub(super) fn best(self, active: usize) -> Proved {
        let chosen = match active {
            _ if self.has(Kernel::ShaNi) => Kernel::ShaNi,
            3.. if self.has(Kernel::Avx512) => Kernel::Avx512,
            2.. if self.has(Kernel::Avx2) => Kernel::Avx2,
            _ => Kernel::Plain,
        };
        Proved(chosen)
    }
}

fn is_worth_it(kernel: Kernel) -> bool {
    kernel == Kernel::Plain || !cfg!(debug_assertions)
}

/// Bytes that differ by lane, block and place: any will do.
fn known(lane: usize, at: usize) -> Block {
    std::array::from_fn(|i| (lane * 37 + at * 101 + i * 7 + 3) as u8)
}

/// A kernel whose instructions this CPU has: only [`Kernels`] makes it.
#[derive(Clone, Copy)]
pub(super) struct Proved(Kernel);

impl Proved {
    pub(super) fn width(self) -> usize {
        self.0.width()
    }

    /// Runs up to `blocks` blocks of each message and says how many. `states` and `data` go together and are at most as
    /// many as the kernel is wide; a lane without a message repeats the first and is not looked at.
    #[expect(unsafe_code, reason = "instructions that not every CPU has")]
    pub(super) fn compress(self, states: &mut [State], data: &[&[Block]], blocks: usize) -> usize {
        let Some(first) = data.first() else { return 0 };
        match self.0 {
            #[cfg(target_arch = "x86_64")]
            Kernel::Avx512 => {
                let lanes = lanes(data, first);
                let mut words = words(states);
                // SAFETY: a `Proved` of this kernel is made only where the CPU has avx512f and avx512bw.
                let done = unsafe { super::avx512::compress(&mut words, &lanes, blocks) };
                put_back(&words, states);
                done
            }
            #[cfg(target_arch = "x86_64")]
            Kernel::Avx2 => {
                let lanes = lanes(data, first);
                let mut words = words(states);
                // SAFETY: a `Proved` of this kernel is made only where the CPU has avx2.
                let done = unsafe { super::avx2::compress(&mut words, &lanes, blocks) };
                put_back(&words, states);
                done
            }
            #[cfg(target_arch = "x86_64")]
            Kernel::ShaNi => match (states, data) {
                ([one, two], [a, b]) => {
                    let mut both = [*one, *two];
                    // SAFETY: a `Proved` of this kernel is made only where the CPU has sha, sse4.1 and ssse3.
                    let done = unsafe { super::sha_ni::compress(&mut both, &[*a, *b], blocks) };
                    [*one, *two] = both;
                    done
                }
                ([one, ..], _) => {
                    let mut alone = [*one];
                    // SAFETY: as above.
                    let done = unsafe { super::sha_ni::compress(&mut alone, &[*first], blocks) };
                    [*one] = alone;
                    done
                }
                ([], _) => 0,
            },
            _ => {
                let run = first.get(..blocks).unwrap_or(first);
                if let Some(state) = states.first_mut() {
                    plain::compress(state, run);
                }
                run.len()
            }
        }
    }
}

#[cfg(target_arch = "x86_64")]
fn lanes<'a, const N: usize>(data: &[&'a [Block]], idle: &'a [Block]) -> [&'a [Block]; N] {
    std::array::from_fn(|lane| data.get(lane).copied().unwrap_or(idle))
}

/// States word by word, as wide kernels want them.
#[cfg(target_arch = "x86_64")]
fn words<const N: usize>(states: &[State]) -> [[u32; N]; 8] {
    std::array::from_fn(|word| std::array::from_fn(|lane| states.get(lane).map_or(0, |state| state[word])))
}

#[cfg(target_arch = "x86_64")]
fn put_back<const N: usize>(words: &[[u32; N]; 8], states: &mut [State]) {
    for (lane, state) in states.iter_mut().enumerate().take(N) {
        for (word, from) in state.iter_mut().zip(words) {
            *word = from[lane];
        }
    }
}

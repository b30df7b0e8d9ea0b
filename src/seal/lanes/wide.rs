//! The compression functions over many lanes, written once; the modules that expand them say what a vector is.

/// A block of code sixteen times, `$t` being 0, 1, … in it: so that no vector is looked up in memory by a running index.
#[cfg(target_arch = "x86_64")]
macro_rules! sixteen {
    ($t:ident $body:block) => {
        super::wide::repeated!($t $body 0 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15);
    };
}

/// The same twenty times.
#[cfg(target_arch = "x86_64")]
macro_rules! twenty {
    ($t:ident $body:block) => {
        super::wide::repeated!($t $body 0 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16 17 18 19);
    };
}

#[cfg(target_arch = "x86_64")]
macro_rules! repeated {
    ($t:ident $body:block $($n:literal)*) => {
        $({
            const $t: usize = $n;
            $body
        })*
    };
}

/// Expands `md5` for a module that has `WIDTH`, `Vector` and the operations `add`, `xor3`, `choose`, `or_not_xor`, `rotate`,
/// `splat`, `load`, `store` and `transposed`, all under the named CPU features (none: a vector is one word).
macro_rules! md5 {
    ($(#[$features:meta])?) => {
        /// One step: `f` is the mixed words, `km` its constant and its word of the block.
        $(#[$features])?
        #[inline]
        fn md5_step<const RIGHT: i32, const LEFT: i32>(
            [a, b, c, d]: [Vector; 4],
            f: Vector,
            km: Vector,
        ) -> [Vector; 4] {
            [d, add(b, rotate::<RIGHT, LEFT>(add(f, add(a, km)))), b, c]
        }

        /// Runs `blocks` blocks of each lane through MD5, but no more than the shortest lane has.
        /// `state` is word by word: `state[word][lane]`.
        $(#[$features])?
        pub(super) fn md5(state: &mut [[u32; WIDTH]; 8], data: &[&[super::Block]; WIDTH], blocks: usize) -> usize {
            let blocks = data.iter().fold(blocks, |least, lane| least.min(lane.len()));
            let mut whole: [Vector; 4] = std::array::from_fn(|word| load(&state[word]));
            for at in 0..blocks {
                let m = transposed::<false>(data, at);
                let mut s = whole;
                macro_rules! rounds {
                    ($base:literal $times:literal + $first:literal, $f:expr, $r1:literal $l1:literal $r2:literal $l2:literal $r3:literal $l3:literal $r4:literal $l4:literal) => {
                        for i in 0..4 {
                            let km = |n: usize| {
                                let step = 4 * i + n;
                                let constant = super::function::MD5_ROUNDS[$base + step];
                                add(splat(constant), m[($times * step + $first) % 16])
                            };
                            let f = $f;
                            s = md5_step::<$r1, $l1>(s, f(s), km(0));
                            s = md5_step::<$r2, $l2>(s, f(s), km(1));
                            s = md5_step::<$r3, $l3>(s, f(s), km(2));
                            s = md5_step::<$r4, $l4>(s, f(s), km(3));
                        }
                    };
                }
                rounds!(0 1 + 0, |s: [Vector; 4]| choose(s[1], s[2], s[3]), 25 7 20 12 15 17 10 22);
                rounds!(16 5 + 1, |s: [Vector; 4]| choose(s[3], s[1], s[2]), 27 5 23 9 18 14 12 20);
                rounds!(32 3 + 5, |s: [Vector; 4]| xor3(s[1], s[2], s[3]), 28 4 21 11 16 16 9 23);
                rounds!(48 7 + 0, |s: [Vector; 4]| or_not_xor(s[1], s[2], s[3]), 26 6 22 10 17 15 11 21);
                for (word, done) in whole.iter_mut().zip(s) {
                    *word = add(*word, done);
                }
            }
            for (words, vector) in state.iter_mut().zip(whole) {
                store(words, vector);
            }
            blocks
        }
    };
}

/// Expands `sha256`, `sha1` and `schedules` for a module that has what [`md5!`] wants, and `majority`, `xor` and `shift`.
#[cfg(target_arch = "x86_64")]
macro_rules! sha {
    ($features:meta) => {
        /// One round of SHA-256; `kw` is its constant and its word of the schedule.
        #[$features]
        #[inline]
        fn sha256_round([a, b, c, d, e, f, g, h]: [Vector; 8], kw: Vector) -> [Vector; 8] {
            let s1 = xor3(rotate::<6, 26>(e), rotate::<11, 21>(e), rotate::<25, 7>(e));
            let t1 = add(add(h, s1), add(choose(e, f, g), kw));
            let s0 = xor3(rotate::<2, 30>(a), rotate::<13, 19>(a), rotate::<22, 10>(a));
            [add(t1, add(s0, majority(a, b, c))), a, b, c, add(d, t1), e, f, g]
        }

        /// The word of SHA-256's schedule sixteen after `w[t]`.
        #[$features]
        #[inline]
        fn sha256_next(w: &[Vector; 16], t: usize) -> Vector {
            let (near, far) = (w[(t + 1) % 16], w[(t + 14) % 16]);
            let near = xor3(rotate::<7, 25>(near), rotate::<18, 14>(near), shift::<3>(near));
            let far = xor3(rotate::<17, 15>(far), rotate::<19, 13>(far), shift::<10>(far));
            add(add(w[t], near), add(w[(t + 9) % 16], far))
        }

        /// Runs `blocks` blocks of each lane through SHA-256, but no more than the shortest lane has.
        /// `state` is word by word: `state[word][lane]`.
        #[$features]
        pub(super) fn sha256(state: &mut [[u32; WIDTH]; 8], data: &[&[super::Block]; WIDTH], blocks: usize) -> usize {
            use super::function::SHA256_ROUNDS;
            let blocks = data.iter().fold(blocks, |least, lane| least.min(lane.len()));
            let mut whole: [Vector; 8] = std::array::from_fn(|word| load(&state[word]));
            for at in 0..blocks {
                let mut w = transposed::<true>(data, at);
                let mut now = whole;
                super::wide::sixteen!(T {
                    now = sha256_round(now, add(splat(SHA256_ROUNDS[T]), w[T]));
                });
                for base in [16, 32, 48] {
                    super::wide::sixteen!(T {
                        w[T] = sha256_next(&w, T);
                        now = sha256_round(now, add(splat(SHA256_ROUNDS[base + T]), w[T]));
                    });
                }
                for (word, done) in whole.iter_mut().zip(now) {
                    *word = add(*word, done);
                }
            }
            for (words, vector) in state.iter_mut().zip(whole) {
                store(words, vector);
            }
            blocks
        }

        /// The schedules of SHA-256 for blocks that follow each other in one message, each word with its round's constant:
        /// `schedules[round][block]`. They do not depend on the state, so they can be made for many blocks at once.
        #[$features]
        pub(super) fn schedules(blocks: &[super::Block; WIDTH], schedules: &mut [[u32; WIDTH]; 64]) {
            use super::function::SHA256_ROUNDS;
            let lanes: [&[super::Block]; WIDTH] = std::array::from_fn(|n| std::slice::from_ref(&blocks[n]));
            let mut w = transposed::<true>(&lanes, 0);
            for t in 0..16 {
                store(&mut schedules[t], add(splat(SHA256_ROUNDS[t]), w[t]));
            }
            for base in [16, 32, 48] {
                super::wide::sixteen!(T {
                    w[T] = sha256_next(&w, T);
                    store(&mut schedules[base + T], add(splat(SHA256_ROUNDS[base + T]), w[T]));
                });
            }
        }

        /// Runs `blocks` blocks of each lane through SHA-1, but no more than the shortest lane has.
        /// `state` is word by word: `state[word][lane]`.
        #[$features]
        pub(super) fn sha1(state: &mut [[u32; WIDTH]; 8], data: &[&[super::Block]; WIDTH], blocks: usize) -> usize {
            let blocks = data.iter().fold(blocks, |least, lane| least.min(lane.len()));
            let mut whole: [Vector; 5] = std::array::from_fn(|word| load(&state[word]));
            for at in 0..blocks {
                let mut w = transposed::<true>(data, at);
                let mut s = whole;
                // Twenty rounds that mix by `f`; the schedule begins to be made with the seventeenth round.
                macro_rules! rounds {
                    ($part:literal, $f:expr) => {
                        let k = splat(super::function::SHA1_ROUNDS[$part]);
                        super::wide::twenty!(I {
                            const T: usize = ($part * 20 + I) % 16;
                            if $part * 20 + I >= 16 {
                                let mixed = xor3(w[(T + 13) % 16], w[(T + 8) % 16], w[(T + 2) % 16]);
                                w[T] = rotate::<31, 1>(xor(mixed, w[T]));
                            }
                            let [a, b, c, d, e] = s;
                            let mixed = add(add(rotate::<27, 5>(a), $f(b, c, d)), add(e, add(k, w[T])));
                            s = [mixed, a, rotate::<2, 30>(b), c, d];
                        });
                    };
                }
                rounds!(0, choose);
                rounds!(1, xor3);
                rounds!(2, majority);
                rounds!(3, xor3);
                for (word, done) in whole.iter_mut().zip(s) {
                    *word = add(*word, done);
                }
            }
            for (words, vector) in state.iter_mut().zip(whole) {
                store(words, vector);
            }
            blocks
        }
    };
}

pub(super) use md5;
#[cfg(target_arch = "x86_64")]
pub(super) use {repeated, sha, sixteen, twenty};

//! The compression function over many lanes, written once; the modules that expand it say what a vector is.

/// Expands `compress` for a module that has `WIDTH`, `Vector` and the operations `add`, `xor3`, `choose`, `majority`,
/// `rotate`, `shift`, `splat`, `load`, `store` and `transposed`, all under the named CPU features.
macro_rules! compress {
    ($features:literal) => {
        /// One round; `kw` is its constant and its word of the schedule.
        #[target_feature(enable = $features)]
        #[inline]
        fn round([a, b, c, d, e, f, g, h]: [Vector; 8], kw: Vector) -> [Vector; 8] {
            let s1 = xor3(rotate::<6, 26>(e), rotate::<11, 21>(e), rotate::<25, 7>(e));
            let t1 = add(add(h, s1), add(choose(e, f, g), kw));
            let s0 = xor3(rotate::<2, 30>(a), rotate::<13, 19>(a), rotate::<22, 10>(a));
            [add(t1, add(s0, majority(a, b, c))), a, b, c, add(d, t1), e, f, g]
        }

        /// The small sigma of the word fifteen before.
        #[target_feature(enable = $features)]
        #[inline]
        fn near(w: Vector) -> Vector {
            xor3(rotate::<7, 25>(w), rotate::<18, 14>(w), shift::<3>(w))
        }

        /// The small sigma of the word two before.
        #[target_feature(enable = $features)]
        #[inline]
        fn far(w: Vector) -> Vector {
            xor3(rotate::<17, 15>(w), rotate::<19, 13>(w), shift::<10>(w))
        }

        /// Runs `blocks` blocks of each lane through the compression function, but no more than the shortest lane has.
        /// `state` is word by word: `state[word][lane]`.
        #[target_feature(enable = $features)]
        pub(super) fn compress(state: &mut [[u32; WIDTH]; 8], data: &[&[super::Block]; WIDTH], blocks: usize) -> usize {
            let blocks = data.iter().fold(blocks, |least, lane| least.min(lane.len()));
            let mut whole: [Vector; 8] = std::array::from_fn(|word| load(&state[word]));
            for at in 0..blocks {
                let mut w = transposed(data, at);
                let mut now = whole;
                for t in 0..16 {
                    now = round(now, add(splat(super::ROUNDS[t]), w[t]));
                }
                for base in [16, 32, 48] {
                    for t in 0..16 {
                        w[t] = add(add(w[t], near(w[(t + 1) % 16])), add(w[(t + 9) % 16], far(w[(t + 14) % 16])));
                        now = round(now, add(splat(super::ROUNDS[base + t]), w[t]));
                    }
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
    };
}

pub(super) use compress;

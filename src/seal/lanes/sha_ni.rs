//! SHA-256 of one or two messages by the SHA instructions: each waits for its own last round, so two take little longer than one.
#![expect(unsafe_code, reason = "vector loads and stores; each is tested against sha2 over every length")]

use std::arch::x86_64::{
    __m128i, _mm_add_epi32, _mm_alignr_epi8, _mm_blend_epi16, _mm_loadu_si128, _mm_set_epi64x, _mm_sha256msg1_epu32,
    _mm_sha256msg2_epu32, _mm_sha256rnds2_epu32, _mm_shuffle_epi8, _mm_shuffle_epi32, _mm_storeu_si128,
};

use super::function::SHA256_ROUNDS;
use super::{Block, State};

/// A state as the instructions want it: the words `abef` and `cdgh`.
type Halves = (__m128i, __m128i);

#[target_feature(enable = "sha,sse4.1,ssse3")]
#[inline]
fn load(words: &[u32; 4]) -> __m128i {
    // SAFETY: `words` is 16 readable bytes, and this load wants no alignment.
    unsafe { _mm_loadu_si128(words.as_ptr().cast()) }
}

#[target_feature(enable = "sha,sse4.1,ssse3")]
#[inline]
fn store(words: &mut [u32; 4], a: __m128i) {
    // SAFETY: `words` is 16 writable bytes, and this store wants no alignment.
    unsafe { _mm_storeu_si128(words.as_mut_ptr().cast(), a) }
}

/// Four words of a block, most significant byte first.
#[target_feature(enable = "sha,sse4.1,ssse3")]
#[inline]
fn quarter(bytes: &[u8; 16]) -> __m128i {
    let swap = _mm_set_epi64x(0x0c0d_0e0f_0809_0a0b, 0x0405_0607_0001_0203);
    // SAFETY: `bytes` is 16 readable bytes, and this load wants no alignment.
    _mm_shuffle_epi8(unsafe { _mm_loadu_si128(bytes.as_ptr().cast()) }, swap)
}

#[target_feature(enable = "sha,sse4.1,ssse3")]
#[inline]
fn folded(state: &State) -> Halves {
    let halves = state.as_chunks().0;
    let (cdab, efgh) = (_mm_shuffle_epi32::<0xb1>(load(&halves[0])), _mm_shuffle_epi32::<0x1b>(load(&halves[1])));
    (_mm_alignr_epi8::<8>(cdab, efgh), _mm_blend_epi16::<0xf0>(efgh, cdab))
}

#[target_feature(enable = "sha,sse4.1,ssse3")]
#[inline]
fn unfolded((abef, cdgh): Halves, state: &mut State) {
    let (feba, dchg) = (_mm_shuffle_epi32::<0x1b>(abef), _mm_shuffle_epi32::<0xb1>(cdgh));
    let halves = state.as_chunks_mut().0;
    store(&mut halves[0], _mm_blend_epi16::<0xf0>(feba, dchg));
    store(&mut halves[1], _mm_alignr_epi8::<8>(dchg, feba));
}

/// Runs `blocks` blocks of each message through the compression function, but no more than the shortest has.
#[target_feature(enable = "sha,sse4.1,ssse3")]
pub(super) fn compress<const N: usize>(states: &mut [State; N], data: &[&[Block]; N], blocks: usize) -> usize {
    let blocks = data.iter().fold(blocks, |least, lane| least.min(lane.len()));
    let (mut abef, mut cdgh) = ([_mm_set_epi64x(0, 0); N], [_mm_set_epi64x(0, 0); N]);
    for n in 0..N {
        (abef[n], cdgh[n]) = folded(&states[n]);
    }
    #[expect(clippy::needless_range_loop, reason = "the same block of every message")]
    for at in 0..blocks {
        let before = (abef, cdgh);
        let mut w: [[__m128i; N]; 4] =
            std::array::from_fn(|part| std::array::from_fn(|n| quarter(&data[n][at].as_chunks().0[part])));
        macro_rules! four_rounds {
            ($($i:literal)*) => {$(
                let k = load(&SHA256_ROUNDS.as_chunks().0[$i]);
                for n in 0..N {
                    if $i >= 4 {
                        let m = _mm_sha256msg1_epu32(w[$i & 3][n], w[($i + 1) & 3][n]);
                        let m = _mm_add_epi32(m, _mm_alignr_epi8::<4>(w[($i + 3) & 3][n], w[($i + 2) & 3][n]));
                        w[$i & 3][n] = _mm_sha256msg2_epu32(m, w[($i + 3) & 3][n]);
                    }
                }
                let x: [__m128i; N] = std::array::from_fn(|n| _mm_add_epi32(w[$i & 3][n], k));
                for n in 0..N {
                    cdgh[n] = _mm_sha256rnds2_epu32(cdgh[n], abef[n], x[n]);
                }
                for n in 0..N {
                    abef[n] = _mm_sha256rnds2_epu32(abef[n], cdgh[n], _mm_shuffle_epi32::<0x0e>(x[n]));
                }
            )*};
        }
        four_rounds!(0 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15);
        for n in 0..N {
            abef[n] = _mm_add_epi32(abef[n], before.0[n]);
            cdgh[n] = _mm_add_epi32(cdgh[n], before.1[n]);
        }
    }
    for n in 0..N {
        unfolded((abef[n], cdgh[n]), &mut states[n]);
    }
    blocks
}

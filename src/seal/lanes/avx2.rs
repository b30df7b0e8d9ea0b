//! Eight messages at once in AVX2 registers.
#![expect(unsafe_code, reason = "vector loads and stores; each kernel is tested against the crates over every length")]

use std::arch::x86_64::{
    __m256i, _mm256_add_epi32, _mm256_and_si256, _mm256_loadu_si256, _mm256_or_si256, _mm256_permute2x128_si256,
    _mm256_set_epi64x, _mm256_set1_epi32, _mm256_shuffle_epi8, _mm256_slli_epi32, _mm256_srli_epi32,
    _mm256_storeu_si256, _mm256_unpackhi_epi32, _mm256_unpackhi_epi64, _mm256_unpacklo_epi32, _mm256_unpacklo_epi64,
    _mm256_xor_si256,
};

use super::Block;

/// Messages at once.
const WIDTH: usize = 8;

type Vector = __m256i;

#[target_feature(enable = "avx2")]
#[inline]
fn add(a: Vector, b: Vector) -> Vector {
    _mm256_add_epi32(a, b)
}

#[target_feature(enable = "avx2")]
#[inline]
fn xor(a: Vector, b: Vector) -> Vector {
    _mm256_xor_si256(a, b)
}

/// `c ^ (b | !d)`.
#[target_feature(enable = "avx2")]
#[inline]
fn or_not_xor(b: Vector, c: Vector, d: Vector) -> Vector {
    xor(c, _mm256_or_si256(b, xor(d, splat(u32::MAX))))
}

#[target_feature(enable = "avx2")]
#[inline]
fn xor3(a: Vector, b: Vector, c: Vector) -> Vector {
    _mm256_xor_si256(_mm256_xor_si256(a, b), c)
}

#[target_feature(enable = "avx2")]
#[inline]
fn choose(e: Vector, f: Vector, g: Vector) -> Vector {
    _mm256_xor_si256(g, _mm256_and_si256(e, _mm256_xor_si256(f, g)))
}

#[target_feature(enable = "avx2")]
#[inline]
fn majority(a: Vector, b: Vector, c: Vector) -> Vector {
    _mm256_or_si256(_mm256_and_si256(a, b), _mm256_and_si256(c, _mm256_or_si256(a, b)))
}

#[target_feature(enable = "avx2")]
#[inline]
fn rotate<const RIGHT: i32, const LEFT: i32>(a: Vector) -> Vector {
    const { assert!(RIGHT + LEFT == 32) };
    _mm256_or_si256(_mm256_srli_epi32::<RIGHT>(a), _mm256_slli_epi32::<LEFT>(a))
}

#[target_feature(enable = "avx2")]
#[inline]
fn shift<const RIGHT: i32>(a: Vector) -> Vector {
    _mm256_srli_epi32::<RIGHT>(a)
}

#[target_feature(enable = "avx2")]
#[inline]
fn splat(a: u32) -> Vector {
    _mm256_set1_epi32(a.cast_signed())
}

#[target_feature(enable = "avx2")]
#[inline]
fn load(words: &[u32; WIDTH]) -> Vector {
    // SAFETY: `words` is 32 readable bytes, and this load wants no alignment.
    unsafe { _mm256_loadu_si256(words.as_ptr().cast()) }
}

#[target_feature(enable = "avx2")]
#[inline]
fn store(words: &mut [u32; WIDTH], a: Vector) {
    // SAFETY: `words` is 32 writable bytes, and this store wants no alignment.
    unsafe { _mm256_storeu_si256(words.as_mut_ptr().cast(), a) }
}

/// Half a block as eight words of the machine; in a `BIG` one the most significant byte of each comes first.
#[target_feature(enable = "avx2")]
#[inline]
fn row<const BIG: bool>(half: &[u8; 32]) -> Vector {
    const HIGH: i64 = 0x0c0d_0e0f_0809_0a0b;
    const LOW: i64 = 0x0405_0607_0001_0203;
    // SAFETY: half a block is 32 readable bytes, and this load wants no alignment.
    let words = unsafe { _mm256_loadu_si256(half.as_ptr().cast()) };
    if BIG { _mm256_shuffle_epi8(words, _mm256_set_epi64x(HIGH, LOW, HIGH, LOW)) } else { words }
}

/// Eight rows of eight words, turned.
#[target_feature(enable = "avx2")]
#[inline]
fn turned(r: [Vector; 8]) -> [Vector; 8] {
    let (mut t, mut u) = (r, r);
    for i in 0..4 {
        t[2 * i] = _mm256_unpacklo_epi32(r[2 * i], r[2 * i + 1]);
        t[2 * i + 1] = _mm256_unpackhi_epi32(r[2 * i], r[2 * i + 1]);
    }
    for i in [0, 4] {
        u[i] = _mm256_unpacklo_epi64(t[i], t[i + 2]);
        u[i + 1] = _mm256_unpackhi_epi64(t[i], t[i + 2]);
        u[i + 2] = _mm256_unpacklo_epi64(t[i + 1], t[i + 3]);
        u[i + 3] = _mm256_unpackhi_epi64(t[i + 1], t[i + 3]);
    }
    for i in 0..4 {
        t[i] = _mm256_permute2x128_si256::<0x20>(u[i], u[4 + i]);
        t[4 + i] = _mm256_permute2x128_si256::<0x31>(u[i], u[4 + i]);
    }
    t
}

/// Block `at` of every lane, turned: vector `t` holds word `t` of all eight.
#[target_feature(enable = "avx2")]
#[inline]
fn transposed<const BIG: bool>(data: &[&[Block]; WIDTH], at: usize) -> [Vector; 16] {
    let half = |part: usize| turned(std::array::from_fn(|lane| row::<BIG>(&data[lane][at].as_chunks().0[part])));
    let (first, second) = (half(0), half(1));
    std::array::from_fn(|word| if word < 8 { first[word] } else { second[word - 8] })
}

super::wide::md5!(#[target_feature(enable = "avx2")]);
super::wide::sha!(target_feature(enable = "avx2"));

//! Sixteen messages at once in AVX-512 registers.
#![expect(unsafe_code, reason = "vector loads and stores; each kernel is tested against the crates over every length")]

use std::arch::x86_64::{
    __m512i, _mm512_add_epi32, _mm512_loadu_si512, _mm512_ror_epi32, _mm512_set1_epi32, _mm512_set4_epi32,
    _mm512_shuffle_epi8, _mm512_shuffle_i32x4, _mm512_srli_epi32, _mm512_storeu_si512, _mm512_ternarylogic_epi32,
    _mm512_unpackhi_epi32, _mm512_unpackhi_epi64, _mm512_unpacklo_epi32, _mm512_unpacklo_epi64, _mm512_xor_si512,
};

use super::Block;

/// Messages at once.
const WIDTH: usize = 16;

type Vector = __m512i;

#[target_feature(enable = "avx512f,avx512bw")]
#[inline]
fn add(a: Vector, b: Vector) -> Vector {
    _mm512_add_epi32(a, b)
}

#[target_feature(enable = "avx512f,avx512bw")]
#[inline]
fn xor(a: Vector, b: Vector) -> Vector {
    _mm512_xor_si512(a, b)
}

/// `c ^ (b | !d)`.
#[target_feature(enable = "avx512f,avx512bw")]
#[inline]
fn or_not_xor(b: Vector, c: Vector, d: Vector) -> Vector {
    _mm512_ternarylogic_epi32::<0x39>(b, c, d)
}

#[target_feature(enable = "avx512f,avx512bw")]
#[inline]
fn xor3(a: Vector, b: Vector, c: Vector) -> Vector {
    _mm512_ternarylogic_epi32::<0x96>(a, b, c)
}

#[target_feature(enable = "avx512f,avx512bw")]
#[inline]
fn choose(e: Vector, f: Vector, g: Vector) -> Vector {
    _mm512_ternarylogic_epi32::<0xca>(e, f, g)
}

#[target_feature(enable = "avx512f,avx512bw")]
#[inline]
fn majority(a: Vector, b: Vector, c: Vector) -> Vector {
    _mm512_ternarylogic_epi32::<0xe8>(a, b, c)
}

#[target_feature(enable = "avx512f,avx512bw")]
#[inline]
fn rotate<const RIGHT: i32, const LEFT: i32>(a: Vector) -> Vector {
    const { assert!(RIGHT + LEFT == 32) };
    _mm512_ror_epi32::<RIGHT>(a)
}

#[target_feature(enable = "avx512f,avx512bw")]
#[inline]
fn shift<const RIGHT: u32>(a: Vector) -> Vector {
    _mm512_srli_epi32::<RIGHT>(a)
}

#[target_feature(enable = "avx512f,avx512bw")]
#[inline]
fn splat(a: u32) -> Vector {
    _mm512_set1_epi32(a.cast_signed())
}

#[target_feature(enable = "avx512f,avx512bw")]
#[inline]
fn load(words: &[u32; WIDTH]) -> Vector {
    // SAFETY: `words` is 64 readable bytes, and this load wants no alignment.
    unsafe { _mm512_loadu_si512(words.as_ptr().cast()) }
}

#[target_feature(enable = "avx512f,avx512bw")]
#[inline]
fn store(words: &mut [u32; WIDTH], a: Vector) {
    // SAFETY: `words` is 64 writable bytes, and this store wants no alignment.
    unsafe { _mm512_storeu_si512(words.as_mut_ptr().cast(), a) }
}

/// One block as sixteen words of the machine; in a `BIG` one the most significant byte of each comes first.
#[target_feature(enable = "avx512f,avx512bw")]
#[inline]
fn row<const BIG: bool>(block: &Block) -> Vector {
    // SAFETY: a block is 64 readable bytes, and this load wants no alignment.
    let words = unsafe { _mm512_loadu_si512(block.as_ptr().cast()) };
    let swap = _mm512_set4_epi32(0x0c0d_0e0f, 0x0809_0a0b, 0x0405_0607, 0x0001_0203);
    if BIG { _mm512_shuffle_epi8(words, swap) } else { words }
}

/// Block `at` of every lane, turned: vector `t` holds word `t` of all sixteen.
#[target_feature(enable = "avx512f,avx512bw")]
#[inline]
fn transposed<const BIG: bool>(data: &[&[Block]; WIDTH], at: usize) -> [Vector; 16] {
    let mut r: [Vector; 16] = std::array::from_fn(|lane| row::<BIG>(&data[lane][at]));
    let mut t = r;
    for i in 0..8 {
        t[2 * i] = _mm512_unpacklo_epi32(r[2 * i], r[2 * i + 1]);
        t[2 * i + 1] = _mm512_unpackhi_epi32(r[2 * i], r[2 * i + 1]);
    }
    for i in [0, 4, 8, 12] {
        r[i] = _mm512_unpacklo_epi64(t[i], t[i + 2]);
        r[i + 1] = _mm512_unpackhi_epi64(t[i], t[i + 2]);
        r[i + 2] = _mm512_unpacklo_epi64(t[i + 1], t[i + 3]);
        r[i + 3] = _mm512_unpackhi_epi64(t[i + 1], t[i + 3]);
    }
    for i in 0..4 {
        t[i] = _mm512_shuffle_i32x4::<0x88>(r[i], r[4 + i]);
        t[4 + i] = _mm512_shuffle_i32x4::<0xdd>(r[i], r[4 + i]);
        t[8 + i] = _mm512_shuffle_i32x4::<0x88>(r[8 + i], r[12 + i]);
        t[12 + i] = _mm512_shuffle_i32x4::<0xdd>(r[8 + i], r[12 + i]);
    }
    for i in 0..4 {
        r[i] = _mm512_shuffle_i32x4::<0x88>(t[i], t[8 + i]);
        r[8 + i] = _mm512_shuffle_i32x4::<0xdd>(t[i], t[8 + i]);
        r[4 + i] = _mm512_shuffle_i32x4::<0x88>(t[4 + i], t[12 + i]);
        r[12 + i] = _mm512_shuffle_i32x4::<0xdd>(t[4 + i], t[12 + i]);
    }
    r
}

super::wide::md5!(#[target_feature(enable = "avx512f,avx512bw")]);
super::wide::sha!(target_feature(enable = "avx512f,avx512bw"));

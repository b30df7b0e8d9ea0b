//! One message in ordinary registers: a vector of one lane. MD5 alone, whose crate does not give its compression function away.

use super::Block;

/// Messages at once.
const WIDTH: usize = 1;

type Vector = u32;

fn add(a: Vector, b: Vector) -> Vector {
    a.wrapping_add(b)
}

fn xor3(a: Vector, b: Vector, c: Vector) -> Vector {
    a ^ b ^ c
}

fn choose(e: Vector, f: Vector, g: Vector) -> Vector {
    g ^ (e & (f ^ g))
}

fn or_not_xor(b: Vector, c: Vector, d: Vector) -> Vector {
    c ^ (b | !d)
}

fn rotate<const RIGHT: i32, const LEFT: i32>(a: Vector) -> Vector {
    const { assert!(RIGHT + LEFT == 32) };
    a.rotate_left(LEFT.cast_unsigned())
}

fn splat(a: u32) -> Vector {
    a
}

fn load(words: &[u32; WIDTH]) -> Vector {
    words[0]
}

fn store(words: &mut [u32; WIDTH], a: Vector) {
    words[0] = a;
}

/// The words of block `at`.
fn transposed<const BIG: bool>(data: &[&[Block]; WIDTH], at: usize) -> [Vector; 16] {
    let words: &[[u8; 4]] = data[0][at].as_chunks().0;
    std::array::from_fn(|t| if BIG { u32::from_be_bytes(words[t]) } else { u32::from_le_bytes(words[t]) })
}

super::wide::md5!();

//! One message by the `sha2` and `sha1` crates, which every machine has: the fallback, and what the others are tested against.
//! MD5 by our own code over ordinary registers, for its crate keeps the state to itself.
#![expect(unsafe_code, reason = "the crates want the same blocks under another name")]

use sha2::digest::consts::U64;
use sha2::digest::generic_array::GenericArray;

use super::{Block, State, one};

/// Runs all blocks through SHA-256.
pub(super) fn sha256(state: &mut State, data: &[Block]) {
    sha2::compress256(state, generic(data));
}

/// Runs all blocks through SHA-1.
pub(super) fn sha1(state: &mut State, data: &[Block]) {
    if let Some(words) = state.first_chunk_mut() {
        sha1::compress(words, generic(data));
    }
}

/// Runs all blocks through MD5.
pub(super) fn md5(state: &mut State, data: &[Block]) {
    let mut words = state.map(|word| [word]);
    one::md5(&mut words, &[data], data.len());
    *state = words.map(|[word]| word);
}

fn generic(data: &[Block]) -> &[GenericArray<u8, U64>] {
    // SAFETY: a generic array of 64 bytes has the size, the alignment and the validity of 64 bytes, and the slice has as many.
    unsafe { std::slice::from_raw_parts(data.as_ptr().cast(), data.len()) }
}

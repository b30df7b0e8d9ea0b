//! The functions that lanes compute: SHA-256, SHA-1 and MD5 cut a message into blocks of 64 bytes and work on 32-bit words.

use super::{Block, State};
use crate::model::Algorithm;

/// A function over blocks of 64 bytes and words of 32 bits.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Function {
    /// FIPS 180-4.
    Sha256,
    /// FIPS 180-4.
    Sha1,
    /// RFC 1321.
    Md5,
}

/// A thing for each function.
pub(super) type ByFunction<T> = [T; Function::ALL.len()];

/// Which end of a word comes first in a block.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Order {
    /// Most significant byte first.
    Big,
    /// Least significant byte first.
    Little,
}

impl Function {
    pub(super) const ALL: [Self; 3] = [Self::Sha256, Self::Sha1, Self::Md5];

    pub(super) fn algorithm(self) -> Algorithm {
        match self {
            Self::Sha256 => Algorithm::Sha256,
            Self::Sha1 => Algorithm::Sha1,
            Self::Md5 => Algorithm::Md5,
        }
    }

    pub(super) fn order(self) -> Order {
        match self {
            Self::Sha256 | Self::Sha1 => Order::Big,
            Self::Md5 => Order::Little,
        }
    }

    /// The state before the first block; the words that a function does not have stay zero.
    pub(super) const fn initial(self) -> State {
        match self {
            // The first 32 bits of the fractional parts of the square roots of the first eight primes.
            Self::Sha256 => {
                [0x6a09_e667, 0xbb67_ae85, 0x3c6e_f372, 0xa54f_f53a, 0x510e_527f, 0x9b05_688c, 0x1f83_d9ab, 0x5be0_cd19]
            }
            Self::Sha1 => [0x6745_2301, 0xefcd_ab89, 0x98ba_dcfe, 0x1032_5476, 0xc3d2_e1f0, 0, 0, 0],
            Self::Md5 => [0x6745_2301, 0xefcd_ab89, 0x98ba_dcfe, 0x1032_5476, 0, 0, 0, 0],
        }
    }

    /// Writes the digest of a state, which is as long as the algorithm says.
    pub(super) fn digest_into(self, state: &State, digest: &mut [u8]) {
        for (bytes, word) in digest.as_chunks_mut().0.iter_mut().zip(state) {
            *bytes = match self.order() {
                Order::Big => word.to_be_bytes(),
                Order::Little => word.to_le_bytes(),
            };
        }
    }

    /// The digest of a state.
    pub(super) fn digest(self, state: &State) -> Box<[u8]> {
        let mut digest = vec![0; self.algorithm().bytes()];
        self.digest_into(state, &mut digest);
        digest.into()
    }
}

/// The padded end of a message of `length` bytes, of which `rest` does not fill a block: a one bit, zeros, and the length in
/// bits (FIPS 180-4, 5.1.1; RFC 1321, 3.1 and 3.2). One block or two.
pub(super) fn padded(rest: &[u8], length: u64, order: Order) -> ([Block; 2], usize) {
    let mut last = [[0; 64]; 2];
    last[0][..rest.len()].copy_from_slice(rest);
    last[0][rest.len()] = 0x80;
    let count = if rest.len() < 56 { 1 } else { 2 };
    let bits = length.wrapping_mul(8);
    last[count - 1][56..].copy_from_slice(&match order {
        Order::Big => bits.to_be_bytes(),
        Order::Little => bits.to_le_bytes(),
    });
    (last, count)
}

/// SHA-256: the first 32 bits of the fractional parts of the cube roots of the first 64 primes.
#[cfg(target_arch = "x86_64")]
pub(super) const SHA256_ROUNDS: [u32; 64] = [
    0x428a2f98, 0x71374491, 0xb5c0fbcf, 0xe9b5dba5, 0x3956c25b, 0x59f111f1, 0x923f82a4, 0xab1c5ed5, //
    0xd807aa98, 0x12835b01, 0x243185be, 0x550c7dc3, 0x72be5d74, 0x80deb1fe, 0x9bdc06a7, 0xc19bf174, //
    0xe49b69c1, 0xefbe4786, 0x0fc19dc6, 0x240ca1cc, 0x2de92c6f, 0x4a7484aa, 0x5cb0a9dc, 0x76f988da, //
    0x983e5152, 0xa831c66d, 0xb00327c8, 0xbf597fc7, 0xc6e00bf3, 0xd5a79147, 0x06ca6351, 0x14292967, //
    0x27b70a85, 0x2e1b2138, 0x4d2c6dfc, 0x53380d13, 0x650a7354, 0x766a0abb, 0x81c2c92e, 0x92722c85, //
    0xa2bfe8a1, 0xa81a664b, 0xc24b8b70, 0xc76c51a3, 0xd192e819, 0xd6990624, 0xf40e3585, 0x106aa070, //
    0x19a4c116, 0x1e376c08, 0x2748774c, 0x34b0bcb5, 0x391c0cb3, 0x4ed8aa4a, 0x5b9cca4f, 0x682e6ff3, //
    0x748f82ee, 0x78a5636f, 0x84c87814, 0x8cc70208, 0x90befffa, 0xa4506ceb, 0xbef9a3f7, 0xc67178f2,
];

/// SHA-1: the square roots of 2, 3, 5 and 10, for twenty rounds each.
#[cfg(target_arch = "x86_64")]
pub(super) const SHA1_ROUNDS: [u32; 4] = [0x5a82_7999, 0x6ed9_eba1, 0x8f1b_bcdc, 0xca62_c1d6];

/// MD5: the first 32 bits of the sines of 1 to 64, without their signs.
pub(super) const MD5_ROUNDS: [u32; 64] = [
    0xd76aa478, 0xe8c7b756, 0x242070db, 0xc1bdceee, 0xf57c0faf, 0x4787c62a, 0xa8304613, 0xfd469501, //
    0x698098d8, 0x8b44f7af, 0xffff5bb1, 0x895cd7be, 0x6b901122, 0xfd987193, 0xa679438e, 0x49b40821, //
    0xf61e2562, 0xc040b340, 0x265e5a51, 0xe9b6c7aa, 0xd62f105d, 0x02441453, 0xd8a1e681, 0xe7d3fbc8, //
    0x21e1cde6, 0xc33707d6, 0xf4d50d87, 0x455a14ed, 0xa9e3e905, 0xfcefa3f8, 0x676f02d9, 0x8d2a4c8a, //
    0xfffa3942, 0x8771f681, 0x6d9d6122, 0xfde5380c, 0xa4beea44, 0x4bdecfa9, 0xf6bb4b60, 0xbebfbc70, //
    0x289b7ec6, 0xeaa127fa, 0xd4ef3085, 0x04881d05, 0xd9d4d039, 0xe6db99e5, 0x1fa27cf8, 0xc4ac5665, //
    0xf4292244, 0x432aff97, 0xab9423a7, 0xfc93a039, 0x655b59c3, 0x8f0ccc92, 0xffeff47d, 0x85845dd1, //
    0x6fa87e4f, 0xfe2ce6e0, 0xa3014314, 0x4e0811a1, 0xf7537e82, 0xbd3af235, 0x2ad7d2bb, 0xeb86d391,
];

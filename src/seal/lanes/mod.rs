//! SHA-256 (FIPS 180-4), and on request SHA-1 (FIPS 180-4) and MD5 (RFC 1321), of many messages at once, by vector lanes where
//! the machine has them, with the same digests everywhere.
//!
//! Each of them is a chain: one message can not be hashed faster than its rounds follow each other. Many can: sixteen messages
//! fill the sixteen 32-bit lanes of an AVX-512 register, eight those of AVX2, and two keep the SHA instructions busy.
//! A lane whose message ends takes the next one. A message of which several digests are wanted goes through the functions in
//! turn, while its bytes are in the cache. Which kernels a machine has is found out at run time ([`Kernels`]), a kernel that
//! fails its known answers is not used, and of the others the fastest is chosen by measurement. SHA-512 and BLAKE3, which are
//! no chains of 32-bit words over blocks of 64 bytes, are made by their crates ([`crate::seal::digests`]).

#[cfg(target_arch = "x86_64")]
mod ahead;
#[cfg(target_arch = "x86_64")]
mod avx2;
#[cfg(target_arch = "x86_64")]
mod avx512;
mod function;
mod kernel;
mod kernels;
mod message;
mod one;
mod plain;
mod schedule;
#[cfg(target_arch = "x86_64")]
mod sha_ni;
mod wide;

pub use kernel::{Kernel, NoSuchKernel};
pub use kernels::Kernels;
pub use message::Message;
pub use schedule::{Piece, advance};

/// One block of the compression functions.
type Block = [u8; 64];

/// The state between blocks: eight words, fewer for functions that have fewer.
type State = [u32; 8];

/// The most lanes that any kernel has.
pub const WIDEST: usize = 16;

#[cfg(test)]
mod tests;

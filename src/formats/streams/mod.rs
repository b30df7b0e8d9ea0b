//! Streams that hold one file, packed: bzip2, xz, lzma, lzip, Zstandard, LZ4, Unix compress. What they have in common is in
//! `unfold`.

pub mod bzip2;
pub mod compress;
pub mod lz4;
mod lz4_frame;
pub mod lzip;
mod lzw;
pub mod xz;
pub mod zstd;

#[cfg(test)]
pub(super) mod tests;

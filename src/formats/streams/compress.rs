//! Unix `compress` (`.Z`): LZW with codes of 9 to 16 bits.

use crate::formats::unfold::{one_child, stem};
use crate::formats::{Claim, Format, Head, Input, Sink};

use super::lzw::Lzw;

/// Files of `compress`.
pub struct Compress;

impl Format for Compress {
    fn id(&self) -> &'static str {
        "compress"
    }

    fn claims(&self, head: &Head<'_>) -> Claim {
        match head.bytes {
            // Two bits are reserved as zero.
            [0x1F, 0x9D, flags, ..] if flags & 0x60 == 0 && (9..=16).contains(&(flags & 0x1F)) => Claim::Yes,
            _ => Claim::No,
        }
    }

    fn endings(&self) -> &'static [&'static str] {
        &["z", "taz"]
    }

    fn read(&self, head: &Head<'_>, input: Input<'_>, out: &mut dyn Sink) {
        let name = stem(head, &[("z", ""), ("taz", "tar")]);
        one_child(("compress stream", &name), input, |source| Box::new(Lzw::new(source)), out);
    }
}

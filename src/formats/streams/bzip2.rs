//! Bzip2: blocks of Burrows and Wheeler; several streams in a row are one file (as `pbzip2` writes them).

use ::bzip2::bufread::MultiBzDecoder;

use crate::formats::unfold::{one_child, stem};
use crate::formats::{Claim, Format, Head, Input, Sink};

/// Bzip2 files.
pub struct Bzip2;

impl Format for Bzip2 {
    fn id(&self) -> &'static str {
        "bzip2"
    }

    fn claims(&self, head: &Head<'_>) -> Claim {
        // The level, and then a block (pi) or the end of an empty stream (the root of pi).
        match head.bytes {
            [b'B', b'Z', b'h', b'1'..=b'9', 0x31, 0x41, 0x59, 0x26, ..]
            | [b'B', b'Z', b'h', b'1'..=b'9', 0x17, 0x72, 0x45, 0x38, ..] => Claim::Yes,
            _ => Claim::No,
        }
    }

    fn endings(&self) -> &'static [&'static str] {
        &["bz2", "tbz2", "tbz", "bz"]
    }

    fn read(&self, head: &Head<'_>, input: Input<'_>, out: &mut dyn Sink) {
        let name = stem(head, &[("bz2", ""), ("bz", ""), ("tbz2", "tar"), ("tbz", "tar")]);
        one_child(("bzip2 stream", &name), input, |source| Box::new(MultiBzDecoder::new(source)), out);
    }
}

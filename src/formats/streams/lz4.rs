//! LZ4 frames (LZ4 Frame Format 1.6.x), several in a row included, and the legacy frames of Linux kernels.

use crate::formats::unfold::{one_child, stem};
use crate::formats::{Claim, Format, Head, Input, Sink};

use super::lz4_frame::{Frames, LEGACY, MAGIC};

/// Files of `lz4`.
pub struct Lz4;

impl Format for Lz4 {
    fn id(&self) -> &'static str {
        "lz4"
    }

    fn claims(&self, head: &Head<'_>) -> Claim {
        let Some((magic, rest)) = head.bytes.split_first_chunk::<4>() else { return Claim::No };
        let sure = match (u32::from_le_bytes(*magic), rest) {
            // Version 01, and the reserved bits as zero.
            (MAGIC, [flags, block, ..]) => flags & 0xC2 == 0x40 && block & 0x8F == 0,
            (LEGACY, [_, _, _, 0, ..]) => true,
            _ => false,
        };
        if sure { Claim::Yes } else { Claim::No }
    }

    fn endings(&self) -> &'static [&'static str] {
        &["lz4"]
    }

    fn read(&self, head: &Head<'_>, input: Input<'_>, out: &mut dyn Sink) {
        let name = stem(head, &[("lz4", ""), ("tlz4", "tar")]);
        one_child(("LZ4 stream", &name), input, |source| Box::new(Frames::new(source)), out);
    }
}

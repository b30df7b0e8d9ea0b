//! The family of LZMA: `.xz` (several streams and padding included) and the older `.lzma`, which has no signature.

use std::io::{self, ErrorKind, Read};

use lzma_rust2::{LzmaReader, XzReader};

use crate::formats::unfold::{Limited, Source, one_child, stem};
use crate::formats::{Claim, Format, Head, Input, Sink};

/// What a decoder of this family gets, as far as there is that much: the dictionary of `xz -9`, and its models.
pub(in crate::formats) const MEMORY_BYTES: u64 = 66 * 1024 * 1024;

/// Files of `xz`.
pub struct Xz;

impl Format for Xz {
    fn id(&self) -> &'static str {
        "xz"
    }

    fn claims(&self, head: &Head<'_>) -> Claim {
        if head.bytes.starts_with(b"\xFD7zXZ\0") { Claim::Yes } else { Claim::No }
    }

    fn endings(&self) -> &'static [&'static str] {
        &["xz", "txz"]
    }

    fn read(&self, head: &Head<'_>, input: Input<'_>, out: &mut dyn Sink) {
        let name = stem(head, &[("xz", ""), ("txz", "tar")]);
        let (held, memory) = out.budget().hold_most(MEMORY_BYTES);
        let limit = kibibytes(memory);
        one_child(
            ("xz stream", &name),
            input,
            |source| Box::new(Limited { decoder: XzReader::new_mem_limit(source, true, limit), held }),
            out,
        );
    }
}

/// Files of the older `lzma`.
pub struct Lzma;

/// Where the content begins, behind properties, dictionary and size.
const LZMA_HEADER_BYTES: usize = 13;

impl Format for Lzma {
    fn id(&self) -> &'static str {
        "lzma"
    }

    fn claims(&self, head: &Head<'_>) -> Claim {
        let Some((header, [first, ..])) = head.bytes.split_at_checked(LZMA_HEADER_BYTES) else { return Claim::No };
        let [properties, d0, d1, d2, d3, size @ ..] = header else { return Claim::No };
        let dictionary = u32::from_le_bytes([*d0, *d1, *d2, *d3]);
        let size = size.try_into().map(u64::from_le_bytes).unwrap_or(0);
        // As `xz` itself tells them: a dictionary of 2ⁿ or 2ⁿ + 2ⁿ⁻¹, a size that is unknown or below 256 GiB, and a first byte that is 0.
        let round = dictionary.is_power_of_two() || (dictionary % 3 == 0 && (dictionary / 3).is_power_of_two());
        let sized = size == u64::MAX || size < 1 << 38;
        let sound = *properties < 225 && round && dictionary >= 4096 && sized && *first == 0;
        let named = || head.name.to_ascii_lowercase().ends_with(".lzma");
        match (sound, properties) {
            (true, 0x5D) => Claim::Yes,
            (true, _) if named() => Claim::Yes,
            _ => Claim::No,
        }
    }

    fn endings(&self) -> &'static [&'static str] {
        &["lzma", "tlz"]
    }

    fn read(&self, head: &Head<'_>, input: Input<'_>, out: &mut dyn Sink) {
        let name = stem(head, &[("lzma", ""), ("tlz", "tar")]);
        let (held, memory) = out.budget().hold_most(MEMORY_BYTES);
        one_child(
            ("lzma stream", &name),
            input,
            |source| Box::new(Limited { decoder: LzmaFile::new(source, memory), held }),
            out,
        );
    }
}

/// A `.lzma` file, opened at its first read so that a header that is refused is told like any other trouble.
enum LzmaFile<'a> {
    Closed(Source<'a>, u64),
    Open(Box<LzmaReader<Source<'a>>>),
    Ended,
}

impl<'a> LzmaFile<'a> {
    fn new(source: Source<'a>, memory: u64) -> Self {
        Self::Closed(source, memory)
    }
}

impl Read for LzmaFile<'_> {
    fn read(&mut self, buf: &mut [u8]) -> io::Result<usize> {
        let mut reader = match std::mem::replace(self, Self::Ended) {
            Self::Closed(source, memory) => Box::new(LzmaReader::new_mem_limit(source, kibibytes(memory), None)?),
            Self::Open(reader) => reader,
            Self::Ended => return Ok(0),
        };
        let n = reader.read(buf)?;
        if n > 0 || buf.is_empty() {
            *self = Self::Open(reader);
            return Ok(n);
        }
        let (mut source, unused) = reader.into_parts();
        if unused.is_empty() && source.read(&mut [0])? == 0 {
            return Ok(0);
        }
        Err(io::Error::new(ErrorKind::InvalidData, "bytes follow that belong to nothing"))
    }
}

/// As the library counts.
pub(in crate::formats) fn kibibytes(bytes: u64) -> u32 {
    u32::try_from(bytes / 1024).unwrap_or(u32::MAX)
}

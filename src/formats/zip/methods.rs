//! Methods of packing other than Deflate, by the decoders that other formats use too (APPNOTE 4.4.5).

use std::io::{self, BufReader, Chain, Cursor, ErrorKind, Read};
use std::rc::Rc;

use ::bzip2::bufread::BzDecoder;
use deflate64::Deflate64Decoder;
use lzma_rust2::{LzmaReader, XzReader};

use crate::formats::Budget;
use crate::formats::streams::xz::{MEMORY_BYTES, kibibytes};
use crate::formats::streams::zstd::Frames;
use crate::formats::unfold::Limited;

/// What is known of a member.
#[derive(Clone, Copy)]
pub(super) struct Packed {
    pub(super) method: u16,
    /// An end mark stands behind its content (a flag that LZMA uses).
    pub(super) marked: bool,
    /// Its size and checksum once it is unpacked, where they are known.
    pub(super) stated: Option<(u64, u32)>,
}

/// The decoder for this member; `None` if there is none.
pub(super) fn open<'a>(packed: Packed, source: impl Read + 'a, budget: Rc<Budget>) -> Option<Box<dyn Read + 'a>> {
    let source = BufReader::new(source);
    let decoder: Box<dyn Read + 'a> = match packed.method {
        9 => Box::new(Deflate64Decoder::with_buffer(source)),
        12 => Box::new(BzDecoder::new(source)),
        14 => {
            let (held, memory) = budget.hold_most(MEMORY_BYTES);
            let size = packed.stated.map(|(size, _)| size).filter(|_| !packed.marked).unwrap_or(u64::MAX);
            Box::new(Limited { decoder: Lzma { source: Some(source), open: None, size, memory }, held })
        }
        20 | 93 => Box::new(Frames::new(source, budget)),
        95 => {
            let (held, memory) = budget.hold_most(MEMORY_BYTES);
            Box::new(Limited { decoder: XzReader::new_mem_limit(source, true, kibibytes(memory)), held })
        }
        _ => return None,
    };
    Some(Box::new(Checked { decoder, stated: packed.stated, given: 0, sum: crc32fast::Hasher::new() }))
}

/// What the library reads as the head of a `.lzma` file, and the rest.
type Headed<R> = Chain<Cursor<Vec<u8>>, R>;

/// LZMA with the head that zip gives it (APPNOTE 5.8.8): a version, the size of the properties, the properties.
struct Lzma<R> {
    source: Option<R>,
    open: Option<Box<LzmaReader<Headed<R>>>>,
    size: u64,
    memory: u64,
}

impl<R: Read> Read for Lzma<R> {
    fn read(&mut self, buf: &mut [u8]) -> io::Result<usize> {
        if let Some(mut source) = self.source.take() {
            let mut head = [0; 9];
            source.read_exact(&mut head)?;
            let [_, _, 5, 0, properties @ ..] = head else { return Err(ErrorKind::InvalidData.into()) };
            let head = [&properties[..], &self.size.to_le_bytes()].concat();
            let reader = LzmaReader::new_mem_limit(Cursor::new(head).chain(source), kibibytes(self.memory), None)?;
            self.open = Some(Box::new(reader));
        }
        self.open.as_mut().map_or(Ok(0), |reader| reader.read(buf))
    }
}

/// Compares what was unpacked with what the archive states.
struct Checked<D> {
    decoder: D,
    stated: Option<(u64, u32)>,
    given: u64,
    sum: crc32fast::Hasher,
}

impl<D: Read> Read for Checked<D> {
    fn read(&mut self, buf: &mut [u8]) -> io::Result<usize> {
        let n = self.decoder.read(buf)?;
        self.sum.update(buf.get(..n).unwrap_or_default());
        self.given = self.given.saturating_add(n as u64);
        let wrong = |(size, sum)| size != self.given || sum != self.sum.clone().finalize();
        if n == 0 && !buf.is_empty() && self.stated.is_some_and(wrong) {
            return Err(io::Error::new(ErrorKind::InvalidData, "wrong size or checksum"));
        }
        Ok(n)
    }
}

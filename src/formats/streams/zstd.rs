//! Zstandard (RFC 8878): frames in a row are one file; frames that are to be skipped are.

use std::io::{self, Read};
use std::rc::Rc;

use ruzstd::decoding::errors::FrameDecoderError;
use ruzstd::decoding::{BlockDecodingStrategy, FrameDecoder};

use crate::formats::trouble::skip;
use crate::formats::unfold::{Refused, one_child, stem};
use crate::formats::{Budget, Claim, Format, Head, Held, Input, Sink};

const MAGIC: [u8; 4] = [0x28, 0xB5, 0x2F, 0xFD];

/// Files of `zstd`.
pub struct Zstd;

impl Format for Zstd {
    fn id(&self) -> &'static str {
        "zstd"
    }

    fn claims(&self, head: &Head<'_>) -> Claim {
        // A file of `pzstd` begins with a frame that is to be skipped.
        let rest = match head.bytes {
            [0x50..=0x5F, 0x2A, 0x4D, 0x18, a, b, c, d, rest @ ..] => {
                let length = u32::from_le_bytes([*a, *b, *c, *d]);
                usize::try_from(length).ok().and_then(|length| rest.get(length..)).unwrap_or_default()
            }
            bytes => bytes,
        };
        // The fourth lowest bit of the descriptor is reserved as zero.
        match rest.split_at_checked(4) {
            Some((magic, [descriptor, ..])) if magic == MAGIC && descriptor & 8 == 0 => Claim::Yes,
            _ => Claim::No,
        }
    }

    fn endings(&self) -> &'static [&'static str] {
        &["zst", "tzst", "zstd"]
    }

    fn read(&self, head: &Head<'_>, input: Input<'_>, out: &mut dyn Sink) {
        let name = stem(head, &[("zst", ""), ("zstd", ""), ("tzst", "tar")]);
        let budget = out.budget();
        one_child(("Zstandard stream", &name), input, |source| Box::new(Frames::new(source, budget)), out);
    }
}

/// All frames of a file.
pub(in crate::formats) struct Frames<R> {
    source: Ending<R>,
    decoder: FrameDecoder,
    budget: Rc<Budget>,
    /// The window of the frame that is being read; `None` between frames.
    open: Option<Held>,
    /// What it states that it holds, and what it gave so far.
    stated: Option<u64>,
    given: u64,
    frames: u64,
}

/// A source that remembers whether it has ended: the errors of the decoder do not say.
struct Ending<R> {
    source: R,
    ended: bool,
}

impl<R: Read> Read for Ending<R> {
    fn read(&mut self, buf: &mut [u8]) -> io::Result<usize> {
        let n = self.source.read(buf)?;
        self.ended |= n == 0 && !buf.is_empty();
        Ok(n)
    }
}

impl<R: Read> Frames<R> {
    pub(in crate::formats) fn new(source: R, budget: Rc<Budget>) -> Self {
        let source = Ending { source, ended: false };
        Self { source, decoder: FrameDecoder::new(), budget, open: None, stated: None, given: 0, frames: 0 }
    }

    /// Goes to the next frame; `false` at the end of the file.
    fn next(&mut self) -> io::Result<bool> {
        loop {
            let mut magic = [0; 4];
            let mut held = 0;
            while let Some(rest) = magic.get_mut(held..).filter(|rest| !rest.is_empty()) {
                match self.source.read(rest)? {
                    0 if held == 0 && self.frames > 0 => return Ok(false),
                    0 => return Err(io::ErrorKind::UnexpectedEof.into()),
                    n => held += n,
                }
            }
            match magic {
                MAGIC => return self.begin().map(|()| true),
                [0x50..=0x5F, 0x2A, 0x4D, 0x18] => {
                    let mut length = [0; 4];
                    self.source.read_exact(&mut length)?;
                    let length = u32::from_le_bytes(length);
                    skip(&mut self.source, usize::try_from(length).unwrap_or(usize::MAX))?;
                }
                _ => return Err(io::Error::new(io::ErrorKind::InvalidData, "what follows is no frame")),
            }
        }
    }

    /// Reads the header of a frame, to know its window before anything is set aside for it.
    fn begin(&mut self) -> io::Result<()> {
        // RFC 8878 3.1.1.1: descriptor, window, dictionary, content size.
        let mut header = [0; 18];
        header[..4].copy_from_slice(&MAGIC);
        let mut fill = |range: std::ops::Range<usize>| match header.get_mut(range) {
            Some(bytes) => self.source.read_exact(bytes),
            None => Err(io::ErrorKind::InvalidData.into()),
        };
        fill(4..5)?;
        let descriptor = header[4];
        let alone = descriptor & 0x20 != 0;
        let dictionary = [0, 1, 2, 4][usize::from(descriptor & 3)];
        let size = match descriptor >> 6 {
            0 => usize::from(alone),
            flag => 1 << flag,
        };
        let length = 5 + usize::from(!alone) + dictionary + size;
        let mut fill = |range: std::ops::Range<usize>| match header.get_mut(range) {
            Some(bytes) => self.source.read_exact(bytes),
            None => Err(io::ErrorKind::InvalidData.into()),
        };
        fill(5..length)?;
        let header = header.get(..length).unwrap_or_default();
        let window = window(header, alone, size);
        self.open = self.budget.hold(window);
        if self.open.is_none() {
            return Err(Refused::memory(window));
        }
        self.decoder.set_max_window_size(window);
        self.frames += 1;
        self.decoder.reset(header).map_err(|error| match error {
            FrameDecoderError::DictNotProvided { .. } => {
                Refused::unsupported("it needs a dictionary that is not in it")
            }
            other => io::Error::new(io::ErrorKind::InvalidData, other),
        })?;
        (self.stated, self.given) = ((size > 0).then(|| self.decoder.content_size()), 0);
        Ok(())
    }

    /// Unfolds one block; the error says whether the source ended.
    fn block(&mut self) -> io::Result<()> {
        let decoded = self.decoder.decode_blocks(&mut self.source, BlockDecodingStrategy::UptoBlocks(1));
        let kind = if self.source.ended { io::ErrorKind::UnexpectedEof } else { io::ErrorKind::InvalidData };
        decoded.map(|_| ()).map_err(|error| io::Error::new(kind, error))
    }

    /// The size of a frame that states one, and its checksum, if it has one.
    fn check(&self) -> io::Result<()> {
        if self.stated.is_some_and(|stated| stated != self.given) {
            return Err(io::Error::new(io::ErrorKind::InvalidData, "a frame holds more or less than it states"));
        }
        match (self.decoder.get_checksum_from_data(), self.decoder.get_calculated_checksum()) {
            (Some(stated), Some(made)) if stated != made => {
                Err(io::Error::new(io::ErrorKind::InvalidData, "wrong checksum"))
            }
            _ => Ok(()),
        }
    }
}

/// The window that a frame asks for.
fn window(header: &[u8], alone: bool, size: usize) -> u64 {
    if !alone {
        let byte = header.get(5).copied().unwrap_or(0);
        let base = 1u64 << (10 + (byte >> 3));
        return base + base / 8 * u64::from(byte & 7);
    }
    let bytes = header.get(header.len().saturating_sub(size)..).unwrap_or_default();
    let stated = bytes.iter().rev().fold(0, |sum: u64, byte| sum << 8 | u64::from(*byte));
    if size == 2 { stated + 256 } else { stated }
}

impl<R: Read> Read for Frames<R> {
    fn read(&mut self, buf: &mut [u8]) -> io::Result<usize> {
        if buf.is_empty() {
            return Ok(0);
        }
        loop {
            if self.open.is_none() && !self.next()? {
                return Ok(0);
            }
            while self.decoder.can_collect() == 0 && !self.decoder.is_finished() {
                self.block()?;
            }
            let n = self.decoder.read(buf)?;
            if n > 0 {
                self.given = self.given.saturating_add(n as u64);
                return Ok(n);
            }
            self.check()?;
            self.open = None;
        }
    }
}

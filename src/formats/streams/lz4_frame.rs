//! The frames around LZ4 blocks. The library's own reader takes a file that ends between two blocks for a whole one, and the first frame of
//! several for all of them; so frames are read here, and the library unpacks blocks.

use std::hash::Hasher;
use std::io::{self, ErrorKind, Read};

use lz4_flex::block::decompress_into_with_dict;
use twox_hash::XxHash32;

use crate::formats::trouble::skip;
use crate::formats::unfold::Refused;

pub(super) const MAGIC: u32 = 0x184D_2204;
pub(super) const LEGACY: u32 = 0x184C_2102;
/// How far back a block may refer.
const WINDOW: usize = 64 * 1024;
/// The one block size of legacy frames.
const LEGACY_BLOCK: usize = 8 * 1024 * 1024;

/// What a frame says of itself.
#[derive(Default)]
struct Frame {
    block: usize,
    linked: bool,
    block_checksums: bool,
    size: Option<u64>,
    checksum: Option<XxHash32>,
    given: u64,
    legacy: bool,
}

/// All frames of a file.
pub(super) struct Frames<R> {
    source: R,
    frame: Option<Frame>,
    frames: u64,
    packed: Vec<u8>,
    /// The window, and behind it the block that was unpacked last.
    text: Vec<u8>,
    /// How much of `text` is the window, and how much of the rest was given.
    window: usize,
    given: usize,
    /// The magic number of the next frame, which ended a legacy frame.
    ahead: Option<u32>,
}

fn bad(what: &'static str) -> io::Error {
    io::Error::new(ErrorKind::InvalidData, what)
}

impl<R: Read> Frames<R> {
    pub(super) fn new(source: R) -> Self {
        Self { source, frame: None, frames: 0, packed: Vec::new(), text: Vec::new(), window: 0, given: 0, ahead: None }
    }

    /// Four bytes; `None` at the end of the file.
    fn word(&mut self) -> io::Result<Option<u32>> {
        let mut word = [0; 4];
        let mut held = 0;
        while let Some(rest) = word.get_mut(held..).filter(|rest| !rest.is_empty()) {
            match self.source.read(rest)? {
                0 if held == 0 => return Ok(None),
                0 => return Err(ErrorKind::UnexpectedEof.into()),
                n => held += n,
            }
        }
        Ok(Some(u32::from_le_bytes(word)))
    }

    fn sure_word(&mut self) -> io::Result<u32> {
        self.word()?.ok_or_else(|| ErrorKind::UnexpectedEof.into())
    }

    /// Goes to the next frame; `None` at the end of the file.
    fn next(&mut self) -> io::Result<Option<Frame>> {
        loop {
            let magic = match self.ahead.take() {
                Some(magic) => Some(magic),
                None => self.word()?,
            };
            match magic {
                None if self.frames > 0 => return Ok(None),
                None => return Err(ErrorKind::UnexpectedEof.into()),
                Some(MAGIC) => {
                    self.frames += 1;
                    return self.begin().map(Some);
                }
                Some(LEGACY) => {
                    self.frames += 1;
                    return Ok(Some(Frame { block: LEGACY_BLOCK, legacy: true, ..Frame::default() }));
                }
                Some(0x184D_2A50..=0x184D_2A5F) => {
                    let length = self.sure_word()?;
                    skip(&mut self.source, usize::try_from(length).unwrap_or(usize::MAX))?;
                }
                Some(_) => return Err(bad("what follows is no frame")),
            }
        }
    }

    /// The header of a frame: flags, block size, content size, dictionary, checksum of these.
    fn begin(&mut self) -> io::Result<Frame> {
        let mut header = [0; 15];
        self.source.read_exact(header.get_mut(..2).unwrap_or_default())?;
        let [flags, descriptor, ..] = header;
        if flags & 0xC2 != 0x40 {
            return Err(bad("the header of a frame is of another version"));
        }
        let (sized, named) = (flags & 8 != 0, flags & 1 != 0);
        let length = 2 + if sized { 8 } else { 0 } + if named { 4 } else { 0 };
        self.source.read_exact(header.get_mut(2..=length).unwrap_or_default())?;
        let (fields, rest) = header.split_at(length);
        let [_, stated, ..] = XxHash32::oneshot(0, fields).to_le_bytes();
        if rest.first() != Some(&stated) {
            return Err(bad("the header of a frame has a wrong checksum"));
        }
        if named {
            return Err(Refused::unsupported("it needs a dictionary that is not in it"));
        }
        let block = match descriptor >> 4 & 7 {
            size @ 4..=7 => 1 << (2 * size + 8),
            _ => return Err(bad("the header of a frame states a block size that does not exist")),
        };
        let size = fields.get(2..10).and_then(|bytes| bytes.try_into().ok()).map(u64::from_le_bytes);
        Ok(Frame {
            block,
            linked: flags & 0x20 == 0,
            block_checksums: flags & 0x10 != 0,
            size: size.filter(|_| sized),
            checksum: (flags & 4 != 0).then(|| XxHash32::with_seed(0)),
            ..Frame::default()
        })
    }

    /// Unpacks the next block of a frame; `None` at the frame's end.
    fn block(&mut self, mut frame: Frame) -> io::Result<Option<Frame>> {
        let word = if frame.legacy { self.word()? } else { Some(self.sure_word()?) };
        let length = match word {
            None => return Ok(None),
            Some(magic) if frame.legacy && magic as usize > LEGACY_BLOCK * 2 => {
                self.ahead = Some(magic);
                return Ok(None);
            }
            Some(0) if !frame.legacy => return self.end(&frame).map(|()| None),
            Some(word) => word,
        };
        let (plain, length) = match frame.legacy {
            true => (false, length as usize),
            false => (length >> 31 == 1, (length & 0x7FFF_FFFF) as usize),
        };
        if !frame.legacy && length > frame.block {
            return Err(bad("a block is larger than its frame allows"));
        }
        self.packed.resize(length, 0);
        self.source.read_exact(&mut self.packed)?;
        if frame.block_checksums && self.sure_word()? != XxHash32::oneshot(0, &self.packed) {
            return Err(bad("a block has a wrong checksum"));
        }
        self.unpack(&frame, plain)?;
        let text = self.text.get(self.window..).unwrap_or_default();
        frame.given = frame.given.saturating_add(text.len() as u64);
        if let Some(checksum) = &mut frame.checksum {
            checksum.write(text);
        }
        Ok(Some(frame))
    }

    /// Puts the block behind the window.
    fn unpack(&mut self, frame: &Frame, plain: bool) -> io::Result<()> {
        let keep = if frame.linked && frame.given > 0 { self.text.len().min(WINDOW) } else { 0 };
        self.text.drain(..self.text.len() - keep);
        (self.window, self.given) = (keep, keep);
        if plain {
            self.text.extend_from_slice(&self.packed);
            return Ok(());
        }
        // A byte of a block stands for 255 at most: a small block needs no room for the largest.
        let room = frame.block.min(self.packed.len().saturating_mul(255).saturating_add(64));
        self.text.resize(keep + room, 0);
        let (window, room) = self.text.split_at_mut(keep);
        let length = decompress_into_with_dict(&self.packed, room, window)
            .map_err(|error| io::Error::new(ErrorKind::InvalidData, error))?;
        self.text.truncate(keep + length);
        Ok(())
    }

    /// The end of a frame, which may state what it held.
    fn end(&mut self, frame: &Frame) -> io::Result<()> {
        if frame.size.is_some_and(|size| size != frame.given) {
            return Err(bad("a frame holds more or less than it states"));
        }
        if let Some(checksum) = &frame.checksum
            && self.sure_word()? != checksum.finish_32()
        {
            return Err(bad("a frame has a wrong checksum"));
        }
        Ok(())
    }
}

impl<R: Read> Read for Frames<R> {
    fn read(&mut self, buf: &mut [u8]) -> io::Result<usize> {
        loop {
            let left = self.text.get(self.given..).unwrap_or_default();
            if !left.is_empty() || buf.is_empty() {
                let n = left.len().min(buf.len());
                buf.iter_mut().zip(left).for_each(|(to, from)| *to = *from);
                self.given += n;
                return Ok(n);
            }
            let frame = match self.frame.take() {
                Some(frame) => frame,
                None => match self.next()? {
                    Some(frame) => frame,
                    None => return Ok(0),
                },
            };
            self.frame = self.block(frame)?;
        }
    }
}

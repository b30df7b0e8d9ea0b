//! Gives a byte stream to parsers that look for ASCII punctuation, and keeps the way back to the source's offsets.
//!
//! Bytes of encodings in which punctuation is always itself pass through untouched; the others (UTF-16, ISO-2022-JP, and
//! Shift_JIS where its second bytes would be mistaken) are turned into UTF-8, piece by piece, in constant memory.

use std::cell::Cell;
use std::collections::VecDeque;
use std::io::{self, Read};

use super::decode::{byte_offset, decode, decode_record};
use super::lines::{boundary, read_some};
use crate::model::{Charset, Charsets};

/// Source bytes decoded at a time.
const PIECE_BYTES: usize = 8 * 1024;

/// One decoded piece, kept until it is released.
struct Piece {
    /// Where its text begins in the stream.
    text_start: u64,
    text_len: usize,
    /// Where its bytes begin in the leaf.
    start: u64,
    raw: Vec<u8>,
    charset: Charset,
}

/// A leaf's bytes, or its text as UTF-8 bytes.
pub struct TextStream<'r> {
    src: &'r mut dyn Read,
    leaf: Charset,
    transcodes: bool,
    /// Offset in the leaf of the next byte taken from `src`, less what is in `raw`.
    at: u64,
    raw: Vec<u8>,
    ended: bool,
    stopped: bool,
    error: Option<io::Error>,
    /// Text not yet given out, from `given` on.
    text: Vec<u8>,
    given: usize,
    text_end: u64,
    pieces: VecDeque<Piece>,
    foreign: Charsets,
    /// The last answer of `origin`: places are asked for in order, so the next is counted on from there.
    last: Cell<Answer>,
}

/// A place inside a piece, in its text and in its bytes.
#[derive(Clone, Copy, Default)]
struct Answer {
    piece_start: u64,
    text: usize,
    raw: usize,
}

impl<'r> TextStream<'r> {
    /// The stream from where `src` stands, byte `offset` of the leaf. With `transcode` its text comes as UTF-8.
    pub fn new(src: &'r mut dyn Read, leaf: Charset, transcode: bool, offset: u64) -> Self {
        let transcodes = transcode && !matches!(leaf, Charset::Ascii | Charset::Utf8);
        Self {
            src,
            leaf,
            transcodes,
            at: offset,
            raw: Vec::new(),
            ended: false,
            stopped: false,
            error: None,
            text: Vec::new(),
            given: 0,
            text_end: 0,
            pieces: VecDeque::new(),
            foreign: Charsets::default(),
            last: Cell::default(),
        }
    }

    /// The encoding of the bytes that it gives out.
    pub fn charset(&self) -> Charset {
        if self.transcodes { Charset::Utf8 } else { self.leaf }
    }

    /// Whether the bytes given out are the leaf's own.
    pub fn is_plain(&self) -> bool {
        !self.transcodes
    }

    /// The byte of the leaf for a place in the stream; exact unless it was released.
    pub fn origin(&self, place: u64) -> u64 {
        if !self.transcodes {
            return self.at.saturating_sub(self.text_end).saturating_add(place);
        }
        let after = self.pieces.partition_point(|piece| piece.text_start <= place);
        match after.checked_sub(1).and_then(|index| self.pieces.get(index)) {
            None => self.pieces.front().map_or(self.at, |piece| piece.start),
            Some(piece) => {
                let inside = usize::try_from(place - piece.text_start).unwrap_or(usize::MAX);
                piece.start + self.place_in(piece, inside.min(piece.text_len)) as u64
            }
        }
    }

    fn place_in(&self, piece: &Piece, inside: usize) -> usize {
        let last = self.last.get();
        // ISO-2022-JP cannot be decoded from the middle.
        let resumes = last.piece_start == piece.start && last.text <= inside && piece.charset != Charset::Iso2022Jp;
        let from = if resumes { last } else { Answer { piece_start: piece.start, text: 0, raw: 0 } };
        let rest = piece.raw.get(from.raw..).unwrap_or_default();
        let raw = from.raw + byte_offset(rest, piece.charset, inside - from.text);
        // Only a place where a character begins can be counted on from; parsers ask for no other.
        self.last.set(Answer { piece_start: piece.start, text: inside, raw });
        raw
    }

    /// Reads nothing more from the source: what is decoded already is the rest.
    pub fn stop(&mut self) {
        self.stopped = true;
        self.ended = true;
        self.error = None;
    }

    /// Forgets what lies before a place in the stream.
    pub fn release(&mut self, place: u64) {
        while self.pieces.front().is_some_and(|piece| piece.text_start + piece.text_len as u64 <= place) {
            self.pieces.pop_front();
        }
    }

    /// One more piece, whole: where pieces end must not hang on how the bytes arrive.
    fn fill(&mut self) {
        let most = self.raw.len() + PIECE_BYTES;
        while self.raw.len() < most && !self.ended {
            let held = self.raw.len();
            self.raw.resize(most, 0);
            let read = read_some(self.src, self.raw.get_mut(held..).unwrap_or_default());
            self.raw.truncate(held + *read.as_ref().unwrap_or(&0));
            match read {
                Ok(0) => self.ended = true,
                Ok(_) => {}
                Err(error) => {
                    self.ended = true;
                    self.error = Some(error);
                }
            }
        }
    }

    /// Decodes the next piece, which ends behind a line where there is one.
    fn decode_piece(&mut self) {
        let cut = if self.ended { self.raw.len() } else { piece_end(&self.raw, self.leaf) };
        let rest = self.raw.split_off(cut);
        let piece = std::mem::replace(&mut self.raw, rest);
        self.text.clear();
        self.given = 0;
        let (text, malformed) = decode(&piece, self.leaf);
        if !malformed || is_wide(self.leaf) {
            self.text.extend_from_slice(text.as_bytes());
            return self.keep(piece.clone(), self.leaf, text.len());
        }
        // Some line of it is in another encoding: each line for itself.
        for line in piece.split_inclusive(|b| *b == b'\n') {
            let record = decode_record(line, self.leaf);
            self.text.extend_from_slice(record.text.as_bytes());
            self.keep(line.to_vec(), record.charset, record.text.len());
        }
    }

    /// Encodings other than its own in which pieces of it stood, so far.
    pub fn foreign(&self) -> Charsets {
        self.foreign
    }

    fn keep(&mut self, raw: Vec<u8>, charset: Charset, text_len: usize) {
        if charset != self.leaf {
            self.foreign.add(charset);
        }
        let raw_len = raw.len() as u64;
        self.pieces.push_back(Piece { text_start: self.text_end, text_len, start: self.at, raw, charset });
        self.at += raw_len;
        self.text_end += text_len as u64;
    }
}

impl Read for TextStream<'_> {
    fn read(&mut self, buf: &mut [u8]) -> io::Result<usize> {
        if !self.transcodes {
            if self.stopped {
                return Ok(0);
            }
            let n = read_some(self.src, buf)?;
            self.at += n as u64;
            self.text_end += n as u64;
            return Ok(n);
        }
        if buf.is_empty() {
            return Ok(0);
        }
        while self.given == self.text.len() {
            if !self.ended && (self.raw.len() < PIECE_BYTES || piece_end(&self.raw, self.leaf) == 0) {
                self.fill();
            } else if self.raw.is_empty() {
                return self.error.take().map_or(Ok(0), Err);
            } else {
                self.decode_piece();
            }
        }
        let ready = self.text.get(self.given..).unwrap_or_default();
        let n = ready.len().min(buf.len());
        if let (Some(to), Some(from)) = (buf.get_mut(..n), ready.get(..n)) {
            to.copy_from_slice(from);
        }
        self.given += n;
        Ok(n)
    }
}

fn is_wide(charset: Charset) -> bool {
    matches!(charset, Charset::Utf16Le | Charset::Utf16Be)
}

/// Where a piece may end: behind the last line end, else between two characters.
fn piece_end(raw: &[u8], charset: Charset) -> usize {
    if is_wide(charset) {
        return boundary(raw, charset, raw.len());
    }
    if let Some(at) = memchr::memrchr(b'\n', raw) {
        return at + 1;
    }
    if charset == Charset::Iso2022Jp {
        // Only behind a return to ASCII does decoding start afresh; a line that has none is taken as it comes.
        let found = memchr::memmem::rfind(raw, b"\x1b(B").map(|at| at + 3);
        return found.unwrap_or(raw.len());
    }
    boundary(raw, charset, raw.len())
}

#[cfg(test)]
mod tests {
    use super::*;

    const TEXT: &str = "氏名,\"電話\"\r\nソ表能,０９０\n山田|太郎,{\"a\":[1]}\n";

    fn encodings() -> Vec<(Charset, Vec<u8>)> {
        let long = TEXT.repeat(600);
        let wide = |little: bool| -> Vec<u8> {
            long.encode_utf16().flat_map(|u| if little { u.to_le_bytes() } else { u.to_be_bytes() }).collect()
        };
        vec![
            (Charset::Utf8, long.clone().into_bytes()),
            (Charset::Utf16Le, wide(true)),
            (Charset::Utf16Be, wide(false)),
            (Charset::Cp932, encoding_rs::SHIFT_JIS.encode(&long).0.into_owned()),
            (Charset::EucJp, encoding_rs::EUC_JP.encode(&long).0.into_owned()),
            (Charset::Iso2022Jp, encoding_rs::ISO_2022_JP.encode(&long).0.into_owned()),
        ]
    }

    #[test]
    fn text_and_origins_are_exact() {
        for (charset, raw) in encodings() {
            let mut src = raw.as_slice();
            let mut stream = TextStream::new(&mut src, charset, true, 0);
            let mut text = Vec::new();
            stream.read_to_end(&mut text).unwrap();
            assert_eq!(text, TEXT.repeat(600).as_bytes(), "{charset:?}");
            for at in (0..text.len()).step_by(997) {
                let at = (0..=at).rev().find(|a| text[*a] & 0xC0 != 0x80).unwrap();
                let origin = usize::try_from(stream.origin(at as u64)).unwrap();
                assert_eq!(origin, byte_offset(&raw, charset, at), "{charset:?} at {at}");
            }
        }
    }

    #[test]
    fn a_line_in_another_encoding_is_read_as_it_is() {
        let mut raw = encoding_rs::SHIFT_JIS.encode("名前と住所の一覧です\n").0.into_owned();
        raw.extend("宛先は東京都です\n".as_bytes());
        let mut src = raw.as_slice();
        let mut text = String::new();
        TextStream::new(&mut src, Charset::Cp932, true, 0).read_to_string(&mut text).unwrap();
        assert_eq!(text, "名前と住所の一覧です\n宛先は東京都です\n");
    }

    #[test]
    fn pieces_end_at_the_same_places_however_the_bytes_arrive() {
        struct Drip<'a>(&'a [u8], usize);
        impl Read for Drip<'_> {
            fn read(&mut self, buf: &mut [u8]) -> io::Result<usize> {
                let room = buf.len().min(self.1);
                self.0.read(&mut buf[..room])
            }
        }
        for (charset, raw) in encodings() {
            let ends = |size| {
                let mut src = Drip(&raw, size);
                let mut stream = TextStream::new(&mut src, charset, true, 0);
                stream.read_to_end(&mut Vec::new()).unwrap();
                stream.pieces.iter().map(|piece| piece.start).collect::<Vec<_>>()
            };
            let whole = ends(usize::MAX);
            assert!(charset == Charset::Utf8 || whole.len() > 2, "{charset:?}");
            assert!([1, 7, 4097, 8191].iter().all(|size| ends(*size) == whole), "{charset:?}");
        }
    }

    #[test]
    fn released_pieces_are_gone() {
        let raw: Vec<u8> = "あ".repeat(100_000).encode_utf16().flat_map(u16::to_le_bytes).collect();
        let mut src = raw.as_slice();
        let mut stream = TextStream::new(&mut src, Charset::Utf16Le, true, 0);
        let (mut buf, mut place) = ([0; 4096], 0);
        while let Ok(n @ 1..) = stream.read(&mut buf) {
            place += n as u64;
            stream.release(place);
            assert!(stream.pieces.len() <= 2);
        }
        assert_eq!(place, 300_000);
    }
}

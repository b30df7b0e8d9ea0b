//! Text in any encoding as UTF-8, in constant memory, for parsers that take nothing else. A byte that is no character becomes U+FFFD and is counted.

use std::io::{self, BufRead, Read};

use encoding_rs::{CoderResult, Decoder, Encoding};

use crate::model::limits::BLOCK_BYTES;

/// A reader of UTF-8.
pub(super) struct Utf8<R> {
    src: R,
    decoder: Decoder,
    raw: Vec<u8>,
    taken: usize,
    text: String,
    given: usize,
    ended: bool,
    /// Whether some bytes were no characters.
    pub(super) malformed: bool,
}

impl<R: Read> Utf8<R> {
    /// Text that is in `encoding` unless its byte order mark says otherwise.
    pub(super) fn new(src: R, encoding: &'static Encoding) -> Self {
        Self {
            src,
            decoder: encoding.new_decoder(),
            raw: Vec::new(),
            taken: 0,
            text: String::with_capacity(BLOCK_BYTES / 16),
            given: 0,
            ended: false,
            malformed: false,
        }
    }

    fn fill(&mut self) -> io::Result<()> {
        self.text.clear();
        self.given = 0;
        while self.text.is_empty() && !self.ended {
            if self.taken >= self.raw.len() {
                self.raw.resize(BLOCK_BYTES / 32, 0);
                self.taken = 0;
                let read = self.src.read(&mut self.raw);
                self.raw.truncate(*read.as_ref().unwrap_or(&0));
                if let Err(error) = read {
                    if error.kind() == io::ErrorKind::Interrupted {
                        continue;
                    }
                    return Err(error);
                }
            }
            let last = self.raw.is_empty();
            let rest = self.raw.get(self.taken..).unwrap_or_default();
            let (result, read, replaced) = self.decoder.decode_to_string(rest, &mut self.text, last);
            self.malformed |= replaced;
            self.taken += read;
            self.ended = last && result == CoderResult::InputEmpty;
        }
        Ok(())
    }
}

impl<R: Read> BufRead for Utf8<R> {
    fn fill_buf(&mut self) -> io::Result<&[u8]> {
        if self.given >= self.text.len() {
            self.fill()?;
        }
        Ok(self.text.as_bytes().get(self.given..).unwrap_or_default())
    }

    fn consume(&mut self, count: usize) {
        self.given += count;
    }
}

impl<R: Read> Read for Utf8<R> {
    fn read(&mut self, buf: &mut [u8]) -> io::Result<usize> {
        let mut rest = self.fill_buf()?;
        let n = rest.read(buf)?;
        self.consume(n);
        Ok(n)
    }
}

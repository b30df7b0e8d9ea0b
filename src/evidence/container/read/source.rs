//! A file that is read forward only, and hashed as it goes.

use std::io::{self, Read};

use super::super::form;
use crate::model::Digest;
use crate::model::limits::BLOCK_BYTES;

fn read_some(file: &mut dyn Read, out: &mut [u8]) -> io::Result<usize> {
    loop {
        match file.read(out) {
            Err(e) if e.kind() == io::ErrorKind::Interrupted => {}
            other => return other,
        }
    }
}

/// The file, read forward only, hashed as it goes.
pub(super) struct Source<'a> {
    file: &'a mut dyn Read,
    buffer: Vec<u8>,
    start: usize,
    end: usize,
    pub(super) offset: u64,
    sha256: sha2::Sha256,
}

impl<'a> Source<'a> {
    pub(super) fn new(file: &'a mut dyn Read) -> Self {
        let buffer = vec![0; BLOCK_BYTES];
        Self { file, buffer, start: 0, end: 0, offset: 0, sha256: <sha2::Sha256 as sha2::Digest>::new() }
    }

    /// The next bytes, at most `most`; none at the end of the file.
    pub(super) fn next_block(&mut self, most: usize) -> io::Result<&[u8]> {
        if self.start == self.end {
            self.top_up()?;
        }
        let from = self.start;
        self.start = self.end.min(from.saturating_add(most));
        self.offset = self.offset.saturating_add((self.start - from) as u64);
        Ok(self.buffer.get(from..self.start).unwrap_or_default())
    }

    /// Goes on to the next four bytes that begin a member or the directory, or to the end.
    pub(super) fn seek_signature(&mut self) -> io::Result<()> {
        loop {
            let held = self.buffer.get(self.start..self.end).unwrap_or_default();
            let found = held.windows(4).position(|four| four == form::LOCAL || four == form::CENTRAL);
            let skip = found.unwrap_or(held.len().saturating_sub(3));
            self.start += skip;
            self.offset = self.offset.saturating_add(skip as u64);
            if found.is_some() || !self.top_up()? {
                return Ok(());
            }
        }
    }

    /// Reads more behind what is held (at most three bytes); false at the end of the file.
    fn top_up(&mut self) -> io::Result<bool> {
        self.buffer.copy_within(self.start..self.end, 0);
        self.end -= self.start;
        self.start = 0;
        let free = self.buffer.get_mut(self.end..).unwrap_or_default();
        let count = read_some(self.file, free)?;
        let new = self.buffer.get(self.end..self.end + count).unwrap_or_default();
        sha2::Digest::update(&mut self.sha256, new);
        self.end += count;
        Ok(count > 0)
    }

    /// Fills `out` as far as the file goes.
    pub(super) fn fill(&mut self, out: &mut [u8]) -> io::Result<usize> {
        let mut done = 0;
        while let Some(rest) = out.get_mut(done..).filter(|rest| !rest.is_empty()) {
            let block = self.next_block(rest.len())?;
            if block.is_empty() {
                break;
            }
            rest.iter_mut().zip(block).for_each(|(to, from)| *to = *from);
            done += block.len();
        }
        Ok(done)
    }

    /// Appends exactly `count` bytes; false if the file ends before.
    pub(super) fn append(&mut self, count: usize, out: &mut Vec<u8>) -> io::Result<bool> {
        let from = out.len();
        out.resize(from + count, 0);
        let got = self.fill(out.get_mut(from..).unwrap_or_default())?;
        Ok(got == count)
    }

    pub(super) fn digest(self) -> Digest {
        Digest(sha2::Digest::finalize(self.sha256).into())
    }
}

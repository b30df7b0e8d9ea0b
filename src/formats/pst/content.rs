//! What a node holds, in order.

use std::io::{self, Read};

use super::file::File;

/// The bytes of a node, block by block, to be given to [`Sink::child`](crate::formats::Sink::child), which counts what it reads.
pub(super) struct Content<'f, 's> {
    file: &'f mut File<'s>,
    blocks: std::vec::IntoIter<u64>,
    held: Vec<u8>,
    given: usize,
}

impl<'f, 's> Content<'f, 's> {
    pub(super) fn new(file: &'f mut File<'s>, id: u64) -> io::Result<Self> {
        let blocks = file.data_blocks(id)?.into_iter();
        Ok(Self { file, blocks, held: Vec::new(), given: 0 })
    }
}

impl Read for Content<'_, '_> {
    fn read(&mut self, buf: &mut [u8]) -> io::Result<usize> {
        while self.given >= self.held.len() {
            let Some(id) = self.blocks.next() else { return Ok(0) };
            self.held = self.file.uncounted(id)?;
            // A step of work: blocks may be empty.
            self.file.count(0)?;
            self.given = 0;
        }
        let rest = self.held.get(self.given..).unwrap_or_default();
        let n = rest.len().min(buf.len());
        if let (Some(to), Some(from)) = (buf.get_mut(..n), rest.get(..n)) {
            to.copy_from_slice(from);
        }
        self.given += n;
        Ok(n)
    }
}

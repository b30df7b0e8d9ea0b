//! The tee: the only reader of a source handle. It hashes, keeps and hands on, and it always reads to the end:
//! the digest and the copy cover the whole file however the consumer behaves (stops early, reads all, panics).

use std::convert::Infallible;
use std::io::{self, Read};
use std::sync::Arc;

use super::block::{Block, Pool};
use super::hash::{HashService, HashStream, PendingDigest};
use super::keep::{Deflater, Emit, Keeper, Kept, Method};
use super::notice::Progress;
use super::order::Stopped;
use super::source::SourceRead;
use crate::model::limits;

/// What came of reading a source to its end.
pub struct Sealed {
    /// The digest of what was read, to be waited for.
    pub digest: PendingDigest,
    /// Bytes that were read.
    pub bytes: u64,
    /// What was kept.
    pub kept: Kept,
    /// The read error that ended it, if one did.
    pub broken: Option<io::Error>,
}

/// A source being read. `Read` hands the same bytes to whoever looks at them.
pub struct Tee<'a> {
    source: &'a mut dyn SourceRead,
    pool: &'a Arc<Pool>,
    hash: HashStream<'a>,
    keeper: Keeper<'a>,
    emit: &'a mut Emit<'a, Stopped>,
    progress: &'a Progress,
    block: Arc<Block>,
    taken: usize,
    bytes: u64,
    limit: u64,
    whole: bool,
    ended: bool,
    broken: Option<io::Error>,
    stopped: bool,
}

/// What the tee feeds.
pub struct TeeParts<'a> {
    /// Buffers.
    pub pool: &'a Arc<Pool>,
    /// The hashing service.
    pub hashes: &'a HashService,
    /// This worker's deflater.
    pub deflater: &'a mut Deflater,
    /// Where stored bytes go.
    pub emit: &'a mut Emit<'a, Stopped>,
    /// Bytes read, for whoever watches.
    pub progress: &'a Progress,
}

impl<'a> Tee<'a> {
    /// Reads the first block and decides how the content is stored. `limit` is the size at open: what grows later is not read.
    pub fn begin(source: &'a mut dyn SourceRead, limit: u64, parts: TeeParts<'a>) -> Self {
        let mut broken = None;
        let first_size = usize::try_from(limit).unwrap_or(usize::MAX).min(limits::BLOCK_BYTES);
        let block = read_block(source, parts.pool, first_size, &mut broken);
        let whole = limit <= limits::BLOCK_BYTES as u64 || block.len() < first_size;
        let hash = parts.hashes.stream();
        let keeper = Keeper::begin(parts.deflater, &block, whole);
        let mut tee = Self {
            source,
            pool: parts.pool,
            hash,
            keeper,
            emit: parts.emit,
            progress: parts.progress,
            block,
            taken: 0,
            bytes: 0,
            limit,
            whole,
            ended: whole,
            broken,
            stopped: false,
        };
        tee.hand_out();
        tee
    }

    /// How the content is stored.
    pub fn method(&self) -> Method {
        self.keeper.method()
    }

    /// Gives the current block to hashing and keeping.
    fn hand_out(&mut self) {
        self.bytes = self.bytes.saturating_add(self.block.len() as u64);
        self.progress.read(self.block.len() as u64);
        if !self.block.is_empty() {
            self.hash.update(&self.block);
        }
        if !self.whole && self.keeper.update(&self.block, self.emit).is_err() {
            self.stopped = true;
        }
    }

    /// Reads the next block. False at the end.
    fn advance(&mut self) -> bool {
        if self.ended || self.stopped {
            return false;
        }
        let left = usize::try_from(self.limit - self.bytes).unwrap_or(usize::MAX).min(limits::BLOCK_BYTES);
        self.block = read_block(self.source, self.pool, left, &mut self.broken);
        self.taken = 0;
        if self.block.is_empty() {
            self.ended = true;
            return false;
        }
        self.hand_out();
        self.ended = self.bytes >= self.limit || self.broken.is_some();
        true
    }

    /// Reads what the consumer left, and closes.
    ///
    /// # Errors
    /// [`Stopped`] when the writer has given up.
    pub fn finish(mut self) -> Result<Sealed, Stopped> {
        while self.advance() {}
        if self.stopped {
            return Err(Stopped);
        }
        let kept = self.keeper.finish(self.whole, self.emit)?;
        Ok(Sealed { digest: self.hash.finish(), bytes: self.bytes, kept, broken: self.broken })
    }
}

fn read_block(
    source: &mut dyn SourceRead,
    pool: &Arc<Pool>,
    size: usize,
    broken: &mut Option<io::Error>,
) -> Arc<Block> {
    // A read error is kept in `broken`, and what came before it stands: filling itself never fails.
    let filled: Result<_, Infallible> = Block::fill(pool, size, |buffer| {
        Ok(source.read_full(buffer).unwrap_or_else(|error| {
            *broken = Some(error);
            0
        }))
    });
    filled.unwrap_or_else(|never| match never {})
}

impl Read for Tee<'_> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        loop {
            let rest = self.block.get(self.taken..).unwrap_or_default();
            if !rest.is_empty() {
                let count = rest.len().min(buffer.len());
                if let (Some(to), Some(from)) = (buffer.get_mut(..count), rest.get(..count)) {
                    to.copy_from_slice(from);
                }
                self.taken += count;
                return Ok(count);
            }
            if !self.advance() {
                return match &self.broken {
                    Some(error) => Err(io::Error::new(error.kind(), error.to_string())),
                    None => Ok(0),
                };
            }
        }
    }
}

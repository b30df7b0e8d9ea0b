//! The tee: the only reader of a source handle. It hashes, keeps and hands on, and it always reads to the end:
//! the digest and the copy cover the whole file however the consumer behaves (stops early, reads all, panics).

use std::convert::Infallible;
use std::io::{self, Read};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use super::block::{Block, Pool};
use super::hash::{HashService, HashStream, PendingDigest};
use super::keep::{Deflater, Keeper, Kept};
use super::lane::{Beginning, Lane, Part};
use super::notice::Progress;
use super::order::Stopped;
use super::source::SourceRead;
use crate::model::{Entry, Method, limits};

/// What came of reading a source to its end.
pub struct Sealed {
    /// The digest of what was read, to be waited for.
    pub digest: PendingDigest,
    /// What was kept.
    pub kept: Kept,
    /// How.
    pub method: Method,
    /// The read error that ended it, if one did.
    pub broken: Option<io::Error>,
}

/// What the tee feeds.
pub struct Outlets<'a> {
    /// Buffers.
    pub pool: &'a Arc<Pool>,
    /// The hashing service.
    pub hashes: &'a HashService,
    /// This worker's deflater; none if content is only hashed.
    pub deflater: Option<&'a mut Deflater>,
    /// Where stored bytes go.
    pub lane: &'a Lane<'a>,
    /// Bytes read, for whoever watches.
    pub progress: &'a Progress,
    /// Set from outside to end early.
    pub stop: &'a AtomicBool,
    /// There are holes in the source: it is deflated whatever its first block is like.
    pub has_holes: bool,
}

/// A source being read. `Read` hands the same bytes to whoever looks at them.
pub struct Tee<'a> {
    source: &'a mut dyn SourceRead,
    pool: &'a Arc<Pool>,
    lane: &'a Lane<'a>,
    progress: &'a Progress,
    stop: &'a AtomicBool,
    hash: HashStream<'a>,
    /// None if content is only hashed.
    keeper: Option<Keeper<'a>>,
    block: Arc<Block>,
    taken: usize,
    bytes: u64,
    limit: u64,
    whole: bool,
    ended: bool,
    broken: Option<io::Error>,
}

impl<'a> Tee<'a> {
    /// Reads the first block and decides how the content is stored. `limit` is the size at open: what grows later is not read.
    ///
    /// # Errors
    /// [`Stopped`] when the writer has given up.
    pub fn begin(
        entry: &Entry,
        source: &'a mut dyn SourceRead,
        limit: u64,
        outlets: Outlets<'a>,
    ) -> Result<Self, Stopped> {
        let first_size = block_size(limit);
        let (block, broken) = read_block(source, outlets.pool, first_size);
        let whole = limit <= limits::BLOCK_BYTES as u64 || block.len() < first_size;
        let begin = |deflater| Keeper::begin(deflater, &block, (whole, outlets.has_holes));
        let keeper = outlets.deflater.map(begin);
        if let Some(keeper) = &keeper {
            let beginning = Beginning { entry: entry.clone(), method: keeper.method(), limit };
            outlets.lane.send(Part::Begin(Box::new(beginning)), 0)?;
        }
        let mut tee = Self {
            source,
            pool: outlets.pool,
            lane: outlets.lane,
            progress: outlets.progress,
            stop: outlets.stop,
            hash: outlets.hashes.stream(),
            keeper,
            block,
            taken: 0,
            bytes: 0,
            limit,
            whole,
            ended: whole || broken.is_some(),
            broken,
        };
        tee.hand_out()?;
        Ok(tee)
    }

    /// Gives the current block to hashing and keeping.
    fn hand_out(&mut self) -> Result<(), Stopped> {
        let count = self.block.len() as u64;
        self.bytes = self.bytes.saturating_add(count);
        self.progress.read(count);
        if count > 0 {
            self.hash.update(&self.block);
        }
        if self.whole {
            return Ok(());
        }
        let lane = self.lane;
        match &mut self.keeper {
            Some(keeper) => keeper.update(&self.block, &mut |chunk| send_chunk(lane, chunk)),
            None => Ok(()),
        }
    }

    /// Reads the next block. False at the end.
    fn advance(&mut self) -> Result<bool, Stopped> {
        if self.ended {
            return Ok(false);
        }
        if self.stop.load(Ordering::Relaxed) {
            return Err(Stopped);
        }
        let (block, broken) = read_block(self.source, self.pool, block_size(self.limit - self.bytes));
        self.block = block;
        self.taken = 0;
        self.broken = broken;
        self.hand_out()?;
        // A short block without an error is the end: the file shrank, and its metadata will say so.
        self.ended = self.bytes >= self.limit || self.block.len() < limits::BLOCK_BYTES || self.broken.is_some();
        Ok(!self.block.is_empty())
    }

    /// Reads what the consumer left, and closes.
    ///
    /// # Errors
    /// [`Stopped`] when the writer has given up.
    pub fn finish(mut self) -> Result<Sealed, Stopped> {
        while self.advance()? {}
        let (method, lane) = (self.keeper.as_ref().map_or(Method::Stored, Keeper::method), self.lane);
        let kept = match self.keeper {
            Some(keeper) => keeper.finish(self.whole, &mut |chunk| send_chunk(lane, chunk))?,
            None => Kept { crc32: 0, size: self.bytes },
        };
        Ok(Sealed { digest: self.hash.finish(), kept, method, broken: self.broken })
    }
}

fn send_chunk(lane: &Lane<'_>, chunk: Vec<u8>) -> Result<(), Stopped> {
    let bytes = chunk.len();
    lane.send(Part::Chunk(chunk), bytes)
}

fn block_size(left: u64) -> usize {
    usize::try_from(left).unwrap_or(usize::MAX).min(limits::BLOCK_BYTES)
}

/// A read error is given beside what came before it.
fn read_block(source: &mut dyn SourceRead, pool: &Arc<Pool>, size: usize) -> (Arc<Block>, Option<io::Error>) {
    let mut broken = None;
    let filled: Result<_, Infallible> = Block::fill(pool, size, |buffer| {
        let (count, error) = source.read_full(buffer);
        broken = error;
        Ok(count)
    });
    (filled.unwrap_or_else(|never| match never {}), broken)
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
            if !self.advance().map_err(io::Error::other)? {
                return match &self.broken {
                    Some(error) => Err(io::Error::new(error.kind(), error.to_string())),
                    None => Ok(0),
                };
            }
        }
    }
}

#[cfg(test)]
mod tests;

//! Unpacks a member's stored bytes, and finds out what they truly are, whatever its header claims.

use std::io;

use flate2::{Decompress, FlushDecompress, Status};

use super::source::Source;
use crate::model::Method;

/// Unpacked bytes that are handed on at once.
const INFLATED_BYTES: usize = 64 * 1024;

/// What a member's bytes truly are.
pub(super) struct Content {
    pub(super) crc32: u32,
    pub(super) stored_crc32: u32,
    pub(super) size: u64,
    pub(super) trouble: Option<&'static str>,
}

/// Unpacks `claimed[0]` stored bytes, at most `claimed[1]` unpacked ones. `None`: the file ended.
pub(super) fn unpack(
    source: &mut Source<'_>,
    method: Method,
    claimed: [u64; 2],
    out: &mut dyn FnMut(&[u8]),
) -> io::Result<Option<Content>> {
    let [mut left, most] = claimed;
    let mut inflater = (method == Method::Deflate).then(|| Inflater::new(most));
    let mut crc = crc32fast::Hasher::new();
    let mut stored_crc = crc32fast::Hasher::new();
    let mut size: u64 = 0;
    let mut emit = |bytes: &[u8]| {
        crc.update(bytes);
        size = size.saturating_add(bytes.len() as u64);
        out(bytes);
    };
    while left > 0 {
        let block = source.next_block(usize::try_from(left).unwrap_or(usize::MAX))?;
        if block.is_empty() {
            return Ok(None);
        }
        left = left.saturating_sub(block.len() as u64);
        stored_crc.update(block);
        match &mut inflater {
            Some(inflater) => inflater.push(block, &mut emit),
            None => emit(block),
        }
    }
    let trouble = inflater.and_then(Inflater::finish);
    Ok(Some(Content { crc32: crc.finalize(), stored_crc32: stored_crc.finalize(), size, trouble }))
}

/// Inflates without ever giving out more than a member says it holds.
struct Inflater {
    state: Decompress,
    buffer: Vec<u8>,
    most: u64,
    ended: bool,
    trouble: Option<&'static str>,
}

impl Inflater {
    fn new(most: u64) -> Self {
        Self { state: Decompress::new(false), buffer: vec![0; INFLATED_BYTES], most, ended: false, trouble: None }
    }

    fn push(&mut self, mut stored: &[u8], emit: &mut dyn FnMut(&[u8])) {
        loop {
            if self.ended && !stored.is_empty() {
                self.trouble = Some("bytes follow the end of its deflate stream");
            }
            if self.trouble.is_some() || self.ended {
                return;
            }
            let (before_in, before_out) = (self.state.total_in(), self.state.total_out());
            let status = self.state.decompress(stored, &mut self.buffer, FlushDecompress::None);
            let used = usize::try_from(self.state.total_in() - before_in).unwrap_or(0);
            let made = usize::try_from(self.state.total_out() - before_out).unwrap_or(0);
            stored = stored.get(used..).unwrap_or_default();
            emit(self.buffer.get(..made).unwrap_or_default());
            self.ended = matches!(status, Ok(Status::StreamEnd));
            self.trouble = match status {
                Err(_) => Some("they are no deflate stream"),
                Ok(_) if self.state.total_out() > self.most => Some("they unpack to more than the header says"),
                Ok(_) if used == 0 && made == 0 && !stored.is_empty() => Some("its deflate stream stops short"),
                Ok(_) => None,
            };
            // A full buffer may mean that more is waiting inside.
            if stored.is_empty() && made < self.buffer.len() && !self.ended {
                return;
            }
        }
    }

    /// Takes what is still inside, and says what is wrong, if anything is.
    fn finish(self) -> Option<&'static str> {
        self.trouble.or(if self.ended { None } else { Some("its deflate stream has no end") })
    }
}

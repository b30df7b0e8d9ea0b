//! Reading a cache: an index in memory of where each file's lines stand; the lines are read when the file is met.

use std::io::{self, BufRead, BufReader, Read};

use super::line::{FileLine, Identity, Line};
use super::{Header, SCHEMA};
use crate::disk::cache_file::OldCache;
use crate::model::{Entry, limits};
use crate::pass::{Looked, Recall, Recalled};
use crate::seal::keyed::CaseKey;

/// What an earlier run found.
pub struct Cache {
    old: OldCache,
    /// By the hash of their paths, in order.
    files: Vec<Block>,
    reveal: bool,
}

/// The lines of one file.
#[derive(Debug, Clone, Copy)]
struct Block {
    path: u64,
    /// Where its first line begins.
    start: u64,
    /// Where its own line begins, the last one.
    own: u64,
}

/// The key that a cache brought with it.
pub(super) fn own_key(old: &OldCache) -> Option<CaseKey> {
    let header = Lines::from(old, 0).next_line()?.ok()?;
    let header: Header = serde_json::from_slice(&header).ok().filter(|header: &Header| header.schema == SCHEMA)?;
    CaseKey::from_text(&header.key?).ok()
}

impl Cache {
    /// Reads what counts: nothing where it was made under other conditions, and nothing from the first line on that is none.
    pub(super) fn read(old: OldCache, header: &Header, reveal: bool) -> Self {
        let files = index(&old, header);
        Self { old, files, reveal }
    }

    /// Files of which something is known.
    pub fn len(&self) -> usize {
        self.files.len()
    }

    /// Whether nothing is known.
    pub fn is_empty(&self) -> bool {
        self.files.is_empty()
    }

    fn block(&self, path_b64: &str) -> Option<Block> {
        let path = hashed(path_b64);
        self.files.binary_search_by_key(&path, |block| block.path).ok().and_then(|at| self.files.get(at).copied())
    }
}

fn index(old: &OldCache, header: &Header) -> Vec<Block> {
    let mut lines = Lines::from(old, 0);
    let is_ours = |line: &[u8]| serde_json::from_slice::<Header>(line).is_ok_and(|found| found == *header);
    let mut files = Vec::new();
    if !lines.next_line().and_then(Result::ok).is_some_and(|line| is_ours(&line)) {
        return files;
    }
    let mut start = lines.place;
    while files.len() < limits::CACHE_FILES {
        let own = lines.place;
        let Some(Ok(line)) = lines.next_line() else { break };
        // Each line is read to its end, so that no later reading can fail in the middle of a file.
        match parsed(&line) {
            Ok(Line::Found(found)) => {
                if found.found().is_none() {
                    break;
                }
            }
            Ok(Line::Member(_)) => {}
            Ok(Line::Dropped) => start = lines.place,
            Ok(Line::File(file)) => {
                files.push(Block { path: hashed(&file.is.path_b64), start, own });
                start = lines.place;
            }
            Err(_) => break,
        }
    }
    files.sort_by_key(|block| block.path);
    files
}

impl Recall for Cache {
    fn recall(&self, entry: &Entry, part: &mut dyn FnMut(Recalled)) -> io::Result<Option<Looked>> {
        let Some(is) = Identity::of(entry) else { return Ok(None) };
        let Some(block) = self.block(&is.path_b64) else { return Ok(None) };
        let own = Lines::from(&self.old, block.own).next_line().ok_or(io::ErrorKind::UnexpectedEof)??;
        let Line::File(file) = parsed(&own)? else { return Err(io::ErrorKind::InvalidData.into()) };
        if file.is != is || (self.reveal && block.start < block.own) {
            return Ok(None);
        }
        self.parts(block, part)?;
        Ok(Some(FileLine::looked(file)))
    }
}

impl Cache {
    fn parts(&self, block: Block, part: &mut dyn FnMut(Recalled)) -> io::Result<()> {
        let mut lines = Lines::from(&self.old, block.start);
        while lines.place < block.own {
            let line = lines.next_line().ok_or(io::ErrorKind::UnexpectedEof)??;
            match parsed(&line)? {
                Line::Found(found) => part(Recalled::Found(found.found().ok_or(io::ErrorKind::InvalidData)?)),
                Line::Member(member) => part(Recalled::Member(Box::new(member.leaf()))),
                Line::File(_) | Line::Dropped => return Err(io::ErrorKind::InvalidData.into()),
            }
        }
        Ok(())
    }
}

fn parsed(line: &[u8]) -> io::Result<Line<'_>> {
    serde_json::from_slice(line).map_err(io::Error::from)
}

/// FNV-1a, 64 bits: two paths that share it only cost a look.
fn hashed(path_b64: &str) -> u64 {
    path_b64.bytes().fold(0xcbf2_9ce4_8422_2325, |all, byte| (all ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3))
}

/// Lines from a place on, each of bounded length and ended by a newline.
struct Lines<R> {
    src: R,
    place: u64,
}

/// Lines are short as a rule; one of a record full of findings is not.
const READ_BYTES: usize = 32 * 1024;

impl<'a> Lines<Box<dyn BufRead + 'a>> {
    fn from(old: &'a OldCache, place: u64) -> Self {
        Self { src: Box::new(BufReader::with_capacity(READ_BYTES, old.from(place))), place }
    }
}

impl<R: BufRead> Lines<R> {
    /// Nothing at the end, and where the last line was cut.
    fn next_line(&mut self) -> Option<io::Result<Vec<u8>>> {
        let mut line = Vec::new();
        let limit = limits::CACHE_LINE_BYTES;
        match (&mut self.src).take(limit as u64).read_until(b'\n', &mut line) {
            Err(error) => Some(Err(error)),
            Ok(_) if line.last() == Some(&b'\n') => {
                self.place += line.len() as u64;
                Some(Ok(line))
            }
            Ok(count) if count >= limit => Some(Err(io::ErrorKind::FileTooLarge.into())),
            Ok(_) => None,
        }
    }
}

//! Items that are to be sorted and may be more than memory holds: sorted run by run, the runs set aside in a spool file ([`super::spool`]) and merged.
//! An item is bytes, and is placed by them: what it is sorted by stands at its start, the highest byte first.

use std::cmp::Reverse;
use std::collections::BinaryHeap;
use std::io::{self, Write};

use super::rows::RowPlace;
use super::spool::{Spool, SpoolReader};
use crate::model::limits;

/// Bytes of a run that are read at once.
const BLOCK_BYTES: u64 = 64 * 1024;
/// What a spool holds before it goes to a file.
const SPOOL_MEMORY_BYTES: u64 = 2 * 1024 * 1024;

/// Items that are coming in, in any order.
pub struct SortedOut {
    bytes: Vec<u8>,
    /// Where each item at hand begins, and its length.
    items: Vec<(usize, usize)>,
    runs: Spool,
    /// Where each run ends.
    ends: Vec<u64>,
    held: usize,
}

impl SortedOut {
    /// No items yet; what does not fit in memory goes to `place`.
    pub fn new(place: &RowPlace) -> Self {
        Self::holding(place, limits::SORTED_BYTES)
    }

    fn holding(place: &RowPlace, held: usize) -> Self {
        let runs = Spool::for_rows(place.folder.clone(), SPOOL_MEMORY_BYTES);
        Self { bytes: Vec::new(), items: Vec::new(), runs, ends: Vec::new(), held }
    }

    /// Takes an item.
    ///
    /// # Errors
    /// When it can not be set aside.
    pub fn push(&mut self, item: &[u8]) -> io::Result<()> {
        self.items.push((self.bytes.len(), item.len()));
        self.bytes.extend_from_slice(item);
        let held = self.bytes.len() + self.items.len() * size_of::<(usize, usize)>();
        if held >= self.held { self.run() } else { Ok(()) }
    }

    fn run(&mut self) -> io::Result<()> {
        let mut items: Vec<&[u8]> =
            self.items.iter().filter_map(|&(at, length)| self.bytes.get(at..at + length)).collect();
        items.sort_unstable();
        let mut block = Vec::new();
        for item in items {
            block.extend_from_slice(&u32::try_from(item.len()).map_err(io::Error::other)?.to_le_bytes());
            block.extend_from_slice(item);
            if block.len() as u64 >= BLOCK_BYTES {
                self.runs.write_all(&block)?;
                block.clear();
            }
        }
        self.runs.write_all(&block)?;
        self.ends.push(self.runs.len());
        self.bytes.clear();
        self.items.clear();
        Ok(())
    }

    /// All of them, in order.
    ///
    /// # Errors
    /// When they can not be set aside or read back.
    pub fn finish(mut self) -> io::Result<Sorted> {
        self.run()?;
        let reader = self.runs.into_reader()?;
        let starts = std::iter::once(0).chain(self.ends.iter().copied());
        let runs = starts.zip(&self.ends).map(|(start, &end)| Run { at: start, end, block: Vec::new(), used: 0 });
        let mut sorted = Sorted { reader, runs: runs.collect(), heads: BinaryHeap::new() };
        (0..sorted.runs.len()).try_for_each(|run| sorted.fetch(run))?;
        Ok(sorted)
    }
}

/// Items in order, each as often as it came in.
pub struct Sorted {
    reader: SpoolReader,
    runs: Vec<Run>,
    heads: BinaryHeap<Reverse<(Vec<u8>, usize)>>,
}

struct Run {
    at: u64,
    end: u64,
    block: Vec<u8>,
    used: usize,
}

impl Sorted {
    /// Puts the next item of a run where the least of all is taken from.
    fn fetch(&mut self, run: usize) -> io::Result<()> {
        let Some(from) = self.runs.get_mut(run) else { return Ok(()) };
        if let Some(item) = from.next(&self.reader)? {
            self.heads.push(Reverse((item, run)));
        }
        Ok(())
    }

    /// The next item; `None` at the end.
    ///
    /// # Errors
    /// When it can not be read back.
    pub fn next_item(&mut self) -> io::Result<Option<Vec<u8>>> {
        let Some(Reverse((item, run))) = self.heads.pop() else { return Ok(None) };
        self.fetch(run)?;
        Ok(Some(item))
    }
}

impl Run {
    fn next(&mut self, reader: &SpoolReader) -> io::Result<Option<Vec<u8>>> {
        if self.used >= self.block.len() && self.at >= self.end {
            return Ok(None);
        }
        let head = self.take(4, reader)?;
        let [a, b, c, d] = <[u8; 4]>::try_from(head).map_err(|_| io::ErrorKind::UnexpectedEof)?;
        self.take(u32::from_le_bytes([a, b, c, d]) as usize, reader).map(Some)
    }

    fn take(&mut self, count: usize, reader: &SpoolReader) -> io::Result<Vec<u8>> {
        let mut taken = Vec::with_capacity(count);
        while taken.len() < count {
            if self.used >= self.block.len() {
                let length = self.end.saturating_sub(self.at).min(BLOCK_BYTES);
                if length == 0 {
                    return Err(io::ErrorKind::UnexpectedEof.into());
                }
                self.block.resize(usize::try_from(length).map_err(io::Error::other)?, 0);
                reader.read_exact_at(&mut self.block, self.at)?;
                self.at += length;
                self.used = 0;
            }
            let rest = self.block.get(self.used..).unwrap_or_default();
            let part = rest.get(..(count - taken.len()).min(rest.len())).unwrap_or_default();
            taken.extend_from_slice(part);
            self.used += part.len();
        }
        Ok(taken)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn items_come_back_in_order_however_many_runs_they_take(
            items in prop::collection::vec(prop::collection::vec(any::<u8>(), 0..300), 0..200)
        ) {
            let folder = tempfile::tempdir().unwrap();
            let place = RowPlace { folder: Some(folder.path().to_path_buf()) };
            let mut due = items.clone();
            due.sort();
            for held in [0, 1_000, usize::MAX] {
                let mut out = SortedOut::holding(&place, held);
                items.iter().for_each(|item| out.push(item).unwrap());
                let mut sorted = out.finish().unwrap();
                let mut found = Vec::new();
                while let Some(item) = sorted.next_item().unwrap() {
                    found.push(item);
                }
                prop_assert_eq!(&found, &due);
            }
        }
    }
}

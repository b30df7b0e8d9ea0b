//! A list that may be longer than memory: rows go in one by one, and come back in that order as often as they are asked for.
//!
//! Rows are packed together as they come. What fits in memory stays there; the rest goes to a spool file without a name
//! ([`super::spool`]), if there is a folder for one. Each row carries the number of the entry that it belongs to, so that
//! several lists of one run can be read side by side. Deliberately absent: changing or finding a single row.

use std::fmt;
use std::io::{self, Write};
use std::marker::PhantomData;
use std::path::PathBuf;
use std::sync::Arc;

use flate2::{Compress, Compression, Decompress, FlushCompress, FlushDecompress, Status};
use serde::de::{DeserializeOwned, SeqAccess, Visitor};
use serde::ser::{Error as _, SerializeSeq};
use serde::{Deserialize, Deserializer, Serialize, Serializer};

use super::spool::{Spool, SpoolError, SpoolReader};
use crate::model::limits;

/// Plain bytes of rows that are packed together.
const BLOCK_BYTES: usize = 64 * 1024;
/// In front of each block: how long it is packed, and plain.
const BLOCK_HEAD_BYTES: usize = 8;
/// In front of each row: its length, and the number of its entry.
const ROW_HEAD_BYTES: usize = 12;

/// Where rows go: so much memory, and beyond it a spool file in this folder.
#[derive(Debug, Clone, Default)]
pub struct RowPlace {
    /// Without a folder memory is the limit, and a larger one.
    pub folder: Option<PathBuf>,
}

/// Rows that are coming in.
pub struct RowsOut<T> {
    spool: Spool,
    block: Vec<u8>,
    packed: Vec<u8>,
    packer: Compress,
    count: u64,
    /// Of these, how many are in the block at hand.
    in_block: u64,
    left_out: u64,
    what: PhantomData<fn(T)>,
}

impl<T: Serialize> RowsOut<T> {
    /// No rows yet.
    pub fn new(place: &RowPlace) -> Self {
        let memory = if place.folder.is_some() { limits::ROWS_MEMORY_BYTES } else { limits::ROWS_ALONE_BYTES };
        Self::with_memory(place, memory)
    }

    /// No rows yet; they stay in memory, and no more than this is held of them, packed.
    pub fn in_memory(bytes: u64) -> Self {
        Self::with_memory(&RowPlace::default(), bytes)
    }

    fn with_memory(place: &RowPlace, memory_bytes: u64) -> Self {
        Self {
            spool: Spool::for_rows(place.folder.clone(), memory_bytes),
            block: Vec::new(),
            packed: Vec::new(),
            packer: Compress::new(Compression::fast(), false),
            count: 0,
            in_block: 0,
            left_out: 0,
            what: PhantomData,
        }
    }

    /// Takes a row of the entry with this number; numbers never fall. Where memory is full and there is no folder, it and all
    /// that follow are counted as left out.
    ///
    /// # Errors
    /// When the spool file can not be written.
    pub fn push(&mut self, entry: u64, row: &T) -> io::Result<()> {
        if self.left_out > 0 {
            self.left_out += 1;
            return Ok(());
        }
        self.add(entry, row)
    }

    fn add(&mut self, entry: u64, row: &T) -> io::Result<()> {
        let start = self.block.len();
        self.block.extend_from_slice(&[0; ROW_HEAD_BYTES]);
        serde_json::to_writer(&mut self.block, row)?;
        let length = u32::try_from(self.block.len() - start - ROW_HEAD_BYTES).map_err(io::Error::other)?;
        let (head, number) = (length.to_le_bytes(), entry.to_le_bytes());
        if let Some(slot) = self.block.get_mut(start..start + ROW_HEAD_BYTES) {
            slot.iter_mut().zip(head.iter().chain(&number)).for_each(|(slot, byte)| *slot = *byte);
        }
        (self.count, self.in_block) = (self.count + 1, self.in_block + 1);
        if self.block.len() >= BLOCK_BYTES { self.pack() } else { Ok(()) }
    }

    /// How many rows there are.
    pub fn len(&self) -> u64 {
        self.count
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.count == 0
    }

    /// Rows that were left out so far. The last ones may still follow when the list is finished.
    pub fn left_out(&self) -> u64 {
        self.left_out
    }

    /// Packs what is at hand: [`RowsOut::left_out`] is final then, if nothing more comes.
    ///
    /// # Errors
    /// When the spool file can not be written.
    pub fn settle(&mut self) -> io::Result<()> {
        self.pack()
    }

    /// Takes a last row, which has room however full the list is: it says what is not in it.
    ///
    /// # Errors
    /// When the spool file can not be written.
    pub fn push_last(&mut self, row: &T) -> io::Result<()> {
        self.spool.lift_memory_limit();
        self.add(u64::MAX, row)
    }

    /// The list.
    ///
    /// # Errors
    /// When the spool file can not be written or read.
    pub fn finish(mut self) -> io::Result<Rows<T>> {
        self.pack()?;
        let reader = Arc::new(self.spool.into_reader()?);
        Ok(Rows { reader, count: self.count, what: PhantomData })
    }

    /// Packs the block at hand, and sets it down.
    fn pack(&mut self) -> io::Result<()> {
        if self.block.is_empty() {
            return Ok(());
        }
        let block = std::mem::take(&mut self.block);
        self.packer.reset();
        self.packed.clear();
        loop {
            // It seldom needs more room than the plain bytes do; then once more.
            self.packed.reserve(block.len() / 2 + 1_024);
            let done = usize::try_from(self.packer.total_in()).unwrap_or(usize::MAX);
            let rest = block.get(done..).unwrap_or_default();
            let status = self.packer.compress_vec(rest, &mut self.packed, FlushCompress::Finish);
            if status.map_err(io::Error::other)? == Status::StreamEnd {
                break;
            }
        }
        let length = |bytes: &[u8]| u32::try_from(bytes.len()).map(u32::to_le_bytes).map_err(io::Error::other);
        let head = [length(&self.packed)?, length(&block)?].concat();
        self.packed.splice(0..0, head);
        match self.spool.write_all(&self.packed) {
            Err(error) if matches!(SpoolError::in_io(&error), Some(SpoolError::NoFolder { .. })) => {
                (self.count, self.left_out) = (self.count - self.in_block, self.left_out + self.in_block);
            }
            written => written?,
        }
        self.in_block = 0;
        self.block = block;
        self.block.clear();
        self.block.shrink_to(2 * BLOCK_BYTES);
        self.packed.shrink_to(2 * BLOCK_BYTES);
        Ok(())
    }
}

impl<T: Serialize> Default for RowsOut<T> {
    fn default() -> Self {
        Self::new(&RowPlace::default())
    }
}

impl<T> fmt::Debug for RowsOut<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "RowsOut({})", self.count)
    }
}

/// Rows, to be read from the first to the last. In JSON a plain list of them.
pub struct Rows<T> {
    reader: Arc<SpoolReader>,
    count: u64,
    what: PhantomData<fn() -> T>,
}

impl<T> Rows<T> {
    /// How many there are.
    pub fn len(&self) -> u64 {
        self.count
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.count == 0
    }
}

impl<T: DeserializeOwned> Rows<T> {
    /// Every row, each with the number of its entry.
    pub fn numbered(&self) -> Numbered<T> {
        Numbered {
            reader: Arc::clone(&self.reader),
            position: 0,
            packed: Vec::new(),
            block: Vec::new(),
            at: 0,
            what: PhantomData,
        }
    }

    /// Every row.
    pub fn iter(&self) -> impl Iterator<Item = io::Result<T>> + use<T> {
        self.numbered().map(|row| row.map(|(_, row)| row))
    }
}

/// Rows with their numbers. It ends at the first that can not be read.
pub struct Numbered<T> {
    reader: Arc<SpoolReader>,
    position: u64,
    packed: Vec<u8>,
    block: Vec<u8>,
    at: usize,
    what: PhantomData<fn() -> T>,
}

impl<T: DeserializeOwned> Numbered<T> {
    fn row(&mut self) -> io::Result<Option<(u64, T)>> {
        if self.at >= self.block.len() && !self.unpack()? {
            return Ok(None);
        }
        let torn = || io::Error::new(io::ErrorKind::InvalidData, "a row that was set aside came back torn");
        let rest = self.block.get(self.at..).unwrap_or_default();
        let (length, rest) = rest.split_first_chunk::<4>().ok_or_else(torn)?;
        let (entry, rest) = rest.split_first_chunk::<8>().ok_or_else(torn)?;
        let row = rest.get(..u32::from_le_bytes(*length) as usize).ok_or_else(torn)?;
        self.at += ROW_HEAD_BYTES + row.len();
        Ok(Some((u64::from_le_bytes(*entry), serde_json::from_slice(row)?)))
    }

    /// Fetches the next block; false when there is none.
    fn unpack(&mut self) -> io::Result<bool> {
        if self.position >= self.reader.len() {
            return Ok(false);
        }
        let mut head = [0; BLOCK_HEAD_BYTES];
        self.reader.read_exact_at(&mut head, self.position)?;
        let [a, b, c, d, e, f, g, h] = head;
        let (packed, plain) = (u32::from_le_bytes([a, b, c, d]), u32::from_le_bytes([e, f, g, h]));
        self.packed.resize(packed as usize, 0);
        self.reader.read_exact_at(&mut self.packed, self.position + BLOCK_HEAD_BYTES as u64)?;
        self.position += BLOCK_HEAD_BYTES as u64 + u64::from(packed);
        self.block.clear();
        self.block.reserve(plain as usize);
        self.at = 0;
        let mut unpacker = Decompress::new(false);
        let unpacked = unpacker.decompress_vec(&self.packed, &mut self.block, FlushDecompress::Finish);
        unpacked.map_err(io::Error::other)?;
        if self.block.len() != plain as usize {
            return Err(io::Error::new(io::ErrorKind::InvalidData, "rows that were set aside came back torn"));
        }
        Ok(true)
    }
}

impl<T: DeserializeOwned> Iterator for Numbered<T> {
    type Item = io::Result<(u64, T)>;

    fn next(&mut self) -> Option<Self::Item> {
        let row = self.row().transpose();
        if matches!(row, Some(Err(_))) {
            (self.position, self.at) = (u64::MAX, usize::MAX);
        }
        row
    }
}

impl<T: Serialize + DeserializeOwned> FromIterator<T> for Rows<T> {
    /// Rows of one entry, in memory: for lists that are known to be short.
    fn from_iter<I: IntoIterator<Item = T>>(rows: I) -> Self {
        let mut out = RowsOut::with_memory(&RowPlace::default(), u64::MAX);
        // Memory has no other end than the process's own.
        let whole = rows.into_iter().try_for_each(|row| out.push(0, &row));
        whole.and_then(|()| out.finish()).unwrap_or_default()
    }
}

impl<T> Default for Rows<T> {
    fn default() -> Self {
        Self { reader: Arc::new(SpoolReader::empty()), count: 0, what: PhantomData }
    }
}

impl<T> Clone for Rows<T> {
    fn clone(&self) -> Self {
        Self { reader: Arc::clone(&self.reader), count: self.count, what: PhantomData }
    }
}

impl<T> fmt::Debug for Rows<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Rows({})", self.count)
    }
}

impl<T: DeserializeOwned + PartialEq> PartialEq for Rows<T> {
    fn eq(&self, other: &Self) -> bool {
        self.count == other.count && self.iter().zip(other.iter()).all(|pair| matches!(pair, (Ok(a), Ok(b)) if a == b))
    }
}

impl<T: Serialize + DeserializeOwned> Serialize for Rows<T> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut list = serializer.serialize_seq(usize::try_from(self.count).ok())?;
        for row in self.iter() {
            list.serialize_element(&row.map_err(S::Error::custom)?)?;
        }
        list.end()
    }
}

impl<'de, T: Serialize + DeserializeOwned> Deserialize<'de> for Rows<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct List<T>(PhantomData<fn() -> T>);
        impl<'de, T: Serialize + DeserializeOwned> Visitor<'de> for List<T> {
            type Value = Rows<T>;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a list")
            }

            fn visit_seq<A: SeqAccess<'de>>(self, mut list: A) -> Result<Rows<T>, A::Error> {
                let mut out = RowsOut::default();
                while let Some(row) = list.next_element::<T>()? {
                    out.push(0, &row).map_err(serde::de::Error::custom)?;
                }
                out.finish().map_err(serde::de::Error::custom)
            }
        }
        deserializer.deserialize_seq(List(PhantomData))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::Digest;
    use proptest::prelude::*;

    fn filled(place: &RowPlace, memory: u64, rows: &[(u64, String)]) -> io::Result<Rows<String>> {
        let mut out = RowsOut::with_memory(place, memory);
        rows.iter().try_for_each(|(entry, row)| out.push(*entry, row))?;
        assert_eq!((out.len(), out.is_empty()), (rows.len() as u64, rows.is_empty()));
        out.finish()
    }

    proptest! {
        #[test]
        fn rows_come_back_in_order_from_memory_and_from_a_file(
            rows in prop::collection::vec((any::<u64>(), "\\PC{0,300}"), 0..600)
        ) {
            let folder = tempfile::tempdir().unwrap();
            let place = RowPlace { folder: Some(folder.path().to_path_buf()) };
            for memory in [0, 1_000, u64::MAX] {
                let list = filled(&place, memory, &rows).unwrap();
                for _ in 0..2 {
                    prop_assert_eq!(&list.numbered().collect::<io::Result<Vec<_>>>().unwrap(), &rows);
                }
                let plain: Vec<&String> = rows.iter().map(|(_, row)| row).collect();
                prop_assert_eq!(serde_json::to_string(&list).unwrap(), serde_json::to_string(&plain).unwrap());
            }
        }
    }

    #[test]
    fn a_row_longer_than_a_block_is_one_row() {
        let rows = [(1, "short".to_owned()), (2, "x\u{1}".repeat(BLOCK_BYTES)), (3, "y".to_owned())];
        let list = filled(&RowPlace::default(), u64::MAX, &rows).unwrap();
        assert_eq!(list.numbered().collect::<io::Result<Vec<_>>>().unwrap(), rows);
    }

    #[test]
    fn without_a_folder_memory_is_the_limit_and_what_is_left_out_is_counted() {
        let noise =
            |n: u64| (0..8).map(|part| Digest::of(&[n, part].map(u64::to_le_bytes).concat()).to_string()).collect();
        let mut out = RowsOut::with_memory(&RowPlace::default(), 400_000);
        (0..5_000).for_each(|n| out.push(n, &noise(n)).unwrap());
        out.settle().unwrap();
        assert!(out.left_out() > 1_000 && out.len() > 500, "{out:?}");
        assert_eq!(out.len() + out.left_out(), 5_000);
        let kept = out.len();
        out.push_last(&"the rest".to_owned()).unwrap();
        let list: Vec<String> = out.finish().unwrap().iter().collect::<io::Result<_>>().unwrap();
        assert_eq!((list.len() as u64, list.last().unwrap().as_str()), (kept + 1, "the rest"));
        assert!(list.iter().zip(0..kept).all(|(row, n)| *row == noise(n)), "the first ones, whole");
    }

    #[test]
    fn a_list_is_equal_to_what_its_json_gives() {
        let list: Rows<u64> = (0..30_000).collect();
        let again: Rows<u64> = serde_json::from_str(&serde_json::to_string(&list).unwrap()).unwrap();
        assert!(list == again && list.len() == 30_000);
        assert!(list != (1..30_001).collect());
    }
}

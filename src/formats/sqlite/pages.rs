//! The pages of an SQLite file, each read once, wherever they stand: in a database in order, in its logs behind frames.

use std::io::{self, Read, Seek, SeekFrom};

use crate::formats::ReadSeek;
use crate::formats::trouble::Watched;

/// Why a page can not be had.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Lack {
    /// The file ends before it.
    Beyond,
    /// It was read before: two trees, or one twice, lead to it.
    Again,
    /// It is not in this log; the database has it.
    Elsewhere,
}

/// Where pages stand.
enum Places {
    /// One behind the other from the start of the file.
    InOrder,
    /// Number and offset, by number, each number once.
    Listed(Vec<(u32, u64)>),
}

/// The pages of one file.
pub(super) struct Pages<'s> {
    src: Watched<&'s mut dyn ReadSeek>,
    /// Bytes of a page.
    pub(super) size: usize,
    /// Of these, bytes that trees use.
    pub(super) usable: usize,
    /// How many pages there are.
    pub(super) count: u32,
    places: Places,
    taken: Vec<u64>,
}

impl<'s> Pages<'s> {
    /// The pages of a database of `length` bytes.
    pub(super) fn in_order(src: &'s mut dyn ReadSeek, length: u64, size: usize, usable: usize) -> Self {
        let count = u32::try_from(length.div_ceil(size.max(1) as u64)).unwrap_or(u32::MAX);
        Self::with(src, Places::InOrder, count, (size, usable))
    }

    /// Pages that stand in a log; of pages that are listed twice the last is taken.
    pub(super) fn listed(src: &'s mut dyn ReadSeek, mut list: Vec<(u32, u64)>, size: usize) -> Self {
        list.sort_by_key(|(number, offset)| (*number, u64::MAX - offset));
        list.dedup_by_key(|(number, _)| *number);
        let count = u32::try_from(list.len()).unwrap_or(u32::MAX);
        Self::with(src, Places::Listed(list), count, (size, size))
    }

    fn with(src: &'s mut dyn ReadSeek, places: Places, count: u32, (size, usable): (usize, usize)) -> Self {
        let words = usize::try_from(count / 64 + 1).unwrap_or(usize::MAX);
        Self { src: Watched::new(src), size, usable, count, places, taken: vec![0; words] }
    }

    /// Whether these are a log's: what is missing is no damage then.
    pub(super) fn is_log(&self) -> bool {
        matches!(self.places, Places::Listed(_))
    }

    /// The number of the page at this place of the list, from 0.
    pub(super) fn number(&self, index: u32) -> Option<u32> {
        match &self.places {
            Places::InOrder => index.checked_add(1),
            Places::Listed(list) => list.get(usize::try_from(index).ok()?).map(|(number, _)| *number),
        }
    }

    fn find(&self, number: u32) -> Result<(u32, u64), Lack> {
        match &self.places {
            Places::InOrder => {
                let index = number.checked_sub(1).filter(|index| *index < self.count).ok_or(Lack::Beyond)?;
                Ok((index, u64::from(index) * self.size as u64))
            }
            Places::Listed(list) => {
                let at = list.binary_search_by_key(&number, |(number, _)| *number).map_err(|_| Lack::Elsewhere)?;
                let offset = list.get(at).map_or(0, |(_, offset)| *offset);
                u32::try_from(at).map(|index| (index, offset)).map_err(|_| Lack::Elsewhere)
            }
        }
    }

    /// Whether a page was taken already.
    pub(super) fn is_taken(&self, index: u32) -> bool {
        let word = self.taken.get((index / 64) as usize).copied().unwrap_or(u64::MAX);
        word >> (index % 64) & 1 == 1
    }

    /// A page, for good: no other tree gets it. The error of the source ends everything.
    pub(super) fn take(&mut self, number: u32) -> io::Result<Result<Vec<u8>, Lack>> {
        let (index, offset) = match self.find(number) {
            Ok(found) => found,
            Err(lack) => return Ok(Err(lack)),
        };
        if self.is_taken(index) {
            return Ok(Err(Lack::Again));
        }
        if let Some(word) = self.taken.get_mut((index / 64) as usize) {
            *word |= 1 << (index % 64);
        }
        let page = self.read(offset)?;
        Ok(if page.len() < self.size { Err(Lack::Beyond) } else { Ok(page) })
    }

    /// Looks at a page without taking it; `None` if it is not there.
    pub(super) fn peek(&mut self, number: u32) -> io::Result<Option<Vec<u8>>> {
        match self.find(number) {
            Ok((_, offset)) => self.read(offset).map(|page| (page.len() == self.size).then_some(page)),
            Err(_) => Ok(None),
        }
    }

    fn read(&mut self, offset: u64) -> io::Result<Vec<u8>> {
        self.src.seek(SeekFrom::Start(offset))?;
        let mut page = Vec::with_capacity(self.size);
        (&mut self.src).take(self.size as u64).read_to_end(&mut page)?;
        Ok(page)
    }

    /// Bytes that were read so far.
    pub(super) fn read_so_far(&self) -> u64 {
        self.src.taken
    }
}

//! One tag file of a sealed zip, found by the zip's directory without holding the directory: the last members of a zip of
//! millions cost no more memory than those of a small one.
//!
//! Whether the zip is whole is the business of `verify`, not of this: a lie in it gives an error or other bytes, never more
//! than a limit's worth.

use std::io::{self, BufRead, BufReader, Read, Seek, SeekFrom};
use std::path::Path;

use flate2::read::DeflateDecoder;

use super::acquisition::Acquisition;
use super::bagit::ReadSeek;
use super::items::next_line;
use super::journal::RecordedEntry;
use super::tags;
use crate::disk::error::{DiskError, Doing};
use crate::disk::own;
use crate::model::limits::TAG_FILE_BYTES;

/// Length of the end record, which has no comment in our zips.
const END_BYTES: u64 = 22;
/// Lengths of the Zip64 end record and of the locator behind it.
const END64_BYTES: u64 = 56;
const LOCATOR_BYTES: u64 = 20;
/// Length of a central record, and of a local header, before the name.
const CENTRAL_BYTES: usize = 46;
const LOCAL_BYTES: usize = 30;

/// Why a tag file could not be read.
#[derive(Debug, thiserror::Error)]
pub enum TagFileError {
    /// The zip could not be opened.
    #[error("the evidence could not be opened")]
    Disk(#[from] DiskError),
    /// It is not as our writer makes it.
    #[error("{file} in {zip} can not be read; `hozen verify` says more")]
    Read {
        /// Which zip.
        zip: String,
        /// Which tag file.
        file: &'static str,
        /// What is wrong.
        #[source]
        source: io::Error,
    },
}

/// The record of acquisition of a sealed zip.
///
/// # Errors
/// [`TagFileError`].
pub fn acquisition(zip: &Path) -> Result<Acquisition, TagFileError> {
    let read = |source| bad(zip, tags::ACQUISITION, source);
    let mut text = Vec::new();
    let limit = (TAG_FILE_BYTES as u64).saturating_add(1);
    open(zip, tags::ACQUISITION)?.take(limit).read_to_end(&mut text).map_err(read)?;
    if text.len() as u64 == limit {
        return Err(read(io::Error::from(io::ErrorKind::FileTooLarge)));
    }
    serde_json::from_slice(&text).map_err(|error| read(io::Error::from(error)))
}

/// The record of acquisition of a zip that is open already, as far as its directory leads to one.
///
/// # Errors
/// When it does not.
pub(super) fn acquisition_of(zip: &mut dyn ReadSeek) -> io::Result<Acquisition> {
    let length = zip.seek(SeekFrom::End(0))?;
    let place = find(&mut BufReader::new(&mut *zip), length, tags::ACQUISITION)?;
    zip.seek(SeekFrom::Start(place.start))?;
    let mut text = Vec::new();
    unpacked(place, zip).take(TAG_FILE_BYTES as u64).read_to_end(&mut text)?;
    serde_json::from_slice(&text).map_err(io::Error::from)
}

/// The entries of a sealed zip, one at a time.
pub struct Entries {
    zip: String,
    lines: BufReader<Box<dyn Read>>,
}

/// The entries of a sealed zip, in walk order.
///
/// # Errors
/// [`TagFileError`].
pub fn entries(zip: &Path) -> Result<Entries, TagFileError> {
    Ok(Entries { zip: zip.display().to_string(), lines: BufReader::new(open(zip, tags::FILES)?) })
}

impl Iterator for Entries {
    type Item = Result<RecordedEntry, TagFileError>;

    fn next(&mut self) -> Option<Self::Item> {
        let line = next_line(&mut self.lines).transpose()?;
        let entry = line.and_then(|line| RecordedEntry::parse(&line).map_err(io::Error::other));
        Some(entry.map_err(|source| TagFileError::Read { zip: self.zip.clone(), file: tags::FILES, source }))
    }
}

fn bad(zip: &Path, file: &'static str, source: io::Error) -> TagFileError {
    TagFileError::Read { zip: zip.display().to_string(), file, source }
}

/// The bytes of a tag file, unpacked.
fn open(zip: &Path, tag: &'static str) -> Result<Box<dyn Read>, TagFileError> {
    let (mut file, length) = own::open_own(zip)?;
    let place = find(&mut BufReader::new(&mut file), length, tag).map_err(|source| bad(zip, tag, source))?;
    file.seek(SeekFrom::Start(place.start)).map_err(DiskError::on(zip, Doing::Read))?;
    Ok(unpacked(place, file))
}

/// The bytes at a place that `zip` stands at, unpacked.
fn unpacked<'z>(place: Place, zip: impl Read + 'z) -> Box<dyn Read + 'z> {
    let stored = BufReader::new(zip).take(place.length);
    if place.is_deflated { Box::new(DeflateDecoder::new(stored)) } else { Box::new(stored) }
}

/// Where the stored bytes of a member lie.
#[derive(Debug, PartialEq, Eq)]
struct Place {
    start: u64,
    length: u64,
    is_deflated: bool,
}

fn find<R: Read + Seek>(zip: &mut BufReader<R>, length: u64, tag: &str) -> io::Result<Place> {
    let (members, at) = directory(zip, length)?;
    zip.seek(SeekFrom::Start(at))?;
    for _ in 0..members {
        let head = exact::<CENTRAL_BYTES>(zip)?;
        if !head.starts_with(b"PK\x01\x02") {
            return Err(odd("its directory"));
        }
        let mut name = vec![0; usize::from(u16_at(&head, 28))];
        zip.read_exact(&mut name)?;
        let mut extra = vec![0; usize::from(u16_at(&head, 30))];
        zip.read_exact(&mut extra)?;
        let comment = u16_at(&head, 32);
        zip.seek_relative(i64::from(comment))?;
        let is_it = name.iter().position(|b| *b == b'/').and_then(|slash| name.get(slash + 1..));
        if is_it == Some(tag.as_bytes()) {
            let (stored, offset) = wide(&head, &extra)?;
            return member(zip, (offset, stored), u16_at(&head, 10));
        }
    }
    Err(io::Error::from(io::ErrorKind::NotFound))
}

/// How many members the directory has, and where it begins.
fn directory<R: Read + Seek>(zip: &mut BufReader<R>, length: u64) -> io::Result<(u64, u64)> {
    let end_at = length.checked_sub(END_BYTES).ok_or_else(|| odd("its end"))?;
    zip.seek(SeekFrom::Start(end_at))?;
    let end = exact::<{ END_BYTES as usize }>(zip)?;
    if !end.starts_with(b"PK\x05\x06") {
        return Err(odd("its end"));
    }
    let (members, at) = (u16_at(&end, 10), u32_at(&end, 16));
    if members < u16::MAX && at < u32::MAX && u32_at(&end, 12) < u32::MAX {
        return Ok((members.into(), at.into()));
    }
    let end64_at = end_at.checked_sub(LOCATOR_BYTES + END64_BYTES).ok_or_else(|| odd("its end"))?;
    zip.seek(SeekFrom::Start(end64_at))?;
    let end = exact::<{ END64_BYTES as usize }>(zip)?;
    if !end.starts_with(b"PK\x06\x06") {
        return Err(odd("its end"));
    }
    Ok((u64_at(&end, 32), u64_at(&end, 48)))
}

/// Stored length and offset of a member, by its central record.
fn wide(head: &[u8], extra: &[u8]) -> io::Result<(u64, u64)> {
    let (size, stored, offset) = (u32_at(head, 24), u32_at(head, 20), u32_at(head, 42));
    let mut wides = Vec::new();
    let mut rest = extra;
    while let Some((id, body)) = rest.split_at_checked(4) {
        let (body, next) = body.split_at_checked(usize::from(u16_at(id, 2))).ok_or_else(|| odd("an extra field"))?;
        if u16_at(id, 0) == 1 {
            wides = body.chunks_exact(8).map(|value| u64_at(value, 0)).collect();
        }
        rest = next;
    }
    let mut wides = wides.into_iter();
    let mut told = |narrow: u32| if narrow == u32::MAX { wides.next() } else { Some(narrow.into()) };
    let values = told(size).and_then(|_| Some((told(stored)?, told(offset)?)));
    values.ok_or_else(|| odd("a size"))
}

/// Where the bytes of the member at `offset` lie.
fn member<R: Read + Seek>(zip: &mut BufReader<R>, (offset, length): (u64, u64), method: u16) -> io::Result<Place> {
    zip.seek(SeekFrom::Start(offset))?;
    let head = exact::<LOCAL_BYTES>(zip)?;
    if !head.starts_with(b"PK\x03\x04") || !matches!(method, 0 | 8) {
        return Err(odd("the header of a member"));
    }
    let behind = u64::from(u16_at(&head, 26)) + u64::from(u16_at(&head, 28)) + LOCAL_BYTES as u64;
    let start = offset.checked_add(behind).ok_or_else(|| odd("an offset"))?;
    Ok(Place { start, length, is_deflated: method == 8 })
}

fn odd(what: &str) -> io::Error {
    io::Error::new(io::ErrorKind::InvalidData, format!("{what} is not as hozen writes it"))
}

fn exact<const N: usize>(zip: &mut impl BufRead) -> io::Result<[u8; N]> {
    let mut bytes = [0; N];
    zip.read_exact(&mut bytes)?;
    Ok(bytes)
}

fn array<const N: usize>(bytes: &[u8], at: usize) -> [u8; N] {
    bytes.get(at..).and_then(|rest| rest.first_chunk::<N>()).copied().unwrap_or([0; N])
}

fn u16_at(bytes: &[u8], at: usize) -> u16 {
    u16::from_le_bytes(array(bytes, at))
}

fn u32_at(bytes: &[u8], at: usize) -> u32 {
    u32::from_le_bytes(array(bytes, at))
}

fn u64_at(bytes: &[u8], at: usize) -> u64 {
    u64::from_le_bytes(array(bytes, at))
}

#[cfg(test)]
mod tests {
    use std::io::Cursor;

    use super::*;
    use crate::evidence::container::{Container, MemberHead};
    use crate::evidence::store::MemoryStore;
    use crate::model::Method;

    fn zip(members: usize) -> Vec<u8> {
        let mut zip = Container::new(MemoryStore::default());
        let mut all = Vec::new();
        let names = (0..members).map(|n| format!("B/data/{n}"));
        for name in names.chain([format!("B/{}", tags::FILES), "B/custody/sig/x".to_owned()]) {
            let content = name.clone().into_bytes();
            zip.begin_member(MemberHead { name, method: Method::Stored, mtime: Some(1), size_hint: u64::MAX }).unwrap();
            zip.write(&content).unwrap();
            all.push(zip.end_member(crc32fast::hash(&content), content.len() as u64).unwrap());
        }
        zip.finish(&mut all.into_iter().map(Ok)).unwrap().0
    }

    #[test]
    fn a_tag_file_is_found_among_few_and_among_many() {
        for members in [0, 3, 70_000] {
            let bytes = zip(members);
            let place = find(&mut BufReader::new(Cursor::new(&bytes)), bytes.len() as u64, tags::FILES).unwrap();
            let (from, to) = (place.start as usize, (place.start + place.length) as usize);
            assert_eq!(&bytes[from..to], format!("B/{}", tags::FILES).as_bytes(), "{members}");
        }
    }

    #[test]
    fn a_torn_or_changed_directory_is_an_error_and_no_panic() {
        let whole = zip(2);
        for cut in 0..whole.len() {
            let bytes = &whole[..cut];
            assert!(find(&mut BufReader::new(Cursor::new(bytes)), cut as u64, tags::FILES).is_err(), "{cut}");
        }
        for at in 0..whole.len() {
            let mut bytes = whole.clone();
            bytes[at] ^= 0xff;
            // Whatever it says: an error or a place, never a panic.
            let _ = find(&mut BufReader::new(Cursor::new(&bytes)), bytes.len() as u64, tags::FILES);
        }
    }
}

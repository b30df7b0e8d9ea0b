//! One tag file of a sealed zip, found by the zip's directory without holding the directory: the last members of a zip of
//! millions cost no more memory than those of a small one.
//!
//! Whether the zip is whole is the business of `verify`, not of this: a lie in it gives an error or other bytes, never more
//! than a limit's worth.

use std::io::{self, BufRead, BufReader, Read, Seek};
use std::path::Path;

use super::acquisition::Acquisition;
use super::bagit::ReadSeek;
use super::journal::RecordedEntry;
use super::member::{self, Content, Place};
use super::tags;
use crate::disk::error::DiskError;
use crate::disk::own;
use crate::model::limits::{JOURNAL_LINE_BYTES, TAG_FILE_BYTES};
use crate::seal::stamp::REQUEST_BYTES;

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
    open(zip, tags::ACQUISITION)?.1.take(limit).read_to_end(&mut text).map_err(read)?;
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
    let (name, place) = find(zip, tags::ACQUISITION)?;
    let mut text = Vec::new();
    member::content(zip, &name, place)?.take(TAG_FILE_BYTES as u64).read_to_end(&mut text)?;
    serde_json::from_slice(&text).map_err(io::Error::from)
}

/// The time-stamp query of a sealed zip: the same bytes for whoever carries them to an authority.
///
/// # Errors
/// [`TagFileError`].
pub fn stamp_request(zip: &Path) -> Result<Vec<u8>, TagFileError> {
    let mut query = Vec::new();
    // One byte more than any: then it is none, and whoever reads it says so.
    let mut text = open(zip, tags::STAMP_REQUEST)?.1.take(REQUEST_BYTES as u64 + 1);
    text.read_to_end(&mut query).map_err(|source| bad(zip, tags::STAMP_REQUEST, source))?;
    Ok(query)
}

/// Whether a zip leads to a record of entries, as far as its directory tells.
pub(super) fn has_entries(zip: &mut (impl Read + Seek)) -> bool {
    find(zip, tags::FILES).is_ok()
}

/// The entries of a sealed zip, one at a time.
pub struct Entries {
    zip: String,
    bag: String,
    lines: BufReader<Content<own::OwnFile>>,
}

/// The entries of a sealed zip, in walk order.
///
/// # Errors
/// [`TagFileError`].
pub fn entries(zip: &Path) -> Result<Entries, TagFileError> {
    let (bag, text) = open(zip, tags::FILES)?;
    Ok(Entries { zip: zip.display().to_string(), bag, lines: BufReader::new(text) })
}

impl Entries {
    /// The folder of the bag in the zip, with its slash.
    pub(super) fn bag(&self) -> &str {
        &self.bag
    }

    /// The zip, as it is shown.
    pub(super) fn shown(&self) -> &str {
        &self.zip
    }
}

impl Iterator for Entries {
    type Item = Result<RecordedEntry, TagFileError>;

    fn next(&mut self) -> Option<Self::Item> {
        let line = next_line(&mut self.lines).transpose()?;
        let entry = line.and_then(|line| RecordedEntry::parse(&line).map_err(io::Error::other));
        Some(entry.map_err(|source| TagFileError::Read { zip: self.zip.clone(), file: tags::FILES, source }))
    }
}

pub(super) fn bad(zip: &Path, file: &'static str, source: io::Error) -> TagFileError {
    TagFileError::Read { zip: zip.display().to_string(), file, source }
}

pub(super) fn next_line(lines: &mut impl BufRead) -> io::Result<Option<Vec<u8>>> {
    let mut line = Vec::new();
    let limit = JOURNAL_LINE_BYTES as u64;
    let count = lines.by_ref().take(limit).read_until(b'\n', &mut line)?;
    if count as u64 == limit {
        return Err(io::Error::other("a line is longer than any that hozen writes"));
    }
    if line.last() == Some(&b'\n') {
        line.pop();
    }
    Ok((count > 0).then_some(line))
}

/// The folder of the bag, with its slash, and the bytes of a tag file in it, unpacked.
fn open(zip: &Path, tag: &'static str) -> Result<(String, Content<own::OwnFile>), TagFileError> {
    let (mut file, _) = own::open_own(zip)?;
    let read = |source| bad(zip, tag, source);
    let (name, place) = find(&mut file, tag).map_err(read)?;
    let content = member::content(file, &name, place).map_err(read)?;
    Ok((name.strip_suffix(tag).unwrap_or_default().to_owned(), content))
}

fn find<R: Read + Seek + ?Sized>(zip: &mut R, tag: &str) -> io::Result<(String, Place)> {
    let is_it = |name: &str| name.split_once('/').is_some_and(|(_, rest)| rest == tag);
    member::find(zip, is_it)?.ok_or_else(|| io::Error::from(io::ErrorKind::NotFound))
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
            let mut zip = Cursor::new(&bytes);
            let (name, place) = find(&mut zip, tags::FILES).unwrap();
            let mut text = String::new();
            member::content(zip, &name, place).unwrap().read_to_string(&mut text).unwrap();
            assert_eq!(text, format!("B/{}", tags::FILES), "{members}");
        }
    }

    #[test]
    fn a_torn_or_changed_directory_is_an_error_and_no_panic() {
        let whole = zip(2);
        for cut in 0..whole.len() {
            let bytes = &whole[..cut];
            assert!(find(&mut Cursor::new(bytes), tags::FILES).is_err(), "{cut}");
        }
        for at in 0..whole.len() {
            let mut bytes = whole.clone();
            bytes[at] ^= 0xff;
            // Whatever it says: an error or a place, never a panic.
            let _ = find(&mut Cursor::new(&bytes), tags::FILES);
        }
    }
}

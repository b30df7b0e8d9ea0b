//! Items from an evidence zip: its payload, under the paths that the files had, to be looked at again.
//!
//! Each member is read straight from the zip, in place; nothing is unpacked to disk. Whether the zip is whole is the
//! business of `verify`, not of this.

use std::collections::HashMap;
use std::io::{self, BufRead, BufReader, Read, Seek, SeekFrom};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use flate2::read::DeflateDecoder;
use zip::{CompressionMethod, ZipArchive};

use super::journal::RecordedEntry;
use super::replay::Recorded;
use crate::disk::error::DiskError;
use crate::disk::own;
use crate::disk::rows::RowPlace;
use crate::disk::source::SourceFile;
use crate::model::{Entry, Gap, GapKind, Kind, RawPath, limits};
use crate::pass::{FirstName, Item, Link, OpenSource, Opened, SourceRead};

/// Why a zip could not be taken as evidence.
#[derive(Debug, thiserror::Error)]
pub enum ItemsError {
    /// It could not be opened.
    #[error("the evidence could not be opened")]
    Disk(#[from] DiskError),
    /// It is no zip, or a torn one.
    #[error("{path} is not a readable zip; `hozen verify` says more")]
    Zip {
        /// Which.
        path: String,
        /// What is wrong.
        #[source]
        source: zip::result::ZipError,
    },
    /// Its record of entries can not be read.
    #[error("custody/files.jsonl in {path} can not be read; `hozen verify` says more")]
    Record {
        /// Which.
        path: String,
        /// What is wrong.
        #[source]
        source: io::Error,
    },
}

/// Whether a file is an evidence zip of hozen's: a zip that holds `NAME/custody/files.jsonl`.
///
/// The path may be a source: it is opened like one, without moving its access time, and only a file that begins as our own
/// writer begins one (`NAME/data/`, stored) is looked at further.
pub fn is_evidence(path: &Path) -> bool {
    let Ok(path) = own::canonical(path) else { return false };
    let Ok(mut file) = SourceFile::open_path(&path) else { return false };
    let mut head = [0; 30 + 107];
    if file.read_full(&mut head).is_err() || !head.starts_with(b"PK\x03\x04") || file.rewind().is_err() {
        return false;
    }
    let length = usize::from(u16::from_le_bytes([head[26], head[27]]));
    if !head.get(30..30 + length).is_some_and(|name| name.ends_with(b"/data/")) {
        return false;
    }
    ZipArchive::new(BufReader::new(file)).is_ok_and(|zip| record_name(&zip).is_some())
}

fn record_name<R: Read + Seek>(zip: &ZipArchive<R>) -> Option<String> {
    let is_record = |name: &str| name.ends_with("/custody/files.jsonl") && name.matches('/').count() == 2;
    zip.file_names().flatten().find(|name| is_record(name)).map(|name| name.into_owned())
}

/// The payload of an evidence zip, in the order of the collection, numbered from `first_seq`.
///
/// # Errors
/// [`ItemsError`]. A member that can not be read is a gap of its own, later.
pub fn items(path: &Path, first_seq: u64) -> Result<Vec<Item>, ItemsError> {
    let shown = path.display().to_string();
    let (file, _) = own::open_own(path)?;
    let bad_zip = |source| ItemsError::Zip { path: shown.clone(), source };
    let mut zip = ZipArchive::new(BufReader::new(file)).map_err(bad_zip)?;
    let record = record_name(&zip).ok_or(zip::result::ZipError::FileNotFound).map_err(bad_zip)?;
    let bag = record.strip_suffix("custody/files.jsonl").unwrap_or_default().to_owned();
    let places = places(&mut zip, &bag).map_err(bad_zip)?;
    let record = zip.by_name(&record).map_err(bad_zip)?;
    let bad_record = |source| ItemsError::Record { path: shown.clone(), source };
    let mut lines = BufReader::new(record);
    let mut items = Vec::new();
    let mut firsts = HashMap::new();
    while let Some(line) = next_line(&mut lines).map_err(bad_record)? {
        let entry = RecordedEntry::parse(&line).map_err(io::Error::other).map_err(bad_record)?;
        // A folder that could not be read stays a gap, however often its evidence is looked at.
        if entry.kind == Kind::File || !entry.gaps.is_empty() {
            let seq = first_seq + items.len() as u64;
            let link = link(&entry, &mut firsts);
            items.push(item((path, &shown), entry, &places, link, seq));
        }
    }
    Ok(items)
}

/// What the lines in a zip add up to. Their gaps go to `place`.
///
/// # Errors
/// [`ItemsError`].
pub fn recorded(path: &Path, place: &RowPlace) -> Result<Recorded, ItemsError> {
    let shown = path.display().to_string();
    let (file, _) = own::open_own(path)?;
    let bad_zip = |source| ItemsError::Zip { path: shown.clone(), source };
    let mut zip = ZipArchive::new(BufReader::new(file)).map_err(bad_zip)?;
    let name = record_name(&zip).ok_or(zip::result::ZipError::FileNotFound).map_err(bad_zip)?;
    let mut lines = BufReader::new(zip.by_name(&name).map_err(bad_zip)?);
    let bad_record = |source| ItemsError::Record { path: shown.clone(), source };
    let mut recorded = Recorded::new(place);
    while let Some(line) = next_line(&mut lines).map_err(bad_record)? {
        let entry = RecordedEntry::parse(&line).map_err(io::Error::other).map_err(bad_record)?;
        let path = entry.path().unwrap_or_else(|| RawPath(Vec::new()));
        recorded.add(&entry, &path).map_err(bad_record)?;
    }
    Ok(recorded)
}

pub(super) fn next_line(lines: &mut impl BufRead) -> io::Result<Option<Vec<u8>>> {
    let mut line = Vec::new();
    let limit = limits::JOURNAL_LINE_BYTES as u64;
    let count = lines.by_ref().take(limit).read_until(b'\n', &mut line)?;
    if count as u64 == limit {
        return Err(io::Error::other("a line is longer than any that hozen writes"));
    }
    if line.last() == Some(&b'\n') {
        line.pop();
    }
    Ok((count > 0).then_some(line))
}

/// Where a member's bytes lie in the zip.
#[derive(Debug, Clone, Copy)]
struct Stored {
    start: u64,
    length: u64,
    size: u64,
    deflated: bool,
}

fn places<R: Read + Seek>(
    zip: &mut ZipArchive<R>,
    bag: &str,
) -> Result<HashMap<String, Stored>, zip::result::ZipError> {
    let mut places = HashMap::new();
    for index in 0..zip.len() {
        let member = zip.by_index_raw(index)?;
        let name = member.name()?;
        let Some(name) = name.strip_prefix(bag).filter(|name| name.starts_with("data/")) else { continue };
        let deflated = member.compression() == CompressionMethod::Deflated;
        let (length, size) = (member.compressed_size(), member.size());
        if let Some(start) = member.data_start() {
            places.insert(name.to_owned(), Stored { start, length, size, deflated });
        }
    }
    Ok(places)
}

/// Which name of a file an entry is. `firsts` has those that may be named by later ones, and is not longer than they are.
fn link(entry: &RecordedEntry, firsts: &mut HashMap<u64, (Arc<FirstName>, u64)>) -> Option<Link> {
    if let Some(of) = entry.hard_link_of {
        let (first, left) = firsts.get_mut(&of)?;
        let link = Link::later(first);
        *left = left.saturating_sub(1);
        if *left == 0 {
            firsts.remove(&of);
        }
        return Some(link);
    }
    let names = entry.stat.as_ref().map_or(1, |stat| stat.links);
    if entry.kind != Kind::File || names < 2 || firsts.len() >= limits::LINKED_FILES {
        return None;
    }
    let link = Link::first();
    firsts.insert(entry.seq, (Arc::clone(link.name()), names.saturating_sub(1)));
    Some(link)
}

fn item(
    (zip, shown): (&Path, &str),
    entry: RecordedEntry,
    places: &HashMap<String, Stored>,
    link: Option<Link>,
    seq: u64,
) -> Item {
    let path = entry.path().unwrap_or_else(|| RawPath(shown.as_bytes().to_vec()));
    let place = entry.stored.as_ref().and_then(|stored| places.get(stored)).copied();
    let gap = |kind, reason| Gap { path: path.shown(), kind, reason };
    let mut gaps: Vec<Gap> =
        entry.gaps.iter().map(|known| gap(known.kind, format!("when it was preserved: {}", known.reason))).collect();
    if place.is_none() && entry.kind == Kind::File && gaps.is_empty() {
        gaps.push(gap(GapKind::Vanished, "the evidence zip does not hold it; run `hozen verify`".to_owned()));
    }
    let source = place.map(|place| {
        Box::new(InZip { zip: zip.to_path_buf(), place, path: path.clone(), link }) as Box<dyn OpenSource>
    });
    let (kind, origin) = (entry.kind, entry.origin);
    let entry = Entry { seq, path, origin, kind, stat: None, link_target: None, device_node: None };
    Item { entry, source, gaps, listing: None, xattrs: Vec::new(), atime_kept: true }
}

struct InZip {
    zip: PathBuf,
    place: Stored,
    path: RawPath,
    link: Option<Link>,
}

impl OpenSource for InZip {
    fn link(&self) -> Option<&Link> {
        self.link.as_ref()
    }

    fn open(&self) -> Result<Opened, Gap> {
        let gap = |reason: String| Gap { path: self.path.shown(), kind: GapKind::ReadError, reason };
        let (mut file, _) = own::open_own(&self.zip).map_err(|error| gap(error.to_string()))?;
        file.seek(SeekFrom::Start(self.place.start)).map_err(|error| gap(error.to_string()))?;
        let stored = BufReader::new(file).take(self.place.length);
        let reader: Box<dyn SourceRead> =
            if self.place.deflated { Box::new(Inflated(DeflateDecoder::new(stored))) } else { Box::new(Plain(stored)) };
        Ok(Opened {
            reader,
            size: self.place.size,
            unsized_content: false,
            stat: None,
            atime_kept: true,
            xattrs: Vec::new(),
            extents: Vec::new(),
        })
    }
}

/// A member's bytes as the zip holds them.
type StoredBytes = io::Take<BufReader<own::OwnFile>>;

struct Inflated(DeflateDecoder<StoredBytes>);
struct Plain(StoredBytes);

impl Read for Inflated {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        self.0.read(buffer)
    }
}

impl Read for Plain {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        self.0.read(buffer)
    }
}

impl SourceRead for Inflated {}
impl SourceRead for Plain {}

//! Items from an evidence zip: its payload, under the paths that the files had, to be looked at again.
//!
//! Each member is read straight from the zip, in place; nothing is unpacked to disk. Whether the zip is whole is the
//! business of `verify`, not of this.

use std::collections::HashMap;
use std::io::{self, BufRead, BufReader, Read, Seek};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use super::journal::RecordedEntry;
use super::member::{self, Content, Place};
use super::replay::Recorded;
use crate::disk::error::DiskError;
use crate::disk::own;
use crate::disk::rows::RowPlace;
use crate::disk::source::SourceFile;
use crate::model::{Entry, Gap, GapKind, Kind, Origin, RawPath, limits};
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
        source: io::Error,
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
    matches!(member::find(&mut file, is_record), Ok(Some(_)))
}

fn is_record(name: &str) -> bool {
    name.ends_with("/custody/files.jsonl") && name.matches('/').count() == 2
}

/// The lines of the record in an evidence zip.
struct Lines {
    shown: String,
    /// Folder of the bag, with its slash.
    bag: Arc<str>,
    lines: BufReader<Content<own::OwnFile>>,
}

impl Lines {
    fn open(path: &Path) -> Result<Self, ItemsError> {
        let shown = path.display().to_string();
        let (mut file, _) = own::open_own(path)?;
        let bad_zip = |source| ItemsError::Zip { path: shown.clone(), source };
        let found = member::find(&mut file, is_record).map_err(bad_zip)?;
        let (name, place) = found.ok_or_else(|| bad_zip(io::Error::other("it holds no record of entries")))?;
        let record = member::content(file, &name, place).map_err(bad_zip)?;
        let bag = name.strip_suffix("custody/files.jsonl").unwrap_or_default().into();
        Ok(Self { shown, bag, lines: BufReader::new(record) })
    }

    fn next(&mut self) -> Result<Option<RecordedEntry>, ItemsError> {
        let bad_record = |source| ItemsError::Record { path: self.shown.clone(), source };
        let Some(line) = next_line(&mut self.lines).map_err(bad_record)? else { return Ok(None) };
        RecordedEntry::parse(&line).map(Some).map_err(io::Error::other).map_err(bad_record)
    }
}

/// The payload of an evidence zip. Its record is gone through twice, first to see that all of it can be read, and never held.
pub struct Payload {
    zip: PathBuf,
    items: u64,
}

impl Payload {
    /// Looks through the record.
    ///
    /// # Errors
    /// [`ItemsError`]. A member that can not be read is a gap of its own, later.
    pub fn of(zip: &Path) -> Result<Self, ItemsError> {
        let (mut lines, mut items) = (Lines::open(zip)?, 0);
        while let Some(entry) = lines.next()? {
            items += u64::from(is_item(&entry));
        }
        Ok(Self { zip: zip.to_path_buf(), items })
    }

    /// How many items it has.
    pub fn count(&self) -> u64 {
        self.items
    }

    /// The items, in the order of the collection, numbered from `first_seq`.
    ///
    /// # Errors
    /// [`ItemsError`], if it can not be opened any more.
    pub fn items(&self, first_seq: u64) -> Result<impl Iterator<Item = Item> + Send + use<>, ItemsError> {
        let lines = Lines::open(&self.zip)?;
        let all = Items { lines, zip: self.zip.as_path().into(), firsts: HashMap::new(), seq: first_seq, broken: None };
        let count = usize::try_from(self.items).unwrap_or(usize::MAX);
        Ok(all.take(count))
    }
}

/// A folder that could not be read stays a gap, however often its evidence is looked at.
fn is_item(entry: &RecordedEntry) -> bool {
    entry.kind == Kind::File || !entry.gaps.is_empty()
}

/// Files that may be named again, by the position of their first entry: with the names still to come.
type Firsts = HashMap<u64, (Arc<FirstName>, u64, Option<Place>)>;

struct Items {
    lines: Lines,
    zip: Arc<Path>,
    firsts: Firsts,
    seq: u64,
    broken: Option<String>,
}

impl Iterator for Items {
    type Item = Item;

    fn next(&mut self) -> Option<Item> {
        let seq = self.seq;
        self.seq += 1;
        while self.broken.is_none() {
            match self.lines.next() {
                Ok(Some(entry)) if !is_item(&entry) => {}
                Ok(Some(entry)) => {
                    let (link, place) = link(&entry, &mut self.firsts);
                    return Some(item((&self.zip, &self.lines.shown, &self.lines.bag), entry, place, link, seq));
                }
                // It could be read to its end a moment ago.
                Ok(None) => self.broken = Some("it has become shorter".to_owned()),
                Err(error) => {
                    let cause =
                        std::error::Error::source(&error).map_or_else(String::new, |cause| format!(": {cause}"));
                    self.broken = Some(format!("{error}{cause}"));
                }
            }
        }
        Some(gone(&self.lines.shown, seq, self.broken.as_deref().unwrap_or_default()))
    }
}

/// Stands for an entry that comes no more: as many are given as were counted, and none is left out in silence.
fn gone(shown: &str, seq: u64, why: &str) -> Item {
    let reason = format!(
        "the record could not be read again while it was looked at ({why}); one of its files was not looked at. Copy the \
         evidence to a sound disk and scan it there"
    );
    let path = RawPath(shown.as_bytes().to_vec());
    let gaps = vec![Gap { path: path.shown(), kind: GapKind::ReadError, reason }];
    let origin = Origin::default();
    let entry = Entry { seq, path, origin, kind: Kind::File, stat: None, link_target: None, device_node: None };
    Item { entry, source: None, gaps, listing: None, xattrs: Vec::new(), atime_kept: true }
}

/// What the lines in a zip add up to. Their gaps go to `place`.
///
/// # Errors
/// [`ItemsError`].
pub fn recorded(path: &Path, place: &RowPlace) -> Result<Recorded, ItemsError> {
    let mut lines = Lines::open(path)?;
    let mut recorded = Recorded::new(place);
    while let Some(entry) = lines.next()? {
        let path = entry.path().unwrap_or_else(|| RawPath(Vec::new()));
        let bad_record = |source| ItemsError::Record { path: lines.shown.clone(), source };
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

/// Which name of a file an entry is, and where its content lies. `firsts` has those that may be named by later ones, and is not
/// longer than they are.
fn link(entry: &RecordedEntry, firsts: &mut Firsts) -> (Option<Link>, Option<Place>) {
    if let Some(of) = entry.hard_link_of {
        let Some((first, left, place)) = firsts.get_mut(&of) else { return (None, None) };
        let (link, place) = (Link::later(first), *place);
        *left = left.saturating_sub(1);
        if *left == 0 {
            firsts.remove(&of);
        }
        return (Some(link), place);
    }
    let place = entry.zip.as_ref().map(|placed| Place {
        offset: placed.offset,
        method: placed.method,
        stored_bytes: placed.stored_bytes,
        bytes: entry.bytes,
    });
    let names = entry.stat.as_ref().map_or(1, |stat| stat.links);
    if entry.kind != Kind::File || names < 2 || firsts.len() >= limits::LINKED_FILES {
        return (None, place);
    }
    let link = Link::first();
    firsts.insert(entry.seq, (Arc::clone(link.name()), names.saturating_sub(1), place));
    (Some(link), place)
}

fn item(
    (zip, shown, bag): (&Arc<Path>, &str, &str),
    entry: RecordedEntry,
    place: Option<Place>,
    link: Option<Link>,
    seq: u64,
) -> Item {
    let path = entry.path().unwrap_or_else(|| RawPath(shown.as_bytes().to_vec()));
    let place = entry.stored.as_ref().zip(place);
    let gap = |kind, reason| Gap { path: path.shown(), kind, reason };
    let mut gaps: Vec<Gap> =
        entry.gaps.iter().map(|known| gap(known.kind, format!("when it was preserved: {}", known.reason))).collect();
    if place.is_none() && entry.kind == Kind::File && gaps.is_empty() {
        let (kind, reason) = match entry.hard_link_of {
            Some(_) => (
                GapKind::OverLimit,
                "it is a further name of a file that is looked at under its first name; more such files are open than hozen \
                 keeps apart",
            ),
            None => (GapKind::Vanished, "the record does not say where the evidence zip holds it; run `hozen verify`"),
        };
        gaps.push(gap(kind, reason.to_owned()));
    }
    let source = place.map(|(stored, place)| {
        let name = format!("{bag}{stored}");
        Box::new(InZip { zip: Arc::clone(zip), name, place, path: path.clone(), link }) as Box<dyn OpenSource>
    });
    let (kind, origin) = (entry.kind, entry.origin);
    let entry = Entry { seq, path, origin, kind, stat: None, link_target: None, device_node: None };
    Item { entry, source, gaps, listing: None, xattrs: Vec::new(), atime_kept: true }
}

struct InZip {
    zip: Arc<Path>,
    /// The name of the member.
    name: String,
    place: Place,
    path: RawPath,
    link: Option<Link>,
}

impl OpenSource for InZip {
    fn link(&self) -> Option<&Link> {
        self.link.as_ref()
    }

    fn open(&self) -> Result<Opened, Gap> {
        let gap = |reason: String| Gap { path: self.path.shown(), kind: GapKind::ReadError, reason };
        let (file, _) = own::open_own(&self.zip).map_err(|error| gap(error.to_string()))?;
        let content =
            member::content(file, &self.name, self.place).map_err(|error| gap(format!("it was not found: {error}")))?;
        Ok(Opened {
            reader: Box::new(content),
            size: self.place.bytes,
            unsized_content: false,
            stat: None,
            atime_kept: true,
            xattrs: Vec::new(),
            extents: Vec::new(),
        })
    }
}

impl SourceRead for Content<own::OwnFile> {}

#[cfg(test)]
mod tests;

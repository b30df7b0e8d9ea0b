//! Items from an evidence zip: its payload, under the paths that the files had, to be looked at again.
//!
//! Each member is read straight from the zip, in place; nothing is unpacked to disk. Whether the zip is whole is the
//! business of `verify`, not of this.

use std::collections::HashMap;
use std::io::Seek;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use super::journal::RecordedEntry;
use super::member::{self, Content, Place};
use super::replay::Recorded;
use super::tag_file::{self, Entries, TagFileError};
use super::tags;
use crate::disk::own;
use crate::disk::rows::RowPlace;
use crate::disk::source::SourceFile;
use crate::model::{Entry, Gap, GapKind, Kind, Origin, RawPath, limits};
use crate::pass::{FirstName, Item, Link, OpenSource, Opened, SourceRead};

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
    tag_file::has_entries(&mut file)
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
    /// [`TagFileError`]. A member that can not be read is a gap of its own, later.
    pub fn of(zip: &Path) -> Result<Self, TagFileError> {
        let mut items = 0;
        for entry in tag_file::entries(zip)? {
            items += u64::from(is_item(&entry?));
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
    /// [`TagFileError`], if it can not be opened any more.
    pub fn items(&self, first_seq: u64) -> Result<impl Iterator<Item = Item> + Send + use<>, TagFileError> {
        let lines = tag_file::entries(&self.zip)?;
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
    lines: Entries,
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
                Some(Ok(entry)) if !is_item(&entry) => {}
                Some(Ok(entry)) => {
                    let (link, place) = link(&entry, &mut self.firsts);
                    return Some(item((&self.zip, self.lines.shown(), self.lines.bag()), entry, place, link, seq));
                }
                // It could be read to its end a moment ago.
                None => self.broken = Some("it has become shorter".to_owned()),
                Some(Err(error)) => {
                    let cause =
                        std::error::Error::source(&error).map_or_else(String::new, |cause| format!(": {cause}"));
                    self.broken = Some(format!("{error}{cause}"));
                }
            }
        }
        Some(gone(self.lines.shown(), seq, self.broken.as_deref().unwrap_or_default()))
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
/// [`TagFileError`].
pub fn recorded(path: &Path, place: &RowPlace) -> Result<Recorded, TagFileError> {
    let mut recorded = Recorded::new(place);
    for entry in tag_file::entries(path)? {
        let entry = entry?;
        let of = entry.path().unwrap_or_else(|| RawPath(Vec::new()));
        recorded.add(&entry, &of).map_err(|source| tag_file::bad(path, tags::FILES, source))?;
    }
    Ok(recorded)
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

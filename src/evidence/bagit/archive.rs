//! A bag in a zip: members in the order of the directory, two of one name included, each compared with its own header.
//!
//! Nothing is unpacked to a disk. What a member unfolds to is bounded by its own size field and by the archive's.

use std::collections::BTreeSet;
use std::io::{self, Read, Seek, SeekFrom};

use zip::read::{ArchiveOffset, Config};
use zip::unstable::read::ZipIterable;
use zip::{CompressionMethod, ZipReadOptions};

use super::source::{BagSource, Found, Visit, as_text, pump};
use crate::case::results::Layer;
use crate::model::limits::{CONTAINER_MEMBERS, EXPANSION_FREE_BYTES, EXPANSION_RATIO};

/// What a zip can be read from.
pub trait ReadSeek: Read + Seek {}
impl<T: Read + Seek> ReadSeek for T {}

/// What a look at the directory of a zip showed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Kind {
    /// A bag whose folder begins with this (`NAME/`, or nothing).
    Bag(String),
    /// Evidence of hozen, whole or not, or no bag at all: for the strict check.
    Other,
}

/// Members that only a zip of hozen has: any one of them is enough for the strict check.
const OURS: [&str; 5] =
    ["custody/files.jsonl", "custody/acquisition.json", "custody/custody.jsonl", "custody/sig/", "VERIFY.ja.txt"];

/// Looks at the directory alone.
pub(super) fn look(file: &mut dyn ReadSeek) -> Kind {
    let mut bags = BTreeSet::new();
    let Ok(mut archive) = ZipIterable::try_new(file, config()) else { return Kind::Other };
    let Ok(files) = archive.files() else { return Kind::Other };
    let mut members = 0_usize;
    for entry in files.by_ref() {
        let Ok(entry) = entry else { return Kind::Other };
        members = members.saturating_add(1);
        if members > CONTAINER_MEMBERS {
            break;
        }
        let name = as_text(entry.name_raw());
        let (top, inside) = name.split_once('/').unwrap_or(("", &name));
        if OURS.iter().any(|ours| inside.starts_with(ours) || name.starts_with(ours)) {
            return Kind::Other;
        }
        if name == "bagit.txt" {
            bags.insert(String::new());
        } else if inside == "bagit.txt" {
            bags.insert(format!("{top}/"));
        }
    }
    bags.pop_first().map_or(Kind::Other, Kind::Bag)
}

/// A directory that counts from elsewhere would be that of another archive inside this one.
fn config() -> Config {
    Config { archive_offset: ArchiveOffset::Known(0) }
}

/// A bag in a zip.
pub(super) struct Archive<'a> {
    file: &'a mut dyn ReadSeek,
    prefix: String,
    /// Bytes that its members may unfold to.
    room: u64,
}

impl<'a> Archive<'a> {
    pub(super) fn new(file: &'a mut dyn ReadSeek, prefix: &str) -> io::Result<Self> {
        let length = file.seek(SeekFrom::End(0))?;
        let room = length.saturating_mul(EXPANSION_RATIO).max(EXPANSION_FREE_BYTES);
        Ok(Self { file, prefix: prefix.to_owned(), room })
    }
}

impl BagSource for Archive<'_> {
    fn pass(&mut self, visit: &mut dyn Visit) -> io::Result<()> {
        if self.prefix.is_empty() {
            visit.problem(Layer::Zip, "", "has the bag's files at its top instead of in one folder".into());
        }
        let mut archive = ZipIterable::try_new(&mut *self.file, config()).map_err(io::Error::other)?;
        let files = archive.files().map_err(io::Error::other)?;
        let (mut members, mut room) = (0_usize, self.room);
        while let Some(entry) = files.next() {
            let entry = match entry {
                Ok(entry) => entry,
                Err(error) => {
                    visit.problem(Layer::Zip, "", format!("its directory can not be read to its end: {error}"));
                    return Ok(());
                }
            };
            members = members.saturating_add(1);
            if members > CONTAINER_MEMBERS {
                let what = format!("has more than {CONTAINER_MEMBERS} members: those after that were not checked");
                visit.problem(Layer::Zip, "", what);
                return Ok(());
            }
            let raw = entry.name_raw().to_vec();
            let Some(name) = inside(&raw, &self.prefix, visit) else { continue };
            let is_link = entry.unix_mode().is_some_and(|mode| mode & 0o170_000 == 0o120_000);
            if entry.is_dir() {
                visit.meet(name.trim_end_matches('/'), Found::Folder);
                continue;
            }
            if let Some((layer, what)) = odd(is_link, entry.encrypted(), entry.compression()) {
                visit.meet(&name, Found::Unreadable(layer, what));
                continue;
            }
            if !visit.meet(&name, Found::File) {
                continue;
            }
            let (size, at) = (entry.size(), entry.header_start());
            let other = local_name(files.reader_mut(), at, raw.len());
            let trouble = if other.as_deref() != Some(raw.as_slice()) {
                Some((
                    Layer::Zip,
                    "has another name, or none, in front of its content than in the directory".to_owned(),
                ))
            } else if size > room {
                let what = "would unfold to more than the limit: it was not checked (a zip bomb?)";
                Some((Layer::Zip, what.to_owned()))
            } else {
                match entry.with_reader(files.reader_mut(), ZipReadOptions::new()) {
                    Err(error) => Some((Layer::Zip, format!("could not be read, so it was not checked: {error}"))),
                    Ok(mut content) => {
                        let (given, error) = pump(&mut content, size.min(room), visit);
                        room = room.saturating_sub(given);
                        let what = error.map(|error| format!("its stored bytes are damaged: {error}"));
                        let what =
                            what.or((given != size).then(|| format!("has {given} bytes, and its header says {size}")));
                        what.map(|what| (Layer::Digest, what))
                    }
                }
            };
            visit.end(trouble);
        }
        Ok(())
    }
}

/// The path in the bag, if the member lies in it.
fn inside(raw: &[u8], prefix: &str, visit: &mut dyn Visit) -> Option<String> {
    let name = as_text(raw);
    if std::str::from_utf8(raw).is_err() {
        visit.problem(Layer::Name, &name, "has a name that is no UTF-8: no manifest can list it".into());
    }
    let path = name.strip_prefix(prefix).map(str::to_owned);
    if path.is_none() {
        visit.problem(Layer::Name, &format!("/{name}"), "lies outside the bag's folder".into());
    }
    path.filter(|path| !path.is_empty())
}

fn odd(is_link: bool, is_encrypted: bool, method: CompressionMethod) -> Option<(Layer, String)> {
    if is_link {
        return Some((Layer::Name, "is a link, which a bag can not hold: it was not followed".into()));
    }
    if is_encrypted {
        return Some((
            Layer::Zip,
            "is encrypted, so it was not checked: unpack it with its password, and check the folder".into(),
        ));
    }
    let is_known = matches!(method, CompressionMethod::Stored | CompressionMethod::Deflated);
    (!is_known).then(|| {
        (Layer::Zip, format!("is packed by a method that hozen does not unpack ({method}), so it was not checked: unpack the zip, and check the folder"))
    })
}

/// The name in a member's own header: programs that go by it unpack another file than those that go by the directory.
fn local_name(file: &mut (impl Read + Seek), at: u64, length: usize) -> Option<Vec<u8>> {
    file.seek(SeekFrom::Start(at)).ok()?;
    let mut head = [0; 30];
    file.read_exact(&mut head).ok()?;
    let [.., low, high, _, _] = head;
    if usize::from(u16::from_le_bytes([low, high])) != length {
        return None;
    }
    let mut name = vec![0; length];
    file.read_exact(&mut name).ok()?;
    Some(name)
}

//! A bag in a zip: members in the order of the directory, two of one name included, each compared with its own header.
//!
//! Nothing is unpacked to a disk. What a member unfolds to is bounded by its own size field and by the archive's.

use std::collections::BTreeSet;
use std::io::{self, Read, Seek, SeekFrom};

use zip::read::{ArchiveOffset, Config};
use zip::unstable::read::ZipIterable;
use zip::{CompressionMethod, ZipReadOptions};

use super::around::{self, Span};
use super::lists::Tell;
use super::source::{BagSource, Found, Visit, pump};
use super::stored::{self, By};
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
    while let Some(entry) = files.next() {
        let Ok(entry) = entry else { return Kind::Other };
        members = members.saturating_add(1);
        if members > CONTAINER_MEMBERS {
            break;
        }
        let (name, _) = Head::of(files.reader_mut(), entry.header_start()).name(entry.name_raw());
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
    fn around(&mut self, tell: &mut dyn Tell) -> io::Result<()> {
        let mut archive = ZipIterable::try_new(&mut *self.file, config()).map_err(io::Error::other)?;
        let files = archive.files().map_err(io::Error::other)?;
        let (mut spans, mut by_code_page, mut by_field) = (Vec::new(), 0_u64, 0_u64);
        while let Some(Ok(entry)) = files.next() {
            let at = entry.header_start();
            spans.push(Span { at, packed: entry.compressed_size(), size: entry.size(), crc32: entry.crc32() });
            match Head::of(files.reader_mut(), at).name(entry.name_raw()).1 {
                By::Cp932 => by_code_page = by_code_page.saturating_add(1),
                By::UnicodeField => by_field = by_field.saturating_add(1),
                By::Utf8 | By::Nothing => {}
            }
            if spans.len() > CONTAINER_MEMBERS {
                return Ok(());
            }
        }
        if by_code_page > 0 {
            let what = format!(
                "{by_code_page} names are no UTF-8 and do not say what they are: they were read as CP932 (Windows in Japan); \
                 other programs may unpack them under other names"
            );
            tell.note("", what);
        }
        if by_field > 0 {
            let what = format!(
                "{by_field} names were read from their Unicode field (0x7075): programs that do not know it show others"
            );
            tell.note("", what);
        }
        around::look(&mut *self.file, spans, tell)
    }

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
            let head = Head::of(files.reader_mut(), entry.header_start());
            let Some(name) = inside(head.name(&raw), &self.prefix, visit) else { continue };
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
            let size = entry.size();
            let trouble = if !head.fits(&raw) {
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
fn inside((name, by): (String, By), prefix: &str, visit: &mut dyn Visit) -> Option<String> {
    if by == By::Nothing {
        visit.problem(Layer::Name, &name, "has a name that is neither UTF-8 nor CP932: no manifest can list it".into());
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

/// A member's own header, in front of its content. Programs that go by it unpack another file than those that go by the
/// directory. Empty where it can not be read.
#[derive(Default)]
struct Head {
    flags: u16,
    stored: Vec<u8>,
    extra: Vec<u8>,
}

/// Flag of a name that is UTF-8.
const IS_UTF8: u16 = 1 << 11;

impl Head {
    fn of(file: &mut (impl Read + Seek), at: u64) -> Self {
        Self::read(file, at).unwrap_or_default()
    }

    fn read(file: &mut (impl Read + Seek), at: u64) -> Option<Self> {
        file.seek(SeekFrom::Start(at)).ok()?;
        let mut head = [0; 30];
        file.read_exact(&mut head).ok()?;
        let [b'P', b'K', 3, 4, _, _, low, high, .., name_low, name_high, extra_low, extra_high] = head else {
            return None;
        };
        let mut stored = vec![0; usize::from(u16::from_le_bytes([name_low, name_high]))];
        let mut extra = vec![0; usize::from(u16::from_le_bytes([extra_low, extra_high]))];
        file.read_exact(&mut stored).ok()?;
        file.read_exact(&mut extra).ok()?;
        Some(Self { flags: u16::from_le_bytes([low, high]), stored, extra })
    }

    /// The name of the member as text; `raw` is its name in the directory.
    fn name(&self, raw: &[u8]) -> (String, By) {
        let is_utf8 = self.flags & IS_UTF8 != 0;
        // The directory's name comes to us with its Unicode field already in its place.
        let of_field = stored::name(&self.stored, is_utf8, &self.extra);
        if of_field.1 == By::UnicodeField && of_field.0.as_bytes() == raw {
            return of_field;
        }
        stored::name(raw, is_utf8, &self.extra)
    }

    /// Whether it names the member as the directory does.
    fn fits(&self, raw: &[u8]) -> bool {
        self.stored == raw || self.name(raw).1 == By::UnicodeField
    }
}

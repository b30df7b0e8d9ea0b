//! Compound files ([MS-CFB]): a small file system in a file, in which Office 97–2003, Outlook messages and installers keep their parts.
//!
//! Only what is needed to read streams in order. Nothing in the file is believed: chains are followed no further than there are
//! sectors, lengths are checked against the file, and the directory is walked once.

mod ungiven;

use std::collections::HashSet;
use std::io::{self, Read, SeekFrom};
use std::rc::Rc;

use ungiven::Given;
pub(super) use ungiven::Ungiven;

use super::trouble::broken;
use super::{Budget, Metered, ReadSeek, little};
use crate::model::limits::{COMPOUND_ENTRIES, COMPOUND_SECTORS};

/// The first bytes of every compound file.
pub(super) const MAGIC: &[u8; 8] = b"\xD0\xCF\x11\xE0\xA1\xB1\x1A\xE1";
/// Sector numbers from here on are marks, no sectors ([MS-CFB] 2.1).
const LAST_SECTOR: u32 = 0xFFFF_FFFA;
/// Storages inside storages that are told apart by their path.
const STORAGE_DEPTH: usize = 32;
/// Sectors that are read at once where they follow each other.
const RUN_BYTES: usize = 64 * 1024;

/// One stream.
#[derive(Debug, Clone)]
pub(super) struct Stream {
    /// Storages and name, with `/` between. Control characters at the start of a name are kept (`\u{5}SummaryInformation`).
    pub(super) path: String,
    start: u32,
    /// Its length as the directory states it.
    pub(super) bytes: u64,
}

/// An open compound file.
pub(super) struct Compound<'s> {
    src: &'s mut dyn ReadSeek,
    budget: Rc<Budget>,
    shift: u32,
    mini_shift: u32,
    cutoff: u64,
    fat: Vec<u32>,
    mini_fat: Vec<u32>,
    /// The sectors that hold the small streams.
    mini: Vec<u32>,
    streams: Vec<Stream>,
    /// What readers of streams gave.
    given: Given,
    /// Not all of the directory could be read.
    pub(super) cut: bool,
}

fn u16_at(bytes: &[u8], at: usize) -> u16 {
    little::u16_at(bytes, at).unwrap_or(0)
}

fn u32_at(bytes: &[u8], at: usize) -> u32 {
    little::u32_at(bytes, at).unwrap_or(0)
}

impl<'s> Compound<'s> {
    /// Reads the tables and the directory of a file of `length` bytes.
    pub(super) fn open(src: &'s mut dyn ReadSeek, length: u64, budget: Rc<Budget>) -> io::Result<Self> {
        let mut header = [0; 512];
        src.seek(SeekFrom::Start(0))?;
        src.read_exact(&mut header)?;
        let (shift, mini_shift) = (u32::from(u16_at(&header, 30)), u32::from(u16_at(&header, 32)));
        if !header.starts_with(MAGIC) || !(7..=16).contains(&shift) || !(4..shift).contains(&mini_shift) {
            return Err(broken("its header is no header of a compound file"));
        }
        let mut file = Self {
            src,
            budget,
            shift,
            mini_shift,
            cutoff: u64::from(u32_at(&header, 56)),
            fat: Vec::new(),
            mini_fat: Vec::new(),
            mini: Vec::new(),
            streams: Vec::new(),
            given: Given::new(length, mini_shift),
            cut: false,
        };
        file.read_fat(&header, length)?;
        let mini_fat = file.chain(u32_at(&header, 60));
        for sector in mini_fat {
            if file.mini_fat.len() >= COMPOUND_SECTORS {
                break;
            }
            match file.sector(sector) {
                Ok(bytes) => file.mini_fat.extend(numbers(&bytes)),
                Err(error) => file.tolerate(error)?,
            }
        }
        let wide = u16_at(&header, 26) >= 4;
        file.read_directory(u32_at(&header, 48), wide)?;
        Ok(file)
    }

    /// A table that ends early leaves the rest readable; a source that fails does not.
    fn tolerate(&mut self, error: io::Error) -> io::Result<()> {
        if error.kind() == io::ErrorKind::UnexpectedEof {
            self.cut = true;
            return Ok(());
        }
        Err(error)
    }

    fn read_fat(&mut self, header: &[u8; 512], length: u64) -> io::Result<()> {
        let sectors = usize::try_from(length >> self.shift).unwrap_or(usize::MAX);
        if sectors > COMPOUND_SECTORS {
            return Err(io::Error::new(
                io::ErrorKind::FileTooLarge,
                format!("it has {sectors} sectors, more than the {COMPOUND_SECTORS} that are opened"),
            ));
        }
        let mut listed: Vec<u32> = numbers(header.get(76..).unwrap_or_default()).collect();
        let mut next = u32_at(header, 68);
        let mut steps = 0;
        while next < LAST_SECTOR && steps <= sectors {
            steps += 1;
            let bytes = match self.sector(next) {
                Ok(bytes) => bytes,
                Err(error) => {
                    self.tolerate(error)?;
                    break;
                }
            };
            let mut all: Vec<u32> = numbers(&bytes).collect();
            next = all.pop().unwrap_or(u32::MAX);
            listed.extend(all);
            if listed.len() > sectors.saturating_add(109) {
                break;
            }
        }
        for sector in listed.into_iter().filter(|sector| *sector < LAST_SECTOR) {
            if self.fat.len() > sectors {
                break;
            }
            match self.sector(sector) {
                Ok(bytes) => self.fat.extend(numbers(&bytes)),
                Err(error) => self.tolerate(error)?,
            }
        }
        self.fat.truncate(sectors.saturating_add(1));
        Ok(())
    }

    /// The sectors of a chain, each once: where it runs in a circle it ends.
    fn chain(&mut self, start: u32) -> Vec<u32> {
        let (mut all, mut met) = (Vec::new(), vec![false; self.fat.len()]);
        let mut next = start;
        while let Some((at, after)) = usize::try_from(next).ok().and_then(|at| Some((at, self.fat.get(at)?))) {
            if met.get_mut(at).is_none_or(|met| std::mem::replace(met, true)) {
                self.cut = true;
                break;
            }
            all.push(next);
            next = *after;
        }
        all
    }

    fn sector(&mut self, sector: u32) -> io::Result<Vec<u8>> {
        let mut bytes = vec![0; 1 << self.shift];
        self.src.seek(SeekFrom::Start((u64::from(sector) + 1) << self.shift))?;
        self.src.read_exact(&mut bytes)?;
        Ok(bytes)
    }

    fn read_directory(&mut self, start: u32, wide: bool) -> io::Result<()> {
        let mut raw = Vec::new();
        for sector in self.chain(start) {
            match self.sector(sector) {
                Ok(bytes) => raw.extend(bytes.chunks_exact(128).filter_map(|entry| Entry::of(entry, wide))),
                Err(error) => self.tolerate(error)?,
            }
            if raw.len() >= COMPOUND_ENTRIES {
                self.cut = true;
                break;
            }
        }
        if let Some(root) = raw.iter().find(|entry| entry.kind == ROOT) {
            self.mini = self.chain(root.start);
        }
        let (streams, cut) = walk(&raw);
        self.streams = streams;
        self.cut |= cut;
        Ok(())
    }

    /// All streams, in the order of the directory tree; those that no storage holds come last.
    pub(super) fn streams(&self) -> &[Stream] {
        &self.streams
    }

    /// The stream of this path; letter case does not count ([MS-CFB] 2.6.4).
    pub(super) fn find(&self, path: &str) -> Option<Stream> {
        self.streams.iter().find(|stream| stream.path.eq_ignore_ascii_case(path)).cloned()
    }

    /// A stream that the format reads itself, in order. Streams may share sectors: what is read of them all together is bounded like what is
    /// unfolded.
    pub(super) fn reader<'c>(&'c mut self, stream: &Stream) -> Metered<StreamReader<'c, 's>> {
        let budget = Rc::clone(&self.budget);
        Metered::new(self.for_child(stream), budget)
    }

    /// The same to be given to [`Sink::child`](super::Sink::child), which counts what it reads.
    pub(super) fn for_child<'c>(&'c mut self, stream: &Stream) -> StreamReader<'c, 's> {
        let small = stream.bytes < self.cutoff;
        let (left, met) = (stream.bytes, HashSet::new());
        StreamReader { small, next: stream.start, left, met, held: Vec::new(), given: 0, file: self }
    }

    /// What no reader of a stream gave, piece by piece: sectors that chains no longer lead to, deleted streams, and the tables of the file.
    pub(super) fn ungiven(&mut self) -> Ungiven<'_> {
        Ungiven::new(&mut *self.src, &self.given)
    }

    /// A stream, whole, as far as it goes; `None` if there is none of this path, an error if it is longer than `limit`.
    pub(super) fn whole(&mut self, path: &str, limit: u64) -> io::Result<Option<Vec<u8>>> {
        let Some(stream) = self.find(path) else { return Ok(None) };
        if stream.bytes > limit {
            let reason = format!("its part {path:?} has {} bytes, more than the {limit} that are opened", stream.bytes);
            return Err(io::Error::new(io::ErrorKind::FileTooLarge, reason));
        }
        let mut bytes = Vec::new();
        match self.reader(&stream).read_to_end(&mut bytes) {
            Err(error) if error.kind() == io::ErrorKind::UnexpectedEof => self.cut = true,
            Err(error) => return Err(error),
            Ok(_) => {}
        }
        Ok(Some(bytes))
    }
}

fn numbers(bytes: &[u8]) -> impl Iterator<Item = u32> {
    bytes.as_chunks::<4>().0.iter().map(|number| u32::from_le_bytes(*number))
}

const STORAGE: u8 = 1;
const STREAM: u8 = 2;
const ROOT: u8 = 5;

/// A row of the directory ([MS-CFB] 2.6.1).
struct Entry {
    name: String,
    kind: u8,
    left: u32,
    right: u32,
    child: u32,
    start: u32,
    bytes: u64,
}

impl Entry {
    fn of(raw: &[u8], wide: bool) -> Option<Self> {
        let length = usize::from(u16_at(raw, 64)).clamp(2, 64) - 2;
        let units = raw.get(..length)?.as_chunks::<2>().0.iter().map(|unit| u16::from_le_bytes(*unit));
        let name: String = char::decode_utf16(units).map(|c| c.unwrap_or(char::REPLACEMENT_CHARACTER)).collect();
        let low = u64::from(u32_at(raw, 120));
        Some(Self {
            name: name.replace('/', "_"),
            kind: *raw.get(66)?,
            left: u32_at(raw, 68),
            right: u32_at(raw, 72),
            child: u32_at(raw, 76),
            start: u32_at(raw, 116),
            bytes: if wide { low | u64::from(u32_at(raw, 124)) << 32 } else { low },
        })
    }
}

/// The streams of the tree, each entry met once; whether not all are where they belong: they lie too deep, or the tree goes in a circle.
fn walk(raw: &[Entry]) -> (Vec<Stream>, bool) {
    let mut met = vec![false; raw.len()];
    let mut streams = Vec::new();
    let root = raw.iter().position(|entry| entry.kind == ROOT).unwrap_or(0);
    let mut todo: Vec<(u32, Rc<str>, usize)> = Vec::new();
    let mut cut = false;
    if let (Some(entry), Some(met)) = (raw.get(root), met.get_mut(root)) {
        *met = true;
        todo.push((entry.child, "".into(), 0));
    }
    while let Some((id, path, depth)) = todo.pop() {
        let Some(at) = usize::try_from(id).ok().filter(|at| *at < raw.len()) else { continue };
        let (Some(entry), Some(met)) = (raw.get(at), met.get_mut(at)) else { continue };
        if std::mem::replace(met, true) {
            continue;
        }
        todo.push((entry.right, Rc::clone(&path), depth));
        if entry.kind == STORAGE && depth < STORAGE_DEPTH {
            todo.push((entry.child, format!("{path}{}/", entry.name).into(), depth + 1));
        } else if entry.kind == STORAGE {
            cut = true;
        } else if entry.kind == STREAM {
            streams.push(entry.stream(&path));
        }
        todo.push((entry.left, path, depth));
    }
    // What a damaged tree no longer leads to is still there.
    let found = streams.len();
    let lost = raw.iter().zip(&met).filter(|(entry, met)| entry.kind == STREAM && !**met && entry.bytes > 0);
    streams.extend(lost.map(|(entry, _)| entry.stream("")));
    let cut = cut || streams.len() > found;
    (streams, cut)
}

impl Entry {
    fn stream(&self, path: &str) -> Stream {
        Stream { path: format!("{path}{}", self.name), start: self.start, bytes: self.bytes }
    }
}

/// Gives the bytes of one stream. A chain that breaks off before the stated length is an error of kind `UnexpectedEof`.
pub(super) struct StreamReader<'c, 's> {
    file: &'c mut Compound<'s>,
    small: bool,
    next: u32,
    left: u64,
    /// Sectors that were given: a chain that leads to one again runs in a circle.
    met: HashSet<u32>,
    held: Vec<u8>,
    given: usize,
}

impl StreamReader<'_, '_> {
    /// The next sectors that follow each other, in one read.
    fn fill(&mut self) -> io::Result<()> {
        let shift = if self.small { self.file.mini_shift } else { self.file.shift };
        let table = if self.small { &self.file.mini_fat } else { &self.file.fat };
        let first = self.next;
        let mut count = 0_usize;
        let most = (RUN_BYTES >> shift).max(1);
        while count < most && (count as u64) << shift < self.left {
            let Some(after) = usize::try_from(self.next).ok().and_then(|at| table.get(at)) else { break };
            if !self.met.insert(self.next) {
                break;
            }
            let follows = *after == self.next.wrapping_add(1);
            self.next = *after;
            count += 1;
            // Small sectors lie side by side only inside one large sector.
            if !follows || self.small {
                break;
            }
        }
        if count == 0 {
            let circle = self.met.contains(&self.next);
            let why = if circle {
                "the chain of its sectors runs in a circle"
            } else {
                "the chain of its sectors breaks off"
            };
            return Err(io::Error::new(io::ErrorKind::UnexpectedEof, why));
        }
        let bytes = usize::try_from(self.left).unwrap_or(usize::MAX).min(count << shift);
        let place = self.place(first).ok_or_else(|| broken("a small stream lies outside of its container"))?;
        self.held.resize(bytes, 0);
        self.given = 0;
        self.file.src.seek(SeekFrom::Start(place))?;
        let read = read_all(self.file.src, &mut self.held)?;
        self.held.truncate(read);
        self.file.given.add(place, read as u64);
        if read == 0 {
            return Err(io::Error::new(io::ErrorKind::UnexpectedEof, "the file ends before its sectors do"));
        }
        self.left = if read < bytes { self.left.max(1) } else { self.left - bytes as u64 };
        if read < bytes {
            // What is behind the end of the file is met in the next turn.
            self.next = u32::MAX;
        }
        Ok(())
    }

    fn place(&self, first: u32) -> Option<u64> {
        if !self.small {
            return Some((u64::from(first) + 1) << self.file.shift);
        }
        let inside = u64::from(first) << self.file.mini_shift;
        let sector = self.file.mini.get(usize::try_from(inside >> self.file.shift).ok()?)?;
        Some(((u64::from(*sector) + 1) << self.file.shift) + (inside & ((1 << self.file.shift) - 1)))
    }
}

fn read_all(src: &mut dyn ReadSeek, buf: &mut [u8]) -> io::Result<usize> {
    let mut read = 0;
    while let Some(room) = buf.get_mut(read..).filter(|room| !room.is_empty()) {
        match src.read(room) {
            Ok(0) => break,
            Ok(n) => read += n,
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            Err(error) => return Err(error),
        }
    }
    Ok(read)
}

impl Read for StreamReader<'_, '_> {
    fn read(&mut self, buf: &mut [u8]) -> io::Result<usize> {
        if self.given >= self.held.len() {
            if self.left == 0 {
                return Ok(0);
            }
            self.fill()?;
        }
        let rest = self.held.get(self.given..).unwrap_or_default();
        let n = rest.len().min(buf.len());
        if let (Some(to), Some(from)) = (buf.get_mut(..n), rest.get(..n)) {
            to.copy_from_slice(from);
        }
        self.given += n;
        Ok(n)
    }
}

//! What the directory of a 7z archive asks for, before a library sets anything aside for it (7zFormat.txt): how large it is, whether it is
//! encrypted, and how many members it lists.

use std::io::{self, ErrorKind, Read, SeekFrom};

use lzma_rust2::LzmaReader;

use crate::formats::ReadSeek;
use crate::model::limits::{DIRECTORY_BYTES, DIRECTORY_MEMBERS};

/// What the directory is.
pub(super) enum Directory {
    /// It can be opened.
    Sound,
    /// Even the names of the members are encrypted.
    Encrypted,
    /// It is too large.
    Large(String),
    /// It lies behind the end of the file.
    Beyond,
    /// It breaks its own form.
    Damaged(&'static str),
}

const START_BYTES: u64 = 32;
const LZMA: &[u8] = &[3, 1, 1];
const AES: &[u8] = &[6, 0xF1, 7, 1];

/// Looks at the directory. An error is one of the source.
pub(super) fn look(src: &mut dyn ReadSeek, length: u64) -> io::Result<Directory> {
    let mut start = [0; START_BYTES as usize];
    src.seek(SeekFrom::Start(0))?;
    if let Err(error) = src.read_exact(&mut start) {
        return if error.kind() == ErrorKind::UnexpectedEof { Ok(Directory::Beyond) } else { Err(error) };
    }
    let (stated, fields) = (start.get(8..12).unwrap_or_default(), start.get(12..).unwrap_or_default());
    if stated != crc32fast::hash(fields).to_le_bytes() {
        return Ok(Directory::Damaged("its first 32 bytes are damaged"));
    }
    let (Some(offset), Some(size)) = (long(fields, 0), long(fields, 8)) else { return Ok(Directory::Beyond) };
    let Some(at) = START_BYTES.checked_add(offset) else { return Ok(Directory::Beyond) };
    if at.checked_add(size).is_none_or(|end| end > length) {
        return Ok(Directory::Beyond);
    }
    if size > DIRECTORY_BYTES {
        return Ok(Directory::Large(format!("a directory of {size} bytes")));
    }
    src.seek(SeekFrom::Start(at))?;
    let mut bytes = Vec::new();
    src.take(size).read_to_end(&mut bytes)?;
    let packed = bytes.first() == Some(&0x17);
    if !packed {
        return Ok(judge(&bytes));
    }
    let mut fields = Fields(bytes.get(1..).unwrap_or_default());
    let Some(streams) = fields.streams() else { return Ok(Directory::Damaged("its directory is damaged")) };
    let Some(folder) = streams.folders.first() else { return Ok(Directory::Damaged("its directory is damaged")) };
    if folder.coders.iter().any(|(id, _)| id == AES) {
        return Ok(Directory::Encrypted);
    }
    let unfolded = folder.sizes.last().copied().unwrap_or(0);
    if unfolded > DIRECTORY_BYTES {
        return Ok(Directory::Large(format!("a directory of {unfolded} bytes")));
    }
    let [(id, properties)] = folder.coders.as_slice() else { return Ok(Directory::Sound) };
    let (Some(at), Some([properties, d0, d1, d2, d3])) = (START_BYTES.checked_add(streams.at), properties.get(..5))
    else {
        return Ok(Directory::Sound);
    };
    if id != LZMA {
        return Ok(Directory::Sound);
    }
    // The dictionary needs be no larger than what is unfolded.
    let dictionary =
        u32::from_le_bytes([*d0, *d1, *d2, *d3]).min(u32::try_from(unfolded).unwrap_or(u32::MAX)).max(4096);
    src.seek(SeekFrom::Start(at))?;
    let mut bytes = Vec::new();
    let packed = src.take(streams.sizes.first().copied().unwrap_or(0));
    let read = LzmaReader::new_with_props(packed, unfolded, *properties, dictionary, None)
        .and_then(|reader| reader.take(unfolded).read_to_end(&mut bytes));
    // Trouble comes again when it is opened, and is told there.
    Ok(if read.is_ok() { judge(&bytes) } else { Directory::Sound })
}

/// How many members a directory lists.
fn judge(bytes: &[u8]) -> Directory {
    match (|| {
        let mut fields = Fields(bytes);
        (fields.byte()? == 1).then_some(())?;
        let mut next = fields.byte()?;
        if next == 2 {
            while fields.byte()? != 0 {
                let size = fields.count()?;
                fields.skip(size)?;
            }
            next = fields.byte()?;
        }
        if next == 4 {
            fields.streams()?;
            next = fields.byte()?;
        }
        if next == 5 { fields.number() } else { Some(0) }
    })() {
        Some(members) if members > DIRECTORY_MEMBERS => Directory::Large(format!("{members} members")),
        Some(_) => Directory::Sound,
        None => Directory::Damaged("its directory is damaged"),
    }
}

fn long(bytes: &[u8], at: usize) -> Option<u64> {
    bytes.get(at..at + 8)?.try_into().ok().map(u64::from_le_bytes)
}

/// How one block is packed: its methods with their properties, and what each unfolds to.
struct Folder {
    coders: Vec<(Vec<u8>, Vec<u8>)>,
    outs: usize,
    sizes: Vec<u64>,
    checked: bool,
}

/// Where packed streams are, and how they are packed.
struct Streams {
    at: u64,
    sizes: Vec<u64>,
    folders: Vec<Folder>,
}

/// The fields of a directory, one after the other. What is not there ends it.
struct Fields<'b>(&'b [u8]);

impl<'b> Fields<'b> {
    fn byte(&mut self) -> Option<u8> {
        let (first, rest) = self.0.split_first()?;
        self.0 = rest;
        Some(*first)
    }

    fn skip(&mut self, count: usize) -> Option<&'b [u8]> {
        let (skipped, rest) = self.0.split_at_checked(count)?;
        self.0 = rest;
        Some(skipped)
    }

    /// A number: the leading ones of its first byte count the bytes that follow.
    fn number(&mut self) -> Option<u64> {
        let first = self.byte()?;
        let more = first.leading_ones();
        let low = self.skip(more as usize)?.iter().rev().fold(0, |sum: u64, byte| sum << 8 | u64::from(*byte));
        let high = if more < 7 { u64::from(first) & ((1 << (7 - more)) - 1) } else { 0 };
        Some(low | high.checked_shl(8 * more).unwrap_or(0))
    }

    /// A number of things of which each takes a byte at least.
    fn count(&mut self) -> Option<usize> {
        usize::try_from(self.number()?).ok().filter(|count| *count <= self.0.len())
    }

    /// Checksums of so many streams; returns which have one.
    fn checksums(&mut self, count: usize) -> Option<Vec<bool>> {
        // Each takes a bit at least.
        (count <= self.0.len().checked_mul(8)?).then_some(())?;
        let mut has = vec![true; count];
        if self.byte()? == 0 {
            let bits = self.skip(count.div_ceil(8))?;
            let bit = |at: usize| bits.get(at / 8).is_some_and(|byte| byte >> (7 - at % 8) & 1 == 1);
            has.iter_mut().enumerate().for_each(|(at, has)| *has = bit(at));
        }
        self.skip(has.iter().filter(|has| **has).count().checked_mul(4)?)?;
        Some(has)
    }

    fn streams(&mut self) -> Option<Streams> {
        let mut streams = Streams { at: 0, sizes: Vec::new(), folders: Vec::new() };
        let mut next = self.byte()?;
        if next == 6 {
            streams.at = self.number()?;
            let count = self.count()?;
            next = self.byte()?;
            if next == 9 {
                streams.sizes = (0..count).map(|_| self.number()).collect::<Option<_>>()?;
                next = self.byte()?;
            }
            if next == 10 {
                self.checksums(count)?;
                next = self.byte()?;
            }
            (next == 0).then_some(())?;
            next = self.byte()?;
        }
        if next == 7 {
            streams.folders = self.folders()?;
            next = self.byte()?;
        }
        if next == 8 {
            self.substreams(&streams.folders)?;
            next = self.byte()?;
        }
        (next == 0).then_some(streams)
    }

    fn folders(&mut self) -> Option<Vec<Folder>> {
        (self.byte()? == 11).then_some(())?;
        let count = self.count()?;
        (self.byte()? == 0).then_some(())?;
        let mut folders = (0..count).map(|_| self.folder()).collect::<Option<Vec<_>>>()?;
        (self.byte()? == 12).then_some(())?;
        for folder in &mut folders {
            folder.sizes = (0..folder.outs).map(|_| self.number()).collect::<Option<_>>()?;
        }
        let mut next = self.byte()?;
        if next == 10 {
            let has = self.checksums(count)?;
            folders.iter_mut().zip(has).for_each(|(folder, has)| folder.checked = has);
            next = self.byte()?;
        }
        (next == 0).then_some(folders)
    }

    fn folder(&mut self) -> Option<Folder> {
        let (mut ins, mut outs) = (0usize, 0usize);
        let mut coders = Vec::new();
        for _ in 0..self.count()? {
            let flags = self.byte()?;
            let id = self.skip(usize::from(flags & 15))?.to_vec();
            let complex = flags & 16 != 0;
            ins += if complex { self.count()? } else { 1 };
            outs += if complex { self.count()? } else { 1 };
            let size = if flags & 32 != 0 { self.count()? } else { 0 };
            coders.push((id, self.skip(size)?.to_vec()));
        }
        let bound = outs.checked_sub(1)?;
        for _ in 0..bound.checked_mul(2)? {
            self.number()?;
        }
        let free = ins.checked_sub(bound)?;
        if free > 1 {
            for _ in 0..free {
                self.number()?;
            }
        }
        Some(Folder { coders, outs, sizes: Vec::new(), checked: false })
    }

    /// Goes over how folders are divided into members.
    fn substreams(&mut self, folders: &[Folder]) -> Option<()> {
        let mut counts = vec![1u64; folders.len()];
        let mut next = self.byte()?;
        if next == 13 {
            for count in &mut counts {
                *count = self.number()?;
            }
            next = self.byte()?;
        }
        if next == 9 {
            // Each size takes a byte at least, so a count that lies ends this.
            for count in &counts {
                for _ in 1..*count {
                    self.number()?;
                }
            }
            next = self.byte()?;
        }
        if next == 10 {
            // Those that the folder's own checksum does not stand for.
            let own = |(folder, count): (&Folder, &u64)| if folder.checked && *count == 1 { 0 } else { *count };
            let count = folders.iter().zip(&counts).try_fold(0u64, |sum, pair| sum.checked_add(own(pair)))?;
            self.checksums(usize::try_from(count).ok()?)?;
            next = self.byte()?;
        }
        (next == 0).then_some(())
    }
}

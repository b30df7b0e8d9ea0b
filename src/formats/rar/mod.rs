//! RAR archives: what is in them by name, and the content of members that are stored as they are. The methods of RAR are not free to be
//! built in, so each packed member is a gap that says what to do.

mod five;
mod four;

use std::io::{self, Read, Seek, SeekFrom};

use super::trouble::{Member, Told, Watched, read_error};
use super::{Claim, Format, Head, Input, Need, ReadSeek, Sink};
use crate::model::GapKind;
use crate::model::limits::CONTAINER_MEMBERS;

/// RAR archives.
pub struct Rar;

const FOUR: &[u8] = b"Rar!\x1A\x07\0";
const FIVE: &[u8] = b"Rar!\x1A\x07\x01\0";
/// A header; RAR itself allows 2 MiB.
const HEADER_BYTES: u64 = 2 * 1024 * 1024;
const UNPACK: &str = "unpack it with unrar or 7-Zip and run hozen on the result";

impl Format for Rar {
    fn id(&self) -> &'static str {
        "rar"
    }

    fn claims(&self, head: &Head<'_>) -> Claim {
        if head.bytes.starts_with(FOUR) || head.bytes.starts_with(FIVE) { Claim::Yes } else { Claim::No }
    }

    fn need(&self) -> Need {
        Need::Seek
    }

    fn endings(&self) -> &'static [&'static str] {
        &["rar"]
    }

    fn read(&self, head: &Head<'_>, input: Input<'_>, out: &mut dyn Sink) {
        let Input::Seek(src, length) = input else {
            let reason = "a RAR archive was given as a stream, and can only be read from a file";
            return out.gap(GapKind::UnsupportedFormat, reason.to_owned());
        };
        let mut watched = Watched::new(src);
        let five = head.bytes.starts_with(FIVE);
        let mut walk = Walk { src: &mut watched, length, out, members: 0 };
        if let Err(error) = walk.run(five) {
            read_error(out, &error, watched.taken);
        }
    }
}

/// A member, as its header states it.
#[derive(Default)]
struct Entry {
    name: String,
    packed: u64,
    size: u64,
    /// It is stored as it is.
    stored: bool,
    cipher: Option<&'static str>,
    folder: bool,
    checksum: Option<u32>,
    /// It begins in the volume before, or goes on in the next.
    split: bool,
}

/// What a header is.
enum Block {
    Entry(Entry),
    /// All that follows is encrypted.
    Locked(&'static str),
    /// The end, and whether another volume follows.
    End(bool),
    Other,
}

/// A header: what it is, and where the next one is.
struct Found {
    block: Block,
    content: u64,
    next: u64,
}

struct Walk<'o, 's> {
    src: &'o mut Watched<&'s mut dyn ReadSeek>,
    length: u64,
    out: &'o mut dyn Sink,
    members: usize,
}

impl Walk<'_, '_> {
    fn run(&mut self, five: bool) -> io::Result<()> {
        let mut at = if five { FIVE.len() } else { FOUR.len() } as u64;
        loop {
            if at >= self.length {
                // Old archives have no end mark.
                if five || at > self.length {
                    self.cut(at);
                }
                return Ok(());
            }
            let found = if five { five::block(self, at)? } else { four::block(self, at)? };
            let Some(Found { block, content, next }) = found else {
                let reason = format!(
                    "the header at byte {at} is damaged or cut off; the {} members before it were listed, those behind it were not; look for a whole copy",
                    self.members
                );
                self.out.gap(GapKind::Malformed, reason);
                return Ok(());
            };
            match block {
                Block::Entry(entry) => {
                    if !self.entry(&entry, content)? {
                        return Ok(());
                    }
                }
                Block::Locked(cipher) => {
                    let reason =
                        format!("encrypted ({cipher}), also the names of its members; with its password {UNPACK}");
                    self.out.encrypted(None, cipher, reason);
                    return Ok(());
                }
                Block::End(more) => {
                    if more {
                        let reason = "another volume of this archive follows; put all volumes into one folder and unpack them with unrar or 7-Zip";
                        self.out.gap(GapKind::Truncated, reason.to_owned());
                    }
                    return Ok(());
                }
                Block::Other => {}
            }
            // Every header is longer than nothing, so this ends.
            at = next.max(at + 1);
        }
    }

    fn cut(&mut self, at: u64) {
        let reason = format!(
            "the archive ends at byte {} without its end mark, before byte {at}: it is cut off; {} members were listed; look for a whole copy",
            self.length, self.members
        );
        self.out.gap(GapKind::Truncated, reason);
    }

    /// Up to `limit` bytes from `at` on.
    fn held(&mut self, at: u64, limit: u64) -> io::Result<Vec<u8>> {
        let mut bytes = Vec::new();
        self.src.seek(SeekFrom::Start(at))?;
        self.src.take(limit.min(HEADER_BYTES)).read_to_end(&mut bytes)?;
        Ok(bytes)
    }

    /// Reads or names one member. Returns whether to go on.
    fn entry(&mut self, entry: &Entry, content: u64) -> io::Result<bool> {
        if entry.folder && entry.packed == 0 {
            return Ok(true);
        }
        if self.members >= CONTAINER_MEMBERS {
            let reason = format!(
                "the archive has more than {CONTAINER_MEMBERS} members; those after that were not listed; {UNPACK}"
            );
            self.out.gap(GapKind::OverLimit, reason);
            return Ok(false);
        }
        self.members += 1;
        let Entry { name, size, cipher, .. } = entry;
        if let Some(cipher) = cipher {
            self.out.encrypted(Some(name), cipher, format!("encrypted ({cipher}); with its password {UNPACK}"));
            return Ok(true);
        }
        if entry.split {
            let reason = "it is divided among several volumes of this archive; put all volumes into one folder and unpack them with unrar or 7-Zip";
            self.out.member_gap(name, GapKind::UnsupportedFormat, reason.to_owned());
            return Ok(true);
        }
        if !entry.stored {
            let reason =
                format!("{size} bytes, packed by a method of RAR, which this version does not unpack; {UNPACK}");
            self.out.member_gap(name, GapKind::UnsupportedFormat, reason);
            return Ok(true);
        }
        self.stored(entry, content)
    }

    fn stored(&mut self, entry: &Entry, content: u64) -> io::Result<bool> {
        self.src.seek(SeekFrom::Start(content))?;
        let checked = Checked { src: (&mut *self.src).take(entry.packed), sum: crc32fast::Hasher::new() };
        let mut member = Member::new(checked);
        let go_on = self.out.child(&entry.name, &mut member);
        let given = member.given;
        let failed = member.failed.take();
        let sum = member.into_inner().sum.finalize();
        if let Some(error) = failed {
            return if Told::is(&error) { Ok(false) } else { Err(error) };
        }
        if content.saturating_add(entry.packed) > self.length {
            let reason =
                format!("cut off: {given} of {} bytes are there and were looked at; look for a whole copy", entry.size);
            self.out.broken_off(GapKind::Truncated, reason);
            return Ok(false);
        }
        if given == entry.packed && entry.checksum.is_some_and(|stated| stated != sum) {
            let reason =
                format!("damaged: its checksum is wrong; all its {given} bytes were looked at; look for a whole copy");
            self.out.broken_off(GapKind::Malformed, reason);
        }
        Ok(go_on)
    }
}

/// Sums what is read.
struct Checked<R> {
    src: R,
    sum: crc32fast::Hasher,
}

impl<R: Read> Read for Checked<R> {
    fn read(&mut self, buf: &mut [u8]) -> io::Result<usize> {
        let n = self.src.read(buf)?;
        self.sum.update(buf.get(..n).unwrap_or_default());
        Ok(n)
    }
}

#[cfg(test)]
mod tests;

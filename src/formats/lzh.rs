//! LZH archives (LHA), which Japan used for twenty years: each file a child. Headers of levels 0 to 3; `delharc` unpacks -lh0- to -lh7-,
//! -lhx-, -lzs-, -lz4-, -lz5-, -pm0- to -pm2-. Names are CP932 on Windows and EUC-JP or UTF-8 on Unix. Nothing in the format encrypts.

use std::io::{self, Cursor, ErrorKind, Read, SeekFrom};

use delharc::decode::DecoderAny;
use delharc::header::ext::{EXT_HEADER_FILENAME, EXT_HEADER_PATH};
use delharc::{LhaDecodeReader, LhaHeader};

use super::names::member_name;
use super::trouble::{Member, Told, Watched, read_error, too_many_members};
use super::unfold::trouble;
use super::{Claim, Format, Head, Input, Need, ReadSeek, Sink};
use crate::model::GapKind;
use crate::model::limits::{BLOCK_BYTES, CONTAINER_MEMBERS};

/// LZH archives.
pub struct Lzh;

/// A header with all its additions; a longer one is damaged.
const HEADER_BYTES: u64 = 64 * 1024;
/// The same while one is looked for.
const SOUGHT_BYTES: u64 = 2 * 1024;
/// Places that look like a header and are none, in all of one archive.
const TRIES: u32 = 200_000;
/// The level, the last byte of what every header begins with.
const LEVEL_AT: usize = 20;

impl Format for Lzh {
    fn id(&self) -> &'static str {
        "lzh"
    }

    fn claims(&self, head: &Head<'_>) -> Claim {
        match head.bytes {
            [_, _, b'-', family @ (b'l' | b'p'), kind, method, b'-', ..] => {
                let known = matches!(
                    (family, kind, method),
                    (b'l', b'h', b'0'..=b'9' | b'd' | b'x')
                        | (b'l', b'z', b'0'..=b'9' | b's')
                        | (b'p', b'm', b'0'..=b'9' | b's')
                );
                let level = head.bytes.get(LEVEL_AT).is_some_and(|level| *level <= 3);
                if known && level { Claim::Yes } else { Claim::No }
            }
            _ => Claim::No,
        }
    }

    fn need(&self) -> Need {
        Need::Seek
    }

    fn endings(&self) -> &'static [&'static str] {
        &["lzh", "lha"]
    }

    fn read(&self, _: &Head<'_>, input: Input<'_>, out: &mut dyn Sink) {
        let Input::Seek(src, length) = input else {
            let reason = "an LZH archive was given as a stream, and can only be read from a file";
            return out.gap(GapKind::UnsupportedFormat, reason.to_owned());
        };
        let mut watched = Watched::new(src);
        let mut walk = Walk { src: &mut watched, length, out, members: 0, tries: 0 };
        let stopped = walk.run();
        if let Err(error) = stopped {
            read_error(out, &error, watched.taken);
        }
    }
}

struct Walk<'o, 's> {
    src: &'o mut Watched<&'s mut dyn ReadSeek>,
    length: u64,
    out: &'o mut dyn Sink,
    members: usize,
    tries: u32,
}

/// A header, and where its content begins.
struct Found {
    header: LhaHeader,
    content: u64,
}

impl Walk<'_, '_> {
    fn run(&mut self) -> io::Result<()> {
        let mut at = 0;
        loop {
            if at >= self.length {
                let reason = format!(
                    "the archive ends without its end mark: it may be cut off; its {} members up to there were looked at; look for a whole copy",
                    self.members
                );
                self.out.gap(GapKind::Truncated, reason);
                return Ok(());
            }
            if self.byte(at)? == 0 {
                return self.behind(at + 1);
            }
            let found = match self.header(at, HEADER_BYTES)? {
                Some(found) => found,
                None => match self.lost(at)? {
                    Some(found) => found,
                    None => return Ok(()),
                },
            };
            let end = found.content.saturating_add(found.header.compressed_size);
            if !self.member(found)? {
                return Ok(());
            }
            if end > self.length {
                return Ok(());
            }
            at = end;
        }
    }

    fn byte(&mut self, at: u64) -> io::Result<u8> {
        let mut byte = [0];
        io::Seek::seek(self.src, SeekFrom::Start(at))?;
        self.src.read_exact(&mut byte)?;
        Ok(byte[0])
    }

    fn held(&mut self, at: u64, limit: u64) -> io::Result<Vec<u8>> {
        let mut bytes = Vec::new();
        io::Seek::seek(self.src, SeekFrom::Start(at))?;
        self.src.take(limit).read_to_end(&mut bytes)?;
        Ok(bytes)
    }

    /// The header at this place, if it is a sound one.
    fn header(&mut self, at: u64, limit: u64) -> io::Result<Option<Found>> {
        let mut bytes = Cursor::new(self.held(at, limit)?);
        let header = LhaHeader::read(&mut bytes).ok().flatten();
        Ok(header.map(|header| Found { header, content: at.saturating_add(bytes.position()) }))
    }

    /// What follows the end mark: nothing, padding, or another archive.
    fn behind(&mut self, at: u64) -> io::Result<()> {
        let rest = self.held(at, BLOCK_BYTES as u64)?;
        let blank = |byte: &u8| matches!(byte, 0 | 0x1A | b'\r' | b'\n');
        if rest.iter().all(blank) && at.saturating_add(rest.len() as u64) >= self.length {
            return Ok(());
        }
        let reason = format!(
            "the archive ends at byte {at} of {}; what stands behind that was not looked at: cut it off and run hozen on it",
            self.length
        );
        self.out.gap(GapKind::Malformed, reason);
        Ok(())
    }

    /// Looks for the next header behind a damaged one.
    fn lost(&mut self, from: u64) -> io::Result<Option<Found>> {
        let mut at = from + 1;
        let mut found = None;
        while found.is_none() && at < self.length && self.tries < TRIES {
            let window = self.held(at, BLOCK_BYTES as u64)?;
            let mut next = at.saturating_add((window.len() as u64).saturating_sub(8).max(1));
            for dash in memchr::memchr_iter(b'-', &window) {
                let like = |b: &[u8]| matches!(b, [b'-', b'l' | b'p', b'h' | b'z' | b'm', _, b'-']);
                if dash < 2 || !window.get(dash..dash + 5).is_some_and(like) {
                    continue;
                }
                self.tries += 1;
                found = self.header(at + dash as u64 - 2, SOUGHT_BYTES)?;
                if found.is_some() || self.tries >= TRIES {
                    next = self.length;
                    break;
                }
            }
            at = next;
        }
        let reason = match &found {
            Some(_) => format!(
                "the header at byte {from} is damaged; reading went on at the next that is whole; look for a whole copy"
            ),
            None => format!(
                "the header at byte {from} is damaged and none follows; {} members before it were looked at; look for a whole copy",
                self.members
            ),
        };
        self.out.gap(GapKind::Malformed, reason);
        Ok(found)
    }

    /// Hands over one member. Returns whether to go on.
    fn member(&mut self, Found { header, content }: Found) -> io::Result<bool> {
        if header.compressed_size == 0 && (header.is_directory() || &header.compression == b"-lhd-") {
            return Ok(true);
        }
        if self.members >= CONTAINER_MEMBERS {
            too_many_members(self.out);
            return Ok(false);
        }
        self.members += 1;
        let name = name(&header);
        let (size, checksum) = (header.original_size, header.file_crc);
        io::Seek::seek(self.src, SeekFrom::Start(content))?;
        let decoder = DecoderAny::new_from_header(&header, &mut *self.src);
        if !decoder.is_supported() {
            let method = String::from_utf8_lossy(&header.compression).into_owned();
            let reason = format!(
                "packed by the method {method}, which this version does not unpack; unpack it with LHA and run hozen on the result"
            );
            self.out.member_gap(&name, GapKind::UnsupportedFormat, reason);
            return Ok(true);
        }
        let mut reader = LhaDecodeReader::default();
        reader.begin_with_header_and_decoder(header, decoder);
        let mut member = Member::new(Small { reader, left: size });
        let go_on = self.out.child(&name, &mut member);
        let (given, failed) = (member.given, member.failed.take());
        let right = member.into_inner().reader.crc_is_ok();
        if let Some(error) = self.src.failed.take() {
            return Err(error);
        }
        match failed {
            Some(error) if Told::is(&error) => return Ok(false),
            Some(error) => {
                let short = content.saturating_add(size) > self.length && error.kind() == ErrorKind::UnexpectedEof;
                let error = if short { error } else { io::Error::new(ErrorKind::InvalidData, error.to_string()) };
                let (kind, reason) = trouble("packed content", &error, given);
                self.out.broken_off(kind, reason);
            }
            None if given == size && !right => {
                let reason = format!(
                    "damaged: its checksum is not {checksum:04x}; all its {given} bytes were looked at; look for a whole copy"
                );
                self.out.broken_off(GapKind::Malformed, reason);
            }
            None => {}
        }
        Ok(go_on)
    }
}

/// Reads little at a time: of a read that fails the library gives nothing.
struct Small<R: Read> {
    reader: LhaDecodeReader<R>,
    left: u64,
}

impl<R: Read> Read for Small<R> {
    fn read(&mut self, buf: &mut [u8]) -> io::Result<usize> {
        let most = buf.len().min(256).min(usize::try_from(self.left).unwrap_or(usize::MAX));
        if most == 0 {
            return Ok(0);
        }
        let n = self.reader.read(buf.get_mut(..most).unwrap_or_default())?;
        self.left = self.left.saturating_sub(n as u64);
        Ok(n)
    }
}

/// The name: in the header, or in additions to it, of which one holds the folder, `0xFF` between its parts.
fn name(header: &LhaHeader) -> String {
    let (mut folder, mut file) = (None, None);
    for extra in header.iter_extra() {
        match extra.split_first() {
            Some((&EXT_HEADER_PATH, path)) => folder = Some(path.to_vec()),
            Some((&EXT_HEADER_FILENAME, name)) => file = Some(name.to_vec()),
            _ => {}
        }
    }
    let file = file.unwrap_or_else(|| header.filename.to_vec());
    // A comment may follow in the old form.
    let file = file.split(|byte| *byte == 0).next().unwrap_or_default();
    let folder = folder.unwrap_or_default();
    let parts = folder.split(|byte| *byte == 0xFF).filter(|part| !part.is_empty()).map(member_name);
    // Only once it is decoded: the second byte of many characters is a backslash.
    let name = parts.chain([member_name(file)]).collect::<Vec<_>>().join("/");
    name.replace('\\', "/")
}

#[cfg(test)]
mod tests;

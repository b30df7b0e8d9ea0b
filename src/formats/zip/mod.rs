//! Zip archives: each member a child, in the order of the directory, two members of one name included.
//!
//! What cannot be read (encrypted, an unknown method, a wrong checksum) is a gap at that member. Where the directory is
//! missing or broken, members are found by their own headers.

mod central;
mod layout;
mod methods;
mod torn;

use std::collections::BTreeSet;
use std::io::{self, Read};

use zip::read::{ArchiveOffset, Config};
use zip::{CompressionMethod, ZipReadOptions};

use zip::result::ZipError;
// The stable reader keeps an index by name: it loses members that share one, and its memory grows with the directory.
use zip::unstable::read::ZipIterable;

use super::names::member_name;
use super::trouble::{Member, Told, Watched, read_error, too_many_members};
use super::unfold::trouble;
use super::{Claim, Format, Head, Input, Need, Parts, ReadSeek, Sink};
use crate::model::GapKind;
use crate::model::limits::{CONTAINER_MEMBERS, DOCUMENT_DIRECTORY_BYTES, DOCUMENT_PARTS, PARTS_LISTED};

use layout::{Layout, Own};
use methods::Packed;

/// Zip archives, and the documents that are zip archives inside.
pub struct Zip;

impl Format for Zip {
    fn id(&self) -> &'static str {
        "zip"
    }

    fn claims(&self, head: &Head<'_>) -> Claim {
        let begins = |magic: &[u8]| head.bytes.starts_with(magic);
        if begins(b"PK\x03\x04") || begins(b"PK\x05\x06") || begins(b"PK\x07\x08PK") { Claim::Yes } else { Claim::No }
    }

    fn need(&self) -> Need {
        Need::Seek
    }

    fn endings(&self) -> &'static [&'static str] {
        &["zip", "jar", "war", "apk", "epub"]
    }

    fn parts(&self, src: &mut dyn ReadSeek, length: u64) -> Option<Parts> {
        parts(src, length)
    }

    fn read(&self, head: &Head<'_>, input: Input<'_>, out: &mut dyn Sink) {
        let Input::Seek(src, length) = input else {
            out.gap(
                GapKind::UnsupportedFormat,
                "a zip archive was given as a stream, and can only be read from a file".to_owned(),
            );
            return;
        };
        // EPUB and the OpenDocument formats name their type first.
        let typed =
            memchr::memmem::find(head.bytes.get(..128).unwrap_or(head.bytes), b"mimetypeapplication/").is_some();
        let mut walk = Walk {
            out,
            members: 0,
            layout: Layout::default(),
            doubt: None,
            document: typed,
            begins_with_member: head.bytes.starts_with(b"PK\x03\x04"),
            volume: head.bytes.starts_with(b"PK\x07\x08PK"),
            finished: false,
        };
        walk.run(src, length);
        if let Some((count, first)) = walk.layout.doubled.take() {
            let reason = format!(
                "{count} entries of its directory, the first of them {first:?}, stand on the bytes of other members (a zip bomb?); these bytes were looked at once, and not again under those names: unpack it by hand on a machine that can spare the space"
            );
            walk.out.gap(GapKind::Malformed, reason);
        }
        if walk.document {
            let reason = "an office document or book: its parts were read as text, but rows, cells and pages are not told apart in this version; to count people in it, save it as CSV or text and run hozen on that";
            walk.out.gap(GapKind::UnsupportedFormat, reason.to_owned());
        }
    }
}

/// The names in the directory, and the type that a first member `mimetype` states.
fn parts(src: &mut dyn ReadSeek, length: u64) -> Option<Parts> {
    let config = Config { archive_offset: ArchiveOffset::Known(0) };
    let mut archive = ZipIterable::try_new(&mut *src, config).ok()?;
    // Readers of documents hold the directory in memory; as an archive it is gone through member by member.
    if archive.len() > DOCUMENT_PARTS {
        return None;
    }
    let files = archive.files().ok()?;
    let (mut parts, mut names) = (Parts::default(), BTreeSet::new());
    while let Some(entry) = files.next() {
        let entry = entry.ok()?;
        // Few members may have long names.
        if parts.names.is_empty() && length.saturating_sub(entry.central_header_start()) > DOCUMENT_DIRECTORY_BYTES {
            return None;
        }
        let name = member_name(entry.name_raw());
        if name == "mimetype" && parts.names.is_empty() && !entry.encrypted() {
            let mut stated = String::new();
            let file = entry.with_reader(files.reader_mut(), ZipReadOptions::new()).ok()?;
            file.take(200).read_to_string(&mut stated).ok()?;
            parts.stated = Some(stated.trim().to_owned());
        }
        // A reader of documents finds one member by a name: two of one name are read as an archive, where none is lost.
        if !names.insert(name.clone()) {
            return None;
        }
        parts.names.push(name);
        if parts.names.len() >= PARTS_LISTED {
            break;
        }
    }
    Some(parts)
}

struct Walk<'o> {
    out: &'o mut dyn Sink,
    members: usize,
    /// Where the members lie that were met.
    layout: Layout,
    /// Why the member at hand may hold something else than what is read of it.
    doubt: Option<String>,
    document: bool,
    begins_with_member: bool,
    /// It begins as the first of several volumes does.
    volume: bool,
    /// The directory was read to its end.
    finished: bool,
}

/// Whether to go on to the next member.
type GoOn = bool;

impl Walk<'_> {
    fn run(&mut self, src: &mut dyn ReadSeek, length: u64) {
        // A directory that counts from elsewhere is that of an archive inside this one, whose own is torn off.
        let config = Config { archive_offset: ArchiveOffset::Known(0) };
        let trouble = match ZipIterable::try_new(Watched::new(&mut *src), config) {
            Ok(mut archive) => self.directory(&mut archive),
            Err(error) => Some(error),
        };
        let Some(error) = trouble.or_else(|| self.unlisted(src, length)) else { return };
        let (kind, what) = match &error {
            ZipError::Io(error) if Told::is(error) => return,
            ZipError::Io(error) if error.kind() != io::ErrorKind::UnexpectedEof => {
                return read_error(self.out, error, 0);
            }
            ZipError::UnsupportedArchive(what) => (GapKind::UnsupportedFormat, (*what).to_owned()),
            other => (GapKind::Truncated, other.to_string()),
        };
        let before = self.members;
        torn::salvage(src, length, self);
        let found = self.members - before;
        if self.volume || what.to_ascii_lowercase().contains("multi-disk") {
            let reason = format!(
                "one of several volumes of an archive (.z01, …, .zip): {found} members whose headers are in it were read by these, others can not be; put all volumes into one folder, join them (`zip -s 0 LAST.zip --out whole.zip`), and run hozen on the result"
            );
            return self.out.gap(GapKind::Truncated, reason);
        }
        let reason = format!(
            "the archive's directory could not be read whole ({what}); {before} members were read by it and {found} by their own headers; look for a whole copy"
        );
        self.out.gap(kind, reason);
    }

    /// Goes through the directory; what stopped it before its end is returned.
    fn directory<R: Read + io::Seek>(&mut self, archive: &mut ZipIterable<Watched<R>>) -> Option<ZipError> {
        let files = match archive.files() {
            Ok(files) => files,
            Err(error) => return Some(error),
        };
        while let Some(entry) = files.next() {
            let entry = match entry {
                Ok(entry) => entry,
                Err(error) => return Some(error),
            };
            if !self.counts() {
                return None;
            }
            let stated = match central::entry(files.reader_mut(), entry.central_header_start()) {
                Ok(stated) => stated,
                Err(error) => return Some(ZipError::Io(error)),
            };
            let name = stated.as_ref().map_or_else(|| member_name(entry.name_raw()), central::Stated::name);
            let (start, packed) = (entry.header_start(), entry.compressed_size());
            let own = Own::read(files.reader_mut(), start);
            let content = own.as_ref().map_or(start, |own| own.content);
            if !self.layout.take((start, content.saturating_add(packed)), entry.central_header_start(), &name) {
                continue;
            }
            self.document |= name == "[Content_Types].xml";
            // Two bytes are nothing, deflated.
            if entry.is_dir() && entry.size() == 0 && packed <= 2 {
                continue;
            }
            self.doubt = own.zip(stated.as_ref()).and_then(|(own, stated)| own.against(stated, packed));
            if let Some(cipher) = stated.as_ref().and_then(central::Stated::cipher) {
                self.locked(&name, cipher);
                continue;
            }
            let go_on = match unknown_method(entry.compression()) {
                Some(method) => {
                    let marked = stated.is_some_and(|stated| stated.flags & 2 != 0);
                    let packed = Packed { method, marked, stated: Some((entry.size(), entry.crc32())) };
                    match central::to_content(files.reader_mut(), entry.header_start()) {
                        Ok(true) => self.packed(&name, packed, files.reader_mut().take(entry.compressed_size())),
                        Ok(false) => self.unreadable(&name, &ZipError::InvalidArchive("no header stands there".into())),
                        Err(error) => self.unreadable(&name, &ZipError::Io(error)),
                    }
                }
                None => match entry.with_reader(files.reader_mut(), ZipReadOptions::new()) {
                    Ok(file) => self.member(&name, file),
                    Err(error) => self.unreadable(&name, &error),
                },
            };
            if let Some(error) = files.reader_mut().failed.take() {
                return Some(ZipError::Io(error));
            }
            if !go_on {
                return None;
            }
        }
        self.finished = true;
        None
    }

    /// What the directory, read to its end, does not list though it is there: it belongs to another archive in the same file.
    fn unlisted(&self, src: &mut dyn ReadSeek, length: u64) -> Option<ZipError> {
        if !self.finished {
            return None;
        }
        let what = if self.begins_with_member && self.layout.end_of(0).is_none() {
            "it does not list the first member"
        } else if torn::is_member_in(src, self.layout.last_entry(), length, &self.out.budget()) {
            "members stand behind it"
        } else if self.layout.spaces().any(|(from, until)| torn::is_member_in(src, from, until, &self.out.budget())) {
            "members that it does not list stand between others"
        } else {
            return None;
        };
        Some(ZipError::InvalidArchive(what.into()))
    }

    fn counts(&mut self) -> GoOn {
        if self.members >= CONTAINER_MEMBERS {
            too_many_members(self.out);
            return false;
        }
        self.members += 1;
        true
    }

    fn member(&mut self, name: &str, file: impl Read) -> GoOn {
        let mut member = Member::new(file);
        let go_on = self.out.child(name, &mut member);
        let (given, failed) = (member.given, member.failed.take());
        if let Some(error) = failed.filter(|error| !Told::is(error)) {
            let (kind, reason) = trouble("packed content", &error, given);
            self.out.broken_off(kind, reason);
        } else if let Some(doubt) = self.doubt.take() {
            self.out.broken_off(GapKind::Malformed, doubt);
        }
        go_on
    }

    /// A member that is packed by another method than the library knows.
    fn packed(&mut self, name: &str, packed: Packed, source: impl Read) -> GoOn {
        match methods::open(packed, source, self.out.budget()) {
            Some(decoder) => self.member(name, decoder),
            None => {
                let reason = format!(
                    "compressed by method {}, which this version does not unpack; unpack it with another program",
                    packed.method
                );
                self.out.member_gap(name, GapKind::UnsupportedFormat, reason);
                true
            }
        }
    }

    fn locked(&mut self, name: &str, cipher: &str) {
        let reason = format!("encrypted ({cipher}); unpack it with its password and run hozen on the result");
        self.out.encrypted(Some(name), cipher, reason);
    }

    fn unreadable(&mut self, name: &str, error: &ZipError) -> GoOn {
        let (kind, reason) = match error {
            ZipError::Io(error) if Told::is(error) => return false,
            ZipError::Io(error) if error.kind() == io::ErrorKind::UnexpectedEof => {
                (GapKind::Truncated, "its place in the archive is cut off; look for a whole copy".to_owned())
            }
            other => (GapKind::Malformed, format!("could not be opened ({other}); look for a whole copy")),
        };
        self.out.member_gap(name, kind, reason);
        true
    }
}

/// The number of a compression method that is not built in.
fn unknown_method(method: CompressionMethod) -> Option<u16> {
    #[expect(deprecated, reason = "the one way to learn the number of a method that the library does not know")]
    match method {
        CompressionMethod::Unsupported(number) => Some(number),
        _ => None,
    }
}

#[cfg(test)]
mod tests;

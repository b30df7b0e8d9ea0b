//! 7z archives: each file a child, unfolded as it is read, block by block. What is encrypted or packed by an unknown method is named.

mod directory;

use std::io::{self, Read};

use sevenz_rust2::{Archive, BlockDecoder, Coder, EncoderMethod, Error, Password};

use super::trouble::{Member, Told, Watched, read_error};
use super::unfold::trouble;
use super::{Claim, Format, Head, Input, Metered, Need, ReadSeek, Sink};
use crate::model::GapKind;
use crate::model::limits::DIRECTORY_BYTES;
use directory::Directory;

/// 7z archives.
pub struct SevenZip;

/// What a decoder takes beside its dictionary, at most.
const MODEL_BYTES: u64 = 8 * 1024 * 1024;

impl Format for SevenZip {
    fn id(&self) -> &'static str {
        "7z"
    }

    fn claims(&self, head: &Head<'_>) -> Claim {
        if head.bytes.starts_with(b"7z\xBC\xAF\x27\x1C") { Claim::Yes } else { Claim::No }
    }

    fn need(&self) -> Need {
        Need::Seek
    }

    fn endings(&self) -> &'static [&'static str] {
        &["7z"]
    }

    fn read(&self, _: &Head<'_>, input: Input<'_>, out: &mut dyn Sink) {
        let Input::Seek(src, length) = input else {
            let reason = "a 7z archive was given as a stream, and can only be read from a file";
            return out.gap(GapKind::UnsupportedFormat, reason.to_owned());
        };
        if !may_open(src, length, out) {
            return;
        }
        let limit = kibibytes(DIRECTORY_BYTES);
        let mut watched = Watched::new(&mut *src);
        let opened = Archive::read_with_memory_limit(&mut watched, &Password::empty(), limit);
        match (watched.failed.take(), opened) {
            (Some(error), _) => read_error(out, &error, watched.taken),
            (None, Ok(archive)) => {
                let mut walk = Walk { archive: &archive, out };
                walk.run(&mut watched);
                if let Some(error) = watched.failed.take() {
                    read_error(out, &error, watched.taken);
                }
            }
            (None, Err(error)) => {
                let reason = format!(
                    "its directory could not be read ({}); no member was read; look for a whole copy",
                    said(&error)
                );
                out.gap(GapKind::Malformed, reason);
            }
        }
    }
}

/// Whether the directory is one that can be opened; else its gap is recorded.
fn may_open(src: &mut dyn ReadSeek, length: u64, out: &mut dyn Sink) -> bool {
    let looked = match directory::look(src, length) {
        Ok(looked) => looked,
        Err(error) => {
            read_error(out, &error, 0);
            return false;
        }
    };
    match looked {
        Directory::Sound => return true,
        Directory::Encrypted => {
            let reason = "encrypted (AES-256), also the names of its members; unpack it with its password and run hozen on the result";
            out.encrypted(None, "AES-256", reason.to_owned());
        }
        Directory::Large(what) => {
            let reason =
                format!("{what}, which is more than is opened; unpack it with 7-Zip and run hozen on the result");
            out.gap(GapKind::OverLimit, reason);
        }
        Directory::Beyond => {
            let reason = "its directory lies behind the end of the file: it is cut off, or the first of several volumes (.001); no member was read; look for a whole copy, join the volumes";
            out.gap(GapKind::Truncated, reason.to_owned());
        }
        Directory::Damaged(what) => {
            let reason = format!("{what}; no member was read; look for a whole copy, or try a repair tool");
            out.gap(GapKind::Malformed, reason);
        }
    }
    false
}

/// Why a library says that it does not go on, in its words.
fn said(error: &Error) -> String {
    match error {
        Error::Io(error, what) if what.is_empty() => error.to_string(),
        Error::Io(error, what) => format!("{what}: {error}"),
        Error::Other(what) | Error::Unsupported(what) => what.to_string(),
        Error::ChecksumVerificationFailed | Error::NextHeaderCrcMismatch => "wrong checksum".to_owned(),
        other => other.to_string(),
    }
}

struct Walk<'o> {
    archive: &'o Archive,
    out: &'o mut dyn Sink,
}

/// How the reading of a block ended.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Ended {
    Well,
    /// At a damaged member: what follows in this block can not be reached.
    Damaged,
    /// No further member of the archive is to be read.
    Stopped,
}

impl Walk<'_> {
    fn run<R: ReadSeek>(&mut self, src: &mut Watched<R>) {
        for file in &self.archive.files {
            if !file.has_stream
                && !file.is_directory
                && !file.is_anti_item
                && !self.out.child(&file.name, &mut io::empty())
            {
                return;
            }
        }
        for block in 0..self.archive.blocks.len() {
            if self.block(block, src) == Ended::Stopped || src.failed.is_some() {
                return;
            }
        }
    }

    fn block<R: ReadSeek>(&mut self, at: usize, src: &mut Watched<R>) -> Ended {
        let password = Password::empty();
        let coders = self.archive.blocks.get(at).map(|block| block.coders.as_slice()).unwrap_or_default();
        let memory = memory(coders);
        let limit = kibibytes(memory.saturating_add(MODEL_BYTES));
        let decoder = BlockDecoder::new_with_memory_limit(1, limit, at, self.archive, &password, src);
        let streams = decoder.entries().iter().filter(|entry| entry.has_stream);
        let names: Vec<String> = streams.map(|entry| entry.name.clone()).collect();
        if coders.iter().any(|coder| coder.encoder_method_id() == EncoderMethod::ID_AES256_SHA256) {
            for name in &names {
                let reason = "encrypted (AES-256); unpack it with its password and run hozen on the result";
                self.out.encrypted(Some(name), "AES-256", reason.to_owned());
            }
            return Ended::Well;
        }
        let Some(_held) = self.out.budget().hold(memory) else {
            let actaul_kb = kibibytes(memory);
            self.unreachable(&names, &Error::MaxMemLimited { max_kb: 0, actaul_kb });
            return Ended::Well;
        };
        let out = &mut *self.out;
        let (mut given, mut ended) = (0, Ended::Well);
        let result = decoder.for_each_entries(&mut |entry, reader| {
            if !entry.has_stream {
                return Ok(true);
            }
            given += 1;
            ended = member(&entry.name, reader, given == names.len(), out);
            Ok(ended == Ended::Well && given < names.len())
        });
        let left = names.get(given..).unwrap_or_default();
        if src.failed.is_some() || ended == Ended::Stopped {
            return Ended::Stopped;
        }
        match result {
            Err(error) => self.unreachable(left, &error),
            Ok(_) if ended == Ended::Damaged => {
                let reason = "it stands behind a damaged member in the same block, and can not be unpacked without it; look for a whole copy";
                left.iter().for_each(|name| self.out.member_gap(name, GapKind::Malformed, reason.to_owned()));
            }
            Ok(_) => {}
        }
        ended
    }

    /// Members of a block that can not be unpacked at all.
    fn unreachable(&mut self, names: &[String], error: &Error) {
        let (kind, what) = match error {
            Error::UnsupportedCompressionMethod(method) => (
                GapKind::UnsupportedFormat,
                format!(
                    "packed by a method that this version does not unpack ({method}); unpack it with 7-Zip and run hozen on the result"
                ),
            ),
            Error::MaxMemLimited { actaul_kb, .. } => (
                GapKind::OverLimit,
                format!(
                    "it needs {actaul_kb} KiB of memory to be unpacked, which is more than it may have here; unpack it with 7-Zip and run hozen on the result"
                ),
            ),
            Error::PasswordRequired => {
                (GapKind::Encrypted, "encrypted; unpack it with its password and run hozen on the result".to_owned())
            }
            other => {
                (GapKind::Malformed, format!("its block could not be opened ({}); look for a whole copy", said(other)))
            }
        };
        names.iter().for_each(|name| self.out.member_gap(name, kind, what.clone()));
    }
}

fn kibibytes(bytes: u64) -> usize {
    usize::try_from(bytes / 1024).unwrap_or(usize::MAX)
}

/// What the methods of a block ask for, as their properties say: dictionaries of LZMA and LZMA2, the model of PPMd.
fn memory(coders: &[Coder]) -> u64 {
    let long = |bytes: &[u8]| bytes.get(1..5).and_then(|bytes| bytes.try_into().ok()).map_or(0, u32::from_le_bytes);
    let one = |coder: &Coder| match coder.encoder_method_id() {
        EncoderMethod::ID_LZMA | EncoderMethod::ID_PPMD => u64::from(long(coder.properties())),
        // Two or three times a power of two.
        EncoderMethod::ID_LZMA2 => coder
            .properties()
            .first()
            .map_or(0, |bits| u64::from(2 | bits & 1).checked_shl(u32::from(bits / 2) + 11).unwrap_or(u64::MAX)),
        _ => 0,
    };
    coders.iter().map(one).fold(0, u64::saturating_add)
}

/// Hands over one member. What its child does not ask for is unfolded too, where others stand behind it, within the budget.
fn member(name: &str, reader: &mut dyn Read, last: bool, out: &mut dyn Sink) -> Ended {
    let mut member = Member::new(reader);
    if !out.child(name, &mut member) {
        return Ended::Stopped;
    }
    if !last && member.failed.is_none() {
        let budget = out.budget();
        let drained = io::copy(&mut Metered::new(&mut member, budget.clone()), &mut io::sink());
        if drained.is_err() {
            out.broken_off(GapKind::OverLimit, budget.reason());
            return Ended::Stopped;
        }
    }
    match member.failed.take() {
        None => Ended::Well,
        Some(error) if Told::is(&error) => Ended::Stopped,
        Some(error) => {
            let (kind, reason) = trouble("packed content", &error, member.given);
            out.broken_off(kind, reason);
            Ended::Damaged
        }
    }
}

#[cfg(test)]
pub(super) mod tests;

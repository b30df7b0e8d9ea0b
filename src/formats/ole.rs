//! Compound files that no other format claims (installers, drawings, old databases): runs of text, with a gap. The formats that keep
//! a document in a compound file ([MS-CFB]) are kinds of this one.
//!
//! An encrypted Office document is one too: a stream `EncryptedPackage` beside `EncryptionInfo` ([MS-OFFCRYPTO] 2.3).

use std::io::{self, Read, SeekFrom};

use super::compound::{Compound, MAGIC};
use super::trouble::{EXPORT, Member, Told, Watched, read_error};
use super::{Claim, Format, Head, Input, Need, Parts, ReadSeek, Sink, binary};
use crate::model::GapKind;
use crate::model::limits::{CONTAINER_MEMBERS, PARTS_LISTED};

/// Any compound file.
pub struct Ole;

impl Format for Ole {
    fn id(&self) -> &'static str {
        "ole"
    }

    fn claims(&self, head: &Head<'_>) -> Claim {
        if head.bytes.starts_with(MAGIC) { Claim::Yes } else { Claim::No }
    }

    fn need(&self) -> Need {
        Need::Seek
    }

    fn parts(&self, src: &mut dyn ReadSeek, length: u64) -> Option<Parts> {
        // Names only: what is read to learn them is not what the file unfolds to.
        let file = Compound::open(src, length, super::Budget::new(length)).ok()?;
        let names = file.streams().iter().take(PARTS_LISTED).map(|stream| stream.path.clone()).collect();
        Some(Parts { names, stated: None })
    }

    fn read(&self, _: &Head<'_>, input: Input<'_>, out: &mut dyn Sink) {
        let Input::Seek(src, length) = input else { return };
        let mut watched = Watched::new(src);
        let opened = inside(&mut watched, length, out);
        if let Some(error) = watched.failed {
            return read_error(out, &error, watched.taken);
        }
        match opened {
            Ok(Inside::Encrypted) => return,
            Ok(Inside::Read) => return tell(None, out),
            Ok(Inside::Other) => tell(None, out),
            Err(error) if Told::is(&error) => return,
            Err(error) => tell(Some(&error), out),
        }
        match src_at_start(&mut watched) {
            Ok(()) => binary::read_runs(&mut watched, out),
            Err(error) => read_error(out, &error, 0),
        }
    }
}

fn src_at_start(src: &mut dyn ReadSeek) -> io::Result<()> {
    src.seek(SeekFrom::Start(0)).map(|_| ())
}

enum Inside {
    Encrypted,
    /// Its objects were handed over, and the other streams read one by one: nothing is to be read twice.
    Read,
    Other,
}

fn tell(error: Option<&io::Error>, out: &mut dyn Sink) {
    let why = error.map_or_else(String::new, |error| format!(" ({error})"));
    let reason = format!(
        "a compound file (old Office, OLE) that this version does not open{why}: only runs of plain text were read, and what belongs together is not known; {EXPORT}"
    );
    out.gap(GapKind::UnsupportedFormat, reason);
}

fn inside(src: &mut dyn ReadSeek, length: u64, out: &mut dyn Sink) -> io::Result<Inside> {
    let mut file = Compound::open(src, length, out.budget())?;
    if file.find("EncryptedPackage").is_some() {
        let info = match file.find("EncryptionInfo") {
            Some(stream) => {
                let mut info = Vec::new();
                match file.reader(&stream).take(4096).read_to_end(&mut info) {
                    Err(error) if error.kind() != io::ErrorKind::UnexpectedEof => return Err(error),
                    _ => info,
                }
            }
            None => Vec::new(),
        };
        let cipher = cipher(&info);
        let reason = format!(
            "an Office document encrypted with a password ({cipher}); open it with its password, save it without one and run hozen on that"
        );
        out.encrypted(None, &cipher, reason);
        return Ok(Inside::Encrypted);
    }
    let objects = objects(&mut file, out)?;
    if objects.is_empty() {
        return Ok(Inside::Other);
    }
    let others: Vec<_> = file.streams().iter().filter(|stream| !objects.contains(&stream.path)).cloned().collect();
    for stream in others {
        let mut reader = Member::new(file.reader(&stream));
        let go_on = out.part(&shown(&stream.path), &mut |out| binary::read_runs(&mut reader, out));
        match reader.failed.take() {
            Some(error) if error.kind() != io::ErrorKind::UnexpectedEof => return Err(error),
            Some(error) => out.broken_off(GapKind::Truncated, damaged(&error)),
            None => {}
        }
        if !go_on {
            break;
        }
    }
    Ok(Inside::Read)
}

/// The path of a stream without the marks that its name begins with.
pub(super) fn shown(path: &str) -> String {
    path.chars().filter(|c| !c.is_control()).collect()
}

fn damaged(error: &io::Error) -> String {
    format!("damaged ({error}); the bytes before that were looked at; look for a whole copy")
}

/// The cipher that an `EncryptionInfo` names: the agile form is XML, the standard form has numbers.
fn cipher(info: &[u8]) -> String {
    let text = String::from_utf8_lossy(info);
    let value = |name: &str| {
        let from = text.split_once(&format!("{name}=\""))?.1;
        from.split_once('"').map(|(value, _)| value.to_owned()).filter(|value| value.len() <= 20 && !value.is_empty())
    };
    if let Some(algorithm) = value("cipherAlgorithm") {
        return value("keyBits").map_or(algorithm.clone(), |bits| format!("{algorithm}-{bits}"));
    }
    let number = |at: usize| info.get(at..at + 4).and_then(|b| b.try_into().ok()).map_or(0, u32::from_le_bytes);
    match number(20) {
        0x660E => "AES-128".to_owned(),
        0x660F => "AES-192".to_owned(),
        0x6610 => "AES-256".to_owned(),
        0x6801 => "RC4".to_owned(),
        _ => "AES".to_owned(),
    }
}

/// Hands over the files that are embedded as objects: whole packages, and those of the Object Packager ([MS-OLEDS] 2.3.6).
/// Returns their paths.
pub(super) fn objects(file: &mut Compound<'_>, out: &mut dyn Sink) -> io::Result<Vec<String>> {
    let named = |path: &str, name: &str| path.rsplit('/').next().is_some_and(|last| last == name);
    let found: Vec<_> = file
        .streams()
        .iter()
        .filter(|stream| {
            ["Package", "\u{1}Ole10Native", "CONTENTS"].iter().any(|name| named(&stream.path, name)) && stream.bytes > 0
        })
        .take(CONTAINER_MEMBERS)
        .cloned()
        .collect();
    let mut given = Vec::new();
    for stream in found {
        given.push(stream.path.clone());
        let native = named(&stream.path, "\u{1}Ole10Native");
        let place = shown(&stream.path);
        let mut reader = file.for_child(&stream);
        let (name, start) = if native { native_name(&mut reader)? } else { (None, Vec::new()) };
        let name = name.map_or(place.clone(), |name| format!("{place}/{name}"));
        let mut member = Member::new(io::Cursor::new(start).chain(reader));
        let go_on = out.child(&name, &mut member);
        let failed = member.failed.take();
        match failed {
            Some(error) if error.kind() == io::ErrorKind::UnexpectedEof => {
                out.broken_off(GapKind::Truncated, damaged(&error));
            }
            Some(error) => return Err(error),
            None => {}
        }
        if !go_on {
            break;
        }
    }
    Ok(given)
}

/// The name that an Object Packager's stream gives, and the first bytes of its content as they stand behind it.
fn native_name(reader: &mut dyn Read) -> io::Result<(Option<String>, Vec<u8>)> {
    let mut head = Vec::new();
    match reader.take(8 * 1024).read_to_end(&mut head) {
        Err(error) if error.kind() != io::ErrorKind::UnexpectedEof => return Err(error),
        _ => {}
    }
    let parsed = native_head(&head);
    Ok(match parsed {
        Some((name, at)) => (Some(name), head.split_off(at)),
        None => (None, head),
    })
}

/// The label that stands in the head of such a stream, and where its content begins.
pub(super) fn native_head(head: &[u8]) -> Option<(String, usize)> {
    // Size, 2, label, path, two numbers, the temporary path with its length, and the size of the content.
    let mut at = 6;
    let text = |at: &mut usize| {
        let rest = head.get(*at..)?;
        let end = memchr::memchr(0, rest).filter(|end| *end < 512)?;
        *at += end + 1;
        Some(crate::text::decode_record(rest.get(..end)?, crate::model::Charset::Cp932).text.into_owned())
    };
    let label = text(&mut at)?;
    text(&mut at)?;
    at = at.checked_add(4)?;
    let length = u32::from_le_bytes(head.get(at..at + 4)?.try_into().ok()?);
    at = at.checked_add(4)?.checked_add(usize::try_from(length).ok()?)?.checked_add(4)?;
    (at <= head.len()).then_some((label, at))
}

#[cfg(test)]
pub(super) mod tests;

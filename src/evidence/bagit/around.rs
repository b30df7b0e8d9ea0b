//! The bytes of a zip that its directory does not name: between members, before the first, behind the last and behind the
//! end. Programs that read a zip from its front unpack what lies there, and others never see it.

use std::io::{self, Read, Seek, SeekFrom};

use crate::case::results::Layer;
use crate::model::RawPath;

use super::lists::Tell;

/// A member as the directory has it.
#[derive(Debug, Clone, Copy)]
pub(super) struct Span {
    /// Where its header begins.
    pub(super) at: u64,
    /// Bytes of its packed content.
    pub(super) packed: u64,
    /// Bytes when it is unpacked.
    pub(super) size: u64,
    /// Checksum of its content.
    pub(super) crc32: u32,
}

const LOCAL_BYTES: u64 = 30;
const LOCAL: [u8; 4] = *b"PK\x03\x04";
const DESCRIPTOR: [u8; 4] = *b"PK\x07\x08";
const DIRECTORY: [u8; 4] = *b"PK\x01\x02";
const END: [u8; 4] = *b"PK\x05\x06";
const END64: [u8; 4] = *b"PK\x06\x06";
const LOCATOR64: [u8; 4] = *b"PK\x06\x07";
/// The record at the end, without its comment, and with the longest one.
const END_BYTES: usize = 22;
const TAIL_BYTES: u64 = 65_535 + 22;

/// Tells of every byte that the directory does not name. What can not be read is told elsewhere.
pub(super) fn look(
    file: &mut (impl Read + Seek + ?Sized),
    mut spans: Vec<Span>,
    tell: &mut dyn Tell,
) -> io::Result<()> {
    let length = file.seek(SeekFrom::End(0))?;
    let Some(end) = end_of(file, length)? else { return Ok(()) };
    spans.sort_unstable_by_key(|span| span.at);
    let mut reached = 0;
    for span in &spans {
        if span.at < reached {
            let what =
                format!("has members that lie over each other at byte {}: a zip bomb, or a hidden member", span.at);
            tell.problem(Layer::Zip, "", what);
        }
        hole(file, reached, span.at, tell)?;
        reached = reached.max(end_of_member(file, span)?);
    }
    hole(file, reached, end.directory, tell)?;
    if end.behind < length {
        let what = format!(
            "has {} bytes behind its end, at byte {}, that belong to no member",
            length - end.behind,
            end.behind
        );
        tell.problem(Layer::Zip, "", what);
    }
    if end.odd > 0 {
        tell.problem(
            Layer::Zip,
            "",
            format!("has {} bytes between its directory and its end that belong to neither", end.odd),
        );
    }
    if end.comment > 0 {
        tell.note("", format!("has a comment of {} bytes at its end, which no manifest covers", end.comment));
    }
    Ok(())
}

/// Tells of bytes between two things that the directory names.
fn hole(file: &mut (impl Read + Seek + ?Sized), from: u64, to: u64, tell: &mut dyn Tell) -> io::Result<()> {
    if from >= to {
        return Ok(());
    }
    let count = to - from;
    let mut head = [0; LOCAL_BYTES as usize];
    let is_header = count >= LOCAL_BYTES && read_at(file, from, &mut head)? && head.starts_with(&LOCAL);
    if is_header {
        let mut name = vec![0; usize::from(word(&head, 26))];
        let is_read = read_at(file, from.saturating_add(LOCAL_BYTES), &mut name)?;
        let name = RawPath(if is_read { name } else { Vec::new() }).shown();
        let what = format!(
            "stands in the zip at byte {from} and not in its directory: some programs unpack it, others never see it"
        );
        tell.problem(Layer::Zip, &format!("/{name}"), what);
        return Ok(());
    }
    let place = if from == 0 { "before its first member" } else { "between its members" };
    tell.problem(
        Layer::Zip,
        "",
        format!("has {count} bytes {place}, at byte {from}, that its directory does not name"),
    );
    Ok(())
}

/// Where a member ends: its header, its content, and the record behind it where there is one.
fn end_of_member(file: &mut (impl Read + Seek + ?Sized), span: &Span) -> io::Result<u64> {
    let mut head = [0; LOCAL_BYTES as usize];
    if !read_at(file, span.at, &mut head)? || !head.starts_with(&LOCAL) {
        // That it is no header is told where the member is read.
        return Ok(span.at);
    }
    let names = u64::from(word(&head, 26)).saturating_add(u64::from(word(&head, 28)));
    let end = span.at.saturating_add(LOCAL_BYTES).saturating_add(names).saturating_add(span.packed);
    let has_descriptor = word(&head, 6) & 8 != 0;
    if !has_descriptor {
        return Ok(end);
    }
    let mut record = [0; 24];
    let got = read_some(file, end, &mut record)?;
    let record = record.get(..got).unwrap_or_default();
    let (signed, body) = match record.strip_prefix(&DESCRIPTOR) {
        Some(body) => (4, body),
        None => (0, record),
    };
    let wide: Vec<u8> = [&span.crc32.to_le_bytes()[..], &span.packed.to_le_bytes(), &span.size.to_le_bytes()].concat();
    let low = |number: u64| u32::try_from(number & 0xffff_ffff).unwrap_or_default().to_le_bytes();
    let narrow: Vec<u8> = [span.crc32.to_le_bytes(), low(span.packed), low(span.size)].concat();
    Ok(end.saturating_add(match (body.starts_with(&wide), body.starts_with(&narrow)) {
        (true, _) => signed + 20,
        (_, true) => signed + 12,
        _ => 0,
    }))
}

/// The end of a zip.
struct End {
    /// Where its directory begins.
    directory: u64,
    /// The first byte behind all of it.
    behind: u64,
    /// Bytes behind the directory that are none of the known records.
    odd: u64,
    comment: u64,
}

fn end_of(file: &mut (impl Read + Seek + ?Sized), length: u64) -> io::Result<Option<End>> {
    let from = length.saturating_sub(TAIL_BYTES);
    let mut tail = vec![0; usize::try_from(length - from).unwrap_or_default()];
    if !read_at(file, from, &mut tail)? {
        return Ok(None);
    }
    let found = (0..tail.len().saturating_sub(END_BYTES - 1)).rev().find(|at| {
        let record = tail.get(*at..).unwrap_or_default();
        record.starts_with(&END) && record.len() >= END_BYTES.saturating_add(usize::from(word(record, 20)))
    });
    let Some(at) = found else { return Ok(None) };
    let record = tail.get(at..).unwrap_or_default();
    let comment = u64::from(word(record, 20));
    let end = from.saturating_add(at as u64);
    let behind = end.saturating_add(END_BYTES as u64).saturating_add(comment);
    let (mut size, mut directory) = (u64::from(long(record, 12)), u64::from(long(record, 16)));
    let mut known = 0;
    let mut locator = [0; 20];
    if end >= 20 && read_at(file, end - 20, &mut locator)? && locator.starts_with(&LOCATOR64) {
        let at = wide(&locator, 8);
        let mut record = [0; 56];
        if read_at(file, at, &mut record)? && record.starts_with(&END64) {
            (size, directory) = (wide(&record, 40), wide(&record, 48));
            known = wide(&record, 4).saturating_add(12).saturating_add(20);
        }
    }
    let mut head = [0; 4];
    if size > 0 && !(read_at(file, directory, &mut head)? && head == DIRECTORY) {
        return Ok(None);
    }
    let odd = end.saturating_sub(directory.saturating_add(size)).saturating_sub(known);
    Ok(Some(End { directory, behind, odd, comment }))
}

fn word(bytes: &[u8], at: usize) -> u16 {
    bytes.get(at..at.saturating_add(2)).and_then(|two| two.try_into().ok()).map_or(0, u16::from_le_bytes)
}

fn long(bytes: &[u8], at: usize) -> u32 {
    bytes.get(at..at.saturating_add(4)).and_then(|four| four.try_into().ok()).map_or(0, u32::from_le_bytes)
}

fn wide(bytes: &[u8], at: usize) -> u64 {
    bytes.get(at..at.saturating_add(8)).and_then(|eight| eight.try_into().ok()).map_or(0, u64::from_le_bytes)
}

/// Whether the buffer could be filled from there.
fn read_at(file: &mut (impl Read + Seek + ?Sized), at: u64, buffer: &mut [u8]) -> io::Result<bool> {
    Ok(read_some(file, at, buffer)? == buffer.len())
}

fn read_some(file: &mut (impl Read + Seek + ?Sized), at: u64, buffer: &mut [u8]) -> io::Result<usize> {
    file.seek(SeekFrom::Start(at))?;
    let mut got = 0;
    while let Some(rest) = buffer.get_mut(got..).filter(|rest| !rest.is_empty()) {
        match file.read(rest) {
            Ok(0) => break,
            Ok(count) => got = got.saturating_add(count),
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            Err(error) => return Err(error),
        }
    }
    Ok(got)
}

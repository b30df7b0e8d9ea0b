//! The logs beside an SQLite database: the write-ahead log (`-wal`), which has pages that are not in the database yet, and the rollback
//! journal (`-journal`), which has pages as they were before.
//!
//! File format, sections 3 and 4. Each page is read as it stands last in a log, or first in a journal. A log that has page 1 knows its
//! tables; the rows of other pages come without names.

use std::io::{self, Read, Seek, SeekFrom};

use super::pages::Pages;
use super::{Database, charset};
use crate::formats::trouble::{Watched, read_error};
use crate::formats::{Claim, Format, Head, Input, Need, Sink};
use crate::model::limits::SQLITE_LOG_PAGES;
use crate::model::{Charset, GapKind};

/// Logs of SQLite.
pub struct Log;

const JOURNAL: &[u8] = b"\xD9\xD5\x05\xF9\x20\xA1\x63\xD7";

impl Format for Log {
    fn id(&self) -> &'static str {
        "sqlite-log"
    }

    fn claims(&self, head: &Head<'_>) -> Claim {
        let is_log = is_wal(head.bytes) || head.bytes.starts_with(JOURNAL);
        if is_log && page_size(head.bytes).is_some() { Claim::Yes } else { Claim::No }
    }

    fn endings(&self) -> &'static [&'static str] {
        &["db-wal", "sqlite-wal", "sqlite3-wal", "db-journal", "sqlite-journal", "sqlite3-journal"]
    }

    fn need(&self) -> Need {
        Need::Seek
    }

    fn read(&self, head: &Head<'_>, input: Input<'_>, out: &mut dyn Sink) {
        let (Input::Seek(src, length), Some(size)) = (input, page_size(head.bytes)) else { return };
        let mut watched = Watched::new(&mut *src);
        let listed =
            if is_wal(head.bytes) { frames(&mut watched, length, size) } else { originals(&mut watched, length, size) };
        let listed = match listed {
            Ok(listed) => listed,
            Err(error) => return read_error(out, &error, watched.taken),
        };
        if listed.len() >= SQLITE_LOG_PAGES {
            let reason = format!(
                "the log has more than {SQLITE_LOG_PAGES} pages; those beyond were not looked at: open a copy of it and its database with sqlite3, which empties it, and run hozen on the database"
            );
            out.gap(GapKind::OverLimit, reason);
        }
        let mut pages = Pages::listed(src, listed, size);
        match first_page(&mut pages) {
            Ok((charset, usable)) => {
                pages.usable = usable.unwrap_or(size);
                Database { pages, charset, damaged: false }.read_all(out);
            }
            Err(error) => read_error(out, &error, pages.read_so_far()),
        }
    }
}

fn is_wal(head: &[u8]) -> bool {
    matches!(head, [0x37, 0x7F, 0x06, 0x82 | 0x83, 0, 0x2D, 0xE2, 0x18, ..])
}

fn u32_at(bytes: &[u8], at: usize) -> Option<u32> {
    bytes.get(at..at + 4)?.try_into().ok().map(u32::from_be_bytes)
}

fn page_size(head: &[u8]) -> Option<usize> {
    let size = usize::try_from(u32_at(head, if is_wal(head) { 8 } else { 24 })?).ok()?;
    (size.is_power_of_two() && (512..=65_536).contains(&size)).then_some(size)
}

/// What page 1 says of the text, if the log has it, and how much of a page trees use.
fn first_page(pages: &mut Pages<'_>) -> io::Result<(Charset, Option<usize>)> {
    let page = pages.peek(1)?;
    let head = page.as_deref().filter(|page| page.starts_with(super::MAGIC));
    Ok((head.map_or(Charset::Utf8, charset), head.and_then(super::page_size).map(|(_, usable)| usable)))
}

fn read_at<const N: usize>(src: &mut (impl Read + Seek), at: u64) -> io::Result<[u8; N]> {
    let mut bytes = [0; N];
    src.seek(SeekFrom::Start(at))?;
    src.read_exact(&mut bytes)?;
    Ok(bytes)
}

/// Pages of a write-ahead log. Frames of an earlier use of the file, behind the end of this one, have another salt.
fn frames(src: &mut (impl Read + Seek), length: u64, size: usize) -> io::Result<Vec<(u32, u64)>> {
    let (mut listed, mut at) = (Vec::new(), 32_u64);
    if length < at {
        return Ok(listed);
    }
    let header: [u8; 32] = read_at(src, 0)?;
    let step = size as u64 + 24;
    while at.saturating_add(step) <= length && listed.len() < SQLITE_LOG_PAGES {
        let frame: [u8; 24] = read_at(src, at)?;
        if frame.get(8..16) != header.get(16..24) {
            break;
        }
        let number = u32_at(&frame, 0).unwrap_or(0);
        listed.push((number, at + 24));
        at += step;
    }
    Ok(listed)
}

/// Pages of a rollback journal: behind each header, which fills a sector, records of number, page and checksum.
fn originals(src: &mut (impl Read + Seek), length: u64, size: usize) -> io::Result<Vec<(u32, u64)>> {
    let (mut listed, mut at) = (Vec::new(), 0_u64);
    let step = size as u64 + 8;
    while at.saturating_add(28) <= length && listed.len() < SQLITE_LOG_PAGES {
        let header: [u8; 28] = read_at(src, at)?;
        if !header.starts_with(JOURNAL) {
            break;
        }
        let sector = u64::from(u32_at(&header, 20).unwrap_or(512)).clamp(512, 65_536);
        let declared = u64::from(u32_at(&header, 8).unwrap_or(u32::MAX));
        let from = at + sector;
        let fitting = length.saturating_sub(from) / step;
        // A journal that was not synced yet counts none; then its records go to its end.
        let count = if declared == 0 || declared == u64::from(u32::MAX) { fitting } else { declared.min(fitting) };
        for index in 0..count {
            if listed.len() >= SQLITE_LOG_PAGES {
                break;
            }
            let record = from + index * step;
            let number: [u8; 4] = read_at(src, record)?;
            listed.push((u32::from_be_bytes(number), record + 4));
        }
        at = (from + count * step).next_multiple_of(sector);
    }
    Ok(listed)
}

//! Headers of RAR 1.5 to 4 (`technote.txt` of those versions).

use std::io;

use super::{Block, Entry, Found, Walk};
use crate::formats::names::member_name;

const MAIN: u8 = 0x73;
const FILE: u8 = 0x74;
const SERVICE: u8 = 0x7A;
const END: u8 = 0x7B;
const FIXED: usize = 7;

/// The header at this place; `None` if it is damaged.
pub(super) fn block(walk: &mut Walk<'_, '_>, at: u64) -> io::Result<Option<Found>> {
    let fixed = walk.held(at, FIXED as u64)?;
    let [s0, s1, kind, f0, f1, l0, l1] = fixed.as_slice() else { return Ok(None) };
    let (kind, flags, size) = (*kind, u16::from_le_bytes([*f0, *f1]), u16::from_le_bytes([*l0, *l1]));
    let bytes = walk.held(at, u64::from(size))?;
    if usize::from(size) < FIXED || bytes.len() != usize::from(size) {
        return Ok(None);
    }
    // A comment (in old archives) is part of a header and not of its checksum.
    let old = bytes.get(24).is_some_and(|version| *version < 29);
    let commented = (kind == MAIN && flags & 2 != 0 && size > 13) || (kind == FILE && flags & 8 != 0 && old);
    let sum = crc32fast::hash(bytes.get(2..).unwrap_or_default()).to_le_bytes();
    if !(MAIN..=END).contains(&kind) || !(commented || sum.starts_with(&[*s0, *s1])) {
        return Ok(None);
    }
    let content = at + u64::from(size);
    let (block, packed) = match kind {
        MAIN if flags & 0x80 != 0 => (Block::Locked("AES-128"), 0),
        FILE | SERVICE => {
            let Some(mut entry) = entry(&bytes, flags) else { return Ok(None) };
            let packed = entry.packed;
            let block = match (kind, entry.name.as_str()) {
                (FILE, _) => Block::Entry(entry),
                (_, "RR" | "ACL" | "UOW" | "AV") => Block::Other,
                (_, name) => {
                    entry.name = format!("({name})");
                    Block::Entry(entry)
                }
            };
            (block, packed)
        }
        END => (Block::End(flags & 1 != 0), 0),
        _ => (Block::Other, if flags & 0x8000 != 0 { u64::from(long(&bytes, FIXED).unwrap_or(0)) } else { 0 }),
    };
    Ok(Some(Found { block, content, next: content.saturating_add(packed) }))
}

fn long(bytes: &[u8], at: usize) -> Option<u32> {
    bytes.get(at..at + 4)?.try_into().ok().map(u32::from_le_bytes)
}

fn entry(bytes: &[u8], flags: u16) -> Option<Entry> {
    let (packed, size) = (u64::from(long(bytes, 7)?), u64::from(long(bytes, 11)?));
    let (version, method) = (*bytes.get(24)?, *bytes.get(25)?);
    let length = usize::from(u16::from_le_bytes([*bytes.get(26)?, *bytes.get(27)?]));
    let large = flags & 0x100 != 0;
    let high = |at: usize| if large { long(bytes, at).map(|high| u64::from(high) << 32) } else { Some(0) };
    let at = if large { 40 } else { 32 };
    let raw = bytes.get(at..at + length)?;
    let cipher = match version {
        _ if flags & 4 == 0 => None,
        29.. => Some("AES-128"),
        // A cipher of RAR's own.
        _ => Some("RAR"),
    };
    Some(Entry {
        name: if flags & 0x200 != 0 { wide_name(raw) } else { member_name(raw) }.replace('\\', "/"),
        packed: packed | high(32)?,
        size: size | high(36)?,
        stored: method == 0x30,
        cipher,
        folder: flags & 0xE0 == 0xE0,
        checksum: long(bytes, 16),
        split: flags & 3 != 0,
    })
}

/// A name in the system's encoding, a zero, and what makes UTF-16 of it; or, without the zero, UTF-8.
fn wide_name(raw: &[u8]) -> String {
    let Some(at) = memchr::memchr(0, raw) else { return member_name(raw) };
    let (narrow, coded) = (raw.get(..at).unwrap_or_default(), raw.get(at + 1..).unwrap_or_default());
    widen(narrow, coded).unwrap_or_else(|| member_name(narrow))
}

/// Two bits each say how the next unit is stored: a byte, a byte with the common high byte, two bytes, or a run of the narrow name.
fn widen(narrow: &[u8], coded: &[u8]) -> Option<String> {
    let (common, rest) = coded.split_first()?;
    let mut coded = rest.iter().copied();
    let mut units: Vec<u16> = Vec::new();
    'all: while let Some(flags) = coded.next() {
        for shift in [6, 4, 2, 0] {
            let read = match flags >> shift & 3 {
                0 => coded.next().map(|low| units.push(u16::from(low))),
                1 => coded.next().map(|low| units.push(u16::from_le_bytes([low, *common]))),
                2 => coded.next().map(|low| units.push(u16::from_le_bytes([low, coded.next().unwrap_or(0)]))),
                _ => coded.next().map(|length| {
                    let more = if length & 0x80 != 0 { coded.next() } else { None };
                    let from = units.len();
                    let run = narrow.iter().skip(from).take(usize::from(length & 0x7F) + 2);
                    units.extend(run.map(|byte| match more {
                        Some(more) => u16::from_le_bytes([byte.wrapping_add(more), *common]),
                        None => u16::from(*byte),
                    }));
                }),
            };
            if read.is_none() {
                break 'all;
            }
        }
    }
    (!units.is_empty()).then(|| String::from_utf16_lossy(&units))
}

//! Headers of RAR 5.0 and later ("RAR 5.0 archive format", rarlab.com).

use std::io;

use super::{Block, Entry, Found, Walk};

const MAIN: u64 = 1;
const FILE: u64 = 2;
const SERVICE: u64 = 3;
const LOCK: u64 = 4;
const END: u64 = 5;

/// The header at this place; `None` if it is damaged.
pub(super) fn block(walk: &mut Walk<'_, '_>, at: u64) -> io::Result<Option<Found>> {
    // The checksum, and a size of three bytes at most.
    let begin = walk.held(at, 7)?;
    let Some((stated, mut rest)) = begin.split_first_chunk::<4>() else { return Ok(None) };
    let before = rest.len();
    let Some(size) = number(&mut rest) else { return Ok(None) };
    let begun = (before - rest.len()) as u64;
    let bytes = walk.held(at + 4, begun.saturating_add(size))?;
    if size == 0 || bytes.len() as u64 != begun + size || crc32fast::hash(&bytes).to_le_bytes() != *stated {
        return Ok(None);
    }
    let content = at + 4 + begun + size;
    let fields = bytes.get(begun as usize..).unwrap_or_default();
    Ok(parse(fields).map(|(block, packed)| Found { block, content, next: content.saturating_add(packed) }))
}

/// What a header says, and how many bytes follow it.
fn parse(mut fields: &[u8]) -> Option<(Block, u64)> {
    let bytes = &mut fields;
    let (kind, flags) = (number(bytes)?, number(bytes)?);
    let extra = if flags & 1 != 0 { usize::try_from(number(bytes)?).ok()? } else { 0 };
    let packed = if flags & 2 != 0 { number(bytes)? } else { 0 };
    let (own, extra) = bytes.split_at_checked(bytes.len().checked_sub(extra)?)?;
    let block = match kind {
        LOCK => Block::Locked("AES-256"),
        END => Block::End(number(&mut &*own)? & 1 != 0),
        FILE | SERVICE => {
            let mut entry = entry(own, extra, packed)?;
            entry.split = flags & 0x18 != 0;
            match (kind, entry.name.as_str()) {
                (FILE, _) => Block::Entry(entry),
                // A fast index, a recovery record, rights and owners.
                (_, "QO" | "RR" | "ACL" | "UOW") => Block::Other,
                (_, name) => Block::Entry(Entry { name: format!("({name})"), ..entry }),
            }
        }
        MAIN => Block::Other,
        _ => Block::Other,
    };
    Some((block, packed))
}

fn entry(mut own: &[u8], extra: &[u8], packed: u64) -> Option<Entry> {
    let bytes = &mut own;
    let flags = number(bytes)?;
    let size = number(bytes)?;
    number(bytes)?;
    if flags & 2 != 0 {
        take(bytes, 4)?;
    }
    let checksum = if flags & 4 != 0 { take(bytes, 4)?.try_into().ok().map(u32::from_le_bytes) } else { None };
    let method = number(bytes)?;
    number(bytes)?;
    let length = usize::try_from(number(bytes)?).ok()?;
    let name = String::from_utf8_lossy(take(bytes, length)?).into_owned();
    Some(Entry {
        name,
        packed,
        size,
        stored: method >> 7 & 7 == 0,
        cipher: encrypted(extra).then_some("AES-256"),
        folder: flags & 1 != 0,
        checksum,
        split: false,
    })
}

/// Whether there is a record of encryption among the additions.
fn encrypted(mut extra: &[u8]) -> bool {
    let bytes = &mut extra;
    while let Some(size) = number(bytes) {
        let Some(mut record) = usize::try_from(size).ok().and_then(|size| take(bytes, size)) else { return false };
        if number(&mut record) == Some(1) {
            return true;
        }
    }
    false
}

fn take<'b>(bytes: &mut &'b [u8], count: usize) -> Option<&'b [u8]> {
    let (taken, rest) = bytes.split_at_checked(count)?;
    *bytes = rest;
    Some(taken)
}

/// A number: seven bits a byte, the lowest first, the eighth bit set on all but the last.
fn number(bytes: &mut &[u8]) -> Option<u64> {
    let mut sum = 0u64;
    for place in 0..10u32 {
        let (first, rest) = bytes.split_first()?;
        *bytes = rest;
        sum |= u64::from(first & 0x7F).checked_shl(7 * place).unwrap_or(0);
        if first & 0x80 == 0 {
            return Some(sum);
        }
    }
    None
}

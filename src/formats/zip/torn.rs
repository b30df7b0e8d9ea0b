//! Finds the members of an archive that has no directory, by the headers before each of them.

use std::io::{BufReader, Read, SeekFrom};

use flate2::bufread::DeflateDecoder;

use super::central::Stated;
use super::methods::Packed;
use super::{ReadSeek, Walk};
use crate::formats::Budget;
use crate::formats::trouble::{Member, Told, Watched, read_error};
use crate::model::GapKind;
use crate::model::limits::BLOCK_BYTES;

const SIGNATURE: &[u8] = b"PK\x03\x04";
const HEADER_BYTES: usize = 30;
/// Read first to find a signature.
const FIRST_BYTES: u64 = 1024;

/// A local file header (APPNOTE 4.3.7).
struct Local {
    stated: Stated,
    packed: u64,
    size: u64,
    checksum: u32,
    /// Where the content begins.
    content: u64,
}

impl Local {
    /// Size and checksum once it is unpacked, where they are known.
    fn sized(&self) -> Option<(u64, u32)> {
        self.has_size().then_some((self.size, self.checksum))
    }

    fn has_size(&self) -> bool {
        // Bit 3: sizes follow the content. All ones: they are in a Zip64 field.
        self.stated.flags & 8 == 0 && self.packed != u64::from(u32::MAX)
    }
}

/// Reads every member whose header is found and that was not met before.
pub(super) fn salvage(src: &mut dyn ReadSeek, length: u64, walk: &mut Walk<'_>) {
    let mut at = 0;
    while let Some(found) = find(src, at, length) {
        at = found + SIGNATURE.len() as u64;
        // Signatures without number, each of which leads to nothing, are told by whoever asked.
        if !walk.out.budget().step() {
            return;
        }
        let Some(local) = header(src, found, length) else { continue };
        let behind = if local.has_size() { local.content.saturating_add(local.packed) } else { local.content };
        if let Some(end) = walk.layout.end_of(found) {
            at = end.min(length).max(at);
            continue;
        }
        walk.doubt = None;
        if !walk.counts() {
            return;
        }
        match member(src, &local, walk) {
            Some(end) => at = if local.has_size() { behind.min(length).max(at) } else { end.max(at) },
            None => return,
        }
    }
}

/// Whether the header of a member stands in a stretch.
pub(super) fn is_member_in(src: &mut dyn ReadSeek, mut at: u64, end: u64, budget: &Budget) -> bool {
    while let Some(found) = find(src, at, end) {
        // Where it takes too long it is looked at more closely, and told.
        if !budget.step() || header(src, found, end).is_some() {
            return true;
        }
        at = found + SIGNATURE.len() as u64;
    }
    false
}

/// The next signature from `at` on. Little is read at first: signatures may stand close to each other.
fn find(src: &mut dyn ReadSeek, mut at: u64, length: u64) -> Option<u64> {
    let mut buf = Vec::new();
    let mut most = FIRST_BYTES;
    while at < length {
        let wanted = most.min(length - at);
        buf.clear();
        src.seek(SeekFrom::Start(at)).ok()?;
        (&mut *src).take(wanted).read_to_end(&mut buf).ok()?;
        if let Some(found) = memchr::memmem::find(&buf, SIGNATURE) {
            return Some(at + found as u64);
        }
        if (buf.len() as u64) < wanted {
            return None;
        }
        // A signature may stand across the edge.
        at += if at + wanted < length { wanted - SIGNATURE.len() as u64 } else { wanted };
        most = (most * 4).min(BLOCK_BYTES as u64);
    }
    None
}

fn header(src: &mut dyn ReadSeek, at: u64, length: u64) -> Option<Local> {
    let mut fixed = [0; HEADER_BYTES];
    src.seek(SeekFrom::Start(at)).ok()?;
    src.read_exact(&mut fixed).ok()?;
    let short = |from: usize| fixed.get(from..from + 2).and_then(|b| b.try_into().ok()).map(u16::from_le_bytes);
    let packed = fixed.get(18..22).and_then(|b| b.try_into().ok()).map(u32::from_le_bytes)?;
    let (name_len, extra_len) = (short(26)?, short(28)?);
    let mut name = vec![0; usize::from(name_len)];
    src.read_exact(&mut name).ok()?;
    let content = at + HEADER_BYTES as u64 + u64::from(name_len) + u64::from(extra_len);
    // A signature inside packed data leads to nonsense: no name, a control character in it, or content beyond the end.
    let sane = !name.is_empty() && !name.iter().any(|b| *b < 0x20) && content <= length;
    let mut extra = vec![0; usize::from(extra_len)];
    src.read_exact(&mut extra).ok()?;
    let long = |from: usize| fixed.get(from..from + 4).and_then(|b| b.try_into().ok()).map(u32::from_le_bytes);
    let (size, checksum) = (u64::from(long(22)?), long(14)?);
    let stated = Stated { flags: short(6)?, method: short(8)?, name, extra };
    sane.then_some(Local { stated, packed: u64::from(packed), size, checksum, content })
}

/// Reads one member; returns how far its content was followed, or `None` to stop.
fn member(src: &mut dyn ReadSeek, local: &Local, walk: &mut Walk<'_>) -> Option<u64> {
    let name = local.stated.name();
    walk.document |= name == "[Content_Types].xml";
    if name.ends_with('/') && local.has_size() && local.packed <= 2 {
        return Some(local.content);
    }
    if let Some(cipher) = local.stated.cipher() {
        walk.locked(&name, cipher);
        return Some(local.content);
    }
    src.seek(SeekFrom::Start(local.content)).ok()?;
    let limit = if local.has_size() { local.packed } else { u64::MAX };
    let mut watched = Watched::new(src.take(limit));
    let (go_on, followed) = match local.stated.method {
        0 if local.has_size() => {
            let go_on = stored(&mut watched, &name, local.packed, walk);
            (go_on, local.packed)
        }
        8 => {
            let mut decoder = DeflateDecoder::new(BufReader::new(&mut watched));
            let go_on = walk.member(&name, &mut decoder);
            (go_on, decoder.total_in())
        }
        0 => {
            let reason =
                "stored without its size, and the directory that has it is missing; unpack it with a repair tool";
            walk.out.member_gap(&name, GapKind::Truncated, reason.to_owned());
            (true, 0)
        }
        method => {
            // Where it ends is not followed: the next header is looked for from its beginning, if its size is not known.
            let packed = Packed { method, marked: local.stated.flags & 2 != 0, stated: local.sized() };
            (walk.packed(&name, packed, &mut watched), 0)
        }
    };
    if let Some(error) = watched.failed {
        if !Told::is(&error) {
            read_error(walk.out, &error, local.content);
        }
        return None;
    }
    go_on.then_some(local.content.saturating_add(followed))
}

/// A stored member; it is short when the archive ends inside it.
fn stored(src: &mut dyn Read, name: &str, size: u64, walk: &mut Walk<'_>) -> bool {
    let mut member = Member::new(src);
    let go_on = walk.out.child(name, &mut member);
    // What the child did not ask for is no loss; an end before the size is.
    let mut probe = [0; 1];
    let ended = matches!(member.read(&mut probe), Ok(0));
    if ended && member.given < size && member.failed.is_none() {
        let reason =
            format!("cut off: {} of {size} bytes are there and were looked at; look for a whole copy", member.given);
        walk.out.broken_off(GapKind::Truncated, reason);
    }
    go_on
}

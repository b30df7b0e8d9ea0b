//! Stored names: where each entry's content lies in the bag, legal on Windows, in a zip and on a manifest line, and never twice.
//!
//! `data/fs/` and the source path, in which whatever one of those cannot carry is written `=HH` (design §5). Names that differ
//! only by case, or only by Unicode form, would fall together on Windows and macOS: the later one has letters escaped that
//! need no escape. A stored name says where to look; the true name is `path_b64` in `custody/files.jsonl`.

use std::collections::{BTreeMap, HashSet};

use unicode_normalization::UnicodeNormalization;

use crate::model::entry::is_deceptive;
use crate::model::limits::{STORED_NAME_CHARS, STORED_PART_BYTES};
use crate::model::{Digest, Origin, RawPath};

/// Below this folder lies what was collected from file systems.
pub const FS_ROOT: &str = "data/fs";
/// Below this folder lies what has no place in a file system. The paths of [`Origin::Volatile`] begin with `volatile`, so that
/// it all comes to lie below `data/volatile/`.
pub const STATE_ROOT: &str = "data";
/// The first part of every path of [`Origin::Volatile`].
pub const VOLATILE: &str = "volatile";
/// Below this folder lies what has too long a path for Windows.
pub const LONG_ROOT: &str = "data/long";

/// Gives out stored names, in walk order. It must see folders too: a name is kept apart from its neighbours only.
///
/// Memory: eight bytes per name in the folders that are still being walked, not per name of the whole collection.
#[derive(Debug, Default)]
pub struct StoredNames {
    root: Folder,
    volatile: Folder,
}

/// A folder of the bag that may still get names.
#[derive(Debug, Default)]
struct Folder {
    /// Digests of the names given out in it, folded as a file system that ignores case would.
    taken: HashSet<u64>,
    /// Its folders that may still get names, by their true name.
    open: BTreeMap<Vec<u8>, (String, Folder)>,
    /// Whether the walk named it (and will name all that is in it before it leaves), or it only leads to a root of the walk.
    walked: bool,
}

impl StoredNames {
    /// The stored name of the entry `seq` at `path`, relative to the bag.
    pub fn name(&mut self, seq: u64, path: &RawPath, origin: Origin, is_folder: bool) -> String {
        let mut parts = split(path);
        let Some(last) = parts.pop() else { return long_name(seq, path) };
        let mut stored = root_of(origin).to_owned();
        let mut folder = if origin == Origin::Volatile { &mut self.volatile } else { &mut self.root };
        for part in parts {
            let Some((name, inner)) = folder.enter(part, stored.len()) else { return long_name(seq, path) };
            stored.push('/');
            stored.push_str(name);
            if too_long(&stored) {
                return long_name(seq, path);
            }
            folder = inner;
        }
        folder.leave_all_but(None);
        if is_folder && let Some((name, _)) = folder.open.get(last) {
            // It led to a root of the walk before; now it is one itself.
            return format!("{stored}/{name}");
        }
        let Some(name) = folder.take(last, &stored) else { return long_name(seq, path) };
        stored.push('/');
        stored.push_str(&name);
        if is_folder {
            folder.open.insert(last.to_vec(), (name, Folder { walked: true, ..Folder::default() }));
        }
        stored
    }
}

impl Folder {
    /// Goes into a folder on the way to an entry.
    fn enter(&mut self, part: &[u8], before: usize) -> Option<&mut (String, Self)> {
        self.leave_all_but(Some(part));
        if !self.open.contains_key(part) {
            // Near the limit no new folder is remembered: all below it goes to the long names anyway.
            let room = "x".repeat(before.min(STORED_NAME_CHARS));
            let name = self.take(part, &room)?;
            self.open.insert(part.to_vec(), (name, Self::default()));
        }
        self.open.get_mut(part)
    }

    /// Forgets walked folders that the walk has left. Should it come back to one, its name is taken and it gets another.
    fn leave_all_but(&mut self, part: Option<&[u8]>) {
        self.open.retain(|name, (_, folder)| Some(name.as_slice()) == part || !folder.walked);
    }

    /// The first spelling of `part` that is free here, or nothing: too long, or none is free.
    fn take(&mut self, part: &[u8], before: &str) -> Option<String> {
        let most = part.utf8_chunks().map(|c| c.valid().chars().count()).sum();
        for extra in 0..=most {
            let name = escape_part(part, extra);
            if name.len() > STORED_PART_BYTES || too_long_at(before, &name) {
                return None;
            }
            if self.taken.insert(folded_digest(&name)) {
                return Some(name);
            }
        }
        None
    }
}

/// The parts of a path. The slash of the root is dropped; an empty part inside (`a//b`) stays a part.
fn split(path: &RawPath) -> Vec<&[u8]> {
    let bytes = path.0.strip_prefix(b"/").unwrap_or(&path.0);
    // A folder named with its slash (`logs/`) is that folder.
    let bytes = bytes.strip_suffix(b"/").unwrap_or(bytes);
    if bytes.is_empty() { Vec::new() } else { bytes.split(|b| *b == b'/').collect() }
}

fn too_long(stored: &str) -> bool {
    stored.encode_utf16().count() > STORED_NAME_CHARS
}

fn too_long_at(before: &str, name: &str) -> bool {
    before.encode_utf16().count() + 1 + name.encode_utf16().count() > STORED_NAME_CHARS
}

/// A name that depends on the path's digest and the entry's number alone, so it is unique without looking.
fn long_name(seq: u64, path: &RawPath) -> String {
    let digest = Digest::of(&path.0).to_string();
    let short: String = digest.chars().take(32).collect();
    let last = path.0.rsplit(|b| *b == b'/').next().unwrap_or_default();
    // The extension is kept where it is plain, so that a person can open the file.
    let extension = last.iter().rposition(|b| *b == b'.').filter(|at| *at > 0).and_then(|at| last.get(at + 1..));
    match extension.and_then(|e| std::str::from_utf8(e).ok()) {
        Some(e) if (1..=8).contains(&e.len()) && e.bytes().all(|b| b.is_ascii_alphanumeric()) => {
            format!("{LONG_ROOT}/{seq:010}-{short}.{e}")
        }
        _ => format!("{LONG_ROOT}/{seq:010}-{short}"),
    }
}

fn root_of(origin: Origin) -> &'static str {
    match origin {
        Origin::Volatile => STATE_ROOT,
        Origin::FileSystem | Origin::Image => FS_ROOT,
    }
}

/// Whether `stored` can be the stored name of the entry `seq` at `path`.
pub fn belongs_to(stored: &str, seq: u64, path: &RawPath, origin: Origin) -> bool {
    if origin == Origin::Volatile && split(path).first() != Some(&VOLATILE.as_bytes()) {
        // Else it could name a place among the files.
        return false;
    }
    if stored == long_name(seq, path) {
        return true;
    }
    let Some(rest) = stored.strip_prefix(root_of(origin)).and_then(|r| r.strip_prefix('/')) else { return false };
    let names: Option<Vec<Vec<u8>>> = rest.split('/').map(unescape_part).collect();
    names.is_some_and(|names| names.iter().map(Vec::as_slice).eq(split(path)))
}

/// One part of a path as it is stored; the first `extra` characters are escaped whether they need it or not.
pub fn escape_part(part: &[u8], extra: usize) -> String {
    if part.is_empty() {
        return "=".to_owned();
    }
    let reserved = is_reserved(part);
    let trailing = trailing_from(part);
    let mut out = String::with_capacity(part.len());
    let mut at = 0;
    let mut count = 0;
    for chunk in part.utf8_chunks() {
        for c in chunk.valid().chars() {
            let leads = at == 0 && (c == '-' || c.is_whitespace() || reserved);
            if leads || at >= trailing || count < extra || never_plain(c) {
                let mut buffer = [0; 4];
                c.encode_utf8(&mut buffer).bytes().for_each(|b| push_escape(&mut out, b));
            } else {
                out.push(c);
            }
            at += c.len_utf8();
            count += 1;
        }
        for byte in chunk.invalid() {
            push_escape(&mut out, *byte);
            at += 1;
        }
    }
    out
}

/// The bytes that a stored part stands for, if it is one that [`escape_part`] can give.
pub fn unescape_part(stored: &str) -> Option<Vec<u8>> {
    if stored == "=" {
        return Some(Vec::new());
    }
    let mut out = Vec::with_capacity(stored.len());
    let mut bytes = stored.bytes();
    while let Some(byte) = bytes.next() {
        if byte == b'=' {
            let pair = [bytes.next()?, bytes.next()?];
            out.extend(data_encoding::HEXUPPER.decode(&pair).ok()?);
        } else {
            out.push(byte);
        }
    }
    (!out.is_empty()).then_some(out)
}

fn push_escape(out: &mut String, byte: u8) {
    out.push('=');
    out.push_str(&data_encoding::HEXUPPER.encode(&[byte]));
}

/// Characters that stand nowhere in a stored name. `=` begins an escape; `%` would begin one for BagIt.
fn never_plain(c: char) -> bool {
    is_deceptive(c) || matches!(c, '\\' | '<' | '>' | ':' | '"' | '|' | '?' | '*' | '%' | '=' | '/')
}

/// Where the dots and spaces begin that Windows, or a reader of manifest lines, would drop from the end.
fn trailing_from(part: &[u8]) -> usize {
    let last = part.utf8_chunks().last();
    match last {
        Some(chunk) if chunk.invalid().is_empty() => {
            let kept = chunk.valid().trim_end_matches(|c: char| c == '.' || c.is_whitespace());
            part.len() - chunk.valid().len() + kept.len()
        }
        _ => part.len(),
    }
}

/// Device names that Windows opens instead of a file, with any extension, in any case.
fn is_reserved(part: &[u8]) -> bool {
    let Ok(text) = std::str::from_utf8(part) else { return false };
    let stem = text.split('.').next().unwrap_or_default().trim_end_matches(' ').to_ascii_uppercase();
    let numbered = |prefix| {
        stem.strip_prefix(prefix).is_some_and(|n: &str| {
            n.chars().count() == 1 && n.contains(|c: char| c.is_ascii_digit() || "¹²³".contains(c))
        })
    };
    matches!(stem.as_str(), "CON" | "PRN" | "AUX" | "NUL" | "CONIN$" | "CONOUT$" | "CLOCK$")
        || numbered("COM")
        || numbered("LPT")
}

/// The first 64 bits of SHA-256 over the name as a file system that ignores case and Unicode form would see it.
///
/// Two names that fall together by chance cost one needless escape, nothing more.
pub(super) fn folded_digest(name: &str) -> u64 {
    let folded: String = name.nfc().flat_map(char::to_uppercase).flat_map(char::to_lowercase).nfc().collect();
    let [a, b, c, d, e, f, g, h, ..] = Digest::of(folded.as_bytes()).0;
    u64::from_be_bytes([a, b, c, d, e, f, g, h])
}

#[cfg(test)]
mod tests;

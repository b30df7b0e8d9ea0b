//! What a TrueType or OpenType font says of its own characters: the tables `cmap` and `post` (OpenType 1.9).

use std::collections::BTreeMap;

use super::names;

/// Segments and groups that are read of one `cmap`.
const GROUPS: usize = 70_000;

/// Characters by glyph, and glyphs by code where a font has codes of its own.
#[derive(Debug, Default)]
pub(super) struct Program {
    texts: BTreeMap<u16, String>,
    /// Glyphs of the codes of a symbol font: its tables (3, 0) and (1, 0).
    codes: BTreeMap<u32, u16>,
}

fn u16_at(bytes: &[u8], at: usize) -> Option<u16> {
    Some(u16::from_be_bytes(*bytes.get(at..)?.first_chunk()?))
}

fn u32_at(bytes: &[u8], at: usize) -> Option<u32> {
    Some(u32::from_be_bytes(*bytes.get(at..)?.first_chunk()?))
}

fn table<'b>(bytes: &'b [u8], tag: &[u8; 4]) -> Option<&'b [u8]> {
    // Of a collection the first font.
    let start = if bytes.starts_with(b"ttcf") { u32_at(bytes, 12)? as usize } else { 0 };
    let count = usize::from(u16_at(bytes, start.checked_add(4)?)?);
    for at in 0..count.min(64) {
        let record = bytes.get(start.checked_add(12 + 16 * at)?..)?;
        if record.starts_with(tag) {
            let (offset, length) = (u32_at(record, 8)? as usize, u32_at(record, 12)? as usize);
            let rest = bytes.get(offset..)?;
            return rest.get(..length.min(rest.len()));
        }
    }
    None
}

impl Program {
    pub(super) fn read(bytes: &[u8]) -> Self {
        let mut program = Self::default();
        program.cmaps(bytes);
        program.post(bytes);
        program
    }

    /// The text of a glyph.
    pub(super) fn text(&self, glyph: u16) -> Option<&str> {
        self.texts.get(&glyph).map(String::as_str)
    }

    /// The text of a code of the font's own.
    pub(super) fn text_of_code(&self, code: u8) -> Option<&str> {
        let code = u32::from(code);
        let glyph = [0xF000 + code, code, 0xF100 + code].iter().find_map(|code| self.codes.get(code))?;
        self.text(*glyph)
    }

    fn cmaps(&mut self, bytes: &[u8]) -> Option<()> {
        let cmap = table(bytes, b"cmap")?;
        for at in 0..usize::from(u16_at(cmap, 2)?).min(32) {
            let record = 4 + 8 * at;
            let (platform, encoding) = (u16_at(cmap, record)?, u16_at(cmap, record + 2)?);
            let offset = u32_at(cmap, record + 4)? as usize;
            let Some(sub) = cmap.get(offset..) else { continue };
            let is_unicode = platform == 0 || (platform == 3 && matches!(encoding, 1 | 10));
            let mut pairs = Vec::new();
            pairs_of(sub, &mut pairs);
            for (code, glyph) in pairs {
                if !is_unicode {
                    self.codes.entry(code).or_insert(glyph);
                } else if let Some(one) = char::from_u32(code).filter(|one| !one.is_control()) {
                    self.texts.entry(glyph).or_insert_with(|| one.to_string());
                }
            }
        }
        None
    }

    /// Names of glyphs, format 2.
    fn post(&mut self, bytes: &[u8]) -> Option<()> {
        let post = table(bytes, b"post")?;
        if u32_at(post, 0)? != 0x0002_0000 {
            return None;
        }
        let count = u16_at(post, 32)?;
        let mut names = Vec::new();
        let mut rest = post.get(34 + 2 * usize::from(count)..)?;
        while let (Some((length, tail)), true) = (rest.split_first(), names.len() < GROUPS) {
            let length = usize::from(*length).min(tail.len());
            let (name, tail) = tail.split_at(length);
            names.push(name);
            rest = tail;
        }
        for glyph in 0..count {
            let index = u16_at(post, 34 + 2 * usize::from(glyph))?;
            // The first 258 are Macintosh names, which such fonts have in `cmap` too.
            let name = usize::from(index).checked_sub(258).and_then(|at| names.get(at));
            let text = name.and_then(|name| std::str::from_utf8(name).ok()).and_then(names::text_of);
            if let Some(text) = text {
                self.texts.entry(glyph).or_insert(text);
            }
        }
        None
    }
}

/// Codes and their glyphs, of the formats that are in use.
fn pairs_of(sub: &[u8], pairs: &mut Vec<(u32, u16)>) -> Option<()> {
    match u16_at(sub, 0)? {
        0 => pairs.extend((0..256).filter_map(|code| Some((code as u32, u16::from(*sub.get(6 + code)?))))),
        4 => segments(sub, pairs)?,
        6 => {
            let (first, count) = (u32::from(u16_at(sub, 6)?), usize::from(u16_at(sub, 8)?));
            pairs.extend((0..count).filter_map(|at| Some((first + at as u32, u16_at(sub, 10 + 2 * at)?))));
        }
        12 => {
            let count = (u32_at(sub, 12)? as usize).min(GROUPS);
            for group in 0..count {
                let at = 16 + 12 * group;
                let (first, last, glyph) = (u32_at(sub, at)?, u32_at(sub, at + 4)?, u32_at(sub, at + 8)?);
                let most = last.min(first.saturating_add(0xFFFF));
                for (code, glyph) in (first..=most).zip(glyph..) {
                    let (Ok(glyph), true) = (u16::try_from(glyph), pairs.len() < 4 * GROUPS) else { break };
                    pairs.push((code, glyph));
                }
            }
        }
        _ => {}
    }
    pairs.retain(|(_, glyph)| *glyph != 0);
    Some(())
}

fn segments(sub: &[u8], pairs: &mut Vec<(u32, u16)>) -> Option<()> {
    let count = usize::from(u16_at(sub, 6)?) / 2;
    let mut steps = 0;
    for segment in 0..count {
        let at = |table: usize| 14 + 2 * (count * table + segment) + if table > 0 { 2 } else { 0 };
        let (last, first) = (u16_at(sub, at(0))?, u16_at(sub, at(1))?);
        let (delta, offset) = (u16_at(sub, at(2))?, usize::from(u16_at(sub, at(3))?));
        for code in first..=last {
            steps += 1;
            if steps > 4 * GROUPS || pairs.len() >= 4 * GROUPS {
                return Some(());
            }
            let glyph = if offset == 0 {
                code.wrapping_add(delta)
            } else {
                match u16_at(sub, at(3) + offset + 2 * usize::from(code - first)) {
                    Some(0) | None => continue,
                    Some(glyph) => glyph.wrapping_add(delta),
                }
            };
            pairs.push((u32::from(code), glyph));
        }
    }
    Some(())
}

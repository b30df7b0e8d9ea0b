//! Properties of a document in a compound file ([MS-OLEPS] 2.21): author, title, company, and those that a person added.

use std::collections::BTreeMap;

use encoding_rs::Encoding;

use super::records::code_page;

/// Properties of one set that are read; programs write some twenty.
const MOST: usize = 4096;

/// The text properties of a stream, with their names; `None` if it is no property set.
pub(super) fn properties(bytes: &[u8]) -> Option<Vec<(String, String)>> {
    let (order, sets) = (u16_at(bytes, 0)?, u32_at(bytes, 24)?);
    if order != 0xFFFE {
        return None;
    }
    let mut found = Vec::new();
    for set in 0..sets.min(2) as usize {
        let at = 28 + set * 20;
        let format = u32_at(bytes, at)?;
        let offset = u32_at(bytes, at + 16)? as usize;
        read_set(bytes.get(offset..)?, format, &mut found)?;
    }
    Some(found)
}

fn read_set(set: &[u8], format: u32, found: &mut Vec<(String, String)>) -> Option<()> {
    let count = (u32_at(set, 4)? as usize).min(MOST);
    let entry = |nth: usize| Some((u32_at(set, 8 + nth * 8)?, u32_at(set, 12 + nth * 8)? as usize));
    let entries: Vec<(u32, usize)> = (0..count).filter_map(entry).collect();
    let find = |id: u32| entries.iter().find(|(known, _)| *known == id).map(|(_, at)| *at);
    let page = find(1).and_then(|at| u16_at(set, at + 4)).unwrap_or(932);
    let names = find(0).map(|at| dictionary(set.get(at..).unwrap_or_default(), page)).unwrap_or_default();
    let mut told = 0;
    for (id, at) in entries.iter().filter(|(id, _)| *id > 1) {
        let name = names.get(id).cloned().unwrap_or_else(|| name_of(format, *id).to_owned());
        let texts = texts(set.get(*at..).unwrap_or_default(), page);
        // Several entries may name one place: what comes of them is no more than is there.
        told += texts.iter().map(|text| text.len() + 4).sum::<usize>();
        if told > set.len().saturating_mul(4) {
            break;
        }
        found.extend(texts.into_iter().filter(|text| !text.trim().is_empty()).map(|text| (name.clone(), text)));
    }
    Some(())
}

/// Names of properties, by the first number of the identity of their set and their own.
fn name_of(format: u32, id: u32) -> &'static str {
    match (format, id) {
        (0xF29F_85E0, 2) => "title",
        (0xF29F_85E0, 3) => "subject",
        (0xF29F_85E0, 4) => "author",
        (0xF29F_85E0, 5) => "keywords",
        (0xF29F_85E0, 6) => "comments",
        (0xF29F_85E0, 7) => "template",
        (0xF29F_85E0, 8) => "last saved by",
        (0xF29F_85E0, 18) => "program",
        (0xD5CD_D502, 2) => "category",
        (0xD5CD_D502, 14) => "manager",
        (0xD5CD_D502, 15) => "company",
        (0xD5CD_D502, 13) => "part",
        _ => "property",
    }
}

/// The texts of one value: a string, or a list of them.
fn texts(value: &[u8], page: u16) -> Vec<String> {
    let Some(kind) = u16_at(value, 0) else { return Vec::new() };
    let body = value.get(4..).unwrap_or_default();
    match kind {
        0x1E => string(body, page).map(|(text, _)| text).into_iter().collect(),
        0x1F => wide(body).into_iter().collect(),
        // Lists, of which each string begins at the next fourth byte at most.
        0x101E => {
            let (mut all, mut rest) = (Vec::new(), body.get(4..).unwrap_or_default());
            for _ in 0..u32_at(body, 0).unwrap_or(0).min(4096) {
                let Some((text, length)) = string(rest, page) else { break };
                all.push(text);
                rest = rest.get(length..).unwrap_or_default();
            }
            all
        }
        _ => Vec::new(),
    }
}

/// A string with its length in bytes before it, and how long both are.
fn string(bytes: &[u8], page: u16) -> Option<(String, usize)> {
    let length = u32_at(bytes, 0)? as usize;
    let raw = bytes.get(4..4_usize.checked_add(length)?)?;
    let text = if page == 1200 { utf16(raw) } else { decoded(raw, code_page(page)) };
    Some((text, 4 + length))
}

fn wide(bytes: &[u8]) -> Option<String> {
    let length = (u32_at(bytes, 0)? as usize).checked_mul(2)?;
    Some(utf16(bytes.get(4..4_usize.checked_add(length)?)?))
}

fn utf16(raw: &[u8]) -> String {
    let units = raw.chunks_exact(2).map(|pair| u16_at(pair, 0).unwrap_or(0)).take_while(|unit| *unit != 0);
    String::from_utf16_lossy(&units.collect::<Vec<_>>())
}

fn decoded(raw: &[u8], page: &'static Encoding) -> String {
    let end = memchr::memchr(0, raw).unwrap_or(raw.len());
    page.decode_without_bom_handling(raw.get(..end).unwrap_or_default()).0.into_owned()
}

/// Names that a person gave to properties.
fn dictionary(bytes: &[u8], page: u16) -> BTreeMap<u32, String> {
    let mut names = BTreeMap::new();
    let mut at = 4_usize;
    for _ in 0..u32_at(bytes, 0).unwrap_or(0).min(4096) {
        let (Some(id), Some(length)) = (u32_at(bytes, at), u32_at(bytes, at + 4)) else { break };
        let length = (length as usize).saturating_mul(if page == 1200 { 2 } else { 1 });
        let Some(raw) = at.checked_add(8).and_then(|from| bytes.get(from..from.checked_add(length)?)) else { break };
        names.insert(id, if page == 1200 { utf16(raw) } else { decoded(raw, code_page(page)) });
        // Wide names are filled up to four bytes.
        at += 8 + if page == 1200 { length.next_multiple_of(4) } else { length };
    }
    names
}

fn u16_at(bytes: &[u8], at: usize) -> Option<u16> {
    bytes.get(at..at.checked_add(2)?)?.try_into().ok().map(u16::from_le_bytes)
}

fn u32_at(bytes: &[u8], at: usize) -> Option<u32> {
    bytes.get(at..at.checked_add(4)?)?.try_into().ok().map(u32::from_le_bytes)
}

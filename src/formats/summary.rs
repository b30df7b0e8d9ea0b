//! Property sets of old Office files ([MS-OLEPS]): author, company, title and whatever else a program or person wrote there.

use std::io;

use encoding_rs::Encoding;

use super::Sink;
use super::compound::Compound;
use super::flow::Flow;
use super::little::{size_at, u16_at, u32_at};
use crate::model::limits::PART_BYTES;

/// Properties that are read of one set.
const PROPERTIES: usize = 4_096;

/// Reads both property streams of a document. An error is that of the source.
pub(super) fn read(file: &mut Compound<'_>, extra: &[String], out: &mut dyn Sink) -> io::Result<()> {
    let mut all = Vec::new();
    for (stream, custom) in [("\u{5}SummaryInformation", false), ("\u{5}DocumentSummaryInformation", true)] {
        if let Some(bytes) = file.whole(stream, PART_BYTES)? {
            all.extend(properties(&bytes, custom));
        }
    }
    all.extend(extra.iter().map(|author| ("author".to_owned(), author.clone())));
    all.retain(|(_, value)| !value.trim().is_empty());
    if !all.is_empty() {
        out.part("properties", &mut |out| {
            let mut flow = Flow::default();
            all.iter().for_each(|(name, value)| flow.named(name, value, out));
        });
    }
    Ok(())
}

/// Name and value of each text property of a stream.
fn properties(bytes: &[u8], document: bool) -> Vec<(String, String)> {
    let mut all = Vec::new();
    let sets = size_at(bytes, 24).unwrap_or(0).min(2);
    for set in 0..sets {
        let Some(start) = size_at(bytes, 44 + set * 20) else { break };
        let Some(set_bytes) = bytes.get(start..) else { break };
        let own = if document && set == 1 {
            Names::Custom
        } else if document {
            Names::Document
        } else {
            Names::Summary
        };
        all.extend(set_properties(set_bytes, own));
    }
    all
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Names {
    Summary,
    Document,
    Custom,
}

fn name_of(names: Names, id: u32) -> Option<&'static str> {
    Some(match (names, id) {
        (Names::Summary, 2) => "title",
        (Names::Summary, 3) => "subject",
        (Names::Summary, 4) => "author",
        (Names::Summary, 5) => "keywords",
        (Names::Summary, 6) => "comments",
        (Names::Summary, 7) => "template",
        (Names::Summary, 8) => "last modified by",
        (Names::Document, 2) => "category",
        (Names::Document, 14) => "manager",
        (Names::Document, 15) => "company",
        _ => return None,
    })
}

fn set_properties(set: &[u8], names: Names) -> Vec<(String, String)> {
    let count = size_at(set, 4).unwrap_or(0).min(PROPERTIES);
    let entries: Vec<(u32, usize)> =
        (0..count).filter_map(|at| Some((u32_at(set, 8 + at * 8)?, size_at(set, 12 + at * 8)?))).collect();
    let page = entries.iter().find(|(id, _)| *id == 1).and_then(|(_, at)| u16_at(set, at + 4)).unwrap_or(1252);
    let dictionary = match entries.iter().find(|(id, _)| *id == 0) {
        Some((_, at)) if names == Names::Custom => dictionary(set, *at, page),
        _ => Vec::new(),
    };
    let mut all = Vec::new();
    for (id, at) in entries.iter().filter(|(id, _)| *id > 1) {
        let custom = dictionary.iter().find(|(known, _)| known == id).map(|(_, name)| name.clone());
        let name =
            custom.or_else(|| name_of(names, *id).map(str::to_owned)).unwrap_or_else(|| format!("property {id}"));
        // The program's own name says nothing of anyone.
        if names != Names::Summary || *id != 18 {
            all.extend(values(set, *at, page).into_iter().map(|value| (name.clone(), value)));
        }
    }
    all
}

/// The names of custom properties.
fn dictionary(set: &[u8], at: usize, page: u16) -> Vec<(u32, String)> {
    let mut all = Vec::new();
    let count = size_at(set, at).unwrap_or(0).min(PROPERTIES);
    let mut at = at.saturating_add(4);
    for _ in 0..count {
        let (Some(id), Some(length)) = (u32_at(set, at), size_at(set, at.saturating_add(4))) else { break };
        let bytes = if page == 1200 { length.saturating_mul(2) } else { length };
        let Some(raw) = set.get(at + 8..).and_then(|rest| rest.get(..bytes)) else { break };
        all.push((id, text(raw, page)));
        at = at + 8 + if page == 1200 { bytes.next_multiple_of(4) } else { bytes };
    }
    all
}

/// The texts of one value; other kinds of values have none.
fn values(set: &[u8], at: usize, page: u16) -> Vec<String> {
    let Some(kind) = u16_at(set, at) else { return Vec::new() };
    let mut place = at.saturating_add(4);
    let count = if kind & 0x1000 == 0 {
        1
    } else {
        place = place.saturating_add(4);
        size_at(set, place - 4).unwrap_or(0).min(PROPERTIES)
    };
    let mut all = Vec::new();
    for _ in 0..count {
        let wide = match kind & 0x0FFF {
            0x1E => page == 1200,
            0x1F => true,
            _ => break,
        };
        let Some(length) = size_at(set, place) else { break };
        // A string of 16-bit units counts them, one of bytes counts bytes.
        let bytes = if kind & 0x0FFF == 0x1F { length.saturating_mul(2) } else { length };
        let Some(raw) = set.get(place + 4..).and_then(|rest| rest.get(..bytes)) else { break };
        all.push(text(raw, if wide { 1200 } else { page }));
        place = place.saturating_add(4).saturating_add(bytes.next_multiple_of(4));
    }
    all
}

fn text(raw: &[u8], page: u16) -> String {
    let encoding = if page == 1200 { encoding_rs::UTF_16LE } else { of_page(page) };
    encoding.decode_without_bom_handling(raw).0.trim_matches('\0').to_owned()
}

/// The encoding of a Windows code page.
pub(super) fn of_page(page: u16) -> &'static Encoding {
    let label = match page {
        932 => "shift_jis",
        936 => "gbk",
        949 => "euc-kr",
        950 => "big5",
        874 => "windows-874",
        10_001 => "shift_jis",
        20_932 | 51_932 => "euc-jp",
        65_001 => "utf-8",
        1250..=1258 => {
            return Encoding::for_label(format!("windows-{page}").as_bytes()).unwrap_or(encoding_rs::WINDOWS_1252);
        }
        _ => "windows-1252",
    };
    Encoding::for_label(label.as_bytes()).unwrap_or(encoding_rs::WINDOWS_1252)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn texts_in_their_code_page_and_custom_names() {
        let mut set = Vec::new();
        let value = encoding_rs::SHIFT_JIS.encode("山田").0.into_owned();
        set.extend([0; 4]);
        set.extend(2_u32.to_le_bytes());
        for (id, at) in [(1_u32, 24_u32), (4, 32)] {
            set.extend(id.to_le_bytes());
            set.extend(at.to_le_bytes());
        }
        set.extend([2, 0, 0, 0, 0xA4, 3, 0, 0]);
        set.extend([0x1E, 0, 0, 0, 4, 0, 0, 0]);
        set.extend(value);
        assert_eq!(set_properties(&set, Names::Summary), [("author".to_owned(), "山田".to_owned())]);
        for cut in 0..set.len() {
            set_properties(&set[..cut], Names::Custom);
        }
    }
}

use std::io::Read;

use super::*;
use crate::formats::collected::Collected;
use crate::formats::docx::tests::{assert_people, sample};
use crate::formats::ole::tests::compound;

/// The samples are kept packed: LibreOffice puts a large picture of the first slide into each.
fn unpacked(name: &str) -> Vec<u8> {
    let mut bytes = Vec::new();
    flate2::read::GzDecoder::new(sample(name).as_slice()).read_to_end(&mut bytes).unwrap();
    bytes
}

#[test]
fn presentations_of_libreoffice() {
    for (name, as_table) in [("table.ppt", true), ("places.ppt", false)] {
        let got = assert_people(name, &unpacked(&format!("ppt/{name}.gz")), as_table);
        assert_eq!((got.format, got.gaps.len()), ("ppt", 0), "{name}: {:?}", got.gaps);
    }
    let got = Collected::of("a.ppt", &unpacked("ppt/places.ppt.gz"));
    let pages: Vec<_> = got.records.iter().map(|(.., fields)| fields[0].place.page).collect();
    assert_eq!(pages, [Some(1), Some(2), Some(2), Some(3)]);
    assert!(got.children.iter().any(|(name, part)| name == "notes" && part.all_text().contains("佐藤 花子")));
}

fn record(kind: u16, version: u16, content: &[u8]) -> Vec<u8> {
    let mut all = version.to_le_bytes().to_vec();
    all.extend(kind.to_le_bytes());
    all.extend((content.len() as u32).to_le_bytes());
    all.extend(content);
    all
}

#[test]
fn an_older_version_of_a_slide_is_not_read_beside_it() {
    let slide = |text: &[u8]| record(SLIDE, 0xF, &record(0x0FA8, 0, text));
    let old = slide(b"old");
    let document = record(DOCUMENT, 0xF, &record(0x0FF0, 0xF, &record(0x03F3, 0, &[2, 0, 0, 0])));
    let mut doc = [old.clone(), slide(b"new\rline\x0bbreak"), document].concat();
    let (second, third) = (old.len() as u32, (old.len() * 2 + 11) as u32);
    let directory = doc.len() as u32;
    let list: Vec<u8> = [1 | (2 << 20), third, second].iter().flat_map(|n: &u32| n.to_le_bytes()).collect();
    doc.extend(record(0x1772, 0, &list));
    let edit = doc.len() as u32;
    doc.extend(record(0x0FF5, 0, &[[0; 4], [0; 4], [0; 4], directory.to_le_bytes(), [0; 4]].concat()));
    let user = |token: u32| [[0; 4], [0; 4], [0; 4], token.to_le_bytes(), edit.to_le_bytes()].concat();
    let got = Collected::of("a.ppt", &compound(&[(STREAM, &doc), ("Current User", &user(0xE391_C05F))]));
    assert_eq!(got.texts(), [["new"], ["line"], ["break"]], "{:?}", got.gaps);
    let got = Collected::of("a.ppt", &compound(&[(STREAM, &doc)]));
    assert!(got.all_text().contains("old"), "without the list all is read");
    let got = Collected::of("a.ppt", &compound(&[(STREAM, &doc), ("Current User", &user(0xF3D1_C4DF))]));
    assert_eq!(got.gap_kinds(), [GapKind::Encrypted]);
}

#[test]
fn hostile_records_end() {
    let mut deep = Vec::new();
    for _ in 0..2_000 {
        deep = record(SLIDE, 0xF, &deep);
    }
    Collected::of("a.ppt", &compound(&[(STREAM, &deep)]));
    let lie = [0xF, 0, 0xEE, 3, 0xFF, 0xFF, 0xFF, 0xFF, 0, 0, 0xA8, 0xF, 0xFF, 0xFF, 0xFF, 0x7F, b'x', b'y'];
    assert!(Collected::of("a.ppt", &compound(&[(STREAM, &lie)])).all_text().contains("xy"));
    let bytes = unpacked("ppt/places.ppt.gz");
    for at in (0..20_000).step_by(997) {
        let mut damaged = bytes.clone();
        damaged[at] ^= 0xFF;
        Collected::of("a.ppt", &damaged);
    }
}

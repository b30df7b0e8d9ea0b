use super::*;
use crate::formats::collected::Collected;
use crate::formats::docx::tests::{assert_people, sample};
use crate::formats::ole::tests::compound;

/// A Word file of these pieces (8-bit or wide), with the lengths of its texts.
fn word(pieces: &[(&[u8], bool)], lengths: [u32; 8], flags: u16) -> Vec<u8> {
    let mut doc = vec![0; 0x600];
    doc[..2].copy_from_slice(&0xA5EC_u16.to_le_bytes());
    doc[2..4].copy_from_slice(&0x00C1_u16.to_le_bytes());
    doc[10..12].copy_from_slice(&flags.to_le_bytes());
    for (at, length) in lengths.iter().enumerate() {
        doc[0x4C + at * 4..][..4].copy_from_slice(&length.to_le_bytes());
    }
    let (mut starts, mut places, mut cp) = (0_u32.to_le_bytes().to_vec(), Vec::new(), 0);
    // The file has them in another order than the text.
    for (bytes, wide) in pieces {
        let at = doc.len() as u32;
        doc.extend_from_slice(bytes);
        doc.push(0);
        cp += (bytes.len() / if *wide { 2 } else { 1 }) as u32;
        starts.extend(cp.to_le_bytes());
        places.extend([0, 0]);
        places.extend(if *wide { at } else { (at * 2) | 0x4000_0000 }.to_le_bytes());
        places.extend([0, 0]);
    }
    let plc = [starts, places].concat();
    let clx = [&[1, 2, 0, 9, 9, 2][..], &(plc.len() as u32).to_le_bytes(), &plc].concat();
    doc[0x1A2..0x1A6].copy_from_slice(&0_u32.to_le_bytes());
    doc[0x1A6..0x1AA].copy_from_slice(&(clx.len() as u32).to_le_bytes());
    compound(&[("WordDocument", &doc), ("0Table", &clx)])
}

fn wide(text: &str) -> Vec<u8> {
    text.encode_utf16().flat_map(u16::to_le_bytes).collect()
}

#[test]
fn documents_of_libreoffice() {
    for (name, as_table) in [("table.doc", true), ("places.doc", false)] {
        let got = assert_people(name, &sample(&format!("doc/{name}")), as_table);
        assert_eq!(got.format, "doc");
        assert!(got.gaps.is_empty(), "{name}: {:?}", got.gaps);
        assert!(got.all_text().contains("記録係"), "{name}");
    }
}

#[test]
fn pieces_of_both_kinds_are_one_text() {
    let bytes = word(
        &[(b"\x93tel\x94 090-12", false), (&wide("34-5678 山田\r二"), true), (b"\rnote\r", false)],
        [25, 0, 0, 0, 5, 0, 0, 0],
        0,
    );
    let got = Collected::of("a.doc", &bytes);
    assert_eq!(got.texts(), [["“tel” 090-1234-5678 山田"], ["二"]]);
    assert_eq!((got.children[0].0.as_str(), got.children[0].1.texts()), ("comments", vec![vec!["note"]]));
    let japanese = encoding_rs::SHIFT_JIS.encode("氏名は山田太郎です。住所は東京都千代田区。\r").0.into_owned();
    let got = Collected::of("a.doc", &word(&[(&japanese, false)], [japanese.len() as u32, 0, 0, 0, 0, 0, 0, 0], 0));
    assert_eq!(got.texts(), [["氏名は山田太郎です。住所は東京都千代田区。"]]);
}

#[test]
fn cells_are_rows_and_field_codes_are_told() {
    let text = b"name\x07tel\x07\x07taro\x07090-1234-5678\x07\x07after \x13 HYPERLINK \"mailto:t@example.jp\" \x14write\x15!\r";
    let got = Collected::of("a.doc", &word(&[(text, false)], [text.len() as u32, 0, 0, 0, 0, 0, 0, 0], 0));
    let want: &[&[&str]] =
        &[&["name", "tel"], &["taro", "090-1234-5678"], &["after write!"], &["HYPERLINK \"mailto:t@example.jp\""]];
    assert_eq!(got.texts(), want);
    assert_eq!(got.records[1].2[1].name.as_deref(), Some("tel"));
}

#[test]
fn encrypted_and_older_files_say_so() {
    assert_eq!(
        Collected::of("a.doc", &word(&[(b"x", false)], [1, 0, 0, 0, 0, 0, 0, 0], 0x0100)).gap_kinds(),
        [GapKind::Encrypted]
    );
    let old = compound(&[("WordDocument", b"\xDC\xA5\x68\0 some text here of Word 6 taro@example.jp")]);
    let got = Collected::of("a.doc", &old);
    assert_eq!(got.gap_kinds(), [GapKind::UnsupportedFormat]);
    assert!(got.all_text().contains("taro@example.jp"));
}

#[test]
fn a_text_that_lies_about_its_length_is_told() {
    let got = Collected::of("a.doc", &word(&[(b"short\r", false)], [u32::MAX, 1, 1, 0, 9, 0, 0, 0], 0));
    assert_eq!((got.texts(), got.gap_kinds()), (vec![vec!["short"]], vec![GapKind::Truncated]));
    let got = Collected::of("a.doc", &word(&[(b"counted\rnot counted\r", false)], [8, 0, 0, 0, 0, 0, 0, 0], 0));
    assert!(got.all_text().contains("not counted"));
}

#[test]
fn damaged_samples_are_no_panic() {
    let bytes = sample("doc/places.doc");
    for at in (0..bytes.len()).step_by(61) {
        let mut damaged = bytes.clone();
        damaged[at] ^= 0xFF;
        Collected::of("a.doc", &damaged);
        Collected::of("a.doc", &bytes[..at]);
    }
}

//! Strings for people: titles, names, values of fields (ISO 32000-1, 7.9.2.2).

use encoding_rs::{UTF_16BE, UTF_16LE, WINDOWS_1252};

/// What PDFDocEncoding has at 0x18 to 0x1F and 0x80 to 0x9E, where it is not Latin-1.
const LOWER: &str = "˘ˇˆ˙˝˛˚˜";
const UPPER: &str = "•†‡…—–ƒ⁄‹›−‰„“”‘’‚™ﬁﬂŁŒŠŸŽıłœšž";

/// A text string, by its mark or in PDFDocEncoding. Japanese programs also write their own encoding without a mark.
pub(super) fn string(bytes: &[u8]) -> String {
    if let Some(rest) = bytes.strip_prefix(b"\xFE\xFF") {
        return UTF_16BE.decode_without_bom_handling(rest).0.into_owned();
    }
    if let Some(rest) = bytes.strip_prefix(b"\xFF\xFE") {
        return UTF_16LE.decode_without_bom_handling(rest).0.into_owned();
    }
    let rest = bytes.strip_prefix(b"\xEF\xBB\xBF").unwrap_or(bytes);
    if let Ok(text) = std::str::from_utf8(rest) {
        return text.to_owned();
    }
    let japanese = encoding_rs::SHIFT_JIS.decode_without_bom_handling_and_without_replacement(bytes);
    if let Some(text) = japanese.filter(|text| text.chars().any(|one| ('ぁ'..='龠').contains(&one))) {
        return text.into_owned();
    }
    bytes.iter().map(|byte| pdf_doc(*byte)).collect()
}

fn pdf_doc(byte: u8) -> char {
    let at = |list: &str, from: u8| list.chars().nth(usize::from(byte - from));
    let special = match byte {
        0x18..=0x1F => at(LOWER, 0x18),
        0x80..=0x9E => at(UPPER, 0x80),
        0xA0 => Some('€'),
        _ => None,
    };
    special.unwrap_or_else(|| WINDOWS_1252.decode_without_bom_handling(&[byte]).0.chars().next().unwrap_or('\u{FFFD}'))
}

/// A name of a PDF, whose bytes are held as characters, as text.
pub(super) fn name(name: &str) -> String {
    let bytes: Vec<u8> = name.chars().filter_map(|one| u8::try_from(u32::from(one)).ok()).collect();
    string(&bytes)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn strings_tell_their_encoding_or_are_told_by_it() {
        assert_eq!(string(b"\xFE\xFF\x5C\x71"), "山");
        assert_eq!(string("山田".as_bytes()), "山田");
        assert_eq!(string(b"\x8ER\x93c"), "山田");
        assert_eq!(string(b"\x8Dcaf\xE9\x8E \x1F\xA0"), "“café” ˜€");
    }
}

//! The CMaps that have a name (ISO 32000-1, 9.7.5.2). Their codes are those of a character encoding, so they are decoded as
//! that; only the collection Adobe-Japan1 is known by its glyphs.

use std::sync::LazyLock;

use encoding_rs::Encoding;

/// Characters of the glyphs of Adobe-Japan1, a line each.
static JAPAN1: LazyLock<Vec<&'static str>> =
    LazyLock::new(|| include_str!("../../../../rules/tables/adobe_japan1.txt").lines().collect());

/// The text of a glyph of Adobe-Japan1.
pub(super) fn japan1(cid: u32) -> Option<&'static str> {
    JAPAN1.get(usize::try_from(cid).ok()?).copied().filter(|text| !text.is_empty())
}

/// How the codes of a named CMap are cut and read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Codes {
    /// Two bytes, which are the CID.
    Identity,
    Utf16,
    Utf8,
    Utf32,
    /// Row and cell of JIS X 0208, each from 0x21.
    Jis,
    /// In an encoding of one or two bytes, which encoding_rs knows.
    In(&'static Encoding),
}

/// By the name of a CMap, and whether it is written downwards.
pub(super) fn named(name: &str) -> Option<(Codes, bool)> {
    let (stem, vertical) = match name {
        "H" => ("", false),
        "V" => ("", true),
        _ => match name.strip_suffix("-V") {
            Some(stem) => (stem, true),
            None => (name.strip_suffix("-H")?, false),
        },
    };
    let has = |part: &str| stem.contains(part);
    let codes = match stem {
        "Identity" => Codes::Identity,
        "" | "78" | "Add" | "Ext" | "NWP" => Codes::Jis,
        _ if stem.starts_with("Uni") && (has("UCS2") || has("UTF16")) => Codes::Utf16,
        _ if stem.starts_with("Uni") && has("UTF8") => Codes::Utf8,
        _ if stem.starts_with("Uni") && has("UTF32") => Codes::Utf32,
        _ if has("RKSJ") => Codes::In(encoding_rs::SHIFT_JIS),
        "EUC" | "78-EUC" => Codes::In(encoding_rs::EUC_JP),
        _ if stem.starts_with("GB") => Codes::In(encoding_rs::GB18030),
        _ if stem.starts_with("KSC") => Codes::In(encoding_rs::EUC_KR),
        "B5pc" | "ETen-B5" | "ETenms-B5" | "HKscs-B5" => Codes::In(encoding_rs::BIG5),
        _ => return None,
    };
    Some((codes, vertical))
}

impl Codes {
    /// How many bytes the next code has.
    pub(super) fn length(self, bytes: &[u8]) -> usize {
        let first = bytes.first().copied().unwrap_or(0);
        match self {
            Self::Identity | Self::Jis => 2,
            Self::Utf16 => {
                if matches!(first, 0xD8..=0xDB) {
                    4
                } else {
                    2
                }
            }
            Self::Utf8 => match first {
                0..0xC0 => 1,
                0xC0..0xE0 => 2,
                0xE0..0xF0 => 3,
                _ => 4,
            },
            Self::Utf32 => 4,
            Self::In(encoding) => {
                let double = if encoding == encoding_rs::SHIFT_JIS {
                    matches!(first, 0x81..=0x9F | 0xE0..=0xFC)
                } else if encoding == encoding_rs::EUC_JP {
                    matches!(first, 0x8E | 0xA1..=0xFE)
                } else {
                    first >= 0x81
                };
                let four = encoding == encoding_rs::GB18030 && double && matches!(bytes.get(1), Some(0x30..=0x39));
                if four { 4 } else { 1 + usize::from(double) }
            }
        }
    }

    /// The text of one code.
    pub(super) fn text(self, code: &[u8]) -> Option<String> {
        let by = |encoding: &'static Encoding, bytes: &[u8]| {
            encoding.decode_without_bom_handling_and_without_replacement(bytes).map(|text| text.into_owned())
        };
        match self {
            Self::Identity => None,
            Self::Utf16 => by(encoding_rs::UTF_16BE, code),
            Self::Utf8 => std::str::from_utf8(code).ok().map(str::to_owned),
            Self::Utf32 => {
                let value = code.iter().fold(0u32, |value, byte| value << 8 | u32::from(*byte));
                char::from_u32(value).map(String::from)
            }
            Self::Jis => by(encoding_rs::EUC_JP, &code.iter().map(|byte| byte | 0x80).collect::<Vec<u8>>()),
            Self::In(encoding) => by(encoding, code),
        }
        .filter(|text| !text.is_empty())
    }

    /// The CID of a character of ASCII, by which its width is stated.
    pub(super) fn cid_of_ascii(self, name: &str, character: char) -> Option<u32> {
        let at = u32::from(character).checked_sub(0x20).filter(|at| *at < 0x5F)?;
        let halves = matches!(self, Self::In(_) | Self::Jis) && !name.contains("msp") && !name.contains("pv");
        Some(if halves || name.contains("HW") { 231 + at } else { 1 + at })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn codes_are_cut_and_read_as_their_encoding() {
        let all = |name: &str, bytes: &[u8]| {
            let (codes, _) = named(name).unwrap();
            let (mut at, mut text) = (0, String::new());
            while at < bytes.len() {
                let length = codes.length(&bytes[at..]);
                text += &codes.text(&bytes[at..at + length]).unwrap();
                at += length;
            }
            text
        };
        let want = "山田A1";
        assert_eq!(all("UniJIS-UTF16-H", &[0x5C, 0x71, 0x75, 0x30, 0, 0x41, 0, 0x31]), want);
        assert_eq!(all("UniJIS-UTF8-V", want.as_bytes()), want);
        assert_eq!(all("90ms-RKSJ-H", &encoding_rs::SHIFT_JIS.encode(want).0), want);
        assert_eq!(all("EUC-H", &encoding_rs::EUC_JP.encode(want).0), want);
        assert_eq!(all("H", &[0x3B, 0x33, 0x45, 0x44]), "山田");
        assert_eq!(named("V"), Some((Codes::Jis, true)));
        assert_eq!(named("Nonsense-H"), None);
    }

    #[test]
    fn glyphs_of_japan1_are_known() {
        assert_eq!([japan1(34), japan1(843), japan1(1125)], [Some("A"), Some("あ"), Some("亜")]);
        assert_eq!(japan1(4_000_000_000), None);
    }
}

//! Characters by the name of their glyph (Adobe Glyph List), and the encodings that fonts begin from (ISO 32000-1, annex D).

use std::collections::HashMap;
use std::sync::LazyLock;

static GLYPHS: LazyLock<HashMap<&'static str, &'static str>> = LazyLock::new(|| {
    include_str!("../../../../rules/tables/glyph_names.txt").lines().filter_map(|line| line.split_once(' ')).collect()
});

/// The longest text that one name stands for.
const COMPONENTS: usize = 16;

/// The text that a name of a glyph stands for: listed, spelt by its code, or several joined by `_`.
pub(super) fn text_of(name: &str) -> Option<String> {
    let stem = name.split('.').next().filter(|stem| !stem.is_empty())?;
    let mut text = String::new();
    for part in stem.split('_').take(COMPONENTS) {
        match GLYPHS.get(part) {
            Some(codes) => text.extend(codes.split(' ').filter_map(from_hex)),
            None => text.extend(spelt(part)?),
        }
    }
    Some(text).filter(|text| !text.is_empty())
}

fn from_hex(digits: &str) -> Option<char> {
    u32::from_str_radix(digits, 16).ok().and_then(char::from_u32)
}

/// `uni` and four digits for each character, or `u` and four to six.
fn spelt(name: &str) -> Option<Vec<char>> {
    let is_hex = |digits: &str| digits.bytes().all(|byte| byte.is_ascii_hexdigit());
    if let Some(digits) =
        name.strip_prefix("uni").filter(|digits| digits.len() >= 4 && digits.len() % 4 == 0 && is_hex(digits))
    {
        let units: Vec<u16> = (0..digits.len())
            .step_by(4)
            .filter_map(|at| u16::from_str_radix(digits.get(at..at + 4)?, 16).ok())
            .collect();
        return char::decode_utf16(units).collect::<Result<Vec<char>, _>>().ok();
    }
    let digits = name.strip_prefix('u').filter(|digits| (4..=6).contains(&digits.len()) && is_hex(digits))?;
    from_hex(digits).map(|one| vec![one])
}

/// The encodings that have a name.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Base {
    Standard,
    WinAnsi,
    MacRoman,
}

impl Base {
    pub(super) fn named(name: &str) -> Option<Self> {
        match name {
            "WinAnsiEncoding" => Some(Self::WinAnsi),
            "MacRomanEncoding" => Some(Self::MacRoman),
            "StandardEncoding" => Some(Self::Standard),
            _ => None,
        }
    }

    /// The character of a code.
    pub(super) fn char(self, code: u8) -> Option<char> {
        if code < 0x20 || code == 0x7F {
            return None;
        }
        let by = |encoding: &'static encoding_rs::Encoding| {
            let bytes = [code];
            let text = encoding.decode_without_bom_handling_and_without_replacement(&bytes)?;
            text.chars().next()
        };
        match self {
            Self::WinAnsi => by(encoding_rs::WINDOWS_1252),
            Self::MacRoman => by(encoding_rs::MACINTOSH),
            Self::Standard => standard(code),
        }
    }
}

/// The upper part of StandardEncoding, from 0xA1; a space where there is no character.
const STANDARD_UPPER: &str =
    "¡¢£⁄¥ƒ§¤'“«‹›ﬁﬂ –†‡· ¶•‚„”»…‰ ¿ `´ˆ˜¯˘˙¨ ˚¸ ˝˛ˇ—                Æ ª    ŁØŒº     æ   ı  łøœß";

fn standard(code: u8) -> Option<char> {
    match code {
        0x27 => Some('’'),
        0x60 => Some('‘'),
        0x20..=0x7E => Some(char::from(code)),
        0xA1.. => STANDARD_UPPER.chars().nth(usize::from(code - 0xA1)).filter(|found| *found != ' '),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_listed_or_spelt() {
        let all = ["A", "eacute", "uni5C71", "uni5C717530", "u20BB7", "f_i", "A.small", "uniD842DFB7"];
        let texts: Vec<_> = all.iter().map(|name| text_of(name).unwrap()).collect();
        assert_eq!(texts, ["A", "é", "山", "山田", "𠮷", "fi", "A", "𠮷"]);
        assert!(text_of("g12").is_none() && text_of(".notdef").is_none() && text_of("uniXYZ1").is_none());
    }

    #[test]
    fn the_upper_part_of_the_standard_encoding_stands_in_its_places() {
        let got: String =
            [0xA1, 0xB7, 0xBF, 0xC7, 0xD0, 0xE1, 0xE8, 0xF1, 0xFB].iter().filter_map(|c| standard(*c)).collect();
        assert_eq!(got, "¡•¿˙—ÆŁæß");
    }
}

//! The name of a zip's member as text: by its flag, by the Unicode name that some programs add, or by the code page of a
//! Japanese Windows, which says nowhere that it is one.

use encoding_rs::SHIFT_JIS;

use crate::model::RawPath;

/// How a name was read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum By {
    /// It is UTF-8.
    Utf8,
    /// It is in another spelling, and an extra field (0x7075) gives it in UTF-8.
    UnicodeField,
    /// It is no UTF-8 and does not say that it is: as Windows in Japan writes it (CP932).
    Cp932,
    /// It can not be read.
    Nothing,
}

/// Extra field of Info-ZIP: version 1, checksum of the name that it belongs to, the name in UTF-8.
const UNICODE_PATH: u16 = 0x7075;

/// Reads a name. `extra` are the member's extra fields in the directory.
pub(super) fn name(raw: &[u8], is_utf8: bool, extra: &[u8]) -> (String, By) {
    if let Some(name) = unicode_field(raw, extra).filter(|name| name.as_bytes() != raw) {
        return (name, By::UnicodeField);
    }
    if let Ok(name) = std::str::from_utf8(raw) {
        return (name.to_owned(), By::Utf8);
    }
    let cp932 = SHIFT_JIS.decode_without_bom_handling_and_without_replacement(raw);
    match cp932.filter(|_| !is_utf8) {
        // A backslash can only be half of a character here: Windows programs that part folders by it have no such names.
        Some(name) => (name.into_owned(), By::Cp932),
        None => (RawPath(raw.to_vec()).shown(), By::Nothing),
    }
}

/// The name in the Unicode field, if the field belongs to this very name.
fn unicode_field(raw: &[u8], extra: &[u8]) -> Option<String> {
    let mut rest = extra;
    while let [a, b, c, d, after @ ..] = rest {
        let (id, length) = (u16::from_le_bytes([*a, *b]), usize::from(u16::from_le_bytes([*c, *d])));
        let field = after.get(..length)?;
        if let (UNICODE_PATH, [1, w, x, y, z, name @ ..]) = (id, field)
            && u32::from_le_bytes([*w, *x, *y, *z]) == crc32fast::hash(raw)
        {
            return std::str::from_utf8(name).ok().map(str::to_owned);
        }
        rest = after.get(length..)?;
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    fn field(raw: &[u8], name: &str) -> Vec<u8> {
        let body = [&[1][..], &crc32fast::hash(raw).to_le_bytes(), name.as_bytes()].concat();
        let length = u16::try_from(body.len()).unwrap().to_le_bytes();
        // Another field before it.
        [&[0x55, 0x54, 1, 0, 9, 0x75, 0x70][..], &length, &body].concat()
    }

    #[test]
    fn a_name_is_read_by_its_flag_its_field_or_the_code_page_of_windows() {
        let cp932 = b"\x8a\xe7\x8bq.csv";
        assert_eq!(name("顧客.csv".as_bytes(), true, &[]), ("顧客.csv".into(), By::Utf8));
        assert_eq!(name("顧客.csv".as_bytes(), false, &[]), ("顧客.csv".into(), By::Utf8));
        assert_eq!(name(cp932, false, &[]), ("顔客.csv".into(), By::Cp932));
        assert_eq!(name(cp932, true, &[]).1, By::Nothing);
        assert_eq!(name(b"\xff\xfe", false, &[]), ("\\xff\\xfe".into(), By::Nothing));
        assert_eq!(name(b"????.csv", false, &field(b"????.csv", "顧客.csv")), ("顧客.csv".into(), By::UnicodeField));
        // A field that was left behind when the name was changed says nothing.
        assert_eq!(name(b"other", false, &field(b"????.csv", "顧客.csv")), ("other".into(), By::Utf8));
        for cut in 0..field(b"a", "b").len() {
            assert_eq!(name(b"a", false, &field(b"a", "b")[..cut]).0, "a");
        }
    }
}

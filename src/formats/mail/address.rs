//! Lists of addresses (RFC 5322 §3.4), taken apart where they stand: each person with the name before the address is one record.

use std::ops::Range;

/// Headers that list addresses, in lower case.
const LISTS: [&str; 22] = [
    "from",
    "to",
    "cc",
    "bcc",
    "sender",
    "reply-to",
    "resent-from",
    "resent-to",
    "resent-cc",
    "resent-bcc",
    "resent-sender",
    "resent-reply-to",
    "return-path",
    "delivered-to",
    "envelope-to",
    "x-original-to",
    "x-envelope-to",
    "errors-to",
    "disposition-notification-to",
    "mail-followup-to",
    "apparently-to",
    "x-forwarded-to",
];

/// Whether a header of this name lists addresses.
pub(super) fn lists(name: &str) -> bool {
    LISTS.iter().any(|list| name.eq_ignore_ascii_case(list))
}

/// Where each address stands, with the name before it. Japanese text that was never encoded may stand in quotes, in CP932 or in
/// ISO-2022-JP, whose characters hold bytes that look like marks.
pub(super) fn split(list: &[u8]) -> Vec<Range<usize>> {
    // A quote or a bracket that is never closed must not swallow the rest of a list.
    let mut all = at_commas(list, true).or_else(|| at_commas(list, false)).unwrap_or_default();
    all.retain_mut(|range| {
        let text = list.get(range.clone()).unwrap_or_default();
        let lead = text.len() - text.trim_ascii_start().len();
        let length = text.trim_ascii().len();
        *range = range.start + lead..range.start + lead + length;
        length > 0
    });
    all
}

/// The pieces between commas and semicolons; `None` if a quote, a comment or a bracket is open at the end, and these are heeded.
fn at_commas(list: &[u8], heeds: bool) -> Option<Vec<Range<usize>>> {
    let mut all = Vec::new();
    let (mut begin, mut at) = (0, 0);
    let (mut quoted, mut angle, mut nested) = (false, false, 0_usize);
    let is_utf8 = std::str::from_utf8(list).is_ok();
    while let Some(&byte) = list.get(at) {
        let mut step = 1;
        match byte {
            0x1B if list.get(at + 1) == Some(&b'$') => {
                let rest = list.get(at..).unwrap_or_default();
                step = memchr::memmem::find(rest, b"\x1b(").map_or(rest.len(), |end| end + 3);
            }
            0x81..=0x9F | 0xE0..=0xFC if !is_utf8 => step = 2,
            b',' | b';' if !quoted && nested == 0 && !angle => {
                all.push(begin..at);
                begin = at + 1;
            }
            _ if !heeds => {}
            b'\\' if quoted || nested > 0 => step = 2,
            b'"' if nested == 0 => quoted = !quoted,
            b'(' if !quoted => nested += 1,
            b')' if !quoted => nested = nested.saturating_sub(1),
            b'<' if !quoted && nested == 0 => angle = true,
            b'>' if !quoted && nested == 0 => angle = false,
            _ => {}
        }
        at += step;
    }
    all.push(begin.min(list.len())..list.len());
    (!quoted && !angle && nested == 0).then_some(all)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parts(list: &[u8]) -> Vec<String> {
        split(list)
            .into_iter()
            .map(|range| crate::text::decode_record(&list[range], crate::model::Charset::Utf8).text.into_owned())
            .collect()
    }

    #[test]
    fn each_address_with_its_name() {
        assert_eq!(
            parts(b" \"Yamada, Taro\" <a@example.jp>,\r\n b@example.jp (Sato, H.) , Group: c@example.jp;"),
            ["\"Yamada, Taro\" <a@example.jp>", "b@example.jp (Sato, H.)", "Group: c@example.jp"]
        );
        assert!(parts(b" , ;\r\n").is_empty());
        assert_eq!(parts(b"\"open <a@example.jp>, b@example.jp,\n c@example.jp").len(), 3);
    }

    #[test]
    fn japanese_that_was_never_encoded_is_kept_whole() {
        for codec in [encoding_rs::SHIFT_JIS, encoding_rs::ISO_2022_JP, encoding_rs::UTF_8] {
            let list = codec.encode("\"表ソ\" <a@example.jp>, 高橋 <b@example.jp>").0;
            assert_eq!(parts(&list), ["\"表ソ\" <a@example.jp>", "高橋 <b@example.jp>"], "{}", codec.name());
        }
    }
}

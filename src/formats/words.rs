//! Encoded words in headers of mail (RFC 2047, with the language of RFC 2231 §5), and the transfer encodings that they share with bodies.
//!
//! Mailers break them: a character of two bytes is cut between two words, padding is missing, words stand inside quotes. Words of one
//! encoding that follow each other are therefore decoded as one run of bytes.

use data_encoding::{BASE64, Specification};

use crate::model::Charset;

/// The names of encodings in mail (IANA), in lower case. Of others the text itself tells.
pub(super) fn charset(name: &[u8]) -> Option<Charset> {
    match name {
        b"iso-2022-jp" | b"iso-2022-jp-1" | b"iso-2022-jp-2" | b"iso-2022-jp-ms" | b"cp50220" | b"cp50221" => {
            Some(Charset::Iso2022Jp)
        }
        b"utf-8" | b"utf8" => Some(Charset::Utf8),
        b"shift_jis" | b"shift-jis" | b"sjis" | b"windows-31j" | b"cp932" | b"x-sjis" | b"ms932" => {
            Some(Charset::Cp932)
        }
        b"euc-jp" | b"x-euc-jp" | b"eucjp" => Some(Charset::EucJp),
        b"utf-16le" => Some(Charset::Utf16Le),
        b"utf-16" | b"utf-16be" => Some(Charset::Utf16Be),
        _ => None,
    }
}

/// The value of two digits of base 16.
pub(super) fn hex(high: Option<&u8>, low: Option<&u8>) -> Option<u8> {
    let digit = |byte: Option<&u8>| {
        byte.and_then(|byte| char::from(*byte).to_digit(16)).and_then(|digit| u8::try_from(digit).ok())
    };
    digit(high).zip(digit(low)).map(|(high, low)| high << 4 | low)
}

/// `=E5=B1=B1`; in a header `_` is a blank. What is no escape stays.
pub(super) fn quoted_printable(bytes: &[u8], in_header: bool) -> Vec<u8> {
    let mut out = Vec::with_capacity(bytes.len());
    let mut at = 0;
    while let Some(&byte) = bytes.get(at) {
        let escaped = if byte == b'=' { hex(bytes.get(at + 1), bytes.get(at + 2)) } else { None };
        out.push(escaped.unwrap_or(if in_header && byte == b'_' { b' ' } else { byte }));
        at += if escaped.is_some() { 3 } else { 1 };
    }
    out
}

/// Base64 with or without its padding, also several that follow each other.
pub(super) fn base64(bytes: &[u8]) -> Option<Vec<u8>> {
    if let Ok(decoded) = BASE64.decode(bytes) {
        return Some(decoded);
    }
    let mut specification: Specification = BASE64.specification();
    specification.check_trailing_bits = false;
    specification.padding = None;
    let bare: Vec<u8> = bytes.iter().copied().take_while(|byte| *byte != b'=').collect();
    specification.encoding().ok()?.decode(&bare).ok()
}

/// Words of one encoding, as yet bytes.
struct Run {
    name: Vec<u8>,
    bytes: Vec<u8>,
}

impl Run {
    fn text(&self) -> String {
        match charset(&self.name) {
            Some(charset) => {
                let (text, malformed) = crate::text::decode::decode(&self.bytes, charset);
                // Names lie: what does not fit is read as what it looks like.
                if malformed {
                    crate::text::decode_record(&self.bytes, charset).text.into_owned()
                } else {
                    text.into_owned()
                }
            }
            None => crate::text::decode_record(&self.bytes, Charset::Utf8).text.into_owned(),
        }
    }
}

/// A line of a header with its encoded words (`=?ISO-2022-JP?B?…?=`) read, all of it in UTF-8; nothing where it has none.
pub(super) fn encoded_words(line: &[u8]) -> Option<Vec<u8>> {
    let (mut out, mut rest, mut found) = (Vec::new(), line, false);
    let mut run: Option<Run> = None;
    while let Some(at) = memchr::memmem::find(rest, b"=?") {
        let (before, word) = rest.split_at(at);
        // Blanks between two words belong to neither.
        let between = run.is_some() && before.iter().all(u8::is_ascii_whitespace);
        let Some((name, bytes, length)) = encoded_word(word) else {
            close(&mut run, &mut out);
            out.extend_from_slice(rest.get(..at + 2)?);
            rest = rest.get(at + 2..)?;
            continue;
        };
        if !between || run.as_ref().is_some_and(|run| run.name != name) {
            close(&mut run, &mut out);
        }
        if !between {
            out.extend_from_slice(before);
        }
        run.get_or_insert_with(|| Run { name, bytes: Vec::new() }).bytes.extend(bytes);
        (rest, found) = (word.get(length..)?, true);
    }
    close(&mut run, &mut out);
    out.extend_from_slice(rest);
    found.then_some(out)
}

fn close(run: &mut Option<Run>, out: &mut Vec<u8>) {
    if let Some(run) = run.take() {
        out.extend_from_slice(run.text().as_bytes());
    }
}

/// The encoded word that a text begins with: the name of its encoding, its bytes, and its length.
fn encoded_word(text: &[u8]) -> Option<(Vec<u8>, Vec<u8>, usize)> {
    let mut parts = text.get(2..)?.splitn(3, |byte| *byte == b'?');
    let (name, way, rest) = (parts.next()?, parts.next()?, parts.next()?);
    if name.len() > 60 {
        return None;
    }
    let end = memchr::memmem::find(rest, b"?=")?;
    let content = rest.get(..end)?;
    let bytes = match way {
        b"B" | b"b" => base64(content.trim_ascii())?,
        b"Q" | b"q" => quoted_printable(content, true),
        _ => return None,
    };
    let length = 2 + name.len() + 1 + way.len() + 1 + end + 2;
    // A language may stand behind the name (RFC 2231 §5).
    let name = name.split(|byte| *byte == b'*').next()?.to_ascii_lowercase();
    Some((name, bytes, length))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(line: &str) -> String {
        encoded_words(line.as_bytes()).map_or("(none)".to_owned(), |bytes| String::from_utf8(bytes).unwrap())
    }

    #[test]
    fn words_are_read_even_where_a_character_is_cut_between_two() {
        assert_eq!(read("=?utf-8?B?5bGx?= =?utf-8?Q?_=E7=94=B0?= x"), "山 田 x");
        assert_eq!(read("=?utf-8?B?5bE=?=\r\n =?UTF-8?B?seeUsA==?="), "山田");
        assert_eq!(read("=?ISO-2022-JP?B?GyRCOzM=?= =?ISO-2022-JP?B?RUQbKEI=?="), "山田");
        assert_eq!(read("\"=?utf-8*ja?q?=E5=B1=B1?=\" <a@example.jp>"), "\"山\" <a@example.jp>");
        assert_eq!(read("=?iso-8859-1?B?5bGx55Sw?="), "山田");
        for none in ["a =? b", "=?x?y?z", "=?utf-8?X?a?=", "1 =? 2 ?= 3"] {
            assert_eq!(read(none), "(none)");
        }
    }
}

//! Mail in plain text: bodies in quoted-printable or base64 (RFC 2045 §6.7, §6.8) and names in headers as encoded words (RFC 2047) are
//! read as what they stand for, line by line, while the mail passes by. Mailboxes and saved messages are text with such parts in it.
//!
//! What is no mail passes through untouched. A part that is not what its header says is read as it stands, so nothing is lost.

use data_encoding::{BASE64, Specification};
use memchr::memmem::Finder;

use crate::model::Charset;
use crate::text::Line;

/// Text that a body stands for and that has no end of line yet, at most.
const HELD_BYTES: usize = 64 * 1024;

/// What is to be read in the place of a line.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Reading {
    /// The line itself.
    Same,
    /// Nothing yet: what it stands for goes on in the next line.
    Nothing,
    /// These texts, each with the place and the number of the line in which it began.
    Texts(Vec<Text>),
}

/// A text that was decoded.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Text {
    pub(super) bytes: Vec<u8>,
    /// The encoding that its header names, if that is one.
    pub(super) charset: Option<Charset>,
    pub(super) offset: u64,
    pub(super) row: u64,
    /// It is the text of a body, and not a header whose encoded words were read.
    pub(super) is_body: bool,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Way {
    QuotedPrintable,
    Base64,
}

/// Where in a mail the reading is.
#[derive(Debug)]
pub(super) struct Transfer {
    /// Finds where an encoded word may begin.
    word: Finder<'static>,
    /// What the headers of the part at hand say.
    way: Option<Way>,
    charset: Option<Charset>,
    /// What its content type says; text where there is none.
    is_text: Option<bool>,
    /// The last header that goes on in lines that begin with a blank is the content type.
    in_type: bool,
    /// In a body that is to be decoded.
    in_body: Option<Way>,
    held: Vec<u8>,
    held_from: (u64, u64),
    /// Characters of base64 that make no whole byte yet.
    pending: Vec<u8>,
    /// Parts that are no text, and were not decoded.
    pub(super) attachments: u64,
}

impl Transfer {
    pub(super) fn new() -> Self {
        Self {
            word: Finder::new(b"=?"),
            way: None,
            charset: None,
            is_text: None,
            in_type: false,
            in_body: None,
            held: Vec::new(),
            held_from: (0, 0),
            pending: Vec::new(),
            attachments: 0,
        }
    }

    /// What to read in the place of this line.
    pub(super) fn line(&mut self, line: &Line<'_>) -> Reading {
        match self.in_body {
            Some(way) => self.body(way, line),
            None => self.header(line),
        }
    }

    /// What a body that ends with the file still stands for.
    pub(super) fn end(&mut self) -> Option<Text> {
        self.in_body = None;
        self.take_held()
    }

    fn header(&mut self, line: &Line<'_>) -> Reading {
        let bytes = line.bytes;
        if bytes.is_empty() {
            self.begin_body(line);
            return Reading::Same;
        }
        // Most lines of most text are none of these: one look at the first byte and one for an encoded word.
        match bytes.first() {
            Some(b'C' | b'c') => self.content_header(bytes),
            Some(b' ' | b'\t') if self.in_type => self.content_type(bytes),
            _ => self.in_type = false,
        }
        let begins_word = if self.word.find(bytes).is_some() { encoded_words(bytes) } else { None };
        match begins_word {
            Some((bytes, charset)) => Reading::Texts(vec![Text {
                bytes,
                charset: Some(charset),
                offset: line.offset,
                row: line.row,
                is_body: false,
            }]),
            None => Reading::Same,
        }
    }

    fn content_header(&mut self, bytes: &[u8]) {
        self.in_type = false;
        if let Some(value) = header_value(bytes, "content-transfer-encoding:") {
            let value = value.trim_ascii();
            self.way = if value.eq_ignore_ascii_case(b"quoted-printable") {
                Some(Way::QuotedPrintable)
            } else if value.eq_ignore_ascii_case(b"base64") {
                Some(Way::Base64)
            } else {
                None
            };
        } else if let Some(value) = header_value(bytes, "content-type:") {
            let is_text = value.trim_ascii_start().get(..5).is_some_and(|kind| kind.eq_ignore_ascii_case(b"text/"));
            self.is_text = Some(is_text);
            self.in_type = true;
            self.content_type(value);
        }
    }

    fn content_type(&mut self, bytes: &[u8]) {
        let lower = bytes.to_ascii_lowercase();
        let Some(at) = memchr::memmem::find(&lower, b"charset=") else { return };
        let name = lower.get(at + 8..).unwrap_or_default();
        let is_part = |byte: &u8| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_');
        let name: Vec<u8> =
            name.iter().skip_while(|byte| **byte == b'"').take_while(|byte| is_part(byte)).copied().collect();
        self.charset = charset(&name);
    }

    fn begin_body(&mut self, line: &Line<'_>) {
        let (way, is_text) = (self.way.take(), std::mem::take(&mut self.is_text));
        self.in_type = false;
        match way {
            Some(Way::Base64) if is_text == Some(false) => self.attachments += 1,
            Some(way) => {
                self.in_body = Some(way);
                self.held_from = (line.offset, line.row);
            }
            None => self.charset = None,
        }
    }

    fn body(&mut self, way: Way, line: &Line<'_>) -> Reading {
        let ends = line.bytes.starts_with(b"--") || line.bytes.starts_with(b"From ");
        let decoded = if ends { None } else { self.decoded(way, line.bytes) };
        let Some((decoded, ends_line)) = decoded else {
            self.in_body = None;
            let rest: Vec<Text> = self.take_held().into_iter().collect();
            self.charset = None;
            if rest.is_empty() {
                return Reading::Same;
            }
            let own =
                Text { bytes: line.bytes.to_vec(), charset: None, offset: line.offset, row: line.row, is_body: false };
            return Reading::Texts(rest.into_iter().chain([own]).collect());
        };
        if self.held.is_empty() {
            self.held_from = (line.offset, line.row);
        }
        self.held.extend(decoded);
        if ends_line {
            self.held.push(b'\n');
        }
        self.whole_lines(line)
    }

    /// What the line of a body stands for, and whether a line of text ends with it; nothing where it is no such line.
    fn decoded(&mut self, way: Way, bytes: &[u8]) -> Option<(Vec<u8>, bool)> {
        match way {
            Way::QuotedPrintable => {
                let soft = bytes.strip_suffix(b"=");
                Some((quoted_printable(soft.unwrap_or(bytes), false), soft.is_none()))
            }
            Way::Base64 => {
                self.pending.extend(bytes.iter().filter(|byte| !byte.is_ascii_whitespace()));
                let whole = self.pending.len() / 4 * 4;
                let rest = self.pending.split_off(whole);
                let decoded = base64(&std::mem::replace(&mut self.pending, rest))?;
                Some((decoded, false))
            }
        }
    }

    /// The whole lines of what is held; all of it where no line ends for long.
    fn whole_lines(&mut self, line: &Line<'_>) -> Reading {
        let end = memchr::memrchr(b'\n', &self.held).map(|at| at + 1);
        let end = end.or((self.held.len() > HELD_BYTES).then_some(self.held.len()));
        let Some(end) = end else { return Reading::Nothing };
        let rest = self.held.split_off(end);
        let whole = std::mem::replace(&mut self.held, rest);
        let (offset, row) = std::mem::replace(&mut self.held_from, (line.offset, line.row));
        let charset = self.charset;
        let lines = whole.split(|byte| *byte == b'\n').map(|text| text.strip_suffix(b"\r").unwrap_or(text));
        let texts = lines.filter(|text| !text.is_empty());
        Reading::Texts(texts.map(|text| Text { bytes: text.to_vec(), charset, offset, row, is_body: true }).collect())
    }

    fn take_held(&mut self) -> Option<Text> {
        self.pending.clear();
        let ((offset, row), charset) = (self.held_from, self.charset);
        let bytes = std::mem::take(&mut self.held);
        (!bytes.is_empty()).then_some(Text { bytes, charset, offset, row, is_body: true })
    }
}

/// What stands behind the name of a header, whatever its case.
fn header_value<'a>(line: &'a [u8], name: &str) -> Option<&'a [u8]> {
    let (head, value) = line.split_at_checked(name.len())?;
    head.eq_ignore_ascii_case(name.as_bytes()).then_some(value)
}

/// The names of encodings in mail (IANA), in lower case. Of others the text itself tells.
fn charset(name: &[u8]) -> Option<Charset> {
    match name {
        b"iso-2022-jp" | b"iso-2022-jp-1" | b"iso-2022-jp-2" | b"iso-2022-jp-ms" | b"cp50220" | b"cp50221" => {
            Some(Charset::Iso2022Jp)
        }
        b"utf-8" | b"utf8" => Some(Charset::Utf8),
        b"shift_jis" | b"shift-jis" | b"sjis" | b"windows-31j" | b"cp932" | b"x-sjis" | b"ms932" => {
            Some(Charset::Cp932)
        }
        b"euc-jp" | b"x-euc-jp" | b"eucjp" => Some(Charset::EucJp),
        _ => None,
    }
}

/// `=E5=B1=B1`; in a header `_` is a blank. What is no escape stays.
fn quoted_printable(bytes: &[u8], in_header: bool) -> Vec<u8> {
    let digit = |byte: Option<&u8>| {
        byte.and_then(|byte| char::from(*byte).to_digit(16)).and_then(|digit| u8::try_from(digit).ok())
    };
    let mut out = Vec::with_capacity(bytes.len());
    let mut at = 0;
    while let Some(&byte) = bytes.get(at) {
        let escaped = if byte == b'=' { digit(bytes.get(at + 1)).zip(digit(bytes.get(at + 2))) } else { None };
        match escaped {
            Some((high, low)) => out.push(high << 4 | low),
            None => out.push(if in_header && byte == b'_' { b' ' } else { byte }),
        }
        at += if escaped.is_some() { 3 } else { 1 };
    }
    out
}

/// Base64 with or without its padding, also several that follow each other.
fn base64(bytes: &[u8]) -> Option<Vec<u8>> {
    if let Ok(decoded) = BASE64.decode(bytes) {
        return Some(decoded);
    }
    let mut specification: Specification = BASE64.specification();
    specification.check_trailing_bits = false;
    specification.padding = None;
    let bare: Vec<u8> = bytes.iter().copied().take_while(|byte| *byte != b'=').collect();
    specification.encoding().ok()?.decode(&bare).ok()
}

/// A line of a header with its encoded words (`=?ISO-2022-JP?B?…?=`) read, all of it in UTF-8; nothing where it has none.
fn encoded_words(line: &[u8]) -> Option<(Vec<u8>, Charset)> {
    let (mut out, mut rest, mut found, mut after_word) = (Vec::new(), line, false, false);
    while let Some(at) = memchr::memmem::find(rest, b"=?") {
        let (before, word) = rest.split_at(at);
        let Some((text, length)) = encoded_word(word) else {
            out.extend_from_slice(rest.get(..at + 2)?);
            (rest, after_word) = (rest.get(at + 2..)?, false);
            continue;
        };
        // Blanks between two words belong to neither.
        if !(after_word && before.iter().all(u8::is_ascii_whitespace)) {
            out.extend_from_slice(before);
        }
        out.extend_from_slice(text.as_bytes());
        (rest, found, after_word) = (word.get(length..)?, true, true);
    }
    out.extend_from_slice(rest);
    found.then_some((out, Charset::Utf8))
}

/// The encoded word that a text begins with, and its length.
fn encoded_word(text: &[u8]) -> Option<(String, usize)> {
    let mut parts = text.get(2..)?.splitn(3, |byte| *byte == b'?');
    let (name, way, rest) = (parts.next()?, parts.next()?, parts.next()?);
    let end = memchr::memmem::find(rest, b"?=")?;
    let content = rest.get(..end)?;
    let bytes = match way {
        b"B" | b"b" => base64(content)?,
        b"Q" | b"q" => quoted_printable(content, true),
        _ => return None,
    };
    let length = 2 + name.len() + 1 + way.len() + 1 + end + 2;
    // A language may stand behind the name (RFC 2231 §5).
    let name = name.split(|byte| *byte == b'*').next()?.to_ascii_lowercase();
    let charset = charset(&name);
    let text = match charset {
        Some(charset) => crate::text::decode::decode(&bytes, charset).0.into_owned(),
        None => crate::text::decode_record(&bytes, Charset::Utf8).text.into_owned(),
    };
    Some((text, length))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::formats::collected::Collected;
    use crate::model::GapKind;

    /// Everything that is read of a mail, line by line, and where.
    fn read(mail: &[u8]) -> Vec<(String, u64)> {
        let got = Collected::by(&super::super::plain::Plain, "a.eml", mail);
        got.records.iter().map(|(_, _, fields)| (fields[0].text.clone(), fields[0].place.row.unwrap())).collect()
    }

    fn said(mail: &[u8]) -> Vec<String> {
        read(mail).into_iter().map(|(text, _)| text).collect()
    }

    #[test]
    fn quoted_printable_is_read_and_lines_are_joined() {
        let mail = b"Subject: x\r\nContent-Type: text/plain; charset=UTF-8\r\nContent-Transfer-Encoding: quoted-printable\r\n\r\n=E5=B1=B1=E7=94=B0=\r\n=E5=A4=AA=E9=83=8E\r\na=3Db\r\n";
        let got = read(mail);
        assert_eq!(got[3..], [("山田太郎".to_owned(), 5), ("a=b".to_owned(), 7)]);
    }

    #[test]
    fn base64_of_text_is_read_in_its_encoding_whatever_its_lines() {
        let text = "氏名：山田太郎\n電話 090-1234-5678\nend";
        for (name, codec) in [
            ("iso-2022-jp", encoding_rs::ISO_2022_JP),
            ("Shift_JIS", encoding_rs::SHIFT_JIS),
            ("utf-8", encoding_rs::UTF_8),
            ("unknown", encoding_rs::EUC_JP),
        ] {
            let body = data_encoding::BASE64.encode(&codec.encode(text).0);
            let body: Vec<&str> = body.as_bytes().chunks(17).map(|part| std::str::from_utf8(part).unwrap()).collect();
            let mail = format!(
                "Content-Transfer-Encoding: BASE64\nContent-Type: text/plain;\n charset=\"{name}\"\n\n{}\n--next\nafter",
                body.join("\n")
            );
            assert_eq!(
                said(mail.as_bytes())[3..],
                ["氏名：山田太郎", "電話 090-1234-5678", "end", "--next", "after"],
                "{name}"
            );
        }
    }

    #[test]
    fn encoded_words_of_headers_are_read() {
        let from = "From: =?ISO-2022-JP?B?GyRCOzNFRBsoQg==?= =?utf-8?Q?_=E5=A4=AA=E9=83=8E?= <taro@example.jp>";
        assert_eq!(said(from.as_bytes()), ["From: 山田 太郎 <taro@example.jp>"]);
        for plain in ["a =? b", "=?x?y?z", "=?utf-8?X?a?=", "1 =? 2 ?= 3"] {
            assert_eq!(said(plain.as_bytes()), [plain]);
        }
    }

    #[test]
    fn what_is_not_what_its_header_says_is_read_as_it_stands() {
        let mail = "Content-Transfer-Encoding: base64\n\nこれは普通の文\n次の行";
        assert_eq!(said(mail.as_bytes())[1..], ["これは普通の文", "次の行"]);
        let half = "Content-Transfer-Encoding: base64\n\nYWJj\n!! torn\nx";
        assert_eq!(said(half.as_bytes())[1..], ["abc", "!! torn", "x"]);
    }

    #[test]
    fn attachments_that_are_no_text_are_a_gap() {
        let mail = b"Content-Type: application/zip\nContent-Transfer-Encoding: base64\n\nUEsDBAo=\n";
        let got = Collected::by(&super::super::plain::Plain, "a.eml", mail);
        assert!(
            matches!(&got.gaps[..], [(None, GapKind::UnsupportedFormat, reason)] if reason.contains("1 attachment")),
            "{:?}",
            got.gaps
        );
    }

    #[test]
    fn a_body_without_an_end_of_line_is_handed_on_in_pieces() {
        let body = data_encoding::BASE64.encode(&vec![b'a'; 300_000]);
        let mail = format!(
            "Content-Transfer-Encoding: base64\n\n{}",
            body.as_bytes().chunks(76).map(|part| std::str::from_utf8(part).unwrap()).collect::<Vec<_>>().join("\n")
        );
        let texts = said(mail.as_bytes());
        assert_eq!(texts[1..].iter().map(String::len).sum::<usize>(), 300_000);
        assert!(texts.iter().all(|text| text.len() <= HELD_BYTES + 100));
    }
}

//! Mail in plain text: bodies in quoted-printable or base64 (RFC 2045 §6.7, §6.8) and names in headers as encoded words (RFC 2047) are
//! read as what they stand for, line by line, while the mail passes by. Mailboxes and saved messages are text with such parts in it.
//!
//! What is no mail passes through untouched. A part that is not what its header says is read as it stands, so nothing is lost.

use memchr::memmem::Finder;

use super::words::{base64, charset, encoded_words, quoted_printable};
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
            Some(bytes) => Reading::Texts(vec![Text {
                bytes,
                charset: Some(Charset::Utf8),
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
        // A text in lines of bytes is none of two bytes a character.
        self.charset = charset(&name).filter(|name| !matches!(name, Charset::Utf16Le | Charset::Utf16Be));
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

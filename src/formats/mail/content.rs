//! What the header of a part says of its content (RFC 2045, RFC 2183): type, transfer encoding, and the name of its file, which comes
//! as a parameter in pieces (RFC 2231), as an encoded word, or in bytes of any encoding.

use super::header::Field;
use crate::formats::words::{charset, encoded_words, hex};
use crate::model::Charset;
use crate::text::{decode, decode_record};

/// How a body is encoded.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(super) enum Way {
    /// As it is.
    #[default]
    Identity,
    QuotedPrintable,
    Base64,
    /// uuencode, with its lines `begin` and `end`.
    Uuencode,
    /// Some other way.
    Unknown,
}

/// What the header of a part says.
#[derive(Debug, Clone, Default)]
pub(super) struct Content {
    /// `text/plain`, in lower case; empty where it is not said.
    pub(super) kind: String,
    pub(super) way: Way,
    /// The word for a way that is not known.
    pub(super) way_word: String,
    /// What the header says of the encoding, if it is one that is known.
    pub(super) charset: Option<Charset>,
    /// The name of the file.
    pub(super) name: Option<String>,
    /// The name stands in the header in a form that does not show it.
    pub(super) name_hidden: bool,
    pub(super) boundary: Option<Vec<u8>>,
    pub(super) is_attachment: bool,
    /// Lines that end in a blank go on (RFC 3676); whether that blank is to be dropped.
    pub(super) flowed: Option<bool>,
    /// `smime-type`, in lower case.
    pub(super) smime: String,
}

/// Bytes of a header that are taken apart for its parameters.
const PARAMETER_BYTES: usize = 64 * 1024;
/// Parameters of one header.
const PARAMETERS: usize = 200;

impl Content {
    /// Takes in a field, if it is one of these.
    pub(super) fn take(&mut self, field: &Field) {
        let value = field.value.get(..PARAMETER_BYTES).unwrap_or(&field.value);
        match field.name.to_ascii_lowercase().as_str() {
            "content-type" => self.content_type(value),
            "content-disposition" => {
                let (word, parameters) = parameters(value);
                self.is_attachment = word == "attachment";
                if let Some((name, hidden)) = file_name(&parameters, "filename") {
                    (self.name, self.name_hidden) = (Some(name), hidden);
                }
            }
            "content-transfer-encoding" => {
                let word = String::from_utf8_lossy(value).trim().trim_matches(['"', ';']).to_ascii_lowercase();
                self.way = match word.as_str() {
                    "" | "7bit" | "8bit" | "binary" | "7-bit" | "8-bit" => Way::Identity,
                    "quoted-printable" => Way::QuotedPrintable,
                    "base64" => Way::Base64,
                    "x-uuencode" | "uuencode" | "x-uue" | "uue" => Way::Uuencode,
                    _ => Way::Unknown,
                };
                self.way_word = word;
            }
            "content-location" if self.name.is_none() => {
                let value = String::from_utf8_lossy(value);
                let path = value.trim().split(['?', '#']).next().unwrap_or_default();
                let last = path.rsplit('/').next().unwrap_or_default();
                self.name = (last.contains('.') && last.len() < 200).then(|| last.to_owned());
            }
            _ => {}
        }
    }

    fn content_type(&mut self, value: &[u8]) {
        let (kind, parameters) = parameters(value);
        self.kind = kind;
        if let (None, Some((name, hidden))) = (&self.name, file_name(&parameters, "name")) {
            (self.name, self.name_hidden) = (Some(name), hidden);
        }
        let plain = |wanted: &str| {
            parameters.iter().find(|(name, _)| name == wanted || name.strip_suffix("*0") == Some(wanted))
        };
        let lower = |wanted: &str| plain(wanted).map(|(_, value)| value.to_ascii_lowercase());
        self.charset = lower("charset").and_then(|name| charset(&name));
        self.boundary = plain("boundary").map(|(_, value)| value.trim_ascii_end().to_vec()).filter(|b| !b.is_empty());
        let is_flowed = lower("format").is_some_and(|format| format == b"flowed");
        self.flowed = is_flowed.then(|| lower("delsp").is_some_and(|word| word == b"yes"));
        self.smime = lower("smime-type").map(|word| String::from_utf8_lossy(&word).into_owned()).unwrap_or_default();
    }

    /// The first part of the type.
    pub(super) fn family(&self) -> &str {
        self.kind.split('/').next().unwrap_or_default()
    }
}

type Parameters = Vec<(String, Vec<u8>)>;

/// The word that a value begins with, in lower case, and its parameters, their names in lower case.
fn parameters(value: &[u8]) -> (String, Parameters) {
    let end = value.iter().position(|byte| *byte == b';').unwrap_or(value.len());
    let word = value.get(..end).unwrap_or_default();
    let word: String = String::from_utf8_lossy(word).to_ascii_lowercase().split_whitespace().collect();
    let mut rest = value.get(end..).unwrap_or_default();
    let mut all = Vec::new();
    while all.len() < PARAMETERS {
        let Some(start) = rest.iter().position(|byte| !(byte.is_ascii_whitespace() || *byte == b';')) else { break };
        rest = rest.get(start..).unwrap_or_default();
        let Some(equals) = rest.iter().position(|byte| matches!(byte, b'=' | b';')) else { break };
        let name = String::from_utf8_lossy(rest.get(..equals).unwrap_or_default()).trim().to_ascii_lowercase();
        let is_value = rest.get(equals) == Some(&b'=');
        rest = rest.get(equals + 1..).unwrap_or_default();
        if is_value {
            let (value, after) = parameter_value(rest.trim_ascii_start());
            rest = after;
            all.push((name, value));
        }
    }
    (word, all)
}

/// The value, and what follows it.
fn parameter_value(text: &[u8]) -> (Vec<u8>, &[u8]) {
    let Some(quoted) = text.strip_prefix(b"\"") else {
        let end = text.iter().position(|byte| *byte == b';').unwrap_or(text.len());
        let (value, rest) = text.split_at(end);
        return (value.trim_ascii().to_vec(), rest);
    };
    let is_utf8 = std::str::from_utf8(quoted).is_ok();
    let (mut value, mut at) = (Vec::new(), 0);
    while let Some(&byte) = quoted.get(at) {
        match byte {
            b'"' => break,
            b'\\' if matches!(quoted.get(at + 1), Some(b'"' | b'\\')) => {
                value.extend(quoted.get(at + 1));
                at += 2;
            }
            b'\r' | b'\n' => at += 1,
            // In CP932 the second byte of a character may be a backslash.
            0x81..=0x9F | 0xE0..=0xFC if !is_utf8 => {
                value.extend(quoted.get(at..(at + 2).min(quoted.len())).unwrap_or_default());
                at += 2;
            }
            0x1B => {
                let rest = quoted.get(at..).unwrap_or_default();
                let length = memchr::memmem::find(rest, b"\x1b(").map_or(rest.len(), |end| (end + 3).min(rest.len()));
                value.extend(rest.get(..length).unwrap_or_default());
                at += length;
            }
            _ => {
                value.push(byte);
                at += 1;
            }
        }
    }
    (value, quoted.get(at.saturating_add(1)..).unwrap_or_default())
}

/// The name of a file, and whether the header hides it.
fn file_name(parameters: &Parameters, wanted: &str) -> Option<(String, bool)> {
    let pieces = pieces(parameters, wanted);
    let (text, hidden) = match pieces {
        Some((bytes, charset)) => (said(&bytes, charset.as_deref()), true),
        None => {
            let (_, bytes) = parameters.iter().find(|(name, _)| name == wanted)?;
            match encoded_words(bytes) {
                Some(read) => (String::from_utf8_lossy(&read).into_owned(), false),
                None => (said(bytes, None), false),
            }
        }
    };
    let text = text.trim().to_owned();
    (!text.is_empty()).then_some((text, hidden))
}

/// A value in the form of RFC 2231: `name*=utf-8''%E5…`, `name*0*=…; name*1=…`.
fn pieces(parameters: &Parameters, wanted: &str) -> Option<(Vec<u8>, Option<Vec<u8>>)> {
    let mut found: Vec<(u32, bool, &[u8])> = Vec::new();
    for (name, value) in parameters {
        let Some(rest) = name.strip_prefix(wanted).and_then(|rest| rest.strip_prefix('*')) else { continue };
        let (number, escaped) = match rest.strip_suffix('*') {
            Some(number) => (number, true),
            None if rest.is_empty() => ("0", true),
            None => (rest, false),
        };
        found.push((number.parse().ok()?, escaped, value));
    }
    found.sort_by_key(|(number, ..)| *number);
    let (mut bytes, mut charset) = (Vec::new(), None);
    for (place, (_, escaped, value)) in found.iter().enumerate() {
        let mut value = *value;
        if *escaped && place == 0 {
            let mut parts = value.splitn(3, |byte| *byte == b'\'');
            if let (Some(name), Some(_), Some(rest)) = (parts.next(), parts.next(), parts.next()) {
                charset = Some(name.to_ascii_lowercase());
                value = rest;
            }
        }
        if *escaped { bytes.extend(unescaped(value)) } else { bytes.extend(value) }
    }
    (!found.is_empty()).then_some((bytes, charset))
}

/// `%E5%B1%B1`.
fn unescaped(bytes: &[u8]) -> Vec<u8> {
    let (mut out, mut at) = (Vec::with_capacity(bytes.len()), 0);
    while let Some(&byte) = bytes.get(at) {
        let escaped = if byte == b'%' { hex(bytes.get(at + 1), bytes.get(at + 2)) } else { None };
        out.push(escaped.unwrap_or(byte));
        at += if escaped.is_some() { 3 } else { 1 };
    }
    out
}

fn said(bytes: &[u8], name: Option<&[u8]>) -> String {
    match name.and_then(charset) {
        Some(charset) if !decode(bytes, charset).1 => decode(bytes, charset).0.into_owned(),
        _ => decode_record(bytes, Charset::Utf8).text.into_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn content(lines: &[(&str, &[u8])]) -> Content {
        let mut content = Content::default();
        for (name, value) in lines {
            content.take(&Field { name: (*name).to_owned(), value: value.to_vec(), offset: 0, row: 1 });
        }
        content
    }

    #[test]
    fn types_and_ways() {
        let got = content(&[
            (
                "Content-Type",
                b" Multipart/Mixed;\r\n\tboundary=\"a b;c\"; charset=ISO-2022-JP; format=flowed; delsp=yes",
            ),
            ("content-transfer-encoding", b" BASE64\r\n"),
        ]);
        assert_eq!(
            (got.kind.as_str(), got.way, got.charset),
            ("multipart/mixed", Way::Base64, Some(Charset::Iso2022Jp))
        );
        assert_eq!((got.boundary.as_deref(), got.flowed), (Some(&b"a b;c"[..]), Some(true)));
        assert_eq!(content(&[("Content-Transfer-Encoding", b"x-own")]).way, Way::Unknown);
    }

    #[test]
    fn names_in_every_form() {
        let cp932 = encoding_rs::SHIFT_JIS.encode("attachment; filename=\"名簿表.xlsx\"").0.into_owned();
        let jis = encoding_rs::ISO_2022_JP.encode("attachment; filename=\"名簿表.xlsx\"").0.into_owned();
        let forms: [&[u8]; 7] = [
            b"attachment; filename*=utf-8''%E5%90%8D%E7%B0%BF%E8%A1%A8.xlsx",
            b"attachment;\r\n filename*0*=UTF-8'ja'%E5%90%8D%E7%B0%BF;\r\n filename*1*=%E8%A1%A8;\r\n filename*2=.xlsx",
            b"attachment; filename=\"=?UTF-8?B?5ZCN57C/6KGoLnhsc3g=?=\"",
            b"attachment; filename=\"=?ISO-2022-JP?B?GyRCTD5KbUk9GyhCLnhsc3g=?=\"",
            "attachment; filename=名簿表.xlsx".as_bytes(),
            &cp932,
            &jis,
        ];
        for form in forms {
            let got = content(&[("Content-Disposition", form)]);
            assert_eq!(got.name.as_deref(), Some("名簿表.xlsx"), "{}", String::from_utf8_lossy(form));
            assert!(got.is_attachment);
        }
        let got = content(&[("Content-Type", b"image/png; name=\"a \\\"b\\\".png\"; x")]);
        assert_eq!(got.name.as_deref(), Some("a \"b\".png"));
    }
}

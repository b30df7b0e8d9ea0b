//! Entries of a directory in text (LDIF, RFC 2849), as servers and address books of mail programs export them.

use super::lines::{Whole, file};
use crate::formats::Head;
use crate::text::looks_binary;

/// Attributes by words that tell what stands in them.
const WORDS: [(&str, &str); 26] = [
    ("cn", "氏名"),
    ("displayname", "氏名"),
    ("mail", "メールアドレス"),
    ("mozillasecondemail", "メールアドレス"),
    ("telephonenumber", "電話番号"),
    ("homephone", "電話番号"),
    ("mobile", "携帯電話"),
    ("cellphone", "携帯電話"),
    ("facsimiletelephonenumber", "FAX"),
    ("fax", "FAX"),
    ("postaladdress", "住所"),
    ("homepostaladdress", "住所"),
    ("registeredaddress", "住所"),
    ("street", "住所"),
    ("streetaddress", "住所"),
    ("mozillahomestreet", "住所"),
    ("postalcode", "郵便番号"),
    ("mozillahomepostalcode", "郵便番号"),
    ("st", "都道府県"),
    ("l", "市区町村"),
    ("o", "会社名"),
    ("ou", "部署"),
    ("title", "役職"),
    ("description", "備考"),
    ("userpassword", "password"),
    ("employeenumber", "社員番号"),
];

/// Whether a text begins as one of entries.
pub(super) fn is_ldif(head: &Head<'_>) -> bool {
    let bytes = head.bytes.strip_prefix(b"\xEF\xBB\xBF").unwrap_or(head.bytes);
    if looks_binary(bytes.get(..512).unwrap_or(bytes)) {
        return false;
    }
    let lines = bytes.split(|byte| *byte == b'\n').map(|line| line.trim_ascii_end());
    let mut lines = lines.filter(|line| !line.is_empty() && !matches!(line.first(), Some(b'#' | b' '))).take(4);
    let Some(mut first) = lines.next() else { return false };
    if first.get(..8).is_some_and(|start| start.eq_ignore_ascii_case(b"version:")) {
        let Some(next) = lines.next() else { return false };
        first = next;
    }
    let is_name = first.get(..3).is_some_and(|start| start.eq_ignore_ascii_case(b"dn:"));
    let is_attribute = |line: &[u8]| {
        let colon = line.iter().position(|byte| *byte == b':').unwrap_or(0);
        colon > 0
            && line.iter().take(colon).all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b';' | b'.'))
    };
    is_name && lines.next().is_some_and(is_attribute)
}

/// One entry while its lines come.
#[derive(Debug, Default)]
pub(super) struct Entry {
    pub(super) row: u64,
    texts: Vec<(String, String)>,
    files: Vec<(String, Vec<u8>)>,
}

impl Entry {
    pub(super) fn len(&self) -> usize {
        self.texts.len() + self.files.len()
    }

    pub(super) fn add(&mut self, line: &Whole) {
        if self.row == 0 {
            self.row = line.row;
        }
        if line.text.starts_with('#') {
            return self.texts.push((String::new(), line.text.clone()));
        }
        let Some((name, value)) = line.text.split_once(':') else {
            return self.texts.push((String::new(), line.text.clone()));
        };
        // Options of an attribute (`cn;lang-ja`) say nothing of what it is.
        let name = name.split(';').next().unwrap_or_default().trim().to_ascii_lowercase();
        let Some(encoded) = value.strip_prefix(':') else {
            return self.texts.push((name, value.trim().to_owned()));
        };
        match file(encoded).map(String::from_utf8) {
            Some(Ok(text)) => self.texts.push((name, text)),
            Some(Err(bytes)) => self.files.push((name, bytes.into_bytes())),
            None => self.texts.push((name, encoded.trim().to_owned())),
        }
    }

    /// What is no text: photos, certificates.
    pub(super) fn files(&self) -> impl Iterator<Item = &(String, Vec<u8>)> {
        self.files.iter()
    }

    /// The texts, each once, under words that tell what they are.
    pub(super) fn pairs(&self) -> Vec<(String, String)> {
        let mut pairs: Vec<(String, String)> = Vec::new();
        let named = |wanted: bool| self.texts.iter().filter(move |(name, _)| (name == "dn") == wanted);
        for (name, text) in named(false) {
            let word = WORDS.iter().find(|(known, _)| known == name).map_or(name.as_str(), |(_, word)| word);
            // Lines of an address are separated so (RFC 4517 §3.3.28).
            let text = if word == "住所" { text.replace('$', " ") } else { text.clone() };
            if !text.trim().is_empty() && !pairs.iter().any(|(_, known)| *known == text) {
                pairs.push((word.to_owned(), text));
            }
        }
        // The name of an entry is made of its values; only what else stands in it is new.
        for (_, text) in named(true) {
            let is_new = |part: &str| {
                let value = part.split_once('=').map_or(part, |(_, value)| value).trim();
                !self.texts.iter().any(|(name, known)| name != "dn" && known == value)
            };
            let new: Vec<&str> = text.split(',').filter(|part| is_new(part)).collect();
            if !new.is_empty() {
                pairs.push(("dn".to_owned(), new.join(",")));
            }
        }
        pairs
    }
}

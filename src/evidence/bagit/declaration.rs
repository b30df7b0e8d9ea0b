//! What a bag says of itself: `bagit.txt`, and the encoding of its tag files. Pure.

use std::borrow::Cow;

use encoding_rs::{Encoding, UTF_8, UTF_16BE, UTF_16LE};

use super::line::Percent;

/// `bagit.txt`, as far as it can be understood.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Declaration {
    /// Major and minor number.
    pub(super) version: (u32, u32),
    /// As it was written.
    pub(super) encoding: String,
}

impl Default for Declaration {
    fn default() -> Self {
        Self { version: (1, 0), encoding: "UTF-8".to_owned() }
    }
}

impl Declaration {
    /// Reads `bagit.txt`; what is wrong with it goes to `wrong`, and is taken as the newest version has it.
    pub(super) fn parse(bytes: &[u8], wrong: &mut dyn FnMut(String)) -> Self {
        let mut out = Self::default();
        let bytes = bytes
            .strip_prefix(b"\xef\xbb\xbf")
            .inspect(|_| wrong("begins with a byte-order mark".into()))
            .unwrap_or(bytes);
        let Ok(text) = std::str::from_utf8(bytes) else {
            wrong("is not UTF-8".into());
            return out;
        };
        let lines: Vec<&str> = lines(text).collect();
        let mut values = ["BagIt-Version", "Tag-File-Character-Encoding"].iter().enumerate().map(|(at, label)| {
            let line = lines.get(at).copied().unwrap_or_default();
            (*label, line, line.strip_prefix(label).and_then(|rest| rest.trim_start().strip_prefix(':')).map(str::trim))
        });
        let version = values.next().and_then(|(_, _, value)| value);
        match version.and_then(version_of) {
            Some(version) => out.version = version,
            None => wrong("does not begin with a line `BagIt-Version: M.N`".into()),
        }
        let encoding = values.next().and_then(|(_, _, value)| value).filter(|value| !value.is_empty());
        match encoding {
            Some(encoding) => out.encoding = encoding.to_owned(),
            None => wrong("has no second line `Tag-File-Character-Encoding: ENCODING`".into()),
        }
        if lines.len() > 2 {
            wrong("has more than its two lines".into());
        }
        let due = format!("BagIt-Version: {}", version.unwrap_or_default());
        let due = [due, format!("Tag-File-Character-Encoding: {}", encoding.unwrap_or_default())];
        let is_exact = lines.iter().zip(&due).all(|(line, due)| line == due);
        if out.version >= (1, 0) && version.is_some() && encoding.is_some() && !is_exact {
            wrong("has other white space than the one space behind a colon that version 1.0 demands".into());
        }
        if !matches!(out.version, (0, 93..=97) | (1, 0)) {
            let (major, minor) = out.version;
            wrong(format!("names the unknown version {major}.{minor}: it was checked by the rules of 1.0"));
        }
        out
    }

    /// Whether the rules of 1.0 hold.
    pub(super) fn is_final(&self) -> bool {
        self.version >= (1, 0)
    }

    pub(super) fn percent(&self) -> Percent {
        if self.is_final() { Percent::BreaksAndSign } else { Percent::Breaks }
    }

    /// The tag file about the bag.
    pub(super) fn info_file(&self) -> &'static str {
        if self.version <= (0, 95) { "package-info.txt" } else { "bag-info.txt" }
    }

    /// Decodes a tag file; `Err` says why that can not be done.
    pub(super) fn decode<'a>(&self, bytes: &'a [u8]) -> Result<(Cow<'a, str>, HasMark), &'static str> {
        let label = self.encoding.to_ascii_lowercase();
        match label.as_str() {
            // encoding_rs follows browsers, which take these for Windows-1252.
            "iso-8859-1" | "iso8859-1" | "latin1" | "latin-1" => {
                return Ok((encoding_rs::mem::decode_latin1(bytes), false));
            }
            "us-ascii" | "ascii" if !bytes.is_ascii() => return Err("is not ASCII, as bagit.txt says"),
            "us-ascii" | "ascii" => return Ok((String::from_utf8_lossy(bytes), false)),
            _ => {}
        }
        let (encoding, mark) = match (label.as_str(), Encoding::for_bom(bytes)) {
            // Without a mark it is big-endian (RFC 2781); browsers think otherwise.
            ("utf-16" | "utf16", Some((found, length))) if found != UTF_8 => (found, length),
            ("utf-16" | "utf16", _) => (UTF_16BE, 0),
            (_, found) => {
                let named =
                    Encoding::for_label(label.as_bytes()).ok_or("is in an encoding that hozen does not know")?;
                (named, found.filter(|(found, _)| *found == named).map_or(0, |(_, length)| length))
            }
        };
        let body = bytes.get(mark..).unwrap_or_default();
        let text = encoding
            .decode_without_bom_handling_and_without_replacement(body)
            .ok_or("can not be read in the encoding that bagit.txt names")?;
        Ok((text, mark > 0 && encoding != UTF_16LE && encoding != UTF_16BE))
    }
}

/// Whether a text began with a byte-order mark that does not belong there.
pub(super) type HasMark = bool;

fn version_of(value: &str) -> Option<(u32, u32)> {
    let (major, minor) = value.split_once('.')?;
    let number = |text: &str| text.bytes().all(|b| b.is_ascii_digit()).then(|| text.parse().ok()).flatten();
    Some((number(major)?, number(minor)?))
}

/// Lines, whichever of LF, CR and CRLF ends them; the last may have no end.
pub(super) fn lines(text: &str) -> impl Iterator<Item = &str> {
    let mut rest = text;
    std::iter::from_fn(move || {
        if rest.is_empty() {
            return None;
        }
        let at = rest.find(['\n', '\r']).unwrap_or(rest.len());
        let line = rest.get(..at).unwrap_or_default();
        let after = rest.get(at..).unwrap_or_default();
        rest = after.strip_prefix("\r\n").or_else(|| after.get(1..)).unwrap_or_default();
        Some(line)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &[u8]) -> (Declaration, usize) {
        let mut wrong = Vec::new();
        (Declaration::parse(text, &mut |what| wrong.push(what)), wrong.len())
    }

    #[test]
    fn each_version_is_read_and_every_deviation_told() {
        for version in ["0.93", "0.94", "0.95", "0.96", "0.97", "1.0"] {
            for end in ["\n", "\r\n", "\r"] {
                let text = format!("BagIt-Version: {version}{end}Tag-File-Character-Encoding: UTF-8{end}");
                assert_eq!(read(text.as_bytes()).1, 0, "{text:?}");
            }
        }
        for (text, problems) in [
            (&b"BagIt-Version: 0.97\nTag-File-Character-Encoding:UTF-8"[..], 0),
            (b"BagIt-Version: 1.0\nTag-File-Character-Encoding:UTF-8", 1),
            (b"BagIt-Version: 1.0\nTag-File-Character-Encoding: UTF-8\nX: y\n", 1),
            (b"BagIt-Version: 1.1\nTag-File-Character-Encoding: UTF-8\n", 1),
            (b"BagIt-Version: 0.92\nTag-File-Character-Encoding: UTF-8\n", 1),
            (b"BagIt-Version: 1\nTag-File-Character-Encoding: UTF-8\n", 1),
            (b"BagIt-Version: 1.0\n", 1),
            (b"Tag-File-Character-Encoding: UTF-8\nBagIt-Version: 1.0\n", 2),
            (b"\xef\xbb\xbfBagIt-Version: 1.0\nTag-File-Character-Encoding: UTF-8\n", 1),
            (b"BagIt-Version: 1.0\nTag-File-Character-Encoding: \xff\n", 1),
            (b"", 2),
        ] {
            assert_eq!(read(text).1, problems, "{:?}", String::from_utf8_lossy(text));
        }
    }

    #[test]
    fn tag_files_are_read_in_the_encoding_that_is_named() {
        let named = |encoding: &str| Declaration { encoding: encoding.to_owned(), ..Declaration::default() };
        let text =
            |encoding: &str, bytes: &[u8]| named(encoding).decode(bytes).map(|(text, mark)| (text.into_owned(), mark));
        assert_eq!(text("UTF-8", "é".as_bytes()).unwrap(), ("é".into(), false));
        assert_eq!(text("utf-8", b"\xef\xbb\xbfa").unwrap(), ("a".into(), true));
        assert_eq!(text("ISO-8859-1", b"\xe9\x85").unwrap(), ("é\u{85}".into(), false));
        assert_eq!(text("UTF-16", b"\xff\xfea\0").unwrap(), ("a".into(), false));
        assert_eq!(text("UTF-16", b"\0a").unwrap(), ("a".into(), false));
        assert_eq!(text("UTF-16LE", b"a\0").unwrap(), ("a".into(), false));
        assert_eq!(text("Shift_JIS", b"\x83\x41").unwrap(), ("ア".into(), false));
        for (encoding, bytes) in
            [("UTF-8", &b"\xff"[..]), ("US-ASCII", b"\xe9"), ("UTF-32", b"a"), ("", b"a"), ("UTF-16", b"a")]
        {
            assert!(text(encoding, bytes).is_err(), "{encoding}");
        }
    }

    #[test]
    fn lines_end_in_three_ways() {
        assert_eq!(lines("a\nb\r\nc\rd\n\ne").collect::<Vec<_>>(), ["a", "b", "c", "d", "", "e"]);
    }
}

//! BSON (bsonspec.org 1.1), in which `mongodump` writes the collections of MongoDB: documents one behind the other, each a record.

use std::io::{Cursor, Read};

use super::blob::{Blob, tell};
use super::trouble::{in_order, read_error};
use super::{Claim, Format, Head, Input, Sink, binary};
use crate::model::limits::{BSON_DOCUMENT_BYTES, JSON_DEPTH, RECORD_BYTES, RECORD_FIELDS};
use crate::model::{Bond, Charset, Field, GapKind, Place, Record};
use crate::text::decode_record;

/// Collections of MongoDB.
pub struct Bson;

impl Format for Bson {
    fn id(&self) -> &'static str {
        "bson"
    }

    fn claims(&self, head: &Head<'_>) -> Claim {
        let Some(length) = length(head.bytes, 0) else { return Claim::No };
        let fits = (5..=BSON_DOCUMENT_BYTES).contains(&length)
            && head.bytes.get(length - 1).map_or(!head.whole, |last| *last == 0)
            && head.bytes.get(4).is_some_and(|kind| (1..=0x13).contains(kind));
        let has_id = head.bytes.get(5..9) == Some(b"_id\0");
        let named = head.name.to_ascii_lowercase().ends_with(".bson");
        match (fits, has_id, named) {
            (true, true, _) => Claim::Yes,
            (true, false, true) => Claim::Likely,
            _ => Claim::No,
        }
    }

    fn endings(&self) -> &'static [&'static str] {
        &["bson"]
    }

    fn read(&self, _: &Head<'_>, input: Input<'_>, out: &mut dyn Sink) {
        out.charset(Charset::Utf8);
        let mut src = in_order(input);
        let (mut offset, mut number) = (0_u64, 0_u64);
        loop {
            let mut bytes = Vec::new();
            if let Err(error) = (&mut src).take(4).read_to_end(&mut bytes) {
                return read_error(out, &error, offset);
            }
            if bytes.is_empty() {
                return;
            }
            let length = length(&bytes, 0).filter(|length| (5..=BSON_DOCUMENT_BYTES).contains(length));
            let Some(length) = length else {
                let reason = format!(
                    "what stands at byte {offset} is no document; {number} were read, of the rest only runs of text; look for a whole copy, or use `bsondump`"
                );
                out.gap(GapKind::Malformed, reason);
                return binary::read_runs(&mut Cursor::new(bytes).chain(src), out);
            };
            let read = (&mut src).take(length as u64 - 4).read_to_end(&mut bytes);
            number += 1;
            let damaged = document((offset, number), &bytes, out).is_none();
            if let Err(error) = read {
                return read_error(out, &error, offset + bytes.len() as u64);
            }
            if bytes.len() < length {
                let reason =
                    format!("the file ends in document {number}; what is there was read; look for a whole copy");
                return out.gap(GapKind::Truncated, reason);
            }
            if damaged {
                let reason = format!(
                    "document {number} at byte {offset} is damaged; it was read as far as it holds; look at it with `bsondump`"
                );
                out.gap(GapKind::Malformed, reason);
            }
            offset += length as u64;
        }
    }
}

fn length(bytes: &[u8], at: usize) -> Option<usize> {
    let length = i32::from_le_bytes(bytes.get(at..at.checked_add(4)?)?.try_into().ok()?);
    usize::try_from(length).ok()
}

/// A value with its place in the document.
struct Shown {
    name: String,
    pointer: String,
    at: usize,
    text: String,
    /// Bytes of the document that the text is.
    raw: Option<usize>,
}

/// What is open: a document or a list, with its name and path.
struct Level {
    name: String,
    pointer: String,
    is_list: bool,
    end: usize,
}

#[derive(Default)]
struct Reader {
    shown: Vec<Shown>,
    files: Vec<(String, Vec<u8>)>,
    runs: Vec<Shown>,
    mute: u64,
}

/// Gives out one document; `None` if it breaks off.
fn document((offset, number): (u64, u64), bytes: &[u8], out: &mut dyn Sink) -> Option<()> {
    let mut reader = Reader::default();
    let read = reader.read(bytes);
    let field = |shown: &'_ Shown| {
        let place = Place {
            offset: offset + shown.at as u64,
            row: Some(number),
            pointer: Some(shown.pointer.clone()),
            ..Place::default()
        };
        let raw = shown.raw.and_then(|length| bytes.get(shown.at..shown.at + length)).map(|raw| (raw, Charset::Utf8));
        (place, raw)
    };
    let make = |shown| {
        let (place, raw) = field(shown);
        Field {
            name: Some(shown.name.as_str()).filter(|name| !name.is_empty()),
            text: &shown.text,
            place,
            raw,
            undone: None,
        }
    };
    let fields: Vec<Field<'_>> = reader.shown.iter().map(make).collect();
    let is_long = reader.shown.iter().map(|shown| shown.text.len()).sum::<usize>() > RECORD_BYTES;
    let (bond, most) = if is_long { (Bond::Loose, 1) } else { (Bond::Row, RECORD_FIELDS) };
    if is_long {
        let reason = format!("document {number} holds over {RECORD_BYTES} bytes; its values were read one by one");
        out.gap(GapKind::OverLimit, reason);
    }
    fields.chunks(most).for_each(|fields| out.record(&Record::whole(bond, fields)));
    for run in &reader.runs {
        out.record(&Record::whole(Bond::Line, &[make(run)]));
    }
    if reader.mute > 0 {
        let reason = format!(
            "{} value(s) of document {number} are pictures, sound or film, which hold no text; look at them by hand",
            reader.mute
        );
        out.gap(GapKind::NoText, reason);
    }
    let go_on = reader
        .files
        .iter()
        .all(|(name, bytes)| out.child(&format!("document {number} {name}"), &mut Cursor::new(bytes)));
    if go_on { read } else { Some(()) }
}

fn token(key: &str) -> String {
    if super::lined::is_value(key) { "*".to_owned() } else { key.replace('~', "~0").replace('/', "~1") }
}

impl Reader {
    fn read(&mut self, bytes: &[u8]) -> Option<()> {
        let mut levels = vec![Level { name: String::new(), pointer: String::new(), is_list: false, end: bytes.len() }];
        let mut at = 4;
        while let Some(level) = levels.last() {
            let kind = *bytes.get(at).filter(|_| at < level.end)?;
            at += 1;
            if kind == 0 {
                levels.pop();
                continue;
            }
            let key_end = at + memchr::memchr(0, bytes.get(at..level.end)?)?;
            let key = decode_record(bytes.get(at..key_end)?, Charset::Utf8).text.into_owned();
            let name = if level.is_list { level.name.clone() } else { key.clone() };
            let pointer = format!("{}/{}", level.pointer, token(&key));
            if !level.is_list && super::lined::is_value(&key) {
                let raw = (bytes.get(at..key_end) == Some(key.as_bytes())).then_some(key.len());
                self.shown.push(Shown { name: String::new(), pointer: pointer.clone(), at, raw, text: key });
            }
            at = key_end + 1;
            if matches!(kind, 3 | 4) {
                let end = at.checked_add(length(bytes, at)?).filter(|end| *end <= bytes.len())?;
                if levels.len() >= JSON_DEPTH {
                    // What lies deeper is read as runs of text.
                    self.blob(&name, &pointer, (at, bytes.get(at..end)?));
                    at = end;
                } else {
                    levels.push(Level { name, pointer, is_list: kind == 4, end });
                    at += 4;
                }
                continue;
            }
            at = self.value(kind, (name, pointer), bytes, at)?;
        }
        Some(())
    }

    /// A value that is no document; returns where it ends.
    fn value(&mut self, kind: u8, (name, pointer): (String, String), bytes: &[u8], at: usize) -> Option<usize> {
        let fixed = |length: usize| bytes.get(at..at + length);
        let eight = || -> Option<[u8; 8]> { fixed(8)?.try_into().ok() };
        let (text, end) = match kind {
            1 => (f64::from_le_bytes(eight()?).to_string(), at + 8),
            2 | 0x0D | 0x0E => return self.text((name, pointer), bytes, at),
            // A database pointer is a string and an id, code with its scope is told by its length.
            0x0C => return self.text((name, pointer), bytes, at).map(|end| end + 12),
            0x0F => {
                let end = at.checked_add(length(bytes, at)?).filter(|end| *end > at)?;
                self.blob(&name, &pointer, (at, bytes.get(at..end)?));
                return Some(end);
            }
            5 => {
                let end = (at + 5).checked_add(length(bytes, at)?)?;
                self.blob(&name, &pointer, (at + 5, bytes.get(at + 5..end)?));
                return Some(end);
            }
            6 | 0x0A | 0x7F | 0xFF => return Some(at),
            7 => (String::new(), at + 12),
            8 => (String::new(), at + 1),
            9 => (moment(i64::from_le_bytes(eight()?)).unwrap_or_default(), at + 8),
            0x0B => {
                let first = at + memchr::memchr(0, bytes.get(at..)?)?;
                let end = first + 1 + memchr::memchr(0, bytes.get(first + 1..)?)?;
                (decode_record(bytes.get(at..first)?, Charset::Utf8).text.into_owned(), end + 1)
            }
            0x10 => (i32::from_le_bytes(fixed(4)?.try_into().ok()?).to_string(), at + 4),
            0x11 => (String::new(), at + 8),
            0x12 => (i64::from_le_bytes(eight()?).to_string(), at + 8),
            0x13 => (String::new(), at + 16),
            _ => return None,
        };
        if !text.is_empty() {
            self.shown.push(Shown { name, pointer, at, text, raw: None });
        }
        (end <= bytes.len()).then_some(end)
    }

    fn text(&mut self, (name, pointer): (String, String), bytes: &[u8], at: usize) -> Option<usize> {
        let from = at + 4;
        let length = length(bytes, at)?.checked_sub(1)?;
        let end = from.checked_add(length)?;
        // What is there of a text that is cut is text.
        let held = bytes.get(from..end.min(bytes.len()))?;
        match std::str::from_utf8(held) {
            Ok(text) if !text.trim().is_empty() => {
                self.shown.push(Shown { name, pointer, at: from, text: text.to_owned(), raw: Some(held.len()) });
            }
            Ok(_) => {}
            Err(_) => {
                let text = decode_record(held, Charset::Utf8).text.into_owned();
                self.shown.push(Shown { name, pointer, at: from, text, raw: None });
            }
        }
        (end < bytes.len()).then_some(end + 1)
    }

    fn blob(&mut self, name: &str, pointer: &str, (at, bytes): (usize, &[u8])) {
        let shown = |text| Shown { name: name.to_owned(), pointer: pointer.to_owned(), at, text, raw: None };
        match tell(bytes) {
            Blob::Text(text) if text.is_empty() => {}
            Blob::Text(text) => self.shown.push(shown(text)),
            Blob::File => self.files.push((name.to_owned(), bytes.to_vec())),
            Blob::Mute => self.mute += 1,
            Blob::Runs(texts) => self.runs.extend(texts.into_iter().map(shown)),
        }
    }
}

/// The day of a moment in milliseconds since 1970.
fn moment(milliseconds: i64) -> Option<String> {
    let moment = jiff::Timestamp::from_millisecond(milliseconds).ok()?;
    Some(moment.to_zoned(jiff::tz::TimeZone::UTC).date().to_string())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::formats::collected::Collected;

    const MEMBERS: &[u8] = include_bytes!("../../testdata/formats/bson/members.bson");

    /// A key that is a value and is no UTF-8: its text is not its bytes.
    #[test]
    fn a_key_in_no_encoding_has_no_bytes_of_its_own() {
        let bytes = [123, 123, 123, 0, 123, 49, 49, 49, 130, 49, 49, 0, 123];
        let got = Collected::by(&Bson, "x", &bytes);
        assert!(got.records.iter().flat_map(|record| &record.2).all(|field| field.charset.is_none()));
        assert!(!got.all_text().is_empty());
    }

    #[test]
    fn each_document_is_a_row() {
        let got = Collected::of("members.bson", MEMBERS);
        assert_eq!((got.format, got.gap_kinds()), ("bson", vec![]));
        let rows: Vec<_> = got.records.iter().filter(|record| record.0 == Bond::Row).collect();
        assert_eq!(rows.len(), 5);
        let fields = &rows[1].2;
        let said: Vec<_> = fields.iter().map(|f| (f.name.as_deref().unwrap(), f.text.as_str())).collect();
        assert_eq!(
            said[..3],
            [("氏名", "佐藤 花子"), ("フリガナ", "サトウ ハナコ"), ("メールアドレス", "sato.hanako@example.jp")]
        );
        assert_eq!(
            said[6..11],
            [("生年月日", "1975-11-03"), ("tags", "x"), ("tags", "y"), ("n", "1"), ("big", "1099511627776")]
        );
        let mail = &fields[2].place;
        assert_eq!((mail.row, mail.pointer.as_deref()), (Some(2), Some("/メールアドレス")));
        let at = usize::try_from(mail.offset).unwrap();
        assert!(MEMBERS[at..].starts_with(b"sato.hanako@"));
        assert_eq!(got.all_text().matches("deep text here").count(), 5);
    }

    #[test]
    fn damage_and_hostile_documents() {
        assert_eq!(Collected::of("x", &MEMBERS[..MEMBERS.len() - 20]).gap_kinds(), [GapKind::Truncated]);
        let mut lying = MEMBERS.to_vec();
        lying.extend(b"\xFF\xFF\xFF\x7Fmore taro@example.jp");
        let got = Collected::of("x", &lying);
        assert_eq!(got.gap_kinds(), [GapKind::Malformed]);
        assert!(got.all_text().contains("taro@example.jp"));
        for cut in (0..MEMBERS.len()).step_by(5) {
            Collected::of("x.bson", &MEMBERS[..cut]);
            let mut damaged = MEMBERS.to_vec();
            damaged[cut] ^= [0x01, 0x80, 0xFF][cut % 3];
            Collected::of("x.bson", &damaged);
        }
        // Documents in documents, without end.
        let mut deep = Vec::new();
        for _ in 0..5000 {
            let inner = [b"\x03a\0".as_slice(), &deep, b"\0"].concat();
            let inner = if deep.is_empty() { b"\0".to_vec() } else { inner };
            deep = [(inner.len() as i32 + 4).to_le_bytes().as_slice(), &inner].concat();
        }
        Collected::of("x.bson", &deep);
    }
}

//! Bytes in a cell of a database: text, a file that another format reads, or runs of text. Nothing of them is passed over in silence.

use std::io::Cursor;
use std::rc::Rc;

use super::{Budget, HEAD_BYTES, Head, Sink, binary, known, pick};
use crate::model::{Charset, GapKind, Record};
use crate::text::{decode_record, looks_binary};

/// What such bytes are.
pub(super) enum Blob {
    /// Text, which stands in its cell like any other.
    Text(String),
    /// A file within: another format reads it.
    File,
    /// A picture or sound.
    Mute,
    /// Other bytes, and the runs of text in them.
    Runs(Vec<String>),
}

/// Text that is longer than this goes to its own format.
pub(super) const CELL_BYTES: usize = 64 * 1024;

/// Tells what a cell holds.
pub(super) fn tell(bytes: &[u8]) -> Blob {
    let head = bytes.get(..bytes.len().min(HEAD_BYTES)).unwrap_or_default();
    if bytes.is_empty() {
        return Blob::Text(String::new());
    }
    if known::is_mute(head) {
        return Blob::Mute;
    }
    let head = Head { bytes: head, whole: bytes.len() <= HEAD_BYTES, name: "" };
    let is_text = !looks_binary(bytes) && !bytes.contains(&0);
    if is_text && bytes.len() <= CELL_BYTES {
        let decoded = decode_record(bytes, Charset::Utf8);
        if !decoded.malformed && decoded.charset != Charset::Latin1 {
            return Blob::Text(decoded.text.into_owned());
        }
    }
    match pick(&head).map(|format| format.id()) {
        None | Some("binary" | "plain") if bytes.len() <= CELL_BYTES => Blob::Runs(runs(bytes)),
        _ => Blob::File,
    }
}

fn runs(bytes: &[u8]) -> Vec<String> {
    let mut texts = Texts::default();
    binary::read_runs(&mut Cursor::new(bytes), &mut texts);
    texts.0
}

/// Keeps the texts of records. Runs of text in memory come with nothing else.
#[derive(Default)]
struct Texts(Vec<String>);

impl Sink for Texts {
    fn record(&mut self, record: &Record<'_>) {
        self.0.extend(record.fields.iter().map(|field| field.text.to_owned()));
    }

    fn child(&mut self, _: &str, _: &mut dyn std::io::Read) -> bool {
        false
    }

    fn part(&mut self, _: &str, _: &mut dyn FnMut(&mut dyn Sink)) -> bool {
        false
    }

    fn gap(&mut self, _: GapKind, _: String) {}

    fn member_gap(&mut self, _: &str, _: GapKind, _: String) {}

    fn encrypted(&mut self, _: Option<&str>, _: &str, _: String) {}

    fn broken_off(&mut self, _: GapKind, _: String) {}

    fn charset(&mut self, _: Charset) {}

    fn budget(&self) -> Rc<Budget> {
        Budget::new(0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_kind_is_told() {
        assert!(matches!(tell("{\"名前\": \"山田\"}".as_bytes()), Blob::Text(text) if text.contains("山田")));
        let sjis = encoding_rs::SHIFT_JIS.encode("東京都千代田区の山田太郎").0.into_owned();
        assert!(matches!(tell(&sjis), Blob::Text(text) if text.contains("山田太郎")));
        assert!(matches!(tell(b"\x1F\x8B\x08\0rest"), Blob::File));
        assert!(matches!(tell(b"\x89PNG\r\n\x1A\n\0\0"), Blob::Mute));
        assert!(matches!(tell(b"\0\x01\x02taro@example.jp\0\xFF"), Blob::Runs(runs) if runs == ["taro@example.jp"]));
        assert!(matches!(tell(b""), Blob::Text(text) if text.is_empty()));
    }
}

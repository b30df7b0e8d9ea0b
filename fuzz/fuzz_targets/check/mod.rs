//! The sink of the fuzz targets.

use std::io::{Cursor, Read};
use std::rc::Rc;

use hozen::formats::{Budget, Format, HEAD_BYTES, Head, Input, Need, Sink, pick, settle};
use hozen::model::{Charset, GapKind, Record};
use hozen::text::{byte_offset, fold};

/// Formats whose records stand in the bytes of the leaf.
const IN_BYTES: [&str; 4] = ["plain", "csv", "json", "binary"];

/// Checks what a format pushes, and looks into children by the same rules.
pub struct Check {
    length: u64,
    /// Places count in its bytes, not in a text that the format made.
    in_bytes: bool,
    depth: usize,
    budget: u64,
}

impl Sink for Check {
    fn record(&mut self, record: &Record<'_>) {
        for field in record.fields {
            let folded = fold(field.text);
            assert!(folded.source_offset(folded.as_str().len()) == field.text.len());
            if let Some((raw, charset)) = field.raw {
                assert!(field.place.offset.checked_add(raw.len() as u64).is_some());
                assert!(!self.in_bytes || field.place.offset + raw.len() as u64 <= self.length);
                assert_eq!(byte_offset(raw, charset, field.text.len()), raw.len());
            }
        }
    }

    fn child(&mut self, name: &str, bytes: &mut dyn Read) -> bool {
        let mut content = Vec::new();
        let room = self.budget.min(1 << 20);
        if bytes.take(room).read_to_end(&mut content).is_ok() && self.depth < 3 {
            self.budget -= content.len() as u64;
            let head = head(name, &content);
            if let Some(format) = pick(&head) {
                let format = settle(format, &mut Cursor::new(&content), content.len() as u64);
                run(format, &head, &content, self.depth + 1, self.budget);
            }
        }
        self.budget > 0
    }

    fn part(&mut self, _: &str, read: &mut dyn FnMut(&mut dyn Sink)) -> bool {
        let mut part = Check { length: 0, in_bytes: false, depth: self.depth + 1, budget: self.budget };
        read(&mut part);
        true
    }

    fn budget(&self) -> Rc<Budget> {
        Budget::new(1)
    }

    fn encrypted(&mut self, _: Option<&str>, cipher: &str, reason: String) {
        assert!(!cipher.is_empty() && !reason.is_empty());
    }

    fn gap(&mut self, _: GapKind, reason: String) {
        assert!(!reason.is_empty());
    }

    fn member_gap(&mut self, _: &str, _: GapKind, reason: String) {
        assert!(!reason.is_empty());
    }

    fn broken_off(&mut self, _: GapKind, reason: String) {
        assert!(!reason.is_empty());
    }

    fn charset(&mut self, _: Charset) {}
}

/// The head of a leaf.
pub fn head<'a>(name: &'a str, bytes: &'a [u8]) -> Head<'a> {
    Head { bytes: &bytes[..bytes.len().min(HEAD_BYTES)], whole: bytes.len() <= HEAD_BYTES, name }
}

/// Runs one format over a leaf.
pub fn run(format: &'static dyn Format, head: &Head<'_>, bytes: &[u8], depth: usize, budget: u64) {
    let mut sink = Check { length: bytes.len() as u64, in_bytes: IN_BYTES.contains(&format.id()), depth, budget };
    let mut src = Cursor::new(bytes);
    match format.need() {
        Need::Stream => format.read(head, Input::Stream(&mut src), &mut sink),
        Need::Seek => format.read(head, Input::Seek(&mut src, bytes.len() as u64), &mut sink),
    }
}

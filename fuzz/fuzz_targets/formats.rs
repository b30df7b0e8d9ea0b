//! Every format of the registry over the same bytes: none may panic, hang, or point outside the leaf.
#![no_main]

use std::io::{Cursor, Read};
use std::rc::Rc;

use hozen::formats::{Budget, FORMATS, Format, HEAD_BYTES, Head, Input, Need, Sink, pick, settle};
use hozen::model::{Charset, GapKind, Record};
use hozen::text::{byte_offset, fold};
use libfuzzer_sys::fuzz_target;

struct Check {
    length: u64,
    depth: usize,
    budget: u64,
}

impl Sink for Check {
    fn record(&mut self, record: &Record<'_>) {
        for field in record.fields {
            assert!(field.place.offset <= self.length);
            let folded = fold(field.text);
            assert!(folded.source_offset(folded.as_str().len()) == field.text.len());
            if let Some((raw, charset)) = field.raw {
                assert!(field.place.offset + raw.len() as u64 <= self.length);
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
        let mut part = Check { length: u64::MAX, depth: self.depth + 1, budget: self.budget };
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

fn head<'a>(name: &'a str, bytes: &'a [u8]) -> Head<'a> {
    Head { bytes: &bytes[..bytes.len().min(HEAD_BYTES)], whole: bytes.len() <= HEAD_BYTES, name }
}

fn run(format: &'static dyn Format, head: &Head<'_>, bytes: &[u8], depth: usize, budget: u64) {
    let mut sink = Check { length: bytes.len() as u64, depth, budget };
    let mut src = Cursor::new(bytes);
    match format.need() {
        Need::Stream => format.read(head, Input::Stream(&mut src), &mut sink),
        Need::Seek => format.read(head, Input::Seek(&mut src, bytes.len() as u64), &mut sink),
    }
}

fuzz_target!(|bytes: &[u8]| {
    let head = head("x.csv", bytes);
    for format in FORMATS {
        run(*format, &head, bytes, 0, 4 << 20);
    }
});

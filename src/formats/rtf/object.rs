//! Embedded objects, which stand in an RTF document as hex digits ([MS-OLEDS] 2.2.5).

use crate::formats::Sink;
use crate::formats::little::size_at;
use crate::formats::ole::native_head;
use crate::model::GapKind;
use crate::model::limits::PART_BYTES;

/// The objects of a document, one after the other.
#[derive(Default)]
pub(super) struct Objects {
    bytes: Vec<u8>,
    /// The first digit of a byte.
    half: Option<u8>,
    count: u32,
    stopped: bool,
}

impl Objects {
    /// An object begins.
    pub(super) fn begin(&mut self) {
        self.bytes.clear();
    }

    /// A character of it; what is no digit does not count.
    pub(super) fn digit(&mut self, character: u8) {
        let Some(digit) = char::from(character).to_digit(16).and_then(|digit| u8::try_from(digit).ok()) else { return };
        match self.half.take() {
            None => self.half = Some(digit),
            Some(high) if self.bytes.len() as u64 <= PART_BYTES => self.bytes.push(high << 4 | digit),
            Some(_) => {}
        }
    }

    /// It ends, and is handed over: a file of the Object Packager, or a document.
    pub(super) fn end(&mut self, out: &mut dyn Sink) {
        let bytes = std::mem::take(&mut self.bytes);
        self.half = None;
        self.count += 1;
        if bytes.is_empty() || self.stopped {
            return;
        }
        if bytes.len() as u64 > PART_BYTES {
            let reason = format!(
                "an embedded object of more than {PART_BYTES} bytes was not opened; save it with its own program and run hozen on that"
            );
            out.gap(GapKind::OverLimit, reason);
            return;
        }
        let content = native(&bytes).unwrap_or(&bytes);
        let packed = [&[0; 4], content].concat();
        let (name, mut content) = match native_head(&packed).filter(|_| content.starts_with(&[2, 0])) {
            Some((label, at)) => (format!("object {}/{label}", self.count), packed.get(at..).unwrap_or_default()),
            None => (format!("object {}", self.count), content),
        };
        self.stopped = !out.child(&name, &mut content);
    }
}

/// The content of an OLE 1.0 object: behind version, form, three names and its length.
fn native(object: &[u8]) -> Option<&[u8]> {
    let mut at = 8;
    for _ in 0..3 {
        let length = size_at(object, at)?;
        at = at.checked_add(4)?.checked_add(length).filter(|at| *at <= object.len())?;
    }
    let length = size_at(object, at)?;
    let content = object.get(at + 4..)?;
    Some(content.get(..length).unwrap_or(content))
}

//! Cuts a stream of chunks into lines, holding never more than one.

use crate::model::limits::JOURNAL_LINE_BYTES;

/// The line that is not yet complete.
#[derive(Debug, Default)]
pub(super) struct Lines {
    held: Vec<u8>,
    is_too_long: bool,
}

impl Lines {
    /// Takes a chunk and gives out the lines that it completes, without their newline.
    pub(super) fn push(&mut self, chunk: &[u8], each: &mut dyn FnMut(&[u8])) {
        for piece in chunk.split_inclusive(|b| *b == b'\n') {
            if self.held.len().saturating_add(piece.len()) > JOURNAL_LINE_BYTES {
                self.is_too_long = true;
                self.held.clear();
                continue;
            }
            match piece.strip_suffix(b"\n") {
                Some(end) if self.held.is_empty() => each(end),
                Some(end) => {
                    self.held.extend_from_slice(end);
                    each(&self.held);
                    self.held.clear();
                }
                None => self.held.extend_from_slice(piece),
            }
        }
    }

    /// What was wrong, at the end.
    pub(super) fn end(&mut self) -> Option<&'static str> {
        let done = std::mem::take(self);
        match done {
            Self { is_too_long: true, .. } => Some("has a line over the length limit, which was not checked"),
            Self { held, .. } if !held.is_empty() => Some("does not end with a newline: it was cut off or added to"),
            _ => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_do_not_depend_on_how_the_stream_is_cut() {
        let text = b"one\ntwo\n\nthree\n";
        for size in 1..=text.len() {
            let (mut lines, mut got) = (Lines::default(), Vec::new());
            text.chunks(size).for_each(|chunk| lines.push(chunk, &mut |line| got.push(line.to_vec())));
            assert_eq!(got, [&b"one"[..], b"two", b"", b"three"], "chunks of {size}");
            assert_eq!(lines.end(), None);
        }
    }

    #[test]
    fn a_torn_or_endless_line_is_told() {
        let mut lines = Lines::default();
        lines.push(b"abc", &mut |_| {});
        assert!(lines.end().unwrap().contains("newline"));
        lines.push(&vec![b'x'; JOURNAL_LINE_BYTES + 1], &mut |_| {});
        assert!(lines.end().unwrap().contains("limit"));
    }
}

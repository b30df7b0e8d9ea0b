//! The bytes of a PDF, read a window at a time: it is never held whole.

use std::io::{self, Read, SeekFrom};

use crate::formats::ReadSeek;

/// What is read at once at least.
const WINDOW: usize = 64 * 1024;

/// The file, and the window of it that was read last.
pub(super) struct Source<'s> {
    src: &'s mut dyn ReadSeek,
    /// Its length in bytes.
    pub(super) length: u64,
    window: Vec<u8>,
    at: u64,
    /// The first read that failed, and where. From then on there are no more bytes.
    pub(super) failed: Option<(io::Error, u64)>,
}

impl<'s> Source<'s> {
    pub(super) fn new(src: &'s mut dyn ReadSeek, length: u64) -> Self {
        Self { src, length, window: Vec::new(), at: 0, failed: None }
    }

    /// Up to `want` bytes from `at`: fewer at the end of the file, or where it cannot be read.
    pub(super) fn bytes(&mut self, at: u64, want: usize) -> &[u8] {
        let left = self.length.saturating_sub(at);
        let want = usize::try_from(left).unwrap_or(usize::MAX).min(want);
        let held = |from: u64, length: usize| {
            let skip = usize::try_from(at.checked_sub(from)?).ok()?;
            (skip.checked_add(want)? <= length).then_some(skip)
        };
        if held(self.at, self.window.len()).is_none() {
            self.fill(at, want.max(WINDOW));
        }
        let skip = usize::try_from(at.saturating_sub(self.at)).unwrap_or(usize::MAX);
        let rest = self.window.get(skip..).unwrap_or_default();
        rest.get(..want.min(rest.len())).unwrap_or_default()
    }

    fn fill(&mut self, at: u64, want: usize) {
        self.window.clear();
        self.at = at;
        if self.failed.is_some() {
            return;
        }
        let most = self.length.saturating_sub(at).min(want as u64);
        let read = self
            .src
            .seek(SeekFrom::Start(at))
            .and_then(|_| Read::take(&mut *self.src, most).read_to_end(&mut self.window));
        if let Err(error) = read {
            self.failed = Some((error, at + self.window.len() as u64));
        }
    }
}

//! EVTX, the event logs of Windows since Vista: each event is a row of its values under their names.
//!
//! The file is a header and chunks of 64 KiB, which are read one by one (libevtx, "Windows XML Event Log (EVTX) format", chapters 2 and
//! 3); the events in them are XML in tokens ([MS-EVEN6] 2.2.12, `binxml`).

mod binxml;
mod chunk;
mod event;
mod tally;
mod value;

#[cfg(test)]
mod tests;

use std::io::{self, Cursor, Read};

use chunk::{CHUNK_BYTES, Chunk, Found, Item};
use event::{Event, Stop};
use tally::Tally;

use super::trouble::{in_order, read_error};
use super::written::Written;
use super::{Claim, Format, Head, Input, Sink, binary};

/// Event logs of Windows.
pub struct Evtx;

const MAGIC: &[u8] = b"ElfFile\0";
/// Bytes before the first chunk.
const HEADER_BYTES: usize = 4096;

impl Format for Evtx {
    fn id(&self) -> &'static str {
        "evtx"
    }

    fn claims(&self, head: &Head<'_>) -> Claim {
        if head.bytes.starts_with(MAGIC) { Claim::Yes } else { Claim::No }
    }

    fn endings(&self) -> &'static [&'static str] {
        &["evtx"]
    }

    fn read(&self, _: &Head<'_>, input: Input<'_>, out: &mut dyn Sink) {
        let mut src = in_order(input);
        let (header, failed) = up_to(&mut src, HEADER_BYTES);
        let mut log = Log { at: header.len() as u64, tally: Tally::of(&header), ..Log::default() };
        let failed = failed.or_else(|| log.chunks(&mut src, out));
        log.tally.tell(log.at, failed.is_some(), out);
        if let Some(error) = failed {
            read_error(out, &error, log.at);
        }
    }
}

/// So many bytes, or what there is, and what stopped it.
fn up_to(src: &mut dyn Read, count: usize) -> (Vec<u8>, Option<io::Error>) {
    let mut bytes = Vec::new();
    let failed = src.take(count as u64).read_to_end(&mut bytes).err();
    (bytes, failed)
}

/// A log as far as it was read.
#[derive(Default)]
struct Log {
    at: u64,
    written: Written,
    tally: Tally,
    /// A member was refused: a limit was reached, which is recorded.
    is_full: bool,
}

impl Log {
    /// All chunks; what stopped reading, if it was not the end.
    fn chunks(&mut self, src: &mut dyn Read, out: &mut dyn Sink) -> Option<io::Error> {
        loop {
            let (bytes, failed) = up_to(src, CHUNK_BYTES);
            let begin = self.at;
            self.at = begin.saturating_add(bytes.len() as u64);
            if let Some(chunk) = Chunk::new(&bytes) {
                self.tally.chunk(&chunk, begin, bytes.len() < CHUNK_BYTES);
                chunk.read(&mut |item| match item {
                    Item::Event(found, event, stop) => {
                        let is_cut = bytes.len() < CHUNK_BYTES && found.reaches(bytes.len());
                        self.event(begin, (&found, *event, stop.filter(|_| !is_cut)), out);
                    }
                    Item::Damage(at, lost) => {
                        self.tally.damage(begin + at as u64);
                        binary::read_runs(&mut Cursor::new(lost), out);
                    }
                });
            }
            if failed.is_some() || bytes.len() < CHUNK_BYTES || self.is_full {
                return failed;
            }
        }
    }

    fn event(&mut self, begin: u64, (found, event, stop): (&Found, Event, Option<Stop>), out: &mut dyn Sink) {
        self.tally.event(found.number, begin + found.at as u64, stop);
        self.tally.mute(event.mute);
        self.written.at_row(found.number);
        self.written.pairs(&event.values, out);
        for (name, bytes) in &event.files {
            if self.is_full {
                return;
            }
            let name = if name.is_empty() { "value" } else { name };
            self.is_full = !out.child(&format!("event {} {name}", found.number), &mut Cursor::new(bytes));
        }
    }
}

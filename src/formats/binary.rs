//! The last resort: runs of readable text in bytes that are no text (programs, databases, memory images).
//!
//! Of a self-extracting archive the program is read so, and the archive behind it is a member.
//! A run ends at the first control character, so a line is a run. Nearness says nothing here, and records say so.

use std::io::{self, Read};
use std::ops::Range;

use super::program::{Program, end_of_code};
use super::trouble::{in_order, read_error};
use super::{Claim, Format, Head, Input, Sink};
use crate::model::limits::{BLOCK_BYTES, TEXT_RUN_CHARS, WINDOW_MARGIN_BYTES};
use crate::model::{Bond, Charset, Field, GapKind, Place, Record};
use crate::text::lines::{cut, read_some};
use crate::text::{decode, japanese_in};

/// Anything.
pub struct Binary;

impl Format for Binary {
    fn id(&self) -> &'static str {
        "binary"
    }

    fn claims(&self, _: &Head<'_>) -> Claim {
        Claim::Maybe
    }

    fn read(&self, head: &Head<'_>, input: Input<'_>, out: &mut dyn Sink) {
        let mut src = in_order(input);
        let Some(from) = end_of_code(head.bytes) else { return read_runs(&mut *src, out) };
        let mut program = Program::new(&mut *src, from);
        read_runs(&mut program, out);
        if let Some((at, mut archive)) = program.archive() {
            out.child(&format!("archive at byte {at}"), &mut archive);
        }
    }
}

/// Reads runs of text of a file that is known but not opened: what it is, and what to do with it.
pub(super) fn only_runs(what: &str, todo: &str, src: &mut dyn Read, out: &mut dyn Sink) {
    let reason = format!(
        "{what}, which this version does not open: only runs of plain text were read, and what belongs together is not known; {todo}"
    );
    out.gap(GapKind::UnsupportedFormat, reason);
    read_runs(src, out);
}

/// Reads all runs of text.
pub(super) fn read_runs(src: &mut dyn Read, out: &mut dyn Sink) {
    let mut window = Window::default();
    loop {
        let read = window.fill(src);
        window.narrow_runs(out);
        window.wide_runs(out);
        match read {
            Ok(()) if window.ended => return,
            Ok(()) => window.go_on(),
            Err(error) => return read_error(out, &error, window.base + window.buf.len() as u64),
        }
    }
}

/// A piece of the leaf; the next begins a margin before its end, and what lies in both is given out once.
#[derive(Default)]
struct Window {
    buf: Vec<u8>,
    base: u64,
    ended: bool,
    /// Where the run that goes on behind this piece is taken up again.
    taken_up: Option<usize>,
    /// Up to here runs of one byte a unit were given out, and of two.
    narrow_done: u64,
    wide_done: [u64; 2],
}

impl Window {
    fn fill(&mut self, src: &mut dyn Read) -> io::Result<()> {
        let mut held = self.buf.len();
        self.buf.resize(BLOCK_BYTES, 0);
        while held < BLOCK_BYTES && !self.ended {
            match read_some(src, self.buf.get_mut(held..).unwrap_or_default()) {
                Ok(0) => self.ended = true,
                Ok(n) => held += n,
                Err(error) => {
                    self.ended = true;
                    self.buf.truncate(held);
                    return Err(error);
                }
            }
        }
        self.buf.truncate(held);
        Ok(())
    }

    fn go_on(&mut self) {
        let margin = self.buf.len().saturating_sub(WINDOW_MARGIN_BYTES);
        // A run that goes on is taken up between two characters: from the middle of one it would look like another encoding.
        let drop = self.taken_up.take().map_or(margin, |place| place.min(margin));
        self.buf.drain(..drop);
        self.base += drop as u64;
    }

    fn bytes(&self, range: &Range<usize>) -> &[u8] {
        self.buf.get(range.clone()).unwrap_or_default()
    }

    fn narrow_runs(&mut self, out: &mut dyn Sink) {
        let mut at = 0;
        while at < self.buf.len() {
            let rest = self.buf.get(at..).unwrap_or_default();
            let Some(skip) = rest.iter().position(|b| is_narrow(*b)) else { break };
            let begin = at + skip;
            let length = rest.iter().skip(skip).take_while(|b| is_narrow(**b)).count();
            at = begin + length;
            if length >= TEXT_RUN_CHARS {
                self.narrow_run(begin..at, out);
            }
        }
    }

    fn narrow_run(&mut self, run: Range<usize>, out: &mut dyn Sink) {
        let bytes = self.bytes(&run);
        let charset = if bytes.is_ascii() { Charset::Ascii } else { japanese_in(bytes).unwrap_or(Charset::Utf8) };
        let Some((run, taken_up)) = self.settle(run, charset, self.narrow_done) else { return };
        self.taken_up = self.taken_up.or(taken_up);
        let done = std::mem::replace(&mut self.narrow_done, self.base + run.end as u64);
        if charset != Charset::Utf8 {
            return self.push(run, charset, done, out);
        }
        let mut at = run.start;
        for chunk in self.bytes(&run).utf8_chunks() {
            self.push(at..at + chunk.valid().len(), charset, done, out);
            at += chunk.valid().len() + chunk.invalid().len();
        }
    }

    /// What to give out of a run now: all of it; nothing if the next window sees it whole, or saw it; or its part before a cut, and where it
    /// is to be taken up again.
    fn settle(&self, run: Range<usize>, charset: Charset, done: u64) -> Option<(Range<usize>, Option<usize>)> {
        if self.base + run.end as u64 <= done {
            return None;
        }
        if run.end + 1 < self.buf.len() || self.ended {
            return Some((run, None));
        }
        if run.start > self.buf.len().saturating_sub(WINDOW_MARGIN_BYTES) {
            return None;
        }
        let (cut, next) = cut(self.bytes(&run), charset);
        Some((run.start..run.start + cut, Some(run.start + next)))
    }

    fn push(&self, run: Range<usize>, charset: Charset, done: u64, out: &mut dyn Sink) {
        let raw = self.bytes(&run);
        let offset = self.base + run.start as u64;
        if raw.len() < TEXT_RUN_CHARS || self.base + run.end as u64 <= done {
            return;
        }
        let (text, _) = decode(raw, charset);
        let place = Place { offset, ..Place::default() };
        let fields = [Field { name: None, text: &text, place, raw: Some((raw, charset)), undone: None }];
        let fresh_from = if offset < done { done } else { 0 };
        out.record(&Record { bond: Bond::Loose, fields: &fields, fresh_from });
    }

    /// UTF-16LE, as Windows programs hold their text, at even and at odd places.
    fn wide_runs(&mut self, out: &mut dyn Sink) {
        for parity in 0..2 {
            // Windows begin at any place, so the parity is the leaf's.
            let first = (parity + usize::from(self.base % 2 == 1)) % 2;
            let mut at = first;
            while at + 1 < self.buf.len() {
                let rest = self.buf.get(at..).unwrap_or_default();
                let units = rest.chunks_exact(2).take_while(|unit| wide_kind(unit) != Wide::No).count();
                if units >= TEXT_RUN_CHARS {
                    self.wide_run(at..at + units * 2, parity, out);
                }
                at += (units + 1) * 2;
            }
        }
    }

    fn wide_run(&mut self, run: Range<usize>, parity: usize, out: &mut dyn Sink) {
        // Digits a byte off their place are ideographic spaces: these prove nothing.
        let proves = |unit: &&[u8]| wide_kind(unit) == Wide::Plain && *unit != [0x00, 0x30];
        let plain = self.bytes(&run).chunks_exact(2).filter(proves).count();
        // Any bytes make kanji; without kana or ASCII among them it is chance.
        if plain * 4 < run.len() {
            return;
        }
        let Some(slot) = self.wide_done.get(parity).copied() else { return };
        let Some((run, _)) = self.settle(run, Charset::Utf16Le, slot) else { return };
        if let Some(done) = self.wide_done.get_mut(parity) {
            *done = self.base + run.end as u64;
        }
        self.push(run, Charset::Utf16Le, slot, out);
    }
}

fn is_narrow(byte: u8) -> bool {
    matches!(byte, b'\t' | 0x20..=0x7E | 0x80..)
}

#[derive(PartialEq, Eq)]
enum Wide {
    No,
    Plain,
    Kanji,
}

fn wide_kind(unit: &[u8]) -> Wide {
    let value = match unit {
        [low, high] => u16::from_le_bytes([*low, *high]),
        _ => 0,
    };
    match value {
        0x09 | 0x20..=0x7E | 0x3000..=0x30FF | 0xFF01..=0xFF9F => Wide::Plain,
        0x4E00..=0x9FFF => Wide::Kanji,
        _ => Wide::No,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::formats::collected::Collected;

    fn noise(n: usize) -> Vec<u8> {
        // A fixed sequence with many control characters and high bytes.
        let mut state = 7_u32;
        (0..n)
            .map(|_| {
                state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
                if state >> 31 == 0 { 0 } else { (state >> 16) as u8 }
            })
            .collect()
    }

    #[test]
    fn text_between_noise_in_every_encoding() {
        let name = "山田太郎の電話は090-1234-5678です";
        let wide = |text: &str| text.encode_utf16().flat_map(u16::to_le_bytes).collect::<Vec<u8>>();
        let mut bytes = noise(5_000);
        for (mark, part) in [
            (Charset::Ascii, b"mail taro@example.jp".to_vec()),
            (Charset::Utf8, name.as_bytes().to_vec()),
            (Charset::Cp932, encoding_rs::SHIFT_JIS.encode(name).0.into_owned()),
            (Charset::EucJp, encoding_rs::EUC_JP.encode(name).0.into_owned()),
            (Charset::Utf16Le, wide(name)),
            (Charset::Utf16Le, wide("wide@example.jp")),
        ] {
            let at = bytes.len() + 2;
            bytes.extend(b"\x01\0");
            bytes.extend(&part);
            bytes.extend(b"\0\0\x01");
            let got = Collected::by(&Binary, "x", &bytes);
            // The bytes of UTF-16 are runs of one byte a character too.
            let found =
                got.records.iter().flat_map(|r| &r.2).find(|f| f.place.offset == at as u64 && f.charset == Some(mark));
            assert_eq!(found.map(|f| &*f.text), Some(&*decode(&part, mark).0), "{mark:?} at {at}");
            bytes.extend(noise(999));
        }
        let got = Collected::of("x", &bytes);
        assert_eq!((got.format, got.gaps.len()), ("binary", 0));
        assert!(got.records.iter().all(|r| r.0 == Bond::Loose));
    }

    /// A run that goes on is of one encoding in all its pieces: a piece that began in the middle of a character looked like another.
    #[test]
    fn a_long_run_is_of_one_encoding_in_every_piece() {
        for (charset, codec) in [
            (Charset::Utf8, encoding_rs::UTF_8),
            (Charset::Cp932, encoding_rs::SHIFT_JIS),
            (Charset::EucJp, encoding_rs::EUC_JP),
        ] {
            let text = "あuser000000@example.jp)".repeat(4 * BLOCK_BYTES / 24);
            let mut bytes = b"\x7fELF\x02\x01\0\0\0".to_vec();
            bytes.extend_from_slice(&codec.encode(&text).0);
            bytes.extend_from_slice(b"\0\0");
            let got = Collected::by(&Binary, "x", &bytes);
            let long = got.records.iter().flat_map(|record| &record.2).filter(|field| field.text.len() > 1_000);
            let charsets: Vec<_> = long.map(|field| field.charset).collect();
            assert!(
                charsets.len() >= 4 && charsets.iter().all(|found| *found == Some(charset)),
                "{charset:?}: {charsets:?}"
            );
        }
    }

    /// Each value is given out once as new, wherever the windows' edges lie.
    #[test]
    fn runs_across_windows_are_found_once() {
        for shift in [0, 1, 2, 5, 11, 17, 1000, 4090] {
            let mut bytes = vec![0; shift];
            let mut count = 0;
            while bytes.len() < 3 * BLOCK_BYTES {
                bytes.extend(format!("<{count:08}>").bytes());
                bytes.push(0);
                count += 1;
            }
            bytes.extend(vec![b'-'; 2 * BLOCK_BYTES]);
            for _ in 0..100_000 {
                bytes.extend(format!(" <{count:08}>").bytes());
                count += 1;
            }
            let got = Collected::by(&Binary, "x", &bytes);
            let mut seen = vec![0; count];
            for (_, fresh, fields) in &got.records {
                let field = &fields[0];
                for (at, _) in field.text.match_indices('<') {
                    let end = field.place.offset + at as u64 + 10;
                    let Some(digits) =
                        field.text.get(at + 1..at + 9).filter(|_| field.text.get(at + 9..at + 10) == Some(">"))
                    else {
                        continue;
                    };
                    if end > *fresh {
                        seen[digits.parse::<usize>().unwrap()] += 1;
                    }
                }
            }
            let wrong: Vec<_> = seen.iter().enumerate().filter(|(_, n)| **n != 1).take(5).collect();
            assert!(wrong.is_empty(), "shift {shift}: {wrong:?} of {count}");
        }
    }

    #[test]
    fn wide_runs_across_windows_are_found_once() {
        for shift in [0, 1, 2, 3, 9, 4095] {
            let mut bytes = vec![0; shift];
            let mut count = 0;
            while bytes.len() < 2 * BLOCK_BYTES + 5000 {
                bytes.extend(format!("<{count:08}>").encode_utf16().flat_map(u16::to_le_bytes));
                bytes.extend(b"\0\0\0\0");
                count += 1;
            }
            let got = Collected::by(&Binary, "x", &bytes);
            let texts: Vec<_> = got.records.iter().map(|r| r.2[0].text.clone()).collect();
            let want: Vec<_> = (0..count).map(|n| format!("<{n:08}>")).collect();
            let wrong = texts.iter().zip(&want).position(|(got, want)| got != want);
            assert_eq!((wrong.map(|at| &texts[at]), texts.len()), (None, want.len()), "shift {shift}");
        }
    }
}

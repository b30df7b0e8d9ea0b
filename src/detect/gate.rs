//! The cheap look at a field before anything else: most text holds neither enough digits nor an `@`, and costs no more.

mod masks;

use memchr::memchr;

use self::masks::{BLOCK, Masks, masks};
use crate::rules::shape::{Alphabet, Needs};
use crate::text::escapes;

/// What a text holds, counted over its bytes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Held {
    /// ASCII digits.
    pub(super) digits: usize,
    /// An ASCII `@`, or an escape that folding may turn into one.
    pub(super) at: bool,
    /// Characters that folding may turn into digits, `@` or a part of a word ([`folds_to_words`]). Circled and raised
    /// digits are not counted as a reason to look: nobody writes a number in them alone.
    pub(super) wide: bool,
}

/// The classes of the bytes of a text, to be asked again.
#[derive(Debug, Default)]
pub(super) struct Classes {
    blocks: Vec<Masks>,
}

impl Classes {
    /// Reads a text.
    pub(super) fn read(&mut self, text: &str) -> Held {
        let bytes = text.as_bytes();
        self.blocks.clear();
        self.blocks.extend(masks(bytes));
        Held {
            digits: self.blocks.iter().map(|block| block.digits.count_ones() as usize).sum(),
            at: memchr(b'@', bytes).is_some() || escapes::stand_in(text),
            wide: !text.is_ascii() && folds_to_words(bytes),
        }
    }

    /// The runs of the text that was read last that hold at least `least` digits. They begin and end where a match may: joining characters included.
    pub(super) fn runs(&self, text: &str, least: usize, into: &mut Vec<Run>) {
        into.clear();
        let mut done = 0;
        while let Some(start) = self.stretch_from(done, least.clamp(1, BLOCK)) {
            let end = self.stretch_end(start).min(text.len());
            runs_within(text.as_bytes(), start..end, least, into);
            done = end;
        }
    }

    /// Where the next stretch of digits and joining characters begins that is at least `length` long (64 at most).
    fn stretch_from(&self, from: usize, length: usize) -> Option<usize> {
        for block in from / BLOCK..self.blocks.len() {
            let both = u128::from(self.member(block)) | u128::from(self.member(block + 1)) << BLOCK;
            let mut long = both;
            // After each step a bit says that as many as `known` members begin at it.
            let mut known = 1;
            while known < length {
                let step = known.min(length - known);
                long &= long >> step;
                known += step;
            }
            let low = u64::try_from(long & u128::from(u64::MAX)).unwrap_or(0);
            let ahead = if block == from / BLOCK { low >> (from % BLOCK) << (from % BLOCK) } else { low };
            if ahead != 0 {
                return Some(block * BLOCK + ahead.trailing_zeros() as usize);
            }
        }
        None
    }

    /// Where the stretch that goes on at a place ends.
    fn stretch_end(&self, from: usize) -> usize {
        let mut at = from;
        loop {
            let block = at / BLOCK;
            let others = !self.member(block) >> (at % BLOCK);
            if others != 0 {
                return at + others.trailing_zeros() as usize;
            }
            at = (block + 1) * BLOCK;
        }
    }

    /// Digits and joining characters of a block; behind the text there are none.
    fn member(&self, block: usize) -> u64 {
        self.blocks.get(block).map_or(0, |block| block.digits | block.joins)
    }
}

/// Whether UTF-8 text holds a character that a number or a word may be written with, and that folding makes another of.
///
/// Full-width forms begin with EF, mathematical digits with F0. Words are also written with radicals, as PDF files are read
/// (U+2E80…, E2 BA to BF), with voice marks of their own, as macOS writes (U+3099, E3 82 99), with letters and kanji in one
/// character (U+2100…, E2 84 and 85; U+3200…, E3 88 to 8F), and with spaces that are none (U+3000, U+00A0).
fn folds_to_words(bytes: &[u8]) -> bool {
    let (second, third) = (bytes.get(1..).unwrap_or_default(), bytes.get(2..).unwrap_or_default());
    // No branch in it, so that it becomes vector instructions.
    bytes.iter().zip(second).zip(third).fold(false, |found, ((&a, &b), &c)| {
        let letters = (b >= 0xba) | (b & 0xfe == 0x84);
        let squared = b & 0xf8 == 0x88;
        let voiced = (b == 0x82) & ((c == 0x99) | (c == 0x9a));
        let space = (b == 0x80) & (c == 0x80);
        found
            | (a >= 0xef)
            | (a == 0xe2) & letters
            | (a == 0xe3) & (squared | voiced | space)
            | (a == 0xc2) & (b == 0xa0)
    })
}

/// A stretch of digits with single spaces, dashes, parentheses and plus signs between them.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Run {
    pub(super) start: usize,
    pub(super) end: usize,
    pub(super) digits: usize,
    /// Digits in its longest piece.
    pub(super) longest: usize,
    /// Digits in one piece, with nothing that could be a part of a value beside them.
    pub(super) plain: bool,
}

impl Run {
    /// Whether a match that needs this may lie in it.
    pub(super) fn fits(&self, needs: &Needs) -> bool {
        self.longest >= needs.piece && self.digits >= needs.stretch
    }
}

/// Longest stretch of joining characters that stays inside a run: `+81 (0)90`.
const JOINT: usize = 3;

/// The runs of a stretch of digits and joining characters.
fn runs_within(bytes: &[u8], stretch: std::ops::Range<usize>, least: usize, into: &mut Vec<Run>) {
    let (mut start, mut digits, mut joint, mut pieces, mut marks) = (stretch.start, 0, 0, 0, false);
    let (mut piece, mut longest) = (0, 0);
    let mut close = |run: Run| {
        // Right after a percent escape (%20090…, %A0090…) the value begins inside the digits.
        let before = bytes.get(..run.start).unwrap_or_default();
        let escaped = matches!(before, [.., b'%'] | [.., b'%', _]);
        if run.digits >= least {
            into.push(Run { plain: run.plain && !escaped, ..run });
        }
    };
    for (at, &byte) in (stretch.start..).zip(bytes.get(stretch.clone()).unwrap_or_default()) {
        if byte.is_ascii_digit() {
            let is_new = digits == 0 || joint > 0;
            pieces += usize::from(is_new);
            piece = if is_new { 1 } else { piece + 1 };
            longest = longest.max(piece);
            digits += 1;
            joint = 0;
        } else if joint < JOINT {
            joint += 1;
            marks |= matches!(byte, b'(' | b')' | b'+');
        } else {
            close(Run { start, end: at, digits, longest, plain: pieces == 1 && !marks });
            longest = 0;
            // What joined may belong to the run after it: `〒 (03)1234-5678`.
            (start, digits, joint, pieces, marks) = (at, 0, 1, 0, matches!(byte, b'(' | b')' | b'+'));
        }
    }
    close(Run { start, end: stretch.end, digits, longest, plain: pieces == 1 && !marks });
}

/// The stretches around each `@` in which a match of these characters must lie, in order and apart.
pub(super) fn around_at(text: &str, alphabet: &Alphabet, mut on: impl FnMut(std::ops::Range<usize>)) {
    let bytes = text.as_bytes();
    let mut done = 0;
    while let Some(at) = bytes.get(done..).and_then(|rest| memchr(b'@', rest)).map(|at| at + done) {
        let left = bytes.get(done..at).unwrap_or(&[]).iter().rev().take_while(|&&byte| alphabet.holds(byte)).count();
        let right = bytes.get(at..).unwrap_or(&[]).iter().take_while(|&&byte| alphabet.holds(byte)).count().max(1);
        on(at - left..at + right);
        done = at + right;
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rules::shape::joins_digits;
    use proptest::prelude::*;

    fn held(text: &str) -> Held {
        Classes::default().read(text)
    }

    fn runs(text: &str, least: usize, into: &mut Vec<Run>) {
        let mut classes = Classes::default();
        classes.read(text);
        classes.runs(text, least, into);
    }

    /// The runs of a text, byte by byte: what ends a stretch is looked for as plainly as can be.
    fn runs_plainly(text: &str, least: usize) -> Vec<Run> {
        let bytes = text.as_bytes();
        let is_member = |at: &usize| bytes.get(*at).is_some_and(|byte| byte.is_ascii_digit() || joins_digits(*byte));
        let (mut found, mut at) = (Vec::new(), 0);
        while at < bytes.len() {
            let end = (at..bytes.len()).find(|at| !is_member(at)).unwrap_or(bytes.len());
            runs_within(bytes, at..end, least, &mut found);
            at = end + 1;
        }
        found
    }

    proptest! {
        #[test]
        fn no_stretch_is_passed_over(text in "([0-9]{1,9}[ ()+-]{0,5}|[a-z]{0,70}|あ){0,40}", least in 1usize..90) {
            let mut found = Vec::new();
            runs(&text, least, &mut found);
            prop_assert_eq!(found, runs_plainly(&text, least));
        }
    }

    fn texts(text: &str, least: usize) -> Vec<&str> {
        let mut found = Vec::new();
        runs(text, least, &mut found);
        found.iter().map(|run| &text[run.start..run.end]).collect()
    }

    #[test]
    fn runs_hold_whole_numbers() {
        assert_eq!(texts("電話(03)1234-5678です", 9), ["(03)1234-5678"]);
        assert_eq!(texts("a=+81 (0)90-1234-5678;b=12", 9), ["+81 (0)90-1234-5678"]);
        assert_eq!(texts("127.0.0.1 - - [16/Oct/2026:12:34:56 +0900]", 9), Vec::<&str>::new());
        assert_eq!(texts("4111111111111111", 13), ["4111111111111111"]);
        assert_eq!(texts("x ---------- 0312345678", 9).len(), 1);
    }

    #[test]
    fn a_plain_run_is_digits_in_one_piece() {
        let plain = |text: &str| {
            let mut found = Vec::new();
            runs(text, 9, &mut found);
            found.first().map(|run| run.plain)
        };
        assert_eq!(plain("epoch=1760582400123 "), Some(true));
        assert_eq!(plain("id - 1760582400123"), Some(true));
        for joined in
            ["090-1234-5678", "+819012345678", "(0312345678)", "%2009012345678", "%A009012345678", "2026 1760582400123"]
        {
            assert_eq!(plain(joined), Some(false), "{joined}");
        }
    }

    #[test]
    fn stretches_around_at_signs() {
        let pattern = regex_syntax::parse("[a-z.]{1,9}@[a-z.]{1,9}").unwrap();
        let alphabet = crate::rules::shape::needs(&[pattern]).alphabet;
        let mut found = Vec::new();
        around_at("to a.b@c.d, 氏e@f氏 @ x@y@z", &alphabet, |part| found.push(part));
        assert_eq!(
            found.iter().map(|part| &"to a.b@c.d, 氏e@f氏 @ x@y@z"[part.clone()]).collect::<Vec<_>>(),
            ["a.b@c.d", "e@f", "@", "x@y@z"]
        );
    }

    #[test]
    fn held_counts_what_folding_may_bring() {
        assert_eq!(held("tel 03"), Held { digits: 2, at: false, wide: false });
        assert!(held("０９０").wide && held("＠").wide && !held("電話").wide);
        // What is read out of a PDF file, what macOS writes, marks, and spaces.
        for text in ["普通預⾦", "ハ\u{309a}スワート\u{3099}", "【㊙】", "口座№", "card\u{a0}no", "口座　番号"]
        {
            assert!(held(text).wide, "{text}");
        }
        assert!(!held("※「パスワード」は…ありません。→→").wide);
    }
}

//! The cheap look at a field before anything else: most text holds neither enough digits nor an `@`, and costs no more.

use memchr::{memchr, memchr2};

use crate::rules::check::joins_digits;

/// What a text holds, counted over its bytes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Held {
    /// ASCII digits.
    pub(super) digits: usize,
    /// An ASCII `@`.
    pub(super) at: bool,
    /// Characters that folding may turn into digits or `@`: full-width forms and mathematical digits. Circled and raised
    /// digits are not counted as a reason to look: nobody writes a number in them alone.
    pub(super) wide: bool,
}

impl Held {
    pub(super) fn of(text: &str) -> Self {
        let bytes = text.as_bytes();
        Self {
            digits: bytes.iter().filter(|byte| byte.is_ascii_digit()).count(),
            at: memchr(b'@', bytes).is_some(),
            // U+FF10…, U+FF20, U+FE6B begin with EF; U+1D7CE… with F0.
            wide: !text.is_ascii() && memchr2(0xef, 0xf0, bytes).is_some(),
        }
    }
}

/// A stretch of digits with single spaces, dashes, parentheses and plus signs between them.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Run {
    pub(super) start: usize,
    pub(super) end: usize,
    pub(super) digits: usize,
}

/// Longest stretch of joining characters that stays inside a run: `+81 (0)90`.
const JOINT: usize = 3;

/// The runs of a text that hold at least `least` digits. They begin and end where a match may: joining characters included.
pub(super) fn runs(text: &str, least: usize, into: &mut Vec<Run>) {
    into.clear();
    let (mut start, mut digits, mut joint) = (0, 0, 0);
    let mut close = |start: usize, end: usize, digits: usize| {
        if digits >= least {
            into.push(Run { start, end, digits });
        }
    };
    for (at, byte) in text.bytes().enumerate() {
        if byte.is_ascii_digit() {
            digits += 1;
            joint = 0;
        } else if joins_digits(byte) && joint < JOINT {
            joint += 1;
        } else {
            close(start, at, digits);
            // What joined may belong to the run after it: `〒 (03)1234-5678`.
            start = if joins_digits(byte) { at } else { at + 1 };
            (digits, joint) = (0, usize::from(joins_digits(byte)));
        }
    }
    close(start, text.len(), digits);
}

#[cfg(test)]
mod tests {
    use super::*;

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
    fn held_counts_what_folding_may_bring() {
        assert_eq!(Held::of("tel 03"), Held { digits: 2, at: false, wide: false });
        assert!(Held::of("０９０").wide && Held::of("＠").wide && !Held::of("電話").wide);
    }
}

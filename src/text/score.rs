//! Scores how much bytes look like Japanese in CP932 and in EUC-JP.
//!
//! Both encodings accept much of the other's bytes, so validity is not enough: hiragana, common kanji and full-width digits
//! count for an encoding; rare kanji, unassigned cells and lone half-width marks against it. Row numbers as in JIS X 0208.

/// What the vote of a statistical detector adds.
pub(super) const VOTE: i64 = 20;

const MALFORMED: i64 = -40;
const HIRAGANA: i64 = 40;
const KATAKANA: i64 = 35;
const COMMON: i64 = 30;
const SYMBOL: i64 = 25;
const RARE: i64 = 5;
const UNLIKELY: i64 = -25;
const HALF_KANA: i64 = 15;

/// Looks at one character and says (bytes taken, score).
type Step = (usize, i64);

fn total(bytes: &[u8], step: impl Fn(&[u8], u8, u8) -> Step) -> i64 {
    let (mut at, mut sum) = (0, 0);
    let mut before = b' ';
    while let Some(rest) = bytes.get(at..).filter(|rest| !rest.is_empty()) {
        // ASCII says nothing: jump over it.
        let skip = rest.iter().position(|b| !b.is_ascii()).unwrap_or(rest.len());
        if skip > 0 {
            before = rest.get(skip - 1).copied().unwrap_or(b' ');
            at += skip;
            continue;
        }
        let lead = rest.first().copied().unwrap_or(0);
        let (taken, score) = step(rest, lead, before);
        before = rest.get(taken.saturating_sub(1)).copied().unwrap_or(lead);
        at += taken.max(1);
        sum += score;
    }
    sum
}

/// Score as CP932. A lead byte at the very end counts as cut, not as malformed, unless `whole`.
pub(super) fn cp932(bytes: &[u8], whole: bool) -> i64 {
    total(bytes, |rest, lead, before| match lead {
        0xA1..=0xDF => (1, half_kana(lead, before, rest.get(1).copied())),
        0x81..=0x9F | 0xE0..=0xFC => match rest.get(1) {
            Some(&trail @ (0x40..=0x7E | 0x80..=0xFC)) => double(lead, trail, before, rest.get(2).copied()),
            None if !whole => (1, 0),
            _ => (1, MALFORMED),
        },
        _ => (1, MALFORMED),
    })
}

fn double(lead: u8, trail: u8, before: u8, after: Option<u8>) -> Step {
    let score = match (lead, trail) {
        (0x81, _) => SYMBOL,
        (0x82, 0x4F..=0x58 | 0x60..=0x79 | 0x81..=0x9A) => COMMON,
        (0x82, 0x9F..=0xF1) => HIRAGANA,
        (0x83, 0x40..=0x96) => KATAKANA,
        (0x88, 0x9F..) | (0x89..=0x97, _) | (0x98, 0x40..=0x72) => COMMON,
        (0x87, 0x40..=0x9C) => SYMBOL,
        (0x83 | 0x84, _) | (0xED | 0xEE | 0xFA | 0xFB, _) | (0xFC, 0x40..=0x4B) => RARE,
        // Latin-1 letters between ASCII letters read as rare kanji (`Sao` with a tilde).
        (0x98..=0x9F | 0xE0..=0xEA, _) => {
            let letters = trail.is_ascii_alphabetic() && before.is_ascii_alphabetic();
            let lone = after.is_none_or(|b| b.is_ascii());
            if letters || (trail.is_ascii() && lone && before.is_ascii_alphabetic()) { UNLIKELY } else { RARE }
        }
        (0xF0..=0xF9, _) => UNLIKELY,
        _ => return (2, MALFORMED),
    };
    (2, score)
}

/// Half-width kana: a voice mark must follow a kana that can carry it, and one kana between letters is a foreign letter.
fn half_kana(byte: u8, before: u8, after: Option<u8>) -> i64 {
    let lone = !(0xA1..=0xDF).contains(&before) && after.is_none_or(|b| !(0xA1..=0xDF).contains(&b));
    match byte {
        0xDE if matches!(before, 0xB3 | 0xB6..=0xC4 | 0xCA..=0xCE) => HALF_KANA + 20,
        0xDF if matches!(before, 0xCA..=0xCE) => HALF_KANA + 20,
        0xDE | 0xDF => UNLIKELY,
        _ if lone && (before.is_ascii_alphabetic() || after.is_some_and(|b| b.is_ascii_alphabetic())) => UNLIKELY,
        // Punctuation and small kana do not begin a word.
        0xA1 | 0xA3..=0xA5 | 0xA7..=0xB0 if !(0xA1..=0xDF).contains(&before) => -5,
        // Half-width punctuation is rare in CP932, and is the first byte of all hiragana and katakana in EUC-JP.
        0xA1..=0xA5 => 0,
        _ => HALF_KANA,
    }
}

/// Score as EUC-JP, by the same scale.
pub(super) fn euc_jp(bytes: &[u8], whole: bool) -> i64 {
    total(bytes, |rest, lead, before| {
        let second = rest.get(1).copied();
        match (lead, second) {
            (_, None) if !whole => (1, 0),
            // Two in a row are half-width kana; in CP932 the same bytes would be two kanji that share their first byte.
            (0x8E, Some(kana @ 0xA1..=0xDF)) => {
                let run = rest.get(2) == Some(&0x8E);
                (2, if run || (0xA1..=0xDF).contains(&before) && kana != 0 { HIRAGANA } else { HALF_KANA })
            }
            (0x8F, Some(0xA1..=0xFE)) if matches!(rest.get(2), Some(0xA1..=0xFE)) => (3, -5),
            (0xA1..=0xFE, Some(0xA1..=0xFE)) => (2, row(lead - 0xA0)),
            _ => (1, MALFORMED),
        }
    })
}

fn row(row: u8) -> i64 {
    match row {
        1 => SYMBOL,
        3 | 16..=47 => COMMON,
        4 => HIRAGANA,
        5 => KATAKANA,
        13 => RARE * 2,
        2 | 6 | 7 | 8 | 48..=84 => RARE,
        _ => UNLIKELY,
    }
}

//! What stands directly beside a match: whether it is a number of its own, or a part of something longer.

use crate::rules::Guard;

/// Whether a match may stand where it stands. `before` and `after` are the folded text around it.
pub(super) fn allows(guard: Guard, text: &str, before: &str, after: &str) -> bool {
    match guard {
        Guard::None => true,
        Guard::Word => !ends_in_word(before) && !after.starts_with(is_word),
        Guard::Number => stands_alone_left(before) && stands_alone_right(after) && !is_table_row(text, before, after),
    }
}

fn is_word(c: char) -> bool {
    c.is_ascii_alphanumeric() || c == '_'
}

fn ends_in_word(text: &str) -> bool {
    text.ends_with(is_word)
}

/// The ASCII word that a text ends in; looks back no further than any word is long.
fn last_word(text: &str) -> &str {
    const REACH: usize = 24;
    let bytes = text.as_bytes();
    let word = bytes.iter().rev().take(REACH).take_while(|&&byte| is_word(char::from(byte))).count();
    text.get(text.len() - word..).unwrap_or("")
}

/// A word that names something (`TEL`, `pan`, `card_`), not a piece of hexadecimal or random text.
fn is_name(word: &str) -> bool {
    !word.bytes().any(|byte| byte.is_ascii_digit())
        && word.bytes().any(|byte| byte.is_ascii_alphabetic() && !byte.is_ascii_hexdigit())
}

fn stands_alone_left(before: &str) -> bool {
    let mut back = before.chars().rev();
    let (Some(next), second) = (back.next(), back.next()) else { return true };
    match next {
        // %20090…: a percent escape ends here.
        _ if is_word(next) && is_percent_escape(before) => true,
        _ if is_word(next) => is_name(last_word(before)),
        // No.090… and TEL.03… are labels; 1.5 and .5 are floats.
        '.' => second.is_some_and(|c| c.is_alphabetic()),
        // 1-234-… and a UUID are longer; TEL-03-… is a label, and a dash of its own is only a dash.
        '-' => match second {
            Some(c) if is_word(c) => is_name(last_word(before.strip_suffix('-').unwrap_or(""))),
            Some('-') | None => true,
            Some(c) => !c.is_ascii_digit(),
        },
        '+' => false,
        _ => true,
    }
}

fn is_percent_escape(before: &str) -> bool {
    let bytes = before.as_bytes();
    matches!(bytes, [.., b'%', high, low] if high.is_ascii_hexdigit() && low.is_ascii_hexdigit())
}

fn stands_alone_right(after: &str) -> bool {
    let mut ahead = after.chars();
    let (Some(next), second) = (ahead.next(), ahead.next()) else { return true };
    match next {
        '@' => false,
        '.' => !second.is_some_and(|c| c.is_ascii_digit()),
        '-' => !second.is_some_and(is_word),
        '_' => false,
        _ if next.is_ascii_alphanumeric() => {
            let end = after.bytes().take(24).take_while(|&byte| is_word(char::from(byte))).count();
            is_name(after.get(..end).unwrap_or(""))
        }
        _ => true,
    }
}

/// Whether a number is a piece of a name: `testcase-5390364397928448`, `detail/6014493291577344`.
pub(super) fn is_piece(before: &str, after: &str) -> bool {
    let mut back = before.bytes().rev();
    let left = match back.next() {
        Some(b'-' | b'/' | b'_') => {
            back.next().is_some_and(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'.' | b'_'))
        }
        Some(byte) => byte.is_ascii_alphabetic(),
        None => false,
    };
    let mut ahead = after.bytes();
    let right = match ahead.next() {
        Some(b'-' | b'/' | b'.') => ahead.next().is_some_and(|byte| byte.is_ascii_alphabetic()),
        Some(byte) => byte.is_ascii_alphabetic() || byte == b'_',
        None => false,
    };
    left || right
}

/// Whether groups with spaces stand in a list of numbers: a number of its own on both sides, or two on one. The one number
/// after a card (`… 1111 123`, `… 1111 12/28`) makes no list.
pub(super) fn is_among_groups(text: &str, before: &str, after: &str) -> bool {
    if !text.contains(' ') {
        return false;
    }
    let is_gap = |c: char| matches!(c, ' ' | '\t' | ',');
    let is_number = |word: &str| !word.is_empty() && word.bytes().all(|byte| byte.is_ascii_digit());
    let left = before.rsplit(is_gap).skip(1).take(2).take_while(|word| is_number(word)).count();
    let right = after.split(is_gap).skip(1).take(2).take_while(|word| is_number(word)).count();
    let touches = |c: Option<char>| c.is_some_and(is_gap);
    let left = if touches(before.chars().next_back()) { left } else { 0 };
    let right = if touches(after.chars().next()) { right } else { 0 };
    left + right >= 2
}

/// Blocks of four digits beside a match of such blocks: three beside a fourth are a longer number, six or more are a table.
fn is_table_row(text: &str, before: &str, after: &str) -> bool {
    let Some(separator) = text.bytes().find(|byte| matches!(byte, b' ' | b'-')) else { return false };
    let beside = blocks_left(before.as_bytes(), separator) + blocks_right(after.as_bytes(), separator);
    let own = text.split(char::from(separator)).filter(|block| block.len() == 4).count();
    beside >= HEXADECIMAL || beside > 0 && (own < 4 || own + beside >= 6)
}

/// Blocks of four that are looked at on each side: enough to know a table.
const BLOCKS: usize = 6;
/// What a block with hexadecimal letters counts for: those beside it are hexadecimal too, whatever their digits.
const HEXADECIMAL: usize = 100;

fn blocks_left(mut before: &[u8], separator: u8) -> usize {
    let mut found = 0;
    while let [rest @ .., a, b, c, d, joint] = before {
        let whole = rest.last().is_none_or(|byte| !byte.is_ascii_alphanumeric());
        if found == BLOCKS || *joint != separator || ![a, b, c, d].iter().all(|byte| byte.is_ascii_hexdigit()) || !whole
        {
            break;
        }
        if ![a, b, c, d].iter().all(|byte| byte.is_ascii_digit()) {
            // Words like `face` are letters alone.
            return if [a, b, c, d].iter().any(|byte| byte.is_ascii_digit()) { HEXADECIMAL } else { found };
        }
        (before, found) = (rest, found + 1);
    }
    found
}

fn blocks_right(mut after: &[u8], separator: u8) -> usize {
    let mut found = 0;
    while let [joint, a, b, c, d, rest @ ..] = after {
        // 2026-10-16 after a number is a date, not a block.
        let whole =
            rest.first().is_none_or(|byte| !byte.is_ascii_alphanumeric() && (*byte == separator || *byte != b'-'));
        if found == BLOCKS || *joint != separator || ![a, b, c, d].iter().all(|byte| byte.is_ascii_hexdigit()) || !whole
        {
            break;
        }
        if ![a, b, c, d].iter().all(|byte| byte.is_ascii_digit()) {
            // Words like `face` are letters alone.
            return if [a, b, c, d].iter().any(|byte| byte.is_ascii_digit()) { HEXADECIMAL } else { found };
        }
        (after, found) = (rest, found + 1);
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    fn alone(before: &str, after: &str) -> bool {
        allows(Guard::Number, "090-1234-5678", before, after)
    }

    #[test]
    fn labels_and_japanese_text_may_touch_a_number() {
        for (before, after) in [
            ("", ""),
            ("番号", "です"),
            ("TEL", ""),
            ("TEL.", "."),
            ("No.", ","),
            ("TEL-", "(代)"),
            ("%20", "&"),
            ("(", ")"),
            ("card_", "exp"),
        ] {
            assert!(alone(before, after), "{before:?} {after:?}");
        }
    }

    #[test]
    fn pieces_of_longer_things_do_not_stand_alone() {
        for (before, after) in [
            ("1", ""),
            ("", "1"),
            ("3.", ""),
            (".", ""),
            ("", ".5"),
            ("1-", ""),
            ("", "-1"),
            ("a716-", ""),
            ("", "-ab"),
            ("0x", ""),
            ("ab", ""),
            ("", "ff"),
        ] {
            assert!(!alone(before, after), "{before:?} {after:?}");
        }
        assert!(!alone("+", "") && !alone("", "@docomo.example.jp") && !alone("k3y", ""));
    }

    #[test]
    fn blocks_beside_blocks() {
        let number = |text, before, after| allows(Guard::Number, text, before, after);
        assert!(!number("1234 5678 9018", "", " 1234"));
        assert!(!number("1234 5678 9018", "4111 ", ""));
        assert!(number("1234 5678 9018", "x ", " 123"));
        assert!(number("4111 1111 1111 1111", "", " 2812"));
        assert!(!number("4111 1111 1111 1111", "1234 ", " 5678"));
        assert!(!number("5272 5274 5275 5269", "", " 4E8B"));
        assert!(number("4111 1111 1111 1111", "", " face"));
    }
}

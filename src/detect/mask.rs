//! How much of a value may be shown: the last few characters, never a whole short value.

use crate::rules::Mask;

/// Characters that must stay hidden, however short the value.
const HIDDEN_AT_LEAST: usize = 4;

/// The value as it may be shown.
pub fn masked(style: Mask, value: &str) -> String {
    match style {
        Mask::Last4 => last(value, 4),
        Mask::Last3 => last(value, 3),
        Mask::Last2 => last(value, 2),
        Mask::Email => address(value),
        Mask::First => first(value),
        Mask::All => stars(value.chars().count()),
    }
}

fn stars(count: usize) -> String {
    "*".repeat(count)
}

fn last(value: &str, shown: usize) -> String {
    let count = value.chars().count();
    let shown = shown.min(count.saturating_sub(HIDDEN_AT_LEAST));
    let mut out = stars(count - shown);
    out.extend(value.chars().skip(count - shown));
    out
}

fn first(value: &str) -> String {
    let count = value.chars().count();
    if count <= 1 {
        return stars(count);
    }
    value.chars().take(1).chain(std::iter::repeat_n('*', count - 1)).collect()
}

/// `t***@example.jp`: the number of stars says nothing of the length. A local part of one character is not shown.
fn address(value: &str) -> String {
    match value.split_once('@') {
        Some((local, domain)) if local.chars().count() > 1 => {
            local.chars().take(1).chain("***@".chars()).chain(domain.chars()).collect()
        }
        Some((_, domain)) => format!("***@{domain}"),
        None => stars(value.chars().count()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_end_of_a_long_value_is_shown() {
        assert_eq!(masked(Mask::Last4, "4111111111111111"), "************1111");
        assert_eq!(masked(Mask::Last2, "123456789018"), "**********18");
        assert_eq!(masked(Mask::Last3, "09012345678"), "********678");
        assert_eq!(masked(Mask::Email, "tanaka@example.jp"), "t***@example.jp");
    }

    #[test]
    fn a_short_value_is_never_shown_whole() {
        for style in [Mask::Last4, Mask::Last3, Mask::Last2, Mask::Email, Mask::First, Mask::All] {
            for value in ["7", "78", "1234", "あ"] {
                assert_ne!(masked(style, value), value, "{style:?}");
            }
        }
        assert_eq!(masked(Mask::Last4, "12345"), "****5");
        assert_eq!(masked(Mask::Email, "t@example.jp"), "***@example.jp");
    }
}

//! A name in front of an address of mail: `山田 太郎 <taro@example.jp>`. The search begins at the `<`, which is rare.

use std::ops::Range;

use memchr::memchr_iter;

use super::Finder;

/// `display_name`
pub(super) static DISPLAY_NAME: Finder = Finder {
    id: "display_name",
    about: "words before an address in `<` and `>`, with the address up to its `@`",
    find,
};

/// Letters of the longest name, and of what stands before the `@`.
const LONGEST: usize = 48;
const LOCAL: usize = 41;

fn find(text: &str, into: &mut Vec<Range<usize>>) {
    let bytes = text.as_bytes();
    let mut done = 0;
    for at in memchr_iter(b'<', bytes) {
        let local = bytes.get(at + 1..).unwrap_or_default().iter().take(LOCAL);
        let len = local.take_while(|byte| byte.is_ascii_alphanumeric() || b"._%+-".contains(byte)).count();
        if len == 0 || bytes.get(at + 1 + len) != Some(&b'@') {
            continue;
        }
        let before = text.get(done..at).unwrap_or("");
        let of_name = |c: char| {
            c.is_alphabetic() || matches!(c, ' ' | '\u{3000}' | '"' | '\'' | ',' | '.' | '-' | '々' | '〆' | 'ー')
        };
        let name: usize = before.chars().rev().take(LONGEST).take_while(|c| of_name(*c)).map(char::len_utf8).sum();
        done = at + len + 2;
        if name > 2 {
            into.push(at - name..done);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_before_addresses() {
        let text = "From: 山田 太郎 <taro@example.jp>, \"Yamada, Hanako\" <hanako@example.jp>; <x@example.jp> a<b";
        let mut found = Vec::new();
        find(text, &mut found);
        let found: Vec<&str> = found.into_iter().map(|part| &text[part]).collect();
        assert_eq!(found, [" 山田 太郎 <taro@", ", \"Yamada, Hanako\" <hanako@"]);
    }
}

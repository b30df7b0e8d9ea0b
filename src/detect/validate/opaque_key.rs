//! A key without its maker's mark, behind a label: random letters and digits, no word of a program or a manual.

use super::Validator;

/// `opaque_key`
pub static OPAQUE_KEY: Validator = Validator {
    id: "opaque_key",
    about: "letters and digits as dice give them: no words, no path, no placeholder",
    check: |shape, verdict| !shape.after.starts_with(['(', '[', '{', '<']) && is_random(&verdict.value),
};

fn is_random(text: &str) -> bool {
    let count = |is: fn(&u8) -> bool| text.bytes().filter(is).count();
    let mut different: Vec<u8> = text.bytes().collect();
    different.sort_unstable();
    different.dedup();
    let lower = text.to_ascii_lowercase();
    let is_placeholder =
        ["example", "your", "xxxx", "0123456789", "abcdef", "token", "secret"].iter().any(|word| lower.contains(word));
    let parts = text.split(['_', '-', '.', '/']).filter(|part| part.len() > 1);
    let words = parts.filter(|part| part.bytes().all(|byte| byte.is_ascii_alphabetic())).count();
    count(u8::is_ascii_digit) >= 3
        && count(u8::is_ascii_alphabetic) >= 3
        && different.len() >= 10
        && words < 3
        && !is_placeholder
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keys_and_words() {
        for text in ["9f86d081884c7d659a2feaa0c55ad015", "kQ7vZr2mT9xLw4HbN1sYc8EdUgPa3JfRo6iKtMXqWzV"] {
            assert!(is_random(text), "{text}");
        }
        for text in [
            "your-api-key-goes-here-123",
            "0123456789abcdef0123456789abcdef",
            "AAAAAAAAAAAAAAAAAAAA1111",
            "config.service.environment.key1",
            "xxxxxxxxxxxxxxxxxxxxxxxxx",
        ] {
            assert!(!is_random(text), "{text}");
        }
    }
}

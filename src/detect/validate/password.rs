//! Whether a text may be a password: not a placeholder, not a word of a program, and not a hash (which has a rule of its own).

use super::Validator;

/// `password`
pub static PASSWORD: Validator = Validator {
    id: "password",
    about: "no placeholder, no word of a program, no hash",
    // What goes on with a parenthesis is a call.
    check: |shape, verdict| !shape.after.starts_with(['(', '[', '{']) && is_password(&verdict.value),
};

/// What stands where a password would.
const PLACEHOLDERS: [&str; 27] = [
    "null",
    "none",
    "nil",
    "undefined",
    "true",
    "false",
    "string",
    "varchar",
    "text",
    "char",
    "required",
    "password",
    "passwd",
    "pass",
    "changeme",
    "redacted",
    "hidden",
    "secret",
    "empty",
    "default",
    "example",
    "yes",
    "no",
    "n/a",
    "env",
    "input",
    "label",
];

fn is_password(text: &str) -> bool {
    let text = text.trim_end_matches(['"', '\'', ';', ',']);
    let count = text.chars().count();
    let lower = text.to_ascii_lowercase();
    let stars = text.chars().all(|c| matches!(c, '*' | '●' | '・' | 'x' | 'X' | '-' | '_' | '.' | '?' | '#'));
    // `${PASS}`, `<%= pass %>`, `{{pass}}`, `getPass()`, `$pass`, `os.environ[…]`: a program, not a password.
    let program = text.starts_with(['$', '{', '<', '%', '('])
        || text.ends_with("()")
        || text.contains("(")
        || text.contains("[")
        || text.contains("->");
    (4..=72).contains(&count) && !stars && !program && !PLACEHOLDERS.contains(&lower.as_str()) && !is_hash(text)
}

/// Hexadecimal of the length of a hash, or a hash that says its own name.
fn is_hash(text: &str) -> bool {
    let hexadecimal = text.bytes().all(|byte| byte.is_ascii_hexdigit());
    (hexadecimal && matches!(text.len(), 32 | 40 | 56 | 64 | 96 | 128))
        || text.starts_with(['$', '{', '*']) && text.len() > 20
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn passwords_and_what_stands_in_their_place() {
        for text in ["hunter2!", "P@ssw0rd2026", "0123", "さくら2026", "correct-horse"] {
            assert!(is_password(text), "{text}");
        }
        for text in [
            "********",
            "null",
            "String",
            "${DB_PASS}",
            "getPassword()",
            "<password>",
            "abc",
            "5f4dcc3b5aa765d61d8327deb882cf99",
            "$2y$10$abcdefghijklmnopqrstuv",
            "os.environ[\"P\"]",
            "password",
            "●●●●●●",
        ] {
            assert!(!is_password(text), "{text}");
        }
    }
}

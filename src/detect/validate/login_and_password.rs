//! A password beside its login: `user=taro password=…`, `taro@example.jp:…`. The value is the password; the login is found by itself.

use std::sync::LazyLock;

use regex::Regex;

use super::Validator;
use crate::model::Confidence;

/// `login_and_password`
pub static LOGIN_AND_PASSWORD: Validator = Validator {
    id: "login_and_password",
    about: "the password behind a login: behind its own label, or alone on a line behind an address and `:`, `;`, `|` or a tab; of letters alone it is doubtful",
    check: |shape, verdict| {
        let labelled = label().and_then(|label| label.find(shape.text)).map(|label| label.end());
        let start = match labelled {
            Some(start) => start,
            None if is_line(shape.before, shape.after) => match behind_address(shape.text) {
                Some(start) => start,
                None => return false,
            },
            None => return false,
        };
        let value = shape.text.get(start..).unwrap_or("");
        if value.is_empty() || labelled.is_none() && !is_of_list(value) {
            return false;
        }
        verdict.skip = start;
        verdict.value = value.to_owned();
        if is_plain_word(value) {
            verdict.base = Some(Confidence::Possible);
            verdict.reasons.push("plain_word".into());
        }
        true
    },
};

fn label() -> Option<&'static Regex> {
    static LABEL: LazyLock<Option<Regex>> = LazyLock::new(|| {
        Regex::new(r#"(?:(?-u:\b)(?i:password|passwd|pwd|pass|pw)|パスワード|暗証番号)["']?(?: ?[:=]|は) ?["'「]?"#)
            .ok()
    });
    LABEL.as_ref()
}

/// Whether a match is a line of its own.
fn is_line(before: &str, after: &str) -> bool {
    let before = before.trim_end_matches([' ', '"']);
    let after = after.trim_start_matches([' ', '"']);
    (before.is_empty() || before.ends_with(['\n', '\r'])) && (after.is_empty() || after.starts_with(['\n', '\r']))
}

/// Where it goes on behind an address and its mark.
fn behind_address(text: &str) -> Option<usize> {
    let at = text.find('@')?;
    text.get(at..)?.find([':', ';', '|', '\t']).map(|mark| at + mark + 1)
}

/// Whether this behind an address is a password: no port, path, date, file, or further address.
fn is_of_list(value: &str) -> bool {
    let is_port = value.len() < 6 && value.bytes().all(|byte| byte.is_ascii_digit());
    let is_date =
        value.len() > 7 && value.bytes().all(|byte| byte.is_ascii_digit() || matches!(byte, b'-' | b'/' | b':' | b'.'));
    let is_path = value.starts_with(['/', '~', '.', ':', '<', '>']) || value.contains('/') || value.contains("://");
    let is_file = value.rsplit_once('.').is_some_and(|(name, ending)| {
        !name.is_empty() && (2..=4).contains(&ending.len()) && ending.bytes().all(|byte| byte.is_ascii_alphanumeric())
    });
    let is_list = value.contains([';', '|', '\t']) || value.contains('@') && value.contains('.');
    !(is_port || is_date || is_path || is_file || is_list)
}

/// Letters alone: a word of an example, or a column of words.
fn is_plain_word(value: &str) -> bool {
    let value = value.trim_end_matches(['.', ',', ';', '"', '\'', ')']);
    value.bytes().all(|byte| byte.is_ascii_alphabetic() || matches!(byte, b'_' | b'-' | b'.'))
}

#[cfg(test)]
mod tests {
    use super::super::{Shape, Verdict};
    use super::*;

    fn password(text: &str) -> Option<(String, bool)> {
        let mut verdict = Verdict::default();
        let shape = Shape { text, before: "", after: "" };
        (LOGIN_AND_PASSWORD.check)(&shape, &mut verdict).then(|| {
            assert_eq!(text.get(verdict.skip..), Some(verdict.value.as_str()));
            (verdict.value, verdict.base.is_some())
        })
    }

    #[test]
    fn passwords_beside_logins() {
        for (text, wanted) in [
            ("user=taro password=Xyz123!", "Xyz123!"),
            ("ID: taro PW: abcd1234", "abcd1234"),
            ("ログインIDはtaro、パスワードはsakura-1", "sakura-1"),
            ("taro@example.jp:Passw0rd!", "Passw0rd!"),
            ("taro@example.jp\tPassw0rd!", "Passw0rd!"),
            ("taro@example.jp;a:b=c1", "a:b=c1"),
        ] {
            assert_eq!(password(text), Some((wanted.to_owned(), false)), "{text}");
        }
        assert_eq!(password("taro@example.jp:sakura"), Some(("sakura".to_owned(), true)));
    }

    #[test]
    fn what_else_stands_behind_an_address() {
        for text in [
            "taro@example.jp:25",
            "taro@files.example.jp:/srv/backup",
            "taro@files.example.jp:backup.tar",
            "taro@example.jp:2026-10-16",
            "taro@example.jp;hanako@example.jp",
            "taro@example.jp|12|28",
            "git@example.jp:shop/front.git",
            "taro@example.jp:",
        ] {
            assert_eq!(password(text), None, "{text}");
        }
        let mut verdict = Verdict::default();
        let shape = Shape { text: "taro@example.jp:Passw0rd!", before: "to=", after: "" };
        assert!(!(LOGIN_AND_PASSWORD.check)(&shape, &mut verdict), "in the middle of a line");
    }
}

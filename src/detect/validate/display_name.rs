//! The name in front of an address in mail: `山田 太郎 <taro@example.jp>`, `"Yamada, Taro" <taro@example.jp>`.

use super::Validator;
use super::person_name::{is_kanji, parse};
use crate::detect::lexicon::is_surname;
use crate::model::Confidence;

/// `display_name`
pub static DISPLAY_NAME: Validator = Validator {
    id: "display_name",
    about: "a whole name before `<`, without quotes: of Japanese letters, or two or three words in Latin ones; at most likely",
    check: |shape, verdict| {
        let Some((before, _)) = shape.text.split_once('<') else { return false };
        let trimmed = before.trim_start_matches([' ', '"', '\'']);
        // The end of a date: 3月5日太田太郎.
        let of_date = shape.before.ends_with(|c: char| c.is_ascii_digit());
        let trimmed = trimmed.strip_prefix('日').filter(|_| of_date).unwrap_or(trimmed);
        let Some(name) = name(trimmed.trim_end_matches([' ', '"', '\''])) else { return false };
        verdict.skip = before.len() - trimmed.len();
        verdict.value = name;
        verdict.hold(Confidence::Likely, "display_name");
        true
    },
};

/// Words of lists, groups and programs in small letters.
const NO_PEOPLE: [&str; 40] = [
    "team",
    "list",
    "lists",
    "project",
    "group",
    "maintainers",
    "maintainer",
    "developers",
    "support",
    "info",
    "news",
    "system",
    "service",
    "services",
    "security",
    "mailing",
    "packages",
    "package",
    "admin",
    "daemon",
    "mail",
    "mailer",
    "inc",
    "ltd",
    "foundation",
    "software",
    "kernel",
    "user",
    "bug",
    "bugs",
    "bot",
    "shop",
    "store",
    "online",
    "office",
    "center",
    "customer",
    "your",
    "name",
    "the",
];

/// The name without spaces, if it is a person's.
fn name(text: &str) -> Option<String> {
    let (name, is_full) = parse(text)?;
    if !text.is_ascii() {
        return (is_full && is_japanese(text)).then_some(name);
    }
    let words: Vec<&str> = text.split([' ', ',']).filter(|word| !word.is_empty()).collect();
    let begins = |word: &&str| word.starts_with(|c: char| c.is_ascii_uppercase());
    let is_known = |word: &&str| NO_PEOPLE.contains(&word.to_ascii_lowercase().as_str());
    let whole = words.iter().filter(|word| word.len() > 1 && !word.ends_with('.')).count();
    ((2..=3).contains(&words.len()) && whole > 1 && words.iter().all(|word| begins(word) && !is_known(word)))
        .then_some(name)
}

/// Two short words, or one that a surname of the dictionary begins: not the end of a sentence.
fn is_japanese(text: &str) -> bool {
    let is_short = |word: &str| (1..=4).contains(&word.chars().count());
    match text.split_once(' ') {
        Some((surname, given)) => is_short(surname) && is_short(given) && surname.chars().any(is_kanji),
        None => {
            let ends = text.char_indices().map(|(at, _)| at).skip(1);
            text.chars().count() <= 7 && ends.filter_map(|end| text.get(..end)).any(is_surname)
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_before_addresses() {
        for (text, wanted) in [
            ("山田 太郎", Some("山田太郎")),
            ("山田太郎", Some("山田太郎")),
            ("Taro Yamada", Some("TaroYamada")),
            ("Yamada, Taro", Some("YamadaTaro")),
            ("Taro T. Yamada", Some("TaroTYamada")),
            ("田中", None),
            ("その宛先は", None),
            ("请发邮件到", None),
            ("taro yamada", None),
            ("Taro", None),
            ("Debian Python Team", None),
            ("経理担当者", None),
            ("みなと株式会社", None),
            ("T. Y.", None),
        ] {
            assert_eq!(name(text).as_deref(), wanted, "{text}");
        }
    }
}

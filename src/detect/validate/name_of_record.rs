//! A name under a key that names things as often as people (`name`): only what the dictionary knows as a name of somebody.

use super::Validator;
use super::person_name::{is_kanji, is_no_person};
use crate::detect::lexicon::{is_given_name, is_surname, split};

/// `name_of_record`
pub static NAME_OF_RECORD: Validator = Validator {
    id: "name_of_record",
    about: "a surname and a given name, of which the dictionary has both where no space parts them, else the surname",
    check: |shape, verdict| {
        let goes_on = shape.after.chars().next().is_some_and(|c| is_kanji(c) || c.is_alphanumeric() && !c.is_ascii());
        let Some(name) = parse(&verdict.value).filter(|_| !goes_on) else { return false };
        verdict.value = name;
        true
    },
};

fn parse(text: &str) -> Option<String> {
    let text = text.trim().trim_end_matches('様').trim_end();
    if is_no_person(text) {
        return None;
    }
    let stands = match text.split_once(' ') {
        Some((surname, given)) => {
            let count = given.chars().count();
            is_surname(surname) && (is_given_name(given) || (2..=3).contains(&count) && !given.contains(' '))
        }
        None => {
            let one = text.char_indices().nth(1).and_then(|(at, _)| text.split_at_checked(at));
            let of_one = one.is_some_and(|(surname, given)| {
                is_surname(surname) && is_given_name(given) && given.chars().count() > 1
            });
            split(text).is_some() || of_one
        }
    };
    stands.then(|| text.replace(' ', ""))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_and_things() {
        for (text, wanted) in [
            ("山田太郎", Some("山田太郎")),
            ("山田 太郎", Some("山田太郎")),
            ("森花子", Some("森花子")),
            ("鈴木 燈花", Some("鈴木燈花")),
            ("山田商店", None),
            ("高橋酒造", None),
            ("渋谷店", None),
            ("スターバックス 渋谷店", None),
            ("上野原", None),
            ("商品", None),
            ("", None),
        ] {
            assert_eq!(parse(text).as_deref(), wanted, "{text}");
        }
    }
}

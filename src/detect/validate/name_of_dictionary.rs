//! A surname and a given name of the dictionary (IPADIC; `rules/tables/`), and what makes such a name doubtful.

use super::Validator;
use crate::detect::lexicon::{is_given_name, is_surname, is_word, split};

/// `name_of_dictionary`
pub static NAME_OF_DICTIONARY: Validator = Validator {
    id: "name_of_dictionary",
    about: "a surname and a given name of the dictionary; doubtful where both are words too, or the given name is one letter",
    check: |_, verdict| {
        let Some((surname, given)) = parts(&verdict.value) else { return false };
        let doubt = if given.chars().count() < 2 {
            Some("short_given_name")
        } else {
            (is_word(surname) && is_word(given)).then_some("also_a_word")
        };
        let name = format!("{surname}{given}");
        doubt.into_iter().for_each(|why| verdict.doubt(why));
        verdict.value = name;
        true
    },
};

/// The surname and the given name.
fn parts(text: &str) -> Option<(&str, &str)> {
    match text.split_once(' ') {
        Some((surname, given)) => (is_surname(surname) && is_given_name(given)).then_some((surname, given)),
        None => split(text).and_then(|at| text.split_at_checked(at)),
    }
}

#[cfg(test)]
mod tests {
    use super::super::{Shape, Verdict};
    use super::*;

    fn said(text: &str) -> Option<(String, Vec<String>)> {
        let mut verdict = Verdict { value: text.to_owned(), ..Verdict::default() };
        let stands = (NAME_OF_DICTIONARY.check)(&Shape { text, before: "", after: "" }, &mut verdict);
        stands.then(|| (verdict.value, verdict.reasons.iter().map(ToString::to_string).collect()))
    }

    #[test]
    fn names_and_their_doubts() {
        let (name, doubts) = said("山田 太郎").unwrap();
        assert!(name == "山田太郎" && doubts.is_empty(), "{doubts:?}");
        assert_eq!(said("高橋翔").unwrap().1, ["short_given_name"]);
        assert_eq!(said("三角一生").unwrap().1, ["also_a_word"]);
        assert_eq!(said("会議室"), None);
        assert_eq!(said("山田 商店"), None);
    }
}

//! Checks in code that rules call by name: check digits, number plans, shapes that no pattern can hold.
//!
//! A validator sees one match and its neighbours. It may refuse it, rewrite its value, and say what its shape is worth.

pub mod address_jp;
pub mod after_label;
pub mod bank_code;
pub mod birth_date;
pub mod card_issuer;
pub mod corporate_number;
pub mod display_name;
pub mod drivers_license;
pub mod email;
pub mod has_digit;
pub mod health_insurer;
pub mod issued_number;
pub mod login_and_password;
pub mod luhn;
pub mod my_number;
pub mod name_in_text;
pub mod name_of_dictionary;
pub mod name_of_record;
pub mod no_amount;
pub mod no_post_bank;
pub mod opaque_key;
pub mod password;
pub mod person_name;
pub mod phone_jp;
pub mod says_something;

use std::borrow::Cow;

use crate::model::{Confidence, LinkClass};

/// A match in its text.
#[derive(Debug, Clone, Copy)]
pub struct Shape<'a> {
    /// What matched, folded.
    pub text: &'a str,
    /// The folded text before it.
    pub before: &'a str,
    /// The folded text after it.
    pub after: &'a str,
}

/// What is made of a match on its way through the validators.
#[derive(Debug, Clone, Default)]
pub struct Verdict {
    /// The normalised value.
    pub value: String,
    /// Bytes of the match, from its start, that turned out not to belong to the value.
    pub skip: usize,
    /// Strength of its link to a person, where it differs from the rule's.
    pub class: Option<LinkClass>,
    /// Confidence with no word for or against it, where it differs from the pattern's.
    pub base: Option<Confidence>,
    /// Never more than this, whatever the words say.
    pub cap: Option<Confidence>,
    /// Right in everything but its check digit: no value, but one more number that could have passed.
    pub missed: bool,
    /// Why, as stable words.
    pub reasons: Vec<Cow<'static, str>>,
}

impl Verdict {
    /// Lowers the base to `possible`, for a reason.
    pub fn doubt(&mut self, reason: &'static str) {
        self.base = Some(Confidence::Possible);
        self.reasons.push(Cow::Borrowed(reason));
    }

    /// Holds the confidence at or below a level, for a reason.
    pub fn hold(&mut self, cap: Confidence, reason: &'static str) {
        self.cap = Some(self.cap.map_or(cap, |held| held.min(cap)));
        self.reasons.push(Cow::Borrowed(reason));
    }
}

/// A check that rules call by name.
#[derive(Debug)]
pub struct Validator {
    /// Its name in rules.
    pub id: &'static str,
    /// What it holds a match to, in one line.
    pub about: &'static str,
    /// Whether the match stands.
    pub check: fn(&Shape<'_>, &mut Verdict) -> bool,
}

/// All of them, in the order of their names.
pub static VALIDATORS: &[&Validator] = &[
    &address_jp::ADDRESS_JP,
    &after_label::AFTER_LABEL,
    &bank_code::BANK_CODE,
    &birth_date::BIRTH_DATE,
    &card_issuer::CARD_ISSUER,
    &corporate_number::CORPORATE_NUMBER,
    &display_name::DISPLAY_NAME,
    &drivers_license::DRIVERS_LICENSE,
    &email::EMAIL,
    &has_digit::HAS_DIGIT,
    &health_insurer::HEALTH_INSURER,
    &issued_number::ISSUED_NUMBER,
    &login_and_password::LOGIN_AND_PASSWORD,
    &luhn::LUHN,
    &my_number::MY_NUMBER,
    &name_in_text::NAME_IN_TEXT,
    &name_of_dictionary::NAME_OF_DICTIONARY,
    &name_of_record::NAME_OF_RECORD,
    &no_amount::NO_AMOUNT,
    &no_post_bank::NO_POST_BANK,
    &opaque_key::OPAQUE_KEY,
    &password::PASSWORD,
    &person_name::PERSON_NAME,
    &phone_jp::PHONE_JP,
    &says_something::SAYS_SOMETHING,
];

/// Digits of a text of ASCII digits; anything else is passed over.
fn digits(text: &str) -> impl DoubleEndedIterator<Item = u32> + '_ {
    text.bytes().filter(u8::is_ascii_digit).map(|byte| u32::from(byte - b'0'))
}

/// Whether all characters are the same.
fn all_same(text: &str) -> bool {
    let mut bytes = text.bytes();
    bytes.next().is_some_and(|first| bytes.all(|byte| byte == first))
}

/// Whether each digit is the one before it plus one (or minus one), 9 and 0 being neighbours.
fn is_run(text: &str) -> bool {
    let steps = |step: u32| digits(text).zip(digits(text).skip(1)).all(|(a, b)| (a + step) % 10 == b);
    text.len() > 2 && (steps(1) || steps(9))
}

/// Whether a number begins as a date does: YYYYMMDD of 1900 to 2099.
fn begins_as_date(text: &str) -> bool {
    let part = |range: std::ops::Range<usize>| text.get(range).and_then(|part| part.parse::<u32>().ok()).unwrap_or(0);
    (1900..2100).contains(&part(0..4)) && (1..=12).contains(&part(4..6)) && (1..=31).contains(&part(6..8))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_list_is_in_order_and_names_are_unique() {
        assert!(VALIDATORS.windows(2).all(|pair| pair[0].id < pair[1].id));
    }

    #[test]
    fn runs_and_dates_are_told_apart_from_numbers() {
        assert!(is_run("4567890123456789") && is_run("9876543210987654"));
        assert!(!is_run("4111111111111111") && !is_run("45"));
        assert!(begins_as_date("202610160001") && begins_as_date("199912312359"));
        assert!(!begins_as_date("202613160001") && !begins_as_date("123456789018") && !begins_as_date("2026"));
    }
}

//! The Luhn check digit (ISO/IEC 7812-1 annex B). One random number in ten passes.

use std::borrow::Cow;

use super::{Validator, digits};

/// `luhn`
pub static LUHN: Validator = Validator {
    id: "luhn",
    about: "Luhn check digit over the whole number",
    check: |_, verdict| {
        verdict.reasons.push(Cow::Borrowed("check:luhn"));
        verdict.missed |= !holds(&verdict.value);
        true
    },
};

/// Whether the last digit is the Luhn check digit of those before it.
pub fn holds(number: &str) -> bool {
    let sum: u32 = digits(number)
        .rev()
        .enumerate()
        .map(|(place, digit)| match (place % 2, digit * 2) {
            (0, _) => digit,
            (_, doubled) if doubled > 9 => doubled - 9,
            (_, doubled) => doubled,
        })
        .sum();
    !number.is_empty() && sum.is_multiple_of(10)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_changed_digit_is_noticed() {
        assert!(holds("4111111111111111") && holds("79927398713"));
        for place in 0..16 {
            let mut changed = String::from("4111111111111111").into_bytes();
            changed[place] = if changed[place] == b'9' { b'0' } else { changed[place] + 1 };
            assert!(!holds(&String::from_utf8(changed).unwrap()), "place {place}");
        }
        assert!(!holds(""));
    }
}

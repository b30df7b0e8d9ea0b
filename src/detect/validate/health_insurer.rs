//! The number of a health insurer (保険者番号): eight digits, or six for a municipality's insurance, with a check digit.
//!
//! The check digit is Luhn's over the whole number. Of eight digits the first two say by which law, the next two the prefecture.

use std::borrow::Cow;

use super::{Validator, luhn};

/// `health_insurer`
pub static HEALTH_INSURER: Validator = Validator {
    id: "health_insurer",
    about: "law, prefecture and check digit of a health insurer's number",
    check: |_, verdict| {
        let holds = holds(&verdict.value);
        if holds {
            verdict.reasons.push(Cow::Borrowed("check:health_insurer"));
        }
        holds
    },
};

/// Laws under which there is health insurance (法別番号).
const LAWS: [&str; 17] =
    ["01", "02", "03", "04", "06", "07", "31", "32", "33", "34", "39", "63", "67", "72", "73", "74", "75"];

fn holds(number: &str) -> bool {
    let (law, rest) = match number.len() {
        8 => (number.get(..2), number.get(2..)),
        6 => (None, Some(number)),
        _ => return false,
    };
    let prefecture = rest.and_then(|rest| rest.get(..2)).and_then(|code| code.parse::<u32>().ok());
    // Seamen's insurance and its like have no prefecture.
    prefecture.is_some_and(|code| code <= 47)
        && law.is_none_or(|law| LAWS.contains(&law))
        && number.bytes().all(|byte| byte.is_ascii_digit())
        && luhn::holds(number)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn published_and_computed_numbers() {
        // The first is a worked example that was published; the rest are made up.
        for number in [
            "33120015", "01130012", "06139992", "39131016", "02000016", "63130017", "138016", "270017", "010017",
            "479998",
        ] {
            assert!(holds(number), "{number}");
        }
        for number in ["33120016", "99120015", "1130012", "480017", "3312001x"] {
            assert!(!holds(number), "{number}");
        }
    }
}

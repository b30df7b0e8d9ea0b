//! The check digit of the Corporate Number (法人番号), which stands first; the T number of an invoice issuer has it too.
//!
//! Ordinance of the Ministry of Finance No. 70 of 2014: the twelve digits behind it, from the right, times 1 and 2 in turn; 9
//! minus the remainder of the sum by 9.

use std::borrow::Cow;

use super::{Validator, digits};

/// `corporate_number`
pub static CORPORATE_NUMBER: Validator = Validator {
    id: "corporate_number",
    about: "check digit of the Corporate Number, also behind the T of an invoice issuer",
    check: |_, verdict| {
        let number = verdict.value.strip_prefix('T').unwrap_or(&verdict.value);
        let holds = holds(number);
        if holds {
            verdict.reasons.push(Cow::Borrowed("check:corporate_number"));
        }
        holds
    },
};

fn holds(number: &str) -> bool {
    if number.len() != 13 || digits(number).count() != 13 {
        return false;
    }
    let sum: u32 = digits(number).rev().take(12).zip([1, 2].into_iter().cycle()).map(|(digit, by)| digit * by).sum();
    digits(number).next() == Some(9 - sum % 9)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn published_and_computed_numbers() {
        // The first is the National Tax Agency's own; the others are made up or a library's example.
        for number in [
            "7000012050002",
            "5835678256246",
            "2000012345678",
            "8700110005901",
            "6010001000001",
            "9999999999999",
            "7123456789012",
        ] {
            assert!(holds(number), "{number}");
        }
        for number in ["8000012050002", "6835678256246", "3000012345678", "0000012050002", "700001205000"] {
            assert!(!holds(number), "{number}");
        }
    }
}

//! The number of a Japanese driver's licence: the commission that issued the first one, and the check digit.
//!
//! No official text gives the rule; several sources agree (weights 5 4 3 2 7 6 5 4 3 2, remainder by 11, last digit of 11 minus
//! it). They differ where nothing remains: most say 1, one says 0, so a 0 there is taken and doubted.

use std::borrow::Cow;

use super::{Validator, digits};
use crate::model::Confidence;

/// `drivers_license`
pub static DRIVERS_LICENSE: Validator = Validator {
    id: "drivers_license",
    about: "commission code and check digit of a driver's licence",
    check: |_, verdict| match judge(&verdict.value) {
        Some(is_usual) => {
            verdict.reasons.push(Cow::Borrowed("check:drivers_license"));
            if !is_usual {
                verdict.hold(Confidence::Likely, "check_in_dispute");
            }
            true
        }
        None => false,
    },
};

/// Codes of the public safety commissions (公安委員会): of Hokkaidō five, of the other prefectures one each.
const COMMISSIONS: [u32; 51] = [
    10, 11, 12, 13, 14, 20, 21, 22, 23, 24, 25, 30, 40, 41, 42, 43, 44, 45, 46, 47, 48, 49, 50, 51, 52, 53, 54, 55, 60,
    61, 62, 63, 64, 65, 70, 71, 72, 73, 74, 80, 81, 82, 83, 90, 91, 92, 93, 94, 95, 96, 97,
];

/// Whether twelve digits may be a licence's, and whether their check digit is the one that all sources give.
fn judge(number: &str) -> Option<bool> {
    const WEIGHTS: [u32; 10] = [5, 4, 3, 2, 7, 6, 5, 4, 3, 2];
    if number.len() != 12 || digits(number).count() != 12 {
        return None;
    }
    let commission = digits(number).take(2).fold(0, |all, digit| all * 10 + digit);
    if !COMMISSIONS.contains(&commission) {
        return None;
    }
    let sum: u32 = digits(number).zip(WEIGHTS).map(|(digit, weight)| digit * weight).sum();
    let check = digits(number).nth(10)?;
    match (sum % 11, check) {
        (0, 1) => Some(true),
        (0, 0) => Some(false),
        (0, _) => None,
        (rest, check) => (check == (11 - rest) % 10).then_some(true),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn published_and_computed_numbers() {
        // The first is a worked example that was published; the rest are made up.
        for number in [
            "309012345620",
            "621500012300",
            "109965432131",
            "970511111110",
            "452470000153",
            "306930136200",
            "305619603610",
        ] {
            assert_eq!(judge(number), Some(true), "{number}");
        }
        assert_eq!(judge("305619603600"), Some(false), "the sources differ");
        for number in ["309012345630", "621500012310", "109965432141", "151500012310", "30901234562", "000000000000"] {
            assert_eq!(judge(number), None, "{number}");
        }
    }

    #[test]
    fn one_random_number_in_twenty_passes() {
        let passes = (0..20_000u64).filter(|n| judge(&format!("{:012}", n * 49_999_991 + 7)).is_some()).count();
        assert!((700..1_400).contains(&passes), "{passes}");
    }
}

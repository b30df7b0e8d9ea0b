//! The check digit of the Individual Number (My Number).
//!
//! Ordinance of the Ministry of Internal Affairs and Communications No. 85 of 2014, article 5: weights 6 5 4 3 2 7 6 5 4 3 2
//! from the left, remainder by 11, check digit 11 minus it, or 0 where it is 0 or 1.

use std::borrow::Cow;

use super::{Validator, all_same, begins_as_date, digits};

/// `my_number`
pub static MY_NUMBER: Validator = Validator {
    id: "my_number",
    about: "check digit of the Individual Number; 000000000000 is refused",
    check: |shape, verdict| {
        if !is_twelve(&verdict.value) {
            return false;
        }
        verdict.missed |= !holds(&verdict.value);
        verdict.reasons.push(Cow::Borrowed("check:my_number"));
        // Order and slip numbers of date + sequence have twelve digits too, and one in ten passes.
        if begins_as_date(&verdict.value) {
            verdict.doubt("date_like");
        }
        // Rows of code points and the like: one real number in a thousand looks so.
        let mut groups = shape.text.split([' ', '-']);
        if verdict.value.starts_with("00") || groups.clone().count() > 1 && groups.all(|group| group.starts_with('0')) {
            verdict.doubt("leading_zeros");
        }
        true
    },
};

/// Whether twelve digits end in their check digit. All zeros pass the arithmetic and are nobody's number.
pub fn holds(number: &str) -> bool {
    const WEIGHTS: [u32; 11] = [6, 5, 4, 3, 2, 7, 6, 5, 4, 3, 2];
    if !is_twelve(number) {
        return false;
    }
    let sum: u32 = digits(number).zip(WEIGHTS).map(|(digit, weight)| digit * weight).sum();
    let check = match sum % 11 {
        0 | 1 => 0,
        rest => 11 - rest,
    };
    digits(number).next_back() == Some(check)
}

/// Twelve digits that are not all the same.
fn is_twelve(number: &str) -> bool {
    number.len() == 12 && digits(number).count() == 12 && !all_same(number)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[derive(serde::Deserialize)]
    struct Vectors {
        valid: Vec<String>,
        invalid: Vec<Invalid>,
        also_a_driving_licence: Vec<String>,
    }
    #[derive(serde::Deserialize)]
    struct Invalid {
        value: String,
        why: String,
    }

    #[test]
    fn vectors() {
        let vectors: Vectors = serde_json::from_str(include_str!("../../../testdata/detect/my_number.json")).unwrap();
        assert_eq!((vectors.valid.len(), vectors.invalid.len()), (9, 8));
        for value in vectors.valid.iter().chain(&vectors.also_a_driving_licence) {
            assert!(holds(value), "{value}");
        }
        for Invalid { value, why } in &vectors.invalid {
            assert!(!holds(value), "{value} {why}");
        }
    }

    #[test]
    fn one_number_in_ten_passes() {
        let passes = (0..11_000u64).filter(|n| holds(&format!("{:012}", n * 90_909_091 + 1))).count();
        assert!((900..1300).contains(&passes), "{passes}");
    }
}

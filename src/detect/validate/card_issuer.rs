//! Payment card issuers: which ranges of first digits are given out, in which lengths, and how cards print them.
//!
//! Ranges as card networks publish them (compare the npm package credit-card-type 10.3.0, MIT).

use std::borrow::Cow;

use super::{Shape, Validator, all_same, digits, is_run};
use crate::model::Confidence;

/// `card_issuer`
pub static CARD_ISSUER: Validator = Validator {
    id: "card_issuer",
    about: "first digits and length of a card network, grouped as its cards are",
    check: |shape, verdict| {
        let Some(issuer) = issuer(&verdict.value) else { return false };
        if all_same(&verdict.value) || is_run(&verdict.value) || !is_grouped_as_printed(shape, issuer.brand) {
            return false;
        }
        verdict.reasons.push(Cow::Borrowed(issuer.reason));
        let grouped = shape.text.len() != verdict.value.len();
        if grouped && counts_up(shape.text) {
            verdict.doubt("counting");
        }
        if !grouped && !issuer.usual.contains(&verdict.value.len()) {
            verdict.doubt("unusual_length");
        }
        if verdict.value.len() == 13 && is_jan(&verdict.value) {
            verdict.doubt("jan_check");
        }
        true
    },
};

/// One network.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Brand {
    Visa,
    Mastercard,
    Jcb,
    Amex,
    Diners,
    Discover,
    UnionPay,
}

/// First six digits from and to, lengths, and the lengths that are common enough to stand without a word beside them.
struct Issuer {
    brand: Brand,
    from: u32,
    to: u32,
    lengths: &'static [usize],
    usual: &'static [usize],
    reason: &'static str,
}

const fn range(brand: Brand, from: u32, to: u32) -> Issuer {
    let (lengths, usual, reason): (&[usize], &[usize], _) = match brand {
        Brand::Visa => (&[13, 16, 18, 19], &[16], "issuer:visa"),
        Brand::Mastercard => (&[16], &[16], "issuer:mastercard"),
        Brand::Jcb => (&[16, 17, 18, 19], &[16], "issuer:jcb"),
        Brand::Amex => (&[15], &[15], "issuer:amex"),
        Brand::Diners => (&[14, 16, 19], &[14, 16], "issuer:diners"),
        Brand::Discover => (&[16, 19], &[16], "issuer:discover"),
        Brand::UnionPay => (&[14, 15, 16, 17, 18, 19], &[16], "issuer:unionpay"),
    };
    Issuer { brand, from, to, lengths, usual, reason }
}

static ISSUERS: &[Issuer] = &[
    range(Brand::Diners, 300_000, 305_999),
    range(Brand::Diners, 309_500, 309_599),
    range(Brand::Amex, 340_000, 349_999),
    range(Brand::Jcb, 352_800, 358_999),
    range(Brand::Diners, 360_000, 369_999),
    range(Brand::Amex, 370_000, 379_999),
    range(Brand::Diners, 380_000, 399_999),
    range(Brand::Visa, 400_000, 499_999),
    range(Brand::Mastercard, 510_000, 559_999),
    range(Brand::Mastercard, 222_100, 272_099),
    range(Brand::Discover, 601_100, 601_199),
    range(Brand::UnionPay, 620_000, 629_999),
    range(Brand::Discover, 644_000, 659_999),
    range(Brand::UnionPay, 810_000, 817_199),
];

fn issuer(number: &str) -> Option<&'static Issuer> {
    let first: u32 = number.get(..6)?.parse().ok()?;
    ISSUERS.iter().find(|i| (i.from..=i.to).contains(&first) && i.lengths.contains(&number.len()))
}

/// Whether groups, if there are any, are those that the network prints.
fn is_grouped_as_printed(shape: &Shape<'_>, brand: Brand) -> bool {
    let groups: Vec<usize> = shape.text.split([' ', '-']).map(str::len).collect();
    match groups.as_slice() {
        [_] => true,
        [4, 6, 5] => matches!(brand, Brand::Amex),
        [4, 6, 4] => matches!(brand, Brand::Diners),
        [4, 4, 4, 4] | [4, 4, 4, 4, 3] => !matches!(brand, Brand::Amex),
        _ => false,
    }
}

/// Whether neighbouring groups are neighbouring numbers, twice at the least: a table of code points or of page numbers.
fn counts_up(text: &str) -> bool {
    let groups: Vec<u32> = text.split([' ', '-']).filter_map(|group| group.parse().ok()).collect();
    groups.windows(2).filter(|pair| matches!(pair, [a, b] if (1..=9).contains(&a.abs_diff(*b)))).count() >= 2
}

/// Whether a 13-digit number has the check digit of a Japanese article number (JAN, GS1 prefixes 45 and 49).
fn is_jan(number: &str) -> bool {
    let sum: u32 =
        digits(number).enumerate().map(|(place, digit)| if place % 2 == 0 { digit } else { digit * 3 }).sum();
    (number.starts_with("45") || number.starts_with("49")) && sum.is_multiple_of(10)
}

/// The most that a published test number can be.
pub const TEST_NUMBER_CAP: Confidence = Confidence::Likely;

#[cfg(test)]
mod tests {
    use super::super::luhn;
    use super::*;

    #[derive(serde::Deserialize)]
    struct Vectors {
        valid: Vec<Valid>,
        invalid: Vec<Invalid>,
    }
    #[derive(serde::Deserialize)]
    struct Valid {
        value: String,
        brand: String,
    }
    #[derive(serde::Deserialize)]
    struct Invalid {
        value: String,
        why: String,
    }

    #[test]
    fn published_numbers_have_their_brand_and_broken_ones_none() {
        let vectors: Vectors = serde_json::from_str(include_str!("../../../testdata/detect/card.json")).unwrap();
        assert_eq!(vectors.valid.len(), 16);
        for Valid { value, brand } in &vectors.valid {
            let found = issuer(value).unwrap_or_else(|| panic!("{value} has no issuer"));
            assert!(luhn::holds(value) && found.reason == format!("issuer:{brand}"), "{value} {brand}");
        }
        for Invalid { value, why } in &vectors.invalid {
            assert!(!luhn::holds(value) || issuer(value).is_none(), "{value} {why}");
        }
    }

    #[test]
    fn article_numbers_are_known() {
        assert!(is_jan("4901234567894") && !is_jan("4901234567893") && !is_jan("4222222222222"));
    }

    #[test]
    fn edges_of_the_second_mastercard_range() {
        assert!(issuer("2221000000000000").is_some() && issuer("2720990000000000").is_some());
        assert!(issuer("2220990000000000").is_none() && issuer("2721000000000000").is_none());
    }
}

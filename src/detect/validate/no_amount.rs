//! A number that is a price is nobody's.

use super::Validator;

/// `no_amount`
pub static NO_AMOUNT: Validator = Validator {
    id: "no_amount",
    about: "no 円 or other money behind it, and no sign of money before it",
    check: |shape, _| {
        let after = shape.after.trim_start_matches(' ');
        let before = shape.before.trim_end_matches(' ');
        !after.starts_with(['円', '万', '千', '元', '€', '$'])
            && !after.starts_with("ドル")
            && !after.starts_with("yen")
            && !before.ends_with(['¥', '\\', '$', '€', '£'])
    },
};

#[cfg(test)]
mod tests {
    use super::super::{Shape, Verdict};
    use super::*;

    #[test]
    fn prices_are_no_numbers_of_anybody() {
        let stands =
            |before, after| (NO_AMOUNT.check)(&Shape { text: "1234567", before, after }, &mut Verdict::default());
        assert!(stands("口座 ", "") && stands("", "(普通)"));
        assert!(!stands("", "円") && !stands("", " 円") && !stands("¥", "") && !stands("", "万円"));
    }
}

//! The post bank's symbol and number (10530-12345671) stand under 記号番号 as those of an insurance card do.

use super::Validator;

/// `no_post_bank`
pub static NO_POST_BANK: Validator = Validator {
    id: "no_post_bank",
    about: "no symbol and number of the post bank: 1, three digits, 0; six to eight digits of which the last is 1",
    check: |shape, _| !is_account(shape.text),
};

fn is_account(text: &str) -> bool {
    let Some((symbol, number)) = text.split_once(['-', ' ']) else { return false };
    let is_digits = |part: &str| part.bytes().all(|byte| byte.is_ascii_digit());
    symbol.len() == 5
        && symbol.starts_with('1')
        && symbol.ends_with('0')
        && (6..=8).contains(&number.len())
        && number.ends_with('1')
        && is_digits(symbol)
        && is_digits(number)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn accounts_of_the_post_bank() {
        assert!(is_account("10530-12345671") && is_account("10530 12345671"));
        assert!(
            !is_account("1234-567")
                && !is_account("10531-12345671")
                && !is_account("12345678")
                && !is_account("10530-12")
        );
    }
}

//! Whether a number begins with the code of a bank of Japan (`rules/tables/bank_codes_jp.txt`). Banks merge and the list ages: it may
//! speak for a number, and is no reason to refuse one that a word names.

use std::collections::HashSet;
use std::sync::LazyLock;

use super::Validator;
use crate::rules::embed::table_lines;

/// `bank_code`
pub static BANK_CODE: Validator = Validator {
    id: "bank_code",
    about: "the first four digits are the code of a bank",
    check: |_, verdict| verdict.value.get(..4).is_some_and(|code| BANKS.contains(code)),
};

static BANKS: LazyLock<HashSet<&'static str>> = LazyLock::new(|| table_lines("bank_codes_jp.txt").collect());

#[cfg(test)]
mod tests {
    use super::super::{Shape, Verdict};
    use super::*;

    #[test]
    fn codes_of_banks_and_others() {
        let stands = |text: &str| {
            let mut verdict = Verdict { value: text.to_owned(), ..Verdict::default() };
            (BANK_CODE.check)(&Shape { text, before: "", after: "" }, &mut verdict)
        };
        assert!(stands("00010011234567") && stands("99000011234567"));
        assert!(!stands("00020011234567") && !stands("000") && !stands(""));
    }

    #[test]
    fn the_table_is_whole() {
        assert!(BANKS.len() > 1_000);
        assert!(BANKS.iter().all(|code| code.len() == 4 && code.bytes().all(|byte| byte.is_ascii_digit())));
    }
}

//! What stands behind the label of a number in running text: long enough, with digits enough to be one that a house gave out.

use super::Validator;

/// `issued_number`
pub static ISSUED_NUMBER: Validator = Validator {
    id: "issued_number",
    about: "behind a label at least four letters and digits of which three are digits, no call, date or version; a match without one stays",
    check: |shape, verdict| verdict.skip == 0 || !shape.after.starts_with(['(', '[', '{']) && is_number(&verdict.value),
};

fn is_number(text: &str) -> bool {
    let digits = text.bytes().filter(u8::is_ascii_digit).count();
    let letters = text.bytes().filter(u8::is_ascii_alphabetic).count();
    let pieces: Vec<usize> = text.split(['-', '.']).map(str::len).collect();
    let is_date = letters == 0 && matches!(*pieces, [4, 1..=2, 1..=2]);
    let is_version = letters == 0 && pieces.len() > 2 && text.contains('.');
    digits + letters > 3 && digits > 2 && letters < 6 && !is_date && !is_version
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_that_are_given_out() {
        for text in ["M-000123", "00012345", "26A0123", "0012-34", "1234"] {
            assert!(is_number(text), "{text}");
        }
        for text in ["1", "12", "get_id2", "2026-10-16", "1.2.30", "user01", "123"] {
            assert!(!is_number(text), "{text}");
        }
    }
}

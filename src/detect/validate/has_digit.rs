//! At least one digit: what a number given to a member or a patient has, and a word in the same column has not.

use super::Validator;

/// `has_digit`
pub static HAS_DIGIT: Validator = Validator {
    id: "has_digit",
    about: "at least one digit",
    check: |shape, _| shape.text.bytes().any(|byte| byte.is_ascii_digit()),
};

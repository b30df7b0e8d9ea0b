//! Whether a field says anything: not blank, not "none", not a tick box that is off.

use super::Validator;

/// `says_something`
pub static SAYS_SOMETHING: Validator = Validator {
    id: "says_something",
    about: "not blank, なし, 無, 0, a dash or their like",
    check: |_, verdict| says_something(&verdict.value),
};

const NOTHING: [&str; 26] = [
    "なし",
    "無し",
    "無",
    "ない",
    "該当なし",
    "特になし",
    "特に無し",
    "未",
    "未記入",
    "未実施",
    "不明",
    "いいえ",
    "否",
    "×",
    "0",
    "-",
    "ー",
    "―",
    "/",
    "no",
    "none",
    "null",
    "n/a",
    "false",
    "nan",
    "n",
];

fn says_something(text: &str) -> bool {
    let text = text.trim().to_lowercase();
    !text.is_empty() && !NOTHING.contains(&text.as_str())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_no_is_nothing() {
        assert!(says_something("糖尿病") && says_something("有") && says_something("○") && says_something("2級"));
        assert!(!says_something(" なし ") && !says_something("N/A") && !says_something("0") && !says_something(""));
    }
}

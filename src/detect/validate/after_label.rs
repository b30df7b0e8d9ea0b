//! Cuts a match that begins with its label (`氏名：山田 太郎`, `【氏名】山田 太郎`, `password=…`) down to what stands behind it.

use super::Validator;

/// `after_label`
pub static AFTER_LABEL: Validator = Validator {
    id: "after_label",
    about: "what stands behind the first `:`, `=` or `】` and its spaces and quotes; a match without one stays whole",
    check: |shape, verdict| {
        let Some((label, rest)) = shape.text.split_once([':', '=', '】']) else { return true };
        let is_bracket = shape.text.get(label.len()..).is_some_and(|rest| rest.starts_with('】'));
        let rest = if is_bracket { rest.trim_start_matches([' ', ':', '=']) } else { rest };
        let value = rest.trim_start_matches([' ', '"', '\'', '「', '>']);
        verdict.skip = shape.text.len() - value.len();
        verdict.value = value.to_owned();
        !value.is_empty()
    },
};

#[cfg(test)]
mod tests {
    use super::super::{Shape, Verdict};
    use super::*;

    fn cut(text: &str) -> Option<(String, usize)> {
        let mut verdict = Verdict { value: text.to_owned(), ..Verdict::default() };
        let shape = Shape { text, before: "", after: "" };
        (AFTER_LABEL.check)(&shape, &mut verdict).then_some((verdict.value, verdict.skip))
    }

    #[test]
    fn the_label_is_not_the_value() {
        assert_eq!(cut("氏名: 山田 太郎"), Some(("山田 太郎".to_owned(), 8)));
        assert_eq!(cut("password=\"a=b:c"), Some(("a=b:c".to_owned(), 10)));
        assert_eq!(cut("【氏名】山田太郎"), Some(("山田太郎".to_owned(), 12)));
        assert_eq!(cut("【氏名】: 山田太郎"), Some(("山田太郎".to_owned(), 14)));
        assert_eq!((cut("山田太郎"), cut("氏名: ")), (Some(("山田太郎".to_owned(), 0)), None));
    }
}

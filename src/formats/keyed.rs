//! Tables in which one column names what stands in another: `fieldname` and `value`, `meta_key` and `meta_value`.
//!
//! The header word of such a value is of no use (`value`); the word beside it in its row says what it is.

/// Where the two stand, as places in the list of column names.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Keyed {
    pub(super) key: usize,
    pub(super) value: usize,
}

/// Words for the column that names, the surer first.
const KEYS: [&str; 18] = [
    "fieldname",
    "field_name",
    "field",
    "key",
    "name",
    "meta_key",
    "option_name",
    "attribute",
    "attr",
    "property",
    "prop",
    "setting",
    "param",
    "parameter",
    "label",
    "項目名",
    "項目",
    "キー",
];
const VALUES: [&str; 10] = [
    "value",
    "val",
    "meta_value",
    "option_value",
    "field_value",
    "attr_value",
    "property_value",
    "content",
    "値",
    "内容",
];

/// A name that is longer is none.
const KEY_CHARS: usize = 40;

impl Keyed {
    /// Whether a table of these columns is one.
    pub(super) fn of(names: &[String]) -> Option<Self> {
        let lower: Vec<String> = names.iter().map(|name| name.trim().to_lowercase()).collect();
        let find = |words: &[&str]| words.iter().find_map(|word| lower.iter().position(|name| name == word));
        Some(Self { key: find(&KEYS)?, value: find(&VALUES)? })
    }

    /// The word that a row has for its value, by what stands in its naming column.
    pub(super) fn word(text: &str) -> Option<&str> {
        let text = text.trim();
        let is_word =
            !text.is_empty() && !text.contains(['@', '\n']) && text.chars().take(KEY_CHARS + 1).count() <= KEY_CHARS;
        is_word.then_some(text)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_pairs_of_such_columns_are_told() {
        let of = |names: &[&str]| Keyed::of(&names.iter().map(|name| (*name).to_owned()).collect::<Vec<_>>());
        assert_eq!(of(&["id", "fieldname", "value"]), Some(Keyed { key: 1, value: 2 }));
        assert_eq!(of(&["meta_id", "post_id", "meta_key", "meta_value"]), Some(Keyed { key: 2, value: 3 }));
        assert_eq!(of(&["name", "VALUE", "value_lower"]), Some(Keyed { key: 0, value: 1 }));
        assert_eq!(of(&["id", "name", "mail"]), None);
        assert_eq!(of(&["id", "value"]), None);
        assert_eq!(Keyed::word(" email "), Some("email"));
        assert_eq!(Keyed::word("a@example.jp"), None);
    }
}

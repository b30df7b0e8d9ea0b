//! Many words looked for in one pass: for lists of code that are asked of every candidate.

use aho_corasick::{AhoCorasick, AhoCorasickKind};

/// A list of words.
#[derive(Debug)]
pub(super) struct WordList {
    words: &'static [&'static str],
    /// Nothing where it could not be made, which fixed lists do not meet.
    search: Option<AhoCorasick>,
}

impl WordList {
    /// Of these words.
    pub(super) fn new(words: &'static [&'static str]) -> Self {
        Self { words, search: AhoCorasick::builder().kind(Some(AhoCorasickKind::DFA)).build(words).ok() }
    }

    /// Whether any of them stands in a text.
    pub(super) fn stands_in(&self, text: &str) -> bool {
        match &self.search {
            Some(search) => search.is_match(text),
            None => self.words.iter().any(|word| text.contains(word)),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn it_says_what_looking_for_each_word_says(text in "[山田商店会社ab ]{0,12}") {
            let list = WordList::new(&["商店", "会社", "田商", "ab"]);
            prop_assert_eq!(list.stands_in(&text), list.words.iter().any(|word| text.contains(word)));
        }
    }
}

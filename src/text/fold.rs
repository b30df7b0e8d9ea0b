//! Stand-in: NFKC character by character, and dashes between digits.

use std::borrow::Cow;

use unicode_normalization::UnicodeNormalization;

/// Folded text and the map back.
pub struct Folded<'a> {
    text: Cow<'a, str>,
    map: Vec<usize>,
}

impl Folded<'_> {
    /// The folded text.
    pub fn as_str(&self) -> &str {
        &self.text
    }

    /// Byte offset in the source of a byte offset in the folded text.
    pub fn source_offset(&self, folded_byte: usize) -> usize {
        if let Cow::Borrowed(_) = self.text { folded_byte } else { self.map.get(folded_byte).copied().unwrap_or(0) }
    }
}

/// Folds a text.
pub fn fold(source: &str) -> Folded<'_> {
    if source.is_ascii() {
        return Folded { text: Cow::Borrowed(source), map: Vec::new() };
    }
    let (mut text, mut map) = (String::new(), Vec::new());
    for (at, c) in source.char_indices() {
        let after_digit = text.ends_with(|c: char| c.is_ascii_digit());
        for folded in c.nfkc() {
            let dash = after_digit && matches!(folded, '\u{2010}'..='\u{2015}' | '\u{2212}' | '\u{2500}' | 'ー');
            text.push(if dash { '-' } else { folded });
            map.resize(text.len(), at);
        }
    }
    map.push(source.len());
    Folded { text: Cow::Owned(text), map }
}

//! Collections in brackets (`{mail: a@example.jp, tags: [x, "y, z"]}`), also over several lines.

use std::ops::Range;

use crate::formats::lined::{trimmed, unquoted};

/// Brackets inside each other that are told apart.
const DEPTH: usize = 64;

/// Where a collection is.
#[derive(Debug, Default)]
pub(super) struct Flow {
    /// The key of each open bracket, as it was said before it.
    keys: Vec<String>,
    /// The key that was said last.
    key: String,
}

/// A value in a collection.
pub(super) struct Item {
    pub(super) key: String,
    pub(super) range: Range<usize>,
}

impl Flow {
    /// A collection under a key.
    pub(super) fn new(key: &str) -> Self {
        Self { keys: Vec::new(), key: key.to_owned() }
    }

    /// Reads on in a line; returns its values and, once the collection is closed, where.
    pub(super) fn line(&mut self, text: &str, from: usize) -> (Vec<Item>, Option<usize>) {
        let mut items = Vec::new();
        let (mut begin, mut quote) = (from, None);
        let bytes = text.as_bytes();
        for (at, byte) in bytes.iter().enumerate().skip(from) {
            let next = bytes.get(at + 1);
            match (quote, byte) {
                (Some(b'"'), b'"') if bytes.get(at.wrapping_sub(1)) == Some(&b'\\') => {}
                (Some(open), byte) if open == *byte => quote = None,
                (Some(_), _) => {}
                (None, b'"' | b'\'') if text.get(begin..at).is_some_and(|before| before.trim().is_empty()) => {
                    quote = Some(*byte)
                }
                (None, b'{' | b'[') => {
                    if self.keys.len() < DEPTH {
                        self.keys.push(self.key.clone());
                    }
                    begin = at + 1;
                }
                (None, b':') if next.is_none_or(|next| matches!(next, b' ' | b'"' | b'\'' | b'[' | b'{')) => {
                    let range = unquoted(text, trimmed(text, begin..at));
                    self.key = text.get(range).unwrap_or_default().to_owned();
                    begin = at + 1;
                }
                (None, b',' | b'}' | b']') => {
                    self.item(text, begin..at, &mut items);
                    begin = at + 1;
                    let around = if *byte == b',' { self.keys.last().cloned() } else { self.keys.pop() };
                    self.key = around.unwrap_or_default();
                    if self.keys.is_empty() {
                        return (items, Some(at + 1));
                    }
                }
                _ => {}
            }
        }
        self.item(text, begin..text.len(), &mut items);
        (items, None)
    }

    fn item(&self, text: &str, range: Range<usize>, items: &mut Vec<Item>) {
        let range = unquoted(text, trimmed(text, range));
        if !range.is_empty() {
            items.push(Item { key: self.key.clone(), range });
        }
    }
}

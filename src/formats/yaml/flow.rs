//! Collections in brackets (`{mail: a@example.jp, tags: [x, "y, z"]}`), also over several lines.

use std::ops::Range;

use crate::formats::lined::{says_more, trimmed, unquoted};

/// Brackets inside each other that are told apart.
const DEPTH: usize = 64;

/// Where a collection is.
#[derive(Debug, Default)]
pub(super) struct Flow {
    /// The key of each open bracket, as it was said before it.
    keys: Vec<String>,
    /// The key that was said last.
    key: String,
    /// The line before ended in a value, which may go on.
    is_open: bool,
}

/// A value in a collection.
pub(super) struct Item {
    pub(super) key: String,
    pub(super) range: Range<usize>,
    /// It is more of the value before.
    pub(super) goes_on: bool,
    /// A map of the outermost list ends with it.
    pub(super) ends: bool,
}

impl Flow {
    /// A collection under a key.
    pub(super) fn new(key: &str) -> Self {
        Self { keys: Vec::new(), key: key.to_owned(), is_open: false }
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
                    self.item(text, begin..at, &mut items);
                    if self.keys.len() < DEPTH {
                        self.keys.push(self.key.clone());
                    }
                    begin = at + 1;
                }
                (None, b':') if next.is_none_or(|next| matches!(next, b' ' | b'"' | b'\'' | b'[' | b'{')) => {
                    self.is_open = false;
                    let range = unquoted(text, trimmed(text, begin..at));
                    self.key = text.get(range.clone()).unwrap_or_default().to_owned();
                    if says_more(&self.key) {
                        items.push(Item { key: String::new(), range, goes_on: false, ends: false });
                    }
                    begin = at + 1;
                }
                (None, b',' | b'}' | b']') => {
                    self.item(text, begin..at, &mut items);
                    begin = at + 1;
                    let around = if *byte == b',' { self.keys.last().cloned() } else { self.keys.pop() };
                    self.key = around.unwrap_or_default();
                    if *byte == b'}' && self.keys.len() == 1 {
                        items.push(Item { key: String::new(), range: at..at, goes_on: false, ends: true });
                    }
                    if self.keys.is_empty() {
                        return (items, Some(at + 1));
                    }
                }
                _ => {}
            }
        }
        let held = items.len();
        self.item(text, begin..text.len(), &mut items);
        self.is_open = items.len() > held;
        (items, None)
    }

    fn item(&mut self, text: &str, range: Range<usize>, items: &mut Vec<Item>) {
        let range = unquoted(text, trimmed(text, range));
        let goes_on = std::mem::take(&mut self.is_open);
        if !range.is_empty() {
            items.push(Item { key: self.key.clone(), range, goes_on, ends: false });
        }
    }
}

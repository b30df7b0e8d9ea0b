//! Many strings in little memory, and which of them were asked for: a workbook's shared strings.

use crate::model::limits::{SHARED_STRINGS, SHARED_STRINGS_BYTES};

/// Strings by their index from 0.
#[derive(Debug, Default)]
pub(in crate::formats) struct Strings {
    text: String,
    ends: Vec<u32>,
    asked: Vec<u64>,
}

impl Strings {
    /// Adds one; false if there is no room for it.
    pub(in crate::formats) fn push(&mut self, text: &str) -> bool {
        let end = self.text.len() + text.len();
        let Ok(small) = u32::try_from(end) else { return false };
        if end > SHARED_STRINGS_BYTES || self.ends.len() >= SHARED_STRINGS {
            return false;
        }
        if self.ends.len().is_multiple_of(64) {
            self.asked.push(0);
        }
        self.text.push_str(text);
        self.ends.push(small);
        true
    }

    pub(in crate::formats) fn len(&self) -> usize {
        self.ends.len()
    }

    /// One of them, which from now on counts as asked for.
    pub(in crate::formats) fn get(&mut self, index: usize) -> Option<&str> {
        if let Some(word) = self.asked.get_mut(index / 64) {
            *word |= 1 << (index % 64);
        }
        self.peek(index)
    }

    fn peek(&self, index: usize) -> Option<&str> {
        let end = *self.ends.get(index)? as usize;
        let start = index.checked_sub(1).and_then(|before| self.ends.get(before)).map_or(0, |end| *end as usize);
        self.text.get(start..end)
    }

    /// Those that nobody asked for, with their index.
    pub(in crate::formats) fn left_over(&self) -> impl Iterator<Item = (usize, &str)> {
        (0..self.len())
            .filter(|index| self.asked.get(index / 64).is_some_and(|word| word >> (index % 64) & 1 == 0))
            .filter_map(|index| Some((index, self.peek(index)?)))
            .filter(|(_, text)| !text.trim().is_empty())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn strings_come_back_and_the_rest_is_known() {
        let mut strings = Strings::default();
        for n in 0..200 {
            assert!(strings.push(&format!("値{n}")));
        }
        assert!(strings.push(""));
        assert_eq!(strings.get(0), Some("値0"));
        assert_eq!(strings.get(130), Some("値130"));
        assert_eq!(strings.get(200), Some(""));
        assert!([201, usize::MAX].into_iter().all(|index| strings.get(index).is_none()));
        assert_eq!(strings.left_over().count(), 198);
        assert!(!strings.left_over().any(|(_, text)| text == "値130"));
    }

    #[test]
    fn there_is_an_end() {
        let mut strings = Strings::default();
        let large = "x".repeat(SHARED_STRINGS_BYTES / 2);
        assert!(strings.push(&large) && strings.push(&large) && !strings.push("x"));
    }
}

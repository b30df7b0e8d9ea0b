//! Telling what is drawn again from what is told elsewhere: by letters and digits alone, as lines are broken and numbers set apart.

use super::grid::Block;
use crate::formats::Budget;

/// What is looked through for each line.
const KEPT: usize = 256 * 1024;

/// Text that was given already.
pub(super) struct Known {
    letters: String,
    /// Signs alone say nothing: the marks of boxes that are not ticked.
    words: bool,
}

fn letters(text: &str) -> impl Iterator<Item = char> {
    text.chars().filter(|one| one.is_alphanumeric()).flat_map(char::to_lowercase)
}

impl Known {
    pub(super) fn new(text: &str) -> Self {
        Self { letters: letters(text).take(KEPT).collect(), words: false }
    }

    /// For what is not drawn at present: only words of it count.
    pub(super) fn words() -> Self {
        Self { letters: String::new(), words: true }
    }

    pub(super) fn is_empty(&self) -> bool {
        self.letters.is_empty() && !self.words
    }

    /// Whether a text says anything that counts.
    pub(super) fn counts(&self, text: &str) -> bool {
        if self.words { letters(text).next().is_some() } else { !text.trim().is_empty() }
    }

    /// Whether a line says nothing else.
    pub(super) fn has(&self, line: &str, budget: &Budget) -> bool {
        budget.count(self.letters.len() as u64 / 16);
        let line: String = letters(line).collect();
        !self.is_empty() && (line.is_empty() || self.letters.contains(&line))
    }

    /// Leaves of what is drawn only what says something else.
    pub(super) fn drop_from(&self, blocks: Vec<Block>, budget: &Budget) -> Vec<Block> {
        let is_new = |block: &Block| match block {
            Block::Text(line) => !self.has(line, budget),
            Block::Table(table) => table.rows.iter().flatten().any(|(_, text)| !self.has(text, budget)),
        };
        blocks.into_iter().filter(is_new).collect()
    }
}

//! Telling what is drawn again from what is told elsewhere: by letters and digits alone, as lines are broken and numbers set apart.

use super::grid::Block;
use crate::formats::Budget;

/// What is looked through for each line.
const KEPT: usize = 64 * 1024;

/// Text that was given already.
pub(super) struct Known(String);

fn letters(text: &str) -> impl Iterator<Item = char> {
    text.chars().filter(|one| one.is_alphanumeric())
}

impl Known {
    pub(super) fn new(text: &str) -> Self {
        Self(letters(text).take(KEPT).collect())
    }

    pub(super) fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Whether a line says nothing else.
    pub(super) fn has(&self, line: &str, budget: &Budget) -> bool {
        budget.count(self.0.len() as u64 / 16);
        let line: String = letters(line).collect();
        !self.is_empty() && self.0.contains(&line)
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

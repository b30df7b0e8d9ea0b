//! People, inferred from records that share keys: never one bare number.

use serde::{Deserialize, Serialize};

/// How many people, as three numbers and the rule that gave each.
///
/// Always `at_least ≤ estimate ≤ at_most` over what could be read; `unread` says how many things could not.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Subjects {
    /// All plausible links merged; never under the largest count of distinct values that belong to one person each.
    pub at_least: u64,
    /// Links that the evidence supports merged.
    pub estimate: u64,
    /// Only strict links merged; doubtful findings count as people of their own.
    pub at_most: u64,
    /// The rule behind each number, in English.
    pub rules: SubjectRules,
    /// Records that held at least one identifier.
    pub records: u64,
    /// Doubtful values that `at_most` leaves out, because chance explains them: numbers whose check digit fits, among many
    /// that do not.
    #[serde(default)]
    pub by_chance: u64,
    /// Merges refused because two people would have become one (two My Numbers in one group).
    pub conflicts: u64,
    /// Files or members that could not be read as text or records: more people may be there.
    pub unread: u64,
    /// Whether more people may be there than `at_most`, because something was not read: then it is only the most of what was read.
    #[serde(default)]
    pub open_above: bool,
}

/// How each number of [`Subjects`] was reached.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct SubjectRules {
    /// Rule of `at_least`.
    pub at_least: String,
    /// Rule of `estimate`.
    pub estimate: String,
    /// Rule of `at_most`.
    pub at_most: String,
}

/// Counts of one entity. `distinct` and `occurrences` leave out `possible` findings, which have their own numbers.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct EntityTally {
    /// Different normalised values, likely or certain.
    pub distinct: u64,
    /// Times they stand in the source.
    pub occurrences: u64,
    /// Different values that are only possible.
    pub possible_distinct: u64,
    /// Times those stand in the source.
    pub possible_occurrences: u64,
}

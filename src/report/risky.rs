//! What lies where it should not, by the rule that says so: how much, and the first paths.

use std::collections::BTreeMap;
use std::io;

use serde::Serialize;

use crate::case::results::Rows;
use crate::model::{Names, RiskyPlace};

/// Paths that the page names of each rule.
const LISTED: usize = 20;

/// Everything that one rule is about.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub(super) struct RiskyGroup {
    /// Id and version of the rule.
    pub(super) rule: String,
    /// What it is.
    pub(super) name: Names,
    /// What to do.
    pub(super) next: Names,
    /// How many.
    pub(super) count: u64,
    /// The first of them, in walk order.
    pub(super) paths: Vec<String>,
}

/// By rule, in the order of their ids.
pub(super) fn groups(rows: &Rows<RiskyPlace>) -> io::Result<Vec<RiskyGroup>> {
    let mut groups: BTreeMap<String, RiskyGroup> = BTreeMap::new();
    for row in rows.iter() {
        let RiskyPlace { path, rule, name, next } = row?;
        let group = groups.entry(rule.clone());
        let group = group.or_insert_with(|| RiskyGroup { rule, name, next, count: 0, paths: Vec::new() });
        group.count += 1;
        if group.paths.len() < LISTED {
            group.paths.push(path);
        }
    }
    Ok(groups.into_values().collect())
}

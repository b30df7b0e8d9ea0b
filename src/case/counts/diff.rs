//! What changed between two counts, and why: told from what each of them says of itself, nothing is counted anew.

use std::collections::{BTreeMap, BTreeSet};

use serde::{Deserialize, Serialize};

use super::{Bounds, CountInput, CountResult};
use crate::model::Apart;

/// Rows of each list: the largest differences.
const ROWS: usize = 20;

/// `hozen.count-diff/1`.
#[derive(Debug, Clone, Serialize, Deserialize, PartialEq)]
pub struct CountDiff {
    /// `hozen.count-diff/1`.
    pub schema: String,
    /// The first.
    pub a: Compared,
    /// The second.
    pub b: Compared,
    /// Why they differ, or may; empty if they were made alike from the same records.
    pub causes: Vec<Cause>,
    /// People who have a kind of data, by entity.
    pub kinds: Vec<Changed>,
    /// People of the estimate, by site.
    pub sites: Vec<Changed>,
    /// People of the estimate, by file, member and sheet.
    pub leaves: Vec<Changed>,
    /// What is counted apart.
    pub apart: BTreeMap<Apart, (u64, u64)>,
}

/// One of the two.
#[derive(Debug, Clone, Serialize, Deserialize, PartialEq)]
pub struct Compared {
    /// The case that keeps it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub case: Option<String>,
    /// Its number in that case.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub number: Option<u64>,
    /// When.
    pub time: String,
    /// Why.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reason: Option<String>,
    /// People.
    pub people: Bounds,
    /// Whether more people may be there, because something was not read.
    pub open_above: bool,
    /// Records.
    pub records: u64,
    /// Files and members that were not read.
    pub unread: u64,
}

/// A number that is another.
#[derive(Debug, Clone, Serialize, Deserialize, PartialEq, Eq)]
pub struct Changed {
    /// Of what.
    pub name: String,
    /// In the first.
    pub a: u64,
    /// In the second.
    pub b: u64,
}

/// Why two counts differ.
#[derive(Debug, Clone, Serialize, Deserialize, PartialEq, Eq)]
#[serde(tag = "cause", rename_all = "snake_case")]
pub enum Cause {
    /// Records that only the second has.
    InputAdded {
        /// What they are called.
        name: String,
        /// How many.
        records: u64,
    },
    /// Records that only the first has.
    InputRemoved {
        /// What they are called.
        name: String,
        /// How many.
        records: u64,
    },
    /// Other records under one name.
    InputChanged {
        /// What they are called.
        name: String,
        /// How many in the first.
        a: u64,
        /// How many in the second.
        b: u64,
    },
    /// More or less could be read.
    UnreadChanged {
        /// Of which input.
        name: String,
        /// Files and members in the first.
        a: u64,
        /// Files and members in the second.
        b: u64,
    },
    /// Values were found by another rule pack.
    RulesChanged {
        /// Of which input.
        name: String,
        /// SHA-256 of the first.
        a: String,
        /// SHA-256 of the second.
        b: String,
    },
    /// Another version of the program took the records.
    ReaderChanged {
        /// Of which input.
        name: String,
        /// The first.
        a: String,
        /// The second.
        b: String,
    },
    /// Another program counted.
    ProgramChanged {
        /// Name and version of the first.
        a: String,
        /// Name and version of the second.
        b: String,
    },
    /// A domain of the house that only the second was told.
    OwnDomainAdded {
        /// The domain.
        domain: String,
    },
    /// A domain of the house that only the first was told.
    OwnDomainRemoved {
        /// The domain.
        domain: String,
    },
    /// A site that only the second was told: numbers of a system link people within it alone.
    SiteAdded {
        /// Its name.
        name: String,
        /// Its path.
        path: String,
    },
    /// A site that only the first was told.
    SiteRemoved {
        /// Its name.
        name: String,
        /// Its path.
        path: String,
    },
}

impl From<&CountResult> for Compared {
    fn from(count: &CountResult) -> Self {
        Self {
            case: count.case.clone(),
            number: count.number,
            time: count.time.clone(),
            reason: count.reason.clone(),
            people: Bounds::from(&count.subjects),
            open_above: count.subjects.open_above,
            records: count.subjects.records,
            unread: count.subjects.unread,
        }
    }
}

/// Compares two counts.
pub fn compare(a: &CountResult, b: &CountResult) -> CountDiff {
    let sites = |count: &CountResult| count.who.sites.iter().map(|site| (site.site.clone(), site.estimate)).collect();
    let mut causes = Vec::new();
    inputs(a, b, &mut causes);
    options(a, b, &mut causes);
    CountDiff {
        schema: "hozen.count-diff/1".to_owned(),
        a: a.into(),
        b: b.into(),
        causes,
        kinds: largest(&a.who.by_kind, &b.who.by_kind, (true, true)),
        sites: largest(&sites(a), &sites(b), (true, true)),
        leaves: leaves(a, b),
        apart: apart(a, b),
    }
}

/// What was counted from. Inputs are the same by their content, whatever they are called.
fn inputs(a: &CountResult, b: &CountResult, causes: &mut Vec<Cause>) {
    let only = |one: &CountResult, other: &CountResult| -> Vec<CountInput> {
        let is_there = |input: &&CountInput| !other.inputs.iter().any(|same| same.sha256 == input.sha256);
        one.inputs.iter().filter(is_there).cloned().collect()
    };
    let (mut gone, mut come) = (only(a, b), only(b, a));
    // One machine's records that were taken again.
    while let Some((at, to)) = gone
        .iter()
        .enumerate()
        .find_map(|(at, input)| Some((at, come.iter().position(|other| other.name == input.name)?)))
    {
        changed(&gone.remove(at), &come.remove(to), causes);
    }
    causes.extend(gone.into_iter().map(|CountInput { name, records, .. }| Cause::InputRemoved { name, records }));
    causes.extend(come.into_iter().map(|CountInput { name, records, .. }| Cause::InputAdded { name, records }));
    if a.tool != b.tool || a.tool_sha256 != b.tool_sha256 {
        causes.push(Cause::ProgramChanged { a: a.tool.clone(), b: b.tool.clone() });
    }
}

fn changed(a: &CountInput, b: &CountInput, causes: &mut Vec<Cause>) {
    let name = || a.name.clone();
    causes.push(Cause::InputChanged { name: name(), a: a.records, b: b.records });
    if a.rules != b.rules {
        causes.push(Cause::RulesChanged { name: name(), a: a.rules.clone(), b: b.rules.clone() });
    }
    if a.version != b.version {
        causes.push(Cause::ReaderChanged { name: name(), a: a.version.clone(), b: b.version.clone() });
    }
    if a.unread != b.unread {
        causes.push(Cause::UnreadChanged { name: name(), a: a.unread, b: b.unread });
    }
}

fn options(a: &CountResult, b: &CountResult, causes: &mut Vec<Cause>) {
    let domains = |count: &CountResult| count.options.own_domains.iter().cloned().collect::<BTreeSet<_>>();
    let (before, after) = (domains(a), domains(b));
    causes.extend(after.difference(&before).map(|domain| Cause::OwnDomainAdded { domain: domain.clone() }));
    causes.extend(before.difference(&after).map(|domain| Cause::OwnDomainRemoved { domain: domain.clone() }));
    let sites = |count: &CountResult| count.options.sites.iter().cloned().collect::<BTreeSet<_>>();
    let (before, after) = (sites(a), sites(b));
    let split = |site: &(String, String)| site.clone();
    causes.extend(after.difference(&before).map(split).map(|(name, path)| Cause::SiteAdded { name, path }));
    causes.extend(before.difference(&after).map(split).map(|(name, path)| Cause::SiteRemoved { name, path }));
}

/// The largest differences. A name that one of them lacks counts as nothing only if that one lists all it has.
fn largest(
    a: &BTreeMap<String, u64>,
    b: &BTreeMap<String, u64>,
    (a_is_whole, b_is_whole): (bool, bool),
) -> Vec<Changed> {
    let names: BTreeSet<&String> = a.keys().chain(b.keys()).collect();
    let number =
        |of: &BTreeMap<String, u64>, name: &str, is_whole: bool| of.get(name).copied().or(is_whole.then_some(0));
    let mut rows: Vec<Changed> = names
        .into_iter()
        .filter_map(|name| {
            Some(Changed { a: number(a, name, a_is_whole)?, b: number(b, name, b_is_whole)?, name: name.clone() })
        })
        .filter(|row| row.a != row.b)
        .collect();
    rows.sort_by_key(|row| std::cmp::Reverse(row.a.abs_diff(row.b)));
    rows.truncate(ROWS);
    rows
}

/// Of several inputs the paths begin with their names: the same file is the same in a count of one and of several.
fn leaves(a: &CountResult, b: &CountResult) -> Vec<Changed> {
    let name = |count: &CountResult, path: &str| match count.inputs.as_slice() {
        [one] if a.inputs.len() != b.inputs.len() => format!("{} ▸ {path}", one.name),
        _ => path.to_owned(),
    };
    let by = |count: &CountResult| {
        count.leaves.iter().map(|leaf| (name(count, &leaf.path), leaf.estimate)).collect::<BTreeMap<_, _>>()
    };
    largest(&by(a), &by(b), (a.leaves_more == 0, b.leaves_more == 0))
}

fn apart(a: &CountResult, b: &CountResult) -> BTreeMap<Apart, (u64, u64)> {
    let kinds: BTreeSet<Apart> = a.who.apart.keys().chain(b.who.apart.keys()).copied().collect();
    let number = |count: &CountResult, kind| count.who.apart.get(&kind).copied().unwrap_or(0);
    let pair = |kind| (kind, (number(a, kind), number(b, kind)));
    kinds.into_iter().map(pair).filter(|(_, (a, b))| a != b).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::{Digest, LeafPeople};

    fn input(name: &str, content: &[u8]) -> CountInput {
        CountInput {
            name: name.to_owned(),
            sha256: Digest::of(content),
            bytes: 1,
            version: "1".to_owned(),
            rules: "r".to_owned(),
            records: content.len() as u64,
            unread: 0,
            alone: None,
        }
    }

    #[test]
    fn the_same_records_counted_alike_differ_by_nothing() {
        let count = CountResult { inputs: vec![input("a", b"x")], ..CountResult::default() };
        let diff = compare(&count, &CountResult { number: Some(2), ..count.clone() });
        assert!(diff.causes.is_empty() && diff.kinds.is_empty() && diff.leaves.is_empty());
    }

    #[test]
    fn inputs_are_told_by_their_content_and_then_by_their_name() {
        let a = CountResult {
            inputs: vec![input("a", b"1"), input("b", b"22"), input("c", b"3")],
            ..CountResult::default()
        };
        let again = CountInput { rules: "s".to_owned(), unread: 4, ..input("b", b"222") };
        let b =
            CountResult { inputs: vec![input("renamed", b"1"), again, input("d", b"4444")], ..CountResult::default() };
        let name = |name: &str| name.to_owned();
        let due = [
            Cause::InputChanged { name: name("b"), a: 2, b: 3 },
            Cause::RulesChanged { name: name("b"), a: name("r"), b: name("s") },
            Cause::UnreadChanged { name: name("b"), a: 0, b: 4 },
            Cause::InputRemoved { name: name("c"), records: 1 },
            Cause::InputAdded { name: name("d"), records: 4 },
        ];
        assert_eq!(compare(&a, &b).causes, due);
    }

    #[test]
    fn a_leaf_that_a_cut_list_lacks_is_not_taken_for_gone() {
        let leaf = |path: &str, estimate| LeafPeople { path: path.to_owned(), estimate, ..LeafPeople::default() };
        let a = CountResult { leaves: vec![leaf("/x", 9), leaf("/y", 3)], ..CountResult::default() };
        let b = CountResult { leaves: vec![leaf("/x", 5)], ..CountResult::default() };
        let names = |diff: CountDiff| diff.leaves.into_iter().map(|row| (row.name, row.a, row.b)).collect::<Vec<_>>();
        assert_eq!(names(compare(&a, &b)), [("/x".to_owned(), 9, 5), ("/y".to_owned(), 3, 0)]);
        let cut = CountResult { leaves_more: 7, ..b };
        assert_eq!(names(compare(&a, &cut)), [("/x".to_owned(), 9, 5)]);
    }
}

//! Gaps from both sides of the pass, joined and grouped: what was not kept, what was not looked at, and what is only noted.

use std::collections::BTreeMap;

use serde::Serialize;

use crate::model::{Gap, GapKind};

/// Paths that the page names, over all kinds together.
pub(super) const LISTED_GAPS: usize = 200;

/// All gaps of one kind.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub(super) struct GapGroup {
    /// The kind.
    pub(super) kind: GapKind,
    /// Different paths.
    pub(super) paths: u64,
    /// Of these, how many are gaps of preservation.
    pub(super) not_kept: u64,
    /// Of these, how many are gaps of the search.
    pub(super) not_looked_at: u64,
    /// Some of the paths, by reason.
    pub(super) reasons: Vec<Reason>,
    /// Paths that are not named here; results/*.json name them.
    pub(super) more: u64,
}

/// Paths that share a reason.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub(super) struct Reason {
    /// The reason as it was recorded, in English.
    pub(super) reason: String,
    /// Paths, sorted.
    pub(super) paths: Vec<String>,
}

/// Whether a gap leaves content unseen. The others are facts to know, behind which no text is hidden.
pub(super) fn hides_content(kind: GapKind) -> bool {
    !matches!(kind, GapKind::SpecialFile | GapKind::OwnOutput | GapKind::ChangedDuringRead)
}

#[derive(Default)]
struct Seen<'a> {
    reason: &'a str,
    not_kept: bool,
    not_looked_at: bool,
}

/// Gaps by kind, while entries come one by one: numbers, and the first paths of each kind.
#[derive(Debug, Default)]
pub(super) struct GapCounts(BTreeMap<GapKind, Counted>);

#[derive(Debug, Default)]
struct Counted {
    paths: u64,
    not_kept: u64,
    not_looked_at: u64,
    /// The first [`LISTED_GAPS`] paths in their order, each with its reason.
    first: BTreeMap<String, String>,
}

impl GapCounts {
    /// Takes the gaps of one entry. No other entry may have gaps at the same paths.
    pub(super) fn add(&mut self, of_collect: &[Gap], of_scan: &[Gap]) {
        for (kind, paths) in by_kind(of_collect, of_scan) {
            let counted = self.0.entry(kind).or_default();
            for (path, seen) in paths {
                counted.paths += 1;
                counted.not_kept += u64::from(seen.not_kept);
                counted.not_looked_at += u64::from(seen.not_looked_at);
                counted.name(path, seen.reason);
            }
        }
    }

    /// At most [`LISTED_GAPS`] paths, shared fairly between the kinds.
    pub(super) fn groups(self) -> Vec<GapGroup> {
        let sizes = self.0.values().map(|counted| usize::try_from(counted.paths).unwrap_or(usize::MAX));
        let quota = fair_share(sizes.collect(), LISTED_GAPS);
        self.0.into_iter().map(|(kind, counted)| counted.group(kind, quota)).collect()
    }
}

impl Counted {
    fn name(&mut self, path: &str, reason: &str) {
        if self.first.len() >= LISTED_GAPS && self.first.last_key_value().is_none_or(|(last, _)| last.as_str() <= path)
        {
            return;
        }
        self.first.insert(path.to_owned(), reason.to_owned());
        if self.first.len() > LISTED_GAPS {
            self.first.pop_last();
        }
    }

    fn group(self, kind: GapKind, quota: usize) -> GapGroup {
        let mut reasons: BTreeMap<String, Vec<String>> = BTreeMap::new();
        let mut named = 0;
        for (path, reason) in self.first.into_iter().take(quota) {
            reasons.entry(reason).or_default().push(path);
            named += 1;
        }
        GapGroup {
            kind,
            paths: self.paths,
            not_kept: self.not_kept,
            not_looked_at: self.not_looked_at,
            reasons: reasons.into_iter().map(|(reason, paths)| Reason { reason, paths }).collect(),
            more: self.paths.saturating_sub(named),
        }
    }
}

/// Joins both lists by kind and path.
fn by_kind<'a>(of_collect: &'a [Gap], of_scan: &'a [Gap]) -> BTreeMap<GapKind, BTreeMap<&'a str, Seen<'a>>> {
    let mut kinds: BTreeMap<GapKind, BTreeMap<&str, Seen<'_>>> = BTreeMap::new();
    let kept = of_collect.iter().map(|gap| (gap, true));
    let looked = of_scan.iter().map(|gap| (gap, false));
    for (gap, from_collect) in kept.chain(looked) {
        let Gap { path, kind, reason } = gap;
        let seen = kinds.entry(*kind).or_default().entry(path).or_default();
        if seen.reason.is_empty() {
            seen.reason = reason;
        }
        seen.not_kept |= from_collect;
        seen.not_looked_at |= !from_collect;
    }
    kinds
}

/// The same over all gaps at once.
#[cfg(test)]
pub(super) fn group(of_collect: &[Gap], of_scan: &[Gap]) -> Vec<GapGroup> {
    let kinds = by_kind(of_collect, of_scan);
    let quota = fair_share(kinds.values().map(BTreeMap::len).collect(), LISTED_GAPS);
    kinds.into_iter().map(|(kind, paths)| one_group(kind, &paths, quota)).collect()
}

#[cfg(test)]
fn one_group(kind: GapKind, paths: &BTreeMap<&str, Seen<'_>>, quota: usize) -> GapGroup {
    let mut reasons: BTreeMap<&str, Vec<String>> = BTreeMap::new();
    for (path, seen) in paths.iter().take(quota) {
        reasons.entry(seen.reason).or_default().push((*path).to_owned());
    }
    let count = |wanted: fn(&Seen<'_>) -> bool| paths.values().filter(|seen| wanted(seen)).count() as u64;
    GapGroup {
        kind,
        paths: paths.len() as u64,
        not_kept: count(|seen| seen.not_kept),
        not_looked_at: count(|seen| seen.not_looked_at),
        reasons: reasons.into_iter().map(|(reason, paths)| Reason { reason: reason.to_owned(), paths }).collect(),
        more: paths.len().saturating_sub(quota) as u64,
    }
}

/// The largest share that each may take so that all together stay within `total`: a rare kind is never crowded out.
fn fair_share(mut sizes: Vec<usize>, total: usize) -> usize {
    sizes.sort_unstable();
    let (mut left, mut waiting) = (total, sizes.len());
    for size in sizes {
        let share = left / waiting.max(1);
        if size > share {
            return share;
        }
        left -= size;
        waiting -= 1;
    }
    total
}

#[cfg(test)]
mod tests {
    use super::*;

    fn gap(path: &str, kind: GapKind) -> Gap {
        Gap { path: path.to_owned(), kind, reason: "why".to_owned() }
    }

    #[test]
    fn a_gap_known_to_both_sides_is_one() {
        let denied = [gap("/a", GapKind::PermissionDenied)];
        let groups = group(&denied, &[gap("/a", GapKind::PermissionDenied), gap("/p", GapKind::SpecialFile)]);
        assert_eq!((groups[0].paths, groups[0].not_kept, groups[0].not_looked_at), (1, 1, 1));
    }

    #[test]
    fn a_rare_kind_is_named_beside_a_flood() {
        let mut gaps: Vec<_> = (0..5_000).map(|n| gap(&format!("/img/{n:04}"), GapKind::NoText)).collect();
        gaps.push(gap("/secret.zip", GapKind::Encrypted));
        let groups = group(&[], &gaps);
        let named = |group: &GapGroup| group.reasons.iter().map(|reason| reason.paths.len()).sum::<usize>();
        assert_eq!(groups.iter().map(named).sum::<usize>(), LISTED_GAPS);
        let encrypted = groups.iter().find(|group| group.kind == GapKind::Encrypted).unwrap();
        assert_eq!((named(encrypted), encrypted.more), (1, 0));
        let images = groups.iter().find(|group| group.kind == GapKind::NoText).unwrap();
        assert_eq!(named(images) as u64 + images.more, 5_000);
    }
}

//! Where the things of a profile lie on this machine: by its patterns, and by what the servers' own configuration says.
//!
//! | file | promises |
//! |---|---|
//! | `homes` | the home folder of every user of the root, by its own `/etc/passwd` |
//! | `configured` | the places that configuration files name; they are hostile text |
//!
//! Names and metadata are looked at, and of contents only `/etc/passwd` and configuration files: all below one root,
//! bounded, and without a trace. Every place that can not be looked at becomes a root with a gap.

mod configured;
mod homes;
#[cfg(test)]
mod tests;

use std::collections::{BTreeMap, BTreeSet};
use std::io;
use std::path::{Path, PathBuf};

use crate::disk::find::{Finder, Follow, Found, LinkSeen, Spot, below_root};
use crate::disk::walk::FoundRoot;
use crate::model::taken::{ConfiguredPlace, LinkOnTheWay, TakeRecord};
use crate::model::{Lang, PathPattern, RawPath, limits};
use crate::rules::collect::{Leave, Selection, Take};

/// One take and what is there of it.
#[derive(Debug, Clone)]
pub struct TakeFound {
    /// The take.
    pub take: Take,
    /// For the evidence and the screen.
    pub record: TakeRecord,
    /// The paths, as the user would name them.
    pub paths: Vec<PathBuf>,
}

/// Something left on purpose and where it is.
#[derive(Debug, Clone)]
pub struct LeaveFound {
    /// What, and why.
    pub leave: Leave,
    /// The paths, as the user would name them.
    pub paths: Vec<PathBuf>,
}

/// What there is of a profile on a machine.
#[derive(Debug, Clone, Default)]
pub struct Places {
    /// Every take, also those of which nothing is there.
    pub takes: Vec<TakeFound>,
    /// What is there and left on purpose.
    pub leaves: Vec<LeaveFound>,
    /// The roots of the walk, in byte order, each once; then what could not be looked at.
    pub roots: Vec<FoundRoot>,
}

/// Looks a selection up below a root.
///
/// # Errors
/// When the root itself can not be opened; everything else is part of the result.
pub fn look_up(selection: &Selection, root: &Path) -> io::Result<Places> {
    let mut finder = Finder::new(root)?;
    let mut seen = Found::default();
    let homes = homes::homes(&mut finder, &mut seen);
    let mut places = Places::default();
    let mut unseen: BTreeMap<PathBuf, FoundRoot> = BTreeMap::new();
    let mut note = |found: &mut Found| {
        for unseen_one in found.unseen.drain(..) {
            let path = below_root(root, &unseen_one.path);
            let gap = Some((unseen_one.kind, unseen_one.reason));
            unseen.entry(path.clone()).or_insert(FoundRoot { path, gap });
        }
    };
    note(&mut seen);
    let mut budget = configured::Budget::default();
    for take in &selection.takes {
        let mut found = Found::default();
        by_pattern(&mut finder, take.paths(), &homes, &mut found);
        let named = configured::look_up(&mut finder, take.configured(), &homes, &mut budget, &mut found);
        note(&mut found);
        places.takes.push(taken(take, &found, named, root));
    }
    for leave in &selection.leaves {
        let mut found = Found::default();
        by_pattern(&mut finder, leave.paths(), &homes, &mut found);
        note(&mut found);
        let paths: Vec<PathBuf> = found.spots.iter().map(|spot| below_root(root, &spot.path)).collect();
        if !paths.is_empty() {
            places.leaves.push(LeaveFound { leave: leave.clone(), paths });
        }
    }
    let mut listed = limits::TAKES_BYTES;
    places.takes.iter_mut().for_each(|take| take.record.cut_to(&mut listed));
    let all: BTreeSet<&PathBuf> = places.takes.iter().flat_map(|take| &take.paths).collect();
    // What could not be looked at comes last: where it is taken all the same, the walk tells its gap with it.
    places.roots = all.into_iter().map(|path| FoundRoot { path: path.clone(), gap: None }).collect();
    places.roots.extend(unseen.into_values());
    Ok(places)
}

/// Adds what patterns lead to, in every home where they say so.
fn by_pattern<'p>(finder: &mut Finder, patterns: impl Iterator<Item = &'p str>, homes: &[Vec<u8>], found: &mut Found) {
    for pattern in patterns.flat_map(|text| PathPattern::parse(text).unwrap_or_default()) {
        if pattern.is_in_homes() {
            for there in homes.iter().filter_map(|home| pattern.in_home(home)) {
                finder.find(&there, Follow::Named, found);
            }
        } else {
            finder.find(&pattern, Follow::Named, found);
        }
    }
}

fn taken(take: &Take, found: &Found, configured: Vec<ConfiguredPlace>, root: &Path) -> TakeFound {
    let shown = |path: &[u8]| RawPath(path.to_vec()).shown();
    let listed: Vec<String> = found.spots.iter().take(limits::TAKE_LISTED).map(|spot| shown(&spot.path)).collect();
    let count = found.spots.len() as u64;
    let link = |link: &LinkSeen| LinkOnTheWay {
        path: shown(&link.path),
        target: shown(&link.target),
        followed: link.followed,
    };
    let record = TakeRecord {
        id: take.id().to_owned(),
        title: take.title(Lang::En).to_owned(),
        artifacts: take.artifacts().to_vec(),
        found: count,
        more: count.saturating_sub(listed.len() as u64),
        paths: listed,
        configured,
        links: found.links.iter().take(limits::TAKE_LISTED).map(link).collect(),
        unlisted: (found.links.len() as u64).saturating_sub(limits::TAKE_LISTED as u64),
    };
    let paths = found.spots.iter().map(|spot: &Spot| below_root(root, &spot.path)).collect();
    TakeFound { take: take.clone(), record, paths }
}

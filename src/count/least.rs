//! The least number of people: whom nothing can make one.
//!
//! Links are not all that may be true. Who stands in a log with an address alone may be anybody of the members' table, who has a second address; who drew a
//! prize with a name alone, the same. So groups are told apart only by what they have in common.

use std::collections::BTreeMap;

use super::flags::{NAME_ALONE, SURE};
use super::groups::Groups;
use super::mention::{Mention, Who};
use super::runs::Mentions;
use super::tell::{self, Level};

/// What tells a group from others of its like. Nobody of one sort is told from anybody of another.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum By {
    /// A name beside something else: two are two people.
    Name,
    /// Names alone. They may be those of people whose name is written otherwise elsewhere, by a slip or before they married.
    NameAlone,
    /// A reading. It may be that of any name.
    Kana,
    /// Addresses and numbers alone. They may be anybody's who has a name, but two of them are two people's.
    Values,
}

impl By {
    fn of(who: Who, is_name_alone: bool) -> Self {
        match who {
            _ if is_name_alone => Self::NameAlone,
            Who { name: 1.., .. } => Self::Name,
            Who { kana: 1.., .. } => Self::Kana,
            _ => Self::Values,
        }
    }
}

/// People of this level at the least: as many as one thing tells apart, as stand in one leaf, or as there are numbers of a kind that a person has one of.
pub(super) fn least(mentions: &Mentions, groups: &mut Groups, level: &Level) -> u64 {
    let is_person = |root: Mention| level.is_person.get(root as usize) == Some(&true);
    let mut told_apart: BTreeMap<By, u64> = BTreeMap::new();
    let mut primaries: Vec<(u16, u32)> = Vec::new();
    let mut is_more = vec![false; mentions.flags.len()];
    for (mention, &flags) in (0..).zip(&mentions.flags).filter(|(_, flags)| **flags & NAME_ALONE != NAME_ALONE) {
        if let Some(is_more) = is_more.get_mut(groups.root(mention) as usize) {
            *is_more |= flags & SURE != 0;
        }
    }
    for (mention, &flags) in (0..).zip(&mentions.flags) {
        if is_person(mention) {
            let is_name_alone = is_more.get(mention as usize) == Some(&false);
            *told_apart.entry(By::of(groups.who_of(mention), is_name_alone)).or_default() += 1;
        }
        let primary = groups.known(mention).primary;
        if primary.1 != 0 && flags & SURE != 0 && is_person(groups.root(mention)) {
            primaries.push(primary);
        }
    }
    primaries.sort_unstable();
    primaries.dedup();
    let of_one_kind = primaries.chunk_by(|a, b| a.0 == b.0).map(|kind| kind.len() as u64).max();
    let in_leaves = tell::by(mentions, groups, level, SURE, |mention| Some(mentions.leaf(mention)));
    told_apart.into_values().chain(in_leaves.into_iter().map(u64::from)).chain(of_one_kind).max().unwrap_or(0)
}

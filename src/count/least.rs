//! The least number of people: whom nothing can make one.
//!
//! Links are not all that may be true. Who stands in a log with an address alone may be anybody of the members' table, who has a second address; who drew a
//! prize with a name alone, the same; and an address and a telephone number may be one person's. So groups are told apart only by what they have in common.

use std::collections::BTreeMap;

use super::flags::{NAME_ALONE, NAMED, ROW, SINGLE, SURE};
use super::groups::Groups;
use super::mention::{Mention, Who};
use super::runs::Mentions;
use super::tell::{self, Level};

/// What tells a group from others of its like. Nobody of one sort is told from anybody of another. A byte for each group: there may be many.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
struct Sort(u8);

impl Sort {
    /// A name beside something else: two are two people.
    const NAME: Self = Self(u8::MAX);
    /// Names alone. They may be those of people whose name is written otherwise elsewhere, by a slip or before they married.
    const NAME_ALONE: Self = Self(u8::MAX - 1);
    /// A reading. It may be that of any name.
    const KANA: Self = Self(u8::MAX - 2);

    /// `value` is the entity of what is known: addresses alone, or numbers alone. They may be anybody's who has a name, but two of a kind are two people's.
    fn of(who: Who, is_name_alone: bool, value: u8) -> Self {
        match who {
            _ if is_name_alone => Self::NAME_ALONE,
            Who { name: 1.., .. } => Self::NAME,
            Who { kana: 1.., .. } => Self::KANA,
            _ => Self(value.min(Self::KANA.0 - 1)),
        }
    }
}

/// The people of a level in their sorts.
pub(super) struct Least<'a> {
    mentions: &'a Mentions,
    level: &'a Level,
    /// By mention that stands for a group.
    sorts: Vec<Sort>,
}

impl<'a> Least<'a> {
    pub(super) fn new(mentions: &'a Mentions, groups: &mut Groups, level: &'a Level) -> Self {
        let mut is_more = vec![false; mentions.flags.len()];
        let mut sorts = vec![Sort(u8::MAX); mentions.flags.len()];
        for ((mention, &flags), &value) in (0..).zip(&mentions.flags).zip(&mentions.values) {
            let root = groups.root(mention) as usize;
            if let (Some(is_more), Some(Sort(least))) = (is_more.get_mut(root), sorts.get_mut(root)) {
                *is_more |= flags & SURE != 0 && flags & NAME_ALONE != NAME_ALONE;
                *least = value.min(*least);
            }
        }
        for (mention, (sort, is_more)) in (0..).zip(sorts.iter_mut().zip(is_more)) {
            if level.is_person.get(mention as usize) == Some(&true) {
                *sort = Sort::of(groups.who_of(mention), !is_more, sort.0);
            }
        }
        Self { mentions, level, sorts }
    }

    /// People at the least: as many as one thing tells apart, as one table has rows, or as there are numbers of a kind that a person has one of.
    pub(super) fn people(&self, groups: &mut Groups) -> u64 {
        let of_all = self.told_apart(groups, |_| Some(0)).into_iter().max().unwrap_or(0);
        let of_tables = self.rows(groups).into_iter().max().unwrap_or(0);
        self.primaries(groups).max(of_all.into()).max(of_tables.into())
    }

    /// The same by leaf.
    pub(super) fn leaves(&self, groups: &mut Groups) -> Vec<u32> {
        let mut leaves = self.told_apart(groups, |mention| Some(self.mentions.leaf(mention)));
        (0..).zip(self.rows(groups)).for_each(|(leaf, rows)| raise(&mut leaves, leaf, rows));
        leaves
    }

    /// The same by site. `sites` has the number of each leaf's.
    pub(super) fn sites(&self, groups: &mut Groups, sites: &[u32]) -> Vec<u32> {
        let mut people = self.told_apart(groups, |mention| sites.get(self.mentions.leaf(mention) as usize).copied());
        sites.iter().zip(self.rows(groups)).for_each(|(&site, rows)| raise(&mut people, site, rows));
        people
    }

    /// The largest sort by any number that a mention has.
    fn told_apart(&self, groups: &mut Groups, of: impl Fn(Mention) -> Option<u32>) -> Vec<u32> {
        let mut counts: BTreeMap<(u32, Sort), u32> = BTreeMap::new();
        tell::each(self.mentions, groups, (self.level, SURE), of, |number, root| {
            let sort = self.sorts.get(root as usize).copied().unwrap_or(Sort::NAME);
            *counts.entry((number, sort)).or_default() += 1;
        });
        let mut most: Vec<u32> = Vec::new();
        counts.into_iter().for_each(|((number, _), count)| raise(&mut most, number, count));
        most
    }

    /// By leaf, people by rows that have a name or say more than one thing: each is somebody else's. A row of one address may be whose name stands in another.
    fn rows(&self, groups: &mut Groups) -> Vec<u32> {
        let of = |mention| {
            let is_row = self.mentions.has(mention, ROW);
            let is_row = is_row && (self.mentions.has(mention, NAMED) || !self.mentions.has(mention, SINGLE));
            is_row.then(|| self.mentions.leaf(mention))
        };
        tell::by(self.mentions, groups, self.level, SURE, of)
    }

    /// Different numbers of a kind that a person has one of.
    fn primaries(&self, groups: &mut Groups) -> u64 {
        let mut primaries: Vec<(u16, u32)> = Vec::new();
        for (mention, &flags) in (0..).zip(&self.mentions.flags) {
            let primary = groups.known(mention).primary;
            let is_person = |root: Mention| self.level.is_person.get(root as usize) == Some(&true);
            if primary.1 != 0 && flags & SURE != 0 && is_person(groups.root(mention)) {
                primaries.push(primary);
            }
        }
        primaries.sort_unstable();
        primaries.dedup();
        primaries.chunk_by(|a, b| a.0 == b.0).map(|kind| kind.len() as u64).max().unwrap_or(0)
    }
}

fn raise(all: &mut Vec<u32>, at: u32, to: u32) {
    let at = at as usize;
    if all.len() <= at {
        all.resize(at + 1, 0);
    }
    all.get_mut(at).into_iter().for_each(|most| *most = to.max(*most));
}

//! What is told of groups beside how many there are: who had what, where, and of which kind.

use std::collections::BTreeMap;

use super::flags::{NOBODY, STAFF, reasons};
use super::groups::{Clash, Groups};
use super::mention::Mention;
use super::runs::Mentions;
use crate::model::{Apart, Categories, Spot};

pub(super) fn why(clash: Clash) -> &'static str {
    match clash {
        Clash::Primary => "two_primaries",
        Clash::Birth => "two_birth_dates",
        Clash::Name => "two_names",
    }
}

/// One person of the estimate.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Person {
    /// From 1, in the order in which they were met.
    pub number: u64,
    /// Kinds of data, by entity index.
    pub kinds: u64,
    /// Mentions: rows, lines, values.
    pub mentions: u64,
    /// How many leaves, at the least one; more are not told apart beyond 255.
    pub leaves: u8,
    /// What they are to the house.
    pub categories: Categories,
    /// Where they were met first.
    pub first: Spot,
}

/// A value, likely or certain, that one record says of one person of the estimate.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct PersonValue {
    /// The number of the person.
    pub person: u64,
    /// All kinds of data of the person, by entity index.
    pub kinds: u64,
    /// Index of the value's entity.
    pub entity: u16,
    /// Its digest, as [`super::Identifier::key`].
    pub key: u64,
    /// Whether it links who holds it: neither an office's, nor an example, nor a blank.
    pub is_own: bool,
}

/// People at one level.
#[derive(Debug, Clone, Default)]
pub(super) struct Level {
    /// People.
    pub people: u64,
    /// Of these, how many because one group holds several values that a person has one of.
    pub refused: u64,
    /// Groups that are not counted, by why.
    pub apart: BTreeMap<Apart, u64>,
    /// By mention that stands for a group: whether it is a person.
    pub is_person: Vec<bool>,
}

/// Groups that hold a mention which counts (has the flag `wanted`), without those that are nobody's or the house's own.
pub(super) fn level(mentions: &Mentions, groups: &mut Groups, wanted: u16) -> Level {
    let mut all = Level { is_person: vec![false; mentions.flags.len()], ..Level::default() };
    let mut nobody = vec![0_u16; mentions.flags.len()];
    let mut primaries: Vec<(Mention, u16, u32)> = Vec::new();
    for (mention, &flags) in (0..).zip(&mentions.flags) {
        let root = groups.root(mention);
        if flags & wanted != 0
            && let Some(person) = all.is_person.get_mut(root as usize)
        {
            *person |= flags & NOBODY == 0;
            let primary = groups.known(mention).primary;
            if primary.1 != 0 {
                primaries.push((root, primary.0, primary.1));
            }
        }
        if let Some(slot) = nobody.get_mut(root as usize) {
            *slot |= flags & STAFF | if flags & wanted != 0 { flags & NOBODY } else { 0 };
        }
    }
    for (person, &flags) in all.is_person.iter_mut().zip(&nobody) {
        let is_staff = *person && flags & STAFF != 0;
        if is_staff {
            *all.apart.entry(Apart::OwnStaff).or_default() += 1;
        } else if !*person && flags & NOBODY != 0 {
            reasons(flags & NOBODY).take(1).for_each(|apart| *all.apart.entry(apart).or_default() += 1);
        }
        *person &= !is_staff;
    }
    primaries.sort_unstable();
    primaries.dedup();
    let is_person = |root: Mention| all.is_person.get(root as usize).copied().unwrap_or(false);
    let most =
        |group: &[(Mention, u16, u32)]| group.chunk_by(|a, b| a.1 == b.1).map(<[_]>::len).max().unwrap_or(1) as u64;
    let of_people =
        primaries.chunk_by(|a, b| a.0 == b.0).filter(|group| group.first().is_some_and(|first| is_person(first.0)));
    all.refused = of_people.map(|group| most(group).saturating_sub(1)).sum();
    all.people = all.is_person.iter().filter(|&&person| person).count() as u64 + all.refused;
    all
}

/// Mentions whose groups are sorted at once; more are sorted in four parts.
const PAIRS: usize = 4_000_000;

/// People by leaf, or by any number that a mention has: at each number, how many different people.
pub(super) fn by(
    mentions: &Mentions,
    groups: &mut Groups,
    level: &Level,
    wanted: u16,
    of: impl Fn(Mention) -> Option<u32>,
) -> Vec<u32> {
    let mut counts: Vec<u32> = Vec::new();
    each(mentions, groups, (level, wanted), of, |number, _| {
        let number = number as usize;
        if counts.len() <= number {
            counts.resize(number + 1, 0);
        }
        counts.get_mut(number).into_iter().for_each(|count| *count += 1);
    });
    counts
}

/// Each different pair of such a number and a person, who is told by the mention that stands for them.
pub(super) fn each(
    mentions: &Mentions,
    groups: &mut Groups,
    (level, wanted): (&Level, u16),
    of: impl Fn(Mention) -> Option<u32>,
    mut on: impl FnMut(u32, Mention),
) {
    let parts = if mentions.flags.len() > PAIRS { 4 } else { 1 };
    let mut pairs: Vec<u64> = Vec::new();
    for part in 0..parts {
        for (mention, &flags) in (0..).zip(&mentions.flags).filter(|(_, flags)| **flags & wanted != 0) {
            let root = groups.root(mention);
            if root % parts == part
                && flags & NOBODY == 0
                && level.is_person.get(root as usize) == Some(&true)
                && let Some(number) = of(mention)
            {
                pairs.push(u64::from(number) << 32 | u64::from(root));
            }
        }
        pairs.sort_unstable();
        pairs.dedup();
        pairs.drain(..).for_each(|pair| on((pair >> 32) as u32, pair as u32));
    }
}

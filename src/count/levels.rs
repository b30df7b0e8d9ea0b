//! The three levels: which mentions are one person when only strict links count, when evidence is weighed, and when all that is plausible is true.

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::io;

use super::flags::{BARE, HUB, LINE_ON, MAYBE_ON, NAMED, NOBODY, SINGLE, SURE, UNSURE};
use super::groups::{Clash, Groups, Strictness};
use super::mention::{Mention, Who, how};
use super::runs::{Mentions, Run, Runs};

/// A merge that was refused: two mentions, and why.
pub(super) type Refused = (Mention, Mention, Clash);

/// Joins what strict links say. At most.
pub(super) fn strict(runs: &Runs, mentions: &Mentions, groups: &mut Groups) -> io::Result<()> {
    let is_sure = |mention: &Mention| !mentions.has(*mention, UNSURE);
    runs.each(|run| {
        if run.is_hub {
            together(groups, run.by(how::STRONG).filter(|m| mentions.has(*m, SINGLE)).filter(is_sure));
        } else {
            for how in [how::STRONG, how::MEMBER, how::STRICT] {
                apart_by_who(groups, run.by(how).filter(is_sure), Strictness::Strict, &mut |_| {});
            }
        }
        // A copy is the same thing twice, whatever stands in it.
        together(groups, run.by(how::COPY).filter(is_sure));
        Ok(())
    })
}

/// Joins what the evidence says. The estimate. Merges that what is known of people speaks against are told.
pub(super) fn weighed(
    runs: &Runs,
    mentions: &Mentions,
    groups: &mut Groups,
    refused: &mut dyn FnMut(Refused),
) -> io::Result<()> {
    in_records(mentions, groups, LINE_ON, true, refused);
    runs.each(|run| {
        if !run.is_hub {
            for how in [how::STRONG, how::MEMBER, how::STRICT, how::SYSTEM] {
                apart_by_who(groups, run.by(how), Strictness::Weighed, refused);
            }
        }
        apart_by_who(groups, run.by(how::COMPOSITE), Strictness::Weighed, refused);
        same_rows(run, mentions, groups);
        Ok(())
    })?;
    // Only now it is known who there is: who has a name or a shared value alone is one of them, if that can be.
    runs.each(|run| {
        one_of_that_name(run, mentions, groups);
        no_further_person(run, mentions, groups);
        Ok(())
    })
}

/// Joins all that is plausible. At least.
pub(super) fn plausible(runs: &Runs, mentions: &Mentions, groups: &mut Groups) -> io::Result<()> {
    let count = u32::try_from(mentions.flags.len()).unwrap_or(u32::MAX);
    let unsure = || (0..count).filter(|mention| mentions.has(*mention, UNSURE));
    together(groups, unsure());
    unsure().take(1).for_each(|mention| groups.forget(mention));
    in_records(mentions, groups, MAYBE_ON, false, &mut |_| {});
    runs.each(|run| {
        slips(run, mentions, groups);
        if run.is_hub {
            return Ok(());
        }
        let is_own = |held: &&(u8, Mention)| held.0 <= how::COMPOSITE && held.0 != how::COPY;
        if run.is_card {
            by_given_name(run, groups);
        } else if run.held.iter().any(|held| is_own(&held)) {
            // Whoever holds it only perhaps is the same, too.
            together(groups, run.held.iter().map(|held| held.1));
        } else {
            by_given_name(run, groups);
        }
        Ok(())
    })
}

fn together(groups: &mut Groups, mut all: impl Iterator<Item = Mention>) {
    if let Some(first) = all.next() {
        all.for_each(|other| groups.join(first, other));
    }
}

/// Joins those of a run that nothing speaks against being one: each to the first group that it fits.
fn apart_by_who(
    groups: &mut Groups,
    all: impl Iterator<Item = Mention>,
    how: Strictness,
    refused: &mut dyn FnMut(Refused),
) {
    let mut kinds: Vec<Mention> = Vec::new();
    for mention in all {
        let root = groups.root(mention);
        let mut clash = None;
        let fits = kinds.iter().any(|&kind| match groups.join_unless(kind, root, how) {
            Ok(()) => true,
            Err(why) => {
                clash.get_or_insert((kind, mention, why));
                false
            }
        });
        if !fits {
            clash.into_iter().for_each(&mut *refused);
            // More would cost the square of it; who is left over stays apart.
            if kinds.len() < 256 {
                kinds.push(mention);
            }
        }
    }
}

/// Joins mentions of one record: each marked one to those before it.
fn in_records(mentions: &Mentions, groups: &mut Groups, on: u16, is_weighed: bool, refused: &mut dyn FnMut(Refused)) {
    let mut last: Option<Mention> = None;
    for (mention, &flags) in (0..).zip(&mentions.flags) {
        if flags & on == 0 {
            // A value beside too many begins no record's chain: nothing is linked through it.
            last = (flags & HUB == 0).then_some(mention);
            continue;
        }
        if flags & HUB != 0 {
            continue;
        }
        match last {
            Some(before) if !is_weighed => groups.join(before, mention),
            Some(before) => {
                if let Err(why) = groups.join_unless(before, mention, Strictness::Weighed) {
                    refused((before, mention, why));
                }
            }
            None => {}
        }
        last = Some(last.unwrap_or(mention));
    }
}

/// A row that stands in several leaves is one row; twice in one leaf it is two.
fn same_rows(run: &Run, mentions: &Mentions, groups: &mut Groups) {
    let mut times: BTreeMap<u32, usize> = BTreeMap::new();
    let mut chains: Vec<Mention> = Vec::new();
    for mention in run.by(how::SAME_ROW) {
        let nth = times.entry(mentions.leaf(mention)).or_default();
        match chains.get(*nth) {
            Some(&first) => groups.join(first, mention),
            None => chains.push(mention),
        }
        *nth += 1;
    }
}

/// Mentions of one name among which those by the name alone are shared out; of more it is no name.
const OF_ONE_NAME: usize = 4_000_000;
/// People of that name who are asked for each of them.
const ASKED: usize = 64;

/// Whoever is known by a name alone: the first of that name in a leaf is the first person of that name elsewhere, the second the second.
fn one_of_that_name(run: &Run, mentions: &Mentions, groups: &mut Groups) {
    let is_counted = |mention: &Mention| mentions.has(*mention, SURE);
    let mut named: Vec<(Mention, Mention)> =
        run.by(how::NAME).filter(is_counted).map(|mention| (groups.root(mention), mention)).collect();
    if named.len() < 2 || named.len() > OF_ONE_NAME {
        return;
    }
    named.sort_unstable();
    // Groups of that name that something else tells apart, and the leaves that they stand in; and those that nothing does.
    let mut people: Vec<Mention> = Vec::new();
    let mut standing = Standing::default();
    let mut alone: Vec<(Mention, Vec<u32>)> = Vec::new();
    for group in named.chunk_by(|a, b| a.0 == b.0) {
        let Some(&(root, _)) = group.first() else { continue };
        let is_bare = |mention: Mention| mentions.has(mention, BARE);
        let leaves = group.iter().map(|held| mentions.leaf(held.1));
        if is_bare(root) && group.iter().all(|held| is_bare(held.1)) {
            alone.push((root, leaves.collect()));
        } else {
            leaves.for_each(|leaf| standing.stands(leaf, people.len() as u32));
            people.push(root);
        }
    }
    for (mention, leaves) in alone {
        // A list names each once: who stands in one of these leaves already is somebody else.
        let mut at = standing.next_of_all(&leaves, 0);
        let mut found = None;
        for _ in 0..ASKED {
            let Some(&person) = people.get(at as usize) else { break };
            if groups.join_unless(person, mention, Strictness::Weighed).is_ok() {
                found = Some(at);
                break;
            }
            at = standing.next_of_all(&leaves, at + 1);
        }
        let at = found.unwrap_or_else(|| {
            people.push(mention);
            people.len() as u32 - 1
        });
        leaves.iter().for_each(|&leaf| standing.stands(leaf, at));
    }
}

/// Which people stand in which leaf. A leaf may name a million of one name: whoever stands in it is passed over at once.
#[derive(Default)]
struct Standing(HashMap<(u32, u32), u32>);

impl Standing {
    fn stands(&mut self, leaf: u32, person: u32) {
        self.0.entry((leaf, person)).or_insert(person + 1);
    }

    /// The first from this one on who stands in none of these leaves.
    fn next_of_all(&mut self, leaves: &[u32], from: u32) -> u32 {
        let mut at = from;
        loop {
            let next = leaves.iter().fold(at, |at, &leaf| self.next(leaf, at));
            if next == at {
                return at;
            }
            at = next;
        }
    }

    /// The first from this one on who does not stand in the leaf.
    fn next(&mut self, leaf: u32, from: u32) -> u32 {
        let mut end = from;
        while let Some(&next) = self.0.get(&(leaf, end)) {
            end = next;
        }
        // What was passed over once is passed over in one step from now on.
        let mut at = from;
        while at != end {
            at = self.0.insert((leaf, at), end).unwrap_or(end);
        }
        end
    }
}

/// Whoever is known by a shared value alone, without a name, is somebody who has it.
fn no_further_person(run: &Run, mentions: &Mentions, groups: &mut Groups) {
    let is_bare = |mention: &Mention| mentions.flags(*mention) & (BARE | NAMED | NOBODY) == BARE;
    let holders = || run.by(how::WEAK).chain(run.by(how::STRONG));
    let known = holders().find(|mention| !run.is_hub && mentions.has(*mention, SURE) && !is_bare(mention));
    let first = known.or_else(|| holders().find(is_bare));
    if let Some(first) = first {
        holders().filter(is_bare).for_each(|mention| {
            let _ = groups.join_unless(first, mention, Strictness::Weighed);
        });
    }
}

/// Names with dates of birth that are looked through where they are the same but for a slip.
const WRITINGS: usize = 64;

/// Joins whose name and date of birth are the same but for a slip, or for another surname. A leaf that has both writings has two people: twins, or two of many.
fn slips(run: &Run, mentions: &Mentions, groups: &mut Groups) {
    let mut writings: Vec<((u32, u32), Mention, BTreeSet<u32>)> = Vec::new();
    for mention in run.by(how::SLIP) {
        let (Who { name, birth, .. }, leaf) = (groups.known(mention), mentions.leaf(mention));
        let is_full = writings.len() >= WRITINGS;
        match writings.iter_mut().find(|writing| writing.0 == (name, birth)) {
            Some((.., leaves)) => {
                leaves.insert(leaf);
            }
            None if !is_full => writings.push(((name, birth), mention, BTreeSet::from([leaf]))),
            None => {}
        }
    }
    let mut people: Vec<(Mention, BTreeSet<u32>)> = Vec::new();
    for (_, mention, leaves) in writings {
        let fits = people.iter_mut().find(|(person, standing)| {
            leaves.is_disjoint(standing) && groups.join_unless(*person, mention, Strictness::Weighed).is_ok()
        });
        match fits {
            Some((_, standing)) => standing.extend(leaves),
            None => people.push((mention, leaves)),
        }
    }
}

/// Kinds of people that are looked through for each mention.
const KINDS: usize = 256;

/// Joins whoever shares a value unless given names, or names where no given name is known, or dates of birth differ.
fn by_given_name(run: &Run, groups: &mut Groups) {
    let mut kinds: Vec<(Who, Mention)> = Vec::new();
    // By date of birth, 0 where none is known: a name may stand beside each date there is.
    let mut by_birth: HashMap<u32, Vec<u32>> = HashMap::new();
    for &(how, mention) in run.held.iter().filter(|held| !matches!(held.0, how::COPY | how::SAME_ROW | how::SLIP)) {
        let who = groups.who_of(mention);
        let by_name = how == how::NAME;
        let mut fits = |at: &u32| kinds.get(*at as usize).is_some_and(|kind| is_plausible(who, kind.0, by_name));
        let mut first = |birth| by_birth.get(&birth).and_then(|all| all.iter().copied().take(KINDS).find(&mut fits));
        let found = match who.birth {
            0 => (0..kinds.len().min(KINDS) as u32).find(fits),
            birth => [first(birth), first(0)].into_iter().flatten().min(),
        };
        // Where too many kinds differ, the number must not grow by whoever fits none of those that were looked at.
        let is_full = |birth| by_birth.get(&birth).is_some_and(|all| all.len() >= KINDS);
        let is_beyond = is_full(who.birth) || is_full(0) || who.birth == 0 && kinds.len() >= KINDS;
        match found.or(is_beyond.then_some(0)).and_then(|at| kinds.get_mut(at as usize)) {
            Some((known, first)) => {
                groups.join(*first, mention);
                *known = groups.who_of(*first);
            }
            None => {
                by_birth.entry(who.birth).or_default().push(kinds.len() as u32);
                kinds.push((who, mention));
            }
        }
    }
}

fn is_plausible(a: Who, b: Who, by_name: bool) -> bool {
    let differ = |a: u32, b: u32| a != 0 && b != 0 && a != b;
    let (given, name) =
        if a.given != 0 && b.given != 0 { (a.given != b.given, false) } else { (false, differ(a.name, b.name)) };
    let kana = (a.name == 0 || b.name == 0) && differ(a.kana, b.kana);
    // Two names that are read the same are one with a slip in it.
    let is_slip = a.kana != 0 && a.kana == b.kana;
    !(differ(a.birth, b.birth) || !by_name && !is_slip && (given || name || kana))
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn whoever_stands_in_a_leaf_is_passed_over(steps in prop::collection::vec((0_u32..4, 0_u32..30, any::<bool>()), 0..200)) {
            let (mut standing, mut known) = (Standing::default(), std::collections::BTreeSet::new());
            for (leaf, person, is_asked) in steps {
                if is_asked {
                    let next = (person..).find(|at| !known.contains(&(leaf, *at)));
                    prop_assert_eq!(Some(standing.next(leaf, person)), next);
                } else {
                    standing.stands(leaf, person);
                    known.insert((leaf, person));
                }
            }
        }
    }
}

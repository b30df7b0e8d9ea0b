//! The three levels: which mentions are one person when only strict links count, when evidence is weighed, and when all that is plausible is true.

use std::collections::BTreeMap;
use std::io;

use super::groups::{Clash, Groups, Strictness};
use super::mention::{BARE, HUB, LINE_ON, MAYBE_ON, Mention, NOBODY, SINGLE, SURE, UNSURE, Who, how};
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
    together(groups, (0..count).filter(|mention| mentions.has(*mention, UNSURE)));
    in_records(mentions, groups, MAYBE_ON, false, &mut |_| {});
    runs.each(|run| {
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
        let mut clash = None;
        let fits = kinds.iter().any(|&kind| match groups.join_unless(kind, mention, how) {
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

/// Whoever is known by a name alone: the first of that name in a leaf is the first person of that name elsewhere, the second the second.
fn one_of_that_name(run: &Run, mentions: &Mentions, groups: &mut Groups) {
    let is_counted = |mention: &Mention| mentions.has(*mention, SURE);
    let mut named: Vec<(Mention, Mention)> =
        run.by(how::NAME).filter(is_counted).map(|mention| (groups.root(mention), mention)).collect();
    if named.len() < 2 {
        return;
    }
    named.sort_unstable();
    // Groups of that name that something else tells apart, and the leaves that they stand in; and those that nothing does.
    let (mut people, mut alone) = (Vec::new(), Vec::new());
    for group in named.chunk_by(|a, b| a.0 == b.0) {
        let Some(&(root, _)) = group.first() else { continue };
        let is_bare = |mention: Mention| mentions.has(mention, BARE);
        let leaves: Vec<u32> = group.iter().map(|held| mentions.leaf(held.1)).collect();
        let is_alone = is_bare(root) && group.iter().all(|held| is_bare(held.1));
        if is_alone { alone.push((root, leaves)) } else { people.push((root, leaves)) }
    }
    for (mention, mut leaves) in alone {
        // A list names each once: who stands in one of these leaves already is somebody else.
        let fits = |person: &&mut (Mention, Vec<u32>)| !leaves.iter().any(|leaf| person.1.contains(leaf));
        let mut of_name = people.iter_mut().filter(fits).take(64);
        match of_name.find(|person| groups.join_unless(person.0, mention, Strictness::Weighed).is_ok()) {
            Some(person) => person.1.append(&mut leaves),
            None => people.push((mention, leaves)),
        }
    }
}

/// Whoever is known by a shared value alone, without a name, is somebody who has it.
fn no_further_person(run: &Run, mentions: &Mentions, groups: &mut Groups) {
    let is_bare = |mention: &Mention| {
        let who = mentions.who(*mention);
        mentions.has(*mention, BARE) && who.name == 0 && who.kana == 0 && !mentions.has(*mention, NOBODY)
    };
    let holders = || run.by(how::WEAK).chain(run.by(how::STRONG));
    let known = holders().find(|mention| !run.is_hub && mentions.has(*mention, SURE) && !is_bare(mention));
    let first = known.or_else(|| holders().find(is_bare));
    if let Some(first) = first {
        holders().filter(is_bare).for_each(|mention| {
            let _ = groups.join_unless(first, mention, Strictness::Weighed);
        });
    }
}

/// Joins whoever shares a value unless given names, or names where no given name is known, or dates of birth differ.
fn by_given_name(run: &Run, groups: &mut Groups) {
    let mut kinds: Vec<(Who, Mention)> = Vec::new();
    for &(how, mention) in run.held.iter().filter(|held| held.0 != how::COPY && held.0 != how::SAME_ROW) {
        let who = groups.who_of(mention);
        let by_name = how == how::NAME;
        let fits = kinds.iter().position(|other| is_plausible(who, other.0, by_name));
        match fits.and_then(|at| kinds.get_mut(at)) {
            Some((known, first)) => {
                groups.join(*first, mention);
                *known = groups.who_of(*first);
            }
            None => kinds.push((who, mention)),
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

//! The end of a count: the three levels, one after the other, and what is told of each.
//!
//! Groups only grow from level to level, so there is one set of them. What is made by mention is dropped before the next is made: at the most some forty bytes a
//! mention are held at once.

use std::collections::{BTreeMap, HashMap, HashSet};
use std::io;

use super::book::Noted;
use super::flags::{MEMBER_ROW, OWN, ROW, SURE};
use super::groups::{Clash, Groups};
use super::least::Least;
use super::levels::{self, Refused};
use super::mention::{Draft, Mention, how};
use super::people::{Counted, People, Rows};
use super::rules::rules;
use super::runs::{Mentions, Runs};
use super::tell::{self, Level, Person, PersonValue};
use crate::model::{Categories, Cluster, EntityTally, LeafPeople, Spot, Subjects};

/// Clusters that are listed.
const CLUSTERS: usize = 100;

/// The end of a count.
struct Finish<'a> {
    people: &'a People,
    mentions: Mentions,
    runs: Runs,
    /// By leaf, as [`People::systems`] says.
    systems: Vec<u32>,
}

/// People at one level, and where.
#[derive(Default)]
struct Found {
    people: u64,
    refused: u64,
    leaves: Vec<u32>,
    sites: Vec<u32>,
}

/// The numbers.
pub(super) fn counted(
    people: &People,
    (mut mentions, runs): (Mentions, Runs),
    entities: Vec<EntityTally>,
    unread: u64,
    mut rows: Rows<'_>,
) -> io::Result<Counted> {
    let groups = Groups::new(std::mem::take(&mut mentions.known));
    let finish = Finish { people, mentions, runs, systems: people.systems()? };
    finish.levels(groups, entities, unread, &mut rows)
}

impl Finish<'_> {
    fn levels(
        self,
        mut groups: Groups,
        entities: Vec<EntityTally>,
        unread: u64,
        rows: &mut Rows<'_>,
    ) -> io::Result<Counted> {
        let (mentions, by_leaf) = (&self.mentions, rows.leaf.is_some());
        let mut counted = Counted { entities, ..Counted::default() };
        levels::strict(&self.runs, mentions, &mut groups)?;
        let strict = tell::level(mentions, &mut groups, OWN);
        let most = self.found(&mut groups, &strict, OWN, by_leaf);
        drop(strict);

        let mut refused: Vec<Refused> = Vec::new();
        levels::weighed(&self.runs, mentions, &mut groups, &mut |clash| {
            *counted.conflicts.entry(tell::why(clash.2).to_owned()).or_default() += 1;
            if refused.len() < CLUSTERS {
                refused.push(clash);
            }
        })?;
        let weighed = tell::level(mentions, &mut groups, SURE);
        let estimate = self.found(&mut groups, &weighed, SURE, by_leaf);
        let proven = self.proven(&mut groups, &weighed);
        self.who_had_what(&mut groups, &weighed, &mut counted, rows)?;
        counted.apart = weighed.apart;
        drop(weighed.is_person);
        counted.clusters = self.clusters(&refused)?;

        levels::plausible(&self.runs, mentions, &mut groups)?;
        let plausible = tell::level(mentions, &mut groups, SURE);
        let least = self.found_at_least(&mut groups, &plausible, by_leaf);
        drop((plausible, groups));

        self.three(&mut counted, [&least, &estimate, &most], proven, unread);
        counted.sites = self.by_site([&least, &estimate, &most]);
        if let Some(leaf) = rows.leaf.as_mut() {
            self.leaf_rows([&least.leaves, &estimate.leaves, &most.leaves], leaf)?;
        }
        Ok(counted)
    }

    /// People of each site. Those in none of them come last, without a name: they are not left out.
    fn by_site(&self, levels: [&Found; 3]) -> Vec<(String, [u64; 3])> {
        let site = |at: usize| {
            let [least, mid, most] = levels.map(|found| u64::from(found.sites.get(at).copied().unwrap_or(0)));
            [least.min(mid), mid, most.max(mid)]
        };
        let mut sites: Vec<(String, [u64; 3])> = Vec::new();
        for (at, (name, _)) in (1..).zip(&self.people.asked.sites) {
            if sites.iter().all(|(known, _)| known != name) {
                sites.push((name.clone(), site(at)));
            }
        }
        if site(0) != [0; 3] {
            sites.push((String::new(), site(0)));
        }
        sites
    }

    /// The three numbers of all.
    fn three(&self, counted: &mut Counted, [least, estimate, most]: [&Found; 3], proven: u64, unread: u64) {
        let over = &self.people.over;
        let at_most = most.people.saturating_add(self.runs.hub_owners).saturating_add(over.people());
        // Whoever stood beside something without room may be of the house by it, or of another sort than is known.
        let has_house = !self.people.asked.own_domains.is_empty();
        let unknown = if over.is_empty() { 0 } else { 1 + if has_house { least.refused } else { 0 } };
        let at_least = least.people.saturating_sub(unknown).max(if over.is_empty() { proven } else { 0 }).min(at_most);
        counted.over = (!over.is_empty()).then(|| (over.finds(), over.different()));
        // As many people to a value among those without room as among the others.
        let beyond = counted.over.map_or(0, |(_, different)| {
            u128::from(different) * u128::from(estimate.people) / u128::from(self.runs.different.max(1))
        });
        let about = estimate.people.saturating_add(u64::try_from(beyond).unwrap_or(u64::MAX));
        counted.subjects = Subjects {
            at_least,
            estimate: about.clamp(at_least, at_most.max(at_least)),
            at_most,
            rules: rules(self.runs.by_chance, counted.over),
            records: self.people.all_records,
            by_chance: self.runs.by_chance,
            conflicts: least.refused.max(counted.conflicts.values().sum()),
            unread,
            open_above: unread > 0,
        };
    }

    fn found(&self, groups: &mut Groups, level: &Level, wanted: u16, by_leaf: bool) -> Found {
        let mut found = Found { people: level.people, refused: level.refused, ..Found::default() };
        if by_leaf {
            found.leaves = tell::by(&self.mentions, groups, level, wanted, |mention| Some(self.mentions.leaf(mention)));
        }
        if !self.systems.is_empty() {
            let site = |mention| self.systems.get(self.mentions.leaf(mention) as usize).copied();
            found.sites = tell::by(&self.mentions, groups, level, wanted, site);
        }
        found
    }

    fn found_at_least(&self, groups: &mut Groups, level: &Level, by_leaf: bool) -> Found {
        let least = Least::new(&self.mentions, groups, level);
        let mut found = Found { people: least.people(groups), refused: level.refused, ..Found::default() };
        if by_leaf {
            found.leaves = least.leaves(groups);
        }
        if !self.systems.is_empty() {
            found.sites = least.sites(groups, &self.systems);
        }
        found
    }

    /// The most people that one table proves: each of its rows has a number of its own by which its system knows somebody.
    fn proven(&self, groups: &mut Groups, level: &Level) -> u64 {
        let mut rows = vec![(0_u32, 0_u32); self.people.book.leaves() as usize];
        for (&leaf, &flags) in
            self.mentions.leaves.iter().zip(&self.mentions.flags).filter(|(_, flags)| **flags & ROW != 0)
        {
            if let Some((all, with)) = rows.get_mut(leaf as usize) {
                *all = all.saturating_add(1);
                *with = with.saturating_add(u32::from(flags & MEMBER_ROW != 0));
            }
        }
        let is_table = |leaf: u32| {
            let repeats = self.runs.repeats.get(leaf as usize).copied().unwrap_or(0);
            let of = rows.get(leaf as usize);
            of.is_some_and(|&(all, with)| repeats == 0 && u64::from(with) * 10 >= u64::from(all) * 9)
        };
        let of = |mention: Mention| {
            let leaf = self.mentions.leaf(mention);
            (self.mentions.has(mention, MEMBER_ROW) && is_table(leaf)).then_some(leaf)
        };
        u64::from(tell::by(&self.mentions, groups, level, SURE, of).into_iter().max().unwrap_or(0))
    }

    fn who_had_what(
        &self,
        groups: &mut Groups,
        level: &Level,
        counted: &mut Counted,
        rows: &mut Rows<'_>,
    ) -> io::Result<()> {
        let count = self.mentions.flags.len();
        let (mut kinds, mut categories) = (KindSets::new(count), vec![Categories::NONE; count]);
        let by_path = (0..self.people.book.leaves()).map(|leaf| Ok(Categories::in_path(&self.people.book.path(leaf)?)));
        let by_path: Vec<Categories> = by_path.collect::<io::Result<_>>()?;
        let mut number: Mention = 0;
        self.people.each(&self.systems, |noted, drafts| {
            let by_path = by_path.get(noted.leaf as usize).copied().unwrap_or_default();
            for draft in drafts {
                let root = groups.root(number) as usize;
                let by_number = draft.keys.iter().filter(|key| key.1 == how::MEMBER);
                let by_number = by_number.filter_map(|key| self.people.categories.get(usize::from(key.2)).copied());
                let said = by_number.fold(draft.categories, Categories::and);
                kinds.add(root, draft.kinds);
                if let Some(of) = categories.get_mut(root) {
                    // A column knows more of its row than the name of the file does.
                    *of = of.and(said.or(by_path));
                }
                number += 1;
            }
            Ok(())
        })?;
        for (root, (&is_person, &said)) in level.is_person.iter().zip(&categories).enumerate() {
            if is_person {
                *counted.kinds.entry(kinds.of(root)).or_default() += 1;
                said.iter().for_each(|category| *counted.categories.entry(category).or_default() += 1);
                counted.uncategorised += u64::from(said.is_empty());
            }
        }
        self.persons(groups, level, (&kinds, &categories), rows)
    }

    fn persons(
        &self,
        groups: &mut Groups,
        level: &Level,
        (kinds, categories): (&KindSets, &[Categories]),
        rows: &mut Rows<'_>,
    ) -> io::Result<()> {
        let Rows { person: Some(person), value, .. } = rows else { return Ok(()) };
        let count = self.mentions.flags.len();
        let (mut mentions, mut leaves, mut last) = (vec![0_u32; count], vec![0_u8; count], vec![u32::MAX; count]);
        for (mention, &leaf) in (0..).zip(&self.mentions.leaves) {
            let root = groups.root(mention) as usize;
            if let (Some(mentions), Some(leaves), Some(last)) =
                (mentions.get_mut(root), leaves.get_mut(root), last.get_mut(root))
            {
                *mentions = mentions.saturating_add(1);
                if *last != leaf {
                    *leaves = leaves.saturating_add(1);
                    *last = leaf;
                }
            }
        }
        drop(last);
        let (mut at, mut number, mut path) = (0_usize, 0_u64, (u32::MAX, String::new()));
        // By the mention that stands for a person, which is their first.
        let mut numbers = vec![0_u32; if value.is_some() { count } else { 0 }];
        self.people.each(&self.systems, |noted, drafts| {
            for draft in drafts {
                if level.is_person.get(at) == Some(&true) {
                    number += 1;
                    if path.0 != noted.leaf {
                        path = (noted.leaf, self.people.book.path(noted.leaf)?);
                    }
                    person(Person {
                        number,
                        kinds: kinds.of(at),
                        mentions: u64::from(mentions.get(at).copied().unwrap_or(0)),
                        leaves: leaves.get(at).copied().unwrap_or(0),
                        categories: categories.get(at).copied().unwrap_or_default(),
                        first: spot(path.1.clone(), noted),
                    })?;
                    numbers.get_mut(at).into_iter().for_each(|slot| *slot = number as u32);
                }
                if let Some(value) = value.as_mut() {
                    let root = groups.root(at as Mention) as usize;
                    let person = numbers.get(root).copied().unwrap_or(0);
                    if person > 0 {
                        values((person.into(), kinds.of(root)), &draft, value)?;
                    }
                }
                at += 1;
            }
            Ok(())
        })?;
        Ok(())
    }

    fn clusters(&self, refused: &[Refused]) -> io::Result<Vec<Cluster>> {
        if refused.is_empty() {
            return Ok(Vec::new());
        }
        let wanted: HashSet<Mention> = refused.iter().flat_map(|(a, b, _)| [*a, *b]).collect();
        let mut spots: BTreeMap<Mention, Spot> = BTreeMap::new();
        let mut number: Mention = 0;
        self.people.each(&self.systems, |noted, drafts| {
            for _ in drafts {
                if wanted.contains(&number) {
                    spots.insert(number, spot(self.people.book.path(noted.leaf)?, noted));
                }
                number += 1;
            }
            Ok(())
        })?;
        let cluster = |&(a, b, clash): &(Mention, Mention, Clash)| Cluster {
            why: tell::why(clash).to_owned(),
            spots: [a, b].iter().filter_map(|mention| spots.get(mention).cloned()).collect(),
        };
        Ok(refused.iter().map(cluster).collect())
    }

    fn leaf_rows(
        &self,
        [least, estimate, most]: [&[u32]; 3],
        on: &mut dyn FnMut(LeafPeople) -> io::Result<()>,
    ) -> io::Result<()> {
        for (leaf, &records) in (0..self.people.book.leaves()).zip(&self.people.records) {
            let of = |level: &[u32]| u64::from(level.get(leaf as usize).copied().unwrap_or(0));
            let (at_least, estimate, at_most) = (of(least), of(estimate), of(most));
            if records > 0 || at_most > 0 {
                on(LeafPeople {
                    path: self.people.book.path(leaf)?,
                    records,
                    at_least: at_least.min(estimate),
                    estimate,
                    at_most: at_most.max(estimate),
                })?;
            }
        }
        Ok(())
    }
}

/// Kinds of data by group. There are few different sets of them, so a group holds the number of its own.
struct KindSets {
    of: Vec<u32>,
    sets: Vec<u64>,
    numbers: HashMap<u64, u32>,
}

impl KindSets {
    fn new(groups: usize) -> Self {
        Self { of: vec![0; groups], sets: vec![0], numbers: HashMap::from([(0, 0)]) }
    }

    fn of(&self, group: usize) -> u64 {
        self.of.get(group).and_then(|&number| self.sets.get(number as usize)).copied().unwrap_or(0)
    }

    fn add(&mut self, group: usize, kinds: u64) {
        let known = self.of(group);
        let all = known | kinds;
        if all != known
            && let Some(of) = self.of.get_mut(group)
        {
            *of = *self.numbers.entry(all).or_insert_with(|| {
                self.sets.push(all);
                u32::try_from(self.sets.len() - 1).unwrap_or(u32::MAX)
            });
        }
    }
}

fn spot(leaf: String, noted: &Noted) -> Spot {
    Spot { leaf, offset: noted.place.0, row: (noted.place.1 > 0).then_some(noted.place.1) }
}

/// The values of a mention that are likely or certain, each once: not what was made of them to compare.
fn values(
    (person, kinds): (u64, u64),
    draft: &Draft,
    on: &mut dyn FnMut(PersonValue) -> io::Result<()>,
) -> io::Result<()> {
    let likely = draft.keys.iter().filter(|key| matches!(key.1, how::STRONG | how::WEAK | how::VALUE));
    // Linking before counted alone, where a value is both.
    let mut all: Vec<(u16, u64, u8)> = likely.map(|&(key, how, entity)| (entity, key, how)).collect();
    all.sort_unstable();
    all.dedup_by_key(|value| (value.0, value.1));
    all.into_iter()
        .try_for_each(|(entity, key, how)| on(PersonValue { person, kinds, entity, key, is_own: how != how::VALUE }))
}

//! Feeds records in and gives people out.

use std::collections::{BTreeMap, HashSet};
use std::io;

use super::book::{Book, Line, Noted, mix};
use super::doubt::{Aside, Doubt};
use super::facts::Fact;
use super::groups::{Clash, Groups};
use super::levels::{self, Refused};
use super::mention::{self, BARE, Draft, MEMBER_ROW, Makers, Mention, OWN, ROW, SURE, how};
use super::over::Over;
use super::role::Role;
use super::rules::rules;
use super::runs::{Mentions, Runs};
use super::scratch::ScratchPlace;
use super::sort::{Item, Sorter};
use super::tell::{self, Level, Person, PersonValue};
use crate::model::{
    Apart, Bond, Breakdown, Category, Cluster, Confidence, EntityTally, KindsOfPeople, LeafPeople, LinkClass,
    SitePeople, Spot, Subjects, limits,
};

/// One value in a record, as the count sees it: never the value itself.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Identifier {
    /// Index of the entity, as the caller numbers them.
    pub entity: u16,
    /// The first 64 bits of the keyed digest of entity and normalised value: two of ten million values share them with a chance of 1 in 370,000.
    pub key: u64,
    /// What the value says about its person.
    pub class: LinkClass,
    /// How sure the finding is.
    pub confidence: Confidence,
    /// The series it stands in, where no word names it: chance may explain it if it is only possible.
    pub doubt: Option<Doubt>,
    /// Whether it was set aside until it is known what chance explains: here it is nobody's own.
    pub is_aside: bool,
}

/// One record, as the count takes it.
#[derive(Debug, Clone, Copy)]
pub struct Entry<'a> {
    /// Its leaf: file ▸ member ▸ sheet.
    pub leaf: &'a str,
    /// How its parts belong together.
    pub bond: Bond,
    /// The fingerprint of its row where it has one ([`crate::detect::RecordHits::row`]).
    pub row: Option<u64>,
    /// Offset of its first value in the leaf, and the row or line (0 where there is none).
    pub place: (u64, u64),
    /// Its values, in the order in which they stand.
    pub ids: &'a [Identifier],
    /// What is known beside them; [`Fact::of`] is the place of a value in `ids`.
    pub facts: &'a [Fact],
}

/// What is asked of a count beside the numbers.
#[derive(Debug, Clone, Default)]
pub struct Asked {
    /// Systems or sites: name, and the beginning of the paths of its leaves.
    pub sites: Vec<(String, String)>,
    /// Digests of the domains of the house ([`super::facts::domain_key`]).
    pub own_domains: Vec<u64>,
}

/// What the records add up to.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Counted {
    /// People.
    pub subjects: Subjects,
    /// Values, by entity index.
    pub entities: Vec<EntityTally>,
    /// Finds of values that were not told apart, because there was no room for more; about how many different values they are.
    /// If there are any, the numbers of people are bounds that hold, and those of values are too small.
    pub over: Option<(u64, u64)>,
    /// Who had what: sets of entities (one bit each), with the people of the estimate who had just these.
    pub kinds: BTreeMap<u64, u64>,
    /// People by site, in the order asked for: at least, estimate, at most.
    pub sites: Vec<(String, [u64; 3])>,
    /// People of the estimate by category; one person may be in two.
    pub categories: BTreeMap<Category, u64>,
    /// People of the estimate in no category.
    pub uncategorised: u64,
    /// What is counted apart.
    pub apart: BTreeMap<Apart, u64>,
    /// Records for somebody to look at, the first of them.
    pub clusters: Vec<Cluster>,
    /// How many there are.
    pub conflicts: BTreeMap<String, u64>,
}

/// Who gets rows as they are made: there may be a million.
#[derive(Default)]
pub struct Rows<'a> {
    /// People by leaf, in the order in which the leaves were met.
    pub leaf: Option<&'a mut dyn FnMut(LeafPeople) -> io::Result<()>>,
    /// Each person of the estimate.
    pub person: Option<&'a mut dyn FnMut(Person) -> io::Result<()>>,
    /// Each value of each of them, as often as it was met; a person comes before their values. Asked for together with `person`.
    pub value: Option<&'a mut dyn FnMut(PersonValue) -> io::Result<()>>,
}

/// Clusters that are listed.
const CLUSTERS: usize = 100;
/// Sets of kinds that are listed.
const KIND_SETS: usize = 200;

/// People in the making. Records may come in any order; only where two people clash (two of a number that a person has one of, two names) it may decide who of
/// them a third record goes to.
pub struct People {
    book: Book,
    place: Box<dyn ScratchPlace>,
    roles: Vec<Role>,
    categories: Vec<u8>,
    tallies: Vec<EntityTally>,
    /// Records by leaf, and all of them.
    records: Vec<u64>,
    all_records: u64,
    aside: Aside,
    asked: Asked,
    over: Over,
}

impl Counted {
    /// What is told of people beside their number.
    pub fn breakdown(&mut self, entities: &[String]) -> Breakdown {
        let name = |at: usize| entities.get(at).cloned().unwrap_or_else(|| "other".to_owned());
        let names = |bits: u64| (0..64).filter(move |bit| bits >> bit & 1 == 1).map(name).collect::<Vec<_>>();
        let mut by_kind: BTreeMap<String, u64> = BTreeMap::new();
        let mut by_kinds: Vec<KindsOfPeople> = Vec::new();
        for (&bits, &people) in &self.kinds {
            let kinds = names(bits);
            kinds.iter().for_each(|kind| *by_kind.entry(kind.clone()).or_default() += people);
            by_kinds.push(KindsOfPeople { kinds, people });
        }
        by_kinds.sort_by(|a, b| b.people.cmp(&a.people).then_with(|| a.kinds.cmp(&b.kinds)));
        let by_kinds_more = by_kinds.drain(by_kinds.len().min(KIND_SETS)..).map(|set| set.people).sum();
        let site = |(site, [at_least, estimate, at_most]): (String, [u64; 3])| SitePeople {
            site,
            at_least,
            estimate,
            at_most,
        };
        Breakdown {
            by_kind,
            by_kinds,
            by_kinds_more,
            sites: std::mem::take(&mut self.sites).into_iter().map(site).collect(),
            categories: std::mem::take(&mut self.categories),
            uncategorised: self.uncategorised,
            apart: std::mem::take(&mut self.apart),
            conflicts: std::mem::take(&mut self.conflicts),
            clusters: std::mem::take(&mut self.clusters),
        }
    }
}

impl People {
    /// An empty count of these entities, numbered from 0. What comes in is set aside in `place`.
    pub fn new(entities: &[String], place: Box<dyn ScratchPlace>, asked: Asked) -> Self {
        Self {
            book: Book::new(&*place),
            place,
            roles: entities.iter().map(|entity| Role::of(entity)).collect(),
            categories: entities.iter().map(|entity| tell::of_entity(entity)).collect(),
            tallies: vec![EntityTally::default(); entities.len()],
            records: Vec::new(),
            all_records: 0,
            aside: Aside::default(),
            asked,
            over: Over::default(),
        }
    }

    /// Counts as asked.
    #[must_use]
    pub fn asking(self, asked: Asked) -> Self {
        Self { asked, ..self }
    }

    /// Whether there is room for more. Once there is not, no more comes in: what is held grows no further.
    fn has_room(&self) -> bool {
        let held = self.book.cost().saturating_add(self.aside.memory() as u64);
        self.over.is_empty() && self.place.room().is_none_or(|room| held < room)
    }

    /// Takes a record.
    ///
    /// # Errors
    /// When it can not be set aside.
    pub fn record(&mut self, entry: Entry<'_>) -> io::Result<()> {
        if entry.ids.is_empty() {
            return Ok(());
        }
        entry.ids.iter().for_each(|id| self.occurs(id));
        let names_somebody = names_somebody(&self.roles, entry.ids);
        self.all_records += u64::from(names_somebody);
        if !self.has_room() {
            self.beyond(&entry);
            return Ok(());
        }
        let leaf = self.book.leaf(entry.leaf)?;
        self.records.resize(self.records.len().max(leaf as usize + 1), 0);
        if let Some(records) = self.records.get_mut(leaf as usize) {
            *records += u64::from(names_somebody);
        }
        let is_own = entry.bond != Bond::Row || !self.stands_for_somebody(entry.ids);
        let mut ids = entry.ids.to_vec();
        for id in &mut ids {
            let doubt =
                id.doubt.take().filter(|_| id.confidence == Confidence::Possible && id.class != LinkClass::None);
            if let Some(doubt) = doubt {
                let has_room = self.has_room();
                id.is_aside = self.aside.put((doubt, id.entity), id.key, is_own, has_room);
                if !id.is_aside && is_own {
                    self.over.row();
                }
            }
        }
        let Entry { bond, row, place, facts, .. } = entry;
        self.book.record(&Noted { leaf, bond, row, place, ids, facts: facts.to_vec() })
    }

    /// Whether a row is about somebody by something that is more than possible, or by shared values alone: then a doubtful value in it is nobody further.
    fn stands_for_somebody(&self, ids: &[Identifier]) -> bool {
        let is_likely = |id: &Identifier| id.confidence > Confidence::Possible && id.class != LinkClass::None;
        ids.iter().any(is_likely)
            || ids.iter().filter(|id| id.class != LinkClass::None).all(|id| id.class == LinkClass::Weak)
    }

    fn occurs(&mut self, id: &Identifier) {
        let likely = id.confidence > Confidence::Possible;
        if let Some(tally) = self.tallies.get_mut(usize::from(id.entity)) {
            tally.occurrences += u64::from(likely);
            tally.possible_occurrences += u64::from(!likely);
        }
    }

    fn beyond(&mut self, entry: &Entry<'_>) {
        let mut values = entry.ids.iter().filter(|id| id.class != LinkClass::None).peekable();
        if values.peek().is_none() {
            self.over.row();
        }
        values.for_each(|id| self.over.value(id.key));
        entry.facts.iter().for_each(|fact| self.over.mark(fact.key));
    }

    /// The end of the leaf at this path: how many values of each of its series, by entity, chance explains at the least. The rest
    /// count as people.
    ///
    /// # Errors
    /// When they can not be set aside.
    pub fn settle(&mut self, leaf: &str, by_chance: &BTreeMap<(Doubt, u16), u64>) -> io::Result<()> {
        let (own, chance) = self.aside.take(leaf, by_chance);
        if own.is_empty() && chance.is_empty() {
            return Ok(());
        }
        self.own(leaf, own)?;
        chance.into_iter().try_for_each(|(entity, key)| self.book.chance(entity, key))
    }

    fn own(&mut self, leaf: &str, values: impl IntoIterator<Item = (u16, u64)>) -> io::Result<()> {
        let leaf = self.book.leaf(leaf)?;
        for (entity, key) in values {
            let id = Identifier {
                entity,
                key,
                class: LinkClass::Strong,
                confidence: Confidence::Possible,
                doubt: None,
                is_aside: false,
            };
            self.book.record(&Noted {
                leaf,
                bond: Bond::Loose,
                row: None,
                place: (0, 0),
                ids: vec![id],
                facts: Vec::new(),
            })?;
        }
        Ok(())
    }

    /// The numbers. `unread`: files or members that could not be read as text or records.
    ///
    /// # Errors
    /// When what was set aside can not be written or read.
    pub fn finish(mut self, unread: u64, rows: Rows<'_>) -> io::Result<Counted> {
        self.settle_rest()?;
        self.book.close()?;
        let (mut mentions, sorter) = self.mentions()?;
        let mut tallies = std::mem::take(&mut self.tallies);
        let runs = Runs::sorted(sorter, &*self.place, (&mut mentions, &mut tallies, &self.roles), &self.over)?;
        Finish { people: &self, mentions, runs }.counted(tallies, unread, rows)
    }

    /// Nothing more comes in: what is set aside may all be people.
    pub(super) fn settle_rest(&mut self) -> io::Result<()> {
        let rest = self.aside.take_rest();
        if rest.is_empty() { Ok(()) } else { self.own("", rest) }
    }

    pub(super) fn records_so_far(&self) -> u64 {
        self.all_records
    }

    pub(super) fn tallies_so_far(&self) -> &[EntityTally] {
        &self.tallies
    }

    pub(super) fn over_so_far(&self) -> Option<(u64, u64)> {
        (!self.over.is_empty()).then(|| (self.over.finds(), self.over.different()))
    }

    pub(super) fn book_mut(&mut self) -> &mut Book {
        &mut self.book
    }

    pub(super) fn absorb_chance(&mut self, entity: u16, key: u64) -> io::Result<()> {
        self.book.chance(entity, key)
    }

    /// A record as a book has it, of this leaf.
    pub(super) fn absorb_record(&mut self, leaf: &str, noted: Noted) -> io::Result<()> {
        let leaf = self.book.leaf(leaf)?;
        self.records.resize(self.records.len().max(leaf as usize + 1), 0);
        if let Some(records) = self.records.get_mut(leaf as usize) {
            *records += u64::from(names_somebody(&self.roles, &noted.ids));
        }
        self.book.record(&Noted { leaf, ..noted })
    }

    pub(super) fn absorb_finds(&mut self, entity: u16, likely: u64, possible: u64) {
        if let Some(tally) = self.tallies.get_mut(usize::from(entity)) {
            tally.occurrences = tally.occurrences.saturating_add(likely);
            tally.possible_occurrences = tally.possible_occurrences.saturating_add(possible);
        }
    }

    pub(super) fn absorb_records(&mut self, records: u64) {
        self.all_records = self.all_records.saturating_add(records);
    }

    fn system(&self, leaf: &str) -> u32 {
        let at = self.asked.sites.iter().position(|(_, prefix)| leaf.starts_with(prefix.as_str()));
        at.map_or(0, |at| at as u32 + 1)
    }

    /// Each record's mentions, in order.
    fn each(
        &self,
        mut on: impl FnMut(&Noted, Vec<Draft>) -> io::Result<()>,
        mut leaf: impl FnMut(&str),
    ) -> io::Result<Vec<(u16, u64)>> {
        let makers = Makers { roles: &self.roles, own_domains: &self.asked.own_domains };
        let (mut systems, mut chance) = (Vec::new(), Vec::new());
        let mut lines = self.book.lines();
        while let Some(line) = lines.next()? {
            match line {
                Line::Leaf(path) => {
                    systems.push(self.system(&path));
                    leaf(&path);
                }
                Line::Chance(entity, key) => chance.push((entity, key)),
                Line::Record(noted) => {
                    let system = systems.get(noted.leaf as usize).copied().unwrap_or(0);
                    let drafts = makers.drafts(&noted, system);
                    on(&noted, drafts)?;
                }
            }
        }
        Ok(chance)
    }

    fn mentions(&self) -> io::Result<(Mentions, Sorter)> {
        let mut mentions = Mentions::default();
        let mut sorter = Sorter::new(&*self.place, limits::COUNT_SORT_BYTES);
        let copies = self.copies();
        let mut ordinals = vec![0_u32; self.book.said_by.len()];
        let chance = self.each(
            |noted, drafts| {
                let all = mention::beside_all(&drafts);
                for draft in drafts {
                    let number = u32::try_from(mentions.flags.len()).map_err(io::Error::other)?;
                    for &(key, how, entity) in &draft.keys {
                        let is_own = how <= how::MEMBER || how == how::NAME && draft.flags & BARE != 0;
                        let beside = if is_own { all ^ mix(key, 1) } else { all };
                        sorter.push(Item { key, how, mention: number, beside: (beside >> 32) as u32, entity })?;
                    }
                    let said = self.book.said_by.get(noted.leaf as usize).copied().unwrap_or(0);
                    if copies.contains(&said)
                        && let Some(ordinal) = ordinals.get_mut(noted.leaf as usize)
                    {
                        *ordinal += 1;
                        sorter.push(Item {
                            key: mix(said, u64::from(*ordinal)),
                            how: how::COPY,
                            mention: number,
                            beside: 0,
                            entity: u16::MAX,
                        })?;
                    }
                    mentions.flags.push(draft.flags);
                    mentions.leaves.push(noted.leaf);
                    mentions.who.push(draft.who);
                }
                Ok(())
            },
            |_| {},
        )?;
        for (entity, key) in chance {
            sorter.push(Item { key, how: how::CHANCE, mention: u32::MAX, beside: 0, entity })?;
        }
        Ok((mentions, sorter))
    }

    /// Fingerprints that several leaves have.
    fn copies(&self) -> HashSet<u64> {
        let mut all: Vec<u64> = self.book.said_by.iter().copied().filter(|&said| said != 0).collect();
        all.sort_unstable();
        all.chunk_by(|a, b| a == b).filter(|same| same.len() > 1).filter_map(|same| same.first().copied()).collect()
    }
}

/// The end of a count.
struct Finish<'a> {
    people: &'a People,
    mentions: Mentions,
    runs: Runs,
}

impl Finish<'_> {
    fn counted(self, entities: Vec<EntityTally>, unread: u64, mut rows: Rows<'_>) -> io::Result<Counted> {
        let (mentions, over) = (&self.mentions, &self.people.over);
        let mut groups = Groups::new(mentions.who.clone());
        let mut counted = Counted::default();
        levels::strict(&self.runs, mentions, &mut groups)?;
        let strict = tell::level(mentions, &mut groups, OWN);
        let leaves_most = self.by_leaf(&mut groups, &strict, OWN, rows.leaf.is_some());
        let sites_most = self.by_site(&mut groups, &strict, OWN)?;

        let mut refused: Vec<Refused> = Vec::new();
        levels::weighed(&self.runs, mentions, &mut groups, &mut |clash| {
            *counted.conflicts.entry(tell::why(clash.2).to_owned()).or_default() += 1;
            if refused.len() < CLUSTERS {
                refused.push(clash);
            }
        })?;
        let weighed = tell::level(mentions, &mut groups, SURE);
        let leaves_estimate = self.by_leaf(&mut groups, &weighed, SURE, rows.leaf.is_some());
        let sites_estimate = self.by_site(&mut groups, &weighed, SURE)?;
        let proven = self.proven(&mut groups, &weighed);
        self.who_had_what(&mut groups, &weighed, &mut counted, &mut rows)?;
        counted.clusters = self.clusters(&refused)?;

        levels::plausible(&self.runs, mentions, &mut groups)?;
        let plausible = tell::level(mentions, &mut groups, SURE);
        let leaves_least = self.by_leaf(&mut groups, &plausible, SURE, rows.leaf.is_some());
        let sites_least = self.by_site(&mut groups, &plausible, SURE)?;

        let at_most = strict.people.saturating_add(self.runs.hub_owners).saturating_add(over.people());
        let at_least = plausible.people.max(if over.is_empty() { proven } else { 0 }).min(at_most);
        let over_of = (!over.is_empty()).then(|| (over.finds(), over.different()));
        // As many people to a value among those without room as among the others.
        let beyond = over_of.map_or(0, |(_, different)| {
            u128::from(different) * u128::from(weighed.people) / u128::from(self.runs.different.max(1))
        });
        let estimate = weighed
            .people
            .saturating_add(u64::try_from(beyond).unwrap_or(u64::MAX))
            .clamp(at_least, at_most.max(at_least));
        counted.subjects = Subjects {
            at_least,
            estimate,
            at_most,
            rules: rules(self.runs.by_chance, over_of),
            records: self.people.all_records,
            by_chance: self.runs.by_chance,
            conflicts: plausible.refused.max(counted.conflicts.values().sum()),
            unread,
            open_above: unread > 0,
        };
        counted.entities = entities;
        counted.over = over_of;
        counted.apart = weighed.apart;
        for (at, (name, _)) in (1..).zip(&self.people.asked.sites) {
            let [least, mid, most] =
                [&sites_least, &sites_estimate, &sites_most].map(|all| all.get(&at).copied().unwrap_or(0));
            let least = least.min(mid);
            counted.sites.push((name.clone(), [least, mid, most.max(mid)]));
        }
        if let Some(leaf) = rows.leaf.as_mut() {
            self.leaf_rows([leaves_least, leaves_estimate, leaves_most], leaf)?;
        }
        Ok(counted)
    }

    fn by_leaf(&self, groups: &mut Groups, level: &Level, wanted: u16, is_asked: bool) -> BTreeMap<u32, u64> {
        if !is_asked {
            return BTreeMap::new();
        }
        tell::by(&self.mentions, groups, level, wanted, |mention| Some(self.mentions.leaf(mention)))
    }

    fn by_site(&self, groups: &mut Groups, level: &Level, wanted: u16) -> io::Result<BTreeMap<u32, u64>> {
        if self.people.asked.sites.is_empty() {
            return Ok(BTreeMap::new());
        }
        let mut systems = Vec::new();
        self.people.each(|_, _| Ok(()), |path| systems.push(self.people.system(path)))?;
        let site = |mention| systems.get(self.mentions.leaf(mention) as usize).copied();
        Ok(tell::by(&self.mentions, groups, level, wanted, site))
    }

    /// The most people that one table proves: each of its rows has a number of its own by which its system knows somebody.
    fn proven(&self, groups: &mut Groups, level: &Level) -> u64 {
        let mut rows: BTreeMap<u32, (u64, u64)> = BTreeMap::new();
        for (&leaf, &flags) in
            self.mentions.leaves.iter().zip(&self.mentions.flags).filter(|(_, flags)| **flags & ROW != 0)
        {
            let (all, with) = rows.entry(leaf).or_default();
            *all += 1;
            *with += u64::from(flags & MEMBER_ROW != 0);
        }
        let is_table = |leaf: u32| {
            let repeats = self.runs.repeats.get(leaf as usize).copied().unwrap_or(0);
            rows.get(&leaf).is_some_and(|&(all, with)| repeats == 0 && with.saturating_mul(10) >= all.saturating_mul(9))
        };
        let of = |mention: Mention| {
            let leaf = self.mentions.leaf(mention);
            (self.mentions.has(mention, MEMBER_ROW) && is_table(leaf)).then_some(leaf)
        };
        tell::by(&self.mentions, groups, level, SURE, of).into_values().max().unwrap_or(0)
    }

    fn who_had_what(
        &self,
        groups: &mut Groups,
        level: &Level,
        counted: &mut Counted,
        rows: &mut Rows<'_>,
    ) -> io::Result<()> {
        let count = self.mentions.flags.len();
        let (mut kinds, mut categories) = (vec![0_u64; count], vec![0_u8; count]);
        let mut by_path: Vec<u8> = Vec::new();
        let mut number: Mention = 0;
        self.people.each(
            |_, drafts| {
                for draft in drafts {
                    let root = groups.root(number) as usize;
                    let leaf = self.mentions.leaf(number);
                    let by_number = draft.keys.iter().filter(|key| key.1 == how::MEMBER);
                    let bits = by_number
                        .fold(0, |all, key| all | self.people.categories.get(usize::from(key.2)).copied().unwrap_or(0));
                    if let (Some(kinds), Some(of)) = (kinds.get_mut(root), categories.get_mut(root)) {
                        *kinds |= draft.kinds;
                        *of |= if bits == 0 { 0 } else { bits } | u8::from(leaf == u32::MAX);
                    }
                    number += 1;
                }
                Ok(())
            },
            |path| by_path.push(tell::of_path(path)),
        )?;
        for (mention, &leaf) in (0..).zip(&self.mentions.leaves) {
            let bits = by_path.get(leaf as usize).copied().unwrap_or(0);
            if let Some(of) = categories.get_mut(groups.root(mention) as usize) {
                *of |= bits;
            }
        }
        for ((&is_person, &kinds), &bits) in level.is_person.iter().zip(&kinds).zip(&categories) {
            if is_person {
                *counted.kinds.entry(kinds).or_default() += 1;
                tell::categories(bits).for_each(|category| *counted.categories.entry(category).or_default() += 1);
                counted.uncategorised += u64::from(bits == 0);
            }
        }
        self.persons(groups, level, (&kinds, &categories), rows)
    }

    fn persons(
        &self,
        groups: &mut Groups,
        level: &Level,
        (kinds, categories): (&[u64], &[u8]),
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
        let paths = std::cell::RefCell::new(Vec::<String>::new());
        let (mut at, mut number) = (0_usize, 0_u64);
        // By the mention that stands for a person, which is their first.
        let mut numbers = vec![0_u32; if value.is_some() { count } else { 0 }];
        self.people.each(
            |noted, drafts| {
                for draft in drafts {
                    if level.is_person.get(at) == Some(&true) {
                        number += 1;
                        let get = |all: &[u64]| all.get(at).copied().unwrap_or(0);
                        let first = spot(&paths.borrow(), noted);
                        person(Person {
                            number,
                            kinds: get(kinds),
                            mentions: u64::from(mentions.get(at).copied().unwrap_or(0)),
                            leaves: leaves.get(at).copied().unwrap_or(0),
                            categories: categories.get(at).copied().unwrap_or(0),
                            first,
                        })?;
                        numbers.get_mut(at).into_iter().for_each(|slot| *slot = number as u32);
                    }
                    if let Some(value) = value.as_mut() {
                        let root = groups.root(at as Mention) as usize;
                        let person = numbers.get(root).copied().unwrap_or(0);
                        let kinds = kinds.get(root).copied().unwrap_or(0);
                        if person > 0 {
                            values((person.into(), kinds), &draft, value)?;
                        }
                    }
                    at += 1;
                }
                Ok(())
            },
            |path| paths.borrow_mut().push(path.to_owned()),
        )?;
        Ok(())
    }

    fn clusters(&self, refused: &[Refused]) -> io::Result<Vec<Cluster>> {
        if refused.is_empty() {
            return Ok(Vec::new());
        }
        let wanted: HashSet<Mention> = refused.iter().flat_map(|(a, b, _)| [*a, *b]).collect();
        let mut spots: BTreeMap<Mention, Spot> = BTreeMap::new();
        let paths = std::cell::RefCell::new(Vec::<String>::new());
        let mut number: Mention = 0;
        self.people.each(
            |noted, drafts| {
                for _ in drafts {
                    if wanted.contains(&number) {
                        spots.insert(number, spot(&paths.borrow(), noted));
                    }
                    number += 1;
                }
                Ok(())
            },
            |path| paths.borrow_mut().push(path.to_owned()),
        )?;
        let cluster = |&(a, b, clash): &(Mention, Mention, Clash)| Cluster {
            why: tell::why(clash).to_owned(),
            spots: [a, b].iter().filter_map(|mention| spots.get(mention).cloned()).collect(),
        };
        Ok(refused.iter().map(cluster).collect())
    }

    fn leaf_rows(
        &self,
        levels: [BTreeMap<u32, u64>; 3],
        on: &mut dyn FnMut(LeafPeople) -> io::Result<()>,
    ) -> io::Result<()> {
        let mut paths = Vec::new();
        self.people.each(|_, _| Ok(()), |path| paths.push(path.to_owned()))?;
        for ((leaf, path), &records) in (0..).zip(paths).zip(&self.people.records) {
            let [at_least, estimate, at_most] =
                [0, 1, 2].map(|at| levels.get(at).and_then(|level| level.get(&leaf)).copied().unwrap_or(0));
            if records > 0 || at_most > 0 {
                on(LeafPeople {
                    path,
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

/// Whether a record holds anything of a person's.
fn names_somebody(roles: &[Role], ids: &[Identifier]) -> bool {
    let tells = |id: &Identifier| roles.get(usize::from(id.entity)).is_some_and(|role| role.tells_of_somebody());
    ids.iter().any(|id| id.class != LinkClass::None || tells(id))
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

fn spot(paths: &[String], noted: &Noted) -> Spot {
    let leaf = paths.get(noted.leaf as usize).cloned().unwrap_or_default();
    Spot { leaf, offset: noted.place.0, row: (noted.place.1 > 0).then_some(noted.place.1) }
}

#[cfg(test)]
mod tests;

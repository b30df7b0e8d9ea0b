//! Feeds records in and gives people out.

use std::collections::{BTreeMap, HashSet};
use std::io;

use super::book::{Book, Line, Noted, mix};
use super::doubt::{Aside, Doubt};
use super::facts::Fact;
use super::finish;
use super::flags::{BARE, NAMED};
use super::form::Forms;
use super::load::Load;
use super::mention::{self, Draft, Makers, how};
use super::over::Over;
use super::role::Role;
use super::runs::{Mentions, Runs};
use super::scratch::ScratchPlace;
use super::sort::{Item, Sorter};
use super::tell::{Person, PersonValue};
use crate::model::{
    Apart, Bond, Breakdown, Categories, Category, Cluster, Confidence, EntityTally, KindsOfPeople, LeafPeople,
    LinkClass, SitePeople, Subjects,
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
    /// Systems or sites: name, and the file or folder that its leaves are or lie in. A name may come again with another path.
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
    /// People by site, in the order asked for: at least, estimate, at most. Last and without a name, if there are sites: those in none of them.
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

/// Sets of kinds that are listed.
const KIND_SETS: usize = 200;

/// People in the making. Records may come in any order; only where two people clash (two of a number that a person has one of, two names) it may decide who of
/// them a third record goes to.
pub struct People {
    pub(super) book: Book,
    place: Box<dyn ScratchPlace>,
    roles: Vec<Role>,
    pub(super) categories: Vec<Categories>,
    tallies: Vec<EntityTally>,
    /// Records by leaf, and all of them.
    pub(super) records: Vec<u64>,
    pub(super) all_records: u64,
    aside: Aside,
    pub(super) asked: Asked,
    pub(super) over: Over,
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
            categories: entities.iter().map(|entity| Categories::of_entity(entity)).collect(),
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
        let (waiting, bytes) = (self.aside.len() as u64, self.aside.memory() as u64);
        self.over.is_empty() && self.book.load().leaves_room(waiting, bytes, self.place.room())
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
        self.note(Noted { leaf, bond, row, place, ids, facts: facts.to_vec() })
    }

    fn note(&mut self, mut noted: Noted) -> io::Result<()> {
        // So that those of one value are found at once.
        noted.facts.sort_unstable();
        let noted = &noted;
        let most = Load::of(noted, &self.roles);
        self.book.record(noted, most)
    }

    /// Records that were set aside so far: one that says nothing new is not. And the bytes that they take.
    pub fn set_aside(&self) -> (u64, u64) {
        let load = self.book.load();
        (load.records, load.bytes)
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
        self.book.known_leaf(entry.leaf).into_iter().for_each(|leaf| self.over.cut(leaf));
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
            self.note(Noted { leaf, bond: Bond::Loose, row: None, place: (0, 0), ids: vec![id], facts: Vec::new() })?;
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
        finish::counted(&self, (mentions, runs), tallies, unread, rows)
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
        self.note(Noted { leaf, ..noted })
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

    /// By leaf, the number of the site that it lies in: 0, or the place of the site and one.
    pub(super) fn systems(&self) -> io::Result<Vec<u32>> {
        if self.asked.sites.is_empty() {
            return Ok(Vec::new());
        }
        (0..self.book.leaves()).map(|leaf| self.book.path(leaf).map(|path| self.system(&path))).collect()
    }

    /// The number of the site that a leaf lies in, the innermost where there are several; 0 where it lies in none. Paths of one name are one site.
    fn system(&self, leaf: &str) -> u32 {
        let sites = &self.asked.sites;
        let inmost = sites.iter().filter(|(_, path)| lies_in(leaf, path)).max_by_key(|(_, path)| path.len());
        let first = inmost.and_then(|(name, _)| sites.iter().position(|(other, _)| other == name));
        first.map_or(0, |at| at as u32 + 1)
    }

    /// Each record's mentions, in order; the values that chance explains come back.
    pub(super) fn each(
        &self,
        systems: &[u32],
        mut on: impl FnMut(&Noted, Vec<Draft>) -> io::Result<()>,
    ) -> io::Result<Vec<(u16, u64)>> {
        let makers = Makers { roles: &self.roles, own_domains: &self.asked.own_domains };
        let (mut chance, mut forms) = (Vec::new(), Forms::new(&self.roles));
        let mut lines = self.book.lines();
        while let Some(line) = lines.next()? {
            match line {
                Line::Leaf(_) => {}
                Line::Chance(entity, key) => chance.push((entity, key)),
                Line::Record(noted) => {
                    let system = systems.get(noted.leaf as usize).copied().unwrap_or(0);
                    let mut drafts = makers.drafts(&noted, system);
                    forms.take(&noted, &mut drafts);
                    on(&noted, drafts)?;
                }
            }
        }
        Ok(chance)
    }

    fn mentions(&self) -> io::Result<(Mentions, Sorter)> {
        let mut mentions = Mentions::default();
        let mut sorter = Sorter::new(&*self.place, self.place.room().sort);
        let copies = self.copies();
        let mut ordinals = vec![0_u32; self.book.said_by.len()];
        let systems = self.systems()?;
        let chance = self.each(&systems, |noted, drafts| {
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
                let is_named = draft.who.name != 0 || draft.who.kana != 0;
                mentions.flags.push(draft.flags | if is_named { NAMED } else { 0 });
                mentions.leaves.push(noted.leaf);
                mentions.values.push(draft.value());
                mentions.known.push(draft.who);
            }
            Ok(())
        })?;
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

/// Whether a record holds anything of a person's.
fn names_somebody(roles: &[Role], ids: &[Identifier]) -> bool {
    let tells = |id: &Identifier| roles.get(usize::from(id.entity)).is_some_and(|role| role.tells_of_somebody());
    ids.iter().any(|id| id.class != LinkClass::None || tells(id))
}

/// Whether a leaf is this file or folder, or something in it: a path ends where a name ends.
fn lies_in(leaf: &str, path: &str) -> bool {
    let rest = leaf.strip_prefix(path);
    rest.is_some_and(|rest| rest.is_empty() || path.ends_with('/') || rest.starts_with('/') || rest.starts_with(" ▸ "))
}

#[cfg(test)]
mod tests;

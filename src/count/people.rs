//! Feeds records in and gives people out: which values count, which belong together, and the sentence behind each number.

use std::collections::{BTreeMap, HashSet};

use super::doubt::{Aside, Doubt};
use super::links::{BESIDE, Kind, Links, SOFT, join, join_all};
use super::nodes::{CHANCE, COVERED, Groups, LIKELY, Node, Nodes, OWN, PRIMARY, ROW, SURE, UNSURE};
use super::over::Over;
use crate::model::limits::COUNT_BYTES;
use crate::model::subject::SubjectRules;
use crate::model::{Bond, Confidence, EntityTally, LinkClass, Subjects};

/// One value in a record, as the count sees it: never the value itself.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Identifier {
    /// Index of the entity, as the caller numbers them.
    pub entity: u16,
    /// Keyed digest of entity and normalised value.
    pub digest: [u8; 32],
    /// What the value says about its person.
    pub class: LinkClass,
    /// How sure the finding is.
    pub confidence: Confidence,
    /// The series it stands in, where no word names it: chance may explain it if it is only possible.
    pub doubt: Option<Doubt>,
}

/// What the records add up to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Counted {
    /// People.
    pub subjects: Subjects,
    /// Values, by entity index.
    pub entities: Vec<EntityTally>,
    /// Finds of values that were not told apart, because there was no room for more; about how many different values they are.
    /// If there are any, the numbers of people are bounds that hold, and those of values are too small.
    pub over: Option<(u64, u64)>,
}

/// People in the making. Records may come in any order, and any number of times: neither changes the outcome.
#[derive(Debug, Default)]
pub struct People {
    nodes: Nodes,
    links: Links,
    /// Rows that name nobody but by a shared value, each a person at the strictest level.
    rows: HashSet<u64>,
    tallies: Vec<EntityTally>,
    records: u64,
    aside: Aside,
    seen: Vec<Seen>,
    members: Vec<u32>,
    /// Bytes for values and links.
    room: usize,
    over: Over,
}

/// One value of the record at hand.
#[derive(Debug, Clone, Copy)]
struct Seen {
    node: Node,
    entity: u16,
    class: LinkClass,
    likely: bool,
    doubt: Option<Doubt>,
}

impl Seen {
    /// Names one person, and is no chance hit: it alone may link records.
    fn is_hard(&self) -> bool {
        self.likely && self.class < LinkClass::Weak
    }

    fn is_weak(&self) -> bool {
        self.class == LinkClass::Weak
    }
}

impl People {
    /// An empty count of entities numbered from 0.
    pub fn new(entities: usize) -> Self {
        Self::with_room(entities, COUNT_BYTES)
    }

    fn with_room(entities: usize, room: usize) -> Self {
        Self { tallies: vec![EntityTally::default(); entities], room, ..Self::default() }
    }

    /// Whether there is room for more values and links. Once there is not, no more come in: what is held grows no further.
    fn has_room(&self) -> bool {
        // A set keeps an eighth free, and a byte beside each key.
        let rows = self.rows.capacity() * 10;
        self.over.is_empty() && self.nodes.memory() + self.links.memory() + self.aside.memory() + rows < self.room
    }

    /// One record: how its parts belong together, the fingerprint of its row where it has one
    /// ([`crate::detect::RecordHits::row`]), and its values, in the order in which they stand.
    pub fn record(&mut self, bond: Bond, row: Option<u64>, ids: &[Identifier]) {
        if ids.is_empty() {
            return;
        }
        let names_somebody = ids.iter().any(|id| id.class != LinkClass::None);
        self.records = self.records.saturating_add(u64::from(names_somebody));
        let mut seen = std::mem::take(&mut self.seen);
        seen.clear();
        seen.extend(ids.iter().filter_map(|id| self.see(id)));
        if seen.len() < ids.len() {
            seen.iter().for_each(|s| self.nodes.flag(s.node, UNSURE));
        }
        // What says nothing of who somebody is was counted as a value, and links nobody.
        seen.retain(|s| s.class != LinkClass::None);
        if seen.is_empty() {
            self.seen = seen;
            return;
        }
        if bond == Bond::Loose {
            self.neighbours(&seen);
        }
        // The same value twice in a record is one value, as sure as its surest.
        seen.sort_unstable_by_key(|s| (s.node, !s.likely, s.doubt));
        seen.dedup_by_key(|s| s.node);
        // That many values are a list of people, whatever the record is.
        let bond = if seen.len() > BESIDE + 1 { Bond::Loose } else { bond };
        match bond {
            Bond::Loose => seen.iter().for_each(|s| self.own(s)),
            Bond::Line => self.line(&seen),
            Bond::Row => self.row(row, &seen),
        }
        self.seen = seen;
    }

    /// The end of the leaf at this path: how many values of each of its series, by entity, chance explains at the least. The rest
    /// count as people.
    pub fn settle(&mut self, leaf: &str, by_chance: &BTreeMap<(Doubt, u16), u64>) {
        let (own, chance) = self.aside.take(leaf, by_chance);
        own.into_iter().for_each(|node| self.nodes.flag(node, OWN));
        chance.into_iter().for_each(|node| self.nodes.flag(node, CHANCE));
    }

    /// The numbers. `unread`: files or members that could not be read as text or records.
    pub fn finish(mut self, unread: u64) -> Counted {
        self.aside.take_rest().into_iter().for_each(|node| self.nodes.flag(node, OWN));
        for (flags, &entity) in self.nodes.flags.iter().zip(&self.nodes.entities) {
            if let Some(tally) = self.tallies.get_mut(usize::from(entity)) {
                tally.distinct += u64::from(flags & LIKELY != 0);
                tally.possible_distinct += u64::from(flags & LIKELY == 0);
            }
        }
        self.nodes.close();
        self.links.close();
        let count = self.nodes.len();
        let over = (!self.over.is_empty()).then(|| (self.over.finds(), self.over.different()));
        let unsure: Vec<bool> = self.nodes.flags.iter().map(|flags| flags & UNSURE != 0).collect();
        let mut groups = Groups::new(count);
        // Who stood beside something unknown may stand beside too many: at most joins no such value.
        let [at_most, estimate, (at_least, conflicts)] = self.levels(&mut groups, unsure.clone());
        // For at least, all of these may be one, through what is not known; and joined from the start, they hide no link.
        let (at_least, conflicts) = if over.is_none() {
            (at_least, conflicts)
        } else {
            groups = Groups::new(count);
            let mut together = (0..).zip(&unsure).filter(|(_, unsure)| **unsure).map(|(node, _)| node);
            if let Some(first) = together.next() {
                together.for_each(|other| groups.join(first, other));
            }
            self.levels(&mut groups, vec![false; count])[2]
        };
        let ((at_most, _), (estimate, _)) = (at_most, estimate);
        let at_most = at_most.saturating_add(self.rows.len() as u64).saturating_add(self.over.people());
        // As many people to a value among those without room as among the others.
        let beyond =
            over.map_or(0, |(_, different)| u128::from(different) * u128::from(estimate) / count.max(1) as u128);
        let estimate =
            estimate.saturating_add(u64::try_from(beyond).unwrap_or(u64::MAX)).clamp(at_least, at_most.max(at_least));
        let by_chance = self.nodes.flags.iter().filter(|&&flags| flags & (CHANCE | OWN) == CHANCE).count() as u64;
        let records = self.records;
        let subjects = Subjects {
            at_least,
            estimate,
            at_most,
            rules: rules(by_chance, over),
            records,
            by_chance,
            conflicts,
            unread,
        };
        Counted { subjects, entities: self.tallies, over }
    }

    /// People at the three levels, strictest first, with the merges that were refused. At the strictest `apart` joins nobody.
    fn levels(&self, groups: &mut Groups, apart: Vec<bool>) -> [(u64, u64); 3] {
        let count = apart.len();
        join(&self.links, groups, apart, &[Kind::RowOne], false);
        let at_most = self.people(groups, |flags| flags & OWN != 0);
        join_all(&self.links, groups, Kind::RowShared);
        join(&self.links, groups, vec![false; count], &[Kind::RowMany, Kind::LineOne], false);
        let sure = |flags: u8| flags & ROW != 0 || flags & (SURE | COVERED) == SURE;
        let estimate = self.people(groups, sure);
        let all = [Kind::RowOne, Kind::RowMany, Kind::LineOne, Kind::LineMany, Kind::RowShared];
        join(&self.links, groups, vec![false; count], &all, true);
        [at_most, estimate, self.people(groups, sure)]
    }

    /// Puts a value into the table and its entity's tally.
    fn see(&mut self, id: &Identifier) -> Option<Seen> {
        let likely = id.confidence > Confidence::Possible;
        if self.tallies.len() <= usize::from(id.entity) {
            self.tallies.resize(usize::from(id.entity) + 1, EntityTally::default());
        }
        if let Some(tally) = self.tallies.get_mut(usize::from(id.entity)) {
            tally.occurrences += u64::from(likely);
            tally.possible_occurrences += u64::from(!likely);
        }
        let [a, b, c, d, e, f, g, h, ..] = id.digest;
        let (key, has_room) = (u64::from_be_bytes([a, b, c, d, e, f, g, h]), self.has_room());
        let Some(node) = self.nodes.node(key, id.entity, has_room) else {
            self.over.value(key);
            return None;
        };
        let primary = if id.class == LinkClass::Primary { PRIMARY } else { 0 };
        self.nodes.flag(node, primary | if likely { LIKELY } else { 0 });
        Some(Seen { node, entity: id.entity, class: id.class, likely, doubt: id.doubt.filter(|_| !likely) })
    }

    /// The value is a person of its own, unless a link says otherwise.
    fn own(&mut self, seen: &Seen) {
        match seen.doubt {
            Some(doubt) => self.put_aside(doubt, seen, true),
            None => self.nodes.flag(seen.node, if seen.likely { OWN | SURE } else { OWN }),
        }
    }

    /// Sets a doubtful value aside; without room for it, chance explains it no more.
    fn put_aside(&mut self, doubt: Doubt, seen: &Seen, is_own: bool) {
        let (key, has_room) = (self.nodes.key(seen.node), self.has_room());
        if !self.aside.put((doubt, seen.entity), key, (seen.node, is_own), has_room) {
            self.nodes.flag(seen.node, OWN | UNSURE);
            self.over.link();
        }
    }

    /// Text without lines or rows (a dump in one long line): values side by side, no two of a kind, may be one person's. Only
    /// *at least* may think so; without it, people with an address and a number each would count twice there.
    fn neighbours(&mut self, in_order: &[Seen]) {
        let mut rest = in_order;
        while !rest.is_empty() {
            let repeats =
                |(at, seen): (usize, &Seen)| rest.iter().take(at).any(|s| s.entity == seen.entity).then_some(at);
            let end = rest.iter().enumerate().find_map(repeats).unwrap_or(rest.len());
            let (beside, after) = rest.split_at(end);
            self.link(Kind::LineMany, beside, Seen::is_hard);
            rest = after;
        }
    }

    fn line(&mut self, seen: &[Seen]) {
        seen.iter().for_each(|s| self.own(s));
        let one = is_one_each(seen.iter().filter(|s| s.is_hard())) && is_one_each(seen.iter().filter(|s| s.is_weak()));
        let hard = seen.iter().any(Seen::is_hard);
        if one && hard {
            self.cover(seen);
        }
        self.link(if one && hard { Kind::LineOne } else { Kind::LineMany }, seen, Seen::is_hard);
    }

    fn row(&mut self, row: Option<u64>, seen: &[Seen]) {
        if seen.iter().any(Seen::is_hard) {
            seen.iter().filter(|s| s.is_hard()).for_each(|s| self.own(s));
            self.pass_over(seen);
            self.cover(seen);
            let one = is_one_each(seen.iter().filter(|s| s.is_hard()));
            return self.link(if one { Kind::RowOne } else { Kind::RowMany }, seen, Seen::is_hard);
        }
        let shared = seen.iter().any(|s| s.is_weak() && s.likely);
        if shared || seen.iter().all(Seen::is_weak) {
            // Without a fingerprint, the values themselves tell rows apart.
            self.pass_over(seen);
            let row = row.unwrap_or_else(|| fingerprint(seen));
            if self.has_room() {
                self.rows.insert(row);
            } else if !self.rows.contains(&row) {
                self.over.row();
            }
            seen.iter().filter(|s| s.is_weak() && s.likely).for_each(|s| self.nodes.flag(s.node, ROW));
        } else {
            seen.iter().filter(|s| !s.is_weak()).for_each(|s| self.own(s));
        }
        self.link(Kind::RowShared, seen, |s| s.is_weak() && s.likely);
    }

    /// Doubtful values that are nobody of their own here: chance may have taken these.
    fn pass_over(&mut self, seen: &[Seen]) {
        for s in seen {
            if let Some(doubt) = s.doubt {
                self.put_aside(doubt, s, false);
            }
        }
    }

    /// Shared values beside a person's own are that person's, and nobody else's need.
    fn cover(&mut self, seen: &[Seen]) {
        seen.iter().filter(|s| s.is_weak()).for_each(|s| self.nodes.flag(s.node, COVERED));
    }

    fn link(&mut self, kind: Kind, seen: &[Seen], firm: impl Fn(&Seen) -> bool) {
        self.members.clear();
        self.members.extend(seen.iter().map(|s| if firm(s) { s.node } else { s.node | SOFT }));
        self.members.sort_unstable();
        let has_room = self.has_room();
        if !self.links.add(kind, &self.members, has_room) {
            self.over.link();
            self.members.iter().for_each(|member| self.nodes.flag(member & !SOFT, UNSURE));
        }
    }

    /// Groups that hold a value which counts; more where one of them holds several values that a person has only one of.
    /// The second number is how many more: the merges that were refused.
    fn people(&self, groups: &mut Groups, counts: impl Fn(u8) -> bool) -> (u64, u64) {
        let mut is_person = vec![false; self.nodes.len()];
        let mut primaries: Vec<(Node, u16)> = Vec::new();
        for ((node, &flags), &entity) in (0..).zip(&self.nodes.flags).zip(&self.nodes.entities) {
            if !counts(flags) {
                continue;
            }
            let root = groups.root(node);
            if let Some(person) = is_person.get_mut(root as usize) {
                *person = true;
            }
            if flags & PRIMARY != 0 {
                primaries.push((root, entity));
            }
        }
        primaries.sort_unstable();
        let most = |group: &[(Node, u16)]| group.chunk_by(|a, b| a.1 == b.1).map(<[_]>::len).max().unwrap_or(1) as u64;
        let refused = primaries.chunk_by(|a, b| a.0 == b.0).map(|group| most(group).saturating_sub(1)).sum();
        (is_person.iter().filter(|&&person| person).count() as u64 + refused, refused)
    }
}

/// Whether no entity has two values.
fn is_one_each<'a>(seen: impl Iterator<Item = &'a Seen> + Clone) -> bool {
    let mut rest = seen;
    while let Some(first) = rest.next() {
        if rest.clone().any(|other| other.entity == first.entity) {
            return false;
        }
    }
    true
}

fn fingerprint(seen: &[Seen]) -> u64 {
    seen.iter().fold(0x9e37_79b9_7f4a_7c15, |all: u64, s| {
        (all.rotate_left(5) ^ u64::from(s.node)).wrapping_mul(0x517c_c1b7_2722_0a95)
    })
}

/// The sentence behind each number.
fn rules(by_chance: u64, over: Option<(u64, u64)>) -> SubjectRules {
    let mut rules = plain_rules(by_chance);
    if let Some((finds, different)) = over {
        rules.at_most += &format!(
            " Memory for counting was full: each of {finds} finds of further values counts as a person, and what stood beside them links nobody."
        );
        rules.estimate += &format!(
            " Memory for counting was full: for about {different} further values, as many people to a value are assumed as among the others."
        );
        rules.at_least += " Memory for counting was full: all further values, and everybody who stood beside one of them, count as one person.";
    }
    rules
}

fn plain_rules(by_chance: u64) -> SubjectRules {
    SubjectRules {
        at_most: format!(
            "Only strict links: the same value that names one person (My Number, card, e-mail address, mobile or 050 number), and the \
             values of one table row, unless it holds two different ones of a kind. A row that holds only a shared value (a \
             landline), a shared value outside rows, and a finding that is only possible count as a person each. A value met \
             beside more than {BESIDE} others links none of them. Left out as chance: {by_chance} numbers without a word that names them, \
             whose check digit fits no more often than among random numbers (one in ten, less three standard deviations)."
        ),
        estimate: format!(
            "Findings that are likely or certain only. As at most, and also linked: the values of one line with no two of a \
             kind, and of a row with several of a kind; rows with only a shared value are one person per value. A shared value that \
             stands beside a person's own is no further person. A value met beside more than {BESIDE} others links none of them."
        ),
        at_least: format!(
            "As the estimate, and also linked: all values of one line, in text without lines or rows \
             each value with its neighbours of other kinds, and whoever shares a landline or a value that is only \
             possible. Two different My Numbers stay two people. A value met beside more than {BESIDE} others links none of them."
        ),
    }
}

#[cfg(test)]
mod tests;

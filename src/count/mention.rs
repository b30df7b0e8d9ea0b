//! Mentions: what one record says of one person, at the strictest reading.

mod row;

use std::collections::HashSet;

use super::book::{Noted, mix};
use super::facts::{Fact, FactKind};
use super::flags::{BARE, DUMMY, EXAMPLE, LINE_ON, MAYBE_ON, MEMBER_ROW, NOBODY, OFFICE, OWN, SINGLE, STAFF, SURE};
use super::people::Identifier;
use super::role::Role;
use crate::model::{Bond, Categories, Confidence, LinkClass};

/// A mention's place among all.
pub(super) type Mention = u32;

/// How a value links the mentions that hold it. In the order in which they stand in a run.
pub(super) mod how {
    /// One person's own value.
    pub(crate) const STRONG: u8 = 0;
    /// A number that one system gave, within one leaf.
    pub(crate) const MEMBER: u8 = 1;
    /// Name, date of birth and something more.
    pub(crate) const STRICT: u8 = 2;
    /// The same place in a copy of the same leaf.
    pub(crate) const COPY: u8 = 3;
    /// A number that one system gave, within the system.
    pub(crate) const SYSTEM: u8 = 4;
    /// Two things that few people share.
    pub(crate) const COMPOSITE: u8 = 5;
    /// The same row.
    pub(crate) const SAME_ROW: u8 = 6;
    /// A name.
    pub(crate) const NAME: u8 = 7;
    /// A value that people share.
    pub(crate) const WEAK: u8 = 8;
    /// A value that is only possible.
    pub(crate) const SOFT: u8 = 9;
    /// Name and date of birth, but for a slip: one person, perhaps.
    pub(crate) const SLIP: u8 = 10;
    /// Two letters that may be a whole name.
    pub(crate) const SHORT: u8 = 11;
    /// A value that links nothing: it is counted.
    pub(crate) const VALUE: u8 = 12;
    /// The same, only possible.
    pub(crate) const VALUE_POSSIBLE: u8 = 13;
    /// A value that chance explains.
    pub(crate) const CHANCE: u8 = 14;
}

/// What is known of who somebody is; 0 where nothing is.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(super) struct Who {
    pub name: u32,
    pub given: u32,
    pub kana: u32,
    pub birth: u32,
    /// Entity and value of a number that a person has one of.
    pub primary: (u16, u32),
}

/// A mention in the making.
#[derive(Debug, Clone, Default)]
pub(super) struct Draft {
    /// Values with their entity and how they link.
    pub keys: Vec<(u64, u8, u16)>,
    pub who: Who,
    pub flags: u16,
    /// Entities in it that are likely or certain, whatever they say.
    pub kinds: u64,
    /// What the names of its columns say its person is.
    pub categories: Categories,
}

impl Draft {
    /// The entity of the value that it stands by, the first of its record's kinds where it has several: what one person has is of one kind at least.
    pub(super) fn value(&self) -> u8 {
        let of = |links: &dyn Fn(u8) -> bool| self.keys.iter().filter(|key| links(key.1)).map(|key| key.2).min();
        let value = of(&|how| how <= how::MEMBER).or_else(|| of(&|how| how <= how::SHORT)).unwrap_or(u16::MAX);
        u8::try_from(value).unwrap_or(u8::MAX)
    }
}

/// What mentions are made by.
pub(super) struct Makers<'a> {
    /// By entity.
    pub roles: &'a [Role],
    /// Digests of the domains of the house.
    pub own_domains: &'a [u64],
}

/// Others that a value may be met beside and still be one person's own. Beyond it, it is a shop's address, a switchboard number, a clerk: it links
/// none of them. And no record of more values is one person's.
pub(super) const BESIDE: usize = 20;

/// Mixes all values that name one person, for [`super::sort::Item::beside`].
pub(super) fn beside_all(drafts: &[Draft]) -> u64 {
    let mut own: Vec<u64> =
        drafts.iter().flat_map(|draft| &draft.keys).filter(|k| k.1 <= how::MEMBER).map(|k| k.0).collect();
    if own.is_empty() {
        own = drafts.iter().flat_map(|draft| &draft.keys).filter(|k| k.1 == how::NAME).map(|k| k.0).collect();
    }
    own.sort_unstable();
    own.dedup();
    own.into_iter().fold(0, |all, key| all ^ mix(key, 1))
}

/// One bit for each entity; all beyond the 63rd share one.
pub(super) fn kind_bit(entity: u16) -> u64 {
    1 << entity.min(63)
}

impl Makers<'_> {
    fn role(&self, id: &Identifier) -> Role {
        self.roles.get(usize::from(id.entity)).copied().unwrap_or_default()
    }

    /// The mentions of a record. `system` is the number of the system that its leaf belongs to.
    pub(super) fn drafts(&self, noted: &Noted, system: u32) -> Vec<Draft> {
        let record = Record { makers: self, noted, system };
        let values = noted.ids.iter().filter(|id| id.class != LinkClass::None).count();
        match noted.bond {
            // That many values are a list of people, whatever the record is.
            _ if values > BESIDE + 1 => record.loose(),
            Bond::Loose => record.loose(),
            Bond::Line => record.line(),
            Bond::Row => record.row(),
        }
    }
}

/// A record being read.
struct Record<'a> {
    makers: &'a Makers<'a>,
    noted: &'a Noted,
    system: u32,
}

impl Record<'_> {
    fn facts(&self, of: usize) -> impl Iterator<Item = &Fact> {
        // They stand in order: a record may have as many values as a window of text holds.
        let facts = &self.noted.facts;
        let start = facts.partition_point(|fact| usize::from(fact.of) < of);
        facts.get(start..).unwrap_or_default().iter().take_while(move |fact| usize::from(fact.of) == of)
    }

    fn fact(&self, of: usize, kind: FactKind) -> Option<u64> {
        self.facts(of).find(|fact| fact.kind == kind).map(|fact| fact.key)
    }

    fn apart(&self, of: usize) -> u16 {
        self.facts(of).fold(0, |flags, fact| {
            flags
                | match fact.kind {
                    FactKind::RoleAddress => OFFICE,
                    FactKind::Example => EXAMPLE,
                    FactKind::Dummy => DUMMY,
                    FactKind::Domain if self.makers.own_domains.contains(&fact.key) => STAFF,
                    _ => 0,
                }
        })
    }

    fn is_likely(id: &Identifier) -> bool {
        id.confidence > Confidence::Possible
    }

    /// Names one person.
    fn is_hard(&self, of: usize, id: &Identifier) -> bool {
        let is_member = self.makers.role(id) == Role::Member;
        Self::is_likely(id) && (id.class < LinkClass::Weak || is_member) && self.apart(of) & NOBODY == 0
    }

    /// The key of a name: its normal form.
    fn name_key(&self, of: usize, id: &Identifier) -> u64 {
        let normal = [FactKind::Name, FactKind::Kana, FactKind::Latin].into_iter().find_map(|kind| self.fact(of, kind));
        normal.unwrap_or(id.key)
    }

    /// Puts a value into a mention.
    fn put(&self, of: usize, id: &Identifier, draft: &mut Draft) {
        let (role, likely, apart) = (self.makers.role(id), Self::is_likely(id), self.apart(of));
        draft.flags |= apart & STAFF;
        // Nobody is told that they lost what chance may explain.
        // What an office or an example has nobody lost.
        draft.kinds |= if likely && apart & NOBODY == 0 { kind_bit(id.entity) } else { 0 };
        let mut key = |key, how| draft.keys.push((key, how, id.entity));
        if id.class == LinkClass::None || apart & NOBODY != 0 {
            key(id.key, if likely { how::VALUE } else { how::VALUE_POSSIBLE });
        } else if !likely {
            key(id.key, how::SOFT);
        } else if role == Role::Member {
            key(mix(id.key, u64::from(self.noted.leaf)), how::MEMBER);
            key(mix(id.key, u64::from(self.system) | 1 << 40), how::SYSTEM);
            key(id.key, how::VALUE);
            draft.flags |= MEMBER_ROW;
        } else if role == Role::Name {
            key(self.name_key(of, id), how::NAME);
            key(id.key, how::VALUE);
        } else if id.class == LinkClass::Weak {
            key(id.key, how::WEAK);
        } else {
            key(id.key, how::STRONG);
        }
        if likely && apart & NOBODY == 0 {
            self.know(of, id, role, &mut draft.who);
        }
        for fact in self.facts(of) {
            if fact.kind == FactKind::Category {
                draft.categories = draft.categories.and(Categories::from_bits(fact.key as u8));
            }
            let links = match fact.kind {
                FactKind::Whole => how::STRICT,
                FactKind::NameBirth | FactKind::KanaPhone | FactKind::NamePhone | FactKind::NamePlace => how::COMPOSITE,
                FactKind::Slip => how::SLIP,
                FactKind::Short => how::SHORT,
                // In two columns it is a name all the same.
                FactKind::Name if role == Role::Surname => how::NAME,
                _ => continue,
            };
            draft.keys.push((fact.key, links, id.entity));
        }
    }

    fn know(&self, of: usize, id: &Identifier, role: Role, who: &mut Who) {
        let short = |key: u64| (key >> 32) as u32 | 1;
        let set = |slot: &mut u32, key: u64| {
            if *slot == 0 {
                *slot = short(key);
            }
        };
        match role {
            Role::Name => {
                let (name, kana) = (self.fact(of, FactKind::Name), self.fact(of, FactKind::Kana));
                let is_latin = self.fact(of, FactKind::Latin).is_some();
                let name = name.or((kana.is_none() && !is_latin).then_some(id.key));
                name.into_iter().for_each(|key| set(&mut who.name, key));
                kana.into_iter().for_each(|key| set(&mut who.kana, key));
            }
            // A surname and a given name may have a reading each: both together are the reading.
            Role::Kana => {
                let kana = short(self.fact(of, FactKind::Kana).unwrap_or(id.key));
                who.kana =
                    if who.kana == 0 || who.kana == kana { kana } else { short(mix(who.kana.into(), kana.into())) };
            }
            Role::Surname => self.fact(of, FactKind::Name).into_iter().for_each(|key| set(&mut who.name, key)),
            Role::Birth => set(&mut who.birth, id.key),
            _ if id.class == LinkClass::Primary && who.primary.1 == 0 => who.primary = (id.entity, short(id.key)),
            _ => {}
        }
        self.fact(of, FactKind::Given).into_iter().for_each(|key| set(&mut who.given, key));
    }

    fn ids(&self) -> impl Iterator<Item = (usize, &Identifier)> {
        self.noted.ids.iter().enumerate()
    }

    /// Each value by itself. What says nothing of who somebody is goes with the value before it.
    fn each(&self) -> Vec<Draft> {
        let mut drafts: Vec<Draft> = Vec::new();
        let mut seen: HashSet<u64> = HashSet::new();
        let mut waiting: Vec<(usize, &Identifier)> = Vec::new();
        for (of, id) in self.ids() {
            if id.class == LinkClass::None {
                match drafts.last_mut() {
                    Some(draft) => self.put(of, id, draft),
                    None => waiting.push((of, id)),
                }
                continue;
            }
            if !seen.insert(id.key) {
                continue;
            }
            let mut draft = Draft::default();
            self.put(of, id, &mut draft);
            let likely = Self::is_likely(id);
            draft.flags |= if likely {
                OWN | SURE
            } else if id.is_aside {
                0
            } else {
                OWN
            };
            if self.is_hard(of, id) {
                draft.flags |= SINGLE;
            } else {
                draft.flags |= BARE;
            }
            let apart = self.apart(of) & NOBODY;
            if apart != 0 {
                // Nobody's: the same office twice is one office.
                draft.flags |= apart;
                draft.keys.push((id.key, how::STRONG, id.entity));
            }
            drafts.push(draft);
        }
        if drafts.is_empty() && !waiting.is_empty() {
            drafts.push(Draft { flags: BARE, ..Draft::default() });
        }
        if let Some(first) = drafts.first_mut() {
            waiting.into_iter().for_each(|(of, id)| self.put(of, id, first));
        }
        drafts
    }

    /// Text without lines or rows (a dump in one long line): values side by side, no two of a kind, may be one person's. Only *at least* may think
    /// so; without it, people with an address and a number each would count twice there.
    fn loose(&self) -> Vec<Draft> {
        let mut drafts = self.each();
        let mut kinds = 0_u64;
        for draft in &mut drafts {
            let own = draft.keys.iter().filter(|k| k.1 != how::VALUE).fold(0, |all, k| all | kind_bit(k.2));
            if kinds != 0 && kinds & own == 0 && draft.flags & NOBODY == 0 {
                draft.flags |= MAYBE_ON;
                kinds |= own;
            } else {
                kinds = own;
            }
        }
        drafts
    }

    fn line(&self) -> Vec<Draft> {
        let mut drafts = self.each();
        let is_one = self.is_one(|of, id| self.is_hard(of, id))
            && self.is_one(|of, id| Self::is_likely(id) && !self.is_hard(of, id));
        let has_own = self.ids().any(|(of, id)| self.is_hard(of, id));
        let on = if is_one && has_own { LINE_ON | MAYBE_ON } else { MAYBE_ON };
        drafts.iter_mut().skip(1).for_each(|draft| {
            // What is only possible is linked to nobody but for the least number.
            draft.flags |= if draft.flags & SURE == 0 { MAYBE_ON } else { on };
        });
        drafts
    }

    /// Whether no entity has two values among these.
    fn is_one(&self, which: impl Fn(usize, &Identifier) -> bool) -> bool {
        let mut seen: Vec<(u16, u64)> = self
            .ids()
            .filter(|(of, id)| id.class != LinkClass::None && which(*of, id))
            .map(|(_, id)| (id.entity, id.key))
            .collect();
        seen.sort_unstable();
        seen.dedup();
        seen.windows(2).all(|pair| !matches!(pair, [a, b] if a.0 == b.0))
    }
}

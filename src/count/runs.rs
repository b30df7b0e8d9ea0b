//! Runs: all mentions that hold one value, beside each other; made by sorting, and read once for each level.

use std::io;

use super::flags::{HUB, OWN, SINGLE, UNSURE};
use super::groups::Known;
use super::mention::{BESIDE, Mention, how};
use super::over::Over;
use super::role::Role;
use super::scratch::{Reader, Scratch, ScratchPlace};
use super::sort::{Item, Sorter};
use crate::model::EntityTally;

/// What is held of each mention.
#[derive(Debug, Default)]
pub(super) struct Mentions {
    pub flags: Vec<u16>,
    pub leaves: Vec<u32>,
    /// By [`super::mention::Draft::value`].
    pub values: Vec<u8>,
    /// Until there are groups: they go on with it.
    pub known: Known,
}

impl Mentions {
    pub(super) fn flags(&self, mention: Mention) -> u16 {
        self.flags.get(mention as usize).copied().unwrap_or(0)
    }

    pub(super) fn has(&self, mention: Mention, flag: u16) -> bool {
        self.flags(mention) & flag != 0
    }

    pub(super) fn set(&mut self, mention: Mention, flag: u16) {
        if let Some(flags) = self.flags.get_mut(mention as usize) {
            *flags |= flag;
        }
    }

    pub(super) fn leaf(&self, mention: Mention) -> u32 {
        self.leaves.get(mention as usize).copied().unwrap_or(0)
    }
}

/// One value, and who holds it.
#[derive(Debug, Default)]
pub(super) struct Run {
    /// It stands beside too many.
    pub is_hub: bool,
    /// It is a card.
    pub is_card: bool,
    /// How each holds it, in order of how and mention.
    pub held: Vec<(u8, Mention)>,
}

impl Run {
    /// Those that hold it so.
    pub(super) fn by(&self, how: u8) -> impl Iterator<Item = Mention> + Clone {
        self.held.iter().filter(move |held| held.0 == how).map(|held| held.1)
    }
}

/// All runs that link anybody.
pub(super) struct Runs {
    out: Box<dyn Scratch>,
    /// Different values of what may link.
    pub different: u64,
    /// Owners of values that stand beside too many, who are in no mention of their own.
    pub hub_owners: u64,
    /// Values that chance explains, and nobody's elsewhere.
    pub by_chance: u64,
    /// By leaf: rows whose number another row of it has too.
    pub repeats: Vec<u32>,
}

impl Runs {
    /// Sorts all items, counts what they are values of, and keeps those that link.
    pub(super) fn sorted(
        sorter: Sorter,
        place: &dyn ScratchPlace,
        (mentions, tallies, roles): (&mut Mentions, &mut [EntityTally], &[Role]),
        over: &Over,
    ) -> io::Result<Self> {
        let mut making = Making {
            runs: Self { out: place.scratch(), different: 0, hub_owners: 0, by_chance: 0, repeats: Vec::new() },
            block: Vec::new(),
            value: Value::default(),
            held: Vec::new(),
            mentions,
            tallies,
            roles,
            over,
        };
        sorter.each(|item| making.take(item))?;
        making.end()?;
        making.runs.out.append(&making.block)?;
        Ok(making.runs)
    }

    /// Reads them, one after the other.
    pub(super) fn each(&self, mut on: impl FnMut(&Run) -> io::Result<()>) -> io::Result<()> {
        let mut reader = Reader::new(&*self.out);
        let mut run = Run::default();
        while !reader.is_at_end() {
            let bits = reader.byte()?;
            (run.is_hub, run.is_card) = (bits & 1 != 0, bits & 2 != 0);
            let count = reader.number()?;
            run.held.clear();
            for _ in 0..count {
                let how = reader.byte()?;
                run.held.push((how, u32::from_le_bytes(reader.take()?)));
            }
            on(&run)?;
        }
        Ok(())
    }
}

struct Making<'a> {
    runs: Runs,
    block: Vec<u8>,
    value: Value,
    /// Who holds it: one value may stand in every record, so no more is held of each.
    held: Vec<(u8, Mention)>,
    mentions: &'a mut Mentions,
    tallies: &'a mut [EntityTally],
    roles: &'a [Role],
    over: &'a Over,
}

/// The value at hand, as far as its items came.
#[derive(Debug, Default)]
struct Value {
    key: u64,
    /// Of which entity it counts.
    entity: Option<u16>,
    /// A bit for each way in which it is held.
    hows: u16,
    /// Items that link.
    links: usize,
    /// Different ones of [`Item::beside`]: no more than it takes to tell a hub.
    beside: Vec<u32>,
    /// The name beside it.
    name: Option<u32>,
    has_names: bool,
    is_card: bool,
    /// A doubtful value that is somebody's own.
    is_own: bool,
    /// Numbers that a system should have given once: how often, and the leaf.
    rows: usize,
    leaf: u32,
}

impl Value {
    fn has(&self, hows: &[u8]) -> bool {
        hows.iter().any(|how| self.hows >> how & 1 == 1)
    }

    fn take(&mut self, item: Item, mentions: &Mentions, roles: &[Role]) {
        self.hows |= 1 << item.how;
        self.links += usize::from(item.how < how::VALUE);
        self.is_card |= roles.get(usize::from(item.entity)) == Some(&Role::Card);
        if is_value(item.how) {
            self.entity.get_or_insert(item.entity);
        }
        match item.how {
            how::SOFT => self.is_own |= mentions.has(item.mention, OWN),
            how::MEMBER => {
                self.rows += 1;
                self.leaf = mentions.leaf(item.mention);
            }
            _ => {}
        }
        if matches!(item.how, how::STRONG | how::MEMBER | how::SYSTEM | how::NAME | how::WEAK | how::SOFT) {
            if item.beside != 0 && self.beside.len() <= BESIDE && !self.beside.contains(&item.beside) {
                self.beside.push(item.beside);
            }
            let name = mentions.known.of(item.mention).name;
            self.has_names |= *self.name.get_or_insert(name) != name;
        }
    }

    /// Whether it stands beside so many others that it can not be one person's.
    fn is_hub(&self) -> bool {
        // With one name beside it all the time it is that person's, however many cards there are. A name says nothing by itself.
        let is_of_one = !self.has_names && self.name.is_some_and(|name| name != 0);
        self.beside.len() > BESIDE && (self.has(&[how::NAME]) || !is_of_one)
    }
}

impl Making<'_> {
    fn take(&mut self, item: Item) -> io::Result<()> {
        if self.value.key != item.key {
            self.end()?;
            self.value.key = item.key;
        }
        self.value.take(item, self.mentions, self.roles);
        self.held.push((item.how, item.mention));
        Ok(())
    }

    fn end(&mut self) -> io::Result<()> {
        let value = std::mem::take(&mut self.value);
        if self.held.is_empty() {
            return Ok(());
        }
        self.count(&value);
        // Also where it links nothing by itself: a number of a system links under other keys, made of it.
        if !self.over.is_empty() && self.over.may_hold(value.key) {
            self.held.iter().for_each(|held| self.mentions.set(held.1, UNSURE));
        }
        if value.links > 1 {
            self.repeated(&value);
            let is_hub = value.is_hub();
            if is_hub {
                self.mark_hub(&value);
                self.doubt_copies();
            }
            self.write(&value, is_hub)?;
        }
        self.held.clear();
        // One huge run must not be held until the end.
        self.held.shrink_to(64 * 1024);
        Ok(())
    }

    /// The value, in the numbers of its entity.
    fn count(&mut self, value: &Value) {
        self.runs.different += u64::from(value.links > 0);
        self.runs.by_chance += u64::from(value.has(&[how::CHANCE]) && !value.is_own);
        if let Some(tally) = value.entity.and_then(|entity| self.tallies.get_mut(usize::from(entity))) {
            let is_likely = value.has(&[how::STRONG, how::WEAK, how::VALUE]);
            tally.distinct += u64::from(is_likely);
            tally.possible_distinct += u64::from(!is_likely);
        }
    }

    /// Numbers that a system should have given once, in one leaf.
    fn repeated(&mut self, value: &Value) {
        if value.rows > 1 {
            let leaf = value.leaf as usize;
            if self.runs.repeats.len() <= leaf {
                self.runs.repeats.resize(leaf + 1, 0);
            }
            if let Some(repeats) = self.runs.repeats.get_mut(leaf) {
                *repeats = repeats.saturating_add(u32::try_from(value.rows - 1).unwrap_or(u32::MAX));
            }
        }
    }

    fn mark_hub(&mut self, value: &Value) {
        let mut is_met = false;
        for &(_, mention) in self.held.iter().filter(|held| held.0 == how::STRONG) {
            if self.mentions.has(mention, SINGLE) {
                self.mentions.set(mention, HUB);
                is_met = true;
            }
        }
        self.runs.hub_owners += u64::from(value.has(&[how::STRONG]) && !is_met);
    }

    /// A leaf that found no room as a whole may be a copy: then its hubs are those of the other one.
    fn doubt_copies(&mut self) {
        if self.over.is_empty() {
            return;
        }
        for &(_, mention) in &self.held {
            if self.over.is_cut(self.mentions.leaf(mention)) {
                self.mentions.set(mention, UNSURE);
            }
        }
    }

    fn write(&mut self, value: &Value, is_hub: bool) -> io::Result<()> {
        self.block.push(u8::from(is_hub) | u8::from(value.is_card) << 1);
        super::scratch::put_number(&mut self.block, value.links as u64);
        for (how, mention) in self.held.iter().filter(|held| held.0 < how::VALUE) {
            self.block.push(*how);
            self.block.extend_from_slice(&mention.to_le_bytes());
            if self.block.len() >= 64 * 1024 {
                self.runs.out.append(&self.block)?;
                self.block.clear();
            }
        }
        Ok(())
    }
}

/// Whether an item stands for a value itself.
fn is_value(how: u8) -> bool {
    matches!(how, how::STRONG | how::WEAK | how::SOFT | how::VALUE | how::VALUE_POSSIBLE)
}

//! Runs: all mentions that hold one value, beside each other; made by sorting, and read once for each level.

use std::io;

use super::mention::{BESIDE, HUB, Mention, OWN, SINGLE, UNSURE, Who, how};
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
    pub who: Vec<Who>,
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

    pub(super) fn who(&self, mention: Mention) -> Who {
        self.who.get(mention as usize).copied().unwrap_or_default()
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
            run: Vec::new(),
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
    run: Vec<Item>,
    mentions: &'a mut Mentions,
    tallies: &'a mut [EntityTally],
    roles: &'a [Role],
    over: &'a Over,
}

impl Making<'_> {
    fn take(&mut self, item: Item) -> io::Result<()> {
        if self.run.first().is_some_and(|first| first.key != item.key) {
            self.end()?;
        }
        self.run.push(item);
        Ok(())
    }

    fn end(&mut self) -> io::Result<()> {
        let Some(first) = self.run.first().copied() else { return Ok(()) };
        self.count();
        let links = self.run.iter().filter(|item| item.how < how::VALUE).count();
        if links > 0 && !self.over.is_empty() && self.over.may_hold(first.key) {
            for item in &self.run {
                self.mentions.set(item.mention, UNSURE);
            }
        }
        if links > 1 {
            self.repeated();
            let is_hub = self.is_hub();
            if is_hub {
                self.mark_hub();
            }
            self.write(is_hub, links)?;
        }
        self.run.clear();
        Ok(())
    }

    /// The value, in the numbers of its entity.
    fn count(&mut self) {
        let mut values = self.run.iter().filter(|item| is_value(item.how));
        let has = |how: &[u8]| self.run.iter().any(|item| how.contains(&item.how));
        self.runs.different += u64::from(self.run.iter().any(|item| item.how < how::VALUE));
        if has(&[how::CHANCE]) {
            let is_own = |item: &Item| item.how == how::SOFT && self.mentions.has(item.mention, OWN);
            self.runs.by_chance += u64::from(!self.run.iter().any(is_own));
        }
        let Some(value) = values.next() else { return };
        if let Some(tally) = self.tallies.get_mut(usize::from(value.entity)) {
            let is_likely = has(&[how::STRONG, how::WEAK, how::VALUE]);
            tally.distinct += u64::from(is_likely);
            tally.possible_distinct += u64::from(!is_likely);
        }
    }

    /// Numbers that a system should have given once, in one leaf.
    fn repeated(&mut self) {
        let rows = self.run.iter().filter(|item| item.how == how::MEMBER).count();
        if rows > 1
            && let Some(first) = self.run.first()
        {
            let leaf = self.mentions.leaf(first.mention) as usize;
            if self.runs.repeats.len() <= leaf {
                self.runs.repeats.resize(leaf + 1, 0);
            }
            if let Some(repeats) = self.runs.repeats.get_mut(leaf) {
                *repeats = repeats.saturating_add(u32::try_from(rows - 1).unwrap_or(u32::MAX));
            }
        }
    }

    /// Whether the value stands beside so many others that it can not be one person's.
    fn is_hub(&self) -> bool {
        let links = |item: &&Item| {
            matches!(item.how, how::STRONG | how::MEMBER | how::SYSTEM | how::NAME | how::WEAK | how::SOFT)
        };
        let mut beside: Vec<u32> =
            self.run.iter().filter(links).map(|item| item.beside).filter(|&beside| beside != 0).collect();
        beside.sort_unstable();
        beside.dedup();
        if beside.len() <= BESIDE {
            return false;
        }
        // With one name beside it all the time it is that person's, however many cards there are. A name says nothing by itself.
        let by_name = self.run.iter().any(|item| item.how == how::NAME);
        let mut names: Vec<u32> =
            self.run.iter().filter(links).map(|item| self.mentions.who(item.mention).name).collect();
        names.sort_unstable();
        names.dedup();
        by_name || names.len() != 1 || names.first() == Some(&0)
    }

    fn mark_hub(&mut self) {
        let is_alone = |item: &Item| item.how == how::STRONG && self.mentions.has(item.mention, SINGLE);
        let alone: Vec<Mention> = self.run.iter().filter(|item| is_alone(item)).map(|item| item.mention).collect();
        let is_own = self.run.iter().any(|item| item.how == how::STRONG);
        self.runs.hub_owners += u64::from(is_own && alone.is_empty());
        alone.into_iter().for_each(|mention| self.mentions.set(mention, HUB));
    }

    fn write(&mut self, is_hub: bool, links: usize) -> io::Result<()> {
        let is_card = self.run.iter().any(|item| self.roles.get(usize::from(item.entity)) == Some(&Role::Card));
        self.block.push(u8::from(is_hub) | u8::from(is_card) << 1);
        super::scratch::put_number(&mut self.block, links as u64);
        for item in self.run.iter().filter(|item| item.how < how::VALUE) {
            self.block.push(item.how);
            self.block.extend_from_slice(&item.mention.to_le_bytes());
        }
        if self.block.len() >= 64 * 1024 {
            self.runs.out.append(&self.block)?;
            self.block.clear();
        }
        Ok(())
    }
}

/// Whether an item stands for a value itself.
fn is_value(how: u8) -> bool {
    matches!(how, how::STRONG | how::WEAK | how::SOFT | how::VALUE | how::VALUE_POSSIBLE)
}

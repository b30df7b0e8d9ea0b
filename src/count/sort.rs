//! Sorting more than fits in memory: parts that fit are sorted and set aside, then merged.

use std::cmp::Reverse;
use std::collections::BinaryHeap;
use std::io;

use super::mention::Mention;
use super::scratch::{Reader, Scratch, ScratchPlace};

/// One value in one mention.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Item {
    /// The value, or what stands for it.
    pub key: u64,
    /// How it links.
    pub how: u8,
    /// In which mention.
    pub mention: Mention,
    /// What stands beside it in its record: all values that name one person, mixed into one number; 0 for none.
    pub beside: u32,
    /// Of which entity.
    pub entity: u16,
}

pub(super) const ITEM_BYTES: usize = 19;

impl Item {
    fn bytes(self) -> [u8; ITEM_BYTES] {
        let mut bytes = [0; ITEM_BYTES];
        let parts = self.key.to_le_bytes().into_iter().chain([self.how]).chain(self.mention.to_le_bytes());
        let parts = parts.chain(self.beside.to_le_bytes()).chain(self.entity.to_le_bytes());
        bytes.iter_mut().zip(parts).for_each(|(slot, byte)| *slot = byte);
        bytes
    }

    fn read(from: &mut Reader<'_>) -> io::Result<Self> {
        Ok(Self {
            key: u64::from_le_bytes(from.take()?),
            how: from.byte()?,
            mention: u32::from_le_bytes(from.take()?),
            beside: u32::from_le_bytes(from.take()?),
            entity: u16::from_le_bytes(from.take()?),
        })
    }
}

/// Collects items and gives them back in order.
pub(super) struct Sorter {
    held: Vec<Item>,
    most: usize,
    out: Box<dyn Scratch>,
    /// Where each sorted part ends.
    parts: Vec<u64>,
}

impl Sorter {
    /// Holds so many bytes of items at a time.
    pub(super) fn new(place: &dyn ScratchPlace, bytes: usize) -> Self {
        let most = (bytes / size_of::<Item>()).max(16);
        Self { held: Vec::new(), most, out: place.scratch(), parts: Vec::new() }
    }

    pub(super) fn push(&mut self, item: Item) -> io::Result<()> {
        self.held.push(item);
        if self.held.len() >= self.most { self.set_aside() } else { Ok(()) }
    }

    fn set_aside(&mut self) -> io::Result<()> {
        self.held.sort_unstable();
        let mut block = Vec::with_capacity(64 * 1024 + ITEM_BYTES);
        for item in self.held.drain(..) {
            block.extend_from_slice(&item.bytes());
            if block.len() >= 64 * 1024 {
                self.out.append(&block)?;
                block.clear();
            }
        }
        self.out.append(&block)?;
        self.parts.push(self.out.length());
        Ok(())
    }

    /// All items in order.
    pub(super) fn each(mut self, mut on: impl FnMut(Item) -> io::Result<()>) -> io::Result<()> {
        if self.parts.is_empty() {
            self.held.sort_unstable();
            return self.held.into_iter().try_for_each(on);
        }
        self.set_aside()?;
        self.held = Vec::new();
        let starts = std::iter::once(0).chain(self.parts.iter().copied());
        let many = self.parts.len();
        let part = |(start, &end)| Reader::range(&*self.out, start, end).one_of(many);
        let mut parts: Vec<Reader<'_>> = starts.zip(&self.parts).map(part).collect();
        let mut next = BinaryHeap::new();
        for (at, part) in parts.iter_mut().enumerate().filter(|(_, part)| !part.is_at_end()) {
            next.push(Reverse((Item::read(part)?, at)));
        }
        while let Some(Reverse((item, at))) = next.pop() {
            on(item)?;
            if let Some(part) = parts.get_mut(at).filter(|part| !part.is_at_end()) {
                next.push(Reverse((Item::read(part)?, at)));
            }
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::super::scratch::Held;
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn however_little_is_held_the_order_is_the_same(
            items in prop::collection::vec((any::<u64>(), any::<u8>(), any::<u32>(), any::<u32>(), any::<u16>()), 0..600),
            bytes in 0_usize..20_000
        ) {
            let mut items: Vec<Item> = items
                .into_iter()
                .map(|(key, how, mention, beside, entity)| Item { key: key % 50, how, mention, beside, entity })
                .collect();
            let mut sorter = Sorter::new(&Held(u64::MAX), bytes);
            items.iter().for_each(|&item| sorter.push(item).unwrap());
            let mut given = Vec::new();
            sorter.each(|item| { given.push(item); Ok(()) }).unwrap();
            items.sort_unstable();
            prop_assert_eq!(given, items);
        }
    }

    /// However many parts there are, all that are read at once take no more than one block of sixteen megabytes.
    #[test]
    fn thousands_of_parts_are_merged() {
        let mut sorter = Sorter::new(&Held(u64::MAX), 0);
        let mut keys: Vec<u64> =
            (0..60_000_u64).map(|number| number.wrapping_mul(0x9e37_79b9_7f4a_7c15) >> 40).collect();
        for (mention, &key) in (0..).zip(&keys) {
            sorter.push(Item { key, how: 0, mention, beside: 0, entity: 0 }).unwrap();
        }
        assert!(sorter.parts.len() > 3_000);
        let mut given = Vec::new();
        sorter
            .each(|item| {
                given.push(item.key);
                Ok(())
            })
            .unwrap();
        keys.sort_unstable();
        assert_eq!(given, keys);
    }
}

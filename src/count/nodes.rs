//! The values that were seen, each once: a table of 64-bit keys and a few flags, and the groups they fall into.

/// A value's place in the table.
pub(super) type Node = u32;

/// Seen with confidence likely or certain.
pub(super) const LIKELY: u8 = 1;
/// A person of its own at the strictest level.
pub(super) const OWN: u8 = 1 << 1;
/// A person at the other levels too: likely or certain, where it counts.
pub(super) const SURE: u8 = 1 << 2;
/// A shared value likely seen in a row that names nobody else.
pub(super) const ROW: u8 = 1 << 3;
/// A shared value that stood beside a person's own, in a row or a line that belongs together.
pub(super) const COVERED: u8 = 1 << 4;
/// Of an entity that a person has only one of.
pub(super) const PRIMARY: u8 = 1 << 5;
/// Chance explains it, in one leaf at least.
pub(super) const CHANCE: u8 = 1 << 6;

/// It, or one of its links, stood beside something that found no room: what it is linked to is not wholly known.
pub(super) const UNSURE: u8 = 1 << 7;

/// All values. Keys are the first 64 bits of the keyed digest: two of ten million values share one with a chance of 1 in 370,000.
#[derive(Debug, Default)]
pub(super) struct Nodes {
    keys: Vec<u64>,
    pub(super) flags: Vec<u8>,
    pub(super) entities: Vec<u16>,
    slots: Slots,
}

impl Nodes {
    /// The node of a value; a new one if it was not seen. `None` once there are more than can be numbered.
    pub(super) fn node(&mut self, key: u64, entity: u16, has_room: bool) -> Option<Node> {
        let keys = &self.keys;
        if let Some(found) = self.slots.find(key, |at| keys.get(at as usize) == Some(&key)) {
            return Some(found);
        }
        let new = u32::try_from(self.keys.len()).ok().filter(|&new| has_room && new < MOST)?;
        self.keys.push(key);
        self.flags.push(0);
        self.entities.push(entity);
        let keys = &self.keys;
        self.slots.insert(key, new, |at| keys.get(at as usize).copied().unwrap_or(0));
        Some(new)
    }

    pub(super) fn flag(&mut self, node: Node, flags: u8) {
        if let Some(held) = self.flags.get_mut(node as usize) {
            *held |= flags;
        }
    }

    pub(super) fn key(&self, node: Node) -> u64 {
        self.keys.get(node as usize).copied().unwrap_or(0)
    }

    pub(super) fn len(&self) -> usize {
        self.keys.len()
    }

    /// Bytes that it takes.
    pub(super) fn memory(&self) -> usize {
        self.keys.capacity() * (size_of::<u64>() + size_of::<u8>() + size_of::<u16>()) + self.slots.memory()
    }

    /// Lets go what only finding values needs.
    pub(super) fn close(&mut self) {
        self.slots = Slots::default();
    }
}

/// Nodes that can be numbered: the top bit of a link's member says something else.
const MOST: u32 = 1 << 31;

/// An open-addressed table of positions into something else that holds the keys: four bytes a slot and nothing more.
#[derive(Debug, Default)]
pub(super) struct Slots {
    slots: Vec<u32>,
    used: usize,
}

const EMPTY: u32 = u32::MAX;

impl Slots {
    /// Bytes that it takes.
    pub(super) fn memory(&self) -> usize {
        self.slots.capacity() * size_of::<u32>()
    }

    /// The position whose key is the one asked for.
    pub(super) fn find(&self, hash: u64, is: impl Fn(u32) -> bool) -> Option<u32> {
        let mut at = self.first(hash)?;
        loop {
            match self.slots.get(at) {
                Some(&found) if found != EMPTY => {
                    if is(found) {
                        return Some(found);
                    }
                }
                _ => return None,
            }
            at = (at + 1) & (self.slots.len() - 1);
        }
    }

    /// Puts in a position that is not there yet. `hash_of` gives the hash of a position, for when the table grows.
    pub(super) fn insert(&mut self, hash: u64, position: u32, hash_of: impl Fn(u32) -> u64) {
        // At most three quarters full: a look ends at an empty slot.
        if (self.used + 1) * 4 > self.slots.len() * 3 {
            let old = std::mem::take(&mut self.slots);
            self.slots = vec![EMPTY; (old.len() * 2).max(64)];
            for position in old.into_iter().filter(|&position| position != EMPTY) {
                self.put(hash_of(position), position);
            }
        }
        self.put(hash, position);
        self.used += 1;
    }

    fn put(&mut self, hash: u64, position: u32) {
        let Some(mut at) = self.first(hash) else { return };
        while self.slots.get(at).is_some_and(|&held| held != EMPTY) {
            at = (at + 1) & (self.slots.len() - 1);
        }
        if let Some(slot) = self.slots.get_mut(at) {
            *slot = position;
        }
    }

    fn first(&self, hash: u64) -> Option<usize> {
        let mask = self.slots.len().checked_sub(1)?;
        // Fibonacci hashing: keys that differ only in high or low bits spread alike.
        Some((hash.wrapping_mul(0x9e37_79b9_7f4a_7c15) >> 20) as usize & mask)
    }
}

/// Groups of nodes (union-find; Tarjan, by size with path halving).
#[derive(Debug)]
pub(super) struct Groups {
    parents: Vec<u32>,
}

impl Groups {
    pub(super) fn new(count: usize) -> Self {
        Self { parents: (0..u32::try_from(count).unwrap_or(u32::MAX)).collect() }
    }

    /// The node that stands for a node's group.
    pub(super) fn root(&mut self, mut node: Node) -> Node {
        loop {
            let Some(&parent) = self.parents.get(node as usize) else { return node };
            if parent == node {
                return node;
            }
            let above = self.parents.get(parent as usize).copied().unwrap_or(parent);
            if let Some(slot) = self.parents.get_mut(node as usize) {
                *slot = above;
            }
            node = above;
        }
    }

    /// Joins two groups; the lower number stands for both.
    pub(super) fn join(&mut self, a: Node, b: Node) {
        let (a, b) = (self.root(a), self.root(b));
        if let Some(slot) = self.parents.get_mut(a.max(b) as usize) {
            *slot = a.min(b);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_value_has_one_node() {
        let mut nodes = Nodes::default();
        let first: Vec<_> = (0..5_000u64).map(|key| nodes.node(key << 48, 0, true).unwrap()).collect();
        let again: Vec<_> = (0..5_000u64).map(|key| nodes.node(key << 48, 0, true).unwrap()).collect();
        assert_eq!(first, again);
        assert_eq!(nodes.len(), 5_000);
    }

    #[test]
    fn groups_join() {
        let mut groups = Groups::new(6);
        groups.join(0, 1);
        groups.join(4, 3);
        groups.join(1, 3);
        assert_eq!([0, 1, 3, 4].map(|n| groups.root(n)), [0; 4]);
        assert_eq!((groups.root(2), groups.root(5)), (2, 5));
    }
}

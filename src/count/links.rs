//! Which values stood in one record, each combination once; and the three levels at which they make one person.

use super::nodes::{Groups, Node, Slots};

/// What a record says of the values in it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Kind {
    /// A row with at most one value of each entity.
    RowOne = 0,
    /// A row with several values of one entity.
    RowMany = 1,
    /// A line with at most one value of each entity.
    LineOne = 2,
    /// A line with several values of one entity.
    LineMany = 3,
    /// A row whose only likely values are shared ones.
    RowShared = 4,
}

/// A member that joins only where all plausible links do: a shared or a doubtful value.
pub(super) const SOFT: u32 = 1 << 31;

/// Others that a value may be met beside and still be one person's own. Beyond it, it is a shop's address, a switchboard
/// number, a clerk: it links none of them.
pub(super) const BESIDE: usize = 20;

/// All combinations: for each a word with kind and length, then its members, in one array.
#[derive(Debug, Default)]
pub(super) struct Links {
    words: Vec<u32>,
    slots: Slots,
}

impl Links {
    /// Adds a combination. `members` are sorted and distinct. False where it is a new one and there is no room.
    pub(super) fn add(&mut self, kind: Kind, members: &[u32], has_room: bool) -> bool {
        // A person is known by two values at the least; more than this many beside each other are a list, not a person.
        if members.len() < 2 || members.len() > BESIDE + 1 {
            return true;
        }
        let head = (kind as u32) << 16 | members.len() as u32;
        let hash = hash_of(head, members);
        let words = &self.words;
        let same = |at: u32| {
            let held = words.get(at as usize..).unwrap_or(&[]);
            held.first() == Some(&head) && held.get(1..=members.len()) == Some(members)
        };
        if self.slots.find(hash, same).is_some() {
            return true;
        }
        let at = u32::try_from(self.words.len()).ok().filter(|&at| has_room && at != u32::MAX);
        let Some(at) = at else { return false };
        self.words.push(head);
        self.words.extend_from_slice(members);
        let words = &self.words;
        self.slots.insert(hash_of(head, members), at, |at| {
            combination(words, at as usize).map_or(0, |(head, members)| hash_of(head, members))
        });
        true
    }

    /// Bytes that they take.
    pub(super) fn memory(&self) -> usize {
        self.words.capacity() * size_of::<u32>() + self.slots.memory()
    }

    /// Lets go what only adding needs.
    pub(super) fn close(&mut self) {
        self.slots = Slots::default();
    }

    /// Every combination with its kind.
    pub(super) fn iter(&self) -> impl Iterator<Item = (u32, &[u32])> {
        let mut at = 0;
        std::iter::from_fn(move || {
            let (head, members) = combination(&self.words, at)?;
            at += 1 + members.len();
            Some((head >> 16, members))
        })
    }
}

fn combination(words: &[u32], at: usize) -> Option<(u32, &[u32])> {
    let head = *words.get(at)?;
    let members = words.get(at + 1..at + 1 + (head & 0xffff) as usize)?;
    Some((head, members))
}

fn hash_of(head: u32, members: &[u32]) -> u64 {
    // FxHash's step; members are node numbers, which no source chooses.
    members.iter().fold(u64::from(head), |all, &member| {
        (all.rotate_left(5) ^ u64::from(member)).wrapping_mul(0x517c_c1b7_2722_0a95)
    })
}

/// Joins the members of the combinations that `kinds` names. With `soft`, shared and doubtful values join too.
///
/// The outcome depends neither on the order of records nor on the digests: who is met beside too many is decided over all
/// groups as they were before this level, then everything is joined. Who is `apart` already joins nobody either.
pub(super) fn join(links: &Links, groups: &mut Groups, mut apart: Vec<bool>, kinds: &[Kind], soft: bool) {
    beside_too_many(links, groups, &mut apart, kinds, soft, PAIRS_AT_ONCE);
    each(links, kinds, soft, |members| {
        let mut together = members.iter().filter(|&&m| !apart.get(m as usize).copied().unwrap_or(true));
        if let Some(&first) = together.next() {
            together.for_each(|&other| groups.join(first, other));
        }
    });
}

/// Joins the members of every combination of one kind, however many others they are beside.
pub(super) fn join_all(links: &Links, groups: &mut Groups, kind: Kind) {
    each(links, &[kind], false, |members| {
        members.windows(2).for_each(|pair| {
            if let [a, b] = pair {
                groups.join(*a, *b)
            }
        });
    });
}

/// Sets apart the nodes that stand beside more than [`BESIDE`] groups other than their own.
///
/// Pairs are held of so many nodes at a time as there is room for, and of each node no more than decide it.
fn beside_too_many(
    links: &Links,
    groups: &mut Groups,
    apart: &mut [bool],
    kinds: &[Kind],
    soft: bool,
    pairs_at_once: usize,
) {
    let mut met = vec![0u8; apart.len()];
    each(links, kinds, soft, |members| {
        for &member in members {
            if let Some(times) = met.get_mut(member as usize) {
                *times = times.saturating_add(1);
            }
        }
    });
    let mut from = 0;
    while let Some(end) = some_beside(links, groups, (&met, from), apart, (kinds, soft, pairs_at_once)) {
        from = end;
    }
}

/// The same for the nodes from this one on, as far as there is room for pairs. Gives the node to go on with.
fn some_beside(
    links: &Links,
    groups: &mut Groups,
    (met, from): (&[u8], Node),
    apart: &mut [bool],
    (kinds, soft, pairs_at_once): (&[Kind], bool, usize),
) -> Option<Node> {
    let (mut pairs, mut end) = (Vec::<(Node, Node)>::new(), None::<Node>);
    each(links, kinds, soft, |members| {
        // Met in one combination alone, a value cannot be beside too many: no combination is that long.
        let is_due =
            |m: Node| m >= from && end.is_none_or(|end| m < end) && met.get(m as usize).is_some_and(|&times| times > 1);
        for &member in members.iter().filter(|&&m| is_due(m)) {
            let own = groups.root(member);
            pairs.extend(members.iter().map(|&other| (member, groups.root(other))).filter(|&(_, other)| other != own));
        }
        if pairs.len() >= pairs_at_once {
            decisive(&mut pairs);
            if pairs.len() > pairs_at_once / 2
                && let Some(cut) = middle(&pairs)
            {
                pairs.retain(|pair| pair.0 < cut);
                end = Some(cut);
            }
        }
    });
    decisive(&mut pairs);
    for beside in pairs.chunk_by(|a, b| a.0 == b.0).filter(|beside| beside.len() > BESIDE) {
        if let Some(slot) = beside.first().and_then(|&(node, _)| apart.get_mut(node as usize)) {
            *slot = true;
        }
    }
    end
}

/// Sorts pairs, and keeps of each node no more than show that they are too many.
fn decisive(pairs: &mut Vec<(Node, Node)>) {
    pairs.sort_unstable();
    pairs.dedup();
    let (mut last, mut of_it) = (None, 0);
    pairs.retain(|pair| {
        of_it = if last == Some(pair.0) { of_it + 1 } else { 0 };
        last = Some(pair.0);
        of_it <= BESIDE
    });
}

/// A node with about half of the sorted pairs before it, and some.
fn middle(pairs: &[(Node, Node)]) -> Option<Node> {
    let (first, half) = (pairs.first()?.0, pairs.get(pairs.len() / 2)?.0);
    if half > first { Some(half) } else { pairs.iter().map(|pair| pair.0).find(|&node| node > first) }
}

/// Pairs that are held at once.
const PAIRS_AT_ONCE: usize = 2_000_000;

/// Every wanted combination as plain nodes, if there are two of them.
fn each(links: &Links, kinds: &[Kind], soft: bool, mut on: impl FnMut(&[Node])) {
    let mut members = Vec::with_capacity(BESIDE + 1);
    for (_, all) in links.iter().filter(|&(kind, _)| kinds.iter().any(|&k| k as u32 == kind)) {
        members.clear();
        members.extend(all.iter().filter(|&&m| soft || m & SOFT == 0).map(|&m| m & !SOFT));
        if members.len() > 1 {
            on(&members);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn with_little_room_for_pairs_the_same_values_stand_beside_too_many(
            rows in prop::collection::vec((0u32..90, prop::collection::btree_set(0u32..90, 1..6)), 0..200),
            joins in prop::collection::vec((0u32..90, 0u32..90), 0..10)
        ) {
            let (mut links, mut groups) = (Links::default(), Groups::new(90));
            for (hub, mut members) in rows {
                members.insert(hub % 4);
                links.add(Kind::RowOne, &members.into_iter().collect::<Vec<_>>(), true);
            }
            joins.into_iter().for_each(|(a, b)| groups.join(a, b));
            let mut whole = vec![false; 90];
            beside_too_many(&links, &mut groups, &mut whole, &[Kind::RowOne], false, usize::MAX);
            for pairs_at_once in [1, 30, 100, 1_000] {
                let mut apart = vec![false; 90];
                beside_too_many(&links, &mut groups, &mut apart, &[Kind::RowOne], false, pairs_at_once);
                prop_assert_eq!(&apart, &whole);
            }
        }
    }
}

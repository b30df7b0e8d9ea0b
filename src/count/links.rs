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
    /// Adds a combination. `members` are sorted and distinct.
    pub(super) fn add(&mut self, kind: Kind, members: &[u32]) {
        // A person is known by two values at the least; more than this many beside each other are a list, not a person.
        if members.len() < 2 || members.len() > BESIDE + 1 {
            return;
        }
        let head = (kind as u32) << 16 | members.len() as u32;
        let hash = hash_of(head, members);
        let words = &self.words;
        let same = |at: u32| {
            let held = words.get(at as usize..).unwrap_or(&[]);
            held.first() == Some(&head) && held.get(1..=members.len()) == Some(members)
        };
        if self.slots.find(hash, same).is_some() {
            return;
        }
        let Some(at) = u32::try_from(self.words.len()).ok().filter(|&at| at != u32::MAX) else { return };
        self.words.push(head);
        self.words.extend_from_slice(members);
        let words = &self.words;
        self.slots.insert(hash_of(head, members), at, |at| {
            combination(words, at as usize).map_or(0, |(head, members)| hash_of(head, members))
        });
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
/// groups as they were before this level, then everything is joined.
pub(super) fn join(links: &Links, groups: &mut Groups, count: usize, kinds: &[Kind], soft: bool) {
    let apart = beside_too_many(links, groups, count, kinds, soft);
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

/// The nodes that stand beside more than [`BESIDE`] groups other than their own.
fn beside_too_many(links: &Links, groups: &mut Groups, count: usize, kinds: &[Kind], soft: bool) -> Vec<bool> {
    let mut met = vec![0u8; count];
    each(links, kinds, soft, |members| {
        for &member in members {
            if let Some(times) = met.get_mut(member as usize) {
                *times = times.saturating_add(1);
            }
        }
    });
    // Met in one combination alone, a value cannot be beside too many: no combination is that long.
    let mut pairs: Vec<(Node, Node)> = Vec::new();
    let mut room = PAIRS_AT_ONCE;
    each(links, kinds, soft, |members| {
        for &member in members.iter().filter(|&&m| met.get(m as usize).is_some_and(|&times| times > 1)) {
            let own = groups.root(member);
            pairs.extend(members.iter().map(|&other| (member, groups.root(other))).filter(|&(_, other)| other != own));
        }
        if pairs.len() > room {
            pairs.sort_unstable();
            pairs.dedup();
            room = PAIRS_AT_ONCE.max(pairs.len() * 2);
        }
    });
    pairs.sort_unstable();
    pairs.dedup();
    let mut apart = vec![false; count];
    for beside in pairs.chunk_by(|a, b| a.0 == b.0).filter(|beside| beside.len() > BESIDE) {
        if let Some(slot) = beside.first().and_then(|&(node, _)| apart.get_mut(node as usize)) {
            *slot = true;
        }
    }
    apart
}

/// Pairs that are held before doubles are taken out.
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

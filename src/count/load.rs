//! What counting will take, known before it begins: so it is known in time when memory is full.

use super::book::Noted;
use super::facts::FactKind;
use super::mention::BESIDE;
use super::people::Identifier;
use super::role::Role;
use super::scratch::Room;
use super::sort::ITEM_BYTES;
use crate::model::{Bond, Confidence, LinkClass};

/// What is set aside, and what counting it makes of it at the most.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(super) struct Load {
    /// Records that were set aside: those that said nothing new are not among them.
    pub records: u64,
    /// Leaves.
    pub leaves: u64,
    /// Bytes of all of them, packed.
    pub bytes: u64,
    /// Mentions.
    pub mentions: u64,
    /// Items that are sorted.
    pub items: u64,
}

/// Memory for a mention while the most is held: its flags, leaf, value, group and what is known of it, and what its group had.
const MENTION_BYTES: u64 = 49;
/// Memory for an item where the sorted parts and the runs lie in memory, too.
const ITEM_HELD_BYTES: u64 = ITEM_BYTES as u64 + 7;
/// Memory for a leaf: its number under its name, a few numbers about it, its people at three levels.
const LEAF_BYTES: u64 = 96;

impl Load {
    /// Of a record.
    pub(super) fn of(noted: &Noted, roles: &[Role]) -> Self {
        let mentions = mentions(noted, roles);
        let says_who = |kind| {
            use FactKind::{Domain, Firm, Given, Kana, Latin, Name};
            matches!(kind, Name | Kana | Latin | Given | Domain | Firm)
        };
        // A name in a row that is only possible stands in its row's mention and in one of its own.
        let role = |id: &Identifier| roles.get(usize::from(id.entity)).copied().unwrap_or_default();
        let is_again = |id: &Identifier| {
            noted.bond == Bond::Row && id.confidence == Confidence::Possible && role(id) == Role::Name
        };
        let times = |id: &Identifier| if is_again(id) { 2 } else { 1 };
        let facts: u64 = noted
            .facts
            .iter()
            .filter(|fact| !says_who(fact.kind))
            .map(|fact| noted.ids.get(usize::from(fact.of)).map_or(1, times))
            .sum();
        // A system's number is three items, a name two; a row that names nobody and a copied leaf add one for each mention.
        let of_role = |role: Role| match role {
            Role::Member => 3,
            Role::Name => 2,
            _ => 1,
        };
        let values: u64 = noted.ids.iter().map(|id| times(id) * of_role(role(id))).sum();
        Self { mentions, items: values + facts + 2 * mentions, ..Self::default() }
    }

    pub(super) fn and(self, other: Self) -> Self {
        Self {
            records: self.records + other.records,
            leaves: self.leaves + other.leaves,
            bytes: self.bytes + other.bytes,
            mentions: self.mentions + other.mentions,
            items: self.items + other.items,
        }
    }

    /// Whether there is room for more beside it, and beside so many values that wait.
    pub(super) fn leaves_room(self, waiting: u64, waiting_bytes: u64, room: Room) -> bool {
        let memory = self.bytes
            + self.mentions * MENTION_BYTES
            + self.items * ITEM_HELD_BYTES
            + self.leaves * LEAF_BYTES
            + waiting_bytes;
        // The last record before the limit may be a large one.
        let most = room.scratch - room.scratch / 16;
        room.memory.is_none_or(|most| memory < most)
            && self.mentions + waiting < room.mentions
            && self.bytes < most
            && self.items.saturating_mul(ITEM_BYTES as u64) < most
    }
}

/// How many mentions a record makes at the most.
fn mentions(noted: &Noted, roles: &[Role]) -> u64 {
    let linking = || noted.ids.iter().filter(|id| id.class != LinkClass::None);
    // What says nothing of who somebody is goes with the value before it, if there is one.
    let each = linking().count() as u64 + u64::from(noted.ids.first().is_none_or(|id| id.class == LinkClass::None));
    let role = |entity: u16| roles.get(usize::from(entity)).copied().unwrap_or_default();
    let is_likely = |id: &Identifier| id.confidence > Confidence::Possible && id.class != LinkClass::None;
    if noted.bond != Bond::Row || noted.ids.len() > BESIDE + 1 || !noted.ids.iter().any(is_likely) {
        return each;
    }
    // A row is one person's, but for further names, and further ones of what names one person where a kind comes twice.
    let names = noted.ids.iter().filter(|id| role(id.entity) == Role::Name).count() as u64;
    let own = || noted.ids.iter().filter(|id| id.class < LinkClass::Weak || role(id.entity) == Role::Member);
    let is_twice = own().enumerate().any(|(at, id)| own().take(at).any(|other| other.entity == id.entity));
    names.max(1) + if is_twice { own().count() as u64 } else { 0 }
}

//! What is known of a mention in one bit each.

use crate::model::Apart;

/// A person at the strictest level.
pub(super) const OWN: u16 = 1;
/// A person at the other levels too.
pub(super) const SURE: u16 = 1 << 1;
/// It holds no value that names one person.
pub(super) const BARE: u16 = 1 << 2;
/// For the estimate it is one with the mention before it.
pub(super) const LINE_ON: u16 = 1 << 3;
/// For the least number it is one with the mention before it.
pub(super) const MAYBE_ON: u16 = 1 << 4;
/// It holds a single value that names one person, and no name.
pub(super) const SINGLE: u16 = 1 << 5;
/// That value stands beside too many: nothing is linked through it.
pub(super) const HUB: u16 = 1 << 6;
/// From a table's row.
pub(super) const ROW: u16 = 1 << 7;
/// A number by which a system knows its people is in it.
pub(super) const MEMBER_ROW: u16 = 1 << 8;
/// Linked through something that found no room, perhaps.
pub(super) const UNSURE: u16 = 1 << 9;
/// Somebody of the house.
pub(super) const STAFF: u16 = 1 << 10;
/// Nobody: an office, an example, a blank, a company. One bit each.
pub(super) const OFFICE: u16 = 1 << 11;
pub(super) const EXAMPLE: u16 = 1 << 12;
pub(super) const DUMMY: u16 = 1 << 13;
pub(super) const COMPANY: u16 = 1 << 14;
/// A name or a reading stands in it.
pub(super) const NAMED: u16 = 1 << 15;
/// Nothing but a name tells who it is: both, which no value of one person's own has.
pub(super) const NAME_ALONE: u16 = BARE | SINGLE;
/// Any of these.
pub(super) const NOBODY: u16 = OFFICE | EXAMPLE | DUMMY | COMPANY;

/// The reasons in these flags.
pub(super) fn reasons(flags: u16) -> impl Iterator<Item = Apart> {
    let bits = [
        (OFFICE, Apart::RoleAddress),
        (EXAMPLE, Apart::Example),
        (DUMMY, Apart::Dummy),
        (STAFF, Apart::OwnStaff),
        (COMPANY, Apart::Corporate),
    ];
    bits.into_iter().filter(move |(bit, _)| flags & bit != 0).map(|(_, apart)| apart)
}

//! How many people: records that share values, linked at three strengths, and what each kind of value adds up to.
//!
//! Records come in one by one and wait in a [`Scratch`], packed. At the end each becomes one *mention* or several (the smallest thing that is about
//! one person at most), the values of all mentions are sorted, and mentions that share one are joined: three times, each time by more. So
//! *at least ≤ estimate ≤ at most* holds by construction: every level only joins groups of the level before it, and counts no mention that the level
//! before it did not count. Memory is needed for mentions, not for values: those are sorted on disk where there is one.

mod book;
mod doubt;
pub mod facts;
mod finish;
mod flags;
mod form;
mod groups;
pub mod kept;
mod least;
mod levels;
mod load;
mod mention;
pub mod normal;
mod over;
mod people;
mod role;
mod rules;
mod runs;
mod scratch;
mod sort;
mod tell;

pub use doubt::Doubt;
pub use facts::{Fact, FactKind};
pub use people::{Asked, Counted, Entry, Identifier, People, Rows};
pub use role::Role;
pub use scratch::{Held, Room, Scratch, ScratchPlace};
pub use tell::{Person, PersonValue};

//! How many people: values linked by the records they share, at three strengths of link, and what each entity adds up to.
//!
//! Three nested groupings over one structure, so that *at least ≤ estimate ≤ at most* holds by construction: every level only
//! joins groups of the level before it, and counts no value that the level before it did not count.

mod doubt;
mod links;
mod nodes;
mod over;
mod people;

pub use doubt::Doubt;
pub use people::{Counted, Identifier, People};

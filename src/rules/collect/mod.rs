//! What a profile takes, as data: `rules/collect/*.toml`, and the user's own files over them.
//!
//! A file that does not hold stops the run: a collection with a place silently missing is a false all-clear.

mod load;
mod pack;
pub mod syntax;
#[cfg(test)]
mod tests;

pub use load::is_collect_file;
pub use pack::{CollectPack, Leave, Profile, Selection, Take};
pub use syntax::{Configured, Variables};

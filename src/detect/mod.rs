//! Detectors: personal data in records, each finding with its exact place, its confidence and why.
//!
//! A rule's patterns propose, validators and neighbours decide, words and columns say how sure. No disk, no clock.

mod candidate;
mod compile;
mod context;
mod cue;
pub mod examples;
mod firm;
mod gate;
mod gazetteer;
mod guard;
pub mod header;
mod hit;
mod leaf;
mod lexicon;
mod mask;
#[cfg(test)]
mod oracle;
mod risky;
mod series;
pub mod validate;
mod veil;
pub mod within;
mod word_list;

pub use compile::Engine;
pub use hit::{Hit, RecordHits, TEST_NUMBER};
pub use leaf::{Chance, LeafDetector};
pub use lexicon::{given_name, may_be_of_two_letters};
pub use mask::masked;
pub use risky::RiskyPlaces;
pub use series::{Passes, SeriesId};
pub use veil::veil_path;

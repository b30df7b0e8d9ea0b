//! Rules as data: what is personal data, in TOML files that users can read, replace and add to without a rebuild.
//!
//! A rule that does not hold stops the run: a scan with a rule silently missing is a false all-clear.

pub mod check;
pub mod collect;
pub mod embed;
pub mod error;
pub mod load;
pub mod pack;
pub mod place;
pub mod shape;
pub mod syntax;

pub use error::RuleError;
pub use pack::{Detector, RulePack, RuleText};
pub use place::{Area, PlaceKind, PlaceRule};
pub use syntax::{Example, Guard, Mask, Normalise};

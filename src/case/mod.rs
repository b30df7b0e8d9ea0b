//! The case: a folder that holds facts, custody journal, evidence, results and reports.
//!
//! Verbs come in through [`collection`] (making one) and [`resume`] (going on with a broken one); the pass's results come in through [`intake`].

pub mod cache;
pub mod collection;
pub mod copy;
pub mod count_place;
pub mod counts;
pub mod custody;
pub mod dir;
pub mod files;
pub mod handover;
pub mod intake;
pub mod journal;
pub mod letters;
pub mod mend;
pub mod orders;
pub mod results;
pub mod resume;
pub mod scan_file;
pub mod scanned;
pub mod stamp;
mod store;
pub mod table;
pub mod tally;
pub mod verify;
pub mod volatile;
pub mod withheld;

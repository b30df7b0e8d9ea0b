//! Evidence: one sealed zip made by one collection, written straight from the source, checked in one read.
//!
//! docs/format.md is the norm. [`bag`] writes, [`verify`] checks, both over the byte forms in [`container`] and [`tags`].

pub mod acquisition;
pub mod bag;
pub mod bagit;
pub mod container;
pub mod error;
pub mod guide;
pub mod items;
pub mod journal;
mod member;
pub mod others;
pub mod replay;
pub mod store;
pub mod stored_name;
pub mod tag_file;
pub mod tags;
pub mod verify;

pub use acquisition::Acquisition;
pub use bag::{Closing, EvidenceWriter, Sealed};
pub use error::EvidenceError;
pub use journal::{Mark, Outcome};
pub use store::{Journal, MemoryStore, Store};
pub use verify::{Expected, verify_evidence};

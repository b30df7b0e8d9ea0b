//! The bundle: a case as it leaves the house, in one sealed bag in one zip, encrypted to whoever may open it.
//!
//! docs/bundle.md is the norm. [`export`] makes one and [`import`] takes one in, both over the layout in [`layout`]; [`verify`]
//! checks one where it lies. Nothing here holds a bundle in memory or writes a second copy of it.

pub mod age_file;
pub mod contents;
pub mod export;
pub mod guide;
pub mod handover;
pub mod identity;
pub mod import;
pub mod index;
pub mod layout;
mod names;
pub mod read;
pub mod recipient;
mod target;
pub mod verify;
mod window;
pub mod write;

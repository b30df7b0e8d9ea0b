//! hozen (保全, "preservation"): what to do in the hours after a leak is found, in one binary.
//!
//! The code is built in floors that only look down; `tests/tidy.rs` holds them to it, `docs/architecture.md` explains them.
//!
//! | floor | modules | what |
//! |---|---|---|
//! | 0 words | [`model`] | pure data: entry, gap, record, finding, custody event, limits |
//! | 1 hands | [`disk`] [`seal`] [`text`] [`rules`] | the only code that touches files; chains and signatures; decoding; rule files |
//! | 2 eyes | [`formats`] [`detect`] [`count`] | understand hostile bytes; no disk, no clock |
//! | 3 the pass | [`pass`] [`places`] | one read of each source: hash, keep and look at once; where the things of a profile lie |
//! | 4 the case | [`evidence`] [`case`] [`report`] [`bundle`] | what is kept, checked, and made of it |
//! | 5 the door | [`cli`] | the only floor that parses arguments or prints |

pub mod bundle;
pub mod case;
pub mod cli;
pub mod count;
pub mod detect;
pub mod disk;
pub mod evidence;
pub mod formats;
pub mod model;
pub mod pass;
pub mod places;
pub mod report;
pub mod rules;
pub mod seal;
pub mod text;

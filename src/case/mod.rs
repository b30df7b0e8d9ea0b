//! The case: a folder that holds facts, custody journal, evidence, results and reports.

pub mod dir;
pub mod journal;
pub mod results;
pub mod verify;

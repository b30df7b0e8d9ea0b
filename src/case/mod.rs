//! The case: a folder that holds facts, custody journal, evidence, results and reports.

pub mod results;

//! SQL text.

pub(super) mod create;

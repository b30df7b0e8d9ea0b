//! The only place that reaches another machine, and only one whose address a flag names: a time-stamp authority
//! (`--tsa URL`) or a time server (`--ntp-server HOST`). No proxy of the environment, no redirect, no second address.
//!
//! What comes back is hostile input: it has a time, a length, and is judged elsewhere.

pub mod http;
pub mod ntp;

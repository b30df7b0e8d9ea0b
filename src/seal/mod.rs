//! Seals: what makes a change visible to somebody who does not trust us. Hash chains, keyed digests, signatures, time stamps.
//!
//! Pure functions over bytes: no file, no clock, no randomness of their own; keys and nonces come in through parameters. The one
//! exception: a signature of an SSH agent's key is asked for over its socket (`sign`, through `disk`).

pub mod agent;
pub mod algorithm;
pub mod certificate;
pub mod chain;
pub mod der;
pub mod digests;
pub mod keyed;
pub mod lanes;
pub mod pem;
pub mod reply;
pub mod sign;
pub mod stamp;
pub mod time;

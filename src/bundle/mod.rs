//! What leaves the house: made from a case, for somebody who was not there.

pub mod index;

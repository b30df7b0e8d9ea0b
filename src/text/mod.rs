//! Stand-in for the text floor until it is merged: same signatures, least content.

pub mod decode;
pub mod fold;

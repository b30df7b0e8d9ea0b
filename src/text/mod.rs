//! Text: which encoding bytes are in, their decoding and folding, and the way back to the byte in the source.
//!
//! Nothing here reads a file or decides what a finding is. Raw Shift_JIS is never searched: its second bytes look like ASCII.

pub mod charset;
pub mod decode;
pub(crate) mod escapes;
pub mod fold;
pub mod lines;
mod score;
pub mod stream;

pub use charset::{Guess, guess, japanese_in, looks_binary};
pub use decode::{Decoded, byte_offset, decode, decode_record};
pub use fold::{Folded, fold};
pub use lines::{Ending, Line, Lines};
pub use stream::TextStream;

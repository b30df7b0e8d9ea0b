//! What an earlier look at a file came to, where it is known and the file is as it was: then it is not read again.

use std::io;

use super::commit::{Found, Looked, LookedLeaf};
use crate::model::Entry;

/// Something that was found in a file.
#[derive(Debug)]
pub enum Recalled {
    /// Findings of one record.
    Found(Found),
    /// What the look at a member came to.
    Member(Box<LookedLeaf>),
}

/// Who remembers earlier looks. Asked by many threads.
pub trait Recall: Sync {
    /// What the look at this entry came to: its parts in the order in which they were found, then the whole. `None` where
    /// nothing is known of it as it is now; then no part was given.
    ///
    /// # Errors
    /// When what is remembered can not be read.
    fn recall(&self, entry: &Entry, part: &mut dyn FnMut(Recalled)) -> io::Result<Option<Looked>>;
}

//! Where records wait until people are counted: beside the rows of the result, or in memory alone.

use std::io::{self, Write};

use crate::count::{Held, Room, Scratch, ScratchPlace};
use crate::disk::rows::RowPlace;
use crate::disk::spool::Spool;
use crate::model::limits;

/// Spool files in the folder of the rows.
struct CountPlace(RowPlace);

/// The place for this run.
pub fn count_place(rows: &RowPlace) -> Box<dyn ScratchPlace> {
    match rows.folder {
        Some(_) => Box::new(CountPlace(rows.clone())),
        None => Box::new(Held(limits::COUNT_BYTES)),
    }
}

impl ScratchPlace for CountPlace {
    fn scratch(&self) -> Box<dyn Scratch> {
        Box::new(Spooled(Spool::with_memory(self.0.folder.clone(), limits::COUNT_SCRATCH_BYTES)))
    }

    fn room(&self) -> Room {
        Room::DISK
    }
}

/// What was set aside to count people could not be written or read: there is no number then. Inside an [`io::Error`].
#[derive(Debug, thiserror::Error)]
#[error("what was set aside to count people could not be {}", if *.is_written { "written" } else { "read back" })]
pub struct CountScratchError {
    /// Whether it was being written.
    pub is_written: bool,
    source: io::Error,
}

impl CountScratchError {
    fn on(is_written: bool) -> impl FnOnce(io::Error) -> io::Error {
        move |source| io::Error::new(source.kind(), Self { is_written, source })
    }

    /// The error inside an [`io::Error`], if there is one.
    pub fn in_io(error: &io::Error) -> Option<&Self> {
        error.get_ref()?.downcast_ref()
    }
}

struct Spooled(Spool);

impl Scratch for Spooled {
    fn append(&mut self, bytes: &[u8]) -> io::Result<()> {
        self.0.write_all(bytes).map_err(CountScratchError::on(true))
    }

    fn length(&self) -> u64 {
        self.0.len()
    }

    fn read_at(&self, at: u64, into: &mut [u8]) -> io::Result<()> {
        self.0.read_exact_at(into, at).map_err(CountScratchError::on(false))
    }
}

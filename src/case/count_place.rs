//! Where records wait until people are counted: beside the rows of the result, or in memory alone.

use std::io::{self, Write};

use crate::count::{Held, Scratch, ScratchPlace};
use crate::disk::rows::RowPlace;
use crate::disk::spool::Spool;
use crate::model::limits;

/// Spool files in the folder of the rows.
pub(super) struct CountPlace(RowPlace);

/// The place for this run.
pub(super) fn count_place(rows: &RowPlace) -> Box<dyn ScratchPlace> {
    match rows.folder {
        Some(_) => Box::new(CountPlace(rows.clone())),
        None => Box::new(Held(limits::COUNT_BYTES)),
    }
}

impl ScratchPlace for CountPlace {
    fn scratch(&self) -> Box<dyn Scratch> {
        Box::new(Spooled(Spool::with_memory(self.0.folder.clone(), limits::COUNT_SCRATCH_BYTES)))
    }

    fn room(&self) -> Option<u64> {
        None
    }
}

struct Spooled(Spool);

impl Scratch for Spooled {
    fn append(&mut self, bytes: &[u8]) -> io::Result<()> {
        self.0.write_all(bytes)
    }

    fn length(&self) -> u64 {
        self.0.len()
    }

    fn read_at(&self, at: u64, into: &mut [u8]) -> io::Result<()> {
        self.0.read_exact_at(into, at)
    }
}

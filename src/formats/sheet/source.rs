//! The file below a package, which remembers whether it was the file that failed: then there is one gap for it, and none for all that
//! could not be read because of it.

use std::cell::{Cell, RefCell};
use std::io::{self, Read, Seek, SeekFrom};
use std::rc::Rc;

use crate::formats::trouble::{Told, read_error};
use crate::formats::{ReadSeek, Sink};

/// What went wrong below.
#[derive(Debug, Default)]
pub(in crate::formats) struct Failure {
    error: RefCell<Option<io::Error>>,
    taken: Cell<u64>,
}

impl Failure {
    pub(in crate::formats) fn is_set(&self) -> bool {
        self.error.borrow().is_some()
    }

    /// The one gap.
    pub(in crate::formats) fn tell(&self, out: &mut dyn Sink) {
        if let Some(error) = self.error.borrow().as_ref() {
            read_error(out, error, self.taken.get());
        }
    }
}

/// A source that is watched.
pub(in crate::formats) struct Source<'s> {
    src: &'s mut dyn ReadSeek,
    failure: Rc<Failure>,
}

impl<'s> Source<'s> {
    pub(in crate::formats) fn new(src: &'s mut dyn ReadSeek) -> (Self, Rc<Failure>) {
        let failure = Rc::new(Failure::default());
        (Self { src, failure: Rc::clone(&failure) }, failure)
    }

    fn kept<T>(&self, result: io::Result<T>) -> io::Result<T> {
        if let Err(error) = &result
            && error.kind() != io::ErrorKind::Interrupted
        {
            let copy = if Told::is(error) { Told::error() } else { io::Error::new(error.kind(), error.to_string()) };
            self.failure.error.borrow_mut().get_or_insert(copy);
        }
        result
    }
}

impl Read for Source<'_> {
    fn read(&mut self, buf: &mut [u8]) -> io::Result<usize> {
        let result = self.src.read(buf);
        let count = self.kept(result)?;
        self.failure.taken.set(self.failure.taken.get().saturating_add(count as u64));
        Ok(count)
    }
}

impl Seek for Source<'_> {
    fn seek(&mut self, to: SeekFrom) -> io::Result<u64> {
        // A jump to before the start is the fault of the file's numbers, not of the disk.
        self.src.seek(to)
    }
}

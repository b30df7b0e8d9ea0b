//! Trouble while reading: one gap for it, in one place, and none where someone above has recorded it already.

use std::io::{self, Read};

use super::{Input, Sink};
use crate::model::GapKind;
use crate::model::limits::CONTAINER_MEMBERS;

/// The error that a reader gives when it was stopped and the gap for that is recorded: a limit of the pass, for one.
/// A format that meets it ends quietly.
#[derive(Debug, Clone, Copy, thiserror::Error)]
#[error("reading was stopped at a limit, which is recorded where it was reached")]
pub struct Told;

impl Told {
    /// The error, to return from [`Read::read`].
    pub fn error() -> io::Error {
        io::Error::other(Self)
    }

    /// Whether this error, or one that it wraps, is [`Told`].
    pub fn is(error: &io::Error) -> bool {
        let mut inner: Option<&(dyn std::error::Error + 'static)> = error.get_ref().map(|e| e as _);
        while let Some(error) = inner {
            if error.is::<Self>() || error.downcast_ref::<io::Error>().is_some_and(Self::is) {
                return true;
            }
            inner = error.source();
        }
        false
    }
}

/// Records a read error, unless it is told.
pub(super) fn read_error(out: &mut dyn Sink, error: &io::Error, at: u64) {
    if !Told::is(error) {
        out.gap(
            GapKind::ReadError,
            format!("reading stopped at byte {at}: {error}; what came before was looked at; try the original again"),
        );
    }
}

/// The error of a file whose own numbers lead nowhere.
pub(super) fn broken(what: &str) -> io::Error {
    io::Error::new(io::ErrorKind::InvalidData, what.to_owned())
}

/// The members of an archive that are too many for one.
pub(super) fn too_many_members(out: &mut dyn Sink) {
    let reason = format!(
        "the archive has more than {CONTAINER_MEMBERS} members; those after that were not read; unpack it and run hozen on the result"
    );
    out.gap(GapKind::OverLimit, reason);
}

/// The bytes in order, whichever form they came in.
pub(super) fn in_order<'a>(input: Input<'a>) -> Box<dyn Read + 'a> {
    match input {
        Input::Stream(src) => Box::new(src),
        Input::Seek(src, _) => Box::new(src),
    }
}

/// What to do with a file that only its own program opens.
pub(super) const EXPORT: &str = "open it with its own program, export it as CSV or text, and run hozen on that";

/// Reads and drops the first `count` bytes, a byte order mark that was seen in the head.
pub(super) fn skip(src: &mut dyn Read, count: usize) -> io::Result<()> {
    let skipped = io::copy(&mut src.take(count as u64), &mut io::sink())?;
    if skipped < count as u64 { Err(io::ErrorKind::UnexpectedEof.into()) } else { Ok(()) }
}

/// A source below a decoder, which remembers whether it was the source that failed.
pub(super) struct Watched<R> {
    src: R,
    pub(super) taken: u64,
    pub(super) failed: Option<io::Error>,
}

impl<R: Read> Watched<R> {
    pub(super) fn new(src: R) -> Self {
        Self { src, taken: 0, failed: None }
    }
}

impl<R: Read> Read for Watched<R> {
    fn read(&mut self, buf: &mut [u8]) -> io::Result<usize> {
        match self.src.read(buf) {
            Ok(n) => {
                self.taken = self.taken.saturating_add(n as u64);
                Ok(n)
            }
            Err(error) if error.kind() == io::ErrorKind::Interrupted => Err(error),
            Err(error) => {
                self.failed = Some(copy_of(&error));
                Err(error)
            }
        }
    }
}

impl<R: io::Seek> io::Seek for Watched<R> {
    fn seek(&mut self, to: io::SeekFrom) -> io::Result<u64> {
        self.src.seek(to)
    }
}

fn copy_of(error: &io::Error) -> io::Error {
    if Told::is(error) { Told::error() } else { io::Error::new(error.kind(), error.to_string()) }
}

/// A member as its child reads it: a decoder's error becomes the end of the member and is kept for the container, which
/// records it once, at the member.
pub(super) struct Member<R> {
    src: R,
    pub(super) given: u64,
    pub(super) failed: Option<io::Error>,
}

impl<R: Read> Member<R> {
    pub(super) fn new(src: R) -> Self {
        Self { src, given: 0, failed: None }
    }

    /// What it was read from.
    pub(super) fn into_inner(self) -> R {
        self.src
    }
}

impl<R: Read> Read for Member<R> {
    fn read(&mut self, buf: &mut [u8]) -> io::Result<usize> {
        if self.failed.is_some() {
            return Ok(0);
        }
        match self.src.read(buf) {
            Ok(n) => {
                self.given = self.given.saturating_add(n as u64);
                Ok(n)
            }
            Err(error) if error.kind() == io::ErrorKind::Interrupted => Err(error),
            Err(error) => {
                self.failed = Some(error);
                Ok(0)
            }
        }
    }
}

//! A source file by its handle: opened read-only and once, stat before and after, read no further than its size at open.
//!
//! Holes of a sparse file are handed on as the zeros that they are, without reading them.
//! Deliberately absent: no write flag, no link followed, no second opening, no memory mapping (a file that shrinks while
//! it is mapped would kill the process).

#[cfg(test)]
mod tests;

use std::io::{self, Read, Seek, SeekFrom};
use std::os::fd::{BorrowedFd, OwnedFd};
use std::os::unix::ffi::OsStrExt;
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use rustix::fs::{Advice, CWD, OFlags};
use rustix::io::{Errno, retry_on_intr};

use super::dir::DirHandle;
use super::error::{gap_advice, gap_kind};
use super::extents::Extents;
use super::gentle::Gentle;
use super::handle;
use super::pseudo;
use crate::model::{GapKind, Kind, Stat, limits};

/// Tries, and the time between them, while another program still holds a file.
const LEASE_PATIENCE: (u32, Duration) = (40, Duration::from_millis(50));

/// Why a source file could not be opened.
#[derive(Debug, thiserror::Error)]
pub enum OpenError {
    /// The name leads to something else than a regular file: it was swapped since the walk, or a path names a folder.
    #[error("it is not a regular file any more but {0:?}; it was not read: collect it again")]
    NotAFile(Kind),
    /// The kernel refused.
    #[error("it was not opened; {}", gap_advice(gap_kind(.0)))]
    Refused(#[source] io::Error),
}

impl OpenError {
    /// Which gap this is.
    pub fn gap_kind(&self) -> GapKind {
        match self {
            Self::NotAFile(_) => GapKind::Replaced,
            Self::Refused(error) => gap_kind(error),
        }
    }

    /// Whether another program holds it locked, so that the kernel would make us wait.
    fn is_held(error: &io::Error) -> bool {
        Errno::from_io_error(error) == Some(Errno::AGAIN)
    }

    /// Cause and next step in one line, for [`crate::model::Gap::reason`].
    pub fn reason(&self) -> String {
        match self {
            Self::NotAFile(_) => self.to_string(),
            Self::Refused(error) if Self::is_held(error) => format!(
                "it was not opened: {error}; another program holds it locked (a file server's lease?): stop that program, \
                 or have it close the file, and collect it again"
            ),
            Self::Refused(error) => format!("it was not opened: {error}; {}", gap_advice(gap_kind(error))),
        }
    }
}

impl From<io::Error> for OpenError {
    fn from(error: io::Error) -> Self {
        Self::Refused(error)
    }
}

/// An open source file. [`Read`] and [`Seek`] stay within [`SourceFile::size_at_open`].
#[derive(Debug)]
pub struct SourceFile {
    fd: OwnedFd,
    atime_kept: bool,
    opened: Stat,
    /// Nothing past this is read.
    end: u64,
    position: u64,
    /// Where we are in a file with holes; `None` for all others.
    run: Option<Run>,
    /// The size that the kernel gave says nothing.
    is_unsized: bool,
    /// How it is read, where that is not as fast as can be.
    gentle: Option<Arc<Gentle>>,
}

/// A stretch of a sparse file: data, or a hole that reads as zeros without being read.
#[derive(Debug, Clone, Copy)]
struct Run {
    end: u64,
    hole: bool,
}

impl SourceFile {
    /// Opens a name in a folder, as the walk gave it.
    pub fn open_at(dir: &DirHandle, name: &[u8]) -> Result<Self, OpenError> {
        Self::open(dir, name)
    }

    /// Reads it gently from here on.
    #[must_use]
    pub fn gently(self, gentle: Option<Arc<Gentle>>) -> Self {
        Self { gentle, ..self }
    }

    /// Opens a path that the user named. Its last part must not be a link.
    pub fn open_path(path: &Path) -> Result<Self, OpenError> {
        Self::open(CWD, path.as_os_str().as_bytes())
    }

    fn open(dir: impl std::os::fd::AsFd, name: &[u8]) -> Result<Self, OpenError> {
        // Not blocking: a pipe that took the name since the walk is opened, seen for what it is, and let go.
        let (fd, atime_kept) = open_when_let_go(dir.as_fd(), name)?;
        Self::held(fd, atime_kept)
    }

    /// A file that is open already, at its start: one that no name leads to any more.
    pub(crate) fn held(fd: OwnedFd, atime_kept: bool) -> Result<Self, OpenError> {
        let seen = handle::see(&fd)?;
        if seen.kind != Kind::File {
            return Err(OpenError::NotAFile(seen.kind));
        }
        if seen.stat.size > limits::BLOCK_BYTES as u64 {
            // Only advice, and none is needed for one read: a file system that does not take it reads on as it likes.
            let _ = rustix::fs::fadvise(&fd, 0, None, Advice::Sequential);
        }
        // Fewer blocks than its size fills: it has holes (or is compressed; then the kernel tells no holes).
        let sparse = seen.stat.blocks.saturating_mul(512) < seen.stat.size;
        // What the kernel makes up as it is read fills no block either, whatever size it claims.
        let is_pseudo = (sparse || seen.stat.size == 0) && pseudo::kind_of(&fd).is_some();
        let is_unsized = is_pseudo || seen.stat.size == 0;
        let end = if is_unsized { limits::UNSIZED_FILE_BYTES } else { seen.stat.size };
        let run = (sparse && !is_pseudo).then_some(Run { end: 0, hole: false });
        Ok(Self { fd, atime_kept, opened: seen.stat, end, position: 0, run, is_unsized, gentle: None })
    }

    /// Whether the file has holes. They are handed on as zeros and not read.
    pub fn is_sparse(&self) -> bool {
        self.run.is_some()
    }

    /// Whether the size at open says nothing (`/proc`, `/sys`): then up to [`limits::UNSIZED_FILE_BYTES`] are read.
    pub fn is_unsized(&self) -> bool {
        self.is_unsized
    }

    /// The stretches that hold data, as (start, end); a file without holes is one stretch. Beyond [`limits::EXTENTS`] the
    /// smallest holes count as data, so that all data lies in a stretch however many there are.
    pub fn extents(&self) -> io::Result<Vec<(u64, u64)>> {
        let size = self.opened.size;
        let mut extents = Extents::new(limits::EXTENTS);
        let mut at = 0;
        while at < size {
            let Some(start) = self.next(at, rustix::fs::SeekFrom::Data)? else { break };
            let end = self.next(start, rustix::fs::SeekFrom::Hole)?.unwrap_or(size).min(size);
            if start >= end {
                break;
            }
            extents.push((start, end));
            at = end;
        }
        self.go_to(self.position)?;
        Ok(extents.into_list())
    }

    /// The next data or hole from here; `None` where there is none before the file's end. A file system that cannot tell
    /// has data everywhere.
    fn next(&self, from: u64, what: fn(u64) -> rustix::fs::SeekFrom) -> io::Result<Option<u64>> {
        match rustix::fs::seek(&self.fd, what(from)) {
            Ok(at) => Ok(Some(at)),
            Err(Errno::NXIO) => Ok(None),
            Err(Errno::INVAL | Errno::OPNOTSUPP) => {
                let data = matches!(what(from), rustix::fs::SeekFrom::Data(_));
                Ok(data.then_some(from))
            }
            Err(error) => Err(error.into()),
        }
    }

    fn go_to(&self, position: u64) -> io::Result<u64> {
        Ok(rustix::fs::seek(&self.fd, rustix::fs::SeekFrom::Start(position))?)
    }

    /// Finds out what lies at the position, and puts the handle there.
    fn next_run(&self) -> io::Result<Run> {
        let run = match self.next(self.position, rustix::fs::SeekFrom::Data)? {
            Some(start) if start > self.position => Run { end: start, hole: true },
            Some(start) => Run { end: self.next(start, rustix::fs::SeekFrom::Hole)?.unwrap_or(self.end), hole: false },
            // A hole up to the end; the end as it is now, for the file may have been cut since it was opened.
            None => Run { end: self.stat()?.size.max(self.position), hole: true },
        };
        self.go_to(self.position)?;
        Ok(run)
    }

    /// Metadata as it was right after opening.
    pub fn stat_at_open(&self) -> &Stat {
        &self.opened
    }

    /// Metadata now, by handle: compare with [`SourceFile::stat_at_open`] when done.
    pub fn stat(&self) -> io::Result<Stat> {
        Ok(handle::see(&self.fd)?.stat)
    }

    /// The size the kernel gave at open; what a log grew since is not read. See [`SourceFile::is_unsized`].
    pub fn size_at_open(&self) -> u64 {
        self.opened.size
    }

    /// Whether the access time is safe from us.
    pub fn atime_kept(&self) -> bool {
        self.atime_kept
    }

    /// Bytes from the start to the next byte that will be read.
    pub fn position(&self) -> u64 {
        self.position
    }

    /// Whether a file without a size was cut at [`limits::UNSIZED_FILE_BYTES`]. Ask when its end was reached.
    pub fn cut_short(&mut self) -> io::Result<bool> {
        if !self.is_unsized || self.position < self.end {
            return Ok(false);
        }
        // One byte beyond, from the handle itself; it is not handed on.
        let beyond = retry_on_intr(|| rustix::io::pread(&self.fd, &mut [0_u8; 1], self.end))?;
        Ok(beyond > 0)
    }

    /// Fills the buffer unless the end comes first; says how much is filled.
    pub fn read_full(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let mut filled = 0;
        while let Some(rest) = buffer.get_mut(filled..).filter(|rest| !rest.is_empty()) {
            match self.read(rest)? {
                0 => break,
                count => filled += count,
            }
        }
        Ok(filled)
    }

    /// All extended attributes, sorted by name, within [`limits::XATTR_BYTES`].
    pub fn xattrs(&self) -> io::Result<Vec<(Vec<u8>, Vec<u8>)>> {
        handle::xattrs(&self.fd)
    }

    /// Metadata now, and whether the name leads elsewhere: it was removed, or another file took it. What was read is still
    /// the file that was opened. One look at the name tells both where nothing happened.
    pub fn after(&self, dir: &DirHandle, name: &[u8]) -> (io::Result<Stat>, bool) {
        match dir.see_at(name) {
            Ok(seen) if seen.identity() == (self.opened.device, self.opened.inode) => (Ok(seen.stat), false),
            _ => (self.stat(), true),
        }
    }
}

/// A program that holds a lease on the file (a file server) is asked by the kernel to let it go, which takes it a moment.
fn open_when_let_go(dir: BorrowedFd<'_>, name: &[u8]) -> io::Result<(OwnedFd, bool)> {
    let open = || handle::open_quietly(dir, name, OFlags::NOCTTY);
    for _ in 0..LEASE_PATIENCE.0 {
        match open() {
            Err(error) if OpenError::is_held(&error) => std::thread::sleep(LEASE_PATIENCE.1),
            other => return other,
        }
    }
    open()
}

impl Read for SourceFile {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let left = usize::try_from(self.end.saturating_sub(self.position)).unwrap_or(usize::MAX);
        let room = left.min(buffer.len());
        let Some(mut buffer) = buffer.get_mut(..room).filter(|buffer| !buffer.is_empty()) else { return Ok(0) };
        if let Some(mut run) = self.run {
            if self.position >= run.end {
                run = self.next_run()?;
                self.run = Some(run);
            }
            let left = usize::try_from(run.end.saturating_sub(self.position)).unwrap_or(usize::MAX);
            let room = left.min(buffer.len());
            buffer = buffer.get_mut(..room).unwrap_or_default();
            if run.hole {
                buffer.fill(0);
                self.position = self.position.saturating_add(room as u64);
                return Ok(room);
            }
        }
        let count = match &self.gentle {
            Some(gentle) => gentle.read(&self.fd, buffer)?,
            None => retry_on_intr(|| rustix::io::read(&self.fd, &mut *buffer))?,
        };
        if self.opened.size == 0 && self.position == 0 && count > 0 && self.stat()?.size > 0 {
            // The kernel does know its size: it was empty when it was opened, and has grown since.
            self.end = 0;
            return Ok(0);
        }
        self.position = self.position.saturating_add(count as u64);
        Ok(count)
    }
}

impl Seek for SourceFile {
    fn seek(&mut self, to: SeekFrom) -> io::Result<u64> {
        let target = match to {
            SeekFrom::Start(offset) => Some(offset),
            SeekFrom::Current(offset) => self.position.checked_add_signed(offset),
            SeekFrom::End(offset) => self.opened.size.checked_add_signed(offset),
        };
        let target = target.ok_or_else(|| io::Error::from(io::ErrorKind::InvalidInput))?;
        self.position = self.go_to(target)?;
        if self.run.is_some() {
            self.run = Some(Run { end: 0, hole: false });
        }
        Ok(self.position)
    }
}

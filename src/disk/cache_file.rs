//! The file of a cache: what an earlier run left is read at any place while what the next one needs is set aside; in the end the
//! second takes the place of the first.
//!
//! Both are opened before the process is confined. What is new waits in a file without a name, so a run that is killed leaves
//! the cache as it was. A run that is killed while it is replaced leaves a shorter one: only ever whole lines count.

#![expect(clippy::disallowed_methods, reason = "disk is the floor that touches files")]

use std::fs::File;
use std::io::{self, BufWriter, Read, Seek, Write};
use std::os::unix::fs::{FileExt, MetadataExt, OpenOptionsExt};
use std::path::{Path, PathBuf};

use rustix::fs::{FlockOperation, OFlags, flock};
use rustix::io::Errno;

use super::error::{DiskError, Doing};
use super::spool::nameless;

/// What an earlier run left.
#[derive(Debug)]
pub struct OldCache {
    file: File,
    length: u64,
}

/// What the next run needs.
#[derive(Debug)]
pub struct NewCache {
    path: PathBuf,
    cache: File,
    set_aside: BufWriter<File>,
}

/// Opens a cache, or makes an empty one (0600), and keeps every other hozen from it.
///
/// # Errors
/// When it can not be opened, is no regular file, is open to others than its owner, or another process holds it ([`io::ErrorKind::WouldBlock`]).
pub fn open(path: &Path) -> Result<(OldCache, NewCache), DiskError> {
    let failed = |doing| DiskError::on(path, doing);
    let flags = (OFlags::NOFOLLOW | OFlags::NONBLOCK).bits().cast_signed();
    let mut options = File::options();
    let cache = options.read(true).write(true).create(true).truncate(false).mode(0o600).custom_flags(flags).open(path);
    let cache = cache.map_err(failed(Doing::Open))?;
    let metadata = cache.metadata().map_err(failed(Doing::Look))?;
    if !metadata.is_file() {
        return Err(failed(Doing::Open)(io::ErrorKind::InvalidInput.into()));
    }
    if metadata.mode() & 0o022 != 0 {
        let said = "others may write to it, so what it says of files can not be trusted: make a new one";
        return Err(failed(Doing::Open)(io::Error::new(io::ErrorKind::PermissionDenied, said)));
    }
    if flock(&cache, FlockOperation::NonBlockingLockExclusive) == Err(Errno::WOULDBLOCK) {
        return Err(failed(Doing::Open)(io::ErrorKind::WouldBlock.into()));
    }
    let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
    let set_aside = BufWriter::new(nameless(folder)?);
    let file = cache.try_clone().map_err(failed(Doing::Open))?;
    Ok((OldCache { file, length: metadata.len() }, NewCache { path: path.to_path_buf(), cache, set_aside }))
}

impl OldCache {
    /// Bytes from this place on, to the end.
    pub fn from(&self, place: u64) -> impl Read + '_ {
        At { file: &self.file, place, left: self.length.saturating_sub(place) }
    }
}

struct At<'a> {
    file: &'a File,
    place: u64,
    left: u64,
}

impl Read for At<'_> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let most = usize::try_from(self.left).unwrap_or(usize::MAX).min(buffer.len());
        let count = self.file.read_at(buffer.get_mut(..most).unwrap_or_default(), self.place)?;
        self.place += count as u64;
        self.left = if count == 0 { 0 } else { self.left.saturating_sub(count as u64) };
        Ok(count)
    }
}

impl Write for NewCache {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.set_aside.write(bytes)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.set_aside.flush()
    }
}

impl NewCache {
    /// Puts what was written in the place of what an earlier run left. Nothing may be read from that any more.
    /// `broken`: what went wrong while it was set aside, if anything did; then the old one stays.
    ///
    /// # Errors
    /// When the disk is full or fails: the cache is empty then, and the next run looks at everything.
    pub fn replace(self, broken: Option<io::Error>) -> Result<(), DiskError> {
        let Self { path, mut cache, set_aside } = self;
        let put = || {
            broken.map_or(Ok(()), Err)?;
            let mut new = set_aside.into_inner().map_err(io::IntoInnerError::into_error)?;
            new.rewind()?;
            cache.set_len(0)?;
            cache.rewind()?;
            let copied = io::copy(&mut new, &mut cache).and_then(|_| cache.sync_all());
            if copied.is_err() {
                // A cut one would still be right; an empty one gives its room back to the disk that has none.
                let _ = cache.set_len(0);
            }
            copied
        };
        put().map_err(DiskError::on(&path, Doing::Write))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_new_takes_the_place_of_what_was_there() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("cache");
        let (old, mut new) = open(&path).unwrap();
        assert_eq!(old.from(0).read(&mut [0]).unwrap(), 0);
        assert_eq!(open(&path).unwrap_err().source.kind(), io::ErrorKind::WouldBlock);
        new.write_all(b"first").unwrap();
        drop(old);
        new.replace(None).unwrap();
        let (old, mut new) = open(&path).unwrap();
        let mut read = String::new();
        old.from(2).read_to_string(&mut read).unwrap();
        assert_eq!(read, "rst");
        new.write_all(b"2").unwrap();
        drop(old);
        drop(new);
        assert_eq!(std::fs::read(&path).unwrap(), b"first", "a run that is broken off changes nothing");
        assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 1);
    }

    #[test]
    fn what_others_may_write_to_and_what_is_no_file_is_refused() {
        use std::os::unix::fs::PermissionsExt as _;
        let folder = tempfile::tempdir().unwrap();
        let (path, link) = (folder.path().join("cache"), folder.path().join("link"));
        std::fs::write(&path, b"").unwrap();
        std::fs::set_permissions(&path, std::fs::Permissions::from_mode(0o666)).unwrap();
        assert!(open(&path).unwrap_err().source.to_string().contains("others may write"));
        std::os::unix::fs::symlink(&path, &link).unwrap();
        assert!(open(&link).is_err() && open(folder.path()).is_err());
    }
}

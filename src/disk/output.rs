//! Our own folders and files: 0700 and 0600, never overwritten, synced before they count as written.

#![expect(clippy::disallowed_methods, reason = "disk is the floor that touches files")]

#[cfg(test)]
mod tests;

use std::fs::{DirBuilder, File};
use std::io::{self, Write};
use std::os::unix::fs::{DirBuilderExt, FileExt, OpenOptionsExt};
use std::path::{Path, PathBuf};

use rustix::fs::{AtFlags, CWD, Mode, OFlags, RenameFlags};
use rustix::io::{Errno, retry_on_intr};

use super::error::{DiskError, Doing};

/// Bytes gathered before they go to the kernel; more than lines of a journal wait for their content (`evidence::bag`).
const BUFFER_BYTES: usize = 256 * 1024;

/// Makes a folder (0700) that must not exist yet.
pub fn create_folder(path: &Path) -> Result<(), DiskError> {
    DirBuilder::new().mode(0o700).create(path).map_err(DiskError::on(path, Doing::Create))
}

/// Makes a folder and those above it (0700) where they do not exist yet. Gives the topmost one that was made.
pub fn ensure_folder(path: &Path) -> Result<Option<PathBuf>, DiskError> {
    let is_missing = |path: &&Path| !path.as_os_str().is_empty() && std::fs::symlink_metadata(path).is_err();
    let top = path.ancestors().take_while(is_missing).last().map(Path::to_path_buf);
    DirBuilder::new().mode(0o700).recursive(true).create(path).map_err(DiskError::on(path, Doing::Create))?;
    Ok(top)
}

/// Removes folders that [`ensure_folder`] made, from `path` up to `top`, as far as they are empty.
pub fn remove_empty(path: &Path, top: &Path) {
    for folder in path.ancestors().take_while(|folder| folder.starts_with(top)) {
        if std::fs::remove_dir(folder).is_err() {
            // Something lies in it: it stays, and so do those above it.
            return;
        }
    }
}

/// Removes a folder of ours that was never finished: the files in it and in those of its folders that are named, deepest
/// first. A folder that holds anything else stays.
///
/// # Errors
/// When something can not be removed.
pub fn remove_case_folder(root: &Path, folders: &[&str]) -> Result<(), DiskError> {
    for folder in folders.iter().map(|folder| root.join(folder)).chain([root.to_path_buf()]) {
        let names = match std::fs::read_dir(&folder) {
            Err(error) if error.kind() == io::ErrorKind::NotFound => continue,
            names => names.map_err(DiskError::on(&folder, Doing::Read))?,
        };
        for entry in names {
            let entry = entry.map_err(DiskError::on(&folder, Doing::Read))?;
            let is_folder = entry.file_type().is_ok_and(|kind| kind.is_dir());
            if !is_folder {
                remove(&entry.path())?;
            }
        }
        std::fs::remove_dir(&folder).map_err(DiskError::on(&folder, Doing::Remove))?;
    }
    Ok(())
}

/// Removes a file of ours. That it is gone already is no error.
pub fn remove(path: &Path) -> Result<(), DiskError> {
    match std::fs::remove_file(path) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => Err(DiskError::on(path, Doing::Remove)(error)),
        _ => Ok(()),
    }
}

/// Removes an empty folder of ours. That it is gone already is no error.
pub fn remove_folder(path: &Path) -> Result<(), DiskError> {
    match std::fs::remove_dir(path) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => Err(DiskError::on(path, Doing::Remove)(error)),
        _ => Ok(()),
    }
}

/// Whether a file or folder of ours is kept from everybody else: some file systems know no owners.
pub fn is_private(path: &Path) -> Result<bool, DiskError> {
    use std::os::unix::fs::MetadataExt as _;
    let metadata = std::fs::symlink_metadata(path).map_err(DiskError::on(path, Doing::Look))?;
    Ok(metadata.mode() & 0o077 == 0)
}

/// Writes a file in one piece: it is there whole or not at all, and nothing that exists is overwritten.
pub fn write_once(path: &Path, bytes: &[u8]) -> Result<(), DiskError> {
    write_once_by(path, |file| file.append(bytes).map_err(into_io))
}

/// The same, written piece by piece by `fill`.
pub fn write_once_by(path: &Path, fill: impl FnOnce(&mut OutputFile) -> io::Result<()>) -> Result<(), DiskError> {
    let part = part_of(path);
    let mut file = OutputFile::create(&part)?;
    let written = fill(&mut file).map_err(|error| error_of(error, &part)).and_then(|()| file.sync());
    drop(file);
    match written.and_then(|()| rename_into_place(&part, path)) {
        Ok(()) => Ok(()),
        Err(error) => {
            // The first error is the one that counts.
            let _ = remove(&part);
            Err(error)
        }
    }
}

/// What failed on which path, if the error knows it; else that this one could not be written.
fn error_of(error: io::Error, path: &Path) -> DiskError {
    error.downcast::<DiskError>().unwrap_or_else(DiskError::on(path, Doing::Write))
}

/// The name of an unfinished file: hidden, beside the finished one, this process's own.
fn part_of(path: &Path) -> PathBuf {
    let mut name = std::ffi::OsString::from(".");
    name.push(path.file_name().unwrap_or_default());
    name.push(format!(".{}.part", rustix::process::getpid().as_raw_nonzero()));
    path.with_file_name(name)
}

/// Whether a name is one that [`write_once`] gives to an unfinished file: a crash may leave one behind.
pub fn is_part(name: &std::ffi::OsStr) -> bool {
    let Some(rest) = name.to_str().and_then(|name| name.strip_prefix('.')?.strip_suffix(".part")) else { return false };
    rest.rsplit_once('.').is_some_and(|(_, process)| !process.is_empty() && process.bytes().all(|b| b.is_ascii_digit()))
}

/// Gives a finished (synced) file of ours its name, in the same file system, and waits until the folder has it. Fails
/// where the name is taken.
pub fn rename_into_place(from: &Path, to: &Path) -> Result<(), DiskError> {
    let result = match rustix::fs::renameat_with(CWD, from, CWD, to, RenameFlags::NOREPLACE) {
        // NFS and some FUSE file systems do not know the flag; there a hard link fails on a taken name just the same.
        Err(Errno::INVAL | Errno::NOSYS | Errno::OPNOTSUPP) => rename_without_flag(from, to),
        result => result,
    };
    result.map_err(DiskError::on(to, Doing::Rename))?;
    sync_folder_of(to)
}

fn rename_without_flag(from: &Path, to: &Path) -> Result<(), Errno> {
    match rustix::fs::linkat(CWD, from, CWD, to, AtFlags::empty()) {
        Ok(()) => rustix::fs::unlink(from),
        // No hard links either (FAT by FUSE): looking first is the best there is, and only we write into our folder.
        Err(Errno::PERM | Errno::NOSYS | Errno::OPNOTSUPP) => match rustix::fs::lstat(to) {
            Err(Errno::NOENT) => rustix::fs::rename(from, to),
            Ok(_) => Err(Errno::EXIST),
            Err(error) => Err(error),
        },
        Err(error) => Err(error),
    }
}

/// Waits until the folder that holds this path has it on the medium.
pub fn sync_folder_of(path: &Path) -> Result<(), DiskError> {
    let folder = match path.parent() {
        Some(parent) if !parent.as_os_str().is_empty() => parent,
        _ => Path::new("."),
    };
    let flags = OFlags::RDONLY | OFlags::DIRECTORY | OFlags::CLOEXEC;
    let fd = retry_on_intr(|| rustix::fs::open(folder, flags, Mode::empty()));
    let fd = fd.map_err(DiskError::on(folder, Doing::Open))?;
    match retry_on_intr(|| rustix::fs::fsync(&fd)) {
        // Some file systems (FUSE, SMB) cannot sync a folder; its entries are then as safe as they get.
        Ok(()) | Err(Errno::INVAL | Errno::OPNOTSUPP | Errno::NOSYS) => Ok(()),
        Err(error) => Err(DiskError::on(folder, Doing::Sync)(error)),
    }
}

/// A file of ours that grows: buffered, with its position, and with earlier bytes that can be put right.
///
/// Dropping it loses what was not flushed: call [`OutputFile::sync`] or [`OutputFile::flush`] and look at the result.
#[derive(Debug)]
pub struct OutputFile {
    file: File,
    path: PathBuf,
    buffer: Vec<u8>,
    /// Bytes that the kernel has.
    written: u64,
}

impl OutputFile {
    /// Makes a file (0600) that must not exist yet; a link under that name is not followed.
    pub fn create(path: &Path) -> Result<Self, DiskError> {
        let mut options = File::options();
        options.read(true).write(true).create_new(true).mode(0o600);
        let file = options.open(path).map_err(DiskError::on(path, Doing::Create))?;
        Ok(Self { file, path: path.to_path_buf(), buffer: Vec::new(), written: 0 })
    }

    /// Opens a file of ours to go on at its end (a journal). The name must not be a link.
    pub fn open_to_append(path: &Path) -> Result<Self, DiskError> {
        let mut options = File::options();
        options.read(true).write(true).custom_flags((OFlags::NOFOLLOW | OFlags::NONBLOCK).bits().cast_signed());
        let file = options.open(path).map_err(DiskError::on(path, Doing::Open))?;
        let metadata = file.metadata().map_err(DiskError::on(path, Doing::Look))?;
        if !metadata.is_file() {
            return Err(DiskError::on(path, Doing::Open)(io::Error::from(io::ErrorKind::InvalidInput)));
        }
        Ok(Self { file, path: path.to_path_buf(), buffer: Vec::new(), written: metadata.len() })
    }

    /// Keeps every other hozen from going on with this file until it is dropped. A file system that knows no locks gives none.
    ///
    /// # Errors
    /// When another process holds it ([`io::ErrorKind::WouldBlock`]).
    pub fn lock(&self) -> Result<(), DiskError> {
        match rustix::fs::flock(&self.file, rustix::fs::FlockOperation::NonBlockingLockExclusive) {
            Err(Errno::WOULDBLOCK) => Err(self.failed(Doing::Open)(io::Error::from(io::ErrorKind::WouldBlock))),
            _ => Ok(()),
        }
    }

    /// Its path.
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// Bytes so far: where the next append goes.
    pub fn position(&self) -> u64 {
        self.written.saturating_add(self.buffer.len() as u64)
    }

    /// Adds bytes at the end.
    pub fn append(&mut self, bytes: &[u8]) -> Result<(), DiskError> {
        if self.buffer.len().saturating_add(bytes.len()) > BUFFER_BYTES {
            self.flush()?;
        }
        if bytes.len() >= BUFFER_BYTES {
            return self.put(bytes);
        }
        self.buffer.extend_from_slice(bytes);
        Ok(())
    }

    /// Overwrites bytes that were appended before (a header whose sizes are known only now). Never makes the file longer.
    ///
    /// What still lies in the buffer is put right there: the header of a small file costs no call to the kernel.
    pub fn patch_at(&mut self, offset: u64, bytes: &[u8]) -> Result<(), DiskError> {
        let end = offset.checked_add(bytes.len() as u64);
        if end.is_none_or(|end| end > self.position()) {
            let error = io::Error::new(io::ErrorKind::InvalidInput, "a patch must lie within what was appended");
            return Err(self.failed(Doing::Write)(error));
        }
        let to_kernel = usize::try_from(self.written.saturating_sub(offset)).unwrap_or(usize::MAX).min(bytes.len());
        let (written, held) = bytes.split_at(to_kernel);
        if !written.is_empty() {
            self.file.write_all_at(written, offset).map_err(self.failed(Doing::Write))?;
        }
        let at = usize::try_from(offset.saturating_sub(self.written)).unwrap_or(usize::MAX);
        if let Some(to) = self.buffer.get_mut(at..).and_then(|rest| rest.get_mut(..held.len())) {
            to.copy_from_slice(held);
        }
        Ok(())
    }

    /// Cuts the file back to this length (a torn tail before going on). It must not be longer than the file.
    ///
    /// Nothing beyond the cut is written first: on a full disk that could not be done.
    pub fn cut_to(&mut self, length: u64) -> Result<(), DiskError> {
        let kept = usize::try_from(length.saturating_sub(self.written)).unwrap_or(usize::MAX);
        self.buffer.truncate(kept);
        if length >= self.written && length <= self.position() {
            return Ok(());
        }
        if length > self.written {
            let error = io::Error::new(io::ErrorKind::InvalidInput, "a cut must lie within what was appended");
            return Err(self.failed(Doing::Write)(error));
        }
        self.file.set_len(length).map_err(self.failed(Doing::Write))?;
        self.written = length;
        Ok(())
    }

    /// Hands all bytes to the kernel. What it does not take (the disk is full) stays here, for when there is room.
    pub fn flush(&mut self) -> Result<(), DiskError> {
        let buffer = std::mem::take(&mut self.buffer);
        let before = self.written;
        let result = self.put(&buffer);
        self.buffer = buffer;
        let taken = usize::try_from(self.written.saturating_sub(before)).unwrap_or(usize::MAX);
        self.buffer.drain(..taken.min(self.buffer.len()));
        result
    }

    /// Flushes, and waits until the medium has all bytes.
    pub fn sync(&mut self) -> Result<(), DiskError> {
        self.flush()?;
        self.file.sync_data().map_err(self.failed(Doing::Sync))
    }

    /// Positioned: appending stays right whatever was patched or read in between, and `written` counts what arrived even
    /// if a later part fails.
    fn put(&mut self, mut bytes: &[u8]) -> Result<(), DiskError> {
        while !bytes.is_empty() {
            match self.file.write_at(bytes, self.written) {
                Ok(0) => return Err(self.failed(Doing::Write)(io::Error::from(io::ErrorKind::WriteZero))),
                Ok(count) => {
                    self.written = self.written.saturating_add(count as u64);
                    bytes = bytes.get(count..).unwrap_or_default();
                }
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                Err(error) => return Err(self.failed(Doing::Write)(error)),
            }
        }
        Ok(())
    }

    fn failed(&self, what: Doing) -> impl FnOnce(io::Error) -> DiskError + use<> {
        DiskError::on(&self.path, what)
    }
}

impl Write for OutputFile {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.append(bytes).map_err(into_io)?;
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Self::flush(self).map_err(into_io)
    }
}

/// Keeps the kind (so that a full disk is still seen as one) and the path.
fn into_io(error: DiskError) -> io::Error {
    io::Error::new(error.source.kind(), error)
}

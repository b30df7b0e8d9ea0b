//! A second copy of one of our own files: its digest while it is read, durable before it counts, and read back from the
//! medium and not from what the kernel still remembers.

#![expect(clippy::disallowed_methods, reason = "disk is the floor that touches files")]

use std::fs::File;
use std::io::{self, Read};
use std::os::unix::fs::{FileExt, OpenOptionsExt};
use std::path::Path;
use std::sync::atomic::{AtomicBool, Ordering};

use rustix::fs::OFlags;
use sha2::Digest as _;

use super::error::{DiskError, Doing};
use super::output::OutputFile;
use super::own;
use crate::model::Digest;

/// Bytes of one read; a multiple of [`SECTOR_BYTES`].
const STEP_BYTES: usize = 1024 * 1024;
/// What a read past the kernel's memory must be aligned to: no medium has larger sectors.
const SECTOR_BYTES: usize = 4096;

/// What was read of a file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Content {
    /// Its bytes.
    pub bytes: u64,
    /// Their digest.
    pub sha256: Digest,
}

/// How a copy was read back.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum ReadBack {
    /// Past the kernel's memory (`O_DIRECT`).
    Direct,
    /// After the kernel was told to forget it: advice that it follows where nobody else uses the file.
    CacheDropped,
}

impl ReadBack {
    /// As it stands in the chain of custody.
    pub fn name(self) -> &'static str {
        match self {
            Self::Direct => "direct",
            Self::CacheDropped => "cache_dropped",
        }
    }
}

/// What a long copy looks at and tells on its way.
#[derive(Clone, Copy)]
pub struct Watch<'a> {
    /// Ends it early when set.
    pub stop: &'a AtomicBool,
    /// Told how many bytes were read.
    pub read: &'a dyn Fn(u64),
}

impl Watch<'_> {
    fn is_stopped(self) -> bool {
        self.stop.load(Ordering::Relaxed)
    }
}

/// Copies a file of ours to a name (0600) that must not exist yet, and waits until the medium has it. Nothing if it was
/// stopped: then the copy is not whole.
///
/// # Errors
/// When one of the two fails; the copy is not whole then.
pub fn copy(from: &Path, to: &Path, watch: Watch<'_>) -> Result<Option<Content>, DiskError> {
    let (mut source, _) = own::open_own(from)?;
    let mut target = OutputFile::create(to)?;
    let mut hash = sha2::Sha256::new();
    let mut buffer = vec![0; STEP_BYTES];
    let mut bytes = 0_u64;
    loop {
        if watch.is_stopped() {
            return Ok(None);
        }
        let count = match source.read(&mut buffer) {
            Err(error) if error.kind() == io::ErrorKind::Interrupted => continue,
            read => read.map_err(DiskError::on(from, Doing::Read))?,
        };
        let Some(read) = buffer.get(..count).filter(|read| !read.is_empty()) else { break };
        hash.update(read);
        target.append(read)?;
        bytes = bytes.saturating_add(count as u64);
        (watch.read)(count as u64);
    }
    target.sync()?;
    Ok(Some(Content { bytes, sha256: Digest(hash.finalize().into()) }))
}

/// Reads a durable file of ours from its medium, as far as that can be had. Nothing if it was stopped.
///
/// # Errors
/// When it can not be read.
pub fn read_back(path: &Path, watch: Watch<'_>) -> Result<Option<(Content, ReadBack)>, DiskError> {
    let (kept, _) = own::open_from_medium(path)?;
    let mut direct = open_past_memory(path);
    let mut memory = vec![0; STEP_BYTES.saturating_add(SECTOR_BYTES)];
    let start = memory.as_ptr().align_offset(SECTOR_BYTES).min(SECTOR_BYTES);
    let buffer = memory.get_mut(start..start.saturating_add(STEP_BYTES)).unwrap_or_default();
    let mut hash = sha2::Sha256::new();
    let mut at = 0_u64;
    loop {
        if watch.is_stopped() {
            return Ok(None);
        }
        // A read past the kernel's memory begins at a sector, also after one that ended between two.
        let base = at - at % SECTOR_BYTES as u64;
        let read = match &direct {
            Some(file) => file.read_at(buffer, base),
            None => kept.read_at(buffer, base),
        };
        let count = match read {
            Err(error) if error.kind() == io::ErrorKind::Interrupted => continue,
            // Some file systems open so and do not read so. A medium that fails is no such case.
            Err(error)
                if direct.is_some()
                    && matches!(error.kind(), io::ErrorKind::InvalidInput | io::ErrorKind::Unsupported) =>
            {
                direct = None;
                continue;
            }
            read => read.map_err(DiskError::on(path, Doing::Read))?,
        };
        let skip = usize::try_from(at - base).unwrap_or(usize::MAX);
        let Some(new) = buffer.get(skip..count).filter(|new| !new.is_empty()) else { break };
        hash.update(new);
        at = at.saturating_add(new.len() as u64);
        (watch.read)(new.len() as u64);
    }
    let way = if direct.is_some() { ReadBack::Direct } else { ReadBack::CacheDropped };
    Ok(Some((Content { bytes: at, sha256: Digest(hash.finalize().into()) }, way)))
}

fn open_past_memory(path: &Path) -> Option<File> {
    let flags = OFlags::DIRECT | OFlags::NOFOLLOW | OFlags::NONBLOCK;
    File::options().read(true).custom_flags(flags.bits().cast_signed()).open(path).ok()
}

/// Where two files first differ; nothing if they are the same now.
///
/// # Errors
/// When one can not be read.
pub fn first_difference(a: &Path, b: &Path) -> Result<Option<u64>, DiskError> {
    let ((left, left_length), (right, right_length)) = (own::open_from_medium(a)?, own::open_from_medium(b)?);
    let (mut left_bytes, mut right_bytes) = (vec![0; STEP_BYTES], vec![0; STEP_BYTES]);
    let mut at = 0_u64;
    loop {
        let l = fill(&left, &mut left_bytes, at).map_err(DiskError::on(a, Doing::Read))?;
        let r = fill(&right, &mut right_bytes, at).map_err(DiskError::on(b, Doing::Read))?;
        let both = l.len().min(r.len());
        let differs = l.iter().zip(r).position(|(l, r)| l != r);
        if let Some(within) = differs.or((l.len() != r.len()).then_some(both)) {
            return Ok(Some(at.saturating_add(within as u64)));
        }
        if both == 0 {
            return Ok((left_length != right_length).then_some(at));
        }
        at = at.saturating_add(both as u64);
    }
}

/// As much of a file as the buffer takes.
fn fill<'b>(file: &File, buffer: &'b mut [u8], at: u64) -> io::Result<&'b [u8]> {
    let mut filled = 0;
    while let Some(rest) = buffer.get_mut(filled..).filter(|rest| !rest.is_empty()) {
        match file.read_at(rest, at.saturating_add(filled as u64)) {
            Ok(0) => break,
            Ok(count) => filled = filled.saturating_add(count),
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            Err(error) => return Err(error),
        }
    }
    Ok(buffer.get(..filled).unwrap_or_default())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::disk::output::write_once;

    fn quiet(stop: &AtomicBool) -> Watch<'_> {
        Watch { stop, read: &|_| {} }
    }

    #[test]
    fn files_of_every_length_around_a_step_read_back_as_they_were_copied() {
        let folder = tempfile::tempdir().unwrap();
        let stop = AtomicBool::new(false);
        for length in [0, 1, 4095, 4096, 4097, STEP_BYTES - 1, STEP_BYTES, STEP_BYTES + 1, 2 * STEP_BYTES + 5000] {
            let bytes: Vec<u8> = (0..length).map(|n| (n * 7 % 251) as u8).collect();
            let (from, to) = (folder.path().join(format!("{length}")), folder.path().join(format!("{length}.copy")));
            write_once(&from, &bytes).unwrap();
            let copied = copy(&from, &to, quiet(&stop)).unwrap().unwrap();
            assert_eq!(copied, Content { bytes: length as u64, sha256: Digest::of(&bytes) });
            assert_eq!(read_back(&to, quiet(&stop)).unwrap().unwrap().0, copied, "{length}");
            assert_eq!(first_difference(&from, &to).unwrap(), None);
            assert!(copy(&from, &to, quiet(&stop)).is_err(), "never over another");
        }
        stop.store(true, Ordering::Relaxed);
        assert_eq!(copy(&folder.path().join("1"), &folder.path().join("new"), quiet(&stop)).unwrap(), None);
        assert_eq!(read_back(&folder.path().join("1"), quiet(&stop)).unwrap(), None);
    }

    #[test]
    fn the_first_differing_byte_is_named_also_behind_the_end_of_one() {
        let folder = tempfile::tempdir().unwrap();
        let (a, b) = (folder.path().join("a"), folder.path().join("b"));
        let bytes = vec![7; STEP_BYTES + 100];
        write_once(&a, &bytes).unwrap();
        for at in [0, 4096, STEP_BYTES - 1, STEP_BYTES, STEP_BYTES + 99] {
            let mut other = bytes.clone();
            other[at] ^= 1;
            std::fs::write(&b, &other).unwrap();
            assert_eq!(first_difference(&a, &b).unwrap(), Some(at as u64));
            std::fs::write(&b, &bytes[..at]).unwrap();
            assert_eq!(first_difference(&a, &b).unwrap(), Some(at as u64));
            assert_eq!(first_difference(&b, &a).unwrap(), Some(at as u64));
        }
    }
}

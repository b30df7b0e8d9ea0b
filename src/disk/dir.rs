//! A folder by its handle: listed from that same handle, in byte order, without changing its access time.
//!
//! Everything below a folder is reached through its handle, never through a joined path: so paths of any length work, and
//! a folder that is renamed or replaced by a link meanwhile cannot lead the walk elsewhere.

use std::ffi::CStr;
use std::io;
use std::os::fd::{AsFd, BorrowedFd, OwnedFd};
use std::path::Path;

use rustix::fs::{CWD, Mode, OFlags, RawDir, SeekFrom};
use rustix::io::retry_on_intr;

use super::handle::{self, Seen};
use crate::model::{Digest, Stat};

/// Room for directory entries in one `getdents64` call.
const LIST_BUFFER_BYTES: usize = 32 * 1024;

/// An open folder. Cheap to share in an `Arc`: the walk and the workers that open its files use one handle.
#[derive(Debug)]
pub struct DirHandle {
    fd: OwnedFd,
    atime_kept: bool,
}

impl DirHandle {
    /// Opens a folder to list it. The last part of the path must not be a link.
    pub fn open_path(path: &Path) -> io::Result<Self> {
        use std::os::unix::ffi::OsStrExt;
        Self::open(CWD, path.as_os_str().as_bytes())
    }

    /// Opens a folder inside this one.
    pub fn open_at(&self, name: &[u8]) -> io::Result<Self> {
        Self::open(&self.fd, name)
    }

    fn open(dir: impl AsFd, name: &[u8]) -> io::Result<Self> {
        let (fd, atime_kept) = handle::open_quietly(dir, name, OFlags::DIRECTORY)?;
        Ok(Self { fd, atime_kept })
    }

    /// A handle that only things inside can be opened through. Needs no right to list it, and a link is followed:
    /// this is for the folder part of a path that the user typed.
    pub fn anchor(path: &Path) -> io::Result<Self> {
        let flags = OFlags::PATH | OFlags::DIRECTORY | OFlags::CLOEXEC;
        let fd = retry_on_intr(|| rustix::fs::open(path, flags, Mode::empty()))?;
        Ok(Self { fd, atime_kept: true })
    }

    /// The folder that this one lies in now, to open things through. On a hostile tree that may be any folder: compare.
    pub(crate) fn parent(&self) -> io::Result<Self> {
        self.pass_through(b"..")
    }

    /// A folder inside this one, to open things through; not through a link.
    pub(crate) fn pass_through(&self, name: &[u8]) -> io::Result<Self> {
        let flags = OFlags::PATH | OFlags::DIRECTORY | OFlags::NOFOLLOW | OFlags::CLOEXEC;
        let fd = retry_on_intr(|| rustix::fs::openat(&self.fd, name, flags, Mode::empty()))?;
        Ok(Self { fd, atime_kept: true })
    }

    /// Whether the access time is safe from us.
    pub fn atime_kept(&self) -> bool {
        self.atime_kept
    }

    /// Its metadata, by handle.
    pub fn stat(&self) -> io::Result<Stat> {
        Ok(self.see()?.stat)
    }

    /// Its extended attributes, sorted by name, within [`crate::model::limits::XATTR_BYTES`].
    pub fn xattrs(&self) -> io::Result<Vec<(Vec<u8>, Vec<u8>)>> {
        handle::xattrs(&self.fd)
    }

    /// The extended attributes of what is not opened: a link (not what it leads to), a pipe, a device.
    pub(crate) fn xattrs_at(&self, name: &[u8]) -> io::Result<Vec<(Vec<u8>, Vec<u8>)>> {
        handle::xattrs_at(&self.fd, name)
    }

    pub(crate) fn see(&self) -> io::Result<Seen> {
        handle::see(&self.fd)
    }

    pub(crate) fn see_at(&self, name: &[u8]) -> io::Result<Seen> {
        handle::see_at(&self.fd, name)
    }

    /// The target of a link inside this folder, as bytes.
    pub(crate) fn link_target(&self, name: &[u8]) -> io::Result<Vec<u8>> {
        Ok(retry_on_intr(|| rustix::fs::readlinkat(&self.fd, name, Vec::new()))?.into_bytes())
    }

    /// The names in it, at most `limit`.
    ///
    /// Reads the handle itself: rustix's `Dir` would open the folder anew.
    pub fn list(&self, limit: usize) -> io::Result<Names> {
        let mut names = Names::default();
        self.each_while(|name| {
            names.cut_short = names.len() >= limit;
            if !names.cut_short {
                names.push(name);
            }
            !names.cut_short
        })?;
        names.sort();
        Ok(names)
    }

    /// Every name in it, in the kernel's order.
    pub(crate) fn each_name(&self, mut on: impl FnMut(&CStr)) -> io::Result<()> {
        self.each_while(|name| {
            on(name);
            true
        })
    }

    /// Names in the kernel's order, from the first on, as long as `on` wants more.
    fn each_while(&self, mut on: impl FnMut(&CStr) -> bool) -> io::Result<()> {
        rustix::fs::seek(&self.fd, SeekFrom::Start(0))?;
        let mut buffer = Vec::with_capacity(LIST_BUFFER_BYTES);
        let mut entries = RawDir::new(&self.fd, buffer.spare_capacity_mut());
        while let Some(entry) = entries.next() {
            let name = match &entry {
                Ok(entry) => entry.file_name(),
                Err(rustix::io::Errno::INTR) => continue,
                Err(error) => return Err((*error).into()),
            };
            if name != c"." && name != c".." && !on(name) {
                break;
            }
        }
        Ok(())
    }
}

impl AsFd for DirHandle {
    fn as_fd(&self) -> BorrowedFd<'_> {
        self.fd.as_fd()
    }
}

/// The names in a folder, sorted by raw bytes, packed: a folder may hold millions.
#[derive(Debug, Default)]
pub struct Names {
    bytes: Vec<u8>,
    starts: Vec<usize>,
    cut_short: bool,
}

impl Names {
    pub(crate) fn push(&mut self, name: &CStr) {
        self.starts.push(self.bytes.len());
        self.bytes.extend_from_slice(name.to_bytes_with_nul());
    }

    pub(crate) fn sort(&mut self) {
        let bytes = &self.bytes;
        self.starts.sort_unstable_by(|&a, &b| name_at(bytes, a).cmp(name_at(bytes, b)));
    }

    /// Bytes of memory that they take.
    pub(crate) fn memory(&self) -> usize {
        self.bytes.len() + self.starts.len() * size_of::<usize>()
    }

    /// Keeps the smaller half of them, sorted, and gives the smallest that goes.
    pub(crate) fn keep_smaller_half(&mut self) -> Option<Vec<u8>> {
        self.sort();
        let kept = self.len().div_ceil(2);
        let cut = self.get(kept).map(<[u8]>::to_vec);
        let mut smaller = Self::default();
        for name in self.iter().take(kept) {
            smaller.starts.push(smaller.bytes.len());
            smaller.bytes.extend_from_slice(name);
            smaller.bytes.push(0);
        }
        *self = smaller;
        cut
    }

    /// How many.
    pub fn len(&self) -> usize {
        self.starts.len()
    }

    /// Whether the folder is empty.
    pub fn is_empty(&self) -> bool {
        self.starts.is_empty()
    }

    /// Whether the folder holds more names than the limit; those kept are then the first that the kernel gave.
    pub fn cut_short(&self) -> bool {
        self.cut_short
    }

    /// The name at a position in byte order.
    pub fn get(&self, index: usize) -> Option<&[u8]> {
        self.starts.get(index).map(|&start| name_at(&self.bytes, start))
    }

    /// All names, in byte order.
    pub fn iter(&self) -> impl Iterator<Item = &[u8]> {
        self.starts.iter().map(|&start| name_at(&self.bytes, start))
    }

    /// SHA-256 over the sorted names, each followed by NUL: what the folder held when it was listed.
    pub fn digest(&self) -> Digest {
        use sha2::Digest as _;
        let mut hasher = sha2::Sha256::new();
        for name in self.iter() {
            hasher.update(name);
            hasher.update([0]);
        }
        Digest(hasher.finalize().into())
    }
}

fn name_at(bytes: &[u8], start: usize) -> &[u8] {
    bytes.get(start..).and_then(|rest| rest.split(|&byte| byte == 0).next()).unwrap_or_default()
}

#[cfg(test)]
#[expect(clippy::disallowed_methods, reason = "the test builds its own folder")]
mod tests {
    use super::*;
    use std::ffi::OsStr;
    use std::os::unix::ffi::OsStrExt;

    fn folder_with(names: &[&[u8]]) -> tempfile::TempDir {
        let folder = tempfile::tempdir().unwrap();
        for name in names {
            std::fs::write(folder.path().join(OsStr::from_bytes(name)), b"").unwrap();
        }
        folder
    }

    #[test]
    fn names_come_in_byte_order_and_as_raw_bytes() {
        let shift_jis: &[u8] = b"\x8c\xda\x8b\x71\x83\x5c.csv";
        let long = [b'x'; 255];
        let folder = folder_with(&[b"b", b"a\nb", shift_jis, b"A", &long, "顧客".as_bytes()]);
        let names = DirHandle::open_path(folder.path()).unwrap().list(100).unwrap();
        let found: Vec<&[u8]> = names.iter().collect();
        assert_eq!(found, [b"A", b"a\nb" as &[u8], b"b", &long, shift_jis, "顧客".as_bytes()]);
        assert!(!names.cut_short());
    }

    #[test]
    fn the_digest_is_over_sorted_names_each_with_a_nul() {
        let folder = folder_with(&[b"b", b"a"]);
        let dir = DirHandle::open_path(folder.path()).unwrap();
        assert_eq!(dir.list(100).unwrap().digest(), Digest::of(b"a\0b\0"));
        assert_eq!(dir.list(100).unwrap().len(), 2, "a second listing begins anew");
    }

    #[test]
    fn more_names_than_the_limit_are_said_to_be_cut() {
        let folder = folder_with(&[b"a", b"b", b"c"]);
        let names = DirHandle::open_path(folder.path()).unwrap().list(2).unwrap();
        assert_eq!((names.len(), names.cut_short()), (2, true));
    }

    #[test]
    fn many_names_need_many_calls() {
        let folder = tempfile::tempdir().unwrap();
        for number in 0..2_000 {
            std::fs::write(folder.path().join(format!("{number:04}-{}", "n".repeat(60))), b"").unwrap();
        }
        let names = DirHandle::open_path(folder.path()).unwrap().list(usize::MAX).unwrap();
        assert_eq!(names.len(), 2_000);
        assert!(names.get(1_999).unwrap().starts_with(b"1999"));
        assert_eq!(names.get(2_000), None);
    }

    #[test]
    fn a_link_to_a_folder_is_not_opened() {
        let folder = tempfile::tempdir().unwrap();
        std::os::unix::fs::symlink("/", folder.path().join("up")).unwrap();
        let dir = DirHandle::open_path(folder.path()).unwrap();
        assert!(dir.open_at(b"up").is_err());
        assert_eq!(dir.link_target(b"up").unwrap(), b"/");
    }
}

//! What folders and source files share: opened without a trace, looked at by handle, never through a link.
//!
//! Only read flags occur in this file; nothing here can change what it opens.

use std::io;
use std::os::fd::{AsFd, AsRawFd, OwnedFd};

use rustix::fs::{AtFlags, FileType, Mode, OFlags, StatVfsMountFlags, Statx, StatxAttributes, StatxFlags};
use rustix::io::{Errno, retry_on_intr};

use crate::model::{Kind, Stat, Timestamp, limits};

/// One look at a thing, by handle or beside a folder's handle.
#[derive(Debug, Clone)]
pub(crate) struct Seen {
    pub(crate) kind: Kind,
    pub(crate) stat: Stat,
    /// Major and minor number, of device nodes only.
    pub(crate) device_node: Option<(u32, u32)>,
    /// Whether a mount begins here; `None` where the kernel does not say (before Linux 5.8).
    pub(crate) mount_root: Option<bool>,
    /// Opening it would make the kernel mount something.
    pub(crate) automount: bool,
    /// The mount it is reached through (Linux 5.8).
    pub(crate) mount: Option<u64>,
}

impl Seen {
    /// Device and inode: the same for two names of one thing.
    pub(crate) fn identity(&self) -> (u64, u64) {
        (self.stat.device, self.stat.inode)
    }
}

/// Looks at a name in a folder: neither follows a link nor sets off an automount.
pub(crate) fn see_at(dir: impl AsFd, name: &[u8]) -> io::Result<Seen> {
    see_with(dir, name, AtFlags::SYMLINK_NOFOLLOW | AtFlags::NO_AUTOMOUNT)
}

/// Looks at a name in a folder in the way that the flags say.
pub(crate) fn see_with(dir: impl AsFd, name: &[u8], flags: AtFlags) -> io::Result<Seen> {
    let mask = StatxFlags::BASIC_STATS | StatxFlags::BTIME | StatxFlags::MNT_ID;
    Ok(seen(&retry_on_intr(|| rustix::fs::statx(dir.as_fd(), name, flags, mask))?))
}

/// Looks at what a handle holds.
pub(crate) fn see(handle: impl AsFd) -> io::Result<Seen> {
    let flags = AtFlags::EMPTY_PATH | AtFlags::NO_AUTOMOUNT;
    let mask = StatxFlags::BASIC_STATS | StatxFlags::BTIME | StatxFlags::MNT_ID;
    Ok(seen(&retry_on_intr(|| rustix::fs::statx(handle.as_fd(), c"", flags, mask))?))
}

fn seen(x: &Statx) -> Seen {
    let time = |t: rustix::fs::StatxTimestamp| Timestamp { seconds: t.tv_sec, nanos: t.tv_nsec };
    let says = |flag| StatxFlags::from_bits_retain(x.stx_mask).contains(flag);
    let kind = kind_of(FileType::from_raw_mode(u32::from(x.stx_mode)));
    let stat = Stat {
        size: x.stx_size,
        blocks: x.stx_blocks,
        mode: u32::from(x.stx_mode) & 0o7777,
        uid: x.stx_uid,
        gid: x.stx_gid,
        device: rustix::fs::makedev(x.stx_dev_major, x.stx_dev_minor),
        inode: x.stx_ino,
        links: u64::from(x.stx_nlink),
        atime: time(x.stx_atime),
        mtime: time(x.stx_mtime),
        ctime: time(x.stx_ctime),
        btime: says(StatxFlags::BTIME).then(|| time(x.stx_btime)),
    };
    Seen {
        kind,
        stat,
        device_node: matches!(kind, Kind::CharDevice | Kind::BlockDevice)
            .then_some((x.stx_rdev_major, x.stx_rdev_minor)),
        mount_root: x
            .stx_attributes_mask
            .contains(StatxAttributes::MOUNT_ROOT)
            .then(|| x.stx_attributes.contains(StatxAttributes::MOUNT_ROOT)),
        automount: x.stx_attributes.contains(StatxAttributes::AUTOMOUNT),
        mount: says(StatxFlags::MNT_ID).then_some(x.stx_mnt_id),
    }
}

fn kind_of(file_type: FileType) -> Kind {
    match file_type {
        FileType::RegularFile => Kind::File,
        FileType::Directory => Kind::Folder,
        FileType::Symlink => Kind::Link,
        FileType::Fifo => Kind::Fifo,
        FileType::Socket => Kind::Socket,
        FileType::CharacterDevice => Kind::CharDevice,
        FileType::BlockDevice => Kind::BlockDevice,
        FileType::Unknown => Kind::Unknown,
    }
}

/// Opens for reading without changing the access time, and says whether that holds. The kernel grants `O_NOATIME` to the
/// owner and to root only; others read with it off, unless the mount keeps no access times anyway.
pub(crate) fn open_quietly(dir: impl AsFd, name: &[u8], extra: OFlags) -> io::Result<(OwnedFd, bool)> {
    let flags = OFlags::RDONLY | OFlags::NOFOLLOW | OFlags::CLOEXEC | OFlags::NONBLOCK | extra;
    let open = |flags| retry_on_intr(|| rustix::fs::openat(dir.as_fd(), name, flags, Mode::empty()));
    match open(flags | OFlags::NOATIME) {
        Ok(fd) => Ok((fd, true)),
        Err(Errno::PERM) => {
            let fd = open(flags)?;
            let mount = rustix::fs::fstatvfs(&fd).map(|v| v.f_flag).unwrap_or(StatVfsMountFlags::empty());
            let kept = mount.intersects(StatVfsMountFlags::NOATIME | StatVfsMountFlags::RDONLY);
            Ok((fd, kept))
        }
        Err(error) => Err(error.into()),
    }
}

/// All extended attributes of a handle, sorted by name. A file system without any is no error; more than
/// [`limits::XATTR_BYTES`] of names and values is.
pub(crate) fn xattrs(handle: impl AsFd) -> io::Result<Vec<(Vec<u8>, Vec<u8>)>> {
    let handle = handle.as_fd();
    pairs(|buffer| rustix::fs::flistxattr(handle, buffer), |name, buffer| rustix::fs::fgetxattr(handle, name, buffer))
}

/// The same of a name in a folder that is not opened: a link, a pipe, a device. The kernel takes only a path for that, so it
/// goes through the folder's handle in `/proc`; without `/proc` there are none.
pub(crate) fn xattrs_at(dir: impl AsFd, name: &[u8]) -> io::Result<Vec<(Vec<u8>, Vec<u8>)>> {
    let mut path = format!("/proc/self/fd/{}/", dir.as_fd().as_raw_fd()).into_bytes();
    path.extend_from_slice(name);
    let path = path.as_slice();
    match pairs(|buffer| rustix::fs::llistxattr(path, buffer), |name, buffer| rustix::fs::lgetxattr(path, name, buffer))
    {
        // Gone meanwhile, or no /proc.
        Err(error) if Errno::from_io_error(&error) == Some(Errno::NOENT) => Ok(Vec::new()),
        other => other,
    }
}

fn pairs(
    list: impl Fn(&mut [u8]) -> Result<usize, Errno>,
    get: impl Fn(&[u8], &mut [u8]) -> Result<usize, Errno>,
) -> io::Result<Vec<(Vec<u8>, Vec<u8>)>> {
    let names = match grown(list) {
        Err(error) if Errno::from_io_error(&error) == Some(Errno::NOTSUP) => return Ok(Vec::new()),
        names => names?,
    };
    let mut total = names.len();
    let mut pairs = Vec::new();
    for name in names.split(|&byte| byte == 0).filter(|name| !name.is_empty()) {
        let value = match grown(|buffer| get(name, buffer)) {
            // Removed since it was listed.
            Err(error) if Errno::from_io_error(&error) == Some(Errno::NODATA) => continue,
            value => value?,
        };
        total = total.saturating_add(value.len());
        if total > limits::XATTR_BYTES {
            return Err(too_large());
        }
        pairs.push((name.to_vec(), value));
    }
    pairs.sort_unstable();
    Ok(pairs)
}

/// Calls with a small buffer, then larger ones up to the limit: most entries have no attribute at all.
fn grown(mut call: impl FnMut(&mut [u8]) -> Result<usize, Errno>) -> io::Result<Vec<u8>> {
    let mut room = 512;
    loop {
        let mut buffer = vec![0; room];
        match retry_on_intr(|| call(&mut buffer)) {
            Ok(length) => {
                buffer.truncate(length);
                return Ok(buffer);
            }
            Err(Errno::RANGE) if room < limits::XATTR_BYTES => {
                room = room.saturating_mul(8).min(limits::XATTR_BYTES);
            }
            Err(Errno::RANGE | Errno::TOOBIG) => return Err(too_large()),
            Err(error) => return Err(error.into()),
        }
    }
}

fn too_large() -> io::Error {
    io::Error::new(
        io::ErrorKind::FileTooLarge,
        format!("more than {} bytes of extended attributes; copy them with getfattr", limits::XATTR_BYTES),
    )
}

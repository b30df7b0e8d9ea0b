//! Mounts of our own that keep no access times: the only way to read a link's target and leave no trace.
//!
//! `O_NOATIME` covers files and folders, but no flag covers `readlink`: on an ordinary (relatime) mount it moves the link's
//! access time. So the process enters a mount namespace of its own, where the mounts that hold the sources are
//! remounted `noatime`. Nobody else sees that, nothing is written, and it ends with the process. It needs root
//! (`CAP_SYS_ADMIN`); without, links are still recorded, with their times from before, and the entry says what moved.

#![expect(clippy::disallowed_methods, reason = "disk is the floor that touches files")]

use std::io;
use std::os::unix::ffi::OsStrExt;
use std::path::Path;

use rustix::fs::{CWD, OFlags, StatVfsMountFlags};
use rustix::mount::MountFlags;
use rustix::thread::UnshareFlags;

use super::error::shown;
use super::handle;

/// Whether links can be read without a trace.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Quiet {
    /// Every root lies on a mount that keeps no access times.
    Kept,
    /// Not so, and why. Files and folders are still opened with `O_NOATIME`.
    NotKept(String),
}

/// Sees to it that the mounts of these roots keep no access times for this thread and all that it starts later. Call it
/// before any other thread exists, before [`super::sandbox::confine`] (which forbids mounting) and before the walk.
///
/// Only the mounts that hold the roots themselves are covered, not others mounted below them.
pub fn keep_access_times(roots: &[&Path]) -> Quiet {
    let loud = |roots: &[&Path]| roots.iter().copied().find(|root| !is_quiet(root)).map(Path::to_path_buf);
    if loud(roots).is_none() {
        return Quiet::Kept;
    }
    #[expect(deprecated, reason = "unsound only with UnshareFlags::FILES; the other spelling is unsafe code")]
    let entered = rustix::thread::unshare(UnshareFlags::NEWNS);
    if let Err(error) = entered {
        let error = io::Error::from(error);
        return Quiet::NotKept(format!("a mount namespace of our own was refused ({error}); run as root"));
    }
    for root in roots {
        if let Err(error) = remount(root) {
            return Quiet::NotKept(format!("the mount of {} could not be made noatime: {error}", shown(root)));
        }
    }
    match loud(roots) {
        None => Quiet::Kept,
        Some(root) => Quiet::NotKept(format!("the mount of {} still keeps access times", shown(&root))),
    }
}

/// Whether what is at this path lies on a mount that leaves access times alone. A link is looked at, not through.
fn is_quiet(path: &Path) -> bool {
    let flags = OFlags::PATH | OFlags::NOFOLLOW | OFlags::CLOEXEC;
    rustix::fs::open(path, flags, rustix::fs::Mode::empty())
        .and_then(rustix::fs::fstatvfs)
        .is_ok_and(|v| v.f_flag.intersects(StatVfsMountFlags::NOATIME | StatVfsMountFlags::RDONLY))
}

fn remount(path: &Path) -> io::Result<()> {
    if is_quiet(path) {
        return Ok(());
    }
    let unknown = || io::Error::new(io::ErrorKind::NotFound, "the kernel does not say which mount it is");
    let id = handle::see_at(CWD, path.as_os_str().as_bytes())?.mount.ok_or_else(unknown)?;
    // The thread's own: its namespace may be younger than the process's.
    let mounts = std::fs::read("/proc/thread-self/mountinfo")?;
    let mount = mounts.split(|&byte| byte == b'\n').find_map(|line| parse(line).filter(|mount| mount.id == id));
    let mount = mount.ok_or_else(unknown)?;
    // Another mount may hide this one under the same path; then it is not ours to change by name.
    if handle::see_at(CWD, &mount.point)?.mount != Some(id) {
        return Err(unknown());
    }
    let flags = MountFlags::BIND | MountFlags::NOATIME | mount.flags;
    Ok(rustix::mount::mount_remount(mount.point.as_slice(), flags, c"")?)
}

/// One line of `/proc/thread-self/mountinfo` (proc_pid_mountinfo(5)).
#[derive(Debug, PartialEq, Eq)]
struct Mount {
    id: u64,
    point: Vec<u8>,
    /// What a remount must repeat, or it would be dropped.
    flags: MountFlags,
}

fn parse(line: &[u8]) -> Option<Mount> {
    let mut fields = line.split(|&byte| byte == b' ');
    let id = std::str::from_utf8(fields.next()?).ok()?.parse().ok()?;
    let point = unescape(fields.nth(3)?);
    let mut flags = MountFlags::empty();
    for option in fields.next()?.split(|&byte| byte == b',') {
        flags |= match option {
            b"ro" => MountFlags::RDONLY,
            b"nosuid" => MountFlags::NOSUID,
            b"nodev" => MountFlags::NODEV,
            b"noexec" => MountFlags::NOEXEC,
            b"nodiratime" => MountFlags::NODIRATIME,
            // MS_NOSYMFOLLOW of linux/mount.h, which rustix does not name.
            b"nosymfollow" => MountFlags::from_bits_retain(1 << 8),
            _ => MountFlags::empty(),
        };
    }
    Some(Mount { id, point, flags })
}

/// Undoes the kernel's `\040` for space, tab, newline and backslash.
pub(super) fn unescape(text: &[u8]) -> Vec<u8> {
    let mut out = Vec::with_capacity(text.len());
    let mut rest = text;
    while let Some((&byte, tail)) = rest.split_first() {
        let octal = tail.get(..3).filter(|_| byte == b'\\').and_then(|digits| {
            let digits = std::str::from_utf8(digits).ok()?;
            u8::from_str_radix(digits, 8).ok()
        });
        out.push(octal.unwrap_or(byte));
        rest = if octal.is_some() { tail.get(3..).unwrap_or_default() } else { tail };
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_mountinfo_line_gives_id_point_and_what_a_remount_must_repeat() {
        let line = br"36 35 98:0 /mnt1 /mnt/a\040b\134c ro,nosuid,noexec,relatime master:1 - ext3 /dev/root rw";
        let mount = parse(line).unwrap();
        assert_eq!((mount.id, mount.point.as_slice()), (36, br"/mnt/a b\c".as_slice()));
        assert_eq!(mount.flags, MountFlags::RDONLY | MountFlags::NOSUID | MountFlags::NOEXEC);
        assert_eq!(parse(b"x y"), None);
    }

    #[test]
    fn a_link_s_access_time_is_kept_where_the_kernel_lets_us() {
        // In a thread of its own: the namespace is the thread's.
        let outcome = std::thread::spawn(|| {
            let folder = tempfile::tempdir().unwrap();
            let link = folder.path().join("link");
            std::os::unix::fs::symlink("target", &link).unwrap();
            let quiet = keep_access_times(&[folder.path()]);
            let (before, _) = (link.symlink_metadata().unwrap().accessed().unwrap(), make_old(&link));
            let old = link.symlink_metadata().unwrap().accessed().unwrap();
            assert_ne!(before, old);
            std::fs::read_link(&link).unwrap();
            (quiet, link.symlink_metadata().unwrap().accessed().unwrap() == old)
        });
        let (quiet, kept) = outcome.join().unwrap();
        match quiet {
            Quiet::Kept => assert!(kept),
            Quiet::NotKept(why) => assert!(why.contains("refused"), "nobody refused, yet: {why}"),
        }
    }

    /// A time before the last change: relatime would move it on the next look.
    fn make_old(path: &Path) {
        let old = rustix::fs::Timespec { tv_sec: 1_000_000_000, tv_nsec: 0 };
        let times = rustix::fs::Timestamps { last_access: old, last_modification: old };
        rustix::fs::utimensat(CWD, path, &times, rustix::fs::AtFlags::SYMLINK_NOFOLLOW).unwrap();
    }
}

//! Mounts of our own that keep no access times: the only way to read a link's target and leave no trace.
//!
//! `O_NOATIME` covers files and folders, but no flag covers `readlink`: on an ordinary (relatime) mount it moves the link's
//! access time. So the process enters a mount namespace of its own, where the mounts that hold the sources are
//! remounted `noatime`. Nobody else sees that, nothing is written, and it ends with the process. It needs root
//! (`CAP_SYS_ADMIN`); without, links are still recorded, with their times from before, and the entry says what moved.

#![expect(clippy::disallowed_methods, reason = "disk is the floor that touches files")]

use std::ffi::OsStr;
use std::io;
use std::os::unix::ffi::OsStrExt;
use std::path::{Path, PathBuf};

use rustix::fs::{CWD, OFlags, StatVfsMountFlags};
use rustix::mount::MountFlags;
use rustix::thread::UnshareFlags;

use super::error::shown;
use super::handle;

/// Whether links can be read without a trace.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Quiet {
    /// All that will be walked lies on mounts that keep no access times.
    Kept,
    /// Not so, and why. Files and folders are still opened with `O_NOATIME`.
    NotKept(String),
}

/// Sees to it that the mounts of these roots keep no access times for this thread and all that it starts later. Call it
/// before any other thread exists, before [`super::sandbox::confine`] (which forbids mounting) and before the walk.
///
/// Covered are the mounts that hold the roots and, if the walk crosses file systems, those below them.
pub fn keep_access_times(roots: &[&Path], crosses: bool) -> Quiet {
    let loud = |roots: &[&Path]| {
        let root = roots.iter().copied().find(|root| !is_quiet(root)).map(Path::to_path_buf);
        root.or_else(|| if crosses { loud_below(roots).into_iter().next().map(|mount| mount.path()) } else { None })
    };
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
    if crosses {
        for mount in loud_below(roots) {
            // One that refuses is told below; the others are worth having.
            let _ = mount.remount();
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
    let id = handle::see_at(CWD, path.as_os_str().as_bytes())?.mount.ok_or_else(unknown)?;
    mounts()?.into_iter().find(|mount| mount.id == id).ok_or_else(unknown)?.remount()
}

fn unknown() -> io::Error {
    io::Error::new(io::ErrorKind::NotFound, "the kernel does not say which mount it is")
}

/// All mounts of this thread: its namespace may be younger than the process's.
fn mounts() -> io::Result<Vec<Mount>> {
    let lines = std::fs::read("/proc/thread-self/mountinfo")?;
    Ok(lines.split(|&byte| byte == b'\n').filter_map(parse).collect())
}

/// Mounts below these roots that keep access times.
fn loud_below(roots: &[&Path]) -> Vec<Mount> {
    let roots: Vec<PathBuf> = roots.iter().filter_map(|root| std::fs::canonicalize(root).ok()).collect();
    let is_below = |mount: &Mount| roots.iter().any(|root| mount.path().starts_with(root));
    let all = mounts().unwrap_or_default();
    all.into_iter().filter(|mount| !mount.is_quiet && is_below(mount) && mount.is_on_top()).collect()
}

/// One line of `/proc/thread-self/mountinfo` (proc_pid_mountinfo(5)).
#[derive(Debug, PartialEq, Eq)]
struct Mount {
    id: u64,
    point: Vec<u8>,
    /// What a remount must repeat, or it would be dropped.
    flags: MountFlags,
    /// It keeps no access times already, or nothing can be read in it without mounting something.
    is_quiet: bool,
}

impl Mount {
    fn path(&self) -> PathBuf {
        PathBuf::from(OsStr::from_bytes(&self.point))
    }

    /// Another mount may hide this one under the same path; then it is not ours to change by name, nor walked.
    fn is_on_top(&self) -> bool {
        handle::see_at(CWD, &self.point).is_ok_and(|seen| seen.mount == Some(self.id))
    }

    fn remount(&self) -> io::Result<()> {
        if !self.is_on_top() {
            return Err(unknown());
        }
        let flags = MountFlags::BIND | MountFlags::NOATIME | self.flags;
        Ok(rustix::mount::mount_remount(self.point.as_slice(), flags, c"")?)
    }
}

fn parse(line: &[u8]) -> Option<Mount> {
    let mut fields = line.split(|&byte| byte == b' ');
    let id = std::str::from_utf8(fields.next()?).ok()?.parse().ok()?;
    let point = unescape(fields.nth(3)?);
    let mut flags = MountFlags::empty();
    let options = fields.next()?;
    let mut is_quiet = false;
    for option in options.split(|&byte| byte == b',') {
        is_quiet |= matches!(option, b"ro" | b"noatime");
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
    // Behind optional fields and a dash stands the type.
    let is_automount = fields.skip_while(|field| *field != b"-").nth(1) == Some(b"autofs");
    Some(Mount { id, point, flags, is_quiet: is_quiet || is_automount })
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
        assert!(mount.is_quiet);
        let quiet = |line: &[u8]| parse(line).unwrap().is_quiet;
        assert!(!quiet(b"36 35 98:0 / /mnt rw,relatime - ext4 /dev/sda rw"));
        assert!(quiet(b"36 35 98:0 / /mnt rw,noatime shared:1 - ext4 /dev/sda rw"));
        assert!(quiet(b"36 35 98:0 / /mnt rw,relatime shared:1 - autofs systemd-1 rw"));
        assert_eq!(parse(b"x y"), None);
    }

    #[test]
    fn a_link_s_access_time_is_kept_where_the_kernel_lets_us() {
        // In a thread of its own: the namespace is the thread's.
        let outcome = std::thread::spawn(|| {
            let folder = tempfile::tempdir().unwrap();
            let link = folder.path().join("link");
            std::os::unix::fs::symlink("target", &link).unwrap();
            let quiet = keep_access_times(&[folder.path()], false);
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

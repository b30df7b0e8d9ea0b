//! Texts of the kernel, read whole and within a limit; lists and link targets of `/proc`, by a folder's handle.

use std::io;
use std::os::fd::{AsFd, AsRawFd, OwnedFd};
use std::path::Path;

use rustix::fs::{AtFlags, CWD, Mode, OFlags};
use rustix::io::{Errno, retry_on_intr};

use crate::disk::dir::DirHandle;
use crate::disk::handle::{self, Seen};
use crate::model::{Kind, limits};

/// What was read of one text.
#[derive(Debug, Default)]
pub struct Text {
    /// The bytes as the kernel gave them.
    pub bytes: Vec<u8>,
    /// It went on after [`limits::VOLATILE_TEXT_BYTES`].
    pub is_cut: bool,
    /// What ended the reading early; what came before it is there.
    pub broken: Option<io::Error>,
}

/// One call fills this much: the longer, the fewer seams at which a table can change under the read.
const READ_BYTES: usize = 256 * 1024;

/// Reads a text below a folder. A pipe, socket or device under that name is not opened.
pub(super) fn text(dir: &DirHandle, name: &str) -> io::Result<Text> {
    if handle::see_at(dir, name.as_bytes())?.kind != Kind::File {
        return Err(io::ErrorKind::InvalidInput.into());
    }
    let (fd, _) = handle::open_quietly(dir, name.as_bytes(), OFlags::NOCTTY)?;
    let mut text = Text::default();
    let mut buffer = vec![0; READ_BYTES];
    loop {
        match retry_on_intr(|| rustix::io::read(&fd, &mut *buffer)) {
            Ok(0) => return Ok(text),
            Ok(count) => text.bytes.extend_from_slice(buffer.get(..count).unwrap_or_default()),
            // Nothing at all was read: the same as not having been able to open it.
            Err(error) if text.bytes.is_empty() => return Err(error.into()),
            Err(error) => {
                text.broken = Some(error.into());
                return Ok(text);
            }
        }
        if text.bytes.len() > limits::VOLATILE_TEXT_BYTES {
            text.bytes.truncate(limits::VOLATILE_TEXT_BYTES);
            text.is_cut = true;
            return Ok(text);
        }
    }
}

/// The first line of a text that holds one value; nothing where there is none.
pub(super) fn value(dir: &DirHandle, name: &str) -> Option<String> {
    let text = text(dir, name).ok()?;
    let line = text.bytes.split(|&byte| byte == b'\n' || byte == 0).next().unwrap_or_default().trim_ascii();
    (!line.is_empty()).then(|| super::shown(line))
}

/// The names in a folder below a folder, in byte order; and whether there were more than `limit`.
pub(super) fn names(dir: &DirHandle, name: &str, limit: usize) -> io::Result<(Vec<Vec<u8>>, bool)> {
    let names = dir.open_at(name.as_bytes())?.list(limit)?;
    Ok((names.iter().map(<[u8]>::to_vec).collect(), names.cut_short()))
}

/// What a link of the kernel's leads to, looked at through it (`fd/3`, `exe`). Asks no server of a network file system, and
/// opens nothing.
pub(super) fn see_through(dir: &DirHandle, name: &str) -> io::Result<Seen> {
    handle::see_with(dir, name.as_bytes(), AtFlags::NO_AUTOMOUNT | AtFlags::STATX_DONT_SYNC)
}

/// Opens the regular file that a link of the kernel's leads to, though no name on disk may lead there any more; and whether
/// its access time is safe from us.
///
/// Through a handle that can not read: what another program puts there meanwhile (a pipe, a device) is seen and let go
/// before it was opened.
pub(super) fn open_through(dir: &DirHandle, name: &str, identity: (u64, u64)) -> io::Result<(OwnedFd, bool)> {
    let flags = OFlags::PATH | OFlags::CLOEXEC;
    let anchor = retry_on_intr(|| rustix::fs::openat(dir.as_fd(), name, flags, Mode::empty()))?;
    let seen = handle::see(&anchor)?;
    if seen.kind != Kind::File || seen.identity() != identity {
        return Err(Errno::NOENT.into());
    }
    let path = format!("/proc/self/fd/{}", anchor.as_raw_fd());
    let flags = OFlags::RDONLY | OFlags::CLOEXEC | OFlags::NONBLOCK | OFlags::NOCTTY;
    let open = |flags| retry_on_intr(|| rustix::fs::openat(CWD, Path::new(&path), flags, Mode::empty()));
    match open(flags | OFlags::NOATIME) {
        Err(Errno::PERM) => Ok((open(flags)?, false)),
        opened => Ok((opened?, true)),
    }
}

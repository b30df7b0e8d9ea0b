//! The machine's live state, most volatile first (RFC 3227): texts of `/proc` and `/sys` as they were read, what they say,
//! and handles to files that are deleted but still in use.
//!
//! | file | promises |
//! |---|---|
//! | [`capture`] | the order, what is taken, and the limits |
//! | `watch` | one process: its texts, handles, maps and executable |
//! | `patience` | reads that another process can hold up for ever get a while, and no more |
//! | `program` | the programs that run, each hashed once |
//! | [`list`] | rows that wait packed, within their room |
//! | `machine` | what is of the whole machine: clock, kernel, mounts, modules, interfaces, logins |
//! | [`deleted`] | files that no name leads to any more, held open until they are read |
//! | [`text`] | a text of the kernel, whole and within its limit |
//! | [`process`] [`sockets`] [`maps`] [`network`] [`system`] | pure parsing: hostile bytes in, rows out, never an error |
//! | [`netlink`] | what the kernel tells by no file: neighbours of version 6, addresses by interface |
//! | [`mod@schedules`] | where cron, at and systemd keep what the machine does by itself |
//!
//! Deliberately absent: no clock (times are the kernel's ticks), no program is started, nothing is opened but the kernel's
//! texts, `utmp`, executables and deleted regular files. A process that ends meanwhile costs one gap, never the run.

pub mod capture;
pub mod deleted;
pub mod list;
mod machine;
pub mod maps;
pub mod netlink;
pub mod network;
mod patience;
pub mod process;
mod program;
pub mod schedules;
pub mod sockets;
pub mod system;
pub mod text;
mod watch;

use std::io;
use std::path::{Path, PathBuf};

use crate::disk::dir::DirHandle;
use crate::model::RawPath;

pub use capture::{InNamespace, Piece, State, take};
pub use deleted::Deleted;
pub use machine::{Interface, NamespaceMount};
pub use schedules::schedules;
pub use watch::{Executable, OpenFile, Process, ProcessMap};

/// The machine whose state is taken.
#[derive(Debug)]
pub struct Machine {
    root: PathBuf,
    dir: DirHandle,
    /// Whether it is the one that hozen runs on, and may be asked by other ways than files.
    is_this: bool,
}

impl Machine {
    /// This one.
    ///
    /// # Errors
    /// When `/` can not be reached.
    pub fn here() -> io::Result<Self> {
        Ok(Self { is_this: true, ..Self::at(Path::new("/"))? })
    }

    /// The one whose `proc`, `sys`, `run` and `etc` lie below a folder: for tests.
    ///
    /// # Errors
    /// When the folder can not be reached.
    pub fn at(root: &Path) -> io::Result<Self> {
        Ok(Self { root: root.to_path_buf(), dir: DirHandle::anchor(root)?, is_this: false })
    }

    fn path(&self, below: &str) -> PathBuf {
        self.root.join(below)
    }

    /// The names in a folder, and whether there were more than `limit`; none where there is no such folder.
    fn names(&self, below: &str, limit: usize) -> (Vec<Vec<u8>>, bool) {
        text::names(&self.dir, below, limit).unwrap_or_default()
    }
}

/// hozen's own process.
pub fn own_pid() -> u32 {
    rustix::process::getpid().as_raw_nonzero().get().unsigned_abs()
}

/// Ticks of the kernel's clock in a second, by which it tells when processes began.
pub fn ticks_per_second() -> u64 {
    rustix::param::clock_ticks_per_second()
}

/// Bytes for a table: escaped, so that they can not move a cursor.
fn shown(bytes: &[u8]) -> String {
    RawPath(bytes.to_vec()).shown()
}

/// The exact bytes in base64, where the escaped text does not tell them.
fn exact(bytes: &[u8]) -> Option<String> {
    let path = RawPath(bytes.to_vec());
    let plain = path.shown().as_bytes() == bytes && !bytes.contains(&b'\\');
    (!plain).then(|| path.base64())
}

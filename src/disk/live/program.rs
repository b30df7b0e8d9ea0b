//! The programs that run: each held open when it is first met, and hashed when all else was taken.

use std::collections::BTreeMap;
use std::os::fd::OwnedFd;
use std::time::Duration;

use super::patience::Patience;
use super::text::open_through;
use crate::disk::dir::DirHandle;
use crate::disk::handle::Seen;
use crate::disk::own;
use crate::disk::source::SourceFile;
use crate::model::{Digest, limits};

/// Digests by device and inode, or why there is none.
pub(super) type Hashed = BTreeMap<(u64, u64), Result<Digest, String>>;

/// The programs met so far.
#[derive(Debug)]
pub(super) struct Programs {
    held: BTreeMap<(u64, u64), OwnedFd>,
    hashed: Hashed,
    handles: usize,
}

impl Programs {
    /// None yet; at most `handles` are held open at once.
    pub(super) fn new(handles: usize) -> Self {
        Self { held: BTreeMap::new(), hashed: BTreeMap::new(), handles }
    }

    /// Notes the program of the process whose folder this is.
    pub(super) fn met(&mut self, dir: &DirHandle, seen: &Seen, patience: &mut Patience) {
        let identity = seen.identity();
        if self.held.contains_key(&identity) || matches!(self.hashed.get(&identity), Some(Ok(_))) {
            return;
        }
        match open_through(dir, "exe", identity) {
            Ok((file, _)) if self.held.len() < self.handles => {
                self.held.insert(identity, file);
            }
            // No room to hold it: at once.
            Ok((file, _)) => {
                self.hashed.insert(identity, digest(file, patience));
            }
            Err(error) => {
                self.hashed.insert(identity, Err(format!("it was not opened: {error}")));
            }
        }
    }

    /// Hashes all that are held.
    pub(super) fn hash(&mut self, patience: &mut Patience) -> Hashed {
        for (identity, file) in std::mem::take(&mut self.held) {
            self.hashed.insert(identity, digest(file, patience));
        }
        std::mem::take(&mut self.hashed)
    }
}

/// How long the hashing of one program may take: its disk may never answer (a network file system whose server is gone).
const PATIENCE: Duration = Duration::from_secs(120);

fn digest(file: OwnedFd, patience: &mut Patience) -> Result<Digest, String> {
    let late = || Err(format!("reading it took more than {} seconds", PATIENCE.as_secs()));
    patience.run(PATIENCE, move || read(file)).unwrap_or_else(late)
}

fn read(file: OwnedFd) -> Result<Digest, String> {
    let mut file = SourceFile::held(file, true).map_err(|error| error.reason())?;
    if file.size_at_open() > limits::EXECUTABLE_BYTES {
        return Err(format!("it has more than {} bytes", limits::EXECUTABLE_BYTES));
    }
    own::sha256(&mut file).map_err(|error| format!("reading it failed: {error}"))
}

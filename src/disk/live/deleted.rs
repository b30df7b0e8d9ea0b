//! Files that are deleted but still in use: no name leads to them, only the processes that hold them. A classic trace of
//! malware, and often the only copy of a log that somebody removed.

use std::collections::{BTreeMap, BTreeSet};
use std::os::fd::OwnedFd;

use serde::Serialize;

use super::text::open_through;
use super::{exact, shown};
use crate::disk::dir::DirHandle;
use crate::disk::error::{gap_advice, gap_kind};
use crate::disk::handle::Seen;
use crate::disk::source::{OpenError, SourceFile};
use crate::model::{GapKind, Stat, limits};

/// How a process holds a file.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize)]
pub struct Holder {
    /// The process.
    pub pid: u32,
    /// `fd/N`, `exe`, or `map_files/RANGE`, as below `/proc/PID`.
    pub by: String,
}

/// One deleted file.
#[derive(Debug)]
pub struct Deleted {
    /// Metadata when it was met.
    pub stat: Stat,
    /// The names that the kernel remembers, escaped; and their exact bytes where escaping may hide them.
    pub names: BTreeSet<(String, Option<String>)>,
    /// Who holds it.
    pub holders: BTreeSet<Holder>,
    /// The open file, where its content is to be kept.
    pub file: Option<(OwnedFd, bool)>,
    /// Bytes of it that are to be kept.
    pub bytes: u64,
    /// Why it, or a part of it, is not kept.
    pub gap: Option<(GapKind, String)>,
}

impl Deleted {
    /// Opens it for reading, at its start. Once.
    ///
    /// # Errors
    /// When the kernel refuses even to look at the handle.
    pub fn read(file: (OwnedFd, bool)) -> Result<SourceFile, OpenError> {
        SourceFile::held(file.0, file.1)
    }
}

/// All deleted files of a machine, by device and inode, and the room that is left for them.
#[derive(Debug)]
pub struct DeletedFiles {
    files: BTreeMap<(u64, u64), Deleted>,
    handles: usize,
    bytes: u64,
    /// Bytes that names and holders may still take.
    room: usize,
    not_listed: u64,
}

/// What a name or a holder takes beside its text.
const ENTRY_BYTES: usize = 64;

impl DeletedFiles {
    /// None yet; at most `handles` of them may be held open.
    pub fn new(handles: usize) -> Self {
        let (handles, bytes) = (handles.min(limits::DELETED_FILES), limits::DELETED_BYTES);
        Self { files: BTreeMap::new(), handles, bytes, room: limits::DELETED_NAMES_BYTES, not_listed: 0 }
    }

    /// Notes that `pid` holds a deleted file `by` a link below its folder in `/proc`; opens it if it is met for the first time.
    pub(crate) fn met(&mut self, dir: &DirHandle, pid: u32, by: &str, name: &[u8], seen: &Seen) {
        let identity = seen.identity();
        let is_new = !self.files.contains_key(&identity);
        // A file that thousands hold must not cost another its place.
        let takes = 2 * ENTRY_BYTES + by.len() + 3 * name.len();
        let has_room = if is_new { self.files.len() < limits::DELETED_LISTED } else { takes <= self.room };
        if !has_room {
            self.not_listed += 1;
            return;
        }
        self.room = self.room.saturating_sub(takes);
        if !self.files.contains_key(&identity) {
            let deleted = self.open(dir, by, seen);
            self.files.insert(identity, deleted);
        }
        let Some(deleted) = self.files.get_mut(&identity) else { return };
        deleted.names.insert((shown(name), exact(name)));
        deleted.holders.insert(Holder { pid, by: by.to_owned() });
        // The first holder may have let go before it was opened.
        if deleted.file.is_none() && deleted.gap.as_ref().is_some_and(|(kind, _)| *kind == GapKind::Vanished) {
            let again = self.open(dir, by, seen);
            if let Some(deleted) = self.files.get_mut(&identity) {
                (deleted.file, deleted.bytes, deleted.gap) = (again.file, again.bytes, again.gap);
            }
        }
    }

    fn open(&mut self, dir: &DirHandle, by: &str, seen: &Seen) -> Deleted {
        let size = seen.stat.size;
        let bytes = size.min(limits::DELETED_FILE_BYTES);
        let mut deleted = Deleted {
            stat: seen.stat.clone(),
            names: BTreeSet::new(),
            holders: BTreeSet::new(),
            file: None,
            bytes,
            gap: None,
        };
        if self.handles == 0 {
            let reason = "too many deleted files are in use to hold them all open; copy it by hand from /proc/PID/fd while \
                          its process runs";
            deleted.gap = Some((GapKind::OverLimit, reason.to_owned()));
            return deleted;
        }
        if bytes > self.bytes {
            let reason = format!(
                "deleted files in use hold more than {} bytes together, and this one ({size} bytes) was not kept; copy it \
                 by hand from /proc/PID/fd while its process runs",
                limits::DELETED_BYTES
            );
            deleted.gap = Some((GapKind::OverLimit, reason));
            return deleted;
        }
        match open_through(dir, by, seen.identity()) {
            Ok(file) => {
                self.handles -= 1;
                self.bytes = self.bytes.saturating_sub(bytes);
                deleted.file = Some(file);
                if bytes < size {
                    let reason = format!(
                        "it has {size} bytes, and the first {bytes} were kept; copy the whole by hand from /proc/PID/fd \
                         while its process runs"
                    );
                    deleted.gap = Some((GapKind::OverLimit, reason));
                }
            }
            Err(error) => {
                let kind = gap_kind(&error);
                let advice = match kind {
                    GapKind::Vanished => "the process let go of it meanwhile, and its content is gone",
                    kind => gap_advice(kind),
                };
                deleted.gap = Some((kind, format!("it was not opened: {error}; {advice}")));
            }
        }
        deleted
    }

    /// Files and holders that were not noted, because there were too many.
    pub fn not_listed(&self) -> u64 {
        self.not_listed
    }

    /// All of them, by device and inode.
    pub fn into_vec(self) -> Vec<Deleted> {
        self.files.into_values().collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::disk::handle;
    use std::os::fd::AsRawFd as _;

    /// A deleted file of our own, met through our own folder in `/proc`.
    fn meet(files: &mut DeletedFiles, file: &std::fs::File) {
        let dir = DirHandle::open_path(std::path::Path::new(&format!("/proc/{}", std::process::id()))).unwrap();
        let by = format!("fd/{}", file.as_raw_fd());
        files.met(&dir, 1, &by, b"/x (deleted)", &handle::see(file).unwrap());
    }

    #[test]
    fn without_room_a_file_is_told_and_not_held() {
        let file = tempfile::tempfile().unwrap();
        let mut files = DeletedFiles::new(0);
        meet(&mut files, &file);
        let found = files.into_vec();
        assert_eq!(
            (found.len(), found[0].file.is_none(), found[0].gap.as_ref().unwrap().0),
            (1, true, GapKind::OverLimit)
        );
    }

    #[test]
    fn beyond_all_room_for_content_a_file_is_told_and_not_kept() {
        let (large, small) = (tempfile::tempfile().unwrap(), tempfile::tempfile().unwrap());
        large.set_len(limits::DELETED_FILE_BYTES + 1).unwrap();
        let mut files = DeletedFiles::new(8);
        files.bytes = limits::DELETED_FILE_BYTES;
        meet(&mut files, &large);
        small.set_len(1).unwrap();
        meet(&mut files, &small);
        let mut found = files.into_vec();
        found.sort_by_key(|deleted| deleted.stat.size);
        let brief: Vec<_> =
            found.iter().map(|d| (d.file.is_some(), d.bytes, d.gap.as_ref().unwrap().1.as_str())).collect();
        assert!(!brief[0].0 && brief[0].2.contains("was not kept"), "{brief:?}");
        assert!(
            brief[1].0 && brief[1].1 == limits::DELETED_FILE_BYTES && brief[1].2.contains("the first"),
            "{brief:?}"
        );
    }

    #[test]
    fn two_holders_make_one_file() {
        let file = tempfile::tempfile().unwrap();
        let again = file.try_clone().unwrap();
        let mut files = DeletedFiles::new(8);
        meet(&mut files, &file);
        meet(&mut files, &again);
        let found = files.into_vec();
        assert_eq!((found.len(), found[0].holders.len(), found[0].names.len()), (1, 2, 1));
        assert!(found[0].file.is_some() && found[0].gap.is_none());
    }
}

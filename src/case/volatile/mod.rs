//! The machine's live state as entries of a collection: texts as they were read, tables of what they say, and the content of
//! deleted files that are still in use. A plain list of items that stands in front of the walk's.
//!
//! docs/volatile.md is the norm for paths and tables.

mod rows;

use std::collections::BTreeMap;
use std::os::unix::ffi::OsStrExt;
use std::path::PathBuf;

use jiff::Zoned;

use self::rows::Tables;
use super::collection::utc;
use crate::disk::error::{DiskError, Doing};
use crate::disk::live::{self, Deleted, Machine, Piece, State};
use crate::evidence::acquisition::VolatileState;
use crate::evidence::replay::Taken;
use crate::evidence::stored_name::VOLATILE;
use crate::model::{Entry, Gap, GapKind, Kind, Origin, RawPath, Stat};
use crate::pass::from_live::{Held, Memory};
use crate::pass::{Item, OpenSource};

/// The state that was taken.
pub struct Volatile {
    /// Its entries: `seq` from 0, tables first, then texts in the order in which they were read, then deleted files.
    pub items: Vec<Item>,
    /// What the record of acquisition says of it.
    pub record: VolatileState,
    /// Files and folders that say what the machine does by itself: ordinary ones, to be walked.
    pub schedules: Vec<PathBuf>,
    /// Bytes of all of it.
    pub bytes: u64,
}

/// Takes the state of this machine. At most `handles` files are held open until the pass has read them.
///
/// # Errors
/// When not even `/` can be reached.
pub fn take(handles: usize, now: &dyn Fn() -> Zoned) -> Result<Volatile, DiskError> {
    let root = std::path::Path::new("/");
    let started = utc(&now());
    let machine = Machine::here().map_err(DiskError::on(root, Doing::Open))?;
    let state = live::take(&machine, Some(live::own_pid()), handles);
    let mut volatile = entries(state, live::ticks_per_second());
    (volatile.record.started, volatile.record.finished) = (started, utc(&now()));
    volatile.schedules = live::schedules(&machine);
    let shown = |path: &PathBuf| RawPath(path.as_os_str().as_bytes().to_vec()).shown();
    volatile.record.schedules = volatile.schedules.iter().map(shown).collect();
    Ok(volatile)
}

/// The entries of a state. The same state gives the same entries.
fn entries(state: State, ticks_per_second: u64) -> Volatile {
    let record = VolatileState {
        processes: state.processes.len() as u64,
        sockets: state.sockets.len() as u64,
        open_files: state.open_files.len() as u64,
        deleted_files: state.deleted.len() as u64,
        logins: state.users.len() as u64,
        not_taken: NOT_TAKEN.map(str::to_owned).to_vec(),
        ..VolatileState::default()
    };
    let tables = Tables::of(&state, ticks_per_second);
    let mut entries = Entries::default();
    for (name, table) in tables.finish(&state.strange) {
        entries.bytes(&name, table.bytes, table.gaps);
    }
    for piece in state.pieces {
        entries.piece(piece);
    }
    for deleted in state.deleted {
        entries.deleted(deleted);
    }
    let record =
        VolatileState { entries: entries.items.len() as u64, bytes: entries.total, gaps: entries.gaps, ..record };
    Volatile { items: entries.items, record, schedules: Vec::new(), bytes: entries.total }
}

/// What stands for the state of a collection that broke off before all of it was durable, and goes on now: it can not be
/// taken again, for that moment is gone.
pub fn lost(record: &VolatileState, taken: &Taken) -> Option<Item> {
    let path = RawPath(VOLATILE.as_bytes().to_vec());
    if taken.state_entries() >= record.entries || taken.holds_state(&path) {
        return None;
    }
    let reason = format!(
        "the collection broke off when {} of the {} entries of the live state of {} were durable; the rest is gone with that \
         moment. If the machine was not restarted since, take its state as it is now into a new case: hozen collect --volatile",
        taken.state_entries(),
        record.entries,
        record.finished
    );
    Some(gone(path, Origin::Volatile, Kind::Folder, reason))
}

/// What stands for a schedule that was there when the collection began, and is gone now that it goes on.
pub fn gone_schedule(path: RawPath) -> Item {
    let reason =
        "it was there when the collection began, and was removed before the collection went on; look who removed it";
    gone(path, Origin::FileSystem, Kind::Unknown, reason.to_owned())
}

fn gone(path: RawPath, origin: Origin, kind: Kind, reason: String) -> Item {
    let gaps = vec![Gap { path: path.shown(), kind: GapKind::Vanished, reason }];
    let entry = Entry { seq: 0, path, origin, kind, stat: None, link_target: None, device_node: None };
    Item { entry, source: None, gaps, listing: None, xattrs: Vec::new(), atime_kept: true }
}

/// What this version does not take, said in every record so that nobody takes it for having been empty.
const NOT_TAKEN: [&str; 4] = [
    "the content of memory (take an image with another tool, and bring it in with --include-image)",
    "interfaces, their addresses and neighbours of IP version 6 in network namespaces other than hozen's own (their sockets, \
     routes and other neighbours are taken)",
    "programs in the kernel's BPF machine, and firewall rules beyond the names of their tables",
    "the kernel's messages (dmesg): on disk in /var/log where a log service runs",
];

#[derive(Default)]
struct Entries {
    items: Vec<Item>,
    gaps: BTreeMap<GapKind, u64>,
    total: u64,
}

impl Entries {
    fn piece(&mut self, piece: Piece) {
        let kept = piece.gaps.is_empty() || !piece.bytes.is_empty();
        if piece.is_process || !kept {
            let kind = if piece.is_process { Kind::Folder } else { Kind::File };
            return self.push(&piece.path, kind, None, None, piece.gaps);
        }
        self.bytes(&piece.path, piece.bytes, piece.gaps);
    }

    fn bytes(&mut self, path: &str, bytes: Vec<u8>, gaps: Vec<(GapKind, String)>) {
        self.total = self.total.saturating_add(bytes.len() as u64);
        self.push(path, Kind::File, None, Some(Box::new(Memory(bytes.into()))), gaps);
    }

    fn deleted(&mut self, deleted: Deleted) {
        let path = deleted_path(&deleted.stat);
        let shown = format!("{VOLATILE}/{path}");
        let bytes = deleted.bytes;
        let source = deleted.file.map(|file| Box::new(Held::new(file, bytes, shown)) as Box<dyn OpenSource>);
        if source.is_some() {
            self.total = self.total.saturating_add(bytes);
        }
        self.push(&path, Kind::File, Some(deleted.stat), source, deleted.gap.into_iter().collect());
    }

    fn push(
        &mut self,
        path: &str,
        kind: Kind,
        stat: Option<Stat>,
        source: Option<Box<dyn OpenSource>>,
        gaps: Vec<(GapKind, String)>,
    ) {
        let path = RawPath(format!("{VOLATILE}/{path}").into_bytes());
        for (kind, _) in &gaps {
            *self.gaps.entry(*kind).or_default() += 1;
        }
        let gaps = gaps.into_iter().map(|(kind, reason)| Gap { path: path.shown(), kind, reason }).collect();
        let seq = self.items.len() as u64;
        let entry = Entry { seq, path, origin: Origin::Volatile, kind, stat, link_target: None, device_node: None };
        self.items.push(Item { entry, source, gaps, listing: None, xattrs: Vec::new(), atime_kept: true });
    }
}

/// Where the content of a deleted file lies, below `volatile/`.
fn deleted_path(stat: &Stat) -> String {
    format!("deleted/{:x}-{}", stat.device, stat.inode)
}

#[cfg(test)]
mod tests;

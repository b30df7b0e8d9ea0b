//! The machine's live state as entries of a collection: texts as they were read, tables of what they say, and the content of
//! deleted files that are still in use. A plain list of items that stands in front of the walk's.
//!
//! docs/volatile.md is the norm for paths and tables.

mod rows;

use std::ops::Range;
use std::os::unix::ffi::OsStrExt;
use std::path::PathBuf;
use std::sync::Arc;

use jiff::Zoned;

use self::rows::{Table, Tables};
use super::collection::utc;
use crate::disk::error::{DiskError, Doing};
use crate::disk::live::{self, Deleted, Machine, Piece, State};
use crate::disk::packed::Packed;
use crate::evidence::acquisition::VolatileState;
use crate::evidence::replay::Taken;
use crate::evidence::stored_name::VOLATILE;
use crate::model::{Entry, Gap, GapKind, Kind, Origin, RawPath, Stat};
use crate::pass::from_live::{Held, PackedText};
use crate::pass::{Item, OpenSource};

/// The state that was taken.
pub struct Volatile {
    /// Its entries: `seq` from 0, tables first, then texts in the order in which they were read, then deleted files. Each is made
    /// when it is asked for.
    pub items: Box<dyn Iterator<Item = Item> + Send>,
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
    let mut record = VolatileState {
        processes: state.processes.met(),
        sockets: state.sockets.met(),
        open_files: state.open_files.met(),
        deleted_files: state.deleted.len() as u64,
        logins: state.users.met(),
        not_taken: NOT_TAKEN.map(str::to_owned).to_vec(),
        ..VolatileState::default()
    };
    let tables = Tables::of(&state, ticks_per_second);
    for table in &tables {
        count(&mut record, table.bytes, table.gaps.iter());
    }
    for piece in state.pieces.rows.iter().flatten() {
        count(&mut record, piece.text.as_ref().map_or(0, |text| text.end - text.start), piece.gaps.iter());
    }
    for deleted in &state.deleted {
        count(&mut record, deleted.file.as_ref().map_or(0, |_| deleted.bytes), deleted.gap.iter());
    }
    let texts_left_out = (state.pieces.left_out > 0).then(|| texts_left_out(state.pieces.left_out));
    texts_left_out.iter().for_each(|_| record.entries += 1);
    let (texts, bytes) = (state.texts, record.bytes);
    let items = tables.into_iter().map(of_table);
    let items = items.chain(state.pieces.rows.iter().flatten().map(move |piece| of_piece(piece, &texts)));
    let items = items.chain(texts_left_out).chain(state.deleted.into_iter().map(of_deleted));
    let items = items.zip(0..).map(|(item, seq)| Item { entry: Entry { seq, ..item.entry }, ..item });
    Volatile { items: Box::new(items), record, schedules: Vec::new(), bytes }
}

/// Counts an entry.
fn count<'a>(record: &mut VolatileState, bytes: u64, gaps: impl Iterator<Item = &'a (GapKind, String)>) {
    record.entries += 1;
    record.bytes = record.bytes.saturating_add(bytes);
    for (kind, _) in gaps {
        *record.gaps.entry(*kind).or_default() += 1;
    }
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

fn of_table(mut table: Table) -> Item {
    let (path, gaps) = (std::mem::take(&mut table.path), std::mem::take(&mut table.gaps));
    item(&path, Kind::File, None, Some(Box::new(table)), gaps)
}

fn of_piece(piece: Piece, texts: &Arc<Packed>) -> Item {
    if piece.is_process {
        return item(&piece.path, Kind::Folder, None, None, piece.gaps);
    }
    let is_kept = |text: &Range<u64>| piece.gaps.is_empty() || !text.is_empty();
    let source = piece.text.filter(is_kept).map(|text| Box::new(PackedText::new(texts, text)) as Box<dyn OpenSource>);
    item(&piece.path, Kind::File, None, source, piece.gaps)
}

/// What stands for texts of which not even the names are kept.
fn texts_left_out(count: u64) -> Item {
    let reason =
        format!("{count} more texts of the kernel were read, and there was no memory to keep even their names");
    item("raw", Kind::Folder, None, None, vec![(GapKind::OverLimit, reason)])
}

fn of_deleted(deleted: Deleted) -> Item {
    let path = deleted_path(&deleted.stat);
    let (bytes, shown) = (deleted.bytes, format!("{VOLATILE}/{path}"));
    let source = deleted.file.map(|file| Box::new(Held::new(file, bytes, shown)) as Box<dyn OpenSource>);
    item(&path, Kind::File, Some(deleted.stat), source, deleted.gap.into_iter().collect())
}

fn item(
    path: &str,
    kind: Kind,
    stat: Option<Stat>,
    source: Option<Box<dyn OpenSource>>,
    gaps: Vec<(GapKind, String)>,
) -> Item {
    let path = RawPath(format!("{VOLATILE}/{path}").into_bytes());
    let gaps = gaps.into_iter().map(|(kind, reason)| Gap { path: path.shown(), kind, reason }).collect();
    let entry = Entry { seq: 0, path, origin: Origin::Volatile, kind, stat, link_target: None, device_node: None };
    Item { entry, source, gaps, listing: None, xattrs: Vec::new(), atime_kept: true }
}

/// Where the content of a deleted file lies, below `volatile/`.
fn deleted_path(stat: &Stat) -> String {
    format!("deleted/{:x}-{}", stat.device, stat.inode)
}

#[cfg(test)]
mod tests;

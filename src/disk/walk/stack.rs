//! The folders that the walk is inside of, of which only a few are held open.
//!
//! A tree may be deeper than a process may hold handles. So folders in the middle of the stack are let go, and opened again
//! when the walk comes back to them: through `..` of the folder it comes from, or else from the root down by name. Either
//! way only by what it is: device and inode must be those that were listed. On a hostile tree `..` may lead anywhere, and
//! then that is noticed and not entered.

use std::io;
use std::sync::Arc;
use std::time::Duration;

use rustix::io::Errno;

use super::listing::Listing;
use crate::disk::dir::DirHandle;

/// Who holds the handles that are missing is given this long to let some go.
const PATIENCE: (u32, Duration) = (20, Duration::from_millis(10));

/// A folder that is being walked.
pub(super) struct Frame {
    /// Nothing while it is let go; nothing at the top if it was not found again.
    pub(super) dir: Option<Arc<DirHandle>>,
    pub(super) listing: Listing,
    /// How much of the path at hand is its own.
    pub(super) path_bytes: usize,
    pub(super) identity: (u64, u64),
}

/// The stack. Its bottom (a root of the walk) and its upper part are open.
pub(super) struct Stack {
    frames: Vec<Frame>,
    /// The lowest frame above the bottom that may be open.
    open_from: usize,
    most: usize,
    /// Bytes of names that all frames together may hold.
    names_bytes: usize,
}

/// The part of the room for names that a folder has at least, whatever those above it hold.
const ROOM_PARTS: usize = 8;

impl Stack {
    pub(super) fn new(most: usize, names_bytes: usize) -> Self {
        Self { frames: Vec::new(), open_from: 1, most: most.max(2), names_bytes }
    }

    /// Bytes of names that one more folder may hold.
    pub(super) fn room(&self) -> usize {
        let held = self.frames.iter().map(|frame| frame.listing.bytes()).sum();
        self.names_bytes.saturating_sub(held).max(self.names_bytes / ROOM_PARTS)
    }

    /// Lists the top folder again, if names of it are still to come that found no room. The error is what a gap must say.
    pub(super) fn list_again(&mut self) -> Option<Result<(), String>> {
        let top = self.top()?;
        top.listing.forget();
        let due = top.listing.to_list();
        if due == 0 {
            return None;
        }
        let room = self.room();
        let top = self.top()?;
        Some(match top.dir.as_ref().map(|dir| top.listing.again(dir, room)) {
            Some(Ok(None)) => Ok(()),
            Some(Ok(Some((due, there)))) => Err(format!(
                "the folder changed while it was walked: of its names {due} were still to come, and now there are {there}; \
                 those that are there are looked at: collect it again"
            )),
            Some(Err(error)) => {
                top.listing.give_up();
                Err(format!(
                    "the folder could not be listed again: {error}; {due} more of its names were not looked at"
                ))
            }
            None => {
                top.listing.give_up();
                Err(format!("the folder was moved while it was walked; {due} more of its names were not looked at"))
            }
        })
    }

    /// Lets names go, those farthest from the top first, until all that are held fit. The top keeps its own.
    fn spare_names(&mut self) {
        let mut held: usize = self.frames.iter().map(|frame| frame.listing.bytes()).sum();
        let Some((_, above)) = self.frames.split_last_mut() else { return };
        for frame in above {
            if held <= self.names_bytes {
                break;
            }
            held = held.saturating_sub(frame.listing.bytes());
            frame.listing.forget();
        }
    }

    pub(super) fn top(&mut self) -> Option<&mut Frame> {
        self.frames.last_mut()
    }

    pub(super) fn depth(&self) -> usize {
        self.frames.len()
    }

    /// Whether the walk is inside this folder.
    pub(super) fn holds(&self, identity: (u64, u64)) -> bool {
        self.frames.iter().any(|frame| frame.identity == identity)
    }

    /// Goes into a folder; lets the farthest one go if too many are open.
    pub(super) fn enter(&mut self, frame: Frame) {
        self.frames.push(frame);
        self.spare_names();
        self.keep_open(self.most);
    }

    /// Comes back out of the top folder. `path` is of an entry in it, or its own.
    pub(super) fn leave(&mut self, path: &[u8]) {
        let Some(left) = self.frames.pop() else { return };
        let top = self.frames.len().saturating_sub(1);
        self.open_from = self.open_from.min(top).max(1);
        if self.frames.last().is_some_and(|frame| frame.dir.is_none()) {
            let found = self.again(left.dir.as_deref(), path);
            if let Some(frame) = self.frames.last_mut() {
                frame.dir = found.map(Arc::new);
            }
        }
    }

    /// Opens by `open`; where handles are short, lets go what can be spared and tries again.
    pub(super) fn patiently<T>(&mut self, open: impl Fn() -> io::Result<T>) -> io::Result<T> {
        for _ in 0..PATIENCE.0 {
            match open() {
                Err(error) if is_short(&error) => self.keep_open(1),
                other => return other,
            }
            // Workers hold folders too, of entries that wait for them.
            std::thread::sleep(PATIENCE.1);
        }
        open()
    }

    fn keep_open(&mut self, most: usize) {
        while self.frames.len().saturating_sub(self.open_from) > most {
            if let Some(frame) = self.frames.get_mut(self.open_from) {
                frame.dir = None;
            }
            self.open_from = self.open_from.saturating_add(1);
        }
    }

    /// The folder at the top, opened again: only if it is the one that was listed.
    fn again(&mut self, below: Option<&DirHandle>, path: &[u8]) -> Option<DirHandle> {
        let top = self.frames.last()?.identity;
        let parent = below.and_then(|below| self.patiently(|| below.parent()).ok());
        match parent.filter(|parent| is(parent, top)) {
            Some(parent) => Some(parent),
            None => self.down_from_root(path),
        }
    }

    fn down_from_root(&self, path: &[u8]) -> Option<DirHandle> {
        let mut steps = self.frames.iter();
        let root = steps.next()?;
        let (mut dir, mut before): (Option<DirHandle>, usize) = (None, root.path_bytes);
        for frame in steps {
            let name = path.get(before..frame.path_bytes)?;
            let name = name.strip_prefix(b"/").unwrap_or(name);
            let from = dir.as_ref().or(root.dir.as_deref())?;
            dir = Some(from.pass_through(name).ok().filter(|step| is(step, frame.identity))?);
            before = frame.path_bytes;
        }
        dir
    }
}

fn is(dir: &DirHandle, identity: (u64, u64)) -> bool {
    dir.see().is_ok_and(|seen| seen.identity() == identity)
}

fn is_short(error: &io::Error) -> bool {
    matches!(Errno::from_io_error(error), Some(Errno::MFILE | Errno::NFILE))
}

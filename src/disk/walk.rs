//! The walk: every entry below the roots, once, in one order, each with its metadata or a gap that says why not.
//!
//! Depth first, a folder before what is in it, names by raw bytes. No recursion, and names of the folders that it is inside of
//! are held within one budget for all (see `listing`). Everything is reached through its folder's handle, so paths may be longer than the kernel's
//! 4096 bytes, and only a few handles are held however deep the tree is (see `stack`). Deliberately absent: no link is followed, no file, pipe or device is opened (see [`super::source`]), no
//! mount point below a root is crossed unless asked, nothing is left out without a gap.

mod listing;
mod roots;
mod stack;
#[cfg(test)]
mod tests;

use std::collections::VecDeque;
use std::io;
use std::path::PathBuf;
use std::sync::Arc;

use self::listing::Listing;
pub use self::roots::WalkError;
use self::roots::{Gaps, Root};
use self::stack::{Frame, Stack};
use super::dir::DirHandle;
use super::error::{gap_advice, gap_kind, xattr_gap_kind};
use super::gentle::Gentle;
use super::handle::Seen;
use super::source::{OpenError, SourceFile};
use crate::model::{Digest, Entry, Gap, GapKind, Kind, Origin, RawPath, limits};

/// How a walk is bounded.
#[derive(Debug, Clone)]
pub struct WalkOptions {
    /// Mount points below a root are recorded and not crossed. On by default.
    pub one_file_system: bool,
    /// Device and inode of what must not be walked into: our own output ([`super::own::identity`]).
    pub leave_out: Vec<(u64, u64)>,
    /// Folders that may be held open at once, at least 2.
    pub open_folders: usize,
    /// Bytes of names that may be held at once, over all folders that the walk is inside of.
    pub names_bytes: usize,
    /// Roots that a profile found. Unlike those that the user named they may be gone by now (a gap), are dropped without a
    /// note where another root covers them, and links among them are recorded as any link is.
    pub found: Vec<FoundRoot>,
    /// How the files that it finds are to be read, where that is not as fast as can be.
    pub gentle: Option<Arc<Gentle>>,
}

/// A root that a profile found.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FoundRoot {
    /// The path.
    pub path: PathBuf,
    /// Why it was not looked at, if so: it is recorded with this gap and not gone into.
    pub gap: Option<(GapKind, String)>,
}

impl Default for WalkOptions {
    fn default() -> Self {
        Self {
            one_file_system: true,
            leave_out: Vec::new(),
            open_folders: limits::OPEN_FOLDERS,
            names_bytes: limits::NAMES_BYTES,
            found: Vec::new(),
            gentle: None,
        }
    }
}

/// Where a file can be opened: its folder's handle and its name in it ([`super::source::SourceFile::open_at`]).
#[derive(Debug, Clone)]
pub struct SourceRef {
    /// The folder.
    pub dir: Arc<DirHandle>,
    /// The name in it, as bytes.
    pub name: Vec<u8>,
    /// How it is to be read.
    pub gentle: Option<Arc<Gentle>>,
}

impl SourceRef {
    /// Opens it.
    ///
    /// # Errors
    /// [`OpenError`].
    pub fn open(&self) -> Result<SourceFile, OpenError> {
        Ok(SourceFile::open_at(&self.dir, &self.name)?.gently(self.gentle.clone()))
    }
}

/// One entry as the walk saw it.
#[derive(Debug)]
pub struct Walked {
    /// What it is. `stat` is from before anything was opened.
    pub entry: Entry,
    /// Regular files that may be read, and only they.
    pub source: Option<SourceRef>,
    /// Why it, or what is in it, was not looked at. Empty for everything that was.
    pub gaps: Vec<Gap>,
    /// Folders that were listed: SHA-256 over the sorted raw names, each followed by NUL.
    pub listing: Option<Digest>,
    /// Extended attributes of folders, sorted by name.
    pub xattrs: Vec<(Vec<u8>, Vec<u8>)>,
    /// Whether the walk left the access time as it was. False where the kernel refused `O_NOATIME` for a folder, or
    /// where reading a link's target moved its access time ([`super::quiet`] prevents both).
    pub atime_kept: bool,
}

/// The walk. See the module for what it promises.
pub struct Walk {
    roots: VecDeque<Root>,
    notes: Vec<(String, String)>,
    gaps: Gaps,
    options: WalkOptions,
    stack: Stack,
    /// Path of the entry at hand; each frame knows how much of it is its own.
    path: Vec<u8>,
    seq: u64,
    reads_links: bool,
}

impl Walk {
    /// Looks at every root, drops those that lie inside another, and is then ready to walk.
    ///
    /// A root that does not exist is an error before anything is read: a typing mistake must not look like an empty source.
    pub fn new(roots: Vec<PathBuf>, options: WalkOptions) -> Result<Self, WalkError> {
        let (roots, notes, gaps) = roots::without_overlaps(&roots, &options.found, options.one_file_system)?;
        let stack = Stack::new(options.open_folders, options.names_bytes);
        Ok(Self { roots: roots.into(), notes, gaps, options, stack, path: Vec::new(), seq: 0, reads_links: true })
    }

    /// Leaves targets of links unread: reading one may move its access time, and a walk that records it comes later.
    #[must_use]
    pub fn without_link_targets(self) -> Self {
        Self { reads_links: false, ..self }
    }

    /// A walk over nothing: for a collection that has other entries alone.
    pub fn nothing() -> Self {
        let options = WalkOptions::default();
        let stack = Stack::new(options.open_folders, options.names_bytes);
        let (roots, notes, path) = (VecDeque::new(), Vec::new(), Vec::new());
        Self { roots, notes, gaps: Gaps::new(), options, stack, path, seq: 0, reads_links: true }
    }

    /// Roots that were dropped because another one covers them: path and reason, in words for the user.
    pub fn notes(&self) -> &[(String, String)] {
        &self.notes
    }

    fn next_child(&mut self) -> Option<Walked> {
        loop {
            let frame = self.stack.top()?;
            let Some(name) = frame.listing.next() else {
                match self.stack.list_again() {
                    Some(Ok(())) => {}
                    Some(Err(reason)) => return Some(self.changed(reason)),
                    None => self.stack.leave(&self.path),
                }
                continue;
            };
            self.path.truncate(frame.path_bytes);
            if self.path.last() != Some(&b'/') {
                self.path.push(b'/');
            }
            self.path.extend_from_slice(name);
            let Some(dir) = frame.dir.clone() else { return Some(self.lost()) };
            let place = Place { dir, name: name.to_vec(), device: Some(frame.identity.0), named: false };
            return Some(self.visit(place));
        }
    }

    fn next_root(&mut self) -> Option<Walked> {
        let root = self.roots.pop_front()?;
        self.path.clone_from(&root.shown_path);
        Some(match (DirHandle::anchor(&root.anchor), root.gap) {
            (dir, Some((kind, reason))) => self.not_looked_at(dir.ok().as_ref(), &root.name, kind, reason),
            (Ok(dir), None) => {
                self.visit(Place { dir: Arc::new(dir), name: root.name, device: None, named: root.named })
            }
            (Err(error), None) => self.unseen(&error),
        })
    }

    /// Gaps that a profile found and that belong to this entry.
    fn told(&mut self, mut walked: Walked) -> Walked {
        if let Some((kind, reason)) = self.gaps.remove(&walked.entry.path.0) {
            // What the walk met itself it has told already.
            if walked.gaps.iter().all(|gap| gap.kind != kind) {
                walked.gaps.push(Gap { path: walked.entry.path.shown(), kind, reason });
            }
        }
        walked
    }

    /// What a profile could not look at and no root came to: by another name, or gone meanwhile.
    fn next_gap(&mut self) -> Option<Walked> {
        let (path, (kind, reason)) = self.gaps.pop_first()?;
        self.path = path;
        Some(self.not_looked_at(None, b"", kind, reason))
    }

    /// A root of which a profile found that it can not be looked at: its metadata, where there is any, and that gap.
    fn not_looked_at(&mut self, dir: Option<&DirHandle>, name: &[u8], kind: GapKind, reason: String) -> Walked {
        let gap = self.gap(kind, reason);
        let mut walked = match dir.and_then(|dir| dir.see_at(name).ok()) {
            Some(seen) => self.walked(&seen),
            None => {
                let entry = self.entry(Kind::Unknown);
                Walked { entry, source: None, gaps: Vec::new(), listing: None, xattrs: Vec::new(), atime_kept: true }
            }
        };
        walked.gaps.push(gap);
        walked
    }

    /// One entry, whatever it is.
    fn visit(&mut self, place: Place) -> Walked {
        let seen = match place.dir.see_at(&place.name) {
            Ok(seen) => seen,
            Err(error) => return self.unseen(&error),
        };
        let mut walked = self.walked(&seen);
        if self.options.leave_out.contains(&seen.identity()) {
            let reason = "hozen writes its own output here; it was left out";
            walked.gaps.push(self.gap(GapKind::OwnOutput, reason.to_owned()));
        } else if self.options.one_file_system && place.is_crossing(&seen) {
            let reason = "another file system is mounted here, or a btrfs subvolume (a snapshot?) begins here, and it was \
                          not walked into; name it as a path of its own, or ask for all file systems";
            walked.gaps.push(self.gap(GapKind::OtherFileSystem, reason.to_owned()));
        } else {
            if !matches!(seen.kind, Kind::File | Kind::Folder) {
                self.read_xattrs(place.dir.xattrs_at(&place.name), "", &mut walked);
            }
            match seen.kind {
                Kind::File => walked.source = Some(self.source_at(place)),
                Kind::Folder => self.enter(&place, &seen, &mut walked),
                Kind::Link if self.reads_links => self.read_link(&place, &mut walked),
                Kind::Link => {}
                _ => walked.gaps.push(self.gap(GapKind::SpecialFile, special(seen.kind))),
            }
        }
        walked
    }

    fn source_at(&self, place: Place) -> SourceRef {
        SourceRef { dir: place.dir, name: place.name, gentle: self.options.gentle.clone() }
    }

    /// Opens and lists a folder, and puts it on the stack. What goes wrong is a gap at the folder.
    fn enter(&mut self, place: &Place, seen: &Seen, walked: &mut Walked) {
        if self.stack.depth() >= limits::WALK_DEPTH {
            let reason =
                format!("folders are nested more than {} deep; collect this one by itself", limits::WALK_DEPTH);
            return walked.gaps.push(self.gap(GapKind::OverLimit, reason));
        }
        if self.stack.holds(seen.identity()) {
            let reason = "this folder is mounted inside itself; it was walked above and not again here";
            return walked.gaps.push(self.gap(GapKind::OtherFileSystem, reason.to_owned()));
        }
        let dir = match self.stack.patiently(|| place.dir.open_at(&place.name)) {
            Ok(dir) => dir,
            Err(error) => return walked.gaps.push(self.not_entered(&error)),
        };
        walked.atime_kept = dir.atime_kept();
        match dir.see() {
            Ok(opened) if opened.identity() == seen.identity() => {}
            Ok(_) => {
                let reason = "another folder took its place between looking and opening; collect it again";
                return walked.gaps.push(self.gap(GapKind::Replaced, reason.to_owned()));
            }
            Err(error) => return walked.gaps.push(self.not_entered(&error)),
        }
        self.read_xattrs(dir.xattrs(), "; its content was", walked);
        match Listing::of(&dir, self.stack.room()) {
            Ok((listing, digest)) => {
                walked.listing = Some(digest);
                let (dir, path_bytes, identity) = (Some(Arc::new(dir)), self.path.len(), seen.identity());
                self.stack.enter(Frame { dir, listing, path_bytes, identity });
            }
            Err(error) => walked.gaps.push(self.not_entered(&error)),
        }
    }

    /// A folder that was listed again for names that found no room, and was not what it had been.
    fn changed(&mut self, reason: String) -> Walked {
        if let Some(own) = self.stack.top().map(|frame| frame.path_bytes) {
            self.path.truncate(own);
        }
        let gap = self.gap(GapKind::Vanished, reason);
        self.without_metadata(gap)
    }

    fn read_xattrs(&self, read: io::Result<Vec<(Vec<u8>, Vec<u8>)>>, but: &str, walked: &mut Walked) {
        match read {
            Ok(xattrs) => walked.xattrs = xattrs,
            Err(error) => {
                let reason = format!("its extended attributes were not read: {error}{but}");
                walked.gaps.push(self.gap(xattr_gap_kind(&error), reason));
            }
        }
    }

    /// An entry whose folder was let go to save handles, and was moved away meanwhile.
    fn lost(&mut self) -> Walked {
        let reason = "its folder was moved while it was walked, and was not found again; collect it by its new place";
        let gap = self.gap(GapKind::Replaced, reason.to_owned());
        self.without_metadata(gap)
    }

    /// Links are recorded by their target. A link that is itself a root gets a gap: the user meant what it leads to.
    fn read_link(&mut self, place: &Place, walked: &mut Walked) {
        match place.dir.link_target(&place.name) {
            Ok(target) => walked.entry.link_target = Some(target),
            Err(error) => {
                let kind = gap_kind(&error);
                let reason = format!("the link's target was not read: {error}; {}", gap_advice(kind));
                walked.gaps.push(self.gap(kind, reason));
            }
        }
        // No flag keeps a link's access time while its target is read: so look whether it moved.
        let after = place.dir.see_at(&place.name).ok().map(|seen| seen.stat.atime);
        walked.atime_kept = after.is_none() || after == walked.entry.stat.as_ref().map(|stat| stat.atime);
        if place.named {
            let target = RawPath(walked.entry.link_target.clone().unwrap_or_default()).shown();
            let reason = format!("this path is a link and links are not followed; name its target instead: {target}");
            walked.gaps.push(self.gap(GapKind::LinkNotFollowed, reason));
        }
    }

    fn not_entered(&self, error: &io::Error) -> Gap {
        let kind = gap_kind(error);
        self.gap(kind, format!("the folder was not read: {error}; nothing in it was looked at: {}", gap_advice(kind)))
    }

    /// An entry of which not even metadata could be read.
    fn unseen(&mut self, error: &io::Error) -> Walked {
        let kind = gap_kind(error);
        let gap = self.gap(kind, format!("its metadata was not read: {error}; {}", gap_advice(kind)));
        self.without_metadata(gap)
    }

    fn without_metadata(&mut self, gap: Gap) -> Walked {
        let entry = self.entry(Kind::Unknown);
        Walked { entry, source: None, gaps: vec![gap], listing: None, xattrs: Vec::new(), atime_kept: true }
    }

    fn walked(&mut self, seen: &Seen) -> Walked {
        let mut entry = self.entry(seen.kind);
        entry.stat = Some(seen.stat.clone());
        entry.device_node = seen.device_node;
        Walked { entry, source: None, gaps: Vec::new(), listing: None, xattrs: Vec::new(), atime_kept: true }
    }

    fn entry(&mut self, kind: Kind) -> Entry {
        let seq = self.seq;
        self.seq += 1;
        let path = RawPath(self.path.clone());
        Entry { seq, path, origin: Origin::FileSystem, kind, stat: None, link_target: None, device_node: None }
    }

    fn gap(&self, kind: GapKind, reason: String) -> Gap {
        Gap { path: RawPath(self.path.clone()).shown(), kind, reason }
    }
}

impl Iterator for Walk {
    type Item = Walked;

    fn next(&mut self) -> Option<Walked> {
        let walked = self.next_child().or_else(|| self.next_root()).or_else(|| self.next_gap())?;
        Some(self.told(walked))
    }
}

/// Where an entry is reached.
struct Place {
    dir: Arc<DirHandle>,
    name: Vec<u8>,
    /// Device of the folder it is in; `None` for a root.
    device: Option<u64>,
    /// Whether it is a root that the user named.
    named: bool,
}

impl Place {
    /// Whether one would leave the file system here: by a mount, or into a btrfs subvolume, which shows another device in
    /// the same mount. Devices tell of folders only: on overlay file systems files may show another than their folder.
    fn is_crossing(&self, seen: &Seen) -> bool {
        let Some(device) = self.device else { return false };
        let is_other_device = seen.kind == Kind::Folder && seen.stat.device != device;
        seen.automount || is_other_device || seen.mount_root.unwrap_or(false)
    }
}

fn special(kind: Kind) -> String {
    let what = match kind {
        Kind::Fifo => "a named pipe",
        Kind::Socket => "a socket",
        Kind::CharDevice => "a character device",
        Kind::BlockDevice => "a block device",
        _ => "of a kind that the kernel did not name",
    };
    format!("it is {what}: recorded, never opened; if its content matters, image it by itself")
}

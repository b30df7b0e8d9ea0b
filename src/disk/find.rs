//! What a pattern leads to below a root: looked up by handles, in byte order, bounded, and never outside that root.
//!
//! Links: one that stands where the pattern has a plain name (`/var/www` → `/data/www`) is reported and followed, its
//! target taken below the same root, as the machine itself would see it; one that a wildcard meets is reported and not
//! followed. No file is opened, and nothing on the source changes. What can not be looked at is said, never dropped.

#[cfg(test)]
mod tests;

use std::collections::{BTreeMap, BTreeSet};
use std::io;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use super::dir::{DirHandle, Names};
use super::error::{gap_advice, gap_kind};
use super::source::{OpenError, SourceFile};
use crate::model::pattern::{Step, Wild};
use crate::model::{GapKind, Kind, PathPattern, limits};

/// Something that is there.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Spot {
    /// Its path below the root, without links on the way.
    pub path: Vec<u8>,
    /// Whether it is a folder (what lies in it belongs to it).
    pub is_folder: bool,
}

/// A link on the way.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct LinkSeen {
    /// Its path below the root.
    pub path: Vec<u8>,
    /// What it says.
    pub target: Vec<u8>,
    /// Whether the look-up went on behind it.
    pub followed: bool,
}

/// Something that could not be looked at.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Unseen {
    /// Its path below the root.
    pub path: Vec<u8>,
    /// Why, for machines.
    pub kind: GapKind,
    /// Why, for people, with the next step.
    pub reason: String,
}

/// What a pattern leads to.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Found {
    /// What is there, links on the way included.
    pub spots: BTreeSet<Spot>,
    /// The links among them.
    pub links: BTreeSet<LinkSeen>,
    /// Where the look-up could not go on.
    pub unseen: Vec<Unseen>,
}

/// Which links are followed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Follow {
    /// Those that a pattern names.
    Named,
    /// Also those that its wildcards meet: to read configuration (`sites-enabled/*`), not to take.
    All,
}

/// Looks patterns up below one root.
#[derive(Debug)]
pub struct Finder {
    top: Arc<DirHandle>,
    lists: BTreeMap<Vec<u8>, Arc<Names>>,
    listed: usize,
    looks: usize,
    spots: usize,
}

/// Names kept of folders that were listed: many patterns ask for the same few folders.
const KEPT_NAMES: usize = 200_000;

/// Where a look-up stands: the folders from the root down, none of them a link.
#[derive(Debug, Clone)]
struct Trail {
    top: Arc<DirHandle>,
    folders: Vec<(Vec<u8>, Arc<DirHandle>)>,
    /// Links that led here: they count only if something is found behind them.
    links: Vec<LinkSeen>,
    /// How many links were gone through.
    hops: usize,
}

impl Trail {
    fn dir(&self) -> &DirHandle {
        self.folders.last().map_or(&self.top, |(_, dir)| dir)
    }

    fn path(&self) -> Vec<u8> {
        let mut path = Vec::new();
        for (name, _) in &self.folders {
            path.push(b'/');
            path.extend_from_slice(name);
        }
        path
    }

    fn child(&self, name: &[u8]) -> Vec<u8> {
        let mut path = self.path();
        path.push(b'/');
        path.extend_from_slice(name);
        path
    }
}

/// One step still to go; those of a link's target come between those of the pattern.
#[derive(Debug, Clone)]
enum Ahead {
    Name(Vec<u8>),
    Wild(Wild),
    Below(usize),
    Up,
    Top,
}

/// A look-up under way.
struct Search<'f> {
    found: &'f mut Found,
    follow: Follow,
}

impl Finder {
    /// Below this root; the user named it, so a link there is followed.
    pub fn new(root: &Path) -> io::Result<Self> {
        let top = Arc::new(DirHandle::anchor(root)?);
        Ok(Self { top, lists: BTreeMap::new(), listed: 0, looks: 0, spots: 0 })
    }

    /// Adds what a pattern leads to.
    pub fn find(&mut self, pattern: &PathPattern, follow: Follow, found: &mut Found) {
        let ahead: Vec<Ahead> = pattern.steps().iter().rev().filter_map(ahead).collect();
        let trail = Trail { top: Arc::clone(&self.top), folders: Vec::new(), links: Vec::new(), hops: 0 };
        self.go(trail, ahead, &mut Search { found, follow });
    }

    /// Reads a file that was found, at most `limit` bytes of it, without a trace. Says whether it was longer.
    pub fn read(&self, path: &[u8], limit: u64) -> Result<(Vec<u8>, bool), OpenError> {
        let mut dir = Arc::clone(&self.top);
        let mut names: Vec<&[u8]> = path.split(|&byte| byte == b'/').filter(|name| !name.is_empty()).collect();
        let last = names.pop().unwrap_or_default();
        for name in names {
            dir = Arc::new(dir.pass_through(name)?);
        }
        let mut file = SourceFile::open_at(&dir, last)?;
        let mut bytes = vec![0; usize::try_from(limit.saturating_add(1).min(file.size_at_open())).unwrap_or(0)];
        let filled = file.read_full(&mut bytes)?;
        bytes.truncate(filled);
        let cut = bytes.len() as u64 > limit;
        bytes.truncate(usize::try_from(limit).unwrap_or(usize::MAX));
        Ok((bytes, cut))
    }

    fn go(&mut self, mut at: Trail, mut ahead: Vec<Ahead>, search: &mut Search<'_>) {
        loop {
            match ahead.pop() {
                None => return self.spot(&at, at.path(), true, search),
                Some(Ahead::Top) => at.folders.clear(),
                Some(Ahead::Up) => drop(at.folders.pop()),
                Some(Ahead::Wild(wild)) => return self.wild(&at, &wild, &ahead, search),
                Some(Ahead::Below(levels)) => return self.below(&at, levels, &ahead, search),
                Some(Ahead::Name(name)) => {
                    if !self.name(&mut at, &name, &mut ahead, search) {
                        return;
                    }
                }
            }
        }
    }

    /// One name; says whether the look-up goes on behind it.
    fn name(&mut self, at: &mut Trail, name: &[u8], ahead: &mut Vec<Ahead>, search: &mut Search<'_>) -> bool {
        let path = at.child(name);
        let Some(seen) = self.look(at, name, &path, search) else { return false };
        match seen.kind {
            Kind::Link => self.link(at, name, path, ahead, search),
            Kind::Folder if seen.automount => {
                let reason =
                    "the system would mount something here on a look, so it was not entered; mount it first".into();
                search.found.unseen.push(Unseen { path, kind: GapKind::OtherFileSystem, reason });
                false
            }
            Kind::Folder => match at.dir().pass_through(name) {
                Ok(dir) => {
                    at.folders.push((name.to_vec(), Arc::new(dir)));
                    true
                }
                Err(error) => {
                    search.unseen(path, &error);
                    false
                }
            },
            _ => {
                if ahead.is_empty() {
                    self.spot(at, path, false, search);
                }
                false
            }
        }
    }

    /// A link: the steps of its target come in front of those that are left.
    fn link(
        &mut self,
        at: &mut Trail,
        name: &[u8],
        path: Vec<u8>,
        ahead: &mut Vec<Ahead>,
        search: &mut Search<'_>,
    ) -> bool {
        let target = match at.dir().link_target(name) {
            Ok(target) => target,
            Err(error) => {
                search.unseen(path, &error);
                return false;
            }
        };
        let followed = at.hops < limits::FIND_LINKS;
        let link = LinkSeen { path: path.clone(), target: target.clone(), followed };
        if ahead.is_empty() || !followed {
            // It is what was looked for, whatever is behind it.
            search.found.links.insert(link.clone());
            self.spot(at, path, false, search);
        }
        if !followed {
            return false;
        }
        at.hops += 1;
        at.links.push(link);
        let parts = target.split(|&byte| byte == b'/').rev().filter(|part| !matches!(part, [] | [b'.']));
        ahead.extend(parts.map(|part| if part == b".." { Ahead::Up } else { Ahead::Name(part.to_vec()) }));
        if target.first() == Some(&b'/') {
            ahead.push(Ahead::Top);
        }
        true
    }

    /// A link that a wildcard met and that is not to be followed: recorded if it is what was looked for, or would lead to it.
    fn passed_by(&mut self, at: &Trail, name: &[u8], path: Vec<u8>, ahead: &[Ahead], search: &mut Search<'_>) {
        let Ok(target) = at.dir().link_target(name) else { return };
        let mut behind = Found::default();
        if !ahead.is_empty() {
            let trial = [ahead, &[Ahead::Name(name.to_vec())]].concat();
            let mut trial_search = Search { found: &mut behind, follow: Follow::Named };
            self.go(at.clone(), trial, &mut trial_search);
            if behind.spots.is_empty() {
                return;
            }
        }
        search.found.links.insert(LinkSeen { path: path.clone(), target, followed: false });
        self.spot(at, path, false, search);
    }

    fn wild(&mut self, at: &Trail, wild: &Wild, ahead: &[Ahead], search: &mut Search<'_>) {
        let Some(names) = self.list(at, search) else { return };
        for name in names.iter().filter(|name| wild.fits(name)) {
            let path = at.child(name);
            let Some(seen) = self.look(at, name, &path, search) else { continue };
            if seen.kind == Kind::Link && search.follow == Follow::Named {
                self.passed_by(at, name, path, ahead, search);
            } else {
                self.go(at.clone(), [ahead, &[Ahead::Name(name.to_vec())]].concat(), search);
            }
        }
    }

    /// The rest of the pattern here, and in every folder below; links and other mounts are not gone into.
    fn below(&mut self, at: &Trail, levels: usize, ahead: &[Ahead], search: &mut Search<'_>) {
        self.go(at.clone(), ahead.to_vec(), search);
        if levels == 0 {
            return;
        }
        let Some(names) = self.list(at, search) else { return };
        for name in names.iter() {
            let Some(seen) = self.look(at, name, &at.child(name), search) else { continue };
            if seen.kind != Kind::Folder || seen.automount || seen.mount_root == Some(true) {
                continue;
            }
            match at.dir().pass_through(name) {
                Ok(dir) => {
                    let mut deeper = at.clone();
                    deeper.folders.push((name.to_vec(), Arc::new(dir)));
                    self.below(&deeper, levels - 1, ahead, search);
                }
                Err(error) => search.unseen(at.child(name), &error),
            }
        }
    }

    /// One look; `None` where there is nothing, or nothing that can be seen.
    fn look(&mut self, at: &Trail, name: &[u8], path: &[u8], search: &mut Search<'_>) -> Option<super::handle::Seen> {
        self.looks = self.looks.saturating_add(1);
        if self.looks > limits::FIND_LOOKS {
            if self.looks == limits::FIND_LOOKS + 1 {
                let reason = format!(
                    "more than {} names were looked at to find the profile's places; name what is missing as a PATH",
                    limits::FIND_LOOKS
                );
                search.found.unseen.push(Unseen { path: path.to_vec(), kind: GapKind::OverLimit, reason });
            }
            return None;
        }
        match at.dir().see_at(name) {
            Ok(seen) => Some(seen),
            Err(error) if matches!(error.kind(), io::ErrorKind::NotFound | io::ErrorKind::NotADirectory) => None,
            // A name in a pattern may be longer than the file system takes: then nothing there has it.
            Err(error) if error.kind() == io::ErrorKind::InvalidFilename => None,
            Err(error) => {
                search.unseen(path.to_vec(), &error);
                None
            }
        }
    }

    fn list(&mut self, at: &Trail, search: &mut Search<'_>) -> Option<Arc<Names>> {
        let path = at.path();
        if let Some(names) = self.lists.get(&path) {
            return Some(Arc::clone(names));
        }
        // The handle at hand may only be passed through; to list the folder it is opened by itself.
        let names = at.dir().open_at(b".").and_then(|dir| dir.list(limits::FOLDER_NAMES));
        match names {
            Ok(names) => {
                if names.cut_short() {
                    let reason = format!(
                        "the folder holds more than {} names; the rest were not looked at: collect it as a PATH",
                        limits::FOLDER_NAMES
                    );
                    search.found.unseen.push(Unseen { path: path.clone(), kind: GapKind::OverLimit, reason });
                }
                let names = Arc::new(names);
                if self.listed.saturating_add(names.len()) <= KEPT_NAMES {
                    self.listed += names.len();
                    self.lists.insert(path, Arc::clone(&names));
                }
                Some(names)
            }
            Err(error) => {
                search.unseen(path, &error);
                None
            }
        }
    }

    fn spot(&mut self, at: &Trail, path: Vec<u8>, is_folder: bool, search: &mut Search<'_>) {
        let over = if path.len() > limits::FIND_PATH_BYTES {
            Some("the path is too long to be opened by name; name a folder above it as a PATH".to_owned())
        } else if self.spots == limits::FIND_PATHS {
            Some(format!("the profile found more than {} paths; name what is missing as a PATH", limits::FIND_PATHS))
        } else {
            None
        };
        match over {
            Some(reason) => {
                // Once is enough: everything from here on is over the limit.
                if search.found.unseen.last().is_none_or(|last| last.reason != reason) {
                    search.found.unseen.push(Unseen { path: shortened(path), kind: GapKind::OverLimit, reason });
                }
            }
            None if path.is_empty() => {}
            None => {
                for link in &at.links {
                    search.found.links.insert(link.clone());
                    search.found.spots.insert(Spot { path: link.path.clone(), is_folder: false });
                }
                if search.found.spots.insert(Spot { path, is_folder }) {
                    self.spots += 1;
                }
            }
        }
    }
}

impl Search<'_> {
    fn unseen(&mut self, path: Vec<u8>, error: &io::Error) {
        let kind = gap_kind(error);
        let reason = format!("it could not be looked at: {error}; {}", gap_advice(kind));
        let unseen = Unseen { path: shortened(path), kind, reason };
        if !self.found.unseen.contains(&unseen) {
            self.found.unseen.push(unseen);
        }
    }
}

/// A path that can be opened by name: of a longer one the folder above that still can.
fn shortened(mut path: Vec<u8>) -> Vec<u8> {
    while path.len() > limits::FIND_PATH_BYTES {
        let end = path.iter().rposition(|&byte| byte == b'/').unwrap_or(0);
        path.truncate(end);
    }
    path
}

fn ahead(step: &Step) -> Option<Ahead> {
    match step {
        // Home folders are put in before a pattern is looked up.
        Step::Home => None,
        Step::Name(name) => Some(Ahead::Name(name.clone())),
        Step::Wild(wild) => Some(Ahead::Wild(wild.clone())),
        Step::Below(levels) => Some(Ahead::Below(*levels)),
    }
}

/// A path below a root, as the user would name it.
pub fn below_root(root: &Path, path: &[u8]) -> PathBuf {
    use std::os::unix::ffi::OsStrExt;
    root.join(std::ffi::OsStr::from_bytes(path.strip_prefix(b"/").unwrap_or(path)))
}

//! Files with several names (hard links): the first name is read and kept, a later one stands for it without being read.
//!
//! The walk, which sees names in order, says which name is the first; so what is linked does not depend on threads. A
//! later name takes over only what was whole and still: if the file changed meanwhile, or its first name could not be
//! read, it is read like any other.

use std::collections::HashMap;
use std::sync::{Arc, Condvar, Mutex, OnceLock};

use super::block::{lock, wait};
use super::commit::FileOutcome;
use crate::model::{Digests, FileResult, Gap, GapKind, Stat, limits};

/// The files that the walk met and that have names it has not met yet.
#[derive(Debug)]
pub struct SharedNames {
    files: HashMap<(u64, u64), Known>,
    most: usize,
}

#[derive(Debug)]
struct Known {
    first: Arc<FirstName>,
    stat: Stat,
    /// Names that are still to come, if all of them lie below the roots.
    left: u64,
}

impl Default for SharedNames {
    fn default() -> Self {
        Self { files: HashMap::new(), most: limits::LINKED_FILES }
    }
}

impl SharedNames {
    /// A file that an earlier run kept under one of its names. All of them will be met again, that one too.
    pub fn recall(&mut self, stat: Stat, kept: KeptOnce, gaps: Vec<Gap>) {
        let first = Arc::new(FirstName::default());
        first.settle(Some(Steady { stat: Some(stat.clone()), gaps, row: None }));
        first.keep(kept);
        if self.files.len() < self.most {
            self.files.insert((stat.device, stat.inode), Known { first, left: stat.links, stat });
        }
    }

    /// The next regular file of the walk. Nothing for one with a single name.
    pub fn meet(&mut self, stat: &Stat) -> Option<Link> {
        if stat.links < 2 {
            return None;
        }
        let identity = (stat.device, stat.inode);
        if let Some(known) = self.files.get_mut(&identity).filter(|known| is_same_state(&known.stat, stat)) {
            known.left = known.left.saturating_sub(1);
            let name = Arc::clone(&known.first);
            if known.left == 0 {
                self.files.remove(&identity);
            }
            return Some(Link { name, is_first: false });
        }
        // New, or changed since its first name was met: from here on this name is the first.
        if self.files.len() >= self.most && !self.files.contains_key(&identity) {
            return None;
        }
        let first = Arc::new(FirstName::default());
        let known = Known { first: Arc::clone(&first), stat: stat.clone(), left: stat.links.saturating_sub(1) };
        self.files.insert(identity, known);
        Some(Link { name: first, is_first: true })
    }
}

/// Whether a file is as it was: nothing in it, nor about it, changed between two looks at two of its names.
fn is_same_state(one: &Stat, other: &Stat) -> bool {
    !other.changed_since(one) && one.btime == other.btime
}

/// One of several names of a file, and what its first name came to.
#[derive(Debug)]
pub struct Link {
    name: Arc<FirstName>,
    is_first: bool,
}

impl Link {
    /// The first name of a file that has more, where that is known otherwise than from a walk.
    pub fn first() -> Self {
        Self { name: Arc::new(FirstName::default()), is_first: true }
    }

    /// A later name of the file with this first one.
    pub fn later(first: &Arc<FirstName>) -> Self {
        Self { name: Arc::clone(first), is_first: false }
    }

    /// Whether this is the first name, which is read whatever comes.
    pub fn is_first(&self) -> bool {
        self.is_first
    }

    /// What the first name came to.
    pub fn name(&self) -> &Arc<FirstName> {
        &self.name
    }
}

impl Drop for Link {
    fn drop(&mut self) {
        // Nobody must wait for a first name that will not be read any more.
        if self.is_first {
            self.name.settle(None);
        }
    }
}

/// What the first name of a file came to: told by the worker that read it and by the writer that kept it.
#[derive(Debug, Default)]
pub struct FirstName {
    /// Nothing until it was read; then what later names may take over, if anything.
    read: Mutex<Option<Option<Arc<Steady>>>>,
    settled: Condvar,
    kept: OnceLock<KeptOnce>,
}

/// What later names take over.
#[derive(Debug)]
pub struct Steady {
    /// Metadata by the handle it was read through; nothing where the source has none (an evidence zip).
    pub stat: Option<Stat>,
    /// What is to be said of each of its names: a limit that it reached.
    pub gaps: Vec<Gap>,
    /// Its row in the scan, without members, if it was looked at.
    pub row: Option<FileResult>,
}

/// Where the content of the first name lies in the evidence.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct KeptOnce {
    /// Position of the first name among the entries.
    pub seq: u64,
    /// Its member, relative to the bag.
    pub stored: String,
    /// The digests of its content.
    pub digests: Digests,
    /// Its length.
    pub bytes: u64,
}

impl FirstName {
    /// Says what came of reading it. Only the first word counts.
    pub fn settle(&self, steady: Option<Steady>) {
        let mut read = lock(&self.read);
        if read.is_none() {
            *read = Some(steady.map(Arc::new));
            drop(read);
            self.settled.notify_all();
        }
    }

    /// Says where it was kept. Only the first word counts.
    pub fn keep(&self, kept: KeptOnce) {
        let _ = self.kept.set(kept);
    }

    /// Where it was kept; known once the writer has taken it.
    pub fn kept(&self) -> Option<&KeptOnce> {
        self.kept.get()
    }

    /// What a later name, of which the walk saw `stat`, may take over. Waits until the first was read: it comes earlier in
    /// the walk, so a worker has it already.
    pub(super) fn for_later(&self, stat: Option<&Stat>) -> Option<Arc<Steady>> {
        let mut read = lock(&self.read);
        while read.is_none() {
            read = wait(&self.settled, read);
        }
        let steady = read.clone().flatten()?;
        let is_same = match (&steady.stat, stat) {
            (Some(first), Some(later)) => is_same_state(first, later),
            (None, None) => true,
            _ => false,
        };
        is_same.then_some(steady)
    }
}

impl Steady {
    /// What later names may take over of a file that was read; nothing if it changed, or was not read whole.
    pub(super) fn of(outcome: &FileOutcome, is_kept: bool) -> Option<Self> {
        let is_whole = outcome.content.is_some() || !is_kept;
        let is_said = outcome.gaps.iter().all(|gap| gap.kind == GapKind::OverLimit);
        let is_still = match (&outcome.stat_open, &outcome.stat_after) {
            (Some(open), Some(after)) => !after.changed_since(open),
            (open, _) => open.is_none(),
        };
        if !is_whole || !is_said || !is_still || outcome.size_unknown {
            return None;
        }
        let row = outcome.looked.as_ref().map(|looked| looked.file.row.clone());
        Some(Self { stat: outcome.stat_open.clone(), gaps: outcome.gaps.clone(), row })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::{Digest, Timestamp};

    fn stat(inode: u64, links: u64, changed: i64) -> Stat {
        let time = Timestamp { seconds: changed, nanos: 0 };
        Stat { size: 7, inode, links, atime: time, mtime: time, ctime: time, ..Stat::example() }
    }

    fn steady(stat: Stat) -> Option<Steady> {
        Some(Steady { stat: Some(stat), gaps: Vec::new(), row: None })
    }

    #[test]
    fn a_file_is_forgotten_when_all_its_names_were_met() {
        let mut names = SharedNames::default();
        assert!(names.meet(&stat(1, 1, 0)).is_none());
        let first = names.meet(&stat(2, 3, 0)).unwrap();
        assert!(first.is_first() && names.files.len() == 1);
        let later: Vec<Link> = [2, 3].map(|_| names.meet(&stat(2, 3, 0)).unwrap()).into();
        assert!(later.iter().all(|link| !link.is_first() && Arc::ptr_eq(link.name(), first.name())));
        assert!(names.files.is_empty());
        // Should the inode come back, it is another file.
        assert!(names.meet(&stat(2, 2, 0)).unwrap().is_first());
    }

    #[test]
    fn a_name_that_was_met_after_a_change_is_a_first_one() {
        let mut names = SharedNames::default();
        let old = names.meet(&stat(2, 3, 0)).unwrap();
        let new = names.meet(&stat(2, 3, 5)).unwrap();
        assert!(old.is_first() && new.is_first());
        assert!(Arc::ptr_eq(names.meet(&stat(2, 3, 5)).unwrap().name(), new.name()));
    }

    #[test]
    fn what_an_earlier_run_kept_stands_for_all_its_names() {
        let mut names = SharedNames::default();
        let kept = KeptOnce { seq: 4, stored: "data/fs/x".to_owned(), digests: Digest::of(b"").into(), bytes: 0 };
        names.recall(stat(1, 2, 0), kept.clone(), Vec::new());
        // The walk meets the first name again, which was taken, and then the other one.
        drop(names.meet(&stat(1, 2, 0)));
        let later = names.meet(&stat(1, 2, 0)).unwrap();
        assert!(!later.is_first() && names.files.is_empty());
        assert!(later.name().for_later(Some(&stat(1, 2, 0))).is_some());
        assert_eq!(later.name().kept(), Some(&kept));
    }

    #[test]
    fn more_files_than_are_remembered_are_read_by_each_name() {
        let mut names = SharedNames { most: 1, ..SharedNames::default() };
        assert!(names.meet(&stat(1, 2, 0)).is_some());
        assert!(names.meet(&stat(2, 2, 0)).is_none());
        assert!(!names.meet(&stat(1, 2, 0)).unwrap().is_first());
        assert!(names.meet(&stat(3, 2, 0)).is_some(), "there is room again");
    }

    #[test]
    fn a_later_name_takes_over_only_what_is_still_the_same() {
        let mut names = SharedNames::default();
        let first = names.meet(&stat(1, 9, 0)).unwrap();
        let later = names.meet(&stat(1, 9, 0)).unwrap();
        first.name().settle(steady(stat(1, 9, 0)));
        assert!(later.name().for_later(Some(&stat(1, 9, 0))).is_some());
        assert!(later.name().for_later(Some(&stat(1, 9, 1))).is_none());
        assert!(later.name().for_later(None).is_none());
    }

    #[test]
    fn nobody_waits_for_a_first_name_that_was_given_up() {
        let mut names = SharedNames::default();
        let first = names.meet(&stat(1, 2, 0)).unwrap();
        let later = names.meet(&stat(1, 2, 0)).unwrap();
        let waiting = std::thread::spawn(move || later.name().for_later(Some(&stat(1, 2, 0))).is_none());
        drop(first);
        assert!(waiting.join().unwrap());
    }
}

//! Reads back an unfinished collection: which entries are whole, where whole lines and bytes end, and what lies behind as a torn tail.
//!
//! A line counts only if all lines before it count, its number is the next one, and its member's bytes are those that it
//! speaks of. So whatever a crash, a full disk or a pulled plug left behind, what is taken up again is what was read.
//!
//! Memory: 16 bytes per entry (so that it is not taken a second time).

use std::collections::HashSet;
use std::io::{self, BufRead, Read};

use super::acquisition::Counts;
use super::bag::data_folder;
use super::container::Member;
use super::container::read::RecordedMembers;
use super::journal::{EntryGap, Fate, Mark, RecordedEntry};
use super::others;
use super::stored_name::StoredNames;
use crate::disk::rows::{RowPlace, RowsOut};
use crate::model::limits::JOURNAL_LINE_BYTES;
use crate::model::{Algorithms, Digest, Gap, GapKind, Kind, Origin, RawPath, Stat, Timestamp};
use crate::pass::{KeptOnce, SharedNames};

/// What the lines of a collection add up to.
#[derive(Debug, Default)]
pub struct Recorded {
    /// Entries, kept files, their bytes and gaps.
    pub counts: Counts,
    /// The gaps themselves, by [`Recorded::shown`].
    pub gaps: RowsOut<Gap>,
    /// Files, and other entries with gaps, so far: those that a look at the evidence meets, in its order.
    pub shown: u64,
    /// Entries whose access time the kernel would not let alone.
    pub atime_not_kept: u64,
}

impl Recorded {
    /// Nothing yet; the gaps will go to this place.
    pub(super) fn new(place: &RowPlace) -> Self {
        Self { gaps: RowsOut::new(place), ..Self::default() }
    }

    /// Adds the line of the entry at `path`.
    pub(super) fn add(&mut self, entry: &RecordedEntry, path: &RawPath) -> io::Result<()> {
        let counts = &mut self.counts;
        counts.entries = counts.entries.saturating_add(1);
        if entry.outcome == Fate::Kept {
            counts.files = counts.files.saturating_add(1);
            counts.bytes = counts.bytes.saturating_add(entry.bytes);
        }
        counts.gaps = counts.gaps.saturating_add(entry.gaps.len() as u64);
        let not_kept = entry.marks.contains(&Mark::AtimeNotKept);
        self.atime_not_kept = self.atime_not_kept.saturating_add(u64::from(not_kept));
        counts.linked = counts.linked.saturating_add(u64::from(entry.hard_link_of.is_some()));
        for gap in gaps_of(entry, path) {
            self.gaps.push(self.shown, &gap)?;
        }
        self.shown = self.shown.saturating_add(u64::from(entry.kind == Kind::File || !entry.gaps.is_empty()));
        Ok(())
    }
}

/// The gaps of a line, at its path.
fn gaps_of(entry: &RecordedEntry, path: &RawPath) -> Vec<Gap> {
    let shown = |gap: &EntryGap| Gap { path: path.shown(), kind: gap.kind, reason: gap.reason.clone() };
    entry.gaps.iter().map(shown).collect()
}

/// What an unfinished collection still holds.
#[derive(Debug)]
pub struct Replay {
    /// What all whole lines add up to.
    pub recorded: Recorded,
    /// Length of the journal up to the last whole line that counts.
    pub journal_bytes: u64,
    /// Length of the zip up to the last member that counts.
    pub zip_bytes: u64,
    /// Why the first line that does not count does not; nothing if all do.
    pub torn: Option<String>,
    /// What was taken already.
    pub taken: Taken,
    /// The names that were given out.
    pub(super) names: StoredNames,
    /// The member of the payload's folder.
    pub(super) folder: Member,
    /// The digests that every kept file must have.
    digests: Algorithms,
}

/// The paths that an earlier run took.
#[derive(Debug, Default)]
pub struct Taken {
    files: HashSet<[u8; 16]>,
    /// The live state has a name space of its own.
    state: HashSet<[u8; 16]>,
    /// Files that it kept under one name and that have more.
    shared: SharedNames,
}

impl Taken {
    /// Whether an entry of a file system at this path was taken.
    pub fn holds(&self, path: &RawPath) -> bool {
        self.files.contains(&key(path))
    }

    /// Whether this entry of the live state was taken.
    pub fn holds_state(&self, path: &RawPath) -> bool {
        self.state.contains(&key(path))
    }

    /// How many entries of the live state were taken.
    pub fn state_entries(&self) -> u64 {
        self.state.len() as u64
    }

    /// Hands over what is known of files with several names, for the walk that goes on.
    pub fn shared_names(&mut self) -> SharedNames {
        std::mem::take(&mut self.shared)
    }

    /// Whether nothing was taken.
    pub fn is_empty(&self) -> bool {
        self.files.is_empty() && self.state.is_empty()
    }

    fn add(&mut self, path: &RawPath, origin: Origin) {
        match origin {
            Origin::Volatile => self.state.insert(key(path)),
            Origin::FileSystem | Origin::Image => self.files.insert(key(path)),
        };
    }
}

fn key(path: &RawPath) -> [u8; 16] {
    let [half @ .., _, _, _, _, _, _, _, _, _, _, _, _, _, _, _, _] = Digest::of(&path.0).0;
    half
}

/// Reads back the collection `name` that began at `begun`, from its journal and its zip. Its gaps go to `place`.
///
/// # Errors
/// When one of the two can not be read. That they are torn is no error.
pub fn replay(
    name: &str,
    (begun, digests): (Timestamp, Algorithms),
    journal: &mut dyn BufRead,
    zip: &mut dyn Read,
    place: &RowPlace,
) -> io::Result<Replay> {
    let folder = data_folder(name, begun).map_err(io::Error::other)?;
    let mut replay = Replay {
        recorded: Recorded::new(place),
        journal_bytes: 0,
        zip_bytes: 0,
        torn: None,
        taken: Taken::default(),
        names: StoredNames::default(),
        folder,
        digests,
    };
    let mut members = RecordedMembers::new(zip);
    if let Err(why) = members.next(&replay.folder.clone(), None)? {
        replay.torn = Some(format!("the zip has no beginning: {why}"));
        return Ok(replay);
    }
    replay.zip_bytes = members.position();
    while replay.torn.is_none() {
        let Some(line) = next_line(journal)? else { break };
        match replay.line(name, &line, &mut members)? {
            Ok(()) => {
                replay.journal_bytes = replay.journal_bytes.saturating_add(line.len() as u64);
                replay.zip_bytes = members.position();
            }
            Err(why) => {
                let number = replay.recorded.counts.entries.saturating_add(1);
                replay.torn = Some(format!("line {number} of the journal {why}"));
            }
        }
    }
    Ok(replay)
}

/// The next line with its newline, if it has one.
fn next_line(journal: &mut dyn BufRead) -> io::Result<Option<Vec<u8>>> {
    let mut line = Vec::new();
    let count = journal.take(JOURNAL_LINE_BYTES as u64).read_until(b'\n', &mut line)?;
    Ok((count > 0).then_some(line))
}

impl Replay {
    /// Takes one line, or says why it does not count.
    fn line(&mut self, name: &str, line: &[u8], members: &mut RecordedMembers<'_>) -> io::Result<Result<(), String>> {
        let Some(text) = line.strip_suffix(b"\n") else { return Ok(Err("has no end: it was cut off".to_owned())) };
        let entry = match RecordedEntry::parse(text) {
            Ok(entry) => entry,
            Err(why) => return Ok(Err(why)),
        };
        let due = self.recorded.counts.entries;
        if entry.seq != due {
            return Ok(Err(format!("has number {} where {due} is due", entry.seq)));
        }
        if entry.sha256.is_none() && entry.gaps.is_empty() {
            return Ok(Err("has neither a digest nor a gap".to_owned()));
        }
        let Some(path) = entry.path() else { return Ok(Err("has a path that is no base64".to_owned())) };
        let (seq, origin, is_folder) = (entry.seq, entry.origin, entry.kind == Kind::Folder);
        let shared = shared(&entry);
        match entry.clone().kept() {
            Err(why) => return Ok(Err(why.to_owned())),
            Ok(Some(kept)) if others::algorithms(&kept.digests.others) != self.digests => {
                return Ok(Err("has not the digests that were asked for".to_owned()));
            }
            Ok(Some(kept)) => {
                let member = kept.placed.member(format!("{name}/{}", kept.stored), kept.bytes);
                if let Err(why) = members.next(&member, Some(kept.digests.sha256))? {
                    return Ok(Err(format!("speaks of a member that is not whole: {why}")));
                }
                if self.names.name(seq, &path, origin, false) != kept.stored {
                    return Ok(Err("has a stored name that does not come from its path".to_owned()));
                }
                if let Some(stat) = shared {
                    let kept = KeptOnce { seq, stored: kept.stored, digests: kept.digests, bytes: kept.bytes };
                    self.taken.shared.recall(stat, kept, gaps_of(&entry, &path));
                }
            }
            Ok(None) if is_folder => {
                self.names.name(seq, &path, origin, true);
            }
            Ok(None) => {}
        }
        self.recorded.add(&entry, &path)?;
        self.taken.add(&path, origin);
        Ok(Ok(()))
    }
}

/// Metadata of a file that has more names, if they may stand for it: it was whole and did not change.
fn shared(entry: &RecordedEntry) -> Option<Stat> {
    let is_whole = entry.gaps.iter().all(|gap| gap.kind == GapKind::OverLimit);
    let is_still = !entry.marks.iter().any(|mark| matches!(mark, Mark::Grew | Mark::SizeUnknown));
    entry.stat.clone().filter(|stat| stat.links > 1 && entry.kind == Kind::File && is_whole && is_still)
}

#[cfg(test)]
mod tests;

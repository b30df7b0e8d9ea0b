//! What the writer gets, in walk order, and the trait of who takes it.

use std::sync::Arc;

use super::keep::Kept;
use super::links::FirstName;
use crate::count::Fact;
use crate::detect::{Chance, SeriesId};
use crate::model::{Bond, Digest, Digests, Entry, FileResult, Finding, Gap, LinkClass, Method, Stat};

/// The findings of one record: they stay together, because the record says that they belong together.
#[derive(Debug, Clone)]
pub struct Found {
    /// How they belong together.
    pub bond: Bond,
    /// Fingerprint of a table row none of whose values names one person ([`crate::detect::RecordHits::row`]).
    pub row: Option<u64>,
    /// Each with the class that says how it links people.
    pub findings: Vec<(Finding, LinkClass)>,
    /// What was known of them while their values were in clear ([`crate::count::facts`]).
    pub facts: Vec<Fact>,
    /// For each of them, the series of its leaf that chance may explain it by ([`crate::detect::Hit::series`]).
    pub series: Vec<Option<SeriesId>>,
}

/// What the look at one leaf came to: a file, or a member of a container.
#[derive(Debug)]
pub struct LookedLeaf {
    /// Its row; the path is the one that the locators of its findings name.
    pub row: FileResult,
    /// What its series of doubtful values came to that chance explains, all or some.
    pub chances: Vec<Chance>,
}

/// Content that was read to its end, or to where a read error ended it.
#[derive(Debug, Clone)]
pub struct Content {
    /// The digests of what was read.
    pub digests: Digests,
    /// What was kept of it.
    pub kept: Kept,
    /// How.
    pub method: Method,
}

/// What came of one entry.
#[derive(Debug)]
pub struct FileOutcome {
    /// The entry as the walk saw it.
    pub entry: Entry,
    /// Metadata by the open handle before the first byte was read; differs from the walk's only if somebody is at work.
    pub stat_open: Option<Stat>,
    /// Metadata by the same handle after the last byte.
    pub stat_after: Option<Stat>,
    /// Extended attributes.
    pub xattrs: Vec<(Vec<u8>, Vec<u8>)>,
    /// For a sparse file: the stretches that hold data, as (start, end).
    pub extents: Vec<(u64, u64)>,
    /// For a giant sparse file, of which the content is these stretches one after another: the digest of each.
    pub stretch_digests: Option<Vec<Digest>>,
    /// For folders: digest of the listing.
    pub listing: Option<Digest>,
    /// The content, for files that could be read and were to be kept.
    pub content: Option<Content>,
    /// Whether hozen's own reading left the access time alone.
    pub atime_kept: bool,
    /// It grew while it was read: the part up to its size at open was kept.
    pub grew: bool,
    /// The kernel gave no size; it was read to its end or a limit.
    pub size_unknown: bool,
    /// It is the first name of a file that has more: who keeps it tells where.
    pub first_name: Option<Arc<FirstName>>,
    /// It is a later name of a file that was read under its first name, and was not read again.
    pub linked: Option<Arc<FirstName>>,
    /// Why it was not kept whole.
    pub gaps: Vec<Gap>,
    /// What the look at it came to, and the gaps in understanding.
    pub looked: Option<Looked>,
}

/// What the look at one source came to.
#[derive(Debug)]
pub struct Looked {
    /// The file itself, its members' findings included; they were committed before it.
    pub file: LookedLeaf,
    /// What was not understood, in it and its members.
    pub gaps: Vec<Gap>,
}

/// Takes results in walk order, from one thread. Floor 4 implements it.
pub trait Commit {
    /// An error that ends the run: the disk is full, the evidence can not be written.
    type Error;

    /// Content of `entry` will follow in chunks; no more than `limit` bytes will be read.
    ///
    /// # Errors
    /// Any error ends the run.
    fn begin(&mut self, entry: &Entry, method: Method, limit: u64) -> Result<(), Self::Error>;

    /// The next stored bytes of the entry begun last.
    ///
    /// # Errors
    /// Any error ends the run.
    fn chunk(&mut self, stored: &[u8]) -> Result<(), Self::Error>;

    /// Findings in the current entry, whose path (escaped) is `path`.
    ///
    /// # Errors
    /// Any error ends the run.
    fn found(&mut self, path: &str, found: Vec<Found>) -> Result<(), Self::Error>;

    /// What the look at a member came to. All members of the current entry come before its end, each container after what it
    /// holds, and the findings in each before it.
    ///
    /// # Errors
    /// Any error ends the run.
    fn member(&mut self, member: LookedLeaf) -> Result<(), Self::Error>;

    /// The current entry is done.
    ///
    /// # Errors
    /// Any error ends the run.
    fn end(&mut self, outcome: FileOutcome) -> Result<(), Self::Error>;
}

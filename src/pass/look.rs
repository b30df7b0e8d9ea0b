//! The look: picks a format for a leaf, runs it, catches its panics, goes down into members within a budget, and turns
//! what the detectors say into findings with an address and a keyed digest.

mod sink;

use std::cell::Cell;
use std::collections::BTreeSet;
use std::io::{self, Cursor, Read, SeekFrom};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::Path;
use std::rc::Rc;
use std::sync::Arc;
use std::sync::atomic::AtomicBool;

use super::commit::{Found, Looked, LookedLeaf};
use super::lane::{Lane, Part};
use super::notice::Progress;
use super::recall::Recall;
use crate::count::facts::{Clear, facts};
use crate::detect::{Chance, Engine, Hit, LeafDetector, RecordHits, TEST_NUMBER};
use crate::disk::spool::{Spool, SpoolError, SpoolReader};
use crate::disk::worked::worked;
use crate::formats::{self, Budget, Format, Head, Input, Need, ReadSeek, Sink};
use crate::model::{
    Charset, Charsets, Confidence, FileResult, Finding, Gap, GapKind, Locator, LookStatus, Scope, limits,
};
use crate::seal::keyed::CaseKey;

/// What a look needs, the same for every file.
#[derive(Clone, Copy)]
pub struct Lens<'a> {
    /// The compiled rules.
    pub engine: &'a Engine,
    /// Key of the digests.
    pub key: &'a CaseKey,
    /// Which files need not be looked at.
    pub scope: &'a Scope,
    /// Who remembers earlier looks; asked only where nothing is kept.
    pub recall: Option<&'a dyn Recall>,
    /// Where containers that must seek may be spooled; `None` keeps everything in memory, within its limit.
    pub spool: Option<SpoolPlace<'a>>,
}

/// A folder for spool files, and what they must leave free there.
#[derive(Clone, Copy)]
pub struct SpoolPlace<'a> {
    /// The folder.
    pub folder: &'a Path,
    /// Bytes that the evidence may still need at the start of the run: a container that unfolds without end must cost a
    /// gap, not the disk that the evidence goes to.
    pub keep_free: u64,
}

/// Who watches the run: how far it is, and whether it shall end.
#[derive(Clone, Copy)]
pub struct Watch<'a> {
    /// Set from outside to end early.
    pub stop: &'a AtomicBool,
    /// Bytes read so far.
    pub progress: &'a Progress,
    /// Files that are looked at side by side: they share the memory for containers.
    pub readers: usize,
}

/// Where the bytes of a leaf come from.
pub enum Bytes<'a> {
    /// In order only.
    Stream(&'a mut dyn Read),
    /// With seeking, and the length.
    Seekable(&'a mut dyn ReadSeek, u64),
}

/// Weight of a finding on its way to the writer.
pub(super) const FINDING_BYTES: usize = 768;
/// Between a container and its member, in every path; no name holds it.
const MEMBER: char = '▸';

/// Counts the bytes that a leaf gave.
struct Counted<'a> {
    inner: &'a mut dyn Read,
    count: &'a Cell<u64>,
}

impl Read for Counted<'_> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let count = self.inner.read(buffer)?;
        self.count.set(self.count.get().saturating_add(count as u64));
        Ok(count)
    }
}

/// The look at one source file, with all that is inside it.
struct Look<'a> {
    lens: Lens<'a>,
    watch: Watch<'a>,
    lane: &'a Lane<'a>,
    path: Arc<str>,
    budget: Rc<Budget>,
    gaps: Vec<Gap>,
    gaps_left_out: u64,
    /// Members that were met, at every level.
    members: usize,
}

/// Looks at one source of `source_bytes` bytes and at everything in it. Findings and members go to the lane as they come.
pub fn look<'a>(
    (lens, watch): (Lens<'a>, Watch<'a>),
    lane: &'a Lane<'a>,
    path: &str,
    source_bytes: u64,
    bytes: Bytes<'_>,
) -> Looked {
    let budget = Budget::by(worked, source_bytes);
    let mut look =
        Look { lens, watch, lane, path: path.into(), budget, gaps: Vec::new(), gaps_left_out: 0, members: 0 };
    let file = look.leaf(path.to_owned(), 0, bytes);
    if look.gaps_left_out > 0 {
        let reason = format!("{} more gaps in this file are not listed", look.gaps_left_out);
        look.gaps.push(Gap { path: path.to_owned(), kind: GapKind::OverLimit, reason });
    }
    Looked { file, gaps: look.gaps }
}

impl<'a> Look<'a> {
    fn leaf(&mut self, path: String, depth: usize, bytes: Bytes<'_>) -> LookedLeaf {
        let count = Cell::new(0);
        let mut leaf = Leaf::new(self, path, depth);
        match bytes {
            Bytes::Stream(reader) => leaf.stream(&mut Counted { inner: reader, count: &count }),
            Bytes::Seekable(reader, length) => {
                leaf.seekable(reader, length);
                count.set(length);
            }
        }
        leaf.close(count.get())
    }

    /// Hands over what came of a member. A writer that has stopped shows at the end of the entry.
    fn member(&self, member: LookedLeaf) {
        let weight = member.row.path.len().saturating_add(member.chances.len().saturating_mul(size_of::<Chance>()));
        let _ = self.lane.send(Part::Member(Box::new(member)), weight);
    }

    fn gap(&mut self, path: &str, kind: GapKind, reason: String) {
        // To a format a spent budget looks like a broken file.
        let (kind, reason) = match kind {
            GapKind::ReadError | GapKind::Truncated | GapKind::Malformed
                if self.budget.is_spent() || self.budget.is_late() =>
            {
                (GapKind::OverLimit, self.budget.reason())
            }
            other => (other, reason),
        };
        if self.gaps.len() < limits::GAPS_PER_FILE {
            self.gaps.push(Gap { path: path.to_owned(), kind, reason });
        } else {
            self.gaps_left_out += 1;
        }
    }
}

/// One leaf being looked at: the sink of its format.
struct Leaf<'l, 'a> {
    look: &'l mut Look<'a>,
    detector: Option<LeafDetector<'a>>,
    depth: usize,
    /// Its path, which the locators of its findings share.
    leaf: Arc<str>,
    result: FileResult,
    chances: Vec<Chance>,
    /// The member that was handed over last: whether it broke off is told only after it.
    last: Option<LookedLeaf>,
    /// Encodings that its records stand in.
    charsets: Charsets,
    /// How what was found in it is stored.
    storage: BTreeSet<String>,
    seen: u64,
    gapped: bool,
}

impl<'l, 'a> Leaf<'l, 'a> {
    fn new(look: &'l mut Look<'a>, path: String, depth: usize) -> Self {
        let detector = Some(look.lens.engine.leaf());
        let leaf = path.as_str().into();
        let result = FileResult::not_scanned(path);
        Self {
            look,
            detector,
            depth,
            leaf,
            result,
            chances: Vec::new(),
            last: None,
            charsets: Charsets::default(),
            storage: BTreeSet::new(),
            seen: 0,
            gapped: false,
        }
    }

    /// A leaf that can only be read in order: a container that must seek is spooled first.
    fn stream(&mut self, reader: &mut dyn Read) {
        let Some((head_bytes, whole)) = self.head(reader) else { return };
        let name = base_name(&self.result.path).to_owned();
        let head = Head { bytes: &head_bytes, whole, name: &name };
        let Some(format) = self.pick(&head) else { return };
        match format.need() {
            Need::Stream => {
                let mut all = Cursor::new(&head_bytes).chain(reader);
                self.run(format, &head, Input::Stream(&mut all));
            }
            Need::Seek => match self.spool(&head_bytes, reader) {
                Ok(mut spool) => {
                    let length = spool.len();
                    let format = self.settle(format, &mut spool, length);
                    self.run(format, &head, Input::Seek(&mut spool, length));
                }
                Err(reason) => self.gap(GapKind::OverLimit, reason),
            },
        }
    }

    /// A leaf whose source can be read at any place.
    fn seekable(&mut self, reader: &mut dyn ReadSeek, length: u64) {
        let Some((head_bytes, whole)) = self.head(reader) else { return };
        let name = base_name(&self.result.path).to_owned();
        let head = Head { bytes: &head_bytes, whole, name: &name };
        let Some(format) = self.pick(&head) else { return };
        let format = if format.need() == Need::Seek { self.settle(format, reader, length) } else { format };
        if let Err(error) = reader.seek(SeekFrom::Start(0)) {
            self.gap(GapKind::ReadError, format!("could not go back to the start of the file: {error}"));
            return;
        }
        match format.need() {
            Need::Stream => {
                let mut capped = reader.take(length);
                self.run(format, &head, Input::Stream(&mut capped));
            }
            Need::Seek => self.run(format, &head, Input::Seek(reader, length)),
        }
    }

    fn head<R: Read + ?Sized>(&mut self, mut reader: &mut R) -> Option<(Vec<u8>, bool)> {
        let mut head = Vec::new();
        let limit = formats::HEAD_BYTES as u64;
        match (&mut reader).take(limit).read_to_end(&mut head) {
            Ok(count) => Some((head, (count as u64) < limit)),
            Err(_) if self.look.budget.is_spent() => None,
            // Something could be read: look at that, the error comes again from the format.
            Err(_) if !head.is_empty() => Some((head, false)),
            Err(error) => {
                self.gap(GapKind::ReadError, format!("could not be read: {error}"));
                None
            }
        }
    }

    fn pick(&mut self, head: &Head<'_>) -> Option<&'static dyn Format> {
        let format = formats::pick(head);
        match format {
            Some(format) => self.result.format = Some(format.id().to_owned()),
            None => {
                let reason = "no format that this version knows; look at it by hand".to_owned();
                self.gap(GapKind::UnsupportedFormat, reason);
            }
        }
        format
    }

    /// Looks closer at a package, and leaves its bytes at their start where it can (else the format meets the error).
    fn settle(&mut self, picked: &'static dyn Format, reader: &mut dyn ReadSeek, length: u64) -> &'static dyn Format {
        let format = formats::settle(picked, reader, length);
        let _ = reader.seek(SeekFrom::Start(0));
        self.result.format = Some(format.id().to_owned());
        format
    }

    fn spool(&mut self, head: &[u8], rest: &mut dyn Read) -> Result<SpoolReader, String> {
        let (place, Watch { progress, readers, .. }) = (self.look.lens.spool, self.look.watch);
        // Without a folder what does not fit is a gap, which must not depend on how many work.
        let share = limits::SEEK_MEMORY_ALL_BYTES / (readers.max(1) as u64);
        let most = if place.is_some() { limits::SEEK_MEMORY_BYTES.min(share) } else { limits::SEEK_MEMORY_BYTES };
        // Deeper containers get less memory, so that nesting cannot add up: 16 + 8 + 4 … < 32 MiB.
        let memory = most >> self.depth.min(16);
        // What was read is in the evidence already: only the rest is kept free.
        let keep_free = place.map_or(0, |place| place.keep_free.saturating_sub(progress.now().read));
        let mut spool = Spool::with_memory(place.map(|place| place.folder.to_path_buf()), memory).keep_free(keep_free);
        let copied = io::copy(&mut head.chain(rest), &mut spool).and_then(|_| spool.into_reader());
        copied.map_err(|error| match SpoolError::in_io(&error) {
            Some(SpoolError::NoFolder { .. }) => format!(
                "a container of more than {memory} bytes must be set aside to be opened, and no folder was given for that: \
                 scan again with --spool DIR (on a disk that is not evidence)"
            ),
            Some(known) => known.to_string(),
            None => format!("it could not be read to its end: {error}"),
        })
    }

    /// Runs the format; a panic in it costs a gap.
    fn run(&mut self, format: &'static dyn Format, head: &Head<'_>, input: Input<'_>) {
        let mut input = Some(input);
        self.result.mislabelled = formats::mislabelled(head.name, format).map(str::to_owned);
        self.guarded(&mut |leaf| {
            if let Some(input) = input.take() {
                format.read(head, input, leaf);
            }
        });
    }

    /// Runs a reader of this leaf; a panic in it costs a gap. Then all that its detector held back comes out.
    fn guarded(&mut self, read: &mut dyn FnMut(&mut Self)) {
        let caught = catch_unwind(AssertUnwindSafe(|| read(self)));
        if caught.is_err() {
            let format = self.result.format.as_deref().unwrap_or("this format");
            let reason = format!(
                "the reader for {format} crashed on this input and was stopped; what it found before stands, the rest was \
                 not looked at. Please report it to the authors of hozen (without the file)"
            );
            Sink::gap(self, GapKind::ParserPanic, reason);
        }
        if let Some(mut detector) = self.detector.take() {
            // What the detector still holds back is released even after a crash.
            let finish = AssertUnwindSafe(|| detector.finish(&mut |hits| self.hits(hits)));
            if catch_unwind(finish).is_err() {
                self.gap(GapKind::ParserPanic, "a detector crashed at the end of this input".to_owned());
            }
            self.chances = detector.chances();
        }
    }

    /// Turns the hits of one record into findings and sends them.
    fn hits(&mut self, record: RecordHits) {
        // Keyed, as all that is remembered of a value is: a row with little in it could be guessed from a plain fingerprint.
        let row = record.row.map(|row| self.look.lens.key.short("row", &row.to_le_bytes()));
        let bond = record.bond;
        if record.over_limit > 0 {
            let reason =
                format!("{} more matches in one record were not kept; look at the file by hand", record.over_limit);
            Sink::gap(self, GapKind::OverLimit, reason);
        }
        let series = record.hits.iter().map(|hit| hit.series).collect();
        let clear: Vec<Clear<'_>> = record.hits.iter().map(clear).collect();
        let facts = facts(&clear, record.is_firm, self.look.lens.key);
        let findings: Vec<_> = record.hits.into_iter().map(|hit| self.finding(hit)).collect();
        if findings.is_empty() {
            return;
        }
        let weight = findings.len().saturating_mul(FINDING_BYTES);
        let found = Found { bond, row, findings, facts, series };
        // A writer that has stopped shows at the end of the entry; findings are of no use to it any more.
        let _ = self.look.lane.send(Part::Found(self.look.path.clone(), vec![found]), weight);
    }

    fn finding(&mut self, hit: Hit) -> (Finding, crate::model::LinkClass) {
        let tally = match hit.confidence {
            Confidence::Possible => &mut self.result.possible,
            Confidence::Likely | Confidence::Certain => &mut self.result.findings,
        };
        match tally.get_mut(&*hit.entity) {
            Some(count) => *count += 1,
            None => drop(tally.insert(hit.entity.to_string(), 1)),
        }
        if hit.confidence > Confidence::Possible {
            self.storage.insert(stored(&hit));
        }
        let finding = Finding {
            digest: self.look.lens.key.digest(&hit.entity, hit.value.reveal()),
            locator: Locator { leaf: Arc::clone(&self.leaf), place: hit.place },
            entity: hit.entity,
            rule: hit.rule,
            value: hit.value,
            masked: hit.masked,
            confidence: hit.confidence,
            reasons: hit.reasons,
        };
        (finding, hit.class)
    }

    fn member_not_looked_at(&mut self, name: &str, kind: GapKind, reason: String, storage: Vec<String>) {
        self.gapped = true;
        self.pass_on();
        let path = member_path(&self.result.path, name);
        self.look.gap(&path, kind, reason);
        self.look.members += 1;
        self.look
            .member(LookedLeaf { row: FileResult { storage, ..FileResult::not_scanned(path) }, chances: Vec::new() });
    }

    /// Adds up what came of a member, and keeps it until the next. Returns whether the budget allows another.
    fn take_in(&mut self, mut member: LookedLeaf) -> bool {
        let row = &mut member.row;
        for (entity, count) in &row.findings {
            *self.result.findings.entry(entity.clone()).or_default() += count;
        }
        for (entity, count) in &row.possible {
            *self.result.possible.entry(entity.clone()).or_default() += count;
        }
        self.gapped |= row.status != LookStatus::Scanned;
        let (spent, late) = (self.look.budget.is_spent(), self.look.budget.is_late());
        if (spent || late) && row.status == LookStatus::Scanned {
            row.status = LookStatus::Partial;
            self.look.gap(&row.path, GapKind::OverLimit, self.look.budget.reason());
        }
        self.gapped |= spent || late;
        self.look.budget.begin();
        self.last = Some(member);
        !spent
    }

    /// Hands over the last member: no more comes of it.
    fn pass_on(&mut self) {
        self.last.take().into_iter().for_each(|member| self.look.member(member));
    }

    /// Decides the status. Nothing seen and something in the way is "not looked at", never "0 findings".
    fn close(mut self, bytes: u64) -> LookedLeaf {
        self.pass_on();
        // Plain ASCII is part of every one of them.
        let other = |charset: &Charset| {
            *charset != Charset::Ascii && self.result.encoding.as_deref().is_some_and(|own| own != charset.name())
        };
        self.result.also_in = self.charsets.iter().filter(other).map(|charset| charset.name().to_owned()).collect();
        self.result.bytes = bytes;
        self.result.storage = self.storage.into_iter().collect();
        self.result.status = match (self.gapped, self.seen) {
            (false, _) => LookStatus::Scanned,
            (true, 0) => LookStatus::NotScanned,
            (true, _) => LookStatus::Partial,
        };
        LookedLeaf { row: self.result, chances: self.chances }
    }
}

/// How a value is stored where it was found: as a hash, where that is what was found.
fn stored(hit: &Hit) -> String {
    match (&*hit.entity, hit.reasons.first()) {
        ("password_hash", Some(form)) => format!("hashed:{form}"),
        ("password_hash", None) => "hashed".to_owned(),
        _ => "plain".to_owned(),
    }
}

/// The name of a member, below its container. Escaped by the format already; escaped again here, because it is hostile.
fn member_path(container: &str, name: &str) -> String {
    let name = crate::model::RawPath(name.as_bytes().to_vec()).shown();
    // Else a name could pass for a member of another member.
    let name = name.replace(MEMBER, "\\u{25b8}");
    format!("{container} {MEMBER} {name}")
}

fn base_name(path: &str) -> &str {
    path.rsplit(['/', MEMBER]).next().unwrap_or(path).trim_start()
}

/// A hit as the facts of its record are made from it.
fn clear(hit: &Hit) -> Clear<'_> {
    Clear {
        entity: &hit.entity,
        value: hit.value.reveal(),
        is_likely: hit.confidence > Confidence::Possible,
        is_test: hit.reasons.iter().any(|reason| reason == TEST_NUMBER),
        categories: hit.categories,
    }
}

//! What a worker does with one item: open, read once, look, and say what came of it.

use std::io::{self, Read, Seek, SeekFrom};
use std::sync::Arc;
use std::sync::atomic::Ordering;

use super::block::Pool;
use super::commit::{Content, FileOutcome, Looked, LookedLeaf};
use super::deflate::{DeflateService, Deflater};
use super::hash::{HashService, PendingDigest};
use super::lane::{Lane, Part};
use super::links::{Link, Steady};
use super::look::{Bytes, FINDING_BYTES, Lens, Watch, look};
use super::order::{Order, Stopped};
use super::recall::Recalled;
use super::run::{Keep, Plan};
use super::source::{After, Item, Opened, SourceRead};
use super::tee::{Outlets, Tee};
use crate::formats::ReadSeek;
use crate::model::{Digest, FileResult, Gap, GapKind, Kind, Origin, Stat, limits};

/// What a worker has on its bench.
pub(super) struct Bench<'a> {
    pub(super) plan: Plan<'a>,
    pub(super) order: &'a Order<Part>,
    pub(super) hashes: &'a HashService,
    pub(super) deflates: &'a DeflateService,
    pub(super) pool: &'a Arc<Pool>,
}

/// Does one item from open to end.
pub(super) fn work(item: Item, bench: &Bench<'_>, deflater: &mut Deflater) -> Result<(), Stopped> {
    let lane = Lane::new(bench.order, item.entry.seq);
    let (mut outcome, source) = begin(item);
    let mut digest = None;
    if let Some(source) = source {
        let is_left_out = bench.plan.keep == Keep::Nothing && leave_out(bench.plan.lens, &mut outcome);
        if is_left_out {
            return lane.end(outcome, None);
        }
        let link = source.link();
        if bench.plan.keep == Keep::Nothing && source.is_in_file_system() && recall(&bench.plan, &lane, &mut outcome) {
            if let Some(first) = link.filter(|link| link.is_first()) {
                let row = outcome.looked.as_ref().map(|looked| looked.file.row.clone());
                first.name().settle(Some(Steady { stat: outcome.entry.stat.clone(), gaps: Vec::new(), row }));
            }
            return lane.end(outcome, None);
        }
        // Digests alone are made by every name, as other tools do.
        let may_take_over = bench.plan.keep != Keep::Digest;
        if may_take_over && link.is_some_and(|link| take_over(link, &mut outcome)) {
            return lane.end(outcome, None);
        }
        match source.open() {
            Err(gap) => unread(&mut outcome, gap, bench.plan.lens.is_some()),
            Ok(opened) => digest = read(opened, &mut outcome, bench, &lane, deflater)?,
        }
        if let Some(first) = link.filter(|link| link.is_first()) {
            outcome.first_name = Some(Arc::clone(first.name()));
            first.name().settle(Steady::of(&outcome, bench.plan.keep != Keep::Nothing));
        }
    } else if outcome.entry.kind == Kind::File && bench.plan.lens.is_some() {
        // A file that the walk itself could not reach still gets its row in the scan.
        outcome.looked = Some(not_looked_at(&outcome.entry.path.shown()));
    }
    lane.end(outcome, digest)
}

fn begin(item: Item) -> (FileOutcome, Option<Box<dyn super::source::OpenSource>>) {
    let outcome = FileOutcome {
        entry: item.entry,
        stat_open: None,
        stat_after: None,
        xattrs: item.xattrs,
        extents: Vec::new(),
        stretch_digests: None,
        listing: item.listing,
        content: None,
        atime_kept: item.atime_kept,
        grew: false,
        size_unknown: false,
        first_name: None,
        linked: None,
        gaps: item.gaps,
        looked: None,
    };
    (outcome, item.source)
}

/// A later name of a file that was read already: says the same of it, and reads nothing. False if it must be read itself.
fn take_over(link: &Link, outcome: &mut FileOutcome) -> bool {
    if link.is_first() {
        return false;
    }
    let Some(first) = link.name().for_later(outcome.entry.stat.as_ref()) else { return false };
    let path = outcome.entry.path.shown();
    for gap in &first.gaps {
        if outcome.gaps.iter().all(|known| known.kind != gap.kind) {
            outcome.gaps.push(Gap { path: path.clone(), ..gap.clone() });
        }
    }
    outcome.looked = first.row.as_ref().map(|row| {
        let result = FileResult { path, hard_link_of: Some(row.path.clone()), ..row.clone() };
        Looked { file: LookedLeaf { row: result, chances: Vec::new() }, gaps: Vec::new() }
    });
    outcome.linked = Some(Arc::clone(link.name()));
    true
}

fn unread(outcome: &mut FileOutcome, gap: Gap, looking: bool) {
    if looking {
        outcome.looked = Some(not_looked_at(&outcome.entry.path.shown()));
    }
    outcome.gaps.push(gap);
}

/// An image is taken whole and not looked into: values in it may be anybody's, of any time, and in pieces.
fn image_row(path: &str) -> Looked {
    let reason =
        "it was taken in as an image of a memory or a disk: kept and hashed whole, not looked into. Examine a copy \
                  with tools for images, and scan the files that they get out of it"
            .to_owned();
    let gap = Gap { path: path.to_owned(), kind: GapKind::UnsupportedFormat, reason };
    Looked { gaps: vec![gap], ..not_looked_at(path) }
}

/// Leaves a file out of the look, if that was asked for; whether it was.
fn leave_out(lens: Option<Lens<'_>>, outcome: &mut FileOutcome) -> bool {
    let Some(gap) = lens.and_then(|lens| lens.scope.leaves_out(&outcome.entry)) else { return false };
    outcome.looked = Some(Looked { gaps: vec![gap], ..not_looked_at(&outcome.entry.path.shown()) });
    true
}

/// Takes over what an earlier look at a file came to, if it is as it was then; whether it did.
fn recall(plan: &Plan<'_>, lane: &Lane<'_>, outcome: &mut FileOutcome) -> bool {
    let Some(memory) = plan.lens.and_then(|lens| lens.recall) else { return false };
    let path = outcome.entry.path.shown();
    let shared: Arc<str> = path.as_str().into();
    // A writer that has stopped shows at the end of the entry.
    let mut send = |part| {
        let _ = match part {
            Recalled::Found(found) => {
                let weight = found.findings.len().saturating_mul(FINDING_BYTES);
                lane.send(Part::Found(Arc::clone(&shared), vec![found]), weight)
            }
            Recalled::Member(member) => {
                let weight = member.row.path.len();
                lane.send(Part::Member(member), weight)
            }
        };
    };
    match memory.recall(&outcome.entry, &mut send) {
        Ok(None) => return false,
        Ok(looked) => outcome.looked = looked,
        Err(error) => {
            let reason = format!(
                "what the cache holds of it could not be read ({error}), so it was not looked at: scan again without --cache"
            );
            let gap = Gap { path: path.clone(), kind: GapKind::ReadError, reason };
            outcome.looked = Some(Looked { gaps: vec![gap], ..not_looked_at(&path) });
        }
    }
    plan.progress.read(outcome.entry.stat.as_ref().map_or(0, |stat| stat.size));
    true
}

fn not_looked_at(path: &str) -> Looked {
    let result = FileResult::not_scanned(path.to_owned());
    Looked { file: LookedLeaf { row: result, chances: Vec::new() }, gaps: Vec::new() }
}

/// Reads an open source to its end: kept and looked at, or looked at alone.
fn read<'a>(
    mut opened: Opened,
    outcome: &mut FileOutcome,
    bench: &Bench<'a>,
    lane: &Lane<'_>,
    deflater: &mut Deflater,
) -> Result<Option<PendingDigest>, Stopped> {
    let limit = if opened.unsized_content { limits::UNSIZED_FILE_BYTES } else { opened.size };
    outcome.stat_open = opened.stat.take();
    outcome.xattrs = std::mem::take(&mut opened.xattrs);
    outcome.extents = std::mem::take(&mut opened.extents);
    outcome.atime_kept = opened.atime_kept;
    outcome.gaps.extend(opened.reader.gaps());
    let is_image = outcome.entry.origin == Origin::Image;
    let lens = bench.plan.lens.filter(|_| !is_image);
    let lens = if leave_out(lens, outcome) { None } else { lens };
    if is_image && bench.plan.lens.is_some() {
        outcome.looked = Some(image_row(&outcome.entry.path.shown()));
    }
    let pending = if bench.plan.keep != Keep::Nothing {
        let outlets = Outlets {
            pool: bench.pool,
            hashes: bench.hashes,
            keep: (bench.plan.keep == Keep::Content).then_some((deflater, bench.deflates)),
            lane,
            progress: bench.plan.progress,
            stop: bench.plan.stop,
            has_holes: has_holes(&outcome.extents, limit),
        };
        let mut tee = Tee::begin(&outcome.entry, &mut *opened.reader, limit, outlets)?;
        if let Some(lens) = lens {
            let path = outcome.entry.path.shown();
            outcome.looked = Some(look((lens, watch(&bench.plan)), lane, &path, limit, Bytes::Stream(&mut tee)));
        }
        let sealed = tee.finish()?;
        // The digest takes its place when the writer has waited for it.
        outcome.content = Some(Content { digests: Digest([0; 32]).into(), kept: sealed.kept, method: sealed.method });
        if let Some(error) = sealed.broken {
            let path = outcome.entry.path.shown();
            outcome.gaps.push(read_error(&path, (sealed.kept.size, opened.unsized_content), &error));
        }
        Some(sealed.digest)
    } else {
        if let Some(lens) = lens {
            let path = outcome.entry.path.shown();
            let (looked, broken) = look_only(lens, lane, (&path, limit), &mut *opened.reader, &bench.plan);
            let read = (looked.file.row.bytes, opened.unsized_content);
            outcome.gaps.extend(broken.map(|error| read_error(&path, read, &error)));
            outcome.looked = Some(looked);
        }
        None
    };
    outcome.stretch_digests = opened.reader.stretch_digests();
    outcome.gaps.extend(giant(outcome));
    size_at_end(outcome, limit, opened.unsized_content);
    compare(&*opened.reader, outcome, (limit, opened.unsized_content));
    Ok(pending)
}

/// Whether there are holes among what is read: zeros that deflate to nothing, whatever the data is like.
fn has_holes(extents: &[(u64, u64)], limit: u64) -> bool {
    let data = extents.iter().fold(0_u64, |sum, (start, end)| sum.saturating_add(end.saturating_sub(*start)));
    !extents.is_empty() && data < limit
}

/// Says of a giant sparse file what was kept of it.
fn giant(outcome: &FileOutcome) -> Option<Gap> {
    let (digests, kept) = (outcome.stretch_digests.as_ref()?, outcome.content.as_ref()?.kept.size);
    let size = outcome.stat_open.as_ref().map_or(0, |stat| stat.size);
    let reason = format!(
        "it is a sparse file of {size} bytes, nearly all of it holes, and too large to hash as a whole: the {} stretches of \
         it that hold data ({kept} bytes) were kept one after another, each with its place and its own SHA-256 \
         (extents, extent_digests); the rest of it reads as zeros. Nothing is missing but the digest of the whole file; \
         docs/evidence-format.md tells how to rebuild it",
        digests.len()
    );
    Some(Gap { path: outcome.entry.path.shown(), kind: GapKind::OverLimit, reason })
}

/// A look without keeping: the source may be read at any place, or in order.
fn look_only(
    lens: Lens<'_>,
    lane: &Lane<'_>,
    (path, limit): (&str, u64),
    reader: &mut dyn SourceRead,
    plan: &Plan<'_>,
) -> (Looked, Option<io::Error>) {
    let mut broken = None;
    if let Some(seekable) = reader.seekable() {
        let mut seekable = WatchedSeek { inner: seekable, plan, read: 0, broken: &mut broken };
        let looked = look((lens, watch(plan)), lane, path, limit, Bytes::Seekable(&mut seekable, limit));
        // A part may have been read twice and another not at all: in all it counts as read once.
        plan.progress.read(limit.saturating_sub(seekable.read));
        return (looked, broken);
    }
    let mut reader = Watched { inner: reader, left: limit, plan, broken: &mut broken };
    let looked = look((lens, watch(plan)), lane, path, limit, Bytes::Stream(&mut reader));
    (looked, broken)
}

fn watch<'a>(plan: &Plan<'a>) -> Watch<'a> {
    Watch { stop: plan.stop, progress: plan.progress, readers: plan.readers }
}

/// A seekable source that ends when the user interrupts, counts, and remembers an error.
struct WatchedSeek<'a> {
    inner: &'a mut dyn ReadSeek,
    plan: &'a Plan<'a>,
    read: u64,
    broken: &'a mut Option<io::Error>,
}

impl Read for WatchedSeek<'_> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        if self.plan.stop.load(Ordering::Relaxed) {
            return Err(io::Error::other("interrupted"));
        }
        let count = self.inner.read(buffer).inspect_err(|error| remember(error, self.broken))?;
        self.read = self.read.saturating_add(count as u64);
        self.plan.progress.read(count as u64);
        Ok(count)
    }
}

impl Seek for WatchedSeek<'_> {
    fn seek(&mut self, to: SeekFrom) -> io::Result<u64> {
        self.inner.seek(to)
    }
}

fn remember(error: &io::Error, broken: &mut Option<io::Error>) {
    if error.kind() != io::ErrorKind::Interrupted {
        *broken = Some(io::Error::new(error.kind(), error.to_string()));
    }
}

/// A reader that stops at the size at open, counts, and remembers an error.
struct Watched<'a> {
    inner: &'a mut dyn SourceRead,
    left: u64,
    plan: &'a Plan<'a>,
    broken: &'a mut Option<io::Error>,
}

impl Read for Watched<'_> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let size = usize::try_from(self.left).unwrap_or(usize::MAX).min(buffer.len());
        let Some(buffer) = buffer.get_mut(..size) else { return Ok(0) };
        if self.plan.stop.load(Ordering::Relaxed) {
            return Err(io::Error::other("interrupted"));
        }
        match self.inner.read(buffer) {
            Ok(count) => {
                self.left = self.left.saturating_sub(count as u64);
                self.plan.progress.read(count as u64);
                Ok(count)
            }
            Err(error) => {
                remember(&error, self.broken);
                Err(error)
            }
        }
    }
}

/// Says where the size that the kernel gave is not what was read, because it says nothing (`/proc`, `/sys`).
fn size_at_end(outcome: &mut FileOutcome, limit: u64, unsized_content: bool) {
    let Some(kept) = outcome.content.as_ref().map(|content| content.kept.size) else { return };
    let told = outcome.stat_open.as_ref().map_or(0, |stat| stat.size);
    outcome.size_unknown = unsized_content && kept != told;
    if outcome.size_unknown && kept >= limit {
        let reason = format!(
            "the kernel gives no size for it, and it went on after {limit} bytes; those were kept, the rest was not read"
        );
        let path = outcome.entry.path.shown();
        outcome.gaps.push(Gap { path, kind: GapKind::OverLimit, reason });
    }
}

fn read_error(path: &str, (after, is_unsized): (u64, bool), error: &io::Error) -> Gap {
    let next = if is_unsized {
        "It is made up by the kernel as it is read, and the kernel refused: nothing is wrong with the disk"
    } else {
        "The medium may be failing: make an image of it first, then collect from the image"
    };
    let reason = format!("reading failed after {after} bytes ({error}); what came before stands. {next}");
    Gap { path: path.to_owned(), kind: GapKind::ReadError, reason }
}

/// Compares the source as the walk saw it, at open and after: what changed under our hands is said.
fn compare(reader: &dyn SourceRead, outcome: &mut FileOutcome, (limit, unsized_content): (u64, bool)) {
    let After { stat: after, replaced } = reader.after();
    if let (Some(walked), Some(opened)) = (&outcome.entry.stat, &outcome.stat_open)
        && (walked.device, walked.inode) != (opened.device, opened.inode)
    {
        let reason =
            "between the look at its name and the opening another file took the name: that one was read, and its \
                      metadata are recorded. The first one is gone from here: look for where it was moved"
                .to_owned();
        outcome.gaps.push(Gap { path: outcome.entry.path.shown(), kind: GapKind::Replaced, reason });
    }
    if let (Some(before), Some(after)) = (&outcome.stat_open, &after)
        && after.changed_since(before)
        && !outcome.size_unknown
    {
        let due = if unsized_content { before.size } else { limit };
        let read = outcome.content.as_ref().map_or(due, |content| content.kept.size);
        outcome.grew = after.size > before.size && read == due && same_but_longer(before, after);
        if !outcome.grew {
            let reason = format!(
                "the file changed while it was read (size {} → {}, modified {} → {}); what was read stands, both states \
                 are recorded. Stop the program that writes it and collect again if it matters",
                before.size, after.size, before.mtime, after.mtime
            );
            outcome.gaps.push(Gap { path: outcome.entry.path.shown(), kind: GapKind::ChangedDuringRead, reason });
        }
    }
    if let (Some(before), Some(after), Some(content)) = (&outcome.stat_open, &after, &outcome.content)
        && !after.changed_since(before)
        && outcome.gaps.iter().all(|gap| gap.kind != GapKind::ReadError)
        && content.kept.size < limit
        && !unsized_content
    {
        // Nothing changed, and yet it is shorter than it says: a file system that makes its files up (FUSE).
        outcome.size_unknown = true;
    }
    if replaced {
        let reason = "while it was read its name stopped leading to this file: it was removed, renamed or replaced (a \
                      rotated log?). What was read stands; collect again to have what is there now"
            .to_owned();
        outcome.gaps.push(Gap { path: outcome.entry.path.shown(), kind: GapKind::Replaced, reason });
    }
    outcome.stat_after = after;
}

/// A log that was appended to: same file, longer; the part up to the size at open is taken as unchanged.
fn same_but_longer(before: &Stat, after: &Stat) -> bool {
    (before.device, before.inode, before.mode, before.uid, before.gid)
        == (after.device, after.inode, after.mode, after.uid, after.gid)
}

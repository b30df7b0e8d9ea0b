//! Sources that change under our hands: what was read stands, and what changed is said.
//!
//! The sources are made up, so that each moment is hit: between look and open, while reading, after the last byte.

use std::io::{self, Read};
use std::sync::atomic::AtomicBool;

use hozen::case::intake::Intake;
use hozen::disk::rows::RowPlace;
use hozen::evidence::{EvidenceWriter, MemoryStore};
use hozen::model::{Entry, Gap, GapKind, Kind, Method, RawPath, Stat, Timestamp, limits};
use hozen::pass::{
    After, Commit, FileOutcome, Found, Item, LookedLeaf, OpenSource, Opened, Plan, Progress, SourceRead, run,
};

/// One made-up file: what the walk saw, what the open handle says before and after, and what it gives.
#[derive(Clone)]
struct Fake {
    walked: Stat,
    opened: Result<Stat, GapKind>,
    after: Stat,
    content: Vec<u8>,
    error: bool,
    replaced: bool,
    unsized_content: bool,
}

fn stat(size: u64, inode: u64) -> Stat {
    let time = Timestamp { seconds: 1_700_000_000, nanos: 0 };
    Stat {
        size,
        blocks: size.div_ceil(512),
        mode: 0o644,
        uid: 0,
        gid: 0,
        device: 1,
        inode,
        links: 1,
        atime: time,
        mtime: time,
        ctime: time,
        btime: None,
    }
}

fn later(mut stat: Stat) -> Stat {
    stat.mtime.seconds += 1;
    stat.ctime.seconds += 1;
    stat
}

impl Fake {
    fn steady(content: &[u8]) -> Self {
        let stat = stat(content.len() as u64, 7);
        Self {
            walked: stat.clone(),
            opened: Ok(stat.clone()),
            after: stat,
            content: content.to_vec(),
            error: false,
            replaced: false,
            unsized_content: false,
        }
    }
}

impl OpenSource for Fake {
    fn open(&self) -> Result<Opened, Gap> {
        let stat = self.opened.clone().map_err(|kind| Gap { path: "/f".into(), kind, reason: "gone".into() })?;
        let size = stat.size;
        let reader = Box::new(Reading { fake: self.clone(), at: 0 });
        Ok(Opened {
            reader,
            size,
            unsized_content: self.unsized_content,
            stat: Some(stat),
            atime_kept: true,
            xattrs: Vec::new(),
            extents: Vec::new(),
        })
    }
}

struct Reading {
    fake: Fake,
    at: usize,
}

impl Read for Reading {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let rest = &self.fake.content[self.at..];
        if rest.is_empty() && self.fake.error {
            return Err(io::Error::other("bad sector"));
        }
        let count = rest.len().min(buffer.len());
        buffer[..count].copy_from_slice(&rest[..count]);
        self.at += count;
        Ok(count)
    }
}

impl SourceRead for Reading {
    fn after(&self) -> After {
        After { stat: Some(self.fake.after.clone()), replaced: self.fake.replaced }
    }
}

/// Takes the one outcome, and passes it on into real evidence.
struct Taken {
    intake: Intake<'static, MemoryStore, MemoryStore>,
    outcome: Option<(Vec<Gap>, bool, bool, u64)>,
}

impl Commit for Taken {
    type Error = hozen::case::intake::IntakeError;

    fn begin(&mut self, entry: &Entry, method: Method, limit: u64) -> Result<(), Self::Error> {
        self.intake.begin(entry, method, limit)
    }

    fn chunk(&mut self, stored: &[u8]) -> Result<(), Self::Error> {
        self.intake.chunk(stored)
    }

    fn found(&mut self, path: &str, found: Vec<Found>) -> Result<(), Self::Error> {
        self.intake.found(path, found)
    }

    fn member(&mut self, member: LookedLeaf) -> Result<(), Self::Error> {
        self.intake.member(member)
    }

    fn end(&mut self, outcome: FileOutcome) -> Result<(), Self::Error> {
        let size = outcome.content.as_ref().map_or(0, |content| content.kept.size);
        self.outcome = Some((outcome.gaps.clone(), outcome.grew, outcome.size_unknown, size));
        self.intake.end(outcome)
    }
}

/// Gaps, whether it is marked as grown, whether its size was unknown, and bytes kept.
fn collect(fake: Fake) -> (Vec<GapKind>, bool, bool, u64) {
    let entry = Entry {
        seq: 0,
        path: RawPath(b"/f".to_vec()),
        origin: Default::default(),
        kind: Kind::File,
        stat: Some(fake.walked.clone()),
        link_target: None,
        device_node: None,
    };
    let item = Item {
        entry,
        source: Some(Box::new(fake)),
        gaps: Vec::new(),
        listing: None,
        xattrs: Vec::new(),
        atime_kept: true,
    };
    let (stop, progress) = (AtomicBool::new(false), Progress::default());
    let plan = Plan {
        threads: 1,
        readers: 1,
        walk_ahead: 1,
        kernels: hozen::seal::lanes::Kernels::default(),
        digests: hozen::model::Algorithms::default(),
        keep: hozen::pass::Keep::Content,
        lens: None,
        stop: &stop,
        progress: &progress,
    };
    let now = Timestamp { seconds: 1_700_000_000, nanos: 0 };
    let evidence = EvidenceWriter::new("c", MemoryStore::default(), MemoryStore::default(), now).unwrap();
    let mut taken = Taken { intake: Intake::new(Some(evidence), None, None, &RowPlace::default()), outcome: None };
    run(std::iter::once(item), plan, &mut taken).unwrap();
    let (gaps, grew, size_unknown, size) = taken.outcome.unwrap();
    let (evidence, _, collected) = taken.intake.finish().unwrap();
    assert_eq!((evidence.unwrap().counts().entries, collected.gaps.len()), (1, gaps.len() as u64));
    (gaps.into_iter().map(|gap| gap.kind).collect(), grew, size_unknown, size)
}

const CONTENT: &[u8] = b"2026-11-21 a line of a log\n";
const SIZE: u64 = CONTENT.len() as u64;

#[test]
fn a_steady_file_has_no_gap_and_no_mark() {
    assert_eq!(collect(Fake::steady(CONTENT)), (vec![], false, false, SIZE));
    assert_eq!(collect(Fake::steady(b"")), (vec![], false, false, 0));
}

#[test]
fn a_file_that_grew_is_marked_and_no_gap() {
    let steady = Fake::steady(CONTENT);
    let fake = Fake { after: later(stat(SIZE + 100, 7)), ..steady };
    assert_eq!(collect(fake), (vec![], true, false, SIZE));
}

#[test]
fn a_file_that_was_rewritten_or_cut_is_a_gap() {
    let steady = Fake::steady(CONTENT);
    let rewritten = Fake { after: later(stat(SIZE, 7)), ..steady.clone() };
    assert_eq!(collect(rewritten), (vec![GapKind::ChangedDuringRead], false, false, SIZE));
    let cut = Fake { after: later(stat(5, 7)), content: CONTENT[..5].to_vec(), ..steady.clone() };
    assert_eq!(collect(cut), (vec![GapKind::ChangedDuringRead], false, false, 5));
    // Cut to nothing before the first read.
    let gone = Fake { after: later(stat(0, 7)), content: Vec::new(), ..steady };
    assert_eq!(collect(gone), (vec![GapKind::ChangedDuringRead], false, false, 0));
}

#[test]
fn a_name_that_leads_elsewhere_is_a_gap_whenever_it_was_taken() {
    let steady = Fake::steady(CONTENT);
    let after_open = Fake { replaced: true, ..steady.clone() };
    assert_eq!(collect(after_open), (vec![GapKind::Replaced], false, false, SIZE));
    let before_open = Fake { walked: stat(999, 6), ..steady.clone() };
    assert_eq!(collect(before_open), (vec![GapKind::Replaced], false, false, SIZE));
    let vanished = Fake { opened: Err(GapKind::Vanished), ..steady };
    assert_eq!(collect(vanished), (vec![GapKind::Vanished], false, false, 0));
}

#[test]
fn a_read_error_keeps_what_came_before() {
    let fake = Fake { error: true, content: CONTENT[..10].to_vec(), ..Fake::steady(CONTENT) };
    assert_eq!(collect(fake), (vec![GapKind::ReadError], false, false, 10));
}

#[test]
fn a_file_without_a_size_is_read_to_its_end_or_the_limit_says_so() {
    let unknown = Fake {
        opened: Ok(stat(0, 7)),
        walked: stat(0, 7),
        after: stat(0, 7),
        unsized_content: true,
        ..Fake::steady(CONTENT)
    };
    assert_eq!(collect(unknown.clone()), (vec![], false, true, SIZE));
    let endless = Fake { content: vec![b'x'; usize::try_from(limits::UNSIZED_FILE_BYTES).unwrap() + 1], ..unknown };
    assert_eq!(collect(endless), (vec![GapKind::OverLimit], false, true, limits::UNSIZED_FILE_BYTES));
}

#[test]
fn a_file_that_is_shorter_than_it_says_and_did_not_change_has_no_known_size() {
    let steady = Fake::steady(CONTENT);
    let claims = Fake { walked: stat(4096, 7), opened: Ok(stat(4096, 7)), after: stat(4096, 7), ..steady.clone() };
    assert_eq!(collect(claims.clone()), (vec![], false, true, SIZE));
    // The kernel says itself that sizes mean nothing there.
    assert_eq!(collect(Fake { unsized_content: true, ..claims.clone() }), (vec![], false, true, SIZE));
    // A file that was cut is no such file.
    assert_eq!(collect(Fake { after: later(stat(SIZE, 7)), ..claims }).0, [GapKind::ChangedDuringRead]);
    // Empty at open, and a line came meanwhile: it is read as it was, and it grew.
    let empty =
        Fake { walked: stat(0, 7), opened: Ok(stat(0, 7)), after: later(stat(SIZE, 7)), content: Vec::new(), ..steady };
    assert_eq!(collect(Fake { unsized_content: true, ..empty }), (vec![], true, false, 0));
}

#[test]
fn another_file_on_another_device_is_another_file_too() {
    let mut walked = stat(SIZE, 7);
    walked.device = 9;
    assert_eq!(collect(Fake { walked, ..Fake::steady(CONTENT) }).0, [GapKind::Replaced]);
}

/// A walk that dies must not leave the writer waiting.
#[test]
fn a_walk_that_crashes_ends_the_run() {
    struct Crashing;
    impl Iterator for Crashing {
        type Item = Item;
        fn next(&mut self) -> Option<Item> {
            panic!("a walk's panic")
        }
    }
    let (stop, progress) = (AtomicBool::new(false), Progress::default());
    let plan = Plan {
        threads: 2,
        readers: 2,
        walk_ahead: 1,
        kernels: hozen::seal::lanes::Kernels::default(),
        digests: hozen::model::Algorithms::default(),
        keep: hozen::pass::Keep::Content,
        lens: None,
        stop: &stop,
        progress: &progress,
    };
    let mut intake = Intake::<MemoryStore, MemoryStore>::new(None, None, None, &RowPlace::default());
    let ended = run(Crashing, plan, &mut intake);
    assert!(matches!(ended, Err(hozen::pass::RunError::Crashed(_))), "{ended:?}");
}

//! What went wrong in a log, counted, so that each kind of trouble is told once.

use super::chunk::Chunk;
use super::event::Stop;
use crate::formats::Sink;
use crate::model::GapKind;

const LOOK: &str = "look at the log in the Windows Event Viewer, or for a whole copy of it";

/// How often something was met, and the first time.
#[derive(Debug, Default)]
struct Times {
    count: u64,
    first: String,
}

impl Times {
    fn add(&mut self, first: impl FnOnce() -> String) {
        if self.count == 0 {
            self.first = first();
        }
        self.count += 1;
    }
}

/// Everything that is to be told of a log.
#[derive(Debug, Default)]
pub(super) struct Tally {
    /// Its header is cut or has a checksum that is wrong.
    header_fails: bool,
    /// It was in use when it was copied: its last chunk may have an old checksum.
    is_dirty: bool,
    is_unchecked: bool,
    /// Bytes of the chunks that its header counts.
    declared: u64,
    cut: bool,
    checksums: Times,
    unsigned: Times,
    damaged: Times,
    over: Times,
    mute: u64,
    events: u64,
}

impl Tally {
    /// A log with this header.
    pub(super) fn of(header: &[u8]) -> Self {
        let four = |at: usize| header.get(at..).and_then(|rest| rest.first_chunk()).copied().map(u32::from_le_bytes);
        let flags = four(120).unwrap_or(0);
        let declared = header.get(42..).and_then(|rest| rest.first_chunk()).copied().map_or(0, u16::from_le_bytes);
        let is_unchecked = flags & 4 != 0;
        let sum = header.get(..120).map(crc32fast::hash);
        Self {
            header_fails: !is_unchecked && (sum.is_none() || sum != four(124)),
            is_dirty: flags & 1 != 0,
            is_unchecked,
            declared: u64::from(declared) * super::CHUNK_BYTES as u64,
            cut: header.len() < super::HEADER_BYTES,
            ..Self::default()
        }
    }

    /// A chunk at this byte.
    pub(super) fn chunk(&mut self, chunk: &Chunk<'_>, at: u64, is_cut: bool) {
        self.cut |= is_cut;
        if !chunk.is_signed {
            self.unsigned.add(|| format!("byte {at}"));
        } else if !is_cut && !self.is_unchecked && !chunk.checks() {
            self.checksums.add(|| format!("byte {at}"));
        }
    }

    /// An event, and why it was not read to its end.
    pub(super) fn event(&mut self, number: u64, at: u64, stop: Option<Stop>) {
        self.events += 1;
        match stop {
            Some(Stop::Damaged) => self.damaged.add(|| format!("number {number}, at byte {at}")),
            Some(Stop::Over) => self.over.add(|| format!("number {number}, at byte {at}")),
            None => {}
        }
    }

    /// Bytes that are no event.
    pub(super) fn damage(&mut self, at: u64) {
        self.damaged.add(|| format!("at byte {at}"));
    }

    /// So many values were pictures or sound.
    pub(super) fn mute(&mut self, count: u64) {
        self.mute += count;
    }

    /// Tells all of it; where reading failed, that is told apart.
    pub(super) fn tell(&self, end: u64, failed: bool, out: &mut dyn Sink) {
        let events = self.events;
        if !failed && (self.cut || end < self.declared) {
            let reason = format!(
                "the event log ends at byte {end}, before its own end; {events} event(s) were read, what is cut off was not; look for a whole copy"
            );
            out.gap(GapKind::Truncated, reason);
        }
        if self.damaged.count + self.unsigned.count > 0 {
            let reason = format!(
                "{} of the event log; {events} event(s) were read, the damaged ones as far as they hold; {LOOK}",
                self.places()
            );
            out.gap(GapKind::Malformed, reason);
        } else if !failed && self.sums_fail() {
            let (count, first) = (self.checksums.count, &self.checksums.first);
            let what = match count {
                0 => "the checksum of its header is wrong".to_owned(),
                count => format!("checksums of {count} chunk(s) are wrong, the first at {first}"),
            };
            let reason = format!(
                "the event log was changed or damaged ({what}); all of it was read ({events} event(s)), but parts of it may be wrong; {LOOK}"
            );
            out.gap(GapKind::Malformed, reason);
        }
        if self.over.count > 0 {
            let reason = format!(
                "{} event(s) are nested too deep or are too long, the first is {}; they were read up to there; {LOOK}",
                self.over.count, self.over.first
            );
            out.gap(GapKind::OverLimit, reason);
        }
        if self.mute > 0 {
            let reason = format!(
                "{} value(s) in events are pictures, sound or film, which hold no text; look at them by hand",
                self.mute
            );
            out.gap(GapKind::NoText, reason);
        }
    }

    /// A log in use has not written the last of its checksums yet.
    fn sums_fail(&self) -> bool {
        let allowed = u64::from(self.is_dirty);
        self.checksums.count > allowed || (self.header_fails && !self.cut)
    }

    fn places(&self) -> String {
        let list = |times: &Times, what: &str| match times.count {
            0 => None,
            count => Some(format!("{count} {what} are damaged (the first: {})", times.first)),
        };
        let all = [list(&self.unsigned, "chunk(s)"), list(&self.damaged, "event(s) or stretches between events")];
        all.into_iter().flatten().collect::<Vec<_>>().join(" and ")
    }
}

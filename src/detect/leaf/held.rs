//! Records that are held back: until their columns speak, and, where the next shows the same bytes again, until that is seen.

use super::LeafDetector;
use super::found::AtEnd;
use crate::detect::hit::RecordHits;
use crate::detect::series;
use crate::model::{Charset, Field, Record};

/// A record whose last findings wait for the next.
#[derive(Debug)]
pub(super) struct Window {
    pub(super) record: RecordHits,
    pub(super) rules: Vec<usize>,
    /// For each finding that stands near the end, the bytes that it stands in and their encoding.
    pub(super) at_end: Vec<AtEnd>,
    /// Where it ends in the leaf.
    pub(super) end: u64,
}

/// In so many ways the same bytes are read at most: as single bytes, and as UTF-16 from even and from odd places.
const READINGS: usize = 4;

impl LeafDetector<'_> {
    /// Whether everything that is held back can be judged.
    pub(super) fn is_settled(&self) -> bool {
        let settled = |(record, rules): &(RecordHits, Vec<usize>)| !self.is_open(record, rules);
        // The last one is the one that was least known.
        self.held.last().is_some_and(settled) && self.held.iter().all(settled)
    }

    fn is_open(&self, record: &RecordHits, rules: &[usize]) -> bool {
        record.hits.iter().zip(rules).any(|(hit, &rule)| self.series.is_open(rule, hit))
    }

    pub(super) fn release(&mut self, out: &mut dyn FnMut(RecordHits)) {
        self.held_hits = 0;
        for (mut record, rules) in std::mem::take(&mut self.held) {
            self.judge(&mut record, &rules);
            out(record);
        }
    }

    /// Lets windows go that nothing more comes of; without what stood at the end of one, where the next overlaps it and has seen that whole.
    pub(super) fn end_windows(&mut self, next: Option<&Record<'_>>, out: &mut dyn FnMut(RecordHits)) {
        for window in std::mem::take(&mut self.windows) {
            let goes_on =
                |next: &&Record<'_>| next.fresh_from > 0 && window.at_end.iter().any(|at| is_within(*at, next));
            let is_other_reading =
                next.is_some_and(|next| begin_of(next) < window.end) && self.windows.len() < READINGS;
            match next.filter(goes_on) {
                Some(next) => self.end_window(window, Some(next), out),
                None if is_other_reading => self.windows.push(window),
                None => self.end_window(window, None, out),
            }
        }
    }

    fn end_window(&mut self, window: Window, next: Option<&Record<'_>>, out: &mut dyn FnMut(RecordHits)) {
        let Window { mut record, mut rules, at_end, .. } = window;
        if let Some(next) = next {
            let keep: Vec<bool> = at_end.iter().map(|at_end| !is_within(*at_end, next)).collect();
            let mut kept = keep.iter();
            record.hits.retain(|_| *kept.next().unwrap_or(&true));
            let mut kept = keep.iter();
            rules.retain(|_| *kept.next().unwrap_or(&true));
        }
        if !record.hits.is_empty() || record.over_limit > 0 {
            self.hold_or_release(record, rules, out);
        }
    }

    pub(super) fn hold_or_release(
        &mut self,
        mut record: RecordHits,
        rules: Vec<usize>,
        out: &mut dyn FnMut(RecordHits),
    ) {
        if self.held.is_empty() && (self.rows >= series::HELD_ROWS || !self.is_open(&record, &rules)) {
            self.judge(&mut record, &rules);
            out(record);
        } else {
            self.held_hits += record.hits.len();
            self.held.push((record, rules));
        }
    }

    fn judge(&self, record: &mut RecordHits, rules: &[usize]) {
        for (hit, &rule) in record.hits.iter_mut().zip(rules) {
            self.series.judge(rule, hit);
        }
    }
}

/// Where a field ends in the leaf, if it knows its bytes.
pub(super) fn end_of(field: &Field<'_>) -> Option<u64> {
    let (raw, _) = field.raw?;
    Some(field.place.offset.saturating_add(raw.len() as u64))
}

/// Where a record begins in the leaf.
fn begin_of(record: &Record<'_>) -> u64 {
    record.fields.iter().map(|field| field.place.offset).min().unwrap_or(u64::MAX)
}

/// Whether a record shows these bytes again, in the same encoding.
fn is_within(at_end: AtEnd, record: &Record<'_>) -> bool {
    let Some((start, end, charset)) = at_end else { return false };
    record.fields.iter().any(|field| {
        let begin = field.place.offset;
        let shows = |raw: &[u8]| begin < start && end <= begin.saturating_add(raw.len() as u64);
        // ASCII is in all of them what it is, but in UTF-16.
        let is_wide = |charset| matches!(charset, Charset::Utf16Le | Charset::Utf16Be);
        let reads = |other| {
            other == charset || [other, charset].contains(&Charset::Ascii) && !is_wide(other) && !is_wide(charset)
        };
        field.raw.is_some_and(|(raw, other)| reads(other) && shows(raw))
    })
}

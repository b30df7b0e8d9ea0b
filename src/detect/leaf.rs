//! One leaf, record by record: folds each field once, asks every rule, holds back the first rows until their columns speak.

mod found;

use std::cell::OnceCell;
use std::collections::HashMap;
use std::ops::Range;
use std::sync::Arc;

use sha2::{Digest as _, Sha256};

use self::found::{AtEnd, Found};
use super::candidate::{self, Around, Candidate, Part};
use super::compile::{Compiled, Engine};
use super::gate::{self, Classes, Held, Run};
use super::header::{Header, Verdict};
use super::hit::{Hit, RecordHits};
use super::series::{self, AllSeries, Passes, SeriesId};
use crate::model::{Bond, Charset, Confidence, Field, LinkClass, Record};
use crate::text::decode::Offsets;
use crate::text::fold::{Folded, fold};

/// Headers of one leaf whose verdicts are kept; beyond them each is judged anew.
const HEADERS_KEPT: usize = 4_096;
/// A field before a value is taken for its label only up to this length in bytes.
const LABEL_BYTES: usize = 96;

/// Looks at the records of one leaf, in order. [`LeafDetector::finish`] must be called at its end.
#[derive(Debug)]
pub struct LeafDetector<'e> {
    engine: &'e Engine,
    series: AllSeries,
    rows: u64,
    /// Records held back, with the detector index of each hit.
    held: Vec<(RecordHits, Vec<usize>)>,
    held_hits: usize,
    /// Records that have findings near their end, while a later one may show that whole: the next, or, where the same bytes are read in
    /// several ways, one soon after it.
    windows: Vec<Window>,
    verdicts: HashMap<String, Arc<[Verdict]>>,
    silent: Arc<[Verdict]>,
    classes: Classes,
    runs: Vec<Run>,
    candidates: Vec<Candidate>,
    /// Whether a word stands in the field at hand for each rule that needs one.
    cued: Vec<bool>,
    plain: Vec<u8>,
    parts: Vec<Range<usize>>,
}

/// What one series of a leaf came to: how many of its doubtful values chance explains.
#[derive(Debug, Clone)]
pub struct Chance {
    /// Entity id.
    pub entity: Arc<str>,
    /// The series, within its leaf.
    pub series: SeriesId,
    /// Its values.
    pub passes: Passes,
}

/// A record whose last findings wait for the next.
#[derive(Debug)]
struct Window {
    record: RecordHits,
    rules: Vec<usize>,
    /// For each finding that stands near the end, the bytes that it stands in and their encoding.
    at_end: Vec<AtEnd>,
    /// Where it ends in the leaf.
    end: u64,
}

/// In so many ways the same bytes are read at most: as single bytes, and as UTF-16 from even and from odd places.
const READINGS: usize = 4;

/// One field on its way through the rules.
struct Look<'a> {
    record: &'a Record<'a>,
    index: usize,
    field: &'a Field<'a>,
    folded: &'a Folded<'a>,
    label: &'a str,
    /// The way back to its bytes, made when it is first needed.
    offsets: &'a OnceCell<Offsets>,
}

impl<'e> LeafDetector<'e> {
    pub(super) fn new(engine: &'e Engine) -> Self {
        Self {
            engine,
            series: AllSeries::default(),
            rows: 0,
            held: Vec::new(),
            held_hits: 0,
            windows: Vec::new(),
            verdicts: HashMap::new(),
            silent: engine.rules.iter().map(|_| Verdict::Silent).collect(),
            classes: Classes::default(),
            runs: Vec::new(),
            candidates: Vec::new(),
            cued: Vec::new(),
            plain: Vec::new(),
            parts: Vec::new(),
        }
    }

    /// Looks at one record. What comes out may belong to records before it.
    pub fn record(&mut self, record: &Record<'_>, out: &mut dyn FnMut(RecordHits)) {
        let mut found = Found::default();
        for (index, field) in record.fields.iter().enumerate() {
            self.field(record, index, field, &mut found);
        }
        found.keep_what_stands_beside(&self.engine.rules);
        self.end_windows(Some(record), out);
        self.rows += u64::from(record.bond == Bond::Row);
        if !found.hits.is_empty() || found.over_limit > 0 {
            let row = row_fingerprint(record, &found.hits);
            let hits = RecordHits { bond: record.bond, row, hits: found.hits, over_limit: found.over_limit };
            if record.bond == Bond::Loose && found.at_end.iter().any(Option::is_some) {
                let end = record.fields.iter().filter_map(end_of).max().unwrap_or(0);
                self.windows.push(Window { record: hits, rules: found.rules, at_end: found.at_end, end });
            } else {
                self.hold_or_release(hits, found.rules, out);
            }
        }
        if self.rows >= series::HELD_ROWS || self.held_hits >= series::HELD_HITS || self.is_settled() {
            self.release(out);
        }
    }

    /// Releases what is held back. At the end of the leaf; calling it again does nothing.
    pub fn finish(&mut self, out: &mut dyn FnMut(RecordHits)) {
        self.end_windows(None, out);
        self.release(out);
    }

    /// What each series with chance hits came to. Known at the end of the leaf.
    pub fn chances(&self) -> Vec<Chance> {
        let rules = &self.engine.rules;
        let of = |(rule, series, passes): (usize, SeriesId, Passes)| {
            let by_chance = passes.by_chance() > 0;
            rules.get(rule).filter(|_| by_chance).map(|rule| Chance {
                entity: Arc::clone(&rule.entity),
                series,
                passes,
            })
        };
        self.series.passes().filter_map(of).collect()
    }

    /// Whether everything that is held back can be judged.
    fn is_settled(&self) -> bool {
        let settled = |(record, rules): &(RecordHits, Vec<usize>)| !self.is_open(record, rules);
        // The last one is the one that was least known.
        self.held.last().is_some_and(settled) && self.held.iter().all(settled)
    }

    fn is_open(&self, record: &RecordHits, rules: &[usize]) -> bool {
        record.hits.iter().zip(rules).any(|(hit, &rule)| self.series.is_open(rule, hit))
    }

    fn release(&mut self, out: &mut dyn FnMut(RecordHits)) {
        self.held_hits = 0;
        for (mut record, rules) in std::mem::take(&mut self.held) {
            self.judge(&mut record, &rules);
            out(record);
        }
    }

    /// Lets windows go that nothing more comes of; without what stood at the end of one, where the next overlaps it and has seen that whole.
    fn end_windows(&mut self, next: Option<&Record<'_>>, out: &mut dyn FnMut(RecordHits)) {
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

    fn hold_or_release(&mut self, mut record: RecordHits, rules: Vec<usize>, out: &mut dyn FnMut(RecordHits)) {
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

    fn field(&mut self, record: &Record<'_>, index: usize, field: &Field<'_>, found: &mut Found) {
        let raw = self.classes.read(field.text);
        let verdicts = self.header_verdicts(field.name);
        let is_named = verdicts.iter().any(|verdict| matches!(verdict, Verdict::Names(_)));
        let label = label_of(record, index, field);
        let engine = self.engine;
        let mut plain = std::mem::take(&mut self.plain);
        let is_enough = raw.at || raw.wide || is_named || self.suffices(field.text, raw);
        let is_due = is_enough || [field.text, label].iter().any(|text| engine.cues.stands_in(text, &mut plain));
        self.plain = plain;
        if is_due || self.holds_part(field.text) {
            self.look(record, index, field, (raw, label, is_named, &verdicts), found);
        }
    }

    /// Whether a text holds what some rule needs that asks for neither header nor word.
    fn suffices(&mut self, text: &str, held: Held) -> bool {
        let least = self.engine.least;
        if least.nothing || held.digits < least.digits || !text.is_ascii() {
            // Folding joins digits across dashes and spaces of other kinds; what is ASCII is folded already.
            return least.nothing || held.digits >= least.digits;
        }
        self.classes.runs(text, least.digits, &mut self.runs);
        let runs = &self.runs;
        self.engine.free().any(|rule| {
            let needs = &rule.needs;
            !needs.at && held.digits >= needs.digits && (needs.piece == 0 || runs.iter().any(|run| run.fits(needs)))
        })
    }

    /// Whether a finder finds anything in a text. What they look for is written in Japanese.
    fn holds_part(&mut self, text: &str) -> bool {
        if text.is_ascii() {
            return false;
        }
        self.parts.clear();
        self.engine.finders.iter().any(|finder| {
            (finder.find)(text, &mut self.parts);
            !self.parts.is_empty()
        })
    }

    /// Looks at a field in which something may be.
    fn look(
        &mut self,
        record: &Record<'_>,
        index: usize,
        field: &Field<'_>,
        (raw, label, is_named, verdicts): (Held, &str, bool, &[Verdict]),
        found: &mut Found,
    ) {
        let from = found.hits.len();
        let folded = fold(field.text);
        let text = folded.as_str();
        let held = if folded.is_same() { raw } else { self.classes.read(text) };
        let label = fold(label);
        let engine = self.engine;
        let (mut runs, mut plain) = (std::mem::take(&mut self.runs), std::mem::take(&mut self.plain));
        let mut cued = std::mem::take(&mut self.cued);
        cued.clear();
        cued.resize(engine.rules.len(), false);
        let is_cued =
            engine.cues.mark(text, &mut plain, &mut cued) | engine.cues.mark(label.as_str(), &mut plain, &mut cued);
        self.classes.runs(text, if is_named || is_cued { 1 } else { engine.least.digits }, &mut runs);
        let (offsets, is_ascii) = (OnceCell::new(), text.is_ascii());
        let look = Look { record, index, field, folded: &folded, label: label.as_str(), offsets: &offsets };
        for ((number, rule), verdict) in engine.rules.iter().enumerate().zip(verdicts.iter()) {
            let headed = matches!(verdict, Verdict::Names(_)) && self.stands_among(rule, record, index);
            let is_due = rule.has_headless && (!rule.needs_cue || cued.get(number).copied().unwrap_or(true));
            self.candidates.clear();
            if rule.has_within && !is_ascii {
                candidate::find_within(rule, text, &mut self.parts, &mut self.candidates);
            }
            if headed || is_due {
                self.propose(rule, (text, held, &runs), headed);
            }
            if !self.candidates.is_empty() {
                self.settle((number, rule), &look, verdict, found);
            }
        }
        found.one_of_each(from);
        (self.runs, self.cued, self.plain) = (runs, cued, plain);
    }

    /// The candidates of the patterns of a rule that are tried everywhere, where the text holds what they need.
    fn propose(&mut self, rule: &Compiled, (text, held, runs): (&str, Held, &[Run]), headed: bool) {
        let needs = if headed { &rule.headed_needs } else { &rule.needs };
        let has_piece = needs.piece == 0 || runs.iter().any(|run| run.fits(needs));
        if (needs.at && !held.at) || held.digits < needs.digits || !has_piece {
            return;
        }
        let mut find = |range, plain| candidate::find(rule, text, &Part { range, plain }, headed, &mut self.candidates);
        if needs.run && needs.digits > 0 {
            let enough = runs.iter().filter(|run| run.digits >= needs.digits);
            enough.for_each(|run| find(run.start..run.end, run.plain.then_some(run.digits)));
        } else if needs.at {
            gate::around_at(text, &needs.alphabet, |range| find(range, None));
        } else {
            find(0..text.len(), None);
        }
    }

    /// Of candidates that overlap, the first that stands is the finding; together they are one value of their series.
    fn settle(&mut self, (number, rule): (usize, &Compiled), look: &Look<'_>, header: &Verdict, found: &mut Found) {
        let mut candidates = std::mem::take(&mut self.candidates);
        candidates.sort_unstable();
        let around = Around { header, label: look.label };
        let series = if rule.column_check { Some(self.series.of(number, look.field)) } else { None };
        let mut rest = candidates.as_slice();
        while let [first, ..] = rest {
            let mut end = first.end;
            let group = rest.iter().take_while(|next| {
                let joins = next.start < end;
                end = if joins { end.max(next.end) } else { end };
                joins
            });
            let (group, after) = rest.split_at(group.count().max(1).min(rest.len()));
            rest = after;
            let (mut taken_to, mut missed) = (0, None);
            for candidate in group {
                if candidate.start < taken_to {
                    continue;
                }
                let Some(weighed) = candidate::weigh(rule, look.folded.as_str(), *candidate, around) else { continue };
                let series = series.filter(|_| !weighed.is_named);
                if weighed.verdict.missed {
                    missed = missed.or(series.map(|series| (series, weighed.verdict.value)));
                    continue;
                }
                taken_to = candidate.end;
                if let Some(series) = series {
                    self.series.count((number, series), &weighed.verdict.value, true);
                }
                found.keep((number, rule, series), look, *candidate, weighed);
            }
            if let (0, Some((series, value))) = (taken_to, missed) {
                self.series.count((number, series), &value, false);
            }
        }
        self.candidates = candidates;
    }

    /// Whether another field of the row has a header that this rule wants around it.
    fn stands_among(&mut self, rule: &Compiled, record: &Record<'_>, index: usize) -> bool {
        let Some(wanted) = &rule.columns else { return true };
        let others = (0..).zip(record.fields).filter(|(at, field)| *at != index && !field.text.trim().is_empty());
        others.filter_map(|(_, field)| field.name).any(|name| {
            let verdicts = self.header_verdicts(Some(name));
            wanted.iter().any(|number| matches!(verdicts.get(*number), Some(Verdict::Names(_))))
        })
    }

    fn header_verdicts(&mut self, name: Option<&str>) -> Arc<[Verdict]> {
        let Some(name) = name else { return Arc::clone(&self.silent) };
        if let Some(known) = self.verdicts.get(name) {
            return Arc::clone(known);
        }
        let header = Header::new(name);
        let judged: Arc<[Verdict]> = self.engine.rules.iter().map(|rule| rule.headers.judge(&header)).collect();
        if self.verdicts.len() < HEADERS_KEPT {
            self.verdicts.insert(name.to_owned(), Arc::clone(&judged));
        }
        judged
    }
}

/// The short field before a field of a row without headers: it may be its label.
fn label_of<'a>(record: &Record<'a>, index: usize, field: &Field<'_>) -> &'a str {
    let previous = index.checked_sub(1).and_then(|before| record.fields.get(before));
    match (record.bond, field.name, previous) {
        (Bond::Row, None, Some(label)) if label.text.len() <= LABEL_BYTES => label.text,
        _ => "",
    }
}

/// Where a field ends in the leaf, if it knows its bytes.
fn end_of(field: &Field<'_>) -> Option<u64> {
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

/// Tells a row with nothing but shared or doubtful values from another such row.
fn row_fingerprint(record: &Record<'_>, hits: &[Hit]) -> Option<u64> {
    let named = |hit: &Hit| hit.class < LinkClass::Weak && hit.confidence > Confidence::Possible;
    if record.bond != Bond::Row || hits.iter().any(named) {
        return None;
    }
    let mut hash = Sha256::new();
    for field in record.fields {
        hash.update((field.text.len() as u64).to_le_bytes());
        hash.update(field.text.as_bytes());
    }
    let mut first = [0; 8];
    first.copy_from_slice(hash.finalize().get(..8)?);
    Some(u64::from_le_bytes(first))
}

#[cfg(test)]
mod tests;

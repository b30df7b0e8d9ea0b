//! One leaf, record by record: folds each field once, asks every rule, holds back the first rows until their columns speak.

use std::cell::OnceCell;
use std::collections::HashMap;
use std::sync::Arc;

use sha2::{Digest as _, Sha256};

use super::candidate::{self, Around, Candidate, Part, Weighed};
use super::compile::{Compiled, Engine};
use super::gate::{self, Held, Run};
use super::header::{Header, Verdict};
use super::hit::{Hit, RecordHits};
use super::mask::masked;
use super::series::{self, AllSeries, Passes, SeriesId};
use crate::model::limits::RECORD_MATCHES;
use crate::model::{Bond, Charset, Confidence, Field, LinkClass, Place, Record, Secret};
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
    /// The record before, while it has findings near the end of a window that the next record may show whole.
    window: Option<Window>,
    verdicts: HashMap<String, Arc<[Verdict]>>,
    silent: Arc<[Verdict]>,
    runs: Vec<Run>,
    candidates: Vec<Candidate>,
    /// Whether a word stands in the field at hand for each rule that needs one.
    cued: Vec<bool>,
    plain: Vec<u8>,
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
}

type AtEnd = Option<(u64, u64, Charset)>;

/// How near the end of a window a finding may be cut, or its neighbours unseen. The next window has it whole: it overlaps by more.
const CUT_BYTES: u64 = 64;

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

/// What was found in the record so far.
#[derive(Default)]
struct Found {
    hits: Vec<Hit>,
    rules: Vec<usize>,
    at_end: Vec<AtEnd>,
    over_limit: u64,
}

impl<'e> LeafDetector<'e> {
    pub(super) fn new(engine: &'e Engine) -> Self {
        Self {
            engine,
            series: AllSeries::default(),
            rows: 0,
            held: Vec::new(),
            held_hits: 0,
            window: None,
            verdicts: HashMap::new(),
            silent: engine.rules.iter().map(|_| Verdict::Silent).collect(),
            runs: Vec::new(),
            candidates: Vec::new(),
            cued: Vec::new(),
            plain: Vec::new(),
        }
    }

    /// Looks at one record. What comes out may belong to records before it: always in their order.
    pub fn record(&mut self, record: &Record<'_>, out: &mut dyn FnMut(RecordHits)) {
        let mut found = Found::default();
        for (index, field) in record.fields.iter().enumerate() {
            self.field(record, index, field, &mut found);
        }
        found.keep_what_stands_beside(&self.engine.rules);
        self.end_window(Some(record), out);
        self.rows += u64::from(record.bond == Bond::Row);
        if !found.hits.is_empty() || found.over_limit > 0 {
            let row = row_fingerprint(record, &found.hits);
            let hits = RecordHits { bond: record.bond, row, hits: found.hits, over_limit: found.over_limit };
            if record.bond == Bond::Loose && found.at_end.iter().any(Option::is_some) {
                self.window = Some(Window { record: hits, rules: found.rules, at_end: found.at_end });
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
        self.end_window(None, out);
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

    /// Lets the window before go; without what stood at its end, where the next one overlaps it and has seen that whole.
    fn end_window(&mut self, next: Option<&Record<'_>>, out: &mut dyn FnMut(RecordHits)) {
        let Some(Window { mut record, mut rules, at_end }) = self.window.take() else { return };
        if let Some(next) = next.filter(|next| next.fresh_from > 0) {
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
        let least = self.engine.least;
        let raw = Held::of(field.text);
        let verdicts = self.header_verdicts(field.name);
        let is_named = verdicts.iter().any(|verdict| matches!(verdict, Verdict::Names(_)));
        let label = label_of(record, index, field);
        let engine = self.engine;
        let mut plain = std::mem::take(&mut self.plain);
        let is_enough = least.nothing || raw.at || raw.wide || raw.digits >= least.digits || is_named;
        let is_due = is_enough || [field.text, label].iter().any(|text| engine.cues.stands_in(text, &mut plain));
        self.plain = plain;
        if is_due {
            self.look(record, index, field, (raw, label, is_named, &verdicts), found);
        }
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
        let held = if folded.is_same() { raw } else { Held::of(text) };
        let label = fold(label);
        let engine = self.engine;
        let (mut runs, mut plain) = (std::mem::take(&mut self.runs), std::mem::take(&mut self.plain));
        let mut cued = std::mem::take(&mut self.cued);
        cued.clear();
        cued.resize(engine.rules.len(), false);
        let is_cued =
            engine.cues.mark(text, &mut plain, &mut cued) | engine.cues.mark(label.as_str(), &mut plain, &mut cued);
        gate::runs(text, if is_named || is_cued { 1 } else { engine.least.digits }, &mut runs);
        let offsets = OnceCell::new();
        let look = Look { record, index, field, folded: &folded, label: label.as_str(), offsets: &offsets };
        for ((number, rule), verdict) in engine.rules.iter().enumerate().zip(verdicts.iter()) {
            let headed = matches!(verdict, Verdict::Names(_));
            let is_due = rule.has_headless() && (!rule.needs_cue || cued.get(number).copied().unwrap_or(true));
            if !headed && !is_due {
                continue;
            }
            let needs = if headed { &rule.headed_needs } else { &rule.needs };
            let fits = |run: &Run| run.longest >= needs.piece && run.digits >= needs.stretch;
            let has_piece = needs.piece == 0 || runs.iter().any(fits);
            if (needs.at && !held.at) || held.digits < needs.digits || !has_piece {
                continue;
            }
            self.candidates.clear();
            let mut find =
                |range, plain| candidate::find(rule, text, &Part { range, plain }, headed, &mut self.candidates);
            if needs.run && needs.digits > 0 {
                let enough = runs.iter().filter(|run| run.digits >= needs.digits);
                enough.for_each(|run| find(run.start..run.end, run.plain.then_some(run.digits)));
            } else if needs.at {
                gate::around_at(text, &needs.alphabet, |range| find(range, None));
            } else {
                find(0..text.len(), None);
            }
            self.settle((number, rule), &look, verdict, found);
        }
        found.one_of_each(from);
        (self.runs, self.cued, self.plain) = (runs, cued, plain);
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

impl Found {
    /// Drops what counts only beside another entity that is not in this record.
    fn keep_what_stands_beside(&mut self, rules: &[Compiled]) {
        let beside = |number: &usize| rules.get(*number).map_or(&[][..], |rule| &rule.beside);
        if self.rules.iter().all(|number| beside(number).is_empty()) {
            return;
        }
        let stands = |entity: &Arc<str>| {
            self.hits.iter().any(|hit| hit.entity == *entity && hit.confidence > Confidence::Possible)
        };
        let keep: Vec<bool> = self
            .rules
            .iter()
            .map(|number| {
                let wanted = beside(number);
                wanted.is_empty() || wanted.iter().any(stands)
            })
            .collect();
        self.retain(&keep);
    }

    /// Of hits of one entity at one place, which two rules may find, the surest stays. `from`: the first of the field at hand.
    fn one_of_each(&mut self, from: usize) {
        let of_field = self.hits.get(from..).unwrap_or_default();
        if of_field.windows(2).all(|pair| matches!(pair, [a, b] if a.rule == b.rule)) {
            return;
        }
        let mut surest: HashMap<(&str, u64, &str), (Confidence, usize)> = HashMap::new();
        for (at, hit) in (from..).zip(of_field) {
            let slot =
                surest.entry((&hit.entity, hit.place.offset, hit.value.reveal())).or_insert((hit.confidence, at));
            // Of equals the first.
            if hit.confidence > slot.0 && self.hits.get(slot.1).is_some_and(|first| first.rule != hit.rule) {
                *slot = (hit.confidence, at);
            }
        }
        if surest.len() == of_field.len() {
            return;
        }
        let of = |hit: &Hit| surest.get(&(&*hit.entity, hit.place.offset, hit.value.reveal())).map(|(_, at)| *at);
        let rule = |at: usize| self.hits.get(at).map(|hit| Arc::clone(&hit.rule));
        // The same rule may find a value twice where a field does not know its bytes.
        let stays =
            |(at, hit): (usize, &Hit)| of(hit) == Some(at) || of(hit).and_then(rule).as_ref() == Some(&hit.rule);
        let keep: Vec<bool> = std::iter::repeat_n(true, from).chain((from..).zip(of_field).map(stays)).collect();
        self.retain(&keep);
    }

    fn retain(&mut self, keep: &[bool]) {
        let mut kept = keep.iter().copied();
        self.hits.retain(|_| kept.next().unwrap_or(true));
        let mut kept = keep.iter().copied();
        self.rules.retain(|_| kept.next().unwrap_or(true));
        let mut kept = keep.iter().copied();
        self.at_end.retain(|_| kept.next().unwrap_or(true));
    }

    fn keep(
        &mut self,
        (number, rule, series): (usize, &Compiled, Option<SeriesId>),
        look: &Look<'_>,
        candidate: Candidate,
        weighed: Weighed,
    ) {
        if self.hits.len() >= RECORD_MATCHES {
            self.over_limit += 1;
            return;
        }
        let Weighed { verdict, confidence, .. } = weighed;
        let place = place_of(look, candidate.start + verdict.skip);
        let fresh_from = look.record.fresh_from;
        let mut at_end = None;
        if let (Bond::Loose, Some((raw, charset))) = (look.record.bond, look.field.raw) {
            let end = place_of(look, candidate.end).offset;
            let reach = end.saturating_add(CUT_BYTES);
            // The window before this one has reported it, for it did not stand near its end.
            if reach <= fresh_from {
                return;
            }
            let is_near = reach > look.field.place.offset.saturating_add(raw.len() as u64);
            at_end = is_near.then_some((place.offset, end, charset));
        }
        self.rules.push(number);
        self.at_end.push(at_end);
        self.hits.push(Hit {
            entity: Arc::clone(&rule.entity),
            rule: Arc::clone(&rule.cited),
            class: verdict.class.unwrap_or(rule.class),
            place,
            field: look.index,
            masked: masked(rule.mask, &verdict.value),
            value: Secret::new(verdict.value),
            confidence,
            reasons: verdict.reasons,
            series,
        });
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

/// The place of a byte of folded text in the leaf: exact where the field's raw bytes are known.
fn place_of(look: &Look<'_>, at: usize) -> Place {
    let mut place = look.field.place.clone();
    if let Some((raw, charset)) = look.field.raw {
        let offsets = look.offsets.get_or_init(|| Offsets::new(raw, charset, look.field.text));
        place.offset = place.offset.saturating_add(offsets.byte(look.folded.source_offset(at)) as u64);
    }
    place
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

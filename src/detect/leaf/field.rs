//! One field: whether anything can be in it, and what each rule says to it.

use std::cell::OnceCell;

use super::found::Found;
use super::{Judged, LeafDetector};
use crate::detect::candidate::{self, Around, Candidate, Part};
use crate::detect::compile::Compiled;
use crate::detect::gate::{self, Held, Run};
use crate::detect::header::Verdict;
use crate::detect::series::SeriesId;
use crate::model::{Bond, Categories, Field, Record};
use crate::text::decode::Offsets;
use crate::text::fold::{Folded, fold};

/// A field before a value is taken for its label only up to this length in bytes.
const LABEL_BYTES: usize = 96;

/// One field on its way through the rules.
pub(super) struct Look<'a> {
    pub(super) record: &'a Record<'a>,
    pub(super) index: usize,
    pub(super) field: &'a Field<'a>,
    pub(super) folded: &'a Folded<'a>,
    label: &'a str,
    /// What its header says its people are.
    pub(super) categories: Categories,
    /// The way back to its bytes, made when it is first needed.
    pub(super) offsets: &'a OnceCell<Offsets>,
}

impl LeafDetector<'_> {
    pub(super) fn field(&mut self, record: &Record<'_>, index: usize, field: &Field<'_>, found: &mut Found) {
        let raw = self.classes.read(field.text);
        let judged = self.judged(field.name);
        let is_named = judged.verdicts.iter().any(|verdict| matches!(verdict, Verdict::Names(_)));
        let label = label_of(record, index, field);
        let engine = self.engine;
        let is_enough = raw.at || raw.wide || is_named || self.suffices(field.text, raw);
        let is_due = is_enough || [field.text, label].iter().any(|text| engine.cues.stands_in(text, &mut self.plain));
        if is_due || self.holds_part(field.text) || self.is_named_by_writing(label) {
            self.look(record, index, field, (raw, label, is_named, &judged), found);
        }
    }

    /// Whether a word stands in a label only once that is folded: it is written with radicals, half as wide, or as one character.
    fn is_named_by_writing(&mut self, label: &str) -> bool {
        if label.is_ascii() {
            return false;
        }
        let folded = fold(label);
        !folded.is_same() && self.engine.cues.stands_in(folded.as_str(), &mut self.plain)
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
        (raw, label, is_named, judged): (Held, &str, bool, &Judged),
        found: &mut Found,
    ) {
        let from = found.hits.len();
        let (folded, label) = (fold(field.text), fold(label));
        let text = folded.as_str();
        let held = if folded.is_same() { raw } else { self.classes.read(text) };
        let (cued, is_cued) = self.cues_of(text, label.as_str());
        let mut runs = std::mem::take(&mut self.runs);
        let least = if is_named || is_cued { 1 } else { self.engine.least.digits };
        self.classes.runs(text, least, &mut runs);
        let (offsets, is_ascii) = (OnceCell::new(), text.is_ascii());
        let (label, categories) = (label.as_str(), judged.categories);
        let look = Look { record, index, field, folded: &folded, label, categories, offsets: &offsets };
        for ((number, rule), verdict) in self.engine.rules.iter().enumerate().zip(judged.verdicts.iter()) {
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
        (self.runs, self.cued) = (runs, cued);
    }

    /// Whether another field of the row has a header that this rule wants around it.
    fn stands_among(&mut self, rule: &Compiled, record: &Record<'_>, index: usize) -> bool {
        let Some(wanted) = &rule.columns else { return true };
        let others = (0..).zip(record.fields).filter(|(at, field)| *at != index && !field.text.trim().is_empty());
        others.filter_map(|(_, field)| field.name).any(|name| {
            let judged = self.judged(Some(name));
            wanted.iter().any(|number| matches!(judged.verdicts.get(*number), Some(Verdict::Names(_))))
        })
    }

    /// For each rule that needs a word whether one stands in a text or its label, and whether there is any.
    fn cues_of(&mut self, text: &str, label: &str) -> (Vec<bool>, bool) {
        let engine = self.engine;
        let mut cued = std::mem::take(&mut self.cued);
        cued.clear();
        cued.resize(engine.rules.len(), false);
        let in_text = engine.cues.mark(text, &mut self.plain, &mut cued);
        let in_label = engine.cues.mark(label, &mut self.plain, &mut cued);
        (cued, in_text || in_label)
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

    /// Makes findings of the candidates of a rule.
    fn settle(&mut self, (number, rule): (usize, &Compiled), look: &Look<'_>, header: &Verdict, found: &mut Found) {
        let mut candidates = std::mem::take(&mut self.candidates);
        candidates.sort_unstable();
        let around = Around { header, label: look.label };
        let series = if rule.column_check { Some(self.series.of(number, look.field)) } else { None };
        let mut rest = candidates.as_slice();
        while !rest.is_empty() {
            let (group, after) = rest.split_at(overlapping(rest));
            rest = after;
            self.settle_group((number, rule, series), look, (group, around), found);
        }
        self.candidates = candidates;
    }

    /// Of candidates that overlap, the first that stands is the finding; together they are one value of their series.
    fn settle_group(
        &mut self,
        (number, rule, series): (usize, &Compiled, Option<SeriesId>),
        look: &Look<'_>,
        (group, around): (&[Candidate], Around<'_>),
        found: &mut Found,
    ) {
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
}

/// How many candidates at the start of a sorted list overlap; at least one.
fn overlapping(rest: &[Candidate]) -> usize {
    let mut end = rest.first().map_or(0, |first| first.end);
    let joins = |next: &&Candidate| {
        let joins = next.start < end;
        end = if joins { end.max(next.end) } else { end };
        joins
    };
    rest.iter().take_while(joins).count().max(1).min(rest.len())
}

/// The short field before a field of a row without headers: it may be its label.
fn label_of<'a>(record: &Record<'a>, index: usize, field: &Field<'_>) -> &'a str {
    let previous = index.checked_sub(1).and_then(|before| record.fields.get(before));
    match (record.bond, field.name, previous) {
        (Bond::Row, None, Some(label)) if label.text.len() <= LABEL_BYTES => label.text,
        _ => "",
    }
}

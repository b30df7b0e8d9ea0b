//! One leaf, record by record: folds each field once, asks every rule, holds back the first rows until their columns speak.

mod field;
mod found;
mod held;

use std::collections::HashMap;
use std::ops::Range;
use std::sync::Arc;

use sha2::{Digest as _, Sha256};

use self::found::Found;
use self::held::{Window, end_of};
use super::candidate::Candidate;
use super::compile::Engine;
use super::firm;
use super::gate::{Classes, Run};
use super::header::{Header, Verdict};
use super::hit::{Hit, RecordHits};
use super::series::{self, AllSeries, Passes, SeriesId};
use crate::model::{Bond, Categories, Confidence, Field, LinkClass, Record};

/// Headers of one leaf whose verdicts are kept; beyond them each is judged anew.
const HEADERS_KEPT: usize = 4_096;

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
    verdicts: HashMap<String, Judged>,
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
            let (is_firm, over_limit) = (self.names_firm(record), found.over_limit);
            let hits = RecordHits { bond: record.bond, row, is_firm, hits: found.hits, over_limit };
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

    /// Whether a row names a firm.
    fn names_firm(&mut self, record: &Record<'_>) -> bool {
        let is_name = |field: &Field<'_>| firm::is_name(field.text, self.judged(field.name).is_of_firms);
        record.bond == Bond::Row && record.fields.iter().any(is_name)
    }

    fn judged(&mut self, name: Option<&str>) -> Judged {
        let Some(name) = name else {
            return Judged { verdicts: Arc::clone(&self.silent), categories: Categories::NONE, is_of_firms: false };
        };
        if let Some(known) = self.verdicts.get(name) {
            return known.clone();
        }
        let header = Header::new(name);
        let verdicts = self.engine.rules.iter().map(|rule| rule.headers.judge(&header)).collect();
        let (categories, is_of_firms) = (Categories::in_name(name), firm::is_column(&header));
        let judged = Judged { verdicts, categories, is_of_firms };
        if self.verdicts.len() < HEADERS_KEPT {
            self.verdicts.insert(name.to_owned(), judged.clone());
        }
        judged
    }
}

/// What a header says.
#[derive(Debug, Clone)]
struct Judged {
    /// To each rule.
    verdicts: Arc<[Verdict]>,
    /// Of what its people are.
    categories: Categories,
    /// Whether it is a column of firms' names.
    is_of_firms: bool,
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

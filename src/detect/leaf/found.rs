//! The findings of the record at hand.

use std::collections::HashMap;
use std::sync::Arc;

use super::field::Look;
use crate::detect::candidate::{Candidate, Weighed};
use crate::detect::compile::Compiled;
use crate::detect::hit::Hit;
use crate::detect::mask::masked;
use crate::detect::series::SeriesId;
use crate::model::limits::RECORD_MATCHES;
use crate::model::{Bond, Charset, Confidence, Place, Secret};
use crate::text::decode::Offsets;

/// The bytes that a finding near the end of a window stands in, and their encoding.
pub(super) type AtEnd = Option<(u64, u64, Charset)>;

/// How near the end of a window a finding may be cut, or its neighbours unseen. The next window has it whole: it overlaps by more.
const CUT_BYTES: u64 = 64;

/// What was found in the record so far.
#[derive(Default)]
pub(super) struct Found {
    pub(super) hits: Vec<Hit>,
    pub(super) rules: Vec<usize>,
    pub(super) at_end: Vec<AtEnd>,
    pub(super) over_limit: u64,
}

impl Found {
    /// Drops what counts only beside another entity that is not in this record.
    pub(super) fn keep_what_stands_beside(&mut self, rules: &[Compiled]) {
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
    pub(super) fn one_of_each(&mut self, from: usize) {
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

    pub(super) fn keep(
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
        let undone = look.field.undone.map(|undone| undone.reason().into());
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
            categories: look.categories,
            reasons: verdict.reasons.into_iter().chain(undone).collect(),
            series,
        });
    }
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

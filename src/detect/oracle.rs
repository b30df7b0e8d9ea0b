//! The oracle of the detectors: the same question answered from the rules' own text, over the whole folded text, without a gate.
//!
//! No digit is counted beforehand, no cue or `@` is looked for, and no part is cut out. It shares with the engine what is no
//! shortcut: folding, guards, validators, how a value is normalised, where a sentence ends, and the judgement of headers. What it does is what `rules/README.md` says.

use std::cmp::Reverse;
use std::collections::BTreeSet;
use std::sync::LazyLock;

use regex::Regex;

use super::candidate::normalise;
use super::context::{Says, is_label, sentence};
use super::header::{Header, HeaderWords, Verdict as Named};
use super::hit::TEST_NUMBER;
use super::validate::card_issuer::TEST_NUMBER_CAP;
use super::validate::{Shape, VALIDATORS, Validator, Verdict};
use super::within::FINDERS;
use super::{RecordHits, guard};
use crate::model::Confidence;
use crate::model::limits::CONTEXT_CHARS;
use crate::rules::RulePack;
use crate::rules::pack::confidence_word;
use crate::rules::syntax::{DetectorTable, PatternTable};
use crate::text::fold::fold;

/// What is said of a text. Offsets are bytes of its field.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Said {
    pub(super) field: usize,
    pub(super) rule: String,
    pub(super) offset: u64,
    pub(super) value: String,
    pub(super) confidence: Confidence,
    pub(super) reasons: String,
}

/// One rule, as its table has it.
pub(super) struct Rule {
    pub(super) table: DetectorTable,
    cited: String,
    /// Each pattern, as it stands; and anchored, where it must be a whole field.
    patterns: Vec<(Regex, Regex)>,
    validators: Vec<&'static Validator>,
    headers: HeaderWords,
    words: Vec<(String, Says, String)>,
}

/// A hit on its way, with what is known of it alone.
struct Hit {
    said: Said,
    entity: String,
    beside: Vec<String>,
    in_series: bool,
}

/// What one rule made of one field.
#[derive(Default)]
struct Found {
    hits: Vec<Hit>,
    /// Numbers of a series that no word names: those that passed, and those that did not.
    passed: BTreeSet<String>,
    failed: BTreeSet<String>,
}

/// Where a pattern is tried: what its finder finds, or everywhere. Finders have tests of their own.
fn parts(pattern: &PatternTable, text: &str) -> Vec<std::ops::Range<usize>> {
    let mut parts = Vec::new();
    match &pattern.within {
        None => parts.push(0..text.len()),
        Some(name) => (FINDERS.iter().find(|finder| finder.id == name.get_ref()).unwrap().find)(text, &mut parts),
    }
    parts
}

/// The built-in rules.
pub(super) static RULES: LazyLock<Vec<Rule>> = LazyLock::new(|| {
    let pack = RulePack::builtin().unwrap();
    pack.detectors.iter().map(|detector| Rule::new(&detector.table, detector.cited())).collect()
});

impl Rule {
    fn new(table: &DetectorTable, cited: String) -> Self {
        let both = |pattern: &PatternTable| {
            let regex = pattern.regex.get_ref();
            (Regex::new(regex).unwrap(), Regex::new(&format!("^(?:{regex})$")).unwrap())
        };
        let known = |name: &str| VALIDATORS.iter().copied().find(|validator| validator.id == name).unwrap();
        let lists = [
            (Says::Strong, &table.context.strong),
            (Says::Weak, &table.context.weak),
            (Says::Against, &table.against.words),
        ];
        let words = lists
            .into_iter()
            .flat_map(|(says, words)| words.iter().map(move |word| (plain(&folded(word)), says, word.clone())));
        Self {
            cited,
            patterns: table.pattern.iter().map(both).collect(),
            validators: table.validate.iter().map(|name| known(name.get_ref())).collect(),
            headers: HeaderWords::new(table),
            words: words.collect(),
            table: table.clone(),
        }
    }

    /// Every place where a pattern fits and may stand, in the order in which they are asked.
    fn candidates(&self, text: &str, headed: bool) -> Vec<(usize, usize, usize)> {
        let mut found = Vec::new();
        for (index, (pattern, (regex, whole))) in self.table.pattern.iter().zip(&self.patterns).enumerate() {
            let mut keep = |start: usize, end: usize| {
                let stands = guard::allows(self.table.guard, &text[start..end], &text[..start], &text[end..]);
                if stands {
                    found.push((start, index, end));
                }
                stands
            };
            if pattern.needs_header {
                let around = |c: char| c.is_whitespace() || matches!(c, '"' | '\'' | '=');
                let start = text.len() - text.trim_start_matches(around).len();
                let field = text.trim_matches(around);
                if headed && !field.is_empty() && whole.is_match(field) {
                    keep(start, start + field.len());
                }
                continue;
            }
            for part in parts(pattern, text) {
                let (from, part) = (part.start, &text[part]);
                let mut at = 0;
                while let Some(found) = regex.find_at(part, at) {
                    let next = found.start() + found.as_str().chars().next().unwrap().len_utf8();
                    at = if keep(from + found.start(), from + found.end()) { found.end() } else { next };
                }
            }
        }
        found.sort_unstable();
        found
    }

    /// Of places that overlap, the first that stands.
    fn field(&self, text: &str, header: &Named, label: &str) -> Found {
        let mut found = Found::default();
        let candidates = self.candidates(text, matches!(header, Named::Names(_)));
        let (mut taken, mut missed, mut group_end) = (0, None, 0);
        for (start, pattern, end) in candidates {
            if start >= group_end {
                found.failed.extend(missed.take());
            }
            group_end = group_end.max(end);
            if start < taken {
                continue;
            }
            let shape = Shape { text: &text[start..end], before: &text[..start], after: &text[end..] };
            let Some((verdict, confidence, named)) = self.weigh(&self.table.pattern[pattern], &shape, header, label)
            else {
                continue;
            };
            let in_series = self.table.column_check && !named;
            if verdict.missed {
                missed = missed.or(in_series.then_some(verdict.value));
                continue;
            }
            taken = end;
            missed = None;
            if in_series {
                found.passed.insert(verdict.value.clone());
            }
            let said = Said {
                field: 0,
                rule: self.cited.clone(),
                offset: (start + verdict.skip) as u64,
                value: verdict.value,
                confidence,
                reasons: verdict.reasons.join(" "),
            };
            found.hits.push(Hit {
                said,
                entity: self.table.entity.clone(),
                beside: self.table.beside.clone(),
                in_series,
            });
        }
        found.failed.extend(missed);
        found
    }

    /// The validators, then the words, as the section "Confidence" of `rules/README.md` has it. The last: a word names it.
    fn weigh(
        &self,
        pattern: &PatternTable,
        shape: &Shape<'_>,
        header: &Named,
        label: &str,
    ) -> Option<(Verdict, Confidence, bool)> {
        let mut verdict = Verdict { value: normalise(self.table.normalise, shape.text), ..Verdict::default() };
        if !self.validators.iter().all(|validator| (validator.check)(shape, &mut verdict)) {
            return None;
        }
        if verdict.skip > 0 {
            verdict.value = normalise(self.table.normalise, &verdict.value);
        }
        verdict.reasons.extend(pattern.reason.clone().map(Into::into));
        if self.table.column_check && guard::is_piece(shape.before, shape.after) {
            verdict.doubt("slug");
        } else if self.table.column_check && guard::is_among_groups(shape.text, shape.before, shape.after) {
            verdict.doubt("among_numbers");
        }
        let base = verdict.base.unwrap_or(pattern.base);
        if self.table.test_values.contains(&verdict.value) {
            verdict.hold(TEST_NUMBER_CAP, TEST_NUMBER);
        }
        let near = self.near(shape.before, shape.after);
        // The label of a row is asked where no word beside the match itself decides.
        let near = near.filter(|(says, _)| *says != Says::Weak).or_else(|| self.near(label, "")).or(near);
        let (level, kind, word) = match (header, near) {
            _ if pattern.needs_header => (base, "", ""),
            (Named::Names(word), _) => (Confidence::Certain, "header:", word.as_str()),
            (_, Some((Says::Strong, word))) => (Confidence::Certain, "context:", word),
            (_, Some((Says::Against, word))) => (Confidence::Possible, "against:", word),
            (Named::Against(word), _) => (Confidence::Possible, "against:", word.as_str()),
            (_, Some((Says::Weak, word))) => (base.max(Confidence::Likely), "near:", word),
            (_, None) => (base, "", ""),
        };
        if pattern.needs_word && !matches!(kind, "header:" | "context:") {
            return None;
        }
        if !kind.is_empty() {
            verdict.reasons.push(format!("{kind}{word}").into());
        }
        let confidence = verdict.cap.map_or(level, |cap| level.min(cap));
        Some((verdict, confidence, !matches!(kind, "" | "against:")))
    }

    /// The nearest word that says anything; before the match rather than after it, a weak one only where no other is.
    fn near(&self, before: &str, after: &str) -> Option<(Says, &str)> {
        let chars: Vec<char> = before.chars().collect();
        let left: String = chars[chars.len().saturating_sub(CONTEXT_CHARS)..].iter().collect();
        let right: String = after.chars().take(CONTEXT_CHARS).collect();
        let right = sentence(&right).to_owned();
        let (mut all, mut label) = (Vec::new(), None);
        for (window, is_left) in [(plain(&left), true), (plain(&right), false)] {
            for (start, end, says, word) in self.words_in(&window) {
                if !is_left && is_label(&window[end..]) {
                    continue;
                }
                let between = if is_left { &window[end..] } else { &window[..start] };
                let distance = between.chars().count() + if is_left { 0 } else { 24 };
                all.push((says == Says::Weak, distance, Reverse(says), word));
                label = if is_left && says == Says::Weak && distance <= 3 { Some(word) } else { label };
            }
        }
        let best = all.into_iter().min();
        let is_behind = best.is_some_and(|(_, distance, says, _)| distance >= 24 && says.0 == Says::Against);
        label.filter(|_| is_behind).map(|word| (Says::Weak, word)).or(best.map(|(_, _, says, word)| (says.0, word)))
    }

    /// The words of a text from left to right, the longest of each place; of ASCII words only whole ones.
    fn words_in(&self, window: &str) -> Vec<(usize, usize, Says, &str)> {
        let (mut found, mut at) = (Vec::new(), 0);
        while let Some(rest) = window.get(at..).filter(|rest| !rest.is_empty()) {
            let here = self.words.iter().filter(|(word, ..)| !word.is_empty() && rest.starts_with(word.as_str()));
            // Of one word in two lists, what the first says.
            let Some((word, says, shown)) = here.reduce(|a, b| if b.0.len() > a.0.len() { b } else { a }) else {
                at += rest.chars().next().map_or(1, char::len_utf8);
                continue;
            };
            let end = at + word.len();
            let letter = |c: Option<char>| c.is_some_and(|c| c.is_ascii_alphabetic());
            let glued_left = letter(window[..at].chars().next_back()) && letter(word.chars().next());
            let glued_right = letter(window[end..].chars().next()) && letter(word.chars().next_back());
            if !glued_left && !glued_right {
                found.push((at, end, *says, shown.as_str()));
            }
            at = end;
        }
        found
    }
}

fn names(judged: &Named) -> bool {
    matches!(judged, Named::Names(_))
}

impl Rule {
    /// Whether the header of another field that is not empty names an entity that this rule wants around it.
    fn stands_among(&self, fields: &[(Option<&str>, &str)], own: usize) -> bool {
        let wanted = &self.table.columns;
        let others = fields.iter().enumerate().filter(|(at, (_, text))| *at != own && !text.trim().is_empty());
        let headers: Vec<Header> = others.filter_map(|(_, (header, _))| *header).map(Header::new).collect();
        let of = |rule: &&Rule| wanted.contains(&rule.table.entity);
        wanted.is_empty()
            || RULES.iter().filter(of).any(|rule| headers.iter().any(|header| names(&rule.headers.judge(header))))
    }
}

fn folded(text: &str) -> String {
    fold(text).as_str().to_owned()
}

fn plain(text: &str) -> String {
    text.to_ascii_lowercase().replace(['_', '-'], " ")
}

/// What stands in a record that is a leaf of its own: (header, text) of each field. A field of a row that no header names is
/// told its label by the one before it.
pub(super) fn say(fields: &[(Option<&str>, &str)], is_row: bool) -> Vec<Said> {
    let mut all: Vec<(usize, Hit)> = Vec::new();
    let mut series = Vec::new();
    for (field, (header, text)) in fields.iter().enumerate() {
        let source = fold(text);
        let label = field.checked_sub(1).filter(|_| is_row && header.is_none()).map(|before| fields[before].1);
        let label = folded(label.filter(|label| label.len() <= 96).unwrap_or(""));
        let mut here: Vec<(usize, Hit)> = Vec::new();
        for (number, rule) in RULES.iter().enumerate() {
            let judged = header.map_or(Named::Silent, |header| rule.headers.judge(&Header::new(header)));
            let judged = if names(&judged) && !rule.stands_among(fields, field) { Named::Silent } else { judged };
            let mut found = rule.field(source.as_str(), &judged, &label);
            for hit in &mut found.hits {
                hit.said.field = field;
                hit.said.offset = source.source_offset(hit.said.offset as usize) as u64;
            }
            here.extend(found.hits.into_iter().map(|hit| (number, hit)));
            series.push((number, *header, found.passed, found.failed));
        }
        all.extend(surest(here));
    }
    let stands =
        |(_, hit): &(usize, Hit), entity: &String| hit.entity == *entity && hit.said.confidence > Confidence::Possible;
    let keep: Vec<bool> = all
        .iter()
        .map(|(_, hit)| hit.beside.is_empty() || hit.beside.iter().any(|e| all.iter().any(|h| stands(h, e))))
        .collect();
    let mut keep = keep.into_iter();
    all.retain(|_| keep.next().unwrap());
    for (number, hit) in all.iter_mut().filter(|(_, hit)| hit.in_series) {
        let header = fields[hit.said.field].0;
        let count = |of_all: bool| {
            let (mut passed, mut failed) = (BTreeSet::new(), BTreeSet::new());
            for (_, _, p, f) in series.iter().filter(|(rule, head, ..)| rule == number && (of_all || *head == header)) {
                passed.extend(p);
                failed.extend(f);
            }
            (passed.len(), failed.len())
        };
        by_series(&mut hit.said, count(false), count(true));
    }
    let mut all: Vec<Said> = all.into_iter().map(|(_, hit)| hit.said).collect();
    all.sort();
    all
}

/// Of one entity's hits with one value at one place, the surest; of equals the first.
fn surest(hits: Vec<(usize, Hit)>) -> Vec<(usize, Hit)> {
    let mut kept: Vec<(usize, Hit)> = Vec::new();
    for (number, hit) in hits {
        let same = kept.iter_mut().find(|(_, other)| {
            (&other.entity, other.said.offset, &other.said.value) == (&hit.entity, hit.said.offset, &hit.said.value)
        });
        match same {
            None => kept.push((number, hit)),
            Some(other) if hit.said.confidence > other.1.said.confidence => *other = (number, hit),
            Some(_) => {}
        }
    }
    kept
}

/// A series of twenty of which nine in ten pass raises; one of which no more pass than chance explains lowers.
fn by_series(said: &mut Said, own: (usize, usize), whole: (usize, usize)) {
    let add = |said: &mut Said, reason: String| said.reasons = format!("{} {reason}", said.reasons).trim().to_owned();
    let all = own.0 + own.1;
    let percent = own.0 * 100 / all.max(1);
    let (passed, failed) = if all >= 20 { own } else { whole };
    let tried = passed + failed;
    if all >= 20 && percent >= 90 {
        if said.confidence == Confidence::Possible {
            said.confidence = Confidence::Likely;
            add(said, format!("series:{percent}%"));
        }
    } else if tried >= 8 && passed * 10 <= tried + (tried * 81).isqrt() {
        said.confidence = Confidence::Possible;
        add(said, "chance".to_owned());
    }
}

/// What the engine said, in the same words.
pub(super) fn of_engine(found: &[RecordHits]) -> Vec<Said> {
    let hits = found.iter().flat_map(|record| &record.hits);
    let mut all: Vec<Said> = hits
        .map(|hit| Said {
            field: hit.field,
            rule: hit.rule.to_string(),
            offset: hit.place.offset,
            value: hit.value.reveal().to_owned(),
            confidence: hit.confidence,
            reasons: hit.reasons.join(" "),
        })
        .collect();
    all.sort();
    all
}

impl std::fmt::Display for Said {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let Self { field, rule, offset, value, confidence, reasons } = self;
        write!(f, "{field}@{offset} {rule} {value} {} [{reasons}]", confidence_word(*confidence))
    }
}

mod tests;

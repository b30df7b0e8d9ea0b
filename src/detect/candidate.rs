//! Finds what has the shape of a value, and weighs it: patterns, neighbours, validators, words.

use std::borrow::Cow;

use super::compile::{Compiled, Pattern};
use super::context::Says;
use super::hit::TEST_NUMBER;
use super::validate::card_issuer::TEST_NUMBER_CAP;
use super::validate::{Shape, Verdict};
use super::{guard, header};
use crate::model::Confidence;
use crate::model::limits::RULE_MATCH_CHARS;
use crate::rules::{Guard, Normalise};

/// A stretch of folded text that has the shape of a value.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Candidate {
    pub(super) start: usize,
    pub(super) pattern: usize,
    pub(super) end: usize,
}

/// Where to look for candidates.
#[derive(Debug, Clone)]
pub(super) struct Part {
    pub(super) range: std::ops::Range<usize>,
    /// Number of digits, where the part is digits in one piece: under [`Guard::Number`] a match is all of them or none.
    pub(super) plain: Option<usize>,
}

/// The candidates of one rule within a part of the text. `headed`: the header names the entity.
pub(super) fn find(rule: &Compiled, text: &str, within: &Part, headed: bool, into: &mut Vec<Candidate>) {
    let Some(part) = text.get(within.range.clone()) else { return };
    let plain = within.plain.filter(|_| rule.guard == Guard::Number);
    let fits = |pattern: &Pattern| plain.is_none_or(|digits| digits < 64 && pattern.plain >> digits & 1 == 1);
    if !headed && (!rule.patterns.iter().any(fits) || !rule.any.is_match(part)) {
        return;
    }
    let everywhere = |(_, pattern): &(usize, &Pattern)| pattern.within.is_none() && fits(pattern);
    for (index, pattern) in rule.patterns.iter().enumerate().filter(everywhere) {
        if pattern.needs_header {
            whole_field(rule, pattern, index, text, headed, into);
        } else {
            within_part(rule, (pattern, index), text, &within.range, into);
        }
    }
}

/// The candidates of the patterns that are tried only within what a finder finds. `parts` is room to write in.
pub(super) fn find_within(
    rule: &Compiled,
    text: &str,
    parts: &mut Vec<std::ops::Range<usize>>,
    into: &mut Vec<Candidate>,
) {
    for (index, pattern) in rule.patterns.iter().enumerate() {
        let Some(finder) = pattern.within else { continue };
        parts.clear();
        (finder.find)(text, parts);
        parts.iter().for_each(|part| within_part(rule, (pattern, index), text, part, into));
    }
}

/// A field longer than this is no single value: the longest that a rule may match, in UTF-8, with room for wrapping.
const WHOLE_FIELD_BYTES: usize = 4 * RULE_MATCH_CHARS + 64;

/// A shape too plain to stand in running text: only under a header, only as the whole field.
fn whole_field(rule: &Compiled, pattern: &Pattern, index: usize, text: &str, headed: bool, into: &mut Vec<Candidate>) {
    // Before the text is looked at: this runs once for every candidate place, and the field may be long.
    if !headed || text.len() > WHOLE_FIELD_BYTES {
        return;
    }
    let wrapping = |c: char| c.is_whitespace() || matches!(c, '"' | '\'' | '=');
    let start = text.len() - text.trim_start_matches(wrapping).len();
    let trimmed = text.trim_matches(wrapping);
    let whole = pattern.regex.find(trimmed).is_some_and(|found| found.len() == trimmed.len());
    let end = start + trimmed.len();
    let (before, after) = (text.get(..start).unwrap_or(""), text.get(end..).unwrap_or(""));
    if whole && !trimmed.is_empty() && guard::allows(rule.guard, trimmed, before, after) {
        into.push(Candidate { start, pattern: index, end });
    }
}

fn within_part(
    rule: &Compiled,
    (pattern, index): (&Pattern, usize),
    text: &str,
    within: &std::ops::Range<usize>,
    into: &mut Vec<Candidate>,
) {
    let Some(part) = text.get(within.clone()) else { return };
    let mut at = 0;
    while let Some(found) = pattern.regex.find_at(part, at) {
        let (start, end) = (within.start + found.start(), within.start + found.end());
        let (before, after) = (text.get(..start).unwrap_or(""), text.get(end..).unwrap_or(""));
        if guard::allows(rule.guard, found.as_str(), before, after) {
            into.push(Candidate { start, pattern: index, end });
            at = found.end();
        } else {
            at = found.start() + step(rule.guard, part, found.start(), before);
        }
        if at > part.len() {
            break;
        }
    }
}

/// How far to go on after a match that may not stand where it stands. Inside a run of digits no later place is better, but
/// right after a percent escape (`%2009012345678`).
fn step(guard: Guard, part: &str, start: usize, before: &str) -> usize {
    let rest = part.get(start..).unwrap_or("");
    let first = rest.chars().next().map_or(1, char::len_utf8);
    let escaped = matches!(before.as_bytes(), [.., b'%'] | [.., b'%', _]);
    if guard != Guard::Number || escaped {
        return first;
    }
    rest.bytes().take_while(u8::is_ascii_digit).count().max(first)
}

/// What surrounds a candidate beyond its own text.
#[derive(Debug, Clone, Copy)]
pub(super) struct Around<'a> {
    /// What its header says.
    pub(super) header: &'a header::Verdict,
    /// The short field before it in a row without headers: it may be its label.
    pub(super) label: &'a str,
}

/// A candidate that stood.
#[derive(Debug)]
pub(super) struct Weighed {
    pub(super) verdict: Verdict,
    pub(super) confidence: Confidence,
    /// A word names it.
    pub(super) is_named: bool,
}

/// Asks the validators, then the words. `None`: it is not a value, nor a number that could have passed for one.
pub(super) fn weigh(rule: &Compiled, text: &str, candidate: Candidate, around: Around<'_>) -> Option<Weighed> {
    let pattern = rule.patterns.get(candidate.pattern)?;
    let shape = Shape {
        text: text.get(candidate.start..candidate.end)?,
        before: text.get(..candidate.start)?,
        after: text.get(candidate.end..)?,
    };
    let mut verdict = Verdict { value: normalise(rule.normalise, shape.text), ..Verdict::default() };
    if !rule.validators.iter().all(|validator| (validator.check)(&shape, &mut verdict)) {
        return None;
    }
    if verdict.skip > 0 {
        verdict.value = normalise(rule.normalise, &verdict.value);
    }
    verdict.reasons.extend(pattern.reason.clone());
    if rule.column_check {
        let doubt = if guard::is_piece(shape.before, shape.after) {
            Some("slug")
        } else {
            guard::is_among_groups(shape.text, shape.before, shape.after).then_some("among_numbers")
        };
        doubt.into_iter().for_each(|why| verdict.doubt(why));
    }
    let base = verdict.base.unwrap_or(pattern.base);
    if rule.tests.contains(&verdict.value) {
        verdict.hold(TEST_NUMBER_CAP, TEST_NUMBER);
    }
    let (level, reason) = if pattern.needs_header { (base, None) } else { by_words(rule, &shape, base, around) };
    let is_named = reason.as_ref().is_some_and(|reason| !reason.starts_with("against:"));
    let names = |reason: &Cow<'_, str>| reason.starts_with("header:") || reason.starts_with("context:");
    if pattern.needs_word && !reason.as_ref().is_some_and(names) {
        return None;
    }
    verdict.reasons.extend(reason);
    let confidence = verdict.cap.map_or(level, |cap| level.min(cap));
    Some(Weighed { verdict, confidence, is_named })
}

pub(super) fn normalise(how: Normalise, text: &str) -> String {
    match how {
        Normalise::None => text.to_owned(),
        Normalise::Digits => text.chars().filter(char::is_ascii_digit).collect(),
        Normalise::Lower => text.to_lowercase(),
        Normalise::Upper => text.to_uppercase(),
        Normalise::Alphanumeric => text.chars().filter(|c| c.is_alphanumeric()).flat_map(char::to_uppercase).collect(),
    }
}

/// The header first; then the nearest word; then the header's doubt.
fn by_words(
    rule: &Compiled,
    shape: &Shape<'_>,
    base: Confidence,
    around: Around<'_>,
) -> (Confidence, Option<Cow<'static, str>>) {
    let reason = |kind: &str, word: &str| Some(Cow::Owned(format!("{kind}:{word}")));
    if let header::Verdict::Names(word) = around.header {
        return (Confidence::Certain, reason("header", word));
    }
    let near = rule.words.near(shape.before, shape.after);
    let said = match near {
        None | Some((Says::Weak, _)) => rule.words.near(around.label, "").or(near),
        said => said,
    };
    match (said, around.header) {
        (Some((Says::Strong, word)), _) => (Confidence::Certain, reason("context", word)),
        (Some((Says::Against, word)), _) => (Confidence::Possible, reason("against", word)),
        (_, header::Verdict::Against(word)) => (Confidence::Possible, reason("against", word)),
        (Some((Says::Weak, word)), _) => (base.max(Confidence::Likely), reason("near", word)),
        (None, _) => (base, None),
    }
}

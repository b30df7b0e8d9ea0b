//! The engine: every rule compiled once, shared by all threads.

use std::borrow::Cow;
use std::collections::BTreeSet;
use std::sync::Arc;

use regex::Regex;

use super::context::ContextWords;
use super::cue::Cues;
use super::header::HeaderWords;
use super::leaf::LeafDetector;
use super::validate::{VALIDATORS, Validator};
use super::within::{FINDERS, Finder};
use crate::model::{Confidence, LinkClass};
use crate::rules::shape::{Needs, needs, plain_lengths};
use crate::rules::syntax::{DetectorTable, PatternTable};
use crate::rules::{Detector, Guard, Mask, Normalise, RuleError, RulePack};

/// The compiled rules. Cheap to ask, safe to share.
#[derive(Debug)]
pub struct Engine {
    pub(super) rules: Vec<Compiled>,
    /// Numbers of those that ask for neither header nor word.
    free: Vec<usize>,
    /// Fewest ASCII digits, and fewest in one run, that any rule needs; the gate of a field.
    pub(super) least: Least,
    /// Words of the rules that find nothing without one.
    pub(super) cues: Cues,
    /// What finds parts of a text that patterns are tried within.
    pub(super) finders: Vec<&'static Finder>,
}

/// What the easiest rule needs: text below it is not looked at.
#[derive(Debug, Clone, Copy)]
pub(super) struct Least {
    /// Fewest digits of the rules that need digits.
    pub(super) digits: usize,
    /// Whether some rule needs neither digits nor an `@`: then every text is looked at.
    pub(super) nothing: bool,
}

/// One rule, compiled.
#[derive(Debug)]
pub(super) struct Compiled {
    pub(super) entity: Arc<str>,
    pub(super) cited: Arc<str>,
    pub(super) class: LinkClass,
    pub(super) mask: Mask,
    pub(super) guard: Guard,
    pub(super) normalise: Normalise,
    pub(super) column_check: bool,
    /// Whether some pattern works anywhere without a header.
    pub(super) has_headless: bool,
    /// Without its header it finds nothing where none of its strong words stands.
    pub(super) needs_cue: bool,
    /// Entities of which one must stand in the same record; empty for nearly all rules.
    pub(super) beside: Vec<Arc<str>>,
    /// Numbers of the rules of which one must be named by another header of the row; `None` for nearly all rules.
    pub(super) columns: Option<Vec<usize>>,
    pub(super) validators: Vec<&'static Validator>,
    pub(super) tests: BTreeSet<String>,
    pub(super) words: ContextWords,
    pub(super) headers: HeaderWords,
    pub(super) patterns: Vec<Pattern>,
    /// Whether some pattern is tried only within what a finder finds.
    pub(super) has_within: bool,
    /// All patterns that work without a header, in one: most runs end here.
    pub(super) any: Regex,
    pub(super) needs: Needs,
    /// What its patterns need where the header names the entity.
    pub(super) headed_needs: Needs,
}

/// One pattern of a rule.
#[derive(Debug)]
pub(super) struct Pattern {
    pub(super) regex: Regex,
    pub(super) base: Confidence,
    pub(super) reason: Option<Cow<'static, str>>,
    pub(super) needs_header: bool,
    pub(super) needs_word: bool,
    /// Finds the parts in which it is tried; without one it is tried everywhere.
    pub(super) within: Option<&'static Finder>,
    /// Lengths, as bits, in which it matches digits and nothing else.
    pub(super) plain: u64,
}

impl Engine {
    /// Compiles a pack. A rule that cannot work is an error: no rule is left out.
    pub fn new(pack: &RulePack) -> Result<Self, RuleError> {
        let mut rules = pack.detectors.iter().map(compile).collect::<Result<Vec<_>, _>>()?;
        for (rule, detector) in rules.iter_mut().zip(&pack.detectors) {
            rule.columns = columns(&detector.table, pack);
        }
        // Where a header names a rule, the field is looked at whatever stands in it.
        let wants = || rules.iter().filter(|rule| rule.has_headless && !rule.needs_cue).map(|rule| &rule.needs);
        let least = Least {
            digits: wants().map(|n| n.digits).filter(|&n| n > 0).min().unwrap_or(usize::MAX),
            nothing: wants().any(|n| n.digits == 0 && !n.at),
        };
        let in_need = pack.detectors.iter().enumerate().zip(&rules).filter(|(_, rule)| rule.needs_cue);
        let cues = Cues::new(in_need.map(|((number, detector), _)| (number, &detector.table)));
        let cues = cues.map_err(|error| RuleError::Words { message: error.to_string() })?;
        let used = |finder: &&&Finder| {
            let is_it = |pattern: &Pattern| pattern.within.is_some_and(|within| within.id == finder.id);
            rules.iter().any(|rule| rule.patterns.iter().any(is_it))
        };
        let finders = FINDERS.iter().filter(used).copied().collect();
        let free = (0..).zip(&rules).filter(|(_, rule)| rule.has_headless && !rule.needs_cue);
        let free = free.map(|(number, _)| number).collect();
        Ok(Self { rules, free, least, cues, finders })
    }

    /// The rules that ask for neither header nor word.
    pub(super) fn free(&self) -> impl Iterator<Item = &Compiled> {
        self.free.iter().filter_map(|number| self.rules.get(*number))
    }

    /// A detector for one leaf: it keeps what one column of a table says about its values.
    pub fn leaf(&self) -> LeafDetector<'_> {
        LeafDetector::new(self)
    }
}

/// The rules of the entities that must be named in the row.
fn columns(table: &DetectorTable, pack: &RulePack) -> Option<Vec<usize>> {
    let wanted = |(number, other): (usize, &Detector)| table.columns.contains(&other.table.entity).then_some(number);
    (!table.columns.is_empty()).then(|| pack.detectors.iter().enumerate().filter_map(wanted).collect())
}

fn compile(detector: &Detector) -> Result<Compiled, RuleError> {
    let table = &detector.table;
    let validators = table.validate.iter().map(|name| validator(detector, name.get_ref())).collect::<Result<_, _>>()?;
    let headless = || table.pattern.iter().filter(|pattern| !pattern.needs_header && pattern.within.is_none());
    let headed_needs = needs_of(detector, table.pattern.iter())?;
    let any = headless().map(|p| format!("(?:{})", p.regex.get_ref())).collect::<Vec<_>>().join("|");
    Ok(Compiled {
        entity: table.entity.as_str().into(),
        cited: detector.cited().into(),
        class: table.link,
        mask: table.mask,
        guard: table.guard,
        normalise: table.normalise,
        column_check: table.column_check,
        has_headless: headless().next().is_some(),
        needs_cue: headless().next().is_some()
            && (!table.cues.is_empty() || headless().all(|pattern| pattern.needs_word)),
        beside: table.beside.iter().map(|entity| entity.as_str().into()).collect(),
        columns: None,
        validators,
        tests: table.test_values.iter().cloned().collect(),
        words: ContextWords::new(table).map_err(|error| detector.error(error.to_string()))?,
        headers: HeaderWords::new(table),
        patterns: patterns(detector, table)?,
        has_within: table.pattern.iter().any(|pattern| pattern.within.is_some()),
        any: Regex::new(&any).map_err(|error| detector.error(error.to_string()))?,
        needs: if headless().next().is_some() { needs_of(detector, headless())? } else { headed_needs.clone() },
        headed_needs,
    })
}

fn validator(detector: &Detector, name: &str) -> Result<&'static Validator, RuleError> {
    VALIDATORS.iter().copied().find(|validator| validator.id == name).ok_or_else(|| {
        let known: Vec<&str> = VALIDATORS.iter().map(|validator| validator.id).collect();
        detector.error(format!("there is no validator {name:?}; there are {}", known.join(", ")))
    })
}

fn finder(detector: &Detector, name: &str) -> Result<&'static Finder, RuleError> {
    FINDERS.iter().copied().find(|finder| finder.id == name).ok_or_else(|| {
        let known: Vec<&str> = FINDERS.iter().map(|finder| finder.id).collect();
        detector.error(format!("there is no finder {name:?} for `within`; there are {}", known.join(", ")))
    })
}

fn patterns(detector: &Detector, table: &DetectorTable) -> Result<Vec<Pattern>, RuleError> {
    let compile = |pattern: &PatternTable| {
        Ok(Pattern {
            regex: Regex::new(pattern.regex.get_ref()).map_err(|error| detector.error(error.to_string()))?,
            base: pattern.base,
            reason: pattern.reason.clone().map(Cow::Owned),
            needs_header: pattern.needs_header,
            needs_word: pattern.needs_word,
            within: pattern.within.as_ref().map(|name| finder(detector, name.get_ref())).transpose()?,
            plain: regex_syntax::parse(pattern.regex.get_ref()).map_or(u64::MAX, |hir| plain_lengths(&hir)),
        })
    };
    table.pattern.iter().map(compile).collect()
}

fn needs_of<'a>(detector: &Detector, patterns: impl Iterator<Item = &'a PatternTable>) -> Result<Needs, RuleError> {
    let mut parsed = Vec::new();
    for pattern in patterns {
        let hir = regex_syntax::parse(pattern.regex.get_ref());
        parsed.push(hir.map_err(|error| detector.error(error.to_string()))?);
    }
    Ok(needs(&parsed))
}

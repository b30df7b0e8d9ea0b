//! Cues: the words without which some rules find nothing. One pass over a text tells which of those rules it concerns.
//!
//! A rule whose patterns all need a word ([`crate::rules::syntax::PatternTable::needs_word`]) is asked only where one of its strong
//! words stands in the field or in the label before it, or where the header names it; one that has cues of its own, only where one
//! of those stands too. A superset of what [`super::context::ContextWords::near`] finds: that one decides.

use aho_corasick::packed::{self, Searcher};
use aho_corasick::{AhoCorasick, BuildError, MatchKind};

use super::context::plain_into;
use crate::rules::syntax::DetectorTable;
use crate::text::fold::fold;

/// The words of all rules that need one, as [`plain_into`] writes them.
#[derive(Debug)]
pub(super) struct Cues {
    words: Option<AhoCorasick>,
    /// The rule of each word.
    rules: Vec<usize>,
    /// The shortest words that stand in all others, looked for with vector instructions where the machine has them: those of
    /// ASCII letters, and the others, which no ASCII text holds.
    short: Vec<Short>,
}

/// Some words, and what looks for them.
#[derive(Debug)]
struct Short {
    is_ascii: bool,
    searcher: Option<Searcher>,
}

/// Words that the vector search takes at once: with more of them it stops at too many places.
const AT_ONCE: usize = 32;

impl Cues {
    /// Of these rules, by their numbers.
    pub(super) fn new<'a>(rules: impl Iterator<Item = (usize, &'a DetectorTable)>) -> Result<Self, BuildError> {
        let (mut words, mut of) = (Vec::new(), Vec::new());
        for (number, table) in rules {
            let strong = table.pattern.iter().any(|pattern| pattern.needs_word);
            let strong = table.context.strong.iter().filter(|_| strong);
            for word in table.cues.iter().chain(strong) {
                let mut plain = Vec::new();
                plain_into(fold(word).as_str(), &mut plain);
                words.push(plain);
                of.push(number);
            }
        }
        if words.is_empty() {
            return Ok(Self { words: None, rules: of, short: Vec::new() });
        }
        let all = AhoCorasick::builder().match_kind(MatchKind::Standard).build(&words)?;
        let mut short: Vec<&Vec<u8>> = words.iter().filter(|word| !holds_another(word, &words)).collect();
        short.sort_unstable();
        short.dedup();
        let (ascii, others): (Vec<&Vec<u8>>, Vec<&Vec<u8>>) = short.into_iter().partition(|word| word.is_ascii());
        let searcher = |is_ascii: bool, words: &[&Vec<u8>]| Short {
            is_ascii,
            searcher: packed::Config::new().builder().extend(words).build(),
        };
        let ascii = ascii.chunks(AT_ONCE).map(|words| searcher(true, words));
        let short = ascii.chain(others.chunks(usize::MAX).map(|words| searcher(false, words))).collect();
        Ok(Self { words: Some(all), rules: of, short })
    }

    /// Marks the rules whose words stand in a text, if any does; whether any does. `plain` is room to write in.
    pub(super) fn mark(&self, text: &str, plain: &mut Vec<u8>, marked: &mut [bool]) -> bool {
        if !self.stands_in(text, plain) {
            return false;
        }
        for found in self.words.iter().flat_map(|words| words.find_overlapping_iter(&*plain)) {
            let rule = self.rules.get(found.pattern().as_usize()).and_then(|rule| marked.get_mut(*rule));
            rule.into_iter().for_each(|marked| *marked = true);
        }
        true
    }

    /// Whether any word stands in a text.
    pub(super) fn stands_in(&self, text: &str, plain: &mut Vec<u8>) -> bool {
        let Some(words) = &self.words else { return false };
        if text.is_empty() {
            return false;
        }
        plain_into(text, plain);
        let is_ascii = text.is_ascii();
        self.short.iter().filter(|short| short.is_ascii || !is_ascii).any(|short| match &short.searcher {
            Some(short) => short.find(&*plain).is_some(),
            None => words.is_match(&*plain),
        })
    }
}

/// Whether another word stands in this one: where this one is, that one is too.
fn holds_another(word: &[u8], words: &[Vec<u8>]) -> bool {
    words.iter().any(|other| other.len() < word.len() && memchr::memmem::find(word, other).is_some())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::detect::context::{ContextWords, Says};
    use crate::rules::RulePack;
    use proptest::prelude::*;

    proptest! {
        /// Whatever a word near a place says for a rule, its cue was seen.
        #[test]
        fn a_word_that_names_is_a_cue(
            parts in prop::collection::vec((0usize..400, "[ _a-z\u{3042}-\u{3046}-]{0,3}", any::<bool>()), 1..6)
        ) {
            let pack = RulePack::builtin().unwrap();
            let tables: Vec<&DetectorTable> = pack.detectors.iter().map(|detector| &detector.table).collect();
            let all: Vec<&String> = tables.iter().flat_map(|table| &table.context.strong).collect();
            let text: String = parts.iter().map(|(at, between, upper)| {
                let word = all[at % all.len()];
                let word = if *upper { word.to_ascii_uppercase().replace(' ', "_") } else { word.clone() };
                format!("{word}{between}")
            }).collect();
            let folded = fold(&text);
            let cues = Cues::new(tables.iter().copied().enumerate()).unwrap();
            let (mut marked, mut plain) = (vec![false; tables.len()], Vec::new());
            cues.mark(folded.as_str(), &mut plain, &mut marked);
            let in_need = |table: &&DetectorTable| table.pattern.iter().any(|pattern| pattern.needs_word);
            for (table, marked) in tables.iter().zip(&marked).filter(|(table, _)| in_need(table)) {
                let words = ContextWords::new(table).unwrap();
                let says = words.near(folded.as_str(), "").or_else(|| words.near("", folded.as_str()));
                if matches!(says, Some((Says::Strong, _))) {
                    prop_assert!(marked, "{} in {text:?}", table.id.get_ref());
                    prop_assert!(cues.stands_in(folded.as_str(), &mut plain));
                }
            }
        }
    }
}

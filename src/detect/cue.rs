//! Cues: the words without which some rules find nothing. One pass over a text tells which of those rules it concerns.
//!
//! A rule whose patterns all need a word ([`crate::rules::syntax::PatternTable::needs_word`]) is asked only where one of its strong
//! words stands in the field, in the label before it, or where the header names it. A superset of what
//! [`super::context::ContextWords::near`] finds: that one decides.

use aho_corasick::{AhoCorasick, BuildError, MatchKind};

use crate::rules::syntax::DetectorTable;
use crate::text::fold::fold;

/// The words of all rules that need one.
#[derive(Debug)]
pub(super) struct Cues {
    words: Option<AhoCorasick>,
    /// The rule of each word.
    rules: Vec<usize>,
}

impl Cues {
    /// Of these rules, by their numbers.
    pub(super) fn new<'a>(rules: impl Iterator<Item = (usize, &'a DetectorTable)>) -> Result<Self, BuildError> {
        let (mut words, mut of) = (Vec::new(), Vec::new());
        for (number, table) in rules {
            for word in &table.context.strong {
                let word = fold(word).as_str().replace(['_', '-'], " ");
                // As `card_number`, `card-number` and `card number` read the same to whoever looks for words.
                for joint in [" ", "_", "-"] {
                    words.push(word.replace(' ', joint));
                    of.push(number);
                    if !word.contains(' ') {
                        break;
                    }
                }
            }
        }
        let build = |words: &[String]| {
            AhoCorasick::builder().ascii_case_insensitive(true).match_kind(MatchKind::Standard).build(words)
        };
        Ok(Self { words: if words.is_empty() { None } else { Some(build(&words)?) }, rules: of })
    }

    /// Whether any word stands in a text.
    pub(super) fn any(&self, text: &str) -> bool {
        self.words.as_ref().is_some_and(|words| words.is_match(text))
    }

    /// Marks the rules whose words stand in a text.
    pub(super) fn mark(&self, text: &str, marked: &mut [bool]) {
        let Some(words) = &self.words else { return };
        for found in words.find_overlapping_iter(text) {
            let rule = self.rules.get(found.pattern().as_usize()).and_then(|rule| marked.get_mut(*rule));
            rule.into_iter().for_each(|marked| *marked = true);
        }
    }
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
            let mut marked = vec![false; tables.len()];
            cues.mark(folded.as_str(), &mut marked);
            for (table, marked) in tables.iter().zip(&marked) {
                let words = ContextWords::new(table).unwrap();
                let says = words.near(folded.as_str(), "").or_else(|| words.near("", folded.as_str()));
                if matches!(says, Some((Says::Strong, _))) {
                    prop_assert!(marked, "{} in {text:?}", table.id.get_ref());
                    prop_assert!(cues.any(folded.as_str()));
                }
            }
        }
    }
}

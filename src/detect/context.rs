//! Words near a match: the nearest label decides, before it rather than after it.

use std::collections::HashMap;

use regex::Regex;

use crate::model::limits::CONTEXT_CHARS;
use crate::rules::syntax::DetectorTable;
use crate::text::fold::fold;

/// What a word says about a match.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Says {
    /// It names something else. Last among equals.
    Against,
    /// It is often near.
    Weak,
    /// It names the entity.
    Strong,
}

/// The context words of one detector, ready to look for.
#[derive(Debug)]
pub(super) struct ContextWords {
    any: Option<Regex>,
    says: HashMap<String, (Says, String)>,
}

/// A word after the match counts as this many characters further away: labels stand before what they name.
const AFTER_PENALTY: usize = 24;
/// A weak word this near before the match is its label: a word behind it that names something else does not outweigh it.
const LABEL_CHARS: usize = 3;
/// Characters between a word and the `:` or `=` behind it, within which it is a part of that label: 電話 in 電話番号(自宅):.
const LABEL_REST: usize = 12;

impl ContextWords {
    pub(super) fn new(table: &DetectorTable) -> Result<Self, regex::Error> {
        let mut says = HashMap::new();
        let lists = [
            (Says::Against, &table.against.words),
            (Says::Weak, &table.context.weak),
            (Says::Strong, &table.context.strong),
        ];
        for (kind, words) in lists {
            for word in words {
                says.insert(plain(fold(word).as_str()), (kind, word.clone()));
            }
        }
        says.remove("");
        let mut longest_first: Vec<&String> = says.keys().collect();
        longest_first.sort_by_key(|word| (std::cmp::Reverse(word.len()), *word));
        let alternatives: Vec<String> = longest_first.iter().map(|word| regex::escape(word)).collect();
        let any = if alternatives.is_empty() { None } else { Some(Regex::new(&alternatives.join("|"))?) };
        Ok(Self { any, says })
    }

    /// The nearest word that says anything, and what it says; a weak word only where no other is in reach. Behind the match only
    /// its own sentence speaks, and no label of what stands further on.
    pub(super) fn near(&self, before: &str, after: &str) -> Option<(Says, &str)> {
        let any = self.any.as_ref()?;
        let (left, right) = (plain(tail(before)), plain(sentence(lead(after))));
        let mut best: Option<(bool, usize, std::cmp::Reverse<Says>, &str)> = None;
        let mut label = None;
        for (window, is_left) in [(&left, true), (&right, false)] {
            for found in any.find_iter(window) {
                let Some((says, word)) = self.says.get(found.as_str()) else { continue };
                let is_of_next = !is_left && is_label(window.get(found.end()..).unwrap_or(""));
                if is_of_next || !is_whole(window, found.start(), found.end()) {
                    continue;
                }
                let between = if is_left { window.get(found.end()..) } else { window.get(..found.start()) };
                let distance = between.unwrap_or("").chars().count() + if is_left { 0 } else { AFTER_PENALTY };
                let rank = (*says == Says::Weak, distance, std::cmp::Reverse(*says), word.as_str());
                if best.as_ref().is_none_or(|best| rank < *best) {
                    best = Some(rank);
                }
                if is_left && *says == Says::Weak && distance <= LABEL_CHARS {
                    label = Some(word.as_str());
                }
            }
        }
        match (best, label) {
            (Some((_, AFTER_PENALTY.., std::cmp::Reverse(Says::Against), _)), Some(label)) => Some((Says::Weak, label)),
            (best, _) => best.map(|(_, _, says, word)| (says.0, word)),
        }
    }
}

/// Lower case, with `_` and `-` as spaces: `card_number` and `Message-ID` read as words.
fn plain(text: &str) -> String {
    text.chars().map(|c| if matches!(c, '_' | '-') { ' ' } else { c.to_ascii_lowercase() }).collect()
}

/// The same, byte by byte, into this place.
pub(super) fn plain_into(text: &str, into: &mut Vec<u8>) {
    into.clear();
    into.extend(text.bytes().map(|byte| if matches!(byte, b'_' | b'-') { b' ' } else { byte.to_ascii_lowercase() }));
}

/// What belongs to the sentence, or the line, at the beginning of a text.
pub(super) fn sentence(text: &str) -> &str {
    let end = text.char_indices().find(|(at, c)| {
        let next = || text.get(at + c.len_utf8()..).and_then(|rest| rest.chars().next());
        matches!(c, '。' | '\n' | '\r')
            || matches!(c, '.' | '!' | '?') && next().is_none_or(|next| next == ' ' || !next.is_ascii())
    });
    end.and_then(|(at, _)| text.get(..at)).unwrap_or(text)
}

/// Whether a word behind which this stands is the label of what comes then: `旅券番号=`, `card number (new): `.
pub(super) fn is_label(behind: &str) -> bool {
    let of_label = |c: char| c.is_alphabetic() || matches!(c, ' ' | '(' | ')' | '\'' | '"');
    let rest = behind.char_indices().take(LABEL_REST + 1).find(|(_, c)| !of_label(*c));
    rest.is_some_and(|(_, c)| matches!(c, ':' | '='))
}

/// ASCII words must stand alone: `tel` in `hotel` says nothing.
fn is_whole(text: &str, start: usize, end: usize) -> bool {
    let letter_at = |at: Option<&u8>| at.is_some_and(u8::is_ascii_alphabetic);
    let bytes = text.as_bytes();
    let before = start.checked_sub(1).and_then(|at| bytes.get(at));
    !(letter_at(bytes.get(start)) && letter_at(before)
        || letter_at(end.checked_sub(1).and_then(|at| bytes.get(at))) && letter_at(bytes.get(end)))
}

/// The last characters in reach.
fn tail(text: &str) -> &str {
    let start = text.char_indices().rev().nth(CONTEXT_CHARS - 1).map_or(0, |(at, _)| at);
    text.get(start..).unwrap_or("")
}

/// The first characters in reach.
fn lead(text: &str) -> &str {
    let end = text.char_indices().nth(CONTEXT_CHARS).map_or(text.len(), |(at, _)| at);
    text.get(..end).unwrap_or("")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rules::RulePack;

    fn near(detector: &str, before: &str, after: &str) -> Option<(Says, String)> {
        let pack = RulePack::builtin().unwrap();
        let table = &pack.detectors.iter().find(|d| d.id() == detector).unwrap().table;
        let words = ContextWords::new(table).unwrap();
        words.near(before, after).map(|(says, word)| (says, word.to_owned()))
    }

    #[test]
    fn the_nearest_label_decides() {
        assert_eq!(near("my_number", "免許証番号814589727611 個人番号", ""), Some((Says::Strong, "個人番号".into())));
        assert_eq!(near("my_number", "個人番号123456789018 免許証番号", ""), Some((Says::Against, "免許証".into())));
        assert_eq!(near("phone", "", " 電話"), Some((Says::Strong, "電話".into())));
        assert_eq!(near("card", "order id ", " card number"), Some((Says::Against, "order id".into())));
    }

    #[test]
    fn behind_a_match_only_its_own_sentence_speaks() {
        assert_eq!(near("card", "カード", "の件。商品コードは欠品"), Some((Says::Weak, "カード".into())));
        assert_eq!(near("card", "番号", "。注文番号は別"), None);
        assert_eq!(near("card", "", "\r\n注文番号"), None);
        assert_eq!(near("card", "", "! Order no"), None);
        assert_eq!(near("card", "", "、注文番号"), Some((Says::Against, "注文番号".into())));
        assert_eq!(near("phone", "", ".5 電話"), Some((Says::Strong, "電話".into())));
    }

    #[test]
    fn the_label_of_the_next_value_says_nothing_of_this_one() {
        for after in [" 旅券番号=TK1", " 旅券番号 : TK1", ", \"パスポート\": \"TK1\"", " パスポート(新):TK1"]
        {
            assert_eq!(near("passport_number", "lib=", after), None, "{after}");
        }
        assert_eq!(near("passport_number", "", " (旅券番号)"), Some((Says::Strong, "旅券".into())));
    }

    #[test]
    fn a_weak_word_right_before_is_a_label() {
        assert_eq!(near("card", "カード", "、商品コード1"), Some((Says::Weak, "カード".into())));
        assert_eq!(near("card", "カードは", "、商品コード1"), Some((Says::Weak, "カード".into())));
        assert_eq!(near("card", "カードを使った人", "、商品コード1"), Some((Says::Against, "商品コード".into())));
        assert_eq!(near("card", "注文番号 カード", ""), Some((Says::Against, "注文番号".into())));
    }

    #[test]
    fn words_out_of_reach_or_inside_others_say_nothing() {
        assert_eq!(near("phone", &format!("電話{}", "あ".repeat(CONTEXT_CHARS)), ""), None);
        assert_eq!(near("phone", "hotel ", ""), None);
        assert_eq!(near("phone", "tel", ""), Some((Says::Strong, "TEL".into())));
    }
}

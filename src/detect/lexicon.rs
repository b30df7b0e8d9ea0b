//! Surnames and given names of Japan, and the words that look like both (IPADIC; `rules/tables/`).

use std::collections::HashSet;
use std::sync::LazyLock;

use crate::rules::embed::table_lines;

static SURNAMES: LazyLock<HashSet<&'static str>> = LazyLock::new(|| table_lines("surnames_jp.txt").collect());
static GIVEN_NAMES: LazyLock<HashSet<&'static str>> = LazyLock::new(|| table_lines("given_names_jp.txt").collect());
/// Names that are ordinary words too: 三角, 一生.
static AS_WORDS: LazyLock<HashSet<&'static str>> = LazyLock::new(|| table_lines("names_as_words_jp.txt").collect());
/// Words, places and firms that read as a surname and a given name: 上野原, 名古屋大学, 東京.
static WORDS: LazyLock<HashSet<&'static str>> = LazyLock::new(|| table_lines("words_as_names_jp.txt").collect());
/// The first two letters of all surnames of two letters and more, as bits by their hash: nearly all words end here.
static STARTS: LazyLock<Vec<u64>> = LazyLock::new(|| {
    let mut bits = vec![0_u64; START_BITS / 64];
    for (word, bit) in SURNAMES.iter().filter_map(|name| start_of(name)) {
        bits.get_mut(word).into_iter().for_each(|bits| *bits |= 1 << bit);
    }
    bits
});

const START_BITS: usize = 1 << 18;

/// Where the bit of the first two letters is.
fn start_of(word: &str) -> Option<(usize, u32)> {
    let mut letters = word.chars();
    let (first, second) = (u32::from(letters.next()?), u32::from(letters.next()?));
    let hash = (first.wrapping_mul(0x9e37_79b1) ^ second.wrapping_mul(0x85eb_ca6b)) >> 14;
    Some(((hash / 64) as usize, hash % 64))
}

pub(super) fn is_surname(word: &str) -> bool {
    SURNAMES.contains(word)
}

pub(super) fn is_given_name(word: &str) -> bool {
    GIVEN_NAMES.contains(word)
}

/// Whether a name is an ordinary word too.
pub(super) fn is_word(name: &str) -> bool {
    AS_WORDS.contains(name)
}

/// Whether a word may begin with a surname of two letters or more. Quick, and now and then wrong in saying yes.
pub(super) fn may_begin_with_surname(word: &str) -> bool {
    start_of(word).is_some_and(|(word, bit)| STARTS.get(word).is_some_and(|bits| bits >> bit & 1 == 1))
}

/// Where the surname ends in a word that is a surname of two letters or more and a given name, and nothing else. Given names of two
/// letters come first, then the longest surname.
pub(super) fn split(word: &str) -> Option<usize> {
    let ends = || word.char_indices().map(|(at, _)| at).skip(2);
    let splits = |at: &usize| {
        let (surname, given) = (word.get(..*at).unwrap_or(""), word.get(*at..).unwrap_or(""));
        is_surname(surname) && is_given_name(given)
    };
    if !may_begin_with_surname(word) {
        return None;
    }
    let of_two = |at: &usize| word.get(*at..).is_some_and(|given| given.chars().count() > 1);
    let found = ends().filter(of_two).filter(splits).last().or_else(|| ends().find(splits))?;
    (!WORDS.contains(word)).then_some(found)
}

/// Whether two letters are a surname and a given name (堤進, 林優), and nothing else: not a surname (小林), a given name (直樹) or a word (東京).
pub(super) fn is_of_two_letters(word: &str) -> bool {
    let Some((at, _)) = word.char_indices().nth(1) else { return false };
    let (surname, given) = word.split_at(at);
    given.chars().count() == 1
        && is_surname(surname)
        && is_given_name(given)
        && ![&SURNAMES, &GIVEN_NAMES, &WORDS].iter().any(|known| known.contains(word))
}

/// Whether two letters that stand as a name may be a surname and a given name, known or not (森絆): they are no surname and no given name.
pub fn may_be_of_two_letters(name: &str) -> bool {
    name.chars().count() == 2 && !is_surname(name) && !is_given_name(name)
}

/// The given name in a full name, where the dictionary tells where it begins.
pub fn given_name(name: &str) -> Option<&str> {
    let of_two = || is_of_two_letters(name).then(|| name.char_indices().nth(1).map_or(0, |(at, _)| at));
    // 八月一日フミ: whatever the surname is, the given name is what stands in kana behind it.
    let in_kana = || {
        let start = name.char_indices().rev().take_while(|(_, c)| is_kana(*c)).last()?.0;
        let (surname, given) = (name.get(..start)?, name.get(start..)?);
        (!surname.is_empty() && !surname.contains(is_kana) && given.chars().count() > 1).then_some(start)
    };
    name.get(split(name).or_else(of_two).or_else(in_kana)?..)
}

fn is_kana(letter: char) -> bool {
    matches!(letter, 'ぁ'..='ゖ' | 'ァ'..='ヺ' | 'ー')
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parts(word: &str) -> Option<(&str, &str)> {
        split(word).map(|at| word.split_at(at))
    }

    #[test]
    fn names_are_split() {
        assert_eq!(parts("山田太郎"), Some(("山田", "太郎")));
        assert_eq!(parts("佐々木健"), Some(("佐々木", "健")));
        assert_eq!(parts("佐々木健太"), Some(("佐々木", "健太")));
        assert_eq!(parts("高橋翔"), Some(("高橋", "翔")));
    }

    #[test]
    fn words_places_and_single_letters_are_none() {
        for word in ["", "山", "山田", "上野原", "名古屋大学", "林太郎", "会議室", "山田太郎様", "大黒柱"]
        {
            assert_eq!(parts(word), None, "{word}");
        }
    }

    #[test]
    fn a_given_name_is_found_behind_any_surname() {
        for (name, given) in [("山田太郎", "太郎"), ("林優", "優"), ("八月一日フミ", "フミ"), ("躑躅森はな", "はな")]
        {
            assert_eq!(given_name(name), Some(given));
        }
        for name in ["躑躅森", "やまだはな", "三ツ矢", "佐", ""] {
            assert_eq!(given_name(name), None, "{name}");
        }
    }

    #[test]
    fn names_of_two_letters_are_told_from_surnames_given_names_and_words() {
        for name in ["堤進", "林優", "森翔"] {
            assert!(is_of_two_letters(name), "{name}");
        }
        for word in ["", "林", "小林", "直樹", "東京", "平成", "社長", "田中", "林太郎"] {
            assert!(!is_of_two_letters(word), "{word}");
        }
    }

    #[test]
    fn every_surname_may_begin_a_name() {
        let long = SURNAMES.iter().filter(|name| name.chars().count() > 1);
        assert!(long.into_iter().all(|name| may_begin_with_surname(name)));
    }
}

//! Names in running text that no label and no honorific marks: 担当は佐藤健太です, 山田 太郎が来た.
//!
//! A word of kanji must be a surname and a given name of the dictionary and nothing more, and what follows must be what follows a
//! noun. Longer words are compounds, and names in kana are words as often: both are left alone.

use std::ops::Range;

use super::{Finder, is_han};
use crate::detect::lexicon::{is_given_name, is_surname, may_begin_with_surname, split};

/// `name`
pub(super) static NAME: Finder = Finder {
    id: "name",
    about: "a word that is a surname and a given name of the dictionary, with a space between them or none",
    find,
};

/// Letters of the longest name, without what goes with it.
const LONGEST: usize = 7;

/// Titles that stand behind a name in the same word, the longer before those that they begin with.
const TITLES: [&str; 22] = [
    "容疑者",
    "被告",
    "選手",
    "監督",
    "教授",
    "准教授",
    "議員",
    "部長",
    "課長",
    "係長",
    "社長",
    "会長",
    "主任",
    "先生",
    "医師",
    "記者",
    "社員",
    "様",
    "殿",
    "氏",
    "君",
    "著",
];

/// What may follow, in kana: particles and their like. Anything else goes on as a verb or a longer word.
const FOLLOWS: [&str; 24] = [
    "は",
    "が",
    "の",
    "を",
    "に",
    "と",
    "も",
    "へ",
    "で",
    "や",
    "から",
    "より",
    "さん",
    "さま",
    "ちゃん",
    "くん",
    "です",
    "だっ",
    "だと",
    "だが",
    "など",
    "なら",
    "また",
    "および",
];

fn find(text: &str, into: &mut Vec<Range<usize>>) {
    let mut at = 0;
    while let Some(word) = next_word(text, at) {
        at = word.end;
        let whole = text.get(word.clone()).unwrap_or("");
        let apart = given_name_behind(text, &word);
        let end = match apart {
            Some(end) => Some(end),
            None => bare(whole).map(|len| word.start + len),
        };
        let Some(end) = end.filter(|end| may_follow(text.get(*end..).unwrap_or(""))) else { continue };
        if !is_number_before(text.get(..word.start).unwrap_or("")) {
            into.push(word.start..end);
            at = at.max(end);
        }
    }
}

/// The next word of kanji, of two letters and more, that may begin with a surname.
fn next_word(text: &str, from: usize) -> Option<Range<usize>> {
    let bytes = text.as_bytes();
    let mut at = from;
    loop {
        // Kanji begin with these bytes in UTF-8; nearly all other text is passed over here.
        at += bytes.get(at..)?.iter().position(|byte| matches!(byte, 0xe3..=0xe9 | 0xef | 0xf0))?;
        let rest = text.get(at..)?;
        let len: usize = rest.chars().take_while(|c| is_han(*c)).map(char::len_utf8).sum();
        if len == 0 {
            at += rest.chars().next().map_or(1, char::len_utf8);
        } else if len > 3 && len <= 3 * (LONGEST + 3) && may_begin_with_surname(rest) {
            return Some(at..at + len);
        } else {
            at += len;
        }
    }
}

/// Where the name ends in a word that is a name, or a name and a title.
fn bare(word: &str) -> Option<usize> {
    let is_name = |name: &str| name.chars().count() <= LONGEST && split(name).is_some();
    let titles = TITLES.iter().filter_map(|title| word.strip_suffix(title));
    std::iter::once(word).chain(titles).find(|name| is_name(name)).map(str::len)
}

/// Where a given name ends that stands behind a surname and one space.
fn given_name_behind(text: &str, surname: &Range<usize>) -> Option<usize> {
    let rest = text.get(surname.end..)?;
    let rest = rest.strip_prefix([' ', '\u{3000}'])?;
    if !is_surname(text.get(surname.clone())?) {
        return None;
    }
    let start = text.len() - rest.len();
    let len: usize = rest.chars().take(LONGEST).take_while(|c| is_han(*c)).map(char::len_utf8).sum();
    let word = rest.get(..len)?;
    let titles = TITLES.iter().filter_map(|title| word.strip_suffix(title));
    std::iter::once(word).chain(titles).find(|name| is_given_name(name)).map(|name| start + name.len())
}

/// Whether a name may end where this goes on.
fn may_follow(after: &str) -> bool {
    let Some(next) = after.chars().next() else { return true };
    match next {
        'ぁ'..='ゖ' => FOLLOWS.iter().any(|word| after.starts_with(word)),
        'ァ'..='ヺ' | 'ー' => false,
        c if is_han(c) => TITLES.iter().any(|title| after.starts_with(title)),
        c => !c.is_alphanumeric(),
    }
}

/// Behind a digit stands a unit or a counted thing.
fn is_number_before(before: &str) -> bool {
    before.chars().next_back().is_some_and(|c| c.is_ascii_digit() || ('０'..='９').contains(&c))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn names(text: &str) -> Vec<&str> {
        let mut found = Vec::new();
        find(text, &mut found);
        found.into_iter().map(|part| &text[part]).collect()
    }

    #[test]
    fn names_in_sentences() {
        for (text, wanted) in [
            ("担当は佐藤健太です", &["佐藤健太"][..]),
            ("山田太郎が来た", &["山田太郎"]),
            ("山田 太郎と鈴木　花子", &["山田 太郎", "鈴木　花子"]),
            ("山田太郎様、佐藤健太さん", &["山田太郎", "佐藤健太"]),
            ("(高橋翔)", &["高橋翔"]),
            ("佐々木健太部長", &["佐々木健太"]),
            ("山田太郎", &["山田太郎"]),
        ] {
            assert_eq!(names(text), wanted, "{text}");
        }
    }

    #[test]
    fn what_is_no_name() {
        for text in [
            "上野原の天気",
            "山田太郎市",
            "山田太郎商店",
            "本山田太郎が",
            "山田太郎する",
            "山田が来た",
            "名古屋大学へ",
            "3山田太郎",
            "高橋 商店",
            "太郎山田",
            "会議室で",
            "",
            "Taro Yamada",
        ] {
            assert_eq!(names(text), Vec::<&str>::new(), "{text}");
        }
    }
}

//! A name in running text, before an honorific: cut out by the surnames and given names of a dictionary (IPADIC; `rules/tables/`).
//!
//! `本日は山田太郎様` is cut to 山田太郎. What the dictionary does not know is taken as a given name only where a surname stands at the
//! beginning of the word. A surname alone may be anybody, or a firm: only possible, and it links nobody.

use std::borrow::Cow;

use super::person_name::{is_kanji, is_no_person};
use super::{Shape, Validator};
use crate::detect::lexicon::{is_given_name, is_surname};
use crate::model::{Confidence, LinkClass};

/// `name_in_text`
pub static NAME_IN_TEXT: Validator = Validator {
    id: "name_in_text",
    about: "a surname of the dictionary and a given name before an honorific",
    check: |shape, verdict| {
        if is_inside_a_word(shape) {
            return false;
        }
        let Some(found) = parse(shape.text, shape.before) else { return false };
        verdict.skip = found.skip;
        verdict.reasons.push(Cow::Borrowed(found.reason));
        if found.reason == "surname_alone" {
            verdict.class = Some(LinkClass::None);
            verdict.hold(Confidence::Possible, "one_word");
        }
        verdict.value = found.name;
        true
    },
};

/// Behind a surname these make it a place: 福島市, 千葉駅. Each is a given name of the dictionary too, or may be.
const PLACES: [&str; 8] = ["市", "町", "村", "区", "県", "駅", "郡", "港"];

const HONORIFICS: [&str; 7] = ["さま", "さん", "先生", "ちゃん", "様", "殿", "氏"];

/// 殿 in 御殿浜 and 殿堂, 氏 in 氏名: what goes on so is no honorific.
fn is_inside_a_word(shape: &Shape<'_>) -> bool {
    let goes_on = shape.after.chars().next().is_some_and(is_kanji);
    let of_house =
        ["御殿", "宮殿", "神殿", "本殿", "正殿", "拝殿", "社殿"].iter().any(|word| shape.text.ends_with(word));
    of_house || goes_on && shape.text.ends_with('殿') || shape.text.ends_with('氏') && shape.after.starts_with('名')
}

/// A name, and where it begins.
#[derive(Debug, PartialEq, Eq)]
struct Found {
    name: String,
    skip: usize,
    reason: &'static str,
}

fn parse(text: &str, before: &str) -> Option<Found> {
    let word = HONORIFICS.iter().find_map(|honorific| text.strip_suffix(honorific))?.trim_end();
    if is_no_person(word) {
        return None;
    }
    let starts: Vec<usize> = word.char_indices().filter(|(_, c)| is_kanji(*c)).map(|(at, _)| at).collect();
    // From the left: the longest name is the one that was meant.
    let known = starts.iter().find_map(|&start| both_known(word.get(start..)?).map(|name| (start, name)));
    if let Some((start, name)) = known {
        let (skip, name) = with_its_beginning(word, start, name);
        return Some(Found { name, skip, reason: "dictionary" });
    }
    let goes_on = before.chars().next_back().is_some_and(is_kanji);
    let first = starts.first().copied().filter(|&start| !(start == 0 && goes_on))?;
    let (name, reason) = begins_with_surname(word.get(first..)?)?;
    Some(Found { name, skip: first, reason })
}

/// One letter before it, at the beginning of the word, belongs to a surname that the dictionary does not know (鴨志田), unless it
/// stands before names (故, 元).
fn with_its_beginning(word: &str, start: usize, name: String) -> (usize, String) {
    let before = word.get(..start).unwrap_or("");
    // 八ツ橋, 御茶ノ水.
    if before.chars().count() < 4 && before.ends_with(['ノ', 'ツ', 'ヶ', 'ケ', '之']) && before.starts_with(is_kanji)
    {
        return (0, format!("{before}{name}"));
    }
    let mut letters = before.chars();
    match (letters.next(), letters.next()) {
        (Some(letter), None) if is_kanji(letter) && !"故元前現両各新旧同当本某".contains(letter) => {
            (0, format!("{letter}{name}"))
        }
        _ => (start, name),
    }
}

/// A surname and a given name that are both in the dictionary.
fn both_known(word: &str) -> Option<String> {
    let split = |at: usize| Some((word.get(..at)?.trim_end(), word.get(at..)?.trim_start()));
    let both = |(surname, given): &(&str, &str)| is_surname(surname) && is_given_name(given) && !PLACES.contains(given);
    let mut splits = word.char_indices().skip(1).filter_map(|(at, _)| split(at));
    // 森 is a surname, and 鴎外 no common name: but one letter and one letter are any word of two.
    let name =
        splits.find(|(surname, given)| both(&(surname, given)) && surname.chars().chain(given.chars()).count() > 2)?;
    Some(format!("{}{}", name.0, name.1))
}

/// Given names in katakana: the dictionary's, and its names in hiragana and of women with their usual endings.
fn is_kana_name(given: &str) -> bool {
    let hiragana: String = given
        .chars()
        .map(|c| if matches!(c, 'ァ'..='ヶ') { char::from_u32(u32::from(c) - 0x60).unwrap_or(c) } else { c })
        .collect();
    let is_short = (2..=4).contains(&given.chars().count());
    is_given_name(given) || is_given_name(&hiragana) || is_short && KATAKANA_NAMES.contains(&given)
}

/// Common names in katakana that the dictionary does not have.
const KATAKANA_NAMES: [&str; 32] = [
    "アンナ",
    "マリア",
    "エミリ",
    "エリカ",
    "リサ",
    "レオ",
    "ケン",
    "ジュン",
    "マリ",
    "エミ",
    "ユリ",
    "ナオミ",
    "カレン",
    "サラ",
    "エマ",
    "ルカ",
    "イネ",
    "キヨ",
    "ウメ",
    "トメ",
    "ハル",
    "フミ",
    "ヨシ",
    "キク",
    "ハナ",
    "ミヨ",
    "チヨ",
    "タケ",
    "マツ",
    "スエ",
    "カネ",
    "シズ",
];

/// A surname at its beginning, and a short rest that may be a given name, or none.
fn begins_with_surname(word: &str) -> Option<(String, &'static str)> {
    let mut ends: Vec<usize> = word.char_indices().map(|(at, _)| at).skip(2).chain([word.len()]).collect();
    ends.reverse();
    let surname = ends.into_iter().filter_map(|end| word.get(..end)).find(|surname| is_surname(surname))?;
    if surname.chars().count() < 2 {
        return None;
    }
    let given = word.strip_prefix(surname)?.trim_start();
    let kanji = given.chars().filter(|c| is_kanji(*c)).count();
    let kana = given.chars().count() - kanji;
    // マリア, but not ストア: words of firms are written so.
    if given.contains(|c| matches!(c, 'ァ'..='ヺ' | 'ー')) && !(is_kana_name(given)) {
        return None;
    }
    match (kanji, kana) {
        (0, 0) => Some((surname.to_owned(), "surname_alone")),
        // 燈花, すみれ; not 支店長 and not に関する.
        (2, 0) | (0, 2..=4) => Some((format!("{surname}{given}"), "surname")),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn name(text: &str) -> Option<(String, &'static str)> {
        parse(text, "").map(|found| {
            assert!(text.get(found.skip..).unwrap().starts_with(found.name.chars().next().unwrap()));
            (found.name, found.reason)
        })
    }

    #[test]
    fn names_before_honorifics() {
        for (text, wanted, reason) in [
            ("山田太郎様", "山田太郎", "dictionary"),
            ("山田 太郎 様", "山田太郎", "dictionary"),
            ("担当山田太郎様", "山田太郎", "dictionary"),
            ("鈴木燈花さん", "鈴木燈花", "surname"),
            ("佐藤ゆゆね先生", "佐藤ゆゆね", "surname"),
            ("鴨志田太郎様", "鴨志田太郎", "dictionary"),
            ("故山田太郎様", "山田太郎", "dictionary"),
            ("田中様", "田中", "surname_alone"),
            ("高橋アンナ様", "高橋アンナ", "surname"),
            ("遠藤イネさん", "遠藤イネ", "surname"),
            ("一ノ瀬千尋様", "一ノ瀬千尋", "dictionary"),
            ("八ツ橋太郎様", "八ツ橋太郎", "dictionary"),
        ] {
            assert_eq!(name(text), Some((wanted.to_owned(), reason)), "{text}");
        }
    }

    #[test]
    fn what_is_no_name() {
        for text in [
            "患者様",
            "会員様",
            "奥様",
            "田中商事様",
            "山田工業様",
            "東京電力様",
            "大阪支店様",
            "仕様",
            "同様",
            "王様",
            "先生",
            "高橋酒造様",
            "石川製菓さん",
            "田中運送様",
            "渋谷工場様",
            "福島市様",
            "田中ストア様",
            "高橋ビル様",
            "鈴木フーズ様",
        ] {
            assert_eq!(name(text), None, "{text}");
        }
        assert_eq!(parse("田中様", "株"), None, "a word that began before it");
        let shape = |text, after| Shape { text, before: "", after };
        assert!(is_inside_a_word(&shape("大津市御殿", "浜1-2")) && is_inside_a_word(&shape("田中殿", "堂")));
        assert!(!is_inside_a_word(&shape("田中殿", "、")) && is_inside_a_word(&shape("山田氏", "名")));
    }
}

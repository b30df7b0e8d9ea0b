//! Whether a text may be a postal address of Japan, and whether it is whole enough to be somebody's home.
//!
//! Prefectures are a closed list; towns are known by what they end in (市 区 町 村 郡). A whole address has a number in it: only such
//! a one may link people who live together, for "Tokyo" is the home of millions. A town that the list of municipalities has in another
//! prefecture makes it doubtful.

use super::person_name::is_kanji;
use super::{Shape, Validator, Verdict};
use crate::detect::gazetteer::{PREFECTURES, municipality};
use crate::model::{Confidence, LinkClass};

/// `address_jp`
pub static ADDRESS_JP: Validator = Validator {
    id: "address_jp",
    about: "a prefecture or a town; without a house number it links nobody, and with a town of another prefecture it is doubtful",
    check: |shape, verdict| {
        let Some((address, is_whole)) = parse(&verdict.value).filter(|_| !shape.after.starts_with(COUNTED)) else {
            return false;
        };
        if !is_whole {
            verdict.class = Some(LinkClass::None);
        }
        doubt(shape, &address, verdict);
        verdict.value = address;
        true
    },
};

/// Behind a number these make it a date or a count: 厚木市の市制50周年.
const COUNTED: [char; 15] = ['年', '月', '日', '時', '分', '人', '周', '歳', '円', '万', '億', '回', '位', '件', '%'];

/// What speaks against it: its prefecture and its town, or the word that it stands in.
fn doubt(shape: &Shape<'_>, address: &str, verdict: &mut Verdict) {
    let prefecture = PREFECTURES.iter().find(|name| address.starts_with(**name));
    let rest = prefecture.and_then(|name| address.strip_prefix(name)).unwrap_or(address);
    match (prefecture, municipality(rest)) {
        (Some(prefecture), Some(town)) if !town.is_in(prefecture) => {
            verdict.hold(Confidence::Possible, "other_prefecture");
        }
        (None, Some(_)) if shape.before.chars().next_back().is_some_and(is_kanji) && !names_one(shape.before) => {
            verdict.doubt("inside_word");
        }
        _ => {}
    }
}

/// Whether a text ends in a word for an address: 住所, 本籍地, 所在地, 自宅.
fn names_one(before: &str) -> bool {
    before.ends_with(['所', '籍', '地', '宅', '先'])
}

/// The address without spaces, and whether it names a house.
fn parse(text: &str) -> Option<(String, bool)> {
    let text = text.trim_start_matches(|c: char| c == '〒' || c.is_ascii_digit() || matches!(c, '-' | ' '));
    let address: String = text.chars().filter(|c| !c.is_whitespace()).collect();
    let count = address.chars().count();
    if !(2..=80).contains(&count) || address.contains('@') || address.contains("://") {
        return None;
    }
    let prefecture = PREFECTURES.iter().find(|name| address.starts_with(**name));
    let rest = prefecture.and_then(|name| address.strip_prefix(name)).unwrap_or(&address);
    let town = rest.char_indices().find(|(at, c)| *at > 0 && matches!(c, '市' | '区' | '町' | '村' | '郡'));
    let has_number = rest.contains("無番地")
        || rest.chars().any(|c| {
            c.is_ascii_digit()
                || "一二三四五六七八九十".contains(c) && ["丁目", "番", "-"].iter().any(|mark| rest.contains(mark))
        });
    if prefecture.is_none() && town.is_none() {
        return None;
    }
    let is_whole = has_number && (town.is_some() || prefecture.is_some() && rest.chars().count() >= 4);
    Some((address, is_whole))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_whole_and_in_part() {
        for (text, is_whole) in [
            ("東京都千代田区丸の内1-2-3", true),
            ("〒100-0001 東京都 千代田区千代田1-1", true),
            ("札幌市中央区北一条西2丁目", true),
            ("京都府京都市中京区寺町通御池上る上本能寺前町488番地", true),
            ("四日市市諏訪町1番5号", true),
            ("大分県大字上野丘三丁目", true),
            ("東京都", false),
            ("千代田区", false),
            ("神奈川県横浜市", false),
        ] {
            assert_eq!(parse(text).map(|(_, is_whole)| is_whole), Some(is_whole), "{text}");
        }
    }

    #[test]
    fn a_town_in_another_prefecture_is_doubtful() {
        let said = |text: &str, before: &str| {
            let mut verdict = Verdict { value: text.to_owned(), ..Verdict::default() };
            let shape = Shape { text, before, after: "" };
            assert!((ADDRESS_JP.check)(&shape, &mut verdict), "{text}");
            verdict.reasons.first().map(ToString::to_string)
        };
        assert_eq!(said("東京都横浜市中区本町1-2-3", "").as_deref(), Some("other_prefecture"));
        assert_eq!(said("神奈川県横浜市中区本町1-2-3", ""), None);
        assert_eq!(said("東京都架空市本町1-2-3", ""), None, "the list ages");
        assert_eq!(said("横浜市中区本町1-2-3", "新").as_deref(), Some("inside_word"));
        assert_eq!(said("横浜市中区本町1-2-3", "現住所"), None);
    }

    #[test]
    fn a_count_behind_a_town_is_no_address() {
        let stands = |after: &str| {
            let text = "神奈川県厚木市の市制50";
            let mut verdict = Verdict { value: text.to_owned(), ..Verdict::default() };
            (ADDRESS_JP.check)(&Shape { text, before: "", after }, &mut verdict)
        };
        assert!(stands("") && stands("です") && !stands("周年"));
    }

    #[test]
    fn what_is_no_address() {
        for text in ["192.168.0.1", "a@example.jp", "https://example.jp/市", "同上", "", "市", "ホテル"] {
            assert_eq!(parse(text), None, "{text}");
        }
    }
}

//! Whether a text may be a person's name: letters of a name, and no word of a firm, a house or a form.
//!
//! It knows no names: a header or a label must say that one is due. A surname alone says too little to be counted as somebody.

use super::Validator;
use crate::model::LinkClass;

/// `person_name`
pub static PERSON_NAME: Validator = Validator {
    id: "person_name",
    about: "letters of a name and no word of a firm or a form; the value without spaces and honorifics",
    check: |_, verdict| {
        let Some((name, is_full)) = parse(&verdict.value) else { return false };
        if !is_full {
            verdict.class = Some(LinkClass::None);
        }
        verdict.value = name;
        true
    },
};

/// Longest name, in characters.
const LONGEST: usize = 24;

/// What firms, houses and their parts are called.
const NOT_PERSONS: &[&str] = &[
    "株式会社",
    "有限会社",
    "合同会社",
    "合資会社",
    "(株)",
    "(有)",
    "法人",
    "組合",
    "協会",
    "連盟",
    "財団",
    "商店",
    "商会",
    "工業",
    "製作所",
    "建設",
    "病院",
    "医院",
    "診療所",
    "学校",
    "大学",
    "学院",
    "幼稚園",
    "保育園",
    "センター",
    "支店",
    "営業所",
    "事務所",
    "役所",
    "役場",
    "部長",
    "課長",
    "御中",
    "各位",
    "担当者",
    "代表者",
    "窓口",
    "未定",
    "不明",
    "該当",
    "なし",
    "テスト",
    "サンプル",
    "合計",
    "商事",
    "銀行",
    "電力",
    "電機",
    "電気",
    "産業",
    "運輸",
    "物産",
    "不動産",
    "製薬",
    "本社",
    "本店",
    "会社",
    "薬局",
    "食品",
    "自動車",
    "交通",
    "ホテル",
    "旅館",
    "新聞",
    "大臣",
    "仕様",
];

/// Words of forms and programs in small letters.
const NOT_NAMES: [&str; 12] =
    ["null", "none", "name", "n/a", "nan", "test", "sample", "unknown", "admin", "root", "true", "false"];

/// The name without spaces, and whether it is a whole one.
fn parse(text: &str) -> Option<(String, bool)> {
    let text = text.trim().trim_end_matches(['様', '殿', '氏']).trim_end_matches("さん").trim();
    let spaced = text.contains([' ', '・', ',']);
    let name: String = text.chars().filter(|c| !matches!(c, ' ' | '・' | ',' | '.')).collect();
    let count = name.chars().count();
    let is_letter = |c: char| is_kanji(c) || is_kana(c) || c.is_ascii_alphabetic() || matches!(c, '\'' | '-' | 'ー');
    if !(2..=LONGEST).contains(&count) || !name.chars().all(is_letter) {
        return None;
    }
    let lower = name.to_lowercase();
    if is_no_person(text) || NOT_NAMES.contains(&lower.as_str()) {
        return None;
    }
    if name.is_ascii() {
        // One word in Latin letters is a login as often as a name.
        return spaced.then_some((name, true));
    }
    let kanji = name.chars().filter(|c| is_kanji(*c)).count();
    // 山田太郎, 森鴎外, さくら 花子; and 田中 alone, which may be anybody.
    let is_full = spaced || count >= 4 || (count == 3 && kanji >= 1);
    Some((name, is_full))
}

/// Whether a text holds a word of a firm, a house or a form.
pub(super) fn is_no_person(text: &str) -> bool {
    NOT_PERSONS.iter().any(|word| text.contains(word))
}

pub(super) fn is_kanji(c: char) -> bool {
    matches!(c, '\u{3400}'..='\u{9fff}' | '\u{f900}'..='\u{faff}' | '\u{20000}'..='\u{323af}' | '々' | '〆' | 'ヶ' | 'ケ')
        || matches!(c, '\u{e0100}'..='\u{e01ef}')
}

fn is_kana(c: char) -> bool {
    matches!(c, 'ぁ'..='ゖ' | 'ァ'..='ヺ' | 'ー' | 'ゝ' | 'ゞ' | 'ヽ' | 'ヾ')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_of_people() {
        for (text, name, is_full) in [
            ("山田 太郎", "山田太郎", true),
            ("森鴎外", "森鴎外", true),
            ("さくら 花子 様", "さくら花子", true),
            ("髙橋　﨑子".replace('\u{3000}', " ").as_str(), "髙橋﨑子", true),
            ("佐々木", "佐々木", true),
            ("田中", "田中", false),
            ("ヤマダ タロウ", "ヤマダタロウ", true),
            ("Taro Yamada", "TaroYamada", true),
            ("ジョン・スミス", "ジョンスミス", true),
        ] {
            assert_eq!(parse(text), Some((name.to_owned(), is_full)), "{text}");
        }
    }

    #[test]
    fn what_is_no_name() {
        for text in [
            "株式会社山田",
            "山田商店",
            "総務部長",
            "経理担当者",
            "tanaka01",
            "tanaka",
            "山",
            "東京都1-2-3",
            "なし",
            "",
            "テスト太郎",
            "null",
        ] {
            assert_eq!(parse(text), None, "{text}");
        }
    }
}

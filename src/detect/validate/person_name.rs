//! Whether a text may be a person's name: letters of a name, and no word of a firm, a house or a form.
//!
//! It knows no names: a header or a label must say that one is due. A surname alone says too little to be counted as somebody.

use std::sync::LazyLock;

use super::Validator;
use crate::detect::lexicon::is_of_two_letters;
use crate::detect::word_list::WordList;
use crate::model::LinkClass;

/// `person_name`
pub static PERSON_NAME: Validator = Validator {
    id: "person_name",
    about: "letters of a name and no word of a firm or a form; the value without spaces and honorifics",
    check: |shape, verdict| {
        let text = without_next_label(&verdict.value, shape.after);
        let Some((name, is_full)) = parse(text) else { return false };
        if !is_full {
            verdict.class = Some(LinkClass::None);
        }
        verdict.value = name;
        true
    },
};

/// Longest name, in characters.
const LONGEST: usize = 24;

static NO_PERSON: LazyLock<WordList> = LazyLock::new(|| WordList::new(NOT_PERSONS));

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
    "酒造",
    "楽器",
    "運送",
    "陸運",
    "物流",
    "倉庫",
    "工場",
    "工務",
    "工房",
    "工芸",
    "木工",
    "鉄工",
    "電工",
    "電設",
    "設備",
    "設計",
    "測量",
    "塗装",
    "建築",
    "住宅",
    "造園",
    "園芸",
    "農園",
    "農場",
    "水産",
    "畜産",
    "醸造",
    "青果",
    "鮮魚",
    "食堂",
    "書房",
    "印刷",
    "出版",
    "広告",
    "企画",
    "企業",
    "興業",
    "興産",
    "開発",
    "観光",
    "旅行",
    "航空",
    "鉄道",
    "化学",
    "化成",
    "金属",
    "機械",
    "精機",
    "技研",
    "研究",
    "情報",
    "通信",
    "放送",
    "証券",
    "保険",
    "会計",
    "税理",
    "法律",
    "弁護",
    "歯科",
    "内科",
    "眼科",
    "医科",
    "外科",
    "皮膚科",
    "クリニック",
    "美容",
    "理容",
    "写真",
    "時計",
    "眼鏡",
    "石油",
    "水道",
    "教室",
    "教会",
    "神社",
    "支社",
];

/// Letters that stand in no name, and in what firms and offices are called: 百貨店, 製菓, 営業課.
const NO_NAME_LETTERS: [char; 6] = ['店', '製', '課', '庁', '署', '株'];
/// What stands where a name would, as the whole value: たかなし and やまなし are names.
const NOBODY: [&str; 5] = ["なし", "無し", "特になし", "記載なし", "名前なし"];

/// Words of forms and programs in small letters.
const NOT_NAMES: [&str; 12] =
    ["null", "none", "name", "n/a", "nan", "test", "sample", "unknown", "admin", "root", "true", "false"];

/// Words that begin the label of the next field, where no mark tells it from the name.
const NEXT_LABELS: [&str; 26] = [
    "電話",
    "住所",
    "生年月日",
    "誕生日",
    "性別",
    "年齢",
    "年令",
    "郵便番号",
    "携帯",
    "連絡先",
    "メール",
    "フリガナ",
    "ふりがな",
    "会社",
    "所属",
    "部署",
    "職業",
    "役職",
    "勤務先",
    "会員番号",
    "会員",
    "顧客",
    "社員番号",
    "口座",
    "受付",
    "注文",
];

/// A value without the label of the field behind it: 山田太郎 of `氏名=山田太郎 電話=`.
fn without_next_label<'a>(value: &'a str, after: &str) -> &'a str {
    let (first, last) = value.rsplit_once(' ').map_or(("", value), |(first, last)| (first, last));
    let goes_on = after.trim_start_matches([' ', '(']).starts_with([':', '=']);
    let is_label = |word: &str| NEXT_LABELS.iter().any(|label| word.starts_with(label));
    if !first.is_empty() && (goes_on || is_label(last) || last == "印") {
        return first;
    }
    // 氏名:山田太郎電話:
    if goes_on {
        let label = NEXT_LABELS.iter().filter_map(|label| value.rfind(label)).min();
        return label.and_then(|at| value.get(..at)).unwrap_or(value);
    }
    value
}

/// The name without spaces, and whether it is a whole one.
pub(super) fn parse(text: &str) -> Option<(String, bool)> {
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
    // 山田太郎, 森鴎外, さくら 花子, 堤進; and 田中 alone, which may be anybody.
    let is_full = spaced || count >= 4 || (count == 3 && kanji >= 1) || is_of_two_letters(&name);
    Some((name, is_full))
}

/// Whether a text holds a word of a firm, a house or a form.
pub(super) fn is_no_person(text: &str) -> bool {
    NO_PERSON.stands_in(text) || text.contains(NO_NAME_LETTERS) || NOBODY.contains(&text.trim())
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
            ("堤進", "堤進", true),
            ("東京", "東京", false),
            ("ヤマダ タロウ", "ヤマダタロウ", true),
            ("Taro Yamada", "TaroYamada", true),
            ("ジョン・スミス", "ジョンスミス", true),
            ("たかなし はな", "たかなしはな", true),
            ("やまなし", "やまなし", true),
        ] {
            assert_eq!(parse(text), Some((name.to_owned(), is_full)), "{text}");
        }
    }

    #[test]
    fn the_label_of_the_next_field_is_no_part_of_a_name() {
        for (value, after, wanted) in [
            ("山田太郎 電話", "=090", "山田太郎"),
            ("山田太郎 生年月日", ":1980", "山田太郎"),
            ("山田太郎 備考", " : ", "山田太郎"),
            ("山田太郎 電話番号", " 090", "山田太郎"),
            ("山田太郎電話", ":090", "山田太郎"),
            ("山田 太郎", " 電話:", "山田 太郎"),
            ("山田 太郎", "", "山田 太郎"),
            ("山田太郎", "=", "山田太郎"),
            ("電話", "=", ""),
        ] {
            assert_eq!(without_next_label(value, after), wanted, "{value}{after}");
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
            "特になし",
            "高橋酒造",
            "松本楽器",
            "山口百貨店",
            "石川製菓",
            "",
            "テスト太郎",
            "null",
        ] {
            assert_eq!(parse(text), None, "{text}");
        }
    }
}

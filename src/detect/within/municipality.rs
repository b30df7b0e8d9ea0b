//! Addresses that begin with a municipality, with or without its prefecture: 横浜市中区本町1-2-3, 四日市市諏訪町1番5号.
//!
//! Every such address has a number of a house, and numbers are rare: so the search begins there, and goes back to the municipality.
//! What lies between must look like a town; a list of all 120,000 of them would age faster than this.

use std::ops::Range;
use std::sync::LazyLock;

use aho_corasick::packed::{self, Searcher};
use memchr::memmem;

use super::number::{HouseNumber, NO_NUMBER, house_number, joined_kanji, kanji_numeral_before};
use super::{Finder, is_han, is_hiragana};
use crate::detect::gazetteer::{ENDS, PREFECTURES, municipality};
use crate::detect::word_list::WordList;

/// `municipality`
pub(super) static MUNICIPALITY: Finder = Finder {
    id: "municipality",
    about: "a municipality of the list, a town and the number of a house; the prefecture too, if it stands there",
    find,
};

/// Characters from the municipality to the number.
const REACH: usize = 48;
/// Characters of a part behind 丁目.
const PART: usize = 6;
/// Bytes in which a number of a house ends.
const NUMBER_BYTES: usize = 96;

/// Finds what municipalities end in with vector instructions, where the machine has them: most text ends here.
static SEARCH: LazyLock<Option<Searcher>> =
    LazyLock::new(|| packed::Config::new().builder().extend(ENDS.map(String::from)).build());

fn find(text: &str, into: &mut Vec<Range<usize>>) {
    if text.is_ascii() || SEARCH.as_ref().is_some_and(|search| search.find(text).is_none()) {
        return;
    }
    let mut done = 0;
    for at in numbers(text) {
        if at < done {
            continue;
        }
        if let Some(part) = address(text, done, at) {
            done = part.end;
            into.push(part);
        }
    }
}

/// Where a number may begin that has a Japanese letter before it.
fn numbers(text: &str) -> Vec<usize> {
    let bytes = text.as_bytes();
    let is_letter = |at: Option<usize>| at.and_then(|at| bytes.get(at)).is_some_and(|byte| !byte.is_ascii());
    let space = |at: usize| at.checked_sub(1).filter(|before| bytes.get(*before) == Some(&b' ')).unwrap_or(at);
    let begins = |&at: &usize| bytes.get(at).is_some_and(u8::is_ascii_digit) && is_letter(space(at).checked_sub(1));
    let mut all: Vec<usize> = (1..bytes.len()).filter(begins).collect();
    let digits = all.len();
    for mark in ["丁目", "番", "地割"] {
        let marks = memmem::find_iter(bytes, mark);
        all.extend(marks.filter_map(|at| kanji_numeral_before(text.get(..at)?)));
    }
    for dash in ["-", "－", "−", "‐"] {
        let dashes = memmem::find_iter(bytes, dash).filter(|at| text.get(*at..).and_then(joined_kanji).is_some());
        all.extend(dashes.filter_map(|at| kanji_numeral_before(text.get(..at)?)));
    }
    all.extend(memmem::find_iter(bytes, NO_NUMBER));
    if all.len() > digits {
        all.sort_unstable();
        all.dedup();
    }
    all
}

/// The address whose number begins there, if it begins after `from`.
fn address(text: &str, from: usize, at: usize) -> Option<Range<usize>> {
    let before = text.get(from..at)?;
    let reach = before.char_indices().rev().take(REACH).take_while(|(_, c)| is_of_address(*c));
    let reach = from + reach.last()?.0;
    let head = text.get(reach..at)?;
    if !head.contains(ENDS) {
        return None;
    }
    let found = head.char_indices().find_map(|(start, _)| Some((start, municipality(head.get(start..)?)?)));
    let (start, len) = found.map(|(start, found)| (reach + start, found.len))?;
    let before = text.get(..start)?;
    let prefecture = prefecture_before(before);
    if prefecture.is_none() && is_inside_a_word(before, len) {
        return None;
    }
    let window =
        text.get(at..(at..=text.len().min(at + NUMBER_BYTES)).rev().find(|end| text.is_char_boundary(*end))?)?;
    let number = house_number(window)?;
    let end = at + number.len + part_behind(text, at, number).unwrap_or(0);
    let is_alone = start == 0 && end == text.len();
    let town = text.get(start + len..at)?;
    // 第4地割8番地3
    let is_lot = window.get(..number.len)?.contains("地割");
    let town = town.strip_suffix('第').filter(|_| is_lot).unwrap_or(town);
    is_town(town, number, is_alone).then_some(prefecture.unwrap_or(start)..end)
}

/// Behind 四丁目 may stand one more part and the house: 四丁目渡辺3号, 四丁目小松町73番地.
fn part_behind(text: &str, at: usize, number: HouseNumber) -> Option<usize> {
    let rest = text.get(at..)?.get(number.len..)?;
    if number.count > 1 || !text.get(at..at + number.len)?.ends_with("丁目") {
        return None;
    }
    let letters = rest.char_indices().take(PART + 1).take_while(|(_, c)| is_han(*c));
    let ends = letters.skip(1).map(|(at, c)| at + c.len_utf8());
    let mut houses = ends.filter_map(|end| {
        let house = house_number(rest.get(end..)?)?;
        let is_house = house.is_marked || house.count > 1;
        let is_part = !rest.get(..end).is_some_and(|part| OTHERS.stands_in(part));
        (is_house && is_part && !house.is_month).then_some(end + house.len)
    });
    houses.next()
}

fn is_of_address(c: char) -> bool {
    is_han(c) || is_hiragana(c) || matches!(c, 'ァ'..='ヺ' | 'ー' | ' ' | '\u{3000}')
}

/// Where a prefecture that ends a text begins.
fn prefecture_before(text: &str) -> Option<usize> {
    let text = text.trim_end_matches([' ', '\u{3000}']);
    PREFECTURES.iter().find_map(|name| text.strip_suffix(name)).map(str::len)
}

/// Words that stand right before an address.
const LABELS: [&str; 8] = ["住所", "所在地", "自宅", "本籍", "本籍地", "居所", "転居先", "勤務先"];

/// 津市 in 天津市 is no municipality; 横浜市 behind any word is one.
fn is_inside_a_word(before: &str, len: usize) -> bool {
    let goes_on = before.chars().next_back().is_some_and(is_han);
    goes_on && len <= 2 * 3 && !LABELS.iter().any(|label| before.ends_with(label))
}

/// Whether this may stand between a municipality and a number: the names of a town and its parts.
fn is_town(between: &str, number: HouseNumber, is_alone: bool) -> bool {
    let is_apart = between.ends_with([' ', '\u{3000}']);
    let town = between.trim_matches([' ', '\u{3000}']);
    let is_plain = number.count == 1 && !number.is_marked;
    if town.is_empty() {
        // 千代田区3-2-1 is one; 府中市 2-1 is a score.
        return !is_apart && (number.is_marked && number.count > 1 || number.count > 2);
    }
    // 大字池田1234, 寺町通御池上る488: a part or a street says that a house follows.
    let has_part =
        town.contains('字') || ["上る", "上ル", "下る", "下ル", "東入", "西入"].iter().any(|way| town.contains(way));
    if (is_plain || number.is_month) && !has_part && !is_alone {
        return false;
    }
    // 横浜市内, 横浜市長, 横浜市中区本町店.
    if town == "内"
        || town.ends_with(['店', '校'])
        || town.ends_with('駅') && !number.is_marked
        || ["長選", "長室", "長の", "内の", "外の"].iter().any(|word| town.starts_with(word))
    {
        return false;
    }
    !holds_particle(town) && !OTHERS.stands_in(town)
}

static OTHERS: LazyLock<WordList> = LazyLock::new(|| WordList::new(OTHER_WORDS));

/// Words of what is no town: offices, firms, matches, counts.
const OTHER_WORDS: &[&str] = &[
    "人口",
    "長選",
    "議会",
    "議員",
    "市議",
    "区議",
    "役所",
    "役場",
    "市立",
    "区立",
    "町立",
    "村立",
    "県立",
    "立図",
    "立中",
    "立小",
    "立高",
    "立大",
    "立病",
    "立第",
    "立総",
    "立体",
    "立美",
    "立博",
    "学校",
    "大学",
    "高校",
    "球場",
    "選手",
    "大会",
    "優勝",
    "準決",
    "決勝",
    "予選",
    "得点",
    "勝利",
    "株式",
    "会社",
    "銀行",
    "支店",
    "本店",
    "支社",
    "本社",
    "店舗",
    "営業",
    "工場",
    "電話",
    "西暦",
    "合計",
    "人数",
    "世帯",
    "部会",
    "年度",
    "今年",
    "昨年",
    "毎年",
    "平均",
    "面積",
    "地区計",
    "条例",
    "規則",
    "民税",
    "税",
    "図書",
    "出身",
    "在住",
    "全域",
    "管内",
    "会議室",
    "会場",
    "開催",
    "時点",
    "対応",
    "第",
    "約",
    "計画",
    "チーム",
    "リーグ",
    "バス",
    "ライン",
    "リスト",
    "コード",
    "番号",
    "号線",
    "ページ",
    "バージョン",
    "サイト",
    "サーバ",
    "から",
    "まで",
    "です",
    "ます",
    "という",
    "による",
    "および",
    "または",
    "それぞれ",
];

/// Particles and endings of a sentence between a municipality and a number: 横浜市は, 渋谷区の店で. Names hold some of these too: in
/// はりまや町 and みなとみらい they stand inside a word of kana.
fn holds_particle(town: &str) -> bool {
    let mut last = None;
    let mut letters = town.chars().peekable();
    while let Some(c) = letters.next() {
        let next = letters.peek().copied();
        let (opens, closes) = (!last.is_some_and(is_hiragana), !next.is_some_and(is_hiragana));
        let is_particle = match c {
            'を' | 'へ' => true,
            'は' | 'で' | 'と' | 'に' | 'も' => opens && (closes || last.is_some()),
            // 丸の内 and 旭が丘, but not 横浜市の本町.
            'の' | 'が' => last.is_none() && closes,
            'た' => !opens && closes,
            _ => false,
        };
        if is_particle {
            return true;
        }
        last = Some(c);
    }
    false
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parts(text: &str) -> Vec<&str> {
        let mut found = Vec::new();
        find(text, &mut found);
        found.into_iter().map(|part| &text[part]).collect()
    }

    #[test]
    fn addresses_without_their_prefecture() {
        for address in [
            "横浜市中区本町1-2-3",
            "横浜市 中区 本町 1-2-3",
            "四日市市諏訪町1番5号",
            "札幌市中央区北1条西2丁目",
            "札幌市中央区北一条西2丁目",
            "余市郡余市町黒川町5-1",
            "余市町黒川町5-1",
            "千代田区丸の内三丁目四番地",
            "京都市中京区寺町通御池上る上本能寺前町488番地",
            "高知市はりまや町1-5-1",
            "横浜市西区みなとみらい2-2-1",
            "浦安市舞浜1番地",
            "久慈郡大子町大字池田1234",
            "千代田区1丁目2-3",
            "横浜市中区本町三-十八-一",
            "岩手県九戸郡野田村大字野田第4地割8番地3",
            "野田村大字野田第四地割八番地三",
            "小笠原村父島字西町無番地",
            "大阪市中央区久太郎町四丁目渡辺3号",
            "京都市東山区大和大路通四条下る四丁目小松町73番地",
            "七尾市袖ケ江町イ5番地",
            "名古屋市中村区名駅3丁目7番地15",
            "京都市下京区四条通烏丸東入長刀鉾町39",
            "東京都千代田区丸の内1-2-3",
        ] {
            for (before, after) in [("", ""), ("住所は", "です"), ("(", ")"), ("本社:", " 電話 1"), ("住所", "、2階")]
            {
                assert_eq!(parts(&format!("{before}{address}{after}")), [address], "{before}{address}{after}");
            }
        }
    }

    #[test]
    fn a_plain_number_is_a_house_only_where_nothing_else_stands() {
        assert_eq!(parts("横浜市中区本町5"), ["横浜市中区本町5"]);
        assert_eq!(parts("横浜市中区本町5 ほか"), Vec::<&str>::new());
    }

    #[test]
    fn two_addresses_are_two() {
        assert_eq!(parts("横浜市中区本町1-2-3と四日市市諏訪町1番5号"), ["横浜市中区本町1-2-3", "四日市市諏訪町1番5号"]);
    }

    #[test]
    fn what_is_no_address() {
        for text in [
            "横浜市の人口は370万人",
            "千代田区 3月",
            "府中市 2-1で勝利",
            "府中市立第一中学校 2-1",
            "天津市南京路1-2-3",
            "渋谷区の店で2-3回",
            "横浜市営バス 12-3系統",
            "港区議会議員選挙 2-1",
            "横浜市中区2026-11",
            "横浜市中区本町支店 1-2",
            "新宿区 2026年11月",
            "広島市 3-2 大阪市",
            "架空市本町1-2-3",
            "本町1-2-3",
            "Yokohama 1-2-3",
            "区1",
            "市丁目番",
            "横浜市の一番-二番",
            "府中市 二-一で勝利",
            "名古屋市名古屋駅 1-2",
            "横浜市中区の第4部",
            "千葉市無番地",
        ] {
            assert_eq!(parts(text), Vec::<&str>::new(), "{text}");
        }
    }
}

//! The number of a house: `1-2-3`, `1番5号`, `北1条西2丁目`, `三丁目四番地`, `1234番地の5`.

/// The number that stands at the beginning of a text.
#[derive(Debug, Default, Clone, Copy, PartialEq, Eq)]
pub(super) struct HouseNumber {
    /// Its bytes.
    pub(super) len: usize,
    /// Numbers in it, those of 条 and 線 left out.
    pub(super) count: usize,
    /// Whether 丁目, 番地, 番 or 号 stands in it.
    pub(super) is_marked: bool,
    /// Whether it could be a year and a month.
    pub(super) is_month: bool,
}

const KANJI_DIGITS: &str = "〇一二三四五六七八九十百";
/// Signs behind a number, the longer before those that they begin with.
const MARKS: [&str; 5] = ["丁目", "番地", "地割", "番", "号"];
/// A house that has no number.
pub(super) const NO_NUMBER: &str = "無番地";
/// More numbers than this are a list.
const MOST: usize = 6;
/// What makes a number a count, a time or a rank.
const COUNTED: &str = "年月日時分秒人名円万億千件個本台回位点歳才戸校線目割倍度代世帯泊票着勝敗対戦週番級組枚冊社箇カヵヶか条項章節頁.%％:/〜~";
/// What makes 5番 or 3号 something else than a house, where it is the only number.
const ORDINAL: &str = "目線人店機館車室棟街艦町丁耕組";

/// The house number with which a text begins; none where it is a count, or a part of something longer.
pub(super) fn house_number(text: &str) -> Option<HouseNumber> {
    if text.starts_with(NO_NUMBER) {
        return Some(HouseNumber { len: NO_NUMBER.len(), count: 1, is_marked: true, is_month: false });
    }
    let (mut found, mut at) = (HouseNumber::default(), 0);
    let mut first = 0;
    while found.count <= MOST {
        let Some((len, is_kanji)) = numeral(text.get(at..)?) else { break };
        let behind = text.get(at + len..)?;
        if let Some(way) = direction(behind).filter(|_| !found.is_marked) {
            at += len + way;
            continue;
        }
        let mark = MARKS.iter().find(|mark| behind.trim_start_matches(' ').starts_with(**mark));
        if is_kanji && mark.is_none() && found.count == 0 && joined_kanji(behind).is_none() {
            return None;
        }
        let value = text.get(at..at + len)?.parse::<u32>().unwrap_or(0);
        found.is_month |= found.count == 1 && (1900..2100).contains(&first) && value <= 12;
        first = if found.count == 0 { value } else { first };
        found.count += 1;
        at += len + mark.map_or(0, |mark| mark.len() + spaces(behind));
        found.is_marked |= mark.is_some();
        found.len = at;
        match joint(text.get(at..)?, mark.is_some()) {
            Some(joint) => at += joint,
            None => break,
        }
    }
    let after = text.get(found.len..)?.chars().next();
    let marked_last = text.get(..found.len)?.ends_with(['目', '地', '番', '号', '割']);
    let goes_on = |c: char| match (marked_last, found.count) {
        (true, 1) => ORDINAL.contains(c),
        (true, _) => c == '目',
        (false, _) => COUNTED.contains(c) || c.is_ascii_alphanumeric() || matches!(c, '-' | '@' | '_'),
    };
    (found.count > 0 && found.count <= MOST && !after.is_some_and(goes_on)).then_some(found)
}

/// Bytes of the numeral at the beginning, and whether it is one of kanji.
fn numeral(text: &str) -> Option<(usize, bool)> {
    let ascii = text.bytes().take_while(u8::is_ascii_digit).count();
    if ascii > 0 {
        return (ascii <= 5).then_some((ascii, false));
    }
    let kanji = text.chars().take_while(|c| KANJI_DIGITS.contains(*c)).count();
    // All of them have three bytes.
    (1..=5).contains(&kanji).then_some((kanji * 3, true))
}

/// 条 and 線 of Hokkaido, and where from them: `1条西`.
fn direction(text: &str) -> Option<usize> {
    let rest = text.strip_prefix(['条', '線'])?;
    let way = rest.chars().next().filter(|c| "東西南北".contains(*c)).map_or(0, char::len_utf8);
    Some(3 + way).filter(|_| numeral(rest.get(way..).unwrap_or("")).is_some())
}

fn spaces(text: &str) -> usize {
    text.len() - text.trim_start_matches(' ').len()
}

/// What stands between two numbers of one house; after a sign also nothing.
fn joint(text: &str, is_marked: bool) -> Option<usize> {
    let rest = text.strip_prefix(' ').unwrap_or(text);
    let joined = rest.strip_prefix(['-', 'の', 'ノ', '之']);
    let bare = if is_marked { Some(rest) } else { None };
    let next = joined.map(|rest| rest.strip_prefix(' ').unwrap_or(rest)).or(bare)?;
    numeral(next).map(|_| text.len() - next.len())
}

/// What goes on with a dash and another numeral of kanji: 三-十八.
pub(super) fn joined_kanji(text: &str) -> Option<&str> {
    let rest = text.strip_prefix(['-', '－', '−', '‐'])?;
    rest.starts_with(|c: char| KANJI_DIGITS.contains(c)).then_some(rest)
}

/// Whether a numeral of kanji ends a text, and where it begins.
pub(super) fn kanji_numeral_before(text: &str) -> Option<usize> {
    let start = text.trim_end_matches(|c: char| KANJI_DIGITS.contains(c)).len();
    (start < text.len()).then_some(start)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn number(text: &str) -> Option<&str> {
        house_number(text).map(|found| &text[..found.len])
    }

    #[test]
    fn numbers_of_houses() {
        for (text, wanted) in [
            ("1-2-3です", "1-2-3"),
            ("1番5号", "1番5号"),
            ("1条西2丁目", "1条西2丁目"),
            ("三丁目四番地に住む", "三丁目四番地"),
            ("1丁目2番3号", "1丁目2番3号"),
            ("1丁目 2-3", "1丁目 2-3"),
            ("1234番地の5", "1234番地の5"),
            ("5の7 コーポ", "5の7"),
            ("1-2-3の山田さん", "1-2-3"),
            ("十二番地", "十二番地"),
            ("488", "488"),
            ("三-十八-一", "三-十八-一"),
            ("4地割8番地3", "4地割8番地3"),
            ("四地割八番地三", "四地割八番地三"),
            ("無番地", "無番地"),
        ] {
            assert_eq!(number(text), Some(wanted), "{text}");
        }
    }

    #[test]
    fn counts_and_ranks_are_none() {
        for text in [
            "370万人",
            "3月",
            "1番人気",
            "3号室",
            "2番目",
            "一つ",
            "三人",
            "123456",
            "3.5",
            "1-2-3-4-5-6-7-8",
            "",
            "12:30",
        ] {
            assert_eq!(number(text), None, "{text}");
        }
        assert!(house_number("2026-11").is_some_and(|found| found.is_month));
        assert!(house_number("2026-113").is_some_and(|found| !found.is_month));
    }
}

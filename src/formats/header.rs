//! The header of a table: which of its first rows holds the words that name the columns.

use std::collections::BTreeSet;

use crate::text::fold;

/// The header of a table.
pub(super) struct Header {
    /// Its row, from 1.
    pub(super) row: u64,
    /// The word of each column; empty where it has none.
    pub(super) names: Vec<String>,
}

/// The header stands in one of the first rows; titles and dates may stand above it.
pub(super) const HEADER_ROWS: usize = 10;
const HEADER_CHARS: usize = 40;

/// Words that only headers are made of. Japanese ones may be part of a longer word; the others must be all of it.
const HEADER_PARTS: [&str; 40] = [
    "氏名",
    "名前",
    "住所",
    "電話",
    "携帯",
    "メール",
    "郵便",
    "生年",
    "性別",
    "番号",
    "カナ",
    "かな",
    "フリガナ",
    "ふりがな",
    "会社",
    "会員",
    "コード",
    "日付",
    "日時",
    "年齢",
    "備考",
    "職業",
    "部署",
    "所属",
    "役職",
    "都道府県",
    "市区町村",
    "口座",
    "支店",
    "銀行",
    "パスワード",
    "アドレス",
    "品名",
    "商品",
    "金額",
    "単価",
    "数量",
    "件数",
    "区分",
    "種別",
];
const HEADER_WORDS: [&str; 31] = [
    "id",
    "no",
    "no.",
    "name",
    "full name",
    "first name",
    "last name",
    "first_name",
    "last_name",
    "mail",
    "email",
    "e-mail",
    "tel",
    "phone",
    "mobile",
    "fax",
    "address",
    "zip",
    "postal code",
    "postcode",
    "city",
    "country",
    "date",
    "birthday",
    "dob",
    "gender",
    "sex",
    "age",
    "password",
    "user",
    "username",
];

/// Words that say nothing alone, and much in pairs: a surname and a given name in columns of their own.
const NAME_PAIR: [&str; 12] =
    ["姓", "名", "氏", "セイ", "メイ", "せい", "めい", "sei", "mei", "surname", "given name", "given_name"];

/// Words of the second line of a header, below a word of the first that spans them.
const SUB_WORDS: [&str; 18] = [
    "姓",
    "名",
    "氏",
    "セイ",
    "メイ",
    "せい",
    "めい",
    "漢字",
    "年",
    "月",
    "日",
    "自宅",
    "勤務先",
    "ローマ字",
    "tel",
    "first",
    "last",
    "middle",
];
/// What a spanning word says of those below it, and they do not say themselves: whose it is, or how it is written.
const TELLING: [&str; 20] = [
    "会社",
    "企業",
    "法人",
    "勤務先",
    "店舗",
    "商品",
    "銀行",
    "学校",
    "施設",
    "事業所",
    "代表",
    "カナ",
    "かな",
    "フリガナ",
    "ふりがな",
    "ヨミ",
    "よみ",
    "ローマ",
    "company",
    "office",
];

/// Finds the header among the first rows of a table (their numbers from 1, and their cells), most of which have so many `columns`.
pub(super) fn find_header(table: &[(u64, Vec<String>)], columns: usize) -> Option<Header> {
    (0..table.len().min(HEADER_ROWS))
        .find_map(|index| two_lines(table, index, columns).or_else(|| one_line(table, index, columns)))
}

fn one_line(table: &[(u64, Vec<String>)], index: usize, columns: usize) -> Option<Header> {
    let (row, cells) = table.get(index)?;
    let words: Vec<&String> = cells.iter().filter(|cell| !cell.is_empty()).collect();
    let distinct: BTreeSet<&String> = words.iter().copied().collect();
    let full = !words.is_empty() && words.len() * 10 >= columns * 6 && distinct.len() * 10 >= words.len() * 8;
    if !full || !words.iter().all(|cell| is_wordy(cell)) {
        return None;
    }
    let below = table.get(index + 1..).unwrap_or_default();
    let of_pair = words.iter().filter(|cell| is_one_of(&NAME_PAIR, cell)).count();
    let known = words.iter().filter(|cell| is_header_word(cell)).count() + if of_pair > 1 { of_pair } else { 0 };
    let enough = known * 3 >= words.len() || (known > 0 && words.len() == cells.len());
    (enough || has_value_column(below, cells)).then(|| Header { row: *row, names: cells.clone() })
}

/// A header of two lines: words of the first stand above several of the second (its cells are merged), or alone above the values.
fn two_lines(table: &[(u64, Vec<String>)], index: usize, columns: usize) -> Option<Header> {
    let ((row, upper), (next, lower)) = (table.get(index)?, table.get(index + 1)?);
    let words = |cells: &[String]| cells.iter().filter(|cell| !cell.is_empty()).cloned().collect::<Vec<_>>();
    let (over, under) = (words(upper), words(lower));
    // One word above all is a title.
    if *next != row.checked_add(1)?
        || over.len() < 2
        || under.len() < 2
        || !over.iter().chain(&under).all(|word| is_wordy(word))
    {
        return None;
    }
    let known = under.iter().filter(|word| is_header_word(word) || is_sub_word(word)).count();
    let cell = |cells: &[String], at: usize| cells.get(at).cloned().unwrap_or_default();
    let (mut names, mut span, mut spans) = (Vec::new(), String::new(), false);
    for at in 0..upper.len().max(lower.len()) {
        let (above, below) = (cell(upper, at), cell(lower, at));
        if !above.is_empty() || below.is_empty() {
            span = above;
        } else {
            spans |= !span.is_empty();
        }
        names.push(joined(&span, &below));
        if below.is_empty() {
            span.clear();
        }
    }
    let filled = names.iter().filter(|name| !name.is_empty()).count();
    (spans && known * 2 >= under.len() && filled * 10 >= columns * 6).then_some(Header { row: *next, names })
}

/// The name of a column below a spanning word: the rules know most words alone.
fn joined(span: &str, below: &str) -> String {
    let is_telling = || TELLING.iter().any(|word| span.to_lowercase().contains(word));
    let is_alone = |word: &str| (is_header_word(word) || ["姓", "名"].contains(&word)) && !is_telling();
    match (span, below) {
        ("", word) | (word, "") => word.to_owned(),
        (_, word) if is_alone(word) => word.to_owned(),
        (span, word) => format!("{span} {word}"),
    }
}

fn is_sub_word(cell: &str) -> bool {
    is_one_of(&SUB_WORDS, cell)
}

fn is_one_of(words: &[&str], cell: &str) -> bool {
    words.contains(&fold(cell).as_str().trim().to_lowercase().as_str())
}

/// Whether a row further down begins another table: most of its cells are words that only headers are made of. Behind an empty line or
/// a title less is enough.
pub(super) fn begins_another(cells: &[&str], behind_gap: bool) -> bool {
    // Most rows are values, and are let go here.
    if cells.len() < 2
        || cells.iter().any(|cell| cell.len() > 4 * HEADER_CHARS || cell.contains('@'))
        || !cells.iter().all(|cell| is_wordy(cell))
    {
        return false;
    }
    let known = cells.iter().filter(|cell| is_header_word(cell)).count();
    let distinct: BTreeSet<&&str> = cells.iter().collect();
    let enough = if behind_gap { known * 2 >= cells.len() } else { known > 2 && known * 3 >= cells.len() * 2 };
    enough && distinct.len() == cells.len()
}

/// Whether under some word of the header stand values.
fn has_value_column(below: &[(u64, Vec<String>)], header: &[String]) -> bool {
    below.len() > 1
        && (0..header.len()).any(|column| {
            let cells: Vec<&String> =
                below.iter().filter_map(|(_, row)| row.get(column)).filter(|c| !c.is_empty()).collect();
            let values = cells.iter().filter(|cell| !is_wordy(cell)).count();
            values > 1 && values * 10 >= cells.len() * 8 && header.get(column).is_some_and(|word| !word.is_empty())
        })
}

/// A word or two, not a value: few digits, no address sign. 〒 is a word, though no letter.
fn is_wordy(cell: &str) -> bool {
    let folded = fold(cell);
    let text = folded.as_str();
    let (chars, digits) = text.chars().fold((0, 0), |(n, d), c| (n + 1, d + usize::from(c.is_ascii_digit())));
    let is_worded = text.chars().any(|c| c.is_alphabetic() || c == '〒');
    chars <= HEADER_CHARS && digits * 10 <= chars * 4 && !text.contains('@') && is_worded
}

fn is_header_word(cell: &str) -> bool {
    let text = fold(cell).as_str().trim().to_lowercase();
    HEADER_WORDS.contains(&text.as_str())
        || (text.chars().count() <= 16 && HEADER_PARTS.iter().any(|part| text.contains(part)))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn names(rows: &[&str]) -> Option<(u64, String)> {
        let rows: Vec<(u64, Vec<String>)> =
            (1..).zip(rows).map(|(n, row)| (n, row.split(',').map(|cell| cell.trim().to_owned()).collect())).collect();
        let columns = rows.iter().map(|(_, cells)| cells.len()).max().unwrap_or(0);
        find_header(&rows, columns).map(|header| (header.row, header.names.join(",")))
    }

    const VALUES: &str = "山田,太郎,ヤマダ,090-1234-5601,a@example.jp";

    #[test]
    fn two_lines_of_which_one_spans_the_other() {
        for (upper, lower, want) in [
            ("氏名,,フリガナ,連絡先,", "姓,名,,電話,メール", "姓,名,フリガナ,電話,メール"),
            ("お客様,,,連絡先,", "姓,名,カナ,自宅電話,会社電話", "姓,名,カナ,自宅電話,会社電話"),
            ("氏名,,フリガナ,勤務先,", "姓,名,,電話,メール", "姓,名,フリガナ,勤務先 電話,勤務先 メール"),
            ("会員,フリガナ,,連絡先,", "氏名,姓,名,電話,メール", "氏名,フリガナ 姓,フリガナ 名,電話,メール"),
            ("生年月日,,,氏名,電話", "年,月,日,,", "生年月日 年,生年月日 月,生年月日 日,氏名,電話"),
        ] {
            assert_eq!(
                names(&["会員名簿,,,,", "", upper, lower, VALUES, VALUES]),
                Some((4, want.to_owned())),
                "{upper}"
            );
        }
    }

    #[test]
    fn one_line_stays_one() {
        let header = "氏名,名,カナ,電話,メール";
        for rows in [
            [header, VALUES, VALUES],
            // A title above, without a line between.
            ["会員名簿,,,,", header, VALUES],
            [header, "山田,太郎,なし,なし,なし", VALUES],
            ["会員名簿,,,,10月", header, VALUES],
        ] {
            let (row, found) = names(&rows).unwrap();
            assert!(found == header || found.ends_with(",名,カナ,電話,メール"), "{found}");
            assert!(row <= 2);
        }
        assert_eq!(names(&[VALUES, VALUES, VALUES]), None);
    }

    #[test]
    fn surname_and_given_name_alone_are_a_header() {
        for header in ["姓,名", "セイ,メイ", "姓,名,セイ,メイ", "surname,given_name"] {
            let row = header.split(',').map(|_| "山田").collect::<Vec<_>>().join(",");
            assert_eq!(names(&[header, &row, &row]), Some((1, header.to_owned())));
        }
        assert_eq!(names(&["名,品", "山田,太郎", "佐藤,花子"]), None);
    }

    #[test]
    fn another_table_further_down() {
        assert!(begins_another(&["氏名", "電話番号"], true));
        assert!(!begins_another(&["氏名", "電話番号"], false));
        assert!(begins_another(&["氏名", "電話番号", "住所"], false));
        assert!(!begins_another(&["山田 太郎", "会員", "なし"], true));
        assert!(!begins_another(&["氏名", "a@example.jp"], true));
        assert!(!begins_another(&["氏名"], true));
    }
}

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

/// Finds the header among the first rows of a table (their numbers from 1, and their cells), most of which have so many `columns`.
pub(super) fn find_header(table: &[(u64, Vec<String>)], columns: usize) -> Option<Header> {
    for (index, (row, cells)) in table.iter().enumerate().take(HEADER_ROWS) {
        let words: Vec<&String> = cells.iter().filter(|cell| !cell.is_empty()).collect();
        let distinct: BTreeSet<&String> = words.iter().copied().collect();
        let full = !words.is_empty() && words.len() * 10 >= columns * 6 && distinct.len() * 10 >= words.len() * 8;
        if !full || !words.iter().all(|cell| is_wordy(cell)) {
            continue;
        }
        let below = table.get(index + 1..).unwrap_or_default();
        let known = words.iter().filter(|cell| is_header_word(cell)).count();
        let enough = known * 3 >= words.len() || (known > 0 && words.len() == cells.len());
        if enough || has_value_column(below, cells) {
            return Some(Header { row: *row, names: cells.clone() });
        }
    }
    None
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

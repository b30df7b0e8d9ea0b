//! Whether a text may be a postal address of Japan, and whether it is whole enough to be somebody's home.
//!
//! Prefectures are a closed list; towns are known by what they end in (市 区 町 村 郡). A whole address has a number in it: only such
//! a one may link people who live together, for "Tokyo" is the home of millions.

use super::Validator;
use crate::model::LinkClass;

/// `address_jp`
pub static ADDRESS_JP: Validator = Validator {
    id: "address_jp",
    about: "a prefecture or a town; without a house number it links nobody",
    check: |_, verdict| {
        let Some((address, is_whole)) = parse(&verdict.value) else { return false };
        if !is_whole {
            verdict.class = Some(LinkClass::None);
        }
        verdict.value = address;
        true
    },
};

/// The prefectures (JIS X 0401), in order.
const PREFECTURES: [&str; 47] = [
    "北海道",
    "青森県",
    "岩手県",
    "宮城県",
    "秋田県",
    "山形県",
    "福島県",
    "茨城県",
    "栃木県",
    "群馬県",
    "埼玉県",
    "千葉県",
    "東京都",
    "神奈川県",
    "新潟県",
    "富山県",
    "石川県",
    "福井県",
    "山梨県",
    "長野県",
    "岐阜県",
    "静岡県",
    "愛知県",
    "三重県",
    "滋賀県",
    "京都府",
    "大阪府",
    "兵庫県",
    "奈良県",
    "和歌山県",
    "鳥取県",
    "島根県",
    "岡山県",
    "広島県",
    "山口県",
    "徳島県",
    "香川県",
    "愛媛県",
    "高知県",
    "福岡県",
    "佐賀県",
    "長崎県",
    "熊本県",
    "大分県",
    "宮崎県",
    "鹿児島県",
    "沖縄県",
];

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
    let has_number =
        rest.chars().any(|c| c.is_ascii_digit() || "一二三四五六七八九十".contains(c) && rest.contains("丁目"));
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
    fn what_is_no_address() {
        for text in ["192.168.0.1", "a@example.jp", "https://example.jp/市", "同上", "", "市", "ホテル"] {
            assert_eq!(parse(text), None, "{text}");
        }
    }
}

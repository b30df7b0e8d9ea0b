//! The prefectures and municipalities of Japan, looked up where a text goes on (`rules/tables/municipalities_jp.txt`).
//!
//! The list ages: towns merge. So a name that it does not hold says nothing; one that it holds says where it is.

use std::collections::HashMap;
use std::sync::LazyLock;

use crate::rules::embed::table_lines;

/// The prefectures (JIS X 0401), in order.
pub(super) const PREFECTURES: [&str; 47] = [
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

/// What municipalities end in.
pub(super) const ENDS: [char; 4] = ['市', '区', '町', '村'];

/// A name with which a text begins.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Municipality {
    /// Bytes of its name.
    pub(super) len: usize,
    /// The prefectures that have one of this name, as bits in the order of [`PREFECTURES`].
    prefectures: u64,
}

impl Municipality {
    /// Whether one of this name lies in a prefecture.
    pub(super) fn is_in(&self, prefecture: &str) -> bool {
        let number = PREFECTURES.iter().position(|name| *name == prefecture);
        number.is_some_and(|number| self.prefectures >> number & 1 == 1)
    }
}

/// The longest municipality with which a text begins: `横浜市中区` before `横浜市`, `余市郡余市町` and `余市町`.
pub(super) fn municipality(text: &str) -> Option<Municipality> {
    let list = &*MUNICIPALITIES;
    let first = text.chars().next()?;
    if !list.begin_with(first) {
        return None;
    }
    let names = list.by_start.get(text.get(..START)?)?;
    let (name, prefectures) = names.iter().find(|(name, _)| text.starts_with(name.as_str()))?;
    Some(Municipality { len: name.len(), prefectures: *prefectures })
}

/// Bytes of the first two letters: no name has fewer (津市).
const START: usize = 6;

#[derive(Debug)]
struct Names {
    /// First letters, as bits, by the low bits of their numbers: nearly all text ends here.
    firsts: Vec<u64>,
    /// By the first two letters, the longest name first.
    by_start: HashMap<String, Vec<(String, u64)>>,
}

impl Names {
    fn begin_with(&self, first: char) -> bool {
        let (word, bit) = bit_of(first);
        self.firsts.get(word).is_some_and(|bits| bits >> bit & 1 == 1)
    }
}

fn bit_of(letter: char) -> (usize, u32) {
    let low = u32::from(letter) & 0xffff;
    ((low / 64) as usize, low % 64)
}

static MUNICIPALITIES: LazyLock<Names> = LazyLock::new(|| {
    let mut all: HashMap<String, u64> = HashMap::new();
    for line in table_lines("municipalities_jp.txt") {
        let mut parts = line.split('\t');
        let (Some(prefecture), Some(above), Some(name)) = (parts.next(), parts.next(), parts.next()) else { continue };
        let Some(number) = PREFECTURES.iter().position(|known| *known == prefecture) else { continue };
        for written in written(above, name) {
            *all.entry(written).or_default() |= 1 << number;
        }
    }
    let mut names = Names { firsts: vec![0; 1024], by_start: HashMap::new() };
    for (name, prefectures) in all {
        let (Some(first), Some(start)) = (name.chars().next(), name.get(..START)) else { continue };
        let (word, bit) = bit_of(first);
        names.firsts.get_mut(word).into_iter().for_each(|bits| *bits |= 1 << bit);
        names.by_start.entry(start.to_owned()).or_default().push((name, prefectures));
    }
    names.by_start.values_mut().for_each(|names| names.sort_by_key(|(name, _)| std::cmp::Reverse(name.len())));
    names
});

/// How people write it: with what stands above it; a town also without its county; the city of wards alone; 龍ケ崎 as 龍ヶ崎.
fn written(above: &str, name: &str) -> Vec<String> {
    let mut all = vec![format!("{above}{name}")];
    if above.ends_with('市') {
        all.push(above.to_owned());
    } else if !above.is_empty() {
        all.push(name.to_owned());
    }
    let other: Vec<String> = all.iter().map(|name| name.replace('ケ', "ヶ")).collect();
    all.extend(other);
    all
}

#[cfg(test)]
mod tests {
    use super::*;

    fn name(text: &str) -> Option<&str> {
        municipality(text).map(|found| &text[..found.len])
    }

    #[test]
    fn the_longest_name_is_found() {
        for (text, wanted) in [
            ("横浜市中区本町", "横浜市中区"),
            ("横浜市の人口", "横浜市"),
            ("四日市市諏訪町", "四日市市"),
            ("余市郡余市町黒川町", "余市郡余市町"),
            ("余市町黒川町", "余市町"),
            ("津市", "津市"),
            ("龍ヶ崎市", "龍ヶ崎市"),
            ("龍ケ崎市", "龍ケ崎市"),
        ] {
            assert_eq!(name(text), Some(wanted), "{text}");
        }
        for text in ["", "市", "中区", "架空市本町", "Yokohama", "横浜"] {
            assert_eq!(name(text), None, "{text}");
        }
    }

    #[test]
    fn a_name_knows_its_prefectures() {
        let at = |text: &str, prefecture: &str| municipality(text).is_some_and(|found| found.is_in(prefecture));
        assert!(at("府中市", "東京都") && at("府中市", "広島県") && !at("府中市", "大阪府"));
        assert!(at("横浜市", "神奈川県") && !at("横浜市", "東京都") && !at("横浜市", "架空県"));
    }

    #[test]
    fn the_table_is_whole() {
        let lines: Vec<&str> = table_lines("municipalities_jp.txt").collect();
        assert!(lines.len() > 1_800, "{}", lines.len());
        assert!(lines.windows(2).all(|pair| pair[0] < pair[1]), "sorted");
        for line in lines {
            let parts: Vec<&str> = line.split('\t').collect();
            assert!(parts.len() == 3 && PREFECTURES.contains(&parts[0]) && parts[2].ends_with(ENDS), "{line}");
        }
    }
}

//! One form for what is written in many ways: names, their readings, house numbers.

use unicode_normalization::UnicodeNormalization;

/// Letters of names that are written in an old or a personal form, and their usual one. Pairs that families keep apart as different names (斎, 斉, 齋, 齊) are not in
/// it. Source: the usual forms of 人名用漢字 and JIS X 0213; table of our own.
const OLD_FORMS: &[(char, char)] = &[
    ('髙', '高'),
    ('﨑', '崎'),
    ('嵜', '崎'),
    ('邊', '辺'),
    ('邉', '辺'),
    ('濵', '浜'),
    ('濱', '浜'),
    ('德', '徳'),
    ('廣', '広'),
    ('澤', '沢'),
    ('龍', '竜'),
    ('瀧', '滝'),
    ('櫻', '桜'),
    ('惠', '恵'),
    ('國', '国'),
    ('眞', '真'),
    ('榮', '栄'),
    ('嶋', '島'),
    ('嶌', '島'),
    ('條', '条'),
    ('實', '実'),
    ('學', '学'),
    ('關', '関'),
    ('齒', '歯'),
    ('鐵', '鉄'),
    ('藏', '蔵'),
    ('圓', '円'),
    ('會', '会'),
    ('寶', '宝'),
    ('壽', '寿'),
    ('彌', '弥'),
    ('禮', '礼'),
    ('靜', '静'),
    ('黑', '黒'),
    ('增', '増'),
    ('橫', '横'),
    ('淸', '清'),
    ('淨', '浄'),
    ('瀨', '瀬'),
    ('緖', '緒'),
    ('綠', '緑'),
    ('淵', '渕'),
    ('渊', '渕'),
    ('𠮷', '吉'),
    ('曾', '曽'),
    ('萬', '万'),
    ('與', '与'),
    ('豐', '豊'),
    ('薗', '園'),
    ('冨', '富'),
    ('峯', '峰'),
    ('舘', '館'),
    ('來', '来'),
    ('桒', '桑'),
    ('棧', '桟'),
    ('繩', '縄'),
    ('晧', '皓'),
];

/// A name in the form in which it is compared: NFKC, without spaces and points, usual forms of letters, Latin letters small.
pub fn name(written: &str) -> String {
    let usual = |letter: char| OLD_FORMS.iter().find(|(old, _)| *old == letter).map_or(letter, |(_, usual)| *usual);
    let letters = written.nfkc().filter(|letter| !letter.is_whitespace() && !matches!(letter, '・' | '.' | ',' | '-'));
    letters.map(usual).flat_map(char::to_lowercase).collect()
}

/// A reading in the form in which it is compared: katakana, without long marks, ヂ and ヅ as they sound, small letters large (old forms print ﾔﾏｻｷ ﾘﾖｳﾀ).
pub fn kana(written: &str) -> String {
    written.nfkc().filter_map(sound).collect()
}

fn sound(letter: char) -> Option<char> {
    let kata = match letter {
        'ぁ'..='ゖ' => char::from_u32(u32::from(letter) + 0x60).unwrap_or(letter),
        other => other,
    };
    Some(match kata {
        'ァ' => 'ア',
        'ィ' => 'イ',
        'ゥ' => 'ウ',
        'ェ' => 'エ',
        'ォ' => 'オ',
        'ッ' => 'ツ',
        'ャ' => 'ヤ',
        'ュ' => 'ユ',
        'ョ' => 'ヨ',
        'ヮ' => 'ワ',
        'ヂ' => 'ジ',
        'ヅ' => 'ズ',
        'ヲ' => 'オ',
        'ア'..='ヺ' => kata,
        _ => return None,
    })
}

/// How a name is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Script {
    /// With a Chinese letter in it, or a mix.
    Han,
    /// In hiragana or katakana alone.
    Kana,
    /// In Latin letters.
    Latin,
}

/// How this name, in its normal form, is written.
pub fn script(name: &str) -> Script {
    let is_kana = |letter: char| matches!(letter, 'ぁ'..='ゖ' | 'ァ'..='ヺ' | 'ー');
    if name.chars().all(is_kana) {
        Script::Kana
    } else if name.chars().all(|letter| letter.is_ascii() || letter.is_ascii_punctuation()) {
        Script::Latin
    } else {
        Script::Han
    }
}

/// The numbers of an address, which tell one house from the next: `丸の内1丁目2番3号 メゾン405` is `1-2-3-405`. Nothing where it has none.
pub fn house(address: &str) -> Option<String> {
    let folded: String = address.nfkc().collect();
    let numbers: Vec<&str> = folded.split(|letter: char| !letter.is_ascii_digit()).filter(|n| !n.is_empty()).collect();
    let plain = |number: &&str| number.trim_start_matches('0').to_owned();
    (!numbers.is_empty()).then(|| numbers.iter().take(6).map(plain).collect::<Vec<_>>().join("-"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_in_old_letters_are_one_name_and_those_families_keep_apart_are_not() {
        assert_eq!(name("髙橋 一郎"), name("高橋一郎"));
        assert_eq!(name("山﨑　花子"), name("山崎花子"));
        assert_eq!(name("Ｔａｒｏ ＹＡＭＡＤＡ"), name("taro yamada"));
        for other in ["斉藤一郎", "齋藤一郎", "齊藤一郎"] {
            assert_ne!(name("斎藤一郎"), name(other));
        }
    }

    #[test]
    fn readings_are_one_however_they_are_written() {
        for written in ["やまざき りょうた", "ﾔﾏｻﾞｷ ﾘﾖｳﾀ", "ヤマザキ・リョウタ", "ヤマザキリヨウタ"]
        {
            assert_eq!(kana(written), "ヤマザキリヨウタ");
        }
        assert_eq!(kana("オオノ"), "オオノ");
        assert_eq!(kana("ミヅホ"), kana("みずほ"));
    }

    #[test]
    fn scripts() {
        assert_eq!(
            [script("山田たろう"), script("ヤマダタロウ"), script("taroyamada")],
            [Script::Han, Script::Kana, Script::Latin]
        );
    }

    #[test]
    fn houses() {
        assert_eq!(house("千代田区丸の内１丁目２番３号　メゾン405").as_deref(), Some("1-2-3-405"));
        assert_eq!(house("千代田区丸の内1-2-03-405"), house("丸の内1丁目2番3号405"));
        assert_eq!(house("東京都"), None);
    }
}

//! Radicals that stand for the characters that they are parts of.

use unicode_normalization::UnicodeNormalization;

/// Radicals look like the characters that they are parts of, and some programs state those in their place.
pub(super) fn intended(text: &str) -> String {
    const SUPPLEMENT: [(char, char); 17] = [
        ('⺟', '母'),
        ('⺠', '民'),
        ('⻁', '虎'),
        ('⻄', '西'),
        ('⻅', '見'),
        ('⻆', '角'),
        ('⻑', '長'),
        ('⻘', '青'),
        ('⻝', '食'),
        ('⻤', '鬼'),
        ('⻩', '黄'),
        ('⻫', '斉'),
        ('⻭', '歯'),
        ('⻯', '竜'),
        ('⻲', '亀'),
        ('⻨', '麦'),
        ('⻌', '辶'),
    ];
    let one = |one: char| match one {
        '\u{2F00}'..='\u{2FDF}' => std::iter::once(one).nfkc().next().unwrap_or(one),
        '\u{2E80}'..='\u{2EFF}' => SUPPLEMENT.iter().find(|(radical, _)| *radical == one).map_or(one, |pair| pair.1),
        _ => one,
    };
    text.chars().map(one).collect()
}

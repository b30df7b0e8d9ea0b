//! ㊙, which folds to 秘: where it stands alone, as a mark does, and not in 秘書 or 秘密.

use std::ops::Range;
use std::sync::LazyLock;

use memchr::memmem;

use super::{Finder, is_han, is_hiragana};

/// `secret_mark`
pub(super) static SECRET_MARK: Finder =
    Finder {
        id: "secret_mark", about: "㊙, or 秘 where it stands alone or before a word for a paper (秘 資料)", find
    };

/// What a mark is put before without a space.
const PAPERS: [&str; 14] =
    ["資料", "文書", "書類", "情報", "会議", "扱い", "計画", "名簿", "事項", "メモ", "報告", "データ", "人事", "取扱"];

static MARK: LazyLock<memmem::Finder<'static>> = LazyLock::new(|| memmem::Finder::new("㊙"));
static LETTER: LazyLock<memmem::Finder<'static>> = LazyLock::new(|| memmem::Finder::new("秘"));

fn find(text: &str, into: &mut Vec<Range<usize>>) {
    if text.is_ascii() {
        return;
    }
    let marks = MARK.find_iter(text.as_bytes()).map(|at| (at, true));
    let mut all: Vec<(usize, bool)> = marks.collect();
    all.extend(LETTER.find_iter(text.as_bytes()).map(|at| (at, false)));
    if all.is_empty() {
        return;
    }
    all.sort_unstable();
    let stands = |&(at, is_mark): &(usize, bool)| is_mark || is_alone(text, at);
    into.extend(all.into_iter().filter(stands).map(|(at, _)| at..at + "秘".len()));
}

fn is_alone(text: &str, at: usize) -> bool {
    let before = text.get(..at).and_then(|before| before.chars().next_back());
    let after = text.get(at + "秘".len()..).unwrap_or("");
    let is_letter = |c: char| is_han(c) || is_hiragana(c) || matches!(c, 'ァ'..='ヺ' | 'ー') || c.is_alphanumeric();
    let is_free =
        after.chars().next().is_none_or(|c| !is_letter(c)) || PAPERS.iter().any(|word| after.starts_with(word));
    !before.is_some_and(|c| is_letter(c) || matches!(c, '・' | '、' | '「' | '『' | '"' | '\'')) && is_free
}

#[cfg(test)]
mod tests {
    use super::*;

    fn count(text: &str) -> usize {
        let mut found = Vec::new();
        find(text, &mut found);
        found.len()
    }

    #[test]
    fn marks_and_words() {
        for text in ["㊙", "秘", "秘 会議資料", "(秘)人事", "【秘】", "秘資料", "㊙計画", "x\n秘\n"]
        {
            assert_eq!(count(text), 1, "{text}");
        }
        for text in ["秘書", "秘密", "極秘", "社外秘", "秘訣", "「秘」の字", "'秘'", "神秘的", "", "secret"]
        {
            assert_eq!(count(text), 0, "{text}");
        }
    }
}

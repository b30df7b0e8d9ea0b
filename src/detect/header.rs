//! Header words: `お電話番号(必須)`, `customer_tel`, `CardNumber1` all name what they name.
//!
//! Japanese words are looked for in the header without spaces and marks; ASCII words as whole words, so that `hotel` is no `tel`.

use crate::rules::syntax::DetectorTable;
use crate::text::fold::fold;

/// What a header says about one detector. The word is the rule's own, never the source's.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Verdict {
    /// It names the entity.
    Names(String),
    /// It names something else that looks alike.
    Against(String),
    /// Neither.
    Silent,
}

/// A header, taken apart once and asked by every detector.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Header {
    /// Folded, lower case, without spaces and marks, without trailing digits.
    tight: String,
    /// Its ASCII words, each with a space before and after.
    words: String,
}

impl Header {
    /// Takes a header apart.
    pub fn new(source: &str) -> Self {
        let folded = fold(source);
        let mut spaced = String::new();
        let mut previous = ' ';
        for c in folded.as_str().chars() {
            // customerTel, PhoneNumber1
            if (c.is_ascii_uppercase() && previous.is_ascii_lowercase())
                || c.is_ascii_digit() != previous.is_ascii_digit()
            {
                spaced.push(' ');
            }
            spaced.push(c.to_ascii_lowercase());
            previous = c;
        }
        let letters = spaced.split(|c: char| !c.is_ascii_lowercase()).filter(|word| !word.is_empty());
        let words = letters.fold(String::from(" "), |all, word| all + word + " ");
        Self { tight: tighten(folded.as_str()), words }
    }

    /// Whether the whole header is this word.
    pub(super) fn is(&self, word: &Self) -> bool {
        !word.tight.is_empty() && self.tight == word.tight
    }

    /// Whether the word is a part of it.
    fn holds(&self, word: &Self) -> bool {
        if word.tight.is_ascii() {
            word.words != " " && self.words.contains(&word.words)
        } else {
            self.tight.contains(&word.tight)
        }
    }
}

fn tighten(folded: &str) -> String {
    let kept: String =
        folded.chars().filter(|c| !c.is_whitespace() && !MARKS.contains(*c)).flat_map(char::to_lowercase).collect();
    let mut rest = kept.trim_end_matches(|c: char| c.is_ascii_digit());
    for ornament in ["必須", "任意"] {
        rest = rest.strip_prefix(ornament).unwrap_or(rest);
        rest = rest.strip_suffix(ornament).unwrap_or(rest);
    }
    rest = rest.trim_end_matches(|c: char| c.is_ascii_digit());
    for polite in ['ご', 'お', '御'] {
        rest = rest.strip_prefix(polite).unwrap_or(rest);
    }
    rest.to_owned()
}

const MARKS: &str = "_-・./:()[]【】「」※*\"'#";

/// The header words of one detector, taken apart.
#[derive(Debug)]
pub(super) struct HeaderWords {
    exact: Vec<(Header, String)>,
    contains: Vec<(Header, String)>,
    exclude: Vec<Header>,
    against: Vec<(Header, String)>,
    against_whole: Vec<(Header, String)>,
}

impl HeaderWords {
    pub(super) fn new(table: &DetectorTable) -> Self {
        let apart = |words: &[String]| words.iter().map(|word| (Header::new(word), word.clone())).collect::<Vec<_>>();
        Self {
            exact: apart(&table.headers.exact),
            contains: apart(&table.headers.contains),
            exclude: table.headers.exclude.iter().map(|word| Header::new(word)).collect(),
            against: apart(&table.against.words),
            against_whole: apart(&table.against.headers),
        }
    }

    pub(super) fn judge(&self, header: &Header) -> Verdict {
        let find = |words: &[(Header, String)], fits: fn(&Header, &Header) -> bool| {
            words.iter().find(|(word, _)| fits(header, word)).map(|(_, word)| word.clone())
        };
        if let Some(word) = find(&self.exact, Header::is) {
            return Verdict::Names(word);
        }
        if let Some(word) = find(&self.against, Header::holds).or_else(|| find(&self.against_whole, Header::is)) {
            return Verdict::Against(word);
        }
        match find(&self.contains, Header::holds) {
            Some(word) if !self.exclude.iter().any(|no| header.holds(no)) => Verdict::Names(word),
            _ => Verdict::Silent,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rules::RulePack;

    fn judge(detector: &str, header: &str) -> Verdict {
        let pack = RulePack::builtin().unwrap();
        let table = &pack.detectors.iter().find(|d| d.id() == detector).unwrap().table;
        HeaderWords::new(table).judge(&Header::new(header))
    }

    #[test]
    fn headers_are_known_however_they_are_written() {
        for header in [
            "電話番号",
            "お電話番号(必須)",
            "電話番号2",
            "ＴＥＬ",
            "customer_tel",
            "phoneNumber1",
            "携帯 電話",
            "Home Phone",
        ] {
            assert!(matches!(judge("phone", header), Verdict::Names(_)), "{header}");
        }
        for header in ["ホテル", "hotel", "会社電話番号", "携帯メール", "telemetry"] {
            assert_eq!(judge("phone", header), Verdict::Silent, "{header}");
        }
        assert!(matches!(judge("my_number", "【必須】マイナンバー"), Verdict::Names(_)));
    }

    #[test]
    fn look_alikes_speak_against() {
        assert_eq!(judge("my_number", "運転免許証番号"), Verdict::Against("運転免許".into()));
        assert_eq!(judge("card", "order_id"), Verdict::Against("order id".into()));
        assert_eq!(judge("card", "ID"), Verdict::Against("id".into()));
        assert_eq!(judge("email", "Message-ID"), Verdict::Against("message id".into()));
    }
}

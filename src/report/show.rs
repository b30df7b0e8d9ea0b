//! How a number, a digest and a hostile text are shown. Every text in the HTML page goes through [`Hostile`].

use std::fmt::{self, Write};

use askama::filters::Escaper;

use crate::model::Digest;
use crate::model::entry::is_deceptive;

/// The page's only escaper: HTML's five characters, and every character that could hide text or turn its direction.
///
/// Paths are escaped once where they are made (`RawPath::shown`); this holds even if a caller forgets.
#[derive(Debug, Clone, Copy)]
pub(super) struct Hostile;

impl Escaper for Hostile {
    fn write_escaped_str<W: Write>(&self, mut dest: W, text: &str) -> fmt::Result {
        for c in text.chars() {
            match c {
                '<' => dest.write_str("&lt;")?,
                '>' => dest.write_str("&gt;")?,
                '&' => dest.write_str("&amp;")?,
                '"' => dest.write_str("&quot;")?,
                '\'' => dest.write_str("&#39;")?,
                c if is_deceptive(c) => write!(dest, "{}", c.escape_unicode())?,
                c => dest.write_char(c)?,
            }
        }
        Ok(())
    }
}

/// For a terminal or a JSON sentence: the same defence without HTML.
pub(super) fn calm(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        if is_deceptive(c) { out.extend(c.escape_unicode()) } else { out.push(c) }
    }
    out
}

/// `1234567` as `1,234,567`.
pub(super) fn grouped(number: u64) -> String {
    let digits = number.to_string();
    let mut out = String::with_capacity(digits.len() + digits.len() / 3);
    for (at, digit) in digits.chars().enumerate() {
        if at > 0 && (digits.len() - at).is_multiple_of(3) {
            out.push(',');
        }
        out.push(digit);
    }
    out
}

/// Bytes as a person says them (`1.5 GB`, powers of 1000, cut not rounded, so never more than there is).
pub(super) fn size(bytes: u64) -> String {
    const UNITS: [(&str, u64); 5] = [
        ("PB", 1_000_000_000_000_000),
        ("TB", 1_000_000_000_000),
        ("GB", 1_000_000_000),
        ("MB", 1_000_000),
        ("kB", 1_000),
    ];
    for (unit, one) in UNITS {
        if bytes >= one {
            let tenths = bytes % one / (one / 10);
            return format!("{}.{tenths} {unit}", grouped(bytes / one));
        }
    }
    format!("{bytes} B")
}

/// A digest in groups of eight, as a hand copies it to paper.
pub(super) fn in_eights(digest: &Digest) -> Vec<String> {
    let hex: Vec<char> = digest.to_string().chars().collect();
    hex.chunks(8).map(|group| group.iter().collect()).collect()
}

/// One word of a POSIX shell: a name with anything unusual in it is quoted, so that a reader can copy a command safely.
pub fn shell_word(name: &str) -> String {
    let plain = |c: char| c.is_ascii_alphanumeric() || matches!(c, '.' | '_' | '-' | '/' | ':' | '@' | '+');
    let name = if name.starts_with('-') { format!("./{name}") } else { name.to_owned() };
    if !name.is_empty() && name.chars().all(plain) {
        return name;
    }
    format!("'{}'", name.replace('\'', r"'\''"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_grouped_by_three() {
        assert_eq!(grouped(0), "0");
        assert_eq!(grouped(999), "999");
        assert_eq!(grouped(1_000), "1,000");
        assert_eq!(grouped(u64::MAX), "18,446,744,073,709,551,615");
    }

    #[test]
    fn sizes_are_never_rounded_up() {
        assert_eq!(size(999), "999 B");
        assert_eq!(size(1_999_999), "1.9 MB");
        assert_eq!(size(u64::MAX), "18,446.7 PB");
    }

    #[test]
    fn names_cannot_leave_their_shell_word() {
        assert_eq!(shell_word("a-1.zip"), "a-1.zip");
        assert_eq!(shell_word("-rf"), "./-rf");
        assert_eq!(shell_word("a'; rm -r ~"), r"'a'\''; rm -r ~'");
        assert_eq!(shell_word(""), "''");
    }

    #[test]
    fn the_escaper_leaves_no_markup_and_no_direction_marks() {
        let mut out = String::new();
        assert!(Hostile.write_escaped_str(&mut out, "<a b='\"&\u{202e}\u{1b}\n>").is_ok());
        assert_eq!(out, "&lt;a b=&#39;&quot;&amp;\\u{202e}\\u{1b}\\u{a}&gt;");
        assert_eq!(calm("x\u{2066}y\u{7}"), "x\\u{2066}y\\u{7}");
    }
}

//! `bag-info.txt`: what it says of the payload, and where it is not written as the rules want. Pure.

use std::collections::BTreeSet;

use super::declaration::lines;
use crate::model::RawPath;

/// Elements that should stand there once.
const ONCE: [&str; 4] = ["bagging-date", "bag-size", "bag-group-identifier", "bag-count"];

/// Every `Payload-Oxum` in a `bag-info.txt`: octets and files, or `None` for one that says nothing.
pub(super) fn oxums(text: &str) -> Vec<Option<(u64, u64)>> {
    let values = lines(text).filter_map(|line| {
        let (label, value) = line.split_once(':')?;
        label.trim_end().eq_ignore_ascii_case("payload-oxum").then_some(value.trim())
    });
    values.map(|value| value.split_once('.').and_then(|(a, b)| Some((a.parse().ok()?, b.parse().ok()?)))).collect()
}

/// What is not as the rules want, and whether that is a problem. Before 1.0 white space around a colon is free.
pub(super) fn oddities(text: &str, is_final: bool) -> Vec<(String, bool)> {
    let mut told = Vec::new();
    let mut met = BTreeSet::new();
    for (line, number) in lines(text).zip(1_u64..).filter(|(line, _)| !line.trim().is_empty()) {
        if number > 1 && line.starts_with([' ', '\t']) {
            continue;
        }
        let Some((label, value)) = line.split_once(':') else {
            told.push((format!("line {number} is no element: it has no colon"), true));
            continue;
        };
        let is_spaced = value.starts_with([' ', '\t']) && !value.get(1..).unwrap_or_default().starts_with([' ', '\t']);
        if is_final && (label.trim() != label || label.is_empty() || !is_spaced) {
            let what = format!("line {number} is not a label, a colon, one space and a value, as version 1.0 wants it");
            told.push((what, false));
        }
        let label = label.trim().to_ascii_lowercase();
        if ONCE.contains(&label.as_str()) && !met.insert(label.clone()) {
            let label = RawPath(label.into_bytes()).shown();
            told.push((format!("line {number} says {label} a second time, which should stand there once"), false));
        }
    }
    told
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sums_are_read_whatever_their_case() {
        assert_eq!(oxums("Payload-Oxum: 12.3\nX: y\npayload-oxum:4\n"), [Some((12, 3)), None]);
    }

    #[test]
    fn each_oddity_is_told_and_continued_lines_are_none() {
        let count = |text: &str, is_final| oddities(text, is_final).len();
        assert_eq!(count("A: b\n  goes on: here\n\tand here\nC: d\n\n", true), 0);
        for (text, of_final, before) in [
            ("A:b\n", 1, 0),
            ("A:  b\n", 1, 0),
            ("A : b\n", 1, 0),
            (": b\n", 1, 0),
            ("no colon\n", 1, 1),
            (" begins so: x\n", 1, 0),
            ("Bag-Size: 1\nbag-size: 2\n", 1, 1),
        ] {
            assert_eq!((count(text, true), count(text, false)), (of_final, before), "{text:?}");
        }
    }
}

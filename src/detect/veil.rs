//! Hides what the rules find in a path, whole parts at a time: rather a part too much than a value in clear.

use super::compile::Engine;
use crate::model::{Bond, Field, Place, Record, Veiled};

/// Between a container and its member, in every path.
const MEMBER: &str = " ▸ ";
/// Letters of an ending that stays readable.
const ENDING_CHARS: usize = 5;

/// The path with every part that holds a value, however doubtful, replaced by `[entity masked-value]` and its ending.
///
/// All parts are looked at together, so that a folder's name speaks for what lies in it; each also without its ending, which
/// would make another address of `taro@example.jp.eml`. What no rule finds stays as it is.
pub fn veil_path<'a>(engine: &Engine, path: &'a str) -> Veiled {
    let parts = parts(path);
    let field = |text: &'a str| Field { name: None, text, place: Place::default(), raw: None, undone: None };
    let stem = |(at, (text, _)): (usize, &(&'a str, _))| Some((at, text.rsplit_once('.')?.0));
    let stems = parts.iter().enumerate().filter_map(stem);
    let looked: Vec<(usize, &str)> = parts.iter().map(|(text, _)| *text).enumerate().chain(stems).collect();
    let fields: Vec<Field<'_>> = looked.iter().map(|(_, text)| field(text)).collect();
    let mut found: Vec<Vec<(String, String)>> = vec![Vec::new(); parts.len()];
    let mut leaf = engine.leaf();
    let mut take = |record: super::RecordHits| {
        for hit in record.hits {
            let part = looked.get(hit.field).map(|(part, _)| *part);
            if let Some(hits) = part.and_then(|part| found.get_mut(part)) {
                let said = format!("{} {}", hit.entity, hit.masked);
                let value = hit.value.reveal().to_lowercase();
                // Of the same value with and without the ending the shorter one is it.
                match hits.iter_mut().find(|(_, known)| known.starts_with(&value) || value.starts_with(known.as_str()))
                {
                    Some(known) if value.len() < known.1.len() => *known = (said, value),
                    Some(_) => {}
                    None => hits.push((said, value)),
                }
            }
        }
    };
    leaf.record(&Record::whole(Bond::Line, &fields), &mut take);
    leaf.finish(&mut take);
    let mut veiled = Veiled { text: String::with_capacity(path.len()), hidden: 0 };
    for ((text, separator), hits) in parts.iter().zip(&found) {
        if hits.is_empty() {
            veiled.text.push_str(text);
        } else {
            veiled.hidden = veiled.hidden.saturating_add(1);
            let said: Vec<&str> = hits.iter().map(|(said, _)| said.as_str()).collect();
            let values = hits.iter().map(|(_, value)| value.as_str());
            veiled.text.push_str(&format!("[{}]{}", said.join(", "), ending(text, values).unwrap_or_default()));
        }
        veiled.text.push_str(separator);
    }
    veiled
}

/// The parts of a path, each with what stands between it and the next.
fn parts(path: &str) -> Vec<(&str, &str)> {
    let mut out = Vec::new();
    let mut rest = path;
    loop {
        let slash = rest.find('/').map(|at| (at, "/"));
        let member = rest.find(MEMBER).map(|at| (at, MEMBER));
        let Some((at, separator)) = slash.into_iter().chain(member).min() else {
            out.push((rest, ""));
            return out;
        };
        let (part, behind) = rest.split_at(at);
        out.push((part, separator));
        rest = behind.get(separator.len()..).unwrap_or_default();
    }
}

/// `.pdf`, unless it is part of a value (`taro@example.jp`).
fn ending<'a>(part: &'a str, mut values: impl Iterator<Item = &'a str>) -> Option<String> {
    let (_, ending) = part.rsplit_once('.')?;
    let is_plain = (1..=ENDING_CHARS).contains(&ending.len())
        && ending.bytes().all(|b| b.is_ascii_alphanumeric())
        && ending.bytes().any(|b| b.is_ascii_alphabetic());
    let low = ending.to_ascii_lowercase();
    (is_plain && values.all(|value| !value.ends_with(&low))).then(|| format!(".{ending}"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rules::RulePack;

    fn veiled(path: &str) -> Veiled {
        static ENGINE: std::sync::LazyLock<Engine> =
            std::sync::LazyLock::new(|| Engine::new(&RulePack::builtin().unwrap()).unwrap());
        veil_path(&ENGINE, path)
    }

    #[test]
    fn values_in_names_are_hidden_and_the_rest_stays() {
        let path = "/home/share/taro.yamada@example.jp/4111-1111-1111-1111.pdf";
        let hidden = veiled(path);
        assert_eq!(hidden.text, "/home/share/[email t***@example.jp]/[card ************1111].pdf");
        assert_eq!(hidden.hidden, 2);
        assert_eq!(veiled("taro@example.jp.eml").text, "[email t***@example.jp].eml");
    }

    #[test]
    fn names_without_values_stay_as_they_are() {
        for path in ["", "/", "/var/log/nginx/access.log-20241120.gz", "a//b/", "backup.zip ▸ 名簿.csv", "/srv/x@y"]
        {
            assert_eq!(veiled(path), Veiled { text: path.to_owned(), hidden: 0 });
        }
    }

    #[test]
    fn members_full_width_digits_and_context_in_the_folder_above_are_seen() {
        let member = veiled("/b.zip ▸ 電話 090-1234-5678.txt");
        assert!(member.text.starts_with("/b.zip ▸ [phone") && member.text.ends_with("].txt"), "{}", member.text);
        assert!(!veiled("/個人番号/１２３４５６７８９０１８.txt").text.contains("１２３４５６"));
    }

    proptest::proptest! {
        #[test]
        fn any_text_comes_back_or_is_hidden(path in "[a-z0-9@./▸ 　-]{0,60}") {
            let veiled = veiled(&path);
            proptest::prop_assert!(veiled.hidden > 0 || veiled.text == path);
        }
    }
}

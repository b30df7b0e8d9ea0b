//! What must hold of a rule before it is used: ids, bounds, patterns. Examples are run by [`crate::detect::examples`].

use std::collections::BTreeMap;

use regex_syntax::hir::Look;

use super::pack::Detector;
use super::place::PlaceRule;
use super::syntax::DetectorTable;
use super::{RuleError, embed};
use crate::model::limits::RULE_MATCH_CHARS;

/// Checks one table of a file.
pub fn table(file: &str, text: &str, table: &DetectorTable) -> Result<(), RuleError> {
    let id = table.id.get_ref();
    if !is_id(id) || !is_id(&table.entity) {
        let message = "an id is 1 to 40 of a-z, 0-9, `_` and `.`, and begins with a letter; so is the entity";
        return Err(RuleError::at(file, text, table.id.span(), message));
    }
    if table.column_check && table.pattern.iter().any(|pattern| pattern.needs_word) {
        let message =
            "column_check speaks for values that no word names, and needs_word drops them: take one of the two";
        return Err(RuleError::at(file, text, table.id.span(), message));
    }
    if table.pattern.is_empty() || table.examples.is_empty() || table.negatives.is_empty() {
        let message = "a detector needs a pattern, an example that must hit and a negative that must not";
        return Err(RuleError::at(file, text, table.id.span(), message));
    }
    if *table.max_len.get_ref() > RULE_MATCH_CHARS {
        let message =
            format!("max_len is over {RULE_MATCH_CHARS} (limit RULE_MATCH_CHARS): a longer match could be cut in two");
        return Err(RuleError::at(file, text, table.max_len.span(), message));
    }
    for pattern in &table.pattern {
        if pattern.within.is_some() && (pattern.needs_header || pattern.needs_word) {
            let message =
                "within finds what needs no word; needs_header and needs_word look elsewhere: take one of them";
            return Err(RuleError::at(file, text, pattern.regex.span(), message));
        }
        let regex = pattern.regex.get_ref();
        check_pattern(regex, *table.max_len.get_ref())
            .map_err(|message| RuleError::at(file, text, pattern.regex.span(), message))?;
    }
    Ok(())
}

/// Checks what holds between detectors: one entity always has one strength of link and one look.
pub fn entities(detectors: &[Detector]) -> Result<(), RuleError> {
    let mut seen: BTreeMap<&str, &Detector> = BTreeMap::new();
    for detector in detectors {
        let entity = detector.table.entity.as_str();
        if let Some(first) = seen.get(entity) {
            if (first.table.link, first.table.mask) != (detector.table.link, detector.table.mask) {
                let message =
                    format!("entity {entity:?} has another link or mask in detector {:?} ({})", first.id(), first.file);
                return Err(detector.error(message));
            }
        } else {
            seen.insert(entity, detector);
        }
    }
    Ok(())
}

/// Checks what the user's rules about places say of findings: an entity that nobody looks for would never be in one. (A built-in one
/// may name what the user replaced.)
pub fn places(places: &[PlaceRule], detectors: &[Detector]) -> Result<(), RuleError> {
    let is_built_in = |place: &&PlaceRule| embed::places().any(|(name, _)| name == place.file);
    for place in places.iter().filter(|place| !is_built_in(place)) {
        let is_unknown = |entity: &&String| detectors.iter().all(|detector| detector.table.entity != **entity);
        if let Some(entity) = place.table.holds.iter().find(is_unknown) {
            return Err(place.error(format!("`holds` names {entity:?}, and no detector looks for that")));
        }
    }
    Ok(())
}

/// Whether a text may be an id.
pub(super) fn is_id(text: &str) -> bool {
    text.len() <= 40
        && text.starts_with(|c: char| c.is_ascii_lowercase())
        && text.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || matches!(b, b'_' | b'.'))
}

/// Whether a pattern has a bound and means the same beside Japanese text. The message says what to do.
fn check_pattern(regex: &str, max_len: usize) -> Result<(), String> {
    let hir = regex_syntax::parse(regex).map_err(|error| error.to_string())?;
    let properties = hir.properties();
    let looks = properties.look_set();
    let unicode_words = [
        Look::WordUnicode,
        Look::WordUnicodeNegate,
        Look::WordStartUnicode,
        Look::WordEndUnicode,
        Look::WordStartHalfUnicode,
        Look::WordEndHalfUnicode,
    ];
    if unicode_words.iter().any(|&look| looks.contains(look)) {
        return Err("a Unicode word boundary misses digits glued to kanji or kana (番号123456789018です): \
                    write (?-u:\\b), or use `guard`"
            .into());
    }
    match properties.maximum_len() {
        None => return Err("the pattern has no longest match: bound every `*`, `+` and `{n,}`".into()),
        Some(longest) if longest > max_len => {
            return Err(format!("the pattern can match {longest} bytes, more than max_len = {max_len}"));
        }
        Some(_) => {}
    }
    if properties.minimum_len().unwrap_or(0) == 0 {
        return Err("the pattern can match nothing at all".into());
    }
    regex::Regex::new(regex).map(drop).map_err(|error| error.to_string())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn patterns_without_a_bound_or_blind_beside_kana_are_refused() {
        assert!(check_pattern("[0-9]{12}", 12).is_ok());
        assert!(check_pattern(r"(?-u:\b)[0-9]{12}(?-u:\b)", 12).is_ok());
        assert!(check_pattern(r"\b[0-9]{12}\b", 12).unwrap_err().contains("(?-u:\\b)"));
        assert!(check_pattern("[0-9]+", 12).unwrap_err().contains("longest"));
        assert!(check_pattern("[0-9]{13}", 12).unwrap_err().contains("max_len"));
        assert!(check_pattern("[0-9]{0,3}", 12).unwrap_err().contains("nothing"));
        assert!(check_pattern("(", 12).is_err());
    }
}

//! Reads the text of one rule file into detectors and rules about places, layer over layer. It touches no disk: texts come from the caller.

use std::collections::{BTreeMap, BTreeSet};

use super::pack::Detector;
use super::place::{self, PlaceRule};
use super::syntax::RuleFile;
use super::{RuleError, check};
use crate::model::limits::RULE_FILE_BYTES;

/// What was found in the files so far.
#[derive(Debug, Default)]
pub struct Layers {
    pub(super) detectors: BTreeMap<String, Detector>,
    pub(super) places: BTreeMap<String, PlaceRule>,
    pub(super) web_roots: BTreeSet<String>,
}

/// Whether a file's rules may take the place of earlier ones.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Replacing {
    /// They may.
    Allowed,
    /// They may not.
    Refused,
}

/// Adds what one file says to what was found before it.
pub fn file(name: &str, text: &str, replacing: Replacing, layers: &mut Layers) -> Result<(), RuleError> {
    let bytes = text.len() as u64;
    if bytes > RULE_FILE_BYTES {
        return Err(RuleError::TooLarge { file: name.into(), bytes, limit: RULE_FILE_BYTES });
    }
    let parsed: RuleFile = toml::from_str(text)
        .map_err(|error| RuleError::at(name, text, error.span().unwrap_or(0..0), error.message().to_owned()))?;
    let replaces = parsed.detector.iter().filter(|table| table.replaces).map(|table| &table.id);
    let mut replaces = replaces.chain(parsed.place.iter().filter(|table| table.replaces).map(|table| &table.id));
    if let (Replacing::Refused, Some(id)) = (replacing, replaces.next()) {
        let message = "`override = true` counts only in a folder that is named with --rules: rules that a machine brings with it may add, not replace";
        return Err(RuleError::at(name, text, id.span(), message));
    }
    layers.web_roots.extend(parsed.web.roots);
    place::add(name, text, parsed.place, &mut layers.places)?;
    let found = &mut layers.detectors;
    for mut table in parsed.detector {
        if table.entity.is_empty() {
            table.entity.clone_from(table.id.get_ref());
        }
        check::table(name, text, &table)?;
        let detector = Detector { table, file: name.into() };
        match found.get(detector.id()) {
            Some(earlier) if !detector.table.replaces => {
                return Err(RuleError::Duplicate {
                    id: detector.id().into(),
                    first: earlier.file.clone(),
                    second: name.into(),
                });
            }
            None if detector.table.replaces => {
                let message = "`override = true`, and no earlier file has a detector of this id: correct the id or drop the override";
                return Err(RuleError::at(name, text, detector.table.id.span(), message));
            }
            _ => {}
        }
        found.insert(detector.id().to_owned(), detector);
    }
    Ok(())
}

#[cfg(test)]
mod tests;

//! Reads the text of one rule file into detectors, layer over layer. It touches no disk: texts come from the caller.

use std::collections::BTreeMap;

use super::pack::Detector;
use super::syntax::DetectorFile;
use super::{RuleError, check};
use crate::model::limits::RULE_FILE_BYTES;

/// Adds the detectors of one file to those found before it.
pub fn file(name: &str, text: &str, found: &mut BTreeMap<String, Detector>) -> Result<(), RuleError> {
    let bytes = text.len() as u64;
    if bytes > RULE_FILE_BYTES {
        return Err(RuleError::TooLarge { file: name.into(), bytes, limit: RULE_FILE_BYTES });
    }
    let parsed: DetectorFile = toml::from_str(text)
        .map_err(|error| RuleError::at(name, text, error.span().unwrap_or(0..0), error.message().to_owned()))?;
    for table in parsed.detector {
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

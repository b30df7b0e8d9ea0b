//! Reads and checks the text of one file, layer over layer. It touches no disk: texts come from the caller.

use std::collections::BTreeMap;

use serde::de::IgnoredAny;
use toml::Spanned;

use super::pack::{Leave, Profile, Take};
use super::syntax::{CollectFile, Configured};
use crate::model::PathPattern;
use crate::model::limits::RULE_FILE_BYTES;
use crate::rules::RuleError;
use crate::rules::check::is_id;

/// What was found in the files so far.
#[derive(Debug, Default)]
pub(super) struct Layers {
    pub(super) takes: BTreeMap<String, Take>,
    pub(super) leaves: BTreeMap<String, Leave>,
    pub(super) profiles: BTreeMap<String, Profile>,
}

/// Whether a rule file is about collecting (and not about personal data): it has a table that only these have.
pub fn is_collect_file(text: &str) -> bool {
    let tables: Result<BTreeMap<String, IgnoredAny>, _> = toml::from_str(text);
    tables.is_ok_and(|tables| ["take", "leave", "profile"].iter().any(|table| tables.contains_key(*table)))
}

/// A file that is being read.
struct Reading<'t> {
    name: &'t str,
    text: &'t str,
}

/// Adds what one file says.
pub(super) fn file(name: &str, text: &str, layers: &mut Layers) -> Result<(), RuleError> {
    let bytes = text.len() as u64;
    if bytes > RULE_FILE_BYTES {
        return Err(RuleError::TooLarge { file: name.into(), bytes, limit: RULE_FILE_BYTES });
    }
    let parsed: CollectFile = toml::from_str(text)
        .map_err(|error| RuleError::at(name, text, error.span().unwrap_or(0..0), error.message().to_owned()))?;
    let reading = Reading { name, text };
    for table in parsed.take {
        let earlier = layers.takes.get(table.id.get_ref()).map(|take| take.file.as_str());
        reading.id(&table.id, earlier, table.replaces)?;
        if table.paths.is_empty() && table.configured.is_empty() {
            return Err(
                reading.wrong(&table.id, "a take needs `paths`, or a `configured` that says where to look them up")
            );
        }
        reading.paths(&table.paths)?;
        table.configured.iter().try_for_each(|configured| reading.configured(configured))?;
        layers.takes.insert(table.id.get_ref().clone(), Take { table, file: name.into() });
    }
    for table in parsed.leave {
        let earlier = layers.leaves.get(table.id.get_ref()).map(|leave| leave.file.as_str());
        reading.id(&table.id, earlier, false)?;
        reading.paths(&table.paths)?;
        layers.leaves.insert(table.id.get_ref().clone(), Leave { table, file: name.into() });
    }
    for table in parsed.profile {
        let earlier = layers.profiles.get(table.id.get_ref()).map(|profile| profile.file.as_str());
        reading.id(&table.id, earlier, table.replaces)?;
        if table.includes.is_empty() && table.takes.is_empty() && table.paths.is_empty() {
            return Err(reading.wrong(&table.id, "a profile needs `takes`, `includes` or `paths`"));
        }
        reading.paths(&table.paths)?;
        layers.profiles.insert(table.id.get_ref().clone(), Profile { table, file: name.into() });
    }
    Ok(())
}

/// What a profile names must be there; checked when all files are read.
pub(super) fn names(text: &str, profile: &Profile, layers: &Layers) -> Result<(), RuleError> {
    let reading = Reading { name: &profile.file, text };
    for take in &profile.table.takes {
        if !layers.takes.keys().any(|id| named(take.get_ref(), id)) {
            return Err(
                reading.wrong(take, "there is no take of this name; `hozen collect --list-profiles` shows them")
            );
        }
    }
    for leave in &profile.table.leaves {
        if !layers.leaves.keys().any(|id| named(leave.get_ref(), id)) {
            return Err(reading.wrong(leave, "there is no `[[leave]]` of this name"));
        }
    }
    for part in &profile.table.includes {
        if !layers.profiles.contains_key(part.get_ref()) {
            return Err(
                reading.wrong(part, "there is no profile of this name; `hozen collect --list-profiles` shows them")
            );
        }
    }
    Ok(())
}

/// Whether a name in a profile (`nginx.*`, `nginx.logs`) means this id.
pub(super) fn named(name: &str, id: &str) -> bool {
    match name.strip_suffix('*') {
        Some(start) => id.starts_with(start),
        None => name == id,
    }
}

impl Reading<'_> {
    fn wrong<T>(&self, place: &Spanned<T>, message: impl Into<String>) -> RuleError {
        RuleError::at(self.name, self.text, place.span(), message)
    }

    fn id(&self, id: &Spanned<String>, earlier: Option<&str>, replaces: bool) -> Result<(), RuleError> {
        if !is_id(&id.get_ref().replace('-', "_")) {
            return Err(self.wrong(id, "an id is 1 to 40 of a-z, 0-9, `_`, `-` and `.`, and begins with a letter"));
        }
        match (earlier, replaces) {
            (Some(first), false) => Err(self.wrong(
                id,
                format!(
                    "this id is in {first} already; rename one, or write `override = true` here to replace the first"
                ),
            )),
            (None, true) => Err(self
                .wrong(id, "`override = true`, and no earlier file has this id: correct the id or drop the override")),
            _ => Ok(()),
        }
    }

    fn paths(&self, paths: &[Spanned<String>]) -> Result<(), RuleError> {
        for path in paths {
            PathPattern::parse(path.get_ref()).map_err(|error| self.wrong(path, error.to_string()))?;
        }
        Ok(())
    }

    fn configured(&self, configured: &Configured) -> Result<(), RuleError> {
        self.paths(&configured.files)?;
        self.regex(&configured.pattern, &["path"])?;
        for with_path in configured.includes.iter().chain(&configured.base_pattern) {
            self.regex(with_path, &["path"])?;
        }
        configured.wild.iter().try_for_each(|wild| self.regex(wild, &[]))?;
        for base in configured.base.iter().filter(|base| *base != ".") {
            PathPattern::literal(base.as_bytes())
                .map_err(|error| self.wrong(&configured.pattern, format!("its `base` {base:?}: {error}")))?;
        }
        if let Some(variables) = &configured.variables {
            self.paths(&variables.files)?;
            self.regex(&variables.pattern, &["name", "value"])?;
        }
        Ok(())
    }

    fn regex(&self, text: &Spanned<String>, groups: &[&str]) -> Result<(), RuleError> {
        let regex = regex::bytes::Regex::new(text.get_ref()).map_err(|error| self.wrong(text, error.to_string()))?;
        for group in groups {
            if !regex.capture_names().flatten().any(|name| name == *group) {
                return Err(self.wrong(text, format!("the expression needs a group `(?<{group}>…)`")));
            }
        }
        Ok(())
    }
}

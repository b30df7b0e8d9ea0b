//! Rules about places: what should not lie in a public web folder, or be open to all. `rules/README.md` is their reference.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use toml::Spanned;

use super::RuleError;
use super::check::is_id;
use crate::model::risky::Names;

/// One `[[place]]` as written.
#[derive(Debug, Clone, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub struct PlaceTable {
    /// Stable id: results and overrides cite it.
    pub id: Spanned<String>,
    /// Raised whenever what it finds changes.
    pub version: u32,
    /// Takes the place of a rule of the same id from an earlier file.
    #[serde(default, rename = "override")]
    pub replaces: bool,
    /// What it is, for people.
    pub name: Names,
    /// What to do, for people.
    pub next: Names,
    /// Where it should not be.
    #[serde(rename = "where")]
    pub area: Area,
    /// What it is.
    #[serde(default)]
    pub kind: PlaceKind,
    /// Globs over its name; case does not matter.
    pub names: Vec<Spanned<String>>,
    /// Only where every user of the machine may read it.
    #[serde(default)]
    pub world_readable: bool,
    /// Only where one of these entities was found in it, if only possibly.
    #[serde(default)]
    pub holds: Vec<String>,
    /// How many findings of them it must hold; those that are only possible do not count where it is more than one.
    #[serde(default = "one")]
    pub least: u64,
    /// Paths that it is about, given that the rest holds.
    pub examples: Vec<String>,
    /// Paths that it is not about, whatever else holds.
    pub negatives: Vec<String>,
}

fn one() -> u64 {
    1
}

/// Where something should not be.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Area {
    /// In a public web folder.
    Web,
    /// Anywhere.
    Anywhere,
}

/// What a rule is about.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Deserialize, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum PlaceKind {
    /// A regular file.
    #[default]
    File,
    /// A folder.
    Folder,
}

/// The `[web]` table of a file.
#[derive(Debug, Clone, Default, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub struct WebTable {
    /// Where public folders lie: `/var/www`, or a name that stands anywhere in a path (`public_html`).
    #[serde(default)]
    pub roots: Vec<String>,
}

/// One rule, checked, and where it came from.
#[derive(Debug, Clone)]
pub struct PlaceRule {
    /// What it says.
    pub table: PlaceTable,
    /// The file that says it.
    pub file: String,
}

impl PlaceRule {
    /// Id and version, as results cite it (`web_dump/1`).
    pub fn cited(&self) -> String {
        format!("{}/{}", self.table.id.get_ref(), self.table.version)
    }

    /// An error in this rule as a whole.
    pub fn error(&self, message: impl Into<String>) -> RuleError {
        RuleError::Rule { file: self.file.clone(), id: self.table.id.get_ref().clone(), message: message.into() }
    }
}

/// Adds the rules of one file to those found before it.
pub(super) fn add(
    name: &str,
    text: &str,
    tables: Vec<PlaceTable>,
    found: &mut BTreeMap<String, PlaceRule>,
) -> Result<(), RuleError> {
    for table in tables {
        let wrong = |message: &str| Err(RuleError::at(name, text, table.id.span(), message));
        let id = table.id.get_ref().clone();
        if !is_id(&id) {
            return wrong("an id is 1 to 40 of a-z, 0-9, `_` and `.`, and begins with a letter");
        }
        if table.names.is_empty() || table.examples.is_empty() {
            return wrong("a place rule needs `names`, and an example that it is about");
        }
        if table.kind == PlaceKind::Folder && !table.holds.is_empty() {
            return wrong("a folder holds no findings by itself: leave `holds` away, or write kind = \"file\"");
        }
        match found.get(&id) {
            Some(earlier) if !table.replaces => {
                let (first, second) = (earlier.file.clone(), name.to_owned());
                return Err(RuleError::Duplicate { id, first, second });
            }
            None if table.replaces => {
                return wrong(
                    "`override = true`, and no earlier file has a place rule of this id: correct the id or drop the override",
                );
            }
            _ => {}
        }
        found.insert(id, PlaceRule { table, file: name.to_owned() });
    }
    Ok(())
}

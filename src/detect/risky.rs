//! Risky places: judges where a file or folder lies, who may read it, and what was found in it.

use std::ffi::OsStr;
use std::os::unix::ffi::OsStrExt;

use globset::{Glob, GlobBuilder, GlobSet, GlobSetBuilder};

use crate::model::{Entry, FileResult, Kind, RawPath, RiskyPlace};
use crate::rules::place::PlaceTable;
use crate::rules::{Area, PlaceKind, PlaceRule, RuleError, RulePack};

/// The rules about places, compiled.
#[derive(Debug)]
pub struct RiskyPlaces {
    rules: Vec<Compiled>,
    web: GlobSet,
}

#[derive(Debug)]
struct Compiled {
    rule: PlaceRule,
    names: GlobSet,
}

/// Bits of a mode by which everybody may read a file.
const READ_BY_OTHERS: u32 = 0o004;

impl RiskyPlaces {
    /// Compiles the rules of a pack. `web_roots`: further public folders, as the paths of what lies in them begin.
    ///
    /// # Errors
    /// A glob that is none, with the rule that has it.
    pub fn new(pack: &RulePack, web_roots: &[RawPath]) -> Result<Self, RuleError> {
        let rules = pack.places.iter().map(Compiled::new).collect::<Result<_, _>>()?;
        let mut web = GlobSetBuilder::new();
        let mut add = |root: &str| {
            let anywhere = if root.starts_with('/') { root.to_owned() } else { format!("**/{root}") };
            web.add(glob(&format!("{anywhere}/**")).map_err(|error| root_error(root, &error))?);
            Ok(())
        };
        pack.web_roots.iter().try_for_each(|root| add(root.trim_end_matches('/')))?;
        for root in web_roots {
            // The path of a folder is no pattern.
            let path = String::from_utf8_lossy(&root.0);
            let escaped = globset::escape(path.trim_end_matches('/'));
            web.add(glob(&format!("{escaped}/**")).map_err(|error| root_error(&path, &error))?);
        }
        let web = web.build().map_err(|error| root_error("", &error))?;
        Ok(Self { rules, web })
    }

    /// Whether a path lies in a public web folder.
    pub fn is_public(&self, path: &RawPath) -> bool {
        self.web.is_match(OsStr::from_bytes(&path.0))
    }

    /// What is risky about an entry; `row`: what the look at it came to, if it was looked at.
    pub fn judge(&self, entry: &Entry, row: Option<&FileResult>) -> Vec<RiskyPlace> {
        let kind = match entry.kind {
            Kind::File => PlaceKind::File,
            Kind::Folder => PlaceKind::Folder,
            _ => return Vec::new(),
        };
        let name = entry.path.0.rsplit(|&byte| byte == b'/').next().unwrap_or_default();
        let is_open = entry.stat.as_ref().is_some_and(|stat| stat.mode & READ_BY_OTHERS != 0);
        let fits = |rule: &&Compiled| {
            let table = &rule.rule.table;
            table.kind == kind
                && rule.names.is_match(OsStr::from_bytes(name))
                && (!table.world_readable || is_open)
                && holds(table, row)
                && (table.area == Area::Anywhere || self.is_public(&entry.path))
        };
        self.rules.iter().filter(fits).map(|rule| rule.risky(entry)).collect()
    }

    /// Examples that do not come out as the rules say, in words.
    pub fn failed_examples(&self) -> Vec<String> {
        let mut failed = Vec::new();
        for rule in &self.rules {
            let table = &rule.rule.table;
            let is_about = |path: &String| {
                let name = path.rsplit('/').next().unwrap_or_default();
                let is_there = table.area == Area::Anywhere || self.is_public(&RawPath(path.as_bytes().to_vec()));
                rule.names.is_match(name) && is_there
            };
            let wrong = |path: &String, due: &str| format!("{}: {path:?} {due}", rule.rule.cited());
            failed.extend(table.examples.iter().filter(|path| !is_about(path)).map(|path| wrong(path, "is not found")));
            failed.extend(
                table
                    .negatives
                    .iter()
                    .filter(|path| is_about(path))
                    .map(|path| wrong(path, "is found, and must not be")),
            );
        }
        failed
    }
}

impl Compiled {
    fn new(rule: &PlaceRule) -> Result<Self, RuleError> {
        let mut names = GlobSetBuilder::new();
        for name in &rule.table.names {
            names.add(glob(name.get_ref()).map_err(|error| rule.error(error.to_string()))?);
        }
        let names = names.build().map_err(|error| rule.error(error.to_string()))?;
        Ok(Self { rule: rule.clone(), names })
    }

    fn risky(&self, entry: &Entry) -> RiskyPlace {
        let table = &self.rule.table;
        RiskyPlace {
            path: entry.path.shown(),
            rule: self.rule.cited(),
            name: table.name.clone(),
            next: table.next.clone(),
        }
    }
}

fn glob(text: &str) -> Result<Glob, globset::Error> {
    GlobBuilder::new(text).literal_separator(true).case_insensitive(true).build()
}

fn root_error(root: &str, error: &globset::Error) -> RuleError {
    RuleError::Rule { file: "[web] roots".to_owned(), id: root.to_owned(), message: error.to_string() }
}

/// Whether enough was found in a file of what a rule names.
fn holds(table: &PlaceTable, row: Option<&FileResult>) -> bool {
    if table.holds.is_empty() {
        return true;
    }
    let Some(row) = row else { return false };
    let of = |counts: &std::collections::BTreeMap<String, u64>| -> u64 {
        table.holds.iter().filter_map(|entity| counts.get(entity)).sum()
    };
    let possible = if table.least > 1 { 0 } else { of(&row.possible) };
    of(&row.findings).saturating_add(possible) >= table.least
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::Stat;

    fn places() -> RiskyPlaces {
        RiskyPlaces::new(&RulePack::builtin().unwrap(), &[RawPath(b"up[1]/".to_vec())]).unwrap()
    }

    fn entry(path: &[u8], kind: Kind, mode: u32) -> Entry {
        Entry { kind, ..Entry::example(path, Stat { mode, ..Stat::example() }) }
    }

    fn rules(path: &[u8], kind: Kind, mode: u32, row: Option<&FileResult>) -> Vec<String> {
        places().judge(&entry(path, kind, mode), row).into_iter().map(|risky| risky.rule).collect()
    }

    fn row(entity: &str, findings: u64, possible: u64) -> FileResult {
        let mut row = FileResult::not_scanned("x".to_owned());
        row.findings.insert(entity.to_owned(), findings);
        row.possible.insert(entity.to_owned(), possible);
        row
    }

    #[test]
    fn what_lies_in_a_public_folder_is_judged_by_its_name_whatever_its_case() {
        let file = |path: &str| rules(path.as_bytes(), Kind::File, 0o600, None);
        assert_eq!(file("/var/www/html/Backup.SQL"), ["web_dump/1"]);
        assert_eq!(file("/var/www/html/a.sql.bak"), ["web_backup/1", "web_dump/1"]);
        assert_eq!(file("/home/b/public_html/.env"), ["web_config/1"]);
        assert_eq!(file("/home/b/.env"), [""; 0]);
        assert_eq!(file("up[1]/x/site.zip"), ["web_archive/1"], "a folder that was named");
        assert_eq!(file("up1/site.zip"), [""; 0], "whose name is no pattern");
        assert_eq!(rules(b"/var/www/html/.git", Kind::Folder, 0o755, None), ["web_repository/1"]);
        assert_eq!(rules(b"/var/www/html/.git", Kind::File, 0o755, None), [""; 0]);
        assert_eq!(rules(b"/var/www/html/\x83\x5c.bak", Kind::File, 0o600, None), ["web_backup/1"]);
        assert_eq!(rules(b"/var/www/html/a.sql", Kind::Link, 0o777, None), [""; 0]);
    }

    #[test]
    fn secrets_that_all_may_read_are_told_by_what_was_found() {
        let secret = row("secret", 0, 1);
        assert_eq!(rules(b"/opt/x.sh", Kind::File, 0o644, Some(&secret)), ["secret_open_to_all/1"]);
        assert_eq!(rules(b"/opt/x.sh", Kind::File, 0o640, Some(&secret)), [""; 0]);
        assert_eq!(rules(b"/opt/x.sh", Kind::File, 0o644, None), [""; 0]);
        assert_eq!(rules(b"/home/a/.ssh/id_rsa", Kind::File, 0o604, None), ["key_file_open_to_all/1"]);
    }

    #[test]
    fn personal_data_in_a_public_folder_counts_from_where_the_rule_says() {
        let of = |findings, possible| {
            rules(b"/var/www/html/a.csv", Kind::File, 0o600, Some(&row("email", findings, possible)))
        };
        assert_eq!((of(9, 100), of(10, 0)), (vec![], vec!["web_personal_data/1".to_owned()]));
    }

    #[test]
    fn every_example_of_the_built_in_rules_comes_out_as_they_say() {
        assert_eq!(places().failed_examples(), [""; 0]);
    }
}

//! What tables a database has, and what their columns are called: the rows of `sqlite_schema`, which begins on page 1.

use std::collections::BTreeMap;

use super::btree::Tree;
use super::record::{Value, values};
use crate::formats::keyed::Keyed;
use crate::formats::sql::create::{Created, create_table};
use crate::model::Charset;
use crate::text::{decode, decode_record};

/// One table that has rows in this file.
#[derive(Debug)]
pub(super) struct Table {
    pub(super) name: String,
    pub(super) root: u32,
    pub(super) tree: Tree,
    /// Names of its columns, as declared.
    pub(super) names: Vec<String>,
    /// The column of each stored value, from 0; where it is shorter they are as stored.
    pub(super) columns: Vec<usize>,
    /// The column that is the row's number.
    pub(super) alias: Option<usize>,
    pub(super) keyed: Option<Keyed>,
}

/// What stands in `sqlite_schema`.
#[derive(Debug, Default)]
pub(super) struct Schema {
    pub(super) tables: Vec<Table>,
    /// The statements, as they stand there: comments and defaults are text too.
    pub(super) statements: Vec<String>,
    /// Names of full-text tables that keep words only.
    pub(super) words_only: Vec<String>,
}

/// Tables and indexes of one database.
const ENTRIES: usize = 100_000;

/// A row of `sqlite_schema`.
struct Entry {
    kind: String,
    name: String,
    root: i64,
    sql: String,
}

/// Collects the rows of the schema.
#[derive(Default)]
pub(super) struct Entries(Vec<Entry>);

impl Entries {
    /// Takes a row in; false if there are too many.
    pub(super) fn row(&mut self, bytes: &[u8], charset: Charset) -> bool {
        let (values, _) = values(bytes);
        let text = |at: usize| match values.get(at) {
            Some(Value::Text(bytes) | Value::Blob(bytes)) => text(bytes, charset),
            _ => String::new(),
        };
        let root = match values.get(3) {
            Some(Value::Integer(root)) => *root,
            _ => 0,
        };
        self.0.push(Entry { kind: text(0), name: text(1), root, sql: text(4) });
        self.0.len() < ENTRIES
    }

    pub(super) fn is_full(&self) -> bool {
        self.0.len() >= ENTRIES
    }

    pub(super) fn schema(&self) -> Schema {
        let full_text = self.full_text();
        let mut schema = Schema::default();
        for entry in &self.0 {
            if !entry.sql.is_empty() {
                schema.statements.push(entry.sql.clone());
            }
            let root = u32::try_from(entry.root).unwrap_or(0);
            if entry.kind != "table" || root == 0 || entry.name.starts_with("sqlite_stat") {
                continue;
            }
            match shadow_of(&entry.name, &full_text) {
                Some((_, false)) => {}
                Some((arguments, true)) => schema.tables.push(entry.table(root, Some(arguments))),
                None => schema.tables.push(entry.table(root, None)),
            }
        }
        schema.words_only = full_text
            .iter()
            .filter(|(name, arguments)| {
                let is_empty = |argument: &String| {
                    let flat: String = argument.chars().filter(|c| !c.is_whitespace()).collect();
                    flat.eq_ignore_ascii_case("content=''") || flat.eq_ignore_ascii_case("content=\"\"")
                };
                arguments.iter().any(is_empty) && !self.0.iter().any(|entry| entry.name == format!("{name}_content"))
            })
            .map(|(name, _)| (*name).to_owned())
            .collect();
        schema
    }

    /// The full-text tables with their arguments: the columns, and settings.
    fn full_text(&self) -> BTreeMap<&str, Vec<String>> {
        let virtual_table = |entry: &'_ Entry| {
            let lower = entry.sql.to_ascii_lowercase();
            let at = ["using fts3", "using fts4", "using fts5"].iter().find_map(|word| lower.find(word))?;
            let rest = entry.sql.get(at..)?;
            let open = rest.find('(')?;
            let inside = rest.get(open + 1..rest.rfind(')').filter(|close| *close > open)?)?;
            Some(inside.split(',').map(|argument| argument.trim().to_owned()).collect::<Vec<_>>())
        };
        let tables = self.0.iter().filter(|entry| entry.kind == "table" && entry.root == 0);
        tables.filter_map(|entry| Some((entry.name.as_str(), virtual_table(entry)?))).collect()
    }
}

/// What a full-text table keeps beside its content: words cut from it.
const SHADOWS: [&str; 7] = ["_data", "_idx", "_docsize", "_config", "_segments", "_segdir", "_stat"];

/// The arguments of the full-text table that this one belongs to, and whether it holds the content.
fn shadow_of<'a>(name: &str, full_text: &'a BTreeMap<&str, Vec<String>>) -> Option<(&'a [String], bool)> {
    if let Some(arguments) = name.strip_suffix("_content").and_then(|base| full_text.get(base)) {
        return Some((arguments, true));
    }
    let base =
        SHADOWS.iter().find_map(|shadow| name.strip_suffix(shadow).filter(|base| full_text.contains_key(base)))?;
    full_text.get(base).map(|arguments| (arguments.as_slice(), false))
}

impl Entry {
    fn table(&self, root: u32, full_text: Option<&[String]>) -> Table {
        let created = create_table(&self.sql).unwrap_or_default();
        let mut names: Vec<String> = created.columns.iter().map(|column| column.name.clone()).collect();
        if let Some(arguments) = full_text {
            names.iter_mut().for_each(|name| *name = content_name(name, arguments));
        }
        Table {
            name: self.name.clone(),
            root,
            tree: if created.without_rowid { Tree::Index } else { Tree::Table },
            columns: stored_order(&created),
            alias: created.alias(),
            keyed: Keyed::of(&names),
            names,
        }
    }
}

/// Which column each stored value is. Tables without row numbers keep their key first.
fn stored_order(created: &Created) -> Vec<usize> {
    let stored = (0..created.columns.len()).filter(|at| created.columns.get(*at).is_some_and(|c| !c.is_virtual));
    if !created.without_rowid {
        return stored.collect();
    }
    let rest = stored.filter(|at| !created.key.contains(at));
    created.key.iter().copied().chain(rest).collect()
}

/// `c1`, and `c1mail`, is what the second column of a full-text table is called in the table of its content.
fn content_name(name: &str, arguments: &[String]) -> String {
    let Some(rest) = name.strip_prefix('c') else { return name.to_owned() };
    let digits = rest.bytes().take_while(u8::is_ascii_digit).count();
    let (number, own) = rest.split_at(digits);
    let Ok(number) = number.parse::<usize>() else { return name.to_owned() };
    if !own.is_empty() {
        return own.to_owned();
    }
    let columns = arguments.iter().filter(|argument| !argument.contains('='));
    let word = columns.skip(number).find_map(|argument| argument.split_whitespace().next());
    word.map_or_else(|| name.to_owned(), |word| word.trim_matches(['"', '\'', '`', '[', ']']).to_owned())
}

/// Text of a database in this encoding. What says UTF-8 is often not: programs store what they are given.
pub(super) fn text(bytes: &[u8], charset: Charset) -> String {
    match charset {
        Charset::Utf16Le | Charset::Utf16Be => decode(bytes, charset).0.into_owned(),
        _ => decode_record(bytes, Charset::Utf8).text.into_owned(),
    }
}

//! The table of people: a row for each person of the estimate, and no value of theirs.

use std::io;

use super::{Cell, Column, ColumnKind, Shape, TableFormat, TableOut};
use crate::count::Person;
use crate::disk::output::OutputFile;
use crate::model::Subjects;

/// What the table says of itself.
const SCHEMA: &str = "hozen.people-table/1";
/// Kinds that have a column of their own; what is beyond them shares the last.
const KINDS: usize = 64;

/// The table in the making.
pub struct PeopleTable<'f> {
    out: Box<dyn TableOut + 'f>,
    kinds: Vec<String>,
}

impl<'f> PeopleTable<'f> {
    /// Begins it in an empty file. `entities`: all kinds that were looked for, by their numbers in the count. `about`: what is to be known beside the numbers.
    ///
    /// # Errors
    /// When it can not be written.
    pub fn begin(
        format: TableFormat,
        entities: &[String],
        about: Vec<(String, String)>,
        file: &'f mut OutputFile,
    ) -> io::Result<Self> {
        let kinds = kinds(entities);
        let columns = [Column::new("person", ColumnKind::Number), Column::new("kinds", ColumnKind::Text)]
            .into_iter()
            .chain(kinds.iter().map(|kind| Column::new(&format!("has_{kind}"), ColumnKind::Flag)))
            .chain([
                Column::new("categories", ColumnKind::Text),
                Column::new("records", ColumnKind::Number),
                Column::new("files", ColumnKind::Number),
                Column::new("first_file", ColumnKind::Text),
                Column::new("first_offset", ColumnKind::Number),
                Column::new("first_row", ColumnKind::MaybeNumber),
            ]);
        let about = [("schema".to_owned(), SCHEMA.to_owned())].into_iter().chain(about).collect();
        let shape = Shape { name: "people", columns: columns.collect(), about };
        Ok(Self { out: super::begin(format, shape, file)?, kinds })
    }

    /// Takes a person.
    ///
    /// # Errors
    /// When the row can not be written.
    pub fn person(&mut self, person: &Person) -> io::Result<()> {
        let mut row = vec![Cell::Number(person.number), Cell::Text(self.kinds_of(person.kinds))];
        row.extend((0..self.kinds.len()).map(|at| Cell::Flag(person.kinds >> at & 1 == 1)));
        let categories: Vec<String> =
            person.categories.iter().map(|category| format!("{category:?}").to_lowercase()).collect();
        row.extend([
            Cell::Text(categories.join(" ")),
            Cell::Number(person.mentions),
            Cell::Number(u64::from(person.leaves)),
            Cell::Text(person.first.leaf.clone()),
            Cell::Number(person.first.offset),
            person.first.row.map_or(Cell::Empty, Cell::Number),
        ]);
        self.out.row(&row)
    }

    /// Writes the rest, with the numbers that the rows stand for.
    ///
    /// # Errors
    /// When it can not be written.
    pub fn finish(mut self, subjects: &Subjects) -> io::Result<()> {
        let number = |key: &str, number: u64| (key.to_owned(), number.to_string());
        self.out.finish(&[
            number("at_least", subjects.at_least),
            number("estimate", subjects.estimate),
            number("at_most", subjects.at_most),
        ])
    }

    fn kinds_of(&self, bits: u64) -> String {
        named(&self.kinds, bits).collect::<Vec<_>>().join(" ")
    }
}

/// The kinds that have a bit: all beyond the 63rd share one.
pub(in crate::case) fn kinds(entities: &[String]) -> Vec<String> {
    let mut kinds: Vec<String> = entities.iter().take(KINDS).cloned().collect();
    if entities.len() > KINDS
        && let Some(last) = kinds.last_mut()
    {
        "other".clone_into(last);
    }
    kinds
}

/// The names of these bits.
pub(in crate::case) fn named(kinds: &[String], bits: u64) -> impl Iterator<Item = &str> {
    kinds.iter().enumerate().filter(move |(at, _)| bits >> at & 1 == 1).map(|(_, kind)| kind.as_str())
}

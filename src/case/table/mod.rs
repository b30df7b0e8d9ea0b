//! Tables for other programs: rows go in one by one and out into a CSV file, an SQLite database or a Parquet file. No table is held in memory.
//!
//! All three are written by our own hands: what is needed of the formats is a page or two each, and a library for either would be larger than the
//! rest of this floor (docs/architecture.md).

mod csv;
mod parquet;
pub mod people;
mod sqlite;

use std::io;

use crate::disk::output::OutputFile;

/// Which kind of file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum TableFormat {
    /// One database, with the table and a second one about it.
    Sqlite,
    /// Row groups of plain columns, packed.
    Parquet,
    /// UTF-8 with a mark at its start, so that Excel reads it as such.
    Csv,
}

/// What a column holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ColumnKind {
    /// A number in every row. In the first column it is the row's own, and rising.
    Number,
    /// A number, or nothing.
    MaybeNumber,
    /// Yes or no, as 1 or 0.
    Flag,
    /// Text, which may be empty.
    Text,
}

/// A column.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Column {
    /// Its name: a stable English key.
    pub name: String,
    /// What it holds.
    pub kind: ColumnKind,
}

impl Column {
    /// A column.
    pub fn new(name: &str, kind: ColumnKind) -> Self {
        Self { name: name.to_owned(), kind }
    }
}

/// A table before its rows.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Shape {
    /// Its name.
    pub name: &'static str,
    /// The columns.
    pub columns: Vec<Column>,
    /// What is to be known of it, by key. A CSV file has no place for it.
    pub about: Vec<(String, String)>,
}

/// What stands in a cell, as the column says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Cell {
    /// Nothing.
    Empty,
    /// A number.
    Number(u64),
    /// Yes or no.
    Flag(bool),
    /// Text.
    Text(String),
}

/// A table that rows go into.
pub trait TableOut {
    /// Takes a row: a cell for each column.
    ///
    /// # Errors
    /// When it can not be written.
    fn row(&mut self, cells: &[Cell]) -> io::Result<()>;

    /// Writes the rest. `about` is what only the end knows.
    ///
    /// # Errors
    /// When it can not be written.
    fn finish(&mut self, about: &[(String, String)]) -> io::Result<()>;
}

/// Begins a table in an empty file.
///
/// # Errors
/// When it can not be written.
pub fn begin<'f>(format: TableFormat, shape: Shape, file: &'f mut OutputFile) -> io::Result<Box<dyn TableOut + 'f>> {
    Ok(match format {
        TableFormat::Csv => Box::new(csv::CsvOut::begin(&shape, file)?),
        TableFormat::Sqlite => Box::new(sqlite::SqliteOut::begin(shape, file)?),
        TableFormat::Parquet => Box::new(parquet::ParquetOut::begin(shape, file)?),
    })
}

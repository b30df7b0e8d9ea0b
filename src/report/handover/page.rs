//! The few shapes that the note is laid out from.

use crate::model::Lang;
use crate::model::limits::HANDOVER_LISTED;

/// A piece of a section.
pub(super) enum Block {
    /// A sentence.
    Say(String),
    /// A sentence that must not be overlooked.
    Warn(String),
    /// Names and what there is to say of each.
    Facts(Vec<(String, Vec<Cell>)>),
    /// A table.
    Table(Table),
    /// Sentences in a list, with boxes to tick where something is to be done.
    List(Vec<String>, bool),
}

/// A table: widths in percent, headings, rows.
pub(super) struct Table {
    /// Headings and widths.
    pub(super) head: Vec<(&'static str, u8)>,
    /// Rows.
    pub(super) rows: Vec<Vec<Cell>>,
    /// How many more rows there are.
    pub(super) more: Option<String>,
}

/// Some text, and whether its letters are to be of one width.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Cell {
    /// The text.
    pub(super) text: String,
    /// A digest, a path, a word for machines.
    pub(super) mono: bool,
    /// A number, to the right.
    pub(super) number: bool,
}

/// Words for people.
pub(super) fn plain(text: impl Into<String>) -> Cell {
    Cell { text: text.into(), mono: false, number: false }
}

/// A path, a digest.
pub(super) fn mono(text: impl Into<String>) -> Cell {
    Cell { text: text.into(), mono: true, number: false }
}

/// A number.
pub(super) fn number(number: u64) -> Cell {
    Cell { text: super::super::show::grouped(number), mono: false, number: true }
}

/// The first rows of a list, and how many more there are.
pub(super) fn table(head: Vec<(&'static str, u8)>, mut rows: Vec<Vec<Cell>>, lang: Lang) -> Block {
    let more = rows.len().saturating_sub(HANDOVER_LISTED);
    rows.truncate(HANDOVER_LISTED);
    let more = (more > 0).then(|| lang.pick(format!("… and {more} more"), format!("ほか {more} 件")));
    Block::Table(Table { head, rows, more })
}

/// Facts of which something is known.
#[derive(Default)]
pub(super) struct Known(Vec<(String, Vec<Cell>)>);

impl Known {
    /// Says a thing.
    pub(super) fn say(&mut self, name: &str, text: impl Into<String>) -> &mut Self {
        self.cells(name, vec![plain(text)])
    }

    /// Says a thing if it is known, and otherwise that nobody recorded it.
    pub(super) fn maybe(&mut self, name: &str, text: Option<&str>, otherwise: &str) -> &mut Self {
        self.say(name, text.filter(|text| !text.trim().is_empty()).unwrap_or(otherwise))
    }

    /// Says several things.
    pub(super) fn cells(&mut self, name: &str, cells: Vec<Cell>) -> &mut Self {
        self.0.push((name.to_owned(), cells));
        self
    }

    /// All of it.
    pub(super) fn block(self) -> Block {
        Block::Facts(self.0)
    }
}

//! Pivot caches: a copy of the table that a pivot table was made of, which stays when that table is deleted ([ECMA-376] Part 1, 18.10).

use std::io;

use super::sheet::day;
use crate::formats::Sink;
use crate::formats::sheet::rows::Rows;
use crate::formats::sheet::strings::Strings;
use crate::formats::sheet::xml::{Step, Xml};
use crate::model::GapKind;

/// The columns of the copy, and values that its rows name by number.
#[derive(Default)]
pub(super) struct Cache {
    names: Vec<String>,
    /// Who last made it anew.
    pub(super) refreshed_by: Option<String>,
    /// Where the values of each column begin in `items`.
    starts: Vec<usize>,
    items: Strings,
    over: u64,
}

const MOST_FIELDS: usize = 16_384;

/// The value of an element of a cache; `None` if it is none.
fn value(xml: &Xml<'_>) -> Option<String> {
    let raw = || xml.attr("v").unwrap_or_default();
    match xml.name() {
        "s" | "n" | "e" => Some(raw()),
        "d" => Some(day(&raw())),
        "b" => Some(if raw() == "0" { "FALSE" } else { "TRUE" }.to_owned()),
        "m" => Some(String::new()),
        _ => None,
    }
}

impl Cache {
    /// Reads the definition.
    pub(super) fn define(&mut self, xml: &mut Xml<'_>) -> io::Result<()> {
        let mut in_items = false;
        loop {
            match xml.next()? {
                Step::Start if xml.name() == "cacheField" && self.names.len() < MOST_FIELDS => {
                    self.names.push(xml.attr("name").unwrap_or_default());
                    self.starts.push(self.items.len());
                }
                Step::Start if xml.name() == "pivotCacheDefinition" => {
                    self.refreshed_by = xml.attr("refreshedBy").filter(|name| !name.trim().is_empty());
                }
                Step::Start if xml.name() == "sharedItems" => in_items = true,
                Step::End if xml.name() == "sharedItems" => in_items = false,
                Step::Start if in_items => {
                    if let Some(value) = value(xml)
                        && !self.items.push(&value)
                    {
                        self.over += 1;
                    }
                }
                Step::Done => return Ok(()),
                _ => {}
            }
        }
    }

    fn item(&mut self, column: usize, index: usize) -> Option<String> {
        let at = self.starts.get(column)?.checked_add(index)?;
        let end = self.starts.get(column + 1).copied().unwrap_or(self.items.len());
        if at < end { self.items.get(at).map(str::to_owned) } else { None }
    }

    /// Reads the rows.
    pub(super) fn records(&mut self, xml: &mut Xml<'_>, rows: &mut Rows, out: &mut dyn Sink) -> io::Result<()> {
        let (mut column, mut in_row) = (0, false);
        loop {
            match xml.next()? {
                Step::Start if xml.name() == "r" => {
                    rows.begin(None, out);
                    (column, in_row) = (0, true);
                }
                Step::End if xml.name() == "r" => in_row = false,
                Step::Start if in_row => {
                    let text = match xml.name() {
                        "x" => xml
                            .attr("v")
                            .and_then(|index| index.parse().ok())
                            .and_then(|index| self.item(column, index)),
                        _ => value(xml),
                    };
                    column += 1;
                    let place = u32::try_from(column).unwrap_or(u32::MAX);
                    rows.cell((place, text.unwrap_or_default()), None, out)?;
                }
                Step::Done => return Ok(()),
                _ => {}
            }
        }
    }

    /// Rows under the names of the columns.
    pub(super) fn rows(&self) -> Rows {
        Rows::named(self.names.clone())
    }

    /// Values that no row named: those of rows that are gone, or all where the rows were not kept.
    pub(super) fn rest(&mut self, rows: &mut Rows, out: &mut dyn Sink) -> io::Result<()> {
        if self.over > 0 {
            let reason = format!(
                "the pivot cache holds {} values more than are held at once, which were not read; export its table as CSV and run hozen on that",
                self.over
            );
            out.gap(GapKind::OverLimit, reason);
        }
        for (index, text) in self.items.left_over() {
            let column = self.starts.partition_point(|start| *start <= index);
            rows.begin(None, out);
            rows.cell((u32::try_from(column).unwrap_or(u32::MAX), text.to_owned()), None, out)?;
        }
        Ok(())
    }
}

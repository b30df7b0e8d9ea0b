//! Workbooks that Excel 2002 and 2003 saved as XML (SpreadsheetML 2003): each sheet a part, rows under their header.

use std::io::Read;

use crate::formats::Sink;
use crate::formats::markup::{Markup, Piece};
use crate::formats::table::Table;
use crate::formats::written::{Cell, Written};
use crate::model::limits::RECORD_BYTES;

/// Reads a workbook whose root was opened.
pub(super) fn workbook<R: Read>(markup: &mut Markup<R>, out: &mut dyn Sink) {
    let mut text = Written::default();
    let mut property = String::new();
    loop {
        match markup.next() {
            Piece::Open(tag) if tag.name == "Worksheet" => {
                let name = tag.get("Name").unwrap_or("sheet").to_owned();
                if !out.part(&name, &mut |out| sheet(markup, out)) {
                    return;
                }
            }
            Piece::Open(tag) if tag.name == "Styles" => markup.skip(),
            Piece::Open(tag) => property = tag.name,
            Piece::Text(value) if !value.trim().is_empty() => {
                text.pairs(&[(property.clone(), value.trim().to_owned())], out);
            }
            Piece::Aside(value) => text.lines(&value, out),
            Piece::End => return,
            _ => {}
        }
    }
}

fn sheet<R: Read>(markup: &mut Markup<R>, out: &mut dyn Sink) {
    let depth = markup.depth;
    let (mut text, mut table) = (Written::default(), Table::default());
    let (mut row, mut column, mut wide) = (0_u64, 0_u32, 0_u32);
    let (mut cells, mut bytes): (Vec<Cell>, usize) = (Vec::new(), 0);
    let mut in_data = false;
    while markup.depth >= depth {
        match markup.next() {
            Piece::Open(tag) => match tag.name.as_str() {
                "Row" => {
                    let stated = tag.number("Index").map(u64::from).filter(|index| *index > row);
                    row = stated.unwrap_or(row + 1);
                    column = 0;
                }
                "Cell" => {
                    let stated = tag.number("Index").filter(|index| *index > column);
                    column = stated.unwrap_or(column.saturating_add(1));
                    wide = tag.number("MergeAcross").unwrap_or(0).min(16_384);
                    let target = tag.get("HRef").unwrap_or_default().to_owned();
                    cells.push(Cell { column, text: String::new(), undone: None });
                    if !target.is_empty() && !target.starts_with('#') {
                        text.lines(&target, out);
                    }
                }
                "Data" => in_data = true,
                _ => {}
            },
            Piece::Close(name) => match name.as_str() {
                "Data" => in_data = false,
                "Cell" => column = column.saturating_add(wide),
                "Row" => {
                    table.row(row, std::mem::take(&mut cells), &mut text, out);
                    bytes = 0;
                }
                _ => {}
            },
            Piece::Text(value) if in_data => {
                bytes += value.len();
                if let Some(cell) = cells.last_mut() {
                    cell.text.push_str(&value);
                }
                if bytes > RECORD_BYTES {
                    table.row(row, std::mem::take(&mut cells), &mut text, out);
                    bytes = 0;
                }
            }
            Piece::End => break,
            _ => {}
        }
    }
    table.row(row + 1, cells, &mut text, out);
    table.finish(&mut text, out);
}

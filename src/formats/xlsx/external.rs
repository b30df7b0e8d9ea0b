//! Links to other workbooks: the cells that this one remembers of them ([ECMA-376] Part 1, 18.14).

use std::io;

use crate::formats::Sink;
use crate::formats::sheet::grid::address;
use crate::formats::sheet::rows::Rows;
use crate::formats::sheet::xml::{Step, Xml};
use crate::formats::written::Written;

const MOST_SHEETS: usize = 100_000;

/// Reads one link. Sheets of the other workbook are parts by their names. Returns whether to go on.
pub(super) fn read(xml: &mut Xml<'_>, out: &mut dyn Sink) -> io::Result<bool> {
    let (mut names, mut text) = (Vec::new(), Written::default());
    loop {
        match xml.next()? {
            Step::Start => match xml.name() {
                "sheetName" if names.len() < MOST_SHEETS => names.push(xml.attr("val").unwrap_or_default()),
                "sheetData" => {
                    let name = xml.attr("sheetId").and_then(|id| id.parse::<usize>().ok()).and_then(|at| names.get(at));
                    let name = name.map_or("sheet", String::as_str).to_owned();
                    let mut result = Ok(());
                    let go_on = out.part(&name, &mut |out| {
                        let mut rows = Rows::default();
                        result = cells(xml, &mut rows, out);
                        rows.finish(out);
                    });
                    result?;
                    if !go_on {
                        return Ok(false);
                    }
                }
                // The program and file of such a link.
                "ddeLink" | "oleLink" => {
                    let said = ["ddeService", "ddeTopic", "progId"].into_iter().filter_map(|name| xml.attr(name));
                    said.for_each(|said| text.lines(&said, out));
                }
                // Values of links to programs (DDE, OLE).
                "val" => {
                    let value = xml.inner_text()?;
                    text.lines(&value, out);
                }
                _ => {}
            },
            Step::Done => return Ok(true),
            _ => {}
        }
    }
}

fn cells(xml: &mut Xml<'_>, rows: &mut Rows, out: &mut dyn Sink) -> io::Result<()> {
    let depth = xml.depth();
    let mut column = 0;
    loop {
        match xml.next()? {
            Step::Start => match xml.name() {
                "row" => rows.begin(xml.attr("r").and_then(|number| number.parse().ok()), out),
                "cell" => {
                    let place = xml.attr("r").and_then(|text| address(&text));
                    column = place.map_or(rows.next_column(), |(column, _)| column);
                }
                "v" => {
                    let value = xml.inner_text()?;
                    rows.cell((column, value), None, out)?;
                }
                _ => {}
            },
            Step::End if xml.depth() < depth => return Ok(()),
            Step::Done => return Ok(()),
            _ => {}
        }
    }
}

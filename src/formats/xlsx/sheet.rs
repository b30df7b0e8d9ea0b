//! One worksheet, row by row, never whole in memory ([ECMA-376] Part 1, 18.3.1): values as a person sees them, and what stands around
//! the cells: links, header and footer, lists of allowed values.

use std::io;

use super::shared::{string, unescaped};
use super::styles::Styles;
use crate::formats::Sink;
use crate::formats::sheet::grid::address;
use crate::formats::sheet::number::{Epoch, show};
use crate::formats::sheet::rows::Rows;
use crate::formats::sheet::strings::Strings;
use crate::formats::sheet::xml::{Step, Xml};
use crate::formats::sheet::{MOST_COLUMNS, literals};
use crate::model::limits::PART_BYTES;
use crate::model::{GapKind, Undone};

/// What cells refer to.
pub(super) struct Shared<'a> {
    pub(super) strings: &'a mut Strings,
    /// Some strings did not fit.
    pub(super) strings_cut: bool,
    pub(super) styles: &'a Styles,
    pub(super) epoch: Epoch,
}

/// What stands around the cells of a sheet.
#[derive(Default)]
pub(super) struct Around {
    pub(super) rows: Rows,
    /// Header and footer, lists of allowed values, notes on them.
    pub(super) texts: Vec<String>,
    /// The cell, the relation and other words of each link.
    pub(super) links: Vec<(String, String, String)>,
}

/// Links and texts that are kept of one sheet.
const MOST_AROUND: usize = 200_000;

/// A cell on its way.
#[derive(Default)]
struct Open {
    column: u32,
    kind: String,
    style: usize,
    value: String,
    formula: String,
}

/// Cells whose shared string is not there.
#[derive(Default)]
pub(super) struct Missing {
    count: u64,
    first_row: u64,
}

impl Missing {
    pub(super) fn count(&mut self, row: u64) {
        self.first_row = if self.count == 0 { row } else { self.first_row };
        self.count += 1;
    }

    pub(super) fn tell(&self, strings_cut: bool, out: &mut dyn Sink) {
        if self.count == 0 {
            return;
        }
        let (kind, why) = if strings_cut {
            (
                GapKind::OverLimit,
                "were not held because there are too many of them; those were read as lines of their own",
            )
        } else {
            (GapKind::Malformed, "are not there; look for a whole copy")
        };
        let reason =
            format!("{} cells, the first in row {}, name shared strings that {why}", self.count, self.first_row);
        out.gap(kind, reason);
    }
}

/// Reads a sheet as far as it goes.
pub(super) fn read(
    xml: &mut Xml<'_>,
    shared: &mut Shared<'_>,
    around: &mut Around,
    out: &mut dyn Sink,
) -> io::Result<()> {
    let mut missing = Missing::default();
    let result = walk(xml, shared, around, &mut missing, out);
    around.rows.finish(out);
    missing.tell(shared.strings_cut, out);
    result
}

fn walk(
    xml: &mut Xml<'_>,
    shared: &mut Shared<'_>,
    around: &mut Around,
    missing: &mut Missing,
    out: &mut dyn Sink,
) -> io::Result<()> {
    let mut in_data = false;
    loop {
        match xml.next()? {
            Step::Start => match xml.name() {
                "sheetData" => in_data = true,
                "row" if in_data => around.rows.begin(xml.attr("r").and_then(|number| number.parse().ok()), out),
                "c" if in_data => cell(xml, shared, &mut around.rows, missing, out)?,
                _ if !in_data => beside(xml, around)?,
                _ => {}
            },
            Step::End if xml.name() == "sheetData" => in_data = false,
            Step::Done => return Ok(()),
            _ => {}
        }
    }
}

fn cell(
    xml: &mut Xml<'_>,
    shared: &mut Shared<'_>,
    rows: &mut Rows,
    missing: &mut Missing,
    out: &mut dyn Sink,
) -> io::Result<()> {
    let place = xml.attr("r").and_then(|text| address(&text));
    // A row without a number has that of its cells.
    if let Some((_, row)) = place
        && rows.next_column() == 1
        && row > rows.number()
    {
        rows.begin(Some(row), out);
    }
    let mut open = Open {
        column: place.map_or(rows.next_column(), |(column, _)| column).min(MOST_COLUMNS * 4),
        kind: xml.attr("t").unwrap_or_default(),
        style: xml.attr("s").and_then(|style| style.parse().ok()).unwrap_or(0),
        ..Open::default()
    };
    let depth = xml.depth();
    loop {
        match xml.next()? {
            Step::Start => match xml.name() {
                "v" => open.value = xml.inner_text()?,
                "is" => open.value = string(xml)?,
                "f" => open.formula = xml.inner_text()?,
                _ => {}
            },
            Step::End if xml.depth() < depth => break,
            Step::Done => break,
            _ => {}
        }
    }
    let (text, undone) = value(&open, shared, missing, rows.number());
    let hidden = if open.formula.contains('"') { literals(&open.formula, &text) } else { Vec::new() };
    rows.cell((open.column, text), undone, out)?;
    hidden.into_iter().try_for_each(|text| rows.cell((open.column, text), None, out))
}

fn value(open: &Open, shared: &mut Shared<'_>, missing: &mut Missing, row: u64) -> (String, Option<Undone>) {
    let raw = open.value.as_str();
    match open.kind.as_str() {
        "s" if raw.trim().is_empty() => (String::new(), None),
        "s" => match raw.trim().parse().ok().and_then(|index| shared.strings.get(index)) {
            Some(text) => (text.to_owned(), None),
            None => {
                missing.count(row);
                (String::new(), None)
            }
        },
        "b" => (if raw.trim() == "0" { "FALSE" } else { "TRUE" }.to_owned(), None),
        "d" => (day(raw), None),
        "" | "n" => show(raw, shared.styles.shape(open.style), shared.epoch),
        "inlineStr" => (raw.to_owned(), None),
        _ => (unescaped(raw.to_owned()), None),
    }
}

/// A day as ISO 8601 writes it, without a time that is none.
pub(in crate::formats) fn day(raw: &str) -> String {
    let raw = raw.trim();
    match raw.split_once('T') {
        Some((day, time)) if time.trim_end_matches('Z').bytes().all(|byte| b"0:.".contains(&byte)) => day.to_owned(),
        Some((day, time)) => format!("{day} {time}"),
        None => raw.to_owned(),
    }
}

fn beside(xml: &mut Xml<'_>, around: &mut Around) -> io::Result<()> {
    let bytes = || around.texts.iter().map(String::len).sum::<usize>();
    let texts = around.texts.len();
    if texts >= MOST_AROUND
        || around.links.len() >= MOST_AROUND
        || (texts % 1024 == 1023 && bytes() as u64 > PART_BYTES)
    {
        return Err(io::Error::other(format!("over {MOST_AROUND} links or texts around the cells")));
    }
    match xml.name() {
        "hyperlink" => {
            let get = |name| xml.attr(name).unwrap_or_default();
            let words = [get("tooltip"), get("display")].join(" ");
            around.links.push((get("ref"), get("id"), words.trim().to_owned()));
        }
        "oddHeader" | "evenHeader" | "firstHeader" | "oddFooter" | "evenFooter" | "firstFooter" => {
            let text = xml.inner_text()?;
            around.texts.extend(without_codes(&text));
        }
        // Of lists of allowed values and rules of colouring, `f` in extensions.
        "formula" | "formula1" | "formula2" | "f" => {
            let formula = xml.inner_text()?;
            around.texts.extend(literals(&formula, ""));
        }
        "dataValidation" => {
            let words = ["promptTitle", "prompt", "errorTitle", "error"].map(|name| xml.attr(name).unwrap_or_default());
            around.texts.extend(words.into_iter().filter(|text| !text.is_empty()));
        }
        // Scenarios, and who made them; what a word in a cell was taken for; where the sheet was published.
        "scenario" => said(xml, &["name", "user", "comment"], around),
        "inputCells" | "cellSmartTagPr" => said(xml, &["val"], around),
        "webPublishItem" => said(xml, &["title", "destinationFile"], around),
        _ => {}
    }
    Ok(())
}

fn said(xml: &Xml<'_>, names: &[&str], around: &mut Around) {
    let values = names.iter().filter_map(|name| xml.attr(name));
    around.texts.extend(values.filter(|value| !value.trim().is_empty()));
}

/// The texts of a header or footer: left, middle and right, without fonts, colours and page numbers ([ECMA-376] Part 1, 18.3.1.46).
pub(in crate::formats) fn without_codes(text: &str) -> Vec<String> {
    let mut texts = vec![String::new()];
    let mut chars = text.chars().peekable();
    let mut push = |c: char, starts: bool| match texts.last_mut() {
        Some(last) if !starts => last.push(c),
        _ => texts.push(String::new()),
    };
    while let Some(c) = chars.next() {
        if c != '&' {
            push(c, false);
            continue;
        }
        match chars.next() {
            Some('&') => push('&', false),
            Some('L' | 'C' | 'R') => push(' ', true),
            Some('"') => drop(chars.find(|c| *c == '"')),
            Some('K') => {
                let is_colour = |c: &char| c.is_ascii_hexdigit() || "+-".contains(*c);
                let _ = (0..6).take_while(|_| chars.next_if(is_colour).is_some()).count();
            }
            Some('0'..='9') => while chars.next_if(char::is_ascii_digit).is_some() {},
            _ => push(' ', false),
        }
    }
    texts.into_iter().map(|text| text.trim().to_owned()).filter(|text| !text.is_empty()).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn headers_without_codes() {
        let text = "&L&\"MS Gothic,Bold\"&12社外秘 &D&C&K01+000山田 太郎 A&&B&R&P / &N";
        assert_eq!(without_codes(text), ["社外秘", "山田 太郎 A&B", "/"]);
        assert_eq!(day("1980-04-12T00:00:00"), "1980-04-12");
        assert_eq!(day("1980-04-12T10:00:00Z"), "1980-04-12 10:00:00Z");
    }
}

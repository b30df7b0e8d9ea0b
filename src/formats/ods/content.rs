//! The content of a spreadsheet, in order and never whole in memory: tables, their rows and cells, comments, and paragraphs beside them
//! (ODF 1.3, part 3, 9). Repeated cells and rows are given so often as a person may have typed them.

use std::collections::BTreeSet;
use std::io;

use super::value::Stored;
use crate::formats::Sink;
use crate::formats::sheet::rows::Rows;
use crate::formats::sheet::xml::{Step, Xml};
use crate::formats::sheet::{MOST_COLUMNS, literals};
use crate::formats::written::Written;
use crate::formats::xlsx::{shown_name, texts};
use crate::model::Undone;

/// A cell or row that is repeated more often is filling, and given so often.
const MOST_REPEATS: u64 = 64;
/// Comments of one sheet, and bytes of them, until they are given as cells.
const MOST_COMMENTS: usize = 100_000;
const COMMENT_BYTES: usize = 8 * 1024 * 1024;
/// Styles of hidden tables.
const MOST_STYLES: usize = 100_000;

/// What is known before the first table.
#[derive(Default)]
pub(super) struct Content {
    /// Styles of tables that are not shown.
    hidden: BTreeSet<String>,
    /// Text that stands in no table.
    text: Written,
}

impl Content {
    /// Reads a document as far as it goes.
    pub(super) fn read(mut self, xml: &mut Xml<'_>, out: &mut dyn Sink) -> io::Result<()> {
        let mut style = String::new();
        loop {
            match xml.next()? {
                Step::Start => match xml.name() {
                    "style" => style = xml.attr("name").unwrap_or_default(),
                    "table-properties" if self.hidden.len() < MOST_STYLES => {
                        let hides = xml.attr("display").is_some_and(|display| display == "false");
                        self.hidden.extend(hides.then(|| style.clone()));
                    }
                    "table" => {
                        let go_on = self.table(xml, out)?;
                        if !go_on {
                            return Ok(());
                        }
                    }
                    // In the flat form.
                    "meta" if xml.depth() == 2 => self.meta(xml, out)?,
                    "binary-data" => embedded(xml, out)?,
                    "content-validation" => self.literals(xml, "condition", out),
                    "named-expression" => self.literals(xml, "expression", out),
                    "p" | "h" => {
                        let paragraph = paragraph(xml)?;
                        self.text.lines(&paragraph.text, out);
                        paragraph.links.iter().for_each(|link| self.text.lines(link, out));
                    }
                    _ => {}
                },
                Step::Done => return Ok(()),
                _ => {}
            }
        }
    }

    fn literals(&mut self, xml: &Xml<'_>, attribute: &str, out: &mut dyn Sink) {
        let formula = xml.attr(attribute).unwrap_or_default();
        literals(&formula, "").iter().for_each(|text| self.text.lines(text, out));
    }

    fn meta(&mut self, xml: &mut Xml<'_>, out: &mut dyn Sink) -> io::Result<()> {
        let (depth, mut value, mut name) = (xml.depth(), String::new(), String::new());
        loop {
            match xml.next()? {
                Step::Start => name = xml.attr("name").unwrap_or_else(|| xml.name().to_owned()),
                Step::Text => value.push_str(xml.text()),
                Step::End => {
                    let pair = (name.clone(), std::mem::take(&mut value));
                    if !pair.1.trim().is_empty() {
                        self.text.pairs(&[pair], out);
                    }
                    if xml.depth() < depth {
                        return Ok(());
                    }
                }
                Step::Done => return Ok(()),
            }
        }
    }

    /// One sheet, as a part by its name.
    fn table(&self, xml: &mut Xml<'_>, out: &mut dyn Sink) -> io::Result<bool> {
        let hidden = xml.attr("style-name").is_some_and(|style| self.hidden.contains(&style));
        let name = shown_name(&xml.attr("name").unwrap_or_default(), if hidden { "hidden" } else { "" });
        let mut result = Ok(());
        let go_on = out.part(&name, &mut |out| {
            let mut table = Table::default();
            result = table.read(xml, out);
            table.rows.finish(out);
            table.tell_comments(out);
        });
        result.map(|()| go_on)
    }
}

/// The cells of one sheet.
#[derive(Default)]
struct Table {
    rows: Rows,
    /// The number of the next row.
    next_row: u64,
    comments: Vec<(u32, u64, String)>,
    comment_bytes: usize,
    authors: BTreeSet<String>,
    shapes: Written,
}

/// A cell on its way to its row.
type Made = (u32, String, Option<Undone>);

impl Table {
    fn read(&mut self, xml: &mut Xml<'_>, out: &mut dyn Sink) -> io::Result<()> {
        let depth = xml.depth();
        self.next_row = 1;
        loop {
            match xml.next()? {
                Step::Start => match xml.name() {
                    "table-row" => self.row(xml, out)?,
                    // Text boxes that lie on the sheet.
                    "p" | "h" => {
                        let paragraph = paragraph(xml)?;
                        self.shapes.lines(&paragraph.text, out);
                    }
                    "binary-data" => embedded(xml, out)?,
                    _ => {}
                },
                Step::End if xml.depth() < depth => return Ok(()),
                Step::Done => return Ok(()),
                _ => {}
            }
        }
    }

    fn row(&mut self, xml: &mut Xml<'_>, out: &mut dyn Sink) -> io::Result<()> {
        let repeated = count(xml, "number-rows-repeated");
        let number = self.next_row;
        self.next_row = self.next_row.saturating_add(repeated);
        let (depth, mut column, mut kept) = (xml.depth(), 1_u32, Vec::<Made>::new());
        self.rows.begin(Some(number), out);
        loop {
            match xml.next()? {
                Step::Start if matches!(xml.name(), "table-cell" | "covered-table-cell") => {
                    let times = count(xml, "number-columns-repeated");
                    let made = self.cell(xml, (column, number), out)?;
                    for (nth, at) in (0..times.min(MOST_REPEATS)).zip(column..) {
                        for (text, undone) in made.iter().filter(|(text, _)| !text.trim().is_empty()) {
                            self.rows.cell((at, text.clone()), *undone, out)?;
                            if repeated > 1 && nth == 0 && kept.len() < MOST_COLUMNS as usize {
                                kept.push((at, text.clone(), *undone));
                            }
                        }
                    }
                    column = column.saturating_add(u32::try_from(times).unwrap_or(u32::MAX));
                }
                Step::End if xml.depth() < depth => break,
                Step::Done => break,
                _ => {}
            }
        }
        for again in 1..repeated.min(if kept.is_empty() { 1 } else { MOST_REPEATS }) {
            self.rows.begin(Some(number.saturating_add(again)), out);
            for (column, text, undone) in &kept {
                self.rows.cell((*column, text.clone()), *undone, out)?;
            }
        }
        Ok(())
    }

    /// The value of a cell, and what stands in it and is not shown.
    fn cell(
        &mut self,
        xml: &mut Xml<'_>,
        place: (u32, u64),
        out: &mut dyn Sink,
    ) -> io::Result<Vec<(String, Option<Undone>)>> {
        let get = |name: &str| xml.attr(name).unwrap_or_default();
        let stored = Stored {
            kind: get("value-type"),
            value: get("value"),
            date: get("date-value"),
            string: get("string-value"),
        };
        let formula = get("formula");
        let (depth, mut lines, mut links) = (xml.depth(), Vec::new(), Vec::new());
        loop {
            match xml.next()? {
                Step::Start => match xml.name() {
                    "p" | "h" => {
                        let paragraph = paragraph(xml)?;
                        lines.push(paragraph.text);
                        links.extend(paragraph.links);
                    }
                    "annotation" => self.comment(xml, place)?,
                    "binary-data" => embedded(xml, out)?,
                    _ => {}
                },
                Step::End if xml.depth() < depth => break,
                Step::Done => break,
                _ => {}
            }
        }
        let shown = lines.join("\n");
        let mut made = vec![stored.text(&shown)];
        let hidden = if formula.contains('"') { literals(&formula, &shown) } else { Vec::new() };
        made.extend(links.into_iter().chain(hidden).map(|text| (text, None)));
        made.extend(self.over_comment().map(|text| (text, None)));
        Ok(made)
    }

    fn comment(&mut self, xml: &mut Xml<'_>, (column, row): (u32, u64)) -> io::Result<()> {
        let (depth, mut lines) = (xml.depth(), Vec::new());
        loop {
            match xml.next()? {
                Step::Start => match xml.name() {
                    "p" | "h" => lines.push(paragraph(xml)?.text),
                    "creator" => {
                        let author = xml.inner_text()?;
                        if self.authors.len() < MOST_COMMENTS && author.len() <= 4096 {
                            self.authors.insert(author);
                        }
                    }
                    _ => {}
                },
                Step::End if xml.depth() < depth => break,
                Step::Done => break,
                _ => {}
            }
        }
        let text = lines.join("\n");
        self.comment_bytes += text.len();
        self.comments.push((column, row, text));
        Ok(())
    }

    /// Where there are too many to hold, a comment is given as a cell beside its own.
    fn over_comment(&mut self) -> Option<String> {
        let over = self.comments.len() > MOST_COMMENTS || self.comment_bytes > COMMENT_BYTES;
        let (_, _, text) = if over { self.comments.pop()? } else { return None };
        self.comment_bytes -= text.len();
        Some(text)
    }

    fn tell_comments(&mut self, out: &mut dyn Sink) {
        if self.comments.is_empty() {
            return;
        }
        let (comments, authors) = (std::mem::take(&mut self.comments), std::mem::take(&mut self.authors));
        out.part("comments", &mut |out| {
            let mut text = Written::default();
            for (column, row, comment) in &comments {
                texts::comment(Some((*column, *row)), comment.clone(), &mut text, out);
            }
            for author in authors.iter().filter(|author| !author.trim().is_empty()) {
                text.pairs(&[("author".to_owned(), author.clone())], out);
            }
        });
    }
}

fn count(xml: &Xml<'_>, name: &str) -> u64 {
    xml.attr(name).and_then(|text| text.parse().ok()).unwrap_or(1).clamp(1, u64::from(u32::MAX))
}

/// A paragraph: its text, and addresses of links that it does not show.
#[derive(Default)]
struct Paragraph {
    text: String,
    links: Vec<String>,
}

/// The paragraph that began last, up to its end. Readings of ruby are left out.
fn paragraph(xml: &mut Xml<'_>) -> io::Result<Paragraph> {
    let (depth, mut text, mut links, mut reading) = (xml.depth(), String::new(), Vec::<String>::new(), 0_usize);
    loop {
        match xml.next()? {
            Step::Start => match xml.name() {
                "ruby-text" => reading += 1,
                "s" => {
                    let times = count(xml, "c").min(1000) as usize;
                    text.extend(std::iter::repeat_n(' ', times));
                }
                "tab" => text.push('\t'),
                "line-break" => text.push('\n'),
                "a" if links.len() < 1000 => links.extend(xml.attr("href")),
                _ => {}
            },
            Step::End if xml.name() == "ruby-text" => reading = reading.saturating_sub(1),
            Step::Text if reading == 0 => text.push_str(xml.text()),
            Step::Done => break,
            _ => {}
        }
        if xml.depth() < depth {
            break;
        }
    }
    for link in &mut links {
        if let Some(address) = link.strip_prefix("mailto:") {
            *link = address.to_owned();
        }
    }
    links.retain(|link| !link.is_empty() && !link.starts_with('#') && !text.contains(link.as_str()));
    Ok(Paragraph { text, links })
}

/// All paragraphs of a part, as lines.
pub(super) fn paragraphs(xml: &mut Xml<'_>, out: &mut dyn Sink) -> io::Result<()> {
    let mut text = Written::default();
    loop {
        match xml.next()? {
            Step::Start if matches!(xml.name(), "p" | "h") => {
                let paragraph = paragraph(xml)?;
                text.lines(&paragraph.text, out);
                paragraph.links.iter().for_each(|link| text.lines(link, out));
            }
            Step::Start if xml.name() == "binary-data" => embedded(xml, out)?,
            Step::Done => return Ok(()),
            _ => {}
        }
    }
}

/// A picture or object within the XML, looked at as a member.
fn embedded(xml: &mut Xml<'_>, out: &mut dyn Sink) -> io::Result<()> {
    let text: String = xml.inner_text()?.split_ascii_whitespace().collect();
    match data_encoding::BASE64.decode(text.as_bytes()) {
        Ok(bytes) => {
            out.child("embedded object", &mut bytes.as_slice());
        }
        Err(error) => {
            let reason =
                format!("an object in the document is not in base64 as it says ({error}); look for a whole copy");
            out.member_gap("embedded object", crate::model::GapKind::Malformed, reason);
        }
    }
    Ok(())
}

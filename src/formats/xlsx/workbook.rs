//! The workbook part: its sheets in order, hidden ones too, from which day it counts, and names with text in them.

use std::io;

use crate::formats::sheet::literals;
use crate::formats::sheet::number::Epoch;
use crate::formats::sheet::xml::{Step, Xml};
use crate::model::limits::PART_BYTES;

/// A sheet, as the workbook lists it.
#[derive(Debug, Clone)]
pub(super) struct Sheet {
    /// As it is shown to a person: a hidden one says so.
    pub(super) name: String,
    pub(super) relation: String,
}

#[derive(Debug, Default)]
pub(super) struct Workbook {
    pub(super) sheets: Vec<Sheet>,
    pub(super) epoch: Epoch,
    /// Defined names that hold text, and the text.
    pub(super) named_texts: Vec<(String, String)>,
}

/// Sheets of one workbook, and names.
const MOST: usize = 100_000;

/// Reads it as far as it goes.
pub(super) fn read(xml: &mut Xml<'_>, book: &mut Workbook) -> io::Result<()> {
    xml.limit(PART_BYTES);
    loop {
        match xml.next()? {
            Step::Start => match xml.name() {
                "sheet" if book.sheets.len() < MOST => {
                    let name = shown(&xml.attr("name").unwrap_or_default(), &xml.attr("state").unwrap_or_default());
                    book.sheets.push(Sheet { name, relation: xml.attr("id").unwrap_or_default() });
                }
                "workbookPr" if xml.attr("date1904").is_some_and(|value| value == "1" || value == "true") => {
                    book.epoch = Epoch::Y1904;
                }
                "definedName" if book.named_texts.len() < MOST => {
                    let name = xml.attr("name").unwrap_or_default();
                    let said = ["comment", "description", "help", "customMenu", "statusBar"].map(|said| xml.attr(said));
                    let formula = xml.inner_text()?;
                    let said = said.into_iter().flatten().filter(|said| !said.trim().is_empty());
                    let texts = literals(&formula, "").into_iter().chain(said);
                    book.named_texts.extend(texts.map(|text| (name.clone(), text)));
                }
                // Who has it open; views of it, which programs call by the people whose they are; where it was published.
                "fileSharing" => said(xml, &["userName"], book),
                "customWorkbookView" => said(xml, &["name"], book),
                "webPublishObject" => said(xml, &["title", "destinationFile"], book),
                _ => {}
            },
            Step::Done => return Ok(()),
            _ => {}
        }
    }
}

/// Keeps what an element says in attributes.
fn said(xml: &Xml<'_>, names: &[&str], book: &mut Workbook) {
    let values = names.iter().filter_map(|name| Some(((*name).to_owned(), xml.attr(name)?)));
    let room = MOST.saturating_sub(book.named_texts.len());
    book.named_texts.extend(values.filter(|(_, value)| !value.trim().is_empty()).take(room));
}

/// A sheet's name, and that a person does not see it.
pub(in crate::formats) fn shown(name: &str, state: &str) -> String {
    match state {
        "hidden" => format!("{name} (hidden)"),
        "veryHidden" => format!("{name} (very hidden)"),
        _ => name.to_owned(),
    }
}

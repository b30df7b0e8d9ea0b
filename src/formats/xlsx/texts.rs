//! Texts beside the cells: comments, text boxes and charts, properties ([ECMA-376] Part 1, 18.7, 20.1, 21.1, 22.2; [MS-XLSX] 2.1.4 for
//! threads of comments).

use std::collections::BTreeSet;
use std::io;

use super::shared::string;
use crate::formats::Sink;
use crate::formats::sheet::grid::address;
use crate::formats::sheet::xml::{Step, Xml};
use crate::formats::written::{Cell, Written};

/// Lines of one drawing that are remembered, so that its form for old programs is not told a second time.
const MOST_SAID: usize = 100_000;
const MOST_AUTHORS: usize = 100_000;
/// A longer name of an author is told at once, and not kept.
const MOST_AUTHOR_BYTES: usize = 1024;

/// Text of the comment of one cell.
pub(in crate::formats) fn comment(place: Option<(u32, u64)>, text: String, written: &mut Written, out: &mut dyn Sink) {
    match place {
        Some((column, row)) => written.row(row, &[Cell { column, text, undone: None }], &[], out),
        None => written.lines(&text, out),
    }
}

/// Notes at cells, and their authors. A note that only repeats a thread of comments for older programs is left out.
pub(super) fn comments(xml: &mut Xml<'_>, threads: bool, out: &mut dyn Sink) -> io::Result<()> {
    let (mut text, mut authors, mut place, mut repeats) = (Written::default(), Vec::new(), None, false);
    loop {
        match xml.next()? {
            Step::Start => match xml.name() {
                "author" if authors.len() < MOST_AUTHORS => {
                    let author = xml.inner_text()?;
                    if author.len() > MOST_AUTHOR_BYTES {
                        text.lines(&author, out);
                    }
                    authors.push(if author.len() > MOST_AUTHOR_BYTES { String::new() } else { author });
                }
                "comment" => {
                    place = xml.attr("ref").and_then(|text| address(&text));
                    let author =
                        xml.attr("authorId").and_then(|id| id.parse::<usize>().ok()).and_then(|at| authors.get(at));
                    repeats = threads && author.is_some_and(|author: &String| author.starts_with("tc={"));
                }
                "text" => {
                    let note = string(xml)?;
                    if !repeats {
                        comment(place, note, &mut text, out);
                    }
                }
                _ => {}
            },
            Step::Done => break,
            _ => {}
        }
    }
    for author in authors.into_iter().filter(|author| !author.starts_with("tc={")) {
        text.pairs(&[("author".to_owned(), author)], out);
    }
    Ok(())
}

/// Threads of comments at cells.
pub(super) fn threads(xml: &mut Xml<'_>, out: &mut dyn Sink) -> io::Result<()> {
    let (mut text, mut place) = (Written::default(), None);
    loop {
        match xml.next()? {
            Step::Start if xml.name() == "threadedComment" => place = xml.attr("ref").and_then(|text| address(&text)),
            Step::Start if xml.name() == "text" => {
                let said = xml.inner_text()?;
                comment(place, said, &mut text, out);
            }
            Step::Done => return Ok(()),
            _ => {}
        }
    }
}

/// People who wrote comments: their names and accounts.
pub(super) fn persons(xml: &mut Xml<'_>, out: &mut dyn Sink) -> io::Result<()> {
    let mut text = Written::default();
    loop {
        match xml.next()? {
            Step::Start if xml.name() == "person" => {
                let get = |name: &str| (name.to_owned(), xml.attr(name).unwrap_or_default());
                text.pairs(&[get("displayName"), get("userId")], out);
            }
            Step::Done => return Ok(()),
            _ => {}
        }
    }
}

/// Paragraphs of text boxes, titles and values that charts keep, and what pictures are said to show.
pub(super) fn paragraphs(xml: &mut Xml<'_>, out: &mut dyn Sink) -> io::Result<()> {
    let mut lines = Lines::default();
    let mut paragraph: Option<String> = None;
    let mut point = String::new();
    loop {
        let step = xml.next()?;
        if step == Step::Start {
            point.clear();
        }
        match step {
            Step::Start => match xml.name() {
                "Choice" => lines.choice += 1,
                "Fallback" => lines.fallback += 1,
                "p" => paragraph = Some(String::new()),
                "t" | "v" => {
                    let text = xml.inner_text()?;
                    match &mut paragraph {
                        Some(paragraph) => paragraph.push_str(&text),
                        None => lines.say(text, out),
                    }
                }
                "br" => paragraph.iter_mut().for_each(|paragraph| paragraph.push('\n')),
                "hlinkClick" | "hlinkHover" => lines.say(xml.attr("tooltip").unwrap_or_default(), out),
                "cNvPr" => {
                    let words = ["descr", "title"].map(|name| xml.attr(name).unwrap_or_default());
                    words.into_iter().for_each(|text| lines.say(text, out));
                }
                _ => {}
            },
            Step::End => match xml.name() {
                "Choice" => lines.choice = lines.choice.saturating_sub(1),
                "Fallback" => lines.fallback = lines.fallback.saturating_sub(1),
                "p" => paragraph.take().into_iter().for_each(|text| lines.say(text, out)),
                // Values of charts since 2016; in older ones these stand in elements of their own.
                "pt" => lines.say(std::mem::take(&mut point).trim().to_owned(), out),
                _ => point.clear(),
            },
            Step::Done => return Ok(()),
            Step::Text => point.push_str(xml.text()),
        }
    }
}

/// What a table says beside its cells: a comment, and what stands for it where it is not shown.
pub(super) fn said_of_table(xml: &mut Xml<'_>, said: &mut Vec<String>) -> io::Result<()> {
    loop {
        match xml.next()? {
            Step::Start => {
                let texts = ["comment", "altText", "altTextSummary"].into_iter().filter_map(|name| xml.attr(name));
                said.extend(texts.filter(|text| !text.trim().is_empty()).take(MOST_SAID - said.len().min(MOST_SAID)));
            }
            Step::Done => return Ok(()),
            _ => {}
        }
    }
}

/// Lines of a drawing. What is there twice, for new and for old programs, is said once.
#[derive(Default)]
struct Lines {
    text: Written,
    said: BTreeSet<String>,
    choice: usize,
    fallback: usize,
}

impl Lines {
    fn say(&mut self, line: String, out: &mut dyn Sink) {
        if line.trim().is_empty() || (self.fallback > 0 && self.said.contains(&line)) {
            return;
        }
        self.text.lines(&line, out);
        if self.choice > 0 && self.said.len() < MOST_SAID {
            self.said.insert(line);
        }
    }
}

/// The properties of a document: each element with text, each named one by its name. One may speak of another person than the next.
pub(in crate::formats) fn properties(xml: &mut Xml<'_>, out: &mut dyn Sink) -> io::Result<()> {
    let (mut text, mut own_name, mut name, mut value) = (Written::default(), None, String::new(), String::new());
    loop {
        match xml.next()? {
            Step::Start => {
                value.clear();
                xml.name().clone_into(&mut name);
                // Of custom properties, in OOXML and in OpenDocument.
                if matches!(xml.name(), "property" | "user-defined") {
                    own_name = xml.attr("name");
                }
            }
            Step::Text => value.push_str(xml.text()),
            Step::End => {
                if !value.trim().is_empty() {
                    let name = own_name.clone().unwrap_or_else(|| name.clone());
                    text.pairs(&[(name, std::mem::take(&mut value))], out);
                }
                value.clear();
                if matches!(xml.name(), "property" | "user-defined") {
                    own_name = None;
                }
            }
            Step::Done => return Ok(()),
        }
    }
}

//! What of a page belongs together: blocks are lines, tables are rows, and attributes that hold data are values of their own.

use super::tokens::{Attributes, Token};
use crate::formats::Sink;
use crate::formats::flow::Flow;
use crate::formats::markup::Tag;

/// Columns of which spans over rows are followed.
const COLUMNS: usize = 4_096;

/// Elements that begin and end a line.
const BLOCKS: [&str; 49] = [
    "address",
    "article",
    "aside",
    "blockquote",
    "body",
    "button",
    "center",
    "dd",
    "details",
    "dialog",
    "dir",
    "div",
    "dl",
    "dt",
    "fieldset",
    "figcaption",
    "figure",
    "footer",
    "form",
    "frameset",
    "h1",
    "h2",
    "h3",
    "h4",
    "h5",
    "h6",
    "head",
    "header",
    "hr",
    "html",
    "legend",
    "li",
    "main",
    "menu",
    "nav",
    "noscript",
    "ol",
    "optgroup",
    "option",
    "p",
    "pre",
    "section",
    "select",
    "summary",
    "template",
    "textarea",
    "title",
    "ul",
    "video",
];

/// A table that is open.
#[derive(Default)]
struct Table {
    column: usize,
    /// Rows below that a cell of this column still takes.
    taken: Vec<u32>,
    /// The columns and rows of the cell that is open.
    cell: Option<(u32, u32)>,
    caption: bool,
}

/// A page on its way out.
#[derive(Default)]
pub(super) struct Page {
    pub(super) flow: Flow,
    tables: Vec<Table>,
    /// Elements around in which white space counts.
    preformatted: u32,
    /// The text so far ends in white space, or there is none.
    spaced: bool,
    /// Pictures that stand in the page itself.
    pub(super) pictures: u64,
    /// Tags of which not all was kept.
    pub(super) cut: u64,
}

impl Page {
    pub(super) fn token(&mut self, token: &Token, out: &mut dyn Sink) {
        match token {
            Token::Open(attributes) => self.open(attributes, out),
            Token::Close(name) => self.close(name, out),
            Token::Text(text) => self.text(text, out),
            Token::Raw(text) => self.raw(text, out),
            Token::End => {
                while !self.tables.is_empty() {
                    self.end_table(out);
                }
                self.flow.finish(out);
            }
        }
    }

    /// Scripts and comments: lines, beside the text that they stand in.
    fn raw(&mut self, text: &str, out: &mut dyn Sink) {
        let is_type = text.get(..7).is_some_and(|word| word.eq_ignore_ascii_case("doctype"));
        if !text.trim().is_empty() && !is_type {
            self.flow.enter_aside();
            for line in text.split('\n') {
                self.flow.text(line.trim(), out);
                self.flow.end_paragraph(out);
            }
            self.flow.leave_aside(out);
        }
    }

    fn text(&mut self, text: &str, out: &mut dyn Sink) {
        let outside = self.tables.last().is_some_and(|table| table.cell.is_none() && !table.caption);
        if outside {
            // Text between cells is no part of a row.
            return self.raw(text, out);
        }
        if self.preformatted > 0 {
            return self.flow.text(text, out);
        }
        let mut collapsed = String::with_capacity(text.len());
        for c in text.chars() {
            if !c.is_ascii_whitespace() {
                collapsed.push(c);
                self.spaced = false;
            } else if !self.spaced {
                collapsed.push(' ');
                self.spaced = true;
            }
        }
        self.flow.text(&collapsed, out);
    }

    fn end_line(&mut self, out: &mut dyn Sink) {
        self.flow.end_paragraph(out);
        self.spaced = true;
    }

    fn open(&mut self, attributes: &Attributes, out: &mut dyn Sink) {
        let tag = &attributes.tag;
        let name = tag.name.as_str();
        match name {
            "br" => {
                self.flow.mark('\n', out);
                self.spaced = true;
            }
            "table" => {
                self.flow.begin_table(out);
                self.tables.push(Table::default());
                self.spaced = true;
            }
            "tr" => self.end_row(out),
            "td" | "th" => self.begin_cell(tag, out),
            "caption" => {
                if let Some(table) = self.tables.last_mut().filter(|table| !table.caption) {
                    table.caption = true;
                    self.flow.enter_aside();
                }
            }
            "thead" | "tbody" | "tfoot" => self.end_row(out),
            "pre" | "textarea" => {
                self.end_line(out);
                self.preformatted = self.preformatted.saturating_add(1);
            }
            _ if BLOCKS.contains(&name) => self.end_line(out),
            _ => {}
        }
        self.data(attributes, out);
    }

    fn close(&mut self, name: &str, out: &mut dyn Sink) {
        match name {
            "table" if !self.tables.is_empty() => self.end_table(out),
            "tr" | "thead" | "tbody" | "tfoot" => self.end_row(out),
            "td" | "th" => self.end_cell(out),
            "caption" => self.end_caption(out),
            "pre" | "textarea" => {
                self.end_line(out);
                self.preformatted = self.preformatted.saturating_sub(1);
            }
            _ if BLOCKS.contains(&name) => self.end_line(out),
            _ => {}
        }
    }

    fn end_caption(&mut self, out: &mut dyn Sink) {
        if let Some(table) = self.tables.last_mut().filter(|table| table.caption) {
            table.caption = false;
            self.flow.leave_aside(out);
            self.spaced = true;
        }
    }

    fn begin_cell(&mut self, tag: &Tag, out: &mut dyn Sink) {
        self.end_caption(out);
        self.end_cell(out);
        let Some(table) = self.tables.last_mut() else { return self.end_line(out) };
        // Columns that a cell further up still takes.
        while let Some(taken) = table.taken.get_mut(table.column).filter(|taken| **taken > 0) {
            *taken -= 1;
            table.column += 1;
            self.flow.skip_columns(1);
        }
        table.cell = Some((
            tag.number("colspan").unwrap_or(1).clamp(1, 1000),
            tag.number("rowspan").unwrap_or(1).clamp(1, 65_534),
        ));
        self.spaced = true;
    }

    fn end_cell(&mut self, out: &mut dyn Sink) {
        let Some(table) = self.tables.last_mut() else { return };
        let Some((columns, rows)) = table.cell.take() else { return };
        self.flow.end_cell(columns, out);
        for _ in 0..columns {
            if table.column < COLUMNS {
                if table.taken.len() <= table.column {
                    table.taken.resize(table.column + 1, 0);
                }
                if let Some(taken) = table.taken.get_mut(table.column) {
                    *taken = rows - 1;
                }
            }
            table.column += 1;
        }
        self.spaced = true;
    }

    fn end_row(&mut self, out: &mut dyn Sink) {
        self.end_caption(out);
        self.end_cell(out);
        let Some(table) = self.tables.last_mut() else { return self.end_line(out) };
        if table.column > 0 {
            table.taken.iter_mut().skip(table.column).for_each(|taken| *taken = taken.saturating_sub(1));
            table.column = 0;
            self.flow.end_row(out);
        }
    }

    fn end_table(&mut self, out: &mut dyn Sink) {
        self.end_row(out);
        self.tables.pop();
        self.flow.end_table(out);
        self.spaced = true;
    }

    /// Attributes that hold data.
    fn data(&mut self, attributes: &Attributes, out: &mut dyn Sink) {
        let tag = &attributes.tag;
        let mut picture = false;
        for (name, value) in tag.attributes.iter().filter(|(_, value)| !value.trim().is_empty()) {
            match name.as_str() {
                "src" | "href" | "data" | "poster" if value.trim_start().starts_with("data:") => picture = true,
                "value" => self.value(tag, value, out),
                "alt" | "title" | "aria-label" | "label" | "summary" | "srcdoc" => self.flow.aside(value),
                "content" if tag.name == "meta" => {
                    let named = tag.get("name").or_else(|| tag.get("property")).unwrap_or_default();
                    if tag.get("http-equiv").is_none() && named != "viewport" {
                        self.flow.named(named, value, out);
                    }
                }
                "href" | "src" | "action" | "cite" | "formaction" if holds_data(value) => self.flow.aside(value),
                name if name.starts_with("data-") => self.flow.named(name, value, out),
                name if name.starts_with("on") => self.flow.aside(value),
                _ => {}
            }
        }
        self.pictures += u64::from(picture);
        self.cut += u64::from(attributes.cut && !picture);
    }

    /// What a form holds: in a cell it is what the cell shows.
    fn value(&mut self, tag: &Tag, value: &str, out: &mut dyn Sink) {
        if self.tables.last().is_some_and(|table| table.cell.is_some()) && tag.name == "input" {
            if !self.spaced {
                self.flow.mark(' ', out);
            }
            self.flow.text(value, out);
            self.flow.mark(' ', out);
            self.spaced = true;
        } else if tag.name != "li" {
            self.flow.named(tag.get("name").unwrap_or_default(), value, out);
        }
    }
}

/// Whether an address says more than where something is: a person, or what someone asked for.
fn holds_data(target: &str) -> bool {
    ["mailto:", "tel:", "sms:", "@", "%40", "="].iter().any(|sign| target.contains(sign))
}

//! The text of a mail, in lines: those that stand in the mail as they are keep their own bytes; decoded ones are placed by the line of the
//! mail in which they begin.

use super::body::{Body, Event, Marks};
use super::content::{Content, Way};
use super::source::Source;
use crate::formats::Sink;
use crate::formats::plain::{Undecodable, push_line, push_text};
use crate::formats::transfer::{Reading, Transfer};
use crate::model::limits::BOND_LINE_BYTES;
use crate::model::{Bond, Charset, Field, Place, Record};
use crate::text::{Ending, Line, Lines, decode, decode_record};

/// What reading a text came to.
#[derive(Debug, Default)]
pub(super) struct Told {
    /// Why it ended before its part.
    pub(super) event: Option<Event>,
    /// A text in it is encrypted by PGP.
    pub(super) is_pgp: bool,
    /// Parts of a mail inside the text that are not opened.
    pub(super) attachments: u64,
}

/// Reads a text to its end, or to what stands in its midst.
pub(super) fn read(source: &mut Source<'_>, content: &Content, lost: &mut Undecodable, out: &mut dyn Sink) -> Told {
    let marks = Marks::default();
    let (offset, row) = (source.offset, source.row);
    let is_plain = matches!(content.way, Way::Identity | Way::Unknown);
    let mut body = Body::text(source, content.way, marks.clone());
    let mut flow = content.flowed.map(Flow::new);
    let told = if is_plain {
        let wide = |charset: &Charset| matches!(charset, Charset::Utf16Le | Charset::Utf16Be);
        let charset = content.charset.filter(|charset| !wide(charset)).unwrap_or(Charset::Utf8);
        as_it_is(Lines::new(&mut body, charset, Ending::Lf, offset, row), charset, &mut flow, lost, out)
    } else {
        let charset = content.charset.unwrap_or(Charset::Utf8);
        decoded(Lines::new(&mut body, charset, Ending::Lf, 0, 1), charset, &marks, &mut flow, lost, out)
    };
    flow.iter_mut().for_each(|flow| flow.end(out));
    Told { event: body.event.take(), ..told }
}

fn as_it_is(
    mut lines: Lines<'_>,
    charset: Charset,
    flow: &mut Option<Flow>,
    lost: &mut Undecodable,
    out: &mut dyn Sink,
) -> Told {
    let (mut told, mut transfer) = (Told::default(), Transfer::new());
    // The source keeps its error to itself: it is told once, at the end.
    while let Ok(Some(line)) = lines.next_line() {
        told.is_pgp |= begins_pgp(line.bytes);
        if let Some(flow) = flow {
            let text = decode_record(line.bytes, charset);
            if text.malformed {
                lost.seen(line.offset);
            }
            out.also(text.charset);
            flow.line(&text.text, (line.offset, line.row), out);
            continue;
        }
        match transfer.line(&line) {
            Reading::Same => push_line(&line, charset, lost, out),
            Reading::Nothing => {}
            Reading::Texts(texts) => texts.iter().for_each(|text| push_text(text, out)),
        }
    }
    transfer.end().iter().for_each(|text| push_text(text, out));
    Told { attachments: transfer.attachments, ..told }
}

fn decoded(
    mut lines: Lines<'_>,
    charset: Charset,
    marks: &Marks,
    flow: &mut Option<Flow>,
    lost: &mut Undecodable,
    out: &mut dyn Sink,
) -> Told {
    let mut told = Told::default();
    while let Ok(Some(line)) = lines.next_line() {
        // Windows of one long line must not overlap: a match in decoded text cannot be placed inside it.
        let seen = usize::try_from(line.fresh_from.saturating_sub(line.offset)).unwrap_or(0);
        let bytes = line.bytes.get(seen..).unwrap_or_default();
        let (offset, row) = place(marks, line.offset + seen as u64);
        told.is_pgp |= begins_pgp(bytes);
        if bytes.is_empty() {
            flow.iter_mut().for_each(|flow| flow.line("", (offset, row), out));
            continue;
        }
        let (text, used, malformed) = said(bytes, charset);
        if malformed {
            lost.seen(offset);
        }
        out.also(used);
        match flow {
            Some(flow) => flow.line(&text, (offset, row), out),
            None => push(&text, (offset, row), line, out),
        }
    }
    told
}

/// A line in the encoding that its header names, or in the one that fits it better.
fn said(bytes: &[u8], charset: Charset) -> (std::borrow::Cow<'_, str>, Charset, bool) {
    if charset == Charset::Iso2022Jp && memchr::memchr(0x1B, bytes).is_some() {
        let (text, malformed) = decode(bytes, charset);
        if !malformed {
            return (text, charset, false);
        }
    }
    let read = decode_record(bytes, charset);
    (read.text, read.charset, read.malformed)
}

fn push(text: &str, (offset, row): (u64, u64), line: Line<'_>, out: &mut dyn Sink) {
    let place = Place { offset, row: Some(row), ..Place::default() };
    out.record(&Record::whole(line.bond, &[Field::new(text, place)]));
}

/// The line of the mail in which this place of the decoded text begins.
fn place(marks: &Marks, at: u64) -> (u64, u64) {
    let mut marks = marks.borrow_mut();
    while marks.get(1).is_some_and(|(begin, ..)| *begin <= at) {
        marks.pop_front();
    }
    marks.front().map_or((0, 1), |(_, offset, row)| (*offset, *row))
}

fn begins_pgp(line: &[u8]) -> bool {
    line.starts_with(b"-----BEGIN PGP MESSAGE-----")
}

/// Joins the lines of a paragraph that a mailer broke (RFC 3676).
struct Flow {
    drops_blank: bool,
    held: String,
    from: (u64, u64),
    quotes: usize,
}

impl Flow {
    fn new(drops_blank: bool) -> Self {
        Self { drops_blank, held: String::new(), from: (0, 1), quotes: 0 }
    }

    fn line(&mut self, line: &str, from: (u64, u64), out: &mut dyn Sink) {
        let rest = line.trim_start_matches('>');
        let quotes = line.len() - rest.len();
        let rest = rest.strip_prefix(' ').unwrap_or(rest);
        if quotes != self.quotes || rest == "-- " {
            self.end(out);
        }
        if self.held.is_empty() {
            (self.from, self.quotes) = (from, quotes);
        }
        let goes_on = rest.ends_with(' ') && rest != "-- ";
        self.held.push_str(if goes_on && self.drops_blank { rest.strip_suffix(' ').unwrap_or(rest) } else { rest });
        if !goes_on || self.held.len() > BOND_LINE_BYTES {
            self.end(out);
        }
    }

    fn end(&mut self, out: &mut dyn Sink) {
        if !self.held.trim().is_empty() {
            let place = Place { offset: self.from.0, row: Some(self.from.1), ..Place::default() };
            let bond = if self.held.len() > BOND_LINE_BYTES { Bond::Loose } else { Bond::Line };
            out.record(&Record::whole(bond, &[Field::new(&self.held, place)]));
        }
        self.held.clear();
    }
}

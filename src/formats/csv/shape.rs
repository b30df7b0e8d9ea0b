//! Finds out from a leaf's head whether it is a table: its delimiter, its columns, and which row holds the header words.

use std::collections::BTreeMap;
use std::io::Read;

use super::rows::{Next, Rows};
use crate::formats::header::{HEADER_ROWS, Header, find_header};
use crate::formats::{Claim, Head};
use crate::model::Charset;
use crate::text::{Guess, TextStream, decode_record, guess};

/// What the head says about the table.
pub(super) struct Shape {
    pub(super) delimiter: u8,
    pub(super) header: Option<Header>,
    /// Cells in most rows.
    columns: usize,
    /// Rows of that many cells, in hundredths of all.
    even: usize,
    rows: usize,
    /// Cells are words and numbers, not sentences.
    terse: bool,
    /// Every quote that opens a cell closes it. Source text has others.
    quotes_close: bool,
}

const DELIMITERS: [u8; 4] = [b',', b'\t', b';', b'|'];
/// Rows of the head that are looked at.
const SAMPLE_ROWS: usize = 200;
impl Shape {
    /// The likeliest shape.
    pub(super) fn of(head: &Head<'_>) -> Self {
        let by_name = if has_ending(head.name, &["tsv", "tab"]) { b'\t' } else { b',' };
        let mut best: Option<Self> = None;
        for delimiter in DELIMITERS.into_iter().filter(|d| is_frequent(head.bytes, *d)) {
            let shape = Self::with(head, delimiter);
            let better = best.as_ref().is_none_or(|best| shape.weight() > best.weight());
            if shape.columns > 1 && better {
                best = Some(shape);
            }
        }
        best.unwrap_or_else(|| Self::with(head, by_name))
    }

    fn weight(&self) -> (usize, usize) {
        (self.even / 20, self.columns)
    }

    /// The leaf as a stream in which the delimiter is always itself.
    pub(super) fn stream<'r>(&self, src: &'r mut dyn Read, guessed: Guess) -> TextStream<'r> {
        stream(src, guessed, self.delimiter)
    }

    fn with(head: &Head<'_>, delimiter: u8) -> Self {
        let (table, quotes_close) = sample(head, delimiter);
        let mut counts: BTreeMap<usize, usize> = BTreeMap::new();
        for (_, cells) in &table {
            *counts.entry(cells.len()).or_default() += 1;
        }
        let columns = counts.iter().max_by_key(|(_, n)| **n).map_or(0, |(columns, _)| *columns);
        // Titles above the table and one sum below it do not make it uneven.
        let from = table.iter().position(|(_, cells)| cells.len() == columns).unwrap_or(0).min(HEADER_ROWS);
        let body = table.get(from..).unwrap_or_default();
        let even = body.iter().filter(|(_, cells)| cells.len() == columns).count();
        let header = find_header(&table, columns);
        let (mut words, mut chars, mut filled) = (0, 0, 0);
        for cell in body.iter().flat_map(|(_, cells)| cells).filter(|cell| !cell.is_empty()) {
            words += cell.split_ascii_whitespace().count();
            chars += cell.chars().count();
            filled += 1;
        }
        Self {
            delimiter,
            header,
            columns,
            even: even * 100 / body.len().max(1),
            rows: body.len(),
            terse: filled > 0 && words <= filled * 3 && chars <= filled * 60,
            quotes_close,
        }
    }
}

fn stream<'r>(src: &'r mut dyn Read, guessed: Guess, delimiter: u8) -> TextStream<'r> {
    // The bar is a second byte of CP932; comma, tab, semicolon, quote and line end are not.
    let safe = match guessed.charset {
        Charset::Ascii | Charset::Utf8 | Charset::EucJp | Charset::Latin1 => true,
        Charset::Cp932 => delimiter != b'|',
        Charset::Utf16Le | Charset::Utf16Be | Charset::Iso2022Jp => false,
    };
    TextStream::new(src, guessed.charset, !safe, guessed.bom as u64)
}

/// Whether a delimiter occurs in about every second line at least: most files are let go here, before they are taken apart.
fn is_frequent(bytes: &[u8], delimiter: u8) -> bool {
    let lines = memchr::memchr_iter(b'\n', bytes).count().max(memchr::memchr_iter(b'\r', bytes).count());
    memchr::memchr_iter(delimiter, bytes).count() * 2 > lines
}

/// How surely a leaf is a table.
pub(super) fn claim(head: &Head<'_>) -> Claim {
    let named = has_ending(head.name, &["csv", "tsv", "tab"]);
    if !named && !DELIMITERS.iter().any(|d| is_frequent(head.bytes, *d)) {
        return Claim::No;
    }
    let shape = Shape::of(head);
    let even = shape.columns > 1 && shape.even >= 90 && shape.rows >= 3;
    let marked = shape.header.is_some()
        || (shape.columns > 2 && shape.even == 100)
        || (shape.delimiter == b'\t' && shape.even == 100);
    // Logs and source text have commas too, and their names say what they are.
    let other = has_ending(
        head.name,
        &["log", "json", "xml", "html", "htm", "c", "h", "js", "py", "php", "sql", "eml", "mbox", "md"],
    );
    let markup = head.bytes.trim_ascii_start().starts_with(b"<");
    if even
        && shape.quotes_close
        && shape.terse
        && marked
        && !markup
        && (!other || shape.header.is_some())
        && !(other && shape.columns < 3)
    {
        Claim::Likely
    } else if named {
        Claim::Maybe
    } else {
        Claim::No
    }
}

fn has_ending(name: &str, endings: &[&str]) -> bool {
    name.rsplit_once('.').is_some_and(|(_, ending)| endings.iter().any(|e| ending.eq_ignore_ascii_case(e)))
}

/// The first rows with their numbers, and whether their quotes close; a last row that the head cuts is left out.
fn sample(head: &Head<'_>, delimiter: u8) -> (Vec<(u64, Vec<String>)>, bool) {
    let guessed = guess(head.bytes, head.whole);
    let mut bytes = head.bytes.get(guessed.bom..).unwrap_or_default();
    let mut rows = Rows::new(stream(&mut bytes, guessed, delimiter), delimiter);
    let (mut table, mut quotes_close) = (Vec::new(), true);
    while table.len() < SAMPLE_ROWS {
        match rows.next_row() {
            Next::Row => {}
            // In a cut head a quote may close behind the cut.
            Next::OpenQuote if head.whole || !rows.open_to_end => {
                quotes_close = false;
                rows.without_quotes(false);
                continue;
            }
            _ => break,
        }
        let charset = rows.charset();
        let texts = rows.cells.iter().map(|cell| decode_record(rows.value(cell), charset).text.trim().to_owned());
        table.push((rows.row, texts.collect()));
    }
    if !head.whole && table.len() > 1 && table.len() < SAMPLE_ROWS {
        table.pop();
    }
    (table, quotes_close)
}

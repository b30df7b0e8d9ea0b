//! CSV that Excel opens as it is meant: UTF-8 with a byte-order mark, CRLF, and no cell that it would run as a formula.

use std::io::{self, BufWriter, Write};

use crate::model::entry::is_deceptive;

/// A table as it is written, cell by cell.
pub(super) struct Table<'a> {
    out: BufWriter<&'a mut dyn Write>,
    is_first: bool,
}

impl<'a> Table<'a> {
    /// Begins with the byte-order mark: without it Excel takes Japanese for something else.
    pub(super) fn begin(sink: &'a mut dyn Write) -> io::Result<Self> {
        let mut out = BufWriter::new(sink);
        out.write_all("\u{feff}".as_bytes())?;
        Ok(Self { out, is_first: true })
    }

    /// A cell of ours: a word, a digest.
    pub(super) fn plain(&mut self, word: &str) -> io::Result<()> {
        if !std::mem::replace(&mut self.is_first, false) {
            self.out.write_all(b",")?;
        }
        self.out.write_all(word.as_bytes())
    }

    /// A number, or nothing.
    pub(super) fn number(&mut self, number: Option<u64>) -> io::Result<()> {
        self.plain(&number.map(|number| number.to_string()).unwrap_or_default())
    }

    /// A cell of somebody else's.
    pub(super) fn text(&mut self, text: &str) -> io::Result<()> {
        self.plain(&cell(text))
    }

    /// Ends the row.
    pub(super) fn end_row(&mut self) -> io::Result<()> {
        self.is_first = true;
        self.out.write_all(b"\r\n")
    }

    /// Hands all on.
    pub(super) fn end(mut self) -> io::Result<()> {
        self.out.flush()
    }
}

/// A text as one cell. What a spreadsheet would take for a formula gets a `'` before it; nothing in it moves a cursor.
fn cell(text: &str) -> String {
    let mut calm = String::with_capacity(text.len());
    for c in text.chars() {
        if is_deceptive(c) { calm.extend(c.escape_unicode()) } else { calm.push(c) }
    }
    let is_formula = calm.trim_start().starts_with(['=', '+', '-', '@', '|', '%', '＝', '＋', '－', '＠']);
    let guard = if is_formula { "'" } else { "" };
    if calm.contains(['"', ',', ';']) || calm.trim() != calm {
        format!("\"{guard}{}\"", calm.replace('"', "\"\""))
    } else {
        format!("{guard}{calm}")
    }
}

#[cfg(test)]
mod tests {
    use super::cell;

    #[test]
    fn no_cell_is_a_formula_or_breaks_its_row() {
        assert_eq!(cell("=cmd|' /C calc'!A0"), "'=cmd|' /C calc'!A0");
        assert_eq!(cell("  @SUM(1,2)"), "\"'  @SUM(1,2)\"");
        assert_eq!(cell("-rf"), "'-rf");
        assert_eq!(cell("＝１"), "'＝１");
        assert_eq!(cell("a,b \"c\"\r\n=1"), "\"a,b \"\"c\"\"\\u{d}\\u{a}=1\"");
        assert_eq!(cell("\t=1"), "\\u{9}=1");
        assert_eq!(cell("/srv/名簿 1.csv"), "/srv/名簿 1.csv");
    }
}

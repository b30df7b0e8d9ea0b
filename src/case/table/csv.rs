//! CSV (RFC 4180) as Excel opens it: marked as UTF-8, and no cell is a formula.

use std::io::{self, Write};

use super::{Cell, Shape, TableOut};
use crate::disk::output::OutputFile;

/// By this Excel knows UTF-8; without it, it takes the file for the machine's old encoding.
const MARK: &str = "\u{feff}";
/// What a spreadsheet takes for the start of a formula.
const FORMULA: [char; 8] = ['=', '+', '-', '@', '\t', '\r', '＝', '＠'];

pub(super) struct CsvOut<'f> {
    file: &'f mut OutputFile,
    line: String,
}

impl<'f> CsvOut<'f> {
    pub(super) fn begin(shape: &Shape, file: &'f mut OutputFile) -> io::Result<Self> {
        let mut out = Self { file, line: MARK.to_owned() };
        for column in &shape.columns {
            put_text(&mut out.line, &column.name);
            out.line.push(',');
        }
        out.end_of_line()?;
        Ok(out)
    }

    fn end_of_line(&mut self) -> io::Result<()> {
        self.line.pop();
        self.line.push_str("\r\n");
        self.file.write_all(self.line.as_bytes())?;
        self.line.clear();
        Ok(())
    }
}

impl TableOut for CsvOut<'_> {
    fn row(&mut self, cells: &[Cell]) -> io::Result<()> {
        for cell in cells {
            match cell {
                Cell::Empty => {}
                Cell::Number(number) => self.line.push_str(&number.to_string()),
                Cell::Flag(flag) => self.line.push(if *flag { '1' } else { '0' }),
                Cell::Text(text) => put_text(&mut self.line, text),
            }
            self.line.push(',');
        }
        self.end_of_line()
    }

    fn finish(&mut self, _: &[(String, String)]) -> io::Result<()> {
        Ok(())
    }
}

/// A text that could be a formula gets an apostrophe in front: spreadsheets show the rest as it is.
fn put_text(line: &mut String, text: &str) {
    let guard = if text.starts_with(FORMULA) { "'" } else { "" };
    if text.contains([',', '"', '\r', '\n']) || !guard.is_empty() {
        line.push('"');
        line.push_str(guard);
        line.push_str(&text.replace('"', "\"\""));
        line.push('"');
    } else {
        line.push_str(text);
    }
}

#[cfg(test)]
mod tests {
    use super::put_text;

    #[test]
    fn cells_are_quoted_and_never_formulas() {
        for (text, cell) in [
            ("山田", "山田"),
            ("a,b", "\"a,b\""),
            ("a\"b\nc", "\"a\"\"b\nc\""),
            ("=1+1", "\"'=1+1\""),
            ("+81", "\"'+81\""),
            ("-1", "\"'-1\""),
            ("@x", "\"'@x\""),
            ("\tx", "\"'\tx\""),
            ("\rx", "\"'\rx\""),
        ] {
            let mut line = String::new();
            put_text(&mut line, text);
            assert_eq!(line, cell);
        }
    }
}

//! The beginnings of statements: `INSERT INTO t (a, b) VALUES`, `COPY t (a, b) FROM stdin;`.

use super::source::Source;
use super::values::{comment_end, memchr_from};
use crate::text::decode_record;

/// What stands where a statement may begin.
pub(super) enum Statement {
    /// Rows in brackets follow, from this place on.
    Insert(Target, usize),
    /// Lines of values follow, from this place on.
    Copy(Target, usize),
    /// `CREATE TABLE`, which ends before this place.
    Create(usize),
    /// Something else.
    Other,
}

/// The table that rows go to.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Target {
    pub(super) table: String,
    /// Its columns, if they are listed.
    pub(super) columns: Vec<String>,
}

/// The longest beginning of a statement, and the longest `CREATE TABLE`.
const HEAD_BYTES: usize = 256 * 1024;
/// Columns that a list may name.
const COLUMNS: usize = 32_768;

/// Goes over the words of a beginning.
struct Words<'s, 'r> {
    src: &'s mut Source<'r>,
    at: usize,
    from: usize,
}

/// Finds out what begins at the source's place, and how many bytes were looked at for that.
pub(super) fn statement(src: &mut Source<'_>) -> (Statement, usize) {
    let from = src.start;
    let mut words = Words { src, at: from, from };
    let found = match words.word().as_deref() {
        Some("insert" | "replace" | "into") => words.insert(),
        Some("copy") => words.copy(),
        Some("create") => words.create(),
        _ => None,
    };
    (found.unwrap_or(Statement::Other), words.at - from)
}

impl Words<'_, '_> {
    fn peek(&mut self) -> Option<u8> {
        if self.at - self.from > HEAD_BYTES { None } else { self.src.byte(self.at) }
    }

    /// Blanks, and comments inside a statement.
    fn skip_blank(&mut self) {
        while let Some(byte) = self.peek() {
            match byte {
                byte if byte.is_ascii_whitespace() => self.at += 1,
                b'-' | b'/' if self.at == self.from => return,
                b'-' if self.src.byte(self.at + 1) == Some(b'-') => match memchr_from(self.src, self.at, b'\n') {
                    Some(end) => self.at = end,
                    None => return,
                },
                b'/' if self.src.byte(self.at + 1) == Some(b'*') => match comment_end(self.src, self.at) {
                    Some(end) => self.at = end + 1,
                    None => return,
                },
                _ => return,
            }
        }
    }

    /// A bare word, in lower case.
    fn word(&mut self) -> Option<String> {
        self.skip_blank();
        let begin = self.at;
        while self.peek().is_some_and(is_word) {
            self.at += 1;
        }
        let word = self.src.held(begin, self.at);
        (!word.is_empty()).then(|| String::from_utf8_lossy(word).to_ascii_lowercase())
    }

    /// A name, bare or in quotes.
    fn name(&mut self) -> Option<String> {
        self.skip_blank();
        let close = match self.peek()? {
            quote @ (b'"' | b'`' | b'\'') => quote,
            b'[' => b']',
            _ => {
                let begin = self.at;
                while self.peek().is_some_and(is_word) {
                    self.at += 1;
                }
                let name = self.text(begin, self.at);
                return (!name.is_empty()).then_some(name);
            }
        };
        let begin = self.at + 1;
        self.at = begin;
        loop {
            if self.peek()? != close {
                self.at += 1;
            } else if self.src.byte(self.at + 1) == Some(close) {
                self.at += 2;
            } else {
                break;
            }
        }
        let name = self.text(begin, self.at);
        self.at += 1;
        let close = char::from(close);
        Some(name.replace(&format!("{close}{close}"), &close.to_string()))
    }

    fn text(&self, from: usize, to: usize) -> String {
        decode_record(self.src.held(from, to), self.src.charset()).text.into_owned()
    }

    /// The table's name, without those of its database and schema before it.
    fn table(&mut self) -> Option<String> {
        let mut name = self.name()?;
        while self.peek() == Some(b'.') {
            self.at += 1;
            // `db..table`
            if self.peek() != Some(b'.') {
                name = self.name()?;
            }
        }
        Some(name)
    }

    fn columns(&mut self) -> Option<Vec<String>> {
        self.skip_blank();
        let mut columns = Vec::new();
        if self.peek() != Some(b'(') {
            return Some(columns);
        }
        self.at += 1;
        loop {
            columns.push(self.table()?);
            self.skip_blank();
            match self.peek()? {
                b',' if columns.len() < COLUMNS => self.at += 1,
                b')' => break,
                _ => return None,
            }
        }
        self.at += 1;
        Some(columns)
    }

    fn insert(&mut self) -> Option<Statement> {
        let mut before = self.at;
        // `INTO` may be missing, and other words may stand before it.
        while let Some(word) = self.word() {
            if ![
                "into",
                "ignore",
                "low_priority",
                "delayed",
                "high_priority",
                "or",
                "replace",
                "all",
                "abort",
                "rollback",
            ]
            .contains(&word.as_str())
            {
                break;
            }
            before = self.at;
        }
        self.at = before;
        let table = self.table()?;
        let columns = self.columns()?;
        loop {
            match self.word()?.as_str() {
                "values" | "value" => break,
                "overriding" | "system" | "user" => {}
                _ => return None,
            }
        }
        self.skip_blank();
        let opens = matches!(self.peek(), Some(b'('));
        opens.then_some(Statement::Insert(Target { table, columns }, self.at))
    }

    fn copy(&mut self) -> Option<Statement> {
        let table = self.table()?;
        let columns = self.columns()?;
        let is_stdin = self.word()? == "from" && self.word()? == "stdin";
        let line_end = memchr_from(self.src, self.at, b'\n')?;
        let rest = self.text(self.at, line_end).to_ascii_lowercase();
        let plain = is_stdin && rest.trim_end().ends_with(';') && !rest.contains("csv") && !rest.contains("binary");
        let plain = plain && !rest.contains("delimiter");
        plain.then(|| Statement::Copy(Target { table, columns }, line_end + 1))
    }

    /// The end of a `CREATE TABLE`: its semicolon, outside of quotes and brackets.
    fn create(&mut self) -> Option<Statement> {
        let is_table = (0..4).any(|_| self.word().as_deref() == Some("table"));
        if !is_table {
            return None;
        }
        let mut depth = 0_usize;
        let mut quote = None;
        while let Some(byte) = self.peek() {
            match (quote, byte) {
                (Some(open), byte) if byte == open => quote = None,
                (Some(_), _) => {}
                (None, b'\'' | b'"' | b'`') => quote = Some(byte),
                (None, b'(') => depth += 1,
                (None, b')') => depth = depth.saturating_sub(1),
                (None, b';') if depth == 0 => return Some(Statement::Create(self.at + 1)),
                (None, b'-') if self.src.byte(self.at + 1) == Some(b'-') => {
                    self.at = memchr_from(self.src, self.at, b'\n')?;
                }
                // `GO` on a line of its own ends it in scripts of SQL Server.
                (None, b'\n') if depth == 0 && self.is_go() => return Some(Statement::Create(self.at + 1)),
                _ => {}
            }
            self.at += 1;
        }
        None
    }

    fn is_go(&mut self) -> bool {
        let ahead = self.src.from(self.at + 1);
        let line = ahead.split(|byte| *byte == b'\n').next().unwrap_or_default().trim_ascii();
        line.eq_ignore_ascii_case(b"go")
    }
}

fn is_word(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'$' | b'#') || byte >= 0x80
}

//! SQL dumps and scripts: the rows of `INSERT` and of PostgreSQL's `COPY` are records under the names of their columns.
//!
//! The column names come from the statement, else from the `CREATE TABLE` above it. Each table is a part; a table that comes again after
//! another one stands in the dump itself and has its name in the pointer (`/members/mail`), so that a script which goes back and forth
//! does not fill the results. Rows count within their table, offsets in the file. Everything else is read as lines of text.

mod copy;
pub(super) mod create;
mod output;
mod reader;
mod source;
mod statement;
mod values;

#[cfg(test)]
mod tests;

use super::opening::{begin, text_of};
use super::{Claim, Format, Head, Input, Sink};
use crate::model::Charset;
use crate::text::{TextStream, guess, looks_binary};
use reader::Dump;
use source::Source;
use values::Backslash;

/// SQL text.
pub struct Sql;

/// Endings that such files have.
const ENDINGS: [&str; 6] = ["sql", "psql", "pgsql", "mysql", "dump", "ddl"];
/// Endings of text that holds SQL among other things.
const OTHER: [&str; 30] = [
    "md", "rst", "html", "htm", "xml", "json", "csv", "tsv", "eml", "mbox", "log", "py", "php", "js", "ts", "java",
    "c", "h", "cpp", "cs", "go", "rs", "rb", "pl", "sh", "vb", "kt", "yaml", "yml", "tex",
];
/// Lines of the head that are looked at.
const LINES: usize = 200;

impl Format for Sql {
    fn id(&self) -> &'static str {
        "sql"
    }

    fn claims(&self, head: &Head<'_>) -> Claim {
        // Dumps of MySQL have the bytes of pictures among their text.
        let signed = [&b"-- MySQL dump"[..], b"-- MariaDB dump", b"/*M!999999", b"/*!999999"];
        if head.bytes.is_empty()
            || (looks_binary(head.bytes) && !signed.iter().any(|mark| head.bytes.starts_with(mark)))
        {
            return Claim::No;
        }
        let ending = head.name.rsplit_once('.').map_or(String::new(), |(_, ending)| ending.to_ascii_lowercase());
        if OTHER.contains(&ending.as_str()) {
            return Claim::No;
        }
        let named = ENDINGS.contains(&ending.as_str());
        let text = text_of(head);
        match Look::at(&text) {
            Look { has_table: true, begins: true, .. } | Look { has_table: true, signed: true, .. } => Claim::Likely,
            Look { has_table: true, .. } if named => Claim::Likely,
            Look { signed: true, .. } => Claim::Likely,
            _ if named => Claim::Maybe,
            _ => Claim::No,
        }
    }

    fn read(&self, head: &Head<'_>, input: Input<'_>, out: &mut dyn Sink) {
        let mut guessed = guess(head.bytes, head.whole);
        guessed.charset = stated(head.bytes, guessed.charset);
        let Some(mut src) = begin(guessed, input, out) else { return };
        // In CP932 backslash, bracket and backtick are second bytes too.
        let safe = matches!(guessed.charset, Charset::Ascii | Charset::Utf8 | Charset::EucJp | Charset::Latin1);
        let stream = TextStream::new(&mut *src, guessed.charset, !safe, guessed.bom as u64);
        Dump::new(Source::new(stream), backslash(head.bytes)).run(out);
    }
}

/// The encoding: what the content shows, else what the dump says of itself.
fn stated(head: &[u8], guessed: Charset) -> Charset {
    if !matches!(guessed, Charset::Ascii | Charset::Latin1) && !looks_binary(head) {
        return guessed;
    }
    let lower = head.to_ascii_lowercase();
    let behind = |mark: &str| {
        let at = memchr::memmem::find(&lower, mark.as_bytes())? + mark.len();
        let rest = lower.get(at..)?.trim_ascii_start();
        let word = rest.strip_prefix(b"'").unwrap_or(rest);
        word.split(|byte| !byte.is_ascii_alphanumeric() && *byte != b'_').next()
    };
    match behind("set names").or_else(|| behind("client_encoding =")) {
        Some(b"utf8" | b"utf8mb3" | b"utf8mb4") => Charset::Utf8,
        Some(b"sjis" | b"cp932" | b"shift_jis_2004") => Charset::Cp932,
        Some(b"ujis" | b"eucjpms" | b"euc_jp" | b"euc_jis_2004") => Charset::EucJp,
        _ => guessed,
    }
}

/// What the head of a text says.
#[derive(Default)]
struct Look {
    /// A line begins a statement that makes a table or fills one.
    has_table: bool,
    /// The first line that is no comment is SQL.
    begins: bool,
    /// The program that wrote it says so.
    signed: bool,
}

impl Look {
    fn at(text: &str) -> Self {
        let mut look = Self::default();
        let mut first = true;
        for line in text.lines().take(LINES) {
            let line: String = line.trim_start().chars().take(120).collect::<String>().to_ascii_lowercase();
            let comment = line.starts_with("--") || line.starts_with("/*") || line.starts_with('#') || line.is_empty();
            let programs =
                ["mysql dump", "mariadb dump", "postgresql database", "phpmyadmin sql dump", "/*!40", "/*!999999"];
            look.signed |= comment && programs.iter().any(|program| line.contains(program));
            look.has_table |= fills(&line);
            if !comment && std::mem::take(&mut first) {
                let words = [
                    "use ",
                    "set ",
                    "begin",
                    "drop ",
                    "create ",
                    "insert ",
                    "replace into",
                    "copy ",
                    "pragma ",
                    "lock ",
                    "alter ",
                    "start ",
                    "delete from",
                    "truncate ",
                    "go",
                ];
                look.begins = words.iter().any(|word| line.starts_with(word));
            }
        }
        look
    }
}

/// Whether a line, in lower case, makes or fills a table. Sentences do neither.
fn fills(line: &str) -> bool {
    let line = line.trim_end();
    let named = |rest: &str| rest.contains(['(', '`', '"', '[', '\'']) || rest.split_whitespace().count() <= 1;
    let makes = line.strip_prefix("create ").and_then(|rest| rest.split_once("table "));
    let makes =
        makes.is_some_and(|(before, rest)| before.len() < 20 && (named(rest) || rest.starts_with("if not exists")));
    let copies = line.starts_with("copy ") && line.contains(" from stdin");
    let inserts = ["insert into ", "insert ignore ", "insert [", "insert or ", "replace into ", "insert all"];
    let inserts = inserts.iter().filter_map(|word| line.strip_prefix(word));
    makes || copies || inserts.into_iter().any(|rest| named(rest) || rest.contains("values"))
}

/// Whether a backslash escapes, as the program that wrote the dump does.
fn backslash(head: &[u8]) -> Backslash {
    let lower = head.to_ascii_lowercase();
    let has = |mark: &str| memchr::memmem::find(&lower, mark.as_bytes()).is_some();
    if has("mysql dump") || has("mariadb dump") || has("phpmyadmin") || has("engine=") || has("insert into `") {
        Backslash::Escapes
    } else if has("postgresql database") || has("standard_conforming_strings = on") || has("pragma foreign_keys") {
        Backslash::Plain
    } else {
        Backslash::Unsure
    }
}

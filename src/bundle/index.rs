//! `handover/index.csv`: one row for every entry of the sealed evidence, with names in which personal values are hidden.
//!
//! It is written as it is read: of the evidence one line, of the scan one file, are in memory at a time, whatever there is of
//! them. Both lists are in walk order, so they are joined as they go.

mod csv;

use std::collections::BTreeMap;
use std::io::{self, BufReader, Write};
use std::path::PathBuf;

use serde::Serialize;

use self::csv::Table;
use crate::case::dir::CaseDir;
use crate::case::results::LookStatus;
use crate::case::scan_file::{self, FileRow, ScanLists};
use crate::disk::error::DiskError;
use crate::disk::own;
use crate::evidence::journal::{Fate, RecordedEntry};
use crate::evidence::tag_file::{self, Entries, TagFileError};
use crate::model::entry::is_deceptive;
use crate::model::{EntityTally, Kind, Origin, RawPath, Timestamp, Veil};
use crate::text::{charset, decode};

/// Columns before those of the entities.
const COLUMNS: [&str; 18] = [
    "row",
    "evidence",
    "seq",
    "origin",
    "kind",
    "path",
    "path_charset",
    "hidden",
    "stored",
    "outcome",
    "marks",
    "gaps",
    "hard_link_of",
    "bytes",
    "size",
    "mtime",
    "sha256",
    "looked",
];

/// Why no index could be written.
#[derive(Debug, thiserror::Error)]
pub enum IndexError {
    /// A sealed zip.
    #[error("the evidence could not be read for the index")]
    Evidence(#[from] TagFileError),
    /// A file of the case.
    #[error("the case could not be read for the index")]
    Disk(#[from] DiskError),
    /// The scan.
    #[error("results/scan.json can not be read; `hozen verify` says more")]
    Scan(#[source] serde_json::Error),
    /// Where it goes.
    #[error("the index could not be written")]
    Sink(#[from] io::Error),
}

/// What was written.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize)]
pub struct Written {
    /// Rows, the header not counted.
    pub rows: u64,
    /// Rows in whose path something is hidden.
    pub hidden: u64,
    /// Files of the scan that are no entry of the evidence: it was made of something else.
    pub unmatched: u64,
}

/// Writes the index of a case. Same case, same bytes.
///
/// # Errors
/// [`IndexError`].
pub fn write(case: &CaseDir, veil: Veil<'_>, sink: &mut dyn Write) -> Result<Written, IndexError> {
    let zips = case.sealed()?.into_iter().rev().collect();
    let mut index = Index {
        table: Table::begin(sink)?,
        veil,
        zips,
        current: None,
        entities: Vec::new(),
        has_scan: false,
        has_header: false,
        written: Written::default(),
        failed: None,
    };
    let scan = case.result("scan.json");
    if own::exists(&scan)? {
        index.has_scan = true;
        let (file, _) = own::open_own(&scan)?;
        let read = scan_file::read(&mut BufReader::new(file), &mut index);
        match (index.failed.take(), read) {
            (Some(error), _) => return Err(error),
            (None, Err(error)) => return Err(IndexError::Scan(error)),
            (None, Ok(_)) => {}
        }
    }
    index.header()?;
    while let Some(entry) = index.next()? {
        index.row(&entry, None)?;
    }
    index.table.end()?;
    Ok(index.written)
}

struct Index<'a> {
    table: Table<'a>,
    veil: Veil<'a>,
    /// Those still to come, the next one last.
    zips: Vec<PathBuf>,
    current: Option<(String, Entries)>,
    entities: Vec<String>,
    has_scan: bool,
    has_header: bool,
    written: Written,
    failed: Option<IndexError>,
}

impl ScanLists for Index<'_> {
    fn entities(&mut self, entities: &BTreeMap<String, EntityTally>) {
        if !self.has_header {
            self.entities = entities.keys().cloned().collect();
        }
    }

    fn file(&mut self, row: FileRow) -> Result<(), String> {
        self.joined(&row).map_err(|error| {
            self.failed = Some(error);
            String::new()
        })
    }
}

impl Index<'_> {
    fn header(&mut self) -> Result<(), IndexError> {
        if std::mem::replace(&mut self.has_header, true) {
            return Ok(());
        }
        for column in COLUMNS {
            self.table.plain(column)?;
        }
        for entity in &self.entities {
            self.table.text(entity)?;
        }
        for entity in &self.entities {
            self.table.text(&format!("possible {entity}"))?;
        }
        Ok(self.table.end_row()?)
    }

    /// The next entry of all zips together.
    fn next(&mut self) -> Result<Option<RecordedEntry>, IndexError> {
        loop {
            if let Some((_, entries)) = &mut self.current {
                match entries.next() {
                    Some(entry) => return Ok(Some(entry?)),
                    None => self.current = None,
                }
            }
            let Some(zip) = self.zips.pop() else { return Ok(None) };
            let name = zip.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
            self.current = Some((name, tag_file::entries(&zip)?));
        }
    }

    /// Writes the entries up to the one that this row of the scan is about.
    fn joined(&mut self, row: &FileRow) -> Result<(), IndexError> {
        self.header()?;
        while let Some(entry) = self.next()? {
            let is_it = entry.path().is_some_and(|path| path.shown() == row.path);
            self.row(&entry, Some(row).filter(|_| is_it))?;
            if is_it {
                return Ok(());
            }
        }
        self.written.unmatched = self.written.unmatched.saturating_add(1);
        Ok(())
    }

    fn row(&mut self, entry: &RecordedEntry, row: Option<&FileRow>) -> Result<(), IndexError> {
        let raw = entry.path().unwrap_or_else(|| RawPath(Vec::new()));
        let (path, charset) = readable(&raw);
        let veiled = (self.veil)(&path);
        self.written.rows = self.written.rows.saturating_add(1);
        self.written.hidden = self.written.hidden.saturating_add(u64::from(veiled.hidden > 0));
        let evidence = self.current.as_ref().map(|(name, _)| name.as_str()).unwrap_or_default();
        let table = &mut self.table;
        table.number(Some(self.written.rows))?;
        table.text(evidence)?;
        table.number(Some(entry.seq))?;
        table.plain(origin(entry.origin))?;
        table.plain(&word(&entry.kind))?;
        table.text(&veiled.text)?;
        table.plain(charset)?;
        table.number(Some(veiled.hidden))?;
        // A stored name says what the path says: where that is hidden it stays out, and `seq` leads to it in the evidence.
        table.text(entry.stored.as_deref().filter(|_| veiled.hidden == 0).unwrap_or_default())?;
        table.plain(&word(&entry.outcome))?;
        table.plain(&words(entry.marks.iter()))?;
        table.plain(&words(entry.gaps.iter().map(|gap| &gap.kind)))?;
        table.number(entry.hard_link_of)?;
        table.number(entry.sha256.map(|_| entry.bytes))?;
        table.number(entry.stat.as_ref().map(|stat| stat.size))?;
        table.text(&entry.stat.as_ref().map(|stat| moment(stat.mtime)).unwrap_or_default())?;
        table.plain(&entry.sha256.map(|digest| digest.to_string()).unwrap_or_default())?;
        table.plain(looked(entry, row, self.has_scan))?;
        // The numbers of a further name of a file are those of its first name: adding up a column counts them once.
        let counted = row.filter(|row| entry.outcome != Fate::Linked && row.status != LookStatus::NotScanned);
        for of in [counted.map(|row| &row.findings), counted.map(|row| &row.possible)] {
            for entity in &self.entities {
                table.number(of.map(|counts| counts.get(entity).copied().unwrap_or(0)))?;
            }
        }
        Ok(table.end_row()?)
    }
}

/// The path for people: decoded where it is plainly Japanese in an old encoding, with what could deceive escaped.
fn readable(path: &RawPath) -> (String, &'static str) {
    if path.0.is_ascii() {
        return (path.shown(), "ascii");
    }
    if std::str::from_utf8(&path.0).is_ok() {
        return (path.shown(), "utf-8");
    }
    let decoded = charset::japanese_in(&path.0).map(|charset| (decode::decode(&path.0, charset), charset));
    match decoded {
        Some(((text, false), charset)) => {
            let mut out = String::with_capacity(text.len());
            for c in text.chars() {
                if is_deceptive(c) { out.extend(c.escape_unicode()) } else { out.push(c) }
            }
            (out, charset.name())
        }
        _ => (path.shown(), "bytes"),
    }
}

fn origin(origin: Origin) -> &'static str {
    match origin {
        Origin::FileSystem => "file_system",
        Origin::Volatile => "volatile",
        Origin::Image => "image",
    }
}

/// A stable word, as it is spelt in JSON.
fn word(of: &impl Serialize) -> String {
    serde_json::to_value(of).ok().and_then(|word| word.as_str().map(str::to_owned)).unwrap_or_default()
}

fn words<'t, T: Serialize + 't>(of: impl Iterator<Item = &'t T>) -> String {
    let mut words: Vec<String> = of.map(word).collect();
    words.sort_unstable();
    words.dedup();
    words.join(" ")
}

/// RFC 3339, UTC, to the nanosecond; a time that no calendar has, as seconds since 1970.
fn moment(time: Timestamp) -> String {
    let known = i32::try_from(time.nanos).ok().and_then(|nanos| jiff::Timestamp::new(time.seconds, nanos).ok());
    known.map_or_else(|| time.to_string(), |time| format!("{time:.9}"))
}

fn looked(entry: &RecordedEntry, row: Option<&FileRow>, has_scan: bool) -> &'static str {
    match (row.map(|row| row.status), entry.kind) {
        (Some(LookStatus::Scanned), _) => "scanned",
        (Some(LookStatus::Partial), _) => "partial",
        (Some(LookStatus::NotScanned), _) => "not_scanned",
        (None, Kind::File | Kind::Unknown) if has_scan => "not_scanned",
        (None, Kind::File | Kind::Unknown) => "no_scan",
        (None, _) => "",
    }
}

//! Where the objects are: tables and streams of cross-references, from the newest back (ISO 32000-1, 7.5.4 to 7.5.8).

use std::collections::{BTreeSet, HashMap};

use super::file::File;
use super::lex::{Lexer, Token};
use super::value::{Dict, Value};
use crate::model::limits::PDF_OBJECTS;

/// Where one object is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Spot {
    /// At this byte.
    At(u64),
    /// In an object stream, of this number.
    In(u32),
}

/// All that is known of where objects are.
#[derive(Debug, Default)]
pub(super) struct Places {
    pub(super) spots: HashMap<u32, Spot>,
    pub(super) trailer: Dict,
    /// There are more objects than are looked up.
    pub(super) over: bool,
}

impl Places {
    /// Sets down an object, unless a newer section has told its place.
    pub(super) fn older(&mut self, number: u32, spot: Spot) {
        if self.spots.len() < PDF_OBJECTS {
            self.spots.entry(number).or_insert(spot);
        } else {
            self.over |= !self.spots.contains_key(&number);
        }
    }

    /// Sets down an object that stands behind all others.
    pub(super) fn newer(&mut self, number: u32, spot: Spot) {
        if self.spots.len() < PDF_OBJECTS || self.spots.contains_key(&number) {
            self.spots.insert(number, spot);
        } else {
            self.over = true;
        }
    }
}

/// Reads the sections; `None` if they are broken.
pub(super) fn read(file: &mut File<'_>) -> Option<Places> {
    let mut places = Places::default();
    let mut seen = BTreeSet::new();
    let mut waiting = vec![start(file)?];
    let mut first = true;
    while let Some(at) = waiting.pop() {
        if !seen.insert(at) || seen.len() > 10_000 {
            continue;
        }
        let trailer = section(file, at, &mut places)?;
        let offset = |name: &str| trailer.get(name).and_then(Value::count);
        // The stream of a hybrid file belongs to its table, and is newer than what was before.
        waiting.extend(offset("Prev"));
        waiting.extend(offset("XRefStm"));
        if std::mem::take(&mut first) {
            places.trailer = trailer;
        } else {
            for (name, value) in trailer {
                places.trailer.entry(name).or_insert(value);
            }
        }
    }
    places.trailer.contains_key("Root").then_some(places)
}

/// The number behind the last `startxref`.
fn start(file: &mut File<'_>) -> Option<u64> {
    let from = file.src.length.saturating_sub(2048);
    let tail = file.src.bytes(from, 2048);
    let at = memchr::memmem::rfind(tail, b"startxref")?;
    Lexer::new(tail.get(at + 9..)?).value().ok()?.count()
}

fn section(file: &mut File<'_>, at: u64, places: &mut Places) -> Option<Dict> {
    let at = at.checked_add(file.base)?;
    let head = file.src.bytes(at, 64);
    let mut lexer = Lexer::new(head);
    lexer.skip_space();
    let behind = at + lexer.at as u64 + 4;
    if lexer.rest().starts_with(b"xref") {
        return table(file, behind, places);
    }
    let (_, value) = file.object_at(at)?;
    let Value::Stream(stream) = value else { return None };
    if stream.dict.get("Type").and_then(Value::name) != Some("XRef") {
        return None;
    }
    let unfolded = file.unfold_plain(&stream);
    let rows = rows_of(&stream.dict, &unfolded.bytes, places);
    (rows && unfolded.trouble.is_none()).then_some(stream.dict)
}

/// A classic table, up to and with its trailer.
fn table(file: &mut File<'_>, mut at: u64, places: &mut Places) -> Option<Dict> {
    loop {
        let head = file.src.bytes(at, 256);
        let mut lexer = Lexer::content(head);
        match lexer.token().ok()? {
            Token::Word(word) if word == "trailer" => {
                let at = at + lexer.at as u64;
                let Value::Dict(dict) = file.value_at(at)? else { return None };
                return Some(dict);
            }
            Token::Value(first) => {
                let first = first.count()?;
                let count = lexer.value().ok()?.count()?;
                lexer.skip_space();
                at += lexer.at as u64;
                at = rows_at(file, at, (first, count), places)?;
            }
            _ => return None,
        }
    }
}

/// Rows of 20 bytes each, and those that lack a byte.
fn rows_at(file: &mut File<'_>, mut at: u64, (first, count): (u64, u64), places: &mut Places) -> Option<u64> {
    for number in first..first.checked_add(count)? {
        let row = file.src.bytes(at, 24);
        let mut lexer = Lexer::content(row);
        let offset = lexer.value().ok()?.count()?;
        lexer.value().ok()?.count()?;
        let Token::Word(kind) = lexer.token().ok()? else { return None };
        lexer.skip_space();
        at += lexer.at as u64;
        // A free row may also stand for an object that only a stream of a hybrid file tells, so it says nothing.
        if let (Ok(number), "n") = (u32::try_from(number), kind.as_str()) {
            places.older(number, Spot::At(offset));
        }
    }
    Some(at)
}

fn rows_of(dict: &Dict, bytes: &[u8], places: &mut Places) -> bool {
    let numbers = |name: &str| -> Option<Vec<u64>> {
        dict.get(name)?.list().map(|list| list.iter().filter_map(Value::count).collect())
    };
    let Some(widths) = numbers("W").filter(|widths| widths.len() >= 3 && widths.iter().all(|width| *width <= 8)) else {
        return false;
    };
    let widths: Vec<usize> = widths.into_iter().take(3).map(|width| width as usize).collect();
    let length: usize = widths.iter().sum();
    if length == 0 {
        return false;
    }
    let size = dict.get("Size").and_then(Value::count).unwrap_or(0);
    let index = numbers("Index").unwrap_or_else(|| vec![0, size]);
    let mut rows = bytes.chunks_exact(length);
    for pair in index.chunks_exact(2) {
        let [first, count] = *pair else { break };
        for number in first..first.saturating_add(count) {
            let Some(mut row) = rows.next() else { return true };
            let mut field = |width: usize, usual: u64| {
                let Some((bytes, rest)) = row.split_at_checked(width) else { return usual };
                row = rest;
                if width == 0 { usual } else { bytes.iter().fold(0, |value, byte| value << 8 | u64::from(*byte)) }
            };
            let [a, b, _] = *widths else { return false };
            let (kind, place) = (field(a, 1), field(b, 0));
            let spot = match kind {
                1 => Spot::At(place),
                2 => Spot::In(u32::try_from(place).unwrap_or(u32::MAX)),
                _ => continue,
            };
            if let Ok(number) = u32::try_from(number) {
                places.older(number, spot);
            }
        }
    }
    true
}

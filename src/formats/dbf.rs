//! Tables of dBASE and its kin (`.dbf`): dBASE III to 7, FoxPro, Visual FoxPro, Clipper.
//!
//! A header lists the columns, then rows of one length follow, each behind a mark: a blank, or `*` where it was deleted. A deleted row is
//! still there; it is read, and stands under a name that says so. Long texts are kept in a memo file beside it (`.dbt`, `.fpt`).
//! Layout: "Xbase Data file (*.dbf)", Erik Bachmann; and "Table File Structure" of Visual FoxPro.

use std::io::{self, Read, Seek, SeekFrom};

use super::trouble::{Watched, read_error};
use super::written::{Cell, Written};
use super::{Claim, Format, Head, Input, Need, ReadSeek, Sink};
use crate::model::{Charset, GapKind};
use crate::text::{decode_record, guess};

/// dBASE tables.
pub struct Dbf;

/// A column.
#[derive(Debug, Clone)]
struct Column {
    name: String,
    kind: u8,
    /// Where its value begins in a row, and how long it is.
    at: usize,
    length: usize,
}

/// What the header says.
#[derive(Debug)]
struct Layout {
    columns: Vec<Column>,
    header: usize,
    row: usize,
    /// Rows that the header counts.
    rows: u64,
    /// Columns of dBASE 7, whose numbers are written otherwise.
    is_seven: bool,
    charset: Charset,
}

const VERSIONS: [u8; 18] =
    [0x02, 0x03, 0x04, 0x05, 0x07, 0x30, 0x31, 0x32, 0x43, 0x63, 0x83, 0x87, 0x8B, 0x8C, 0x8E, 0xCB, 0xF5, 0xFB];
const KINDS: &[u8] = b"CNFDLMGPBITY@O+VQW0";

impl Format for Dbf {
    fn id(&self) -> &'static str {
        "dbf"
    }

    fn claims(&self, head: &Head<'_>) -> Claim {
        if Layout::of(head.bytes).is_some() { Claim::Yes } else { Claim::No }
    }

    fn endings(&self) -> &'static [&'static str] {
        &["dbf"]
    }

    fn need(&self) -> Need {
        Need::Seek
    }

    fn read(&self, head: &Head<'_>, input: Input<'_>, out: &mut dyn Sink) {
        let (Input::Seek(src, _), Some(layout)) = (input, Layout::of(head.bytes)) else { return };
        out.charset(layout.charset);
        let mut table = Rows { src: Watched::new(src), layout: &layout, memos: 0, deleted: 0 };
        let mut written = Written::default();
        let read = table.pass(false, &mut written, out);
        let found = match read {
            Ok(found) => found,
            Err(error) => return read_error(out, &error, table.src.taken),
        };
        if table.deleted > 0 {
            out.part("(deleted rows)", &mut |out| {
                if let Err(error) = table.pass(true, &mut Written::default(), out) {
                    read_error(out, &error, table.src.taken);
                }
            });
        }
        if found < layout.rows {
            let reason = format!(
                "the header counts {} rows, and the file ends after {found}; these were read; look for a whole copy",
                layout.rows
            );
            out.gap(GapKind::Truncated, reason);
        }
        if table.memos > 0 {
            let reason = format!(
                "{} value(s) are long texts that stand in the memo file beside this one (.dbt or .fpt): that is looked at as a file of its own, where its texts can not be told apart by row",
                table.memos
            );
            out.gap(GapKind::UnsupportedFormat, reason);
        }
    }
}

fn u16_at(bytes: &[u8], at: usize) -> Option<usize> {
    Some(usize::from(u16::from_le_bytes([*bytes.get(at)?, *bytes.get(at + 1)?])))
}

impl Layout {
    /// Reads the header; `None` unless all of it fits together: its first byte alone is no signature.
    fn of(head: &[u8]) -> Option<Self> {
        let version = *head.first()?;
        let (month, day) = (*head.get(2)?, *head.get(3)?);
        if !VERSIONS.contains(&version) || month > 12 || day > 31 {
            return None;
        }
        let rows = u64::from(u32::from_le_bytes(head.get(4..8)?.try_into().ok()?));
        let (header, row) = (u16_at(head, 8)?, u16_at(head, 10)?);
        let is_seven = version & 7 == 4;
        let (first, step, name, kind, length) = if is_seven { (68, 48, 32, 32, 33) } else { (32, 32, 11, 11, 16) };
        let mut columns = Vec::new();
        let mut at = 1;
        for descriptor in head.get(first..header.min(head.len()))?.chunks_exact(step) {
            if descriptor.first() == Some(&0x0D) {
                break;
            }
            let raw = descriptor.get(..name)?.split(|byte| *byte == 0).next()?;
            let kind = *descriptor.get(kind)?;
            let mut size = usize::from(*descriptor.get(length)?);
            if !KINDS.contains(&kind) || raw.is_empty() || raw.iter().any(|byte| *byte < 0x20) {
                return None;
            }
            // Clipper and FoxPro have texts of more than 255 bytes.
            if kind == b'C' {
                size += usize::from(*descriptor.get(length + 1)?) * 256;
            }
            // Flags of rows (`_NullFlags`) are no value.
            columns.push(Column { name: word(raw), kind, at, length: size });
            at += size;
        }
        let charset = charset(head, header);
        let fits = !columns.is_empty() && at == row && header >= first + columns.len() * step && header < 65_536;
        fits.then_some(Self { columns, header, row, rows, is_seven, charset })
    }
}

fn word(raw: &[u8]) -> String {
    decode_record(raw, Charset::Cp932).text.trim().to_owned()
}

/// The language that the header states (0x13 and 0x7B: Japanese), else what the rows show.
fn charset(head: &[u8], header: usize) -> Charset {
    let shown = || match guess(head.get(header..).unwrap_or_default(), false).charset {
        Charset::Utf16Le | Charset::Utf16Be | Charset::Ascii | Charset::Latin1 => Charset::Cp932,
        other => other,
    };
    if matches!(head.get(29), Some(0x13 | 0x7B)) { Charset::Cp932 } else { shown() }
}

/// Goes over the rows.
struct Rows<'s, 'l> {
    src: Watched<&'s mut dyn ReadSeek>,
    layout: &'l Layout,
    memos: u64,
    deleted: u64,
}

impl Rows<'_, '_> {
    /// Gives out the rows that are deleted, or the others; returns how many there are of both.
    fn pass(&mut self, deleted: bool, written: &mut Written, out: &mut dyn Sink) -> io::Result<u64> {
        let layout = self.layout;
        let names: Vec<String> = layout.columns.iter().map(|column| column.name.clone()).collect();
        self.src.seek(SeekFrom::Start(layout.header as u64))?;
        let mut src = io::BufReader::with_capacity(64 * 1024, &mut self.src);
        let (mut row, mut number, mut gone, mut memos) = (Vec::with_capacity(layout.row), 0, 0, 0);
        loop {
            row.clear();
            (&mut src).take(layout.row as u64).read_to_end(&mut row)?;
            let mark = row.first().copied();
            // 0x1A ends the rows; a program that crashed may not have counted the last ones.
            if !matches!(mark, Some(b' ' | b'*')) && (number >= layout.rows || matches!(mark, None | Some(0x1A))) {
                break;
            }
            if row.len() < layout.row && number >= layout.rows {
                break;
            }
            let is_whole = row.len() == layout.row;
            gone += u64::from(mark == Some(b'*'));
            number += u64::from(is_whole);
            if (mark == Some(b'*')) == deleted {
                let cells = cells(&row, layout, &mut memos);
                written.row(number + u64::from(!is_whole), &cells, &names, out);
            }
            if !is_whole {
                break;
            }
        }
        self.deleted = gone;
        self.memos += memos;
        Ok(number)
    }
}

fn cells(row: &[u8], layout: &Layout, memos: &mut u64) -> Vec<Cell> {
    let mut cells = Vec::new();
    for (index, column) in layout.columns.iter().enumerate() {
        // A row that is cut is read as far as it goes.
        let end = (column.at + column.length).min(row.len());
        let Some(raw) = row.get(column.at..end) else { break };
        let is_memo = matches!(column.kind, b'M' | b'G' | b'P' | b'W') || (column.kind == b'B' && column.length == 10);
        if is_memo {
            *memos += u64::from(raw.iter().any(|byte| !matches!(byte, b' ' | b'0' | 0)));
            continue;
        }
        let text = value(raw, column, layout).unwrap_or_default();
        if !text.is_empty() {
            cells.push(Cell { column: u32::try_from(index + 1).unwrap_or(u32::MAX), text, undone: None });
        }
    }
    cells
}

/// A value as text.
fn value(raw: &[u8], column: &Column, layout: &Layout) -> Option<String> {
    let whole = |bytes: &[u8]| -> Option<[u8; 8]> { bytes.try_into().ok() };
    match (column.kind, raw.len()) {
        (b'I' | b'+', 4) if layout.is_seven => {
            let number = u32::from_be_bytes(raw.try_into().ok()?) ^ 0x8000_0000;
            Some(number.cast_signed().to_string())
        }
        (b'I' | b'+', 4) => Some(i32::from_le_bytes(raw.try_into().ok()?).to_string()),
        (b'B', 8) => Some(f64::from_le_bytes(whole(raw)?).to_string()),
        (b'Y', 8) => {
            let number = i64::from_le_bytes(whole(raw)?);
            Some(format!("{}.{:04}", number / 10_000, (number % 10_000).abs()))
        }
        (b'T', 8) => day(u32::from_le_bytes(raw.get(..4)?.try_into().ok()?)),
        (b'@' | b'O', 8) => None,
        (b'0', _) => None,
        (b'D', 8) => {
            let digits = std::str::from_utf8(raw).ok()?;
            let (year, month, day) = (digits.get(..4)?, digits.get(4..6)?, digits.get(6..)?);
            digits.bytes().all(|byte| byte.is_ascii_digit()).then(|| format!("{year}-{month}-{day}"))
        }
        _ => {
            let end = raw.iter().rposition(|byte| !matches!(byte, 0 | b' ')).map_or(0, |last| last + 1);
            let text = decode_record(raw.get(..end)?, layout.charset).text;
            Some(text.replace('\0', " ").trim().to_owned())
        }
    }
}

/// The day of a Julian day number.
fn day(number: u32) -> Option<String> {
    // 2440588 is 1970-01-01.
    let days = i64::from(number).checked_sub(2_440_588)?;
    let day = jiff::civil::date(1970, 1, 1).checked_add(jiff::Span::new().try_days(days).ok()?).ok()?;
    (number != 0).then(|| day.to_string())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::formats::collected::Collected;

    const III: &[u8] = include_bytes!("../../testdata/formats/dbf/members.dbf");
    const FOX: &[u8] = include_bytes!("../../testdata/formats/dbf/fox.dbf");

    #[test]
    fn rows_have_their_names_and_deleted_ones_a_part() {
        let got = Collected::of("members.dbf", III);
        assert_eq!((got.format, got.gap_kinds(), got.records.len()), ("dbf", vec![], 4));
        assert_eq!(got.charset, Some(Charset::Cp932));
        let (_, _, fields) = &got.records[1];
        let said: Vec<_> = fields.iter().map(|f| (f.name.as_deref().unwrap(), f.text.as_str())).collect();
        assert_eq!(
            said,
            [
                ("NAME", "佐藤 花子"),
                ("KANA", "サトウ ハナコ"),
                ("EMAIL", "sato.hanako@example.jp"),
                ("TEL", "080-1234-5602"),
                ("ZIP", "530-0001"),
                ("ADDRESS", "大阪府大阪市北区梅田2-3-4"),
                ("BIRTH", "1975-11-03"),
            ]
        );
        let (name, part) = &got.children[0];
        assert_eq!(
            (name.as_str(), part.records[0].2[2].text.as_str()),
            ("(deleted rows)", "tanaka.kenichi@example.jp")
        );
        assert_eq!((fields[2].place.row, part.records[0].2[0].place.row), (Some(2), Some(5)));
    }

    #[test]
    fn foxpro_and_what_stands_in_its_memo_file() {
        let got = Collected::of("fox.dbf", FOX);
        assert_eq!(got.gap_kinds(), [GapKind::UnsupportedFormat]);
        let (_, _, fields) = &got.records[0];
        let said: Vec<_> = fields.iter().map(|f| (f.name.as_deref().unwrap(), f.text.as_str())).collect();
        assert!(said.contains(&("NUMBER", "-7")) && said.contains(&("AT", "2026-01-02")), "{said:?}");
    }

    #[test]
    fn cut_lying_and_foreign_files() {
        let got = Collected::of("x", &III[..III.len() - 150]);
        assert_eq!(got.gap_kinds(), [GapKind::Truncated]);
        let mut more = III.to_vec();
        more[4] = 2;
        assert_eq!(Collected::of("x", &more).records.len(), 4, "rows that are not counted are read too");
        for text in ["\x03\x01\x02 text", "\x30 0"] {
            assert_ne!(Collected::of("x", text.as_bytes()).format, "dbf");
        }
        for bytes in [III, FOX] {
            for at in (0..bytes.len()).step_by(3) {
                Collected::of("x", &bytes[..at]);
                let mut damaged = bytes.to_vec();
                damaged[at] ^= [0x01, 0x80, 0xFF][at % 3];
                Collected::of("x", &damaged);
            }
        }
    }
}

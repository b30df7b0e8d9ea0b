//! The parts of a workbook in its binary form ([MS-XLSB]): records of a type and a length, where the other form has XML.

use std::collections::BTreeMap;
use std::io::{self, BufRead, Read};

use super::sheet::{Around, Missing, Shared, without_codes};
use super::styles::Styles;
use super::texts::comment;
use super::workbook::{Sheet, Workbook, shown};
use crate::formats::Sink;
use crate::formats::sheet::number::{Epoch, show_f64};
use crate::formats::sheet::strings::Strings;
use crate::formats::written::Written;
use crate::model::limits::{PART_BYTES, RECORD_BYTES};

/// Sheets of one workbook, its formats, authors of its comments.
const MOST: usize = 100_000;

/// Records in order.
pub(super) struct Records<R> {
    src: R,
    kind: u32,
    data: Vec<u8>,
    at: usize,
}

impl<R: BufRead> Records<R> {
    pub(super) fn new(src: R) -> Self {
        Self { src, kind: 0, data: Vec::new(), at: 0 }
    }

    fn byte(&mut self) -> io::Result<u8> {
        let mut byte = [0];
        self.src.read_exact(&mut byte)?;
        Ok(byte[0])
    }

    /// A number of up to so many bytes, seven bits in each ([MS-XLSB] 2.1.4).
    fn number(&mut self, first: u8, most: u32) -> io::Result<u32> {
        let (mut value, mut byte) = (u32::from(first & 0x7F), first);
        for nth in 1..most {
            if byte & 0x80 == 0 {
                break;
            }
            byte = self.byte()?;
            value |= u32::from(byte & 0x7F) << (7 * nth);
        }
        Ok(value)
    }

    /// Goes to the next record; false at the end of the part.
    fn next(&mut self) -> io::Result<bool> {
        if self.src.fill_buf()?.is_empty() {
            return Ok(false);
        }
        let first = self.byte()?;
        self.kind = self.number(first, 2)?;
        let first = self.byte()?;
        let length = u64::from(self.number(first, 4)?);
        if length > PART_BYTES {
            return Err(io::Error::new(io::ErrorKind::FileTooLarge, format!("a record holds over {PART_BYTES} bytes")));
        }
        if self.data.capacity() > RECORD_BYTES {
            self.data = Vec::new();
        }
        self.data.clear();
        self.at = 0;
        if (&mut self.src).take(length).read_to_end(&mut self.data)? as u64 != length {
            return Err(io::Error::new(io::ErrorKind::UnexpectedEof, "it ends within a record"));
        }
        Ok(true)
    }

    fn take<const N: usize>(&mut self) -> io::Result<[u8; N]> {
        let bytes = self.data.get(self.at..self.at.saturating_add(N)).and_then(|bytes| bytes.try_into().ok());
        self.at = self.at.saturating_add(N);
        bytes.ok_or_else(|| {
            io::Error::new(io::ErrorKind::InvalidData, format!("a record of type {} is too short", self.kind))
        })
    }

    fn u8(&mut self) -> io::Result<u8> {
        self.take::<1>().map(|[byte]| byte)
    }

    fn u16(&mut self) -> io::Result<u16> {
        self.take().map(u16::from_le_bytes)
    }

    fn u32(&mut self) -> io::Result<u32> {
        self.take().map(u32::from_le_bytes)
    }

    /// A string, which may be none (2.5.166, 2.5.168).
    fn string(&mut self) -> io::Result<String> {
        let count = self.u32()?;
        if count == u32::MAX {
            return Ok(String::new());
        }
        let length = usize::try_from(count).unwrap_or(usize::MAX).saturating_mul(2);
        let raw = self.data.get(self.at..self.at.saturating_add(length));
        let raw =
            raw.ok_or_else(|| io::Error::new(io::ErrorKind::InvalidData, "a string is longer than its record"))?;
        let units =
            raw.chunks_exact(2).map(|pair| pair.iter().rev().fold(0, |unit, byte| unit << 8 | u16::from(*byte)));
        let text = String::from_utf16_lossy(&units.collect::<Vec<_>>());
        self.at = self.at.saturating_add(length);
        Ok(text)
    }

    /// A string with fonts and readings behind it, which are left out (2.5.121).
    fn rich(&mut self) -> io::Result<String> {
        self.u8()?;
        self.string()
    }
}

pub(super) fn workbook<R: BufRead>(records: &mut Records<R>, book: &mut Workbook) -> io::Result<()> {
    while records.next()? {
        match records.kind {
            153 => book.epoch = if records.u32()? & 1 == 1 { Epoch::Y1904 } else { Epoch::Y1900 },
            156 if book.sheets.len() < MOST => {
                let state = match records.u32()? {
                    1 => "hidden",
                    2 => "veryHidden",
                    _ => "",
                };
                records.u32()?;
                let relation = records.string()?;
                book.sheets.push(Sheet { name: shown(&records.string()?, state), relation });
            }
            _ => {}
        }
    }
    Ok(())
}

pub(super) fn styles<R: BufRead>(records: &mut Records<R>, styles: &mut Styles) -> io::Result<()> {
    let (mut codes, mut in_cells) = (BTreeMap::new(), false);
    while records.next()? {
        match records.kind {
            44 if codes.len() < MOST => {
                let id = u32::from(records.u16()?);
                codes.insert(id, records.string()?);
            }
            617 => in_cells = true,
            618 => in_cells = false,
            47 if in_cells => {
                records.u16()?;
                let id = u32::from(records.u16()?);
                if !styles.add(id, &codes) {
                    return Ok(());
                }
            }
            _ => {}
        }
    }
    Ok(())
}

pub(super) fn shared<R: BufRead>(
    records: &mut Records<R>,
    strings: &mut Strings,
    over: &mut u64,
    out: &mut dyn Sink,
) -> io::Result<()> {
    let mut text = Written::default();
    while records.next()? {
        if records.kind == 19 {
            let string = records.rich()?;
            if *over > 0 || !strings.push(&string) {
                *over += 1;
                text.lines(&string, out);
            }
        }
    }
    Ok(())
}

/// Reads a sheet as far as it goes.
pub(super) fn sheet<R: BufRead>(
    records: &mut Records<R>,
    shared: &mut Shared<'_>,
    around: &mut Around,
    out: &mut dyn Sink,
) -> io::Result<()> {
    let mut missing = Missing::default();
    let result = walk(records, shared, around, &mut missing, out);
    around.rows.finish(out);
    missing.tell(shared.strings_cut, out);
    result
}

fn walk<R: BufRead>(
    records: &mut Records<R>,
    shared: &mut Shared<'_>,
    around: &mut Around,
    missing: &mut Missing,
    out: &mut dyn Sink,
) -> io::Result<()> {
    while records.next()? {
        match records.kind {
            0 => {
                let row = u64::from(records.u32()?) + 1;
                around.rows.begin(Some(row), out);
            }
            1..=18 | 62 => cell(records, shared, around, missing, out)?,
            479 => {
                records.u16()?;
                for _ in 0..6 {
                    let text = records.string()?;
                    around.texts.extend(without_codes(&text));
                }
            }
            494 if around.links.len() < MOST => {
                let (row, _, column, _) = (records.u32()?, records.u32()?, records.u32()?, records.u32()?);
                let (relation, _, tip, display) =
                    (records.string()?, records.string()?, records.string()?, records.string()?);
                around.links.push((address(column, row), relation, [tip, display].join(" ").trim().to_owned()));
            }
            _ => {}
        }
    }
    Ok(())
}

fn cell<R: BufRead>(
    records: &mut Records<R>,
    shared: &mut Shared<'_>,
    around: &mut Around,
    missing: &mut Missing,
    out: &mut dyn Sink,
) -> io::Result<()> {
    // Short records (12 to 18) stand in the column behind that of the cell before.
    let kind = if (12..=18).contains(&records.kind) { records.kind - 11 } else { records.kind };
    let column = if kind == records.kind { records.u32()?.saturating_add(1) } else { around.rows.next_column() };
    let style = (records.u32()? & 0x00FF_FFFF) as usize;
    let (styles, epoch) = (shared.styles, shared.epoch);
    let number = |value: f64| show_f64(value, styles.shape(style), epoch);
    let (text, undone) = match kind {
        2 => number(crate::formats::xls::rk(records.u32()?)),
        5 | 9 => number(f64::from_le_bytes(records.take()?)),
        4 | 10 => (if records.u8()? == 0 { "FALSE" } else { "TRUE" }.to_owned(), None),
        6 | 8 => (records.string()?, None),
        62 => (records.rich()?, None),
        7 => match shared.strings.get(records.u32()? as usize) {
            Some(text) => (text.to_owned(), None),
            None => {
                missing.count(around.rows.number());
                (String::new(), None)
            }
        },
        _ => (String::new(), None),
    };
    around.rows.cell((column, text), undone, out)
}

pub(super) fn comments<R: BufRead>(records: &mut Records<R>, threads: bool, out: &mut dyn Sink) -> io::Result<()> {
    let (mut text, mut authors, mut place, mut repeats) = (Written::default(), Vec::new(), None, false);
    while records.next()? {
        match records.kind {
            632 if authors.len() < MOST => authors.push(records.string()?),
            635 => {
                let author = records.u32()? as usize;
                let (row, _, column) = (records.u32()?, records.u32()?, records.u32()?);
                place = Some((column.saturating_add(1), u64::from(row) + 1));
                repeats = threads && authors.get(author).is_some_and(|author| author.starts_with("tc={"));
            }
            637 if !repeats => comment(place, records.rich()?, &mut text, out),
            _ => {}
        }
    }
    for author in authors.into_iter().filter(|author| !author.starts_with("tc={")) {
        text.pairs(&[("author".to_owned(), author)], out);
    }
    Ok(())
}

/// `C4` of the column and row from 0.
fn address(column: u32, row: u32) -> String {
    let (mut letters, mut rest) = (Vec::new(), column.min(u32::MAX - 1) + 1);
    while rest > 0 {
        rest -= 1;
        letters.push(char::from(b'A' + (rest % 26) as u8));
        rest /= 26;
    }
    format!("{}{}", letters.iter().rev().collect::<String>(), u64::from(row) + 1)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses() {
        assert_eq!(
            [address(0, 0), address(25, 8), address(26, 9), address(16_383, 1_048_575)],
            ["A1", "Z9", "AA10", "XFD1048576"]
        );
    }
}

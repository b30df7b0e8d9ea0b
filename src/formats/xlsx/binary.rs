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
    pub(super) fn next(&mut self) -> io::Result<bool> {
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

    /// Bytes of the record that are left.
    fn left(&self) -> usize {
        self.data.len().saturating_sub(self.at)
    }

    /// So many bytes, or what is left of them.
    pub(super) fn bytes(&mut self, count: u32) -> &[u8] {
        let start = self.at.min(self.data.len());
        self.at = start.saturating_add(usize::try_from(count).unwrap_or(usize::MAX)).min(self.data.len());
        self.data.get(start..self.at).unwrap_or_default()
    }

    /// The texts that a formula holds: its own bytes, then those that these refer to.
    fn formula(&mut self) -> io::Result<Vec<String>> {
        let count = self.u32()?;
        let mut texts = quoted(self.bytes(count));
        let count = self.u32()?;
        texts.extend(quoted(self.bytes(count)));
        Ok(texts)
    }

    /// A string with fonts and readings behind it, which are left out (2.5.121).
    fn rich(&mut self) -> io::Result<String> {
        self.u8()?;
        self.string()
    }
}

/// Strings among the bytes of a formula: a mark, the length, and so many units (`PtgStr`); in a list of values
/// zeros part them. Short ones say nothing of anyone.
fn quoted(bytes: &[u8]) -> Vec<String> {
    let (mut found, mut at) = (Vec::new(), 0);
    while let Some(step) = bytes.get(at..).and_then(|rest| memchr::memchr(0x17, rest)) {
        at += step + 1;
        let rest = bytes.get(at..).unwrap_or_default();
        let Some((count, rest)) = rest.split_first_chunk::<2>() else { break };
        let Some(units) = rest.get(..usize::from(u16::from_le_bytes(*count)) * 2) else { continue };
        let units: Vec<u16> = units.as_chunks::<2>().0.iter().map(|unit| u16::from_le_bytes(*unit)).collect();
        let Ok(text) = String::from_utf16(&units) else { continue };
        if text.trim().chars().count() >= 4 && !text.chars().any(|c| c != '\0' && c.is_control()) {
            at += 2 + units.len() * 2;
            found.push(text.replace('\0', ", "));
        }
    }
    found
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
            39 if book.named_texts.len() < MOST => name(records, book)?,
            // Who has it open, or wrote it last for all others to read (`BrtFileSharing`).
            548 if records.left() > 4 => {
                records.u32()?;
                let text = records.string()?;
                book.named_texts.extend((!text.is_empty()).then(|| ("user".to_owned(), text)));
            }
            _ => {}
        }
    }
    Ok(())
}

/// A defined name: what its formula says in quotes, and what is said of it (`BrtName`).
fn name<R: BufRead>(records: &mut Records<R>, book: &mut Workbook) -> io::Result<()> {
    records.u32()?;
    records.u8()?;
    records.u32()?;
    let name = records.string()?;
    let mut texts = records.formula()?;
    if records.left() > 0 {
        texts.push(records.string()?);
    }
    // Of a macro: what it is for.
    while records.left() >= 4 {
        texts.push(records.string()?);
    }
    book.named_texts.extend(texts.into_iter().filter(|text| !text.trim().is_empty()).map(|text| (name.clone(), text)));
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
            // Those that are kept of one sheet are bounded as in the other form.
            64 | 463 | 479 if around.texts.len() >= MOST => {
                return Err(io::Error::other(format!("over {MOST} texts around the cells")));
            }
            479 => {
                records.u16()?;
                for _ in 0..6 {
                    let text = records.string()?;
                    around.texts.extend(without_codes(&text));
                }
            }
            64 => allowed(records, around)?,
            // A rule of colouring: its text, and what its formulas say in quotes (`BrtBeginCFRule`).
            463 => around.texts.extend(quoted(records.bytes(u32::MAX))),
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

/// A list of allowed values, and what is said of them (`BrtDVal`).
fn allowed<R: BufRead>(records: &mut Records<R>, around: &mut Around) -> io::Result<()> {
    records.u32()?;
    let ranges = records.u32()?;
    records.bytes(ranges.saturating_mul(16));
    for _ in 0..4 {
        let text = records.string()?;
        around.texts.extend((!text.trim().is_empty()).then_some(text));
    }
    for _ in 0..2 {
        around.texts.extend(records.formula()?);
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
    // What a formula says of a person and its result may not show: an address.
    let hidden = if matches!(kind, 8..=11) { quoted(records.bytes(u32::MAX)) } else { Vec::new() };
    let hidden = hidden
        .into_iter()
        .filter(|quoted| (quoted.contains('@') || quoted.contains("://")) && !text.contains(quoted.as_str()));
    let hidden: Vec<String> = hidden.collect();
    around.rows.cell((column, text), undone, out)?;
    hidden.into_iter().try_for_each(|text| around.rows.cell((column, text), None, out))
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
pub(super) mod tests {
    use super::*;

    pub(in super::super) fn wide(text: &str) -> Vec<u8> {
        let units: Vec<u16> = text.encode_utf16().collect();
        let count = u32::try_from(units.len()).unwrap().to_le_bytes();
        count.into_iter().chain(units.into_iter().flat_map(u16::to_le_bytes)).collect()
    }

    pub(in super::super) fn record(kind: u8, data: &[u8]) -> Vec<u8> {
        let (low, high) = (u8::try_from(data.len() & 0x7F).unwrap(), u8::try_from(data.len() >> 7).unwrap());
        if high == 0 { [&[kind, low], data].concat() } else { [&[kind, low | 0x80, high], data].concat() }
    }

    /// A formula that is this text.
    fn formula(text: &str) -> Vec<u8> {
        let units: Vec<u8> = text.encode_utf16().flat_map(u16::to_le_bytes).collect();
        let count = u16::try_from(units.len() / 2).unwrap().to_le_bytes();
        let own = [&[0x17][..], &count, &units].concat();
        [&u32::try_from(own.len()).unwrap().to_le_bytes()[..], &own, &[0; 4]].concat()
    }

    #[test]
    fn names_with_text() {
        let name = [
            &[0; 9][..],
            &wide("連絡先"),
            &formula("soumu@example.jp"),
            &wide("山田が作成"),
            &[0xFF; 4],
            &wide("説明"),
        ];
        let bytes = record(39, &name.concat());
        let mut book = Workbook::default();
        workbook(&mut Records::new(bytes.as_slice()), &mut book).unwrap();
        let texts: Vec<&str> =
            book.named_texts.iter().map(|(name, text)| (name == "連絡先").then_some(text.as_str()).unwrap()).collect();
        assert_eq!(texts, ["soumu@example.jp", "山田が作成", "説明"]);
    }

    #[test]
    fn allowed_values_and_addresses_in_formulas() {
        let none = [0; 8];
        let list = [
            &[3, 0, 0, 0, 1, 0, 0, 0][..],
            &[0; 16],
            &[0xFF; 4],
            &wide("担当は山田"),
            &wide("題"),
            &wide("090-1234-5678 へ"),
            &formula("山田 太郎\0佐藤 花子"),
            &none,
        ];
        let cell = [&[0; 8][..], &wide("x"), &[0; 2], &formula("mailto:taro@example.jp")].concat();
        let bytes = [record(0, &[0; 4]), record(8, &cell), record(64, &list.concat())].concat();
        let (mut strings, styles, mut around) = (Strings::default(), Styles::default(), Around::default());
        let mut shared = Shared { strings: &mut strings, strings_cut: false, styles: &styles, epoch: Epoch::Y1900 };
        let mut out = crate::formats::collected::Collected::default();
        sheet(&mut Records::new(bytes.as_slice()), &mut shared, &mut around, &mut out).unwrap();
        assert_eq!(around.texts, ["担当は山田", "題", "090-1234-5678 へ", "山田 太郎, 佐藤 花子"]);
        assert_eq!(out.texts(), [["x", "mailto:taro@example.jp"]]);
    }

    #[test]
    fn addresses() {
        assert_eq!(
            [address(0, 0), address(25, 8), address(26, 9), address(16_383, 1_048_575)],
            ["A1", "Z9", "AA10", "XFD1048576"]
        );
    }
}

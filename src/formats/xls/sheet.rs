//! One sheet of a BIFF workbook, record by record ([MS-XLS] 2.1.7.20.5): cells, comments, text boxes, header and footer.

use std::collections::BTreeMap;
use std::io::{self, Read};

use encoding_rs::Encoding;

use super::globals::{EOF, Globals};
use super::records::Records;
use crate::formats::Sink;
use crate::formats::sheet::number::show_f64;
use crate::formats::sheet::rows::Rows;
use crate::formats::written::Written;
use crate::formats::xlsx::{texts, without_codes};
use crate::model::GapKind;

pub(super) const BOF: u16 = 0x0809;
/// Texts around the cells that are kept of one sheet, and their bytes.
const MOST_TEXTS: usize = 100_000;
pub(super) const TEXT_BYTES: usize = 16 * 1024 * 1024;

/// A sheet that is being read.
#[derive(Default)]
pub(super) struct Sheet {
    rows: Rows,
    begun: bool,
    /// The cell of a formula whose text comes next.
    pending: Option<(u16, u16)>,
    /// The drawn object that a text belongs to.
    object: u16,
    boxes: BTreeMap<u16, Vec<String>>,
    notes: Vec<(u16, u16, u16, String)>,
    around: Vec<String>,
    links: Vec<(u16, u16, String)>,
    kept: usize,
    kept_bytes: usize,
    missing: u64,
    missing_row: u64,
    /// Records that do not hold what they should.
    broken: u64,
}

impl Sheet {
    /// Reads up to the end of the substream, whose begin was read, or as far as it goes.
    pub(super) fn read<R: Read>(
        &mut self,
        records: &mut Records<R>,
        globals: &mut Globals,
        out: &mut dyn Sink,
    ) -> io::Result<()> {
        let result = self.walk(records, globals, out);
        self.rows.finish(out);
        broken(self.broken, "this sheet", out);
        if self.missing > 0 {
            let kind = if globals.over > 0 { GapKind::OverLimit } else { GapKind::Malformed };
            let reason = format!(
                "{} cells, the first in row {}, name shared strings that are not there or were too many to hold; look for a whole copy, or save the sheet as CSV and run hozen on that",
                self.missing, self.missing_row
            );
            out.gap(kind, reason);
        }
        self.beside(out);
        result
    }

    fn walk<R: Read>(&mut self, records: &mut Records<R>, globals: &mut Globals, out: &mut dyn Sink) -> io::Result<()> {
        let mut inner = 0_u32;
        while records.next()? {
            match records.kind {
                // A chart on the sheet.
                BOF => inner += 1,
                EOF if inner == 0 => return Ok(()),
                EOF => inner -= 1,
                _ => match self.record(records, globals, out) {
                    Err(error) if error.kind() == io::ErrorKind::InvalidData => self.broken += 1,
                    result => result?,
                },
            }
        }
        Err(io::Error::new(io::ErrorKind::UnexpectedEof, "the sheet has no end"))
    }

    fn record<R: Read>(
        &mut self,
        records: &mut Records<R>,
        globals: &mut Globals,
        out: &mut dyn Sink,
    ) -> io::Result<()> {
        match records.kind {
            0x00FD => {
                let (row, column, _) = place(records)?;
                let index = records.u32()? as usize;
                match globals.strings.get(index).map(str::to_owned) {
                    Some(text) => self.cell((row, column), text, out)?,
                    None => {
                        self.missing_row = if self.missing == 0 { u64::from(row) + 1 } else { self.missing_row };
                        self.missing += 1;
                    }
                }
            }
            0x0204 | 0x00D6 => {
                let (row, column, _) = place(records)?;
                let text = globals.long(records)?;
                self.cell((row, column), text, out)?;
            }
            0x0203 => {
                let (row, column, style) = place(records)?;
                let value = records.f64()?;
                self.number((row, column, style), value, globals, out)?;
            }
            0x027E => {
                let (row, column, style) = place(records)?;
                let value = rk(records.u32()?);
                self.number((row, column, style), value, globals, out)?;
            }
            0x00BD => {
                let (row, mut column) = (records.u16()?, records.u16()?);
                while records.left() >= 8 {
                    let (style, value) = (records.u16()?, rk(records.u32()?));
                    self.number((row, column, style), value, globals, out)?;
                    column = column.saturating_add(1);
                }
            }
            0x0006 | 0x0206 | 0x0406 => self.formula(records, globals, out)?,
            0x0207 => {
                let text = globals.long(records)?;
                if let Some(place) = self.pending.take() {
                    self.cell(place, text, out)?;
                }
            }
            0x0205 => {
                let (row, column, _) = place(records)?;
                let (value, is_error) = (records.u8()?, records.u8()?);
                if is_error == 0 {
                    self.cell((row, column), truth(value), out)?;
                }
            }
            _ => self.beside_cells(records, globals)?,
        }
        Ok(())
    }

    fn formula<R: Read>(
        &mut self,
        records: &mut Records<R>,
        globals: &mut Globals,
        out: &mut dyn Sink,
    ) -> io::Result<()> {
        let (row, column, style) = place(records)?;
        let value = records.f64()?;
        let bytes = value.to_le_bytes();
        self.pending = None;
        // What a formula says of a person and its result may not show: an address.
        let hidden = literals(records.bytes().get(20..).unwrap_or_default(), globals.wide, globals.page);
        for text in hidden.into_iter().filter(|text| text.contains('@') || text.contains("://")) {
            let text = text.strip_prefix("mailto:").unwrap_or(&text).to_owned();
            self.keep(&text)?;
            self.links.push((row, column, text));
        }
        match bytes {
            [0, .., 0xFF, 0xFF] => self.pending = Some((row, column)),
            [1, _, truth_of, .., 0xFF, 0xFF] => self.cell((row, column), truth(truth_of), out)?,
            [.., 0xFF, 0xFF] => {}
            _ => self.number((row, column, style), value, globals, out)?,
        }
        Ok(())
    }

    fn number(
        &mut self,
        (row, column, style): (u16, u16, u16),
        value: f64,
        globals: &Globals,
        out: &mut dyn Sink,
    ) -> io::Result<()> {
        let (text, undone) = show_f64(value, globals.styles.shape(usize::from(style)), globals.epoch);
        self.begin(row, out);
        self.rows.cell((u32::from(column) + 1, text), undone, out)
    }

    fn cell(&mut self, (row, column): (u16, u16), text: String, out: &mut dyn Sink) -> io::Result<()> {
        self.begin(row, out);
        self.rows.cell((u32::from(column) + 1, text), None, out)
    }

    fn begin(&mut self, row: u16, out: &mut dyn Sink) {
        let number = u64::from(row) + 1;
        if !self.begun || number != self.rows.number() {
            self.begun = true;
            self.rows.begin(Some(number), out);
        }
    }

    /// Counts what is kept; an error where it is too much.
    fn keep(&mut self, text: &str) -> io::Result<()> {
        self.kept += 1;
        self.kept_bytes += text.len();
        if self.kept > MOST_TEXTS || self.kept_bytes > TEXT_BYTES {
            return Err(io::Error::other(format!(
                "over {MOST_TEXTS} comments and text boxes, or {TEXT_BYTES} bytes of them"
            )));
        }
        Ok(())
    }

    fn beside_cells<R: Read>(&mut self, records: &mut Records<R>, globals: &Globals) -> io::Result<()> {
        match records.kind {
            0x0014 | 0x0015 if records.left() > 0 => {
                let text = if globals.wide { globals.long(records)? } else { globals.short(records)? };
                self.keep(&text)?;
                self.around.extend(without_codes(&text));
            }
            0x005D if globals.wide && records.left() >= 8 => {
                records.skip(6)?;
                self.object = records.u16()?;
            }
            0x01B6 if globals.wide && records.left() >= 18 => {
                records.skip(10)?;
                let chars = usize::from(records.u16()?);
                if chars > 0 && records.go_on()? {
                    let text = records.wide(chars)?;
                    self.keep(&text)?;
                    self.boxes.entry(self.object).or_default().push(text);
                }
            }
            0x001C if records.left() >= 6 => self.note(records, globals)?,
            0x01BE if globals.wide => self.allowed(records, globals)?,
            // Header and footer of even and of first pages (`HeaderFooter`).
            0x089C if records.left() >= 38 => {
                records.skip(30)?;
                let lengths = [records.u16()?, records.u16()?, records.u16()?, records.u16()?];
                for chars in lengths.into_iter().filter(|chars| *chars > 0) {
                    // Each has its own length again.
                    records.u16()?;
                    let text = records.wide(usize::from(chars))?;
                    self.keep(&text)?;
                    self.around.extend(without_codes(&text));
                }
            }
            0x01B8 if records.left() >= 32 => {
                let (row, _, column) = (records.u16()?, records.u16()?, records.u16()?);
                for address in addresses(records.bytes()) {
                    self.keep(&address)?;
                    self.links.push((row, column, address));
                }
            }
            _ => {}
        }
        Ok(())
    }

    /// A list of allowed values, and what is said of them: titles and texts, then formulas ([MS-XLS] `Dv`).
    fn allowed<R: Read>(&mut self, records: &mut Records<R>, globals: &Globals) -> io::Result<()> {
        records.u32()?;
        for _ in 0..4 {
            let text = globals.long(records)?;
            // None is a zero.
            let text = text.trim_matches('\0');
            if !text.is_empty() {
                self.keep(text)?;
                self.around.push(text.to_owned());
            }
        }
        for text in literals(records.remaining(), globals.wide, globals.page) {
            self.keep(&text)?;
            self.around.push(text);
        }
        Ok(())
    }

    fn note<R: Read>(&mut self, records: &mut Records<R>, globals: &Globals) -> io::Result<()> {
        let (row, column) = (records.u16()?, records.u16()?);
        let (object, text) = if globals.wide {
            records.u16()?;
            (records.u16()?, globals.long(records)?)
        } else {
            (0, globals.long(records)?)
        };
        self.keep(&text)?;
        // A long comment of Excel 95 goes on in records that name no cell.
        match self.notes.last_mut() {
            Some((_, _, _, before)) if !globals.wide && row == 0xFFFF => before.push_str(&text),
            _ => self.notes.push((row, column, object, text)),
        }
        Ok(())
    }

    /// What stands beside the cells, as parts of the sheet.
    fn beside(&mut self, out: &mut dyn Sink) {
        let (notes, mut boxes) = (std::mem::take(&mut self.notes), std::mem::take(&mut self.boxes));
        let rows = &self.rows;
        let links: Vec<_> = self.links.iter().filter(|(_, _, address)| !rows.shows(address)).collect();
        let _ = (links.is_empty()
            || out.part("links", &mut |out| {
                let mut text = Written::default();
                for (row, column, address) in &links {
                    texts::comment(cell_of(*row, *column), address.clone(), &mut text, out);
                }
            }))
            && (self.around.is_empty()
                || out.part("header and footer", &mut |out| {
                    let mut text = Written::default();
                    self.around.iter().for_each(|line| text.lines(line, out));
                }))
            && (notes.is_empty() || out.part("comments", &mut |out| comments(&notes, &mut boxes, out)))
            && (boxes.is_empty()
                || out.part("text boxes", &mut |out| {
                    let mut text = Written::default();
                    boxes.values().flatten().for_each(|line| text.lines(&line.replace('\r', "\n"), out));
                }));
    }
}

/// Comments at their cells, then who wrote them. Of Excel 95 the text is in the note, later in its box.
fn comments(notes: &[(u16, u16, u16, String)], boxes: &mut BTreeMap<u16, Vec<String>>, out: &mut dyn Sink) {
    let (mut text, mut authors) = (Written::default(), std::collections::BTreeSet::new());
    for (row, column, object, own) in notes {
        let place = cell_of(*row, *column);
        match boxes.remove(object).filter(|_| *object > 0) {
            Some(lines) => {
                texts::comment(place, lines.join("\n").replace('\r', "\n"), &mut text, out);
                authors.insert(own);
            }
            None => texts::comment(place, own.clone(), &mut text, out),
        }
    }
    for author in authors.into_iter().filter(|author| !author.trim().is_empty()) {
        text.pairs(&[("author".to_owned(), author.clone())], out);
    }
}

/// Tells of records that could not be read, where others could.
pub(super) fn broken(count: u64, of: &str, out: &mut dyn Sink) {
    if count > 0 {
        let reason = format!(
            "{count} records of {of} are damaged, and what they hold was not read; the others were; look for a whole copy, or open it with its own program and save it anew"
        );
        out.gap(GapKind::Malformed, reason);
    }
}

fn cell_of(row: u16, column: u16) -> Option<(u32, u64)> {
    Some((u32::from(column) + 1, u64::from(row) + 1))
}

/// Row and column from 0, and the cell format.
fn place<R: Read>(records: &mut Records<R>) -> io::Result<(u16, u16, u16)> {
    Ok((records.u16()?, records.u16()?, records.u16()?))
}

fn truth(value: u8) -> String {
    if value == 0 { "FALSE" } else { "TRUE" }.to_owned()
}

/// A number in 30 bits ([MS-XLS] 2.5.122).
pub(in crate::formats) fn rk(raw: u32) -> f64 {
    let value = if raw & 2 != 0 {
        #[expect(clippy::cast_possible_wrap, reason = "the sign is in the highest bit")]
        f64::from(raw as i32 >> 2)
    } else {
        f64::from_bits(u64::from(raw & 0xFFFF_FFFC) << 32)
    };
    if raw & 1 != 0 { value / 100.0 } else { value }
}

/// Strings among the bytes of a formula: a mark, the length, and so many characters ([MS-XLS] 2.5.198.89). Of a list of values they are
/// parted by zeros.
pub(super) fn literals(bytes: &[u8], wide: bool, page: &'static Encoding) -> Vec<String> {
    let (mut found, mut at) = (Vec::new(), 0);
    while let Some(step) = bytes.get(at..).and_then(|rest| memchr::memchr(0x17, rest)) {
        at += step + 1;
        let Some((text, length)) = literal(bytes.get(at..).unwrap_or_default(), wide, page) else { continue };
        let is_text = |c: char| !c.is_control() && c != char::REPLACEMENT_CHARACTER;
        let texts: Vec<&str> = text.split('\0').map(str::trim).collect();
        if texts.iter().any(|text| text.chars().count() >= 4) && text.chars().all(|c| c == '\0' || is_text(c)) {
            found.push(texts.join(", "));
            at += length;
        }
    }
    found
}

fn literal(bytes: &[u8], wide: bool, page: &'static Encoding) -> Option<(String, usize)> {
    let chars = usize::from(*bytes.first()?);
    if !wide {
        let raw = bytes.get(1..1 + chars)?;
        return Some((page.decode_without_bom_handling(raw).0.into_owned(), 1 + chars));
    }
    let (flags, rest) = (*bytes.get(1)?, bytes.get(2..)?);
    let units: Vec<u16> = match flags {
        0 => rest.get(..chars)?.iter().map(|byte| u16::from(*byte)).collect(),
        1 => rest
            .get(..chars * 2)?
            .chunks_exact(2)
            .map(|pair| pair.iter().rev().fold(0, |n, b| n << 8 | u16::from(*b)))
            .collect(),
        _ => return None,
    };
    Some((String::from_utf16(&units).ok()?, 2 + units.len()))
}

/// Addresses in the object of a link, in UTF-16 up to a zero: of mail without `mailto:`, others as they are.
fn addresses(object: &[u8]) -> Vec<String> {
    let mut found = Vec::new();
    for scheme in ["mailto:", "http://", "https://", "file://"] {
        let wide: Vec<u8> = scheme.encode_utf16().flat_map(u16::to_le_bytes).collect();
        for at in memchr::memmem::find_iter(object, &wide).take(8) {
            let units = object.get(at..).unwrap_or_default().chunks_exact(2).map(|pair| match pair {
                [low, high] => u16::from_le_bytes([*low, *high]),
                _ => 0,
            });
            let units: Vec<u16> = units.take_while(|unit| *unit != 0).take(2048).collect();
            let address = String::from_utf16_lossy(&units);
            found.push(address.strip_prefix("mailto:").unwrap_or(&address).to_owned());
        }
    }
    found.dedup();
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_in_thirty_bits() {
        assert_eq!(rk(0x3FF0_0000), 1.0);
        assert_eq!(rk(0x3FF0_0001), 0.01);
        assert_eq!(rk((29_323 << 2) | 2), 29_323.0);
        assert_eq!(rk((1234 << 2) | 3), 12.34);
        assert_eq!(rk(0xFFFF_FFFE), -1.0);
    }

    #[test]
    fn strings_in_formulas() {
        let page = encoding_rs::SHIFT_JIS;
        let found =
            literals(b"\x1e\x01\x00\x17\x08\0a@b.test\x41\x17\x05\0one\0t\x17\x02\x01\x71\x5c\x30\x75\x17", true, page);
        assert_eq!(found, ["a@b.test"]);
        assert_eq!(literals(b"\x17\x09\0abcd\0efgh", true, page), ["abcd, efgh"]);
        assert_eq!(literals(b"\x17\x04\x8e\x52\x93\x63\x17\x06ab@c.d", false, page), ["ab@c.d"]);
    }

    #[test]
    fn addresses_of_links() {
        let wide = |text: &str| text.encode_utf16().flat_map(u16::to_le_bytes).collect::<Vec<u8>>();
        let object =
            [b"\x01\x02\x03".to_vec(), wide("mailto:a@example.jp\0"), vec![9; 5], wide("https://example.jp/x")]
                .concat();
        assert_eq!(addresses(&object), ["a@example.jp", "https://example.jp/x"]);
    }
}

//! The first substream of a workbook: its sheets, shared strings, number formats, code page and day of counting ([MS-XLS] 2.1.7.20.3).

use std::collections::BTreeMap;
use std::io::{self, Read};

use encoding_rs::Encoding;

use super::records::{Records, code_page};
use super::sheet::{TEXT_BYTES, literals};
use crate::formats::sheet::number::{Epoch, Shape, show_f64};
use crate::formats::sheet::strings::Strings;
use crate::formats::xlsx::{Styles, shown_name};

pub(super) const EOF: u16 = 0x000A;

/// What cells refer to.
pub(super) struct Globals {
    /// Text is in UTF-16 (Excel 97 and later), else in the code page.
    pub(super) wide: bool,
    pub(super) page: &'static Encoding,
    pub(super) epoch: Epoch,
    pub(super) styles: Styles,
    pub(super) strings: Strings,
    /// Shared strings for which there was no room.
    pub(super) over: u64,
    /// Names of sheets by where they begin.
    pub(super) sheets: BTreeMap<u64, String>,
    /// Texts of defined names.
    pub(super) named_texts: Vec<String>,
    /// Cells of other workbooks that this one remembers: row and column from 0, and the text.
    pub(super) remembered: Vec<(u16, u16, String)>,
    remembered_bytes: usize,
    /// Such cells for which there was no room.
    pub(super) forgotten: u64,
    /// Records that do not hold what they should.
    pub(super) broken: u64,
    /// The cipher, if it is encrypted: then nothing behind is to be read.
    pub(super) cipher: Option<&'static str>,
}

const MOST_SHEETS: usize = 100_000;

impl Globals {
    pub(super) fn new() -> Self {
        Self {
            wide: true,
            page: encoding_rs::SHIFT_JIS,
            epoch: Epoch::Y1900,
            styles: Styles::default(),
            strings: Strings::default(),
            over: 0,
            sheets: BTreeMap::new(),
            named_texts: Vec::new(),
            remembered: Vec::new(),
            remembered_bytes: 0,
            forgotten: 0,
            broken: 0,
            cipher: None,
        }
    }

    /// Reads up to the end of the substream, or as far as it goes.
    pub(super) fn read<R: Read>(&mut self, records: &mut Records<R>) -> io::Result<()> {
        let (mut codes, mut formats) = (BTreeMap::new(), Vec::new());
        let result = self.walk(records, &mut codes, &mut formats);
        for format in formats {
            if !self.styles.add(format, &codes) {
                break;
            }
        }
        result
    }

    fn walk<R: Read>(
        &mut self,
        records: &mut Records<R>,
        codes: &mut BTreeMap<u32, String>,
        formats: &mut Vec<u32>,
    ) -> io::Result<()> {
        while records.next()? {
            let result = match records.kind {
                EOF => return Ok(()),
                0x002F => {
                    self.cipher = Some(self.cipher_of(records));
                    return Ok(());
                }
                _ => self.record(records, codes, formats),
            };
            match result {
                Err(error) if error.kind() == io::ErrorKind::InvalidData => self.broken += 1,
                result => result?,
            }
        }
        Ok(())
    }

    fn record<R: Read>(
        &mut self,
        records: &mut Records<R>,
        codes: &mut BTreeMap<u32, String>,
        formats: &mut Vec<u32>,
    ) -> io::Result<()> {
        match records.kind {
            0x0042 => self.page = code_page(records.u16()?),
            0x0022 => self.epoch = if records.u16()? == 1 { Epoch::Y1904 } else { Epoch::Y1900 },
            0x0085 if self.sheets.len() < MOST_SHEETS => self.sheet(records)?,
            0x041E if codes.len() < MOST_SHEETS => {
                let id = u32::from(records.u16()?);
                let code = if self.wide { self.long(records)? } else { self.short(records)? };
                codes.insert(id, code);
            }
            0x00E0 if formats.len() < MOST_SHEETS => {
                records.u16()?;
                formats.push(u32::from(records.u16()?));
            }
            0x00FC => self.shared(records)?,
            0x005A => self.remember(records)?,
            // Defined names, of which some hold text.
            0x0018 if self.named_texts.len() < MOST_SHEETS => {
                self.named_texts.extend(literals(records.bytes(), self.wide, self.page));
            }
            _ => {}
        }
        Ok(())
    }

    /// [MS-XLS] 2.4.117.
    fn cipher_of<R: Read>(&self, records: &mut Records<R>) -> &'static str {
        let kind = if self.wide { records.u16() } else { Ok(0) };
        match (kind, records.u16()) {
            (Ok(1), Ok(1)) => "RC4 (40 bit)",
            (Ok(1), _) => "RC4",
            _ => "XOR",
        }
    }

    fn sheet<R: Read>(&mut self, records: &mut Records<R>) -> io::Result<()> {
        let offset = u64::from(records.u32()?);
        let state = match records.u8()? & 3 {
            1 => "hidden",
            2 => "veryHidden",
            _ => "",
        };
        records.u8()?;
        let name = self.short(records)?;
        self.sheets.insert(offset, shown_name(&name, state));
        Ok(())
    }

    /// Cells of another workbook, side by side in a row ([MS-XLS] `CRN`).
    fn remember<R: Read>(&mut self, records: &mut Records<R>) -> io::Result<()> {
        let (last, first, row) = (u16::from(records.u8()?), u16::from(records.u8()?), records.u16()?);
        for column in first..=last {
            let text = match records.u8()? {
                1 => show_f64(records.f64()?, &Shape::General, self.epoch).0,
                2 if self.wide => self.long(records)?,
                2 => self.short(records)?,
                _ => {
                    records.f64()?;
                    continue;
                }
            };
            if self.remembered.len() >= MOST_SHEETS || self.remembered_bytes > TEXT_BYTES {
                self.forgotten += 1;
            } else if !text.is_empty() {
                self.remembered_bytes += text.len();
                self.remembered.push((row, column, text));
            }
        }
        Ok(())
    }

    fn shared<R: Read>(&mut self, records: &mut Records<R>) -> io::Result<()> {
        records.u32()?;
        let count = records.u32()?;
        for _ in 0..count {
            // The count may lie: there are so many as there are.
            if records.left() == 0 && !records.go_on()? {
                return Ok(());
            }
            let string = records.shared()?;
            if !self.strings.push(&string) {
                self.over += 1;
            }
        }
        Ok(())
    }

    /// A string with its length in one byte.
    pub(super) fn short<R: Read>(&self, records: &mut Records<R>) -> io::Result<String> {
        let chars = usize::from(records.u8()?);
        if self.wide { records.wide(chars) } else { records.narrow(chars, self.page) }
    }

    /// A string with its length in two bytes.
    pub(super) fn long<R: Read>(&self, records: &mut Records<R>) -> io::Result<String> {
        let chars = usize::from(records.u16()?);
        if self.wide { records.wide(chars) } else { records.narrow(chars, self.page) }
    }
}

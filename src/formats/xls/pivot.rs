//! Pivot caches ([MS-XLS] 2.1.7.12): a copy of the table that a pivot table was made of, which stays when that table is deleted. Its values
//! are read as lines, each once; which of them stood in one row is not known.

use std::io::{self, Read};

use super::records::Records;
use crate::formats::Sink;
use crate::formats::sheet::number::{Epoch, Shape, show_f64};
use crate::formats::written::Written;

/// The storage of the caches.
pub(super) const STORAGE: &str = "_SX_DB_CUR/";

/// Reads one, as far as it goes.
pub(super) fn read(stream: impl Read, out: &mut dyn Sink) -> io::Result<()> {
    let mut records = Records::new(stream);
    let mut text = Written::default();
    while records.next()? {
        match value(&mut records) {
            Ok(line) => text.lines(&line, out),
            // One that does not hold what it should is left.
            Err(error) if error.kind() == io::ErrorKind::InvalidData => {}
            Err(error) => return Err(error),
        }
    }
    Ok(())
}

fn value<R: Read>(records: &mut Records<R>) -> io::Result<String> {
    match records.kind {
        // Who last made it anew (`SXDB`), a column (`SXFDB`), a text, a number, a day.
        0x00C6 => {
            records.skip(18)?;
            long(records)
        }
        0x00C7 => {
            records.skip(14)?;
            long(records)
        }
        0x00CD => long(records),
        0x00C9 => Ok(show_f64(records.f64()?, &Shape::General, Epoch::Y1900).0),
        0x00CE => {
            let (year, month, day) = (records.u16()?, records.u16()?, records.u8()?);
            Ok(format!("{year}-{month:02}-{day:02}"))
        }
        _ => Ok(String::new()),
    }
}

fn long<R: Read>(records: &mut Records<R>) -> io::Result<String> {
    let chars = usize::from(records.u16()?);
    if chars == 0 { Ok(String::new()) } else { records.wide(chars) }
}

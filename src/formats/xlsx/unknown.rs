//! Parts of a binary workbook ([MS-XLSB]) of which the records are not opened: their strings are read as lines, and that is told.

use std::io::{self, BufRead};

use super::binary::Records;
use super::{Book, GoOn, is_binary, with_records};
use crate::formats::Sink;
use crate::formats::written::Written;
use crate::model::GapKind;

/// The longest text of a cell, in bytes. What is said to be longer is no string; so no byte is looked at more than twice.
const STRING_BYTES: usize = 2 * 32_767;

impl Book<'_> {
    /// Parts in binary records of which only the strings are read: what cells were kept, of pivot tables, other workbooks and queries.
    pub(super) fn unknown_records(&mut self, out: &mut dyn Sink) -> GoOn {
        let is_kept = |part: &String| {
            let folder = part.rsplit('/').nth(1).unwrap_or_default();
            let kept = ["pivotcache", "pivottables", "externallinks", "querytables", "slicercaches", "slicers"];
            is_binary(part) && (kept.contains(&folder) || part.ends_with("/connections.bin"))
        };
        let parts: Vec<String> = self.members.unread().into_iter().filter(is_kept).collect();
        for part in &parts {
            let go_on = out.part(part, &mut |out| {
                with_records(&mut self.members, part, out, |records, out| strings(records, out));
            });
            if !go_on {
                return false;
            }
        }
        if let Some(first) = parts.first() {
            let reason = format!(
                "{} part(s) of it in binary records, the first {first:?} (cells kept of a pivot table, another workbook or a query), are not opened: their strings were read as lines, their numbers were not, and what belongs together is not known; save the workbook as .xlsx and run hozen on that",
                parts.len()
            );
            out.gap(GapKind::UnsupportedFormat, reason);
        }
        true
    }
}

/// The strings of a part of which the records are not known: a length, and so many units of text. Which belong together is not known.
fn strings<R: BufRead>(records: &mut Records<R>, out: &mut dyn Sink) -> io::Result<()> {
    let mut text = Written::default();
    while records.next()? {
        let (data, mut at) = (records.bytes(u32::MAX), 0);
        while let Some((count, rest)) = data.get(at..).and_then(<[u8]>::split_first_chunk::<4>) {
            let length = usize::try_from(u32::from_le_bytes(*count)).unwrap_or(usize::MAX).saturating_mul(2);
            match rest.get(..length).filter(|_| (4..=STRING_BYTES).contains(&length)).and_then(of_text) {
                Some(line) => {
                    text.lines(&line, out);
                    at += 4 + length;
                }
                None => at += 1,
            }
        }
    }
    Ok(())
}

/// Units, if they are letters, digits and marks as people write them.
fn of_text(raw: &[u8]) -> Option<String> {
    let units = raw.as_chunks::<2>().0.iter().map(|unit| u16::from_le_bytes(*unit));
    // What is none is mostly seen at the first unit.
    let is_text = |c: char| match c {
        '\t' | '\n' | '\r' => true,
        '\0'..='\u{2fff}' => !c.is_control(),
        '\u{e000}'..='\u{f8ff}' | '\u{fff0}'..='\u{ffff}' => false,
        _ => true,
    };
    char::decode_utf16(units).map(|c| c.ok().filter(|c| is_text(*c))).collect()
}

#[cfg(test)]
mod tests {
    use super::super::binary::tests::{record, wide};
    use super::*;
    use crate::formats::collected::Collected;

    #[test]
    fn strings_of_records_that_are_not_known() {
        let bytes = [
            record(24, &wide("山田 太郎")),
            record(33, &[&[1, 0, 0, 0, 9][..], &wide("taro@example.jp"), &[7; 9]].concat()),
        ]
        .concat();
        let mut out = Collected::default();
        strings(&mut Records::new(bytes.as_slice()), &mut out).unwrap();
        assert_eq!(out.texts(), [["山田 太郎"], ["taro@example.jp"]]);
    }
}

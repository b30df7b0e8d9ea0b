//! Values of an event as text, by their type ([MS-EVEN6] 2.2.12, BinXml value types).

use std::fmt::Write as _;

use jiff::Timestamp;
use jiff::civil::DateTime;

use crate::formats::blob::{Blob, tell};
use crate::model::Charset;
use crate::text::decode_record;

/// The bit in a type that says: several of them.
const ARRAY: u8 = 0x80;
/// Seconds from 1601, where Windows begins to count, to 1970.
const EPOCH_SECONDS: i64 = 11_644_473_600;

/// What a value is.
pub(super) enum Shown {
    /// Texts, each a value of its own.
    Texts(Vec<String>),
    /// A file within, which another format reads.
    File,
    /// A picture or sound.
    Mute,
    /// Not as its type says it must be.
    Damaged,
}

/// The texts of a value; BinXml (0x21) is not for this place.
pub(super) fn show(kind: u8, bytes: &[u8]) -> Shown {
    match kind {
        0x00 => Shown::Texts(Vec::new()),
        0x01 | 0x23 => Shown::Texts(vec![wide(bytes)]),
        0x02 => Shown::Texts(vec![narrow(bytes)]),
        // Bytes, and what holds a handle.
        0x0E | 0x20 | 0x84 => blob(bytes),
        0x81 => {
            let units: Vec<u16> = units(bytes).collect();
            Shown::Texts(units.split(|unit| *unit == 0).map(String::from_utf16_lossy).collect())
        }
        0x82 => Shown::Texts(bytes.split(|byte| *byte == 0).map(narrow).collect()),
        kind if kind & ARRAY != 0 => array(kind & !ARRAY, bytes),
        _ => one(kind, bytes).map_or(Shown::Damaged, |text| Shown::Texts(vec![text])),
    }
}

/// UTF-16 text; zeros at its end are none of it, and within it they part.
pub(super) fn wide(bytes: &[u8]) -> String {
    let units: Vec<u16> = units(bytes).collect();
    String::from_utf16_lossy(&units).trim_end_matches('\0').replace('\0', "\n")
}

fn units(bytes: &[u8]) -> impl Iterator<Item = u16> {
    bytes.as_chunks::<2>().0.iter().map(|pair| u16::from_le_bytes(*pair))
}

fn narrow(bytes: &[u8]) -> String {
    decode_record(bytes, Charset::Utf8).text.trim_end_matches('\0').replace('\0', "\n")
}

/// Bytes: what they hold of text or else, as event viewers show them, their digits.
fn blob(bytes: &[u8]) -> Shown {
    match tell(bytes) {
        Blob::Text(text) => Shown::Texts(vec![text]),
        Blob::Runs(runs) if runs.is_empty() => Shown::Texts(vec![hex(bytes)]),
        Blob::Runs(runs) => Shown::Texts(runs),
        Blob::File => Shown::File,
        Blob::Mute => Shown::Mute,
    }
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().fold(String::new(), |mut text, byte| {
        let _ = write!(text, "{byte:02X}");
        text
    })
}

/// Values of one size, one behind the other; security identifiers tell their size themselves.
fn array(kind: u8, bytes: &[u8]) -> Shown {
    let (mut texts, mut rest) = (Vec::new(), bytes);
    while !rest.is_empty() {
        let size = match kind {
            0x03 | 0x04 => 1,
            0x05 | 0x06 => 2,
            0x07 | 0x08 | 0x0B | 0x0D | 0x14 => 4,
            0x09 | 0x0A | 0x0C | 0x11 | 0x15 => 8,
            0x0F | 0x12 => 16,
            0x13 => rest.get(1).map_or(8, |count| 8 + usize::from(*count) * 4),
            _ => return blob(bytes),
        };
        let text = rest.get(..size).and_then(|item| one(kind, item));
        let Some(text) = text else { return Shown::Damaged };
        texts.push(text);
        rest = rest.get(size..).unwrap_or_default();
    }
    Shown::Texts(texts)
}

/// One value of a fixed size.
fn one(kind: u8, bytes: &[u8]) -> Option<String> {
    let text = match kind {
        0x03 => i8::from_le_bytes(first(bytes)?).to_string(),
        0x04 => u8::from_le_bytes(first(bytes)?).to_string(),
        0x05 => i16::from_le_bytes(first(bytes)?).to_string(),
        0x06 => u16::from_le_bytes(first(bytes)?).to_string(),
        0x07 => i32::from_le_bytes(first(bytes)?).to_string(),
        0x08 => u32::from_le_bytes(first(bytes)?).to_string(),
        0x09 => i64::from_le_bytes(first(bytes)?).to_string(),
        0x0A => u64::from_le_bytes(first(bytes)?).to_string(),
        0x0B => f32::from_le_bytes(first(bytes)?).to_string(),
        0x0C => f64::from_le_bytes(first(bytes)?).to_string(),
        0x0D => if bytes.iter().any(|byte| *byte != 0) { "true" } else { "false" }.to_owned(),
        0x0F => guid(first(bytes)?),
        0x10 | 0x14 | 0x15 if bytes.len() == 4 => format!("0x{:x}", u32::from_le_bytes(first(bytes)?)),
        0x10 | 0x14 | 0x15 => format!("0x{:x}", u64::from_le_bytes(first(bytes)?)),
        0x11 => moment(i64::from_le_bytes(first(bytes)?))?,
        0x12 => calendar(first(bytes)?)?,
        0x13 => sid(bytes)?,
        _ => return None,
    };
    Some(text)
}

fn first<const N: usize>(bytes: &[u8]) -> Option<[u8; N]> {
    bytes.first_chunk().copied()
}

fn guid(b: [u8; 16]) -> String {
    let [a0, a1, a2, a3, b0, b1, c0, c1, d0, d1, rest @ ..] = b;
    let (a, b, c) = (u32::from_le_bytes([a0, a1, a2, a3]), u16::from_le_bytes([b0, b1]), u16::from_le_bytes([c0, c1]));
    format!("{{{a:08X}-{b:04X}-{c:04X}-{}-{}}}", hex(&[d0, d1]), hex(&rest))
}

/// A FILETIME, counted in tenths of a microsecond from 1601; nothing for none, the count itself where no calendar has it.
fn moment(ticks: i64) -> Option<String> {
    if ticks == 0 {
        return Some(String::new());
    }
    let seconds = ticks.div_euclid(10_000_000) - EPOCH_SECONDS;
    let nanoseconds = i32::try_from(ticks.rem_euclid(10_000_000) * 100).ok()?;
    Some(Timestamp::new(seconds, nanoseconds).map_or_else(|_| ticks.to_string(), |at| at.to_string()))
}

/// A SYSTEMTIME: eight numbers of 16 bits, of which the third is the day of the week.
fn calendar(bytes: [u8; 16]) -> Option<String> {
    let mut parts = [0_u16; 8];
    parts.iter_mut().zip(units(&bytes)).for_each(|(part, unit)| *part = unit);
    if parts == [0; 8] {
        return Some(String::new());
    }
    let [year, month, _, day, hour, minute, second, millisecond] = parts;
    let small = |part: u16| i8::try_from(part).ok();
    let year = i16::try_from(year).ok()?;
    let nanoseconds = i32::from(millisecond) * 1_000_000;
    let at = DateTime::new(year, small(month)?, small(day)?, small(hour)?, small(minute)?, small(second)?, nanoseconds);
    Some(format!("{}Z", at.ok()?))
}

/// A security identifier, `S-1-5-21-…` ([MS-DTYP] 2.4.2).
fn sid(bytes: &[u8]) -> Option<String> {
    let [revision, count, authority @ ..] = first::<8>(bytes)?;
    let authority = authority.iter().fold(0_u64, |value, byte| value << 8 | u64::from(*byte));
    let parts = bytes.get(8..8 + usize::from(count) * 4)?.as_chunks::<4>().0;
    let text = format!("S-{revision}-{authority}");
    Some(parts.iter().fold(text, |text, part| format!("{text}-{}", u32::from_le_bytes(*part))))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn texts(kind: u8, bytes: &[u8]) -> Vec<String> {
        match show(kind, bytes) {
            Shown::Texts(texts) => texts,
            _ => vec!["(none)".to_owned()],
        }
    }

    #[test]
    fn each_type_has_its_text() {
        assert_eq!(texts(0x01, b"a\0b\0\0\0"), ["ab"]);
        assert_eq!(texts(0x02, &encoding_rs::SHIFT_JIS.encode("東京都千代田区の山田").0), ["東京都千代田区の山田"]);
        assert_eq!(texts(0x03, &[0xFF]), ["-1"]);
        assert_eq!(texts(0x08, &[1, 0, 0, 0]), ["1"]);
        assert_eq!(texts(0x0C, &1.5_f64.to_le_bytes()), ["1.5"]);
        assert_eq!(texts(0x0D, &[1, 0, 0, 0]), ["true"]);
        assert_eq!(texts(0x0E, &[0xDE, 0xAD, 0, 1]), ["DEAD0001"]);
        assert_eq!(texts(0x0E, b"taro@example.jp"), ["taro@example.jp"]);
        assert_eq!(
            texts(0x0F, &core::array::from_fn::<u8, 16, _>(|i| i as u8)),
            ["{03020100-0504-0706-0809-0A0B0C0D0E0F}"]
        );
        assert_eq!(texts(0x11, &132_536_736_001_234_567_i64.to_le_bytes()), ["2020-12-29T00:00:00.1234567Z"]);
        assert_eq!(texts(0x11, &i64::MIN.to_le_bytes()), ["-9223372036854775808"]);
        assert_eq!(texts(0x12, &[0xEA, 7, 4, 0, 3, 0, 1, 0, 9, 0, 8, 0, 7, 0, 6, 0]), ["2026-04-01T09:08:07.006Z"]);
        assert_eq!(texts(0x12, &[0xFF; 16]), ["(none)"]);
        assert_eq!(texts(0x13, &[1, 2, 0, 0, 0, 0, 0, 5, 32, 0, 0, 0, 32, 2, 0, 0]), ["S-1-5-32-544"]);
        assert_eq!(texts(0x13, &[1, 255, 0, 0, 0, 0, 0, 5, 32, 0, 0, 0]), ["(none)"]);
        assert_eq!(texts(0x15, &[0xE7, 3, 0, 0, 0, 0, 0, 0]), ["0x3e7"]);
        assert_eq!(texts(0x81, b"a\0\0\0b\0\0\0"), ["a", "b", ""]);
        assert_eq!(texts(0x88, &[1, 0, 0, 0, 2, 0, 0, 0]), ["1", "2"]);
        assert_eq!(texts(0x88, &[1, 0, 0, 0, 2]), ["(none)"]);
        assert_eq!(texts(0x07, &[1]), ["(none)"]);
        assert_eq!(texts(0x77, &[1]), ["(none)"]);
    }
}

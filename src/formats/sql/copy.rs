//! A line of PostgreSQL's `COPY`: values between tabs, `\N` for none, and escapes (PostgreSQL 15, COPY, "Text Format").

use std::borrow::Cow;
use std::ops::Range;

use super::values::meaning;

/// The values of a line: the place of each in it; those that are null are left out.
pub(super) fn values(line: &[u8]) -> Vec<(usize, Range<usize>)> {
    let mut values = Vec::new();
    let mut begin = 0;
    for (column, value) in line.split(|byte| *byte == b'\t').enumerate() {
        let end = begin + value.len();
        if value != b"\\N" {
            values.push((column, begin..end));
        }
        begin = end + 1;
    }
    values
}

/// What a value stands for.
pub(super) fn unescape(value: &[u8]) -> Cow<'_, [u8]> {
    if memchr::memchr(b'\\', value).is_none() {
        return Cow::Borrowed(value);
    }
    let mut bytes = Vec::with_capacity(value.len());
    let mut at = 0;
    while let Some(byte) = value.get(at) {
        at += 1;
        if *byte != b'\\' {
            bytes.push(*byte);
            continue;
        }
        let rest = value.get(at..).unwrap_or_default();
        let (byte, length) = match rest.first() {
            Some(b'x') => number(rest.get(1..).unwrap_or_default(), 16, 2).map_or((b'x', 1), |(b, n)| (b, n + 1)),
            Some(b'0'..=b'7') => number(rest, 8, 3).unwrap_or((b'0', 1)),
            Some(other) => (meaning(*other), 1),
            None => (b'\\', 0),
        };
        bytes.push(byte);
        at += length;
    }
    Cow::Owned(bytes)
}

fn number(digits: &[u8], radix: u32, most: usize) -> Option<(u8, usize)> {
    let digits: Vec<u32> = digits.iter().take(most).map_while(|byte| char::from(*byte).to_digit(radix)).collect();
    let value = digits.iter().fold(0_u32, |value, digit| value * radix + digit);
    (!digits.is_empty()).then(|| (u8::try_from(value & 0xFF).unwrap_or(0), digits.len()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn escapes_and_nulls() {
        assert_eq!(values(b"1\t\\N\tab"), [(0, 0..1), (2, 5..7)]);
        assert_eq!(unescape(b"a\\tb\\\\c\\x41\\101\\n").as_ref(), b"a\tb\\cAA\n");
        assert_eq!(unescape(b"end\\").as_ref(), b"end\\");
    }
}

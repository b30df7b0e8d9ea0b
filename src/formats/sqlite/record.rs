//! The values of one stored row (file format, section 2.1): a list of types, then the values behind each other.

use super::btree::varint;

/// One value.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Value<'a> {
    Null,
    Integer(i64),
    Real(f64),
    Text(&'a [u8]),
    Blob(&'a [u8]),
}

/// Columns of one row: SQLite allows 32,767.
const COLUMNS: usize = 32_768;

/// The values of a row; the second says whether all of them were there.
pub(super) fn values(row: &[u8]) -> (Vec<Value<'_>>, bool) {
    let mut values = Vec::new();
    let whole = read(row, &mut values).is_some();
    (values, whole)
}

fn read<'a>(row: &'a [u8], values: &mut Vec<Value<'a>>) -> Option<()> {
    let (header, mut at) = varint(row)?;
    let header = usize::try_from(header).ok().filter(|header| *header >= at)?;
    let mut body = header;
    while at < header {
        let (kind, length) = varint(row.get(at..header)?)?;
        at += length;
        if values.len() >= COLUMNS {
            return None;
        }
        let size = usize::try_from(size_of(kind)).ok()?;
        let end = body.checked_add(size)?;
        let Some(bytes) = row.get(body..end) else {
            // What is there of a text is text.
            let rest = row.get(body..).filter(|rest| kind >= 12 && !rest.is_empty())?;
            values.push(if kind % 2 == 1 { Value::Text(rest) } else { Value::Blob(rest) });
            return None;
        };
        body = end;
        values.push(value(kind, bytes));
    }
    Some(())
}

fn size_of(kind: u64) -> u64 {
    match kind {
        0 | 8..=11 => 0,
        1..=4 => kind,
        5 => 6,
        6 | 7 => 8,
        text_or_blob => (text_or_blob - 12) / 2,
    }
}

fn value(kind: u64, bytes: &[u8]) -> Value<'_> {
    match kind {
        1..=6 => {
            let negative = bytes.first().is_some_and(|first| first & 0x80 != 0);
            let start = if negative { -1 } else { 0 };
            Value::Integer(bytes.iter().fold(start, |value: i64, byte| value << 8 | i64::from(*byte)))
        }
        7 => Value::Real(f64::from_bits(bytes.iter().fold(0, |bits, byte| bits << 8 | u64::from(*byte)))),
        8 => Value::Integer(0),
        9 => Value::Integer(1),
        0 | 10 | 11 => Value::Null,
        kind if kind % 2 == 1 => Value::Text(bytes),
        _ => Value::Blob(bytes),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_type_is_read() {
        let row = [
            [13, 0, 1, 2, 5, 6, 7, 8, 9, 17, 14, 13, 12].as_slice(),
            &[0xFF],
            &[0x01, 0x02],
            &[0, 0, 0, 0, 1, 0],
            &[0x80, 0, 0, 0, 0, 0, 0, 0],
            &1.5_f64.to_bits().to_be_bytes(),
            b"ab\x07",
        ]
        .concat();
        let want = [
            Value::Null,
            Value::Integer(-1),
            Value::Integer(258),
            Value::Integer(256),
            Value::Integer(i64::MIN),
            Value::Real(1.5),
            Value::Integer(0),
            Value::Integer(1),
            Value::Text(b"ab"),
            Value::Blob(&[7]),
            Value::Text(b""),
            Value::Blob(b""),
        ];
        assert_eq!(values(&row), (want.to_vec(), true));
    }

    #[test]
    fn what_is_missing_is_told_and_what_is_there_stands() {
        assert_eq!(values(&[3, 17, 19, b'a', b'b', b'c']), (vec![Value::Text(b"ab"), Value::Text(b"c")], false));
        assert_eq!(values(&[2, 0xFF]), (vec![], false));
        assert_eq!(values(&[]), (vec![], false));
        let lying = [&[10_u8][..], &[0xFF; 9], b"x"].concat();
        assert!(!values(&lying).1);
    }
}

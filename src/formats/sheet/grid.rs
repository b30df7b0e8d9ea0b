//! Addresses of cells: `C2`, `$C$2`, `C2:D9` ([ECMA-376] Part 1, 18.18.7).

use super::MOST_COLUMNS;

/// Column and row, from 1, of an address or of the first cell of a range.
pub(in crate::formats) fn address(text: &str) -> Option<(u32, u64)> {
    let text = text.split([':', ' ']).next()?;
    let (mut column, mut row) = (0_u32, 0_u64);
    for byte in text.bytes().filter(|byte| *byte != b'$') {
        match byte {
            b'A'..=b'Z' | b'a'..=b'z' if row == 0 => {
                column = column.checked_mul(26)?.checked_add(u32::from(byte.to_ascii_uppercase() - b'A') + 1)?;
            }
            b'0'..=b'9' if column > 0 => row = row.checked_mul(10)?.checked_add(u64::from(byte - b'0'))?,
            _ => return None,
        }
    }
    (row > 0 && row <= u64::from(u32::MAX) && column > 0 && column <= MOST_COLUMNS * 4).then_some((column, row))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses() {
        assert_eq!(address("A1"), Some((1, 1)));
        assert_eq!(address("$XFD$1048576"), Some((16_384, 1_048_576)));
        assert_eq!(address("AB12:C3"), Some((28, 12)));
        for wrong in ["", "A", "1", "1A", "A0", "ZZZZZZZZZ1", "A1B", "A99999999999999999999", "あ1"] {
            assert_eq!(address(wrong), None, "{wrong}");
        }
    }
}

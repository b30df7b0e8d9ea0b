//! Numbers of bytes on the command line, with units as in sizes elsewhere: powers of 1000.

use std::str::FromStr;

/// Bytes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Size(pub u64);

/// The text is no number of bytes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("not a size: a whole number of bytes is expected, with k, M or G behind it where that is meant (20M)")]
pub(super) struct NotASize;

impl FromStr for Size {
    type Err = NotASize;

    fn from_str(text: &str) -> Result<Self, NotASize> {
        let units = [("k", 1000), ("K", 1000), ("M", 1_000_000), ("G", 1_000_000_000)];
        let with_unit = units.iter().find_map(|(unit, factor)| Some((text.strip_suffix(unit)?, *factor)));
        let (number, factor) = with_unit.unwrap_or((text, 1));
        if !number.bytes().all(|digit| digit.is_ascii_digit()) {
            return Err(NotASize);
        }
        number.parse::<u64>().ok().and_then(|number| number.checked_mul(factor)).map(Self).ok_or(NotASize)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sizes_are_read_with_their_units_and_nothing_else_is() {
        let read = |text: &str| text.parse::<Size>().map(|size| size.0);
        assert_eq!(
            (read("0"), read("1k"), read("50M"), read("3G")),
            (Ok(0), Ok(1000), Ok(50_000_000), Ok(3_000_000_000))
        );
        for wrong in ["", "M", "1.5M", "-1M", "5MB", "+5M", "99999999999G", "much"] {
            assert_eq!(read(wrong), Err(NotASize), "{wrong}");
        }
    }
}

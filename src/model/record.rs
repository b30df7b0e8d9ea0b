//! A record: the smallest thing whose parts belong together. Formats push records; detectors read them.

use serde::{Deserialize, Serialize};

use super::locator::Place;

/// How strongly a record says that its parts belong to one person.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Bond {
    /// A window of something long, or a run of text in a binary: nearness says nothing.
    Loose,
    /// A line of text or of a log: its parts plausibly belong together.
    Line,
    /// A row of a table or a JSON object: its parts describe one thing.
    Row,
}

/// One part of a record, decoded but not folded.
#[derive(Debug, Clone)]
pub struct Field<'a> {
    /// Header word or key, decoded, if there is one. It is context for the detectors.
    pub name: Option<&'a str>,
    /// The decoded text.
    pub text: &'a str,
    /// Where the field begins.
    pub place: Place,
    /// The bytes that `text` was decoded from, when it is their plain decoding: lets a match be mapped back to its exact
    /// byte. `None` where unescaping came between; then a match is located by its field.
    pub raw: Option<(&'a [u8], Charset)>,
    /// What was undone to get from the stored value to `text`, in a cell of a spreadsheet.
    pub undone: Option<Undone>,
}

impl<'a> Field<'a> {
    /// A field without a name that stands there as it is.
    pub fn new(text: &'a str, place: Place) -> Self {
        Self { name: None, text, place, raw: None, undone: None }
    }
}

/// What a spreadsheet did to a value, and reading it undid.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Undone {
    /// Leading zeros that only the number format shows (`0901234567` held as 901234567).
    LeadingZeros,
    /// Scientific notation (`4.98E+15`).
    Exponent,
    /// A day held as the count of days since 1899-12-31 or 1904-01-01.
    DateSerial,
}

impl Undone {
    /// The stable reason word of a finding in such a cell.
    pub fn reason(self) -> &'static str {
        match self {
            Self::LeadingZeros => "cell:leading_zeros",
            Self::Exponent => "cell:exponent",
            Self::DateSerial => "cell:date_serial",
        }
    }
}

/// A record as a format saw it.
#[derive(Debug, Clone)]
pub struct Record<'a> {
    /// How its parts belong together.
    pub bond: Bond,
    /// Its parts, in order.
    pub fields: &'a [Field<'a>],
    /// Byte offset in the leaf from which matches are new: a match that ends at or before it was already in the record before
    /// this one (they are overlapping windows of one over-long record). 0 where nothing overlaps.
    pub fresh_from: u64,
}

impl<'a> Record<'a> {
    /// A record that overlaps with no other.
    pub fn whole(bond: Bond, fields: &'a [Field<'a>]) -> Self {
        Self { bond, fields, fresh_from: 0 }
    }
}

/// A character encoding that hozen decides between. Names as the WHATWG Encoding Standard gives them, but for ASCII.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Charset {
    /// Only bytes below 0x80.
    Ascii,
    /// UTF-8, with or without a byte order mark.
    Utf8,
    /// UTF-16, little-endian.
    Utf16Le,
    /// UTF-16, big-endian.
    Utf16Be,
    /// Windows-31J, the superset of Shift_JIS that Windows writes (code page 932).
    Cp932,
    /// EUC-JP.
    EucJp,
    /// ISO-2022-JP (RFC 1468), the old encoding of Japanese mail.
    Iso2022Jp,
    /// ISO-8859-1 as a last resort: every byte is a character, so nothing is lost; ASCII parts can be trusted, others not.
    Latin1,
}

impl Charset {
    /// All of them.
    pub const ALL: [Self; 8] = [
        Self::Ascii,
        Self::Utf8,
        Self::Utf16Le,
        Self::Utf16Be,
        Self::Cp932,
        Self::EucJp,
        Self::Iso2022Jp,
        Self::Latin1,
    ];

    /// The stable name in output.
    pub fn name(self) -> &'static str {
        match self {
            Self::Ascii => "ascii",
            Self::Utf8 => "utf-8",
            Self::Utf16Le => "utf-16le",
            Self::Utf16Be => "utf-16be",
            Self::Cp932 => "cp932",
            Self::EucJp => "euc-jp",
            Self::Iso2022Jp => "iso-2022-jp",
            Self::Latin1 => "latin-1",
        }
    }
}

/// Some encodings.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Charsets(u16);

impl Charsets {
    /// Adds one.
    pub fn add(&mut self, charset: Charset) {
        self.0 |= 1 << charset as u16;
    }

    /// Those that are in it, in a fixed order.
    pub fn iter(self) -> impl Iterator<Item = Charset> {
        Charset::ALL.into_iter().filter(move |charset| self.0 >> *charset as u16 & 1 == 1)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_encoding_has_a_place_of_its_own() {
        for one in Charset::ALL {
            let mut set = Charsets::default();
            set.add(one);
            set.add(one);
            assert_eq!(set.iter().collect::<Vec<_>>(), [one]);
        }
    }
}

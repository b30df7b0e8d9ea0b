//! A strict reader of DER (X.690): every length is written in the one shortest way, lies inside what holds it, and nothing is left over.
//!
//! It goes down only where its caller goes down, so nothing nested costs anything; whatever it refuses, it refuses with a word on why.

use std::fmt;

/// Tags that are met in time stamps and certificates.
pub mod tag {
    /// BOOLEAN.
    pub const BOOLEAN: u8 = 0x01;
    /// INTEGER.
    pub const INTEGER: u8 = 0x02;
    /// BIT STRING.
    pub const BITS: u8 = 0x03;
    /// OCTET STRING.
    pub const OCTETS: u8 = 0x04;
    /// NULL.
    pub const NULL: u8 = 0x05;
    /// OBJECT IDENTIFIER.
    pub const OID: u8 = 0x06;
    /// UTF8String.
    pub const UTF8: u8 = 0x0c;
    /// UTCTime.
    pub const UTC_TIME: u8 = 0x17;
    /// GeneralizedTime.
    pub const TIME: u8 = 0x18;
    /// SEQUENCE.
    pub const SEQUENCE: u8 = 0x30;
    /// SET.
    pub const SET: u8 = 0x31;

    /// `[number]` that holds other values.
    pub const fn context(number: u8) -> u8 {
        0xa0 | number
    }
}

/// Why bytes are no DER, or not the DER that is due.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum DerError {
    /// A value ends after what holds it.
    #[error("a value is cut off")]
    Cut,
    /// A length that is not written in the one shortest way.
    #[error("a length is not written as DER writes it")]
    Length,
    /// A tag of more than one byte.
    #[error("a tag is of a kind that no time stamp has")]
    Tag,
    /// Another value is due.
    #[error("{0} is due where something else stands")]
    Unexpected(&'static str),
    /// Something follows the last value.
    #[error("something stands behind the end")]
    Trailing,
}

/// One value.
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct Value<'a> {
    /// Its tag.
    pub tag: u8,
    /// What it holds.
    pub content: &'a [u8],
    /// All of it, tag and length included.
    pub whole: &'a [u8],
}

impl fmt::Debug for Value<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Value({:#04x}, {} bytes)", self.tag, self.content.len())
    }
}

impl<'a> Value<'a> {
    /// The values in it.
    pub fn inside(&self) -> Reader<'a> {
        Reader::new(self.content)
    }
}

/// Reads one value after another.
#[derive(Debug, Clone, Copy)]
pub struct Reader<'a> {
    rest: &'a [u8],
}

impl<'a> Reader<'a> {
    /// Over these bytes.
    pub fn new(bytes: &'a [u8]) -> Self {
        Self { rest: bytes }
    }

    /// The next value, whatever it is.
    pub fn any(&mut self) -> Result<Value<'a>, DerError> {
        let (tag, length, header) = header(self.rest)?;
        let end = header.checked_add(length).ok_or(DerError::Cut)?;
        let (whole, rest) = self.rest.split_at_checked(end).ok_or(DerError::Cut)?;
        self.rest = rest;
        Ok(Value { tag, content: whole.get(header..).unwrap_or_default(), whole })
    }

    /// The next value, which must have this tag; `what` is what it is called.
    pub fn one(&mut self, tag: u8, what: &'static str) -> Result<Value<'a>, DerError> {
        self.maybe(tag)?.ok_or(DerError::Unexpected(what))
    }

    /// The next value, if it has this tag.
    pub fn maybe(&mut self, tag: u8) -> Result<Option<Value<'a>>, DerError> {
        if self.rest.first() == Some(&tag) { self.any().map(Some) } else { Ok(None) }
    }

    /// Whether nothing is left.
    pub fn is_empty(&self) -> bool {
        self.rest.is_empty()
    }

    /// Nothing may be left.
    pub fn end(self) -> Result<(), DerError> {
        if self.is_empty() { Ok(()) } else { Err(DerError::Trailing) }
    }
}

/// One value and nothing behind it.
pub fn single<'a>(bytes: &'a [u8], tag: u8, what: &'static str) -> Result<Value<'a>, DerError> {
    let mut reader = Reader::new(bytes);
    let value = reader.one(tag, what)?;
    reader.end()?;
    Ok(value)
}

/// Tag, length of the content, length of what stands before it.
fn header(bytes: &[u8]) -> Result<(u8, usize, usize), DerError> {
    let (tag, rest) = bytes.split_first().ok_or(DerError::Cut)?;
    if tag & 0x1f == 0x1f {
        return Err(DerError::Tag);
    }
    let (first, rest) = rest.split_first().ok_or(DerError::Cut)?;
    if *first < 0x80 {
        return Ok((*tag, usize::from(*first), 2));
    }
    let count = usize::from(first & 0x7f);
    // No end told (BER), or more than 4 GiB.
    if !(1..=4).contains(&count) {
        return Err(DerError::Length);
    }
    let digits = rest.get(..count).ok_or(DerError::Cut)?;
    let length = digits.iter().fold(0_u64, |length, byte| (length << 8) | u64::from(*byte));
    if digits.first() == Some(&0) || length < 0x80 {
        return Err(DerError::Length);
    }
    Ok((*tag, usize::try_from(length).map_err(|_| DerError::Cut)?, count + 2))
}

/// The content of an INTEGER, which must be written in the one shortest way.
pub fn integer<'a>(value: &Value<'a>) -> Result<&'a [u8], DerError> {
    let is_short = match value.content {
        [] => false,
        [0, next, ..] => next & 0x80 != 0,
        [0xff, next, ..] => next & 0x80 == 0,
        _ => true,
    };
    if is_short { Ok(value.content) } else { Err(DerError::Length) }
}

/// The same, without its sign: it must not be negative.
pub fn unsigned<'a>(value: &Value<'a>) -> Result<&'a [u8], DerError> {
    match integer(value)? {
        [first, ..] if first & 0x80 != 0 => Err(DerError::Unexpected("a positive number")),
        [0, rest @ ..] if !rest.is_empty() => Ok(rest),
        all => Ok(all),
    }
}

/// A BIT STRING of whole bytes.
pub fn bits<'a>(value: &Value<'a>) -> Result<&'a [u8], DerError> {
    match value.content {
        [0, rest @ ..] => Ok(rest),
        _ => Err(DerError::Unexpected("a string of whole bytes")),
    }
}

/// An OBJECT IDENTIFIER as people write it: `1.2.840`.
pub fn oid(content: &[u8]) -> Result<String, DerError> {
    const WHAT: DerError = DerError::Unexpected("an object identifier");
    let mut text = String::new();
    let (mut arc, mut is_inside) = (0_u64, false);
    for byte in content {
        // A leading 0x80 is a longer spelling of the same number.
        if (!is_inside && *byte == 0x80) || arc > u64::MAX >> 7 {
            return Err(WHAT);
        }
        arc = (arc << 7) | u64::from(byte & 0x7f);
        is_inside = byte & 0x80 != 0;
        if !is_inside {
            if text.is_empty() {
                let first = (arc / 40).min(2);
                text = format!("{first}.{}", arc - first * 40);
            } else {
                text.push_str(&format!(".{arc}"));
            }
            arc = 0;
        }
    }
    if text.is_empty() || is_inside { Err(WHAT) } else { Ok(text) }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    /// `content` with a tag and a length before it, as DER writes them.
    fn wrap(tag: u8, content: &[u8]) -> Vec<u8> {
        let length = (content.len() as u64).to_be_bytes();
        let digits: Vec<u8> = length.into_iter().skip_while(|byte| *byte == 0).collect();
        let mut all = vec![tag];
        match content.len() {
            short @ 0..0x80 => all.push(short as u8),
            _ => {
                all.push(0x80 | digits.len() as u8);
                all.extend(digits);
            }
        }
        all.extend(content);
        all
    }

    #[test]
    fn other_spellings_of_a_length_and_lengths_past_the_end_are_refused() {
        for (bytes, why) in [
            (&[][..], DerError::Cut),
            (&[0x30], DerError::Cut),
            (&[0x30, 1], DerError::Cut),
            (&[0x30, 0x80, 0, 0], DerError::Length),
            (&[0x30, 0x81, 5, 0, 0, 0, 0, 0], DerError::Length),
            (&[0x30, 0x82, 0, 0x85], DerError::Length),
            (&[0x30, 0x85, 1, 0, 0, 0, 0], DerError::Length),
            (&[0x30, 0xff], DerError::Length),
            (&[0x30, 0x84, 0xff, 0xff, 0xff, 0xff], DerError::Cut),
            (&[0x1f, 0x81, 1], DerError::Tag),
        ] {
            assert_eq!(Reader::new(bytes).any(), Err(why), "{bytes:02x?}");
        }
    }

    #[test]
    fn numbers_and_identifiers_have_one_spelling() {
        let number = |content: &[u8]| unsigned(&single(&wrap(2, content), 2, "x").unwrap()).map(<[u8]>::to_vec);
        assert_eq!(number(&[0]), Ok(vec![0]));
        assert_eq!(number(&[0, 0x80]), Ok(vec![0x80]));
        for bad in [&[][..], &[0, 1], &[0x80], &[0xff, 0xff]] {
            assert!(number(bad).is_err(), "{bad:02x?}");
        }
        assert_eq!(oid(&[0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d]).unwrap(), "1.2.840.113549");
        assert_eq!(oid(&[0x88, 0x37]).unwrap(), "2.999");
        for bad in [&[][..], &[0x80, 1], &[0x2a, 0x86], &[0xff; 12]] {
            assert!(oid(bad).is_err(), "{bad:02x?}");
        }
    }

    proptest! {
        #[test]
        fn what_was_wrapped_is_read_back_and_no_cut_of_it_is(
            tag in 0_u8..0x1f, content in proptest::collection::vec(any::<u8>(), 0..400), cut in any::<prop::sample::Index>(),
        ) {
            let whole = wrap(tag, &content);
            let value = single(&whole, tag, "x").unwrap();
            prop_assert_eq!((value.content, value.whole), (&content[..], &whole[..]));
            prop_assert!(single(&whole[..cut.index(whole.len())], tag, "x").is_err());
        }

        #[test]
        fn nothing_makes_it_panic_or_read_on_for_ever(bytes in proptest::collection::vec(any::<u8>(), 0..300)) {
            let mut reader = Reader::new(&bytes);
            let mut read = 0;
            while let Ok(value) = reader.any() {
                prop_assert!(value.whole.len() >= 2);
                read += value.whole.len();
                let _ = (integer(&value), unsigned(&value), bits(&value), oid(value.content));
            }
            prop_assert!(read <= bytes.len());
        }
    }
}

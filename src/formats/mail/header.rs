//! The fields of a header (RFC 5322 §2.2): names and values as they stand, with where they stand.

use super::source::{Next, Source};
use crate::model::limits::RECORD_BYTES;

/// A field. Of one that is longer than a record may be, a piece that ends with a line.
#[derive(Debug, Default, Clone, PartialEq, Eq)]
pub(super) struct Field {
    /// As it is written; empty for a line above the header (`From ` of a mailbox).
    pub(super) name: String,
    /// The value with the ends of its lines.
    pub(super) value: Vec<u8>,
    /// Where the value begins.
    pub(super) offset: u64,
    /// Its line.
    pub(super) row: u64,
}

/// Whether a line is one of a header: a name in printable ASCII, and a colon.
pub(super) fn is_header(line: &[u8]) -> bool {
    name_of(line).is_some()
}

fn name_of(line: &[u8]) -> Option<&str> {
    let colon = line.get(..line.len().min(100))?.iter().position(|byte| *byte == b':')?;
    let name = line.get(..colon)?;
    // Some mailers leave a blank before the colon.
    let name = name.trim_ascii_end();
    let fits = !name.is_empty() && name.iter().all(|byte| matches!(byte, b'!'..=b'9' | b';'..=b'~'));
    std::str::from_utf8(name).ok().filter(|_| fits)
}

/// Reads a header, with the empty line behind it, and gives each field on. Ends at what is no header.
pub(super) fn read(source: &mut Source<'_>, mut on: impl FnMut(Field)) {
    let mut field: Option<Field> = None;
    while let Next::Line(length) = source.next() {
        let begins = source.begins();
        let line = source.ahead().get(..length).unwrap_or_default();
        let goes_on = !begins || matches!(line.first(), Some(b' ' | b'\t'));
        let content = line.trim_ascii_end().len();
        if begins && content == 0 && !goes_on {
            source.take(length);
            break;
        }
        let name = if goes_on { None } else { name_of(line).map(str::to_owned) };
        let above = begins && field.is_none() && (line.starts_with(b"From ") || line.starts_with(b">From "));
        if !(goes_on && field.is_some()) && name.is_none() && !above {
            // No header: what follows is the body already.
            break;
        }
        let colon = if name.is_some() { line.iter().position(|byte| *byte == b':').map_or(0, |at| at + 1) } else { 0 };
        let piece = source.take(length);
        match field.as_mut() {
            Some(field) if goes_on && field.value.len() + length <= RECORD_BYTES => {
                field.value.extend_from_slice(piece.bytes)
            }
            _ => {
                let same = if goes_on { field.as_ref().map(|field| field.name.clone()) } else { None };
                let value = piece.bytes.get(colon..).unwrap_or_default().to_vec();
                let name = name.or(same).unwrap_or_default();
                let (offset, row) = (piece.offset + colon as u64, piece.row);
                field.replace(Field { name, value, offset, row }).into_iter().for_each(&mut on);
                // A line above the header does not go on.
                if above {
                    field.take().into_iter().for_each(&mut on);
                }
            }
        }
    }
    field.into_iter().for_each(on);
}

#[cfg(test)]
mod tests {
    use super::*;

    fn fields(mail: &str) -> (Vec<(String, String, u64, u64)>, String) {
        let mut bytes = mail.as_bytes();
        let mut source = Source::new(&mut bytes, false);
        let mut all = Vec::new();
        read(&mut source, |field| {
            all.push((field.name, String::from_utf8(field.value).unwrap(), field.offset, field.row))
        });
        let rest = String::from_utf8(source.ahead().to_vec()).unwrap();
        (all, rest)
    }

    #[test]
    fn fields_with_their_places() {
        let (all, rest) = fields("From x 10:00\nTo: a,\r\n\tb\r\nSubject : c\n\nbody");
        let field = |name: &str, value: &str, offset, row| (name.to_owned(), value.to_owned(), offset, row);
        let want =
            [field("", "From x 10:00\n", 0, 1), field("To", " a,\r\n\tb\r\n", 16, 2), field("Subject", " c\n", 34, 4)];
        assert_eq!((&all[..], rest.as_str()), (&want[..], "body"));
    }

    #[test]
    fn a_header_without_an_end_gives_way_to_the_body() {
        let (all, rest) = fields("To: a\nこれは本文\nx");
        assert_eq!((all.len(), rest.as_str()), (1, "これは本文\nx"));
        assert_eq!(fields("\nbody"), (vec![], "body".to_owned()));
        assert_eq!(fields("To: a").0.len(), 1);
    }
}

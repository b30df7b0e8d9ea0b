//! One member of an evidence zip: found by its name, and read in place.
//!
//! The directory is gone through and not held: with a million members that alone would be some hundred megabytes. Lengths and
//! offsets are hostile: they are only ever used to seek and to bound a read. Whether the zip is whole is the business of
//! `verify`, not of this.

use std::io::{self, BufReader, Read, Seek, SeekFrom};

use flate2::read::DeflateDecoder;

use super::container::form;
use crate::model::Method;

/// An end record lies within this from the end of the file: itself, the longest comment, and the locator before it.
const END_WITHIN: u64 = 22 + 65_535 + 20;
const LOCATOR: [u8; 4] = *b"PK\x06\x07";
/// Length of the end record, of the locator before it, and of the 64-bit end record up to its offset.
const END_BYTES: usize = 22;
const LOCATOR_BYTES: usize = 20;
const END64_BYTES: usize = 56;

/// Where a member's bytes lie.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Place {
    /// Where its local header begins.
    pub(super) offset: u64,
    /// How its bytes are stored.
    pub(super) method: Method,
    /// Their number.
    pub(super) stored_bytes: u64,
    /// Their number when unpacked.
    pub(super) bytes: u64,
}

/// The content of a member.
pub(super) enum Content<R> {
    /// As it is.
    Plain(io::Take<BufReader<R>>),
    /// Deflated.
    Inflated(DeflateDecoder<io::Take<BufReader<R>>>),
}

impl<R: Read> Read for Content<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        match self {
            Self::Plain(bytes) => bytes.read(buffer),
            Self::Inflated(bytes) => bytes.read(buffer),
        }
    }
}

fn bad(what: &str) -> io::Error {
    io::Error::new(io::ErrorKind::InvalidData, what)
}

fn field<const N: usize>(bytes: &[u8], at: usize) -> [u8; N] {
    bytes.get(at..).and_then(|rest| rest.first_chunk::<N>()).copied().unwrap_or([0; N])
}

fn u16_at(bytes: &[u8], at: usize) -> usize {
    usize::from(u16::from_le_bytes(field(bytes, at)))
}

fn u32_at(bytes: &[u8], at: usize) -> u32 {
    u32::from_le_bytes(field(bytes, at))
}

fn u64_at(bytes: &[u8], at: usize) -> u64 {
    u64::from_le_bytes(field(bytes, at))
}

/// The first member with a name that is wanted.
///
/// # Errors
/// When it is no zip, or its directory is damaged before that member.
pub(super) fn find<R: Read + Seek + ?Sized>(
    file: &mut R,
    wanted: impl Fn(&str) -> bool,
) -> io::Result<Option<(String, Place)>> {
    let (offset, length) = directory(file)?;
    file.seek(SeekFrom::Start(offset))?;
    let mut records = BufReader::new(file).take(length);
    let mut fixed = [0; form::CENTRAL_BYTES];
    while records.limit() > 0 {
        records.read_exact(&mut fixed)?;
        if !fixed.starts_with(&form::CENTRAL) {
            return Err(bad("its directory holds something that is no member"));
        }
        let mut name = vec![0; u16_at(&fixed, 28)];
        records.read_exact(&mut name)?;
        let mut extra = vec![0; u16_at(&fixed, 30) + u16_at(&fixed, 32)];
        records.read_exact(&mut extra)?;
        extra.truncate(u16_at(&fixed, 30));
        if let Some(name) = String::from_utf8(name).ok().filter(|name| wanted(name)) {
            return Ok(Some((name, place(&fixed, &extra)?)));
        }
    }
    Ok(None)
}

/// What a record of the directory says of the place; numbers that need 64 bits stand in an extra field, in this order
/// (APPNOTE 4.5.3).
fn place(fixed: &[u8], extra: &[u8]) -> io::Result<Place> {
    let method = u16::from_le_bytes(field(fixed, 10));
    let method =
        Method::from_zip_code(method).ok_or_else(|| bad("it is stored by a method that hozen never writes"))?;
    let mut wide = wide_numbers(extra).into_iter();
    let mut number = |at| match u32_at(fixed, at) {
        u32::MAX => wide.next().ok_or_else(|| bad("its directory lacks a 64-bit number")),
        small => Ok(u64::from(small)),
    };
    let (bytes, stored_bytes, offset) = (number(24)?, number(20)?, number(42)?);
    Ok(Place { offset, method, stored_bytes, bytes })
}

/// The numbers in the Zip64 field.
fn wide_numbers(extra: &[u8]) -> Vec<u64> {
    let mut rest = extra;
    let mut found: &[u8] = &[];
    while let Some(body) = rest.get(4..) {
        let (id, length) = (u16_at(rest, 0), u16_at(rest, 2).min(body.len()));
        let (body, behind) = body.split_at(length);
        if id == usize::from(form::EXTRA_ZIP64) {
            found = body;
            break;
        }
        rest = behind;
    }
    found.as_chunks().0.iter().map(|bytes| u64::from_le_bytes(*bytes)).collect()
}

/// Where the directory lies, and how long it is.
fn directory<R: Read + Seek + ?Sized>(file: &mut R) -> io::Result<(u64, u64)> {
    let length = file.seek(SeekFrom::End(0))?;
    let from = length.saturating_sub(END_WITHIN);
    file.seek(SeekFrom::Start(from))?;
    let mut tail = Vec::new();
    file.take(END_WITHIN).read_to_end(&mut tail)?;
    let is_end = |at: &usize| {
        let end = tail.get(*at..).unwrap_or_default();
        end.starts_with(&form::END) && u16_at(end, 20) + END_BYTES == end.len()
    };
    let at = (0..=tail.len().saturating_sub(END_BYTES)).rev().find(is_end);
    let at = at.ok_or_else(|| bad("it does not end as a zip does: it was cut, or is none"))?;
    let end = tail.get(at..).unwrap_or_default();
    let (size, offset) = (u32_at(end, 12), u32_at(end, 16));
    let locator = at.checked_sub(LOCATOR_BYTES).and_then(|at| tail.get(at..)).unwrap_or_default();
    if !locator.starts_with(&LOCATOR) {
        return Ok((offset.into(), size.into()));
    }
    file.seek(SeekFrom::Start(u64_at(locator, 8)))?;
    let mut end64 = [0; END64_BYTES];
    file.read_exact(&mut end64)?;
    if !end64.starts_with(&form::END64) {
        return Err(bad("its end record is damaged"));
    }
    Ok((u64_at(&end64, 48), u64_at(&end64, 40)))
}

/// The content of the member `name`, once its header was seen to stand at its place.
///
/// # Errors
/// When something else stands there, or it can not be read.
pub(super) fn content<R: Read + Seek>(mut file: R, name: &str, place: Place) -> io::Result<Content<R>> {
    file.seek(SeekFrom::Start(place.offset))?;
    let mut file = BufReader::new(file);
    let mut fixed = [0; form::LOCAL_BYTES];
    file.read_exact(&mut fixed)?;
    let mut rest = vec![0; u16_at(&fixed, 26) + u16_at(&fixed, 28)];
    file.read_exact(&mut rest)?;
    if !fixed.starts_with(&form::LOCAL) || rest.get(..u16_at(&fixed, 26)) != Some(name.as_bytes()) {
        return Err(bad("the evidence zip does not hold it where its record says; run `hozen verify`"));
    }
    let stored = file.take(place.stored_bytes);
    Ok(match place.method {
        Method::Stored => Content::Plain(stored),
        Method::Deflate => Content::Inflated(DeflateDecoder::new(stored)),
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use std::io::{Cursor, Write};
    use zip::CompressionMethod::{Deflated, Stored};
    use zip::write::SimpleFileOptions;

    /// A zip by somebody else's writer.
    fn sample(members: &[(&str, &[u8])], large: bool) -> Vec<u8> {
        let mut zip = zip::ZipWriter::new(Cursor::new(Vec::new()));
        for (number, (name, content)) in members.iter().enumerate() {
            let method = if number % 2 == 0 { Deflated } else { Stored };
            zip.start_file(*name, SimpleFileOptions::default().compression_method(method).large_file(large)).unwrap();
            zip.write_all(content).unwrap();
        }
        zip.finish().unwrap().into_inner()
    }

    fn read(zip: &[u8], wanted: &str) -> io::Result<Option<Vec<u8>>> {
        let Some((name, place)) = find(&mut Cursor::new(zip), |name| name == wanted)? else { return Ok(None) };
        let mut out = Vec::new();
        content(Cursor::new(zip), &name, place)?.take(1 << 20).read_to_end(&mut out)?;
        Ok(Some(out))
    }

    #[test]
    fn each_member_is_found_and_read_and_no_other() {
        let text = b"made up ".repeat(500);
        let members: [(&str, &[u8]); 3] =
            [("B/data/a", &text), ("B/data/\u{65e5}", b"short"), ("B/custody/files.jsonl", b"")];
        for large in [false, true] {
            let zip = sample(&members, large);
            for (name, content) in members {
                assert_eq!(read(&zip, name).unwrap().as_deref(), Some(content), "{name}");
            }
            assert_eq!(read(&zip, "B/data/b").unwrap(), None);
        }
    }

    #[test]
    fn what_stands_elsewhere_than_its_record_says_is_not_taken_for_it() {
        let zip = sample(&[("one", b"1"), ("two", b"2")], false);
        let (_, place) = find(&mut Cursor::new(&zip), |name| name == "two").unwrap().unwrap();
        let Err(error) = content(Cursor::new(&zip), "one", place) else { panic!("took two for one") };
        assert!(error.to_string().contains("hozen verify"), "{error}");
        assert!(content(Cursor::new(&zip), "two", Place { offset: place.offset + 1, ..place }).is_err());
        assert!(content(Cursor::new(&zip), "two", Place { offset: u64::MAX, ..place }).is_err());
    }

    #[test]
    fn a_cut_zip_and_no_zip_are_errors() {
        let zip = sample(&[("one", b"1")], false);
        for length in 0..zip.len() {
            assert!(find(&mut Cursor::new(&zip[..length]), |_| true).is_err(), "cut at {length}");
        }
    }

    proptest! {
        #[test]
        fn damage_costs_an_error_and_no_panic(at in 0usize..400, value: u8, large: bool) {
            let mut zip = sample(&[("B/data/a", b"abc"), ("B/data/b", b"def")], large);
            let at = at % zip.len();
            zip[at] = value;
            let _ = read(&zip, "B/data/b");
        }

        #[test]
        fn noise_is_no_zip(noise in proptest::collection::vec(any::<u8>(), 0..300)) {
            prop_assert!(read(&noise, "a").is_err());
        }
    }
}

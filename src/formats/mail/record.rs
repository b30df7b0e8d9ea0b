//! The fields of a header as records: each under its name, and each address of a list for itself, with the name before it.

use std::borrow::Cow;

use super::address;
use super::header::Field as HeaderField;
use crate::formats::Sink;
use crate::formats::plain::Undecodable;
use crate::formats::words::encoded_words;
use crate::model::limits::BOND_LINE_BYTES;
use crate::model::{Bond, Charset, Field, Place, Record};
use crate::text::decode_record;

/// Gives a field on.
pub(super) fn push(field: &HeaderField, lost: &mut Undecodable, out: &mut dyn Sink) {
    if !address::lists(&field.name) {
        let all = 0..field.value.len();
        return one(field, all, Bond::Line, lost, out);
    }
    for range in address::split(&field.value) {
        one(field, range, Bond::Row, lost, out);
    }
}

/// A part of its value.
fn one(field: &HeaderField, range: std::ops::Range<usize>, bond: Bond, lost: &mut Undecodable, out: &mut dyn Sink) {
    let raw = field.value.get(range.clone()).unwrap_or_default();
    let lead = raw.len() - raw.trim_ascii_start().len();
    let raw = raw.trim_ascii();
    if raw.is_empty() {
        return;
    }
    let start = range.start + lead;
    let above = field.value.get(..start).unwrap_or_default();
    let row = field.row + memchr::memchr_iter(b'\n', above).count() as u64;
    let place = Place { offset: field.offset + start as u64, row: Some(row), ..Place::default() };
    let name = Some(field.name.as_str()).filter(|name| !name.is_empty());
    let flat = unfolded(raw);
    let give = |text: &str, raw, bond: Bond, out: &mut dyn Sink| {
        let bond = if text.len() > BOND_LINE_BYTES { Bond::Loose } else { bond };
        let fields = [Field { name, text, place: place.clone(), raw, undone: None }];
        out.record(&Record::whole(bond, &fields));
    };
    let Some(read) = encoded_words(&flat) else {
        let text = decode_record(&flat, Charset::Utf8);
        if text.malformed {
            lost.seen(place.offset);
        }
        // Only a value in one line stands in the mail as it is read.
        let own = matches!(flat, Cow::Borrowed(_)).then_some((raw, text.charset));
        out.also(text.charset);
        return give(&text.text, own, bond, out);
    };
    let read = decode_record(&read, Charset::Utf8);
    // Some mailers encode a whole list as one word.
    let within = if bond == Bond::Row && memchr::memchr_iter(b'@', read.text.as_bytes()).count() > 1 {
        address::split(read.text.as_bytes())
    } else {
        Vec::new()
    };
    if within.len() > 1 {
        within.into_iter().filter_map(|range| read.text.get(range)).for_each(|text| give(text, None, bond, out));
    } else {
        give(&read.text, None, bond, out);
    }
}

/// A value, decoded.
pub(super) fn text(value: &[u8]) -> String {
    let flat = unfolded(value.trim_ascii());
    let read = encoded_words(&flat);
    decode_record(read.as_deref().unwrap_or(&flat), Charset::Utf8).text.into_owned()
}

/// Without the ends of lines.
fn unfolded(raw: &[u8]) -> Cow<'_, [u8]> {
    if memchr::memchr2(b'\r', b'\n', raw).is_none() {
        return Cow::Borrowed(raw);
    }
    Cow::Owned(raw.iter().copied().filter(|byte| !matches!(byte, b'\r' | b'\n')).collect())
}

/// The name of an attachment, where the header does not show it as it is.
pub(super) fn push_name(name: &str, (offset, row): (u64, u64), out: &mut dyn Sink) {
    let place = Place { offset, row: Some(row), ..Place::default() };
    out.record(&Record::whole(Bond::Line, &[Field { name: Some("filename"), ..Field::new(name, place) }]));
}

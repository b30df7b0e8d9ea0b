//! What all formats of text do first: they say its encoding and pass over its byte order mark. And what many do then: read it line by line.

use std::borrow::Cow;
use std::io::Read;

use super::plain::Undecodable;
use super::trouble::{in_order, read_error, skip};
use super::{Head, Input, Sink};
use crate::model::Charset;
use crate::text::{Ending, Guess, Line, Lines, decode_record, guess};

/// The head as text.
pub(super) fn text_of<'h>(head: &Head<'h>) -> Cow<'h, str> {
    let guessed = guess(head.bytes, head.whole);
    decode_record(head.bytes.get(guessed.bom..).unwrap_or_default(), guessed.charset).text
}

/// The bytes behind the byte order mark; `None` if the source fails before, which is told.
pub(super) fn begin<'a>(guessed: Guess, input: Input<'a>, out: &mut dyn Sink) -> Option<Box<dyn Read + 'a>> {
    out.charset(guessed.charset);
    let mut src = in_order(input);
    match skip(&mut *src, guessed.bom) {
        Ok(()) => Some(src),
        Err(error) => {
            read_error(out, &error, 0);
            None
        }
    }
}

/// Takes a line in the encoding of its leaf.
type Take<'t> = &'t mut dyn FnMut(Line<'_>, Charset, &mut Undecodable, &mut dyn Sink);

/// Hands over every line. Returns the text that was none, which the format tells at its end.
pub(super) fn each_line(head: &Head<'_>, input: Input<'_>, out: &mut dyn Sink, take: Take<'_>) -> Undecodable {
    let mut lost = Undecodable::default();
    let guessed = guess(head.bytes, head.whole);
    let Some(mut src) = begin(guessed, input, out) else { return lost };
    let mut at = guessed.bom as u64;
    let mut lines = Lines::new(&mut *src, guessed.charset, Ending::of(head.bytes), at, 1);
    loop {
        match lines.next_line() {
            Ok(Some(line)) => {
                at = line.offset + line.bytes.len() as u64;
                take(line, guessed.charset, &mut lost, out);
            }
            Ok(None) => return lost,
            Err(error) => {
                read_error(out, &error, at);
                return lost;
            }
        }
    }
}

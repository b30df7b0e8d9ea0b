//! Plain text: every line is a record. Also what other text formats fall back to where they are broken.

use std::cell::RefCell;
use std::io::{Cursor, Read};

use super::opening::each_line;
use super::transfer::{Reading, Text, Transfer};
use super::trouble::read_error;
use super::{Claim, Format, Head, Input, Sink};
use crate::model::limits::BOND_LINE_BYTES;
use crate::model::{Bond, Charset, Field, GapKind, Place, Record};
use crate::text::{Ending, Line, Lines, TextStream, decode_record, looks_binary};

/// Text in lines.
pub struct Plain;

impl Format for Plain {
    fn id(&self) -> &'static str {
        "plain"
    }

    fn claims(&self, head: &Head<'_>) -> Claim {
        match head.bytes {
            [] if head.whole => Claim::Yes,
            bytes if looks_binary(bytes) => Claim::No,
            _ => Claim::Maybe,
        }
    }

    fn read(&self, head: &Head<'_>, input: Input<'_>, out: &mut dyn Sink) {
        let mut transfer = Transfer::new();
        let lost = each_line(head, input, out, &mut |line, charset, lost, out| match transfer.line(&line) {
            Reading::Same => push_line(&line, charset, lost, out),
            Reading::Nothing => {}
            Reading::Texts(texts) => texts.iter().for_each(|text| push_text(text, out)),
        });
        transfer.end().iter().for_each(|text| push_text(text, out));
        tell_attachments(transfer.attachments, out);
        lost.tell(out);
    }
}

/// A text that a mail stands for: its bytes are not those of the file, so it is placed by the line in which it began.
pub(super) fn push_text(text: &Text, out: &mut dyn Sink) {
    let decoded = match text.charset {
        Some(charset) => (crate::text::decode::decode(&text.bytes, charset).0, charset),
        None => {
            let decoded = decode_record(&text.bytes, Charset::Utf8);
            (decoded.text, decoded.charset)
        }
    };
    let (decoded, charset) = decoded;
    if text.is_body {
        out.also(charset);
    }
    let place = Place { offset: text.offset, row: Some(text.row), ..Place::default() };
    let fields = [Field { name: None, text: &decoded, place, raw: None, undone: None }];
    let bond = if text.bytes.len() > BOND_LINE_BYTES { Bond::Loose } else { Bond::Line };
    out.record(&Record::whole(bond, &fields));
}

/// Attachments are not opened here: nobody must take them for looked at.
pub(super) fn tell_attachments(attachments: u64, out: &mut dyn Sink) {
    if attachments > 0 {
        let reason = format!(
            "{attachments} attachment(s) of mail in base64 that are no text were not opened: save them with a mail program (on another machine) and scan them"
        );
        out.gap(GapKind::UnsupportedFormat, reason);
    }
}

/// Text that no encoding explains, counted for one gap.
#[derive(Default)]
pub(super) struct Undecodable {
    records: u64,
    first: u64,
}

impl Undecodable {
    pub(super) fn seen(&mut self, offset: u64) {
        if self.records == 0 {
            self.first = offset;
        }
        self.records += 1;
    }

    pub(super) fn tell(&self, out: &mut dyn Sink) {
        if self.records > 0 {
            out.gap(
                GapKind::UndecodableText,
                format!(
                    "{} text(s), the first at byte {}, hold bytes that are no character in UTF-8, CP932, EUC-JP or ISO-2022-JP; the rest of them was looked at; look at these by hand",
                    self.records, self.first
                ),
            );
        }
    }
}

pub(super) fn push_line(line: &Line<'_>, leaf: Charset, lost: &mut Undecodable, out: &mut dyn Sink) {
    if line.bytes.is_empty() {
        return;
    }
    let text = decode_record(line.bytes, leaf);
    if text.malformed {
        lost.seen(line.offset);
    }
    let place = Place { offset: line.offset, row: Some(line.row), ..Place::default() };
    let fields = [Field { name: None, text: &text.text, place, raw: Some((line.bytes, text.charset)), undone: None }];
    out.record(&Record { bond: line.bond, fields: &fields, fresh_from: line.fresh_from });
}

/// What another format has left unread: bytes that it holds, then the stream behind them.
pub(super) struct Rest<'a, 'r> {
    pub(super) held: &'a [u8],
    /// Where `held` begins in the stream.
    pub(super) place: u64,
    /// Line number there.
    pub(super) row: u64,
    pub(super) stream: TextStream<'r>,
}

/// Reads the rest as plain lines, so that nothing is lost where a text format is broken.
pub(super) fn read_rest(rest: Rest<'_, '_>, out: &mut dyn Sink) {
    let (charset, plain, place) = (rest.stream.charset(), rest.stream.is_plain(), rest.place);
    let shared = RefCell::new(rest.stream);
    let mut src = Cursor::new(rest.held).chain(Shared(&shared));
    let mut lines = Lines::new(&mut src, charset, Ending::Lf, place, rest.row);
    let mut lost = Undecodable::default();
    let mut at = place;
    loop {
        let line = match lines.next_line() {
            Ok(Some(line)) => line,
            Ok(None) => break,
            Err(error) => {
                let at = shared.borrow().origin(at);
                read_error(out, &error, at);
                break;
            }
        };
        let (begin, fresh) = (line.offset, line.fresh_from);
        at = begin + line.bytes.len() as u64;
        if plain {
            // The stream is the leaf itself, but may begin later (behind a byte order mark).
            let shift = shared.borrow().origin(begin) - begin;
            let fresh_from = if fresh == 0 { 0 } else { fresh + shift };
            push_line(&Line { offset: begin + shift, fresh_from, ..line }, charset, &mut lost, out);
        } else {
            let mut shared = shared.borrow_mut();
            // A match in decoded text cannot be placed inside the line, so windows of one must not overlap here.
            let seen = fresh.saturating_sub(begin);
            let fresh_bytes = line.bytes.get(usize::try_from(seen).unwrap_or(0)..).unwrap_or_default();
            push_transcoded(&Line { bytes: fresh_bytes, offset: shared.origin(begin + seen), ..line }, out);
            shared.release(begin);
        }
    }
    shared.borrow().foreign().iter().for_each(|charset| out.also(charset));
    lost.tell(out);
}

fn push_transcoded(line: &Line<'_>, out: &mut dyn Sink) {
    if line.bytes.is_empty() {
        return;
    }
    let text = String::from_utf8_lossy(line.bytes);
    let place = Place { offset: line.offset, row: Some(line.row), ..Place::default() };
    let fields = [Field { name: None, text: &text, place, raw: None, undone: None }];
    out.record(&Record::whole(line.bond, &fields));
}

struct Shared<'a, 'r>(&'a RefCell<TextStream<'r>>);

impl Read for Shared<'_, '_> {
    fn read(&mut self, buf: &mut [u8]) -> std::io::Result<usize> {
        self.0.borrow_mut().read(buf)
    }
}

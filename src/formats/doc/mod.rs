//! Word documents of 1997 to 2003 ([MS-DOC]): the text by its piece table, so that fast-saved files are read in their right order.
//!
//! The main text is the leaf; notes, headers, comments and text boxes are parts. What Word 6 and 95 wrote is read as runs of text.

mod fib;
mod papx;
mod text;

use std::io::{self, SeekFrom};

use super::compound::Compound;
use super::little::u16_at;
use super::trouble::{EXPORT, Member, Told, Watched, read_error};
use super::{Claim, Format, Input, Need, Parts, ReadSeek, Sink, binary, ole, summary};
use crate::model::GapKind;
use crate::model::limits::DOCUMENT_BYTES;
use fib::{Fib, Head};
use papx::Paragraphs;

/// Old Word documents.
pub struct Doc;

const TEXT: &str = "WordDocument";

impl Format for Doc {
    fn id(&self) -> &'static str {
        "doc"
    }

    fn claims(&self, _: &super::Head<'_>) -> Claim {
        Claim::No
    }

    fn kind_of(&self) -> Option<&'static str> {
        Some("ole")
    }

    fn claims_parts(&self, parts: &Parts) -> Claim {
        if parts.has(TEXT) { Claim::Yes } else { Claim::No }
    }

    fn endings(&self) -> &'static [&'static str] {
        &["doc", "dot"]
    }

    fn need(&self) -> Need {
        Need::Seek
    }

    fn read(&self, _: &super::Head<'_>, input: Input<'_>, out: &mut dyn Sink) {
        let Input::Seek(src, length) = input else { return };
        as_document(src, length, out, &mut read);
    }
}

/// The outer error is that of the source; the inner one says why a document can not be opened, and that nothing of it was given.
pub(super) type Opened = io::Result<Result<(), String>>;

/// Opens a compound file for a document; where that fails, and where `read` says so, runs of text are read, with one gap.
pub(super) fn as_document(
    src: &mut dyn ReadSeek,
    length: u64,
    out: &mut dyn Sink,
    read: &mut dyn FnMut(&mut Compound<'_>, &mut dyn Sink) -> Opened,
) {
    let mut watched = Watched::new(src);
    let outcome = match Compound::open(&mut watched, length, out.budget()) {
        Ok(mut file) => read(&mut file, out).inspect(|read| {
            if file.cut && read.is_ok() {
                let reason =
                    format!("parts of this file are cut off or damaged; what could be read was looked at; {EXPORT}");
                out.gap(GapKind::Truncated, reason);
            }
        }),
        Err(error) => Err(error),
    };
    if let Some(error) = watched.failed.take() {
        return read_error(out, &error, watched.taken);
    }
    let why = match outcome {
        Ok(Ok(())) => return,
        Ok(Err(why)) => why,
        Err(error) if Told::is(&error) => return,
        Err(error) => error.to_string(),
    };
    let reason = format!(
        "an old Office document that is not opened ({why}): only runs of plain text were read, and what belongs together is not known; {EXPORT}"
    );
    out.gap(GapKind::UnsupportedFormat, reason);
    match watched.seek_to_start() {
        Ok(()) => binary::read_runs(&mut watched, out),
        Err(error) => read_error(out, &error, 0),
    }
}

/// Back to the first byte.
trait ToStart {
    fn seek_to_start(&mut self) -> io::Result<()>;
}

impl<T: io::Seek> ToStart for T {
    fn seek_to_start(&mut self) -> io::Result<()> {
        self.seek(SeekFrom::Start(0)).map(|_| ())
    }
}

/// Reads the document. The inner error says why it can not be opened; nothing of it was given then.
fn read(file: &mut Compound<'_>, out: &mut dyn Sink) -> Opened {
    let Some(doc) = file.whole(TEXT, DOCUMENT_BYTES)? else { return Ok(Err("its text is missing".to_owned())) };
    let fib = match fib::head(&doc) {
        Head::Word97(fib) => fib,
        Head::Older => return Ok(Err("it is from Word 6 or 95, or older".to_owned())),
        Head::Encrypted(cipher) => {
            let reason = format!(
                "a Word document encrypted with a password ({cipher}); open it with its password, save it without one and run hozen on that"
            );
            out.encrypted(None, cipher, reason);
            return Ok(Ok(()));
        }
    };
    let Some(table) = file.whole(fib.table, DOCUMENT_BYTES)? else {
        return Ok(Err("the tables that say where its text stands are missing".to_owned()));
    };
    let Some(pieces) = fib::pieces(&doc, &table) else {
        return Ok(Err("the table that says where its text stands is damaged".to_owned()));
    };
    file.cut |= !texts(&doc, &table, &fib, &pieces, out);
    pictures(file, &doc, out)?;
    let authors = authors(&doc, &table);
    drop((doc, table));
    others(file, &[TEXT, "0Table", "1Table", "Data"], out)?;
    summary::read(file, &authors, out)?;
    Ok(Ok(()))
}

/// The main text, then the texts that belong to it.
fn texts(doc: &[u8], table: &[u8], fib: &Fib, pieces: &[fib::Piece], out: &mut dyn Sink) -> bool {
    const NAMES: [&str; 8] = [
        "",
        "footnotes",
        "headers and footers",
        "macros",
        "comments",
        "endnotes",
        "text boxes",
        "text boxes in headers",
    ];
    let known = Paragraphs::of(doc, table);
    let mut start = 0_u32;
    let mut whole = true;
    let end = pieces.iter().map(|piece| piece.start.saturating_add(piece.chars)).max().unwrap_or(0);
    for (name, length) in NAMES.iter().zip(fib.lengths) {
        let range = start..start.saturating_add(length).min(end);
        start = start.saturating_add(length);
        if name.is_empty() {
            whole &= text::read(doc, pieces, &known, range, out);
        } else if length > 0 {
            out.part(name, &mut |out| whole &= text::read(doc, pieces, &known, range.clone(), out));
        }
    }
    // Behind all of them stands one paragraph mark; more than that is text that the head does not count.
    if end > start.saturating_add(2) {
        out.part("uncounted text", &mut |out| whole &= text::read(doc, pieces, &known, start..end, out));
    }
    whole && end >= start
}

/// Who commented, changed and saved it ([MS-DOC] 2.9.91, 2.9.282, 2.9.283).
fn authors(doc: &[u8], table: &[u8]) -> Vec<String> {
    let mut all = Vec::new();
    let mut text = |units: &[u8]| {
        let text = encoding_rs::UTF_16LE.decode_without_bom_handling(units).0.into_owned();
        if !text.trim().is_empty() && text != "Unknown" && !all.contains(&text) && all.len() < 1000 {
            all.push(text);
        }
    };
    let mut strings = |mut rest: &[u8]| {
        while let Some(units) = u16_at(rest, 0) {
            let Some(raw) = rest.get(2..2 + usize::from(units) * 2) else { break };
            text(raw);
            rest = rest.get(2 + raw.len()..).unwrap_or_default();
        }
    };
    strings(fib::place(doc, table, 36).unwrap_or_default());
    for entry in [51, 71] {
        if let Some([0xFF, 0xFF, _, _, 0, 0, rest @ ..]) = fib::place(doc, table, entry) {
            strings(rest);
        }
    }
    all
}

/// Pictures are not looked at: nobody must take them for it.
fn pictures(file: &mut Compound<'_>, doc: &[u8], out: &mut dyn Sink) -> io::Result<()> {
    let data = file.whole("Data", DOCUMENT_BYTES)?.unwrap_or_default();
    let has = |bytes: &[u8]| {
        [b"\x89PNG\r\n\x1a\n".as_slice(), b"\xFF\xD8\xFF\xE0", b"\xFF\xD8\xFF\xE1"]
            .iter()
            .any(|magic| memchr::memmem::find(bytes, magic).is_some())
    };
    if has(&data) || has(doc) {
        let reason =
            "it holds pictures, which are not looked at; if one may show a person or a document, look at it by hand";
        out.gap(GapKind::NoText, reason.to_owned());
    }
    Ok(())
}

/// What else is in the file: embedded files are looked at; of other streams runs of text are read, with one gap.
pub(super) fn others(file: &mut Compound<'_>, known: &[&str], out: &mut dyn Sink) -> io::Result<()> {
    let objects = ole::objects(file, out)?;
    let is_known = |path: &str| {
        let name = path.rsplit('/').next().unwrap_or(path);
        known.contains(&path)
            || name.starts_with(['\u{1}', '\u{3}', '\u{5}'])
            || objects.iter().any(|object| object == path)
    };
    let rest: Vec<_> =
        file.streams().iter().filter(|stream| !is_known(&stream.path) && stream.bytes > 0).cloned().collect();
    for stream in &rest {
        let mut reader = Member::new(file.reader(stream));
        let go_on = out.part(&ole::shown(&stream.path), &mut |out| binary::read_runs(&mut reader, out));
        match reader.failed.take() {
            Some(error) if error.kind() != io::ErrorKind::UnexpectedEof => return Err(error),
            Some(_) => file.cut = true,
            None => {}
        }
        if !go_on {
            return Ok(());
        }
    }
    if let Some(first) = rest.first() {
        let reason = format!(
            "{} part(s) of it, the first {:?} (an embedded object, a macro), are not opened: of them only runs of plain text were read; {EXPORT}",
            rest.len(),
            ole::shown(&first.path)
        );
        out.gap(GapKind::UnsupportedFormat, reason);
    }
    Ok(())
}

#[cfg(test)]
mod tests;

//! Old Excel workbooks ([MS-XLS], BIFF5 and BIFF8 in a compound file): each sheet a part by its name, hidden ones too. Read record by
//! record; other streams of the file (properties, macros, embedded objects) are looked at as members of their own.

mod globals;
mod records;
mod sheet;
mod summary;

use std::io::{self, BufReader, Read};

use globals::Globals;
use records::Records;
pub(super) use sheet::rk;
use sheet::{BOF, Sheet};

use super::compound::{Compound, Stream};
use super::ole::shown;
use super::sheet::damaged;
use super::sheet::source::Source;
use super::trouble::{Member, Told};
use super::written::Written;
use super::{Claim, Format, Head, Input, Need, Parts, Sink};
use crate::model::GapKind;
use crate::model::limits::{CONTAINER_MEMBERS, PART_BYTES};

/// Workbooks of Excel 5 to 2003.
pub struct Xls;

/// The stream of the cells: of Excel 97 and later, of 5 and 95.
const STREAMS: [&str; 2] = ["Workbook", "Book"];

impl Format for Xls {
    fn id(&self) -> &'static str {
        "xls"
    }

    fn claims(&self, _: &Head<'_>) -> Claim {
        Claim::No
    }

    fn kind_of(&self) -> Option<&'static str> {
        Some("ole")
    }

    fn claims_parts(&self, parts: &Parts) -> Claim {
        let has =
            |wanted: &str| parts.names.iter().any(|name| name.trim_start_matches('/').eq_ignore_ascii_case(wanted));
        if STREAMS.iter().any(|stream| has(stream)) { Claim::Yes } else { Claim::No }
    }

    fn endings(&self) -> &'static [&'static str] {
        &["xls", "xlt", "xla"]
    }

    fn need(&self) -> Need {
        Need::Seek
    }

    fn read(&self, _: &Head<'_>, input: Input<'_>, out: &mut dyn Sink) {
        let Input::Seek(src, length) = input else {
            let reason =
                "a workbook was given as a stream, and can only be read from a file; save it and run hozen on that";
            return out.gap(GapKind::UnsupportedFormat, reason.to_owned());
        };
        let (mut source, failure) = Source::new(src);
        let result = read_file(&mut source, length, out);
        if let Err(error) = result {
            damaged("the workbook", &error, &failure, out);
        }
        failure.tell(out);
    }
}

fn read_file(source: &mut Source<'_>, length: u64, out: &mut dyn Sink) -> io::Result<()> {
    let mut file = Compound::open(source, length, out.budget())?;
    let mut streams = file.streams().to_vec();
    streams.truncate(CONTAINER_MEMBERS);
    let is_book = |stream: &Stream, name: &str| stream.path.eq_ignore_ascii_case(name);
    let books: Vec<Stream> =
        STREAMS.iter().filter_map(|name| streams.iter().find(|stream| is_book(stream, name)).cloned()).collect();
    streams.retain(|stream| !STREAMS.iter().any(|name| is_book(stream, name)));
    let mut go_on = true;
    if let Some(book) = books.first() {
        go_on = read_book(file.reader(book), out)?;
    }
    for again in books.iter().skip(1) {
        let reason = "the same workbook for Excel 5 and 95, as programs wrote both; it was not read a second time: if they may differ, open it there";
        out.member_gap(&shown(&again.path), GapKind::UnsupportedFormat, reason.to_owned());
    }
    for stream in streams {
        if !go_on {
            break;
        }
        let last = stream.path.rsplit('/').next().unwrap_or_default();
        // Marks of the kind of an object.
        if matches!(last, "\u{1}CompObj" | "\u{1}Ole" | "\u{3}ObjInfo") {
            continue;
        }
        if matches!(last, "\u{5}SummaryInformation" | "\u{5}DocumentSummaryInformation") {
            let mut bytes = Vec::new();
            file.reader(&stream).take(PART_BYTES).read_to_end(&mut bytes)?;
            if let Some(found) = summary::properties(&bytes) {
                go_on = found.is_empty() || out.part("properties", &mut |out| tell(&found, out));
                continue;
            }
        }
        let mut member = Member::new(file.for_child(&stream));
        go_on = out.child(&shown(&stream.path), &mut member);
        if let Some(error) = member.failed.take().filter(|error| !Told::is(error)) {
            return Err(error);
        }
    }
    Ok(())
}

fn tell(found: &[(String, String)], out: &mut dyn Sink) {
    let mut text = Written::default();
    found.iter().for_each(|pair| text.pairs(std::slice::from_ref(pair), out));
}

/// Reads the stream of the cells. Returns whether to go on.
fn read_book(stream: impl Read, out: &mut dyn Sink) -> io::Result<bool> {
    let mut records = Records::new(BufReader::with_capacity(64 * 1024, stream));
    let mut globals = Globals::new();
    begin(&mut records, &mut globals)?;
    globals.read(&mut records)?;
    if let Some(cipher) = globals.cipher {
        let reason = format!(
            "the workbook is encrypted ({cipher}); open it with its password, save it without one and run hozen on that"
        );
        out.encrypted(None, cipher, reason);
        return Ok(true);
    }
    if globals.over > 0 {
        let reason = format!(
            "the workbook has {} shared strings more than are held at once, which were not read; save its sheets as CSV and run hozen on those",
            globals.over
        );
        out.gap(GapKind::OverLimit, reason);
    }
    loop {
        let offset = records.offset;
        // Some programs fill the stream up with zeros, which look like empty records of no type.
        let is_filling = records.kind == 0;
        match records.next() {
            Ok(true) => {}
            Ok(false) => break,
            Err(error) if is_filling && error.kind() == io::ErrorKind::UnexpectedEof => break,
            Err(error) => return Err(error),
        }
        if records.kind != BOF {
            continue;
        }
        let name = globals
            .sheets
            .remove(&offset)
            .unwrap_or_else(|| format!("sheet at byte {offset} (not in the list of sheets)"));
        let mut result = Ok(());
        let go_on = out.part(&name, &mut |out| {
            result = Sheet::default().read(&mut records, &mut globals, out);
        });
        result?;
        if !go_on {
            return Ok(false);
        }
    }
    for name in globals.sheets.values() {
        let reason = "the workbook lists this sheet, and it is not there; look for a whole copy";
        out.member_gap(name, GapKind::Malformed, reason.to_owned());
    }
    let named = std::mem::take(&mut globals.named_texts);
    if !named.is_empty() && !out.part("defined names", &mut |out| Written::default().lines(&named.join("\n"), out)) {
        return Ok(false);
    }
    if globals.strings.left_over().next().is_none() {
        return Ok(true);
    }
    Ok(out.part("shared strings that no cell shows", &mut |out| {
        let mut text = Written::default();
        globals.strings.left_over().for_each(|(_, string)| text.lines(string, out));
    }))
}

/// The first record says by which version the workbook was written.
fn begin<R: Read>(records: &mut Records<R>, globals: &mut Globals) -> io::Result<()> {
    if records.next()? && records.kind == BOF {
        globals.wide = records.u16()? >= 0x0600;
        return Ok(());
    }
    Err(io::Error::new(io::ErrorKind::InvalidData, "its stream does not begin as a workbook"))
}

#[cfg(test)]
mod tests;

//! Old Excel workbooks ([MS-XLS], BIFF5 and BIFF8 in a compound file): each sheet a part by its name, hidden ones too. Read record by
//! record; other streams of the file (properties, macros, embedded objects) are looked at as members of their own.

mod globals;
mod pivot;
mod records;
mod sheet;
mod summary;

use std::io::{self, BufReader, Read, Seek, SeekFrom};

use globals::Globals;
use records::Records;
pub(super) use sheet::rk;
use sheet::{BOF, Sheet};

use super::compound::{Compound, Stream};
use super::ole::shown;
use super::sheet::rows::Rows;
use super::sheet::source::{Failure, Source};
use super::trouble::{Member, Told};
use super::written::Written;
use super::{Claim, Format, Head, Input, Metered, Need, Parts, Sink, binary};
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
        let read = Compound::open(&mut source, length, out.budget()).and_then(|mut file| {
            let whole = read_file(&mut file, &failure, out)?;
            if !whole && !failure.is_set() {
                // What its chains do not lead to is still there.
                out.part("text outside of its parts", &mut |out| {
                    binary::read_runs(&mut Member::new(file.ungiven()), out);
                });
            }
            Ok(())
        });
        if let Err(error) = read
            && !Told::is(&error)
            && !failure.is_set()
        {
            out.gap(GapKind::UnsupportedFormat, format!("the workbook is not opened ({error}): {RUNS}"));
            if source.seek(SeekFrom::Start(0)).is_ok() {
                binary::read_runs(&mut Member::new(source), out);
            }
        }
        failure.tell(out);
    }
}

/// What is said of what is read as runs of text.
const RUNS: &str = "only runs of plain text were read, and what belongs together is not known; look for a whole copy, or open it with its own program, save it anew and run hozen on that";

/// Reads it. An error only before anything was given. Returns whether all of its streams could be read to their ends.
fn read_file(file: &mut Compound<'_>, failure: &Failure, out: &mut dyn Sink) -> io::Result<bool> {
    let mut streams = file.streams().to_vec();
    streams.truncate(CONTAINER_MEMBERS);
    let is_book = |stream: &Stream, name: &str| stream.path.eq_ignore_ascii_case(name);
    let books: Vec<Stream> =
        STREAMS.iter().filter_map(|name| streams.iter().find(|stream| is_book(stream, name)).cloned()).collect();
    streams.retain(|stream| !STREAMS.iter().any(|name| is_book(stream, name)));
    let Some(book) = books.first() else {
        return Err(io::Error::new(io::ErrorKind::InvalidData, "the part with its sheets is missing"));
    };
    let (mut go_on, mut whole) = read_book(file.reader(book), failure, out);
    for again in books.iter().skip(1) {
        let reason = "the same workbook for Excel 5 and 95, as programs wrote both; it was not read a second time: if they may differ, open it there";
        out.member_gap(&shown(&again.path), GapKind::UnsupportedFormat, reason.to_owned());
        // It is told, and is nothing that no chain leads to.
        whole &= io::copy(&mut file.reader(again), &mut io::sink()).is_ok();
    }
    for stream in streams {
        if !go_on || failure.is_set() {
            return Ok(true);
        }
        let mut member = Member::new(file.for_child(&stream));
        go_on = beside(&stream, &mut member, out);
        if let Some(error) = member.failed.take().filter(|error| !Told::is(error) && !failure.is_set()) {
            let reason =
                format!("could not be read to its end ({error}); what came before was looked at; of the rest {RUNS}");
            out.member_gap(&shown(&stream.path), GapKind::Truncated, reason);
            whole = false;
        }
    }
    if whole && file.cut {
        let reason = format!("the directory of its parts is cut off or damaged; of what it does not lead to {RUNS}");
        out.gap(GapKind::Truncated, reason);
    }
    Ok((whole && !file.cut) || !go_on)
}

/// Another stream than that of the cells. Returns whether to go on.
fn beside<R: Read>(stream: &Stream, member: &mut Member<R>, out: &mut dyn Sink) -> bool {
    let last = stream.path.rsplit('/').next().unwrap_or_default();
    // Marks of the kind of an object.
    if matches!(last, "\u{1}CompObj" | "\u{1}Ole" | "\u{3}ObjInfo") {
        return true;
    }
    if matches!(last, "\u{5}SummaryInformation" | "\u{5}DocumentSummaryInformation") {
        let mut bytes = Vec::new();
        // A member gives no errors: it keeps them.
        let read = (&mut *member).take(PART_BYTES).read_to_end(&mut bytes);
        if let Some(found) = read.ok().and_then(|_| summary::properties(&bytes)) {
            return found.is_empty() || out.part("properties", &mut |out| tell(&found, out));
        }
        return out.child(&shown(&stream.path), &mut bytes.chain(member));
    }
    if stream.path.starts_with(pivot::STORAGE) {
        // A member gives no errors: it keeps them, and the cache that is cut is told by them.
        let mut cut = None;
        let go_on = out.part(&format!("pivot cache {last}"), &mut |out| {
            let budget = out.budget();
            cut = pivot::read(Metered::new(&mut *member, budget), out).err();
        });
        member.failed = member.failed.take().or(cut);
        return go_on;
    }
    out.child(&shown(&stream.path), member)
}

fn tell(found: &[(String, String)], out: &mut dyn Sink) {
    let mut text = Written::default();
    found.iter().for_each(|pair| text.pairs(std::slice::from_ref(pair), out));
}

/// Reads the stream of the cells. Returns whether to go on, and whether it could be read to its end.
fn read_book(stream: impl Read, failure: &Failure, out: &mut dyn Sink) -> (bool, bool) {
    let mut records = Records::new(BufReader::with_capacity(64 * 1024, stream));
    let mut globals = Globals::new();
    let result = sheets(&mut records, &mut globals, out);
    if failure.is_set() || result.as_ref().is_err_and(Told::is) {
        return (false, true);
    }
    let go_on = !matches!(result, Ok(false)) && left_over(&mut globals, out);
    let Err(error) = result else { return (go_on, true) };
    let cut = error.kind() == io::ErrorKind::UnexpectedEof;
    let (kind, how) = match error.kind() {
        io::ErrorKind::UnexpectedEof => (GapKind::Truncated, "is cut off"),
        _ => (GapKind::Malformed, "could not be read to its end"),
    };
    out.gap(kind, format!("the workbook {how} ({error}); what came before was looked at; of the rest {RUNS}"));
    let mut rest = Member::new(records.rest(!cut));
    let go_on = go_on && out.part("rest of the workbook", &mut |out| binary::read_runs(&mut rest, out));
    (go_on, !cut)
}

/// Reads the sheets. Returns whether to go on.
fn sheets<R: Read>(records: &mut Records<R>, globals: &mut Globals, out: &mut dyn Sink) -> io::Result<bool> {
    begin(records, globals)?;
    let result = globals.read(records);
    if let Some(cipher) = globals.cipher {
        let reason = format!(
            "the workbook is encrypted ({cipher}); open it with its password, save it without one and run hozen on that"
        );
        out.encrypted(None, cipher, reason);
        return Ok(true);
    }
    sheet::broken(globals.broken, "the workbook", out);
    if globals.over > 0 {
        let reason = format!(
            "the workbook has {} shared strings more than are held at once, which were not read; save its sheets as CSV and run hozen on those",
            globals.over
        );
        out.gap(GapKind::OverLimit, reason);
    }
    result?;
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
            result = Sheet::default().read(records, globals, out);
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
    Ok(true)
}

/// Texts of the workbook that stand on no sheet. Returns whether to go on.
fn left_over(globals: &mut Globals, out: &mut dyn Sink) -> bool {
    let named = std::mem::take(&mut globals.named_texts);
    if !named.is_empty() && !out.part("defined names", &mut |out| Written::default().lines(&named.join("\n"), out)) {
        return false;
    }
    if globals.forgotten > 0 {
        let reason = format!(
            "the workbook remembers {} cells of other workbooks more than are held at once, which were not read; run hozen on those workbooks",
            globals.forgotten
        );
        out.gap(GapKind::OverLimit, reason);
    }
    let cells = std::mem::take(&mut globals.remembered);
    if !cells.is_empty() && !out.part("cells of other workbooks", &mut |out| remembered(&cells, out)) {
        return false;
    }
    globals.strings.left_over().next().is_none()
        || out.part("shared strings that no cell shows", &mut |out| {
            let mut text = Written::default();
            globals.strings.left_over().for_each(|(_, string)| text.lines(string, out));
        })
}

fn remembered(cells: &[(u16, u16, String)], out: &mut dyn Sink) {
    let mut rows = Rows::default();
    let mut before = None;
    for (row, column, text) in cells {
        // A row that is not the next belongs to it no more, and one that comes again may be of another sheet.
        if before != Some(*row) {
            rows.begin(Some(u64::from(*row) + 1), out);
        }
        before = Some(*row);
        if rows.cell((u32::from(*column) + 1, text.clone()), None, out).is_err() {
            break;
        }
    }
    rows.finish(out);
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
